//! Baskets whose least cost is known are allocated at that cost, with proof, and with the same bits on
//! every target: status, cost, bound, nodes, steps and what is bought, however soon the search has to
//! end. `REPLENISH_BLESS=1 cargo test --test sourcing_answers` records a wanted change.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::sourcing::{AnswerStatus, BasketAnswer, BasketInstance, basket::Budget};
use std::fmt::Write;

const RECORDED: &str = include_str!("fixtures/sourcing/answers.txt");

const INSTANCES: [&str; 5] = [
    include_str!("fixtures/sourcing/5x20-loose-1050.json"),
    include_str!("fixtures/sourcing/5x20-mixed-1051.json"),
    include_str!("fixtures/sourcing/5x20-tight-1052.json"),
    include_str!("fixtures/sourcing/5x20-tight-1061.json"),
    include_str!("fixtures/sourcing/10x100-mixed-1101.json"),
];

#[derive(serde::Deserialize)]
struct Stored {
    optimal: Optimal,
}

#[derive(serde::Deserialize)]
struct Optimal {
    objective: i64,
}

/// An answer that is checked: its choice is allowed and costs what it says, its bound holds.
fn answer(text: &str, budget: Budget) -> BasketAnswer {
    let instance: BasketInstance = serde_json::from_str(text).unwrap();
    let answer = instance.solve(budget).unwrap();
    let Stored { optimal } = serde_json::from_str(text).unwrap();
    let picks = instance.picks(&answer.solution).unwrap();
    let found = instance.basket().unwrap().evaluate(&picks).unwrap();
    assert_eq!(found.cost, answer.objective, "{:?} {budget:?}", answer.id);
    assert!(answer.lower_bound <= optimal.objective, "{:?} {budget:?}", answer.id);
    assert!(answer.objective >= optimal.objective, "{:?} {budget:?}", answer.id);
    let proved = answer.lower_bound == answer.objective;
    assert_eq!(answer.status == AnswerStatus::Proved, proved, "{:?} {budget:?}", answer.id);
    answer
}

/// FNV-1a, 64 bits.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg_attr(not(target_family = "wasm"), test)]
#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
fn the_known_cost_is_found_and_proved_on_small_baskets() {
    for text in &INSTANCES[..4] {
        let found = answer(text, Budget::default());
        assert_eq!(found.status, AnswerStatus::Proved, "{:?}", found.id);
    }
}

#[cfg_attr(not(target_family = "wasm"), test)]
#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
fn the_answers_have_the_recorded_bits() {
    let mut lines = String::new();
    for text in INSTANCES {
        for steps in [0, 1, 1_000, 30_000, 100_000, 300_000] {
            let answer = answer(text, Budget { steps });
            let BasketAnswer { id, objective, lower_bound, .. } = &answer;
            let bits = digest(&serde_json::to_string(&answer).unwrap());
            let id = id.as_deref().unwrap_or_default();
            writeln!(lines, "{id} {steps} steps: {objective} {lower_bound} {bits:016x}").unwrap();
        }
    }
    #[cfg(not(target_family = "wasm"))]
    {
        #[expect(
            clippy::disallowed_methods,
            reason = "the person who records asks by the environment"
        )]
        if std::env::var("REPLENISH_BLESS").is_ok() {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sourcing/answers.txt");
            std::fs::write(file, &lines).unwrap();
            return;
        }
    }
    assert_eq!(lines, RECORDED, "REPLENISH_BLESS=1 records a wanted change");
}
