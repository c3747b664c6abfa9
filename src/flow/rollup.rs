//! What a parent order's status is, recomputed from its sale orders and never stored.

use super::SaleOrderState;
use serde::{Deserialize, Serialize};

/// A parent order's status and the counts behind the word.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Rollup {
    /// The word.
    pub status: ParentStatus,
    /// What the word stands for.
    pub counts: RollupCounts,
}

/// The word for a parent order, the most pressing first match.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum ParentStatus {
    /// No sale orders yet.
    NotPrepared,
    /// Every sale order is nullified.
    Nullified,
    /// A person must look at some.
    NeedsReview,
    /// The outcome of some is unknown.
    InDoubt,
    /// Some are being cancelled, nothing else is open.
    CancellationPending,
    /// Some are being cancelled while others are being sent or failed.
    CancellationPendingMixed,
    /// Some are being sent, others failed.
    PendingWithErrors,
    /// Some are sent, others still being sent.
    PartiallySent,
    /// Some are being sent.
    Pending,
    /// Some are sent, others failed.
    PartiallyFailed,
    /// None is sent and some failed.
    Failed,
    /// Some are sent, the others nullified.
    PartiallyNullified,
    /// Every one is sent.
    Sent,
}

/// How many sale orders stand where.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct RollupCounts {
    /// To be sent or being sent.
    pub pending: u32,
    /// Outcome unknown.
    pub in_doubt: u32,
    /// A person must look.
    pub review: u32,
    /// Alive in the other system.
    pub sent: u32,
    /// Rejected or given up.
    pub failed: u32,
    /// Being cancelled.
    pub cancelling: u32,
    /// Cancelled.
    pub nullified: u32,
}

/// Where a sale order counts in its parent.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::flow) enum Bucket {
    Pending,
    InDoubt,
    Review,
    Sent,
    Failed,
    Cancelling,
    Nullified,
}

/// The parent order's status from its sale orders, in any order.
///
/// ```
/// use replenish::flow::{ParentStatus, SaleOrderState, roll_up};
/// let parent = roll_up(&[SaleOrderState::Sent, SaleOrderState::Sending]);
/// assert_eq!(parent.status, ParentStatus::PartiallySent);
/// assert_eq!((parent.counts.sent, parent.counts.pending), (1, 1));
/// ```
pub fn roll_up(children: &[SaleOrderState]) -> Rollup {
    let mut counts = RollupCounts::default();
    for child in children {
        let count = match bucket(*child) {
            Bucket::Pending => &mut counts.pending,
            Bucket::InDoubt => &mut counts.in_doubt,
            Bucket::Review => &mut counts.review,
            Bucket::Sent => &mut counts.sent,
            Bucket::Failed => &mut counts.failed,
            Bucket::Cancelling => &mut counts.cancelling,
            Bucket::Nullified => &mut counts.nullified,
        };
        *count = count.saturating_add(1);
    }
    let RollupCounts { pending, in_doubt, review, sent, failed, cancelling, nullified } = counts;
    let open = [pending, in_doubt, review, sent, failed, cancelling];
    let status = match () {
        () if children.is_empty() => ParentStatus::NotPrepared,
        () if open == [0; 6] => ParentStatus::Nullified,
        () if review > 0 => ParentStatus::NeedsReview,
        () if in_doubt > 0 => ParentStatus::InDoubt,
        () if cancelling > 0 && pending == 0 && failed == 0 => ParentStatus::CancellationPending,
        () if cancelling > 0 => ParentStatus::CancellationPendingMixed,
        () if pending > 0 && failed > 0 => ParentStatus::PendingWithErrors,
        () if pending > 0 && sent > 0 => ParentStatus::PartiallySent,
        () if pending > 0 => ParentStatus::Pending,
        () if failed > 0 && sent > 0 => ParentStatus::PartiallyFailed,
        () if failed > 0 => ParentStatus::Failed,
        // Only sent and nullified ones remain, and at least one is sent.
        () if nullified > 0 => ParentStatus::PartiallyNullified,
        () => ParentStatus::Sent,
    };
    Rollup { status, counts }
}

pub(in crate::flow) fn bucket(state: SaleOrderState) -> Bucket {
    match state {
        SaleOrderState::Initial | SaleOrderState::Sending => Bucket::Pending,
        SaleOrderState::Unknown | SaleOrderState::Verifying => Bucket::InDoubt,
        SaleOrderState::Review => Bucket::Review,
        SaleOrderState::Sent => Bucket::Sent,
        SaleOrderState::Rejected | SaleOrderState::Failed => Bucket::Failed,
        SaleOrderState::CancelPending
        | SaleOrderState::Cancelling
        | SaleOrderState::CancelUnknown => Bucket::Cancelling,
        SaleOrderState::Nullified => Bucket::Nullified,
    }
}
