//! Forecasts of parts and wholes that add up.
//!
//! Forecast a product in every store, its region and all of them, each on its own, and the numbers
//! do not add up: each has seen something that the others have not. Reconciling moves them, as little
//! as their errors warrant, to numbers that do.
//!
//! Read in this order: [`Hierarchy`] (what adds up to what), [`Method`] and
//! [`Hierarchy::reconcile`], [`reconcile_quantiles`]. Inside: `proportions` (from the top down),
//! `covariance` (what errors go together), `system` (the smallest weighted change that adds up),
//! `non_negative` (the same without demand below zero), `linear` (the equations).

mod covariance;
mod linear;
mod non_negative;
mod proportions;
mod quantiles;
mod reconcile;
mod structure;
mod system;

pub use proportions::Proportions;
pub use quantiles::reconcile_quantiles;
pub use reconcile::{Method, Sign};
pub use structure::Hierarchy;

/// Columns that are hierarchies and forecasts in the tests.
#[cfg(test)]
mod fixture {
    use super::Hierarchy;

    /// All, two regions, three stores in one and two in the other; a child may stand before its
    /// parent.
    pub(super) fn tree() -> Hierarchy {
        let parents = [None, Some(0), Some(1), Some(1), Some(7), Some(1), Some(7), Some(0)];
        Hierarchy::from_parents(&parents).unwrap()
    }

    /// Products by brand and by store: each series is in two groups and in all of them.
    pub(super) fn grouped() -> Hierarchy {
        let groups = [
            vec![0, 1, 2, 3, 4, 5],
            vec![0, 1, 2],
            vec![3, 4, 5],
            vec![0, 3],
            vec![1, 4],
            vec![2, 5],
        ];
        Hierarchy::from_groups(6, &groups).unwrap()
    }

    /// Whole numbers without a pattern; the same on every target.
    pub(super) fn noise(t: usize, modulus: usize) -> f64 {
        let t = t as u64;
        ((t * t * 7919 + t * 104_729 + 13) % modulus as u64) as f64
    }

    /// Residuals of each node over 24 periods.
    pub(super) fn residuals(nodes: usize) -> Vec<Vec<f64>> {
        let common = |t: usize| noise(t, 17) - 8.0;
        let own = |node: usize, t: usize| noise(31 * node + 7 * t + node * t, 23) - 11.0;
        (0..nodes)
            .map(|node| {
                (0..24).map(|t| common(t) + (1.0 + node as f64 / 4.0) * own(node, t)).collect()
            })
            .collect()
    }

    /// Three periods of each node that do not add up.
    pub(super) fn forecasts(nodes: usize) -> Vec<Vec<f64>> {
        (0..nodes)
            .map(|node| {
                (0..3)
                    .map(|t| noise(5 * node + t, 41) + if node == 0 { 60.0 } else { 1.0 })
                    .collect()
            })
            .collect()
    }

    pub(super) fn assert_near(got: &[f64], expected: &[f64]) {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!(
                (got - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "{got} for {expected}"
            );
        }
    }
}
