//! What a commission has to come to.

use crate::{
    order::{AdjustmentKind, Commission, CommissionBase, SaleOrderLine, Share},
    unit::{Invalid, Rate},
};
use rust_decimal::Decimal;

/// What a commission is a share of, as found in the sale orders.
pub(super) struct Sales<'a> {
    /// Which of the order's commissions.
    pub(super) place: usize,
    pub(super) terms: &'a Commission,
    /// Sold and given back.
    bases: [i128; 2],
    any_sold: bool,
}

impl<'a> Sales<'a> {
    pub(super) fn new(place: usize, terms: &'a Commission) -> Self {
        Self { place, terms, bases: [0; 2], any_sold: false }
    }

    /// Adds a line or piece of the vendor's, of these goods and shares in minor units.
    pub(super) fn add(
        &mut self,
        line: &SaleOrderLine,
        goods: i128,
        amount: &dyn Fn(&Share) -> i128,
    ) {
        let mut base = goods;
        for share in line.adjustments.iter().filter(|share| share.follows.is_none()) {
            base += match self.terms.base {
                CommissionBase::Net if share.included => -amount(share),
                CommissionBase::Net | CommissionBase::Discounted
                    if share.kind == AdjustmentKind::Discount =>
                {
                    amount(share)
                }
                CommissionBase::Net | CommissionBase::Discounted | CommissionBase::Goods => 0,
            };
        }
        self.bases[usize::from(line.returned)] += base;
        self.any_sold |= !line.returned;
    }

    /// What is kept, less what goes back, and the tax on it; `fixed` in minor units.
    pub(super) fn kept(&self, fixed: i128) -> Result<(i128, i128), Invalid> {
        let of = |rate: Rate, base| {
            share_of(rate.factor(), base).ok_or_else(|| {
                let expected = "a rate whose product with its base has at most 127 bits";
                Invalid::new("money_too_large", expected, rate)
            })
        };
        let sold = of(self.terms.rate, self.bases[0])? + if self.any_sold { fixed } else { 0 };
        let given_back = of(self.terms.rate, self.bases[1])?;
        let rate = self.terms.tax_rate.unwrap_or(Rate::ZERO);
        Ok((sold + given_back, of(rate, sold)? + of(rate, given_back)?))
    }
}

/// Rate times base, rounded half up once, the sign of the base kept.
///
/// Digit by digit from the last one, so that no product of all digits is ever needed; whether the
/// rest is a half or more shows in its first digit alone.
fn share_of(rate: Decimal, base: i128) -> Option<i128> {
    let (mut digits, mut scale) = (rate.mantissa(), rate.scale());
    let (mut share, mut first_of_rest) = (0_i128, 0);
    while scale > 0 {
        share = share.checked_add(base.checked_abs()?.checked_mul(digits % 10)?)?;
        first_of_rest = share % 10;
        share /= 10;
        digits /= 10;
        scale -= 1;
    }
    share = share.checked_add(base.checked_abs()?.checked_mul(digits)?)?;
    Some((share + i128::from(first_of_rest >= 5)) * base.signum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_once_whatever_their_digits() {
        let share = |rate: &str, base| share_of(rate.parse().unwrap(), base);
        assert_eq!(share("0.125", 3333), Some(417));
        assert_eq!(share("0.125", -3333), Some(-417));
        assert_eq!(share("0.5", 1), Some(1));
        assert_eq!(share("0.4999999999999999999999999999", 1), Some(0));
        assert_eq!(share("1.5", 3), Some(5));
        assert_eq!(
            share("0.3333333333333333333333333333", 3 * 10_i128.pow(13)),
            Some(10_i128.pow(13))
        );
        assert_eq!(share("79228162514264337593543950335", 10_i128.pow(13)), None);
        assert_eq!(share("0", 5), Some(0));
    }
}
