//! Where the supplier's promise differs from the order, and what has to be bought elsewhere.
//!
//! A promise is what an order response says (UBL 2.1 `OrderResponse`, Peppol BIS Ordering 3): quantity,
//! back-order (there `MaximumBackorderQuantity`), price and day, line by line. **What is not said is as
//! ordered.**

use super::{
    facts::{BackOrder, Facts, LineFact},
    limit::{Limit, share_covers},
    ordered_line::OrderedLine,
};
use crate::unit::{Day, Exact, Invalid, LineId, Money, Quantity, Rate, Rounding};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How far a promise may be off before a person has to agree; by default not at all.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct ConfirmationTolerance {
    /// Share of a line's quantity that may be missing, too much, or come later.
    pub quantity_share: Rate,
    /// Difference of the unit price, either way: far too cheap is as likely an error.
    pub price: Limit,
    /// Days after the requested one.
    pub days_later: u32,
    /// Days before the requested one.
    pub days_earlier: u32,
}

/// One difference between a line and its promise.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ConfirmationDifference {
    /// The line.
    pub line: LineId,
    /// What differs.
    pub deviation: Deviation,
    /// Whether it is more than is tolerated.
    pub beyond: bool,
}

/// What can differ between a line and its promise.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deviation {
    /// Nothing of the line will come.
    Refused {
        /// The ordered quantity.
        ordered: Quantity,
    },
    /// Less will come, back-orders included.
    Short {
        /// The ordered quantity.
        ordered: Quantity,
        /// What will come.
        promised: Quantity,
    },
    /// More will come, back-orders included.
    More {
        /// The ordered quantity.
        ordered: Quantity,
        /// What will come.
        promised: Quantity,
    },
    /// Some of it comes after the rest.
    BackOrdered {
        /// How much.
        quantity: Quantity,
        /// When, where that is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        day: Option<Day>,
    },
    /// Another price.
    Price {
        /// The ordered one.
        ordered: Money,
        /// The promised one.
        promised: Money,
    },
    /// It comes after the requested day.
    Later {
        /// The requested day.
        requested: Day,
        /// The promised day.
        promised: Day,
    },
    /// It comes before the requested day.
    Earlier {
        /// The requested day.
        requested: Day,
        /// The promised day.
        promised: Day,
    },
}

/// Some of a line.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LineQuantity {
    /// The line.
    pub line: LineId,
    /// How much of it.
    pub quantity: Quantity,
}

/// Every difference between what is ordered and what is promised, in order of the lines.
pub fn differences(
    ordered: &[OrderedLine],
    facts: &Facts,
    tolerance: &ConfirmationTolerance,
) -> Vec<ConfirmationDifference> {
    let mut found = Vec::new();
    for line in ordered {
        let said = facts.line(&line.line);
        for (deviation, beyond) in deviations(line, &said, tolerance).into_iter().flatten() {
            found.push(ConfirmationDifference { line: line.line.clone(), deviation, beyond });
        }
    }
    found
}

/// What will not come as far as the supplier has said: to be bought elsewhere, where it is still
/// needed.
pub fn source_elsewhere(ordered: &[OrderedLine], facts: &Facts) -> Vec<LineQuantity> {
    let missing = ordered.iter().filter_map(|line| {
        let promise = Promise::of(line, &facts.line(&line.line));
        let missing = line.quantity.amount().minus(promise.total());
        let quantity = Quantity::new(missing, line.quantity.unit());
        (missing > Decimal::ZERO).then(|| LineQuantity { line: line.line.clone(), quantity })
    });
    missing.collect()
}

/// The order as the supplier promises it, for when its changes are accepted: quantity with
/// back-orders, price, day (of the first goods) and the amount in proportion, rounded half up to the
/// minor unit. A line that was refused stays with nothing.
///
/// # Errors
///
/// When an amount has more than 28 digits.
pub fn agreed(ordered: &[OrderedLine], facts: &Facts) -> Result<Vec<OrderedLine>, Invalid> {
    ordered.iter().map(|line| agreed_line(line, &facts.line(&line.line))).collect()
}

fn agreed_line(line: &OrderedLine, said: &LineFact) -> Result<OrderedLine, Invalid> {
    let promise = Promise::of(line, said);
    let quantity = Quantity::new(promise.total(), line.quantity.unit());
    let unit_price = said.unit_price.unwrap_or(line.unit_price);
    let amount = if (quantity, unit_price) == (line.quantity, line.unit_price) {
        line.amount
    } else {
        let (old, new) = (line.unit_price.amount(), unit_price.amount());
        // What was free says nothing about what its price is for: then for one of the line's unit.
        let of_whole_line = if old.is_zero() {
            unit_price.times(line.quantity.amount())?
        } else {
            over(line.amount.times(new)?, old)?
        };
        let amount = over(of_whole_line.times(quantity.amount())?, line.quantity.amount())?;
        amount.rounded(Rounding::HalfUp)
    };
    let later = said.back_order.and_then(|later| later.day);
    let first = if promise.first.is_zero() { later.or(said.promised) } else { said.promised };
    let requested = first.unwrap_or(line.requested);
    let less = line.quantity.amount().minus(quantity.amount()).max(Decimal::ZERO);
    let given_up = line.given_up.map_or(less, |before| before.amount().plus(less));
    let given_up = (!given_up.is_zero()).then(|| Quantity::new(given_up, quantity.unit()));
    let back_order = said.back_order.filter(|later| !later.quantity.is_zero());
    let line = line.line.clone();
    Ok(OrderedLine { line, quantity, unit_price, amount, requested, given_up, back_order })
}

/// What will come of a line, in its unit.
struct Promise {
    first: Decimal,
    later: Decimal,
}

impl Promise {
    fn of(line: &OrderedLine, said: &LineFact) -> Self {
        let later = said.back_order.map_or(Decimal::ZERO, |later| later.quantity.amount());
        let as_ordered = || {
            let amount =
                |quantity: Option<Quantity>| quantity.map_or(Decimal::ZERO, Quantity::amount);
            let refused = amount(said.refused).minus(amount(line.given_up)).max(Decimal::ZERO);
            line.quantity.amount().minus(later).minus(refused).max(Decimal::ZERO)
        };
        Self { first: said.confirmed.map_or_else(as_ordered, Quantity::amount), later }
    }

    fn total(&self) -> Decimal {
        self.first.plus(self.later)
    }
}

/// Differences of quantity, of what comes later, of price and of day, each with whether it is beyond
/// tolerance.
fn deviations(
    line: &OrderedLine,
    said: &LineFact,
    tolerance: &ConfirmationTolerance,
) -> [Option<(Deviation, bool)>; 4] {
    let promise = Promise::of(line, said);
    let beyond =
        |off: Decimal| !share_covers(tolerance.quantity_share, line.quantity.amount(), off.abs());
    let (ordered, total) = (line.quantity, promise.total());
    let off = total.minus(ordered.amount());
    let promised = Quantity::new(total, ordered.unit());
    let quantity = match () {
        () if off.is_zero() => None,
        () if total.is_zero() => Some(Deviation::Refused { ordered }),
        () if off < Decimal::ZERO => Some(Deviation::Short { ordered, promised }),
        () => Some(Deviation::More { ordered, promised }),
    };
    let late = |day: Day| line.requested.days_until(day) > i64::from(tolerance.days_later);
    let news = |later: &BackOrder| {
        !later.quantity.is_zero() && !line.back_order.is_some_and(|agreed| later.is_within(agreed))
    };
    let later = said.back_order.filter(news).map(|later| {
        let deviation = Deviation::BackOrdered { quantity: later.quantity, day: later.day };
        (deviation, beyond(promise.later) && later.day.is_none_or(late))
    });
    let price = said.unit_price.filter(|&promised| promised != line.unit_price).map(|promised| {
        let deviation = Deviation::Price { ordered: line.unit_price, promised };
        (deviation, !tolerance.price.allows(line.unit_price, promised))
    });
    // The day of what does not come says nothing.
    let day = said.promised.filter(|_| !promise.first.is_zero()).and_then(|promised| {
        let requested = line.requested;
        match requested.days_until(promised) {
            0 => None,
            days if days > 0 => Some((Deviation::Later { requested, promised }, late(promised))),
            days => {
                let beyond = days < -i64::from(tolerance.days_earlier);
                Some((Deviation::Earlier { requested, promised }, beyond))
            }
        }
    });
    [quantity.map(|deviation| (deviation, beyond(off))), later, price, day]
}

fn over(amount: Money, divisor: Decimal) -> Result<Money, Invalid> {
    let quotient = amount
        .amount()
        .checked_over(divisor)
        .ok_or_else(|| Invalid::new("money_too_large", "an amount of at most 28 digits", amount))?;
    Ok(Money::new(quotient, amount.currency()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{flow::SupplierFact, unit::Random};

    fn line(quantity: &str, price: &str, amount: &str) -> OrderedLine {
        OrderedLine {
            line: "1".parse().unwrap(),
            quantity: quantity.parse().unwrap(),
            unit_price: price.parse().unwrap(),
            amount: amount.parse().unwrap(),
            requested: "2026-12-10".parse().unwrap(),
            given_up: None,
            back_order: None,
        }
    }

    fn known(lines: &[OrderedLine], said: LineFact) -> Facts {
        let mut facts = Facts::default();
        let text = r#"{"event_id": "e"}"#;
        let mut fact: SupplierFact = serde_json::from_str(text).unwrap();
        fact.lines.push(said);
        facts.merge(&fact, lines).unwrap();
        facts
    }

    /// (text of the line's statement, expected differences in short, missing quantity)
    #[test]
    fn differences_are_named_and_weighed() {
        let lines = [line("10 each", "2 EUR", "20 EUR")];
        let tolerance = ConfirmationTolerance {
            quantity_share: "0.2".parse().unwrap(),
            price: Limit { share: Some("0.05".parse().unwrap()), amount: None },
            days_later: 2,
            days_earlier: 1,
        };
        for (said, expected, missing) in [
            (r"{}", "", None),
            (r#"{"confirmed": "10 each"}"#, "", None),
            (r#"{"confirmed": "8 each"}"#, "short", Some("2 each")),
            (r#"{"confirmed": "7 each"}"#, "short!", Some("3 each")),
            (r#"{"confirmed": "12 each"}"#, "more", None),
            (r#"{"confirmed": "13 each"}"#, "more!", None),
            (r#"{"confirmed": "0 each"}"#, "refused!", Some("10 each")),
            (r#"{"refused": "10 each"}"#, "refused!", Some("10 each")),
            (r#"{"refused": "3 each"}"#, "short!", Some("3 each")),
            (r#"{"back_order": {"quantity": "4 each"}}"#, "back_ordered!", None),
            (r#"{"back_order": {"quantity": "2 each"}}"#, "back_ordered", None),
            (
                r#"{"back_order": {"quantity": "4 each", "day": "2026-12-12"}}"#,
                "back_ordered",
                None,
            ),
            (
                r#"{"back_order": {"quantity": "4 each", "day": "2026-12-13"}}"#,
                "back_ordered!",
                None,
            ),
            (
                r#"{"confirmed": "5 each", "back_order": {"quantity": "4 each"}}"#,
                "short back_ordered!",
                Some("1 each"),
            ),
            (r#"{"unit_price": "2.10 EUR"}"#, "price", None),
            (r#"{"unit_price": "2.11 EUR"}"#, "price!", None),
            (r#"{"unit_price": "1.89 EUR"}"#, "price!", None),
            (r#"{"promised": "2026-12-12"}"#, "later", None),
            (r#"{"promised": "2026-12-13"}"#, "later!", None),
            (r#"{"promised": "2026-12-09"}"#, "earlier", None),
            (r#"{"promised": "2026-12-08"}"#, "earlier!", None),
            (r#"{"promised": "2027-01-08", "confirmed": "0 each"}"#, "refused!", Some("10 each")),
        ] {
            let mut value: serde_json::Value = serde_json::from_str(said).unwrap();
            value["line"] = "1".into();
            let facts = known(&lines, serde_json::from_value(value).unwrap());
            let short = |difference: ConfirmationDifference| {
                let value = serde_json::to_value(difference.deviation).unwrap();
                let name = value["type"].as_str().unwrap().to_owned();
                if difference.beyond { name + "!" } else { name }
            };
            let found: Vec<String> =
                differences(&lines, &facts, &tolerance).into_iter().map(short).collect();
            assert_eq!(found.join(" "), expected, "{said}");
            let elsewhere = source_elsewhere(&lines, &facts).pop();
            let elsewhere = elsewhere.map(|missing| missing.quantity.to_string());
            assert_eq!(elsewhere.as_deref(), missing, "{said}");
            // By default nothing may differ.
            let strict = differences(&lines, &facts, &ConfirmationTolerance::default());
            assert!(strict.iter().all(|difference| difference.beyond), "{said}");
        }
    }

    #[test]
    fn the_agreed_order_has_the_promised_price_in_proportion() {
        // 24 pieces at 10 EUR for a case of 12.
        let lines = [line("24 each", "10 EUR", "20 EUR")];
        let said = LineFact {
            confirmed: Some("12 each".parse().unwrap()),
            back_order: Some(BackOrder { quantity: "6 each".parse().unwrap(), day: None }),
            unit_price: Some("10.01 EUR".parse().unwrap()),
            promised: Some("2026-12-20".parse().unwrap()),
            ..LineFact::unknown("1".parse().unwrap())
        };
        let agreed = agreed(&lines, &known(&lines, said)).unwrap().pop().unwrap();
        // 18 / 12 cases at 10.01 EUR are 15.015 EUR.
        assert_eq!(
            agreed,
            OrderedLine {
                requested: "2026-12-20".parse().unwrap(),
                given_up: Some("6 each".parse().unwrap()),
                back_order: Some(BackOrder { quantity: "6 each".parse().unwrap(), day: None }),
                ..line("18 each", "10.01 EUR", "15.02 EUR")
            }
        );
    }

    #[test]
    fn an_agreed_back_order_is_news_only_when_it_grows_or_comes_later() {
        let lines = [line("10 each", "2 EUR", "20 EUR")];
        let said = |quantity: &str, day: Option<&str>| {
            let day = day.map(|day| day.parse().unwrap());
            let back_order = Some(BackOrder { quantity: quantity.parse().unwrap(), day });
            LineFact { back_order, ..LineFact::unknown("1".parse().unwrap()) }
        };
        let agreed = agreed(&lines, &known(&lines, said("4 each", Some("2026-12-20")))).unwrap();
        for (quantity, day, is_news) in [
            ("4 each", Some("2026-12-20"), false),
            ("3 each", Some("2026-12-19"), false),
            ("5 each", Some("2026-12-20"), true),
            ("4 each", Some("2026-12-21"), true),
            ("4 each", None, true),
        ] {
            let facts = known(&agreed, said(quantity, day));
            let found = differences(&agreed, &facts, &ConfirmationTolerance::default());
            assert_eq!(!found.is_empty(), is_news, "{quantity} {day:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_agreed_and_what_is_bought_elsewhere_make_up_the_order() {
        let mut random = Random::new(3);
        let mut compared = 0;
        for _ in 0..2000 {
            let lines = [line("10 each", "2 EUR", "20 EUR")];
            let mut pieces = |most: usize| -> Option<Quantity> {
                let count = random.below(most);
                (random.below(2) == 0).then(|| format!("{count} each").parse().unwrap())
            };
            let (confirmed, later) = (pieces(14), pieces(5));
            let refused = pieces(11);
            let price = format!("{} EUR", 1 + random.below(3));
            let said = LineFact {
                confirmed,
                back_order: later.map(|quantity| BackOrder { quantity, day: None }),
                refused,
                unit_price: Some(price.parse().unwrap()),
                ..LineFact::unknown("1".parse().unwrap())
            };
            let facts = known(&lines, said);
            let agreed = agreed(&lines, &facts).unwrap();
            let missing = source_elsewhere(&lines, &facts).pop();
            let missing = missing.map_or(Decimal::ZERO, |missing| missing.quantity.amount());
            let (kept, ordered) = (agreed[0].quantity.amount(), lines[0].quantity.amount());
            assert!(kept + missing == ordered || (missing.is_zero() && kept > ordered));
            assert_eq!(agreed[0].amount.amount(), agreed[0].unit_price.amount() * kept);
            compared += usize::from(!missing.is_zero());
            let left = differences(&agreed, &facts, &ConfirmationTolerance::default());
            assert_eq!(left, [], "nothing is left to agree on");
        }
        assert!(compared > 200);
    }
}
