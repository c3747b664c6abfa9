//! Whether the sums of money are the same everywhere, in minor units.

use super::{
    ConsistencyCell, FactDifference, OrderFacts, SystemFacts, SystemRules, case::Case, case::listed,
};
use crate::unit::{Invalid, Money};

/// What one system tells of one kind of total.
struct Told<'a> {
    kind: &'a str,
    /// None where not every part of the order tells it.
    sum: Result<Option<Money>, Invalid>,
}

pub(super) fn cells(case: &Case) -> Vec<ConsistencyCell> {
    let told: Vec<Vec<Told>> = (case.systems.iter().enumerate())
        .map(|(place, facts)| told(facts, case.rules_of(place)))
        .collect();
    let expected = |kind: &str| {
        case.trusted.iter().find_map(|&place| {
            let told = told[place].iter().find(|told| told.kind == kind)?;
            told.sum.as_ref().ok().copied().flatten().map(|sum| (place, sum))
        })
    };
    let first = case.trusted.iter().copied().find(|&place| !told[place].is_empty());
    (0..told.len()).map(|place| cell(place, &told[place], first, expected)).collect()
}

fn cell(
    place: usize,
    told: &[Told],
    first: Option<usize>,
    expected: impl Fn(&str) -> Option<(usize, Money)>,
) -> ConsistencyCell {
    let mut differences = Vec::new();
    let (mut seen, mut wanted) = (Vec::new(), Vec::new());
    let mut compared = false;
    for Told { kind, sum } in told {
        let sum = match sum {
            Ok(Some(sum)) => *sum,
            Ok(None) => continue,
            Err(problem) => {
                seen.push(format!("{kind} {}", problem.got));
                differences.push(FactDifference::malformed(problem, *kind));
                continue;
            }
        };
        let Some((teller, should)) = expected(kind) else { continue };
        // A system that is believed first agrees with itself; any other one needs a second word.
        compared |= teller != place || first == Some(place);
        seen.push(format!("{kind} {sum}"));
        wanted.push(format!("{kind} {should}"));
        if sum != should {
            let (code, seen) = ("total_differs", sum.to_string());
            differences.push(FactDifference::new(code, *kind, seen, should.to_string()));
        }
    }
    if !compared && differences.is_empty() {
        return ConsistencyCell::not_told("a total that another system tells too, for every part");
    }
    ConsistencyCell::compared(listed(seen), listed(wanted), differences)
}

/// Each kind of total once, added up over the parts.
fn told<'a>(facts: &'a SystemFacts, rules: &SystemRules) -> Vec<Told<'a>> {
    let mut told: Vec<Told> = Vec::new();
    for total in facts.orders.iter().flat_map(|order| &order.totals) {
        let kind = total.kind.as_str();
        if told.iter().all(|earlier| earlier.kind != kind) {
            told.push(Told { kind, sum: sum(&facts.orders, kind, rules) });
        }
    }
    told
}

fn sum(orders: &[OrderFacts], kind: &str, rules: &SystemRules) -> Result<Option<Money>, Invalid> {
    let mut sum: Option<Money> = None;
    let mut partial = false;
    for order in orders {
        let mut amounts = order.totals.iter().filter(|total| total.kind == kind);
        let Some(total) = amounts.next() else {
            partial = true;
            continue;
        };
        if let Some(second) = amounts.next() {
            let expected = format!("the total `{kind}`{} once", order.part());
            return Err(Invalid::new("total_repeated", expected, second.amount));
        }
        let ours = Money::new(total.amount.amount(), rules.currency(total.amount.currency()));
        let minor = Money::from_minor_units(ours.minor_units()?, ours.currency())?;
        sum = Some(sum.map_or(Ok(minor), |sum| sum.plus(minor))?);
    }
    Ok(sum.filter(|_| !partial))
}
