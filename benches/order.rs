//! Splitting a customer's order by vendor.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use replenish::{
    order::{
        Adjustment, AdjustmentKind, Commission, CommissionBase, CustomerOrder, LineAdjustment,
        OrderLine, Payment, PaymentKind, SplitRules, split,
    },
    unit::Money,
};
use std::{fmt::Debug, hint::black_box, str::FromStr};

fn read<T: FromStr<Err: Debug>>(text: impl AsRef<str>) -> T {
    text.as_ref().parse().expect("a value of the benchmark")
}

fn euro(cents: i64) -> Money {
    Money::from_minor_units(cents.into(), read("EUR")).expect("money")
}

/// Every line with a tax of its own, every fourth with a discount; a coupon, the way and the tax on
/// it; a commission for every fourth vendor.
fn order(lines: u32, vendors: u32, payments: u32) -> CustomerOrder {
    let own = |id: &str, kind, cents| LineAdjustment {
        id: read(id),
        kind,
        amount: euro(cents),
        included: false,
        tax: None,
    };
    let line = |line: u32| {
        let cents = i64::from(1 + line * 7919 % 5000);
        let mut adjustments = vec![own("vat", AdjustmentKind::Tax, cents * 19 / 100)];
        if line.is_multiple_of(4) {
            adjustments.push(own("sale", AdjustmentKind::Discount, -cents / 10));
        }
        OrderLine {
            vendor: Some(read(format!("v-{}", line % vendors))),
            adjustments,
            ..OrderLine::new(
                read(format!("{line:05}")),
                read(format!("sku-{line}")),
                read("2 each"),
                euro(cents),
            )
        }
    };
    let mut order = CustomerOrder::new(read("order"), read("EUR"), (0..lines).map(line).collect());
    order.adjustments = [
        ("coupon", AdjustmentKind::Discount, -1234),
        ("way", AdjustmentKind::Shipping, 990),
        ("way tax", AdjustmentKind::Tax, 188),
    ]
    .map(|(id, kind, cents)| Adjustment::new(read(id), kind, euro(cents)))
    .into();
    order.adjustments[2].follows = Some(read("way"));
    let commission = |vendor: u32| Commission {
        id: read(format!("c-{vendor}")),
        vendor: read(format!("v-{vendor}")),
        rate: read("0.125"),
        base: CommissionBase::Net,
        fixed: None,
        tax_rate: Some(read("0.19")),
    };
    order.commissions = (0..vendors).step_by(4).map(commission).collect();
    let parts = split(&order, &SplitRules::default()).expect("an order that splits").sale_orders;
    let total = Money::sum(parts.iter().map(|part| part.total), order.currency).expect("a total");
    let total = i64::try_from(total.minor_units().expect("cents")).expect("a small total");
    let payment = |payment: u32| {
        let upto = |payment: u32| total * i64::from(payment) / i64::from(payments);
        let amount = euro(upto(payment + 1) - upto(payment));
        Payment { id: read(format!("p-{payment}")), kind: PaymentKind::Card, amount }
    };
    order.payments = (0..payments).map(payment).collect();
    order
}

fn splitting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("order");
    for (lines, vendors, payments) in [(20, 4, 2), (1000, 200, 5), (10_000, 500, 10)] {
        let order = order(lines, vendors, payments);
        group.throughput(Throughput::Elements(lines.into()));
        let name = format!("{lines} lines, {vendors} vendors, {payments} payments");
        group.bench_function(BenchmarkId::new("split", name), |bench| {
            bench.iter(|| split(black_box(&order), &SplitRules::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, splitting);
criterion_main!(benches);
