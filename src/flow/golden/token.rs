//! The token's table.

use super::*;
use crate::flow::{
    ConnectionId, ObjectKind, RequestReference, TokenCommand, TokenEvent, TokenLife, TokenPolicy,
    TokenState as T, step_token,
};

const EVENTS: [&str; 19] = [
    "need",
    "need (waits already)",
    "unauthorized (current)",
    "unauthorized (stale)",
    "fetch_ok (for an hour)",
    "fetch_ok (for a minute)",
    "fetch_ok (length not said)",
    "fetch_ok (earlier fetch)",
    "fetch_reject",
    "fetch_fail",
    "fetch_fail (retry after 9 s)",
    "fetch_fail (earlier fetch)",
    "timer_due",
    "timer_due (early)",
    "clock_jump",
    "clock_jump (early)",
    "recover",
    "abort",
    "operator_reset",
];

fn waiter(owner_id: &str) -> RequestReference {
    RequestReference { owner: ObjectKind::SaleOrder, owner_id: owner_id.into(), request_id: 1 }
}

fn event(name: &str, current: Option<u32>) -> TokenEvent {
    let (kind, variant) = name.split_once(" (").unwrap_or((name, ""));
    let variant = variant.trim_end_matches(')');
    let generation = if variant.starts_with("earlier") { 4 } else { 5 };
    match kind {
        "need" if variant.is_empty() => TokenEvent::Need { waiter: waiter("new") },
        "need" => TokenEvent::Need { waiter: waiter("old") },
        "unauthorized" => TokenEvent::Unauthorized {
            waiter: waiter("new"),
            generation: if variant == "stale" { 3 } else { current.unwrap_or(4) },
        },
        "fetch_ok" => TokenEvent::FetchOk {
            generation,
            expires_in_ms: match variant {
                "for a minute" => Some(60_000),
                "length not said" => None,
                _ => Some(3_600_000),
            },
        },
        "fetch_reject" => TokenEvent::FetchReject { generation, message: "no".into() },
        "fetch_fail" => TokenEvent::FetchFail {
            generation,
            retry_after_ms: variant.starts_with("retry").then_some(9_000),
        },
        "timer_due" => TokenEvent::TimerDue {},
        "clock_jump" => TokenEvent::ClockJump {},
        "recover" => TokenEvent::Recover {},
        "abort" => TokenEvent::Abort {},
        "operator_reset" => TokenEvent::OperatorReset {},
        _ => unreachable!("{name}"),
    }
}

fn flags(state: T) -> Vec<Flag> {
    match state {
        T::Fetching => vec![Flag::FetchesLeft],
        T::Valid | T::Refreshing => vec![Flag::TokenServes],
        T::Absent | T::Backoff | T::ShortLived | T::Denied => vec![],
    }
}

/// The newest fetch is the fifth; one request waits wherever one can.
fn life(state: T, set: &[Flag]) -> TokenLife {
    let serves = set.contains(&Flag::TokenServes);
    let mut life = TokenLife::new(ConnectionId::new("erp").unwrap());
    life.state = state;
    life.fetch = 5;
    life.failures = match state {
        T::Fetching if !set.contains(&Flag::FetchesLeft) => 3,
        T::Fetching | T::Refreshing => 1,
        T::Absent | T::Valid | T::Backoff | T::ShortLived | T::Denied => 0,
    };
    if let T::Fetching | T::Refreshing = state {
        life.asked_at = Some(Timestamp(NOW.0 - 2_000));
    }
    if let T::Valid | T::Refreshing = state {
        life.generation = Some(if state == T::Valid { 5 } else { 4 });
        life.expires_at = Some(if serves { NOW.plus_millis(50_000) } else { NOW });
    }
    if matches!(state, T::Fetching | T::Backoff) || (state == T::Refreshing && !serves) {
        life.waiters.push(waiter("old"));
    }
    if !state.is_resting() {
        life.wake_at = Some(NOW);
    }
    life
}

fn outcome(state: T, name: &str, set: &[Flag]) -> String {
    let mut life = life(state, set);
    if name.ends_with("(early)") {
        life.wake_at = life.wake_at.map(|at| at.plus_millis(1));
    }
    let policy = TokenPolicy { jitter_percent: 0, ..TokenPolicy::default() };
    let step = match step_token(&life, &event(name, life.generation), NOW, &policy) {
        Ok(step) => step,
        Err(problem) => return format!("error {}", problem.code()),
    };
    let mut parts = vec![if step.life.state == state {
        "(stays)".to_owned()
    } else {
        format!("**{}**", step.life.state)
    }];
    match (life.generation, step.life.generation) {
        (old, new) if old == new => {}
        (_, Some(new)) => parts.push(format!("token {new}")),
        (_, None) => parts.push("no token".into()),
    }
    if life.failures != step.life.failures {
        parts.push(format!("failures := {}", step.life.failures));
    }
    if life.waiters.len() < step.life.waiters.len() {
        parts.push("queue".into());
    }
    if life.superseded != step.life.superseded {
        parts.push("counted as superseded".into());
    }
    parts.extend(step.commands.iter().map(command));
    parts.join("; ")
}

fn command(command: &TokenCommand) -> String {
    match command {
        TokenCommand::Fetch { generation, .. } => format!("fetch {generation}"),
        TokenCommand::AbortFetch { .. } => "abort the fetch".into(),
        TokenCommand::TokenReady { waiter, generation } => {
            format!("release the {} with {generation}", waiter.owner_id)
        }
        TokenCommand::TokenFailed { waiter, failure } => {
            format!("fail the {}: {failure:?}", waiter.owner_id)
        }
        TokenCommand::Timer { at } => format!("timer {}", at.0 - NOW.0),
        TokenCommand::CancelTimer {} => "no timer".into(),
        TokenCommand::Notify { key, .. } => format!("notify {key}"),
        TokenCommand::Audit {} => "audit".into(),
        TokenCommand::Log { .. } => "log".into(),
    }
}

#[test]
fn the_table_is_the_checked_in_one() {
    let states: Vec<_> =
        T::ALL.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
    let of = |name: &str| *T::ALL.iter().find(|state| state.name() == name).unwrap();
    let text =
        render("Token", &states, &EVENTS, |state, event, set| outcome(of(state), event, set));
    compare("token_transitions.md", &text);
}

#[test]
fn every_event_has_a_column() {
    let mut names: Vec<&str> = EVENTS.iter().map(|name| event(name, None).name()).collect();
    names.dedup();
    assert_eq!(names.len(), 10, "{names:?}");
}
