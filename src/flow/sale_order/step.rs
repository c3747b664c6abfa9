//! The table of a sale order's life: one arm for each row.
//!
//! Guards are read top to bottom. Three rules hold before the table is consulted: an answer to
//! another request than the awaited one is late ([`reading`]), a timer counts only when its time
//! has come, and evidence that names nothing new changes nothing.

use super::{
    Audit, Notice, SaleOrderCommand, SaleOrderEvent as E, SaleOrderLife, SaleOrderState as S,
    SaleOrderStep, turn::Turn,
};
use crate::{
    flow::{FlowPolicy, NamedDocument, TransitionError, submission::Coverage},
    unit::Timestamp,
};

/// Moves a sale order: the next life, and what is to be done once it is stored.
///
/// The given life is left alone. Answers and timers after their turn are counted and change nothing
/// else; positive evidence counts in every state.
///
/// # Errors
///
/// When a person asks for something that the state does not take, submits a payload that is frozen
/// or was rejected, or names documents that do not make up the order; and when `now` is before the
/// last event.
///
/// ```
/// use replenish::flow::{
///     FlowPolicy, SaleOrderCommand, SaleOrderEvent, SaleOrderLife, SaleOrderState, step_sale_order,
/// };
/// use replenish::unit::{LineId, SaleOrderId, Timestamp};
/// let policy = FlowPolicy::default();
/// let life = SaleOrderLife::new(SaleOrderId::new("SO-1")?, vec![LineId::new("1")?])?;
///
/// let submit = SaleOrderEvent::Submit { payload: "{}".into() };
/// let sending = step_sale_order(&life, &submit, Timestamp(0), &policy)?;
/// assert!(matches!(sending.commands[0], SaleOrderCommand::Create { request: 1, attempt: 1, .. }));
///
/// // The answer is lost and this server offers nothing to find out: only a person can tell.
/// let lost = SaleOrderEvent::Ambiguous { request: 1, retry_after_ms: None };
/// let review = step_sale_order(&sending.life, &lost, Timestamp(900), &policy)?;
/// assert_eq!(review.life.state(), SaleOrderState::Review);
/// assert_eq!(
///     step_sale_order(&review.life, &submit, Timestamp(950), &policy).unwrap_err().to_string(),
///     "a sale order in state `review` expects `cancel_requested`, `operator_present` or \
///      `operator_absent`, got `submit`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn step(
    life: &SaleOrderLife,
    event: &E,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<SaleOrderStep, TransitionError> {
    let mut life = life.clone();
    let commands = step_in_place(&mut life, event, now, policy)?;
    Ok(SaleOrderStep { life, commands })
}

/// Moves a life in place and says what is to be done; after an error the life is spoilt.
pub(super) fn step_in_place(
    life: &mut SaleOrderLife,
    event: &E,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<Vec<SaleOrderCommand>, TransitionError> {
    life.not_before_last(now, event.name())?;
    let reading = reading(life, event, now);
    let mut turn = Turn::new(life, now, policy);
    match reading {
        Reading::InTurn => table(&mut turn, event)?,
        Reading::Late(documents) => late_evidence(&mut turn, documents),
        Reading::LateCancelResult => turn.audit(Audit::LateCancelResult, event.name()),
        Reading::LateForeign { reference, documents } => turn.tell_foreign(reference, documents),
        Reading::Superseded => turn.superseded(),
    }
    Ok(turn.finish())
}

/// How an event is to be read, given what the order waits for.
enum Reading<'a> {
    InTurn,
    Late(&'a [NamedDocument]),
    LateCancelResult,
    LateForeign { reference: &'a str, documents: &'a [NamedDocument] },
    Superseded,
}

fn reading<'a>(life: &SaleOrderLife, event: &'a E, now: Timestamp) -> Reading<'a> {
    let awaited = life.awaited.map(|awaited| awaited.request);
    let late = event.request().is_some_and(|request| Some(request) != awaited);
    let timer = matches!(event, E::TimerDue {});
    if let E::LateOk { documents } = event {
        Reading::Late(documents)
    } else if timer && life.wake_at.is_none_or(|due| now < due) {
        Reading::Superseded
    } else if !late {
        Reading::InTurn
    } else if let E::Ok { documents, .. }
    | E::OkIncomplete { documents, .. }
    | E::Duplicate { documents, .. }
    | E::LookupFound { documents, .. } = event
    {
        Reading::Late(documents)
    } else if let E::CancelOk { .. } | E::CancelGone { .. } | E::CancelRefused { .. } = event {
        Reading::LateCancelResult
    } else if let E::ForeignAnswer { reference, documents, .. } = event {
        Reading::LateForeign { reference, documents }
    } else {
        Reading::Superseded
    }
}

#[expect(
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "one arm for each row of a table"
)]
fn table(t: &mut Turn<'_>, event: &E) -> Result<(), TransitionError> {
    match (t.life.state, event) {
        (S::Initial, E::Submit { payload }) => {
            t.life.submission.freeze(payload)?;
            if t.life.submission.count == 0 {
                t.begin_submission();
            }
            t.create()?;
        }
        (S::Initial, E::TimerDue {}) => t.create()?,
        (S::Initial, E::CancelRequested {}) => {
            let never_sent = t.life.submission.count == 0;
            t.audit(if never_sent { Audit::NeverSent } else { Audit::NeverApplied }, "");
            t.go(S::Nullified);
        }

        (S::Sending, E::Ok { documents, .. }) => {
            t.adopt(documents);
            t.settle(Notice::LinesWithoutDocument);
        }
        (S::Sending, E::OkIncomplete { documents, .. }) => {
            t.adopt(documents);
            t.life.submission.accepted = true;
            match t.policy.settle_window_ms() {
                Some(_) => t.doubt(None),
                None => t.review(Notice::AcceptedWithoutDocument, ""),
            }
        }
        (S::Sending, E::Reject { message, .. }) => {
            t.audit(Audit::AttemptRejected, message);
            match (t.life.submission.ambiguous, t.life.cancellation.requested) {
                (true, _) => t.doubt(None),
                (false, true) => t.never_applied(),
                (false, false) => {
                    t.notify(Notice::Rejected, message);
                    t.go(S::Rejected);
                }
            }
        }
        (S::Sending, E::Duplicate { documents, .. }) if documents.is_empty() => {
            t.life.submission.accepted = true;
            t.doubt(None);
        }
        (S::Sending, E::Duplicate { documents, .. }) => {
            t.adopt(documents);
            t.settle(Notice::LinesWithoutDocument);
        }
        (S::Sending, E::NotSent { .. }) if t.life.submission.ambiguous => t.doubt(None),
        (S::Sending, E::NotSent { .. }) if t.life.cancellation.requested => t.never_applied(),
        (S::Sending, E::NotSent { .. }) if t.attempts_left() => {
            t.wait(S::Initial, t.create_wait_ms(None));
        }
        (S::Sending, E::NotSent { .. }) => t.undeliverable(),
        (S::Sending, E::Throttled { retry_after_ms, .. }) => {
            let wait = t.create_wait_ms(*retry_after_ms);
            t.life.submission.throttled();
            if t.life.submission.ambiguous {
                t.wait(S::Unknown, wait);
            } else if t.life.cancellation.requested {
                // The page had no such row: the order would have been sent after its cancel.
                t.never_applied();
            } else if t.within_total(wait) {
                t.wait(S::Initial, wait);
            } else {
                t.undeliverable();
            }
        }
        (S::Sending, E::Ambiguous { .. } | E::TimerDue {} | E::Recover {}) => {
            let retry_after_ms = event.retry_after_ms();
            t.life.submission.ambiguous = true;
            t.life.submission.doubted = true;
            if t.keyed() || t.policy.settle_window_ms().is_some() {
                t.doubt(retry_after_ms);
            } else {
                t.review(Notice::OutcomeUnknown, "");
            }
        }

        // With both offers, a look-up also helps once the attempts are used up.
        (S::Unknown, E::TimerDue {}) if t.resolves_by_lookup() && t.lookups_left() => t.look_up(),
        (S::Unknown, E::TimerDue {})
            if t.keyed() && t.attempts_left() && !t.life.submission.accepted =>
        {
            t.create()?;
        }
        (S::Unknown, E::TimerDue {}) => t.review(Notice::OutcomeUnknown, ""),

        (S::Verifying, E::LookupFound { documents, .. }) => {
            t.adopt(documents);
            match t.coverage() {
                Coverage::Surplus => t.review_documents(Notice::DuplicateInErp),
                Coverage::Missing | Coverage::Exact | Coverage::Ended => {
                    t.settle(Notice::LinesWithoutDocument);
                }
            }
        }
        (S::Verifying, E::LookupAbsent { .. }) if t.life.submission.accepted => {
            t.review_documents(Notice::AcceptedButNotFound);
        }
        (S::Verifying, E::LookupAbsent { .. }) => match t.rest_of_settle_window() {
            Some(rest) => t.wait(S::Unknown, rest),
            None if t.life.cancellation.requested => {
                t.audit(Audit::ProvedAbsent, "");
                t.never_applied();
            }
            None if t.attempts_left() => {
                t.audit(Audit::ProvedAbsent, "");
                t.life.submission.ambiguous = false;
                t.wait(S::Initial, 0);
            }
            None => {
                t.audit(Audit::ProvedAbsent, "");
                t.undeliverable();
            }
        },
        (S::Verifying, E::LookupFail { .. } | E::TimerDue {} | E::Recover {}) => {
            let retry_after_ms = event.retry_after_ms();
            if t.lookups_left() {
                t.wait(S::Unknown, t.lookup_wait_ms(retry_after_ms));
            } else {
                t.review(Notice::OutcomeUnknown, "");
            }
        }

        (S::Sending | S::Unknown | S::Verifying | S::Review, E::CancelRequested {}) => {
            t.life.cancellation.requested = true;
        }
        (S::Sent, E::CancelRequested {}) => t.begin_cancel(),
        (S::Sent, E::RemoteNullified { documents }) => {
            t.audit_documents(Audit::NullifiedRemotely, documents);
            if t.end_remotely(documents) {
                t.notify(Notice::NullifiedRemotely, "");
                t.go(S::Nullified);
            } else if t.coverage() != Coverage::Exact {
                t.review_documents(Notice::PartlyNullifiedRemotely);
            }
        }

        (S::Rejected, E::Submit { payload }) => {
            t.life.submission.revise(payload)?;
            t.begin_submission();
            t.create()?;
        }
        (S::Rejected | S::Failed, E::CancelRequested {}) => t.never_applied(),
        (S::Failed, E::Submit { payload }) => {
            t.life.submission.freeze(payload)?;
            // A key whose document has ended would only bring the ended one back.
            if !t.life.documents.known.is_empty() {
                t.life.submission.new_key();
            }
            t.begin_submission();
            t.create()?;
        }

        (S::Review, E::OperatorPresent { documents }) => {
            t.operator_says(documents)?;
            t.audit_documents(Audit::OperatorSaidPresent, &t.live_documents());
            t.settle(Notice::LinesWithoutDocument);
        }
        (S::Review, E::OperatorAbsent {}) => {
            t.audit_documents(Audit::OperatorSaidAbsent, &t.live_documents());
            t.end_all();
            t.life.submission.ambiguous = false;
            t.go(if t.life.cancellation.requested { S::Nullified } else { S::Failed });
        }
        (
            S::Review | S::CancelPending | S::Cancelling | S::CancelUnknown,
            E::RemoteNullified { documents },
        ) => {
            t.audit_documents(Audit::NullifiedRemotely, documents);
            if t.end_remotely(documents) {
                t.go(S::Nullified);
            }
        }

        // The page had no such row: what is nullified there was created there, so that an attempt
        // still in doubt has been applied and is not to be repeated.
        (S::Sending | S::Unknown | S::Verifying, E::RemoteNullified { documents })
            if !documents.is_empty() =>
        {
            t.audit_documents(Audit::NullifiedRemotely, documents);
            t.end_remotely(documents);
            t.life.submission.accepted = true;
        }

        (S::CancelPending, E::TimerDue {}) => t.cancel_next(),
        (S::Cancelling, E::CancelOk { .. }) => t.cancelled(),
        // The page went straight to Nullified, which forgot the documents still alive.
        (S::Cancelling, E::CancelGone { already_cancelled: true, .. }) => {
            t.audit(Audit::AlreadyCancelled, "");
            t.cancelled();
        }
        (S::Cancelling, E::CancelGone { already_cancelled: false, .. }) => {
            t.life.cancellation.ambiguous = true;
            t.wait(S::CancelUnknown, t.cancel_wait_ms(None));
        }
        (S::Cancelling, E::CancelRefused { reason, .. }) => {
            t.stays_alive(Notice::CancelRefused, reason);
        }
        (S::Cancelling, E::NotSent { .. }) if t.cancel_attempts_left() => {
            t.wait(S::CancelPending, t.cancel_wait_ms(None));
        }
        // The page retried these for ever.
        (S::Cancelling, E::NotSent { .. }) => t.stays_alive(Notice::CancelUndeliverable, ""),
        (S::Cancelling, E::Throttled { retry_after_ms, .. }) => {
            let wait = t.cancel_wait_ms(*retry_after_ms);
            t.life.cancellation.throttled();
            if t.cancel_within_total(wait) {
                t.wait(S::CancelPending, wait);
            } else {
                t.stays_alive(Notice::CancelUndeliverable, "");
            }
        }
        (S::Cancelling, E::CancelAmbiguous { .. } | E::TimerDue {} | E::Recover {}) => {
            let retry_after_ms = event.retry_after_ms();
            t.life.cancellation.ambiguous = true;
            if t.cancel_attempts_left() {
                t.wait(S::CancelUnknown, t.cancel_wait_ms(retry_after_ms));
            } else {
                t.review_documents(Notice::CancelOutcomeUnknown);
            }
        }
        (S::CancelUnknown, E::TimerDue {}) if t.cancel_attempts_left() => t.cancel_next(),
        (S::CancelUnknown, E::TimerDue {}) => t.review_documents(Notice::CancelOutcomeUnknown),

        // The page had no such row. What belongs to another order proves nothing about this one, and
        // adopting it could cancel it; the attempt may have been applied all the same, so only a
        // person can tell. Looking up again would only find the other order again.
        (S::Sending, E::ForeignAnswer { reference, documents, .. }) => {
            t.life.submission.ambiguous = true;
            t.life.submission.doubted = true;
            t.tell_foreign(reference, documents);
            t.go(S::Review);
        }
        (S::Verifying, E::ForeignAnswer { reference, documents, .. }) => {
            t.tell_foreign(reference, documents);
            t.go(S::Review);
        }
        (S::Cancelling, E::ForeignAnswer { reference, documents, .. }) => {
            t.life.cancellation.ambiguous = true;
            t.tell_foreign(reference, documents);
            t.go(S::Review);
        }

        // From here on: what no row lists.
        (
            state,
            E::Submit { .. }
            | E::CancelRequested {}
            | E::OperatorPresent { .. }
            | E::OperatorAbsent {},
        ) => {
            return Err(TransitionError::InvalidTransition {
                object: "a sale order",
                state: state.name(),
                expected: state.allowed(),
                got: event.name(),
            });
        }
        (_, E::Recover {}) => t.rearm(),
        (
            _,
            E::Ok { documents, .. }
            | E::OkIncomplete { documents, .. }
            | E::Duplicate { documents, .. }
            | E::LookupFound { documents, .. }
            | E::LateOk { documents },
        ) => late_evidence(t, documents),
        (_, E::CancelOk { .. } | E::CancelGone { .. } | E::CancelRefused { .. }) => {
            t.audit(Audit::LateCancelResult, event.name());
        }
        (_, E::ForeignAnswer { reference, documents, .. }) => t.tell_foreign(reference, documents),
        (_, E::RemoteNullified { documents }) => {
            t.audit_documents(Audit::NullifiedRemotely, documents);
            // A word about the whole order says nothing of an attempt still under way.
            if !documents.is_empty() {
                t.end_remotely(documents);
            }
        }
        (
            _,
            E::TimerDue {}
            | E::Reject { .. }
            | E::NotSent { .. }
            | E::Throttled { .. }
            | E::Ambiguous { .. }
            | E::LookupAbsent { .. }
            | E::LookupFail { .. }
            | E::CancelAmbiguous { .. },
        ) => t.superseded(),
    }
    Ok(())
}

/// The rows of `LateOk`: positive evidence outside its turn counts in every state.
fn late_evidence(t: &mut Turn<'_>, documents: &[NamedDocument]) {
    if !documents.is_empty() && t.life.documents.knows_all(documents) {
        t.superseded();
        return;
    }
    let first = t.live_documents().is_empty();
    t.adopt(documents);
    match t.life.state {
        // Documents of this order are known already; one more that names none is no news.
        S::Initial | S::Failed | S::Rejected | S::Nullified
            if documents.is_empty() && !t.life.documents.known.is_empty() =>
        {
            t.superseded();
        }
        S::Initial | S::Failed => {
            t.notify_documents(Notice::LateAnswer);
            t.settle(Notice::LinesWithoutDocument);
        }
        // It can only be the running attempt's own effect (a webhook overtook the answer), or the
        // server applies the one key once; either way no other document can follow.
        S::Sending if !t.life.submission.doubted || t.one_key() => {
            if documents.is_empty() {
                t.life.submission.accepted = true;
            } else {
                t.settle(Notice::LinesWithoutDocument);
            }
        }
        // Also when a cancel is wanted: cancelling the one would leave the other alive.
        S::Sending => t.review_documents(Notice::TwoAttemptsMayLive),
        // Accepted under a name still to be found out: not to be sent again.
        S::Unknown | S::Verifying | S::Review if documents.is_empty() => {
            t.life.submission.accepted = true;
        }
        S::Unknown | S::Verifying => t.settle(Notice::LinesWithoutDocument),
        S::Sent | S::CancelPending | S::Cancelling | S::CancelUnknown if documents.is_empty() => {
            t.superseded();
        }
        S::Sent if t.coverage() == Coverage::Exact => {}
        S::Sent => t.review_documents(Notice::SecondErpOrder),
        // The extra document is cancelled too.
        S::CancelPending | S::Cancelling | S::CancelUnknown => {}
        S::Rejected => t.review_documents(Notice::RejectedYetPresent),
        S::Review if first && t.coverage() == Coverage::Exact => {
            let older_than_the_end = t.life.cancellation.ambiguous;
            t.settle(Notice::LinesWithoutDocument);
            t.life.cancellation.ambiguous |= older_than_the_end;
        }
        S::Review => t.notify_documents(Notice::SecondErpOrder),
        S::Nullified if documents.is_empty() => {
            t.life.cancellation.requested = true;
            // This evidence, and what it may be followed by, may be older than the nullification.
            t.life.cancellation.ambiguous = true;
            t.review(Notice::AliveAfterNullification, "");
        }
        S::Nullified if t.live_documents().is_empty() => {}
        S::Nullified => {
            t.notify_documents(Notice::AliveAfterNullification);
            t.begin_cancel();
            // The evidence may be older than the nullification.
            t.life.cancellation.ambiguous = true;
        }
    }
}
