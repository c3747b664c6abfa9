//! Seasons that a model without one can be put on.
//!
//! The seasons are what STL finds in the last cycle, drawn together towards no season at all as far
//! as the remainder says that they are noise: with two or three years of weeks most of an index is.
//! This is the estimator of James and Stein ("Estimation with quadratic loss", Fourth Berkeley
//! Symposium, 1961), for seasons proposed by Miller and Williams ("Shrinkage estimators of time
//! series seasonal factors and their effect on forecasting accuracy", International Journal of
//! Forecasting 19, 2003). A season that is not there vanishes, so no test need come first.
//!
//! The cycle stays the same from then on, backwards as well: the same value is removed from a past
//! period that a forecast from there would have added.

use super::{
    decompose::{Decompose, Decomposition, Outliers, Seasons, slot, slots},
    filter::Filter,
    strength,
};
use crate::unit::math;
use serde::{Deserialize, Serialize};

/// The seasons as they lie ahead of a period.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Seasonal {
    effect: Effect,
    cycles: Vec<Cycle>,
    /// Periods gone by since the first one of the history.
    period: usize,
}

/// How seasons act on demand.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Effect {
    /// They add to it.
    Added,
    /// They multiply it; the cycles hold logarithms.
    Multiplied,
}

/// One season's values, by slot.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Cycle {
    length: f64,
    values: Vec<f64>,
}

/// A history with its seasons taken out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Adjusted {
    /// The seasons ahead of the first period.
    pub(super) seasonal: Seasonal,
    /// The history without them, on its own scale.
    pub(super) values: Vec<f64>,
    /// How strong each season is, from 0 to 1 (see [`super::strength`]), shortest first.
    pub(super) strengths: Vec<f64>,
    /// Seasons asked for that the history is too short to show.
    pub(super) left_out: Vec<f64>,
}

/// A model of the adjusted history with the seasons put back on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Seasoned<F> {
    /// What follows the adjusted history.
    pub(super) rest: F,
    /// What is put on it.
    pub(super) seasonal: Seasonal,
}

/// Finds the seasons of a history; nothing when it is too short for any of them.
///
/// They multiply when all values are positive and that describes the history better. The stronger
/// the shortest of them is, the fewer cycles are asked what the last one looks like: what changes
/// in a clear season is the season, what changes in a faint one is noise.
pub(super) fn adjust(values: &[f64], lengths: &[f64]) -> Option<Adjusted> {
    // A value that stands out in one cycle is drawn in with the noise; leaving such values out, as
    // STL can, made forecasts worse on most sets of series tried.
    let outliers = Outliers::Count;
    let over = |cycles| Decompose { lengths, seasons: Seasons::Changing { cycles }, outliers };
    let (effect, mut parts) = better_effect(values, &over(CYCLES));
    let strength = strength::seasons(&parts).first().copied()?;
    let cycles = if strength > CLEAR {
        CLEAR_CYCLES
    } else if strength < FAINT {
        FAINT_CYCLES
    } else {
        CYCLES
    };
    if cycles != CYCLES {
        parts = match effect {
            Effect::Added => over(cycles).apply(values),
            Effect::Multiplied => over(cycles).apply(&logarithms(values)),
        };
    }
    let seasonal = Seasonal { effect, cycles: shrunk_cycles(&parts), period: 0 };
    let mut ahead = seasonal.clone();
    let mut adjusted = Vec::with_capacity(values.len());
    for &value in values {
        adjusted.push(ahead.remove(value));
        ahead.advance();
    }
    let found =
        |length: f64| parts.seasons.iter().any(|season| season.length.total_cmp(&length).is_eq());
    Some(Adjusted {
        seasonal,
        values: adjusted,
        strengths: strength::seasons(&parts),
        left_out: lengths.iter().copied().filter(|&length| !found(length)).collect(),
    })
}

impl Seasonal {
    /// Goes on to the next period.
    pub(super) fn advance(&mut self) {
        self.period += 1;
    }

    /// The demand of the next period without its season.
    pub(super) fn remove(&self, value: f64) -> f64 {
        match self.effect {
            Effect::Added => value - self.value_at(0),
            Effect::Multiplied => value * math::exp(-self.value_at(0)),
        }
    }

    /// The demand some steps ahead with its season; the next period is step 0.
    pub(super) fn put_back(&self, value: f64, step: usize) -> f64 {
        match self.effect {
            Effect::Added => value + self.value_at(step),
            Effect::Multiplied => value * math::exp(self.value_at(step)),
        }
    }

    /// What the seasons add some steps ahead, to the logarithm when they multiply.
    fn value_at(&self, step: usize) -> f64 {
        let period = self.period + step;
        let values = self.cycles.iter().filter_map(|c| c.values.get(slot(period, c.length)));
        values.sum()
    }
}

impl<F: Filter> Filter for Seasoned<F> {
    fn path(&self, path: &mut [f64]) {
        self.rest.path(path);
        for (step, value) in path.iter_mut().enumerate() {
            *value = self.seasonal.put_back(*value, step);
        }
    }

    fn observe(&mut self, value: f64) {
        self.rest.observe(self.seasonal.remove(value));
        self.seasonal.advance();
    }

    fn is_multiplicative(&self) -> bool {
        self.rest.is_multiplicative()
    }
}

/// Adding or multiplying, whichever leaves the smaller sum of absolute remainders.
fn better_effect(values: &[f64], decompose: &Decompose) -> (Effect, Decomposition) {
    let added = decompose.apply(values);
    if added.seasons.is_empty() || !values.iter().all(|&value| value > 0.0) {
        return (Effect::Added, added);
    }
    let multiplied = decompose.apply(&logarithms(values));
    let apart: f64 = added.remainder.iter().map(|rest| rest.abs()).sum();
    let apart_multiplied: f64 = values
        .iter()
        .zip(&multiplied.remainder)
        .map(|(value, rest)| (value - value * math::exp(-rest)).abs())
        .sum();
    if apart_multiplied < apart { (Effect::Multiplied, multiplied) } else { (Effect::Added, added) }
}

fn logarithms(values: &[f64]) -> Vec<f64> {
    values.iter().map(|&value| math::ln(value)).collect()
}

/// The last cycle of each season, its mean taken out and drawn towards nothing.
fn shrunk_cycles(parts: &Decomposition) -> Vec<Cycle> {
    let periods = parts.trend.len();
    let squares: f64 = parts.remainder.iter().map(|rest| rest * rest).sum();
    let longest = parts.seasons.iter().map(|season| season.length).fold(1.0, f64::max);
    let mut cycles = Vec::new();
    for season in &parts.seasons {
        let count = slots(season.length);
        let mut values = vec![0.0; count];
        for period in periods - count..periods {
            values[slot(period, season.length)] = season.values[period];
        }
        let mean = values.iter().sum::<f64>() / count as f64;
        for value in &mut values {
            *value -= mean;
        }
        // The remainder is smaller than the noise was: the season and the trend took their share.
        let free = periods as f64 - count as f64 - periods as f64 / longest;
        let noise = squares / free.max(0.1 * periods as f64) * count as f64 / periods as f64;
        let size: f64 = values.iter().map(|value| value * value).sum();
        let expected = SHRINKAGE * (count as f64 - 3.0).max(0.0) * noise;
        let kept = if size > expected { 1.0 - expected / size } else { 0.0 };
        for value in &mut values {
            *value *= kept;
        }
        cycles.push(Cycle { length: season.length, values });
    }
    cycles
}

/// How much of the noise is expected in the seasons. James and Stein have 1; what STL leaves for a
/// remainder understates the noise, and 1.5 was as good or better on every set of series tried.
const SHRINKAGE: f64 = 1.5;
/// Cycles that say what a season of ordinary strength looks like.
const CYCLES: usize = 9;
/// Strength above which a season is clear, and the cycles that then are enough.
const CLEAR: f64 = 0.95;
const CLEAR_CYCLES: usize = 5;
/// Strength below which it is faint, and the cycles that are then needed.
const FAINT: f64 = 0.5;
const FAINT_CYCLES: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    /// The last value goes on.
    #[derive(Clone, Debug, PartialEq)]
    struct Last(f64);

    impl Filter for Last {
        fn path(&self, path: &mut [f64]) {
            path.fill(self.0);
        }

        fn observe(&mut self, value: f64) {
            self.0 = value;
        }
    }

    /// Noise that is the same on every machine, from -0.5 to 0.5.
    fn noise(count: u32) -> Vec<f64> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn a_pure_season_goes_on_exactly() {
        let shape = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
        let y: Vec<f64> = (0..45).map(|t| 20.0 + shape[t % 6]).collect();
        let Adjusted { seasonal, values, .. } = adjust(&y, &[6.0]).unwrap();
        assert!(values.iter().all(|value| (value - 24.5).abs() < 1e-6), "{values:?}");
        let mut model = Seasoned { rest: Last(0.0), seasonal };
        for &value in &y {
            model.observe(value);
        }
        let mut path = [0.0; 14];
        model.path(&mut path);
        for (step, value) in path.iter().enumerate() {
            assert!((value - 20.0 - shape[(45 + step) % 6]).abs() < 1e-6, "{step}: {value}");
        }
    }

    #[test]
    fn growing_seasons_multiply_and_steady_ones_add() {
        let wave = |t: usize| [0.5, 1.0, 1.7, 0.8][t % 4];
        let growing: Vec<f64> = (0..60).map(|t| (10.0 + 2.0 * t as f64) * wave(t)).collect();
        let steady: Vec<f64> = (0..60).map(|t| 10.0 + 2.0 * t as f64 + 5.0 * wave(t)).collect();
        assert_eq!(adjust(&growing, &[4.0]).unwrap().seasonal.effect, Effect::Multiplied);
        assert_eq!(adjust(&steady, &[4.0]).unwrap().seasonal.effect, Effect::Added);
    }

    #[test]
    fn a_clear_season_that_changes_is_followed() {
        // The peak moves from one day of the week to the next, over forty weeks.
        let wave = |t: usize| if t % 7 == t / 140 { 30.0 } else { 0.0 };
        let y: Vec<f64> = noise(280).iter().enumerate().map(|(t, e)| 50.0 + wave(t) + e).collect();
        let mut seasonal = adjust(&y, &[7.0]).unwrap().seasonal;
        for _ in 0..280 {
            seasonal.advance();
        }
        assert!(seasonal.put_back(50.0, 1) > 70.0 && seasonal.put_back(50.0, 0) < 50.0);
    }

    #[test]
    fn noise_has_no_season() {
        let y: Vec<f64> = noise(130).iter().map(|e| 10.0 + e).collect();
        let found = adjust(&y, &[52.0]).unwrap();
        for (before, after) in y.iter().zip(&found.values) {
            assert!((before - after).abs() < 0.05, "{before} {after}");
        }
    }

    #[test]
    fn removing_and_putting_back_is_the_value() {
        let y: Vec<f64> =
            noise(300).iter().enumerate().map(|(t, e)| 3.0 + e + (t % 7) as f64).collect();
        let mut seasonal = adjust(&y, &[7.0, 30.4]).unwrap().seasonal;
        for value in [0.0, 1.0, 77.0] {
            assert!((seasonal.put_back(seasonal.remove(value), 0) - value).abs() < 1e-12);
            seasonal.advance();
        }
        let text = serde_json::to_string(&seasonal).unwrap();
        assert_eq!(serde_json::from_str::<Seasonal>(&text).unwrap(), seasonal);
    }

    #[test]
    fn says_which_seasons_are_too_long() {
        let y: Vec<f64> = (0..40).map(|t| f64::from(t % 7)).collect();
        assert_eq!(adjust(&y, &[7.0, 365.25]).unwrap().left_out, [365.25]);
        assert_eq!(adjust(&y[..13], &[7.0]), None);
        assert_eq!(adjust(&[], &[7.0]), None);
        assert_eq!(adjust(&y, &[]), None);
        assert_eq!(adjust(&y, &[f64::NAN, -1.0, 0.0, f64::INFINITY]), None);
    }
}
