//! Laws that every comparison keeps.

use crate::market::{money, options};
use proptest::{collection::vec, prelude::*, sample::select};
use replenish::{
    sourcing::{
        Comparison, ComparisonPolicy, LineCharges, Need, Offer, OrderSoFar, PriceBreak,
        SourcingOptions, SupplierTerms, compare,
    },
    unit::{Money, Quantity, Unit},
};
use rust_decimal::Decimal;

const BY_COST: [ComparisonPolicy; 3] = [
    ComparisonPolicy::CheapestLanded,
    ComparisonPolicy::CheapestSticker,
    ComparisonPolicy::Weighted { cost: 1.0, time: 0.3, risk: 0.5 },
];

fn cents(amount: i64) -> Money {
    Money::from_minor_units(i128::from(amount), "EUR".parse().unwrap()).unwrap()
}

fn each(amount: i64) -> Quantity {
    Quantity::new(amount.into(), Unit::EACH)
}

/// An offer without its name; of one of three suppliers.
fn offer() -> impl Strategy<Value = Offer> {
    let prices = vec((1..30_i64, 0..60_i64), 1..4);
    let charges = (0..40_i64, 0..300_i64, select(vec!["0", "0.05"]));
    let rest = (any::<bool>(), 0..9_u32, 0.5..1.0_f64, 0..20_i64, 1..7_i64);
    (0..3_u8, prices, charges, rest, proptest::option::of(20..300_i64)).prop_map(
        |(supplier, steps, (handling, fee, duty), rest, available)| {
            let (preferred, lead_time_days, on_time, minimum, pack) = rest;
            let (mut from, mut price) = (0, 400);
            let price_breaks = steps.into_iter().map(|(more, less)| {
                let next = PriceBreak { minimum_quantity: each(from), unit_price: cents(price) };
                from += more;
                price -= less;
                next
            });
            Offer {
                price_breaks: price_breaks.collect(),
                pack_size: each(pack),
                minimum_order_quantity: each(minimum),
                lead_time_days,
                on_time: replenish::unit::Probability::new(on_time).ok(),
                available: available.map(each),
                preferred,
                charges: LineCharges {
                    handling_per_pack: Some(cents(handling)),
                    import_fee: Some(cents(fee)),
                    duty: duty.parse().ok(),
                    ..LineCharges::default()
                },
                ..Offer::new(
                    "unnamed".parse().unwrap(),
                    format!("s-{supplier}").parse().unwrap(),
                    "apple".parse().unwrap(),
                    cents(1),
                    Unit::EACH,
                )
            }
        },
    )
}

#[derive(Clone, Debug)]
struct Market {
    need: Need,
    offers: Vec<Offer>,
    terms: Vec<SupplierTerms>,
    so_far: Vec<OrderSoFar>,
}

fn market() -> impl Strategy<Value = Market> {
    let terms = vec((0..5000_i64, 0..40_000_i64, 0..9000_i64, 0..300_i64), 3);
    let need = (1..80_i64, 0..8_i64, select(vec![None, Some(150)]), select(vec![None, Some(600)]));
    (need, vec(offer(), 1..6), terms, vec(0..20_000_i64, 3)).prop_map(
        |((quantity, days, surplus, shortage), mut offers, terms, goods)| {
            for (place, offer) in offers.iter_mut().enumerate() {
                offer.id = format!("o-{place}").parse().unwrap();
            }
            let mut need = crate::market::need("1 each");
            need.quantity = each(quantity);
            need.need_by = options().today.plus_days(days).unwrap();
            need.surplus_value = surplus.map(cents);
            need.shortage_cost = shortage.map(cents);
            need.maximum_quantity = Some(each(quantity + 200));
            let supplier = |place: usize| format!("s-{place}").parse().unwrap();
            let terms = terms.into_iter().enumerate().map(|(place, asks)| SupplierTerms {
                freight: Some(cents(asks.0)),
                free_freight_from: Some(cents(asks.1)),
                minimum_order_value: Some(cents(asks.2)),
                order_cost: Some(cents(asks.3)),
                ..SupplierTerms::none(supplier(place))
            });
            let so_far = goods.into_iter().enumerate().map(|(place, goods)| OrderSoFar {
                supplier: supplier(place),
                goods: cents(goods),
                weight: None,
            });
            Market { need, offers, terms: terms.collect(), so_far: so_far.collect() }
        },
    )
}

fn compared(market: &Market, policy: ComparisonPolicy) -> Comparison {
    let Market { need, offers, terms, so_far } = market;
    compare(need, offers, terms, so_far, &SourcingOptions { policy, ..options() }).unwrap()
}

/// The same with every amount so many times as large.
fn scaled(market: &Market, factor: i64) -> Market {
    let times = |money: &mut Money| *money = money.times(Decimal::from(factor)).unwrap();
    let mut market = market.clone();
    for offer in &mut market.offers {
        offer.price_breaks.iter_mut().for_each(|price| times(&mut price.unit_price));
        offer.charges.handling_per_pack.iter_mut().for_each(times);
        offer.charges.import_fee.iter_mut().for_each(times);
    }
    for terms in &mut market.terms {
        let asks = [
            &mut terms.freight,
            &mut terms.free_freight_from,
            &mut terms.minimum_order_value,
            &mut terms.order_cost,
        ];
        asks.into_iter().flatten().for_each(times);
    }
    market.so_far.iter_mut().for_each(|order| times(&mut order.goods));
    let worths = [&mut market.need.surplus_value, &mut market.need.shortage_cost];
    worths.into_iter().flatten().for_each(times);
    market
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn components_add_up(market in market(), policy in select(&BY_COST[..])) {
        let found = compared(&market, policy);
        prop_assert_eq!(found.ranked.len() + found.excluded.len(), market.offers.len());
        for ranked in &found.ranked {
            let sum = Money::sum(ranked.costs.iter().map(|cost| cost.amount), options().currency);
            prop_assert_eq!(sum.unwrap(), ranked.landed_cost);
            let net = ranked.landed_cost.plus(ranked.shortage_cost).unwrap();
            prop_assert_eq!(net.minus(ranked.surplus_value).unwrap(), ranked.net_cost);
            let there = market.need.quantity.plus(ranked.surplus).unwrap();
            prop_assert_eq!(there.minus(ranked.uncovered).unwrap(), ranked.purchase.quantity);
            prop_assert!(ranked.surplus.is_zero() || ranked.uncovered.is_zero());
            if let Some(parts) = ranked.score_parts {
                prop_assert!((parts.cost + parts.time + parts.risk - ranked.score).abs() < 1e-12);
            }
        }
        prop_assert!(found.ranked.is_sorted_by(|a, b| a.score <= b.score));
    }

    #[test]
    fn the_order_of_the_list_changes_nothing(
        market in market(),
        policy in select(&BY_COST[..]),
        turn in 0..6_usize,
    ) {
        let mut other = market.clone();
        other.offers.reverse();
        let turn = turn % other.offers.len();
        other.offers.rotate_left(turn);
        other.terms.reverse();
        prop_assert_eq!(compared(&market, policy), compared(&other, policy));
    }

    #[test]
    fn a_dominated_offer_wins_nothing(market in market(), policy in select(&BY_COST[..])) {
        let before = compared(&market, policy);
        let Some(best) = before.ranked.first() else { return Ok(()) };
        let mut worse = market.offers.iter().find(|offer| offer.id == best.offer).unwrap().clone();
        worse.id = "z".parse().unwrap();
        worse.lead_time_days += 1;
        worse.on_time = replenish::unit::Probability::new(0.1).ok();
        // Not a higher price, which can bring free freight with fewer packs; nor where the price of a
        // unit decides, which handling moves by way of the packs that cost least.
        if policy != ComparisonPolicy::CheapestSticker {
            let handling = &mut worse.charges.handling_per_pack;
            *handling = handling.unwrap().plus(cents(3)).ok();
        }
        let mut more = market.clone();
        more.offers.push(worse);
        let after = compared(&more, policy);
        prop_assert_eq!(after.chosen, before.chosen);
        prop_assert_eq!(&after.ranked[0], best);
    }

    #[test]
    fn a_cheaper_new_offer_never_raises_the_cost(market in market(), new in offer()) {
        let before = compared(&market, ComparisonPolicy::CheapestLanded);
        let mut more = market.clone();
        more.offers.push(Offer { id: "z".parse().unwrap(), lead_time_days: 0, ..new });
        let after = compared(&more, ComparisonPolicy::CheapestLanded);
        let least = |comparison: &Comparison| {
            comparison.ranked.first().map(|ranked| ranked.net_cost.amount())
        };
        // One that is in time never drives out the others that are; fewer late ones are no loss.
        let in_time = before.ranked.first().is_some_and(|ranked| ranked.late_days == 0);
        if in_time {
            prop_assert!(least(&after).unwrap() <= least(&before).unwrap());
        }
    }

    #[test]
    fn a_lower_price_never_raises_the_cost(market in market(), less in 1..90_i64) {
        let before = compared(&market, ComparisonPolicy::CheapestLanded);
        let mut cheaper = market.clone();
        for price in &mut cheaper.offers[0].price_breaks {
            price.unit_price = price.unit_price.minus(cents(less)).unwrap();
        }
        cheaper.so_far.clear();
        let mut dearer = market.clone();
        dearer.so_far.clear();
        // Without minimum order values: below one, what is missing has to be spent as well.
        for terms in cheaper.terms.iter_mut().chain(&mut dearer.terms) {
            terms.free_freight_from = None;
            terms.minimum_order_value = None;
        }
        let (cheap, dear) = (
            compared(&cheaper, ComparisonPolicy::CheapestLanded),
            compared(&dearer, ComparisonPolicy::CheapestLanded),
        );
        prop_assert_eq!(cheap.ranked.len(), dear.ranked.len());
        if let (Some(cheap), Some(dear)) = (cheap.ranked.first(), dear.ranked.first()) {
            prop_assert!(cheap.net_cost.amount() <= dear.net_cost.amount());
        }
        prop_assert_eq!(before.excluded.len(), dear.excluded.len());
    }

    #[test]
    fn scaling_money_scales_the_answer(market in market(), factor in 2..9_i64) {
        // A share of a cent would be rounded anew.
        let mut market = market;
        market.offers.iter_mut().for_each(|offer| offer.charges.duty = None);
        for policy in BY_COST {
            let (before, after) = (compared(&market, policy), compared(&scaled(&market, factor), policy));
            prop_assert_eq!(before.ranked.len(), after.ranked.len());
            for (before, after) in before.ranked.iter().zip(&after.ranked) {
                prop_assert_eq!(&before.offer, &after.offer);
                prop_assert_eq!(before.purchase.packs, after.purchase.packs);
                let landed = before.landed_cost.times(Decimal::from(factor)).unwrap();
                prop_assert_eq!(landed.amount(), after.landed_cost.amount());
            }
        }
    }

    #[test]
    fn the_cost_of_a_policy_is_what_it_says(market in market()) {
        let least = compared(&market, ComparisonPolicy::CheapestLanded);
        for policy in [
            ComparisonPolicy::FirstInTime,
            ComparisonPolicy::CheapestSticker,
            ComparisonPolicy::TrytonFirstInTime,
        ] {
            let found = compared(&market, policy);
            let Some((ours, theirs)) = least.ranked.first().zip(found.ranked.first()) else {
                continue;
            };
            let more = theirs.net_cost.minus(ours.net_cost).unwrap();
            if let Some(cost) = found.policy_cost {
                prop_assert_eq!((&cost.cheapest, cost.net_cost), (&ours.offer, ours.net_cost));
                prop_assert_eq!(cost.difference, more);
                prop_assert!(!more.is_negative());
            } else {
                prop_assert_eq!(&ours.offer, &theirs.offer);
                prop_assert_eq!(more, money("0 EUR"));
            }
        }
    }
}
