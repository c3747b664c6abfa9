//! What each setting of a dial leads to, and what a policy would lead to at another's stock.

use super::{
    item::{BacktestItem, BacktestOptions},
    rule::BacktestPolicy,
    trial::{BacktestTrial, Block, Sums},
};
use crate::unit::sort_by;
use serde::{Deserialize, Serialize};

/// What a policy leads to, over all products.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PolicyMeasures {
    /// Value in stock at the end of a period, all products together, on average.
    pub stock_value: f64,
    /// The same in the block in which it was highest; absent while dials are chosen.
    #[cfg_attr(target_family = "wasm", tsify(type = "number | null"))]
    pub highest_stock_value: Option<f64>,
    /// Demands of a period that stock did not cover, in a thousand product-periods.
    pub emergency_lines: f64,
    /// Share of demand that stock covered at once, by value.
    pub fill_rate: f64,
    /// Share of order cycles without a shortage.
    pub cycle_service_level: f64,
    /// Share of what was received that expired, by value.
    pub waste_share: f64,
    /// Regular order lines a period, all products together.
    pub order_lines: f64,
    /// What was paid, the premium of emergencies included, over the usual value of demand.
    pub spend_index: f64,
    /// Variance of orders over variance of demand, the mean of all products.
    pub bullwhip: f64,
    /// For how many periods of average demand the stock would last, by value.
    pub periods_of_cover: f64,
}

/// One setting of a dial.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CurvePoint {
    /// The setting.
    pub dial: f64,
    /// What it led to while dials are chosen.
    pub tuning: PolicyMeasures,
    /// What it led to in the test.
    pub test: PolicyMeasures,
}

/// A policy at every setting of its dial.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PolicyCurve {
    /// The policy.
    pub policy: BacktestPolicy,
    /// From little stock to much, as the dial has it.
    pub points: Vec<CurvePoint>,
}

impl PolicyMeasures {
    /// `periods` are those of one product.
    fn new(sums: &Sums, periods: f64, options: &BacktestOptions) -> Self {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let emergencies = sums.short * (1.0 + options.emergency_premium);
        Self {
            stock_value: share(sums.stock, periods),
            highest_stock_value: None,
            emergency_lines: 1000.0 * share(sums.lines, sums.periods),
            fill_rate: 1.0 - share(sums.short, sums.demand),
            cycle_service_level: 1.0 - share(sums.cycles_short, sums.cycles),
            waste_share: share(sums.wasted, sums.received),
            order_lines: share(sums.order_lines, periods),
            spend_index: share(sums.ordered + emergencies, sums.demand),
            bullwhip: share(sums.bullwhip, sums.with_bullwhip),
            periods_of_cover: share(sums.stock, sums.demand),
        }
    }

    /// A straight line between two, `share` of the way.
    fn between(&self, other: &Self, share: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * share;
        let highest = self.highest_stock_value.zip(other.highest_stock_value);
        Self {
            stock_value: mix(self.stock_value, other.stock_value),
            highest_stock_value: highest.map(|(a, b)| mix(a, b)),
            emergency_lines: mix(self.emergency_lines, other.emergency_lines),
            fill_rate: mix(self.fill_rate, other.fill_rate),
            cycle_service_level: mix(self.cycle_service_level, other.cycle_service_level),
            waste_share: mix(self.waste_share, other.waste_share),
            order_lines: mix(self.order_lines, other.order_lines),
            spend_index: mix(self.spend_index, other.spend_index),
            bullwhip: mix(self.bullwhip, other.bullwhip),
            periods_of_cover: mix(self.periods_of_cover, other.periods_of_cover),
        }
    }
}

/// What a demand of one period is worth on average, the mean of all products, before the periods that
/// are tuned and tested: what the price of an emergency line is counted in, so that the same settings
/// of the dial suit pence and pounds.
pub fn line_value(items: &[BacktestItem], options: &BacktestOptions) -> f64 {
    let unknown = options.tuning as usize + options.test as usize;
    let (mut worth, mut count) = (0.0, 0.0);
    for item in items {
        let known = &item.demand[..item.demand.len().saturating_sub(unknown)];
        let lines = known.iter().filter(|&&demand| demand > 0.0).count();
        let value = item.unit_value * known.iter().sum::<f64>();
        if lines > 0 && value > 0.0 && value.is_finite() {
            worth += value / lines as f64;
            count += 1.0;
        }
    }
    if count > 0.0 { worth / count } else { 1.0 }
}

/// The curves of all policies over some products.
pub(super) fn curves(trials: &[&BacktestTrial], options: &BacktestOptions) -> Vec<PolicyCurve> {
    let (tuning_periods, test_periods) = (f64::from(options.tuning), f64::from(options.test));
    let blocks = options.blocks();
    let mut setting = 0;
    let mut curves = Vec::with_capacity(BacktestPolicy::ALL.len());
    for policy in BacktestPolicy::ALL {
        let mut points = Vec::new();
        for dial in policy.dials() {
            let (mut tuning, mut test) = (Sums::default(), Sums::default());
            let mut stock = vec![0.0; blocks];
            for trial in trials {
                tuning += &trial.tuning[setting];
                test += &trial.test[setting];
                let own = &trial.blocks[setting * blocks..][..blocks];
                stock.iter_mut().zip(own).for_each(|(sum, block)| *sum += block.stock);
            }
            let mut test = PolicyMeasures::new(&test, test_periods, options);
            let block = |index: usize| {
                let full = f64::from(options.block);
                let rest = test_periods - full * (blocks - 1) as f64;
                if index + 1 == blocks { rest } else { full }
            };
            let means = stock.iter().enumerate().map(|(index, stock)| stock / block(index));
            test.highest_stock_value = means.reduce(f64::max);
            let tuning = PolicyMeasures::new(&tuning, tuning_periods, options);
            points.push(CurvePoint { dial, tuning, test });
            setting += 1;
        }
        curves.push(PolicyCurve { policy, points });
    }
    curves
}

/// A policy's stock and emergency lines, by stock.
pub(super) struct Polyline(Vec<(f64, f64)>);

impl Polyline {
    pub(super) fn new(mut points: Vec<(f64, f64)>) -> Self {
        sort_by(&mut points, |a, b| a.0.total_cmp(&b.0));
        Self(points)
    }

    /// Emergency lines at a stock, on the straight line between the settings next to it: what choosing
    /// between them by lot would lead to. None outside the settings tried.
    pub(super) fn lines_at(&self, stock: f64) -> Option<f64> {
        let above = self.0.partition_point(|point| point.0 < stock);
        let (next, before) = (self.0.get(above)?, above.checked_sub(1).map(|at| self.0[at]));
        let Some(before) = before else { return (next.0 <= stock).then_some(next.1) };
        Some(before.1 + (next.1 - before.1) * share(before.0, next.0, stock))
    }

    /// The least stock at which there are so few emergency lines.
    pub(super) fn stock_at(&self, lines: f64) -> Option<f64> {
        let index = self.0.iter().position(|point| point.1 <= lines)?;
        let before = self.0[index.checked_sub(1)?];
        let next = self.0[index];
        Some(before.0 + (next.0 - before.0) * share(before.1, next.1, lines))
    }
}

/// What a policy leads to in the test at a stock.
pub(super) fn measures_at(curve: &PolicyCurve, stock: f64) -> Option<PolicyMeasures> {
    let mut points: Vec<&PolicyMeasures> = curve.points.iter().map(|point| &point.test).collect();
    sort_by(&mut points, |a, b| a.stock_value.total_cmp(&b.stock_value));
    let above = points.partition_point(|point| point.stock_value < stock);
    let (next, before) = (points.get(above)?, points[above.checked_sub(1)?]);
    Some(before.between(next, share(before.stock_value, next.stock_value, stock)))
}

/// How far a value is on the way from one to another.
fn share(from: f64, to: f64, value: f64) -> f64 {
    let way = to - from;
    if way.abs() > 0.0 { (value - from) / way } else { 0.0 }
}

/// Stock and emergency lines of each setting, of all products and blocks by their weights.
pub(super) fn weighted(
    trials: &[&BacktestTrial],
    blocks: usize,
    by_trial: &[f64],
    by_block: &[f64],
    lines: impl Fn(&Block) -> f64,
) -> Vec<(f64, f64)> {
    let settings = trials.first().map_or(0, |trial| trial.tuning.len());
    let mut sums = vec![(0.0, 0.0); settings * blocks];
    for (trial, &weight) in trials.iter().zip(by_trial) {
        if weight > 0.0 {
            for (sum, block) in sums.iter_mut().zip(&trial.blocks) {
                sum.0 += weight * block.stock;
                sum.1 += weight * lines(block);
            }
        }
    }
    let total = |setting: &[(f64, f64)]| {
        let mut total = (0.0, 0.0);
        for (block, &weight) in setting.iter().zip(by_block) {
            total.0 += weight * block.0;
            total.1 += weight * block.1;
        }
        total
    };
    sums.chunks(blocks).map(total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_settings_the_curve_is_straight() {
        let curve = Polyline::new(vec![(30.0, 1.0), (10.0, 9.0), (20.0, 3.0)]);
        let near = |found: Option<f64>, wanted: f64| {
            assert!((found.unwrap() - wanted).abs() < 1e-12, "{found:?} is not {wanted}");
        };
        near(curve.lines_at(15.0), 6.0);
        near(curve.lines_at(20.0), 3.0);
        near(curve.lines_at(10.0), 9.0);
        near(curve.lines_at(30.0), 1.0);
        assert_eq!((curve.lines_at(9.9), curve.lines_at(30.1)), (None, None));
        near(curve.stock_at(2.0), 25.0);
        assert_eq!((curve.stock_at(0.5), curve.stock_at(9.0)), (None, None));
    }
}
