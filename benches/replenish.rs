//! What must be bought of many products whose forecasts are known, and the same question asked again
//! with another service level or lead time.
//!
//! One SKU is one requirement with all its levels, risks and the arithmetic in words.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use replenish::{
    forecast::{Forecast, ForecastOptions, LeadTime, Period, Series, forecast},
    inventory::{DemandOutlook, Policy, StockPosition, Target, replenish},
    unit::{Day, Probability, Sku},
};
use std::hint::black_box;

const PRODUCTS: u32 = 200;

/// Two years of days, every third product sold once a week, with a week's pattern.
fn forecasts() -> Vec<Forecast> {
    let options = ForecastOptions::default();
    let product = |product: u32| {
        let level = 2.0 + f64::from(product % 17);
        let demand = |day: u32| {
            let noise = f64::from((product * 31 + day * day * 7 + day * 13) % 11) / 4.0;
            let weekend = if day % 7 > 4 { 1.6 } else { 1.0 };
            let sells = !product.is_multiple_of(3) || (day * 5 + product).is_multiple_of(7);
            if sells { (level * weekend + noise).round() } else { 0.0 }
        };
        forecast(&Series::new((0..730).map(demand).collect::<Vec<_>>()).unwrap(), &options).unwrap()
    };
    (0..PRODUCTS).map(product).collect()
}

fn requirements(criterion: &mut Criterion) {
    let forecasts = forecasts();
    let today: Day = "2026-11-21".parse().unwrap();
    let sku = Sku::new("a").unwrap();
    let service_level = Probability::new(0.95).unwrap();
    let mut policy = Policy::order_up_to(service_level, LeadTime::Fixed { periods: 5 }, 7);
    let stock = StockPosition::on_hand("20 each".parse().unwrap());
    for forecast in &forecasts {
        // What a forecast works out once is not part of the question.
        forecast.lead_time_demand(&policy.lead_time).unwrap();
    }

    let mut group = criterion.benchmark_group("replenish");
    group.throughput(Throughput::Elements(u64::from(PRODUCTS)));
    group.bench_function("200 SKUs", |bencher| {
        bencher.iter(|| {
            for forecast in &forecasts {
                let outlook = DemandOutlook::new(forecast, today, Period::Day);
                black_box(replenish(&sku, &outlook, &stock, &policy, None).unwrap());
            }
        });
    });
    group.throughput(Throughput::Elements(1));
    let outlook = DemandOutlook::new(&forecasts[1], today, Period::Day);
    let mut percent = 0;
    group.bench_function("what if: service level", |bencher| {
        bencher.iter(|| {
            percent = (percent + 1) % 50;
            let probability = Probability::new(0.5 + f64::from(percent) / 101.0).unwrap();
            policy.target = Target::CycleServiceLevel { probability };
            replenish(&sku, &outlook, &stock, &policy, None).unwrap()
        });
    });
    let mut days = 0;
    group.bench_function("what if: lead time", |bencher| {
        bencher.iter_batched(
            || {
                days = days % 20 + 1;
                Policy { lead_time: LeadTime::Fixed { periods: days }, ..policy.clone() }
            },
            |policy| replenish(&sku, &outlook, &stock, &policy, None).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, requirements);
criterion_main!(benches);
