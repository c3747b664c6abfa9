//! Kits: what their components are wanted for.
//!
//! Read in this order: [`Kit`] (what a kit is made of), [`explode_requirements`] (known quantities),
//! [`explode_demand`] (demand that is only expected), `structure` (each kit before its components).

mod demand;
mod requirements;
mod structure;

pub use demand::{DependentDemand, OwnDemand, explode_demand};
pub use requirements::{ExplodedRequirement, Supply, explode_requirements};

use crate::unit::{Quantity, Sku, Unit};
use serde::{Deserialize, Serialize};

/// A product that is put together from others: its bill of material.
///
/// A component may itself be a kit, to any depth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Kit {
    /// The kit.
    pub sku: Sku,
    /// The unit in which it is counted, such as `each`.
    pub unit: Unit,
    /// What one of it is made of.
    pub components: Vec<Component>,
    /// Days from having the components until the kit can be sold.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub assembly_days: u32,
}

/// A part of a kit.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Component {
    /// The product, which may be a kit too.
    pub sku: Sku,
    /// How much of it is in one unit of the kit, in the product's own unit; above zero.
    pub quantity: Quantity,
}

/// What tests are written with.
#[cfg(test)]
mod example {
    use super::{Component, Kit, Sku, Unit};

    pub(super) fn sku(text: &str) -> Sku {
        Sku::new(text).unwrap()
    }

    pub(super) fn kit(name: &str, components: &[(&str, &str)]) -> Kit {
        let component = |&(name, quantity): &(&str, &str)| Component {
            sku: sku(name),
            quantity: quantity.parse().unwrap(),
        };
        let components = components.iter().map(component).collect();
        Kit { sku: sku(name), unit: Unit::EACH, components, assembly_days: 0 }
    }
}
