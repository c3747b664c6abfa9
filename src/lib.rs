#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! Imports point left: `unit < forecast < inventory < sourcing < order < flow`.
//!
//! | module | question |
//! |---|---|
//! | [`mod@unit`] | what do the words mean |
//! | [`forecast`] | how much will be wanted, how sure are we |
//! | [`inventory`] | what must be bought |
//! | [`sourcing`] | from whom, at what landed cost |
//! | [`order`] | what are the documents, does the money add up |
//! | [`flow`] | what happens next |
//!
//! Every function is pure: what it needs is an argument, what it decides is its result. Errors are
//! bad input or an impossible request; the engine never panics on any input.

pub mod flow;
pub mod forecast;
pub mod inventory;
pub mod order;
pub mod sourcing;
pub mod unit;
#[cfg(target_family = "wasm")]
pub mod wasm;
