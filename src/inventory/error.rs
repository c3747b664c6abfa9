//! What can be wrong with a request to replenish.

use crate::{forecast::ForecastError, unit::Invalid};

/// Why a product's requirement cannot be worked out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InventoryError {
    /// A value cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The forecast cannot say what will be wanted until the goods are there.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
}

impl InventoryError {
    /// Says in which field the value stands, as [`Invalid::at`] does.
    #[must_use]
    pub fn at(self, field: impl std::fmt::Display) -> Self {
        match self {
            Self::Invalid(invalid) => Self::Invalid(invalid.at(field)),
            Self::Forecast(ForecastError::Invalid(invalid)) => {
                Self::Forecast(ForecastError::Invalid(invalid.at(field)))
            }
            Self::Forecast(short @ ForecastError::TooShort { .. }) => Self::Forecast(short),
        }
    }

    /// Stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code,
            Self::Forecast(error) => error.code(),
        }
    }
}
