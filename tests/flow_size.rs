//! How much a host stores for an order's life.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and looks for the states it asks about"
)]

use replenish::{
    flow::{
        AnswerBody, Authentication, Capabilities, Envelope, FlowPolicy, NamedDocument, ObjectKind,
        Outcome, PurchaseOrderFlow, PurchaseOrderHostCommand, PurchaseOrderInput,
        PurchaseOrderState, PurchasePolicy, QuotedPrice, ReferenceLookup, SaleOrderFlow,
        SaleOrderHostCommand, SaleOrderInput, SaleOrderState, tell,
    },
    order::PurchaseOrder,
    unit::{DocumentId, LineId, SaleOrderId, Timestamp},
};

/// A life and the host beside it.
struct Host {
    flow: SaleOrderFlow,
    policy: FlowPolicy,
    now: Timestamp,
    events: u32,
    calls: Vec<(u32, u32)>,
}

impl Host {
    fn new(authentication: Authentication) -> Self {
        let lines = ["1", "2", "3"].map(|line| LineId::new(line).unwrap());
        let id = SaleOrderId::new("1001:1:farm").unwrap();
        let capabilities = Capabilities {
            lookup_by_reference: Some(ReferenceLookup { settle_window_ms: 60_000 }),
            ..Capabilities::default()
        };
        Self {
            flow: SaleOrderFlow::new(id, lines.into()).unwrap(),
            policy: FlowPolicy { capabilities, authentication, ..FlowPolicy::default() },
            now: Timestamp(1_763_780_000_000),
            events: 0,
            calls: Vec::new(),
        }
    }

    fn tell(&mut self, input: SaleOrderInput) -> &mut Self {
        self.now = self.now.plus_millis(137);
        let envelope = Envelope::new(ObjectKind::SaleOrder, "1001:1:farm", input);
        let told = tell(&self.flow, &envelope, self.now, &self.policy).unwrap();
        self.flow = told.flow;
        self.events += 1;
        for command in told.commands {
            if let SaleOrderHostCommand::Send { request_id, attempt, .. } = command {
                self.calls.push((request_id, attempt));
            }
        }
        self
    }

    fn sleep(&mut self) -> &mut Self {
        self.now = self.flow.wake_at().unwrap().max(self.now);
        self.tell(SaleOrderInput::Woke {})
    }

    fn ends(&mut self, outcome: Outcome) -> &mut Self {
        let (request_id, attempt) = *self.calls.last().unwrap();
        self.tell(SaleOrderInput::Outcome { request_id, attempt, outcome })
    }

    fn answers(&mut self, status: u16, body: AnswerBody) -> &mut Self {
        self.ends(Outcome::Answer { status, retry_after_ms: None, body: Some(body) })
    }

    fn size(&self) -> usize {
        serde_json::to_string(&self.flow).unwrap().len()
    }
}

fn submit() -> SaleOrderInput {
    SaleOrderInput::Submit { payload: "x".repeat(200) }
}

fn named(set: u32) -> Vec<NamedDocument> {
    let document = |line: u32| NamedDocument {
        line: LineId::new(&line.to_string()).unwrap(),
        document: DocumentId::new(&(55_005_000 + 3 * set + line).to_string()).unwrap(),
    };
    (1..=3).map(document).collect()
}

fn created(set: u32) -> AnswerBody {
    AnswerBody { documents: named(set), ..AnswerBody::default() }
}

fn absent() -> AnswerBody {
    AnswerBody { found: Some(false), ..AnswerBody::default() }
}

/// A bad week: unreachable, throttled, rejected, revised, lost, found absent, sent again, sent,
/// webhooks, cancelled document by document with a lost answer.
#[test]
fn a_life_of_thirty_events_fits_in_four_kilobytes() {
    let mut host = Host::new(Authentication::None);
    host.tell(submit()).ends(Outcome::NotSent {}).sleep();
    host.answers(429, AnswerBody::default()).sleep();
    host.answers(422, AnswerBody { message: "unknown product in line 2".into(), ..absent() });
    host.tell(SaleOrderInput::Submit { payload: "y".repeat(200) });
    host.ends(Outcome::NoAnswer {}).sleep().ends(Outcome::NoAnswer {}).sleep();
    host.answers(404, absent()).sleep();
    host.ends(Outcome::NotSent {}).sleep().answers(201, created(1));
    host.tell(SaleOrderInput::RemoteCreated { documents: named(1) });
    host.tell(SaleOrderInput::RemoteCreated { documents: named(1) });
    host.tell(SaleOrderInput::CancelRequested {}).sleep();
    host.answers(200, AnswerBody { success: Some(true), ..AnswerBody::default() }).sleep();
    host.ends(Outcome::NoAnswer {}).sleep();
    host.answers(404, AnswerBody { already_cancelled: true, ..AnswerBody::default() }).sleep();
    host.ends(Outcome::NotSent {}).sleep();
    host.answers(200, AnswerBody { success: Some(true), ..AnswerBody::default() });
    host.tell(SaleOrderInput::Recover {});
    assert_eq!(host.flow.order().state(), SaleOrderState::Nullified);
    assert_eq!(host.events, 30);
    let size = host.size();
    assert!(size < 2_000, "{size}");
}

/// As many requests as thirty events can end: nothing is ever answered, and people submit again.
#[test]
fn thirty_events_that_make_the_most_requests_fit_too() {
    let mut host = Host::new(Authentication::None);
    while host.events < 30 {
        if host.flow.wake_at().is_none() && host.flow.order().state() != SaleOrderState::Review {
            host.tell(submit());
        } else if host.flow.order().state() == SaleOrderState::Review {
            host.tell(SaleOrderInput::OperatorAbsent {});
        } else {
            host.sleep();
        }
    }
    assert!(host.flow.ended_requests().len() >= 10);
    let size = host.size();
    assert!(size < 2_000, "{size}");
}

/// The largest life we could think of, and it is above four kilobytes: ten sets of documents made
/// and removed behind our back within ten seconds, while nobody answers any of our requests, so
/// that nine are under way at once. A life never forgets a document (65 bytes once it has ended)
/// and a request under way needs 200; no life of one order in an honest system comes near.
#[test]
fn thirty_events_of_an_impossible_system_stay_within_five_kilobytes() {
    let mut host = Host::new(Authentication::Token);
    host.tell(submit());
    host.tell(SaleOrderInput::RemoteCreated { documents: named(0) });
    let mut set = 0;
    while host.events < 30 {
        match host.flow.order().state() {
            SaleOrderState::Sent => host.tell(SaleOrderInput::CancelRequested {}),
            SaleOrderState::CancelPending => host.tell(SaleOrderInput::Woke {}),
            SaleOrderState::Nullified => {
                set += 1;
                host.tell(SaleOrderInput::RemoteCreated { documents: named(set) })
            }
            SaleOrderState::Cancelling => {
                host.tell(SaleOrderInput::RemoteNullified { documents: Vec::new() })
            }
            other => unreachable!("{other}"),
        };
    }
    assert!(host.flow.requests().len() >= 8);
    let size = host.size();
    assert!((4_000..5_000).contains(&size), "{size}");
}

/// What a record of each costs beside the life.
#[test]
fn a_record_costs_less_than_half_a_kilobyte() {
    let mut host = Host::new(Authentication::None);
    host.tell(submit());
    let (request_id, attempt) = host.calls[0];
    let body = Some(created(1));
    let outcome = Outcome::Answer { status: 201, retry_after_ms: None, body };
    let input = SaleOrderInput::Outcome { request_id, attempt, outcome };
    let envelope = Envelope::new(ObjectKind::SaleOrder, "1001:1:farm", input);
    let told = tell(&host.flow, &envelope, host.now, &host.policy).unwrap();
    let text = serde_json::to_string(&told.record).unwrap();
    assert!(text.len() < 500, "{} bytes: {text}", text.len());
}

/// A purchase order of three lines, and the host beside it.
struct Buyer {
    flow: PurchaseOrderFlow,
    policy: PurchasePolicy,
    now: Timestamp,
    events: u32,
    calls: Vec<(u32, u32)>,
}

impl Buyer {
    fn new() -> Self {
        let capabilities = Capabilities {
            lookup_by_reference: Some(ReferenceLookup { settle_window_ms: 60_000 }),
            ..Capabilities::default()
        };
        let connection = FlowPolicy { capabilities, ..FlowPolicy::default() };
        Self {
            flow: PurchaseOrderFlow::new(&draft(), &"x".repeat(200)).unwrap(),
            policy: PurchasePolicy { connection, ..PurchasePolicy::default() },
            now: Timestamp(1_763_780_000_000),
            events: 0,
            calls: Vec::new(),
        }
    }

    fn tell(&mut self, input: PurchaseOrderInput) -> &mut Self {
        self.now = self.now.plus_millis(137);
        let envelope = Envelope::new(ObjectKind::PurchaseOrder, "1001:1:farm", input);
        let told = tell(&self.flow, &envelope, self.now, &self.policy).unwrap();
        self.flow = told.flow;
        self.events += 1;
        for command in told.commands {
            if let PurchaseOrderHostCommand::Send { request_id, attempt, .. } = command {
                self.calls.push((request_id, attempt));
            }
        }
        self
    }

    fn says(&mut self, sequence: u32, more: &str) -> &mut Self {
        let fact = format!(r#"{{"event_id": "{sequence}", "sequence": {sequence}, {more}}}"#);
        let fact = serde_json::from_str(&fact).unwrap();
        self.tell(PurchaseOrderInput::SupplierSays { fact: Box::new(fact) })
    }

    /// The same of all three lines.
    fn says_of_lines(&mut self, sequence: u32, what: &str) -> &mut Self {
        let lines = ["1", "2", "3"].map(|line| format!(r#"{{"line": "{line}", {what}}}"#));
        self.says(sequence, &format!(r#""lines": [{}]"#, lines.join(", ")))
    }

    fn sleep(&mut self) -> &mut Self {
        self.now = self.flow.wake_at().unwrap().max(self.now);
        self.tell(PurchaseOrderInput::Woke {})
    }

    fn ends(&mut self, outcome: Outcome) -> &mut Self {
        let (request_id, attempt) = *self.calls.last().unwrap();
        self.tell(PurchaseOrderInput::Outcome { request_id, attempt, outcome })
    }

    fn answers(&mut self, status: u16, body: AnswerBody) -> &mut Self {
        self.ends(Outcome::Answer { status, retry_after_ms: None, body: Some(body) })
    }

    fn asks_for_approval(&mut self) -> &mut Self {
        let case = serde_json::json!({
            "draft": draft(),
            "rules": {"version": "1", "rules": [], "otherwise": "approve"},
            "context": {"today": "2026-11-23", "requesters": ["anna"]},
        });
        let case = serde_json::from_value(case).unwrap();
        self.tell(PurchaseOrderInput::RequestApproval { case })
    }
}

fn draft() -> PurchaseOrder {
    let lines = ["1", "2", "3"].map(|line| {
        serde_json::json!({
            "id": line, "sku": format!("sku-{line}"), "offer": format!("offer-{line}"), "packs": 1,
            "pack_size": "10 each", "quantity": "10 each", "unit_price": "2 EUR",
            "amount": "20 EUR", "charges": "0 EUR", "need_by": "2026-12-02",
            "arrival": "2026-12-01",
        })
    });
    serde_json::from_value(serde_json::json!({
        "id": "1001:1:farm", "revision": 1, "supplier": "farm", "currency": "EUR",
        "order_date": "2026-11-23", "requested_delivery": "2026-12-01", "lines": lines,
        "goods": "60 EUR", "freight": "3 EUR", "charges": "0 EUR", "net": "63 EUR", "taxes": [],
        "tax": "0 EUR", "total": "63 EUR", "expected_arrival": "2026-12-01",
    }))
    .unwrap()
}

/// A bad month: no price at first, unreachable, throttled, lost, found, changed, agreed in doubt, half
/// delivered, cancelled by the supplier, and invoiced in parts.
#[test]
fn a_purchase_of_thirty_events_fits_in_four_kilobytes() {
    let quote = QuotedPrice { net: "63 EUR".parse().unwrap(), unavailable: Vec::new() };
    let mut buyer = Buyer::new();
    buyer.asks_for_approval().ends(Outcome::NoAnswer {}).asks_for_approval();
    buyer.answers(200, AnswerBody { quote: Some(quote), ..AnswerBody::default() });
    buyer.asks_for_approval().sleep().ends(Outcome::NotSent {}).sleep();
    buyer.answers(429, AnswerBody::default()).sleep();
    buyer.ends(Outcome::NoAnswer {}).sleep().ends(Outcome::NoAnswer {}).sleep();
    buyer.answers(200, created(0)).sleep().ends(Outcome::NoAnswer {});
    buyer.says(1, r#""status": "acknowledged""#);
    buyer.says_of_lines(2, r#""confirmed": "8 each", "promised": "2026-12-03""#);
    buyer.tell(PurchaseOrderInput::AcceptChange {}).ends(Outcome::NoAnswer {});
    buyer.says_of_lines(3, r#""received": "2 each""#);
    buyer.says_of_lines(4, r#""invoiced": "2 each", "invoiced_amount": "4 EUR""#);
    buyer.says_of_lines(5, r#""received": "5 each""#);
    buyer.tell(PurchaseOrderInput::Recover {});
    buyer.says(6, r#""status": "cancelled""#);
    buyer.says_of_lines(7, r#""invoiced": "4 each", "invoiced_amount": "8 EUR""#);
    buyer.says_of_lines(8, r#""invoiced": "5 each", "invoiced_amount": "10 EUR""#);
    buyer.says(9, r#""charges": "3 EUR""#);
    buyer.tell(PurchaseOrderInput::Recover {});
    let life = serde_json::to_string(&buyer.flow).unwrap();
    assert_eq!(buyer.flow.order().state(), PurchaseOrderState::Invoiced, "{life}");
    assert_eq!(buyer.events, 30);
    assert!(life.len() < 4_000, "{} bytes: {life}", life.len());
}
