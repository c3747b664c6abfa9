//! What is asked of a forecast.

use super::{ForecastError, Model, ModelChoice};
use crate::unit::{Invalid, Probability};
use serde::{Deserialize, Serialize};

/// What is asked of a forecast.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ForecastOptions {
    /// Periods to forecast, from 1 to 10,000.
    pub horizon: u32,
    /// Periods in one season: 7 for daily demand with a weekly pattern, 1 for none; at most a
    /// million.
    pub season_length: u32,
    /// Further seasons, each longer than the one before, not always of whole periods: 365.25 for the
    /// year of daily demand, 168 for the week of hourly demand.
    pub longer_seasons: Vec<f64>,
    /// Which model.
    pub model: ModelChoice,
    /// Probabilities whose quantiles are wanted for every period, ascending, between 0 and 1.
    pub quantiles: Vec<Probability>,
    /// Where the quantiles come from.
    pub intervals: Intervals,
    /// Where drawing futures starts: the same seed draws the same ones.
    pub seed: u32,
    /// What a period without a value means.
    pub missing: MissingPeriods,
    /// What a negative value means.
    pub negative: NegativeDemand,
    /// What zeros before the first demand mean.
    pub leading_zeros: LeadingZeros,
    /// Whether periods that stand out are replaced before the model is fitted.
    pub outliers: Outliers,
}

/// Where quantiles come from.
///
/// For models of counts, which are distributions themselves, there is no choice. With fewer than ten
/// errors of past forecasts they are always calibrated: so few say next to nothing by themselves.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Intervals {
    /// The size of the errors of past forecasts by distance, smoothed, and their shape.
    #[default]
    Calibrated,
    /// The errors of past forecasts at the same distance themselves (split conformal prediction).
    Conformal,
    /// Futures drawn from the model with normal errors.
    Model,
    /// Futures drawn from the model with its own past errors.
    Bootstrap,
}

/// What a period without a value (NaN) means.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum MissingPeriods {
    /// That the caller has made a mistake.
    #[default]
    Refuse,
    /// That demand is not known.
    Unknown,
    /// That nothing was wanted.
    Zero,
}

/// What a negative value means, such as returns that exceed the sales of a period.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum NegativeDemand {
    /// That the caller has made a mistake.
    #[default]
    Refuse,
    /// What it says: forecasts may be negative too.
    Keep,
    /// That nothing was wanted.
    Zero,
}

/// What zeros before the first demand mean.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum LeadingZeros {
    /// That the product was not sold yet, where so many would hardly be chance.
    #[default]
    Launch,
    /// That nothing was wanted.
    Keep,
}

/// What happens to periods that stand out.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Outliers {
    /// Nothing.
    #[default]
    Keep,
    /// They are replaced by what was to be expected, and named in the notes.
    Replace,
}

/// The longest horizon: beyond it an answer would be memory, not knowledge.
pub(super) const MAX_HORIZON: u32 = 10_000;
/// The longest season: more than any history has, and small enough to count with.
pub(super) const MAX_SEASON_LENGTH: u32 = 1_000_000;

impl Default for ForecastOptions {
    /// Four weeks of daily demand with a weekly pattern, with the 5 %, 25 %, 50 %, 75 % and 95 %
    /// quantiles.
    fn default() -> Self {
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95];
        Self {
            horizon: 28,
            season_length: 7,
            longer_seasons: Vec::new(),
            model: ModelChoice::Auto,
            quantiles: quantiles.into_iter().filter_map(|p| Probability::new(p).ok()).collect(),
            intervals: Intervals::default(),
            seed: 0,
            missing: MissingPeriods::default(),
            negative: NegativeDemand::default(),
            leading_zeros: LeadingZeros::default(),
            outliers: Outliers::default(),
        }
    }
}

impl ForecastOptions {
    /// Whether the options can be used at all, whatever the series.
    ///
    /// # Errors
    ///
    /// The first option that is out of range, with what was expected.
    pub fn check(&self) -> Result<(), ForecastError> {
        let refuse = |field: &str, code, expected: String, got: String| {
            Err(Invalid::new(code, expected, got).at(field).into())
        };
        if !(1..=MAX_HORIZON).contains(&self.horizon) {
            let expected = format!("a horizon from 1 to {MAX_HORIZON}");
            return refuse("horizon", "horizon_invalid", expected, self.horizon.to_string());
        }
        if !(1..=MAX_SEASON_LENGTH).contains(&self.season_length) {
            let expected = format!("a season from 1 to {MAX_SEASON_LENGTH} periods");
            let got = self.season_length.to_string();
            return refuse("season_length", "season_length_invalid", expected, got);
        }
        let mut longest = f64::from(self.season_length);
        for &season in &self.longer_seasons {
            if !(season > longest && season <= f64::from(MAX_SEASON_LENGTH)) {
                let expected =
                    format!("seasons that ascend from more than {longest} to {MAX_SEASON_LENGTH}");
                let got = format!("{:?}", self.longer_seasons);
                return refuse("longer_seasons", "season_length_invalid", expected, got);
            }
            longest = season;
        }
        let inside = self.quantiles.iter().all(|p| p.value() > 0.0 && p.value() < 1.0);
        if !inside || !self.quantiles.windows(2).all(|pair| pair[0] < pair[1]) {
            let expected = "ascending probabilities above 0 and below 1, each once".to_owned();
            let got = format!("{:?}", self.quantiles.iter().map(|p| p.value()).collect::<Vec<_>>());
            return refuse("quantiles", "quantiles_invalid", expected, got);
        }
        if let ModelChoice::Combination { models, .. } = &self.model {
            let repeated = |index: usize, model: &Model| models[..index].contains(model);
            if models.is_empty() || models.iter().enumerate().any(|(i, m)| repeated(i, m)) {
                let names: Vec<_> = models.iter().map(Model::to_string).collect();
                let expected = "at least one model, each once".to_owned();
                return refuse("model.models", "models_invalid", expected, names.join(", "));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::CombineBy;

    #[test]
    fn options_out_of_range_name_their_field() {
        let p = |value| Probability::new(value).unwrap();
        let code = |options: ForecastOptions| options.check().unwrap_err().code();
        let ok = ForecastOptions::default;
        assert!(ok().check().is_ok());
        assert_eq!(code(ForecastOptions { horizon: 0, ..ok() }), "horizon_invalid");
        assert_eq!(code(ForecastOptions { horizon: 10_001, ..ok() }), "horizon_invalid");
        for season_length in [0, 1_000_001, u32::MAX] {
            let options = ForecastOptions { season_length, ..ok() };
            assert_eq!(code(options), "season_length_invalid");
        }
        for seasons in [vec![7.0], vec![f64::NAN], vec![168.0, 24.0]] {
            let options = ForecastOptions { longer_seasons: seasons, ..ok() };
            assert_eq!(code(options), "season_length_invalid");
        }
        for quantiles in [vec![p(0.5), p(0.5)], vec![p(0.0)], vec![p(1.0)], vec![p(0.9), p(0.1)]] {
            assert_eq!(code(ForecastOptions { quantiles, ..ok() }), "quantiles_invalid");
        }
        for models in [vec![], vec![Model::Naive, Model::Naive]] {
            let model = ModelChoice::Combination { models, by: CombineBy::Mean };
            assert_eq!(code(ForecastOptions { model, ..ok() }), "models_invalid");
        }
    }
}
