//! One sale order with its requests: the host feeds inputs and carries out commands.

use super::{
    answer::{NamedDocument, Operation, Outcome},
    request::RequestLife,
    sale_order::{
        ActionAvailability, Audit, LineDocument, Notice, PublicStatus, SaleOrderLife,
        SaleOrderState, known_format,
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
    /// Requests that have not succeeded, by number: a late positive answer to one of them counts.
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
    /// A person has looked: nothing is alive, and nothing is under way any more.
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

    /// The requests that have not succeeded.
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
            in_doubt: order.ambiguous || order.cancel_ambiguous,
            cancel_requested: order.cancel_requested,
            attempts: order.attempts,
            documents: order.documents.clone(),
            actions: order.state.actions().to_vec(),
            wake_at: self.wake_at(),
        }
    }
}
