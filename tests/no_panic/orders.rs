//! Customers' orders from the split to the last refund, with something wrong anywhere.

use crate::{
    generator::{self, Case},
    random::Random,
    spoilt::spoil,
};
use replenish::{
    order::{
        ChargePolicy, CompletionRules, CustomerOrder, Placed, Refund, RefundRequest, RefundScope,
        RevisionTerms, SaleOrder, Split, SplitRules, check_completion, prove, refund, revise,
        split,
    },
    unit::Quantity,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

/// The value with so many mistakes; none if it cannot be read any more.
fn spoilt<T: DeserializeOwned + Serialize>(
    random: &mut Random,
    value: &T,
    mistakes: u64,
) -> Option<T> {
    let mut document = serde_json::to_value(value).unwrap();
    for _ in 0..mistakes {
        spoil(random, &mut document);
    }
    serde_json::from_value(document).ok()
}

fn policy(random: &mut Random) -> ChargePolicy {
    *random.pick(&[ChargePolicy::GiveBack, ChargePolicy::Keep])
}

fn request(random: &mut Random, part: &SaleOrder) -> RefundRequest {
    let quantities =
        ["1 each", "0.5 kg", "0 each", "-1 each", "79228162514264337593543950335 each"];
    let line = part.lines.get(random.place(part.lines.len() + 1)).map(|line| line.id.clone());
    let line = line.unwrap_or_else(|| "unknown".parse().unwrap());
    let what = match random.below(3) {
        0 => RefundScope::SaleOrder {},
        1 => RefundScope::Line { line },
        _ => {
            let quantity: Quantity = random.pick(&quantities).parse().unwrap();
            RefundScope::Units { line, quantity }
        }
    };
    RefundRequest { what, shipping: policy(random), fees: policy(random) }
}

fn completion_rules(random: &mut Random) -> Option<CompletionRules> {
    let mut document = json!({
        "minimums": [{"vendor": "a", "value": "20.00 EUR"}, {"vendor": "b", "value": "5 CLP"}],
        "minimum_counts": "total",
        "contracts": [{"contract": "k", "left": "2 each"}],
        "systems": [{"vendors": ["a"], "numeric_skus": true, "contract": true}, {}],
    });
    for _ in 0..random.below(3) {
        spoil(random, &mut document);
    }
    serde_json::from_value(document).ok()
}

/// Gives back what can be given back, and says how often that was something.
fn refunds(random: &mut Random, part: &SaleOrder) -> Vec<Refund> {
    let mut given = Vec::new();
    for _ in 0..4 {
        let request = request(random, part);
        match refund(part, &given, &request) {
            Ok(next) => given.push(next),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    given
}

fn edited(random: &mut Random, order: &CustomerOrder) -> Option<CustomerOrder> {
    let mut edited = order.clone();
    edited.revision = edited.revision.saturating_add(1);
    if random.chance(50) {
        edited.payments.clear();
    }
    if random.chance(40) && edited.lines.len() > 1 {
        edited.lines.remove(random.place(edited.lines.len()));
    }
    if random.chance(60) {
        let other = generator::case(random).order.lines;
        edited.lines.extend(other.into_iter().map(|mut line| {
            line.amount = order.lines[0].amount;
            line.returned = order.lines[0].returned;
            line.adjustments.clear();
            line.id = format!("new-{}", line.id).parse().unwrap();
            line
        }));
    }
    let mistakes = random.below(2);
    spoilt(random, &edited, mistakes)
}

#[test]
fn orders_are_split_given_back_and_edited_or_refused() {
    let (mut splits, mut revised, mut returned) = (0, 0, 0);
    for seed in 0..4000 {
        let mut random = Random::new(seed);
        let Case { mut order, rules } = generator::case(&mut random);
        if random.chance(50) {
            let total = split(&order, &rules).map_or(0, |found| {
                found.sale_orders.iter().map(|part| part.total.minor_units().unwrap()).sum()
            });
            generator::pay(&mut random, &mut order, total);
        }
        let mistakes = random.below(3);
        let Some(order) = spoilt(&mut random, &order, mistakes) else { continue };
        let mistakes = random.below(2);
        let Some(rules) = spoilt::<SplitRules>(&mut random, &rules, mistakes) else { continue };
        let Ok(found) = split(&order, &rules) else { continue };
        splits += 1;
        let proof = prove(&order, &found).unwrap();
        assert!(proof.conserved, "seed {seed}: {:?}", proof.breaches);
        if let Some(rules) = completion_rules(&mut random) {
            let _ = check_completion(&order, &found, &rules);
        }
        let mut placed = Placed::from(found.clone());
        for part in &found.sale_orders {
            let given = refunds(&mut random, part);
            returned += given.len();
            if random.chance(30) {
                placed.refunds.extend(given);
            }
        }
        let terms = RevisionTerms { shipping: policy(&mut random), fees: policy(&mut random) };
        let Some(edited) = edited(&mut random, &order) else { continue };
        if let Ok(revision) = revise(&placed, &edited, &rules, terms) {
            revised += 1;
            for part in &revision.placed.sale_orders {
                let _ = revision.placed.refund(&part.id, &request(&mut random, part));
            }
        }
        // What was stored may have been changed by anybody.
        if let Some(placed) = spoilt::<Placed>(&mut random, &placed, 2) {
            let _ = revise(&placed, &edited, &rules, terms);
        }
        if let Some(found) = spoilt::<Split>(&mut random, &found, 2) {
            let _ = prove(&order, &found);
            let _ = completion_rules(&mut random)
                .map(|rules| check_completion(&order, &found, &rules).is_ok());
            for part in &found.sale_orders {
                let _ = refunds(&mut random, part);
            }
        }
    }
    // The mistakes must leave enough to be tried.
    assert!(splits > 1500 && revised > 300 && returned > 3000, "{splits} {revised} {returned}");
}
