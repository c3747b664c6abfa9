//! Several locations that a central warehouse supplies.

use super::{
    answered::give_each,
    columns::{list, object},
    demand::{over, with_demand},
    give, inventory_error, refuse, take,
};
use crate::{
    forecast::{DemandDistribution, Period},
    inventory::{self, DemandOutlook, DemandSource, Lane, Leftover, Location, Warehouse},
    unit::{Day, LocationId, Probability, Quantity},
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const NETWORK_TYPES: &str = r#"
/** One product at one location. */
export interface StockLocation {
    /** The location. */
    location: LocationId;
    /**
     * What it has and what is on the road to it, less what it has promised; below zero when it owes
     * more than that.
     */
    position: Quantity;
    /** What will be wanted there. */
    demand: DemandSums;
    /** Until what is sent the next time has arrived: so many of the first periods of the demand. */
    periods: number;
    /** With which probability its stock shall do until then; between 0 and 1, both excluded. */
    service_level: Probability;
    /** It is sent multiples of this, such as a pack; without it, of one unit. */
    order_multiple?: Quantity | null;
    /** The smallest quantity that is sent to it. */
    minimum_quantity?: Quantity | null;
    /** The day by which it must be there; of two that need it as much, the earlier comes first. */
    need_by?: Day | null;
}
/** What each location is sent. */
export interface StockAllocation {
    /** One answer a location, in the order in which they were given. */
    shares: Answered<LocationShare>[];
    /** What stays at the warehouse. */
    left: Quantity;
}
/** One location that the warehouse supplies. */
export interface EchelonLocation {
    /** The location. */
    location: LocationId;
    /**
     * What it has and what is on the road to it, less what it has promised. What it has ordered and the
     * warehouse has not sent does not count: it still lies at the warehouse.
     */
    position: Quantity;
    /** What will be wanted there. */
    demand: DemandSums;
    /** Days from sending the goods until they can be sold there. */
    lead_time_days: number;
}
"#;

/// A `StockLocation` without its demand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    location: LocationId,
    position: Quantity,
    periods: u32,
    service_level: Probability,
    #[serde(default)]
    order_multiple: Option<Quantity>,
    #[serde(default)]
    minimum_quantity: Option<Quantity>,
    #[serde(default)]
    need_by: Option<Day>,
}

/// Reads `StockLocation`s.
fn places(locations: &JsValue) -> Result<Vec<(DemandDistribution, Place)>, JsValue> {
    let mut places = Vec::new();
    for (path, location) in list(locations, "locations")? {
        let (sums, place) = with_demand::<Place>(&location, &path)?;
        places.push((over(place.periods, sums, &path)?, place));
    }
    Ok(places)
}

fn located(places: &[(DemandDistribution, Place)]) -> Vec<Location<'_>> {
    let located = places.iter().map(|(demand, place)| Location {
        location: place.location.clone(),
        position: place.position,
        demand,
        service_level: place.service_level,
        order_multiple: place.order_multiple,
        minimum_quantity: place.minimum_quantity,
        need_by: place.need_by,
    });
    located.collect()
}

/// Allocates stock so that every location is as likely as every other not to run out until it is sent
/// more, and none gets more than what brings it to its own service level.
#[wasm_bindgen(js_name = allocateStock, unchecked_return_type = "StockAllocation")]
pub fn allocate_stock(
    #[wasm_bindgen(unchecked_param_type = "Quantity")] available: JsValue,
    #[wasm_bindgen(unchecked_param_type = "StockLocation[]")] locations: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Leftover | null")] leftover: JsValue,
) -> Result<JsValue, JsValue> {
    let (available, places) = (take("available", available)?, places(locations)?);
    let leftover = take::<Option<Leftover>>("leftover", leftover)?.unwrap_or_default();
    let answer = inventory::allocate_stock(available, &located(&places), leftover);
    let answer = answer.map_err(refuse)?;
    object(&[("shares", give_each(answer.shares)?), ("left", give(&answer.left)?)])
}

/// Works out what a warehouse must order so that the stock of its whole echelon covers the demand of all
/// locations until the order after this one has come through to them. The first period of all demands
/// begins on `start`.
#[wasm_bindgen(js_name = echelonRequirement, unchecked_return_type = "EchelonRequirement")]
pub fn echelon_requirement(
    #[wasm_bindgen(unchecked_param_type = "Warehouse")] warehouse: JsValue,
    #[wasm_bindgen(unchecked_param_type = "EchelonLocation[]")] locations: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Day")] start: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Period")] period: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Day")] today: JsValue,
) -> Result<JsValue, JsValue> {
    /// An `EchelonLocation` without its demand.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Supplied {
        location: LocationId,
        position: Quantity,
        lead_time_days: u32,
    }

    let warehouse: Warehouse = take("warehouse", warehouse)?;
    let (start, period): (Day, Period) = (take("start", start)?, take("period", period)?);
    let mut supplied = Vec::new();
    for (path, location) in list(locations, "locations")? {
        supplied.push(with_demand::<Supplied>(&location, &path)?);
    }
    let outlooks: Vec<_> = supplied
        .iter()
        .map(|(sums, _)| DemandOutlook::new(DemandSource::Sums(sums), start, period))
        .collect();
    let locations: Vec<_> = supplied
        .iter()
        .zip(&outlooks)
        .map(|((_, place), outlook)| inventory::EchelonLocation {
            location: &place.location,
            position: place.position,
            outlook,
            lead_time_days: place.lead_time_days,
        })
        .collect();
    let answer = inventory::echelon_requirement(&warehouse, &locations, take("today", today)?);
    give(&answer.map_err(inventory_error)?)
}

/// Proposes to move what a location has above its own level to locations that are below theirs, where
/// that costs less than buying.
#[wasm_bindgen(js_name = proposeTransfers, unchecked_return_type = "TransferPlan")]
pub fn propose_transfers(
    #[wasm_bindgen(unchecked_param_type = "Unit")] unit: JsValue,
    #[wasm_bindgen(unchecked_param_type = "StockLocation[]")] locations: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Lane[]")] lanes: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Money")] buying_per_unit: JsValue,
) -> Result<JsValue, JsValue> {
    let (unit, lanes): (_, Vec<Lane>) = (take("unit", unit)?, take("lanes", lanes)?);
    let (places, buying) = (places(locations)?, take("buying_per_unit", buying_per_unit)?);
    let plan = inventory::propose_transfers(unit, &located(&places), &lanes, buying);
    give(&plan.map_err(refuse)?)
}
