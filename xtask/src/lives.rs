//! Whether no order is lost or made twice: large models searched, and very many random transitions.

use crate::{
    arguments::{none_left, take_count},
    steps::Steps,
    system::{cargo, run_keeping},
};
use anyhow::{Result, ensure};

/// `cargo xtask verify`
///
/// The searches that are too large for every run, and the same simulation that makes a million
/// transitions in every run; both optimised, on all processors.
pub(crate) fn verify(mut arguments: Vec<String>) -> Result<()> {
    let transitions = take_count(&mut arguments, "--transitions", 100_000_000)?;
    let seed = take_count(&mut arguments, "--seed", 0)?;
    none_left(&arguments)?;
    ensure!(transitions > 0, "`--transitions` wants a number above 0");
    let mut found = Vec::new();
    let mut steps = Steps::default();
    let test = || {
        let mut test = cargo("test");
        test.args(["--locked", "--release", "--package", "replenish"]);
        test
    };
    steps.run("model search", || {
        let mut search = test();
        search.args(["--lib", "flow::", "--", "--ignored", "--nocapture"]);
        found.extend(run_keeping(&mut search, is_finding)?);
        Ok(())
    })?;
    steps.run("simulation", || {
        let mut simulation = test();
        simulation
            .env("REPLENISH_TRANSITIONS", transitions.to_string())
            .env("REPLENISH_SEED", seed.to_string())
            .args(["--test", "flow_simulation", "--", "--nocapture"]);
        found.extend(run_keeping(&mut simulation, is_finding)?);
        Ok(())
    })?;
    println!("\n{}", found.join("\n"));
    steps.finish();
    Ok(())
}

/// Whether a line says what was searched or tried, rather than how far it has come.
fn is_finding(line: &str) -> bool {
    let searched = line.contains(" states") && line.contains(" edges");
    let tried = line.contains(" transitions") && line.contains(" breaches");
    searched || tried || line.contains("mutants caught")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_up_what_was_searched_and_tried() {
        assert!(is_finding("keys, late: 4361 states, 21000 edges, 3 cancels"));
        assert!(is_finding("sale orders: 9 courses from seed 0 on, 300 transitions, 0 breaches"));
        assert!(!is_finding("5000 of 300000 transitions, 2 s"));
        assert!(!is_finding("test flow::check::keys_deduplicated ... ok"));
    }

    #[test]
    fn refuses_what_would_try_nothing() {
        let error = verify(["--transitions", "0"].map(Into::into).into()).unwrap_err();
        assert!(error.to_string().contains("above 0"), "{error}");
        assert!(verify(["--orders", "1"].map(Into::into).into()).is_err());
    }
}
