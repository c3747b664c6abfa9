//! Random courses of a sale order: what a host may tell, and what it remembers beside the flow.

use proptest::prelude::*;
use replenish::{
    flow::{
        AnswerBody, Authentication, Capabilities, Deduplication, FlowPolicy, NamedDocument,
        Operation, Outcome, ReferenceLookup, SaleOrderFlow, SaleOrderHostCommand, SaleOrderInput,
    },
    unit::{DocumentId, LineId, SaleOrderId},
};
use std::collections::BTreeMap;

/// An order of two lines that waits to be submitted.
pub(crate) fn beginning() -> SaleOrderFlow {
    let lines = vec![LineId::new("0").unwrap(), LineId::new("1").unwrap()];
    SaleOrderFlow::new(SaleOrderId::new("SO").unwrap(), lines).unwrap()
}

/// One thing a host may tell, with calls chosen among those made so far.
#[derive(Clone, Debug)]
pub(crate) enum Told {
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
    let reference = proptest::sample::select(vec![None, None, None, Some("SO"), Some("SO-2")]);
    let body =
        (flags, documents(), reference).prop_map(|(flags, documents, reference)| AnswerBody {
            success: flags.0,
            found: flags.1,
            already_cancelled: flags.2,
            duplicate_of_our_key: flags.3,
            documents,
            reference: reference.map(str::to_owned),
            ..AnswerBody::default()
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

pub(crate) fn told() -> impl Strategy<Value = Told> {
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

pub(crate) fn policy() -> impl Strategy<Value = FlowPolicy> {
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
pub(crate) struct Seen {
    pub(crate) calls: Vec<(u32, u32, Operation)>,
    waiting: Vec<u32>,
    payloads: BTreeMap<String, Option<String>>,
}

impl Seen {
    pub(crate) fn input(&self, told: &Told) -> Option<SaleOrderInput> {
        Some(match told {
            Told::Submit(which) => SaleOrderInput::Submit { payload: format!("payload {which}") },
            Told::Cancel => SaleOrderInput::CancelRequested {},
            Told::Present(documents) => {
                SaleOrderInput::OperatorPresent { documents: documents.clone() }
            }
            Told::Absent => SaleOrderInput::OperatorAbsent {},
            Told::Nullified(documents) => {
                SaleOrderInput::RemoteNullified { documents: documents.clone() }
            }
            Told::Created(documents) => {
                SaleOrderInput::RemoteCreated { documents: documents.clone() }
            }
            Told::Passed(_) => SaleOrderInput::Woke {},
            Told::Recover => SaleOrderInput::Recover {},
            Told::Ended(call, outcome) => {
                let (request_id, attempt, _) =
                    self.calls.get(call.checked_rem(self.calls.len())?)?;
                let (request_id, attempt) = (*request_id, *attempt);
                SaleOrderInput::Outcome { request_id, attempt, outcome: outcome.clone() }
            }
            Told::Token(call, ready) => {
                let request_id = *self.waiting.get(call.checked_rem(self.waiting.len())?)?;
                if *ready {
                    SaleOrderInput::TokenReady { request_id, generation: 1 }
                } else {
                    SaleOrderInput::TokenFailed { request_id, message: "denied".into() }
                }
            }
        })
    }

    pub(crate) fn remember(&mut self, commands: &[SaleOrderHostCommand]) {
        for command in commands {
            match command {
                SaleOrderHostCommand::Send {
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
                SaleOrderHostCommand::NeedToken { request_id, .. } => {
                    self.waiting.push(*request_id);
                }
                _ => {}
            }
        }
    }
}
