//! Demand over an interval, as a distribution.

use crate::unit::{Probability, math, sort_by};

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
        sort_by(&mut demands, |a, b| a.0.total_cmp(&b.0));
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

    /// The same distribution, with the number of past forecasts or periods that it was learnt from.
    #[must_use]
    pub(super) fn learnt_from(self, outcomes: usize) -> Self {
        Self { outcomes, ..self }
    }

    /// The expected demand.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The smallest demand that is not exceeded with at least this probability.
    ///
    /// Above [`DemandDistribution::resolution`] there is little or nothing behind it but the shape that
    /// errors usually have.
    pub fn quantile(&self, probability: Probability) -> f64 {
        // Sums of weights carry rounding errors; a share that misses by so little has been reached.
        let wanted = probability.value() - 1e-12;
        let index = self.steps.partition_point(|&(_, share)| share < wanted);
        self.steps.get(index).or(self.steps.last()).map_or(0.0, |&(demand, _)| demand)
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
        let mut before = 0.0;
        math::sum(self.steps.iter().map(|&(demand, share)| {
            let weight = share - before;
            before = share;
            weight * (demand - level).max(0.0)
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
    fn without_weight_demand_is_zero() {
        let none = DemandDistribution::from_weighted(vec![(5.0, 0.0)]);
        assert!(none.mean().abs() < 1e-12 && none.quantile(Probability::ZERO).abs() < 1e-12);
    }
}
