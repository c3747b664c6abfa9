//! The levels of our own policies: what the forecast says at each review, and what follows for every
//! setting of their dials at once.

use super::{
    item::{BacktestItem, BacktestOptions, Division},
    rule::{BacktestPolicy, Levels},
};
use crate::{
    forecast::{
        DemandDistribution, FittedModel, ForecastError, ForecastOptions, LeadTime, LeadTimeOutcome,
        Regressor, RegressorKind, Series, forecast,
    },
    inventory::InventoryError,
    unit::{Probability, sort_by},
};

/// The levels of both policies for each setting of their dials, in that order.
///
/// `line_value` is what an emergency line is worth at setting 1, in money held for a period.
pub(super) fn levels(
    item: &BacktestItem,
    division: Division,
    options: &BacktestOptions,
    line_value: f64,
) -> Result<Vec<Levels>, InventoryError> {
    let prices: Vec<f64> =
        BacktestPolicy::MarginalValue.dials().iter().map(|dial| dial * line_value).collect();
    let probabilities = BacktestPolicy::ServiceLevel
        .dials()
        .into_iter()
        .map(Probability::new)
        .collect::<Result<Vec<_>, _>>()?;
    let mut levels = vec![Levels::default(); prices.len() + probabilities.len()];
    let ahead = intervals(&item.lead_time, options.review_period)?;
    let (mut view, mut now) = (None, vec![0.0; levels.len()]);
    for period in division.start..division.end {
        let passed = period - division.start;
        let refit = passed.is_multiple_of(options.refit as usize);
        let mut current = match view.take() {
            Some(view) if !refit => view,
            _ => View::fit(item, period, options)?,
        };
        if !refit {
            current.observe(item, period)?;
        }
        if passed.is_multiple_of(options.review_period as usize) {
            let demand = current.demand(period, &ahead)?;
            let sometimes = share_with_demand(&item.demand[..=period], options);
            let tried = Tried::new(item, &demand, sometimes);
            let (by_price, by_probability) = now.split_at_mut(prices.len());
            for (level, &price) in by_price.iter_mut().zip(&prices) {
                *level = tried.best(item.unit_value, price);
            }
            if let Some(longest) = demand.last() {
                for (level, &probability) in by_probability.iter_mut().zip(&probabilities) {
                    *level = item.whole(longest.quantile(probability));
                }
            }
        }
        for (levels, &level) in levels.iter_mut().zip(&now) {
            levels.order_up_to.push(level);
        }
        view = Some(current);
    }
    Ok(levels)
}

/// How long after a review what is ordered then is there, less one period; and each period more until
/// what is ordered at the next review is.
fn intervals(lead_time: &LeadTime, review_period: u32) -> Result<Vec<LeadTime>, InventoryError> {
    let outcomes = lead_time.outcomes()?;
    let later = |periods: u32| match lead_time {
        LeadTime::Fixed { periods: fixed } => {
            LeadTime::Fixed { periods: fixed.saturating_sub(1).saturating_add(periods) }
        }
        LeadTime::Empirical { .. } => {
            let shift = |outcome: &LeadTimeOutcome| LeadTimeOutcome {
                periods: outcome.periods.saturating_sub(1).saturating_add(periods),
                ..*outcome
            };
            LeadTime::Empirical { outcomes: outcomes.iter().map(shift).collect() }
        }
    };
    Ok((0..=review_period).map(later).collect())
}

/// How often anything is wanted in a period, of late; never quite never and never quite always.
fn share_with_demand(known: &[f64], options: &BacktestOptions) -> f64 {
    let late = &known[known.len().saturating_sub(options.look_back as usize)..];
    let some = late.iter().filter(|&&demand| demand > 0.0).count();
    (some as f64 + 0.5) / (late.len() as f64 + 1.0)
}

/// A fitted model and what was known beside demand when it was fitted.
struct View {
    model: FittedModel,
    fitted: usize,
    /// What demand of each period behind the fit is multiplied by for promotions and closed days;
    /// empty where nothing moves it.
    factors: Vec<f64>,
}

impl View {
    /// A model of everything up to the end of a period.
    fn fit(
        item: &BacktestItem,
        period: usize,
        options: &BacktestOptions,
    ) -> Result<Self, ForecastError> {
        let known = period + 1;
        let longest = item.lead_time.longest()?.saturating_add(options.review_period);
        let horizon = options.refit.saturating_add(longest).clamp(1, 10_000);
        let ahead = known + horizon as usize;
        let column = |name: &str, kind, values: &dyn Fn(usize) -> f64| Regressor {
            name: name.to_owned(),
            kind,
            values: (0..ahead).map(values).collect(),
        };
        let mut regressors = Vec::new();
        // What lies behind the record is as usual.
        if !item.promotion.is_empty() {
            let value = |at: usize| item.promotion.get(at).copied().unwrap_or(f64::NAN);
            regressors.push(column("promotion", RegressorKind::Promotion, &value));
        }
        if !item.closed.is_empty() {
            let value = |at: usize| f64::from(u8::from(item.is_closed(at)));
            regressors.push(column("closed", RegressorKind::Closed, &value));
        }
        let moved = !regressors.is_empty();
        let mut series = Series::new(item.demand[..known].to_vec())?.with_regressors(regressors);
        if !item.in_stock.is_empty() {
            series = series.with_availability(item.in_stock[..known].to_vec())?;
        }
        let asked = ForecastOptions {
            horizon,
            season_length: options.season_length,
            longer_seasons: options.longer_seasons.clone(),
            quantiles: Vec::new(),
            seed: options.seed,
            ..ForecastOptions::default()
        };
        let forecast = forecast(&series, &asked)?;
        let mean = if moved { forecast.mean.clone() } else { Vec::new() };
        let model = forecast.into_model();
        let mut factors = Vec::with_capacity(mean.len());
        if moved {
            let usual = model.mean(horizon)?;
            for (step, (&mean, &usual)) in mean.iter().zip(&usual).enumerate() {
                factors.push(if usual > 0.0 {
                    mean / usual
                } else {
                    f64::from(u8::from(!item.is_closed(known + step)))
                });
            }
        }
        Ok(Self { model, fitted: known, factors })
    }

    /// Takes in the demand of one more period.
    fn observe(&mut self, item: &BacktestItem, period: usize) -> Result<(), ForecastError> {
        let factor = self.factor(period);
        let known = item.in_stock.get(period).copied().unwrap_or(true);
        // What was sold on a closed day, or out of an empty shelf, says nothing about demand.
        let usual = if known && factor > 0.0 { item.demand[period] / factor } else { f64::NAN };
        self.model.update(&[usual])
    }

    /// Demand from behind a period over each interval.
    fn demand(&self, period: usize, intervals: &[LeadTime]) -> Result<Vec<Demand>, InventoryError> {
        let mut found = Vec::with_capacity(intervals.len());
        for interval in intervals {
            let distribution = self.model.lead_time_demand(interval)?;
            let mut factor = 1.0;
            if !self.factors.is_empty() {
                let (mut usual, mut moved) = (0.0, 0.0);
                for outcome in interval.outcomes()? {
                    let share = outcome.probability.value();
                    let path = match outcome.periods {
                        0 => Vec::new(),
                        periods => self.model.mean(periods)?,
                    };
                    for (step, mean) in path.into_iter().enumerate() {
                        usual += share * mean;
                        moved += share * mean * self.factor(period + 1 + step);
                    }
                }
                if usual > 0.0 {
                    factor = moved / usual;
                }
            }
            found.push(Demand { distribution, factor });
        }
        Ok(found)
    }

    fn factor(&self, period: usize) -> f64 {
        self.factors.get(period - self.fitted).copied().unwrap_or(1.0)
    }
}

/// Demand over an interval, with what promotions and closed days make of it.
struct Demand {
    distribution: DemandDistribution,
    factor: f64,
}

impl Demand {
    fn quantile(&self, probability: Probability) -> f64 {
        self.distribution.quantile(probability) * self.factor
    }

    fn probability_above(&self, level: f64) -> f64 {
        if self.factor <= 0.0 {
            return 0.0;
        }
        self.distribution.probability_above(level / self.factor).value()
    }

    /// What is expected to be left of a level.
    fn left_of(&self, level: f64) -> f64 {
        if self.factor <= 0.0 {
            return level;
        }
        let level = level / self.factor;
        let short = self.distribution.expected_shortage(level);
        self.factor * (level - self.distribution.mean() + short).max(0.0)
    }
}

/// Levels that come into question, and what each of them leads to.
struct Tried {
    levels: Vec<f64>,
    /// Units in stock at the end of a period, on average.
    stock: Vec<f64>,
    /// Emergency lines a period, on average.
    lines: Vec<f64>,
}

impl Tried {
    /// Tries quantiles of demand over the whole interval, where the probability of a shortage has its
    /// steps, and no stock at all.
    fn new(item: &BacktestItem, demand: &[Demand], sometimes: f64) -> Self {
        let mut levels = vec![0.0, item.whole(f64::MIN_POSITIVE)];
        if let Some(longest) = demand.last() {
            let probability = |p: &f64| Probability::new(*p).ok();
            let quantiles = TRIED.iter().filter_map(probability);
            levels.extend(quantiles.map(|p| item.whole(longest.quantile(p))));
        }
        sort_by(&mut levels, f64::total_cmp);
        levels.dedup_by(|a, b| a.total_cmp(b).is_eq());
        // An order of whole packs lifts the position somewhat above the level, anywhere up to a pack.
        let batch = item.pack.max(item.minimum_order) - item.whole(f64::MIN_POSITIVE);
        let above: &[f64] = if batch > 0.0 { &[0.125, 0.375, 0.625, 0.875] } else { &[0.0] };
        let (mut stock, mut lines) = (Vec::new(), Vec::new());
        for &level in &levels {
            let (mut units, mut short) = (0.0, 0.0);
            for share in above {
                let position = if level > 0.0 { level + batch.max(0.0) * share } else { 0.0 };
                let (more_units, more_short) = outcome(demand, position, sometimes);
                units += more_units;
                short += more_short;
            }
            stock.push(units / above.len() as f64);
            lines.push(short / above.len() as f64);
        }
        Self { levels, stock, lines }
    }

    /// The level at which stock and emergency lines together are worth the least.
    fn best(&self, unit_value: f64, line_value: f64) -> f64 {
        let (mut best, mut least) = (0.0, f64::INFINITY);
        for ((&level, &stock), &lines) in self.levels.iter().zip(&self.stock).zip(&self.lines) {
            let worth = unit_value * stock + line_value * lines;
            if worth < least {
                (best, least) = (level, worth);
            }
        }
        best
    }
}

/// What a position leads to in each period until the next order is there: units left at its end, and
/// how likely it has an emergency, which is when demand crosses the position in it, or had crossed it
/// before and there is demand.
fn outcome(demand: &[Demand], position: f64, sometimes: f64) -> (f64, f64) {
    let (mut units, mut lines) = (0.0, 0.0);
    for pair in demand.windows(2) {
        let before = pair[0].probability_above(position);
        let crossed = pair[1].probability_above(position);
        units += pair[1].left_of(position);
        lines += (crossed - before).max(0.0) + before * sometimes;
    }
    let periods = (demand.len() - 1).max(1) as f64;
    (units / periods, lines / periods)
}

const TRIED: [f64; 64] = [
    0.02, 0.06, 0.1, 0.14, 0.18, 0.22, 0.26, 0.3, 0.34, 0.38, 0.42, 0.46, 0.5, 0.53, 0.56, 0.59,
    0.62, 0.65, 0.68, 0.71, 0.73, 0.75, 0.77, 0.79, 0.81, 0.83, 0.845, 0.86, 0.87, 0.88, 0.89, 0.9,
    0.907, 0.914, 0.921, 0.928, 0.935, 0.942, 0.949, 0.956, 0.961, 0.966, 0.971, 0.976, 0.979,
    0.982, 0.985, 0.987, 0.989, 0.99, 0.9915, 0.993, 0.994, 0.995, 0.996, 0.9968, 0.9975, 0.998,
    0.9984, 0.9987, 0.999, 0.9993, 0.9996, 0.9999,
];

#[cfg(test)]
mod tests {
    use super::{
        super::rule::tests::{item, options},
        *,
    };

    fn all_levels(item: &BacktestItem) -> Vec<Levels> {
        levels(item, item.divide(&options()).unwrap(), &options(), 10.0).unwrap()
    }

    #[test]
    fn we_do_not_see_the_future_either() {
        let past = item(2);
        let division = past.divide(&options()).unwrap();
        let passed = 30;
        let mut other = past.clone();
        for demand in &mut other.demand[division.start + passed + 1..] {
            *demand = 50.0 - *demand;
        }
        let (a, b) = (all_levels(&past), all_levels(&other));
        let mut differ = false;
        for (a, b) in a.iter().zip(&b) {
            let bits =
                |levels: &[f64]| -> Vec<u64> { levels.iter().map(|l| l.to_bits()).collect() };
            let split = |levels: &Levels| {
                let (known, rest) = levels.order_up_to.split_at(passed + 1);
                (bits(known), bits(rest))
            };
            let ((known_a, rest_a), (known_b, rest_b)) = (split(a), split(b));
            assert_eq!(known_a, known_b);
            differ |= rest_a != rest_b;
        }
        assert!(differ, "what came later would have to matter later");
    }

    #[test]
    fn a_dearer_line_or_a_cheaper_unit_means_more_stock() {
        let cheap = item(3);
        let dear = BacktestItem { unit_value: 50.0, ..cheap.clone() };
        let (cheap, dear) = (all_levels(&cheap), all_levels(&dear));
        let prices = BacktestPolicy::MarginalValue.dials().len();
        let total = |levels: &Levels| levels.order_up_to.iter().sum::<f64>();
        for pair in cheap.windows(2).enumerate().filter(|(at, _)| at + 1 != prices) {
            assert!(total(&pair.1[0]) <= total(&pair.1[1]), "dial {}", pair.0);
        }
        assert!(cheap[..prices].iter().zip(&dear).all(|(a, b)| total(a) >= total(b)));
        assert!(total(&cheap[12]) > total(&dear[12]));
        // One service level is the same for both.
        assert_eq!(cheap[prices..], dear[prices..]);
    }

    #[test]
    fn what_a_position_leads_to_by_hand() {
        let demand = |outcomes: &[(f64, f64)], factor| Demand {
            distribution: DemandDistribution::from_weighted(outcomes.to_vec()),
            factor,
        };
        // A day with a demand of 10 in one of four, and two such days.
        let one = demand(&[(0.0, 0.75), (10.0, 0.25)], 1.0);
        let two = demand(&[(0.0, 0.5625), (10.0, 0.375), (20.0, 0.0625)], 1.0);
        let near = |found: (f64, f64), units: f64, lines: f64| {
            let error = (found.0 - units).abs() + (found.1 - lines).abs();
            assert!(error < 1e-12, "{found:?} is not ({units}, {lines})");
        };
        // Of ten in stock both days' demand is gone in 1 of 16, in which the second is an emergency.
        near(outcome(&[one, two], 10.0, 0.25), 5.625, 0.0625);
        let one = demand(&[(0.0, 0.75), (10.0, 0.25)], 1.0);
        let two = demand(&[(0.0, 0.5625), (10.0, 0.375), (20.0, 0.0625)], 1.0);
        // With nothing in stock every demand is one.
        near(outcome(&[one, two], 0.0, 0.25), 0.0, 0.25);
        let closed = [demand(&[(5.0, 1.0)], 0.0), demand(&[(5.0, 1.0)], 0.0)];
        near(outcome(&closed, 7.0, 0.25), 7.0, 0.0);
        let promoted = [demand(&[(0.0, 1.0)], 2.0), demand(&[(5.0, 1.0)], 2.0)];
        near(outcome(&promoted, 12.0, 0.9), 2.0, 0.0);
    }

    #[test]
    fn intervals_end_when_the_next_order_is_there() {
        let fixed = intervals(&LeadTime::Fixed { periods: 3 }, 2).unwrap();
        let periods = |lead_time: &LeadTime| lead_time.longest().unwrap();
        assert_eq!(fixed.iter().map(periods).collect::<Vec<_>>(), [2, 3, 4]);
        let outcome =
            |periods| LeadTimeOutcome { periods, probability: Probability::new(0.5).unwrap() };
        let chance = LeadTime::Empirical { outcomes: vec![outcome(1), outcome(4)] };
        let found = intervals(&chance, 1).unwrap();
        assert_eq!(found[0], LeadTime::Empirical { outcomes: vec![outcome(0), outcome(3)] });
        assert_eq!(found[1], chance);
    }
}
