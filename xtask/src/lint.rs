//! What must hold of the code without running it.

use crate::{
    arguments::none_left,
    licence, npm, repository,
    steps::{Outcome, Steps},
    system::{cargo, run},
    wasm,
};
use anyhow::Result;

/// `cargo xtask lint`
pub(crate) fn lint(arguments: &[String]) -> Result<()> {
    none_left(arguments)?;
    let mut steps = Steps::default();
    steps.run("format", || run(cargo("fmt").args(["--all", "--check"])))?;
    steps.run("clippy", || {
        run(cargo("clippy").args(["--locked", "--workspace", "--all-targets"]).args(DENY))
    })?;
    steps.step("clippy for WebAssembly", || {
        if !wasm::installed() {
            return Ok(Outcome::Skipped(format!(
                "the compiler on PATH has no {} target",
                wasm::TARGET
            )));
        }
        let package = ["--locked", "--package", "replenish", "--target", wasm::TARGET];
        run(cargo("clippy").args(package).args(["--lib", "--test", "wasm*"]).args(DENY))
            .map(|()| Outcome::Passed)
    })?;
    steps.run("documentation", || {
        run(cargo("doc").env("RUSTDOCFLAGS", "-D warnings").args([
            "--locked",
            "--workspace",
            "--no-deps",
            "--quiet",
        ]))
    })?;
    steps.run("lock files", repository::check_lock_files)?;
    steps.run("licences", || {
        licence::check_crates()?;
        ["pkg", "www"]
            .into_iter()
            .filter(|dir| npm::is_package(dir))
            .try_for_each(licence::check_npm)
    })?;
    steps.finish();
    Ok(())
}

const DENY: [&str; 3] = ["--", "-D", "warnings"];
