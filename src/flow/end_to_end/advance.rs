//! One run under way: the host feeds inputs and carries out commands.

use super::{
    document::body,
    outcome::RunOutcome,
    reply,
    run::{
        FrozenRequest, Purpose, Reply, RunAdvance, RunCommand, RunEntry, RunInput, RunLife,
        RunRecord, RunState,
    },
    template::{Encoding, Filler, RunValue, Secrets},
};
use crate::{
    flow::{
        Access, ConsistencyMatrix, FlowStepCause, FlowStepCommand, FlowStepEvent, FlowStepLife,
        FlowStepState, RequestEvent, RequestState, TransitionError, step_flow_step,
    },
    unit::Timestamp,
};
use std::collections::BTreeMap;

use super::document::AnswerFacts;

/// Moves a run: the next run, and what the host does once it is stored.
///
/// # The host's contract
///
/// 1. Store the returned run and its commands together.
/// 2. Carry out the commands; make each call at most once.
/// 3. Report what was seen as the next input.
///
/// After a crash, give [`RunInput::Recover`] before anything else. Inputs may come late, twice or in
/// any order. Secrets stay with the host: see [`RunCommand::Send`] and [`Reply::Answer`].
///
/// # What it never does
///
/// It sends nothing with a variable that has no value, and no write again whose outcome is unknown,
/// unless the server applies a key once, the write changes nothing when repeated, or a look-up late
/// enough has found nothing. It never passes with two documents for one write.
///
/// # Errors
///
/// When the run's state does not take the input, the input names a request or an attempt that was
/// never made, or the clock runs backwards. The given run stays valid.
///
/// ```
/// use replenish::flow::{
///     AnswerFacts, FlowPlan, Reply, RunCommand, RunInput, RunLife, RunOutcome, advance_run,
/// };
/// use replenish::unit::Timestamp;
/// let plan: FlowPlan = serde_json::from_str(r#"{
///     "name": "one step",
///     "systems": { "cart": {} },
///     "data": { "sku": "A" },
///     "steps": [{
///         "id": "create_cart", "system": "cart", "method": "POST", "path": "/carts",
///         "body": { "/lines/0/sku": "{sku}", "/lines/0/quantity": 2 },
///         "document": "/id"
///     }]
/// }"#)?;
/// let run = RunLife::new("R-1", plan)?;
/// let started = advance_run(&run, &RunInput::Start {}, Timestamp(0))?;
/// let body = started.commands.iter().find_map(|command| match command {
///     RunCommand::Send { body, idempotency_key, .. } => Some((body.clone(), idempotency_key.clone())),
///     _ => None,
/// });
/// let (text, key) = body.ok_or("nothing sent")?;
/// assert_eq!(text.as_deref(), Some(r#"{"lines":[{"quantity":2,"sku":"A"}]}"#));
/// assert_eq!(key.as_deref(), Some("R-1/create_cart/1"));
///
/// let facts = AnswerFacts::from([("/id".to_owned(), "C-7".to_owned())]);
/// let reply = Reply::Answer { status: 201, retry_after_ms: None, facts: Some(facts) };
/// let input = RunInput::Reply { request_id: 1, attempt: 1, reply };
/// let ended = advance_run(&started.run, &input, Timestamp(80))?;
/// assert_eq!(ended.run.outcome(), Some(RunOutcome::Passed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn advance_run(
    run: &RunLife,
    input: &RunInput,
    now: Timestamp,
) -> Result<RunAdvance, TransitionError> {
    if let Some(last) = run.last_at.filter(|last| now < *last) {
        let (state, event) = (run.state.name(), input.name());
        return Err(TransitionError::ClockWentBack { object: "a run", state, event, last, now });
    }
    let mut drive = Drive::new(run.clone(), now);
    drive.run.last_at = Some(now);
    match (run.state, input) {
        (RunState::Planned, RunInput::Start {}) => drive.begin_run(),
        (RunState::Planned | RunState::Running, RunInput::Abort {}) => {
            drive.record(None, RunEntry::AbortRequested {});
            drive.abort()?;
        }
        (state, RunInput::Start {} | RunInput::Abort {}) => {
            return Err(TransitionError::InvalidTransition {
                object: "a run",
                state: state.name(),
                expected: state.allowed(),
                got: input.name(),
            });
        }
        (_, RunInput::Reply { request_id, attempt, reply }) => {
            drive.reply(*request_id, *attempt, reply)?;
        }
        (_, RunInput::TokenReady { request_id, generation }) => {
            let (place, index) = drive.find(*request_id)?;
            drive.request(place, index, &RequestEvent::TokenReady { generation: *generation })?;
        }
        (_, RunInput::TokenFailed { request_id, message }) => {
            let (place, index) = drive.find(*request_id)?;
            let message = message.clone();
            drive.request(place, index, &RequestEvent::TokenFailed { message })?;
        }
        (_, RunInput::Woke {}) => drive.wake()?,
        (_, RunInput::Recover {}) => drive.recover()?,
    }
    drive.schedule()?;
    Ok(drive.finish())
}

/// One input under way.
pub(super) struct Drive {
    pub(super) run: RunLife,
    pub(super) now: Timestamp,
    pub(super) commands: Vec<RunCommand>,
    /// The answer that came with the input, without secrets.
    pub(super) facts: Option<AnswerFacts>,
    /// What a positive answer gave, until its step says that it is to be kept.
    pub(super) given: BTreeMap<String, RunValue>,
}

impl Drive {
    fn new(run: RunLife, now: Timestamp) -> Self {
        Self { run, now, commands: Vec::new(), facts: None, given: BTreeMap::new() }
    }

    fn begin_run(&mut self) {
        self.run.state = RunState::Running;
        self.run.deadline_at = Some(self.now.plus_millis(self.run.plan.deadline_ms));
        self.record(None, RunEntry::Started { round: 1 });
    }

    /// Requests first, then polls: what ends by itself moves its step before the step's own timer,
    /// which never runs out earlier, is looked at.
    fn wake(&mut self) -> Result<(), TransitionError> {
        let now = self.now;
        let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        for place in 0..self.run.steps.len() {
            for index in 0..self.run.steps[place].asked.len() {
                if due(self.run.steps[place].asked[index].request.wake_at()) {
                    self.request(place, index, &RequestEvent::TimerDue {})?;
                }
            }
            self.wake_poll(place)?;
            if due(self.run.steps[place].lookup_at) {
                self.look_up(place)?;
            }
            if due(self.run.steps[place].life.wake_at()) {
                self.step_deadline(place)?;
            }
        }
        if due(self.run.deadline_at) && self.run.state == RunState::Running {
            self.record(None, RunEntry::DeadlineOver {});
            self.abort()?;
        }
        Ok(())
    }

    fn step_deadline(&mut self, place: usize) -> Result<(), TransitionError> {
        let step = &self.run.steps[place];
        let event = match (step.life.state(), &step.poll) {
            (FlowStepState::Running, Some(poll)) => {
                FlowStepEvent::PollExhausted { answered: poll.unanswered < poll.probe }
            }
            // A write that has not left, or is known not to have arrived, is in no doubt.
            (FlowStepState::Running, None) if self.writes(place) && !self.doubtful(place) => {
                FlowStepEvent::Exhausted {}
            }
            _ => FlowStepEvent::TimerDue {},
        };
        if event != (FlowStepEvent::TimerDue {}) {
            self.stop(place)?;
        }
        self.step(place, &event)
    }

    fn recover(&mut self) -> Result<(), TransitionError> {
        for place in 0..self.run.steps.len() {
            for index in 0..self.run.steps[place].asked.len() {
                if !self.run.steps[place].asked[index].request.state().is_resting() {
                    self.request(place, index, &RequestEvent::Recover {})?;
                }
            }
        }
        Ok(())
    }

    fn abort(&mut self) -> Result<(), TransitionError> {
        self.run.state = RunState::Running;
        for place in 0..self.run.steps.len() {
            if self.run.steps[place].life.state().abort_refusal().is_none() {
                let doubtful = self.doubtful(place);
                self.step(place, &FlowStepEvent::Abort { doubtful })?;
            }
        }
        Ok(())
    }

    /// Whether a write of this step may have been applied unseen.
    fn doubtful(&self, place: usize) -> bool {
        let acts =
            self.run.steps[place].asked.iter().filter(|asked| asked.purpose == Purpose::Act {});
        let mut running = acts.map(|asked| &asked.request).filter(|one| !one.state().is_resting());
        running.any(|request| request.ambiguous || request.state() == RequestState::InFlight)
    }

    pub(super) fn writes(&self, place: usize) -> bool {
        self.run.plan.steps[place].effect() == Access::Write
    }

    fn reply(&mut self, id: u32, attempt: u32, reply: &Reply) -> Result<(), TransitionError> {
        let (place, index) = self.find(id)?;
        let (step, asked) = (&self.run.plan.steps[place], &self.run.steps[place].asked[index]);
        let (purpose, sent_at) = (asked.purpose, asked.sent_at);
        let values = self.run.values_for(place);
        let event = reply::request_event(step, purpose, &values, attempt, reply);
        let captures = match (purpose, &step.lookup) {
            (Purpose::LookUp {}, Some(lookup)) => &lookup.captures,
            _ => &step.captures,
        };
        let (status, saw) = match reply {
            Reply::NotSent {} => (None, "not_sent"),
            Reply::NoAnswer {} => (None, "no_answer"),
            Reply::BodyCut { status } => (Some(*status), "body_cut"),
            Reply::Answer { status, facts, .. } => {
                self.facts = facts.as_ref().map(|facts| reply::without_secrets(captures, facts));
                (Some(*status), "answer")
            }
        };
        let duration_ms = sent_at.map_or(0, |at| at.millis_until(self.now));
        let (request_id, saw) = (id, saw.to_owned());
        self.record(
            Some(place),
            RunEntry::Answered { request_id, attempt, status, saw, duration_ms },
        );
        self.request(place, index, &event)?;
        self.facts = None;
        Ok(())
    }

    pub(super) fn find(&self, id: u32) -> Result<(usize, usize), TransitionError> {
        let found = self.run.steps.iter().enumerate().find_map(|(place, step)| {
            let index = step.asked.iter().position(|asked| asked.request.id() == id)?;
            Some((place, index))
        });
        found.ok_or(TransitionError::UnknownRequest { last: self.run.last_request, got: id })
    }

    /// Starts, or passes over, every step whose turn has come, in the order of the plan.
    fn schedule(&mut self) -> Result<(), TransitionError> {
        while self.run.state == RunState::Running {
            let next = (0..self.run.steps.len()).find_map(|place| Some((place, self.turn(place)?)));
            let Some((place, event)) = next else { break };
            self.step(place, &event)?;
        }
        Ok(())
    }

    /// What a waiting step is to be told, when its turn has come.
    fn turn(&mut self, place: usize) -> Option<FlowStepEvent> {
        let life = &self.run.steps[place].life;
        if life.state() != FlowStepState::Pending {
            return None;
        }
        // A look-up has found nothing: the same again, with the same bytes.
        if life.round() > 0 {
            return Some(FlowStepEvent::Ready { condition: true, missing: None });
        }
        let plan = &self.run.plan.steps[place];
        let awaited = |id: &str, always_run: bool| {
            plan.depends_on.iter().any(|name| name == id) || (plan.always_run && !always_run)
        };
        let steps = self.run.plan.steps.iter().zip(&self.run.steps);
        let mut failed = None;
        for (_, other) in steps.filter(|(other, _)| awaited(&other.id, other.always_run)) {
            if !other.life.state().is_resting() {
                return None;
            }
            if !is_through(&other.life) && failed.is_none() {
                failed = Some(other.life.id().to_owned());
            }
        }
        let wanted = self.wanted(place);
        if let Some(dependency) = failed {
            let missing = if plan.always_run && wanted { self.freeze(place) } else { None };
            return Some(match (wanted, plan_always(&self.run, place)) {
                (false, true) => FlowStepEvent::Ready { condition: false, missing: None },
                _ => FlowStepEvent::DependencyFailed { dependency, missing },
            });
        }
        let missing = if wanted { self.freeze(place) } else { None };
        Some(FlowStepEvent::Ready { condition: wanted, missing })
    }

    /// Whether the step's condition holds.
    fn wanted(&self, place: usize) -> bool {
        let Some(condition) = &self.run.plan.steps[place].condition else { return true };
        let values = self.run.values_for(place);
        let got = match values.get(&condition.value) {
            Some(RunValue::One { value }) => Some(value.as_str()),
            Some(RunValue::Many { values }) => values.values().next().map(String::as_str),
            Some(RunValue::Secret {}) => Some(""),
            None => None,
        };
        condition.is.holds(got, &mut Filler::new(&values, Secrets::Named))
    }

    /// Puts every variable in its place, once; names the first that has no value.
    fn freeze(&mut self, place: usize) -> Option<String> {
        let (step, values) = (&self.run.plan.steps[place], self.run.values_for(place));
        let mut filler = Filler::new(&values, Secrets::Named);
        let key = filler.fill(&step.key_template(), None, Encoding::Percent);
        let missing = filler.first_unresolved();
        let values = {
            let mut values = values;
            values.insert("idempotency_key".to_owned(), RunValue::one(&key));
            values
        };
        let mut filler = Filler::new(&values, Secrets::Named);
        let path = filler.fill(&step.path, None, Encoding::Percent);
        let body = body(&step.body, &mut filler);
        let missing = missing.or_else(|| filler.first_unresolved());
        if missing.is_none() {
            self.run.steps[place].frozen = Some(FrozenRequest { path, body, key });
        }
        missing
    }

    pub(super) fn step(
        &mut self,
        place: usize,
        event: &FlowStepEvent,
    ) -> Result<(), TransitionError> {
        let policy = self.run.step_policy(place);
        let step = step_flow_step(&self.run.steps[place].life, event, self.now, &policy)?;
        self.run.steps[place].life = step.life;
        for command in step.commands {
            match command {
                FlowStepCommand::Start { round } => {
                    self.record(Some(place), RunEntry::Started { round });
                    self.start(place)?;
                }
                FlowStepCommand::Lookup { .. } => {
                    let settle_ms = self.run.policy(place).settle_window_ms().unwrap_or(0);
                    self.run.steps[place].lookup_at = Some(self.now.plus_millis(settle_ms));
                }
                FlowStepCommand::StoreCaptures { recovered } => self.keep(place, recovered),
                FlowStepCommand::Evidence { cause, about } => self.evidence(place, cause, about),
                FlowStepCommand::LateAnswer {} => {
                    self.record(Some(place), RunEntry::LateAnswer {});
                    self.keep_new(place);
                }
                FlowStepCommand::StopRequests {} => self.stop(place)?,
                // Those that depend on it read its state; one wake for the whole run is set at the
                // end.
                FlowStepCommand::StopDependants {}
                | FlowStepCommand::Timer { .. }
                | FlowStepCommand::CancelTimer {} => {}
            }
        }
        Ok(())
    }

    fn evidence(&mut self, place: usize, cause: Option<FlowStepCause>, about: Option<String>) {
        for difference in self.run.steps[place].differences.clone() {
            self.record(Some(place), RunEntry::Differs { difference });
        }
        self.run.steps[place].lookup_at = None;
        let life = &self.run.steps[place].life;
        let (state, recovered) = (life.state(), life.recovered());
        self.record(Some(place), RunEntry::Ended { state, cause, about, recovered });
    }

    fn keep(&mut self, place: usize, recovered: bool) {
        let given = std::mem::take(&mut self.given);
        let names: Vec<String> = given.keys().cloned().collect();
        self.run.values.extend(given);
        if !names.is_empty() {
            self.record(Some(place), RunEntry::Captured { names, recovered });
        }
    }

    /// What came late is kept where nothing is known yet: a cleanup or the comparison may need it.
    fn keep_new(&mut self, place: usize) {
        let known = &self.run.values;
        self.given.retain(|name, _| !known.contains_key(name));
        self.keep(place, true);
    }

    pub(super) fn record(&mut self, place: Option<usize>, entry: RunEntry) {
        let step = place.map(|place| self.run.plan.steps[place].id.clone());
        self.commands.push(RunCommand::Record { record: RunRecord { at: self.now, step, entry } });
    }

    /// The outcome, once every step rests; a late answer can still make it worse.
    fn finish(mut self) -> RunAdvance {
        let through = self.run.steps.iter().all(|step| step.life.state().is_resting());
        if through && self.run.state != RunState::Planned {
            self.run.state = RunState::Finished;
            self.run.deadline_at = None;
            let matrix = self.run.consistency();
            let outcome = self.run.weigh(matrix.as_ref());
            if self.run.outcome.is_none_or(|known| known < outcome) {
                self.run.outcome = Some(outcome);
                if let Some(matrix) = matrix {
                    self.record(None, RunEntry::Compared { matrix });
                }
                self.record(None, RunEntry::Finished { outcome });
                let exit_code = outcome.exit_code();
                self.commands.push(RunCommand::Finished { outcome, exit_code });
            }
        }
        if let Some(at) = self.run.wake_at() {
            self.commands.push(RunCommand::Wake { at });
        }
        RunAdvance { run: self.run, commands: self.commands }
    }
}

/// Whether a step holds those that depend on it up no longer: passed, or not wanted.
fn is_through(life: &FlowStepLife) -> bool {
    life.state().has_passed() || life.cause() == Some(FlowStepCause::ConditionFalse)
}

fn plan_always(run: &RunLife, place: usize) -> bool {
    run.plan.steps[place].always_run
}

impl RunLife {
    /// The strongest of what the steps, the documents and the comparison say.
    ///
    /// What a system does not tell is a failure only where every step passed: one that was never
    /// asked has nothing to tell.
    fn weigh(&self, matrix: Option<&ConsistencyMatrix>) -> RunOutcome {
        let steps = self.steps.iter().map(|step| RunOutcome::of_step(&step.life));
        let twice = self.steps.iter().any(|step| step.documents.len() > 1);
        let known = steps.max().unwrap_or(RunOutcome::Passed);
        let wrong = |matrix: &ConsistencyMatrix| {
            matrix.differs() || (known == RunOutcome::Passed && !matrix.consistent)
        };
        if twice || matrix.is_some_and(wrong) { known.max(RunOutcome::Failed) } else { known }
    }
}

impl RunState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Finished => "finished",
        }
    }

    /// What a person can ask here.
    pub fn allowed(self) -> Vec<&'static str> {
        match self {
            Self::Planned => vec!["start", "abort"],
            Self::Running => vec!["abort"],
            Self::Finished => Vec::new(),
        }
    }
}

impl RunInput {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start {} => "start",
            Self::Reply { .. } => "reply",
            Self::Woke {} => "woke",
            Self::Recover {} => "recover",
            Self::Abort {} => "abort",
            Self::TokenReady { .. } => "token_ready",
            Self::TokenFailed { .. } => "token_failed",
        }
    }
}
