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

#[cfg(test)]
mod tests {
    use super::*;
    use SaleOrderState as S;

    /// One state of each kind.
    const KINDS: [S; 7] =
        [S::Sending, S::Unknown, S::Review, S::Sent, S::Failed, S::Cancelling, S::Nullified];

    fn subsets() -> impl Iterator<Item = Vec<S>> {
        (0..1_u32 << KINDS.len()).map(|bits| {
            let chosen = (0..KINDS.len()).filter(|place| bits >> place & 1 == 1);
            chosen.map(|place| KINDS[place]).collect()
        })
    }

    #[test]
    fn order_and_repetition_change_only_counts() {
        for mut children in subsets() {
            let before = roll_up(&children);
            children.reverse();
            assert_eq!(roll_up(&children), before);
            let half = children.len() / 2;
            children.rotate_left(half);
            assert_eq!(roll_up(&children), before);
            if let Some(first) = children.first().copied() {
                children.push(first);
                assert_eq!(roll_up(&children).status, before.status, "{children:?}");
            }
        }
    }

    #[test]
    fn the_word_hides_nothing() {
        use ParentStatus as P;
        for children in subsets() {
            let has = |state| children.contains(&state);
            let status = roll_up(&children).status;
            assert_eq!(status == P::NotPrepared, children.is_empty());
            assert_eq!(status == P::NeedsReview, has(S::Review), "{children:?}");
            if status == P::Sent {
                assert_eq!(children, [S::Sent]);
            }
            if status == P::Nullified {
                assert_eq!(children, [S::Nullified]);
            }
            let pending = [P::Pending, P::PartiallySent, P::PendingWithErrors];
            if has(S::Sending) && !has(S::Review) && !has(S::Unknown) && !has(S::Cancelling) {
                assert!(pending.contains(&status), "{children:?}: {status:?}");
            }
        }
    }

    #[test]
    fn every_rule_applies_somewhere() {
        use ParentStatus as P;
        for (children, expected) in [
            (vec![], P::NotPrepared),
            (vec![S::Nullified, S::Nullified], P::Nullified),
            (vec![S::Review, S::Unknown], P::NeedsReview),
            (vec![S::Verifying, S::CancelPending], P::InDoubt),
            (vec![S::CancelPending, S::Sent, S::Nullified], P::CancellationPending),
            (vec![S::CancelUnknown, S::Initial], P::CancellationPendingMixed),
            (vec![S::Initial, S::Rejected], P::PendingWithErrors),
            (vec![S::Initial, S::Sent], P::PartiallySent),
            (vec![S::Initial, S::Nullified], P::Pending),
            (vec![S::Failed, S::Sent], P::PartiallyFailed),
            (vec![S::Failed, S::Nullified], P::Failed),
            (vec![S::Sent, S::Nullified], P::PartiallyNullified),
            (vec![S::Sent, S::Sent], P::Sent),
        ] {
            assert_eq!(roll_up(&children).status, expected, "{children:?}");
        }
    }
}
