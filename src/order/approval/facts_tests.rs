//! When conditions hold, fail or are unknown, and what they say then.

use super::{sample::*, *};
use serde_json::{Value, json};

/// How far a condition holds of the order, and why.
fn fires(when: Value, more: Value) -> (ApprovalStatus, bool, String) {
    let rules = rules(when, one_buyer(), json!({}));
    let decision = decide(&order(), &rules, &context(more), &[]).unwrap();
    let fired = &decision.fired[0];
    let is_fact = fired.is_certain && fired.rule == "rule";
    (decision.status, is_fact, fired.reasons.join("; "))
}

fn holds(when: Value, more: Value, reason: &str) {
    assert_eq!(fires(when, more), (ApprovalStatus::Waiting, true, reason.to_owned()));
}

fn fails(when: Value, more: Value) {
    let reason = "no rule fires for certain".to_owned();
    assert_eq!(fires(when, more), (ApprovalStatus::Approved, false, reason));
}

fn is_unknown(when: Value, more: Value, reason: &str) {
    assert_eq!(fires(when, more), (ApprovalStatus::Waiting, false, reason.to_owned()));
}

#[test]
fn thresholds_are_reached_from_and_not_below() {
    holds(json!({"amount_from": "119 EUR"}), json!({}), "total 119.00 EUR is 119.00 EUR or more");
    fails(json!({"amount_from": "119.01 EUR"}), json!({}));
    fails(json!({"amount_below": "119 EUR"}), json!({}));
    holds(json!({"amount_below": "119.01 EUR"}), json!({}), "total 119.00 EUR is below 119.01 EUR");
    let net = rules(json!({"amount_from": "101 EUR"}), one_buyer(), json!({"amount": "net"}));
    let decision = decide(&order(), &net, &context(json!({})), &[]).unwrap();
    assert_eq!(decision.status, ApprovalStatus::Approved);
}

#[test]
fn thresholds_in_another_currency_are_exchanged_or_unknown() {
    let rate =
        |rate: &str, date: &str| json!({"from": "EUR", "to": "USD", "rate": rate, "date": date});
    let rates = json!({"exchange_rates": [
        rate("9", "2026-11-22"), rate("1.1", "2026-11-20"), rate("1", "2026-11-19"),
    ]});
    let when = json!({"amount_from": "130.90 USD"});
    let words = "total 119.00 EUR, 130.90 USD, is 130.90 USD or more";
    holds(when.clone(), rates.clone(), words);
    fails(json!({"amount_from": "130.91 USD"}), rates);
    let missing = "no exchange rate from EUR to USD of 2026-11-21 or earlier is stated";
    is_unknown(when, json!({}), missing);
}

#[test]
fn suppliers_places_requesters_and_days() {
    holds(json!({"suppliers": ["farm", "mill"]}), json!({}), "the supplier is `farm`");
    fails(json!({"suppliers": ["mill"]}), json!({}));
    holds(json!({"locations": ["kitchen"]}), json!({}), "the goods go to `kitchen`");
    holds(json!({"requesters": ["rita"]}), json!({}), "`rita` asked for it");
    let two = json!({"requesters": ["rita", "sam"]});
    holds(json!({"requesters": ["sam"]}), two.clone(), "`sam` asked for it");
    fails(json!({"only_requesters": ["sam"]}), two);
    let known = json!({"known_suppliers": ["farm"]});
    fails(json!({"new_supplier": true}), known);
    holds(
        json!({"new_supplier": true}),
        json!({"known_suppliers": []}),
        "`farm` is a new supplier",
    );
    is_unknown(json!({"new_supplier": true}), json!({}), "whether `farm` is known is not stated");
    fails(json!({"late": true}), json!({}));

    let mut late = order();
    late.lines[1].arrival = "2026-11-25".parse().unwrap();
    late.location = None;
    let when = json!({"late": true, "locations": ["kitchen"]});
    let decision =
        decide(&late, &rules(when, one_buyer(), json!({})), &context(json!({})), &[]).unwrap();
    assert!(!decision.fired[0].is_certain);
    assert_eq!(decision.fired[0].reasons, ["where the goods go is not stated"]);
    let decision = decide(
        &late,
        &rules(json!({"late": true}), one_buyer(), json!({})),
        &context(json!({})),
        &[],
    );
    let reason = "`soap` arrives on 2026-11-25 and is needed by 2026-11-24";
    assert_eq!(decision.unwrap().fired[0].reasons, [reason]);
}

#[test]
fn categories_of_some_line_and_of_all() {
    let both = json!({"categories": {"apple": ["food", "fruit"], "soap": ["cleaning"]}});
    let apple = json!({"categories": {"apple": ["food", "fruit"]}});
    let food = json!({"categories": ["food"]});
    holds(food.clone(), both.clone(), "`apple` is of category food, fruit");
    holds(food, apple.clone(), "`apple` is of category food, fruit");
    let cleaning = json!({"categories": ["cleaning"]});
    is_unknown(cleaning, apple.clone(), "the category of `soap` is not stated");
    fails(json!({"categories": ["drink"]}), both.clone());
    fails(json!({"only_categories": ["food"]}), both.clone());
    holds(
        json!({"only_categories": ["fruit", "cleaning"]}),
        both,
        "`apple` is of category food, fruit, and 1 more",
    );
    is_unknown(json!({"only_categories": ["food"]}), apple, "the category of `soap` is not stated");
}

#[test]
fn prices_are_compared_with_those_last_paid() {
    let last = |apple: Value| json!({"last_paid": [apple, {"sku": "soap", "price": "3.20 EUR", "per": "1 each"}]});
    let rise = json!({"price_rise_from": "0.25"});
    // 2.00 EUR a kilogram is exactly a quarter more than 0.80 EUR for 500 g.
    let apple = json!({"sku": "apple", "price": "0.80 EUR", "per": "500 g"});
    let words = "`apple` costs 1.00 EUR for 500 g, last paid 0.80 EUR: more by 0.25 or over";
    holds(rise.clone(), last(apple), words);
    fails(rise.clone(), last(json!({"sku": "apple", "price": "0.81 EUR", "per": "500 g"})));
    // Of nobody in particular, unless the supplier's own price is known; another's is not looked
    // at.
    let others = json!({"sku": "apple", "supplier": "mill", "price": "1 EUR", "per": "1 kg"});
    is_unknown(rise.clone(), last(others), "no last price of `apple` is stated");
    let own = json!({"last_paid": [
        {"sku": "apple", "price": "1 EUR", "per": "1 kg"},
        {"sku": "apple", "supplier": "farm", "price": "2 EUR", "per": "1 kg"},
        {"sku": "soap", "price": "3 EUR", "per": "1 each"},
    ]});
    fails(rise.clone(), own);
    let bags = json!({"sku": "apple", "price": "1 EUR", "per": "1 bag"});
    let words = "`apple`: 1.00 EUR for 1 bag cannot be compared with the order's 30 kg";
    is_unknown(rise.clone(), last(bags), words);
    let pounds = json!({"sku": "apple", "price": "1 GBP", "per": "1 kg"});
    let words = "no exchange rate from GBP to EUR of 2026-11-21 or earlier is stated";
    is_unknown(rise, last(pounds), words);
}

#[test]
fn budgets_count_what_is_of_them() {
    let over = json!({"over_budget": true});
    let all = |left: &str| json!({"budgets": [{"name": "all", "remaining": left}]});
    fails(over.clone(), all("119 EUR"));
    let words = "119.00 EUR is more than the 118.99 EUR left of budget `all`";
    holds(over.clone(), all("118.99 EUR"), words);
    is_unknown(
        over.clone(),
        json!({}),
        "no budget is stated that surely covers `apple`, and 1 more",
    );
    // 119.00 EUR without the soap, which is of no such category, is 89.00 EUR.
    let food = |left: &str, soap: Value| {
        json!({
            "budgets": [
                {"name": "food", "remaining": left, "categories": ["food"], "locations": ["kitchen"]},
                {"name": "rest", "remaining": "1000 EUR", "suppliers": ["farm"]},
            ],
            "categories": {"apple": ["food"], "soap": soap},
        })
    };
    fails(over.clone(), food("89 EUR", json!([])));
    let words = "89.00 EUR is more than the 88.00 EUR left of budget `food`";
    holds(over.clone(), food("88 EUR", json!([])), words);
    // Is the soap food? That matters between 89.00 and 119.00 EUR.
    let unsure = |left: &str| {
        let mut more = food(left, json!([]));
        more["categories"] = json!({"apple": ["food"]});
        more
    };
    fails(over.clone(), unsure("119 EUR"));
    let words = "how much of the order is of budget `food` with 100.00 EUR left is not known";
    is_unknown(over.clone(), unsure("100 EUR"), words);
    let words = "89.00 EUR is more than the 88.00 EUR left of budget `food`";
    holds(over, unsure("88 EUR"), words);
}

#[test]
fn conditions_are_joined() {
    let dear = json!({"amount_from": "100 EUR"});
    let cheap = json!({"amount_below": "50 EUR"});
    let late = json!({"late": true});
    holds(
        json!({"any_of": [cheap, dear], "none_of": [late]}),
        json!({}),
        "total 119.00 EUR is 100.00 EUR or more; `apple` arrives on 2026-11-24 and is needed by 2026-11-24, and 1 more",
    );
    fails(json!({"all_of": [dear, cheap]}), json!({}));
    // Unknown and false is false; unknown or true is true; not unknown is unknown.
    let new = json!({"new_supplier": true});
    fails(json!({"all_of": [new, cheap]}), json!({}));
    holds(json!({"any_of": [new, dear]}), json!({}), "total 119.00 EUR is 100.00 EUR or more");
    is_unknown(json!({"none_of": [new]}), json!({}), "whether `farm` is known is not stated");
    holds(json!({}), json!({}), "the rule is for every order");
}

#[test]
fn what_is_unknown_approves_nothing_and_hides_nothing() {
    let when = json!({"only_categories": ["food"]});
    let approving =
        rules(when.clone(), json!("approve"), json!({"otherwise": {"refuse": "not foreseen"}}));
    let decision = decide(&order(), &approving, &context(json!({})), &[]).unwrap();
    assert_eq!(decision.status, ApprovalStatus::Refused);
    assert_eq!(decision.withheld[0].reasons, ["the category of `apple` is not stated, and 1 more"]);
    // An asking rule that is unknown does not stand in for `otherwise`.
    let asking = rules(when, one_buyer(), json!({"otherwise": {"refuse": "not foreseen"}}));
    let decision = decide(&order(), &asking, &context(json!({})), &[yes("ann")]).unwrap();
    assert_eq!(decision.status, ApprovalStatus::Refused);
    let names: Vec<&str> = decision.fired.iter().map(|fired| fired.rule.as_str()).collect();
    assert_eq!(names, ["rule", "otherwise"]);
}
