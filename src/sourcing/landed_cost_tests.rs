//! Tests of what a number of packs costs.

use super::{
    ContractPrice, CostKind, Deposit, EarlyPayment, ExchangeRate, LineCharges, Need, Offer,
    PaymentTerms, PriceBreak, Pricing, SourcingOptions, SubstituteProduct, SupplierTerms, Tax,
    eligible::{Candidate, Market},
    erp_rule::{all_units_cost, incremental_cost},
    landed_cost::{Cost, Priced, packs_for, packs_within},
};
use crate::{
    inventory::Requirement,
    unit::{Money, Probability, Quantity, Random, Unit},
};
use rust_decimal::Decimal;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn breaks(all: &[(&str, &str)]) -> Vec<PriceBreak> {
    let price = |&(from, price): &(&str, &str)| PriceBreak {
        minimum_quantity: quantity(from),
        unit_price: money(price),
    };
    all.iter().map(price).collect()
}

fn offer(pack: &str, prices: &[(&str, &str)]) -> Offer {
    let (id, supplier, sku) = ("o".parse(), "s".parse(), "a".parse());
    Offer {
        price_breaks: breaks(prices),
        pack_size: quantity(pack),
        ..Offer::new(id.unwrap(), supplier.unwrap(), sku.unwrap(), money("1 EUR"), Unit::EACH)
    }
}

fn need(required: &str) -> Need {
    let requirement = Requirement {
        sku: "a".parse().unwrap(),
        quantity: quantity(required),
        need_by: "2026-11-30".parse().unwrap(),
    };
    requirement.into()
}

fn options() -> SourcingOptions {
    SourcingOptions::new("2026-11-21".parse().unwrap(), "EUR".parse().unwrap())
}

/// What a test asks of the one candidate there is.
fn with<T>(offer: &Offer, required: &str, ask: impl FnOnce(&Candidate<'_>) -> T) -> T {
    let (offers, options) = (std::slice::from_ref(offer), options());
    let market = Market::new(offers, &[], &options).unwrap();
    let (candidates, excluded) = market.candidates(&need(required)).unwrap();
    assert!(excluded.is_empty(), "{excluded:?}");
    ask(&candidates[0])
}

fn goods(offer: &Offer, packs: u64) -> Money {
    with(offer, "1 each", |candidate| candidate.price(packs).unwrap().purchase.goods)
}

fn sensible(offer: &Offer, required: &str) -> Vec<u64> {
    with(offer, required, |candidate| candidate.sensible_packs(&need(required)).unwrap())
}

#[test]
fn every_component_of_an_imported_line() {
    let offer = Offer {
        charges: LineCharges {
            handling_per_pack: Some(money("1.50 EUR")),
            duty: "0.04".parse().ok(),
            import_fee: Some(money("25 EUR")),
            tax: Some(Tax { rate: "0.19".parse().unwrap(), recoverable: false }),
            rebate_per_unit: Some(money("0.10 USD")),
            deposit: Some(Deposit { per_pack: money("2 EUR"), returned: "0.9".parse().unwrap() }),
        },
        on_time: Probability::new(0.95).ok(),
        ..offer("12 each", &[("1 each", "10 USD"), ("100 each", "9.50 USD")])
    };
    let early = EarlyPayment { days: 10, discount: "0.02".parse().unwrap() };
    let terms = SupplierTerms {
        payment: Some(PaymentTerms { days: 30, early: Some(early) }),
        quality: Probability::new(0.98).ok(),
        ..SupplierTerms::none("s".parse().unwrap())
    };
    let mut options = options();
    options.exchange_rates = vec![ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "EUR".parse().unwrap(),
        rate: "0.92".parse().unwrap(),
        date: options.today,
    }];
    options.interest_rate = "0.12".parse().ok();
    options.failure_cost = Some(money("200 EUR"));
    let (offers, terms) = ([offer], [terms]);
    let market = Market::new(&offers, &terms, &options).unwrap();
    let (candidates, _) = market.candidates(&need("118 each")).unwrap();
    let priced = candidates[0].price(10).unwrap();

    // 120 at 9.50 USD are 1140 USD.
    assert_eq!(priced.purchase.amount, money("1140 USD"));
    assert_eq!(priced.purchase.unit_price, money("9.50 USD"));
    let expected = [
        (CostKind::Goods, "1048.80 EUR"),     // 1140 x 0.92
        (CostKind::Handling, "15 EUR"),       // 10 x 1.50
        (CostKind::Duty, "41.95 EUR"),        // 4 % of 1048.80 = 41.952
        (CostKind::ImportFee, "25 EUR"),      // once
        (CostKind::Tax, "214.84 EUR"),        // 19 % of 1130.75 = 214.8425
        (CostKind::Deposit, "2 EUR"),         // 10 x 2 x 0.1
        (CostKind::Rebate, "-11.04 EUR"),     // 120 x 0.10 x 0.92
        (CostKind::FailureCost, "13.80 EUR"), // 200 x (1 - 0.95 x 0.98) = 200 x 0.069
        // Early: 2 % + 98 % x 0.12 x 10 / 365 = 2.32219 %; late: 0.12 x 30 / 365 = 0.98630 %.
        (CostKind::PaymentTerms, "-24.36 EUR"), // 1048.80 x 0.0232219 = 24.3552
    ];
    let costs: Vec<_> = priced.costs.iter().copied().collect();
    assert_eq!(costs, expected.map(|(kind, amount)| (kind, money(amount))));
    assert_eq!(priced.landed, money("1325.99 EUR"));
    assert_eq!(priced.value, money("1048.80 EUR"));
    // Over the 118 that are needed: 1048.80 / 118 = 8.88813...
    let over = Cost::over(CostKind::Goods, priced.value, quantity("118 each"));
    assert_eq!(over.per_unit, money("8.8881 EUR"));
}

#[test]
fn recoverable_tax_and_terms_without_interest_cost_nothing() {
    let mut offer = offer("1 each", &[("0 each", "10 EUR")]);
    offer.charges.tax = Some(Tax { rate: "0.19".parse().unwrap(), recoverable: true });
    let payment = Some(PaymentTerms { days: 60, early: None });
    let terms = [SupplierTerms { payment, ..SupplierTerms::none("s".parse().unwrap()) }];
    let landed = |interest: &str| {
        let options = SourcingOptions { interest_rate: interest.parse().ok(), ..options() };
        let offers = std::slice::from_ref(&offer);
        let market = Market::new(offers, &terms, &options).unwrap();
        market.candidates(&need("1 each")).unwrap().0[0].price(73).unwrap().landed
    };
    assert_eq!(landed(""), money("730 EUR"));
    assert_eq!(landed("0.05"), money("724 EUR")); // 730 x 0.05 x 60 / 365 = 6
}

#[test]
fn breaks_of_all_units_and_incremental_ones() {
    let mut offer =
        offer("1 each", &[("1 each", "100 EUR"), ("5 each", "90 EUR"), ("10 each", "80 EUR")]);
    let all = |offer: &Offer| [4, 5, 9, 10, 12].map(|packs| goods(offer, packs).amount());
    assert_eq!(all(&offer), [400, 450, 810, 800, 960].map(Decimal::from));
    assert_eq!(sensible(&offer, "9 each"), [9, 10]); // ten cost less than nine
    offer.pricing = Pricing::Incremental;
    // The fifth costs 90, the tenth 80.
    assert_eq!(all(&offer), [400, 490, 850, 930, 1090].map(Decimal::from));
    let average = with(&offer, "1 each", |c| c.price(12).unwrap().purchase.unit_price);
    assert_eq!(average, money("90.833333 EUR")); // 1090 / 12

    // The same in packs of six, by the pack: as published for baskets, p n + g with
    // g = (100 - 90) x (5 - 1).
    offer.pack_size = quantity("6 each");
    offer.price_breaks = breaks(&[("1 pack", "100 EUR"), ("5 pack", "90 EUR")]);
    assert_eq!(goods(&offer, 7), money("670 EUR")); // 90 x 7 + 40
    // Of a weight, all five kilograms below the break cost 100.
    offer.pack_size = quantity("0.5 kg");
    offer.price_breaks = breaks(&[("0 kg", "100 EUR"), ("5 kg", "90 EUR")]);
    let seven = with(&offer, "1 kg", |c| c.price(14).unwrap().purchase.goods);
    assert_eq!(seven, money("680 EUR"));
}

#[test]
fn breaks_are_those_of_the_compared_programs() {
    let mut random = Random::new(3);
    for _ in 0..300 {
        let (mut from, mut price, mut prices) = (1, 900, Vec::new());
        for _ in 0..=random.below(4) {
            prices
                .push((format!("{from} each"), format!("{}.{:02} EUR", price / 100, price % 100)));
            from += 1 + random.below(9);
            price -= random.below(150);
        }
        let prices: Vec<_> = prices.iter().map(|(f, p)| (f.as_str(), p.as_str())).collect();
        let mut offer = offer("1 each", &prices);
        for packs in 1..30 {
            let bought = Quantity::new(Decimal::from(packs), Unit::EACH);
            offer.pricing = Pricing::AllUnits;
            assert_eq!(goods(&offer, packs), all_units_cost(&offer.price_breaks, bought).unwrap());
            offer.pricing = Pricing::Incremental;
            assert_eq!(
                goods(&offer, packs),
                incremental_cost(&offer.price_breaks, bought).unwrap()
            );
        }
    }
}

#[test]
fn packs_minimum_and_multiple() {
    let mut offer = Offer {
        minimum_order_quantity: quantity("10 each"),
        ..offer("6 each", &[("1 each", "1 EUR"), ("24 each", "0.9 EUR")])
    };
    assert_eq!(sensible(&offer, "1 each"), [2, 4]);
    offer.available = Some(quantity("17 each"));
    assert_eq!(sensible(&offer, "1 each"), [2]);
    offer.order_multiple_packs = Some(3);
    offer.available = Some(quantity("5 pack"));
    let limits = with(&offer, "1 each", |c| (c.fewest_packs, c.most_packs, c.multiple));
    assert_eq!(limits, (3, Some(3), 3));
    offer.available = None;
    assert_eq!(sensible(&offer, "20 each"), [6]); // which reaches the break as well
    offer.price_breaks = breaks(&[("40 each", "1 EUR")]); // below which no price is stated
    assert_eq!(sensible(&offer, "1 each"), [9]);
}

#[test]
fn catch_weight_is_priced_by_the_kilogram() {
    let offer = Offer {
        pack_weight: Some(quantity("1300 g")),
        ..offer("1 each", &[("0 kg", "8.005 EUR")])
    };
    let (purchase, weight) = with(&offer, "10 each", |candidate| {
        let priced = candidate.price(10).unwrap();
        (priced.purchase, priced.weight)
    });
    assert_eq!(purchase.goods, money("104.07 EUR")); // 13 kg x 8.005 = 104.065
    assert_eq!((purchase.quantity, weight), (quantity("10 each"), Some(quantity("13000 g"))));
    // A need in kilograms is covered by whole pieces.
    assert_eq!(sensible(&offer, "5 kg"), [4]);
    let by_gram = self::offer("0.5 kg", &[("0 kg", "3.333 EUR")]);
    let purchase = with(&by_gram, "1200 g", |c| c.price(3).unwrap().purchase);
    assert_eq!((purchase.goods, purchase.quantity), (money("5.00 EUR"), quantity("1500 g")));
}

#[test]
fn a_contract_is_used_up_first() {
    let contract = ContractPrice { unit_price: money("0.8 EUR"), remaining: quantity("60 each") };
    let mut offer = Offer {
        contract: Some(contract),
        ..offer("10 each", &[("20 each", "1 EUR"), ("100 each", "0.9 EUR")])
    };
    assert_eq!(goods(&offer, 1), money("8 EUR")); // below the first break there is the contract
    assert_eq!(goods(&offer, 8), money("68 EUR")); // 60 x 0.80 + 20 x 1.00
    assert_eq!(goods(&offer, 10), money("84 EUR")); // 60 x 0.80 + 40 x 0.90, a hundred being ordered
    let average = with(&offer, "1 each", |c| c.price(8).unwrap().purchase.unit_price);
    assert_eq!(average, money("0.85 EUR"));
    assert_eq!(sensible(&offer, "31 each"), [4, 6, 10]);
    offer.pricing = Pricing::Incremental;
    // 60 x 0.80, then the 61st to the 99th at 1.00, the hundredth at 0.90.
    assert_eq!(goods(&offer, 10), money("87.90 EUR"));
    // The same sixty, stated in packs at ten times the price.
    let contract = ContractPrice { unit_price: money("8 EUR"), remaining: quantity("6 pack") };
    offer.contract = Some(contract);
    assert_eq!(goods(&offer, 10), money("87.90 EUR"));
    offer.price_breaks.clear();
    let most = with(&offer, "31 each", |c| (c.most_packs, c.price(7).unwrap_err().code));
    assert_eq!(most, (Some(6), "price_missing"));
}

#[test]
fn a_substitute_is_converted_and_pays_its_penalty() {
    let mut options = options();
    options.substitutes = vec![SubstituteProduct {
        instead_of: "a".parse().unwrap(),
        sku: "b".parse().unwrap(),
        quantity: quantity("2 each"),
        replaces: quantity("3 each"),
        penalty: Some(money("0.10 EUR")),
    }];
    let mut other = offer("4 each", &[("1 each", "2 EUR")]);
    other.sku = "b".parse().unwrap();
    let offers = [other, offer("1 each", &[("1 each", "5 EUR")])];
    let market = Market::new(&offers, &[], &options).unwrap();
    let (candidates, _) = market.candidates(&need("9 each")).unwrap();
    assert_eq!([candidates[0].place, candidates[1].place], [0, 1]);
    assert_eq!(candidates[0].sensible_packs(&need("9 each")).unwrap(), [2]);
    let priced = candidates[0].price(2).unwrap();
    assert_eq!(priced.purchase.quantity, quantity("12 each")); // eight replace twelve
    assert_eq!(priced.landed, money("17.20 EUR")); // 8 x 2 + 12 x 0.10
}

/// An offer with anything that offers can have, its prices times a factor.
fn random_offer(seed: u64, factor: u32) -> Offer {
    let mut random = Random::new(seed);
    let mut cents = |least: usize, steps: usize| {
        let amount = u64::try_from(least + random.below(steps)).unwrap() * u64::from(factor);
        Money::from_minor_units(i128::from(amount), "EUR".parse().unwrap()).unwrap()
    };
    let charges = LineCharges {
        handling_per_pack: Some(cents(0, 40)),
        import_fee: Some(cents(0, 900)),
        rebate_per_unit: Some(cents(0, 50)),
        deposit: Some(Deposit { per_pack: cents(0, 300), returned: "0.75".parse().unwrap() }),
        ..LineCharges::default()
    };
    let prices = [cents(300, 100), cents(200, 100), cents(100, 100)];
    let contract = ContractPrice {
        unit_price: cents(51, 49),
        remaining: Quantity::new(Decimal::from(random.below(90)), Unit::EACH),
    };
    let (second, third) = (2 + random.below(30), 40 + random.below(50));
    let froms = [1, second, third].map(|from| format!("{from} each"));
    let price_breaks = froms.iter().zip(prices);
    let price_breaks = price_breaks
        .map(|(from, unit_price)| PriceBreak { minimum_quantity: quantity(from), unit_price });
    Offer {
        price_breaks: price_breaks.collect(),
        contract: (random.below(2) == 0).then_some(contract),
        pricing: if random.below(2) == 0 { Pricing::AllUnits } else { Pricing::Incremental },
        charges,
        ..offer(&format!("{} each", 1 + random.below(7)), &[("1 each", "1 EUR")])
    }
}

#[test]
fn laws_of_the_landed_cost() {
    for seed in 0..400 {
        let (offer, scaled) = (random_offer(seed, 1), random_offer(seed, 100));
        let priced = |offer: &Offer| {
            with(offer, "1 each", |candidate| {
                (1..25).map(|packs| candidate.price(packs).unwrap()).collect::<Vec<Priced>>()
            })
        };
        let mut last: Option<Money> = None;
        for (one, hundred) in priced(&offer).iter().zip(&priced(&scaled)) {
            // The components are the whole.
            let sum = Money::sum(one.costs.iter().map(|cost| cost.1), one.landed.currency());
            assert_eq!(sum.unwrap(), one.landed);
            // A hundred times the prices are a hundred times the cost; each of the five components is
            // rounded by half a cent at most.
            let difference = hundred.landed.minus(one.landed.times(100.into()).unwrap()).unwrap();
            assert!(difference.amount().abs() <= Decimal::new(250, 2), "{seed}: {difference}");
            // Behind a contract further units cost more than before, and incremental ones never less
            // than nothing.
            let goods = one.purchase.goods;
            if offer.pricing == Pricing::Incremental {
                assert!(last.is_none_or(|last| last.amount() < goods.amount()), "{seed}");
                last = Some(goods);
            }
            // A contract below every listed price never makes it dearer.
            let listed = Offer { contract: None, ..offer.clone() };
            assert!(goods.amount() <= self::goods(&listed, one.purchase.packs).amount(), "{seed}");
        }
    }
}

#[test]
fn packs_are_counted_exactly() {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    assert_eq!(packs_for(decimal("0.3"), decimal("0.1")).unwrap(), 3);
    assert_eq!(packs_for(decimal("0.31"), decimal("0.1")).unwrap(), 4);
    // Quotients that look whole at a glance.
    let (third, near) = (decimal("3"), decimal("8.999999999999999999999999999"));
    assert_eq!((packs_for(near, third).unwrap(), packs_within(near, third)), (3, 2));
    let more = decimal("9.000000000000000000000000001");
    assert_eq!((packs_for(more, third).unwrap(), packs_within(more, third)), (4, 3));
    assert_eq!(
        (packs_for(decimal("2.5"), decimal("0.50")), packs_within(decimal("2.4"), decimal("0.50"))),
        (Ok(5), 4)
    );
    let error = packs_for(Decimal::MAX, decimal("0.1")).unwrap_err();
    assert_eq!(
        (error.code, packs_within(Decimal::MAX, Decimal::ONE)),
        ("quantity_too_large", u64::MAX)
    );
}
