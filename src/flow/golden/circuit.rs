//! The circuit's table.

use super::*;
use crate::flow::{
    CircuitCommand, CircuitEvent, CircuitLife, CircuitPolicy, CircuitState as K, ConnectionId,
    Health, ObjectKind, RequestReference, circuit::Count, step_circuit,
};

const EVENTS: [&str; 10] = [
    "ask",
    "ask (the trial)",
    "ended (well)",
    "ended (failed)",
    "ended (throttled)",
    "ended (throttled, retry after 90 s)",
    "ended (the trial well)",
    "ended (the trial failed)",
    "ended (the trial throttled)",
    "ended (the trial throttled, retry after 90 s)",
];

fn request(request_id: u32) -> RequestReference {
    RequestReference { owner: ObjectKind::SaleOrder, owner_id: "SO".into(), request_id }
}

fn event(name: &str) -> CircuitEvent {
    let request = request(if name.contains("the trial") { 1 } else { 2 });
    if name.starts_with("ask") {
        return CircuitEvent::Ask { request };
    }
    let retry_after_ms = name.contains("retry").then_some(90_000);
    let health = match name {
        _ if name.contains("well") => Health::Well {},
        _ if name.contains("failed") => Health::Failed {},
        _ => Health::Throttled { retry_after_ms },
    };
    CircuitEvent::Ended { request, health }
}

fn flags(state: K) -> Vec<Flag> {
    match state {
        K::Closed => vec![Flag::LastBeforeOpen, Flag::WindowRuns],
        K::Open | K::HalfOpen => vec![Flag::TimeOver],
    }
}

fn outcome(state: K, name: &str, set: &[Flag]) -> String {
    let has = |flag| set.contains(&flag);
    let mut life = CircuitLife::new(ConnectionId::new("erp").unwrap());
    life.state = state;
    match state {
        K::Closed => {
            let since =
                Some(Timestamp(NOW.0 - if has(Flag::WindowRuns) { 59_999 } else { 60_000 }));
            let (failures, throttles) = if has(Flag::LastBeforeOpen) { (4, 19) } else { (3, 18) };
            life.failures = Count { times: failures, since };
            life.throttles = Count { times: throttles, since };
        }
        K::Open | K::HalfOpen => {
            (life.openings, life.outage) = (1, 1);
            life.until = Some(Timestamp(NOW.0 + i64::from(!has(Flag::TimeOver))));
        }
    }
    if state == K::HalfOpen {
        life.trial = Some(request(1));
    }
    let policy = CircuitPolicy { jitter_percent: 0, ..CircuitPolicy::default() };
    let event = event(name);
    let step = match step_circuit(&life, &event, NOW, &policy) {
        Ok(step) => step,
        Err(problem) => return format!("error {}", problem.code()),
    };
    let mut parts = vec![if step.life.state == state {
        "(stays)".to_owned()
    } else {
        format!("**{}**", step.life.state.name())
    }];
    for (name, old, new) in [
        ("failures", life.failures, step.life.failures),
        ("throttles", life.throttles, step.life.throttles),
    ] {
        if old != new {
            parts.push(format!("{name} := {}", new.times));
        }
    }
    if let (true, Some(until)) = (step.life.until != life.until, step.life.until) {
        parts.push(format!("until {}", until.0 - NOW.0));
    }
    if life.superseded != step.life.superseded {
        parts.push("counted as superseded".into());
    }
    if let CircuitEvent::Ask { request } = &event {
        parts.push(format!("it reads {:?}", step.life.for_request(request)));
    }
    parts.extend(step.commands.iter().map(|command| match command {
        CircuitCommand::NotifyOpened { key, .. } => format!("notify {key}"),
        CircuitCommand::AuditClosed {} => "audit".into(),
    }));
    parts.join("; ")
}

#[test]
fn the_table_is_the_checked_in_one() {
    let states: Vec<_> =
        K::ALL.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
    let of = |name: &str| *K::ALL.iter().find(|state| state.name() == name).unwrap();
    let text =
        render("Circuit", &states, &EVENTS, |state, event, set| outcome(of(state), event, set));
    compare("circuit_transitions.md", &text);
}
