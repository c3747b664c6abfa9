//! Exact money: a decimal amount and the currency that says how many decimals it has.

use super::{Exact, Invalid, exact::Plain, text_serde};
use rust_decimal::{Decimal, RoundingStrategy};
use std::{fmt, str::FromStr};

/// An ISO-4217 currency.
///
/// ```
/// use replenish::unit::Currency;
/// assert_eq!("EUR".parse::<Currency>()?.exponent(), 2);
/// assert_eq!("CLP".parse::<Currency>()?.exponent(), 0);
/// assert_eq!("KWD".parse::<Currency>()?.exponent(), 3);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Currency([u8; 3]);

/// An amount of one currency, such as `12.50 EUR`.
///
/// The amount may carry more decimals than the currency has (a unit price of `0.0375 EUR`);
/// [`Money::rounded`] brings it to the minor unit and [`Money::minor_units`] demands that it is
/// there. Arithmetic is checked: different currencies and overflow are errors, never a guess.
///
/// ```
/// use replenish::unit::{Money, Rounding};
/// let price: Money = "0.125 EUR".parse()?;
/// let line = price.times(7.into())?;
/// assert_eq!(line.to_string(), "0.875 EUR");
/// assert_eq!(line.rounded(Rounding::HalfUp).to_string(), "0.88 EUR");
/// assert!(line.plus("1 USD".parse()?).is_err());
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// What happens to the part of an amount below the currency's minor unit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rounding {
    /// To the nearest, a half away from zero: 0.125 → 0.13, −0.125 → −0.13.
    HalfUp,
    /// To the nearest, a half to the even neighbour: 0.125 → 0.12, 0.135 → 0.14.
    HalfEven,
    /// Away from zero: 0.121 → 0.13, −0.121 → −0.13.
    Up,
    /// Towards zero: 0.129 → 0.12, −0.129 → −0.12.
    Down,
}

impl Currency {
    /// Decimals of the minor unit: 2 for EUR, 0 for CLP, 3 for KWD (ISO 4217).
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        // INVARIANT: every constructed currency is an entry of `CODES`, which is ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let codes = CODES.as_bytes().as_chunks().0;
        let known = |code| codes.binary_search_by_key(&code, |&[a, b, c, _]| [a, b, c]).is_ok();
        match text.as_bytes().try_into() {
            Ok(code) if known(code) => Ok(Self(code)),
            _ => {
                Err(Invalid::new("currency_unknown", "an ISO-4217 currency code such as EUR", text))
            }
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_serde!(Currency, "an ISO-4217 currency code as text", |code, serializer| serializer
    .serialize_str(code.as_str()));

impl Money {
    /// An amount of a currency, kept exactly as given.
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// An amount counted in minor units: 1250 of EUR is 12.50 EUR.
    ///
    /// # Errors
    ///
    /// When the count is beyond 28 digits.
    pub fn from_minor_units(count: i128, currency: Currency) -> Result<Self, Invalid> {
        Decimal::try_from_i128_with_scale(count, currency.exponent())
            .map(|amount| Self { amount, currency })
            .map_err(|_| too_large(count))
    }

    /// The amount without its currency.
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Whether nothing is owed either way.
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.amount.is_sign_negative() && !self.amount.is_zero()
    }

    /// The amount brought to the currency's minor unit by a named rule.
    #[must_use]
    pub fn rounded(self, rounding: Rounding) -> Self {
        let strategy = match rounding {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Up => RoundingStrategy::AwayFromZero,
            Rounding::Down => RoundingStrategy::ToZero,
        };
        let amount = self.amount.round_dp_with_strategy(self.currency.exponent(), strategy);
        Self { amount, ..self }
    }

    /// The amount counted in minor units.
    ///
    /// # Errors
    ///
    /// When the amount has a part below the minor unit; round it first, by a named rule.
    pub fn minor_units(self) -> Result<i128, Invalid> {
        let (given, exponent) = (self.amount, self.currency.exponent());
        let amount = if given.scale() > exponent { given.normalize() } else { given };
        let Some(minor) = in_minor_units(amount, exponent) else {
            let expected = format!("an amount with at most {exponent} decimals");
            return Err(Invalid::new("money_not_in_minor_units", expected, self));
        };
        if minor.unsigned_abs() >> AMOUNT_BITS == 0 { Ok(minor) } else { Err(too_large(self)) }
    }

    /// The sum.
    ///
    /// # Errors
    ///
    /// When the currencies differ or the sum overflows.
    pub fn plus(self, other: Self) -> Result<Self, Invalid> {
        self.same_currency(other)?;
        let amount = self.amount.checked_plus(other.amount).ok_or_else(|| too_large(self))?;
        Ok(Self { amount, ..self })
    }

    /// The difference.
    ///
    /// # Errors
    ///
    /// When the currencies differ or the difference overflows.
    pub fn minus(self, other: Self) -> Result<Self, Invalid> {
        self.plus(Self { amount: -other.amount, ..other })
    }

    /// The product with a plain number, exact as far as 28 digits reach.
    ///
    /// # Errors
    ///
    /// When the product overflows.
    pub fn times(self, factor: Decimal) -> Result<Self, Invalid> {
        let amount = self.amount.checked_times(factor).ok_or_else(|| too_large(self))?;
        Ok(Self { amount, ..self })
    }

    /// The sum of many amounts of one currency; zero when there are none.
    ///
    /// # Errors
    ///
    /// When a currency differs or the sum overflows.
    pub fn sum(
        amounts: impl IntoIterator<Item = Self>,
        currency: Currency,
    ) -> Result<Self, Invalid> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// Which of two amounts is larger.
    ///
    /// # Errors
    ///
    /// When the currencies differ.
    pub fn compare(self, other: Self) -> Result<std::cmp::Ordering, Invalid> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    /// The text of whole minor units, which needs no division of decimals: that of most amounts.
    fn plain(self) -> Option<Plain> {
        let exponent = self.currency.exponent();
        let minor = i64::try_from(in_minor_units(self.amount, exponent)?).ok()?;
        Some(Plain::new(minor, exponent, self.currency.as_str()))
    }

    fn same_currency(self, other: Self) -> Result<(), Invalid> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(Invalid::new("currency_mixed", format!("an amount in {}", self.currency), other))
    }
}

impl FromStr for Money {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong =
            || Invalid::new("money_invalid", "an amount and a currency such as `12.50 EUR`", text);
        let (amount, currency) = text.split_once(' ').ok_or_else(wrong)?;
        let amount = super::quantity::decimal(amount).map_err(|_| wrong())?;
        Ok(Self { amount, currency: currency.parse()? })
    }
}

impl fmt::Display for Money {
    /// At least the currency's decimals, more where the amount has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(plain) = self.plain() {
            return f.write_str(plain.as_str());
        }
        let exponent = self.currency.exponent();
        let amount = self.amount.normalize();
        write!(f, "{amount}")?;
        // Padding by hand: a decimal of 29 digits does not survive being formatted with a precision.
        let missing = exponent.saturating_sub(amount.scale());
        if missing > 0 && amount.scale() == 0 {
            f.write_str(".")?;
        }
        for _ in 0..missing {
            f.write_str("0")?;
        }
        write!(f, " {}", self.currency)
    }
}

text_serde!(
    Money,
    "an amount and a currency as text, such as \"12.50 EUR\"",
    |money, serializer| match money.plain() {
        Some(plain) => serializer.serialize_str(plain.as_str()),
        None => serializer.collect_str(money),
    }
);

/// The amount in minor units where it is written with no more decimals than they have.
fn in_minor_units(amount: Decimal, exponent: u32) -> Option<i128> {
    let missing = exponent.checked_sub(amount.scale())?;
    // INVARIANT: 96 bits and a factor of at most ten thousand fit.
    Some(amount.mantissa() * 10_i128.pow(missing))
}

/// In which an exact amount is kept.
const AMOUNT_BITS: u32 = 96;

fn too_large(got: impl fmt::Display) -> Invalid {
    Invalid::new("money_too_large", "an amount of at most 28 digits", got)
}

/// Active ISO-4217 codes of money that is spent (funds, metals and test codes left out), in order of
/// the alphabet, each with a space behind it.
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL \
    BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR \
    FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES \
    KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR \
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
    UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ";

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn text_form_round_trips_and_shows_the_minor_unit() {
        for (given, shown) in [
            ("1 EUR", "1.00 EUR"),
            ("-0.5 EUR", "-0.50 EUR"),
            ("0.0375 EUR", "0.0375 EUR"),
            ("1000 CLP", "1000 CLP"),
            ("1.5 KWD", "1.500 KWD"),
            ("0.005 EUR", "0.005 EUR"),
            ("-0 EUR", "0.00 EUR"),
            ("-0.07 EUR", "-0.07 EUR"),
            ("92233720368547758.07 EUR", "92233720368547758.07 EUR"),
            ("-92233720368547758.09 EUR", "-92233720368547758.09 EUR"),
            ("79228162514264337593543950335 EUR", "79228162514264337593543950335.00 EUR"),
        ] {
            assert_eq!(money(given).to_string(), shown);
            assert_eq!(money(shown), money(given));
        }
    }

    #[test]
    fn every_currency_is_found_and_keeps_its_name() {
        let codes: Vec<&str> = CODES.split_ascii_whitespace().collect();
        assert!(codes.is_sorted() && codes.len() > 150 && CODES.len() == 4 * codes.len());
        for code in codes {
            assert_eq!(code.parse::<Currency>().unwrap().as_str(), code);
        }
        for code in ["", "EU", "EURO", "EUX", "AAA", "ZZZ", "eur", "E R"] {
            assert_eq!(code.parse::<Currency>().unwrap_err().code, "currency_unknown", "{code}");
        }
    }

    #[test]
    fn refuses_what_is_not_money() {
        for (text, code) in [
            ("12.50", "money_invalid"),
            ("12,50 EUR", "money_invalid"),
            ("1e3 EUR", "money_invalid"),
            ("NaN EUR", "money_invalid"),
            (" 1 EUR", "money_invalid"),
            ("1  EUR", "currency_unknown"),
            ("1 eur", "currency_unknown"),
            ("1 XXX", "currency_unknown"),
        ] {
            assert_eq!(text.parse::<Money>().unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn minor_units_are_exact_or_refused() {
        assert_eq!(money("12.5 EUR").minor_units().unwrap(), 1250);
        assert_eq!(money("-12.5 EUR").minor_units().unwrap(), -1250);
        assert_eq!(money("7 CLP").minor_units().unwrap(), 7);
        assert_eq!(money("7 KWD").minor_units().unwrap(), 7000);
        assert_eq!(money("0.001 EUR").minor_units().unwrap_err().code, "money_not_in_minor_units");
        let long = "9999999999999999999999999999 EUR";
        assert_eq!(money(long).minor_units().unwrap_err().code, "money_too_large");
    }

    #[test]
    fn rounding_rules_do_what_their_names_say() {
        let all = |text: &str| {
            [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up, Rounding::Down]
                .map(|rule| money(text).rounded(rule).amount().to_string())
        };
        assert_eq!(all("0.125 EUR"), ["0.13", "0.12", "0.13", "0.12"]);
        assert_eq!(all("-0.125 EUR"), ["-0.13", "-0.12", "-0.13", "-0.12"]);
        assert_eq!(all("0.121 EUR"), ["0.12", "0.12", "0.13", "0.12"]);
    }

    #[test]
    fn overflow_and_mixed_currencies_are_errors() {
        let most = Money::new(Decimal::MAX, "EUR".parse().unwrap());
        assert_eq!(most.plus(most).unwrap_err().code, "money_too_large");
        assert_eq!(most.times(Decimal::TEN).unwrap_err().code, "money_too_large");
        assert_eq!(money("1 EUR").minus(money("1 USD")).unwrap_err().code, "currency_mixed");
    }

    #[test]
    fn every_listed_code_is_a_currency() {
        let mut codes: Vec<_> = CODES.split_ascii_whitespace().collect();
        for code in &codes {
            assert_eq!(code.parse::<Currency>().unwrap().as_str(), *code);
        }
        let listed = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), listed, "listed twice");
    }
}
