//! What came back from an attempt, and what it means for each operation.
//!
//! The host says only what it saw; status **and** the business flag in the body are judged here,
//! because real servers answer 200 with "not successful" and 404 for a cancel they refuse.

use super::{request::RequestEvent, sale_order::SaleOrderEvent};
use crate::unit::{DocumentId, LineId};
use serde::{Deserialize, Serialize};

/// What a request asks of the other system.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Create the order.
    Create {},
    /// Find the documents that carry our reference.
    Lookup {},
    /// Cancel one document.
    Cancel {
        /// The document to cancel.
        document: DocumentId,
    },
}

/// One line of an order and the document that carries it in the other system.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct NamedDocument {
    /// Our line.
    pub line: LineId,
    /// The other system's document; several lines may share one.
    pub document: DocumentId,
}

/// How an attempt ended, as the host saw it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// The server cannot have seen the request: name not resolved, connection refused, TLS failed,
    /// blocked before sending.
    NotSent {},
    /// Nothing usable came: reset, timeout, abort, no HTTP. The request may have been applied.
    NoAnswer {},
    /// The status came, the body broke off.
    BodyCut {
        /// HTTP status.
        status: u16,
    },
    /// A whole answer came.
    Answer {
        /// HTTP status.
        status: u16,
        /// How long the server asks us to wait, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        /// What the adapter read from the body; absent when the body is not what was agreed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<AnswerBody>,
    },
}

/// What an adapter read from an answer's body.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct AnswerBody {
    /// The business flag; absent when the interface has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// Every document the answer names, with its line. A look-up names the living ones only.
    pub documents: Vec<NamedDocument>,
    /// For a look-up: whether anything carries our reference. Only an explicit `false` is absence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<bool>,
    /// For a cancel: the document was cancelled before.
    pub already_cancelled: bool,
    /// For a create: the server has applied this idempotency key before.
    pub duplicate_of_our_key: bool,
    /// The server's words, shortened and free of secrets.
    pub message: String,
}

/// What an answer said, kept for the owner of the request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// What the adapter read; absent when the body was cut or not what was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<AnswerBody>,
}
