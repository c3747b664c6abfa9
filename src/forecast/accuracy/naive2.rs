//! The forecast that others are measured against.

use crate::unit::math;

/// Naive2 of the M4 competition: the last value carried forward, seasonally adjusted where the
/// history [is seasonal](is_seasonal).
///
/// Seasonal factors are those of classical multiplicative decomposition; they are used only where
/// every value is above zero. Leading unknown values (NaN) are left out, later ones hold the value
/// before them; without a known value the forecast is zero (Makridakis, Spiliotis and
/// Assimakopoulos, "The M4 Competition", International Journal of Forecasting 36, 2020).
///
/// ```
/// use replenish::forecast::accuracy::naive2;
/// let quarters = [10.0, 20.0, 30.0, 20.0].repeat(5);
/// let path = naive2(&quarters, 4, 2);
/// assert!((path[0] - 10.0).abs() < 1e-9 && (path[1] - 20.0).abs() < 1e-9);
/// assert_eq!(naive2(&[3.0, 0.0, 5.0], 4, 2), [5.0, 5.0]);
/// ```
pub fn naive2(history: &[f64], season_length: usize, horizon: usize) -> Vec<f64> {
    let values = carried(history);
    let last = values.last().copied().unwrap_or(0.0);
    if !test(&values, season_length) || values.iter().any(|&value| value <= 0.0) {
        return vec![last; horizon];
    }
    let factors = factors(&values, season_length);
    let now = values.len();
    let level = last / factors[(now - 1) % season_length];
    (0..horizon).map(|step| level * factors[(now + step) % season_length]).collect()
}

/// Whether a history of at least three seasons repeats itself with the season: the autocorrelation
/// at one season is beyond 1.645 of its standard errors (Bartlett), the 90 % test of the M4
/// competition.
///
/// ```
/// use replenish::forecast::accuracy::is_seasonal;
/// assert!(is_seasonal(&[10.0, 20.0, 30.0, 20.0].repeat(5), 4));
/// assert!(!is_seasonal(&[10.0, 20.0, 30.0, 20.0].repeat(2), 4), "two seasons are too few");
/// ```
pub fn is_seasonal(history: &[f64], season_length: usize) -> bool {
    test(&carried(history), season_length)
}

fn test(values: &[f64], season_length: usize) -> bool {
    if season_length <= 1 || values.len() / 3 < season_length {
        return false;
    }
    let count = values.len() as f64;
    let mean = math::sum(values.iter().copied()) / count;
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let product = |lag: usize| math::sum(centred.iter().zip(&centred[lag..]).map(|(a, b)| a * b));
    let variance = product(0);
    if variance <= 0.0 {
        return false;
    }
    let squares = (1..season_length).map(|lag| {
        let correlation = product(lag) / variance;
        correlation * correlation
    });
    let limit = 1.645 * ((1.0 + 2.0 * math::sum(squares)) / count).sqrt();
    (product(season_length) / variance).abs() > limit
}

/// Seasonal factors with mean one: what each phase is, on average, of the centred moving average.
///
/// The values are positive and at least three seasons long, so that every phase has one.
fn factors(values: &[f64], season_length: usize) -> Vec<f64> {
    let half = season_length / 2;
    let mut totals = vec![(0.0, 0.0); season_length];
    for centre in half..values.len() - half {
        let window = &values[centre - half..=centre + half];
        let mut level = math::sum(window.iter().copied());
        if season_length.is_multiple_of(2) {
            // One season and one period: both ends are the same phase and count half.
            level -= f64::midpoint(window[0], window[season_length]);
        }
        let (total, count) = &mut totals[centre % season_length];
        *total += values[centre] / (level / season_length as f64);
        *count += 1.0;
    }
    let factors: Vec<f64> = totals.iter().map(|(total, count)| total / count).collect();
    let mean = math::sum(factors.iter().copied()) / season_length as f64;
    factors.iter().map(|factor| factor / mean).collect()
}

/// The history from its first known value on, unknown values replaced by the one before.
fn carried(history: &[f64]) -> Vec<f64> {
    let first = history.iter().position(|value| !value.is_nan()).unwrap_or(history.len());
    let mut last = 0.0;
    let carry = |value: &f64| {
        if !value.is_nan() {
            last = *value;
        }
        last
    };
    history[first..].iter().map(carry).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn the_path_of_the_reference() {
        // naive2(…) of a separate program; an even and an odd season.
        for (path, expected) in [
            (naive2(&fixture::monthly(60), 12, 5), MONTHLY),
            (naive2(&fixture::monthly(57), 3, 5), ODD),
        ] {
            for (value, expected) in path.into_iter().zip(expected) {
                fixture::assert_near(Some(value), expected);
            }
        }
    }

    const MONTHLY: [f64; 5] = [
        172.870_738_685_217,
        179.272_373_426_165_9,
        210.735_754_002_462_64,
        219.192_071_850_381_4,
        232.927_829_396_045_47,
    ];
    const ODD: [f64; 5] = [
        227.816_472_718_810_87,
        216.250_312_478_613_15,
        222.0,
        227.816_472_718_810_87,
        216.250_312_478_613_15,
    ];

    #[test]
    fn what_is_not_seasonal_is_carried_forward() {
        assert_eq!(naive2(&[f64::NAN, 2.0, f64::NAN], 1, 2), [2.0, 2.0]);
        assert_eq!(naive2(&[f64::NAN], 4, 1), [0.0]);
        assert_eq!(naive2(&[], 0, 1), [0.0]);
        assert_eq!(naive2(&[1.0; 40], 4, 1), [1.0]);
        assert_eq!(naive2(&[0.0, 4.0].repeat(20), 2, 1), [4.0], "a factor of zero adjusts nothing");
        assert!(!is_seasonal(&[1.0, 2.0], usize::MAX));
    }
}
