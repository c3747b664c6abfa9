//! One order from submission to `sent`, through both of its machines.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use replenish::{
    flow::{
        AnswerBody, FlowInput, FlowPolicy, HostCommand, NamedDocument, Outcome, SaleOrderFlow,
        advance,
    },
    unit::Timestamp,
};
use std::hint::black_box;

fn life(criterion: &mut Criterion) {
    let lines = ["1", "2", "3"].map(|line| line.parse().expect("an identifier"));
    let id = "1001:1:farm".parse().expect("an identifier");
    let flow = SaleOrderFlow::new(id, lines.clone().into()).expect("an order with lines");
    let policy = FlowPolicy::default();
    let submit = FlowInput::Submit { payload: "{\"lines\":3}".to_owned() };
    let step = |flow: &SaleOrderFlow, input: &FlowInput, now| {
        advance(flow, input, Timestamp(now), &policy).expect("the order takes this input")
    };

    let sending = step(&flow, &submit, 0);
    let sent = sending.commands.iter().find_map(|command| {
        let HostCommand::Send { request_id, attempt, .. } = command else { return None };
        Some((*request_id, *attempt))
    });
    let (request_id, attempt) = sent.expect("a submitted order is sent");
    let documents = lines
        .map(|line| NamedDocument { line, document: "55005002".parse().expect("an identifier") });
    let body =
        AnswerBody { success: Some(true), documents: documents.into(), ..AnswerBody::default() };
    let outcome = Outcome::Answer { status: 200, retry_after_ms: None, body: Some(body) };
    let answered = FlowInput::Outcome { request_id, attempt, outcome };
    step(&sending.flow, &answered, 40);

    let mut group = criterion.benchmark_group("flow");
    group.throughput(Throughput::Elements(2));
    group.bench_function("submit and accept an order of 3 lines", |bench| {
        bench.iter(|| {
            let sending = step(black_box(&flow), &submit, 0);
            step(&sending.flow, &answered, 40)
        });
    });
    group.finish();
}

criterion_group!(benches, life);
criterion_main!(benches);
