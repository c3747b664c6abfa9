//! What a consistency check must find and must not: properties over a world of six systems.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "flow_consistency/alterations.rs"]
mod alterations;
#[path = "flow_consistency/world.rs"]
mod world;

use alterations::{Place, alterations, places, system};
use proptest::prelude::*;
use replenish::flow::{
    ConsistencyMatrix, ConsistencyRules, Fact, FactVerdict, SystemFacts, check_consistency,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn check(systems: &Value) -> ConsistencyMatrix {
    check_consistency(&world::facts(systems), &world::rules()).unwrap()
}

fn differing(matrix: &ConsistencyMatrix) -> BTreeSet<Place> {
    cells(matrix, FactVerdict::Differs)
}

fn cells(matrix: &ConsistencyMatrix, verdict: FactVerdict) -> BTreeSet<Place> {
    let all = matrix.rows.iter().flat_map(|row| {
        row.cells.iter().zip(&matrix.systems).map(|(cell, system)| (row.fact, system, cell))
    });
    all.filter(|(_, _, cell)| cell.verdict == verdict)
        .map(|(fact, system, _)| (fact, system.clone()))
        .collect()
}

/// Every value of the world that is no list or object, by its path.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                leaves(field, &format!("{path}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push(path.to_owned());
        }
    }
}

#[test]
fn the_world_is_consistent() {
    let matrix = check(&world::systems());
    assert_eq!(matrix.first_difference, None);
    assert!(matrix.consistent);
    let silent = places(&[(Fact::Refunds, &["checkout", "b2b", "erp", "storefront"])]);
    assert_eq!(cells(&matrix, FactVerdict::NotTold), silent);
    let without = cells(&matrix, FactVerdict::NotApplicable);
    assert_eq!(
        without,
        places(&[
            (Fact::Documents, &["cart", "checkout", "order"]),
            (Fact::Statuses, &["cart", "checkout"]),
            (Fact::Orphans, &["cart", "checkout"]),
            (Fact::Refunds, &["cart"]),
        ])
    );
}

#[test]
fn every_single_alteration_of_a_value_is_found_at_its_cell() {
    let world = world::systems();
    let mut paths = Vec::new();
    leaves(&world, "", &mut paths);
    let (mut altered, mut found) = (0, 0);
    for path in &paths {
        let value = world.pointer(path).unwrap();
        for (other, expected) in alterations(path, value) {
            let mut systems = world.clone();
            *systems.pointer_mut(path).unwrap() = other.clone();
            let matrix = check(&systems);
            assert_eq!(differing(&matrix), expected, "{path}: {value} -> {other}");
            let first = matrix.first_difference.as_ref();
            assert_eq!(
                first.map(|first| (first.fact, first.system.clone())),
                in_order(&matrix, &expected),
                "{path}: {value} -> {other}"
            );
            assert_eq!(matrix.consistent, expected.is_empty());
            altered += 1;
            found += usize::from(!expected.is_empty());
        }
    }
    println!("{} values, {altered} alterations, {found} to be found", paths.len());
    assert!(found > 250 && altered - found < 5, "{found} of {altered}");
}

/// The place that comes first, by fact and then by system.
fn in_order(matrix: &ConsistencyMatrix, places: &BTreeSet<Place>) -> Option<Place> {
    let column = |place: &Place| matrix.systems.iter().position(|system| *system == place.1);
    places.iter().min_by_key(|place| (place.0, column(place))).cloned()
}

#[test]
fn every_fact_left_out_is_not_told_and_never_agrees() {
    let world = world::systems();
    let facts = [
        ("ids", Fact::OrderIds),
        ("lines", Fact::Lines),
        ("totals", Fact::Totals),
        ("documents", Fact::Documents),
        ("status", Fact::Statuses),
        ("times", Fact::Times),
        ("refunds", Fact::Refunds),
    ];
    let mut left_out = 0;
    for (index, facts_of) in world.as_array().unwrap().iter().enumerate() {
        let system = facts_of["system"].as_str().unwrap();
        for part in 0..facts_of["orders"].as_array().unwrap().len() {
            for (name, fact) in facts {
                let mut systems = world.clone();
                let order = &mut systems[index]["orders"][part];
                if order.as_object_mut().unwrap().remove(name).is_none() {
                    continue;
                }
                left_out += 1;
                let matrix = check(&systems);
                let cell = matrix.cell(fact, system).unwrap();
                if (name, system) == ("documents", "erp") {
                    // One part without documents where it is said to be confirmed.
                    assert_eq!(cell.verdict, FactVerdict::Differs, "{part}");
                } else if (name, system) == ("times", "erp") {
                    // The chain has the other part's moment.
                    assert_eq!(cell.verdict, FactVerdict::Agrees, "{part}");
                } else {
                    assert_eq!(cell.verdict, FactVerdict::NotTold, "{name} of {system}");
                    assert!(!cell.expected.is_empty() && cell.seen.is_empty());
                    assert_eq!(matrix.consistent, !cell.required, "{name} of {system}");
                    let others = differing(&matrix);
                    assert!(others.is_empty(), "{name} of {system} hides no other: {others:?}");
                }
            }
        }
        let mut systems = world.clone();
        systems[index]["orders"] = json!([]);
        systems[index].as_object_mut().unwrap().remove("sale_orders");
        let matrix = check(&systems);
        assert!(!matrix.consistent, "without {system}");
        for fact in Fact::ALL {
            let verdict = matrix.cell(fact, system).unwrap().verdict;
            assert!(
                [FactVerdict::NotTold, FactVerdict::NotApplicable].contains(&verdict),
                "{system}"
            );
        }
    }
    assert!(left_out > 30, "{left_out}");
}

#[test]
fn a_malformed_fact_is_named_at_its_cell_and_hides_no_other() {
    let cases = [
        ("/4/orders/1/totals/0/amount", "24.40 USD", Fact::Totals, "currency_mixed", "goods"),
        (
            "/2/orders/0/totals/3/amount",
            "66.175 EUR",
            Fact::Totals,
            "money_not_in_minor_units",
            "total",
        ),
        ("/2/orders/0/totals/1/kind", "goods", Fact::Totals, "total_repeated", "goods"),
        ("/3/orders/0/lines/0/unit_price", "10 EUR", Fact::Lines, "price_inexact", "C"),
        ("/2/orders/0/refunds/0", "-4 EUR", Fact::Refunds, "money_negative", "refunds"),
        (
            "/2/orders/0/captures/0",
            "60.001 EUR",
            Fact::Refunds,
            "money_not_in_minor_units",
            "captures",
        ),
        (
            "/4/orders/0/lines/0/quantity",
            "79228162514264337593543950335 each",
            Fact::Lines,
            "quantity_too_large",
            "A",
        ),
    ];
    for (path, value, fact, code, about) in cases {
        let mut systems = world::systems();
        *systems.pointer_mut(path).unwrap() = json!(value);
        let matrix = check(&systems);
        let here = places(&[(fact, &[&system(path)])]);
        assert_eq!(differing(&matrix), here, "{path}");
        let first = matrix.first_difference.unwrap().difference;
        assert_eq!((first.code.as_str(), first.about.as_str()), (code, about), "{path}");
        // Something wrong elsewhere is still found, beside it in its cell and in every other row.
        for (other, value) in [
            ("/2/orders/0/totals/2/amount", json!("5.01 EUR")),
            ("/4/orders/1/totals/2/amount", json!("0.01 EUR")),
            ("/4/orders/1/lines/1/quantity", json!("13 each")),
            ("/3/orders/0/lines/2/quantity", json!("4 kg")),
            ("/5/orders/0/status", json!("rejected")),
            ("/0/orders/0/ids/0/id", json!("C-8")),
        ] {
            let mut both = systems.clone();
            *both.pointer_mut(other).unwrap() = value.clone();
            let mut alone = world::systems();
            *alone.pointer_mut(other).unwrap() = value;
            let details = |systems: &Value| -> Vec<String> {
                let rows = check(systems).rows;
                let cells = rows.iter().flat_map(|row| &row.cells);
                cells.flat_map(|cell| &cell.differences).map(|d| format!("{d:?}")).collect()
            };
            let (all, lonely) = (details(&both), details(&alone));
            assert_eq!(lonely.len(), 1, "{other}");
            assert!(all.len() == 2 && all.contains(&lonely[0]), "{path} and {other}: {all:?}");
        }
    }
}

#[test]
fn rules_that_contradict_themselves_and_two_systems_of_one_name_are_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut rules = serde_json::to_value(world::rules()).unwrap();
        change(&mut rules);
        let rules: ConsistencyRules = serde_json::from_value(rules).unwrap();
        let problem = check_consistency(&world::facts(&world::systems()), &rules).unwrap_err();
        (problem.code, problem.path.clone())
    };
    let cases: [(&str, &str, Value, &str, &str); 6] = [
        ("/systems/1", "system", json!("cart"), "rule_repeated", "rules.systems[1].system"),
        (
            "/systems/0",
            "has_not",
            json!(["lines"]),
            "rule_contradictory",
            "rules.systems[0].has_not[0]",
        ),
        (
            "/systems/4/skus/1",
            "theirs",
            json!("0-A"),
            "rule_repeated",
            "rules.systems[4].skus[1].theirs",
        ),
        (
            "/systems/3/units/0",
            "holds",
            json!("0 each"),
            "quantity_not_positive",
            "rules.systems[3].units[0].holds",
        ),
        (
            "/systems/3",
            "units",
            json!([{"theirs": "box", "holds": "2 each"}, {"theirs": "box", "holds": "3 each"}]),
            "rule_repeated",
            "rules.systems[3].units[1].theirs",
        ),
        ("/times/5", "event", json!("received"), "rule_repeated", "rules.times[5].event"),
    ];
    for (place, name, value, code, path) in cases {
        let got = refused(&|rules| rules.pointer_mut(place).unwrap()[name] = value.clone());
        assert_eq!(got, (code, path.to_owned()));
    }
    let mut systems = world::systems();
    systems[5]["system"] = json!("erp");
    let problem = check_consistency(&world::facts(&systems), &world::rules()).unwrap_err();
    assert_eq!((problem.code, problem.path.as_str()), ("system_repeated", "systems[5].system"));
}

#[test]
fn times_may_be_apart_as_far_as_the_clocks_are() {
    let mut systems = world::systems();
    // The storefront's clock is 2 seconds behind the ERP's and the B2B service's.
    systems[5]["orders"][0]["times"][0]["at"] = json!(4000);
    let with_skew = |clock_skew_ms| {
        let rules = ConsistencyRules { clock_skew_ms, ..world::rules() };
        differing(&check_consistency(&world::facts(&systems), &rules).unwrap())
    };
    let storefront = places(&[(Fact::Times, &["storefront"])]);
    assert_eq!((with_skew(0), with_skew(1999)), (storefront.clone(), storefront));
    assert_eq!((with_skew(2000), with_skew(u64::MAX)), (BTreeSet::new(), BTreeSet::new()));
}

#[test]
fn the_table_reads_like_a_report() {
    let mut systems = world::systems();
    systems[4]["orders"][1]["lines"][1]["unit_price"] = json!("1.25 EUR");
    systems[4]["orders"][0]["ids"][0]["id"] = json!("O-1|0");
    systems[5]["orders"][0].as_object_mut().unwrap().remove("totals");
    let matrix = check(&systems);
    let expected = "\
| fact | cart | checkout (source) | order | b2b | erp | storefront |
|---|---|---|---|---|---|---|
| order ids | agrees | agrees | agrees | agrees | **differs**: order id of part S-1 | agrees |
| lines | agrees | agrees | agrees | agrees | **differs**: C | agrees |
| totals | agrees | agrees | agrees | agrees | agrees | **not told** |
| documents | – | – | – | agrees | agrees | agrees |
| statuses | – | – | agrees | agrees | agrees | agrees |
| times | agrees | agrees | agrees | agrees | agrees | agrees |
| orphans | – | – | agrees | agrees | agrees | agrees |
| refunds | – | not told | agrees | not told | not told | not told |

First difference: order ids of erp, order id of part S-1: expected O-100, got O-1|0 (order_id_differs).
";
    assert_eq!(matrix.render(), expected);
    let lines = &matrix.cell(Fact::Lines, "erp").unwrap().differences[0];
    assert_eq!(lines.code, "unit_price_differs");
    assert_eq!(
        (lines.seen.as_str(), lines.expected.as_str()),
        ("12 each at 1.25 EUR", "12 each at 1.20 EUR")
    );
    assert!(check(&world::systems()).render().ends_with("\n\nConsistent.\n"));
}

/// The lists that say the same in any sequence, by their path.
fn lists(value: &Value, path: &str, found: &mut Vec<String>) {
    if let Value::Array(items) = value {
        if items.len() > 1 && !path.is_empty() {
            found.push(path.to_owned());
        }
        for (index, item) in items.iter().enumerate() {
            lists(item, &format!("{path}/{index}"), found);
        }
    } else if let Value::Object(fields) = value {
        for (name, field) in fields {
            lists(field, &format!("{path}/{name}"), found);
        }
    }
}

/// Sorts the items of a list by chosen numbers.
fn shuffle(list: &mut Value, order: &[u32]) {
    let items = std::mem::take(list.as_array_mut().unwrap());
    let mut keyed: Vec<(u32, Value)> = order.iter().copied().cycle().zip(items).collect();
    keyed.sort_by_key(|(key, _)| *key);
    *list = keyed.into_iter().map(|(_, item)| item).collect();
}

/// Shuffles every list within the systems, inner ones first so that the paths stay true.
fn shuffled(mut systems: Value, order: &[u32]) -> Value {
    let mut paths = Vec::new();
    lists(&systems, "", &mut paths);
    paths.sort_by_key(|path| std::cmp::Reverse(path.split('/').count()));
    for (index, path) in paths.iter().enumerate() {
        let from = index % order.len();
        shuffle(systems.pointer_mut(path).unwrap(), &order[from..]);
    }
    systems
}

/// Divides a line of a system's entry in two, of which the second one's share is given.
fn resplit(systems: &mut Value, system: usize, part: usize, line: usize, share: &str) {
    let orders = systems[system]["orders"].as_array_mut().unwrap();
    let part = part % orders.len();
    let lines = orders[part]["lines"].as_array_mut().unwrap();
    let mut second = lines[line % lines.len()].clone();
    let first = lines.iter_mut().find(|line| **line == second).unwrap();
    let quantity = first["quantity"].as_str().unwrap().to_owned();
    first["quantity"] = json!(world::more(&quantity, &format!("-{share}")).unwrap());
    let unit = quantity.split_once(' ').unwrap().1;
    second["quantity"] = json!(format!("{share} {unit}"));
    lines.push(second);
}

/// The verdicts, system by system, whatever the columns' sequence.
fn verdicts(matrix: &ConsistencyMatrix) -> BTreeSet<(Fact, String, FactVerdict)> {
    let all = [
        FactVerdict::Agrees,
        FactVerdict::Differs,
        FactVerdict::NotTold,
        FactVerdict::NotApplicable,
    ];
    let of = |verdict| cells(matrix, verdict).into_iter().map(move |(f, s)| (f, s, verdict));
    all.into_iter().flat_map(of).collect()
}

proptest! {
    #[test]
    fn neither_sequence_nor_division_of_lines_matters(
        order in prop::collection::vec(any::<u32>(), 24),
        splits in prop::collection::vec((0..6_usize, 0..2_usize, 0..3_usize, 1..2000_u32), 0..6),
        systems_too in any::<bool>(),
    ) {
        let mut systems = world::systems();
        for (system, part, line, share) in splits {
            let share = format!("{}.{:03}", share / 1000, share % 1000);
            resplit(&mut systems, system, part, line, &share);
        }
        let mut systems = shuffled(systems, &order);
        if systems_too {
            shuffle(&mut systems, &order);
        }
        let matrix = check(&systems);
        prop_assert!(matrix.consistent, "{:?}", matrix.first_difference);
        prop_assert_eq!(verdicts(&matrix), verdicts(&check(&world::systems())));
    }

    #[test]
    fn the_first_difference_is_the_same_in_any_sequence(
        order in prop::collection::vec(any::<u32>(), 24),
        choices in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..5),
    ) {
        let world = world::systems();
        let mut paths = Vec::new();
        leaves(&world, "", &mut paths);
        let mut systems = world.clone();
        for (path, other) in choices {
            let path = path.get(&paths);
            let others = alterations(path, world.pointer(path).unwrap());
            if !others.is_empty() {
                *systems.pointer_mut(path).unwrap() = other.get(&others).0.clone();
            }
        }
        let matrix = check(&systems);
        let again = check(&shuffled(systems, &order));
        prop_assert_eq!(verdicts(&matrix), verdicts(&again));
        prop_assert_eq!(matrix.consistent, again.consistent);
        let place = |matrix: &ConsistencyMatrix| {
            matrix.first_difference.as_ref().map(|first| (first.fact, first.system.clone()))
        };
        prop_assert_eq!(place(&matrix), place(&again));
        prop_assert_eq!(place(&matrix), in_order(&matrix, &differing(&matrix)));
        prop_assert_eq!(again.first_difference.is_none(), again.consistent);
    }

    #[test]
    fn what_is_written_is_read_back(other in any::<prop::sample::Index>()) {
        let world = world::systems();
        let mut paths = Vec::new();
        leaves(&world, "", &mut paths);
        let path = other.get(&paths);
        let mut systems = world.clone();
        if let Some((value, _)) = alterations(path, world.pointer(path).unwrap()).first() {
            *systems.pointer_mut(path).unwrap() = value.clone();
        }
        let facts = world::facts(&systems);
        let text = serde_json::to_string(&facts).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Vec<SystemFacts>>(&text).unwrap(), &facts);
        let matrix = check(&systems);
        let text = serde_json::to_string(&matrix).unwrap();
        prop_assert_eq!(serde_json::from_str::<ConsistencyMatrix>(&text).unwrap(), matrix);
        let rules = serde_json::to_string(&world::rules()).unwrap();
        prop_assert_eq!(serde_json::from_str::<ConsistencyRules>(&rules).unwrap(), world::rules());
    }
}
