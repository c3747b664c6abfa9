//! What can be wrong with a request to source.

use crate::unit::Invalid;

/// Why nothing can be compared or allocated at all.
///
/// A single offer that cannot be used is no error: it is listed as excluded, with its reason.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SourcingError {
    /// A value cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl SourcingError {
    /// Stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code,
        }
    }
}
