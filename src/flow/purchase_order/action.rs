//! What a person can ask of an order now, why not the rest, and what happens by itself.

use super::PurchaseOrderState;
use serde::{Deserialize, Serialize};

/// What a person can ask of a purchase order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseOrderAction {
    /// Change its draft.
    LinesChanged,
    /// Show it to whoever must approve it.
    RequestApproval,
    /// Approve it.
    Approve,
    /// Refuse to approve it.
    Decline,
    /// Send it.
    Submit,
    /// Cancel it.
    CancelRequested,
    /// Agree to what the supplier promises instead.
    AcceptChange,
    /// Refuse what the supplier promises instead.
    DeclineChange,
    /// Do not wait for what has not come.
    CloseShort,
    /// Say which documents are alive.
    OperatorPresent,
    /// Say that nothing is alive.
    OperatorAbsent,
    /// Say that all of it is settled by other means.
    OperatorSettle,
}

/// Whether a person can ask this now, and why not.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PurchaseOrderActionAvailability {
    /// What is asked.
    pub action: PurchaseOrderAction,
    /// Why it is not possible; absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<PurchaseOrderRefusal>,
}

/// Why a person cannot ask something now.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseOrderRefusal {
    /// It is not approved.
    NotApproved,
    /// Nobody has asked for its approval.
    ApprovalNotRequested,
    /// Its approval was asked for already, or given.
    ApprovalRequested,
    /// It is sent or being sent, and changed only with the supplier.
    Frozen,
    /// It may be alive already; sending again could make a second order.
    InDoubt,
    /// It is alive already.
    AlreadySent,
    /// It waits for a person's word about what is there.
    NeedsReview,
    /// It is being cancelled.
    BeingCancelled,
    /// All goods have come; there is nothing to cancel.
    AlreadyReceived,
    /// It is over.
    Over,
    /// The supplier proposes no change.
    NoChangeProposed,
    /// No goods have come, or all have: then it is cancelled, or complete.
    NotPartlyReceived,
    /// Its state is known; there is nothing to decide.
    NothingToReview,
    /// It was refused as it is: change it first.
    Rejected,
}

/// What happens to an order next, when nobody does anything.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseOrderNext {
    /// A person goes on.
    WaitsForPerson,
    /// When it wakes, whoever must approve it is reminded.
    RemindsApprover,
    /// When it wakes, it is sent.
    Sends,
    /// The answer comes, or it wakes without one.
    WaitsForAnswer,
    /// When it wakes, it is looked up or sent again under the same key, as the server allows.
    FindsOut,
    /// The supplier confirms it, or is asked when it wakes.
    WaitsForConfirmation,
    /// Goods come, or the supplier is asked when it wakes.
    WaitsForGoods,
    /// The invoice comes, or a person is told when it wakes.
    WaitsForInvoice,
    /// When it wakes, the next living document is cancelled.
    CancelsNextDocument,
    /// It rests.
    Nothing,
}

impl PurchaseOrderState {
    /// What a person can ask here, and why not the rest.
    pub fn actions(self) -> [PurchaseOrderActionAvailability; 12] {
        PurchaseOrderAction::ALL
            .map(|action| PurchaseOrderActionAvailability { action, refusal: self.refusal(action) })
    }

    /// The names of what a person can ask here.
    pub fn allowed(self) -> Vec<&'static str> {
        let open = self.actions().into_iter().filter(|entry| entry.refusal.is_none());
        open.map(|entry| entry.action.name()).collect()
    }

    /// What happens next here, when nobody does anything.
    pub fn next(self) -> PurchaseOrderNext {
        use PurchaseOrderNext as N;
        match self {
            Self::Draft
            | Self::ChangeReview
            | Self::SubmitRejected
            | Self::SubmitFailed
            | Self::Review => N::WaitsForPerson,
            Self::PendingApproval => N::RemindsApprover,
            Self::Approved => N::Sends,
            Self::Submitting | Self::Verifying | Self::Cancelling => N::WaitsForAnswer,
            Self::Unknown => N::FindsOut,
            Self::Submitted => N::WaitsForConfirmation,
            Self::Confirmed | Self::PartiallyFulfilled => N::WaitsForGoods,
            Self::Fulfilled => N::WaitsForInvoice,
            Self::CancelPending => N::CancelsNextDocument,
            Self::Invoiced | Self::SupplierRejected | Self::Declined | Self::Cancelled => {
                N::Nothing
            }
        }
    }

    fn refusal(self, action: PurchaseOrderAction) -> Option<PurchaseOrderRefusal> {
        use PurchaseOrderAction as A;
        match action {
            A::LinesChanged => self.refuses_change(),
            A::RequestApproval => self.refuses_request(),
            A::Approve | A::Decline => self.refuses_decision(),
            A::Submit => self.refuses_submit(),
            A::CancelRequested => self.refuses_cancel(),
            A::AcceptChange | A::DeclineChange => {
                (self != Self::ChangeReview).then_some(PurchaseOrderRefusal::NoChangeProposed)
            }
            A::CloseShort => (self != Self::PartiallyFulfilled)
                .then_some(PurchaseOrderRefusal::NotPartlyReceived),
            A::OperatorPresent | A::OperatorAbsent | A::OperatorSettle => {
                (self != Self::Review).then_some(PurchaseOrderRefusal::NothingToReview)
            }
        }
    }

    fn refuses_change(self) -> Option<PurchaseOrderRefusal> {
        use PurchaseOrderRefusal as R;
        match self {
            Self::Draft | Self::PendingApproval | Self::Approved | Self::SubmitRejected => None,
            Self::Review => Some(R::NeedsReview),
            Self::Declined | Self::Cancelled | Self::SupplierRejected | Self::Invoiced => {
                Some(R::Over)
            }
            Self::Submitting
            | Self::Unknown
            | Self::Verifying
            | Self::Submitted
            | Self::ChangeReview
            | Self::Confirmed
            | Self::PartiallyFulfilled
            | Self::Fulfilled
            | Self::CancelPending
            | Self::Cancelling
            | Self::SubmitFailed => Some(R::Frozen),
        }
    }

    fn refuses_request(self) -> Option<PurchaseOrderRefusal> {
        use PurchaseOrderRefusal as R;
        match self {
            Self::Draft => None,
            Self::SubmitRejected => Some(R::Rejected),
            Self::Declined | Self::Cancelled | Self::SupplierRejected | Self::Invoiced => {
                Some(R::Over)
            }
            Self::PendingApproval
            | Self::Approved
            | Self::Submitting
            | Self::Unknown
            | Self::Verifying
            | Self::Submitted
            | Self::ChangeReview
            | Self::Confirmed
            | Self::PartiallyFulfilled
            | Self::Fulfilled
            | Self::CancelPending
            | Self::Cancelling
            | Self::SubmitFailed
            | Self::Review => Some(R::ApprovalRequested),
        }
    }

    fn refuses_decision(self) -> Option<PurchaseOrderRefusal> {
        use PurchaseOrderRefusal as R;
        match self {
            Self::PendingApproval => None,
            Self::Draft | Self::SubmitRejected => Some(R::ApprovalNotRequested),
            Self::Approved
            | Self::Submitting
            | Self::Unknown
            | Self::Verifying
            | Self::Submitted
            | Self::ChangeReview
            | Self::Confirmed
            | Self::PartiallyFulfilled
            | Self::Fulfilled
            | Self::Invoiced
            | Self::CancelPending
            | Self::Cancelling
            | Self::SupplierRejected
            | Self::SubmitFailed
            | Self::Declined
            | Self::Cancelled
            | Self::Review => Some(R::ApprovalRequested),
        }
    }

    fn refuses_submit(self) -> Option<PurchaseOrderRefusal> {
        use PurchaseOrderRefusal as R;
        match self {
            Self::Approved | Self::SubmitFailed => None,
            Self::Draft | Self::PendingApproval => Some(R::NotApproved),
            Self::Submitting | Self::Unknown | Self::Verifying => Some(R::InDoubt),
            Self::Review => Some(R::NeedsReview),
            Self::CancelPending | Self::Cancelling => Some(R::BeingCancelled),
            Self::SubmitRejected => Some(R::Rejected),
            Self::Declined | Self::Cancelled | Self::SupplierRejected | Self::Invoiced => {
                Some(R::Over)
            }
            Self::Submitted
            | Self::ChangeReview
            | Self::Confirmed
            | Self::PartiallyFulfilled
            | Self::Fulfilled => Some(R::AlreadySent),
        }
    }

    fn refuses_cancel(self) -> Option<PurchaseOrderRefusal> {
        use PurchaseOrderRefusal as R;
        match self {
            Self::Draft
            | Self::PendingApproval
            | Self::Approved
            | Self::Submitting
            | Self::Unknown
            | Self::Verifying
            | Self::Submitted
            | Self::ChangeReview
            | Self::Confirmed
            | Self::PartiallyFulfilled
            | Self::SubmitRejected
            | Self::SubmitFailed
            | Self::Review => None,
            Self::CancelPending | Self::Cancelling => Some(R::BeingCancelled),
            Self::Fulfilled => Some(R::AlreadyReceived),
            Self::Declined | Self::Cancelled | Self::SupplierRejected | Self::Invoiced => {
                Some(R::Over)
            }
        }
    }
}

impl PurchaseOrderNext {
    /// Whether it happens at the latest when the order wakes, and so never without a time to wake.
    pub fn needs_wake(self) -> bool {
        match self {
            Self::RemindsApprover
            | Self::Sends
            | Self::WaitsForAnswer
            | Self::FindsOut
            | Self::WaitsForConfirmation
            | Self::WaitsForGoods
            | Self::WaitsForInvoice
            | Self::CancelsNextDocument => true,
            Self::WaitsForPerson | Self::Nothing => false,
        }
    }
}

impl PurchaseOrderAction {
    /// Every action.
    pub const ALL: [Self; 12] = [
        Self::LinesChanged,
        Self::RequestApproval,
        Self::Approve,
        Self::Decline,
        Self::Submit,
        Self::CancelRequested,
        Self::AcceptChange,
        Self::DeclineChange,
        Self::CloseShort,
        Self::OperatorPresent,
        Self::OperatorAbsent,
        Self::OperatorSettle,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LinesChanged => "lines_changed",
            Self::RequestApproval => "request_approval",
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Submit => "submit",
            Self::CancelRequested => "cancel_requested",
            Self::AcceptChange => "accept_change",
            Self::DeclineChange => "decline_change",
            Self::CloseShort => "close_short",
            Self::OperatorPresent => "operator_present",
            Self::OperatorAbsent => "operator_absent",
            Self::OperatorSettle => "operator_settle",
        }
    }
}
