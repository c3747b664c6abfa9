//! The hostile world: one sale order, a server that may apply or not apply each request, answers
//! that are lost or come late, requests that arrive after the caller gave up, a webhook, a crash, a
//! cancel, a second submission, a truthful operator.
//!
//! All times are kept relative to now, so that equal situations are one state.

use crate::flow::{
    AnswerBody, FlowInput, FlowPolicy, FlowStep, HostCommand, NamedDocument, Operation, Outcome,
    SaleOrderFlow, SaleOrderState as S, TransitionError,
};
use crate::unit::{DocumentId, LineId, SaleOrderId, Timestamp};

pub(super) type Advance =
    fn(&SaleOrderFlow, &FlowInput, Timestamp, &FlowPolicy) -> Result<FlowStep, TransitionError>;

/// How long after the caller gave up a request may still arrive, where look-up is offered.
pub(super) const SETTLE_MS: i64 = 50;

/// What the server really does, and how often each misfortune may happen.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) deduplicates: bool,
    /// Whether a given-up request may only arrive within the settle window.
    pub(super) bounded_delivery: bool,
    pub(super) documents: usize,
    pub(super) fortune: Fortune,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Fortune {
    pub(super) cancels: u8,
    pub(super) submits: u8,
    pub(super) crashes: u8,
    pub(super) webhooks: u8,
    pub(super) remote_cancels: u8,
    pub(super) late_answers: u8,
    pub(super) operators: u8,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct World {
    pub(super) flow: SaleOrderFlow,
    calls: Vec<Call>,
    /// Per order in the server: the revision whose key made it, and which documents live.
    pub(super) orders: Vec<(u32, Vec<bool>)>,
    pub(super) fortune: Fortune,
}

/// A call somewhere between host and server.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Call {
    request: u32,
    attempt: u32,
    operation: Operation,
    revision: u32,
    /// `None` on the way there, the reply on the way back.
    reply: Option<Reply>,
    listened: bool,
    /// When a given-up call can no longer arrive.
    gone_at: Option<i64>,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Reply {
    Created(usize),
    CreatedUnnamed,
    Duplicate,
    Rejected,
    Throttled,
    Broken,
    Found(Vec<(usize, usize)>),
    Absent,
    Cancelled,
    AlreadyCancelled,
    NotFound,
    Refused,
}

/// A server and the flow that is driven against it.
pub(super) struct Simulation {
    pub(super) server: Server,
    pub(super) policy: FlowPolicy,
    pub(super) advance: Advance,
}

impl Simulation {
    pub(super) fn start(&self) -> World {
        let lines: Vec<LineId> = (0..self.server.documents).map(line).collect();
        let flow = SaleOrderFlow::new(SaleOrderId::new("SO").unwrap(), lines).unwrap();
        World { flow, calls: Vec::new(), orders: Vec::new(), fortune: self.server.fortune }
    }

    pub(super) fn successors(&self, world: &World) -> Vec<(&'static str, World)> {
        let mut next = Vec::new();
        self.people(world, &mut next);
        self.time(world, &mut next);
        for place in 0..world.calls.len() {
            match world.calls[place].reply {
                None => self.on_the_way_there(world, place, &mut next),
                Some(_) => self.on_the_way_back(world, place, &mut next),
            }
        }
        next
    }

    fn people(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let mut ask = |label, input: FlowInput, spend: fn(&mut Fortune) -> &mut u8| {
            let mut world = world.clone();
            if *spend(&mut world.fortune) > 0 {
                *spend(&mut world.fortune) -= 1;
                next.extend(self.tell(world, &input, 0).map(|world| (label, world)));
            }
        };
        let payload = format!("payload {}", world.fortune.submits);
        let frozen = world.flow.order.payload.clone();
        if world.state() == S::Rejected {
            ask("submit revised", FlowInput::Submit { payload }, |f| &mut f.submits);
        } else {
            let payload = frozen.unwrap_or(payload);
            ask("submit", FlowInput::Submit { payload }, |f| &mut f.submits);
        }
        ask("cancel", FlowInput::CancelRequested {}, |f| &mut f.cancels);
        for (number, (_, documents)) in world.orders.iter().enumerate() {
            if !documents.contains(&false) {
                let documents = named(&world.all_of(number));
                ask("webhook", FlowInput::RemoteCreated { documents }, |f| &mut f.webhooks);
            }
        }
        if world.calls.iter().any(|call| call.listened) || world.state() == S::Initial {
            let mut crashed = world.clone();
            if crashed.fortune.crashes > 0 {
                crashed.fortune.crashes -= 1;
                for call in &mut crashed.calls {
                    self.give_up(call, 0);
                }
                // The process that would have read these replies is gone.
                crashed.calls.retain(|call| call.reply.is_none());
                next.extend(self.tell(crashed, &FlowInput::Recover {}, 0).map(|w| ("crash", w)));
            }
        }
        self.remote_cancel(world, next);
        self.operator(world, next);
    }

    /// Somebody cancels in the server itself, which tells us.
    fn remote_cancel(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let live = world.really_live();
        if world.fortune.remote_cancels == 0 || live.is_empty() {
            return;
        }
        let mut changed = world.clone();
        changed.fortune.remote_cancels -= 1;
        changed.end_all();
        let documents = live.iter().map(|(order, part)| document(*order, *part)).collect();
        let input = FlowInput::RemoteNullified { documents };
        next.extend(self.tell(changed, &input, 0).map(|world| ("cancelled remotely", world)));
    }

    /// A person looks once nothing is under way and says what is there, or removes it and says so.
    fn operator(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let under_way = world.calls.iter().any(|call| call.reply.is_none());
        if world.state() != S::Review || world.fortune.operators == 0 || under_way {
            return;
        }
        let mut world = world.clone();
        world.fortune.operators -= 1;
        let live = world.really_live();
        if live.len() == self.server.documents {
            let input = FlowInput::OperatorPresent { documents: named(&live) };
            next.extend(self.tell(world.clone(), &input, 0).map(|w| ("operator: present", w)));
        }
        if world.orders.is_empty() {
            let absent = self.tell(world.clone(), &FlowInput::OperatorAbsent {}, 0);
            next.extend(absent.map(|w| ("operator: absent", w)));
        } else {
            world.end_all();
            let input = FlowInput::RemoteNullified { documents: Vec::new() };
            next.extend(self.tell(world, &input, 0).map(|w| ("operator: removed", w)));
        }
    }

    fn time(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let Some(at) = world.flow.wake_at() else { return };
        let passed = at.0.max(0);
        let mut world = world.clone();
        world.calls.retain(|call| call.gone_at.is_none_or(|gone_at| passed < gone_at));
        next.extend(self.tell(world, &FlowInput::Woke {}, passed).map(|world| ("time", world)));
    }

    fn on_the_way_there(&self, world: &World, place: usize, next: &mut Vec<(&'static str, World)>) {
        let call = &world.calls[place];
        let mut reply = |label, reply: Reply, change: &dyn Fn(&mut World)| {
            let mut world = world.clone();
            change(&mut world);
            world.calls[place].reply = Some(reply);
            next.push((label, self.canonical(world, 0)));
        };
        let nothing = |_: &mut World| {};
        reply("throttled", Reply::Throttled, &nothing);
        reply("server error before", Reply::Broken, &nothing);
        match &call.operation {
            Operation::Create {} => {
                let revision = call.revision;
                let same_key = |(key, _): &(u32, Vec<bool>)| *key == revision;
                let known = world.orders.iter().position(same_key);
                reply("rejected", Reply::Rejected, &nothing);
                if let (true, Some(order)) = (self.server.deduplicates, known) {
                    reply("same key: created", Reply::Created(order), &nothing);
                    reply("same key: duplicate", Reply::Duplicate, &nothing);
                } else {
                    let order = world.orders.len();
                    let documents = vec![true; self.server.documents];
                    let apply =
                        |world: &mut World| world.orders.push((revision, documents.clone()));
                    reply("created", Reply::Created(order), &apply);
                    reply("created, not named", Reply::CreatedUnnamed, &apply);
                    reply("server error after", Reply::Broken, &apply);
                }
            }
            Operation::Lookup {} => match world.really_live() {
                live if live.is_empty() => reply("absent", Reply::Absent, &nothing),
                live => reply("found", Reply::Found(live), &nothing),
            },
            Operation::Cancel { document: wanted } => {
                let (order, part) = world.place_of(wanted);
                if world.orders[order].1[part] {
                    let apply = |world: &mut World| world.orders[order].1[part] = false;
                    reply("cancelled", Reply::Cancelled, &apply);
                    reply("server error after", Reply::Broken, &apply);
                    reply("cancel refused", Reply::Refused, &nothing);
                } else {
                    reply("already cancelled", Reply::AlreadyCancelled, &nothing);
                    reply("not found", Reply::NotFound, &nothing);
                }
            }
        }
        let mut lost = world.clone();
        let call = lost.calls.remove(place);
        if call.listened {
            let told = |outcome| FlowInput::Outcome {
                request_id: call.request,
                attempt: call.attempt,
                outcome,
            };
            let not_sent = self.tell(lost.clone(), &told(Outcome::NotSent {}), 0);
            next.extend(not_sent.map(|world| ("not sent", world)));
            let mut reset = world.clone();
            self.give_up(&mut reset.calls[place], 0);
            let reset = self.tell(reset, &told(Outcome::NoAnswer {}), 0);
            next.extend(reset.map(|world| ("connection reset", world)));
        }
        next.push(("request lost", self.canonical(lost, 0)));
    }

    fn on_the_way_back(&self, world: &World, place: usize, next: &mut Vec<(&'static str, World)>) {
        let mut world = world.clone();
        let call = world.calls.remove(place);
        next.push(("answer lost", self.canonical(world.clone(), 0)));
        let Some(reply) = call.reply else { return };
        if !call.listened {
            world.fortune.late_answers -= 1;
        }
        let input = FlowInput::Outcome {
            request_id: call.request,
            attempt: call.attempt,
            outcome: reply.outcome(self.server.documents),
        };
        next.extend(self.tell(world, &input, 0).map(|world| ("answer", world)));
    }

    fn give_up(&self, call: &mut Call, now: i64) {
        if call.listened {
            call.listened = false;
            let bounded = self.server.bounded_delivery && call.operation == Operation::Create {};
            call.gone_at = bounded.then_some(now + SETTLE_MS);
        }
    }

    /// Tells the order something and carries out what it asks for. A refused input leads nowhere.
    fn tell(&self, mut world: World, input: &FlowInput, now: i64) -> Option<World> {
        let step = (self.advance)(&world.flow, input, Timestamp(now), &self.policy).ok()?;
        world.flow = step.flow;
        for command in step.commands {
            match command {
                HostCommand::Send { request_id, attempt, operation, payload, .. } => {
                    assert_eq!(payload.is_some(), operation == Operation::Create {});
                    if let Operation::Cancel { document } = &operation {
                        let _ = world.place_of(document);
                    }
                    world.calls.push(Call {
                        request: request_id,
                        attempt,
                        operation,
                        revision: world.flow.order.revision,
                        reply: None,
                        listened: true,
                        gone_at: None,
                    });
                }
                HostCommand::Abort { request_id, attempt } => {
                    for call in &mut world.calls {
                        if (call.request, call.attempt) == (request_id, attempt) {
                            self.give_up(call, now);
                        }
                    }
                }
                HostCommand::NeedToken { .. } => unreachable!("the connection needs no token"),
                HostCommand::Wake { .. }
                | HostCommand::Notify { .. }
                | HostCommand::Audit { .. }
                | HostCommand::Parent {} => {}
            }
        }
        Some(self.canonical(world, now))
    }

    /// The same situation with now at zero and without what cannot matter any more.
    fn canonical(&self, mut world: World, now: i64) -> World {
        let World { flow, calls, orders, fortune } = &mut world;
        let shift = |at: &mut Option<Timestamp>| {
            if let Some(at) = at {
                at.0 -= now;
            }
        };
        let order = &mut flow.order;
        shift(&mut order.wake_at);
        shift(&mut order.settled_at);
        let asked_at = order.awaited.map_or(0, |awaited| awaited.since.0 - now);
        if let Some(awaited) = &mut order.awaited {
            awaited.since.0 = asked_at;
        }
        if !matches!(order.state, S::Unknown | S::Verifying)
            || order.settled_at.is_some_and(|at| at.0 <= asked_at)
        {
            order.settled_at = None;
        }
        if let Some(awaited) = &mut order.awaited
            && order.settled_at.is_none()
        {
            awaited.since = Timestamp(0);
        }
        // Totals and retention are endless here, so that beginnings do not matter.
        for at in [&mut order.submitted_at, &mut order.first_sent_at, &mut order.cancel_started_at]
        {
            *at = at.map(|_| Timestamp(0));
        }
        for document in &mut order.documents {
            document.ended_at = document.ended_at.map(|_| Timestamp(0));
        }
        (order.superseded, order.cancel_round, order.throttles) = (0, 0, 0);
        order.submission = order.submission.min(1);
        for call in calls.iter_mut() {
            call.gone_at = call.gone_at.map(|at| at - now);
        }
        // Where nobody listens any more, only effects and late positive answers still matter.
        let deaf = fortune.late_answers == 0;
        let live = |wanted: &DocumentId| {
            orders.iter().enumerate().any(|(order, (_, documents))| {
                (0..documents.len()).any(|p| documents[p] && document(order, p) == *wanted)
            })
        };
        let known = |revision: u32| orders.iter().any(|(key, _)| *key == revision);
        calls.retain(|call| match (&call.reply, &call.operation) {
            _ if call.listened => true,
            (Some(reply), _) => !deaf && reply.is_positive(),
            (None, Operation::Lookup {}) => false,
            (None, Operation::Create {}) => {
                !deaf || !self.server.deduplicates || !known(call.revision)
            }
            (None, Operation::Cancel { document }) => !deaf || live(document),
        });
        if deaf {
            for call in calls.iter_mut().filter(|call| !call.listened) {
                (call.request, call.attempt) = (0, 0);
            }
            calls.sort();
            // Equal calls without a hearer have one effect, unless each creates an order.
            calls.dedup_by(|a, b| {
                let creates = a.operation == Operation::Create {} && !self.server.deduplicates;
                a == b && !a.listened && !creates
            });
        }
        // A request that has ended and whose call is over cannot be heard of again.
        flow.requests.retain(|request| {
            !request.state.is_resting() || calls.iter().any(|call| call.request == request.id)
        });
        for request in &mut flow.requests {
            shift(&mut request.wake_at);
            request.started_at = request.started_at.map(|_| Timestamp(0));
            request.superseded = 0;
            request.idempotency_key.clear();
        }
        // Requests are told apart by their numbers; which numbers does not matter.
        let awaited = flow.order.awaited.map(|awaited| awaited.request);
        let mut numbers: Vec<u32> = flow.requests.iter().map(|request| request.id).collect();
        numbers.extend(calls.iter().map(|call| call.request).filter(|number| *number > 0));
        numbers.extend(awaited);
        numbers.sort_unstable();
        numbers.dedup();
        let renumber = |old: &mut u32| {
            let place = numbers.binary_search(old).expect("collected above");
            *old = u32::try_from(place + 1).expect("a handful");
        };
        flow.requests.iter_mut().for_each(|request| renumber(&mut request.id));
        calls.iter_mut().filter(|c| c.request > 0).for_each(|call| renumber(&mut call.request));
        if let Some(awaited) = &mut flow.order.awaited {
            renumber(&mut awaited.request);
        }
        flow.order.last_request = u32::try_from(numbers.len()).expect("a handful");
        calls.sort();
        world
    }
}

impl World {
    pub(super) fn state(&self) -> S {
        self.flow.order.state
    }

    pub(super) fn really_live(&self) -> Vec<(usize, usize)> {
        let all = (0..self.orders.len()).flat_map(|order| self.all_of(order));
        all.filter(|(order, part)| self.orders[*order].1[*part]).collect()
    }

    pub(super) fn known_live(&self) -> Vec<(usize, usize)> {
        let live = self.flow.order.documents.iter().filter(|entry| entry.ended_at.is_none());
        let mut live: Vec<_> = live.map(|entry| self.place_of(&entry.document)).collect();
        live.sort_unstable();
        live
    }

    fn all_of(&self, order: usize) -> Vec<(usize, usize)> {
        (0..self.orders[order].1.len()).map(|part| (order, part)).collect()
    }

    /// Panics for a document that the server never named, such as an empty one.
    fn place_of(&self, wanted: &DocumentId) -> (usize, usize) {
        let mut all = (0..self.orders.len()).flat_map(|order| self.all_of(order));
        all.find(|(order, part)| document(*order, *part) == *wanted).expect("a document we named")
    }

    fn end_all(&mut self) {
        for (_, documents) in &mut self.orders {
            documents.fill(false);
        }
    }
}

impl Reply {
    fn is_positive(&self) -> bool {
        matches!(
            self,
            Self::Created(_)
                | Self::CreatedUnnamed
                | Self::Duplicate
                | Self::Found(_)
                | Self::Cancelled
        )
    }

    fn outcome(&self, documents: usize) -> Outcome {
        let body = AnswerBody::default();
        let (status, body) = match self {
            Self::Created(order) => {
                let all: Vec<_> = (0..documents).map(|part| (*order, part)).collect();
                (201, AnswerBody { documents: named(&all), ..body })
            }
            Self::CreatedUnnamed => (200, body),
            Self::Duplicate => (409, AnswerBody { duplicate_of_our_key: true, ..body }),
            Self::Rejected => (200, AnswerBody { success: Some(false), ..body }),
            Self::Throttled => (429, body),
            Self::Broken => (500, body),
            Self::Found(live) => (200, AnswerBody { documents: named(live), ..body }),
            Self::Absent => (404, AnswerBody { found: Some(false), ..body }),
            Self::Cancelled => (200, AnswerBody { success: Some(true), ..body }),
            Self::AlreadyCancelled => (404, AnswerBody { already_cancelled: true, ..body }),
            Self::NotFound => (404, body),
            Self::Refused => (404, AnswerBody { success: Some(false), ..body }),
        };
        Outcome::Answer { status, retry_after_ms: None, body: Some(body) }
    }
}

fn line(part: usize) -> LineId {
    LineId::new(&part.to_string()).unwrap()
}

fn document(order: usize, part: usize) -> DocumentId {
    DocumentId::new(&format!("{order}-{part}")).unwrap()
}

fn named(documents: &[(usize, usize)]) -> Vec<NamedDocument> {
    let name = |(order, part): &(usize, usize)| NamedDocument {
        line: line(*part),
        document: document(*order, *part),
    };
    documents.iter().map(name).collect()
}
