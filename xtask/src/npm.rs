//! The npm packages beside the engine: `pkg` and `www`.

use crate::{
    debian::at_least,
    system::{output, program, root, run, run_within},
};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

const NODE_MINIMUM: &str = "20.0";
const INSTALL_LIMIT: Duration = Duration::from_mins(10);

/// Whether `dir` of the repository holds an npm package.
pub(crate) fn is_package(dir: &str) -> bool {
    root().join(dir).join("package.json").exists()
}

/// Node, of a version that the project runs on.
pub(crate) fn node() -> Result<Command> {
    const INSTALL: &str = "install Node.js 20 or later (https://nodejs.org)";
    let node = program(&["node"]).with_context(|| format!("no `node` on PATH: {INSTALL}"))?;
    let version = output(Command::new(&node).arg("--version"))?;
    let version = version.trim();
    let number = version.trim_start_matches('v');
    ensure!(at_least(number, NODE_MINIMUM), "Node.js is {version}: {INSTALL}");
    Ok(Command::new(node))
}

/// Installs what the lock file of `dir` names, unless that has been done since it changed.
pub(crate) fn install(dir: &str) -> Result<()> {
    let package = root().join(dir);
    if !stale(&package)? {
        return Ok(());
    }
    println!("{dir}: npm ci");
    // The packages' own install scripts are other people's code: none of them is needed.
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    run_within(INSTALL_LIMIT, npm(dir)?.args(options))
        .with_context(|| format!("the packages of `{dir}` could not be installed"))
}

/// `npm run SCRIPT` in `dir`.
pub(crate) fn run_script(dir: &str, script: &str) -> Result<()> {
    run(npm(dir)?.args(["run", "--silent", script]))
}

fn npm(dir: &str) -> Result<Command> {
    node()?;
    let names = if cfg!(windows) { ["npm.cmd"] } else { ["npm"] };
    let npm = program(&names).context("no `npm` on PATH: it comes with Node.js")?;
    let mut npm = Command::new(npm);
    npm.current_dir(root().join(dir));
    Ok(npm)
}

/// Whether the installed packages are older than the lock file.
fn stale(package: &Path) -> Result<bool> {
    let changed = |file: &str| -> Option<SystemTime> {
        fs::metadata(package.join(file)).and_then(|file| file.modified()).ok()
    };
    let lock = changed("package-lock.json")
        .with_context(|| format!("{} has no package-lock.json", package.display()))?;
    // npm writes this file last, so an installation that was ended midway counts as none.
    Ok(changed("node_modules/.package-lock.json").is_none_or(|installed| installed < lock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn installs_when_never_done_ended_midway_or_out_of_date() {
        let dir = tempfile::tempdir().unwrap();
        let package = dir.path();
        assert!(stale(package).unwrap_err().to_string().contains("package-lock.json"));

        let lock = File::create(package.join("package-lock.json")).unwrap();
        assert!(stale(package).unwrap());
        fs::create_dir(package.join("node_modules")).unwrap();
        assert!(stale(package).unwrap(), "took a half-installed directory");

        let installed = File::create(package.join("node_modules/.package-lock.json")).unwrap();
        let noon = SystemTime::UNIX_EPOCH + Duration::from_hours(12);
        lock.set_modified(noon).unwrap();
        installed.set_modified(noon + Duration::from_secs(1)).unwrap();
        assert!(!stale(package).unwrap());
        installed.set_modified(noon - Duration::from_secs(1)).unwrap();
        assert!(stale(package).unwrap());
    }
}
