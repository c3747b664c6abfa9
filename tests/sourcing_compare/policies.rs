//! What each policy chooses, and what that costs; the published cases of other programs' rules.

use crate::market::{at, lines, money, names, need, offer, options, quantity, terms};
use replenish::{
    sourcing::{
        Comparison, ComparisonPolicy, ExchangeRate, Exclusion, Need, Offer, SourcingOptions,
        SupplierTerms, compare,
    },
    unit::Probability,
};
use serde_json::Value;

fn under(policy: ComparisonPolicy, need: &Need, offers: &[Offer]) -> Comparison {
    compare(need, offers, &[], &[], &SourcingOptions { policy, ..options() }).unwrap()
}

fn chosen(comparison: &Comparison) -> Option<&str> {
    let first = comparison.ranked.first().map(|ranked| &ranked.offer);
    let chosen = comparison.chosen.as_ref();
    assert!(chosen.is_none() || chosen == first);
    chosen.map(replenish::unit::OfferId::as_str)
}

/// Late and cheap, in time and dear, in time with a price break.
fn three() -> [Offer; 3] {
    [
        Offer { lead_time_days: 9, ..at("late", "port", "0.50 EUR") },
        at("plain", "mill", "0.95 EUR"),
        offer("broken", "farm", &[("0 each", "1.00 EUR"), ("10 each", "0.80 EUR")]),
    ]
}

#[test]
fn own_policies() {
    let wanted = need("9 each");
    let asked = |policy| under(policy, &wanted, &three());
    let list = asked(ComparisonPolicy::FirstInList);
    assert_eq!(names(&list), ["late", "plain", "broken"]);
    assert_eq!((list.ranked[0].late_days, list.ranked[1].late_days), (2, 0));
    assert_eq!(list.ranked.iter().map(|r| r.score).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
    let cost = list.policy_cost.unwrap();
    assert_eq!((cost.cheapest.as_str(), cost.difference), ("broken", money("-3.50 EUR")));
    assert_eq!(
        cost.note,
        "first_in_list buys 9 each from port (late) for 4.50 EUR, 2 days late; \
         the cheapest is 10 each from farm (broken) for 8.00 EUR"
    );
    let time = asked(ComparisonPolicy::FirstInTime);
    assert_eq!(names(&time), ["plain", "broken"]);
    assert_eq!(time.policy_cost.unwrap().difference, money("0.55 EUR"));
    let landed = asked(ComparisonPolicy::CheapestLanded);
    assert_eq!(lines(&landed)[0], ("broken", 10, "8.00 EUR".to_owned()));
    assert!(landed.policy_cost.is_none());
    assert!((landed.ranked[0].score - 8.0).abs() < 1e-12);
}

#[test]
fn the_sticker_price_is_not_the_landed_cost() {
    let freight = SupplierTerms { freight: Some(money("4 EUR")), ..terms("mill") };
    let offers = [at("low", "mill", "0.90 EUR"), at("high", "farm", "1.00 EUR")];
    let policy = ComparisonPolicy::CheapestSticker;
    let options = SourcingOptions { policy, ..options() };
    let found = compare(&need("10 each"), &offers, &[freight], &[], &options).unwrap();
    assert_eq!(names(&found), ["low", "high"]);
    assert!((found.ranked[0].score - 0.9).abs() < 1e-12);
    let cost = found.policy_cost.unwrap();
    assert_eq!((cost.cheapest.as_str(), cost.packs), ("high", 10));
    assert_eq!((cost.net_cost, cost.difference), (money("10 EUR"), money("3 EUR")));
}

#[test]
fn weights_of_cost_time_and_risk() {
    let on_time = |share| Probability::new(share).ok();
    let offers = [
        Offer { lead_time_days: 7, on_time: on_time(0.8), ..at("cheap", "farm", "1.00 EUR") },
        Offer { lead_time_days: 2, on_time: on_time(0.8), ..at("fast", "mill", "1.10 EUR") },
        Offer { lead_time_days: 7, on_time: on_time(1.0), ..at("safe", "port", "1.15 EUR") },
    ];
    let weighted = |cost, time, risk| {
        under(ComparisonPolicy::Weighted { cost, time, risk }, &need("10 each"), &offers)
    };
    assert_eq!(names(&weighted(1.0, 0.0, 0.0)), ["cheap", "fast", "safe"]);
    assert_eq!(names(&weighted(1.0, 0.7, 0.0))[0], "fast");
    let found = weighted(1.0, 0.0, 1.0);
    assert_eq!(names(&found), ["safe", "cheap", "fast"]);
    // Days are measured in those until the need, seven; cost in the lowest, 10.00.
    let found = weighted(2.0, 0.7, 0.5);
    let parts = found.ranked.iter().find(|r| r.offer.as_str() == "fast").unwrap();
    let score = parts.score_parts.unwrap();
    for (part, expected) in [(score.cost, 2.2), (score.time, 0.2), (score.risk, 0.1)] {
        assert!((part - expected).abs() < 1e-12, "{part} {expected}");
    }
    assert!((parts.score - 2.5).abs() < 1e-12);
    assert!(weighted(1.0, 0.0, 0.0).policy_cost.is_none());
    assert_eq!(weighted(1.0, 0.7, 0.0).policy_cost.unwrap().difference, money("1 EUR"));
}

#[test]
fn rules_by_preference_and_default() {
    let wanted = need("10 each");
    let days = |lead_time_days, offer: Offer| Offer { lead_time_days, ..offer };
    let prefer = |offer: Offer| Offer { preferred: true, ..offer };
    let offers =
        [days(0, at("a", "farm", "1 EUR")), at("b", "mill", "2 EUR"), at("c", "port", "3 EUR")];
    let one = [offers[0].clone(), offers[1].clone(), prefer(offers[2].clone())];
    let two = [prefer(offers[0].clone()), offers[1].clone(), prefer(offers[2].clone())];
    let asked = |policy, offers: &[Offer]| {
        let options = SourcingOptions {
            policy,
            default_suppliers: [("apple".parse().unwrap(), "mill".parse().unwrap())].into(),
            ..options()
        };
        let found = compare(&wanted, offers, &[], &[], &options).unwrap();
        chosen(&found).map(str::to_owned)
    };
    let current = ComparisonPolicy::IdempiereCurrentVendor;
    assert_eq!(asked(current, &one).as_deref(), Some("c"));
    assert_eq!(asked(current, &two), None); // two are flagged: both are unflagged
    assert_eq!(asked(current, &offers), None);
    assert_eq!(asked(current, &offers[1..2]).as_deref(), Some("b")); // the only one there is
    let main = ComparisonPolicy::OfbizMainSupplier;
    assert_eq!(asked(main, &one).as_deref(), Some("c"));
    assert_eq!(asked(main, &offers).as_deref(), Some("b")); // the first states no lead time
    assert_eq!(asked(main, &offers[..1]), None);
    let default = ComparisonPolicy::ErpnextDefaultSupplier;
    assert_eq!(asked(default, &one).as_deref(), Some("b"));
    assert_eq!(asked(default, &offers[..1]), None);
    // Whoever chooses nobody has no cost, and all offers are still listed.
    let nobody = under(current, &wanted, &offers);
    assert_eq!((names(&nobody), nobody.policy_cost.is_none()), (vec!["a", "b", "c"], true));
}

#[test]
fn programs_buy_the_fewest_packs_and_do_not_see_what_that_costs() {
    let offers = [offer("a", "farm", &[("0 each", "1.00 EUR"), ("10 each", "0.80 EUR")])];
    let found = under(ComparisonPolicy::OdooCheapestVendor, &need("9 each"), &offers);
    assert_eq!(lines(&found), [("a", 9, "9.00 EUR".to_owned())]);
    // The same offer, but one more would have cost less.
    let cost = found.policy_cost.unwrap();
    assert_eq!((cost.cheapest.as_str(), cost.packs), ("a", 10));
    assert_eq!(cost.difference, money("1 EUR"));
}

#[test]
fn odoo_knows_only_prices_whose_quantity_is_reached() {
    let first = ComparisonPolicy::OdooFirstVendor;
    let offers = [
        Offer { minimum_order_quantity: quantity("20 each"), ..at("a", "farm", "1 EUR") },
        at("b", "mill", "3 EUR"),
        at("c", "port", "2 EUR"),
    ];
    assert_eq!(names(&under(first, &need("10 each"), &offers)), ["b", "a", "c"]);
    assert_eq!(names(&under(first, &need("20 each"), &offers)), ["a", "b", "c"]);
    let cheapest = ComparisonPolicy::OdooCheapestVendor;
    assert_eq!(names(&under(cheapest, &need("10 each"), &offers)), ["c", "b", "a"]);
    // Nobody is chosen where nothing is reached, and no line is priced at nothing.
    assert_eq!(chosen(&under(cheapest, &need("10 each"), &offers[..1])), None);
    // A dozen at 18.00 a dozen is dearer than 1.40 each.
    let dozen =
        Offer { pack_size: quantity("1 dozen"), ..offer("d", "farm", &[("1 dozen", "18 EUR")]) };
    let dozen = [dozen, at("e", "mill", "1.40 EUR")];
    assert_eq!(chosen(&under(cheapest, &need("12 each"), &dozen)), Some("e"));
    assert_eq!(chosen(&under(first, &need("12 each"), &dozen)), Some("d"));
}

/// The inputs and outputs of a published case.
fn case(id: &str) -> (Value, Value) {
    let file: Value =
        serde_json::from_str(include_str!("../fixtures/golden_inventory.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["id"] == id).unwrap();
    (case["inputs"].clone(), case["outputs"].clone())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn case_tryton_best_quotation() {
    let (given, expected) = case("G097");
    let quotations = given["quotations"].as_array().unwrap().iter().map(|quotation| {
        let price = format!("{} {}", quotation["unit_price"], text(&quotation["currency"]));
        at(text(&quotation["supplier"]), text(&quotation["supplier"]), &price)
    });
    let quotations: Vec<Offer> = quotations.collect();
    let rate = ExchangeRate {
        from: "EUR".parse().unwrap(),
        to: "USD".parse().unwrap(),
        rate: given["fx"]["EURUSD"].to_string().parse().unwrap(),
        date: options().today,
    };
    let in_dollars = |policy| {
        let usd = SourcingOptions::new(options().today, "USD".parse().unwrap());
        let options = SourcingOptions { policy, exchange_rates: vec![rate], ..usd };
        compare(&need("1 each"), &quotations, &[], &[], &options).unwrap()
    };
    let theirs = in_dollars(ComparisonPolicy::TrytonBestQuotation);
    assert_eq!(chosen(&theirs), expected["tryton_picks"].as_str());
    let cost = theirs.policy_cost.unwrap();
    assert_eq!(cost.cheapest.as_str(), text(&expected["correct"]));
    assert_eq!(cost.difference, money("4.50 USD"));
    let ours = in_dollars(ComparisonPolicy::CheapestLanded);
    assert_eq!(chosen(&ours), expected["correct"].as_str());
}

#[test]
fn case_a_missing_rate_is_no_price() {
    let (given, expected) = case("G098");
    assert_eq!((given["rate"].is_null(), text(&expected["correct"])), (true, "error"));
    let price = format!("{} {}", given["price"], text(&given["from_currency"]));
    let currency = text(&given["to_currency"]).parse().unwrap();
    let options = SourcingOptions::new(options().today, currency);
    let found = compare(&need("1 each"), &[at("a", "A", &price)], &[], &[], &options).unwrap();
    let yen = text(&given["from_currency"]).parse().unwrap();
    assert_eq!(found.excluded[0].reason, Exclusion::ExchangeRateMissing { currency: yen });
}

#[test]
fn case_idempiere_sum_of_ranks() {
    let (given, expected) = case("G099");
    let lines = given["lines"].as_array().unwrap();
    let (mut ranks, mut totals) =
        (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
    for line in lines {
        let bid = |(name, price): (&String, &Value)| at(name, name, &format!("{price} EUR"));
        let bids: Vec<Offer> = line.as_object().unwrap().iter().map(bid).collect();
        let found = under(ComparisonPolicy::CheapestLanded, &need("1 each"), &bids);
        for (rank, bid) in found.ranked.iter().enumerate() {
            let name = bid.offer.to_string();
            *ranks.entry(name.clone()).or_insert(0) += rank + 1;
            let total = totals.entry(name).or_insert(money("0 EUR"));
            *total = total.plus(bid.landed_cost).unwrap();
        }
    }
    for (name, rank) in expected["rank_sum"].as_object().unwrap() {
        assert_eq!(rank.as_u64().unwrap(), ranks[name] as u64, "{name}");
        let total = format!("{} EUR", expected["totals"][name]);
        assert_eq!(money(&total), totals[name], "{name}");
    }
    let least =
        |winner: &str| totals.values().all(|total| totals[winner].amount() <= total.amount());
    assert!(least(text(&expected["cheapest"])) && !least(text(&expected["rank_sum_winner"])));
}

#[test]
fn case_tryton_first_in_time() {
    let (given, expected) = case("G100");
    let suppliers = given["suppliers_in_sequence"].as_array().unwrap().iter().map(|supplier| {
        let name = text(&supplier["name"]);
        let lead_time_days = serde_json::from_value(supplier["lead_days"].clone()).unwrap();
        Offer { lead_time_days, ..at(name, name, &format!("{} EUR", supplier["price"])) }
    });
    let suppliers: Vec<Offer> = suppliers.collect();
    let wanted = Need { need_by: text(&given["need"]).parse().unwrap(), ..need("10 each") };
    let policy = ComparisonPolicy::TrytonFirstInTime;
    let today = text(&given["today"]).parse().unwrap();
    let options = SourcingOptions { today, policy, ..options() };
    let found = compare(&wanted, &suppliers, &[], &[], &options).unwrap();
    assert_eq!(chosen(&found), expected.as_str());
    // B at 9.00 rather than C at 4.00, which is in time as well.
    let cost = found.policy_cost.unwrap();
    assert_eq!((cost.cheapest.as_str(), cost.difference), ("C", money("50 EUR")));
    let soon = Need { need_by: today, ..wanted };
    let found = compare(&soon, &suppliers, &[], &[], &options).unwrap();
    assert_eq!(chosen(&found), Some("C")); // the fastest
}

#[test]
fn case_tryton_prices_out_of_order_are_refused() {
    // Tryton takes the last line that is reached, 9 for 120; here the list has to be in order.
    let (given, expected) = case("G101");
    let prices = given["prices"].as_array().unwrap().iter().map(|price| {
        (format!("{} each", price["quantity"]), format!("{} EUR", price["unit_price"]))
    });
    let mut prices: Vec<(String, String)> = prices.collect();
    let quantity_needed = format!("{} each", given["quantity"]);
    let asked = |prices: &[(String, String)]| {
        let prices: Vec<(&str, &str)> =
            prices.iter().map(|(from, price)| (from.as_str(), price.as_str())).collect();
        let policy = ComparisonPolicy::TrytonFirstInTime;
        under(policy, &need(&quantity_needed), &[offer("a", "A", &prices)])
    };
    let Exclusion::Invalid { problem } = &asked(&prices).excluded[0].reason else { unreachable!() };
    assert_eq!(problem.path, "price_breaks[2].minimum_quantity");
    // In order, 120 reach the lowest price, and not the one that Tryton takes.
    prices.swap(1, 2);
    let price = asked(&prices).ranked[0].purchase.unit_price;
    assert_eq!(price, money("8 EUR"));
    assert_ne!(price, money(&format!("{expected} EUR")));
}

#[test]
fn case_odoo_first_and_cheapest_vendor() {
    let (given, expected) = case("G102");
    let mut vendors = given["vendors"].as_array().unwrap().clone();
    vendors.sort_by_key(|vendor| vendor["sequence"].as_u64());
    let offers: Vec<Offer> = vendors
        .iter()
        .map(|vendor| {
            let (from, price) =
                (format!("{} each", vendor["min_qty"]), vendor["price"].to_string());
            let id = format!("{}@{price}", text(&vendor["vendor"]));
            offer(&id, text(&vendor["vendor"]), &[(&from, &format!("{price} EUR"))])
        })
        .collect();
    let wanted = need(&format!("{} each", given["quantity"]));
    let first = under(ComparisonPolicy::OdooFirstVendor, &wanted, &offers);
    assert_eq!(chosen(&first), expected["first_vendor_rule"].as_str());
    let cheapest = under(ComparisonPolicy::OdooCheapestVendor, &wanted, &offers);
    assert_eq!(chosen(&cheapest), expected["cheapest_rule"].as_str());
    // Ten at 90.00 from A instead of ten at 50.00 from B.
    assert_eq!(first.policy_cost.unwrap().difference, money("400 EUR"));
    assert!(cheapest.policy_cost.is_none());
}
