//! When and how much to reorder when stock is watched all the time: (r, Q) with normal demand.

use super::{
    EconomicOrder, NormalDemand, UncertainDemand, backorder_lot, economic_order_quantity,
    parameter::{critical_ratio, crossing, finite, positive, refused},
};
use crate::unit::{Invalid, math::normal_quantile};

/// Continuous review: costs, and demand in one unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContinuousReview {
    /// Cost of placing an order; above zero.
    pub fixed_cost: f64,
    /// Cost of holding a unit for one unit of time; above zero.
    pub holding_cost: f64,
    /// Cost of owing a unit for one unit of time; above zero. Only
    /// [`ContinuousReview::expected_inventory_approximation`] takes it for each unit, however long.
    pub stockout_cost: f64,
    /// Expected demand in one unit of time; above zero.
    pub demand_mean: f64,
    /// Its standard deviation; above zero.
    pub demand_standard_deviation: f64,
    /// Units of time from ordering until the goods can be sold; above zero.
    pub lead_time: f64,
}

/// Order this much when what is there and coming falls to that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReorderQuantity {
    /// Inventory position at which to order (r).
    pub reorder_point: f64,
    /// Units to order (Q).
    pub order_quantity: f64,
    /// Expected cost of ordering, holding and owing in one unit of time.
    pub cost: f64,
}

impl ContinuousReview {
    /// The expected cost of a reorder point and quantity: ordering, and the average over the
    /// positions from r to r + Q, equally likely, of what each leaves over and short (Zheng, "On
    /// properties of stochastic inventory systems", Management Science 38, 1992). The averages are
    /// the second-order losses, so nothing is integrated numerically.
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    ///
    /// ```
    /// use replenish::inventory::classic::ContinuousReview;
    /// let review = ContinuousReview {
    ///     fixed_cost: 8.0,
    ///     holding_cost: 0.225,
    ///     stockout_cost: 7.5,
    ///     demand_mean: 1300.0,
    ///     demand_standard_deviation: 150.0,
    ///     lead_time: 1.0 / 12.0,
    /// };
    /// let best = review.optimal()?;
    /// assert!(best.cost <= review.cost(126.8, 328.5)?.cost);
    /// assert!((best.order_quantity - 328.5).abs() < 1.0);
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn cost(
        &self,
        reorder_point: f64,
        order_quantity: f64,
    ) -> Result<ReorderQuantity, Invalid> {
        let demand = self.lead_time_demand()?;
        finite("reorder_point", reorder_point)?;
        positive("order_quantity", order_quantity)?;
        let (low, high) =
            (demand.second_loss(reorder_point), demand.second_loss(reorder_point + order_quantity));
        let held = self.holding_cost * (high.overage - low.overage);
        let owed = self.stockout_cost * (low.shortage - high.shortage);
        let cost = (self.fixed_cost * self.demand_mean + held + owed) / order_quantity;
        Ok(ReorderQuantity { reorder_point, order_quantity, cost })
    }

    /// The reorder point that costs least with a given quantity: where the costs at both ends, r and
    /// r + Q, are the same.
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn reorder_point_for(&self, order_quantity: f64) -> Result<ReorderQuantity, Invalid> {
        let demand = self.lead_time_demand()?;
        positive("order_quantity", order_quantity)?;
        self.cost(self.best_point(demand, order_quantity), order_quantity)
    }

    /// The reorder point and quantity that cost least: at the best quantity, cost equals what each
    /// end of the range costs (Zheng 1992, theorem 1).
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn optimal(&self) -> Result<ReorderQuantity, Invalid> {
        let demand = self.lead_time_demand()?;
        let past_best = |quantity: f64| {
            let point = self.best_point(demand, quantity);
            let average = self.cost(point, quantity).map_or(f64::INFINITY, |found| found.cost);
            self.rate(demand, point) >= average
        };
        let mut high = economic_order_quantity(&self.order())?.quantity;
        while !past_best(high) && high < 1e15 {
            high *= 2.0;
        }
        self.reorder_point_for(crossing(0.0, high, past_best))
    }

    /// The approximation by the expected inventory level, the cost of a stock-out being for each unit
    /// owed, however long (Hadley and Whitin 1963, section 4-2; Snyder and Shen, algorithm 5.1): in
    /// turn the reorder point for the quantity and the quantity for the reorder point. `cost` is the
    /// approximation's own.
    ///
    /// # Errors
    ///
    /// When a number is out of its range, or stock-outs cost so little that it never pays to order
    /// before one.
    pub fn expected_inventory_approximation(&self) -> Result<ReorderQuantity, Invalid> {
        let demand = self.lead_time_demand()?;
        let Self { fixed_cost, holding_cost, stockout_cost, demand_mean, .. } = *self;
        let (point, quantity) = self.settled(|quantity| {
            let allowed = quantity * holding_cost / (stockout_cost * demand_mean);
            if allowed >= 1.0 {
                let expected = "a cost above what holding a lot costs for each unit of demand";
                return Err(refused("stockout_cost", expected, stockout_cost));
            }
            let point = demand.mean() - demand.standard_deviation() * normal_quantile(allowed);
            let short = demand.loss(point).shortage;
            let square = 2.0 * demand_mean * (fixed_cost + stockout_cost * short) / holding_cost;
            Ok((point, square.sqrt()))
        })?;
        let short = demand.loss(point).shortage;
        let holding = holding_cost * (point - demand.mean() + 0.5 * quantity);
        let cost = holding + (fixed_cost + stockout_cost * short) * demand_mean / quantity;
        Ok(ReorderQuantity { reorder_point: point, order_quantity: quantity, cost })
    }

    /// The lot size with backorders, and the best reorder point for it: never more than an eighth
    /// dearer than the optimum (Zheng 1992).
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn backorder_lot_approximation(&self) -> Result<ReorderQuantity, Invalid> {
        self.lead_time_demand()?;
        self.reorder_point_for(backorder_lot(&self.order(), self.stockout_cost)?.quantity)
    }

    /// The plain lot size, and the reorder point of a newsvendor over the lead time.
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn safety_stock_approximation(&self) -> Result<ReorderQuantity, Invalid> {
        let demand = self.lead_time_demand()?;
        let quantity = economic_order_quantity(&self.order())?.quantity;
        let ratio = critical_ratio(self.holding_cost, self.stockout_cost)?;
        self.cost(demand.quantile(ratio), quantity)
    }

    /// The optimum if nothing were short just after an order arrives: reorder point and quantity from
    /// loss functions, in turn (Hadley and Whitin 1963; Snyder and Shen, section 5.3.4).
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn loss_function_approximation(&self) -> Result<ReorderQuantity, Invalid> {
        let demand = self.lead_time_demand()?;
        let Self { fixed_cost, holding_cost, stockout_cost, demand_mean, .. } = *self;
        let both = holding_cost + stockout_cost;
        let (point, quantity) = self.settled(|quantity| {
            let point = point_with_shortage(demand, holding_cost * quantity / both);
            let second = demand.second_loss(point).shortage;
            let square = 2.0 * (fixed_cost * demand_mean + both * second) / holding_cost;
            Ok((point, square.sqrt()))
        })?;
        self.cost(point, quantity)
    }

    /// Demand over the lead time.
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn lead_time_demand(&self) -> Result<NormalDemand, Invalid> {
        positive("fixed_cost", self.fixed_cost)?;
        critical_ratio(self.holding_cost, self.stockout_cost)?;
        positive("demand_mean", self.demand_mean)?;
        positive("demand_standard_deviation", self.demand_standard_deviation)?;
        positive("lead_time", self.lead_time)?;
        NormalDemand::new(self.demand_mean, self.demand_standard_deviation)?.over(self.lead_time)
    }

    /// The reorder point and quantity at which taking turns comes to rest, from the plain lot size on.
    fn settled(
        &self,
        next: impl Fn(f64) -> Result<(f64, f64), Invalid>,
    ) -> Result<(f64, f64), Invalid> {
        let mut quantity = economic_order_quantity(&self.order())?.quantity;
        for _ in 0..10_000 {
            let (point, longer) = next(quantity)?;
            if (longer - quantity).abs() <= 1e-12 * longer {
                return Ok((point, longer));
            }
            quantity = longer;
        }
        let expected = "a cost at which reorder point and quantity settle";
        Err(refused("stockout_cost", expected, self.stockout_cost))
    }

    fn order(&self) -> EconomicOrder {
        EconomicOrder {
            fixed_cost: self.fixed_cost,
            holding_cost: self.holding_cost,
            demand_rate: self.demand_mean,
        }
    }

    /// What a position costs in one unit of time, once a lead time has passed.
    fn rate(&self, demand: NormalDemand, position: f64) -> f64 {
        let loss = demand.loss(position);
        self.holding_cost * loss.overage + self.stockout_cost * loss.shortage
    }

    fn best_point(&self, demand: NormalDemand, quantity: f64) -> f64 {
        let cheapest =
            demand.quantile(self.stockout_cost / (self.stockout_cost + self.holding_cost));
        // The range from r to r + Q holds the cheapest position.
        crossing(cheapest - quantity, cheapest, |point| {
            self.rate(demand, point) <= self.rate(demand, point + quantity)
        })
    }
}

/// Where just this much is short on average.
fn point_with_shortage(demand: NormalDemand, shortage: f64) -> f64 {
    let (mean, deviation) = (demand.mean(), demand.standard_deviation());
    let low = mean - shortage - 10.0 * deviation;
    crossing(low, mean + 40.0 * deviation, |point| demand.loss(point).shortage <= shortage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    const REVIEW: ContinuousReview = ContinuousReview {
        fixed_cost: 8.0,
        holding_cost: 0.225,
        stockout_cost: 7.5,
        demand_mean: 1300.0,
        demand_standard_deviation: 150.0,
        lead_time: 1.0 / 12.0,
    };

    #[test]
    fn the_optimum_is_no_dearer_than_any_approximation_or_neighbour() {
        let mut random = Random::new(17);
        for _ in 0..60 {
            let review = ContinuousReview {
                fixed_cost: 1.0 + 100.0 * random.fraction(),
                holding_cost: 0.05 + random.fraction(),
                stockout_cost: 1.0 + 30.0 * random.fraction(),
                demand_mean: 50.0 + 2000.0 * random.fraction(),
                demand_standard_deviation: 5.0 + 400.0 * random.fraction(),
                lead_time: 0.01 + 0.5 * random.fraction(),
            };
            let best = review.optimal().unwrap();
            let limit = best.cost * (1.0 - 1e-12);
            for other in [
                review.backorder_lot_approximation().unwrap(),
                review.safety_stock_approximation().unwrap(),
                review.loss_function_approximation().unwrap(),
            ] {
                assert!(other.cost >= limit, "{best:?} {other:?}");
            }
            let eighth = review.backorder_lot_approximation().unwrap().cost / best.cost;
            assert!(eighth <= 1.125 + 1e-9, "{eighth}");
            for (point, quantity) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                let near = review
                    .cost(best.reorder_point + point, (best.order_quantity + quantity).max(1e-3));
                assert!(near.unwrap().cost >= limit, "{best:?}");
            }
        }
    }

    #[test]
    fn the_cost_is_the_average_over_positions() {
        let demand = REVIEW.lead_time_demand().unwrap();
        let found = REVIEW.cost(100.0, 300.0).unwrap().cost;
        let cells = 20_000;
        let total: f64 = (0..cells)
            .map(|cell| {
                let share = (f64::from(cell) + 0.5) / f64::from(cells);
                REVIEW.rate(demand, 100.0 + 300.0 * share)
            })
            .sum();
        let counted = 8.0 * 1300.0 / 300.0 + total / f64::from(cells);
        assert!((found / counted - 1.0).abs() < 1e-8, "{found} {counted}");
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let path = |review: ContinuousReview| review.optimal().unwrap_err().path.clone();
        assert_eq!(path(ContinuousReview { demand_mean: 0.0, ..REVIEW }), "demand_mean");
        assert_eq!(path(ContinuousReview { lead_time: -1.0, ..REVIEW }), "lead_time");
        assert_eq!(REVIEW.cost(1.0, 0.0).unwrap_err().path, "order_quantity");
        let cheap = ContinuousReview { stockout_cost: 0.01, ..REVIEW };
        let refused = cheap.expected_inventory_approximation().unwrap_err();
        assert_eq!(refused.path, "stockout_cost");
    }
}
