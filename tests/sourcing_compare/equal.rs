//! Columns answer as one comparison after the other, on all that columns can say.

use crate::market::options;
use proptest::{collection::vec, prelude::*};
use replenish::{
    sourcing::{
        Comparison, NEVER_FREE, NO_OFFER, Need, Offer, OfferColumns, OfferStanding, OrderSoFar,
        PriceBreak, SupplierTerms, UNLIMITED_PACKS, compare, compare_columns,
    },
    unit::{Money, Quantity, Unit},
};

const SUPPLIERS: usize = 3;

/// One offer as columns say it; prices are for a unit, so that they are exact in both.
#[derive(Clone, Debug)]
struct Given {
    supplier: usize,
    content: u32,
    minimum: u32,
    available: u32,
    lead_time: u32,
    prices: Vec<(u32, i64)>,
}

/// One supplier: freight, free from, minimum order value, order cost, goods so far.
type Asks = (i64, i64, i64, i64, i64);

fn given() -> impl Strategy<Value = Given> {
    let prices = vec((1..30_u32, 0..60_i64), 0..4).prop_map(|steps| {
        let (mut from, mut price) = (0, 400);
        let step = |(packs, cents)| {
            from += packs;
            price -= cents;
            (from, price)
        };
        steps.into_iter().map(step).collect()
    });
    let available = prop_oneof![3 => Just(UNLIMITED_PACKS), 1 => 0..40_u32];
    (0..SUPPLIERS, 1..9_u32, 1..12_u32, available, 0..9_u32, prices).prop_map(
        |(supplier, content, minimum, available, lead_time, prices)| Given {
            supplier,
            content,
            minimum,
            available,
            lead_time,
            prices,
        },
    )
}

fn asks() -> impl Strategy<Value = Asks> {
    let some = |most: i64| prop_oneof![1 => Just(0), 2 => 0..most];
    let free_from = prop_oneof![1 => Just(NEVER_FREE), 3 => 0..40_000_i64];
    (some(6000), free_from, some(20_000), some(500), some(30_000))
}

fn cents(amount: i64) -> Money {
    Money::from_minor_units(i128::from(amount), "EUR".parse().unwrap()).unwrap()
}

fn each(amount: u32) -> Quantity {
    Quantity::new(amount.into(), Unit::EACH)
}

fn as_offer(product: usize, place: usize, given: &Given) -> Offer {
    let price = |&(from, price): &(u32, i64)| PriceBreak {
        minimum_quantity: each(from * given.content),
        unit_price: cents(price),
    };
    Offer {
        price_breaks: given.prices.iter().map(price).collect(),
        pack_size: each(given.content),
        minimum_order_quantity: each(given.minimum * given.content),
        available: (given.available < UNLIMITED_PACKS)
            .then(|| each(given.available * given.content)),
        lead_time_days: given.lead_time,
        ..Offer::new(
            format!("o-{place:03}").parse().unwrap(),
            format!("s-{}", given.supplier).parse().unwrap(),
            format!("p-{product}").parse().unwrap(),
            cents(1),
            Unit::EACH,
        )
    }
}

fn as_terms(
    supplier: usize,
    &(freight, free_from, minimum, order_cost, _): &Asks,
) -> SupplierTerms {
    SupplierTerms {
        freight: Some(cents(freight)),
        free_freight_from: (free_from < NEVER_FREE).then(|| cents(free_from)),
        minimum_order_value: Some(cents(minimum)),
        order_cost: Some(cents(order_cost)),
        ..SupplierTerms::none(format!("s-{supplier}").parse().unwrap())
    }
}

/// Which standing an excluded offer has in columns.
fn standing(comparison: &Comparison, offer: &Offer) -> OfferStanding {
    let excluded = comparison.excluded.iter().find(|excluded| excluded.offer == offer.id);
    let Some(excluded) = excluded else { return OfferStanding::Compared };
    let wire = serde_json::to_value(&excluded.reason).unwrap();
    match wire["type"].as_str().unwrap() {
        "not_enough" => OfferStanding::NotEnough,
        "too_late" => OfferStanding::TooLate,
        "invalid" => OfferStanding::PricesInvalid,
        other => unreachable!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn columns_answer_as_documents(
        asks in vec(asks(), SUPPLIERS),
        products in vec((1..90_u32, 0..7_u32, vec(given(), 0..6)), 1..4),
    ) {
        let all: Vec<&Given> = products.iter().flat_map(|(_, _, offers)| offers).collect();
        let column = |value: fn(&Given) -> u32| -> Vec<u32> {
            all.iter().map(|given| value(given)).collect()
        };
        let of_suppliers = |value: fn(&Asks) -> i64| -> Vec<i64> { asks.iter().map(value).collect() };
        let (mut offers, mut prices) = (vec![0], vec![0]);
        for (_, _, given) in &products {
            offers.push(offers.last().unwrap() + u32::try_from(given.len()).unwrap());
        }
        for given in &all {
            prices.push(prices.last().unwrap() + u32::try_from(given.prices.len()).unwrap());
        }
        let pack_prices: Vec<i64> = all
            .iter()
            .flat_map(|given| given.prices.iter().map(|(_, price)| price * i64::from(given.content)))
            .collect();
        let from_packs: Vec<u32> =
            all.iter().flat_map(|given| given.prices.iter().map(|&(from, _)| from)).collect();
        let found = compare_columns(&OfferColumns {
            quantities: &products.iter().map(|&(quantity, ..)| quantity).collect::<Vec<u32>>(),
            need_in_days: &products.iter().map(|&(_, days, _)| days).collect::<Vec<u32>>(),
            offers: &offers,
            suppliers: &column(|given| u32::try_from(given.supplier).unwrap()),
            pack_contents: &column(|given| given.content),
            minimum_packs: &column(|given| given.minimum),
            available_packs: &column(|given| given.available),
            lead_times: &column(|given| given.lead_time),
            prices: &prices,
            from_packs: &from_packs,
            pack_prices: &pack_prices,
            freights: &of_suppliers(|asks| asks.0),
            free_freight_from: &of_suppliers(|asks| asks.1),
            minimum_order_values: &of_suppliers(|asks| asks.2),
            order_costs: &of_suppliers(|asks| asks.3),
            goods_so_far: &of_suppliers(|asks| asks.4),
        })
        .unwrap();

        let terms: Vec<SupplierTerms> =
            asks.iter().enumerate().map(|(supplier, asks)| as_terms(supplier, asks)).collect();
        let so_far: Vec<OrderSoFar> = asks
            .iter()
            .enumerate()
            .map(|(supplier, asks)| OrderSoFar {
                supplier: format!("s-{supplier}").parse().unwrap(),
                goods: cents(asks.4),
                weight: None,
            })
            .collect();
        let mut first = 0;
        for (product, (quantity, days, given)) in products.iter().enumerate() {
            let documents: Vec<Offer> = given
                .iter()
                .enumerate()
                .map(|(at, given)| as_offer(product, first + at, given))
                .collect();
            let need: Need = serde_json::from_value(serde_json::json!({
                "sku": format!("p-{product}"),
                "quantity": format!("{quantity} each"),
                "need_by": options().today.plus_days(i64::from(*days)).unwrap(),
            }))
            .unwrap();
            let one = compare(&need, &documents, &terms, &so_far, &options()).unwrap();
            let place = |at: usize| match one.ranked.get(at) {
                Some(ranked) => ranked.offer.as_str()[2..].parse().unwrap(),
                None => NO_OFFER,
            };
            prop_assert_eq!(found.best[product], place(0));
            prop_assert_eq!(found.runners_up[product], place(1));
            if let Some(best) = one.ranked.first() {
                prop_assert_eq!(u64::from(found.packs[product]), best.purchase.packs);
                prop_assert_eq!(cents(found.landed_costs[product]), best.landed_cost);
            }
            if let [best, next, ..] = one.ranked.as_slice() {
                let difference = next.landed_cost.minus(best.landed_cost).unwrap();
                prop_assert_eq!(cents(found.differences[product]), difference);
            }
            for (at, offer) in documents.iter().enumerate() {
                prop_assert_eq!(found.standings[first + at], standing(&one, offer));
            }
            first += given.len();
        }
    }
}
