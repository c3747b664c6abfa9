//! The forecasts that would have been made, and how good they were.

use super::{
    Scale, Scores, naive2,
    score::{check, measure},
};
use crate::{
    forecast::{ForecastError, QuantilePath},
    unit::Invalid,
};
use serde::{Deserialize, Serialize};

/// From where in a history forecasts are made again, and what they may know.
///
/// An origin is the number of periods that have passed when a forecast is made: it knows the values
/// before the origin, and is scored on the `horizon` values that begin `gap` after it (Tashman,
/// "Out-of-sample tests of forecasting accuracy", International Journal of Forecasting 16, 2000).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "BacktestPlan"))]
pub struct Backtest {
    /// Periods that are scored from each origin, at least 1.
    pub horizon: usize,
    /// Periods from one origin to the next, at least 1.
    pub step: usize,
    /// Which origins.
    pub origins: Origins,
    /// How much of the past a forecast is given.
    pub window: Window,
    /// Periods after the origin that are forecast but not scored: those that pass before a forecast
    /// can be acted on.
    pub gap: usize,
    /// How often the forecaster learns everything anew.
    pub refit: Refit,
    /// Periods in one season, for scales and for Naive2; 1 for none.
    pub season_length: usize,
}

/// Which origins a backtest has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Origins {
    /// From this one on, as many as the history can score.
    From {
        /// The first origin, at least 1.
        first: usize,
    },
    /// The latest that the history can score.
    Last {
        /// How many, at least 1.
        count: usize,
    },
}

/// How much of the past a forecast is given.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Window {
    /// All of it.
    Expanding,
    /// The periods just before the origin.
    Sliding {
        /// How many, at least 1; fewer where the history begins.
        length: usize,
    },
}

/// How often a forecaster learns everything anew.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Refit {
    /// At every origin.
    EveryOrigin,
    /// At the first origin only; later it takes in what came since.
    Update,
}

/// What a forecaster is asked at one origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask<'a> {
    /// Periods that have passed.
    pub origin: usize,
    /// What may be known: the window of the history that ends before the origin.
    pub history: &'a [f64],
    /// What is to be learnt from it.
    pub learn: Learn<'a>,
    /// Periods to forecast: the gap and the horizon.
    pub periods: usize,
}

/// What a forecaster has to learn before it answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Learn<'a> {
    /// Everything, from the history.
    Anew,
    /// What came since it last answered.
    Update {
        /// The values since the last origin, oldest first.
        observations: &'a [f64],
    },
}

/// What a forecaster says from one origin.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Paths {
    /// Expected demand of each period asked for.
    pub point: Vec<f64>,
    /// Quantiles of each period, by ascending probability; may be empty.
    pub quantiles: Vec<QuantilePath>,
}

/// What came of the forecasts from all origins.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestResult {
    /// Each origin with its forecast, ascending.
    pub origins: Vec<OriginOutcome>,
    /// Scores of the first scored period of all origins, of the second, and so on.
    ///
    /// They share one scale, that of the last origin; cumulative errors mean nothing here and are
    /// left out.
    pub by_step: Vec<Scores>,
    /// The mean of the origins' scores.
    pub overall: Scores,
}

/// What came of the forecast from one origin.
#[derive(Clone, Debug, PartialEq)]
pub struct OriginOutcome {
    /// Periods that had passed.
    pub origin: usize,
    /// Forecast less actual of each scored period, NaN where the actual is not known; or why there
    /// is no forecast.
    pub errors: Result<Vec<f64>, ForecastError>,
    /// The scores, scaled by all that had come before the origin, whatever the window.
    pub scores: Scores,
}

/// Makes the forecasts of all origins and scores them.
///
/// `values` may hold NaN for periods that are not known; the forecaster is given them as they are.
/// An origin at which it fails has its error and is left out of the scores.
///
/// # Errors
///
/// When the backtest cannot be accepted, the history has no room for one origin, or the forecaster
/// answers with paths of another length.
///
/// ```
/// use replenish::forecast::accuracy::{
///     Backtest, Origins, Paths, Refit, Window, backtest,
/// };
/// let plan = Backtest {
///     horizon: 2,
///     step: 1,
///     origins: Origins::From { first: 3 },
///     window: Window::Expanding,
///     gap: 0,
///     refit: Refit::EveryOrigin,
///     season_length: 1,
/// };
/// let result = backtest(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &plan, |ask| {
///     let last = ask.history[ask.history.len() - 1];
///     Ok(Paths { point: vec![last; ask.periods], quantiles: Vec::new() })
/// })?;
/// assert_eq!(result.origins.len(), 2);
/// assert_eq!(result.origins[0].errors, Ok(vec![-1.0, -2.0]));
/// assert_eq!((result.by_step[0].mae, result.by_step[1].mae), (Some(1.0), Some(2.0)));
/// assert_eq!(result.overall.mase, Some(1.5));
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
pub fn backtest(
    values: &[f64],
    plan: &Backtest,
    mut forecaster: impl FnMut(&Ask<'_>) -> Result<Paths, ForecastError>,
) -> Result<BacktestResult, ForecastError> {
    plan.check()?;
    let mut scored = Scored::default();
    let mut outcomes = Vec::new();
    let mut learnt: Option<usize> = None;
    for origin in plan.origins(values.len())? {
        let learn = match (plan.refit, learnt) {
            (Refit::Update, Some(last)) => Learn::Update { observations: &values[last..origin] },
            (Refit::EveryOrigin | Refit::Update, _) => Learn::Anew,
        };
        let ask = Ask {
            origin,
            history: &values[plan.window.start(origin)..origin],
            learn,
            periods: plan.gap + plan.horizon,
        };
        let outcome = match forecaster(&ask) {
            Ok(paths) => {
                learnt = Some(origin);
                scored.take(values, plan, origin, paths)?
            }
            Err(error) => {
                // What a forecaster that failed still knows is not known.
                learnt = None;
                OriginOutcome { origin, errors: Err(error), scores: Scores::default() }
            }
        };
        outcomes.push(outcome);
    }
    let overall = Scores::mean(outcomes.iter().map(|outcome| &outcome.scores));
    Ok(BacktestResult { by_step: scored.by_step(values, plan), overall, origins: outcomes })
}

impl Backtest {
    /// The origins in a history of some length, ascending.
    ///
    /// # Errors
    ///
    /// When there is not one.
    pub fn origins(
        &self,
        length: usize,
    ) -> Result<impl Iterator<Item = usize> + use<>, ForecastError> {
        let step = self.step.max(1);
        let needed = self.horizon.saturating_add(self.gap);
        let first = match self.origins {
            Origins::From { first } => first.max(1),
            Origins::Last { count } => {
                let span = step.saturating_mul(count.max(1) - 1);
                length.saturating_sub(needed).saturating_sub(span)
            }
        };
        let needed_in_all = match self.origins {
            Origins::From { .. } => first.saturating_add(needed),
            Origins::Last { count } => {
                step.saturating_mul(count.max(1) - 1).saturating_add(needed).saturating_add(1)
            }
        };
        if length < needed_in_all {
            return Err(ForecastError::TooShort {
                needed: needed_in_all as u64,
                got: length as u64,
                purpose: "the origins, gap and horizon of the backtest",
            });
        }
        Ok((first..=length - needed).step_by(step))
    }

    fn check(&self) -> Result<(), Invalid> {
        let at_least_one = |value: usize, code, field: &str| {
            if value > 0 {
                return Ok(());
            }
            Err(Invalid::new(code, "at least 1", value).at(field))
        };
        at_least_one(self.horizon, "horizon_invalid", "horizon")?;
        at_least_one(self.step, "step_invalid", "step")?;
        at_least_one(self.season_length, "season_length_invalid", "season_length")?;
        match self.origins {
            Origins::From { first } => at_least_one(first, "origin_invalid", "origins.first")?,
            Origins::Last { count } => at_least_one(count, "origin_invalid", "origins.count")?,
        }
        match self.window {
            Window::Expanding => Ok(()),
            Window::Sliding { length } => at_least_one(length, "window_invalid", "window.length"),
        }
    }
}

impl Window {
    fn start(self, origin: usize) -> usize {
        match self {
            Self::Expanding => 0,
            Self::Sliding { length } => origin.saturating_sub(length),
        }
    }
}

/// Forecasts that were made, each from its origin and without its gap.
#[derive(Default)]
struct Scored(Vec<Made>);

struct Made {
    origin: usize,
    paths: Paths,
    benchmark: Vec<f64>,
}

impl Scored {
    /// Scores a forecast and keeps it.
    fn take(
        &mut self,
        values: &[f64],
        plan: &Backtest,
        origin: usize,
        mut paths: Paths,
    ) -> Result<OriginOutcome, ForecastError> {
        check(plan.gap + plan.horizon, &paths.point, &paths.quantiles)?;
        if let Some(Made { paths: first, .. }) = self.0.first() {
            same_quantiles(&first.quantiles, &paths.quantiles)?;
        }
        let all = paths.quantiles.iter_mut().map(|path| &mut path.values);
        for path in all.chain([&mut paths.point]) {
            path.drain(..plan.gap);
        }
        let known = &values[..origin];
        let mut benchmark = naive2(known, plan.season_length, plan.gap + plan.horizon);
        benchmark.drain(..plan.gap);
        let actual = &values[origin + plan.gap..][..plan.horizon];
        let scale = Scale::of(known, plan.season_length);
        let scores = measure(actual, &paths.point, &paths.quantiles, &benchmark, &scale);
        let errors = paths.point.iter().zip(actual).map(|(point, actual)| point - actual).collect();
        self.0.push(Made { origin, paths, benchmark });
        Ok(OriginOutcome { origin, errors: Ok(errors), scores })
    }

    fn by_step(&self, values: &[f64], plan: &Backtest) -> Vec<Scores> {
        let last = self.0.last().map_or(0, |made| made.origin);
        let scale = Scale::of(&values[..last], plan.season_length);
        let across = |read: &dyn Fn(&Made) -> f64| self.0.iter().map(read).collect::<Vec<_>>();
        let of_step = |step: usize| {
            let quantiles: Vec<QuantilePath> = match self.0.first() {
                None => Vec::new(),
                Some(first) => first
                    .paths
                    .quantiles
                    .iter()
                    .enumerate()
                    .map(|(index, path)| {
                        let values = across(&|made| made.paths.quantiles[index].values[step]);
                        QuantilePath { probability: path.probability, values }
                    })
                    .collect(),
            };
            let scores = measure(
                &across(&|made| values[made.origin + plan.gap + step]),
                &across(&|made| made.paths.point[step]),
                &quantiles,
                &across(&|made| made.benchmark[step]),
                &scale,
            );
            Scores {
                forecasts: scores.periods,
                scaled_cumulative_absolute_error: None,
                scaled_absolute_periods_in_stock: None,
                ..scores
            }
        };
        (0..plan.horizon).map(of_step).collect()
    }
}

/// Refuses quantiles of other probabilities than at the first origin.
fn same_quantiles(first: &[QuantilePath], now: &[QuantilePath]) -> Result<(), Invalid> {
    let probabilities =
        |paths: &[QuantilePath]| paths.iter().map(|path| path.probability.value()).collect();
    let (expected, got): (Vec<f64>, Vec<f64>) = (probabilities(first), probabilities(now));
    if expected == got {
        return Ok(());
    }
    let expected = format!("the probabilities of the first origin, {expected:?}");
    Err(Invalid::new("quantiles_invalid", expected, format!("{got:?}")).at("quantiles"))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};
    use crate::unit::Probability;

    const PLAN: Backtest = Backtest {
        horizon: 3,
        step: 2,
        origins: Origins::From { first: 5 },
        window: Window::Expanding,
        gap: 1,
        refit: Refit::EveryOrigin,
        season_length: 1,
    };

    fn flat(ask: &Ask<'_>) -> Paths {
        let point = vec![ask.history.iter().sum::<f64>() / ask.history.len() as f64; ask.periods];
        let probability = Probability::new(0.9).unwrap();
        let quantiles = vec![QuantilePath { probability, values: vec![70.0; ask.periods] }];
        Paths { point, quantiles }
    }

    #[test]
    fn origins_windows_and_news_are_those_of_the_plan() {
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        let mut asked = Vec::new();
        let plan = Backtest { window: Window::Sliding { length: 3 }, refit: Refit::Update, ..PLAN };
        backtest(&values, &plan, |ask| {
            let news = match ask.learn {
                Learn::Anew => None,
                Learn::Update { observations } => Some(observations.to_vec()),
            };
            asked.push((ask.origin, ask.history.to_vec(), news, ask.periods));
            Ok(flat(ask))
        })
        .unwrap();
        assert_eq!(
            asked,
            [(5, vec![2.0, 3.0, 4.0], None, 4), (7, vec![4.0, 5.0, 6.0], Some(vec![5.0, 6.0]), 4),]
        );
        let origins =
            |origins| -> Vec<usize> { Backtest { origins, ..PLAN }.origins(12).unwrap().collect() };
        assert_eq!(origins(Origins::Last { count: 3 }), [4, 6, 8]);
        assert_eq!(origins(Origins::From { first: 8 }), [8]);
    }

    #[test]
    fn the_scores_are_those_of_the_parts() {
        let values = fixture::monthly(60);
        let result = backtest(&values, &PLAN, |ask| Ok(flat(ask))).unwrap();
        assert_eq!(result.origins.len(), 26);
        // Errors that are not seen by origin must be those that are seen by step.
        for step in 0..3 {
            let squares = result.origins.iter().map(|o| o.errors.as_ref().unwrap()[step]);
            let mean = squares.map(|error| error * error).sum::<f64>() / 26.0;
            fixture::assert_near(result.by_step[step].rmse, mean.sqrt());
            assert_eq!(result.by_step[step].quantiles.len(), 1);
        }
        let mae = result.by_step.iter().map(|scores| scores.mae.unwrap()).sum::<f64>() / 3.0;
        fixture::assert_near(result.overall.mae, mae);
        let first = &result.origins[0];
        let mean = values[..5].iter().sum::<f64>() / 5.0;
        fixture::assert_near(Some(first.errors.as_ref().unwrap()[0]), mean - values[6]);
    }

    #[test]
    fn a_failed_origin_spoils_only_itself_and_is_learnt_anew() {
        let mut anew = 0;
        let plan = Backtest { refit: Refit::Update, ..PLAN };
        let result = backtest(&fixture::monthly(30), &plan, |ask| {
            anew += usize::from(ask.learn == Learn::Anew);
            if ask.origin == 9 {
                return Err(ForecastError::TooShort { needed: 99, got: 9, purpose: "a test" });
            }
            Ok(flat(ask))
        })
        .unwrap();
        assert_eq!((anew, result.origins.len(), result.overall.forecasts), (2, 11, 10));
        assert!(result.origins[2].errors.is_err());
        assert_eq!(result.by_step[0].forecasts, 10);
    }

    #[test]
    fn unknown_actuals_are_not_scored() {
        let mut values = fixture::monthly(30);
        values[10] = f64::NAN;
        let plan = Backtest { window: Window::Sliding { length: 2 }, ..PLAN };
        let result = backtest(&values, &plan, |ask| {
            Ok(Paths { point: vec![100.0; ask.periods], ..Paths::default() })
        })
        .unwrap();
        assert_eq!(result.overall.periods, 11 * 3 - 2);
        assert!(result.origins[1].errors.as_ref().unwrap()[2].is_nan());
    }

    #[test]
    fn a_bad_plan_or_answer_is_refused() {
        let code =
            |plan: Backtest| backtest(&[1.0; 9], &plan, |ask| Ok(flat(ask))).unwrap_err().code();
        assert_eq!(code(Backtest { horizon: 0, ..PLAN }), "horizon_invalid");
        assert_eq!(code(Backtest { step: 0, ..PLAN }), "step_invalid");
        assert_eq!(code(Backtest { season_length: 0, ..PLAN }), "season_length_invalid");
        assert_eq!(
            code(Backtest { origins: Origins::From { first: 0 }, ..PLAN }),
            "origin_invalid"
        );
        assert_eq!(
            code(Backtest { origins: Origins::Last { count: 0 }, ..PLAN }),
            "origin_invalid"
        );
        assert_eq!(
            code(Backtest { window: Window::Sliding { length: 0 }, ..PLAN }),
            "window_invalid"
        );
        assert_eq!(code(Backtest { gap: usize::MAX, ..PLAN }), "series_too_short");
        assert_eq!(
            code(Backtest { origins: Origins::Last { count: 4 }, ..PLAN }),
            "series_too_short"
        );
        let error = backtest(&[1.0; 9], &PLAN, |_| Ok(Paths::default())).unwrap_err();
        assert_eq!(error.code(), "path_length_invalid");
        let error = backtest(&[1.0; 12], &PLAN, |ask| {
            let quantiles = if ask.origin == 5 { Vec::new() } else { flat(ask).quantiles };
            Ok(Paths { quantiles, ..flat(ask) })
        })
        .unwrap_err();
        assert_eq!(error.code(), "quantiles_invalid");
    }
}
