//! What a page shows of a sale order: where it stands, what may be done, what happens next.

use super::{
    ActionAvailability, LastError, PublicStatus, SaleOrderFlow, SaleOrderLife, SaleOrderState,
};
use crate::{
    flow::{FlowPolicy, RequestLife, RequestState, submission::LineDocument},
    unit::{SaleOrderId, Timestamp},
};
use serde::{Deserialize, Serialize};

/// What a page shows of an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaleOrderView {
    /// The order.
    pub id: SaleOrderId,
    /// The word other systems know.
    pub status: PublicStatus,
    /// The finer state.
    pub state: SaleOrderState,
    /// Whether the outcome of some attempt is unknown.
    pub in_doubt: bool,
    /// Whether a cancel is remembered.
    pub cancel_requested: bool,
    /// Counted attempts of the current submission.
    pub attempts: u32,
    /// Every document ever named, ended ones included.
    pub documents: Vec<LineDocument>,
    /// What a person can ask, and why not the rest.
    pub actions: Vec<ActionAvailability>,
    /// When something happens by itself; absent when the order rests or waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
    /// The newest failure; absent once something has gone well after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
    /// What happens next under the connection's policy; absent when no policy was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Outlook>,
}

/// What happens next by itself, and how many attempts there have been.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Outlook {
    /// What happens next: when it wakes, or when somebody does something.
    pub next: NextStep,
    /// Attempts at what is under way or was given up; absent before the first and after success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<OutlookCount>,
}

/// Attempt `number` of `allowed`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct OutlookCount {
    /// At what.
    pub what: AttemptKind,
    /// How many there have been.
    pub number: u32,
    /// How many there may be.
    pub allowed: u32,
    /// Whether number and total time will allow one more when it wakes.
    pub another: bool,
}

/// What is attempted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum AttemptKind {
    /// To create the order.
    Create,
    /// To find it.
    Lookup,
    /// To cancel the document under way.
    Cancel,
}

/// What happens next to an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// A person or the host submits it.
    WaitsForSubmit,
    /// When it wakes, it is sent again under the same key.
    SendsAgain,
    /// When it wakes, it is looked up.
    LooksUp,
    /// The answer comes, or it wakes without one.
    WaitsForAnswer,
    /// The token comes, or it wakes without one.
    WaitsForToken,
    /// When it wakes, the next living document is cancelled.
    CancelsNextDocument,
    /// When it wakes, the doubtful document is cancelled again.
    CancelsAgain,
    /// When it wakes, a person is asked.
    AsksPerson,
    /// A person decides.
    WaitsForPerson,
    /// It rests; an answer to an earlier attempt may still come before it wakes.
    WaitsForLateAnswer,
    /// It rests.
    Nothing,
}

impl SaleOrderFlow {
    /// What a page shows of it; nothing about what happens next, which is the policy's to say.
    pub fn view(&self) -> SaleOrderView {
        let order = &self.order;
        SaleOrderView {
            id: order.id.clone(),
            status: order.status(),
            state: order.state,
            in_doubt: order.state.in_doubt(),
            cancel_requested: order.cancellation.requested,
            attempts: order.submission.attempts,
            documents: order.documents.known.clone(),
            actions: order.state.actions().to_vec(),
            wake_at: self.wake_at(),
            last_error: self.last_error.clone(),
            outlook: None,
        }
    }

    /// What a page shows of it, and what happens next under the connection's policy.
    ///
    /// ```
    /// use replenish::flow::{
    ///     FlowPolicy, NextStep, Outcome, SaleOrderFlow, SaleOrderInput, advance_sale_order,
    /// };
    /// use replenish::unit::{LineId, SaleOrderId, Timestamp};
    /// let policy = FlowPolicy::default();
    /// let flow = SaleOrderFlow::new(SaleOrderId::new("SO-1")?, vec![LineId::new("1")?])?;
    /// let submit = SaleOrderInput::Submit { payload: "{}".into() };
    /// let sending = advance_sale_order(&flow, &submit, Timestamp(0), &policy)?.flow;
    /// let (request_id, attempt, outcome) = (1, 1, Outcome::NotSent {});
    /// let lost = SaleOrderInput::Outcome { request_id, attempt, outcome };
    /// let view = advance_sale_order(&sending, &lost, Timestamp(9), &policy)?.flow.view_under(&policy);
    ///
    /// let outlook = view.outlook.unwrap();
    /// let count = outlook.count.unwrap();
    /// assert_eq!(outlook.next, NextStep::SendsAgain);
    /// assert_eq!((count.number, count.allowed, count.another), (1, 4, true));
    /// assert_eq!(view.last_error.unwrap().words(), "the other system could not be reached");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn view_under(&self, policy: &FlowPolicy) -> SaleOrderView {
        SaleOrderView { outlook: Some(self.outlook(policy)), ..self.view() }
    }

    fn outlook(&self, policy: &FlowPolicy) -> Outlook {
        let mut next = self.order.next(policy);
        if next == NextStep::WaitsForAnswer && self.waits_for_token() {
            next = NextStep::WaitsForToken;
        } else if next == NextStep::Nothing && self.wake_at().is_some() {
            next = NextStep::WaitsForLateAnswer;
        }
        Outlook { next, count: self.order.count(policy) }
    }

    fn waits_for_token(&self) -> bool {
        let awaited = self.order.awaited.map(|awaited| awaited.request);
        let is_awaited = |request: &&RequestLife| Some(request.id) == awaited;
        let request = self.requests.iter().find(is_awaited);
        request.is_some_and(|request| request.state == RequestState::AwaitToken)
    }
}

impl SaleOrderLife {
    /// The time at which the guards of the next step will be read.
    fn then(&self) -> Timestamp {
        self.wake_at.or(self.last_at).unwrap_or_default()
    }

    fn next(&self, policy: &FlowPolicy) -> NextStep {
        use SaleOrderState as S;
        let Self { submission, cancellation, .. } = self;
        let then = self.then();
        let resends = || {
            submission.keyed(then, policy)
                && submission.attempts_left(then, policy)
                && !submission.accepted
        };
        match self.state {
            S::Sent | S::Nullified => NextStep::Nothing,
            S::Rejected | S::Failed | S::Review => NextStep::WaitsForPerson,
            S::Initial if self.wake_at.is_none() => NextStep::WaitsForSubmit,
            S::Initial => NextStep::SendsAgain,
            S::Sending | S::Verifying | S::Cancelling => NextStep::WaitsForAnswer,
            S::Unknown
                if submission.resolves_by_lookup(then, policy)
                    && submission.lookups_left(policy) =>
            {
                NextStep::LooksUp
            }
            S::Unknown if resends() => NextStep::SendsAgain,
            S::CancelUnknown if !cancellation.attempts_left(then, policy) => NextStep::AsksPerson,
            S::CancelPending | S::CancelUnknown => self.next_cancel(),
            S::Unknown => NextStep::AsksPerson,
        }
    }

    fn next_cancel(&self) -> NextStep {
        let live = self.documents.live();
        let again = self.cancellation.document.as_ref().is_some_and(|again| live.contains(again));
        match (again, live.is_empty()) {
            (true, _) => NextStep::CancelsAgain,
            (false, false) => NextStep::CancelsNextDocument,
            (false, true) => NextStep::AsksPerson,
        }
    }

    fn count(&self, policy: &FlowPolicy) -> Option<OutlookCount> {
        use SaleOrderState as S;
        let Self { submission, cancellation, .. } = self;
        let (then, allowed) = (self.then(), policy.max_retries.saturating_add(1));
        let create = |another| OutlookCount {
            what: AttemptKind::Create,
            number: submission.attempts,
            allowed,
            another,
        };
        let lookup = OutlookCount {
            what: AttemptKind::Lookup,
            number: submission.lookups,
            allowed: policy.max_lookups,
            another: submission.lookups_left(policy),
        };
        let cancel = |another| OutlookCount {
            what: AttemptKind::Cancel,
            number: cancellation.attempts,
            allowed,
            another,
        };
        match self.state {
            S::Sent | S::Nullified => None,
            S::Initial if submission.count == 0 => None,
            // Whether it may was asked before the wait began.
            S::Initial => Some(create(true)),
            S::Sending => Some(create(submission.attempts_left(then, policy))),
            S::Verifying => Some(lookup),
            S::Unknown if self.next(policy) == NextStep::LooksUp => Some(lookup),
            S::Unknown => Some(create(self.next(policy) == NextStep::SendsAgain)),
            S::CancelPending => Some(cancel(self.next(policy) != NextStep::AsksPerson)),
            S::Cancelling | S::CancelUnknown => {
                Some(cancel(cancellation.attempts_left(then, policy)))
            }
            S::Rejected | S::Failed | S::Review => Some(create(false)),
        }
    }
}

impl NextStep {
    /// Every step.
    pub const ALL: [Self; 11] = [
        Self::WaitsForSubmit,
        Self::SendsAgain,
        Self::LooksUp,
        Self::WaitsForAnswer,
        Self::WaitsForToken,
        Self::CancelsNextDocument,
        Self::CancelsAgain,
        Self::AsksPerson,
        Self::WaitsForPerson,
        Self::WaitsForLateAnswer,
        Self::Nothing,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::WaitsForSubmit => "waits_for_submit",
            Self::SendsAgain => "sends_again",
            Self::LooksUp => "looks_up",
            Self::WaitsForAnswer => "waits_for_answer",
            Self::WaitsForToken => "waits_for_token",
            Self::CancelsNextDocument => "cancels_next_document",
            Self::CancelsAgain => "cancels_again",
            Self::AsksPerson => "asks_person",
            Self::WaitsForPerson => "waits_for_person",
            Self::WaitsForLateAnswer => "waits_for_late_answer",
            Self::Nothing => "nothing",
        }
    }

    /// Whether it happens when the order wakes, and so never without a time to wake.
    pub fn needs_wake(self) -> bool {
        match self {
            Self::SendsAgain
            | Self::LooksUp
            | Self::WaitsForAnswer
            | Self::WaitsForToken
            | Self::CancelsNextDocument
            | Self::CancelsAgain
            | Self::AsksPerson
            | Self::WaitsForLateAnswer => true,
            Self::WaitsForSubmit | Self::WaitsForPerson | Self::Nothing => false,
        }
    }
}
