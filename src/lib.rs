//! Replenish.

pub mod forecast;
pub mod unit;
