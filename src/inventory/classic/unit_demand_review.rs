//! When and how much to reorder when stock is watched all the time and units are asked for one by
//! one: (r, Q), exactly.

use super::{
    DiscreteDemand, UncertainDemand,
    parameter::{critical_ratio, floor, positive, refused},
};
use crate::unit::{Invalid, math};

/// Continuous review of demand for single units, such as Poisson demand.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitDemandReview {
    /// Cost of placing an order; above zero.
    pub fixed_cost: f64,
    /// Cost of holding a unit for one unit of time; above zero.
    pub holding_cost: f64,
    /// Cost of owing a unit for one unit of time; above zero.
    pub stockout_cost: f64,
    /// Units asked for in one unit of time; above zero.
    pub demand_rate: f64,
    /// Demand over the lead time.
    pub lead_time_demand: DiscreteDemand,
}

/// Order this much when what is there and coming falls to that, in whole units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitReorderQuantity {
    /// Inventory position at which to order (r).
    pub reorder_point: i64,
    /// Units to order (Q).
    pub order_quantity: u32,
    /// Expected cost of ordering, holding and owing in one unit of time.
    pub cost: f64,
}

impl UnitDemandReview {
    /// The expected cost of a reorder point and quantity, each position from r + 1 to r + Q being
    /// equally likely.
    ///
    /// # Errors
    ///
    /// When a cost or the rate is not above zero, or the quantity is zero or above ten million.
    pub fn cost(
        &self,
        reorder_point: i64,
        order_quantity: u32,
    ) -> Result<UnitReorderQuantity, Invalid> {
        self.check()?;
        if !(1..=LONGEST).contains(&order_quantity) {
            return Err(refused("order_quantity", "1 to 10000000 units", order_quantity));
        }
        if reorder_point.unsigned_abs() > 1 << 50 {
            return Err(refused("reorder_point", "a reorder point below 10¹⁵", reorder_point));
        }
        let mut rates = Rates::from(self, reorder_point + 1);
        let total = math::sum((0..order_quantity).map(|_| {
            let rate = rates.rate;
            rates.up();
            rate
        }));
        let cost = (self.fixed_cost * self.demand_rate + total) / f64::from(order_quantity);
        Ok(UnitReorderQuantity { reorder_point, order_quantity, cost })
    }

    /// The reorder point and quantity that cost least: positions are taken in from the cheapest
    /// outwards for as long as the next one costs less than the average so far (Federgruen and Zheng,
    /// "An efficient algorithm for computing an optimal (r, Q) policy in continuous review stochastic
    /// inventory systems", Operations Research 40, 1992).
    ///
    /// # Errors
    ///
    /// When a cost or the rate is not above zero, or the best quantity is above ten million.
    ///
    /// ```
    /// use replenish::inventory::classic::{DiscreteDemand, UnitDemandReview};
    /// let review = UnitDemandReview {
    ///     fixed_cost: 100.0,
    ///     holding_cost: 20.0,
    ///     stockout_cost: 150.0,
    ///     demand_rate: 1.5,
    ///     lead_time_demand: DiscreteDemand::poisson(3.0)?,
    /// };
    /// let best = review.optimal()?;
    /// assert_eq!((best.reorder_point, best.order_quantity), (3, 5));
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn optimal(&self) -> Result<UnitReorderQuantity, Invalid> {
        self.check()?;
        let ratio = critical_ratio(self.holding_cost, self.stockout_cost)?;
        let cheapest = floor(self.lead_time_demand.quantile(ratio));
        let mut above = Rates::from(self, cheapest);
        let mut below = above;
        let mut total = self.fixed_cost * self.demand_rate + above.rate;
        let mut quantity = 1;
        above.up();
        below.down();
        // `above` and `below` are the two positions next to the range.
        loop {
            let rate = above.rate.min(below.rate);
            if rate >= total / f64::from(quantity) {
                let cost = total / f64::from(quantity);
                let reorder_point = below.position;
                return Ok(UnitReorderQuantity { reorder_point, order_quantity: quantity, cost });
            }
            if quantity == LONGEST {
                let expected = "a fixed cost that is worth lots of at most 10000000 units";
                return Err(refused("fixed_cost", expected, self.fixed_cost));
            }
            total += rate;
            quantity += 1;
            if below.rate < above.rate {
                below.down();
            } else {
                above.up();
            }
        }
    }

    fn check(&self) -> Result<(), Invalid> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("stockout_cost", self.stockout_cost)?;
        positive("demand_rate", self.demand_rate).map(|_| ())
    }
}

const LONGEST: u32 = 10_000_000;

/// What a position costs in one unit of time once a lead time has passed, from one to the next.
#[derive(Clone, Copy)]
struct Rates<'a> {
    review: &'a UnitDemandReview,
    position: i64,
    rate: f64,
    /// Probability that lead-time demand is at or below the position.
    covered: f64,
}

impl<'a> Rates<'a> {
    #[expect(clippy::cast_precision_loss, reason = "positions stay below 2⁵³")]
    fn from(review: &'a UnitDemandReview, position: i64) -> Self {
        let loss = review.lead_time_demand.loss(position as f64);
        let rate = review.holding_cost * loss.overage + review.stockout_cost * loss.shortage;
        let covered = review.lead_time_demand.probability_at_most(position as f64);
        Self { review, position, rate, covered }
    }

    /// Of a demand at the position; nothing below zero.
    fn probability(&self) -> f64 {
        usize::try_from(self.position)
            .map_or(0.0, |demand| self.review.lead_time_demand.probability(demand))
    }

    fn up(&mut self) {
        self.rate += self.slope();
        self.position += 1;
        self.covered += self.probability();
    }

    fn down(&mut self) {
        self.covered -= self.probability();
        self.position -= 1;
        self.rate -= self.slope();
    }

    /// One unit more is left over when demand is covered, and one less short when it is not.
    fn slope(&self) -> f64 {
        let covered = self.covered.clamp(0.0, 1.0);
        self.review.holding_cost * covered - self.review.stockout_cost * (1.0 - covered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    #[test]
    fn no_pair_of_all_is_cheaper() {
        let mut random = Random::new(31);
        for _ in 0..15 {
            let rate = 0.2 + 10.0 * random.fraction();
            let review = UnitDemandReview {
                fixed_cost: 0.5 + 20.0 * random.fraction(),
                holding_cost: 0.3 + 3.0 * random.fraction(),
                stockout_cost: 1.0 + 40.0 * random.fraction(),
                demand_rate: rate,
                lead_time_demand: DiscreteDemand::poisson(rate * random.fraction()).unwrap(),
            };
            let best = review.optimal().unwrap();
            let own = review.cost(best.reorder_point, best.order_quantity).unwrap();
            assert!((own.cost / best.cost - 1.0).abs() < 1e-12, "{own:?} {best:?}");
            for reorder_point in -25..25 {
                for order_quantity in 1..45 {
                    let other = review.cost(reorder_point, order_quantity).unwrap();
                    assert!(other.cost > best.cost * (1.0 - 1e-12), "{other:?} {best:?}");
                }
            }
        }
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let review = UnitDemandReview {
            fixed_cost: 1.0,
            holding_cost: 1.0,
            stockout_cost: 1.0,
            demand_rate: 1.0,
            lead_time_demand: DiscreteDemand::poisson(2.0).unwrap(),
        };
        assert_eq!(review.cost(1, 0).unwrap_err().path, "order_quantity");
        assert_eq!(review.cost(i64::MIN, 1).unwrap_err().path, "reorder_point");
        let huge = UnitDemandReview { fixed_cost: 1e15, holding_cost: 1e-3, ..review.clone() };
        assert_eq!(huge.optimal().unwrap_err().path, "fixed_cost");
        let free = UnitDemandReview { fixed_cost: 0.0, ..review };
        assert_eq!(free.optimal().unwrap_err().path, "fixed_cost");
    }
}
