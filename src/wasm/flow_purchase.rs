//! Purchase orders' life cycles: as plain objects, as JSON text, or many at once.

use super::{
    flow::{Machine, advance_all, advance_json, advance_objects, by_objects, by_text, machine},
    refuse,
    text::{give_by_text, take_by_text},
};
use crate::{
    flow::{
        PurchaseOrderFlow, PurchaseOrderHostCommand, PurchaseOrderInput, PurchaseOrderView,
        PurchasePolicy, TransitionError, advance_purchase_order as advance, roll_up_purchases,
    },
    order::PurchaseOrder,
    unit::Timestamp,
};
use wasm_bindgen::prelude::*;

machine! {
    PurchaseOrderFlow flow by advance:
        PurchaseOrderInput, PurchaseOrderHostCommand, PurchasePolicy, view PurchaseOrderView;
}

by_objects! {
    PurchaseOrderFlow "PurchaseOrderFlow", "PurchaseOrderInput", "PurchasePolicy"
        -> "PurchaseOrderAdvance", "PurchaseOrderView":
        advance_purchase_order "advancePurchaseOrder", view_purchase_order "viewPurchaseOrder";
}

by_text! {
    PurchaseOrderFlow: advance_purchase_order_json "advancePurchaseOrderJson",
        advance_purchase_orders_json "advancePurchaseOrdersJson";
}

/// A drafted purchase order, and the bytes that say the same to the supplier, including every date.
#[wasm_bindgen(js_name = openPurchaseOrder, unchecked_return_type = "PurchaseOrderFlow")]
pub fn open_purchase_order(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] draft: &JsValue,
    payload: &str,
) -> Result<JsValue, JsValue> {
    let draft: PurchaseOrder = take_by_text("draft", draft)?;
    let flow = PurchaseOrderFlow::new(&draft, payload);
    give_by_text(&flow.map_err(|invalid| refuse(invalid.at("draft")))?)
}

/// What a parent order's purchase orders come to together.
#[wasm_bindgen(js_name = rollUpPurchaseOrders, unchecked_return_type = "PurchaseRollup")]
pub fn roll_up_purchase_orders(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrderFlow[]")] flows: &JsValue,
) -> Result<JsValue, JsValue> {
    let flows: Vec<PurchaseOrderFlow> = take_by_text("flows", flows)?;
    let orders: Vec<_> = flows.iter().map(PurchaseOrderFlow::order).collect();
    give_by_text(&roll_up_purchases(&orders))
}
