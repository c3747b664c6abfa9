//! Imports point left: `unit < forecast < inventory < sourcing < order < flow < wasm`.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads sources, and may panic"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

const MODULES: [&str; 7] = ["unit", "forecast", "inventory", "sourcing", "order", "flow", "wasm"];

/// Every mention of another module in a source text: `crate::name` and names in `use crate::{…}`.
fn mentions(text: &str) -> Vec<&'static str> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let rest = &code[start + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => top_level(list),
            None => vec![rest],
        };
        for name in names {
            let word = name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next();
            found.extend(MODULES.into_iter().find(|module| Some(*module) == word));
        }
    }
    found
}

/// The entries of a braced list, what stands in inner braces left with its entry.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut entries) = (0, 0, Vec::new());
    for (index, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                entries.push(list[start..index].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                entries.push(list[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    entries
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        found.push(path.to_owned());
    }
}

/// Mentions in a module of modules that stand right of it.
fn violations(module: &str, text: &str) -> Vec<&'static str> {
    let position = MODULES.iter().position(|name| *name == module).unwrap();
    mentions(text)
        .into_iter()
        .filter(|other| MODULES.iter().position(|name| name == other).unwrap() > position)
        .collect()
}

#[test]
fn imports_point_left() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for module in MODULES {
        let mut sources = Vec::new();
        let folder = src.join(module);
        files(if folder.is_dir() { &folder } else { &src }, &mut sources);
        if !folder.is_dir() {
            sources.retain(|file| file.file_stem().is_some_and(|stem| stem == module));
        }
        assert!(!sources.is_empty(), "no source of `{module}`");
        for file in sources {
            let wrong = violations(module, &fs::read_to_string(&file).unwrap());
            assert!(wrong.is_empty(), "{} imports {wrong:?}, to its right", file.display());
            let depth = file.strip_prefix(&src).unwrap().components().count();
            assert!(depth <= 3, "{} is more than two folders deep", file.display());
            checked += 1;
        }
    }
    assert!(checked > 30, "only {checked} files were found");
}

#[test]
fn a_planted_import_is_found() {
    let planted = "use std::fmt;\nuse crate::{\n    unit::{Day, Sku},\n    order::split,\n};\n";
    assert_eq!(violations("sourcing", planted), ["order"]);
    assert_eq!(violations("unit", "fn f() { crate::flow::advance() }"), ["flow"]);
    assert_eq!(violations("unit", "// crate::flow is to the right"), [""; 0]);
    assert_eq!(violations("flow", planted), [""; 0]);
}
