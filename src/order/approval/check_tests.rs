//! Rules, orders and contexts that are refused.

use super::{sample::*, *};
use crate::order::PurchaseOrder;
use serde_json::{Value, json};

#[test]
fn rules_that_contradict_themselves_are_refused() {
    let ask = |level: Value| rules(json!({}), json!({"ask": [level]}), json!({}));
    let when = |when: Value| rules(when, one_buyer(), json!({}));
    let roles = |approvers: Value| {
        rules(json!({}), one_buyer(), json!({"roles": [{"name": "buyer", "approvers": approvers}]}))
    };
    let more = |more: Value| rules(json!({}), one_buyer(), more);
    let rule = json!({"name": "a", "when": {}, "then": "approve"});
    let mut deep = json!({"late": true});
    for _ in 0..8 {
        deep = json!({"all_of": [deep]});
    }
    let dated = |from: &str, until: &str| json!({"person": "ann", "valid_from": from, "valid_until": until});
    for (rules, expected) in [
        (more(json!({"version": " "})), "version_missing version"),
        (more(json!({"otherwise": {"ask": []}})), "levels_missing otherwise.ask"),
        (more(json!({"otherwise": {"refuse": ""}})), "words_missing otherwise.refuse"),
        (more(json!({"rules": [rule]})), "condition_empty rules[0].when"),
        (
            more(json!({"rules": [{"name": "", "when": {}, "then": "approve"}]})),
            "rule_name_missing rules[0].name",
        ),
        (
            more(json!({"rules": [{"name": "otherwise", "when": {}, "then": "approve"}]})),
            "rule_name_taken rules[0].name",
        ),
        (
            more(json!({"rules": [
                {"name": "a", "when": {"late": true}, "then": "approve"},
                {"name": "a", "when": {"late": true}, "then": "approve"},
            ]})),
            "rule_twice rules[1].name",
        ),
        (
            more(json!({"rules": [
                {"name": "a", "when": {"late": true}, "then": "approve", "valid_from": "2026-02-02", "valid_until": "2026-02-01"},
            ]})),
            "validity_contradictory rules[0].valid_until",
        ),
        (roles(json!([])), "role_empty roles[0].approvers"),
        (
            roles(json!([{"person": "ann", "limit": "-1 EUR"}])),
            "limit_negative roles[0].approvers[0].limit",
        ),
        (
            roles(json!([{"person": "ann"}, {"person": "bob"}, {"person": "ann"}])),
            "approver_twice roles[0].approvers[2]",
        ),
        (
            roles(json!([dated("2026-01-01", "2026-02-01"), dated("2026-02-01", "2026-03-01")])),
            "approver_twice roles[0].approvers[1]",
        ),
        (
            roles(json!([dated("2026-02-01", "2026-01-01")])),
            "validity_contradictory roles[0].approvers[0].valid_until",
        ),
        (
            more(json!({"roles": [
                {"name": "buyer", "approvers": [{"person": "ann"}]},
                {"name": "buyer", "approvers": [{"person": "bob"}]},
            ]})),
            "role_twice roles[1].name",
        ),
        (ask(json!({"level": 0, "roles": ["buyer"]})), "level_zero rules[0].then.ask[0].level"),
        (
            ask(json!({"level": 1, "roles": ["buyer"], "count": 0})),
            "count_zero rules[0].then.ask[0].count",
        ),
        (ask(json!({"level": 1})), "approvers_missing rules[0].then.ask[0]"),
        (
            ask(json!({"level": 1, "roles": ["buyer", "boss"]})),
            "role_unknown rules[0].then.ask[0].roles[1]",
        ),
        (
            ask(
                json!({"level": 1, "roles": ["buyer", "director"], "persons": ["ann"], "count": 5}),
            ),
            "approvers_too_few rules[0].then.ask[0].count",
        ),
        (
            when(json!({"amount_from": "2 EUR", "amount_below": "2 EUR"})),
            "range_contradictory rules[0].when.amount_below",
        ),
        (when(json!({"price_rise_from": "0"})), "rate_zero rules[0].when.price_rise_from"),
        (
            when(json!({"any_of": [{"suppliers": []}]})),
            "list_empty rules[0].when.any_of[0].suppliers",
        ),
        (when(json!({"any_of": []})), "list_empty rules[0].when.any_of"),
        (when(json!({"none_of": [{}]})), "condition_empty rules[0].when.none_of[0]"),
        (
            when(deep),
            "condition_too_deep rules[0].when.all_of[0].all_of[0].all_of[0].all_of[0].all_of[0].all_of[0].all_of[0].all_of[0]",
        ),
    ] {
        let problem = rules.check().unwrap_err();
        assert_eq!(format!("{} {}", problem.code, problem.path), expected);
    }
}

#[test]
fn rules_that_nobody_could_satisfy_are_refused() {
    let two = |level: u32| json!({"level": level, "roles": ["director"]});
    let joint = |counting: &str| {
        let levels = json!({"ask": [two(1), two(2), two(3)]});
        rules(json!({}), levels, json!({"counting": counting})).check()
    };
    // Two directors cannot be three people on three levels.
    let problem = joint("once").unwrap_err();
    assert_eq!((problem.code, problem.path.as_str()), ("approvers_too_few", "rules[0].then.ask"));
    assert_eq!(problem.got, "3");
    joint("once_per_level").unwrap();
    let alone = |when: Value, approver: Value| {
        let roles = json!([{"name": "buyer", "approvers": [approver]}]);
        let mut rules = rules(when, one_buyer(), json!({"roles": roles}));
        rules.rules[0].valid_from = Some("2026-06-01".parse().unwrap());
        rules.check().map_err(|problem| problem.code)
    };
    let limited = |limit: &str| json!({"person": "ann", "limit": limit});
    let from = json!({"amount_from": "500 EUR"});
    alone(from.clone(), limited("500 EUR")).unwrap();
    assert_eq!(alone(from.clone(), limited("499 EUR")), Err("approvers_too_few"));
    alone(from, limited("499 USD")).unwrap();
    let until = |day: &str| json!({"person": "ann", "valid_until": day});
    alone(json!({}), until("2026-06-01")).unwrap();
    assert_eq!(alone(json!({}), until("2026-05-31")), Err("approvers_too_few"));
}

#[test]
fn orders_and_contexts_that_make_no_sense_are_refused() {
    let rules = rules(json!({}), one_buyer(), json!({}));
    let refused = |change: &dyn Fn(&mut PurchaseOrder), more: Value| {
        let mut order = order();
        change(&mut order);
        let problem = decide(&order, &rules, &context(more), &[]).unwrap_err();
        format!("{} {problem}", problem.code())
    };
    for (change, expected) in [
        (
            &(|order: &mut PurchaseOrder| order.lines.clear()) as &dyn Fn(&mut PurchaseOrder),
            "order_empty",
        ),
        (
            &|order| order.total = "1 EUR".parse().unwrap(),
            "total_wrong `draft.total`: expected the sum of its parts, 119.00 EUR",
        ),
        (&|order| order.net = "99 EUR".parse().unwrap(), "net_wrong `draft.net`"),
        (&|order| order.goods = "89 EUR".parse().unwrap(), "goods_wrong `draft.goods`"),
        (
            &|order| order.lines[1].amount = "30 USD".parse().unwrap(),
            "currency_mixed `draft.lines[1].amount`",
        ),
        (&|order| order.tax = "19 USD".parse().unwrap(), "currency_mixed `draft.tax`"),
    ] {
        let problem = refused(change, json!({}));
        assert!(problem.starts_with(expected), "{problem}");
    }
    let last = |price: &str, per: &str| json!({"sku": "apple", "price": price, "per": per});
    let rate = |rate: &str| json!({"from": "EUR", "to": "USD", "rate": rate, "date": "2026-11-20"});
    for (more, expected) in [
        (json!({"requesters": []}), "requester_missing `context.requesters`"),
        (
            json!({"last_paid": [last("-1 EUR", "1 kg")]}),
            "price_negative `context.last_paid[0].price`",
        ),
        (json!({"last_paid": [last("1 EUR", "0 kg")]}), "quantity_zero `context.last_paid[0].per`"),
        (
            json!({"last_paid": [last("1 EUR", "1 kg"), last("2 EUR", "1 kg")]}),
            "last_paid_twice `context.last_paid[1]`",
        ),
        (
            json!({"exchange_rates": [rate("0")]}),
            "exchange_rate_zero `context.exchange_rates[0].rate`",
        ),
        (
            json!({"exchange_rates": [rate("1"), rate("1")]}),
            "exchange_rate_twice `context.exchange_rates[1]`",
        ),
    ] {
        let problem = refused(&|_| {}, more);
        assert!(problem.starts_with(expected), "{problem}");
    }
}
