//! Courses of purchase orders as a host sees them: from the draft to the posted invoice.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the one kind it asks about"
)]

use replenish::{
    flow::{
        AnswerBody, Capabilities, Deduplication, FlowPolicy, NamedDocument, Operation, Outcome,
        PurchaseOrderFlow, PurchaseOrderHostCommand as Command, PurchaseOrderInput as Input,
        PurchaseOrderNotice as Notice, PurchaseOrderState as S, PurchasePolicy, QuotedPrice,
        ReferenceLookup, SourceReason, SupplierFact, advance_purchase_order,
    },
    order::PurchaseOrder,
    unit::Timestamp,
};
use serde_json::{Value, json};

/// Ten apples at 2 EUR and five pears at 1 EUR.
fn draft() -> PurchaseOrder {
    let line = |id: &str, quantity: &str, price: &str, amount: &str| {
        json!({
            "id": id, "sku": id, "offer": "o", "packs": 1, "pack_size": quantity,
            "quantity": quantity, "unit_price": price, "amount": amount, "charges": "0 EUR",
            "need_by": "2026-12-02", "arrival": "2026-12-01",
        })
    };
    let order = json!({
        "id": "PO-1", "revision": 1, "supplier": "farm", "currency": "EUR",
        "order_date": "2026-11-23", "requested_delivery": "2026-12-01",
        "lines": [line("apple", "10 each", "2 EUR", "20 EUR"), line("pear", "5 each", "1 EUR", "5 EUR")],
        "goods": "25 EUR", "freight": "3 EUR", "charges": "0 EUR", "net": "28 EUR", "taxes": [],
        "tax": "0 EUR", "total": "28 EUR", "expected_arrival": "2026-12-01",
    });
    serde_json::from_value(order).unwrap()
}

fn case() -> Value {
    json!({
        "draft": draft(),
        "rules": {"version": "1", "rules": [], "otherwise": "approve"},
        "context": {"today": "2026-11-23", "requesters": ["anna"]},
    })
}

fn fact(text: &str) -> SupplierFact {
    serde_json::from_str(text).unwrap()
}

fn says(text: &str) -> Input {
    Input::SupplierSays { fact: Box::new(fact(text)) }
}

fn named(document: &str) -> Vec<NamedDocument> {
    let of = |line: &str| NamedDocument {
        line: line.parse().unwrap(),
        document: document.parse().unwrap(),
    };
    vec![of("apple"), of("pear")]
}

fn answered(status: u16, body: AnswerBody) -> Outcome {
    Outcome::Answer { status, retry_after_ms: None, body: Some(body) }
}

fn created(document: &str) -> Outcome {
    answered(201, AnswerBody { documents: named(document), ..AnswerBody::default() })
}

/// What a host keeps: the stored flow, the time, and every call it was asked to make.
#[derive(Clone)]
struct Host {
    flow: PurchaseOrderFlow,
    policy: PurchasePolicy,
    now: Timestamp,
    told: Vec<Command>,
}

impl Host {
    fn new(capabilities: Capabilities) -> Self {
        let connection = FlowPolicy { capabilities, jitter_percent: 0, ..FlowPolicy::default() };
        let policy = PurchasePolicy { connection, ..PurchasePolicy::default() };
        let flow = PurchaseOrderFlow::new(&draft(), r#"{"order":"PO-1"}"#).unwrap();
        Self { flow, policy, now: Timestamp(0), told: Vec::new() }
    }

    /// An order that the supplier has and has promised nothing of.
    fn submitted(capabilities: Capabilities) -> Self {
        let mut host = Self::sending(capabilities);
        host.answer(created("D-1"));
        assert_eq!(host.state(), S::Submitted);
        host
    }

    /// An order whose create is under way.
    fn sending(capabilities: Capabilities) -> Self {
        let mut host = Self::new(capabilities);
        let ask = || Input::RequestApproval { case: serde_json::from_value(case()).unwrap() };
        host.give(&ask());
        let quote = QuotedPrice { net: "28 EUR".parse().unwrap(), unavailable: vec![] };
        host.answer(answered(200, AnswerBody { quote: Some(quote), ..AnswerBody::default() }));
        host.give(&ask());
        assert_eq!(host.state(), S::Approved);
        host.give(&Input::Woke {});
        assert_eq!(host.state(), S::Submitting);
        host
    }

    /// What is to be done next; the flow goes through its stored text.
    fn give(&mut self, input: &Input) -> Vec<Command> {
        let text = serde_json::to_string(input).unwrap();
        let input: Input = serde_json::from_str(&text).unwrap();
        let next = advance_purchase_order(&self.flow, &input, self.now, &self.policy).unwrap();
        let text = serde_json::to_string(&next.flow).unwrap();
        self.flow = serde_json::from_str(&text).unwrap();
        assert_eq!(self.flow, next.flow);
        self.told.extend(next.commands.iter().cloned());
        self.not_in_limbo();
        next.commands
    }

    /// Something happens by itself, or a person or the supplier has the next word.
    fn not_in_limbo(&self) {
        let state = self.state();
        let open = self.flow.wake_at().is_some() || state.awaits_person() || state.is_resting();
        assert!(open, "nothing ever happens in {state}");
    }

    fn state(&self) -> S {
        self.flow.order().state()
    }

    /// The newest call.
    fn call(&self) -> (u32, u32, &Operation, &str, Option<&str>) {
        let send = self.told.iter().rev().find_map(|command| {
            if let Command::Send {
                request_id, attempt, operation, idempotency_key, payload, ..
            } = command
            {
                return Some((
                    *request_id,
                    *attempt,
                    operation,
                    idempotency_key.as_str(),
                    payload.as_deref(),
                ));
            }
            None
        });
        send.unwrap_or_else(|| panic!("no call was made"))
    }

    fn answer(&mut self, outcome: Outcome) -> Vec<Command> {
        let (request_id, attempt, ..) = self.call();
        self.give(&Input::Outcome { request_id, attempt, outcome })
    }

    fn wake(&mut self) -> Vec<Command> {
        self.now = self.flow.wake_at().unwrap_or_else(|| panic!("{} never wakes", self.state()));
        self.give(&Input::Woke {})
    }

    fn creates(&self) -> usize {
        let is_create = |command: &&Command| {
            matches!(command, Command::Send { operation: Operation::Create {}, .. })
        };
        self.told.iter().filter(is_create).count()
    }

    fn notices(&self) -> Vec<Notice> {
        let notice = |command: &Command| match command {
            Command::Notify { notice, .. } => Some(*notice),
            Command::NeedToken { .. }
            | Command::Send { .. }
            | Command::Abort { .. }
            | Command::Wake { .. }
            | Command::Audit { .. }
            | Command::Parent {}
            | Command::SourceElsewhere { .. }
            | Command::PostInvoice { .. } => None,
        };
        self.told.iter().filter_map(notice).collect()
    }

    /// Why, and line and quantity of what is to be bought elsewhere.
    fn elsewhere(&self) -> Vec<(SourceReason, String)> {
        let mut found = Vec::new();
        for command in &self.told {
            if let Command::SourceElsewhere { why, lines, .. } = command {
                for line in lines {
                    found.push((*why, format!("{} {}", line.line, line.quantity)));
                }
            }
        }
        found
    }

    fn invoices(&self) -> usize {
        self.told.iter().filter(|command| matches!(command, Command::PostInvoice { .. })).count()
    }

    /// The stored flow without what only counts.
    fn essence(&self) -> Value {
        let mut flow = serde_json::to_value(&self.flow).unwrap();
        let order = flow["order"].as_object_mut().unwrap();
        for counter in ["superseded", "last_request", "last_at", "probes"] {
            order.remove(counter);
        }
        flow
    }

    /// That, without what was done on the way and cannot be undone: goods given back to sourcing when
    /// the supplier had cancelled and nothing had come yet, and documents that ended then.
    fn outcome(&self) -> Value {
        let mut flow = self.essence();
        for product in flow["order"]["terms"]["products"].as_array_mut().unwrap() {
            product.as_object_mut().unwrap().remove("sourced");
        }
        for document in flow["order"]["documents"]["known"].as_array_mut().unwrap() {
            document.as_object_mut().unwrap().remove("ended_at");
        }
        flow
    }
}

fn keyed() -> Capabilities {
    Capabilities {
        deduplicates_by_key: Some(Deduplication { retention_ms: 86_400_000 }),
        lookup_by_reference: None,
    }
}

fn looked_up() -> Capabilities {
    Capabilities {
        deduplicates_by_key: None,
        lookup_by_reference: Some(ReferenceLookup { settle_window_ms: 60_000 }),
    }
}

const PROMISED: &str = r#"{"event_id": "c", "sequence": 2, "document": "D-1", "lines": [
    {"line": "apple", "confirmed": "6 each", "refused": "4 each", "promised": "2026-12-01"},
    {"line": "pear", "confirmed": "5 each"}]}"#;
const FIRST_GOODS: &str = r#"{"event_id": "g1", "sequence": 3, "document": "D-1", "lines": [
    {"line": "apple", "received": "4 each"}, {"line": "pear", "received": "5 each"}]}"#;
const ALL_GOODS: &str = r#"{"event_id": "g2", "sequence": 4, "document": "D-1",
    "lines": [{"line": "apple", "received": "6 each"}, {"line": "pear", "received": "5 each"}]}"#;
const INVOICE: &str = r#"{"event_id": "i", "sequence": 5, "document": "D-1", "charges": "3 EUR", "lines": [
    {"line": "apple", "invoiced": "6 each", "invoiced_amount": "12 EUR"},
    {"line": "pear", "invoiced": "5 each", "invoiced_amount": "5 EUR"}]}"#;

#[test]
fn from_the_draft_to_the_posted_invoice() {
    let mut host = Host::sending(Capabilities::default());
    let (request_id, attempt, operation, key, payload) = host.call();
    assert_eq!((operation, key), (&Operation::Create {}, "PO-1/create/1"));
    assert_eq!(payload, Some(r#"{"order":"PO-1"}"#));

    // A webhook comes before the answer, which then says nothing new.
    host.give(&says(
        r#"{"event_id": "a", "sequence": 1, "document": "D-1", "status": "acknowledged"}"#,
    ));
    assert_eq!(host.state(), S::Submitted);
    host.give(&Input::Outcome { request_id, attempt, outcome: created("D-1") });
    assert_eq!((host.state(), host.flow.order().documents().len()), (S::Submitted, 2));

    host.give(&says(PROMISED));
    assert_eq!(host.state(), S::ChangeReview);
    assert_eq!(host.notices(), [Notice::NotPriced, Notice::ChangeProposed]);
    host.give(&Input::AcceptChange {});
    assert_eq!(host.state(), S::Confirmed);
    assert_eq!(host.elsewhere(), [(SourceReason::Reduced, "apple 4 each".to_owned())]);
    let (.., operation, key, _) = host.call();
    assert!(matches!(operation, Operation::Accept { revision: 2, .. }), "{operation:?} {key}");
    host.answer(answered(200, AnswerBody::default()));
    assert!(host.flow.requests().is_empty());

    host.give(&says(FIRST_GOODS));
    assert_eq!(host.state(), S::PartiallyFulfilled);
    host.give(&says(ALL_GOODS));
    assert_eq!(host.state(), S::Fulfilled);
    host.give(&says(INVOICE));
    assert_eq!((host.state(), host.invoices()), (S::Invoiced, 1));
    // Everything again, in any sequence, changes nothing.
    let before = host.essence();
    for said in [INVOICE, PROMISED, FIRST_GOODS, ALL_GOODS, INVOICE] {
        host.give(&says(said));
    }
    assert_eq!((host.essence(), host.invoices()), (before, 1));
    assert_eq!(host.elsewhere().len(), 1);
    let bytes = serde_json::to_string(&host.flow).unwrap().len();
    assert!(bytes < 4096, "{bytes} bytes");
}

#[test]
fn a_delivery_beyond_the_order_is_for_a_person() {
    let mut host = Host::submitted(Capabilities::default());
    let goods = r#"{"event_id": "g", "lines": [
        {"line": "apple", "received": "12 each"}, {"line": "pear", "received": "5 each"}]}"#;
    let mut tolerant = host.clone();
    host.give(&says(goods));
    assert_eq!(host.state(), S::Review);
    assert!(host.notices().contains(&Notice::OverDelivery));
    host.give(&Input::OperatorSettle {});
    assert_eq!(host.state(), S::Invoiced);

    tolerant.policy.matching.over_delivery = "0.2".parse().unwrap();
    tolerant.give(&says(goods));
    assert_eq!(tolerant.state(), S::Fulfilled);
}

#[test]
fn what_is_closed_short_is_bought_elsewhere_and_invoiced_as_far_as_it_came() {
    let mut host = Host::submitted(Capabilities::default());
    host.give(&says(r#"{"event_id": "g", "lines": [{"line": "apple", "received": "4 each"}]}"#));
    assert_eq!(host.state(), S::PartiallyFulfilled);
    host.give(&Input::CloseShort {});
    assert_eq!(host.state(), S::Fulfilled);
    let short = |what: &str| (SourceReason::ClosedShort, what.to_owned());
    assert_eq!(host.elsewhere(), [short("apple 6 each"), short("pear 5 each")]);
    host.give(&says(
        r#"{"event_id": "i", "lines": [{"line": "apple", "invoiced": "4 each", "invoiced_amount": "8 EUR"}]}"#,
    ));
    assert_eq!((host.state(), host.invoices()), (S::Invoiced, 1));
}

#[test]
fn a_suppliers_cancel_gives_back_what_has_not_come() {
    let cancel = r#"{"event_id": "x", "sequence": 9, "status": "cancelled"}"#;
    let mut host = Host::submitted(Capabilities::default());
    host.give(&says(cancel));
    assert_eq!(host.state(), S::Cancelled);
    let back = |what: &str| (SourceReason::SupplierCancelled, what.to_owned());
    assert_eq!(host.elsewhere(), [back("apple 10 each"), back("pear 5 each")]);

    let mut host = Host::submitted(Capabilities::default());
    host.give(&says(FIRST_GOODS));
    host.give(&says(cancel));
    assert_eq!(host.state(), S::Fulfilled);
    assert_eq!(host.elsewhere(), [back("apple 6 each")]);
}

/// The lines and quantities that came although they were given back.
fn given_back(host: &Host) -> Vec<&str> {
    let mut found = Vec::new();
    for command in &host.told {
        if let Command::Notify { notice: Notice::GoodsGivenBack, detail, .. } = command {
            found.push(detail.as_str());
        }
    }
    found
}

#[test]
fn goods_that_were_given_back_and_come_all_the_same_are_told() {
    let mut host = Host::submitted(Capabilities::default());
    host.give(&says(CANCELLED));
    assert_eq!((host.state(), host.elsewhere().len()), (S::Cancelled, 2));
    host.give(&says(FIRST_GOODS));
    assert_eq!(host.state(), S::Fulfilled);
    assert_eq!(given_back(&host), ["apple 4 each, pear 5 each"]);
    // The same once more is no news; more of it is.
    host.give(&says(FIRST_GOODS));
    assert_eq!(given_back(&host).len(), 1);
    host.give(&says(ALL_GOODS));
    assert_eq!(given_back(&host)[1..], ["apple 6 each, pear 5 each"]);
    let keys: std::collections::BTreeSet<&String> = (host.told.iter())
        .filter_map(|command| match command {
            Command::Notify { notice: Notice::GoodsGivenBack, key, .. } => Some(key),
            _ => None,
        })
        .collect();
    assert_eq!(keys.len(), 2, "each is told: {keys:?}");

    // In the other sequence only what had not come is given back, and there is nothing to tell; the
    // state is the same.
    let mut other = Host::submitted(Capabilities::default());
    for said in [FIRST_GOODS, CANCELLED, ALL_GOODS] {
        other.give(&says(said));
    }
    assert_eq!(other.elsewhere().len(), 1);
    assert_eq!(given_back(&other), ["apple 2 each"], "only what came after the cancel");
    assert_eq!(other.outcome(), host.outcome());
}

#[test]
fn a_refused_order_is_bought_elsewhere() {
    let mut host = Host::submitted(Capabilities::default());
    host.give(&says(r#"{"event_id": "r", "sequence": 2, "status": "rejected"}"#));
    assert_eq!((host.state(), host.elsewhere().len()), (S::SupplierRejected, 2));
}

#[test]
fn a_cancel_that_lost_the_race_leaves_the_goods() {
    let mut host = Host::submitted(Capabilities::default());
    host.give(&Input::CancelRequested {});
    host.wake();
    assert_eq!(host.state(), S::Cancelling);
    let goods = r#"{"event_id": "g", "lines": [
        {"line": "apple", "received": "10 each"}, {"line": "pear", "received": "5 each"}]}"#;
    host.give(&says(goods));
    assert_eq!(host.state(), S::Fulfilled);
    assert!(host.notices().contains(&Notice::CancelTooLate));
    let refused = AnswerBody { success: Some(false), ..AnswerBody::default() };
    host.answer(answered(409, refused));
    assert_eq!(host.state(), S::Fulfilled);
    assert!(host.elsewhere().is_empty());
}

#[test]
fn a_cancel_in_time_ends_the_order() {
    let mut host = Host::submitted(Capabilities::default());
    host.give(&Input::CancelRequested {});
    host.wake();
    let (.., operation, _, _) = host.call();
    assert_eq!(operation, &Operation::Cancel { document: "D-1".parse().unwrap() });
    host.answer(answered(200, AnswerBody::default()));
    assert_eq!((host.state(), host.elsewhere().len()), (S::Cancelled, 0));
}

#[test]
fn a_lost_answer_without_any_offer_waits_for_a_person() {
    let mut host = Host::sending(Capabilities::default());
    host.answer(Outcome::NoAnswer {});
    assert_eq!((host.state(), host.creates()), (S::Review, 1));
    assert!(host.notices().contains(&Notice::OutcomeUnknown));
    let mut late = host.clone();
    late.answer(created("D-1"));
    assert_eq!(late.state(), S::Submitted, "late positive evidence counts");
    host.give(&Input::OperatorPresent { documents: named("D-1") });
    assert_eq!((host.state(), host.creates()), (S::Submitted, 1));
}

#[test]
fn a_lost_answer_is_looked_up_after_the_settle_window() {
    let mut host = Host::sending(looked_up());
    host.answer(Outcome::NoAnswer {});
    assert_eq!((host.state(), host.flow.wake_at()), (S::Unknown, Some(Timestamp(60_000))));
    host.wake();
    assert_eq!((host.state(), host.call().2), (S::Verifying, &Operation::Lookup {}));
    let mut absent = host.clone();
    let found = AnswerBody { documents: named("D-1"), ..AnswerBody::default() };
    host.answer(answered(200, found));
    assert_eq!((host.state(), host.creates()), (S::Submitted, 1));
    absent.answer(answered(200, AnswerBody { found: Some(false), ..AnswerBody::default() }));
    assert_eq!(absent.state(), S::Approved);
    absent.wake();
    assert_eq!((absent.state(), absent.creates()), (S::Submitting, 2));
}

#[test]
fn a_lost_answer_is_sent_again_under_the_same_key() {
    let mut host = Host::sending(keyed());
    let first = host.call();
    let first = (first.3.to_owned(), first.4.map(str::to_owned));
    host.answer(Outcome::NoAnswer {});
    host.wake();
    assert_eq!((host.state(), host.creates()), (S::Submitting, 2));
    let again = host.call();
    assert_eq!((again.3.to_owned(), again.4.map(str::to_owned)), first);
    let duplicate =
        AnswerBody { duplicate_of_our_key: true, documents: named("D-1"), ..AnswerBody::default() };
    host.answer(answered(409, duplicate));
    assert_eq!((host.state(), host.flow.order().documents().len()), (S::Submitted, 2));
}

/// Calls with every sequence of the items.
fn every_sequence(items: &[&str], start: &Host, visit: &mut impl FnMut(&Host, &[&str])) {
    fn go<'a>(
        rest: &[&'a str],
        done: &mut Vec<&'a str>,
        host: &Host,
        visit: &mut impl FnMut(&Host, &[&str]),
    ) {
        if rest.is_empty() {
            visit(host, done);
        }
        for (place, item) in rest.iter().enumerate() {
            let mut next = host.clone();
            next.give(&says(item));
            let mut others = rest.to_vec();
            others.remove(place);
            done.push(item);
            go(&others, done, &next, visit);
            done.pop();
        }
    }
    go(items, &mut Vec::new(), start, visit);
}

const CONFIRMED: &str =
    r#"{"event_id": "c", "sequence": 2, "document": "D-1", "status": "confirmed"}"#;
const FULL_GOODS: &str = r#"{"event_id": "g3", "sequence": 5, "document": "D-1", "lines": [
    {"line": "apple", "received": "10 each"}, {"line": "pear", "received": "5 each"}]}"#;
const FULL_INVOICE: &str = r#"{"event_id": "i2", "sequence": 7, "document": "D-1", "charges": "3 EUR", "lines": [
    {"line": "apple", "invoiced": "10 each", "invoiced_amount": "20 EUR"},
    {"line": "pear", "invoiced": "5 each", "invoiced_amount": "5 EUR"}]}"#;
const PART_INVOICE: &str = r#"{"event_id": "i1", "sequence": 4, "document": "D-1", "lines": [
    {"line": "apple", "invoiced": "4 each", "invoiced_amount": "8 EUR"}]}"#;
const WRONG_INVOICE: &str = r#"{"event_id": "i3", "sequence": 6, "document": "D-1", "lines": [
    {"line": "apple", "invoiced": "10 each", "invoiced_amount": "21 EUR"}]}"#;
const REJECTED: &str =
    r#"{"event_id": "r", "sequence": 3, "document": "D-1", "status": "rejected"}"#;
const CANCELLED: &str =
    r#"{"event_id": "x", "sequence": 8, "document": "D-1", "status": "cancelled"}"#;

#[test]
fn statements_in_every_sequence_end_in_the_same_life() {
    for (statements, expected) in [
        (&[CONFIRMED, FIRST_GOODS, FULL_GOODS, PART_INVOICE, FULL_INVOICE][..], S::Invoiced),
        (&[CONFIRMED, FIRST_GOODS, PART_INVOICE, FULL_GOODS], S::Fulfilled),
        (&[CONFIRMED, FIRST_GOODS, CANCELLED], S::Fulfilled),
        (&[CONFIRMED, CANCELLED], S::Cancelled),
        (&[CONFIRMED, REJECTED], S::SupplierRejected),
        (&[REJECTED, CANCELLED], S::Cancelled),
        (&[CONFIRMED, FULL_GOODS, WRONG_INVOICE, FIRST_GOODS], S::Review),
        (&[PROMISED, CONFIRMED], S::ChangeReview),
        (&[PROMISED, FIRST_GOODS, ALL_GOODS], S::PartiallyFulfilled),
    ] {
        for start in [Host::submitted(Capabilities::default()), Host::sending(keyed())] {
            let mut first: Option<Value> = None;
            every_sequence(statements, &start, &mut |host, sequence| {
                assert_eq!(host.state(), expected, "{sequence:#?}");
                let outcome = host.outcome();
                assert_eq!(*first.get_or_insert_with(|| outcome.clone()), outcome, "{sequence:#?}");
                assert!(host.invoices() <= 1);
            });
        }
    }
}

#[test]
fn what_is_read_moves_an_order_like_what_is_told() {
    let whole = r#"{"event_id": "p", "sequence": 9, "document": "D-1", "status": "invoiced", "charges": "3 EUR",
        "lines": [{"line": "apple", "confirmed": "10 each", "received": "10 each",
                   "invoiced": "10 each", "invoiced_amount": "20 EUR"},
                  {"line": "pear", "received": "5 each", "invoiced": "5 each", "invoiced_amount": "5 EUR"}]}"#;
    for said in [whole, CONFIRMED, FIRST_GOODS, CANCELLED, REJECTED, PROMISED] {
        let mut asked = Host::submitted(Capabilities::default());
        asked.wake();
        let (.., operation, _, _) = asked.call();
        assert!(matches!(operation, Operation::Read { .. }), "{operation:?}");
        let mut told = asked.clone();
        let mut late = asked.clone();
        told.give(&says(said));
        let body = AnswerBody { fact: Some(Box::new(fact(said))), ..AnswerBody::default() };
        asked.answer(answered(200, body.clone()));
        assert_eq!(asked.state(), told.state(), "{said}");
        told.answer(Outcome::NoAnswer {});
        assert_eq!(asked.essence(), told.essence(), "{said}");
        // Also an answer that comes after the question was given up counts.
        late.answer(Outcome::NoAnswer {});
        late.answer(answered(200, body));
        assert_eq!(late.state(), asked.state(), "{said}");
    }
}

#[test]
fn a_statement_on_another_order_moves_nothing() {
    let host = Host::submitted(Capabilities::default());
    let refused = |text: &str| {
        let next = advance_purchase_order(&host.flow, &says(text), host.now, &host.policy);
        next.unwrap_err().code()
    };
    assert_eq!(refused(r#"{"event_id": "e", "reference": "PO-2"}"#), "order_mismatch");
    assert_eq!(
        refused(r#"{"event_id": "e", "lines": [{"line": "pear", "received": "1 kg"}]}"#),
        "unit_mixed"
    );
    let unknown = Input::Outcome { request_id: 99, attempt: 1, outcome: Outcome::NotSent {} };
    let next = advance_purchase_order(&host.flow, &unknown, host.now, &host.policy);
    assert_eq!(next.unwrap_err().code(), "request_unknown");
}

/// The host stops after any input and before it has carried out the commands.
#[test]
fn a_restart_at_any_point_loses_and_duplicates_nothing() {
    for capabilities in [Capabilities::default(), keyed(), looked_up()] {
        for stop in 0..9 {
            let mut host = Host::sending(capabilities.clone());
            let restart = |host: &mut Host, at: usize| {
                if at == stop {
                    host.give(&Input::Recover {});
                    let before = host.essence();
                    host.give(&Input::Recover {});
                    assert_eq!(host.essence(), before, "recovering twice is recovering once");
                }
            };
            restart(&mut host, 0);
            host.give(&says(
                r#"{"event_id": "a", "sequence": 1, "document": "D-1", "status": "acknowledged"}"#,
            ));
            assert_eq!(host.state(), S::Submitted, "{stop}");
            restart(&mut host, 1);
            host.give(&says(PROMISED));
            restart(&mut host, 2);
            host.give(&Input::AcceptChange {});
            restart(&mut host, 3);
            host.answer(answered(200, AnswerBody::default()));
            restart(&mut host, 4);
            host.give(&says(FIRST_GOODS));
            restart(&mut host, 5);
            host.give(&says(ALL_GOODS));
            restart(&mut host, 6);
            host.give(&says(INVOICE));
            restart(&mut host, 7);
            assert_eq!(host.state(), S::Invoiced, "{stop}");
            assert_eq!((host.creates(), host.invoices(), host.elsewhere().len()), (1, 1, 1));
            // What was agreed and not known to have arrived is told to a person.
            let undelivered = host.notices().contains(&Notice::AcceptUndelivered);
            assert_eq!(undelivered, stop == 3, "{stop}");
        }
    }
}
