//! What can happen to a sale order.

use crate::{flow::answer::NamedDocument, unit::DocumentId};
use serde::{Deserialize, Serialize};

/// What can happen to a sale order. Answers name the request they answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SaleOrderEvent {
    /// Send it.
    Submit {
        /// The bytes to send, including every date in them.
        payload: String,
    },
    /// The time of the one timer has come.
    TimerDue {},
    /// The order is not wanted any more.
    CancelRequested {},
    /// The host has restarted; calls that ran before are lost.
    Recover {},
    /// Created; these are its documents.
    Ok {
        /// The answered request.
        request: u32,
        /// Documents by line.
        documents: Vec<NamedDocument>,
    },
    /// Accepted, but the answer does not say as what; it may name some documents.
    OkIncomplete {
        /// The answered request.
        request: u32,
        /// Documents by line, as far as named.
        documents: Vec<NamedDocument>,
    },
    /// Created by an earlier attempt with the same key.
    Duplicate {
        /// The answered request.
        request: u32,
        /// Documents by line, as far as named.
        documents: Vec<NamedDocument>,
    },
    /// Refused and not applied.
    Reject {
        /// The answered request.
        request: u32,
        /// The server's words.
        message: String,
    },
    /// Certainly never reached the server.
    NotSent {
        /// The answered request.
        request: u32,
    },
    /// Turned away unseen because of too many requests.
    Throttled {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// An attempt to create may or may not have been applied.
    Ambiguous {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// Positive evidence outside its turn: a late answer or a webhook.
    LateOk {
        /// Documents by line, as far as named.
        documents: Vec<NamedDocument>,
    },
    /// The look-up found these living documents.
    LookupFound {
        /// The answered request.
        request: u32,
        /// Documents by line.
        documents: Vec<NamedDocument>,
    },
    /// The look-up found nothing.
    LookupAbsent {
        /// The answered request.
        request: u32,
    },
    /// The look-up said nothing usable.
    LookupFail {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The document is cancelled.
    CancelOk {
        /// The answered request.
        request: u32,
    },
    /// The document to cancel is not there (any more).
    CancelGone {
        /// The answered request.
        request: u32,
        /// Whether the answer says that it was cancelled before.
        already_cancelled: bool,
    },
    /// The other system refuses to cancel.
    CancelRefused {
        /// The answered request.
        request: u32,
        /// The server's words.
        reason: String,
    },
    /// An attempt to cancel may or may not have been applied.
    CancelAmbiguous {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// An answer names documents that the other system keeps for another order: it proves nothing
    /// about this one, and what it names is not this order's to adopt or to cancel.
    ForeignAnswer {
        /// The answered request.
        request: u32,
        /// To which order they belong.
        reference: String,
        /// What it names.
        documents: Vec<NamedDocument>,
    },
    /// The other system nullified documents by itself.
    RemoteNullified {
        /// The nullified documents; none named means the whole order.
        documents: Vec<DocumentId>,
    },
    /// A person has looked: these documents are alive, and no others.
    OperatorPresent {
        /// Documents by line; none named means the known living ones.
        documents: Vec<NamedDocument>,
    },
    /// A person has looked: nothing was ever created, and nothing is under way any more. When
    /// documents were removed by hand, that is `RemoteNullified`.
    OperatorAbsent {},
}

impl SaleOrderEvent {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit",
            Self::TimerDue {} => "timer_due",
            Self::CancelRequested {} => "cancel_requested",
            Self::Recover {} => "recover",
            Self::Ok { .. } => "ok",
            Self::OkIncomplete { .. } => "ok_incomplete",
            Self::Duplicate { .. } => "duplicate",
            Self::Reject { .. } => "reject",
            Self::NotSent { .. } => "not_sent",
            Self::Throttled { .. } => "throttled",
            Self::Ambiguous { .. } => "ambiguous",
            Self::LateOk { .. } => "late_ok",
            Self::LookupFound { .. } => "lookup_found",
            Self::LookupAbsent { .. } => "lookup_absent",
            Self::LookupFail { .. } => "lookup_fail",
            Self::CancelOk { .. } => "cancel_ok",
            Self::CancelGone { .. } => "cancel_gone",
            Self::CancelRefused { .. } => "cancel_refused",
            Self::CancelAmbiguous { .. } => "cancel_ambiguous",
            Self::ForeignAnswer { .. } => "foreign_answer",
            Self::RemoteNullified { .. } => "remote_nullified",
            Self::OperatorPresent { .. } => "operator_present",
            Self::OperatorAbsent {} => "operator_absent",
        }
    }

    /// How long the server asked us to wait.
    pub(in crate::flow) fn retry_after_ms(&self) -> Option<u64> {
        if let Self::Throttled { retry_after_ms, .. }
        | Self::Ambiguous { retry_after_ms, .. }
        | Self::LookupFail { retry_after_ms, .. }
        | Self::CancelAmbiguous { retry_after_ms, .. } = self
        {
            return *retry_after_ms;
        }
        None
    }

    /// The request that an answer answers.
    pub(in crate::flow) fn request(&self) -> Option<u32> {
        match self {
            Self::Ok { request, .. }
            | Self::OkIncomplete { request, .. }
            | Self::Duplicate { request, .. }
            | Self::Reject { request, .. }
            | Self::NotSent { request }
            | Self::Throttled { request, .. }
            | Self::Ambiguous { request, .. }
            | Self::LookupFound { request, .. }
            | Self::LookupAbsent { request }
            | Self::LookupFail { request, .. }
            | Self::CancelOk { request }
            | Self::CancelGone { request, .. }
            | Self::CancelRefused { request, .. }
            | Self::CancelAmbiguous { request, .. }
            | Self::ForeignAnswer { request, .. } => Some(*request),
            Self::Submit { .. }
            | Self::TimerDue {}
            | Self::CancelRequested {}
            | Self::Recover {}
            | Self::LateOk { .. }
            | Self::RemoteNullified { .. }
            | Self::OperatorPresent { .. }
            | Self::OperatorAbsent {} => None,
        }
    }
}
