//! Sample paths of demand, period by period.

use super::DemandOutlook;
use crate::{
    forecast::{DemandDistribution, ForecastError},
    unit::{Day, Invalid},
};
use std::borrow::Borrow;

/// Equally likely courses of demand over the same steps, drawn without chance from what is known of
/// its sums: for what depends on more than a sum, such as stock that expires.
///
/// What holds exactly, with n paths and every number below zero taken as zero:
/// - No demand is negative, and equal input gives equal paths.
/// - The sums of the paths over all steps are the quantiles of the last distribution at the
///   probabilities 1/2n, 3/2n, … of n slices.
/// - So are the sums over the first steps, each of its own distribution, wherever a longer sum is at
///   no probability smaller than a shorter one. Where it is (distributions of errors may cross), the
///   shorter sum is lowered to the longer.
/// - Whole demands stay whole.
///
/// How sums and later demands go together is not given by distributions of sums and is approximate:
/// the shape of the first step's demand, scaled to the mean of each later one, is spread evenly over
/// the paths in the sequence of their sums so far, and ranks are then matched to the quantiles of the
/// next sum. Where sums spread more than independent demands do, the next demand goes with the sum so
/// far as closely as the spread asks for; demands that balance each other out are not looked for.
/// Demands that are in truth independent and alike come out with correlations like those of as many
/// random draws and with a variance at single steps that is up to a third too large.
///
/// Sorting the paths before each step of a low-discrepancy sequence is from Lécot and Tuffin
/// ("Quasi-Monte Carlo methods for estimating transient measures of discrete time Markov chains",
/// 2004) and L'Ecuyer, Lécot and Tuffin ("A randomized quasi-Monte Carlo simulation method for Markov
/// chains", Operations Research 56, 2008).
///
/// ```
/// use replenish::{forecast::DemandDistribution, inventory::DemandPaths};
/// let one = DemandDistribution::from_weighted(vec![(0.0, 3.0), (1.0, 1.0)]);
/// let two = DemandDistribution::from_weighted(vec![(0.0, 9.0), (1.0, 6.0), (2.0, 1.0)]);
/// let paths = DemandPaths::new(&[one, two]);
/// let both = paths.iter().filter(|path| path == &[1.0, 1.0]).count();
/// assert_eq!((paths.count(), both), (128, 8)); // one in sixteen
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DemandPaths {
    count: usize,
    steps: usize,
    /// One step after the other: its demand on each path.
    demands: Vec<f64>,
}

/// Paths that are drawn unless another number is asked for.
const PATHS: usize = 128;
const MOST_PATHS: usize = 4096;
const POINT_BITS: u64 = MOST_PATHS as u64 - 1;

impl DemandPaths {
    /// 128 paths of demand whose sums over the first step, the first two steps and so on have the
    /// distributions given.
    pub fn new<D: Borrow<DemandDistribution>>(sums: &[D]) -> Self {
        Self::draw(PATHS, &quantiles(sums, PATHS))
    }

    /// As [`DemandPaths::new`], with another number of paths.
    ///
    /// # Errors
    ///
    /// When the number is no power of two or above 4096.
    pub fn with_count<D: Borrow<DemandDistribution>>(
        sums: &[D],
        count: usize,
    ) -> Result<Self, Invalid> {
        if count.is_power_of_two() && count <= MOST_PATHS {
            return Ok(Self::draw(count, &quantiles(sums, count)));
        }
        let expected = format!("a power of two of at most {MOST_PATHS}");
        Err(Invalid::new("path_count_invalid", expected, count))
    }

    /// One path, on which everything is as expected.
    pub fn expected<D: Borrow<DemandDistribution>>(sums: &[D]) -> Self {
        let mut means: Vec<f64> = sums.iter().map(|sum| sum.borrow().mean().max(0.0)).collect();
        lower_to_the_next(&mut means, 1);
        Self::draw(1, &means)
    }

    /// Paths of what an outlook says, over steps that each end on the day before one of `ends`,
    /// ascending.
    ///
    /// # Errors
    ///
    /// When the forecast does not reach so far.
    pub fn until(outlook: &DemandOutlook<'_>, ends: &[Day]) -> Result<Self, ForecastError> {
        let sums: Result<Vec<_>, _> = ends.iter().map(|&end| outlook.demand_until(end)).collect();
        Ok(Self::new(&sums?))
    }

    /// How many paths there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many steps each path has.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Demand at a step, counted from 0, on each path; none past the last step.
    pub fn at(&self, step: usize) -> &[f64] {
        let from = step.saturating_mul(self.count).min(self.demands.len());
        let end = from.saturating_add(self.count).min(self.demands.len());
        &self.demands[from..end]
    }

    /// Each path: its demand at each step.
    pub fn iter(&self) -> impl Iterator<Item = Vec<f64>> {
        (0..self.count).map(|path| (0..self.steps).map(|step| self.at(step)[path]).collect())
    }

    /// Turns the sorted sums over the first steps, `count` of each, into paths.
    fn draw(count: usize, sums: &[f64]) -> Self {
        let steps = sums.len() / count;
        let shape = sums.chunks_exact(count).find(|sum| total(sum) > 0.0).unwrap_or_default();
        let mut demands = vec![0.0; sums.len()];
        // Paths in the sequence of their sums so far, and those sums.
        let (mut order, mut before): (Vec<usize>, _) = ((0..count).collect(), vec![0.0; count]);
        let (mut ranks, mut waiting, mut keys) = (order.clone(), order.clone(), before.clone());
        for (step, sum) in sums.chunks_exact(count).enumerate() {
            let rise = total(sum) - total(&before);
            let scale = if shape.is_empty() { 0.0 } else { rise / total(shape) };
            let tied = correlation(&before, sum, shape, scale);
            let free = (1.0 - tied * tied).sqrt();
            for (rank, (key, before)) in keys.iter_mut().zip(&before).enumerate() {
                let point = spread(rank, step, count);
                let demand = |at: usize| shape.get(at).map_or(0.0, |demand| demand * scale);
                let increment = tied * demand(rank) + free * demand(point);
                ranks[point] = rank;
                *key = key_of(before + increment, point);
            }
            keys.sort_unstable_by(f64::total_cmp);
            for (waiting, &key) in waiting.iter_mut().zip(&keys) {
                *waiting = ranks[point_of(key)];
            }
            for (rank, &reached) in sum.iter().enumerate() {
                // The first in line takes the next sum unless that is below what it has: then one
                // behind it goes first. INVARIANT: sums grow from step to step at every rank, so more
                // paths are at or below this one than have been served.
                let fits = |&was: &usize| before[was] <= reached;
                let ahead = waiting[rank..].iter().position(fits).unwrap_or(0);
                waiting[rank..=rank + ahead].rotate_right(1);
                let was = waiting[rank];
                demands[step * count + order[was]] = (reached - before[was]).max(0.0);
            }
            for was in &mut waiting {
                *was = order[*was];
            }
            std::mem::swap(&mut order, &mut waiting);
            before.copy_from_slice(sum);
        }
        Self { count, steps, demands }
    }
}

/// How closely the demand of the next step must go with the sum before it so that they add up to the
/// spread of the next sum: from 0, independent, to 1, as closely as can be.
fn correlation(before: &[f64], sum: &[f64], shape: &[f64], scale: f64) -> f64 {
    // What is less than this may be the coarseness of the quantiles.
    const NOTICEABLE: f64 = 0.1;
    let own = covariance(shape, shape) * scale * scale;
    let closest = covariance(before, shape) * scale;
    let wanted = covariance(sum, sum) - covariance(before, before) - own;
    if closest > 0.0 && wanted > 2.0 * closest * NOTICEABLE {
        return (wanted / (2.0 * closest)).min(1.0);
    }
    0.0
}

/// The covariance of two distributions whose ranks are the same.
fn covariance(one: &[f64], other: &[f64]) -> f64 {
    let products = one.iter().zip(other).map(|(one, other)| one * other).sum::<f64>();
    let count = one.len().max(1) as f64;
    products / count - total(one) / count * (total(other) / count)
}

/// A sum of zero or more with the point that led to it in its last bits, so that one sort of numbers,
/// of which the engine has a copy, sorts both; equal sums go by their points.
fn key_of(sum: f64, point: usize) -> f64 {
    f64::from_bits(sum.max(0.0).to_bits() & !POINT_BITS | point as u64)
}

fn point_of(key: f64) -> usize {
    // Below 4096, so no bit is lost.
    usize::try_from(key.to_bits() & POINT_BITS).unwrap_or(0)
}

/// The quantiles of each sum at the middle of `count` equal slices of probability, none below zero,
/// none above that of the next sum.
fn quantiles<D: Borrow<DemandDistribution>>(sums: &[D], count: usize) -> Vec<f64> {
    let mut grid = Vec::with_capacity(sums.len() * count);
    for sum in sums {
        let (mut reached, mut share) = (0.0_f64, 0.0);
        let mut demands = sum.borrow().demands();
        for slice in 0..count {
            let wanted = (slice as f64 + 0.5) / count as f64 - 1e-12;
            while share < wanted
                && let Some((demand, probability)) = demands.next()
            {
                (reached, share) = (demand, share + probability);
            }
            grid.push(reached.max(0.0));
        }
    }
    lower_to_the_next(&mut grid, count);
    grid
}

fn lower_to_the_next(grid: &mut [f64], count: usize) {
    for index in (0..grid.len().saturating_sub(count)).rev() {
        grid[index] = grid[index].min(grid[index + count]);
    }
}

/// Where a path stands within a step, seen from its rank: neighbours far apart (van der Corput's
/// sequence), in another sequence at each step.
fn spread(rank: usize, step: usize, count: usize) -> usize {
    if count == 1 {
        return 0;
    }
    let bits = count.trailing_zeros();
    let reversed = rank.reverse_bits() >> (usize::BITS - bits);
    // Multiples of the golden ratio are spread evenly too; their first bits turn some bits over.
    let turned = (step.wrapping_mul(0x9e37_79b9) & 0xffff_ffff) >> (32 - bits);
    reversed ^ turned
}

fn total(sums: &[f64]) -> f64 {
    sums.iter().sum()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::unit::{Probability, Random, math};

    /// Sums of independent counts of the same Poisson distribution.
    pub(in crate::inventory) fn poisson_sums(mean: f64, steps: u32) -> Vec<DemandDistribution> {
        let sum = |step: u32| {
            let mean = mean * f64::from(step);
            let mut share = math::exp(-mean);
            let mut demands = Vec::new();
            for count in 0..200 {
                demands.push((f64::from(count), share));
                share *= mean / f64::from(count + 1);
            }
            DemandDistribution::from_weighted(demands)
        };
        (1..=steps).map(sum).collect()
    }

    fn sorted_sums(paths: &DemandPaths, steps: usize) -> Vec<f64> {
        let mut sums: Vec<f64> = paths.iter().map(|path| path[..steps].iter().sum()).collect();
        sums.sort_by(f64::total_cmp);
        sums
    }

    fn correlated(paths: &DemandPaths, one: usize, other: usize) -> f64 {
        let moment = |f: &dyn Fn(&[f64]) -> f64| {
            paths.iter().map(|path| f(&path)).sum::<f64>() / paths.count() as f64
        };
        let (a, b) = (moment(&|path| path[one]), moment(&|path| path[other]));
        let variance = |at: usize, mean: f64| moment(&|path| (path[at] - mean) * (path[at] - mean));
        moment(&|path| (path[one] - a) * (path[other] - b))
            / (variance(one, a) * variance(other, b)).sqrt()
    }

    #[test]
    fn every_sum_has_its_quantiles() {
        for mean in [0.03, 0.4, 5.0] {
            let sums = poisson_sums(mean, 14);
            let paths = DemandPaths::new(&sums);
            for (step, sum) in sums.iter().enumerate() {
                for (slice, found) in sorted_sums(&paths, step + 1).into_iter().enumerate() {
                    let at = Probability::new((slice as f64 + 0.5) / 128.0).unwrap();
                    assert!((found - sum.quantile(at)).abs() < 1e-9, "{mean} {step} {slice}");
                }
            }
            assert!(paths.iter().flatten().all(|demand| demand >= 0.0 && demand.fract() == 0.0));
        }
    }

    #[test]
    fn independent_demands_stay_nearly_independent_and_alike() {
        let paths = DemandPaths::with_count(&poisson_sums(5.0, 14), 256).unwrap();
        for step in 0..14 {
            let demands: Vec<f64> = paths.at(step).to_vec();
            let squares =
                demands.iter().map(|demand| (demand - 5.0) * (demand - 5.0)).sum::<f64>() / 256.0;
            let mean = demands.iter().sum::<f64>() / 256.0;
            // The truth is mean 5 and variance 5; sums that are exact leave some noise to the steps.
            assert!((mean - 5.0).abs() < 0.05 && (4.0..6.5).contains(&squares), "{mean} {squares}");
        }
        let mut worst = 0.0_f64;
        for later in 1..14 {
            for earlier in 0..later {
                worst = worst.max(correlated(&paths, earlier, later).abs());
            }
        }
        // Of 91 pairs of 256 independent draws, the worst would be about 0.17.
        assert!(worst < 0.25, "{worst}");
    }

    #[test]
    fn what_is_certain_and_what_moves_together_is_kept() {
        let sum = |step: u32| {
            let both = vec![(f64::from(step), 1.0), (3.0 * f64::from(step), 1.0)];
            DemandDistribution::from_weighted(both)
        };
        let paths = DemandPaths::new(&[sum(1), sum(2), sum(3)]);
        // Sums of 3 or 9 spread so much that demands must stay low or high.
        let alike = paths.iter().filter(|path| path == &[1.0; 3] || path == &[3.0; 3]).count();
        assert_eq!(alike, 128);
    }

    #[test]
    fn what_is_uncertain_for_all_steps_correlates_them() {
        // A common mean of 12, 20 or 28 and a Poisson count around it: variance 20 + 42.7 at a step,
        // correlation 42.7 / 62.7 = 0.68.
        let parts: Vec<_> = [12.0, 20.0, 28.0].map(|mean| poisson_sums(mean, 5)).into();
        let sum = |step: usize| {
            let parts: Vec<_> = parts.iter().map(|sums| (&sums[step], 1.0)).collect();
            DemandDistribution::mixture(&parts)
        };
        let sums: Vec<_> = (0..5).map(sum).collect();
        let paths = DemandPaths::with_count(&sums, 256).unwrap();
        for (one, other) in [(0, 1), (1, 2), (0, 4), (3, 4)] {
            let found = correlated(&paths, one, other);
            assert!((found - 0.68).abs() < 0.15, "{one} {other} {found}");
        }
    }

    #[test]
    fn distributions_that_cross_keep_the_last() {
        let mut random = Random::new(3);
        for steps in [1, 2, 5, 9] {
            let mut draw = |step: usize| {
                let demands = (0..20).map(|_| (random.fraction() * 9.0 + step as f64 - 3.0, 1.0));
                DemandDistribution::from_weighted(demands.collect())
            };
            let sums: Vec<_> = (0..steps).map(&mut draw).collect();
            let paths = DemandPaths::new(&sums);
            assert!(paths.iter().flatten().all(|demand| demand >= 0.0));
            for (slice, found) in sorted_sums(&paths, steps).into_iter().enumerate() {
                let at = Probability::new((slice as f64 + 0.5) / 128.0).unwrap();
                assert!((found - sums[steps - 1].quantile(at).max(0.0)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn edges() {
        let none: [DemandDistribution; 0] = [];
        assert_eq!(DemandPaths::new(&none).iter().filter(Vec::is_empty).count(), 128);
        let nothing = vec![DemandDistribution::from_weighted(Vec::new()); 3];
        assert!(DemandPaths::new(&nothing).iter().flatten().all(|demand| demand <= 0.0));
        assert_eq!(DemandPaths::with_count(&nothing, 100).unwrap_err().code, "path_count_invalid");
        assert_eq!(DemandPaths::with_count(&nothing, 0).unwrap_err().code, "path_count_invalid");
        let expected = DemandPaths::expected(&poisson_sums(0.25, 3));
        assert!(expected.iter().flatten().all(|demand| (demand - 0.25).abs() < 1e-9));
        assert_eq!((expected.count(), expected.steps()), (1, 3));
    }
}
