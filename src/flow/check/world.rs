//! The hostile world of one sale order: an ERP that may apply or not apply each request, answers
//! that are lost, come late or come twice, requests that arrive after the caller gave up, calls
//! made twice, webhooks, crashes, cancels, further submissions, cancels by others, an operator.
//!
//! The operator is truthful and looks when nothing is under way: an operator who is mistaken can
//! make two orders of one under any design, and is left out. So is a server that cancels without
//! ever saying so. [`super::erp`] is the server, [`super::canonical`] says which situations are one.

use super::{
    erp::{Reply, document, line, named},
    search::Model,
};
use crate::flow::{
    FlowPolicy, Notice, Operation, Outcome, SaleOrderAdvance, SaleOrderFlow, SaleOrderHostCommand,
    SaleOrderInput, SaleOrderState as S, TransitionError, advance_sale_order,
};
use crate::unit::{DocumentId, LineId, SaleOrderId, Timestamp};

pub(super) type Advance = fn(
    &SaleOrderFlow,
    &SaleOrderInput,
    Timestamp,
    &FlowPolicy,
) -> Result<SaleOrderAdvance, TransitionError>;

/// How long after the caller gave up a request may still arrive, where look-up is offered.
pub(super) const SETTLE_MS: i64 = 50;

/// A server and the flow that is driven against it.
#[derive(Clone, Debug)]
pub(super) struct Simulation {
    pub(super) server: Server,
    pub(super) policy: FlowPolicy,
    pub(super) advance: Advance,
}

/// What the server really does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server {
    pub(super) deduplicates: bool,
    /// Whether a given-up request may only arrive within the settle window.
    pub(super) bounded_delivery: bool,
    pub(super) documents: usize,
    /// Whether the host may make a writing call twice, against its contract.
    pub(super) host_repeats_writes: bool,
    pub(super) fortune: Fortune,
}

/// How often each misfortune may still happen. Requests, answers and connections may be lost, and
/// the server may throttle, refuse or break, any number of times.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Fortune {
    pub(super) submits: u8,
    pub(super) cancels: u8,
    pub(super) crashes: u8,
    /// A look-up made twice, or an answer that arrives twice.
    pub(super) duplicates: u8,
    pub(super) late_answers: u8,
    pub(super) webhooks: u8,
    pub(super) remote_cancels: u8,
    pub(super) operators: u8,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct World {
    pub(super) flow: SaleOrderFlow,
    pub(super) calls: Vec<Call>,
    pub(super) orders: Vec<ErpOrder>,
    /// Every key that ever left, and what left with it.
    pub(super) sent: Vec<(String, String)>,
    /// Attempts of this submission that were not turned away unseen.
    pub(super) attempts: u8,
    /// A cancel was taken and has not been refused since.
    pub(super) cancel_wanted: bool,
    /// What a step did that no state shows.
    pub(super) slip: Option<&'static str>,
    pub(super) fortune: Fortune,
}

/// An order in the server.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct ErpOrder {
    /// The key that made it.
    pub(super) key: String,
    /// Which of its documents live.
    pub(super) live: Vec<bool>,
}

/// A call somewhere between host and server.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Call {
    pub(super) request: u32,
    pub(super) attempt: u32,
    pub(super) operation: Operation,
    pub(super) key: String,
    /// `None` on the way there, the reply on the way back.
    pub(super) reply: Option<Reply>,
    pub(super) listened: bool,
    /// An answer that has arrived and arrives again.
    pub(super) again: bool,
    /// When a given-up call can no longer arrive.
    pub(super) gone_at: Option<i64>,
}

pub(super) const TWO_LIVE: &str = "two live orders in the server";
pub(super) const NULLIFIED_ALIVE: &str = "nullified but alive";
pub(super) const FAILED_ALIVE: &str = "failed but alive";
pub(super) const NOT_ONE: &str = "sent without exactly one live set of documents";
pub(super) const OTHERS: &str = "sent with documents other than the live ones";
pub(super) const OTHER_MONEY: &str = "sent with another payload than the last one submitted";
pub(super) const LIMBO: &str = "limbo: waits for nothing";
pub(super) const CANCEL_FORGOTTEN: &str = "a wanted cancel is forgotten";
pub(super) const STRAY_CANCEL: &str = "a cancel of a document the server never named";
pub(super) const OTHER_BYTES: &str = "one key with other bytes";
pub(super) const TOO_MANY: &str = "more attempts than allowed";
pub(super) const FORGOTTEN: &str = "a document it was told of is forgotten";
pub(super) const UNTOLD_TIMER: &str = "a timer the host never hears of";
pub(super) const REFUSED_ANSWER: &str = "an answer is refused";

impl Model for Simulation {
    type State = World;

    const WRONGS: &'static [&'static str] = &[
        TWO_LIVE,
        NULLIFIED_ALIVE,
        FAILED_ALIVE,
        NOT_ONE,
        OTHERS,
        OTHER_MONEY,
        LIMBO,
        CANCEL_FORGOTTEN,
        STRAY_CANCEL,
        OTHER_BYTES,
        TOO_MANY,
        FORGOTTEN,
        UNTOLD_TIMER,
        REFUSED_ANSWER,
    ];

    fn start(&self) -> World {
        let lines: Vec<LineId> = (0..self.server.documents).map(line).collect();
        World {
            flow: SaleOrderFlow::new(SaleOrderId::new("SO").unwrap(), lines).unwrap(),
            calls: Vec::new(),
            orders: Vec::new(),
            sent: Vec::new(),
            attempts: 0,
            cancel_wanted: false,
            slip: None,
            fortune: self.server.fortune,
        }
    }

    fn successors(&self, world: &World) -> Vec<(&'static str, World)> {
        let mut next = Vec::new();
        self.people(world, &mut next);
        self.webhook(world, &mut next);
        self.crash(world, &mut next);
        self.remote_cancel(world, &mut next);
        self.operator(world, &mut next);
        self.time(world, &mut next);
        for place in 0..world.calls.len() {
            match world.calls[place].reply {
                None => self.on_the_way_there(world, place, &mut next),
                Some(_) => self.on_the_way_back(world, place, &mut next),
            }
        }
        next
    }

    fn wrong(&self, world: &World) -> Vec<&'static str> {
        let state = world.state();
        let living: Vec<&ErpOrder> =
            world.orders.iter().filter(|o| o.live.contains(&true)).collect();
        let alive = !living.is_empty();
        let whole = living.len() == 1 && !living[0].live.contains(&false);
        let payload = |order: &&ErpOrder| {
            world.sent_with(&order.key) == world.flow.order.submission.payload.as_deref()
        };
        let untouched =
            state == S::Initial && world.flow.order.submission.count == 0 && !world.cancel_wanted;
        let kept = world.flow.order.cancellation.requested || state == S::Nullified;
        let so = [
            (living.len() > 1, TWO_LIVE),
            (state == S::Nullified && alive, NULLIFIED_ALIVE),
            (matches!(state, S::Failed | S::Rejected) && alive, FAILED_ALIVE),
            (state == S::Sent && !whole, NOT_ONE),
            (state == S::Sent && world.known_live() != world.really_live(), OTHERS),
            (state == S::Sent && !living.iter().all(payload), OTHER_MONEY),
            (!state.is_resting() && !untouched && world.flow.wake_at().is_none(), LIMBO),
            (world.cancel_wanted && !kept, CANCEL_FORGOTTEN),
        ];
        let wrongs = so.into_iter().filter_map(|(is_so, wrong)| is_so.then_some(wrong));
        wrongs.chain(world.slip).collect()
    }

    fn rests(&self, world: &World) -> bool {
        world.state().is_resting()
    }

    fn describe(&self, world: &World) -> String {
        let live: Vec<&Vec<bool>> = world.orders.iter().map(|order| &order.live).collect();
        format!("{} (live in the server: {live:?})", world.state())
    }

    fn faults(&self) -> String {
        let Fortune { submits, cancels, crashes, duplicates, late_answers, .. } =
            self.server.fortune;
        let Fortune { webhooks, remote_cancels, operators, .. } = self.server.fortune;
        format!(
            "{} retries, {} look-ups, {submits} submits, {cancels} cancels, {crashes} crashes, \
             {duplicates} duplicates, {late_answers} late answers, {webhooks} webhooks, \
             {remote_cancels} remote cancels, {operators} operators",
            self.policy.max_retries, self.policy.max_lookups,
        )
    }
}

impl Simulation {
    pub(super) fn new(server: Server, policy: FlowPolicy) -> Self {
        Self { server, policy, advance: advance_sale_order }
    }

    fn people(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let fresh = format!("payload {}", world.fortune.submits);
        let frozen = world.flow.order.submission.payload.clone();
        let asks = [
            ("submit", SaleOrderInput::Submit { payload: frozen.unwrap_or_else(|| fresh.clone()) }),
            ("submit another payload", SaleOrderInput::Submit { payload: fresh }),
        ];
        let again = world.flow.order.submission.payload.is_some();
        for (label, input) in asks.into_iter().take(if again { 2 } else { 1 }) {
            if let Some(world) = spend(world, |fortune| &mut fortune.submits) {
                next.extend(self.tell(world, &input, 0).map(|world| (label, world)));
            }
        }
        if let Some(world) = spend(world, |fortune| &mut fortune.cancels) {
            let cancel = SaleOrderInput::CancelRequested {};
            next.extend(self.tell(world, &cancel, 0).map(|world| ("cancel", world)));
        }
    }

    /// The server tells us by itself what it has, whole or only the first document.
    fn webhook(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        for number in 0..world.orders.len() {
            if world.orders[number].live.contains(&false) {
                continue;
            }
            let whole = world.all_of(number);
            let mut tell = |label, documents: &[(usize, usize)]| {
                if let Some(world) = spend(world, |fortune| &mut fortune.webhooks) {
                    let input = SaleOrderInput::RemoteCreated { documents: named(documents) };
                    next.extend(self.tell(world, &input, 0).map(|world| (label, world)));
                }
            };
            tell("webhook", &whole);
            if whole.len() > 1 {
                tell("webhook for a part", &whole[..1]);
            }
        }
    }

    /// The host stops and starts again. What it was about to do or to hear is lost; what is on its
    /// way to the server may still arrive there, or be lost as any request may: that is also the
    /// crash before the call was made.
    fn crash(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let Some(mut world) = spend(world, |fortune| &mut fortune.crashes) else { return };
        for call in &mut world.calls {
            self.give_up(call, 0);
        }
        world.calls.retain(|call| call.reply.is_none());
        next.extend(self.tell(world, &SaleOrderInput::Recover {}, 0).map(|w| ("crash", w)));
    }

    /// Somebody cancels in the server itself, all or the first document, which tells us.
    fn remote_cancel(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let live = world.really_live();
        let mut cancel = |label, which: &[(usize, usize)]| {
            let Some(mut world) = spend(world, |f| &mut f.remote_cancels) else { return };
            for (order, part) in which {
                world.orders[*order].live[*part] = false;
            }
            let documents = which.iter().map(|(order, part)| document(*order, *part)).collect();
            let input = SaleOrderInput::RemoteNullified { documents };
            next.extend(self.tell(world, &input, 0).map(|world| (label, world)));
        };
        if !live.is_empty() {
            cancel("cancelled remotely", &live);
        }
        if live.len() > 1 {
            cancel("partly cancelled remotely", &live[..1]);
        }
    }

    /// A person looks once nothing is under way and says what is there, or removes it and says so.
    fn operator(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let under_way = world.calls.iter().any(|call| call.reply.is_none());
        if world.state() != S::Review || under_way {
            return;
        }
        let Some(mut world) = spend(world, |fortune| &mut fortune.operators) else { return };
        let live = world.really_live();
        if !live.is_empty() {
            let input = SaleOrderInput::OperatorPresent { documents: named(&live) };
            next.extend(self.tell(world.clone(), &input, 0).map(|w| ("operator: present", w)));
        }
        if world.orders.is_empty() {
            let absent = self.tell(world, &SaleOrderInput::OperatorAbsent {}, 0);
            next.extend(absent.map(|w| ("operator: absent", w)));
        } else {
            world.orders.iter_mut().for_each(|order| order.live.fill(false));
            let input = SaleOrderInput::RemoteNullified { documents: Vec::new() };
            next.extend(self.tell(world, &input, 0).map(|w| ("operator: removed", w)));
        }
    }

    /// The timer comes, or the host wakes the flow before its time.
    fn time(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let Some(at) = world.flow.wake_at() else { return };
        let passed = at.0.max(0);
        let mut later = world.clone();
        later.calls.retain(|call| call.gone_at.is_none_or(|gone_at| passed < gone_at));
        next.extend(self.tell(later, &SaleOrderInput::Woke {}, passed).map(|w| ("time", w)));
        if passed > 0 {
            let early = self.tell(world.clone(), &SaleOrderInput::Woke {}, 0);
            next.extend(early.map(|world| ("woken early", world)));
        }
    }

    pub(super) fn give_up(&self, call: &mut Call, now: i64) {
        if call.listened {
            call.listened = false;
            let bounded = self.server.bounded_delivery && call.operation == Operation::Create {};
            call.gone_at = bounded.then_some(now + SETTLE_MS);
        }
    }

    /// Tells the order something and carries out what it asks for. What a person is refused leads
    /// nowhere; an answer is never refused.
    pub(super) fn tell(&self, mut world: World, input: &SaleOrderInput, now: i64) -> Option<World> {
        let Ok(step) = (self.advance)(&world.flow, input, Timestamp(now), &self.policy) else {
            if person(input) {
                return None;
            }
            world.slip = Some(REFUSED_ANSWER);
            return Some(world);
        };
        let before = std::mem::replace(&mut world.flow, step.flow);
        if !(known(&before).all(|it| known(&world.flow).any(|other| other == it))
            && told(input).all(|it| known(&world.flow).any(|other| *other == it)))
        {
            world.slip = Some(FORGOTTEN);
        }
        if before.order.submission.count != world.flow.order.submission.count {
            world.attempts = 0;
        }
        if throttled(&before, input) {
            world.attempts = world.attempts.saturating_sub(1);
        }
        world.cancel_wanted |= *input == SaleOrderInput::CancelRequested {};
        let mut alarm = None;
        for command in step.commands {
            match command {
                SaleOrderHostCommand::Send {
                    request_id,
                    attempt,
                    operation,
                    idempotency_key,
                    payload,
                    ..
                } => {
                    let call = Call {
                        request: request_id,
                        attempt,
                        operation,
                        key: idempotency_key,
                        reply: None,
                        listened: true,
                        again: false,
                        gone_at: None,
                    };
                    self.send(&mut world, call, payload);
                }
                SaleOrderHostCommand::Abort { request_id, attempt } => {
                    for call in &mut world.calls {
                        if (call.request, call.attempt) == (request_id, attempt) {
                            self.give_up(call, now);
                        }
                    }
                }
                SaleOrderHostCommand::Wake { at } => alarm = Some(at),
                SaleOrderHostCommand::Notify {
                    notice: Notice::CancelRefused | Notice::CancelUndeliverable,
                    ..
                } => world.cancel_wanted = false,
                SaleOrderHostCommand::NeedToken { .. } => {
                    unreachable!("the connection needs no token")
                }
                SaleOrderHostCommand::Notify { .. }
                | SaleOrderHostCommand::Audit { .. }
                | SaleOrderHostCommand::Parent {} => {}
            }
        }
        if alarm != world.flow.wake_at() {
            world.slip = Some(UNTOLD_TIMER);
        }
        Some(self.canonical(world, now))
    }

    fn send(&self, world: &mut World, call: Call, payload: Option<String>) {
        let bytes = match &call.operation {
            Operation::Create {} => {
                world.attempts = world.attempts.saturating_add(1);
                if u32::from(world.attempts) > self.policy.max_retries.saturating_add(1) {
                    world.slip = Some(TOO_MANY);
                }
                payload.expect("a create has a payload")
            }
            Operation::Lookup {} => String::new(),
            Operation::Cancel { document } => {
                if world.place_of(document).is_none() {
                    world.slip = Some(STRAY_CANCEL);
                    return;
                }
                document.to_string()
            }
            Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. } => {
                unreachable!("a sale order asks none of these")
            }
        };
        match world.sent_with(&call.key) {
            Some(known) if known != bytes => world.slip = Some(OTHER_BYTES),
            Some(_) => {}
            None => world.sent.push((call.key.clone(), bytes)),
        }
        world.calls.push(call);
    }
}

/// The world with one misfortune less to come, if there is one left.
pub(super) fn spend(world: &World, which: fn(&mut Fortune) -> &mut u8) -> Option<World> {
    let mut world = world.clone();
    let left = which(&mut world.fortune);
    *left = left.checked_sub(1)?;
    Some(world)
}

fn person(input: &SaleOrderInput) -> bool {
    matches!(
        input,
        SaleOrderInput::Submit { .. }
            | SaleOrderInput::CancelRequested {}
            | SaleOrderInput::OperatorPresent { .. }
            | SaleOrderInput::OperatorAbsent {}
    )
}

fn known(flow: &SaleOrderFlow) -> impl Iterator<Item = &DocumentId> {
    flow.order.documents.known.iter().map(|entry| &entry.document)
}

/// The documents that an input names as created.
fn told(input: &SaleOrderInput) -> impl Iterator<Item = DocumentId> {
    let documents = match input {
        SaleOrderInput::Outcome { outcome: Outcome::Answer { body: Some(body), .. }, .. } => {
            body.documents.clone()
        }
        SaleOrderInput::RemoteCreated { documents }
        | SaleOrderInput::OperatorPresent { documents } => documents.clone(),
        SaleOrderInput::Outcome { .. }
        | SaleOrderInput::Submit { .. }
        | SaleOrderInput::CancelRequested {}
        | SaleOrderInput::OperatorAbsent {}
        | SaleOrderInput::RemoteNullified { .. }
        | SaleOrderInput::Woke {}
        | SaleOrderInput::Recover {}
        | SaleOrderInput::TokenReady { .. }
        | SaleOrderInput::TokenFailed { .. } => Vec::new(),
    };
    documents.into_iter().map(|named| named.document)
}

/// Whether the awaited attempt to create was turned away unseen.
fn throttled(before: &SaleOrderFlow, input: &SaleOrderInput) -> bool {
    let awaited = before.order.awaited.map(|awaited| awaited.request);
    before.order.state == S::Sending
        && matches!(
            input,
            SaleOrderInput::Outcome { request_id, outcome: Outcome::Answer { status: 429, .. }, .. }
                if Some(*request_id) == awaited
        )
}

impl World {
    pub(super) fn state(&self) -> S {
        self.flow.order.state
    }

    pub(super) fn sent_with(&self, key: &str) -> Option<&str> {
        self.sent.iter().find(|(known, _)| known == key).map(|(_, bytes)| bytes.as_str())
    }

    pub(super) fn really_live(&self) -> Vec<(usize, usize)> {
        let all = (0..self.orders.len()).flat_map(|order| self.all_of(order));
        all.filter(|(order, part)| self.orders[*order].live[*part]).collect()
    }

    fn known_live(&self) -> Vec<(usize, usize)> {
        let live = self.flow.order.documents.known.iter().filter(|entry| entry.ended_at.is_none());
        let mut live: Vec<_> = live.filter_map(|entry| self.place_of(&entry.document)).collect();
        live.sort_unstable();
        live
    }

    pub(super) fn all_of(&self, order: usize) -> Vec<(usize, usize)> {
        (0..self.orders[order].live.len()).map(|part| (order, part)).collect()
    }

    pub(super) fn place_of(&self, wanted: &DocumentId) -> Option<(usize, usize)> {
        let mut all = (0..self.orders.len()).flat_map(|order| self.all_of(order));
        all.find(|(order, part)| document(*order, *part) == *wanted)
    }
}
