//! Tests of which offers can serve.

use super::{
    ContractPrice, ExchangeRate, ExcludedOffer, Exclusion, FreightBand, LineCharges, Need, Offer,
    OrderSize, PriceBreak, RebateTier, SourcingOptions, SubstituteProduct, SupplierTerms,
    YearlyRebate, eligible::Market,
};
use crate::{
    inventory::{Calendar, Requirement},
    unit::{Money, Probability, Quantity, Unit},
};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn offer(id: &str) -> Offer {
    let (supplier, sku) = ("s".parse().unwrap(), "a".parse().unwrap());
    Offer {
        lead_time_days: 2,
        ..Offer::new(id.parse().unwrap(), supplier, sku, money("2 EUR"), Unit::EACH)
    }
}

fn need() -> Need {
    let requirement = Requirement {
        sku: "a".parse().unwrap(),
        quantity: quantity("10 each"),
        need_by: "2026-11-30".parse().unwrap(),
    };
    requirement.into()
}

fn options() -> SourcingOptions {
    SourcingOptions::new("2026-11-21".parse().unwrap(), "EUR".parse().unwrap())
}

fn terms() -> SupplierTerms {
    SupplierTerms::none("s".parse().unwrap())
}

fn excluded(
    offer: &Offer,
    terms: &SupplierTerms,
    need: &Need,
    options: &SourcingOptions,
) -> ExcludedOffer {
    let (offers, terms) = (std::slice::from_ref(offer), std::slice::from_ref(terms));
    let market = Market::new(offers, terms, options).unwrap();
    let (candidates, mut excluded) = market.candidates(need).unwrap();
    assert!(candidates.is_empty(), "{candidates:?}");
    excluded.remove(0)
}

/// The remedy of the one offer there is.
fn remedy(offer: &Offer, terms: &SupplierTerms, need: &Need, options: &SourcingOptions) -> String {
    excluded(offer, terms, need, options).remedy
}

#[test]
fn what_excludes_an_offer_has_its_remedy() {
    let day = |text: &str| text.parse().ok();
    let with = |change: &dyn Fn(&mut Offer)| {
        let mut changed = offer("o");
        change(&mut changed);
        remedy(&changed, &terms(), &need(), &options())
    };
    assert_eq!(with(&|o| o.valid_from = day("2026-11-22")), "ordering on 2026-11-22 or later");
    assert_eq!(
        with(&|o| o.valid_until = day("2026-11-20")),
        "a new offer; this one held until 2026-11-20"
    );
    let nine = "more than the 9 each there are, in packs of 1 each and at least 0 each";
    assert_eq!(with(&|o| o.available = Some(quantity("9 each"))), nine);
    let contract = ContractPrice { unit_price: money("1 EUR"), remaining: quantity("9 each") };
    assert_eq!(with(&|o| (o.price_breaks, o.contract) = (Vec::new(), Some(contract))), nine);
    assert_eq!(
        with(&|o| {
            o.available = Some(quantity("12 each"));
            o.minimum_order_quantity = quantity("13 each");
        }),
        "more than the 12 each there are, in packs of 1 each and at least 13 each"
    );
    assert_eq!(
        with(&|o| o.blocked = Some("recall".to_owned())),
        "lifting the block of the offer: recall"
    );
    assert_eq!(
        with(&|o| o.price_breaks[0].unit_price = money("0 EUR")),
        "a corrected offer: `price_breaks[0].unit_price`: expected a price of more than zero, got \
         `0.00 EUR`"
    );
    let stated = Offer {
        available: Some(quantity("99 each")),
        available_as_of: day("2026-11-17"),
        ..offer("o")
    };
    let fresh = SourcingOptions { availability_max_age_days: Some(3), ..options() };
    assert_eq!(
        remedy(&stated, &terms(), &need(), &fresh),
        "what the supplier has today; it was last said on 2026-11-17"
    );
}

#[test]
fn what_excludes_it_for_a_need_has_its_remedy() {
    let thirteen = Offer { minimum_order_quantity: quantity("13 each"), ..offer("o") };
    let twelve = Need { maximum_quantity: Some(quantity("12 each")), ..need() };
    assert_eq!(
        remedy(&thirteen, &terms(), &twelve, &options()),
        "a maximum above 12 each, or packs below 1 each and less than 13 each at least"
    );
    let keeps = Offer { shelf_life_days: Some(5), ..offer("o") };
    let lasting = Need { minimum_shelf_life_days: Some(6), ..need() };
    assert_eq!(
        remedy(&keeps, &terms(), &lasting, &options()),
        "goods that keep for 6 days instead of 5"
    );
    let other = Need { suppliers: Some(vec!["t".parse().unwrap()]), ..need() };
    assert_eq!(
        remedy(&offer("o"), &terms(), &other, &options()),
        "adding s to the suppliers allowed for a"
    );
}

#[test]
fn what_excludes_a_supplier_has_its_remedy() {
    let with = |terms: SupplierTerms| {
        let strict = Probability::new(0.9).ok();
        let options =
            SourcingOptions { minimum_on_time: strict, minimum_quality: strict, ..options() };
        remedy(&offer("o"), &terms, &need(), &options)
    };
    let share = Probability::new(0.8).ok();
    assert_eq!(
        with(SupplierTerms { on_time: share, ..terms() }),
        "deliveries in time of 0.9 instead of 0.8"
    );
    assert_eq!(
        with(SupplierTerms { quality: share, ..terms() }),
        "deliveries as ordered of 0.9 instead of 0.8"
    );
    assert_eq!(
        with(SupplierTerms { blocked: Some("audit".to_owned()), ..terms() }),
        "lifting the block of the supplier: audit"
    );
    assert_eq!(
        with(SupplierTerms { freight: Some(money("-1 EUR")), ..terms() }),
        "corrected terms of s: `terms.freight`: expected an amount of zero or more, got `-1.00 EUR`"
    );
    assert_eq!(
        with(SupplierTerms { freight: Some(money("1 GBP")), ..terms() }),
        "an exchange rate for GBP of today or earlier"
    );
    let forbidden =
        SourcingOptions { forbidden_suppliers: vec!["s".parse().unwrap()], ..options() };
    assert_eq!(
        remedy(&offer("o"), &terms(), &need(), &forbidden),
        "taking s off the forbidden suppliers"
    );
}

#[test]
fn nothing_is_exchanged_at_a_rate_that_nobody_stated() {
    let mut usd = offer("o");
    usd.price_breaks[0].unit_price = money("2 USD");
    let rate = ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "EUR".parse().unwrap(),
        rate: "0.9".parse().unwrap(),
        date: "2026-11-01".parse().unwrap(),
    };
    assert_eq!(
        remedy(&usd, &terms(), &need(), &options()),
        "an exchange rate for USD of today or earlier"
    );
    let rated = |max_age| SourcingOptions {
        exchange_rates: vec![rate],
        exchange_rate_max_age_days: max_age,
        ..options()
    };
    assert_eq!(
        remedy(&usd, &terms(), &need(), &rated(Some(19))),
        "a newer exchange rate for USD than that of 2026-11-01"
    );
    let (offers, options) = ([usd], rated(Some(20)));
    let market = Market::new(&offers, &[], &options).unwrap();
    let (candidates, _) = market.candidates(&need()).unwrap();
    let purchase = candidates[0].price(10).unwrap().purchase;
    assert_eq!((purchase.amount, purchase.goods), (money("20 USD"), money("18.00 EUR")));
    assert_eq!(market.convert(money("1 USD")).unwrap(), money("0.9 EUR"));
}

#[test]
fn the_late_ones_are_looked_at_when_none_is_in_time() {
    let after = |id: &str, lead_time_days| Offer { lead_time_days, ..offer(id) };
    let offers = [after("slow", 30), after("late", 12), after("near", 12), after("quick", 9)];
    let options = options();
    let found = |offers: &[Offer]| {
        let market = Market::new(offers, &[], &options).unwrap();
        let (candidates, excluded) = market.candidates(&need()).unwrap();
        let ids: Vec<_> = candidates.iter().map(|c| c.offer.id.to_string()).collect();
        (ids.join(" "), excluded.iter().map(|e| e.offer.to_string()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(found(&offers), ("quick".to_owned(), "slow late near".to_owned()));
    assert_eq!(found(&offers[..3]), ("late near".to_owned(), "slow".to_owned()));
}

#[test]
fn the_order_day_is_the_suppliers() {
    let calendar = Calendar {
        order_days: "Mon Thu".parse().unwrap(),
        delivery_days: "Tue Fri".parse().unwrap(),
        holidays: vec!["2026-11-27".parse().unwrap()],
        cut_off: "10:00".parse().ok(),
    };
    let terms =
        [SupplierTerms { calendar: Some(calendar), utc_offset: "+09:00".parse().ok(), ..terms() }];
    let days = |today: &str, time: &str| {
        let options =
            SourcingOptions { today: today.parse().unwrap(), time: time.parse().ok(), ..options() };
        let offers = [offer("o")];
        let market = Market::new(&offers, &terms, &options).unwrap();
        let (candidates, _) = market.candidates(&need()).unwrap();
        (candidates[0].order_day.to_string(), candidates[0].arrival.to_string())
    };
    let pair = |order: &str, arrival: &str| (order.to_owned(), arrival.to_owned());
    // Sunday the 22nd, 23:00 in UTC, is Monday 08:00 there; two days later is Wednesday, and Friday
    // is a holiday.
    assert_eq!(days("2026-11-22", "23:00"), pair("2026-11-23", "2026-12-01"));
    // At 10:30 it is too late for Monday: Thursday it is.
    assert_eq!(days("2026-11-23", "01:30"), pair("2026-11-26", "2026-12-01"));
    assert_eq!(days("2026-11-23", ""), pair("2026-11-23", "2026-12-01"));
    // An offer that ends before the supplier takes the order has ended.
    let ends = Offer { valid_until: "2026-11-22".parse().ok(), ..offer("o") };
    let reason = excluded(&ends, &terms[0], &need(), &options()).reason;
    assert_eq!(reason, Exclusion::Expired { valid_until: "2026-11-22".parse().unwrap() });
    let never = Calendar {
        holidays: (0..400).map(|later| options().today.plus_days(later).unwrap()).collect(),
        ..Calendar::default()
    };
    let closed = SupplierTerms { calendar: Some(never), ..self::terms() };
    let Exclusion::Invalid { problem } = excluded(&offer("o"), &closed, &need(), &options()).reason
    else {
        panic!("a calendar that never opens")
    };
    assert_eq!(problem.path, "terms.calendar.holidays");
}

#[test]
fn a_part_will_do_where_a_need_may_be_shared_or_left_open() {
    let offers = [Offer { available: Some(quantity("4 each")), ..offer("o") }];
    let options = options();
    let market = Market::new(&offers, &[], &options).unwrap();
    let able = |need: &Need| {
        let (candidates, _) = market.candidates(need).unwrap();
        candidates.first().map(|candidate| candidate.sensible_packs(need).unwrap())
    };
    assert_eq!(able(&need()), None);
    assert_eq!(able(&Need { maximum_sources: 2, ..need() }), Some(vec![4]));
    assert_eq!(able(&Need { shortage_cost: Some(money("9 EUR")), ..need() }), Some(vec![4]));
}

#[test]
fn freight_by_weight_needs_weights() {
    let from = OrderSize::Weight(quantity("10 kg"));
    let band = FreightBand { from, freight: money("5 EUR") };
    let by_weight = SupplierTerms { freight_bands: vec![band], ..terms() };
    let Exclusion::Invalid { problem } =
        excluded(&offer("o"), &by_weight, &need(), &options()).reason
    else {
        panic!("a weight that nobody knows")
    };
    assert_eq!((problem.code, problem.path.as_str()), ("weight_missing", "pack_weight"));
    let offers = [Offer { pack_weight: Some(quantity("1.5 kg")), ..offer("o") }];
    let (terms, options) = ([by_weight], options());
    let market = Market::new(&offers, &terms, &options).unwrap();
    let (candidates, _) = market.candidates(&need()).unwrap();
    let priced = candidates[0].price(10).unwrap();
    let supplier = &offers[0].supplier;
    assert!(market.by_weight(supplier));
    let charges = market.charges(supplier, &[priced.value], priced.weight).unwrap();
    assert_eq!(charges.freight, money("5.00 EUR"));
    assert_eq!(market.charges(supplier, &[], None).unwrap().total().unwrap(), money("0 EUR"));
    assert_eq!(market.order_modes(supplier).unwrap().len(), 2);
}

#[test]
fn offers_that_contradict_themselves_name_the_field() {
    let price = |from: &str, price: &str| PriceBreak {
        minimum_quantity: quantity(from),
        unit_price: money(price),
    };
    let two = |second| vec![price("1 each", "2 EUR"), second];
    let contract = |price: &str| {
        Some(ContractPrice { unit_price: money(price), remaining: quantity("1 each") })
    };
    let charged = |change: &dyn Fn(&mut LineCharges)| {
        let mut offer = offer("o");
        change(&mut offer.charges);
        offer
    };
    let plain = || offer("o");
    let deposit = |per_pack: &str, returned: &str| {
        let (per_pack, returned) = (money(per_pack), returned.parse().unwrap());
        Some(super::Deposit { per_pack, returned })
    };
    for (offer, expected) in [
        (Offer { price_breaks: vec![], ..plain() }, "price_missing price_breaks"),
        (
            Offer { price_breaks: two(price("1 each", "1 EUR")), ..plain() },
            "price_breaks_invalid price_breaks[1].minimum_quantity",
        ),
        (
            Offer { price_breaks: two(price("2 kg", "1 EUR")), ..plain() },
            "price_breaks_invalid price_breaks[1].minimum_quantity",
        ),
        (
            Offer { price_breaks: two(price("5 each", "3 EUR")), ..plain() },
            "price_breaks_rising price_breaks[1].unit_price",
        ),
        (
            Offer { price_breaks: two(price("5 each", "-1 EUR")), ..plain() },
            "price_negative price_breaks[1].unit_price",
        ),
        (
            Offer { price_breaks: two(price("5 each", "0 EUR")), ..plain() },
            "price_zero price_breaks[1].unit_price",
        ),
        (
            Offer { price_breaks: two(price("5 each", "1 USD")), ..plain() },
            "currency_mixed price_breaks[1].unit_price",
        ),
        (Offer { contract: contract("0 EUR"), ..plain() }, "price_zero contract.unit_price"),
        (Offer { contract: contract("1 USD"), ..plain() }, "currency_mixed contract.unit_price"),
        (Offer { pack_size: quantity("0 each"), ..plain() }, "pack_size_invalid pack_size"),
        (Offer { pack_weight: Some(quantity("1 l")), ..plain() }, "unit_mixed pack_weight"),
        (
            Offer { order_multiple_packs: Some(0), ..plain() },
            "order_multiple_invalid order_multiple_packs",
        ),
        (
            Offer { minimum_order_quantity: quantity("-1 each"), ..plain() },
            "quantity_negative minimum_order_quantity",
        ),
        (
            Offer {
                valid_from: "2026-02-01".parse().ok(),
                valid_until: "2026-01-01".parse().ok(),
                ..plain()
            },
            "validity_ends_before_it_begins valid_until",
        ),
        (
            charged(&|c| c.handling_per_pack = Some(money("-1 EUR"))),
            "terms_negative charges.handling_per_pack",
        ),
        (
            charged(&|c| c.rebate_per_unit = Some(money("2 EUR"))),
            "rebate_above_price charges.rebate_per_unit",
        ),
        (
            charged(&|c| c.deposit = deposit("-1 EUR", "1")),
            "terms_negative charges.deposit.per_pack",
        ),
        (
            charged(&|c| c.deposit = deposit("1 EUR", "1.5")),
            "share_above_one charges.deposit.returned",
        ),
    ] {
        let problem = offer.check().unwrap_err();
        assert_eq!(format!("{} {}", problem.code, problem.path), expected);
    }
    // Where an offer cannot be converted it is out as well, with the field.
    let litres = Offer { pack_size: quantity("1 l"), ..plain() };
    let Exclusion::Invalid { problem } = excluded(&litres, &terms(), &need(), &options()).reason
    else {
        panic!("litres are no pieces")
    };
    assert_eq!((problem.code, problem.path.as_str()), ("unit_mixed", "pack_size"));
    let never = Offer { lead_time_days: u32::MAX, ..plain() };
    let Exclusion::Invalid { problem } = excluded(&never, &terms(), &need(), &options()).reason
    else {
        panic!("eleven million years are no day")
    };
    assert_eq!((problem.code, problem.path.as_str()), ("day_out_of_range", "lead_time_days"));
}

#[test]
fn terms_that_contradict_themselves_name_the_field() {
    let value = |text: &str| OrderSize::Value(money(text));
    let weight = |text: &str| OrderSize::Weight(quantity(text));
    let bands = |froms: &[OrderSize]| {
        let band = |&from: &OrderSize| FreightBand { from, freight: money("1 EUR") };
        SupplierTerms { freight_bands: froms.iter().map(band).collect(), ..terms() }
    };
    let tiers = |tiers: &[(&str, &str)]| {
        let tier = |&(from, rate): &(&str, &str)| RebateTier {
            from: money(from),
            rate: rate.parse().unwrap(),
        };
        let tiers = tiers.iter().map(tier).collect();
        let yearly = YearlyRebate { purchased: money("0 EUR"), tiers };
        SupplierTerms { yearly_rebate: Some(yearly), ..terms() }
    };
    let early = |days, discount: &str| {
        let early = Some(super::EarlyPayment { days, discount: discount.parse().unwrap() });
        SupplierTerms { payment: Some(super::PaymentTerms { days: 30, early }), ..terms() }
    };
    for (terms, expected) in [
        (
            SupplierTerms { order_cost: Some(money("-1 EUR")), ..terms() },
            "terms_negative order_cost",
        ),
        (
            SupplierTerms { below_minimum_surcharge: Some(money("1 EUR")), ..terms() },
            "minimum_missing minimum_order_value",
        ),
        (bands(&[value("5 EUR"), value("5 EUR")]), "freight_bands_invalid freight_bands[1].from"),
        (bands(&[weight("1 kg"), weight("900 g")]), "freight_bands_invalid freight_bands[1].from"),
        (bands(&[weight("1 kg"), value("5 EUR")]), "freight_bands_mixed freight_bands[1].from"),
        (bands(&[value("5 EUR"), value("6 USD")]), "currency_mixed freight_bands[1].from"),
        (bands(&[weight("1 each")]), "unit_mixed freight_bands[0].from"),
        (
            tiers(&[("5 EUR", "0.02"), ("5 EUR", "0.03")]),
            "rebate_tiers_invalid yearly_rebate.tiers[1].from",
        ),
        (
            tiers(&[("5 EUR", "0.02"), ("6 EUR", "0.01")]),
            "rebate_tiers_invalid yearly_rebate.tiers[1].rate",
        ),
        (tiers(&[("5 EUR", "1.02")]), "share_above_one yearly_rebate.tiers[0].rate"),
        (tiers(&[("5 EUR", "0.0000001")]), "share_too_fine yearly_rebate.tiers[0].rate"),
        (tiers(&[("5 USD", "0.01")]), "currency_mixed yearly_rebate.tiers[0].from"),
        (early(31, "0.02"), "early_payment_late payment.early.days"),
        (early(10, "1.02"), "share_above_one payment.early.discount"),
    ] {
        let problem = terms.check().unwrap_err();
        assert_eq!(format!("{} {}", problem.code, problem.path), expected);
    }
}

#[test]
fn options_that_contradict_themselves_name_the_field() {
    let rate = ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "EUR".parse().unwrap(),
        rate: "0.9".parse().unwrap(),
        date: "2026-11-20".parse().unwrap(),
    };
    let substitute = |sku: &str, of: &str| SubstituteProduct {
        instead_of: "a".parse().unwrap(),
        sku: sku.parse().unwrap(),
        quantity: quantity(of),
        replaces: quantity("1 each"),
        penalty: None,
    };
    let plain = options;
    let supplier = || "s".parse().unwrap();
    let weights = |risk| super::ComparisonPolicy::Weighted { cost: 1.0, time: 0.0, risk };
    for (options, expected) in [
        (
            SourcingOptions { exchange_rates: vec![rate, rate], ..plain() },
            "exchange_rate_twice exchange_rates[1]",
        ),
        (
            SourcingOptions {
                exchange_rates: vec![ExchangeRate { rate: "0".parse().unwrap(), ..rate }],
                ..plain()
            },
            "exchange_rate_zero exchange_rates[0].rate",
        ),
        (
            SourcingOptions { failure_cost: Some(money("-1 EUR")), ..plain() },
            "terms_negative failure_cost",
        ),
        (
            SourcingOptions { failure_cost: Some(money("1 USD")), ..plain() },
            "exchange_rate_missing failure_cost",
        ),
        (
            SourcingOptions { substitutes: vec![substitute("a", "1 each")], ..plain() },
            "substitute_for_itself substitutes[0].sku",
        ),
        (
            SourcingOptions { substitutes: vec![substitute("b", "0 each")], ..plain() },
            "quantity_invalid substitutes[0].quantity",
        ),
        (
            SourcingOptions { substitutes: vec![substitute("b", "1 each"); 2], ..plain() },
            "substitute_twice substitutes[1]",
        ),
        (
            SourcingOptions {
                maximum_shares: [(supplier(), "1.2".parse().unwrap())].into(),
                ..plain()
            },
            "share_above_one maximum_shares.s",
        ),
        (
            SourcingOptions {
                required_suppliers: vec![supplier()],
                forbidden_suppliers: vec![supplier()],
                ..plain()
            },
            "supplier_required_and_forbidden required_suppliers",
        ),
        (SourcingOptions { policy: weights(f64::NAN), ..plain() }, "weight_invalid policy.risk"),
    ] {
        let problem = Market::new(&[], &[], &options).unwrap_err();
        assert_eq!(format!("{} {}", problem.code, problem.path), expected);
    }
    let twice = Market::new(&[], &[terms(), terms()], &plain()).unwrap_err();
    assert_eq!((twice.code, twice.path.as_str()), ("supplier_twice", "terms"));
}
