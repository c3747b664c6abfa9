//! The loops over a history: errors, their derivatives, and sums of products of these.
//!
//! There is one loop for additive seasons and one for multiplicative ones. A form without a season
//! has an additive one of length one that is zero and stays zero; a form without a trend has a slope
//! that is zero and fades at once. Additive and multiplicative errors have the same states, since a
//! relative error times what was expected is the absolute one; they differ in how errors are weighed.

use super::form::{EtsForm, Season, Trend};
use crate::unit::math;

/// Smallest smoothing parameter; the largest is one less this.
pub(super) const SMALLEST: f64 = 1e-4;
/// Columns of derivatives computed together: two registers on every target.
pub(super) const LANES: usize = 4;
/// Candidates screened together: enough independent work to hide the latency of the recursion.
pub(super) const SCREENED: usize = 8;
/// Least expected value, relative to the mean, under a multiplicative error.
const LEAST_EXPECTED: f64 = 1e-8;
/// Factors multiplied up before a logarithm is taken: sixteen neither overflow nor vanish.
const FACTORS_IN_PRODUCT: usize = 16;

/// The four numbers that a search moves within a box.
///
/// `alpha`, the share of beta's range up to alpha, the share of gamma's range up to one less alpha,
/// `phi`.
pub(super) type Shape = [f64; 4];

/// What the four numbers mean, and how beta and gamma move with them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Smoothing {
    pub(super) alpha: f64,
    pub(super) beta: f64,
    pub(super) gamma: f64,
    /// Zero without a trend.
    pub(super) phi: f64,
    beta_by_alpha: f64,
    beta_by_share: f64,
    gamma_by_alpha: f64,
    gamma_by_share: f64,
}

impl Smoothing {
    pub(super) fn new(form: EtsForm, shape: &Shape) -> Self {
        let [alpha, beta_share, gamma_share, phi] = *shape;
        let mut smoothing = Self { alpha, ..Self::default() };
        if form.has_trend() {
            smoothing.beta_by_alpha = beta_share;
            smoothing.beta_by_share = alpha - SMALLEST;
            smoothing.beta = SMALLEST + beta_share * smoothing.beta_by_share;
            smoothing.phi = if form.trend == Trend::Damped { phi } else { 1.0 };
        }
        if form.is_seasonal() {
            smoothing.gamma_by_alpha = -gamma_share;
            smoothing.gamma_by_share = 1.0 - SMALLEST - alpha;
            smoothing.gamma = SMALLEST + gamma_share * smoothing.gamma_by_share;
        }
        smoothing
    }
}

/// Everything that is estimated: the shape and the states before the first period.
#[derive(Clone, Debug, Default)]
pub(super) struct Point {
    pub(super) shape: Shape,
    pub(super) level: f64,
    pub(super) trend: f64,
    /// As long as the season; one neutral value without a season.
    pub(super) seasonal: Vec<f64>,
}

/// What happened in one period.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    /// The slope before the period.
    trend: f64,
    /// Level and faded slope.
    level: f64,
    seasonal: f64,
    level_error: f64,
    seasonal_error: f64,
    /// How the level's error falls as the factor rises, and the factor's as the level rises; only
    /// for multiplicative seasons.
    level_error_by_seasonal: f64,
    seasonal_error_by_level: f64,
    pub(super) expected: f64,
    /// Value less what was expected.
    pub(super) error: f64,
}

/// The objective: the sum of squared errors, or of relative errors times the squared geometric mean
/// of what was expected, whose logarithm times the number of values is minus twice the log
/// likelihood. Infinite where the form breaks down.
pub(super) fn trajectory(
    values: &[f64],
    form: EtsForm,
    point: &Point,
    ring: &mut Vec<f64>,
    steps: &mut Vec<Step>,
) -> f64 {
    ring.clone_from(&point.seasonal);
    let smoothing = Smoothing::new(form, &point.shape);
    let start = (point.level, point.trend);
    steps.resize(values.len(), Step::default());
    if form.season == Season::Multiplicative {
        if ring.iter().any(|factor| *factor < super::LEAST_FACTOR) {
            return f64::INFINITY;
        }
        run::<true>(values, &smoothing, start, ring, steps);
    } else {
        run::<false>(values, &smoothing, start, ring, steps);
    }
    objective(form, steps)
}

#[inline(never)]
fn run<const FACTORS: bool>(
    values: &[f64],
    smoothing: &Smoothing,
    (mut level, mut trend): (f64, f64),
    ring: &mut [f64],
    steps: &mut [Step],
) {
    let Smoothing { alpha, beta, gamma, phi, .. } = *smoothing;
    let length = ring.len();
    for (season, steps) in values.chunks(length).zip(steps.chunks_mut(length)) {
        for ((&value, slot), place) in season.iter().zip(ring.iter_mut()).zip(steps) {
            let slope = phi * trend;
            let before = level + slope;
            let seasonal = *slot;
            let mut step = Step { trend, level: before, seasonal, ..Step::default() };
            if FACTORS {
                let (by_factor, by_level) = (value / seasonal, value / before);
                step.expected = before * seasonal;
                step.error = value - step.expected;
                step.level_error = by_factor - before;
                step.seasonal_error = by_level - seasonal;
                step.level_error_by_seasonal = by_factor / seasonal;
                step.seasonal_error_by_level = by_level / before;
            } else {
                step.expected = before + seasonal;
                // Not through `expected`: the value less the season is known early, so that the
                // recursion waits for fewer operations.
                step.error = (value - seasonal) - before;
                step.level_error = step.error;
                step.seasonal_error = step.error;
            }
            level = before + alpha * step.level_error;
            trend = slope + beta * step.level_error;
            *slot = seasonal + gamma * step.seasonal_error;
            *place = step;
        }
    }
}

#[inline(never)]
fn objective(form: EtsForm, steps: &[Step]) -> f64 {
    let mut squares = 0.0;
    if form.has_multiplicative_error() {
        let mut logarithm = 0.0;
        for part in steps.chunks(FACTORS_IN_PRODUCT) {
            let (mut product, mut least) = (1.0, f64::INFINITY);
            for step in part {
                let relative = step.error / step.expected;
                squares += relative * relative;
                product *= step.expected;
                least = step.expected.min(least);
            }
            if !(least > LEAST_EXPECTED && product < f64::INFINITY) {
                return f64::INFINITY;
            }
            logarithm += math::ln(product);
        }
        squares *= math::exp(2.0 * logarithm / steps.len() as f64);
    } else {
        for step in steps {
            squares += step.error * step.error;
        }
    }
    if squares.is_finite() { squares } else { f64::INFINITY }
}

/// Shapes tried side by side, and how well each does from the best level and slope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screened {
    pub(super) objective: Lanes,
    pub(super) level: Lanes,
    pub(super) trend: Lanes,
}

/// One number for each candidate.
type Lanes = [f64; SCREENED];

/// What several shapes make of a history, in one pass, from given initial states.
///
/// Without a multiplicative season, errors are linear in the initial level and slope, so these are
/// replaced by the best ones for each shape. Multiplicative errors are taken relative to the values.
pub(super) fn screen(
    values: &[f64],
    form: EtsForm,
    start: &Point,
    shapes: &[Shape; SCREENED],
    ring: &mut Vec<[Lanes; 3]>,
) -> Screened {
    ring.clear();
    ring.extend(
        start
            .seasonal
            .iter()
            .map(|&seasonal| [[seasonal; SCREENED], [0.0; SCREENED], [0.0; SCREENED]]),
    );
    let smoothing = shapes.each_ref().map(|shape| Smoothing::new(form, shape));
    if form.season == Season::Multiplicative {
        factors(values, start, &smoothing, ring)
    } else {
        terms(values, form, start, &smoothing, ring)
    }
}

/// Errors, and how they move with the initial level and slope, are three runs of one recursion: the
/// latter two see no values.
#[inline(never)]
fn terms(
    values: &[f64],
    form: EtsForm,
    start: &Point,
    smoothing: &[Smoothing; SCREENED],
    ring: &mut [[Lanes; 3]],
) -> Screened {
    let alpha = smoothing.each_ref().map(|lane| lane.alpha);
    let beta = smoothing.each_ref().map(|lane| lane.beta);
    let gamma = smoothing.each_ref().map(|lane| lane.gamma);
    let phi = smoothing.each_ref().map(|lane| lane.phi);
    let mut level = [[start.level; SCREENED], [1.0; SCREENED], [0.0; SCREENED]];
    let mut trend = [[start.trend; SCREENED], [0.0; SCREENED], [1.0; SCREENED]];
    // Sums of products: errors with all three, level with the latter two, slope with itself.
    let mut sums = [[0.0; SCREENED]; 6];
    let mut slot = 0;
    for &value in values {
        let mut errors = [[0.0; SCREENED]; 3];
        for run in 0..3 {
            let seen = if run == 0 { value } else { 0.0 };
            for lane in 0..SCREENED {
                let slope = phi[lane] * trend[run][lane];
                let before = level[run][lane] + slope;
                let seasonal = &mut ring[slot][run][lane];
                let error = (seen - *seasonal) - before;
                level[run][lane] = before + alpha[lane] * error;
                trend[run][lane] = slope + beta[lane] * error;
                *seasonal += gamma[lane] * error;
                errors[run][lane] = error;
            }
        }
        for lane in 0..SCREENED {
            let [error, by_level, by_trend] = [errors[0][lane], errors[1][lane], errors[2][lane]];
            sums[0][lane] += error * error;
            sums[1][lane] += error * by_level;
            sums[2][lane] += error * by_trend;
            sums[3][lane] += by_level * by_level;
            sums[4][lane] += by_level * by_trend;
            sums[5][lane] += by_trend * by_trend;
        }
        slot = if slot + 1 == ring.len() { 0 } else { slot + 1 };
    }
    let mut screened = Screened {
        objective: sums[0],
        level: [start.level; SCREENED],
        trend: [start.trend; SCREENED],
    };
    for lane in 0..SCREENED {
        let [squares, a, b, aa, ab, bb] = sums.each_ref().map(|sums| sums[lane]);
        let determinant = aa * bb - ab * ab;
        let (mut by_level, mut by_trend) = (-a / aa, 0.0);
        if form.has_trend() && determinant > 1e-9 * aa * bb {
            by_level = (b * ab - a * bb) / determinant;
            by_trend = (a * ab - b * aa) / determinant;
        }
        let left = squares + by_level * a + by_trend * b;
        if left.is_finite() {
            screened.objective[lane] = f64::max(left, 0.0);
            screened.level[lane] += by_level;
            screened.trend[lane] += by_trend;
        }
    }
    screened
}

#[inline(never)]
fn factors(
    values: &[f64],
    start: &Point,
    smoothing: &[Smoothing; SCREENED],
    ring: &mut [[Lanes; 3]],
) -> Screened {
    let mut level = [start.level; SCREENED];
    let mut trend = [start.trend; SCREENED];
    let mut squares = [0.0; SCREENED];
    let mut slot = 0;
    for &value in values {
        let inverse = 1.0 / value;
        for lane in 0..SCREENED {
            let Smoothing { alpha, beta, gamma, phi, .. } = smoothing[lane];
            let seasonal = &mut ring[slot][0][lane];
            let slope = phi * trend[lane];
            let before = level[lane] + slope;
            let relative = 1.0 - before * *seasonal * inverse;
            let level_error = value / *seasonal - before;
            level[lane] = before + alpha * level_error;
            trend[lane] = slope + beta * level_error;
            *seasonal += gamma * (value / before - *seasonal);
            squares[lane] += relative * relative;
        }
        slot = if slot + 1 == ring.len() { 0 } else { slot + 1 };
    }
    Screened { objective: squares, level: [start.level; SCREENED], trend: [start.trend; SCREENED] }
}

/// Four columns of derivatives at the start of the history.
pub(super) struct Columns<'a> {
    pub(super) level: [f64; LANES],
    pub(super) trend: [f64; LANES],
    pub(super) ring: &'a mut [[f64; LANES]],
}

/// Writes the derivatives of what is expected by four quantities, period by period.
///
/// Exact: the recursion is differentiated, nothing is approximated. Where `by_shape`, the four are
/// the numbers of the shape; otherwise they are initial states, whose effect only decays.
pub(super) fn derivatives(
    form: EtsForm,
    shape: &Shape,
    steps: &[Step],
    by_shape: bool,
    columns: Columns<'_>,
    out: &mut [[f64; LANES]],
) {
    let smoothing = Smoothing::new(form, shape);
    match (form.season == Season::Multiplicative, by_shape) {
        (false, false) => propagate::<false, false>(&smoothing, steps, columns, out),
        (false, true) => propagate::<false, true>(&smoothing, steps, columns, out),
        (true, false) => propagate::<true, false>(&smoothing, steps, columns, out),
        (true, true) => propagate::<true, true>(&smoothing, steps, columns, out),
    }
}

#[inline(never)]
fn propagate<const FACTORS: bool, const BY_SHAPE: bool>(
    smoothing: &Smoothing,
    steps: &[Step],
    columns: Columns<'_>,
    out: &mut [[f64; LANES]],
) {
    let Smoothing { alpha, beta, gamma, phi, .. } = *smoothing;
    let Columns { mut level, mut trend, ring } = columns;
    // What a number of the shape adds by itself; the same for all periods.
    let on_trend = [smoothing.beta_by_alpha, smoothing.beta_by_share, 0.0, 0.0];
    let on_season = [smoothing.gamma_by_alpha, 0.0, smoothing.gamma_by_share, 0.0];
    let length = ring.len();
    for (steps, out) in steps.chunks(length).zip(out.chunks_mut(length)) {
        for ((step, out), ring) in steps.iter().zip(out).zip(ring.iter_mut()) {
            for lane in 0..LANES {
                let mut slope = phi * trend[lane];
                if BY_SHAPE {
                    slope += ON_PHI[lane] * step.trend;
                }
                let before = level[lane] + slope;
                let seasonal = ring[lane];
                let (level_error, seasonal_error);
                if FACTORS {
                    out[lane] = before * step.seasonal + step.level * seasonal;
                    level_error = before + step.level_error_by_seasonal * seasonal;
                    seasonal_error = seasonal + step.seasonal_error_by_level * before;
                } else {
                    out[lane] = before + seasonal;
                    (level_error, seasonal_error) = (out[lane], out[lane]);
                }
                level[lane] = before - alpha * level_error;
                trend[lane] = slope - beta * level_error;
                ring[lane] = seasonal - gamma * seasonal_error;
                if BY_SHAPE {
                    level[lane] += ON_ALPHA[lane] * step.level_error;
                    trend[lane] += on_trend[lane] * step.level_error;
                    ring[lane] += on_season[lane] * step.seasonal_error;
                }
            }
        }
    }
}

const ON_ALPHA: [f64; LANES] = [1.0, 0.0, 0.0, 0.0];
const ON_PHI: [f64; LANES] = [0.0, 0.0, 0.0, 1.0];

/// Columns of a row at most.
pub(super) const COLUMNS: usize = 32;

/// Sums of products of every two columns of `rows`, and of each with the errors behind the last of
/// the `used` ones, in the upper triangle of `gram`; returns those with the second of `errors`.
///
/// `rows` has `width` numbers each, a multiple of [`LANES`]; `gram` as many as hold one more than
/// are used.
#[inline(never)]
pub(super) fn gram(
    rows: &[f64],
    width: usize,
    used: usize,
    errors: &[[f64; 2]],
    gram: &mut [f64],
) -> [f64; COLUMNS] {
    let stride = (used + 1).next_multiple_of(LANES);
    let mut second_sums = [0.0; COLUMNS];
    for first in (0..width).step_by(LANES) {
        for second in (first..width).step_by(LANES) {
            let mut sums = [[0.0; LANES]; LANES];
            for row in rows.chunks_exact(width) {
                let (Some(a), Some(b)) =
                    (row[first..].first_chunk::<LANES>(), row[second..].first_chunk::<LANES>())
                else {
                    continue;
                };
                for i in 0..LANES {
                    for j in 0..LANES {
                        sums[i][j] += a[i] * b[j];
                    }
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                let at = (first + i) * stride + second;
                gram[at..at + LANES].copy_from_slice(sums);
            }
        }
        let mut sums = [[0.0; LANES]; 2];
        for (row, errors) in rows.chunks_exact(width).zip(errors) {
            if let Some(a) = row[first..].first_chunk::<LANES>() {
                for i in 0..LANES {
                    sums[0][i] += a[i] * errors[0];
                    sums[1][i] += a[i] * errors[1];
                }
            }
        }
        for i in 0..LANES.min(used.saturating_sub(first)) {
            gram[(first + i) * stride + used] = sums[0][i];
            second_sums[first + i] = sums[1][i];
        }
    }
    gram[used * stride + used] = errors.iter().map(|errors| errors[0] * errors[0]).sum();
    second_sums
}
