//! Whether every system has the same products in the same quantities at the same prices.
//!
//! Lines are compared as a multiset of product, unit, unit price and currency with the quantities of
//! equal ones added up, so neither their sequence nor how they are divided over lines and parts
//! matters. Quantities and prices are compared as numbers: 1 is 1.0.

use super::{
    ConsistencyCell, FactDifference, LineFacts, PriceBasis, SystemRules, case::Case, case::listed,
};
use crate::unit::{Exact, Invalid, Money, Quantity, Sku, sort_by};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// So much of a product at a price.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Entry {
    sku: Sku,
    quantity: Quantity,
    price: Option<Money>,
}

/// What one system tells, in our words: sorted, equal entries added up.
struct Told {
    entries: Vec<Entry>,
    /// The products whose lines are not what they should be.
    malformed: Vec<(Sku, Invalid)>,
    /// What keeps prices from being compared.
    missing: Option<String>,
}

pub(super) fn cells(case: &Case) -> Vec<ConsistencyCell> {
    let tells = |&place: &usize| untold(case, place).is_none();
    let reference = case.trusted.iter().copied().find(tells);
    (0..case.systems.len())
        .map(|place| match (untold(case, place), reference) {
            (None, Some(reference)) => cell(case, place, reference),
            (missing, _) => ConsistencyCell::not_told(missing.unwrap_or_default()),
        })
        .collect()
}

/// What keeps a system's lines from adding up.
fn untold(case: &Case, place: usize) -> Option<String> {
    let orders = &case.systems[place].orders;
    if orders.is_empty() {
        return Some("lines".to_owned());
    }
    let silent = orders.iter().find(|order| order.lines.is_none())?;
    Some(format!("lines{}", silent.part()))
}

fn cell(case: &Case, place: usize, reference: usize) -> ConsistencyCell {
    let (theirs, ours) = (case.rules_of(place).prices, case.rules_of(reference).prices);
    let pair = |basis| (told(case, place, basis), told(case, reference, basis));
    // By the reference's taxes if it tells them, else by the system's own.
    let (mut seen, mut expected) = pair(theirs);
    if expected.missing.is_some() && theirs != ours {
        (seen, expected) = pair(ours);
    }
    let missing = seen.missing.take().or(expected.missing.take());
    if missing.is_some() {
        seen.without_prices();
        expected.without_prices();
    }
    let mut differences: Vec<FactDifference> = (seen.malformed.iter())
        .map(|(sku, problem)| FactDifference::malformed(problem, sku.as_str()))
        .collect();
    let is_bad = |sku: &Sku| {
        seen.malformed.iter().chain(&expected.malformed).any(|(malformed, _)| malformed == sku)
    };
    differences.extend(compare(&seen.entries, &expected.entries, is_bad));
    if differences.is_empty() {
        if let Some(missing) = missing {
            return ConsistencyCell::not_told(missing);
        }
        if let Some((sku, _)) = expected.malformed.first() {
            let source = &case.systems[reference].system;
            return ConsistencyCell::not_told(format!("{sku} by {source}, well-formed"));
        }
    }
    let words = |entries: &[Entry]| match entries {
        [] => "no lines".to_owned(),
        entries => listed(entries.iter().map(|entry| format!("{} {}", entry.sku, entry.words()))),
    };
    ConsistencyCell::compared(words(&seen.entries), words(&expected.entries), differences)
}

/// The differences, product by product.
fn compare(
    seen: &[Entry],
    expected: &[Entry],
    is_bad: impl Fn(&Sku) -> bool,
) -> Vec<FactDifference> {
    let mut differences = Vec::new();
    let (mut seen, mut expected) = (seen, expected);
    while let Some(sku) =
        [seen, expected].iter().filter_map(|rest| rest.first()).map(|e| &e.sku).min()
    {
        let (here, there) = (take(&mut seen, sku), take(&mut expected, sku));
        let left = |these: &[Entry], those: &[Entry]| -> Vec<Entry> {
            these.iter().filter(|entry| !those.contains(entry)).cloned().collect()
        };
        let (extra, lacking) = (left(here, there), left(there, here));
        if !(is_bad(sku) || extra.is_empty() && lacking.is_empty()) {
            differences.push(FactDifference::new(
                code(&extra, &lacking),
                sku.as_str(),
                words(&extra),
                words(&lacking),
            ));
        }
    }
    differences
}

/// Splits off the entries of a product from the front of a list.
fn take<'a>(rest: &mut &'a [Entry], sku: &Sku) -> &'a [Entry] {
    let count = rest.iter().take_while(|entry| entry.sku == *sku).count();
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}

fn code(extra: &[Entry], lacking: &[Entry]) -> &'static str {
    match (extra, lacking) {
        ([], _) => "line_missing",
        (_, []) => "line_unexpected",
        ([seen], [expected]) => {
            let currency = |entry: &Entry| entry.price.map(Money::currency);
            let same_quantity = seen.quantity == expected.quantity;
            match () {
                () if seen.quantity.unit() != expected.quantity.unit() => "unit_differs",
                () if currency(seen) != currency(expected) => "currency_differs",
                () if seen.price == expected.price => "quantity_differs",
                () if same_quantity => "unit_price_differs",
                () => "line_differs",
            }
        }
        _ => "lines_differ",
    }
}

fn words(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "nothing".to_owned();
    }
    listed(entries.iter().map(Entry::words))
}

fn told(case: &Case, place: usize, basis: PriceBasis) -> Told {
    let rules = case.rules_of(place);
    let mut told = Told { entries: Vec::new(), malformed: Vec::new(), missing: None };
    let lines = case.systems[place].orders.iter().flat_map(|order| order.lines.iter().flatten());
    for line in lines {
        let sku = rules.sku(&line.sku).clone();
        let entry = entry(line, &sku, rules, basis, &mut told.missing);
        match entry {
            Ok(entry) => told.entries.push(entry),
            Err(problem) => told.malformed.push((sku, problem)),
        }
    }
    if let Some(missing) = &mut told.missing {
        missing.push_str(" by ");
        missing.push_str(&case.systems[place].system);
    }
    told.add_up();
    told
}

/// A line in our words and with prices of a basis.
fn entry(
    line: &LineFacts,
    sku: &Sku,
    rules: &SystemRules,
    basis: PriceBasis,
    missing: &mut Option<String>,
) -> Result<Entry, Invalid> {
    let ours = |money: Money| Money::new(money.amount(), rules.currency(money.currency()));
    let mut price = line.unit_price.map(ours);
    let tax = line.unit_tax.map(ours);
    if let (Some(price), Some(tax)) = (price, tax) {
        // Whether or not it is needed: a tax in another currency is none on this price.
        price.plus(tax)?;
    }
    let mut lacking = price.is_none().then_some("unit price");
    if let Some(own) = price.filter(|_| basis != rules.prices) {
        price = match (tax, basis) {
            (Some(tax), PriceBasis::WithTax) => Some(own.plus(tax)?),
            (Some(tax), PriceBasis::WithoutTax) => Some(own.minus(tax)?),
            (None, _) => {
                lacking = Some("tax of one unit");
                None
            }
        };
    }
    if let Some(what) = lacking {
        missing.get_or_insert_with(|| format!("the {what} of {sku}"));
    }
    let mut quantity = line.quantity;
    if let Some(holds) = rules.holds(sku, quantity.unit()) {
        let too_large =
            || Invalid::new("quantity_too_large", "a quantity of at most 28 digits", quantity);
        let amount = quantity.amount().checked_times(holds.amount()).ok_or_else(too_large)?;
        price = price.map(|price| divided(price, holds)).transpose()?;
        quantity = Quantity::new(amount, holds.unit());
    }
    Ok(Entry { sku: sku.clone(), quantity, price })
}

/// The price of one of the units that a price's unit holds.
fn divided(price: Money, holds: Quantity) -> Result<Money, Invalid> {
    let quotient = price.amount().checked_over(holds.amount());
    let exact = quotient.filter(|&quotient| is_product(price.amount(), quotient, holds.amount()));
    let amount = exact.ok_or_else(|| {
        Invalid::new("price_inexact", format!("a price that divides exactly by {holds}"), price)
    })?;
    Ok(Money::new(amount, price.currency()))
}

/// Whether a number is the product of two exactly, which a product rounded to 28 digits cannot tell.
fn is_product(product: Decimal, one: Decimal, other: Decimal) -> bool {
    let [product, one, other] = [product, one, other].map(|number| number.normalize());
    let whole = one.mantissa().checked_mul(other.mantissa());
    let scale = (one.scale() + other.scale()).checked_sub(product.scale());
    let power = scale.and_then(|scale| 10_i128.checked_pow(scale));
    let scaled = power.and_then(|power| product.mantissa().checked_mul(power));
    // What is beyond 38 digits is no price that anybody agreed on.
    whole.is_some() && whole == scaled
}

impl Told {
    /// Sorts the entries and adds up those that differ in nothing but the quantity.
    fn add_up(&mut self) {
        sort_by(&mut self.entries, Entry::order);
        let mut added: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for entry in self.entries.drain(..) {
            match added.last_mut().filter(|last| last.order(&entry).is_eq()) {
                None => added.push(entry),
                Some(last) => match last.quantity.plus(entry.quantity) {
                    Ok(sum) => last.quantity = sum,
                    Err(problem) => self.malformed.push((entry.sku, problem)),
                },
            }
        }
        // Nothing of a product is the same as not naming it.
        added.retain(|entry| !entry.quantity.is_zero());
        self.entries = added;
    }

    fn without_prices(&mut self) {
        for entry in &mut self.entries {
            entry.price = None;
        }
        self.add_up();
    }
}

impl Entry {
    /// By everything but the quantity's amount.
    fn order(&self, other: &Self) -> Ordering {
        let price = |entry: &Self| entry.price.map(|price| (price.currency(), price.amount()));
        (self.sku.cmp(&other.sku))
            .then_with(|| self.quantity.unit().cmp(&other.quantity.unit()))
            .then_with(|| price(self).cmp(&price(other)))
    }

    fn words(&self) -> String {
        match self.price {
            None => self.quantity.to_string(),
            Some(price) => format!("{} at {price}", self.quantity),
        }
    }
}
