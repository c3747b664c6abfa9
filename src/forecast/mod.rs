//! How much will be wanted, and how sure are we.
//!
//! Read in this order: [`Series`] (what came), [`DemandPattern`] (what it looks like), the models
//! (`naive`, `smoothing`, `croston`: each a fitted path that can be asked from any origin),
//! [`forecast`] and [`forecast_batch`] (`select` picks the model by rolling-origin errors),
//! [`DemandDistribution`] (demand summed over a lead time, straight from those errors).
//!
//! Every quantile here is empirical: it is read off what the chosen model really got wrong at that
//! distance in the series' own past, so no shape of the errors is assumed and their
//! autocorrelation over a lead time is kept.

mod aggregate;
mod baseline;
pub mod accuracy;
mod croston;
mod decompose;
mod demand_table;
mod distribution;
mod error;
mod filter;
mod intermittent;
mod lead_time;
mod loess;
mod model;
mod naive;
mod pattern;
mod select;
mod series;
mod smoothing;
mod theta;

pub use demand_table::{DemandHistory, SkuDemand, read_demand};
pub use distribution::DemandDistribution;
pub use error::ForecastError;
pub use lead_time::{LeadTime, LeadTimeOutcome};
pub use model::{Model, ModelChoice};
pub use pattern::{DemandClass, DemandPattern};
pub use select::{Forecast, ForecastOptions, QuantilePath, forecast, forecast_batch};
pub use series::{Series, SeriesBatch};
