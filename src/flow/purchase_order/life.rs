//! The stored value of a purchase order's life, and its states.

use super::{
    Facts, OrderedLine, SupplierStatus,
    draft::{Quote, Terms, Word},
};
use crate::{
    flow::{
        FORMAT, known_format,
        submission::{Awaited, Cancellation, Documents, LineDocument, Submission},
    },
    order::{Approval, PurchaseOrder},
    unit::{Invalid, PurchaseOrderId, SupplierId, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known about one purchase order; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{PurchaseOrderLife, PurchaseOrderState};
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
/// let life = PurchaseOrderLife::new(&draft, r#"{"sku":"apple"}"#)?;
/// assert_eq!(life.state(), PurchaseOrderState::Draft);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PurchaseOrderLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) id: PurchaseOrderId,
    pub(in crate::flow) state: PurchaseOrderState,
    pub(in crate::flow) terms: Terms,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) quote: Option<Quote>,
    /// Everything that was said about the draft; what holds of it is decided anew every time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::flow) given: Vec<Word>,
    pub(in crate::flow) submission: Submission,
    pub(in crate::flow) documents: Documents,
    pub(in crate::flow) cancellation: Cancellation,
    pub(in crate::flow) facts: Facts,
    /// We do not wait any more for what has not come.
    pub(in crate::flow) short: bool,
    /// It is cancelled because of what the supplier promises, so that it is bought elsewhere.
    pub(in crate::flow) still_wanted: bool,
    /// Two attempts with different keys may both be alive, until a person says what there is.
    pub(in crate::flow) two_may_live: bool,
    /// How often the supplier was asked whether it confirms.
    pub(in crate::flow) probes: u32,
    /// The newest request made for this order, 0 before the first.
    pub(in crate::flow) last_request: u32,
    /// The request whose answer this state waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) awaited: Option<Awaited>,
    /// The one running timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// Answers, statements and timers that came after their turn and changed nothing.
    pub(in crate::flow) superseded: u32,
    /// When the last event was taken; none is taken before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) last_at: Option<Timestamp>,
}

/// Where a purchase order stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseOrderState {
    /// Being written; may be priced.
    Draft,
    /// Waits for somebody to approve it.
    PendingApproval,
    /// To be sent, or certainly not applied and to be sent again.
    Approved,
    /// An attempt to create is running.
    Submitting,
    /// An attempt may or may not have been applied; waiting before finding out.
    Unknown,
    /// Looking the order up.
    Verifying,
    /// The supplier has it and has promised nothing.
    Submitted,
    /// The supplier promises something else than ordered; a person must agree or decline.
    ChangeReview,
    /// The supplier promises it.
    Confirmed,
    /// Some goods have come.
    PartiallyFulfilled,
    /// All goods that will come have come.
    Fulfilled,
    /// Order, goods and invoice agree.
    Invoiced,
    /// To be cancelled at the supplier.
    CancelPending,
    /// An attempt to cancel is running.
    Cancelling,
    /// The supplier will not deliver anything of it.
    SupplierRejected,
    /// The supplier's system refused to take it; changed lines may be submitted.
    SubmitRejected,
    /// Given up, certainly not alive; may be submitted again.
    SubmitFailed,
    /// Not approved.
    Declined,
    /// Not alive and not wanted any more.
    Cancelled,
    /// A person must look at the supplier and say what is there.
    Review,
}

/// The words other systems know for the state of a purchase order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseOrderStatus {
    /// Being written.
    Draft,
    /// Waits for approval.
    PendingApproval,
    /// Approved; not sent yet, being sent, or in doubt.
    Initial,
    /// The supplier has it; nothing is agreed.
    Sent,
    /// The supplier promises it.
    Confirmed,
    /// Some goods have come.
    PartiallyFulfilled,
    /// All goods that will come have come.
    Fulfilled,
    /// Invoiced as it should be.
    Invoiced,
    /// A cancel is wanted and not yet confirmed.
    CancellationPending,
    /// Rejected, given up, or to be reviewed.
    Failed,
    /// Declined or cancelled.
    Nullified,
}

impl PurchaseOrderLife {
    /// A drafted order, and the bytes that say the same to the supplier, including every date.
    ///
    /// The bytes come with the draft and not with the submit: what is priced and approved is what is
    /// sent, and nothing has to be asked for when an approved order sends itself.
    ///
    /// # Errors
    ///
    /// When the draft has no line, a line twice, a quantity of nothing, a price below zero or two
    /// currencies, with its place.
    pub fn new(draft: &PurchaseOrder, payload: &str) -> Result<Self, Invalid> {
        let terms = Terms::of(draft)?;
        let mut submission = Submission::new();
        submission.payload = Some(payload.to_owned());
        Ok(Self {
            version: FORMAT,
            id: draft.id.clone(),
            state: PurchaseOrderState::Draft,
            documents: Documents::new(terms.line_ids())?,
            terms,
            quote: None,
            given: Vec::new(),
            submission,
            cancellation: Cancellation::default(),
            facts: Facts::default(),
            short: false,
            still_wanted: false,
            two_may_live: false,
            probes: 0,
            last_request: 0,
            awaited: None,
            wake_at: None,
            superseded: 0,
            last_at: None,
        })
    }

    /// The order.
    pub fn id(&self) -> &PurchaseOrderId {
        &self.id
    }

    /// Where it stands.
    pub fn state(&self) -> PurchaseOrderState {
        self.state
    }

    /// The word other systems know for it.
    pub fn status(&self) -> PurchaseOrderStatus {
        self.state.status()
    }

    /// From whom it buys.
    pub fn supplier(&self) -> &SupplierId {
        &self.terms.supplier
    }

    /// The draft's revision, one more for every change of the supplier's that was accepted.
    pub fn revision(&self) -> u32 {
        self.terms.revision
    }

    /// What its lines ask for, as drafted or as agreed since, in order of their names.
    pub fn ordered(&self) -> &[OrderedLine] {
        &self.terms.ordered
    }

    /// What the supplier has said so far.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether what has not come is not awaited any more: a person closed the order short, it was
    /// cancelled after some goods had come, or the supplier says that it has cancelled the rest.
    pub fn is_short(&self) -> bool {
        self.short || self.facts.has_said(SupplierStatus::Cancelled)
    }

    /// What was said about the draft, in order of the instants.
    pub fn approvals(&self) -> impl Iterator<Item = &Approval> {
        self.given.iter().map(|word| &word.0)
    }

    /// When the order must be woken; absent when it rests or waits for a person.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// Every document ever named for it, ended ones included, sorted by line.
    pub fn documents(&self) -> &[LineDocument] {
        &self.documents.known
    }

    /// Whether a cancel is remembered.
    pub fn cancel_requested(&self) -> bool {
        self.cancellation.requested
    }

    /// Attempts of the current submission that count against its retries.
    pub fn attempts(&self) -> u32 {
        self.submission.attempts
    }
}

impl PurchaseOrderState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 20] = [
        Self::Draft,
        Self::PendingApproval,
        Self::Approved,
        Self::Submitting,
        Self::Unknown,
        Self::Verifying,
        Self::Submitted,
        Self::ChangeReview,
        Self::Confirmed,
        Self::PartiallyFulfilled,
        Self::Fulfilled,
        Self::Invoiced,
        Self::CancelPending,
        Self::Cancelling,
        Self::SupplierRejected,
        Self::SubmitRejected,
        Self::SubmitFailed,
        Self::Declined,
        Self::Cancelled,
        Self::Review,
    ];

    /// The word other systems know for it.
    pub fn status(self) -> PurchaseOrderStatus {
        use PurchaseOrderStatus as P;
        match self {
            Self::Draft => P::Draft,
            Self::PendingApproval => P::PendingApproval,
            Self::Approved | Self::Submitting | Self::Unknown | Self::Verifying => P::Initial,
            Self::Submitted | Self::ChangeReview => P::Sent,
            Self::Confirmed => P::Confirmed,
            Self::PartiallyFulfilled => P::PartiallyFulfilled,
            Self::Fulfilled => P::Fulfilled,
            Self::Invoiced => P::Invoiced,
            Self::CancelPending | Self::Cancelling => P::CancellationPending,
            Self::SupplierRejected | Self::SubmitRejected | Self::SubmitFailed | Self::Review => {
                P::Failed
            }
            Self::Declined | Self::Cancelled => P::Nullified,
        }
    }

    /// Whether the engine does nothing more here until something new comes from outside.
    pub fn is_resting(self) -> bool {
        matches!(
            self,
            Self::Invoiced
                | Self::Declined
                | Self::SupplierRejected
                | Self::Cancelled
                | Self::SubmitRejected
                | Self::SubmitFailed
                | Self::Review
        )
    }

    /// Whether it goes on only when a person says something.
    pub fn awaits_person(self) -> bool {
        matches!(
            self,
            Self::Draft
                | Self::PendingApproval
                | Self::ChangeReview
                | Self::SubmitRejected
                | Self::SubmitFailed
                | Self::Review
        )
    }

    /// Whether the outcome of some attempt is unknown.
    pub fn in_doubt(self) -> bool {
        matches!(self, Self::Unknown | Self::Verifying | Self::Review)
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::PendingApproval => "pending_approval",
            Self::Approved => "approved",
            Self::Submitting => "submitting",
            Self::Unknown => "unknown",
            Self::Verifying => "verifying",
            Self::Submitted => "submitted",
            Self::ChangeReview => "change_review",
            Self::Confirmed => "confirmed",
            Self::PartiallyFulfilled => "partially_fulfilled",
            Self::Fulfilled => "fulfilled",
            Self::Invoiced => "invoiced",
            Self::CancelPending => "cancel_pending",
            Self::Cancelling => "cancelling",
            Self::SupplierRejected => "supplier_rejected",
            Self::SubmitRejected => "submit_rejected",
            Self::SubmitFailed => "submit_failed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Review => "review",
        }
    }
}

impl fmt::Display for PurchaseOrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
