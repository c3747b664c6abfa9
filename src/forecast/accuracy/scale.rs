//! What a normal error is for a series.

use crate::unit::math;
use serde::Serialize;

/// The denominators of scaled errors, taken once from a series' history.
///
/// A naive forecast's own errors inside the history make errors of series of any size comparable
/// (Hyndman and Koehler, "Another look at measures of forecast accuracy", International Journal of
/// Forecasting 22, 2006). What has no known value, or is zero, is `None`: scaled errors of such a
/// series are undefined.
///
/// ```
/// use replenish::forecast::accuracy::Scale;
/// let scale = Scale::of(&[0.0, 0.0, 4.0, 6.0, 8.0, 6.0], 2);
/// assert_eq!(scale.seasonal, Some((4.0 + 6.0 + 4.0 + 0.0) / 4.0));
/// assert_eq!(scale.absolute, Some(2.0)); // |6 − 4|, |8 − 6|, |6 − 8|
/// assert_eq!(scale.squared, Some(4.0));
/// assert_eq!(scale.mean, Some(4.0));
/// assert_eq!(Scale::of(&[5.0, 5.0, 5.0], 1).absolute, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Scale {
    /// Mean of `|y(t) − y(t − m)|`, for MASE; of `|y(t) − y(t − 1)|` when the history is not longer
    /// than a season.
    pub seasonal: Option<f64>,
    /// Mean of `|y(t) − y(t − 1)|` from the first demand on, for quantile losses and biases
    /// (Makridakis, Spiliotis and Assimakopoulos, "The M5 competition", International Journal of
    /// Forecasting 38, 2022).
    pub absolute: Option<f64>,
    /// Mean of `(y(t) − y(t − 1))²` from the first demand on, for RMSSE (the same).
    pub squared: Option<f64>,
    /// Mean of the known values, for errors told in periods of demand.
    pub mean: Option<f64>,
}

impl Scale {
    /// Measures a history; NaN is a period that is not known. A season of 0 or 1 is none.
    pub fn of(history: &[f64], season_length: usize) -> Self {
        let lag = if history.len() > season_length { season_length.max(1) } else { 1 };
        let first = history.iter().position(|&value| value != 0.0 && !value.is_nan()).unwrap_or(0);
        let sold = &history[first..];
        Self {
            seasonal: mean(differences(history, lag).map(f64::abs)),
            absolute: mean(differences(sold, 1).map(f64::abs)),
            squared: mean(differences(sold, 1).map(|difference| difference * difference)),
            mean: mean(history.iter().copied().filter(|value| !value.is_nan())),
        }
    }
}

/// Differences between values that are both known.
fn differences(values: &[f64], lag: usize) -> impl Iterator<Item = f64> {
    let later = values.iter().skip(lag);
    values.iter().zip(later).map(|(before, after)| after - before).filter(|d| !d.is_nan())
}

/// The mean, if there is one above zero.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut count = 0.0;
    let total = math::sum(values.inspect(|_| count += 1.0));
    Some(total / count).filter(|mean| *mean > 0.0 && mean.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn the_scales_of_the_reference() {
        // scales(…) of a separate program on the same two histories.
        let scale = Scale::of(&fixture::monthly(60), 12);
        fixture::assert_near(scale.seasonal, MONTHLY.0);
        fixture::assert_near(scale.absolute, MONTHLY.1);
        fixture::assert_near(scale.squared, MONTHLY.2);
        let scale = Scale::of(&fixture::sparse(60), 7);
        fixture::assert_near(scale.seasonal, SPARSE.0);
        fixture::assert_near(scale.absolute, SPARSE.1);
        fixture::assert_near(scale.squared, SPARSE.2);
    }

    const MONTHLY: (f64, f64, f64) =
        (23.958_333_333_333_332, 17.881_355_932_203_395, 432.675_254_237_288_2);
    const SPARSE: (f64, f64, f64) =
        (0.196_078_431_372_549_02, 0.808_510_638_297_872_3, 2.765_957_446_808_511);

    #[test]
    fn what_cannot_scale_is_none() {
        for history in [&[][..], &[3.0], &[f64::NAN; 4], &[0.0; 9]] {
            let scale = Scale::of(history, 4);
            assert_eq!((scale.seasonal, scale.absolute, scale.squared), (None, None, None));
        }
        assert_eq!(Scale::of(&[1.0, 3.0], 0), Scale::of(&[1.0, 3.0], 1));
        assert_eq!(Scale::of(&[f64::MAX, f64::MIN], 1).squared, None);
    }
}
