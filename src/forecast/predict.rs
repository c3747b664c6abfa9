//! What will be wanted of one product: of each period, and over a lead time.

use super::{
    DemandDistribution, DemandPattern, FittedModel, ForecastError, ForecastOptions, Influence,
    LeadTime, Series,
    filter::{Fit, one_step},
    fitted::Fitted,
    history::History,
    on_demand::OnDemand,
    outlook::{MAX_PERIODS, Outlook, path},
    select::{Chosen, Workspace, choose},
    spread::{Ruler, Spread},
};
use crate::unit::{Invalid, Probability};
use serde::{Deserialize, Serialize};

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
    /// The model now: what follows from the model as it was before its history, and from that history,
    /// is worked out when it is first asked for.
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
        let season = season_ahead(series, options.horizon as usize)?;
        let adjusted = (!season.is_empty()).then(|| series.without_season());
        let series = adjusted.as_ref().unwrap_or(series);
        let mut history = History::read(series, options)?;
        let effects = history.take_out_effects(series, options);
        let (mut factors, influences) =
            effects.map_or_else(Default::default, |effects| (effects.factors, effects.influences));
        if factors.is_empty() {
            factors = season;
        } else {
            factors.iter_mut().zip(season).for_each(|(factor, season)| *factor *= season);
        }
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

/// What a season known from elsewhere multiplies each period ahead by; empty without one.
fn season_ahead(series: &Series, horizon: usize) -> Result<Vec<f64>, ForecastError> {
    let factors = series.seasonal_factors();
    if factors.is_empty() {
        return Ok(Vec::new());
    }
    let (periods, needed) = (series.len(), series.len() + horizon);
    let ahead = factors.get(periods..needed).ok_or_else(|| {
        let expected =
            format!("{needed} factors or more: {periods} of history and {horizon} ahead");
        Invalid::new("seasonal_factors_length", expected, factors.len()).at("seasonal_factors")
    })?;
    Ok(ahead.to_vec())
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

    /// The quantile of the demand of the next periods together, without the rest of its
    /// distribution; it may be infinite where it is above `most`. None where nothing is saved.
    pub(crate) fn quantile_of_sum(
        &self,
        periods: u32,
        probability: Probability,
        most: f64,
    ) -> Option<f64> {
        let outlook = self.outlook(self.state());
        outlook.quantile_of_sum(periods as usize, &self.factors, probability, most)
    }

    /// Demand of each of the next periods by itself, as a distribution; behind what is known to move
    /// demand, its mean goes on.
    pub fn demand_by_period(&self, periods: u32) -> Vec<DemandDistribution> {
        let outlook = self.outlook(self.state());
        let origins = outlook.spread.origins();
        let usual = match self.factors.len() {
            0 => 1.0,
            known => self.factors.iter().sum::<f64>() / known as f64,
        };
        let factor = |step: usize| self.factors.get(step).copied().unwrap_or(usual);
        let of = |(step, points): (usize, Vec<(f64, f64)>)| {
            let points = points.into_iter().map(|(demand, share)| (demand * factor(step), share));
            DemandDistribution::from_weighted(points.collect()).learnt_from(origins)
        };
        outlook.steps((periods as usize).min(MAX_PERIODS)).into_iter().enumerate().map(of).collect()
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
        FittedModel::new(model, state, spread, is_non_negative, periods)
    }

    fn outlook<'a>(&'a self, state: &'a Fitted) -> Outlook<'a> {
        let path = if self.factors.is_empty() { &self.mean[..] } else { &[] };
        let is_non_negative = self.history.is_non_negative;
        Outlook { state, spread: self.spread(), is_non_negative, path }
    }

    fn state(&self) -> &Fitted {
        self.state.get_or_init(|| self.history.now(&self.start))
    }

    fn spread(&self) -> &Spread {
        self.spread.get_or_init(|| Spread::of(&self.start, &self.history, &self.ruler))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Model, ModelChoice};

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
