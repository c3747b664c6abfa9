//! An order's amounts as whole numbers.

use crate::unit::{Currency, Invalid, Money, Rate};
use rust_decimal::Decimal;

/// The largest size of a single amount that an order may state, in minor units.
const MOST: u64 = 10_000_000_000_000;

/// The minor units of one currency.
#[derive(Clone, Copy, Debug)]
pub(super) struct MinorUnits {
    currency: Currency,
    exponent: u32,
}

impl MinorUnits {
    pub(super) fn of(currency: Currency) -> Self {
        Self { currency, exponent: currency.exponent() }
    }

    /// A stated amount, counted.
    pub(super) fn count(self, amount: Money) -> Result<i64, Invalid> {
        if amount.currency() != self.currency {
            Money::zero(self.currency).compare(amount)?;
        }
        let decimal = amount.amount();
        let missing = self.exponent.checked_sub(decimal.scale());
        let count = match missing {
            Some(0) => Some(decimal.mantissa()),
            Some(missing) => decimal.mantissa().checked_mul(10_i128.pow(missing)),
            // Only zeros may follow the minor unit.
            None => Some(amount.minor_units()?),
        };
        let count = count.and_then(|count| i64::try_from(count).ok());
        count.filter(|count| count.unsigned_abs() <= MOST).ok_or_else(|| {
            Invalid::new("money_too_large", "an amount of at most 10^13 minor units", amount)
        })
    }

    /// A count as an amount.
    pub(super) fn money(self, count: i64) -> Money {
        Money::new(Decimal::new(count, self.exponent), self.currency)
    }
}

/// A share of a whole number: how much of it is whole, and what is left over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Product {
    whole: u64,
    at_least_half: bool,
    exact: bool,
}

impl Product {
    /// A factor of a number, exactly; none when it has more than 64 bits.
    pub(super) fn of(number: u64, rate: Rate) -> Option<Self> {
        let factor = rate.factor();
        let mantissa = factor.mantissa().unsigned_abs();
        if let (Ok(short), Some(one)) =
            (u64::try_from(mantissa), 10_u64.checked_pow(factor.scale()))
            && let Some(product) = number.checked_mul(short)
        {
            let rest = product % one;
            let (whole, exact) = (product / one, rest == 0);
            return Some(Self { whole, at_least_half: rest >= one - rest, exact });
        }
        // The factor's fraction at 28 decimals, in two halves: each product has at most 111 bits.
        let (half, number) = (10_u128.pow(14), u128::from(number));
        let one = 10_u128.pow(factor.scale());
        let fraction = mantissa % one * 10_u128.pow(28 - factor.scale());
        let low = number * (fraction % half);
        let high = number * (fraction / half) + low / half;
        let whole = number.checked_mul(mantissa / one)?.checked_add(high / half)?;
        let rest = high % half * half + low % half;
        Some(Self {
            whole: u64::try_from(whole).ok()?,
            at_least_half: rest >= half * half / 2,
            exact: rest == 0,
        })
    }

    /// A half counts as one.
    pub(super) fn rounded_half_up(self) -> Option<u64> {
        self.whole.checked_add(u64::from(self.at_least_half))
    }

    /// Whether it is at least one whole number and at most another.
    pub(super) fn is_within(self, least: i128, most: i128) -> bool {
        let whole = i128::from(self.whole);
        whole >= least && (whole < most || whole == most && self.exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counted_whatever_zeros_they_are_written_with() {
        let euro = MinorUnits::of("EUR".parse().unwrap());
        for (text, count) in [("3 EUR", 300), ("3.3 EUR", 330), ("-3.33 EUR", -333)] {
            assert_eq!(euro.count(text.parse().unwrap()), Ok(count));
        }
        let long = Money::new(Decimal::new(33300, 4), "EUR".parse().unwrap());
        assert_eq!(euro.count(long), Ok(333));
        assert_eq!(euro.money(-333).to_string(), "-3.33 EUR");
        for (text, code) in [
            ("3.333 EUR", "money_not_in_minor_units"),
            ("3.33 USD", "currency_mixed"),
            ("100000000000.01 EUR", "money_too_large"),
            ("79228162514264337593543950335 EUR", "money_too_large"),
        ] {
            assert_eq!(euro.count(text.parse().unwrap()).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn a_share_is_exact_however_long_its_rate() {
        let product = |number, rate: &str| Product::of(number, rate.parse().unwrap()).unwrap();
        assert_eq!(product(3333, "0.125").rounded_half_up(), Some(417));
        assert_eq!(product(4, "0.125").rounded_half_up(), Some(1));
        assert_eq!(product(4, "0.1249999999999999999999999999").rounded_half_up(), Some(0));
        assert_eq!(product(4, "0.1250000000000000000000000000").rounded_half_up(), Some(1));
        let tenth = product(u64::MAX, "0.1000000000000000000000000000");
        assert_eq!(tenth, product(u64::MAX, "0.1"));
        assert_eq!(tenth.rounded_half_up(), Some(u64::MAX / 10 + 1));
        assert_eq!(Product::of(u64::MAX, "1.1".parse().unwrap()), None);
        assert!(product(10, "0.2").is_within(2, 2) && !product(11, "0.2").is_within(2, 2));
        assert!(product(11, "0.2").is_within(2, 3) && !product(11, "0.2").is_within(3, 4));
    }
}
