//! The only build script of the project: `cargo xtask help` lists what it does.
//!
//! wasm-bindgen and its test runner are libraries here, so `Cargo.lock` pins them together with the
//! `wasm-bindgen` the engine links, and nothing has to be installed first. Read `package` for what a
//! build is, `wasm` for where the WebAssembly toolchain comes from, `verify` for what the gates are,
//! `lives` for the proofs of the life cycles.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks here")]

mod accuracy;
mod arguments;
mod backtest;
mod bench;
mod browser;
mod conserve;
mod debian;
mod instances;
mod licence;
mod lint;
mod lives;
mod npm;
mod package;
mod repository;
mod steps;
mod system;
mod verify;
mod wasm;

use anyhow::{Result, bail};
use std::{env, process::ExitCode};

const HELP: &str = "\
usage: cargo xtask COMMAND

  pkg [--check] [--json FILE]   build the engine for WebAssembly and the npm package in pkg/;
                                --check fails when the checked-in types are stale,
                                --json writes the engine's size
  test                          every test: native, package, WebAssembly in Node and in Chromium, npm
  test-wasm [--browser] [ARGS]  the WebAssembly tests in Node, or in headless Chromium;
                                ARGS go to `cargo test`
  lint                          formatting, clippy, documentation, licences, lock files
  demo [ARGS]                   build, then run the sample company: `replenish demo ARGS`
  accuracy [--set NAME] [--model NAME] [--data DIR] [--out FILE] [--dump FILE]
                                forecast every collection of series in DIR (../shared/data) and set
                                the scores beside those of others; --dump writes every forecast
  backtest [--set NAME] [--data DIR] [--out FILE] [--report FILE]
                                replay recorded demand in DIR (../shared/data) under our policies and
                                others', write benches/BACKTEST.md and a report as one HTML file
  bench [--json FILE] [--instances [--only NAME] [--write]] [ARGS]
                                benchmarks and a table of their medians, then every basket of
                                ../shared/golden/sourcing beside its known least cost, natively and as
                                WebAssembly; --instances those alone, --only those named
                                so, --write also into benches/SOURCING.md; with ARGS, which go to `cargo bench`, no baskets
  conserve [--orders N] [--seed S]
                                split N random orders (10000000), optimised and on all processors,
                                from seed S (0) on, and prove that every column adds up
  verify [--transitions N] [--seed S]
                                search the large models of the life cycles, then drive N random
                                transitions (100000000), from seed S (0) on
  setup                         fetch and install everything later runs need, so that they work offline
  help                          this text

environment
  REPLENISH_WASM=rustup|debian  force where the wasm32 target comes from
  RUSTUP_AUTO_INSTALL=0         never let rustup use the network
  CI                            when set, a missing browser fails `test` instead of skipping a step";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // One line with its causes: a backtrace says nothing about a missing program.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        bail!("no command given\n\n{HELP}");
    };
    let rest = rest.to_vec();
    match command.as_str() {
        "pkg" => package::package(rest),
        "test" => verify::test(&rest),
        "test-wasm" => verify::test_wasm(rest),
        "lint" => lint::lint(&rest),
        "demo" => package::demo(&rest),
        "accuracy" => accuracy::accuracy(rest),
        "backtest" => backtest::backtest(rest),
        "bench" => bench::bench(rest),
        "conserve" => conserve::conserve(rest),
        "verify" => lives::verify(rest),
        "setup" => verify::setup(&rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        // What `cargo test --target wasm32-unknown-unknown` starts each test binary with.
        wasm::RUNNER => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments),
        other => bail!("unknown command `{other}`\n\n{HELP}"),
    }
}
