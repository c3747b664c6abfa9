//! Demand that follows a gamma distribution, usual for slow and erratic products.

use super::{
    Loss, UncertainDemand,
    parameter::{count, crossing, positive, refused},
};
use crate::unit::{
    Invalid,
    math::{exp, ln, ln_gamma},
};

/// Gamma-distributed demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaDemand {
    shape: f64,
    scale: f64,
}

impl GammaDemand {
    /// Demand with mean shape · scale and variance shape · scale².
    ///
    /// # Errors
    ///
    /// When shape or scale are not above zero, or the shape is above a million.
    ///
    /// ```
    /// use replenish::inventory::classic::{GammaDemand, UncertainDemand};
    /// let demand = GammaDemand::new(2.0, 3.0)?;
    /// assert_eq!(demand.mean(), 6.0);
    /// assert!((demand.loss(4.0).shortage - 2.635_971_381_157_268).abs() < 1e-14);
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn new(shape: f64, scale: f64) -> Result<Self, Invalid> {
        positive("shape", shape)?;
        positive("scale", scale)?;
        if shape <= LARGEST_SHAPE {
            return Ok(Self { shape, scale });
        }
        let expected = "a shape of at most 1000000; beyond, demand is as good as normal";
        Err(refused("shape", expected, shape))
    }

    /// Demand with this mean and standard deviation.
    ///
    /// # Errors
    ///
    /// When one is not above zero, or the deviation below a thousandth of the mean.
    pub fn with_moments(mean: f64, standard_deviation: f64) -> Result<Self, Invalid> {
        positive("mean", mean)?;
        positive("standard_deviation", standard_deviation)?;
        let ratio = mean / standard_deviation;
        Self::new(ratio * ratio, standard_deviation / ratio)
    }
}

impl UncertainDemand for GammaDemand {
    fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    fn quantile(&self, probability: f64) -> f64 {
        // The upper end doubles until it is beyond; a gamma tail falls exponentially.
        let mut high = self.shape + 1.0;
        while incomplete_gamma(self.shape, high).0 < probability && high < 1e18 {
            high *= 2.0;
        }
        self.scale * crossing(0.0, high, |x| incomplete_gamma(self.shape, x).0 >= probability)
    }

    fn loss(&self, level: f64) -> Loss {
        let mean = self.mean();
        if level <= 0.0 {
            return Loss { shortage: mean - level, overage: 0.0 };
        }
        let x = level / self.scale;
        let (below, above) = incomplete_gamma(self.shape, x);
        // xᵃ e⁻ˣ / Γ(a) moves the shape up by one: Q(a + 1, x) = Q(a, x) + xᵃ e⁻ˣ / Γ(a + 1).
        let step = self.scale * front(self.shape, x);
        let shortage = (mean - level) * above + step;
        let overage = (level - mean) * below + step;
        Loss { shortage: shortage.max(0.0), overage: overage.max(0.0) }
    }
}

const LARGEST_SHAPE: f64 = 1e6;

/// The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P(a, x): by the power series
/// below a + 1 and by the continued fraction above (Press and others, "Numerical Recipes", 3rd
/// edition, section 6.2), so that neither is the difference of larger numbers.
fn incomplete_gamma(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    // Both converge in some multiple of √a steps near x = a, and faster elsewhere.
    let steps = 100 + count(20.0 * a.sqrt());
    if x < a + 1.0 {
        let below = (front(a, x) * power_series(a, x, steps)).min(1.0);
        (below, 1.0 - below)
    } else {
        let above = (front(a, x) * continued_fraction(a, x, steps)).min(1.0);
        (1.0 - above, above)
    }
}

/// Σ xⁿ / (a (a + 1) … (a + n)).
fn power_series(a: f64, x: f64, steps: usize) -> f64 {
    let (mut term, mut total) = (1.0 / a, 1.0 / a);
    for step in 1..=steps {
        term *= x / (a + step as f64);
        total += term;
        if term < total * 1e-17 {
            break;
        }
    }
    total
}

/// 1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − …)), by the modified method of Lentz.
fn continued_fraction(a: f64, x: f64, steps: usize) -> f64 {
    let mut denominator = x + 1.0 - a;
    let mut inverse = 1.0 / denominator;
    let (mut fraction, mut ratio) = (inverse, f64::INFINITY);
    for step in 1..=steps {
        let step = step as f64;
        let numerator = step * (a - step);
        denominator += 2.0;
        inverse = 1.0 / (numerator * inverse + denominator);
        ratio = denominator + numerator / ratio;
        fraction *= ratio * inverse;
        if (ratio * inverse - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// xᵃ e⁻ˣ / Γ(a). For a large shape the three parts are large and nearly cancel; they are then taken
/// together, as Stirling's formula and the distance of x from a (Loader, "Fast and accurate
/// computation of binomial probabilities", 2000).
fn front(a: f64, x: f64) -> f64 {
    if a < 100.0 {
        return exp(a * ln(x) - x - ln_gamma(a));
    }
    let distance = (x - a) / a;
    // distance − ln(1 + distance), by its series where the difference would lose digits.
    let apart = if distance.abs() < 0.1 {
        let (mut power, mut total) = (distance * distance, 0.0);
        for n in 2..20_u32 {
            total += power / f64::from(n);
            power *= -distance;
        }
        total
    } else {
        distance - ln(1.0 + distance)
    };
    let square = a * a;
    let stirling = (1.0 - (1.0 / 30.0 - 1.0 / (105.0 * square)) / square) / (12.0 * a);
    (a / std::f64::consts::TAU).sqrt() * exp(-a * apart - stirling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_by_another_program() {
        // scipy 1.17, `gammainc`.
        for (a, x, below) in [
            (0.5, 0.1, 0.345_279_153_981_423_2),
            (2.0, 4.0 / 3.0, 0.384_940_011_063_304_06),
            (10.0, 15.0, 0.930_146_339_300_590_1),
            (1000.0, 1000.0, 0.504_205_244_180_215_5),
            (250_000.0, 248_837.0, 0.009_930_864_097_888_76),
        ] {
            let (found, rest) = incomplete_gamma(a, x);
            assert!((found - below).abs() < 1e-12, "{a} {x}: {found}");
            assert!((found + rest - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn a_shape_of_one_is_exponential() {
        let demand = GammaDemand::new(1.0, 5.0).unwrap();
        for level in [0.5, 5.0, 40.0] {
            let exact = 5.0 * exp(-level / 5.0);
            assert!((demand.loss(level).shortage / exact - 1.0).abs() < 1e-12, "{level}");
        }
        assert!((demand.quantile(0.99) - 5.0 * ln(100.0)).abs() < 1e-12);
    }

    #[test]
    fn quantiles_and_balance() {
        for (mean, deviation) in [(3.0, 9.0), (50.0, 8.0), (1e4, 20.0)] {
            let demand = GammaDemand::with_moments(mean, deviation).unwrap();
            for probability in [0.01, 0.5, 0.975] {
                let level = demand.quantile(probability);
                let back = incomplete_gamma(demand.shape, level / demand.scale).0;
                assert!((back - probability).abs() < 1e-12, "{mean} {probability}");
                let loss = demand.loss(level);
                let balance = loss.overage - loss.shortage - (level - demand.mean());
                assert!(balance.abs() < 1e-9 * mean, "{mean} {probability}: {balance}");
            }
        }
        assert_eq!(GammaDemand::with_moments(1.0, 0.0).unwrap_err().path, "standard_deviation");
    }
}
