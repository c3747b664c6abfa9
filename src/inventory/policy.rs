//! What the buyer wants: when to order, how much, and what for.

use super::{Calendar, Issue, position::check_size};
use crate::{
    forecast::LeadTime,
    unit::{Day, Invalid, Money, Probability, Quantity},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How one product is replenished.
///
/// [`Policy::order_up_to`] is what suits most products; everything else is a change to one of its
/// fields.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Policy {
    /// When to order and how much.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub rule: Rule,
    /// What the parameters of the rule are derived from, where they are not given by hand.
    pub target: Target,
    /// Days from placing an order until the goods can be sold.
    pub lead_time: LeadTime,
    /// Days from one review to the next; 1 when every day is an order day.
    pub review_period_days: u32,
    /// On which days the supplier takes orders and delivers; without it, on every day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Calendar | null"))]
    pub calendar: Option<Calendar>,
    /// What becomes of demand that finds no stock.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub unmet_demand: UnmetDemand,
    /// Days that goods can be sold from the day of receipt on, that day included; without it they keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub shelf_life_days: Option<u32>,
    /// Which goods are sold first where some expire.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub issue: Issue,
    /// The last day on which the product is sold; without it, sales go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub last_day_of_sale: Option<Day>,
    /// The smallest quantity that is ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub minimum_order_quantity: Option<Quantity>,
    /// Orders are multiples of this, such as a pack; of a catch-weight product, its usual weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub order_multiple: Option<Quantity>,
    /// The shape of demand over an interval.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub demand_shape: DemandShape,
}

/// When to order and how much. What is not given by hand follows from the target.
///
/// Reviews are [`Policy::review_period_days`] apart, so each rule is the one of continuous review
/// where that is 1 and of periodic review otherwise (Silver, Pyke and Thomas, "Inventory and Production
/// Management in Supply Chains", 4th edition, chapters 6 and 7).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Rule {
    /// At every review, order what is missing to a level: (R, S), base stock.
    OrderUpTo {
        /// The order-up-to level S.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
        order_up_to_level: Option<Quantity>,
    },
    /// At or below a point, order what is missing to a level: (s, S), (R, s, S), min/max.
    ReorderUpTo {
        /// The reorder point s, or minimum.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
        reorder_point: Option<Quantity>,
        /// The order-up-to level S, or maximum; without it, the reorder point and one economic order
        /// quantity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
        order_up_to_level: Option<Quantity>,
        /// What a larger order saves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "LotCosts | null"))]
        costs: Option<LotCosts>,
    },
    /// At or below a point, order a fixed quantity, or as many of it as lift the stock above the point:
    /// (s, Q), (s, nQ).
    ReorderQuantity {
        /// The reorder point s.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
        reorder_point: Option<Quantity>,
        /// The order quantity Q; without it, the economic order quantity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
        order_quantity: Option<Quantity>,
        /// What a larger order saves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "LotCosts | null"))]
        costs: Option<LotCosts>,
    },
    /// When the stock lasts for fewer days than a minimum, order so that it lasts for a number of days,
    /// expected demand counted.
    DaysOfCover {
        /// Order when the stock lasts for fewer days than this; without it, lead time and review
        /// period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
        minimum_days: Option<u32>,
        /// What is ordered makes it last for so many days.
        days: u32,
    },
    /// Demand-driven buffers of three zones (Ptak and Smith, "Demand Driven Material Requirements
    /// Planning", 2016): order to the top of green when the net flow is in yellow or red.
    DemandDriven {
        /// How much of the lead time's demand is kept for its length, from 0 to 1 or more.
        lead_time_factor: f64,
        /// How much of that is added for its variability, from 0 to 1 or more.
        variability_factor: f64,
    },
    /// Order once for everything that will be wanted until the last day of sale (newsvendor): the last
    /// order before a product is delisted, or the only one of a season.
    OrderOnce,
}

/// What the parameters of a rule are derived from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Target {
    /// Share of replenishment cycles that shall end without a stock-out (α).
    CycleServiceLevel {
        /// Between 0 and 1, both excluded.
        probability: Probability,
    },
    /// Share of demand that shall be served from the shelf (β).
    FillRate {
        /// Between 0 and 1, both excluded.
        share: Probability,
    },
    /// The least sum of what shortages, holding and waste cost.
    LeastCost(StockCosts),
    /// The least sum of holding and of a fixed cost for each cycle that goes short, however much (B₁ in
    /// Silver, Pyke and Thomas): the money that lies in stock prevents the most emergency orders, for
    /// what costs little is held in plenty and what costs much sparingly.
    CostPerOccasion {
        /// Of one cycle in which something is short: what an emergency order costs.
        shortage_per_occasion: Money,
        /// Of one unit that lies for a day: capital, space, insurance.
        holding_per_unit_and_day: Money,
    },
}

/// What too little and too much stock cost, in one currency.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct StockCosts {
    /// Of one unit that was wanted and not there: the margin lost, or what an emergency costs more.
    pub shortage_per_unit: Money,
    /// Of one unit that lies for a day: capital, space, insurance.
    pub holding_per_unit_and_day: Money,
    /// Of one unit that is left when it expires or sales end: what it cost, less what it still
    /// brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub waste_per_unit: Option<Money>,
}

/// What sets the economic order quantity, in one currency (Harris 1913).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LotCosts {
    /// Of one order line, however large.
    pub per_order: Money,
    /// Of one unit that lies for a day.
    pub holding_per_unit_and_day: Money,
}

/// What becomes of demand that finds no stock.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum UnmetDemand {
    /// It waits and is served from what comes.
    #[default]
    BackOrdered,
    /// It goes elsewhere: what is short in one week does not use up the stock of the next.
    Lost,
}

/// The shape of demand over an interval.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum DemandShape {
    /// As the forecast's own errors say.
    #[default]
    Forecast,
    /// The normal distribution with the forecast's mean and standard deviation, as textbooks have it.
    Normal,
}

impl Default for Rule {
    fn default() -> Self {
        Self::OrderUpTo { order_up_to_level: None }
    }
}

impl Policy {
    /// At every review, order up to the level that is enough with a probability.
    pub fn order_up_to(
        service_level: Probability,
        lead_time: LeadTime,
        review_period_days: u32,
    ) -> Self {
        Self {
            rule: Rule::default(),
            target: Target::CycleServiceLevel { probability: service_level },
            lead_time,
            review_period_days,
            calendar: None,
            unmet_demand: UnmetDemand::default(),
            shelf_life_days: None,
            issue: Issue::default(),
            last_day_of_sale: None,
            minimum_order_quantity: None,
            order_multiple: None,
            demand_shape: DemandShape::default(),
        }
    }

    /// Checks what the types alone cannot.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        if self.review_period_days == 0 {
            let expected = "1 or more days from one review to the next";
            return Err(Invalid::new("review_period_invalid", expected, 0).at("review_period_days"));
        }
        if self.shelf_life_days == Some(0) {
            let expected = "1 or more days, the day of receipt included";
            return Err(Invalid::new("shelf_life_invalid", expected, 0).at("shelf_life_days"));
        }
        for (field, quantity) in [
            ("minimum_order_quantity", self.minimum_order_quantity),
            ("order_multiple", self.order_multiple),
        ] {
            if let Some(quantity) = quantity
                && quantity.amount() <= Decimal::ZERO
            {
                let expected = "a quantity above zero";
                return Err(Invalid::new("quantity_not_positive", expected, quantity).at(field));
            }
            if let Some(quantity) = quantity {
                check_size(quantity).map_err(|invalid| invalid.at(field))?;
            }
        }
        if matches!(self.rule, Rule::OrderOnce) && self.last_day_of_sale.is_none() {
            let expected = "the last day of sale, for which is ordered once";
            return Err(Invalid::new("last_day_missing", expected, "none").at("last_day_of_sale"));
        }
        Ok(())
    }
}
