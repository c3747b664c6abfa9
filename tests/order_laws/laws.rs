//! What holds of every split.

use crate::{generator, generator::Case, oracle, random::Random};
use replenish::{
    order::{AdjustmentKind, SaleOrderLine, Split, prove, split},
    unit::Money,
};
use serde_json::Value;
use std::fmt;

/// What has been tried.
#[derive(Default)]
pub(crate) struct Tried {
    pub(crate) orders: u64,
    pub(crate) refused: u64,
    lines: u64,
    sale_orders: u64,
    columns: u64,
    oracles: u64,
    pub(crate) breaches: Vec<String>,
}

impl Tried {
    pub(crate) fn add(&mut self, other: Self) {
        self.orders += other.orders;
        self.refused += other.refused;
        self.lines += other.lines;
        self.sale_orders += other.sale_orders;
        self.columns += other.columns;
        self.oracles += other.oracles;
        self.breaches.extend(other.breaches);
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} orders ({} refused), {} lines, {} sale orders, {} columns proved, {} worked out \
             twice, {} breaches",
            self.orders,
            self.refused,
            self.lines,
            self.sale_orders,
            self.columns,
            self.oracles,
            self.breaches.len()
        )
    }
}

/// Splits the order of a seed and tries the laws on it, the costly ones now and then.
pub(crate) fn hold(seed: u64) -> Tried {
    let mut random = Random::new(seed);
    let case = generator::case(&mut random);
    let mut tried = Tried { orders: 1, ..Tried::default() };
    match try_laws(&mut random, case, &mut tried) {
        Ok(()) => {}
        Err(breach) => tried.breaches.push(format!("seed {seed}: {breach}")),
    }
    tried
}

fn try_laws(random: &mut Random, mut case: Case, tried: &mut Tried) -> Result<(), String> {
    let unpaid = match split(&case.order, &case.rules) {
        Ok(split) => split,
        // Contained taxes are drawn by lot, and a later discount may leave less than they are.
        Err(error) if error.code() == "tax_above_amount" => {
            tried.refused += 1;
            return Ok(());
        }
        Err(error) => return Err(format!("{error}\n{case}")),
    };
    let total = unpaid.sale_orders.iter().map(|part| minor(part.total)).sum();
    generator::pay(random, &mut case.order, total);
    let found = if case.order.payments.is_empty() {
        unpaid
    } else {
        split(&case.order, &case.rules).map_err(|error| format!("{error}\n{case}"))?
    };
    let breach = |what: String| Err(format!("{what}\n{case}\n{}", json(&found)));

    let proof = prove(&case.order, &found).map_err(|error| format!("{error}\n{case}"))?;
    if !proof.conserved {
        return breach(format!("{:?}", proof.breaches));
    }
    tried.lines += case.order.lines.len() as u64;
    tried.sale_orders += found.sale_orders.len() as u64;
    tried.columns += proof.columns.len() as u64;
    for part in &found.sale_orders {
        if let Some(line) = part.lines.iter().find(|line| !is_sound(line)) {
            return breach(format!("line {} of {} is not sound", line.id, part.id));
        }
    }
    if random.chance(10) {
        tried.oracles += 1;
        if let Some(difference) = oracle::difference(&case.order, &case.rules, &found) {
            return breach(difference);
        }
    }
    if random.chance(5) {
        let mut shuffled = case.order.clone();
        random.shuffle(&mut shuffled.lines);
        for row in &mut shuffled.adjustments {
            random.shuffle(row.lines.as_deref_mut().unwrap_or_default());
        }
        if split(&shuffled, &case.rules).as_ref() != Ok(&found) {
            return breach("another sequence of lines gives another split".to_owned());
        }
    }
    if random.chance(1) {
        let text = json(&found);
        if serde_json::from_str::<Split>(&text).ok().as_ref() != Some(&found) {
            return breach("what was written is not read back".to_owned());
        }
        if split(&case.order, &case.rules).map(|again| json(&again)) != Ok(text) {
            return breach("a second split differs".to_owned());
        }
        let altered = altered(random, &found);
        if prove(&case.order, &altered).is_ok_and(|proof| proof.conserved) {
            return breach(format!("a changed amount is not found: {}", json(&altered)));
        }
    }
    Ok(())
}

/// No discount takes more than there is, and everything has the sign of what it is.
fn is_sound(line: &SaleOrderLine) -> bool {
    let sign = if line.returned { -1 } else { 1 };
    let signed = |money: Money| minor(money) * sign;
    let discounts = line
        .adjustments
        .iter()
        .filter(|share| share.kind == AdjustmentKind::Discount && share.follows.is_none());
    let discounts: i128 = discounts.map(|share| signed(share.amount)).sum();
    let shares = line.adjustments.iter().all(|share| {
        let discount = share.kind == AdjustmentKind::Discount;
        !share.amount.is_zero() && (signed(share.amount) < 0) == discount
    });
    let commissions = line
        .commissions
        .iter()
        .all(|share| signed(share.amount) >= 0 && share.tax.is_none_or(|tax| signed(tax) >= 0));
    let covered = signed(line.amount) >= -discounts && signed(line.total) >= 0;
    shares && commissions && covered
}

/// The split with one amount, anywhere, that is one minor unit more.
fn altered(random: &mut Random, split: &Split) -> Split {
    fn amounts<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>) {
        if value.as_str().is_some_and(|text| text.parse::<Money>().is_ok()) {
            found.push(value);
        } else if let Value::Array(items) = value {
            for item in items {
                amounts(item, found);
            }
        } else if let Value::Object(fields) = value {
            for (_, field) in fields {
                amounts(field, found);
            }
        }
    }
    let mut document = serde_json::to_value(split).unwrap();
    let mut found = Vec::new();
    amounts(&mut document, &mut found);
    let place = random.place(found.len());
    let amount: Money = found[place].as_str().unwrap().parse().unwrap();
    let more = Money::from_minor_units(minor(amount) + 1, amount.currency()).unwrap();
    *found[place] = Value::String(more.to_string());
    serde_json::from_value(document).unwrap()
}

fn minor(money: Money) -> i128 {
    money.minor_units().unwrap()
}

fn json(split: &Split) -> String {
    serde_json::to_string(split).unwrap()
}
