//! The world of a token: requests that share it, a token server, a server that takes or refuses it.
//!
//! Every word between a request and the token is a message that is carried in any order and lost in
//! a crash. All times are kept relative to now, and generations are numbered anew, so that equal
//! situations are one state.

use super::search::{self, Model, NO_WAY_OUT};
use crate::flow::{
    Answer, ConnectionId, FlowPolicy, ObjectKind, Operation, Replay, RequestCommand, RequestEvent,
    RequestLife, RequestReference, RequestState, RequestStep, TokenCommand, TokenEvent, TokenLife,
    TokenPolicy, TokenState as T, TokenStep, TransitionError, step_request, step_token,
};
use crate::unit::Timestamp;

const MARGIN_MS: u64 = 20;
const LONG_MS: u64 = 100;
const SLEEP_MS: i64 = 300;

const TWO_FETCHES: &str = "two fetches at once";
const STORM: &str = "a fetch while the credentials are refused";
const AT_ONCE: &str = "a token that is renewed as soon as it has come";
const FORGOTTEN: &str = "a request waits and nobody knows";
const TWICE: &str = "a request is answered twice";
const RESENT: &str = "a request is sent a third time for refused tokens";
const ENDED: &str = "a token is given that has ended";
const LIMBO: &str = "limbo: waits for nothing";

type StepToken =
    fn(&TokenLife, &TokenEvent, Timestamp, &TokenPolicy) -> Result<TokenStep, TransitionError>;
type StepRequest =
    fn(&RequestLife, &RequestEvent, Timestamp, &FlowPolicy) -> Result<RequestStep, TransitionError>;

/// How often each misfortune may happen.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Fortune {
    /// The server forgets every token it has given.
    revocations: u8,
    /// The token server refuses our credentials.
    denials: u8,
    /// A token lives no longer than the margin.
    short_tokens: u8,
    crashes: u8,
    aborts: u8,
    /// The machine sleeps past every deadline.
    sleeps: u8,
    /// Answers to fetches that were given up.
    late_answers: u8,
}

struct TokenModel {
    requests: usize,
    fortune: Fortune,
    step_token: StepToken,
    step_request: StepRequest,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct World {
    token: TokenLife,
    requests: Vec<RequestLife>,
    /// Calls to the token server.
    fetches: Vec<Fetch>,
    /// Calls to the server that wants the token: request, attempt, generation.
    calls: Vec<(usize, u32, u32)>,
    messages: Vec<Message>,
    /// Every token the server takes, and when it ends.
    tokens: Vec<(u32, i64)>,
    /// Refused tokens of each request.
    refusals: Vec<u8>,
    fortune: Fortune,
    wrong: Option<&'static str>,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Fetch {
    generation: u32,
    listened: bool,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Message {
    Asked(usize, Option<u32>),
    Ready(usize, u32),
    Failed(usize),
}

impl Model for TokenModel {
    type State = World;

    const WRONGS: &'static [&'static str] =
        &[TWO_FETCHES, STORM, AT_ONCE, FORGOTTEN, TWICE, RESENT, ENDED, LIMBO];

    fn start(&self) -> World {
        let request = |_| RequestLife::new(1, Operation::Lookup {}, "", Replay::Safe, 0, 0);
        World {
            token: TokenLife::new(ConnectionId::new("c").unwrap()),
            requests: (0..self.requests).map(request).collect(),
            fetches: Vec::new(),
            calls: Vec::new(),
            messages: Vec::new(),
            tokens: Vec::new(),
            refusals: vec![0; self.requests],
            fortune: self.fortune,
            wrong: None,
        }
    }

    fn successors(&self, world: &World) -> Vec<(&'static str, World)> {
        if world.wrong.is_some() {
            return Vec::new();
        }
        let mut next = Vec::new();
        self.beginnings(world, &mut next);
        self.misfortunes(world, &mut next);
        self.token_server(world, &mut next);
        self.server(world, &mut next);
        for place in 0..world.messages.len() {
            next.push(("message", self.carry(world, place)));
        }
        if let Some(at) = world.token.wake_at() {
            let mut world = world.clone();
            let now = at.0.max(0);
            self.tell_token(&mut world, &TokenEvent::TimerDue {}, now);
            next.push(("time", canonical(world, now)));
        }
        next
    }

    fn wrong(&self, world: &World) -> Vec<&'static str> {
        let pending = |request: usize| {
            let about = |message: &&Message| message.request() == request;
            world.messages.iter().filter(about).count()
        };
        let forgotten = (0..self.requests).any(|request| {
            world.requests[request].state() == RequestState::AwaitToken
                && pending(request) == 0
                && !world.token.waiters().contains(&waiter(request))
        });
        let waits = !world.token.state().is_resting() && world.token.state() != T::Valid;
        let limbo = !world.token.state().is_resting() && world.token.wake_at().is_none()
            || !waits && !world.token.waiters().is_empty();
        let mut wrongs: Vec<&'static str> = world.wrong.into_iter().collect();
        wrongs.extend(forgotten.then_some(FORGOTTEN));
        wrongs.extend(limbo.then_some(LIMBO));
        wrongs
    }

    fn rests(&self, world: &World) -> bool {
        world.messages.is_empty() && world.requests.iter().all(|r| r.state().is_resting())
    }

    fn describe(&self, world: &World) -> String {
        let requests: Vec<&str> = world.requests.iter().map(|r| r.state().name()).collect();
        format!("{}, requests {}", world.token.state(), requests.join(" "))
    }

    fn faults(&self) -> String {
        format!("{} requests, {:?}", self.requests, self.fortune)
    }
}

impl TokenModel {
    fn beginnings(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        // Requests are alike until they begin, so they begin in order.
        let queued = |request: &RequestLife| request.state() == RequestState::Queued;
        if let Some(request) = world.requests.iter().position(queued) {
            let mut world = world.clone();
            self.tell_request(&mut world, request, &RequestEvent::Start {}, 0);
            next.push(("start", canonical(world, 0)));
        }
        if world.token.state() == T::Denied {
            let mut world = world.clone();
            self.tell_token(&mut world, &TokenEvent::OperatorReset {}, 0);
            next.push(("operator resets", canonical(world, 0)));
        }
    }

    fn misfortunes(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        let mut spend = |label, purse: fn(&mut Fortune) -> &mut u8, act: &dyn Fn(&mut World)| {
            let mut world = world.clone();
            let left = purse(&mut world.fortune);
            if *left > 0 {
                *left -= 1;
                act(&mut world);
                next.push((label, canonical(world, 0)));
            }
        };
        if !world.tokens.is_empty() {
            spend("tokens revoked", |f| &mut f.revocations, &|world| world.tokens.clear());
        }
        spend("crash", |f| &mut f.crashes, &|world| {
            world.fetches.clear();
            world.calls.clear();
            world.messages.clear();
            self.tell_token(world, &TokenEvent::Recover {}, 0);
            for request in 0..self.requests {
                if world.requests[request].state() != RequestState::Queued {
                    self.tell_request(world, request, &RequestEvent::Recover {}, 0);
                }
            }
        });
        if matches!(world.token.state(), T::Fetching | T::Refreshing | T::Backoff) {
            spend("abort", |f| &mut f.aborts, &|world| {
                self.tell_token(world, &TokenEvent::Abort {}, 0);
            });
        }
        if world.fortune.sleeps > 0 {
            let mut asleep = world.clone();
            asleep.fortune.sleeps -= 1;
            next.push(("sleep", canonical(asleep.clone(), SLEEP_MS)));
            self.tell_token(&mut asleep, &TokenEvent::ClockJump {}, SLEEP_MS);
            next.push(("sleep noticed", canonical(asleep, SLEEP_MS)));
        }
    }

    fn token_server(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        for place in 0..world.fetches.len() {
            let mut world = world.clone();
            let Fetch { generation, listened } = world.fetches.remove(place);
            if !listened {
                world.fortune.late_answers -= 1;
            }
            let mut answer = |label, lifetime_ms: Option<u64>, event: TokenEvent| {
                let mut world = world.clone();
                if lifetime_ms == Some(MARGIN_MS) {
                    world.fortune.short_tokens -= 1;
                }
                if let Some(end) = lifetime_ms {
                    world.tokens.push((generation, i64::try_from(end).unwrap()));
                }
                if let TokenEvent::FetchReject { .. } = event {
                    world.fortune.denials -= 1;
                }
                self.tell_token(&mut world, &event, 0);
                next.push((label, canonical(world, 0)));
            };
            let granted = |ms| TokenEvent::FetchOk { generation, expires_in_ms: Some(ms) };
            answer("token", Some(LONG_MS), granted(LONG_MS));
            if world.fortune.short_tokens > 0 {
                answer("short token", Some(MARGIN_MS), granted(MARGIN_MS));
            }
            answer("no token", None, TokenEvent::FetchFail { generation, retry_after_ms: None });
            if world.fortune.denials > 0 {
                let message = String::new();
                answer("denied", None, TokenEvent::FetchReject { generation, message });
            }
        }
    }

    fn server(&self, world: &World, next: &mut Vec<(&'static str, World)>) {
        for place in 0..world.calls.len() {
            let mut world = world.clone();
            let (request, attempt, generation) = world.calls.remove(place);
            let mut lost = world.clone();
            self.tell_request(&mut lost, request, &RequestEvent::NoAnswer { attempt }, 0);
            next.push(("no answer", canonical(lost, 0)));
            let taken = world.tokens.iter().any(|(taken, end)| *taken == generation && *end > 0);
            let said = |status| Answer { status, body: None };
            if taken {
                let event = RequestEvent::Answer2xx { attempt, complete: true, answer: said(200) };
                self.tell_request(&mut world, request, &event, 0);
                next.push(("answer", canonical(world, 0)));
            } else {
                world.refusals[request] += 1;
                let event = RequestEvent::Answer401 { attempt, answer: said(401) };
                self.tell_request(&mut world, request, &event, 0);
                next.push(("401", canonical(world, 0)));
            }
        }
    }

    fn carry(&self, world: &World, place: usize) -> World {
        let mut world = world.clone();
        match world.messages.remove(place) {
            Message::Asked(request, refused) => {
                let event = TokenEvent::asked(waiter(request), refused);
                self.tell_token(&mut world, &event, 0);
            }
            Message::Ready(request, generation) => {
                let event = RequestEvent::TokenReady { generation };
                self.tell_request(&mut world, request, &event, 0);
            }
            Message::Failed(request) => {
                let event = RequestEvent::TokenFailed { message: String::new() };
                self.tell_request(&mut world, request, &event, 0);
            }
        }
        canonical(world, 0)
    }

    fn tell_token(&self, world: &mut World, event: &TokenEvent, now: i64) {
        let (before, waited) = (world.token.state(), world.token.waiters.clone());
        let step = (self.step_token)(&world.token, event, Timestamp(now), &token_policy());
        let step = step.expect("an event of this world");
        world.token = step.life;
        if let Err(wrong) = everybody_once(&waited, event, &world.token, &step.commands) {
            world.wrong = Some(wrong);
        }
        for command in step.commands {
            match command {
                TokenCommand::Fetch { generation, .. } => {
                    if before == T::Denied {
                        world.wrong = Some(STORM);
                    }
                    if world.fetches.iter().any(|fetch| fetch.listened) {
                        world.wrong = Some(TWO_FETCHES);
                    }
                    world.fetches.push(Fetch { generation, listened: true });
                }
                TokenCommand::AbortFetch { generation } => {
                    let running = world.fetches.iter_mut().find(|f| f.generation == generation);
                    if let Some(fetch) = running {
                        fetch.listened = false;
                    }
                }
                TokenCommand::TokenReady { waiter, generation } => {
                    let ended = |(known, end): &(u32, i64)| *known == generation && *end <= now;
                    if world.tokens.iter().any(ended) {
                        world.wrong = Some(ENDED);
                    }
                    world.messages.push(Message::Ready(place(&waiter), generation));
                }
                TokenCommand::TokenFailed { waiter, .. } => {
                    world.messages.push(Message::Failed(place(&waiter)));
                }
                TokenCommand::Timer { .. }
                | TokenCommand::CancelTimer {}
                | TokenCommand::Notify { .. }
                | TokenCommand::Audit {}
                | TokenCommand::Log { .. } => {}
            }
        }
        let came = before != T::Valid && world.token.state() == T::Valid;
        let due = world.token.wake_at().is_some_and(|at| at.0 <= now);
        if came && due && matches!(event, TokenEvent::FetchOk { .. }) {
            world.wrong = Some(AT_ONCE);
        }
    }

    fn tell_request(&self, world: &mut World, request: usize, event: &RequestEvent, now: i64) {
        let life = &world.requests[request];
        let step = (self.step_request)(life, event, Timestamp(now), &flow_policy());
        let step = step.expect("an event of this world");
        world.requests[request] = step.life;
        for command in step.commands {
            match command {
                RequestCommand::NeedToken { refused_generation } => {
                    world.messages.push(Message::Asked(request, refused_generation));
                }
                RequestCommand::Http { attempt, generation, .. } => {
                    if world.refusals[request] > 1 {
                        world.wrong = Some(RESENT);
                    }
                    world.calls.push((request, attempt, generation));
                }
                RequestCommand::Abort { attempt } => {
                    world.calls.retain(|call| (call.0, call.1) != (request, attempt));
                }
                RequestCommand::Timer { .. }
                | RequestCommand::CancelTimer {}
                | RequestCommand::Log { .. }
                | RequestCommand::Notify {}
                | RequestCommand::Report { .. } => {}
            }
        }
    }
}

/// Whoever waited or asks is answered or waits, each exactly once.
fn everybody_once(
    waited: &[RequestReference],
    event: &TokenEvent,
    token: &TokenLife,
    commands: &[TokenCommand],
) -> Result<(), &'static str> {
    let mut before = waited.to_vec();
    if let TokenEvent::Need { waiter } | TokenEvent::Unauthorized { waiter, .. } = event {
        before.push(waiter.clone());
    }
    before.sort();
    before.dedup();
    let mut after = token.waiters().to_vec();
    for command in commands {
        if let TokenCommand::TokenReady { waiter, .. } | TokenCommand::TokenFailed { waiter, .. } =
            command
        {
            after.push(waiter.clone());
        }
    }
    after.sort();
    match (after == before, after.len() > before.len()) {
        (true, _) => Ok(()),
        (false, true) => Err(TWICE),
        (false, false) => Err(FORGOTTEN),
    }
}

/// The same situation with now at zero, generations from one, and without what cannot matter.
fn canonical(mut world: World, now: i64) -> World {
    let World { token, requests, fetches, calls, messages, tokens, refusals, fortune, .. } =
        &mut world;
    let shift = |at: &mut Option<Timestamp>| {
        if let Some(at) = at {
            at.0 -= now;
        }
    };
    for at in [&mut token.asked_at, &mut token.expires_at, &mut token.wake_at] {
        shift(at);
    }
    token.moved_at = None;
    (token.superseded, token.last_generation) = (0, 0);
    for (request, refusals) in requests.iter_mut().zip(refusals) {
        request.wake_at = request.wake_at.map(|_| Timestamp(i64::MAX));
        request.started_at = request.started_at.map(|_| Timestamp(0));
        request.superseded = 0;
        if request.state().is_resting() {
            (request.attempt, request.retries, request.unauthorized) = (1, 0, false);
            *refusals = 0;
        }
        if request.state() != RequestState::InFlight {
            request.token_generation = None;
        }
    }
    calls.retain(|(request, attempt, _)| {
        let request = &requests[*request];
        request.state() == RequestState::InFlight && request.attempt == *attempt
    });
    // Of the fetches given up only the newest may still be answered, or they would pile up for ever
    // beside a token that cannot be renewed.
    let newest = fetches.iter().filter(|fetch| !fetch.listened).map(|fetch| fetch.generation).max();
    let late = newest.filter(|_| fortune.late_answers > 0);
    fetches.retain(|fetch| fetch.listened || Some(fetch.generation) == late);
    for (_, end) in tokens.iter_mut() {
        *end = (*end - now).max(0);
    }
    let mut used: Vec<u32> = calls.iter().map(|call| call.2).collect();
    used.extend(messages.iter().filter_map(Message::generation));
    used.extend(token.generation);
    used.extend(requests.iter().filter_map(|request| request.token_generation));
    tokens.retain(|(generation, _)| used.contains(generation));
    used.extend(fetches.iter().map(|fetch| fetch.generation));
    used.extend((token.fetch > 0).then_some(token.fetch));
    used.sort_unstable();
    used.dedup();
    let places = calls.iter_mut().map(|call| &mut call.2);
    let places = places.chain(messages.iter_mut().filter_map(Message::generation_mut));
    let places = places.chain(requests.iter_mut().filter_map(|r| r.token_generation.as_mut()));
    let places = places.chain(tokens.iter_mut().map(|token| &mut token.0));
    let places = places.chain(fetches.iter_mut().map(|fetch| &mut fetch.generation));
    let places = places.chain(token.generation.as_mut());
    for old in places.chain((token.fetch > 0).then_some(&mut token.fetch)) {
        let place = used.binary_search(old).expect("collected above");
        *old = u32::try_from(place + 1).expect("a handful");
    }
    fetches.sort();
    calls.sort_unstable();
    messages.sort();
    tokens.sort_unstable();
    world
}

impl Message {
    fn request(&self) -> usize {
        match self {
            Self::Asked(request, _) | Self::Ready(request, _) | Self::Failed(request) => *request,
        }
    }

    fn generation(&self) -> Option<u32> {
        match self {
            Self::Asked(_, generation) => *generation,
            Self::Ready(_, generation) => Some(*generation),
            Self::Failed(_) => None,
        }
    }

    fn generation_mut(&mut self) -> Option<&mut u32> {
        match self {
            Self::Asked(_, generation) => generation.as_mut(),
            Self::Ready(_, generation) => Some(generation),
            Self::Failed(_) => None,
        }
    }
}

fn waiter(request: usize) -> RequestReference {
    RequestReference { owner: ObjectKind::SaleOrder, owner_id: request.to_string(), request_id: 1 }
}

fn place(waiter: &RequestReference) -> usize {
    waiter.owner_id.parse().expect("named by this world")
}

fn token_policy() -> TokenPolicy {
    TokenPolicy {
        margin_ms: MARGIN_MS,
        fetch_deadline_ms: 30,
        max_retries: 1,
        backoff_base_ms: 10,
        backoff_cap_ms: 10,
        jitter_percent: 0,
        ..TokenPolicy::default()
    }
}

/// Requests are as patient as can be: how they give up is their own affair.
fn flow_policy() -> FlowPolicy {
    FlowPolicy {
        attempt_deadline_ms: u64::MAX,
        token_deadline_ms: u64::MAX,
        jitter_percent: 0,
        ..FlowPolicy::default()
    }
}

const CALM: Fortune = Fortune {
    revocations: 0,
    denials: 0,
    short_tokens: 0,
    crashes: 0,
    aborts: 0,
    sleeps: 0,
    late_answers: 0,
};

const REFUSED: Fortune = Fortune { revocations: 1, denials: 1, short_tokens: 1, sleeps: 1, ..CALM };

const AWAKE: Fortune = Fortune { sleeps: 0, revocations: 0, ..REFUSED };

const REVOKED: Fortune = Fortune { revocations: 2, ..CALM };

const BROKEN_OFF: Fortune = Fortune { crashes: 1, aborts: 1, ..CALM };

/// For a single request everything together.
const ROUGH: Fortune =
    Fortune { revocations: 2, crashes: 1, aborts: 1, late_answers: 1, ..REFUSED };

fn model(requests: usize, fortune: Fortune) -> TokenModel {
    TokenModel { requests, fortune, step_token, step_request }
}

fn fails(requests: usize, fortune: Fortune, step_token: StepToken, wrong: &str) {
    search::fails(&TokenModel { step_token, ..model(requests, fortune) }, wrong);
}

#[test]
fn one_token_serves_all_who_wait() {
    let found = search::holds("token x 2 requests, refused", &model(2, AWAKE));
    for state in T::ALL {
        assert!(found.states.iter().any(|world| world.token.state() == state), "{state}");
    }
    let late = Fortune { late_answers: 1, ..BROKEN_OFF };
    search::holds("token x 1 request, late answers", &model(1, late));
}

#[test]
fn nobody_is_forgotten_when_it_is_broken_off() {
    let aborted = Fortune { crashes: 0, ..BROKEN_OFF };
    search::holds("token x 2 requests, aborted", &model(2, aborted));
    search::holds("token x 3 requests, calm", &model(3, CALM));
}

#[test]
#[ignore = "large: half a million states, a minute"]
fn two_requests_in_the_worst_week() {
    search::holds("token x 2 requests, refused and asleep", &model(2, REFUSED));
    search::holds("token x 2 requests, broken off", &model(2, BROKEN_OFF));
    search::holds("token x 1 request, rough", &model(1, ROUGH));
}

#[test]
fn a_fetch_for_each_who_asks_is_caught() {
    let eager: StepToken = |life, event, now, policy| {
        let mut life = life.clone();
        if let (T::Fetching, TokenEvent::Need { .. }) = (life.state, event) {
            life.state = T::Absent;
        }
        step_token(&life, event, now, policy)
    };
    fails(2, CALM, eager, TWO_FETCHES);
}

/// The page's row for a 401 names the state with a token only.
#[test]
fn a_second_401_that_is_not_queued_is_caught() {
    let deaf: StepToken = |life, event, now, policy| match (life.state, event) {
        (T::Fetching, TokenEvent::Unauthorized { .. }) => {
            Ok(TokenStep { life: life.clone(), commands: Vec::new() })
        }
        _ => step_token(life, event, now, policy),
    };
    fails(2, REVOKED, deaf, FORGOTTEN);
}

#[test]
fn releasing_twice_is_caught() {
    let twice: StepToken = |life, event, now, policy| {
        let mut step = step_token(life, event, now, policy)?;
        let ready = |command: &&TokenCommand| matches!(command, TokenCommand::TokenReady { .. });
        let again: Vec<_> = step.commands.iter().filter(ready).cloned().collect();
        step.commands.extend(again);
        Ok(step)
    };
    fails(1, CALM, twice, TWICE);
}

#[test]
fn sending_again_for_every_401_is_caught() {
    let stubborn: StepRequest = |life, event, now, policy| {
        let mut life = life.clone();
        life.unauthorized = false;
        step_request(&life, event, now, policy)
    };
    search::fails(&TokenModel { step_request: stubborn, ..model(1, REVOKED) }, RESENT);
}

#[test]
fn fetching_with_refused_credentials_is_caught() {
    let storm: StepToken = |life, event, now, policy| {
        let mut asked = life.clone();
        if let (T::Denied, TokenEvent::Need { .. }) = (life.state, event) {
            asked.state = T::Absent;
        }
        step_token(&asked, event, now, policy)
    };
    fails(2, REFUSED, storm, STORM);
}

/// The page looked at the length of a token's life at its first fetch only.
#[test]
fn keeping_a_renewed_token_that_is_too_short_is_caught() {
    let kept: StepToken = |life, event, now, policy| {
        let mut step = step_token(life, event, now, policy)?;
        if (life.state, step.life.state) == (T::Refreshing, T::ShortLived) {
            step.life.state = T::Valid;
            step.life.generation = Some(life.fetch);
            step.life.wake_at = Some(now);
        }
        Ok(step)
    };
    fails(1, REFUSED, kept, AT_ONCE);
}

/// The page released the token in hand whatever the time.
#[test]
fn giving_a_token_that_has_ended_is_caught() {
    let careless: StepToken = |life, event, now, policy| {
        let mut life = life.clone();
        if let (T::Valid, TokenEvent::Need { .. }) = (life.state, event) {
            life.expires_at = Some(Timestamp(i64::MAX));
        }
        step_token(&life, event, now, policy)
    };
    fails(2, REFUSED, careless, ENDED);
}

#[test]
fn waiting_without_a_timer_is_caught() {
    let sleepy: StepToken = |life, event, now, policy| {
        let mut step = step_token(life, event, now, policy)?;
        if step.life.state == T::Backoff {
            step.life.wake_at = None;
        }
        Ok(step)
    };
    fails(1, CALM, sleepy, LIMBO);
}

/// A crash between the token's answer and the request's hearing it is no answer.
#[test]
fn a_request_that_does_not_ask_again_after_a_crash_is_caught() {
    let proud: StepRequest = |life, event, now, policy| {
        let mut step = step_request(life, event, now, policy)?;
        if let (RequestState::AwaitToken, RequestEvent::Recover {}) = (life.state(), event) {
            step.commands.clear();
        }
        Ok(step)
    };
    search::fails(&TokenModel { step_request: proud, ..model(1, BROKEN_OFF) }, FORGOTTEN);
}

#[test]
fn backing_off_for_ever_is_caught() {
    let idle: StepToken = |life, event, now, policy| match (life.state, event) {
        (T::Backoff, TokenEvent::TimerDue {}) => {
            let mut life = life.clone();
            life.wake_at = Some(now.plus_millis(10));
            Ok(TokenStep { life, commands: Vec::new() })
        }
        _ => step_token(life, event, now, policy),
    };
    let model = TokenModel { step_token: idle, ..model(1, CALM) };
    search::fails(&model, NO_WAY_OUT);
}
