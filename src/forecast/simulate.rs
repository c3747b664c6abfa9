//! Futures drawn from a fitted model.

use super::filter::{Filter, Fit};
use crate::unit::{Random, math, sort_by};
use serde::{Deserialize, Serialize};

/// The one-step errors of a model, to draw futures from: each period's demand is what the model
/// expects and an error, and the model takes that in before it is asked for the next, so that the
/// dependence between periods is the model's own.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Errors {
    /// How many there were.
    count: usize,
    /// Their root mean square, as it is to be expected of what comes.
    deviation: f64,
    /// Quantiles of them, ascending; none where they are taken as normal.
    sample: Vec<f64>,
    /// Where drawing starts: the same seed draws the same futures.
    seed: u32,
}

/// Which shape errors have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// The normal distribution.
    Normal,
    /// Their own.
    Own,
}

/// Futures drawn.
const FUTURES: usize = 1_000;
/// Errors kept: more would make a saved model larger and tell little.
const KEPT: usize = 200;

impl Errors {
    /// Measures the one-step errors on a history; with their own shape or a normal one.
    pub(super) fn of<F: Filter>(
        fit: &Fit<F>,
        values: &[f64],
        known: Option<&[bool]>,
        shape: Shape,
        seed: u32,
    ) -> Self {
        let relative = fit.start.is_multiplicative();
        let mut model = fit.start.clone();
        let mut errors = Vec::with_capacity(values.len());
        for (index, &value) in values.iter().enumerate() {
            if index >= fit.warm_up && known.is_none_or(|known| known[index]) {
                let expected = model.next();
                let error = value - expected;
                if !relative {
                    errors.push(error);
                } else if expected > 0.0 {
                    errors.push(error / expected);
                }
            }
            model.observe(value);
        }
        let count = errors.len();
        let optimism = fit.optimism(count);
        for error in &mut errors {
            *error *= optimism;
        }
        let squares = errors.iter().map(|e| e * e).sum::<f64>();
        let deviation = (squares / count.max(1) as f64).sqrt();
        if shape == Shape::Normal || errors.is_empty() {
            return Self { count, deviation, sample: Vec::new(), seed };
        }
        sort_by(&mut errors, f64::total_cmp);
        if errors.len() > KEPT {
            let step = (errors.len() - 1) as f64 / (KEPT - 1) as f64;
            errors = (0..KEPT).map(|kept| errors[nearest(kept as f64 * step)]).collect();
        }
        Self { count, deviation, sample: errors, seed }
    }

    /// How many errors stand behind it.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Draws futures side by side and calls with the demand that each has in the period ahead, one
    /// period after the other.
    pub(super) fn draw<F: Filter>(
        &self,
        now: &F,
        horizon: usize,
        mut call: impl FnMut(usize, &mut [f64]),
    ) {
        let mut random = Random::new(u64::from(self.seed));
        let mut models = vec![now.clone(); FUTURES];
        let mut demand = vec![0.0; FUTURES];
        for ahead in 0..horizon {
            for (model, demand) in models.iter_mut().zip(&mut demand) {
                let expected = model.next();
                let error = self.error(&mut random);
                // Where errors are shares of what is expected, nothing is below nothing.
                *demand = if model.is_multiplicative() {
                    (expected + expected.max(0.0) * error).max(0.0)
                } else {
                    expected + error
                };
                model.observe(*demand);
            }
            call(ahead, &mut demand);
        }
    }

    fn error(&self, random: &mut Random) -> f64 {
        if self.sample.is_empty() {
            // Never the ends, whose quantiles are infinite.
            let probability = random.fraction().clamp(1e-12, 1.0 - 1e-12);
            return self.deviation * math::normal_quantile(probability);
        }
        self.sample[random.below(self.sample.len())]
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a sample, never negative"
)]
fn nearest(place: f64) -> usize {
    place.round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::baseline::Baseline;

    /// Ups and downs of 2 around 50, naively forecast: every error is 4 or −4.
    fn swing(shape: Shape, seed: u32) -> (Errors, Baseline) {
        let values: Vec<f64> = (0..41).map(|t| if t % 2 == 0 { 52.0 } else { 48.0 }).collect();
        let fit = Baseline::naive().fit(values.len());
        let mut now = fit.start.clone();
        for &value in &values {
            now.observe(value);
        }
        (Errors::of(&fit, &values, None, shape, seed), now)
    }

    fn drawn(errors: &Errors, now: &Baseline, horizon: usize) -> Vec<Vec<f64>> {
        let mut steps = vec![Vec::new(); horizon];
        errors.draw(now, horizon, |step, demand| steps[step] = demand.to_vec());
        steps
    }

    fn moments(sample: &[f64]) -> (f64, f64) {
        let count = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / count;
        (mean, (sample.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count).sqrt())
    }

    #[test]
    fn own_errors_come_again() {
        let (errors, now) = swing(Shape::Own, 0);
        assert_eq!((errors.count(), errors.deviation.round()), (40, 4.0));
        let steps = drawn(&errors, &now, 2);
        assert!(steps[0].iter().all(|v| (v - 48.0).abs() < 1e-9 || (v - 56.0).abs() < 1e-9));
        let twice = [44.0, 52.0, 60.0];
        assert!(steps[1].iter().all(|v| twice.iter().any(|place| (v - place).abs() < 1e-9)));
    }

    #[test]
    fn what_was_drawn_is_gone_on_from() {
        // Errors of a naive forecast add up: their deviation grows with the root of the distance.
        for shape in [Shape::Own, Shape::Normal] {
            let (errors, now) = swing(shape, 3);
            let steps = drawn(&errors, &now, 16);
            for (step, grown) in [(0, 4.0), (3, 8.0), (15, 16.0)] {
                let (mean, deviation) = moments(&steps[step]);
                assert!((mean - 52.0).abs() < 0.12 * grown, "{shape:?} {step}: {mean}");
                assert!((deviation / grown - 1.0).abs() < 0.07, "{shape:?} {step}: {deviation}");
            }
        }
    }

    #[test]
    fn equal_seeds_draw_equal_futures() {
        let futures = |seed| {
            let (errors, now) = swing(Shape::Normal, seed);
            drawn(&errors, &now, 3)
        };
        assert_eq!(futures(5), futures(5));
        assert_ne!(futures(5), futures(6));
    }

    #[test]
    fn many_errors_are_kept_by_their_quantiles() {
        let values: Vec<f64> = (0..2001).map(|t| f64::from(t * t)).collect();
        let errors = Errors::of(&Baseline::naive().fit(2001), &values, None, Shape::Own, 0);
        // The errors are 1, 3, 5 … 3999.
        assert_eq!((errors.count(), errors.sample.len()), (2000, KEPT));
        let ends = [errors.sample[0], errors.sample[KEPT - 1]];
        assert!((ends[0] - 1.0).abs() < 1e-9 && (ends[1] - 3999.0).abs() < 1e-9);
        let middle = f64::midpoint(errors.sample[99], errors.sample[100]);
        assert!((middle - 2000.0).abs() < 12.0);
    }

    /// Expects what it saw last, with errors that are shares of it.
    #[derive(Clone)]
    struct Growth(f64);

    impl Filter for Growth {
        fn path(&self, path: &mut [f64]) {
            path.fill(self.0);
        }
        fn observe(&mut self, value: f64) {
            self.0 = value;
        }
        fn is_multiplicative(&self) -> bool {
            true
        }
    }

    #[test]
    fn errors_that_are_shares_have_no_unit_and_end_at_nothing() {
        let fit = Fit { start: Growth(1.0), warm_up: 0, parameters: 0 };
        let values = [1.0, 0.2, 2.0, 0.0, 5.0, 4.0];
        let errors = Errors::of(&fit, &values, None, Shape::Own, 0);
        // From nothing no share leads to five.
        assert_eq!(errors.sample, [-1.0, -0.8, -0.2, 0.0, 9.0]);
        for unit in [1.0, 1e-9, 1e9] {
            let mut largest = 0.0_f64;
            errors.draw(&Growth(unit), 9, |_, demand| {
                assert!(demand.iter().all(|&value| value >= 0.0));
                largest = demand.iter().fold(largest, |a, &b| a.max(b / unit));
            });
            assert!(largest > 9.0 && largest <= 1e9, "{largest}");
        }
    }
}
