//! Calls that buy for several products or locations, and the simulator.

use super::{Answer, demand_sums, floats, give, read};
use replenish::{
    forecast::DemandDistribution,
    inventory::{
        self, CanOrder, CatchWeight, Control, DemandOutlook, DemandSource, EchelonLocation,
        InventoryError, JointItem, Location, OwnDemand, Scenario, StockCosts, SubstituteStock,
        classic,
        simulate::{self, Costs, OrderDays},
    },
    unit::{Day, Invalid, LocationId, Money, Probability, Quantity, Sku},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, slice};

pub(super) fn answer(call: &str, arguments: &[Value]) -> Option<Answer> {
    Some(match (call, arguments) {
        ("replenishJointly", [items, start, period, order]) => {
            replenish_jointly(items, start, period, order)
        }
        ("explodeRequirements", [kits, requirements, stock]) => {
            explode_requirements(kits, requirements, stock)
        }
        ("explodeDemand", [kits, own]) => explode_demand(kits, own),
        ("substitute", [requirements, substitutes, stock, buying]) => {
            substitute(requirements, substitutes, stock, buying)
        }
        ("allocateStock", [available, locations, leftover @ ..]) => {
            allocate_stock(available, locations, leftover.first())
        }
        ("echelonRequirement", [warehouse, locations, start, period, today]) => {
            echelon_requirement(warehouse, locations, [start, period, today])
        }
        ("proposeTransfers", [unit, locations, lanes, buying]) => {
            propose_transfers(unit, locations, lanes, buying)
        }
        ("piecesForWeight", [piece, need, probability]) => pieces(piece, need, probability),
        ("simulateStock", [demand, scenario, control, block @ ..]) => {
            simulate_stock(demand, scenario, control, block.first())
        }
        ("planLots", [needs, fixed_cost, holding_cost, method]) => {
            plan_lots(&floats(needs), fixed_cost, holding_cost, method)
        }
        ("economicLot", [fixed_cost, holding_cost, demand_rate, from, prices, tiers]) => {
            economic_lot(
                [fixed_cost, holding_cost, demand_rate],
                &floats(from),
                &floats(prices),
                tiers,
            )
        }
        _ => return None,
    })
}

fn plan_lots(needs: &[f64], fixed_cost: &Value, holding_cost: &Value, method: &Value) -> Answer {
    let costs =
        classic::LotCosts { fixed_cost: read(fixed_cost)?, holding_cost: read(holding_cost)? };
    let plan = match method.as_str() {
        Some("wagner_whitin") => classic::wagner_whitin(&costs, needs).map(|exact| exact.plan),
        Some("silver_meal") => classic::silver_meal(&costs, needs),
        _ => return Err("method_unknown"),
    };
    let plan = plan.map_err(|invalid| invalid.code)?;
    Ok(json!({ "quantities": plan.quantities, "cost": plan.cost }))
}

fn economic_lot(order: [&Value; 3], from: &[f64], prices: &[f64], tiers: &Value) -> Answer {
    let [fixed_cost, holding_cost, demand_rate] = order;
    let order = classic::EconomicOrder {
        fixed_cost: read(fixed_cost)?,
        holding_cost: read(holding_cost)?,
        demand_rate: read(demand_rate)?,
    };
    if from.is_empty() {
        let lot = classic::economic_order_quantity(&order).map_err(|invalid| invalid.code)?;
        return Ok(json!({ "quantity": lot.quantity, "tier": 0.0, "cost": lot.cost }));
    }
    let tier =
        |(&minimum_quantity, &unit_price)| classic::PriceTier { minimum_quantity, unit_price };
    let all: Vec<_> = from.iter().zip(prices).map(tier).collect();
    let lot = match tiers.as_str() {
        Some("all_units") => classic::all_units_lot(&order, &all),
        _ => classic::incremental_lot(&order, &all),
    };
    let lot = lot.map_err(|invalid| invalid.code)?;
    Ok(json!({ "quantity": lot.quantity, "tier": lot.tier, "cost": lot.cost }))
}

fn code(invalid: &Invalid) -> &'static str {
    invalid.code
}

fn answered(result: Result<impl Serialize, Invalid>) -> Value {
    match result {
        Ok(answer) => json!({ "answer": answer }),
        Err(invalid) => json!({ "refused": invalid }),
    }
}

/// The sums in the field `demand` of a document, and the rest of it.
fn with_demand<T: for<'a> Deserialize<'a>>(
    document: &Value,
) -> Result<(Vec<DemandDistribution>, T), &'static str> {
    let sums = demand_sums(&document["demand"])?;
    let mut rest = document.clone();
    rest.as_object_mut().unwrap().remove("demand");
    Ok((sums, read(&rest)?))
}

fn over(periods: usize, sums: Vec<DemandDistribution>) -> Result<DemandDistribution, &'static str> {
    sums.into_iter().nth(periods.wrapping_sub(1)).ok_or("interval_too_long")
}

fn replenish_jointly(items: &Value, start: &Value, period: &Value, order: &Value) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Product {
        sku: Sku,
        position: Quantity,
        proposed: Quantity,
        unit_cost: Money,
        costs: StockCosts,
        order_multiple: Option<Quantity>,
        minimum_order_quantity: Option<Quantity>,
        #[serde(default)]
        load_per_unit: Vec<Quantity>,
        shelf_life_days: Option<u32>,
        last_day_of_sale: Option<Day>,
        can_order: Option<CanOrder>,
    }
    let order = read(order)?;
    let products = items.as_array().unwrap().iter().map(with_demand::<Product>);
    let products = products.collect::<Result<Vec<_>, _>>()?;
    let (start, period) = (read(start)?, read(period)?);
    let outlooks: Vec<_> = products
        .iter()
        .map(|(sums, _)| DemandOutlook::new(DemandSource::Sums(sums), start, period))
        .collect();
    let items: Vec<_> = products
        .iter()
        .zip(&outlooks)
        .map(|((_, product), outlook)| JointItem {
            sku: product.sku.clone(),
            outlook,
            position: product.position,
            proposed: product.proposed,
            unit_cost: product.unit_cost,
            costs: product.costs,
            order_multiple: product.order_multiple,
            minimum_order_quantity: product.minimum_order_quantity,
            load_per_unit: product.load_per_unit.clone(),
            shelf_life_days: product.shelf_life_days,
            last_day_of_sale: product.last_day_of_sale,
            can_order: product.can_order,
        })
        .collect();
    let answer = inventory::replenish_jointly(&items, &order).map_err(|invalid| invalid.code)?;
    let lines: Vec<_> = answer.lines.into_iter().map(answered).collect();
    Ok(json!({ "lines": lines, "outcomes": answer.outcomes, "value_before": answer.value_before,
        "value_after": answer.value_after, "loads": answer.loads }))
}

fn explode_requirements(kits: &Value, requirements: &Value, stock: &Value) -> Answer {
    let (kits, requirements): (Vec<_>, Vec<_>) = (read(kits)?, read(requirements)?);
    let exploded = inventory::explode_requirements(&kits, &requirements, &read(stock)?);
    let answers: BTreeMap<Sku, Value> =
        exploded.into_iter().map(|(sku, result)| (sku, answered(result))).collect();
    Ok(json!(answers))
}

fn explode_demand(kits: &Value, own: &Value) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        periods: usize,
        stock: Quantity,
    }
    let kits: Vec<_> = read(kits)?;
    let mut demands: BTreeMap<Sku, (DemandDistribution, Quantity)> = BTreeMap::new();
    for (sku, document) in own.as_object().unwrap() {
        let (sums, Own { periods, stock }) = with_demand(document)?;
        demands.insert(Sku::new(sku).map_err(|i| i.code)?, (over(periods, sums)?, stock));
    }
    let own = demands
        .iter()
        .map(|(sku, (demand, stock))| (sku.clone(), OwnDemand { demand, stock: *stock }));
    let exploded = inventory::explode_demand(&kits, &own.collect());
    let answers: BTreeMap<Sku, Value> = exploded
        .into_iter()
        .map(|(sku, result)| {
            let document = result.map(|answer| {
                let demand = columns(slice::from_ref(&answer.demand));
                json!({ "demand": demand, "unit": answer.unit, "terms": answer.terms })
            });
            (sku, answered(document))
        })
        .collect();
    Ok(json!(answers))
}

/// `DemandSums`.
fn columns(sums: &[DemandDistribution]) -> Value {
    let (mut demands, mut shares, mut offsets) = (Vec::new(), Vec::new(), vec![0]);
    for sum in sums {
        demands.extend(sum.steps().iter().map(|step| step.0));
        shares.extend(sum.steps().iter().map(|step| step.1));
        offsets.push(demands.len());
    }
    let outcomes: Vec<_> = sums.iter().map(DemandDistribution::outcomes).collect();
    json!({ "demands": demands, "shares": shares, "offsets": offsets, "outcomes": outcomes })
}

fn substitute(
    requirements: &Value,
    substitutes: &Value,
    stock: &Value,
    buying_per_unit: &Value,
) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Spare {
        periods: usize,
        available: Quantity,
        service_level: Probability,
    }
    let (requirements, substitutes): (Vec<_>, Vec<_>) = (read(requirements)?, read(substitutes)?);
    let buying_per_unit = read(buying_per_unit)?;
    let mut spares: BTreeMap<Sku, (DemandDistribution, Spare)> = BTreeMap::new();
    for (sku, document) in stock.as_object().unwrap() {
        let (sums, spare) = with_demand::<Spare>(document)?;
        spares.insert(Sku::new(sku).map_err(|i| i.code)?, (over(spare.periods, sums)?, spare));
    }
    let stock = spares.iter().map(|(sku, (demand, spare))| {
        let Spare { available, service_level, .. } = *spare;
        (sku.clone(), SubstituteStock { available, demand, service_level })
    });
    let stock = stock.collect();
    let answers = inventory::substitute(&requirements, &substitutes, &stock, &buying_per_unit);
    Ok(answers.into_iter().map(answered).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    location: LocationId,
    position: Quantity,
    periods: usize,
    service_level: Probability,
    order_multiple: Option<Quantity>,
    minimum_quantity: Option<Quantity>,
    need_by: Option<Day>,
}

fn with_locations(locations: &Value, ask: impl FnOnce(&[Location<'_>]) -> Answer) -> Answer {
    let mut places = Vec::new();
    for location in locations.as_array().unwrap() {
        let (sums, place) = with_demand::<Place>(location)?;
        places.push((over(place.periods, sums)?, place));
    }
    let locations: Vec<_> = places
        .iter()
        .map(|(demand, place)| Location {
            location: place.location.clone(),
            position: place.position,
            demand,
            service_level: place.service_level,
            order_multiple: place.order_multiple,
            minimum_quantity: place.minimum_quantity,
            need_by: place.need_by,
        })
        .collect();
    ask(&locations)
}

fn allocate_stock(available: &Value, locations: &Value, leftover: Option<&Value>) -> Answer {
    let available = read(available)?;
    let leftover = leftover.map_or(Ok(None), read)?.unwrap_or_default();
    with_locations(locations, |locations| {
        let answer = inventory::allocate_stock(available, locations, leftover);
        let answer = answer.map_err(|invalid| invalid.code)?;
        let shares: Vec<_> = answer.shares.into_iter().map(answered).collect();
        Ok(json!({ "shares": shares, "left": answer.left }))
    })
}

fn echelon_requirement(warehouse: &Value, locations: &Value, days: [&Value; 3]) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Supplied {
        location: LocationId,
        position: Quantity,
        lead_time_days: u32,
    }
    let (warehouse, [start, period, today]) = (read(warehouse)?, days);
    let (start, period) = (read(start)?, read(period)?);
    let supplied = locations.as_array().unwrap().iter().map(with_demand::<Supplied>);
    let supplied = supplied.collect::<Result<Vec<_>, _>>()?;
    let outlooks: Vec<_> = supplied
        .iter()
        .map(|(sums, _)| DemandOutlook::new(DemandSource::Sums(sums), start, period))
        .collect();
    let locations: Vec<_> = supplied
        .iter()
        .zip(&outlooks)
        .map(|((_, place), outlook)| EchelonLocation {
            location: &place.location,
            position: place.position,
            outlook,
            lead_time_days: place.lead_time_days,
        })
        .collect();
    let answer = inventory::echelon_requirement(&warehouse, &locations, read(today)?);
    give(answer, InventoryError::code)
}

fn propose_transfers(unit: &Value, locations: &Value, lanes: &Value, buying: &Value) -> Answer {
    let (unit, lanes, buying): (_, Vec<_>, _) = (read(unit)?, read(lanes)?, read(buying)?);
    with_locations(locations, |locations| {
        give(inventory::propose_transfers(unit, locations, &lanes, buying), code)
    })
}

fn pieces(piece: &Value, need: &Value, probability: &Value) -> Answer {
    let piece = match piece["type"].as_str() {
        Some("observed") => CatchWeight::observed(&read::<Vec<f64>>(&piece["weights"])?),
        Some("normal") => {
            let variation = read(&piece["coefficient_of_variation"])?;
            CatchWeight::normal(read(&piece["nominal"])?, variation)
        }
        _ => return Err("catch_weight_unknown"),
    };
    let (need, probability) = (read(need)?, read(probability)?);
    give(piece.and_then(|piece| piece.pieces_for(need, probability)), code)
}

fn simulate_stock(
    demand: &Value,
    scenario: &Value,
    control: &Value,
    block: Option<&Value>,
) -> Answer {
    #[derive(Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct World {
        lead_times: Option<Vec<u32>>,
        order_days: Value,
        shelf_life: Option<u32>,
        issue: inventory::Issue,
        unmet: Option<simulate::Unmet>,
        minimum_order_quantity: f64,
        order_multiple: f64,
        costs: Costs,
        on_hand: f64,
        lots: Vec<simulate::Lot>,
        pipeline: Vec<simulate::Receipt>,
        warm_up: usize,
    }
    let (demand, world): (_, World) = (floats(demand), read(scenario)?);
    let plainest = Scenario::new(&demand);
    let marks: Vec<bool> = read::<Vec<u8>>(&world.order_days)
        .unwrap_or_default()
        .into_iter()
        .map(|mark| mark != 0)
        .collect();
    let scenario = Scenario {
        lead_times: world.lead_times.as_deref().unwrap_or(plainest.lead_times),
        order_days: if world.order_days.is_null() {
            plainest.order_days
        } else if world.order_days.is_array() {
            OrderDays::Marked(&marks)
        } else {
            OrderDays::Every {
                periods: read(&world.order_days["periods"])?,
                offset: read::<Option<_>>(&world.order_days["offset"])?.unwrap_or(0),
            }
        },
        shelf_life: world.shelf_life,
        issue: world.issue,
        unmet: world.unmet.unwrap_or(plainest.unmet),
        minimum_order_quantity: world.minimum_order_quantity,
        order_multiple: world.order_multiple,
        costs: world.costs,
        on_hand: world.on_hand,
        lots: &world.lots,
        pipeline: &world.pipeline,
        warm_up: world.warm_up,
        ..plainest
    };
    let levels = |name: &str| floats(&control[name]);
    let control = match control["type"].as_str() {
        Some("order_up_to") => Control::OrderUpTo(&levels("order_up_to_levels")),
        Some("reorder_up_to") => Control::ReorderUpTo {
            reorder_points: &levels("reorder_points"),
            order_up_to_levels: &levels("order_up_to_levels"),
        },
        Some("reorder_quantity") => Control::ReorderQuantity {
            reorder_points: &levels("reorder_points"),
            order_quantities: &levels("order_quantities"),
        },
        Some("quantities") => Control::Quantities(&levels("quantities")),
        _ => return Err("control_unknown"),
    };
    let block = block.map_or(Ok(usize::MAX), read)?;
    give(simulate::simulate_blocks(&scenario, control, block), code)
}
