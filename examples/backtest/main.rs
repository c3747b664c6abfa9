//! What our policies are worth on recorded demand: one JSON object a line for each set.
//! `cargo xtask backtest` runs it and makes tables and curves of it.
//!
//! `backtest FILE...`, collections of series that `sets` knows, one series a line.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program: it reads files, measures time and prints"
)]

mod sets;

use replenish::inventory::{
    InventoryError,
    backtest::{BacktestTrial, compare_policies, line_value, try_policies},
};
use serde_json::{Value, json};
use sets::Set;
use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    for file in std::env::args().skip(1).map(PathBuf::from) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).map_err(|error| format!("{name}: {error}"))?;
        for set in sets::sets(&name, &text).map_err(|error| format!("{name}: {error}"))? {
            println!("{}", measure(&set)?);
        }
    }
    Ok(())
}

fn measure(set: &Set) -> Result<Value, Box<dyn Error>> {
    let begin = Instant::now();
    let mut trials = Vec::new();
    let mut refused: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (item, outcome) in set.items.iter().zip(try_all(set)) {
        match outcome {
            Ok(trial) => trials.push(trial),
            Err(error) => {
                let message = format!("{}: {error}", item.id);
                refused.entry(error.code().into()).or_insert((0, message)).0 += 1;
            }
        }
    }
    let tried = begin.elapsed().as_secs_f64();
    let result = compare_policies(&trials, &set.options)?;
    let left_out: Vec<Value> = refused
        .into_iter()
        .map(|(code, (count, first))| json!({ "code": code, "count": count, "first": first }))
        .collect();
    Ok(json!({
        "set": set.name,
        "about": set.about,
        "left_out": left_out,
        "seconds": [tried, begin.elapsed().as_secs_f64() - tried],
        "result": result,
    }))
}

/// Every product under every policy, on all processors.
fn try_all(set: &Set) -> Vec<Result<BacktestTrial, InventoryError>> {
    let line_value = line_value(&set.items, &set.options);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            set.items.get(index).map(|item| (index, item))
        } {
            done.push((index, try_policies(item, index, line_value, &set.options)));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut outcomes: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = running.into_iter().map(|thread| thread.join().expect("no thread panics"));
        joined.flatten().collect()
    });
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}
