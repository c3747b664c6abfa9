//! Why an order or a request did not move.

use crate::unit::{Invalid, Timestamp};

/// A refused input; the value it was meant for is unchanged.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionError {
    /// The state does not take this command.
    #[error("{object} in state `{state}` expects {}, got `{got}`", list(expected))]
    InvalidTransition {
        /// What it was meant for, with its article: `a sale order`.
        object: &'static str,
        /// Where it stands.
        state: &'static str,
        /// What it takes there.
        expected: Vec<&'static str>,
        /// What was asked for.
        got: &'static str,
    },
    /// A rejected order is submitted again with the payload that was rejected.
    #[error("expected a payload other than the rejected revision {revision}, got the same one")]
    Unchanged {
        /// The rejected revision.
        revision: u32,
    },
    /// Another payload came for a revision whose payload is frozen.
    #[error(
        "expected the frozen payload of revision {revision} ({expected} bytes), got another one ({got} bytes)"
    )]
    PayloadFrozen {
        /// The frozen revision.
        revision: u32,
        /// Length of the frozen payload in bytes.
        expected: usize,
        /// Length of the given payload in bytes.
        got: usize,
    },
    /// The stored order is to be sent but holds no payload.
    #[error("expected an order with a payload, got none")]
    PayloadMissing,
    /// A person named documents that do not make up the order.
    #[error("expected one document for every line, got {got}")]
    DocumentsIncomplete {
        /// Which lines lack a document or have several, in words.
        got: String,
    },
    /// An outcome or token came for a request that was never made.
    #[error("expected a request from 1 to {last}, got `{got}`")]
    UnknownRequest {
        /// The newest request, 0 when there is none.
        last: u32,
        /// The request that was named.
        got: u32,
    },
    /// An outcome came for an attempt that was never made.
    #[error("expected an attempt from 1 to {last}, got `{got}`")]
    UnknownAttempt {
        /// The newest attempt, 0 when there is none.
        last: u32,
        /// The attempt that was named.
        got: u32,
    },
    /// The time given is earlier than that of the last event accepted.
    #[error(
        "{object} in state `{state}` expects a time from {} on for `{event}`, got {}", last.0, now.0
    )]
    ClockWentBack {
        /// What it was meant for, with its article.
        object: &'static str,
        /// Where it stands.
        state: &'static str,
        /// What was told.
        event: &'static str,
        /// The time of the last event accepted.
        last: Timestamp,
        /// The time given.
        now: Timestamp,
    },
    /// An answer or a refusal came for a token that was never asked for.
    #[error("expected a token generation from 1 to {last}, got `{got}`")]
    UnknownGeneration {
        /// The newest generation asked for, 0 when there is none.
        last: u32,
        /// The generation that was named.
        got: u32,
    },
    /// An answer came for a probe that was never sent.
    #[error("expected a probe from 1 to {last}, got `{got}`")]
    UnknownProbe {
        /// The newest probe, 0 when there is none.
        last: u32,
        /// The probe that was named.
        got: u32,
    },
    /// It is meant for another kind of object, another object or another format.
    #[error("{object} in state `{state}` expects {part} `{expected}` for `{event}`, got `{got}`")]
    AnotherObject {
        /// Whom it was given to, with its article.
        object: &'static str,
        /// Where it stands.
        state: &'static str,
        /// What happened.
        event: &'static str,
        /// Which part of the address is another: `version`, `object` or `id`.
        part: &'static str,
        /// The address of whom it was given to.
        expected: String,
        /// Whom it was meant for.
        got: String,
    },
    /// Documents that the other system keeps for another order are named as this order's.
    #[error(
        "{object} in state `{state}` expects documents of `{expected}` for `{event}`, got those of `{got}`"
    )]
    DocumentOfAnotherOrder {
        /// Whom it was given to, with its article.
        object: &'static str,
        /// Where it stands.
        state: &'static str,
        /// What happened.
        event: &'static str,
        /// This order.
        expected: String,
        /// The order to which they belong.
        got: String,
    },
    /// Something in the input cannot be accepted.
    #[error("{object} in state `{state}` got `{event}` with {problem}")]
    InvalidInput {
        /// What it was meant for, with its article.
        object: &'static str,
        /// Where it stands.
        state: &'static str,
        /// What happened.
        event: &'static str,
        /// The input's field.
        field: &'static str,
        /// What is wrong with it, with the place inside the field.
        problem: Invalid,
    },
    /// A person may not decide this.
    #[error(
        "{object} in state `{state}` expects `{event}` from somebody else than `{person}`: {reason}"
    )]
    NotAllowed {
        /// What it was meant for, with its article.
        object: &'static str,
        /// Where it stands.
        state: &'static str,
        /// What was asked for.
        event: &'static str,
        /// Who asked.
        person: String,
        /// Why not, in words and numbers.
        reason: String,
    },
    /// A draft whose lines cannot all be had is shown for approval.
    #[error(
        "expected a draft whose lines can all be had, got one with the unavailable lines {lines}"
    )]
    LinesUnavailable {
        /// The lines that the supplier cannot deliver.
        lines: String,
    },
}

impl TransitionError {
    /// Stable name of the kind of refusal, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidTransition { .. } => "invalid_transition",
            Self::Unchanged { .. } => "payload_unchanged",
            Self::PayloadFrozen { .. } => "payload_frozen",
            Self::PayloadMissing => "payload_missing",
            Self::DocumentsIncomplete { .. } => "documents_incomplete",
            Self::UnknownRequest { .. } => "request_unknown",
            Self::UnknownAttempt { .. } => "attempt_unknown",
            Self::ClockWentBack { .. } => "clock_went_back",
            Self::UnknownGeneration { .. } => "generation_unknown",
            Self::UnknownProbe { .. } => "probe_unknown",
            Self::AnotherObject { .. } => "object_other",
            Self::DocumentOfAnotherOrder { .. } => "document_of_another_order",
            Self::InvalidInput { problem, .. } => problem.code,
            Self::NotAllowed { .. } => "not_allowed",
            Self::LinesUnavailable { .. } => "lines_unavailable",
        }
    }

    /// The input's field that was refused, from the outside in; empty when it is the input itself.
    pub fn path(&self) -> &'static str {
        match self {
            Self::InvalidTransition { .. } => "type",
            Self::Unchanged { .. } | Self::PayloadFrozen { .. } | Self::PayloadMissing => "payload",
            Self::DocumentsIncomplete { .. } => "documents",
            Self::UnknownRequest { .. } => "request_id",
            Self::UnknownAttempt { .. } => "attempt",
            Self::ClockWentBack { .. } => "now",
            Self::UnknownGeneration { .. } => "generation",
            Self::UnknownProbe { .. } => "probe",
            Self::AnotherObject { part, .. } => part,
            Self::DocumentOfAnotherOrder { .. } => "reference",
            Self::InvalidInput { field, .. } => field,
            Self::NotAllowed { .. } => "by",
            Self::LinesUnavailable { .. } => "case.draft.lines",
        }
    }
}

/// `a`, `b` or `c` in words; `nothing from a person` for an empty list.
fn list(names: &[&str]) -> String {
    match names {
        [] => "nothing from a person".to_owned(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}
