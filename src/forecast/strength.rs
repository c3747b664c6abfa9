//! Is there a season, is there a trend, and how strong are they?

use super::decompose::{Decomposition, shows};
use crate::unit::math;

/// Whether neighbours a season apart are alike: their autocorrelation is beyond what chance gives
/// one series in ten (the test before the Theta method, Assimakopoulos and Nikolopoulos,
/// International Journal of Forecasting 16, 2000, with the limits of Bartlett).
///
/// Seasons shorter than four periods, or longer than half the series, are not looked for.
pub(super) fn is_seasonal(values: &[f64], season_length: usize) -> bool {
    if season_length < 4 || !shows(values.len(), season_length as f64) {
        return false;
    }
    let periods = values.len() as f64;
    let centred = centred(values);
    // Lag by lag in the inner loop, so that the sums do not wait for each other.
    let mut products = vec![0.0; season_length + 1];
    for (period, &value) in centred.iter().enumerate() {
        let earlier = &centred[period.saturating_sub(season_length)..=period];
        for (product, &other) in products.iter_mut().zip(earlier.iter().rev()) {
            *product += value * other;
        }
    }
    let variance = products[0];
    let correlation = products[season_length] / variance;
    let square = |product: &f64| (product / variance) * (product / variance);
    let shorter: f64 = products[1..season_length].iter().map(square).sum();
    // A constant has no variance: the comparison is then false.
    variance > 0.0 && correlation.abs() > NORMAL_90 * ((1.0 + 2.0 * shorter) / periods).sqrt()
}

/// How strong each season is, from 0 (none) to 1 (nothing else): one minus the share of the
/// remainder's variance in that of season and remainder together (Wang, Smith and Hyndman,
/// "Characteristic-based clustering for time series data", Data Mining and Knowledge Discovery 13,
/// 2006).
pub(super) fn seasons(parts: &Decomposition) -> Vec<f64> {
    parts.seasons.iter().map(|season| strength(&season.values, parts)).collect()
}

/// Which way a series moves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Direction {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// Neither beyond chance.
    Level,
}

/// Which way the series moves, at the level of one in twenty: the rank test of Mann ("Nonparametric
/// tests against trend", Econometrica 13, 1945) and Kendall, whatever the shape of the rise.
///
/// Its variance is widened for neighbours that are alike once a straight line is taken out (Yue and
/// Wang, "The Mann-Kendall test modified by effective sample size", Water Resources Management 18,
/// 2004): without that, every slow wave would be a trend. Fewer than eight values show none.
pub(super) fn direction(values: &[f64]) -> Direction {
    let count = values.len();
    if count < 8 {
        return Direction::Level;
    }
    let (score, ties) = rises_minus_falls(values);
    let n = count as f64;
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0;
    let alike = neighbour_correlation(values).clamp(0.0, 0.95);
    let limit = NORMAL_975 * (variance * (1.0 + alike) / (1.0 - alike)).max(0.0).sqrt();
    // One is taken off because the score moves in steps.
    if score.abs() - 1.0 <= limit {
        Direction::Level
    } else if score > 0.0 {
        Direction::Up
    } else {
        Direction::Down
    }
}

fn strength(part: &[f64], parts: &Decomposition) -> f64 {
    let both: Vec<f64> = part.iter().zip(&parts.remainder).map(|(a, b)| a + b).collect();
    let whole = variance(&both);
    // Of a constant only the rounding of its level is left over.
    let level = parts.trend.iter().map(|value| value.abs()).fold(0.0, f64::max);
    if whole.sqrt() > 1e-12 * level {
        (1.0 - variance(&parts.remainder) / whole).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn variance(values: &[f64]) -> f64 {
    centred(values).iter().map(|value| value * value).sum::<f64>() / values.len().max(1) as f64
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = math::sum(values.iter().copied()) / values.len().max(1) as f64;
    values.iter().map(|value| value - mean).collect()
}

/// Pairs that rise less pairs that fall, and the ties' share of the variance: for each group of t
/// equal values t(t-1)(2t+5).
///
/// Values enter a tree of counts by rank, in the sequence of time; what lies below and above is
/// counted in a few steps each (Fenwick, Software: Practice and Experience 24, 1994).
fn rises_minus_falls(values: &[f64]) -> (f64, f64) {
    let mut order = values.to_vec();
    order.sort_unstable_by(f64::total_cmp);
    let ties = order
        .chunk_by(|a, b| a.total_cmp(b).is_eq())
        .map(|group| group.len() as f64)
        .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
        .sum();
    let mut counts = vec![0_u32; values.len() + 1];
    let mut score = 0.0;
    for (seen, value) in values.iter().enumerate() {
        let below = order.partition_point(|other| other.total_cmp(value).is_lt());
        let not_above = order.partition_point(|other| other.total_cmp(value).is_le());
        let up_to = |mut rank: usize| {
            let mut total = 0;
            while rank > 0 {
                total += counts[rank];
                rank &= rank - 1;
            }
            f64::from(total)
        };
        score += up_to(below) - (seen as f64 - up_to(not_above));
        let mut rank = below + 1;
        while let Some(count) = counts.get_mut(rank) {
            *count += 1;
            rank += rank & rank.wrapping_neg();
        }
    }
    (score, ties)
}

/// How alike neighbours are, a straight line taken out.
fn neighbour_correlation(values: &[f64]) -> f64 {
    let centred = centred(values);
    let middle = (values.len() - 1) as f64 / 2.0;
    let (mut product, mut square) = (0.0, 0.0);
    for (t, value) in centred.iter().enumerate() {
        product += (t as f64 - middle) * value;
        square += (t as f64 - middle) * (t as f64 - middle);
    }
    let slope = product / square;
    let rest: Vec<f64> =
        (0..values.len()).map(|t| centred[t] - slope * (t as f64 - middle)).collect();
    let whole: f64 = rest.iter().map(|value| value * value).sum();
    let pairs: f64 = rest.iter().zip(&rest[1..]).map(|(a, b)| a * b).sum();
    if whole > 0.0 { pairs / whole } else { 0.0 }
}

/// Nine in ten standard normal values lie within this distance.
const NORMAL_90: f64 = 1.644_853_626_951_472_7;
/// Nineteen in twenty do.
const NORMAL_975: f64 = 1.959_963_984_540_054;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::decompose::{Decompose, Outliers, Seasons};

    #[test]
    fn a_week_is_found_and_nothing_else() {
        let week: Vec<f64> = (0..70).map(|t| f64::from(t % 7)).collect();
        let flat = vec![3.0; 70];
        let scrambled: Vec<f64> = (0..70_u32).map(|t| f64::from(t * t % 71)).collect();
        assert!(is_seasonal(&week, 7));
        assert!(!is_seasonal(&flat, 7) && !is_seasonal(&scrambled, 7));
        assert!(!is_seasonal(&week[..13], 7) && !is_seasonal(&week, 3) && !is_seasonal(&[], 7));
    }

    #[test]
    fn strengths_lie_between_nothing_and_all() {
        let y: Vec<f64> = (0..84).map(|t| f64::from(t) + f64::from(t % 12 * 5)).collect();
        let decompose =
            Decompose { lengths: &[12.0], seasons: Seasons::Fixed, outliers: Outliers::Count };
        let parts = decompose.apply(&y);
        assert!(seasons(&parts)[0] > 0.99);
        let flat = decompose.apply(&vec![2.0; 84]);
        assert!(seasons(&flat)[0] < 1e-9);
    }

    #[test]
    fn counts_pairs_as_pairs_are_counted() {
        let y: Vec<f64> = (0..50_u32).map(|t| f64::from(t * t % 23)).collect();
        let mut expected = 0.0;
        for late in 0..y.len() {
            for early in 0..late {
                expected +=
                    (y[late] - y[early]).partial_cmp(&0.0).map_or(0.0, |o| f64::from(o as i8));
            }
        }
        assert!((rises_minus_falls(&y).0 - expected).abs() < 1e-9);
        // Two pairs of ties: 2 · (2 · 1 · 9).
        assert!((rises_minus_falls(&[1.0, 1.0, 2.0, 2.0]).1 - 36.0).abs() < 1e-9);
    }

    #[test]
    fn a_trend_is_one_way() {
        let up: Vec<f64> = (0..40_u32).map(|t| f64::from(t) + f64::from(t * t % 7)).collect();
        let down: Vec<f64> = up.iter().map(|value| -value).collect();
        let slow_wave: Vec<f64> = (0..40).map(|t| f64::from((t / 10) % 2)).collect();
        assert_eq!(direction(&up), Direction::Up);
        assert_eq!(direction(&down), Direction::Down);
        for level in [&slow_wave[..], &[4.0; 30], &[1.0, 2.0, 3.0], &[]] {
            assert_eq!(direction(level), Direction::Level);
        }
    }
}
