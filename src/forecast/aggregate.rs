//! Methods for demand with many zeros that smooth its sums over longer periods.
//!
//! Over as many periods as lie between two demands on average, sums have few zeros; their smoothed
//! value is spread evenly again (ADIDA: Nikolopoulos, Syntetos, Boylan, Petropoulos and
//! Assimakopoulos, "An aggregate–disaggregate intermittent demand approach (ADIDA) to forecasting",
//! Journal of the Operational Research Society 62, 2011). The mean over all lengths up to that one
//! needs no choice of a length (IMAPA: Petropoulos and Kourentzes, "Forecast combinations for
//! intermittent demand", Journal of the Operational Research Society 66, 2015).
//!
//! The mean interval is the position of the last demand divided by the number of demands, rounded to
//! a whole number, halves to the even one. A period has demand when its value is above zero.

use super::{
    filter::{Filter, Fit},
    simple_smoothing::{self, AlphaRange, SimpleSmoothing},
};
use serde::{Deserialize, Serialize};

/// Sums over one or several lengths, each smoothed.
///
/// Sums end with the last period that was fitted; periods before the first whole one are left out.
/// What is observed later is gathered until a sum is whole, and only then counts: fitting anew would
/// let the sums end with the latest period, and choose their lengths and alphas again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Aggregate {
    sums: Vec<Sums>,
}

/// Sums over one length.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Sums {
    /// Periods in a sum.
    length: usize,
    /// Periods still to be left out before the first sum begins.
    skip: usize,
    /// Periods gathered in the sum that is not whole yet.
    gathered: usize,
    /// What was wanted in them.
    total: f64,
    /// The smoothed sum.
    smoothing: SimpleSmoothing,
}

impl Filter for Aggregate {
    fn path(&self, path: &mut [f64]) {
        let rates = self.sums.iter().map(|sums| sums.smoothing.level / sums.length.max(1) as f64);
        path.fill(rates.sum::<f64>() / self.sums.len().max(1) as f64);
    }

    fn observe(&mut self, value: f64) {
        self.sums.iter_mut().for_each(|sums| sums.observe(value));
    }
}

impl Sums {
    fn observe(&mut self, value: f64) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.total += value;
        self.gathered += 1;
        if self.gathered >= self.length {
            self.smoothing.observe(self.total);
            (self.gathered, self.total) = (0, 0.0);
        }
    }
}

/// Smooths sums over the mean interval between demands, with the alpha that suits them best.
pub(super) fn fit_adida(values: &[f64]) -> Fit<Aggregate> {
    fit(values, &[mean_interval(values)])
}

/// The mean over all lengths up to the mean interval between demands, each with its own alpha.
///
/// Of more than [`MAX_LENGTHS`] lengths, that many evenly spread ones stand for all: an item wanted
/// once in three years would else carry a thousand sums about.
pub(super) fn fit_imapa(values: &[f64]) -> Fit<Aggregate> {
    fit(values, &lengths_of_imapa(values))
}

/// [`fit_adida`] of many series in less time, with the same bits, each before and after its series.
pub(super) fn fit_adida_many(series: &[&[f64]]) -> Vec<(Fit<Aggregate>, Aggregate)> {
    fit_many(series, |values| vec![mean_interval(values)])
}

/// [`fit_imapa`] likewise.
pub(super) fn fit_imapa_many(series: &[&[f64]]) -> Vec<(Fit<Aggregate>, Aggregate)> {
    fit_many(series, lengths_of_imapa)
}

fn lengths_of_imapa(values: &[f64]) -> Vec<usize> {
    let longest = mean_interval(values);
    let count = longest.min(MAX_LENGTHS);
    (0..count).map(|index| 1 + index * (longest - 1) / (count - 1).max(1)).collect()
}

const MAX_LENGTHS: usize = 64;

fn fit(values: &[f64], lengths: &[usize]) -> Fit<Aggregate> {
    let mut totals = Totals::default();
    totals.push(values, lengths);
    let pieces = totals.pieces();
    let alphas = simple_smoothing::best_alphas_of_few(&pieces, AlphaRange::INTERMITTENT);
    let found = pieces.iter().zip(alphas);
    let starts = found.map(|(totals, alpha)| simple_smoothing::fit_alpha(totals, alpha).start);
    start(values.len(), lengths, starts)
}

fn fit_many(
    series: &[&[f64]],
    lengths: impl Fn(&[f64]) -> Vec<usize>,
) -> Vec<(Fit<Aggregate>, Aggregate)> {
    let lengths: Vec<Vec<usize>> = series.iter().map(|&values| lengths(values)).collect();
    let mut totals = Totals::default();
    for (values, lengths) in series.iter().zip(&lengths) {
        totals.push(values, lengths);
    }
    let pieces = totals.pieces();
    let alphas = simple_smoothing::best_alphas(&pieces, AlphaRange::INTERMITTENT);
    let found = pieces.iter().zip(alphas);
    let starts: Vec<SimpleSmoothing> =
        found.map(|(totals, alpha)| simple_smoothing::fit_alpha(totals, alpha).start).collect();
    let after = simple_smoothing::observe_many(&starts, &pieces);
    let mut smoothings = starts.into_iter().zip(after);
    let both = series.iter().zip(&lengths).map(|(values, lengths)| {
        let own = smoothings.by_ref().take(lengths.len());
        let (before, after): (Vec<_>, Vec<_>) = own.unzip();
        let fit = start(values.len(), lengths, before.into_iter());
        let mut now = fit.start.clone();
        for (sums, smoothing) in now.sums.iter_mut().zip(after) {
            // All sums are whole at the end of the series.
            (sums.skip, sums.smoothing) = (0, smoothing);
        }
        (fit, now)
    });
    both.collect()
}

/// Sums over several lengths, of one series or of many, one behind the other.
#[derive(Default)]
struct Totals {
    totals: Vec<f64>,
    /// Where the sums over each length end.
    ends: Vec<usize>,
}

impl Totals {
    fn push(&mut self, values: &[f64], lengths: &[usize]) {
        self.totals.reserve(lengths.iter().map(|length| values.len() / length).sum());
        for &length in lengths {
            let whole = values[values.len() % length..].chunks_exact(length);
            self.totals.extend(whole.map(|sum| sum.iter().sum::<f64>()));
            self.ends.push(self.totals.len());
        }
    }

    fn pieces(&self) -> Vec<&[f64]> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).map(|(&from, &to)| &self.totals[from..to]).collect()
    }
}

/// The model before a series of so many periods, whose sums over each length are smoothed like this.
fn start(
    periods: usize,
    lengths: &[usize],
    smoothings: impl Iterator<Item = SimpleSmoothing>,
) -> Fit<Aggregate> {
    let mut warm_up = 0;
    let sums = lengths.iter().zip(smoothings).map(|(&length, smoothing)| {
        let skip = periods % length;
        warm_up = warm_up.max((skip + length).min(periods));
        Sums { length, skip, gathered: 0, total: 0.0, smoothing }
    });
    let start = Aggregate { sums: sums.collect() };
    Fit { start, warm_up, parameters: 2 * lengths.len() }
}

/// Periods from one demand to the next on average, at least 1.
fn mean_interval(values: &[f64]) -> usize {
    let count = values.iter().filter(|&&value| value > 0.0).count();
    let Some(last) = values.iter().rposition(|&value| value > 0.0) else { return 1 };
    // The quotient of whole numbers is exactly one half only if it is one: no rounding error here.
    let (whole, rest) = ((last + 1) / count, (last + 1) % count);
    match (2 * rest).cmp(&count) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Equal => whole + whole % 2,
        std::cmp::Ordering::Greater => whole + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPARSE: [f64; 30] = [
        0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 5.0, 1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0,
        0.0, 6.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0,
    ];

    fn now(fit: &Fit<Aggregate>, values: &[f64]) -> f64 {
        let mut state = fit.start.clone();
        for &value in values {
            state.observe(value);
        }
        state.next()
    }

    #[test]
    fn the_mean_interval_rounds_halves_to_even() {
        let every = |interval: usize, count: usize| {
            let mut values = vec![0.0; interval * count];
            values.iter_mut().skip(interval - 1).step_by(interval).for_each(|value| *value = 2.0);
            values
        };
        assert_eq!(mean_interval(&every(4, 5)), 4);
        assert_eq!(mean_interval(&[&every(2, 1)[..], &every(3, 1), &[0.0; 9]].concat()), 2);
        assert_eq!(mean_interval(&[&every(3, 1)[..], &every(4, 1), &[0.0]].concat()), 4);
        assert_eq!(mean_interval(&[0.0; 9]), 1);
        assert_eq!(mean_interval(&[1.0; 9]), 1);
    }

    #[test]
    fn agrees_with_statsforecast() {
        // statsforecast 2.1.1, given doubles: ADIDA() and IMAPA().
        let adida = now(&fit_adida(&SPARSE), &SPARSE);
        assert!((adida - 0.930_041_268_999_846_6).abs() < 1e-7, "{adida}");
        let imapa = now(&fit_imapa(&SPARSE), &SPARSE);
        assert!((imapa - 0.841_599_819_330_152_3).abs() < 1e-7, "{imapa}");
    }

    #[test]
    fn sums_end_with_the_last_period_and_go_on_from_there() {
        // Two demands in seven periods: sums over three, the first period left out.
        let values = [9.0, 0.0, 0.0, 0.0, 0.0, 6.0, 0.0];
        let fit = fit_adida(&values);
        assert_eq!((fit.start.sums[0].length, fit.start.sums[0].skip, fit.warm_up), (3, 1, 4));
        let alpha = fit.start.sums[0].smoothing.alpha;
        assert!((now(&fit, &values) - alpha * 6.0 / 3.0).abs() < 1e-12);
        // Two more periods do not make a sum, the third does.
        let mut state = fit.start.clone();
        for &value in values.iter().chain(&[5.0, 5.0]) {
            state.observe(value);
        }
        assert!((state.next() - now(&fit, &values)).abs() < 1e-12);
        state.observe(2.0);
        let level = alpha * 6.0;
        assert!((state.next() - (level + alpha * (12.0 - level)) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn steady_demand_is_its_own_forecast_at_every_length() {
        let values = [0.0, 0.0, 0.0, 8.0].repeat(20);
        assert!((now(&fit_adida(&values), &values) - 2.0).abs() < 1e-12);
        let fit = fit_imapa(&[0.0, 0.0, 0.0, 8.0].repeat(20));
        assert_eq!(fit.start.sums.iter().map(|sums| sums.length).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_single_demand_long_ago_carries_few_sums() {
        let mut values = vec![0.0; 1200];
        values[999] = 5.0;
        let fit = fit_imapa(&values);
        let lengths: Vec<usize> = fit.start.sums.iter().map(|sums| sums.length).collect();
        assert_eq!(lengths.len(), MAX_LENGTHS);
        assert_eq!((lengths[0], lengths[MAX_LENGTHS - 1]), (1, 1000));
        assert!(lengths.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((0.0..0.005).contains(&now(&fit, &values)));
    }

    #[test]
    fn scale_passes_through_and_demand_is_never_negative() {
        for scale in [1e15, 1e-12] {
            let scaled = SPARSE.map(|value| value * scale);
            for fit in [fit_adida, fit_imapa] {
                let (plain, found) = (now(&fit(&SPARSE), &SPARSE), now(&fit(&scaled), &scaled));
                assert!(plain > 0.0 && (found - plain * scale).abs() < 1e-6 * plain * scale);
            }
        }
    }

    #[test]
    fn any_history_has_a_finite_forecast() {
        for fit in [fit_adida, fit_imapa] {
            for values in [vec![], vec![0.0], vec![0.0; 40], vec![1e15; 9], vec![3.0]] {
                let expected = now(&fit(&values), &values);
                let last = values.last().copied().unwrap_or(0.0);
                assert!((expected - last).abs() <= 1e-12 * last, "{expected} for {values:?}");
            }
            let sign = [1e15, -1e15].repeat(20);
            assert!(now(&fit(&sign), &sign).abs() <= 1e15);
        }
    }

    #[test]
    fn a_saved_state_goes_on() {
        let mut state = fit_imapa(&SPARSE).start;
        for value in SPARSE {
            state.observe(value);
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(state, serde_json::from_str(&text).unwrap());
        }
    }
}
