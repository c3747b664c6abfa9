//! Every reason for which an offer cannot serve, with what would help; and what is refused.

use crate::market::{at, compared, money, need, offer, options, quantity, so_far, terms};
use replenish::{
    inventory::Calendar,
    sourcing::{
        ComparisonPolicy, ExchangeRate, Exclusion, Need, Offer, SourcingOptions, SupplierTerms,
        compare,
    },
    unit::{Day, Probability},
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn share(value: f64) -> Option<Probability> {
    Probability::new(value).ok()
}

fn dollars(date: &str) -> ExchangeRate {
    ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "EUR".parse().unwrap(),
        rate: "0.9".parse().unwrap(),
        date: day(date),
    }
}

/// What is asked: ten apples of a farm that can serve.
struct Asked {
    offer: Offer,
    terms: SupplierTerms,
    need: Need,
    options: SourcingOptions,
}

/// A reason by its name on the wire, what its remedy says, and what brings it about.
type Case = (&'static str, &'static str, fn(&mut Asked));

const CASES: [Case; 16] = [
    ("invalid", "a corrected offer", |asked| asked.offer.price_breaks.clear()),
    ("exchange_rate_missing", "an exchange rate for USD", |asked| {
        asked.offer.price_breaks[0].unit_price = money("1 USD");
    }),
    ("exchange_rate_too_old", "a newer exchange rate for USD than that of 2026-11-10", |asked| {
        asked.offer.price_breaks[0].unit_price = money("1 USD");
        asked.options.exchange_rates.push(dollars("2026-11-10"));
        asked.options.exchange_rate_max_age_days = Some(5);
    }),
    ("not_yet_valid", "ordering on 2026-11-22 or later", |asked| {
        asked.offer.valid_from = Some(day("2026-11-22"));
    }),
    ("expired", "a new offer; this one held until 2026-11-20", |asked| {
        asked.offer.valid_until = Some(day("2026-11-20"));
    }),
    ("not_enough", "more than the 9 each there are", |asked| {
        asked.offer.available = Some(quantity("9 each"));
    }),
    ("availability_too_old", "2026-11-10", |asked| {
        asked.offer.available = Some(quantity("90 each"));
        asked.offer.available_as_of = Some(day("2026-11-10"));
        asked.options.availability_max_age_days = Some(5);
    }),
    ("maximum_exceeded", "a maximum above 20 each", |asked| {
        asked.offer.pack_size = quantity("24 each");
        asked.need.maximum_quantity = Some(quantity("20 each"));
    }),
    ("too_late", "arrival by 2026-11-28 instead of 2026-11-29", |asked| {
        asked.offer.lead_time_days = 8;
    }),
    ("shelf_life_too_short", "9 days instead of 5", |asked| {
        asked.offer.shelf_life_days = Some(5);
        asked.need.minimum_shelf_life_days = Some(9);
    }),
    ("blocked", "recall", |asked| asked.offer.blocked = Some("recall".to_owned())),
    ("supplier_blocked", "insolvent", |asked| asked.terms.blocked = Some("insolvent".to_owned())),
    ("supplier_forbidden", "forbidden suppliers", |asked| {
        asked.options.forbidden_suppliers.push("farm".parse().unwrap());
    }),
    ("supplier_not_allowed", "adding farm", |asked| {
        asked.need.suppliers = Some(vec!["mill".parse().unwrap()]);
    }),
    ("on_time_too_low", "0.8", |asked| {
        asked.offer.on_time = share(0.8);
        asked.options.minimum_on_time = share(0.9);
    }),
    ("quality_too_low", "0.7", |asked| {
        asked.terms.quality = share(0.7);
        asked.options.minimum_quality = share(0.9);
    }),
];

#[test]
fn each_reason_with_its_remedy() {
    for (kind, remedy, bring_about) in CASES {
        let mut asked = Asked {
            offer: at("a", "farm", "1 EUR"),
            terms: terms("farm"),
            need: need("10 each"),
            options: options(),
        };
        let result = |Asked { offer, terms, need, options }: &Asked| {
            let offers = [offer.clone(), at("fine", "mill", "9 EUR")];
            compare(need, &offers, std::slice::from_ref(terms), &[], options).unwrap()
        };
        assert_eq!(result(&asked).chosen.unwrap().as_str(), "a", "{kind}");
        bring_about(&mut asked);
        let found = result(&asked);
        assert_eq!(found.chosen.unwrap().as_str(), "fine", "{kind}");
        let [excluded] = found.excluded.as_slice() else { unreachable!() };
        let wire = serde_json::to_value(excluded).unwrap();
        assert_eq!((&wire["offer"], &wire["supplier"]), (&"a".into(), &"farm".into()));
        assert_eq!(wire["reason"]["type"], kind);
        assert!(excluded.remedy.contains(remedy), "{kind}: {}", excluded.remedy);
    }
}

#[test]
fn the_same_offer_serves_once_the_remedy_is_there() {
    let wanted = need("10 each");
    let calendar = Calendar { delivery_days: "Mon".parse().unwrap(), ..Calendar::default() };
    let farm = SupplierTerms { calendar: Some(calendar), ..terms("farm") };
    let late = [at("a", "farm", "1 EUR"), at("b", "mill", "9 EUR")];
    // Ordered on Saturday the 21st, there on Monday the 23rd; needed on Sunday.
    let soon = Need { need_by: day("2026-11-22"), ..wanted.clone() };
    let found = compared(&soon, &late, std::slice::from_ref(&farm));
    assert_eq!(found.ranked.len(), 2); // none is in time, both are the fastest
    let slow = Offer { lead_time_days: 3, ..late[0].clone() };
    let found = compared(&wanted, &[slow.clone(), late[1].clone()], std::slice::from_ref(&farm));
    let latest = day("2026-11-28");
    let reason = Exclusion::TooLate { arrival: day("2026-11-30"), latest };
    assert_eq!(found.excluded[0].reason, reason);
    let later = Need { need_by: day("2026-11-30"), ..wanted };
    let found = compared(&later, &[slow, late[1].clone()], &[farm]);
    assert_eq!(found.ranked[0].offer.as_str(), "a");
}

#[test]
fn a_bad_offer_is_excluded_with_its_field() {
    let wanted = need("10 each");
    for (bad, path) in [
        (at("a", "farm", "-1 EUR"), "price_breaks[0].unit_price"),
        (
            offer("a", "farm", &[("5 each", "2 EUR"), ("5 each", "1 EUR")]),
            "price_breaks[1].minimum_quantity",
        ),
        (Offer { pack_size: quantity("1 kg"), ..at("a", "farm", "1 EUR") }, "pack_size"),
        (Offer { pack_size: quantity("0 each"), ..at("a", "farm", "1 EUR") }, "pack_size"),
    ] {
        let found = compared(&wanted, &[bad], &[]);
        let Exclusion::Invalid { problem } = &found.excluded[0].reason else { unreachable!() };
        assert_eq!(problem.path, path);
        assert!(found.ranked.is_empty() && found.chosen.is_none() && found.policy_cost.is_none());
    }
    // Terms that cannot be accepted exclude their supplier's offers.
    let farm = SupplierTerms { freight: Some(money("-1 EUR")), ..terms("farm") };
    let found = compared(&wanted, &[at("a", "farm", "1 EUR")], &[farm]);
    assert!(found.excluded[0].remedy.contains("freight"), "{}", found.excluded[0].remedy);
}

#[test]
fn what_nothing_can_be_answered_without_is_refused() {
    let offers = [at("a", "farm", "1 EUR")];
    let fine = need("10 each");
    let weights = |cost, time, risk| SourcingOptions {
        policy: ComparisonPolicy::Weighted { cost, time, risk },
        ..options()
    };
    let code = |need: &Need, terms: &[SupplierTerms], goods: &str, options: &SourcingOptions| {
        let there = [so_far("farm", goods)];
        compare(need, &offers, terms, &there, options).unwrap_err().to_string()
    };
    for (message, field) in [
        (code(&need("0 each"), &[], "0 EUR", &options()), "`quantity`"),
        (code(&fine, &[terms("farm"), terms("farm")], "0 EUR", &options()), "`terms`"),
        (code(&fine, &[], "5 USD", &options()), "`so_far[0].goods`"),
        (code(&fine, &[], "-5 EUR", &options()), "`so_far[0].goods`"),
        (code(&fine, &[], "0 EUR", &weights(1.0, -1.0, 0.0)), "`policy.time`"),
        (code(&fine, &[], "0 EUR", &weights(f64::NAN, 1.0, 0.0)), "`policy.cost`"),
        (code(&fine, &[], "0 EUR", &weights(0.0, 0.0, 0.0)), "`policy`"),
        (
            code(
                &Need { shortage_cost: Some(money("-1 EUR")), ..fine.clone() },
                &[],
                "0 EUR",
                &options(),
            ),
            "`shortage_cost`",
        ),
    ] {
        assert!(message.starts_with(field), "{message}");
    }
}
