//! An order, rules and words for tests.

use super::*;
use crate::{order::PurchaseOrder, unit::Timestamp};
use serde_json::{Map, Value, json};

/// An order of apples and soap: total 119.00 EUR, net 100.00 EUR.
pub(super) fn order() -> PurchaseOrder {
    let line = |sku: &str, quantity: &str, price: &str, amount: &str| {
        json!({
            "id": sku, "sku": sku, "offer": "o", "packs": 1, "pack_size": "1 kg",
            "quantity": quantity, "unit_price": price, "amount": amount, "charges": "0 EUR",
            "need_by": "2026-11-24", "arrival": "2026-11-24",
        })
    };
    serde_json::from_value(json!({
        "id": "po", "revision": 1, "supplier": "farm", "currency": "EUR", "location": "kitchen",
        "order_date": "2026-11-21", "requested_delivery": "2026-11-24",
        "lines": [line("apple", "30 kg", "2 EUR", "60 EUR"), line("soap", "10 each", "3 EUR", "30 EUR")],
        "goods": "90 EUR", "freight": "8 EUR", "charges": "2 EUR", "net": "100 EUR", "taxes": [],
        "tax": "19 EUR", "total": "119 EUR", "expected_arrival": "2026-11-24",
    }))
    .unwrap()
}

pub(super) fn context(more: Value) -> ApprovalContext {
    let context = json!({"today": "2026-11-21", "requesters": ["rita"]});
    serde_json::from_value(with(context, more)).unwrap()
}

/// Rules of two roles: buyers ann, bob and cid, who may approve 500.00 EUR, and directors cid and
/// dan.
pub(super) fn rules(when: Value, then: Value, more: Value) -> ApprovalRules {
    let mut rules = json!({
        "version": "1", "otherwise": "approve", "rules": [{"name": "rule"}],
        "roles": [
            {"name": "buyer", "approvers": [
                {"person": "ann"}, {"person": "bob"}, {"person": "cid", "limit": "500 EUR"},
            ]},
            {"name": "director", "approvers": [{"person": "cid"}, {"person": "dan"}]},
        ],
    });
    rules["rules"][0]["when"] = when;
    rules["rules"][0]["then"] = then;
    serde_json::from_value(with(rules, more)).unwrap()
}

/// A document with other values of some fields.
fn with(mut document: Value, fields: Value) -> Value {
    let fields: Map<String, Value> = serde_json::from_value(fields).unwrap();
    for (name, value) in fields {
        document[name] = value;
    }
    document
}

pub(super) fn one_buyer() -> Value {
    json!({"ask": [{"level": 1, "roles": ["buyer"]}]})
}

pub(super) fn buyer_then_director() -> Value {
    json!({"ask": [{"level": 1, "roles": ["buyer"]}, {"level": 2, "roles": ["director"]}]})
}

pub(super) fn said(order: &PurchaseOrder, by: &str, verdict: Verdict, at: i64) -> Approval {
    let on = "2026-11-20".parse().unwrap();
    Approval::new(order, by.parse().unwrap(), verdict, on, Timestamp(at))
}

pub(super) fn yes(by: &str) -> Approval {
    said(&order(), by, Verdict::Approved, 1)
}
