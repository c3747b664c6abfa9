//! Levels that reach a target.

use super::{
    LotCosts, StockCosts, Target, UnmetDemand,
    classic::{self, EconomicOrder},
    protection::Protection,
};
use crate::{
    forecast::DemandDistribution,
    unit::{Invalid, Money, Probability},
};
use rust_decimal::prelude::ToPrimitive;

/// How often an interval is halved in search of a level: enough for sixteen digits.
const HALVINGS: u32 = 60;

/// A target whose numbers have been checked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Aim {
    CycleServiceLevel(Probability),
    FillRate(Probability),
    LeastCost { shortage: f64, holding: f64, waste: Option<f64> },
    CostPerOccasion { shortage: f64, holding: f64 },
}

impl Aim {
    /// Checks a target.
    pub(super) fn of(target: &Target) -> Result<Self, Invalid> {
        Ok(match target {
            Target::CycleServiceLevel { probability } => {
                Self::CycleServiceLevel(inside(*probability).map_err(|i| i.at("probability"))?)
            }
            Target::FillRate { share } => {
                Self::FillRate(inside(*share).map_err(|i| i.at("share"))?)
            }
            Target::LeastCost(costs) => Self::of_costs(costs)?,
            Target::CostPerOccasion { shortage_per_occasion, holding_per_unit_and_day } => {
                let same = *shortage_per_occasion;
                let shortage = above_zero("shortage_per_occasion", same, same)?;
                let field = "holding_per_unit_and_day";
                let holding = above_zero(field, *holding_per_unit_and_day, same)?;
                Self::CostPerOccasion { shortage, holding }
            }
        })
    }

    fn of_costs(costs: &StockCosts) -> Result<Self, Invalid> {
        let same = costs.shortage_per_unit;
        let shortage = amount("shortage_per_unit", same, same)?;
        let holding = amount("holding_per_unit_and_day", costs.holding_per_unit_and_day, same)?;
        let waste = match costs.waste_per_unit {
            Some(waste) => Some(amount("waste_per_unit", waste, same)?),
            None => None,
        };
        if shortage <= 0.0 || holding + waste.unwrap_or(0.0) <= 0.0 {
            let (field, expected) = if shortage <= 0.0 {
                ("shortage_per_unit", "a cost above zero")
            } else {
                ("holding_per_unit_and_day", "a cost above zero, of holding or of waste")
            };
            return Err(Invalid::new("cost_missing", expected, "0").at(field));
        }
        Ok(Self::LeastCost { shortage, holding, waste })
    }

    /// The order-up-to level (S) of periodic review.
    ///
    /// The fill rate counts what goes short from the arrival of this order to that of the next one
    /// (Silver, Pyke and Thomas, section 7.9); the least cost is where one unit more would cost as much
    /// to hold for a cycle, or to throw away, as it saves.
    pub(super) fn order_up_to_level(self, protection: &Protection) -> f64 {
        let demand = &*protection.demand;
        match self {
            Self::CycleServiceLevel(probability) => demand.quantile(probability),
            Self::FillRate(share) => {
                let before = protection.before_arrival.as_deref();
                let earlier = before.map_or(0.0, DemandDistribution::mean);
                let accepted = (1.0 - share.value()) * (demand.mean() - earlier);
                let short = |level: f64| {
                    let earlier = before.map_or(0.0, |before| before.expected_shortage(level));
                    demand.expected_shortage(level) - earlier
                };
                least_level(demand, |level| short(level) <= accepted)
            }
            Self::LeastCost { shortage, holding, waste } => {
                let holding = holding * protection.cycle_days;
                let expiry = protection.until_expiry.as_deref();
                least_level(demand, |level| {
                    let short = demand.probability_above(level).value();
                    let left =
                        expiry.map_or(0.0, |expiry| 1.0 - expiry.probability_above(level).value());
                    holding * (1.0 - short) + waste.unwrap_or(0.0) * left >= shortage * short
                })
            }
            Self::CostPerOccasion { shortage, holding } => {
                cheapest_level(demand, shortage, holding * protection.cycle_days)
            }
        }
    }

    /// The level of the only order of a season: what is left at the end is wasted.
    pub(super) fn order_once_level(self, protection: &Protection) -> Result<f64, Invalid> {
        let demand = &*protection.demand;
        Ok(match self {
            Self::CycleServiceLevel(probability) => demand.quantile(probability),
            Self::FillRate(share) => {
                let accepted = (1.0 - share.value()) * demand.mean();
                least_level(demand, |level| demand.expected_shortage(level) <= accepted)
            }
            Self::LeastCost { shortage, holding, waste } => {
                let waste = waste.ok_or_else(|| {
                    let expected = "what a unit costs that is left when sales end";
                    Invalid::new("cost_missing", expected, "none").at("waste_per_unit")
                })?;
                // On average a unit that is not sold lies there from its arrival to the end.
                let over = waste + holding * protection.cycle_days;
                demand.quantile(ratio(shortage, over))
            }
            Self::CostPerOccasion { shortage, holding } => {
                cheapest_level(demand, shortage, holding * protection.cycle_days)
            }
        })
    }

    /// The reorder point (s) where at least `quantity` is ordered each time, of a product that sells
    /// `rate` a day.
    ///
    /// The fill rate is Silver, Pyke and Thomas's (equation 6.27), the least cost Hadley and Whitin's
    /// ("Analysis of Inventory Systems", 1963, chapter 4).
    pub(super) fn reorder_point(
        self,
        protection: &Protection,
        quantity: f64,
        rate: f64,
        unmet: UnmetDemand,
    ) -> f64 {
        let demand = &*protection.demand;
        match self {
            Self::CycleServiceLevel(probability) => demand.quantile(probability),
            Self::FillRate(share) => {
                let accepted = (1.0 - share.value()) * quantity;
                let short = |point: f64| {
                    demand.expected_shortage(point) - demand.expected_shortage(point + quantity)
                };
                least_level(demand, |point| short(point) <= accepted)
            }
            Self::LeastCost { shortage, holding, .. } => {
                let cycle = if rate > 0.0 { quantity / rate } else { f64::INFINITY };
                let held = (holding * cycle).min(f64::MAX);
                let over = match unmet {
                    UnmetDemand::BackOrdered => held.min(shortage),
                    UnmetDemand::Lost => held,
                };
                let risk = match unmet {
                    UnmetDemand::BackOrdered => over / shortage,
                    UnmetDemand::Lost => over / (over + shortage),
                };
                demand.quantile(Probability::new(1.0 - risk).unwrap_or(Probability::ZERO))
            }
            Self::CostPerOccasion { shortage, holding } => {
                let cycle = if rate > 0.0 { quantity / rate } else { f64::INFINITY };
                cheapest_level(demand, shortage, (holding * cycle).min(f64::MAX))
            }
        }
    }
}

/// The economic order quantity of a product that sells `rate` a day; 0 where nothing sells, or ordering
/// costs nothing.
pub(super) fn economic_order_quantity(costs: &LotCosts, rate: f64) -> Result<f64, Invalid> {
    let order = amount("per_order", costs.per_order, costs.per_order)?;
    let holding =
        amount("holding_per_unit_and_day", costs.holding_per_unit_and_day, costs.per_order)?;
    if holding <= 0.0 {
        return Err(Invalid::new("cost_missing", "a cost above zero", holding)
            .at("holding_per_unit_and_day"));
    }
    if order <= 0.0 || rate <= 0.0 {
        return Ok(0.0);
    }
    let lot = EconomicOrder { fixed_cost: order, holding_cost: holding, demand_rate: rate };
    classic::economic_order_quantity(&lot).map(|lot| lot.quantity)
}

/// The critical ratio of what one unit too few costs to both.
fn ratio(under: f64, over: f64) -> Probability {
    Probability::new(under / (under + over)).unwrap_or(Probability::ZERO)
}

/// The smallest level that is enough, where every larger one is too: exact where only whole demands
/// decide, otherwise to sixteen digits.
fn least_level(demand: &DemandDistribution, is_enough: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, demand.quantile(ratio(1.0, 0.0)).max(0.0));
    if is_enough(low) {
        return low;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if is_enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The level at which a fixed cost of going short at all and the cost of each unit left over are least
/// together; the smallest of equally good ones. The cost falls only where a possible demand is reached.
fn cheapest_level(demand: &DemandDistribution, shortage: f64, left_over: f64) -> f64 {
    let (mut level, mut share, mut left) = (0.0, 0.0, 0.0);
    let (mut best, mut least) = (0.0, f64::INFINITY);
    for &(reached, at_most) in demand.steps() {
        if reached > 0.0 {
            if level == 0.0 && shortage * (1.0 - share) < least {
                (best, least) = (0.0, shortage * (1.0 - share));
            }
            left += share * (reached - level);
            level = reached;
        }
        share = at_most;
        let cost = shortage * (1.0 - share) + left_over * left;
        // Equal costs differ by what adding up rounds off.
        if cost < least * (1.0 - 1e-12) {
            (best, least) = (level, cost);
        }
    }
    best
}

fn above_zero(field: &str, cost: Money, same: Money) -> Result<f64, Invalid> {
    let amount = amount(field, cost, same)?;
    if amount <= 0.0 {
        return Err(Invalid::new("cost_missing", "a cost above zero", cost).at(field));
    }
    Ok(amount)
}

fn inside(probability: Probability) -> Result<Probability, Invalid> {
    if probability.value() > 0.0 && probability.value() < 1.0 {
        return Ok(probability);
    }
    let expected = "a service level above 0 and below 1";
    Err(Invalid::new("service_level_out_of_range", expected, probability.value()))
}

/// A cost as a number, in the currency of another one.
fn amount(field: &str, cost: Money, same: Money) -> Result<f64, Invalid> {
    same.compare(cost).map_err(|invalid| invalid.at(field))?;
    if cost.is_negative() {
        return Err(Invalid::new("cost_negative", "a cost of zero or more", cost).at(field));
    }
    Ok(cost.amount().to_f64().unwrap_or(f64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Day;
    use std::sync::Arc;

    fn normal(mean: f64, deviation: f64) -> Arc<DemandDistribution> {
        Arc::new(DemandDistribution::normal(mean, deviation))
    }

    fn protection(demand: Arc<DemandDistribution>, before: Arc<DemandDistribution>) -> Protection {
        let day: Day = "2026-01-01".parse().unwrap();
        Protection {
            start: day,
            order_day: day,
            arrival: day,
            next_arrival: day,
            earliest_arrival: day,
            end: day,
            cycle_days: 7.0,
            demand,
            before_arrival: Some(before),
            until_expiry: None,
        }
    }

    #[test]
    fn the_fill_rate_of_a_periodic_review_is_the_textbooks() {
        // Demand 40 a day with deviation 12, review 7, lead time 6: S = 560 serves 0.985166 of demand.
        let interval = |days: f64| normal(40.0 * days, 12.0 * days.sqrt());
        let level = Aim::FillRate(Probability::new(0.985_165_596_4).unwrap())
            .order_up_to_level(&protection(interval(13.0), interval(6.0)));
        assert!((level - 560.0).abs() < 0.5, "{level}");
    }

    #[test]
    fn a_reorder_point_for_a_fill_rate_lies_far_below_that_for_a_cycle_service_level() {
        let demand = protection(normal(240.0, 45.0), normal(240.0, 45.0));
        let point = |aim: Aim| aim.reorder_point(&demand, 300.0, 40.0, UnmetDemand::BackOrdered);
        let fill_rate = point(Aim::FillRate(Probability::new(0.98).unwrap()));
        assert!((fill_rate - 273.322_532_4).abs() < 0.3, "{fill_rate}");
        let service = point(Aim::CycleServiceLevel(Probability::new(0.98).unwrap()));
        assert!((service - 332.418_7).abs() < 0.5, "{service}");
    }

    #[test]
    fn the_least_cost_is_the_newsvendors() {
        // Shortage 0.7, holding 0.18 a cycle, demand 50 with deviation 8: S = 56.604.
        let aim = Aim::LeastCost { shortage: 0.7, holding: 0.18 / 7.0, waste: None };
        let demand = protection(normal(50.0, 8.0), normal(10.0, 4.0));
        let level = aim.order_up_to_level(&demand);
        assert!((level - 56.604).abs() < 0.05, "{level}");
        // What is thrown away costs more than what lies: less is bought.
        let mut perishable = demand;
        perishable.until_expiry = Some(normal(55.0, 8.5));
        let wasted = Aim::LeastCost { shortage: 0.7, holding: 0.18 / 7.0, waste: Some(0.5) };
        assert!(wasted.order_up_to_level(&perishable) < level);
    }

    #[test]
    fn a_cost_per_occasion_puts_money_where_it_prevents_most() {
        // Demand 0 to 9, each as likely: a unit more prevents a tenth of the occasions.
        let demand =
            DemandDistribution::from_weighted((0..10).map(|d| (f64::from(d), 1.0)).collect());
        let level = |shortage: f64, held: f64| cheapest_level(&demand, shortage, held);
        let by_hand = |shortage: f64, held: f64| {
            let cost = |level: f64| {
                let short = demand.probability_above(level).value();
                let left = level - demand.mean() + demand.expected_shortage(level);
                shortage * short + held * left
            };
            let all: Vec<f64> = (0..10).map(f64::from).collect();
            all.into_iter().fold(
                0.0,
                |best, level| if cost(level) < cost(best) - 1e-12 { level } else { best },
            )
        };
        for held in [0.01, 0.1, 0.2, 0.5, 2.0] {
            let (found, wanted) = (level(1.0, held), by_hand(1.0, held));
            assert!((found - wanted).abs() < 1e-9, "{held}: {found} {wanted}");
        }
        // Ten times as dear to hold, less is held.
        assert!(level(1.0, 0.2) < level(1.0, 0.02));
    }

    #[test]
    fn costs_must_make_a_trade_off() {
        let costs = |shortage: &str, holding: &str| StockCosts {
            shortage_per_unit: shortage.parse().unwrap(),
            holding_per_unit_and_day: holding.parse().unwrap(),
            waste_per_unit: None,
        };
        let path = |costs| Aim::of(&Target::LeastCost(costs)).unwrap_err().path.clone();
        assert_eq!(path(costs("0 EUR", "1 EUR")), "shortage_per_unit");
        assert_eq!(path(costs("1 EUR", "0 EUR")), "holding_per_unit_and_day");
        assert_eq!(path(costs("1 EUR", "-1 EUR")), "holding_per_unit_and_day");
        assert_eq!(path(costs("1 EUR", "1 USD")), "holding_per_unit_and_day");
    }
}
