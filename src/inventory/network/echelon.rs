//! What a central warehouse must buy for all that it supplies.

use super::{check_service_level, percent};
use crate::{
    forecast::{DemandDistribution, LeadTime},
    inventory::{
        DemandOutlook, InventoryError, Term,
        amount::{amount_in, float, round_up, step_in, too_large, up_to_multiple},
        convolution::independent_sum,
    },
    unit::{Day, Exact, Invalid, LocationId, Probability, Quantity},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The warehouse, which sells nothing itself; what it sells is one more location without lead time.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Warehouse {
    /// What it has and what is on order, less what it has promised elsewhere than to its locations.
    pub position: Quantity,
    /// Days from its order until it can send the goods on.
    pub lead_time: LeadTime,
    /// Days from one of its orders to the next.
    pub review_period_days: u32,
    /// With which probability the stock of all shall do until the order after this one has reached
    /// them; between 0 and 1, both excluded.
    pub service_level: Probability,
    /// It orders multiples of this; without it, of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub order_multiple: Option<Quantity>,
    /// The smallest quantity that it orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub minimum_order_quantity: Option<Quantity>,
}

/// One location that the warehouse supplies.
#[derive(Clone, Copy, Debug)]
pub struct EchelonLocation<'a> {
    /// The location.
    pub location: &'a LocationId,
    /// What it has and what is on the road to it, less what it has promised. What it has ordered and
    /// the warehouse has not sent does not count: it still lies at the warehouse.
    pub position: Quantity,
    /// What will be wanted there.
    pub outlook: &'a DemandOutlook<'a>,
    /// Days from sending the goods until they can be sold there.
    pub lead_time_days: u32,
}

/// What the warehouse must buy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct EchelonRequirement {
    /// What must be ordered; zero when the stock of all will do.
    pub quantity: Quantity,
    /// The level to which the stock of all is brought: the echelon base stock.
    pub order_up_to_level: Quantity,
    /// The stock of the warehouse and of all its locations, and what is on its way to any of them.
    pub echelon_position: Quantity,
    /// The stock of the warehouse alone and what is on order.
    pub installation_position: Quantity,
    /// Expected demand of all locations until the order after this one has reached them.
    pub expected_demand: f64,
    /// How likely their demand exceeds the echelon position if nothing is ordered.
    pub stock_out_risk: Probability,
    /// What the locations' own levels at the same service level would be together: without a
    /// common stock, so much would be needed.
    pub separate_levels: Quantity,
    /// Locations that are not counted, and why.
    pub refused: Vec<Invalid>,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// Works out what a warehouse must order so that the stock of its whole echelon, its own and that of
/// all locations, covers their demand until the order after this one has come through to them.
///
/// The level is the echelon base stock of Clark and Scarf ("Optimal policies for a multi-echelon
/// inventory problem", 1960): a quantile of the demand of all locations together, over the warehouse's
/// lead time and review period and then each location's own lead time. Demands of locations are added
/// up as independent of each other, so the pool needs less safety than its parts; where one season or
/// promotion moves them all, that is too little. The level takes it that stock can be sent where it is
/// wanted (the balance assumption): [`allocate_stock`](super::allocate_stock) does that for what arrives.
///
/// # Errors
///
/// When the warehouse's own numbers cannot be accepted. A location that cannot be counted (given
/// twice, another unit, an outlook that is too short) is listed in the answer, which is for the others.
pub fn echelon_requirement(
    warehouse: &Warehouse,
    locations: &[EchelonLocation<'_>],
    today: Day,
) -> Result<EchelonRequirement, InventoryError> {
    let unit = warehouse.position.unit();
    let at = |invalid: Invalid| invalid.at("warehouse");
    check_service_level(warehouse.service_level).map_err(at)?;
    let step = step_in(unit, warehouse.order_multiple, "order_multiple").map_err(at)?;
    let minimum = warehouse.minimum_order_quantity.unwrap_or(Quantity::zero(unit));
    let minimum = amount_in(unit, minimum, "minimum_order_quantity").map_err(at)?;
    let interval = warehouse.lead_time.plus(warehouse.review_period_days);
    let outcomes: Vec<(i64, f64)> = interval
        .outcomes()
        .map_err(|invalid| at(invalid.at("lead_time")))?
        .iter()
        .map(|outcome| (i64::from(outcome.periods), outcome.probability.value()))
        .collect();

    let (mut refused, mut counted, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut position = warehouse.position;
    for (index, location) in locations.iter().enumerate() {
        let demands = if seen.insert(location.location) {
            demands(location, position, today, &outcomes)
        } else {
            let invalid = Invalid::new("location_twice", "each location once", location.location);
            Err(invalid.at("location"))
        };
        match demands {
            Ok((demands, with_it)) => {
                position = with_it;
                counted.push(demands);
            }
            Err(invalid) => refused.push(invalid.at(format_args!("locations[{index}]"))),
        }
    }

    let sums: Vec<(DemandDistribution, f64)> = outcomes
        .iter()
        .enumerate()
        .map(|(index, &(_, weight))| {
            let parts: Vec<_> = counted.iter().map(|demands| (&demands[index], 1.0)).collect();
            (independent_sum(&parts), weight)
        })
        .collect();
    let weighted: Vec<_> = sums.iter().map(|(sum, weight)| (sum, *weight)).collect();
    let demand = DemandDistribution::mixture(&weighted);
    let level = round_up(demand.quantile(warehouse.service_level), unit)?;
    let mut separate = Decimal::ZERO;
    for demands in &counted {
        let weighted: Vec<_> =
            demands.iter().zip(&outcomes).map(|(demand, &(_, weight))| (demand, weight)).collect();
        let own = DemandDistribution::mixture(&weighted).quantile(warehouse.service_level);
        separate = separate.plus(round_up(own, unit)?);
    }
    let missing = level.checked_minus(position.amount()).ok_or_else(|| too_large(position))?;
    let quantity = if missing > Decimal::ZERO {
        up_to_multiple(missing.max(minimum), step).ok_or_else(|| too_large(missing))?
    } else {
        Decimal::ZERO
    };

    let mut answer = EchelonRequirement {
        quantity: Quantity::new(quantity, unit),
        order_up_to_level: Quantity::new(level, unit),
        echelon_position: position,
        installation_position: warehouse.position,
        expected_demand: demand.mean(),
        stock_out_risk: demand.probability_above(float(position.amount())),
        separate_levels: Quantity::new(separate, unit),
        refused,
        terms: Vec::new(),
    };
    answer.terms = terms(warehouse, &answer, counted.len());
    Ok(answer)
}

/// Demand of one location for each outcome of the warehouse's interval, and the echelon position with
/// its stock.
fn demands(
    location: &EchelonLocation<'_>,
    position: Quantity,
    today: Day,
    outcomes: &[(i64, f64)],
) -> Result<(Vec<DemandDistribution>, Quantity), Invalid> {
    let name = location.location;
    let with_it =
        position.plus(location.position).map_err(|invalid| invalid.at("position").at(name))?;
    let mut demands = Vec::with_capacity(outcomes.len());
    for &(days, _) in outcomes {
        let end = today.plus_days(days.saturating_add(i64::from(location.lead_time_days)))?;
        let demand = location.outlook.demand_until(end).map_err(|error| {
            let invalid = match InventoryError::from(error) {
                InventoryError::Invalid(invalid) => invalid,
                InventoryError::Forecast(error) => {
                    Invalid::new(error.code(), format!("an outlook until {end}"), error)
                }
            };
            invalid.at("outlook").at(name)
        })?;
        demands.push((*demand).clone());
    }
    Ok((demands, with_it))
}

fn terms(warehouse: &Warehouse, answer: &EchelonRequirement, counted: usize) -> Vec<Term> {
    let unit = warehouse.position.unit();
    let at_locations = answer.echelon_position.amount().minus(warehouse.position.amount());
    let term = |name: &'static str, value: String| Term { name: name.into(), value };
    let enough = percent(warehouse.service_level);
    let spared = answer.separate_levels.amount().minus(answer.order_up_to_level.amount());
    vec![
        term("locations counted", counted.to_string()),
        term("expected demand of all", format!("{:.1} {unit}", answer.expected_demand)),
        term("level of all", format!("{} (enough with {enough})", answer.order_up_to_level)),
        term("spared by a common stock", Quantity::new(spared, unit).to_string()),
        term("position of the warehouse", warehouse.position.to_string()),
        term("position of the locations", Quantity::new(at_locations, unit).to_string()),
        term("to buy", answer.quantity.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::{LeadTimeOutcome, Period},
        inventory::DemandSource,
        unit::{Unit, math},
    };

    fn day() -> Day {
        "2026-03-02".parse().unwrap()
    }

    fn poisson(mean: f64) -> DemandDistribution {
        let probability = |k: f64| math::exp(k * math::ln(mean) - mean - math::ln_gamma(k + 1.0));
        DemandDistribution::from_weighted(
            (0..400).map(|k| (f64::from(k), probability(f64::from(k)))).collect(),
        )
    }

    /// Poisson demand of a mean a day, of one day, of two, and so on.
    fn sums(mean: f64) -> Vec<DemandDistribution> {
        (1..=20).map(|days| poisson(mean * f64::from(days))).collect()
    }

    fn warehouse(position: &str) -> Warehouse {
        Warehouse {
            position: position.parse().unwrap(),
            lead_time: LeadTime::Fixed { periods: 4 },
            review_period_days: 1,
            service_level: Probability::new(0.95).unwrap(),
            order_multiple: None,
            minimum_order_quantity: None,
        }
    }

    #[test]
    fn the_level_is_a_quantile_of_the_demand_of_all() {
        let (north, south) = (sums(2.0), sums(3.0));
        let outlooks = [&north, &south]
            .map(|sums| DemandOutlook::new(DemandSource::Sums(sums), day(), Period::Day));
        let names = ["north", "south"].map(|name| LocationId::new(name).unwrap());
        let location = |index: usize, lead_time_days| EchelonLocation {
            location: &names[index],
            position: "6 each".parse().unwrap(),
            outlook: &outlooks[index],
            lead_time_days,
        };
        let locations = [location(0, 1), location(1, 3)];
        let mut stock = warehouse("10 each");
        let answer = echelon_requirement(&stock, &locations, day()).unwrap();
        // 5 + 1 days of 2 and 5 + 3 days of 3: a Poisson demand of 36.
        let demand = poisson(36.0);
        let level = demand.quantile(stock.service_level);
        assert!((answer.expected_demand - 36.0).abs() < 1e-9);
        assert!((float(answer.order_up_to_level.amount()) - level).abs() < 1e-9);
        assert_eq!(answer.echelon_position.to_string(), "22 each");
        assert_eq!(answer.quantity.amount(), answer.order_up_to_level.amount() - Decimal::from(22));
        assert!(
            (answer.stock_out_risk.value() - demand.probability_above(22.0).value()).abs() < 1e-9
        );
        assert!(answer.separate_levels.amount() > answer.order_up_to_level.amount());
        // The same stock counts wherever it lies, and an order placed is not placed again.
        stock.position = stock.position.plus(answer.quantity).unwrap();
        assert!(echelon_requirement(&stock, &locations, day()).unwrap().quantity.is_zero());

        stock = warehouse("10 each");
        stock.order_multiple = "12 each".parse().ok();
        stock.minimum_order_quantity = "30 each".parse().ok();
        assert_eq!(
            echelon_requirement(&stock, &locations, day()).unwrap().quantity,
            "36 each".parse().unwrap()
        );
        let chance = |periods, probability| LeadTimeOutcome {
            periods,
            probability: Probability::new(probability).unwrap(),
        };
        let outcomes = vec![chance(4, 0.75), chance(8, 0.25)];
        stock.lead_time = LeadTime::Empirical { outcomes };
        let late = echelon_requirement(&stock, &locations, day()).unwrap();
        let mixed = DemandDistribution::mixture(&[(&poisson(36.0), 0.75), (&poisson(56.0), 0.25)]);
        let level = mixed.quantile(stock.service_level);
        assert!((float(late.order_up_to_level.amount()) - level).abs() < 1e-9);
    }

    #[test]
    fn a_location_that_cannot_be_counted_is_named() {
        let known = sums(2.0);
        let outlook = DemandOutlook::new(DemandSource::Sums(&known), day(), Period::Day);
        let names = ["a", "b", "c"].map(|name| LocationId::new(name).unwrap());
        let location = |index: usize, position: &str, lead_time_days| EchelonLocation {
            location: &names[index],
            position: position.parse().unwrap(),
            outlook: &outlook,
            lead_time_days,
        };
        let locations = [
            location(0, "1 each", 1),
            location(0, "1 each", 1),
            location(1, "1 kg", 1),
            location(2, "1 each", 99),
        ];
        let answer = echelon_requirement(&warehouse("0 each"), &locations, day()).unwrap();
        let told: Vec<_> = answer.refused.iter().map(|i| (i.code, i.path.as_str())).collect();
        assert_eq!(
            told,
            [
                ("location_twice", "locations[1].location"),
                ("unit_mixed", "locations[2].b.position"),
                ("interval_too_long", "locations[3].c.outlook"),
            ]
        );
        assert!((answer.expected_demand - 12.0).abs() < 1e-9);
        assert_eq!(answer.echelon_position, Quantity::new(Decimal::ONE, Unit::EACH));
        let mut bad = warehouse("0 each");
        bad.order_multiple = "0 each".parse().ok();
        let error = echelon_requirement(&bad, &locations, day()).unwrap_err();
        let InventoryError::Invalid(invalid) = error else { panic!("{error}") };
        assert_eq!(
            (invalid.code, invalid.path.as_str()),
            ("quantity_not_positive", "warehouse.order_multiple")
        );
    }
}
