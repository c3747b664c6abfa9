//! Comparison of the offers for one requirement, and allocation of a basket.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use replenish::{
    inventory::Requirement,
    sourcing::{
        Need, Offer, OfferColumns, PriceBreak, SourcingOptions, SupplierTerms, UNLIMITED_PACKS,
        allocate, compare, compare_columns,
    },
};
use std::hint::black_box;

const PRODUCTS: u32 = 100;
const SUPPLIERS: u32 = 10;
const REQUIREMENTS: u32 = 100_000;

struct Market {
    basket: Vec<Need>,
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
        options: SourcingOptions::new(
            "2026-11-21".parse().expect("a day"),
            "EUR".parse().expect("a currency"),
        ),
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
                price_breaks: vec![at(0, 100), at(24, 96), at(96, 92)],
                pack_size: format!("{} each", 1 + below(12)).parse().expect("a quantity"),
                minimum_order_quantity: "1 each".parse().expect("a quantity"),
                lead_time_days: 1 + below(5),
                ..Offer::new(
                    format!("o-{product:03}-{supplier}").parse().expect("an identifier"),
                    format!("s-{supplier}").parse().expect("an identifier"),
                    Clone::clone(&sku),
                    "0 EUR".parse().expect("money"),
                    "each".parse().expect("a unit"),
                )
            });
        }
        let requirement = Requirement {
            sku,
            quantity: format!("{} each", 1 + below(60)).parse().expect("a quantity"),
            need_by: "2026-11-28".parse().expect("a day"),
        };
        market.basket.push(requirement.into());
    }
    for supplier in 0..SUPPLIERS {
        market.terms.push(SupplierTerms {
            minimum_order_value: Some("250 EUR".parse().expect("money")),
            freight: Some("40 EUR".parse().expect("money")),
            free_freight_from: Some("900 EUR".parse().expect("money")),
            ..SupplierTerms::none(format!("s-{supplier}").parse().expect("an identifier"))
        });
    }
    market
}

/// What a hundred thousand requirements are offered, each ten times at three prices.
struct Columns {
    quantities: Vec<u32>,
    need_in_days: Vec<u32>,
    offers: Vec<u32>,
    suppliers: Vec<u32>,
    pack_contents: Vec<u32>,
    minimum_packs: Vec<u32>,
    available_packs: Vec<u32>,
    lead_times: Vec<u32>,
    prices: Vec<u32>,
    from_packs: Vec<u32>,
    pack_prices: Vec<i64>,
}

fn columns() -> Columns {
    let mut state = 11_u32;
    let mut below = |end: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % end
    };
    let (mut quantities, mut need_in_days, mut offers) = (Vec::new(), Vec::new(), vec![0]);
    let (mut suppliers, mut pack_contents, mut minimum_packs) =
        (Vec::new(), Vec::new(), Vec::new());
    let (mut available_packs, mut lead_times) = (Vec::new(), Vec::new());
    let (mut prices, mut from_packs, mut pack_prices) = (vec![0], Vec::new(), Vec::new());
    for requirement in 0..REQUIREMENTS {
        quantities.push(1 + below(60));
        need_in_days.push(7);
        let cents = 100 + below(900);
        for supplier in 0..SUPPLIERS {
            let content = 1 + below(12);
            let pack_price = cents * content * (90 + below(20)) / 100;
            suppliers.push(supplier);
            pack_contents.push(content);
            minimum_packs.push(1 + below(3));
            available_packs.push(if below(4) == 0 { 20 + below(50) } else { UNLIMITED_PACKS });
            lead_times.push(1 + below(8));
            for (from, percent) in [(1, 100), (3, 96), (10, 92)] {
                from_packs.push(from);
                pack_prices.push(i64::from(pack_price * percent / 100));
            }
            prices.push(prices.last().expect("it begins with one") + 3);
        }
        offers.push((requirement + 1) * SUPPLIERS);
    }
    Columns {
        quantities,
        need_in_days,
        offers,
        suppliers,
        pack_contents,
        minimum_packs,
        available_packs,
        lead_times,
        prices,
        from_packs,
        pack_prices,
    }
}

fn compare_in_columns(criterion: &mut Criterion) {
    let columns = columns();
    let count = SUPPLIERS as usize;
    let (freights, free_freight_from) = (vec![4_000; count], vec![90_000; count]);
    let (minimum_order_values, goods_so_far) = (vec![25_000; count], vec![50_000; count]);
    let given = OfferColumns {
        quantities: &columns.quantities,
        need_in_days: &columns.need_in_days,
        offers: &columns.offers,
        suppliers: &columns.suppliers,
        pack_contents: &columns.pack_contents,
        minimum_packs: &columns.minimum_packs,
        available_packs: &columns.available_packs,
        lead_times: &columns.lead_times,
        prices: &columns.prices,
        from_packs: &columns.from_packs,
        pack_prices: &columns.pack_prices,
        freights: &freights,
        free_freight_from: &free_freight_from,
        minimum_order_values: &minimum_order_values,
        order_costs: &[],
        goods_so_far: &goods_so_far,
    };
    let mut group = criterion.benchmark_group("sourcing");
    group.throughput(Throughput::Elements(u64::from(REQUIREMENTS * SUPPLIERS)));
    group.sample_size(20);
    group.bench_function("compare 1,000,000 offers in columns", |bench| {
        bench.iter(|| compare_columns(black_box(&given)));
    });
    group.finish();
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

criterion_group!(benches, sourcing, compare_in_columns);
criterion_main!(benches);
