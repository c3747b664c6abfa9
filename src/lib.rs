//! Replenish.

pub mod unit;
