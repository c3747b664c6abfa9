//! Whether no more was given back than taken.

use super::{ConsistencyCell, FactDifference, OrderFacts, case::Case, case::listed};
use crate::unit::{Currency, Invalid, Money};

pub(super) fn cells(case: &Case) -> Vec<ConsistencyCell> {
    (0..case.systems.len()).map(|place| cell(case, place)).collect()
}

/// A system's refunds against its own captures, or those of the first system that tells any.
fn cell(case: &Case, place: usize) -> ConsistencyCell {
    let captures_of = |place| sums(case, place, |order| order.captures.as_deref());
    let (refunds, own) = (sums(case, place, |order| order.refunds.as_deref()), captures_of(place));
    let mut differences = Vec::new();
    for (sums, about) in [(&refunds, "refunds"), (&own, "captures")] {
        for problem in sums.iter().flat_map(|sums| &sums.problems) {
            differences.push(FactDifference::malformed(problem, about));
        }
    }
    let elsewhere = || case.trusted.iter().find_map(|&place| captures_of(place));
    let captures = own.or_else(elsewhere);
    if differences.is_empty() && (refunds.is_none() || captures.is_none()) {
        let missing = if refunds.is_none() { "refunds" } else { "captures" };
        return ConsistencyCell::not_told(missing);
    }
    let captures = captures.unwrap_or_default();
    let sound = differences.is_empty();
    for &refunded in refunds.iter().flat_map(|refunds| &refunds.sums) {
        let same = captures.sums.iter().find(|sum| sum.currency() == refunded.currency());
        let captured = same.copied().unwrap_or(Money::zero(refunded.currency()));
        // What a malformed amount left out of a sum is named already.
        if refunded.amount() > captured.amount() && sound {
            let expected = format!("at most {captured}");
            let code = "refunds_exceed_captures";
            let seen = refunded.to_string();
            differences.push(FactDifference::new(code, "refunds", seen, expected));
        }
    }
    let words = |sums: &Sums| match sums.sums.as_slice() {
        [] => "nothing".to_owned(),
        sums => listed(sums.iter().map(Money::to_string)),
    };
    let expected = format!("at most {}", words(&captures));
    ConsistencyCell::compared(words(&refunds.unwrap_or_default()), expected, differences)
}

/// One sum for each currency, and the amounts that are none.
#[derive(Default)]
struct Sums {
    sums: Vec<Money>,
    problems: Vec<Invalid>,
}

/// None where some part of the order does not tell the amounts.
fn sums<'a>(
    case: &'a Case,
    place: usize,
    amounts: impl Fn(&'a OrderFacts) -> Option<&'a [Money]>,
) -> Option<Sums> {
    let orders = &case.systems[place].orders;
    if orders.is_empty() {
        return None;
    }
    let mut sums = Sums::default();
    for order in orders {
        for &amount in amounts(order)? {
            let currency = case.rules_of(place).currency(amount.currency());
            if let Err(problem) = sums.add(Money::new(amount.amount(), currency), currency) {
                sums.problems.push(problem);
            }
        }
    }
    Some(sums)
}

impl Sums {
    fn add(&mut self, amount: Money, currency: Currency) -> Result<(), Invalid> {
        amount.minor_units()?;
        if amount.is_negative() {
            return Err(Invalid::new("money_negative", "an amount of zero or more", amount));
        }
        if let Some(sum) = self.sums.iter_mut().find(|sum| sum.currency() == currency) {
            *sum = sum.plus(amount)?;
        } else {
            self.sums.push(amount);
        }
        Ok(())
    }
}
