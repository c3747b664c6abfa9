//! Exact shares and factors.

use super::{Invalid, text_serde};
use rust_decimal::Decimal;
use std::{fmt, str::FromStr};

/// An exact factor of zero or more, such as a tax rate of `0.19` or an exchange rate of `1.0834`.
///
/// ```
/// use replenish::unit::Rate;
/// let tax: Rate = "0.19".parse()?;
/// assert_eq!(tax.to_string(), "0.19");
/// assert_eq!("19 %".parse::<Rate>().unwrap_err().code, "rate_invalid");
/// assert_eq!("-0.1".parse::<Rate>().unwrap_err().code, "rate_invalid");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rate(Decimal);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// All, or as it is.
    pub const ONE: Self = Self(Decimal::ONE);

    /// Checks and takes a factor.
    ///
    /// # Errors
    ///
    /// When it is below zero.
    pub fn new(factor: Decimal) -> Result<Self, Invalid> {
        if factor < Decimal::ZERO {
            return Err(refused(&factor.to_string()));
        }
        Ok(Self(factor))
    }

    /// The number.
    pub fn factor(self) -> Decimal {
        self.0
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

fn refused(text: &str) -> Invalid {
    Invalid::new("rate_invalid", "a factor of zero or more such as 0.19", text)
}

impl FromStr for Rate {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::new(Decimal::from_str_exact(text).map_err(|_| refused(text))?)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

text_serde!(Rate, "a factor as text, such as \"0.19\"");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_factor() {
        for bad in ["", "1e3", "0,19", "19%", "-0.01", "NaN"] {
            assert_eq!(bad.parse::<Rate>().unwrap_err().code, "rate_invalid", "{bad}");
        }
        assert_eq!("1.0834".parse::<Rate>().unwrap().factor(), Decimal::new(10_834, 4));
    }
}
