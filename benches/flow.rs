//! How fast orders move: single steps over what really happens to them, the host's inputs through
//! both machines, the same with a record of each, and a life played back.
//!
//! `cargo bench --bench flow`; the elements are events, one core.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use replenish::{
    flow::{
        AnswerBody, Capabilities, Deduplication, EndedRequest, Envelope, FlowPolicy, NamedDocument,
        ObjectKind, Outcome, PurchaseOrderEvent, PurchaseOrderFlow, PurchaseOrderHostCommand,
        PurchaseOrderInput, PurchasePolicy, ReferenceLookup, RequestLife, SaleOrderEvent,
        SaleOrderFlow, SaleOrderHostCommand, SaleOrderInput, SaleOrderLife, SupplierFact,
        advance_purchase_order, advance_sale_order, replay, step_purchase_order, step_sale_order,
        tell,
    },
    order::PurchaseOrder,
    unit::{DocumentId, LineId, Timestamp},
};
use std::hint::black_box;

/// Chance with a seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

fn lines() -> Vec<LineId> {
    ["1", "2", "3"].map(|line| line.parse().expect("an identifier")).into()
}

fn documents(number: u64) -> Vec<NamedDocument> {
    let document = |line: &LineId| {
        let document: DocumentId = format!("5500{number:04}").parse().expect("an identifier");
        NamedDocument { line: line.clone(), document }
    };
    lines().iter().map(document).collect()
}

fn beginning() -> SaleOrderFlow {
    SaleOrderFlow::new("1001:1:farm".parse().expect("an identifier"), lines())
        .expect("an order with lines")
}

/// One policy of each kind of server: offers nothing, look-up, keys.
fn policies() -> [FlowPolicy; 3] {
    let offers = |capabilities| FlowPolicy { capabilities, ..FlowPolicy::default() };
    let lookup_by_reference = Some(ReferenceLookup { settle_window_ms: 60_000 });
    let deduplicates_by_key = Some(Deduplication { retention_ms: 86_400_000 });
    [
        offers(Capabilities::default()),
        offers(Capabilities { lookup_by_reference, ..Capabilities::default() }),
        offers(Capabilities { deduplicates_by_key, ..Capabilities::default() }),
    ]
}

/// What may come next: mostly answers to the newest call, sometimes people, time and webhooks.
fn input(random: &mut Random, calls: &[(u32, u32)]) -> SaleOrderInput {
    let named = documents(random.below(40) / 39);
    match (random.below(16), calls.last()) {
        (0 | 1, _) => SaleOrderInput::Submit { payload: "x".repeat(200) },
        (2, _) => SaleOrderInput::CancelRequested {},
        (3, _) => SaleOrderInput::OperatorAbsent {},
        (4, _) => SaleOrderInput::RemoteCreated { documents: named },
        (5, _) => SaleOrderInput::Recover {},
        (6..=10, Some((request_id, attempt))) => {
            let answer =
                |status, body| Outcome::Answer { status, retry_after_ms: None, body: Some(body) };
            let empty = AnswerBody::default();
            let outcome = match random.below(8) {
                0 => Outcome::NotSent {},
                1 => Outcome::NoAnswer {},
                2 => answer(503, empty),
                3 => answer(422, AnswerBody { message: "no such product".into(), ..empty }),
                4 => answer(404, AnswerBody { found: Some(false), ..empty }),
                _ => answer(200, AnswerBody { documents: named, ..empty }),
            };
            SaleOrderInput::Outcome { request_id: *request_id, attempt: *attempt, outcome }
        }
        _ => SaleOrderInput::Woke {},
    }
}

/// One thing that really happened: to which flow, what, when, under which policy.
type Happened = (SaleOrderFlow, SaleOrderInput, Timestamp, usize);

/// Lives of about thirty accepted inputs each.
fn lives(count: u64) -> Vec<Vec<Happened>> {
    let policies = policies();
    let live = |seed: u64| {
        let mut random = Random(seed);
        let (mut flow, mut now, mut calls) = (beginning(), Timestamp(0), Vec::new());
        let policy = usize::try_from(random.below(3)).expect("one of three");
        let mut happened = Vec::new();
        while happened.len() < 30 {
            let input = input(&mut random, &calls);
            match flow.wake_at() {
                Some(at) if input == (SaleOrderInput::Woke {}) => now = now.max(at),
                Some(_) | None => now = now.plus_millis(random.below(400)),
            }
            let Ok(step) = advance_sale_order(&flow, &input, now, &policies[policy]) else {
                continue;
            };
            for command in &step.commands {
                if let SaleOrderHostCommand::Send { request_id, attempt, .. } = command {
                    calls.push((*request_id, *attempt));
                }
            }
            happened.push((flow, input, now, policy));
            flow = step.flow;
        }
        happened
    };
    (0..count).map(live).collect()
}

/// The same lives as the single machine of the order sees them.
fn steps(lives: &[Vec<Happened>]) -> Vec<(SaleOrderLife, SaleOrderEvent, Timestamp, usize)> {
    let mut random = Random(11);
    let step = |(flow, _, now, policy): &Happened| {
        let life = flow.order().clone();
        let newest = flow.requests().last().map(RequestLife::id);
        let request = newest.or(flow.ended_requests().last().map(EndedRequest::id)).unwrap_or(1);
        let named = documents(random.below(40) / 39);
        let event = match random.below(16) {
            0 => SaleOrderEvent::Submit { payload: "x".repeat(200) },
            1 => SaleOrderEvent::CancelRequested {},
            2 => SaleOrderEvent::OperatorAbsent {},
            3 => SaleOrderEvent::Recover {},
            4 => SaleOrderEvent::LateOk { documents: named },
            5 => SaleOrderEvent::NotSent { request },
            6 => SaleOrderEvent::Ambiguous { request, retry_after_ms: None },
            7 => SaleOrderEvent::Reject { request, message: "no such product".into() },
            8 => SaleOrderEvent::LookupAbsent { request },
            9 => SaleOrderEvent::CancelOk { request },
            10..=12 => SaleOrderEvent::Ok { request, documents: named },
            _ => SaleOrderEvent::TimerDue {},
        };
        let now = life.wake_at().map_or(*now, |at| at.max(*now));
        (life, event, now, *policy)
    };
    let all = lives.iter().flatten().map(step);
    let policies = policies();
    // A refusal is quicker than a step; only steps count.
    all.filter(|(life, event, now, policy)| {
        step_sale_order(life, event, *now, &policies[*policy]).is_ok()
    })
    .collect()
}

/// An order of three lines at one supplier.
fn drafted() -> PurchaseOrder {
    let lines = ["1", "2", "3"].map(|line| {
        serde_json::json!({
            "id": line, "sku": line, "offer": "o", "packs": 1, "pack_size": "10 each",
            "quantity": "10 each", "unit_price": "2 EUR", "amount": "20 EUR", "charges": "0 EUR",
            "need_by": "2026-12-02", "arrival": "2026-12-01",
        })
    });
    serde_json::from_value(serde_json::json!({
        "id": "1001:1:farm", "revision": 1, "supplier": "farm", "currency": "EUR",
        "order_date": "2026-11-23", "requested_delivery": "2026-12-01", "lines": lines,
        "goods": "60 EUR", "freight": "3 EUR", "charges": "0 EUR", "net": "63 EUR", "taxes": [],
        "tax": "0 EUR", "total": "63 EUR", "expected_arrival": "2026-12-01",
    }))
    .expect("a draft")
}

/// What a supplier may say: mostly promises and goods, with ever larger figures.
fn statement(random: &mut Random, sequence: u64) -> SupplierFact {
    let (field, much) = match random.below(3) {
        0 => ("confirmed", 10),
        1 => ("received", random.below(sequence + 1).min(10)),
        _ => ("invoiced", random.below(sequence + 1).min(10)),
    };
    let lines = ["1", "2", "3"].map(|line| {
        let mut said = serde_json::json!({"line": line});
        said[field] = format!("{much} each").into();
        if field == "invoiced" {
            said["invoiced_amount"] = format!("{} EUR", 2 * much).into();
        }
        said
    });
    let fact = serde_json::json!({"event_id": "e", "sequence": sequence, "lines": lines});
    serde_json::from_value(fact).expect("a statement")
}

/// What may come next to a purchase order.
fn purchase_input(random: &mut Random, calls: &[(u32, u32)], place: u64) -> PurchaseOrderInput {
    match (random.below(16), calls.last()) {
        (0 | 1, _) => {
            let case = serde_json::json!({
                "draft": drafted(),
                "rules": {"version": "1", "rules": [], "otherwise": "approve"},
                "context": {"today": "2026-11-23", "requesters": ["anna"]},
            });
            let case = serde_json::from_value(case).expect("a case");
            PurchaseOrderInput::RequestApproval { case }
        }
        (2, _) => PurchaseOrderInput::CancelRequested {},
        (3, _) => PurchaseOrderInput::OperatorSettle {},
        (4, _) => PurchaseOrderInput::Recover {},
        (5..=9, Some((request_id, attempt))) => {
            let body = AnswerBody { documents: documents(0), ..AnswerBody::default() };
            let outcome = match random.below(8) {
                0 => Outcome::NotSent {},
                1 => Outcome::NoAnswer {},
                _ => Outcome::Answer { status: 201, retry_after_ms: None, body: Some(body) },
            };
            PurchaseOrderInput::Outcome { request_id: *request_id, attempt: *attempt, outcome }
        }
        (10..=13, Some(_)) => {
            PurchaseOrderInput::SupplierSays { fact: Box::new(statement(random, place)) }
        }
        _ => PurchaseOrderInput::Woke {},
    }
}

/// What really happened to purchase orders, in lives of the accepted ones of sixty inputs each.
fn purchases(
    count: u64,
    policy: &PurchasePolicy,
) -> Vec<(PurchaseOrderFlow, PurchaseOrderInput, Timestamp)> {
    let mut happened = Vec::new();
    for seed in 0..count {
        let mut random = Random(seed);
        let mut flow = PurchaseOrderFlow::new(&drafted(), &"x".repeat(200)).expect("a draft");
        let (mut now, mut calls) = (Timestamp(0), Vec::new());
        for place in 0..60 {
            let input = purchase_input(&mut random, &calls, place);
            match flow.wake_at() {
                Some(at) if input == (PurchaseOrderInput::Woke {}) => now = now.max(at),
                Some(_) | None => now = now.plus_millis(random.below(400)),
            }
            let Ok(step) = advance_purchase_order(&flow, &input, now, policy) else { continue };
            for command in &step.commands {
                if let PurchaseOrderHostCommand::Send { request_id, attempt, .. } = command {
                    calls.push((*request_id, *attempt));
                }
            }
            happened.push((flow, input, now));
            flow = step.flow;
        }
    }
    happened
}

/// Purchase orders: their single machine over statements and timers, and all of their inputs.
fn speed_of_purchases(criterion: &mut Criterion) {
    let policy = PurchasePolicy { quote_validity_ms: None, ..PurchasePolicy::default() };
    let inputs = purchases(200, &policy);
    let mut random = Random(11);
    let steps: Vec<_> = inputs
        .iter()
        .map(|(flow, _, now)| {
            let life = flow.order();
            let event = match random.below(4) {
                0 => PurchaseOrderEvent::Recover {},
                1 => PurchaseOrderEvent::TimerDue {},
                _ => PurchaseOrderEvent::stated(statement(&mut random, 30)),
            };
            (life, event, life.wake_at().map_or(*now, |at| at.max(*now)))
        })
        .filter(|(life, event, now)| step_purchase_order(life, event, *now, &policy).is_ok())
        .collect();
    let mut group = criterion.benchmark_group("purchase_order");
    group.throughput(Throughput::Elements(steps.len() as u64));
    group.bench_function("step", |bench| {
        bench.iter(|| {
            for (life, event, now) in &steps {
                let _ = black_box(step_purchase_order(life, event, *now, &policy));
            }
        });
    });
    group.throughput(Throughput::Elements(inputs.len() as u64));
    group.bench_function("advance", |bench| {
        bench.iter(|| {
            for (flow, input, now) in &inputs {
                let _ = black_box(advance_purchase_order(flow, input, *now, &policy));
            }
        });
    });
    group.finish();
}

fn speed(criterion: &mut Criterion) {
    let (policies, lives) = (policies(), lives(400));
    let steps = steps(&lives);
    let inputs: Vec<&Happened> = lives.iter().flatten().collect();
    let envelopes: Vec<_> = inputs
        .iter()
        .map(|(flow, input, now, policy)| {
            let id = flow.order().id().as_str();
            (flow, Envelope::new(ObjectKind::SaleOrder, id, input.clone()), *now, *policy)
        })
        .collect();
    let recorded: Vec<_> = lives
        .iter()
        .map(|life| {
            let mut flow = beginning();
            let mut records = Vec::new();
            for (_, input, now, policy) in life {
                let envelope = Envelope::new(ObjectKind::SaleOrder, "1001:1:farm", input.clone());
                let told = tell(&flow, &envelope, *now, &policies[*policy]).expect("it was taken");
                flow = told.flow;
                records.push(told.record);
            }
            (records, life[0].3)
        })
        .collect();

    let mut group = criterion.benchmark_group("flow");
    let mut measure = |name: &str, events: usize, run: &dyn Fn()| {
        group.throughput(Throughput::Elements(events as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |bench| bench.iter(run));
    };
    measure("step", steps.len(), &|| {
        for (life, event, now, policy) in &steps {
            let _ = black_box(step_sale_order(life, event, *now, &policies[*policy]));
        }
    });
    measure("advance", inputs.len(), &|| {
        for (flow, input, now, policy) in &inputs {
            let _ = black_box(advance_sale_order(flow, input, *now, &policies[*policy]));
        }
    });
    measure("tell", envelopes.len(), &|| {
        for (flow, envelope, now, policy) in &envelopes {
            let _ = black_box(tell(*flow, envelope, *now, &policies[*policy]));
        }
    });
    measure("replay", inputs.len(), &|| {
        for (records, policy) in &recorded {
            let policy = std::slice::from_ref(&policies[*policy]);
            let _ = black_box(replay(&beginning(), records, policy));
        }
    });
    group.finish();
}

criterion_group!(benches, speed, speed_of_purchases);
criterion_main!(benches);
