//! One sale order with its requests: the host feeds inputs and carries out commands.

use super::{
    Authentication, FlowPolicy, TransitionError,
    answer::{self, NamedDocument, Operation, Outcome},
    request::{self, Replay, RequestCommand, RequestEvent, RequestLife},
    sale_order::{
        self, ActionAvailability, Audit, LineDocument, Notice, PublicStatus, SaleOrderCommand,
        SaleOrderEvent, SaleOrderLife, SaleOrderState, known_format,
    },
};
use crate::unit::{DocumentId, Invalid, LineId, SaleOrderId, Timestamp};
use serde::{Deserialize, Serialize};

/// A sale order and its requests: one value to store, pass back and leave alone.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderFlow {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) order: SaleOrderLife,
    /// Every request ever made, by number: a late positive answer to any of them counts.
    pub(in crate::flow) requests: Vec<RequestLife>,
}

/// What the host tells an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FlowInput {
    /// Send the order.
    Submit {
        /// The bytes to send, including every date in them; frozen for every attempt.
        payload: String,
    },
    /// The order is not wanted any more.
    CancelRequested {},
    /// A person has looked: these documents are alive, and no others.
    OperatorPresent {
        /// Documents by line; none named means the known living ones.
        documents: Vec<NamedDocument>,
    },
    /// A person has looked: nothing was ever created, and nothing is under way any more. When
    /// documents were removed by hand, give [`FlowInput::RemoteNullified`] instead: another
    /// submission would carry the same key, and a server that knows it would answer with them.
    OperatorAbsent {},
    /// The other system nullified documents by itself.
    RemoteNullified {
        /// The nullified documents; none named means the whole order.
        documents: Vec<DocumentId>,
    },
    /// The other system says by itself that these documents are alive (a webhook, a poll).
    RemoteCreated {
        /// Documents by line.
        documents: Vec<NamedDocument>,
    },
    /// Time has passed; give it at or after the last [`HostCommand::Wake`], or at any time.
    Woke {},
    /// The host has restarted; calls that ran before are lost.
    Recover {},
    /// How an attempt ended.
    Outcome {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
        /// What was seen.
        outcome: Outcome,
    },
    /// A token is there for a request that asked for one.
    TokenReady {
        /// The request.
        request_id: u32,
        /// Which token: a number that grows with every renewal. The token itself stays outside.
        generation: u32,
    },
    /// No token can be had for a request that asked for one.
    TokenFailed {
        /// The request.
        request_id: u32,
        /// Why, without secrets.
        message: String,
    },
}

/// What the host does once the new flow is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum HostCommand {
    /// Answer with [`FlowInput::TokenReady`] or [`FlowInput::TokenFailed`].
    NeedToken {
        /// The request that waits.
        request_id: u32,
        /// A token that the server has refused: not this one again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused_generation: Option<u32>,
    },
    /// Make this call at most once and answer with [`FlowInput::Outcome`]. Never repeat it: after a
    /// restart give [`FlowInput::Recover`] instead.
    Send {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
        /// What to ask.
        operation: Operation,
        /// The reference by which the other system knows the order.
        reference: SaleOrderId,
        /// The same for every attempt at the same thing; safe in an HTTP header.
        idempotency_key: String,
        /// The bytes to send; present for a create.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
        /// With which token; present when the connection needs one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token_generation: Option<u32>,
        /// When to give up on the answer and report that none came.
        deadline_at: Timestamp,
    },
    /// Stop a running call; a late answer to it is still welcome.
    Abort {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
    },
    /// Give [`FlowInput::Woke`] at this time; replaces every earlier wake of this order.
    Wake {
        /// When.
        at: Timestamp,
    },
    /// Tell a person, once for each key; when telling fails the order is unaffected.
    Notify {
        /// What about.
        notice: Notice,
        /// The same for every repetition of this notice.
        key: String,
        /// Details in the other system's words, or the documents concerned.
        detail: String,
    },
    /// Keep for the record.
    Audit {
        /// What happened.
        audit: Audit,
        /// Details in the other system's words, or the documents concerned.
        detail: String,
    },
    /// Recompute the parent order's status.
    Parent {},
}

/// The next flow and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct FlowStep {
    /// The next flow.
    pub flow: SaleOrderFlow,
    /// What to do, in order.
    pub commands: Vec<HostCommand>,
}

/// What a page shows of an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderView {
    /// The order.
    pub id: SaleOrderId,
    /// The word other systems know.
    pub status: PublicStatus,
    /// The finer state.
    pub state: SaleOrderState,
    /// Whether the outcome of some attempt is unknown.
    pub in_doubt: bool,
    /// Whether a cancel is remembered.
    pub cancel_requested: bool,
    /// Counted attempts of the current submission.
    pub attempts: u32,
    /// Every document ever named, ended ones included.
    pub documents: Vec<LineDocument>,
    /// What a person can ask, and why not the rest.
    pub actions: Vec<ActionAvailability>,
    /// When something happens by itself; absent when the order rests or waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
}

impl SaleOrderFlow {
    /// A new order that waits to be submitted.
    ///
    /// # Errors
    ///
    /// When there is no line, or a line comes twice.
    pub fn new(id: SaleOrderId, lines: Vec<LineId>) -> Result<Self, Invalid> {
        let order = SaleOrderLife::new(id, lines)?;
        Ok(Self { version: order.version, order, requests: Vec::new() })
    }

    /// The order.
    pub fn order(&self) -> &SaleOrderLife {
        &self.order
    }

    /// Every request ever made.
    pub fn requests(&self) -> &[RequestLife] {
        &self.requests
    }

    /// When the flow must be woken; absent when it rests or waits for a person.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let requests = self.requests.iter().filter_map(RequestLife::wake_at);
        requests.chain(self.order.wake_at()).min()
    }

    /// What a page shows of it.
    pub fn view(&self) -> SaleOrderView {
        let order = &self.order;
        SaleOrderView {
            id: order.id.clone(),
            status: order.status(),
            state: order.state,
            in_doubt: order.state.in_doubt(),
            cancel_requested: order.cancel_requested,
            attempts: order.attempts,
            documents: order.documents.clone(),
            actions: order.state.actions().to_vec(),
            wake_at: self.wake_at(),
        }
    }
}

/// Moves an order and its requests: the next flow, and what the host does once it is stored.
///
/// # The host's contract
///
/// 1. Store the returned flow and its commands together.
/// 2. Carry out the commands; make each call at most once.
/// 3. Report what was seen as the next input.
///
/// After a crash, give [`FlowInput::Recover`] before anything else: a call that may have left is
/// treated as one without an answer. Inputs may come late, twice or in any order.
///
/// # Who retries
///
/// The order alone counts attempts. Each of its requests is a single attempt with no retries and no
/// waiting of its own, so nothing is tried twice over; the one thing a request repeats by itself is
/// the attempt whose token was refused, which reached no business code and counts for nobody.
///
/// # Errors
///
/// When a person asks for what the order's state does not take, or an input names a request or an
/// attempt that was never made. The given flow stays valid.
///
/// ```
/// use replenish::flow::{
///     AnswerBody, FlowInput, FlowPolicy, HostCommand, NamedDocument, Outcome, PublicStatus,
///     SaleOrderFlow, advance,
/// };
/// use replenish::unit::{DocumentId, LineId, SaleOrderId, Timestamp};
/// let policy = FlowPolicy::default();
/// let line = LineId::new("1")?;
/// let flow = SaleOrderFlow::new(SaleOrderId::new("SO-1")?, vec![line.clone()])?;
///
/// let submit = FlowInput::Submit { payload: r#"{"sku":"A"}"#.into() };
/// let sending = advance(&flow, &submit, Timestamp(0), &policy)?;
/// let HostCommand::Send { request_id, attempt, idempotency_key, .. } = &sending.commands[0] else {
///     panic!("the first thing to do is to send")
/// };
/// assert_eq!(idempotency_key, "SO-1/create/1");
///
/// let documents = vec![NamedDocument { line, document: DocumentId::new("4711")? }];
/// let body = Some(AnswerBody { documents, ..AnswerBody::default() });
/// let outcome = Outcome::Answer { status: 201, retry_after_ms: None, body };
/// let answer = FlowInput::Outcome { request_id: *request_id, attempt: *attempt, outcome };
/// let sent = advance(&sending.flow, &answer, Timestamp(80), &policy)?;
/// assert_eq!(sent.flow.view().status, PublicStatus::Sent);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn advance(
    flow: &SaleOrderFlow,
    input: &FlowInput,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<FlowStep, TransitionError> {
    let mut drive = Drive { flow: flow.clone(), now, policy, commands: Vec::new() };
    match input {
        FlowInput::Submit { payload } => {
            drive.order(&SaleOrderEvent::Submit { payload: payload.clone() })?;
        }
        FlowInput::CancelRequested {} => drive.order(&SaleOrderEvent::CancelRequested {})?,
        FlowInput::OperatorPresent { documents } => {
            drive.order(&SaleOrderEvent::OperatorPresent { documents: documents.clone() })?;
        }
        FlowInput::OperatorAbsent {} => drive.order(&SaleOrderEvent::OperatorAbsent {})?,
        FlowInput::RemoteNullified { documents } => {
            drive.order(&SaleOrderEvent::RemoteNullified { documents: documents.clone() })?;
        }
        FlowInput::RemoteCreated { documents } => {
            drive.order(&SaleOrderEvent::LateOk { documents: documents.clone() })?;
        }
        FlowInput::Woke {} => drive.wake()?,
        FlowInput::Recover {} => drive.recover()?,
        FlowInput::Outcome { request_id, attempt, outcome } => {
            drive.answer(*request_id, |request| {
                answer::classify(request.operation(), *attempt, outcome)
            })?;
        }
        FlowInput::TokenReady { request_id, generation } => {
            let generation = *generation;
            drive.answer(*request_id, |_| RequestEvent::TokenReady { generation })?;
        }
        FlowInput::TokenFailed { request_id, message } => {
            let message = message.clone();
            drive.answer(*request_id, |_| RequestEvent::TokenFailed { message })?;
        }
    }
    Ok(drive.finish())
}

/// One input under way.
struct Drive<'a> {
    flow: SaleOrderFlow,
    now: Timestamp,
    policy: &'a FlowPolicy,
    commands: Vec<HostCommand>,
}

impl Drive<'_> {
    fn finish(mut self) -> FlowStep {
        if let Some(at) = self.flow.wake_at() {
            self.commands.push(HostCommand::Wake { at });
        }
        FlowStep { flow: self.flow, commands: self.commands }
    }

    /// Requests first: a request that is given up moves the order before the order's own timer,
    /// which never runs out earlier, is looked at.
    fn wake(&mut self) -> Result<(), TransitionError> {
        let due = |wake_at: Option<Timestamp>| wake_at.is_some_and(|at| at <= self.now);
        let ids: Vec<u32> =
            self.flow.requests.iter().filter(|r| due(r.wake_at())).map(RequestLife::id).collect();
        for id in ids {
            self.request(id, &RequestEvent::TimerDue {})?;
        }
        if self.flow.order.wake_at().is_some_and(|at| at <= self.now) {
            self.order(&SaleOrderEvent::TimerDue {})?;
        }
        Ok(())
    }

    fn recover(&mut self) -> Result<(), TransitionError> {
        let running: Vec<u32> = self.running().map(RequestLife::id).collect();
        for id in running {
            self.request(id, &RequestEvent::Recover {})?;
        }
        let awaited = self.flow.order.awaited.map(|awaited| awaited.request);
        if self.running().any(|request| Some(request.id()) == awaited) {
            return Ok(());
        }
        self.order(&SaleOrderEvent::Recover {})
    }

    fn running(&self) -> impl Iterator<Item = &RequestLife> {
        self.flow.requests.iter().filter(|request| !request.state().is_resting())
    }

    fn answer(
        &mut self,
        id: u32,
        event: impl FnOnce(&RequestLife) -> RequestEvent,
    ) -> Result<(), TransitionError> {
        let event = event(&self.flow.requests[self.place(id)?]);
        self.request(id, &event)
    }

    fn place(&self, id: u32) -> Result<usize, TransitionError> {
        let place = self.flow.requests.iter().position(|request| request.id() == id);
        let last = self.flow.order.last_request;
        place.ok_or(TransitionError::UnknownRequest { last, got: id })
    }

    fn order(&mut self, event: &SaleOrderEvent) -> Result<(), TransitionError> {
        let step = sale_order::step(&self.flow.order, event, self.now, self.policy)?;
        self.flow.order = step.life;
        for command in step.commands {
            match command {
                SaleOrderCommand::Create { request, idempotency_key, .. } => {
                    self.begin(request, Operation::Create {}, &idempotency_key)?;
                }
                SaleOrderCommand::Lookup { request, idempotency_key, .. } => {
                    self.begin(request, Operation::Lookup {}, &idempotency_key)?;
                }
                SaleOrderCommand::Cancel { request, idempotency_key, document, .. } => {
                    self.begin(request, Operation::Cancel { document }, &idempotency_key)?;
                }
                SaleOrderCommand::Notify { notice, key, detail } => {
                    self.commands.push(HostCommand::Notify { notice, key, detail });
                }
                SaleOrderCommand::Audit { audit, detail } => {
                    self.commands.push(HostCommand::Audit { audit, detail });
                }
                SaleOrderCommand::Parent {} => self.commands.push(HostCommand::Parent {}),
                // One wake for the whole flow is set at the end.
                SaleOrderCommand::Timer { .. } | SaleOrderCommand::CancelTimer {} => {}
            }
        }
        Ok(())
    }

    fn begin(&mut self, id: u32, operation: Operation, key: &str) -> Result<(), TransitionError> {
        let replay = match operation {
            Operation::Lookup {} => Replay::Safe,
            Operation::Create {} | Operation::Cancel { .. } => Replay::Once,
        };
        // One attempt and no waiting of its own: the order counts.
        self.flow.requests.push(RequestLife::new(id, operation, key, replay, 0, 0));
        self.request(id, &RequestEvent::Start {})
    }

    fn request(&mut self, id: u32, event: &RequestEvent) -> Result<(), TransitionError> {
        let place = self.place(id)?;
        let step = request::step(&self.flow.requests[place], event, self.now, self.policy)?;
        self.flow.requests[place] = step.life;
        for command in step.commands {
            match command {
                RequestCommand::NeedToken { refused_generation } => {
                    self.need_token(id, refused_generation)?;
                }
                RequestCommand::Http { attempt, generation, deadline_at } => {
                    self.send(place, attempt, generation, deadline_at);
                }
                RequestCommand::Abort { attempt } => {
                    self.commands.push(HostCommand::Abort { request_id: id, attempt });
                }
                RequestCommand::Log { message } => {
                    let audit = Audit::RequestLog;
                    self.commands.push(HostCommand::Audit { audit, detail: message });
                }
                RequestCommand::Report { report } => {
                    let operation = self.flow.requests[place].operation().clone();
                    if let Some(event) = answer::order_event(&operation, id, report) {
                        self.order(&event)?;
                    }
                }
                // The order tells a person what the end of its request means; the wake is set at
                // the end.
                RequestCommand::Notify {}
                | RequestCommand::Timer { .. }
                | RequestCommand::CancelTimer {} => {}
            }
        }
        Ok(())
    }

    fn need_token(
        &mut self,
        request_id: u32,
        refused_generation: Option<u32>,
    ) -> Result<(), TransitionError> {
        match (self.policy.authentication, refused_generation) {
            (Authentication::Token, _) => {
                self.commands.push(HostCommand::NeedToken { request_id, refused_generation });
                Ok(())
            }
            (Authentication::None, None) => {
                self.request(request_id, &RequestEvent::TokenReady { generation: 0 })
            }
            (Authentication::None, Some(_)) => {
                let message = "the server asks for a token and the connection has none".to_owned();
                self.request(request_id, &RequestEvent::TokenFailed { message })
            }
        }
    }

    fn send(&mut self, place: usize, attempt: u32, generation: u32, deadline_at: Timestamp) {
        let (order, request) = (&self.flow.order, &self.flow.requests[place]);
        let payload = match request.operation() {
            Operation::Create {} => order.payload.clone(),
            Operation::Lookup {} | Operation::Cancel { .. } => None,
        };
        let token_generation = match self.policy.authentication {
            Authentication::None => None,
            Authentication::Token => Some(generation),
        };
        self.commands.push(HostCommand::Send {
            request_id: request.id(),
            attempt,
            operation: request.operation().clone(),
            reference: order.id.clone(),
            idempotency_key: request.idempotency_key.clone(),
            payload,
            token_generation,
            deadline_at,
        });
    }
}
