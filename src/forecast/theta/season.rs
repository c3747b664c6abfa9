//! The season of a series: whether there is one, and what it adds to each period.
//!
//! A season is taken off when the autocorrelation at its length is significant at ten per cent,
//! the test of the theta method (Fiorucci and others 2016). It is found by classical decomposition:
//! the average, by position in the cycle, of what a centred moving average over one cycle leaves.

use super::super::strength::is_seasonal;
use serde::{Deserialize, Serialize};

/// Factors below this would blow up what they divide.
const SMALLEST_FACTOR: f64 = 0.01;

/// What the season does to each period; nothing when there is none.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Season {
    kind: Kind,
    /// By position in the cycle, the first period's position first.
    effects: Vec<f64>,
    /// Position of the next period.
    position: usize,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
enum Kind {
    Additive,
    Multiplicative,
}

impl Season {
    /// The season if there is one, and the values without it.
    pub(super) fn take_off(values: &[f64], length: usize) -> (Self, Vec<f64>) {
        let mut season = Self::of(values, length);
        let adjusted = values.iter().map(|&value| {
            let adjusted = season.without(value);
            season.advance();
            adjusted
        });
        let adjusted = adjusted.collect();
        season.position = 0;
        (season, adjusted)
    }

    fn of(values: &[f64], length: usize) -> Self {
        let season = |kind, effects| Self { kind, effects, position: 0 };
        if !is_seasonal(values, length) {
            return season(Kind::Additive, Vec::new());
        }
        if values.iter().all(|&value| value > 0.0) {
            let factors = effects(values, length, Kind::Multiplicative);
            if factors.iter().all(|&factor| factor >= SMALLEST_FACTOR) {
                return season(Kind::Multiplicative, factors);
            }
        }
        season(Kind::Additive, effects(values, length, Kind::Additive))
    }

    /// Moves to the next period.
    pub(super) fn advance(&mut self) {
        self.position += 1;
        if self.position >= self.effects.len() {
            self.position = 0;
        }
    }

    /// Positions in the cycle; zero when there is no season.
    pub(super) fn length(&self) -> usize {
        self.effects.len()
    }

    /// The next period's value without its season.
    pub(super) fn without(&self, value: f64) -> f64 {
        match (self.effect(0), self.kind) {
            (None, _) => value,
            (Some(effect), Kind::Additive) => value - effect,
            (Some(effect), Kind::Multiplicative) => value / effect,
        }
    }

    /// A value of a coming period with its season; the next period is zero ahead.
    pub(super) fn put_back(&self, ahead: usize, value: f64) -> f64 {
        match (self.effect(ahead), self.kind) {
            (None, _) => value,
            (Some(effect), Kind::Additive) => value + effect,
            (Some(effect), Kind::Multiplicative) => value * effect,
        }
    }

    fn effect(&self, ahead: usize) -> Option<f64> {
        let length = self.effects.len();
        if length == 0 {
            return None;
        }
        Some(self.effects[(self.position % length + ahead % length) % length])
    }
}

/// The effects by position in the cycle, with mean zero, of classical decomposition; there are at
/// least two cycles.
pub(in super::super) fn additive_effects(values: &[f64], length: usize) -> Vec<f64> {
    effects(values, length, Kind::Additive)
}

/// The seasonal effects by position: with mean zero, or factors with mean one.
fn effects(values: &[f64], length: usize, kind: Kind) -> Vec<f64> {
    let half = length / 2;
    let mut sums = vec![0.0; length];
    let mut counts = vec![0.0; length];
    // The window around period `half`: for an even length its two ends count half each.
    let mut window: f64 = values[..length].iter().sum();
    for period in half..values.len() - half {
        let first = period - half;
        let average = if length.is_multiple_of(2) {
            // The window starts half a cycle before the period and ends just before its other end.
            window + (values[first + length] - values[first]) / 2.0
        } else {
            window
        } / length as f64;
        sums[period % length] += match kind {
            Kind::Additive => values[period] - average,
            Kind::Multiplicative => values[period] / average,
        };
        counts[period % length] += 1.0;
        if first + length < values.len() {
            window += values[first + length] - values[first];
        }
    }
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum /= count;
    }
    let mean = sums.iter().sum::<f64>() / length as f64;
    for effect in &mut sums {
        match kind {
            Kind::Additive => *effect -= mean,
            Kind::Multiplicative => *effect /= mean,
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four and a half cycles of 40, 30, 20, 30 around a rising line.
    fn quarters() -> Vec<f64> {
        (0..18).map(|t| [40.0, 30.0, 20.0, 30.0][t % 4] + t as f64).collect()
    }

    #[test]
    fn an_additive_season_on_a_line_is_found_exactly() {
        let values: Vec<f64> = quarters().iter().map(|value| value - 100.0).collect();
        let (season, adjusted) = Season::take_off(&values, 4);
        assert_eq!(season.kind, Kind::Additive);
        for (effect, expected) in season.effects.iter().zip([10.0, 0.0, -10.0, 0.0]) {
            assert!((effect - expected).abs() < 1e-12, "{season:?}");
        }
        for (period, value) in adjusted.iter().enumerate() {
            assert!((value - (period as f64 - 70.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn an_odd_cycle_has_a_window_of_its_own_length() {
        let values: Vec<f64> =
            (0..20).map(|t| [9.0, 0.0, -3.0, -6.0, 0.0][t % 5] - t as f64).collect();
        for (effect, expected) in
            effects(&values, 5, Kind::Additive).iter().zip([9.0, 0.0, -3.0, -6.0, 0.0])
        {
            assert!((effect - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn positive_values_have_factors_unless_one_is_next_to_nothing() {
        assert_eq!(Season::of(&quarters(), 4).kind, Kind::Multiplicative);
        let peaks: Vec<f64> = (0..20).map(|t| if t % 4 == 0 { 1000.0 } else { 1.0 }).collect();
        assert_eq!(Season::of(&peaks, 4).kind, Kind::Additive);
    }

    #[test]
    fn what_is_taken_off_is_put_back() {
        for sign in [1.0, -1.0] {
            let values: Vec<f64> = quarters().iter().map(|value| value * sign).collect();
            let (mut season, adjusted) = Season::take_off(&values, 4);
            for (ahead, (&value, &without)) in values.iter().zip(&adjusted).enumerate() {
                assert!((season.put_back(ahead, without) - value).abs() < 1e-12);
            }
            for (&value, &without) in values.iter().zip(&adjusted) {
                assert!((season.without(value) - without).abs() < 1e-12);
                season.advance();
            }
        }
    }

    #[test]
    fn no_season_without_two_cycles_or_significance() {
        for (values, length) in
            [(&quarters()[..7], 4), (&quarters(), 3), (&[5.0; 30], 6), (&[1.0, 2.0], 1)]
        {
            let (season, adjusted) = Season::take_off(values, length);
            assert_eq!((season.length(), adjusted.as_slice()), (0, values));
        }
        // The autocorrelation of white noise at lag 6 is below its bound.
        let noise: Vec<f64> = (0..60).map(|t| f64::from(t * t * 31 % 17)).collect();
        assert!(!is_seasonal(&noise, 6));
    }
}
