//! A run's report, step by step, made from its records.

use super::{
    check::AnswerDifference,
    outcome::RunOutcome,
    run::{Purpose, RunEntry, RunRecord},
};
use crate::{
    flow::{FlowStepCause, FlowStepState},
    unit::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What came of a run.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct RunSummary {
    /// How it ended; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RunOutcome>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Each step that was told anything, in the order in which it was.
    pub steps: Vec<StepSummary>,
}

/// What came of one step.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct StepSummary {
    /// Which step.
    pub step: String,
    /// How it ended; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<FlowStepState>,
    /// Why, when that is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<FlowStepCause>,
    /// The dependency or the variable concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Attempts at what the step is there for.
    pub attempts: u32,
    /// Probes sent: `3 of 4`; empty without a poll.
    pub probes: String,
    /// Look-ups sent.
    pub lookups: u32,
    /// The newest status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status: Option<u16>,
    /// From the first beginning to the end, in milliseconds.
    pub duration_ms: u64,
    /// A look-up or a late answer settled what had been in doubt.
    pub recovered: bool,
    /// Documents of one write that differ; none, when all is well.
    pub second_documents: Vec<String>,
    /// What was not as expected.
    pub differences: Vec<AnswerDifference>,
}

/// Sums up the records of one run, in their order.
pub fn summarize_run(records: &[RunRecord]) -> RunSummary {
    let mut summary = RunSummary::default();
    let mut begun: Vec<Timestamp> = Vec::new();
    for record in records {
        let Some(id) = &record.step else {
            if let RunEntry::Finished { outcome } = &record.entry {
                summary.outcome = Some(*outcome);
            }
            continue;
        };
        let known = summary.steps.iter().position(|step| step.step == *id);
        let place = known.unwrap_or_else(|| {
            summary.steps.push(StepSummary { step: id.clone(), ..StepSummary::default() });
            begun.push(record.at);
            summary.steps.len() - 1
        });
        let step = &mut summary.steps[place];
        step.take(&record.entry);
        if let RunEntry::Ended { .. } = &record.entry {
            step.duration_ms = begun[place].millis_until(record.at);
        }
    }
    if let [first, .., last] = records {
        summary.duration_ms = first.at.millis_until(last.at);
    }
    summary
}

impl StepSummary {
    fn take(&mut self, entry: &RunEntry) {
        match entry {
            RunEntry::Asked { purpose, .. } => match purpose {
                Purpose::Act {} => self.attempts = self.attempts.saturating_add(1),
                Purpose::Probe { probe, max_probes } => {
                    self.probes = format!("{probe} of {max_probes}");
                }
                Purpose::LookUp {} => self.lookups = self.lookups.saturating_add(1),
            },
            RunEntry::Answered { status: Some(status), .. } => self.last_status = Some(*status),
            RunEntry::Differs { difference } => self.differences.push(difference.clone()),
            RunEntry::SecondDocument { documents } => self.second_documents.clone_from(documents),
            RunEntry::Ended { state, cause, about, recovered } => {
                self.state = Some(*state);
                self.cause = *cause;
                self.about.clone_from(about);
                self.recovered = *recovered;
            }
            RunEntry::Answered { status: None, .. }
            | RunEntry::Started { .. }
            | RunEntry::Noted { .. }
            | RunEntry::LookedUp { .. }
            | RunEntry::Captured { .. }
            | RunEntry::LateAnswer {}
            | RunEntry::AbortRequested {}
            | RunEntry::DeadlineOver {}
            | RunEntry::Compared { .. }
            | RunEntry::Finished { .. } => {}
        }
    }
}
