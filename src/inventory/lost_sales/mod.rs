//! How much to order when what is not there is not sold.
//!
//! Where unmet demand waits, stock on hand and on order together tell all (order up to a level). Where
//! it is lost, they do not: a sale that is lost before an order arrives leaves its unit on the shelf
//! for later, so counting all demand until then against the stock orders too much. What counts is
//! what will be left over when the order arrives. Its distribution follows from the stock, the
//! receipts due and the demand of each period until then; the quantity is the one whose expected cost
//! from its arrival on is least (Morton, "The near-myopic nature of the lagged-proportional-cost
//! inventory problem with lost sales", Operations Research 19, 1971; Zipkin, "Old and new methods for
//! lost-sales inventory systems", Operations Research 56, 2008).
//!
//! Morton's policy looks no further than to the arrival of the next order, and so orders a little too
//! much: a unit too many is carried until it is sold, not for one period. Here the periods after that
//! count as well, as many as there are demands for, as if stock could then be filled up at once to
//! what suits each period best: what is left over costs nothing where it would have been ordered
//! anyhow, and is carried where it would not. With stationary negative binomial demand of 0.5, 1.2 and 3
//! units a period, an order for the third period ahead, and a lost sale five times as dear as a unit
//! held, the mean cost is 0.1, 0.2 and 1.2 % above the optimum of dynamic programming; that of Morton's
//! policy 0.3, 2.5 and 3.4 %, that of the best base stock level 1.0, 3.6 and 4.6 %.
//!
//! Demand of different periods is taken as independent. On a grid of some tens of places everything
//! is a handful of short convolutions, microseconds.

mod grid;

use crate::{
    forecast::DemandDistribution,
    unit::{Invalid, Probability},
};
use grid::{Grid, Prices, along, expected, expected_at, lowest};
use serde::{Deserialize, Serialize};

/// What is known when an order is placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LostSales<'a> {
    /// Demand of each period, the first one that of the period ahead, at least until the next order
    /// can arrive. One or two review periods more make the answer better, further ones hardly.
    pub demand: &'a [DemandDistribution],
    /// Stock that can be sold now.
    pub on_hand: f64,
    /// What was ordered before.
    pub receipts: &'a [PeriodReceipt],
    /// The period, counted from 0, from whose beginning on what is ordered now can be sold.
    pub arrives: usize,
    /// The same of the next order, one review later.
    pub next_arrives: usize,
    /// What is wanted.
    pub goal: LostSalesGoal,
    /// The order is a multiple of this: a pack, or the smallest part of the unit.
    pub multiple: f64,
}

/// Goods on their way, by period.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PeriodReceipt {
    /// The period, counted from 0, from whose beginning on they can be sold.
    pub period: usize,
    /// How much comes.
    pub quantity: f64,
}

/// What an order shall achieve.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum LostSalesGoal {
    /// The least expected cost.
    Cost {
        /// Cost of a unit left over at the end of a period, above zero.
        holding: f64,
        /// Cost of a unit that was wanted and not there, above zero.
        shortage: f64,
        /// Cost of a unit left over at the end of the last period that demand is given for, on top
        /// of holding: 0 where it goes on selling, its cost where it is waste.
        left_over: f64,
    },
    /// The smallest quantity with which demand from its arrival until that of the next order is met
    /// with this probability (cycle service level).
    Service {
        /// The probability, below 1.
        level: Probability,
    },
}

/// How much to order, and what is to be expected of it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LostSalesOrder {
    /// How much; 0 when nothing need be ordered.
    pub quantity: f64,
    /// Expected stock, without the order, when it arrives.
    pub left_on_arrival: f64,
    /// Expected lost demand before the order arrives, which no order can change.
    pub lost_before: f64,
    /// Expected lost demand from its arrival until the next order's.
    pub lost: f64,
    /// How likely some demand is lost then.
    pub stock_out_risk: Probability,
    /// Expected stock when the next order arrives, without that one.
    pub left_over: f64,
}

/// The largest stock, as for demand: whole numbers are still exact.
const MAX_STOCK: f64 = 1e15;
/// The smallest part that quantities are divided into.
const LEAST_MULTIPLE: f64 = 1e-9;
/// The highest cost of a unit.
const MAX_COST: f64 = 1e15;

impl LostSales<'_> {
    /// The quantity to order.
    ///
    /// Quantities are compared on a grid of up to 64 places, of whole units where there are
    /// so few, and rounded to the multiple next to the best one that costs less, or for a service
    /// level up to the next one.
    ///
    /// # Errors
    ///
    /// When a number is negative or not finite, the next order does not arrive after this one, or
    /// demand does not reach until then.
    ///
    /// ```
    /// use replenish::{
    ///     forecast::DemandDistribution,
    ///     inventory::{LostSales, LostSalesGoal, PeriodReceipt},
    /// };
    /// let week = DemandDistribution::from_weighted(vec![(0.0, 0.2), (1.0, 0.4), (2.0, 0.3), (5.0, 0.1)]);
    /// let order = LostSales {
    ///     demand: &vec![week; 5],
    ///     on_hand: 2.0,
    ///     receipts: &[PeriodReceipt { period: 1, quantity: 1.0 }],
    ///     arrives: 2,
    ///     next_arrives: 3,
    ///     goal: LostSalesGoal::Cost { holding: 0.2, shortage: 1.0, left_over: 0.0 },
    ///     multiple: 1.0,
    /// }
    /// .order()?;
    /// // Three units are there or coming and three are wanted on average before the order arrives:
    /// // none would be left if unmet demand waited. But some of it is lost, and so some is left.
    /// assert_eq!(order.quantity, 2.0);
    /// assert!((order.left_on_arrival - 0.74).abs() < 1e-9);
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn order(&self) -> Result<LostSalesOrder, Invalid> {
        self.check()?;
        let grid = Grid::of(self);
        let (stock, lost_before) = grid.stock_on_arrival(self);
        let quantity = match self.goal {
            LostSalesGoal::Cost { holding, shortage, left_over } => {
                let prices = Prices { holding, shortage, left_over };
                let costs = grid.costs_from_arrival(self, prices);
                let expected = expected(&stock, &costs);
                let wanted = lowest(&expected) * grid.step;
                let less = (wanted / self.multiple + 1e-9).floor() * self.multiple;
                let more = less + self.multiple;
                let cost = |quantity: f64| along(&expected, quantity / grid.step);
                if cost(more) < cost(less) { more } else { less }
            }
            LostSalesGoal::Service { level } => {
                let served = grid.served(self);
                let enough = |&ordered: &usize| {
                    expected_at(&stock, &served, ordered as f64) >= level.value() - 1e-12
                };
                let place = (0..grid.places).find(enough).unwrap_or(grid.places - 1);
                (place as f64 * grid.step / self.multiple - 1e-9).ceil() * self.multiple
            }
        };
        Ok(grid.outcome(self, &stock, quantity, lost_before))
    }

    fn check(&self) -> Result<(), Invalid> {
        let amount = |field: &str, value: f64| {
            if (0.0..=MAX_STOCK).contains(&value) {
                return Ok(());
            }
            let expected = format!("a quantity from 0 to {MAX_STOCK}");
            Err(Invalid::new("quantity_invalid", expected, value).at(field))
        };
        amount("on_hand", self.on_hand)?;
        for (index, receipt) in self.receipts.iter().enumerate() {
            amount("quantity", receipt.quantity)
                .map_err(|invalid| invalid.at(format_args!("receipts[{index}]")))?;
        }
        for (index, demand) in self.demand.iter().enumerate() {
            amount("mean", demand.mean().max(0.0))
                .map_err(|invalid| invalid.at(format_args!("demand[{index}]")))?;
        }
        if !(LEAST_MULTIPLE..=MAX_STOCK).contains(&self.multiple) {
            let expected = format!("a quantity from {LEAST_MULTIPLE} to {MAX_STOCK}");
            return Err(Invalid::new("multiple_invalid", expected, self.multiple).at("multiple"));
        }
        if self.next_arrives <= self.arrives {
            let expected = format!("a period after {}", self.arrives);
            return Err(
                Invalid::new("period_invalid", expected, self.next_arrives).at("next_arrives")
            );
        }
        if self.demand.len() < self.next_arrives {
            let expected = format!("demand of at least {} periods", self.next_arrives);
            return Err(Invalid::new("demand_too_short", expected, self.demand.len()).at("demand"));
        }
        match self.goal {
            LostSalesGoal::Cost { holding, shortage, left_over } => {
                let all = [("holding", holding), ("shortage", shortage), ("left_over", left_over)];
                for (field, cost) in all {
                    // What is left over at the end may cost nothing more.
                    let is_needed = field != "left_over";
                    if !((0.0..=MAX_COST).contains(&cost) && (cost > 0.0 || !is_needed)) {
                        let least = if is_needed { "above 0" } else { "of 0 or more" };
                        let expected = format!("a cost {least} and at most {MAX_COST}");
                        let invalid = Invalid::new("cost_invalid", expected, cost);
                        return Err(invalid.at(field).at("goal"));
                    }
                }
            }
            LostSalesGoal::Service { level } => {
                if level.value() >= 1.0 {
                    let expected = "a probability below 1";
                    return Err(Invalid::new("service_level_invalid", expected, level.value())
                        .at("level")
                        .at("goal"));
                }
            }
        }
        Ok(())
    }

    /// What is due at the beginning of a period.
    fn due(&self, period: usize) -> f64 {
        let due = self.receipts.iter().filter(|receipt| receipt.period == period);
        due.map(|receipt| receipt.quantity).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{grid::cells, *};

    const COST: LostSalesGoal = LostSalesGoal::Cost { holding: 0.2, shortage: 1.0, left_over: 0.0 };

    fn week(shares: &[f64]) -> DemandDistribution {
        let points = shares.iter().enumerate().map(|(demand, &share)| (demand as f64, share));
        DemandDistribution::from_weighted(points.collect())
    }

    fn weeks() -> Vec<DemandDistribution> {
        let shares: [&[f64]; 6] = [
            &[0.3, 0.4, 0.2, 0.1],
            &[0.1, 0.2, 0.3, 0.3, 0.1],
            &[0.5, 0.2, 0.0, 0.1, 0.1, 0.1],
            &[0.6, 0.3, 0.1],
            &[0.2, 0.2, 0.2, 0.2, 0.2],
            &[0.9, 0.1],
        ];
        shares.map(week).to_vec()
    }

    /// One unit on hand, none coming, the next order in the third period, one more in the fourth.
    fn usual(demand: &[DemandDistribution]) -> LostSales<'_> {
        let (arrives, next_arrives, multiple) = (2, 3, 1.0);
        LostSales {
            demand,
            on_hand: 1.0,
            receipts: &[],
            arrives,
            next_arrives,
            goal: COST,
            multiple,
        }
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    /// What follows from everything that may come, one path after the other.
    #[derive(Default)]
    struct Enumerated {
        cost: f64,
        lost_before: f64,
        lost: f64,
        met: f64,
        left_over: f64,
    }

    fn enumerate(what: &LostSales<'_>, quantity: f64) -> Enumerated {
        let mut total = Enumerated::default();
        let mut paths = vec![(what.on_hand, 1.0, true)];
        for (period, demand) in what.demand[..what.next_arrives].iter().enumerate() {
            let ordered = if period == what.arrives { quantity } else { 0.0 };
            let mut after = Vec::new();
            for (stock, likely, is_met) in paths {
                let stock = stock + what.due(period) + ordered;
                for (wanted, share) in demand.demands() {
                    let (likely, lost) = (likely * share, (wanted - stock).max(0.0));
                    let left = (stock - wanted).max(0.0);
                    if period < what.arrives {
                        total.lost_before += likely * lost;
                        after.push((left, likely, true));
                    } else {
                        total.lost += likely * lost;
                        total.cost += likely * (lost + 0.2 * left);
                        after.push((left, likely, is_met && lost <= 0.0));
                    }
                }
            }
            paths = after;
        }
        total.met = paths.iter().filter(|path| path.2).map(|path| path.1).sum();
        total.left_over = paths.iter().map(|path| path.0 * path.1).sum();
        total
    }

    #[test]
    fn every_path_counted_one_by_one_gives_the_same() {
        let weeks = weeks();
        let receipts = [(0, 1.0), (1, 2.0), (3, 1.0), (3, 1.0)]
            .map(|(period, quantity)| PeriodReceipt { period, quantity });
        for (arrives, next_arrives) in [(0, 1), (2, 3), (1, 3), (2, 5)] {
            for on_hand in [0.0, 1.0, 4.0, 30.0] {
                let demand = &weeks[..next_arrives];
                let (goal, multiple, receipts) = (COST, 1.0, &receipts[..]);
                let what =
                    LostSales { demand, on_hand, receipts, arrives, next_arrives, goal, multiple };
                let order = what.order().unwrap();
                let exact = enumerate(&what, order.quantity);
                let least = (0..20).map(|q| enumerate(&what, f64::from(q)).cost);
                assert!(exact.cost <= least.fold(f64::INFINITY, f64::min) + 1e-9, "{order:?}");
                assert!(near(order.lost_before, exact.lost_before), "{order:?}");
                assert!(near(order.lost, exact.lost), "{order:?}");
                assert!(near(order.left_over, exact.left_over), "{order:?} {}", exact.left_over);
                assert!(near(order.stock_out_risk.value(), 1.0 - exact.met), "{order:?}");

                for level in [0.5, 0.9, 0.99] {
                    let goal = LostSalesGoal::Service { level: Probability::new(level).unwrap() };
                    let order = LostSales { goal, ..what }.order().unwrap();
                    assert!(enumerate(&what, order.quantity).met > level - 1e-9);
                    let less = enumerate(&what, order.quantity - 1.0).met;
                    assert!(order.quantity < 0.5 || less < level, "{order:?} {less}");
                }
            }
        }
    }

    /// Cost from a period on when stock can be filled up at once at every review after the first.
    fn ahead(what: &LostSales<'_>, period: usize, stock: usize) -> f64 {
        if period == what.demand.len() {
            return 0.0;
        }
        let review = what.next_arrives - what.arrives;
        let is_filled_up =
            period >= what.next_arrives && (period - what.next_arrives).is_multiple_of(review);
        let most = if is_filled_up { stock.max(9) } else { stock };
        let cost = |stock: usize| {
            let each = what.demand[period].demands().map(|(wanted, share)| {
                let left = (stock as f64 - wanted).max(0.0);
                let cost = (wanted - stock as f64).max(0.0) + 0.2 * left;
                share * (cost + ahead(what, period + 1, cells(left)))
            });
            each.sum::<f64>()
        };
        (stock..=most).map(cost).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn later_periods_count_as_if_stock_could_be_filled_up_at_once() {
        let weeks = weeks();
        for next_arrives in [1, 2, 3] {
            let demand = &weeks[1..1 + next_arrives + 2];
            let what = LostSales { on_hand: 0.0, arrives: 0, next_arrives, ..usual(demand) };
            let order = what.order().unwrap();
            let costs: Vec<f64> = (0..12).map(|q| ahead(&what, 0, q)).collect();
            let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(near(costs[cells(order.quantity)], least), "{order:?} {costs:?}");
        }
    }

    /// Mean cost of a period in the long run, three periods from order to sale, by going through all
    /// states of stock and the two orders on their way until nothing changes; with the best quantity,
    /// or with the one given for what can be sold and what comes in the next period.
    fn long_run_cost(shares: &[f64], quantity: Option<&dyn Fn(usize, usize) -> usize>) -> f64 {
        const STOCK: usize = 16;
        const ORDERS: usize = 8;
        let place = |stock: usize, first: usize, second: usize| {
            (stock.min(STOCK) * ORDERS + first) * ORDERS + second
        };
        let mut value = vec![0.0; (STOCK + 1) * ORDERS * ORDERS];
        let mut change = (0.0, 0.0);
        for _ in 0..60 {
            let mut next = value.clone();
            change = (f64::INFINITY, f64::NEG_INFINITY);
            for (here, next) in next.iter_mut().enumerate() {
                let (there, second) =
                    (here / ORDERS / ORDERS + here / ORDERS % ORDERS, here % ORDERS);
                let cost = |ordered: usize| {
                    let each = shares.iter().enumerate().map(|(wanted, share)| {
                        let left = there.saturating_sub(wanted);
                        let lost = wanted.saturating_sub(there) as f64;
                        let after = value[place(left, second, ordered)];
                        share * (lost + 0.2 * left as f64 + after)
                    });
                    each.sum::<f64>()
                };
                *next = match quantity {
                    Some(quantity) => cost(quantity(there, second).min(ORDERS - 1)),
                    None => (0..ORDERS).map(cost).fold(f64::INFINITY, f64::min),
                };
                change.0 = (*next - value[here]).min(change.0);
                change.1 = (*next - value[here]).max(change.1);
            }
            value = next;
        }
        assert!(change.1 - change.0 < 1e-3, "{change:?}");
        f64::midpoint(change.0, change.1)
    }

    #[test]
    fn close_to_the_optimum_of_dynamic_programming() {
        let shares = [0.38, 0.28, 0.16, 0.09, 0.05, 0.03, 0.01];
        let demand = vec![week(&shares); 5];
        let ordered = |periods: usize| {
            let quantity = |state: u32| {
                let receipts = [PeriodReceipt { period: 1, quantity: f64::from(state % 8) }];
                let on_hand = f64::from(state / 8);
                let what = LostSales { on_hand, receipts: &receipts, ..usual(&demand[..periods]) };
                cells(what.order().unwrap().quantity)
            };
            let table: Vec<usize> = (0..24 * 8).map(quantity).collect();
            move |there: usize, second: usize| table[there * 8 + second]
        };
        let best = long_run_cost(&shares, None);
        let near_sighted = long_run_cost(&shares, Some(&ordered(3)));
        let far_sighted = long_run_cost(&shares, Some(&ordered(5)));
        let base_stock = (2..9_usize).map(|level| {
            let ordered = move |there: usize, second: usize| level.saturating_sub(there + second);
            long_run_cost(&shares, Some(&ordered))
        });
        let all = [best, far_sighted, near_sighted, base_stock.fold(f64::INFINITY, f64::min)];
        assert!(far_sighted < 1.01 * best, "{all:?}");
        assert!(all[1] < all[2] && all[2] < all[3], "{all:?}");
    }

    #[test]
    fn packs_are_rounded_by_cost() {
        let weeks = weeks();
        let quantity = |multiple| LostSales { multiple, ..usual(&weeks) }.order().unwrap().quantity;
        assert!((1.0..=4.0).contains(&quantity(1.0)));
        assert!(near(quantity(3.0), 3.0));
        // A pack that is far too large costs more than the sales that are lost without it.
        assert!(near(quantity(50.0), 0.0));
    }

    #[test]
    fn grams_and_millions_are_counted_alike() {
        let weeks = weeks();
        let one = usual(&weeks).order().unwrap().quantity;
        for unit in [1e-3, 1e3, 1e6] {
            let scaled = |week: &DemandDistribution| {
                let points = week.demands().map(|(demand, share)| (demand * unit, share));
                DemandDistribution::from_weighted(points.collect())
            };
            let demand: Vec<_> = weeks.iter().map(scaled).collect();
            let multiple = if unit < 1.0 { 1e-5 } else { 1.0 };
            let what = LostSales { on_hand: unit, multiple, ..usual(&demand) };
            let order = what.order().unwrap();
            assert!((order.quantity / unit - one).abs() < 0.25, "{unit}: {order:?}");
            let exact = enumerate(&what, order.quantity);
            assert!((order.lost - exact.lost).abs() < 0.03 * unit, "{order:?}");
            assert!((order.left_over - exact.left_over).abs() < 0.03 * unit, "{order:?}");
        }
    }

    #[test]
    fn without_demand_or_with_too_much_stock_nothing_is_ordered() {
        let none = vec![week(&[1.0]); 3];
        assert!(near(usual(&none).order().unwrap().quantity, 0.0));
        let weeks = weeks();
        let full = LostSales { on_hand: 1e12, ..usual(&weeks) }.order().unwrap();
        assert!(near(full.quantity, 0.0) && full.left_over > 0.99e12 && full.lost < 1e-9);
        // What is waste at the end is not bought for the last sale.
        let goal = LostSalesGoal::Cost { holding: 0.2, shortage: 1.0, left_over: 1e3 };
        let waste = LostSales { goal, ..usual(&weeks[..3]) }.order().unwrap();
        assert!(near(waste.quantity, 0.0), "{waste:?}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let weeks = weeks();
        let ok = usual(&weeks);
        let cost = |holding, shortage, left_over| LostSales {
            goal: LostSalesGoal::Cost { holding, shortage, left_over },
            ..ok
        };
        let receipts = [PeriodReceipt { period: 0, quantity: f64::NAN }];
        let sure = LostSalesGoal::Service { level: Probability::new(1.0).unwrap() };
        for (what, code, path) in [
            (LostSales { on_hand: -1.0, ..ok }, "quantity_invalid", "on_hand"),
            (LostSales { on_hand: f64::INFINITY, ..ok }, "quantity_invalid", "on_hand"),
            (LostSales { receipts: &receipts, ..ok }, "quantity_invalid", "receipts[0].quantity"),
            (LostSales { multiple: 0.0, ..ok }, "multiple_invalid", "multiple"),
            (LostSales { next_arrives: 2, ..ok }, "period_invalid", "next_arrives"),
            (LostSales { next_arrives: 7, ..ok }, "demand_too_short", "demand"),
            (cost(0.0, 1.0, 0.0), "cost_invalid", "goal.holding"),
            (cost(0.2, f64::NAN, 0.0), "cost_invalid", "goal.shortage"),
            (cost(0.2, 1.0, -1.0), "cost_invalid", "goal.left_over"),
            (LostSales { goal: sure, ..ok }, "service_level_invalid", "goal.level"),
        ] {
            let invalid = what.order().unwrap_err();
            assert_eq!((invalid.code, invalid.path.as_str()), (code, path));
        }
    }
}
