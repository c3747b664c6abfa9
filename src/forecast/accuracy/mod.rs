//! How good a forecast was.
//!
//! Read in this order: [`Scale`] (what a normal error is for a series), the measures of one path
//! ([`mae`], [`mase`], [`pinball`], [`periods_in_stock`], …), [`score`] and [`Scores`] (all of them
//! for one series and over many), [`backtest`] (the same for many past origins of one series).
//!
//! An error is the forecast less the actual: positive when too much was forecast. A period whose
//! actual is NaN is unknown and is skipped everywhere; [`masked`] makes such actuals out of a mask.
//! A measure is `None` where it is undefined: paths of different lengths, no known period, a scale
//! of zero, or a result that is not finite.

mod backtest;
mod cumulative;
mod naive2;
mod point;
mod quantile;
mod scale;
mod score;

pub use backtest::{
    Ask, Backtest, BacktestResult, Learn, OriginOutcome, Origins, Paths, Refit, Window, backtest,
};
pub use cumulative::{
    cumulative_error, periods_in_stock, scaled_cumulative_absolute_error, scaled_periods_in_stock,
};
pub use naive2::{is_seasonal, naive2};
pub use point::{bias, mae, mase, owa, rmse, rmsse, scaled_bias, smape};
pub use quantile::{
    coverage, crps, crps_from_quantiles, crps_from_samples, pinball, scaled_pinball,
};
pub use scale::Scale;
pub use score::{Case, QuantileScore, Scores, score};

use crate::unit::math;

/// The actuals with NaN where the mask says that they are not known.
///
/// A period beyond the end of the mask is known.
///
/// ```
/// use replenish::forecast::accuracy::{mae, masked};
/// let actual = masked(&[5.0, 0.0, 7.0], &[true, false, true]);
/// assert_eq!(mae(&actual, &[6.0, 6.0, 6.0]), Some(1.0));
/// ```
pub fn masked(actual: &[f64], known: &[bool]) -> Vec<f64> {
    let known = known.iter().copied().chain(std::iter::repeat(true));
    actual.iter().zip(known).map(|(&value, known)| if known { value } else { f64::NAN }).collect()
}

/// The mean of a measure over the periods whose actual is known.
fn mean_over(actual: &[f64], forecast: &[f64], measure: impl Fn(f64, f64) -> f64) -> Option<f64> {
    let mut count = 0.0;
    let total = math::sum(known(actual, forecast).map(|(actual, forecast)| {
        count += 1.0;
        measure(actual, forecast)
    }));
    (actual.len() == forecast.len()).then_some(total / count).filter(|mean| mean.is_finite())
}

/// Each known actual with what was forecast for it.
fn known(actual: &[f64], forecast: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    actual.iter().copied().zip(forecast.iter().copied()).filter(|(actual, _)| !actual.is_nan())
}

/// A ratio, where it is defined.
fn ratio(value: Option<f64>, scale: Option<f64>) -> Option<f64> {
    Some(value? / scale?).filter(|ratio| ratio.is_finite())
}

/// History that [`Scale`], the measures and the backtest are compared with `metrics.py` on.
#[cfg(test)]
mod fixture {
    /// Whole numbers without a pattern; the same on every target.
    pub(super) fn noise(t: usize, modulus: usize) -> f64 {
        let t = t as u64;
        ((t * t * 7919 + t * 104_729 + 13) % modulus as u64) as f64
    }

    /// Monthly, seasonal, growing and positive.
    pub(super) fn monthly(length: usize) -> Vec<f64> {
        let season = [0.8, 0.85, 1.0, 1.05, 1.1, 1.3, 1.35, 1.2, 1.0, 0.9, 0.75, 0.7];
        (0..length).map(|t| (100.0 + 2.0 * t as f64) * season[t % 12] + noise(t, 11)).collect()
    }

    /// Daily counts that begin with zeros and have a gap.
    pub(super) fn sparse(length: usize) -> Vec<f64> {
        let value = |t| match t {
            0..5 => 0.0,
            17 => f64::NAN,
            t if noise(t, 7) < 3.0 => noise(t, 5) + 1.0,
            _ => 0.0,
        };
        (0..length).map(value).collect()
    }

    pub(super) fn assert_near(got: Option<f64>, expected: f64) {
        let got = got.expect("the measure is defined");
        assert!((got - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{got} for {expected}");
    }
}
