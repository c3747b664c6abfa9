//! How far a price or an amount may be off.

use crate::unit::{Exact, Money, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How far a price or an amount may be off, either way: every limit given must hold, and with none
/// given nothing may differ.
///
/// So buyers state it: a share alone, an amount alone, or a share that is not to exceed an amount.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct Limit {
    /// Share of what was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub share: Option<Rate>,
    /// In the order's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub amount: Option<Rate>,
}

impl Limit {
    /// Whether one may come where the other, of the same currency, was expected.
    pub(super) fn allows(self, expected: Money, got: Money) -> bool {
        if expected == got {
            return true;
        }
        let off = got.amount().minus(expected.amount()).abs();
        let limited = self.share.is_some() || self.amount.is_some();
        let of_share = self.share.is_none_or(|share| share_covers(share, expected.amount(), off));
        limited && of_share && self.amount.is_none_or(|amount| off <= amount.factor())
    }
}

/// Whether a difference is at most a share of a whole. What is too large to be worked out is not.
pub(super) fn share_covers(share: Rate, whole: Decimal, off: Decimal) -> bool {
    whole.abs().checked_times(share.factor()).is_some_and(|most| off <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_given_must_hold() {
        let rate = |text: &str| Some(text.parse::<Rate>().unwrap());
        let allows = |share: Option<Rate>, amount: Option<Rate>, got: &str| {
            Limit { share, amount }.allows("10 EUR".parse().unwrap(), got.parse().unwrap())
        };
        for (share, amount, lowest, highest) in [
            (None, None, "10 EUR", "10 EUR"),
            (rate("0.1"), None, "9 EUR", "11 EUR"),
            (None, rate("0.5"), "9.5 EUR", "10.5 EUR"),
            (rate("0.1"), rate("0.5"), "9.5 EUR", "10.5 EUR"),
            (rate("0.01"), rate("0.5"), "9.9 EUR", "10.1 EUR"),
            (rate("0"), rate("0.5"), "10 EUR", "10 EUR"),
        ] {
            assert!(allows(share, amount, lowest) && allows(share, amount, highest));
            let beyond = |text: &str, by: &str| {
                let amount: Money = text.parse().unwrap();
                amount.plus(by.parse().unwrap()).unwrap().to_string()
            };
            assert!(!allows(share, amount, &beyond(lowest, "-0.0001 EUR")), "{share:?} {amount:?}");
            assert!(!allows(share, amount, &beyond(highest, "0.0001 EUR")), "{share:?} {amount:?}");
        }
        let most = Money::new(Decimal::MAX, "EUR".parse().unwrap());
        assert!(!Limit { share: rate("2"), amount: None }.allows(most, "1 EUR".parse().unwrap()));
    }
}
