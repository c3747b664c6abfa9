//! What whole drafts say of amounts, days, places and numbers, by hand.

use super::tests::{Case, TODAY, day, money, need, offer, problem, rate, terms};
use super::*;
use crate::{
    inventory::Calendar,
    sourcing::{Deposit, FreightBand, Need, Offer, OrderSize, SupplierTerms, Tax},
};
use std::slice;

#[test]
fn charges_and_tax_are_the_supplier_s_and_add_up() {
    let taxed = |sku: &str, price: &str, tax: &str| {
        let mut offer = offer(sku, "s", price);
        offer.charges.tax = Some(Tax { rate: tax.parse().unwrap(), recoverable: true });
        offer
    };
    let mut crates = taxed("a", "1.01 EUR", "0.19");
    crates.charges.handling_per_pack = Some(money("0.10 EUR"));
    crates.charges.deposit =
        Some(Deposit { per_pack: money("0.25 EUR"), returned: "1".parse().unwrap() });
    // Neither is on the supplier's invoice.
    crates.charges.duty = "0.05".parse().ok();
    crates.charges.rebate_per_unit = Some(money("0.02 EUR"));
    let offers = [
        crates,
        taxed("b", "2.22 EUR", "0.07"),
        taxed("c", "0.33 EUR", "0.190"),
        offer("d", "s", "1 EUR"),
    ];
    let needs: Vec<_> = ["a", "b", "c", "d"].map(|sku| need(sku, "3 each", "2026-11-30")).into();
    let terms = SupplierTerms {
        freight: Some(money("6 EUR")),
        handling: Some(money("1.50 EUR")),
        order_cost: Some(money("9 EUR")), // ours
        ..terms("s")
    };
    let case = Case::new(&needs, &offers, &[terms]);
    let draft = case.only();
    let charges: Vec<_> = draft.lines.iter().map(|line| line.charges.to_string()).collect();
    assert_eq!(charges, ["1.05 EUR", "0.00 EUR", "0.00 EUR", "0.00 EUR"]);
    let taxes: Vec<_> = draft
        .taxes
        .iter()
        .map(|tax| (tax.rate.to_string(), tax.base.to_string(), tax.amount.to_string()))
        .collect();
    let expected = [("0.07", "6.66 EUR", "0.47 EUR"), ("0.19", "5.07 EUR", "0.96 EUR")];
    assert_eq!(taxes, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    assert_eq!(
        [draft.goods, draft.freight, draft.charges, draft.net, draft.tax, draft.total]
            .map(|m| m.to_string()),
        ["13.68 EUR", "6.00 EUR", "1.50 EUR", "22.23 EUR", "1.43 EUR", "23.66 EUR"]
    );
    // Freight and charges at their own rate.
    let options = DraftOptions { charges_tax_rate: "0.19".parse().ok(), ..DraftOptions::default() };
    let draft = case.with(options).only();
    assert_eq!(draft.taxes[1].base, money("12.57 EUR"));
    assert_eq!(draft.taxes[1].amount, money("2.39 EUR")); // 2.3883
    assert_eq!(draft.total, money("25.09 EUR"));
}

#[test]
fn amounts_are_in_the_currency_of_the_invoice() {
    let wanted = [need("a", "10 each", "2026-11-30")];
    let offers = [offer("a", "s", "2 USD")];
    let rates = [rate("USD", "EUR", "0.80")];
    // Terms in the invoice's currency: nothing is exchanged.
    let dollars = SupplierTerms { freight: Some(money("5 USD")), ..terms("s") };
    let case = Case::new(&wanted, &offers, &[dollars]).at_rates(&rates);
    assert_eq!(case.allocation().total, money("20 EUR"));
    let draft = case.only();
    assert_eq!((draft.currency, draft.goods), ("USD".parse().unwrap(), money("20 USD")));
    assert_eq!((draft.freight, draft.total), (money("5 USD"), money("25 USD")));
    assert_eq!(draft.notes, [""; 0]);
    // Terms in euros: by way of the comparison, with the rate.
    let euros = SupplierTerms {
        freight: Some(money("5 EUR")),
        free_freight_from: Some(money("100 EUR")),
        ..terms("s")
    };
    let draft = Case::new(&wanted, &offers, slice::from_ref(&euros)).at_rates(&rates).only();
    assert_eq!(draft.freight, money("6.25 USD"));
    assert_eq!(draft.notes, ["what is stated in EUR is exchanged: 1 USD = 0.80 EUR"]);
    // A rate that is stated for this way goes first.
    let both = [rates[0], rate("EUR", "USD", "1.2")];
    let draft = Case::new(&wanted, &offers, slice::from_ref(&euros)).at_rates(&both).only();
    assert_eq!(draft.freight, money("6.00 USD"));
    assert_eq!(draft.notes, ["what is stated in EUR is exchanged: 1 EUR = 1.2 USD"]);
    // By way of a third one.
    let pounds = SupplierTerms { freight: Some(money("4 GBP")), ..terms("s") };
    let three = [rates[0], rate("GBP", "EUR", "1.20")];
    let draft = Case::new(&wanted, &offers, &[pounds]).at_rates(&three).only();
    assert_eq!(draft.freight, money("6.00 USD"));
    assert_eq!(
        draft.notes,
        ["what is stated in GBP is exchanged: 1 GBP = 1.20 EUR, 1 USD = 0.80 EUR"]
    );
    // Never silently a wrong one.
    let mut lost = Case::new(&wanted, &offers, &[euros]).at_rates(&rates);
    lost.context.exchange_rates.clear();
    assert_eq!(lost.problem(), problem("exchange_rate_missing", "terms[0].freight"));
    lost.context.terms.clear();
    lost.sourcing.exchange_rates = rates.to_vec();
    let mut charged = offers[0].clone();
    charged.charges.handling_per_pack = Some(money("1 EUR"));
    lost.context.offers = vec![charged];
    assert_eq!(
        lost.problem(),
        problem("exchange_rate_missing", "lines[0].offer.charges.handling_per_pack")
    );
}

#[test]
fn without_terms_an_order_costs_what_the_allocation_says() {
    let freight = SupplierTerms { freight: Some(money("5 EUR")), ..terms("s") };
    let case =
        Case::new(&[need("a", "10 each", "2026-11-30")], &[offer("a", "s", "2 EUR")], &[freight]);
    let allocation = case.allocation();
    let plain = draft_purchase_orders(&allocation, &DraftContext::new(day(TODAY))).unwrap();
    let [plain] = &plain.purchase_orders[..] else { unreachable!("one draft") };
    assert_eq!((plain.freight, plain.total), (money("5 EUR"), money("25 EUR")));
    assert_eq!(plain.lines[0].pack_size, "1 each".parse().unwrap());
    assert_eq!((plain.order_by, plain.lines[0].price_unit), (None, None));
    // Nor is it known what its freight is worth in another currency.
    let mut foreign = Case::new(&case.needs, &[offer("a", "s", "2 USD")], &case.context.terms);
    foreign = foreign.at_rates(&[rate("USD", "EUR", "0.80")]);
    let allocation = foreign.allocation();
    foreign.context.terms.clear();
    assert_eq!(
        draft_purchase_orders(&allocation, &foreign.context).unwrap().purchase_orders[0].freight,
        money("6.25 USD")
    );
    foreign.context.exchange_rates.clear();
    let error = draft_purchase_orders(&allocation, &foreign.context).unwrap_err();
    assert!(error.to_string().starts_with("`orders[0].freight`"), "{error}");
    // Divided, nobody knows what each part costs.
    let apart = [need("a", "10 each", "2026-11-30"), need("a", "10 each", "2026-12-30")];
    let mut case = Case::new(&apart, &case.context.offers.clone(), &case.context.terms.clone());
    let allocation = case.allocation();
    case.context.terms.clear();
    case.context.options.rules.by_delivery_day = true;
    let error = draft_purchase_orders(&allocation, &case.context).unwrap_err();
    assert_eq!(error.code(), "terms_missing");
}

#[test]
fn each_location_has_its_own_order_and_a_note_says_what_that_costs() {
    let goes = |sku: &str, location: &str| DraftItem {
        sku: sku.parse().unwrap(),
        supplier: None,
        buyer_code: None,
        supplier_code: None,
        description: None,
        location: location.parse().ok(),
    };
    let needs: Vec<_> = ["a", "b", "c"].map(|sku| need(sku, "10 each", "2026-11-30")).into();
    let offers = ["a", "b", "c"].map(|sku| offer(sku, "s", "2 EUR"));
    let freight = SupplierTerms {
        freight: Some(money("5 EUR")),
        free_freight_from: Some(money("60 EUR")),
        ..terms("s")
    };
    let options = DraftOptions {
        items: vec![goes("a", "south"), goes("b", "north")],
        location: "south".parse().ok(),
        ..DraftOptions::default()
    };
    let case = Case::new(&needs, &offers, &[freight]).with(options.clone());
    let drafts = case.drafts();
    let told: Vec<_> = drafts
        .iter()
        .map(|draft| {
            let skus: Vec<_> = draft.lines.iter().map(|line| line.sku.as_str()).collect();
            (draft.location.as_ref().unwrap().as_str(), skus.join(" "), draft.total.to_string())
        })
        .collect();
    let expected = [("north", "b", "25.00 EUR"), ("south", "a c", "45.00 EUR")];
    assert_eq!(
        told,
        expected.map(|(place, skus, total)| (place, skus.to_owned(), total.to_owned()))
    );
    assert_ne!(drafts[0].id, drafts[1].id);
    for draft in &drafts {
        assert_eq!(
            draft.notes,
            ["one of 2 orders, divided by location; together they pay 10.00 EUR more freight and \
              charges than one"]
        );
    }
    // Together, each line says where it goes.
    let rules = DraftRules { locations_together: true, ..DraftRules::default() };
    let draft = case.with(DraftOptions { rules, ..options }).only();
    assert_eq!((draft.location, draft.total), (None, money("60 EUR")));
    let places: Vec<_> =
        draft.lines.iter().map(|line| line.location.as_ref().unwrap().as_str()).collect();
    assert_eq!(places, ["south", "north", "south"]);
}

#[test]
fn a_part_below_the_minimum_says_so() {
    let minimum = SupplierTerms { minimum_order_value: Some(money("50 EUR")), ..terms("s") };
    let apart = [need("a", "20 each", "2026-11-25"), need("a", "10 each", "2026-12-30")];
    let mut case = Case::new(&apart, &[offer("a", "s", "2 EUR")], &[minimum]);
    case.context.options.rules.by_delivery_day = true;
    let drafts = case.drafts();
    assert_eq!(drafts[0].total, money("40 EUR"));
    let refused = "10.00 EUR below the supplier's minimum order value: it refuses such an order";
    assert_eq!(drafts[0].notes, [refused, "one of 2 orders, divided by delivery day"]);
}

#[test]
fn currencies_of_one_supplier_are_orders_of_their_own() {
    let needs = [need("a", "10 each", "2026-11-30"), need("b", "10 each", "2026-11-30")];
    let offers = [offer("a", "s", "2 USD"), offer("b", "s", "1 EUR")];
    let handling = SupplierTerms { handling: Some(money("3 EUR")), ..terms("s") };
    let drafts =
        Case::new(&needs, &offers, &[handling]).at_rates(&[rate("USD", "EUR", "0.75")]).drafts();
    let totals: Vec<_> = drafts.iter().map(|draft| draft.total.to_string()).collect();
    assert_eq!(totals, ["13.00 EUR", "24.00 USD"]);
    assert_eq!(drafts[0].notes, ["one of 2 orders, divided by currency"]);
}

#[test]
fn delivery_is_as_late_as_nothing_is_late_on_a_day_of_the_supplier() {
    let tuesdays_and_fridays = |cut_off: &str| SupplierTerms {
        calendar: Some(Calendar {
            order_days: "Mon Wed".parse().unwrap(),
            delivery_days: "Tue Fri".parse().unwrap(),
            holidays: vec![day("2026-12-04")],
            cut_off: cut_off.parse().ok(),
        }),
        utc_offset: "+02:00".parse().ok(),
        ..terms("s")
    };
    let days = |needs: &[Need], time: &str| {
        let mut case = Case::new(
            needs,
            &[offer("a", "s", "1 EUR"), offer("b", "s", "1 EUR")],
            &[tuesdays_and_fridays("11:00")],
        );
        case.context.time = time.parse().ok();
        let draft = case.only();
        let by = draft.order_by.unwrap();
        (
            draft.requested_delivery.to_string(),
            format!("{} {}", by.day, by.time.unwrap()),
            draft.notes,
        )
    };
    let told = |requested: &str, by: &str, notes: &[&str]| {
        (
            requested.to_owned(),
            by.to_owned(),
            notes.iter().map(|&note| note.to_owned()).collect::<Vec<_>>(),
        )
    };
    // Monday early: on the way by Tuesday. Needed on Thursday, so Tuesday it is.
    assert_eq!(
        days(&[need("a", "1 each", "2026-11-26")], "08:00"),
        told("2026-11-24", "2026-11-23 11:00", &[])
    );
    // Needed on Sunday a week later: the Friday before is a holiday, so the Tuesday.
    assert_eq!(
        days(&[need("a", "1 each", "2026-12-06")], "08:00"),
        told("2026-12-01", "2026-11-30 11:00", &[])
    );
    // The earliest need decides.
    let two = [need("a", "1 each", "2026-12-06"), need("b", "1 each", "2026-11-29")];
    assert_eq!(days(&two, "08:00"), told("2026-11-27", "2026-11-25 11:00", &[]));
    // 09:30 in UTC is half an hour after the cut-off there: taken on Wednesday, there on Friday.
    assert_eq!(
        days(&[need("a", "1 each", "2026-11-26")], "09:30"),
        told(
            "2026-11-27",
            "2026-11-25 11:00",
            &[
                "the supplier takes the order on 2026-11-25",
                "ordered now, a can come on 2026-11-27, not on 2026-11-24 as it was allocated",
                "a comes 1 day after it is needed on 2026-11-26"
            ]
        )
    );
    // By delivery day, each line has its own.
    let mut case = Case::new(
        &two,
        &[offer("a", "s", "1 EUR"), offer("b", "s", "1 EUR")],
        &[tuesdays_and_fridays("11:00")],
    );
    case.context.options.rules.by_delivery_day = true;
    let requested: Vec<_> =
        case.drafts().iter().map(|draft| draft.requested_delivery.to_string()).collect();
    assert_eq!(requested, ["2026-11-27", "2026-12-01"]);
}

#[test]
fn what_needs_longer_does_not_keep_the_rest_waiting() {
    let slow = Offer { lead_time_days: 5, ..offer("b", "s", "1 EUR") };
    let needs = [need("a", "1 each", "2026-11-25"), need("b", "1 each", "2026-12-01")];
    let draft = Case::new(&needs, &[offer("a", "s", "1 EUR"), slow], &[]).only();
    assert_eq!(draft.requested_delivery, day("2026-11-25"));
    assert!(draft.lines[1].arrival > draft.requested_delivery);
    assert_eq!(draft.expected_arrival, draft.lines[1].arrival);
    assert_eq!(draft.notes, [""; 0]);
}

#[test]
fn an_offer_that_ends_sooner_is_ordered_sooner() {
    let ending = Offer { valid_until: Some(day("2026-11-25")), ..offer("a", "s", "1 EUR") };
    let draft = Case::new(&[need("a", "1 each", "2026-12-20")], &[ending], &[]).only();
    assert_eq!(draft.requested_delivery, day("2026-12-20"));
    let by = draft.order_by.unwrap();
    assert_eq!((by.day, by.time, by.utc_offset), (day("2026-11-25"), None, None));
}

#[test]
fn numbers_follow_the_sequence_and_end_where_it_does() {
    let needs = ["a", "b"].map(|sku| need(sku, "1 each", "2026-11-30"));
    let offers = [offer("a", "t", "1 EUR"), offer("b", "s", "1 EUR")];
    let numbered = |next, digits| {
        let numbering = Some(Numbering { prefix: "PO-".to_owned(), next, digits });
        Case::new(&needs, &offers, &[]).with(DraftOptions { numbering, ..DraftOptions::default() })
    };
    let drafts = numbered(98, 3).result().unwrap();
    let numbers: Vec<_> = drafts
        .purchase_orders
        .iter()
        .map(|draft| (draft.supplier.as_str(), draft.number.as_deref().unwrap()))
        .collect();
    assert_eq!(numbers, [("s", "PO-098"), ("t", "PO-099")]);
    assert_eq!(drafts.next_number, Some(100));
    assert_eq!(numbered(98, 3).result().unwrap(), drafts);
    assert_eq!(numbered(99, 2).problem(), problem("number_overflow", "options.numbering.next"));
    assert_eq!(
        numbered(u64::MAX, 15).problem(),
        problem("number_overflow", "options.numbering.next")
    );
    assert_eq!(numbered(1, 0).problem(), problem("digits_invalid", "options.numbering.digits"));
    assert_eq!(numbered(1, 16).problem(), problem("digits_invalid", "options.numbering.digits"));
    let bad = Numbering { prefix: "\n".to_owned(), next: 1, digits: 1 };
    let bad = DraftOptions { numbering: Some(bad), ..DraftOptions::default() };
    let bad = Case::new(&needs, &offers, &[]).with(bad);
    assert_eq!(bad.problem(), problem("prefix_invalid", "options.numbering.prefix"));
}

#[test]
fn freight_by_weight_is_that_of_each_part() {
    let band = |from: &str, freight: &str| FreightBand {
        from: OrderSize::Weight(from.parse().unwrap()),
        freight: money(freight),
    };
    let terms = SupplierTerms {
        freight: Some(money("4 EUR")),
        freight_bands: vec![band("10 kg", "9 EUR"), band("30 kg", "20 EUR")],
        ..terms("s")
    };
    let heavy = Offer { pack_weight: "1500 g".parse().ok(), ..offer("a", "s", "2 EUR") };
    let apart = [need("a", "20 each", "2026-11-25"), need("a", "5 each", "2026-12-30")];
    let mut case = Case::new(&apart, &[heavy], &[terms]);
    assert_eq!(case.only().freight, money("20 EUR"));
    case.context.options.rules.by_delivery_day = true;
    let freight: Vec<_> = case.drafts().iter().map(|draft| draft.freight.to_string()).collect();
    assert_eq!(freight, ["20.00 EUR", "4.00 EUR"]);
    // Without offers no weight is known: the whole order costs what the allocation says.
    let allocation = case.allocation();
    case.context.offers.clear();
    let error = draft_purchase_orders(&allocation, &case.context).unwrap_err();
    assert!(error.to_string().starts_with("`terms[0].weight`"), "{error}");
    case.context.options.rules.by_delivery_day = false;
    let drafts = draft_purchase_orders(&allocation, &case.context).unwrap();
    assert_eq!(drafts.purchase_orders[0].freight, money("20 EUR"));
}
