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

use super::filter::{Filter, Fit};
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

/// Many models after their series, in less time than one by one, with the same bits.
pub(super) fn observe_many(starts: &[SimpleSmoothing], series: &[&[f64]]) -> Vec<SimpleSmoothing> {
    let order = by_length(series);
    let sorted: Vec<&[f64]> = order.iter().map(|&index| series[index]).collect();
    let mut now: Vec<SimpleSmoothing> = order.iter().map(|&index| starts[index]).collect();
    for (models, series) in now.chunks_mut(LANES).zip(sorted.chunks(LANES)) {
        let together = series.iter().map(|values| values.len()).min().unwrap_or(0);
        let (Ok(lanes), true) = (<[&[f64]; LANES]>::try_from(series), together > 0) else {
            models.iter_mut().zip(series).for_each(|(model, values)| model.observe_all(values));
            continue;
        };
        let lanes = lanes.map(|values| &values[..together]);
        let alphas: [f64; LANES] = std::array::from_fn(|lane| models[lane].alpha);
        let mut levels: [f64; LANES] = std::array::from_fn(|lane| models[lane].level);
        #[expect(clippy::needless_range_loop, reason = "lanes side by side, period by period")]
        for step in 0..together {
            for lane in 0..LANES {
                levels[lane] += alphas[lane] * (lanes[lane][step] - levels[lane]);
            }
        }
        for ((model, level), values) in models.iter_mut().zip(levels).zip(series) {
            model.level = level;
            model.observe_all(&values[together..]);
        }
    }
    let mut after = starts.to_vec();
    order.into_iter().zip(now).for_each(|(index, now)| after[index] = now);
    after
}

/// The alpha with the smallest sum of squared one-step errors; the smallest one of equals.
pub(super) fn best_alpha(values: &[f64], range: AlphaRange) -> f64 {
    search::<2>([values, &[]], range, &mut Workspace::default())[0]
}

/// [`best_alpha`] of many series.
pub(super) fn best_alphas(series: &[&[f64]], range: AlphaRange) -> Vec<f64> {
    let order = by_length(series);
    let sorted: Vec<&[f64]> = order.iter().map(|&index| series[index]).collect();
    let mut alphas = vec![0.0; series.len()];
    for (index, alpha) in order.into_iter().zip(in_groups::<LANES>(&sorted, range)) {
        alphas[index] = alpha;
    }
    alphas
}

/// Series of about the same length share a group, so that little is filled up.
fn by_length(series: &[&[f64]]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..series.len()).collect();
    sort_by(&mut order, |&a, &b| series[a].len().cmp(&series[b].len()));
    order
}

/// [`best_alpha`] of a few series of falling lengths.
pub(super) fn best_alphas_of_few(series: &[&[f64]], range: AlphaRange) -> Vec<f64> {
    in_groups::<2>(series, range)
}

fn in_groups<const L: usize>(series: &[&[f64]], range: AlphaRange) -> Vec<f64> {
    let mut alphas = Vec::with_capacity(series.len() + L);
    let mut work = Workspace::default();
    for group in series.chunks(L) {
        let lanes = std::array::from_fn(|lane| group.get(lane).copied().unwrap_or(&[]));
        alphas.extend(search::<L>(lanes, range, &mut work));
    }
    alphas.truncate(series.len());
    alphas
}

/// Series in one group.
const LANES: usize = 8;
/// Candidates for alpha that are compared at first.
const CANDIDATES: usize = 8;
/// Newton's method doubles the right digits with every pass; this is for the cases where it cannot.
const PASSES: usize = 16;
/// A step below this share of alpha is the last one: what remains is about its square.
const LAST_STEP: f64 = 5e-3;

/// Added to every scaled change, too little to matter: errors that die away over a long time without
/// change would else become subnormal numbers, which take many times as long.
const NUDGE: f32 = 1e-15;

/// Buffers that one group after the other uses.
#[derive(Default)]
struct Workspace {
    /// Changes from period to period of each series, one series behind the other.
    changes: Vec<f64>,
    /// Those of two series, each scaled to about 1 by a power of two.
    scaled: Vec<f32>,
    /// The changes again, one period behind the other.
    periods: Vec<f64>,
}

/// The best alphas of a group of series.
fn search<const L: usize>(
    series: [&[f64]; L],
    range: AlphaRange,
    work: &mut Workspace,
) -> [f64; L] {
    let steps = series.iter().map(|values| values.len().saturating_sub(1)).max().unwrap_or(0);
    if steps == 0 {
        return [range.low; L];
    }
    work.changes.clear();
    let mut valleys = [Valley::default(); L];
    // Two at a time: one alone would wait for its own recursion.
    for (pair, series) in valleys.chunks_mut(2).zip(series.chunks(2)) {
        work.scaled.clear();
        for values in series {
            work.push(values, steps);
        }
        let (one, other) = work.scaled.split_at(steps);
        let errors = squared_errors(one, other, &range.candidates());
        for (valley, errors) in pair.iter_mut().zip(errors) {
            *valley = Valley::around(&errors.map(f64::from), range);
        }
    }
    work.transpose::<L>(steps);
    for _ in 0..PASSES {
        let slopes =
            derivatives(work.periods.as_chunks::<L>().0, &valleys.map(|valley| valley.alpha));
        for (valley, slope) in valleys.iter_mut().zip(slopes) {
            if !valley.settled {
                valley.step(slope, range);
            }
        }
        if valleys.iter().all(|valley| valley.settled) {
            break;
        }
    }
    valleys.map(|valley| valley.alpha)
}

impl AlphaRange {
    fn candidates(self) -> [f64; CANDIDATES] {
        std::array::from_fn(|candidate| self.alpha_at(candidate as f64))
    }

    /// The alpha at a place among the candidates, which lie denser where alpha is small since there
    /// the errors change fastest: their cube roots are spread about evenly.
    fn alpha_at(self, place: f64) -> f64 {
        let share = place / (CANDIDATES - 1) as f64;
        self.low + (self.high - self.low) * (share * (0.1 + share * (0.4 + share * 0.5)))
    }
}

impl Workspace {
    /// Takes in the changes of a series, preceded by zeros where it is shorter than others: no change
    /// leaves an error of zero at zero.
    fn push(&mut self, values: &[f64], steps: usize) {
        let after = values.get(1..).unwrap_or(&[]);
        let lead = steps - after.len();
        self.changes.resize(self.changes.len() + lead, 0.0);
        let start = self.changes.len();
        self.changes.extend(values.iter().zip(after).map(|(before, after)| after - before));
        let changes = &self.changes[start..];
        let scale = scale_to_one(changes);
        self.scaled.resize(self.scaled.len() + lead, 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "the candidates are coarse")]
        self.scaled.extend(changes.iter().map(|change| (change * scale) as f32 + NUDGE));
    }

    fn transpose<const L: usize>(&mut self, steps: usize) {
        self.periods.clear();
        let mut lanes = self.changes.chunks_exact(steps);
        let lanes: [&[f64]; L] = std::array::from_fn(|_| lanes.next().unwrap_or(&[]));
        for step in 0..steps {
            self.periods.extend(lanes.map(|changes| changes[step]));
        }
    }
}

/// The power of two that brings the largest size to between 1 and 2; 1 where all are zero.
fn scale_to_one(changes: &[f64]) -> f64 {
    // Side by side and by comparison, which is one instruction; `max` would look for NaN.
    let larger = |a: f64, b: f64| if b.abs() > a { b.abs() } else { a };
    let (eights, rest) = changes.as_chunks::<8>();
    let mut largest = [0.0; 8];
    for eight in eights {
        for lane in 0..8 {
            largest[lane] = larger(largest[lane], eight[lane]);
        }
    }
    let largest = largest.iter().chain(rest).fold(0.0, |largest, &change| larger(largest, change));
    let exponent = largest.to_bits() >> 52;
    if (1..=2045).contains(&exponent) { f64::from_bits((2046 - exponent) << 52) } else { 1.0 }
}

/// Sums of squared one-step errors of two series for every candidate.
fn squared_errors(
    one: &[f32],
    other: &[f32],
    candidates: &[f64; CANDIDATES],
) -> [[f32; CANDIDATES]; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "the candidates are coarse")]
    let keep = candidates.map(|alpha| (1.0 - alpha) as f32);
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

/// Half the first and second derivative of the sum of squared errors by alpha.
#[derive(Clone, Copy)]
struct Slope {
    first: f64,
    second: f64,
}

/// Derivatives of several series, each at its own alpha.
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
    /// Between the neighbours of the best candidate, at the bottom of a curve through five of them.
    fn around(errors: &[f64; CANDIDATES], range: AlphaRange) -> Self {
        // Where nothing changes, only the nudge is left, and the smallest alpha will do.
        let mut best = 0;
        for candidate in 1..CANDIDATES {
            if errors[candidate] < errors[best] && errors[candidate] > 1e-20 {
                best = candidate;
            }
        }
        let centre = best.clamp(2, CANDIDATES - 3);
        let [far_left, left, middle, right, far_right] =
            std::array::from_fn(|index| errors[centre + index - 2]);
        // The derivatives of the quartic at the centre, by central differences; its argument
        // counts candidates.
        let first = (far_left - far_right + 8.0 * (right - left)) / 12.0;
        let second = (16.0 * (left + right) - far_left - far_right - 30.0 * middle) / 12.0;
        let third = (far_right - far_left - 2.0 * (right - left)) / 2.0;
        let fourth = far_left + far_right - 4.0 * (left + right) + 6.0 * middle;
        let place = |candidate: usize| candidate as f64 - centre as f64;
        let (low, high) = (place(best.saturating_sub(1)), place((best + 1).min(CANDIDATES - 1)));
        let mut bottom = place(best);
        for _ in 0..3 {
            let slope = first + bottom * (second + bottom * (third / 2.0 + bottom * fourth / 6.0));
            let curve = second + bottom * (third + bottom * fourth / 2.0);
            if curve > 0.0 {
                bottom = (bottom - slope / curve).clamp(low, high);
            }
        }
        let [low, high, alpha] =
            [low, high, bottom].map(|place| range.alpha_at(centre as f64 + place));
        Self { low, high, alpha, settled: false }
    }

    /// One step of Newton's method in the logarithm of alpha, by which the errors bend most evenly,
    /// kept between the points where the error was seen to fall and to rise.
    fn step(&mut self, slope: Slope, range: AlphaRange) {
        if slope.first > 0.0 {
            self.high = self.alpha;
        } else {
            self.low = self.alpha;
        }
        let curve = self.alpha * slope.second + slope.first;
        let share = -slope.first / curve;
        let newton = self.alpha * (1.0 + share + 0.5 * share * share);
        let next = if slope.first == 0.0 {
            self.alpha
        } else if curve > 0.0 && self.low < newton && newton < self.high {
            newton
        } else if curve > 0.0 && newton <= range.low && self.low <= range.low {
            range.low
        } else if curve > 0.0 && newton >= range.high && self.high >= range.high {
            range.high
        } else {
            f64::midpoint(self.low, self.high)
        };
        self.settled = (next - self.alpha).abs() <= LAST_STEP * self.alpha;
        self.alpha = next;
    }
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
        for &value in values {
            state.observe(value);
        }
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
                (0..=kind * 37 % 211)
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
            state.next().to_bits()
        });
        assert_eq!(levels, [10.0, 15.0, 12.5].map(f64::to_bits));
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
