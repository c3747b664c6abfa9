//! The money of some units of a line.

use crate::unit::Invalid;
use rust_decimal::Decimal;

/// Some units of a line: those from one count to another, of all.
///
/// What falls to them is found by cumulative rounding: what falls to all units up to the end, less
/// what falls to those up to the beginning, each rounded to the nearest minor unit. So the shares of
/// pieces add up however a line is cut, and of two ways to come to the same units neither pays more.
/// A line of no units has all its money in its one piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    from: u128,
    to: u128,
    of: u128,
}

impl Units {
    /// Counts quantities in the smallest fraction that any of them has.
    pub(super) fn new(from: Decimal, to: Decimal, of: Decimal) -> Result<Self, Invalid> {
        let scale = from.scale().max(to.scale()).max(of.scale());
        let count = |quantity| counted(quantity, scale).ok_or_else(|| too_large(of));
        Ok(Self { from: count(from)?, to: count(to)?, of: count(of)? })
    }

    /// What falls to them of an amount, a half rounded away from zero.
    ///
    /// # Errors
    ///
    /// When amount and quantity multiply to more than 128 bits.
    pub(super) fn part(&self, amount: i128) -> Result<i128, Invalid> {
        self.rounded(amount, &|rest, other| rest >= other)
    }

    /// [`Units::part`], a half rounded towards zero.
    pub(super) fn part_half_down(&self, amount: i128) -> Result<i128, Invalid> {
        self.rounded(amount, &|rest, other| rest > other)
    }

    /// `is_up` compares what is above the lower neighbour with what is missing to the higher one.
    fn rounded(&self, amount: i128, is_up: &dyn Fn(u128, u128) -> bool) -> Result<i128, Invalid> {
        if self.from == 0 && self.to == self.of {
            return Ok(amount);
        }
        let size = amount.unsigned_abs();
        let up_to = |units: u128| {
            let product = size.checked_mul(units)?;
            // Division of 128 bits is a call on most targets.
            let (quotient, rest) = match (u64::try_from(product), u64::try_from(self.of)) {
                (Ok(product), Ok(of)) => {
                    let rest = product.checked_rem(of)?;
                    (u128::from(product / of), u128::from(rest))
                }
                (Err(_), _) | (_, Err(_)) => (product.checked_div(self.of)?, product % self.of),
            };
            Some(quotient + u128::from(is_up(rest, self.of - rest)))
        };
        let part = up_to(self.to).zip(up_to(self.from)).and_then(|(to, from)| to.checked_sub(from));
        let part = part.and_then(|part| i128::try_from(part).ok());
        let part = part.ok_or_else(|| too_large(amount))?;
        Ok(if amount < 0 { -part } else { part })
    }
}

/// A quantity, zero or more, in the smallest fraction of this many decimals.
pub(super) fn counted(quantity: Decimal, scale: u32) -> Option<u128> {
    let factor = 10_u128.pow(scale.saturating_sub(quantity.scale()));
    quantity.mantissa().unsigned_abs().checked_mul(factor)
}

/// [`Units::part`] of the units from one count to another.
pub(super) fn part_of_units(
    amount: i128,
    from: Decimal,
    to: Decimal,
    of: Decimal,
) -> Result<i128, Invalid> {
    Units::new(from, to, of)?.part(amount)
}

fn too_large(got: impl std::fmt::Display) -> Invalid {
    let expected = "a quantity whose product with an amount has at most 128 bits";
    Invalid::new("quantity_too_large", expected, got)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(column: i128, cuts: &[&str]) -> Vec<i128> {
        let cuts: Vec<Decimal> = cuts.iter().map(|cut| cut.parse().unwrap()).collect();
        let of = cuts[cuts.len() - 1];
        cuts.windows(2).map(|cut| part_of_units(column, cut[0], cut[1], of).unwrap()).collect()
    }

    #[test]
    fn units_add_up_to_their_line() {
        assert_eq!(units(1000, &["0", "1", "2", "3"]), [333, 334, 333]);
        assert_eq!(units(-1000, &["0", "1", "2", "3"]), [-333, -334, -333]);
        assert_eq!(units(1000, &["0", "2", "3"]), [667, 333]);
        assert_eq!(units(5, &["0", "0.5", "1"]), [3, 2]);
        assert_eq!(units(417, &["0", "1", "2", "3"]), [139, 139, 139]);
        let tenths: Vec<String> = (0..=10).map(|unit| unit.to_string()).collect();
        let tenths: Vec<&str> = tenths.iter().map(String::as_str).collect();
        assert_eq!(units(921, &tenths), [92, 92, 92, 92, 93, 92, 92, 92, 92, 92]);
        assert_eq!(units(7, &["0", "0"]), [7]);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let (half, most) = (Decimal::from(10_i64.pow(18)), Decimal::MAX);
        let wrong = part_of_units(10_i128.pow(13), Decimal::ZERO, half, most).unwrap();
        assert_eq!(wrong, 126);
        let fine = "0.0000000000000000000000000001".parse().unwrap();
        let refused = part_of_units(1, Decimal::ZERO, fine, most).unwrap_err();
        assert_eq!(refused.code, "quantity_too_large");
    }
}
