//! The words of a step's life: states, events, commands and the stored value.

use crate::{
    flow::{FORMAT, known_format},
    unit::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known about one step of a run; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{FlowStepLife, FlowStepState};
/// assert_eq!(FlowStepLife::new("send_to_erp").state(), FlowStepState::Pending);
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct FlowStepLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) id: String,
    pub(in crate::flow) state: FlowStepState,
    /// How often it was started, 0 before the first time.
    pub(in crate::flow) round: u32,
    /// A look-up or a late answer settled what had been in doubt.
    pub(in crate::flow) recovered: bool,
    /// Why it rests as it does; absent while it does not rest and when all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) cause: Option<FlowStepCause>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// When it was last told something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) last_at: Option<Timestamp>,
    /// Answers and timers that came after their turn and changed nothing.
    pub(in crate::flow) superseded: u32,
}

/// What a step does and how patient it is.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct FlowStepPolicy {
    /// Whether it changes the other system.
    pub effect: Access,
    /// Whether a write in doubt can be looked up.
    pub lookup: bool,
    /// Whether it runs although a dependency failed: cleanup, gathering of evidence.
    pub always_run: bool,
    /// How often it is started again after a look-up has shown that nothing was applied.
    pub max_retries: u32,
    /// How long it may run, in milliseconds.
    pub deadline_ms: u64,
    /// How long looking up may take, in milliseconds, the settle window included.
    pub lookup_deadline_ms: u64,
}

/// Whether a step changes the other system.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// It reads only.
    Read,
    /// It writes: an unknown outcome is a doubt.
    Write,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum FlowStepState {
    /// Waiting for its dependencies.
    Pending,
    /// Asking.
    Running,
    /// Looking up whether its write was applied.
    Resolving,
    /// Done, and every check holds.
    Passed,
    /// Not done, or a hard check does not hold.
    Failed,
    /// Its write may or may not have been applied; a person must look.
    InDoubt,
    /// Never done.
    Skipped,
    /// Done, and only soft checks do not hold.
    Warned,
}

/// Why a step rests as it does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum FlowStepCause {
    /// Its condition did not hold.
    ConditionFalse,
    /// A step it depends on did not pass.
    DependencyFailed,
    /// A variable it names has no value; nothing was sent.
    VariableMissing,
    /// The run was stopped.
    Aborted,
    /// Only soft checks do not hold.
    SoftCheckFailed,
    /// A hard check does not hold.
    CheckFailed,
    /// The system refused.
    Rejected,
    /// The system gave no usable answer, and nothing was applied.
    Unreachable,
    /// What was polled for did not appear.
    PollExhausted,
    /// Its write may or may not have been applied.
    Doubt,
    /// Its write was applied more than once.
    Duplicate,
}

/// What a step's checks say of an answer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    /// Every check holds.
    Hold,
    /// Only soft ones do not.
    SoftFailed,
    /// A hard one does not.
    HardFailed,
}

/// What a look-up found of a write.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// One trace of it.
    Once,
    /// Several.
    MoreThanOnce,
    /// None, asked late enough to be believed.
    No,
}

/// What can happen to a step.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FlowStepEvent {
    /// Every dependency is through.
    Ready {
        /// Whether its condition holds.
        condition: bool,
        /// A variable without a value, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing: Option<String>,
    },
    /// A dependency did not pass.
    DependencyFailed {
        /// Which one.
        dependency: String,
        /// A variable without a value, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing: Option<String>,
    },
    /// Stop.
    Abort {
        /// Whether an attempt may have been applied unseen.
        doubtful: bool,
    },
    /// A positive answer.
    Ok {
        /// What the checks say of it.
        checks: CheckVerdict,
    },
    /// What was polled for is there.
    PollFound {
        /// What the checks say of it.
        checks: CheckVerdict,
    },
    /// A positive answer that only soft checks do not like.
    SoftCheckFailed {},
    /// A positive answer that a hard check does not like, or a poll that found the contrary.
    CheckFailed {},
    /// The system refused.
    Rejected {},
    /// Every attempt went unanswered, and none was applied.
    Exhausted {},
    /// Every probe was spent.
    PollExhausted {
        /// Whether any probe was answered at all.
        answered: bool,
    },
    /// An attempt may have been applied unseen.
    Ambiguous {},
    /// The time of the one timer has come.
    TimerDue {},
    /// The look-up has an answer that counts.
    Resolved {
        /// What it found.
        applied: Applied,
    },
}

/// What [`step`](super::step) wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FlowStepCommand {
    /// Begin the request or the poll, with the step's one key and the same bytes every time.
    Start {
        /// Which time, from 1.
        round: u32,
    },
    /// Ask the other system whether the write was applied.
    Lookup {
        /// For which time.
        round: u32,
    },
    /// Keep what the answer gave, secrets by reference.
    StoreCaptures {
        /// Whether it came from a look-up or late.
        recovered: bool,
    },
    /// Keep for the report: request, answer, attempts and what differed.
    Evidence {
        /// Why the step rests, when that is not well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<FlowStepCause>,
        /// The dependency or the variable concerned, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
    },
    /// Keep that a positive answer came when the step no longer waited for one.
    LateAnswer {},
    /// Stop what still runs for this step.
    StopRequests {},
    /// Tell the steps that depend on this one that it did not pass.
    StopDependants {},
    /// Run the one timer; it replaces the one before.
    Timer {
        /// When it is due.
        at: Timestamp,
    },
    /// No timer runs any more.
    CancelTimer {},
}

/// The next life of a step and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct FlowStepStep {
    /// The next life.
    pub life: FlowStepLife,
    /// What to do, in order.
    pub commands: Vec<FlowStepCommand>,
}

/// Why a person cannot stop a step.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum FlowStepRefusal {
    /// It is through already.
    AlreadyEnded,
}

impl FlowStepLife {
    /// A step that waits for its dependencies.
    pub fn new(id: &str) -> Self {
        Self {
            version: FORMAT,
            id: id.to_owned(),
            state: FlowStepState::Pending,
            round: 0,
            recovered: false,
            cause: None,
            wake_at: None,
            last_at: None,
            superseded: 0,
        }
    }

    /// Its name within its run.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it stands.
    pub fn state(&self) -> FlowStepState {
        self.state
    }

    /// Why it rests as it does; absent while it does not rest and when all is well.
    pub fn cause(&self) -> Option<FlowStepCause> {
        self.cause
    }

    /// How often it was started.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// Whether a look-up or a late answer settled what had been in doubt.
    pub fn recovered(&self) -> bool {
        self.recovered
    }

    /// When it must be woken; absent when it rests, or waits for other steps.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }
}

impl FlowStepState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Running,
        Self::Resolving,
        Self::Passed,
        Self::Failed,
        Self::InDoubt,
        Self::Skipped,
        Self::Warned,
    ];

    /// Whether the step has ended.
    pub fn is_resting(self) -> bool {
        !matches!(self, Self::Pending | Self::Running | Self::Resolving)
    }

    /// Whether it ended well enough for the steps that depend on it.
    pub fn has_passed(self) -> bool {
        matches!(self, Self::Passed | Self::Warned)
    }

    /// Why a person cannot stop it here; absent when it is possible.
    pub fn abort_refusal(self) -> Option<FlowStepRefusal> {
        self.is_resting().then_some(FlowStepRefusal::AlreadyEnded)
    }

    /// The commands it takes here.
    pub fn allowed(self) -> Vec<&'static str> {
        match self {
            Self::Pending => vec!["ready", "dependency_failed", "abort"],
            Self::Running | Self::Resolving => vec!["abort"],
            Self::Passed | Self::Failed | Self::InDoubt | Self::Skipped | Self::Warned => {
                Vec::new()
            }
        }
    }

    /// What happens next, in a word.
    pub fn next(self) -> &'static str {
        match self {
            Self::Pending => "waits_for_dependencies",
            Self::Running => "waits_for_answer",
            Self::Resolving => "waits_for_lookup",
            Self::InDoubt => "waits_for_person",
            Self::Passed | Self::Failed | Self::Skipped | Self::Warned => "nothing",
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Resolving => "resolving",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Skipped => "skipped",
            Self::Warned => "warned",
        }
    }
}

impl fmt::Display for FlowStepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FlowStepCause {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConditionFalse => "condition_false",
            Self::DependencyFailed => "dependency_failed",
            Self::VariableMissing => "variable_missing",
            Self::Aborted => "aborted",
            Self::SoftCheckFailed => "soft_check_failed",
            Self::CheckFailed => "check_failed",
            Self::Rejected => "rejected",
            Self::Unreachable => "unreachable",
            Self::PollExhausted => "poll_exhausted",
            Self::Doubt => "doubt",
            Self::Duplicate => "duplicate",
        }
    }
}

impl FlowStepEvent {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::DependencyFailed { .. } => "dependency_failed",
            Self::Abort { .. } => "abort",
            Self::Ok { .. } => "ok",
            Self::PollFound { .. } => "poll_found",
            Self::SoftCheckFailed {} => "soft_check_failed",
            Self::CheckFailed {} => "check_failed",
            Self::Rejected {} => "rejected",
            Self::Exhausted {} => "exhausted",
            Self::PollExhausted { .. } => "poll_exhausted",
            Self::Ambiguous {} => "ambiguous",
            Self::TimerDue {} => "timer_due",
            Self::Resolved { .. } => "resolved",
        }
    }
}
