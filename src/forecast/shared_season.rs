//! A season that many products share.
//!
//! Two or three years of weeks of one product say next to nothing about its season of 52 weeks; those
//! of hundreds of products say a lot about the season that they have in common (Dalhart, "Class
//! seasonality: a new approach", American Production and Inventory Control Society conference
//! proceedings, 1974; Withycombe, "Forecasting with combined seasonal indices", International Journal
//! of Forecasting 5, 1989). Here a product's demand is `level · shared season · own season`:
//!
//! * The shared one is the mean over products of demand divided by its level, each product weighing
//!   by how precisely it tells: with counts whose variance is `mean + φ mean²` that is
//!   `mean / (1 + φ mean)`, so that a few large products do not speak for all.
//! * The own one is how the product departs from it, the periods around counting as well.
//!
//! Both are drawn towards no season at all by what does not come again: of the squared departures
//! from the level only as much is season as the same phase of two successive cycles has in common
//! (their covariance); the rest is noise, and the ratio of the two says how much to believe
//! (Bühlmann, "Experience rating and credibility", ASTIN Bulletin 4, 1967). Where nothing comes again
//! there is no season, so it does no harm to ask for one.

use super::{ForecastError, Series, options::MAX_SEASON_LENGTH};
use crate::unit::Invalid;

/// A season learnt from many histories that end in the same period.
///
/// ```
/// use replenish::forecast::{ForecastOptions, Series, SharedSeason, forecast};
/// let year = |level: f64| [0.5, 1.0, 1.0, 1.5].map(|factor| level * factor).repeat(6);
/// let products = [4.0, 8.0, 20.0, 2.0].map(|level| Series::new(year(level)).unwrap());
/// let season = SharedSeason::learn(&products, 4)?;
/// // A product that came three quarters ago sells in its next quarter as the others do.
/// let young = season.put_on(Series::new(vec![10.0, 10.0, 15.0])?, 4)?;
/// let options = ForecastOptions { horizon: 4, season_length: 1, ..ForecastOptions::default() };
/// let mean = forecast(&young, &options)?.mean;
/// assert!(mean[0] < 0.7 * mean[1] && mean[3] > 1.3 * mean[2]);
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SharedSeason {
    /// What demand is multiplied by in each phase; the first one is that of the period ahead. One is
    /// the mean.
    factors: Vec<f64>,
    /// What an own season must weigh to count as much as the shared one; none where products have
    /// none of their own.
    own: Option<f64>,
}

/// Squared coefficient of variation of demand that does not come from counting: what products of
/// retail and spare parts usually have.
const OVERDISPERSION: f64 = 0.5;
/// Rounds of finding levels without season and a season without levels.
const ROUNDS: usize = 3;
/// Parts of a season over which the own one is taken as smooth: two weeks of a year either way.
const SMOOTH_PARTS: usize = 26;
/// Two cycles must have this part of the phases in common for a season to be told from chance.
const COMMON_PART: usize = 4;
/// The most and least that a season multiplies demand by.
const MOST: f64 = 10.0;

/// One product's departures from its level: weighted ratios and their weights, latest first.
struct Departures {
    weighted: Vec<f64>,
    weights: Vec<f64>,
}

impl SharedSeason {
    /// Learns the season of so many periods from histories that end in the same period, however long
    /// each is.
    ///
    /// Periods without stock and zeros before the first demand do not count; histories together need
    /// a quarter of a season more than one for there to be any.
    ///
    /// # Errors
    ///
    /// When the season has fewer than 2 or more than a million periods.
    pub fn learn<'a>(
        histories: impl IntoIterator<Item = &'a Series, IntoIter: Clone>,
        season_length: u32,
    ) -> Result<Self, ForecastError> {
        if !(2..=MAX_SEASON_LENGTH).contains(&season_length) {
            let expected = format!("a season from 2 to {MAX_SEASON_LENGTH} periods");
            let invalid = Invalid::new("season_length_invalid", expected, season_length);
            return Err(invalid.at("season_length").into());
        }
        let histories = histories.into_iter();
        let longest = histories.clone().map(Series::len).max().unwrap_or(0);
        // A season longer than all histories has phases that nothing is known of: no season.
        let length = (season_length as usize).min(longest.max(1));
        let mut season = Self { factors: vec![1.0; length], own: None };
        if length < season_length as usize || length < 2 {
            return Ok(season);
        }
        for _ in 0..ROUNDS {
            let mut all = Departures { weighted: vec![0.0; longest], weights: vec![0.0; longest] };
            for series in histories.clone() {
                all.add(&season.departures(series, Compared::WithLevel));
            }
            let credibility = Variances::over([&all], length).credibility();
            season.factors = all.by_phase(length, credibility);
            season.normalise();
        }
        let mut variances = Variances::default();
        for series in histories {
            variances.count(&season.own_departures(series), length);
        }
        season.own = variances.credibility();
        Ok(season)
    }

    /// What demand of each period of a history and of so many periods ahead is multiplied by, the
    /// product's own season included.
    pub fn factors(&self, series: &Series, horizon: u32) -> Vec<f64> {
        let length = self.factors.len();
        let mut factors = self.factors.clone();
        if self.own.is_some() {
            let own = self.own_departures(series).by_phase(length, self.own);
            factors.iter_mut().zip(own).for_each(|(factor, own)| *factor *= own);
        }
        let (periods, ahead) = (series.len(), horizon as usize);
        let at = |period: usize| {
            let phase = (period + length - periods % length) % length;
            factors[phase].clamp(1.0 / MOST, MOST)
        };
        let kept = level_kept(series, at);
        (0..periods + ahead).map(|p| if p < periods { at(p) * kept } else { at(p) }).collect()
    }

    /// The history with this season, for forecasts of up to so many periods.
    ///
    /// # Errors
    ///
    /// When the horizon has more than 10,000 periods.
    pub fn put_on(&self, series: Series, horizon: u32) -> Result<Series, ForecastError> {
        let factors = self.factors(&series, horizon);
        series.with_seasonal_factors(factors)
    }

    /// What demand is multiplied by in each phase of the shared season, beginning with the period
    /// ahead; all 1 where there is none.
    pub fn shared(&self) -> &[f64] {
        &self.factors
    }

    fn normalise(&mut self) {
        let mean = self.factors.iter().sum::<f64>() / self.factors.len() as f64;
        for factor in &mut self.factors {
            *factor = if mean > 0.0 { (*factor / mean).clamp(1.0 / MOST, MOST) } else { 1.0 };
        }
    }

    fn own_departures(&self, series: &Series) -> Departures {
        self.departures(series, Compared::WithSeason).smoothed(self.factors.len() / SMOOTH_PARTS)
    }

    /// Demand divided by its level, or by level and season: the level is the mean of demand without
    /// season over a cycle around the period.
    fn departures(&self, series: &Series, compared: Compared) -> Departures {
        let (length, periods) = (self.factors.len(), series.len());
        let values = series.values();
        let launch = values.iter().position(|&value| value > 0.0).unwrap_or(periods);
        let there = |period: usize| series.in_stock().get(period).copied().unwrap_or(true);
        let mut sums = Vec::with_capacity(periods - launch + 1);
        let (mut demand, mut usual) = (0.0, 0.0);
        sums.push((demand, usual));
        let known = |period: usize| values[period] >= 0.0 && there(period);
        let factor = |period: usize| self.factors[(length - (periods - period) % length) % length];
        for (period, &value) in values.iter().enumerate().skip(launch) {
            if known(period) {
                demand += value;
                usual += factor(period);
            }
            sums.push((demand, usual));
        }
        let (mut weighted, mut weights) = (vec![0.0; periods], vec![0.0; periods]);
        for period in (launch..periods).filter(|&period| known(period)) {
            let place = period - launch;
            let from = sums[place.saturating_sub(length / 2)];
            let to = sums[(place + length / 2 + 1).min(sums.len() - 1)];
            let level = (to.0 - from.0) / (to.1 - from.1).max(f64::MIN_POSITIVE);
            let expected = match compared {
                Compared::WithLevel => level,
                Compared::WithSeason => level * factor(period),
            };
            if expected > 0.0 {
                let weight = expected / (1.0 + OVERDISPERSION * expected);
                let back = periods - 1 - period;
                weights[back] = weight;
                weighted[back] = weight * values[period] / expected;
            }
        }
        Departures { weighted, weights }
    }
}

/// What the factors of the past must be multiplied by for the history without season to have the
/// level that all demand divided by all factors is.
///
/// A factor that was learnt from a demand is large where the demand happened to be, so the mean of
/// their ratios is less than the ratio of their means.
fn level_kept(series: &Series, factor: impl Fn(usize) -> f64) -> f64 {
    let (mut ratios, mut periods, mut demand, mut factors) = (0.0, 0.0, 0.0, 0.0);
    for (period, &value) in series.values().iter().enumerate() {
        if value >= 0.0 && series.in_stock().get(period).copied().unwrap_or(true) {
            ratios += value / factor(period);
            periods += 1.0;
            demand += value;
            factors += factor(period);
        }
    }
    let kept = ratios * factors / (periods * demand);
    if kept.is_finite() { kept.clamp(1.0 / MOST, MOST) } else { 1.0 }
}

/// What demand is divided by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Compared {
    WithLevel,
    WithSeason,
}

impl Departures {
    fn add(&mut self, other: &Self) {
        let sum = |total: &mut [f64], parts: &[f64]| {
            total.iter_mut().zip(parts).for_each(|(total, part)| *total += part);
        };
        sum(&mut self.weighted, &other.weighted);
        sum(&mut self.weights, &other.weights);
    }

    /// With the periods around counting as well, the farther the less.
    fn smoothed(&self, reach: usize) -> Self {
        let smooth = |values: &[f64]| {
            let around = |centre: usize| {
                let from = centre.saturating_sub(reach);
                let near = values.iter().enumerate().skip(from).take(centre + reach + 1 - from);
                near.map(|(place, value)| {
                    value * (1.0 - place.abs_diff(centre) as f64 / (reach + 1) as f64)
                })
                .sum()
            };
            (0..values.len()).map(around).collect()
        };
        Self { weighted: smooth(&self.weighted), weights: smooth(&self.weights) }
    }

    /// How far each period is from the usual, 1 being as usual, and what that weighs.
    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.weighted.iter().zip(&self.weights).map(|(&weighted, &weight)| {
            (if weight > 0.0 { weighted / weight - 1.0 } else { 0.0 }, weight)
        })
    }

    /// The factor of each phase, that of the period ahead first; `needed` is the weight that makes a
    /// phase half believed.
    fn by_phase(&self, length: usize, needed: Option<f64>) -> Vec<f64> {
        let Some(needed) = needed else { return vec![1.0; length] };
        let mut sums = vec![(0.0, 0.0); length];
        for (back, (&weighted, &weight)) in self.weighted.iter().zip(&self.weights).enumerate() {
            let sum = &mut sums[length - 1 - back % length];
            sum.0 += weighted;
            sum.1 += weight;
        }
        // What weighs nothing, and needs nothing, is as usual.
        let factor = |(weighted, weight): (f64, f64)| match weight + needed {
            all if all > 0.0 => (weighted + needed) / all,
            _ => 1.0,
        };
        sums.into_iter().map(factor).collect()
    }
}

/// How much of the departures comes again.
#[derive(Default)]
struct Variances {
    /// Products of the departures in one phase of two successive cycles, weighted, and the weight.
    again: f64,
    again_weight: f64,
    pairs: usize,
    /// Weighted squares of departures, the weights, and their number.
    squares: f64,
    square_weight: f64,
    count: usize,
    length: usize,
}

impl Variances {
    fn over<'d>(all: impl IntoIterator<Item = &'d Departures>, length: usize) -> Self {
        let mut variances = Self::default();
        all.into_iter().for_each(|departures| variances.count(departures, length));
        variances
    }

    fn count(&mut self, departures: &Departures, length: usize) {
        self.length = length;
        let points: Vec<(f64, f64)> = departures.points().collect();
        for (later, &(departure, weight)) in points.iter().enumerate() {
            if weight <= 0.0 {
                continue;
            }
            self.squares += weight * departure * departure;
            self.square_weight += weight;
            self.count += 1;
            if let Some(&(before, other)) = points.get(later + length).filter(|p| p.1 > 0.0) {
                let together = weight * other / (weight + other);
                self.again += together * departure * before;
                self.again_weight += together;
                self.pairs += 1;
            }
        }
    }

    /// The weight at which a departure is half season, half noise; none where nothing comes again, or
    /// too little was seen twice to tell.
    fn credibility(&self) -> Option<f64> {
        if self.pairs * COMMON_PART < self.length || self.again <= 0.0 {
            return None;
        }
        let season = self.again / self.again_weight;
        let noise = (self.squares - season * self.square_weight) / self.count as f64;
        Some(noise.max(0.0) / season)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::{ForecastOptions, LeadTime, forecast},
        unit::{Probability, Random, math},
    };

    /// Counts around a level times a season of four phases, the last one of the history the fourth.
    fn product(seed: u64, level: f64, periods: usize, season: [f64; 4]) -> Series {
        let mut random = Random::new(seed);
        let poisson = |mean: f64, random: &mut Random| {
            let (mut count, mut product, end) = (0.0, random.fraction(), math::exp(-mean));
            while product > end {
                product *= random.fraction();
                count += 1.0;
            }
            count
        };
        let first = (4 - periods % 4) % 4;
        let values =
            (0..periods).map(|t| poisson(level * season[(first + t) % 4], &mut random)).collect();
        Series::new(values).unwrap()
    }

    const SEASON: [f64; 4] = [0.6, 0.8, 1.0, 1.6];

    fn products(season: [f64; 4]) -> Vec<Series> {
        (0..60).map(|seed| product(seed, 0.5 + (seed % 7) as f64, 14, season)).collect()
    }

    #[test]
    fn a_season_that_no_product_shows_alone_is_found_in_all_together() {
        let season = SharedSeason::learn(&products(SEASON), 4).unwrap();
        for (found, true_factor) in season.shared().iter().zip(SEASON) {
            assert!((found / true_factor - 1.0).abs() < 0.12, "{season:?}");
        }
    }

    #[test]
    fn what_does_not_come_again_is_no_season() {
        let season = SharedSeason::learn(&products([1.0; 4]), 4).unwrap();
        assert!(season.shared().iter().all(|factor| (factor - 1.0).abs() < 0.06), "{season:?}");
        // One event that all products had is not a season either.
        let mut once = products([1.0; 4]);
        for series in &mut once {
            let mut values = series.values().to_vec();
            values[7] *= 5.0;
            *series = Series::new(values).unwrap();
        }
        let season = SharedSeason::learn(&once, 4).unwrap();
        assert!(season.shared().iter().all(|factor| (factor - 1.0).abs() < 0.3), "{season:?}");
    }

    #[test]
    fn a_product_with_a_season_of_its_own_keeps_much_of_it() {
        let mut all = products(SEASON);
        let opposite = [1.6, 1.0, 0.8, 0.6];
        all.extend((0..5).map(|seed| product(100 + seed, 40.0, 40, opposite)));
        let season = SharedSeason::learn(&all, 4).unwrap();
        let factors = season.factors(&all[60], 4);
        let ahead = &factors[40..];
        assert!(ahead[0] > 1.2 * ahead[3], "{ahead:?}");
        let usual = season.factors(&all[0], 4);
        assert!(usual[14] < usual[17], "{usual:?}");
    }

    #[test]
    fn too_little_history_has_no_season() {
        let years = [vec![], vec![3.0], vec![1.0, 2.0, 3.0, 9.0], vec![0.0; 30]];
        for values in years {
            let series = [Series::new(values).unwrap()];
            for length in [2, 4, 52, 1_000_000] {
                let season = SharedSeason::learn(&series, length).unwrap();
                let factors = season.factors(&series[0], 9);
                assert_eq!(factors.len(), series[0].len() + 9);
                assert!(length == 2 || factors.iter().all(|f| (f - 1.0).abs() < 1e-9));
            }
        }
        for length in [0, 1, 1_000_001] {
            let error = SharedSeason::learn(&[], length).unwrap_err();
            assert_eq!(error.code(), "season_length_invalid");
        }
    }

    #[test]
    fn periods_without_stock_do_not_count() {
        let full = products(SEASON);
        let cut = |series: &Series| {
            let in_stock: Vec<bool> = (0..series.len()).map(|t| t % 5 != 3).collect();
            let values = series.values().iter().zip(&in_stock);
            let values = values.map(|(value, there)| if *there { *value } else { 0.0 });
            Series::new(values.collect()).unwrap().with_availability(in_stock).unwrap()
        };
        let cut: Vec<Series> = full.iter().map(cut).collect();
        let (full, cut) =
            (SharedSeason::learn(&full, 4).unwrap(), SharedSeason::learn(&cut, 4).unwrap());
        for (full, cut) in full.shared().iter().zip(cut.shared()) {
            assert!((full / cut - 1.0).abs() < 0.12, "{full} {cut}");
        }
    }

    #[test]
    fn forecasts_are_multiplied_by_it_whatever_they_are_of() {
        let plain = product(1, 6.0, 40, [1.0; 4]);
        let values: Vec<f64> = plain.values().iter().map(|value| value * 3.0).collect();
        let options = ForecastOptions { horizon: 3, season_length: 1, ..Default::default() };
        let tripled = Series::new(values).unwrap().with_seasonal_factors(vec![3.0; 43]).unwrap();
        let [plain, tripled] = [plain, tripled].map(|series| forecast(&series, &options).unwrap());
        let lead_time = LeadTime::Fixed { periods: 3 };
        let sums = [&plain, &tripled].map(|f| f.lead_time_demand(&lead_time).unwrap());
        let periods = [&plain, &tripled].map(|forecast| forecast.demand_by_period(3));
        for p in [0.1, 0.5, 0.9] {
            let p = Probability::new(p).unwrap();
            assert!((sums[1].quantile(p) - 3.0 * sums[0].quantile(p)).abs() < 1e-9);
            assert!((periods[1][2].quantile(p) - 3.0 * periods[0][2].quantile(p)).abs() < 1e-9);
        }
        assert!((tripled.mean[2] - 3.0 * plain.mean[2]).abs() < 1e-9);
    }

    #[test]
    fn the_horizon_must_be_covered() {
        let series = Series::new(vec![1.0; 8]).unwrap().with_seasonal_factors(vec![1.0; 10]);
        let ask = |horizon| ForecastOptions { horizon, season_length: 1, ..Default::default() };
        let series = series.unwrap();
        assert!(forecast(&series, &ask(2)).is_ok());
        let error = forecast(&series, &ask(3)).unwrap_err();
        assert_eq!(error.code(), "seasonal_factors_length");
        let eight = || Series::new(vec![1.0; 8]).unwrap();
        for (factors, code) in [
            (vec![1.0; 7], "seasonal_factors_length"),
            (vec![0.0; 9], "seasonal_factor_invalid"),
            (vec![f64::NAN; 9], "seasonal_factor_invalid"),
        ] {
            assert_eq!(eight().with_seasonal_factors(factors).unwrap_err().code(), code);
        }
    }
}
