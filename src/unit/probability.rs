//! A number between zero and one.

use super::Invalid;
use serde::{Deserialize, Deserializer, Serialize};

/// A probability, from 0 to 1 inclusive; never NaN.
///
/// ```
/// use replenish::unit::Probability;
/// assert_eq!(Probability::new(0.95)?.value(), 0.95);
/// assert_eq!(Probability::new(95.0).unwrap_err().code, "probability_out_of_range");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Probability(f64);

impl Probability {
    /// Impossible.
    pub const ZERO: Self = Self(0.0);

    /// Checks and takes a probability.
    ///
    /// # Errors
    ///
    /// When the number is not between 0 and 1.
    pub fn new(value: f64) -> Result<Self, Invalid> {
        if (0.0..=1.0).contains(&value) {
            // Adding zero turns -0.0 into 0.0, so that equal probabilities have equal bits.
            return Ok(Self(value + 0.0));
        }
        Err(Invalid::new("probability_out_of_range", "a probability between 0 and 1", value))
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_probability() {
        for bad in [-0.001, 1.001, f64::NAN, f64::INFINITY] {
            assert!(Probability::new(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Probability>("1.5").is_err());
    }
}
