//! What one location can spare for another.

use super::{Checked, Location, check_all};
use crate::{
    inventory::{
        Term,
        amount::{down_to_multiple, up_to_multiple},
    },
    unit::{Exact, Invalid, LocationId, Money, Quantity, Unit, sort_by},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A way from one location to another.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Lane {
    /// Where goods are taken from.
    pub from: LocationId,
    /// Where they are brought to.
    pub to: LocationId,
    /// What moving one unit costs; zero or more.
    pub per_unit: Money,
    /// What one transfer costs, however large; zero or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub per_transfer: Option<Money>,
}

/// Which transfers are worth making.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct TransferPlan {
    /// The transfers, cheapest lane first.
    pub transfers: Vec<Transfer>,
    /// Locations and lanes that are not counted, and why.
    pub refused: Vec<Invalid>,
}

/// Stock that one location can spare and another lacks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Transfer {
    /// Where it is taken from.
    pub from: LocationId,
    /// Where it is brought to.
    pub to: LocationId,
    /// How much; above zero.
    pub quantity: Quantity,
    /// What it costs to move it.
    pub cost: Money,
    /// What it costs less than buying the same.
    pub saves: Money,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// Proposes to move what a location has above its own level to locations that are below theirs, where
/// that costs less than buying.
///
/// A location spares only what it does not need at its own service level until it is sent more.
/// `buying_per_unit` is what one unit more costs if it is bought for the location that lacks it: its
/// price and freight or the surcharge of an emergency, less what the unit that is spared is worth where
/// it lies. Lanes are used from the cheapest unit up; of equal ones the earlier need is served first,
/// then by name. A transfer comes in packs of the location that gets it and never below its smallest
/// quantity.
///
/// What has been proposed to a location is no longer lacking there: take it off before
/// [`allocate_stock`](super::allocate_stock) or an order.
///
/// # Errors
///
/// When buying has a negative price. Listed in the answer, which is for the others: what
/// [`allocate_stock`](super::allocate_stock) refuses of a location, lanes from or to a location that is not there
/// (`location_unknown`) or to itself, in another currency or with a negative cost.
pub fn propose_transfers(
    unit: Unit,
    locations: &[Location<'_>],
    lanes: &[Lane],
    buying_per_unit: Money,
) -> Result<TransferPlan, Invalid> {
    if buying_per_unit.is_negative() {
        let expected = "an amount of zero or more";
        let invalid = Invalid::new("money_negative", expected, buying_per_unit);
        return Err(invalid.at("buying_per_unit"));
    }
    let (mut refused, mut checked) = (Vec::new(), Vec::new());
    for location in check_all(unit, locations) {
        match location {
            Ok(location) => checked.push(location),
            Err(invalid) => refused.push(invalid),
        }
    }
    let mut ways = Vec::new();
    for (index, lane) in lanes.iter().enumerate() {
        match way(lane, locations, &checked, buying_per_unit) {
            Ok(Some(way)) => ways.push(way),
            Ok(None) => {}
            Err(invalid) => refused.push(invalid.at(format_args!("lanes[{index}]"))),
        }
    }
    let need = |way: &Way<'_>| {
        let day = checked[way.to].location.need_by;
        (day.is_none(), day)
    };
    sort_by(&mut ways, |a, b| {
        let cheaper = a.lane.per_unit.amount().cmp(&b.lane.per_unit.amount());
        cheaper
            .then_with(|| need(a).cmp(&need(b)))
            .then_with(|| (&a.lane.to, &a.lane.from).cmp(&(&b.lane.to, &b.lane.from)))
    });
    let mut transfers = Vec::new();
    for Way { lane, from, to } in ways {
        let (giver, taker) = (&checked[from], &checked[to]);
        let spare = giver.position.minus(giver.level);
        let lacking = taker.level.minus(taker.position);
        if spare <= Decimal::ZERO || lacking <= Decimal::ZERO {
            continue;
        }
        let wanted = up_to_multiple(lacking.max(taker.first), taker.step).unwrap_or(lacking);
        let amount = down_to_multiple(spare.min(wanted), taker.step);
        if amount < taker.first {
            continue;
        }
        let quantity = Quantity::new(amount, unit);
        let fixed = lane.per_transfer.unwrap_or(Money::zero(buying_per_unit.currency()));
        let cost = lane.per_unit.times(amount)?.plus(fixed)?;
        let bought = buying_per_unit.times(amount)?;
        let saves = bought.minus(cost)?;
        if saves.amount() <= Decimal::ZERO {
            continue;
        }
        let term = |name: &'static str, value: String| Term { name: name.into(), value };
        let terms = vec![
            term("can be spared", Quantity::new(spare, unit).to_string()),
            term("lacking", Quantity::new(lacking, unit).to_string()),
            term("moved", quantity.to_string()),
            term("moving it costs", cost.to_string()),
            term("buying it costs", bought.to_string()),
        ];
        let (gives, gets) = (giver.position.minus(amount), taker.position.plus(amount));
        (checked[from].position, checked[to].position) = (gives, gets);
        let (from, to) = (lane.from.clone(), lane.to.clone());
        transfers.push(Transfer { from, to, quantity, cost, saves, terms });
    }
    Ok(TransferPlan { transfers, refused })
}

/// A lane between two locations that were accepted.
struct Way<'a> {
    lane: &'a Lane,
    from: usize,
    to: usize,
}

/// The lane, or none when one of its locations was refused.
fn way<'a>(
    lane: &'a Lane,
    locations: &[Location<'_>],
    checked: &[Checked<'_>],
    buying: Money,
) -> Result<Option<Way<'a>>, Invalid> {
    for (field, end) in [("from", &lane.from), ("to", &lane.to)] {
        if !locations.iter().any(|location| location.location == *end) {
            let expected = "one of the locations";
            return Err(Invalid::new("location_unknown", expected, end).at(field));
        }
    }
    if lane.from == lane.to {
        let expected = "two different locations";
        return Err(Invalid::new("lane_to_itself", expected, &lane.to).at("to"));
    }
    for (field, cost) in [("per_unit", Some(lane.per_unit)), ("per_transfer", lane.per_transfer)] {
        let Some(cost) = cost else { continue };
        buying.compare(cost).map_err(|invalid| invalid.at(field))?;
        if cost.is_negative() {
            let expected = "an amount of zero or more";
            return Err(Invalid::new("money_negative", expected, cost).at(field));
        }
    }
    let position = |id: &LocationId| checked.iter().position(|one| one.location.location == *id);
    Ok(position(&lane.from).zip(position(&lane.to)).map(|(from, to)| Way { lane, from, to }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::DemandDistribution,
        unit::{Probability, Random},
    };

    fn id(name: &str) -> LocationId {
        LocationId::new(name).unwrap()
    }

    fn location<'a>(
        name: &str,
        position: Quantity,
        demand: &'a DemandDistribution,
    ) -> Location<'a> {
        Location {
            location: id(name),
            position,
            demand,
            service_level: Probability::new(0.9).unwrap(),
            order_multiple: None,
            minimum_quantity: None,
            need_by: None,
        }
    }

    fn lane(from: &str, to: &str, per_unit: &str, per_transfer: &str) -> Lane {
        Lane {
            from: id(from),
            to: id(to),
            per_unit: per_unit.parse().unwrap(),
            per_transfer: per_transfer.parse().ok(),
        }
    }

    #[test]
    fn moves_what_is_spare_where_it_is_cheaper_than_buying() {
        let demand = DemandDistribution::from_weighted(vec![(10.0, 1.0)]);
        let each = |text: &str| text.parse::<Quantity>().unwrap();
        let mut locations = vec![
            location("rich", each("25 each"), &demand),
            location("poor", each("3 each"), &demand),
            location("bare", each("0 each"), &demand),
        ];
        let buying = "4.00 EUR".parse().unwrap();
        let lanes = [
            lane("rich", "bare", "0.50 EUR", "9.00 EUR"),
            lane("rich", "poor", "0.25 EUR", "3.00 EUR"),
            lane("poor", "bare", "0.01 EUR", ""),
        ];
        let plan = |locations: &[Location<'_>]| {
            propose_transfers(Unit::EACH, locations, &lanes, buying).unwrap()
        };
        let moves = |plan: &TransferPlan| -> Vec<String> {
            let show = |t: &Transfer| format!("{} {} {} {}", t.to, t.quantity, t.cost, t.saves);
            plan.transfers.iter().map(show).collect()
        };
        // Fifteen to spare: seven for poor, eight of the ten that bare lacks.
        let first = plan(&locations);
        assert_eq!(
            moves(&first),
            ["poor 7 each 4.75 EUR 23.25 EUR", "bare 8 each 13.00 EUR 19.00 EUR"]
        );
        // Packs of six: poor gets twelve; three are left, less than a pack.
        locations[1].order_multiple = Some(each("6 each"));
        locations[2].minimum_quantity = Some(each("4 each"));
        assert_eq!(moves(&plan(&locations)), ["poor 12 each 6.00 EUR 42.00 EUR"]);
        // Two cost 9 + 1 to move and 8 to buy.
        locations[0].position = each("12 each");
        locations[2].minimum_quantity = None;
        assert_eq!(plan(&locations).transfers, []);
    }

    #[test]
    fn nobody_is_brought_below_its_level() {
        let mut random = Random::new(4);
        for _ in 0..300 {
            let steps = (0..5).map(|_| (random.below(20) as f64, 1.0)).collect();
            let demand = DemandDistribution::from_weighted(steps);
            let names = ["a", "b", "c", "d"];
            let mut amount = || Quantity::new(random.below(40).into(), Unit::EACH);
            let locations = names.map(|name| location(name, amount(), &demand));
            let mut lanes = Vec::new();
            for from in names {
                for to in names.into_iter().filter(|to| *to != from) {
                    let cents = random.below(300);
                    lanes.push(lane(from, to, &format!("{cents} EUR"), "2 EUR"));
                }
            }
            let buying = "150 EUR".parse().unwrap();
            let plan = propose_transfers(Unit::EACH, &locations, &lanes, buying).unwrap();
            let level = check_all(Unit::EACH, &locations)[0].as_ref().unwrap().level;
            let mut after: Vec<_> = locations.iter().map(|l| l.position.amount()).collect();
            for Transfer { from, to, quantity, saves, .. } in &plan.transfers {
                let at = |id: &LocationId| names.iter().position(|name| *name == id.as_str());
                after[at(from).unwrap()] -= quantity.amount();
                after[at(to).unwrap()] += quantity.amount();
                assert!(saves.amount() > Decimal::ZERO && quantity.amount() > Decimal::ZERO);
            }
            for (before, after) in locations.iter().zip(after) {
                let before = before.position.amount();
                assert!(after >= before.min(level) && after <= before.max(level));
            }
        }
    }

    #[test]
    fn bad_lanes_are_named() {
        let demand = DemandDistribution::from_weighted(vec![(10.0, 1.0)]);
        let locations = [
            location("a", "25 each".parse().unwrap(), &demand),
            location("b", "3 each".parse().unwrap(), &demand),
            location("c", "3 kg".parse().unwrap(), &demand),
        ];
        let lanes = [
            lane("a", "x", "1 EUR", ""),
            lane("a", "a", "1 EUR", ""),
            lane("a", "b", "1 USD", ""),
            lane("a", "b", "1 EUR", "-1 EUR"),
            lane("a", "c", "1 EUR", ""),
            lane("a", "b", "1 EUR", ""),
        ];
        let buying = "4.00 EUR".parse().unwrap();
        let plan = propose_transfers(Unit::EACH, &locations, &lanes, buying).unwrap();
        let told: Vec<_> = plan.refused.iter().map(|i| (i.code, i.path.as_str())).collect();
        assert_eq!(
            told,
            [
                ("unit_mixed", "locations[2].c.position"),
                ("location_unknown", "lanes[0].to"),
                ("lane_to_itself", "lanes[1].to"),
                ("currency_mixed", "lanes[2].per_unit"),
                ("money_negative", "lanes[3].per_transfer"),
            ]
        );
        assert_eq!(plan.transfers.len(), 1);
        let negative = "-4.00 EUR".parse().unwrap();
        assert!(propose_transfers(Unit::EACH, &locations, &lanes, negative).is_err());
    }
}
