//! Comparison of the offers for one requirement, and allocation of a basket.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use replenish::{
    inventory::Requirement,
    sourcing::{Offer, PriceBreak, SourcingOptions, SupplierTerms, allocate, compare},
};
use std::{collections::BTreeMap, hint::black_box};

const PRODUCTS: u32 = 100;
const SUPPLIERS: u32 = 10;

struct Market {
    basket: Vec<Requirement>,
    offers: Vec<Offer>,
    terms: Vec<SupplierTerms>,
    options: SourcingOptions,
}

/// Ten suppliers with freight and minimums, each offering every product at three price breaks.
fn market() -> Market {
    let mut state = 7_u32;
    let mut below = |end: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % end
    };
    let mut market = Market {
        basket: Vec::new(),
        offers: Vec::new(),
        terms: Vec::new(),
        options: SourcingOptions {
            today: "2026-11-21".parse().expect("a day"),
            currency: "EUR".parse().expect("a currency"),
            default_suppliers: BTreeMap::new(),
        },
    };
    for product in 0..PRODUCTS {
        let sku = format!("sku-{product:03}").parse().expect("an identifier");
        let cents = 100 + below(900);
        for supplier in 0..SUPPLIERS {
            let price = cents * (90 + below(20)) / 100;
            let at = |from: u32, percent: u32| PriceBreak {
                minimum_quantity: format!("{from} each").parse().expect("a quantity"),
                unit_price: format!(
                    "{}.{:02} EUR",
                    price * percent / 10_000,
                    price * percent / 100 % 100
                )
                .parse()
                .expect("money"),
            };
            market.offers.push(Offer {
                id: format!("o-{product:03}-{supplier}").parse().expect("an identifier"),
                supplier: format!("s-{supplier}").parse().expect("an identifier"),
                sku: Clone::clone(&sku),
                price_breaks: vec![at(0, 100), at(24, 96), at(96, 92)],
                pack_size: format!("{} each", 1 + below(12)).parse().expect("a quantity"),
                minimum_order_quantity: "1 each".parse().expect("a quantity"),
                lead_time_days: 1 + below(5),
                available: None,
                valid_from: None,
                valid_until: None,
            });
        }
        market.basket.push(Requirement {
            sku,
            quantity: format!("{} each", 1 + below(60)).parse().expect("a quantity"),
            need_by: "2026-11-28".parse().expect("a day"),
        });
    }
    for supplier in 0..SUPPLIERS {
        market.terms.push(SupplierTerms {
            supplier: format!("s-{supplier}").parse().expect("an identifier"),
            name: None,
            minimum_order_value: Some("250 EUR".parse().expect("money")),
            freight: Some("40 EUR".parse().expect("money")),
            free_freight_from: Some("900 EUR".parse().expect("money")),
        });
    }
    market
}

fn sourcing(criterion: &mut Criterion) {
    let market = market();
    let ten: Vec<Offer> = market.offers[..10].to_vec();
    let mut group = criterion.benchmark_group("sourcing");
    group.throughput(Throughput::Elements(10));
    group.bench_function("compare 10 offers", |bench| {
        bench.iter(|| {
            compare(black_box(&market.basket[0]), &ten, &market.terms, &[], &market.options)
        });
    });
    group.throughput(Throughput::Elements(u64::from(PRODUCTS)));
    group.bench_function("allocate 100 products to 10 suppliers", |bench| {
        bench.iter(|| {
            allocate(black_box(&market.basket), &market.offers, &market.terms, &market.options)
        });
    });
    group.finish();
}

criterion_group!(benches, sourcing);
criterion_main!(benches);
