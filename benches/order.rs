//! Splitting a customer's order by vendor.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use replenish::{
    order::{Adjustment, AdjustmentKind, CustomerOrder, OrderLine, SplitRules, split},
    unit::Money,
};
use std::hint::black_box;

fn order(lines: u32, vendors: u32) -> CustomerOrder {
    let currency = "EUR".parse().expect("a currency");
    let money = |cents: i64| Money::from_minor_units(cents.into(), currency).expect("money");
    CustomerOrder {
        id: "order".parse().expect("an identifier"),
        revision: 1,
        currency,
        lines: (0..lines)
            .map(|line| OrderLine {
                id: format!("{line:04}").parse().expect("an identifier"),
                sku: format!("sku-{line}").parse().expect("an identifier"),
                vendor: Some(format!("v-{}", line % vendors).parse().expect("an identifier")),
                quantity: "2 each".parse().expect("a quantity"),
                amount: money(i64::from(line * 7919 % 5000)),
            })
            .collect(),
        adjustments: [
            ("coupon", AdjustmentKind::Discount, -1234),
            ("way", AdjustmentKind::Shipping, 990),
            ("tax", AdjustmentKind::Tax, 4567),
        ]
        .map(|(id, kind, cents)| Adjustment {
            id: id.parse().expect("an identifier"),
            kind,
            amount: money(cents),
            lines: None,
        })
        .into(),
    }
}

fn splitting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("order");
    for (lines, vendors) in [(5, 3), (1000, 200)] {
        let order = order(lines, vendors);
        group.throughput(Throughput::Elements(lines.into()));
        let name = format!("{lines} lines, {vendors} vendors");
        group.bench_function(BenchmarkId::new("split", name), |bench| {
            bench.iter(|| split(black_box(&order), &SplitRules::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, splitting);
criterion_main!(benches);
