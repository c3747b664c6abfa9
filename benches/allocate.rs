//! Processor time of allocating baskets from files: `cargo bench --bench allocate -- [--steps N] FILE...`
//! prints one JSON document a file, its answer without what is bought, and the milliseconds. Reading the
//! file is not timed, checking and stating it is. In WebAssembly the same is measured by
//! `node benches/allocate.mjs`; `cargo xtask bench` sets both side by side.

#![expect(clippy::print_stdout, reason = "a program speaks here")]

use replenish::sourcing::{BasketInstance, basket::Budget};
use std::{env, fs, hint::black_box};

/// Passes go on until they took so long.
const LEAST_MILLISECONDS: f64 = 100.0;

fn main() {
    let mut budget = Budget::default();
    let mut words = env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        if word == "--steps" {
            budget.steps = words.next().and_then(|steps| steps.parse().ok()).expect("a number");
        } else if fs::exists(&word).unwrap_or(false) {
            println!("{}", measure(&word, budget));
        }
    }
}

fn measure(file: &str, budget: Budget) -> serde_json::Value {
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads its instances")]
    let text = fs::read_to_string(file).expect("a file");
    let instance: BasketInstance = serde_json::from_str(&text).expect("an instance");
    let begin = milliseconds();
    let mut answer = instance.solve(budget).expect("a basket");
    let mut taken = milliseconds() - begin;
    if taken < LEAST_MILLISECONDS {
        let (begin, mut passes) = (milliseconds(), 0.0);
        while milliseconds() - begin < LEAST_MILLISECONDS {
            black_box(instance.solve(budget)).expect("a basket");
            passes += 1.0;
        }
        taken = (milliseconds() - begin) / passes;
    }
    answer.solution.clear();
    let mut document = serde_json::to_value(&answer).expect("a document");
    document["file"] = file.into();
    document["milliseconds"] = taken.into();
    document
}

/// What the kernel says this thread has computed, or where it does not say, the time of day.
fn milliseconds() -> f64 {
    #[expect(clippy::disallowed_methods, reason = "a benchmark asks for the time")]
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let computed = text.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    computed.map_or_else(wall_milliseconds, |nanoseconds| nanoseconds * 1e-6)
}

#[expect(clippy::disallowed_types, reason = "a benchmark asks for the time")]
fn wall_milliseconds() -> f64 {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGIN.get_or_init(std::time::Instant::now).elapsed().as_secs_f64() * 1e3
}
