//! The words of a token's life: states, events, commands and the stored value.

use crate::{
    flow::{ConnectionId, FORMAT, ObjectKind, Outcome, known_format},
    unit::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known about a connection's token; store it, pass it back, change nothing in it.
///
/// It holds generations and times, never a token.
///
/// ```
/// use replenish::flow::{ConnectionId, TokenLife, TokenState};
/// let life = TokenLife::new(ConnectionId::new("erp-1")?);
/// assert_eq!(life.state(), TokenState::Absent);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct TokenLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) connection: ConnectionId,
    pub(in crate::flow) state: TokenState,
    /// The newest fetch, 0 before the first; the token it brings is of this generation.
    pub(in crate::flow) fetch: u32,
    /// When the running fetch was sent: the token's life is counted from here, so that a slow
    /// answer does not lengthen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) asked_at: Option<Timestamp>,
    /// The token in hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) generation: Option<u32>,
    /// When the token in hand ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) expires_at: Option<Timestamp>,
    /// The newest generation that ever served, 0 before the first.
    pub(in crate::flow) last_generation: u32,
    /// Fetches that failed one after the other since anybody began to wait for one.
    pub(in crate::flow) failures: u32,
    /// Who waits, in the order in which they came, each once.
    pub(in crate::flow) waiters: Vec<RequestReference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// When the last event was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) moved_at: Option<Timestamp>,
    /// Answers and timers that came after their turn and changed nothing.
    pub(in crate::flow) superseded: u32,
}

/// Where a connection's token stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// None in hand; the next request that needs one has it fetched.
    Absent,
    /// One is being fetched, and all wait for it.
    Fetching,
    /// One is in hand.
    Valid,
    /// The next one is being fetched while the old one may still serve.
    Refreshing,
    /// Waiting before the next fetch.
    Backoff,
    /// The last one lived too short to be kept; the next request has another fetched.
    ShortLived,
    /// The server refuses our credentials; a person must see to them.
    Denied,
}

/// A request of some object, so that its owner can be answered.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct RequestReference {
    /// What kind of object made the request.
    pub owner: ObjectKind,
    /// Which object.
    pub owner_id: String,
    /// The request's number within its owner.
    pub request_id: u32,
}

/// What can happen to a token. Answers name the generation that was asked for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TokenEvent {
    /// A request needs a token.
    Need {
        /// Who asks.
        waiter: RequestReference,
    },
    /// A request's token was refused by the server it was meant for; the request waits for another.
    Unauthorized {
        /// Who asks.
        waiter: RequestReference,
        /// The refused one.
        generation: u32,
    },
    /// A token came.
    FetchOk {
        /// The fetch that was answered.
        generation: u32,
        /// How long it lives; absent when the server does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_in_ms: Option<u64>,
    },
    /// The server refuses our credentials.
    FetchReject {
        /// The fetch that was answered.
        generation: u32,
        /// Why, without secrets.
        message: String,
    },
    /// No usable answer.
    FetchFail {
        /// The fetch that failed.
        generation: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The time of the one timer has come.
    TimerDue {},
    /// The clock was set, or the machine slept: timers that count from their start are wrong.
    ClockJump {},
    /// The host has restarted; a running fetch is lost.
    Recover {},
    /// A person stops the fetching.
    Abort {},
    /// A person has seen to the credentials.
    OperatorReset {},
}

/// What a token server's positive answer says, read by the host, which keeps the token.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TokenGrant {
    /// How long it lives; absent when the server does not say.
    pub expires_in_ms: Option<u64>,
}

/// What [`step`](super::step) wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TokenCommand {
    /// Ask the token server, at most once, and keep what comes under this generation until it ends.
    Fetch {
        /// The generation of the token that comes.
        generation: u32,
        /// When to give up on the answer.
        deadline_at: Timestamp,
    },
    /// Stop the running fetch; its answer is not wanted any more.
    AbortFetch {
        /// Which fetch.
        generation: u32,
    },
    /// Tell the request that it has a token.
    TokenReady {
        /// Whom.
        waiter: RequestReference,
        /// Which token.
        generation: u32,
    },
    /// Tell the request that it gets none.
    TokenFailed {
        /// Whom.
        waiter: RequestReference,
        /// Why.
        failure: TokenFailure,
    },
    /// Run the one timer; it replaces the one before.
    Timer {
        /// When it is due.
        at: Timestamp,
    },
    /// No timer runs any more.
    CancelTimer {},
    /// Tell a person, once for each key; when telling fails nothing else is affected.
    Notify {
        /// What about.
        notice: TokenNotice,
        /// The same for every repetition of this notice.
        key: String,
    },
    /// Keep for the record: a person has reset the denied credentials.
    Audit {},
    /// Keep for the record; `message` has no secret in it.
    Log {
        /// What happened.
        message: String,
    },
}

/// Why a request gets no token.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum TokenFailure {
    /// The server refuses our credentials.
    AuthDenied,
    /// The server gave no usable answer.
    AuthUnavailable,
    /// A person stopped the fetching.
    Aborted,
}

/// What a person is told.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum TokenNotice {
    /// The server refuses our credentials.
    AuthDenied,
    /// The server gave no usable answer.
    AuthUnavailable,
}

/// The next life of a token and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct TokenStep {
    /// The next life.
    pub life: TokenLife,
    /// What to do, in order.
    pub commands: Vec<TokenCommand>,
}

impl TokenLife {
    /// A connection for which no token was ever fetched.
    pub fn new(connection: ConnectionId) -> Self {
        Self {
            version: FORMAT,
            connection,
            state: TokenState::Absent,
            fetch: 0,
            asked_at: None,
            generation: None,
            expires_at: None,
            last_generation: 0,
            failures: 0,
            waiters: Vec::new(),
            wake_at: None,
            moved_at: None,
            superseded: 0,
        }
    }

    /// Whose token it is.
    pub fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// Where it stands.
    pub fn state(&self) -> TokenState {
        self.state
    }

    /// The token in hand.
    pub fn generation(&self) -> Option<u32> {
        self.generation
    }

    /// When the token in hand ends.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Who waits, in the order in which they came.
    pub fn waiters(&self) -> &[RequestReference] {
        &self.waiters
    }

    /// When it must be woken; absent when nothing happens before somebody asks.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// Whether the token in hand has not ended.
    pub(in crate::flow) fn serves(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| now < at)
    }
}

impl TokenEvent {
    /// What a request's `NeedToken` means here.
    pub fn asked(waiter: RequestReference, refused_generation: Option<u32>) -> Self {
        match refused_generation {
            None => Self::Need { waiter },
            Some(generation) => Self::Unauthorized { waiter, generation },
        }
    }

    /// What a token server's answer means; `grant` is what the host read from a positive one.
    ///
    /// Refusals are final (RFC 6749, section 5.2) except those that ask for patience.
    pub fn fetched(generation: u32, outcome: &Outcome, grant: Option<TokenGrant>) -> Self {
        let Outcome::Answer { status, retry_after_ms, .. } = outcome else {
            return Self::FetchFail { generation, retry_after_ms: None };
        };
        match (status, grant) {
            (200..300, Some(TokenGrant { expires_in_ms })) => {
                Self::FetchOk { generation, expires_in_ms }
            }
            (400..500, _) if ![408, 425, 429].contains(status) => {
                Self::FetchReject { generation, message: format!("status {status}") }
            }
            _ => Self::FetchFail { generation, retry_after_ms: *retry_after_ms },
        }
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Need { .. } => "need",
            Self::Unauthorized { .. } => "unauthorized",
            Self::FetchOk { .. } => "fetch_ok",
            Self::FetchReject { .. } => "fetch_reject",
            Self::FetchFail { .. } => "fetch_fail",
            Self::TimerDue {} => "timer_due",
            Self::ClockJump {} => "clock_jump",
            Self::Recover {} => "recover",
            Self::Abort {} => "abort",
            Self::OperatorReset {} => "operator_reset",
        }
    }
}

impl TokenFailure {
    /// What the request is told; no secret is in it.
    pub fn message(self) -> &'static str {
        match self {
            Self::AuthDenied => "the server refuses the credentials",
            Self::AuthUnavailable => "the token server gave no usable answer",
            Self::Aborted => "the fetching of a token was stopped",
        }
    }
}

impl TokenNotice {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthDenied => "auth_denied",
            Self::AuthUnavailable => "auth_unavailable",
        }
    }
}

impl TokenState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Absent,
        Self::Fetching,
        Self::Valid,
        Self::Refreshing,
        Self::Backoff,
        Self::ShortLived,
        Self::Denied,
    ];

    /// Whether nothing happens here by itself.
    pub fn is_resting(self) -> bool {
        matches!(self, Self::Absent | Self::ShortLived | Self::Denied)
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Fetching => "fetching",
            Self::Valid => "valid",
            Self::Refreshing => "refreshing",
            Self::Backoff => "backoff",
            Self::ShortLived => "short_lived",
            Self::Denied => "denied",
        }
    }
}

impl fmt::Display for TokenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
