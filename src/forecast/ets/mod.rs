//! Exponential smoothing in all its forms (ETS).
//!
//! Read in this order: [`EtsForm`] (which forms there are), [`Ets`] (a fitted one: what it expects
//! and how it learns), `auto` (which form suits a series, and what the others were worth), `fit`
//! (how the numbers of one form are found), `start` (where the search begins), `descent` (how it goes
//! on), `solve` (one step of it), `kernel` (the loops over the history).
//!
//! The recursions are those of Hyndman, Koehler, Ord and Snyder, "Forecasting with Exponential
//! Smoothing: The State Space Approach", Springer 2008, chapter 2.

mod auto;
mod descent;
mod fit;
mod form;
mod kernel;
mod solve;
mod start;

pub(super) use auto::{Tried, auto};
pub(super) use fit::{Workspace, fit};
pub use form::EtsForm;

use super::filter::Filter;
use form::Season;
use serde::{Deserialize, Serialize};

/// Least value of a seasonal factor, so that dividing by it stays sound whatever comes.
const LEAST_FACTOR: f64 = 1e-3;

/// A fitted form of exponential smoothing.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ets {
    form: EtsForm,
    /// How much of an error the level takes in.
    alpha: f64,
    /// How much of it the slope takes in; zero without a trend.
    beta: f64,
    /// How much of it the season takes in; zero without a season.
    gamma: f64,
    /// What is left of the slope a period later; one where it does not fade.
    phi: f64,
    level: f64,
    trend: f64,
    /// Seasonal terms or factors by position in the season; empty without a season.
    seasonal: Vec<f64>,
    /// Position in the season of the next period.
    phase: usize,
}

impl Ets {
    /// The season's term or factor of the period `ahead` periods after the next one.
    fn seasonal(&self, ahead: usize) -> f64 {
        let length = self.seasonal.len();
        if length == 0 {
            return if self.form.season == Season::Multiplicative { 1.0 } else { 0.0 };
        }
        self.seasonal[(self.phase % length + ahead % length) % length]
    }

    /// Puts level and season together.
    fn combine(&self, level: f64, seasonal: f64) -> f64 {
        if self.form.season == Season::Multiplicative { level * seasonal } else { level + seasonal }
    }
}

impl Filter for Ets {
    fn path(&self, path: &mut [f64]) {
        // phi + phi² + … + phi^h, by Horner's rule, so that nothing is raised to a power.
        let mut slopes = 0.0;
        for (ahead, expected) in path.iter_mut().enumerate() {
            slopes = self.phi * (1.0 + slopes);
            *expected = self.combine(self.level + slopes * self.trend, self.seasonal(ahead));
        }
    }

    fn observe(&mut self, value: f64) {
        let slope = self.phi * self.trend;
        let before = self.level + slope;
        let seasonal = self.seasonal(0);
        let (level_error, seasonal_error) = if self.form.season == Season::Multiplicative {
            // A level that has fallen to nothing says nothing about the season.
            let of_season = if before > 0.0 { value / before - seasonal } else { 0.0 };
            (value / seasonal.max(LEAST_FACTOR) - before, of_season)
        } else {
            let error = value - before - seasonal;
            (error, error)
        };
        let level = before + self.alpha * level_error;
        let trend = slope + self.beta * level_error;
        // A value near the end of the range of numbers must not turn the state into infinity.
        if level.is_finite() && trend.is_finite() {
            (self.level, self.trend) = (level, trend);
        }
        let length = self.seasonal.len();
        if length > 0 {
            let mut seasonal = seasonal + self.gamma * seasonal_error;
            if self.form.season == Season::Multiplicative {
                seasonal = seasonal.max(LEAST_FACTOR);
            }
            let phase = self.phase % length;
            if seasonal.is_finite() {
                self.seasonal[phase] = seasonal;
            }
            self.phase = (phase + 1) % length;
        }
    }

    fn is_multiplicative(&self) -> bool {
        self.form.has_multiplicative_error()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn season(form: EtsForm) -> Vec<f64> {
        match form.season {
            Season::None => Vec::new(),
            Season::Additive => vec![-3.0, 1.0, 2.0],
            Season::Multiplicative => vec![0.5, 1.5, 1.0],
        }
    }

    fn state(form: EtsForm) -> Ets {
        Ets {
            form,
            alpha: 0.5,
            beta: if form.has_trend() { 0.25 } else { 0.0 },
            gamma: if form.is_seasonal() { 0.25 } else { 0.0 },
            phi: if form.is_damped() { 0.5 } else { 1.0 },
            level: 100.0,
            trend: if form.has_trend() { 8.0 } else { 0.0 },
            seasonal: season(form),
            phase: 0,
        }
    }

    fn near(found: &[f64], expected: &[f64]) -> bool {
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
        found.len() == expected.len() && found.iter().zip(expected).all(close)
    }

    #[test]
    fn by_hand() {
        // phi = 0.5: the slope of 8 adds 4, then 2, then 1.
        let mut path = [0.0; 4];
        state("AAdA".parse().unwrap()).path(&mut path);
        assert!(near(&path, &[101.0, 107.0, 109.0, 104.5]), "{path:?}");
        state("MAM".parse().unwrap()).path(&mut path);
        assert!(near(&path, &[54.0, 174.0, 124.0, 66.0]), "{path:?}");
        // Expected 101, seen 111: a half and two quarters of the error of 10 are taken in.
        let mut after = state("AAdA".parse().unwrap());
        after.observe(111.0);
        assert!(near(&[after.level, after.trend], &[109.0, 6.5]) && after.phase == 1);
        assert!(near(&after.seasonal, &[-0.5, 1.0, 2.0]), "{after:?}");
        // Expected 108 · 0.5, seen 81: the level alone would be 162, the factor 0.75.
        let mut after = state("MAM".parse().unwrap());
        after.observe(81.0);
        assert!(near(&[after.level, after.trend], &[135.0, 21.5]), "{after:?}");
        assert!(near(&after.seasonal, &[0.5625, 1.5, 1.0]), "{after:?}");
    }

    #[test]
    fn seeing_what_was_expected_keeps_the_path() {
        for form in EtsForm::admissible() {
            let mut ets = state(form);
            let mut path = [0.0; 9];
            ets.path(&mut path);
            for expected in path {
                let next = ets.next();
                assert!((next - expected).abs() < 1e-9, "{form}: {next} is not {expected}");
                ets.observe(next);
            }
        }
    }

    #[test]
    fn no_value_breaks_a_state() {
        for form in EtsForm::admissible() {
            let mut ets = state(form);
            let bad = [0.0, -1e15, 1e15, f64::MAX, -f64::MAX, 1e-300, 0.0, -5.0, f64::MIN_POSITIVE];
            for value in bad.into_iter().cycle().take(60) {
                ets.observe(value);
                let finite = ets.level.is_finite() && ets.trend.is_finite();
                assert!(finite && ets.seasonal.iter().all(|s| s.is_finite()), "{ets:?}");
            }
        }
    }

    #[test]
    fn a_saved_state_goes_on_as_before() {
        let mut ets = state("MAdM".parse().unwrap());
        ets.observe(60.0);
        let saved = serde_json::to_string(&ets).unwrap();
        assert_eq!(serde_json::from_str::<Ets>(&saved).unwrap(), ets);
    }
}
