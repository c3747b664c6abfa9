//! Demand and lead times drawn by chance, the same for every policy that is tried on them.

use super::scenario::{LARGEST, number, numbers};
use crate::{
    forecast::{DemandDistribution, LeadTime, QuantilePath},
    unit::{Invalid, Probability, Random, math},
};

/// Where demand is drawn from. The same seed draws the same demand on every machine, so that
/// policies are compared on common random numbers.
///
/// All but [`Sampler::Blocks`] draw each period on its own: a forecast's uncertainty about its level,
/// which moves many periods together, is not in them.
///
/// ```
/// use replenish::inventory::simulate::Sampler;
/// let (mut first, mut again) = ([0.0; 1000], [0.0; 1000]);
/// let demand = Sampler::Poisson { means: &[6.0] };
/// demand.draw(7, &mut first)?;
/// demand.draw(7, &mut again)?;
/// assert_eq!(first, again);
/// assert!((first.iter().sum::<f64>() / 1000.0 - 6.0).abs() < 0.3);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampler<'a> {
    /// Stretches of the recorded history one behind the other, so that what follows on what within a
    /// stretch is kept (moving blocks; Künsch, "The jackknife and the bootstrap for general stationary
    /// observations", Annals of Statistics 17, 1989).
    Blocks {
        /// Demand as it was, every period known.
        history: &'a [f64],
        /// Periods in a stretch, at least 1.
        block: usize,
        /// A stretch begins in the same phase of the season as the period it is put in, 7 for days of
        /// the week; 1 for none.
        season_length: usize,
    },
    /// The Poisson distribution.
    Poisson {
        /// The mean of each period; one entry is always the same.
        means: &'a [f64],
    },
    /// The negative binomial distribution.
    NegativeBinomial {
        /// The mean of each period; one entry is always the same.
        means: &'a [f64],
        /// Variance over mean, above 1.
        variance_to_mean: f64,
    },
    /// A forecast's quantiles: straight between them, and beyond the outermost as steep as beside
    /// them, nowhere below zero.
    Quantiles(&'a [QuantilePath]),
    /// A distribution for each period; one entry is always the same.
    Distributions(&'a [DemandDistribution]),
}

impl Sampler<'_> {
    /// Draws the demand of as many periods as there is room for.
    ///
    /// # Errors
    ///
    /// When what is drawn from cannot be accepted: numbers that are negative, not finite or above
    /// 10⁶⁰, lists neither of one entry nor of one for each period, a history shorter than a stretch
    /// and a season, a variance not above the mean, quantiles not ascending by probability.
    pub fn draw(&self, seed: u64, demand: &mut [f64]) -> Result<(), Invalid> {
        let mut random = Random::new(seed);
        let periods = demand.len();
        match *self {
            Self::Blocks { history, block, season_length } => {
                check_blocks(history, block, season_length)?;
                let mut phase = 0;
                for part in demand.chunks_mut(block) {
                    // Of the places at which a stretch can begin, those of the right phase.
                    let places = (history.len() - block - phase) / season_length + 1;
                    let start = phase + random.below(places) * season_length;
                    part.copy_from_slice(&history[start..start + part.len()]);
                    phase = (phase + block) % season_length;
                }
            }
            Self::Poisson { means } => {
                check_means(means, periods)?;
                for (demand, &mean) in demand.iter_mut().zip(means.iter().cycle()) {
                    *demand = poisson(&mut random, mean);
                }
            }
            Self::NegativeBinomial { means, variance_to_mean } => {
                check_means(means, periods)?;
                if !(variance_to_mean > 1.0 && variance_to_mean <= LARGEST) {
                    let expected = "a number above 1, at most 1e60";
                    let invalid = Invalid::new("dispersion_invalid", expected, variance_to_mean);
                    return Err(invalid.at("variance_to_mean"));
                }
                let scale = variance_to_mean - 1.0;
                for (demand, &mean) in demand.iter_mut().zip(means.iter().cycle()) {
                    // A Poisson distribution whose mean is itself drawn, from a gamma distribution.
                    let drawn = scale * gamma(&mut random, mean / scale);
                    *demand = poisson(&mut random, drawn);
                }
            }
            Self::Quantiles(paths) => {
                check_quantiles(paths, periods)?;
                for (period, demand) in demand.iter_mut().enumerate() {
                    *demand = interpolate(paths, period, random.fraction());
                }
            }
            Self::Distributions(distributions) => {
                length(distributions.len(), periods, "distributions")?;
                for (demand, distribution) in demand.iter_mut().zip(distributions.iter().cycle()) {
                    let probability = Probability::new(random.fraction())?;
                    *demand = distribution.quantile(probability).max(0.0);
                }
            }
        }
        Ok(())
    }
}

/// Draws the lead time of the order placed in each period.
///
/// # Errors
///
/// When the lead time has no outcome or its probabilities do not add up to one.
pub fn sample_lead_times(
    lead_time: &LeadTime,
    seed: u64,
    lead_times: &mut [u32],
) -> Result<(), Invalid> {
    let outcomes = lead_time.outcomes()?;
    let mut random = Random::new(seed);
    for drawn in lead_times {
        let mut left = random.fraction();
        let mut possible = outcomes.iter().filter(|outcome| outcome.probability.value() > 0.0);
        // The last one takes what rounding leaves.
        let mut periods = 0;
        while let Some(outcome) = possible.next()
            && left >= 0.0
        {
            periods = outcome.periods;
            left -= outcome.probability.value();
        }
        *drawn = periods;
    }
    Ok(())
}

/// A Poisson number: below a mean of ten by inversion, from there on by transformed rejection
/// (Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance:
/// Mathematics and Economics 12, 1993, algorithm PTRS).
fn poisson(random: &mut Random, mean: f64) -> f64 {
    if mean < 10.0 {
        let mut left = random.fraction();
        let mut probability = math::exp(-mean);
        let mut count = 0.0;
        // Behind a hundred there is less than the smallest step of a fraction.
        while left >= probability && count < 100.0 {
            left -= probability;
            count += 1.0;
            probability *= mean / count;
        }
        return count;
    }
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.024_83 * b;
    let inverse_alpha = 1.123_9 + 1.132_8 / (b - 3.4);
    let certain = 0.927_7 - 3.622_4 / (b - 2.0);
    loop {
        let u = random.fraction() - 0.5;
        let v = random.fraction();
        let distance = 0.5 - u.abs();
        let count = ((2.0 * a / distance + b) * u + mean + 0.43).floor();
        if distance >= 0.07 && v <= certain {
            return count;
        }
        if count < 0.0 || (distance < 0.013 && v > distance) {
            continue;
        }
        let height = math::ln(v * inverse_alpha / (a / (distance * distance) + b));
        if height <= count * math::ln(mean) - mean - math::ln_gamma(count + 1.0) {
            return count;
        }
    }
}

/// A number of the gamma distribution of scale 1 (Marsaglia and Tsang, "A simple method for
/// generating gamma variables", ACM Transactions on Mathematical Software 26, 2000).
fn gamma(random: &mut Random, shape: f64) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    if shape < 1.0 {
        let smaller = math::pow(random.fraction(), 1.0 / shape);
        return gamma(random, shape + 1.0) * smaller;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        // Never the ends, whose quantiles are infinite.
        let x = math::normal_quantile(random.fraction().clamp(1e-16, 1.0 - 1e-16));
        let root = 1.0 + c * x;
        let v = root * root * root;
        if v > 0.0 && math::ln(random.fraction()) < 0.5 * x * x + d - d * v + d * math::ln(v) {
            return d * v;
        }
    }
}

fn interpolate(paths: &[QuantilePath], period: usize, probability: f64) -> f64 {
    if let [only] = paths {
        return only.values[period].max(0.0);
    }
    let above = paths.partition_point(|path| path.probability.value() < probability);
    let above = above.clamp(1, paths.len() - 1);
    let (low, high) = (&paths[above - 1], &paths[above]);
    let share = (probability - low.probability.value())
        / (high.probability.value() - low.probability.value());
    let (from, to) = (low.values[period], high.values[period]);
    (from + share * (to - from)).max(0.0)
}

fn check_blocks(history: &[f64], block: usize, season_length: usize) -> Result<(), Invalid> {
    numbers(history, "history")?;
    for (value, field) in [(block, "block"), (season_length, "season_length")] {
        if value == 0 {
            return Err(Invalid::new("block_invalid", "one period or more", value).at(field));
        }
    }
    let needed = block.saturating_add(season_length - 1);
    if history.len() < needed {
        let expected = format!("{needed} periods or more, for a stretch in every phase");
        return Err(Invalid::new("history_too_short", expected, history.len()).at("history"));
    }
    Ok(())
}

fn check_means(means: &[f64], periods: usize) -> Result<(), Invalid> {
    length(means.len(), periods, "means")?;
    numbers(means, "means")
}

fn check_quantiles(paths: &[QuantilePath], periods: usize) -> Result<(), Invalid> {
    let invalid = |expected: &str, got: usize| {
        Err(Invalid::new("quantiles_invalid", expected, got).at("quantiles"))
    };
    if paths.is_empty() {
        return invalid("one quantile or more", 0);
    }
    if let Some(path) = paths.iter().find(|path| path.values.len() < periods) {
        return invalid("a value for each period", path.values.len());
    }
    if let Some(at) = paths.windows(2).position(|pair| pair[0].probability >= pair[1].probability) {
        return invalid("ascending probabilities", at + 1);
    }
    for (index, path) in paths.iter().enumerate() {
        for &value in &path.values {
            number(value.abs())
                .map_err(|invalid| invalid.at(format_args!("quantiles[{index}].values")))?;
        }
    }
    Ok(())
}

fn length(count: usize, periods: usize, field: &str) -> Result<(), Invalid> {
    if count == 1 || count == periods {
        return Ok(());
    }
    let expected = format!("one entry or {periods}");
    Err(Invalid::new("levels_length", expected, count).at(field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::LeadTimeOutcome;

    fn draw(sampler: Sampler<'_>, seed: u64, periods: usize) -> Vec<f64> {
        let mut demand = vec![0.0; periods];
        sampler.draw(seed, &mut demand).unwrap();
        demand
    }

    fn moments(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        (mean, squares / values.len() as f64)
    }

    #[test]
    fn counts_have_the_moments_of_their_distribution() {
        const DRAWS: usize = 200_000;
        for mean in [0.02, 0.7, 9.9, 10.0, 40.0, 5_000.0] {
            let (found, variance) = moments(&draw(Sampler::Poisson { means: &[mean] }, 1, DRAWS));
            // Five standard errors; a Poisson variance has about √2 / √n of itself and √(mean / n).
            let error = (mean / DRAWS as f64).sqrt();
            assert!((found - mean).abs() < 5.0 * error, "mean {mean}: {found}");
            let spread = (2.0 * mean * mean + mean) / DRAWS as f64;
            assert!((variance - mean).abs() < 5.0 * spread.sqrt(), "mean {mean}: {variance}");
        }
        for (mean, ratio) in [(0.1, 3.0), (4.0, 1.5), (60.0, 5.0)] {
            let sampler = Sampler::NegativeBinomial { means: &[mean], variance_to_mean: ratio };
            let (found, variance) = moments(&draw(sampler, 2, DRAWS));
            assert!((found / mean - 1.0).abs() < 0.03, "mean {mean}: {found}");
            assert!((variance / (mean * ratio) - 1.0).abs() < 0.06, "mean {mean}: {variance}");
        }
    }

    #[test]
    fn poisson_shares_are_those_of_the_formula() {
        for (mean, likely) in [(3.0, 3), (30.0, 30)] {
            let drawn = draw(Sampler::Poisson { means: &[mean] }, 3, 400_000);
            for count in likely - 3..=likely + 3 {
                let count = f64::from(count);
                let exact = math::exp(count * math::ln(mean) - mean - math::ln_gamma(count + 1.0));
                let hits = drawn.iter().filter(|&&x| (x - count).abs() < 0.5).count();
                let share = hits as f64 / drawn.len() as f64;
                let error = (exact * (1.0 - exact) / drawn.len() as f64).sqrt();
                assert!((share - exact).abs() < 5.0 * error, "{mean}, {count}: {share} {exact}");
            }
        }
    }

    #[test]
    fn stretches_keep_the_weekday() {
        let history: Vec<f64> = (0..70).map(|day| f64::from(day % 7 + 10 * (day / 7))).collect();
        let drawn =
            draw(Sampler::Blocks { history: &history, block: 10, season_length: 7 }, 5, 365);
        for (day, value) in drawn.iter().enumerate() {
            assert!((value % 10.0 - (day % 7) as f64).abs() < 1e-9, "day {day}: {value}");
        }
        // And they are stretches: within one, a day follows on the day before.
        let at = |value: f64| history.iter().position(|&x| x.total_cmp(&value).is_eq()).unwrap();
        assert!(drawn.chunks(10).all(|part| part.windows(2).all(|p| at(p[1]) == at(p[0]) + 1)));
        assert_ne!(drawn[..10], drawn[70..80]);
    }

    #[test]
    fn quantiles_come_out_as_they_went_in() {
        let path = |probability: f64, value: f64| QuantilePath {
            probability: Probability::new(probability).unwrap(),
            values: vec![value; 100_000],
        };
        let paths = [path(0.1, 2.0), path(0.5, 8.0), path(0.9, 20.0)];
        let drawn = draw(Sampler::Quantiles(&paths), 9, 100_000);
        for path in &paths {
            let below = drawn.iter().filter(|&&x| x <= path.values[0]).count() as f64 / 1e5;
            assert!((below - path.probability.value()).abs() < 0.01, "{below}");
        }
        assert!(drawn.iter().all(|&x| (0.5..=23.0).contains(&x)));
        let coin = DemandDistribution::from_weighted(vec![(0.0, 3.0), (4.0, 1.0)]);
        let (mean, _) = moments(&draw(Sampler::Distributions(&[coin]), 9, 100_000));
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
    }

    #[test]
    fn lead_times_have_their_probabilities() {
        let outcome = |periods, probability| LeadTimeOutcome {
            periods,
            probability: Probability::new(probability).unwrap(),
        };
        let lead_time = LeadTime::Empirical {
            outcomes: vec![outcome(2, 0.7), outcome(9, 0.0), outcome(5, 0.3)],
        };
        let mut drawn = vec![0; 50_000];
        sample_lead_times(&lead_time, 4, &mut drawn).unwrap();
        let count = |periods| drawn.iter().filter(|&&x| x == periods).count();
        assert_eq!(count(2) + count(5), drawn.len());
        assert!((14_500..15_500).contains(&count(5)), "{}", count(5));
    }

    #[test]
    fn what_cannot_be_drawn_from_is_refused() {
        let crossed = [0.5, 0.1].map(|probability| QuantilePath {
            probability: Probability::new(probability).unwrap(),
            values: vec![1.0; 4],
        });
        let cases = [
            (Sampler::Poisson { means: &[-1.0] }, "number_invalid", "means[0]"),
            (Sampler::Poisson { means: &[1.0, 2.0] }, "levels_length", "means"),
            (
                Sampler::NegativeBinomial { means: &[1.0], variance_to_mean: 1.0 },
                "dispersion_invalid",
                "variance_to_mean",
            ),
            (
                Sampler::Blocks { history: &[1.0; 7], block: 2, season_length: 7 },
                "history_too_short",
                "history",
            ),
            (
                Sampler::Blocks { history: &[1.0; 7], block: 0, season_length: 7 },
                "block_invalid",
                "block",
            ),
            (Sampler::Quantiles(&[]), "quantiles_invalid", "quantiles"),
            (Sampler::Quantiles(&crossed), "quantiles_invalid", "quantiles"),
            (Sampler::Distributions(&[]), "levels_length", "distributions"),
        ];
        for (sampler, code, path) in cases {
            let invalid = sampler.draw(1, &mut [0.0; 4]).unwrap_err();
            assert_eq!((invalid.code, invalid.path.as_str()), (code, path));
        }
    }
}
