//! What came of it.

use super::scenario::{Costs, Unmet};
use serde::{Deserialize, Serialize};
use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

/// What a policy did over the counted periods of one product, in sums: those of several products or
/// of several stretches of time add up.
///
/// ```
/// use replenish::inventory::simulate::{Control, Scenario, simulate};
/// let first = simulate(&Scenario::new(&[2.0, 0.0, 4.0]), Control::OrderUpTo(&[3.0]))?;
/// let second = simulate(&Scenario::new(&[1.0, 1.0, 1.0]), Control::OrderUpTo(&[3.0]))?;
/// let both = first + second;
/// assert_eq!(both.periods, 6);
/// assert_eq!(both.lost, 4.0); // 2 + 1 of the first product, 1 of the second: the shelves were empty
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "SimulationOutcome"))]
pub struct Outcome {
    /// Periods that were counted; of several products, those of each.
    pub periods: u64,
    /// Units that customers wanted.
    pub demand: f64,
    /// Units that they got at once from regular stock.
    pub served_from_stock: f64,
    /// Units that they went without.
    pub lost: f64,
    /// Units for which they had to wait.
    pub back_ordered: f64,
    /// Units that were bought outside the calendar.
    pub emergency_units: f64,
    /// Periods in which stock did not cover the demand: where shortages are bought, each is a line of
    /// an emergency order.
    pub emergency_lines: u64,
    /// Order cycles, each from one receipt to the next, that ended in the counted periods.
    pub cycles: u64,
    /// Of these, the ones in which stock did not always cover the demand.
    pub cycles_short: u64,
    /// Units received from regular orders.
    pub received: f64,
    /// Units that expired.
    pub wasted: f64,
    /// Regular orders placed.
    pub order_lines: u64,
    /// Units ordered with them.
    pub ordered: f64,
    /// What stock, less what customers wait for, rose from start to end.
    pub stock_rise: f64,
    /// Closing stocks of all periods, added up.
    pub stock_periods: f64,
    /// Their value at unit cost.
    pub stock_value_periods: f64,
    /// Units waited for at the end of each period, added up.
    pub back_order_periods: f64,
    /// The highest closing stock; of several products, the highest of any.
    pub maximum_stock: f64,
    /// What was paid to suppliers: regular orders and emergencies with their premium.
    pub spend: f64,
    /// Of that, the premium.
    pub emergency_cost: f64,
    /// For holding stock.
    pub holding_cost: f64,
    /// For going short.
    pub shortage_cost: f64,
    /// For placing orders.
    pub ordering_cost: f64,
    /// For what expired.
    pub waste_cost: f64,
    /// Squared differences of each period's demand from the mean of its product, added up.
    pub demand_deviations: f64,
    /// The same of the quantities ordered.
    pub order_deviations: f64,
}

impl Outcome {
    /// The share of demand that regular stock covered at once (fill rate, β); 1 without demand.
    pub fn fill_rate(&self) -> f64 {
        if self.demand > 0.0 { self.served_from_stock / self.demand } else { 1.0 }
    }

    /// The share of order cycles that ended without a stock-out (cycle service level, α); none where
    /// no cycle ended.
    pub fn cycle_service_level(&self) -> Option<f64> {
        ratio(self.cycles.saturating_sub(self.cycles_short) as f64, self.cycles as f64)
    }

    /// Closing stock of a period on average, of several products the average of each; none where
    /// nothing was counted.
    pub fn average_stock(&self) -> Option<f64> {
        ratio(self.stock_periods, self.periods as f64)
    }

    /// Its value at unit cost.
    pub fn average_stock_value(&self) -> Option<f64> {
        ratio(self.stock_value_periods, self.periods as f64)
    }

    /// The share of what was received that expired; none where nothing was received.
    pub fn waste_share(&self) -> Option<f64> {
        ratio(self.wasted, self.received)
    }

    /// For how many periods of average demand the average stock lasts (days of cover where a period is
    /// a day); none without demand.
    pub fn periods_of_cover(&self) -> Option<f64> {
        ratio(self.stock_periods, self.demand)
    }

    /// The variance of orders over the variance of demand (bullwhip); above 1 the policy passes on
    /// more unrest than it gets. None where demand is always the same.
    ///
    /// (Chen, Drezner, Ryan and Simchi-Levi, "Quantifying the bullwhip effect in a simple supply
    /// chain", Management Science 46, 2000.)
    pub fn bullwhip(&self) -> Option<f64> {
        ratio(self.order_deviations, self.demand_deviations)
    }

    /// All costs that a policy can change: holding, shortage, ordering, waste and emergency premium,
    /// without the usual price of the goods.
    pub fn total_cost(&self) -> f64 {
        self.holding_cost
            + self.shortage_cost
            + self.ordering_cost
            + self.waste_cost
            + self.emergency_cost
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        // Taken apart, so that no field is forgotten.
        let Self {
            periods,
            demand,
            served_from_stock,
            lost,
            back_ordered,
            emergency_units,
            emergency_lines,
            cycles,
            cycles_short,
            received,
            wasted,
            order_lines,
            ordered,
            stock_rise,
            stock_periods,
            stock_value_periods,
            back_order_periods,
            maximum_stock,
            spend,
            emergency_cost,
            holding_cost,
            shortage_cost,
            ordering_cost,
            waste_cost,
            demand_deviations,
            order_deviations,
        } = other;
        self.periods = self.periods.saturating_add(periods);
        self.demand += demand;
        self.served_from_stock += served_from_stock;
        self.lost += lost;
        self.back_ordered += back_ordered;
        self.emergency_units += emergency_units;
        self.emergency_lines = self.emergency_lines.saturating_add(emergency_lines);
        self.cycles = self.cycles.saturating_add(cycles);
        self.cycles_short = self.cycles_short.saturating_add(cycles_short);
        self.received += received;
        self.wasted += wasted;
        self.order_lines = self.order_lines.saturating_add(order_lines);
        self.ordered += ordered;
        self.stock_rise += stock_rise;
        self.stock_periods += stock_periods;
        self.stock_value_periods += stock_value_periods;
        self.back_order_periods += back_order_periods;
        self.maximum_stock = self.maximum_stock.max(maximum_stock);
        self.spend += spend;
        self.emergency_cost += emergency_cost;
        self.holding_cost += holding_cost;
        self.shortage_cost += shortage_cost;
        self.ordering_cost += ordering_cost;
        self.waste_cost += waste_cost;
        self.demand_deviations += demand_deviations;
        self.order_deviations += order_deviations;
    }
}

impl Add for Outcome {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl Sum for Outcome {
    fn sum<I: Iterator<Item = Self>>(outcomes: I) -> Self {
        outcomes.fold(Self::default(), Add::add)
    }
}

/// What the simulation adds up while it runs.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) periods: usize,
    pub(super) demand: f64,
    pub(super) short: f64,
    pub(super) short_periods: u64,
    pub(super) cycles: u64,
    pub(super) cycles_short: u64,
    pub(super) received: f64,
    pub(super) wasted: f64,
    pub(super) order_lines: u64,
    pub(super) ordered: f64,
    pub(super) stock_rise: f64,
    pub(super) stock: f64,
    pub(super) waiting: f64,
    pub(super) maximum_stock: f64,
    /// Squared differences from a number near the mean, so that squares do not swallow the variance.
    pub(super) demand_squares: f64,
    pub(super) order_squares: f64,
}

/// The means of a whole run from which its deviations are measured, and the number that was taken off
/// before squaring.
#[derive(Clone, Copy)]
pub(super) struct Means {
    pub(super) near: f64,
    pub(super) demand: f64,
    pub(super) order: f64,
}

impl Means {
    pub(super) fn of(tallies: &[Tally], near: f64) -> Self {
        let periods: f64 = tallies.iter().map(|tally| tally.periods as f64).sum();
        let demand: f64 = tallies.iter().map(|tally| tally.demand).sum();
        let order: f64 = tallies.iter().map(|tally| tally.ordered).sum();
        let periods = periods.max(1.0);
        Self { near, demand: demand / periods, order: order / periods }
    }
}

impl Tally {
    pub(super) fn outcome(&self, means: Means, costs: &Costs, unmet: Unmet) -> Outcome {
        let only = |when| if unmet == when { self.short } else { 0.0 };
        let (lost, back_ordered, emergency_units) =
            (only(Unmet::Lost), only(Unmet::BackOrdered), only(Unmet::Emergency));
        let waiting = if unmet == Unmet::BackOrdered { self.waiting } else { lost };
        let emergency_cost = emergency_units * costs.unit_cost * costs.emergency_premium;
        // Σ(x − m)² from Σ(x − a)²: with d = m − a it is Σ(x − a)² − 2dΣ(x − a) + nd².
        let deviations = |squares: f64, sum: f64, mean: f64| {
            let count = self.periods as f64;
            let shift = mean - means.near;
            (squares - shift * (2.0 * (sum - count * means.near) - count * shift)).max(0.0)
        };
        Outcome {
            periods: self.periods as u64,
            demand: self.demand,
            served_from_stock: self.demand - self.short,
            lost,
            back_ordered,
            emergency_units,
            emergency_lines: self.short_periods,
            cycles: self.cycles,
            cycles_short: self.cycles_short,
            received: self.received,
            wasted: self.wasted,
            order_lines: self.order_lines,
            ordered: self.ordered,
            stock_rise: self.stock_rise,
            stock_periods: self.stock,
            stock_value_periods: self.stock * costs.unit_cost,
            back_order_periods: self.waiting,
            maximum_stock: self.maximum_stock,
            spend: (self.ordered + emergency_units) * costs.unit_cost + emergency_cost,
            emergency_cost,
            holding_cost: self.stock * costs.holding_per_unit_and_period,
            shortage_cost: waiting * costs.shortage_per_unit,
            ordering_cost: self.order_lines as f64 * costs.order_line,
            waste_cost: self.wasted * costs.waste_per_unit,
            demand_deviations: deviations(self.demand_squares, self.demand, means.demand),
            order_deviations: deviations(self.order_squares, self.ordered, means.order),
        }
    }
}
