//! The stored value of a sale order's life, and its states.

use crate::unit::{DocumentId, Invalid, LineId, SaleOrderId, Timestamp, sort_by};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The format that this version of the engine writes and reads.
const FORMAT: u32 = 1;

/// What is known about one sale order; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{PublicStatus, SaleOrderLife};
/// use replenish::unit::{LineId, SaleOrderId};
/// let life = SaleOrderLife::new(SaleOrderId::new("SO-1")?, vec![LineId::new("1")?])?;
/// assert_eq!(life.status(), PublicStatus::Initial);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent facts, each a guard of the table"
)]
pub struct SaleOrderLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) id: SaleOrderId,
    /// Every line that needs a document, in order.
    pub(in crate::flow) lines: Vec<LineId>,
    pub(in crate::flow) state: SaleOrderState,
    /// Counts the payloads given; the idempotency key depends on it.
    pub(in crate::flow) revision: u32,
    /// Counts the submissions, which share a payload until it is revised.
    pub(in crate::flow) submission: u32,
    /// Frozen at the first submit of a revision, so that every attempt sends the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) payload: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) submitted_at: Option<Timestamp>,
    /// When the current key left for the first time: its retention at the server counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) first_sent_at: Option<Timestamp>,
    /// Counted attempts to create in this submission.
    pub(in crate::flow) attempts: u32,
    /// Look-ups since the last doubtful attempt.
    pub(in crate::flow) lookups: u32,
    /// Counted attempts to cancel the current document.
    pub(in crate::flow) cancel_attempts: u32,
    /// Attempts that were turned away unseen; they lengthen the waits and count for nothing else.
    pub(in crate::flow) throttles: u32,
    /// Counts the times a cancel was begun.
    pub(in crate::flow) cancel_round: u32,
    /// Some attempt to create may have been applied unseen.
    pub(in crate::flow) ambiguous: bool,
    /// Some attempt to create was ever ambiguous, whatever was found out about it later.
    pub(in crate::flow) doubted: bool,
    /// Some attempt to cancel may have been applied unseen, or the documents may have ended before.
    pub(in crate::flow) cancel_ambiguous: bool,
    /// The other system has accepted the order, although not every document is known.
    pub(in crate::flow) accepted: bool,
    pub(in crate::flow) cancel_requested: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) cancel_started_at: Option<Timestamp>,
    /// From here on a look-up that finds nothing proves absence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) settled_at: Option<Timestamp>,
    /// The document of the running or doubtful cancel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) cancelling: Option<DocumentId>,
    /// Sorted by line and document; never forgotten, only marked.
    pub(in crate::flow) documents: Vec<LineDocument>,
    /// Documents that the other system nullified before we knew their line.
    pub(in crate::flow) voided: Vec<DocumentId>,
    /// The newest request made for this order, 0 before the first.
    pub(in crate::flow) last_request: u32,
    /// The request whose answer this state waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) awaited: Option<Awaited>,
    /// The one running timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// Answers and timers that came after their turn and changed nothing.
    pub(in crate::flow) superseded: u32,
}

/// Where a sale order stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum SaleOrderState {
    /// Not sent, or certainly not applied and to be sent again.
    Initial,
    /// An attempt to create is running.
    Sending,
    /// An attempt may or may not have been applied; waiting before finding out.
    Unknown,
    /// Looking the order up.
    Verifying,
    /// Alive in the other system, one document for every line.
    Sent,
    /// Refused by the other system; a revised payload may be submitted.
    Rejected,
    /// Given up, certainly not alive; may be submitted again.
    Failed,
    /// A person must look into the other system and say what is there.
    Review,
    /// Alive and to be cancelled.
    CancelPending,
    /// An attempt to cancel is running.
    Cancelling,
    /// An attempt to cancel may or may not have been applied.
    CancelUnknown,
    /// Not alive and not wanted any more.
    Nullified,
}

/// The five words other systems know for the state of a sale order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PublicStatus {
    /// Not sent yet, being sent, or in doubt.
    Initial,
    /// Alive in the other system.
    Sent,
    /// Rejected, given up, or to be reviewed.
    Failed,
    /// Cancelled.
    Nullified,
    /// A cancel is wanted and not yet confirmed.
    CancellationPending,
}

/// A line's document in the other system.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LineDocument {
    /// Our line.
    pub line: LineId,
    /// The other system's document.
    pub document: DocumentId,
    /// When it was known not to be alive any more; absent while it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The request an order waits for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Awaited {
    pub(in crate::flow) request: u32,
    pub(in crate::flow) since: Timestamp,
}

impl SaleOrderLife {
    /// A new order that waits to be submitted.
    ///
    /// # Errors
    ///
    /// When there is no line, or a line comes twice.
    pub fn new(id: SaleOrderId, mut lines: Vec<LineId>) -> Result<Self, Invalid> {
        sort_by(&mut lines, Ord::cmp);
        if lines.is_empty() {
            return Err(Invalid::new("lines_empty", "at least one line", "none").at("lines"));
        }
        if let Some((line, _)) = lines.iter().zip(lines.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(Invalid::new("line_repeated", "every line once", line).at("lines"));
        }
        Ok(Self {
            version: FORMAT,
            id,
            lines,
            state: SaleOrderState::Initial,
            revision: 1,
            submission: 0,
            payload: None,
            submitted_at: None,
            first_sent_at: None,
            attempts: 0,
            lookups: 0,
            cancel_attempts: 0,
            throttles: 0,
            cancel_round: 0,
            ambiguous: false,
            doubted: false,
            cancel_ambiguous: false,
            accepted: false,
            cancel_requested: false,
            cancel_started_at: None,
            settled_at: None,
            cancelling: None,
            documents: Vec::new(),
            voided: Vec::new(),
            last_request: 0,
            awaited: None,
            wake_at: None,
            superseded: 0,
        })
    }

    /// The order.
    pub fn id(&self) -> &SaleOrderId {
        &self.id
    }

    /// Where it stands.
    pub fn state(&self) -> SaleOrderState {
        self.state
    }

    /// The word other systems know for it.
    pub fn status(&self) -> PublicStatus {
        self.state.status()
    }

    /// When the order must be woken; absent when it rests or waits for a person.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// Every document ever named for it, ended ones included, sorted by line.
    pub fn documents(&self) -> &[LineDocument] {
        &self.documents
    }

    /// Whether a cancel is remembered.
    pub fn cancel_requested(&self) -> bool {
        self.cancel_requested
    }

    /// Attempts of the current submission that count against its retries.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl SaleOrderState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::Initial,
        Self::Sending,
        Self::Unknown,
        Self::Verifying,
        Self::Sent,
        Self::Rejected,
        Self::Failed,
        Self::Review,
        Self::CancelPending,
        Self::Cancelling,
        Self::CancelUnknown,
        Self::Nullified,
    ];

    /// The word other systems know for it.
    pub fn status(self) -> PublicStatus {
        match self {
            Self::Initial | Self::Sending | Self::Unknown | Self::Verifying => {
                PublicStatus::Initial
            }
            Self::Sent => PublicStatus::Sent,
            Self::Rejected | Self::Failed | Self::Review => PublicStatus::Failed,
            Self::CancelPending | Self::Cancelling | Self::CancelUnknown => {
                PublicStatus::CancellationPending
            }
            Self::Nullified => PublicStatus::Nullified,
        }
    }

    /// Whether the engine does nothing more here until something new comes from outside.
    pub fn is_resting(self) -> bool {
        matches!(self, Self::Sent | Self::Rejected | Self::Failed | Self::Nullified | Self::Review)
    }

    /// Whether the outcome of some attempt is unknown.
    pub fn in_doubt(self) -> bool {
        matches!(self, Self::Unknown | Self::Verifying | Self::Review | Self::CancelUnknown)
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Verifying => "verifying",
            Self::Sent => "sent",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Review => "review",
            Self::CancelPending => "cancel_pending",
            Self::Cancelling => "cancelling",
            Self::CancelUnknown => "cancel_unknown",
            Self::Nullified => "nullified",
        }
    }
}

impl fmt::Display for SaleOrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Refuses a stored life that another version of the engine wrote in another format.
pub(in crate::flow) fn known_format<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<u32, D::Error> {
    let version = u32::deserialize(deserializer)?;
    if version == FORMAT {
        return Ok(version);
    }
    let problem = Invalid::new("version_unknown", format!("format {FORMAT}"), version);
    Err(serde::de::Error::custom(problem.at("version")))
}
