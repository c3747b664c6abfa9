//! The table of a purchase order's life: one arm for each row, or for rows that have become one.
//!
//! Guards are read top to bottom. Three rules hold before the table is consulted: an answer to
//! another request than the awaited one is late ([`reading`]), a timer counts only when its time has
//! come, and what says nothing new changes nothing.
//!
//! # Where the rows of statements went
//!
//! The page decides each of the five statements of a supplier (`WhConfirmed`, `WhRejected`,
//! `WhFulfilled`, `WhCancelled`, `WhInvoiced`) state by state. Read like that, the same statements in
//! another sequence end elsewhere: *rejected, confirmed* ends rejected, *confirmed, rejected* ends
//! confirmed; an invoice before the last goods is never matched; goods before a supplier's cancel
//! close the order short, goods after it are an alarm. So every statement is merged in every state
//! first, and where the order stands follows from all of them together
//! ([`standing`](super::standing)). Whatever state the page's rows lead to for statements that come in
//! their sequence, the function leads there too; what it decides otherwise is written beside it.

use super::{
    PurchaseOrderAudit as Audit, PurchaseOrderEvent as E, PurchaseOrderLife,
    PurchaseOrderNotice as Notice, PurchaseOrderState as S, PurchaseOrderStep, PurchasePolicy,
    SourceReason, SupplierStatus,
    late::late_evidence,
    turn::{OBJECT, Turn},
};
use crate::{
    flow::{
        NamedDocument, TransitionError,
        submission::{Coverage, list},
    },
    unit::Timestamp,
};

/// Moves a purchase order: the next life, and what is to be done once it is stored.
///
/// The given life is left alone. Answers, statements and timers that bring nothing new are counted
/// and change nothing else; positive evidence counts in every state; the statements of a supplier
/// end in the same state in whatever sequence they come.
///
/// # Errors
///
/// When a person asks for something that the state does not take or that the person may not decide,
/// a draft, a statement or documents are not this order's or make no sense, or the time is before
/// that of the last event.
///
/// ```
/// use replenish::flow::{
///     PurchaseOrderCommand, PurchaseOrderEvent, PurchaseOrderLife, PurchaseOrderState, PurchasePolicy,
///     step_purchase_order,
/// };
/// use replenish::unit::Timestamp;
/// # let draft = serde_json::from_str(r#"{
/// #     "id": "po-1", "revision": 1, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": "2026-11-23", "goods": "20.00 EUR",
/// #     "lines": [{"id": "apple", "sku": "apple", "offer": "o-1", "packs": 1,
/// #         "pack_size": "10 kg", "quantity": "10 kg", "unit_price": "2 EUR",
/// #         "amount": "20.00 EUR", "charges": "0.00 EUR", "need_by": "2026-11-24",
/// #         "arrival": "2026-11-23"}],
/// #     "freight": "0.00 EUR", "charges": "0.00 EUR", "net": "20.00 EUR", "taxes": [],
/// #     "tax": "0.00 EUR", "total": "20.00 EUR", "expected_arrival": "2026-11-23"
/// # }"#)?;
/// let policy = PurchasePolicy { quote_validity_ms: None, ..PurchasePolicy::default() };
/// let life = PurchaseOrderLife::new(&draft, r#"{"sku":"apple"}"#)?;
/// let asked = serde_json::json!({
///     "type": "request_approval",
///     "case": {
///         "draft": draft,
///         "rules": {"version": "1", "rules": [], "otherwise": "approve"},
///         "context": {"today": "2026-11-21", "requesters": ["anna"]},
///     },
/// });
/// let asked: PurchaseOrderEvent = serde_json::from_value(asked)?;
/// let approved = step_purchase_order(&life, &asked, Timestamp(0), &policy)?;
/// assert_eq!(approved.life.state(), PurchaseOrderState::Approved);
///
/// // Its timer is due at once, and then it sends itself.
/// let due = PurchaseOrderEvent::TimerDue {};
/// let sent = step_purchase_order(&approved.life, &due, Timestamp(0), &policy)?;
/// assert!(matches!(sent.commands[0], PurchaseOrderCommand::Create { attempt: 1, .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn step(
    life: &PurchaseOrderLife,
    event: &E,
    now: Timestamp,
    policy: &PurchasePolicy,
) -> Result<PurchaseOrderStep, TransitionError> {
    if let Some(last) = life.last_at.filter(|&last| now < last) {
        let (object, state, event) = (OBJECT, life.state.name(), event.name());
        return Err(TransitionError::ClockWentBack { object, state, event, last, now });
    }
    let mut turn = Turn::new(life, event, now, policy);
    match reading(life, event, now) {
        Reading::Superseded => turn.superseded(),
        Reading::Late(documents) => late_evidence(&mut turn, documents),
        Reading::LateCancelResult => turn.audit(Audit::LateCancelResult, event.name()),
        Reading::LateForeign { reference, documents } => turn.tell_foreign(reference, documents),
        Reading::InTurn => match event.fact() {
            Some((word, fact)) => {
                let before = turn.came_all_the_same();
                if turn.take(word, fact)? {
                    table(&mut turn, event)?;
                    turn.tell_of_goods_given_back(&before);
                } else {
                    turn.superseded();
                }
            }
            None => table(&mut turn, event)?,
        },
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

fn reading<'a>(life: &PurchaseOrderLife, event: &'a E, now: Timestamp) -> Reading<'a> {
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
    } else if let E::CancelOk { .. } | E::CancelRefused { .. } = event {
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
        (S::Draft | S::PendingApproval, E::LinesChanged { draft, payload }) => {
            t.revise(draft, payload)?;
        }
        (S::Draft, E::Priced { net, unavailable, .. }) => t.priced(*net, unavailable)?,
        (S::Draft, E::RequestApproval { case }) => t.request_approval(case)?,
        (
            S::Draft | S::PendingApproval | S::SubmitRejected | S::SubmitFailed,
            E::CancelRequested {},
        ) => t.never_applied(),
        (S::PendingApproval, E::Approve { by, words, case }) => {
            t.approve(by, words.as_ref(), case)?;
        }
        (S::PendingApproval, E::Decline { by, reason, case }) => t.decline(by, reason, case)?,
        (S::PendingApproval, E::TimerDue {}) => {
            t.notify(Notice::ApprovalReminder, "");
            t.wait(S::PendingApproval, t.policy.approval_reminder_ms);
        }

        (S::Approved, E::Submit {} | E::TimerDue {}) => t.create()?,
        (S::Approved, E::LinesChanged { draft, payload }) => {
            if t.life.submission.first_sent_at.is_some() {
                t.life.submission.freeze(payload)?;
            }
            t.revise(draft, payload)?;
        }
        (S::Approved, E::CancelRequested {}) if t.life.submission.ambiguous => {
            t.life.cancellation.requested = true;
        }
        (S::Approved, E::CancelRequested {}) => t.never_applied(),

        (S::Submitting, E::Ok { documents, .. }) => {
            t.adopt(documents);
            t.settle(Notice::LinesWithoutDocument);
        }
        (S::Submitting, E::OkIncomplete { documents, .. }) => {
            t.adopt(documents);
            t.life.submission.accepted = true;
            match t.connection().settle_window_ms() {
                Some(_) => t.doubt(None),
                None => t.review(Notice::AcceptedWithoutDocument, ""),
            }
        }
        (S::Submitting, E::Reject { message, .. }) => {
            t.audit(Audit::AttemptRejected, message);
            match (t.life.submission.ambiguous, t.life.cancellation.requested) {
                (true, _) => t.doubt(None),
                (false, true) => t.never_applied(),
                (false, false) => {
                    t.notify(Notice::SubmitRejected, message);
                    t.go(S::SubmitRejected);
                }
            }
        }
        (S::Submitting, E::Duplicate { documents, .. }) if documents.is_empty() => {
            t.life.submission.accepted = true;
            t.doubt(None);
        }
        (S::Submitting, E::Duplicate { documents, .. }) => {
            t.adopt(documents);
            t.settle(Notice::LinesWithoutDocument);
        }
        (S::Submitting, E::NotSent { .. }) if t.life.submission.ambiguous => t.doubt(None),
        (S::Submitting, E::NotSent { .. }) if t.life.cancellation.requested => t.never_applied(),
        (S::Submitting, E::NotSent { .. }) if t.attempts_left() => {
            t.wait(S::Approved, t.create_wait_ms(None));
        }
        (S::Submitting, E::NotSent { .. }) => t.undeliverable(),
        (S::Submitting, E::Throttled { retry_after_ms, .. }) => {
            let wait = t.create_wait_ms(*retry_after_ms);
            t.life.submission.throttled();
            if t.life.submission.ambiguous {
                t.wait(S::Unknown, wait);
            } else if t.life.cancellation.requested {
                // The page had no such row: the order would have been sent after its cancel.
                t.never_applied();
            } else if t.within_total(wait) {
                t.wait(S::Approved, wait);
            } else {
                t.undeliverable();
            }
        }
        (S::Submitting, E::Ambiguous { .. } | E::TimerDue {} | E::Recover {}) => {
            let retry_after_ms = event.retry_after_ms();
            t.life.submission.ambiguous = true;
            t.life.submission.doubted = true;
            if t.keyed() || t.connection().settle_window_ms().is_some() {
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
                Coverage::Surplus => t.review_documents(Notice::DuplicateAtSupplier),
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
                t.wait(S::Approved, 0);
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

        (S::Submitting | S::Unknown | S::Verifying | S::Review, E::CancelRequested {}) => {
            t.life.cancellation.requested = true;
        }
        (
            S::Submitted | S::Confirmed | S::PartiallyFulfilled | S::ChangeReview,
            E::CancelRequested {},
        ) => t.begin_cancel(),
        (S::ChangeReview, E::DeclineChange {}) => {
            // What is not bought like this is bought elsewhere, once it is cancelled here.
            t.life.still_wanted = true;
            t.begin_cancel();
        }
        (S::ChangeReview, E::AcceptChange {}) => t.accept_change()?,

        // Statements. Which of two attempts one is about cannot be known where both may live.
        (
            S::Submitting,
            E::WhConfirmed { .. }
            | E::WhRejected { .. }
            | E::WhFulfilled { .. }
            | E::WhCancelled { .. }
            | E::WhInvoiced { .. },
        ) if t.two_could_live() => {
            t.life.two_may_live = true;
            t.review_documents(Notice::TwoAttemptsMayLive);
        }
        (
            S::Submitting
            | S::Unknown
            | S::Verifying
            | S::Submitted
            | S::ChangeReview
            | S::Confirmed
            | S::PartiallyFulfilled
            | S::Fulfilled
            | S::Invoiced
            | S::CancelPending
            | S::Cancelling
            | S::SupplierRejected
            | S::Review,
            E::WhConfirmed { .. }
            | E::WhRejected { .. }
            | E::WhFulfilled { .. }
            | E::WhCancelled { .. }
            | E::WhInvoiced { .. },
        ) => {
            let short = t.life.is_short();
            t.follow();
            match (event, t.life.state) {
                (
                    E::WhInvoiced { .. },
                    S::Submitted | S::ChangeReview | S::Confirmed | S::PartiallyFulfilled,
                ) => t.notify(Notice::InvoicedBeforeGoods, ""),
                // The page sent every further invoice to a person, also one within tolerance; of two
                // such that would depend on which came first.
                (E::WhInvoiced { .. }, S::Invoiced) if t.before == S::Invoiced => {
                    t.notify(Notice::InvoiceAfterClose, "");
                }
                (E::WhFulfilled { .. }, S::Fulfilled | S::Invoiced) if short => {
                    t.notify(Notice::GoodsAfterClose, "");
                }
                _ => {}
            }
        }
        // The page took only promises for evidence here; goods and invoices are no less.
        (
            S::Approved | S::SubmitRejected | S::SubmitFailed,
            E::WhConfirmed { .. } | E::WhFulfilled { .. } | E::WhInvoiced { .. },
        ) => t.follow(),
        (
            S::Cancelled | S::Declined,
            E::WhConfirmed { .. } | E::WhFulfilled { .. } | E::WhInvoiced { .. },
        ) => t.alive_again(Notice::AliveAfterCancellation),
        // The supplier's own word has ended it, or ends it too: its other words count as well.
        (S::Cancelled, E::WhRejected { .. } | E::WhCancelled { .. })
            if t.life.facts.has_said(SupplierStatus::Cancelled) =>
        {
            t.follow();
        }
        // The page had no such row: an earlier revision that was refused is alive, and the next one
        // would be a second order.
        (
            S::Draft | S::PendingApproval,
            E::WhConfirmed { .. } | E::WhFulfilled { .. } | E::WhInvoiced { .. },
        ) if t.life.submission.count > 0 => t.alive_again(Notice::RejectedYetPresent),
        (S::Submitted, E::TimerDue {}) if t.life.probes < t.policy.max_probes => {
            t.life.probes = t.life.probes.saturating_add(1);
            t.read();
            t.wait(S::Submitted, t.policy.poll_interval_ms);
        }
        // The page told a person and set no timer, neither here nor in the three rows below: a person
        // who overlooks the one notice would leave the order waiting for ever.
        (S::Submitted, E::TimerDue {}) => {
            t.read();
            t.notify(Notice::NotConfirmed, "");
            t.wait(S::Submitted, t.policy.overdue_interval_ms);
        }
        (state @ (S::Confirmed | S::PartiallyFulfilled), E::TimerDue {}) => {
            t.read();
            t.notify(Notice::DeliveryLate, "");
            t.wait(state, t.policy.overdue_interval_ms);
        }
        (S::Fulfilled, E::TimerDue {}) => {
            t.notify(Notice::InvoiceMissing, "");
            t.wait(S::Fulfilled, t.policy.invoice_reminder_ms);
        }
        (S::PartiallyFulfilled, E::CloseShort {}) => {
            t.life.short = true;
            t.audit(Audit::ClosedShort, "");
            t.follow();
        }
        // The answer to an agreement. The page had no such rows: a lost one was lost for good.
        (
            S::Confirmed | S::PartiallyFulfilled,
            E::Ok { .. } | E::OkIncomplete { .. } | E::Duplicate { .. },
        ) => t.life.awaited = None,
        (
            S::Confirmed | S::PartiallyFulfilled,
            E::Reject { .. } | E::NotSent { .. } | E::Throttled { .. } | E::Ambiguous { .. },
        ) => {
            t.life.awaited = None;
            t.notify(Notice::AcceptUndelivered, "");
        }
        (S::Confirmed | S::PartiallyFulfilled, E::Recover {}) if t.life.awaited.is_some() => {
            t.life.awaited = None;
            t.notify(Notice::AcceptUndelivered, "");
            t.rearm();
        }

        (S::CancelPending, E::TimerDue {}) => t.cancel_next(),
        (S::Cancelling, E::CancelOk { .. }) => t.cancelled(),
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
                t.wait(S::CancelPending, t.cancel_wait_ms(retry_after_ms));
            } else {
                t.review_documents(Notice::CancelOutcomeUnknown);
            }
        }

        (S::SubmitRejected, E::LinesChanged { draft, payload }) => t.revise(draft, payload)?,
        (S::SubmitFailed, E::Submit {}) => {
            // A key whose document has ended would only bring the ended one back, and what was said
            // of that one is not said of the next.
            if !t.life.documents.known.is_empty() {
                t.life.documents.end(t.now, |_| true);
                t.life.submission.new_key();
            }
            t.life.facts = super::Facts::default();
            t.create()?;
        }

        (S::Review, E::OperatorPresent { documents }) => {
            t.operator_says(documents)?;
            t.audit(Audit::OperatorSaidPresent, &list(&t.live_documents()));
            t.resume();
        }
        (S::Review, E::OperatorAbsent {}) => {
            t.audit(Audit::OperatorSaidAbsent, &list(&t.live_documents()));
            t.end_all();
            t.life.two_may_live = false;
            if t.life.cancellation.requested {
                t.give_back(SourceReason::ChangeDeclined);
                t.go(S::Cancelled);
            } else {
                t.go(S::SubmitFailed);
            }
        }
        (S::Review, E::OperatorSettle {}) => {
            t.audit(Audit::OperatorSettled, "");
            t.life.two_may_live = false;
            t.go(S::Invoiced);
        }

        // The page had no such rows. The supplier keeps what it names for another order, so adopting it
        // could cancel that; the attempt may have been applied all the same, so only a person can tell.
        (S::Submitting, E::ForeignAnswer { reference, documents, .. }) => {
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
        (S::Confirmed | S::PartiallyFulfilled, E::ForeignAnswer { reference, documents, .. }) => {
            t.life.awaited = None;
            t.tell_foreign(reference, documents);
            t.notify(Notice::AcceptUndelivered, "");
        }

        // From here on: what no row lists.
        (
            state,
            E::LinesChanged { .. }
            | E::RequestApproval { .. }
            | E::Approve { .. }
            | E::Decline { .. }
            | E::Submit {}
            | E::CancelRequested {}
            | E::AcceptChange {}
            | E::DeclineChange {}
            | E::CloseShort {}
            | E::OperatorPresent { .. }
            | E::OperatorAbsent {}
            | E::OperatorSettle {},
        ) => {
            return Err(TransitionError::InvalidTransition {
                object: OBJECT,
                state: state.name(),
                expected: state.allowed(),
                got: event.name(),
            });
        }
        (_, E::Recover {}) => t.rearm(),
        (
            _,
            E::WhConfirmed { .. }
            | E::WhRejected { .. }
            | E::WhFulfilled { .. }
            | E::WhCancelled { .. }
            | E::WhInvoiced { .. },
        ) => t.audit(Audit::Stated, event.name()),
        (
            _,
            E::Ok { documents, .. }
            | E::OkIncomplete { documents, .. }
            | E::Duplicate { documents, .. }
            | E::LookupFound { documents, .. }
            | E::LateOk { documents },
        ) => late_evidence(t, documents),
        (_, E::CancelOk { .. } | E::CancelRefused { .. }) => {
            t.audit(Audit::LateCancelResult, event.name());
        }
        (_, E::ForeignAnswer { reference, documents, .. }) => t.tell_foreign(reference, documents),
        (
            _,
            E::Priced { .. }
            | E::TimerDue {}
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
