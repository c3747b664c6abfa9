//! What can be wrong with a request for a forecast.

use crate::unit::Invalid;

/// Why a series has no forecast.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ForecastError {
    /// A value or an option cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The history is too short for what was asked.
    #[error("expected at least {needed} periods of history for {purpose}, got `{got}`")]
    TooShort {
        /// Fewest periods that would do.
        needed: u64,
        /// Periods there are.
        got: u64,
        /// What they are needed for.
        purpose: &'static str,
    },
}

impl ForecastError {
    /// Stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code,
            Self::TooShort { .. } => "series_too_short",
        }
    }
}
