//! The poll's table.

use super::*;
use crate::flow::{
    PollCommand, PollEvent, PollLife, PollPolicy, PollReport, PollState as P, step_poll,
};

const EVENTS: [&str; 17] = [
    "start",
    "cancel",
    "match",
    "match (earlier probe)",
    "match (again)",
    "missing",
    "missing (earlier probe)",
    "not_yet",
    "contradiction",
    "contradiction (earlier probe)",
    "transient",
    "transient (retry after 9 s)",
    "reject",
    "timer_due",
    "timer_due (early)",
    "recover",
    "recover (early)",
];

fn event(name: &str) -> PollEvent {
    let (kind, variant) = name.split_once(" (").unwrap_or((name, ""));
    let probe = if variant.starts_with("earlier") { 1 } else { 2 };
    match kind {
        "start" => PollEvent::Start {},
        "cancel" => PollEvent::Cancel {},
        "match" => PollEvent::Match { probe, evidence: "e".into() },
        "missing" => PollEvent::Missing { probe, status: 404 },
        "not_yet" => PollEvent::NotYet { probe, status: 200 },
        "contradiction" => PollEvent::Contradiction { probe, detail: "other".into() },
        "transient" => PollEvent::Transient {
            probe,
            status: Some(503),
            retry_after_ms: variant.starts_with("retry").then_some(9_000),
        },
        "reject" => PollEvent::Reject { probe, status: 403 },
        "timer_due" => PollEvent::TimerDue {},
        "recover" => PollEvent::Recover {},
        _ => unreachable!("{name}"),
    }
}

fn flags(state: P) -> Vec<Flag> {
    match state {
        P::Idle => vec![Flag::ProbesLeft, Flag::InitialDelay],
        P::Probing => vec![Flag::ProbesLeft, Flag::TotalLeft],
        P::Waiting | P::Found | P::Exhausted | P::Failed | P::Cancelled => vec![],
    }
}

fn outcome(state: P, name: &str, set: &[Flag]) -> String {
    let has = |flag| set.contains(&flag);
    let policy = PollPolicy {
        jitter_percent: 0,
        initial_delay_ms: if has(Flag::InitialDelay) { 3_000 } else { 0 },
        total_deadline_ms: if has(Flag::TotalLeft) { 600_000 } else { 10_000 },
        ..PollPolicy::default()
    };
    let mut life = PollLife::new("p", &policy);
    life.state = state;
    if state == P::Idle {
        life.max_probes = if has(Flag::ProbesLeft) { 4 } else { 0 };
    } else {
        life.probe = 2;
        life.max_probes = if state == P::Probing && !has(Flag::ProbesLeft) { 2 } else { 4 };
        life.started_at = Some(Timestamp(NOW.0 - 10_000));
    }
    if matches!(state, P::Waiting | P::Probing) {
        life.wake_at = Some(Timestamp(NOW.0 + i64::from(name.ends_with("(early)"))));
    }
    life.seen_late = name.ends_with("(again)");
    let step = match step_poll(&life, &event(name), NOW, &policy) {
        Ok(step) => step,
        Err(problem) => return format!("error {}", problem.code()),
    };
    let mut parts = vec![if step.life.state == state {
        "(stays)".to_owned()
    } else {
        format!("**{}**", step.life.state)
    }];
    if life.unanswered != step.life.unanswered {
        parts.push("unanswered + 1".into());
    }
    if life.superseded != step.life.superseded {
        parts.push("counted as superseded".into());
    }
    parts.extend(step.commands.iter().map(command));
    parts.join("; ")
}

fn command(command: &PollCommand) -> String {
    match command {
        PollCommand::Probe { probe, max_probes, .. } => format!("probe {probe} of {max_probes}"),
        PollCommand::Abort { .. } => "abort".into(),
        PollCommand::Timer { at } => format!("timer {}", at.0 - NOW.0),
        PollCommand::CancelTimer {} => "no timer".into(),
        PollCommand::Log { .. } => "log".into(),
        PollCommand::Notify {} => "notify".into(),
        PollCommand::Report { report } => match report {
            PollReport::Found { probe, max_probes, .. } => {
                format!("report found by {probe} of {max_probes}")
            }
            PollReport::Exhausted { probe, max_probes, last, .. } => {
                format!("report exhausted, {probe} of {max_probes}, last {last:?}")
            }
            PollReport::Failed { cause, .. } => format!("report failed: {cause:?}"),
            PollReport::LateFound { probe, .. } => format!("report found late by {probe}"),
        },
    }
}

#[test]
fn the_table_is_the_checked_in_one() {
    let states: Vec<_> =
        P::ALL.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
    let of = |name: &str| *P::ALL.iter().find(|state| state.name() == name).unwrap();
    let text = render("Poll", &states, &EVENTS, |state, event, set| outcome(of(state), event, set));
    compare("poll_transitions.md", &text);
}

#[test]
fn every_event_has_a_column() {
    let mut names: Vec<&str> = EVENTS.iter().map(|name| event(name).name()).collect();
    names.dedup();
    assert_eq!(names.len(), 10, "{names:?}");
}
