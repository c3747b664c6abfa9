//! Complex exponential smoothing: level and trend as one number.
//!
//! The level and a hidden potential are the real and imaginary part of one complex state, smoothed
//! with one complex parameter: depending on it the series is expected to stay, drift, grow or turn,
//! so that no trend has to be chosen (Svetunkov, Kourentzes and Ord, "Complex exponential
//! smoothing", Naval Research Logistics 69, 2022). With `alpha = a + bi` and `error` what came less
//! what was expected,
//!
//! ```text
//! level     ← level − (1 − b) · potential + (a − b) · error
//! potential ← level + (1 − a) · potential + (a + b) · error
//! ```
//!
//! The season is none, the same recursion over the periods one cycle apart (simple), an added
//! effect for each position in the cycle (partial), or such an effect that is a complex state of
//! its own (full).
//!
//! The states before the first period are cast back: the model runs over the history forwards,
//! backwards and forwards again, so they follow from the smoothing parameters alone, which `search`
//! finds by least squares with the derivatives of `passes`.

mod passes;
mod search;

use serde::{Deserialize, Serialize};

use super::filter::{Filter, Fit};
use super::theta::additive_effects;
use crate::unit::math::{exp, ln};

/// The complex parameters when the series is too short to estimate them: simple exponential
/// smoothing with one half.
const SHORT: [f64; 4] = [1.5, 1.0, 0.0, 0.0];
/// Periods whose mean is where the first forward run starts.
const FIRST_PERIODS: usize = 10;
/// How much smaller than its level a state's potential is where the first forward run starts.
const FIRST_POTENTIAL: f64 = 1.0 / 1.1;
/// Square of the relative error of a few roundings.
const ROUNDING: f64 = 1e-30;

/// How the season enters.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum CesSeason {
    /// Not at all.
    None,
    /// A complex state for each position in the cycle, and nothing else.
    Simple,
    /// A real effect for each position in the cycle is added.
    Partial,
    /// A complex effect for each position in the cycle is added.
    Full,
}

/// A fitted model, and how well it fits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CesFit {
    /// The model before the first period.
    pub(super) fit: Fit<Ces>,
    /// How the season enters.
    pub(super) season: CesSeason,
    /// Akaike's criterion for short series: lower is better; infinite if there are too few periods
    /// to tell.
    pub(super) aicc: f64,
    /// Mean of the squared one-step errors.
    pub(super) mean_squared_error: f64,
}

/// The model after the periods it has seen.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Ces {
    season: CesSeason,
    /// Real and imaginary part of the smoothing parameter of the state, then of the season.
    parameters: [f64; 4],
    state: State,
    /// The states of the season by position in the cycle.
    cycle: Vec<State>,
    /// Position of the next period.
    position: usize,
}

/// A complex state.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
struct State {
    level: f64,
    potential: f64,
}

/// What a state becomes: linear in itself and in the error.
#[derive(Clone, Copy, Debug)]
struct Gain {
    level_by_potential: f64,
    level_by_error: f64,
    potential_by_level: f64,
    potential_by_potential: f64,
    potential_by_error: f64,
}

/// Fits one form; `None` when there are not two cycles, or too few periods to compare it by.
pub(super) fn fit(values: &[f64], season: CesSeason, season_length: usize) -> Option<CesFit> {
    fit_below(values, season, season_length, f64::INFINITY)
}

/// Fits one form, but only roughly if its criterion cannot become as low as `wanted`.
fn fit_below(
    values: &[f64],
    season: CesSeason,
    season_length: usize,
    wanted: f64,
) -> Option<CesFit> {
    let length = match season {
        CesSeason::None => 1,
        CesSeason::Simple | CesSeason::Partial | CesSeason::Full => season_length,
    };
    if season != CesSeason::None && (length < 2 || values.len() / 2 < length) {
        return None;
    }
    // The variance counts as one more.
    let (periods, estimated) = (values.len() as f64, season.parameters() as f64 + 1.0);
    let spare = periods - estimated - 1.0;
    if spare <= 0.0 {
        return None;
    }
    let penalty = 2.0 * estimated + 2.0 * estimated * (estimated + 1.0) / spare;
    let wanted = periods * exp((wanted - penalty) / periods);
    let found = search::search(values, season, length, wanted);
    // Less than what rounding leaves is as good as nothing: forms that fit perfectly compare by
    // their parameters.
    let rounding = values.iter().map(|value| value * value).sum::<f64>() * ROUNDING;
    let squared_error = found.squared_error.max(rounding).max(f64::MIN_POSITIVE);
    Some(CesFit {
        fit: Fit { start: found.model, warm_up: 0, parameters: season.parameters() },
        season,
        aicc: periods * ln(squared_error / periods) + penalty,
        mean_squared_error: found.squared_error / periods,
    })
}

/// Fits the form with the lowest criterion; a series too short for any gets its level, smoothed.
pub(super) fn auto(values: &[f64], season_length: usize) -> CesFit {
    // The likely ones first: the others then end early.
    let forms = [CesSeason::None, CesSeason::Partial, CesSeason::Full, CesSeason::Simple];
    let mut best: Option<CesFit> = None;
    for form in forms {
        let lowest = best.as_ref().map_or(f64::INFINITY, |best| best.aicc);
        if let Some(fit) = fit_below(values, form, season_length, lowest)
            && fit.aicc < lowest
        {
            best = Some(fit);
        }
    }
    best.unwrap_or_else(|| {
        let state = State { level: values[0], potential: values[0] * FIRST_POTENTIAL };
        let start = Ces {
            season: CesSeason::None,
            parameters: SHORT,
            state,
            cycle: Vec::new(),
            position: 0,
        };
        CesFit {
            fit: Fit { start, warm_up: 1, parameters: 1 },
            season: CesSeason::None,
            aicc: f64::INFINITY,
            mean_squared_error: 0.0,
        }
    })
}

impl CesSeason {
    /// How many smoothing parameters there are.
    fn parameters(self) -> usize {
        match self {
            Self::None | Self::Simple => 2,
            Self::Partial => 3,
            Self::Full => 4,
        }
    }
}

impl Filter for Ces {
    fn path(&self, path: &mut [f64]) {
        let mut future = self.clone();
        for expected in path {
            *expected = future.expected();
            future.take(0.0);
        }
    }

    fn observe(&mut self, value: f64) {
        self.take(value - self.expected());
    }

    fn next(&self) -> f64 {
        self.expected()
    }
}

impl Ces {
    /// Takes in the error of the next period.
    fn take(&mut self, error: f64) {
        let [a, b, _, _] = self.parameters;
        let cycle = self.cycle.get_mut(self.position);
        match self.season {
            CesSeason::None => self.state.take(&Gain::complex(a, b), error),
            CesSeason::Simple => {
                if let Some(state) = cycle {
                    state.take(&Gain::complex(a, b), error);
                }
            }
            CesSeason::Partial | CesSeason::Full => {
                self.state.take(&Gain::complex(a, b), error);
                if let Some(state) = cycle {
                    state.take(&Gain::of_season(self.season, &self.parameters), error);
                }
            }
        }
        self.position += 1;
        if self.position >= self.cycle.len() {
            self.position = 0;
        }
    }

    /// The expected demand of the next period.
    fn expected(&self) -> f64 {
        let effect = self.cycle.get(self.position).map_or(0.0, |state| state.level);
        match self.season {
            CesSeason::None => self.state.level,
            CesSeason::Simple => effect,
            CesSeason::Partial | CesSeason::Full => self.state.level + effect,
        }
    }
}

impl State {
    fn take(&mut self, gain: &Gain, error: f64) {
        let Self { level, potential } = *self;
        self.level = level + gain.level_by_potential * potential + gain.level_by_error * error;
        self.potential = gain.potential_by_level * level
            + gain.potential_by_potential * potential
            + gain.potential_by_error * error;
    }
}

impl Gain {
    /// Of a complex state smoothed with `a + bi`.
    fn complex(a: f64, b: f64) -> Self {
        Self {
            level_by_potential: b - 1.0,
            level_by_error: a - b,
            potential_by_level: 1.0,
            potential_by_potential: 1.0 - a,
            potential_by_error: a + b,
        }
    }

    /// Of the added effect of a partial or full season.
    fn of_season(season: CesSeason, parameters: &[f64; 4]) -> Self {
        let [_, _, a, b] = *parameters;
        if season == CesSeason::Full {
            return Self::complex(a, b);
        }
        Self {
            level_by_potential: 0.0,
            level_by_error: a,
            potential_by_level: 0.0,
            potential_by_potential: 0.0,
            potential_by_error: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::theta::tests::AIR_PASSENGERS;
    use super::passes::{Start, squares};
    use super::*;

    const FORMS: [CesSeason; 4] =
        [CesSeason::None, CesSeason::Simple, CesSeason::Partial, CesSeason::Full];

    fn now(start: &Ces, values: &[f64]) -> Ces {
        let mut model = start.clone();
        for &value in values {
            model.observe(value);
        }
        model
    }

    fn forecast<const H: usize>(start: &Ces, values: &[f64]) -> [f64; H] {
        let mut path = [0.0; H];
        now(start, values).path(&mut path);
        path
    }

    #[test]
    fn air_passengers_as_statsforecast_has_them() {
        // statsforecast 2.1.1, `auto_ces(y, 12, model=…)`: its parameters, its criterion (of the
        // sum of squared errors, not their mean) and its forecast. It computes in single precision.
        let expected = [
            (
                [1.8, 0.984_296_01, 0.0, 0.0],
                1_576.145_290,
                [396.58, 390.70, 389.17, 384.26, 382.08, 377.79],
            ),
            (
                [1.8, 1.184_424_54, 0.0, 0.0],
                1_444.098_020,
                [399.84, 375.94, 433.58, 418.82, 443.39, 512.69],
            ),
            (
                [1.8, 1.008_194_12, 0.726_052_62, 0.0],
                1_332.923_080,
                [444.23, 429.09, 496.63, 482.91, 504.84, 554.68],
            ),
            (
                [1.295_491_81, 1.009_988_72, 1.499_984_34, 1.143_474_08],
                1_291.386_568,
                [410.80, 391.95, 456.37, 447.62, 472.10, 549.41],
            ),
        ];
        for (form, (parameters, criterion, expected)) in FORMS.into_iter().zip(expected) {
            let length = if form == CesSeason::None { 1 } else { 12 };
            let start = Start::of(&AIR_PASSENGERS, form, length);
            let found = squares(&AIR_PASSENGERS, form, &start, parameters);
            let k = form.parameters() as f64 + 1.0;
            let aicc =
                132.0 * ln(found.squared_error) + 2.0 * k + 2.0 * k * (k + 1.0) / (131.0 - k);
            assert!((aicc - criterion).abs() < 0.002, "{form:?} {aicc} {criterion}");
            let path: [f64; 6] = forecast(&found.model, &AIR_PASSENGERS);
            for (got, expected) in path.iter().zip(expected) {
                assert!((got / expected - 1.0).abs() < 1e-4, "{form:?} {got} {expected}");
            }
        }
    }

    #[test]
    fn air_passengers_have_a_partial_season() {
        let best = auto(&AIR_PASSENGERS, 12);
        assert_eq!((best.season, best.fit.parameters), (CesSeason::Partial, 3));
        for form in FORMS {
            let fit = fit(&AIR_PASSENGERS, form, 12).unwrap();
            assert_eq!(fit.season, form);
            assert!(best.aicc <= fit.aicc);
            let mut model = fit.fit.start.clone();
            let mut total = 0.0;
            for value in AIR_PASSENGERS {
                let error = value - model.next();
                total += error * error;
                model.observe(value);
            }
            assert!((total / 132.0 / fit.mean_squared_error - 1.0).abs() < 1e-9);
        }
        // The months that came: 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432.
        let path: [f64; 12] = forecast(&best.fit.start, &AIR_PASSENGERS);
        let came = [417.0, 391.0, 419.0, 461.0, 472.0, 535.0, 622.0, 606.0, 508.0, 461.0, 390.0];
        for (forecast, came) in path.iter().zip(came) {
            assert!((forecast / came - 1.0_f64).abs() < 0.12, "{path:?}");
        }
    }

    #[test]
    fn an_imaginary_part_of_one_is_simple_exponential_smoothing() {
        let mut model = Ces {
            season: CesSeason::None,
            parameters: [1.3, 1.0, 0.0, 0.0],
            state: State { level: 4.0, potential: -7.0 },
            cycle: Vec::new(),
            position: 0,
        };
        let mut level = 4.0;
        for value in [5.0, 9.0, 2.0, 7.0] {
            model.observe(value);
            level += 0.3 * (value - level);
            let path: [f64; 3] = forecast(&model, &[]);
            assert!(path.iter().all(|expected| (expected - level).abs() < 1e-12));
        }
    }

    #[test]
    fn a_path_is_what_comes_when_each_period_is_as_expected() {
        for form in FORMS {
            let fit = fit(&AIR_PASSENGERS, form, 12).unwrap();
            let mut model = now(&fit.fit.start, &AIR_PASSENGERS);
            let path: [f64; 30] = forecast(&model, &[]);
            for expected in path {
                let next = model.next();
                assert!((next / expected - 1.0).abs() < 1e-9, "{form:?}");
                model.observe(next);
            }
        }
    }

    #[test]
    fn the_unit_of_measure_does_not_matter() {
        for form in FORMS {
            let plain = fit(&AIR_PASSENGERS, form, 12).unwrap();
            let path: [f64; 9] = forecast(&plain.fit.start, &AIR_PASSENGERS);
            // Powers of two scale without rounding.
            for unit in [f64::EPSILON, 1.0 / f64::EPSILON] {
                let values = AIR_PASSENGERS.map(|value| value * unit);
                let scaled = fit(&values, form, 12).unwrap();
                let expected = path.map(|value| (value * unit).to_bits());
                let path: [f64; 9] = forecast(&scaled.fit.start, &values);
                assert_eq!(path.map(f64::to_bits), expected, "{form:?}");
                assert!((scaled.aicc - plain.aicc - 264.0 * ln(unit)).abs() < 1e-6);
                assert_eq!(auto(&values, 12).season, CesSeason::Partial);
            }
        }
    }

    #[test]
    fn a_constant_stays_and_a_pattern_repeats() {
        let constant = auto(&[7.0; 30], 12);
        assert_eq!(constant.season, CesSeason::None);
        let path: [f64; 5] = forecast(&constant.fit.start, &[7.0; 30]);
        assert!(path.iter().all(|value| (value - 7.0).abs() < 1e-9));
        let values: Vec<f64> = (0..40).map(|t| [3.0, 9.0, 1.0, 5.0, 0.0][t % 5]).collect();
        let pattern = auto(&values, 5);
        assert_ne!(pattern.season, CesSeason::None);
        let path: [f64; 10] = forecast(&pattern.fit.start, &values);
        for (value, expected) in path.iter().zip(&values) {
            assert!((value - expected).abs() < 0.01, "{path:?}");
        }
    }

    #[test]
    fn a_form_needs_two_cycles_and_periods_to_spare() {
        for form in FORMS {
            let shortest = (1..60).find(|&n| fit(&AIR_PASSENGERS[..n], form, 12).is_some());
            assert_eq!(shortest, Some(if form == CesSeason::None { 5 } else { 24 }));
            assert_eq!(fit(&AIR_PASSENGERS, form, 1).is_some(), form == CesSeason::None);
        }
        let short = auto(&[4.0, 8.0], 1);
        let path: [f64; 2] = forecast(&short.fit.start, &[4.0, 8.0]);
        assert!(path.iter().all(|value| (value - 6.0).abs() < 1e-12), "{path:?}");
    }

    #[test]
    fn nasty_series_have_bounded_forecasts() {
        let shapes: [fn(usize) -> f64; 10] = [
            |_| 0.0,
            |_| 7.0,
            |_| -1e15,
            |t| if t == 3 { 1e15 } else { 0.0 },
            |t| if t % 2 == 0 { 1e-12 } else { -1e-12 },
            |t| t as f64 * 1e13,
            |t| if t % 5 == 2 { 1e15 } else { 1e-12 },
            |t| -((t * t) as f64),
            |t| ((t * 7919) % 31) as f64,
            |t| (1_u64 << t.min(49)) as f64,
        ];
        for shape in shapes {
            for length in (1..=13).chain([24, 25, 60, 300]) {
                let values: Vec<f64> = (0..length).map(shape).collect();
                let size = values.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
                for season_length in [0, 1, 2, 5, 12, 1000] {
                    let fit = auto(&values, season_length);
                    let path: [f64; 20] = forecast(&fit.fit.start, &values);
                    assert!(fit.mean_squared_error.is_finite());
                    let most = 10.0 * size;
                    assert!(path.iter().all(|value| value.abs() <= most), "{values:?} {path:?}");
                }
            }
        }
    }

    #[test]
    fn a_saved_model_goes_on() {
        let model = now(&auto(&AIR_PASSENGERS, 12).fit.start, &AIR_PASSENGERS);
        let saved = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<Ces>(&saved).unwrap(), model);
    }
}
