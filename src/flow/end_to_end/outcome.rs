//! How a run ended, and the number a program ends with.

use crate::flow::{FlowStepCause, FlowStepLife, FlowStepState};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a run ended. When several are true the later one in this list is the outcome; the steps'
/// own states still show the others.
///
/// The sequence follows what a person has to know first:
///
/// 1. *Internal* first: then nothing else in the report can be trusted.
/// 2. *In doubt* before every other: something may exist that nobody knows of, and running again
///    could make it twice. All other outcomes allow another run once their reason is gone.
/// 3. *Failed*: something is known to be wrong in the systems, whatever else kept the run from
///    its end.
/// 4. *Config*: the plan is wrong; what it led to says little about the systems. It stands below
///    *failed*, for a variable without a value is often only the consequence.
/// 5. *Exhausted*: a system answered, and did not have what was waited for.
/// 6. *Unreachable*: a system did not answer, so that nothing is known but that.
/// 7. *Aborted*: somebody, or the run's deadline, stopped it with nothing wrong until then.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every step passed and all systems tell the same.
    Passed,
    /// Stopped before its end, and nothing is in doubt.
    Aborted,
    /// A system gave no usable answer, and nothing was applied.
    Unreachable,
    /// What was polled for did not appear.
    Exhausted,
    /// The plan cannot be carried out: nothing is sent where a variable has no value.
    Config,
    /// A check does not hold, a system refused, systems contradict each other, or something exists
    /// twice.
    Failed,
    /// A write may or may not have been applied; a person must look.
    InDoubt,
    /// The engine itself failed; the host says so when an input that it made is refused, or the
    /// engine traps.
    Internal,
}

impl RunOutcome {
    /// Every outcome, from the weakest to the strongest.
    pub const ALL: [Self; 8] = [
        Self::Passed,
        Self::Aborted,
        Self::Unreachable,
        Self::Exhausted,
        Self::Config,
        Self::Failed,
        Self::InDoubt,
        Self::Internal,
    ];

    /// The number a program ends with.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Config => 2,
            Self::Unreachable => 3,
            Self::Exhausted => 4,
            Self::InDoubt => 5,
            Self::Aborted => 6,
            Self::Internal => 7,
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Config => "config",
            Self::Unreachable => "unreachable",
            Self::Exhausted => "exhausted",
            Self::InDoubt => "in_doubt",
            Self::Aborted => "aborted",
            Self::Internal => "internal",
        }
    }

    /// What one step says of its run.
    pub(super) fn of_step(life: &FlowStepLife) -> Self {
        use FlowStepCause as Cause;
        match (life.state(), life.cause()) {
            (FlowStepState::Skipped, Some(Cause::Aborted)) => Self::Aborted,
            // Not wanted, or held up by a step that speaks for itself; a cleanup with nothing to
            // clean up.
            (FlowStepState::Skipped, _) | (_, None) => Self::Passed,
            (_, Some(cause)) => match cause {
                Cause::VariableMissing => Self::Config,
                Cause::Unreachable => Self::Unreachable,
                Cause::PollExhausted => Self::Exhausted,
                Cause::Doubt => Self::InDoubt,
                Cause::CheckFailed | Cause::Rejected | Cause::Duplicate => Self::Failed,
                Cause::Aborted => Self::Aborted,
                Cause::SoftCheckFailed | Cause::ConditionFalse | Cause::DependencyFailed => {
                    Self::Passed
                }
            },
        }
    }
}

impl fmt::Display for RunOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_number_of_its_own_and_its_rank() {
        let mut codes: Vec<u8> =
            RunOutcome::ALL.iter().map(|outcome| outcome.exit_code()).collect();
        assert_eq!(codes, [0, 6, 3, 4, 2, 1, 5, 7]);
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), RunOutcome::ALL.len());
        assert!(RunOutcome::ALL.is_sorted());
    }
}
