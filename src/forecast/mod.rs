//! How much will be wanted, and how sure are we.
//!
//! Read in this order:
//!
//! 1. [`Series`] and [`ForecastOptions`]: what came, and what its gaps, returns and stock-outs mean;
//!    `history` makes of them a complete history from launch, `hidden` tells what may have been
//!    wanted where that is not known, `regression` takes out what promotions, prices, events and
//!    closed days did, `clean` and `calendar` help before that.
//! 2. [`Model`]: the closed set of models. Each is fitted to a state that says what it expects and
//!    takes in what came (`filter`): `baseline`, `simple_smoothing`, `ets`, `theta`, `ces`,
//!    `intermittent`, `aggregate`, `count`, `seasonal`, and `combine` for several as one.
//! 3. [`forecast`] and [`forecast_batch`] (`select` chooses, `predict` answers from an `outlook`):
//!    the mean and the quantiles of each period, and through [`Forecast::lead_time_demand`] the
//!    [`DemandDistribution`] of what is wanted over a lead time, which is what a buyer needs.
//! 4. [`FittedModel`]: a forecast kept as a small value and brought up to date without fitting again.
//! 5. [`SharedSeason`]: what many products together know of a season that one alone cannot show.
//! 6. Around it: [`accuracy`] (how good were forecasts), [`hierarchy`] (make those of parts and sums
//!    agree), [`analogue`] (products without a history).
//!
//! Quantiles come from how wrong the same model was in the series' own past, one period ahead and
//! more and over sums of periods, so that their dependence is kept; for sparse demand from a
//! distribution of counts.

pub mod accuracy;
mod aggregate;
pub mod analogue;
mod baseline;
mod batch;
mod calendar;
mod cells;
mod ces;
mod clean;
mod combine;
mod conformal;
mod count;
mod decompose;
mod demand_table;
mod distribution;
mod error;
mod ets;
mod filter;
mod fit;
mod fitted;
mod hidden;
pub mod hierarchy;
mod history;
mod intermittent;
mod interval;
mod kept;
mod lead_time;
mod linear;
mod loess;
mod long_table;
mod model;
mod on_demand;
mod options;
mod outlook;
mod pattern;
mod predict;
mod regression;
mod seasonal;
mod select;
mod series;
mod series_table;
mod shared_season;
mod simple_smoothing;
mod simulate;
mod spread;
mod strength;
mod theta;
mod wide_table;

pub use batch::{forecast_batch, forecast_each};
pub use calendar::{Calendar, CalendarEvent, regularly_closed};
pub use clean::{Cleaned, Outlier, clean, outliers};
pub use demand_table::{DemandHistory, DemandTableOptions, SkuDemand, read_demand};
pub use distribution::DemandDistribution;
pub use error::ForecastError;
pub use ets::EtsForm;
pub use kept::FittedModel;
pub use lead_time::{LeadTime, LeadTimeOutcome};
pub use model::{CombineBy, Model, ModelChoice};
pub use options::{
    ForecastOptions, Intervals, LeadingZeros, MissingPeriods, NegativeDemand, Outliers,
};
pub use pattern::{DemandClass, DemandPattern};
pub use predict::{Candidate, Forecast, QuantilePath, forecast};
pub use regression::{Influence, Regressor, RegressorKind};
pub use series::{RegressorColumn, Series, SeriesBatch};
pub use series_table::{
    Period, SeriesTable, SeriesTableOptions, SeriesTableProblem, TableRegressor, read_series,
};
pub use shared_season::SharedSeason;
