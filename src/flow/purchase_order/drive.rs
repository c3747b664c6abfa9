//! One purchase order with its requests: the host feeds inputs and carries out commands.

use super::{
    PurchaseOrderAdvance, PurchaseOrderAudit, PurchaseOrderCommand as Command,
    PurchaseOrderEvent as E, PurchaseOrderFlow, PurchaseOrderHostCommand as Host,
    PurchaseOrderInput as Input, PurchasePolicy, answer, problem::news, statement, step,
    turn::OBJECT,
};
use crate::{
    flow::{
        Authentication, TransitionError,
        answer::{Operation, Outcome, classify},
        request::{self, EndedRequest, Replay, RequestCommand, RequestEvent, RequestLife},
        sale_order::News,
    },
    unit::Timestamp,
};

/// Moves a purchase order and its requests: the next flow, and what the host does once it is stored.
///
/// # The host's contract
///
/// 1. Store the returned flow and its commands together.
/// 2. Carry out the commands; make each call at most once.
/// 3. Report what was seen as the next input.
///
/// After a crash, give [`Recover`](Input::Recover) before anything else: a call that may have left is
/// treated as one without an answer. Inputs may come late, twice or in any order. What a supplier says
/// moves the order alike whether it comes by webhook, in the answer to a question or beside another
/// answer.
///
/// # Who retries
///
/// The order alone counts attempts. Each of its requests is a single attempt with no retries and no
/// waiting of its own, so nothing is tried twice over; the one thing a request repeats by itself is
/// the attempt whose token was refused, which reached no business code and counts for nobody.
///
/// # Errors
///
/// When a person asks for what the order's state does not take or may not decide, a statement is
/// about another order or makes no sense, or an input names a request or an attempt that was never
/// made. The given flow stays valid.
///
/// ```
/// use replenish::flow::{
///     PurchaseOrderFlow, PurchaseOrderInput, PurchaseOrderState, PurchasePolicy, SupplierFact,
///     advance_purchase_order,
/// };
/// use replenish::unit::Timestamp;
/// # let draft = serde_json::from_str(r#"{
/// #     "id": "po-1", "revision": 1, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": "2026-11-23", "goods": "20.00 EUR",
/// #     "lines": [{"id": "apple", "sku": "apple", "offer": "o-1", "packs": 1,
/// #         "pack_size": "10 kg", "quantity": "10 kg", "unit_price": "2 EUR",
/// #         "amount": "20.00 EUR", "charges": "0.00 EUR", "need_by": "2026-11-24",
/// #         "arrival": "2026-11-23"}],
/// #     "freight": "0.00 EUR", "charges": "0.00 EUR", "net": "20.00 EUR", "taxes": [],
/// #     "tax": "0.00 EUR", "total": "20.00 EUR", "expected_arrival": "2026-11-23"
/// # }"#)?;
/// let flow = PurchaseOrderFlow::new(&draft, r#"{"sku":"apple"}"#)?;
/// let cancel = PurchaseOrderInput::CancelRequested {};
/// let next = advance_purchase_order(&flow, &cancel, Timestamp(0), &PurchasePolicy::default())?;
/// assert_eq!(next.flow.order().state(), PurchaseOrderState::Cancelled);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn advance_purchase_order(
    flow: &PurchaseOrderFlow,
    input: &Input,
    now: Timestamp,
    policy: &PurchasePolicy,
) -> Result<PurchaseOrderAdvance, TransitionError> {
    let mut flow = flow.clone();
    let commands = drive(&mut flow, input, now, policy)?;
    Ok(PurchaseOrderAdvance { flow, commands })
}

/// Moves a flow in place and says what is to be done; after an error the flow is spoilt.
pub(super) fn drive(
    flow: &mut PurchaseOrderFlow,
    input: &Input,
    now: Timestamp,
    policy: &PurchasePolicy,
) -> Result<Vec<Host>, TransitionError> {
    if let Some(last) = flow.order.last_at.filter(|&last| now < last) {
        let (object, state, event) = (OBJECT, flow.order.state.name(), input.name());
        return Err(TransitionError::ClockWentBack { object, state, event, last, now });
    }
    let mut drive = Drive { flow, now, policy, commands: Vec::new() };
    match input {
        Input::SupplierSays { fact } => drive.tell(&statement::events(fact))?,
        Input::Woke {} => drive.wake()?,
        Input::Recover {} => drive.recover()?,
        Input::Outcome { request_id, attempt, outcome } => {
            drive.outcome(*request_id, *attempt, outcome)?;
        }
        Input::TokenReady { request_id, generation } => {
            drive.token(*request_id, &RequestEvent::TokenReady { generation: *generation })?;
        }
        Input::TokenFailed { request_id, message } => {
            drive.token(*request_id, &RequestEvent::TokenFailed { message: message.clone() })?;
        }
        Input::LinesChanged { .. }
        | Input::RequestApproval { .. }
        | Input::Approve { .. }
        | Input::Decline { .. }
        | Input::Submit {}
        | Input::CancelRequested {}
        | Input::AcceptChange {}
        | Input::DeclineChange {}
        | Input::CloseShort {}
        | Input::OperatorPresent { .. }
        | Input::OperatorAbsent {}
        | Input::OperatorSettle {} => drive.tell(&input.said_by_person())?,
    }
    Ok(drive.finish())
}

/// One input under way.
struct Drive<'a> {
    flow: &'a mut PurchaseOrderFlow,
    now: Timestamp,
    policy: &'a PurchasePolicy,
    commands: Vec<Host>,
}

impl Drive<'_> {
    fn finish(mut self) -> Vec<Host> {
        self.flow.order.last_at = Some(self.now);
        if let Some(at) = self.flow.wake_at() {
            self.commands.push(Host::Wake { at });
        }
        self.commands
    }

    /// Requests first: a request that is given up moves the order before the order's own timer,
    /// which never runs out earlier, is looked at.
    fn wake(&mut self) -> Result<(), TransitionError> {
        let now = self.now;
        let due = |wake_at: Option<Timestamp>| wake_at.is_some_and(|at| at <= now);
        let running = self.flow.requests.iter().filter(|request| due(request.wake_at()));
        for id in running.map(RequestLife::id).collect::<Vec<u32>>() {
            self.request(id, &RequestEvent::TimerDue {})?;
        }
        if due(self.flow.order.wake_at()) {
            self.order(&E::TimerDue {})?;
        }
        Ok(())
    }

    fn recover(&mut self) -> Result<(), TransitionError> {
        let running: Vec<u32> = self.flow.requests.iter().map(RequestLife::id).collect();
        for id in running {
            self.request(id, &RequestEvent::Recover {})?;
        }
        let awaited = self.flow.order.awaited.map(|awaited| awaited.request);
        if self.flow.requests.iter().any(|request| Some(request.id()) == awaited) {
            return Ok(());
        }
        self.order(&E::Recover {})
    }

    fn tell(&mut self, events: &[E]) -> Result<(), TransitionError> {
        events.iter().try_for_each(|event| self.order(event))
    }

    fn outcome(&mut self, id: u32, attempt: u32, outcome: &Outcome) -> Result<(), TransitionError> {
        if let Some(place) = self.flow.requests.iter().position(|request| request.id() == id) {
            let event = classify(self.flow.requests[place].operation(), attempt, outcome);
            return self.request(id, &event);
        }
        let mut late = self.flow.late(id)?;
        let event = classify(late.operation(), attempt, outcome);
        let step = request::step(&late, &event, self.now, &self.policy.connection)?;
        let before = late.superseded;
        late = step.life;
        self.supersede(late.superseded.saturating_sub(before));
        self.carry_out(&late, step.commands)
    }

    /// A token that comes too late is of no use.
    fn token(&mut self, id: u32, event: &RequestEvent) -> Result<(), TransitionError> {
        if self.flow.requests.iter().any(|request| request.id() == id) {
            return self.request(id, event);
        }
        self.flow.late(id)?;
        self.supersede(1);
        Ok(())
    }

    fn supersede(&mut self, times: u32) {
        self.flow.order.superseded = self.flow.order.superseded.saturating_add(times);
    }

    fn order(&mut self, event: &E) -> Result<(), TransitionError> {
        match news(&self.flow.order, event, self.now) {
            News::Good => self.flow.last_error = None,
            News::Bad(error) => self.flow.last_error = Some(error),
            News::None => {}
        }
        let step = step(&self.flow.order, event, self.now, self.policy)?;
        self.flow.order = step.life;
        for command in step.commands {
            match command {
                Command::Price { request, idempotency_key, .. } => {
                    self.begin(request, Operation::Price {}, &idempotency_key)?;
                }
                Command::Create { request, idempotency_key, .. } => {
                    self.begin(request, Operation::Create {}, &idempotency_key)?;
                }
                Command::Lookup { request, idempotency_key, .. } => {
                    self.begin(request, Operation::Lookup {}, &idempotency_key)?;
                }
                Command::Read { request, idempotency_key, documents, .. } => {
                    self.begin(request, Operation::Read { documents }, &idempotency_key)?;
                }
                Command::Cancel { request, idempotency_key, document, .. } => {
                    self.begin(request, Operation::Cancel { document }, &idempotency_key)?;
                }
                Command::Accept { request, idempotency_key, documents, revision, lines } => {
                    let operation = Operation::Accept { documents, revision, lines };
                    self.begin(request, operation, &idempotency_key)?;
                }
                Command::Notify { notice, key, detail } => {
                    self.commands.push(Host::Notify { notice, key, detail });
                }
                Command::Audit { audit, detail } => {
                    self.commands.push(Host::Audit { audit, detail });
                }
                Command::Parent {} => self.parent(),
                Command::SourceElsewhere { key, why, supplier, lines } => {
                    self.commands.push(Host::SourceElsewhere { key, why, supplier, lines });
                }
                Command::PostInvoice { key } => self.commands.push(Host::PostInvoice { key }),
                // One wake for the whole flow is set at the end.
                Command::Timer { .. } | Command::CancelTimer {} => {}
            }
        }
        Ok(())
    }

    /// The parent is recomputed once, however many parts a statement has.
    fn parent(&mut self) {
        if !self.commands.contains(&Host::Parent {}) {
            self.commands.push(Host::Parent {});
        }
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

    /// Moves a running request; one that has ended is kept only as far as late answers need it.
    fn request(&mut self, id: u32, event: &RequestEvent) -> Result<(), TransitionError> {
        let place = self.flow.requests.iter().position(|request| request.id() == id);
        let last = self.flow.order.last_request;
        let place = place.ok_or(TransitionError::UnknownRequest { last, got: id })?;
        let connection = &self.policy.connection;
        let step = request::step(&self.flow.requests[place], event, self.now, connection)?;
        if step.life.state().is_resting() {
            self.flow.requests.remove(place);
            if is_kept(&step.life) {
                self.flow.ended.push(EndedRequest::of(&step.life));
            }
            self.supersede(step.life.superseded);
        } else {
            self.flow.requests[place] = step.life.clone();
        }
        self.carry_out(&step.life, step.commands)
    }

    /// What a request wants done: the host's part is passed on, the order's part moves the order.
    fn carry_out(
        &mut self,
        request: &RequestLife,
        commands: Vec<RequestCommand>,
    ) -> Result<(), TransitionError> {
        let request_id = request.id();
        for command in commands {
            match command {
                RequestCommand::NeedToken { refused_generation } => {
                    self.need_token(request_id, refused_generation)?;
                }
                RequestCommand::Http { attempt, generation, deadline_at } => {
                    self.send(request, attempt, generation, deadline_at);
                }
                RequestCommand::Abort { attempt } => {
                    self.commands.push(Host::Abort { request_id, attempt });
                }
                RequestCommand::Log { message } => {
                    let audit = PurchaseOrderAudit::RequestLog;
                    self.commands.push(Host::Audit { audit, detail: message });
                }
                RequestCommand::Report { report } => {
                    let own = self.flow.order.id.as_str();
                    let heard = answer::heard(request.operation(), request_id, report, own);
                    self.tell(heard.event.as_slice())?;
                    if let Some(fact) = heard.fact {
                        self.tell(&statement::events(&fact))?;
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
        match (self.policy.connection.authentication, refused_generation) {
            (Authentication::Token, _) => {
                self.commands.push(Host::NeedToken { request_id, refused_generation });
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

    fn send(
        &mut self,
        request: &RequestLife,
        attempt: u32,
        generation: u32,
        deadline_at: Timestamp,
    ) {
        let order = &self.flow.order;
        let payload = match request.operation() {
            Operation::Create {} | Operation::Price {} => order.submission.payload.clone(),
            Operation::Lookup {}
            | Operation::Cancel { .. }
            | Operation::Read { .. }
            | Operation::Accept { .. } => None,
        };
        let token_generation = match self.policy.connection.authentication {
            Authentication::None => None,
            Authentication::Token => Some(generation),
        };
        self.commands.push(Host::Send {
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

/// Nothing of a mere question, which may be asked for years.
fn is_kept(request: &RequestLife) -> bool {
    match request.operation() {
        Operation::Create {} | Operation::Lookup {} | Operation::Cancel { .. } => true,
        Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. } => false,
    }
}
