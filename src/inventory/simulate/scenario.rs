//! What is simulated: demand, supply, shelf life and costs of one product.

use crate::{inventory::Issue, unit::Invalid};

/// One product and the world around it, period by period; a period is a day or a week.
///
/// Everything long is borrowed, so many policies can be tried on one scenario without copying.
/// [`Scenario::new`] gives the plainest one; set the fields that differ.
///
/// ```
/// use replenish::inventory::simulate::{OrderDays, Scenario};
/// let weekdays = [true, true, true, true, true, false, false];
/// let mut scenario = Scenario::new(&[3.0, 0.0, 5.0, 2.0, 4.0, 9.0, 8.0]);
/// scenario.lead_times = &[2];
/// scenario.order_days = OrderDays::Marked(&weekdays);
/// scenario.on_hand = 10.0;
/// assert!(scenario.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scenario<'a> {
    /// What customers really want in each period, zero or more. Sales are not it where the shelf was
    /// empty: a period whose demand is not known cannot be simulated.
    pub demand: &'a [f64],
    /// Periods until an order placed in each period can be sold, cycled when shorter than the demand;
    /// one entry is always the same. An order of lead time 0 arrives behind the period's customers
    /// and counts in its closing stock; one of lead time L arrives before the customers of period
    /// t + L.
    pub lead_times: &'a [u32],
    /// In which periods an order may be placed.
    pub order_days: OrderDays<'a>,
    /// In how many periods goods can be sold from their receipt on; for ever when none.
    pub shelf_life: Option<u32>,
    /// Which goods customers get. What is received keeps equally long, so that the first expired are the
    /// first in.
    pub issue: Issue,
    /// What becomes of demand that stock does not cover.
    pub unmet: Unmet,
    /// The least that may be ordered; 0 for none.
    pub minimum_order_quantity: f64,
    /// Orders are rounded up to a multiple of this; 0 for none.
    pub order_multiple: f64,
    /// What everything costs.
    pub costs: Costs,
    /// Stock at the start, as fresh as if it had just been received.
    pub on_hand: f64,
    /// More stock at the start, which is older: ascending by `expires`, none fresher than new goods.
    /// Only with a shelf life.
    pub lots: &'a [Lot],
    /// Ordered before the start and not yet received.
    pub pipeline: &'a [Receipt],
    /// Periods at the start that are simulated but not counted.
    pub warm_up: usize,
}

/// In which periods an order may be placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OrderDays<'a> {
    /// In every one.
    EveryPeriod,
    /// Every so many periods.
    Every {
        /// From one to the next, at least 1.
        periods: u32,
        /// The first one, counted from 0.
        offset: u32,
    },
    /// Where this says so, cycled when shorter than the demand: seven entries are a week.
    Marked(&'a [bool]),
}

/// What becomes of demand that stock does not cover.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "SimulationUnmetDemand"))]
pub enum Unmet {
    /// The customer goes without.
    Lost,
    /// The customer waits and is served first from what comes.
    BackOrdered,
    /// It is bought at once outside the calendar, at a premium.
    Emergency,
}

/// What a product costs, in any one currency; all zero or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "SimulationCosts"))]
pub struct Costs {
    /// Price of one unit in the usual way.
    pub unit_cost: f64,
    /// For each unit in the closing stock of a period.
    pub holding_per_unit_and_period: f64,
    /// For each unit lost; where customers wait, for each unit that still waits at the end of a period.
    /// An emergency costs its premium instead.
    pub shortage_per_unit: f64,
    /// For each order placed.
    pub order_line: f64,
    /// For each unit that expires, with what was paid for it where that shall count.
    pub waste_per_unit: f64,
    /// What an emergency costs above the usual price, as a share of it: 0.2 for 20 %.
    pub emergency_premium: f64,
}

/// Goods of one age.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "SimulationLot"))]
pub struct Lot {
    /// The first period in which they can no longer be sold.
    pub expires: usize,
    /// How much.
    pub quantity: f64,
}

/// Goods on their way.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "SimulationReceipt"))]
pub struct Receipt {
    /// The period before whose customers they arrive, counted from 0; they stay on order when that
    /// lies behind the demand.
    pub period: usize,
    /// How much.
    pub quantity: f64,
}

/// The largest number that is taken: squares of it, added up and multiplied by costs, stay finite.
pub(super) const LARGEST: f64 = 1e60;

impl<'a> Scenario<'a> {
    /// Orders in every period that arrive in the next, no expiry, demand lost where there is no stock,
    /// no costs, an empty shelf.
    pub fn new(demand: &'a [f64]) -> Self {
        Self {
            demand,
            lead_times: &[1],
            order_days: OrderDays::EveryPeriod,
            shelf_life: None,
            issue: Issue::FirstExpired,
            unmet: Unmet::Lost,
            minimum_order_quantity: 0.0,
            order_multiple: 0.0,
            costs: Costs::default(),
            on_hand: 0.0,
            lots: &[],
            pipeline: &[],
            warm_up: 0,
        }
    }

    /// Whether it can be simulated.
    ///
    /// # Errors
    ///
    /// The first field that cannot be accepted, with its path: a number that is negative, not finite
    /// or above 10⁶⁰, lead times or order days without an entry, a shelf life or review interval of
    /// zero, lots out of order or fresher than new goods, a warm-up longer than the demand.
    pub fn check(&self) -> Result<(), Invalid> {
        numbers(self.demand, "demand")?;
        let costs = &self.costs;
        for (value, field) in [
            (self.on_hand, "on_hand"),
            (self.minimum_order_quantity, "minimum_order_quantity"),
            (self.order_multiple, "order_multiple"),
            (costs.unit_cost, "costs.unit_cost"),
            (costs.holding_per_unit_and_period, "costs.holding_per_unit_and_period"),
            (costs.shortage_per_unit, "costs.shortage_per_unit"),
            (costs.order_line, "costs.order_line"),
            (costs.waste_per_unit, "costs.waste_per_unit"),
            (costs.emergency_premium, "costs.emergency_premium"),
        ] {
            number(value).map_err(|invalid| invalid.at(field))?;
        }
        for (index, receipt) in self.pipeline.iter().enumerate() {
            number(receipt.quantity)
                .map_err(|invalid| invalid.at("quantity").at(format_args!("pipeline[{index}]")))?;
        }
        if self.lead_times.is_empty() {
            return Err(
                Invalid::new("lead_time_invalid", "one lead time or more", "none").at("lead_times")
            );
        }
        self.check_order_days()?;
        self.check_lots()?;
        if self.warm_up > self.demand.len() {
            let expected = format!("at most the {} periods of demand", self.demand.len());
            return Err(Invalid::new("warm_up_invalid", expected, self.warm_up).at("warm_up"));
        }
        Ok(())
    }

    fn check_order_days(&self) -> Result<(), Invalid> {
        let refuse =
            |expected, got| Err(Invalid::new("order_days_invalid", expected, got).at("order_days"));
        match self.order_days {
            OrderDays::Every { periods: 0, .. } => refuse("one period or more between orders", 0),
            OrderDays::Marked([]) => refuse("one mark or more", 0),
            OrderDays::EveryPeriod | OrderDays::Every { .. } | OrderDays::Marked(_) => Ok(()),
        }
    }

    fn check_lots(&self) -> Result<(), Invalid> {
        let refuse = |expected: String, got: usize, index: usize| {
            let invalid = Invalid::new("lot_invalid", expected, got);
            Err(invalid.at("expires").at(format_args!("lots[{index}]")))
        };
        let Some(shelf_life) = self.shelf_life else {
            if self.lots.is_empty() {
                return Ok(());
            }
            let expected = "no lots where nothing expires";
            return Err(Invalid::new("lot_invalid", expected, self.lots.len()).at("lots"));
        };
        if shelf_life == 0 {
            let invalid = Invalid::new("shelf_life_invalid", "one period or more", shelf_life);
            return Err(invalid.at("shelf_life"));
        }
        let mut earlier = 0;
        for (index, lot) in self.lots.iter().enumerate() {
            number(lot.quantity)
                .map_err(|invalid| invalid.at("quantity").at(format_args!("lots[{index}]")))?;
            if lot.expires < earlier {
                return refuse(format!("{earlier} or later, as before it"), lot.expires, index);
            }
            if lot.expires > shelf_life as usize {
                let expected = format!("{shelf_life} at most, when new goods expire");
                return refuse(expected, lot.expires, index);
            }
            earlier = lot.expires;
        }
        Ok(())
    }
}

/// Refuses what is no number from zero to the largest.
pub(super) fn number(value: f64) -> Result<(), Invalid> {
    if (0.0..=LARGEST).contains(&value) {
        return Ok(());
    }
    Err(Invalid::new("number_invalid", "a number of zero or more, at most 1e60", value))
}

/// Refuses a list in which any entry is no number from zero to the largest.
pub(super) fn numbers(values: &[f64], field: &str) -> Result<(), Invalid> {
    // Without a way out in the loop the compiler compares several at once; the search for the culprit
    // is left to the rare case.
    if values.iter().fold(true, |good, value| good & (0.0..=LARGEST).contains(value)) {
        return Ok(());
    }
    for (index, &value) in values.iter().enumerate() {
        number(value).map_err(|invalid| invalid.at(format_args!("{field}[{index}]")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_simulated_names_its_field() {
        let good = Scenario { shelf_life: Some(3), ..Scenario::new(&[1.0, 2.0]) };
        let lot = |expires| Lot { expires, quantity: 1.0 };
        let nan = Costs { order_line: f64::NAN, ..Costs::default() };
        let (late, turned) = ([lot(4)], [lot(2), lot(1)]);
        let negative = [Receipt { period: 0, quantity: -1.0 }];
        let cases = [
            (Scenario { demand: &[1.0, f64::NAN], ..good }, "number_invalid", "demand[1]"),
            (Scenario { demand: &[-0.5], ..good }, "number_invalid", "demand[0]"),
            (Scenario { costs: nan, ..good }, "number_invalid", "costs.order_line"),
            (Scenario { on_hand: f64::INFINITY, ..good }, "number_invalid", "on_hand"),
            (Scenario { pipeline: &negative, ..good }, "number_invalid", "pipeline[0].quantity"),
            (Scenario { lead_times: &[], ..good }, "lead_time_invalid", "lead_times"),
            (
                Scenario { order_days: OrderDays::Every { periods: 0, offset: 1 }, ..good },
                "order_days_invalid",
                "order_days",
            ),
            (
                Scenario { order_days: OrderDays::Marked(&[]), ..good },
                "order_days_invalid",
                "order_days",
            ),
            (Scenario { shelf_life: Some(0), ..good }, "shelf_life_invalid", "shelf_life"),
            (Scenario { lots: &late, ..good }, "lot_invalid", "lots[0].expires"),
            (Scenario { lots: &turned, ..good }, "lot_invalid", "lots[1].expires"),
            (Scenario { lots: &turned, shelf_life: None, ..good }, "lot_invalid", "lots"),
            (Scenario { warm_up: 3, ..good }, "warm_up_invalid", "warm_up"),
        ];
        for (scenario, code, path) in cases {
            let invalid = scenario.check().unwrap_err();
            assert_eq!((invalid.code, invalid.path.as_str()), (code, path));
        }
        assert_eq!(good.check(), Ok(()));
        assert_eq!(Scenario::new(&[]).check(), Ok(()));
    }
}
