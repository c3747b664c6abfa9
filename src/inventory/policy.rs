//! What the buyer wants.

use crate::{forecast::LeadTime, unit::Probability};
use serde::{Deserialize, Serialize};

/// Order up to a level at every review (the (R, S) policy), the level being a quantile of demand
/// over lead time and review period together, since an order placed now is the last one that can
/// arrive before the next one does (Silver, Pyke and Peterson, "Inventory Management and Production
/// Planning and Scheduling", 3rd edition, section 7.9).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Policy {
    /// Share of replenishment cycles that shall end without a stock-out (cycle service level).
    pub service_level: Probability,
    /// Days from one review to the next; 1 when every day is an order day.
    pub review_period_days: u32,
    /// Days from placing an order until the goods can be sold.
    pub lead_time: LeadTime,
}
