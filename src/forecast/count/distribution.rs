//! Demand of one period or of several, as probabilities.

use crate::unit::{math, sort_by};

/// Possible demands, each with its probability.
///
/// There is at least one, none is negative, and they are ascending and distinct; the probabilities
/// are above zero and add up to one.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::forecast) struct CountDistribution {
    points: Vec<(f64, f64)>,
    /// Every demand is a multiple of this, if one is known.
    step: Option<f64>,
}

/// Cells of the grid on which demands are added up when their own lattice is finer or has none.
const CELLS: usize = 512;

/// Probability that may be moved at the upper end of a sum.
const NEGLIGIBLE: f64 = 1e-11;

impl CountDistribution {
    /// Demands with weights of zero or more, in any sequence, all multiples of `step` if there is
    /// one. Without any weight the demand is certainly zero.
    pub(in crate::forecast) fn from_weighted(
        mut points: Vec<(f64, f64)>,
        step: Option<f64>,
    ) -> Self {
        points.retain(|&(_, weight)| weight > 0.0);
        if points.windows(2).any(|pair| pair[0].0 > pair[1].0) {
            sort_by(&mut points, |a, b| a.0.total_cmp(&b.0));
        }
        points.dedup_by(|later, kept| {
            let equal = later.0.total_cmp(&kept.0).is_eq();
            if equal {
                kept.1 += later.1;
            }
            equal
        });
        if points.is_empty() {
            points.push((0.0, 1.0));
        }
        let total = math::sum(points.iter().map(|&(_, weight)| weight));
        for point in &mut points {
            point.1 /= total;
        }
        Self { points, step }
    }

    /// Weights of the demands 0, `step`, 2 · `step` and so on.
    pub(in crate::forecast) fn from_lattice(step: f64, weights: &[f64]) -> Self {
        let points =
            weights.iter().enumerate().map(|(index, &weight)| (step * index as f64, weight));
        Self::from_weighted(points.collect(), Some(step))
    }

    /// Probabilities of the demands 0, `step`, 2 · `step` and so on, which add up to one.
    pub(super) fn from_places(step: f64, probabilities: &[f64]) -> Self {
        let points = probabilities.iter().enumerate().filter(|&(_, &share)| share > 0.0);
        let points = points.map(|(place, &share)| (place as f64 * step, share)).collect();
        Self { points, step: Some(step) }
    }

    /// This demand and no other.
    pub(in crate::forecast) fn certain(demand: f64) -> Self {
        Self { points: vec![(demand, 1.0)], step: Some(demand) }
    }

    /// Demands, ascending, with their probabilities.
    pub(in crate::forecast) fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// The expected demand.
    pub(in crate::forecast) fn mean(&self) -> f64 {
        math::sum(self.points.iter().map(|&(demand, share)| demand * share))
    }

    /// The expected squared distance from the mean.
    #[cfg(test)]
    pub(in crate::forecast) fn variance(&self) -> f64 {
        let mean = self.mean();
        let spread = |&(demand, share): &(f64, f64)| share * (demand - mean) * (demand - mean);
        math::sum(self.points.iter().map(spread))
    }

    /// How likely demand is at or below a level.
    #[cfg(test)]
    pub(in crate::forecast) fn at_most(&self, level: f64) -> f64 {
        let below = self.points.iter().take_while(|point| point.0 <= level);
        math::sum(below.map(|&(_, share)| share)).min(1.0)
    }

    /// The smallest demand that is not exceeded with at least this probability.
    pub(in crate::forecast) fn quantile(&self, probability: f64) -> f64 {
        // Sums of probabilities carry rounding errors; what misses by so little has been reached.
        let wanted = probability - 1e-12;
        let mut reached = 0.0;
        for &(demand, share) in &self.points {
            reached += share;
            if reached >= wanted {
                return demand;
            }
        }
        self.largest()
    }

    /// The quantiles of ascending probabilities.
    pub(in crate::forecast) fn quantiles(
        &self,
        probabilities: impl Iterator<Item = f64>,
    ) -> Vec<f64> {
        let mut points = self.points.iter();
        let (mut reached, mut quantile) = (0.0, self.points.first().map_or(0.0, |point| point.0));
        let mut next = |probability: f64| {
            while reached < probability - 1e-12 {
                let Some(&(demand, share)) = points.next() else { break };
                reached += share;
                quantile = demand;
            }
            quantile
        };
        probabilities.map(&mut next).collect()
    }

    /// The largest possible demand.
    pub(in crate::forecast) fn largest(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.0)
    }

    /// Demand times a factor of zero or more.
    pub(in crate::forecast) fn scaled(&self, factor: f64) -> Self {
        let points = self.points.iter().map(|&(demand, share)| (demand * factor, share)).collect();
        Self::from_weighted(points, self.step.map(|step| step * factor))
    }

    /// The sum of this demand and an independent other.
    ///
    /// Exact while the sum has at most 512 places on the common lattice; beyond, both are moved to
    /// 512 even places, which keeps the mean and errs by less than a place.
    pub(in crate::forecast) fn plus(&self, other: &Self) -> Self {
        let largest = self.largest() + other.largest();
        if largest <= 0.0 {
            return Self::certain(0.0);
        }
        let step = shared_step(self.step, other.step)
            .filter(|step| largest <= step * CELLS as f64)
            .unwrap_or(largest / CELLS as f64);
        let (mine, others) = (self.on_grid(step), other.on_grid(step));
        let mut sum = vec![0.0; mine.len() + others.len() - 1];
        for (start, &share) in mine.iter().enumerate() {
            if share > 0.0 {
                for (cell, other) in sum[start..].iter_mut().zip(&others) {
                    *cell += share * other;
                }
            }
        }
        trim(&mut sum);
        Self::from_lattice(step, &sum)
    }

    /// The sum over several periods that are independent of each other and alike.
    pub(in crate::forecast) fn times(&self, periods: usize) -> Self {
        let mut total = Self { points: vec![(0.0, 1.0)], step: self.step };
        let (mut doubled, mut left) = (self.clone(), periods);
        while left > 0 {
            if left % 2 == 1 {
                total = total.plus(&doubled);
            }
            left /= 2;
            if left > 0 {
                doubled = doubled.plus(&doubled);
            }
        }
        total
    }

    /// Probabilities of the multiples of `step`; a demand between two of them is shared out so that
    /// the mean stays.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no demand is negative and a grid has about CELLS places"
    )]
    fn on_grid(&self, step: f64) -> Vec<f64> {
        let mut cells = vec![0.0; (self.largest() / step) as usize + 2];
        for &(demand, share) in &self.points {
            let place = demand / step;
            let mut low = place.floor();
            let mut beyond = place - low;
            if beyond > 1.0 - 1e-9 {
                (low, beyond) = (low + 1.0, 0.0);
            } else if beyond < 1e-9 {
                beyond = 0.0;
            }
            cells[low as usize] += share * (1.0 - beyond);
            if beyond > 0.0 {
                cells[low as usize + 1] += share * beyond;
            }
        }
        while cells.len() > 1 && cells.last().is_some_and(|&share| share <= 0.0) {
            cells.pop();
        }
        cells
    }
}

/// Takes off an upper end that is too unlikely to matter, so that the grid of a long sum is not
/// spent on it.
pub(super) fn trim(cells: &mut Vec<f64>) {
    let mut lost = 0.0;
    while let Some(last) = cells.pop() {
        lost += last;
        if lost > NEGLIGIBLE || cells.is_empty() {
            cells.push(lost);
            return;
        }
    }
}

fn shared_step(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    common_step(a?, b?)
}

/// The largest number of which both are multiples, by Euclid's algorithm with room for rounding;
/// `None` when it would be tiny beside them. Zero is a multiple of anything.
pub(in crate::forecast) fn common_step(a: f64, b: f64) -> Option<f64> {
    const LEAST: f64 = 1e-6;
    let (mut large, mut small) = (a.max(b), a.min(b));
    let tiny = large * LEAST;
    while small > tiny {
        let mut rest = large % small;
        if small - rest < tiny {
            rest = 0.0;
        }
        (large, small) = (small, rest);
    }
    (large >= tiny * 10.0).then_some(large)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * (1.0 + a.abs().max(b.abs()))
    }

    #[test]
    fn quantiles_and_moments_of_a_die() {
        let die = CountDistribution::from_lattice(1.0, &[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert!(near(die.mean(), 3.5) && near(die.variance(), 35.0 / 12.0));
        assert!(near(die.quantile(0.5), 3.0) && near(die.quantile(0.51), 4.0));
        assert!(near(die.quantile(0.0), 1.0) && near(die.quantile(1.0), 6.0));
        assert!(near(die.at_most(2.9), 1.0 / 3.0) && near(die.at_most(9.0), 1.0));
    }

    #[test]
    fn two_dice() {
        let die = CountDistribution::from_lattice(1.0, &[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        let two = die.times(2);
        let expected: Vec<(f64, f64)> = (2..=12)
            .map(|sum: i32| (f64::from(sum), f64::from(6 - (sum - 7).abs()) / 36.0))
            .collect();
        assert_eq!(two.points().len(), expected.len());
        for (point, expected) in two.points().iter().zip(expected) {
            assert!(near(point.0, expected.0) && near(point.1, expected.1));
        }
        assert_eq!(die.times(0), CountDistribution::from_weighted(vec![(0.0, 1.0)], Some(1.0)));
    }

    #[test]
    fn a_sum_keeps_mean_and_nearly_the_variance_where_the_grid_is_coarse() {
        let demand = CountDistribution::from_weighted(
            vec![(0.0, 0.6), (0.37, 0.2), (1999.3, 0.15), (12_345.678, 0.05)],
            None,
        );
        let sum = demand.times(13);
        assert!((sum.mean() / (13.0 * demand.mean()) - 1.0).abs() < 1e-7);
        assert!((sum.variance() / (13.0 * demand.variance()) - 1.0).abs() < 0.01);
        assert!(sum.points().len() <= CELLS + 2);
    }

    #[test]
    fn common_steps() {
        let step = |values: &[f64]| {
            values.iter().try_fold(0.0, |step, &value| common_step(step, value)).unwrap_or(-1.0)
        };
        assert!(near(step(&[300.0, 0.0, 1200.0, 500.0]), 100.0));
        assert!((step(&[0.3, 0.7, 1.1]) - 0.1).abs() < 1e-9);
        assert!(near(step(&[7e-12]), 7e-12) && near(step(&[]), 0.0));
        assert!(near(step(&[1.0, std::f64::consts::PI, std::f64::consts::E]), -1.0));
    }
}
