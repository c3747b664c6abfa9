//! A consistent world: one order in six systems, as each of them writes it.

use replenish::{
    flow::{ConsistencyRules, SystemFacts},
    unit::Invalid,
};
use serde_json::{Value, json};

/// Ten of A, three kilograms of B and twelve of C, confirmed by the ERP in two parts.
///
/// The B2B service counts C by the case, the ERP has its own product names, and the storefront shows
/// prices with tax; the money is the same everywhere.
pub(crate) fn systems() -> Value {
    serde_json::from_str(include_str!("world.json")).unwrap()
}

/// The built-in rules with this world's names, units and prices.
pub(crate) fn rules() -> ConsistencyRules {
    let mut rules = serde_json::to_value(ConsistencyRules::default()).unwrap();
    for system in rules["systems"].as_array_mut().unwrap() {
        match system["system"].as_str().unwrap() {
            "b2b" => {
                system["units"] = json!([{"sku": "C", "theirs": "case", "holds": "12 each"}]);
            }
            "erp" => {
                system["skus"] =
                    json!([{"theirs": "0-A", "ours": "A"}, {"theirs": "0-B", "ours": "B"}]);
            }
            "storefront" => system["prices"] = json!("with_tax"),
            _ => {}
        }
    }
    serde_json::from_value(rules).unwrap()
}

/// What systems written as JSON tell.
pub(crate) fn facts(systems: &Value) -> Vec<SystemFacts> {
    serde_json::from_value(systems.clone()).unwrap()
}

/// An amount and its unit, the amount changed.
pub(crate) fn more(text: &str, by: &str) -> Result<String, Invalid> {
    let (_, unit) = text.split_once(' ').unwrap();
    if let Ok(money) = text.parse::<replenish::unit::Money>() {
        return Ok(money.plus(format!("{by} {unit}").parse()?)?.to_string());
    }
    let quantity: replenish::unit::Quantity = text.parse()?;
    Ok(quantity.plus(format!("{by} {unit}").parse()?)?.to_string())
}
