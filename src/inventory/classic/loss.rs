//! How much goes short and how much is left over, on average.

use super::parameter::{finite, not_negative, positive, refused};
use crate::{
    forecast::DemandDistribution,
    unit::{
        Invalid, Probability,
        math::{exp, ln, normal_density, normal_quantile, normal_tail},
    },
};

/// Averages around a stock level, in units of the product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// Expected demand above the level: what goes short. The "loss function" of the textbooks.
    pub shortage: f64,
    /// Expected stock above the demand: what is left over. The complementary loss function.
    pub overage: f64,
}

/// Demand that can say its mean, its quantiles, and what a level leaves short and over.
pub trait UncertainDemand {
    /// The expected demand.
    fn mean(&self) -> f64;

    /// The smallest level that is not exceeded with at least this probability, which is above zero
    /// and below one.
    fn quantile(&self, probability: f64) -> f64;

    /// What a level leaves short and over.
    fn loss(&self, level: f64) -> Loss;
}

/// Loss of the standard normal distribution.
///
/// ```
/// use replenish::inventory::classic::standard_normal_loss;
/// assert!((standard_normal_loss(0.0).shortage - 0.398_942_280_401_432_7).abs() < 1e-16);
/// ```
pub fn standard_normal_loss(z: f64) -> Loss {
    Loss::around(z, smaller_loss(z.abs()))
}

/// The loss on the side where less is left, at a distance from the mean; so far out that the density
/// is zero, so is the loss.
fn smaller_loss(distance: f64) -> f64 {
    if distance < NOTHING_LEFT {
        normal_density(distance) - distance * normal_tail(distance)
    } else {
        0.0
    }
}

impl Loss {
    /// From how far a level is above the mean, and the smaller of the two: they differ by that, so
    /// what is small is never the difference of what is large.
    fn around(difference: f64, small: f64) -> Self {
        let large = small + difference.abs();
        if difference >= 0.0 {
            Self { shortage: small, overage: large }
        } else {
            Self { shortage: large, overage: small }
        }
    }
}

/// So many standard deviations out, the normal density is zero in a double.
const NOTHING_LEFT: f64 = 40.0;

/// Normally distributed demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalDemand {
    mean: f64,
    standard_deviation: f64,
}

impl NormalDemand {
    /// Demand with this mean and standard deviation; without deviation it is certain.
    ///
    /// # Errors
    ///
    /// When a number is not finite or the deviation is negative.
    pub fn new(mean: f64, standard_deviation: f64) -> Result<Self, Invalid> {
        finite("mean", mean)?;
        not_negative("standard_deviation", standard_deviation)?;
        Ok(Self { mean, standard_deviation })
    }

    /// Demand over several periods that do not depend on each other.
    ///
    /// # Errors
    ///
    /// When the number of periods is negative or the sum too large.
    pub fn over(self, periods: f64) -> Result<Self, Invalid> {
        not_negative("periods", periods)?;
        Self::new(self.mean * periods, self.standard_deviation * periods.sqrt())
    }

    /// The standard deviation.
    pub fn standard_deviation(self) -> f64 {
        self.standard_deviation
    }

    /// How likely demand is at or below a level.
    pub fn probability_at_most(self, level: f64) -> f64 {
        if self.standard_deviation > 0.0 {
            normal_tail((self.mean - level) / self.standard_deviation)
        } else {
            f64::from(u8::from(level >= self.mean))
        }
    }

    /// Half the expected squares of what goes short and of what is left over: the integrals of the
    /// loss beyond the level (Snyder and Shen, appendix C.3.1).
    pub fn second_loss(self, level: f64) -> Loss {
        let difference = level - self.mean;
        let variance = self.standard_deviation * self.standard_deviation;
        let total = 0.5 * (difference * difference + variance);
        if variance <= 0.0 {
            let (short, over) = if difference < 0.0 { (total, 0.0) } else { (0.0, total) };
            return Loss { shortage: short, overage: over };
        }
        let z = difference.abs() / self.standard_deviation;
        let small = if z < NOTHING_LEFT {
            0.5 * variance * ((z * z + 1.0) * normal_tail(z) - z * normal_density(z))
        } else {
            0.0
        };
        if difference >= 0.0 {
            Loss { shortage: small, overage: total - small }
        } else {
            Loss { shortage: total - small, overage: small }
        }
    }
}

impl UncertainDemand for NormalDemand {
    fn mean(&self) -> f64 {
        self.mean
    }

    fn quantile(&self, probability: f64) -> f64 {
        if self.standard_deviation > 0.0 {
            self.mean + self.standard_deviation * normal_quantile(probability)
        } else {
            self.mean
        }
    }

    fn loss(&self, level: f64) -> Loss {
        let difference = level - self.mean;
        let small = if self.standard_deviation > 0.0 {
            self.standard_deviation * smaller_loss(difference.abs() / self.standard_deviation)
        } else {
            0.0
        };
        Loss::around(difference, small)
    }
}

/// Demand whose logarithm is normally distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LognormalDemand {
    logarithm: NormalDemand,
}

impl LognormalDemand {
    /// Demand whose logarithm has this mean and standard deviation.
    ///
    /// # Errors
    ///
    /// When a number is not finite, the deviation is not above zero, or demand would be too large.
    pub fn new(log_mean: f64, log_standard_deviation: f64) -> Result<Self, Invalid> {
        finite("log_mean", log_mean)?;
        positive("log_standard_deviation", log_standard_deviation)?;
        let logarithm = NormalDemand { mean: log_mean, standard_deviation: log_standard_deviation };
        let demand = Self { logarithm };
        if demand.mean() <= 1e15 {
            return Ok(demand);
        }
        let expected = "a logarithm whose demand is at most 1000000000000000 on average";
        Err(refused("log_mean", expected, log_mean))
    }
}

impl UncertainDemand for LognormalDemand {
    fn mean(&self) -> f64 {
        let deviation = self.logarithm.standard_deviation;
        exp(self.logarithm.mean + 0.5 * deviation * deviation)
    }

    fn quantile(&self, probability: f64) -> f64 {
        exp(self.logarithm.quantile(probability))
    }

    fn loss(&self, level: f64) -> Loss {
        let mean = self.mean();
        if level <= 0.0 {
            return Loss { shortage: mean - level, overage: 0.0 };
        }
        let NormalDemand { mean: log_mean, standard_deviation } = self.logarithm;
        let z = (ln(level) - log_mean) / standard_deviation;
        let above = mean * normal_tail(z - standard_deviation) - level * normal_tail(z);
        let below = level * normal_tail(-z) - mean * normal_tail(standard_deviation - z);
        Loss { shortage: above.max(0.0), overage: below.max(0.0) }
    }
}

/// Demand, or yield, spread evenly between two ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UniformDemand {
    low: f64,
    high: f64,
}

impl UniformDemand {
    /// Evenly spread from `low` to `high`.
    ///
    /// # Errors
    ///
    /// When an end is not finite or `high` is not above `low`.
    pub fn new(low: f64, high: f64) -> Result<Self, Invalid> {
        finite("low", low)?;
        finite("high", high)?;
        if high > low {
            return Ok(Self { low, high });
        }
        Err(refused("high", "a number above `low`", high))
    }
}

impl UncertainDemand for UniformDemand {
    fn mean(&self) -> f64 {
        0.5 * (self.low + self.high)
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.low + probability * (self.high - self.low)
    }

    fn loss(&self, level: f64) -> Loss {
        let inside = level.clamp(self.low, self.high);
        let half = |distance: f64| 0.5 * distance * distance / (self.high - self.low);
        Loss {
            shortage: half(self.high - inside) + (self.low - level).max(0.0),
            overage: half(inside - self.low) + (level - self.high).max(0.0),
        }
    }
}

impl UncertainDemand for DemandDistribution {
    fn mean(&self) -> f64 {
        Self::mean(self)
    }

    fn quantile(&self, probability: f64) -> f64 {
        // A probability out of range cannot come from a ratio of costs; the largest demand is then as
        // good an answer as any.
        Probability::new(probability)
            .map_or(f64::INFINITY, |probability| Self::quantile(self, probability))
    }

    fn loss(&self, level: f64) -> Loss {
        let shortage = self.expected_shortage(level);
        Loss { shortage, overage: (level - Self::mean(self) + shortage).max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    /// Mean shortage and overage of sampled demand.
    fn sampled(demand: &impl UncertainDemand, level: f64) -> Loss {
        let (mut random, count) = (Random::new(7), 200_000);
        let (mut short, mut over) = (0.0, 0.0);
        for step in 0..count {
            // One value of each of equally likely slices, so that the error is far below 1 / √n.
            let share = (f64::from(step) + random.fraction()) / f64::from(count);
            let value = demand.quantile(share.max(1e-12));
            short += (value - level).max(0.0);
            over += (level - value).max(0.0);
        }
        Loss { shortage: short / f64::from(count), overage: over / f64::from(count) }
    }

    fn agrees(demand: &impl UncertainDemand, levels: &[f64]) {
        for &level in levels {
            let (exact, sample) = (demand.loss(level), sampled(demand, level));
            let off = 1e-4 * demand.mean().abs().max(1.0);
            assert!(
                (exact.shortage - sample.shortage).abs() < off,
                "{level}: {exact:?} {sample:?}"
            );
            assert!((exact.overage - sample.overage).abs() < off, "{level}: {exact:?} {sample:?}");
            let balance = exact.overage - exact.shortage - (level - demand.mean());
            assert!(balance.abs() < 1e-12 * level.abs().max(demand.mean()).max(1.0));
        }
    }

    #[test]
    fn losses_agree_with_sampled_demand() {
        agrees(&NormalDemand::new(50.0, 8.0).unwrap(), &[20.0, 50.0, 56.6, 80.0]);
        agrees(&LognormalDemand::new(2.0, 0.3).unwrap(), &[0.0, 5.0, 8.0, 15.0]);
        agrees(&UniformDemand::new(-3.0, 9.0).unwrap(), &[-5.0, 0.0, 8.0, 12.0]);
    }

    #[test]
    fn certain_demand_goes_short_by_the_difference() {
        let certain = NormalDemand::new(10.0, 0.0).unwrap();
        assert_eq!(certain.loss(7.0), Loss { shortage: 3.0, overage: 0.0 });
        assert_eq!(certain.second_loss(12.0), Loss { shortage: 0.0, overage: 2.0 });
        assert!((certain.quantile(0.9) - 10.0).abs() < 1e-15);
        assert!((certain.probability_at_most(10.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_second_loss_is_the_integral_of_the_first() {
        let demand = NormalDemand::new(15.0, 3.0).unwrap();
        let step = 1e-3;
        for level in [9.0, 15.0, 18.6, 30.0] {
            let slope = (demand.second_loss(level - step).shortage
                - demand.second_loss(level + step).shortage)
                / (2.0 * step);
            assert!((slope - demand.loss(level).shortage).abs() < 1e-6, "{level}");
        }
    }

    #[test]
    fn far_in_the_tail_digits_remain() {
        // 1 / z² · density · (1 − 3 / z² + 15 / z⁴ − 105 / z⁶ …), z = 20.
        let series = normal_density(20.0) / 400.0 * (1.0 - 3.0 / 400.0 + 15.0 / 160_000.0);
        let loss = standard_normal_loss(20.0).shortage;
        assert!((loss / series - 1.0).abs() < 1e-5, "{loss} {series}");
    }

    #[test]
    fn bad_shapes_are_refused_by_name() {
        assert_eq!(NormalDemand::new(1.0, -1.0).unwrap_err().path, "standard_deviation");
        assert_eq!(NormalDemand::new(f64::NAN, 1.0).unwrap_err().path, "mean");
        assert_eq!(LognormalDemand::new(40.0, 0.1).unwrap_err().path, "log_mean");
        assert_eq!(LognormalDemand::new(4.0, 0.0).unwrap_err().path, "log_standard_deviation");
        assert_eq!(UniformDemand::new(4.0, 4.0).unwrap_err().path, "high");
    }
}
