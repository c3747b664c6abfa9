//! The sale order's table.

use super::*;

pub(super) const EVENTS: [&str; 44] = [
    "submit",
    "submit (another payload)",
    "timer_due",
    "timer_due (early)",
    "cancel_requested",
    "recover",
    "ok (every line)",
    "ok (a line missing)",
    "ok (superseded, every line)",
    "ok_incomplete (nothing named)",
    "ok_incomplete (a line named)",
    "duplicate (named)",
    "duplicate (not named)",
    "reject",
    "reject (superseded)",
    "not_sent",
    "throttled",
    "throttled (retry after 9 s)",
    "ambiguous",
    "ambiguous (retry after 9 s)",
    "late_ok (every line)",
    "late_ok (a line missing)",
    "late_ok (nothing named)",
    "late_ok (known document)",
    "lookup_found (one set)",
    "lookup_found (two sets)",
    "lookup_found (superseded, one set)",
    "lookup_absent",
    "lookup_fail",
    "cancel_ok",
    "cancel_ok (superseded)",
    "cancel_gone (already cancelled)",
    "cancel_gone (not found)",
    "cancel_refused",
    "cancel_ambiguous",
    "foreign_answer",
    "foreign_answer (superseded)",
    "remote_nullified (whole order)",
    "remote_nullified (known document)",
    "remote_nullified (unknown document)",
    "operator_present (every line)",
    "operator_present (a line missing)",
    "operator_present (as known)",
    "operator_absent",
];

fn named(pairs: &[(&str, &str)]) -> Vec<NamedDocument> {
    let name = |(line, document): &(&str, &str)| NamedDocument {
        line: LineId::new(line).unwrap(),
        document: DocumentId::new(document).unwrap(),
    };
    pairs.iter().map(name).collect()
}

pub(super) fn event(name: &str) -> E {
    let every = || named(&[("1", "N1"), ("2", "N2")]);
    let some = || named(&[("1", "N1")]);
    let two = || named(&[("1", "N1"), ("1", "N3"), ("2", "N2"), ("2", "N4")]);
    let known = || named(&[("1", "K1"), ("2", "K2")]);
    let (kind, variant) = name.split_once(" (").unwrap_or((name, ""));
    let variant = variant.trim_end_matches(')');
    let request = if variant.starts_with("superseded") { 7 } else { 8 };
    let retry_after_ms = variant.starts_with("retry").then_some(9_000);
    match kind {
        "submit" => E::Submit {
            payload: if variant.is_empty() { "frozen".into() } else { "another".into() },
        },
        "timer_due" => E::TimerDue {},
        "cancel_requested" => E::CancelRequested {},
        "recover" => E::Recover {},
        "ok" if variant == "a line missing" => E::Ok { request, documents: some() },
        "ok" => E::Ok { request, documents: every() },
        "ok_incomplete" if variant == "nothing named" => {
            E::OkIncomplete { request, documents: vec![] }
        }
        "ok_incomplete" => E::OkIncomplete { request, documents: some() },
        "duplicate" if variant == "named" => E::Duplicate { request, documents: every() },
        "duplicate" => E::Duplicate { request, documents: vec![] },
        "reject" => E::Reject { request, message: "no".into() },
        "not_sent" => E::NotSent { request },
        "throttled" => E::Throttled { request, retry_after_ms },
        "ambiguous" => E::Ambiguous { request, retry_after_ms },
        "late_ok" => E::LateOk {
            documents: match variant {
                "every line" => every(),
                "a line missing" => some(),
                "known document" => known(),
                _ => vec![],
            },
        },
        "lookup_found" if variant == "two sets" => E::LookupFound { request, documents: two() },
        "lookup_found" => E::LookupFound { request, documents: every() },
        "lookup_absent" => E::LookupAbsent { request },
        "lookup_fail" => E::LookupFail { request, retry_after_ms },
        "cancel_ok" => E::CancelOk { request },
        "cancel_gone" => {
            E::CancelGone { request, already_cancelled: variant == "already cancelled" }
        }
        "cancel_refused" => E::CancelRefused { request, reason: "no".into() },
        "cancel_ambiguous" => E::CancelAmbiguous { request, retry_after_ms },
        "foreign_answer" => {
            E::ForeignAnswer { request, reference: "SO-2".into(), documents: every() }
        }
        "remote_nullified" => E::RemoteNullified {
            documents: match variant {
                "whole order" => vec![],
                "known document" => vec![DocumentId::new("K1").unwrap()],
                _ => vec![DocumentId::new("N1").unwrap()],
            },
        },
        "operator_present" => E::OperatorPresent {
            documents: match variant {
                "every line" => every(),
                "a line missing" => some(),
                _ => vec![],
            },
        },
        "operator_absent" => E::OperatorAbsent {},
        _ => unreachable!("{name}"),
    }
}

/// The facts that can differ in a state. Document K1 carries both lines, unless a second
/// document is a fact of its own.
pub(super) fn flags(state: S) -> Vec<Flag> {
    use Flag as F;
    match state {
        S::Initial | S::Rejected => vec![F::Keyed, F::Lookup],
        S::Failed => vec![F::Keyed, F::Lookup, F::Document],
        S::Sending => vec![
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
        S::Verifying => vec![
            F::Accepted,
            F::WindowOver,
            F::CancelRequested,
            F::AttemptsLeft,
            F::LookupsLeft,
            F::Keyed,
        ],
        S::Review => vec![F::CancelRequested, F::Ambiguous, F::Document, F::SecondDocument],
        S::Sent => vec![F::SecondDocument],
        S::CancelPending => vec![F::Document, F::SecondDocument],
        S::Cancelling | S::CancelUnknown => {
            vec![F::SecondDocument, F::AttemptsLeft, F::CancelAmbiguous]
        }
        S::Nullified => vec![F::Keyed],
    }
}

pub(super) fn life(state: S, set: &[Flag]) -> SaleOrderLife {
    let has = |flag| set.contains(&flag);
    let lines = vec![LineId::new("1").unwrap(), LineId::new("2").unwrap()];
    let mut life = SaleOrderLife::new(SaleOrderId::new("SO").unwrap(), lines).unwrap();
    life.state = state;
    life.submission.payload = Some("frozen".into());
    life.submission.count = 1;
    life.submission.submitted_at = Some(Timestamp(NOW.0 - 100_000));
    life.submission.first_sent_at = life.submission.submitted_at;
    life.last_request = 8;
    life.submission.attempts = if has(Flag::AttemptsLeft) { 1 } else { 4 };
    life.cancellation.attempts = life.submission.attempts;
    life.submission.lookups = if has(Flag::LookupsLeft) { 1 } else { 4 };
    life.submission.ambiguous = has(Flag::Ambiguous);
    life.submission.doubted = has(Flag::Ambiguous);
    life.submission.accepted = has(Flag::Accepted);
    life.cancellation.requested = has(Flag::CancelRequested);
    life.cancellation.ambiguous = has(Flag::CancelAmbiguous);
    let asked_at = NOW.0 - 1_000;
    let settled_at = if has(Flag::WindowOver) { asked_at } else { NOW.0 + 4_000 };
    life.submission.settled_at = Some(Timestamp(settled_at));
    if matches!(state, S::Sending | S::Verifying | S::Cancelling) {
        life.awaited = Some(Awaited { request: 8, since: Timestamp(asked_at) });
    }
    if !state.is_resting() {
        life.wake_at = Some(NOW);
    }
    let always = matches!(state, S::Sent | S::Cancelling | S::CancelUnknown | S::Nullified);
    if always || has(Flag::Document) {
        let second = if has(Flag::SecondDocument) { "K2" } else { "K1" };
        let ended_at = matches!(state, S::Nullified | S::Failed).then_some(Timestamp(NOW.0 - 50));
        for (line, document) in [("1", "K1"), ("2", second)] {
            life.documents.known.push(LineDocument {
                line: LineId::new(line).unwrap(),
                document: DocumentId::new(document).unwrap(),
                ended_at,
            });
        }
    }
    if matches!(state, S::Cancelling | S::CancelUnknown) {
        life.cancellation.document = Some(DocumentId::new("K1").unwrap());
    }
    life
}

pub(super) fn policy(set: &[Flag]) -> FlowPolicy {
    FlowPolicy {
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
    }
}

fn outcome(state: S, name: &str, set: &[Flag]) -> String {
    let mut life = life(state, set);
    if name == "timer_due (early)" {
        life.wake_at = life.wake_at.map(|at| at.plus_millis(1));
    }
    // Named as they are known in this life.
    let mut event = event(name);
    if let E::LateOk { documents } = &mut event
        && name.contains("known")
        && !life.documents.known.is_empty()
    {
        for (named, known) in documents.iter_mut().zip(&life.documents.known) {
            named.document = known.document.clone();
        }
    }
    let step = match step_sale_order(&life, &event, NOW, &policy(set)) {
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

fn changes(old: &SaleOrderLife, new: &SaleOrderLife) -> Vec<String> {
    let mut parts = Vec::new();
    for (name, old, new) in [
        ("ambiguous", old.submission.ambiguous, new.submission.ambiguous),
        ("accepted", old.submission.accepted, new.submission.accepted),
        ("cancel requested", old.cancellation.requested, new.cancellation.requested),
        ("cancel ambiguous", old.cancellation.ambiguous, new.cancellation.ambiguous),
    ] {
        if old != new {
            parts.push(format!("{name} := {new}"));
        }
    }
    for (name, old, new) in [
        ("attempts", old.submission.attempts, new.submission.attempts),
        ("look-ups", old.submission.lookups, new.submission.lookups),
        ("revision", old.submission.revision, new.submission.revision),
        ("submission", old.submission.count, new.submission.count),
    ] {
        if old != new {
            parts.push(format!("{name} := {new}"));
        }
    }
    let living = |life: &SaleOrderLife| {
        life.documents.known.iter().filter(|entry| entry.ended_at.is_none()).count()
    };
    if old.documents.known.len() != new.documents.known.len() || living(old) != living(new) {
        parts.push(format!(
            "lines with a living document: {} of {}",
            living(new),
            new.documents.known.len()
        ));
    }
    if old.documents.voided != new.documents.voided {
        parts.push("remember the nullified document".into());
    }
    if old.superseded != new.superseded {
        parts.push("counted as superseded".into());
    }
    parts
}

fn command(command: &SaleOrderCommand) -> String {
    match command {
        SaleOrderCommand::Create { attempt, idempotency_key, .. } => {
            format!("create {idempotency_key}, attempt {attempt}")
        }
        SaleOrderCommand::Lookup { idempotency_key, attempt, .. } => {
            format!("look up {idempotency_key}, {attempt}")
        }
        SaleOrderCommand::Cancel { idempotency_key, attempt, .. } => {
            format!("cancel {idempotency_key}, attempt {attempt}")
        }
        SaleOrderCommand::Timer { at } => format!("timer {}", at.0 - NOW.0),
        SaleOrderCommand::CancelTimer {} => "no timer".into(),
        SaleOrderCommand::Notify { notice, .. } => format!("notify {}", notice.name()),
        SaleOrderCommand::Audit { audit, .. } => format!("audit {audit:?}"),
        SaleOrderCommand::Parent {} => "parent".into(),
    }
}

#[test]
fn the_table_is_the_checked_in_one() {
    let states: Vec<_> =
        S::ALL.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
    let of = |name: &str| *S::ALL.iter().find(|state| state.name() == name).unwrap();
    let text =
        render("Sale order", &states, &EVENTS, |state, event, set| outcome(of(state), event, set));
    compare("sale_order_transitions.md", &text);
}

#[test]
fn every_event_has_a_column() {
    let mut names: Vec<&str> = EVENTS.iter().map(|name| event(name).name()).collect();
    names.dedup();
    assert_eq!(names.len(), 23, "{names:?}");
}
