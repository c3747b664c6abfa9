//! The words of a request's life: states, events, commands and the stored value.

use crate::{
    flow::{
        FORMAT,
        answer::{Answer, Operation},
        is_default, known_format,
    },
    unit::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known about one request; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{Operation, Replay, RequestLife, RequestState};
/// let request = RequestLife::new(1, Operation::Lookup {}, "lookup:1:SO-1", Replay::Safe, 3, 60_000);
/// assert_eq!(request.state(), RequestState::Queued);
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct RequestLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) id: u32,
    pub(in crate::flow) operation: Operation,
    pub(in crate::flow) idempotency_key: String,
    pub(in crate::flow) replay: Replay,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) max_retries: u32,
    /// How long it may go on trying, in milliseconds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) total_deadline_ms: u64,
    pub(in crate::flow) state: RequestState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) started_at: Option<Timestamp>,
    /// The newest attempt, 0 before the first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) attempt: u32,
    /// Attempts after the first that count against the retries.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) retries: u32,
    /// Attempts that were turned away because of too many requests.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) throttles: u32,
    /// A token of this request was refused once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) unauthorized: bool,
    /// An earlier attempt may have been applied unseen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) ambiguous: bool,
    /// Which token the newest attempt carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) token_generation: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// Answers and timers that came after their turn and changed nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) superseded: u32,
}

/// Whether an attempt may be repeated when its outcome is unknown.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// It reads only; repeating it changes nothing.
    Safe,
    /// It writes, and repeating it is harmless: idempotent by nature or by key.
    Idempotent,
    /// It writes, and repeating it may apply it twice.
    Once,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Not started.
    Queued,
    /// Waiting for a token.
    AwaitToken,
    /// An attempt is running.
    InFlight,
    /// Waiting before the next attempt.
    Backoff,
    /// Answered positively.
    Succeeded,
    /// Refused, and no attempt was applied.
    Rejected,
    /// Some attempt may have been applied unseen.
    Ambiguous,
    /// Given up, and no attempt was applied.
    Exhausted,
    /// Withdrawn before it could be applied.
    Cancelled,
}

/// What can happen to a request. Answers name the attempt they answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestEvent {
    /// Begin.
    Start {},
    /// Withdraw it.
    Cancel {},
    /// A token is there.
    TokenReady {
        /// Which token: a number that grows with every renewal. The token itself stays outside.
        generation: u32,
    },
    /// No token can be had.
    TokenFailed {
        /// Why, without secrets.
        message: String,
    },
    /// A positive answer.
    Answer2xx {
        /// The answered attempt.
        attempt: u32,
        /// Whether it names everything the operation must name.
        complete: bool,
        /// Whether it says that an earlier request with our key was applied.
        answer: Answer,
    },
    /// A positive status whose body was cut or is not what was agreed.
    BodyInvalid {
        /// The answered attempt.
        attempt: u32,
        /// The status, and the body as far as it was read.
        answer: Answer,
    },
    /// A positive status and a business flag that says no.
    AnswerBusinessFail {
        /// The answered attempt.
        attempt: u32,
        /// What was said.
        answer: Answer,
    },
    /// The token was refused.
    Answer401 {
        /// The answered attempt.
        attempt: u32,
        /// What was said.
        answer: Answer,
    },
    /// Too many requests.
    Answer429 {
        /// The answered attempt.
        attempt: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// A refusal by status, or the duplicate of our own key.
    Answer4xx {
        /// The answered attempt.
        attempt: u32,
        /// Whether the server has applied our key before.
        duplicate_of_our_key: bool,
        /// What was said.
        answer: Answer,
    },
    /// The server failed; what it did before is unknown.
    Answer5xx {
        /// The answered attempt.
        attempt: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        /// HTTP status.
        status: u16,
    },
    /// The server cannot have seen the attempt.
    NotSent {
        /// The attempt.
        attempt: u32,
    },
    /// Nothing usable came.
    NoAnswer {
        /// The attempt.
        attempt: u32,
    },
    /// The time of the one timer has come.
    TimerDue {},
    /// The host has restarted; the running attempt is lost.
    Recover {},
}

/// What [`step`](super::step) wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestCommand {
    /// Answer with a token.
    NeedToken {
        /// A token that the server has refused: not this one again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused_generation: Option<u32>,
    },
    /// Send the attempt.
    Http {
        /// Which attempt.
        attempt: u32,
        /// With which token.
        generation: u32,
        /// When it is given up.
        deadline_at: Timestamp,
    },
    /// Stop the running call; what it did is unknown.
    Abort {
        /// Which attempt.
        attempt: u32,
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
    /// Tell a person once that the request ended without success.
    Notify {},
    /// Tell the owner of the request.
    Report {
        /// How it ended.
        report: RequestReport,
    },
}

/// How a request ended, for its owner.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestReport {
    /// Answered positively and completely.
    Ok {
        /// What was said.
        answer: Answer,
    },
    /// Accepted, but the answer lacks what it must name.
    OkIncomplete {
        /// What was said.
        answer: Answer,
    },
    /// An earlier request with our key was applied.
    Duplicate {
        /// What was said.
        answer: Answer,
    },
    /// Refused, and not applied.
    Reject {
        /// What was said.
        answer: Answer,
    },
    /// Refused, but an earlier attempt may have been applied.
    RejectAfterAmbiguous {
        /// What was said.
        answer: Answer,
    },
    /// Never reached the server.
    NotSent {},
    /// Turned away because of too many requests.
    Throttled {
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// May or may not have been applied.
    Ambiguous {
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// A read that was never answered.
    Unanswered {
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// A positive answer after the request had ended otherwise.
    LateOk {
        /// What was said.
        answer: Answer,
    },
}

/// The next life of a request and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct RequestStep {
    /// The next life.
    pub life: RequestLife,
    /// What to do, in order.
    pub commands: Vec<RequestCommand>,
}

impl RequestLife {
    /// A request that has not started.
    pub fn new(
        id: u32,
        operation: Operation,
        idempotency_key: &str,
        replay: Replay,
        max_retries: u32,
        total_deadline_ms: u64,
    ) -> Self {
        Self {
            version: FORMAT,
            id,
            operation,
            idempotency_key: idempotency_key.to_owned(),
            replay,
            max_retries,
            total_deadline_ms,
            state: RequestState::Queued,
            started_at: None,
            attempt: 0,
            retries: 0,
            throttles: 0,
            unauthorized: false,
            ambiguous: false,
            token_generation: None,
            wake_at: None,
            superseded: 0,
        }
    }

    /// Its number within its owner.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Where it stands.
    pub fn state(&self) -> RequestState {
        self.state
    }

    /// What it asks.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// When it must be woken.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }
}

impl RequestState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::AwaitToken,
        Self::InFlight,
        Self::Backoff,
        Self::Succeeded,
        Self::Rejected,
        Self::Ambiguous,
        Self::Exhausted,
        Self::Cancelled,
    ];

    /// Whether the request has ended.
    pub fn is_resting(self) -> bool {
        !matches!(self, Self::Queued | Self::AwaitToken | Self::InFlight | Self::Backoff)
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::AwaitToken => "await_token",
            Self::InFlight => "in_flight",
            Self::Backoff => "backoff",
            Self::Succeeded => "succeeded",
            Self::Rejected => "rejected",
            Self::Ambiguous => "ambiguous",
            Self::Exhausted => "exhausted",
            Self::Cancelled => "cancelled",
        }
    }

    /// The commands it takes here.
    pub fn allowed(self) -> Vec<&'static str> {
        match self {
            Self::Queued => vec!["start", "cancel"],
            Self::AwaitToken | Self::InFlight | Self::Backoff => vec!["cancel"],
            Self::Succeeded
            | Self::Rejected
            | Self::Ambiguous
            | Self::Exhausted
            | Self::Cancelled => Vec::new(),
        }
    }
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
