//! What a person can ask of an order now, and why not the rest.

use super::SaleOrderState;
use serde::{Deserialize, Serialize};

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

impl SaleOrderState {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        flow::{FlowPolicy, NamedDocument, SaleOrderEvent, SaleOrderLife, step_sale_order},
        unit::{DocumentId, LineId, SaleOrderId, Timestamp},
    };

    /// What a page offers is what the table takes.
    #[test]
    fn an_action_is_offered_exactly_where_the_table_takes_it() {
        let line = LineId::new("1").unwrap();
        for state in SaleOrderState::ALL {
            let id = SaleOrderId::new("SO").unwrap();
            let mut life = SaleOrderLife::new(id, vec![line.clone()]).unwrap();
            life.state = state;
            for ActionAvailability { action, refusal } in state.actions() {
                let event = match action {
                    Action::Submit => SaleOrderEvent::Submit { payload: "p".into() },
                    Action::CancelRequested => SaleOrderEvent::CancelRequested {},
                    Action::OperatorPresent => SaleOrderEvent::OperatorPresent {
                        documents: vec![NamedDocument {
                            line: line.clone(),
                            document: DocumentId::new("4711").unwrap(),
                        }],
                    },
                    Action::OperatorAbsent => SaleOrderEvent::OperatorAbsent {},
                };
                let step = step_sale_order(&life, &event, Timestamp(0), &FlowPolicy::default());
                assert_eq!(step.is_ok(), refusal.is_none(), "{state} {action:?}: {refusal:?}");
                if let Err(problem) = step {
                    assert_eq!(problem.code(), "invalid_transition");
                }
            }
        }
    }
}
