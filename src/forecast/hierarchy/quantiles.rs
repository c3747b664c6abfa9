//! Quantiles after the mean was reconciled.

use super::{Sign, reconcile::bounded};
use crate::forecast::QuantilePath;

/// Quantile paths of one node after its expected demand was reconciled: moved by as much as the mean
/// was, and kept at zero or above where values may not be negative.
///
/// The spread stays that of the node's own forecast: at each node it was measured on the node's own
/// errors, so how the parts go together is in it already. Reconciling by minimum trace makes errors
/// smaller if anything, so that the spread errs on the side of too much. Quantiles of parts do not
/// add up to those of the whole, and are not made to: the sum of two 95 % quantiles is seldom
/// needed as often. Periods beyond the shortest path are left out.
///
/// ```
/// use replenish::forecast::{QuantilePath, hierarchy::{Sign, reconcile_quantiles}};
/// use replenish::unit::Probability;
/// let low = QuantilePath { probability: Probability::new(0.05)?, values: vec![1.0] };
/// let high = QuantilePath { probability: Probability::new(0.95)?, values: vec![9.0] };
/// let moved = reconcile_quantiles(&[5.0], &[3.0], &[low, high], Sign::NonNegative);
/// assert_eq!((moved[0].values[0], moved[1].values[0]), (0.0, 7.0));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn reconcile_quantiles(
    base: &[f64],
    reconciled: &[f64],
    quantiles: &[QuantilePath],
    sign: Sign,
) -> Vec<QuantilePath> {
    let moved = |path: &QuantilePath| {
        let means = base.iter().zip(reconciled);
        let moved = path.values.iter().zip(means).map(|(value, (from, to))| value + (to - from));
        QuantilePath { probability: path.probability, values: bounded(moved.collect(), sign) }
    };
    quantiles.iter().map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};
    use crate::unit::Probability;

    #[test]
    fn quantiles_move_with_the_mean() {
        let path = QuantilePath { probability: Probability::ZERO, values: vec![2.0, 0.5] };
        let moved = reconcile_quantiles(&[4.0, 1.0], &[5.5, 0.25], &[path], Sign::NonNegative);
        fixture::assert_near(&moved[0].values, &[3.5, 0.0]);
    }
}
