//! Random courses of events: nothing panics, no document is lost, repetitions change nothing, what
//! is stored comes back the same.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the one kind it asks about"
)]

use proptest::prelude::*;
use replenish::{
    flow::{
        AnswerBody, Authentication, Capabilities, Deduplication, FlowInput, FlowPolicy,
        HostCommand, NamedDocument, Operation, Outcome, ReferenceLookup, SaleOrderFlow,
        SaleOrderState, advance,
    },
    unit::{DocumentId, LineId, SaleOrderId, Timestamp},
};
use std::collections::{BTreeMap, BTreeSet};

/// One thing a host may tell, with calls chosen among those made so far.
#[derive(Clone, Debug)]
enum Told {
    Submit(u8),
    Cancel,
    Present(Vec<NamedDocument>),
    Absent,
    Nullified(Vec<DocumentId>),
    Created(Vec<NamedDocument>),
    Passed(u32),
    Recover,
    Ended(usize, Outcome),
    Token(usize, bool),
}

fn document() -> impl Strategy<Value = NamedDocument> {
    (0..3_u8, 0..5_u8).prop_map(|(line, document)| NamedDocument {
        line: LineId::new(&line.to_string()).unwrap(),
        document: DocumentId::new(&format!("D{document}")).unwrap(),
    })
}

fn documents() -> impl Strategy<Value = Vec<NamedDocument>> {
    prop_oneof![
        2 => Just(Vec::new()),
        3 => (0..5_u8).prop_map(|d| (0..2_u8).map(|line| NamedDocument {
            line: LineId::new(&line.to_string()).unwrap(),
            document: DocumentId::new(&format!("D{d}")).unwrap(),
        }).collect()),
        1 => proptest::collection::vec(document(), 0..4),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let status = proptest::sample::select(vec![
        0,
        200,
        201,
        204,
        302,
        400,
        401,
        404,
        408,
        409,
        410,
        422,
        429,
        500,
        503,
        u16::MAX,
    ]);
    let flags = any::<(Option<bool>, Option<bool>, bool, bool)>();
    let body = (flags, documents()).prop_map(|(flags, documents)| AnswerBody {
        success: flags.0,
        found: flags.1,
        already_cancelled: flags.2,
        duplicate_of_our_key: flags.3,
        documents,
        message: String::new(),
    });
    let retry_after_ms = proptest::option::of(prop_oneof![0..100_000_u64, Just(u64::MAX)]);
    prop_oneof![
        1 => Just(Outcome::NotSent {}),
        1 => Just(Outcome::NoAnswer {}),
        1 => status.clone().prop_map(|status| Outcome::BodyCut { status }),
        4 => (status, retry_after_ms, proptest::option::weighted(0.9, body)).prop_map(
            |(status, retry_after_ms, body)| Outcome::Answer { status, retry_after_ms, body }
        ),
    ]
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![
        3 => (0..2_u8).prop_map(Told::Submit),
        1 => Just(Told::Cancel),
        1 => documents().prop_map(Told::Present),
        1 => Just(Told::Absent),
        1 => documents()
            .prop_map(|named| Told::Nullified(named.into_iter().map(|n| n.document).collect())),
        1 => documents().prop_map(Told::Created),
        6 => prop_oneof![0..200_000_u32, Just(u32::MAX)].prop_map(Told::Passed),
        1 => Just(Told::Recover),
        8 => (any::<usize>(), outcome()).prop_map(|(call, outcome)| Told::Ended(call, outcome)),
        2 => any::<(usize, bool)>().prop_map(|(call, ready)| Told::Token(call, ready)),
    ]
}

fn policy() -> impl Strategy<Value = FlowPolicy> {
    (any::<[bool; 3]>(), any::<u32>(), 0..3_u32).prop_map(|(offers, jitter_seed, max_retries)| {
        FlowPolicy {
            capabilities: Capabilities {
                deduplicates_by_key: offers[0].then_some(Deduplication { retention_ms: 500_000 }),
                lookup_by_reference: offers[1]
                    .then_some(ReferenceLookup { settle_window_ms: 60_000 }),
            },
            authentication: if offers[2] { Authentication::Token } else { Authentication::None },
            jitter_seed,
            max_retries,
            ..FlowPolicy::default()
        }
    })
}

/// What the host remembers beside the flow.
#[derive(Default)]
struct Seen {
    calls: Vec<(u32, u32, Operation)>,
    waiting: Vec<u32>,
    payloads: BTreeMap<String, Option<String>>,
    documents: BTreeSet<NamedDocument>,
}

impl Seen {
    fn input(&self, told: &Told) -> Option<FlowInput> {
        Some(match told {
            Told::Submit(which) => FlowInput::Submit { payload: format!("payload {which}") },
            Told::Cancel => FlowInput::CancelRequested {},
            Told::Present(documents) => FlowInput::OperatorPresent { documents: documents.clone() },
            Told::Absent => FlowInput::OperatorAbsent {},
            Told::Nullified(documents) => {
                FlowInput::RemoteNullified { documents: documents.clone() }
            }
            Told::Created(documents) => FlowInput::RemoteCreated { documents: documents.clone() },
            Told::Passed(_) => FlowInput::Woke {},
            Told::Recover => FlowInput::Recover {},
            Told::Ended(call, outcome) => {
                let (request_id, attempt, _) =
                    self.calls.get(call.checked_rem(self.calls.len())?)?;
                let (request_id, attempt) = (*request_id, *attempt);
                FlowInput::Outcome { request_id, attempt, outcome: outcome.clone() }
            }
            Told::Token(call, ready) => {
                let request_id = *self.waiting.get(call.checked_rem(self.waiting.len())?)?;
                if *ready {
                    FlowInput::TokenReady { request_id, generation: 1 }
                } else {
                    FlowInput::TokenFailed { request_id, message: "denied".into() }
                }
            }
        })
    }

    /// Documents that this input says exist.
    fn named(&self, input: &FlowInput) -> Vec<NamedDocument> {
        match input {
            FlowInput::RemoteCreated { documents } | FlowInput::OperatorPresent { documents } => {
                documents.clone()
            }
            FlowInput::Outcome {
                request_id,
                outcome: Outcome::Answer { body: Some(body), .. },
                ..
            } => {
                let call = self.calls.iter().find(|call| call.0 == *request_id).unwrap();
                if matches!(call.2, Operation::Cancel { .. }) {
                    Vec::new()
                } else {
                    body.documents.clone()
                }
            }
            _ => Vec::new(),
        }
    }

    fn remember(&mut self, commands: &[HostCommand]) {
        for command in commands {
            match command {
                HostCommand::Send {
                    request_id,
                    attempt,
                    operation,
                    idempotency_key,
                    payload,
                    ..
                } => {
                    self.calls.push((*request_id, *attempt, operation.clone()));
                    let first = self
                        .payloads
                        .entry(idempotency_key.clone())
                        .or_insert_with(|| payload.clone());
                    assert_eq!(first, payload, "same key, same bytes");
                }
                HostCommand::NeedToken { request_id, .. } => self.waiting.push(*request_id),
                _ => {}
            }
        }
    }
}

fn course(policy: &FlowPolicy, course: &[Told]) {
    let lines = vec![LineId::new("0").unwrap(), LineId::new("1").unwrap()];
    let mut flow = SaleOrderFlow::new(SaleOrderId::new("SO").unwrap(), lines).unwrap();
    let mut seen = Seen::default();
    let mut now = Timestamp(0);
    for told in course {
        if let Told::Passed(millis) = told {
            now = now.plus_millis(u64::from(*millis));
        }
        let Some(input) = seen.input(told) else { continue };
        let step = match advance(&flow, &input, now, policy) {
            Ok(step) => step,
            Err(problem) => {
                let by_person = matches!(
                    input,
                    FlowInput::Submit { .. }
                        | FlowInput::CancelRequested {}
                        | FlowInput::OperatorPresent { .. }
                        | FlowInput::OperatorAbsent {}
                );
                assert!(by_person && !problem.code().is_empty(), "{input:?}: {problem}");
                continue;
            }
        };
        seen.documents.extend(seen.named(&input));
        seen.remember(&step.commands);
        flow = stored(&step.flow);
        check(&flow, &seen);
        repeat(&flow, &input, now, policy);
    }
}

/// What the host stores comes back the same.
fn stored(flow: &SaleOrderFlow) -> SaleOrderFlow {
    let text = serde_json::to_string(flow).unwrap();
    let back: SaleOrderFlow = serde_json::from_str(&text).unwrap();
    assert_eq!(back, *flow);
    back
}

fn check(flow: &SaleOrderFlow, seen: &Seen) {
    let order = flow.order();
    let known: BTreeSet<NamedDocument> = order
        .documents()
        .iter()
        .map(|entry| NamedDocument { line: entry.line.clone(), document: entry.document.clone() })
        .collect();
    assert!(seen.documents.is_subset(&known), "lost {:?}", seen.documents.difference(&known));
    let untouched = order.state() == SaleOrderState::Initial && seen.calls.is_empty();
    let waits = !order.state().is_resting() && !untouched;
    assert!(!waits || flow.wake_at().is_some(), "limbo in {}", order.state());
}

/// The same evidence once more moves nothing and sends nothing.
fn repeat(flow: &SaleOrderFlow, input: &FlowInput, now: Timestamp, policy: &FlowPolicy) {
    let evidence = matches!(
        input,
        FlowInput::Outcome { .. }
            | FlowInput::RemoteCreated { .. }
            | FlowInput::RemoteNullified { .. }
            | FlowInput::TokenReady { .. }
            | FlowInput::TokenFailed { .. }
    );
    if !evidence {
        return;
    }
    let again = advance(flow, input, now, policy).unwrap();
    assert_eq!(again.flow.order().state(), flow.order().state(), "repeated {input:?}");
    assert_eq!(again.flow.order().documents(), flow.order().documents());
    let sends = |command: &HostCommand| matches!(command, HostCommand::Send { .. });
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
