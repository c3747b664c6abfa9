//! What a step asks to be done, told and kept.

use super::{OrderedLine, PurchaseOrderLife};
use crate::unit::{Day, DocumentId, LineId, OfferId, Quantity, Sku, SupplierId, Timestamp};
use serde::{Deserialize, Serialize};

/// What [`step`](super::step) wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PurchaseOrderCommand {
    /// Ask the supplier what the draft costs and what of it can be had; nothing is ordered.
    Price {
        /// The request to make.
        request: u32,
        /// The same for every question about one revision.
        idempotency_key: String,
        /// The bytes of the draft.
        payload: String,
    },
    /// Create the order at the supplier.
    Create {
        /// The request to make.
        request: u32,
        /// Which attempt of the submission this is.
        attempt: u32,
        /// The same for every attempt of one revision.
        idempotency_key: String,
        /// The same bytes for every attempt of one revision.
        payload: String,
    },
    /// Find the order at the supplier by our reference.
    Lookup {
        /// The request to make.
        request: u32,
        /// Which look-up of this doubt it is.
        attempt: u32,
        /// Identifies the look-up.
        idempotency_key: String,
    },
    /// Read where the order stands at the supplier; tell what it says like a webhook.
    Read {
        /// The request to make.
        request: u32,
        /// How often it was asked whether the order is confirmed, this time included.
        probe: u32,
        /// Identifies the question.
        idempotency_key: String,
        /// The living documents; none where only our reference is known.
        documents: Vec<DocumentId>,
    },
    /// Cancel one document at the supplier.
    Cancel {
        /// The request to make.
        request: u32,
        /// Which attempt to cancel this document it is.
        attempt: u32,
        /// The same for every attempt to cancel this document.
        idempotency_key: String,
        /// The document.
        document: DocumentId,
    },
    /// Tell the supplier that what it promises instead is agreed.
    Accept {
        /// The request to make.
        request: u32,
        /// The same for every repetition of this agreement.
        idempotency_key: String,
        /// The living documents.
        documents: Vec<DocumentId>,
        /// The revision of the order that is agreed with it.
        revision: u32,
        /// What is agreed; a line with a quantity of nothing is given up.
        lines: Vec<OrderedLine>,
    },
    /// Run the one timer; it replaces the one before.
    Timer {
        /// When it is due.
        at: Timestamp,
    },
    /// No timer runs any more.
    CancelTimer {},
    /// Tell a person, once for each key.
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
    /// The parent order's status must be recomputed.
    Parent {},
    /// Buy this elsewhere, as far as it is still needed. Nothing is asked for twice.
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
    /// Order, goods and invoice agree: hand the invoice to accounting.
    PostInvoice {
        /// The same for every repetition.
        key: String,
    },
}

/// What is to be bought elsewhere of a line.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ElsewhereLine {
    /// The line.
    pub line: LineId,
    /// The product.
    pub sku: Sku,
    /// How much.
    pub quantity: Quantity,
    /// The day on which it is needed.
    pub needed_by: Day,
    /// The offer that did not serve.
    pub offer: OfferId,
}

/// Why something is to be bought elsewhere.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum SourceReason {
    /// Before anything was ordered, the supplier says that it cannot deliver it.
    Unavailable,
    /// The supplier refused the order.
    Rejected,
    /// The supplier promises less, and that is agreed.
    Reduced,
    /// The supplier cancelled what was open.
    SupplierCancelled,
    /// The supplier promises less, and that is not agreed.
    ChangeDeclined,
    /// A person does not wait for it any longer.
    ClosedShort,
}

/// What a person is told about an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseOrderNotice {
    /// Somebody must approve it.
    ApprovalNeeded,
    /// Somebody must still approve it.
    ApprovalReminder,
    /// What was approved is void: prices have moved or the quote is too old.
    ApprovalVoid,
    /// It is not approved.
    Declined,
    /// It can be shown for approval once the supplier has priced it.
    NotPriced,
    /// The supplier cannot deliver some lines.
    LinesUnavailable,
    /// A positive answer came after its turn.
    LateAnswer,
    /// The answer leaves lines without a document, or gives them several.
    LinesWithoutDocument,
    /// Accepted, but the documents are not named.
    AcceptedWithoutDocument,
    /// The supplier's system refused to take it.
    SubmitRejected,
    /// Every attempt failed without reaching the server.
    Undeliverable,
    /// The outcome is unknown; do not send it again by other means.
    OutcomeUnknown,
    /// Two attempts may both be alive.
    TwoAttemptsMayLive,
    /// The supplier holds more than one set of documents for the order.
    DuplicateAtSupplier,
    /// Accepted, yet the look-up finds nothing.
    AcceptedButNotFound,
    /// A second order appeared at the supplier.
    SecondPurchaseOrder,
    /// Rejected, yet present or promised.
    RejectedYetPresent,
    /// The supplier promises something else than ordered.
    ChangeProposed,
    /// The supplier will deliver nothing of it.
    SupplierRejected,
    /// The supplier has not confirmed it.
    NotConfirmed,
    /// The promised day has passed and goods are missing.
    DeliveryLate,
    /// The supplier cancelled what was still open.
    SupplierCancelled,
    /// More has come than may come.
    OverDelivery,
    /// Goods came for what nobody waited for any more.
    GoodsAfterClose,
    /// Invoiced before the goods came.
    InvoicedBeforeGoods,
    /// Goods have come and no invoice.
    InvoiceMissing,
    /// Order, goods and invoice disagree.
    InvoiceMismatch,
    /// Something was invoiced or credited after everything agreed.
    InvoiceAfterClose,
    /// Whether the supplier knows that its change is agreed is unknown.
    AcceptUndelivered,
    /// All goods came before the cancel did.
    CancelTooLate,
    /// The supplier refuses to cancel; the order stays alive.
    CancelRefused,
    /// No attempt to cancel reached the server; the order stays alive.
    CancelUndeliverable,
    /// Whether the order is cancelled is unknown.
    CancelOutcomeUnknown,
    /// There is no document to cancel.
    NothingToCancel,
    /// Some documents are cancelled and others are not.
    PartlyCancelled,
    /// The supplier works on an order that is cancelled or declined.
    AliveAfterCancellation,
    /// An answer to us named documents of another order; they are left alone.
    DocumentOfAnotherOrder,
    /// Goods came that were not expected of this order any more: given back to sourcing, where they may
    /// be bought a second time, or not wanted.
    GoodsGivenBack,
}

/// What is kept for the record about an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PurchaseOrderAudit {
    /// Approved, by whom and by which rules.
    Approved,
    /// Refused, by whom and why.
    Declined,
    /// Cancelled without ever being sent.
    NeverSent,
    /// Cancelled when no attempt had been applied.
    NeverApplied,
    /// The supplier's system refused an attempt.
    AttemptRejected,
    /// Proved absent by look-up.
    ProvedAbsent,
    /// The supplier said something that does not move the order.
    Stated,
    /// A person said that it is present.
    OperatorSaidPresent,
    /// A person said that it is absent.
    OperatorSaidAbsent,
    /// A person settled it.
    OperatorSettled,
    /// A person closed it short.
    ClosedShort,
    /// The late result of an attempt to cancel; the state does not change.
    LateCancelResult,
    /// What a request told while it ran.
    RequestLog,
}

/// The next life of an order and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PurchaseOrderStep {
    /// The next life.
    pub life: PurchaseOrderLife,
    /// What to do, in order.
    pub commands: Vec<PurchaseOrderCommand>,
}

impl PurchaseOrderNotice {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApprovalNeeded => "approval_needed",
            Self::ApprovalReminder => "approval_reminder",
            Self::ApprovalVoid => "approval_void",
            Self::Declined => "declined",
            Self::NotPriced => "not_priced",
            Self::LinesUnavailable => "lines_unavailable",
            Self::LateAnswer => "late_answer",
            Self::LinesWithoutDocument => "lines_without_document",
            Self::AcceptedWithoutDocument => "accepted_without_document",
            Self::SubmitRejected => "submit_rejected",
            Self::Undeliverable => "undeliverable",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::TwoAttemptsMayLive => "two_attempts_may_live",
            Self::DuplicateAtSupplier => "duplicate_at_supplier",
            Self::AcceptedButNotFound => "accepted_but_not_found",
            Self::SecondPurchaseOrder => "second_purchase_order",
            Self::RejectedYetPresent => "rejected_yet_present",
            Self::ChangeProposed => "change_proposed",
            Self::SupplierRejected => "supplier_rejected",
            Self::NotConfirmed => "not_confirmed",
            Self::DeliveryLate => "delivery_late",
            Self::SupplierCancelled => "supplier_cancelled",
            Self::OverDelivery => "over_delivery",
            Self::GoodsAfterClose => "goods_after_close",
            Self::InvoicedBeforeGoods => "invoiced_before_goods",
            Self::InvoiceMissing => "invoice_missing",
            Self::InvoiceMismatch => "invoice_mismatch",
            Self::InvoiceAfterClose => "invoice_after_close",
            Self::AcceptUndelivered => "accept_undelivered",
            Self::CancelTooLate => "cancel_too_late",
            Self::CancelRefused => "cancel_refused",
            Self::CancelUndeliverable => "cancel_undeliverable",
            Self::CancelOutcomeUnknown => "cancel_outcome_unknown",
            Self::NothingToCancel => "nothing_to_cancel",
            Self::PartlyCancelled => "partly_cancelled",
            Self::AliveAfterCancellation => "alive_after_cancellation",
            Self::DocumentOfAnotherOrder => "document_of_another_order",
            Self::GoodsGivenBack => "goods_given_back",
        }
    }
}

impl SourceReason {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Rejected => "rejected",
            Self::Reduced => "reduced",
            Self::SupplierCancelled => "supplier_cancelled",
            Self::ChangeDeclined => "change_declined",
            Self::ClosedShort => "closed_short",
        }
    }
}
