//! Kits in an order in which each stands before what it is made of.

use super::Kit;
use crate::unit::{Invalid, Sku, Unit};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Kits in an order in which each stands before what it is made of.
pub(super) struct Structure<'a> {
    pub(super) kits: BTreeMap<&'a Sku, (usize, &'a Kit)>,
    order: Vec<&'a Sku>,
    /// Products that cannot be answered, and why.
    pub(super) refused: BTreeMap<&'a Sku, Invalid>,
}

impl<'a> Structure<'a> {
    pub(super) fn new(kits: &'a [Kit]) -> Self {
        let mut structure =
            Self { kits: BTreeMap::new(), order: Vec::new(), refused: BTreeMap::new() };
        for (index, kit) in kits.iter().enumerate() {
            let checked = if structure.kits.contains_key(&kit.sku) {
                Err(Invalid::new("kit_twice", "one bill of material for a kit", &kit.sku).at("sku"))
            } else {
                structure.kits.insert(&kit.sku, (index, kit));
                check(kit)
            };
            if let Err(invalid) = checked {
                structure.refused.insert(&kit.sku, invalid.at(format_args!("kits[{index}]")));
            }
        }
        structure.sort();
        structure
    }

    /// Takes products of which every kit that they are in has been taken (Kahn 1962); what is left is
    /// in a cycle or below one.
    fn sort(&mut self) {
        let mut kits_with: BTreeMap<&'a Sku, BTreeSet<&'a Sku>> = BTreeMap::new();
        for (&sku, (_, kit)) in &self.kits {
            kits_with.entry(sku).or_default();
            for component in &kit.components {
                kits_with.entry(&component.sku).or_default().insert(sku);
            }
        }
        let mut ready = BTreeSet::new();
        for (&sku, _) in kits_with.iter().filter(|(_, kits)| kits.is_empty()) {
            ready.insert(sku);
        }
        while let Some(sku) = ready.pop_first() {
            self.order.push(sku);
            kits_with.remove(sku);
            for component in self.kits.get(sku).map_or(&[][..], |(_, kit)| &kit.components) {
                if let Some(waiting) = kits_with.get_mut(&component.sku) {
                    waiting.remove(sku);
                    if waiting.is_empty() {
                        ready.insert(&component.sku);
                    }
                }
            }
        }
        for &sku in kits_with.keys() {
            let invalid = self.cycle_above(sku, &kits_with);
            self.refused.insert(sku, invalid);
            self.order.push(sku);
        }
    }

    /// The cycle that is met on the way up from a product through kits that are left.
    fn cycle_above(&self, sku: &'a Sku, left: &BTreeMap<&'a Sku, BTreeSet<&'a Sku>>) -> Invalid {
        let mut way = vec![sku];
        let mut at = sku;
        let start = loop {
            // INVARIANT: what is left has a kit that is left, or it would have been taken.
            let Some(&kit) = left.get(at).and_then(BTreeSet::first) else { break 0 };
            if let Some(met) = way.iter().position(|&seen| seen == kit) {
                break met;
            }
            way.push(kit);
            at = kit;
        };
        let mut cycle: Vec<&str> = way[start..].iter().rev().map(|sku| sku.as_str()).collect();
        // Every walk into a cycle names it from the same product on, whatever it met first.
        let least = (0..cycle.len()).min_by_key(|&index| cycle[index]).unwrap_or(0);
        cycle.rotate_left(least);
        cycle.push(cycle[0]);
        let first = self.kits.values().find(|(_, kit)| kit.sku.as_str() == cycle[0]);
        let index = first.map_or(0, |(index, _)| *index);
        Invalid::new("kit_cycle", "kits that do not contain themselves", cycle.join(" → "))
            .at(format_args!("kits[{index}].components"))
    }

    pub(super) fn is_in_cycle(&self, sku: &Sku) -> bool {
        self.refused.get(sku).is_some_and(|invalid| invalid.code == "kit_cycle")
    }

    /// The order of the kits and their components, then the products that are in none.
    pub(super) fn order_with(&self, others: impl Iterator<Item = &'a Sku>) -> Vec<&'a Sku> {
        let mut known = BTreeSet::new();
        for &sku in &self.order {
            known.insert(sku);
        }
        let mut order = self.order.clone();
        order.extend(others.filter(|sku| !known.contains(sku)));
        order
    }
}

fn check(kit: &Kit) -> Result<(), Invalid> {
    if kit.components.is_empty() {
        let invalid = Invalid::new("kit_empty", "at least one component", "none");
        return Err(invalid.at("components"));
    }
    for (index, component) in kit.components.iter().enumerate() {
        if component.quantity.amount() <= Decimal::ZERO {
            let expected = "a quantity above zero";
            let invalid = Invalid::new("quantity_not_positive", expected, component.quantity);
            return Err(invalid.at("quantity").at(format_args!("components[{index}]")));
        }
    }
    Ok(())
}

pub(super) fn same_unit(expected: Unit, got: Unit) -> Result<(), Invalid> {
    if expected == got {
        return Ok(());
    }
    Err(Invalid::new("unit_mixed", format!("a quantity in {expected}"), got))
}

/// Changes a value that is still good, which may show that it is not.
pub(super) fn alter<T>(
    value: &mut Result<T, Invalid>,
    change: impl FnOnce(&mut T) -> Result<(), Invalid>,
) {
    if let Ok(good) = value
        && let Err(invalid) = change(good)
    {
        *value = Err(invalid);
    }
}
