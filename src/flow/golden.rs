//! The code's own transition tables, rendered from its behaviour and compared with the checked-in
//! ones, so that no row changes unnoticed.
//!
//! `REPLENISH_BLESS=1 cargo test --lib flow::golden` writes them anew; read the difference.

#![cfg(not(target_family = "wasm"))]

use super::{
    Answer, AnswerBody, Capabilities, Circuit, Deduplication, FlowPolicy, LineDocument,
    NamedDocument, Operation, ReferenceLookup, Replay, RequestCommand, RequestEvent, RequestLife,
    RequestState, SaleOrderCommand, SaleOrderEvent as E, SaleOrderLife, SaleOrderState as S,
    sale_order::Awaited, step_request, step_sale_order,
};
use crate::unit::{DocumentId, LineId, SaleOrderId, Timestamp};
use std::{collections::BTreeMap, fmt::Write as _};

const NOW: Timestamp = Timestamp(1_000_000);

/// What differs between two equal states; each changes the life or the policy.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Flag {
    Ambiguous,
    CancelRequested,
    Accepted,
    Keyed,
    Lookup,
    AttemptsLeft,
    LookupsLeft,
    WindowOver,
    Document,
    SecondDocument,
    CancelAmbiguous,
    Writes,
    Replayable,
    FirstRefusal,
    TotalLeft,
    CircuitClosed,
}

impl Flag {
    fn words(self, set: bool) -> &'static str {
        match (self, set) {
            (Self::Ambiguous, true) => "an earlier attempt is ambiguous",
            (Self::Ambiguous, false) => "no earlier doubt",
            (Self::CancelRequested, true) => "cancel requested",
            (Self::CancelRequested, false) => "no cancel requested",
            (Self::Accepted, true) => "accepted",
            (Self::Accepted, false) => "not accepted",
            (Self::Keyed, true) => "keyed",
            (Self::Keyed, false) => "not keyed",
            (Self::Lookup, true) => "look-up offered",
            (Self::Lookup, false) => "no look-up",
            (Self::AttemptsLeft, true) => "attempts left",
            (Self::AttemptsLeft, false) => "no attempts left",
            (Self::LookupsLeft, true) => "look-ups left",
            (Self::LookupsLeft, false) => "no look-ups left",
            (Self::WindowOver, true) => "window over when asked",
            (Self::WindowOver, false) => "window not over when asked",
            (Self::Document, true) => "document known",
            (Self::Document, false) => "no document known",
            (Self::SecondDocument, true) => "a second document",
            (Self::SecondDocument, false) => "no second document",
            (Self::CancelAmbiguous, true) => "an earlier cancel is ambiguous",
            (Self::CancelAmbiguous, false) => "no cancel in doubt",
            (Self::Writes, true) => "write",
            (Self::Writes, false) => "read",
            (Self::Replayable, true) => "replayable",
            (Self::Replayable, false) => "not replayable",
            (Self::FirstRefusal, true) => "first 401",
            (Self::FirstRefusal, false) => "not the first 401",
            (Self::CircuitClosed, true) => "circuit closed",
            (Self::CircuitClosed, false) => "circuit open",
            (Self::TotalLeft, true) => "total deadline allows",
            (Self::TotalLeft, false) => "total deadline over",
        }
    }
}

/// One decision: which flags matter, in order, and what happens.
type Rows = Vec<(Vec<&'static str>, String)>;

/// The smallest ordered decision over these flags that explains every outcome.
fn decide(flags: &[Flag], set: &mut Vec<Flag>, outcome: &impl Fn(&[Flag]) -> String) -> Rows {
    let Some((flag, rest)) = flags.split_first() else {
        return vec![(Vec::new(), outcome(set))];
    };
    set.push(*flag);
    let yes = decide(rest, set, outcome);
    set.pop();
    let no = decide(rest, set, outcome);
    if yes == no {
        return yes;
    }
    let with = |rows: Rows, word: &'static str| {
        rows.into_iter().map(move |(mut guard, outcome)| {
            guard.insert(0, word);
            (guard, outcome)
        })
    };
    with(yes, flag.words(true)).chain(with(no, flag.words(false))).collect()
}

/// A Markdown table of one machine; events that decide alike in a state share their rows.
fn render(
    title: &str,
    states: &[(String, Vec<Flag>)],
    events: &[&'static str],
    outcome: impl Fn(&str, &str, &[Flag]) -> String,
) -> String {
    let mut text = format!(
        "# {title}\n\nRendered from the code by `src/flow/golden.rs`; times are milliseconds from \
         now, without jitter.\n\n| From | Event | Guard | To and commands |\n|---|---|---|---|\n"
    );
    for (state, flags) in states {
        let mut grouped: BTreeMap<Rows, Vec<&str>> = BTreeMap::new();
        let mut order: Vec<Rows> = Vec::new();
        for event in events {
            let rows = decide(flags, &mut Vec::new(), &|set| outcome(state, event, set));
            if !grouped.contains_key(&rows) {
                order.push(rows.clone());
            }
            grouped.entry(rows).or_default().push(event);
        }
        for rows in order {
            let events = grouped[&rows].join(", ");
            for (guard, outcome) in rows {
                let guard = if guard.is_empty() { "–".to_owned() } else { guard.join(", ") };
                writeln!(text, "| {state} | {events} | {guard} | {outcome} |").unwrap();
            }
        }
    }
    text
}

#[expect(
    clippy::disallowed_methods,
    reason = "a developer's tool: the switch that rewrites the tables, and the tables themselves"
)]
fn compare(name: &str, rendered: &str) {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("REPLENISH_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(&path, rendered).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    let mut difference = String::new();
    let (old, new): (Vec<&str>, Vec<&str>) =
        (checked_in.lines().collect(), rendered.lines().collect());
    for line in old.iter().filter(|line| !new.contains(line)) {
        writeln!(difference, "- {line}").unwrap();
    }
    for line in new.iter().filter(|line| !old.contains(line)) {
        writeln!(difference, "+ {line}").unwrap();
    }
    assert!(
        checked_in == rendered,
        "{path} differs from the code; if that is meant, run with REPLENISH_BLESS=1\n{difference}"
    );
}

fn answer(body: Option<AnswerBody>) -> Answer {
    Answer { status: 200, body }
}

mod sale_order {
    use super::*;

    const EVENTS: [&str; 42] = [
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

    fn event(name: &str) -> E {
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
    fn flags(state: S) -> Vec<Flag> {
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

    fn life(state: S, set: &[Flag]) -> SaleOrderLife {
        let has = |flag| set.contains(&flag);
        let lines = vec![LineId::new("1").unwrap(), LineId::new("2").unwrap()];
        let mut life = SaleOrderLife::new(SaleOrderId::new("SO").unwrap(), lines).unwrap();
        life.state = state;
        life.payload = Some("frozen".into());
        life.submission = 1;
        life.submitted_at = Some(Timestamp(NOW.0 - 100_000));
        life.first_sent_at = life.submitted_at;
        life.last_request = 8;
        life.attempts = if has(Flag::AttemptsLeft) { 1 } else { 4 };
        life.cancel_attempts = life.attempts;
        life.lookups = if has(Flag::LookupsLeft) { 1 } else { 4 };
        life.ambiguous = has(Flag::Ambiguous);
        life.doubted = has(Flag::Ambiguous);
        life.accepted = has(Flag::Accepted);
        life.cancel_requested = has(Flag::CancelRequested);
        life.cancel_ambiguous = has(Flag::CancelAmbiguous);
        let asked_at = NOW.0 - 1_000;
        let settled_at = if has(Flag::WindowOver) { asked_at } else { NOW.0 + 4_000 };
        life.settled_at = Some(Timestamp(settled_at));
        if matches!(state, S::Sending | S::Verifying | S::Cancelling) {
            life.awaited = Some(Awaited { request: 8, since: Timestamp(asked_at) });
        }
        if !state.is_resting() {
            life.wake_at = Some(NOW);
        }
        let always = matches!(state, S::Sent | S::Cancelling | S::CancelUnknown | S::Nullified);
        if always || has(Flag::Document) {
            let second = if has(Flag::SecondDocument) { "K2" } else { "K1" };
            let ended_at =
                matches!(state, S::Nullified | S::Failed).then_some(Timestamp(NOW.0 - 50));
            for (line, document) in [("1", "K1"), ("2", second)] {
                life.documents.push(LineDocument {
                    line: LineId::new(line).unwrap(),
                    document: DocumentId::new(document).unwrap(),
                    ended_at,
                });
            }
        }
        if matches!(state, S::Cancelling | S::CancelUnknown) {
            life.cancelling = Some(DocumentId::new("K1").unwrap());
        }
        life
    }

    fn policy(set: &[Flag]) -> FlowPolicy {
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
            && !life.documents.is_empty()
        {
            for (named, known) in documents.iter_mut().zip(&life.documents) {
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
            ("ambiguous", old.ambiguous, new.ambiguous),
            ("accepted", old.accepted, new.accepted),
            ("cancel requested", old.cancel_requested, new.cancel_requested),
            ("cancel ambiguous", old.cancel_ambiguous, new.cancel_ambiguous),
        ] {
            if old != new {
                parts.push(format!("{name} := {new}"));
            }
        }
        for (name, old, new) in [
            ("attempts", old.attempts, new.attempts),
            ("look-ups", old.lookups, new.lookups),
            ("revision", old.revision, new.revision),
            ("submission", old.submission, new.submission),
        ] {
            if old != new {
                parts.push(format!("{name} := {new}"));
            }
        }
        let living = |life: &SaleOrderLife| {
            life.documents.iter().filter(|entry| entry.ended_at.is_none()).count()
        };
        if old.documents.len() != new.documents.len() || living(old) != living(new) {
            parts.push(format!(
                "lines with a living document: {} of {}",
                living(new),
                new.documents.len()
            ));
        }
        if old.voided != new.voided {
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
        let text = render("Sale order", &states, &EVENTS, |state, event, set| {
            outcome(of(state), event, set)
        });
        compare("sale_order_transitions.md", &text);
    }

    #[test]
    fn every_event_has_a_column() {
        let mut names: Vec<&str> = EVENTS.iter().map(|name| event(name).name()).collect();
        names.dedup();
        assert_eq!(names.len(), 22, "{names:?}");
    }
}

mod request {
    use super::*;

    const EVENTS: [&str; 23] = [
        "start",
        "cancel",
        "token_ready",
        "token_failed",
        "answer2xx (complete)",
        "answer2xx (incomplete)",
        "answer2xx (earlier attempt)",
        "body_invalid",
        "answer_business_fail",
        "answer401",
        "answer429",
        "answer429 (retry after 9 s)",
        "answer4xx",
        "answer4xx (duplicate of our key)",
        "answer5xx",
        "answer5xx (retry after 9 s)",
        "not_sent",
        "no_answer",
        "no_answer (earlier attempt)",
        "timer_due",
        "timer_due (early)",
        "recover",
        "recover (early)",
    ];

    fn event(name: &str) -> RequestEvent {
        use RequestEvent as R;
        let (kind, variant) = name.split_once(" (").unwrap_or((name, ""));
        let variant = variant.trim_end_matches(')');
        let attempt = if variant.starts_with("earlier") { 1 } else { 2 };
        let retry_after_ms = variant.starts_with("retry").then_some(9_000);
        let answer = || answer(Some(AnswerBody::default()));
        match kind {
            "start" => R::Start {},
            "cancel" => R::Cancel {},
            "token_ready" => R::TokenReady { generation: 5 },
            "token_failed" => R::TokenFailed { message: "no".into() },
            "answer2xx" => {
                R::Answer2xx { attempt, complete: variant != "incomplete", answer: answer() }
            }
            "body_invalid" => R::BodyInvalid { attempt, answer: answer() },
            "answer_business_fail" => R::AnswerBusinessFail { attempt, answer: answer() },
            "answer401" => R::Answer401 { attempt, answer: answer() },
            "answer429" => R::Answer429 { attempt, retry_after_ms },
            "answer4xx" => R::Answer4xx {
                attempt,
                duplicate_of_our_key: !variant.is_empty(),
                answer: answer(),
            },
            "answer5xx" => R::Answer5xx { attempt, retry_after_ms, status: 500 },
            "not_sent" => R::NotSent { attempt },
            "no_answer" => R::NoAnswer { attempt },
            "timer_due" => R::TimerDue {},
            "recover" => R::Recover {},
            _ => unreachable!("{name}"),
        }
    }

    fn flags(state: RequestState) -> Vec<Flag> {
        use Flag as F;
        match state {
            RequestState::AwaitToken => vec![F::Ambiguous],
            RequestState::InFlight => vec![
                F::Ambiguous,
                F::Writes,
                F::Replayable,
                F::AttemptsLeft,
                F::FirstRefusal,
                F::TotalLeft,
            ],
            RequestState::Backoff => vec![F::CircuitClosed, F::TotalLeft, F::Ambiguous, F::Writes],
            RequestState::Queued
            | RequestState::Succeeded
            | RequestState::Rejected
            | RequestState::Ambiguous
            | RequestState::Exhausted
            | RequestState::Cancelled => vec![],
        }
    }

    fn outcome(state: RequestState, name: &str, set: &[Flag]) -> String {
        let has = |flag| set.contains(&flag);
        let replay = match (has(Flag::Writes), has(Flag::Replayable)) {
            (false, _) => Replay::Safe,
            (true, true) => Replay::Idempotent,
            (true, false) => Replay::Once,
        };
        let total = if has(Flag::TotalLeft) { 600_000 } else { 10_000 };
        let mut life = RequestLife::new(1, Operation::Create {}, "SO/create/1", replay, 3, total);
        life.state = state;
        life.started_at = Some(Timestamp(NOW.0 - 10_000));
        life.attempt = 2;
        life.retries = if has(Flag::AttemptsLeft) { 1 } else { 3 };
        life.ambiguous = has(Flag::Ambiguous);
        life.unauthorized = !has(Flag::FirstRefusal);
        life.token_generation = Some(4);
        if !state.is_resting() && state != RequestState::Queued {
            let early = i64::from(name.ends_with("(early)"));
            life.wake_at = Some(Timestamp(NOW.0 + early));
        }
        let circuit = match (state, has(Flag::CircuitClosed)) {
            (RequestState::Backoff, false) => Circuit::Open,
            _ => Circuit::Closed,
        };
        let policy = FlowPolicy { jitter_percent: 0, circuit, ..FlowPolicy::default() };
        let step = match step_request(&life, &event(name), NOW, &policy) {
            Ok(step) => step,
            Err(problem) => return format!("error {}", problem.code()),
        };
        let mut parts = vec![if step.life.state == state {
            "(stays)".to_owned()
        } else {
            format!("**{}**", step.life.state)
        }];
        for (name, old, new) in [
            ("retries", life.retries, step.life.retries),
            ("throttles", life.throttles, step.life.throttles),
        ] {
            if old != new {
                parts.push(format!("{name} + 1"));
            }
        }
        if life.ambiguous != step.life.ambiguous {
            parts.push("ambiguous := true".into());
        }
        if life.superseded != step.life.superseded {
            parts.push("counted as superseded".into());
        }
        parts.extend(step.commands.iter().map(command));
        parts.join("; ")
    }

    fn command(command: &RequestCommand) -> String {
        match command {
            RequestCommand::NeedToken { refused_generation: None } => "need token".into(),
            RequestCommand::NeedToken { refused_generation: Some(refused) } => {
                format!("need token after {refused}")
            }
            RequestCommand::Http { attempt, generation, .. } => {
                format!("http, attempt {attempt}, token {generation}")
            }
            RequestCommand::Abort { .. } => "abort".into(),
            RequestCommand::Timer { at } => format!("timer {}", at.0 - NOW.0),
            RequestCommand::CancelTimer {} => "no timer".into(),
            RequestCommand::Log { .. } => "log".into(),
            RequestCommand::Notify {} => "notify".into(),
            RequestCommand::Report { report } => {
                let text = format!("{report:?}");
                let name = text.split([' ', '{']).next().unwrap_or_default();
                format!("report {name}")
            }
        }
    }

    #[test]
    fn the_table_is_the_checked_in_one() {
        let all = RequestState::ALL;
        let states: Vec<_> =
            all.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
        let of = |name: &str| *all.iter().find(|state| state.name() == name).unwrap();
        let text = render("Outbound request", &states, &EVENTS, |state, event, set| {
            outcome(of(state), event, set)
        });
        compare("request_transitions.md", &text);
    }

    #[test]
    fn every_event_has_a_column() {
        let mut names: Vec<&str> = EVENTS.iter().map(|name| event(name).name()).collect();
        names.dedup();
        assert_eq!(names.len(), 15, "{names:?}");
    }
}
