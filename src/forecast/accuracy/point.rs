//! Errors of a path of expected demand.

use super::{Scale, mean_over, ratio};

/// Mean absolute error, in units of demand: the mean of `|f − y|`.
///
/// The path with the smallest one is the median: on series that are mostly zero that is zero, so
/// judge those by [`rmsse`] and [`scaled_pinball`](super::scaled_pinball).
///
/// ```
/// use replenish::forecast::accuracy::mae;
/// assert_eq!(mae(&[3.0, f64::NAN, 5.0], &[4.0, 9.0, 2.0]), Some(2.0));
/// assert_eq!(mae(&[f64::NAN], &[4.0]), None);
/// ```
pub fn mae(actual: &[f64], forecast: &[f64]) -> Option<f64> {
    mean_over(actual, forecast, |actual, forecast| (forecast - actual).abs())
}

/// Root mean squared error, in units of demand: `√ mean (f − y)²`.
///
/// ```
/// use replenish::forecast::accuracy::rmse;
/// assert_eq!(rmse(&[0.0, 0.0], &[1.0, 7.0]), Some(5.0));
/// ```
pub fn rmse(actual: &[f64], forecast: &[f64]) -> Option<f64> {
    mean_over(actual, forecast, |actual, forecast| (forecast - actual) * (forecast - actual))
        .map(f64::sqrt)
}

/// Mean error, in units of demand: the mean of `f − y`, positive when too much was forecast.
///
/// ```
/// use replenish::forecast::accuracy::bias;
/// assert_eq!(bias(&[4.0, 6.0], &[5.0, 8.0]), Some(1.5));
/// ```
pub fn bias(actual: &[f64], forecast: &[f64]) -> Option<f64> {
    mean_over(actual, forecast, |actual, forecast| forecast - actual)
}

/// Symmetric mean absolute percentage error, from 0 to 200: the mean of
/// `200 · |f − y| / (|f| + |y|)`, a period where both are zero counting 0.
///
/// As in the M3 and M4 competitions (Makridakis, Spiliotis and Assimakopoulos, "The M4
/// Competition", International Journal of Forecasting 36, 2020).
///
/// ```
/// use replenish::forecast::accuracy::smape;
/// assert_eq!(smape(&[1.0, 0.0], &[3.0, 0.0]), Some(50.0));
/// ```
pub fn smape(actual: &[f64], forecast: &[f64]) -> Option<f64> {
    mean_over(actual, forecast, |actual, forecast| {
        let size = forecast.abs() + actual.abs();
        if size > 0.0 { 200.0 * (forecast - actual).abs() / size } else { 0.0 }
    })
}

/// Mean absolute scaled error: [`mae`] over the mean absolute seasonal difference of the history.
///
/// Below 1 is better than what the seasonal naive forecast achieved inside the history (Hyndman and
/// Koehler 2006, see [`Scale`]).
///
/// ```
/// use replenish::forecast::accuracy::{Scale, mase};
/// let scale = Scale::of(&[10.0, 14.0, 10.0], 1);
/// assert_eq!(mase(&[12.0], &[10.0], &scale), Some(0.5));
/// ```
pub fn mase(actual: &[f64], forecast: &[f64], scale: &Scale) -> Option<f64> {
    ratio(mae(actual, forecast), scale.seasonal)
}

/// Root mean squared scaled error: `√ (mean (f − y)² / mean (y(t) − y(t − 1))²)`, the denominator
/// over the history from its first demand on.
///
/// As in the M5 competition (see [`Scale`]); the path with the smallest one is the mean.
///
/// ```
/// use replenish::forecast::accuracy::{Scale, rmsse};
/// let scale = Scale::of(&[10.0, 14.0, 10.0], 1);
/// assert_eq!(rmsse(&[12.0], &[10.0], &scale), Some(0.5));
/// ```
pub fn rmsse(actual: &[f64], forecast: &[f64], scale: &Scale) -> Option<f64> {
    ratio(rmse(actual, forecast), scale.squared.map(f64::sqrt))
}

/// [`bias`] over the mean absolute difference of the history from its first demand on.
///
/// ```
/// use replenish::forecast::accuracy::{Scale, scaled_bias};
/// let scale = Scale::of(&[10.0, 14.0, 10.0], 1);
/// assert_eq!(scaled_bias(&[12.0], &[10.0], &scale), Some(-0.5));
/// ```
pub fn scaled_bias(actual: &[f64], forecast: &[f64], scale: &Scale) -> Option<f64> {
    ratio(bias(actual, forecast), scale.absolute)
}

/// Overall weighted average of the M4 competition: half the sum of [`smape`] and [`mase`], each
/// over that of [`naive2`](super::naive2); 1 is as good as it.
///
/// Over many series the competition takes the ratios of the means, as
/// [`Scores::owa`](super::Scores::owa) does, not the mean of the ratios.
///
/// ```
/// use replenish::forecast::accuracy::owa;
/// let (smape, mase, naive2_smape, naive2_mase) = (9.0, 0.8, 10.0, 1.0);
/// assert_eq!(owa(smape, mase, naive2_smape, naive2_mase), Some((0.9 + 0.8) / 2.0));
/// assert_eq!(owa(9.0, 0.8, 0.0, 1.0), None);
/// ```
pub fn owa(smape: f64, mase: f64, naive2_smape: f64, naive2_mase: f64) -> Option<f64> {
    let owa = f64::midpoint(smape / naive2_smape, mase / naive2_mase);
    owa.is_finite().then_some(owa)
}
