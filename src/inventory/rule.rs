//! What a rule orders.

use super::{
    DemandOutlook, InventoryError, LotCosts, Policy, Rule,
    amount::{float, round_up, smallest_part},
    classic::BufferProfile,
    level::{Aim, economic_order_quantity},
    position::check_size,
    protection::Protection,
};
use crate::unit::{Exact, Invalid, Quantity, Unit};
use rust_decimal::Decimal;

/// The levels of a rule, and what it orders at an inventory position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Levels {
    /// An order is placed at or below this position; below it where the rule has one level alone.
    pub(super) reorder_point: Decimal,
    /// An order lifts the position to this level, or above it where quantities are fixed.
    pub(super) order_up_to_level: Decimal,
    pub(super) order: Order,
}

/// How much a rule orders.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// What is missing to the level, whenever anything is.
    UpTo,
    /// What is missing to the level, at or below the reorder point.
    UpToFromPoint,
    /// What is missing to the level, below the reorder point.
    UpToBelowPoint,
    /// As many of this quantity as lift the position above the reorder point.
    Multiples(Decimal),
}

impl Levels {
    /// What is ordered at a position; zero or more.
    pub(super) fn order_at(&self, position: Decimal) -> Decimal {
        let missing = self.order_up_to_level.minus(position).max(Decimal::ZERO);
        match self.order {
            Order::UpTo => missing,
            Order::UpToFromPoint if position <= self.reorder_point => missing,
            Order::UpToBelowPoint if position < self.reorder_point => missing,
            Order::Multiples(quantity) if position <= self.reorder_point => {
                let count = self
                    .reorder_point
                    .minus(position)
                    .checked_div(quantity)
                    .map_or(Decimal::ONE, |count| count.floor().plus(Decimal::ONE));
                count.checked_times(quantity).unwrap_or(quantity)
            }
            Order::UpToFromPoint | Order::UpToBelowPoint | Order::Multiples(_) => Decimal::ZERO,
        }
    }

    /// Makes the level the one that asks for a quantity at a position.
    pub(super) fn meet(&mut self, position: Decimal, wanted: Decimal) {
        let level = if wanted > Decimal::ZERO {
            position.plus(wanted)
        } else {
            self.order_up_to_level.min(position)
        };
        (self.reorder_point, self.order_up_to_level) = (level, level);
    }

    pub(super) fn of(
        outlook: &DemandOutlook<'_>,
        policy: &Policy,
        aim: Aim,
        protection: &Protection,
        unit: Unit,
    ) -> Result<Self, InventoryError> {
        let days = outlook.start().days_until(protection.end).max(1) as f64;
        let rate = protection.demand.mean() / days;
        let derived = Derived { policy, aim, protection, unit, rate };
        let levels = match &policy.rule {
            Rule::OrderUpTo { order_up_to_level } => derived.order_up_to(*order_up_to_level),
            Rule::ReorderUpTo { reorder_point, order_up_to_level, costs } => {
                derived.reorder_up_to(*reorder_point, *order_up_to_level, costs.as_ref())
            }
            Rule::ReorderQuantity { reorder_point, order_quantity, costs } => {
                derived.reorder_quantity(*reorder_point, *order_quantity, costs.as_ref())
            }
            Rule::DaysOfCover { minimum_days, days } => {
                return derived.days_of_cover(outlook, *minimum_days, *days);
            }
            Rule::DemandDriven { lead_time_factor, variability_factor } => {
                let lead_time = outlook.start().days_until(protection.arrival) as f64;
                derived.demand_driven(*lead_time_factor, *variability_factor, lead_time)
            }
            Rule::OrderOnce => derived.order_once().map_err(|invalid| invalid.at("target")),
        };
        levels.map_err(|invalid| invalid.at("policy").into())
    }

    fn up_to(level: Decimal) -> Self {
        Self { reorder_point: level, order_up_to_level: level, order: Order::UpTo }
    }
}

/// What levels are derived from.
struct Derived<'a> {
    policy: &'a Policy,
    aim: Aim,
    protection: &'a Protection,
    unit: Unit,
    /// Expected demand of a day.
    rate: f64,
}

impl Derived<'_> {
    fn order_up_to(&self, by_hand: Option<Quantity>) -> Result<Levels, Invalid> {
        let level = match self.by_hand(by_hand, "order_up_to_level")? {
            Some(level) => level,
            None => round_up(self.aim.order_up_to_level(self.protection), self.unit)?,
        };
        Ok(Levels::up_to(level))
    }

    fn reorder_up_to(
        &self,
        point: Option<Quantity>,
        level: Option<Quantity>,
        costs: Option<&LotCosts>,
    ) -> Result<Levels, Invalid> {
        let quantity = costs.map(|costs| self.economic_order_quantity(costs)).transpose()?;
        // Without costs, an order is what is wanted between two reviews.
        let each_time = quantity.unwrap_or(self.rate * self.protection.cycle_days);
        let point = self.reorder_point(point, each_time)?;
        let level = match (self.by_hand(level, "order_up_to_level")?, quantity) {
            (Some(level), _) => level,
            (None, Some(quantity)) => point.plus(round_up(quantity, self.unit)?),
            (None, None) => return Err(lot_size_missing("order_up_to_level")),
        };
        if level < point {
            let expected = format!("{point} {}, the reorder point, or more", self.unit);
            let invalid = Invalid::new("levels_crossed", expected, level);
            return Err(invalid.at("order_up_to_level").at("rule"));
        }
        Ok(Levels { reorder_point: point, order_up_to_level: level, order: Order::UpToFromPoint })
    }

    fn reorder_quantity(
        &self,
        point: Option<Quantity>,
        quantity: Option<Quantity>,
        costs: Option<&LotCosts>,
    ) -> Result<Levels, Invalid> {
        if self.rate <= 0.0 && point.is_none() {
            // Nobody waits for what does not sell, not even at a stock of 0.
            return Ok(Levels::up_to(Decimal::ZERO));
        }
        let quantity = match (self.by_hand(quantity, "order_quantity")?, costs) {
            (Some(quantity), _) => quantity,
            // What hardly sells may have an economic quantity of next to nothing: a piece will do.
            (None, Some(costs)) => round_up(self.economic_order_quantity(costs)?, self.unit)?
                .max(smallest_part(self.unit).amount()),
            (None, None) => return Err(lot_size_missing("order_quantity")),
        };
        if quantity.is_zero() {
            let invalid = Invalid::new("order_quantity_zero", "a quantity above zero", quantity);
            return Err(invalid.at("order_quantity").at("rule"));
        }
        let point = self.reorder_point(point, float(quantity))?;
        Ok(Levels {
            reorder_point: point,
            order_up_to_level: point.plus(quantity),
            order: Order::Multiples(quantity),
        })
    }

    fn days_of_cover(
        &self,
        outlook: &DemandOutlook<'_>,
        minimum_days: Option<u32>,
        days: u32,
    ) -> Result<Levels, InventoryError> {
        let until = |days: u32| outlook.start().plus_days(i64::from(days));
        let end = match minimum_days {
            Some(days) => until(days)?,
            None => self.protection.end,
        };
        let point = round_up(outlook.expected_until(end)?, self.unit)?;
        let level = round_up(outlook.expected_until(until(days)?)?, self.unit)?;
        if level < point {
            let shortest = outlook.start().days_until(end);
            let expected = format!("{shortest} days, the minimum, or more");
            let invalid = Invalid::new("levels_crossed", expected, days);
            return Err(invalid.at("days").at("rule").at("policy").into());
        }
        Ok(Levels { reorder_point: point, order_up_to_level: level, order: Order::UpToFromPoint })
    }

    fn demand_driven(
        &self,
        lead_time_factor: f64,
        variability_factor: f64,
        lead_time_days: f64,
    ) -> Result<Levels, Invalid> {
        let least = self.by_hand(self.policy.minimum_order_quantity, "minimum_order_quantity")?;
        let profile = BufferProfile {
            average_daily_usage: self.rate,
            decoupled_lead_time_days: lead_time_days,
            lead_time_factor,
            variability_factor,
            order_cycle_days: self.protection.cycle_days,
            minimum_order_quantity: least.map_or(0.0, float),
        };
        let zones = profile.zones().map_err(|invalid| invalid.at("rule"))?;
        Ok(Levels {
            reorder_point: round_up(zones.top_of_yellow(), self.unit)?,
            order_up_to_level: round_up(zones.top_of_green(), self.unit)?,
            order: Order::UpToBelowPoint,
        })
    }

    fn order_once(&self) -> Result<Levels, Invalid> {
        let level = self.aim.order_once_level(self.protection)?;
        Ok(Levels::up_to(round_up(level, self.unit)?))
    }

    fn reorder_point(&self, by_hand: Option<Quantity>, each_time: f64) -> Result<Decimal, Invalid> {
        if let Some(point) = self.by_hand(by_hand, "reorder_point")? {
            return Ok(point);
        }
        let unmet = self.policy.unmet_demand;
        let point = self.aim.reorder_point(self.protection, each_time, self.rate, unmet);
        round_up(point, self.unit)
    }

    fn economic_order_quantity(&self, costs: &LotCosts) -> Result<f64, Invalid> {
        economic_order_quantity(costs, self.rate).map_err(|invalid| invalid.at("costs").at("rule"))
    }

    fn by_hand(&self, level: Option<Quantity>, field: &str) -> Result<Option<Decimal>, Invalid> {
        let check =
            |level| check_level(level, self.unit).map_err(|invalid| invalid.at(field).at("rule"));
        level.map(check).transpose()
    }
}

fn lot_size_missing(field: &str) -> Invalid {
    let expected = "a quantity, or the costs that it follows from";
    Invalid::new("lot_size_missing", expected, "none").at(field).at("rule")
}

fn check_level(level: Quantity, unit: Unit) -> Result<Decimal, Invalid> {
    if level.is_negative() {
        return Err(Invalid::new("quantity_negative", "a quantity of zero or more", level));
    }
    let level = level.to(unit)?;
    check_size(level)?;
    Ok(level.amount())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_quantities_lift_the_position_above_the_point() {
        let levels = Levels {
            reorder_point: Decimal::from(20),
            order_up_to_level: Decimal::from(32),
            order: Order::Multiples(Decimal::from(12)),
        };
        let order = |position: i64| levels.order_at(Decimal::from(position));
        assert_eq!(order(21), Decimal::ZERO);
        assert_eq!(order(20), Decimal::from(12));
        assert_eq!(order(9), Decimal::from(12));
        assert_eq!(order(8), Decimal::from(24));
        assert_eq!(order(-100), Decimal::from(132));
    }
}
