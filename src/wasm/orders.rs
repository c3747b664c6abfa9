//! Customers' orders: divided, proved, checked before they are placed, given back.

use super::{give, order_error, refuse, take};
use crate::{
    order::{self, OrderError},
    unit::Invalid,
};
use wasm_bindgen::prelude::*;

/// Splits a customer's order into sale orders.
#[wasm_bindgen(unchecked_return_type = "Split")]
pub fn split(
    #[wasm_bindgen(unchecked_param_type = "CustomerOrder")] order: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SplitRules")] rules: JsValue,
) -> Result<JsValue, JsValue> {
    let order: order::CustomerOrder = take("order", order)?;
    let rules: order::SplitRules = take("rules", rules)?;
    rules.check().map_err(|invalid| refuse(invalid.at("rules")))?;
    give(&order::split(&order, &rules).map_err(order_error)?)
}

/// Proves that a split holds every minor unit and every piece of its order once, or says what does
/// not add up.
#[wasm_bindgen(js_name = proveSplit, unchecked_return_type = "Proof")]
pub fn prove_split(
    #[wasm_bindgen(unchecked_param_type = "CustomerOrder")] order: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Split")] split: JsValue,
) -> Result<JsValue, JsValue> {
    let order: order::CustomerOrder = take("order", order)?;
    give(&order::prove(&order, &take("split", split)?).map_err(order_error)?)
}

/// What keeps an order from being placed: minimum values, contracts, what order systems ask for;
/// nothing, if nothing does.
#[wasm_bindgen(js_name = checkCompletion, unchecked_return_type = "CompletionProblem[]")]
pub fn check_completion(
    #[wasm_bindgen(unchecked_param_type = "CustomerOrder")] order: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Split")] split: JsValue,
    #[wasm_bindgen(unchecked_param_type = "CompletionRules")] rules: JsValue,
) -> Result<JsValue, JsValue> {
    let order: order::CustomerOrder = take("order", order)?;
    let split: order::Split = take("split", split)?;
    let problems = order::check_completion(&order, &split, &take("rules", rules)?);
    give(&problems.map_err(order_error)?)
}

/// What a customer gets back for units, a line or all of a sale order, after earlier refunds of it.
#[wasm_bindgen(unchecked_return_type = "Refund")]
pub fn refund(
    #[wasm_bindgen(js_name = saleOrder, unchecked_param_type = "SaleOrder")] sale_order: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Refund[]")] earlier: JsValue,
    #[wasm_bindgen(unchecked_param_type = "RefundRequest")] request: JsValue,
) -> Result<JsValue, JsValue> {
    let sale_order: order::SaleOrder = take("sale_order", sale_order)?;
    let earlier: Vec<order::Refund> = take("earlier", earlier)?;
    let refund = order::refund(&sale_order, &earlier, &take("request", request)?);
    give(&refund.map_err(order_error)?)
}

/// `refund` of what refunds and later revisions have left of a sale order.
#[wasm_bindgen(js_name = refundPlaced, unchecked_return_type = "Refund")]
pub fn refund_placed(
    #[wasm_bindgen(unchecked_param_type = "Placed")] placed: JsValue,
    #[wasm_bindgen(js_name = saleOrder, unchecked_param_type = "SaleOrderId")] sale_order: JsValue,
    #[wasm_bindgen(unchecked_param_type = "RefundRequest")] request: JsValue,
) -> Result<JsValue, JsValue> {
    let placed: order::Placed = take("placed", placed)?;
    let refund = placed.refund(&take("sale_order", sale_order)?, &take("request", request)?);
    give(&refund.map_err(order_error)?)
}

/// What an edit of an order changes: the sale orders that were placed keep their names and figures,
/// and only the difference is apportioned.
#[wasm_bindgen(js_name = reviseOrder, unchecked_return_type = "Revision")]
pub fn revise_order(
    #[wasm_bindgen(unchecked_param_type = "Placed")] placed: JsValue,
    #[wasm_bindgen(unchecked_param_type = "CustomerOrder")] order: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SplitRules")] rules: JsValue,
    #[wasm_bindgen(unchecked_param_type = "RevisionTerms")] terms: JsValue,
) -> Result<JsValue, JsValue> {
    let placed: order::Placed = take("placed", placed)?;
    let order: order::CustomerOrder = take("order", order)?;
    let rules: order::SplitRules = take("rules", rules)?;
    rules.check().map_err(|invalid| refuse(invalid.at("rules")))?;
    let revision = order::revise(&placed, &order, &rules, take("terms", terms)?);
    give(&revision.map_err(order_error)?)
}

/// Why one of many orders is refused, always with a field.
pub(super) fn as_invalid(error: OrderError) -> Invalid {
    match error {
        OrderError::Invalid(invalid) => invalid,
        empty @ OrderError::EmptyOrder => {
            let expected = "at least one line of a positive quantity";
            Invalid::new(empty.code(), expected, "none").at("lines")
        }
    }
}
