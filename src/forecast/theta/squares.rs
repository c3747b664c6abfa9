//! Least squares for the parameters of a theta model.
//!
//! For a given `alpha` the one-step errors are linear in the first level and in
//! `kappa = 1 − 1 / theta`, the line being known before each period: both follow from sums of
//! products, and the squared error is a function of `alpha` alone. Eight values of alpha are
//! evaluated side by side in one pass over the history, which hides the latency of the recursion;
//! each further pass looks close to the bottom of the parabola through the best so far and its
//! neighbours, without ever letting go of the interval between them.

use super::{Line, SHORT_ALPHA, STANDARD_KAPPA, WARM_UP};

/// Values of alpha in one pass.
const LANES: usize = 8;
/// What is estimated when theta is: it, the level and alpha.
const PARAMETERS: usize = 3;
/// Passes after the first: the last places alpha within about 0.00001.
const REFINEMENTS: usize = 3;
/// Range of alpha.
const RANGE: (f64, f64) = (0.1, 0.99);
/// The largest kappa: that of a theta of 10¹⁰.
const MAX_KAPPA: f64 = 1.0 - 1e-10;
/// Where a pass looks: distances from the expected minimum, in halves of the interval.
const OFFSETS: [f64; LANES] =
    [-0.5, -0.125, -0.031_25, -0.007_812_5, 0.007_812_5, 0.031_25, 0.125, 0.5];

/// A value and the line that is known before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) value: f64,
    pub(super) line: Line,
}

/// What was estimated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub(super) alpha: f64,
    pub(super) kappa: f64,
    /// The level before the first period.
    pub(super) level: f64,
    /// Sum of the squared errors after the warm-up.
    pub(super) squared_error: f64,
}

/// Sums of products over the periods that count, of the error with a first level as the first value
/// and a `kappa` of zero, of its derivative by the level, and of that by kappa; one alpha per lane.
#[derive(Clone, Copy, Debug, Default)]
struct Products {
    error_error: [f64; LANES],
    error_level: [f64; LANES],
    error_kappa: [f64; LANES],
    level_level: [f64; LANES],
    level_kappa: [f64; LANES],
    kappa_kappa: [f64; LANES],
}

/// The parameters with the least squared error; `kappa` is estimated unless it is given or there are
/// too few periods.
pub(super) fn estimate(rows: &[Row], kappa: Option<f64>) -> Estimate {
    if rows.len() <= WARM_UP {
        // Nothing can be estimated: smooth the level, without a trend.
        let level = rows[0].value;
        return Estimate { alpha: SHORT_ALPHA, kappa: 0.0, level, squared_error: 0.0 };
    }
    // With fewer errors than parameters any theta fits, and a large one runs away.
    let kappa = kappa.or((rows.len() <= WARM_UP + PARAMETERS).then_some(STANDARD_KAPPA));
    let step = (RANGE.1 - RANGE.0) / (LANES - 1) as f64;
    let grid = std::array::from_fn(|lane| RANGE.0 + step * lane as f64);
    let points = evaluate(rows, kappa, grid);
    let mut bracket = Bracket::among(&points);
    for _ in 0..REFINEMENTS {
        let [left, best, right] = bracket.0;
        let centre = bracket.bottom();
        let reach = (right.alpha - left.alpha) / 2.0;
        let alphas = OFFSETS.map(|at| (centre + at * reach).clamp(left.alpha, right.alpha));
        let mut points = [best; LANES + 3];
        points[..LANES].copy_from_slice(&evaluate(rows, kappa, alphas));
        points[LANES] = left;
        points[LANES + 1] = right;
        bracket = Bracket::among(&points);
    }
    bracket.0[1]
}

/// The best point and its nearest neighbours: itself where there is none.
struct Bracket([Estimate; 3]);

impl Bracket {
    fn among(points: &[Estimate]) -> Self {
        let mut best = points[0];
        for point in points {
            if point.squared_error < best.squared_error {
                best = *point;
            }
        }
        let (mut left, mut right) = (best, best);
        for &point in points {
            let below = point.alpha < best.alpha;
            let above = point.alpha > best.alpha;
            if below && (left.alpha >= best.alpha || point.alpha > left.alpha) {
                left = point;
            }
            if above && (right.alpha <= best.alpha || point.alpha < right.alpha) {
                right = point;
            }
        }
        Self([left, best, right])
    }

    /// Where the parabola through the three points is lowest; the best one if they do not bend up.
    fn bottom(&self) -> f64 {
        let [left, best, right] = self.0;
        let (below, above) = (best.alpha - left.alpha, right.alpha - best.alpha);
        let fall = above * (left.squared_error - best.squared_error);
        let rise = below * (right.squared_error - best.squared_error);
        let bend = fall + rise;
        let shift = (above * fall - below * rise) / (2.0 * bend);
        if bend > 0.0 && shift.is_finite() { best.alpha + shift } else { best.alpha }
    }
}

/// The best level and kappa for each alpha.
fn evaluate(rows: &[Row], kappa: Option<f64>, alphas: [f64; LANES]) -> [Estimate; LANES] {
    // The line's intercept decays as the first level does: measured from the last one, the two
    // derivatives are as different as they can be.
    let origin = rows[rows.len() - 1].line.intercept;
    let products = products(rows, origin, &alphas);
    std::array::from_fn(|lane| {
        let (shift, kappa, squared_error) = products.solve(lane, kappa);
        let level = rows[0].value + shift - kappa * origin;
        Estimate { alpha: alphas[lane], kappa, level, squared_error }
    })
}

fn products(rows: &[Row], origin: f64, alphas: &[f64; LANES]) -> Products {
    let (alpha, keep) = (*alphas, alphas.map(|alpha| 1.0 - alpha));
    let inverse = alphas.map(|alpha| 1.0 / alpha);
    let mut level = [rows[0].value; LANES];
    let mut decay = keep;
    for row in &rows[1..WARM_UP] {
        for lane in 0..LANES {
            level[lane] += alpha[lane] * (row.value - level[lane]);
            decay[lane] *= keep[lane];
        }
    }
    let mut sums = Products::default();
    for row in &rows[WARM_UP..] {
        let (value, slope) = (row.value, row.line.slope);
        let intercept = row.line.intercept - origin;
        for lane in 0..LANES {
            let error = value - level[lane];
            let by_level = decay[lane];
            decay[lane] *= keep[lane];
            let by_kappa = intercept * by_level + slope * ((1.0 - decay[lane]) * inverse[lane]);
            level[lane] += alpha[lane] * error;
            sums.error_error[lane] += error * error;
            sums.error_level[lane] += error * by_level;
            sums.error_kappa[lane] += error * by_kappa;
            sums.level_level[lane] += by_level * by_level;
            sums.level_kappa[lane] += by_level * by_kappa;
            sums.kappa_kappa[lane] += by_kappa * by_kappa;
        }
    }
    sums
}

impl Products {
    /// The level's distance from its origin, kappa, and the squared error that they leave.
    fn solve(&self, lane: usize, kappa: Option<f64>) -> (f64, f64, f64) {
        let (level, both, slope) =
            (self.level_level[lane], self.level_kappa[lane], self.kappa_kappa[lane]);
        let (error_level, error_kappa) = (self.error_level[lane], self.error_kappa[lane]);
        // For a given kappa, the best shift of the level; what is left is a sum of squares, which
        // rounding must not make negative.
        let with = |kappa: f64| {
            let shift = (error_level - kappa * both) / level;
            let left = self.error_error[lane]
                - shift * (error_level - kappa * both)
                - kappa * (2.0 * error_kappa - kappa * slope);
            (shift, kappa, left.max(0.0))
        };
        if let Some(kappa) = kappa {
            return with(kappa);
        }
        // The squared error is a parabola in kappa; one that hardly bends says nothing about it.
        let bend = slope - both * both / level;
        if bend > 1e-12 * slope {
            with(((error_kappa - error_level * both / level) / bend).clamp(0.0, MAX_KAPPA))
        } else {
            with(0.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Trend;
    use super::super::tests::AIR_PASSENGERS;
    use super::*;

    #[test]
    fn no_alpha_of_a_fine_grid_is_better() {
        let step: Vec<f64> =
            (0..60).map(|t| if t < 30 { 10.0 } else { 20.0 + f64::from(t % 3) }).collect();
        let sparse: Vec<f64> =
            (0..90).map(|t| if t % 11 == 3 { f64::from(t % 4 + 1) } else { 0.0 }).collect();
        for values in [&AIR_PASSENGERS[..], &step, &sparse, &AIR_PASSENGERS[..8]] {
            for (trend, kappa) in [
                (Trend::Static(Line::of(values)), Some(0.5)),
                (Trend::Static(Line::of(values)), None),
                (Trend::unseen(), Some(0.5)),
                (Trend::unseen(), None),
            ] {
                let rows = trend.rows(values);
                let found = estimate(&rows, kappa).squared_error;
                for block in 0..1000 {
                    let alphas = std::array::from_fn(|lane| {
                        RANGE.0 + (RANGE.1 - RANGE.0) * (block * LANES + lane) as f64 / 7999.0
                    });
                    for other in evaluate(&rows, kappa, alphas) {
                        let error = other.squared_error;
                        assert!(found <= error * (1.0 + 1e-7), "{other:?} {found}");
                    }
                }
            }
        }
    }

    #[test]
    fn theta_is_two_until_there_are_enough_errors() {
        for periods in [4, 5, 6, 7, 12] {
            let rows = Trend::unseen().rows(&AIR_PASSENGERS[..periods]);
            let held = estimate(&rows, None).kappa.to_bits() == STANDARD_KAPPA.to_bits();
            assert_eq!(held, periods <= 6);
        }
    }

    #[test]
    fn no_level_or_kappa_nearby_is_better() {
        let rows = Trend::unseen().rows(&AIR_PASSENGERS);
        let squared_error = |alpha: f64, kappa: f64, first: f64| {
            let (mut level, mut decay, mut total) = (first, 1.0, 0.0);
            for (period, row) in rows.iter().enumerate() {
                let drift = (1.0 - decay * (1.0 - alpha)) / alpha;
                let pull = row.line.intercept * decay + row.line.slope * drift;
                let error = row.value - level - kappa * pull;
                total += if period < WARM_UP { 0.0 } else { error * error };
                level += alpha * (row.value - level);
                decay *= 1.0 - alpha;
            }
            total
        };
        for best in evaluate(&rows, None, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]) {
            let Estimate { alpha, kappa, level, .. } = best;
            let least = squared_error(alpha, kappa, level);
            assert!((least / best.squared_error - 1.0).abs() < 1e-9);
            for (kappa_step, level_step) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 0.1), (0.0, -0.1)] {
                let nearby = (kappa + kappa_step).clamp(0.0, MAX_KAPPA);
                assert!(least <= squared_error(alpha, nearby, level + level_step) + 1e-9);
            }
        }
    }
}
