//! A request that retries by itself, with its token and its circuit, as a host drives them; and
//! random courses of token, poll and circuit: nothing panics, what is stored comes back the same,
//! nobody is forgotten, repetitions change nothing but counters.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the one kind it asks about"
)]

use proptest::prelude::*;
use replenish::{
    flow::{
        Answer, Circuit, CircuitEvent, CircuitLife, CircuitPolicy, CircuitState, ConnectionId,
        FlowPolicy, Health, ObjectKind, Operation, PollCommand, PollEvent, PollLife, PollPolicy,
        PollReport, PollState, Replay, RequestCommand, RequestEvent, RequestLife, RequestReference,
        RequestReport, RequestState, TokenCommand, TokenEvent, TokenLife, TokenPolicy, TokenState,
        step_circuit, step_poll, step_request, step_token,
    },
    unit::Timestamp,
};

/// A host of one connection: it carries words between requests, token and circuit.
struct Host {
    now: i64,
    policy: FlowPolicy,
    token: TokenLife,
    circuit: CircuitLife,
    requests: Vec<RequestLife>,
    /// Request, attempt, generation.
    sent: Vec<(u32, u32, u32)>,
    fetches: Vec<u32>,
    reports: Vec<(u32, RequestReport)>,
}

impl Host {
    fn new(requests: u32, policy: FlowPolicy) -> Self {
        let connection = ConnectionId::new("erp-1").unwrap();
        let request = |id| {
            let key = format!("RUN-1/lookup/{id}");
            let operation = Operation::Lookup {};
            RequestLife::new(id, operation, &key, Replay::Safe, 3, policy.total_deadline_ms)
        };
        Self {
            now: 0,
            token: TokenLife::new(connection.clone()),
            circuit: CircuitLife::new(connection),
            requests: (1..=requests).map(request).collect(),
            sent: Vec::new(),
            fetches: Vec::new(),
            reports: Vec::new(),
            policy,
        }
    }

    fn reference(request_id: u32) -> RequestReference {
        RequestReference { owner: ObjectKind::Run, owner_id: "RUN-1".into(), request_id }
    }

    fn request(&mut self, id: u32, event: &RequestEvent) {
        let place = id as usize - 1;
        let reference = Self::reference(id);
        let policy =
            FlowPolicy { circuit: self.circuit.for_request(&reference), ..self.policy.clone() };
        let now = Timestamp(self.now);
        let step = step_request(&self.requests[place], event, now, &policy).unwrap();
        self.requests[place] = step.life;
        for command in step.commands {
            match command {
                RequestCommand::NeedToken { refused_generation } => {
                    self.token(&TokenEvent::asked(reference.clone(), refused_generation));
                }
                RequestCommand::Http { attempt, generation, .. } => {
                    self.sent.push((id, attempt, generation));
                }
                RequestCommand::Report { report } => self.reports.push((id, report)),
                RequestCommand::Abort { .. }
                | RequestCommand::Timer { .. }
                | RequestCommand::CancelTimer {}
                | RequestCommand::Log { .. }
                | RequestCommand::Notify {} => {}
            }
        }
    }

    fn token(&mut self, event: &TokenEvent) {
        let now = Timestamp(self.now);
        let step = step_token(&self.token, event, now, &TokenPolicy::default()).unwrap();
        self.token = step.life;
        for command in step.commands {
            match command {
                TokenCommand::Fetch { generation, .. } => self.fetches.push(generation),
                TokenCommand::TokenReady { waiter, generation } => {
                    self.request(waiter.request_id, &RequestEvent::TokenReady { generation });
                }
                TokenCommand::TokenFailed { waiter, failure } => {
                    let message = failure.message().to_owned();
                    self.request(waiter.request_id, &RequestEvent::TokenFailed { message });
                }
                TokenCommand::AbortFetch { .. }
                | TokenCommand::Timer { .. }
                | TokenCommand::CancelTimer {}
                | TokenCommand::Notify { .. }
                | TokenCommand::Audit {}
                | TokenCommand::Log { .. } => {}
            }
        }
    }

    fn circuit(&mut self, event: &CircuitEvent) {
        let now = Timestamp(self.now);
        let policy = CircuitPolicy::default();
        self.circuit = step_circuit(&self.circuit, event, now, &policy).unwrap().life;
    }

    fn granted(&mut self) {
        let generation = *self.fetches.last().unwrap();
        self.token(&TokenEvent::FetchOk { generation, expires_in_ms: Some(3_600_000) });
    }

    /// The newest attempt ends; the time is the request's own afterwards.
    fn ends(&mut self, id: u32, event: impl FnOnce(u32) -> RequestEvent, health: Health) {
        let attempt = self.sent.iter().rfind(|sent| sent.0 == id).unwrap().1;
        self.circuit(&CircuitEvent::Ended { request: Self::reference(id), health });
        self.request(id, &event(attempt));
    }

    /// How long the request waits; when that is over it asks the circuit and goes on.
    fn waits(&mut self, id: u32) -> i64 {
        let at = self.requests[id as usize - 1].wake_at().unwrap().0;
        let wait = at - self.now;
        self.now = at;
        self.circuit(&CircuitEvent::Ask { request: Self::reference(id) });
        self.request(id, &RequestEvent::TimerDue {});
        wait
    }

    fn state(&self, id: u32) -> RequestState {
        self.requests[id as usize - 1].state()
    }
}

const FAILED: Health = Health::Failed {};
const WELL: Health = Health::Well {};

fn answer(status: u16) -> Answer {
    Answer { status, body: None }
}

fn refused(attempt: u32) -> RequestEvent {
    RequestEvent::Answer401 { attempt, answer: answer(401) }
}

fn broken(retry_after_ms: Option<u64>) -> impl FnOnce(u32) -> RequestEvent {
    move |attempt| RequestEvent::Answer5xx { attempt, retry_after_ms, status: 503 }
}

fn throttled(retry_after_ms: Option<u64>) -> impl FnOnce(u32) -> RequestEvent {
    move |attempt| RequestEvent::Answer429 { attempt, retry_after_ms }
}

fn seeded() -> FlowPolicy {
    FlowPolicy { jitter_seed: 7, ..FlowPolicy::default() }
}

#[test]
fn a_lookup_with_everything_that_can_delay_it() {
    let mut host = Host::new(1, seeded());
    host.request(1, &RequestEvent::Start {});
    assert_eq!((host.state(1), &host.fetches[..]), (RequestState::AwaitToken, &[1][..]));

    // The first fetch fails and is repeated.
    host.token(&TokenEvent::FetchFail { generation: 1, retry_after_ms: None });
    host.now = host.token.wake_at().unwrap().0;
    assert_eq!(host.now, TOKEN_BACKOFF);
    host.token(&TokenEvent::TimerDue {});
    host.granted();
    assert_eq!(host.sent, [(1, 1, 2)]);

    // The first 401 renews the token; the attempt is not counted.
    host.ends(1, refused, WELL);
    host.granted();
    assert_eq!(host.sent[1..], [(1, 2, 3)]);

    // Our own back-off: one second and its jitter.
    host.ends(1, |attempt| RequestEvent::NoAnswer { attempt }, FAILED);
    assert_eq!(host.waits(1), BACKOFF[0]);
    // What the server asks for, which is longer than two seconds.
    host.ends(1, broken(Some(9_000)), FAILED);
    assert_eq!(host.waits(1), 9_000);
    // What it asks for, capped; being turned away is not counted either.
    let hour = Some(3_600_000);
    host.ends(1, throttled(hour), Health::Throttled { retry_after_ms: hour });
    assert_eq!(host.waits(1), 300_000);
    // Four seconds and their jitter: the third retry.
    host.ends(1, broken(None), FAILED);
    assert_eq!(host.waits(1), BACKOFF[2]);

    // 3x is four attempts, beside the one refused and the one turned away.
    host.ends(1, broken(None), FAILED);
    assert_eq!(host.state(1), RequestState::Exhausted);
    assert_eq!(host.sent.len(), 6);
    assert_eq!(host.reports, [(1, RequestReport::Unanswered { retry_after_ms: None })]);
    assert_eq!(host.fetches, [1, 2, 3]);
}

#[test]
fn our_own_waits_are_one_two_and_four_seconds_with_their_jitter() {
    let mut host = Host::new(1, seeded());
    host.request(1, &RequestEvent::Start {});
    host.granted();
    let waits: Vec<i64> = (0..3)
        .map(|_| {
            host.ends(1, broken(None), FAILED);
            host.waits(1)
        })
        .collect();
    assert_eq!(waits, BACKOFF);
    for (wait, base) in BACKOFF.into_iter().zip([1_000, 2_000, 4_000]) {
        assert!((base..=base + base / 4).contains(&wait), "{wait} of {base}");
    }
}

#[test]
fn the_total_deadline_ends_it_before_a_wait_that_would_pass_it() {
    let policy = FlowPolicy { total_deadline_ms: 10_000, ..seeded() };
    for event in [broken(Some(20_000))(1), throttled(Some(20_000))(1)] {
        let mut host = Host::new(1, policy.clone());
        host.request(1, &RequestEvent::Start {});
        host.granted();
        host.request(1, &event);
        assert_eq!(host.state(1), RequestState::Exhausted, "{event:?}");
        assert_eq!(host.reports.len(), 1);
    }
}

#[test]
fn the_second_401_in_a_row_is_a_refusal() {
    let mut host = Host::new(1, seeded());
    host.request(1, &RequestEvent::Start {});
    host.granted();
    host.ends(1, refused, WELL);
    host.granted();
    host.ends(1, refused, WELL);
    assert_eq!(host.state(1), RequestState::Rejected);
    assert_eq!((host.sent.len(), host.fetches.len()), (2, 2));
}

#[test]
fn a_half_open_circuit_lets_one_of_two_through() {
    let mut host = Host::new(2, FlowPolicy { backoff_base_ms: 60_000, ..seeded() });
    for id in 1..=2 {
        host.request(id, &RequestEvent::Start {});
    }
    host.granted();
    assert_eq!(host.sent, [(1, 1, 1), (2, 1, 1)]);
    for id in 1..=2 {
        host.ends(id, broken(None), FAILED);
    }
    for _ in 0..3 {
        let request = Host::reference(9);
        host.circuit(&CircuitEvent::Ended { request, health: FAILED });
    }
    assert_eq!(host.circuit.state(), CircuitState::Open);
    assert!(host.circuit.until().unwrap() < Timestamp(60_000));

    let (first, other) =
        if host.requests[0].wake_at() < host.requests[1].wake_at() { (1, 2) } else { (2, 1) };
    host.waits(first);
    assert_eq!(host.circuit.for_request(&Host::reference(first)), Circuit::Closed);
    host.waits(other);
    assert_eq!(host.state(first), RequestState::InFlight);
    assert_eq!(host.state(other), RequestState::Exhausted);
    let found = |attempt| RequestEvent::Answer2xx { attempt, complete: true, answer: answer(200) };
    host.ends(first, found, WELL);
    assert_eq!(host.circuit.state(), CircuitState::Closed);
    assert_eq!(host.state(first), RequestState::Succeeded);
}

/// Worked out apart from the engine, from the published generator, for seed 7 and this key.
const BACKOFF: [i64; 3] = [1_135, 2_113, 4_485];
/// The same for seed 0 and the connection's name.
const TOKEN_BACKOFF: i64 = 1_072;

// Random courses.

fn waiter() -> impl Strategy<Value = RequestReference> {
    (0..4_u32).prop_map(|request_id| RequestReference {
        owner: ObjectKind::SaleOrder,
        owner_id: "SO".into(),
        request_id,
    })
}

fn retry_after() -> impl Strategy<Value = Option<u64>> {
    proptest::option::of(prop_oneof![0..100_000_u64, Just(u64::MAX)])
}

fn passed() -> impl Strategy<Value = u64> {
    prop_oneof![4 => Just(0), 6 => 0..30_000_u64, 1 => Just(4_000_000), 1 => Just(u64::MAX)]
}

fn token_event() -> impl Strategy<Value = TokenEvent> {
    let generation = 0..6_u32;
    let expires = proptest::option::of(prop_oneof![0..200_000_u64, Just(u64::MAX)]);
    prop_oneof![
        4 => waiter().prop_map(|waiter| TokenEvent::Need { waiter }),
        3 => (waiter(), generation.clone())
            .prop_map(|(waiter, generation)| TokenEvent::Unauthorized { waiter, generation }),
        4 => (generation.clone(), expires).prop_map(|(generation, expires_in_ms)| {
            TokenEvent::FetchOk { generation, expires_in_ms }
        }),
        1 => generation.clone()
            .prop_map(|generation| TokenEvent::FetchReject { generation, message: "no".into() }),
        3 => (generation, retry_after()).prop_map(|(generation, retry_after_ms)| {
            TokenEvent::FetchFail { generation, retry_after_ms }
        }),
        4 => Just(TokenEvent::TimerDue {}),
        1 => Just(TokenEvent::ClockJump {}),
        1 => Just(TokenEvent::Recover {}),
        1 => Just(TokenEvent::Abort {}),
        1 => Just(TokenEvent::OperatorReset {}),
    ]
}

fn poll_event() -> impl Strategy<Value = PollEvent> {
    let probe = 0..6_u32;
    prop_oneof![
        2 => Just(PollEvent::Start {}),
        1 => Just(PollEvent::Cancel {}),
        1 => probe.clone().prop_map(|probe| PollEvent::Match { probe, evidence: "e".into() }),
        3 => probe.clone().prop_map(|probe| PollEvent::Missing { probe, status: 404 }),
        3 => probe.clone().prop_map(|probe| PollEvent::NotYet { probe, status: 200 }),
        1 => probe.clone()
            .prop_map(|probe| PollEvent::Contradiction { probe, detail: "other".into() }),
        3 => (probe.clone(), retry_after()).prop_map(|(probe, retry_after_ms)| {
            PollEvent::Transient { probe, status: None, retry_after_ms }
        }),
        1 => probe.prop_map(|probe| PollEvent::Reject { probe, status: 403 }),
        6 => Just(PollEvent::TimerDue {}),
        1 => Just(PollEvent::Recover {}),
    ]
}

fn circuit_event() -> impl Strategy<Value = CircuitEvent> {
    let health = prop_oneof![
        1 => Just(WELL),
        3 => Just(FAILED),
        1 => retry_after().prop_map(|retry_after_ms| Health::Throttled { retry_after_ms }),
    ];
    prop_oneof![
        1 => waiter().prop_map(|request| CircuitEvent::Ask { request }),
        2 => (waiter(), health)
            .prop_map(|(request, health)| CircuitEvent::Ended { request, health }),
    ]
}

/// The value without the counters that repetitions may change.
fn but_counters(life: &impl serde::Serialize) -> serde_json::Value {
    let mut value = serde_json::to_value(life).unwrap();
    value["superseded"] = 0.into();
    value
}

fn same<T>(life: &T)
where
    T: Clone + std::fmt::Debug + PartialEq + serde::Serialize + serde::de::DeserializeOwned,
{
    let text = serde_json::to_string(life).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *life);
}

proptest! {
    #[test]
    fn every_course_of_a_token_keeps_the_laws(
        course in proptest::collection::vec((passed(), token_event()), 1..60),
        seed in any::<u32>(),
    ) {
        let policy = TokenPolicy { jitter_seed: seed, ..TokenPolicy::default() };
        let mut token = TokenLife::new(ConnectionId::new("c").unwrap());
        let mut now = Timestamp(0);
        for (passed, event) in course {
            now = now.plus_millis(passed);
            let Ok(step) = step_token(&token, &event, now, &policy) else { continue };
            let asked = match &event {
                TokenEvent::Need { waiter } | TokenEvent::Unauthorized { waiter, .. } => {
                    Some(waiter.clone())
                }
                _ => None,
            };
            let mut before: Vec<_> = token.waiters().iter().cloned().chain(asked).collect();
            before.sort();
            before.dedup();
            let answered = step.commands.iter().filter_map(|command| match command {
                TokenCommand::TokenReady { waiter, .. }
                | TokenCommand::TokenFailed { waiter, .. } => Some(waiter.clone()),
                _ => None,
            });
            let mut after: Vec<_> = answered.chain(step.life.waiters().iter().cloned()).collect();
            after.sort();
            prop_assert_eq!(before, after, "each answered or waiting, once");
            let resting = step.life.state().is_resting();
            prop_assert_eq!(resting, step.life.wake_at().is_none());
            if resting || step.life.state() == TokenState::Valid {
                prop_assert!(step.life.waiters().is_empty());
            }
            same(&step.life);
            same(&step.life.view());

            // What a token server says twice, it has said once.
            if let TokenEvent::FetchOk { .. }
            | TokenEvent::FetchReject { .. }
            | TokenEvent::FetchFail { .. } = event
            {
                let again = step_token(&step.life, &event, now, &policy).unwrap();
                prop_assert!(again.commands.is_empty());
                prop_assert_eq!(but_counters(&again.life), but_counters(&step.life));
            }
            let early = Timestamp(now.0.saturating_sub(1));
            if early < now {
                let problem = step_token(&step.life, &event, early, &policy).unwrap_err();
                prop_assert_eq!(problem.code(), "clock_went_back");
            }
            token = step.life;
        }
    }

    #[test]
    fn every_course_of_a_poll_keeps_the_laws(
        course in proptest::collection::vec((passed(), poll_event()), 1..60),
        max_probes in 0..6_u32,
        initial_delay_ms in prop_oneof![Just(0), Just(3_000), Just(u64::MAX)],
        jitter_seed in any::<u32>(),
    ) {
        let policy =
            PollPolicy { max_probes, initial_delay_ms, jitter_seed, ..PollPolicy::default() };
        let mut poll = PollLife::new("p", &policy);
        let mut now = Timestamp(0);
        let (mut ends, mut late, mut seen) = (0, 0, false);
        for (passed, event) in course {
            now = now.plus_millis(passed);
            let Ok(step) = step_poll(&poll, &event, now, &policy) else { continue };
            seen |= matches!(event, PollEvent::Match { .. });
            for command in &step.commands {
                if let PollCommand::Report { report } = command {
                    let is_late = matches!(report, PollReport::LateFound { .. });
                    if is_late { late += 1 } else { ends += 1 }
                }
            }
            let state = step.life.state();
            prop_assert!(step.life.probe() <= max_probes);
            prop_assert!(ends <= 1 && late <= 1);
            prop_assert_eq!(seen, state == PollState::Found || late == 1);
            let running = matches!(state, PollState::Waiting | PollState::Probing);
            prop_assert_eq!(running, step.life.wake_at().is_some());
            same(&step.life);
            same(&step.life.view());

            let answer = !matches!(
                event,
                PollEvent::Start {} | PollEvent::Cancel {} | PollEvent::Recover {}
                    | PollEvent::TimerDue {} | PollEvent::Contradiction { .. }
            );
            if answer {
                let again = step_poll(&step.life, &event, now, &policy).unwrap();
                prop_assert!(again.commands.is_empty());
                prop_assert_eq!(but_counters(&again.life), but_counters(&step.life));
            }
            poll = step.life;
        }
    }

    #[test]
    fn every_course_of_a_circuit_lets_at_most_one_through_while_it_is_not_closed(
        course in proptest::collection::vec((passed(), circuit_event()), 1..60),
        failure_threshold in 0..4_u32,
        jitter_seed in any::<u32>(),
    ) {
        let policy =
            CircuitPolicy { failure_threshold, jitter_seed, ..CircuitPolicy::default() };
        let mut circuit = CircuitLife::new(ConnectionId::new("c").unwrap());
        let mut now = Timestamp(0);
        for (passed, event) in course {
            now = now.plus_millis(passed);
            circuit = step_circuit(&circuit, &event, now, &policy).unwrap().life;
            same(&circuit);
            let passing = (0..4).map(|request_id| RequestReference {
                owner: ObjectKind::SaleOrder,
                owner_id: "SO".into(),
                request_id,
            });
            let passing =
                passing.filter(|id| circuit.for_request(id) == Circuit::Closed).count();
            let expected = match circuit.state() {
                CircuitState::Closed => 4,
                CircuitState::Open => 0,
                CircuitState::HalfOpen => 1,
            };
            prop_assert_eq!(passing, expected);
            prop_assert_eq!(circuit.state() == CircuitState::Closed, circuit.until().is_none());
        }
    }
}
