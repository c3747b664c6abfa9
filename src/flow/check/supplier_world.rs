//! The world of a purchase order: a supplier that takes it or not, and says what it does in any
//! order and more than once.
//!
//! Left out: looking up and agreeing take no time of their own, nothing is submitted again after a
//! person has said that it is absent, and one document has every line.

use super::search::{self, Model};
use crate::flow::{
    Capabilities, Deduplication, FlowPolicy, NamedDocument, PurchaseOrderCommand as Command,
    PurchaseOrderEvent as E, PurchaseOrderLife, PurchaseOrderState as S, PurchaseOrderStep,
    PurchasePolicy, ReferenceLookup, SupplierStatus as W, TransitionError,
    purchase_order::sample::{Story, approve, case, fact, named},
    step_purchase_order,
};
use crate::unit::{DocumentId, Timestamp};
use serde_json::json;

const TWO_LIVE: &str = "two orders live at the supplier";
const CANCELLED_ALIVE: &str = "cancelled, and it lives or has delivered";
const FAILED_ALIVE: &str = "given up, and it lives or has delivered";
const LIMBO: &str = "limbo: waits for nothing";
const BLIND_CANCEL: &str = "a cancel of a document that the supplier does not have";
const UNTOLD_TERMS: &str = "the lines changed without a new revision";

type Step = fn(
    &PurchaseOrderLife,
    &E,
    Timestamp,
    &PurchasePolicy,
) -> Result<PurchaseOrderStep, TransitionError>;

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Fortune {
    /// What the supplier does and says of it.
    statements: u8,
    repetitions: u8,
    cancels: u8,
    crashes: u8,
    /// Attempts refused, not sent, or whose answer is lost.
    losses: u8,
    /// Attempts that take effect or are answered after they were given up.
    late: u8,
}

struct SupplierModel {
    fortune: Fortune,
    policy: PurchasePolicy,
    deduplicates: bool,
    bounded_delivery: bool,
    step: Step,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct World {
    life: PurchaseOrderLife,
    calls: Vec<Call>,
    orders: Vec<Order>,
    statements: Vec<Statement>,
    said: u8,
    fortune: Fortune,
    wrong: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Order {
    live: bool,
    /// 0 nothing, 1 some, 2 all.
    delivered: u8,
    invoiced: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Statement {
    order: usize,
    says: Says,
    sequence: u8,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Says {
    Confirmed,
    Changed,
    Refused,
    Some,
    All,
    Cancelled,
    Invoiced,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Call {
    request: u32,
    kind: Kind,
    reply: Option<Reply>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Kind {
    Create,
    Lookup,
    Cancel(usize),
    Accept,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Reply {
    Taken(usize),
    Refused,
    Cancelled,
    Stays,
}

impl Model for SupplierModel {
    type State = World;

    const WRONGS: &'static [&'static str] =
        &[TWO_LIVE, CANCELLED_ALIVE, FAILED_ALIVE, LIMBO, BLIND_CANCEL, UNTOLD_TERMS];

    fn start(&self) -> World {
        let mut story = Story::new(self.policy.clone());
        story.tell(&E::RequestApproval { case: case(1) });
        assert_eq!(story.tell(&approve("ann")), S::Approved);
        World {
            life: story.life,
            calls: Vec::new(),
            orders: Vec::new(),
            statements: Vec::new(),
            said: 0,
            fortune: self.fortune,
            wrong: None,
        }
    }

    fn successors(&self, world: &World) -> Vec<(&'static str, World)> {
        let mut next = Vec::new();
        if world.wrong.is_some() {
            return next;
        }
        if let Some(at) = world.life.wake_at() {
            next.extend(self.tell("time", world.clone(), &E::TimerDue {}, at.0.max(0)));
        }
        if world.fortune.crashes > 0 {
            let mut world = world.clone();
            world.fortune.crashes -= 1;
            next.extend(self.tell("crash", world, &E::Recover {}, 0));
        }
        if world.fortune.cancels > 0 {
            let mut world = world.clone();
            world.fortune.cancels -= 1;
            next.extend(self.tell("cancel", world, &E::CancelRequested {}, 0));
        }
        for (name, event) in [
            ("agree", E::AcceptChange {}),
            ("decline", E::DeclineChange {}),
            ("close short", E::CloseShort {}),
        ] {
            next.extend(self.tell(name, world.clone(), &event, 0));
        }
        if world.life.state() == S::Review && world.is_quiet() {
            next.extend(self.operator(world));
        }
        for place in 0..world.calls.len() {
            self.call(world, place, &mut next);
        }
        if world.fortune.statements > 0 {
            act(world, &mut next);
        }
        for place in 0..world.statements.len() {
            let event = event(world.statements[place]);
            if world.fortune.repetitions > 0 {
                let mut world = world.clone();
                world.fortune.repetitions -= 1;
                next.extend(self.tell("said, and once more", world, &event, 0));
            }
            let mut world = world.clone();
            world.statements.remove(place);
            next.extend(self.tell("said", world, &event, 0));
        }
        next
    }

    fn wrong(&self, world: &World) -> Vec<&'static str> {
        let life = &world.life;
        let state = life.state();
        let live = world.orders.iter().filter(|order| order.live).count();
        let there = world.orders.iter().any(|order| order.live || order.delivered > 0);
        let quiet = world.is_quiet();
        let given_up = matches!(state, S::SubmitRejected | S::SubmitFailed | S::Declined);
        let waits = life.wake_at().is_some() || life.awaited.is_some();
        let is_so = [
            (TWO_LIVE, live > 1),
            (CANCELLED_ALIVE, quiet && state == S::Cancelled && there),
            (FAILED_ALIVE, quiet && given_up && there),
            (LIMBO, !state.is_resting() && !state.awaits_person() && !waits),
        ];
        let wrongs = is_so.into_iter().filter_map(|(wrong, is_so)| is_so.then_some(wrong));
        wrongs.chain(world.wrong).collect()
    }

    /// What waits for the supplier alone is looked at again and again.
    fn rests(&self, world: &World) -> bool {
        let state = world.life.state();
        let supplied = [S::Submitted, S::Confirmed, S::PartiallyFulfilled, S::Fulfilled];
        world.is_quiet() && (state.is_resting() || supplied.contains(&state))
    }

    fn describe(&self, world: &World) -> String {
        let World { life, orders, statements, .. } = world;
        format!("{}, there {orders:?}, under way {statements:?}", life.state())
    }

    fn faults(&self) -> String {
        format!("{:?}", self.fortune)
    }
}

impl World {
    fn is_quiet(&self) -> bool {
        self.calls.is_empty() && self.statements.is_empty()
    }

    fn listens(&self, call: Call) -> bool {
        self.life.awaited.is_some_and(|awaited| awaited.request == call.request)
    }
}

impl SupplierModel {
    /// The world after an event; none when the order refuses it.
    fn tell(
        &self,
        name: &'static str,
        mut world: World,
        event: &E,
        now: i64,
    ) -> Option<(&'static str, World)> {
        let step = (self.step)(&world.life, event, Timestamp(now), &self.policy).ok()?;
        let same = step.life.ordered() == world.life.ordered();
        if !same && step.life.revision() == world.life.revision() {
            world.wrong = Some(UNTOLD_TERMS);
        }
        world.life = step.life;
        for command in step.commands {
            let (request, kind) = match command {
                Command::Create { request, .. } => (request, Kind::Create),
                Command::Lookup { request, .. } => {
                    if self.bounded_delivery {
                        world
                            .calls
                            .retain(|call| call.kind != Kind::Create || call.reply.is_some());
                    }
                    (request, Kind::Lookup)
                }
                Command::Cancel { request, document, .. } => {
                    let known = (0..world.orders.len()).find(|order| name_of(*order) == document);
                    let Some(order) = known else {
                        world.wrong = Some(BLIND_CANCEL);
                        continue;
                    };
                    (request, Kind::Cancel(order))
                }
                Command::Accept { request, .. } => (request, Kind::Accept),
                // What a reading says comes as a statement does.
                Command::Read { .. }
                | Command::Price { .. }
                | Command::Timer { .. }
                | Command::CancelTimer {}
                | Command::Notify { .. }
                | Command::Audit { .. }
                | Command::Parent {}
                | Command::SourceElsewhere { .. }
                | Command::PostInvoice { .. } => continue,
            };
            world.calls.push(Call { request, kind, reply: None });
        }
        Some((name, canonical(world, now)))
    }

    /// A truthful person, once nothing is under way.
    fn operator(&self, world: &World) -> Option<(&'static str, World)> {
        let is = |which: fn(&Order) -> bool| world.orders.iter().position(which);
        let event = if let Some(order) = is(|order| order.live && order.delivered < 2) {
            E::OperatorPresent { documents: documents(order) }
        } else if is(|order| order.delivered > 0).is_some() {
            E::OperatorSettle {}
        } else {
            E::OperatorAbsent {}
        };
        self.tell("a person says", world.clone(), &event, 0)
    }

    fn call(&self, world: &World, place: usize, next: &mut Vec<(&'static str, World)>) {
        let call = world.calls[place];
        let request = call.request;
        let listened = world.listens(call);
        let mut over = world.clone();
        over.calls.remove(place);
        if listened && over.fortune.losses > 0 {
            let mut lost = over.clone();
            lost.fortune.losses -= 1;
            let no_answer = match call.kind {
                Kind::Create | Kind::Accept => E::Ambiguous { request, retry_after_ms: None },
                Kind::Lookup => E::LookupFail { request, retry_after_ms: None },
                Kind::Cancel(_) => E::CancelAmbiguous { request, retry_after_ms: None },
            };
            // The answer may still come, and what was not yet done may still be.
            let mut late = lost.clone();
            late.calls.push(call);
            next.extend(self.tell("no answer", late, &no_answer, 0));
            if call.reply.is_none() && call.kind != Kind::Lookup {
                next.extend(self.tell("not sent", lost, &E::NotSent { request }, 0));
            }
        }
        if !listened {
            if over.fortune.late == 0 {
                return;
            }
            over.fortune.late -= 1;
        }
        let mut there = over.clone();
        let live = world.orders.iter().position(|order| order.live);
        match (call.kind, call.reply) {
            (Kind::Create, None) => {
                if over.fortune.losses > 0 {
                    there.fortune.losses -= 1;
                    there.calls.push(Call { reply: Some(Reply::Refused), ..call });
                    next.push(("refused", canonical(there, 0)));
                }
                let first = (!over.orders.is_empty() && self.deduplicates).then_some(0);
                let order = first.unwrap_or(over.orders.len());
                if first.is_none() {
                    over.orders.push(Order { live: true, ..Order::default() });
                }
                over.calls.push(Call { reply: Some(Reply::Taken(order)), ..call });
                next.push(("applied", canonical(over, 0)));
            }
            (Kind::Cancel(order), None) => {
                if over.fortune.losses > 0 {
                    there.fortune.losses -= 1;
                    there.calls.push(Call { reply: Some(Reply::Stays), ..call });
                    next.push(("not cancelled", canonical(there, 0)));
                }
                let complete = over.orders[order].delivered == 2;
                over.orders[order].live &= complete;
                let reply = if complete { Reply::Stays } else { Reply::Cancelled };
                over.calls.push(Call { reply: Some(reply), ..call });
                next.push(("cancelled", canonical(over, 0)));
            }
            (Kind::Lookup, _) => {
                let event = match live {
                    Some(order) => E::LookupFound { request, documents: documents(order) },
                    None if world.orders.is_empty() => E::LookupAbsent { request },
                    None => E::LookupFound { request, documents: documents(0) },
                };
                next.extend(self.tell("looked up", over, &event, 0));
            }
            (Kind::Accept, _) => {
                let documents = documents(0);
                next.extend(self.tell("agreed", over, &E::Ok { request, documents }, 0));
            }
            (_, Some(reply)) => {
                let event = match reply {
                    Reply::Taken(order) => E::Ok { request, documents: documents(order) },
                    Reply::Refused => E::Reject { request, message: String::new() },
                    Reply::Cancelled => E::CancelOk { request },
                    Reply::Stays => E::CancelRefused { request, reason: String::new() },
                };
                next.extend(self.tell("answer", over, &event, 0));
            }
        }
    }
}

/// What the supplier does of its own, and says.
fn act(world: &World, next: &mut Vec<(&'static str, World)>) {
    for (place, order) in world.orders.iter().enumerate() {
        let Order { live, delivered, invoiced } = *order;
        let untouched = delivered == 0 && !invoiced;
        let acts = [
            ("confirms", Says::Confirmed, live && untouched, *order),
            ("changes", Says::Changed, live && untouched && world.said == 0, *order),
            ("refuses", Says::Refused, live && untouched, Order { live: false, ..*order }),
            ("sends some", Says::Some, live && delivered == 0, Order { delivered: 1, ..*order }),
            ("sends all", Says::All, live && delivered < 2, Order { delivered: 2, ..*order }),
            ("cancels", Says::Cancelled, live && untouched, Order { live: false, ..*order }),
            ("invoices", Says::Invoiced, live && !invoiced, Order { invoiced: true, ..*order }),
        ];
        for (name, says, _, after) in acts.into_iter().filter(|(_, _, can, _)| *can) {
            let mut world = world.clone();
            world.fortune.statements -= 1;
            world.said += 1;
            world.orders[place] = after;
            world.statements.push(Statement { order: place, says, sequence: world.said });
            next.push((name, canonical(world, 0)));
        }
    }
}

fn event(statement: Statement) -> E {
    let Statement { order, says, sequence } = statement;
    let received = |one: &str, two: &str| json!([{"line": "1", "received": one}, {"line": "2", "received": two}]);
    let (word, lines) = match says {
        Says::Confirmed => (W::Confirmed, json!([])),
        Says::Changed => {
            let one = json!({"line": "1", "confirmed": "6 each", "refused": "4 each"});
            (W::PartiallyConfirmed, json!([one, {"line": "2", "confirmed": "4 each"}]))
        }
        Says::Refused => (W::Rejected, json!([])),
        Says::Some => (W::PartiallyFulfilled, received("5 each", "4 each")),
        Says::All => (W::Fulfilled, received("10 each", "4 each")),
        Says::Cancelled => (W::Cancelled, json!([])),
        Says::Invoiced => {
            let one = json!({"line": "1", "invoiced": "10 each", "invoiced_amount": "20 EUR"});
            let two = json!({"line": "2", "invoiced": "4 each", "invoiced_amount": "20 EUR"});
            (W::Invoiced, json!([one, two]))
        }
    };
    let document = name_of(order);
    E::stated(fact(Some(word), Some(sequence.into()), Some(document.as_str()), lines))
}

fn name_of(order: usize) -> DocumentId {
    format!("D{order}").parse().expect("a name")
}

fn documents(order: usize) -> Vec<NamedDocument> {
    let name = name_of(order);
    named(&[("1", name.as_str()), ("2", name.as_str())])
}

/// The same situation with now at zero, requests from one, and without what cannot matter.
fn canonical(mut world: World, now: i64) -> World {
    let World { life, calls, statements, fortune, .. } = &mut world;
    for at in [&mut life.wake_at, &mut life.submission.settled_at].into_iter().flatten() {
        at.0 -= now;
    }
    if let Some(awaited) = &mut life.awaited {
        awaited.since.0 -= now;
    }
    if !matches!(life.state, S::Unknown | S::Verifying) {
        life.submission.settled_at = None;
    }
    if let Some(awaited) = life.awaited.as_mut().filter(|_| life.state != S::Verifying) {
        awaited.since = Timestamp(0);
    }
    // Totals and retention are endless here, so that beginnings do not matter.
    life.last_at = life.last_at.map(|_| Timestamp(0));
    let begun = [
        &mut life.submission.submitted_at,
        &mut life.submission.first_sent_at,
        &mut life.cancellation.started_at,
    ];
    for at in begun.into_iter().flatten() {
        *at = Timestamp(0);
    }
    for document in &mut life.documents.known {
        document.ended_at = document.ended_at.map(|_| Timestamp(0));
    }
    (life.superseded, life.cancellation.round) = (0, 0);
    let awaited = life.awaited.map(|awaited| awaited.request);
    calls.retain(|call| {
        fortune.late > 0 && call.kind != Kind::Lookup || Some(call.request) == awaited
    });
    let mut numbers: Vec<u32> = calls.iter().map(|call| call.request).chain(awaited).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let renumber = |old: &mut u32| {
        let place = numbers.binary_search(old).expect("collected above");
        *old = u32::try_from(place + 1).expect("a handful");
    };
    for call in calls.iter_mut() {
        renumber(&mut call.request);
    }
    if let Some(awaited) = &mut life.awaited {
        renumber(&mut awaited.request);
    }
    life.last_request = u32::try_from(numbers.len()).expect("a handful");
    calls.sort_unstable();
    statements.sort_unstable();
    world
}

const CALM: Fortune =
    Fortune { statements: 2, repetitions: 0, cancels: 1, crashes: 0, losses: 1, late: 0 };

const ROUGH: Fortune = Fortune { repetitions: 1, crashes: 1, losses: 2, late: 1, ..CALM };

const CAPABLE: [(bool, bool); 3] = [(false, false), (true, false), (false, true)];

fn model(fortune: Fortune, (keys, lookup): (bool, bool)) -> SupplierModel {
    let connection = FlowPolicy {
        capabilities: Capabilities {
            deduplicates_by_key: keys.then_some(Deduplication { retention_ms: u64::MAX }),
            lookup_by_reference: lookup.then_some(ReferenceLookup { settle_window_ms: 100 }),
        },
        max_retries: 1,
        max_lookups: 1,
        jitter_percent: 0,
        backoff_base_ms: 10,
        backoff_cap_ms: 10,
        attempt_deadline_ms: 30,
        total_deadline_ms: u64::MAX,
        ..FlowPolicy::default()
    };
    let policy = PurchasePolicy {
        connection,
        quote_validity_ms: None,
        max_probes: 1,
        ..PurchasePolicy::default()
    };
    let (deduplicates, bounded_delivery) = (keys, lookup);
    SupplierModel { fortune, policy, deduplicates, bounded_delivery, step: step_purchase_order }
}

#[test]
fn a_purchase_order_keeps_its_promises() {
    for capable in CAPABLE {
        let name = format!("purchase order, (keys, look-up) {capable:?}");
        search::holds(&name, &model(CALM, capable));
    }
}

#[test]
#[ignore = "large: every misfortune at once"]
fn large_purchase_order_in_the_worst_week() {
    for capable in CAPABLE {
        let name = format!("purchase order, worst week, (keys, look-up) {capable:?}");
        search::holds(&name, &model(ROUGH, capable));
    }
}

fn fails(step: Step, wrong: &str) {
    search::fails(&SupplierModel { step, ..model(CALM, (false, false)) }, wrong);
}

#[test]
fn sending_again_in_doubt_is_caught() {
    let hasty: Step = |life, event, now, policy| {
        if let (S::Submitting, E::Ambiguous { request, .. }) = (life.state(), event) {
            return step_purchase_order(life, &E::NotSent { request: *request }, now, policy);
        }
        step_purchase_order(life, event, now, policy)
    };
    let late = Fortune { statements: 0, cancels: 0, late: 1, ..CALM };
    search::fails(&SupplierModel { step: hasty, ..model(late, (false, false)) }, TWO_LIVE);
}

#[test]
fn taking_a_refused_cancel_for_a_cancel_is_caught() {
    let deaf: Step = |life, event, now, policy| {
        if let E::CancelRefused { request, .. } = event {
            return step_purchase_order(life, &E::CancelOk { request: *request }, now, policy);
        }
        step_purchase_order(life, event, now, policy)
    };
    fails(deaf, CANCELLED_ALIVE);
}

#[test]
fn taking_silence_for_a_refusal_is_caught() {
    let rash: Step = |life, event, now, policy| {
        if let E::Ambiguous { request, .. } = event {
            let (request, message) = (*request, String::new());
            return step_purchase_order(life, &E::Reject { request, message }, now, policy);
        }
        step_purchase_order(life, event, now, policy)
    };
    fails(rash, FAILED_ALIVE);
}
