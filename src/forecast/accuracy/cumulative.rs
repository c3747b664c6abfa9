//! Errors that stock feels: those that add up over the periods.
//!
//! A store does not feel an error that the next period takes back; it feels the sum. Wallström and
//! Segerstedt, "Evaluation of forecasting error measurements and techniques for intermittent
//! demand", International Journal of Production Economics 128 (2010), name the measures;
//! Kourentzes, Trapero and Barrow, "Optimising forecasting models for inventory planning",
//! International Journal of Production Economics 225 (2020), show that they go with inventory cost
//! where mean errors do not.

use super::{Scale, known, ratio};
use crate::unit::math;

/// Cumulative forecast error, in units of demand: the sum of `f − y`, what would be left over at the
/// end (below zero: what would be missing) had the forecast been bought and nothing else.
///
/// ```
/// use replenish::forecast::accuracy::cumulative_error;
/// assert_eq!(cumulative_error(&[3.0, 5.0, 1.0], &[4.0, 4.0, 4.0]), Some(3.0));
/// ```
pub fn cumulative_error(actual: &[f64], forecast: &[f64]) -> Option<f64> {
    let total = math::sum(known(actual, forecast).map(|(actual, forecast)| forecast - actual));
    let defined = actual.len() == forecast.len() && known(actual, forecast).next().is_some();
    defined.then_some(total).filter(|total| total.is_finite())
}

/// Periods in stock, in units of demand times periods: the sum over the periods of the
/// [`cumulative_error`] up to each, `Σ (n + 1 − t) · (f(t) − y(t))`.
///
/// Each unit too many counts for every period that it lies, each unit too few for every period that
/// somebody waits. An unknown period has no error, but what lies keeps lying.
///
/// ```
/// use replenish::forecast::accuracy::periods_in_stock;
/// // One unit too many lies for three periods; that the second takes it back stops it after one.
/// assert_eq!(periods_in_stock(&[3.0, 4.0, 4.0], &[4.0, 4.0, 4.0]), Some(3.0));
/// assert_eq!(periods_in_stock(&[3.0, 5.0, 4.0], &[4.0, 4.0, 4.0]), Some(1.0));
/// ```
pub fn periods_in_stock(actual: &[f64], forecast: &[f64]) -> Option<f64> {
    cumulative_error(actual, forecast)?;
    let count = actual.len();
    let pairs = actual.iter().zip(forecast).enumerate().filter(|(_, (actual, _))| !actual.is_nan());
    let total = math::sum(
        pairs.map(|(index, (actual, forecast))| (count - index) as f64 * (forecast - actual)),
    );
    Some(total).filter(|total| total.is_finite())
}

/// The size of the mean error over the mean absolute difference of the history from its first demand
/// on: `|Σ (f − y)| / n / scale`, n the known periods.
///
/// ```
/// use replenish::forecast::accuracy::{Scale, scaled_cumulative_absolute_error};
/// let scale = Scale::of(&[10.0, 14.0, 10.0], 1);
/// let actual = [12.0, 14.0];
/// assert_eq!(scaled_cumulative_absolute_error(&actual, &[10.0, 14.0], &scale), Some(0.25));
/// assert_eq!(scaled_cumulative_absolute_error(&actual, &[10.0, 16.0], &scale), Some(0.0));
/// ```
pub fn scaled_cumulative_absolute_error(
    actual: &[f64],
    forecast: &[f64],
    scale: &Scale,
) -> Option<f64> {
    let periods = known(actual, forecast).count() as f64;
    ratio(cumulative_error(actual, forecast).map(|error| error.abs() / periods), scale.absolute)
}

/// [`periods_in_stock`] over the mean of the history: how many periods' demand lay for one period.
///
/// ```
/// use replenish::forecast::accuracy::{Scale, scaled_periods_in_stock};
/// let scale = Scale::of(&[3.0, 5.0], 1);
/// assert_eq!(scaled_periods_in_stock(&[2.0, 4.0], &[4.0, 4.0], &scale), Some(1.0));
/// ```
pub fn scaled_periods_in_stock(actual: &[f64], forecast: &[f64], scale: &Scale) -> Option<f64> {
    ratio(periods_in_stock(actual, forecast), scale.mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_in_stock_is_the_sum_of_running_sums() {
        let actual = [3.0, f64::NAN, 0.0, 8.0, 1.0];
        let forecast = [2.0, 50.0, 2.5, 3.0, 3.5];
        let (mut running, mut total) = (0.0, 0.0);
        for (actual, forecast) in actual.iter().zip(forecast) {
            running += if actual.is_nan() { 0.0 } else { forecast - actual };
            total += running;
        }
        let measured = periods_in_stock(&actual, &forecast).unwrap();
        assert!((measured - total).abs() < 1e-12, "{measured} for {total}");
        assert_eq!(periods_in_stock(&actual, &forecast[1..]), None);
        assert_eq!(periods_in_stock(&[f64::NAN], &[1.0]), None);
    }
}
