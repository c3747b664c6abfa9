//! Whether the statuses may stand beside each other.

use super::{
    ConsistencyCell, FactDifference, LegalStatuses, LiveDocuments, SystemFacts, case::Case,
    case::listed,
};

pub(super) fn cells(case: &Case) -> Vec<ConsistencyCell> {
    let situation = situation(case);
    let legal = &case.rules.legal_statuses;
    let cell = |facts: &SystemFacts| {
        // Only a system that some situation speaks of has a status that could be wrong.
        if legal.iter().all(|situation| allowed(situation, facts).is_none()) {
            return ConsistencyCell::not_applicable();
        }
        if let Some(silent) = facts.orders.iter().find(|order| order.status.is_none()) {
            return ConsistencyCell::not_told(format!("a status{}", silent.part()));
        }
        if facts.orders.is_empty() {
            return ConsistencyCell::not_told("a status");
        }
        let seen = listed(words(facts).map(str::to_owned));
        let Some(situation) = situation else {
            return ConsistencyCell::not_told("a status that some other system tells too");
        };
        let Some(statuses) = allowed(situation, facts) else {
            return ConsistencyCell::compared(seen, "any status".to_owned(), Vec::new());
        };
        let expected = format!("{} ({})", listed(statuses.iter().cloned()), situation.name);
        let differences = (facts.orders.iter())
            .filter_map(|order| Some((order, order.status.as_ref()?)))
            .filter(|(_, status)| !statuses.contains(status))
            .map(|(order, status)| {
                let about = format!("status{}", order.part());
                FactDifference::new("status_illegal", about, status, &expected)
            })
            .collect();
        ConsistencyCell::compared(seen, expected.clone(), differences)
    };
    case.systems.iter().map(cell).collect()
}

/// How many sets of living documents the statuses claim.
pub(super) fn live_documents(case: &Case) -> LiveDocuments {
    situation(case).map_or(LiveDocuments::AtMostOne, |situation| situation.live_documents)
}

/// The situation that the fewest systems contradict, the first one where several are as near; none
/// where no status is told. The system that issues documents counts twice, for the others follow it:
/// where the B2B service forgot a confirmation, the storefront did as well, and both are wrong.
fn situation<'a>(case: &Case<'a>) -> Option<&'a LegalStatuses> {
    if case.systems.iter().all(|facts| words(facts).next().is_none()) {
        return None;
    }
    let contradicts = |situation: &LegalStatuses| {
        let wrong = |facts: &&SystemFacts| {
            allowed(situation, facts).is_some_and(|statuses| {
                words(facts).any(|status| statuses.iter().all(|legal| legal != status))
            })
        };
        let weight = |facts: &SystemFacts| {
            if facts.system == case.rules.document_source { 2_usize } else { 1 }
        };
        case.systems.iter().filter(wrong).map(weight).sum::<usize>()
    };
    case.rules.legal_statuses.iter().min_by_key(|situation| contradicts(situation))
}

/// The statuses that a situation allows a system.
fn allowed<'a>(situation: &'a LegalStatuses, facts: &SystemFacts) -> Option<&'a [String]> {
    let system = situation.systems.iter().find(|allowed| allowed.system == facts.system);
    system.map(|allowed| allowed.statuses.as_slice())
}

fn words(facts: &SystemFacts) -> impl Iterator<Item = &str> {
    facts.orders.iter().filter_map(|order| order.status.as_deref())
}
