//! Reference cases of inventory mathematics from textbooks, other programs and their published rules:
//! `fixtures/golden_inventory.json`, each with its source and its own tolerance.
//!
//! A case names a function, and [`answer`] is the list of them. Every input of a case must be read and
//! every output compared, so none passes by being overlooked. Where a rule of another program is not
//! what a buyer would expect, the case holds both answers and so do we; where a number itself is wrong
//! in the source, [`DISAGREEMENTS`] holds both and says why.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "golden_inventory/input.rs"]
mod input;
#[path = "golden_inventory/models.rs"]
mod models;
#[path = "golden_inventory/rules.rs"]
mod rules;

use input::Inputs;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CASES: &str = include_str!("fixtures/golden_inventory.json");
const COUNT: usize = 104;

/// An output in which the source is wrong by more than the case's tolerance.
struct Disagreement {
    case: &'static str,
    output: &'static str,
    source: f64,
    ours: f64,
    why: &'static str,
}

const DISAGREEMENTS: [Disagreement; 2] = [
    Disagreement {
        case: "G036",
        output: "S.1",
        source: 6.483_999_999_999_998,
        ours: 6.490_880_975_286_94,
        why: "the source picks base stocks from a grid 0.044 wide (-16 + 0.044 k); for the stage that \
              sells there is a closed form, mean + z(41.12 / 44.12) deviations",
    },
    Disagreement {
        case: "G040",
        output: "1",
        source: 2_737.068_930_247_035_5,
        ours: 79_375.0 / 29.0,
        why: "the source cuts off the sum over the lengths of a failure; as a geometric series it is \
              79375 / 29",
    },
];

/// What we answer to a case; its outputs have the same shape.
fn answer(function: &str, x: &Inputs) -> Value {
    match function {
        name if name.contains("loss") && !name.starts_with("r_q") => models::losses(name, x),
        name if name.starts_with("newsvendor") || name == "myopic" => models::newsvendors(name, x),
        name if name.starts_with("r_q") || name.starts_with("s_s") => models::reorders(name, x),
        name if name.starts_with("economic") || name.starts_with("eoq") => models::lots(name, x),
        name if name.starts_with("simulation") => models::traces(name, x),
        "joint_replenishment_problem_silver_heuristic"
        | "wagner_whitin"
        | "finite_horizon_dp"
        | "ssm_serial.optimize_base_stock_levels" => models::plans(function, x),
        name if name.starts_with("SAP") || name.starts_with("Oracle") => models::formulas(name, x),
        name if name.starts_with("Tryton") || name.starts_with("Odoo _") => {
            rules::suppliers(name, x)
        }
        "InvenTree missing FX rate"
        | "iDempiere RfQ winner by rank sum"
        | "all-units vs incremental line cost"
        | "cascading quantity discounts (OCA purchase_triple_discount #848)" => {
            rules::prices(function, x)
        }
        name if name.starts_with("Odoo")
            || name.starts_with("ERPNext")
            || name.starts_with("iDempiere")
            || name.starts_with("open-mSupply") =>
        {
            rules::order_rules(name, x)
        }
        _ => models::services(function, x),
    }
}

/// How far an output may be off, relative: the case's own tolerance, or what its note says.
fn tolerance(case: &Value, path: &str) -> f64 {
    match (case["function"].as_str().unwrap(), path) {
        // "grid/truncation dependent; use s,S exactly and cost to 1e-3"
        ("finite_horizon_dp", "cost") => 1e-3,
        ("finite_horizon_dp", _) => 0.0,
        _ => case["rtol"].as_f64().unwrap(),
    }
}

/// Compares all that the case holds with what we answered, and says what differs.
fn compare(case: &Value, path: &str, ours: &Value, theirs: &Value, wrong: &mut Vec<String>) {
    let id = case["id"].as_str().unwrap();
    let inner = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance * b.abs();
            let known = DISAGREEMENTS.iter().find(|known| known.case == id && known.output == path);
            let (agreed, why) = match known {
                None => (near(ours, theirs, tolerance(case, path)), ""),
                Some(known) => {
                    let as_known =
                        near(ours, known.ours, 1e-9) && near(theirs, known.source, 1e-12);
                    (as_known && !near(ours, theirs, tolerance(case, path)), known.why)
                }
            };
            if !agreed {
                wrong.push(format!("{id} {path}: {ours}, the source has {theirs}; {why}"));
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                compare(case, &inner(&index.to_string()), ours, theirs, wrong);
            }
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            for (name, theirs) in theirs {
                let ours = ours.get(name).unwrap_or(&Value::Null);
                compare(case, &inner(name), ours, theirs, wrong);
            }
        }
        _ if ours == theirs => {}
        _ => wrong.push(format!("{id} {path}: {ours}, the source has {theirs}")),
    }
}

#[cfg_attr(not(target_family = "wasm"), test)]
#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
fn every_reference_case_at_its_tolerance() {
    let file: Value = serde_json::from_str(CASES).unwrap();
    let (mut wrong, mut exercised) = (Vec::new(), BTreeSet::new());
    for case in file["cases"].as_array().unwrap() {
        let inputs = Inputs::new(case["inputs"].as_object().unwrap());
        let ours = answer(case["function"].as_str().unwrap(), &inputs);
        compare(case, "", &ours, &case["outputs"], &mut wrong);
        for name in inputs.unread() {
            wrong.push(format!("{}: input `{name}` was not read", case["id"]));
        }
        exercised.insert(case["id"].as_str().unwrap().to_owned());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(exercised.len(), COUNT);
    for known in DISAGREEMENTS {
        assert!(exercised.contains(known.case), "{} is no case", known.case);
    }
}

#[cfg_attr(not(target_family = "wasm"), test)]
#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
fn a_wrong_answer_is_found() {
    let case = json!({ "id": "X", "function": "f", "rtol": 1e-9 });
    for (ours, theirs, count) in [
        (json!([1.0, 2.0]), json!([1.0, 2.0]), 0),
        (json!([1.0, 2.000_001]), json!([1.0, 2.0]), 1),
        (json!([1.0]), json!([1.0, 2.0]), 1),
        (json!({ "a": 1 }), json!({ "a": 1, "b": 2 }), 1),
        (json!({ "a": "x", "b": 2 }), json!({ "a": "y" }), 1),
        (json!(null), json!(0), 1),
    ] {
        let mut wrong = Vec::new();
        compare(&case, "", &ours, &theirs, &mut wrong);
        assert_eq!(wrong.len(), count, "{ours} {theirs}: {wrong:?}");
    }
}
