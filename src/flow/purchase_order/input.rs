//! What the host tells a purchase order, and what it is asked to do.

use super::{
    ApprovalCase, ElsewhereLine, PurchaseOrderAudit, PurchaseOrderEvent as E, PurchaseOrderFlow,
    PurchaseOrderNotice, SourceReason, SupplierFact,
};
use crate::{
    flow::answer::{NamedDocument, Operation, Outcome},
    order::PurchaseOrder,
    unit::{PersonId, PurchaseOrderId, SupplierId, Timestamp},
};
use serde::{Deserialize, Serialize};

/// What the host tells a purchase order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PurchaseOrderInput {
    /// The draft is another one now.
    LinesChanged {
        /// The next revision of it.
        draft: Box<PurchaseOrder>,
        /// The bytes that say the same to the supplier, including every date in them.
        payload: String,
    },
    /// Somebody asks for approval; without a fresh quote, the supplier is asked for one.
    RequestApproval {
        /// By what it is decided.
        case: Box<ApprovalCase>,
    },
    /// Somebody approves it.
    Approve {
        /// Who.
        by: PersonId,
        /// Why, in the person's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// By what it is decided.
        case: Box<ApprovalCase>,
    },
    /// Somebody refuses it.
    Decline {
        /// Who.
        by: PersonId,
        /// Why, in the person's words.
        reason: String,
        /// By what it is decided.
        case: Box<ApprovalCase>,
    },
    /// Send it.
    Submit {},
    /// The order is not wanted any more.
    CancelRequested {},
    /// A person agrees to what the supplier promises instead.
    AcceptChange {},
    /// A person does not agree to what the supplier promises instead.
    DeclineChange {},
    /// A person does not wait any longer for what has not come.
    CloseShort {},
    /// The supplier says something by itself, by webhook or message. The host has checked its
    /// signature and freshness; it may come late, twice or in any order.
    SupplierSays {
        /// What it says.
        fact: Box<SupplierFact>,
    },
    /// A person has looked: these documents are alive, and no others.
    OperatorPresent {
        /// Documents by line; none named means the known living ones.
        documents: Vec<NamedDocument>,
    },
    /// A person has looked: nothing is alive, and nothing is under way any more.
    OperatorAbsent {},
    /// A person has settled the order, its goods and its invoices by other means.
    OperatorSettle {},
    /// Time has passed; give it at or after the last [`PurchaseOrderHostCommand::Wake`], or at any
    /// time.
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
pub enum PurchaseOrderHostCommand {
    /// Answer with [`PurchaseOrderInput::TokenReady`] or [`PurchaseOrderInput::TokenFailed`].
    NeedToken {
        /// The request that waits.
        request_id: u32,
        /// A token that the server has refused: not this one again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused_generation: Option<u32>,
    },
    /// Make this call at most once and answer with [`PurchaseOrderInput::Outcome`]. Never repeat it:
    /// after a restart give [`PurchaseOrderInput::Recover`] instead.
    Send {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
        /// What to ask.
        operation: Operation,
        /// The reference by which the supplier knows the order.
        reference: PurchaseOrderId,
        /// The same for every attempt at the same thing; safe in an HTTP header.
        idempotency_key: String,
        /// The bytes to send; present for a create and for a price.
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
    /// Give [`PurchaseOrderInput::Woke`] at this time; replaces every earlier wake of this order.
    Wake {
        /// When.
        at: Timestamp,
    },
    /// Tell a person, once for each key; when telling fails the order is unaffected.
    Notify {
        /// What about.
        notice: PurchaseOrderNotice,
        /// The same for every repetition of this notice.
        key: String,
        /// Details in the supplier's words, or the lines, people or documents concerned.
        detail: String,
    },
    /// Keep for the record.
    Audit {
        /// What happened.
        audit: PurchaseOrderAudit,
        /// Details in the supplier's or a person's words, or the documents concerned.
        detail: String,
    },
    /// Recompute the parent order's status.
    Parent {},
    /// Buy this elsewhere, as far as it is still needed; once for each key.
    SourceElsewhere {
        /// The same for every repetition.
        key: String,
        /// Why.
        why: SourceReason,
        /// From whom not.
        supplier: SupplierId,
        /// What, in order of the lines.
        lines: Vec<ElsewhereLine>,
    },
    /// Order, goods and invoice agree: hand the invoice to accounting, once for each key.
    PostInvoice {
        /// The same for every repetition.
        key: String,
    },
}

/// The next flow and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PurchaseOrderAdvance {
    /// The next flow.
    pub flow: PurchaseOrderFlow,
    /// What to do, in order.
    pub commands: Vec<PurchaseOrderHostCommand>,
}

impl PurchaseOrderInput {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LinesChanged { .. } => "lines_changed",
            Self::RequestApproval { .. } => "request_approval",
            Self::Approve { .. } => "approve",
            Self::Decline { .. } => "decline",
            Self::Submit {} => "submit",
            Self::CancelRequested {} => "cancel_requested",
            Self::AcceptChange {} => "accept_change",
            Self::DeclineChange {} => "decline_change",
            Self::CloseShort {} => "close_short",
            Self::SupplierSays { .. } => "supplier_says",
            Self::OperatorPresent { .. } => "operator_present",
            Self::OperatorAbsent {} => "operator_absent",
            Self::OperatorSettle {} => "operator_settle",
            Self::Woke {} => "woke",
            Self::Recover {} => "recover",
            Self::Outcome { .. } => "outcome",
            Self::TokenReady { .. } => "token_ready",
            Self::TokenFailed { .. } => "token_failed",
        }
    }

    /// The event of what a person says; none for any other input.
    pub(super) fn said_by_person(&self) -> Vec<E> {
        vec![match self.clone() {
            Self::LinesChanged { draft, payload } => E::LinesChanged { draft, payload },
            Self::RequestApproval { case } => E::RequestApproval { case },
            Self::Approve { by, words, case } => E::Approve { by, words, case },
            Self::Decline { by, reason, case } => E::Decline { by, reason, case },
            Self::Submit {} => E::Submit {},
            Self::CancelRequested {} => E::CancelRequested {},
            Self::AcceptChange {} => E::AcceptChange {},
            Self::DeclineChange {} => E::DeclineChange {},
            Self::CloseShort {} => E::CloseShort {},
            Self::OperatorPresent { documents } => E::OperatorPresent { documents },
            Self::OperatorAbsent {} => E::OperatorAbsent {},
            Self::OperatorSettle {} => E::OperatorSettle {},
            Self::SupplierSays { .. }
            | Self::Woke {}
            | Self::Recover {}
            | Self::Outcome { .. }
            | Self::TokenReady { .. }
            | Self::TokenFailed { .. } => return Vec::new(),
        }]
    }
}
