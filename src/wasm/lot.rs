//! Lot sizes of known needs and known rates.

use super::{
    columns::{numbers, object},
    refuse, take,
};
use crate::{
    inventory::classic::{
        EconomicOrder, LotCosts, PriceTier, all_units_lot, economic_order_quantity,
        incremental_lot, silver_meal, wagner_whitin,
    },
    unit::Invalid,
};
use js_sys::Float64Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const LOT_TYPES: &str = r#"
/** How much to order in each period, and what ordering and holding cost together. */
export interface LotPlan { quantities: Float64Array; cost: number; }
/** A lot size, the price tier it is bought in (0 without tiers), and its cost in a unit of time. */
export interface LotSize { quantity: number; tier: number; cost: number; }
"#;

/// Plans orders for needs that are known: `wagner_whitin` at the least cost, `silver_meal` by the
/// heuristic that looks no further than to the next order. The fixed cost is that of an order, the
/// holding cost that of a unit from one period to the next.
#[wasm_bindgen(js_name = planLots, unchecked_return_type = "LotPlan")]
pub fn plan_lots(
    #[wasm_bindgen(unchecked_param_type = "Float64Array")] needs: &JsValue,
    fixed_cost: f64,
    holding_cost: f64,
    #[wasm_bindgen(unchecked_param_type = "'wagner_whitin' | 'silver_meal'")] method: JsValue,
) -> Result<JsValue, JsValue> {
    let needs = numbers(needs, "needs")?;
    let costs = LotCosts { fixed_cost, holding_cost };
    let plan = match take::<String>("method", method)?.as_str() {
        "wagner_whitin" => wagner_whitin(&costs, &needs).map(|exact| exact.plan),
        "silver_meal" => silver_meal(&costs, &needs),
        other => {
            let expected = "wagner_whitin or silver_meal";
            Err(Invalid::new("method_unknown", expected, other).at("method"))
        }
    };
    let plan = plan.map_err(refuse)?;
    object(&[
        ("quantities", Float64Array::from(&plan.quantities[..]).into()),
        ("cost", plan.cost.into()),
    ])
}

/// The economic order quantity: `holding_cost` of a unit in a unit of time, or with price tiers, of its
/// price. `from` and `prices` say from which quantity on which price holds, for the whole order
/// (`all_units`) or for what is above it (`incremental`); empty, there are no tiers.
#[wasm_bindgen(js_name = economicLot, unchecked_return_type = "LotSize")]
pub fn economic_lot(
    fixed_cost: f64,
    holding_cost: f64,
    demand_rate: f64,
    #[wasm_bindgen(unchecked_param_type = "Float64Array")] from: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Float64Array")] prices: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "'all_units' | 'incremental'")] tiers: JsValue,
) -> Result<JsValue, JsValue> {
    let order = EconomicOrder { fixed_cost, holding_cost, demand_rate };
    let (from, prices) = (numbers(from, "from")?, numbers(prices, "prices")?);
    let (quantity, tier, cost) = if from.is_empty() && prices.is_empty() {
        let lot = economic_order_quantity(&order).map_err(refuse)?;
        (lot.quantity, 0, lot.cost)
    } else {
        if from.len() != prices.len() {
            let expected = format!("{} prices, one for each quantity", from.len());
            let invalid = Invalid::new("price_missing", expected, prices.len());
            return Err(refuse(invalid.at("prices")));
        }
        let tier = |(&minimum_quantity, &unit_price)| PriceTier { minimum_quantity, unit_price };
        let all: Vec<PriceTier> = from.iter().zip(&prices).map(tier).collect();
        let lot = match take::<String>("tiers", tiers)?.as_str() {
            "all_units" => all_units_lot(&order, &all),
            "incremental" => incremental_lot(&order, &all),
            other => {
                let expected = "all_units or incremental";
                Err(Invalid::new("tiers_unknown", expected, other).at("tiers"))
            }
        };
        let lot = lot.map_err(refuse)?;
        (lot.quantity, lot.tier, lot.cost)
    };
    object(&[("quantity", quantity.into()), ("tier", (tier as f64).into()), ("cost", cost.into())])
}
