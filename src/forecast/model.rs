//! The closed set of models, and what every fitted model can be asked.

use serde::{Deserialize, Serialize};

/// Which model to use.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ModelChoice {
    /// The one with the smallest rolling-origin error among those that suit the demand class.
    #[default]
    Auto,
    /// Always this one.
    Fixed {
        /// The model.
        model: Model,
    },
}

/// A forecasting model.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Model {
    /// Simple exponential smoothing, its smoothing parameter by least squares.
    SimpleExponentialSmoothing,
    /// What was wanted one season earlier.
    SeasonalNaive,
    /// Croston's method with the bias correction of Syntetos and Boylan.
    CrostonSba,
}

/// A fitted model: what it said, or says, from any origin of its history.
///
/// An origin `t` has seen the periods before `t`; the first period it forecasts is `t` itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fitted {
    /// The same value for every future period, by origin; `levels[0]` has seen nothing.
    Flat { levels: Vec<f64> },
    /// The last season again.
    Seasonal { values: Vec<f64>, season_length: usize },
}

impl Fitted {
    /// The forecast of the period `step` periods after `origin`.
    pub(super) fn at(&self, origin: usize, step: usize) -> f64 {
        match self {
            Self::Flat { levels } => levels[origin],
            Self::Seasonal { values, season_length } => {
                values[origin - season_length + step % season_length]
            }
        }
    }

    /// The forecast of `periods` periods from `origin`, summed.
    pub(super) fn sum(&self, origin: usize, periods: usize) -> f64 {
        match self {
            Self::Flat { levels } => levels[origin] * periods as f64,
            Self::Seasonal { .. } => (0..periods).map(|step| self.at(origin, step)).sum(),
        }
    }
}
