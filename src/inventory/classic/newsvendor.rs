//! How much to order when there is one chance only.

use super::{
    Loss, UncertainDemand,
    parameter::{critical_ratio, finite, not_negative, positive, refused},
};
use crate::unit::Invalid;

/// What a unit too many and a unit too few cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewsvendorCosts {
    /// Cost of each unit left over (overage, co); above zero.
    pub holding_cost: f64,
    /// Cost of each unit short (underage, cu); above zero.
    pub stockout_cost: f64,
}

/// What the product earns and costs, from which the costs of a unit too many and too few follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewsvendorPrices {
    /// Sales price of a unit; at least the purchase cost.
    pub revenue: f64,
    /// Purchase cost of a unit.
    pub purchase_cost: f64,
    /// What a unit left over still brings, less than its purchase cost; negative when getting rid of
    /// it costs.
    pub salvage_value: f64,
    /// Loss of goodwill for each unit short, on top of the margin.
    pub stockout_penalty: f64,
}

/// A quantity to have, and what to expect of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Newsvendor {
    /// Stock to have before demand comes.
    pub order_up_to_level: f64,
    /// Wanted probability of no stock-out: cu / (cu + co).
    pub critical_ratio: f64,
    /// Expected units short and left over.
    pub loss: Loss,
    /// Expected cost of these.
    pub expected_cost: f64,
}

/// A quantity to have, and what to earn with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewsvendorProfit {
    /// The quantity; its cost is what uncertainty takes from the profit.
    pub newsvendor: Newsvendor,
    /// Expected profit.
    pub expected_profit: f64,
}

/// The level that costs least: the quantile of demand at the critical ratio (Arrow, Harris and
/// Marschak, "Optimal inventory policy", Econometrica 19, 1951).
///
/// Demand may be any [`UncertainDemand`]: normal, lognormal, gamma, a table, a grid of quantiles, or
/// a forecast's own [`DemandDistribution`](crate::forecast::DemandDistribution).
///
/// # Errors
///
/// When a cost is not above zero, or one is 10¹⁵ times the other.
///
/// ```
/// use replenish::inventory::classic::{NewsvendorCosts, NormalDemand, newsvendor};
/// let costs = NewsvendorCosts { holding_cost: 0.18, stockout_cost: 0.70 };
/// let papers = newsvendor(&costs, &NormalDemand::new(50.0, 8.0)?)?;
/// assert!((papers.order_up_to_level - 56.604).abs() < 1e-3);
/// assert!((papers.expected_cost - 1.9976).abs() < 1e-4);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn newsvendor(
    costs: &NewsvendorCosts,
    demand: &impl UncertainDemand,
) -> Result<Newsvendor, Invalid> {
    let ratio = costs.critical_ratio()?;
    newsvendor_at(costs, demand, demand.quantile(ratio))
}

/// What a given level costs.
///
/// # Errors
///
/// When a cost is not above zero, one is 10¹⁵ times the other, or the level is not finite.
pub fn newsvendor_at(
    costs: &NewsvendorCosts,
    demand: &impl UncertainDemand,
    order_up_to_level: f64,
) -> Result<Newsvendor, Invalid> {
    let critical_ratio = costs.critical_ratio()?;
    finite("order_up_to_level", order_up_to_level)?;
    let loss = demand.loss(order_up_to_level);
    let expected_cost = costs.holding_cost * loss.overage + costs.stockout_cost * loss.shortage;
    Ok(Newsvendor { order_up_to_level, critical_ratio, loss, expected_cost })
}

/// The level that earns most.
///
/// # Errors
///
/// When a price is out of its range, a unit sold earns nothing, or a unit left over loses nothing.
pub fn newsvendor_profit(
    prices: &NewsvendorPrices,
    demand: &impl UncertainDemand,
) -> Result<NewsvendorProfit, Invalid> {
    let NewsvendorPrices { revenue, purchase_cost, salvage_value, stockout_penalty } = *prices;
    not_negative("revenue", revenue)?;
    not_negative("purchase_cost", purchase_cost)?;
    finite("salvage_value", salvage_value)?;
    not_negative("stockout_penalty", stockout_penalty)?;
    if salvage_value >= purchase_cost {
        return Err(refused("salvage_value", "less than `purchase_cost`", salvage_value));
    }
    let stockout_cost = revenue - purchase_cost + stockout_penalty;
    if stockout_cost <= 0.0 {
        return Err(refused("revenue", "more than `purchase_cost`", revenue));
    }
    let costs = NewsvendorCosts { holding_cost: purchase_cost - salvage_value, stockout_cost };
    let newsvendor = newsvendor(&costs, demand)?;
    let margin = (revenue - purchase_cost) * demand.mean();
    Ok(NewsvendorProfit { newsvendor, expected_profit: margin - newsvendor.expected_cost })
}

/// Costs of one of many periods when what is left over is used in the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MyopicCosts {
    /// Cost of holding a unit at the end of a period.
    pub holding_cost: f64,
    /// Cost of owing a unit at the end of a period.
    pub stockout_cost: f64,
    /// Price of a unit now.
    pub purchase_cost: f64,
    /// Price of a unit in the next period.
    pub next_purchase_cost: f64,
    /// What money of the next period is worth now: above zero, at most one.
    pub discount_factor: f64,
}

/// The level for this period as if each next one took its stock over at its price: forward buying
/// before a price increase (Veinott, "The optimal inventory policy for batch ordering", Operations
/// Research 13, 1965; Snyder and Shen, section 4.5). The cost includes what is bought, less what is
/// handed on.
///
/// # Errors
///
/// When a cost is out of its range, or the price rises by more than holding costs, or falls by more
/// than a stock-out costs, so that there is no finite best level.
pub fn myopic(costs: &MyopicCosts, demand: &impl UncertainDemand) -> Result<Newsvendor, Invalid> {
    let MyopicCosts { holding_cost, stockout_cost, .. } = *costs;
    positive("holding_cost", holding_cost)?;
    positive("stockout_cost", stockout_cost)?;
    not_negative("purchase_cost", costs.purchase_cost)?;
    not_negative("next_purchase_cost", costs.next_purchase_cost)?;
    positive("discount_factor", costs.discount_factor)?;
    if costs.discount_factor > 1.0 {
        return Err(refused("discount_factor", "at most 1", costs.discount_factor));
    }
    let next_price = costs.discount_factor * costs.next_purchase_cost;
    let dearer_now = costs.purchase_cost - next_price;
    if !(-holding_cost < dearer_now && dearer_now < stockout_cost) {
        let expected = "a price that rises by less than holding a unit costs and falls by less than \
                        owing one";
        return Err(refused("next_purchase_cost", expected, costs.next_purchase_cost));
    }
    let critical_ratio = (stockout_cost - dearer_now) / (stockout_cost + holding_cost);
    let level = demand.quantile(critical_ratio);
    let period = newsvendor_at(&NewsvendorCosts { holding_cost, stockout_cost }, demand, level)?;
    let expected_cost =
        costs.purchase_cost * level + period.expected_cost - next_price * (level - demand.mean());
    Ok(Newsvendor { critical_ratio, expected_cost, ..period })
}

impl NewsvendorCosts {
    pub(super) fn critical_ratio(&self) -> Result<f64, Invalid> {
        critical_ratio(self.holding_cost, self.stockout_cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::DemandDistribution,
        inventory::classic::{DiscreteDemand, GammaDemand, LognormalDemand, NormalDemand},
    };

    const COSTS: NewsvendorCosts = NewsvendorCosts { holding_cost: 1.0, stockout_cost: 4.0 };

    /// No level nearby costs less.
    fn is_best(demand: &impl UncertainDemand, step: f64) {
        let best = newsvendor(&COSTS, demand).unwrap();
        for steps in [-30.0, -3.0, -1.0, 1.0, 3.0, 30.0] {
            let level = best.order_up_to_level + steps * step;
            let other = newsvendor_at(&COSTS, demand, level).unwrap();
            assert!(other.expected_cost >= best.expected_cost - 1e-12, "{best:?} {other:?}");
        }
    }

    #[test]
    fn no_level_nearby_is_cheaper() {
        is_best(&NormalDemand::new(50.0, 8.0).unwrap(), 0.1);
        is_best(&LognormalDemand::new(3.0, 0.7).unwrap(), 0.1);
        is_best(&GammaDemand::new(0.4, 9.0).unwrap(), 0.01);
        is_best(&DiscreteDemand::poisson(6.0).unwrap(), 1.0);
        is_best(&DiscreteDemand::negative_binomial(0.5, 0.1).unwrap(), 1.0);
        let outcomes = (0..40).map(|step| (f64::from(step * step), 1.0)).collect();
        is_best(&DemandDistribution::from_weighted(outcomes), 1.0);
    }

    #[test]
    fn a_forecast_distribution_answers_as_the_table_it_came_from() {
        let table = DiscreteDemand::poisson(6.0).unwrap();
        let weighted = (0..60_u32).map(|k| (f64::from(k), table.probability(k as usize))).collect();
        let forecast = newsvendor(&COSTS, &DemandDistribution::from_weighted(weighted)).unwrap();
        let exact = newsvendor(&COSTS, &table).unwrap();
        assert!((forecast.order_up_to_level - exact.order_up_to_level).abs() < 1e-12);
        assert!((forecast.expected_cost - exact.expected_cost).abs() < 1e-12);
        assert!((forecast.loss.overage - exact.loss.overage).abs() < 1e-12);
    }

    #[test]
    fn profit_and_steady_prices_agree_with_the_costs() {
        let demand = NormalDemand::new(80.0, 20.0).unwrap();
        let prices = NewsvendorPrices {
            revenue: 1.0,
            purchase_cost: 0.3,
            salvage_value: 0.05,
            stockout_penalty: 0.2,
        };
        let profit = newsvendor_profit(&prices, &demand).unwrap();
        let Loss { shortage, overage } = profit.newsvendor.loss;
        let sold = 80.0 - shortage;
        let direct =
            sold - 0.3 * profit.newsvendor.order_up_to_level + 0.05 * overage - 0.2 * shortage;
        assert!((profit.expected_profit - direct).abs() < 1e-12);
        let steady = MyopicCosts {
            holding_cost: 1.0,
            stockout_cost: 4.0,
            purchase_cost: 3.0,
            next_purchase_cost: 3.0,
            discount_factor: 1.0,
        };
        let (same, once) =
            (myopic(&steady, &demand).unwrap(), newsvendor(&COSTS, &demand).unwrap());
        assert!((same.order_up_to_level - once.order_up_to_level).abs() < 1e-12);
    }

    #[test]
    fn bad_costs_name_their_field() {
        let demand = NormalDemand::new(80.0, 20.0).unwrap();
        let bad = NewsvendorCosts { stockout_cost: 0.0, ..COSTS };
        assert_eq!(newsvendor(&bad, &demand).unwrap_err().path, "stockout_cost");
        let prices = NewsvendorPrices {
            revenue: 1.0,
            purchase_cost: 0.3,
            salvage_value: 0.3,
            stockout_penalty: 0.0,
        };
        assert_eq!(newsvendor_profit(&prices, &demand).unwrap_err().path, "salvage_value");
        let prices = NewsvendorPrices { salvage_value: 0.0, revenue: 0.3, ..prices };
        assert_eq!(newsvendor_profit(&prices, &demand).unwrap_err().path, "revenue");
        let rising = MyopicCosts {
            holding_cost: 0.1,
            stockout_cost: 4.0,
            purchase_cost: 1.0,
            next_purchase_cost: 2.0,
            discount_factor: 1.0,
        };
        assert_eq!(myopic(&rising, &demand).unwrap_err().path, "next_purchase_cost");
        let inflating = MyopicCosts { discount_factor: 1.1, ..rising };
        assert_eq!(myopic(&inflating, &demand).unwrap_err().path, "discount_factor");
    }
}
