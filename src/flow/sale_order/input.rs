//! What the host tells a sale order, and what it is asked to do.

use super::{Audit, Notice, SaleOrderFlow};
use crate::{
    flow::answer::{NamedDocument, Operation, Outcome},
    unit::{DocumentId, SaleOrderId, Timestamp},
};
use serde::{Deserialize, Serialize};

/// What the host tells an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SaleOrderInput {
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
    /// documents were removed by hand, give [`SaleOrderInput::RemoteNullified`] instead: another
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
    /// Time has passed; give it at or after the last [`SaleOrderHostCommand::Wake`], or at any time.
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
pub enum SaleOrderHostCommand {
    /// Answer with [`SaleOrderInput::TokenReady`] or [`SaleOrderInput::TokenFailed`].
    NeedToken {
        /// The request that waits.
        request_id: u32,
        /// A token that the server has refused: not this one again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused_generation: Option<u32>,
    },
    /// Make this call at most once and answer with [`SaleOrderInput::Outcome`]. Never repeat it: after a
    /// restart give [`SaleOrderInput::Recover`] instead.
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
    /// Give [`SaleOrderInput::Woke`] at this time; replaces every earlier wake of this order.
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
pub struct SaleOrderAdvance {
    /// The next flow.
    pub flow: SaleOrderFlow,
    /// What to do, in order.
    pub commands: Vec<SaleOrderHostCommand>,
}

impl SaleOrderInput {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit",
            Self::CancelRequested {} => "cancel_requested",
            Self::OperatorPresent { .. } => "operator_present",
            Self::OperatorAbsent {} => "operator_absent",
            Self::RemoteNullified { .. } => "remote_nullified",
            Self::RemoteCreated { .. } => "remote_created",
            Self::Woke {} => "woke",
            Self::Recover {} => "recover",
            Self::Outcome { .. } => "outcome",
            Self::TokenReady { .. } => "token_ready",
            Self::TokenFailed { .. } => "token_failed",
        }
    }
}
