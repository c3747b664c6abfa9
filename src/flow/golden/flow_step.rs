//! The table of a step of a run.

use super::*;
use crate::flow::{
    Access, Applied, CheckVerdict, FlowStepCommand, FlowStepEvent, FlowStepLife, FlowStepPolicy,
    FlowStepState, step_flow_step,
};

const EVENTS: [&str; 23] = [
    "ready (condition true)",
    "ready (condition true, variable missing)",
    "ready (condition false)",
    "dependency_failed",
    "dependency_failed (variable missing)",
    "abort",
    "abort (attempt in doubt)",
    "ok (every check holds)",
    "ok (only soft checks fail)",
    "ok (a hard check fails)",
    "poll_found (every check holds)",
    "soft_check_failed",
    "check_failed",
    "rejected",
    "exhausted",
    "poll_exhausted (answered)",
    "poll_exhausted (never answered)",
    "ambiguous",
    "timer_due",
    "timer_due (early)",
    "resolved (applied once)",
    "resolved (applied more than once)",
    "resolved (not applied)",
];

fn event(name: &str) -> FlowStepEvent {
    use FlowStepEvent as F;
    let (kind, variant) = name.split_once(" (").unwrap_or((name, ""));
    let variant = variant.trim_end_matches(')');
    let missing = variant.ends_with("missing").then(|| "cart_id".to_owned());
    let checks = match variant {
        "only soft checks fail" => CheckVerdict::SoftFailed,
        "a hard check fails" => CheckVerdict::HardFailed,
        _ => CheckVerdict::Hold,
    };
    let applied = match variant {
        "applied once" => Applied::Once,
        "applied more than once" => Applied::MoreThanOnce,
        _ => Applied::No,
    };
    match kind {
        "ready" => F::Ready { condition: variant != "condition false", missing },
        "dependency_failed" => F::DependencyFailed { dependency: "create_cart".into(), missing },
        "abort" => F::Abort { doubtful: !variant.is_empty() },
        "ok" => F::Ok { checks },
        "poll_found" => F::PollFound { checks },
        "soft_check_failed" => F::SoftCheckFailed {},
        "check_failed" => F::CheckFailed {},
        "rejected" => F::Rejected {},
        "exhausted" => F::Exhausted {},
        "poll_exhausted" => F::PollExhausted { answered: variant == "answered" },
        "ambiguous" => F::Ambiguous {},
        "timer_due" => F::TimerDue {},
        "resolved" => F::Resolved { applied },
        _ => unreachable!("{name}"),
    }
}

fn flags(state: FlowStepState) -> Vec<Flag> {
    match state {
        FlowStepState::Pending => vec![Flag::AlwaysRun],
        FlowStepState::Running => vec![Flag::Writes, Flag::Lookup],
        FlowStepState::Resolving => vec![Flag::AttemptsLeft],
        FlowStepState::Passed
        | FlowStepState::Failed
        | FlowStepState::InDoubt
        | FlowStepState::Skipped
        | FlowStepState::Warned => vec![],
    }
}

fn outcome(state: FlowStepState, name: &str, set: &[Flag]) -> String {
    let has = |flag| set.contains(&flag);
    let policy = FlowStepPolicy {
        effect: if has(Flag::Writes) { Access::Write } else { Access::Read },
        lookup: has(Flag::Lookup),
        always_run: has(Flag::AlwaysRun),
        max_retries: u32::from(has(Flag::AttemptsLeft)),
        deadline_ms: 60_000,
        lookup_deadline_ms: 90_000,
    };
    let mut life = FlowStepLife::new("step");
    life.state = state;
    life.round = u32::from(state != FlowStepState::Pending);
    life.last_at = Some(Timestamp(NOW.0 - 1));
    if matches!(state, FlowStepState::Running | FlowStepState::Resolving) {
        life.wake_at = Some(Timestamp(NOW.0 + i64::from(name.ends_with("(early)"))));
    }
    let step = match step_flow_step(&life, &event(name), NOW, &policy) {
        Ok(step) => step,
        Err(problem) => return format!("error {}", problem.code()),
    };
    let mut parts = vec![if step.life.state == state {
        "(stays)".to_owned()
    } else {
        format!("**{}**", step.life.state)
    }];
    if life.recovered != step.life.recovered {
        parts.push("recovered".into());
    }
    if life.superseded != step.life.superseded {
        parts.push("counted as superseded".into());
    }
    parts.extend(step.commands.iter().map(command));
    parts.join("; ")
}

fn command(command: &FlowStepCommand) -> String {
    match command {
        FlowStepCommand::Start { round } => format!("start, round {round}"),
        FlowStepCommand::Lookup { round } => format!("look up round {round}"),
        FlowStepCommand::StoreCaptures { .. } => "store captures".into(),
        FlowStepCommand::Evidence { cause: None, .. } => "evidence".into(),
        FlowStepCommand::Evidence { cause: Some(cause), about: None } => {
            format!("evidence {}", cause.name())
        }
        FlowStepCommand::Evidence { cause: Some(cause), about: Some(about) } => {
            format!("evidence {} `{about}`", cause.name())
        }
        FlowStepCommand::LateAnswer {} => "evidence of a late answer".into(),
        FlowStepCommand::StopRequests {} => "stop requests".into(),
        FlowStepCommand::StopDependants {} => "stop dependants".into(),
        FlowStepCommand::Timer { at } => format!("timer {}", at.0 - NOW.0),
        FlowStepCommand::CancelTimer {} => "no timer".into(),
    }
}

#[test]
fn the_table_is_the_checked_in_one() {
    let all = FlowStepState::ALL;
    let states: Vec<_> = all.iter().map(|state| (state.name().to_owned(), flags(*state))).collect();
    let of = |name: &str| *all.iter().find(|state| state.name() == name).unwrap();
    let text = render("Step of a run", &states, &EVENTS, |state, event, set| {
        outcome(of(state), event, set)
    });
    compare("flow_step_transitions.md", &text);
}

#[test]
fn every_event_has_a_column() {
    let mut names: Vec<&str> = EVENTS.iter().map(|name| event(name).name()).collect();
    names.dedup();
    assert_eq!(names.len(), 13, "{names:?}");
}

#[test]
fn a_clock_that_runs_backwards_moves_nothing() {
    let policy = FlowStepPolicy {
        effect: Access::Read,
        lookup: false,
        always_run: false,
        max_retries: 0,
        deadline_ms: 1,
        lookup_deadline_ms: 1,
    };
    let ready = FlowStepEvent::Ready { condition: true, missing: None };
    let life = step_flow_step(&FlowStepLife::new("s"), &ready, NOW, &policy).unwrap().life;
    let earlier = Timestamp(NOW.0 - 1);
    let problem = step_flow_step(&life, &FlowStepEvent::Exhausted {}, earlier, &policy);
    assert_eq!(problem.unwrap_err().code(), "clock_went_back");
}
