//! A proof that can fail: every single change of a split that adds up is found.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    order::{CustomerOrder, Proof, prove},
    unit::Money,
};
use serde_json::{Value, json};

/// Three units of which two are on hand, a line, and one that is given back, with everything that
/// an order can have; worked out by hand.
fn order() -> CustomerOrder {
    let document = json!({
        "id": "7", "revision": 1, "currency": "EUR",
        "lines": [
            {"id": "1", "sku": "x", "vendor": "a", "quantity": "3 each", "amount": "10.00 EUR",
             "on_hand": "2 each", "adjustments": [
                {"id": "own", "kind": "discount", "amount": "-0.50 EUR"},
                {"id": "vat", "kind": "tax", "amount": "0.80 EUR", "included": true}]},
            {"id": "2", "sku": "y", "vendor": "b", "quantity": "1 each", "amount": "5.00 EUR",
             "adjustments": [{"id": "own", "kind": "discount", "amount": "-0.10 EUR"}]},
            {"id": "3", "sku": "y", "vendor": "b", "quantity": "1 each", "amount": "-2.00 EUR",
             "returned": true},
        ],
        "adjustments": [
            {"id": "coupon", "kind": "discount", "amount": "-1.44 EUR"},
            {"id": "way", "kind": "shipping", "amount": "3.00 EUR"},
            {"id": "way-tax", "kind": "tax", "amount": "0.57 EUR", "follows": "way"},
            {"id": "late", "kind": "discount", "amount": "-0.30 EUR", "follows": "way"},
        ],
        "payments": [
            {"id": "gift", "kind": "gift_card", "amount": "4.53 EUR"},
            {"id": "card", "kind": "card", "amount": "10.00 EUR"},
        ],
        "commissions": [
            {"id": "of-a", "vendor": "a", "rate": "0.125", "tax_rate": "0.19"},
            {"id": "of-b", "vendor": "b", "rate": "0.1", "base": "discounted",
             "fixed": "0.25 EUR", "tax_rate": "0.19"},
        ],
    });
    serde_json::from_value(document).unwrap()
}

fn split() -> Value {
    let shares = |own: &str, vat: &str, coupon: &str, way: &str, way_tax: &str| {
        let mut shares = vec![json!({"id": "own", "kind": "discount", "amount": own})];
        if !vat.is_empty() {
            shares.push(json!({"id": "vat", "kind": "tax", "included": true, "amount": vat}));
        }
        shares.push(json!({"id": "coupon", "kind": "discount", "amount": coupon}));
        shares.push(json!({"id": "way", "kind": "shipping", "amount": way}));
        let tax = json!({"id": "way-tax", "kind": "tax", "follows": "way", "amount": way_tax});
        shares.push(tax);
        shares
    };
    let payments =
        |gift, card| json!([{"id": "gift", "amount": gift}, {"id": "card", "amount": card}]);
    let commissions = |id, amount, tax| json!([{"id": id, "amount": amount, "tax": tax}]);
    let (a, b) = (
        shares("-0.33 EUR", "0.53 EUR", "-0.63 EUR", "1.32 EUR", "0.25 EUR"),
        shares("-0.17 EUR", "0.27 EUR", "-0.32 EUR", "0.66 EUR", "0.13 EUR"),
    );
    let c = shares("-0.10 EUR", "", "-0.49 EUR", "1.02 EUR", "0.19 EUR");
    json!({
        "sale_orders": [
            {"id": "7:1:a:on_hand", "order": "7", "revision": 1, "vendor": "a", "currency": "EUR",
             "goods": "6.67 EUR", "total": "7.28 EUR", "offset": "0.88 EUR", "adjustments": a,
             "payments": payments("2.00 EUR", "4.40 EUR"),
             "commissions": commissions("of-a", "0.65 EUR", "0.12 EUR"),
             "lines": [{"id": "1", "sku": "x", "quantity": "2 each", "amount": "6.67 EUR",
                "total": "7.28 EUR", "offset": "0.88 EUR", "adjustments": a,
                "payments": payments("2.00 EUR", "4.40 EUR"),
                "commissions": commissions("of-a", "0.65 EUR", "0.12 EUR")}]},
            {"id": "7:1:a:backorder", "order": "7", "revision": 1, "vendor": "a", "currency": "EUR",
             "goods": "3.33 EUR", "total": "3.63 EUR", "offset": "0.44 EUR", "adjustments": b,
             "payments": payments("0.99 EUR", "2.20 EUR"),
             "commissions": commissions("of-a", "0.32 EUR", "0.06 EUR"),
             "lines": [{"id": "1", "sku": "x", "quantity": "1 each", "amount": "3.33 EUR",
                "total": "3.63 EUR", "offset": "0.44 EUR", "adjustments": b,
                "payments": payments("0.99 EUR", "2.20 EUR"),
                "commissions": commissions("of-a", "0.32 EUR", "0.06 EUR")}]},
            {"id": "7:1:b", "order": "7", "revision": 1, "vendor": "b", "currency": "EUR",
             "goods": "3.00 EUR", "total": "3.62 EUR", "offset": "-1.32 EUR", "adjustments": c,
             "payments": payments("1.54 EUR", "3.40 EUR"),
             "commissions": commissions("of-b", "0.49 EUR", "0.09 EUR"),
             "lines": [
                {"id": "2", "sku": "y", "quantity": "1 each", "amount": "5.00 EUR",
                 "total": "5.62 EUR", "offset": "0.68 EUR", "adjustments": c,
                 "payments": payments("1.54 EUR", "3.40 EUR"),
                 "commissions": commissions("of-b", "0.69 EUR", "0.13 EUR")},
                {"id": "3", "sku": "y", "quantity": "1 each", "amount": "-2.00 EUR",
                 "returned": true, "total": "-2.00 EUR", "offset": "-2.00 EUR", "adjustments": [],
                 "commissions": commissions("of-b", "-0.20 EUR", "-0.04 EUR")}]},
        ],
        "unapplied": [{"id": "late", "kind": "discount", "follows": "way", "amount": "-0.30 EUR"}],
    })
}

fn proof(split: &Value) -> Proof {
    prove(&order(), &serde_json::from_value(split.clone()).unwrap()).unwrap()
}

/// Every place below a value, as a path of JSON.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    if let Value::Array(items) = value {
        for (index, item) in items.iter().enumerate() {
            places(item, &format!("{path}/{index}"), found);
        }
    }
    if let Value::Object(fields) = value {
        for (name, field) in fields {
            places(field, &format!("{path}/{name}"), found);
        }
    }
}

fn amounts(split: &Value) -> Vec<String> {
    let mut found = Vec::new();
    places(split, "", &mut found);
    let is_money = |path: &String| {
        split.pointer(path).unwrap().as_str().is_some_and(|text| text.ends_with(" EUR"))
    };
    found.into_iter().filter(is_money).collect()
}

#[test]
fn what_adds_up_is_proved_column_by_column() {
    let proof = proof(&split());
    assert_eq!(proof.breaches, []);
    assert!(proof.conserved);
    let columns: Vec<String> = proof
        .columns
        .iter()
        .map(|found| {
            assert_eq!(found.order, found.parts.plus(found.unapplied).unwrap());
            format!("{} {}", found.id.as_deref().unwrap_or("-"), found.order)
        })
        .collect();
    assert_eq!(
        columns,
        [
            "- 13.00 EUR",
            "- 14.23 EUR",
            "- 0.00 EUR",
            "own -0.60 EUR",
            "vat 0.80 EUR",
            "coupon -1.44 EUR",
            "way 3.00 EUR",
            "way-tax 0.57 EUR",
            "late -0.30 EUR",
            "gift 4.53 EUR",
            "card 10.00 EUR",
            "of-a 0.97 EUR",
            "of-a 0.18 EUR",
            "of-b 0.49 EUR",
            "of-b 0.09 EUR",
        ]
    );
    assert_eq!(proof.columns[1].parts.to_string(), "14.53 EUR");
}

#[test]
fn any_figure_that_is_off_by_one_is_found() {
    let split = split();
    let amounts = amounts(&split);
    assert!(amounts.len() > 70, "{}", amounts.len());
    for path in amounts {
        for cent in ["0.01 EUR", "-0.01 EUR"] {
            let mut changed = split.clone();
            let field = changed.pointer_mut(&path).unwrap();
            let amount: Money = field.as_str().unwrap().parse().unwrap();
            *field = amount.plus(cent.parse().unwrap()).unwrap().to_string().into();
            assert!(!proof(&changed).conserved, "{path}");
        }
    }
}

#[test]
fn what_is_missing_or_there_twice_is_found() {
    let mut lists = Vec::new();
    places(&split(), "", &mut lists);
    lists.retain(|path| split().pointer(path).unwrap().is_array());
    assert!(lists.len() > 15, "{lists:?}");
    for path in lists {
        let items = split().pointer(&path).unwrap().as_array().unwrap().len();
        for item in 0..items {
            let mut changed = split();
            changed.pointer_mut(&path).unwrap().as_array_mut().unwrap().remove(item);
            assert!(!proof(&changed).conserved, "{path} without {item}");
            let mut changed = split();
            let list = changed.pointer_mut(&path).unwrap().as_array_mut().unwrap();
            list.push(list[item].clone());
            assert!(!proof(&changed).conserved, "{path} with {item} twice");
        }
    }
}

#[test]
fn figures_that_have_changed_places_are_found() {
    let split = split();
    let amounts = amounts(&split);
    // What is kept of each line enters no row: only their sums are known.
    let kept = |path: &str| path.contains("/lines/") && path.contains("/commissions/");
    let mut unseen = 0;
    for (index, first) in amounts.iter().enumerate() {
        for second in &amounts[..index] {
            let mut changed = split.clone();
            let (one, other) =
                (changed.pointer(first).unwrap().clone(), changed.pointer(second).unwrap().clone());
            if one == other {
                continue;
            }
            *changed.pointer_mut(first).unwrap() = other;
            *changed.pointer_mut(second).unwrap() = one;
            if proof(&changed).conserved {
                assert!(kept(first) && kept(second), "{first} {second}");
                unseen += 1;
            }
        }
    }
    assert_eq!(unseen, 2, "amount and tax of the two lines of one sale order");
}

#[test]
fn what_a_share_or_line_says_of_itself_has_to_be_so() {
    for (path, value, field) in [
        ("/sale_orders/0/order", json!("8"), "split.sale_orders[0].order"),
        ("/sale_orders/0/revision", json!(2), "split.sale_orders[0].revision"),
        ("/sale_orders/0/currency", json!("USD"), "split.sale_orders[0].currency"),
        ("/sale_orders/1/id", json!("7:1:b"), "split.sale_orders[2].id"),
        ("/sale_orders/0/lines/0/id", json!("9"), "split.sale_orders[0].lines[0].id"),
        ("/sale_orders/0/lines/0/sku", json!("y"), "split.sale_orders[0].lines[0].sku"),
        ("/sale_orders/0/lines/0/returned", json!(true), "split.sale_orders[0].lines[0].returned"),
        (
            "/sale_orders/0/lines/0/quantity",
            json!("2 kg"),
            "split.sale_orders[0].lines[0].quantity",
        ),
        ("/sale_orders/0/lines/0/quantity", json!("3 each"), "order.lines[0].quantity"),
        (
            "/sale_orders/0/lines/0/adjustments/0/kind",
            json!("fee"),
            "split.sale_orders[0].lines[0].adjustments",
        ),
        (
            "/sale_orders/0/lines/0/adjustments/1/included",
            json!(false),
            "split.sale_orders[0].lines[0].adjustments",
        ),
        (
            "/sale_orders/0/lines/0/adjustments/4/follows",
            json!(null),
            "split.sale_orders[0].lines[0].adjustments",
        ),
        ("/sale_orders/0/vendor", json!("b"), "order.commissions.of-a"),
        ("/unapplied/0/id", json!("x"), "split.unapplied[0].id"),
    ] {
        let mut changed = split();
        let (parent, name) = path.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[name] = value;
        let breaches = proof(&changed).breaches;
        assert!(breaches.iter().any(|breach| breach.path == field), "{path}: {breaches:?}");
    }
}

#[test]
fn amounts_that_cannot_be_added_are_errors() {
    for (amount, code) in [("1 USD", "currency_mixed"), ("0.001 EUR", "money_not_in_minor_units")] {
        let mut changed = split();
        *changed.pointer_mut("/sale_orders/2/lines/1/total").unwrap() = amount.into();
        let split = serde_json::from_value(changed).unwrap();
        let error = prove(&order(), &split).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains("`split.sale_orders[2].lines[1].total`"), "{error}");
        let mut order = order();
        order.payments[1].amount = amount.parse().unwrap();
        let error = prove(&order, &serde_json::from_value(self::split()).unwrap()).unwrap_err();
        assert!(error.to_string().contains("`order.payments[1].amount`"), "{error}");
    }
}
