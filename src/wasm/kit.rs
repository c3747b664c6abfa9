//! Products that are made of others, and products that serve in place of others.

use super::{
    answered::{by_sku, give_by_sku, give_each},
    columns::object,
    demand::{give_sums, over, with_demand},
    give, take,
};
use crate::{
    inventory::{self, Kit, OwnDemand, Requirement, Substitute, SubstituteStock},
    unit::{Money, Probability, Quantity, Sku},
};
use serde::Deserialize;
use std::{collections::BTreeMap, slice};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const KIT_TYPES: &str = r#"
/** What customers want of one product itself, over an interval. */
export interface OwnDemand {
    /** What will be wanted of it. */
    demand: DemandSums;
    /** The interval: so many of the first periods of the demand. */
    periods: number;
    /**
     * Of a kit, what lies there put together and promised to nobody; it is sold before another is put
     * together. Of another product, its unit alone counts: its stock is compared with the demand that
     * comes out.
     */
    stock: Quantity;
}
/** What is wanted of one product over an interval, itself and in kits. */
export interface DependentDemand {
    /** Its own demand and that of the kits that must be put together: one sum, of the interval. */
    demand: DemandSums;
    /** The unit of the demand. */
    unit: Unit;
    /** The arithmetic, term by term. */
    terms: Term[];
}
/** What there is of a product that may serve in place of others. */
export interface SubstituteStock {
    /** What there is and what is promised to nobody. */
    available: Quantity;
    /** What will be wanted of the product itself. */
    demand: DemandSums;
    /** Until more of it can be had: so many of the first periods of the demand. */
    periods: number;
    /** With which probability it shall do for that; between 0 and 1, both excluded. */
    service_level: Probability;
}
"#;

/// An `OwnDemand` without its demand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    periods: u32,
    stock: Quantity,
}

/// A `SubstituteStock` without its demand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spare {
    periods: u32,
    available: Quantity,
    service_level: Probability,
}

/// Explodes requirements into what must be put together and what must be bought, by product.
#[wasm_bindgen(
    js_name = explodeRequirements,
    unchecked_return_type = "Record<Sku, Answered<ExplodedRequirement>>"
)]
pub fn explode_requirements(
    #[wasm_bindgen(unchecked_param_type = "Kit[]")] kits: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Requirement[]")] requirements: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Record<Sku, Quantity>")] stock: JsValue,
) -> Result<JsValue, JsValue> {
    let kits: Vec<Kit> = take("kits", kits)?;
    let requirements: Vec<Requirement> = take("requirements", requirements)?;
    let stock: BTreeMap<Sku, Quantity> = take("stock", stock)?;
    let exploded = inventory::explode_requirements(&kits, &requirements, &stock);
    give_by_sku(exploded, |answer| give(&answer))
}

/// Works out the demand for every product over an interval, the demand of the kits that it is in
/// included.
#[wasm_bindgen(
    js_name = explodeDemand,
    unchecked_return_type = "Record<Sku, Answered<DependentDemand>>"
)]
pub fn explode_demand(
    #[wasm_bindgen(unchecked_param_type = "Kit[]")] kits: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Record<Sku, OwnDemand>")] own: &JsValue,
) -> Result<JsValue, JsValue> {
    let kits: Vec<Kit> = take("kits", kits)?;
    let mut read = Vec::new();
    for (sku, path, document) in by_sku(own, "own")? {
        let (sums, Own { periods, stock }) = with_demand(&document, &path)?;
        read.push((sku, over(periods, sums, &path)?, stock));
    }
    let mut own = BTreeMap::new();
    for (sku, demand, stock) in &read {
        own.insert(sku.clone(), OwnDemand { demand, stock: *stock });
    }
    give_by_sku(inventory::explode_demand(&kits, &own), |answer| {
        object(&[
            ("demand", give_sums(slice::from_ref(&answer.demand))?),
            ("unit", give(&answer.unit)?),
            ("terms", give(&answer.terms)?),
        ])
    })
}

/// Serves requirements from stock of products that may stand for them; `buying_per_unit` says what one
/// unit of a required product costs beyond the goods if it is bought.
#[wasm_bindgen(unchecked_return_type = "Answered<Substitution>[]")]
pub fn substitute(
    #[wasm_bindgen(unchecked_param_type = "Requirement[]")] requirements: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Substitute[]")] substitutes: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Record<Sku, SubstituteStock>")] stock: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Record<Sku, Money>")] buying_per_unit: JsValue,
) -> Result<JsValue, JsValue> {
    let requirements: Vec<Requirement> = take("requirements", requirements)?;
    let substitutes: Vec<Substitute> = take("substitutes", substitutes)?;
    let buying_per_unit: BTreeMap<Sku, Money> = take("buying_per_unit", buying_per_unit)?;
    let mut read = Vec::new();
    for (sku, path, document) in by_sku(stock, "stock")? {
        let (sums, spare) = with_demand::<Spare>(&document, &path)?;
        read.push((sku, over(spare.periods, sums, &path)?, spare));
    }
    let mut stock = BTreeMap::new();
    for (sku, demand, Spare { available, service_level, .. }) in &read {
        let (available, service_level) = (*available, *service_level);
        stock.insert(sku.clone(), SubstituteStock { available, demand, service_level });
    }
    give_each(inventory::substitute(&requirements, &substitutes, &stock, &buying_per_unit))
}
