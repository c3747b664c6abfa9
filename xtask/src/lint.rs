//! What must hold of the code without running it.

use crate::{
    arguments::none_left,
    licence, npm, repository,
    steps::Steps,
    system::{cargo, run},
    wasm::Toolchain,
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
    // What is compiled for WebAssembly only; Debian's toolchain has no clippy of the same version.
    let toolchain = Toolchain::find()?;
    let subcommand = if toolchain.has_clippy() { "clippy" } else { "rustc" };
    steps.run(&format!("{subcommand} for WebAssembly"), || {
        run(toolchain.cargo(subcommand)?.args(["--package", "replenish", "--lib"]).args(DENY))
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
