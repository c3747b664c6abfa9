//! A sale order against a hostile server: what holds, and that each broken rule is noticed.
//!
//! The small models run with every test; the `large_` ones are for a release build:
//! `cargo test --release --lib flow::check -- --ignored --nocapture`.

use super::{
    search::{self, NO_WAY_OUT},
    world::{
        Advance, FAILED_ALIVE, Fortune, LIMBO, NOT_ONE, NULLIFIED_ALIVE, SETTLE_MS, Server,
        Simulation, TWO_LIVE, World,
    },
};
use crate::flow::{
    Capabilities, Deduplication, FlowPolicy, ReferenceLookup, SaleOrderState as S,
    advance_sale_order,
};

/// What a server offers against doubt, with the policy that relies on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Offer {
    Nothing,
    /// It finds documents by our reference, and nothing arrives after the settle window.
    Lookup,
    /// It applies one key once.
    Keys,
}

pub(super) const OFFERS: [Offer; 3] = [Offer::Nothing, Offer::Lookup, Offer::Keys];

/// One of each: what an ordinary bad week brings.
pub(super) const ROUGH: Fortune = Fortune {
    submits: 1,
    cancels: 1,
    crashes: 1,
    duplicates: 0,
    late_answers: 0,
    webhooks: 0,
    remote_cancels: 0,
    operators: 1,
};

/// Evidence out of turn: a late answer, a webhook. Connections that break give enough to do.
pub(super) const LATE: Fortune = Fortune { webhooks: 1, late_answers: 1, crashes: 0, ..ROUGH };

/// Others act too: a second submission, a cancel in the server itself.
pub(super) const BUSY: Fortune = Fortune { submits: 2, remote_cancels: 1, ..ROUGH };

/// Jobs run twice: calls are made again, answers told again, people ask again.
pub(super) const TWICE: Fortune =
    Fortune { submits: 2, cancels: 2, duplicates: 1, crashes: 0, operators: 0, ..ROUGH };

impl Offer {
    pub(super) fn capabilities(self) -> Capabilities {
        let settle_window_ms = SETTLE_MS.unsigned_abs();
        match self {
            Self::Nothing => Capabilities::default(),
            Self::Lookup => Capabilities {
                lookup_by_reference: Some(ReferenceLookup { settle_window_ms }),
                ..Capabilities::default()
            },
            Self::Keys => Capabilities {
                deduplicates_by_key: Some(Deduplication { retention_ms: u64::MAX }),
                ..Capabilities::default()
            },
        }
    }

    pub(super) fn policy(self) -> FlowPolicy {
        FlowPolicy {
            capabilities: self.capabilities(),
            jitter_percent: 0,
            backoff_base_ms: 10,
            backoff_cap_ms: 10,
            attempt_deadline_ms: 30,
            total_deadline_ms: u64::MAX,
            ..FlowPolicy::default()
        }
    }

    /// As few attempts as make every difference.
    pub(super) fn impatient(self) -> FlowPolicy {
        FlowPolicy { max_retries: 1, max_lookups: 1, ..self.policy() }
    }

    pub(super) fn server(self, fortune: Fortune) -> Server {
        Server {
            deduplicates: self == Self::Keys,
            bounded_delivery: self == Self::Lookup,
            documents: 1,
            host_repeats_writes: false,
            fortune,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing offered",
            Self::Lookup => "look-up",
            Self::Keys => "keys",
        }
    }
}

/// The states reached.
fn holds(name: &str, offer: Offer, server: Server, policy: FlowPolicy) -> Vec<S> {
    let name = format!("sale order, {}, {name}", offer.name());
    let found = search::holds(&name, &Simulation::new(server, policy));
    let mut reached: Vec<S> = found.states.iter().map(World::state).collect();
    reached.sort_unstable();
    reached.dedup();
    reached
}

#[test]
fn an_ordinary_bad_week() {
    for offer in OFFERS {
        let two_lookups = FlowPolicy { max_retries: 1, max_lookups: 2, ..offer.policy() };
        let reached = holds("bad week", offer, offer.server(ROUGH), two_lookups);
        assert_eq!(reached.contains(&S::Verifying), offer == Offer::Lookup);
    }
}

#[test]
fn evidence_out_of_turn() {
    for offer in OFFERS {
        let late = Fortune { webhooks: 0, ..LATE };
        holds("late answers", offer, offer.server(late), offer.impatient());
        let webhooks = Fortune { late_answers: 0, ..LATE };
        holds("webhooks", offer, offer.server(webhooks), offer.impatient());
    }
}

#[test]
fn others_act_too() {
    for offer in OFFERS {
        let steady = Fortune { crashes: 0, ..BUSY };
        holds("others act too", offer, offer.server(steady), offer.impatient());
    }
}

#[test]
fn everything_twice() {
    for offer in OFFERS {
        let once = Fortune { submits: 1, cancels: 1, ..TWICE };
        holds("answers and look-ups twice", offer, offer.server(once), offer.impatient());
    }
}

#[test]
fn several_documents() {
    for offer in OFFERS {
        let two = Server { documents: 2, ..offer.server(ROUGH) };
        holds("two documents", offer, two, offer.impatient());
    }
}

/// Two of everything that a job queue and an impatient person may do, and three retries.
const MANY: Fortune =
    Fortune { submits: 1, cancels: 2, crashes: 2, duplicates: 2, operators: 1, ..ROUGH };

#[test]
#[ignore = "large: for a release build"]
fn large_two_of_everything() {
    for offer in OFFERS {
        let patient = FlowPolicy { max_retries: 3, max_lookups: 2, ..offer.policy() };
        // With look-ups in between, two duplicates are more states than a machine has memory for.
        let duplicates = if matches!(offer, Offer::Lookup) { 0 } else { MANY.duplicates };
        let server = offer.server(Fortune { duplicates, ..MANY });
        holds("two of everything", offer, server, patient);
    }
}

#[test]
#[ignore = "large: for a release build"]
fn large_evidence_and_others() {
    for offer in OFFERS {
        holds("evidence out of turn", offer, offer.server(LATE), offer.impatient());
        holds("others act too", offer, offer.server(BUSY), offer.impatient());
        holds("everything twice", offer, offer.server(TWICE), offer.impatient());
    }
}

#[test]
#[ignore = "large: for a release build"]
fn large_several_documents() {
    for offer in OFFERS {
        let three = Server { documents: 3, ..offer.server(ROUGH) };
        holds("three documents", offer, three, offer.impatient());
        let late = Fortune { late_answers: 0, ..LATE };
        let webhooks = Server { documents: 2, ..offer.server(late) };
        holds("two documents, webhooks", offer, webhooks, offer.impatient());
        let remote = Fortune { remote_cancels: 2, crashes: 0, ..ROUGH };
        let others = Server { documents: 2, ..offer.server(remote) };
        holds("two documents, others act too", offer, others, offer.impatient());
    }
}

/// The search must be able to fail: each of these is broken on purpose.
fn fails(server: Server, policy: FlowPolicy, advance: Advance, wrong: &str) {
    search::fails(&Simulation { server, policy, advance }, wrong);
}

#[test]
fn resending_from_unknown_without_protection_is_caught() {
    let server = Offer::Nothing.server(ROUGH);
    fails(server, Offer::Keys.policy(), advance_sale_order, TWO_LIVE);
}

#[test]
fn looking_up_before_the_settle_window_is_over_is_caught() {
    let mut early = Offer::Lookup.policy();
    early.capabilities.lookup_by_reference = Some(ReferenceLookup { settle_window_ms: 0 });
    fails(Offer::Lookup.server(ROUGH), early.clone(), advance_sale_order, NULLIFIED_ALIVE);
    let never_cancelled = Fortune { cancels: 0, ..ROUGH };
    fails(Offer::Lookup.server(never_cancelled), early, advance_sale_order, TWO_LIVE);
    let unbounded = Offer::Nothing.server(never_cancelled);
    fails(unbounded, Offer::Lookup.policy(), advance_sale_order, TWO_LIVE);
}

/// Nothing in the engine can help against a host that makes a call twice where the server would
/// apply it twice: that is why the contract says at most once.
#[test]
fn a_host_that_repeats_writes_is_caught() {
    let twice = |offer: Offer| Server { host_repeats_writes: true, ..offer.server(TWICE) };
    for offer in [Offer::Nothing, Offer::Lookup] {
        fails(twice(offer), offer.impatient(), advance_sale_order, TWO_LIVE);
    }
    // Keys help, yet not if the server refuses the one copy and takes the other.
    let calm =
        Server { host_repeats_writes: true, ..Offer::Keys.server(Fortune { cancels: 0, ..TWICE }) };
    fails(calm, Offer::Keys.impatient(), advance_sale_order, FAILED_ALIVE);
    fails(twice(Offer::Keys), Offer::Keys.impatient(), advance_sale_order, NULLIFIED_ALIVE);
}

#[test]
fn a_rejection_that_settles_an_earlier_doubt_is_caught() {
    let forgetful: Advance = |flow, input, now, policy| {
        let mut flow = flow.clone();
        flow.order.submission.ambiguous = false;
        advance_sale_order(&flow, input, now, policy)
    };
    fails(Offer::Keys.server(ROUGH), Offer::Keys.policy(), forgetful, NULLIFIED_ALIVE);
    let calm = Fortune { cancels: 0, ..ROUGH };
    fails(Offer::Keys.server(calm), Offer::Keys.policy(), forgetful, FAILED_ALIVE);
}

#[test]
fn a_refused_cancel_that_settles_an_earlier_doubt_is_caught() {
    let forgetful: Advance = |flow, input, now, policy| {
        let mut flow = flow.clone();
        flow.order.cancellation.ambiguous = false;
        advance_sale_order(&flow, input, now, policy)
    };
    fails(Offer::Nothing.server(ROUGH), Offer::Nothing.policy(), forgetful, NOT_ONE);
}

#[test]
fn waiting_without_a_timer_is_caught() {
    let sleepy: Advance = |flow, input, now, policy| {
        let mut step = advance_sale_order(flow, input, now, policy)?;
        if step.flow.order.state == S::Unknown {
            step.flow.order.wake_at = None;
            step.commands.pop();
        }
        Ok(step)
    };
    fails(Offer::Lookup.server(ROUGH), Offer::Lookup.policy(), sleepy, LIMBO);
}

#[test]
fn waiting_for_ever_is_caught() {
    let idle: Advance = |flow, input, now, policy| {
        let mut step = advance_sale_order(flow, input, now, policy)?;
        if flow.order.state == S::Unknown && step.flow.order.state == S::Verifying {
            step = advance_sale_order(flow, &crate::flow::SaleOrderInput::Recover {}, now, policy)?;
        }
        Ok(step)
    };
    fails(Offer::Lookup.server(ROUGH), Offer::Lookup.impatient(), idle, NO_WAY_OUT);
}
