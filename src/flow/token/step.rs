//! The table of a token's life: one arm for each row.
//!
//! Guards are read top to bottom. Two rules hold before the table is consulted: an answer to
//! another fetch than the running one is late, and a timer counts only when its time has come.

use super::{
    RequestReference, TokenCommand as C, TokenEvent as E, TokenFailure, TokenLife, TokenNotice,
    TokenPolicy, TokenState as S, TokenStep,
};
use crate::{flow::TransitionError, unit::Timestamp};

/// Moves a token: the next life, and what is to be done once it is stored.
///
/// The given life is left alone. Answers to an earlier fetch and timers before their time are
/// counted and change nothing else. A request that waits already is not queued again.
///
/// # Errors
///
/// When a person asks for what the state does not take, an event names a generation that was never
/// asked for, or the clock runs backwards.
///
/// ```
/// use replenish::flow::{
///     ConnectionId, ObjectKind, RequestReference, TokenCommand, TokenEvent, TokenLife,
///     TokenPolicy, TokenState, step_token,
/// };
/// use replenish::unit::Timestamp;
/// let policy = TokenPolicy::default();
/// let waiter = |order: &str| RequestReference {
///     owner: ObjectKind::SaleOrder,
///     owner_id: order.into(),
///     request_id: 1,
/// };
///
/// // Two orders ask, one fetch runs, both are answered in the order in which they came.
/// let life = TokenLife::new(ConnectionId::new("erp-1")?);
/// let first = step_token(&life, &TokenEvent::Need { waiter: waiter("A") }, Timestamp(0), &policy)?;
/// assert!(matches!(first.commands[0], TokenCommand::Fetch { generation: 1, .. }));
/// let need = TokenEvent::Need { waiter: waiter("B") };
/// let second = step_token(&first.life, &need, Timestamp(5), &policy)?;
/// assert!(second.commands.is_empty());
/// let granted = TokenEvent::FetchOk { generation: 1, expires_in_ms: Some(3_600_000) };
/// let third = step_token(&second.life, &granted, Timestamp(90), &policy)?;
/// assert_eq!(third.life.state(), TokenState::Valid);
/// assert_eq!(third.life.wake_at(), Some(Timestamp(3_540_000)));
/// assert_eq!(
///     third.commands[1..],
///     ["A", "B"].map(|o| TokenCommand::TokenReady { waiter: waiter(o), generation: 1 })
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn step(
    life: &TokenLife,
    event: &E,
    now: Timestamp,
    policy: &TokenPolicy,
) -> Result<TokenStep, TransitionError> {
    if let Some(last) = life.moved_at.filter(|last| now < *last) {
        let (state, event) = (life.state.name(), event.name());
        return Err(TransitionError::ClockWentBack { object: "a token", state, event, last, now });
    }
    let mut turn = Turn { life: life.clone(), now, policy, commands: Vec::new() };
    match (event.generation(), event) {
        (Some(got), _) if got == 0 || got > life.fetch => {
            return Err(TransitionError::UnknownGeneration { last: life.fetch, got });
        }
        (Some(got), E::FetchOk { .. } | E::FetchReject { .. } | E::FetchFail { .. })
            if got < life.fetch =>
        {
            turn.superseded();
        }
        (_, E::TimerDue {}) if life.wake_at.is_none_or(|due| now < due) => turn.superseded(),
        _ => table(&mut turn, event)?,
    }
    turn.life.moved_at = Some(now);
    Ok(TokenStep { life: turn.life, commands: turn.commands })
}

#[expect(clippy::match_same_arms, reason = "one arm for each row of a table")]
fn table(t: &mut Turn<'_>, event: &E) -> Result<(), TransitionError> {
    match (t.life.state, event) {
        // The page had no 401 here: after an abort, a request sent before it comes back refused,
        // and it waits for a token like any other.
        (S::Absent | S::ShortLived, E::Need { waiter } | E::Unauthorized { waiter, .. }) => {
            t.queue(waiter);
            t.fetch(S::Fetching);
        }

        // The page had no 401 here: with several requests under way the first one's starts the
        // fetch and the others', which come while it runs, would have waited for nothing.
        (S::Fetching | S::Backoff, E::Need { waiter } | E::Unauthorized { waiter, .. }) => {
            t.queue(waiter);
        }
        // The page looked at the length of a token's life only in Fetching. A renewed token shorter
        // than the margin would be renewed as soon as it came, for ever.
        (S::Fetching | S::Refreshing, E::FetchOk { expires_in_ms, .. }) => {
            t.granted(*expires_in_ms);
        }
        (S::Fetching | S::Refreshing, E::FetchReject { message, .. }) => t.denied(message),
        // The page had no crash at all: a lost fetch is one without an answer.
        (S::Fetching, E::FetchFail { .. } | E::TimerDue {} | E::Recover {}) => {
            t.failed(event);
            if t.life.failures <= t.policy.max_retries {
                t.wait(S::Backoff, t.backoff_ms(event));
            } else {
                t.unavailable();
            }
        }
        // The page could not abort a renewal, for which requests may wait as well.
        (S::Fetching | S::Refreshing | S::Backoff, E::Abort {}) => {
            t.abort_running();
            t.drop_token();
            t.rest(S::Absent);
            t.fail_waiters(TokenFailure::Aborted);
        }
        (S::Backoff, E::TimerDue {}) => t.fetch(S::Fetching),

        // The page released the token whatever the time. When the timer is late, as it is after a
        // sleep, that would be a token known to have ended.
        (S::Valid, E::Need { waiter }) if !t.life.serves(t.now) => {
            t.queue(waiter);
            t.fetch(S::Refreshing);
        }
        (S::Valid, E::Need { waiter }) => t.release(waiter),
        (S::Valid, E::TimerDue {}) => t.fetch(S::Refreshing),
        (S::Valid, E::Unauthorized { waiter, generation }) if t.is_current(*generation) => {
            t.life.failures = 0;
            t.drop_token();
            t.queue(waiter);
            t.fetch(S::Fetching);
        }
        (S::Valid, E::Unauthorized { waiter, .. }) if !t.life.serves(t.now) => {
            t.queue(waiter);
            t.fetch(S::Refreshing);
        }
        (S::Valid, E::Unauthorized { waiter, .. }) => t.release(waiter),
        // The page compared with the token's end. The timer is the same, and after a failed renewal
        // it also keeps to the back-off.
        (S::Valid, E::ClockJump {}) if t.life.wake_at.is_some_and(|due| due <= t.now) => {
            t.fetch(S::Refreshing);
        }

        (S::Refreshing, E::Need { waiter }) if t.life.serves(t.now) => t.release(waiter),
        (S::Refreshing, E::Need { waiter }) => t.queue(waiter),
        (S::Refreshing, E::FetchFail { .. } | E::TimerDue {} | E::Recover {})
            if t.life.serves(t.now) =>
        {
            t.failed(event);
            t.life.asked_at = None;
            let backoff_ms = t.backoff_ms(event);
            let end = t.life.expires_at.unwrap_or(t.now);
            t.wait(S::Valid, backoff_ms.min(t.now.millis_until(end)));
        }
        // From here on somebody may wait: the fetches that failed while nobody did are forgotten,
        // or the first one after them would be the last.
        (S::Refreshing, E::FetchFail { .. } | E::TimerDue {} | E::Recover {}) => {
            t.life.failures = 0;
            t.failed(event);
            t.drop_token();
            t.wait(S::Backoff, t.backoff_ms(event));
        }
        // The page dropped the token for a stale 401 too.
        (S::Refreshing, E::Unauthorized { waiter, generation })
            if !t.is_current(*generation) && t.life.serves(t.now) =>
        {
            t.release(waiter);
        }
        (S::Refreshing, E::Unauthorized { waiter, .. }) => {
            t.drop_token();
            t.queue(waiter);
            t.life.state = S::Fetching;
        }

        (S::Denied, E::Need { waiter } | E::Unauthorized { waiter, .. }) => {
            let failure = TokenFailure::AuthDenied;
            t.commands.push(C::TokenFailed { waiter: waiter.clone(), failure });
        }
        (S::Denied, E::OperatorReset {}) => {
            t.commands.push(C::Audit {});
            t.rest(S::Absent);
        }

        // From here on: what no row lists.
        (state, E::Abort {} | E::OperatorReset {}) => {
            return Err(TransitionError::InvalidTransition {
                object: "a token",
                state: state.name(),
                expected: state.allowed(),
                got: event.name(),
            });
        }
        (_, E::ClockJump {} | E::Recover {}) => t.rearm(),
        (_, E::FetchOk { .. } | E::FetchReject { .. } | E::FetchFail { .. } | E::TimerDue {}) => {
            t.superseded();
        }
    }
    Ok(())
}

/// One step under way.
struct Turn<'a> {
    life: TokenLife,
    now: Timestamp,
    policy: &'a TokenPolicy,
    commands: Vec<C>,
}

impl Turn<'_> {
    /// One fetch at a time: what calls this has none running.
    fn fetch(&mut self, state: S) {
        self.life.fetch = self.life.fetch.saturating_add(1);
        self.life.asked_at = Some(self.now);
        let deadline_at = self.now.plus_millis(self.policy.fetch_deadline_ms);
        self.commands.push(C::Fetch { generation: self.life.fetch, deadline_at });
        self.wait(state, self.policy.fetch_deadline_ms);
    }

    fn granted(&mut self, expires_in_ms: Option<u64>) {
        let lifetime = expires_in_ms.unwrap_or(self.policy.assumed_lifetime_ms);
        let expires_at = self.life.asked_at.unwrap_or(self.now).plus_millis(lifetime);
        let generation = self.life.fetch;
        self.life.last_generation = generation;
        self.life.failures = 0;
        self.life.asked_at = None;
        let left = self.now.millis_until(expires_at);
        if left > self.policy.margin_ms {
            self.life.generation = Some(generation);
            self.life.expires_at = Some(expires_at);
            self.wait(S::Valid, left - self.policy.margin_ms);
        } else {
            self.drop_token();
            self.rest(S::ShortLived);
        }
        for waiter in std::mem::take(&mut self.life.waiters) {
            self.commands.push(C::TokenReady { waiter, generation });
        }
    }

    fn denied(&mut self, message: &str) {
        self.commands.push(C::Log { message: message.to_owned() });
        self.life.failures = 0;
        self.drop_token();
        self.rest(S::Denied);
        self.fail_waiters(TokenFailure::AuthDenied);
        self.notify(TokenNotice::AuthDenied, self.life.fetch);
    }

    fn unavailable(&mut self) {
        self.life.failures = 0;
        self.rest(S::Absent);
        self.fail_waiters(TokenFailure::AuthUnavailable);
        // One notice for a whole outage, however often a request has it tried again.
        self.notify(TokenNotice::AuthUnavailable, self.life.last_generation);
    }

    fn failed(&mut self, event: &E) {
        self.life.failures = self.life.failures.saturating_add(1);
        if let E::TimerDue {} = event {
            self.abort_running();
        }
    }

    fn abort_running(&mut self) {
        if self.life.asked_at.is_some() {
            self.commands.push(C::AbortFetch { generation: self.life.fetch });
        }
    }

    fn queue(&mut self, waiter: &RequestReference) {
        if self.life.waiters.contains(waiter) {
            self.superseded();
        } else {
            self.life.waiters.push(waiter.clone());
        }
    }

    fn release(&mut self, waiter: &RequestReference) {
        if let Some(generation) = self.life.generation {
            self.commands.push(C::TokenReady { waiter: waiter.clone(), generation });
        }
    }

    fn fail_waiters(&mut self, failure: TokenFailure) {
        for waiter in std::mem::take(&mut self.life.waiters) {
            self.commands.push(C::TokenFailed { waiter, failure });
        }
    }

    fn notify(&mut self, notice: TokenNotice, occasion: u32) {
        let key = format!("{}/{}/{occasion}", self.life.connection, notice.name());
        self.commands.push(C::Notify { notice, key });
    }

    fn drop_token(&mut self) {
        self.life.generation = None;
        self.life.expires_at = None;
    }

    fn wait(&mut self, state: S, delay_ms: u64) {
        let at = self.now.plus_millis(delay_ms);
        self.life.state = state;
        if state == S::Backoff {
            self.life.asked_at = None;
        }
        self.life.wake_at = Some(at);
        self.commands.push(C::Timer { at });
    }

    fn rest(&mut self, state: S) {
        self.life.state = state;
        self.life.asked_at = None;
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

    fn is_current(&self, generation: u32) -> bool {
        self.life.generation == Some(generation)
    }

    fn backoff_ms(&self, event: &E) -> u64 {
        let asked =
            if let E::FetchFail { retry_after_ms, .. } = event { *retry_after_ms } else { None };
        self.policy.wait_ms(self.life.connection.as_str(), self.life.failures, asked)
    }
}

impl E {
    /// The generation that the event is about.
    fn generation(&self) -> Option<u32> {
        match self {
            Self::Unauthorized { generation, .. }
            | Self::FetchOk { generation, .. }
            | Self::FetchReject { generation, .. }
            | Self::FetchFail { generation, .. } => Some(*generation),
            Self::Need { .. }
            | Self::TimerDue {}
            | Self::ClockJump {}
            | Self::Recover {}
            | Self::Abort {}
            | Self::OperatorReset {} => None,
        }
    }
}
