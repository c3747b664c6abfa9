//! Exact quantities with their unit of measure.

use super::{Exact, Invalid, exact::Plain, text_serde};
use rust_decimal::Decimal;
use std::{fmt, str::FromStr};

/// A unit of measure: `each`, `kg`, `case`, or any other short name.
///
/// Units of one dimension convert exactly by the tables of [`Quantity::to`]; a pack such as `case`
/// means something else for every product, so its content is stated by the offer, never assumed.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Unit([u8; Unit::MAX_BYTES]);

/// An exact amount of something in a unit, such as `12 each` or `2.5 kg`.
///
/// ```
/// use replenish::unit::Quantity;
/// let weight: Quantity = "2.5 kg".parse()?;
/// assert_eq!(weight.to("g".parse()?)?.to_string(), "2500 g");
/// assert_eq!("1 each".parse::<Quantity>()?.plus(weight).unwrap_err().code, "unit_mixed");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Quantity {
    amount: Decimal,
    unit: Unit,
}

impl Unit {
    const MAX_BYTES: usize = 12;

    /// Single pieces.
    pub const EACH: Self = Self(*b"each\0\0\0\0\0\0\0\0");

    /// The name.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(Self::MAX_BYTES);
        // INVARIANT: only ASCII letters, digits and `_` are taken in.
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }

    /// The dimension and how many of its smallest common unit this one is, as an exact fraction
    /// of 10⁻⁸. Pounds and ounces are the international ones (1 lb = 0.45359237 kg exactly).
    fn scale(self) -> Option<(Dimension, Decimal)> {
        let grams = |mantissa: i64, decimals| (Dimension::Weight, Decimal::new(mantissa, decimals));
        let litres =
            |mantissa: i64, decimals| (Dimension::Volume, Decimal::new(mantissa, decimals));
        Some(match self.as_str() {
            "each" => (Dimension::Count, Decimal::ONE),
            "dozen" => (Dimension::Count, Decimal::from(12)),
            "g" => grams(1, 0),
            "kg" => grams(1000, 0),
            "t" => grams(1_000_000, 0),
            "lb" => grams(45_359_237, 5),
            "oz" => grams(28_349_523_125, 9),
            "ml" => litres(1, 3),
            "cl" => litres(1, 2),
            "l" => litres(1, 0),
            _ => return None,
        })
    }
}

/// What a unit measures.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Dimension {
    Count,
    Weight,
    Volume,
}

impl FromStr for Unit {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut bytes = [0; Self::MAX_BYTES];
        let named = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if text.is_empty() || text.len() > Self::MAX_BYTES || !named {
            let expected = "a unit of 1 to 12 letters, digits or underscores, such as each or kg";
            return Err(Invalid::new("unit_invalid", expected, text));
        }
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_serde!(Unit, "a unit of measure as text, such as \"each\"");

impl Quantity {
    /// An amount of a unit, kept exactly as given.
    pub fn new(amount: Decimal, unit: Unit) -> Self {
        Self { amount, unit }
    }

    /// None of a unit.
    pub fn zero(unit: Unit) -> Self {
        Self::new(Decimal::ZERO, unit)
    }

    /// The amount without its unit.
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The unit.
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// Whether the amount is zero.
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.amount.is_sign_negative() && !self.amount.is_zero()
    }

    /// The same amount in another unit of the same dimension, exactly.
    ///
    /// # Errors
    ///
    /// When the units measure different things, when one of them is a pack whose content only an
    /// offer can state, or when the result has more than 28 digits.
    pub fn to(self, unit: Unit) -> Result<Self, Invalid> {
        if unit == self.unit {
            return Ok(self);
        }
        let refused =
            || Invalid::new("unit_mixed", format!("a quantity that converts to {unit}"), self);
        let ((from, numerator), (to, denominator)) =
            self.unit.scale().zip(unit.scale()).ok_or_else(refused)?;
        if from != to {
            return Err(refused());
        }
        let exact = self.amount.checked_times(numerator).and_then(|amount| {
            let quotient = amount.checked_div(denominator)?;
            (quotient.checked_times(denominator)? == amount).then_some(quotient)
        });
        let amount = exact.ok_or_else(|| {
            Invalid::new("unit_inexact", format!("a quantity that is exact in {unit}"), self)
        })?;
        Ok(Self { amount: amount.normalize(), unit })
    }

    /// The sum.
    ///
    /// # Errors
    ///
    /// When the units differ (convert first) or the sum overflows.
    pub fn plus(self, other: Self) -> Result<Self, Invalid> {
        if self.unit != other.unit {
            return Err(Invalid::new("unit_mixed", format!("a quantity in {}", self.unit), other));
        }
        let amount = self.amount.checked_plus(other.amount).ok_or_else(|| {
            Invalid::new("quantity_too_large", "a quantity of at most 28 digits", self)
        })?;
        Ok(Self { amount, ..self })
    }

    /// The difference.
    ///
    /// # Errors
    ///
    /// When the units differ (convert first) or the difference overflows.
    pub fn minus(self, other: Self) -> Result<Self, Invalid> {
        self.plus(Self { amount: -other.amount, ..other })
    }

    /// The text of a whole number, which needs no division of decimals: that of most quantities.
    fn plain(self) -> Option<Plain> {
        let whole = (self.amount.scale() == 0).then(|| self.amount.mantissa())?;
        Some(Plain::new(i64::try_from(whole).ok()?, 0, self.unit.as_str()))
    }
}

impl FromStr for Quantity {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong =
            || Invalid::new("quantity_invalid", "an amount and a unit such as `12 each`", text);
        let (amount, unit) = text.split_once(' ').ok_or_else(wrong)?;
        Ok(Self { amount: decimal(amount).map_err(|_| wrong())?, unit: unit.parse()? })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(plain) = self.plain() {
            return f.write_str(plain.as_str());
        }
        write!(f, "{} {}", self.amount.normalize(), self.unit)
    }
}

text_serde!(
    Quantity,
    "an amount and a unit as text, such as \"12 each\"",
    |quantity, serializer| match quantity.plain() {
        Some(plain) => serializer.serialize_str(plain.as_str()),
        None => serializer.collect_str(quantity),
    }
);

/// An exact decimal written plainly: an optional minus, digits, an optional point with digits.
///
/// # Errors
///
/// For anything else: exponents, group separators, a comma, spaces, or more than 28 digits.
pub(crate) fn decimal(text: &str) -> Result<Decimal, Invalid> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // Zeros at the end of a fraction are no digits that have to fit.
    let short =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let parsed =
        if plain(whole) && plain(fraction) { Decimal::from_str_exact(short).ok() } else { None };
    parsed.ok_or_else(|| {
        Invalid::new("number_invalid", "a number such as 12 or 12.5, at most 28 digits", text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn converts_exactly_or_refuses() {
        let to = |text: &str, unit: &str| quantity(text).to(unit.parse().unwrap());
        assert_eq!(to("1 lb", "kg").unwrap().to_string(), "0.45359237 kg");
        assert_eq!(to("16 oz", "lb").unwrap().to_string(), "1 lb");
        assert_eq!(to("3 dozen", "each").unwrap().to_string(), "36 each");
        assert_eq!(to("1 each", "dozen").unwrap_err().code, "unit_inexact");
        assert_eq!(to("1 kg", "l").unwrap_err().code, "unit_mixed");
        assert_eq!(to("1 case", "each").unwrap_err().code, "unit_mixed");
        assert_eq!(to("1 case", "case").unwrap().to_string(), "1 case");
    }

    #[test]
    fn refuses_numbers_that_people_read_differently() {
        for bad in ["", "-", ".5", "5.", "1,5", "1e3", "+1", "0x10", "١", "1_000", " 1", "NaN"] {
            assert_eq!(decimal(bad).unwrap_err().code, "number_invalid", "{bad:?}");
        }
        assert!(decimal(&"9".repeat(40)).is_err());
        assert_eq!(decimal("-0.50").unwrap(), Decimal::new(-50, 2));
        assert_eq!(decimal("0.0").unwrap(), Decimal::ZERO);
        assert_eq!(decimal(&format!("10.{}", "0".repeat(50))).unwrap(), Decimal::TEN);
    }

    #[test]
    fn sums_only_within_one_unit() {
        assert_eq!(quantity("1 kg").plus(quantity("1 g")).unwrap_err().code, "unit_mixed");
        assert_eq!(quantity("1.5 kg").minus(quantity("2 kg")).unwrap().to_string(), "-0.5 kg");
        assert_eq!("1 a-b".parse::<Quantity>().unwrap_err().code, "unit_invalid");
    }
}
