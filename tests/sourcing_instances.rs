//! Instances whose least cost is known: they can be read, and their stored choice costs what they say.
//!
//! Those of the project are in `tests/fixtures/sourcing`, made by a seeded generator and solved to
//! proof by a branch-and-bound over `HiGHS`; a larger collection is read where it stands beside the
//! project.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads files, and may panic"
)]

use replenish::sourcing::BasketInstance;
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(serde::Deserialize)]
struct Stored {
    optimal: Optimal,
}

#[derive(serde::Deserialize)]
struct Optimal {
    objective: i64,
    detail: Detail,
    solution: Vec<(usize, i64)>,
}

#[derive(serde::Deserialize)]
struct Detail {
    goods: i64,
    freight: i64,
    po: i64,
    short: i64,
    excess_credit: i64,
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| {
        file.extension().is_some_and(|kind| kind == "json") && !file.ends_with("index.json")
    });
    files.sort();
    files
}

fn check(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let instance: BasketInstance = serde_json::from_str(&text).unwrap();
    let Stored { optimal } = serde_json::from_str(&text).unwrap();
    let basket = instance.basket().unwrap();
    let picks = instance.picks(&optimal.solution).unwrap();
    let found = basket.evaluate(&picks).unwrap();
    assert_eq!(found.cost, optimal.objective, "{}", file.display());
    let Detail { goods, freight, po, short, excess_credit } = optimal.detail;
    assert_eq!(
        (found.purchases, found.orders, found.shortage, found.surplus),
        (goods, freight + po, short, excess_credit),
        "{}",
        file.display()
    );
    let mut ascending = optimal.solution;
    ascending.sort_unstable();
    assert_eq!(instance.solution(&picks), ascending, "{}", file.display());
}

#[test]
fn a_stored_choice_costs_what_its_file_says() {
    let files = files("tests/fixtures/sourcing");
    assert!(files.len() >= 5, "only {} files", files.len());
    for file in &files {
        check(file);
    }
}

#[test]
fn so_does_each_of_the_collection() {
    let files = files("../shared/golden/sourcing");
    if files.is_empty() {
        println!("skipped: there is no collection of instances beside the project");
    }
    for file in &files {
        check(file);
    }
}

#[test]
fn what_an_offer_does_not_know_is_refused() {
    let file = &files("tests/fixtures/sourcing")[0];
    let text = fs::read_to_string(file).unwrap();
    for (known, other) in [("\"moq\"", "\"minimum\""), ("\"avail\":", "\"stock\":1,\"avail\":")] {
        let changed = text.replacen(known, other, 1);
        assert!(serde_json::from_str::<BasketInstance>(&changed).is_err(), "{other}");
    }
}
