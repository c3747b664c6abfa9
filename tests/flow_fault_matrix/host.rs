//! A host that drives one run against the virtual systems, with a queue for a clock.

use super::{
    faults::{Fault, Kind, When},
    systems::{Arrival, Systems, flattened},
};
use replenish::{
    flow::{Purpose, Reply, RunCommand, RunInput, RunLife, RunOutcome, RunRecord, advance_run},
    unit::Timestamp,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How long a system takes to answer, in milliseconds.
const ANSWER_MS: i64 = 50;
/// How long after its deadline a late answer comes, or a late request arrives.
const LATE_MS: i64 = 10_000;
/// More inputs than any run may need.
const MOST_INPUTS: usize = 20_000;

/// A run that went on until nothing more could happen.
pub(crate) struct Ended {
    pub(crate) run: RunLife,
    pub(crate) systems: Systems,
    pub(crate) records: Vec<RunRecord>,
    /// Every end that was announced; a late answer can add one.
    pub(crate) announced: Vec<(RunOutcome, u8)>,
    /// What broke a rule of the host's contract, in words.
    pub(crate) broken: Vec<String>,
    /// Every id that an answer has named to the run.
    pub(crate) named: BTreeSet<String>,
    pub(crate) at: i64,
}

/// Something that will happen.
enum Coming {
    Input(RunInput),
    /// A request arrives after everybody gave it up.
    Arrival(Arrival),
    Restart,
}

struct Host<'a> {
    run: RunLife,
    systems: Systems,
    faults: &'a [Fault],
    now: i64,
    queue: BTreeMap<(i64, usize), Coming>,
    wake: Option<i64>,
    /// Requests so far: of each step all, and those that do what the step is there for.
    asked: BTreeMap<String, (usize, usize)>,
    /// What every key was first used for.
    keys: BTreeMap<String, (String, Value)>,
    /// The newest token of each system.
    tokens: BTreeMap<String, u32>,
    queued: usize,
    ended: Vec<(RunOutcome, u8)>,
    records: Vec<RunRecord>,
    broken: Vec<String>,
    named: BTreeSet<String>,
}

/// Drives a run to its end, through these faults.
pub(crate) fn drive(run: RunLife, systems: Systems, faults: &[Fault]) -> Ended {
    let mut host = Host {
        run,
        systems,
        faults,
        now: 1_000,
        queue: BTreeMap::new(),
        wake: None,
        asked: BTreeMap::new(),
        keys: BTreeMap::new(),
        tokens: BTreeMap::new(),
        queued: 0,
        ended: Vec::new(),
        records: Vec::new(),
        broken: Vec::new(),
        named: BTreeSet::new(),
    };
    host.tell(&RunInput::Start {});
    let mut inputs = 1;
    while host.next() {
        inputs += 1;
        if inputs > MOST_INPUTS {
            host.broken.push(format!("no end after {MOST_INPUTS} inputs"));
            break;
        }
    }
    if host.ended.is_empty() {
        host.broken.push("nothing more to come, and no end".to_owned());
    }
    Ended {
        run: host.run,
        systems: host.systems,
        records: host.records,
        announced: host.ended,
        broken: host.broken,
        named: host.named,
        at: host.now,
    }
}

impl Host<'_> {
    /// Lets the next thing happen; false when nothing is left.
    fn next(&mut self) -> bool {
        let queued = self.queue.first_key_value().map(|((at, _), _)| *at);
        match (queued, self.wake) {
            (None, None) => return false,
            (at, Some(wake)) if at.is_none_or(|at| wake < at) => {
                self.now = self.now.max(wake);
                self.wake = None;
                self.tell(&RunInput::Woke {});
            }
            _ => {
                let Some(((at, _), coming)) = self.queue.pop_first() else { return false };
                self.now = self.now.max(at);
                match coming {
                    Coming::Input(input) => self.tell(&input),
                    Coming::Arrival(asked) => {
                        self.systems.answer(&asked, self.now, super::systems::Defect::Nothing);
                    }
                    Coming::Restart => {
                        // Whatever was to be reported is lost with the host; late requests are not.
                        self.queue.retain(|_, coming| matches!(coming, Coming::Arrival(_)));
                        self.tell(&RunInput::Recover {});
                    }
                }
            }
        }
        true
    }

    fn tell(&mut self, input: &RunInput) {
        if let RunInput::Reply { reply: Reply::Answer { facts: Some(facts), .. }, .. } = input {
            let ids = facts.iter().filter(|(path, _)| path.ends_with("id"));
            self.named.extend(ids.map(|(_, id)| id.clone()));
        }
        let step = match advance_run(&self.run, input, Timestamp(self.now)) {
            Ok(step) => step,
            Err(problem) => {
                self.broken.push(format!("refused {}: {problem}", input.name()));
                return;
            }
        };
        self.run = step.run;
        self.wake = None;
        for command in step.commands {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: RunCommand) {
        match command {
            RunCommand::NeedToken { request_id, system, refused_generation } => {
                let newest = self.tokens.entry(system).or_insert(1);
                if refused_generation == Some(*newest) {
                    *newest += 1;
                }
                let generation = *newest;
                self.queue(20, Coming::Input(RunInput::TokenReady { request_id, generation }));
            }
            RunCommand::Send {
                step,
                request_id,
                attempt,
                purpose,
                method,
                path,
                body,
                idempotency_key,
                deadline_at,
                ..
            } => {
                if !self.ended.is_empty() {
                    self.broken.push(format!("{} {path} after the end", method.name()));
                }
                let body = body.map_or(Value::Null, |text| {
                    serde_json::from_str(&text)
                        .unwrap_or_else(|problem| panic!("{problem} in {text}"))
                });
                let asked = Arrival { method: method.name(), path, body, key: idempotency_key };
                self.keep_key(&asked);
                let (all, acts) = self.asked.entry(step.clone()).or_default();
                *all += 1;
                let looks = purpose == (Purpose::LookUp {});
                *acts += usize::from(!looks);
                let (all, acts) = (*all, *acts);
                let befallen = self.faults.iter().find(|fault| {
                    fault.step == step
                        && match fault.when {
                            When::First => !looks && acts == 1,
                            When::Always => !looks,
                            When::Nth(place) => all == place,
                        }
                });
                let kind = befallen.map(|fault| fault.kind);
                self.send(&asked, (request_id, attempt), kind, deadline_at.0);
            }
            // A call that is given up may still arrive; its answer is still welcome.
            RunCommand::Abort { .. } => {}
            RunCommand::Wake { at } => self.wake = Some(at.0),
            RunCommand::Record { record } => self.records.push(record),
            RunCommand::Finished { outcome, exit_code } => self.ended.push((outcome, exit_code)),
        }
    }

    /// The same key means the same bytes, and a write has one.
    fn keep_key(&mut self, asked: &Arrival) {
        let Some(key) = &asked.key else {
            if asked.method != "GET" {
                self.broken.push(format!("{} {} without a key", asked.method, asked.path));
            }
            return;
        };
        let sent = (asked.path.clone(), asked.body.clone());
        if *self.keys.entry(key.clone()).or_insert_with(|| sent.clone()) != sent {
            self.broken.push(format!("other bytes for the key {key}"));
        }
    }

    fn send(&mut self, asked: &Arrival, id: (u32, u32), kind: Option<Kind>, deadline: i64) {
        let arrived = self.now;
        let mut carry_out = |defect| self.systems.answer(asked, arrived, defect);
        let whole = |(status, body): (u16, Value)| Reply::Answer {
            status,
            retry_after_ms: None,
            facts: Some(flattened(&body)),
        };
        let says = |status, retry_after_ms, body: &str| Reply::Answer {
            status,
            retry_after_ms,
            facts: Some(flattened(&serde_json::from_str(body).unwrap())),
        };
        let soon = ANSWER_MS;
        let at_deadline = deadline - arrived;
        let replies: Vec<(i64, Reply)> = match kind {
            None => vec![(soon, whole(carry_out(super::systems::Defect::Nothing)))],
            Some(
                kind @ (Kind::ChangedPrice | Kind::LostLine | Kind::StatusBack | Kind::SecondNamed),
            ) => vec![(soon, whole(carry_out(kind.defect())))],
            Some(kind @ Kind::SecondUnnamed) => {
                let (status, mut body) = carry_out(kind.defect());
                if let Some(documents) = body["documents"].as_array_mut() {
                    documents.truncate(1);
                }
                vec![(soon, whole((status, body)))]
            }
            Some(kind @ Kind::LostField) => {
                let (status, mut body) = carry_out(kind.defect());
                if let Some(fields) = body.as_object_mut() {
                    for name in ["id", "order_id", "documents"] {
                        fields.remove(name);
                    }
                }
                vec![(soon, whole((status, body)))]
            }
            Some(kind @ Kind::Dropped) => {
                carry_out(kind.defect());
                vec![(soon, Reply::NoAnswer {})]
            }
            Some(kind @ Kind::Late) => {
                let answer = whole(carry_out(kind.defect()));
                vec![(at_deadline, Reply::NoAnswer {}), (at_deadline + LATE_MS, answer)]
            }
            Some(Kind::AppliedLate) => {
                self.queue(at_deadline + LATE_MS, Coming::Arrival(asked.clone()));
                vec![(at_deadline, Reply::NoAnswer {})]
            }
            Some(kind @ Kind::Twice) => {
                let answer = whole(carry_out(kind.defect()));
                vec![(soon, answer.clone()), (3 * soon, answer)]
            }
            Some(Kind::ErrorBefore) => vec![(soon, says(503, None, "{}"))],
            Some(kind @ Kind::ErrorAfter) => {
                carry_out(kind.defect());
                vec![(soon, says(503, None, "{}"))]
            }
            Some(Kind::Throttled) => vec![(soon, says(429, Some(2_000), "{}"))],
            Some(Kind::FalseFlag) => vec![(soon, says(200, None, r#"{"success":false}"#))],
            Some(kind @ Kind::FalseFlagAfter) => {
                carry_out(kind.defect());
                vec![(soon, says(200, None, r#"{"success":false}"#))]
            }
            Some(kind @ Kind::CutBody) => {
                let (status, _) = carry_out(kind.defect());
                vec![(soon, Reply::BodyCut { status })]
            }
            Some(Kind::Refused) => vec![(soon, Reply::NotSent {})],
            Some(Kind::ExpiredToken) => vec![(soon, says(401, None, "{}"))],
            Some(kind @ Kind::Aborted) => {
                let answer = whole(carry_out(kind.defect()));
                self.queue(soon / 2, Coming::Input(RunInput::Abort {}));
                vec![(soon, answer)]
            }
            Some(kind @ Kind::Restart) => {
                carry_out(kind.defect());
                self.queue(soon, Coming::Restart);
                Vec::new()
            }
        };
        let (request_id, attempt) = id;
        for (delay, reply) in replies {
            self.queue(delay, Coming::Input(RunInput::Reply { request_id, attempt, reply }));
        }
    }

    fn queue(&mut self, delay: i64, coming: Coming) {
        self.queued += 1;
        self.queue.insert((self.now + delay, self.queued), coming);
    }
}
