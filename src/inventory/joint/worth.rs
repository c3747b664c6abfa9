//! What a pack of a product is worth in an order.

use super::{CanOrder, JointItem, JointOrder, VALUE, check::amount_in as money_in};
use crate::{
    forecast::DemandDistribution,
    inventory::{
        DemandOutlook, InventoryError,
        amount::{amount_in, down_to_multiple, float, step_in, too_large, up_to_multiple},
    },
    unit::{Day, Exact, Invalid, Quantity, Unit},
};
use rust_decimal::{Decimal, prelude::FromPrimitive};
use std::sync::Arc;

/// What quantities of a product bring, in money: of one quantity more than another, the difference
/// counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Worth {
    /// Expected shortage, as what it costs less.
    pub(super) shortage: f64,
    /// Lines of this order and the next, as what they cost less.
    pub(super) lines: f64,
    /// Holding, as what it costs less: below zero.
    pub(super) holding: f64,
    /// Waste, as what it costs less: below zero.
    pub(super) waste: f64,
}

impl Worth {
    pub(super) fn less(&self, other: &Self) -> Self {
        Self {
            shortage: self.shortage - other.shortage,
            lines: self.lines - other.lines,
            holding: self.holding - other.holding,
            waste: self.waste - other.waste,
        }
    }

    pub(super) fn total(&self) -> f64 {
        self.shortage + self.lines + self.holding + self.waste
    }
}

/// A product whose numbers have been checked.
pub(super) struct Item {
    pub(super) unit: Unit,
    /// What its own policy orders.
    pub(super) proposed: Decimal,
    /// What one unit is of each measure: its cost, then its loads.
    pub(super) per_unit: Vec<Decimal>,
    /// The day on which it would be ordered by itself, if it was ordered along.
    pub(super) along: Option<Day>,
    /// The quantities that can be ordered, ascending from zero.
    pub(super) levels: Vec<Decimal>,
    /// Which of them is ordered at first.
    pub(super) start: usize,
    position: f64,
    step: Decimal,
    /// The smallest quantity that is ordered.
    first: Decimal,
    /// The largest that is expected to be sold in time.
    most: Decimal,
    /// What it would be ordered along with, and when it would be ordered by itself.
    may_follow: Option<(Decimal, Day)>,
    until_next: Arc<DemandDistribution>,
    until_the_one_after: Arc<DemandDistribution>,
    /// Demand until days on which what is left is held, each for a number of days.
    held: Vec<(f64, Arc<DemandDistribution>)>,
    /// Demand until it can no longer be sold.
    until_end: Option<Arc<DemandDistribution>>,
    shortage_per_unit: f64,
    holding_per_unit_and_day: f64,
    waste_per_unit: f64,
    per_line: f64,
}

/// Most packs of one product that are looked at one by one.
const MOST_PACKS: u32 = 256;
/// Most days on which it is looked at what is still held.
const MOST_DAYS: i64 = 31;

impl Item {
    pub(super) fn new(
        item: &JointItem<'_>,
        order: &JointOrder,
        dimensions: &[Unit],
    ) -> Result<Self, Invalid> {
        let unit = item.position.unit();
        let money = |money, field: &str| money_in(order.currency, money, field);
        let proposed = amount_in(unit, item.proposed, "proposed")?;
        let step = step_in(unit, item.order_multiple, "order_multiple")?;
        let minimum = item.minimum_order_quantity.unwrap_or(Quantity::zero(unit));
        let minimum = amount_in(unit, minimum, "minimum_order_quantity")?;
        let first = up_to_multiple(minimum, step)
            .ok_or_else(|| too_large(minimum).at("minimum_order_quantity"))?
            .max(step);
        let mut per_unit = vec![money(item.unit_cost, "unit_cost")?];
        for dimension in dimensions {
            let load = item.load_per_unit.iter().find(|load| load.unit() == *dimension);
            let Some(load) = load else {
                let expected = format!("what one unit takes in {dimension}");
                return Err(Invalid::new("load_missing", expected, "none").at("load_per_unit"));
            };
            per_unit.push(amount_in(*dimension, *load, "load_per_unit")?);
        }
        let cost = |amount, field| money(amount, field).map_err(|invalid| invalid.at("costs"));
        let shortage = cost(item.costs.shortage_per_unit, "shortage_per_unit")?;
        let holding = cost(item.costs.holding_per_unit_and_day, "holding_per_unit_and_day")?;
        let waste = item.costs.waste_per_unit.unwrap_or(item.unit_cost);
        // What is left may still bring more than it cost: waste alone may be below zero.
        let waste_per_unit = item.unit_cost.compare(waste).map(|_| float(waste.amount()));
        let waste_per_unit = waste_per_unit.map_err(|e| e.at("costs.waste_per_unit"))?;

        let of_outlook = |end: Day| until(item.outlook, end);
        let end_of_sale = end_of_sale(item, order)?;
        let cover_end = order.arrival.plus_days(i64::from(order.longest_cover_days))?;
        let end = end_of_sale.map_or(cover_end, |end| end.min(cover_end));
        let expected = of_outlook(end)?.mean();
        let position = float(item.position.amount());
        // A billionth is let go, as everywhere where sums of floats become exact.
        let room = (expected + expected.abs() * 1e-9 - position).max(0.0);
        let most = Decimal::from_f64(room).unwrap_or(Decimal::MAX / Decimal::ONE_THOUSAND);
        let may_follow = match item.can_order {
            Some(can_order) => follows(item, order, can_order, unit)?,
            None => None,
        };
        let between = order.arrival.days_until(order.next_arrival);
        let the_one_after = order.next_arrival.plus_days(between)?;
        let largest = proposed.max(most).max(first).checked_plus(step);
        let fits =
            |each: &Decimal| largest.and_then(|largest| largest.checked_times(*each)).is_some();
        if !per_unit.iter().all(fits) {
            return Err(too_large(item.proposed).at("proposed"));
        }
        Ok(Self {
            unit,
            proposed,
            per_unit,
            along: None,
            levels: Vec::new(),
            start: 0,
            position,
            step,
            first,
            most,
            may_follow,
            until_next: of_outlook(order.next_arrival)?,
            until_the_one_after: of_outlook(the_one_after)?,
            held: held(item.outlook, order.arrival, end)?,
            until_end: end_of_sale.map(of_outlook).transpose()?,
            shortage_per_unit: float(shortage),
            holding_per_unit_and_day: float(holding),
            waste_per_unit,
            per_line: order.per_line.map_or(0.0, |per_line| float(per_line.amount())),
        })
    }

    /// Orders it along with the others, where it would have to be ordered before the next order day.
    pub(super) fn order_along(&mut self) {
        let Some((wanted, due)) = self.may_follow else { return };
        if !self.proposed.is_zero() {
            return;
        }
        let wanted = up_to_multiple(wanted.max(self.first), self.step).unwrap_or(self.first);
        let most = self.largest_from(self.first);
        if wanted > Decimal::ZERO && most >= self.first {
            self.start_at(wanted.min(most));
            self.along = Some(due);
        }
    }

    fn start_at(&mut self, amount: Decimal) {
        self.levels = vec![amount];
    }

    /// What is ordered at first.
    pub(super) fn start_amount(&self) -> Decimal {
        self.levels[self.start]
    }

    /// The largest quantity that packs on top of one reach and that is expected to be sold in time.
    fn largest_from(&self, amount: Decimal) -> Decimal {
        if self.most < amount {
            return Decimal::ZERO;
        }
        amount.plus(down_to_multiple(self.most.minus(amount), self.step))
    }

    /// Works out the quantities that can be ordered, smaller ones where a limit and larger ones where an
    /// aim may ask for them; what each brings and is of each measure.
    pub(super) fn levels(&mut self, order: &JointOrder) -> Vec<(f64, Vec<Decimal>)> {
        let start = self.levels.first().copied().unwrap_or(self.proposed);
        let mut levels = vec![Decimal::ZERO];
        if start > Decimal::ZERO {
            let mut below = Vec::new();
            let pack = self.pack(start.minus(self.first));
            let mut amount = start;
            while !order.at_most.is_empty()
                && let Some(less) = amount.checked_minus(pack).filter(|less| *less >= self.first)
            {
                below.push(less);
                amount = less;
            }
            levels.extend(below.into_iter().rev());
            levels.push(start);
        }
        self.start = levels.len() - 1;
        let pack = self.pack(self.most.minus(start));
        let mut next = if start.is_zero() { Some(self.first) } else { start.checked_plus(pack) };
        while !order.aims.is_empty()
            && let Some(amount) = next.filter(|amount| *amount <= self.most)
        {
            levels.push(amount);
            next = amount.checked_plus(pack);
        }
        self.levels = levels;
        let of = |level: &Decimal| {
            let measures = self.per_unit.iter().map(|each| level.times(*each)).collect();
            (self.potential(*level).total(), measures)
        };
        self.levels.iter().map(of).collect()
    }

    /// One pack, or as many as keep the number of quantities between small.
    fn pack(&self, between: Decimal) -> Decimal {
        let packs = between.checked_div(self.step).unwrap_or_default();
        let at_once = (packs / Decimal::from(MOST_PACKS)).ceil().max(Decimal::ONE);
        self.step.checked_times(at_once).unwrap_or(self.step)
    }

    pub(super) fn quantity(&self, level: usize) -> Quantity {
        Quantity::new(self.levels[level], self.unit)
    }

    /// What an order of a quantity brings.
    ///
    /// Of a stock S, the expected amount left after a demand D is S - E D + E (D - S)⁺; E D is the same
    /// for every quantity and is left out.
    pub(super) fn potential(&self, quantity: Decimal) -> Worth {
        let stock = self.position + float(quantity);
        let left = |demand: &DemandDistribution| stock + demand.expected_shortage(stock);
        let held: f64 = self.held.iter().map(|(days, demand)| days * left(demand)).sum();
        let next_line = self.until_the_one_after.probability_above(stock).value();
        let this_line = if quantity.is_zero() { 0.0 } else { 1.0 };
        let waste = self.until_end.as_ref().map_or(0.0, |demand| left(demand));
        Worth {
            shortage: -self.shortage_per_unit * self.until_next.expected_shortage(stock),
            lines: -self.per_line * (this_line + next_line),
            holding: -self.holding_per_unit_and_day * held,
            waste: -self.waste_per_unit * waste,
        }
    }
}

/// What is missing to the level, and the first day from today on at whose end the position is expected
/// to be at its reorder point, if that is before the next order day.
fn follows(
    item: &JointItem<'_>,
    order: &JointOrder,
    can_order: CanOrder,
    unit: Unit,
) -> Result<Option<(Decimal, Day)>, Invalid> {
    let CanOrder { reorder_point, order_up_to_level } = can_order;
    let point = float(amount_in(unit, reorder_point, "can_order.reorder_point")?);
    let level = amount_in(unit, order_up_to_level, "can_order.order_up_to_level")?;
    let missing = level.minus(item.position.amount());
    let position = float(item.position.amount());
    let reached = |day: Day| -> Result<bool, Invalid> {
        let after = day.plus_days(1)?;
        let expected = item.outlook.expected_until(after).map_err(|e| of_forecast(e.into()))?;
        Ok(position - expected <= point + 1e-9 * point)
    };
    let days = order.today.days_until(order.next_order_day);
    if missing <= Decimal::ZERO || days < 1 || !reached(order.next_order_day.plus_days(-1)?)? {
        return Ok(None);
    }
    // What is expected until a day never falls, so the first such day is found by halving.
    let (mut low, mut high) = (0, days - 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if reached(order.today.plus_days(middle)?)? { high = middle } else { low = middle + 1 }
    }
    Ok(Some((missing, order.today.plus_days(low)?)))
}

/// The day on which what is ordered can no longer be sold, if there is one.
fn end_of_sale(item: &JointItem<'_>, order: &JointOrder) -> Result<Option<Day>, Invalid> {
    let expires = item.shelf_life_days.map(|days| order.arrival.plus_days(i64::from(days)));
    let ends = item.last_day_of_sale.map(|last| last.plus_days(1));
    Ok(match (expires.transpose()?, ends.transpose()?) {
        (Some(expires), Some(ends)) => Some(expires.min(ends)),
        (one, other) => one.or(other),
    })
}

/// Demand until the ends of days between arrival and the end, each with the days it stands for.
fn held(
    outlook: &DemandOutlook<'_>,
    arrival: Day,
    end: Day,
) -> Result<Vec<(f64, Arc<DemandDistribution>)>, Invalid> {
    let days = arrival.days_until(end).max(0);
    // An odd number of days has one in the middle.
    let apart = ((days + MOST_DAYS - 1) / MOST_DAYS) | 1;
    let mut held = Vec::new();
    let mut from = 0;
    while from < days {
        let length = apart.min(days - from);
        // What is left at the end of the middle day stands for all of them.
        let middle = arrival.plus_days(from + (length + 1) / 2)?;
        held.push((length as f64, until(outlook, middle)?));
        from += length;
    }
    Ok(held)
}

fn until(outlook: &DemandOutlook<'_>, end: Day) -> Result<Arc<DemandDistribution>, Invalid> {
    outlook.demand_until(end).map_err(|error| of_forecast(error.into()))
}

fn of_forecast(error: InventoryError) -> Invalid {
    let invalid = match error {
        InventoryError::Invalid(invalid) => invalid,
        InventoryError::Forecast(error) => {
            Invalid::new(error.code(), "an outlook that reaches far enough", error)
        }
    };
    invalid.at("outlook")
}

/// What one unit costs is its first measure.
const _: () = assert!(VALUE == 0);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::Period,
        inventory::{DemandSource, StockCosts},
        unit::Sku,
    };

    #[test]
    fn holding_and_shortage_of_known_demand_are_counted_by_hand() {
        // Two a day, for certain.
        let sums: Vec<_> = (1..=40)
            .map(|days| DemandDistribution::from_weighted(vec![(2.0 * f64::from(days), 1.0)]))
            .collect();
        let today: Day = "2026-03-02".parse().unwrap();
        let outlook = DemandOutlook::new(DemandSource::Sums(&sums), today, Period::Day);
        let order = JointOrder {
            today,
            arrival: today.plus_days(1).unwrap(),
            next_order_day: today.plus_days(3).unwrap(),
            next_arrival: today.plus_days(4).unwrap(),
            longest_cover_days: 20,
            currency: "EUR".parse().unwrap(),
            per_line: "3 EUR".parse().ok(),
            at_most: Vec::new(),
            aims: Vec::new(),
        };
        let mut item = JointItem {
            sku: Sku::new("a").unwrap(),
            outlook: &outlook,
            position: "2 each".parse().unwrap(),
            proposed: "0 each".parse().unwrap(),
            unit_cost: "10 EUR".parse().unwrap(),
            costs: StockCosts {
                shortage_per_unit: "5 EUR".parse().unwrap(),
                holding_per_unit_and_day: "1 EUR".parse().unwrap(),
                waste_per_unit: None,
            },
            order_multiple: None,
            minimum_order_quantity: None,
            load_per_unit: Vec::new(),
            shelf_life_days: None,
            last_day_of_sale: None,
            can_order: None,
        };
        let worth = |item: &JointItem<'_>, from: i64, to: i64| {
            let item = Item::new(item, &order, &[]).unwrap();
            item.potential(to.into()).less(&item.potential(from.into()))
        };
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        // Until the next arrival eight are wanted, six of them are short; the line costs three.
        let first = worth(&item, 0, 6);
        close(first.shortage, 30.0);
        close(first.lines, -3.0);
        // Six arrive with the second day: four are left at its end, two a day later, none then.
        close(first.holding, -6.0);
        // Up to fourteen the next order is needed all the same; then it is not.
        close(worth(&item, 6, 11).lines, 0.0);
        close(worth(&item, 11, 12).lines, 3.0);
        close(worth(&item, 6, 8).holding, -6.0); // three days, two units
        item.shelf_life_days = Some(3); // two a day on three days
        close(worth(&item, 5, 6).waste, 0.0);
        close(worth(&item, 6, 9).waste, -30.0);
    }
}
