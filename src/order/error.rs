//! What can be wrong with an order or a plan.

use crate::{
    forecast::ForecastError,
    sourcing::SourcingError,
    unit::{Invalid, table::TableProblem},
};

/// Why an order cannot be split or drafted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// A value cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The order has no line with a quantity.
    #[error("expected an order with at least one line of a positive quantity, got none")]
    EmptyOrder,
}

impl OrderError {
    /// Stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code,
            Self::EmptyOrder => "order_empty",
        }
    }
}

/// Why nothing can be planned at all.
///
/// A product that cannot be planned is no error: it is listed with its own problem.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A value cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The history cannot be cut into series.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
    /// The basket cannot be allocated.
    #[error(transparent)]
    Sourcing(#[from] SourcingError),
    /// Purchase orders cannot be drafted.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// Files cannot be read; every problem found is listed.
    #[error("{}", list(.0))]
    Tables(Vec<TableProblem>),
}

impl PlanError {
    /// Stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code,
            Self::Forecast(error) => error.code(),
            Self::Sourcing(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Tables(_) => "tables_invalid",
        }
    }
}

fn list(problems: &[TableProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
