//! The table of a request's life: one arm for each row.

use super::{
    Replay, RequestCommand as C, RequestEvent as E, RequestLife, RequestReport as R,
    RequestState as S, RequestStep,
};
use crate::{
    flow::{Answer, Circuit, FlowPolicy, TransitionError},
    unit::Timestamp,
};

/// Moves a request: the next life, and what is to be done once it is stored.
///
/// The given life is left alone. Answers of an earlier attempt and timers before their time are
/// counted and change nothing else, except that a positive answer is always reported.
///
/// # Errors
///
/// When `Start` or `Cancel` comes where the state does not take it, or an answer names an attempt
/// that was never made.
///
/// ```
/// use replenish::flow::{
///     FlowPolicy, Operation, Replay, RequestCommand, RequestEvent, RequestLife, RequestState,
///     step_request,
/// };
/// use replenish::unit::Timestamp;
/// let policy = FlowPolicy { jitter_percent: 0, ..FlowPolicy::default() };
/// let mut life = RequestLife::new(1, Operation::Lookup {}, "SO-1/lookup/1", Replay::Safe, 3, 60_000);
/// for event in [
///     RequestEvent::Start {},
///     RequestEvent::TokenReady { generation: 1 },
///     RequestEvent::NoAnswer { attempt: 1 },
/// ] {
///     life = step_request(&life, &event, Timestamp(0), &policy)?.life;
/// }
/// assert_eq!(life.state(), RequestState::Backoff);
/// assert_eq!(life.wake_at(), Some(Timestamp(1_000)));
/// # Ok::<(), replenish::flow::TransitionError>(())
/// ```
pub fn step(
    life: &RequestLife,
    event: &E,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<RequestStep, TransitionError> {
    let mut life = life.clone();
    let commands = step_in_place(&mut life, event, now, policy)?;
    Ok(RequestStep { life, commands })
}

/// Moves a life in place and says what is to be done; after an error the life is spoilt.
pub(in crate::flow) fn step_in_place(
    life: &mut RequestLife,
    event: &E,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<Vec<C>, TransitionError> {
    let (last, wake_at) = (life.attempt, life.wake_at);
    let mut turn = Turn { life, now, policy, commands: Vec::new() };
    match (event.attempt(), event) {
        (Some(got), _) if got == 0 || got > last => {
            return Err(TransitionError::UnknownAttempt { last, got });
        }
        // An earlier attempt's positive answer is the owner's to judge, any other has had its turn.
        (Some(attempt), _) if attempt < last => match event.evidence() {
            Some(answer) => turn.report(R::LateOk { answer: answer.clone() }),
            None => turn.superseded(),
        },
        (_, E::TimerDue {}) if wake_at.is_none_or(|due| now < due) => turn.superseded(),
        _ => table(&mut turn, event)?,
    }
    Ok(turn.commands)
}

#[expect(
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "one arm for each row of a table"
)]
fn table(t: &mut Turn<'_>, event: &E) -> Result<(), TransitionError> {
    match (t.life.state, event) {
        (S::Queued, E::Start {}) => {
            t.life.started_at = Some(t.now);
            t.need_token(None);
        }
        (S::Queued, E::Cancel {}) => t.end(S::Cancelled),

        (S::AwaitToken, E::TokenReady { generation }) => t.send(*generation),
        (S::AwaitToken, E::TokenFailed { message }) => t.without_token(message),
        // The page had no timer and no way out of a restart here, so a lost token answer was limbo.
        (S::AwaitToken, E::TimerDue {}) => t.without_token("no token came in time"),
        (S::AwaitToken, E::Recover {}) => t.need_token(None),
        (S::AwaitToken | S::Backoff, E::Cancel {}) if t.life.ambiguous => {
            t.end(S::Ambiguous);
            t.report(R::Ambiguous { retry_after_ms: None });
        }
        (S::AwaitToken | S::Backoff, E::Cancel {}) => t.end(S::Cancelled),

        (S::InFlight, E::Answer2xx { complete: true, answer, .. }) => {
            t.end(S::Succeeded);
            t.report(R::Ok { answer: answer.clone() });
        }
        (S::InFlight, E::Answer2xx { complete: false, answer, .. }) => {
            t.log(answer, "names less than agreed");
            t.end(S::Ambiguous);
            t.report(R::OkIncomplete { answer: answer.clone() });
        }
        (S::InFlight, E::BodyInvalid { answer, .. }) if t.writes() => {
            t.log(answer, "has no readable body");
            t.end(S::Ambiguous);
            t.report(R::OkIncomplete { answer: answer.clone() });
        }
        (S::InFlight, E::BodyInvalid { .. } | E::NotSent { .. }) if t.retries_left(None) => {
            t.retry(None);
        }
        (S::InFlight, E::BodyInvalid { answer, .. }) => {
            t.log(answer, "has no readable body");
            t.give_up(S::Exhausted, R::Unanswered { retry_after_ms: None });
        }
        (S::InFlight, E::AnswerBusinessFail { answer, .. }) => {
            t.log(answer, "is no success");
            t.refused(answer);
        }
        (S::InFlight, E::Answer401 { .. }) if !t.life.unauthorized => {
            t.life.unauthorized = true;
            t.need_token(t.life.token_generation);
        }
        (S::InFlight, E::Answer401 { answer, .. }) => {
            t.log(answer, "refuses a new token");
            t.commands.push(C::Notify {});
            t.refused(answer);
        }
        (S::InFlight, E::Answer429 { retry_after_ms, .. }) if t.life.ambiguous => {
            t.give_up(S::Ambiguous, R::Ambiguous { retry_after_ms: *retry_after_ms });
        }
        (S::InFlight, E::Answer429 { retry_after_ms, .. })
            if t.within_total(t.throttle_ms(*retry_after_ms)) =>
        {
            let wait = t.throttle_ms(*retry_after_ms);
            t.life.throttles = t.life.throttles.saturating_add(1);
            t.wait(S::Backoff, wait);
        }
        (S::InFlight, E::Answer429 { retry_after_ms, .. }) => {
            t.give_up(S::Exhausted, R::Throttled { retry_after_ms: *retry_after_ms });
        }
        (S::InFlight, E::Answer4xx { duplicate_of_our_key: true, answer, .. }) => {
            t.end(S::Succeeded);
            t.report(R::Duplicate { answer: answer.clone() });
        }
        (S::InFlight, E::Answer4xx { duplicate_of_our_key: false, answer, .. }) => {
            t.log(answer, "refuses");
            t.refused(answer);
        }
        (S::InFlight, E::NotSent { .. }) if t.life.ambiguous => {
            t.give_up(S::Ambiguous, R::Ambiguous { retry_after_ms: None });
        }
        (S::InFlight, E::NotSent { .. }) => t.give_up(S::Exhausted, R::NotSent {}),
        (
            S::InFlight,
            E::Answer5xx { .. } | E::NoAnswer { .. } | E::TimerDue {} | E::Recover {},
        ) => {
            let retry_after_ms = event.retry_after_ms();
            if let (E::TimerDue {}, attempt) = (event, t.life.attempt) {
                t.commands.push(C::Abort { attempt });
            }
            t.life.ambiguous |= t.writes();
            if t.life.replay != Replay::Once && t.retries_left(retry_after_ms) {
                t.retry(retry_after_ms);
            } else if t.writes() {
                t.give_up(S::Ambiguous, R::Ambiguous { retry_after_ms });
            } else {
                t.give_up(S::Exhausted, R::Unanswered { retry_after_ms });
            }
        }
        (S::InFlight, E::Cancel {}) => {
            t.commands.push(C::Abort { attempt: t.life.attempt });
            if t.writes() {
                t.life.ambiguous = true;
                t.end(S::Ambiguous);
                t.report(R::Ambiguous { retry_after_ms: None });
            } else {
                t.end(S::Cancelled);
            }
        }

        // The page sent at once after a restart; that would cut short what the server asked for.
        (S::Backoff, E::Recover {}) if t.life.wake_at.is_some_and(|due| t.now < due) => t.rearm(),
        (S::Backoff, E::TimerDue {} | E::Recover {})
            if t.policy.circuit == Circuit::Closed && t.within_total(0) =>
        {
            t.need_token(None);
        }
        (S::Backoff, E::TimerDue {} | E::Recover {}) if t.life.ambiguous => {
            t.give_up(S::Ambiguous, R::Ambiguous { retry_after_ms: None });
        }
        (S::Backoff, E::TimerDue {} | E::Recover {}) if t.writes() => {
            t.give_up(S::Exhausted, R::NotSent {});
        }
        (S::Backoff, E::TimerDue {} | E::Recover {}) => {
            t.give_up(S::Exhausted, R::Unanswered { retry_after_ms: None });
        }
        (S::AwaitToken | S::Backoff, E::Answer2xx { complete: true, answer, .. }) => {
            t.end(S::Succeeded);
            t.report(R::Ok { answer: answer.clone() });
        }
        (S::AwaitToken | S::Backoff, E::Answer4xx { duplicate_of_our_key: true, answer, .. }) => {
            t.end(S::Succeeded);
            t.report(R::Duplicate { answer: answer.clone() });
        }
        // The page only logged it; a document it names would have been forgotten.
        (S::AwaitToken | S::Backoff, E::Answer2xx { complete: false, answer, .. }) => {
            t.log(answer, "came late and names less than agreed");
            t.report(R::LateOk { answer: answer.clone() });
        }
        (
            S::Succeeded | S::Ambiguous | S::Exhausted | S::Cancelled | S::Rejected,
            E::Answer2xx { answer, .. } | E::Answer4xx { duplicate_of_our_key: true, answer, .. },
        ) => t.report(R::LateOk { answer: answer.clone() }),

        // From here on: what no row lists.
        (state, E::Start {} | E::Cancel {}) => {
            return Err(TransitionError::InvalidTransition {
                object: "a request",
                state: state.name(),
                expected: state.allowed(),
                got: event.name(),
            });
        }
        (_, E::Recover {}) => t.rearm(),
        (
            _,
            E::TokenReady { .. }
            | E::TokenFailed { .. }
            | E::Answer2xx { .. }
            | E::BodyInvalid { .. }
            | E::AnswerBusinessFail { .. }
            | E::Answer401 { .. }
            | E::Answer429 { .. }
            | E::Answer4xx { .. }
            | E::Answer5xx { .. }
            | E::NotSent { .. }
            | E::NoAnswer { .. }
            | E::TimerDue {},
        ) => t.superseded(),
    }
    Ok(())
}

/// One step under way.
struct Turn<'a> {
    life: &'a mut RequestLife,
    now: Timestamp,
    policy: &'a FlowPolicy,
    commands: Vec<C>,
}

impl Turn<'_> {
    fn wait(&mut self, state: S, delay_ms: u64) {
        let at = self.now.plus_millis(delay_ms);
        self.life.state = state;
        self.life.wake_at = Some(at);
        self.commands.push(C::Timer { at });
    }

    fn end(&mut self, state: S) {
        self.life.state = state;
        if self.life.wake_at.take().is_some() {
            self.commands.push(C::CancelTimer {});
        }
    }

    fn rearm(&mut self) {
        if let Some(at) = self.life.wake_at {
            self.commands.push(C::Timer { at });
        }
    }

    fn superseded(&mut self) {
        self.life.superseded = self.life.superseded.saturating_add(1);
    }

    fn need_token(&mut self, refused_generation: Option<u32>) {
        self.commands.push(C::NeedToken { refused_generation });
        self.wait(S::AwaitToken, self.policy.token_deadline_ms);
    }

    fn send(&mut self, generation: u32) {
        self.life.attempt = self.life.attempt.saturating_add(1);
        self.life.token_generation = Some(generation);
        self.commands.push(C::Http {
            attempt: self.life.attempt,
            generation,
            deadline_at: self.now.plus_millis(self.policy.attempt_deadline_ms),
        });
        self.wait(S::InFlight, self.policy.attempt_deadline_ms);
    }

    fn retry(&mut self, retry_after_ms: Option<u64>) {
        let wait = self.retry_ms(retry_after_ms);
        self.life.retries = self.life.retries.saturating_add(1);
        self.wait(S::Backoff, wait);
    }

    fn without_token(&mut self, message: &str) {
        self.commands.push(C::Log { message: message.to_owned() });
        if self.life.ambiguous {
            self.end(S::Ambiguous);
            self.report(R::Ambiguous { retry_after_ms: None });
        } else {
            self.give_up(S::Exhausted, R::NotSent {});
        }
    }

    /// A refusal settles the request only when no earlier attempt may have been applied.
    fn refused(&mut self, answer: &Answer) {
        let answer = answer.clone();
        if self.life.ambiguous {
            self.end(S::Ambiguous);
            self.report(R::RejectAfterAmbiguous { answer });
        } else {
            self.end(S::Rejected);
            self.report(R::Reject { answer });
        }
    }

    fn give_up(&mut self, state: S, report: R) {
        self.end(state);
        self.commands.push(C::Notify {});
        self.report(report);
    }

    fn report(&mut self, report: R) {
        self.commands.push(C::Report { report });
    }

    fn log(&mut self, answer: &Answer, what: &str) {
        let said = answer.body.as_ref().map_or("", |body| &body.message);
        let message = format!("status {} {what}: {said}", answer.status);
        let message = message.trim_end_matches([':', ' ']).to_owned();
        self.commands.push(C::Log { message });
    }

    fn writes(&self) -> bool {
        self.life.replay != Replay::Safe
    }

    /// The page looked at the total deadline only when the wait was over, so that an owner waited
    /// minutes for a request that could not be sent any more.
    fn retries_left(&self, retry_after_ms: Option<u64>) -> bool {
        self.life.retries < self.life.max_retries
            && self.within_total(self.retry_ms(retry_after_ms))
    }

    fn retry_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        let retries = self.life.retries.saturating_add(1);
        self.policy.wait_ms(&self.life.idempotency_key, retries, retry_after_ms)
    }

    fn within_total(&self, wait_ms: u64) -> bool {
        let started_at = self.life.started_at.unwrap_or(self.now);
        self.now.plus_millis(wait_ms) < started_at.plus_millis(self.life.total_deadline_ms)
    }

    fn throttle_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        let throttles = self.life.throttles.saturating_add(1);
        self.policy.wait_ms(&self.life.idempotency_key, throttles, retry_after_ms)
    }
}

impl E {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start {} => "start",
            Self::Cancel {} => "cancel",
            Self::TokenReady { .. } => "token_ready",
            Self::TokenFailed { .. } => "token_failed",
            Self::Answer2xx { .. } => "answer2xx",
            Self::BodyInvalid { .. } => "body_invalid",
            Self::AnswerBusinessFail { .. } => "answer_business_fail",
            Self::Answer401 { .. } => "answer401",
            Self::Answer429 { .. } => "answer429",
            Self::Answer4xx { .. } => "answer4xx",
            Self::Answer5xx { .. } => "answer5xx",
            Self::NotSent { .. } => "not_sent",
            Self::NoAnswer { .. } => "no_answer",
            Self::TimerDue {} => "timer_due",
            Self::Recover {} => "recover",
        }
    }

    /// The attempt that an answer answers.
    fn attempt(&self) -> Option<u32> {
        match self {
            Self::Answer2xx { attempt, .. }
            | Self::BodyInvalid { attempt, .. }
            | Self::AnswerBusinessFail { attempt, .. }
            | Self::Answer401 { attempt, .. }
            | Self::Answer429 { attempt, .. }
            | Self::Answer4xx { attempt, .. }
            | Self::Answer5xx { attempt, .. }
            | Self::NotSent { attempt }
            | Self::NoAnswer { attempt } => Some(*attempt),
            Self::Start {}
            | Self::Cancel {}
            | Self::TokenReady { .. }
            | Self::TokenFailed { .. }
            | Self::TimerDue {}
            | Self::Recover {} => None,
        }
    }

    /// The answer, when it shows that the request was applied.
    fn evidence(&self) -> Option<&Answer> {
        if let Self::Answer2xx { answer, .. }
        | Self::Answer4xx { duplicate_of_our_key: true, answer, .. } = self
        {
            return Some(answer);
        }
        None
    }

    fn retry_after_ms(&self) -> Option<u64> {
        if let Self::Answer5xx { retry_after_ms, .. } = self { *retry_after_ms } else { None }
    }
}
