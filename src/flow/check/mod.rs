//! Exhaustive search: every order of events in a small hostile world, and what must hold in each.
//!
//! [`world`] is the world; here are the search, the invariants and the tests, of which some are
//! broken on purpose: a search that cannot fail proves nothing.

#![cfg(not(target_family = "wasm"))]

mod world;

use super::{
    Capabilities, Deduplication, FlowPolicy, ReferenceLookup, SaleOrderState as S, advance,
};
use std::collections::{BTreeMap, VecDeque};
use world::{Advance, Fortune, SETTLE_MS, Server, Simulation, World};

/// What a search found.
#[derive(Debug)]
struct Found {
    states: usize,
    edges: usize,
    reached: Vec<S>,
}

impl Simulation {
    /// Searches everything; `Err` is the shortest way to what must not be.
    fn search(&self) -> Result<Found, String> {
        let first = self.start();
        let mut index = BTreeMap::from([(first.clone(), 0_usize)]);
        let mut worlds = vec![(first, 0_usize, "start")];
        let mut edges: Vec<(usize, usize)> = Vec::new();
        let mut open = VecDeque::from([0_usize]);
        while let Some(from) = open.pop_front() {
            let world = worlds[from].0.clone();
            if let Err(wrong) = invariants(&world) {
                return Err(format!("{wrong}\n{}", path(&worlds, from)));
            }
            for (label, next) in self.successors(&world) {
                let fresh = index.len();
                let to = *index.entry(next.clone()).or_insert(fresh);
                if to == fresh {
                    worlds.push((next, from, label));
                    open.push_back(to);
                }
                edges.push((from, to));
            }
        }
        let limbo = stuck(&worlds, &edges);
        if let Some(limbo) = limbo {
            return Err(format!("no way to a resting state\n{}", path(&worlds, limbo)));
        }
        let mut reached: Vec<S> = worlds.iter().map(|(world, ..)| world.state()).collect();
        reached.sort_unstable();
        reached.dedup();
        Ok(Found { states: worlds.len(), edges: edges.len(), reached })
    }
}

/// What must hold in every world.
fn invariants(world: &World) -> Result<(), &'static str> {
    let living = world.orders.iter().map(|(_, documents)| documents);
    let living: Vec<&Vec<bool>> = living.filter(|documents| documents.contains(&true)).collect();
    let whole = living.len() == 1 && !living[0].contains(&false);
    let state = world.state();
    let untouched = state == S::Initial && world.flow.order.submission == 0;
    let wrong = [
        (living.len() > 1, "two live orders in the server"),
        (state == S::Nullified && !living.is_empty(), "nullified but alive"),
        (matches!(state, S::Failed | S::Rejected) && !living.is_empty(), "failed but alive"),
        (state == S::Sent && !whole, "sent without exactly one live set of documents"),
        (
            state == S::Sent && world.known_live() != world.really_live(),
            "sent with documents other than the live ones",
        ),
        (
            !state.is_resting() && !untouched && world.flow.wake_at().is_none(),
            "limbo: waits for nothing",
        ),
    ];
    wrong.iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, wrong)| Err(wrong))
}

/// The first world from which no resting state can be reached.
fn stuck(worlds: &[(World, usize, &str)], edges: &[(usize, usize)]) -> Option<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); worlds.len()];
    for (from, to) in edges {
        before[*to].push(*from);
    }
    let mut good: Vec<bool> = worlds.iter().map(|(world, ..)| world.state().is_resting()).collect();
    let mut open: Vec<usize> = (0..worlds.len()).filter(|place| good[*place]).collect();
    while let Some(place) = open.pop() {
        for from in &before[place] {
            if !good[*from] {
                good[*from] = true;
                open.push(*from);
            }
        }
    }
    good.iter().position(|good| !good)
}

fn path(worlds: &[(World, usize, &str)], mut place: usize) -> String {
    let mut steps = Vec::new();
    loop {
        let (world, from, label) = &worlds[place];
        let order = &world.flow.order;
        steps.push(format!("{label} -> {} (in server: {:?})", order.state, world.orders));
        if place == *from {
            break;
        }
        place = *from;
    }
    steps.reverse();
    format!("{} steps:\n  {}", steps.len() - 1, steps.join("\n  "))
}

fn policy(capabilities: Capabilities) -> FlowPolicy {
    FlowPolicy {
        capabilities,
        jitter_percent: 0,
        backoff_base_ms: 10,
        backoff_cap_ms: 10,
        attempt_deadline_ms: 30,
        total_deadline_ms: u64::MAX,
        ..FlowPolicy::default()
    }
}

fn nothing() -> Capabilities {
    Capabilities::default()
}

fn lookup() -> Capabilities {
    let settle_window_ms = SETTLE_MS.unsigned_abs();
    Capabilities {
        lookup_by_reference: Some(ReferenceLookup { settle_window_ms }),
        ..Capabilities::default()
    }
}

fn keys() -> Capabilities {
    Capabilities {
        deduplicates_by_key: Some(Deduplication { retention_ms: u64::MAX }),
        ..Capabilities::default()
    }
}

/// One of each: what an ordinary bad week brings.
const ROUGH: Fortune = Fortune {
    cancels: 1,
    submits: 1,
    crashes: 1,
    webhooks: 0,
    remote_cancels: 0,
    late_answers: 0,
    operators: 1,
};

/// Evidence out of turn: a late answer, a webhook. Connections that break give enough to do.
const LATE: Fortune = Fortune { webhooks: 1, late_answers: 1, crashes: 0, ..ROUGH };

/// Others act too: a second submission, a cancel in the server itself.
const BUSY: Fortune = Fortune { submits: 2, remote_cancels: 1, ..ROUGH };

fn server(deduplicates: bool, bounded_delivery: bool, fortune: Fortune) -> Server {
    Server { deduplicates, bounded_delivery, documents: 1, fortune }
}

fn holds(name: &str, server: Server, policy: FlowPolicy) -> Found {
    let checker = Simulation { server, policy, advance };
    let found = checker.search().unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
    println!("{name}: {} states, {} edges", found.states, found.edges);
    found
}

fn less_patient(capabilities: Capabilities) -> FlowPolicy {
    FlowPolicy { max_retries: 1, max_lookups: 2, ..policy(capabilities) }
}

#[test]
fn nothing_offered() {
    let found = holds("nothing offered", server(false, false, ROUGH), policy(nothing()));
    assert!(!found.reached.contains(&S::Verifying));
    holds("nothing offered, late", server(false, false, LATE), less_patient(nothing()));
    holds("nothing offered, busy", server(false, false, BUSY), less_patient(nothing()));
}

#[test]
fn lookup_after_the_settle_window() {
    let found = holds("look-up", server(false, true, ROUGH), policy(lookup()));
    assert!(found.reached.contains(&S::Verifying));
    let one_lookup = FlowPolicy { max_lookups: 1, ..less_patient(lookup()) };
    holds("look-up, late", server(false, true, LATE), one_lookup);
    holds("look-up, busy", server(false, true, BUSY), less_patient(lookup()));
}

#[test]
fn keys_deduplicated() {
    holds("keys", server(true, false, ROUGH), policy(keys()));
    holds("keys, late", server(true, false, LATE), less_patient(keys()));
    holds("keys, busy", server(true, false, BUSY), less_patient(keys()));
}

#[test]
fn several_documents() {
    let two =
        |deduplicates, bounded| Server { documents: 2, ..server(deduplicates, bounded, ROUGH) };
    holds("two documents, nothing offered", two(false, false), less_patient(nothing()));
    holds("two documents, look-up", two(false, true), less_patient(lookup()));
    holds("two documents, keys", two(true, false), less_patient(keys()));
}

/// The search must be able to fail: each of these is broken on purpose.
fn fails(server: Server, policy: FlowPolicy, advance: Advance, wrong: &str) {
    let message = Simulation { server, policy, advance }.search().expect_err(wrong);
    println!("{message}");
    assert!(message.starts_with(wrong), "{message}");
}

#[test]
fn resending_from_unknown_without_protection_is_caught() {
    fails(server(false, false, ROUGH), policy(keys()), advance, "two live orders");
}

#[test]
fn looking_up_before_the_settle_window_is_over_is_caught() {
    let mut early = policy(lookup());
    early.capabilities.lookup_by_reference = Some(ReferenceLookup { settle_window_ms: 0 });
    fails(server(false, true, ROUGH), early.clone(), advance, "nullified but alive");
    let never_cancelled = Fortune { cancels: 0, ..ROUGH };
    fails(server(false, true, never_cancelled), early, advance, "two live orders");
    fails(server(false, false, never_cancelled), policy(lookup()), advance, "two live orders");
}

#[test]
fn a_rejection_that_settles_an_earlier_doubt_is_caught() {
    let forgetful: Advance = |flow, input, now, policy| {
        let mut flow = flow.clone();
        flow.order.ambiguous = false;
        advance(&flow, input, now, policy)
    };
    fails(server(true, false, ROUGH), policy(keys()), forgetful, "nullified but alive");
    let calm = Fortune { cancels: 0, ..ROUGH };
    fails(server(true, false, calm), policy(keys()), forgetful, "failed but alive");
}

#[test]
fn a_refused_cancel_that_settles_an_earlier_doubt_is_caught() {
    let forgetful: Advance = |flow, input, now, policy| {
        let mut flow = flow.clone();
        flow.order.cancel_ambiguous = false;
        advance(&flow, input, now, policy)
    };
    fails(server(false, false, ROUGH), policy(nothing()), forgetful, "sent without exactly one");
}

#[test]
fn waiting_without_a_timer_is_caught() {
    let sleepy: Advance = |flow, input, now, policy| {
        let mut step = advance(flow, input, now, policy)?;
        if step.flow.order.state == S::Unknown {
            step.flow.order.wake_at = None;
        }
        Ok(step)
    };
    fails(server(false, true, ROUGH), policy(lookup()), sleepy, "limbo");
}

#[test]
fn waiting_for_ever_is_caught() {
    let idle: Advance = |flow, input, now, policy| {
        let mut step = advance(flow, input, now, policy)?;
        if flow.order.state == S::Unknown && step.flow.order.state == S::Verifying {
            step.flow = flow.clone();
            step.flow.order.wake_at = Some(now.plus_millis(10));
            step.commands.clear();
        }
        Ok(step)
    };
    fails(server(false, true, ROUGH), policy(lookup()), idle, "no way to a resting state");
}
