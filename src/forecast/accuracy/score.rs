//! All measures of one series, and of many.

use super::{
    Scale, bias, coverage, known, mae, mase, naive2, owa, quantile::widths, ratio, rmse, rmsse,
    scaled_bias, scaled_cumulative_absolute_error, scaled_periods_in_stock, scaled_pinball, smape,
};
use crate::{
    forecast::{ForecastError, QuantilePath},
    unit::{Invalid, Probability, math, sort_by},
};
use serde::Serialize;

/// One forecast and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What was known when it was made, oldest first; NaN is a period that is not known.
    pub history: &'a [f64],
    /// Periods in one season, for the scale of MASE and for Naive2; 0 or 1 for none.
    pub season_length: usize,
    /// What came in each period of the forecast; NaN is a period that is not known.
    pub actual: &'a [f64],
    /// Expected demand of each period.
    pub point: &'a [f64],
    /// Quantiles of each period, by ascending probability; may be empty.
    pub quantiles: &'a [QuantilePath],
}

/// How good a forecast was, or many on average.
///
/// What is undefined for a series is `None`, and does not enter a mean.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Scores {
    /// Known periods that were scored, over all series.
    pub periods: usize,
    /// Series or origins behind the figures: those with a known period.
    pub forecasts: usize,
    /// [`mae`], in units of demand.
    pub mae: Option<f64>,
    /// [`rmse`], in units of demand.
    pub rmse: Option<f64>,
    /// [`bias`], in units of demand.
    pub bias: Option<f64>,
    /// [`smape`], from 0 to 200.
    pub smape: Option<f64>,
    /// [`mase`].
    pub mase: Option<f64>,
    /// [`rmsse`].
    pub rmsse: Option<f64>,
    /// [`scaled_bias`].
    pub scaled_bias: Option<f64>,
    /// [`scaled_cumulative_absolute_error`].
    pub scaled_cumulative_absolute_error: Option<f64>,
    /// The size of [`scaled_periods_in_stock`].
    pub scaled_absolute_periods_in_stock: Option<f64>,
    /// [`crps_from_quantiles`](super::crps_from_quantiles), scaled as pinball losses are.
    pub scaled_crps: Option<f64>,
    /// [`smape`] of [`naive2`].
    pub naive2_smape: Option<f64>,
    /// [`mase`] of [`naive2`].
    pub naive2_mase: Option<f64>,
    /// Of each quantile, by ascending probability.
    pub quantiles: Vec<QuantileScore>,
    /// Sum of what was forecast for known periods.
    pub total_forecast: f64,
    /// Sum of the known actuals.
    pub total_actual: f64,
    /// Sum of `|f − y|`.
    pub total_absolute_error: f64,
}

/// How good the forecasts of one quantile were.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct QuantileScore {
    /// The probability.
    pub probability: Probability,
    /// [`scaled_pinball`].
    pub scaled_pinball: Option<f64>,
    /// [`coverage`].
    pub coverage: Option<f64>,
}

/// Scores one forecast.
///
/// # Errors
///
/// When a path is not as long as the actuals, or the quantiles do not ascend.
///
/// ```
/// use replenish::forecast::accuracy::{Case, score};
/// let case = Case {
///     history: &[10.0, 14.0, 10.0],
///     season_length: 1,
///     actual: &[12.0, 14.0],
///     point: &[10.0, 14.0],
///     quantiles: &[],
/// };
/// let scores = score(&case)?;
/// assert_eq!((scores.mae, scores.mase), (Some(1.0), Some(0.25)));
/// assert_eq!(scores.naive2_mase, Some(0.75));
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
pub fn score(case: &Case<'_>) -> Result<Scores, ForecastError> {
    let &Case { history, season_length, actual, point, quantiles } = case;
    check(actual.len(), point, quantiles)?;
    let benchmark = naive2(history, season_length, actual.len());
    Ok(measure(actual, point, quantiles, &benchmark, &Scale::of(history, season_length)))
}

impl Scores {
    /// The mean over several series, each counting the same; totals are added.
    ///
    /// ```
    /// use replenish::forecast::accuracy::Scores;
    /// let one = Scores { forecasts: 1, mase: Some(0.5), ..Scores::default() };
    /// let other = Scores { forecasts: 1, mase: Some(1.5), rmse: Some(3.0), ..Scores::default() };
    /// let mean = Scores::mean([&one, &other]);
    /// assert_eq!((mean.forecasts, mean.mase, mean.rmse), (2, Some(1.0), Some(3.0)));
    /// ```
    pub fn mean<'a>(scores: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::weighted_mean(scores.into_iter().map(|scores| (scores, 1.0)))
    }

    /// The mean over several series by weight, such as the share of each in sales; totals are added
    /// by weight. A weight that is not above zero leaves the series out.
    pub fn weighted_mean<'a>(scores: impl IntoIterator<Item = (&'a Self, f64)>) -> Self {
        let usable = |&(scores, weight): &(&Self, f64)| {
            weight > 0.0 && weight.is_finite() && scores.forecasts > 0
        };
        let scores: Vec<(&Self, f64)> = scores.into_iter().filter(usable).collect();
        let total = |part: fn(&Self) -> f64| {
            math::sum(scores.iter().map(|&(scores, weight)| weight * part(scores)))
        };
        let mut mean = Self {
            periods: scores.iter().map(|(scores, _)| scores.periods).sum(),
            forecasts: scores.iter().map(|(scores, _)| scores.forecasts).sum(),
            total_forecast: total(|scores| scores.total_forecast),
            total_actual: total(|scores| scores.total_actual),
            total_absolute_error: total(|scores| scores.total_absolute_error),
            ..Self::default()
        };
        for (index, slot) in mean.measures_mut().into_iter().enumerate() {
            let measure = |&(scores, weight): &(&Self, f64)| (scores.measures()[index], weight);
            *slot = weighted(&mut scores.iter().map(measure));
        }
        mean.quantiles = quantile_means(&scores);
        mean
    }

    /// [`owa`] of the figures: of the ratio of means when they are means.
    pub fn owa(&self) -> Option<f64> {
        owa(self.smape?, self.mase?, self.naive2_smape?, self.naive2_mase?)
    }

    /// What was forecast over what came, less 1: 0.1 is ten percent too much.
    pub fn relative_bias(&self) -> Option<f64> {
        Some(self.total_forecast / self.total_actual - 1.0).filter(|bias| bias.is_finite())
    }

    /// Sum of absolute errors over sum of actuals (weighted absolute percentage error, as a share).
    pub fn wape(&self) -> Option<f64> {
        ratio(Some(self.total_absolute_error), Some(self.total_actual))
    }

    /// The mean of the quantiles' scaled pinball losses: of many series weighted by sales, the WSPL
    /// of the M5 competition.
    pub fn scaled_pinball(&self) -> Option<f64> {
        weighted(&mut self.quantiles.iter().map(|quantile| (quantile.scaled_pinball, 1.0)))
    }

    fn measures(&self) -> [Option<f64>; 12] {
        [
            self.mae,
            self.rmse,
            self.bias,
            self.smape,
            self.mase,
            self.rmsse,
            self.scaled_bias,
            self.scaled_cumulative_absolute_error,
            self.scaled_absolute_periods_in_stock,
            self.scaled_crps,
            self.naive2_smape,
            self.naive2_mase,
        ]
    }

    /// The same in the same sequence, to be written.
    fn measures_mut(&mut self) -> [&mut Option<f64>; 12] {
        [
            &mut self.mae,
            &mut self.rmse,
            &mut self.bias,
            &mut self.smape,
            &mut self.mase,
            &mut self.rmsse,
            &mut self.scaled_bias,
            &mut self.scaled_cumulative_absolute_error,
            &mut self.scaled_absolute_periods_in_stock,
            &mut self.scaled_crps,
            &mut self.naive2_smape,
            &mut self.naive2_mase,
        ]
    }
}

/// Refuses paths that cannot be laid beside `periods` actuals.
pub(super) fn check(
    periods: usize,
    point: &[f64],
    quantiles: &[QuantilePath],
) -> Result<(), ForecastError> {
    let long = |values: &[f64], path: String| {
        if values.len() == periods {
            return Ok(());
        }
        let expected = format!("as many values as there are periods, {periods}");
        Err(Invalid::new("path_length_invalid", expected, values.len()).at(path))
    };
    long(point, "point".to_owned())?;
    for (index, path) in quantiles.iter().enumerate() {
        long(&path.values, format!("quantiles[{index}]"))?;
    }
    if quantiles.windows(2).any(|pair| pair[0].probability >= pair[1].probability) {
        let got =
            format!("{:?}", quantiles.iter().map(|q| q.probability.value()).collect::<Vec<_>>());
        let invalid = Invalid::new("quantiles_invalid", "ascending probabilities, each once", got);
        return Err(invalid.at("quantiles").into());
    }
    Ok(())
}

/// All measures of paths that passed [`check`].
pub(super) fn measure(
    actual: &[f64],
    point: &[f64],
    quantiles: &[QuantilePath],
    benchmark: &[f64],
    scale: &Scale,
) -> Scores {
    let periods = known(actual, point).count();
    if periods == 0 {
        return Scores::default();
    }
    let of_quantile = |path: &QuantilePath| QuantileScore {
        probability: path.probability,
        scaled_pinball: scaled_pinball(actual, &path.values, path.probability, scale),
        coverage: coverage(actual, &path.values),
    };
    let quantiles: Vec<QuantileScore> = quantiles.iter().map(of_quantile).collect();
    Scores {
        periods,
        forecasts: 1,
        mae: mae(actual, point),
        rmse: rmse(actual, point),
        bias: bias(actual, point),
        smape: smape(actual, point),
        mase: mase(actual, point, scale),
        rmsse: rmsse(actual, point, scale),
        scaled_bias: scaled_bias(actual, point, scale),
        scaled_cumulative_absolute_error: scaled_cumulative_absolute_error(actual, point, scale),
        scaled_absolute_periods_in_stock: scaled_periods_in_stock(actual, point, scale)
            .map(f64::abs),
        scaled_crps: scaled_crps(&quantiles),
        naive2_smape: smape(actual, benchmark),
        naive2_mase: mase(actual, benchmark, scale),
        quantiles,
        total_forecast: math::sum(known(actual, point).map(|(_, forecast)| forecast)),
        total_actual: math::sum(known(actual, point).map(|(actual, _)| actual)),
        total_absolute_error: math::sum(
            known(actual, point).map(|(actual, forecast)| (forecast - actual).abs()),
        ),
    }
}

/// The score is linear in the losses, so its mean over the periods is that of their means.
fn scaled_crps(quantiles: &[QuantileScore]) -> Option<f64> {
    let widths =
        widths(&quantiles.iter().map(|quantile| quantile.probability).collect::<Vec<_>>())?;
    let mut total = 0.0;
    for (quantile, width) in quantiles.iter().zip(widths) {
        total += 2.0 * width * quantile.scaled_pinball?;
    }
    Some(total)
}

/// The means of each quantile over the series that have it.
fn quantile_means(scores: &[(&Scores, f64)]) -> Vec<QuantileScore> {
    let each = || {
        scores.iter().flat_map(|&(scores, weight)| {
            scores.quantiles.iter().map(move |quantile| (quantile, weight))
        })
    };
    let mut probabilities: Vec<Probability> = Vec::new();
    for (quantile, _) in each() {
        if !probabilities.contains(&quantile.probability) {
            probabilities.push(quantile.probability);
        }
    }
    sort_by(&mut probabilities, |a, b| a.value().total_cmp(&b.value()));
    let mean = |probability: Probability| {
        let same = || each().filter(move |(quantile, _)| quantile.probability == probability);
        QuantileScore {
            probability,
            scaled_pinball: weighted(&mut same().map(|(q, weight)| (q.scaled_pinball, weight))),
            coverage: weighted(&mut same().map(|(q, weight)| (q.coverage, weight))),
        }
    };
    probabilities.into_iter().map(mean).collect()
}

/// The weighted mean of the values that there are.
fn weighted(values: &mut dyn Iterator<Item = (Option<f64>, f64)>) -> Option<f64> {
    let mut weights = 0.0;
    let total = math::sum(values.filter_map(|(value, weight)| {
        let value = value?;
        weights += weight;
        Some(weight * value)
    }));
    Some(total / weights).filter(|mean| mean.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    fn path(p: f64, values: Vec<f64>) -> QuantilePath {
        QuantilePath { probability: Probability::new(p).unwrap(), values }
    }

    /// A season ahead of the monthly fixture, one period unknown, with two quantiles.
    fn monthly() -> Scores {
        let mut actual = fixture::monthly(72)[60..].to_vec();
        actual[4] = f64::NAN;
        let history = &fixture::monthly(60);
        let point: Vec<f64> = (0..12).map(|t| 210.0 + 3.0 * fixture::noise(t, 13)).collect();
        let quantiles = [
            path(0.5, point.iter().map(|value| value - 5.0).collect()),
            path(0.9, point.iter().map(|value| value + 31.5).collect()),
        ];
        score(&Case {
            history,
            season_length: 12,
            actual: &actual,
            point: &point,
            quantiles: &quantiles,
        })
        .unwrap()
    }

    #[test]
    fn every_figure_of_the_reference() {
        // score(…) of a separate program on the same paths.
        let scores = monthly();
        let quantile = |index: usize| scores.quantiles[index];
        let got = [
            scores.smape,
            scores.mase,
            scores.rmsse,
            scores.scaled_bias,
            Some(scores.total_forecast),
            Some(scores.total_actual),
            Some(scores.total_absolute_error),
            scores.scaled_cumulative_absolute_error,
            quantile(0).scaled_pinball,
            quantile(0).coverage,
            quantile(1).scaled_pinball,
            quantile(1).coverage,
            scores.naive2_smape,
            scores.naive2_mase,
        ];
        for (got, expected) in got.into_iter().zip(REFERENCE) {
            fixture::assert_near(got, expected);
        }
        assert_eq!(scores.periods, 11);
        let ratios = (scores.smape.unwrap() / REFERENCE[12], scores.mase.unwrap() / REFERENCE[13]);
        fixture::assert_near(scores.owa(), f64::midpoint(ratios.0, ratios.1));
    }

    const REFERENCE: [f64; 14] = [
        17.941_928_237_756_734,
        1.746_972_332_015_810_8,
        2.546_664_114_932_890_6,
        -0.704_644_549_763_033_3,
        2_433.0,
        2_571.6,
        460.400_000_000_000_1,
        0.704_644_549_763_033_3,
        1.183_050_409_306_333_4,
        0.454_545_454_545_454_53,
        0.977_605_342_524_773_7,
        0.727_272_727_272_727_3,
        10.133_316_281_654_28,
        0.951_926_776_349_881_9,
    ];

    #[test]
    fn the_mean_of_one_is_itself_and_weights_count() {
        let scores = monthly();
        assert_eq!(Scores::mean([&scores]), scores);
        let other = Scores { forecasts: 1, mase: Some(9.0), ..Scores::default() };
        let mean = Scores::weighted_mean([(&scores, 3.0), (&other, 1.0), (&other, f64::NAN)]);
        fixture::assert_near(mean.mase, f64::midpoint(1.5 * scores.mase.unwrap(), 4.5));
        fixture::assert_near(mean.smape, scores.smape.unwrap());
        assert_eq!(mean.quantiles.len(), 2);
        assert_eq!(mean.forecasts, 2);
        assert_eq!(Scores::mean([&Scores::default()]), Scores::default());
    }

    #[test]
    fn the_mean_keeps_quantiles_apart() {
        let with = |p, loss| Scores {
            forecasts: 1,
            quantiles: vec![QuantileScore {
                probability: Probability::new(p).unwrap(),
                scaled_pinball: Some(loss),
                coverage: None,
            }],
            ..Scores::default()
        };
        let mean = Scores::mean([&with(0.9, 1.0), &with(0.5, 4.0), &with(0.9, 2.0)]);
        let losses: Vec<_> = mean.quantiles.iter().map(|q| q.scaled_pinball).collect();
        assert_eq!(losses, [Some(4.0), Some(1.5)]);
        fixture::assert_near(mean.scaled_pinball(), 2.75);
    }

    #[test]
    fn paths_that_do_not_fit_are_refused() {
        let case = |point: &[f64], quantiles: &[QuantilePath]| {
            let actual = &[1.0, 2.0];
            score(&Case { history: &[1.0], season_length: 1, actual, point, quantiles })
                .unwrap_err()
                .to_string()
        };
        assert!(case(&[1.0], &[]).starts_with("`point`: expected as many values"));
        let short = [path(0.5, vec![1.0])];
        assert!(case(&[1.0, 1.0], &short).starts_with("`quantiles[0]`"));
        let twice = [path(0.5, vec![1.0; 2]), path(0.5, vec![1.0; 2])];
        assert!(case(&[1.0, 1.0], &twice).contains("ascending"));
    }

    #[test]
    fn nothing_known_is_nothing_scored() {
        let case = Case {
            history: &[1.0, 3.0],
            season_length: 1,
            actual: &[f64::NAN],
            point: &[4.0],
            quantiles: &[],
        };
        assert_eq!(score(&case).unwrap(), Scores::default());
    }
}
