//! What must hold of the files in the repository.

use crate::system::root;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Directories whose contents are made, not written.
const GENERATED: [&str; 5] = [".git", "dist", "engine", "node_modules", "target"];

/// Lock files name versions and hashes; where the packages come from is each user's setting.
pub(crate) fn check_lock_files() -> Result<()> {
    let files = find(root(), "package-lock.json")?;
    let mut violations = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file)?;
        let lock = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        let shown = file.strip_prefix(root()).unwrap_or(file).display();
        let found = registry_addresses(&lock).into_iter();
        violations.extend(found.map(|place| format!("{shown}: {place}")));
    }
    ensure!(
        violations.is_empty(),
        "lock files name a registry (`npm install --omit-lockfile-registry-resolved` does not): {}",
        violations.join(", ")
    );
    println!("lock files: {} without registry addresses", files.len());
    Ok(())
}

fn find(dir: &Path, name: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let entry_name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !GENERATED.iter().any(|generated| entry_name == *generated) {
                found.extend(find(&entry.path(), name)?);
            }
        } else if entry_name == name {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The packages that a lock file takes from an address; a path within the project is none.
fn registry_addresses(lock: &Value) -> Vec<String> {
    match lock {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value.as_str() {
                Some(address) if key == "resolved" && address.contains("://") => {
                    vec![address.to_string()]
                }
                _ => registry_addresses(value),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(registry_addresses).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_a_planted_address() {
        let clean = json!({ "packages": {
            "node_modules/a": { "version": "1.0.0", "integrity": "sha512-x" },
            "node_modules/replenish": { "resolved": "../pkg", "link": true },
            "node_modules/b": { "funding": { "url": "https://example.org" } },
        } });
        assert_eq!(registry_addresses(&clean), Vec::<String>::new());
        let planted = json!({ "packages": {
            "node_modules/a": { "resolved": "https://registry.example/a.tgz" },
            "node_modules/b": { "resolved": "git+ssh://git@example.org/b.git" },
        } });
        assert_eq!(
            registry_addresses(&planted),
            ["https://registry.example/a.tgz", "git+ssh://git@example.org/b.git"]
        );
    }

    #[test]
    fn looks_everywhere_but_in_what_is_made() {
        let dir = tempfile::tempdir().unwrap();
        for place in ["pkg", "examples/web", "node_modules/a", "target/x"] {
            fs::create_dir_all(dir.path().join(place)).unwrap();
            fs::write(dir.path().join(place).join("package-lock.json"), "{}").unwrap();
        }
        let found = find(dir.path(), "package-lock.json").unwrap();
        let expected =
            ["examples/web", "pkg"].map(|place| dir.path().join(place).join("package-lock.json"));
        assert_eq!(found, expected);
    }
}
