//! What a page shows of a purchase order: where it stands, what may be done, what happens next.

use super::{
    ApprovalCase, Facts, Fulfilment, OrderedLine, PurchaseOrderActionAvailability,
    PurchaseOrderFlow, PurchaseOrderLife, PurchaseOrderNext, PurchaseOrderState,
    PurchaseOrderStatus, PurchasePolicy,
};
use crate::{
    flow::{AttemptKind, LastError, LineDocument, OutlookCount, TransitionError},
    order::NeededLevel,
    unit::{PurchaseOrderId, Timestamp},
};
use serde::{Deserialize, Serialize};

/// What a page shows of a purchase order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PurchaseOrderView {
    /// The order.
    pub id: PurchaseOrderId,
    /// The word other systems know.
    pub status: PurchaseOrderStatus,
    /// The finer state.
    pub state: PurchaseOrderState,
    /// The draft's revision, one more for every change of the supplier's that was accepted.
    pub revision: u32,
    /// Whether the outcome of some attempt is unknown.
    pub in_doubt: bool,
    /// Whether a cancel is remembered.
    pub cancel_requested: bool,
    /// Whether what has not come is not awaited any more.
    pub short: bool,
    /// Counted attempts of the current submission.
    pub attempts: u32,
    /// What its lines ask for, as drafted or as agreed since.
    pub ordered: Vec<OrderedLine>,
    /// How much of that has come.
    pub fulfilment: Fulfilment,
    /// Everything the supplier has said.
    pub facts: Facts,
    /// Every document ever named, ended ones included.
    pub documents: Vec<LineDocument>,
    /// What a person can ask, and why not the rest.
    pub actions: Vec<PurchaseOrderActionAvailability>,
    /// What happens next, when nobody does anything.
    pub next: PurchaseOrderNext,
    /// When something happens by itself; absent when the order rests or waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
    /// The newest failure; absent once something has gone well after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
    /// Attempts at what is under way or was given up, under the supplier's policy; absent when no
    /// policy was given, before the first attempt and after success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<OutlookCount>,
}

impl PurchaseOrderFlow {
    /// What a page shows of it; nothing about how often something is tried, which is the policy's to
    /// say.
    pub fn view(&self) -> PurchaseOrderView {
        let order = &self.order;
        PurchaseOrderView {
            id: order.id().clone(),
            status: order.status(),
            state: order.state(),
            revision: order.revision(),
            in_doubt: order.state().in_doubt(),
            cancel_requested: order.cancel_requested(),
            short: order.is_short(),
            attempts: order.attempts(),
            ordered: order.ordered().to_vec(),
            fulfilment: order.facts().covers(order.ordered()),
            facts: order.facts().clone(),
            documents: order.documents().to_vec(),
            actions: order.state().actions().to_vec(),
            next: order.state().next(),
            wake_at: self.wake_at(),
            last_error: self.last_error.clone(),
            count: None,
        }
    }

    /// What a page shows of it, and which attempt of how many is under way.
    pub fn view_under(&self, policy: &PurchasePolicy) -> PurchaseOrderView {
        PurchaseOrderView { count: self.order.count(policy), ..self.view() }
    }

    /// The levels on which approvals are still missing, in their order; none unless the order waits for
    /// approval.
    ///
    /// # Errors
    ///
    /// When the case shows another draft, or its rules make no sense.
    pub fn approvals_needed(
        &self,
        case: &ApprovalCase,
    ) -> Result<Vec<NeededLevel>, TransitionError> {
        if self.order.state != PurchaseOrderState::PendingApproval {
            return Ok(Vec::new());
        }
        let mut levels = self.order.decide(case, "approve")?.levels;
        levels.retain(|level| level.missing > 0);
        Ok(levels)
    }
}

impl PurchaseOrderLife {
    fn count(&self, policy: &PurchasePolicy) -> Option<OutlookCount> {
        use PurchaseOrderState as S;
        let Self { submission, cancellation, .. } = self;
        let policy = &policy.connection;
        // The time at which the guards of the next step will be read.
        let then = self.wake_at.or(self.last_at).unwrap_or_default();
        let allowed = policy.max_retries.saturating_add(1);
        let (what, number) = (AttemptKind::Create, submission.attempts);
        let create = |another| OutlookCount { what, number, allowed, another };
        let (what, number, another) =
            (AttemptKind::Lookup, submission.lookups, submission.lookups_left(policy));
        let lookup = OutlookCount { what, number, allowed: policy.max_lookups, another };
        let (what, number) = (AttemptKind::Cancel, cancellation.attempts);
        let cancel = |another| OutlookCount { what, number, allowed, another };
        match self.state {
            S::Approved if submission.first_sent_at.is_none() => None,
            // Whether it may was asked before the wait began.
            S::Approved => Some(create(true)),
            S::Submitting => Some(create(submission.attempts_left(then, policy))),
            S::Verifying => Some(lookup),
            S::Unknown if submission.resolves_by_lookup(then, policy) && lookup.another => {
                Some(lookup)
            }
            S::Unknown => {
                let resends = submission.keyed(then, policy)
                    && submission.attempts_left(then, policy)
                    && !submission.accepted;
                Some(create(resends))
            }
            S::CancelPending => Some(cancel(true)),
            S::Cancelling => Some(cancel(cancellation.attempts_left(then, policy))),
            S::SubmitRejected | S::SubmitFailed | S::Review => Some(create(false)),
            S::Draft
            | S::PendingApproval
            | S::Submitted
            | S::ChangeReview
            | S::Confirmed
            | S::PartiallyFulfilled
            | S::Fulfilled
            | S::Invoiced
            | S::SupplierRejected
            | S::Declined
            | S::Cancelled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{
        AnswerBody, FailureKind, Outcome, PurchaseOrderInput as Input, advance_purchase_order,
        purchase_order::sample::{case, draft, named},
    };

    struct Host {
        flow: PurchaseOrderFlow,
        policy: PurchasePolicy,
        now: Timestamp,
    }

    impl Host {
        fn new() -> Self {
            let policy = PurchasePolicy { quote_validity_ms: None, ..PurchasePolicy::default() };
            let flow = PurchaseOrderFlow::new(&draft(1), "payload").unwrap();
            Self { flow, policy, now: Timestamp(0) }
        }

        fn give(&mut self, input: &Input) -> PurchaseOrderView {
            self.now = self.flow.wake_at().unwrap_or(self.now).max(self.now);
            let next = advance_purchase_order(&self.flow, input, self.now, &self.policy).unwrap();
            self.flow = next.flow;
            self.consistent()
        }

        /// What is said to happen next can happen, and what is said to wait for a person does.
        fn consistent(&self) -> PurchaseOrderView {
            let view = self.flow.view_under(&self.policy);
            assert_eq!(view.next.needs_wake(), self.flow.order().wake_at().is_some(), "{view:?}");
            assert!(!view.next.needs_wake() || view.wake_at.is_some(), "{view:?}");
            if view.next == PurchaseOrderNext::WaitsForPerson {
                assert!(view.actions.iter().any(|entry| entry.refusal.is_none()), "{view:?}");
                assert!(view.state.awaits_person(), "{view:?}");
            }
            assert!(view.next != PurchaseOrderNext::Nothing || view.state.is_resting());
            let number = view.count.map_or(0, |count| count.number);
            assert!(view.count.is_none_or(|count| number <= count.allowed), "{view:?}");
            view
        }

        fn ends(&mut self, outcome: Outcome) -> PurchaseOrderView {
            let request_id = self.flow.order().last_request;
            self.give(&Input::Outcome { request_id, attempt: 1, outcome })
        }

        fn says(&mut self, fact: &str) -> PurchaseOrderView {
            self.give(&Input::SupplierSays { fact: serde_json::from_str(fact).unwrap() })
        }
    }

    #[test]
    fn a_page_says_what_happens_next_who_must_approve_and_what_failed() {
        let mut host = Host::new();
        assert_eq!(host.consistent().next, PurchaseOrderNext::WaitsForPerson);
        assert!(host.flow.approvals_needed(&case(1)).unwrap().is_empty());
        let view = host.give(&Input::RequestApproval { case: case(1) });
        assert_eq!(view.next, PurchaseOrderNext::RemindsApprover);
        let needed = host.flow.approvals_needed(&case(1)).unwrap();
        let needed: Vec<_> = needed.iter().map(|level| (level.level, level.missing)).collect();
        assert_eq!(needed, [(1, 1)]);
        assert_eq!(host.flow.approvals_needed(&case(2)).unwrap_err().code(), "draft_mismatch");
        let by = "ann".parse().unwrap();
        let view = host.give(&Input::Approve { by, words: None, case: case(1) });
        assert_eq!((view.next, view.count), (PurchaseOrderNext::Sends, None));
        assert!(host.flow.approvals_needed(&case(1)).unwrap().is_empty());

        let view = host.give(&Input::Woke {});
        assert_eq!(view.next, PurchaseOrderNext::WaitsForAnswer);
        let view = host.ends(Outcome::NotSent {});
        let count = view.count.unwrap();
        assert_eq!((count.number, count.allowed, count.another), (1, 4, true));
        assert_eq!(view.last_error.unwrap().kind, FailureKind::NotSent);
        assert_eq!(view.next, PurchaseOrderNext::Sends);
        host.give(&Input::Woke {});
        let documents = named(&[("1", "D"), ("2", "D")]);
        let body = Some(AnswerBody { documents, ..AnswerBody::default() });
        let view = host.ends(Outcome::Answer { status: 201, retry_after_ms: None, body });
        assert_eq!((view.next, view.count), (PurchaseOrderNext::WaitsForConfirmation, None));
        assert_eq!(view.last_error, None);
        let view = host.says(r#"{"event_id": "c", "status": "confirmed"}"#);
        assert_eq!(view.next, PurchaseOrderNext::WaitsForGoods);
        let view = host.says(
            r#"{"event_id": "g", "lines": [{"line": "1", "received": "10 each"},
                {"line": "2", "received": "4 each"}]}"#,
        );
        assert_eq!(view.next, PurchaseOrderNext::WaitsForInvoice);
    }

    #[test]
    fn a_cancel_and_a_doubt_say_how_often_they_are_tried() {
        let mut host = Host::new();
        host.give(&Input::RequestApproval { case: case(1) });
        let by = "bob".parse().unwrap();
        host.give(&Input::Approve { by, words: None, case: case(1) });
        host.give(&Input::Woke {});
        let mut lost = Host { flow: host.flow.clone(), policy: host.policy.clone(), now: host.now };
        let view = lost.ends(Outcome::NoAnswer {});
        assert_eq!((view.state, view.in_doubt), (PurchaseOrderState::Review, true));
        assert_eq!(view.last_error.unwrap().kind, FailureKind::NoAnswer);
        assert!(!view.count.unwrap().another);

        let documents = named(&[("1", "D"), ("2", "D")]);
        let body = Some(AnswerBody { documents, ..AnswerBody::default() });
        host.ends(Outcome::Answer { status: 201, retry_after_ms: None, body });
        let view = host.give(&Input::CancelRequested {});
        assert_eq!(view.next, PurchaseOrderNext::CancelsNextDocument);
        host.give(&Input::Woke {});
        let view = host.ends(Outcome::NotSent {});
        let count = view.count.unwrap();
        assert_eq!((count.what, count.number, count.another), (AttemptKind::Cancel, 1, true));
        assert_eq!(view.last_error.unwrap().kind, FailureKind::NotSent);
    }
}
