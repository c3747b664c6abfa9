//! What can happen to a purchase order.

use super::{LineFact, SupplierFact, SupplierStatus};
use crate::{
    flow::answer::NamedDocument,
    order::{ApprovalContext, ApprovalRules, PurchaseOrder},
    unit::{LineId, Money, PersonId},
};
use serde::{Deserialize, Serialize};

/// What can happen to a purchase order. Answers name the request they answer; what the supplier says
/// comes as a [`SupplierFact`] whose figures are cumulative.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PurchaseOrderEvent {
    /// The draft is another one now.
    LinesChanged {
        /// The next revision of it.
        draft: Box<PurchaseOrder>,
        /// The bytes that say the same to the supplier, including every date in them.
        payload: String,
    },
    /// The supplier's price for the draft.
    Priced {
        /// The answered request.
        request: u32,
        /// What it asks for the whole order without tax.
        net: Money,
        /// Lines that it cannot deliver.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unavailable: Vec<LineId>,
    },
    /// Somebody asks for approval.
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
    /// The time of the one timer has come.
    TimerDue {},
    /// The order is not wanted any more.
    CancelRequested {},
    /// The host has restarted; calls that ran before are lost.
    Recover {},
    /// A person agrees to what the supplier promises instead.
    AcceptChange {},
    /// A person does not agree to what the supplier promises instead.
    DeclineChange {},
    /// A person does not wait any longer for what has not come.
    CloseShort {},
    /// The supplier says what it promises.
    WhConfirmed {
        /// What it says.
        fact: Box<SupplierFact>,
    },
    /// The supplier says that it will deliver nothing.
    WhRejected {
        /// What it says.
        fact: Box<SupplierFact>,
    },
    /// Goods have come.
    WhFulfilled {
        /// What is said of them.
        fact: Box<SupplierFact>,
    },
    /// The supplier has cancelled what is still open.
    WhCancelled {
        /// What it says.
        fact: Box<SupplierFact>,
    },
    /// Goods are invoiced or credited.
    WhInvoiced {
        /// What is said of them.
        fact: Box<SupplierFact>,
    },
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
    /// The document is cancelled, now or before.
    CancelOk {
        /// The answered request.
        request: u32,
    },
    /// The supplier refuses to cancel.
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
    /// An answer names documents that the supplier keeps for another order: it proves nothing about this
    /// one, and what it names is not this order's to adopt or to cancel.
    ForeignAnswer {
        /// The answered request.
        request: u32,
        /// To which order they belong.
        reference: String,
        /// What it names.
        documents: Vec<NamedDocument>,
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
}

/// By what an order is approved: everything that [`decide`](crate::order::decide) needs beside what
/// was said, which the life itself keeps.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ApprovalCase {
    /// The draft that is shown to whoever approves; it must be the one that the life knows.
    pub draft: PurchaseOrder,
    /// What the company has written down.
    pub rules: ApprovalRules,
    /// What is known on the day.
    pub context: ApprovalContext,
}

impl PurchaseOrderEvent {
    /// What a supplier says, by webhook or when asked, as the event of its word. A statement without
    /// one is about invoices if it says anything of them, else about goods, else about promises.
    pub fn stated(fact: SupplierFact) -> Self {
        use SupplierStatus as W;
        let is_invoice = |line: &LineFact| {
            line.invoiced.or(line.credited).is_some()
                || line.invoiced_amount.or(line.credited_amount).is_some()
        };
        let word = fact.status.map(Self::word);
        let invoiced = fact.charges.is_some() || fact.lines.iter().any(is_invoice);
        let received = fact.lines.iter().any(|line| line.received.is_some());
        let fact = Box::new(fact);
        match word {
            Some(W::Rejected) => Self::WhRejected { fact },
            Some(W::Cancelled) => Self::WhCancelled { fact },
            Some(W::Invoiced) => Self::WhInvoiced { fact },
            Some(W::PartiallyFulfilled | W::Fulfilled) => Self::WhFulfilled { fact },
            Some(W::Acknowledged | W::PartiallyConfirmed | W::Confirmed) => {
                Self::WhConfirmed { fact }
            }
            None if invoiced => Self::WhInvoiced { fact },
            None if received => Self::WhFulfilled { fact },
            None => Self::WhConfirmed { fact },
        }
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LinesChanged { .. } => "lines_changed",
            Self::Priced { .. } => "priced",
            Self::RequestApproval { .. } => "request_approval",
            Self::Approve { .. } => "approve",
            Self::Decline { .. } => "decline",
            Self::Submit {} => "submit",
            Self::TimerDue {} => "timer_due",
            Self::CancelRequested {} => "cancel_requested",
            Self::Recover {} => "recover",
            Self::AcceptChange {} => "accept_change",
            Self::DeclineChange {} => "decline_change",
            Self::CloseShort {} => "close_short",
            Self::WhConfirmed { .. } => "wh_confirmed",
            Self::WhRejected { .. } => "wh_rejected",
            Self::WhFulfilled { .. } => "wh_fulfilled",
            Self::WhCancelled { .. } => "wh_cancelled",
            Self::WhInvoiced { .. } => "wh_invoiced",
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
            Self::CancelRefused { .. } => "cancel_refused",
            Self::CancelAmbiguous { .. } => "cancel_ambiguous",
            Self::ForeignAnswer { .. } => "foreign_answer",
            Self::OperatorPresent { .. } => "operator_present",
            Self::OperatorAbsent {} => "operator_absent",
            Self::OperatorSettle {} => "operator_settle",
        }
    }

    /// What the supplier says, when it says something, and the word that the event stands for.
    pub(in crate::flow) fn fact(&self) -> Option<(SupplierStatus, &SupplierFact)> {
        if let Self::WhConfirmed { fact } = self {
            Some((SupplierStatus::Confirmed, fact))
        } else if let Self::WhRejected { fact } = self {
            Some((SupplierStatus::Rejected, fact))
        } else if let Self::WhFulfilled { fact } = self {
            Some((SupplierStatus::PartiallyFulfilled, fact))
        } else if let Self::WhCancelled { fact } = self {
            Some((SupplierStatus::Cancelled, fact))
        } else if let Self::WhInvoiced { fact } = self {
            Some((SupplierStatus::Invoiced, fact))
        } else {
            None
        }
    }

    /// The event of each word of a supplier's.
    pub(super) fn word(said: SupplierStatus) -> SupplierStatus {
        use SupplierStatus as W;
        match said {
            W::Acknowledged | W::PartiallyConfirmed | W::Confirmed => W::Confirmed,
            W::Rejected => W::Rejected,
            W::PartiallyFulfilled | W::Fulfilled => W::PartiallyFulfilled,
            W::Invoiced => W::Invoiced,
            W::Cancelled => W::Cancelled,
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
            Self::Priced { request, .. }
            | Self::Ok { request, .. }
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
            | Self::CancelRefused { request, .. }
            | Self::CancelAmbiguous { request, .. }
            | Self::ForeignAnswer { request, .. } => Some(*request),
            Self::LinesChanged { .. }
            | Self::RequestApproval { .. }
            | Self::Approve { .. }
            | Self::Decline { .. }
            | Self::Submit {}
            | Self::TimerDue {}
            | Self::CancelRequested {}
            | Self::Recover {}
            | Self::AcceptChange {}
            | Self::DeclineChange {}
            | Self::CloseShort {}
            | Self::WhConfirmed { .. }
            | Self::WhRejected { .. }
            | Self::WhFulfilled { .. }
            | Self::WhCancelled { .. }
            | Self::WhInvoiced { .. }
            | Self::LateOk { .. }
            | Self::OperatorPresent { .. }
            | Self::OperatorAbsent {}
            | Self::OperatorSettle {} => None,
        }
    }
}
