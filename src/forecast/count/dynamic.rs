//! Counts by maximum likelihood, around a level that moves.
//!
//! The level follows `next = (1 − kept) · mean + (kept − gain) · level + gain · demand` (Snyder, Ord
//! and Beaumont, "Forecasting the intermittent demand for slow-moving inventories: a modelling
//! approach", International Journal of Forecasting 28, 2012): it reacts to demand and returns to a
//! long-run mean, or, with `kept` at 1, does not return. The counts around it are Poisson or
//! negative binomial, with extra zeros or without. In a period in which stock ran out the recorded
//! demand is the least it can have been: its likelihood is that of reaching it, and the level moves
//! by the demand expected once it was reached.
//!
//! A count is a multiple of what all demands are multiples of. Demands without anything in common
//! are counted in thirty-seconds of their mean size, which the dispersion of the negative binomial
//! makes up for; a Poisson fits such demands only by chance.

use serde::{Deserialize, Serialize};

use super::{
    super::filter::{Filter, Fit},
    CountDistribution, LONGEST, Predictive,
    distribution::common_step,
    likelihood::CountLaw,
};
use crate::unit::{math, sort_by};

/// Which counts are possible around the level.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::forecast) enum CountFamily {
    /// Variance equal to the mean.
    Poisson,
    /// Variance above the mean.
    NegativeBinomial,
    /// Poisson with extra zeros.
    ZeroInflatedPoisson,
    /// Negative binomial with extra zeros.
    ZeroInflatedNegativeBinomial,
}

/// Counts around a moving level.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(in crate::forecast) struct DynamicCount {
    /// Demand of one count.
    step: f64,
    /// Long-run mean, in counts.
    mean: f64,
    /// Share of the level's distance from the mean that is left after a period.
    kept: f64,
    /// How far the level follows the last demand; at most `kept`.
    gain: f64,
    dispersion: f64,
    extra_zeros: f64,
    /// Mean of the next period, in counts.
    level: f64,
}

/// A fitted model and how likely it makes its history.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::forecast) struct Likely {
    pub(in crate::forecast) fit: Fit<DynamicCount>,
    pub(in crate::forecast) ln_likelihood: f64,
}

/// Families in the sequence in which ties are broken, the simplest first.
const FAMILIES: [CountFamily; 4] = [
    CountFamily::Poisson,
    CountFamily::NegativeBinomial,
    CountFamily::ZeroInflatedPoisson,
    CountFamily::ZeroInflatedNegativeBinomial,
];
/// Counts in the mean size of demands that have no step in common.
const FINE: f64 = 32.0;
/// The largest count: the gamma function's logarithm loses its fraction far beyond.
const MOST: f64 = 65_536.0;
/// The level is never below this share of a count: a product that sold may sell again.
const LEAST_LEVEL: f64 = 1e-3;
/// Rounds over the parameters, each searched alone.
const ROUNDS: usize = 2;
/// Golden-section cuts of one search: the last interval is 0.618¹⁰ ≈ 1 % of the first.
const CUTS: usize = 10;
/// Parameters as searched: logarithm of the mean beside the sample's, `kept`, `gain / kept`,
/// logarithm of the dispersion, share of extra zeros.
type Parameters = [f64; 5];
const RANGES: [(f64, f64); 5] = [(-1.5, 1.5), (0.0, 1.0), (0.0, 1.0), (-6.0, 4.0), (0.0, 0.95)];
/// Starts of the search: `kept` and `gain / kept`.
const STARTS: [(f64, f64); 6] =
    [(0.0, 0.0), (1.0, 0.05), (1.0, 0.15), (1.0, 0.4), (0.9, 0.2), (0.6, 0.6)];

/// The family that explains the history best by the corrected Akaike criterion.
///
/// `stockouts`, if given, marks by period where stock ran out.
pub(in crate::forecast) fn fit(values: &[f64], stockouts: Option<&[bool]>) -> Fit<DynamicCount> {
    let mut best = fit_family(values, stockouts, FAMILIES[0]);
    for family in &FAMILIES[1..] {
        let next = fit_family(values, stockouts, *family);
        if criterion(&next, values.len()) < criterion(&best, values.len()) {
            best = next;
        }
    }
    best.fit
}

/// The most likely model of one family.
pub(in crate::forecast) fn fit_family(
    values: &[f64],
    stockouts: Option<&[bool]>,
    family: CountFamily,
) -> Likely {
    let step = unit(values);
    let counts: Vec<f64> = values.iter().map(|value| (value.max(0.0) / step).round()).collect();
    let mut distinct = counts.clone();
    sort_by(&mut distinct, f64::total_cmp);
    distinct.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let kinds = counts
        .iter()
        .map(|count| distinct.partition_point(|kind| kind.total_cmp(count).is_lt()))
        .collect();
    let stockouts = stockouts.unwrap_or_default();
    let search = Search { counts, distinct, kinds, stockouts, step, family };
    let mut best = search.start();
    let mut least = search.loss(&best);
    for (kept, share) in STARTS {
        let mut candidate = best;
        (candidate[1], candidate[2]) = (kept, share);
        let loss = search.loss(&candidate);
        if loss < least {
            (best, least) = (candidate, loss);
        }
    }
    for _ in 0..ROUNDS {
        for index in family.searched() {
            (best, least) = search.along(*index, best, least);
        }
    }
    Likely {
        fit: Fit {
            start: search.model(&best),
            warm_up: 1,
            parameters: family.searched().len() + 1,
        },
        ln_likelihood: -least,
    }
}

fn criterion(likely: &Likely, periods: usize) -> f64 {
    let (parameters, periods) = (likely.fit.parameters as f64, periods as f64);
    // With no more periods than parameters a richer family is never preferred.
    let correction = 2.0 * parameters * (parameters + 1.0) / (periods - parameters - 1.0).max(0.1);
    -2.0 * likely.ln_likelihood + 2.0 * parameters + correction
}

/// The demand that counts as one: not so small that counts are beyond [`MOST`].
fn unit(values: &[f64]) -> f64 {
    let sizes = || values.iter().copied().filter(|&value| value > 0.0);
    let shared = sizes().try_fold(0.0, common_step).filter(|&step| step > 0.0);
    let step = shared.unwrap_or_else(|| {
        let count = sizes().count();
        if count > 0 { math::sum(sizes()) / count as f64 / FINE } else { 1.0 }
    });
    step.max(sizes().fold(0.0, f64::max) / MOST)
}

impl CountFamily {
    /// Which of the parameters it has.
    fn searched(self) -> &'static [usize] {
        match self {
            Self::Poisson => &[2, 1, 0],
            Self::NegativeBinomial => &[3, 2, 1, 0],
            Self::ZeroInflatedPoisson => &[4, 2, 1, 0],
            Self::ZeroInflatedNegativeBinomial => &[3, 4, 2, 1, 0],
        }
    }

    fn has_dispersion(self) -> bool {
        matches!(self, Self::NegativeBinomial | Self::ZeroInflatedNegativeBinomial)
    }

    fn has_extra_zeros(self) -> bool {
        matches!(self, Self::ZeroInflatedPoisson | Self::ZeroInflatedNegativeBinomial)
    }
}

/// What the search for the most likely parameters looks at.
struct Search<'a> {
    counts: Vec<f64>,
    /// The different counts, ascending, and which of them each period has.
    distinct: Vec<f64>,
    kinds: Vec<usize>,
    stockouts: &'a [bool],
    step: f64,
    family: CountFamily,
}

impl Search<'_> {
    /// A steady level with the moments of the sample.
    fn start(&self) -> Parameters {
        let (mean, variance) = self.moments();
        let dispersion = ((variance - mean) / (mean * mean)).max(0.01);
        let zeros = self.certain().filter(|&count| count <= 0.0).count() as f64;
        let zeros = zeros / self.certain().count().max(1) as f64;
        let extra = (zeros - math::exp(-mean)).clamp(0.01, 0.9);
        [0.0, 0.0, 0.0, math::ln(dispersion), extra]
    }

    fn moments(&self) -> (f64, f64) {
        let periods = self.certain().count().max(1) as f64;
        // Half a demand in all periods stands for none.
        let mean = (math::sum(self.certain()) / periods).max(0.5 / periods);
        let spread = self.certain().map(|count| (count - mean) * (count - mean));
        (mean, math::sum(spread) / periods)
    }

    /// The counts that were not cut short; all where every one was.
    fn certain(&self) -> impl Iterator<Item = f64> {
        let all_were_cut = (0..self.counts.len()).all(|period| self.ran_out(period));
        let certain = (0..self.counts.len()).filter(move |&p| all_were_cut || !self.ran_out(p));
        certain.map(|period| self.counts[period])
    }

    fn ran_out(&self, period: usize) -> bool {
        self.stockouts.get(period).copied().unwrap_or(false)
    }

    fn model(&self, parameters: &Parameters) -> DynamicCount {
        let [relative, kept, share, ln_dispersion, extra] = *parameters;
        let mean = self.moments().0 * math::exp(relative);
        let dispersion = if self.family.has_dispersion() { math::exp(ln_dispersion) } else { 0.0 };
        let extra_zeros = if self.family.has_extra_zeros() { extra } else { 0.0 };
        let gain = kept * share;
        DynamicCount { step: self.step, mean, kept, gain, dispersion, extra_zeros, level: mean }
    }

    /// The negative logarithm of the likelihood.
    fn loss(&self, parameters: &Parameters) -> f64 {
        let mut model = self.model(parameters);
        let mut loss = 0.0;
        // The gamma functions do not depend on the level, so each is computed once.
        let law = model.law();
        let orders: Vec<f64> = self.distinct.iter().map(|&count| law.ln_orders(count)).collect();
        for (period, &count) in self.counts.iter().enumerate() {
            let law = model.law();
            if self.ran_out(period) {
                let tail = law.tail(count);
                loss -= tail.ln_probability;
                model.follow(tail.mean);
            } else {
                loss -= law.ln_probability_among(count, orders[self.kinds[period]]);
                model.follow(count);
            }
        }
        loss
    }

    /// The best place along one parameter, by golden section; never a worse one.
    fn along(&self, index: usize, from: Parameters, least: f64) -> (Parameters, f64) {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let at = |place: f64| {
            let mut parameters = from;
            parameters[index] = place;
            (parameters, self.loss(&parameters))
        };
        let (mut low, mut high) = RANGES[index];
        let mut best = (from, least);
        let mut left = at(high - GOLDEN * (high - low));
        let mut right = at(low + GOLDEN * (high - low));
        for _ in 0..CUTS {
            if left.1 <= right.1 {
                high = right.0[index];
                right = left;
                left = at(high - GOLDEN * (high - low));
            } else {
                low = left.0[index];
                left = right;
                right = at(low + GOLDEN * (high - low));
            }
            for candidate in [left, right] {
                if candidate.1 < best.1 {
                    best = candidate;
                }
            }
        }
        best
    }
}

impl Filter for DynamicCount {
    fn path(&self, path: &mut [f64]) {
        let mut distance = self.level - self.mean;
        for expected in path {
            *expected = (self.mean + distance) * self.step;
            distance *= self.kept;
        }
    }

    fn observe(&mut self, value: f64) {
        self.follow(value.max(0.0) / self.step);
    }

    /// Takes in a period in which stock ran out: demand was at least `value`.
    fn observe_at_least(&mut self, value: f64) {
        let tail = self.law().tail((value.max(0.0) / self.step).round());
        self.follow(tail.mean);
    }

    /// Takes in a period whose demand is not known.
    fn pass(&mut self) {
        self.follow(self.level);
    }
}

impl Predictive for DynamicCount {
    /// The family's law in the next period; further out its dispersion is widened by what the level
    /// may do until then.
    fn distribution(&self, step: usize) -> CountDistribution {
        let Spread { mean, of_level, .. } = self.spread(step.min(LONGEST));
        let mut law = CountLaw { mean, ..self.law() };
        let apart = 1.0 - law.extra_zeros;
        // Var = (1 − ζ)(λ + δλ²) + ζ(1 − ζ)λ² with λ = μ / (1 − ζ): the level's variance goes into δ.
        law.dispersion += of_level * (1.0 + law.dispersion) * apart / (mean * mean);
        law.distribution(self.step)
    }

    /// With a steady level the exact convolution; with a moving one the negative binomial that has
    /// the mean and the variance of the sum, which holds what one period tells the next ones.
    fn sum_distribution(&self, periods: usize) -> CountDistribution {
        if periods == 0 {
            return CountDistribution::certain(0.0);
        }
        if periods > LONGEST {
            return self.sum_distribution(LONGEST).scaled(periods as f64 / LONGEST as f64);
        }
        if self.gain <= 0.0 && self.kept <= 0.0 && self.extra_zeros > 0.0 {
            return self.law().distribution(self.step).times(periods);
        }
        let (mut mean, mut variance) = (0.0, 0.0);
        for period in 0..periods {
            let spread = self.spread(period);
            // A surprise counts once itself and again in the level of each later period.
            let mut echo = 0.0;
            for _ in period + 1..periods {
                echo = 1.0 + self.kept * echo;
            }
            mean += spread.mean;
            let weight = 1.0 + self.gain * echo;
            variance += weight * weight * spread.of_surprise;
        }
        CountLaw::with_variance(mean, variance).distribution(self.step)
    }
}

/// What can be said of a period to come, in counts.
struct Spread {
    mean: f64,
    /// Variance of its level as seen from now.
    of_level: f64,
    /// Variance of its demand around its level.
    of_surprise: f64,
}

impl DynamicCount {
    fn follow(&mut self, count: f64) {
        let next =
            self.mean + self.kept * (self.level - self.mean) + self.gain * (count - self.level);
        self.level = next.max(LEAST_LEVEL);
    }

    /// The law of the next period's count.
    fn law(&self) -> CountLaw {
        CountLaw {
            mean: self.level.max(LEAST_LEVEL),
            dispersion: self.dispersion,
            extra_zeros: self.extra_zeros,
        }
    }

    fn spread(&self, period: usize) -> Spread {
        let (mut distance, mut of_level) = (self.level - self.mean, 0.0);
        for ahead in 0.. {
            let mean = (self.mean + distance).max(LEAST_LEVEL);
            let law = CountLaw { mean, ..self.law() };
            // The variance is quadratic in the level, so that of the level adds to it.
            let of_surprise = law.variance() + of_level * (law.variance() - mean) / (mean * mean);
            if ahead == period {
                return Spread { mean, of_level, of_surprise };
            }
            distance *= self.kept;
            of_level = self.kept * self.kept * of_level + self.gain * self.gain * of_surprise;
        }
        Spread { mean: self.mean, of_level, of_surprise: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    /// A count drawn from a law by adding up probabilities.
    fn draw(law: &CountLaw, random: &mut Random) -> f64 {
        let mut left = random.fraction();
        let mut count = 0.0;
        loop {
            left -= math::exp(law.ln_probability(count));
            if left <= 0.0 || count > 10_000.0 {
                return count;
            }
            count += 1.0;
        }
    }

    fn simulate(model: &DynamicCount, periods: usize, seed: u64) -> Vec<f64> {
        let (mut model, mut random) = (model.clone(), Random::new(seed));
        (0..periods)
            .map(|_| {
                let count = draw(&model.law(), &mut random);
                model.follow(count);
                count * model.step
            })
            .collect()
    }

    fn model(mean: f64, kept: f64, gain: f64, dispersion: f64, extra_zeros: f64) -> DynamicCount {
        DynamicCount { step: 1.0, mean, kept, gain, dispersion, extra_zeros, level: mean }
    }

    #[test]
    fn finds_the_parameters_that_made_a_long_history() {
        let truth = model(3.0, 0.9, 0.3, 0.4, 0.0);
        let values = simulate(&truth, 4000, 11);
        let likely = fit_family(&values, None, CountFamily::NegativeBinomial);
        let found = &likely.fit.start;
        assert!((found.mean / 3.0 - 1.0).abs() < 0.15, "{found:?}");
        assert!((found.kept - 0.9).abs() < 0.05 && (found.gain - 0.3).abs() < 0.05, "{found:?}");
        assert!((found.dispersion / 0.4 - 1.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn the_family_is_told_from_the_history() {
        let steady = [
            (model(2.0, 0.0, 0.0, 0.0, 0.0), false, false),
            (model(2.0, 0.0, 0.0, 1.0, 0.0), true, false),
            (model(2.0, 0.0, 0.0, 0.0, 0.5), false, true),
        ];
        for (truth, dispersed, inflated) in steady {
            let found = fit(&simulate(&truth, 1500, 5), None).start;
            assert_eq!(found.dispersion > 0.0, dispersed, "{found:?}");
            assert_eq!(found.extra_zeros > 0.0, inflated, "{found:?}");
            assert!((found.mean / 2.0 - 1.0).abs() < 0.1, "{found:?}");
        }
    }

    #[test]
    fn demand_cut_short_is_not_taken_for_low_demand() {
        let truth = model(8.0, 0.0, 0.0, 0.2, 0.0);
        let demand = simulate(&truth, 600, 3);
        let sold: Vec<f64> = demand.iter().map(|&value: &f64| value.min(6.0)).collect();
        let stockouts: Vec<bool> = demand.iter().map(|&value| value >= 6.0).collect();
        let family = CountFamily::NegativeBinomial;
        let knowing = fit_family(&sold, Some(&stockouts), family).fit.start;
        let blind = fit_family(&sold, None, family).fit.start;
        assert!((knowing.mean / 8.0 - 1.0).abs() < 0.15, "{knowing:?}");
        assert!(blind.mean < 6.0);
    }

    #[test]
    fn odd_histories() {
        let wide: Vec<f64> = (0..40).map(|t| f64::from(t * t % 17) * 1e13).collect();
        let uneven: Vec<f64> = (1..30).map(|t| f64::from(t % 3) * f64::from(t).sqrt()).collect();
        for values in [vec![3.0], vec![0.0], vec![0.0; 30], vec![5.0; 30], wide, uneven] {
            for stockouts in [None, Some(vec![true; values.len()])] {
                let fitted = fit(&values, stockouts.as_deref());
                let mut model = fitted.start;
                for &value in &values {
                    model.observe(value);
                }
                model.observe_at_least(values[0]);
                let (one, sum) = (model.distribution(4), model.sum_distribution(5));
                assert!(one.mean().is_finite() && one.quantile(0.99) >= 0.0);
                assert!(sum.mean().is_finite() && sum.mean() >= one.mean() * 0.99, "{model:?}");
            }
        }
    }

    #[test]
    fn what_is_said_of_the_future_is_what_simulated_futures_do() {
        for model in [model(3.0, 0.9, 0.3, 0.3, 0.0), model(2.0, 0.8, 0.2, 0.0, 0.3)] {
            let (mut one, mut sum) = (Vec::new(), Vec::new());
            for seed in 0..4000 {
                let future = simulate(&model, 6, seed);
                one.push(future[5]);
                sum.push(future.iter().sum::<f64>());
            }
            let predicted = [model.distribution(5), model.sum_distribution(6)];
            for (outcomes, predicted) in [one, sum].iter().zip(predicted) {
                let mean = outcomes.iter().sum::<f64>() / 4000.0;
                let variance = outcomes.iter().map(|outcome| outcome * outcome).sum::<f64>()
                    / 4000.0
                    - mean * mean;
                assert!((predicted.mean() / mean - 1.0).abs() < 0.06, "{mean}");
                assert!((predicted.variance() / variance - 1.0).abs() < 0.15, "{variance}");
                for probability in [0.5, 0.9, 0.99] {
                    let quantile = predicted.quantile(probability);
                    let below = outcomes.iter().filter(|&&outcome| outcome < quantile).count();
                    let at_most = outcomes.iter().filter(|&&outcome| outcome <= quantile).count();
                    let slack = 0.03;
                    assert!((below as f64 / 4000.0) < probability + slack);
                    assert!((at_most as f64 / 4000.0) > probability - slack, "{quantile}");
                }
            }
        }
    }

    #[test]
    fn steady_sums_are_exact() {
        let poisson = model(1.5, 0.0, 0.0, 0.0, 0.0).sum_distribution(4);
        let expected = CountLaw { mean: 6.0, dispersion: 0.0, extra_zeros: 0.0 };
        for &(count, share) in poisson.points().iter().take(20) {
            assert!((share - math::exp(expected.ln_probability(count))).abs() < 1e-9);
        }
        let dispersed = model(1.5, 0.0, 0.0, 2.0, 0.0);
        let convolved = dispersed.law().distribution(1.0).times(4);
        for (closed, convolved) in
            dispersed.sum_distribution(4).points().iter().zip(convolved.points()).take(40)
        {
            assert!((closed.1 - convolved.1).abs() < 1e-7);
        }
    }
}
