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
    use crate::{
        flow::{
            FlowPolicy, NamedDocument, ReferenceLookup, SaleOrderCommand, SaleOrderEvent,
            SaleOrderLife, step_sale_order,
        },
        unit::{DocumentId, LineId, Random, SaleOrderId, Timestamp},
    };
    use SaleOrderState as S;
    use std::collections::BTreeSet;

    /// Every way to have up to four children, each set of states once.
    fn families() -> Vec<Vec<S>> {
        let mut families: Vec<Vec<S>> = vec![Vec::new()];
        let mut shorter = 0..1;
        for _ in 0..4 {
            let longer = families.len();
            for index in shorter {
                for state in S::ALL {
                    if families[index].last().is_none_or(|&last| last <= state) {
                        families.push([families[index].as_slice(), &[state]].concat());
                    }
                }
            }
            shorter = longer..families.len();
        }
        families
    }

    /// The rows of the table, each with its number, read from the states themselves.
    fn table(children: &[S]) -> ParentStatus {
        use ParentStatus as P;
        let any = |states: &[S]| children.iter().any(|child| states.contains(child));
        let all = |states: &[S]| children.iter().all(|child| states.contains(child));
        let pending = any(&[S::Initial, S::Sending]);
        let in_doubt = any(&[S::Unknown, S::Verifying]);
        let review = any(&[S::Review]);
        let sent = any(&[S::Sent]);
        let failed = any(&[S::Rejected, S::Failed]);
        let cancelling = any(&[S::CancelPending, S::Cancelling, S::CancelUnknown]);
        let nullified = any(&[S::Nullified]);
        let rows = [
            (children.is_empty(), P::NotPrepared),
            (all(&[S::Nullified]), P::Nullified),
            (review, P::NeedsReview),
            (in_doubt, P::InDoubt),
            (cancelling && !pending && !failed, P::CancellationPending),
            (cancelling, P::CancellationPendingMixed),
            (pending && failed, P::PendingWithErrors),
            (pending && sent, P::PartiallySent),
            (pending, P::Pending),
            (failed && sent, P::PartiallyFailed),
            (failed, P::Failed),
            (sent && nullified, P::PartiallyNullified),
            (sent, P::Sent),
        ];
        rows.into_iter().find(|(holds, _)| *holds).unwrap().1
    }

    fn sum(counts: RollupCounts) -> u32 {
        let RollupCounts { pending, in_doubt, review, sent, failed, cancelling, nullified } =
            counts;
        pending + in_doubt + review + sent + failed + cancelling + nullified
    }

    #[test]
    fn the_first_row_that_holds_gives_the_word() {
        let families = families();
        // Multisets of at most 4 of 12 states: 16! / (12! 4!).
        assert_eq!(families.len(), 1820);
        let mut words = BTreeSet::new();
        for children in families {
            let status = roll_up(&children).status;
            assert_eq!(status, table(&children), "{children:?}");
            words.insert(status);
        }
        assert_eq!(words.len(), 13, "every row applies somewhere: {words:?}");
    }

    #[test]
    fn the_sequence_of_children_changes_nothing() {
        for mut children in families() {
            let before = roll_up(&children);
            // Heap's algorithm: each of the n! sequences is one swap from the one before.
            let mut turns = vec![0; children.len()];
            let mut place = 1;
            while place < children.len() {
                if turns[place] == place {
                    turns[place] = 0;
                    place += 1;
                    continue;
                }
                let other = if place % 2 == 0 { 0 } else { turns[place] };
                children.swap(other, place);
                assert_eq!(roll_up(&children), before, "{children:?}");
                turns[place] += 1;
                place = 1;
            }
        }
    }

    #[test]
    fn a_child_like_another_changes_nothing_but_its_count() {
        for children in families() {
            let before = roll_up(&children);
            assert_eq!(sum(before.counts), u32::try_from(children.len()).unwrap());
            for &child in &children {
                let twin = roll_up(&[children.as_slice(), &[child]].concat());
                assert_eq!(twin.status, before.status, "{children:?} and {child:?}");
                let alone = roll_up(&[child]).counts;
                let of = |counts: RollupCounts| {
                    let RollupCounts { pending, in_doubt, review, sent, failed, .. } = counts;
                    [pending, in_doubt, review, sent, failed, counts.cancelling, counts.nullified]
                };
                for (count, (less, one)) in
                    of(twin.counts).into_iter().zip(of(before.counts).into_iter().zip(of(alone)))
                {
                    assert_eq!(count, less + one, "{children:?} and {child:?}");
                }
            }
        }
    }

    #[test]
    fn the_parent_is_never_sent_or_nullified_while_a_child_is_not() {
        for children in families() {
            let status = roll_up(&children).status;
            let all = |state| !children.is_empty() && children.iter().all(|&child| child == state);
            assert_eq!(status == ParentStatus::Sent, all(S::Sent), "{children:?}");
            assert_eq!(status == ParentStatus::Nullified, all(S::Nullified), "{children:?}");
        }
    }

    /// Something that may happen to a child whose newest request is this one.
    fn event(random: &mut Random, request: u32) -> SaleOrderEvent {
        use SaleOrderEvent as E;
        let named = |document: usize| NamedDocument {
            line: LineId::new("1").unwrap(),
            document: DocumentId::new(&format!("D{document}")).unwrap(),
        };
        let documents = vec![named(random.below(2))];
        let (message, reason, retry_after_ms) = ("no".to_owned(), "no".to_owned(), None);
        match random.below(21) {
            0 | 1 => E::Submit { payload: random.below(2).to_string() },
            2 | 3 => E::TimerDue {},
            4 | 18..21 => E::CancelRequested {},
            5 | 6 => E::Ok { request, documents },
            7 => E::Reject { request, message },
            8 => E::NotSent { request },
            9 => E::Ambiguous { request, retry_after_ms },
            10 => E::LookupFound { request, documents },
            11 => E::LookupAbsent { request },
            12 => E::CancelOk { request },
            13 => E::CancelRefused { request, reason },
            14 => E::CancelAmbiguous { request, retry_after_ms },
            15 => E::LateOk { documents },
            16 => E::OperatorPresent { documents },
            _ => E::OperatorAbsent {},
        }
    }

    #[test]
    fn a_child_s_step_changes_the_parent_by_recomputation_only() {
        let mut random = Random::new(5);
        let mut policy = FlowPolicy::default();
        policy.capabilities.lookup_by_reference = Some(ReferenceLookup { settle_window_ms: 1 });
        let mut words = BTreeSet::new();
        for _ in 0..1000 {
            let life = |id| {
                let lines = vec![LineId::new("1").unwrap()];
                SaleOrderLife::new(SaleOrderId::new(id).unwrap(), lines).unwrap()
            };
            let mut lives = ["a", "b", "c"].map(life);
            let mut requests = [0; 3];
            let now = |lives: &[SaleOrderLife]| {
                roll_up(&lives.iter().map(SaleOrderLife::state).collect::<Vec<_>>())
            };
            // What the host shows: computed anew when a step says so, and never kept by the engine.
            let mut shown = now(&lives);
            for moment in 0..60 {
                let child = random.below(3);
                let event = event(&mut random, requests[child]);
                let step =
                    step_sale_order(&lives[child], &event, Timestamp(moment * 1000), &policy);
                let Ok(step) = step else { continue };
                lives[child] = step.life;
                for command in step.commands {
                    if let SaleOrderCommand::Create { request, .. }
                    | SaleOrderCommand::Lookup { request, .. }
                    | SaleOrderCommand::Cancel { request, .. } = command
                    {
                        requests[child] = request;
                    } else if command == (SaleOrderCommand::Parent {}) {
                        shown = now(&lives);
                    }
                }
                assert_eq!(shown, now(&lives), "{lives:?}");
                words.insert(shown.status);
            }
        }
        assert_eq!(words.len(), 12, "all but the one without children: {words:?}");
    }
}
