//! What holds in every state of a sale order, whatever its facts and whatever comes.

use super::{
    Flag, NOW,
    sale_order::{EVENTS, event, flags, life, policy},
};
use crate::flow::{
    Actor, Envelope, FlowPolicy, NextStep, Notice, ObjectKind, SaleOrderCommand as C,
    SaleOrderEvent as E, SaleOrderFlow, SaleOrderInput, SaleOrderLife, SaleOrderState as S,
    Severity, TransitionError, step_sale_order, tell,
};
use crate::unit::Timestamp;
use std::collections::BTreeSet;

/// Every life of the table with the policy it is read under.
fn every_life() -> impl Iterator<Item = (SaleOrderLife, FlowPolicy)> {
    S::ALL.into_iter().flat_map(|state| {
        let flags = flags(state);
        (0..1_u32 << flags.len()).map(move |chosen| {
            let is_set = |place: &usize| chosen & (1 << place) != 0;
            let set: Vec<Flag> =
                (0..flags.len()).filter(is_set).map(|place| flags[place]).collect();
            (life(state, &set), policy(&set))
        })
    })
}

fn flow(order: SaleOrderLife) -> SaleOrderFlow {
    let new = SaleOrderFlow::new(order.id().clone(), order.documents.lines.clone()).unwrap();
    SaleOrderFlow { order, ..new }
}

/// A refusal names the object, the state, the event, what was expected and what came.
fn names_all(problem: &TransitionError, state: S, event: &str) {
    let text = problem.to_string();
    for part in ["a sale order", state.name(), event, "expects", "got"] {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
    assert!(!problem.code().is_empty() && !problem.path().is_empty());
}

#[test]
fn an_earlier_time_is_refused_whatever_comes() {
    for (mut life, policy) in every_life() {
        life.last_at = Some(NOW);
        for name in EVENTS {
            let event = event(name);
            let early = Timestamp(NOW.0 - 1);
            let problem = step_sale_order(&life, &event, early, &policy).unwrap_err();
            assert_eq!(problem.code(), "clock_went_back");
            names_all(&problem, life.state, event.name());
            let step = step_sale_order(&life, &event, NOW, &policy);
            assert!(step.is_err() || step.is_ok_and(|step| step.life.last_at == Some(NOW)));
        }
    }
}

#[test]
fn a_person_is_refused_by_name_and_nobody_else_is() {
    for (life, policy) in every_life() {
        for name in EVENTS {
            let event = event(name);
            let Err(problem) = step_sale_order(&life, &event, NOW, &policy) else { continue };
            let by_person = matches!(
                event,
                E::Submit { .. }
                    | E::CancelRequested {}
                    | E::OperatorPresent { .. }
                    | E::OperatorAbsent {}
            );
            assert!(by_person, "{name} in {}: {problem}", life.state);
            if problem.code() == "invalid_transition" {
                names_all(&problem, life.state, event.name());
                assert!(!life.state.allowed().contains(&event.name()));
            }
        }
    }
}

fn inputs() -> Vec<SaleOrderInput> {
    vec![
        SaleOrderInput::Submit { payload: "frozen".into() },
        SaleOrderInput::CancelRequested {},
        SaleOrderInput::OperatorPresent { documents: Vec::new() },
        SaleOrderInput::OperatorAbsent {},
        SaleOrderInput::RemoteNullified { documents: Vec::new() },
        SaleOrderInput::RemoteCreated { documents: Vec::new() },
        SaleOrderInput::Woke {},
        SaleOrderInput::Recover {},
        SaleOrderInput::TokenReady { request_id: 8, generation: 1 },
        SaleOrderInput::TokenFailed { request_id: 8, message: "denied".into() },
    ]
}

#[test]
fn what_is_meant_for_another_is_refused_in_every_state() {
    for (life, policy) in every_life() {
        let flow = flow(life);
        for input in inputs() {
            let event = input.name();
            let by = Actor::Remote {};
            let right = Envelope { by, ..Envelope::new(ObjectKind::SaleOrder, "SO", input) };
            for (part, wrong) in [
                ("version", Envelope { version: 2, ..right.clone() }),
                ("object", Envelope { object: ObjectKind::PurchaseOrder, ..right.clone() }),
                ("id", Envelope { id: "SO-2".into(), ..right.clone() }),
                ("reference", Envelope { reference: Some("SO-2".into()), ..right.clone() }),
            ] {
                let problem = tell(&flow, &wrong, NOW, &policy).unwrap_err();
                assert_eq!(problem.path(), part);
                names_all(&problem, flow.order.state, event);
            }
        }
    }
}

/// What the word promises is what happens when the order wakes.
#[test]
fn the_next_step_is_what_happens_next() {
    let mut met = BTreeSet::new();
    for (life, policy) in every_life() {
        let flow = flow(life);
        let outlook = flow.view_under(&policy).outlook.unwrap();
        let next = outlook.next;
        met.insert(next.name());
        assert_eq!(next.needs_wake(), flow.wake_at().is_some(), "{next:?} in {}", flow.order.state);
        if next == NextStep::Nothing {
            assert!(matches!(flow.order.state, S::Sent | S::Nullified));
        }
        let Some(wake_at) = flow.order.wake_at else { continue };
        let step = step_sale_order(&flow.order, &E::TimerDue {}, wake_at, &policy).unwrap();
        let asked = step.commands.iter().find_map(|command| match command {
            C::Create { .. } => Some(NextStep::SendsAgain),
            C::Lookup { .. } => Some(NextStep::LooksUp),
            C::Cancel { attempt: 1, .. } => Some(NextStep::CancelsNextDocument),
            C::Cancel { .. } => Some(NextStep::CancelsAgain),
            C::Timer { .. }
            | C::CancelTimer {}
            | C::Notify { .. }
            | C::Audit { .. }
            | C::Parent {} => None,
        });
        let waits = matches!(flow.order.state, S::Sending | S::Verifying | S::Cancelling);
        let expected = match asked {
            _ if waits => NextStep::WaitsForAnswer,
            // The golden life counts attempts before it has a document under way.
            Some(NextStep::CancelsAgain) if flow.order.cancellation.document.is_none() => {
                NextStep::CancelsNextDocument
            }
            Some(asked) => asked,
            None => {
                assert_eq!(step.life.state, S::Review, "{next:?} in {}", flow.order.state);
                NextStep::AsksPerson
            }
        };
        assert_eq!(next, expected, "in {}", flow.order.state);
        if let Some(count) = outlook.count
            && !waits
        {
            assert_eq!(count.another, next != NextStep::AsksPerson, "{count:?}");
        }
    }
    let of_orders = NextStep::ALL.iter().filter(|next| {
        // These need a request beside the order, or an order that was never submitted.
        !matches!(
            next,
            NextStep::WaitsForToken | NextStep::WaitsForLateAnswer | NextStep::WaitsForSubmit
        )
    });
    assert!(of_orders.clone().all(|next| met.contains(next.name())), "{met:?}");
}

/// An order takes nothing that could tell it of a message: every input is listed, and none does.
#[test]
fn no_input_speaks_of_a_message() {
    for input in inputs() {
        match input {
            SaleOrderInput::Submit { .. }
            | SaleOrderInput::CancelRequested {}
            | SaleOrderInput::OperatorPresent { .. }
            | SaleOrderInput::OperatorAbsent {}
            | SaleOrderInput::RemoteNullified { .. }
            | SaleOrderInput::RemoteCreated { .. }
            | SaleOrderInput::Woke {}
            | SaleOrderInput::Recover {}
            | SaleOrderInput::Outcome { .. }
            | SaleOrderInput::TokenReady { .. }
            | SaleOrderInput::TokenFailed { .. } => {
                assert!(!input.name().contains("notif") && !input.name().contains("deliver"));
            }
        }
    }
}

/// Where an order goes to a person, the notice says at least that a person is needed.
#[test]
fn what_needs_a_decision_is_told_as_one() {
    for (life, policy) in every_life() {
        for name in EVENTS {
            let Ok(step) = step_sale_order(&life, &event(name), NOW, &policy) else { continue };
            if life.state == S::Review || step.life.state != S::Review {
                continue;
            }
            let severity = step.commands.iter().filter_map(|command| match command {
                C::Notify { notice, .. } => Some(notice.severity()),
                C::Create { .. }
                | C::Lookup { .. }
                | C::Cancel { .. }
                | C::Timer { .. }
                | C::CancelTimer {}
                | C::Audit { .. }
                | C::Parent {} => None,
            });
            let most = severity.max();
            assert!(most >= Some(Severity::Decision), "{name} in {}: {most:?}", life.state);
        }
    }
    assert!(Notice::SecondErpOrder.severity() > Notice::OutcomeUnknown.severity());
}
