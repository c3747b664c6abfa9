//! Replenish.

pub mod flow;
pub mod forecast;
pub mod inventory;
pub mod order;
pub mod sourcing;
pub mod unit;
