//! How far off a model is: the scale and the shape of its errors, per step and for sums of steps.
//!
//! A model is asked from origins of its own past what it expected, over one period and over more
//! ([`ErrorModel::of`]). Root mean squared errors by distance follow a power of the distance closely
//! for every model here (a wandering level has ½, a wandering trend more, a fixed season 0), so two
//! numbers are estimated from all distances together instead of one from each: far distances have
//! few origins, and short histories have few of any. The same is done for sums of consecutive
//! periods, which keeps the dependence between them: that is what a lead time needs. The errors
//! divided by their scale give the shape: their own quantiles in the middle, Student's t where the
//! tails hold too few of them.

use super::filter::{Filter, Fit};
use crate::unit::{math, sort_by};
use serde::{Deserialize, Serialize};

/// Errors of a fitted model by distance.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct ErrorModel {
    /// Whether errors are shares of the forecast rather than amounts.
    relative: bool,
    /// Of the forecast of one period, by how far ahead it is.
    step: PowerLaw,
    /// Of the forecast of a sum of periods, by how many there are.
    sum: PowerLaw,
    /// Quantiles of the standardised errors at [`GRID`], ascending.
    shape: Vec<f64>,
    /// Periods of the history.
    periods: usize,
    /// One-period errors behind it.
    pub(super) origins: usize,
}

/// `scale · distance ^ exponent`
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
struct PowerLaw {
    scale: f64,
    exponent: f64,
}

/// So many origins are asked, the last ones, or this part of the history where that is more: how large
/// errors were long ago tells little.
const ORIGINS: usize = 80;
const OF_HISTORY: usize = 8;
/// More would cost much and tell little.
const MOST_ORIGINS: usize = 400;
/// Distances beyond this are extrapolated.
const LONGEST: usize = 60;
/// With fewer one-period errors than this, the size of demand itself stands in for some of them.
const FEW: f64 = 8.0;
/// A forecast so small a share of the usual one is no measure for its error.
const NEXT_TO_NOTHING: f64 = 0.02;
/// How much more wrong forecasts are than the model was where it had seen the future, for each share
/// of the history that they reach ahead.
const UNSEEN: f64 = 1.5;
/// Degrees of freedom of the tails.
const FREEDOM: f64 = 8.0;
/// How many errors beyond a quantile make it half known.
const HALF_KNOWN: f64 = 2.0;
/// Probabilities at which the shape is kept: dense in the tails that buyers ask for.
const GRID: [f64; 33] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45,
    0.475, 0.5, 0.525, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995,
    0.9975, 0.999, 0.9995,
];

impl ErrorModel {
    /// Measures a model on its own history. Periods that are not `known` are no evidence.
    pub(super) fn of<F: Filter>(
        fit: &Fit<F>,
        values: &[f64],
        known: Option<&[bool]>,
        horizon: usize,
    ) -> Self {
        let table = Table::of(fit, values, known, horizon);
        let relative = table.is_relative();
        let one = table.moments(relative, Over::Step, 1);
        let size = mean_size(values, known);
        let correction = small_sample(one.count, fit.parameters, relative, size, one.mean_square());
        let step = table.power_law(relative, Over::Step, correction);
        let sum = table.power_law(relative, Over::Sum, correction);
        let shape = table.shape(relative, step);
        Self { relative, step, sum, shape, periods: values.len(), origins: one.count }
    }

    /// The demand of one period, `distance` (from 1) ahead, whose forecast is `mean`.
    pub(super) fn of_step(&self, mean: f64, distance: usize) -> ScaledErrors<'_> {
        self.scaled(self.step, mean, distance)
    }

    /// The demand of `periods` periods together, whose forecast is `mean`.
    pub(super) fn of_sum(&self, mean: f64, periods: usize) -> ScaledErrors<'_> {
        // The same answer for one period as that of a step, to the last bit.
        self.scaled(if periods == 1 { self.step } else { self.sum }, mean, periods)
    }

    fn scaled(&self, law: PowerLaw, mean: f64, distance: usize) -> ScaledErrors<'_> {
        let unit = if self.relative { mean.abs() } else { 1.0 };
        let unseen = 1.0 + UNSEEN * distance as f64 / self.periods.max(1) as f64;
        ScaledErrors { mean, scale: unit * law.at(distance as f64) * unseen, shape: &self.shape }
    }
}

/// Errors around one forecast.
#[derive(Clone, Copy)]
pub(super) struct ScaledErrors<'a> {
    mean: f64,
    scale: f64,
    shape: &'a [f64],
}

impl ScaledErrors<'_> {
    /// The quantile of a probability.
    pub(super) fn quantile(&self, probability: f64) -> f64 {
        self.at(Place::of(probability))
    }

    /// The quantile at a place of the shape.
    pub(super) fn at(&self, Place { above, share }: Place) -> f64 {
        let [left, right] = [above - 1, above].map(|index| self.shape[index]);
        self.mean + self.scale * (left + share * (right - left))
    }
}

/// Where a probability lies between two points of the grid: on a straight line in terms of normal
/// quantiles, which is exact for normal errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    above: usize,
    share: f64,
}

impl Place {
    /// The place of a probability; beyond the grid the line goes on, but not for ever.
    pub(super) fn of(probability: f64) -> Self {
        let end = GRID.len() - 1;
        let above = GRID.partition_point(|&p| p < probability).clamp(1, end);
        let [left, right] = [above - 1, above].map(|index| math::normal_quantile(GRID[index]));
        let here = math::normal_quantile(probability.clamp(GRID[0] / 10.0, 1.0 - GRID[0] / 10.0));
        Self { above, share: (here - left) / (right - left) }
    }
}

impl PowerLaw {
    fn at(self, distance: f64) -> f64 {
        self.scale * math::pow(distance, self.exponent)
    }
}

/// What the model said of one period or of several together.
#[derive(Clone, Copy, PartialEq)]
enum Over {
    Step,
    Sum,
}

/// Forecasts and errors from past origins, one row for each origin.
struct Table {
    /// Columns of a row: the distances that are measured.
    distances: usize,
    /// `(forecast, error)` by origin and distance; a NaN error where demand is not known.
    steps: Vec<(f64, f64)>,
}

/// What the squares of errors at one distance add up to.
#[derive(Clone, Copy, Default)]
struct Moments {
    count: usize,
    squares: f64,
}

impl Moments {
    fn mean_square(self) -> f64 {
        if self.count == 0 { 0.0 } else { self.squares / self.count as f64 }
    }
}

impl Table {
    fn of<F: Filter>(fit: &Fit<F>, values: &[f64], known: Option<&[bool]>, horizon: usize) -> Self {
        let behind = values.len().saturating_sub(fit.warm_up);
        let distances = horizon.min(LONGEST).min(behind.div_ceil(2)).max(1);
        let asked = ORIGINS.max(values.len() / OF_HISTORY).min(MOST_ORIGINS);
        let mut model = fit.start.clone();
        let mut path = vec![0.0; distances];
        let mut steps = Vec::with_capacity(behind.min(asked) * distances);
        for (origin, &value) in values.iter().enumerate() {
            // Counted from the end, so that the last origins are always among those asked.
            if origin >= fit.warm_up && values.len() - origin <= asked {
                model.path(&mut path);
                steps.extend(path.iter().enumerate().map(|(ahead, &mean)| {
                    let period = origin + ahead;
                    let is_known = known.is_none_or(|known| known.get(period) == Some(&true));
                    let error = values.get(period).filter(|_| is_known).map(|v| v - mean);
                    (mean, error.unwrap_or(f64::NAN))
                }));
            }
            model.observe(value);
        }
        Self { distances, steps }
    }

    /// Whether shares of the forecast describe the errors better than amounts, by the likelihood of
    /// normal one-step errors with one scale.
    fn is_relative(&self) -> bool {
        let sizes = || self.steps.iter().map(|(mean, _)| mean.abs());
        let usual = sizes().sum::<f64>() / self.steps.len().max(1) as f64;
        if sizes().any(|size| size < NEXT_TO_NOTHING * usual) {
            return false;
        }
        let (mut amounts, mut shares, mut logs, mut count) = (0.0, 0.0, 0.0, 0.0);
        for &(mean, error) in self.steps.iter().step_by(self.distances) {
            if error.is_nan() {
                continue;
            }
            if mean <= 0.0 {
                return false;
            }
            amounts += error * error;
            shares += (error / mean) * (error / mean);
            logs += math::ln(mean);
            count += 1.0;
        }
        let better = shares > 0.0 && math::ln(shares / amounts) + 2.0 * logs / count < 0.0;
        better && count >= FEW
    }

    /// Calls with forecast and error at one distance, for every origin that has them.
    fn each(&self, over: Over, distance: usize, mut call: impl FnMut(f64, f64)) {
        for row in self.steps.chunks_exact(self.distances) {
            let (mean, error) = match over {
                Over::Step => row[distance - 1],
                Over::Sum => row[..distance]
                    .iter()
                    .fold((0.0, 0.0), |sum, step| (sum.0 + step.0, sum.1 + step.1)),
            };
            if !error.is_nan() {
                call(mean, error);
            }
        }
    }

    fn moments(&self, relative: bool, over: Over, distance: usize) -> Moments {
        let mut moments = Moments::default();
        self.each(over, distance, |mean, error| {
            let error = if relative { error / mean.abs().max(f64::MIN_POSITIVE) } else { error };
            moments.count += 1;
            moments.squares += error * error;
        });
        moments
    }

    /// The power law through the root mean squared errors, by least squares on logarithms; distances
    /// weigh by their independent errors.
    fn power_law(&self, relative: bool, over: Over, correction: Correction) -> PowerLaw {
        let (low, high) = match over {
            Over::Step => (0.0, 1.2),
            Over::Sum if relative => (-0.5, 0.7),
            Over::Sum => (0.5, 1.7),
        };
        let (mut sw, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for distance in 1..=self.distances {
            let moments = self.moments(relative, over, distance);
            let square = moments.mean_square() * correction.factor + correction.summand;
            if square <= 0.0 || (moments.count == 0 && distance > 1) {
                continue;
            }
            let weight = (moments.count as f64 / distance as f64).max(1e-3);
            let (x, y) = (math::ln(distance as f64), 0.5 * math::ln(square));
            sw += weight;
            sx += weight * x;
            sy += weight * y;
            sxx += weight * x * x;
            sxy += weight * x * y;
        }
        if sw <= 0.0 {
            return PowerLaw::default();
        }
        // As if a few errors had been seen that grow as those of a wandering level do.
        let prior = match over {
            Over::Step => 0.6,
            Over::Sum if relative => 0.1,
            Over::Sum => 1.1,
        };
        let spread = sxx - sx * sx / sw;
        let slope = (sxy - sx * sy / sw + PRIOR_WEIGHT * prior) / (spread + PRIOR_WEIGHT);
        let exponent = slope.clamp(low, high);
        PowerLaw { scale: math::exp((sy - exponent * sx) / sw), exponent }
    }

    fn shape(&self, relative: bool, law: PowerLaw) -> Vec<f64> {
        let mut errors = Vec::with_capacity(self.steps.len());
        for distance in 1..=self.distances.min(SHAPE_DISTANCES) {
            let scale = law.at(distance as f64);
            self.each(Over::Step, distance, |mean, error| {
                let unit = if relative { mean.abs().max(f64::MIN_POSITIVE) } else { 1.0 };
                errors.push(if scale > 0.0 { error / (unit * scale) } else { 0.0 });
            });
        }
        sort_by(&mut errors, f64::total_cmp);
        let independent = errors.len() as f64 / self.distances.min(SHAPE_DISTANCES) as f64;
        let quantiles = GRID.map(|probability| {
            let beyond = independent * probability.min(1.0 - probability);
            let own = beyond / (beyond + HALF_KNOWN);
            let tail = student_quantile(probability);
            if errors.is_empty() {
                return tail;
            }
            own * sample_quantile(&errors, probability) + (1.0 - own) * tail
        });
        // What is expected is also the median: errors from the past that lean to one side come more
        // often from a model that was still learning than from one that will stay wrong.
        let middle = quantiles[GRID.len() / 2];
        let mut highest = f64::NEG_INFINITY;
        quantiles
            .into_iter()
            .map(|quantile| quantile - middle)
            .map(|quantile| {
                highest = highest.max(quantile);
                highest
            })
            .collect()
    }
}

const PRIOR_WEIGHT: f64 = 4.0;
const SHAPE_DISTANCES: usize = 6;

/// What the mean squared error becomes: `factor · mean square + summand`.
#[derive(Clone, Copy)]
struct Correction {
    factor: f64,
    summand: f64,
}

/// In-sample errors are too small by what the parameters have taken up, and a handful of errors may
/// be small by chance: with fewer than [`FEW`], the size of demand itself is one of them.
fn small_sample(
    count: usize,
    parameters: usize,
    relative: bool,
    size: f64,
    mean_square: f64,
) -> Correction {
    let (count, parameters) = (count as f64, parameters as f64);
    let taken = (parameters / (count + parameters)).min(0.75);
    let missing = ((FEW - count) / FEW).max(0.0);
    let unit = if relative { 1.0 } else { size };
    // A constant history of several periods is evidence for no error at all, when it has more periods
    // than any curve needs to go through all of them.
    let missing = if mean_square <= 0.0 && count - parameters >= 3.0 { 0.0 } else { missing };
    Correction { factor: (1.0 - missing) / (1.0 - taken), summand: missing * unit * unit }
}

fn mean_size(values: &[f64], known: Option<&[bool]>) -> f64 {
    let is_known = |index: usize| known.is_none_or(|known| known[index]);
    let sizes = values.iter().enumerate().filter(|&(index, _)| is_known(index));
    let (sum, count) = sizes.fold((0.0, 0.0), |(sum, count), (_, v)| (sum + v.abs(), count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The quantile of a sorted sample on a straight line between its values (Hyndman and Fan 1996,
/// definition 8, whose estimates are median-unbiased whatever the distribution).
fn sample_quantile(sorted: &[f64], probability: f64) -> f64 {
    let count = sorted.len() as f64;
    let position = probability * (count + 1.0 / 3.0) - 2.0 / 3.0;
    let position = position.clamp(0.0, count - 1.0);
    let below = position.floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within the sample"
    )]
    let index = below as usize;
    let next = sorted[(index + 1).min(sorted.len() - 1)];
    sorted[index] + (position - below) * (next - sorted[index])
}

/// The quantile of Student's t with [`FREEDOM`] degrees, of variance one, by the expansion of Fisher
/// and Cornish (1960) around the normal quantile.
fn student_quantile(probability: f64) -> f64 {
    let z = math::normal_quantile(probability);
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    let quantile = z + (first + (second + third / FREEDOM) / FREEDOM) / FREEDOM;
    quantile * ((FREEDOM - 2.0) / FREEDOM).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::baseline::Baseline;

    const NO_CORRECTION: Correction = Correction { factor: 1.0, summand: 0.0 };

    /// Errors of alternating sign whose size at each distance is given, from so many origins.
    fn table(origins: usize, distances: usize, size: impl Fn(f64) -> f64) -> Table {
        let row = |origin: usize| {
            let sign = if origin.is_multiple_of(2) { 1.0 } else { -1.0 };
            let size = &size;
            (1..=distances).map(move |distance| (10.0, sign * size(distance as f64)))
        };
        Table { distances, steps: (0..origins).flat_map(row).collect() }
    }

    fn normal(scale: f64, exponent: f64, relative: bool) -> ErrorModel {
        let law = PowerLaw { scale, exponent };
        let shape = GRID.map(math::normal_quantile).to_vec();
        ErrorModel { relative, step: law, sum: law, shape, periods: usize::MAX, origins: 9 }
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9 * (1.0 + b.abs())
    }

    #[test]
    fn errors_that_grow_with_a_power_of_the_distance_give_that_power() {
        for exponent in [0.0, 0.5, 0.9] {
            let grown = |distance: f64| 3.0 * math::pow(distance, exponent);
            let law = table(4000, 12, grown).power_law(false, Over::Step, NO_CORRECTION);
            assert!((law.exponent - exponent).abs() < 0.01, "{law:?}");
            assert!((law.at(7.0) / grown(7.0) - 1.0).abs() < 0.01, "{law:?}");
            // Few errors prove little: the prior draws them.
            let few = table(6, 12, grown).power_law(false, Over::Step, NO_CORRECTION);
            assert!((few.exponent - 0.6).abs() < (law.exponent - 0.6).abs(), "{few:?}");
            assert!((few.exponent - exponent).abs() > 0.02, "{few:?}");
        }
    }

    #[test]
    fn errors_of_one_sign_add_up_in_a_sum() {
        // Each row errs by 2 in every period: a sum of n by 2n.
        let law = table(2000, 10, |_| 2.0).power_law(false, Over::Sum, NO_CORRECTION);
        assert!((law.at(1.0) - 2.0).abs() < 0.02 && (law.at(10.0) - 20.0).abs() < 0.2, "{law:?}");
    }

    #[test]
    fn normal_errors_have_exact_quantiles_between_the_points_of_the_grid() {
        for p in [0.0005, 0.013, 0.31, 0.5, 0.777, 0.942, 0.9995] {
            let z = math::normal_quantile(p);
            assert!(
                near(normal(2.0, 0.5, false).of_step(10.0, 9).quantile(p), 10.0 + 6.0 * z),
                "{p}"
            );
            assert!(
                near(normal(0.1, 0.0, true).of_sum(-50.0, 3).quantile(p), -50.0 + 5.0 * z),
                "{p}"
            );
        }
        // Beyond the grid the line goes on, but not for ever.
        let model = normal(1.0, 0.0, false);
        let far = model.of_step(0.0, 1).quantile(1.0 - 1e-15);
        assert!(near(far, math::normal_quantile(1.0 - GRID[0] / 10.0)), "{far}");
    }

    #[test]
    fn errors_are_shares_where_they_grow_with_the_forecast() {
        let of = |size: fn(f64) -> f64| {
            let steps = (0..40).map(|origin| {
                let (mean, sign) = (f64::from(1 + origin % 8), f64::from(origin % 2) - 0.5);
                (mean, sign * size(mean))
            });
            Table { distances: 1, steps: steps.collect() }.is_relative()
        };
        assert!(of(|mean| 0.2 * mean));
        assert!(!of(|_| 0.2));
        assert!(!table(5, 1, |_| 1.0).is_relative(), "too few to tell");
    }

    #[test]
    fn unknown_periods_are_no_evidence() {
        // The naive forecast errs by 1 each time; the unknown period would err by 100.
        let mut values: Vec<f64> = (0..30).map(f64::from).collect();
        values[15] = 115.0;
        let mut known = vec![true; 30];
        (known[15], known[16]) = (false, false);
        let fit = Baseline::naive().fit(30);
        let masked = ErrorModel::of(&fit, &values, Some(&known), 1);
        assert_eq!(masked.origins, 27);
        assert!((masked.step.scale - 1.0).abs() < 1e-9, "{masked:?}");
        assert!(ErrorModel::of(&fit, &values, None, 1).step.scale > 20.0);
    }

    #[test]
    fn a_handful_of_errors_is_widened_by_the_size_of_demand() {
        // By hand: of 8 errors that would do there are 2, so 6/8 of the size squared, 50² = 2500, and
        // 2/8 of the mean square, which is 4 and larger by the 2 + 1 over 2 of one parameter.
        let correction = small_sample(2, 1, false, 50.0, 4.0);
        let square = 4.0 * correction.factor + correction.summand;
        assert!(near(square, 0.25 * 4.0 * 1.5 + 0.75 * 2500.0), "{square}");
        let enough = small_sample(40, 0, false, 50.0, 4.0);
        assert!(near(enough.factor, 1.0) && near(enough.summand, 0.0));
        // A line through all points of a history proves nothing, a long constant one does.
        assert!(small_sample(5, 5, false, 50.0, 0.0).summand > 0.0);
        assert!(near(small_sample(5, 1, false, 50.0, 0.0).summand, 0.0));
    }

    #[test]
    fn a_shape_ascends_around_its_middle_and_has_the_tails_of_student() {
        let shape = table(9, 1, |_| 1.0).shape(false, PowerLaw { scale: 1.0, exponent: 0.0 });
        assert!(shape.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(near(shape[GRID.len() / 2], 0.0));
        // scipy 1.17, `t.ppf(p, 8) * sqrt(6 / 8)`.
        for (p, quantile) in [(0.95, 1.610_416), (0.99, 2.508_407), (0.025, -1.997_058)] {
            let found = student_quantile(p);
            assert!((found - quantile).abs() < 3e-3, "{p}: {found}");
        }
    }

    #[test]
    fn sample_quantiles_by_hand() {
        let sample = [1.0, 2.0, 4.0, 8.0];
        // Positions from zero: p · (4 + ⅓) − ⅔.
        assert!(near(sample_quantile(&sample, 0.5), 3.0));
        assert!(near(sample_quantile(&sample, 0.75), 4.0 + 4.0 * (0.75 * 13.0 / 3.0 - 8.0 / 3.0)));
        assert!(near(sample_quantile(&sample, 0.001), 1.0));
        assert!(near(sample_quantile(&sample, 0.999), 8.0));
    }
}
