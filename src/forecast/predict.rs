//! What a model says: of each period, and of a lead time.

use super::{
    DemandDistribution, DemandPattern, ForecastError, ForecastOptions, Influence, Intervals,
    LeadTime, Series,
    conformal::{Conformal, FEWEST_ERRORS},
    filter::{Filter, Fit},
    fitted::Fitted,
    history::{History, one_step},
    interval::ErrorModel,
    select::{Chosen, Workspace, choose},
    simulate::{Errors, Shape},
};
use crate::unit::{Invalid, Probability};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// What will be wanted, and how sure that is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Forecast {
    /// What was used: the name of a model, or of several and how they became one.
    pub model: String,
    /// Why this one, in words and numbers.
    pub reason: String,
    /// What was considered.
    pub candidates: Vec<Candidate>,
    /// What the history looks like.
    pub pattern: DemandPattern,
    /// Expected demand of each period.
    pub mean: Vec<f64>,
    /// A path for each probability asked for, in that order.
    pub quantiles: Vec<QuantilePath>,
    /// Past forecasts whose errors stand behind the quantiles; none where no quantiles are wanted.
    pub origins: usize,
    /// What promotions, prices, events and closed periods do to demand, where forecasts are better
    /// for it.
    pub influences: Vec<Influence>,
    /// What was changed in the history before it was forecast, in words.
    pub notes: Vec<String>,
    /// The model now.
    #[serde(skip)]
    state: OnDemand<Fitted>,
    #[serde(skip)]
    spread: OnDemand<Spread>,
    #[serde(skip)]
    ruler: Ruler,
    /// What each period ahead is multiplied by; none where nothing is known to move demand.
    #[serde(skip)]
    factors: Vec<f64>,
    #[serde(skip)]
    start: Fit<Fitted>,
    #[serde(skip)]
    history: History,
}

/// A model that was considered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Candidate {
    /// Its name, with the form that was fitted.
    pub model: String,
    /// Root mean squared error over the last periods when fitted to those before; none when the
    /// history is too short to tell.
    #[cfg_attr(target_family = "wasm", tsify(type = "number | null"))]
    pub error: Option<f64>,
    /// Its share among the models, together 1; a distribution of counts may stand beside them, as the
    /// forecast's name then says.
    pub weight: f64,
}

/// The demand of each period that is not exceeded with one probability.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct QuantilePath {
    /// The probability.
    pub probability: Probability,
    /// The quantile of each period.
    pub values: Vec<f64>,
}

/// A fitted model as a small value: it can be stored, brought up to date without fitting again, and
/// asked.
///
/// ```
/// use replenish::forecast::{FittedModel, ForecastOptions, Series, forecast};
/// let week = [20.0, 22.0, 19.0, 25.0, 31.0, 40.0, 12.0];
/// let history = Series::new(week.repeat(8))?;
/// let model = forecast(&history, &ForecastOptions::default())?.into_model();
/// let stored = serde_json::to_string(&model)?;
/// let mut model: FittedModel = serde_json::from_str(&stored)?;
/// model.update(&week[..3])?;
/// assert!((model.mean(1)?[0] - 25.0).abs() < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FittedModel {
    version: Version,
    model: String,
    state: Fitted,
    spread: Spread,
    is_non_negative: bool,
    /// Periods it has seen.
    periods: u64,
}

/// The layout of a stored model; another one is refused when it is read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
enum Version {
    #[serde(rename = "1")]
    One,
}

/// How demand spreads around what is expected.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Spread {
    Calibrated(ErrorModel),
    Conformal(Conformal),
    Drawn(Errors),
    /// The model is a distribution itself, learnt from so many periods.
    Own {
        periods: usize,
    },
    /// Quantiles between those of a distribution and those of errors.
    Blended {
        share: f64,
        errors: ErrorModel,
    },
}

/// What follows from the model as it was before its history, and from that history: worked out when
/// it is first asked for, since it takes time or room that most forecasts of a batch never need.
#[derive(Clone, Debug)]
struct OnDemand<T>(OnceLock<Box<T>>);

impl<T> Default for OnDemand<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for OnDemand<T> {
    /// Whether it has been worked out yet makes no difference.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What the spread is measured by, beside model and history.
#[derive(Clone, Debug, PartialEq)]
struct Ruler {
    intervals: Intervals,
    horizon: usize,
    seed: u32,
    /// How much a distribution of counts says; errors say the rest.
    counted: f64,
}

/// What is ahead: a model now, and how demand spreads around what it expects.
struct Outlook<'a> {
    state: &'a Fitted,
    spread: &'a Spread,
    is_non_negative: bool,
}

/// The longest interval that demand is summed over.
const MAX_PERIODS: usize = 10_000;
/// Probabilities at which the distribution of a sum is kept: whole percents, finer in the tails that
/// service levels ask for.
const CELLS: usize = 100;
const TAIL: [f64; 6] = [0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01];

/// Forecasts one series.
///
/// Any history has an answer, however short; the shorter it is the wider the quantiles are. Without
/// any observation it is that of a product of which about one unit is wanted in two periods: name
/// similar products instead ([`analogue`](super::analogue)).
///
/// # Errors
///
/// When an option is out of range, or a value, mask or regressor cannot be accepted.
///
/// ```
/// use replenish::forecast::{ForecastOptions, Series, forecast};
/// let week = [20.0, 22.0, 19.0, 25.0, 31.0, 40.0, 12.0];
/// let history = Series::new(week.repeat(8))?;
/// let options = ForecastOptions { horizon: 7, ..ForecastOptions::default() };
/// let result = forecast(&history, &options)?;
/// assert!(result.mean.iter().zip(week).all(|(mean, day)| (mean - day).abs() < 5.0));
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
pub fn forecast(series: &Series, options: &ForecastOptions) -> Result<Forecast, ForecastError> {
    options.check()?;
    Ok(Demand::read(series, options)?.choose(options, &mut Workspace::default()))
}

/// What is forecast.
pub(super) struct Demand {
    pub(super) history: History,
    pattern: DemandPattern,
    /// What each period ahead is multiplied by.
    factors: Vec<f64>,
    influences: Vec<Influence>,
}

impl Demand {
    pub(super) fn read(series: &Series, options: &ForecastOptions) -> Result<Self, ForecastError> {
        check_regressors(series, options.horizon as usize)?;
        let mut history = History::read(series, options)?;
        let effects = history.take_out_effects(series, options);
        let (factors, influences) =
            effects.map_or_else(Default::default, |effects| (effects.factors, effects.influences));
        let pattern = DemandPattern::of_values(&history.known_values());
        Ok(Self { history, pattern, factors, influences })
    }

    pub(super) fn choose(
        mut self,
        options: &ForecastOptions,
        workspace: &mut Workspace,
    ) -> Forecast {
        let chosen = choose(&mut self.history, &self.pattern, options, workspace);
        let state = self.history.now(&chosen.fit);
        self.forecast(chosen, &state, options)
    }

    /// The forecast of what was chosen, which is in this state now.
    pub(super) fn forecast(
        self,
        chosen: Chosen,
        state: &Fitted,
        options: &ForecastOptions,
    ) -> Forecast {
        let Self { mut history, pattern, factors, influences } = self;
        let Chosen { mut name, fit, mut reason, candidates, counted } = chosen;
        name.shrink_to_fit();
        reason.shrink_to_fit();
        let horizon = options.horizon as usize;
        let mut forecast = Forecast {
            model: name,
            reason,
            candidates,
            pattern,
            mean: path(state, history.is_non_negative, horizon),
            quantiles: Vec::new(),
            origins: 0,
            influences,
            notes: std::mem::take(&mut history.notes),
            state: OnDemand::default(),
            spread: OnDemand::default(),
            ruler: Ruler { intervals: options.intervals, horizon, seed: options.seed, counted },
            factors,
            start: fit,
            history,
        };
        if !options.quantiles.is_empty() {
            let outlook = forecast.outlook(state);
            let origins = outlook.spread.origins();
            forecast.quantiles = outlook.quantile_paths(&forecast.mean, &options.quantiles);
            forecast.origins = origins;
        }
        let Forecast { mean, quantiles, factors, .. } = &mut forecast;
        for path in quantiles.iter_mut().map(|path| &mut path.values).chain([mean]) {
            path.iter_mut().zip(&*factors).for_each(|(value, factor)| *value *= factor);
        }
        forecast
    }
}

/// Each regressor has one value for each period of the history and of the horizon.
fn check_regressors(series: &Series, horizon: usize) -> Result<(), ForecastError> {
    let (periods, needed) = (series.len(), series.len() + horizon);
    for (index, regressor) in series.regressors().iter().enumerate() {
        let refuse = |code, expected: String, got: &dyn std::fmt::Display| {
            let path = format!("regressors[{index}].values");
            Err(Invalid::new(code, expected, format_args!("{got} ({})", regressor.name)).at(path))
        };
        let got = regressor.values.len();
        if got == periods {
            let expected = format!("{horizon} values for the periods ahead behind the history");
            refuse("regressor_without_future", expected, &"none")?;
        }
        if got != needed {
            let expected = format!("{needed} values: {periods} of history and {horizon} ahead");
            refuse("regressor_length", expected, &got)?;
        }
        if let Some(value) = regressor.values.iter().find(|value| value.is_infinite()) {
            refuse("regressor_invalid", "finite numbers".to_owned(), value)?;
        }
    }
    Ok(())
}

impl Forecast {
    /// Demand summed over a lead time, as a distribution: how far off sums of that many periods were,
    /// so that the dependence between periods is in it, weighted over the lead time's outcomes.
    ///
    /// # Errors
    ///
    /// When the lead time cannot be accepted, or is longer than 10,000 periods.
    pub fn lead_time_demand(
        &self,
        lead_time: &LeadTime,
    ) -> Result<DemandDistribution, ForecastError> {
        self.outlook(self.state()).summed(lead_time, &self.factors)
    }

    /// The history that was forecast from, from launch; periods in which demand was not known have
    /// what was to be expected.
    pub fn history(&self) -> &[f64] {
        &self.history.values
    }

    /// What the model expected of each period of the history, one period ahead; NaN for the first
    /// periods, which only start it.
    pub fn fitted_values(&self) -> Vec<f64> {
        let mut expected = one_step(&self.start, &self.history.values);
        for value in expected.iter_mut().take(self.start.warm_up) {
            *value = f64::NAN;
        }
        expected
    }

    /// The history less the fitted values.
    pub fn residuals(&self) -> Vec<f64> {
        self.history()
            .iter()
            .zip(self.fitted_values())
            .map(|(value, fitted)| value - fitted)
            .collect()
    }

    /// The fitted model alone, to be stored.
    pub fn into_model(self) -> FittedModel {
        let (state, spread) = (self.state().clone(), self.spread().clone());
        let Self { model, history: History { launch, values, is_non_negative, .. }, .. } = self;
        let periods = (launch + values.len()) as u64;
        FittedModel { version: Version::One, model, state, spread, is_non_negative, periods }
    }

    fn outlook<'a>(&'a self, state: &'a Fitted) -> Outlook<'a> {
        Outlook { state, spread: self.spread(), is_non_negative: self.history.is_non_negative }
    }

    fn state(&self) -> &Fitted {
        self.state.0.get_or_init(|| Box::new(self.history.now(&self.start)))
    }

    fn spread(&self) -> &Spread {
        let measure = || Spread::of(&self.start, &self.history, &self.ruler);
        self.spread.0.get_or_init(|| Box::new(measure()))
    }
}

impl Spread {
    fn of(fit: &Fit<Fitted>, history: &History, ruler: &Ruler) -> Self {
        let Ruler { horizon, seed, counted, .. } = *ruler;
        let evidence = history.evidence(fit);
        let (values, known) = match &evidence {
            Some(evidence) => (&evidence.values, Some(&evidence.known[..])),
            None => (&history.values, history.known.as_deref()),
        };
        let known_since = |first: usize| {
            (first..values.len()).filter(|&period| known.is_none_or(|known| known[period])).count()
        };
        if fit.start.predictive().is_some() {
            // The past alone, of a few periods, knows nothing of what may come.
            let counted = if matches!(fit.start, Fitted::Empirical(_)) {
                counted.min(known_since(0) as f64 / FEWEST_ERRORS as f64)
            } else {
                counted
            };
            if counted >= 1.0 {
                return Self::Own { periods: known_since(0) };
            }
            let errors = ErrorModel::of(fit, values, known, horizon);
            return Self::Blended { share: counted, errors };
        }
        let drawn = |shape| Self::Drawn(Errors::of(fit, values, known, shape, seed));
        let intervals = if known_since(fit.warm_up) < FEWEST_ERRORS {
            Intervals::Calibrated
        } else {
            ruler.intervals
        };
        match intervals {
            Intervals::Calibrated => Self::Calibrated(ErrorModel::of(fit, values, known, horizon)),
            Intervals::Conformal => Self::Conformal(Conformal::of(fit, values, known, horizon)),
            Intervals::Model => drawn(Shape::Normal),
            Intervals::Bootstrap => drawn(Shape::Own),
        }
    }

    fn origins(&self) -> usize {
        match self {
            Self::Calibrated(errors) | Self::Blended { errors, .. } => errors.origins,
            Self::Conformal(errors) => errors.origins(),
            Self::Drawn(errors) => errors.count(),
            Self::Own { periods } => *periods,
        }
    }
}

impl FittedModel {
    /// Takes in the demand of further periods; NaN where it is not known. Nothing is fitted again.
    ///
    /// # Errors
    ///
    /// When a value is infinite, or negative where demand never was; then none is taken in.
    pub fn update(&mut self, values: &[f64]) -> Result<(), ForecastError> {
        for (index, &value) in Series::new(values.to_vec())?.values().iter().enumerate() {
            if self.is_non_negative && value < 0.0 {
                let expected = "a demand of 0 or more, as in the history";
                let invalid = Invalid::new("demand_negative", expected, value);
                return Err(invalid.at(format_args!("values[{index}]")).into());
            }
        }
        for &value in values {
            if value.is_nan() {
                self.state.pass();
            } else {
                self.state.observe(value);
            }
            self.periods += 1;
        }
        Ok(())
    }

    /// The name of the model.
    pub fn name(&self) -> &str {
        &self.model
    }

    /// How many periods it has seen.
    pub fn periods(&self) -> u64 {
        self.periods
    }

    /// Expected demand of the next periods.
    ///
    /// # Errors
    ///
    /// When more than 10,000 are asked for, or none.
    pub fn mean(&self, horizon: u32) -> Result<Vec<f64>, ForecastError> {
        let options = ForecastOptions { horizon, ..ForecastOptions::default() };
        options.check()?;
        Ok(self.outlook().path(horizon as usize))
    }

    /// Expected demand of the next periods and its quantiles.
    ///
    /// # Errors
    ///
    /// As [`ForecastOptions::check`], of which horizon and quantiles matter.
    pub fn quantiles(
        &self,
        horizon: u32,
        probabilities: &[Probability],
    ) -> Result<Vec<QuantilePath>, ForecastError> {
        let quantiles = probabilities.to_vec();
        ForecastOptions { horizon, quantiles, ..ForecastOptions::default() }.check()?;
        let outlook = self.outlook();
        Ok(outlook.quantile_paths(&outlook.path(horizon as usize), probabilities))
    }

    /// As [`Forecast::lead_time_demand`].
    ///
    /// # Errors
    ///
    /// When the lead time cannot be accepted, or is longer than 10,000 periods.
    pub fn lead_time_demand(
        &self,
        lead_time: &LeadTime,
    ) -> Result<DemandDistribution, ForecastError> {
        self.outlook().summed(lead_time, &[])
    }

    fn outlook(&self) -> Outlook<'_> {
        let Self { state, spread, is_non_negative, .. } = self;
        Outlook { state, spread, is_non_negative: *is_non_negative }
    }
}

impl Outlook<'_> {
    fn summed(
        &self,
        lead_time: &LeadTime,
        factors: &[f64],
    ) -> Result<DemandDistribution, ForecastError> {
        let mut weighted = Vec::new();
        for outcome in lead_time.outcomes()? {
            let periods = outcome.periods as usize;
            if periods > MAX_PERIODS {
                let expected = format!("a lead time of at most {MAX_PERIODS} periods");
                let invalid = Invalid::new("lead_time_too_long", expected, periods);
                return Err(invalid.at("lead_time").into());
            }
            let share = outcome.probability.value();
            let factor = self.factor_of_sum(periods, factors);
            let sums = self.sums(periods).into_iter();
            weighted.extend(sums.map(|(demand, weight)| (demand * factor, weight * share)));
        }
        Ok(DemandDistribution::from_weighted(weighted).learnt_from(self.spread.origins()))
    }

    /// What the demand of the next periods together is multiplied by; behind the factors known, their
    /// mean goes on.
    fn factor_of_sum(&self, periods: usize, factors: &[f64]) -> f64 {
        if factors.is_empty() || periods == 0 {
            return 1.0;
        }
        let usual = factors.iter().sum::<f64>() / factors.len() as f64;
        let ahead = factors.iter().copied().chain(std::iter::repeat(usual));
        let (mut moved, mut total) = (0.0, 0.0);
        for (mean, factor) in self.path(periods).into_iter().zip(ahead) {
            moved += mean * factor;
            total += mean;
        }
        // Where demand changes sign or there is none, every period counts alike.
        if total > 0.0 && moved >= 0.0 {
            return moved / total;
        }
        let ahead = factors.iter().copied().chain(std::iter::repeat(usual));
        ahead.take(periods).sum::<f64>() / periods as f64
    }

    fn path(&self, horizon: usize) -> Vec<f64> {
        path(self.state, self.is_non_negative, horizon)
    }

    fn quantile_paths(&self, mean: &[f64], probabilities: &[Probability]) -> Vec<QuantilePath> {
        let path =
            |probability| QuantilePath { probability, values: Vec::with_capacity(mean.len()) };
        let mut paths: Vec<QuantilePath> = probabilities.iter().copied().map(path).collect();
        let least = if self.is_non_negative { 0.0 } else { f64::NEG_INFINITY };
        if let Spread::Drawn(errors) = self.spread {
            errors.draw(self.state, mean.len(), |_, demand| {
                demand.sort_unstable_by(f64::total_cmp);
                for path in &mut paths {
                    path.values.push(rank(demand, path.probability.value()).max(least));
                }
            });
            return paths;
        }
        for (step, &mean) in mean.iter().enumerate() {
            let counts = self.state.predictive().map(|model| model.distribution(step));
            for path in &mut paths {
                let p = path.probability.value();
                let own = || counts.as_ref().map_or(mean, |counts| counts.quantile(p));
                let quantile = match self.spread {
                    Spread::Calibrated(errors) => errors.step_quantile(mean, step + 1, p),
                    Spread::Conformal(errors) => mean + errors.step_error(step + 1, p),
                    Spread::Blended { share, errors } => {
                        let other = errors.step_quantile(mean, step + 1, p).max(least);
                        share * own() + (1.0 - share) * other
                    }
                    Spread::Own { .. } | Spread::Drawn(_) => own(),
                };
                path.values.push(quantile.max(least));
            }
        }
        paths
    }

    /// Possible sums of the next periods, each with its weight.
    fn sums(&self, periods: usize) -> Vec<(f64, f64)> {
        let least = if self.is_non_negative { 0.0 } else { f64::NEG_INFINITY };
        if periods == 0 {
            return vec![(0.0, 1.0)];
        }
        if let Spread::Drawn(errors) = self.spread {
            let mut sums: Vec<f64> = Vec::new();
            errors.draw(self.state, periods, |_, demand| {
                sums.resize(demand.len(), 0.0);
                sums.iter_mut().zip(demand).for_each(|(sum, demand)| *sum += demand.max(least));
            });
            return sums.into_iter().map(|sum| (sum, 1.0)).collect();
        }
        let counts = self.state.predictive().map(|model| match periods {
            1 => model.distribution(0),
            _ => model.sum_distribution(periods),
        });
        if let (Spread::Own { .. }, Some(counts)) = (self.spread, &counts) {
            return counts.points().to_vec();
        }
        let mean = self.path(periods).iter().sum();
        let of_errors = |errors: &ErrorModel, p| match periods {
            // The same answer as that of a step, to the last bit.
            1 => errors.step_quantile(mean, 1, p),
            _ => errors.sum_quantile(mean, periods, p),
        };
        let quantile = |p| match self.spread {
            Spread::Calibrated(errors) => of_errors(errors, p),
            Spread::Conformal(errors) => mean + errors.sum_error(periods, p),
            Spread::Blended { share, errors } => {
                let own = counts.as_ref().map_or(mean, |counts| counts.quantile(p));
                share * own + (1.0 - share) * of_errors(errors, p).max(least)
            }
            Spread::Own { .. } | Spread::Drawn(_) => mean,
        };
        cells().into_iter().map(|(p, weight)| (quantile(p).max(least), weight)).collect()
    }
}

fn path(state: &Fitted, is_non_negative: bool, horizon: usize) -> Vec<f64> {
    let mut path = vec![0.0; horizon];
    state.path(&mut path);
    if is_non_negative {
        for value in &mut path {
            *value = value.max(0.0);
        }
    }
    path
}

/// Probabilities that stand for all, each with the share of those next to it: the service levels
/// that buyers ask for are among them, so their quantiles are not read off a neighbour.
fn cells() -> Vec<(f64, f64)> {
    let middle = (2..CELLS - 1).map(|cell| cell as f64 / CELLS as f64);
    let upper = TAIL.iter().rev().map(|tail| 1.0 - tail);
    let places: Vec<f64> = TAIL.into_iter().chain(middle).chain(upper).collect();
    let last = places.len() - 1;
    let cell = |place: usize| {
        let from = if place == 0 { 0.0 } else { 0.5 * (places[place - 1] + places[place]) };
        let to = if place == last { 1.0 } else { 0.5 * (places[place] + places[place + 1]) };
        (places[place], to - from)
    };
    (0..places.len()).map(cell).collect()
}

/// The value of a sorted sample that is not exceeded with a probability.
fn rank(sorted: &[f64], probability: f64) -> f64 {
    let rank = (probability * sorted.len() as f64 - 1e-9).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
    let index = rank as usize - 1;
    sorted.get(index).or(sorted.last()).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{LeadTimeOutcome, Model, ModelChoice};

    fn fitted(values: &[f64], model: Model) -> FittedModel {
        let model = ModelChoice::Fixed { model };
        let options = ForecastOptions { season_length: 1, model, ..ForecastOptions::default() };
        forecast(&Series::new(values.to_vec()).unwrap(), &options).unwrap().into_model()
    }

    fn p(value: f64) -> Probability {
        Probability::new(value).unwrap()
    }

    #[test]
    fn the_cells_of_a_sum_hold_the_service_levels() {
        let cells = cells();
        assert!((cells.iter().map(|cell| cell.1).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(cells.iter().all(|cell| cell.1 > 0.0));
        assert!(cells.windows(2).all(|pair| pair[0].0 < pair[1].0));
        // The mean probability is a half, so that no sum is drawn to one side.
        assert!((cells.iter().map(|cell| cell.0 * cell.1).sum::<f64>() - 0.5).abs() < 1e-12);
        let distribution = DemandDistribution::from_weighted(cells);
        for level in [0.005, 0.01, 0.05, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999] {
            assert!((distribution.quantile(p(level)) - level).abs() < 1e-12, "{level}");
        }
    }

    #[test]
    fn a_random_lead_time_mixes_its_outcomes() {
        let model = fitted(&[7.0; 30], Model::Mean);
        let outcome = |periods, share| LeadTimeOutcome { periods, probability: p(share) };
        let outcomes = vec![outcome(1, 0.5), outcome(3, 0.3), outcome(0, 0.2)];
        let demand = model.lead_time_demand(&LeadTime::Empirical { outcomes }).unwrap();
        assert!((demand.mean() - 7.0 * 1.4).abs() < 1e-9);
        for (level, sum) in [(0.1, 0.0), (0.2, 0.0), (0.21, 7.0), (0.7, 7.0), (0.71, 21.0)] {
            assert!((demand.quantile(p(level)) - sum).abs() < 1e-9, "{level}");
        }
        assert_eq!(demand.outcomes(), 29);
    }

    #[test]
    fn known_effects_move_a_sum_by_their_share() {
        // A drift expects 11, 12, 13, …
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let model = fitted(&values, Model::Drift);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        near(model.outlook().factor_of_sum(2, &[]), 1.0);
        near(model.outlook().factor_of_sum(2, &[1.0, 3.0]), (11.0 + 36.0) / 23.0);
        // Behind what is known their mean goes on.
        near(model.outlook().factor_of_sum(3, &[1.0, 3.0]), (11.0 + 36.0 + 26.0) / 36.0);
        near(model.outlook().factor_of_sum(2, &[0.0, 0.0]), 0.0);
        // Without any demand they count alike.
        near(fitted(&[0.0; 9], Model::Mean).outlook().factor_of_sum(4, &[0.0, 2.0]), 1.0);
    }

    #[test]
    fn a_gap_in_an_update_changes_no_expectation() {
        for model in Model::all() {
            let mut model = fitted(&[3.0, 5.0, 2.0, 4.0, 6.0, 3.0, 5.0, 4.0, 4.0, 3.0], model);
            let before = model.mean(3).unwrap();
            model.update(&[f64::NAN]).unwrap();
            let after = model.mean(2).unwrap();
            assert!((after[0] - before[1]).abs() < 1.2, "{} {before:?} {after:?}", model.name());
            assert_eq!(model.periods(), 11);
        }
    }

    #[test]
    fn another_layout_is_refused() {
        let text = serde_json::to_string(&fitted(&[1.0, 2.0], Model::Naive)).unwrap();
        assert!(text.starts_with(r#"{"version":"1","#), "{text}");
        let newer = text.replacen(r#""1""#, r#""2""#, 1);
        assert!(serde_json::from_str::<FittedModel>(&newer).is_err());
        let more = text.replacen('{', r#"{"more":1,"#, 1);
        assert!(serde_json::from_str::<FittedModel>(&more).is_err());
    }

    #[test]
    fn fitted_values_and_residuals_add_up_to_the_history() {
        let values = [3.0, 8.0, 4.0, 6.0];
        let model = ModelChoice::Fixed { model: Model::Naive };
        let options = ForecastOptions { model, ..ForecastOptions::default() };
        let result = forecast(&Series::new(values.to_vec()).unwrap(), &options).unwrap();
        assert!(result.fitted_values()[0].is_nan() && result.residuals()[0].is_nan());
        assert_eq!(result.fitted_values()[1..], [3.0, 8.0, 4.0]);
        assert_eq!(result.residuals()[1..], [5.0, -4.0, 2.0]);
        assert_eq!(result.history(), values);
    }
}
