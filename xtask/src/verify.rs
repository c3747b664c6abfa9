//! What must pass: every test there is, in steps.

use crate::{
    arguments::{none_left, take_flag},
    browser, npm,
    package::{Types, build},
    steps::{Outcome, Steps},
    system::{cargo, host_target, run, run_within},
    wasm::{TARGET, Toolchain},
};
use anyhow::{Context as _, Result};
use std::{env, time::Duration};

/// `cargo xtask test`
pub(crate) fn test(arguments: &[String]) -> Result<()> {
    none_left(arguments)?;
    let mut steps = Steps::default();
    steps.run("native tests", || {
        run(cargo("test").args(["--locked", "--workspace", "--exclude", "xtask"]))
    })?;
    // In the profile this very program is built with, or all it depends on would be built again.
    steps.run("build tool tests", || {
        run(cargo("test").args(["--locked", "--package", "xtask", "--profile", "xtask"]))
    })?;
    steps.run("package", || build(Types::Compare, None))?;
    steps.run("WebAssembly tests in Node", || test_in(Host::Node, &[]))?;
    steps.step("WebAssembly tests in Chromium", || {
        if let Err(missing) = browser::driver() {
            let reason = format!("{missing:#}");
            browser::may_be_missing(env::var("CI").ok().as_deref()).context(reason.clone())?;
            return Ok(Outcome::Skipped(reason));
        }
        test_in(Host::Browser, &[]).map(|()| Outcome::Passed)
    })?;
    for dir in ["pkg", "www"] {
        steps.step(&format!("npm test in {dir}"), || {
            if !npm::is_package(dir) {
                return Ok(Outcome::Skipped(format!("{dir}/package.json is not there")));
            }
            npm::install(dir)?;
            npm::run_script(dir, "test").map(|()| Outcome::Passed)
        })?;
    }
    steps.finish();
    Ok(())
}

/// `cargo xtask test-wasm`
pub(crate) fn test_wasm(mut arguments: Vec<String>) -> Result<()> {
    let browser = take_flag(&mut arguments, "--browser");
    test_in(if browser { Host::Browser } else { Host::Node }, &arguments)
}

/// `cargo xtask setup`
pub(crate) fn setup(arguments: &[String]) -> Result<()> {
    none_left(arguments)?;
    let mut steps = Steps::default();
    steps.run("crates", || {
        let targets = ["--target", &host_target()?, "--target", TARGET];
        run_within(Duration::from_mins(10), cargo("fetch").arg("--locked").args(targets))
    })?;
    steps.run("WebAssembly toolchain", || Toolchain::find().map(drop))?;
    steps.run("Chromium", || browser::driver().map(drop))?;
    for dir in ["pkg", "www"].into_iter().filter(|dir| npm::is_package(dir)) {
        steps.run(&format!("npm packages of {dir}"), || npm::install(dir))?;
    }
    steps.finish();
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    Node,
    Browser,
}

fn test_in(host: Host, arguments: &[String]) -> Result<()> {
    let mut tests = Toolchain::find()?.cargo_test()?;
    match host {
        Host::Node => npm::node().map(drop)?,
        Host::Browser => {
            tests.env("WASM_BINDGEN_USE_BROWSER", "1").env("CHROMEDRIVER", browser::driver()?);
            // The runner's own limits are a developer's; a loaded machine is no failure.
            for (limit, seconds) in
                [("WASM_BINDGEN_TEST_TIMEOUT", "300"), ("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")]
            {
                if env::var_os(limit).is_none() {
                    tests.env(limit, seconds);
                }
            }
        }
    }
    // What goes through the public API; unit tests and examples have been the native run's.
    run(tests.args(["--package", "replenish", "--test", "*"]).args(arguments))
}
