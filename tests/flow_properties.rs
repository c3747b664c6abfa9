//! Random courses of events: nothing panics, no document is lost, repetitions change nothing, what
//! is stored comes back the same.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the one kind it asks about"
)]

mod flow_courses;

use flow_courses::{Seen, Told, beginning, policy, told};
use proptest::prelude::*;
use replenish::{
    flow::{
        FlowPolicy, NamedDocument, Operation, Outcome, SaleOrderFlow, SaleOrderHostCommand,
        SaleOrderInput, SaleOrderState, advance_sale_order,
    },
    unit::Timestamp,
};
use std::collections::BTreeSet;

fn course(policy: &FlowPolicy, course: &[Told]) {
    let mut flow = beginning();
    let (mut seen, mut documents) = (Seen::default(), BTreeSet::new());
    let mut now = Timestamp(0);
    for told in course {
        if let Told::Passed(millis) = told {
            now = now.plus_millis(u64::from(*millis));
        }
        let Some(input) = seen.input(told) else { continue };
        let step = match advance_sale_order(&flow, &input, now, policy) {
            Ok(step) => step,
            Err(problem) => {
                let by_person = matches!(
                    input,
                    SaleOrderInput::Submit { .. }
                        | SaleOrderInput::CancelRequested {}
                        | SaleOrderInput::OperatorPresent { .. }
                        | SaleOrderInput::OperatorAbsent {}
                );
                assert!(by_person && !problem.code().is_empty(), "{input:?}: {problem}");
                continue;
            }
        };
        documents.extend(named(&seen, &input));
        seen.remember(&step.commands);
        flow = stored(&step.flow);
        check(&flow, &seen, &documents);
        repeat(&flow, &input, now, policy);
    }
}

/// Documents that this input says exist.
fn named(seen: &Seen, input: &SaleOrderInput) -> Vec<NamedDocument> {
    match input {
        SaleOrderInput::RemoteCreated { documents }
        | SaleOrderInput::OperatorPresent { documents } => documents.clone(),
        SaleOrderInput::Outcome {
            request_id,
            outcome: Outcome::Answer { body: Some(body), .. },
            ..
        } => {
            let call = seen.calls.iter().find(|call| call.0 == *request_id).unwrap();
            let foreign = body.reference.as_ref().is_some_and(|reference| reference != "SO");
            if foreign || matches!(call.2, Operation::Cancel { .. }) {
                Vec::new()
            } else {
                body.documents.clone()
            }
        }
        _ => Vec::new(),
    }
}

/// What the host stores comes back the same.
fn stored(flow: &SaleOrderFlow) -> SaleOrderFlow {
    let text = serde_json::to_string(flow).unwrap();
    let back: SaleOrderFlow = serde_json::from_str(&text).unwrap();
    assert_eq!(back, *flow);
    back
}

fn check(flow: &SaleOrderFlow, seen: &Seen, documents: &BTreeSet<NamedDocument>) {
    let order = flow.order();
    let known: BTreeSet<NamedDocument> = order
        .documents()
        .iter()
        .map(|entry| NamedDocument { line: entry.line.clone(), document: entry.document.clone() })
        .collect();
    assert!(documents.is_subset(&known), "lost {:?}", documents.difference(&known));
    let untouched = order.state() == SaleOrderState::Initial && seen.calls.is_empty();
    let waits = !order.state().is_resting() && !untouched;
    assert!(!waits || flow.wake_at().is_some(), "limbo in {}", order.state());
}

/// The same evidence once more moves nothing and sends nothing.
fn repeat(flow: &SaleOrderFlow, input: &SaleOrderInput, now: Timestamp, policy: &FlowPolicy) {
    let evidence = matches!(
        input,
        SaleOrderInput::Outcome { .. }
            | SaleOrderInput::RemoteCreated { .. }
            | SaleOrderInput::RemoteNullified { .. }
            | SaleOrderInput::TokenReady { .. }
            | SaleOrderInput::TokenFailed { .. }
    );
    if !evidence {
        return;
    }
    let again = advance_sale_order(flow, input, now, policy).unwrap();
    assert_eq!(again.flow.order().state(), flow.order().state(), "repeated {input:?}");
    assert_eq!(again.flow.order().documents(), flow.order().documents());
    let sends =
        |command: &SaleOrderHostCommand| matches!(command, SaleOrderHostCommand::Send { .. });
    assert!(!again.commands.iter().any(sends), "repeated {input:?}");
}

proptest! {
    #[test]
    fn any_course_keeps_what_must_be_kept(
        policy in policy(),
        told in proptest::collection::vec(told(), 1..60),
    ) {
        course(&policy, &told);
    }
}
