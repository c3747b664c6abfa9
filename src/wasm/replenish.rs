//! One product asked many times: what must be bought, and what if.

use super::{demand::sums, give, inventory_error, take};
use crate::{
    inventory::{self, DemandOutlook, DemandSource, Policy, StockPosition},
    unit::{Day, Sku},
};
use wasm_bindgen::prelude::*;

/// Works out what must be bought of one product: microseconds, so that a slider may ask with every
/// step. The first period of the sums begins on `start`, the day for which one plans.
#[wasm_bindgen(unchecked_return_type = "Replenishment")]
pub fn replenish(
    #[wasm_bindgen(unchecked_param_type = "Sku")] sku: JsValue,
    #[wasm_bindgen(unchecked_param_type = "DemandSums")] demand: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Day")] start: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Period")] period: JsValue,
    #[wasm_bindgen(unchecked_param_type = "StockPosition")] stock: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Policy")] policy: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "TimeOfDay | null")] time: JsValue,
) -> Result<JsValue, JsValue> {
    let (sku, start): (Sku, Day) = (take("sku", sku)?, take("start", start)?);
    let sums = sums(demand, "demand")?;
    let outlook = DemandOutlook::new(DemandSource::Sums(&sums), start, take("period", period)?);
    let stock: StockPosition = take("stock", stock)?;
    let policy: Policy = take("policy", policy)?;
    let result = inventory::replenish(&sku, &outlook, &stock, &policy, take("time", time)?);
    give(&result.map_err(inventory_error)?)
}
