//! The words of a poll's life: states, events, commands and the stored value.

use super::PollPolicy;
use crate::{
    flow::{FORMAT, Outcome, known_format},
    unit::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known about one poll; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{PollLife, PollPolicy};
/// let poll = PollLife::new("RUN-7/visible", &PollPolicy::default());
/// assert_eq!(poll.progress(), "probe 0 of 4");
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PollLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) id: String,
    pub(in crate::flow) state: PollState,
    /// The newest probe, 0 before the first.
    pub(in crate::flow) probe: u32,
    /// How many probes are sent at most; fixed when the poll is made.
    pub(in crate::flow) max_probes: u32,
    /// Probes without a usable answer.
    pub(in crate::flow) unanswered: u32,
    /// What the newest answered or given-up probe saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) last: Option<PollAnswer>,
    /// A sighting after the end was reported.
    pub(in crate::flow) seen_late: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// When the last event was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) moved_at: Option<Timestamp>,
    /// Answers and timers that came after their turn and changed nothing.
    pub(in crate::flow) superseded: u32,
}

/// Where a poll stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PollState {
    /// Not started.
    Idle,
    /// Waiting before the next probe.
    Waiting,
    /// A probe is running.
    Probing,
    /// Seen.
    Found,
    /// Not seen within the probes or the time allowed.
    Exhausted,
    /// Something else was seen, or the other system refuses to look; more probes would not help.
    Failed,
    /// Withdrawn.
    Cancelled,
}

/// What a probe that did not end the poll came to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PollAnswer {
    /// The other system answered that it is not there.
    Missing,
    /// It is there, and not yet as it should be.
    NotYet,
    /// No usable answer, which says nothing about what is there.
    Transient,
}

/// What can happen to a poll. Answers name the probe they answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PollEvent {
    /// Begin.
    Start {},
    /// Withdraw it.
    Cancel {},
    /// It is there as it should be.
    Match {
        /// The answered probe.
        probe: u32,
        /// Where the answer can be looked up: the name under which the host keeps it.
        evidence: String,
    },
    /// It is not there.
    Missing {
        /// The answered probe.
        probe: u32,
        /// HTTP status.
        status: u16,
    },
    /// It is there, and not yet as it should be.
    NotYet {
        /// The answered probe.
        probe: u32,
        /// HTTP status.
        status: u16,
    },
    /// Something else is there: a wrong number, a cancelled document, another currency.
    Contradiction {
        /// The answered probe.
        probe: u32,
        /// What is different, without secrets.
        detail: String,
    },
    /// No usable answer.
    Transient {
        /// The probe.
        probe: u32,
        /// HTTP status, where there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The other system refuses to look.
    Reject {
        /// The answered probe.
        probe: u32,
        /// HTTP status.
        status: u16,
    },
    /// The time of the one timer has come.
    TimerDue {},
    /// The host has restarted; a running probe is lost.
    Recover {},
}

/// What a positive answer shows of the thing that is waited for, judged by the host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sighting {
    /// It is there as it should be; the host keeps the answer under this name.
    Match(String),
    /// It is not there.
    Missing,
    /// It is there, and not yet as it should be.
    NotYet,
    /// Something else is there, in words.
    Contradiction(String),
}

/// What [`step`](super::step) wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PollCommand {
    /// Look.
    Probe {
        /// Which probe.
        probe: u32,
        /// Of how many.
        max_probes: u32,
        /// When it is given up.
        deadline_at: Timestamp,
    },
    /// Stop the running call.
    Abort {
        /// Which probe.
        probe: u32,
    },
    /// Run the one timer; it replaces the one before.
    Timer {
        /// When it is due.
        at: Timestamp,
    },
    /// No timer runs any more.
    CancelTimer {},
    /// Keep for the record; `message` has no secret in it.
    Log {
        /// What happened.
        message: String,
    },
    /// Tell a person once that nothing was seen.
    Notify {},
    /// Tell the owner of the poll.
    Report {
        /// What came of it.
        report: PollReport,
    },
}

/// What came of a poll, for its owner.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PollReport {
    /// Seen.
    Found {
        /// By which probe.
        probe: u32,
        /// Of how many.
        max_probes: u32,
        /// How long after the beginning.
        elapsed_ms: u64,
        /// Where the answer can be looked up.
        evidence: String,
    },
    /// Not seen within the probes or the time allowed.
    Exhausted {
        /// The last probe.
        probe: u32,
        /// Of how many.
        max_probes: u32,
        /// How long after the beginning.
        elapsed_ms: u64,
        /// What the last probe came to; absent when none was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<PollAnswer>,
        /// How many probes had no usable answer. Only the others say that it was not there.
        unanswered: u32,
    },
    /// Something else was seen, or the other system refuses to look.
    Failed {
        /// By which probe.
        probe: u32,
        /// Of how many.
        max_probes: u32,
        /// How long after the beginning.
        elapsed_ms: u64,
        /// Which of the two.
        cause: PollCause,
        /// Details, without secrets.
        detail: String,
    },
    /// Seen after the poll had ended otherwise.
    LateFound {
        /// By which probe.
        probe: u32,
        /// Where the answer can be looked up.
        evidence: String,
    },
}

/// Why a poll stopped early.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PollCause {
    /// Something else was seen.
    Contradiction,
    /// The other system refuses to look.
    Reject,
}

/// The next life of a poll and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PollStep {
    /// The next life.
    pub life: PollLife,
    /// What to do, in order.
    pub commands: Vec<PollCommand>,
}

impl PollLife {
    /// A poll that has not started; `id` is its owner's name for it, and chooses its jitter.
    pub fn new(id: &str, policy: &PollPolicy) -> Self {
        Self {
            version: FORMAT,
            id: id.to_owned(),
            state: PollState::Idle,
            probe: 0,
            max_probes: policy.max_probes,
            unanswered: 0,
            last: None,
            seen_late: false,
            started_at: None,
            wake_at: None,
            moved_at: None,
            superseded: 0,
        }
    }

    /// Its owner's name for it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it stands.
    pub fn state(&self) -> PollState {
        self.state
    }

    /// The newest probe, 0 before the first.
    pub fn probe(&self) -> u32 {
        self.probe
    }

    /// How many probes are sent at most.
    pub fn max_probes(&self) -> u32 {
        self.max_probes
    }

    /// When it must be woken; absent before it starts and after it has ended.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// `probe 3 of 4`.
    pub fn progress(&self) -> String {
        format!("probe {} of {}", self.probe, self.max_probes)
    }
}

impl PollEvent {
    /// What a probe's outcome means; `sighting` is what the host read from a positive answer.
    ///
    /// A positive answer that could not be read is none.
    pub fn probed(probe: u32, outcome: &Outcome, sighting: Option<Sighting>) -> Self {
        let Outcome::Answer { status, retry_after_ms, .. } = outcome else {
            let cut = if let Outcome::BodyCut { status } = outcome { Some(*status) } else { None };
            return Self::Transient { probe, status: cut, retry_after_ms: None };
        };
        let status = *status;
        match (status, sighting) {
            (200..300, Some(Sighting::Match(evidence))) => Self::Match { probe, evidence },
            (200..300, Some(Sighting::NotYet)) => Self::NotYet { probe, status },
            (200..300, Some(Sighting::Contradiction(detail))) => {
                Self::Contradiction { probe, detail }
            }
            (200..300, Some(Sighting::Missing)) | (404, _) => Self::Missing { probe, status },
            (400..500, _) if ![408, 425, 429].contains(&status) => Self::Reject { probe, status },
            _ => Self::Transient { probe, status: Some(status), retry_after_ms: *retry_after_ms },
        }
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start {} => "start",
            Self::Cancel {} => "cancel",
            Self::Match { .. } => "match",
            Self::Missing { .. } => "missing",
            Self::NotYet { .. } => "not_yet",
            Self::Contradiction { .. } => "contradiction",
            Self::Transient { .. } => "transient",
            Self::Reject { .. } => "reject",
            Self::TimerDue {} => "timer_due",
            Self::Recover {} => "recover",
        }
    }

    /// The probe that the event is about.
    pub(super) fn probe(&self) -> Option<u32> {
        match self {
            Self::Match { probe, .. }
            | Self::Missing { probe, .. }
            | Self::NotYet { probe, .. }
            | Self::Contradiction { probe, .. }
            | Self::Transient { probe, .. }
            | Self::Reject { probe, .. } => Some(*probe),
            Self::Start {} | Self::Cancel {} | Self::TimerDue {} | Self::Recover {} => None,
        }
    }
}

impl PollState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Idle,
        Self::Waiting,
        Self::Probing,
        Self::Found,
        Self::Exhausted,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Whether the poll has ended.
    pub fn is_resting(self) -> bool {
        !matches!(self, Self::Idle | Self::Waiting | Self::Probing)
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Probing => "probing",
            Self::Found => "found",
            Self::Exhausted => "exhausted",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for PollState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
