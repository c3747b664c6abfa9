//! What a new product will sell, by what others sold when they were new.
//!
//! A product without a history has no model, but the caller often knows which products were like it.
//! Forecasting by analogy takes their launches, each from its first sale on, as the shape of the new
//! one, and several of them, because one alone misleads (Green and Armstrong, "Structured analogies
//! for forecasting", International Journal of Forecasting 23, 2007; Hyndman and Athanasopoulos,
//! "Forecasting: principles and practice", 3rd edition, 6.4).
//!
//! With `x(j, t)` the demand of analogue j in its t-th period, its launch is split into a level and
//! a profile, `x(j, t) = level(j) · profile(j, t)`; the new product's mean path is
//! `level · profile(t)`, where the profile is the weighted mean or median of the analogues' and the
//! level blends the one that analogues suggest with the product's own first periods:
//!
//! ```text
//! own    = Σ y(t) / Σ profile(t)              over the observed periods
//! weight = τ² / (τ² + ε²)
//! level  = weight · own + (1 − weight) · suggested
//! ```
//!
//! τ² is how much the analogues' levels differ, and ε² how far off the same number of first periods
//! would have been for the analogues, both as squares of relative deviations. This is the
//! credibility weight of Bühlmann, "Experience rating and credibility", ASTIN Bulletin 4 (1967), the
//! best linear blend. Each variance is one that was measured and one that is assumed, the assumed
//! one counting as much as one analogue: with few analogues the distribution stays wide.
//!
//! Quantiles are those of what each analogue sold in the period (with few of them, in the periods
//! around as well), on the new product's level, times a lognormal factor for what is not known of
//! the level and the profile.

mod launches;

use super::{DemandDistribution, ForecastError, QuantilePath, Series, series::MAX_DEMAND};
use crate::unit::{Invalid, Probability, math};
use launches::{Launches, mean, ratio};
use serde::{Deserialize, Serialize};

/// A product that was launched before, and how much it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Analogue<'a> {
    /// Its demand; zeros before its first sale are left out.
    pub history: &'a Series,
    /// How alike it is to the new one, above zero; equal weights where nothing else is known.
    pub weight: f64,
}

/// What is asked of a forecast by analogy.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LaunchOptions {
    /// Periods to forecast, from 1 to 10,000.
    pub horizon: u32,
    /// How large the new product is expected to be.
    pub level: ExpectedLevel,
    /// What stands for all analogues' profiles.
    pub profile: ProfileAverage,
    /// Probabilities whose quantiles are wanted for every period, ascending.
    pub quantiles: Vec<Probability>,
}

/// How large a new product is expected to be, before it has sold anything.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ExpectedLevel {
    /// A part of what the analogues sold on average: 1 for as much, 0.5 for half.
    ShareOfAnalogues {
        /// The part, above zero.
        share: f64,
    },
    /// Mean demand of a period over the observed periods and the horizon.
    PerPeriod {
        /// In units of demand, above zero.
        demand: f64,
    },
}

/// What stands for all analogues' profiles.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ProfileAverage {
    /// The weighted mean of each period.
    Mean,
    /// The weighted median of each period, which one odd launch does not move; the mean where the
    /// medians are all zero.
    Median,
}

/// What a new product will sell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LaunchForecast {
    /// Expected demand of each period after the observed ones.
    pub mean: Vec<f64>,
    /// A path for each probability asked for, in that order.
    pub quantiles: Vec<QuantilePath>,
    /// Mean demand of a period over the observed periods and the horizon.
    pub level: f64,
    /// How much of the level comes from the product's own first periods, from 0 to 1.
    pub own_weight: f64,
    /// Demand of each period from the launch on, in parts of the level.
    pub profile: Vec<f64>,
}

impl LaunchForecast {
    /// Demand of the first period, of the first two together, and so on, as distributions: what stock
    /// has to be held against.
    ///
    /// What is not known of a new product is above all how large it is, which is the same in every
    /// period: quantiles add up. The more probabilities were asked for, the finer they are; without
    /// any, demand is taken to be as expected.
    pub fn demand_sums(&self) -> Vec<DemandDistribution> {
        let probability = |path: &QuantilePath| path.probability.value();
        let mut sums: Vec<(f64, f64)> = Vec::with_capacity(self.quantiles.len().max(1));
        for (index, path) in self.quantiles.iter().enumerate() {
            // Each stands for what is nearer to it than to its neighbours.
            let edge = |other: Option<&QuantilePath>, end: f64| {
                other.map_or(end, |other| f64::midpoint(probability(path), probability(other)))
            };
            let before = index.checked_sub(1).and_then(|before| self.quantiles.get(before));
            let weight = edge(self.quantiles.get(index + 1), 1.0) - edge(before, 0.0);
            sums.push((0.0, weight));
        }
        if sums.is_empty() {
            sums.push((0.0, 1.0));
        }
        let mut distributions = Vec::with_capacity(self.mean.len());
        for (period, &mean) in self.mean.iter().enumerate() {
            for (index, sum) in sums.iter_mut().enumerate() {
                let path = self.quantiles.get(index);
                sum.0 += path.and_then(|path| path.values.get(period)).copied().unwrap_or(mean);
            }
            distributions.push(DemandDistribution::from_weighted(sums.clone()));
        }
        distributions
    }
}

/// The standard normal distribution's upper half as points with weights, each the quantile in the
/// middle of as much probability; the smallest are in the tail, where quantiles are asked for.
const NORMAL_POINTS: [(f64, f64); 8] = [
    (0.125_661_346_855_074, 0.1),
    (0.385_320_466_407_567_6, 0.1),
    (0.674_489_750_196_081_7, 0.1),
    (1.036_433_389_493_789_8, 0.1),
    (1.439_531_470_938_456, 0.05),
    (1.811_910_672_952_597_3, 0.03),
    (2.241_402_727_604_947, 0.015),
    (2.807_033_768_343_811, 0.005),
];
/// The longest horizon, as for other forecasts.
const MAX_HORIZON: u32 = 10_000;

impl Default for LaunchOptions {
    /// Thirteen periods of a product like the analogues, by their mean profile, with the 5 %, 25 %,
    /// 50 %, 75 % and 95 % quantiles.
    fn default() -> Self {
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95];
        Self {
            horizon: 13,
            level: ExpectedLevel::ShareOfAnalogues { share: 1.0 },
            profile: ProfileAverage::Mean,
            quantiles: quantiles.into_iter().filter_map(|p| Probability::new(p).ok()).collect(),
        }
    }
}

/// Forecasts a new product by the launches of others.
///
/// `observed` is the demand of its own first periods, oldest first, zeros included; it may be empty.
/// Periods are counted from the launch: where the season is stronger than the age, take it out of
/// all series first.
///
/// # Errors
///
/// When there is no analogue, one never sold anything, its weight or an option is out of range, a
/// period's demand is no demand, or no analogue is as old as the last period asked for.
///
/// ```
/// use replenish::forecast::{
///     Series,
///     analogue::{Analogue, ExpectedLevel, LaunchOptions, forecast_launch},
/// };
/// let first = Series::new(vec![0.0, 0.0, 8.0, 6.0, 4.0, 2.0])?;
/// let second = Series::new(vec![80.0, 60.0, 40.0, 20.0])?;
/// let analogues = [&first, &second].map(|history| Analogue { history, weight: 1.0 });
/// let level = ExpectedLevel::PerPeriod { demand: 10.0 };
/// let options = LaunchOptions { horizon: 4, level, ..LaunchOptions::default() };
/// let new = forecast_launch(&analogues, &[], &options)?;
/// let rounded: Vec<f64> = new.mean.iter().map(|value| value.round()).collect();
/// assert_eq!(rounded, [16.0, 12.0, 8.0, 4.0]);
/// // It sells twice as much: the rest is forecast higher, but not quite twice as high.
/// let options = LaunchOptions { horizon: 3, ..options };
/// let seen = forecast_launch(&analogues, &[32.0], &options)?;
/// assert!(seen.mean[0] > 16.0 && seen.mean[0] < 24.0);
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
pub fn forecast_launch(
    analogues: &[Analogue<'_>],
    observed: &[f64],
    options: &LaunchOptions,
) -> Result<LaunchForecast, ForecastError> {
    check(analogues, observed, options)?;
    let window = observed.len().saturating_add(options.horizon as usize);
    let launches = Launches::of(analogues, window)?;
    let (levels, profile) = launches.fit(options.profile);

    let suggested = match options.level {
        ExpectedLevel::ShareOfAnalogues { share } => share * launches.mean(&levels),
        ExpectedLevel::PerPeriod { demand } => demand,
    };
    let spread = launches.level_variance(&levels);
    let own = ratio(observed, &profile).map(|own| {
        let error = launches.early_variance(&levels, &profile, observed.len());
        (own, spread / (spread + error))
    });
    let own_weight = own.map_or(0.0, |(_, weight)| weight);
    let level = own.map_or(suggested, |(own, weight)| weight * own + (1.0 - weight) * suggested);
    let variance = (1.0 - own_weight) * spread + launches.profile_variance();

    let mean: Vec<f64> = profile[observed.len()..].iter().map(|part| level * part).collect();
    let mut quantiles: Vec<QuantilePath> = options
        .quantiles
        .iter()
        .map(|&probability| QuantilePath { probability, values: Vec::with_capacity(mean.len()) })
        .collect();
    let factors = factors(variance);
    for period in observed.len()..window {
        let demand = launches.distribution(&levels, period, level, &factors);
        for path in &mut quantiles {
            path.values.push(demand.quantile(path.probability));
        }
    }
    Ok(LaunchForecast { mean, quantiles, level, own_weight, profile })
}

/// A lognormal factor with mean one and this variance, as points with weights.
fn factors(variance: f64) -> Vec<(f64, f64)> {
    let sigma = math::ln(1.0 + variance).sqrt();
    let point = |&(z, weight): &(f64, f64)| {
        [(math::exp(sigma * z), weight), (math::exp(-sigma * z), weight)]
    };
    let points: Vec<(f64, f64)> = NORMAL_POINTS.iter().flat_map(point).collect();
    let mean = mean(&points);
    points.iter().map(|(factor, weight)| (factor / mean, *weight)).collect()
}

fn check(
    analogues: &[Analogue<'_>],
    observed: &[f64],
    options: &LaunchOptions,
) -> Result<(), Invalid> {
    if analogues.is_empty() {
        let invalid = Invalid::new("analogues_empty", "at least one analogue", "none");
        return Err(invalid.at("analogues"));
    }
    let positive = |value: f64, code, path: &str| {
        if value > 0.0 && value <= MAX_DEMAND {
            return Ok(());
        }
        Err(Invalid::new(code, format!("above 0, up to {MAX_DEMAND}"), value).at(path))
    };
    for (index, analogue) in analogues.iter().enumerate() {
        positive(analogue.weight, "weight_invalid", &format!("analogues[{index}].weight"))?;
    }
    for (index, &value) in observed.iter().enumerate() {
        if !(0.0..=MAX_DEMAND).contains(&value) {
            let expected = format!("a demand from 0 to {MAX_DEMAND}");
            let invalid = Invalid::new("demand_invalid", expected, value);
            return Err(invalid.at(format_args!("observed[{index}]")));
        }
    }
    match options.level {
        ExpectedLevel::ShareOfAnalogues { share } => {
            positive(share, "level_invalid", "level.share")?;
        }
        ExpectedLevel::PerPeriod { demand } => positive(demand, "level_invalid", "level.demand")?,
    }
    if !(1..=MAX_HORIZON).contains(&options.horizon) {
        let expected = format!("a horizon from 1 to {MAX_HORIZON}");
        return Err(Invalid::new("horizon_invalid", expected, options.horizon).at("horizon"));
    }
    if options.quantiles.windows(2).any(|pair| pair[0] >= pair[1]) {
        let got: Vec<f64> = options.quantiles.iter().map(|p| p.value()).collect();
        let expected = "ascending probabilities, each once";
        let invalid = Invalid::new("quantiles_invalid", expected, format!("{got:?}"));
        return Err(invalid.at("quantiles"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A launch that decays, of some size, with noise of its own.
    fn launch(size: f64, seed: usize, length: usize) -> Series {
        let noise = |t: usize| ((t * t * 79 + t * 104_729 + seed * 31) % 21) as f64 / 10.0;
        let value = |t| size * (1.0 + 4.0 / (1.0 + t as f64)) * noise(t);
        let before = vec![0.0; seed % 3];
        // The first sale is never zero.
        let launched = (0..length).map(|t| if t == 0 { 5.0 * size } else { value(t) });
        Series::new(before.into_iter().chain(launched).collect()).unwrap()
    }

    fn several(count: usize) -> Vec<Series> {
        (0..count).map(|i| launch(10.0 + 7.0 * ((i * 5) % 4) as f64, i, 30)).collect()
    }

    fn alike(histories: &[Series]) -> Vec<Analogue<'_>> {
        histories.iter().map(|history| Analogue { history, weight: 1.0 }).collect()
    }

    fn forecast(histories: &[Series], observed: &[f64]) -> LaunchForecast {
        forecast_launch(&alike(histories), observed, &LaunchOptions::default()).unwrap()
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * b.abs().max(1e-300)
    }

    #[test]
    fn sums_are_as_unsure_as_their_periods() {
        let histories = several(8);
        let p = |value| Probability::new(value).unwrap();
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(p).to_vec();
        let options = LaunchOptions { horizon: 4, quantiles, ..LaunchOptions::default() };
        let launch = forecast_launch(&alike(&histories), &[], &options).unwrap();
        let sums = launch.demand_sums();
        assert_eq!(sums.len(), 4);
        let at = |index: usize| launch.quantiles[index].values.iter().sum::<f64>();
        assert!(near(sums[3].quantile(p(0.05)), at(0)));
        assert!(near(sums[3].quantile(p(0.5)), at(2)));
        assert!(near(sums[3].quantile(p(0.95)), at(4)));
        let unsure = LaunchOptions { quantiles: Vec::new(), ..options };
        let launch = forecast_launch(&alike(&histories), &[], &unsure).unwrap();
        let expected: f64 = launch.mean.iter().sum();
        assert!(near(launch.demand_sums()[3].quantile(p(0.9)), expected));
    }

    #[test]
    fn by_hand() {
        // Levels 5 and 50, both with the profile 1.6, 1.2, 0.8, 0.4.
        let histories = [vec![8.0, 6.0, 4.0, 2.0], vec![80.0, 60.0, 40.0, 20.0]]
            .map(|values| Series::new(values).unwrap());
        let options = LaunchOptions { horizon: 3, ..LaunchOptions::default() };
        let result = forecast_launch(&alike(&histories), &[8.0], &options).unwrap();
        // τ² = (2 · (45/55)² + 1) / 2; the first period told the level without error: ε² = 1 / 3.
        let (spread, error) = (45.0 * 45.0 / (55.0 * 55.0) + 0.5, 1.0 / 3.0);
        let weight = spread / (spread + error);
        let level = weight * 5.0 + (1.0 - weight) * 27.5;
        assert!(near(result.own_weight, weight) && near(result.level, level), "{result:?}");
        for (mean, part) in result.mean.iter().zip([1.2, 0.8, 0.4]) {
            assert!(near(*mean, level * part), "{result:?}");
        }
    }

    #[test]
    fn lengths_and_ages_are_told_apart_from_size() {
        // The same launch at different ages, the second of twice the size and the third half as old.
        let full = vec![8.0, 6.0, 4.0, 2.0, 1.0, 1.0];
        let double: Vec<f64> = full.iter().map(|value| value * 2.0).collect();
        let young = full[..3].to_vec();
        let histories = [full, double, young].map(|values| Series::new(values).unwrap());
        let options = LaunchOptions { horizon: 6, ..LaunchOptions::default() };
        for profile in [ProfileAverage::Mean, ProfileAverage::Median] {
            let options = LaunchOptions { profile, ..options.clone() };
            let result = forecast_launch(&alike(&histories), &[], &options).unwrap();
            let level = 22.0 / 6.0 * 4.0 / 3.0;
            assert!((result.level / level - 1.0).abs() < 1e-6, "{}", result.level);
            assert!((result.profile[0] - 8.0 * 6.0 / 22.0).abs() < 1e-6, "{:?}", result.profile);
        }
    }

    #[test]
    fn scale_and_sequence_do_not_matter() {
        let histories = several(5);
        let observed = [30.0, 0.0, 12.0];
        let result = forecast(&histories, &observed);
        let times = |values: &[f64]| values.iter().map(|value| value * 1e6).collect::<Vec<_>>();
        let scaled: Vec<Series> = histories
            .iter()
            .rev()
            .map(|history| Series::new(times(history.values())).unwrap())
            .collect();
        let far = forecast(&scaled, &times(&observed));
        assert!(near(far.own_weight, result.own_weight));
        let paths = |result: &LaunchForecast| {
            let quantiles = result.quantiles.iter().map(|path| path.values.clone());
            quantiles.chain([result.mean.clone()]).collect::<Vec<_>>().concat()
        };
        for (far, value) in paths(&far).iter().zip(paths(&result)) {
            assert!(near(*far, value * 1e6), "{far} for {value}");
        }
    }

    #[test]
    fn own_periods_count_more_the_more_there_are() {
        let histories = several(6);
        let weights = [0, 1, 4, 16].map(|count| forecast(&histories, &vec![3.0; count]).own_weight);
        assert!(weights.is_sorted_by(|few, many| few < many), "{weights:?}");
        assert!(weights[0] == 0.0 && weights[3] < 1.0, "{weights:?}");
        let nothing = forecast(&histories, &[0.0; 15]);
        assert!(nothing.level < 0.3 * forecast(&histories, &[]).level, "it does not sell");
    }

    #[test]
    fn few_analogues_leave_much_open() {
        let width = |count: usize| {
            // All of the same size and shape, so that only their number differs.
            let histories = vec![Series::new(vec![10.0; 20]).unwrap(); count];
            let result = forecast(&histories, &[]);
            assert!(near(result.mean[0], 10.0));
            result.quantiles[4].values[0] - result.quantiles[0].values[0]
        };
        let widths = [1, 2, 5, 20].map(width);
        assert!(widths.is_sorted_by(|wide, narrow| wide > narrow), "{widths:?}");
        assert!(widths[0] > 15.0 && widths[3] < 10.0, "{widths:?}");
    }

    #[test]
    fn quantiles_ascend_around_the_mean_and_are_demand() {
        let result = forecast(&several(4), &[20.0, 10.0]);
        for period in 0..13 {
            let column: Vec<f64> =
                result.quantiles.iter().map(|path| path.values[period]).collect();
            assert!(column.is_sorted() && column[0] >= 0.0, "{column:?}");
            assert!(column[0] <= result.mean[period] && result.mean[period] <= column[4]);
        }
    }

    #[test]
    fn an_odd_launch_does_not_move_the_median() {
        let mut histories = vec![Series::new(vec![4.0, 3.0, 2.0, 1.0]).unwrap(); 4];
        histories.push(Series::new(vec![1.0, 1.0, 1.0, 97.0]).unwrap());
        let options = LaunchOptions {
            horizon: 4,
            profile: ProfileAverage::Median,
            ..LaunchOptions::default()
        };
        let result = forecast_launch(&alike(&histories), &[], &options).unwrap();
        for (part, expected) in result.profile.iter().zip([1.6, 1.2, 0.8, 0.4]) {
            assert!(near(*part, expected), "{:?}", result.profile);
        }
        // Each period has demand in a minority of launches only: the medians are all zero.
        let sparse = [vec![1.0, 0.0, 0.0, 0.0], vec![1.0, 0.0, 2.0, 0.0], vec![1.0, 3.0, 0.0, 0.0]]
            .map(|values| Series::new(values).unwrap());
        let result =
            forecast_launch(&alike(&sparse), &[0.0], &LaunchOptions { horizon: 3, ..options });
        assert!(result.unwrap().mean.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn a_bad_request_is_refused_by_name() {
        let histories = several(2);
        let code = |analogues: &[Analogue<'_>], observed: &[f64], options: LaunchOptions| {
            forecast_launch(analogues, observed, &options).unwrap_err().code()
        };
        let ok = LaunchOptions::default;
        assert_eq!(code(&[], &[], ok()), "analogues_empty");
        let never = Series::new(vec![0.0; 40]).unwrap();
        let mut with_never = alike(&histories);
        with_never.push(Analogue { history: &never, weight: 1.0 });
        assert_eq!(code(&with_never, &[], ok()), "analogue_without_demand");
        for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let analogue = Analogue { history: &histories[0], weight };
            assert_eq!(code(&[analogue], &[], ok()), "weight_invalid");
        }
        let analogues = alike(&histories);
        assert_eq!(code(&analogues, &[-1.0], ok()), "demand_invalid");
        assert_eq!(code(&analogues, &[], LaunchOptions { horizon: 0, ..ok() }), "horizon_invalid");
        assert_eq!(
            code(&analogues, &[], LaunchOptions { horizon: 31, ..ok() }),
            "series_too_short"
        );
        assert_eq!(code(&analogues, &[1.0; 18], ok()), "series_too_short");
        let level = ExpectedLevel::ShareOfAnalogues { share: 0.0 };
        assert_eq!(code(&analogues, &[], LaunchOptions { level, ..ok() }), "level_invalid");
        let quantiles = vec![Probability::ZERO; 2];
        assert_eq!(code(&analogues, &[], LaunchOptions { quantiles, ..ok() }), "quantiles_invalid");
    }
}
