//! What is a policy worth? Recorded demand replayed under our policies and others'.
//!
//! Any policy goes short less often when it holds more, so one figure for each says nothing. Every
//! policy here has one dial, which is turned from little stock to much; what counts is how many
//! emergency lines, demands of a period that stock did not cover, it has at the same average stock
//! value as another.
//!
//! Read in this order: [`BacktestItem`] and [`BacktestOptions`] (the record and how it is divided: what
//! levels are first set from, the periods in which dials are chosen, the test), [`BacktestPolicy`] (who
//! decides), [`try_policies`] (one product under all of them), [`compare_policies`] (all products
//! together, with paired intervals). Policies see nothing that has not happened yet but promotions and
//! closed days, which are planned; chance, such as late receipts, is the same for all.

mod bootstrap;
mod compare;
mod curve;
mod equal_stock;
mod foresee;
mod item;
mod rule;
mod trial;

pub use bootstrap::ConfidenceInterval;
pub use compare::{
    BacktestResult, BacktestSlice, ComparisonPoint, FILL_RATES, Frozen, PolicyComparison,
    SliceKind, WorsePoint, compare_policies,
};
pub use curve::{CurvePoint, PolicyCurve, PolicyMeasures, line_value};
pub use item::{BacktestItem, BacktestOptions, BacktestSupply, OrderCosts};
pub use rule::BacktestPolicy;
pub use trial::{BacktestTrial, try_policies};
