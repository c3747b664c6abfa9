//! Simple exponential smoothing with its parameter by least squares.
//!
//! `level ← level + alpha · (value − level)`, started at the first value (Gardner, "Exponential
//! smoothing: the state of the art", Journal of Forecasting 4, 1985). The sum of squared one-step
//! errors is a function of alpha alone; sixteen candidates are evaluated side by side in one pass
//! over the history, which hides the latency of the recursion, and each further pass looks between
//! the neighbours of the best. A search that only walks downhill would stick at a local minimum,
//! which intermittent series have often.

use super::model::Fitted;

/// Candidates in one pass: two vectors of eight fill the registers of every target.
const LANES: usize = 16;
/// Passes over the history; the last one places alpha within 0.0001.
const PASSES: usize = 4;
/// Range of alpha: at 0 nothing is ever learnt, at 1 only the last value counts.
const RANGE: (f64, f64) = (0.01, 0.99);

/// Fits alpha and keeps the level at every origin.
pub(super) fn fit(values: &[f64]) -> Fitted {
    Fitted::Flat { levels: levels(values, best_alpha(values)) }
}

/// The level at every origin: `levels[t]` has seen the values before `t`.
fn levels(values: &[f64], alpha: f64) -> Vec<f64> {
    let mut level = values[0];
    let mut levels = Vec::with_capacity(values.len() + 1);
    levels.push(level);
    for value in values {
        level += alpha * (value - level);
        levels.push(level);
    }
    levels
}

/// The alpha with the smallest sum of squared one-step errors; the smallest such alpha.
fn best_alpha(values: &[f64]) -> f64 {
    let (mut low, mut high) = RANGE;
    let mut best = low;
    for _ in 0..PASSES {
        let step = (high - low) / (LANES - 1) as f64;
        let alphas: [f64; LANES] = std::array::from_fn(|lane| low + step * lane as f64);
        let errors = squared_errors(values, &alphas);
        let mut lane = 0;
        for candidate in 1..LANES {
            if errors[candidate] < errors[lane] {
                lane = candidate;
            }
        }
        best = alphas[lane];
        (low, high) = ((best - step).max(RANGE.0), (best + step).min(RANGE.1));
    }
    best
}

/// Sums of squared one-step errors of several alphas in one pass.
fn squared_errors(values: &[f64], alphas: &[f64; LANES]) -> [f64; LANES] {
    let mut level = [values[0]; LANES];
    let mut total = [0.0; LANES];
    for &value in &values[1..] {
        for lane in 0..LANES {
            let error = value - level[lane];
            level[lane] += alphas[lane] * error;
            total[lane] += error * error;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_by_hand() {
        assert_eq!(levels(&[10.0, 20.0, 10.0], 0.5), [10.0, 10.0, 15.0, 12.5]);
    }

    #[test]
    fn no_alpha_of_a_fine_grid_is_better() {
        // A level shift, an intermittent series with two local minima, and a constant.
        let step: Vec<f64> =
            (0..60).map(|t| if t < 30 { 10.0 } else { 20.0 + f64::from(t % 3) }).collect();
        let sparse: Vec<f64> =
            (0..90).map(|t| if t % 11 == 3 { f64::from(t % 4 + 1) } else { 0.0 }).collect();
        for values in [step, sparse, vec![4.0; 20], vec![7.0]] {
            let error = |alpha| squared_errors(&values, &[alpha; LANES])[0];
            let found = error(best_alpha(&values));
            for index in 0..=9800 {
                let alpha = RANGE.0 + f64::from(index) * 0.0001;
                assert!(found <= error(alpha) * (1.0 + 1e-6), "alpha {alpha} is better");
            }
        }
    }
}
