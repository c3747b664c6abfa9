//! One order to one supplier.

use super::{
    answered::give_each,
    columns::{list, object},
    demand::with_demand,
    give, refuse, take,
};
use crate::{
    forecast::Period,
    inventory::{self, CanOrder, DemandOutlook, DemandSource, JointOrder, StockCosts},
    unit::{Day, Money, Quantity, Sku},
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const JOINT_TYPES: &str = r#"
/** One product that the supplier sells. */
export interface JointItem {
    /** The product. */
    sku: Sku;
    /** What will be wanted of it. */
    demand: DemandSums;
    /** What there is and what is coming, less what is promised. */
    position: Quantity;
    /** What its own policy orders; zero when it orders nothing. */
    proposed: Quantity;
    /** What one unit costs. */
    unit_cost: Money;
    /**
     * What a shortage costs, and what it costs to hold a unit; without a cost of waste, a unit that is
     * left over costs what it cost.
     */
    costs: StockCosts;
    /** Orders are multiples of this; without it, of one unit. */
    order_multiple?: Quantity | null;
    /** The smallest quantity that is ordered. */
    minimum_order_quantity?: Quantity | null;
    /** What one unit takes of a truck, one entry a dimension: `0.4 kg`, `0.002 m3`, `0.01 pallet`. */
    load_per_unit?: Quantity[];
    /** Days that it can be sold from the day of receipt on, that day included. */
    shelf_life_days?: number | null;
    /** The last day on which it is sold. */
    last_day_of_sale?: Day | null;
    /** When it is ordered along with others; without it, it is not. */
    can_order?: CanOrder | null;
}
/** The order after all that was added and taken off. */
export interface JointReplenishment {
    /** One answer a product, in the order in which they were given. */
    lines: Answered<JointLine>[];
    /** What became of each aim, in the order in which they were given. */
    outcomes: AimOutcome[];
    /** The value of what the products' own policies order. */
    value_before: Money;
    /** The value of the order now. */
    value_after: Money;
    /** What it takes of the truck, one entry for each dimension of a limit or aim. */
    loads: Quantity[];
}
"#;

/// A `JointItem` without its demand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    sku: Sku,
    position: Quantity,
    proposed: Quantity,
    unit_cost: Money,
    costs: StockCosts,
    #[serde(default)]
    order_multiple: Option<Quantity>,
    #[serde(default)]
    minimum_order_quantity: Option<Quantity>,
    #[serde(default)]
    load_per_unit: Vec<Quantity>,
    #[serde(default)]
    shelf_life_days: Option<u32>,
    #[serde(default)]
    last_day_of_sale: Option<Day>,
    #[serde(default)]
    can_order: Option<CanOrder>,
}

impl Product {
    fn item<'a>(self, outlook: &'a DemandOutlook<'a>) -> inventory::JointItem<'a> {
        inventory::JointItem {
            sku: self.sku,
            outlook,
            position: self.position,
            proposed: self.proposed,
            unit_cost: self.unit_cost,
            costs: self.costs,
            order_multiple: self.order_multiple,
            minimum_order_quantity: self.minimum_order_quantity,
            load_per_unit: self.load_per_unit,
            shelf_life_days: self.shelf_life_days,
            last_day_of_sale: self.last_day_of_sale,
            can_order: self.can_order,
        }
    }
}

/// Adds to an order what makes it worth more, the most useful units first, and takes off what the truck
/// does not take, the least useful first. The first period of all demands begins on `start`.
#[wasm_bindgen(js_name = replenishJointly, unchecked_return_type = "JointReplenishment")]
pub fn replenish_jointly(
    #[wasm_bindgen(unchecked_param_type = "JointItem[]")] items: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Day")] start: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Period")] period: JsValue,
    #[wasm_bindgen(unchecked_param_type = "JointOrder")] order: JsValue,
) -> Result<JsValue, JsValue> {
    let (start, period): (Day, Period) = (take("start", start)?, take("period", period)?);
    let order: JointOrder = take("order", order)?;
    let (mut demands, mut products) = (Vec::new(), Vec::new());
    for (path, item) in list(items, "items")? {
        let (sums, product) = with_demand::<Product>(&item, &path)?;
        demands.push(sums);
        products.push(product);
    }
    let outlooks: Vec<_> = demands
        .iter()
        .map(|sums| DemandOutlook::new(DemandSource::Sums(sums), start, period))
        .collect();
    let items: Vec<_> = products
        .into_iter()
        .zip(&outlooks)
        .map(|(product, outlook)| product.item(outlook))
        .collect();
    let answer = inventory::replenish_jointly(&items, &order).map_err(refuse)?;
    object(&[
        ("lines", give_each(answer.lines)?),
        ("outcomes", give(&answer.outcomes)?),
        ("value_before", give(&answer.value_before)?),
        ("value_after", give(&answer.value_after)?),
        ("loads", give(&answer.loads)?),
    ])
}
