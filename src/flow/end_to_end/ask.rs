//! What a step asks: its requests, its probes, its look-ups, and what their ends mean for it.

use super::{
    advance::Drive,
    check::{AnswerDifference, first_difference},
    document::AnswerFacts,
    reply,
    run::{Asked, Purpose, RunCommand, RunEntry},
    template::{Encoding, Filler, Secrets},
};
use crate::{
    flow::{
        Answer, Applied, Authentication, FlowPolicy, FlowStepEvent, FlowStepState, Operation,
        PollCause, PollCommand, PollEvent, PollLife, PollReport, Replay, RequestCommand,
        RequestEvent, RequestLife, RequestReport, TransitionError, step_poll, step_request,
    },
    unit::Timestamp,
};

impl Drive {
    /// Begins what the step is there for.
    pub(super) fn start(&mut self, place: usize) -> Result<(), TransitionError> {
        self.run.steps[place].differences.clear();
        if let Some(policy) = self.run.poll_policy(place) {
            let name = format!("{}/{}", self.run.id, self.run.plan.steps[place].id);
            self.run.steps[place].poll = Some(PollLife::new(&name, &policy));
            return self.poll(place, &PollEvent::Start {});
        }
        let policy = self.run.policy(place);
        let (replay, total_ms) = self.replay(place, &policy);
        // What earlier rounds have used up is not there again.
        let made = self.run.attempts(place);
        let retries = self.run.max_retries(place, &policy).saturating_sub(made);
        self.ask(place, Purpose::Act {}, replay, (retries, total_ms), None)
    }

    /// Whether the step's request may be repeated in doubt, and for how long it goes on trying.
    fn replay(&self, place: usize, policy: &FlowPolicy) -> (Replay, u64) {
        let total_ms = policy.total_deadline_ms;
        if !self.writes(place) {
            return (Replay::Safe, total_ms);
        }
        if self.run.plan.steps[place].repeatable {
            return (Replay::Idempotent, total_ms);
        }
        let sent = self.run.steps[place].asked.iter().filter_map(|asked| asked.sent_at).min();
        let first = sent.unwrap_or(self.now);
        match &policy.capabilities.deduplicates_by_key {
            // The last attempt that starts has to arrive while its key is remembered.
            Some(server) if policy.key_protects(first, self.now) => {
                let safe_ms = server.retention_ms.saturating_sub(policy.request_lifetime_ms());
                let left_ms = safe_ms.saturating_sub(first.millis_until(self.now));
                (Replay::Idempotent, total_ms.min(left_ms))
            }
            _ => (Replay::Once, total_ms),
        }
    }

    fn ask(
        &mut self,
        place: usize,
        purpose: Purpose,
        replay: Replay,
        (max_retries, total_ms): (u32, u64),
        path: Option<String>,
    ) -> Result<(), TransitionError> {
        self.run.last_request = self.run.last_request.saturating_add(1);
        let id = self.run.last_request;
        let operation =
            if replay == Replay::Safe { Operation::Lookup {} } else { Operation::Create {} };
        let step = &mut self.run.steps[place];
        let key = step.frozen.as_ref().map_or("", |frozen| &frozen.key);
        let request = RequestLife::new(id, operation, key, replay, max_retries, total_ms);
        step.asked.push(Asked { request, purpose, sent_at: None, path });
        let index = step.asked.len() - 1;
        self.request(place, index, &RequestEvent::Start {})
    }

    /// Asks the other system whether the write was applied.
    pub(super) fn look_up(&mut self, place: usize) -> Result<(), TransitionError> {
        self.run.steps[place].lookup_at = None;
        let Some(lookup) = &self.run.plan.steps[place].lookup else { return Ok(()) };
        let values = self.run.values_for(place);
        let mut filler = Filler::new(&values, Secrets::Named);
        let path = filler.fill(&lookup.path, None, Encoding::Percent);
        if let Some(variable) = filler.first_unresolved() {
            let message = format!("the look-up has no value for {variable}");
            self.record(Some(place), RunEntry::Noted { message });
            return self.step(place, &FlowStepEvent::Ambiguous {});
        }
        let policy = self.run.policy(place);
        let limits = (policy.max_lookups.saturating_sub(1), policy.total_deadline_ms);
        self.ask(place, Purpose::LookUp {}, Replay::Safe, limits, Some(path))
    }

    pub(super) fn wake_poll(&mut self, place: usize) -> Result<(), TransitionError> {
        let wake_at = self.run.steps[place].poll.as_ref().and_then(PollLife::wake_at);
        if wake_at.is_some_and(|at| at <= self.now) {
            self.poll(place, &PollEvent::TimerDue {})?;
        }
        Ok(())
    }

    fn poll(&mut self, place: usize, event: &PollEvent) -> Result<(), TransitionError> {
        let policy = self.run.poll_policy(place);
        let (Some(policy), Some(life)) = (policy, &self.run.steps[place].poll) else {
            return Ok(());
        };
        let step = step_poll(life, event, self.now, &policy)?;
        self.run.steps[place].poll = Some(step.life);
        for command in step.commands {
            match command {
                PollCommand::Probe { probe, max_probes, .. } => {
                    // One attempt and no waiting of its own: the poll counts.
                    let purpose = Purpose::Probe { probe, max_probes };
                    self.ask(place, purpose, Replay::Safe, (0, 0), None)?;
                }
                PollCommand::Abort { .. } => self.stop_requests(place)?,
                PollCommand::Log { message } => {
                    self.record(Some(place), RunEntry::Noted { message });
                }
                PollCommand::Report { report } => self.polled(place, report)?,
                PollCommand::Notify {}
                | PollCommand::Timer { .. }
                | PollCommand::CancelTimer {} => {}
            }
        }
        Ok(())
    }

    fn polled(&mut self, place: usize, report: PollReport) -> Result<(), TransitionError> {
        match report {
            PollReport::Found { .. } | PollReport::LateFound { .. } => self.positive(place, true),
            PollReport::Exhausted { probe, unanswered, .. } => {
                let answered = unanswered < probe;
                self.step(place, &FlowStepEvent::PollExhausted { answered })
            }
            PollReport::Failed { cause: PollCause::Contradiction, detail, .. } => {
                let difference = AnswerDifference {
                    pointer: String::new(),
                    expected: "what is waited for".to_owned(),
                    got: detail,
                };
                self.run.steps[place].differences = vec![difference];
                self.step(place, &FlowStepEvent::CheckFailed {})
            }
            PollReport::Failed { cause: PollCause::Reject, .. } => {
                self.step(place, &FlowStepEvent::Rejected {})
            }
        }
    }

    pub(super) fn request(
        &mut self,
        place: usize,
        index: usize,
        event: &RequestEvent,
    ) -> Result<(), TransitionError> {
        let policy = self.run.policy(place);
        let asked = &mut self.run.steps[place].asked[index];
        let step = step_request(&asked.request, event, self.now, &policy)?;
        asked.request = step.life;
        let request_id = asked.request.id();
        for command in step.commands {
            match command {
                RequestCommand::NeedToken { refused_generation } => {
                    self.need_token(place, index, policy.authentication, refused_generation)?;
                }
                RequestCommand::Http { attempt, generation, deadline_at } => {
                    self.send(
                        place,
                        index,
                        attempt,
                        (policy.authentication, generation),
                        deadline_at,
                    );
                }
                RequestCommand::Abort { attempt } => {
                    self.commands.push(RunCommand::Abort { request_id, attempt });
                }
                RequestCommand::Log { message } => {
                    self.record(Some(place), RunEntry::Noted { message });
                }
                RequestCommand::Report { report } => self.report(place, index, &report)?,
                // The step's own end tells a person; the wake is set at the end.
                RequestCommand::Notify {}
                | RequestCommand::Timer { .. }
                | RequestCommand::CancelTimer {} => {}
            }
        }
        Ok(())
    }

    fn need_token(
        &mut self,
        place: usize,
        index: usize,
        authentication: Authentication,
        refused_generation: Option<u32>,
    ) -> Result<(), TransitionError> {
        match (authentication, refused_generation) {
            (Authentication::Token, _) => {
                let request_id = self.run.steps[place].asked[index].request.id();
                let system = self.run.plan.steps[place].system.clone();
                self.commands.push(RunCommand::NeedToken {
                    request_id,
                    system,
                    refused_generation,
                });
                Ok(())
            }
            (Authentication::None, None) => {
                self.request(place, index, &RequestEvent::TokenReady { generation: 0 })
            }
            (Authentication::None, Some(_)) => {
                let message = "the server asks for a token and the connection has none".to_owned();
                self.request(place, index, &RequestEvent::TokenFailed { message })
            }
        }
    }

    fn send(
        &mut self,
        place: usize,
        index: usize,
        attempt: u32,
        (authentication, generation): (Authentication, u32),
        deadline_at: Timestamp,
    ) {
        let writes = self.writes(place);
        let (plan, now) = (&self.run.plan.steps[place], self.now);
        let step = &mut self.run.steps[place];
        let asked = &mut step.asked[index];
        asked.sent_at = Some(now);
        let (request_id, purpose) = (asked.request.id(), asked.purpose);
        let Some(frozen) = &step.frozen else { return };
        let looks_up = purpose == Purpose::LookUp {};
        let lookup = plan.lookup.as_ref().filter(|_| looks_up);
        let captures = lookup.map_or(&plan.captures, |lookup| &lookup.captures);
        let secrets = captures.iter().filter(|(_, capture)| capture.secret);
        let secrets =
            secrets.map(|(name, capture)| (capture.pointer.clone(), name.clone())).collect();
        let method = if looks_up { super::plan::Method::Get } else { plan.method };
        let path = asked.path.clone().unwrap_or_else(|| frozen.path.clone());
        let idempotency_key = (writes && !looks_up).then(|| frozen.key.clone());
        let command = RunCommand::Send {
            step: plan.id.clone(),
            request_id,
            attempt,
            purpose,
            system: plan.system.clone(),
            method,
            path: path.clone(),
            body: frozen.body.clone().filter(|_| !looks_up),
            idempotency_key: idempotency_key.clone(),
            token_generation: (authentication == Authentication::Token).then_some(generation),
            secrets,
            deadline_at,
        };
        self.record(
            Some(place),
            RunEntry::Asked { request_id, attempt, purpose, method, path, idempotency_key },
        );
        self.commands.push(command);
    }

    /// What the end of a request means for its step.
    fn report(
        &mut self,
        place: usize,
        index: usize,
        report: &RequestReport,
    ) -> Result<(), TransitionError> {
        match self.run.steps[place].asked[index].purpose {
            Purpose::Act {} => self.acted(place, report),
            Purpose::Probe { probe, .. } => {
                let event = self.probed(place, probe, report);
                self.poll(place, &event)
            }
            Purpose::LookUp {} => self.looked_up(place, report),
        }
    }

    fn acted(&mut self, place: usize, report: &RequestReport) -> Result<(), TransitionError> {
        use RequestReport as R;
        let event = match report {
            R::Ok { .. } => return self.positive(place, false),
            R::Duplicate { .. } | R::LateOk { .. } | R::OkIncomplete { .. } => {
                let complete = !matches!(report, R::OkIncomplete { .. });
                if complete && self.names_everything(place) {
                    return self.positive(place, false);
                }
                self.note_documents(place);
                self.run.steps[place].accepted = true;
                if let R::LateOk { .. } = report {
                    // A look-up may be under way that can tell more than this answer.
                    self.record(Some(place), RunEntry::LateAnswer {});
                    return Ok(());
                }
                FlowStepEvent::Ambiguous {}
            }
            R::Reject { .. } => FlowStepEvent::Rejected {},
            R::RejectAfterAmbiguous { .. } | R::Ambiguous { .. } => FlowStepEvent::Ambiguous {},
            R::NotSent {} | R::Throttled { .. } | R::Unanswered { .. } => {
                FlowStepEvent::Exhausted {}
            }
        };
        self.step(place, &event)
    }

    /// Whether the answer holds the document and everything that is to be kept.
    fn names_everything(&self, place: usize) -> bool {
        let step = &self.run.plan.steps[place];
        self.facts.as_ref().is_some_and(|facts| {
            reply::names_document(step, facts) && reply::capture(&step.captures, facts).1.is_none()
        })
    }

    /// Reads a positive answer and tells the step.
    fn positive(&mut self, place: usize, polled: bool) -> Result<(), TransitionError> {
        self.note_documents(place);
        let facts = self.facts.clone().unwrap_or_default();
        let values = self.run.values_for(place);
        let reading = reply::read(&self.run.plan.steps[place], values, &facts);
        self.given = reading.captures;
        if !self.run.steps[place].life.state().is_resting() {
            self.run.steps[place].differences = reading.differences;
        }
        let checks = reading.verdict;
        let event =
            if polled { FlowStepEvent::PollFound { checks } } else { FlowStepEvent::Ok { checks } };
        // A late answer settles the step while another attempt still runs.
        let waited = self.run.steps[place].life.state() == FlowStepState::Running;
        self.step(place, &event)?;
        if waited { self.stop(place) } else { Ok(()) }
    }

    /// Keeps which documents an answer to the write names; different ones are never well.
    fn note_documents(&mut self, place: usize) {
        let (Some(pointer), Some(facts)) = (&self.run.plan.steps[place].document, &self.facts)
        else {
            return;
        };
        let named = super::document::distinct(facts, pointer);
        self.note(place, named);
    }

    fn note(&mut self, place: usize, named: std::collections::BTreeSet<String>) {
        let known = &mut self.run.steps[place].documents;
        if !named.is_empty() && known.insert(named) && known.len() > 1 {
            let documents = known.iter().flatten().cloned().collect();
            self.record(Some(place), RunEntry::SecondDocument { documents });
        }
    }

    fn probed(&self, place: usize, probe: u32, report: &RequestReport) -> PollEvent {
        use RequestReport as R;
        match report {
            R::Ok { answer } | R::LateOk { answer } => self.sighted(place, probe, answer),
            R::Reject { answer: Answer { status: 404, .. } } => {
                PollEvent::Missing { probe, status: 404 }
            }
            // A positive status whose flag says no: what would be in vain, the plan tells.
            R::Reject { answer: Answer { status: status @ 200..300, .. } } => {
                PollEvent::NotYet { probe, status: *status }
            }
            R::Reject { answer } => PollEvent::Reject { probe, status: answer.status },
            R::Throttled { retry_after_ms }
            | R::Unanswered { retry_after_ms }
            | R::Ambiguous { retry_after_ms } => {
                PollEvent::Transient { probe, status: None, retry_after_ms: *retry_after_ms }
            }
            R::OkIncomplete { .. }
            | R::Duplicate { .. }
            | R::RejectAfterAmbiguous { .. }
            | R::NotSent {} => PollEvent::Transient { probe, status: None, retry_after_ms: None },
        }
    }

    fn sighted(&self, place: usize, probe: u32, answer: &Answer) -> PollEvent {
        let empty = AnswerFacts::new();
        let facts = self.facts.as_ref().unwrap_or(&empty);
        let values = self.run.values_for(place);
        let mut filler = Filler::new(&values, Secrets::Named);
        let Some(poll) = &self.run.plan.steps[place].poll else {
            return PollEvent::NotYet { probe, status: answer.status };
        };
        if first_difference(&poll.until, facts, &mut filler).is_none() {
            // The answer is in this very input; the poll's word for it is only its number.
            return PollEvent::Match { probe, evidence: format!("probe {probe}") };
        }
        let contrary = &poll.contradicted_when;
        if !contrary.is_empty() && first_difference(contrary, facts, &mut filler).is_none() {
            let said = contrary.iter().map(|test| {
                let got = super::document::distinct(facts, &test.pointer);
                let got: Vec<String> = got.into_iter().collect();
                format!("`{}` is `{}`", test.pointer, got.join("`, `"))
            });
            let detail = said.collect::<Vec<_>>().join(", ");
            return PollEvent::Contradiction { probe, detail };
        }
        PollEvent::NotYet { probe, status: answer.status }
    }

    fn looked_up(&mut self, place: usize, report: &RequestReport) -> Result<(), TransitionError> {
        use RequestReport as R;
        let Some(lookup) = &self.run.plan.steps[place].lookup else { return Ok(()) };
        let event = match report {
            R::Ok { .. } => return self.resolved(place),
            // Asked for an earlier doubt: what it found is there, what it did not find may have been
            // sent since.
            R::LateOk { .. } => {
                let values = self.run.values_for(place);
                let facts = self.facts.as_ref();
                if facts.is_none_or(|facts| reply::found(lookup, &values, facts).0 == 0) {
                    self.record(Some(place), RunEntry::LateAnswer {});
                    return Ok(());
                }
                return self.resolved(place);
            }
            R::Reject { answer: Answer { status: 404, .. } } if lookup.not_found_is_absence => {
                self.facts = None;
                return self.resolved(place);
            }
            R::Reject { .. } => FlowStepEvent::Rejected {},
            R::NotSent {} | R::Throttled { .. } | R::Unanswered { .. } => {
                FlowStepEvent::Exhausted {}
            }
            R::OkIncomplete { .. }
            | R::Duplicate { .. }
            | R::RejectAfterAmbiguous { .. }
            | R::Ambiguous { .. } => FlowStepEvent::Ambiguous {},
        };
        self.step(place, &event)
    }

    /// Reads a look-up's answer; no answer at all is that of a system that found nothing.
    fn resolved(&mut self, place: usize) -> Result<(), TransitionError> {
        let Some(lookup) = &self.run.plan.steps[place].lookup else { return Ok(()) };
        let values = self.run.values_for(place);
        let (count, named, given, missing) = match &self.facts {
            None => Default::default(),
            Some(facts) => {
                let (count, named) = reply::found(lookup, &values, facts);
                let (given, missing) = reply::capture(&lookup.captures, facts);
                (count, named, given, missing)
            }
        };
        self.record(Some(place), RunEntry::LookedUp { documents: count });
        let event = match count {
            // What was accepted and is not found may appear yet.
            0 if self.run.steps[place].accepted => FlowStepEvent::Ambiguous {},
            0 => FlowStepEvent::Resolved { applied: Applied::No },
            // Found, but without what the steps after it need.
            1 if missing.is_some() => FlowStepEvent::Ambiguous {},
            1 => FlowStepEvent::Resolved { applied: Applied::Once },
            _ => FlowStepEvent::Resolved { applied: Applied::MoreThanOnce },
        };
        if count == 1 {
            self.note(place, named);
            self.given = given;
            self.run.steps[place].differences.extend(missing);
        } else if count > 1 {
            let documents = named.into_iter().collect();
            self.record(Some(place), RunEntry::SecondDocument { documents });
        }
        let waited = self.run.steps[place].life.state() == FlowStepState::Resolving;
        self.step(place, &event)?;
        // A late answer may have come before that of the look-up under way.
        if waited && self.run.steps[place].life.state().is_resting() {
            return self.stop(place);
        }
        Ok(())
    }

    /// Ends whatever still runs for a step, without a word to it.
    pub(super) fn stop(&mut self, place: usize) -> Result<(), TransitionError> {
        if let (Some(policy), Some(poll)) =
            (self.run.poll_policy(place), &self.run.steps[place].poll)
            && !poll.state().is_resting()
        {
            let step = step_poll(poll, &PollEvent::Cancel {}, self.now, &policy)?;
            self.run.steps[place].poll = Some(step.life);
        }
        self.stop_requests(place)
    }

    fn stop_requests(&mut self, place: usize) -> Result<(), TransitionError> {
        let policy = self.run.policy(place);
        for asked in &mut self.run.steps[place].asked {
            if asked.request.state().is_resting() {
                continue;
            }
            let step = step_request(&asked.request, &RequestEvent::Cancel {}, self.now, &policy)?;
            asked.request = step.life;
            let request_id = asked.request.id();
            for command in step.commands {
                if let RequestCommand::Abort { attempt } = command {
                    self.commands.push(RunCommand::Abort { request_id, attempt });
                }
            }
        }
        Ok(())
    }
}
