//! Whether nothing happened before what led to it.

use super::{ConsistencyCell, FactDifference, OrderFacts, case::Case, case::listed};
use crate::unit::Timestamp;

/// A moment of the chain: when it happened, first and last over the parts of the order.
struct Moment<'a> {
    place: usize,
    event: &'a str,
    first: Timestamp,
    last: Timestamp,
}

pub(super) fn cells(case: &Case) -> Vec<ConsistencyCell> {
    let moments = moments(case);
    let believed = believed(case, &moments);
    let cell = |place: usize| {
        let system = &case.systems[place].system;
        if case.rules.times.iter().all(|time| time.system != *system) {
            return ConsistencyCell::not_applicable();
        }
        let own = || (0..moments.len()).filter(|&at| moments[at].place == place);
        if own().next().is_none() {
            return ConsistencyCell::not_told("a time of the chain");
        }
        if moments.len() < 2 {
            return ConsistencyCell::not_told("a second time of the chain");
        }
        let differences = own().filter(|&at| !believed[at]).map(|at| {
            let moment = &moments[at];
            FactDifference::new(
                "time_out_of_order",
                moment.event,
                moment.words(),
                window(&moments, &believed, at),
            )
        });
        ConsistencyCell::compared(
            listed(own().map(|at| format!("{} {}", moments[at].event, moments[at].words()))),
            listed(
                own()
                    .map(|at| format!("{} {}", moments[at].event, window(&moments, &believed, at))),
            ),
            differences.collect(),
        )
    };
    (0..case.systems.len()).map(cell).collect()
}

/// The moments that are told, in the order of the chain.
fn moments<'a>(case: &Case<'a>) -> Vec<Moment<'a>> {
    let moment = |time: &'a super::ChainTime| {
        let place = case.systems.iter().position(|facts| facts.system == time.system)?;
        let times = || {
            let told = |order: &'a OrderFacts| order.times.iter();
            let orders = case.systems[place].orders.iter().flat_map(told);
            orders.filter(|told| told.event == time.event).map(|told| told.at)
        };
        Some(Moment { place, event: &time.event, first: times().min()?, last: times().max()? })
    };
    case.rules.times.iter().filter_map(moment).collect()
}

/// Which moments to believe: as many as can stand beside each other, those of the source before
/// others, earlier ones of the chain before later ones. One wrong time is so found where it is, not
/// where the next system noticed it.
fn believed(case: &Case, moments: &[Moment]) -> Vec<bool> {
    let count = moments.len();
    let source = case.trusted.first().copied();
    let worth = |at: usize| 2 * count + 1 + usize::from(Some(moments[at].place) == source);
    let fits = |latest: Option<usize>, at: usize| {
        latest.is_none_or(|latest| {
            moments[latest].last <= moments[at].first.plus_millis(case.rules.clock_skew_ms)
        })
    };
    let later = |latest: Option<usize>, at: usize| match latest {
        Some(latest) if moments[latest].last >= moments[at].last => latest,
        _ => at,
    };
    // What the moments from a place on are worth, the latest one believed before it being given:
    // one column more, for none.
    let mut best = vec![vec![0_usize; count + 1]; count + 1];
    let column = |latest: Option<usize>| latest.unwrap_or(count);
    for at in (0..count).rev() {
        for latest in (0..at).map(Some).chain([None]) {
            let without = best[at + 1][column(latest)];
            let with = || worth(at) + best[at + 1][column(Some(later(latest, at)))];
            let value = if fits(latest, at) { without.max(with()) } else { without };
            best[at][column(latest)] = value;
        }
    }
    let mut believed = Vec::with_capacity(count);
    let mut latest = None;
    for at in 0..count {
        let next = later(latest, at);
        let keep = fits(latest, at)
            && worth(at) + best[at + 1][column(Some(next))] >= best[at + 1][column(latest)];
        if keep {
            latest = Some(next);
        }
        believed.push(keep);
    }
    believed
}

/// Between which believed moments one belongs.
fn window(moments: &[Moment], believed: &[bool], at: usize) -> String {
    let of = |place: usize| believed[place].then_some(&moments[place]);
    let after = (0..at).filter_map(of).map(|moment| moment.last).max();
    let before = (at + 1..moments.len()).filter_map(of).map(|moment| moment.first).min();
    match (after, before) {
        (Some(after), Some(before)) => format!("from {} to {}", after.0, before.0),
        (Some(after), None) => format!("from {} on", after.0),
        (None, Some(before)) => format!("up to {}", before.0),
        (None, None) => "any time".to_owned(),
    }
}

impl Moment<'_> {
    fn words(&self) -> String {
        if self.first == self.last {
            return self.first.0.to_string();
        }
        format!("{} to {}", self.first.0, self.last.0)
    }
}
