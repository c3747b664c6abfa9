//! The words of a run: what is stored, what the host tells it, what it wants done.

use super::{
    check::AnswerDifference,
    document::AnswerFacts,
    outcome::RunOutcome,
    plan::{FlowPlan, Method, StepPlan},
    template::RunValue,
};
use crate::{
    flow::{
        ConsistencyMatrix, FORMAT, FlowPolicy, FlowStepCause, FlowStepLife, FlowStepPolicy,
        FlowStepState, PollLife, PollPolicy, RequestLife, known_format,
    },
    unit::{Invalid, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A run: its plan, its steps and everything asked so far; one value to store, pass back and leave
/// alone.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(deny_unknown_fields)]
pub struct RunLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(super) version: u32,
    pub(super) id: String,
    pub(super) plan: FlowPlan,
    pub(super) state: RunState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<RunOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deadline_at: Option<Timestamp>,
    /// When it was last told something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_at: Option<Timestamp>,
    /// The values given and captured, secrets by name only.
    pub(super) values: BTreeMap<String, RunValue>,
    /// In the order of the plan.
    pub(super) steps: Vec<StepRun>,
    /// The newest request, 0 before the first.
    pub(super) last_request: u32,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Not started.
    Planned,
    /// Under way.
    Running,
    /// Through; late answers are still taken note of.
    Finished,
}

/// One step of a run and what it has asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(super) struct StepRun {
    pub(super) life: FlowStepLife,
    /// What is sent, the same in every attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) frozen: Option<FrozenRequest>,
    /// Every request ever made: a late positive answer to any of them counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) asked: Vec<Asked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) poll: Option<PollLife>,
    /// When the look-up is to be asked: once a request given up can no longer be applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lookup_at: Option<Timestamp>,
    /// An answer was positive but named no document: never to be sent again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) accepted: bool,
    /// What answers to this write have named as its documents; one set, when all is well.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) documents: BTreeSet<BTreeSet<String>>,
    /// What was not as expected, hard checks first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) differences: Vec<AnswerDifference>,
}

/// A request with every variable in its place.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(super) struct FrozenRequest {
    pub(super) path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    pub(super) key: String,
}

/// A request that a step has made.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) request: RequestLife,
    pub(super) purpose: Purpose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent_at: Option<Timestamp>,
    /// The look-up's own address; the step's is frozen with the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Purpose {
    /// What the step is there for.
    Act {},
    /// Looking whether something has appeared: probe 3 of 4.
    Probe {
        /// Which probe.
        probe: u32,
        /// Of how many.
        max_probes: u32,
    },
    /// Finding out whether a write in doubt was applied.
    LookUp {},
}

/// What the host tells a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RunInput {
    /// Begin.
    Start {},
    /// How an attempt ended.
    Reply {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
        /// What was seen.
        reply: Reply,
    },
    /// Time has passed; give it at or after the last [`RunCommand::Wake`], or at any time.
    Woke {},
    /// The host has restarted; calls that ran before are lost.
    Recover {},
    /// Stop: nothing new is sent, and a write under way is in doubt.
    Abort {},
    /// A token is there for a request that asked for one.
    TokenReady {
        /// The request.
        request_id: u32,
        /// Which token: a number that grows with every renewal. The token itself stays outside.
        generation: u32,
    },
    /// No token can be had for a request that asked for one.
    TokenFailed {
        /// The request.
        request_id: u32,
        /// Why, without secrets.
        message: String,
    },
}

/// How an attempt ended, as the host saw it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reply {
    /// The server cannot have seen the request: name not resolved, connection refused, TLS failed,
    /// blocked before sending.
    NotSent {},
    /// Nothing usable came: reset, timeout, abort, no HTTP. The request may have been applied.
    NoAnswer {},
    /// The status came, the body broke off.
    BodyCut {
        /// HTTP status.
        status: u16,
    },
    /// A whole answer came.
    Answer {
        /// HTTP status.
        status: u16,
        /// How long the server asks us to wait, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        /// What the body says, flattened as [`AnswerFacts`] tells; empty for no body, absent when
        /// it could not be read. The host replaces every secret it knows by its name, and keeps the
        /// value at each pointer of [`RunCommand::Send`]'s `secrets` for itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        facts: Option<AnswerFacts>,
    },
}

/// What the host does once the new run is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RunCommand {
    /// Answer with [`RunInput::TokenReady`] or [`RunInput::TokenFailed`].
    NeedToken {
        /// The request that waits.
        request_id: u32,
        /// For which system.
        system: String,
        /// A token that the server has refused: not this one again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused_generation: Option<u32>,
    },
    /// Make this call at most once and answer with [`RunInput::Reply`]. Never repeat it: after a
    /// restart give [`RunInput::Recover`] instead.
    Send {
        /// The step it is for.
        step: String,
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
        /// What it is for.
        purpose: Purpose,
        /// Which system.
        system: String,
        /// How.
        method: Method,
        /// Where, without the system's base. `{secret:name}` stands for a secret, here and in the
        /// body: the host puts it in, percent-encoded here and as the inside of a JSON string there.
        path: String,
        /// The JSON text; absent when there is no body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// The same for every attempt at the same write; safe in an HTTP header. Reads have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idempotency_key: Option<String>,
        /// With which token; present when the connection needs one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token_generation: Option<u32>,
        /// Where the answer will hold secrets: the host keeps each under its name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        secrets: BTreeMap<String, String>,
        /// When to give up on the answer and report that none came.
        deadline_at: Timestamp,
    },
    /// Stop a running call; a late answer to it is still welcome.
    Abort {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
    },
    /// Give [`RunInput::Woke`] at this time; replaces every earlier wake of this run.
    Wake {
        /// When.
        at: Timestamp,
    },
    /// Keep for the report; there is no secret in it.
    Record {
        /// What happened.
        record: RunRecord,
    },
    /// The run is through.
    Finished {
        /// How.
        outcome: RunOutcome,
        /// What a program ends with.
        exit_code: u8,
    },
}

/// Something that happened in a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// When.
    pub at: Timestamp,
    /// In which step; absent for the run itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What.
    pub entry: RunEntry,
}

/// What can happen in a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RunEntry {
    /// The run or the step begins; a step may begin again after a look-up found nothing.
    Started {
        /// Which time, from 1.
        round: u32,
    },
    /// A request leaves.
    Asked {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
        /// What it is for.
        purpose: Purpose,
        /// How.
        method: Method,
        /// Where; secrets stand by their names.
        path: String,
        /// The key of a write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idempotency_key: Option<String>,
    },
    /// An attempt ended.
    Answered {
        /// The request.
        request_id: u32,
        /// The attempt.
        attempt: u32,
        /// HTTP status; absent when none came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// What was seen: `not_sent`, `no_answer`, `body_cut` or `answer`.
        saw: String,
        /// How long it took, in milliseconds; for an attempt of an earlier time, since the last.
        duration_ms: u64,
    },
    /// What a request or a poll noted.
    Noted {
        /// In words, without secrets.
        message: String,
    },
    /// A look-up was read.
    LookedUp {
        /// How many documents it found.
        documents: u32,
    },
    /// Values were kept.
    Captured {
        /// Their names.
        names: Vec<String>,
        /// They came from a look-up or late.
        recovered: bool,
    },
    /// Something is not as expected.
    Differs {
        /// What.
        difference: AnswerDifference,
    },
    /// A positive answer came when nothing waited for it any more.
    LateAnswer {},
    /// Answers to one write have named different documents.
    SecondDocument {
        /// All of them.
        documents: Vec<String>,
    },
    /// The step ended.
    Ended {
        /// How.
        state: FlowStepState,
        /// Why, when that is not well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<FlowStepCause>,
        /// The dependency or the variable concerned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        /// A look-up or a late answer settled what had been in doubt.
        recovered: bool,
    },
    /// Somebody stopped the run.
    AbortRequested {},
    /// The run's time is over.
    DeadlineOver {},
    /// What the systems tell of the order was compared.
    Compared {
        /// All of it.
        matrix: ConsistencyMatrix,
    },
    /// The run is through.
    Finished {
        /// How.
        outcome: RunOutcome,
    },
}

/// The next run and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct RunAdvance {
    /// The next run.
    pub run: RunLife,
    /// What to do, in order.
    pub commands: Vec<RunCommand>,
}

impl RunLife {
    /// A run that has not started; its id is part of every key, and may be used once only.
    ///
    /// # Errors
    ///
    /// When the id is empty, or the plan cannot be carried out; see [`FlowPlan::validate`]. The
    /// outcome of such a run is [`RunOutcome::Config`], and nothing was sent.
    pub fn new(id: &str, plan: FlowPlan) -> Result<Self, Invalid> {
        if id.is_empty() {
            return Err(Invalid::new("run_id_empty", "a name of this run alone", id).at("id"));
        }
        plan.validate()?;
        let mut values: BTreeMap<String, RunValue> =
            plan.data.iter().map(|(name, data)| (name.clone(), data.value())).collect();
        values.extend(plan.secrets.iter().map(|name| (name.clone(), RunValue::Secret {})));
        let steps = plan.steps.iter().map(|step| StepRun::new(&step.id)).collect();
        Ok(Self {
            version: FORMAT,
            id: id.to_owned(),
            plan,
            state: RunState::Planned,
            outcome: None,
            deadline_at: None,
            last_at: None,
            values,
            steps,
            last_request: 0,
        })
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it carries out.
    pub fn plan(&self) -> &FlowPlan {
        &self.plan
    }

    /// Where it stands.
    pub fn state(&self) -> RunState {
        self.state
    }

    /// How it ended; absent until it is through.
    pub fn outcome(&self) -> Option<RunOutcome> {
        self.outcome
    }

    /// Where a step stands.
    pub fn step(&self, id: &str) -> Option<&FlowStepLife> {
        self.steps.iter().map(|step| &step.life).find(|life| life.id() == id)
    }

    /// Every value given and captured so far, secrets by name only.
    pub fn values(&self) -> &BTreeMap<String, RunValue> {
        &self.values
    }

    /// When the run must be woken; absent before it starts and once it is through.
    pub fn wake_at(&self) -> Option<Timestamp> {
        if self.state != RunState::Running {
            return None;
        }
        let steps = self.steps.iter().flat_map(|step| {
            let asked = step.asked.iter().filter_map(|asked| asked.request.wake_at());
            let poll = step.poll.as_ref().and_then(PollLife::wake_at);
            asked.chain(poll).chain(step.lookup_at).chain(step.life.wake_at())
        });
        steps.chain(self.deadline_at).min()
    }

    /// The values a step's templates may name.
    pub(super) fn values_for(&self, place: usize) -> BTreeMap<String, RunValue> {
        let mut values = self.values.clone();
        values.insert("run_id".to_owned(), RunValue::one(&self.id));
        values.insert("step_id".to_owned(), RunValue::one(&self.plan.steps[place].id));
        if let Some(frozen) = &self.steps[place].frozen {
            values.insert("idempotency_key".to_owned(), RunValue::one(&frozen.key));
        }
        values
    }

    /// How the connection of a step is driven.
    pub(super) fn policy(&self, place: usize) -> FlowPolicy {
        let system = self.plan.systems.get(&self.plan.steps[place].system);
        system.map(|system| system.policy.clone()).unwrap_or_default()
    }

    /// What a step does and how patient it is.
    pub(super) fn step_policy(&self, place: usize) -> FlowStepPolicy {
        let (step, policy) = (&self.plan.steps[place], self.policy(place));
        let settle_ms = policy.settle_window_ms();
        FlowStepPolicy {
            effect: step.effect(),
            lookup: step.lookup.is_some() && settle_ms.is_some(),
            always_run: step.always_run,
            max_retries: self.rounds_left(place, &policy),
            deadline_ms: step.deadline_ms.unwrap_or_else(|| patience_ms(step, &policy)),
            lookup_deadline_ms: settle_ms
                .unwrap_or(0)
                .saturating_add(policy.total_deadline_ms)
                .saturating_add(policy.request_lifetime_ms()),
        }
    }

    /// Attempts after the first that a step may make.
    pub(super) fn max_retries(&self, place: usize, policy: &FlowPolicy) -> u32 {
        self.plan.steps[place].max_retries.unwrap_or(policy.max_retries)
    }

    /// Attempts that count and were made at what the step is there for, in all its rounds.
    pub(super) fn attempts(&self, place: usize) -> u32 {
        let acts = self.steps[place].asked.iter().filter(|asked| asked.purpose == Purpose::Act {});
        let attempts = acts.map(|asked| asked.request.retries.saturating_add(1));
        attempts.fold(0, u32::saturating_add)
    }

    /// After how many rounds a step may begin again. A step counts rounds, each of which may take
    /// several attempts; together they are never more than one request would make.
    fn rounds_left(&self, place: usize, policy: &FlowPolicy) -> u32 {
        let repeated = self.attempts(place).saturating_sub(self.steps[place].life.round());
        self.max_retries(place, policy).saturating_sub(repeated)
    }

    /// How a step's poll goes.
    pub(super) fn poll_policy(&self, place: usize) -> Option<PollPolicy> {
        let (step, policy) = (&self.plan.steps[place], self.policy(place));
        let poll = step.poll.as_ref()?;
        Some(PollPolicy {
            revision: policy.revision,
            max_probes: poll.max_probes,
            initial_delay_ms: poll.initial_delay_ms,
            interval_ms: poll.interval_ms,
            factor_percent: 200,
            interval_cap_ms: policy.backoff_cap_ms.max(poll.interval_ms),
            retry_after_cap_ms: policy.retry_after_cap_ms,
            jitter_percent: policy.jitter_percent,
            jitter_seed: policy.jitter_seed,
            probe_deadline_ms: policy.request_lifetime_ms(),
            total_deadline_ms: patience_ms(step, &policy),
        })
    }
}

/// How long a step may go on trying, and then wait for its last answer.
fn patience_ms(step: &StepPlan, policy: &FlowPolicy) -> u64 {
    let patience = policy.total_deadline_ms.saturating_add(policy.request_lifetime_ms());
    step.deadline_ms.unwrap_or(patience)
}

impl StepRun {
    fn new(id: &str) -> Self {
        Self {
            life: FlowStepLife::new(id),
            frozen: None,
            asked: Vec::new(),
            poll: None,
            lookup_at: None,
            accepted: false,
            documents: BTreeSet::new(),
            differences: Vec::new(),
        }
    }
}
