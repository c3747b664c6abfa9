//! Errors of quantiles and of whole distributions.

use super::{Scale, mean_over, ratio};
use crate::unit::{Probability, math, sort_by};

/// Quantile loss, in units of demand: the mean of `max(p · (y − q), (p − 1) · (y − q))`.
///
/// Each unit short of the actual costs p, each unit beyond it 1 − p, so that the p-quantile has the
/// smallest one (Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978).
///
/// ```
/// use replenish::{forecast::accuracy::pinball, unit::Probability};
/// let p = Probability::new(0.75)?;
/// assert_eq!(pinball(&[6.0], &[4.0], p), Some(1.5));
/// assert_eq!(pinball(&[4.0], &[6.0], p), Some(0.5));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn pinball(actual: &[f64], quantile: &[f64], probability: Probability) -> Option<f64> {
    mean_over(actual, quantile, |actual, quantile| loss(actual, quantile, probability))
}

/// [`pinball`] over the mean absolute difference of the history from its first demand on.
///
/// The M5 competition's scaled pinball loss is its mean over the quantiles, and its weighted form
/// (WSPL) the mean of that over the series, weighted by their sales: see
/// [`Scores::weighted_mean`](super::Scores::weighted_mean) (Makridakis et al., "The M5 uncertainty
/// competition", International Journal of Forecasting 38, 2022).
///
/// ```
/// use replenish::forecast::accuracy::{Scale, scaled_pinball};
/// use replenish::unit::Probability;
/// let scale = Scale::of(&[10.0, 14.0, 10.0], 1);
/// assert_eq!(scaled_pinball(&[12.0], &[8.0], Probability::new(0.5)?, &scale), Some(0.5));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn scaled_pinball(
    actual: &[f64],
    quantile: &[f64],
    probability: Probability,
    scale: &Scale,
) -> Option<f64> {
    ratio(pinball(actual, quantile, probability), scale.absolute)
}

/// The share of known periods whose actual is at or below the quantile, from 0 to 1; near the
/// quantile's probability when it is right, above it for counts.
///
/// ```
/// use replenish::forecast::accuracy::coverage;
/// assert_eq!(coverage(&[1.0, 2.0, 3.0, 9.0], &[3.0, 3.0, 3.0, 3.0]), Some(0.75));
/// ```
pub fn coverage(actual: &[f64], quantile: &[f64]) -> Option<f64> {
    // A whole number that a quantile misses by its rounding is still covered.
    mean_over(actual, quantile, |actual, quantile| f64::from(actual <= quantile + 1e-9))
}

/// Continuous ranked probability score of possible demands with their weights, in units of demand:
/// `∫ (F(x) − 1[x ≥ y])² dx`, which is `Σ wᵢ |xᵢ − y| − ½ Σ wᵢ wⱼ |xᵢ − xⱼ|`.
///
/// Exact, for weights of any sum. Without spread it is the absolute error (Gneiting and Raftery,
/// "Strictly proper scoring rules, prediction, and estimation", Journal of the American Statistical
/// Association 102, 2007). `None` without weight or when anything is not finite or a weight is
/// negative.
///
/// ```
/// use replenish::forecast::accuracy::crps;
/// assert_eq!(crps(&[(4.0, 1.0)], 6.0), Some(2.0));
/// assert_eq!(crps(&[(0.0, 1.0), (4.0, 1.0)], 4.0), Some(1.0)); // 2 − ½ · 2
/// assert_eq!(crps(&[], 4.0), None);
/// ```
pub fn crps(points: &[(f64, f64)], actual: f64) -> Option<f64> {
    let total = math::sum(points.iter().map(|&(_, weight)| weight));
    if total <= 0.0 || points.iter().any(|&(_, weight)| weight < 0.0) {
        return None;
    }
    let mut sorted = points.to_vec();
    sort_by(&mut sorted, |a, b| a.0.total_cmp(&b.0));
    let mut below = 0.0;
    // Each point by the quantile loss in the middle of the probabilities that it stands for: with
    // the points in order that is the same sum, without one term for each pair.
    let score = math::sum(sorted.iter().map(|&(value, weight)| {
        let share = weight / total;
        let middle = below + share / 2.0;
        below += share;
        let above = f64::from(value > actual);
        2.0 * share * (value - actual) * (above - middle)
    }));
    score.is_finite().then_some(score)
}

/// [`crps`] of equally likely demands, such as the ends of simulated paths.
///
/// ```
/// use replenish::forecast::accuracy::crps_from_samples;
/// assert_eq!(crps_from_samples(&[0.0, 4.0], 4.0), Some(1.0));
/// ```
pub fn crps_from_samples(samples: &[f64], actual: f64) -> Option<f64> {
    crps(&samples.iter().map(|&sample| (sample, 1.0)).collect::<Vec<_>>(), actual)
}

/// [`crps`] as far as some quantiles tell it: `2 ∫ loss dp`, each quantile standing for the
/// probabilities nearest to its own (Laio and Tamea, "Verification tools for probabilistic forecasts
/// of continuous hydrological variables", Hydrology and Earth System Sciences 11, 2007).
///
/// Probabilities ascend, each once; `None` otherwise. Quantiles that leave a tail out cannot tell
/// what is in it: compare only methods that were asked for the same ones.
///
/// ```
/// use replenish::{forecast::accuracy::crps_from_quantiles, unit::Probability};
/// let p = Probability::new;
/// let quartiles = [(p(0.25)?, 1.0), (p(0.75)?, 3.0)];
/// // Half of the probabilities at each: 2 · (½ · 0.25 · 1 + ½ · 0.25 · 1).
/// assert_eq!(crps_from_quantiles(&quartiles, 2.0), Some(0.5));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn crps_from_quantiles(quantiles: &[(Probability, f64)], actual: f64) -> Option<f64> {
    let widths = widths(&quantiles.iter().map(|&(p, _)| p).collect::<Vec<_>>())?;
    let score = math::sum(
        quantiles
            .iter()
            .zip(widths)
            .map(|(&(p, value), width)| 2.0 * width * loss(actual, value, p)),
    );
    score.is_finite().then_some(score)
}

/// How much probability lies nearest to each of ascending probabilities.
pub(super) fn widths(probabilities: &[Probability]) -> Option<Vec<f64>> {
    if probabilities.is_empty() || !probabilities.windows(2).all(|pair| pair[0] < pair[1]) {
        return None;
    }
    let edges =
        probabilities.windows(2).map(|pair| f64::midpoint(pair[0].value(), pair[1].value()));
    let mut from = 0.0;
    let width = |edge| {
        let width = edge - from;
        from = edge;
        width
    };
    Some(edges.chain([1.0]).map(width).collect())
}

fn loss(actual: f64, quantile: f64, probability: Probability) -> f64 {
    let short = actual - quantile;
    (probability.value() * short).max((probability.value() - 1.0) * short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crps_is_its_definition_over_all_pairs() {
        let points: [(f64, f64); 5] = [(3.0, 0.2), (-1.0, 1.5), (3.0, 0.7), (8.0, 0.4), (5.5, 0.0)];
        let total: f64 = points.iter().map(|point| point.1).sum();
        for actual in [-4.0, -1.0, 0.0, 3.0, 5.0, 30.0] {
            let mut expected = 0.0;
            for a in points {
                expected += a.1 / total * (a.0 - actual).abs();
                for b in points {
                    expected -= a.1 * b.1 / total / total * (a.0 - b.0).abs() / 2.0;
                }
            }
            let score = crps(&points, actual).unwrap();
            assert!((score - expected).abs() < 1e-12, "{score} for {expected} at {actual}");
        }
        for bad in [[(1.0, -1.0), (2.0, 2.0)], [(f64::NAN, 1.0), (2.0, 1.0)], [(1.0, 0.0); 2]] {
            assert_eq!(crps(&bad, 1.0), None, "{bad:?}");
        }
    }

    #[test]
    fn many_quantiles_tell_the_score_of_the_samples() {
        let samples: Vec<f64> = (0..400).map(|i| f64::from(i * i % 1009) / 50.0).collect();
        let mut sorted = samples.clone();
        sort_by(&mut sorted, f64::total_cmp);
        let quantiles: Vec<_> = sorted
            .iter()
            .enumerate()
            .map(|(i, &value)| (Probability::new((i as f64 + 0.5) / 400.0).unwrap(), value))
            .collect();
        for actual in [-3.0, 4.0, 11.0, 40.0] {
            let exact = crps_from_samples(&samples, actual).unwrap();
            let told = crps_from_quantiles(&quantiles, actual).unwrap();
            assert!((exact - told).abs() < 1e-10, "{told} for {exact}");
        }
        assert_eq!(crps_from_quantiles(&[quantiles[1], quantiles[0]], 1.0), None);
        assert_eq!(crps_from_quantiles(&[], 1.0), None);
    }

    #[test]
    fn the_quantile_itself_has_the_smallest_loss() {
        let actual: Vec<f64> = (0..=100).map(f64::from).collect();
        let p = Probability::new(0.9).unwrap();
        let loss = |quantile| pinball(&actual, &[quantile; 101], p).unwrap();
        assert!(loss(90.0) < loss(89.0) && loss(90.0) < loss(91.0));
    }
}
