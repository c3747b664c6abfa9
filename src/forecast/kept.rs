//! A fitted model kept as a small value, and what it goes on saying.

use super::{
    DemandDistribution, ForecastError, ForecastOptions, LeadTime, QuantilePath, Series,
    filter::Filter, fitted::Fitted, outlook::Outlook, spread::Spread,
};
use crate::unit::{Invalid, Probability};
use serde::{Deserialize, Serialize};

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

impl FittedModel {
    pub(super) fn new(
        model: String,
        state: Fitted,
        spread: Spread,
        is_non_negative: bool,
        periods: u64,
    ) -> Self {
        Self { version: Version::One, model, state, spread, is_non_negative, periods }
    }

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

    /// As [`Forecast::lead_time_demand`](super::Forecast::lead_time_demand).
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

    /// As that of a forecast.
    pub(crate) fn quantile_of_sum(
        &self,
        periods: u32,
        probability: Probability,
        most: f64,
    ) -> Option<f64> {
        self.outlook().quantile_of_sum(periods as usize, &[], probability, most)
    }

    pub(super) fn outlook(&self) -> Outlook<'_> {
        let Self { state, spread, is_non_negative, .. } = self;
        Outlook { state, spread, is_non_negative: *is_non_negative, path: &[] }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::forecast::{Model, ModelChoice, forecast};

    pub(in crate::forecast) fn fitted(values: &[f64], model: Model) -> FittedModel {
        let model = ModelChoice::Fixed { model };
        let options = ForecastOptions { season_length: 1, model, ..ForecastOptions::default() };
        forecast(&Series::new(values.to_vec()).unwrap(), &options).unwrap().into_model()
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
}
