//! The basket in integers: which purchase serves which line, so that the whole costs least, and how
//! much less it could cost at most.
//!
//! Lines would be independent if it were not for what belongs to whole orders: freight, minimum
//! values, the cost of ordering, shares. [`Basket`] states the problem, [`Basket::evaluate`] says what
//! a choice costs and whether it is allowed, knowing nothing of how it was found.
//!
//! [`solve`] finds the cheapest. Read in this order: `rows` (what couples lines), `options` (the ways to
//! serve a line), `bound` and `ascent` (how little a plan can cost), `plan`, `exchange` and `dive` (good
//! plans soon), `search` (orders' states, branch and bound), `decided` and `leaf` (what remains once every
//! order has a state).

mod ascent;
mod bound;
mod budget;
mod decided;
mod dive;
mod exchange;
mod first;
mod leaf;
mod leaf_branch;
mod leaf_core;
mod leaf_dual;
mod leaf_join;
mod leaf_relax;
mod leaf_round;
mod leaf_simplex;
mod leaf_split;
#[cfg(test)]
mod leaf_tests;
mod model;
mod options;
mod plan;
mod problem;
mod product;
mod rows;
mod search;
mod solve;
#[cfg(test)]
mod solve_tests;

pub use budget::Budget;
pub use problem::{
    Basket, Evaluation, Limit, Line, Mode, OrderTerms, PerUnit, Pick, Purchase, Share, Source,
    Span, Violation,
};
pub use solve::{Solution, Status, solve};
