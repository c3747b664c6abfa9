//! What one currency is worth in another.

use super::{Exclusion, OrderSize, SupplierTerms};
use crate::unit::{Currency, Day, Exact, Invalid, Money, Rate, Rounding};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What one unit of a currency was worth in another on a day.
///
/// Rates are used as they are stated and in no other way: neither turned round nor chained, since
/// banks quote another rate for the way back. The one dated last on or before the day of ordering holds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ExchangeRate {
    /// One unit of this currency ...
    pub from: Currency,
    /// ... in this one ...
    pub to: Currency,
    /// ... was worth this much; more than zero ...
    pub rate: Rate,
    /// ... on this day.
    pub date: Day,
}

impl ExchangeRate {
    /// Checks that it is more than zero, and between two currencies.
    ///
    /// # Errors
    ///
    /// The field that cannot be accepted.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.rate.is_zero() {
            let invalid = Invalid::new("exchange_rate_zero", "a rate of more than zero", self.rate);
            return Err(invalid.at("rate"));
        }
        if self.from == self.to {
            let expected = format!("another currency than {}", self.from);
            return Err(Invalid::new("exchange_rate_to_itself", expected, self.to).at("to"));
        }
        Ok(())
    }
}

impl SupplierTerms {
    /// The same terms in one currency, what is stated in another being converted: charges are rounded
    /// half up to the minor unit and thresholds up, so that the same orders reach them.
    ///
    /// # Errors
    ///
    /// When a term cannot be converted, with its field.
    pub(crate) fn exchanged(
        &self,
        currency: Currency,
        convert: &dyn Fn(Money) -> Result<Money, Invalid>,
    ) -> Result<Self, Invalid> {
        let convert = |field, money: Money, rounding| {
            if money.currency() == currency {
                return Ok(money);
            }
            let converted = convert(money).map_err(|invalid| invalid.at(field))?;
            Ok::<_, Invalid>(converted.rounded(rounding))
        };
        let mut terms = self.clone();
        for (field, term, rounding) in [
            ("minimum_order_value", &mut terms.minimum_order_value, Rounding::Up),
            ("below_minimum_surcharge", &mut terms.below_minimum_surcharge, Rounding::HalfUp),
            ("freight", &mut terms.freight, Rounding::HalfUp),
            ("free_freight_from", &mut terms.free_freight_from, Rounding::Up),
            ("handling", &mut terms.handling, Rounding::HalfUp),
            ("order_cost", &mut terms.order_cost, Rounding::HalfUp),
        ] {
            *term = term.map(|money| convert(field, money, rounding)).transpose()?;
        }
        for band in &mut terms.freight_bands {
            band.freight = convert("freight_bands", band.freight, Rounding::HalfUp)?;
            if let OrderSize::Value(from) = &mut band.from {
                *from = convert("freight_bands", *from, Rounding::Up)?;
            }
        }
        if let Some(yearly) = &mut terms.yearly_rebate {
            yearly.purchased = convert("yearly_rebate", yearly.purchased, Rounding::HalfUp)?;
            for tier in &mut yearly.tiers {
                tier.from = convert("yearly_rebate", tier.from, Rounding::Up)?;
            }
        }
        Ok(terms)
    }
}

/// What amounts are worth in one currency on a day.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    to: Currency,
    today: Option<Day>,
    max_age_days: Option<u32>,
    /// The last rate of each currency that is not of the future.
    latest: Vec<(Currency, Day, Decimal)>,
}

/// Why an amount is worth nothing that could be said.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unconverted {
    Missing { from: Currency, to: Currency },
    TooOld { from: Currency, date: Day },
    TooLarge(Invalid),
}

impl Exchange {
    /// Without a rate: the one currency alone.
    pub(super) fn none(to: Currency) -> Self {
        Self { to, today: None, max_age_days: None, latest: Vec::new() }
    }

    /// The rates that hold on a day. Those into other currencies and of later days are left out.
    pub(super) fn new(
        to: Currency,
        today: Day,
        rates: &[ExchangeRate],
        max_age_days: Option<u32>,
    ) -> Self {
        let mut latest: Vec<(Currency, Day, Decimal)> = Vec::new();
        for rate in rates.iter().filter(|rate| rate.to == to && rate.date <= today) {
            let stated = (rate.from, rate.date, rate.rate.factor());
            match latest.iter_mut().find(|known| known.0 == rate.from) {
                Some(known) if known.1 < rate.date => *known = stated,
                Some(_) => {}
                None => latest.push(stated),
            }
        }
        Self { to, today: Some(today), max_age_days, latest }
    }

    /// The currency that everything is brought to.
    pub(super) fn currency(&self) -> Currency {
        self.to
    }

    /// What one unit of a currency is worth.
    pub(super) fn rate(&self, from: Currency) -> Result<Decimal, Unconverted> {
        if from == self.to {
            return Ok(Decimal::ONE);
        }
        let Some(&(_, date, rate)) = self.latest.iter().find(|known| known.0 == from) else {
            return Err(Unconverted::Missing { from, to: self.to });
        };
        match (self.today, self.max_age_days) {
            (Some(today), Some(most)) if date.days_until(today) > i64::from(most) => {
                Err(Unconverted::TooOld { from, date })
            }
            _ => Ok(rate),
        }
    }

    /// An amount in the currency that everything is brought to, unrounded.
    pub(super) fn convert(&self, money: Money) -> Result<Money, Unconverted> {
        if money.currency() == self.to {
            return Ok(money);
        }
        let amount = money.amount().checked_times(self.rate(money.currency())?);
        amount.map(|amount| Money::new(amount, self.to)).ok_or_else(|| {
            let expected = "an amount of at most 28 digits";
            Unconverted::TooLarge(Invalid::new("money_too_large", expected, money))
        })
    }
}

impl Unconverted {
    /// As an error, where no offer can be excluded for it.
    pub(super) fn invalid(self) -> Invalid {
        match self {
            Self::Missing { from, to } => {
                let expected = format!("an exchange rate from {from} to {to}");
                Invalid::new("exchange_rate_missing", expected, "none")
            }
            Self::TooOld { from, date } => {
                let expected = format!("a newer exchange rate from {from}");
                Invalid::new("exchange_rate_too_old", expected, date)
            }
            Self::TooLarge(problem) => problem,
        }
    }
}

impl From<Unconverted> for Exclusion {
    fn from(reason: Unconverted) -> Self {
        match reason {
            Unconverted::Missing { from, .. } => Self::ExchangeRateMissing { currency: from },
            Unconverted::TooOld { from, date } => Self::ExchangeRateTooOld { currency: from, date },
            Unconverted::TooLarge(problem) => Self::Invalid { problem },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(from: &str, to: &str, rate: &str, date: &str) -> ExchangeRate {
        ExchangeRate {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            rate: rate.parse().unwrap(),
            date: date.parse().unwrap(),
        }
    }

    #[test]
    fn the_latest_rate_that_is_not_of_the_future() {
        let rates = [
            rate("USD", "EUR", "0.90", "2026-11-10"),
            rate("USD", "EUR", "0.92", "2026-11-20"),
            rate("USD", "EUR", "0.91", "2026-11-15"),
            rate("USD", "EUR", "0.99", "2026-11-22"),
            rate("EUR", "GBP", "0.85", "2026-11-20"),
        ];
        let (eur, today) = ("EUR".parse().unwrap(), "2026-11-21".parse().unwrap());
        let exchange = |age| Exchange::new(eur, today, &rates, age);
        let convert = |money: &str| exchange(None).convert(money.parse().unwrap());
        assert_eq!(convert("100 USD").unwrap(), "92 EUR".parse().unwrap());
        assert_eq!(convert("7 EUR").unwrap(), "7 EUR".parse().unwrap());
        // From EUR to GBP is known; the way back is not.
        let missing = convert("7 GBP").unwrap_err();
        assert_eq!(missing.invalid().code, "exchange_rate_missing");
        let usd = "USD".parse().unwrap();
        assert!(exchange(Some(1)).rate(usd).is_ok());
        let date = "2026-11-20".parse().unwrap();
        assert_eq!(exchange(Some(0)).rate(usd), Err(Unconverted::TooOld { from: usd, date }));
    }

    #[test]
    fn rates_of_nothing_and_to_oneself_are_refused() {
        let zero = rate("USD", "EUR", "0", "2026-11-10").check().unwrap_err();
        assert_eq!((zero.code, zero.path.as_str()), ("exchange_rate_zero", "rate"));
        let own = rate("USD", "USD", "1", "2026-11-10").check().unwrap_err();
        assert_eq!((own.code, own.path.as_str()), ("exchange_rate_to_itself", "to"));
    }
}
