//! Drafts that change: merged, compared, priced again, topped up.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    order::{
        ConsolidationOptions, ExtraProduct, LineConcern, MergedLineChange, OrderConcern,
        OrderError, PriceChange, PriceCheckOptions, PurchaseOrder, Quotes, Suggestion,
        SuggestionReport, Threshold, check_prices, draft_difference, merge_drafts,
        suggest_consolidations, suggest_merges,
    },
    sourcing::{
        Deposit, ExchangeRate, FreightBand, Offer, OrderSize, PriceBreak, Pricing, RebateTier,
        SupplierTerms, Tax, YearlyRebate,
    },
    unit::{Day, Money},
};
use serde_json::{Value, json};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// 12 apples a pack at 0.40 each, from 60 on at 0.30.
fn apples() -> Offer {
    let (id, supplier) = ("o-apple".parse().unwrap(), "farm".parse().unwrap());
    let each = "each".parse().unwrap();
    let mut offer = Offer {
        pack_size: "12 each".parse().unwrap(),
        lead_time_days: 2,
        ..Offer::new(id, supplier, "apple".parse().unwrap(), money("0.40 EUR"), each)
    };
    offer.price_breaks.push(PriceBreak {
        minimum_quantity: "60 each".parse().unwrap(),
        unit_price: money("0.30 EUR"),
    });
    offer
}

fn pears() -> Offer {
    let (id, supplier) = ("o-pear".parse().unwrap(), "farm".parse().unwrap());
    let kg = "kg".parse().unwrap();
    Offer {
        pack_size: "5 kg".parse().unwrap(),
        lead_time_days: 1,
        ..Offer::new(id, supplier, "pear".parse().unwrap(), money("2 EUR"), kg)
    }
}

fn terms() -> SupplierTerms {
    SupplierTerms {
        freight: Some(money("9 EUR")),
        free_freight_from: Some(money("120 EUR")),
        handling: Some(money("1 EUR")),
        order_cost: Some(money("4 EUR")),
        ..SupplierTerms::none("farm".parse().unwrap())
    }
}

fn quotes<'a>(offers: &'a [Offer], terms: &'a [SupplierTerms]) -> Quotes<'a> {
    Quotes { offers, terms, exchange_rates: &[], today: day("2026-11-21"), time: None }
}

/// A draft of some packs of offers at the price of these offers.
fn draft(id: &str, wanted: &[(&Offer, u64)], terms: &[SupplierTerms]) -> PurchaseOrder {
    let lines: Vec<Value> = wanted
        .iter()
        .map(|(offer, packs)| {
            let quantity = offer.pack_size.amount() * rust_decimal::Decimal::from(*packs);
            json!({
                "id": offer.sku, "sku": offer.sku, "offer": offer.id, "packs": packs,
                "pack_size": offer.pack_size, "unit_price": "0 EUR", "amount": "0 EUR",
                "quantity": format!("{quantity} {}", offer.pack_size.unit()), "charges": "0 EUR",
                "need_by": "2026-11-30", "arrival": "2026-11-21"
            })
        })
        .collect();
    let bare: PurchaseOrder = serde_json::from_value(json!({
        "id": id, "revision": 1, "supplier": "farm", "currency": "EUR", "number": format!("N-{id}"),
        "order_date": "2026-11-21", "requested_delivery": "2026-11-27",
        "expected_arrival": "2026-11-27", "goods": "0 EUR", "freight": "0 EUR", "charges": "0 EUR",
        "net": "0 EUR", "taxes": [], "tax": "0 EUR", "total": "0 EUR", "lines": lines
    }))
    .unwrap();
    let offers: Vec<Offer> = wanted.iter().map(|(offer, _)| (*offer).clone()).collect();
    let check = check_prices(&bare, &quotes(&offers, terms), &PriceCheckOptions::default());
    PurchaseOrder { revision: 1, ..check.unwrap().repriced.unwrap() }
}

fn error(result: Result<impl std::fmt::Debug, OrderError>) -> (String, String) {
    let error = result.unwrap_err();
    let path = if let OrderError::Invalid(invalid) = &error {
        invalid.path.clone()
    } else {
        String::new()
    };
    (error.code().to_owned(), path)
}

#[test]
fn what_adds_up_is_priced_at_the_break_of_the_sum() {
    let (offers, terms) = ([apples(), pears()], [terms()]);
    let open = draft("a", &[(&offers[0], 3), (&offers[1], 2)], &terms);
    assert_eq!(open.total, money("44.40 EUR")); // 36 at 0.40, 10 kg at 2.00, freight, handling
    let addition = draft("b", &[(&offers[0], 2)], &terms);
    assert_eq!(addition.total, money("19.60 EUR"));
    let merged = merge_drafts(&open, &addition, &quotes(&offers, &terms)).unwrap();
    let order = &merged.order;
    assert_eq!((order.revision, order.id.as_str()), (2, "a"));
    assert_eq!(order.number.as_deref(), Some("N-a"));
    assert_eq!((order.lines[0].packs, order.lines[0].quantity), (5, "60 each".parse().unwrap()));
    assert_eq!(order.lines[0].price_break, "60 each".parse().ok());
    assert_eq!(order.total, money("48.00 EUR")); // 60 at 0.30, 10 kg, freight and handling once
    let saving = merged.saving;
    assert_eq!((saving.goods, saving.freight), (money("6 EUR"), money("9 EUR")));
    assert_eq!((saving.charges, saving.total), (money("1 EUR"), money("16 EUR")));
    assert_eq!(saving.order_cost, money("4 EUR"));
    assert!(merged.repriced.is_zero());
    assert_eq!(merged.lines[0].change, MergedLineChange::Joined);
    let text = "2 packs more of apple: now 5, 60 each at 0.30 EUR";
    assert_eq!(merged.lines[0].text, text);
}

#[test]
fn a_second_merge_of_the_same_draft_changes_nothing() {
    let (offers, terms) = ([apples(), pears()], [terms()]);
    let quotes = quotes(&offers, &terms);
    let open = draft("a", &[(&offers[0], 3)], &terms);
    let addition = draft("b", &[(&offers[0], 2), (&offers[1], 1)], &terms);
    let once = merge_drafts(&open, &addition, &quotes).unwrap().order;
    let twice = merge_drafts(&once, &addition, &quotes).unwrap();
    assert!(twice.already_merged);
    assert_eq!(twice.order, once);
    assert_eq!(twice.notes, ["draft b (revision 1) is part of a already"]);
    // A later revision would order what is there already once more, and so would a draft that holds
    // the same one, or the open draft itself.
    let later = PurchaseOrder { revision: 2, ..addition.clone() };
    let other = draft("c", &[(&offers[1], 1)], &terms);
    let with_it = merge_drafts(&other, &addition, &quotes).unwrap().order;
    let with_open = merge_drafts(&other, &open, &quotes).unwrap().order;
    for again in [&later, &with_it, &with_open, &once] {
        let (code, path) = error(merge_drafts(&once, again, &quotes));
        assert_eq!((code.as_str(), path.as_str()), ("draft_merged_before", "addition"));
    }
}

#[test]
fn drafts_that_cannot_be_one_order_say_why() {
    let (offers, terms) = ([apples()], [terms()]);
    let quotes = quotes(&offers, &terms);
    let open = draft("a", &[(&offers[0], 3)], &terms);
    let addition = draft("b", &[(&offers[0], 2)], &terms);
    let other = |change: &dyn Fn(&mut PurchaseOrder)| {
        let mut changed = addition.clone();
        change(&mut changed);
        error(merge_drafts(&open, &changed, &quotes))
    };
    let is = |code: &str, path: &str| (code.to_owned(), path.to_owned());
    let supplier = other(&|order| order.supplier = "mill".parse().unwrap());
    assert_eq!(supplier, is("supplier_differs", "addition.supplier"));
    let location = other(&|order| order.location = "shop".parse().ok());
    assert_eq!(location, is("location_differs", "addition.location"));
    let currency = other(&|order| order.currency = "USD".parse().unwrap());
    assert_eq!(currency, is("currency_differs", "addition.currency"));
    assert_eq!(other(&|order| order.lines.clear()), is("order_empty", ""));
    let packs = other(&|order| order.lines[0].packs = u64::MAX);
    assert_eq!(packs, is("quantity_too_large", "addition.lines[0].packs"));
}

#[test]
fn a_line_whose_offer_is_gone_keeps_its_price_and_says_so() {
    let (offers, terms) = ([apples(), pears()], [terms()]);
    let open = draft("a", &[(&offers[0], 3), (&offers[1], 1)], &terms);
    let addition = draft("b", &[(&offers[0], 2)], &terms);
    let merged = merge_drafts(&open, &addition, &quotes(&offers[1..], &terms)).unwrap();
    let line = &merged.order.lines[0];
    assert_eq!((line.packs, line.amount), (5, money("24 EUR"))); // 60 at 0.40 still
    assert_eq!(merged.lines[0].price_kept.as_deref(), Some("the offer is withdrawn"));
    // At two prices there are two lines.
    let dearer = Offer {
        price_breaks: vec![PriceBreak {
            minimum_quantity: "0 each".parse().unwrap(),
            unit_price: money("0.50 EUR"),
        }],
        ..apples()
    };
    let addition = draft("b", &[(&dearer, 2)], &terms);
    let merged = merge_drafts(&open, &addition, &quotes(&offers[1..], &terms)).unwrap();
    let ids: Vec<&str> = merged.order.lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["apple", "apple:2", "pear"]);
    assert_eq!(merged.order.goods, money("36.40 EUR"));
    assert_eq!(merged.lines[0].change, MergedLineChange::Added);
}

#[test]
fn the_earlier_delivery_that_is_possible_is_requested() {
    let (offers, terms) = ([apples()], [terms()]);
    let open = draft("a", &[(&offers[0], 3)], &terms);
    let mut addition = draft("b", &[(&offers[0], 2)], &terms);
    let requested = |addition: &PurchaseOrder, today: &str| {
        let quotes = Quotes { today: day(today), ..quotes(&offers, &terms) };
        let merged = merge_drafts(&open, addition, &quotes).unwrap();
        (merged.order.requested_delivery.to_string(), merged.notes.len())
    };
    addition.requested_delivery = day("2026-11-24");
    assert_eq!(requested(&addition, "2026-11-21"), ("2026-11-24".into(), 1));
    // Two days on the way: the 24th cannot be had any more.
    assert_eq!(requested(&addition, "2026-11-23"), ("2026-11-27".into(), 1));
    assert_eq!(requested(&addition, "2026-11-26"), ("2026-11-28".into(), 2));
}

#[test]
fn prices_that_hold_may_be_sent_on_a_later_day() {
    let (offers, terms) = ([apples(), pears()], [terms()]);
    let draft = draft("a", &[(&offers[0], 3), (&offers[1], 2)], &terms);
    let later = Quotes { today: day("2026-11-23"), ..quotes(&offers, &terms) };
    let check = check_prices(&draft, &later, &PriceCheckOptions::default()).unwrap();
    assert!(check.may_be_sent && check.concerns.is_empty());
    assert!(check.lines.iter().all(|line| line.change == PriceChange::Unchanged));
}

#[test]
fn every_concern_is_named() {
    type Change<'a> = &'a dyn Fn(&mut Offer);
    let terms = [terms()];
    let draft = draft("a", &[(&apples(), 3)], &terms);
    let concerns = |change: &dyn Fn(&mut Offer)| {
        let mut offer = apples();
        change(&mut offer);
        let offers = [offer];
        let options =
            PriceCheckOptions { availability_max_age_days: Some(3), ..Default::default() };
        let check = check_prices(&draft, &quotes(&offers, &terms), &options).unwrap();
        let concerns = check.lines[0].concerns.clone();
        let stops = concerns.iter().any(LineConcern::stops)
            || check.concerns.iter().any(OrderConcern::stops);
        assert_eq!(check.may_be_sent, !stops);
        concerns
    };
    let before = day("2026-11-20");
    let after = day("2026-11-22");
    let cases: [(Change<'_>, Vec<LineConcern>); 11] = [
        (&|_| {}, vec![]),
        (&|o| o.id = "other".parse().unwrap(), vec![LineConcern::Withdrawn]),
        (&|o| o.sku = "plum".parse().unwrap(), vec![LineConcern::Withdrawn]),
        (
            &|o| o.pack_size = "10 each".parse().unwrap(),
            vec![LineConcern::PackChanged { pack_size: "10 each".parse().unwrap() }],
        ),
        (&|o| o.valid_until = Some(before), vec![LineConcern::Expired { valid_until: before }]),
        (&|o| o.valid_from = Some(after), vec![LineConcern::NotYetValid { valid_from: after }]),
        (
            &|o| o.blocked = Some("recalled".into()),
            vec![LineConcern::Blocked { reason: "recalled".into() }],
        ),
        (&|o| o.available = "30 each".parse().ok(), vec![LineConcern::NotEnough { packs: 2 }]),
        (
            &|o| {
                o.available = "300 each".parse().ok();
                o.available_as_of = Some(day("2026-11-17"));
            },
            vec![LineConcern::AvailabilityTooOld { as_of: day("2026-11-17") }],
        ),
        (
            &|o| o.order_multiple_packs = Some(4),
            vec![LineConcern::TooFew { packs: 4 }, LineConcern::NotInMultiples { packs: 4 }],
        ),
        (&|o| o.lead_time_days = 30, vec![LineConcern::TooLate { arrival: day("2026-12-21") }]),
    ];
    for (index, (change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(concerns(change), expected, "case {index}");
    }
    let in_dollars = concerns(&|o| {
        o.price_breaks = vec![PriceBreak {
            minimum_quantity: "0 each".parse().unwrap(),
            unit_price: money("0.40 USD"),
        }];
    });
    let currency = "USD".parse().unwrap();
    assert_eq!(in_dollars, [LineConcern::CurrencyChanged { currency }]);
    assert!(matches!(&concerns(&|o| o.price_breaks.clear())[..], [LineConcern::Invalid { .. }]));
}

#[test]
fn a_rise_within_the_tolerance_may_be_sent() {
    let terms = [terms()];
    let draft = draft("a", &[(&apples(), 3)], &terms); // 14.40 and 10.00 for the order
    let mut dearer = apples();
    dearer.price_breaks[0].unit_price = money("0.42 EUR");
    let offers = [dearer];
    let check = |tolerance: &str| {
        let tolerance = tolerance.parse().unwrap();
        let options = PriceCheckOptions { tolerance, ..Default::default() };
        check_prices(&draft, &quotes(&offers, &terms), &options).unwrap()
    };
    let exact = check("0.05");
    assert!(exact.may_be_sent);
    assert_eq!(exact.lines[0].rate, "0.05".parse().ok());
    assert_eq!(exact.total.difference, money("0.72 EUR"));
    let repriced = exact.repriced.unwrap();
    assert_eq!((repriced.revision, repriced.total), (2, money("25.12 EUR")));
    let none = check("0");
    assert!(!none.may_be_sent);
    let rate = "0.029508".parse().unwrap(); // 0.72 of 24.40
    assert_eq!(none.concerns, [OrderConcern::TotalRisen { rate }]);
    let rate = "0.05".parse().unwrap();
    assert_eq!(none.lines[0].concerns, [LineConcern::PriceRisen { rate }]);
}

#[test]
fn an_order_below_the_minimum_or_of_a_blocked_supplier_may_not_be_sent() {
    let offers = [apples()];
    let draft = draft("a", &[(&offers[0], 3)], &[terms()]);
    let minimum = Some(money("20 EUR"));
    let changed = [SupplierTerms {
        minimum_order_value: minimum,
        blocked: Some("insolvent".into()),
        ..terms()
    }];
    let check = check_prices(&draft, &quotes(&offers, &changed), &PriceCheckOptions::default());
    let check = check.unwrap();
    assert_eq!(
        check.concerns,
        [
            OrderConcern::SupplierBlocked { reason: "insolvent".into() },
            OrderConcern::BelowMinimum { missing: money("5.60 EUR") },
        ]
    );
    assert!(!check.may_be_sent);
    assert!(check.total.difference.is_zero()); // what is missing is not charged
    let surcharge = Some(money("3 EUR"));
    let changed = [SupplierTerms {
        minimum_order_value: minimum,
        below_minimum_surcharge: surcharge,
        ..terms()
    }];
    let check = check_prices(&draft, &quotes(&offers, &changed), &PriceCheckOptions::default());
    assert_eq!(check.unwrap().charges.difference, money("3 EUR"));
}

#[test]
fn terms_in_another_currency_are_exchanged() {
    let offers = [apples()];
    let draft = draft("a", &[(&offers[0], 3)], &[]);
    let dollars = [SupplierTerms {
        freight: Some(money("10 USD")),
        free_freight_from: Some(money("16.01 USD")),
        ..SupplierTerms::none("farm".parse().unwrap())
    }];
    let quotes = quotes(&offers, &dollars);
    let refused = error(check_prices(&draft, &quotes, &PriceCheckOptions::default()));
    assert_eq!(refused, ("exchange_rate_missing".into(), "terms.freight".into()));
    let rate = ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "EUR".parse().unwrap(),
        rate: "0.9".parse().unwrap(),
        date: day("2026-11-20"),
    };
    let quotes = Quotes { exchange_rates: &[rate], ..quotes };
    let check = check_prices(&draft, &quotes, &PriceCheckOptions::default()).unwrap();
    assert_eq!(check.freight.after, money("9 EUR"));
    // 16.01 USD are 14.409 EUR, which 14.40 do not reach and 14.41 would. Of what does, two packs
    // more cost least: all five are then 18.00.
    let options = ConsolidationOptions { report: SuggestionReport::All, ..Default::default() };
    let suggestions = suggest_consolidations(&draft, &quotes, &options).unwrap();
    let from = money("14.41 EUR");
    let free = suggestions.iter().find(|s| s.reaches.contains(&Threshold::FreeFreight { from }));
    assert_eq!(free.unwrap().cost, money("-5.40 EUR"));
}

fn suggest(
    draft: &PurchaseOrder,
    quotes: &Quotes<'_>,
    options: &ConsolidationOptions,
) -> Vec<Suggestion> {
    let suggestions = suggest_consolidations(draft, quotes, options).unwrap();
    for suggestion in &suggestions {
        assert_repriced(suggestion, draft, quotes);
    }
    suggestions
}

/// What a suggestion claims is what its order costs when it is priced by itself, line by line.
fn assert_repriced(suggestion: &Suggestion, draft: &PurchaseOrder, quotes: &Quotes<'_>) {
    let options = PriceCheckOptions::default();
    let check = check_prices(&suggestion.order, quotes, &options).unwrap();
    assert!(check.repriced.is_none(), "{}: {check:#?}", suggestion.text);
    assert_eq!(suggestion.total.after, check.total.after);
    assert_eq!(suggestion.net.after, check.net.after);
    let before = check_prices(draft, quotes, &options).unwrap();
    assert_eq!(suggestion.total.before, before.total.after);
    let before = before.repriced.unwrap_or_else(|| draft.clone());
    let difference = draft_difference(&before, &suggestion.order).unwrap();
    assert_eq!(difference.total.difference, suggestion.total.difference);
    assert_eq!(
        difference.added.len() + difference.changed.len(),
        suggestion.additions.len(),
        "{}",
        suggestion.text
    );
    let cost = suggestion.net.difference.plus(suggestion.yearly_rebate.difference).unwrap();
    assert_eq!(suggestion.cost, cost);
    assert_eq!(suggestion.outlay.minus(suggestion.saving).unwrap(), cost);
    assert_eq!(suggestion.net_saving, suggestion.worth.minus(cost).unwrap());
    // Line by line from the difference.
    let mut outlay = Money::zero(cost.currency());
    for line in &difference.added {
        outlay = outlay.plus(line.amount).unwrap().plus(line.charges).unwrap();
    }
    for line in &difference.changed {
        let more = line.amount.difference.plus(line.charges.difference).unwrap();
        outlay = outlay.plus(more).unwrap();
    }
    assert_eq!(suggestion.outlay, outlay);
    for added in &suggestion.additions {
        let line = suggestion.order.lines.iter().find(|line| line.id == added.line).unwrap();
        let old = before.lines.iter().find(|line| line.id == added.line);
        assert_eq!(line.packs - old.map_or(0, |line| line.packs), added.packs);
    }
}

#[test]
fn a_little_more_reaches_free_freight() {
    let (offers, terms) =
        ([pears(), Offer { price_breaks: vec![apples().price_breaks[0]], ..apples() }], [terms()]);
    let quotes = quotes(&offers, &terms);
    // 110.40: two packs of apples at 4.80 are cheaper than a pack of pears at 10.00.
    let draft = draft("a", &[(&offers[1], 23)], &terms);
    let suggestions = suggest(&draft, &quotes, &ConsolidationOptions::default());
    // 9.60 for what saves 9.00 does not pay where more apples are worth nothing.
    assert!(suggestions.is_empty());
    let all = ConsolidationOptions { report: SuggestionReport::All, ..Default::default() };
    let suggestions = suggest(&draft, &quotes, &all);
    assert_eq!(
        suggestions[0].text,
        "add 2 packs of apple (9.60 EUR) to reach free freight from 120.00 EUR: saves 9.00 EUR, \
         so 24 each more cost 0.60 EUR"
    );
    assert_eq!(suggestions[0].net_saving, money("-0.60 EUR"));
    // At half their price they are worth it.
    let worth = "0.5".parse().unwrap();
    let half = ConsolidationOptions { worth, ..Default::default() };
    assert_eq!(suggest(&draft, &quotes, &half)[0].net_saving, money("4.20 EUR"));
    // Or each at what the buyer says; only one pack of them is allowed, so that pears go with it.
    let product = |sku: &str, maximum_packs, value: &str| ExtraProduct {
        sku: sku.parse().unwrap(),
        maximum_packs,
        surplus_value: value.parse().ok(),
    };
    let products = vec![product("apple", Some(1), "0.10 EUR"), product("pear", None, "1.90 EUR")];
    let both = ConsolidationOptions { products, ..Default::default() };
    let suggestions = suggest(&draft, &quotes, &both);
    assert_eq!(
        suggestions[0].text,
        "add 1 pack of pear (10.00 EUR) to reach free freight from 120.00 EUR: saves 9.00 EUR, \
         so 5 kg more cost 1.00 EUR"
    );
    assert_eq!(suggestions[0].net_saving, money("8.50 EUR"));
    assert_eq!(suggestions[0].order.lines[1].id.as_str(), "pear");
}

#[test]
fn two_offers_reach_together_what_one_reaches_dearly() {
    let priced = |sku: &str, price: &str| {
        let (id, supplier) = (format!("o-{sku}").parse().unwrap(), "farm".parse().unwrap());
        Offer::new(id, supplier, sku.parse().unwrap(), money(price), "each".parse().unwrap())
    };
    // 17 more are needed: 2 x 10, 3 x 7 and 10 + 7.
    let offers = [priced("ten", "10 EUR"), priced("seven", "7 EUR")];
    let terms = [SupplierTerms { free_freight_from: Some(money("51 EUR")), ..terms() }];
    let draft = draft("a", &[(&offers[0], 2), (&offers[1], 2)], &terms);
    let worth = "1".parse().unwrap();
    let options = ConsolidationOptions { worth, ..Default::default() };
    let suggestions = suggest(&draft, &quotes(&offers, &terms), &options);
    assert_eq!(
        suggestions[0].text,
        "add 1 pack of seven and 1 pack of ten (17.00 EUR) to reach free freight from 51.00 EUR: \
         saves 9.00 EUR, so 1 each and 1 each more cost 8.00 EUR"
    );
}

#[test]
fn more_may_cost_less_than_fewer() {
    let (offers, terms) = ([apples()], [terms()]);
    let draft = draft("a", &[(&offers[0], 4)], &terms); // 48 at 0.40 are 19.20
    let suggestions = suggest(&draft, &quotes(&offers, &terms), &ConsolidationOptions::default());
    assert_eq!(suggestions.len(), 1);
    assert_eq!(
        suggestions[0].text,
        "add 1 pack of apple (-1.20 EUR) to reach the price of 0.30 EUR from 60 each: \
         with 12 each more the order costs 1.20 EUR less"
    );
}

#[test]
fn an_order_that_is_refused_is_made_possible() {
    let offers = [apples(), pears()];
    let terms = [SupplierTerms { minimum_order_value: Some(money("20 EUR")), ..terms() }];
    let draft = draft("a", &[(&offers[0], 3)], &terms);
    let suggestions = suggest(&draft, &quotes(&offers, &terms), &ConsolidationOptions::default());
    assert!(suggestions[0].makes_possible);
    // Four packs are 19.20, five 18.00 at the better price; six are 21.60.
    assert_eq!(suggestions[0].additions[0].packs, 3);
    assert!(suggestions[0].text.contains("the minimum order value of 20.00 EUR, below which"));
    let blocked = [SupplierTerms { blocked: Some("insolvent".into()), ..terms[0].clone() }];
    let quotes = quotes(&offers, &blocked);
    assert!(suggest(&draft, &quotes, &ConsolidationOptions::default()).is_empty());
}

#[test]
fn rebates_of_the_year_and_freight_by_weight_count_too() {
    let offers = [Offer { pack_weight: "2 kg".parse().ok(), ..apples() }];
    let yearly = YearlyRebate {
        purchased: money("980 EUR"),
        tiers: vec![RebateTier { from: money("1000 EUR"), rate: "0.05".parse().unwrap() }],
    };
    let band = |from: &str, freight: &str| FreightBand {
        from: OrderSize::Weight(from.parse().unwrap()),
        freight: money(freight),
    };
    let terms = [SupplierTerms {
        freight_bands: vec![band("0 kg", "9 EUR"), band("15 kg", "6 EUR")],
        yearly_rebate: Some(yearly),
        free_freight_from: None,
        ..terms()
    }];
    let draft = draft("a", &[(&offers[0], 4)], &terms); // 19.20 EUR and 8 kg
    let suggestions = suggest(&draft, &quotes(&offers, &terms), &ConsolidationOptions::default());
    // Six packs at the better price are 21.60 EUR; 5 % of 1001.60 come back.
    assert_eq!(suggestions[0].saving, money("50.08 EUR"));
    assert_eq!(suggestions[0].additions[0].packs, 2);
    // Eight packs weigh 16 kg.
    let lighter =
        suggestions.iter().find(|s| matches!(s.reaches[0], Threshold::FreightBand { .. }));
    assert_eq!(lighter.unwrap().additions[0].packs, 4);
}

#[test]
fn drafts_that_ship_within_days_of_each_other_are_worth_merging() {
    let (offers, terms) = ([apples(), pears()], [terms()]);
    let on = |id: &str, delivery: &str| PurchaseOrder {
        requested_delivery: day(delivery),
        ..draft(id, &[(&offers[0], 3)], &terms)
    };
    let elsewhere = PurchaseOrder { location: "shop".parse().ok(), ..on("d", "2026-11-27") };
    let drafts = [on("c", "2026-12-24"), on("b", "2026-11-28"), on("a", "2026-11-26"), elsewhere];
    let quotes = quotes(&offers, &terms);
    let suggestions = suggest_merges(&drafts, &quotes, 3, SuggestionReport::Paying).unwrap();
    let pairs: Vec<(&str, &str)> =
        suggestions.iter().map(|s| (s.open.as_str(), s.addition.as_str())).collect();
    assert_eq!(pairs, [("a", "b")]);
    assert_eq!(
        suggestions[0].text,
        "merge b into a, 2 days earlier: 31.60 EUR instead of 48.80 EUR, saves 17.20 EUR"
    );
    let merged = merge_drafts(&drafts[2], &drafts[1], &quotes).unwrap();
    assert_eq!(
        (merged.order, merged.saving),
        (suggestions[0].order.clone(), suggestions[0].saving)
    );
    let none = suggest_merges(&drafts, &quotes, 1, SuggestionReport::All).unwrap();
    assert!(none.is_empty());
}

/// A sequence of numbers that look random: the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn cents(&mut self, most: u64) -> Money {
        Money::from_minor_units(1 + i128::from(self.below(most)), "EUR".parse().unwrap()).unwrap()
    }
}

fn random_offer(numbers: &mut Numbers, place: u64) -> Offer {
    let (id, sku) = (format!("o-{place}"), format!("p-{}", place % 4));
    let mut offer = Offer {
        pack_size: format!("{} each", 1 + numbers.below(12)).parse().unwrap(),
        pack_weight: format!("{} g", 1 + numbers.below(3_000)).parse().ok(),
        lead_time_days: u32::try_from(numbers.below(3)).unwrap(),
        ..Offer::new(
            id.parse().unwrap(),
            "farm".parse().unwrap(),
            sku.parse().unwrap(),
            numbers.cents(120),
            "each".parse().unwrap(),
        )
    };
    if numbers.below(2) == 0 {
        let cheaper = offer.price_breaks[0].unit_price.times("0.8".parse().unwrap()).unwrap();
        let from = format!("{} each", 1 + numbers.below(60));
        let next = PriceBreak { minimum_quantity: from.parse().unwrap(), unit_price: cheaper };
        offer.price_breaks.push(next);
    }
    if numbers.below(4) == 0 {
        offer.pricing = Pricing::Incremental;
    }
    if numbers.below(4) == 0 {
        offer.order_multiple_packs = Some(2);
    }
    if numbers.below(4) == 0 {
        offer.available = format!("{} pack", numbers.below(40)).parse().ok();
    }
    if numbers.below(3) == 0 {
        offer.charges.handling_per_pack = Some(numbers.cents(40));
    }
    if numbers.below(4) == 0 {
        let returned = "0.9".parse().unwrap();
        offer.charges.deposit = Some(Deposit { per_pack: numbers.cents(300), returned });
    }
    if numbers.below(2) == 0 {
        let rate = if numbers.below(2) == 0 { "0.07" } else { "0.19" };
        offer.charges.tax = Some(Tax { rate: rate.parse().unwrap(), recoverable: true });
    }
    offer
}

fn random_terms(numbers: &mut Numbers) -> SupplierTerms {
    let mut terms = terms();
    terms.freight = Some(numbers.cents(3_000));
    terms.free_freight_from = Some(numbers.cents(20_000));
    if numbers.below(2) == 0 {
        terms.minimum_order_value = Some(numbers.cents(9_000));
        terms.below_minimum_surcharge = (numbers.below(2) == 0).then(|| numbers.cents(900));
    }
    if numbers.below(2) == 0 {
        let from = OrderSize::Weight(format!("{} g", 1 + numbers.below(40_000)).parse().unwrap());
        terms.freight_bands = vec![FreightBand { from, freight: numbers.cents(2_000) }];
    }
    if numbers.below(2) == 0 {
        let tiers = vec![RebateTier { from: numbers.cents(60_000), rate: "0.02".parse().unwrap() }];
        terms.yearly_rebate = Some(YearlyRebate { purchased: numbers.cents(50_000), tiers });
    }
    terms
}

#[test]
fn suggestions_and_merged_drafts_cost_what_they_say() {
    let mut numbers = Numbers(7);
    let (mut suggested, mut paying, mut pairs) = (0, 0, 0);
    for case in 0..400 {
        let count = 1 + numbers.below(5);
        let offers: Vec<Offer> =
            (0..count).map(|place| random_offer(&mut numbers, place)).collect();
        let terms = [random_terms(&mut numbers)];
        let quotes = quotes(&offers, &terms);
        let wanted = |numbers: &mut Numbers| {
            let mut lines: Vec<(&Offer, u64)> = Vec::new();
            for offer in &offers {
                let new = lines.iter().all(|(other, _)| other.sku != offer.sku);
                if new && (lines.is_empty() || numbers.below(2) == 0) {
                    lines.push((offer, 1 + numbers.below(20)));
                }
            }
            lines
        };
        let open = draft("a", &wanted(&mut numbers), &terms);
        let options = ConsolidationOptions {
            worth: ["0", "0.5", "0.95"][case % 3].parse().unwrap(),
            report: if case % 2 == 0 { SuggestionReport::All } else { SuggestionReport::Paying },
            products: (0..4 * (case as u64 % 2))
                .map(|place| ExtraProduct {
                    sku: format!("p-{place}").parse().unwrap(),
                    maximum_packs: (numbers.below(2) == 0).then_some(7),
                    surplus_value: None,
                })
                .collect(),
        };
        let mut last = None;
        for suggestion in suggest(&open, &quotes, &options) {
            suggested += 1;
            pairs += u32::from(suggestion.additions.len() == 2);
            let pays = suggestion.net_saving.amount() > rust_decimal::Decimal::ZERO;
            paying += u32::from(pays);
            if options.report == SuggestionReport::Paying {
                assert!(pays || suggestion.makes_possible, "{case}: {}", suggestion.text);
            }
            let rank = (suggestion.makes_possible, suggestion.net_saving.amount());
            assert!(last.is_none_or(|last| last >= rank), "{case}");
            last = Some(rank);
        }
        let addition = draft("b", &wanted(&mut numbers), &terms);
        let merged = merge_drafts(&open, &addition, &quotes).unwrap();
        let order = &merged.order;
        // What both drafts say, less the saving: nothing was priced otherwise today.
        assert!(merged.repriced.is_zero(), "{case}");
        let apart = open.total.plus(addition.total).unwrap();
        assert_eq!(apart.minus(merged.saving.total).unwrap(), order.total, "{case}");
        let saving = merged.saving;
        let parts = [saving.goods, saving.line_charges, saving.freight, saving.charges, saving.tax];
        assert_eq!(Money::sum(parts, saving.total.currency()).unwrap(), saving.total, "{case}");
        let packs = |order: &PurchaseOrder| order.lines.iter().map(|line| line.packs).sum::<u64>();
        assert_eq!(packs(order), packs(&open) + packs(&addition), "{case}");
        let check = check_prices(order, &quotes, &PriceCheckOptions::default()).unwrap();
        assert!(check.repriced.is_none(), "{case}: {check:#?}");
        // Whichever was open: the same goods at the same price.
        let other = merge_drafts(&addition, &open, &quotes).unwrap();
        assert_eq!((other.order.total, other.saving), (order.total, saving), "{case}");
        assert!(merge_drafts(order, &addition, &quotes).unwrap().already_merged, "{case}");
    }
    assert!(suggested > 300 && paying > 120 && pairs > 80, "{suggested} {paying} {pairs}");
}
