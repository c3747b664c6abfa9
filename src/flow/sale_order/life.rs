//! The words of a sale order's life: states, events, commands and the stored value.

use crate::{
    flow::answer::NamedDocument,
    unit::{DocumentId, Invalid, LineId, SaleOrderId, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The format that this version of the engine writes and reads.
const FORMAT: u32 = 1;

/// What is known about one sale order; store it, pass it back, change nothing in it.
///
/// ```
/// use replenish::flow::{PublicStatus, SaleOrderLife};
/// use replenish::unit::{LineId, SaleOrderId};
/// let life = SaleOrderLife::new(SaleOrderId::new("SO-1")?, vec![LineId::new("1")?])?;
/// assert_eq!(life.status(), PublicStatus::Initial);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderLife {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    pub(in crate::flow) version: u32,
    pub(in crate::flow) id: SaleOrderId,
    /// Every line that needs a document, in order.
    pub(in crate::flow) lines: Vec<LineId>,
    pub(in crate::flow) state: SaleOrderState,
    /// Counts the payloads given; the idempotency key depends on it.
    pub(in crate::flow) revision: u32,
    /// Counts the submissions, which share a payload until it is revised.
    pub(in crate::flow) submission: u32,
    /// Frozen at the first submit of a revision, so that every attempt sends the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) payload: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) submitted_at: Option<Timestamp>,
    /// When the current key left for the first time: its retention at the server counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) first_sent_at: Option<Timestamp>,
    /// Counted attempts to create in this submission.
    pub(in crate::flow) attempts: u32,
    /// Look-ups since the last doubtful attempt.
    pub(in crate::flow) lookups: u32,
    /// Counted attempts to cancel the current document.
    pub(in crate::flow) cancel_attempts: u32,
    /// Some attempt to create may have been applied unseen.
    pub(in crate::flow) ambiguous: bool,
    /// Some attempt to cancel may have been applied unseen.
    pub(in crate::flow) cancel_ambiguous: bool,
    /// The other system has accepted the order, although not every document is known.
    pub(in crate::flow) accepted: bool,
    pub(in crate::flow) cancel_requested: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) cancel_started_at: Option<Timestamp>,
    /// From here on a look-up that finds nothing proves absence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) settled_at: Option<Timestamp>,
    /// The document of the running or doubtful cancel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) cancelling: Option<DocumentId>,
    /// Sorted by line and document; never forgotten, only marked.
    pub(in crate::flow) documents: Vec<LineDocument>,
    /// Documents that the other system nullified before we knew their line.
    pub(in crate::flow) voided: Vec<DocumentId>,
    /// The newest request made for this order, 0 before the first.
    pub(in crate::flow) last_request: u32,
    /// The request whose answer this state waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) awaited: Option<Awaited>,
    /// The one running timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) wake_at: Option<Timestamp>,
    /// Answers and timers that came after their turn and changed nothing.
    pub(in crate::flow) superseded: u32,
}

/// Where a sale order stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum SaleOrderState {
    /// Not sent, or certainly not applied and to be sent again.
    Initial,
    /// An attempt to create is running.
    Sending,
    /// An attempt may or may not have been applied; waiting before finding out.
    Unknown,
    /// Looking the order up.
    Verifying,
    /// Alive in the other system, one document for every line.
    Sent,
    /// Refused by the other system; a revised payload may be submitted.
    Rejected,
    /// Given up, certainly not alive; may be submitted again.
    Failed,
    /// A person must look into the other system and say what is there.
    Review,
    /// Alive and to be cancelled.
    CancelPending,
    /// An attempt to cancel is running.
    Cancelling,
    /// An attempt to cancel may or may not have been applied.
    CancelUnknown,
    /// Not alive and not wanted any more.
    Nullified,
}

/// The five words other systems know for the state of a sale order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PublicStatus {
    /// Not sent yet, being sent, or in doubt.
    Initial,
    /// Alive in the other system.
    Sent,
    /// Rejected, given up, or to be reviewed.
    Failed,
    /// Cancelled.
    Nullified,
    /// A cancel is wanted and not yet confirmed.
    CancellationPending,
}

/// What can happen to a sale order. Answers name the request they answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SaleOrderEvent {
    /// Send it.
    Submit {
        /// The bytes to send, including every date in them.
        payload: String,
    },
    /// The time of the one timer has come.
    TimerDue {},
    /// The order is not wanted any more.
    CancelRequested {},
    /// The host has restarted; calls that ran before are lost.
    Recover {},
    /// Created; these are its documents.
    Ok {
        /// The answered request.
        request: u32,
        /// Documents by line.
        documents: Vec<NamedDocument>,
    },
    /// Accepted, but the answer does not say as what; it may name some documents.
    OkIncomplete {
        /// The answered request.
        request: u32,
        /// Documents by line, as far as named.
        documents: Vec<NamedDocument>,
    },
    /// Created by an earlier attempt with the same key.
    Duplicate {
        /// The answered request.
        request: u32,
        /// Documents by line, as far as named.
        documents: Vec<NamedDocument>,
    },
    /// Refused and not applied.
    Reject {
        /// The answered request.
        request: u32,
        /// The server's words.
        message: String,
    },
    /// Certainly never reached the server.
    NotSent {
        /// The answered request.
        request: u32,
    },
    /// Turned away unseen because of too many requests.
    Throttled {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// An attempt to create may or may not have been applied.
    Ambiguous {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// Positive evidence outside its turn: a late answer or a webhook.
    LateOk {
        /// Documents by line, as far as named.
        documents: Vec<NamedDocument>,
    },
    /// The look-up found these living documents.
    LookupFound {
        /// The answered request.
        request: u32,
        /// Documents by line.
        documents: Vec<NamedDocument>,
    },
    /// The look-up found nothing.
    LookupAbsent {
        /// The answered request.
        request: u32,
    },
    /// The look-up said nothing usable.
    LookupFail {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The document is cancelled.
    CancelOk {
        /// The answered request.
        request: u32,
    },
    /// The document to cancel is not there (any more).
    CancelGone {
        /// The answered request.
        request: u32,
        /// Whether the answer says that it was cancelled before.
        already_cancelled: bool,
    },
    /// The other system refuses to cancel.
    CancelRefused {
        /// The answered request.
        request: u32,
        /// The server's words.
        reason: String,
    },
    /// An attempt to cancel may or may not have been applied.
    CancelAmbiguous {
        /// The answered request.
        request: u32,
        /// How long the server asks us to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// The other system nullified documents by itself.
    RemoteNullified {
        /// The nullified documents; none named means the whole order.
        documents: Vec<DocumentId>,
    },
    /// A person has looked: these documents are alive, and no others.
    OperatorPresent {
        /// Documents by line; none named means the known living ones.
        documents: Vec<NamedDocument>,
    },
    /// A person has looked: nothing is alive, and nothing is under way any more.
    OperatorAbsent {},
}

/// What `step` wants done once the new life is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SaleOrderCommand {
    /// Create the order in the other system.
    Create {
        /// The request to make.
        request: u32,
        /// Which attempt of the submission this is.
        attempt: u32,
        /// The same for every attempt of one revision.
        idempotency_key: String,
        /// The same bytes for every attempt of one revision.
        payload: String,
    },
    /// Find the order in the other system by our reference.
    Lookup {
        /// The request to make.
        request: u32,
        /// Which look-up of this doubt it is.
        attempt: u32,
        /// Identifies the look-up.
        idempotency_key: String,
    },
    /// Cancel one document in the other system.
    Cancel {
        /// The request to make.
        request: u32,
        /// Which attempt to cancel this document it is.
        attempt: u32,
        /// The same for every attempt to cancel this document.
        idempotency_key: String,
        /// The document.
        document: DocumentId,
    },
    /// Run the one timer; it replaces the one before.
    Timer {
        /// When it is due.
        at: Timestamp,
    },
    /// No timer runs any more.
    CancelTimer {},
    /// Tell a person, once for each key.
    Notify {
        /// What about.
        notice: Notice,
        /// The same for every repetition of this notice.
        key: String,
        /// Details in the other system's words, or the documents concerned.
        detail: String,
    },
    /// Keep for the record.
    Audit {
        /// What happened.
        audit: Audit,
        /// Details in the other system's words, or the documents concerned.
        detail: String,
    },
    /// The parent order's status must be recomputed.
    Parent {},
}

/// What a person is told about an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A positive answer came after its turn.
    LateAnswer,
    /// The answer leaves lines without a document, or gives them several.
    LinesWithoutDocument,
    /// Accepted, but the documents are not named.
    AcceptedWithoutDocument,
    /// The other system rejected the order.
    Rejected,
    /// Every attempt failed without reaching the server.
    Undeliverable,
    /// The outcome is unknown; do not send it again by other means.
    OutcomeUnknown,
    /// Two attempts may both be alive.
    TwoAttemptsMayLive,
    /// The other system holds more than one set of documents for the order.
    DuplicateInErp,
    /// Accepted, yet the look-up finds nothing.
    AcceptedButNotFound,
    /// A second order appeared in the other system.
    SecondErpOrder,
    /// Rejected, yet present.
    RejectedYetPresent,
    /// The other system nullified the order by itself.
    NullifiedRemotely,
    /// The other system nullified a part of the order by itself.
    PartlyNullifiedRemotely,
    /// The other system refuses to cancel; the order stays alive.
    CancelRefused,
    /// No attempt to cancel reached the server; the order stays alive.
    CancelUndeliverable,
    /// Whether the order is cancelled is unknown.
    CancelOutcomeUnknown,
    /// There is no document to cancel.
    NothingToCancel,
    /// Some documents are cancelled and others are not.
    PartlyCancelled,
    /// Alive after it was nullified.
    AliveAfterNullification,
}

/// What is kept for the record about an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Audit {
    /// Cancelled without ever being sent.
    NeverSent,
    /// Cancelled when no attempt had been applied.
    NeverApplied,
    /// The other system rejected an attempt.
    AttemptRejected,
    /// Proved absent by look-up.
    ProvedAbsent,
    /// The document had been cancelled before we asked.
    AlreadyCancelled,
    /// Nullified by the other system.
    NullifiedRemotely,
    /// A person said that it is present.
    OperatorSaidPresent,
    /// A person said that it is absent.
    OperatorSaidAbsent,
    /// The late result of an attempt to cancel; the state does not change.
    LateCancelResult,
    /// What a request told while it ran.
    RequestLog,
}

/// What a person can ask of an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Send it.
    Submit,
    /// Cancel it.
    CancelRequested,
    /// Say which documents are alive.
    OperatorPresent,
    /// Say that nothing is alive.
    OperatorAbsent,
}

/// Whether a person can ask this now, and why not.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ActionAvailability {
    /// What is asked.
    pub action: Action,
    /// Why it is not possible; absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// Why a person cannot ask something now.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is being sent.
    Running,
    /// It may be alive already; sending again could make a second order.
    InDoubt,
    /// It is alive already.
    AlreadySent,
    /// It waits for a person's word.
    NeedsReview,
    /// It is being cancelled.
    BeingCancelled,
    /// It is cancelled.
    AlreadyNullified,
    /// Its state is known; there is nothing to decide.
    NothingToReview,
}

/// A line's document in the other system.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LineDocument {
    /// Our line.
    pub line: LineId,
    /// The other system's document.
    pub document: DocumentId,
    /// When it was known not to be alive any more; absent while it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The request an order waits for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Awaited {
    pub(in crate::flow) request: u32,
    pub(in crate::flow) since: Timestamp,
}

/// The next life of an order and what is to be done once it is stored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderStep {
    /// The next life.
    pub life: SaleOrderLife,
    /// What to do, in order.
    pub commands: Vec<SaleOrderCommand>,
}

impl SaleOrderLife {
    /// A new order that waits to be submitted.
    ///
    /// # Errors
    ///
    /// When there is no line, or a line comes twice.
    pub fn new(id: SaleOrderId, mut lines: Vec<LineId>) -> Result<Self, Invalid> {
        lines.sort();
        if lines.is_empty() {
            return Err(Invalid::new("lines_empty", "at least one line", "none").at("lines"));
        }
        if let Some(pair) = lines.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Invalid::new("line_repeated", "every line once", &pair[0]).at("lines"));
        }
        Ok(Self {
            version: FORMAT,
            id,
            lines,
            state: SaleOrderState::Initial,
            revision: 1,
            submission: 0,
            payload: None,
            submitted_at: None,
            first_sent_at: None,
            attempts: 0,
            lookups: 0,
            cancel_attempts: 0,
            ambiguous: false,
            cancel_ambiguous: false,
            accepted: false,
            cancel_requested: false,
            cancel_started_at: None,
            settled_at: None,
            cancelling: None,
            documents: Vec::new(),
            voided: Vec::new(),
            last_request: 0,
            awaited: None,
            wake_at: None,
            superseded: 0,
        })
    }

    /// The order.
    pub fn id(&self) -> &SaleOrderId {
        &self.id
    }

    /// Where it stands.
    pub fn state(&self) -> SaleOrderState {
        self.state
    }

    /// The word other systems know for it.
    pub fn status(&self) -> PublicStatus {
        self.state.status()
    }

    /// When the order must be woken; absent when it rests or waits for a person.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// Every document ever named for it, ended ones included, sorted by line.
    pub fn documents(&self) -> &[LineDocument] {
        &self.documents
    }

    /// Whether a cancel is remembered.
    pub fn cancel_requested(&self) -> bool {
        self.cancel_requested
    }

    /// Attempts of the current submission that count against its retries.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl SaleOrderState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::Initial,
        Self::Sending,
        Self::Unknown,
        Self::Verifying,
        Self::Sent,
        Self::Rejected,
        Self::Failed,
        Self::Review,
        Self::CancelPending,
        Self::Cancelling,
        Self::CancelUnknown,
        Self::Nullified,
    ];

    /// The word other systems know for it.
    pub fn status(self) -> PublicStatus {
        match self {
            Self::Initial | Self::Sending | Self::Unknown | Self::Verifying => {
                PublicStatus::Initial
            }
            Self::Sent => PublicStatus::Sent,
            Self::Rejected | Self::Failed | Self::Review => PublicStatus::Failed,
            Self::CancelPending | Self::Cancelling | Self::CancelUnknown => {
                PublicStatus::CancellationPending
            }
            Self::Nullified => PublicStatus::Nullified,
        }
    }

    /// Whether the engine does nothing more here until something new comes from outside.
    pub fn is_resting(self) -> bool {
        matches!(self, Self::Sent | Self::Rejected | Self::Failed | Self::Nullified | Self::Review)
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Verifying => "verifying",
            Self::Sent => "sent",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Review => "review",
            Self::CancelPending => "cancel_pending",
            Self::Cancelling => "cancelling",
            Self::CancelUnknown => "cancel_unknown",
            Self::Nullified => "nullified",
        }
    }

    /// What a person can ask here, and why not the rest.
    pub fn actions(self) -> [ActionAvailability; 4] {
        Action::ALL.map(|action| ActionAvailability { action, refusal: self.refusal(action) })
    }

    /// The names of what a person can ask here.
    pub fn allowed(self) -> Vec<&'static str> {
        let open = self.actions().into_iter().filter(|entry| entry.refusal.is_none());
        open.map(|entry| entry.action.name()).collect()
    }

    fn refusal(self, action: Action) -> Option<Refusal> {
        match (action, self) {
            (Action::Submit, Self::Initial | Self::Rejected | Self::Failed)
            | (
                Action::CancelRequested,
                Self::Initial
                | Self::Sending
                | Self::Unknown
                | Self::Verifying
                | Self::Sent
                | Self::Rejected
                | Self::Failed
                | Self::Review,
            )
            | (Action::OperatorPresent | Action::OperatorAbsent, Self::Review) => None,
            (Action::Submit, Self::Sending) => Some(Refusal::Running),
            (Action::Submit, Self::Unknown | Self::Verifying) => Some(Refusal::InDoubt),
            (Action::Submit, Self::Sent) => Some(Refusal::AlreadySent),
            (Action::Submit, Self::Review) => Some(Refusal::NeedsReview),
            (
                Action::Submit | Action::CancelRequested,
                Self::CancelPending | Self::Cancelling | Self::CancelUnknown,
            ) => Some(Refusal::BeingCancelled),
            (Action::Submit | Action::CancelRequested, Self::Nullified) => {
                Some(Refusal::AlreadyNullified)
            }
            (
                Action::OperatorPresent | Action::OperatorAbsent,
                Self::Initial
                | Self::Sending
                | Self::Unknown
                | Self::Verifying
                | Self::Sent
                | Self::Rejected
                | Self::Failed
                | Self::CancelPending
                | Self::Cancelling
                | Self::CancelUnknown
                | Self::Nullified,
            ) => Some(Refusal::NothingToReview),
        }
    }
}

impl fmt::Display for SaleOrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 4] =
        [Self::Submit, Self::CancelRequested, Self::OperatorPresent, Self::OperatorAbsent];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::CancelRequested => "cancel_requested",
            Self::OperatorPresent => "operator_present",
            Self::OperatorAbsent => "operator_absent",
        }
    }
}

impl SaleOrderEvent {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit",
            Self::TimerDue {} => "timer_due",
            Self::CancelRequested {} => "cancel_requested",
            Self::Recover {} => "recover",
            Self::Ok { .. } => "ok",
            Self::OkIncomplete { .. } => "ok_incomplete",
            Self::Duplicate { .. } => "duplicate",
            Self::Reject { .. } => "reject",
            Self::NotSent { .. } => "not_sent",
            Self::Throttled { .. } => "throttled",
            Self::Ambiguous { .. } => "ambiguous",
            Self::LateOk { .. } => "late_ok",
            Self::LookupFound { .. } => "lookup_found",
            Self::LookupAbsent { .. } => "lookup_absent",
            Self::LookupFail { .. } => "lookup_fail",
            Self::CancelOk { .. } => "cancel_ok",
            Self::CancelGone { .. } => "cancel_gone",
            Self::CancelRefused { .. } => "cancel_refused",
            Self::CancelAmbiguous { .. } => "cancel_ambiguous",
            Self::RemoteNullified { .. } => "remote_nullified",
            Self::OperatorPresent { .. } => "operator_present",
            Self::OperatorAbsent {} => "operator_absent",
        }
    }

    /// The request that an answer answers.
    pub(in crate::flow) fn request(&self) -> Option<u32> {
        match self {
            Self::Ok { request, .. }
            | Self::OkIncomplete { request, .. }
            | Self::Duplicate { request, .. }
            | Self::Reject { request, .. }
            | Self::NotSent { request }
            | Self::Throttled { request, .. }
            | Self::Ambiguous { request, .. }
            | Self::LookupFound { request, .. }
            | Self::LookupAbsent { request }
            | Self::LookupFail { request, .. }
            | Self::CancelOk { request }
            | Self::CancelGone { request, .. }
            | Self::CancelRefused { request, .. }
            | Self::CancelAmbiguous { request, .. } => Some(*request),
            Self::Submit { .. }
            | Self::TimerDue {}
            | Self::CancelRequested {}
            | Self::Recover {}
            | Self::LateOk { .. }
            | Self::RemoteNullified { .. }
            | Self::OperatorPresent { .. }
            | Self::OperatorAbsent {} => None,
        }
    }
}

/// Refuses a stored life that another version of the engine wrote in another format.
pub(in crate::flow) fn known_format<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<u32, D::Error> {
    let version = u32::deserialize(deserializer)?;
    if version == FORMAT {
        return Ok(version);
    }
    let problem = Invalid::new("version_unknown", format!("format {FORMAT}"), version);
    Err(serde::de::Error::custom(problem.at("version")))
}
