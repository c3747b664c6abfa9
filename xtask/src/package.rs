//! Builds what users install: the engine as WebAssembly, its types, its size, the npm package.

use crate::{
    arguments::{none_left, take_file, take_flag},
    npm,
    system::{root, run, target_dir, write_json},
    wasm::{TARGET, Toolchain},
};
use anyhow::{Context, Result, bail, ensure};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};
use wasm_bindgen_cli_support::Bindgen;

/// What the engine has today and a little more: growth beyond it is a decision, not an accident.
const BUDGET: Size = Size { raw: 4_720_000, gzip: 1_792_000 };
const TYPES: &str = "pkg/types/engine.d.ts";

/// What to do with the checked-in types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    Write,
    Compare,
}

/// `cargo xtask pkg`
pub(crate) fn package(mut arguments: Vec<String>) -> Result<()> {
    let types = if take_flag(&mut arguments, "--check") { Types::Compare } else { Types::Write };
    let json = take_file(&mut arguments, "--json")?;
    none_left(&arguments)?;
    build(types, json.as_deref())
}

/// `cargo xtask demo`
pub(crate) fn demo(arguments: &[String]) -> Result<()> {
    build(Types::Write, None)?;
    let cli = root().join("pkg/bin/replenish.js");
    ensure!(cli.exists(), "pkg/bin/replenish.js is not there: the demo needs the npm package");
    run(npm::node()?.current_dir(root()).arg("pkg/bin/replenish.js").arg("demo").args(arguments))
}

pub(crate) fn build(types: Types, json: Option<&Path>) -> Result<()> {
    let engine = build_engine()?;
    let size = measure(&fs::read(engine.join("replenish_bg.wasm"))?)?;
    println!(
        "engine: {} bytes (at most {}), gzip {} (at most {})",
        size.raw, BUDGET.raw, size.gzip, BUDGET.gzip
    );
    if let Some(file) = json {
        let budget = json!({ "raw": BUDGET.raw, "gzip": BUDGET.gzip });
        write_json(file, &json!({ "raw": size.raw, "gzip": size.gzip, "budget": budget }))?;
    }
    settle_types(&engine, types)?;
    if npm::is_package("pkg") {
        npm::install("pkg")?;
        npm::run_script("pkg", "build")?;
    } else {
        println!("skipped: TypeScript, pkg/package.json is not there");
    }
    // Last, since an engine that is too large still runs.
    within_budget(size)
}

/// The engine and its glue in `pkg/engine`.
fn build_engine() -> Result<PathBuf> {
    // A cdylib alone: with an rlib beside it cargo drops the link-time optimisation.
    run(Toolchain::find()?.cargo("rustc")?.args([
        "--release",
        "--package",
        "replenish",
        "--lib",
        "--crate-type",
        "cdylib",
    ]))?;
    let made = target_dir()?.join("pkg-engine");
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    Bindgen::new()
        .input_path(target_dir()?.join(TARGET).join("release/replenish.wasm"))
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        // A host replaces the instance after a trap.
        .reset_state_function(true)
        .generate(&made)?;
    let engine = root().join("pkg/engine");
    mirror(&made, &engine)?;
    Ok(engine)
}

/// Makes the files of `to` those of `from`, each replaced whole and only if it differs, so that
/// whoever reads them at the same time never finds half of one.
fn mirror(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (name, bytes) = entry.and_then(|e| Ok((e.file_name(), fs::read(e.path())?)))?;
        if !fs::read(to.join(&name)).is_ok_and(|old| old == bytes) {
            let fresh = to.join("fresh");
            fs::write(&fresh, bytes)?;
            fs::rename(&fresh, to.join(&name))?;
        }
    }
    for entry in fs::read_dir(to)? {
        let old = entry?;
        if !from.join(old.file_name()).exists() {
            fs::remove_file(old.path())?;
        }
    }
    Ok(())
}

fn settle_types(engine: &Path, types: Types) -> Result<()> {
    let generated = public_types(&fs::read_to_string(engine.join("replenish.d.ts"))?)?;
    let file = root().join(TYPES);
    let checked_in = fs::read_to_string(&file).ok();
    if checked_in.as_deref() == Some(generated.as_str()) {
        return Ok(());
    }
    match types {
        Types::Write => {
            fs::create_dir_all(file.parent().context("the types have a directory")?)?;
            fs::write(&file, generated)?;
            println!("{TYPES}: written");
            Ok(())
        }
        Types::Compare => bail!("{}", stale(checked_in.as_deref(), &generated)),
    }
}

/// The declarations a user sees, by name: neither their order, which is the compiler's, nor the
/// loader's own, which name the module's inner exports and so are the compiler's too.
fn public_types(declarations: &str) -> Result<String> {
    let (public, _) = declarations
        .split_once("export type InitInput")
        .context("wasm-bindgen's declarations have no `InitInput`, where the loader's begin")?;
    let mut blocks: Vec<String> = Vec::new();
    for line in public.lines().filter(|line| !is_pragma(line)) {
        // A declaration belongs to the comment that ends right above it.
        let documented = blocks.last().is_some_and(|block| block.ends_with("*/"));
        let begins = line.starts_with("/*") || (line.starts_with("export ") && !documented);
        match blocks.last_mut() {
            Some(block) if !begins => {
                block.push('\n');
                block.push_str(line);
            }
            _ => blocks.push(line.into()),
        }
    }
    let mut blocks: Vec<_> = blocks.iter().map(|block| block.trim()).collect();
    blocks.retain(|block| !block.is_empty() && !block.contains("__wbg_reset_state"));
    blocks.sort_by_key(|block| (declared(block), *block));
    // TypeScript would take two interfaces of one name for one with the fields of both.
    if let Some(pair) = blocks.windows(2).find(|pair| declared(pair[0]) == declared(pair[1])) {
        bail!("two declarations share the name `{}`", declared(pair[0]).1);
    }
    Ok(format!("{HEADER}\n\n{}\n", blocks.join("\n\n")))
}

const HEADER: &str = "// The engine's types, from Rust, by `cargo xtask pkg`: not to be edited.";

fn is_pragma(line: &str) -> bool {
    ["/* tslint:disable */", "/* eslint-disable */"].contains(&line)
}

/// What a block declares: types before functions, each by name.
fn declared(block: &str) -> (bool, String) {
    let line = block.lines().find(|line| line.starts_with("export ")).unwrap_or_default();
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_').skip(1);
    let mut words =
        words.filter(|word| !["declare", "default", "abstract", "async"].contains(word));
    let function = words.next() == Some("function");
    (function, words.next().unwrap_or_default().into())
}

fn stale(checked_in: Option<&str>, generated: &str) -> String {
    const REPAIR: &str = "run `cargo xtask pkg` and commit it";
    let Some(old) = checked_in else {
        return format!("{TYPES} is not there: {REPAIR}");
    };
    let pairs = old.lines().map(Some).chain(std::iter::repeat(None)).zip(generated.lines());
    let same = pairs.take_while(|(old, new)| *old == Some(*new)).count();
    format!("{TYPES} is stale from line {} on: {REPAIR}", same + 1)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    raw: usize,
    gzip: usize,
}

fn measure(bytes: &[u8]) -> Result<Size> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(Size { raw: bytes.len(), gzip: gzip.finish()?.len() })
}

fn within_budget(size: Size) -> Result<()> {
    for (kind, bytes, most) in [("raw", size.raw, BUDGET.raw), ("gzip", size.gzip, BUDGET.gzip)] {
        ensure!(bytes <= most, "the engine is too large: {bytes} bytes {kind}, at most {most}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARATIONS: &str = r#"/* tslint:disable */
/* eslint-disable */
export type Zone = "a" | "b";
/**
 * A supplier's price.
 *
 * ```
 * let offer;
 * ```
 */
export interface Offer {
    price: string;

    /** From here on. */
    minimum: string;
}

export function compare(offers: Offer[]): void;

/**
 * Adds up.
 */
export function allocate(): Zone;
export function __wbg_reset_state(): void;

export type InitInput = RequestInfo;

export interface InitOutput { __wbindgen_malloc: 1 }
"#;

    #[test]
    fn keeps_the_types_by_name_and_leaves_the_loader_out() {
        let expected = r#"// The engine's types, from Rust, by `cargo xtask pkg`: not to be edited.

/**
 * A supplier's price.
 *
 * ```
 * let offer;
 * ```
 */
export interface Offer {
    price: string;

    /** From here on. */
    minimum: string;
}

export type Zone = "a" | "b";

/**
 * Adds up.
 */
export function allocate(): Zone;

export function compare(offers: Offer[]): void;
"#;
        assert_eq!(public_types(DECLARATIONS).unwrap(), expected);
        assert!(public_types("export interface Offer {}").is_err());
        let twice = DECLARATIONS.replace("export type Zone", "export type Offer");
        let error = public_types(&twice).unwrap_err().to_string();
        assert_eq!(error, "two declarations share the name `Offer`");
    }

    #[test]
    fn replaces_what_differs_and_removes_what_is_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("inner/to"));
        fs::create_dir(&from).unwrap();
        for (name, text) in [("same", "1"), ("changed", "2")] {
            fs::write(from.join(name), text).unwrap();
        }
        mirror(&from, &to).unwrap();
        fs::write(from.join("changed"), "3").unwrap();
        fs::write(to.join("stray"), "").unwrap();
        let past = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options().write(true).open(to.join("same")).unwrap().set_modified(past).unwrap();
        mirror(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("changed")).unwrap(), "3");
        assert_eq!(fs::metadata(to.join("same")).unwrap().modified().unwrap(), past);
        assert_eq!(fs::read_dir(&to).unwrap().count(), 2);
    }

    #[test]
    fn says_where_the_types_are_stale_and_what_repairs_them() {
        assert!(stale(None, "a\n").starts_with("pkg/types/engine.d.ts is not there"));
        for (old, line) in [("a\nx\nc\n", 2), ("a\nb\n", 3), ("a\nb\nc\nd\n", 4), ("", 1)] {
            let message = stale(Some(old), "a\nb\nc\n");
            let expected = format!("stale from line {line} on: run `cargo xtask pkg`");
            assert!(message.contains(&expected), "{old:?}: {message}");
        }
    }

    #[test]
    fn measures_and_refuses_what_is_over_budget() {
        let size = measure(&[7; 10_000]).unwrap();
        assert_eq!(size.raw, 10_000);
        assert!((20..200).contains(&size.gzip), "{size:?}");
        assert!(within_budget(BUDGET).is_ok());
        let (raw, gzip) = (BUDGET.raw + 1, BUDGET.gzip + 1);
        let error = within_budget(Size { raw, ..BUDGET }).unwrap_err().to_string();
        let expected = format!("the engine is too large: {raw} bytes raw, at most {}", BUDGET.raw);
        assert_eq!(error, expected);
        let error = within_budget(Size { gzip, ..BUDGET }).unwrap_err().to_string();
        assert!(error.contains(&format!("{gzip} bytes gzip")), "{error}");
    }
}
