//! How large a demand is, where there is one.
//!
//! The size of a demand is drawn from the product's own past sizes, recent ones more likely, each
//! spread by a log-normal kernel whose width follows from the spread of the sizes and narrows as
//! their number grows (the smoothed bootstrap of Willemain, Smart and Schwarz, "A new approach to
//! forecasting intermittent demand for service parts inventories", International Journal of
//! Forecasting 20, 2004, jitters sizes for the same reason: the largest demand so far is not the
//! largest there can be). Sizes stay multiples of what all sizes so far were multiples of.

use crate::unit::{math, sort_by};

/// What the sizes say together.
#[derive(Clone, Debug)]
pub(super) struct Kinds {
    /// The different sizes, ascending, with their weights, which add up to one.
    sizes: Vec<(f64, f64)>,
    /// The mean size, and that of the squares of sizes spread by the kernel.
    mean: f64,
    mean_square: f64,
    /// What the kernel multiplies a size by; 1 on average.
    kernel: [f64; KERNEL.len()],
    /// What the doubt about the mean size may multiply a sum by, each with its weight; 1 on average:
    /// the places and weights of Gauss and Hermite for a normal distribution in logs.
    pub(super) doubts: [(f64, f64); 3],
}

impl Kinds {
    /// From the sizes so far, oldest first.
    pub(super) fn of(remembered: &[f64]) -> Self {
        let weights = weights(remembered);
        let (deviation, effective) = deviation(remembered, &weights);
        let width = (WIDTH * deviation / math::cbrt(effective)).min(WIDEST);
        let kernel = KERNEL.map(|place| math::exp(place * width));
        let average = math::sum(kernel) / KERNEL.len() as f64;
        let doubt = 3.0_f64.sqrt() * (deviation / effective.sqrt()).min(MOST_DOUBT);
        let doubts =
            [(math::exp(-doubt), 1.0 / 6.0), (1.0, 2.0 / 3.0), (math::exp(doubt), 1.0 / 6.0)];
        let average_doubt = math::sum(doubts.map(|(factor, weight)| factor * weight));
        let mut sizes: Vec<_> = remembered.iter().copied().zip(weights).collect();
        sort_by(&mut sizes, |a, b| a.0.total_cmp(&b.0));
        sizes.dedup_by(|later, kept| {
            let equal = later.0.total_cmp(&kept.0).is_eq();
            if equal {
                kept.1 += later.1;
            }
            equal
        });
        let mean = math::sum(sizes.iter().map(|(size, weight)| size * weight));
        let square = math::sum(sizes.iter().map(|(size, weight)| size * size * weight));
        let spread = math::sum(kernel.map(|multiple| multiple * multiple));
        let spread = spread / (average * average * KERNEL.len() as f64);
        Self {
            mean,
            mean_square: square * spread,
            sizes,
            kernel: kernel.map(|multiple| multiple / average),
            doubts: doubts.map(|(factor, weight)| (factor / average_doubt, weight)),
        }
    }

    /// Possible sizes of a demand, whole multiples of a lattice if there is one, with their weights,
    /// which add up to one.
    pub(super) fn points(&self, factor: f64, lattice: Option<f64>) -> Vec<(f64, f64)> {
        let on_lattice =
            |size: f64| lattice.map_or(size, |lattice| whole(size, lattice).max(lattice));
        self.spread(factor).map(|(size, weight)| (on_lattice(size), weight)).collect()
    }

    /// Weights of the sizes 0, `step`, 2 · `step` and so on; none where those are many.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places are whole numbers from 1 to FEW_PLACES"
    )]
    pub(super) fn places(&self, factor: f64, step: f64) -> Option<Vec<f64>> {
        let whole = |size: f64| (size / step + 0.5).max(1.0);
        let largest = self.sizes.last()?.0 * (self.kernel[KERNEL.len() - 1] * factor);
        if whole(largest) >= FEW_PLACES {
            return None;
        }
        let mut places = vec![0.0; whole(largest) as usize + 1];
        for (size, weight) in self.spread(factor) {
            places[whole(size) as usize] += weight;
        }
        Some(places)
    }

    /// A sum of so many sizes that is exceeded with a probability below 1e-9 (Bernstein's inequality
    /// for demands between zero and the largest).
    pub(super) fn most_likely(&self, demands: usize, factor: f64) -> f64 {
        const LOGARITHM: f64 = 21.0;
        let demands = demands.max(1) as f64;
        let largest =
            self.sizes.last().map_or(0.0, |&(size, _)| size) * self.kernel[KERNEL.len() - 1];
        let variance = (self.mean_square - self.mean * self.mean).max(0.0);
        let third = LOGARITHM * largest / 3.0;
        let above = third + (third * third + 2.0 * LOGARITHM * demands * variance).sqrt();
        (demands * largest).min(demands * self.mean + above) * factor
    }

    /// Sizes, rounded to a lattice if there is one, as probabilities of the multiples of a step.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the step is a part of what sizes add up to"
    )]
    pub(super) fn shared_out(&self, factor: f64, lattice: Option<f64>, step: f64) -> Vec<f64> {
        let mut shares = Vec::new();
        for (size, weight) in self.spread(factor) {
            let size = lattice.map_or(size, |lattice| whole(size, lattice).max(lattice));
            let place = size / step;
            let (low, part) = (place as usize, place.fract());
            if shares.len() < low + 2 {
                shares.resize(low + 2, 0.0);
            }
            shares[low] += weight * (1.0 - part);
            shares[low + 1] += weight * part;
        }
        shares
    }

    /// Each size, times a factor, spread by the kernel.
    fn spread(&self, factor: f64) -> impl Iterator<Item = (f64, f64)> {
        self.kernel.into_iter().flat_map(move |multiple| {
            let multiple = multiple * factor;
            let spread =
                move |&(size, weight): &(f64, f64)| (size * multiple, weight / KERNEL.len() as f64);
            self.sizes.iter().map(spread)
        })
    }
}

/// How likely each remembered size comes again, adding up to one: the mean over the memories.
pub(super) fn weights(sizes: &[f64]) -> Vec<f64> {
    let mut weights = vec![0.0; sizes.len()];
    for kept in SIZE_KEPT {
        let mut share = 1.0;
        let mut total = 0.0;
        for _ in &weights {
            total += share;
            share *= kept;
        }
        share = 1.0 / (total * SIZE_KEPT.len() as f64);
        for weight in weights.iter_mut().rev() {
            *weight += share;
            share *= kept;
        }
    }
    weights
}

/// Standard deviation of the sizes in logs, and how many equal weights theirs are worth.
fn deviation(sizes: &[f64], weights: &[f64]) -> (f64, f64) {
    let logs: Vec<f64> = sizes.iter().map(|&size| math::ln(size)).collect();
    let mean = math::sum(logs.iter().zip(weights).map(|(log, weight)| log * weight));
    let spread = math::sum(
        logs.iter().zip(weights).map(|(log, weight)| weight * (log - mean) * (log - mean)),
    );
    let squares = math::sum(weights.iter().map(|weight| weight * weight));
    let effective = (1.0 / squares.max(f64::MIN_POSITIVE)).max(1.0);
    let variance = (spread * effective + PRIOR_SIZES) / (effective + PRIOR_SIZES);
    (variance.sqrt(), effective)
}

/// The nearest multiple of a step.
pub(super) fn whole(demand: f64, step: f64) -> f64 {
    (demand / step).round() * step
}

/// Multiples of the common step that are counted place by place.
const FEW_PLACES: f64 = 2048.0;
/// Half-lives of 8, 32, 128 demands and for ever.
const SIZE_KEPT: [f64; 4] =
    [0.917_004_043_204_671_2, 0.978_572_062_087_700_1, 0.994_599_423_483_633_2, 1.0];
/// Kernel: the standard normal quantiles of the middles of seven equal parts.
const KERNEL: [f64; 7] = [
    -1.465_233_792_685_522_6,
    -0.791_638_607_743_374_8,
    -0.366_106_356_800_569_8,
    0.0,
    0.366_106_356_800_569_8,
    0.791_638_607_743_374_8,
    1.465_233_792_685_522_6,
];
/// Kernel width in standard deviations of log sizes when there is one size; it falls with the third
/// root of their number and is never above [`WIDEST`].
const WIDTH: f64 = 1.4;
const WIDEST: f64 = 0.7;
/// Standard deviation in logs up to which the mean size of a sum may be in doubt.
const MOST_DOUBT: f64 = 0.5;
/// Sizes with a standard deviation of 1 in logs, assumed before any were seen.
const PRIOR_SIZES: f64 = 8.0;
