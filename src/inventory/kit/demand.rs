//! Demand for kits as demand for their components.

use super::{
    Kit,
    structure::{Structure, alter, same_unit},
};
use crate::{
    forecast::DemandDistribution,
    inventory::{
        Term,
        amount::{amount_in, float, too_large},
        convolution::{beyond, independent_sum},
    },
    unit::{Exact, Invalid, Quantity, Sku, Unit},
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What customers want of one product itself, over an interval.
#[derive(Clone, Copy, Debug)]
pub struct OwnDemand<'a> {
    /// Demand over the interval.
    pub demand: &'a DemandDistribution,
    /// Of a kit, what lies there put together and promised to nobody; it is sold before another is
    /// put together. Of another product, its unit alone counts: its stock is compared with the
    /// demand that comes out.
    pub stock: Quantity,
}

/// What is wanted of one product over an interval, itself and in kits.
#[derive(Clone, Debug, PartialEq)]
pub struct DependentDemand {
    /// Its own demand and that of the kits that must be put together.
    pub demand: DemandDistribution,
    /// The unit of the demand.
    pub unit: Unit,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// Works out the demand for every product over an interval, the demand of the kits that it is in
/// included: own demand, and of each kit the demand that its stock does not cover times the quantity in
/// it.
///
/// Customers' demands are taken as independent of each other. A product that gets into a kit on
/// several ways, itself and in a part, is counted for one demand all together, unless the part has
/// stock of its own: what is short of it then counts as independent of what else the product is
/// wanted for.
///
/// # Errors
///
/// One a product, as for [`explode_requirements`](super::explode_requirements), and stock below
/// zero; the others are still answered.
pub fn explode_demand(
    kits: &[Kit],
    own: &BTreeMap<Sku, OwnDemand<'_>>,
) -> BTreeMap<Sku, Result<DependentDemand, Invalid>> {
    let structure = Structure::new(kits);
    let mut sources: Vec<DemandDistribution> = Vec::new();
    let mut mixes: BTreeMap<&Sku, Result<Mix<'_>, Invalid>> = BTreeMap::new();
    for (sku, OwnDemand { demand, stock }) in own {
        sources.push((*demand).clone());
        let parts = vec![(sources.len() - 1, Decimal::ONE)];
        let mix = Mix { unit: stock.unit(), parts, for_kits: Vec::new() };
        let checked = amount_in(stock.unit(), *stock, "stock");
        let mix = checked.map(|_| mix).map_err(|invalid| invalid.at(format_args!("own[{sku}]")));
        mixes.insert(sku, mix);
    }
    let mut answers = BTreeMap::new();
    for sku in structure.order_with(own.keys()) {
        let mut mix = match (structure.refused.get(sku), mixes.remove(sku)) {
            (Some(invalid), Some(_)) => Err(invalid.clone()),
            (Some(invalid), None) if structure.is_in_cycle(sku) => Err(invalid.clone()),
            (_, None) => continue,
            (None, Some(mix)) => mix,
        };
        let answer = mix.clone().map(|mix| mix.demand(&sources, own.get(sku)));
        if let Some((index, kit)) = structure.kits.get(sku) {
            alter(&mut mix, |mix| {
                same_unit(kit.unit, mix.unit)
                    .map_err(|e| e.at(format_args!("kits[{index}].unit")))?;
                let stock = own.get(sku).map_or(Decimal::ZERO, |own| own.stock.amount());
                if stock > Decimal::ZERO
                    && let Ok(gross) = &answer
                {
                    sources.push(beyond(&gross.demand, float(stock)));
                    mix.parts = vec![(sources.len() - 1, Decimal::ONE)];
                }
                Ok(())
            });
            for component in &kit.components {
                let entry = mixes
                    .entry(&component.sku)
                    .or_insert_with(|| Ok(Mix::new(component.quantity.unit())));
                alter(entry, |into| {
                    let at = |invalid: Invalid| invalid.at(format_args!("kits[{index}]"));
                    into.add(kit, mix.as_ref().map_err(Clone::clone)?, component.quantity)
                        .map_err(at)
                });
            }
        }
        let answer = mix.and(answer);
        answers.insert(sku.clone(), answer);
    }
    answers
}

/// Demand of one product as a sum of independent sources, each a number of times.
#[derive(Clone)]
struct Mix<'a> {
    unit: Unit,
    /// Ascending by source.
    parts: Vec<(usize, Decimal)>,
    for_kits: Vec<(&'a Sku, Decimal)>,
}

impl<'a> Mix<'a> {
    fn new(unit: Unit) -> Self {
        Self { unit, parts: Vec::new(), for_kits: Vec::new() }
    }

    fn add(&mut self, kit: &'a Kit, of: &Mix<'_>, per_kit: Quantity) -> Result<(), Invalid> {
        let times = amount_in(self.unit, per_kit, "components")?;
        for &(source, count) in &of.parts {
            let place = self.parts.binary_search_by_key(&source, |part| part.0);
            let place = place.unwrap_or_else(|place| {
                self.parts.insert(place, (source, Decimal::ZERO));
                place
            });
            let total = &mut self.parts[place].1;
            let more = count.checked_times(times).and_then(|more| total.checked_plus(more));
            *total = more.ok_or_else(|| too_large(per_kit).at("components"))?;
        }
        self.for_kits.push((&kit.sku, times));
        Ok(())
    }

    fn demand(
        &self,
        sources: &[DemandDistribution],
        own: Option<&OwnDemand<'_>>,
    ) -> DependentDemand {
        let parts: Vec<_> =
            self.parts.iter().map(|&(source, count)| (&sources[source], float(count))).collect();
        let demand = independent_sum(&parts);
        let unit = self.unit;
        let mut terms = Vec::new();
        if let Some(own) = own {
            let value = format!("{:.1} {unit}", own.demand.mean());
            terms.push(Term { name: "own demand, mean".into(), value });
        }
        for (kit, times) in &self.for_kits {
            let value = Quantity::new(*times, unit).to_string();
            terms.push(Term {
                name: format!("for each kit {kit} that is put together").into(),
                value,
            });
        }
        let value = format!("{:.1} {unit}", demand.mean());
        terms.push(Term { name: "demand, mean".into(), value });
        DependentDemand { demand, unit, terms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::kit::example::{kit, sku};

    #[test]
    fn demand_of_kits_is_demand_of_their_components() {
        let coin = DemandDistribution::from_weighted(vec![(0.0, 0.5), (1.0, 0.5)]);
        let own = |stock: &str| OwnDemand { demand: &coin, stock: stock.parse().unwrap() };
        // The set holds a screw twice, itself and in the box: one demand, not two.
        let kits = [
            kit("set", &[("box", "1 each"), ("screw", "1 each")]),
            kit("box", &[("screw", "3 each")]),
        ];
        let demands = BTreeMap::from([(sku("set"), own("0 each")), (sku("screw"), own("9 each"))]);
        let exploded = explode_demand(&kits, &demands);
        let steps = |name: &str| -> Vec<_> {
            exploded[&sku(name)].as_ref().unwrap().demand.demands().collect()
        };
        assert_eq!(steps("screw"), [(0.0, 0.25), (1.0, 0.25), (4.0, 0.25), (5.0, 0.25)]);
        assert_eq!(steps("box"), [(0.0, 0.5), (1.0, 0.5)]);
        // A set that lies there is sold before another is put together.
        let demands = BTreeMap::from([(sku("set"), own("1 each"))]);
        let exploded = explode_demand(&kits, &demands);
        assert!(exploded[&sku("screw")].as_ref().unwrap().demand.mean().abs() < 1e-12);
        let refused = [kit("set", &[("screw", "1 kg")])];
        let demands = BTreeMap::from([(sku("set"), own("0 each")), (sku("screw"), own("0 each"))]);
        let exploded = explode_demand(&refused, &demands);
        assert_eq!(exploded[&sku("screw")].as_ref().unwrap_err().path, "kits[0].components");
        assert!(exploded[&sku("set")].is_ok());
        let demands = BTreeMap::from([(sku("set"), own("-1 each")), (sku("screw"), own("0 each"))]);
        let exploded = explode_demand(&kits, &demands);
        for name in ["set", "box", "screw"] {
            let invalid = exploded[&sku(name)].as_ref().unwrap_err();
            assert_eq!(
                (invalid.code, invalid.path.as_str()),
                ("quantity_negative", "own[set].stock")
            );
        }
        // A bill that is wrong matters only where the kit is wanted.
        let wrong = [kit("unwanted", &[("screw", "0 each")])];
        let demands = BTreeMap::from([(sku("screw"), own("0 each"))]);
        assert!(explode_demand(&wrong, &demands)[&sku("screw")].is_ok());
    }
}
