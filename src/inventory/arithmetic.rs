//! The arithmetic of a requirement in a form a person can read.

use super::{
    DemandOutlook, InventoryError, Policy, Rule, StockPosition, Target, UnmetDemand,
    protection::Protection, rule::Levels,
};
use crate::{forecast::LeadTime, unit::Quantity};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    fmt::{self, Write},
};

/// One number of the arithmetic and what it is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Term {
    /// What the number is, in words.
    #[cfg_attr(target_family = "wasm", tsify(type = "string"))]
    pub name: Cow<'static, str>,
    /// The number with its unit.
    pub value: String,
}

/// Bytes of most values.
const ROOM: usize = 48;

/// Everything that led to a requirement.
pub(super) struct Arithmetic<'a> {
    pub(super) outlook: &'a DemandOutlook<'a>,
    pub(super) stock: &'a StockPosition,
    pub(super) policy: &'a Policy,
    pub(super) protection: &'a Protection,
    pub(super) levels: &'a Levels,
    /// What the rule asks for, before lots.
    pub(super) wanted: Decimal,
    pub(super) quantity: Decimal,
    /// Whether an order placed now arrives while the product is still sold.
    pub(super) in_time: bool,
    /// What of all that is there and coming expires before it sells.
    pub(super) unsold: f64,
    /// What will expire, the order included.
    pub(super) wasted: f64,
}

impl Term {
    fn new(name: &'static str, value: &dyn fmt::Display) -> Self {
        // Room for most values at once: growing step by step took a tenth of a requirement's time.
        let mut words = String::with_capacity(ROOM);
        // INVARIANT: writing to a string does not fail.
        write!(words, "{value}").unwrap_or_default();
        Self { name: Cow::Borrowed(name), value: words }
    }
}

impl Arithmetic<'_> {
    pub(super) fn terms(&self) -> Result<Vec<Term>, InventoryError> {
        let Self { stock, policy, protection, .. } = *self;
        let unit = stock.unit();
        let amount = |amount: Decimal| Quantity::new(amount, unit);
        let demand = &*protection.demand;
        let days = self.outlook.start().days_until(protection.end);
        let mut terms = Vec::with_capacity(16);
        let mut add =
            |name: &'static str, value: &dyn fmt::Display| terms.push(Term::new(name, value));

        let rate = demand.mean() / days.max(1) as f64;
        add("expected demand per day", &format_args!("{rate:.2} {unit}"));
        match &policy.lead_time {
            LeadTime::Fixed { periods } => add("lead time", &Days(i64::from(*periods))),
            LeadTime::Empirical { .. } => {
                let longest = i64::from(policy.lead_time.longest()?);
                add("lead time", &format_args!("up to {}", Days(longest)));
            }
        }
        add("review period", &Days(i64::from(policy.review_period_days)));
        if policy.calendar.is_some() {
            add("ordered on", &protection.order_day);
            add("arrives on", &protection.arrival);
        }
        if let Some(last) = policy.last_day_of_sale {
            add("last day of sale", &last);
        }
        if let Some(days) = policy.shelf_life_days {
            add("shelf life", &Days(i64::from(days)));
        }
        add("must last for", &format_args!("{}, until {}", Days(days), protection.end));
        add("expected demand until then", &format_args!("{:.1} {unit}", demand.mean()));
        self.add_levels(&mut add);
        add("on hand", &stock.on_hand);
        if let Some(quarantined) = stock.quarantined
            && !quarantined.is_zero()
        {
            add("in quarantine, not counted", &quarantined);
        }
        add("reserved and back-ordered", &stock.reserved.plus(stock.back_ordered)?);
        add("on order", &stock.coming()?);
        add("inventory position", &stock.inventory_position()?);
        if self.unsold > 0.0 {
            add("of that, will expire before it sells", &format_args!("{:.1} {unit}", self.unsold));
        }
        if self.quantity != self.wanted && self.in_time {
            add("wanted", &amount(self.wanted));
            if let Some(least) = policy.minimum_order_quantity {
                add("minimum order quantity", &least);
            }
            if let Some(multiple) = policy.order_multiple {
                add("ordered in multiples of", &multiple);
            }
        }
        if !self.in_time && self.wanted > Decimal::ZERO {
            add("wanted, but it would arrive after the last day of sale", &amount(self.wanted));
        }
        add("to buy", &amount(self.quantity));
        if self.wasted > 0.0 {
            add("expected to expire in all", &format_args!("{:.1} {unit}", self.wasted));
        }
        Ok(terms)
    }

    fn add_levels(&self, add: &mut dyn FnMut(&'static str, &dyn fmt::Display)) {
        let Self { stock, policy, protection, levels, .. } = *self;
        let unit = stock.unit();
        let point = Quantity::new(levels.reorder_point, unit);
        let level = Quantity::new(levels.order_up_to_level, unit);
        let held = super::amount::float(levels.reorder_point);
        let safety_stock = held - protection.demand.mean();
        add("safety stock", &format_args!("{safety_stock:.1} {unit}"));
        let aim = match policy.target {
            Target::CycleServiceLevel { probability } => {
                format!("enough with a probability of {} %", Percent(probability.value()))
            }
            Target::FillRate { share } => {
                format!("serves {} % of demand", Percent(share.value()))
            }
            Target::CostPerOccasion { shortage_per_occasion, holding_per_unit_and_day } => format!(
                "least cost: {shortage_per_occasion} a cycle that goes short, \
                 {holding_per_unit_and_day} a unit and day held"
            ),
            Target::LeastCost(costs) => format!(
                "least cost: {} a unit short, {} a unit and day held{}",
                costs.shortage_per_unit,
                costs.holding_per_unit_and_day,
                costs
                    .waste_per_unit
                    .map_or(String::new(), |cost| format!(", {cost} a unit wasted")),
            ),
        };
        let by_hand = |by_hand: bool| if by_hand { "given by hand" } else { aim.as_str() };
        match &policy.rule {
            Rule::OrderUpTo { order_up_to_level } => {
                let why = by_hand(order_up_to_level.is_some());
                let lost = match (policy.unmet_demand, order_up_to_level) {
                    (UnmetDemand::Lost, None) => "; what is lost is not made up for",
                    (UnmetDemand::Lost | UnmetDemand::BackOrdered, _) => "",
                };
                add("order-up-to level", &format_args!("{level} ({why}{lost})"));
            }
            Rule::ReorderUpTo { reorder_point, .. }
            | Rule::ReorderQuantity { reorder_point, .. } => {
                let why = by_hand(reorder_point.is_some());
                add("reorder point", &format_args!("{point} ({why})"));
                add("order-up-to level", &level);
            }
            Rule::DaysOfCover { days, .. } => {
                add("reorder point", &point);
                add(
                    "order-up-to level",
                    &format_args!("{level} ({} of demand)", Days(i64::from(*days))),
                );
            }
            Rule::DemandDriven { .. } => {
                add("top of yellow", &point);
                add("top of green", &level);
            }
            Rule::OrderOnce => {
                add("order-up-to level", &format_args!("{level} ({aim}; ordered once)"));
            }
        }
    }
}

/// A number of days in words.
struct Days(i64);

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { "day" } else { "days" })
    }
}

/// A share in percent, without decimals that say nothing.
struct Percent(f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 1000.0).round() / 10.0;
        write!(f, "{tenths}")
    }
}
