//! How the host's inputs move an order and its requests.

use super::{
    Audit, SaleOrderAdvance, SaleOrderCommand, SaleOrderEvent, SaleOrderFlow, SaleOrderHostCommand,
    SaleOrderInput,
    problem::{News, news},
    step::step_in_place,
};
use crate::{
    flow::{
        Authentication, FlowPolicy, TransitionError,
        answer::{self, Operation},
        request::{self, EndedRequest, Replay, RequestCommand, RequestEvent, RequestLife},
    },
    unit::Timestamp,
};

/// Moves an order and its requests: the next flow, and what the host does once it is stored.
///
/// # The host's contract
///
/// 1. Store the returned flow and its commands together.
/// 2. Carry out the commands; make each call at most once.
/// 3. Report what was seen as the next input.
///
/// After a crash, give [`SaleOrderInput::Recover`] before anything else: a call that may have left is
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
///     AnswerBody, SaleOrderInput, FlowPolicy, SaleOrderHostCommand, NamedDocument, Outcome, PublicStatus,
///     SaleOrderFlow, advance_sale_order,
/// };
/// use replenish::unit::{DocumentId, LineId, SaleOrderId, Timestamp};
/// let policy = FlowPolicy::default();
/// let line = LineId::new("1")?;
/// let flow = SaleOrderFlow::new(SaleOrderId::new("SO-1")?, vec![line.clone()])?;
///
/// let submit = SaleOrderInput::Submit { payload: r#"{"sku":"A"}"#.into() };
/// let sending = advance_sale_order(&flow, &submit, Timestamp(0), &policy)?;
/// let SaleOrderHostCommand::Send { request_id, attempt, idempotency_key, .. } = &sending.commands[0] else {
///     panic!("the first thing to do is to send")
/// };
/// assert_eq!(idempotency_key, "SO-1/create/1");
///
/// let documents = vec![NamedDocument { line, document: DocumentId::new("4711")? }];
/// let body = Some(AnswerBody { documents, ..AnswerBody::default() });
/// let outcome = Outcome::Answer { status: 201, retry_after_ms: None, body };
/// let answer = SaleOrderInput::Outcome { request_id: *request_id, attempt: *attempt, outcome };
/// let sent = advance_sale_order(&sending.flow, &answer, Timestamp(80), &policy)?;
/// assert_eq!(sent.flow.view().status, PublicStatus::Sent);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn advance_sale_order(
    flow: &SaleOrderFlow,
    input: &SaleOrderInput,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<SaleOrderAdvance, TransitionError> {
    let mut flow = flow.clone();
    let commands = drive(&mut flow, input, now, policy)?;
    Ok(SaleOrderAdvance { flow, commands })
}

/// Moves a flow in place and says what is to be done; after an error the flow is spoilt.
pub(super) fn drive(
    flow: &mut SaleOrderFlow,
    input: &SaleOrderInput,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<Vec<SaleOrderHostCommand>, TransitionError> {
    flow.order.not_before_last(now, input.name())?;
    let mut drive = Drive { flow, now, policy, commands: Vec::new() };
    match input {
        SaleOrderInput::Submit { payload } => {
            drive.order(&SaleOrderEvent::Submit { payload: payload.clone() })?;
        }
        SaleOrderInput::CancelRequested {} => drive.order(&SaleOrderEvent::CancelRequested {})?,
        SaleOrderInput::OperatorPresent { documents } => {
            drive.order(&SaleOrderEvent::OperatorPresent { documents: documents.clone() })?;
        }
        SaleOrderInput::OperatorAbsent {} => drive.order(&SaleOrderEvent::OperatorAbsent {})?,
        SaleOrderInput::RemoteNullified { documents } => {
            drive.order(&SaleOrderEvent::RemoteNullified { documents: documents.clone() })?;
        }
        SaleOrderInput::RemoteCreated { documents } => {
            drive.order(&SaleOrderEvent::LateOk { documents: documents.clone() })?;
        }
        SaleOrderInput::Woke {} => drive.wake()?,
        SaleOrderInput::Recover {} => drive.recover()?,
        SaleOrderInput::Outcome { request_id, attempt, outcome } => {
            drive.answer(*request_id, |request| {
                answer::classify(request.operation(), *attempt, outcome)
            })?;
        }
        SaleOrderInput::TokenReady { request_id, generation } => {
            let generation = *generation;
            drive.answer(*request_id, |_| RequestEvent::TokenReady { generation })?;
        }
        SaleOrderInput::TokenFailed { request_id, message } => {
            let message = message.clone();
            drive.answer(*request_id, |_| RequestEvent::TokenFailed { message })?;
        }
    }
    Ok(drive.finish())
}

/// One input under way.
struct Drive<'a> {
    flow: &'a mut SaleOrderFlow,
    now: Timestamp,
    policy: &'a FlowPolicy,
    commands: Vec<SaleOrderHostCommand>,
}

impl Drive<'_> {
    fn finish(mut self) -> Vec<SaleOrderHostCommand> {
        self.flow.order.last_at = Some(self.now);
        if let Some(at) = self.flow.wake_at() {
            self.commands.push(SaleOrderHostCommand::Wake { at });
        }
        self.commands
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
        if let Some(request) = self.flow.requests.iter().find(|request| request.id() == id) {
            let event = event(request);
            return self.request(id, &event);
        }
        let last = self.flow.order.last_request;
        let known = self.flow.ended.binary_search_by(|ended| ended.id.cmp(&id));
        let place = known.map_err(|_| TransitionError::UnknownRequest { last, got: id })?;
        self.late(place, event)
    }

    /// An answer to a request that has ended: a positive one is evidence all the same.
    fn late(
        &mut self,
        place: usize,
        event: impl FnOnce(&RequestLife) -> RequestEvent,
    ) -> Result<(), TransitionError> {
        let mut request = self.flow.ended[place].life();
        let event = event(&request);
        let commands = request::step_in_place(&mut request, &event, self.now, self.policy)?;
        let order = &mut self.flow.order;
        order.superseded = order.superseded.saturating_add(request.superseded);
        self.carry_out(request.id, &request.operation, commands)
    }

    fn order(&mut self, event: &SaleOrderEvent) -> Result<(), TransitionError> {
        match news(&self.flow.order, event, self.now) {
            News::Good => self.flow.last_error = None,
            News::Bad(error) => self.flow.last_error = Some(error),
            News::None => {}
        }
        for command in step_in_place(&mut self.flow.order, event, self.now, self.policy)? {
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
                    self.commands.push(SaleOrderHostCommand::Notify { notice, key, detail });
                }
                SaleOrderCommand::Audit { audit, detail } => {
                    self.commands.push(SaleOrderHostCommand::Audit { audit, detail });
                }
                SaleOrderCommand::Parent {} => self.commands.push(SaleOrderHostCommand::Parent {}),
                // One wake for the whole flow is set at the end.
                SaleOrderCommand::Timer { .. } | SaleOrderCommand::CancelTimer {} => {}
            }
        }
        Ok(())
    }

    fn begin(&mut self, id: u32, operation: Operation, key: &str) -> Result<(), TransitionError> {
        let replay = match operation {
            Operation::Lookup {} | Operation::Price {} | Operation::Read { .. } => Replay::Safe,
            Operation::Create {} | Operation::Cancel { .. } | Operation::Accept { .. } => {
                Replay::Once
            }
        };
        // One attempt and no waiting of its own: the order counts.
        self.flow.requests.push(RequestLife::new(id, operation, key, replay, 0, 0));
        self.request(id, &RequestEvent::Start {})
    }

    fn request(&mut self, id: u32, event: &RequestEvent) -> Result<(), TransitionError> {
        let last = self.flow.order.last_request;
        let place = self.flow.requests.iter().position(|request| request.id() == id);
        let place = place.ok_or(TransitionError::UnknownRequest { last, got: id })?;
        let request = &mut self.flow.requests[place];
        let commands = request::step_in_place(request, event, self.now, self.policy)?;
        if !request.state().is_resting() {
            let operation = request.operation.clone();
            return self.carry_out(id, &operation, commands);
        }
        let request = self.flow.requests.remove(place);
        let ended = &mut self.flow.ended;
        let place = ended.partition_point(|known| known.id < id);
        ended.insert(place, EndedRequest::of(&request));
        self.flow.order.superseded = self.flow.order.superseded.saturating_add(request.superseded);
        self.carry_out(id, &request.operation, commands)
    }

    /// What a request wants done: the host's part is passed on, the order's part moves the order.
    fn carry_out(
        &mut self,
        request_id: u32,
        operation: &Operation,
        commands: Vec<RequestCommand>,
    ) -> Result<(), TransitionError> {
        for command in commands {
            match command {
                RequestCommand::NeedToken { refused_generation } => {
                    self.need_token(request_id, refused_generation)?;
                }
                RequestCommand::Http { attempt, generation, deadline_at } => {
                    self.send(request_id, attempt, generation, deadline_at);
                }
                RequestCommand::Abort { attempt } => {
                    self.commands.push(SaleOrderHostCommand::Abort { request_id, attempt });
                }
                RequestCommand::Log { message } => {
                    let audit = Audit::RequestLog;
                    self.commands.push(SaleOrderHostCommand::Audit { audit, detail: message });
                }
                RequestCommand::Report { report } => {
                    let own = self.flow.order.id.as_str();
                    let event = answer::order_event(operation, request_id, report, own);
                    if let Some(event) = event {
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
                self.commands
                    .push(SaleOrderHostCommand::NeedToken { request_id, refused_generation });
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

    fn send(&mut self, request_id: u32, attempt: u32, generation: u32, deadline_at: Timestamp) {
        let SaleOrderFlow { order, requests, .. } = &*self.flow;
        let Some(request) = requests.iter().find(|request| request.id == request_id) else {
            return;
        };
        let payload = match request.operation() {
            Operation::Create {} => order.submission.payload.clone(),
            Operation::Lookup {}
            | Operation::Cancel { .. }
            | Operation::Price {}
            | Operation::Read { .. }
            | Operation::Accept { .. } => None,
        };
        let token_generation = match self.policy.authentication {
            Authentication::None => None,
            Authentication::Token => Some(generation),
        };
        self.commands.push(SaleOrderHostCommand::Send {
            request_id,
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
