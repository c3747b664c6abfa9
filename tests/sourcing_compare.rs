//! Offers compared, one requirement at a time and in columns.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "sourcing_compare/columns.rs"]
mod columns;
#[path = "sourcing_compare/equal.rs"]
mod equal;
#[path = "sourcing_compare/examples.rs"]
mod examples;
#[path = "sourcing_compare/excluded.rs"]
mod excluded;
#[path = "sourcing_compare/market.rs"]
mod market;
#[path = "sourcing_compare/policies.rs"]
mod policies;
#[path = "sourcing_compare/properties.rs"]
mod properties;
