//! Plans of many products, from columns or from files.

use super::{
    columns::Columns,
    files::{Market, Products, TableFiles},
    give, plan_error, refuse, refuse_tables, take,
};
use crate::{
    inventory::{self, PlanOptions},
    order,
    unit::Invalid,
};
use wasm_bindgen::prelude::*;

/// Plans what to buy from histories in columns (as for `forecastBatch`) and the rest as documents.
#[wasm_bindgen(unchecked_return_type = "Plan")]
pub fn plan(
    #[wasm_bindgen(unchecked_param_type = "BatchColumns")] batch: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "PlanRequest")] request: JsValue,
) -> Result<JsValue, JsValue> {
    let request = take("request", request)?;
    let plan = Columns::read(batch)?.with(|batch| order::plan(batch, &request));
    give(&plan.map_err(plan_error)?)
}

/// Plans what to buy from comma-separated files.
#[wasm_bindgen(js_name = planFromTables, unchecked_return_type = "Plan")]
pub fn plan_from_tables(
    files: &TableFiles,
    #[wasm_bindgen(unchecked_param_type = "PlanOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let (products, market) = (Products::new(files), Market::new(files));
    let tables = order::PlanTables { products: products.tables(), market: market.tables() };
    give(&order::plan_from_tables(tables, &take("options", options)?).map_err(plan_error)?)
}

/// Works out what every product of comma-separated files needs, before anybody asks from whom.
#[wasm_bindgen(js_name = requirementsFromTables, unchecked_return_type = "Requirements")]
pub fn requirements_from_tables(
    #[wasm_bindgen(unchecked_param_type = "ProductFiles")] files: &TableFiles,
    #[wasm_bindgen(unchecked_param_type = "PlanOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let products = Products::new(files);
    let result = inventory::requirements_from_tables(products.tables(), &take("options", options)?);
    give(&result.map_err(refuse_tables)?)
}

/// The usual options of a plan: a daily review at 95 %, four weeks of forecast.
#[wasm_bindgen(js_name = planOptions, unchecked_return_type = "PlanOptions")]
pub fn plan_options(
    #[wasm_bindgen(unchecked_param_type = "Day")] today: &str,
) -> Result<JsValue, JsValue> {
    let today = today.parse().map_err(|problem: Invalid| refuse(problem.at("today")))?;
    give(&PlanOptions::new(today))
}
