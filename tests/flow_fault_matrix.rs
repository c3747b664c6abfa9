//! Every step of the seven through every fault, against six virtual systems: how does the run end?
//!
//! `REPLENISH_BLESS=1 cargo test --test flow_fault_matrix` writes the table anew; read the
//! difference.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "flow_fault_matrix/faults.rs"]
mod faults;
#[path = "flow_fault_matrix/host.rs"]
mod host;
#[path = "flow_fault_matrix/systems.rs"]
mod systems;
#[path = "flow_fault_matrix/trial.rs"]
mod trial;

use faults::{Fault, Kind, STEPS, When};
use replenish::flow::RunOutcome;
use std::{collections::BTreeMap, fmt::Write as _};
use trial::{Offers, shown, trial, violations};

#[test]
fn nothing_wrong_passes() {
    for offers in Offers::ALL {
        let ended = trial(offers, offers, &[]);
        assert_eq!(shown(&ended, "create_cart"), "passed (0)", "{}", report(&ended));
        assert_eq!(violations(&ended, &[]), [""; 0]);
    }
}

#[test]
fn every_step_through_every_fault_ends_as_the_table_says() {
    let mut text = String::from(
        "# Fault matrix of the seven steps\n\nRendered by `tests/flow_fault_matrix.rs`: one fault \
         in one step's first request, or in all of its requests, and how the run ends, with its \
         exit code, for servers that offer nothing against doubt, look-up by reference, or \
         de-duplication by key. A step's name stands beside an outcome that it caused.\n",
    );
    let (mut cells, mut wrong) = (0, Vec::new());
    for (title, when) in [("once", When::First), ("every time", When::Always)] {
        write!(
            text,
            "\n## {title}\n\n| step | fault | nothing | look-up | key |\n|---|---|---|---|---|\n"
        )
        .unwrap();
        let kinds: &[Kind] = if when == When::First { &Kind::ALL } else { &Kind::LASTING };
        for step in STEPS {
            for &kind in kinds.iter().filter(|kind| kind.befalls(step)) {
                write!(text, "| {step} | {} |", kind.words()).unwrap();
                for offers in Offers::ALL {
                    let faults = [Fault { step, kind, when }];
                    let ended = trial(offers, offers, &faults);
                    write!(text, " {} |", shown(&ended, step)).unwrap();
                    for problem in violations(&ended, &faults) {
                        wrong.push(format!("{step}, {}, {offers:?}: {problem}", kind.words()));
                    }
                    cells += 1;
                }
                text.push('\n');
            }
        }
    }
    println!("{cells} cells");
    compare("fault_matrix.md", &text);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Draws up to four faults.
fn drawn(seed: u64) -> Vec<Fault> {
    let mut state = seed;
    let mut below = |end: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(end).unwrap()).unwrap()
    };
    let mut faults: Vec<Fault> = Vec::new();
    for _ in 0..=below(4) {
        let step = STEPS[below(STEPS.len())];
        let kind = Kind::ALL[below(Kind::ALL.len())];
        let lasts = Kind::LASTING.contains(&kind) && below(4) == 0;
        // Most requests of a step are its first.
        let most = 1 + below(4);
        let when = if lasts { When::Always } else { When::Nth(1 + below(most)) };
        let free = faults.iter().all(|fault| (fault.step, fault.when) != (step, when));
        if kind.befalls(step) && free {
            faults.push(Fault { step, kind, when });
        }
    }
    faults
}

/// What a sequence of faults breaks.
fn broken(offers: Offers, believed: Offers, faults: &[Fault]) -> Vec<String> {
    violations(&trial(offers, believed, faults), faults)
}

/// The shortest part of a failing sequence that still fails, each fault as early as can be.
fn shrunk(offers: Offers, believed: Offers, mut faults: Vec<Fault>) -> Vec<Fault> {
    let fails = |faults: &[Fault]| !broken(offers, believed, faults).is_empty();
    loop {
        let without = (0..faults.len()).map(|place| {
            let mut fewer = faults.clone();
            fewer.remove(place);
            fewer
        });
        let earlier = (0..faults.len()).filter_map(|place| {
            let When::Nth(nth) = faults[place].when else { return None };
            let mut sooner = faults.clone();
            sooner[place].when = When::Nth(nth.checked_sub(1).filter(|nth| *nth > 0)?);
            Some(sooner)
        });
        let Some(smaller) = without.chain(earlier).find(|smaller| fails(smaller)) else {
            return faults;
        };
        faults = smaller;
    }
}

#[test]
fn several_faults_at_once_break_no_rule() {
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for (seed, offers) in (0..2_000).zip(Offers::ALL.into_iter().cycle()) {
        let faults = drawn(seed);
        let ended = trial(offers, offers, &faults);
        let found = violations(&ended, &faults);
        if !found.is_empty() {
            let faults = shrunk(offers, offers, faults);
            let ended = trial(offers, offers, &faults);
            let found = violations(&ended, &faults);
            panic!("seed {seed}, {offers:?}, {faults:#?}: {found:#?}\n{}", report(&ended));
        }
        *outcomes.entry(ended.run.outcome().map_or("none", RunOutcome::name)).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(outcomes.len() == 6 && outcomes["in_doubt"] > 100, "{outcomes:?}");
}

/// A search that finds nothing where something is wrong is worth nothing.
#[test]
fn a_server_that_does_not_keep_its_word_is_found_out() {
    let failing = (0..2_000).find_map(|seed| {
        let faults = drawn(seed);
        let fails = !broken(Offers::Nothing, Offers::Key, &faults).is_empty();
        fails.then_some((seed, faults))
    });
    let (seed, faults) = failing.unwrap();
    let shortest = shrunk(Offers::Nothing, Offers::Key, faults);
    let found = broken(Offers::Nothing, Offers::Key, &shortest);
    println!("seed {seed}: {shortest:?}: {found:?}");
    assert_eq!(shortest.len(), 1, "{shortest:?}");
    assert!(found.iter().any(|problem| problem.starts_with("2 documents of")), "{found:?}");
}

/// The records of a run, for a person.
fn report(ended: &host::Ended) -> String {
    let mut text = String::new();
    for record in &ended.records {
        writeln!(text, "{record:?}").unwrap();
    }
    if let Some(matrix) = ended.run.consistency() {
        text.push_str(&matrix.render());
    }
    text
}

#[expect(
    clippy::disallowed_methods,
    reason = "a developer's tool: the switch that rewrites the table, and the table itself"
)]
fn compare(name: &str, rendered: &str) {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("REPLENISH_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(&path, rendered).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (Vec<&str>, Vec<&str>) =
        (checked_in.lines().collect(), rendered.lines().collect());
    let mut difference = String::new();
    for line in old.iter().filter(|line| !new.contains(line)) {
        writeln!(difference, "- {line}").unwrap();
    }
    for line in new.iter().filter(|line| !old.contains(line)) {
        writeln!(difference, "+ {line}").unwrap();
    }
    assert!(
        checked_in == rendered,
        "{path} differs from the code; if that is meant, run with REPLENISH_BLESS=1\n{difference}"
    );
}
