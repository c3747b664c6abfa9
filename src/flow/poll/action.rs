//! What a person can do about a poll now, why not the rest, and what happens next.

use super::{PollAnswer, PollLife, PollState};
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};

/// What a person can do about a poll.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PollAction {
    /// Begin.
    Start,
    /// Withdraw it.
    Cancel,
}

/// Whether a person can do this now, and why not.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PollActionAvailability {
    /// What is to be done.
    pub action: PollAction,
    /// Why it is not possible; absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<PollRefusal>,
}

/// Why a person cannot do something about a poll now.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PollRefusal {
    /// It has begun already.
    Running,
    /// It has ended.
    Ended,
}

/// What happens to a poll next.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PollNext {
    /// Nothing, until it is started.
    Start,
    /// The next probe is sent at the time named.
    Probe,
    /// The running probe is answered, or given up at the time named.
    Answer,
    /// Nothing.
    Nothing,
}

/// What a page shows of a poll.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PollView {
    /// Its owner's name for it.
    pub id: String,
    /// Where it stands.
    pub state: PollState,
    /// The newest probe, 0 before the first.
    pub probe: u32,
    /// How many probes are sent at most.
    pub max_probes: u32,
    /// Probes without a usable answer.
    pub unanswered: u32,
    /// What the newest answered or given-up probe saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<PollAnswer>,
    /// Whether it was seen after the poll had ended otherwise.
    pub seen_late: bool,
    /// What a person can do, and why not the rest.
    pub actions: Vec<PollActionAvailability>,
    /// What happens next.
    pub next: PollNext,
    /// When; absent when it waits for somebody or has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
}

impl PollLife {
    /// What a page shows of it.
    pub fn view(&self) -> PollView {
        PollView {
            id: self.id.clone(),
            state: self.state,
            probe: self.probe,
            max_probes: self.max_probes,
            unanswered: self.unanswered,
            last: self.last,
            seen_late: self.seen_late,
            actions: self.state.actions().to_vec(),
            next: self.state.next(),
            wake_at: self.wake_at,
        }
    }
}

impl PollState {
    /// What a person can do here, and why not the rest.
    pub fn actions(self) -> [PollActionAvailability; 2] {
        let refusal = |action| match (action, self) {
            (PollAction::Start | PollAction::Cancel, Self::Idle)
            | (PollAction::Cancel, Self::Waiting | Self::Probing) => None,
            (PollAction::Start, Self::Waiting | Self::Probing) => Some(PollRefusal::Running),
            (
                PollAction::Start | PollAction::Cancel,
                Self::Found | Self::Exhausted | Self::Failed | Self::Cancelled,
            ) => Some(PollRefusal::Ended),
        };
        PollAction::ALL.map(|action| PollActionAvailability { action, refusal: refusal(action) })
    }

    /// The names of what a person can do here.
    pub fn allowed(self) -> Vec<&'static str> {
        let open = self.actions().into_iter().filter(|entry| entry.refusal.is_none());
        open.map(|entry| entry.action.name()).collect()
    }

    /// What happens next here.
    pub fn next(self) -> PollNext {
        match self {
            Self::Idle => PollNext::Start,
            Self::Waiting => PollNext::Probe,
            Self::Probing => PollNext::Answer,
            Self::Found | Self::Exhausted | Self::Failed | Self::Cancelled => PollNext::Nothing,
        }
    }
}

impl PollAction {
    /// Every action.
    pub const ALL: [Self; 2] = [Self::Start, Self::Cancel];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Cancel => "cancel",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{PollEvent, PollPolicy, step_poll};

    /// What a page offers is what the table takes.
    #[test]
    fn an_action_is_offered_exactly_where_the_table_takes_it() {
        let policy = PollPolicy::default();
        for state in PollState::ALL {
            let mut life = PollLife::new("p", &policy);
            life.state = state;
            for PollActionAvailability { action, refusal } in state.actions() {
                let event = match action {
                    PollAction::Start => PollEvent::Start {},
                    PollAction::Cancel => PollEvent::Cancel {},
                };
                let step = step_poll(&life, &event, Timestamp(0), &policy);
                assert_eq!(step.is_ok(), refusal.is_none(), "{state} {action:?}: {refusal:?}");
                if let Err(problem) = step {
                    assert_eq!(problem.code(), "invalid_transition");
                }
            }
            assert_eq!(state.is_resting(), state.next() == PollNext::Nothing, "{state}");
        }
    }
}
