//! Croston's method with the correction of Syntetos and Boylan, for demand with many zeros.
//!
//! Sizes and intervals of demand are smoothed apart, only when demand occurs (Croston, "Forecasting
//! and stock control for intermittent demands", Operational Research Quarterly 23, 1972); their
//! ratio overstates demand by about `alpha / 2`, which the factor takes off (Syntetos and Boylan,
//! "The accuracy of intermittent demand estimates", International Journal of Forecasting 21, 2005).

use super::model::Fitted;

/// Smoothing parameter of sizes and intervals, the customary one of the literature.
const ALPHA: f64 = 0.1;

/// Keeps the demand rate at every origin: zero until demand was first seen.
pub(super) fn fit(values: &[f64]) -> Fitted {
    let mut levels = Vec::with_capacity(values.len() + 1);
    levels.push(0.0);
    // Smoothed size and interval, once there was demand.
    let mut state: Option<(f64, f64)> = None;
    let mut since = 0.0;
    for &value in values {
        since += 1.0;
        if value > 0.0 {
            state = Some(match state {
                None => (value, since),
                Some((size, interval)) => {
                    (size + ALPHA * (value - size), interval + ALPHA * (since - interval))
                }
            });
            since = 0.0;
        }
        levels.push(state.map_or(0.0, |(size, interval)| (1.0 - ALPHA / 2.0) * size / interval));
    }
    Fitted::Flat { levels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Sizes 4, 6 → 4 + 0.1·2 = 4.2; intervals 2, 3 → 2 + 0.1·1 = 2.1; rate 0.95 · 4.2 / 2.1.
        let fitted = fit(&[0.0, 4.0, 0.0, 0.0, 6.0]);
        let rates: Vec<f64> = (0..=5).map(|origin| fitted.at(origin, 0)).collect();
        let expected = [0.0, 0.0, 1.9, 1.9, 1.9, 1.9];
        for (rate, expected) in rates.iter().zip(expected) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
        assert!(fit(&[0.0, 0.0]).at(2, 9).abs() < 1e-12);
    }
}
