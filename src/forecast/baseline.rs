//! Forecasts that estimate nothing: what any other model has to beat.
//!
//! Mean, naive, drift and seasonal naive as in Hyndman and Athanasopoulos, "Forecasting: principles
//! and practice" (third edition, 2021, section 5.2), and the means of the last periods or of the
//! last seasons. Naive is seasonal naive with a season of one period, which in turn is the mean of
//! one season, so all of the windows are one model.

use super::filter::{Filter, Fit};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A forecast read off the history. Before any value it expects zero.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Baseline {
    /// The mean of all that was seen.
    Mean {
        /// Sum of the values seen.
        total: f64,
        /// How many there were.
        count: u64,
    },
    /// The straight line through the first and the last value, continued.
    Drift {
        /// The first value seen.
        first: f64,
        /// The last one.
        last: f64,
        /// How many there were.
        count: u64,
    },
    /// For each phase of the season, the mean of its last values; a phase that was never seen is
    /// expected to be the mean of what was.
    Window {
        /// Periods in a season.
        season_length: usize,
        /// Seasons that count.
        seasons: usize,
        /// The values of these seasons, oldest first; fewer at the beginning.
        recent: VecDeque<f64>,
    },
}

impl Baseline {
    /// The mean of all values.
    pub(super) fn mean() -> Self {
        Self::Mean { total: 0.0, count: 0 }
    }

    /// The last value again.
    pub(super) fn naive() -> Self {
        Self::seasonal_window_mean(1, 1)
    }

    /// The last value, and on from there by the mean change of the whole history.
    pub(super) fn drift() -> Self {
        Self::Drift { first: 0.0, last: 0.0, count: 0 }
    }

    /// The last season again.
    pub(super) fn seasonal_naive(season_length: usize) -> Self {
        Self::seasonal_window_mean(season_length, 1)
    }

    /// The mean of the last `window` values.
    pub(super) fn window_mean(window: usize) -> Self {
        Self::seasonal_window_mean(1, window)
    }

    /// The mean of the same phase in the last `seasons` seasons. Zero counts as one, both times.
    pub(super) fn seasonal_window_mean(season_length: usize, seasons: usize) -> Self {
        let (season_length, seasons) = (season_length.max(1), seasons.max(1));
        Self::Window { season_length, seasons, recent: VecDeque::new() }
    }

    /// This forecast for a history of so many periods.
    pub(super) fn fit(self, periods: usize) -> Fit<Self> {
        let (warm_up, parameters) = match &self {
            Self::Mean { .. } => (1, 1),
            Self::Drift { .. } => (2, 1),
            Self::Window { season_length, .. } => (*season_length, 0),
        };
        Fit { start: self, warm_up: warm_up.min(periods), parameters }
    }
}

impl Filter for Baseline {
    fn path(&self, path: &mut [f64]) {
        match self {
            Self::Mean { total, count } => path.fill(mean(*total, *count)),
            Self::Drift { first, last, count } => {
                let slope = mean(last - first, count.saturating_sub(1));
                for (step, expected) in path.iter_mut().enumerate() {
                    *expected = last + slope * (step + 1) as f64;
                }
            }
            Self::Window { season_length, recent, .. } => {
                window_path(recent, (*season_length).max(1), path);
            }
        }
    }

    fn observe(&mut self, value: f64) {
        match self {
            Self::Mean { total, count } => {
                *total += value;
                *count += 1;
            }
            Self::Drift { first, last, count } => {
                if *count == 0 {
                    *first = value;
                }
                *last = value;
                *count += 1;
            }
            Self::Window { season_length, seasons, recent } => {
                if recent.len() >= season_length.saturating_mul(*seasons) {
                    recent.pop_front();
                }
                recent.push_back(value);
            }
        }
    }

    fn observe_all(&mut self, values: &[f64]) {
        // What is older than the window would leave it again.
        let kept = match self {
            Self::Window { season_length, seasons, recent } => {
                let window = season_length.saturating_mul(*seasons).max(1);
                if values.len() >= window {
                    recent.clear();
                }
                &values[values.len().saturating_sub(window)..]
            }
            Self::Mean { .. } | Self::Drift { .. } => values,
        };
        for &value in kept {
            self.observe(value);
        }
    }
}

/// Each phase that was seen has its mean, the others the mean of everything.
fn window_path(recent: &VecDeque<f64>, season_length: usize, path: &mut [f64]) {
    let overall = mean(recent.iter().sum(), recent.len() as u64);
    for step in 0..path.len() {
        if step >= season_length {
            path[step] = path[step - season_length];
            continue;
        }
        // The period `step` ahead lies whole seasons after every value of its phase.
        let phase = recent.iter().rev().skip(season_length - 1 - step).step_by(season_length);
        let (mut total, mut count) = (0.0, 0);
        for value in phase {
            total += value;
            count += 1;
        }
        path[step] = if count == 0 { overall } else { mean(total, count) };
    }
}

/// Zero for nothing.
fn mean(total: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { total / count as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// International airline passengers, 1949 and 1950, in thousands (Box and Jenkins 1976).
    const AIR: [f64; 24] = [
        112.0, 118.0, 132.0, 129.0, 121.0, 135.0, 148.0, 148.0, 136.0, 119.0, 104.0, 118.0, 115.0,
        126.0, 141.0, 135.0, 125.0, 149.0, 170.0, 170.0, 158.0, 133.0, 114.0, 140.0,
    ];

    fn path(mut model: Baseline, values: &[f64], periods: usize) -> Vec<f64> {
        for &value in values {
            model.observe(value);
        }
        let mut path = vec![0.0; periods];
        model.path(&mut path);
        path
    }

    #[test]
    fn agrees_with_statsforecast() {
        // statsforecast 2.1.1: HistoricAverage, Naive, RandomWalkWithDrift, SeasonalNaive(12),
        // WindowAverage(7) and SeasonalWindowAverage(7, 3), each given doubles.
        let third = 1.0 / 3.0;
        for (model, expected) in [
            (Baseline::mean(), [133.166_666_666_666_66; 3]),
            (Baseline::naive(), [140.0; 3]),
            (
                Baseline::drift(),
                [141.217_391_304_347_8, 142.434_782_608_695_66, 143.652_173_913_043_47],
            ),
            (Baseline::seasonal_naive(12), [115.0, 126.0, 141.0]),
            (Baseline::window_mean(7), [147.714_285_714_285_72; 3]),
            (Baseline::seasonal_window_mean(7, 3), [127.0 + third, 136.0 + third, 140.0]),
        ] {
            let found = path(model.clone(), &AIR, 3);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{model:?}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn a_phase_never_seen_is_the_mean_of_what_was() {
        assert_eq!(path(Baseline::seasonal_naive(4), &[3.0, 6.0], 5), [4.5, 4.5, 3.0, 6.0, 4.5]);
        assert_eq!(
            path(Baseline::seasonal_window_mean(3, 9), &[1.0, 2.0, 3.0, 5.0], 4),
            [2.0, 3.0, 3.0, 2.0]
        );
    }

    #[test]
    fn short_histories_have_an_answer() {
        let models = [
            Baseline::mean(),
            Baseline::naive(),
            Baseline::drift(),
            Baseline::seasonal_naive(0),
            Baseline::window_mean(usize::MAX),
            Baseline::seasonal_window_mean(usize::MAX, usize::MAX),
        ];
        for model in models {
            assert_eq!(path(model.clone(), &[], 4), [0.0; 4], "{model:?}");
            assert_eq!(path(model.clone(), &[7.0], 4), [7.0; 4], "{model:?}");
        }
    }

    #[test]
    fn scale_passes_through() {
        for scale in [1e15, 1e-12, -3.0] {
            let scaled: Vec<f64> = AIR.iter().map(|value| value * scale).collect();
            for model in [
                Baseline::mean(),
                Baseline::drift(),
                Baseline::seasonal_naive(12),
                Baseline::seasonal_window_mean(5, 2),
            ] {
                let (plain, found) = (path(model.clone(), &AIR, 14), path(model, &scaled, 14));
                for (found, plain) in found.iter().zip(plain) {
                    assert!((found - plain * scale).abs() <= 1e-12 * (plain * scale).abs());
                }
            }
        }
    }

    #[test]
    fn an_update_is_a_refit_and_a_saved_state_goes_on() {
        for model in [Baseline::mean(), Baseline::drift(), Baseline::seasonal_window_mean(5, 2)] {
            let fit = model.fit(AIR.len());
            assert!(fit.warm_up <= AIR.len());
            let mut state = fit.start.clone();
            for &value in &AIR[..9] {
                state.observe(value);
            }
            let text = serde_json::to_string(&state).unwrap();
            let mut state: Baseline = serde_json::from_str(&text).unwrap();
            for &value in &AIR[9..] {
                state.observe(value);
            }
            assert_eq!(path(state, &[], 12), path(fit.start, &AIR, 12));
        }
    }

    #[test]
    fn a_state_from_elsewhere_does_no_harm() {
        let text = r#"{"window":{"season_length":0,"seasons":0,"recent":[]}}"#;
        let mut state: Baseline = serde_json::from_str(text).unwrap();
        state.observe(3.0);
        assert_eq!(path(state, &[], 3), [3.0; 3]);
    }
}
