//! The headless browser of the WebAssembly tests.

use crate::system::{apt_install, program};
use anyhow::{Context, Result, ensure};
use std::{env, path::PathBuf};

const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// The driver of an installed Chromium or Chrome; installs Debian's where that is possible.
pub(crate) fn driver() -> Result<PathBuf> {
    if let Some(driver) = find() {
        return Ok(driver);
    }
    apt_install(&["chromium", "chromium-driver"]).context(
        "no Chromium with its driver: install `chromium` and `chromium-driver`, \
         or Google Chrome and a `chromedriver` of its version, on PATH",
    )?;
    find().context("the installed Chromium is not on PATH")
}

fn find() -> Option<PathBuf> {
    let driver = env::var_os("CHROMEDRIVER").map(PathBuf::from).or(program(&["chromedriver"]))?;
    program(&BROWSERS).map(|_| driver)
}

/// Whether a machine without a browser may skip what needs one: a person's may, CI's may not.
pub(crate) fn may_be_missing(ci: Option<&str>) -> Result<()> {
    ensure!(matches!(ci, None | Some("" | "0" | "false")), "a browser is required where CI is set");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_may_go_without_a_browser() {
        for ci in [None, Some(""), Some("false")] {
            assert!(may_be_missing(ci).is_ok());
        }
        assert!(may_be_missing(Some("true")).is_err());
        assert!(may_be_missing(Some("1")).is_err());
    }
}
