//! Comparisons worked out by hand.

use crate::market::{
    at, compared, lines, money, names, need, offer, options, quantity, so_far, terms,
};
use replenish::{
    sourcing::{
        Comparison, ContractPrice, CostKind, Exclusion, FreightBand, LineCharges, Need, Offer,
        OrderSize, OrderSoFar, PaymentTerms, RebateTier, SourcingOptions, SupplierTerms,
        YearlyRebate, compare,
    },
    unit::Quantity,
};
use std::slice;

/// The components of the first offer in words.
fn costs(comparison: &Comparison) -> Vec<(CostKind, String)> {
    let costs = comparison.ranked[0].costs.iter();
    costs.map(|cost| (cost.kind, cost.amount.to_string())).collect()
}

#[test]
fn buys_up_to_a_price_break() {
    // Nine at 1.00 are 9.00, ten at 0.80 are 8.00; of eight, ten cost as much, and fewer are bought.
    let offers = [offer("a", "farm", &[("1 each", "1.00 EUR"), ("10 each", "0.80 EUR")])];
    for (required, packs, landed) in
        [("9 each", 10, "8.00 EUR"), ("8 each", 8, "8.00 EUR"), ("7 each", 7, "7.00 EUR")]
    {
        let found = compared(&need(required), &offers, &[]);
        assert_eq!(lines(&found), [("a", packs, landed.to_owned())]);
    }
    // Not where there are only nine, or where no more than nine may be bought.
    let few = [Offer { available: Some(quantity("9 each")), ..offers[0].clone() }];
    assert_eq!(compared(&need("9 each"), &few, &[]).ranked[0].purchase.packs, 9);
    let at_most = Need { maximum_quantity: Some(quantity("9 each")), ..need("9 each") };
    assert_eq!(compared(&at_most, &offers, &[]).ranked[0].purchase.packs, 9);
}

#[test]
fn buys_up_to_free_freight() {
    // 30 at 2.00 are 60.00, with freight 70.00; 33 are 66.00 without it, and 32 (64.00) too few.
    let farm = SupplierTerms {
        freight: Some(money("10 EUR")),
        free_freight_from: Some(money("65 EUR")),
        ..terms("farm")
    };
    let found = compared(&need("30 each"), &[at("a", "farm", "2 EUR")], slice::from_ref(&farm));
    assert_eq!(lines(&found), [("a", 33, "66.00 EUR".to_owned())]);
    assert_eq!(
        (found.ranked[0].surplus, found.ranked[0].freight),
        (quantity("3 each"), money("0 EUR"))
    );
    // 24 would have to be bought for 14.00 more than they save.
    let found = compared(&need("24 each"), &[at("a", "farm", "2 EUR")], slice::from_ref(&farm));
    assert_eq!(lines(&found), [("a", 24, "58.00 EUR".to_owned())]);
    // Beside 20.00 that are ordered anyway, the line saves their freight.
    let offers = [at("a", "farm", "2 EUR")];
    let beside = [so_far("farm", "20 EUR")];
    let found = compare(&need("24 each"), &offers, &[farm], &beside, &options()).unwrap();
    assert_eq!(lines(&found), [("a", 24, "38.00 EUR".to_owned())]);
    assert_eq!(found.ranked[0].freight, money("-10 EUR"));
    let expected =
        [(CostKind::Goods, "48.00 EUR".to_owned()), (CostKind::Freight, "-10.00 EUR".to_owned())];
    assert_eq!(costs(&found), expected);
}

#[test]
fn buys_out_of_a_minimum_surcharge_and_up_to_bands_and_tiers() {
    let one = [at("a", "farm", "1 EUR")];
    let minimum = SupplierTerms {
        minimum_order_value: Some(money("50 EUR")),
        below_minimum_surcharge: Some(money("8 EUR")),
        ..terms("farm")
    };
    let packs = |required: &str, terms: &SupplierTerms| {
        let found = compared(&need(required), &one, slice::from_ref(terms));
        (found.ranked[0].purchase.packs, found.ranked[0].landed_cost.to_string())
    };
    assert_eq!(packs("43 each", &minimum), (50, "50.00 EUR".to_owned()));
    assert_eq!(packs("42 each", &minimum), (42, "50.00 EUR".to_owned()));
    // Without a surcharge what is missing has to be spent on something, and counts.
    let missing = SupplierTerms { below_minimum_surcharge: None, ..minimum };
    assert_eq!(packs("43 each", &missing), (43, "50.00 EUR".to_owned()));
    let band = |from: &str, freight: &str| FreightBand {
        from: OrderSize::Value(money(from)),
        freight: money(freight),
    };
    let bands = SupplierTerms {
        freight: Some(money("20 EUR")),
        freight_bands: vec![band("50 EUR", "5 EUR"), band("80 EUR", "30 EUR")],
        ..terms("farm")
    };
    assert_eq!(packs("40 each", &bands), (50, "55.00 EUR".to_owned()));
    assert_eq!(packs("30 each", &bands), (30, "50.00 EUR".to_owned()));
    assert_eq!(packs("80 each", &bands), (80, "110.00 EUR".to_owned()));
    // 960.00 bought this year: at 1000.00 all of it brings 2 %, 20.00 and 0.80 of the line.
    let yearly = SupplierTerms {
        yearly_rebate: Some(YearlyRebate {
            purchased: money("960 EUR"),
            tiers: vec![RebateTier { from: money("1000 EUR"), rate: "0.02".parse().unwrap() }],
        }),
        ..terms("farm")
    };
    assert_eq!(packs("25 each", &yearly), (40, "20.00 EUR".to_owned()));
}

#[test]
fn buys_to_the_end_of_a_contract_and_beyond() {
    let contract = ContractPrice { unit_price: money("1 EUR"), remaining: quantity("10 each") };
    let prices = [("0 each", "3.00 EUR"), ("20 each", "1.50 EUR")];
    let offers = [Offer { contract: Some(contract), ..offer("a", "farm", &prices) }];
    for (required, landed) in
        [("4 each", "4.00 EUR"), ("10 each", "10.00 EUR"), ("12 each", "16.00 EUR")]
    {
        assert_eq!(compared(&need(required), &offers, &[]).ranked[0].landed_cost, money(landed));
    }
    // Eight beyond the contract at 3.00 are dearer than ten at 1.50: it counts towards the break.
    assert_eq!(
        lines(&compared(&need("18 each"), &offers, &[])),
        [("a", 20, "25.00 EUR".to_owned())]
    );
}

#[test]
fn every_component_is_shown_and_the_sum_is_the_landed_cost() {
    let charges = LineCharges {
        handling_per_pack: Some(money("0.50 EUR")),
        duty: Some("0.1".parse().unwrap()),
        rebate_per_unit: Some(money("0.05 EUR")),
        ..LineCharges::default()
    };
    let pack_size = quantity("4 each");
    let offers = [Offer { charges, pack_size, ..at("a", "farm", "2 EUR") }];
    let farm = SupplierTerms {
        freight: Some(money("6 EUR")),
        order_cost: Some(money("1 EUR")),
        handling: Some(money("2 EUR")),
        minimum_order_value: Some(money("30 EUR")),
        payment: Some(PaymentTerms { days: 73, early: None }),
        ..terms("farm")
    };
    let with_interest =
        SourcingOptions { interest_rate: Some("0.05".parse().unwrap()), ..options() };
    // Three packs for ten: 24.00, 73 of 365 days at 5 % are worth 1 %.
    let found = compare(&need("10 each"), &offers, &[farm], &[], &with_interest).unwrap();
    let expected = [
        (CostKind::Goods, "24.00 EUR"),
        (CostKind::Handling, "1.50 EUR"),
        (CostKind::Duty, "2.40 EUR"),
        (CostKind::Rebate, "-0.60 EUR"),
        (CostKind::PaymentTerms, "-0.24 EUR"),
        (CostKind::Freight, "6.00 EUR"),
        (CostKind::OrderHandling, "2.00 EUR"),
        (CostKind::OrderCost, "1.00 EUR"),
        (CostKind::BelowMinimum, "6.00 EUR"),
    ];
    assert_eq!(costs(&found), expected.map(|(kind, amount)| (kind, amount.to_owned())));
    let ranked = &found.ranked[0];
    assert_eq!(ranked.landed_cost, money("42.06 EUR"));
    assert_eq!(ranked.landed_cost_per_required_unit, money("4.206 EUR"));
    assert_eq!(ranked.costs[0].per_unit, money("2.4 EUR"));
    assert_eq!(ranked.minimum_order_excess, money("6 EUR"));
    assert_eq!((ranked.net_cost, ranked.surplus), (ranked.landed_cost, quantity("2 each")));
}

#[test]
fn surplus_is_worth_what_the_need_says() {
    let twelve = Offer { pack_size: quantity("12 each"), ..at("a", "farm", "1 EUR") };
    let offers = [twelve, at("b", "mill", "1.10 EUR")];
    assert_eq!(names(&compared(&need("10 each"), &offers, &[])), ["b", "a"]);
    let valued = Need { surplus_value: Some(money("0.60 EUR")), ..need("10 each") };
    let found = compared(&valued, &offers, &[]);
    assert_eq!(lines(&found)[0], ("a", 1, "12.00 EUR".to_owned()));
    assert_eq!(found.ranked[0].surplus_value, money("1.20 EUR"));
    assert_eq!(found.ranked[0].net_cost, money("10.80 EUR"));
    // Worth more than it costs, as much is bought as may be.
    let dear = Need {
        surplus_value: Some(money("1.05 EUR")),
        maximum_quantity: Some(quantity("40 each")),
        ..need("10 each")
    };
    assert_eq!(compared(&dear, &offers, &[]).ranked[0].purchase.packs, 3);
}

#[test]
fn what_a_shortage_costs_is_part_of_the_comparison() {
    let left = |available: &str| Offer {
        available: Some(quantity(available)),
        ..at("a", "farm", "1 EUR")
    };
    let offers = [left("8 each"), at("b", "mill", "1.20 EUR")];
    // Without a price of the shortage the first cannot serve.
    let found = compared(&need("10 each"), &offers, &[]);
    assert_eq!((names(&found), found.excluded.len()), (vec!["b"], 1));
    // 8.00 and two at 3.00 elsewhere, or 12.00.
    let emergency = |price: &str| Need { shortage_cost: Some(money(price)), ..need("10 each") };
    let found = compared(&emergency("3 EUR"), &offers, &[]);
    assert_eq!(names(&found), ["b", "a"]);
    let short = &found.ranked[1];
    assert_eq!((short.uncovered, short.shortage_cost), (quantity("2 each"), money("6 EUR")));
    assert_eq!((short.landed_cost, short.net_cost), (money("8 EUR"), money("14 EUR")));
    assert_eq!(short.landed_cost_per_required_unit, money("1 EUR")); // of the eight
    // At 1.90 elsewhere the whole costs 11.80.
    assert_eq!(names(&compared(&emergency("1.90 EUR"), &offers, &[])), ["a", "b"]);
    // One beyond a full pack is better bought elsewhere than with another pack.
    let packs = [Offer { pack_size: quantity("100 each"), ..at("a", "farm", "1 EUR") }];
    let need = Need { shortage_cost: Some(money("5 EUR")), ..need("101 each") };
    assert_eq!(lines(&compared(&need, &packs, &[])), [("a", 1, "100.00 EUR".to_owned())]);
}

#[test]
fn what_cannot_cover_alone_is_ranked_behind_what_can() {
    let few = Offer { available: Some(quantity("8 each")), ..at("a", "farm", "1 EUR") };
    let shared = Need { maximum_sources: 2, ..need("10 each") };
    let found = compared(&shared, &[few, at("b", "mill", "9 EUR")], &[]);
    assert_eq!(names(&found), ["b", "a"]);
    assert_eq!(found.ranked[1].uncovered, quantity("2 each"));
    assert_eq!(found.chosen.unwrap().as_str(), "b");
}

#[test]
fn ties_go_to_preferred_then_earlier_then_by_name() {
    let days = |days, offer: Offer| Offer { lead_time_days: days, ..offer };
    let offers = [
        days(3, at("d", "port", "1 EUR")),
        days(2, at("c", "port", "1 EUR")),
        days(2, at("b", "mill", "1 EUR")),
        days(5, Offer { preferred: true, ..at("e", "farm", "1 EUR") }),
        days(7, at("a", "barn", "1 EUR")),
    ];
    assert_eq!(names(&compared(&need("3 each"), &offers, &[])), ["e", "b", "c", "d", "a"]);
    let preferred = SupplierTerms { preferred: true, ..terms("barn") };
    assert_eq!(names(&compared(&need("3 each"), &offers, &[preferred]))[..2], ["e", "a"]);
}

#[test]
fn only_the_fastest_where_none_is_in_time() {
    let days = |days, offer: Offer| Offer { lead_time_days: days, ..offer };
    let offers = [days(9, at("a", "farm", "1 EUR")), days(8, at("b", "mill", "5 EUR"))];
    let found = compared(&need("3 each"), &offers, &[]);
    assert_eq!((names(&found), found.ranked[0].late_days), (vec!["b"], 1));
    assert_eq!(found.ranked[0].order_day, "2026-11-21".parse().unwrap());
    assert_eq!(found.excluded[0].remedy, "arrival by 2026-11-29 instead of 2026-11-30");
}

#[test]
fn freight_by_weight_needs_the_weight_of_what_is_there() {
    let band = |from: &str, freight: &str| FreightBand {
        from: OrderSize::Weight(quantity(from)),
        freight: money(freight),
    };
    let farm = SupplierTerms {
        freight: Some(money("5 EUR")),
        freight_bands: vec![band("10 kg", "9 EUR"), band("20 kg", "2 EUR")],
        ..terms("farm")
    };
    let offers = [Offer { pack_weight: Some(quantity("500 g")), ..at("a", "farm", "1 EUR") }];
    let asked = |weight: Option<Quantity>| {
        let there = OrderSoFar { weight, ..so_far("farm", "7 EUR") };
        compare(&need("10 each"), &offers, slice::from_ref(&farm), &[there], &options())
    };
    // 5 kg join 4 kg: the band stays; they join 6 kg: 4.00 more; 14 kg: 20 kg are cheaper than 19.
    for (weight, packs, landed) in
        [("4 kg", 10, "10.00 EUR"), ("6 kg", 10, "14.00 EUR"), ("14 kg", 12, "5.00 EUR")]
    {
        let found = asked(Some(quantity(weight))).unwrap();
        assert_eq!(lines(&found), [("a", packs, landed.to_owned())], "{weight}");
    }
    let found = asked(None).unwrap();
    let Exclusion::Invalid { problem } = &found.excluded[0].reason else { unreachable!() };
    assert_eq!((problem.code, problem.path.as_str()), ("weight_missing", "so_far.weight"));
}

#[test]
fn what_nobody_can_count_is_not_bought() {
    let far = "99999999999999999999 each";
    let offers = [offer("a", "farm", &[("0 each", "2 EUR"), (far, "1 EUR")])];
    let farm = SupplierTerms {
        freight: Some(money("10 EUR")),
        free_freight_from: Some(money("90000000000000 EUR")),
        ..terms("farm")
    };
    let found = compared(&need("30 each"), &offers, slice::from_ref(&farm));
    assert_eq!(lines(&found), [("a", 30, "70.00 EUR".to_owned())]);
    let valued = Need { surplus_value: Some(money("3 EUR")), ..need("30 each") };
    assert_eq!(compared(&valued, &offers, &[farm]).ranked.len(), 1);
    // Alone, it is no purchase but a problem.
    let found = compared(&need(far), &offers, &[]);
    assert_eq!((found.ranked.len(), found.excluded.len()), (0, 1));
}
