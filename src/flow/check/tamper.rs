//! Ways to tamper with a sale order's steps, from which mutants are made.

use crate::flow::{
    AnswerBody, FlowPolicy, Operation, Outcome, SaleOrderAdvance, SaleOrderFlow,
    SaleOrderHostCommand as Command, SaleOrderInput as Input, SaleOrderState as S, TransitionError,
    advance_sale_order,
};
use crate::unit::{DocumentId, SaleOrderId, Timestamp};

pub(super) type Advanced = Result<SaleOrderAdvance, TransitionError>;

/// The real step from a life that was tampered with.
pub(super) fn with(
    flow: &SaleOrderFlow,
    input: &Input,
    now: Timestamp,
    policy: &FlowPolicy,
    tamper: impl Fn(&mut SaleOrderFlow),
) -> Advanced {
    let mut flow = flow.clone();
    tamper(&mut flow);
    advance_sale_order(&flow, input, now, policy)
}

/// The real step whose creates are tampered with: attempts, key, payload.
pub(super) fn with_send(
    flow: &SaleOrderFlow,
    input: &Input,
    now: Timestamp,
    policy: &FlowPolicy,
    tamper: impl Fn(u32, &mut String, &mut Option<String>),
) -> Advanced {
    let mut step = advance_sale_order(flow, input, now, policy)?;
    for command in &mut step.commands {
        if let Command::Send { operation: Operation::Create {}, idempotency_key, payload, .. } =
            command
        {
            tamper(step.flow.order.submission.attempts, idempotency_key, payload);
        }
    }
    Ok(step)
}

pub(super) fn nothing_happens(flow: &SaleOrderFlow) -> SaleOrderAdvance {
    let commands = flow.wake_at().map(|at| Command::Wake { at });
    SaleOrderAdvance { flow: flow.clone(), commands: commands.into_iter().collect() }
}

pub(super) fn nullified_by_cancel(
    flow: &SaleOrderFlow,
    input: &Input,
    now: Timestamp,
    policy: &FlowPolicy,
    state: S,
) -> Advanced {
    let mut step = advance_sale_order(flow, input, now, policy)?;
    if step.flow.order.state == state && *input == (Input::CancelRequested {}) {
        step.flow.order.state = S::Nullified;
    }
    Ok(step)
}

pub(super) fn without_timer(
    flow: &SaleOrderFlow,
    input: &Input,
    now: Timestamp,
    policy: &FlowPolicy,
    state: S,
) -> Advanced {
    let mut step = advance_sale_order(flow, input, now, policy)?;
    if step.flow.order.state == state {
        forget_timer(&mut step);
    }
    Ok(step)
}

pub(super) fn forget_timer(step: &mut SaleOrderAdvance) {
    step.flow.order.wake_at = None;
    step.commands.retain(|command| !matches!(command, Command::Wake { .. }));
}

pub(super) fn outcome(input: &Input) -> Option<&Outcome> {
    if let Input::Outcome { outcome, .. } = input { Some(outcome) } else { None }
}

pub(super) fn status(input: &Input) -> Option<u16> {
    if let Some(Outcome::Answer { status, .. }) = outcome(input) { Some(*status) } else { None }
}

pub(super) fn success(input: &Input) -> Option<bool> {
    let Some(Outcome::Answer { body: Some(body), .. }) = outcome(input) else { return None };
    body.success
}

pub(super) fn body_mut(input: &mut Input) -> Option<&mut AnswerBody> {
    if let Input::Outcome { outcome: Outcome::Answer { body, .. }, .. } = input {
        return body.as_mut();
    }
    None
}

/// The same answer saying something else.
pub(super) fn answered(input: &Input, outcome: Outcome) -> Input {
    let mut input = input.clone();
    if let Input::Outcome { outcome: said, .. } = &mut input {
        *said = outcome;
    }
    input
}

pub(super) fn said(status: u16, body: AnswerBody) -> Outcome {
    Outcome::Answer { status, retry_after_ms: None, body: Some(body) }
}

pub(super) fn yes() -> Outcome {
    said(200, AnswerBody { success: Some(true), ..AnswerBody::default() })
}

pub(super) fn no() -> Outcome {
    said(200, AnswerBody { success: Some(false), ..AnswerBody::default() })
}

pub(super) fn absent() -> Outcome {
    said(404, AnswerBody { found: Some(false), ..AnswerBody::default() })
}

pub(super) fn cancel_of_zero() -> Command {
    Command::Send {
        request_id: 1,
        attempt: 1,
        operation: Operation::Cancel { document: DocumentId::new("0").unwrap() },
        reference: SaleOrderId::new("SO").unwrap(),
        idempotency_key: "SO/cancel/1/0".to_owned(),
        payload: None,
        token_generation: None,
        deadline_at: Timestamp(0),
    }
}
