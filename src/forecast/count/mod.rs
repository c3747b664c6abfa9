//! Demand that comes in counts and not every period: the probability of each amount.
//!
//! Read in this order: [`CountDistribution`] (what is asked: quantiles of one period and of a sum),
//! [`Predictive`] (who answers), [`sparse`] (the answer for intermittent and lumpy demand, from the
//! product's own past sizes and gaps; the sizes are in [`sizes`], their sums in [`compound`]). Beside
//! it: [`empirical`] (demand as it was, nothing assumed) and [`dynamic`] (counts by maximum
//! likelihood around a moving level, the one that knows what a stock-out hides), whose laws are in
//! [`likelihood`].

pub(super) mod blended;
mod compound;
mod distribution;
pub(super) mod dynamic;
pub(super) mod empirical;
mod likelihood;
mod sizes;
pub(super) mod sparse;

pub(super) use distribution::{CountDistribution, common_step};

/// The most periods that are looked at one by one; a longer sum is taken as a multiple of this.
const LONGEST: usize = 512;

/// A model that knows the distribution of demand, not only its mean.
pub(super) trait Predictive {
    /// The demand of one coming period: step 0 is the next one, as in a path.
    fn distribution(&self, step: usize) -> CountDistribution;

    /// Whether every coming period has the same one.
    fn is_steady(&self) -> bool {
        false
    }

    /// The demand of the next periods together.
    ///
    /// What is uncertain about the level is uncertain for all of them alike, so this is in general
    /// wider than the sum of independent periods.
    fn sum_distribution(&self, periods: usize) -> CountDistribution;

    /// The quantile of the demand of the next periods together where less has to be worked out for
    /// it than for their distribution; it may be infinite where it is above `most`.
    fn sum_quantile(&self, _periods: usize, _probability: f64, _most: f64) -> Option<f64> {
        None
    }
}
