//! The edge cases at which splits of orders break elsewhere, each with the figures expected.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the one kind it asks about"
)]

#[path = "split_edge_cases/after.rs"]
mod after;
#[path = "split_edge_cases/money.rs"]
mod money;
#[path = "split_edge_cases/parts.rs"]
mod parts;
#[path = "split_edge_cases/shop.rs"]
mod shop;
