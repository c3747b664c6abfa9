//! Whether every system refers to the same order.
//!
//! Ids are followed from system to system: the source knows its own and the cart's, the B2B service
//! the source's and its own, and so on. What a system is called by in another one is only believed
//! where the two agree on an id that was known before.

use super::{ConsistencyCell, FactDifference, SystemFacts, case::Case, case::listed};

/// An id that the order is known by.
struct Known<'a> {
    kind: &'a str,
    id: &'a str,
}

pub(super) fn cells(case: &Case) -> Vec<ConsistencyCell> {
    let (known, linked) = followed(case);
    case.systems.iter().zip(linked).map(|(facts, linked)| cell(facts, &known, linked)).collect()
}

/// Every id that the chain gives the order, and which systems the chain reaches.
fn followed<'a>(case: &Case<'a>) -> (Vec<Known<'a>>, Vec<bool>) {
    let tells = |facts: &SystemFacts| facts.orders.iter().any(|order| !order.ids.is_empty());
    let mut known = Vec::new();
    let mut linked = vec![false; case.systems.len()];
    let first = case.trusted.iter().copied().find(|&place| tells(&case.systems[place]));
    let Some(first) = first else { return (known, linked) };
    linked[first] = true;
    adopt(case, first, &mut known);
    while let Some(next) = (0..linked.len()).find(|&place| {
        !linked[place]
            && references(&case.systems[place]).any(|(kind, _)| id_of(&known, kind).is_some())
    }) {
        linked[next] = true;
        let agrees = references(&case.systems[next])
            .all(|(kind, id)| id_of(&known, kind).is_none_or(|known| known == id));
        if agrees {
            adopt(case, next, &mut known);
        }
    }
    (known, linked)
}

/// Learns the ids of a system: those its entries agree on, and not those that the system they are
/// named after tells itself.
fn adopt<'a>(case: &Case<'a>, place: usize, known: &mut Vec<Known<'a>>) {
    let facts = &case.systems[place];
    let is_source = case.trusted.first() == Some(&place);
    for (kind, id) in references(facts) {
        let told_by = |other: &SystemFacts| references(other).any(|(its, _)| its == kind);
        let issued_elsewhere = case
            .systems
            .iter()
            .any(|other| other.system == kind && kind != facts.system && told_by(other));
        let alike = references(facts).all(|(its, other)| its != kind || other == id);
        if alike && id_of(known, kind).is_none() && (is_source || !issued_elsewhere) {
            known.push(Known { kind, id });
        }
    }
}

fn cell(facts: &SystemFacts, known: &[Known], linked: bool) -> ConsistencyCell {
    if references(facts).next().is_none() {
        return ConsistencyCell::not_told("ids");
    }
    if !linked {
        return ConsistencyCell::not_told("an id that another system tells too");
    }
    let mut differences = Vec::new();
    let mut unlinked = None;
    for order in &facts.orders {
        let mut compared = false;
        for reference in &order.ids {
            let Some(id) = id_of(known, &reference.kind) else { continue };
            compared = true;
            if id != reference.id {
                let about = format!("{} id{}", reference.kind, order.part());
                let code = "order_id_differs";
                differences.push(FactDifference::new(code, about, &reference.id, id));
            }
        }
        if !compared {
            unlinked = unlinked.or_else(|| Some(format!("an id{}", order.part())));
        }
    }
    if let (Some(missing), true) = (unlinked, differences.is_empty()) {
        return ConsistencyCell::not_told(missing);
    }
    let words = |(kind, id)| format!("{kind} {id}");
    let expected = references(facts).map(|(kind, id)| (kind, id_of(known, kind).unwrap_or(id)));
    ConsistencyCell::compared(
        listed(references(facts).map(words)),
        listed(expected.map(words)),
        differences,
    )
}

fn references(facts: &SystemFacts) -> impl Iterator<Item = (&str, &str)> {
    let ids = facts.orders.iter().flat_map(|order| &order.ids);
    ids.map(|reference| (reference.kind.as_str(), reference.id.as_str()))
}

fn id_of<'a>(known: &[Known<'a>], kind: &str) -> Option<&'a str> {
    known.iter().find(|known| known.kind == kind).map(|known| known.id)
}
