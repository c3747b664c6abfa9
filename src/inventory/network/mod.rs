//! Several locations that a central warehouse supplies.
//!
//! Read in this order: [`Location`] (what a location has and wants), [`allocate_stock`] (who gets what of
//! stock that does not do for all), [`echelon_requirement`] (what the warehouse itself must buy),
//! [`propose_transfers`] (what one location can spare for another).

mod allocate;
mod echelon;
mod transfer;

pub use allocate::{Leftover, LocationShare, StockAllocation, allocate_stock};
pub use echelon::{EchelonLocation, EchelonRequirement, Warehouse, echelon_requirement};
pub use transfer::{Lane, Transfer, TransferPlan, propose_transfers};

use super::amount::{amount_in, round_up, step_in, up_to_multiple};
use crate::{
    forecast::DemandDistribution,
    unit::{Day, Invalid, LocationId, Probability, Quantity, Unit},
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// One product at one location.
#[derive(Clone, Debug)]
pub struct Location<'a> {
    /// The location.
    pub location: LocationId,
    /// What it has and what is on the road to it, less what it has promised; below zero when it owes
    /// more than that.
    pub position: Quantity,
    /// Demand there until what is sent the next time has arrived.
    pub demand: &'a DemandDistribution,
    /// With which probability its stock shall do until then; between 0 and 1, both excluded.
    pub service_level: Probability,
    /// It is sent multiples of this, such as a pack; without it, of one unit.
    pub order_multiple: Option<Quantity>,
    /// The smallest quantity that is sent to it.
    pub minimum_quantity: Option<Quantity>,
    /// The day by which it must be there; of two that need it as much, the earlier comes first.
    pub need_by: Option<Day>,
}

/// A location whose numbers have been checked.
struct Checked<'a> {
    location: &'a Location<'a>,
    position: Decimal,
    /// What is enough at its service level.
    level: Decimal,
    /// It is sent multiples of this.
    step: Decimal,
    /// The smallest multiple that is sent.
    first: Decimal,
}

/// Every location, or why it cannot be answered.
fn check_all<'a>(unit: Unit, locations: &'a [Location<'a>]) -> Vec<Result<Checked<'a>, Invalid>> {
    let mut seen = BTreeSet::new();
    let checked = locations.iter().enumerate().map(|(index, location)| {
        let id = &location.location;
        let checked = if seen.insert(id) {
            check(unit, location).map_err(|invalid| invalid.at(id))
        } else {
            Err(Invalid::new("location_twice", "each location once", id).at("location"))
        };
        checked.map_err(|invalid| invalid.at(format_args!("locations[{index}]")))
    });
    checked.collect()
}

fn check<'a>(unit: Unit, location: &'a Location<'a>) -> Result<Checked<'a>, Invalid> {
    let Location { position, service_level, order_multiple, minimum_quantity, .. } = location;
    if position.unit() != unit {
        let expected = format!("a quantity in {unit}");
        return Err(Invalid::new("unit_mixed", expected, position).at("position"));
    }
    check_service_level(*service_level)?;
    let step = step_in(unit, *order_multiple, "order_multiple")?;
    let minimum = minimum_quantity.unwrap_or(Quantity::zero(unit));
    let minimum = amount_in(unit, minimum, "minimum_quantity")?;
    let first = up_to_multiple(minimum, step)
        .ok_or_else(|| super::amount::too_large(minimum).at("minimum_quantity"))?;
    Ok(Checked {
        location,
        position: position.amount(),
        level: round_up(location.demand.quantile(*service_level), unit)?.max(Decimal::ZERO),
        step,
        first: first.max(step),
    })
}

fn check_service_level(service_level: Probability) -> Result<(), Invalid> {
    let value = service_level.value();
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    let expected = "a probability above 0 and below 1";
    Err(Invalid::new("service_level_out_of_range", expected, value).at("service_level"))
}

fn percent(probability: Probability) -> String {
    format!("{:.1} %", probability.value() * 100.0)
}
