//! A list of steps with their durations: stops at the first failure and names it.

use anyhow::{Context, Result};
use std::{
    fmt,
    time::{Duration, Instant},
};

/// How a step that did not fail ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// With the reason.
    Skipped(String),
}

#[derive(Debug, Default)]
pub(crate) struct Steps {
    ended: Vec<(String, Duration, Option<Outcome>)>,
}

impl Steps {
    /// Runs one step; `None` in the list is a failure, which is the last step by nature.
    pub(crate) fn step(
        &mut self,
        name: &str,
        action: impl FnOnce() -> Result<Outcome>,
    ) -> Result<()> {
        println!("\n=== {name}");
        let begin = Instant::now();
        let result = action();
        if let Ok(Outcome::Skipped(reason)) = &result {
            println!("skipped: {reason}");
        }
        self.ended.push((name.into(), begin.elapsed(), result.as_ref().ok().cloned()));
        if result.is_err() {
            println!("\n{self}");
        }
        result.map(drop).with_context(|| format!("step `{name}` failed"))
    }

    /// Runs a step that has nothing to skip.
    pub(crate) fn run(&mut self, name: &str, action: impl FnOnce() -> Result<()>) -> Result<()> {
        self.step(name, || action().map(|()| Outcome::Passed))
    }

    pub(crate) fn finish(&self) {
        println!("\n{self}");
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.ended.iter().map(|(name, ..)| name.len()).max().unwrap_or_default();
        for (name, duration, outcome) in &self.ended {
            write!(out, "{name:width$} {:7.1} s  ", duration.as_secs_f64())?;
            match outcome {
                Some(Outcome::Passed) => writeln!(out, "ok")?,
                Some(Outcome::Skipped(reason)) => writeln!(out, "skipped: {reason}")?,
                None => writeln!(out, "FAILED")?,
            }
        }
        let total: Duration = self.ended.iter().map(|(_, duration, _)| *duration).sum();
        write!(out, "{:width$} {:7.1} s", "total", total.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn lists_what_passed_what_was_skipped_and_what_failed() {
        let mut steps = Steps::default();
        steps.run("native", || Ok(())).unwrap();
        steps.step("browser", || Ok(Outcome::Skipped("no browser".into()))).unwrap();
        let error = steps.run("npm", || bail!("three tests failed")).unwrap_err();
        assert_eq!(format!("{error:#}"), "step `npm` failed: three tests failed");
        let list = steps.to_string();
        let ends: Vec<_> = list.lines().map(|line| line.split("s  ").last().unwrap()).collect();
        assert_eq!(ends[..3], ["ok", "skipped: no browser", "FAILED"]);
        assert!(list.lines().last().unwrap().starts_with("total"));
    }
}
