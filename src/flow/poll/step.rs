//! The table of a poll's life: one arm for each row.
//!
//! Guards are read top to bottom. Two rules hold before the table is consulted: an answer to an
//! earlier probe is late ([`late`]), and a timer counts only when its time has come.

use super::{
    PollAnswer, PollCause, PollCommand as C, PollEvent as E, PollLife, PollPolicy, PollReport as R,
    PollState as S, PollStep,
};
use crate::{flow::TransitionError, unit::Timestamp};

/// Moves a poll: the next life, and what is to be done once it is stored.
///
/// The given life is left alone. Answers to earlier probes and timers before their time are counted
/// and change nothing else, except that a sighting always counts: it ends a poll that goes on and
/// is reported by one that has ended.
///
/// # Errors
///
/// When `Start` or `Cancel` comes where the state does not take it, an answer names a probe that was
/// never sent, or the clock runs backwards.
///
/// ```
/// use replenish::flow::{
///     PollCommand, PollEvent, PollLife, PollPolicy, PollReport, PollState, step_poll,
/// };
/// use replenish::unit::Timestamp;
/// let policy = PollPolicy { jitter_percent: 0, ..PollPolicy::default() };
/// let mut poll = PollLife::new("RUN-7/visible", &policy);
/// for (at, event) in [
///     (0, PollEvent::Start {}),
///     (80, PollEvent::Missing { probe: 1, status: 404 }),
///     (5_080, PollEvent::TimerDue {}),
/// ] {
///     poll = step_poll(&poll, &event, Timestamp(at), &policy)?.life;
/// }
/// assert_eq!(poll.progress(), "probe 2 of 4");
/// let seen = PollEvent::Match { probe: 2, evidence: "answers/91".into() };
/// let step = step_poll(&poll, &seen, Timestamp(5_200), &policy)?;
/// assert_eq!(step.life.state(), PollState::Found);
/// let evidence = "answers/91".to_owned();
/// let report = PollReport::Found { probe: 2, max_probes: 4, elapsed_ms: 5_200, evidence };
/// assert!(step.commands.contains(&PollCommand::Report { report }));
/// # Ok::<(), replenish::flow::TransitionError>(())
/// ```
pub fn step(
    life: &PollLife,
    event: &E,
    now: Timestamp,
    policy: &PollPolicy,
) -> Result<PollStep, TransitionError> {
    if let Some(last) = life.moved_at.filter(|last| now < *last) {
        let (state, event) = (life.state.name(), event.name());
        return Err(TransitionError::ClockWentBack { object: "a poll", state, event, last, now });
    }
    let mut turn = Turn { life: life.clone(), now, policy, commands: Vec::new() };
    match (event.probe(), event) {
        (Some(got), _) if got == 0 || got > life.probe => {
            return Err(TransitionError::UnknownProbe { last: life.probe, got });
        }
        (Some(got), _) if got < life.probe => late(&mut turn, event),
        (_, E::TimerDue {}) if life.wake_at.is_none_or(|due| now < due) => turn.superseded(),
        _ => table(&mut turn, event)?,
    }
    turn.life.moved_at = Some(now);
    Ok(PollStep { life: turn.life, commands: turn.commands })
}

#[expect(clippy::match_same_arms, reason = "one arm for each row of a table")]
fn table(t: &mut Turn<'_>, event: &E) -> Result<(), TransitionError> {
    match (t.life.state, event) {
        // The page sent a first probe whatever the number allowed.
        (S::Idle, E::Start {}) if t.life.max_probes == 0 => {
            t.life.started_at = Some(t.now);
            t.exhausted();
        }
        (S::Idle, E::Start {}) if t.policy.initial_delay_ms > 0 => {
            t.life.started_at = Some(t.now);
            t.wait(t.policy.initial_delay_ms);
        }
        (S::Idle, E::Start {}) => {
            t.life.started_at = Some(t.now);
            t.probe();
        }
        // The page could not withdraw a poll that has not begun, which then stayed for ever.
        (S::Idle, E::Cancel {}) => t.end(S::Cancelled),

        (S::Waiting, E::TimerDue {}) => t.probe(),
        // The page looked at once after a restart; that would cut short what the server asked for,
        // and a host that restarts again and again would use up the probes in no time.
        (S::Waiting, E::Recover {}) => t.rearm(),
        (S::Waiting, E::Cancel {}) => t.end(S::Cancelled),

        (S::Probing, E::Match { probe, evidence }) => t.found(*probe, evidence),
        (S::Probing, E::Missing { status, .. }) => {
            t.saw(PollAnswer::Missing, Some(*status));
            t.go_on(t.wait_ms());
        }
        (S::Probing, E::NotYet { status, .. }) => {
            t.saw(PollAnswer::NotYet, Some(*status));
            t.go_on(t.wait_ms());
        }
        (S::Probing, E::Transient { status, retry_after_ms, .. }) => {
            t.saw(PollAnswer::Transient, *status);
            t.go_on(t.transient_wait_ms(*retry_after_ms));
        }
        (S::Probing, E::TimerDue {} | E::Recover {}) => {
            if let E::TimerDue {} = event {
                t.commands.push(C::Abort { probe: t.life.probe });
            }
            t.saw(PollAnswer::Transient, None);
            t.go_on(t.transient_wait_ms(None));
        }
        (S::Probing, E::Contradiction { detail, .. }) => t.fail(PollCause::Contradiction, detail),
        (S::Probing, E::Reject { status, .. }) => {
            t.fail(PollCause::Reject, &format!("status {status}"));
        }
        (S::Probing, E::Cancel {}) => {
            t.commands.push(C::Abort { probe: t.life.probe });
            t.end(S::Cancelled);
        }

        // From here on: what no row lists.
        (state, E::Start {} | E::Cancel {}) => {
            return Err(TransitionError::InvalidTransition {
                object: "a poll",
                state: state.name(),
                expected: state.allowed(),
                got: event.name(),
            });
        }
        (_, E::TimerDue {}) => t.superseded(),
        (_, E::Recover {}) => {}
        (
            _,
            E::Match { .. }
            | E::Missing { .. }
            | E::NotYet { .. }
            | E::Contradiction { .. }
            | E::Transient { .. }
            | E::Reject { .. },
        ) => late(t, event),
    }
    Ok(())
}

/// The rows of answers out of their turn: a sighting counts in every state, once.
fn late(t: &mut Turn<'_>, event: &E) {
    match (t.life.state, event) {
        (S::Waiting, E::Match { probe, evidence }) => t.found(*probe, evidence),
        (S::Probing, E::Match { probe, evidence }) => {
            t.commands.push(C::Abort { probe: t.life.probe });
            t.found(*probe, evidence);
        }
        (S::Exhausted | S::Failed | S::Cancelled, E::Match { probe, evidence })
            if !t.life.seen_late =>
        {
            t.life.seen_late = true;
            t.report(R::LateFound { probe: *probe, evidence: evidence.clone() });
        }
        // It may have been repaired since; the next probe will tell.
        (_, E::Contradiction { probe, detail }) => {
            t.log(&format!("a late answer to probe {probe} contradicts: {detail}"));
        }
        (
            _,
            E::Match { .. }
            | E::Missing { .. }
            | E::NotYet { .. }
            | E::Transient { .. }
            | E::Reject { .. }
            | E::Start {}
            | E::Cancel {}
            | E::TimerDue {}
            | E::Recover {},
        ) => t.superseded(),
    }
}

/// One step under way.
struct Turn<'a> {
    life: PollLife,
    now: Timestamp,
    policy: &'a PollPolicy,
    commands: Vec<C>,
}

impl Turn<'_> {
    fn probe(&mut self) {
        self.life.probe = self.life.probe.saturating_add(1);
        let at = self.now.plus_millis(self.policy.probe_deadline_ms);
        let (probe, max_probes) = (self.life.probe, self.life.max_probes);
        self.commands.push(C::Probe { probe, max_probes, deadline_at: at });
        self.life.state = S::Probing;
        self.timer(at);
    }

    fn wait(&mut self, delay_ms: u64) {
        self.life.state = S::Waiting;
        self.timer(self.now.plus_millis(delay_ms));
    }

    /// Waits for the next probe, or ends where none is left or it would come too late.
    fn go_on(&mut self, wait_ms: u64) {
        let total = self.started_at().plus_millis(self.policy.total_deadline_ms);
        if self.life.probe < self.life.max_probes && self.now.plus_millis(wait_ms) < total {
            self.wait(wait_ms);
        } else {
            self.exhausted();
        }
    }

    fn saw(&mut self, answer: PollAnswer, status: Option<u16>) {
        self.life.last = Some(answer);
        let words = match answer {
            PollAnswer::Missing => "not there",
            PollAnswer::NotYet => "not yet as it should be",
            PollAnswer::Transient => {
                self.life.unanswered = self.life.unanswered.saturating_add(1);
                "no usable answer"
            }
        };
        let progress = self.life.progress();
        self.log(&match status {
            Some(status) => format!("{progress}: {words}, status {status}"),
            None => format!("{progress}: {words}"),
        });
    }

    fn found(&mut self, probe: u32, evidence: &str) {
        self.end(S::Found);
        let (max_probes, elapsed_ms) = (self.life.max_probes, self.elapsed_ms());
        let evidence = evidence.to_owned();
        self.report(R::Found { probe, max_probes, elapsed_ms, evidence });
    }

    fn exhausted(&mut self) {
        self.end(S::Exhausted);
        self.commands.push(C::Notify {});
        self.report(R::Exhausted {
            probe: self.life.probe,
            max_probes: self.life.max_probes,
            elapsed_ms: self.elapsed_ms(),
            last: self.life.last,
            unanswered: self.life.unanswered,
        });
    }

    fn fail(&mut self, cause: PollCause, detail: &str) {
        self.end(S::Failed);
        self.report(R::Failed {
            probe: self.life.probe,
            max_probes: self.life.max_probes,
            elapsed_ms: self.elapsed_ms(),
            cause,
            detail: detail.to_owned(),
        });
    }

    fn end(&mut self, state: S) {
        self.life.state = state;
        if self.life.wake_at.take().is_some() {
            self.commands.push(C::CancelTimer {});
        }
    }

    fn timer(&mut self, at: Timestamp) {
        self.life.wake_at = Some(at);
        self.commands.push(C::Timer { at });
    }

    fn rearm(&mut self) {
        if let Some(at) = self.life.wake_at {
            self.commands.push(C::Timer { at });
        }
    }

    fn report(&mut self, report: R) {
        self.commands.push(C::Report { report });
    }

    fn log(&mut self, message: &str) {
        self.commands.push(C::Log { message: message.to_owned() });
    }

    fn superseded(&mut self) {
        self.life.superseded = self.life.superseded.saturating_add(1);
    }

    /// The page took the factor to the power of the probe, so that the interval itself, which one
    /// sets as the first wait, was never waited.
    fn wait_ms(&self) -> u64 {
        self.policy.wait_ms(&self.life.id, self.life.probe)
    }

    fn transient_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        self.policy.transient_wait_ms(&self.life.id, self.life.probe, retry_after_ms)
    }

    fn elapsed_ms(&self) -> u64 {
        self.started_at().millis_until(self.now)
    }

    fn started_at(&self) -> Timestamp {
        self.life.started_at.unwrap_or(self.now)
    }
}
