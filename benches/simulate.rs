//! How many days of how many products a second are simulated: 200 products of 1,000 days each, four
//! in five with Poisson demand of 1 to 30 a day, one in five sold every fourth day. In WebAssembly the
//! same is measured by `node benches/simulate.mjs`.
//!
//! What was tried, in nanoseconds a day on one core of an AMD EPYC (the fastest of many passes, since
//! the machine was busy), for a base stock, one with random lead times, one with 7 days of shelf life:
//!
//! | | base stock | random lead times | shelf life |
//! |---|---|---|---|
//! | the plain loop | 12.0 | 14.5 | 19.2 |
//! | looking at the oldest lot alone for what expires; no branch on the quantity where the supplier has no terms | 10.9 | 13.6 | 18.4 |
//! | the decision inlined by hint: the compiler does not follow it | 11.1 | 14.0 | 18.8 |
//! | the decision inlined for certain: the review is no longer written to memory | 8.1 | 10.6 | 17.9 |
//!
//! Checking the scenario takes 0.2 of that, one outcome for each 28 days 0.4 more. In WebAssembly the
//! loop with the decision called took 22.5 for the base stock and 31 with shelf life, inlined 17.5 and
//! 25.5; a call from JavaScript costs about 17 microseconds beside it, most of it reading and writing
//! objects.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use replenish::inventory::simulate::{
    Buyer, Control, Costs, Issue, OrderDays, Review, Sampler, Scenario, Trace, Unmet, simulate,
    simulate_blocks, simulate_recorded,
};
use std::hint::black_box;

const PRODUCTS: usize = 200;
const DAYS: usize = 1_000;

struct Product {
    demand: Vec<f64>,
    lead_times: Vec<u32>,
    mean: f64,
}

fn products() -> Vec<Product> {
    let product = |index: usize| {
        let mut demand = vec![0.0; DAYS];
        let mut mean = 1.0 + (index % 30) as f64;
        let seed = index as u64;
        Sampler::Poisson { means: &[mean] }.draw(seed, &mut demand).expect("a mean");
        if index.is_multiple_of(5) {
            let mut sold = vec![0.0; DAYS];
            Sampler::Poisson { means: &[0.25] }.draw(seed + 1_000, &mut sold).expect("a mean");
            demand.iter_mut().zip(&sold).for_each(|(demand, sold)| *demand *= sold.min(1.0));
            mean *= 0.22;
        }
        let mut late = vec![0.0; DAYS];
        Sampler::Poisson { means: &[0.3] }.draw(seed + 2_000, &mut late).expect("a mean");
        let lead_times = late.iter().map(|&late| 2 + u32::from(late > 0.0)).collect();
        Product { demand, lead_times, mean }
    };
    (0..PRODUCTS).map(product).collect()
}

fn scenario(product: &Product) -> Scenario<'_> {
    let costs = Costs {
        unit_cost: 3.0,
        holding_per_unit_and_period: 0.01,
        shortage_per_unit: 1.0,
        order_line: 2.0,
        waste_per_unit: 3.0,
        emergency_premium: 0.2,
    };
    let on_hand = 5.0 * product.mean;
    Scenario { lead_times: &[3], costs, on_hand, warm_up: 50, ..Scenario::new(&product.demand) }
}

fn policies(criterion: &mut Criterion) {
    let products = products();
    let mut group = criterion.benchmark_group("simulate");
    group.throughput(Throughput::Elements((PRODUCTS * DAYS) as u64));
    let mut time = |name: &str, run: &dyn Fn(&Product, Scenario<'_>) -> f64| {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                black_box(&products)
                    .iter()
                    .map(|product| run(product, scenario(product)))
                    .sum::<f64>()
            });
        });
    };
    let base_stock = |product: &Product, scenario: Scenario<'_>| {
        total(&scenario, Control::OrderUpTo(&[6.0 * product.mean]))
    };
    time("base stock", &base_stock);
    time("base stock, back-orders", &|product, scenario| {
        base_stock(product, Scenario { unmet: Unmet::BackOrdered, ..scenario })
    });
    time("base stock, once a week", &|product, scenario| {
        let order_days = OrderDays::Every { periods: 7, offset: 2 };
        base_stock(product, Scenario { order_days, ..scenario })
    });
    time("base stock, random lead times", &|product, scenario| {
        base_stock(product, Scenario { lead_times: &product.lead_times, ..scenario })
    });
    time("(s, S), minimum and pack", &|product, scenario| {
        let scenario = Scenario { minimum_order_quantity: 10.0, order_multiple: 6.0, ..scenario };
        let control = Control::ReorderUpTo {
            reorder_points: &[5.0 * product.mean],
            order_up_to_levels: &[9.0 * product.mean],
        };
        total(&scenario, control)
    });
    time("a function of the review", &|product, scenario| {
        let level = 6.0 * product.mean;
        let half_way = |review: &Review<'_>| (0.5 * (level - review.inventory_position())).max(0.0);
        total(&scenario, half_way)
    });
    for (shelf_life, issue, name) in [
        (7, Issue::FirstExpired, "7 days of shelf life"),
        (7, Issue::Freshest, "7 days of shelf life, freshest first"),
        (60, Issue::FirstExpired, "60 days of shelf life"),
    ] {
        time(&format!("base stock, {name}"), &|product, scenario| {
            base_stock(product, Scenario { shelf_life: Some(shelf_life), issue, ..scenario })
        });
    }
    time("base stock in blocks of 28 days", &|product, scenario| {
        let control = Control::OrderUpTo(&[6.0 * product.mean]);
        let blocks = simulate_blocks(&scenario, control, 28).expect("a scenario");
        blocks[0].total_cost()
    });
    time("base stock with its trace", &|product, scenario| {
        let mut trace = Trace::with_capacity(DAYS);
        let control = Control::OrderUpTo(&[6.0 * product.mean]);
        simulate_recorded(&scenario, control, &mut trace).expect("a scenario").total_cost()
    });
    group.finish();
}

fn total(scenario: &Scenario<'_>, buyer: impl Buyer) -> f64 {
    simulate(scenario, buyer).expect("a scenario").total_cost()
}

fn draws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sample demand");
    group.throughput(Throughput::Elements(DAYS as u64));
    let mut demand = vec![0.0; DAYS];
    let history: Vec<f64> = (0..400).map(|day| f64::from(day % 7)).collect();
    for (name, sampler) in [
        ("Poisson, mean 4", Sampler::Poisson { means: &[4.0] }),
        ("Poisson, mean 40", Sampler::Poisson { means: &[40.0] }),
        (
            "negative binomial, mean 4",
            Sampler::NegativeBinomial { means: &[4.0], variance_to_mean: 2.0 },
        ),
        ("blocks of 14 days", Sampler::Blocks { history: &history, block: 14, season_length: 7 }),
    ] {
        group.bench_function(name, |bench| {
            bench.iter(|| sampler.draw(black_box(7), &mut demand).expect("a distribution"));
        });
    }
    group.finish();
}

criterion_group!(benches, policies, draws);
criterion_main!(benches);
