//! Demand as it was, the recent past more likely.
//!
//! Each past period's demand may come again, with a weight that halves over a half-life; with a
//! season, where that says more, only periods of the same phase. Which half-life says most is read
//! off the history: the quantile losses that each would have made over the last origins, next
//! period by next period.
//!
//! The sum over several periods has two answers. Overlapping sums of that many successive periods
//! (Boylan and Babai, "On the performance of overlapping and non-overlapping temporal demand
//! aggregation approaches", International Journal of Production Economics 181, 2016) assume nothing
//! but need a history several times as long; the moving-block bootstrap (Künsch, "The jackknife and
//! the bootstrap for general stationary observations", Annals of Statistics 17, 1989) strings
//! together short stretches of the history and so reaches sums that never were. The sum takes the
//! first where the history has eight such stretches apart from each other, else the second.

use serde::{Deserialize, Serialize};

use super::{
    super::filter::{Filter, Fit},
    CountDistribution, LONGEST, Predictive,
    distribution::common_step,
};
use crate::unit::{Random, math, sort_by};

/// Past demand with decaying weights.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(in crate::forecast) struct Empirical {
    /// Share of a weight that is left after a period.
    kept: f64,
    /// Only every so-manieth period counts for the one to come; 1 for all.
    stride: usize,
    /// The last demands, oldest first.
    values: Vec<f64>,
    /// What all demands are a multiple of; none once they have nothing in common.
    step: Option<f64>,
}

/// Share of a weight left after a period, for half-lives of 8, 32, 128 periods and for ever; the
/// longest first.
const KEPT: [f64; 4] =
    [1.0, 0.994_599_423_483_633_2, 0.978_572_062_087_700_1, 0.917_004_043_204_671_2];
/// A shorter memory, or fewer phases, must be better by 2 %: by chance alone it often is a little.
const PREFERRED: f64 = 0.98;
/// Periods remembered.
const MEMORY: usize = 512;
/// Origins over which the half-lives are compared.
const ORIGINS: usize = 64;
/// Probabilities whose quantiles are compared.
const PROBABILITIES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];
/// Stretches apart from each other from which on overlapping sums are used.
const STRETCHES: usize = 8;
/// Sums drawn by the bootstrap.
const DRAWS: usize = 1000;

/// Chooses the half-life, and whether only the same phase counts.
pub(in crate::forecast) fn fit(values: &[f64], season_length: usize) -> Fit<Empirical> {
    let recent = &values[values.len().saturating_sub(MEMORY)..];
    let mut order: Vec<usize> = (0..recent.len()).collect();
    sort_by(&mut order, |&a, &b| recent[a].total_cmp(&recent[b]));
    let mut best = (f64::INFINITY, KEPT[0], 1);
    for stride in [1, season_length.max(1)] {
        for kept in KEPT {
            let loss = loss(recent, &order, kept, stride);
            if loss < best.0 * PREFERRED {
                best = (loss, kept, stride);
            }
        }
    }
    let (_, kept, stride) = best;
    let start = Empirical { kept, stride, values: Vec::new(), step: Some(0.0) };
    Fit { start, warm_up: 1, parameters: 2 }
}

/// Quantile losses of the next period, summed over the last origins.
fn loss(values: &[f64], order: &[usize], kept: f64, stride: usize) -> f64 {
    let mut powers = Vec::with_capacity(values.len() + 1);
    let mut power = 1.0;
    for _ in 0..=values.len() {
        powers.push(power);
        power *= kept;
    }
    let counts = |origin: usize, period: usize| {
        period < origin && (stride == 1 || (origin - period).is_multiple_of(stride))
    };
    let first = values.len().saturating_sub(ORIGINS).max(stride).min(values.len());
    let mut total = 0.0;
    for origin in first..values.len() {
        let weights = || {
            order
                .iter()
                .filter(|&&period| counts(origin, period))
                .map(|&period| (values[period], powers[origin - period - 1]))
        };
        let all: f64 = weights().map(|(_, weight)| weight).sum();
        let mut reached = 0.0;
        let mut wanted = PROBABILITIES.iter().peekable();
        for (value, weight) in weights() {
            reached += weight;
            while let Some(probability) = wanted.next_if(|&&next| reached >= (next - 1e-12) * all) {
                let miss = values[origin] - value;
                total += (probability * miss).max((probability - 1.0) * miss);
            }
        }
    }
    total
}

impl Filter for Empirical {
    fn path(&self, path: &mut [f64]) {
        let phases = self.stride.min(path.len());
        let means: Vec<f64> = (0..phases).map(|step| self.distribution(step).mean()).collect();
        for (expected, mean) in path.iter_mut().zip(means.iter().cycle()) {
            *expected = *mean;
        }
    }

    fn observe(&mut self, value: f64) {
        let value = value.max(0.0);
        if self.values.len() >= MEMORY {
            self.values.remove(0);
        }
        self.values.push(value);
        self.step = self.step.and_then(|step| common_step(step, value));
    }

    /// Takes in a period in which stock ran out: demand was at least `value`. It counts as the mean
    /// of the known demands from there upwards, as a multiple of what they are multiples of.
    fn observe_at_least(&mut self, value: f64) {
        let value = value.max(0.0);
        let (mut total, mut count) = (0.0, 0.0);
        for known in self.values.iter().filter(|&&known| known >= value) {
            total += known;
            count += 1.0;
        }
        let mean = if count > 0.0 { total / count } else { value };
        let step = self.step.filter(|&step| step > 0.0);
        self.observe(step.map_or(mean, |step| (mean / step).round() * step).max(value));
    }

    /// Takes in a period whose demand is not known: it adds nothing, but where phases count it must
    /// not move them, so the last demand of its phase stands in.
    fn pass(&mut self) {
        let same_phase = self.values.len().checked_sub(self.stride);
        if self.stride > 1 {
            let stand_in = same_phase.map(|period| self.values[period]);
            self.observe(stand_in.unwrap_or_else(|| self.distribution(0).quantile(0.5)));
        }
    }
}

impl Predictive for Empirical {
    fn distribution(&self, step: usize) -> CountDistribution {
        let stride = self.stride.max(1);
        // How far the nearest period of the phase lies back from the last one.
        let nearest = stride - 1 - step % stride;
        let mut weight = 1.0;
        let mut points = Vec::with_capacity(self.values.len());
        for (age, &value) in self.values.iter().rev().enumerate() {
            if age % stride == nearest {
                points.push((value, weight));
            }
            weight *= self.kept;
        }
        if points.is_empty() && stride > 1 {
            return Self { stride: 1, ..self.clone() }.distribution(0);
        }
        CountDistribution::from_weighted(points, self.step)
    }

    fn is_steady(&self) -> bool {
        self.stride <= 1
    }

    fn sum_distribution(&self, periods: usize) -> CountDistribution {
        if periods == 0 || self.values.is_empty() {
            return CountDistribution::certain(0.0);
        }
        if periods > LONGEST {
            return self.sum_distribution(LONGEST).scaled(periods as f64 / LONGEST as f64);
        }
        if self.values.len() / periods >= STRETCHES {
            self.overlapping_sums(periods)
        } else {
            self.bootstrapped_sums(periods, 0)
        }
    }
}

impl Empirical {
    /// Sums of so many successive past periods; those that end in the phase in which the coming
    /// stretch will end, where only that phase counts.
    fn overlapping_sums(&self, periods: usize) -> CountDistribution {
        let stride = self.stride.max(1);
        let mut weight = 1.0;
        let mut points = Vec::new();
        for (age, stretch) in self.values.windows(periods).rev().enumerate() {
            if age % stride == (stride - periods % stride) % stride {
                points.push((math::sum(stretch.iter().copied()), weight));
            }
            weight *= self.kept;
        }
        CountDistribution::from_weighted(points, self.step)
    }

    /// Sums of so many periods strung together from stretches of the past, as long as the cube root
    /// of the history; equal seeds give equal sums.
    fn bootstrapped_sums(&self, periods: usize, seed: u64) -> CountDistribution {
        let mut length = 1;
        while (length + 1) * (length + 1) * (length + 1) <= self.values.len() {
            length += 1;
        }
        let starts = self.values.len() + 1 - length;
        let mut reached = vec![0.0; starts];
        let mut total = 0.0;
        for (start, share) in reached.iter_mut().enumerate() {
            // Ages up to 512 periods: no weight vanishes.
            total += math::pow(self.kept, (starts - 1 - start) as f64);
            *share = total;
        }
        let mut random = Random::new(seed);
        let mut points = Vec::with_capacity(DRAWS);
        for _ in 0..DRAWS {
            let (mut sum, mut left) = (0.0, periods);
            while left > 0 {
                let place = random.fraction() * total;
                let start = reached.partition_point(|&share| share <= place).min(starts - 1);
                let taken = length.min(left);
                sum += self.values[start..start + taken].iter().sum::<f64>();
                left -= taken;
            }
            points.push((sum, 1.0));
        }
        CountDistribution::from_weighted(points, self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(values: &[f64], season_length: usize) -> Empirical {
        let mut model = fit(values, season_length).start;
        for &value in values {
            model.observe(value);
        }
        model
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
    }

    #[test]
    fn a_steady_past_counts_alike_and_an_old_level_is_forgotten() {
        let mut random = Random::new(4);
        let steady: Vec<f64> = (0..120).map(|_| random.below(9) as f64).collect();
        let shifted: Vec<f64> =
            steady.iter().enumerate().map(|(t, v)| if t < 90 { v + 40.0 } else { *v }).collect();
        assert!(after(&steady, 1).kept > 0.99);
        let model = after(&shifted, 1);
        assert!(model.kept < 0.93 && model.next() < 12.0, "{model:?}");
    }

    #[test]
    fn the_same_phase_counts_where_it_says_more() {
        let weekly = [9.0, 0.0, 4.0, 0.0, 0.0, 1.0, 0.0].repeat(12);
        let model = after(&weekly, 7);
        assert_eq!(model.stride, 7);
        let mut path = [0.0; 9];
        model.path(&mut path);
        for (step, expected) in path.iter().enumerate() {
            assert!(near(*expected, weekly[step]), "{path:?}");
        }
        assert!(near(model.sum_distribution(3).mean(), 13.0));
        assert!(near(model.sum_distribution(7).variance(), 0.0));
    }

    #[test]
    fn overlapping_sums_by_hand() {
        let model =
            Empirical { kept: 0.5, stride: 1, values: vec![1.0, 2.0, 4.0, 8.0], step: Some(1.0) };
        let sums = model.overlapping_sums(2);
        let expected = [(3.0, 1.0 / 7.0), (6.0, 2.0 / 7.0), (12.0, 4.0 / 7.0)];
        for (point, expected) in sums.points().iter().zip(expected) {
            assert!(near(point.0, expected.0) && near(point.1, expected.1));
        }
    }

    #[test]
    fn the_bootstrap_keeps_the_mean_and_what_follows_on_what() {
        // Demand comes in runs of four: a sum of four is more varied than four periods apart.
        let runs: Vec<f64> =
            (0..200_u32).map(|t| f64::from(u8::from(t / 4 % 3 == 0)) * 5.0).collect();
        let model = Empirical { kept: 1.0, ..after(&runs, 1) };
        let sums = model.bootstrapped_sums(4, 9);
        let one = model.distribution(0);
        assert!((sums.mean() / (4.0 * one.mean()) - 1.0).abs() < 0.1, "{}", sums.mean());
        assert!(sums.variance() > 2.0 * 4.0 * one.variance());
        assert_eq!(sums, model.bootstrapped_sums(4, 9));
        assert_ne!(sums, model.bootstrapped_sums(4, 10));
    }

    #[test]
    fn short_and_empty_histories() {
        for values in [vec![3.0], vec![0.0], vec![1.0, 2.0], vec![7.5; 600]] {
            let model = after(&values, 12);
            for periods in [0, 1, 5, 40] {
                let sum = model.sum_distribution(periods);
                assert!(
                    near(sum.mean() / periods.max(1) as f64, model.next())
                        || values.len() == 2
                        || periods == 0
                );
            }
            assert!(model.distribution(30).largest() <= 7.5);
        }
    }
}
