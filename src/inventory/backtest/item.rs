//! What is replayed: products with their records, and how the record is divided.

use crate::{
    forecast::{LeadTime, RegressorKind, Series},
    inventory::InventoryError,
    unit::{Invalid, sort_by},
};
use serde::{Deserialize, Serialize};

/// One product with its whole record; periods are days, weeks or whatever the record counts in.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestItem {
    /// What it is called.
    pub id: String,
    /// What was wanted in each period, oldest first; finite and not negative.
    pub demand: Vec<f64>,
    /// For each period whether the product was there to be sold; empty where it always was.
    pub in_stock: Vec<bool>,
    /// How strongly each period was promoted, known beforehand; empty where nothing was.
    pub promotion: Vec<f64>,
    /// Periods in which nothing can be sold, known beforehand; empty where there are none.
    pub closed: Vec<bool>,
    /// What one unit in stock is worth.
    pub unit_value: f64,
    /// Periods from a review, which is at the end of one, to that before whose customers the goods
    /// arrive: 1 when the next one can already be served from them, which is the least.
    pub lead_time: LeadTime,
    /// Orders are whole multiples of it; 1 where any whole number can be bought.
    pub pack: f64,
    /// The smallest order; 0 where there is none.
    pub minimum_order: f64,
    /// What an order line costs and what holding a unit for a period does, where that is known.
    pub costs: Option<OrderCosts>,
    /// Whether it is wanted in parts of a unit, as by weight.
    pub is_divisible: bool,
    /// Periods a unit can be sold for, the one of its receipt included, where it perishes.
    pub shelf_life: Option<u32>,
}

/// What decides how much a buyer with fixed quantities orders at once.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderCosts {
    /// Of placing and receiving one order line.
    pub order_cost: f64,
    /// Of holding one unit for one period.
    pub holding_cost: f64,
}

/// How products are bought where it is the same for all of them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BacktestSupply {
    /// As [`BacktestItem::lead_time`].
    pub lead_time: LeadTime,
    /// As [`BacktestItem::pack`].
    pub pack: f64,
    /// As [`BacktestItem::minimum_order`].
    pub minimum_order: f64,
    /// As [`BacktestItem::shelf_life`].
    #[serde(default)]
    pub shelf_life: Option<u32>,
}

/// How the record is divided and replayed, the same for every product.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BacktestOptions {
    /// Periods in one season: 7 for daily demand with a weekly pattern.
    pub season_length: u32,
    /// Longer seasons, as [`ForecastOptions`](crate::forecast::ForecastOptions) has them.
    pub longer_seasons: Vec<f64>,
    /// Periods from one review to the next.
    pub review_period: u32,
    /// Periods in which dials are chosen.
    pub tuning: u32,
    /// The last periods, in which policies are measured.
    pub test: u32,
    /// Periods after which forecasts are fitted anew; in between they are brought up to date.
    pub refit: u32,
    /// Periods that stay together when results are drawn again for the intervals.
    pub block: u32,
    /// Periods of past demand that policies of the moving kind look at.
    pub moving_window: u32,
    /// Periods of past demand from which fixed levels are set.
    pub look_back: u32,
    /// Periods of demand that a buyer with fixed quantities orders at once, where costs do not say.
    pub order_cover: u32,
    /// How often results are drawn again for the intervals.
    pub replicates: u32,
    /// What is paid for an emergency line above the usual value, as a share of it.
    pub emergency_premium: f64,
    /// Where chance starts.
    pub seed: u32,
}

impl Default for BacktestOptions {
    /// Daily demand, ordered daily: half a year to tune, a year to test.
    fn default() -> Self {
        Self {
            season_length: 7,
            longer_seasons: Vec::new(),
            review_period: 1,
            tuning: 182,
            test: 364,
            refit: 28,
            block: 28,
            moving_window: 112,
            look_back: 182,
            order_cover: 7,
            replicates: 500,
            emergency_premium: 0.2,
            seed: 1,
        }
    }
}

/// Where the parts of a record begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Division {
    /// The first period that is replayed; what lies before is what fixed levels are set from.
    pub(super) start: usize,
    /// The first one in which dials are chosen; the stock that a policy began with is gone by then.
    pub(super) tuning: usize,
    /// The first one of the test.
    pub(super) test: usize,
    /// Behind the last one.
    pub(super) end: usize,
}

/// Less history than this sets no level.
const LEAST_HISTORY: u32 = 12;
const MOST_PERIODS: u32 = 100_000;
const LONGEST_LEAD_TIME: u32 = 1_000;

impl BacktestOptions {
    /// The usual division of records of about so many periods: the last third is the test, a year at
    /// most, half as long before it dials are chosen.
    ///
    /// ```
    /// use replenish::inventory::backtest::BacktestOptions;
    /// let weekly = BacktestOptions::suited(52, 150);
    /// assert_eq!((weekly.tuning, weekly.test, weekly.block), (25, 50, 4));
    /// assert!(weekly.check().is_ok());
    /// ```
    pub fn suited(season_length: u32, periods: u32) -> Self {
        let year = year(season_length);
        let test = (periods / 3).clamp(4, year);
        let quarter = (year / 4).max(1);
        Self {
            season_length,
            longer_seasons: if season_length == 7 { vec![365.25] } else { Vec::new() },
            tuning: (test / 2).max(1),
            test,
            refit: (year / 13).max(1),
            block: (year / 13).min(test / 4).max(1),
            moving_window: if season_length == 7 { 112 } else { (4 * quarter).max(6) },
            look_back: (2 * quarter).max(LEAST_HISTORY),
            order_cover: if season_length == 7 { 7 } else { 1 },
            ..Self::default()
        }
    }

    /// Whether the options can be used at all.
    ///
    /// # Errors
    ///
    /// The first option that is out of range, with what was expected.
    pub fn check(&self) -> Result<(), Invalid> {
        let from_one = [
            ("review_period", self.review_period),
            ("tuning", self.tuning),
            ("test", self.test),
            ("refit", self.refit),
            ("block", self.block),
            ("moving_window", self.moving_window),
            ("look_back", self.look_back),
            ("order_cover", self.order_cover),
            ("replicates", self.replicates),
        ];
        for (field, value) in from_one {
            if !(1..=MOST_PERIODS).contains(&value) {
                let expected = format!("a number from 1 to {MOST_PERIODS}");
                return Err(Invalid::new("backtest_option_invalid", expected, value).at(field));
            }
        }
        if self.test < 2 * self.block {
            let expected = format!("at least two blocks of {} periods", self.block);
            return Err(Invalid::new("backtest_option_invalid", expected, self.test).at("test"));
        }
        if !(self.emergency_premium >= 0.0 && self.emergency_premium.is_finite()) {
            let expected = "a share of 0 or more";
            let invalid = Invalid::new("backtest_option_invalid", expected, self.emergency_premium);
            return Err(invalid.at("emergency_premium"));
        }
        Ok(())
    }

    /// Periods in a quarter of a year.
    pub(super) fn quarter(&self) -> usize {
        (year(self.season_length) / 4).max(1) as usize
    }

    /// Periods in about a month.
    pub(super) fn month(&self) -> usize {
        (year(self.season_length) / 13).max(1) as usize
    }

    /// How many blocks the test has; what does not fill one belongs to the last.
    pub(super) fn blocks(&self) -> usize {
        (self.test / self.block).max(1) as usize
    }
}

/// Periods in a year of whole seasons, where a season of seven is a week of days.
fn year(season_length: u32) -> u32 {
    if season_length == 7 { 364 } else { season_length.clamp(4, 366) }
}

impl BacktestItem {
    /// A product of which a series is the record: its promotions and closed periods are known
    /// beforehand, and a unit is worth the middle one of its prices, or 1 where it has none. Amounts
    /// are whole unless the record has others.
    pub fn of(id: String, series: &Series, supply: &BacktestSupply) -> Self {
        let demand = series.values().to_vec();
        let periods = demand.len();
        let of_kind = |kind: RegressorKind| {
            let known = series.regressors().iter().filter(move |found| found.kind == kind);
            known.map(|regressor| &regressor.values[..regressor.values.len().min(periods)])
        };
        let mut promotion = Vec::new();
        for values in of_kind(RegressorKind::Promotion) {
            promotion.resize(periods, 0.0_f64);
            // NaN is no promotion that is known.
            promotion.iter_mut().zip(values).for_each(|(most, &value)| *most = most.max(value));
        }
        let mut closed = Vec::new();
        for values in of_kind(RegressorKind::Closed) {
            closed.resize(periods, false);
            closed.iter_mut().zip(values).for_each(|(any, &value)| *any |= value > 0.0);
        }
        let mut prices: Vec<f64> = of_kind(RegressorKind::Price).flatten().copied().collect();
        prices.retain(|price| *price > 0.0 && price.is_finite());
        sort_by(&mut prices, f64::total_cmp);
        Self {
            id,
            in_stock: series.in_stock().to_vec(),
            promotion,
            closed,
            unit_value: prices.get(prices.len() / 2).copied().unwrap_or(1.0),
            lead_time: supply.lead_time.clone(),
            pack: supply.pack,
            minimum_order: supply.minimum_order,
            is_divisible: demand.iter().any(|demand| demand.fract() > 0.0),
            costs: None,
            shelf_life: supply.shelf_life,
            demand,
        }
    }

    /// Where the parts of the record begin.
    ///
    /// # Errors
    ///
    /// When a value cannot be accepted, or the record is too short, or shows no demand before the
    /// replay from which a level could be set.
    pub(super) fn divide(&self, options: &BacktestOptions) -> Result<Division, InventoryError> {
        self.check()?;
        let longest = self.lead_time.longest()?;
        let shortest = self.lead_time.outcomes()?.iter().map(|outcome| outcome.periods).min();
        if longest > LONGEST_LEAD_TIME || shortest.is_none_or(|shortest| shortest < 1) {
            let expected = format!("lead times from 1 to {LONGEST_LEAD_TIME} periods");
            let got = if longest > LONGEST_LEAD_TIME { longest } else { 0 };
            return Err(Invalid::new("lead_time_out_of_range", expected, got)
                .at("lead_time")
                .into());
        }
        let end = self.demand.len();
        let run_in = longest as usize + options.review_period as usize;
        let replayed = run_in + options.tuning as usize + options.test as usize;
        let needed = replayed + LEAST_HISTORY as usize;
        if end < needed {
            let expected =
                format!("at least {needed} periods: {replayed} to replay and some before");
            return Err(Invalid::new("record_too_short", expected, end).at("demand").into());
        }
        let start = end - replayed;
        let known = &self.demand[start.saturating_sub(options.look_back as usize)..start];
        if !known.iter().any(|&demand| demand > 0.0) {
            let expected = format!("demand in the {} periods before the replay", known.len());
            return Err(Invalid::new("record_without_demand", expected, "none")
                .at("demand")
                .into());
        }
        if self.in_stock.iter().skip(start).any(|there| !there) {
            let expected = "stock in every period that is replayed, as demand is not known without";
            return Err(Invalid::new("record_censored", expected, "none").at("in_stock").into());
        }
        let test = end - options.test as usize;
        Ok(Division { start, tuning: start + run_in, test, end })
    }

    /// Periods of demand from a review until goods of the next one arrive, on average.
    pub(super) fn protection(&self, review_period: u32) -> Result<f64, Invalid> {
        Ok(self.mean_lead_time()? + f64::from(review_period) - 1.0)
    }

    /// The mean lead time.
    pub(super) fn mean_lead_time(&self) -> Result<f64, Invalid> {
        let outcomes = self.lead_time.outcomes()?;
        Ok(outcomes.iter().map(|o| f64::from(o.periods) * o.probability.value()).sum())
    }

    /// The variance of the lead time.
    pub(super) fn lead_time_variance(&self) -> Result<f64, Invalid> {
        let (outcomes, mean) = (self.lead_time.outcomes()?, self.mean_lead_time()?);
        let square = |periods: u32| (f64::from(periods) - mean) * (f64::from(periods) - mean);
        Ok(outcomes.iter().map(|o| square(o.periods) * o.probability.value()).sum())
    }

    /// Whether nothing can be sold in a period; behind the record it is not known to be so.
    pub(super) fn is_closed(&self, period: usize) -> bool {
        self.closed.get(period).copied().unwrap_or(false)
    }

    /// An amount rounded up to whole units, unless it is wanted in parts of one.
    pub(super) fn whole(&self, amount: f64) -> f64 {
        if self.is_divisible { amount } else { (amount - amount * 1e-9).ceil() }
    }

    fn check(&self) -> Result<(), Invalid> {
        let refuse = |field: &str, code, expected: &str, got: f64| {
            Err(Invalid::new(code, expected, got).at(field))
        };
        if let Some(&bad) =
            self.demand.iter().find(|demand| !(demand.is_finite() && **demand >= 0.0))
        {
            return refuse("demand", "demand_invalid", "finite numbers of 0 or more", bad);
        }
        for (field, periods) in [
            ("in_stock", self.in_stock.len()),
            ("promotion", self.promotion.len()),
            ("closed", self.closed.len()),
        ] {
            if periods != 0 && periods != self.demand.len() {
                let expected = format!("{} values, as there are of demand", self.demand.len());
                return Err(Invalid::new("record_length", expected, periods).at(field));
            }
        }
        let positive = |value: f64| value > 0.0 && value.is_finite();
        if !positive(self.unit_value) {
            return refuse("unit_value", "unit_value_invalid", "a value above 0", self.unit_value);
        }
        if !positive(self.pack) {
            return refuse("pack", "pack_invalid", "a pack above 0", self.pack);
        }
        if !(self.minimum_order >= 0.0 && self.minimum_order.is_finite()) {
            let got = self.minimum_order;
            return refuse("minimum_order", "minimum_order_invalid", "0 or more", got);
        }
        if let Some(costs) = self.costs {
            if !(costs.order_cost >= 0.0 && costs.order_cost.is_finite()) {
                let got = costs.order_cost;
                return refuse("costs.order_cost", "cost_invalid", "0 or more", got);
            }
            if !positive(costs.holding_cost) {
                let got = costs.holding_cost;
                return refuse("costs.holding_cost", "cost_invalid", "a cost above 0", got);
            }
        }
        if self.shelf_life == Some(0) {
            return refuse("shelf_life", "shelf_life_invalid", "at least 1 period", 0.0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::{LeadTimeOutcome, Regressor},
        unit::Probability,
    };

    fn supply() -> BacktestSupply {
        BacktestSupply {
            lead_time: LeadTime::Fixed { periods: 2 },
            pack: 1.0,
            minimum_order: 0.0,
            shelf_life: None,
        }
    }

    fn item() -> BacktestItem {
        BacktestItem::of("a".into(), &Series::new(vec![3.0; 60]).unwrap(), &supply())
    }

    fn options() -> BacktestOptions {
        BacktestOptions { tuning: 10, test: 20, block: 5, ..BacktestOptions::default() }
    }

    #[test]
    fn the_test_is_the_end_of_the_record() {
        let division = item().divide(&options()).unwrap();
        assert_eq!(division, Division { start: 27, tuning: 30, test: 40, end: 60 });
        assert_eq!(options().blocks(), 4);
        let weekly = BacktestOptions::suited(52, 150);
        assert_eq!((weekly.quarter(), weekly.month()), (13, 4));
        let daily = BacktestOptions::suited(7, 2000);
        assert_eq!((daily.quarter(), daily.month(), daily.test), (91, 28, 364));
        for periods in [0, 1, 13, u32::MAX] {
            for season_length in [1, 4, 7, 12, 52, u32::MAX] {
                assert_eq!(BacktestOptions::suited(season_length, periods).check(), Ok(()));
            }
        }
    }

    #[test]
    fn what_cannot_be_replayed_is_refused() {
        let refused = |change: &dyn Fn(&mut BacktestItem)| {
            let mut changed = item();
            change(&mut changed);
            changed.divide(&options()).unwrap_err().code()
        };
        assert_eq!(refused(&|item| item.demand.truncate(44)), "record_too_short");
        assert_eq!(refused(&|item| item.demand[..27].fill(0.0)), "record_without_demand");
        assert_eq!(refused(&|item| item.demand[3] = f64::NAN), "demand_invalid");
        assert_eq!(refused(&|item| item.demand[3] = -1.0), "demand_invalid");
        assert_eq!(refused(&|item| item.promotion = vec![0.0; 59]), "record_length");
        assert_eq!(refused(&|item| item.unit_value = 0.0), "unit_value_invalid");
        assert_eq!(refused(&|item| item.pack = f64::INFINITY), "pack_invalid");
        assert_eq!(refused(&|item| item.minimum_order = -1.0), "minimum_order_invalid");
        assert_eq!(refused(&|item| item.shelf_life = Some(0)), "shelf_life_invalid");
        let free = OrderCosts { order_cost: 1.0, holding_cost: 0.0 };
        assert_eq!(refused(&|item| item.costs = Some(free)), "cost_invalid");
        for periods in [0, 1_001, u32::MAX] {
            let lead_time = LeadTime::Fixed { periods };
            assert_eq!(
                refused(&|item| item.lead_time = lead_time.clone()),
                "lead_time_out_of_range"
            );
        }
        let none = LeadTime::Empirical { outcomes: Vec::new() };
        assert_eq!(refused(&|item| item.lead_time = none.clone()), "lead_time_invalid");
        // Without stock nobody knows what was wanted, which matters only where it is replayed.
        let out_of_stock = |period: usize| {
            let mut changed = item();
            changed.in_stock = (0..60).map(|at| at != period).collect();
            changed.divide(&options()).err().map(|error| error.code())
        };
        assert_eq!((out_of_stock(26), out_of_stock(27)), (None, Some("record_censored")));
    }

    #[test]
    fn options_out_of_range_name_their_field() {
        let path = |options: BacktestOptions| options.check().unwrap_err().path.clone();
        assert_eq!(path(BacktestOptions { test: 0, ..options() }), "test");
        assert_eq!(path(BacktestOptions { test: 9, ..options() }), "test");
        assert_eq!(path(BacktestOptions { review_period: 0, ..options() }), "review_period");
        assert_eq!(path(BacktestOptions { replicates: u32::MAX, ..options() }), "replicates");
        let premium = BacktestOptions { emergency_premium: f64::NAN, ..options() };
        assert_eq!(path(premium), "emergency_premium");
    }

    #[test]
    fn what_is_known_beside_the_record_is_read_from_its_series() {
        let regressor = |kind, values: &[f64]| Regressor {
            name: "x".into(),
            kind,
            values: values.iter().copied().cycle().take(5).collect(),
        };
        let series = Series::new(vec![1.0, 2.5, 0.0]).unwrap().with_regressors(vec![
            regressor(RegressorKind::Promotion, &[0.0, f64::NAN, 1.0]),
            regressor(RegressorKind::Promotion, &[0.5, 0.0, 0.0]),
            regressor(RegressorKind::Closed, &[0.0, 0.0, 1.0]),
            regressor(RegressorKind::Price, &[4.0, f64::NAN, 2.0]),
        ]);
        let item = BacktestItem::of("a".into(), &series, &supply());
        assert_eq!(item.promotion, [0.5, 0.0, 1.0]);
        assert_eq!(item.closed, [false, false, true]);
        assert!((item.unit_value - 4.0).abs() < 1e-12 && item.is_divisible);
        assert!((item.whole(2.3) - 2.3).abs() < 1e-12);
    }

    #[test]
    fn lead_times_by_chance_have_their_moments() {
        let outcome = |periods, share| LeadTimeOutcome {
            periods,
            probability: Probability::new(share).unwrap(),
        };
        let lead_time = LeadTime::Empirical { outcomes: vec![outcome(2, 0.75), outcome(6, 0.25)] };
        let item = BacktestItem { lead_time, ..item() };
        assert!((item.mean_lead_time().unwrap() - 3.0).abs() < 1e-12);
        assert!((item.lead_time_variance().unwrap() - 3.0).abs() < 1e-12);
        assert!((item.protection(7).unwrap() - 9.0).abs() < 1e-12);
    }
}
