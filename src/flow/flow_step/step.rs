//! The table of a step's life: one arm for each row.

use super::{
    Access, Applied, CheckVerdict, FlowStepCause as Cause, FlowStepCommand as C,
    FlowStepEvent as E, FlowStepLife, FlowStepPolicy, FlowStepState as S, FlowStepStep,
};
use crate::{flow::TransitionError, unit::Timestamp};

/// Moves a step: the next life, and what is to be done once it is stored.
///
/// The given life is left alone. Timers before their time and answers that nothing waits for are
/// counted and change nothing else, except that a positive answer is always kept as evidence.
///
/// # Errors
///
/// When `Ready`, `DependencyFailed` or `Abort` comes where the state does not take it, or the clock
/// runs backwards.
///
/// ```
/// use replenish::flow::{
///     Applied, Access, FlowStepEvent, FlowStepLife, FlowStepPolicy, FlowStepState, step_flow_step,
/// };
/// use replenish::unit::Timestamp;
/// let policy = FlowStepPolicy {
///     effect: Access::Write,
///     lookup: true,
///     always_run: false,
///     max_retries: 3,
///     deadline_ms: 60_000,
///     lookup_deadline_ms: 60_000,
/// };
/// let mut life = FlowStepLife::new("send_to_erp");
/// for event in [
///     FlowStepEvent::Ready { condition: true, missing: None },
///     FlowStepEvent::Ambiguous {},
///     FlowStepEvent::Resolved { applied: Applied::Once },
/// ] {
///     life = step_flow_step(&life, &event, Timestamp(0), &policy)?.life;
/// }
/// assert_eq!(life.state(), FlowStepState::Passed);
/// assert!(life.recovered());
/// # Ok::<(), replenish::flow::TransitionError>(())
/// ```
pub fn step(
    life: &FlowStepLife,
    event: &E,
    now: Timestamp,
    policy: &FlowStepPolicy,
) -> Result<FlowStepStep, TransitionError> {
    if let Some(last) = life.last_at.filter(|last| now < *last) {
        return Err(TransitionError::ClockWentBack {
            object: "a step",
            state: life.state.name(),
            event: event.name(),
            last,
            now,
        });
    }
    let mut turn = Turn { life: life.clone(), now, policy, commands: Vec::new() };
    turn.life.last_at = Some(now);
    let early = life.wake_at.is_none_or(|due| now < due);
    if early && *event == (E::TimerDue {}) {
        turn.superseded();
    } else {
        table(&mut turn, event)?;
    }
    Ok(FlowStepStep { life: turn.life, commands: turn.commands })
}

#[expect(clippy::match_same_arms, reason = "one arm for each row of a table")]
fn table(t: &mut Turn<'_>, event: &E) -> Result<(), TransitionError> {
    match (t.life.state, event) {
        (S::Pending, E::Ready { condition: false, .. }) => {
            t.end(S::Skipped, Some(Cause::ConditionFalse), None);
        }
        // The page resolves variables within the row below; without one there is nothing to send.
        (S::Pending, E::Ready { missing: Some(variable), .. }) => {
            t.end(S::Failed, Some(Cause::VariableMissing), Some(variable));
        }
        (S::Pending, E::Ready { .. }) => t.start(),
        (S::Pending, E::DependencyFailed { missing: None, .. }) if t.policy.always_run => {
            t.start();
        }
        // What it would clean up was never made, which is no mistake of the plan.
        (S::Pending, E::DependencyFailed { missing: Some(variable), .. })
            if t.policy.always_run =>
        {
            t.end(S::Skipped, Some(Cause::VariableMissing), Some(variable));
        }
        (S::Pending, E::DependencyFailed { dependency, .. }) => {
            t.end(S::Skipped, Some(Cause::DependencyFailed), Some(dependency));
        }
        (S::Pending, E::Abort { .. }) => t.end(S::Skipped, Some(Cause::Aborted), None),

        (S::Running, E::Ok { checks } | E::PollFound { checks }) => t.judge(*checks),
        (S::Running, E::SoftCheckFailed {}) => t.judge(CheckVerdict::SoftFailed),
        (S::Running, E::CheckFailed {}) => t.judge(CheckVerdict::HardFailed),
        (S::Running, E::Rejected {}) => t.end(S::Failed, Some(Cause::Rejected), None),
        (S::Running, E::Exhausted {}) => t.end(S::Failed, Some(Cause::Unreachable), None),
        (S::Running, E::PollExhausted { answered: true }) => {
            t.end(S::Failed, Some(Cause::PollExhausted), None);
        }
        // No answer is not absence.
        (S::Running, E::PollExhausted { answered: false }) => {
            t.end(S::Failed, Some(Cause::Unreachable), None);
        }
        (S::Running, E::Ambiguous {} | E::TimerDue {}) if t.writes() && t.policy.lookup => {
            t.look_up();
        }
        (S::Running, E::Ambiguous {} | E::TimerDue {}) if t.writes() => t.doubt(),
        (S::Running, E::Ambiguous {} | E::TimerDue {}) => {
            t.commands.push(C::StopRequests {});
            t.end(S::Failed, Some(Cause::Unreachable), None);
        }
        // The page has "write"; a write that has not left yet, or was known not to arrive, is none.
        (S::Running, E::Abort { doubtful: true }) if t.writes() => t.doubt(),
        (S::Running, E::Abort { .. }) => {
            t.commands.push(C::StopRequests {});
            t.end(S::Skipped, Some(Cause::Aborted), None);
        }

        (S::Resolving, E::Resolved { applied: Applied::Once }) => {
            t.life.recovered = true;
            t.judge(CheckVerdict::Hold);
        }
        (S::Resolving, E::Resolved { applied: Applied::MoreThanOnce }) => {
            t.end(S::Failed, Some(Cause::Duplicate), None);
        }
        (S::Resolving, E::Resolved { applied: Applied::No })
            if t.life.round <= t.policy.max_retries =>
        {
            t.rest(S::Pending);
        }
        // The page starts again for ever; a step counts like a request, and nothing was applied.
        (S::Resolving, E::Resolved { applied: Applied::No }) => {
            t.end(S::Failed, Some(Cause::Unreachable), None);
        }
        // The page has no row: the late answer itself settles the doubt, sooner than the look-up.
        (S::Resolving, E::Ok { checks } | E::PollFound { checks }) => t.judge_late(*checks),
        (S::Resolving, E::SoftCheckFailed {}) => t.judge_late(CheckVerdict::SoftFailed),
        (S::Resolving, E::CheckFailed {}) => t.judge_late(CheckVerdict::HardFailed),
        (
            S::Resolving,
            E::Ambiguous {} | E::Exhausted {} | E::Rejected {} | E::TimerDue {} | E::Abort { .. },
        ) => t.doubt(),

        // From here on: what no row lists.
        (state, E::Ready { .. } | E::DependencyFailed { .. } | E::Abort { .. }) => {
            return Err(TransitionError::InvalidTransition {
                object: "a step",
                state: state.name(),
                expected: state.allowed(),
                got: event.name(),
            });
        }
        // The steps that depend on it have been told and the verdict has been reported, so it
        // stands; what came is kept beside it for whoever looks.
        (
            S::Pending | S::Passed | S::Failed | S::InDoubt | S::Skipped | S::Warned,
            E::Ok { .. } | E::PollFound { .. } | E::SoftCheckFailed {} | E::CheckFailed {},
        ) => t.commands.push(C::LateAnswer {}),
        (
            _,
            E::Rejected {}
            | E::Exhausted {}
            | E::PollExhausted { .. }
            | E::Ambiguous {}
            | E::TimerDue {}
            | E::Resolved { .. },
        ) => t.superseded(),
    }
    Ok(())
}

/// One step under way.
struct Turn<'a> {
    life: FlowStepLife,
    now: Timestamp,
    policy: &'a FlowStepPolicy,
    commands: Vec<C>,
}

impl Turn<'_> {
    fn start(&mut self) {
        self.life.round = self.life.round.saturating_add(1);
        self.commands.push(C::Start { round: self.life.round });
        self.wait(S::Running, self.policy.deadline_ms);
    }

    fn look_up(&mut self) {
        self.commands.push(C::StopRequests {});
        self.commands.push(C::Lookup { round: self.life.round });
        self.wait(S::Resolving, self.policy.lookup_deadline_ms);
    }

    fn doubt(&mut self) {
        self.commands.push(C::StopRequests {});
        self.end(S::InDoubt, Some(Cause::Doubt), None);
    }

    fn judge_late(&mut self, checks: CheckVerdict) {
        self.life.recovered = true;
        self.commands.push(C::StopRequests {});
        self.judge(checks);
    }

    /// What the answer gave is kept even when a check does not hold: it names what is alive.
    fn judge(&mut self, checks: CheckVerdict) {
        self.commands.push(C::StoreCaptures { recovered: self.life.recovered });
        match checks {
            CheckVerdict::Hold => self.end(S::Passed, None, None),
            CheckVerdict::SoftFailed => self.end(S::Warned, Some(Cause::SoftCheckFailed), None),
            CheckVerdict::HardFailed => self.end(S::Failed, Some(Cause::CheckFailed), None),
        }
    }

    fn end(&mut self, state: S, cause: Option<Cause>, about: Option<&String>) {
        self.rest(state);
        self.life.cause = cause;
        self.commands.push(C::Evidence { cause, about: about.cloned() });
        // A step that is not wanted holds nobody up; any other that did not pass does.
        let through = state.has_passed() || cause == Some(Cause::ConditionFalse);
        if !through {
            self.commands.push(C::StopDependants {});
        }
    }

    fn wait(&mut self, state: S, delay_ms: u64) {
        let at = self.now.plus_millis(delay_ms);
        self.life.state = state;
        self.life.wake_at = Some(at);
        self.commands.push(C::Timer { at });
    }

    fn rest(&mut self, state: S) {
        self.life.state = state;
        if self.life.wake_at.take().is_some() {
            self.commands.push(C::CancelTimer {});
        }
    }

    fn superseded(&mut self) {
        self.life.superseded = self.life.superseded.saturating_add(1);
    }

    fn writes(&self) -> bool {
        self.policy.effect == Access::Write
    }
}
