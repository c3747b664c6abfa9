//! The stored value of a sale order's life, and its states.

use crate::{
    flow::{
        FORMAT, TransitionError, is_default, known_format,
        submission::{Awaited, Cancellation, Documents, LineDocument, Submission},
    },
    unit::{Invalid, LineId, SaleOrderId, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known about one sale order; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{PublicStatus, SaleOrderLife};
/// use replenish::unit::{LineId, SaleOrderId};
/// let life = SaleOrderLife::new(SaleOrderId::new("SO-1")?, vec![LineId::new("1")?])?;
/// assert_eq!(life.status(), PublicStatus::Initial);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) id: SaleOrderId,
    pub(in crate::flow) state: SaleOrderState,
    pub(in crate::flow) submission: Submission,
    pub(in crate::flow) documents: Documents,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) cancellation: Cancellation,
    /// The newest request made for this order, 0 before the first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) last_request: u32,
    /// The request whose answer this state waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) awaited: Option<Awaited>,
    /// The one running timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// When the last event was taken; none is taken before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) last_at: Option<Timestamp>,
    /// Answers and timers that came after their turn and changed nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) superseded: u32,
}

/// Where a sale order stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
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
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
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

impl SaleOrderLife {
    /// A new order that waits to be submitted.
    ///
    /// # Errors
    ///
    /// When there is no line, or a line comes twice.
    pub fn new(id: SaleOrderId, lines: Vec<LineId>) -> Result<Self, Invalid> {
        Ok(Self {
            version: FORMAT,
            id,
            state: SaleOrderState::Initial,
            submission: Submission::new(),
            documents: Documents::new(lines)?,
            cancellation: Cancellation::default(),
            last_request: 0,
            awaited: None,
            wake_at: None,
            last_at: None,
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

    /// When the last event was taken; none is taken before it.
    pub fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// Refuses a clock that stands before the last event.
    pub(super) fn not_before_last(
        &self,
        now: Timestamp,
        event: &'static str,
    ) -> Result<(), TransitionError> {
        let (object, state) = ("a sale order", self.state.name());
        match self.last_at {
            Some(last) if now < last => {
                Err(TransitionError::ClockWentBack { object, state, event, last, now })
            }
            Some(_) | None => Ok(()),
        }
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
