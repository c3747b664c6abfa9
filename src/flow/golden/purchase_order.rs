//! The purchase order's table.

use super::{Awaited, Flag, NOW, compare, render};
use crate::flow::{
    Capabilities, Deduplication, FlowPolicy, LineDocument, PurchaseOrderCommand,
    PurchaseOrderEvent as E, PurchaseOrderLife, PurchaseOrderState as S, PurchasePolicy,
    ReferenceLookup, SupplierStatus as W,
    purchase_order::{
        draft::Quote,
        sample::{case, draft, fact, named},
    },
    step_purchase_order,
};
use crate::unit::{DocumentId, LineId, Timestamp};
use serde_json::{Value, json};

const EVENTS: [&str; 59] = [
    "lines_changed",
    "lines_changed (known revision)",
    "priced",
    "priced (a line unavailable)",
    "priced (superseded)",
    "request_approval",
    "approve",
    "approve (not entitled)",
    "decline",
    "submit",
    "timer_due",
    "timer_due (early)",
    "cancel_requested",
    "recover",
    "accept_change",
    "decline_change",
    "close_short",
    "wh_confirmed",
    "wh_confirmed (beyond tolerance)",
    "wh_confirmed (another document)",
    "wh_confirmed (nothing new)",
    "wh_rejected",
    "wh_fulfilled (some)",
    "wh_fulfilled (every line)",
    "wh_fulfilled (too much)",
    "wh_cancelled",
    "wh_invoiced (matches)",
    "wh_invoiced (some)",
    "wh_invoiced (too much)",
    "ok (every line)",
    "ok (a line missing)",
    "ok (superseded, every line)",
    "ok_incomplete (nothing named)",
    "duplicate (named)",
    "duplicate (not named)",
    "reject",
    "reject (superseded)",
    "not_sent",
    "throttled",
    "ambiguous",
    "late_ok (every line)",
    "late_ok (a line missing)",
    "late_ok (nothing named)",
    "late_ok (known document)",
    "lookup_found (one set)",
    "lookup_found (two sets)",
    "lookup_absent",
    "lookup_fail",
    "cancel_ok",
    "cancel_ok (superseded)",
    "cancel_refused",
    "cancel_ambiguous",
    "foreign_answer",
    "foreign_answer (superseded)",
    "operator_present (every line)",
    "operator_present (a line missing)",
    "operator_present (as known)",
    "operator_absent",
    "operator_settle",
];

fn said(word: W, document: &str, lines: Value) -> E {
    E::stated(fact(Some(word), Some(9), Some(document), lines))
}

fn invoiced(first: u32, second: u32) -> Value {
    json!([
        {"line": "1", "invoiced": format!("{first} each"), "invoiced_amount": format!("{} EUR", first * 2)},
        {"line": "2", "invoiced": format!("{second} each"), "invoiced_amount": format!("{} EUR", second * 5)},
    ])
}

fn received(first: u32, second: u32) -> Value {
    json!([
        {"line": "1", "received": format!("{first} each")},
        {"line": "2", "received": format!("{second} each")},
    ])
}

fn event(name: &str) -> E {
    let every = || named(&[("1", "N1"), ("2", "N2")]);
    let some = || named(&[("1", "N1")]);
    let two = || named(&[("1", "N1"), ("1", "N3"), ("2", "N2"), ("2", "N4")]);
    let (kind, variant) = name.split_once(" (").unwrap_or((name, ""));
    let variant = variant.trim_end_matches(')');
    let request = if variant.starts_with("superseded") { 7 } else { 8 };
    let retry_after_ms = None;
    let (message, reason) = ("no".to_owned(), "no".to_owned());
    match kind {
        "lines_changed" => E::LinesChanged {
            draft: Box::new(draft(if variant.is_empty() { 2 } else { 1 })),
            payload: "another".into(),
        },
        "priced" => E::Priced {
            request,
            net: "43 EUR".parse().unwrap(),
            unavailable: if variant == "a line unavailable" {
                vec!["2".parse().unwrap()]
            } else {
                vec![]
            },
        },
        "request_approval" => E::RequestApproval { case: case(1) },
        "approve" => E::Approve {
            by: if variant.is_empty() { "ann" } else { "zoe" }.parse().unwrap(),
            words: None,
            case: case(1),
        },
        "decline" => E::Decline { by: "bob".parse().unwrap(), reason, case: case(1) },
        "submit" => E::Submit {},
        "timer_due" => E::TimerDue {},
        "cancel_requested" => E::CancelRequested {},
        "recover" => E::Recover {},
        "accept_change" => E::AcceptChange {},
        "decline_change" => E::DeclineChange {},
        "close_short" => E::CloseShort {},
        "wh_confirmed" => match variant {
            "beyond tolerance" => {
                said(W::Confirmed, "K1", json!([{"line": "1", "confirmed": "9 each"}]))
            }
            "another document" => said(W::Confirmed, "N1", json!([])),
            "nothing new" => E::stated(fact(Some(W::Confirmed), Some(1), None, json!([]))),
            _ => said(
                W::Confirmed,
                "K1",
                json!([{"line": "1", "confirmed": "10 each", "promised": "2026-12-01"}]),
            ),
        },
        "wh_rejected" => said(W::Rejected, "K1", json!([])),
        "wh_fulfilled" => match variant {
            "some" => said(W::PartiallyFulfilled, "K1", received(5, 0)),
            "every line" => said(W::Fulfilled, "K1", received(10, 4)),
            _ => said(W::Fulfilled, "K1", received(12, 4)),
        },
        "wh_cancelled" => said(W::Cancelled, "K1", json!([])),
        "wh_invoiced" => match variant {
            "matches" => said(W::Invoiced, "K1", invoiced(10, 4)),
            "some" => said(W::Invoiced, "K1", invoiced(4, 0)),
            _ => said(W::Invoiced, "K1", invoiced(11, 4)),
        },
        "ok" if variant == "a line missing" => E::Ok { request, documents: some() },
        "ok" => E::Ok { request, documents: every() },
        "ok_incomplete" => E::OkIncomplete { request, documents: vec![] },
        "duplicate" if variant == "named" => E::Duplicate { request, documents: every() },
        "duplicate" => E::Duplicate { request, documents: vec![] },
        "reject" => E::Reject { request, message },
        "not_sent" => E::NotSent { request },
        "throttled" => E::Throttled { request, retry_after_ms },
        "ambiguous" => E::Ambiguous { request, retry_after_ms },
        "late_ok" => E::LateOk {
            documents: match variant {
                "every line" => every(),
                "a line missing" => some(),
                "known document" => named(&[("1", "K1"), ("2", "K1")]),
                _ => vec![],
            },
        },
        "lookup_found" if variant == "two sets" => E::LookupFound { request, documents: two() },
        "lookup_found" => E::LookupFound { request, documents: every() },
        "lookup_absent" => E::LookupAbsent { request },
        "lookup_fail" => E::LookupFail { request, retry_after_ms },
        "cancel_ok" => E::CancelOk { request },
        "cancel_refused" => E::CancelRefused { request, reason },
        "cancel_ambiguous" => E::CancelAmbiguous { request, retry_after_ms },
        "foreign_answer" => {
            E::ForeignAnswer { request, reference: "PO-2".into(), documents: every() }
        }
        "operator_present" => E::OperatorPresent {
            documents: match variant {
                "every line" => every(),
                "a line missing" => some(),
                _ => vec![],
            },
        },
        "operator_absent" => E::OperatorAbsent {},
        "operator_settle" => E::OperatorSettle {},
        _ => unreachable!("{name}"),
    }
}

/// The facts that can differ in a state. Document K1 carries both lines, unless a second document is
/// a fact of its own.
fn flags(state: S) -> Vec<Flag> {
    use Flag as F;
    match state {
        S::Draft | S::PendingApproval => vec![F::SentBefore, F::Priced],
        S::Approved => vec![F::SentBefore, F::Ambiguous],
        S::Submitting => vec![
            F::Ambiguous,
            F::CancelRequested,
            F::Accepted,
            F::Keyed,
            F::Lookup,
            F::AttemptsLeft,
        ],
        S::Unknown => vec![
            F::CancelRequested,
            F::Accepted,
            F::Keyed,
            F::Lookup,
            F::AttemptsLeft,
            F::LookupsLeft,
        ],
        S::Verifying => {
            vec![F::Accepted, F::WindowOver, F::CancelRequested, F::AttemptsLeft, F::LookupsLeft]
        }
        S::Submitted => vec![F::ProbesLeft],
        S::Confirmed => vec![F::AgreementAwaited],
        S::Fulfilled => vec![F::Short],
        S::CancelPending => vec![F::Document, F::Received],
        S::Cancelling => {
            vec![F::SecondDocument, F::AttemptsLeft, F::CancelAmbiguous, F::Received]
        }
        S::SubmitFailed => vec![F::Document],
        S::Cancelled => vec![F::SupplierCancelled],
        S::Review => vec![F::TwoMayLive, F::CancelRequested, F::Document],
        S::ChangeReview
        | S::PartiallyFulfilled
        | S::Invoiced
        | S::SupplierRejected
        | S::SubmitRejected
        | S::Declined => vec![],
    }
}

/// What the supplier has said by then.
fn statements(state: S, set: &[Flag]) -> Vec<E> {
    let has = |flag| set.contains(&flag);
    let said = |word, lines| E::stated(fact(Some(word), Some(1), None, lines));
    let confirmed = || said(W::Confirmed, json!([]));
    match state {
        S::Confirmed => vec![confirmed()],
        S::ChangeReview => {
            vec![said(W::Confirmed, json!([{"line": "1", "confirmed": "8 each"}]))]
        }
        S::PartiallyFulfilled => {
            vec![confirmed(), said(W::PartiallyFulfilled, received(4, 0))]
        }
        S::Fulfilled if has(Flag::Short) => {
            vec![confirmed(), said(W::PartiallyFulfilled, received(4, 0))]
        }
        S::Fulfilled => vec![confirmed(), said(W::Fulfilled, received(10, 4))],
        S::Invoiced => vec![
            confirmed(),
            said(W::Fulfilled, received(10, 4)),
            said(W::Invoiced, invoiced(10, 4)),
        ],
        S::CancelPending | S::Cancelling if has(Flag::Received) => {
            vec![confirmed(), said(W::PartiallyFulfilled, received(4, 0))]
        }
        S::SupplierRejected => vec![said(W::Rejected, json!([]))],
        S::Cancelled if has(Flag::SupplierCancelled) => vec![said(W::Cancelled, json!([]))],
        S::Draft
        | S::PendingApproval
        | S::Approved
        | S::Submitting
        | S::Unknown
        | S::Verifying
        | S::Submitted
        | S::CancelPending
        | S::Cancelling
        | S::SubmitRejected
        | S::SubmitFailed
        | S::Declined
        | S::Cancelled
        | S::Review => vec![],
    }
}

fn life(state: S, set: &[Flag]) -> PurchaseOrderLife {
    let has = |flag| set.contains(&flag);
    let mut life = PurchaseOrderLife::new(&draft(1), "frozen").unwrap();
    life.state = state;
    let drafting = matches!(state, S::Draft | S::PendingApproval | S::Approved);
    if !drafting || has(Flag::SentBefore) {
        life.submission.count = 1;
        life.submission.submitted_at = Some(Timestamp(NOW.0 - 100_000));
        if !matches!(state, S::Draft | S::PendingApproval) {
            life.submission.first_sent_at = life.submission.submitted_at;
        }
    }
    if has(Flag::Priced) {
        let net = "43 EUR".parse().unwrap();
        life.quote = Some(Quote { at: Timestamp(NOW.0 - 1_000), net, unavailable: vec![] });
    }
    life.last_request = 8;
    life.submission.attempts = if has(Flag::AttemptsLeft) { 1 } else { 4 };
    life.cancellation.attempts = life.submission.attempts;
    life.submission.lookups = if has(Flag::LookupsLeft) { 1 } else { 4 };
    life.submission.ambiguous = has(Flag::Ambiguous);
    life.submission.doubted = has(Flag::Ambiguous);
    life.submission.accepted = has(Flag::Accepted);
    let cancelling = matches!(state, S::CancelPending | S::Cancelling | S::Cancelled);
    life.cancellation.requested = has(Flag::CancelRequested)
        || (cancelling && !has(Flag::SupplierCancelled))
        || state == S::Declined;
    life.cancellation.ambiguous = has(Flag::CancelAmbiguous);
    life.probes = if has(Flag::ProbesLeft) { 1 } else { 4 };
    life.two_may_live = has(Flag::TwoMayLive);
    life.short = has(Flag::Short);
    let asked_at = NOW.0 - 1_000;
    let settled_at = if has(Flag::WindowOver) { asked_at } else { NOW.0 + 4_000 };
    life.submission.settled_at = Some(Timestamp(settled_at));
    if matches!(state, S::Draft | S::Submitting | S::Verifying | S::Cancelling)
        || has(Flag::AgreementAwaited)
    {
        life.awaited = Some(Awaited { request: 8, since: Timestamp(asked_at) });
    }
    if !state.is_resting() && !matches!(state, S::Draft | S::ChangeReview) {
        life.wake_at = Some(NOW);
    }
    let alive = matches!(
        state,
        S::Submitted
            | S::ChangeReview
            | S::Confirmed
            | S::PartiallyFulfilled
            | S::Fulfilled
            | S::Invoiced
            | S::Cancelling
            | S::SupplierRejected
            | S::Cancelled
    );
    if alive || has(Flag::Document) {
        let second = if has(Flag::SecondDocument) { "K2" } else { "K1" };
        let ended =
            state == S::SubmitFailed || (state == S::Cancelled && !has(Flag::SupplierCancelled));
        let ended_at = ended.then_some(Timestamp(NOW.0 - 50));
        for (line, document) in [("1", "K1"), ("2", second)] {
            life.documents.known.push(LineDocument {
                line: LineId::new(line).unwrap(),
                document: DocumentId::new(document).unwrap(),
                ended_at,
            });
        }
    }
    if state == S::Cancelling {
        life.cancellation.document = Some(DocumentId::new("K1").unwrap());
    }
    for statement in statements(state, set) {
        let (word, fact) = statement.fact().unwrap();
        let mut fact = fact.clone();
        fact.status = fact.status.or(Some(word));
        life.facts.merge(&fact, &life.terms.ordered).unwrap();
    }
    life
}

fn policy(set: &[Flag]) -> PurchasePolicy {
    let connection = FlowPolicy {
        capabilities: Capabilities {
            deduplicates_by_key: set
                .contains(&Flag::Keyed)
                .then_some(Deduplication { retention_ms: 86_400_000 }),
            lookup_by_reference: set
                .contains(&Flag::Lookup)
                .then_some(ReferenceLookup { settle_window_ms: 5_000 }),
        },
        jitter_percent: 0,
        ..FlowPolicy::default()
    };
    PurchasePolicy { connection, ..PurchasePolicy::default() }
}

fn outcome(state: S, name: &str, set: &[Flag]) -> String {
    let mut life = life(state, set);
    if name == "timer_due (early)" {
        life.wake_at = life.wake_at.map(|at| at.plus_millis(1));
    }
    let step = match step_purchase_order(&life, &event(name), NOW, &policy(set)) {
        Ok(step) => step,
        Err(problem) => return format!("error {}", problem.code()),
    };
    let mut parts = vec![if step.life.state == state {
        "(stays)".to_owned()
    } else {
        format!("**{}**", step.life.state)
    }];
    parts.extend(changes(&life, &step.life));
    parts.extend(step.commands.iter().map(command));
    parts.join("; ")
}

fn changes(old: &PurchaseOrderLife, new: &PurchaseOrderLife) -> Vec<String> {
    let mut parts = Vec::new();
    for (name, old, new) in [
        ("ambiguous", old.submission.ambiguous, new.submission.ambiguous),
        ("accepted", old.submission.accepted, new.submission.accepted),
        ("cancel requested", old.cancellation.requested, new.cancellation.requested),
        ("cancel ambiguous", old.cancellation.ambiguous, new.cancellation.ambiguous),
        ("short", old.short, new.short),
        ("two may live", old.two_may_live, new.two_may_live),
    ] {
        if old != new {
            parts.push(format!("{name} := {new}"));
        }
    }
    for (name, old, new) in [
        ("attempts", old.submission.attempts, new.submission.attempts),
        ("look-ups", old.submission.lookups, new.submission.lookups),
        ("probes", old.probes, new.probes),
        ("key", old.submission.revision, new.submission.revision),
        ("submission", old.submission.count, new.submission.count),
        ("revision", old.terms.revision, new.terms.revision),
    ] {
        if old != new {
            parts.push(format!("{name} := {new}"));
        }
    }
    if old.quote != new.quote {
        parts.push(if new.quote.is_some() { "quote stored" } else { "no quote" }.into());
    }
    let living = |life: &PurchaseOrderLife| {
        life.documents.known.iter().filter(|entry| entry.ended_at.is_none()).count()
    };
    if old.documents.known.len() != new.documents.known.len() || living(old) != living(new) {
        parts.push(format!(
            "lines with a living document: {} of {}",
            living(new),
            new.documents.known.len()
        ));
    }
    if old.superseded != new.superseded {
        parts.push("counted as superseded".into());
    }
    parts
}

fn command(command: &PurchaseOrderCommand) -> String {
    use PurchaseOrderCommand as C;
    match command {
        C::Price { idempotency_key, .. } => format!("price {idempotency_key}"),
        C::Create { attempt, idempotency_key, .. } => {
            format!("create {idempotency_key}, attempt {attempt}")
        }
        C::Lookup { idempotency_key, attempt, .. } => {
            format!("look up {idempotency_key}, {attempt}")
        }
        C::Read { probe, .. } => format!("read, probe {probe}"),
        C::Cancel { idempotency_key, attempt, .. } => {
            format!("cancel {idempotency_key}, attempt {attempt}")
        }
        C::Accept { revision, .. } => format!("accept revision {revision}"),
        C::Timer { at } => format!("timer {}", at.0 - NOW.0),
        C::CancelTimer {} => "no timer".into(),
        C::Notify { notice, .. } => format!("notify {}", notice.name()),
        C::Audit { audit, .. } => format!("audit {audit:?}"),
        C::Parent {} => "parent".into(),
        C::SourceElsewhere { why, lines, .. } => {
            let lines: Vec<String> =
                lines.iter().map(|it| format!("{} of line {}", it.quantity, it.line)).collect();
            format!("source elsewhere ({}) {}", why.name(), lines.join(", "))
        }
        C::PostInvoice { .. } => "post invoice".into(),
    }
}

#[test]
fn the_table_is_the_checked_in_one() {
    let states: Vec<_> =
        S::ALL.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
    let of = |name: &str| *S::ALL.iter().find(|state| state.name() == name).unwrap();
    let text = render("Purchase order", &states, &EVENTS, |state, event, set| {
        outcome(of(state), event, set)
    });
    compare("purchase_order_transitions.md", &text);
}

#[test]
fn every_event_has_a_column() {
    let mut names: Vec<&str> = EVENTS.iter().map(|name| event(name).name()).collect();
    names.dedup();
    assert_eq!(names.len(), 35, "{names:?}");
}
