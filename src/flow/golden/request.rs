//! The outbound request's table.

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
        "answer4xx" => {
            R::Answer4xx { attempt, duplicate_of_our_key: !variant.is_empty(), answer: answer() }
        }
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
    let states: Vec<_> = all.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
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
