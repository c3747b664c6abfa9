//! A connection's circuit breaker: stop calling a server that is down, and try again with one call.
//!
//! The pattern is Nygard's (Release It!, Pragmatic Bookshelf 2007, 2nd edition 2018, chapter
//! "Stability Patterns"). **Closed**, calls pass and failures in a row are counted; **open**, none
//! pass until a time; after it the first call that asks is the one trial of the **half-open**
//! circuit, whose end closes it or opens it again for longer.
//!
//! Only what says something about the server's health counts as failure: no answer, a 5xx, not
//! sent. A 4xx is an answer of a healthy server. Too many requests are counted for themselves: the
//! server is well, but not for us.
//!
//! A request reads its own view of the circuit, [`CircuitLife::for_request`], as
//! [`FlowPolicy::circuit`](super::FlowPolicy). A call that a host holds back by it ends as
//! [`Outcome::NotSent`] for its order, and is not reported here: it says nothing of the server.

use super::{
    Circuit, ConnectionId, FORMAT, FlowPolicy, Outcome, RequestReference, TransitionError,
    known_format,
};
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};
use {CircuitEvent as E, CircuitState as S};

/// When a connection's circuit opens and for how long. All spans are milliseconds.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct CircuitPolicy {
    /// Counts the changes of this policy, so that a record says which one was in force.
    pub revision: u32,
    /// Failures without a success between them, within the window, that open the circuit; 0 never.
    pub failure_threshold: u32,
    /// Answers "too many requests" within the window that open it; 0 never.
    pub throttle_threshold: u32,
    /// How long after the first failure of a row the further ones are counted with it.
    pub window_ms: u64,
    /// How long it stays open the first time; each further time in a row is twice as long.
    pub open_ms: u64,
    /// Longest time that it stays open of itself.
    pub open_cap_ms: u64,
    /// Longest time that the server may ask for.
    pub retry_after_cap_ms: u64,
    /// How long the trial may stay without an end before another request may try.
    pub trial_deadline_ms: u64,
    /// Up to this much of a time is added to it, chosen by the seed, so that clients spread out.
    pub jitter_percent: u32,
    /// Chooses the jitter; the same seed gives the same times.
    pub jitter_seed: u32,
}

/// What is known about a connection's circuit; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{
///     Circuit, CircuitEvent, CircuitLife, CircuitPolicy, CircuitState, ConnectionId, Health,
///     ObjectKind, RequestReference, step_circuit,
/// };
/// use replenish::unit::Timestamp;
/// let policy = CircuitPolicy { jitter_percent: 0, ..CircuitPolicy::default() };
/// let request = |id: u32| RequestReference {
///     owner: ObjectKind::SaleOrder,
///     owner_id: "SO-1".into(),
///     request_id: id,
/// };
/// let mut circuit = CircuitLife::new(ConnectionId::new("erp-1")?);
/// for id in 1..=5 {
///     let ended = CircuitEvent::Ended { request: request(id), health: Health::Failed {} };
///     circuit = step_circuit(&circuit, &ended, Timestamp(0), &policy)?.life;
/// }
/// assert_eq!(circuit.state(), CircuitState::Open);
///
/// // Half a minute later the first request that asks may try, and no other one.
/// let asked = CircuitEvent::Ask { request: request(6) };
/// circuit = step_circuit(&circuit, &asked, Timestamp(30_000), &policy)?.life;
/// assert_eq!(circuit.for_request(&request(6)), Circuit::Closed);
/// assert_eq!(circuit.for_request(&request(7)), Circuit::Open);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct CircuitLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) connection: ConnectionId,
    pub(in crate::flow) state: CircuitState,
    /// Failures in the window since the last success.
    pub(in crate::flow) failures: Count,
    /// Answers "too many requests" in the window.
    pub(in crate::flow) throttles: Count,
    /// How often it was opened since it was last closed.
    pub(in crate::flow) openings: u32,
    /// Chooses the jitter of each opening and tells their notices apart.
    pub(in crate::flow) outage: u32,
    /// Until when no call passes, or the trial has time; absent while closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) until: Option<Timestamp>,
    /// The one request that may pass a half-open circuit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) trial: Option<RequestReference>,
    /// When the last event was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) moved_at: Option<Timestamp>,
    /// Ends of calls that came after their turn and changed nothing.
    pub(in crate::flow) superseded: u32,
}

/// Where a circuit stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// Calls pass.
    Closed,
    /// No call passes until a time; then the first request that asks may try.
    Open,
    /// One request tries.
    HalfOpen,
}

/// How often something happened since the first time within the window.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Count {
    pub(in crate::flow) times: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) since: Option<Timestamp>,
}

/// What can happen to a circuit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum CircuitEvent {
    /// A request is about to call.
    Ask {
        /// Which request.
        request: RequestReference,
    },
    /// A call has ended.
    Ended {
        /// Whose.
        request: RequestReference,
        /// What its end says about the server.
        health: Health,
    },
}

/// What the end of a call says about the server's health.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Health {
    /// It answers, whatever it says.
    Well {},
    /// It does not answer, cannot be reached, or fails.
    Failed {},
    /// It answers that there are too many requests.
    Throttled {
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
}

/// What [`step_circuit`](step) wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum CircuitCommand {
    /// Tell a person, once for each key, that the connection is out of use.
    NotifyOpened {
        /// The same as long as the outage lasts.
        key: String,
        /// When it is tried again at the earliest.
        until: Timestamp,
    },
    /// Keep for the record: the connection is in use again.
    AuditClosed {},
}

/// The next life of a circuit and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct CircuitStep {
    /// The next life.
    pub life: CircuitLife,
    /// What to do, in order.
    pub commands: Vec<CircuitCommand>,
}

/// Moves a circuit: the next life, and what is to be done once it is stored.
///
/// Before a call, give [`CircuitEvent::Ask`] and read [`CircuitLife::for_request`]; after it,
/// [`CircuitEvent::Ended`]. Nobody needs to wake it: open, it waits for the next one who asks, and a
/// trial that never ends, because its host has crashed, is taken over by another request after
/// [`CircuitPolicy::trial_deadline_ms`].
///
/// # Errors
///
/// When the clock runs backwards.
pub fn step(
    life: &CircuitLife,
    event: &E,
    now: Timestamp,
    policy: &CircuitPolicy,
) -> Result<CircuitStep, TransitionError> {
    if let Some(last) = life.moved_at.filter(|last| now < *last) {
        let (state, event) = (life.state.name(), event.name());
        return Err(TransitionError::ClockWentBack {
            object: "a circuit",
            state,
            event,
            last,
            now,
        });
    }
    let mut turn = Turn { life: life.clone(), now, policy, commands: Vec::new() };
    table(&mut turn, event);
    turn.life.moved_at = Some(now);
    Ok(CircuitStep { life: turn.life, commands: turn.commands })
}

#[expect(clippy::match_same_arms, reason = "one arm for each row of a table")]
fn table(t: &mut Turn<'_>, event: &E) {
    match (t.life.state, event) {
        (S::Closed, E::Ask { .. }) => {}
        (S::Closed, E::Ended { health: Health::Well {}, .. }) => t.life.failures = Count::default(),
        (S::Closed, E::Ended { health: Health::Failed {}, .. }) => {
            let Turn { now, policy, .. } = *t;
            if t.life.failures.reaches(policy.failure_threshold, now, policy.window_ms) {
                t.open(None);
            }
        }
        (S::Closed, E::Ended { health: Health::Throttled { retry_after_ms }, .. }) => {
            let Turn { now, policy, .. } = *t;
            t.life.failures = Count::default();
            if t.life.throttles.reaches(policy.throttle_threshold, now, policy.window_ms) {
                t.open(*retry_after_ms);
            }
        }

        (S::Open, E::Ask { request }) if t.time_is_over() => t.try_one(request),
        (S::Open, E::Ask { .. }) => {}
        // A call that left before it opened: the trial is still to come.
        (S::Open, E::Ended { .. }) => t.superseded(),

        (S::HalfOpen, E::Ask { request }) if t.time_is_over() && !t.tries(request) => {
            t.try_one(request);
        }
        (S::HalfOpen, E::Ask { .. }) => {}
        (S::HalfOpen, E::Ended { request, health }) if t.tries(request) => match health {
            Health::Well {} => t.close(),
            Health::Failed {} => t.open(None),
            Health::Throttled { retry_after_ms } => t.open(*retry_after_ms),
        },
        (S::HalfOpen, E::Ended { .. }) => t.superseded(),
    }
}

/// One step under way.
struct Turn<'a> {
    life: CircuitLife,
    now: Timestamp,
    policy: &'a CircuitPolicy,
    commands: Vec<CircuitCommand>,
}

impl Turn<'_> {
    fn open(&mut self, retry_after_ms: Option<u64>) {
        if self.life.openings == 0 {
            self.life.outage = self.life.outage.saturating_add(1);
        }
        self.life.openings = self.life.openings.saturating_add(1);
        let connection = self.life.connection.as_str();
        let open_ms = self.policy.open_for_ms(connection, self.life.openings, retry_after_ms);
        let until = self.now.plus_millis(open_ms);
        let key = format!("{connection}/circuit_opened/{}", self.life.outage);
        self.commands.push(CircuitCommand::NotifyOpened { key, until });
        self.life.state = CircuitState::Open;
        self.life.until = Some(until);
        self.forget();
    }

    fn try_one(&mut self, request: &RequestReference) {
        self.life.state = CircuitState::HalfOpen;
        self.life.trial = Some(request.clone());
        self.life.until = Some(self.now.plus_millis(self.policy.trial_deadline_ms));
    }

    fn close(&mut self) {
        self.commands.push(CircuitCommand::AuditClosed {});
        self.life.state = CircuitState::Closed;
        self.life.openings = 0;
        self.life.until = None;
        self.forget();
    }

    fn forget(&mut self) {
        self.life.trial = None;
        self.life.failures = Count::default();
        self.life.throttles = Count::default();
    }

    fn superseded(&mut self) {
        self.life.superseded = self.life.superseded.saturating_add(1);
    }

    fn time_is_over(&self) -> bool {
        self.life.until.is_none_or(|until| until <= self.now)
    }

    fn tries(&self, request: &RequestReference) -> bool {
        self.life.trial.as_ref() == Some(request)
    }
}

impl CircuitLife {
    /// A connection that is in use.
    pub fn new(connection: ConnectionId) -> Self {
        Self {
            version: FORMAT,
            connection,
            state: CircuitState::Closed,
            failures: Count::default(),
            throttles: Count::default(),
            openings: 0,
            outage: 0,
            until: None,
            trial: None,
            moved_at: None,
            superseded: 0,
        }
    }

    /// Whose circuit it is.
    pub fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// Where it stands.
    pub fn state(&self) -> CircuitState {
        self.state
    }

    /// When the next request may try; absent while calls pass.
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// What this request reads of it, once it has asked: a half-open circuit is closed for its
    /// trial and open for everybody else.
    pub fn for_request(&self, request: &RequestReference) -> Circuit {
        match self.state {
            CircuitState::Closed => Circuit::Closed,
            CircuitState::HalfOpen if self.trial.as_ref() == Some(request) => Circuit::Closed,
            CircuitState::Open | CircuitState::HalfOpen => Circuit::Open,
        }
    }
}

impl CircuitState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

impl CircuitEvent {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ask { .. } => "ask",
            Self::Ended { .. } => "ended",
        }
    }
}

impl Health {
    /// What an outcome says about the server's health.
    ///
    /// 408 counts with the failures: a proxy says it when the server behind it does not answer.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::NotSent {} | Outcome::NoAnswer {} => Self::Failed {},
            Outcome::Answer { status: 429, retry_after_ms, .. } => {
                Self::Throttled { retry_after_ms: *retry_after_ms }
            }
            Outcome::BodyCut { status: 429 } => Self::Throttled { retry_after_ms: None },
            Outcome::Answer { status, .. } | Outcome::BodyCut { status } => {
                if matches!(status, 408 | 500..) { Self::Failed {} } else { Self::Well {} }
            }
        }
    }
}

impl Count {
    /// Counts once more, anew when the window is over, and says whether that is enough.
    fn reaches(&mut self, threshold: u32, now: Timestamp, window_ms: u64) -> bool {
        let since = self.since.filter(|since| now < since.plus_millis(window_ms));
        if since.is_none() {
            *self = Self { times: 0, since: Some(now) };
        }
        self.times = self.times.saturating_add(1);
        threshold > 0 && self.times >= threshold
    }
}

impl Default for CircuitPolicy {
    fn default() -> Self {
        let flow = FlowPolicy::default();
        Self {
            revision: 0,
            failure_threshold: 5,
            throttle_threshold: 20,
            window_ms: 60_000,
            open_ms: 30_000,
            open_cap_ms: 600_000,
            retry_after_cap_ms: flow.retry_after_cap_ms,
            trial_deadline_ms: 60_000,
            jitter_percent: flow.jitter_percent,
            jitter_seed: flow.jitter_seed,
        }
    }
}

impl CircuitPolicy {
    /// How long the circuit stays open, the `openings`-th time in a row.
    pub fn open_for_ms(&self, connection: &str, openings: u32, retry_after_ms: Option<u64>) -> u64 {
        let flow = FlowPolicy {
            backoff_base_ms: self.open_ms,
            backoff_cap_ms: self.open_cap_ms,
            retry_after_cap_ms: self.retry_after_cap_ms,
            jitter_percent: self.jitter_percent,
            jitter_seed: self.jitter_seed,
            ..FlowPolicy::default()
        };
        flow.wait_ms(connection, openings, retry_after_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::ObjectKind;

    const WELL: Health = Health::Well {};
    const FAILED: Health = Health::Failed {};
    const BUSY: Health = Health::Throttled { retry_after_ms: Some(90_000) };

    fn policy() -> CircuitPolicy {
        CircuitPolicy { jitter_percent: 0, ..CircuitPolicy::default() }
    }

    fn request(request_id: u32) -> RequestReference {
        RequestReference { owner: ObjectKind::Run, owner_id: "R".into(), request_id }
    }

    fn fresh() -> CircuitLife {
        CircuitLife::new(ConnectionId::new("erp").unwrap())
    }

    fn ended(life: &CircuitLife, id: u32, health: Health, at: i64) -> CircuitStep {
        let event = CircuitEvent::Ended { request: request(id), health };
        step(life, &event, Timestamp(at), &policy()).unwrap()
    }

    fn ask(life: &CircuitLife, id: u32, at: i64) -> (CircuitLife, Circuit) {
        let event = CircuitEvent::Ask { request: request(id) };
        let life = step(life, &event, Timestamp(at), &policy()).unwrap().life;
        let circuit = life.for_request(&request(id));
        (life, circuit)
    }

    fn after(ends: &[(i64, Health)]) -> CircuitLife {
        ends.iter().fold(fresh(), |life, (at, health)| ended(&life, 1, *health, *at).life)
    }

    #[test]
    fn five_failures_in_a_row_within_the_window_open_it() {
        let four = [(0, FAILED); 4];
        assert_eq!(after(&four).state(), CircuitState::Closed);
        let open = after(&[&four[..], &[(59_999, FAILED)]].concat());
        assert_eq!((open.state(), open.until()), (CircuitState::Open, Some(Timestamp(89_999))));
        let outside = after(&[&four[..], &[(60_000, FAILED)]].concat());
        assert_eq!(outside.state(), CircuitState::Closed);
        let mended = after(&[&four[..], &[(1, WELL), (2, FAILED)]].concat());
        assert_eq!(mended.state(), CircuitState::Closed);
    }

    #[test]
    fn half_open_lets_one_request_through_and_its_end_decides() {
        let open = after(&[(0, FAILED); 5]);
        assert_eq!(ask(&open, 2, 29_999).1, Circuit::Open);
        let (half, first) = ask(&open, 2, 30_000);
        let (half, second) = ask(&half, 3, 30_001);
        let (half, again) = ask(&half, 2, 30_002);
        assert_eq!([first, second, again], [Circuit::Closed, Circuit::Open, Circuit::Closed]);
        // Another one's late end decides nothing.
        assert_eq!(ended(&half, 1, WELL, 30_003).life.state(), CircuitState::HalfOpen);

        let closed = ended(&half, 2, WELL, 30_004);
        assert_eq!(closed.life.state(), CircuitState::Closed);
        assert_eq!(closed.commands, [CircuitCommand::AuditClosed {}]);
        let reopened = ended(&half, 2, FAILED, 30_004);
        let until = Timestamp(90_004);
        let key = "erp/circuit_opened/1".to_owned();
        assert_eq!(reopened.commands, [CircuitCommand::NotifyOpened { key, until }]);
        assert_eq!(ask(&reopened.life, 2, 90_003).1, Circuit::Open);
    }

    #[test]
    fn a_trial_that_never_ends_is_taken_over() {
        let (half, _) = ask(&after(&[(0, FAILED); 5]), 2, 30_000);
        assert_eq!(ask(&half, 3, 89_999).1, Circuit::Open);
        let (taken, circuit) = ask(&half, 3, 90_000);
        assert_eq!((circuit, taken.for_request(&request(2))), (Circuit::Closed, Circuit::Open));
    }

    #[test]
    fn too_many_requests_count_for_themselves_and_their_wait_is_kept() {
        let ends: Vec<(i64, Health)> = (0..19).flat_map(|at| [(at, FAILED), (at, BUSY)]).collect();
        let busy = after(&ends);
        assert_eq!(busy.state(), CircuitState::Closed, "no failures in a row");
        let open = ended(&busy, 1, BUSY, 20).life;
        assert_eq!((open.state(), open.until()), (CircuitState::Open, Some(Timestamp(90_020))));
    }

    #[test]
    fn a_threshold_of_zero_never_opens_and_the_clock_may_not_go_back() {
        let policy = CircuitPolicy { failure_threshold: 0, throttle_threshold: 0, ..policy() };
        let mut life = fresh();
        for health in [FAILED, BUSY].repeat(100) {
            let event = CircuitEvent::Ended { request: request(1), health };
            life = step(&life, &event, Timestamp(5), &policy).unwrap().life;
        }
        assert_eq!(life.state(), CircuitState::Closed);
        let event = CircuitEvent::Ask { request: request(1) };
        let problem = step(&life, &event, Timestamp(4), &policy).unwrap_err();
        assert_eq!(problem.code(), "clock_went_back");
        let text = serde_json::to_string(&life).unwrap();
        assert_eq!(serde_json::from_str::<CircuitLife>(&text).unwrap(), life);
    }

    #[test]
    fn what_says_nothing_about_health_is_no_failure() {
        let answer = |status| {
            Health::of(&Outcome::Answer { status, retry_after_ms: Some(90_000), body: None })
        };
        for status in [200, 204, 302, 400, 401, 404, 409, 422] {
            assert_eq!(answer(status), WELL, "{status}");
        }
        for status in [408, 500, 502, 503, u16::MAX] {
            assert_eq!(answer(status), FAILED, "{status}");
        }
        assert_eq!(answer(429), BUSY);
        assert_eq!(Health::of(&Outcome::NotSent {}), FAILED);
        assert_eq!(Health::of(&Outcome::NoAnswer {}), FAILED);
        assert_eq!(Health::of(&Outcome::BodyCut { status: 200 }), WELL);
    }
}
