//! Whether the licences of what the engine and the npm packages ship are permissive.

use crate::{
    system::{cargo, host_target, output, root},
    wasm::TARGET,
};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// Licences that ask for no more than their own text.
const PERMISSIVE: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Zlib",
];
/// What may besides be used to build and test, for none of it is passed on.
const DEVELOPMENT: [&str; 5] = ["BlueOak-1.0.0", "CC-BY-4.0", "CC0-1.0", "MPL-2.0", "Python-2.0"];

/// Checks the crates that the engine is built from, on this machine and as WebAssembly.
pub(crate) fn check_crates() -> Result<()> {
    let host = host_target()?;
    let targets = ["--filter-platform", &host, "--filter-platform", TARGET];
    let metadata =
        output(cargo("metadata").args(["--locked", "--format-version", "1"]).args(targets))?;
    let crates = crate_licences(&serde_json::from_str(&metadata)?, "replenish")?;
    let violations = crates.iter().filter(|(_, licence)| !is_permitted(licence, &PERMISSIVE));
    report(violations.map(|(name, licence)| format!("crate {name}: {licence}")))?;
    println!("licences: {} crates of the engine are permissive", crates.len());
    Ok(())
}

/// Checks what the lock file of an npm package names.
pub(crate) fn check_npm(dir: &str) -> Result<()> {
    let lock = fs::read_to_string(root().join(dir).join("package-lock.json"))
        .with_context(|| format!("{dir}/package.json has no package-lock.json beside it"))?;
    report(npm_violations(&serde_json::from_str(&lock)?)?)?;
    println!("licences: the npm packages of {dir} are permissive");
    Ok(())
}

fn report(violations: impl IntoIterator<Item = String>) -> Result<()> {
    let violations: Vec<_> = violations.into_iter().collect();
    ensure!(violations.is_empty(), "licences that are not allowed: {}", violations.join(", "));
    Ok(())
}

/// The licence of each crate that `package` is built from, itself left out.
fn crate_licences(metadata: &Value, package: &str) -> Result<BTreeMap<String, String>> {
    let list = |value: &Value, key: &str| -> Result<Vec<Value>> {
        value[key].as_array().cloned().with_context(|| format!("cargo metadata has no `{key}`"))
    };
    let packages: BTreeMap<String, Value> =
        list(metadata, "packages")?.into_iter().map(|p| (text(&p["id"]), p)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"], "nodes")?.into_iter().map(|n| (text(&n["id"]), n)).collect();
    let (start, _) = packages
        .iter()
        .find(|(_, found)| found["name"] == package && found["source"].is_null())
        .with_context(|| format!("cargo metadata has no package `{package}`"))?;

    let mut seen = BTreeSet::from([start.clone()]);
    let mut waiting = vec![start.clone()];
    let mut licences = BTreeMap::new();
    while let Some(id) = waiting.pop() {
        let found = packages.get(&id).with_context(|| format!("no package `{id}`"))?;
        if id != *start {
            let licence = found["license"].as_str().unwrap_or("none given");
            licences.insert(text(&found["name"]), licence.to_string());
        }
        let node = nodes.get(&id).with_context(|| format!("no dependencies of `{id}`"))?;
        for dependency in list(node, "deps")? {
            // A null kind is a normal dependency; the others build or test.
            let normal = list(&dependency, "dep_kinds")?.iter().any(|kind| kind["kind"].is_null());
            let id = text(&dependency["pkg"]);
            if normal && seen.insert(id.clone()) {
                waiting.push(id);
            }
        }
    }
    Ok(licences)
}

fn npm_violations(lock: &Value) -> Result<Vec<String>> {
    let packages = lock["packages"].as_object().context("the lock file has no `packages`")?;
    let allowed_in_development = [&PERMISSIVE[..], &DEVELOPMENT].concat();
    let mut violations = Vec::new();
    for (place, package) in packages {
        // What is outside node_modules is the project itself, and a link leads to it.
        if !place.contains("node_modules/") || package["link"] == true {
            continue;
        }
        let development = package["dev"] == true || package["devOptional"] == true;
        let allowed = if development { &allowed_in_development[..] } else { &PERMISSIVE };
        let licence = package["license"].as_str().unwrap_or("none given");
        if !is_permitted(licence, allowed) {
            violations.push(format!("{place}: {licence}"));
        }
    }
    Ok(violations)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// Whether an SPDX expression can be met by the allowed licences; one that cannot be read is not.
fn is_permitted(expression: &str, allowed: &[&str]) -> bool {
    // Crates of old wrote a slash for OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    any_of(&mut rest, allowed).is_some_and(|met| met && rest.is_empty())
}

fn any_of(words: &mut &[&str], allowed: &[&str]) -> Option<bool> {
    let mut met = all_of(words, allowed)?;
    while take(words, "OR") {
        met |= all_of(words, allowed)?;
    }
    Some(met)
}

fn all_of(words: &mut &[&str], allowed: &[&str]) -> Option<bool> {
    let mut met = licence(words, allowed)?;
    while take(words, "AND") {
        met &= licence(words, allowed)?;
    }
    Some(met)
}

fn licence(words: &mut &[&str], allowed: &[&str]) -> Option<bool> {
    if take(words, "(") {
        let met = any_of(words, allowed)?;
        return take(words, ")").then_some(met);
    }
    let name = next(words).filter(|word| !["OR", "AND", "WITH", ")"].contains(word))?;
    if take(words, "WITH") {
        return Some(allowed.contains(&format!("{name} WITH {}", next(words)?).as_str()));
    }
    Some(allowed.contains(&name))
}

fn next<'a>(words: &mut &[&'a str]) -> Option<&'a str> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    Some(first)
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let found = words.first() == Some(&word);
    if found {
        *words = &words[1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_expressions() {
        for (expression, expected) in [
            ("MIT", true),
            ("MIT OR Apache-2.0", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only OR MIT", true),
            ("(MIT OR GPL-3.0-only) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only", true),
            ("GPL-3.0-only", false),
            ("MIT AND GPL-3.0-only", false),
            // AND binds closer than OR.
            ("GPL-3.0-only AND MIT OR ISC", true),
            ("GPL-3.0-only AND (MIT OR ISC)", false),
            ("GPL-2.0-only WITH Classpath-exception-2.0", false),
            ("MIT WITH Classpath-exception-2.0", false),
            ("none given", false),
            ("", false),
            ("(MIT", false),
            ("MIT)", false),
            ("MIT OR", false),
            ("OR MIT", false),
            ("MIT WITH", false),
            ("SEE LICENSE IN LICENSE.txt", false),
        ] {
            assert_eq!(is_permitted(expression, &PERMISSIVE), expected, "{expression:?}");
        }
    }

    /// The engine uses `table`, which uses `leaf`; `bench` only tests.
    fn metadata(leaf_licence: Value) -> Value {
        let package = |id: &str, licence: Value, source: Value| json!({ "id": id, "name": id, "license": licence, "source": source });
        let dep = |id: &str, kind: Value| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        json!({
            "packages": [
                package("replenish", json!("MIT"), json!(null)),
                package("table", json!("MIT OR Apache-2.0"), json!("registry")),
                package("leaf", leaf_licence, json!("registry")),
                package("bench", json!("GPL-3.0-only"), json!("registry")),
            ],
            "resolve": { "nodes": [
                { "id": "replenish", "deps": [dep("table", json!(null)), dep("bench", json!("dev"))] },
                { "id": "table", "deps": [dep("leaf", json!(null))] },
                { "id": "leaf", "deps": [] },
                { "id": "bench", "deps": [] },
            ] },
        })
    }

    #[test]
    fn finds_a_planted_crate_behind_another() {
        for (licence, permitted) in
            [(json!("ISC"), true), (json!("AGPL-3.0-only"), false), (json!(null), false)]
        {
            let crates = crate_licences(&metadata(licence), "replenish").unwrap();
            assert_eq!(crates.keys().collect::<Vec<_>>(), ["leaf", "table"]);
            assert_eq!(is_permitted(&crates["leaf"], &PERMISSIVE), permitted);
            assert!(is_permitted(&crates["table"], &PERMISSIVE));
        }
        assert!(crate_licences(&metadata(json!("MIT")), "absent").is_err());
        assert!(crate_licences(&json!({}), "replenish").is_err());
    }

    #[test]
    fn finds_a_planted_npm_package() {
        let lock = json!({ "packages": {
            "": { "name": "replenish", "license": "UNLICENSED" },
            "../pkg": { "license": "UNLICENSED" },
            "node_modules/replenish": { "link": true, "resolved": "../pkg" },
            "node_modules/good": { "license": "ISC" },
            "node_modules/tool": { "license": "MPL-2.0", "dev": true },
            "node_modules/shipped": { "license": "MPL-2.0" },
            "node_modules/good/node_modules/inner": { "license": "AGPL-3.0-only" },
            "node_modules/copyleft-tool": { "license": "GPL-3.0-only", "dev": true },
            "node_modules/silent": {},
        } });
        let mut violations = npm_violations(&lock).unwrap();
        violations.sort();
        assert_eq!(
            violations,
            [
                "node_modules/copyleft-tool: GPL-3.0-only",
                "node_modules/good/node_modules/inner: AGPL-3.0-only",
                "node_modules/shipped: MPL-2.0",
                "node_modules/silent: none given",
            ]
        );
        assert!(npm_violations(&json!({ "lockfileVersion": 1 })).is_err());
        assert!(report(violations).unwrap_err().to_string().contains("shipped: MPL-2.0"));
        assert!(report([]).is_ok());
    }
}
