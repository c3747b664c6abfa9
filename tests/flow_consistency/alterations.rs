//! Every way in which one value of the world may come out wrong, and where that must be seen.

use super::world;
use replenish::flow::Fact;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A cell of the matrix.
pub(crate) type Place = (Fact, String);

pub(crate) fn places(of: &[(Fact, &[&str])]) -> BTreeSet<Place> {
    of.iter()
        .flat_map(|(fact, systems)| systems.iter().map(|&system| (*fact, system.to_owned())))
        .collect()
}

/// The last name in a path that is no number.
fn field(path: &str) -> &str {
    path.rsplit('/').find(|part| part.parse::<u32>().is_err()).unwrap()
}

pub(crate) fn system(path: &str) -> String {
    let index: usize = path.split('/').nth(1).unwrap().parse().unwrap();
    world::systems()[index]["system"].as_str().unwrap().to_owned()
}

/// Other values that a value may become by mistake, each with the cells that must differ then.
pub(crate) fn alterations(path: &str, value: &Value) -> Vec<(Value, BTreeSet<Place>)> {
    use Fact::{Lines, OrderIds, Refunds, Statuses, Totals};
    let system = system(path);
    let text = || value.as_str().unwrap();
    let longer = || json!(format!("{}x", text()));
    let here = |fact: Fact| places(&[(fact, &[&system])]);
    // The source is right by definition, so that a difference is seen where it is contradicted.
    let others = |fact: Fact, others: &[&str]| match system.as_str() {
        "checkout" => places(&[(fact, others)]),
        _ => here(fact),
    };
    match field(path) {
        "id" => {
            let contradicted = match (system.as_str(), text()) {
                ("checkout", "C-7") => places(&[(OrderIds, &["cart"])]),
                // Its number in the B2B service is as the B2B service says.
                ("b2b", "B-5") => places(&[(OrderIds, &["erp"])]),
                _ => others(OrderIds, &["order", "b2b", "erp", "storefront"]),
            };
            vec![(longer(), contradicted)]
        }
        "sku" | "quantity" | "unit_price" => {
            let everywhere = ["cart", "order", "b2b", "erp", "storefront"];
            let changed = match field(path) {
                "sku" => vec![longer(), json!("A-1")],
                "quantity" => vec![
                    json!(world::more(text(), "1").unwrap()),
                    json!(world::more(text(), "-0.001").unwrap()),
                    json!(
                        text().replace(" each", " box").replace(" kg", " g").replace("case", "bag")
                    ),
                ],
                _ => vec![
                    json!(world::more(text(), "0.12").unwrap()),
                    json!(world::more(text(), "-1.20").unwrap()),
                    json!(text().replace("EUR", "USD")),
                ],
            };
            let expected = |value: &Value| match (system.as_str(), value.as_str()) {
                // A price whose tax is in another currency cannot be: that is wrong where it stands.
                ("checkout", Some(price)) if price.contains("USD") => here(Lines),
                _ => others(Lines, &everywhere),
            };
            changed.into_iter().map(|value| (value.clone(), expected(&value))).collect()
        }
        "unit_tax" => {
            vec![(json!(world::more(text(), "0.01").unwrap()), places(&[(Lines, &["storefront"])]))]
        }
        "amount" => {
            let told: &[&str] = match path.split('/').nth(5).unwrap() {
                "0" => &["cart", "order", "b2b", "erp"],
                "3" => &["order", "b2b", "erp", "storefront"],
                _ => &["order", "b2b", "erp"],
            };
            [world::more(text(), "0.01").unwrap(), text().replace("EUR", "CHF")]
                .map(|value| (json!(value), others(Totals, told)))
                .to_vec()
        }
        "status" => ["received", "rejected", "cancelled", "Confirmed", "?"]
            .map(|status| (json!(status), here(Statuses)))
            .to_vec(),
        "at" => moments(path),
        "captures" => vec![(json!("0.0001 EUR"), here(Refunds)), (json!("-1 EUR"), here(Refunds))],
        "refunds" => {
            vec![(json!("66.18 EUR"), here(Refunds)), (json!("1 USD"), here(Refunds))]
        }
        "document" | "live" | "sale_order" | "sale_orders" => documents(path, value),
        // In the list of a document's lines.
        "lines" => vec![(longer(), here(Fact::Documents)), (json!("1a"), here(Fact::Documents))],
        // What a thing is called is no value of the order, and the lines' ids are each system's own.
        "system" | "kind" | "event" | "line" => Vec::new(),
        other => panic!("the test does not know the field {other} at {path}"),
    }
}

/// A time before and one after all others.
fn moments(path: &str) -> Vec<(Value, BTreeSet<Place>)> {
    let system = system(path);
    let here = |fact: Fact| places(&[(fact, &[&system])]);
    let (first, last) = (text_of_time(path) == "created", text_of_time(path) == "shown");
    // Nothing comes before the first moment of the chain, nothing after the last.
    let early = match system.as_str() {
        _ if first => BTreeSet::new(),
        // As many moments stand beside each other with the source's as with the cart's.
        "checkout" => places(&[(Fact::Times, &["cart"])]),
        _ => here(Fact::Times),
    };
    let late = match text_of_time(path).as_str() {
        _ if last => BTreeSet::new(),
        // The last two contradict each other, and nothing else tells which is wrong.
        "patched" => places(&[(Fact::Times, &["storefront"])]),
        _ => here(Fact::Times),
    };
    vec![(json!(-1), early), (json!(99_000), late)]
}

/// Documents and the parts they belong to.
fn documents(path: &str, value: &Value) -> Vec<(Value, BTreeSet<Place>)> {
    use Fact::{Documents, Orphans};
    let system = system(path);
    let text = || value.as_str().unwrap();
    let longer = || json!(format!("{}x", text()));
    let here = |fact: Fact| places(&[(fact, &[&system])]);
    match field(path) {
        "document" if text() == "D-0" => vec![(longer(), BTreeSet::new())],
        // What the ERP issued is right by definition.
        "document" if system == "erp" => {
            vec![(longer(), places(&[(Documents, &["b2b", "storefront"])]))]
        }
        "document" => vec![(longer(), here(Documents))],
        "live" if *value == json!(false) => {
            // A second living document, which covers lines that have one, and which nobody names.
            vec![(json!(true), places(&[(Documents, &["b2b", "erp", "storefront"])]))]
        }
        "live" if system == "erp" => {
            vec![(json!(false), places(&[(Documents, &["b2b", "erp", "storefront"])]))]
        }
        "live" => vec![(json!(false), here(Documents))],
        "sale_order" if path.contains("/documents/") => {
            let other = if text() == "S-1" { "S-2" } else { "S-1" };
            let lost: &[&str] =
                if system == "erp" { &["b2b", "erp", "storefront"] } else { &[&system] };
            if path == "/4/orders/1/documents/2/sale_order" {
                // A cancelled one.
                return vec![(json!("S-9"), here(Orphans))];
            }
            vec![
                (json!("S-9"), places(&[(Documents, lost), (Orphans, &[&system])])),
                (json!(other), places(&[(Documents, lost)])),
            ]
        }
        // A part as the ERP keeps it: unknown, or kept twice. The lines that the second part gets with
        // the first one's entry have no document there.
        "sale_order" if text() == "S-1" => {
            let both = places(&[(Documents, &[&system]), (Orphans, &[&system])]);
            vec![(json!("S-9"), here(Orphans)), (json!("S-2"), both)]
        }
        "sale_order" => vec![(json!("S-9"), here(Orphans)), (json!("S-1"), here(Orphans))],
        "sale_orders" => {
            let named = &["b2b", "erp", "storefront"];
            vec![(json!("S-9"), places(&[(Orphans, named), (Documents, &["erp"])]))]
        }
        other => panic!("{other} is about no document"),
    }
}

/// The event whose time stands at a path.
fn text_of_time(path: &str) -> String {
    let event = path.replace("/at", "/event");
    world::systems().pointer(&event).unwrap().as_str().unwrap().to_owned()
}
