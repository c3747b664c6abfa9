//! Which model, and what it says.

use super::{
    DemandClass, DemandDistribution, DemandPattern, ForecastError, LeadTime, Model, ModelChoice,
    Series, SeriesBatch, croston, model::Fitted, naive, smoothing,
};
use crate::unit::{Invalid, Probability};
use serde::{Deserialize, Serialize};

/// What is asked of a forecast.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ForecastOptions {
    /// Periods to forecast, from 1 to 10,000.
    pub horizon: u32,
    /// Periods in one season: 7 for daily demand with a weekly pattern, 1 for none.
    pub season_length: u32,
    /// Which model.
    pub model: ModelChoice,
    /// Probabilities whose quantiles are wanted for every period, ascending.
    pub quantiles: Vec<Probability>,
}

/// The longest horizon: beyond it an answer would be memory, not knowledge.
const MAX_HORIZON: u32 = 10_000;

impl Default for ForecastOptions {
    /// Four weeks of daily demand with a weekly pattern, with the 5 %, 25 %, 50 %, 75 % and 95 %
    /// quantiles.
    fn default() -> Self {
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95];
        Self {
            horizon: 28,
            season_length: 7,
            model: ModelChoice::Auto,
            quantiles: quantiles.into_iter().filter_map(|p| Probability::new(p).ok()).collect(),
        }
    }
}

/// What will be wanted, and how sure that is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Forecast {
    /// The model used.
    pub model: Model,
    /// Why this one, in words and numbers.
    pub reason: String,
    /// What the history looks like.
    pub pattern: DemandPattern,
    /// Expected demand of each period.
    pub mean: Vec<f64>,
    /// A path for each probability asked for, in that order.
    pub quantiles: Vec<QuantilePath>,
    /// Past origins whose errors stand behind the quantiles of the last period.
    pub origins: usize,
    #[serde(skip)]
    history: Vec<f64>,
    #[serde(skip)]
    fitted: Fitted,
    #[serde(skip)]
    first_origin: usize,
}

/// The demand of each period that is not exceeded with one probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct QuantilePath {
    /// The probability.
    pub probability: Probability,
    /// The quantile of each period.
    pub values: Vec<f64>,
}

/// Forecasts one series.
///
/// The quantiles are the model's own past errors at the same distance, added to what it says now
/// and never below zero.
///
/// # Errors
///
/// When an option is out of range, or the history is too short for the horizon: it must hold a
/// season (or a quarter of itself, if that is longer) to start from and the horizon behind it.
///
/// ```
/// use replenish::forecast::{ForecastOptions, Series, forecast};
/// let week = [20.0, 22.0, 19.0, 25.0, 31.0, 40.0, 12.0];
/// let history = Series::new(week.repeat(8))?;
/// let options = ForecastOptions { horizon: 7, ..ForecastOptions::default() };
/// let result = forecast(&history, &options)?;
/// assert_eq!(result.mean, week);
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
pub fn forecast(series: &Series, options: &ForecastOptions) -> Result<Forecast, ForecastError> {
    options.check()?;
    let (horizon, season_length) = (options.horizon as usize, options.season_length as usize);
    let values = series.values();
    let first_origin = season_length.max(values.len() / 4).max(1);
    if values.len() < first_origin.saturating_add(horizon) {
        let (season, horizon) = (u64::from(options.season_length), u64::from(options.horizon));
        let needed = (season + horizon).max(horizon + (horizon - 1) / 3);
        let (got, purpose) = (values.len() as u64, "the horizon");
        return Err(ForecastError::TooShort { needed, got, purpose });
    }

    let pattern = DemandPattern::of(series);
    let chosen = choose(values, first_origin, pattern, options);
    let now = values.len();
    let mean: Vec<f64> = (0..horizon).map(|step| chosen.fitted.at(now, step)).collect();
    let mut quantiles: Vec<QuantilePath> = options
        .quantiles
        .iter()
        .map(|&probability| QuantilePath { probability, values: Vec::with_capacity(horizon) })
        .collect();
    let mut outcomes = Vec::with_capacity(now);
    for (step, &point) in mean.iter().enumerate() {
        outcomes.clear();
        outcomes.extend((first_origin..now - step).map(|origin| {
            (point + values[origin + step] - chosen.fitted.at(origin, step)).max(0.0)
        }));
        read_quantiles(&mut outcomes, &mut quantiles);
    }
    Ok(Forecast {
        model: chosen.model,
        reason: chosen.reason,
        pattern,
        mean,
        quantiles,
        origins: now - first_origin - horizon + 1,
        history: values.to_vec(),
        fitted: chosen.fitted,
        first_origin,
    })
}

/// Forecasts many series; a bad one spoils only itself.
///
/// # Errors
///
/// When the offsets do not cut the values into series.
///
/// ```
/// use replenish::forecast::{ForecastOptions, SeriesBatch, forecast_batch};
/// let values = [vec![3.0; 30], vec![f64::NAN; 30]].concat();
/// let batch = SeriesBatch { values: &values, offsets: &[0, 30, 60] };
/// let options = ForecastOptions { horizon: 2, ..ForecastOptions::default() };
/// let results = forecast_batch(batch, &options)?;
/// assert_eq!(results[0].as_ref().unwrap().mean, [3.0, 3.0]);
/// assert_eq!(results[1].as_ref().unwrap_err().code(), "demand_invalid");
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
pub fn forecast_batch(
    batch: SeriesBatch<'_>,
    options: &ForecastOptions,
) -> Result<Vec<Result<Forecast, ForecastError>>, ForecastError> {
    Ok(batch.series()?.map(|series| forecast(&series?, options)).collect())
}

impl Forecast {
    /// Demand summed over a lead time: what the model says from now on plus each error it made over
    /// as many periods, weighted over the lead time's outcomes.
    ///
    /// # Errors
    ///
    /// When the lead time cannot be accepted, or the history holds no interval of that length
    /// behind the first origin.
    pub fn lead_time_demand(
        &self,
        lead_time: &LeadTime,
    ) -> Result<DemandDistribution, ForecastError> {
        let mut weighted = Vec::new();
        for outcome in lead_time.outcomes()? {
            let sums = self.demand_over(outcome.periods as usize)?;
            let weight = outcome.probability.value() / sums.len() as f64;
            weighted.extend(sums.into_iter().map(|demand| (demand, weight)));
        }
        Ok(DemandDistribution::from_weighted(weighted))
    }

    /// The history that was forecast from.
    pub fn history(&self) -> &[f64] {
        &self.history
    }

    /// Possible sums of the next `periods` periods, one for each past origin.
    fn demand_over(&self, periods: usize) -> Result<Vec<f64>, ForecastError> {
        let now = self.history.len();
        if now < self.first_origin.saturating_add(periods) {
            return Err(ForecastError::TooShort {
                needed: self.first_origin as u64 + periods as u64,
                got: now as u64,
                purpose: "the lead time and review period",
            });
        }
        let point = self.fitted.sum(now, periods);
        let sums = (self.first_origin..=now - periods).map(|origin| {
            let actual: f64 = self.history[origin..origin + periods].iter().sum();
            (point + actual - self.fitted.sum(origin, periods)).max(0.0)
        });
        Ok(sums.collect())
    }
}

impl ForecastOptions {
    fn check(&self) -> Result<(), Invalid> {
        if !(1..=MAX_HORIZON).contains(&self.horizon) {
            let expected = format!("a horizon from 1 to {MAX_HORIZON}");
            return Err(Invalid::new("horizon_invalid", expected, self.horizon).at("horizon"));
        }
        if self.season_length == 0 {
            let invalid = Invalid::new("season_length_invalid", "a season of at least 1 period", 0);
            return Err(invalid.at("season_length"));
        }
        let ascending = self.quantiles.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending {
            let got = format!("{:?}", self.quantiles.iter().map(|p| p.value()).collect::<Vec<_>>());
            let invalid =
                Invalid::new("quantiles_invalid", "ascending probabilities, each once", got);
            return Err(invalid.at("quantiles"));
        }
        Ok(())
    }
}

struct Chosen {
    model: Model,
    fitted: Fitted,
    reason: String,
}

/// The asked model, or the one with the smallest error; ties go to the earlier of the list.
fn choose(
    values: &[f64],
    first_origin: usize,
    pattern: DemandPattern,
    options: &ForecastOptions,
) -> Chosen {
    let season_length = options.season_length as usize;
    let fit = |model| match model {
        Model::SimpleExponentialSmoothing => smoothing::fit(values),
        Model::SeasonalNaive => naive::fit(values, season_length),
        Model::CrostonSba => croston::fit(values),
    };
    let candidates: &[Model] = match (options.model, pattern.class) {
        (ModelChoice::Fixed { model }, _) => {
            return Chosen { model, fitted: fit(model), reason: "asked for".to_owned() };
        }
        (ModelChoice::Auto, DemandClass::NoDemand) => {
            let (model, reason) = (Model::CrostonSba, "nothing was ever wanted".to_owned());
            return Chosen { model, fitted: fit(model), reason };
        }
        (ModelChoice::Auto, DemandClass::Smooth | DemandClass::Erratic) => {
            &[Model::SimpleExponentialSmoothing, Model::SeasonalNaive]
        }
        (ModelChoice::Auto, DemandClass::Intermittent | DemandClass::Lumpy) => {
            &[Model::SimpleExponentialSmoothing, Model::CrostonSba]
        }
    };
    let horizon = options.horizon as usize;
    let mut best: Option<(f64, Model, Fitted)> = None;
    let mut tried = Vec::new();
    for &model in candidates {
        let fitted = fit(model);
        let error = root_mean_squared_error(values, first_origin, horizon, &fitted);
        tried.push(format!("{} {error:.4}", name(model)));
        if best.as_ref().is_none_or(|(smallest, ..)| error < *smallest) {
            best = Some((error, model, fitted));
        }
    }
    let (_, model, fitted) =
        best.unwrap_or_else(|| (0.0, Model::CrostonSba, fit(Model::CrostonSba)));
    let reason = format!(
        "smallest root mean squared error over {horizon} periods from {} past origins: {}",
        values.len() - first_origin,
        tried.join(", ")
    );
    Chosen { model, fitted, reason }
}

fn name(model: Model) -> &'static str {
    match model {
        Model::SimpleExponentialSmoothing => "simple exponential smoothing",
        Model::SeasonalNaive => "seasonal naive",
        Model::CrostonSba => "Croston SBA",
    }
}

/// Root mean squared error of all forecasts up to the horizon, from every past origin.
fn root_mean_squared_error(values: &[f64], first: usize, horizon: usize, fitted: &Fitted) -> f64 {
    let (mut total, mut count) = (0.0, 0.0);
    for origin in first..values.len() {
        for (step, value) in values[origin..].iter().take(horizon).enumerate() {
            let error = value - fitted.at(origin, step);
            total += error * error;
            count += 1.0;
        }
    }
    (total / count).sqrt()
}

/// Appends to each path its quantile of the values: the smallest of them that is not exceeded with
/// the path's probability. The probabilities ascend, so each one looks only where the ones before
/// left off; sorting all values would take twice as long.
fn read_quantiles(values: &mut [f64], paths: &mut [QuantilePath]) {
    let mut settled = 0;
    for path in paths {
        let wanted = path.probability.value() * values.len() as f64 - 1e-9;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most the length, and the cast saturates at zero"
        )]
        let rank = (wanted.ceil() as usize).clamp(1, values.len()) - 1;
        if rank >= settled {
            values[settled..].select_nth_unstable_by(rank - settled, f64::total_cmp);
            settled = rank + 1;
        }
        path.values.push(values[rank]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: impl IntoIterator<Item = f64>) -> Series {
        Series::new(values.into_iter().collect()).unwrap()
    }

    #[test]
    fn quantiles_cover_what_they_say_on_the_history_itself() {
        // A repeating pattern without a season that the models know: errors are the same ones again.
        let history = series((0..200).map(|t| f64::from((t * 37) % 11)));
        let options =
            ForecastOptions { horizon: 3, season_length: 1, ..ForecastOptions::default() };
        let result = forecast(&history, &options).unwrap();
        for path in &result.quantiles {
            let covered =
                history.values()[50..].iter().filter(|&&v| v <= path.values[0] + 1e-9).count();
            let share = covered as f64 / 150.0;
            assert!(
                (share - path.probability.value()).abs() < 0.1,
                "{} covers {share}",
                path.probability.value()
            );
        }
    }

    #[test]
    fn lead_time_demand_of_a_certain_future_is_certain() {
        let history = series([1.0, 2.0, 3.0, 4.0].repeat(6));
        let options =
            ForecastOptions { horizon: 4, season_length: 4, ..ForecastOptions::default() };
        let result = forecast(&history, &options).unwrap();
        assert_eq!(result.model, Model::SeasonalNaive);
        let demand = result.lead_time_demand(&LeadTime::Fixed { periods: 6 }).unwrap();
        assert!((demand.mean() - 13.0).abs() < 1e-12, "1 2 3 4 1 2");
        assert!((demand.quantile(Probability::new(0.99).unwrap()) - 13.0).abs() < 1e-12);
    }

    #[test]
    fn a_random_lead_time_mixes_its_outcomes() {
        let history = series([2.0; 40]);
        let options =
            ForecastOptions { horizon: 1, season_length: 1, ..ForecastOptions::default() };
        let result = forecast(&history, &options).unwrap();
        let half = Probability::new(0.5).unwrap();
        let outcome = |periods| super::super::LeadTimeOutcome { periods, probability: half };
        let lead_time = LeadTime::Empirical { outcomes: vec![outcome(1), outcome(5)] };
        let demand = result.lead_time_demand(&lead_time).unwrap();
        assert!((demand.mean() - 6.0).abs() < 1e-12);
        assert!((demand.quantile(half) - 2.0).abs() < 1e-12);
        assert!((demand.probability_above(2.0).value() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_automatic_choice_follows_the_class_and_the_errors() {
        let options = ForecastOptions { horizon: 7, ..ForecastOptions::default() };
        let weekly = [5.0, 6.0, 7.0, 5.0, 9.0, 15.0, 2.0].repeat(12);
        assert_eq!(forecast(&series(weekly), &options).unwrap().model, Model::SeasonalNaive);
        let level = (0..84).map(|t| 10.0 + f64::from((t * 7919) % 5));
        assert_eq!(
            forecast(&series(level), &options).unwrap().model,
            Model::SimpleExponentialSmoothing
        );
        let nothing = forecast(&series([0.0; 84]), &options).unwrap();
        assert!(nothing.mean.iter().all(|value| value.abs() < 1e-12));
    }

    #[test]
    fn too_short_a_history_says_how_much_is_needed() {
        for horizon in 1..40 {
            let options = ForecastOptions { horizon, ..ForecastOptions::default() };
            let Err(ForecastError::TooShort { needed, got, .. }) =
                forecast(&series([1.0; 7]), &options)
            else {
                panic!("seven days are too short for a week and a horizon")
            };
            assert_eq!(got, 7);
            let needed = usize::try_from(needed).unwrap();
            assert!(
                forecast(&series(vec![1.0; needed]), &options).is_ok(),
                "{needed} for {horizon}"
            );
            assert!(
                forecast(&series(vec![1.0; needed - 1]), &options).is_err(),
                "{needed} for {horizon}"
            );
        }
    }

    #[test]
    fn options_out_of_range_name_their_field() {
        let p = |value| Probability::new(value).unwrap();
        let code =
            |options: ForecastOptions| forecast(&series([1.0; 90]), &options).unwrap_err().code();
        let ok = ForecastOptions::default;
        assert_eq!(code(ForecastOptions { horizon: 0, ..ok() }), "horizon_invalid");
        assert_eq!(code(ForecastOptions { season_length: 0, ..ok() }), "season_length_invalid");
        assert_eq!(
            code(ForecastOptions { quantiles: vec![p(0.5), p(0.5)], ..ok() }),
            "quantiles_invalid"
        );
    }
}
