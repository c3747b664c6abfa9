//! Methods for demand with many zeros that smooth its sizes apart from how often it occurs.
//!
//! Croston smooths sizes and intervals when demand occurs ("Forecasting and stock control for
//! intermittent demands", Operational Research Quarterly 23, 1972). Their ratio overstates demand;
//! factors that take this off are by Syntetos and Boylan ("The accuracy of intermittent demand
//! estimates", International Journal of Forecasting 21, 2005) and by Shale, Boylan and Johnston
//! ("Forecasting for intermittent demand: the estimation of an unbiased average", Journal of the
//! Operational Research Society 57, 2006). Teunter, Syntetos and Babai smooth the probability of
//! demand in every period instead, so that an item that is no longer wanted fades away
//! ("Intermittent demand: linking forecasting to inventory obsolescence", European Journal of
//! Operational Research 214, 2011).
//!
//! A period has demand when its value is above zero; any other value counts as no demand. The first
//! interval is the number of periods up to and including the first demand. Where there was no
//! demand yet, none is expected.

use super::{
    filter::{Filter, Fit},
    simple_smoothing::{self, AlphaRange, SimpleSmoothing},
};
use serde::{Deserialize, Serialize};

/// The smoothing parameter of Croston's method that the literature uses.
pub(super) const CUSTOMARY_ALPHA: f64 = 0.1;

/// What takes the bias off Croston's ratio.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Correction {
    /// Nothing: Croston's own method.
    Uncorrected,
    /// `1 − alpha / 2`, by Syntetos and Boylan.
    SyntetosBoylan,
    /// `1 − alpha / (2 − alpha)`, by Shale, Boylan and Johnston.
    ShaleBoylanJohnston,
}

impl Correction {
    /// By the alpha that smooths the intervals, since they are what the ratio divides by.
    fn factor(self, alpha: f64) -> f64 {
        match self {
            Self::Uncorrected => 1.0,
            Self::SyntetosBoylan => 1.0 - alpha / 2.0,
            Self::ShaleBoylanJohnston => 1.0 - alpha / (2.0 - alpha),
        }
    }
}

/// Sizes and intervals of demand, smoothed when demand occurs.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Croston {
    correction: Correction,
    /// The smoothed size of a demand.
    size: SimpleSmoothing,
    /// The smoothed interval between demands; a level of zero before the first one.
    interval: SimpleSmoothing,
    /// Periods since the last demand.
    since: f64,
}

impl Croston {
    fn new(alphas: Alphas, correction: Correction) -> Self {
        let smoothing = |alpha| SimpleSmoothing { alpha, level: 0.0 };
        Self {
            correction,
            size: smoothing(alphas.size),
            interval: smoothing(alphas.interval),
            since: 0.0,
        }
    }

    /// Takes in a demand.
    fn take(&mut self, size: f64, interval: f64) {
        if self.interval.level > 0.0 {
            self.size.observe(size);
            self.interval.observe(interval);
        } else {
            (self.size.level, self.interval.level) = (size, interval);
        }
    }
}

impl Filter for Croston {
    fn path(&self, path: &mut [f64]) {
        let interval = self.interval.level;
        let factor = self.correction.factor(self.interval.alpha);
        path.fill(if interval > 0.0 { factor * self.size.level / interval } else { 0.0 });
    }

    fn observe(&mut self, value: f64) {
        self.since += 1.0;
        if value > 0.0 {
            self.take(value, self.since);
            self.since = 0.0;
        }
    }

    fn observe_all(&mut self, values: &[f64]) {
        // From demand to demand: periods without any only count, and whole numbers add up exactly.
        let mut rest = values;
        while let Some(before) = rest.iter().position(|&value| value > 0.0) {
            self.since += before as f64;
            self.observe(rest[before]);
            rest = &rest[before + 1..];
        }
        self.since += rest.len() as f64;
    }
}

/// Shares of an error that are learnt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Alphas {
    /// From the size of a demand.
    pub(super) size: f64,
    /// From the interval between two demands.
    pub(super) interval: f64,
}

/// Croston's method with given alphas.
pub(super) fn fit_croston(values: &[f64], alphas: Alphas, correction: Correction) -> Fit<Croston> {
    Fit { start: Croston::new(alphas, correction), warm_up: first_demand(values), parameters: 2 }
}

/// Croston's method with the customary alpha.
pub(super) fn fit_croston_customary(values: &[f64], correction: Correction) -> Fit<Croston> {
    fit_croston(values, Alphas { size: CUSTOMARY_ALPHA, interval: CUSTOMARY_ALPHA }, correction)
}

/// Croston's method with the alphas that smooth sizes and intervals best, each for itself.
pub(super) fn fit_croston_best(values: &[f64], correction: Correction) -> Fit<Croston> {
    let mut demands = Demands::default();
    demands.push(values);
    let best = |events: &[f64]| simple_smoothing::best_alpha(events, AlphaRange::INTERMITTENT);
    let alphas = Alphas { size: best(&demands.sizes), interval: best(&demands.intervals) };
    Fit { parameters: 4, ..fit_croston(values, alphas, correction) }
}

/// [`fit_croston_best`] of many series in less time, with the same bits, each before and after its
/// series.
pub(super) fn fit_croston_many(
    series: &[&[f64]],
    correction: Correction,
) -> Vec<(Fit<Croston>, Croston)> {
    let mut demands = Demands::default();
    let mut ends = Vec::with_capacity(series.len() + 1);
    ends.push(0);
    for values in series {
        demands.push(values);
        ends.push(demands.sizes.len());
    }
    let best = |events: &[f64]| {
        let pieces: Vec<&[f64]> = ends.windows(2).map(|pair| &events[pair[0]..pair[1]]).collect();
        simple_smoothing::best_alphas(&pieces, AlphaRange::INTERMITTENT)
    };
    let (sizes, intervals) = (best(&demands.sizes), best(&demands.intervals));
    let alphas = sizes.into_iter().zip(intervals);
    let own = ends.windows(2).zip(series).zip(alphas);
    let fits = own.map(|((ends, values), (size, interval))| {
        let alphas = Alphas { size, interval };
        let fit = Fit { parameters: 4, ..fit_croston(values, alphas, correction) };
        let (mut now, mut periods) = (fit.start.clone(), 0.0);
        for index in ends[0]..ends[1] {
            now.take(demands.sizes[index], demands.intervals[index]);
            periods += demands.intervals[index];
        }
        now.since = values.len() as f64 - periods;
        (fit, now)
    });
    fits.collect()
}

/// The periods with demand.
#[derive(Default)]
struct Demands {
    /// How much was wanted, one series behind the other.
    sizes: Vec<f64>,
    /// Periods from the demand before, or from the beginning of the series.
    intervals: Vec<f64>,
}

impl Demands {
    fn push(&mut self, values: &[f64]) {
        let mut count = self.sizes.len();
        self.sizes.resize(count + values.len(), 0.0);
        self.intervals.resize(count + values.len(), 0.0);
        let mut since = 0.0;
        for &value in values {
            // Written in every period and kept when there is demand: a branch would be guessed
            // wrong about as often as demand occurs.
            since += 1.0;
            self.sizes[count] = value;
            self.intervals[count] = since;
            count += usize::from(value > 0.0);
            since = if value > 0.0 { 0.0 } else { since };
        }
        self.sizes.truncate(count);
        self.intervals.truncate(count);
    }
}

/// Periods up to and including the first demand; none without demand, for then nothing is started.
fn first_demand(values: &[f64]) -> usize {
    values.iter().position(|&value| value > 0.0).map_or(0, |index| index + 1)
}

/// The size of demand, smoothed when it occurs, and its probability, smoothed in every period.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Tsb {
    /// The smoothed size of a demand.
    size: SimpleSmoothing,
    /// The smoothed probability that a period has demand.
    probability: SimpleSmoothing,
}

impl Filter for Tsb {
    fn path(&self, path: &mut [f64]) {
        path.fill(self.size.level * self.probability.level);
    }

    fn observe(&mut self, value: f64) {
        if value > 0.0 {
            self.size.observe(value);
        }
        self.probability.observe(if value > 0.0 { 1.0 } else { 0.0 });
    }
}

/// Shares of an error that are learnt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TsbAlphas {
    /// From the size of a demand.
    pub(super) size: f64,
    /// From whether a period has demand.
    pub(super) probability: f64,
}

/// The method of Teunter, Syntetos and Babai with given alphas, started at the first demand and at
/// whether the first period has demand.
pub(super) fn fit_tsb(values: &[f64], alphas: TsbAlphas) -> Fit<Tsb> {
    let warm_up = first_demand(values);
    let (first, size) = match warm_up {
        0 => (0.0, 0.0),
        1 => (1.0, values[0]),
        periods => (0.0, values[periods - 1]),
    };
    let start = Tsb {
        size: SimpleSmoothing { alpha: alphas.size, level: size },
        probability: SimpleSmoothing { alpha: alphas.probability, level: first },
    };
    Fit { start, warm_up, parameters: 2 }
}

/// The method of Teunter, Syntetos and Babai with the alphas that together leave the smallest sum
/// of squared one-step errors of demand.
///
/// A grid of both alphas is evaluated in one pass over the history, and each further pass looks
/// closer around the best pair so far.
pub(super) fn fit_tsb_best(values: &[f64]) -> Fit<Tsb> {
    let mut best = TsbAlphas { size: AlphaRange::WIDE.low, probability: AlphaRange::WIDE.low };
    let start = fit_tsb(values, best).start;
    let mut demands = Demands::default();
    demands.push(values);
    let trailing = values.len() as f64 - demands.intervals.iter().sum::<f64>();
    let (mut least, mut place, mut reach) = (f64::INFINITY, (0.5, 0.5), 0.5);
    for _ in 0..TSB_PASSES {
        let places: ([f64; SIZES], [f64; PROBABILITIES]) =
            (around(place.0, reach), around(place.1, reach));
        let (sizes, probabilities) = (places.0.map(alpha_at), places.1.map(alpha_at));
        let errors = tsb_errors(&start, &demands, trailing, &sizes, &probabilities);
        for (row, errors) in errors.iter().enumerate() {
            for (lane, &error) in errors.iter().enumerate() {
                if error < least {
                    (least, place) = (error, (places.0[row], places.1[lane]));
                    best = TsbAlphas { size: sizes[row], probability: probabilities[lane] };
                }
            }
        }
        // As far as the neighbours of the best size alpha.
        reach *= 2.0 / (SIZES - 1) as f64;
    }
    Fit { parameters: 4, ..fit_tsb(values, best) }
}

/// Size alphas and probability alphas in a pass: the error changes faster with the latter.
const SIZES: usize = 8;
const PROBABILITIES: usize = 16;
/// The last one places both alphas within 0.002.
const TSB_PASSES: usize = 5;

/// Places from 0 to 1 spread evenly about a centre.
fn around<const N: usize>(centre: f64, reach: f64) -> [f64; N] {
    let (low, high) = ((centre - reach).max(0.0), (centre + reach).min(1.0));
    std::array::from_fn(|index| low + (high - low) * (index as f64 / (N - 1) as f64))
}

/// The alpha at a place of the grid, which is finer where alpha is small.
fn alpha_at(place: f64) -> f64 {
    let AlphaRange { low, high } = AlphaRange::WIDE;
    low + (high - low) * place * place
}

/// Sums of squared one-step errors for each size alpha (rows) and probability alpha (columns), but
/// for the squared demands, which are the same in all.
///
/// The size expected is the same from one demand to the next, so `Σ (y − z p)²` over an interval is
/// `z² Σ p² − 2 y z p + y²`, with `p` of the last period only in the middle term.
fn tsb_errors(
    start: &Tsb,
    demands: &Demands,
    trailing: f64,
    sizes: &[f64; SIZES],
    probabilities: &[f64; PROBABILITIES],
) -> [[f64; PROBABILITIES]; SIZES] {
    let mut errors = [[0.0; PROBABILITIES]; SIZES];
    let mut size = [start.size.level; SIZES];
    let mut probability = [start.probability.level; PROBABILITIES];
    let keep = probabilities.map(|alpha| 1.0 - alpha);
    let demand = demands.sizes.iter().copied().zip(demands.intervals.iter().copied());
    for (value, interval) in demand.chain([(0.0, trailing)]) {
        let mut squares = [0.0; PROBABILITIES];
        let mut last = probability;
        let mut periods = interval;
        while periods > 0.0 {
            for lane in 0..PROBABILITIES {
                last[lane] = probability[lane];
                squares[lane] += last[lane] * last[lane];
                probability[lane] = keep[lane] * last[lane];
            }
            periods -= 1.0;
        }
        for row in 0..SIZES {
            let square = size[row] * size[row];
            let product = 2.0 * value * size[row];
            for lane in 0..PROBABILITIES {
                errors[row][lane] += square * squares[lane] - product * last[lane];
            }
            size[row] += sizes[row] * (value - size[row]);
        }
        for lane in 0..PROBABILITIES {
            probability[lane] += probabilities[lane];
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPARSE: [f64; 30] = [
        0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 5.0, 1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0,
        0.0, 6.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0,
    ];
    const ALL: [Correction; 3] =
        [Correction::Uncorrected, Correction::SyntetosBoylan, Correction::ShaleBoylanJohnston];

    fn now<F: Filter>(fit: &Fit<F>, values: &[f64]) -> f64 {
        let mut state = fit.start.clone();
        for &value in values {
            state.observe(value);
        }
        state.next()
    }

    /// Demand now and then, the same on every run.
    fn assorted() -> Vec<Vec<f64>> {
        let mut state = 7_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % end
        };
        let mut demand = |every: u32| if below(every) == 0 { f64::from(1 + below(9)) } else { 0.0 };
        (0..120)
            .map(|kind| (0..=kind * 31 % 190).map(|_| demand(1 + kind % 12)).collect())
            .collect()
    }

    #[test]
    fn by_hand() {
        // Sizes 4, 6 → 4 + 0.1·2 = 4.2; intervals 2, 3 → 2 + 0.1·1 = 2.1.
        let values = [0.0, 4.0, 0.0, 0.0, 6.0, -1.0];
        for (correction, factor) in ALL.into_iter().zip([1.0, 0.95, 1.0 - 0.1 / 1.9]) {
            let fit = fit_croston_customary(&values, correction);
            assert_eq!(fit.warm_up, 2);
            assert!(now(&fit, &[]).abs() < 1e-12);
            assert!((now(&fit, &values[..4]) - factor * 2.0).abs() < 1e-12);
            assert!((now(&fit, &values) - factor * 2.0).abs() < 1e-12);
        }
        // The size 4 → 4 + 0.5·2 = 5; the probability 0 → 0.2 → 0.16 → 0.128 → 0.3024 → 0.24192.
        let fit = fit_tsb(&values, TsbAlphas { size: 0.5, probability: 0.2 });
        assert!((now(&fit, &values[..4]) - 4.0 * 0.128).abs() < 1e-12);
        assert!((now(&fit, &values) - 5.0 * 0.241_92).abs() < 1e-12);
    }

    #[test]
    fn agrees_with_statsforecast() {
        // statsforecast 2.1.1, given doubles: CrostonClassic(), CrostonSBA(), CrostonOptimized()
        // and TSB(alpha_d=0.2, alpha_p=0.1).
        let [classic, corrected, _] =
            ALL.map(|correction| now(&fit_croston_customary(&SPARSE, correction), &SPARSE));
        assert!((classic - 0.972_825_057_978_033_2).abs() < 1e-12, "{classic}");
        assert!((corrected - 0.924_183_805_079_131_4).abs() < 1e-12, "{corrected}");
        let best = now(&fit_croston_best(&SPARSE, Correction::Uncorrected), &SPARSE);
        assert!((best - 0.972_825_057_977_969_9).abs() < 1e-7, "{best}");
        let tsb = now(&fit_tsb(&SPARSE, TsbAlphas { size: 0.2, probability: 0.1 }), &SPARSE);
        assert!((tsb - 0.842_714_075_490_815_3).abs() < 1e-12, "{tsb}");
    }

    #[test]
    fn in_company_or_alone_is_the_same() {
        let series = assorted();
        let all: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let many = fit_croston_many(&all, Correction::Uncorrected);
        for (values, (fit, now)) in all.iter().zip(many) {
            assert_eq!(fit, fit_croston_best(values, Correction::Uncorrected));
            let mut alone = fit.start;
            values.iter().for_each(|&value| alone.observe(value));
            assert_eq!(now, alone);
        }
    }

    #[test]
    fn no_other_pair_of_alphas_leaves_smaller_errors() {
        let error = |values: &[f64], mut state: Tsb| {
            let errors = values.iter().map(|&value| {
                let error = value - state.next();
                state.observe(value);
                error * error
            });
            errors.sum::<f64>()
        };
        for values in assorted() {
            let found = error(&values, fit_tsb_best(&values).start);
            for size in 0..=24 {
                for probability in 0..=48 {
                    let [size, probability] = [(size, 24.0), (probability, 48.0)]
                        .map(|(index, count)| 0.01 + 0.98 * f64::from(index) / count);
                    let other =
                        error(&values, fit_tsb(&values, TsbAlphas { size, probability }).start);
                    assert!(found <= other * 1.0001, "{size} {probability}: {values:?}");
                }
            }
        }
    }

    #[test]
    fn scale_passes_through_and_demand_is_never_negative() {
        for values in assorted() {
            let forecasts = |values: &[f64]| {
                let [uncorrected, boylan, shale] =
                    ALL.map(|correction| now(&fit_croston_best(values, correction), values));
                [uncorrected, boylan, shale, now(&fit_tsb_best(values), values)]
            };
            let plain = forecasts(&values);
            assert!(plain.iter().all(|expected| *expected >= 0.0));
            for scale in [1e15, 1e-12] {
                let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
                for (found, plain) in forecasts(&scaled).iter().zip(plain) {
                    assert!((found - plain * scale).abs() <= 1e-6 * plain * scale, "{values:?}");
                }
            }
        }
    }

    #[test]
    fn without_demand_none_is_expected() {
        for values in [vec![], vec![0.0], vec![0.0; 40], vec![-3.0; 8]] {
            let croston = fit_croston_best(&values, Correction::SyntetosBoylan);
            let tsb = fit_tsb_best(&values);
            assert_eq!((croston.warm_up, tsb.warm_up), (0, 0));
            assert!(now(&croston, &values).abs() + now(&tsb, &values).abs() < 1e-300);
        }
    }

    #[test]
    fn a_saved_state_goes_on() {
        let mut croston = fit_croston_best(&SPARSE, Correction::SyntetosBoylan).start;
        let mut tsb = fit_tsb_best(&SPARSE).start;
        for value in SPARSE {
            let (before, text) = (croston.clone(), serde_json::to_string(&croston).unwrap());
            assert_eq!(before, serde_json::from_str(&text).unwrap());
            let (before, text) = (tsb.clone(), serde_json::to_string(&tsb).unwrap());
            assert_eq!(before, serde_json::from_str(&text).unwrap());
            croston.observe(value);
            tsb.observe(value);
        }
    }
}
