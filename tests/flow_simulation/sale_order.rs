//! One sale order against a server that may apply or not apply each request, loses, delays,
//! repeats, throttles; with people, crashes and tokens.

use crate::{
    course::{Breach, World},
    random::{Digest, Random},
    remote::{Remote, lines_of},
};
use replenish::{
    flow::{
        Authentication, Capabilities, Deduplication, FlowPolicy, Operation, Outcome,
        ReferenceLookup, Refusal, SaleOrderFlow, SaleOrderHostCommand, SaleOrderInput,
        SaleOrderState as S, advance_sale_order,
    },
    unit::{DocumentId, LineId, SaleOrderId, Timestamp},
};
use std::collections::BTreeMap;

/// What a server may not keep of its promises; each must be found out.
pub(crate) const NO_DEDUPLICATION: &str = "keys are not known again";
pub(crate) const NO_SETTLING: &str = "requests arrive after the settle window";

pub(crate) struct SaleOrderWorld {
    policy: FlowPolicy,
    flow: SaleOrderFlow,
    now: i64,
    remote: Remote,
    calls: Vec<Call>,
    /// Requests that wait for a token.
    tokens: Vec<u32>,
    generation: u32,
    /// How many of a hundred chances go wrong.
    grief: u64,
    /// Whether what was given up arrives within the settle window or not at all.
    settles: bool,
    /// What the order is made of, as last accepted; the first revision is 1.
    payload: String,
    payloads: u64,
    /// What each key was sent with.
    sent: BTreeMap<String, (Operation, Option<String>)>,
    /// The process dies when it has carried out so many of the next commands.
    dies_after: Option<usize>,
    /// The last evidence told and by which transition, to be told again.
    last: Option<(SaleOrderInput, u64)>,
    transitions: u64,
    digest: Digest,
    word: &'static str,
}

/// A request somewhere between host and server.
struct Call {
    request_id: u32,
    attempt: u32,
    operation: Operation,
    key: String,
    payload: Option<String>,
    generation: Option<u32>,
    /// `None` on the way there, the answer on the way back.
    answer: Option<Outcome>,
    listened: bool,
    /// Another copy of a request, whose answer reaches nobody.
    copy: bool,
    /// When it can no longer arrive.
    gone_at: Option<i64>,
}

impl World for SaleOrderWorld {
    fn begin(seed: u64, broken: Option<&'static str>) -> Self {
        let mut random = Random::new(seed);
        let policy = policy(&mut random);
        let lines = 1 + random.below(3);
        let amounts = (0..lines).map(|line| format!("{line}={}", 1 + random.below(999_999)));
        let payload = format!("{} 1", amounts.collect::<Vec<_>>().join(";"));
        let lines = lines_of(&payload).map(|(line, _)| LineId::new(line).expect("a number"));
        let id = SaleOrderId::new("1001:1:farm").expect("a name");
        let flow = SaleOrderFlow::new(id, lines.collect()).expect("lines without repetition");
        let kept = policy.capabilities.deduplicates_by_key.as_ref();
        let kept = kept.filter(|_| broken != Some(NO_DEDUPLICATION));
        let remote = Remote::new(kept.map(|keys| keys.retention_ms), random.chance(30));
        Self {
            settles: policy.capabilities.lookup_by_reference.is_some()
                && broken != Some(NO_SETTLING),
            policy,
            flow,
            now: i64::try_from(random.below(2_000_000_000_000)).expect("below the largest"),
            remote,
            calls: Vec::new(),
            tokens: Vec::new(),
            generation: 1,
            grief: random.pick(&[4, 15, 40]),
            payload,
            payloads: 1,
            sent: BTreeMap::new(),
            dies_after: None,
            last: None,
            transitions: 0,
            digest: Digest::new(),
            word: "begin",
        }
    }

    fn act(&mut self, number: u64) -> Result<(), Breach> {
        let mut random = Random::new(number);
        self.dies_after = random.place(3).filter(|_| random.chance(self.grief / 4));
        match random.below(100) {
            0..45 => self.network(&mut random)?,
            45..65 => self.time(&mut random)?,
            65..75 => self.token(&mut random)?,
            75..92 => self.people(&mut random)?,
            92..95 => self.crash(&mut random)?,
            95..98 => self.again()?,
            _ => self.nonsense(&mut random)?,
        }
        if self.dies_after.take().is_some() {
            self.laws()?;
            self.crash(&mut random)?;
        }
        self.laws()
    }

    /// Everything that is under way arrives and is answered, tokens come, timers run out; a person
    /// settles what only a person can.
    fn finish(&mut self) -> Result<(), Breach> {
        self.grief = 0;
        let mut random = Random::new(1);
        for _ in 0..200 {
            self.pass_to(self.now);
            if !self.calls.is_empty() {
                let place = self.calls.len() - 1;
                if self.calls[place].answer.is_none() {
                    self.arrive(place, &mut random);
                }
                self.answered(place)?;
            } else if let Some(request_id) = self.tokens.pop() {
                let generation = self.fresh_token();
                self.tell(&SaleOrderInput::TokenReady { request_id, generation })?;
            } else if let Some(at) = self.flow.wake_at() {
                self.pass_to(at.0);
                self.tell(&SaleOrderInput::Woke {})?;
            } else if self.state() == S::Review {
                self.operator(&mut random)?;
            } else {
                self.digest.value(&self.flow);
                let untouched = self.state() == S::Initial && self.sent.is_empty();
                return if self.state().is_resting() || untouched {
                    self.laws()
                } else {
                    Err(format!("limbo: rests in {}", self.state()))
                };
            }
            self.laws()?;
        }
        Err(format!("limbo: no rest after 200 steps in {}", self.state()))
    }

    fn transitions(&self) -> u64 {
        self.transitions
    }

    fn digest(&self) -> Digest {
        self.digest
    }

    fn describe(&self) -> String {
        let alive: Vec<String> =
            self.remote.living().map(|part| part.named.document.to_string()).collect();
        let under_way = self.calls.iter().filter(|call| call.answer.is_none()).count();
        format!(
            "{:>9} ms  {:<22} -> {:<14} alive there: [{}], under way: {under_way}",
            self.now % 10_000_000,
            self.word,
            self.state().name(),
            alive.join(" "),
        )
    }
}

/// What a connection is like: mostly as by default, with every kind of offer.
fn policy(random: &mut Random) -> FlowPolicy {
    let keys = random.chance(40);
    let lookup = random.chance(40);
    let retention_ms = random.pick(&[90_000, 600_000, 86_400_000, u64::MAX]);
    let settle_window_ms = random.pick(&[0, 60_000, 900_000]);
    FlowPolicy {
        capabilities: Capabilities {
            deduplicates_by_key: keys.then_some(Deduplication { retention_ms }),
            lookup_by_reference: lookup.then_some(ReferenceLookup { settle_window_ms }),
        },
        authentication: if random.chance(30) {
            Authentication::Token
        } else {
            Authentication::None
        },
        max_retries: random.pick(&[0, 1, 3, 3]),
        max_lookups: random.pick(&[1, 4, 4]),
        jitter_percent: random.pick(&[0, 25]),
        jitter_seed: 7,
        total_deadline_ms: random.pick(&[120_000, 3_600_000, u64::MAX]),
        ..FlowPolicy::default()
    }
}

impl SaleOrderWorld {
    fn state(&self) -> S {
        self.flow.order().state()
    }

    // What happens.

    fn network(&mut self, random: &mut Random) -> Result<(), Breach> {
        self.pass_to(self.now);
        let Some(place) = random.place(self.calls.len()) else { return self.time(random) };
        if self.calls[place].answer.is_some() {
            if random.chance(self.grief) {
                self.word = "answer lost";
                let lost = self.calls.remove(place);
                return self.unheard(&lost, random);
            }
            return self.answered(place);
        }
        if !random.chance(self.grief) {
            self.arrive(place, random);
            return if random.chance(70) { self.answered(place) } else { Ok(()) };
        }
        match random.below(3) {
            0 => {
                self.word = "request lost";
                let lost = self.calls.remove(place);
                let never_left = random.chance(50);
                if never_left && lost.listened {
                    return self.tell(&ended(&lost, Outcome::NotSent {}));
                }
                self.unheard(&lost, random)
            }
            1 => {
                self.word = "connection reset";
                let listened = self.calls[place].listened;
                self.give_up(place);
                let reset = ended(&self.calls[place], Outcome::NoAnswer {});
                // A copy is nobody's connection.
                if listened { self.tell(&reset) } else { Ok(()) }
            }
            _ => {
                self.word = "request delayed";
                Ok(())
            }
        }
    }

    /// The caller notices at once, or not before its deadline.
    fn unheard(&mut self, call: &Call, random: &mut Random) -> Result<(), Breach> {
        if !call.listened || random.chance(50) {
            return Ok(());
        }
        let cut = matches!(call.answer, Some(Outcome::Answer { .. })) && random.chance(50);
        let status = match call.answer {
            Some(Outcome::Answer { status, .. }) if cut => status,
            _ => return self.tell(&ended(call, Outcome::NoAnswer {})),
        };
        self.tell(&ended(call, Outcome::BodyCut { status }))
    }

    fn arrive(&mut self, place: usize, random: &mut Random) {
        self.word = "request arrives";
        let (now, grief) = (self.now, self.grief);
        let call = &mut self.calls[place];
        let refused =
            call.generation.is_some_and(|generation| generation < self.remote.valid_generation);
        let answer = if refused {
            Outcome::Answer { status: 401, retry_after_ms: None, body: None }
        } else {
            let payload = call.payload.as_deref();
            self.remote.receive(&call.operation, &call.key, payload, now, grief, random)
        };
        let taken = matches!(
            &answer,
            Outcome::Answer { status: 200..300, body: Some(body), .. } if body.success != Some(false)
        );
        let harmless = self.remote.remembers_ms.is_some() || call.operation != Operation::Create {};
        call.answer = Some(answer);
        // What was taken may come once more, by a proxy or a second process, which keeps the answer.
        if taken && harmless && random.chance(grief / 2) {
            self.word = "request arrives, to be repeated";
            let copy = Call {
                operation: call.operation.clone(),
                key: call.key.clone(),
                payload: call.payload.clone(),
                answer: None,
                listened: false,
                copy: true,
                ..*call
            };
            self.calls.push(copy);
        }
    }

    fn answered(&mut self, place: usize) -> Result<(), Breach> {
        self.word = "answer";
        let call = self.calls.remove(place);
        if call.copy {
            self.word = "copy answered";
            return Ok(());
        }
        let outcome = call.answer.clone().expect("it is on the way back");
        self.tell(&ended(&call, outcome))
    }

    fn time(&mut self, random: &mut Random) -> Result<(), Breach> {
        self.word = "time";
        let wake = self.flow.wake_at().map_or(self.now, |at| at.0.max(self.now));
        let to = match random.below(10) {
            0..6 => wake,
            6 => self.now + (wake - self.now) / 2,
            7 => wake + 1 + random.below(30_000).cast_signed(),
            8 => wake.saturating_add(random.below(100_000_000).cast_signed()),
            _ => self.now + random.below(2_000).cast_signed(),
        };
        self.pass_to(to);
        self.tell(&SaleOrderInput::Woke {})
    }

    fn pass_to(&mut self, at: i64) {
        self.now = self.now.max(at);
        let now = self.now;
        self.calls.retain(|call| {
            call.answer.is_some() || call.gone_at.is_none_or(|gone_at| now < gone_at)
        });
    }

    fn token(&mut self, random: &mut Random) -> Result<(), Breach> {
        if random.chance(self.grief / 2) {
            self.word = "tokens expire";
            self.remote.valid_generation = self.generation + 1;
            return Ok(());
        }
        let Some(place) = random.place(self.tokens.len()) else { return self.network(random) };
        let request_id = self.tokens.remove(place);
        self.word = "token";
        if random.chance(self.grief / 2) {
            let message = "denied".to_owned();
            return self.tell(&SaleOrderInput::TokenFailed { request_id, message });
        }
        let fresh = random.chance(80);
        let generation = if fresh { self.fresh_token() } else { self.generation };
        self.tell(&SaleOrderInput::TokenReady { request_id, generation })
    }

    fn fresh_token(&mut self) -> u32 {
        self.generation = self.generation.max(self.remote.valid_generation);
        self.generation
    }

    fn people(&mut self, random: &mut Random) -> Result<(), Breach> {
        match random.below(20) {
            0..8 => self.submit(random),
            8..11 => {
                self.word = "cancel";
                self.ask(&SaleOrderInput::CancelRequested {})
            }
            11..16 => self.operator(random),
            16..18 => self.webhook(random),
            _ => self.remote_cancel(random),
        }
    }

    fn submit(&mut self, random: &mut Random) -> Result<(), Breach> {
        self.word = "submit";
        let mut payload = self.payload.clone();
        if self.state() == S::Rejected || random.chance(5) {
            // Other words, and other amounts with them: the price was corrected.
            self.payloads += 1;
            let lines = lines_of(&payload).map(|(line, cents)| format!("{line}={}", cents + 1));
            payload = format!("{} {}", lines.collect::<Vec<_>>().join(";"), self.payloads);
        }
        let input = SaleOrderInput::Submit { payload: payload.clone() };
        if self.asked(&input)? {
            self.payload = payload;
        }
        Ok(())
    }

    /// A person who looks once nothing is under way, and tells the truth.
    fn operator(&mut self, random: &mut Random) -> Result<(), Breach> {
        let under_way = self.calls.iter().any(|call| call.answer.is_none());
        if self.state() != S::Review || under_way {
            // Whoever asks too early is refused, or nothing has happened yet.
            self.word = "operator too early";
            return if self.state() == S::Review {
                Ok(())
            } else {
                self.ask(&SaleOrderInput::OperatorAbsent {})
            };
        }
        let whole = self.remote.orders.iter().find(|order| order.is_whole());
        if let Some(order) = whole.filter(|_| random.chance(60)) {
            self.word = "operator: present";
            let documents = order.named();
            return self.ask(&SaleOrderInput::OperatorPresent { documents });
        }
        if self.remote.orders.is_empty() {
            self.word = "operator: absent";
            return self.ask(&SaleOrderInput::OperatorAbsent {});
        }
        self.word = "operator: removed";
        self.remote.end(None);
        self.tell(&SaleOrderInput::RemoteNullified { documents: Vec::new() })
    }

    /// The server says by itself what is alive; it may say so before it answers, and again.
    fn webhook(&mut self, random: &mut Random) -> Result<(), Breach> {
        let Some(place) = random.place(self.remote.orders.len()) else { return Ok(()) };
        let order = &self.remote.orders[place];
        if !order.is_whole() {
            return Ok(());
        }
        self.word = "webhook";
        let documents = order.named();
        self.tell(&SaleOrderInput::RemoteCreated { documents })
    }

    /// Somebody cancels in the server itself, which tells us.
    fn remote_cancel(&mut self, random: &mut Random) -> Result<(), Breach> {
        let mut living: Vec<DocumentId> =
            self.remote.living().map(|part| part.named.document.clone()).collect();
        living.dedup();
        if living.is_empty() || !random.chance(30) {
            return Ok(());
        }
        self.word = "cancelled remotely";
        if random.chance(30) {
            let kept = random.place(living.len()).unwrap_or(0);
            living.remove(kept);
        }
        if living.is_empty() {
            return Ok(());
        }
        self.remote.end(Some(&living));
        self.tell(&SaleOrderInput::RemoteNullified { documents: living })
    }

    /// The process ends: nobody listens any more, and answers that were coming are lost.
    fn crash(&mut self, random: &mut Random) -> Result<(), Breach> {
        self.word = "crash";
        for place in 0..self.calls.len() {
            self.give_up(place);
        }
        self.calls.retain(|call| call.answer.is_none());
        self.tokens.clear();
        let down = random.pick(&[0, 0, 1_000, 40_000]);
        self.pass_to(self.now + down);
        self.tell(&SaleOrderInput::Recover {})
    }

    /// The same evidence once more.
    fn again(&mut self) -> Result<(), Breach> {
        self.word = "told again";
        let Some((input, at)) = self.last.clone() else { return Ok(()) };
        let (state, documents) = (self.state(), self.flow.order().documents().to_vec());
        let (calls, at_once) = (self.calls.len(), at == self.transitions);
        self.tell(&input)?;
        // Where something has happened since, an answer that names no document may ask a person.
        let moved = self.state() != state && (at_once || self.state() != S::Review);
        if moved || self.flow.order().documents() != documents {
            return Err(format!("repeated evidence moves: {input:?} in {state}"));
        }
        if self.calls.len() != calls {
            return Err(format!("repeated evidence sends: {input:?} in {state}"));
        }
        Ok(())
    }

    /// An answer to what was never asked is refused and changes nothing.
    fn nonsense(&mut self, random: &mut Random) -> Result<(), Breach> {
        self.word = "nonsense";
        let request_id = random.pick(&[0, 1_000_000, u32::MAX]);
        let input = if random.chance(50) {
            SaleOrderInput::TokenReady { request_id, generation: 1 }
        } else {
            let outcome = Outcome::NotSent {};
            SaleOrderInput::Outcome { request_id, attempt: 1, outcome }
        };
        match self.step(&input)? {
            Err("request_unknown") => Ok(()),
            other => Err(format!("nonsense is taken: {input:?} gives {other:?}")),
        }
    }

    fn give_up(&mut self, place: usize) {
        let (settles, now) = (self.settles, self.now);
        let window = self.policy.capabilities.lookup_by_reference.as_ref();
        let window = window.map_or(0, |lookup| lookup.settle_window_ms.cast_signed());
        let call = &mut self.calls[place];
        if call.listened {
            call.listened = false;
            if settles && call.operation == (Operation::Create {}) {
                let gone_at = now.saturating_add(window);
                call.gone_at = Some(call.gone_at.map_or(gone_at, |earlier| earlier.min(gone_at)));
            }
        }
    }

    // Telling the machine.

    /// What a person asks; it may be refused, as the state's actions say.
    fn ask(&mut self, input: &SaleOrderInput) -> Result<(), Breach> {
        self.asked(input).map(drop)
    }

    fn asked(&mut self, input: &SaleOrderInput) -> Result<bool, Breach> {
        let state = self.state();
        let offered = |name: &str| {
            let actions = state.actions();
            let entry = actions.iter().find(|entry| entry.action.name() == name);
            entry.is_some_and(|entry| entry.refusal.is_none())
        };
        let name = if let SaleOrderInput::Submit { .. } = input {
            "submit"
        } else if let SaleOrderInput::CancelRequested {} = input {
            "cancel_requested"
        } else if let SaleOrderInput::OperatorPresent { .. } = input {
            "operator_present"
        } else {
            "operator_absent"
        };
        let answer = self.step(input)?;
        match answer {
            Ok(()) if offered(name) => Ok(true),
            Err("invalid_transition") if !offered(name) => Ok(false),
            Err("payload_frozen" | "payload_unchanged") if name == "submit" => Ok(false),
            other => {
                Err(format!("an action and its offer differ: {name} in {state} gives {other:?}"))
            }
        }
    }

    /// What is no wish is never refused.
    fn tell(&mut self, input: &SaleOrderInput) -> Result<(), Breach> {
        let repeatable = matches!(
            input,
            SaleOrderInput::Outcome { .. }
                | SaleOrderInput::RemoteCreated { .. }
                | SaleOrderInput::TokenFailed { .. }
        );
        if repeatable {
            self.last = Some((input.clone(), self.transitions + 1));
        }
        self.step(input)?.map_err(|code| format!("evidence is refused: {input:?} gives {code}"))
    }

    /// One transition, and its commands, of which a crash may leave some undone.
    fn step(&mut self, input: &SaleOrderInput) -> Result<Result<(), &'static str>, Breach> {
        self.transitions += 1;
        let now = Timestamp(self.now);
        let step = match advance_sale_order(&self.flow, input, now, &self.policy) {
            Ok(step) => step,
            Err(problem) => {
                self.digest.bytes(problem.code().as_bytes());
                return Ok(Err(problem.code()));
            }
        };
        self.flow = step.flow;
        self.digest.bytes(self.state().name().as_bytes());
        self.digest.value(&step.commands);
        if self.transitions.is_multiple_of(16) {
            self.stored()?;
        }
        let done = self.dies_after.unwrap_or(usize::MAX);
        for command in step.commands.into_iter().take(done) {
            self.carry_out(command)?;
        }
        Ok(Ok(()))
    }

    /// What the host stores comes back the same.
    fn stored(&mut self) -> Result<(), Breach> {
        let text = serde_json::to_string(&self.flow).map_err(|error| error.to_string())?;
        self.digest.bytes(text.as_bytes());
        let back = serde_json::from_str::<SaleOrderFlow>(&text);
        let same = back.is_ok_and(|back| back == self.flow);
        if same { Ok(()) } else { Err(format!("stored otherwise: {text}")) }
    }

    fn carry_out(&mut self, command: SaleOrderHostCommand) -> Result<(), Breach> {
        match command {
            SaleOrderHostCommand::Send {
                request_id,
                attempt,
                operation,
                idempotency_key: key,
                payload,
                token_generation: generation,
                deadline_at,
                ..
            } => {
                self.may_be_sent(&operation, &key, payload.as_ref())?;
                // Where keys are forgotten, nothing may arrive after its deadline.
                let forgets = self.remote.remembers_ms.is_some_and(|span| span < u64::MAX);
                self.calls.push(Call {
                    request_id,
                    attempt,
                    operation,
                    key,
                    payload,
                    generation,
                    answer: None,
                    listened: true,
                    copy: false,
                    gone_at: forgets.then_some(deadline_at.0),
                });
            }
            SaleOrderHostCommand::Abort { request_id, attempt } => {
                for place in 0..self.calls.len() {
                    let call = &self.calls[place];
                    if (call.request_id, call.attempt) == (request_id, attempt) {
                        self.give_up(place);
                    }
                }
            }
            SaleOrderHostCommand::NeedToken { request_id, refused_generation } => {
                if refused_generation == Some(self.generation) {
                    self.generation += 1;
                }
                self.tokens.push(request_id);
            }
            SaleOrderHostCommand::Wake { .. }
            | SaleOrderHostCommand::Notify { .. }
            | SaleOrderHostCommand::Audit { .. }
            | SaleOrderHostCommand::Parent {} => {}
        }
        Ok(())
    }

    // Laws.

    /// Same key, same bytes; a cancel names a document; the bytes are those that were submitted.
    fn may_be_sent(
        &mut self,
        operation: &Operation,
        key: &str,
        payload: Option<&String>,
    ) -> Result<(), Breach> {
        let said = (operation.clone(), payload.cloned());
        let first = self.sent.entry(key.to_owned()).or_insert_with(|| said.clone());
        if *first != said {
            return Err(format!("same key, other bytes: {key}"));
        }
        match operation {
            Operation::Create {} if payload.is_none() => Err(format!("no payload: {key}")),
            Operation::Cancel { document } if !self.remote.knows(document) => {
                Err(format!("cancels what the server never named: {document}"))
            }
            Operation::Create {} | Operation::Lookup {} | Operation::Cancel { .. } => Ok(()),
            Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. } => {
                Err(format!("asks what a sale order has no use for: {key}"))
            }
        }
    }

    fn laws(&self) -> Result<(), Breach> {
        let (state, order) = (self.state(), self.flow.order());
        let broken = |law: &str| Err(format!("{law}: in {state}"));
        let living = self.remote.orders.iter().filter(|order| order.is_alive()).count();
        if living > 1 {
            return broken("two live orders");
        }
        if state == S::Nullified && living > 0 {
            return broken("nullified but alive");
        }
        if matches!(state, S::Failed | S::Rejected) && living > 0 {
            return broken("failed but alive");
        }
        if state == S::Sent {
            let mut known: Vec<_> = order
                .documents()
                .iter()
                .filter(|entry| entry.ended_at.is_none())
                .map(|entry| (&entry.line, &entry.document))
                .collect();
            let mut really: Vec<_> =
                self.remote.living().map(|part| (&part.named.line, &part.named.document)).collect();
            known.sort();
            really.sort();
            if known != really {
                return broken("sent with documents other than the live ones");
            }
            let cents: u64 = self.remote.living().map(|part| part.cents).sum();
            if cents != lines_of(&self.payload).map(|(_, cents)| cents).sum::<u64>() {
                return broken("money changed");
            }
        }
        let untouched = state == S::Initial && self.sent.is_empty();
        let waits = !state.is_resting() && !untouched;
        if waits && self.flow.wake_at().is_none() {
            return broken("limbo");
        }
        if order.attempts() > self.policy.max_retries + 1 {
            return broken("more attempts than allowed");
        }
        let asks = state.actions().iter().any(|entry| entry.refusal.is_none());
        let ends = state == S::Nullified;
        if state.is_resting() && !asks && !ends {
            return broken("nobody can do anything");
        }
        let doubts = matches!(state, S::Unknown | S::Verifying | S::Review);
        let submit = state.actions()[0].refusal;
        if doubts && !matches!(submit, Some(Refusal::InDoubt | Refusal::NeedsReview)) {
            return broken("a doubtful order may be sent again");
        }
        Ok(())
    }
}

fn ended(call: &Call, outcome: Outcome) -> SaleOrderInput {
    SaleOrderInput::Outcome { request_id: call.request_id, attempt: call.attempt, outcome }
}
