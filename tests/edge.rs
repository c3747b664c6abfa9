//! The same fixtures natively and through the JavaScript edge: each case of `fixtures/edge.json` is a
//! call, its arguments and its answer. This test compares what the library answers, the npm
//! package's tests what the WebAssembly module answers. `REPLENISH_BLESS=1 cargo test --test edge`
//! records wanted changes.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test reads and writes its fixtures, and may panic"
)]

use replenish::{flow, forecast, order, sourcing, unit::Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/edge.json");

/// The answer of a call, or the code of its error.
fn answer(call: &str, arguments: &[Value]) -> Value {
    fn read<T: DeserializeOwned>(value: &Value) -> T {
        serde_json::from_value(value.clone()).unwrap()
    }
    fn give<T: Serialize, E>(result: Result<T, E>, code: impl Fn(&E) -> &'static str) -> Value {
        match result {
            Ok(value) => json!({ "result": serde_json::to_value(value).unwrap() }),
            Err(error) => json!({ "error": code(&error) }),
        }
    }
    match (call, arguments) {
        ("forecast", [values, options]) => {
            let result = forecast::Series::new(read(values))
                .and_then(|series| forecast::forecast(&series, &read(options)));
            give(result, forecast::ForecastError::code)
        }
        ("plan", [values, offsets, request]) => {
            let (values, offsets): (Vec<f64>, Vec<u32>) = (read(values), read(offsets));
            let batch = forecast::SeriesBatch { values: &values, offsets: &offsets };
            give(order::plan(batch, &read(request)), order::PlanError::code)
        }
        ("compare", [need, offers, terms, so_far, options]) => {
            let (offers, terms): (Vec<_>, Vec<_>) = (read(offers), read(terms));
            let so_far: Vec<_> = read(so_far);
            let result = sourcing::compare(&read(need), &offers, &terms, &so_far, &read(options));
            give(result, sourcing::SourcingError::code)
        }
        ("allocate", [basket, offers, terms, options]) => {
            let (basket, offers, terms): (Vec<_>, Vec<_>, Vec<_>) =
                (read(basket), read(offers), read(terms));
            let result = sourcing::allocate(&basket, &offers, &terms, &read(options));
            give(result, sourcing::SourcingError::code)
        }
        ("split", [order, rules]) => {
            give(order::split(&read(order), &read(rules)), order::OrderError::code)
        }
        ("advanceSaleOrder", [flow, input, now, policy]) => {
            let now: Timestamp = read(now);
            let step = flow::advance(&read(flow), &read(input), now, &read(policy));
            give(step, flow::TransitionError::code)
        }
        ("rollUp", [children]) => {
            let children: Vec<_> = read(children);
            json!({ "result": serde_json::to_value(flow::roll_up(&children)).unwrap() })
        }
        other => panic!("no such call: {other:?}"),
    }
}

#[test]
fn every_case_is_answered_as_recorded() {
    let mut cases: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert!(cases.len() >= 8, "the cases cover every call");
    let bless = std::env::var("REPLENISH_BLESS").is_ok();
    for case in &mut cases {
        let call = case["call"].as_str().unwrap().to_owned();
        let found = answer(&call, case["arguments"].as_array().unwrap());
        if bless {
            case["answer"] = found;
        } else {
            assert_eq!(found, case["answer"], "{}", case["name"]);
        }
    }
    if bless {
        std::fs::write(FILE, serde_json::to_string_pretty(&cases).unwrap() + "\n").unwrap();
    }
}
