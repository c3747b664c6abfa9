//! Reorder point and order-up-to level, (s, S), when stock is reviewed every period.

use super::{
    DiscreteDemand, UncertainDemand,
    parameter::{critical_ratio, floor, positive, refused},
};
use crate::unit::{Invalid, math};
use std::collections::VecDeque;

/// Costs of reviewing and ordering every period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReviewCosts {
    /// Cost of placing an order; above zero.
    pub fixed_cost: f64,
    /// Cost of a unit left over at the end of a period; above zero.
    pub holding_cost: f64,
    /// Cost of a unit owed at the end of a period; above zero.
    pub stockout_cost: f64,
}

/// At or below the reorder point, order up to the level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReorderUpTo {
    /// Inventory position at which to order (s).
    pub reorder_point: f64,
    /// Inventory position after ordering (S).
    pub order_up_to_level: f64,
    /// Expected cost of a period.
    pub cost: f64,
}

/// A pair by formula, whose cost is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerApproximation {
    /// Inventory position at which to order (s); not rounded.
    pub reorder_point: f64,
    /// Inventory position after ordering (S); not rounded.
    pub order_up_to_level: f64,
}

/// The expected cost of a pair: what the positions between two orders cost, each weighted by the
/// periods spent there, and one order (Zheng and Federgruen, "Finding optimal (s, S) policies is about
/// as simple as evaluating a single policy", Operations Research 39, 1991). What is short waits.
///
/// `demand` is that of one period; `protection` that of the lead time and one period, equal to
/// `demand` when orders arrive at once.
///
/// # Errors
///
/// When a cost is not above zero, demand is always zero, or the level is not above the reorder point
/// by 1 to 20,000.
pub fn reorder_up_to_cost(
    costs: &ReviewCosts,
    demand: &DiscreteDemand,
    protection: &DiscreteDemand,
    reorder_point: i64,
    order_up_to_level: i64,
) -> Result<ReorderUpTo, Invalid> {
    let mut search = Search::new(costs, demand, protection)?;
    let gap = order_up_to_level.checked_sub(reorder_point);
    let gap = gap.and_then(|gap| usize::try_from(gap).ok());
    if gap.is_none_or(|gap| gap == 0 || gap > LONGEST) {
        let expected = "1 to 20000 more than `reorder_point`";
        return Err(refused("order_up_to_level", expected, order_up_to_level));
    }
    if order_up_to_level.unsigned_abs() > 1 << 50 {
        return Err(refused("order_up_to_level", "a level below 10¹⁵", order_up_to_level));
    }
    let cost = search.cost(reorder_point, order_up_to_level)?;
    Ok(pair(reorder_point, order_up_to_level, cost))
}

/// The pair that costs least, exactly, by the algorithm of Zheng and Federgruen (1991).
///
/// # Errors
///
/// When a cost is not above zero, demand is always zero, or the best level is more than 20,000 units
/// above the reorder point.
///
/// ```
/// use replenish::inventory::classic::{DiscreteDemand, ReviewCosts, reorder_up_to};
/// let costs = ReviewCosts { fixed_cost: 5.0, holding_cost: 1.0, stockout_cost: 4.0 };
/// let demand = DiscreteDemand::poisson(6.0)?;
/// let best = reorder_up_to(&costs, &demand, &demand)?;
/// assert_eq!((best.reorder_point, best.order_up_to_level), (4.0, 10.0));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn reorder_up_to(
    costs: &ReviewCosts,
    demand: &DiscreteDemand,
    protection: &DiscreteDemand,
) -> Result<ReorderUpTo, Invalid> {
    let mut search = Search::new(costs, demand, protection)?;
    let ratio = critical_ratio(costs.holding_cost, costs.stockout_cost)?;
    // Begin with the cheapest position as level, and the reorder point that is best for it: the
    // first, going down, whose own cost is not below the average.
    let cheapest = floor(protection.quantile(ratio));
    let (mut reorder_point, mut level) = (cheapest - 1, cheapest);
    let (mut total, mut time) =
        (costs.fixed_cost + search.periods[0] * search.rate(cheapest), search.periods[0]);
    while total / time > search.rate(reorder_point) {
        let periods = search.periods_at(level - reorder_point)?;
        total += periods * search.rate(reorder_point);
        time += periods;
        reorder_point -= 1;
    }
    let mut best = total / time;
    // A level whose own cost is above the best average cannot be better, nor any beyond it.
    let mut candidate = level + 1;
    while search.rate(candidate) <= best {
        let cost = search.cost(reorder_point, candidate)?;
        if cost < best {
            (best, level) = (cost, candidate);
            while reorder_point + 1 < level && best <= search.rate(reorder_point + 1) {
                reorder_point += 1;
                best = search.cost(reorder_point, level)?;
            }
        }
        candidate += 1;
    }
    Ok(pair(reorder_point, level, best))
}

/// A formula fitted to many exact solutions (Ehrhardt and Mosier, "A revision of the power
/// approximation for computing (s, S) policies", Management Science 30, 1984), for orders that arrive
/// at once; good when the order is not small beside a period's demand. The reorder point is not held
/// below the level of a newsvendor, which the authors advise when the order is at most one and a half
/// periods' demand; see [`reorder_up_to`] for the exact answer.
///
/// # Errors
///
/// When a number is not above zero.
pub fn power_approximation(
    costs: &ReviewCosts,
    demand_mean: f64,
    demand_standard_deviation: f64,
) -> Result<PowerApproximation, Invalid> {
    costs.check()?;
    let mean = positive("demand_mean", demand_mean)?;
    let deviation = positive("demand_standard_deviation", demand_standard_deviation)?;
    let ratio = deviation / mean;
    let quantity = 1.30
        * math::pow(mean, 0.494)
        * math::pow(costs.fixed_cost / costs.holding_cost, 0.506)
        * math::pow(1.0 + ratio * ratio, 0.116);
    let z = (quantity / deviation * costs.holding_cost / costs.stockout_cost).sqrt();
    let reorder_point = 0.973 * mean + deviation * (0.183 / z + 1.063 - 2.192 * z);
    Ok(PowerApproximation { reorder_point, order_up_to_level: reorder_point + quantity })
}

/// Longest way from level to reorder point.
const LONGEST: usize = 20_000;

impl ReviewCosts {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("stockout_cost", self.stockout_cost).map(|_| ())
    }
}

#[expect(clippy::cast_precision_loss, reason = "positions stay below 2⁵³")]
fn pair(reorder_point: i64, order_up_to_level: i64, cost: f64) -> ReorderUpTo {
    let (reorder_point, order_up_to_level) = (reorder_point as f64, order_up_to_level as f64);
    ReorderUpTo { reorder_point, order_up_to_level, cost }
}

/// What many pairs share: the cost of a position, and the expected periods spent at each distance
/// below the level.
struct Search<'a> {
    costs: &'a ReviewCosts,
    demand: &'a DiscreteDemand,
    protection: &'a DiscreteDemand,
    /// Expected periods at each distance below the level: the renewal density, m.
    periods: Vec<f64>,
    /// Costs of the positions from `lowest` on, filled as they are asked for.
    rates: VecDeque<f64>,
    lowest: i64,
}

impl<'a> Search<'a> {
    fn new(
        costs: &'a ReviewCosts,
        demand: &'a DiscreteDemand,
        protection: &'a DiscreteDemand,
    ) -> Result<Self, Invalid> {
        costs.check()?;
        let none = demand.probability(0);
        if none >= 1.0 {
            return Err(refused("demand", "demand that is not always 0", none));
        }
        let periods = vec![1.0 / (1.0 - none)];
        Ok(Self { costs, demand, protection, periods, rates: VecDeque::new(), lowest: 0 })
    }

    fn cost(&mut self, reorder_point: i64, level: i64) -> Result<f64, Invalid> {
        self.periods_at(level - reorder_point - 1)?;
        self.cover(reorder_point + 1, level);
        // INVARIANT: the positions were just covered, so both ends lie within the table.
        let gap = usize::try_from(level - reorder_point).unwrap_or(0);
        let last = usize::try_from(level - self.lowest).unwrap_or(0);
        let weighted = self.periods[..gap].iter().zip(self.rates.range(..=last).rev());
        let (mut total, mut time) = (self.costs.fixed_cost, 0.0);
        for (periods, rate) in weighted {
            total += periods * rate;
            time += periods;
        }
        Ok(total / time)
    }

    /// What a position costs at the end of a protection interval.
    fn rate(&mut self, position: i64) -> f64 {
        self.cover(position, position);
        self.rates[usize::try_from(position - self.lowest).unwrap_or(0)]
    }

    /// Expected periods spent at a distance below the level, working them out as far as needed.
    fn periods_at(&mut self, distance: i64) -> Result<f64, Invalid> {
        let wanted = usize::try_from(distance).unwrap_or(0);
        if wanted >= LONGEST {
            let expected = "a fixed cost that is worth a level of at most 20000 units above the \
                            reorder point";
            return Err(refused("fixed_cost", expected, self.costs.fixed_cost));
        }
        for distance in self.periods.len()..=wanted {
            let largest = self.demand.largest().min(distance);
            let arrived = (1..=largest)
                .map(|demand| self.demand.probability(demand) * self.periods[distance - demand]);
            self.periods.push(self.periods[0] * math::sum(arrived));
        }
        Ok(self.periods[wanted])
    }

    /// Works the costs of positions out.
    #[expect(clippy::cast_precision_loss, reason = "positions stay below 2⁵³")]
    fn cover(&mut self, from: i64, to: i64) {
        let rate = |position: i64| {
            let loss = self.protection.loss(position as f64);
            self.costs.holding_cost * loss.overage + self.costs.stockout_cost * loss.shortage
        };
        if self.rates.is_empty() {
            self.lowest = from;
        }
        while self.lowest > from {
            self.lowest -= 1;
            self.rates.push_front(rate(self.lowest));
        }
        let end = self.lowest.saturating_add_unsigned(self.rates.len() as u64);
        self.rates.extend((end..=to).map(rate));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    fn demands(random: &mut Random) -> DiscreteDemand {
        match random.below(3) {
            0 => DiscreteDemand::poisson(0.3 + 8.0 * random.fraction()).unwrap(),
            1 => DiscreteDemand::negative_binomial(0.6, 0.15 + 0.5 * random.fraction()).unwrap(),
            _ => {
                let weights: Vec<f64> = (0..9).map(|_| random.fraction()).collect();
                let total: f64 = weights.iter().sum();
                let shares: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
                DiscreteDemand::from_probabilities(&shares).unwrap()
            }
        }
    }

    #[test]
    fn no_pair_of_all_is_cheaper() {
        let mut random = Random::new(41);
        for case in 0..12 {
            let demand = demands(&mut random);
            let protection =
                if random.below(2) == 0 { demand.clone() } else { demand.plus(&demand).unwrap() };
            let costs = ReviewCosts {
                fixed_cost: 0.5 + 40.0 * random.fraction(),
                holding_cost: 0.5 + random.fraction(),
                stockout_cost: 1.0 + 20.0 * random.fraction(),
            };
            let best = reorder_up_to(&costs, &demand, &protection).unwrap();
            for reorder_point in -8..20 {
                for level in reorder_point + 1..45 {
                    let other =
                        reorder_up_to_cost(&costs, &demand, &protection, reorder_point, level)
                            .unwrap();
                    assert!(other.cost > best.cost * (1.0 - 1e-12), "{case}: {other:?} {best:?}");
                }
            }
        }
    }

    #[test]
    fn the_cost_is_what_a_simulation_pays() {
        let costs = ReviewCosts { fixed_cost: 12.0, holding_cost: 1.0, stockout_cost: 9.0 };
        let demand = DiscreteDemand::poisson(3.0).unwrap();
        let exact = reorder_up_to_cost(&costs, &demand, &demand, 3, 14).unwrap().cost;
        let mut random = Random::new(42);
        let (mut stock, mut paid, periods) = (14.0, 0.0, 300_000);
        for _ in 0..periods {
            if stock <= 3.0 {
                paid += 12.0;
                stock = 14.0;
            }
            stock -= demand.quantile(random.fraction().max(1e-12));
            paid += if stock > 0.0 { stock } else { -9.0 * stock };
        }
        let simulated = paid / f64::from(periods);
        assert!((simulated / exact - 1.0).abs() < 0.01, "{simulated} {exact}");
    }

    #[test]
    fn bad_numbers_name_their_field() {
        let costs = ReviewCosts { fixed_cost: 5.0, holding_cost: 1.0, stockout_cost: 4.0 };
        let demand = DiscreteDemand::poisson(6.0).unwrap();
        let path = |s, level| {
            reorder_up_to_cost(&costs, &demand, &demand, s, level).unwrap_err().path.clone()
        };
        assert_eq!(path(4, 4), "order_up_to_level");
        assert_eq!(path(i64::MIN, i64::MAX), "order_up_to_level");
        assert_eq!(path(i64::MAX - 5, i64::MAX), "order_up_to_level");
        let none = DiscreteDemand::poisson(0.0).unwrap();
        assert_eq!(reorder_up_to(&costs, &none, &demand).unwrap_err().path, "demand");
        let huge = ReviewCosts { fixed_cost: 1e14, ..costs };
        assert_eq!(reorder_up_to(&huge, &demand, &demand).unwrap_err().path, "fixed_cost");
        assert_eq!(
            power_approximation(&costs, 50.0, 0.0).unwrap_err().path,
            "demand_standard_deviation"
        );
    }
}
