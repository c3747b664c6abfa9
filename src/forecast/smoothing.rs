//! Simple exponential smoothing with its parameter given or by least squares.
//!
//! `level ← level + alpha · (value − level)`, started at the first value (Gardner, "Exponential
//! smoothing: the state of the art", Journal of Forecasting 4, 1985). The one-step errors obey
//! `error ← change + (1 − alpha) · error`, so their sum of squares is a function of alpha alone,
//! with exact derivatives by the same recursion. Eight candidates side by side, coarsely, find the
//! valley; Newton's method in double precision finds its bottom. A search that only walks downhill
//! would stick at a local minimum, which intermittent series have often.
//!
//! Many series are fitted side by side, and each gets the same bits as alone: what a lane computes
//! depends on its own series only, and the zeros that fill up a shorter one in front change nothing.

use super::{
    filter::{Filter, Fit},
    model::Fitted,
};
use crate::unit::sort_by;
use serde::{Deserialize, Serialize};

/// Where alpha may lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AlphaRange {
    /// At zero nothing would ever be learnt.
    pub(super) low: f64,
    /// At one only the last value would count.
    pub(super) high: f64,
}

impl AlphaRange {
    /// For demand that comes in every period.
    pub(super) const WIDE: Self = Self { low: 0.01, high: 0.99 };
    /// For sizes, intervals and sums of intermittent demand, which are few.
    pub(super) const INTERMITTENT: Self = Self { low: 0.1, high: 0.3 };
}

/// A level that moves a fixed share of every error.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct SimpleSmoothing {
    /// That share, from 0 to 1.
    pub(super) alpha: f64,
    /// What every future period is expected to be.
    pub(super) level: f64,
}

impl Filter for SimpleSmoothing {
    fn path(&self, path: &mut [f64]) {
        path.fill(self.level);
    }

    fn observe(&mut self, value: f64) {
        self.level += self.alpha * (value - self.level);
    }
}

/// Smooths with a given alpha.
pub(super) fn fit_alpha(values: &[f64], alpha: f64) -> Fit<SimpleSmoothing> {
    let start = SimpleSmoothing { alpha, level: values.first().copied().unwrap_or(0.0) };
    Fit { start, warm_up: values.len().min(1), parameters: 1 }
}

/// Smooths with the alpha of the range that has the smallest sum of squared one-step errors.
pub(super) fn fit_best(values: &[f64], range: AlphaRange) -> Fit<SimpleSmoothing> {
    Fit { parameters: 2, ..fit_alpha(values, best_alpha(values, range)) }
}

/// [`fit_best`] of many series in less time, with the same bits.
pub(super) fn fit_many(series: &[&[f64]], range: AlphaRange) -> Vec<Fit<SimpleSmoothing>> {
    let alphas = best_alphas(series, range);
    let fits = series.iter().zip(alphas);
    fits.map(|(values, alpha)| Fit { parameters: 2, ..fit_alpha(values, alpha) }).collect()
}

/// The alpha with the smallest sum of squared one-step errors; the smallest one of equals.
pub(super) fn best_alpha(values: &[f64], range: AlphaRange) -> f64 {
    let mut work = Workspace::default();
    search::<1>([values], range, &mut work)[0]
}

/// [`best_alpha`] of many series.
pub(super) fn best_alphas(series: &[&[f64]], range: AlphaRange) -> Vec<f64> {
    // Series of about the same length share a group, so that little is filled up.
    let mut order: Vec<usize> = (0..series.len()).collect();
    sort_by(&mut order, |&a, &b| series[a].len().cmp(&series[b].len()));
    let mut alphas = vec![0.0; series.len()];
    let mut work = Workspace::default();
    for group in order.chunks(LANES) {
        let lanes = std::array::from_fn(|lane| group.get(lane).map_or(&[][..], |&i| series[i]));
        let found = search::<LANES>(lanes, range, &mut work);
        for (&index, alpha) in group.iter().zip(found) {
            alphas[index] = alpha;
        }
    }
    alphas
}

/// Series in one group.
const LANES: usize = 8;
/// Candidates for alpha that are compared at first.
const CANDIDATES: usize = 8;
/// Newton's method doubles the right digits with every pass; this is for the cases where it cannot.
const PASSES: usize = 16;
/// A step below this share of alpha is the last one: what remains is about its square.
const LAST_STEP: f64 = 2e-3;

/// Buffers that one group after the other uses.
#[derive(Default)]
struct Workspace {
    /// Changes of each series behind one another, each scaled to at most 1 by a power of two.
    coarse: Vec<f32>,
    /// The same changes unscaled, period by period.
    lanes: Vec<f64>,
}

/// The best alphas of a group of series.
fn search<const L: usize>(
    series: [&[f64]; L],
    range: AlphaRange,
    work: &mut Workspace,
) -> [f64; L] {
    let steps = series.iter().map(|values| values.len().saturating_sub(1)).max().unwrap_or(0);
    work.fill(&series, steps);
    let mut valleys = [Valley::default(); L];
    let alphas = std::array::from_fn(|candidate| {
        let share = candidate as f64 / (CANDIDATES - 1) as f64;
        range.low + (range.high - range.low) * share * share
    });
    // Two at a time: one alone would wait for its own recursion.
    let mut pairs = work.coarse.chunks_exact(steps.max(1));
    let mut lane = 0;
    while let Some(one) = pairs.next() {
        let other = pairs.next().unwrap_or(one);
        let errors = squared_errors(one, other, &alphas);
        for errors in &errors[..(L - lane).min(2)] {
            valleys[lane] = Valley::around(errors, &alphas);
            lane += 1;
        }
    }
    if steps == 0 {
        return [range.low; L];
    }
    let (periods, _) = work.lanes.as_chunks::<L>();
    for _ in 0..PASSES {
        if valleys.iter().all(|valley| valley.settled) {
            break;
        }
        let slopes = derivatives(periods, &valleys.map(|valley| valley.alpha));
        for (valley, slope) in valleys.iter_mut().zip(slopes) {
            if !valley.settled {
                valley.step(slope, range);
            }
        }
    }
    valleys.map(|valley| valley.alpha)
}

impl Workspace {
    /// Takes in the changes of each series, those of shorter ones preceded by zeros: no change
    /// leaves an error of zero at zero.
    fn fill(&mut self, series: &[&[f64]], steps: usize) {
        let lanes = series.len();
        self.lanes.clear();
        self.lanes.resize(steps * lanes, 0.0);
        self.coarse.clear();
        self.coarse.resize(steps * lanes, 0.0);
        for (lane, values) in series.iter().enumerate() {
            let lead = steps - values.len().saturating_sub(1);
            let mut largest = 0.0_f64;
            let places = self.lanes[lead * lanes..].chunks_exact_mut(lanes);
            for (pair, place) in values.windows(2).zip(places) {
                let change = pair[1] - pair[0];
                place[lane] = change;
                largest = largest.max(change.abs());
            }
            let scale = power_of_two_near(largest);
            let coarse = &mut self.coarse[lane * steps + lead..(lane + 1) * steps];
            for (pair, place) in values.windows(2).zip(coarse) {
                #[expect(clippy::cast_possible_truncation, reason = "the candidates are coarse")]
                {
                    *place = ((pair[1] - pair[0]) * scale) as f32;
                }
            }
        }
    }
}

/// The power of two that brings a value to between 1 and 2; 1 for zero.
fn power_of_two_near(value: f64) -> f64 {
    let exponent = (value.to_bits() >> 52) & 0x7ff;
    if exponent == 0 || exponent > 2045 { 1.0 } else { f64::from_bits((2046 - exponent) << 52) }
}

/// Sums of squared one-step errors of two series for every candidate.
fn squared_errors(
    one: &[f32],
    other: &[f32],
    alphas: &[f64; CANDIDATES],
) -> [[f32; CANDIDATES]; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "the candidates are coarse")]
    let keep = alphas.map(|alpha| (1.0 - alpha) as f32);
    let mut errors = [[0.0_f32; CANDIDATES]; 2];
    let mut totals = [[0.0_f32; CANDIDATES]; 2];
    for (&first, &second) in one.iter().zip(other) {
        for (series, change) in [first, second].into_iter().enumerate() {
            for lane in 0..CANDIDATES {
                let error = change + keep[lane] * errors[series][lane];
                errors[series][lane] = error;
                totals[series][lane] += error * error;
            }
        }
    }
    totals
}

/// Half the first and second derivative of the sum of squared errors.
#[derive(Clone, Copy)]
struct Slope {
    first: f64,
    second: f64,
}

/// Derivatives by alpha, one series and one alpha in each lane.
fn derivatives<const L: usize>(periods: &[[f64; L]], alphas: &[f64; L]) -> [Slope; L] {
    let keep = alphas.map(|alpha| 1.0 - alpha);
    // The error, its derivative by `keep`, and half its second derivative.
    let (mut error, mut first, mut second) = ([0.0; L], [0.0; L], [0.0; L]);
    let (mut slope, mut squares, mut curves) = ([0.0; L], [0.0; L], [0.0; L]);
    for changes in periods {
        for lane in 0..L {
            second[lane] = first[lane] + keep[lane] * second[lane];
            first[lane] = error[lane] + keep[lane] * first[lane];
            error[lane] = changes[lane] + keep[lane] * error[lane];
            slope[lane] += error[lane] * first[lane];
            squares[lane] += first[lane] * first[lane];
            curves[lane] += error[lane] * second[lane];
        }
    }
    std::array::from_fn(|lane| Slope {
        first: -slope[lane],
        second: squares[lane] + 2.0 * curves[lane],
    })
}

/// Where the minimum of one series lies.
#[derive(Clone, Copy, Default)]
struct Valley {
    low: f64,
    high: f64,
    alpha: f64,
    settled: bool,
}

impl Valley {
    /// Between the neighbours of the best candidate, at the bottom of the parabola through them.
    fn around(errors: &[f32; CANDIDATES], alphas: &[f64; CANDIDATES]) -> Self {
        let mut best = 0;
        for candidate in 1..CANDIDATES {
            if errors[candidate] < errors[best] {
                best = candidate;
            }
        }
        let (low, high) = (alphas[best.saturating_sub(1)], alphas[(best + 1).min(CANDIDATES - 1)]);
        let middle = best.clamp(1, CANDIDATES - 2);
        let [left, centre, right] =
            [middle - 1, middle, middle + 1].map(|i| (alphas[i], f64::from(errors[i])));
        let rise = (right.1 - centre.1) / (right.0 - centre.0);
        let fall = (centre.1 - left.1) / (centre.0 - left.0);
        let bottom =
            f64::midpoint(left.0, centre.0) - fall * (right.0 - left.0) * 0.5 / (rise - fall);
        let alpha = if rise > fall { bottom.clamp(low, high) } else { alphas[best] };
        Self { low, high, alpha, settled: false }
    }

    /// One step of Newton's method, kept between the points where the error was seen to fall and
    /// to rise.
    fn step(&mut self, slope: Slope, range: AlphaRange) {
        if slope.first > 0.0 {
            self.high = self.alpha;
        } else {
            self.low = self.alpha;
        }
        let newton = self.alpha - slope.first / slope.second;
        let next = if slope.first == 0.0 {
            self.alpha
        } else if slope.second > 0.0 && self.low < newton && newton < self.high {
            newton
        } else if slope.second > 0.0 && newton <= range.low && self.low <= range.low {
            range.low
        } else if slope.second > 0.0 && newton >= range.high && self.high >= range.high {
            range.high
        } else {
            f64::midpoint(self.low, self.high)
        };
        self.settled = (next - self.alpha).abs() <= LAST_STEP * self.alpha.min(1.0 - self.alpha);
        self.alpha = next;
    }
}

/// Fits alpha and keeps the level at every origin.
pub(super) fn fit(values: &[f64]) -> Fitted {
    let mut state = fit_best(values, AlphaRange::WIDE).start;
    let mut levels = Vec::with_capacity(values.len() + 1);
    levels.push(state.level);
    for &value in values {
        state.observe(value);
        levels.push(state.level);
    }
    Fitted::Flat { levels }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// International airline passengers, 1949 and 1950, in thousands (Box and Jenkins 1976).
    const AIR: [f64; 24] = [
        112.0, 118.0, 132.0, 129.0, 121.0, 135.0, 148.0, 148.0, 136.0, 119.0, 104.0, 118.0, 115.0,
        126.0, 141.0, 135.0, 125.0, 149.0, 170.0, 170.0, 158.0, 133.0, 114.0, 140.0,
    ];

    fn now(fit: &Fit<SimpleSmoothing>, values: &[f64]) -> f64 {
        let mut state = fit.start;
        values.iter().for_each(|&value| state.observe(value));
        state.next()
    }

    fn error(values: &[f64], alpha: f64) -> f64 {
        let (mut level, mut total) = (values[0], 0.0);
        for value in values {
            total += (value - level) * (value - level);
            level += alpha * (value - level);
        }
        total
    }

    /// Series of many lengths and kinds, the same ones on every run.
    fn assorted() -> Vec<Vec<f64>> {
        let mut state = 1_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from((state >> 16) % end)
        };
        (0..300_u32)
            .map(|kind| {
                let mut level = 50.0;
                (0..1 + kind * 37 % 211)
                    .map(|_| match kind % 4 {
                        0 => below(20),
                        1 if below(8) < 7.0 => 0.0,
                        1 => 1.0 + below(9),
                        2 => {
                            level += below(11) - 5.0;
                            level
                        }
                        _ => below(3) * below(2) * below(40) - 5.0,
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn levels_by_hand() {
        let mut state = fit_alpha(&[10.0, 20.0, 10.0], 0.5).start;
        let levels = [10.0, 20.0, 10.0].map(|value| {
            state.observe(value);
            state.next()
        });
        assert_eq!(levels, [10.0, 15.0, 12.5]);
    }

    #[test]
    fn agrees_with_statsforecast() {
        // statsforecast 2.1.1, given doubles: SimpleExponentialSmoothing(0.2) and
        // SimpleExponentialSmoothingOptimized().
        let level: Vec<f64> =
            (0..60).map(|t| f64::from(10 + t * 7919 % 5 + if t < 30 { 0 } else { 4 })).collect();
        for (values, fixed, best) in [
            (&AIR[..], 139.041_881_068_988_72, 139.741_925_119_969_27),
            (&level[..], 15.948_876_754_410_117, 15.909_679_391_882_655),
        ] {
            assert!((now(&fit_alpha(values, 0.2), values) - fixed).abs() < 1e-11);
            let found = now(&fit_best(values, AlphaRange::WIDE), values);
            assert!((found - best).abs() < 1e-6 * best, "{found} for {best}");
        }
    }

    #[test]
    fn no_alpha_of_a_fine_grid_is_better() {
        // A level shift, an intermittent series with two local minima, and a constant.
        let step: Vec<f64> =
            (0..60).map(|t| if t < 30 { 10.0 } else { 20.0 + f64::from(t % 3) }).collect();
        let sparse: Vec<f64> =
            (0..90).map(|t| if t % 11 == 3 { f64::from(t % 4 + 1) } else { 0.0 }).collect();
        let mut series = vec![step, sparse, vec![4.0; 20], vec![7.0]];
        series.extend(assorted());
        for values in series {
            for range in [AlphaRange::WIDE, AlphaRange::INTERMITTENT] {
                let found = best_alpha(&values, range);
                assert!((range.low..=range.high).contains(&found));
                let least = error(&values, found);
                for index in 0..=200 {
                    let alpha = range.low + (range.high - range.low) * f64::from(index) / 200.0;
                    let other = error(&values, alpha);
                    assert!(least <= other * (1.0 + 1e-6), "{alpha} beats {found}: {values:?}");
                }
            }
        }
    }

    #[test]
    fn in_company_or_alone_is_the_same() {
        let series = assorted();
        let all: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        for range in [AlphaRange::WIDE, AlphaRange::INTERMITTENT] {
            let many = fit_many(&all, range);
            for (values, fit) in all.iter().zip(many) {
                assert_eq!(fit, fit_best(values, range));
            }
        }
        assert!(fit_many(&[], AlphaRange::WIDE).is_empty());
    }

    #[test]
    fn a_power_of_two_as_scale_changes_no_bit_of_alpha_and_any_other_hardly() {
        for values in assorted() {
            let alpha = |scale: f64| {
                let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
                best_alpha(&scaled, AlphaRange::WIDE)
            };
            let plain = alpha(1.0);
            assert_eq!(plain.to_bits(), alpha(f64::from_bits((1023 - 40) << 52)).to_bits());
            for scale in [1e15, 1e-12, -7.0] {
                assert!((alpha(scale) - plain).abs() < 1e-5 * plain, "{values:?}");
            }
        }
    }

    #[test]
    fn any_history_has_a_finite_level_within_its_range() {
        let sign: Vec<f64> = (0..50).map(|t| if t % 2 == 0 { 1e15 } else { -1e15 }).collect();
        for values in
            [vec![], vec![3.0], vec![0.0; 40], vec![1e15; 9], vec![1e-12, 0.0, 5e-12], sign]
        {
            let level = now(&fit_best(&values, AlphaRange::WIDE), &values);
            let (low, high) = values
                .iter()
                .fold((0.0_f64, 0.0_f64), |(low, high), &value| (low.min(value), high.max(value)));
            assert!((low..=high).contains(&level), "{level} for {values:?}");
        }
    }
}
