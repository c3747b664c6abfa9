//! Why an order or a request did not move.

use super::{request::RequestState, sale_order::SaleOrderState};

/// A refused input; the value it was meant for is unchanged.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionError {
    /// The order's state does not take this command.
    #[error("a sale order in state `{state}` expects {}, got `{got}`", list(expected))]
    InvalidTransition {
        /// Where the order stands.
        state: SaleOrderState,
        /// What a person may do there.
        expected: Vec<&'static str>,
        /// What was asked for.
        got: &'static str,
    },
    /// The request's state does not take this command.
    #[error("a request in state `{state}` expects {}, got `{got}`", list(expected))]
    InvalidRequestTransition {
        /// Where the request stands.
        state: RequestState,
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
}

impl TransitionError {
    /// Stable name of the kind of refusal, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidTransition { .. } | Self::InvalidRequestTransition { .. } => {
                "invalid_transition"
            }
            Self::Unchanged { .. } => "payload_unchanged",
            Self::PayloadFrozen { .. } => "payload_frozen",
            Self::PayloadMissing => "payload_missing",
            Self::DocumentsIncomplete { .. } => "documents_incomplete",
            Self::UnknownRequest { .. } => "request_unknown",
            Self::UnknownAttempt { .. } => "attempt_unknown",
        }
    }

    /// The input's field that was refused, from the outside in; empty when it is the input itself.
    pub fn path(&self) -> &'static str {
        match self {
            Self::InvalidTransition { .. } | Self::InvalidRequestTransition { .. } => "type",
            Self::Unchanged { .. } | Self::PayloadFrozen { .. } | Self::PayloadMissing => "payload",
            Self::DocumentsIncomplete { .. } => "documents",
            Self::UnknownRequest { .. } => "request_id",
            Self::UnknownAttempt { .. } => "attempt",
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
