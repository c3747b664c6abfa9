//! How likely a count is: Poisson and negative binomial, with or without extra zeros.
//!
//! One formula holds all four. The negative binomial with mean μ and dispersion δ has the variance
//! μ + δμ²; without dispersion it is the Poisson. With a share ζ of extra zeros (Lambert,
//! "Zero-inflated Poisson regression", Technometrics 34, 1992) a count is zero with probability ζ
//! and otherwise drawn with the mean μ / (1 − ζ), so that μ is the mean of all.

use super::CountDistribution;
use crate::unit::math;

/// A law of counts with everything known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CountLaw {
    /// Mean of all counts, extra zeros included; above zero.
    pub(super) mean: f64,
    /// Variance beyond the Poisson's as a multiple of the squared mean; zero or more.
    pub(super) dispersion: f64,
    /// Share of zeros beyond those of the law; from zero to below one.
    pub(super) extra_zeros: f64,
}

/// What is known of a count that reached a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tail {
    /// Logarithm of the probability to reach it.
    pub(super) ln_probability: f64,
    /// The expected count given that it did.
    pub(super) mean: f64,
}

/// Below this dispersion the Poisson is as near as makes no difference, and steadier to compute.
const LEAST_DISPERSION: f64 = 1e-9;
/// Terms of a tail that are added at most.
const TERMS: usize = 100_000;
/// Cells of a distribution at most; beyond, it is taken at every so-manieth count.
const CELLS: f64 = 512.0;
/// Share of the probability that may be missing at the upper end of a distribution.
const NEGLIGIBLE: f64 = 1e-9;

impl CountLaw {
    /// The law with this mean and as little dispersion as gives this variance.
    pub(super) fn with_variance(mean: f64, variance: f64) -> Self {
        let dispersion = ((variance - mean) / (mean * mean)).max(0.0);
        Self { mean, dispersion, extra_zeros: 0.0 }
    }

    /// The mean where the zero is not an extra one.
    fn inner_mean(&self) -> f64 {
        self.mean / (1.0 - self.extra_zeros)
    }

    pub(super) fn variance(&self) -> f64 {
        let inner = self.inner_mean();
        (1.0 - self.extra_zeros) * inner * (1.0 + inner * (self.dispersion + self.extra_zeros))
    }

    /// The logarithm of the probability of a count, whole or (through the gamma function) between.
    #[cfg(test)]
    pub(super) fn ln_probability(&self, count: f64) -> f64 {
        self.ln_probability_among(count, self.ln_orders(count))
    }

    /// The same where [`CountLaw::ln_orders`] is known.
    pub(super) fn ln_probability_among(&self, count: f64, ln_orders: f64) -> f64 {
        let inner = self.ln_inner_among(count, ln_orders);
        if self.extra_zeros <= 0.0 {
            inner
        } else if count > 0.0 {
            math::ln(1.0 - self.extra_zeros) + inner
        } else {
            math::ln(self.extra_zeros + (1.0 - self.extra_zeros) * math::exp(inner))
        }
    }

    /// The part of the logarithm that does not depend on the mean: how many orders of events make
    /// the count.
    pub(super) fn ln_orders(&self, count: f64) -> f64 {
        if count <= 0.0 {
            0.0
        } else if self.dispersion < LEAST_DISPERSION {
            -math::ln_gamma(count + 1.0)
        } else {
            let size = 1.0 / self.dispersion;
            math::ln_gamma(count + size) - math::ln_gamma(size) - math::ln_gamma(count + 1.0)
        }
    }

    fn ln_inner(&self, count: f64) -> f64 {
        self.ln_inner_among(count, self.ln_orders(count))
    }

    fn ln_inner_among(&self, count: f64, ln_orders: f64) -> f64 {
        let mean = self.inner_mean();
        if self.dispersion < LEAST_DISPERSION {
            let power = if count > 0.0 { count * math::ln(mean) } else { 0.0 };
            return ln_orders + power - mean;
        }
        let spread = math::ln(1.0 + mean * self.dispersion);
        let power =
            if count > 0.0 { count * (math::ln(mean * self.dispersion) - spread) } else { 0.0 };
        ln_orders + power - spread / self.dispersion
    }

    /// The probability of `count + 1` beside that of `count`, extra zeros apart.
    fn ratio(&self, count: f64) -> f64 {
        let mean = self.inner_mean();
        mean * (1.0 + self.dispersion * count) / ((1.0 + self.dispersion * mean) * (count + 1.0))
    }

    /// What is known once a count has reached a whole `threshold`.
    pub(super) fn tail(&self, threshold: f64) -> Tail {
        if threshold < 0.5 {
            return Tail { ln_probability: 0.0, mean: self.mean };
        }
        let mean = self.inner_mean();
        let ln_apart = math::ln(1.0 - self.extra_zeros);
        if threshold > mean {
            // Upwards from the threshold; terms relative to the first.
            let (mut term, mut count) = (1.0, threshold);
            let (mut total, mut weighted) = (0.0, 0.0);
            for _ in 0..TERMS {
                total += term;
                weighted += term * count;
                term *= self.ratio(count);
                count += 1.0;
                if term * count < 1e-17 * weighted {
                    break;
                }
            }
            let ln_probability = ln_apart + self.ln_inner(threshold) + math::ln(total);
            Tail { ln_probability, mean: weighted / total }
        } else {
            // Downwards from below the threshold; what is left is at or above it.
            let mut count = threshold - 1.0;
            let mut term = math::exp(self.ln_inner(count));
            let (mut total, mut weighted) = (0.0, 0.0);
            for _ in 0..TERMS {
                total += term;
                weighted += term * count;
                if count < 0.5 || term < 1e-17 * total {
                    break;
                }
                count -= 1.0;
                term /= self.ratio(count);
            }
            let reached = (1.0 - total).max(f64::MIN_POSITIVE);
            let ln_probability = ln_apart + math::ln(reached);
            Tail { ln_probability, mean: ((mean - weighted) / reached).max(threshold) }
        }
    }

    /// The distribution of `step` times the count.
    pub(super) fn distribution(&self, step: f64) -> CountDistribution {
        if self.mean <= 0.0 || step <= 0.0 {
            return CountDistribution::certain(0.0);
        }
        let inner = self.inner_mean();
        let deviation = (inner * (1.0 + self.dispersion * inner)).sqrt();
        // Far enough out for the longest tail of the family, the geometric one and beyond.
        let reach = inner + deviation * (12.0 + 12.0 * self.dispersion.min(4.0).sqrt());
        let start = (inner - 12.0 * deviation).max(0.0).floor();
        let every = ((reach - start) / CELLS).ceil().max(1.0);
        let mut points = Vec::new();
        let (mut count, mut total) = (start, 0.0);
        while count <= reach && !(count > inner && total > 1.0 - NEGLIGIBLE) {
            // A cell holds the counts around it, that of zero only those above it.
            let half = if count <= 0.0 && every > 1.0 { 0.5 } else { 1.0 };
            let weight = math::exp(self.ln_inner(count)) * every * half;
            total += weight;
            points.push((count * step, weight * (1.0 - self.extra_zeros)));
            count += every;
        }
        points.push((0.0, self.extra_zeros * total));
        CountDistribution::from_weighted(points, Some(step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(mean: f64, dispersion: f64, extra_zeros: f64) -> CountLaw {
        CountLaw { mean, dispersion, extra_zeros }
    }

    const LAWS: [(f64, f64, f64); 7] = [
        (0.3, 0.0, 0.0),
        (7.0, 0.0, 0.0),
        (4.0, 0.5, 0.0),
        (0.2, 6.0, 0.0),
        (3.0, 0.0, 0.4),
        (2.0, 1.5, 0.3),
        (40.0, 0.1, 0.1),
    ];

    #[test]
    fn by_hand() {
        // e⁻² 2³ / 3! and, with r = 2 and p = 1/3, C(4, 3) (1/3)² (2/3)³.
        assert!((math::exp(law(2.0, 0.0, 0.0).ln_probability(3.0)) - 0.180_447_044).abs() < 1e-9);
        let negative = math::exp(law(4.0, 0.5, 0.0).ln_probability(3.0));
        assert!((negative - 4.0 / 9.0 * 8.0 / 27.0).abs() < 1e-12, "{negative}");
        let zero = math::exp(law(1.0, 0.0, 0.5).ln_probability(0.0));
        assert!((zero - (0.5 + 0.5 * math::exp(-2.0))).abs() < 1e-12);
    }

    #[test]
    fn probabilities_add_up_and_have_the_moments() {
        for (mean, dispersion, extra) in LAWS {
            let law = law(mean, dispersion, extra);
            let total: f64 =
                (0..2000).map(|count| math::exp(law.ln_probability(f64::from(count)))).sum();
            assert!((total - 1.0).abs() < 1e-9, "{law:?} {total}");
            let distribution = law.distribution(0.5);
            assert!((distribution.mean() - 0.5 * mean).abs() < 1e-3 * mean, "{law:?}");
            let variance = distribution.variance() / 0.25 / law.variance();
            assert!((variance - 1.0).abs() < 0.02, "{law:?} {variance}");
        }
    }

    #[test]
    fn tails_agree_with_the_sum() {
        for (mean, dispersion, extra) in LAWS {
            let law = law(mean, dispersion, extra);
            for threshold in [0, 1, 2, 5, 20, 60] {
                let reached: Vec<(f64, f64)> = (threshold..4000)
                    .map(|count| {
                        (f64::from(count), math::exp(law.ln_probability(f64::from(count))))
                    })
                    .collect();
                let total: f64 = reached.iter().map(|cell| cell.1).sum();
                let weighted: f64 = reached.iter().map(|cell| cell.0 * cell.1).sum();
                let tail = law.tail(f64::from(threshold));
                assert!(
                    (tail.ln_probability - math::ln(total)).abs() < 1e-6,
                    "{law:?} {threshold}"
                );
                assert!((tail.mean * total / weighted - 1.0).abs() < 1e-6, "{law:?} {threshold}");
            }
        }
    }

    #[test]
    fn large_counts_are_taken_at_every_so_manieth() {
        for (mean, dispersion) in [(1e6, 0.0), (1e6, 0.3), (1e5, 0.01)] {
            let law = law(mean, dispersion, 0.0);
            let distribution = law.distribution(1.0);
            assert!(distribution.points().len() <= 514);
            assert!((distribution.mean() / mean - 1.0).abs() < 0.01, "{mean}");
            assert!((distribution.variance() / law.variance() - 1.0).abs() < 0.03, "{mean}");
            assert!(law.tail(mean * 1.5).ln_probability < 0.0);
        }
    }
}
