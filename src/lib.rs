//! Replenish.

pub mod forecast;
pub mod inventory;
pub mod unit;
