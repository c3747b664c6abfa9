//! The policies that are set beside one another, each with one dial.

use super::item::{BacktestItem, BacktestOptions, Division};
use crate::{
    inventory::classic::BufferProfile,
    unit::{Invalid, Random},
};
use serde::{Deserialize, Serialize};

/// Who decides how much to order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum BacktestPolicy {
    /// Ours: the forecast's distribution of demand, each product stocked until the next unit prevents
    /// too few emergency lines for the money it binds (marginal analysis over all products, Sherbrooke,
    /// "METRIC: a multi-echelon technique for recoverable item control", Operations Research 16, 1968).
    /// Dial: what an emergency line is worth, in stock of a typical demand held for a period.
    MarginalValue,
    /// Ours: a quantile of the forecast's distribution of demand, the same for every product. Dial:
    /// that probability.
    ServiceLevel,
    /// What was sold over the last protection interval will be sold in the next. Dial: a factor.
    LastPeriod,
    /// Minimum and maximum set once, from mean demand before the replay. Dial: the minimum in mean
    /// demands of a protection interval; the maximum is one usual order more.
    FixedMinMax,
    /// A reorder level and a reorder quantity set once, from mean demand before the replay. Dial: the
    /// level in mean demands of a protection interval.
    LevelQuantity,
    /// Minimum and maximum set anew every four weeks from the last quarter, with 10 % of these reviews
    /// forgotten and a judgement that is up to 20 % off either way. Dial: as for fixed ones.
    Manual,
    /// Maximum months of stock, reordered at half of it, by the mean of the last quarter, as clinics
    /// and their stores do. Dial: the maximum in mean demands of a protection interval.
    MonthsOfStock,
    /// The textbook: moving mean and standard deviation, normal demand. Dial: safety factor z.
    NormalBaseStock,
    /// Demand-driven material requirements planning: red, yellow and green zones around average daily
    /// usage. Dial: the variability factor.
    DemandDriven,
    /// Knows demand over the protection interval. Dial: the share of it that is stocked.
    PerfectForesight,
}

/// When to order and how much, for each period that is replayed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Levels {
    /// An order is placed when the inventory position is at it or below.
    pub(super) reorder_points: Vec<f64>,
    /// What an order lifts the position to; where quantities are fixed, those quantities.
    pub(super) order_up_to: Vec<f64>,
    pub(super) kind: LevelKind,
}

/// What the levels mean.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum LevelKind {
    /// Order up to the level whenever the position is below it.
    #[default]
    BaseStock,
    /// Order up to the level once the position is at the reorder point or below.
    MinMax,
    /// Order a fixed quantity, or up to the reorder point where that is more, once the position is at
    /// the reorder point or below.
    Quantity,
}

impl BacktestPolicy {
    /// All of them, ours first.
    pub const ALL: [Self; 10] = [
        Self::MarginalValue,
        Self::ServiceLevel,
        Self::LastPeriod,
        Self::FixedMinMax,
        Self::LevelQuantity,
        Self::Manual,
        Self::MonthsOfStock,
        Self::NormalBaseStock,
        Self::DemandDriven,
        Self::PerfectForesight,
    ];

    /// Whether it is one of ours.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::MarginalValue | Self::ServiceLevel)
    }

    /// The settings of its dial that are tried, from little stock to much.
    pub fn dials(self) -> Vec<f64> {
        match self {
            Self::MarginalValue => steps(0.5, 1.7, 25),
            Self::ServiceLevel => vec![
                0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.965, 0.975, 0.983, 0.99,
                0.9935, 0.996, 0.9975, 0.9985, 0.999, 0.9995,
            ],
            Self::NormalBaseStock => (0..24).map(|step| f64::from(step) * 0.25 - 0.5).collect(),
            Self::DemandDriven => steps(0.05, 1.45, 18),
            Self::PerfectForesight => (1..=10).map(|step| f64::from(step) * 0.1).collect(),
            Self::LastPeriod
            | Self::FixedMinMax
            | Self::LevelQuantity
            | Self::Manual
            | Self::MonthsOfStock => steps(0.2, 1.28, 20),
        }
    }
}

/// A dial that grows by the same factor from one setting to the next.
fn steps(first: f64, factor: f64, count: usize) -> Vec<f64> {
    std::iter::successors(Some(first), |last| Some(last * factor)).take(count).collect()
}

/// What the policies other than ours know of one product.
pub(super) struct Rules<'a> {
    item: &'a BacktestItem,
    division: Division,
    window: usize,
    quarter: usize,
    month: usize,
    /// Demand up to and without each period, and its squares.
    sums: Vec<f64>,
    squares: Vec<f64>,
    protection: f64,
    longest: usize,
    lead_time: f64,
    lead_time_variance: f64,
    review_period: f64,
    /// Mean demand of a period before the replay.
    usual: f64,
    /// How much is ordered at once where that is fixed.
    quantity: f64,
    seed: u64,
}

impl<'a> Rules<'a> {
    pub(super) fn new(
        item: &'a BacktestItem,
        division: Division,
        options: &BacktestOptions,
        seed: u64,
    ) -> Result<Self, Invalid> {
        let running = |value: fn(f64) -> f64| {
            let mut total = 0.0;
            let mut sums = vec![0.0];
            sums.extend(item.demand.iter().map(|&demand| {
                total += value(demand);
                total
            }));
            sums
        };
        let start = division.start;
        let known = &item.demand[start.saturating_sub(options.look_back as usize)..start];
        let usual = known.iter().sum::<f64>() / known.len() as f64;
        let cover = usual * f64::from(options.order_cover.max(options.review_period));
        let quantity = match item.costs {
            // Harris 1913: what ordering and holding cost together is least.
            Some(costs) => (2.0 * costs.order_cost * usual / costs.holding_cost).sqrt(),
            None => cover,
        };
        Ok(Self {
            item,
            division,
            window: options.moving_window as usize,
            quarter: options.quarter(),
            month: options.month(),
            sums: running(|demand| demand),
            squares: running(|demand| demand * demand),
            protection: item.protection(options.review_period)?,
            longest: item.lead_time.longest()? as usize + options.review_period as usize - 1,
            lead_time: item.mean_lead_time()?,
            lead_time_variance: item.lead_time_variance()?,
            review_period: f64::from(options.review_period),
            usual,
            quantity: quantity.max(item.pack).max(item.minimum_order).max(1.0),
            seed,
        })
    }

    /// The levels of a policy that is not ours, behind each period that is replayed.
    pub(super) fn levels(&self, policy: BacktestPolicy, dial: f64) -> Levels {
        match policy {
            BacktestPolicy::LastPeriod => {
                self.base_stock(|end| dial * self.mean(end, self.longest) * self.protection)
            }
            BacktestPolicy::NormalBaseStock => self.base_stock(|end| {
                let (mean, variance) = self.moments(end, self.window);
                let spread = self.protection * variance + mean * mean * self.lead_time_variance;
                self.protection * mean + dial * spread.sqrt()
            }),
            BacktestPolicy::PerfectForesight => self.base_stock(|end| {
                let ahead = (end + self.longest).min(self.item.demand.len());
                dial * (self.sums[ahead] - self.sums[end])
            }),
            BacktestPolicy::FixedMinMax | BacktestPolicy::LevelQuantity => {
                let least = dial * self.usual * self.protection;
                let fixed = policy == BacktestPolicy::LevelQuantity;
                let most = if fixed { self.quantity } else { least + self.quantity };
                Levels {
                    reorder_points: vec![least],
                    order_up_to: vec![most],
                    kind: if fixed { LevelKind::Quantity } else { LevelKind::MinMax },
                }
            }
            BacktestPolicy::Manual => self.manual(dial),
            BacktestPolicy::MonthsOfStock => self.min_max(|end| {
                let most = dial * self.mean(end, self.quarter) * self.protection;
                (most / 2.0, most)
            }),
            BacktestPolicy::DemandDriven => self.min_max(|end| {
                let usage = self.mean(end, self.window);
                self.buffer(usage, dial)
            }),
            BacktestPolicy::MarginalValue | BacktestPolicy::ServiceLevel => Levels::default(),
        }
    }

    fn base_stock(&self, level: impl Fn(usize) -> f64) -> Levels {
        let reviews = self.division.start..self.division.end;
        let order_up_to = reviews.map(|period| level(period + 1).max(0.0)).collect();
        Levels { order_up_to, ..Levels::default() }
    }

    fn min_max(&self, mut levels: impl FnMut(usize) -> (f64, f64)) -> Levels {
        let reviews = self.division.start..self.division.end;
        let (reorder_points, order_up_to) = reviews.map(|period| levels(period + 1)).unzip();
        Levels { reorder_points, order_up_to, kind: LevelKind::MinMax }
    }

    fn manual(&self, dial: f64) -> Levels {
        let mut random = Random::new(self.seed);
        let mut judged = self.usual;
        let mut next = self.division.start;
        self.min_max(|end| {
            if end > next {
                next += self.month;
                // Both are drawn every time, so that each dial meets the same month.
                let (forgotten, noise) = (random.fraction() < 0.1, random.fraction());
                if !forgotten {
                    judged = self.mean(end, self.quarter) * (0.8 + 0.4 * noise);
                }
            }
            let least = dial * judged * self.protection;
            (least, least + self.quantity)
        })
    }

    /// Top of yellow, where an order is placed, and top of green, up to which it goes.
    fn buffer(&self, usage: f64, variability_factor: f64) -> (f64, f64) {
        let profile = BufferProfile {
            average_daily_usage: usage,
            decoupled_lead_time_days: self.lead_time,
            lead_time_factor: LEAD_TIME_FACTOR,
            variability_factor,
            order_cycle_days: self.review_period,
            minimum_order_quantity: self.item.minimum_order,
        };
        // INVARIANT: means of demands that were checked are neither negative nor infinite.
        let zones = profile.zones();
        zones.map_or((0.0, 0.0), |zones| (zones.top_of_yellow(), zones.top_of_green()))
    }

    /// Mean demand of the last periods before an end.
    fn mean(&self, end: usize, window: usize) -> f64 {
        self.moments(end, window).0
    }

    fn moments(&self, end: usize, window: usize) -> (f64, f64) {
        let start = end.saturating_sub(window);
        let count = (end - start) as f64;
        let mean = (self.sums[end] - self.sums[start]) / count;
        let squares = self.squares[end] - self.squares[start];
        let variance = (squares - count * mean * mean) / (count - 1.0).max(1.0);
        (mean, variance.max(0.0))
    }
}

/// The usual factor of a middling lead time.
const LEAD_TIME_FACTOR: f64 = 0.5;

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        forecast::{LeadTime, Series},
        inventory::backtest::BacktestSupply,
    };

    /// Sixteen weeks of days with a weekly pattern and some chance.
    pub(in super::super) fn item(seed: u64) -> BacktestItem {
        let mut random = Random::new(seed);
        let week = [4.0, 2.0, 3.0, 3.0, 5.0, 9.0, 1.0];
        let demand = (0..112).map(|day| (week[day % 7] * 2.0 * random.fraction()).round());
        let supply = BacktestSupply {
            lead_time: LeadTime::Fixed { periods: 2 },
            pack: 1.0,
            minimum_order: 0.0,
            shelf_life: None,
        };
        BacktestItem::of(format!("item {seed}"), &Series::new(demand.collect()).unwrap(), &supply)
    }

    pub(in super::super) fn options() -> BacktestOptions {
        BacktestOptions {
            tuning: 21,
            test: 42,
            block: 7,
            refit: 7,
            moving_window: 28,
            look_back: 28,
            replicates: 50,
            ..BacktestOptions::default()
        }
    }

    fn levels(item: &BacktestItem, policy: BacktestPolicy, dial: f64) -> Levels {
        let division = item.divide(&options()).unwrap();
        Rules::new(item, division, &options(), 1).unwrap().levels(policy, dial)
    }

    #[test]
    fn nobody_but_foresight_sees_the_future() {
        let past = item(1);
        let division = past.divide(&options()).unwrap();
        let now = division.start + 30;
        let mut other = past.clone();
        for demand in &mut other.demand[now + 1..] {
            *demand = 50.0 - *demand;
        }
        let known = |levels: &[f64]| -> Vec<u64> {
            levels.iter().take(now - division.start + 1).map(|level| level.to_bits()).collect()
        };
        for policy in BacktestPolicy::ALL.into_iter().filter(|policy| !policy.is_ours()) {
            let (a, b) = (levels(&past, policy, 1.3), levels(&other, policy, 1.3));
            let same = known(&a.order_up_to) == known(&b.order_up_to)
                && known(&a.reorder_points) == known(&b.reorder_points);
            assert_eq!(same, policy != BacktestPolicy::PerfectForesight, "{policy:?}");
        }
    }

    #[test]
    fn levels_by_hand() {
        // Always four: no deviation, and two periods until what is ordered next is there.
        let steady = BacktestItem { demand: vec![4.0; 112], ..item(1) };
        let first = |policy, dial| {
            let Levels { reorder_points, order_up_to, .. } = levels(&steady, policy, dial);
            (reorder_points.first().copied().unwrap_or(-1.0), order_up_to[0])
        };
        let near = |found: (f64, f64), wanted: (f64, f64)| {
            let error = (found.0 - wanted.0).abs() + (found.1 - wanted.1).abs();
            assert!(error < 1e-9, "{found:?} is not {wanted:?}");
        };
        near(first(BacktestPolicy::LastPeriod, 1.5), (-1.0, 12.0));
        near(first(BacktestPolicy::NormalBaseStock, 2.0), (-1.0, 8.0));
        near(first(BacktestPolicy::PerfectForesight, 0.5), (-1.0, 4.0));
        near(first(BacktestPolicy::FixedMinMax, 1.5), (12.0, 40.0));
        near(first(BacktestPolicy::LevelQuantity, 1.5), (12.0, 28.0));
        near(first(BacktestPolicy::MonthsOfStock, 3.0), (12.0, 24.0));
        // Yellow 8, red 4 + 4 · 0.5, green the half of yellow again.
        near(first(BacktestPolicy::DemandDriven, 0.5), (14.0, 18.0));
    }

    #[test]
    fn a_manual_review_errs_and_forgets_alike_at_every_dial() {
        let steady = BacktestItem { demand: vec![4.0; 112], ..item(1) };
        let points = |dial| levels(&steady, BacktestPolicy::Manual, dial).reorder_points;
        let (low, high) = (points(1.0), points(2.0));
        assert!(low.iter().zip(&high).all(|(low, high)| (2.0 * low - high).abs() < 1e-9));
        assert!(low.iter().all(|point| (6.4..=9.6).contains(point)), "{low:?}");
        assert!(low.iter().any(|point| (point - 8.0).abs() > 0.01), "nobody erred");
    }

    #[test]
    fn dials_go_from_little_to_much() {
        for policy in BacktestPolicy::ALL {
            let dials = policy.dials();
            assert!(dials.len() >= 10 && dials.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
