//! What is written down about a purchase order's life: played back it gives the same life, and nothing
//! can be altered, lost or doubled in it unnoticed. What is meant for another is refused.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use replenish::{
    flow::{
        Actor, AnswerBody, Authentication, Capabilities, Deduplication, Envelope, FlowPolicy,
        NamedDocument, ObjectKind, Outcome, PurchaseOrderFlow, PurchaseOrderHostCommand as Command,
        PurchaseOrderInput as Input, PurchaseOrderNext, PurchaseOrderNotice as Notice,
        PurchaseOrderState as S, PurchasePolicy, QuotedPrice, ReferenceLookup, ReplayError,
        TransitionEffect, TransitionRecord, advance_purchase_order, replay, tell,
    },
    order::PurchaseOrder,
    unit::Timestamp,
};
use serde_json::{Value, json};

type Record = TransitionRecord<Input>;

/// Ten apples at 2 EUR and five pears at 1 EUR.
fn draft(revision: u32) -> PurchaseOrder {
    let line = |id: &str, quantity: &str, price: &str, amount: &str| {
        json!({
            "id": id, "sku": id, "offer": "o", "packs": 1, "pack_size": quantity,
            "quantity": quantity, "unit_price": price, "amount": amount, "charges": "0 EUR",
            "need_by": "2026-12-02", "arrival": "2026-12-01",
        })
    };
    let order = json!({
        "id": "PO", "revision": revision, "supplier": "farm", "currency": "EUR",
        "order_date": "2026-11-23", "requested_delivery": "2026-12-01",
        "lines": [line("apple", "10 each", "2 EUR", "20 EUR"), line("pear", "5 each", "1 EUR", "5 EUR")],
        "goods": "25 EUR", "freight": "3 EUR", "charges": "0 EUR", "net": "28 EUR", "taxes": [],
        "tax": "0 EUR", "total": "28 EUR", "expected_arrival": "2026-12-01",
    });
    serde_json::from_value(order).unwrap()
}

fn beginning() -> PurchaseOrderFlow {
    PurchaseOrderFlow::new(&draft(1), r#"{"order":"PO"}"#).unwrap()
}

fn ask(revision: u32) -> Input {
    let case = json!({
        "draft": draft(revision),
        "rules": {"version": "1", "rules": [], "otherwise": "approve"},
        "context": {"today": "2026-11-23", "requesters": ["anna"]},
    });
    Input::RequestApproval { case: serde_json::from_value(case).unwrap() }
}

fn named(document: u8) -> Vec<NamedDocument> {
    let of = |line: &str| NamedDocument {
        line: line.parse().unwrap(),
        document: format!("D-{document}").parse().unwrap(),
    };
    vec![of("apple"), of("pear")]
}

fn answered(status: u16, body: AnswerBody) -> Outcome {
    Outcome::Answer { status, retry_after_ms: None, body: Some(body) }
}

fn quoted() -> AnswerBody {
    let quote = QuotedPrice { net: "28 EUR".parse().unwrap(), unavailable: vec![] };
    AnswerBody { quote: Some(quote), ..AnswerBody::default() }
}

/// One thing a host may tell; calls are chosen among those made so far.
#[derive(Clone, Debug)]
enum Told {
    Plain(Input),
    Passed(u32),
    Ended(usize, Outcome),
    Token(usize, bool),
}

fn statement() -> impl Strategy<Value = Value> {
    let words =
        [None, Some("acknowledged"), Some("confirmed"), Some("rejected"), Some("cancelled")];
    let of = prop_oneof![8 => Just(None), 1 => Just(Some("PO")), 1 => Just(Some("PO-2"))];
    let lines = (0..13_u32, 0..7_u32, 0..4_u8);
    let word = proptest::sample::select(words.to_vec());
    (1..20_u64, word, lines, of).prop_map(|(sequence, status, (apples, pears, what), reference)| {
        let field = ["confirmed", "received", "received", "invoiced"][usize::from(what)];
        let line = |id: &str, much: u32, price: u32| {
            let mut line = json!({"line": id});
            line[field] = json!(format!("{much} each"));
            if field == "invoiced" {
                line["invoiced_amount"] = json!(format!("{} EUR", much * price));
            }
            line
        };
        let lines = json!([line("apple", apples, 2), line("pear", pears, 1)]);
        let mut said = json!({"event_id": "e", "sequence": sequence, "lines": lines});
        for (name, value) in [("status", status), ("reference", reference)] {
            if let Some(value) = value {
                said[name] = json!(value);
            }
        }
        said
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let status = proptest::sample::select(vec![200, 201, 401, 404, 409, 422, 429, 503]);
    let flags = any::<(Option<bool>, Option<bool>, bool, bool)>();
    let reference = proptest::sample::select(vec![None, None, None, Some("PO"), Some("PO-2")]);
    let fact = proptest::option::weighted(0.2, statement());
    let body = (flags, 0..3_u8, reference, any::<bool>(), fact).prop_map(
        |(
            (success, found, already_cancelled, duplicate_of_our_key),
            document,
            reference,
            quote,
            fact,
        )| {
            AnswerBody {
                success,
                found,
                already_cancelled,
                duplicate_of_our_key,
                documents: if document == 0 { Vec::new() } else { named(document) },
                reference: reference.map(str::to_owned),
                fact: fact.map(|fact| serde_json::from_value(fact).unwrap()),
                quote: if quote { quoted().quote } else { None },
                ..AnswerBody::default()
            }
        },
    );
    let created = answered(201, AnswerBody { documents: named(1), ..AnswerBody::default() });
    prop_oneof![
        1 => Just(Outcome::NotSent {}),
        1 => Just(Outcome::NoAnswer {}),
        2 => Just(created),
        3 => (status, body).prop_map(|(status, body)| answered(status, body)),
    ]
}

fn told() -> impl Strategy<Value = Told> {
    let plain = proptest::sample::select(vec![
        Input::Submit {},
        Input::CancelRequested {},
        Input::AcceptChange {},
        Input::DeclineChange {},
        Input::CloseShort {},
        Input::OperatorPresent { documents: Vec::new() },
        Input::OperatorPresent { documents: named(1) },
        Input::OperatorAbsent {},
        Input::OperatorSettle {},
        Input::Recover {},
        ask(1),
        Input::LinesChanged { draft: Box::new(draft(2)), payload: "2".into() },
    ]);
    let says = statement()
        .prop_map(|fact| Input::SupplierSays { fact: serde_json::from_value(fact).unwrap() });
    prop_oneof![
        4 => plain.prop_map(Told::Plain),
        6 => says.prop_map(Told::Plain),
        4 => prop_oneof![0..200_000_u32, Just(u32::MAX)].prop_map(Told::Passed),
        6 => (any::<usize>(), outcome()).prop_map(|(call, outcome)| Told::Ended(call, outcome)),
        2 => any::<(usize, bool)>().prop_map(|(call, ready)| Told::Token(call, ready)),
    ]
}

fn policy() -> impl Strategy<Value = PurchasePolicy> {
    (any::<[bool; 4]>(), any::<u32>()).prop_map(|([keys, lookup, token, quotes], jitter_seed)| {
        let capabilities = Capabilities {
            deduplicates_by_key: keys.then_some(Deduplication { retention_ms: 500_000 }),
            lookup_by_reference: lookup.then_some(ReferenceLookup { settle_window_ms: 60_000 }),
        };
        let authentication = if token { Authentication::Token } else { Authentication::None };
        PurchasePolicy {
            connection: FlowPolicy {
                capabilities,
                authentication,
                jitter_seed,
                ..FlowPolicy::default()
            },
            quote_validity_ms: quotes.then_some(900_000),
            ..PurchasePolicy::default()
        }
    })
}

/// The policy before and after it was changed in the middle of a life.
fn revisions(policy: &PurchasePolicy) -> [PurchasePolicy; 2] {
    let of = |revision| PurchasePolicy {
        connection: FlowPolicy { revision, ..policy.connection.clone() },
        max_probes: revision,
        ..policy.clone()
    };
    [of(7), of(8)]
}

fn envelope(input: Input, place: usize) -> Envelope<Input> {
    let by = Actor::Person { name: "Ana".into() };
    let evidence = Some(format!("answers/{place}"));
    Envelope { by, evidence, ..Envelope::new(ObjectKind::PurchaseOrder, "PO", input) }
}

/// What the host remembers beside the flow.
#[derive(Default)]
struct Seen {
    calls: Vec<(u32, u32)>,
    waiting: Vec<u32>,
}

impl Seen {
    fn input(&self, told: &Told) -> Option<Input> {
        Some(match told {
            Told::Plain(input) => input.clone(),
            Told::Passed(_) => Input::Woke {},
            Told::Ended(call, outcome) => {
                let (request_id, attempt) = *self.calls.get(call.checked_rem(self.calls.len())?)?;
                Input::Outcome { request_id, attempt, outcome: outcome.clone() }
            }
            Told::Token(call, ready) => {
                let request_id = *self.waiting.get(call.checked_rem(self.waiting.len())?)?;
                if *ready {
                    Input::TokenReady { request_id, generation: 1 }
                } else {
                    Input::TokenFailed { request_id, message: "denied".into() }
                }
            }
        })
    }

    fn remember(&mut self, commands: &[Command]) {
        for command in commands {
            if let Command::Send { request_id, attempt, .. } = command {
                self.calls.push((*request_id, *attempt));
            } else if let Command::NeedToken { request_id, .. } = command {
                self.waiting.push(*request_id);
            }
        }
    }
}

/// Tells an order a course of things; where it ends and what was written down. Half of the lives begin
/// as most do: priced, approved, sent and taken.
fn lived(
    policies: &[PurchasePolicy],
    sent: bool,
    course: &[Told],
) -> (PurchaseOrderFlow, Vec<Record>) {
    let created = answered(201, AnswerBody { documents: named(1), ..AnswerBody::default() });
    let ready = || Told::Token(usize::MAX, true);
    let mut whole = vec![Told::Plain(ask(1)), ready(), Told::Ended(0, answered(200, quoted()))];
    whole.extend([Told::Plain(ask(1)), Told::Plain(Input::Submit {}), ready()]);
    whole.extend([Told::Ended(1, created.clone()), Told::Ended(0, created)]);
    if !sent {
        whole.clear();
    }
    whole.extend(course.iter().cloned());
    let (mut flow, mut records) = (beginning(), Vec::new());
    let (mut seen, mut now) = (Seen::default(), Timestamp(0));
    for (place, told) in whole.iter().enumerate() {
        if let Told::Passed(millis) = told {
            now = now.plus_millis(u64::from(*millis));
        }
        let Some(input) = seen.input(told) else { continue };
        let policy = &policies[place * policies.len() / whole.len()];
        let step = advance_purchase_order(&flow, &input, now, policy);
        let told = tell(&flow, &envelope(input, place), now, policy);
        let (step, told) = match (step, told) {
            (Ok(step), Ok(told)) => (step, told),
            (Err(advanced), Err(told)) => {
                assert_eq!(advanced, told);
                continue;
            }
            (step, told) => panic!("{step:?} but {told:?}"),
        };
        assert_eq!((told.flow.order(), &told.commands), (step.flow.order(), &step.commands));
        let moved = flow.order().state() != told.flow.order().state();
        assert_eq!(told.record.effect == TransitionEffect::Moved, moved);
        if told.record.effect == TransitionEffect::Superseded {
            let essence = |flow: &PurchaseOrderFlow| {
                let order = flow.order();
                (order.facts().clone(), order.documents().to_vec(), flow.ended_requests().to_vec())
            };
            assert_eq!(essence(&flow), essence(&told.flow));
            assert_eq!(flow.wake_at(), told.flow.wake_at());
        }
        page_is_consistent(&told.flow, policy);
        seen.remember(&told.commands);
        flow = told.flow;
        records.push(told.record);
    }
    (flow, records)
}

/// What a page says happens next can happen then, and what waits for a person can be answered.
fn page_is_consistent(flow: &PurchaseOrderFlow, policy: &PurchasePolicy) {
    let view = flow.view_under(policy);
    assert_eq!(view.next.needs_wake(), flow.order().wake_at().is_some(), "{view:?}");
    assert!(!view.next.needs_wake() || view.wake_at.is_some(), "{view:?}");
    let person = view.next == PurchaseOrderNext::WaitsForPerson;
    let open = view.actions.iter().any(|entry| entry.refusal.is_none());
    assert!(!person || (open && view.state.awaits_person()), "{view:?}");
    assert!(view.next != PurchaseOrderNext::Nothing || view.state.is_resting(), "{view:?}");
}

/// What can go wrong with stored records.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Dropped,
    Doubled,
    Altered(u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![Just(Damage::Dropped), Just(Damage::Doubled), (0..9_u8).prop_map(Damage::Altered),]
}

fn damaged(records: &[Record], place: usize, damage: Damage) -> Vec<Record> {
    let mut records = records.to_vec();
    match damage {
        Damage::Dropped => drop(records.remove(place)),
        Damage::Doubled => records.insert(place, records[place].clone()),
        Damage::Altered(field) => {
            let record = &mut records[place];
            match field {
                0 => record.sequence += 1,
                1 => record.at.0 += 1,
                2 => record.by = Actor::Remote {},
                3 => record.evidence = None,
                4 => record.from = "sent (altered)".into(),
                5 => record.to = "sent (altered)".into(),
                6 => record.policy_revision = 15 - record.policy_revision,
                7 => record.id = "PO-2".into(),
                _ => record.checksum ^= 1,
            }
        }
    }
    records
}

proptest! {
    #[test]
    fn played_back_a_life_is_the_same(
        policy in policy(),
        sent in any::<bool>(),
        course in proptest::collection::vec(told(), 1..50),
    ) {
        let policies = revisions(&policy);
        let (flow, records) = lived(&policies, sent, &course);
        let stored: Vec<Record> =
            serde_json::from_str(&serde_json::to_string(&records).unwrap()).unwrap();
        prop_assert_eq!(&stored, &records);
        let again = replay(&beginning(), &stored, &policies).unwrap();
        prop_assert_eq!(
            serde_json::to_string(&again).unwrap(),
            serde_json::to_string(&flow).unwrap()
        );
        prop_assert_eq!(again.trail().records as usize, records.len());
    }

    #[test]
    fn damage_is_noticed_where_it_is(
        policy in policy(),
        sent in any::<bool>(),
        course in proptest::collection::vec(told(), 1..30),
        place in any::<prop::sample::Index>(),
        damage in damage(),
    ) {
        let policies = revisions(&policy);
        let (flow, records) = lived(&policies, sent, &course);
        prop_assume!(!records.is_empty());
        let first = place.index(records.len());
        match replay(&beginning(), &damaged(&records, first, damage), &policies) {
            // Only what is missing at the very end does not show; the stored flow tells.
            Ok(shorter) => {
                prop_assert!(matches!(damage, Damage::Dropped) && first + 1 == records.len());
                prop_assert_ne!(shorter.trail(), flow.trail());
            }
            Err(problem) => {
                let doubled = usize::from(matches!(damage, Damage::Doubled));
                prop_assert_eq!(problem.sequence() as usize, first + 1 + doubled, "{:?}", problem);
            }
        }
    }
}

#[test]
fn what_is_meant_for_another_is_refused_by_name() {
    let (flow, policy) = (beginning(), PurchasePolicy::default());
    let right = || Envelope::new(ObjectKind::PurchaseOrder, "PO", Input::Recover {});
    let other = "object_other";
    for (part, code, envelope) in [
        ("version", other, Envelope { version: 2, ..right() }),
        ("object", other, Envelope { object: ObjectKind::SaleOrder, ..right() }),
        ("id", other, Envelope { id: "PO-2".into(), ..right() }),
        (
            "reference",
            "document_of_another_order",
            Envelope { reference: Some("PO-2".into()), ..right() },
        ),
    ] {
        let problem = tell(&flow, &envelope, Timestamp(0), &policy).unwrap_err();
        assert_eq!((problem.path(), problem.code()), (part, code));
        for word in ["a purchase order", "`draft`", "`recover`", "expects", "got"] {
            assert!(problem.to_string().contains(word), "{problem}");
        }
    }
    let own = Envelope { reference: Some("PO".into()), ..right() };
    assert!(tell(&flow, &own, Timestamp(0), &policy).is_ok());
}

#[test]
fn a_replay_needs_the_policy_that_was_in_force() {
    let policies = revisions(&PurchasePolicy::default());
    let told = tell(&beginning(), &envelope(ask(1), 1), Timestamp(0), &policies[1]).unwrap();
    let records = [told.record];
    let unknown = replay(&beginning(), &records, &policies[..1]).unwrap_err();
    assert_eq!(unknown, ReplayError::PolicyUnknown { sequence: 1, revision: 8, got: 0 });
    let both = [policies[1].clone(), PurchasePolicy { max_probes: 1, ..policies[1].clone() }];
    let two = replay(&beginning(), &records, &both).unwrap_err();
    assert_eq!(two, ReplayError::PolicyUnknown { sequence: 1, revision: 8, got: 2 });
    assert_eq!(replay(&beginning(), &records, &policies).unwrap(), told.flow);
}

#[test]
fn the_clock_does_not_go_back() {
    let policy = PurchasePolicy::default();
    let flow = advance_purchase_order(&beginning(), &ask(1), Timestamp(5), &policy).unwrap().flow;
    // Also for what concerns a request alone.
    let lost = Input::Outcome { request_id: 1, attempt: 1, outcome: Outcome::NoAnswer {} };
    for input in [lost, Input::Woke {}, Input::CancelRequested {}] {
        let problem = advance_purchase_order(&flow, &input, Timestamp(4), &policy).unwrap_err();
        assert_eq!((problem.code(), problem.path()), ("clock_went_back", "now"));
        assert!(advance_purchase_order(&flow, &input, Timestamp(5), &policy).is_ok());
    }
}

/// What an answer says of another order is not taken in, and a person looks whether ours was applied.
#[test]
fn documents_of_another_order_are_left_alone() {
    let policy = PurchasePolicy { quote_validity_ms: None, ..PurchasePolicy::default() };
    let mut flow = beginning();
    for input in [ask(1), Input::Submit {}] {
        flow = advance_purchase_order(&flow, &input, Timestamp(0), &policy).unwrap().flow;
    }
    let fact = json!({"event_id": "e", "status": "confirmed", "document": "D-9"});
    let body = AnswerBody {
        documents: named(1),
        reference: Some("PO-2".into()),
        fact: Some(serde_json::from_value(fact).unwrap()),
        ..AnswerBody::default()
    };
    let outcome = answered(201, body);
    let input = Input::Outcome { request_id: 1, attempt: 1, outcome };
    let next = advance_purchase_order(&flow, &input, Timestamp(1), &policy).unwrap();
    assert_eq!(next.flow.order().state(), S::Review);
    assert!(next.flow.order().documents().is_empty());
    let told = |command: &Command| {
        matches!(command, Command::Notify { notice: Notice::DocumentOfAnotherOrder, detail, .. }
            if detail == "PO-2: D-1")
    };
    assert!(next.commands.iter().any(told), "{:?}", next.commands);
}
