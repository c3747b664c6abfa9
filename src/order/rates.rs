//! What one currency is worth in another, for orders.

use crate::{
    sourcing::ExchangeRate,
    unit::{Currency, Day, Exact, Invalid, Money, distinct},
};
use rust_decimal::Decimal;

/// What currencies are worth on a day.
///
/// The last rate counts that is not of the future: from the one currency into the other, else by way
/// of a currency into which there is one from both, be it one of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates<'a> {
    pub(super) stated: &'a [ExchangeRate],
    pub(super) today: Day,
}

impl<'a> Rates<'a> {
    /// An amount in another currency, unrounded.
    ///
    /// # Errors
    ///
    /// When the rates do not say it, or the amount has more than 28 digits.
    pub(super) fn convert(&self, money: Money, to: Currency) -> Result<Money, Invalid> {
        let from = money.currency();
        let factor =
            |rate: Option<&ExchangeRate>| rate.map_or(Decimal::ONE, |rate| rate.rate.factor());
        let (times, over) = self.ways(from, to).next().ok_or_else(|| {
            let expected = format!("an exchange rate from {from} to {to}");
            Invalid::new("exchange_rate_missing", expected, "none")
        })?;
        let product = money.amount().checked_times(factor(times));
        let amount = product.and_then(|product| product.checked_over(factor(over)));
        let amount = amount.ok_or_else(|| {
            Invalid::new("money_too_large", "an amount of at most 28 digits", money)
        })?;
        Ok(Money::new(amount, to))
    }

    /// The rates behind a conversion, in words such as `1 USD = 0.92 EUR`.
    pub(super) fn words(&self, from: Currency, to: Currency) -> String {
        let used = self.ways(from, to).next().map(|(times, over)| [times, over]);
        let used = used.into_iter().flatten().flatten();
        let words = used.map(|rate| format!("1 {} = {} {}", rate.from, rate.rate, rate.to));
        words.collect::<Vec<_>>().join(", ")
    }

    /// The rates to multiply with and to divide by, none where that currency is on the way itself.
    fn ways(
        &self,
        from: Currency,
        to: Currency,
    ) -> impl Iterator<Item = (Option<&'a ExchangeRate>, Option<&'a ExchangeRate>)> {
        let mut ways = vec![to, from];
        ways.extend(distinct(self.stated.iter().map(|rate| rate.to)));
        ways.into_iter().filter_map(move |way| self.rate(from, way).zip(self.rate(to, way)))
    }

    /// What says what one currency is worth in another: no rate where they are the same.
    #[expect(clippy::option_option, reason = "nothing is needed, or nothing is known")]
    fn rate(&self, from: Currency, to: Currency) -> Option<Option<&'a ExchangeRate>> {
        if from == to {
            return Some(None);
        }
        let stated = self.stated.iter().filter(|rate| (rate.from, rate.to) == (from, to));
        let held = stated.filter(|rate| rate.date <= self.today && !rate.rate.is_zero());
        let last = held.reduce(|last, next| if next.date > last.date { next } else { last });
        last.map(Some)
    }
}
