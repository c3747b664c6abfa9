//! Demand over an interval, as a distribution.

use crate::unit::{Invalid, Probability, math, sort_by};

/// Possible demands over an interval, each with its weight: what the forecast says plus each error
/// that the model really made over an interval of that length.
///
/// ```
/// use replenish::{forecast::DemandDistribution, unit::Probability};
/// let demand = DemandDistribution::from_weighted(vec![(4.0, 1.0), (2.0, 1.0), (9.0, 2.0)]);
/// assert_eq!(demand.mean(), 6.0);
/// assert_eq!(demand.quantile(Probability::new(0.5)?), 4.0);
/// assert_eq!(demand.probability_above(4.0).value(), 0.5);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DemandDistribution {
    /// Demand and the share of the weight at or below it, ascending; the last share is 1.
    steps: Vec<(f64, f64)>,
    mean: f64,
    outcomes: usize,
}

impl DemandDistribution {
    /// A distribution of demands with weights of zero or more, in any order.
    ///
    /// Without any weight the demand is certainly zero.
    pub fn from_weighted(mut demands: Vec<(f64, f64)>) -> Self {
        demands.retain(|&(_, weight)| weight > 0.0);
        if demands.is_empty() {
            demands.push((0.0, 1.0));
        }
        if demands.windows(2).any(|pair| pair[0].0.total_cmp(&pair[1].0).is_gt()) {
            sort_by(&mut demands, |a, b| a.0.total_cmp(&b.0));
        }
        let total = math::sum(demands.iter().map(|&(_, weight)| weight));
        let mean = math::sum(demands.iter().map(|&(demand, weight)| demand * weight)) / total;
        let outcomes = demands.len();
        let mut below = 0.0;
        let mut steps: Vec<(f64, f64)> = Vec::with_capacity(demands.len());
        for (demand, weight) in demands {
            below += weight;
            match steps.last_mut() {
                Some(step) if step.0.total_cmp(&demand).is_eq() => step.1 = below / total,
                _ => steps.push((demand, below / total)),
            }
        }
        if let Some(step) = steps.last_mut() {
            step.1 = 1.0;
        }
        Self { steps, mean, outcomes }
    }

    /// A distribution as [`DemandDistribution::steps`] gave it, learnt from so many outcomes.
    ///
    /// # Errors
    ///
    /// When there is no step, or demands or shares do not ascend, or the last share is not 1.
    pub fn from_steps(steps: Vec<(f64, f64)>, outcomes: usize) -> Result<Self, Invalid> {
        let mut before = (f64::NEG_INFINITY, 0.0);
        for &(demand, share) in &steps {
            if !(demand.is_finite() && demand > before.0 && share > before.1 && share <= 1.0) {
                let expected = "finite demands that ascend, each with a larger share up to 1";
                let got = format!("{demand} with {share}");
                return Err(Invalid::new("demand_steps_invalid", expected, got));
            }
            before = (demand, share);
        }
        if before.1 < 1.0 {
            let expected = "steps whose last share is 1";
            return Err(Invalid::new("demand_steps_invalid", expected, before.1));
        }
        let mut own = Self { steps, mean: 0.0, outcomes };
        own.mean = math::sum(own.demands().map(|(demand, share)| demand * share));
        Ok(own)
    }

    /// The distribution that has these demands, ascending and with this mean, where `like` has its
    /// own.
    pub(super) fn with_shares_of(like: &Self, demands: Vec<f64>, mean: f64) -> Self {
        let mut steps: Vec<(f64, f64)> = Vec::with_capacity(like.steps.len());
        for (demand, &(_, share)) in demands.into_iter().zip(&like.steps) {
            match steps.last_mut() {
                // A rounding error must not make them descend.
                Some(step) if demand <= step.0 => step.1 = share,
                _ => steps.push((demand, share)),
            }
        }
        Self { steps, mean, outcomes: like.outcomes }
    }

    /// The normal distribution with a mean and a standard deviation, as a thousand equally likely
    /// demands, each the mean of its share; below zero nothing is cut off.
    pub fn normal(mean: f64, standard_deviation: f64) -> Self {
        const DEMANDS: u32 = 1000;
        let share = 1.0 / f64::from(DEMANDS);
        let (mut steps, mut density_before) = (Vec::with_capacity(DEMANDS as usize), 0.0);
        for index in 1..=DEMANDS {
            let below = f64::from(index) * share;
            let density = if index < DEMANDS {
                math::normal_density(math::normal_quantile(below))
            } else {
                0.0
            };
            // The mean of a slice of the normal distribution is the drop of its density over it.
            let middle = (density_before - density) / share;
            density_before = density;
            steps.push((mean + standard_deviation * middle, below));
        }
        Self { steps, mean, outcomes: DEMANDS as usize }
    }

    /// One of several distributions, each with its weight.
    pub fn mixture(parts: &[(&Self, f64)]) -> Self {
        if let [(only, _)] = parts {
            return (*only).clone();
        }
        let outcomes = parts.iter().map(|(part, _)| part.outcomes).min().unwrap_or(0);
        let weighted = parts.iter().flat_map(|&(part, weight)| {
            part.demands().map(move |(demand, share)| (demand, share * weight))
        });
        Self::from_weighted(weighted.collect()).learnt_from(outcomes)
    }

    /// A distribution whose quantiles lie between those of two others: at `share` 0 those of the
    /// first, at 1 those of the second.
    pub fn between(first: &Self, second: &Self, share: f64) -> Self {
        let mut steps = Vec::with_capacity(first.steps.len() + second.steps.len());
        let (mut a, mut b) = (first.steps.iter().peekable(), second.steps.iter().peekable());
        while let (Some(&&(low, low_share)), Some(&&(high, high_share))) = (a.peek(), b.peek()) {
            let reached = low_share.min(high_share);
            steps.push((low + share * (high - low), reached));
            if low_share <= reached {
                a.next();
            }
            if high_share <= reached {
                b.next();
            }
        }
        let mean = first.mean + share * (second.mean - first.mean);
        Self { steps, mean, outcomes: first.outcomes.min(second.outcomes) }
    }

    /// The same distribution, with the number of past forecasts or periods that it was learnt from.
    #[must_use]
    pub(super) fn learnt_from(self, outcomes: usize) -> Self {
        Self { outcomes, ..self }
    }

    /// The expected demand.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation.
    pub fn standard_deviation(&self) -> f64 {
        let from_mean = |(demand, share): (f64, f64)| (demand - self.mean, share);
        math::sum(self.demands().map(from_mean).map(|(off, share)| share * off * off)).sqrt()
    }

    /// Each possible demand with the probability that demand is at or below it, both ascending.
    pub fn steps(&self) -> &[(f64, f64)] {
        &self.steps
    }

    /// Each possible demand with its probability, ascending.
    pub fn demands(&self) -> impl Iterator<Item = (f64, f64)> {
        let mut before = 0.0;
        self.steps.iter().map(move |&(demand, share)| {
            let probability = share - before;
            before = share;
            (demand, probability)
        })
    }

    /// The smallest demand that is not exceeded with at least this probability.
    ///
    /// Above [`DemandDistribution::resolution`] there is little or nothing behind it but the shape that
    /// errors usually have.
    pub fn quantile(&self, probability: Probability) -> f64 {
        self.steps.get(self.place(probability)).map_or(0.0, |&(demand, _)| demand)
    }

    /// Which of the demands, counted from 0, is the quantile.
    pub(super) fn place(&self, probability: Probability) -> usize {
        // Sums of weights carry rounding errors; a share that misses by so little has been reached.
        let wanted = probability.value() - 1e-12;
        let index = self.steps.partition_point(|&(_, share)| share < wanted);
        index.min(self.steps.len().saturating_sub(1))
    }

    /// How likely demand is above a level.
    pub fn probability_above(&self, level: f64) -> Probability {
        let index = self.steps.partition_point(|&(demand, _)| demand <= level);
        let at_most = if index == 0 { 0.0 } else { self.steps[index - 1].1 };
        // INVARIANT: shares lie between 0 and 1, so this is a probability.
        Probability::new(1.0 - at_most).unwrap_or(Probability::ZERO)
    }

    /// The expected demand above a level: what would go short.
    pub fn expected_shortage(&self, level: f64) -> f64 {
        let above = self.steps.partition_point(|&(demand, _)| demand <= level);
        let mut before = if above == 0 { 0.0 } else { self.steps[above - 1].1 };
        math::sum(self.steps[above..].iter().map(|&(demand, share)| {
            let probability = share - before;
            before = share;
            probability * (demand - level)
        }))
    }

    /// How many observed outcomes stand behind the distribution: of one that was given, its demands,
    /// of a forecast, the past errors or periods that it was learnt from.
    pub fn outcomes(&self) -> usize {
        self.outcomes
    }

    /// The highest probability at which the observed outcomes can tell quantiles apart: n / (n + 1).
    pub fn resolution(&self) -> Probability {
        let count = self.outcomes as f64;
        Probability::new(count / (count + 1.0)).unwrap_or(Probability::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortage_and_quantile_agree_with_a_count() {
        let demand =
            DemandDistribution::from_weighted((1..=10).map(|d| (f64::from(d), 0.1)).collect());
        let p = |value| Probability::new(value).unwrap();
        assert_eq!(demand.quantile(p(0.9)).to_bits(), 9.0_f64.to_bits());
        assert_eq!(demand.quantile(p(0.901)).to_bits(), 10.0_f64.to_bits());
        assert_eq!(demand.quantile(p(0.0)).to_bits(), 1.0_f64.to_bits());
        assert!((demand.expected_shortage(8.0) - 0.3).abs() < 1e-12);
        assert!((demand.probability_above(8.0).value() - 0.2).abs() < 1e-12);
        assert!((demand.resolution().value() - 10.0 / 11.0).abs() < 1e-12);
    }

    #[test]
    fn a_mixture_weighs_and_a_path_between_moves_quantiles() {
        let two = DemandDistribution::from_weighted(vec![(0.0, 1.0), (10.0, 1.0)]);
        let three = DemandDistribution::from_weighted(vec![(20.0, 1.0), (30.0, 1.0), (40.0, 2.0)]);
        let mixed = DemandDistribution::mixture(&[(&two, 0.25), (&three, 0.75)]);
        assert!((mixed.mean() - (0.25 * 5.0 + 0.75 * 32.5)).abs() < 1e-12);
        assert!((mixed.probability_above(10.0).value() - 0.75).abs() < 1e-12);
        let between = DemandDistribution::between(&two, &three, 0.5);
        let demands: Vec<_> = between.demands().collect();
        let expected = [(10.0, 0.25), (15.0, 0.25), (25.0, 0.5)];
        for ((demand, share), (wanted, wanted_share)) in demands.iter().zip(expected) {
            assert!((demand - wanted).abs() < 1e-12 && (share - wanted_share).abs() < 1e-12);
        }
        assert_eq!(demands.len(), 3);
        assert!((between.mean() - 18.75).abs() < 1e-12);
    }

    #[test]
    fn the_normal_distribution_has_its_moments() {
        let normal = DemandDistribution::normal(100.0, 20.0);
        assert!((normal.standard_deviation() - 20.0).abs() < 0.01);
        let quantile = normal.quantile(Probability::new(0.95).unwrap());
        assert!((quantile - 132.897).abs() < 0.2, "{quantile}");
        let loss = 20.0 * 0.020_892_959_027_797_71;
        assert!(
            (normal.expected_shortage(100.0 + 20.0 * 1.644_853_626_951_472_2) - loss).abs() < 1e-3
        );
    }

    #[test]
    fn without_weight_demand_is_zero() {
        let none = DemandDistribution::from_weighted(vec![(5.0, 0.0)]);
        assert!(none.mean().abs() < 1e-12 && none.quantile(Probability::ZERO).abs() < 1e-12);
    }
}
