//! What a line of a purchase order asks for: the measure for what the supplier says and does.

use super::BackOrder;
use crate::unit::{Currency, Day, Invalid, LineId, Money, Quantity, Unit, sort_by};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What one line of a purchase order asks for, as sent to the supplier or as agreed with it since.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct OrderedLine {
    /// Its name within the order.
    pub line: LineId,
    /// How much; what the supplier says of the line is brought to this unit. Nothing of a line that
    /// was given up.
    pub quantity: Quantity,
    /// The price as the order states it, for one of whatever the supplier prices: a piece, a case, a
    /// kilogram. What the supplier states is a price for the same.
    pub unit_price: Money,
    /// What the goods of the whole line cost, without tax.
    pub amount: Money,
    /// The day on which the goods shall come.
    pub requested: Day,
    /// How much of what was ordered at first was agreed not to come, so that the supplier's refusal
    /// of it is not taken for another one; absent as long as nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub given_up: Option<Quantity>,
    /// What was agreed to come later than the rest; absent as long as nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "BackOrder | null"))]
    pub back_order: Option<BackOrder>,
}

impl OrderedLine {
    /// Sorts the lines of an order by name and checks them.
    ///
    /// # Errors
    ///
    /// When there is no line, a line comes twice, a quantity is not above zero, a price or an amount is
    /// below zero, or two amounts are in different currencies.
    pub fn checked(mut lines: Vec<Self>) -> Result<Vec<Self>, Invalid> {
        let Some(currency) = lines.first().map(|line| line.amount.currency()) else {
            return Err(Invalid::new("lines_empty", "at least one line", "none").at("lines"));
        };
        for (index, line) in lines.iter().enumerate() {
            check(line, currency).map_err(|invalid| invalid.at(format_args!("lines[{index}]")))?;
        }
        sort_by(&mut lines, |a, b| a.line.cmp(&b.line));
        if let Some(pair) = lines.windows(2).find(|pair| pair[0].line == pair[1].line) {
            return Err(Invalid::new("line_repeated", "every line once", &pair[0].line).at("lines"));
        }
        Ok(lines)
    }

    /// None of the line's unit.
    pub(in crate::flow) fn nothing(&self) -> Quantity {
        Quantity::zero(self.quantity.unit())
    }

    fn key(&self) -> impl Ord + '_ {
        let Self { line, quantity, unit_price, amount, requested, given_up, back_order } = self;
        let later = back_order.map(|later| (rank(later.quantity), later.day));
        let agreed = (given_up.map(rank), later);
        ((line, rank(*quantity), requested), [*unit_price, *amount].map(worth), agreed)
    }
}

impl Ord for OrderedLine {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for OrderedLine {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn check(line: &OrderedLine, currency: Currency) -> Result<(), Invalid> {
    if line.quantity.amount() <= Decimal::ZERO {
        let invalid = Invalid::new("quantity_invalid", "a quantity above zero", line.quantity);
        return Err(invalid.at("quantity"));
    }
    not_negative(line.unit_price, currency).map_err(|invalid| invalid.at("unit_price"))?;
    not_negative(line.amount, currency).map_err(|invalid| invalid.at("amount"))
}

/// An amount of zero or more in the order's currency.
pub(super) fn not_negative(amount: Money, currency: Currency) -> Result<(), Invalid> {
    if amount.currency() != currency {
        return Err(Invalid::new("currency_mixed", format!("an amount in {currency}"), amount));
    }
    if amount.is_negative() {
        return Err(Invalid::new("money_invalid", "an amount of zero or more", amount));
    }
    Ok(())
}

/// A total order of quantities for stored values; it says nothing about which is more of what.
pub(super) fn rank(quantity: Quantity) -> (Unit, Decimal) {
    (quantity.unit(), quantity.amount())
}

/// A total order of amounts for stored values; it says nothing about which is worth more.
pub(super) fn worth(amount: Money) -> (Currency, Decimal) {
    (amount.currency(), amount.amount())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, quantity: &str, price: &str, amount: &str) -> OrderedLine {
        OrderedLine {
            line: id.parse().unwrap(),
            quantity: quantity.parse().unwrap(),
            unit_price: price.parse().unwrap(),
            amount: amount.parse().unwrap(),
            requested: "2026-12-01".parse().unwrap(),
            given_up: None,
            back_order: None,
        }
    }

    #[test]
    fn lines_are_sorted_and_bad_ones_refused_with_their_place() {
        let good = line("2", "10 each", "2 EUR", "20 EUR");
        let sorted = OrderedLine::checked(vec![good.clone(), line("1", "1 kg", "0 EUR", "0 EUR")]);
        let names: Vec<_> = sorted.unwrap().into_iter().map(|line| line.line).collect();
        assert_eq!(names, ["1", "2"].map(|name| name.parse().unwrap()));
        for (lines, code, path) in [
            (vec![], "lines_empty", "lines"),
            (vec![good.clone(), good.clone()], "line_repeated", "lines"),
            (
                vec![good.clone(), line("1", "0 each", "1 EUR", "1 EUR")],
                "quantity_invalid",
                "lines[1].quantity",
            ),
            (vec![line("1", "1 each", "-1 EUR", "1 EUR")], "money_invalid", "lines[0].unit_price"),
            (
                vec![good, line("1", "1 each", "1 EUR", "1 USD")],
                "currency_mixed",
                "lines[1].amount",
            ),
        ] {
            let invalid = OrderedLine::checked(lines).unwrap_err();
            assert_eq!((invalid.code, invalid.path.as_str()), (code, path));
        }
    }
}
