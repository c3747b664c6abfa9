//! What a step asks to be done, told and kept.

use super::SaleOrderLife;
use crate::{
    flow::Severity,
    unit::{DocumentId, Timestamp},
};
use serde::{Deserialize, Serialize};

/// What [`step`](super::step) wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SaleOrderCommand {
    /// Create the order in the other system.
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
    /// Find the order in the other system by our reference.
    Lookup {
        /// The request to make.
        request: u32,
        /// Which look-up of this doubt it is.
        attempt: u32,
        /// Identifies the look-up.
        idempotency_key: String,
    },
    /// Cancel one document in the other system.
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
    /// The parent order's status must be recomputed.
    Parent {},
}

/// What a person is told about an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A positive answer came after its turn.
    LateAnswer,
    /// The answer leaves lines without a document, or gives them several.
    LinesWithoutDocument,
    /// Accepted, but the documents are not named.
    AcceptedWithoutDocument,
    /// The other system rejected the order.
    Rejected,
    /// Every attempt failed without reaching the server.
    Undeliverable,
    /// The outcome is unknown; do not send it again by other means.
    OutcomeUnknown,
    /// Two attempts may both be alive.
    TwoAttemptsMayLive,
    /// The other system holds more than one set of documents for the order.
    DuplicateInErp,
    /// Accepted, yet the look-up finds nothing.
    AcceptedButNotFound,
    /// A second order appeared in the other system.
    SecondErpOrder,
    /// Rejected, yet present.
    RejectedYetPresent,
    /// The other system nullified the order by itself.
    NullifiedRemotely,
    /// The other system nullified a part of the order by itself.
    PartlyNullifiedRemotely,
    /// The other system refuses to cancel; the order stays alive.
    CancelRefused,
    /// No attempt to cancel reached the server; the order stays alive.
    CancelUndeliverable,
    /// Whether the order is cancelled is unknown.
    CancelOutcomeUnknown,
    /// There is no document to cancel.
    NothingToCancel,
    /// Some documents are cancelled and others are not.
    PartlyCancelled,
    /// Alive after it was nullified.
    AliveAfterNullification,
    /// An answer to a request for this order names documents of another one.
    DocumentOfAnotherOrder,
}

/// What is kept for the record about an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Audit {
    /// Cancelled without ever being sent.
    NeverSent,
    /// Cancelled when no attempt had been applied.
    NeverApplied,
    /// The other system rejected an attempt.
    AttemptRejected,
    /// Proved absent by look-up.
    ProvedAbsent,
    /// The document had been cancelled before we asked.
    AlreadyCancelled,
    /// Nullified by the other system.
    NullifiedRemotely,
    /// A person said that it is present.
    OperatorSaidPresent,
    /// A person said that it is absent.
    OperatorSaidAbsent,
    /// The late result of an attempt to cancel; the state does not change.
    LateCancelResult,
    /// What a request told while it ran.
    RequestLog,
}

/// The next life of an order and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderStep {
    /// The next life.
    pub life: SaleOrderLife,
    /// What to do, in order.
    pub commands: Vec<SaleOrderCommand>,
}

impl Notice {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LateAnswer => "late_answer",
            Self::LinesWithoutDocument => "lines_without_document",
            Self::AcceptedWithoutDocument => "accepted_without_document",
            Self::Rejected => "rejected",
            Self::Undeliverable => "undeliverable",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::TwoAttemptsMayLive => "two_attempts_may_live",
            Self::DuplicateInErp => "duplicate_in_erp",
            Self::AcceptedButNotFound => "accepted_but_not_found",
            Self::SecondErpOrder => "second_erp_order",
            Self::RejectedYetPresent => "rejected_yet_present",
            Self::NullifiedRemotely => "nullified_remotely",
            Self::PartlyNullifiedRemotely => "partly_nullified_remotely",
            Self::CancelRefused => "cancel_refused",
            Self::CancelUndeliverable => "cancel_undeliverable",
            Self::CancelOutcomeUnknown => "cancel_outcome_unknown",
            Self::NothingToCancel => "nothing_to_cancel",
            Self::PartlyCancelled => "partly_cancelled",
            Self::AliveAfterNullification => "alive_after_nullification",
            Self::DocumentOfAnotherOrder => "document_of_another_order",
        }
    }

    /// How soon a person must act: at once where more may be alive than was wanted.
    pub fn severity(self) -> Severity {
        match self {
            Self::LateAnswer | Self::NullifiedRemotely => Severity::Information,
            Self::Rejected
            | Self::Undeliverable
            | Self::CancelRefused
            | Self::CancelUndeliverable => Severity::Warning,
            Self::LinesWithoutDocument
            | Self::AcceptedWithoutDocument
            | Self::OutcomeUnknown
            | Self::AcceptedButNotFound
            | Self::RejectedYetPresent
            | Self::PartlyNullifiedRemotely
            | Self::CancelOutcomeUnknown
            | Self::NothingToCancel
            | Self::PartlyCancelled
            | Self::DocumentOfAnotherOrder => Severity::Decision,
            Self::TwoAttemptsMayLive
            | Self::DuplicateInErp
            | Self::SecondErpOrder
            | Self::AliveAfterNullification => Severity::Urgent,
        }
    }
}
