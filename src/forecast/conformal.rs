//! Prediction intervals from the errors of past forecasts themselves.

use super::filter::{Filter, Fit};
use crate::unit::sort_by;
use serde::{Deserialize, Serialize};

/// Errors of forecasts from past origins, by distance and for sums of periods: split conformal
/// prediction (Lei, `GʼSell`, Rinaldo, Tibshirani and Wasserman 2018), with the sign of the errors
/// kept, so that intervals need not be symmetric. The model was fitted to the same history, which
/// the method does not allow for; [`Fit::optimism`] makes up for it on average.
///
/// With `n` errors the quantile of probability `p` is the `⌈(n + 1) p⌉`th of them, which covers
/// future demand with probability `p` if errors stay as they were; where there is no such error it
/// is the largest, and the coverage less.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Conformal {
    /// Sorted errors of one period, by distance.
    steps: Vec<Vec<f64>>,
    /// Sorted errors of the sum of the first periods.
    sums: Vec<Vec<f64>>,
}

/// At most this many errors are kept for each distance.
const KEPT: usize = 400;
/// Fewer errors than this have no quantiles worth the name.
pub(super) const FEWEST_ERRORS: usize = 10;

impl Conformal {
    /// Asks a model from every origin of its history.
    pub(super) fn of<F: Filter>(
        fit: &Fit<F>,
        values: &[f64],
        known: Option<&[bool]>,
        horizon: usize,
    ) -> Self {
        let mut errors = Self { steps: vec![Vec::new(); horizon], sums: vec![Vec::new(); horizon] };
        let stride = values.len().div_ceil(KEPT).max(1);
        let mut model = fit.start.clone();
        let mut path = vec![0.0; horizon];
        for (origin, &value) in values.iter().enumerate() {
            if origin >= fit.warm_up && (values.len() - 1 - origin).is_multiple_of(stride) {
                model.path(&mut path);
                let mut sum = 0.0;
                for (ahead, (mean, value)) in path.iter().zip(&values[origin..]).enumerate() {
                    let error = value - mean;
                    sum += error;
                    let is_known = |period: usize| known.is_none_or(|known| known[period]);
                    if is_known(origin + ahead) {
                        errors.steps[ahead].push(error);
                    }
                    if (origin..=origin + ahead).all(is_known) {
                        errors.sums[ahead].push(sum);
                    }
                }
            }
            model.observe(value);
        }
        let optimism = fit.optimism(values.len().saturating_sub(fit.warm_up));
        for sample in errors.steps.iter_mut().chain(&mut errors.sums) {
            for error in &mut *sample {
                *error *= optimism;
            }
            sort_by(sample, f64::total_cmp);
        }
        errors
    }

    /// How many errors of one period ahead there are.
    pub(super) fn origins(&self) -> usize {
        self.steps.first().map_or(0, Vec::len)
    }

    /// The error of one period that is not exceeded with a probability. A distance of which the
    /// history shows too few errors has those of the farthest one of which it shows enough, grown as
    /// those of a wandering level do.
    pub(super) fn step_error(&self, distance: usize, probability: f64) -> f64 {
        error_at(&self.steps, distance, 0.5, probability)
    }

    /// The same for the sum of the first `periods` periods.
    pub(super) fn sum_error(&self, periods: usize, probability: f64) -> f64 {
        error_at(&self.sums, periods, 1.0, probability)
    }
}

fn error_at(errors: &[Vec<f64>], distance: usize, exponent: f64, probability: f64) -> f64 {
    let within = &errors[..distance.min(errors.len())];
    let enough = within.iter().rposition(|sample| sample.len() >= FEWEST_ERRORS);
    let any = || within.iter().position(|sample| !sample.is_empty());
    let Some(measured) = enough.or_else(any) else { return 0.0 };
    let growth = distance as f64 / (measured + 1) as f64;
    quantile(&errors[measured], probability) * crate::unit::math::pow(growth, exponent)
}

fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let rank = ((sorted.len() + 1) as f64 * probability - 1e-9).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
    let index = rank as usize - 1;
    sorted.get(index).or(sorted.last()).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::baseline::Baseline;

    /// The naive forecast of triangular numbers errs by 1, 2, 3, …
    fn errors(periods: u32, known: Option<&[bool]>, horizon: usize) -> Conformal {
        let values: Vec<f64> = (0..periods).map(|t| f64::from(t * (t + 1) / 2)).collect();
        Conformal::of(&Baseline::naive().fit(values.len()), &values, known, horizon)
    }

    #[track_caller]
    fn same(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
    }

    #[test]
    fn a_quantile_is_the_error_of_its_rank() {
        let errors = errors(21, None, 3);
        assert_eq!(errors.origins(), 20);
        // ⌈21 p⌉ of 1, 2, … 20.
        for (p, error) in [(0.9, 19.0), (0.95, 20.0), (0.99, 20.0), (0.05, 2.0), (0.001, 1.0)] {
            same(errors.step_error(1, p), error);
            same(errors.sum_error(1, p), error);
        }
        // Two ahead 1 + 2, 2 + 3, …; the sum of both errors is one more of the first.
        same(errors.step_error(2, 0.5), 10.0 + 11.0);
        same(errors.sum_error(2, 0.5), 10.0 + 10.0 + 11.0);
    }

    #[test]
    fn distances_with_too_few_errors_have_those_before_them() {
        // Distances 1 to 4 have 13, 12, 11 and 10 errors, those beyond too few.
        let errors = errors(14, None, 12);
        let last = errors.step_error(4, 0.5);
        for distance in [5_u32, 12, 400] {
            let grown = last * (f64::from(distance) / 4.0).sqrt();
            same(errors.step_error(distance as usize, 0.5), grown);
            let sum = errors.sum_error(4, 0.5) * f64::from(distance) / 4.0;
            same(errors.sum_error(distance as usize, 0.5), sum);
        }
        // With none at all there is nothing to say, and with a few only they.
        same(Conformal { steps: vec![vec![]], sums: vec![vec![]] }.step_error(3, 0.9), 0.0);
        same(Conformal { steps: vec![vec![2.0]], sums: vec![vec![3.0]] }.sum_error(4, 0.9), 12.0);
    }

    #[test]
    fn sums_over_an_unknown_period_do_not_count() {
        let mut known = vec![true; 21];
        known[10] = false;
        let errors = errors(21, Some(&known), 3);
        let counts = |samples: &[Vec<f64>]| samples.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(counts(&errors.steps), [19, 18, 17]);
        assert_eq!(counts(&errors.sums), [19, 17, 15]);
    }
}
