//! Demand in whole units, as a table of probabilities.

use super::{
    Loss, NormalDemand, UncertainDemand,
    parameter::{count, floor, not_negative, open_share, positive, refused},
};
use crate::unit::{Invalid, math, math::normal_tail};

/// Demand that is a whole number of zero or more, with the probability of each.
///
/// ```
/// use replenish::inventory::classic::{DiscreteDemand, UncertainDemand};
/// let demand = DiscreteDemand::poisson(6.0)?;
/// assert_eq!(demand.quantile(0.8), 8.0);
/// assert!((demand.probability_at_most(8.0) - 0.847).abs() < 1e-3);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DiscreteDemand {
    /// The smallest demand in the table.
    first: usize,
    /// Of `first` and each next number; they add up to one.
    probabilities: Vec<f64>,
    mean: f64,
}

impl DiscreteDemand {
    /// Poisson-distributed demand.
    ///
    /// # Errors
    ///
    /// When the mean is negative or above a million.
    pub fn poisson(mean: f64) -> Result<Self, Invalid> {
        not_negative("mean", mean)?;
        if mean > LARGEST_MEAN {
            return Err(refused("mean", "a mean of at most 1000000", mean));
        }
        Self::grown(mean.floor(), |demand| mean / (demand + 1.0))
    }

    /// Demand that counts the failures before the `successes`-th success (negative binomial), each
    /// trial succeeding with a probability; `successes` need not be whole.
    ///
    /// # Errors
    ///
    /// When `successes` is not above zero, the probability not between zero and one, or demand is so
    /// large or so spread that its table would be longer than a million.
    pub fn negative_binomial(successes: f64, probability: f64) -> Result<Self, Invalid> {
        positive("successes", successes)?;
        open_share("probability", probability)?;
        let failing = 1.0 - probability;
        let mean = successes * failing / probability;
        if mean > LARGEST_MEAN {
            return Err(refused("successes", "a mean demand of at most 1000000", mean));
        }
        let mode = ((successes - 1.0) * failing / probability).floor().max(0.0);
        Self::grown(mode, |demand| failing * (demand + successes) / (demand + 1.0))
    }

    /// Negative binomial demand with this mean and standard deviation.
    ///
    /// # Errors
    ///
    /// When the mean is not above zero, the variance not above the mean, or the table too long.
    pub fn negative_binomial_with_moments(
        mean: f64,
        standard_deviation: f64,
    ) -> Result<Self, Invalid> {
        positive("mean", mean)?;
        let variance = standard_deviation * standard_deviation;
        if !(variance > mean && variance.is_finite()) {
            let expected = "a standard deviation whose square is above the mean";
            return Err(refused("standard_deviation", expected, standard_deviation));
        }
        Self::negative_binomial(mean * mean / (variance - mean), mean / variance)
    }

    /// Normal demand rounded to the nearest whole number, what would be negative counting as zero.
    ///
    /// # Errors
    ///
    /// When the table would be longer than a million.
    pub fn rounded_normal(demand: NormalDemand) -> Result<Self, Invalid> {
        let (mean, deviation) = (demand.mean(), demand.standard_deviation());
        let reach = deviation * 9.0 + 1.0;
        let first = (mean - reach).floor().max(0.0);
        let length = (mean + reach).ceil() - first + 1.0;
        if length > LONGEST as f64 || mean > 1e15 {
            return Err(too_long(length));
        }
        let at_most = |level: f64| demand.probability_at_most(level);
        let mut weighted = Vec::new();
        for index in 0..count(length.max(1.0)) {
            let level = first + index as f64;
            let below = if level > 0.0 { at_most(level - 0.5) } else { 0.0 };
            // Above the mean the difference of two tails keeps its digits.
            let above_mean = deviation > 0.0 && level - 0.5 > mean;
            weighted.push(if above_mean {
                normal_tail((level - 0.5 - mean) / deviation)
                    - normal_tail((level + 0.5 - mean) / deviation)
            } else {
                at_most(level + 0.5) - below
            });
        }
        Self::table(count(first), weighted)
    }

    /// Demand of 0, 1, 2 and so on with these probabilities.
    ///
    /// # Errors
    ///
    /// When one is negative, they do not add up to one, or there are more than a million.
    pub fn from_probabilities(probabilities: &[f64]) -> Result<Self, Invalid> {
        for (index, &probability) in probabilities.iter().enumerate() {
            not_negative(&format!("probabilities[{index}]"), probability)?;
        }
        let total = math::sum(probabilities.iter().copied());
        if (total - 1.0).abs() > 1e-9 {
            return Err(refused("probabilities", "probabilities that add up to 1", total));
        }
        Self::table(0, probabilities.to_vec())
    }

    /// Several demands, one of which holds, each with its probability: as over a random lead time.
    ///
    /// # Errors
    ///
    /// When a probability is negative, they do not add up to one, or the table is too long.
    pub fn mixture(parts: &[(Self, f64)]) -> Result<Self, Invalid> {
        let mut weights = Vec::with_capacity(parts.len());
        for (index, &(_, weight)) in parts.iter().enumerate() {
            weights.push(not_negative(&format!("parts[{index}]"), weight)?);
        }
        let total = math::sum(weights);
        if (total - 1.0).abs() > 1e-9 {
            return Err(refused("parts", "probabilities that add up to 1", total));
        }
        let first = parts.iter().map(|(part, _)| part.first).min().unwrap_or(0);
        let end = parts.iter().map(|(part, _)| part.first + part.probabilities.len()).max();
        let mut sum = vec![0.0; end.unwrap_or(0) - first];
        for (part, weight) in parts {
            for (cell, probability) in sum[part.first - first..].iter_mut().zip(&part.probabilities)
            {
                *cell += weight * probability;
            }
        }
        Self::table(first, sum)
    }

    /// The sum of this demand and another that does not depend on it.
    ///
    /// # Errors
    ///
    /// When the table would be longer than a million, or take more than 10⁹ steps.
    pub fn plus(&self, other: &Self) -> Result<Self, Invalid> {
        let (mine, others) = (self.probabilities.len(), other.probabilities.len());
        let length = mine + others - 1;
        if length > LONGEST || mine as f64 * others as f64 > 1e9 {
            return Err(too_long(length));
        }
        let mut sum = vec![0.0; length];
        for (start, &share) in self.probabilities.iter().enumerate() {
            for (cell, other) in sum[start..].iter_mut().zip(&other.probabilities) {
                *cell += share * other;
            }
        }
        Self::table(self.first + other.first, sum)
    }

    /// How likely a demand is.
    pub fn probability(&self, demand: usize) -> f64 {
        let index = demand.checked_sub(self.first);
        index.and_then(|index| self.probabilities.get(index)).copied().unwrap_or(0.0)
    }

    /// How likely demand is at or below a level.
    pub fn probability_at_most(&self, level: f64) -> f64 {
        let inside = floor(level).saturating_add(1).saturating_sub_unsigned(self.first as u64);
        let end = usize::try_from(inside).unwrap_or(0).min(self.probabilities.len());
        // The shorter way round keeps more digits.
        let (below, above) = self.probabilities.split_at(end);
        if below.len() <= above.len() {
            math::sum(below.iter().copied())
        } else {
            1.0 - math::sum(above.iter().rev().copied())
        }
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        math::sum(self.points().map(|(demand, probability)| {
            let distance = demand - self.mean;
            probability * distance * distance
        }))
    }

    /// The largest demand that is possible, but for less than a part in 10¹⁸.
    pub fn largest(&self) -> usize {
        self.first + self.probabilities.len() - 1
    }

    /// The smallest demand in the table, and the probability of it and of each next one.
    pub(super) fn probabilities(&self) -> (usize, &[f64]) {
        (self.first, &self.probabilities)
    }

    /// Each demand with its probability, ascending.
    pub(super) fn points(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> + '_ {
        let demands = self.probabilities.iter().enumerate();
        demands.map(|(index, &probability)| ((self.first + index) as f64, probability))
    }

    /// A table grown from its most likely demand both ways, each probability being the one before
    /// times a ratio: no logarithm of a factorial loses digits, and the weights are brought to one at
    /// the end.
    fn grown(mode: f64, ratio: impl Fn(f64) -> f64) -> Result<Self, Invalid> {
        let (mut below, mut weight, mut demand) = (Vec::new(), 1.0, mode);
        while demand > 0.0 && weight > NEGLIGIBLE {
            demand -= 1.0;
            weight /= ratio(demand);
            below.push(weight);
        }
        let first = demand;
        let mut weights: Vec<f64> = below.into_iter().rev().collect();
        (weight, demand) = (1.0, mode);
        while weight > NEGLIGIBLE {
            if weights.len() >= LONGEST {
                return Err(too_long(weights.len()));
            }
            weights.push(weight);
            weight *= ratio(demand);
            demand += 1.0;
        }
        Self::table(count(first), weights)
    }

    /// A table of weights, brought to one, without zeros at its ends.
    fn table(first: usize, mut weights: Vec<f64>) -> Result<Self, Invalid> {
        if weights.len() > LONGEST {
            return Err(too_long(weights.len()));
        }
        while weights.len() > 1 && weights.last().is_some_and(|&weight| weight <= 0.0) {
            weights.pop();
        }
        let zeros = weights.iter().take_while(|&&weight| weight <= 0.0).count();
        let zeros = zeros.min(weights.len().saturating_sub(1));
        weights.drain(..zeros);
        let total = math::sum(weights.iter().copied());
        if total <= 0.0 {
            return Err(refused("probabilities", "at least one probability above 0", total));
        }
        for weight in &mut weights {
            *weight /= total;
        }
        let mut table = Self { first: first + zeros, probabilities: weights, mean: 0.0 };
        table.mean = math::sum(table.points().map(|(demand, probability)| demand * probability));
        Ok(table)
    }
}

impl UncertainDemand for DiscreteDemand {
    fn mean(&self) -> f64 {
        self.mean
    }

    fn quantile(&self, probability: f64) -> f64 {
        // Sums of probabilities carry rounding errors; what misses by so little has been reached.
        let wanted = probability - 1e-13;
        let mut reached = 0.0;
        for (demand, share) in self.points() {
            reached += share;
            if reached >= wanted {
                return demand;
            }
        }
        self.largest() as f64
    }

    fn loss(&self, level: f64) -> Loss {
        let short = self.points().rev().take_while(|point| point.0 > level);
        let over = self.points().take_while(|point| point.0 < level);
        Loss {
            shortage: math::sum(short.map(|(demand, share)| share * (demand - level))),
            overage: math::sum(over.map(|(demand, share)| share * (level - demand))),
        }
    }
}

/// Weights below this part of the largest are left out.
const NEGLIGIBLE: f64 = 1e-22;
/// Longest table.
const LONGEST: usize = 1_000_000;
const LARGEST_MEAN: f64 = 1e6;

fn too_long(length: impl std::fmt::Display) -> Invalid {
    let expected = "demand that takes at most 1000000 different values";
    Invalid::new("demand_too_wide", expected, length).at("demand")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::math::{exp, ln, ln_gamma};

    #[test]
    fn poisson_probabilities_by_their_formula() {
        for mean in [0.0, 0.3, 6.0, 150.0, 1e5] {
            let demand = DiscreteDemand::poisson(mean).unwrap();
            let spread = demand.variance();
            assert!((spread - mean).abs() <= 1e-9 * mean, "{mean}: {spread}");
            for k in [0, 3, 6, 150, 100_000] {
                let k_real = f64::from(k);
                let exact = match k {
                    0 => exp(-mean),
                    _ if mean > 0.0 => exp(k_real * ln(mean) - mean - ln_gamma(k_real + 1.0)),
                    _ => 0.0,
                };
                let found = demand.probability(usize::try_from(k).unwrap());
                assert!((found - exact).abs() < 1e-10, "{mean} {k}: {found} {exact}");
            }
        }
        assert_eq!(DiscreteDemand::poisson(-1.0).unwrap_err().path, "mean");
        assert_eq!(DiscreteDemand::poisson(1e7).unwrap_err().path, "mean");
    }

    #[test]
    fn moments_of_a_negative_binomial() {
        let demand = DiscreteDemand::negative_binomial_with_moments(23.0, 8.0).unwrap();
        assert!((demand.variance() - 64.0).abs() < 1e-9, "{}", demand.variance());
        let counted: f64 = demand.points().map(|(demand, share)| demand * share).sum();
        assert!((counted - 23.0).abs() < 1e-10 && (demand.mean() - 23.0).abs() < 1e-10);
        let refused = DiscreteDemand::negative_binomial_with_moments(23.0, 4.0).unwrap_err();
        assert_eq!(refused.path, "standard_deviation");
        assert_eq!(DiscreteDemand::negative_binomial(1.0, 1e-9).unwrap_err().path, "successes");
        assert_eq!(
            DiscreteDemand::negative_binomial(0.1, 1e-6).unwrap_err().code,
            "demand_too_wide"
        );
    }

    #[test]
    fn sums_and_mixtures() {
        let three =
            DiscreteDemand::poisson(1.0).unwrap().plus(&DiscreteDemand::poisson(2.0).unwrap());
        let (three, direct) = (three.unwrap(), DiscreteDemand::poisson(3.0).unwrap());
        for k in 0..20 {
            assert!((three.probability(k) - direct.probability(k)).abs() < 1e-15);
        }
        let mixed = DiscreteDemand::mixture(&[(three, 0.25), (direct.clone(), 0.75)]).unwrap();
        assert!((mixed.mean() - 3.0).abs() < 1e-12 && (mixed.variance() - 3.0).abs() < 1e-12);
        assert_eq!(DiscreteDemand::mixture(&[(direct, 0.7)]).unwrap_err().path, "parts");
        assert_eq!(DiscreteDemand::mixture(&[]).unwrap_err().path, "parts");
    }

    #[test]
    fn rounded_normal_keeps_mean_and_spread() {
        let normal = NormalDemand::new(100.0, 20.0).unwrap();
        let demand = DiscreteDemand::rounded_normal(normal).unwrap();
        // What is below zero counts as zero, which adds 20 G(5); rounding adds a twelfth.
        assert!((demand.mean() - 100.0 - 1.07e-6).abs() < 1e-8, "{}", demand.mean());
        assert!((demand.variance() - 400.0 - 1.0 / 12.0).abs() < 1e-3, "{}", demand.variance());
        let certain = DiscreteDemand::rounded_normal(NormalDemand::new(4.0, 0.0).unwrap()).unwrap();
        assert!((certain.probability(4) - 1.0).abs() < 1e-15);
        let wide = NormalDemand::new(0.0, 1e6).unwrap();
        assert_eq!(DiscreteDemand::rounded_normal(wide).unwrap_err().code, "demand_too_wide");
    }

    #[test]
    fn tables_are_checked_and_read_at_any_level() {
        let demand = DiscreteDemand::from_probabilities(&[0.0, 0.5, 0.0, 0.5, 0.0]).unwrap();
        assert_eq!((demand.first, demand.largest()), (1, 3));
        for (level, share) in [(-1.0, 0.0), (0.9, 0.0), (1.0, 0.5), (2.7, 0.5), (9.0, 1.0)] {
            assert!((demand.probability_at_most(level) - share).abs() < 1e-15, "{level}");
        }
        assert_eq!(demand.loss(2.0), Loss { shortage: 0.5, overage: 0.5 });
        let negative = DiscreteDemand::from_probabilities(&[1.5, -0.5]).unwrap_err();
        assert_eq!(negative.path, "probabilities[1]");
        assert_eq!(DiscreteDemand::from_probabilities(&[]).unwrap_err().path, "probabilities");
    }
}
