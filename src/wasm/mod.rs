//! The JavaScript edge: convert, call one public function, convert back.
//!
//! Documents cross as plain objects, long columns of numbers as typed arrays, money and quantities
//! as text. What is refused is thrown as an [`EngineProblem`].

mod answered;
mod backtest;
mod basket;
mod catch_weight;
mod columns;
mod compare;
mod demand;
mod document;
mod files;
mod flow;
mod flow_connection;
mod flow_purchase;
mod flow_run;
mod forecast;
mod hierarchy;
mod joint;
mod kit;
mod launch;
mod lot;
mod network;
mod orders;
mod orders_columns;
mod orders_text;
mod plan;
mod purchase_orders;
mod replenish;
mod score;
mod series;
mod simulate;
mod sourcing_changes;
mod text;

pub use backtest::{backtest, backtest_options};
pub use basket::{allocate_instance, instance_request};
pub use catch_weight::pieces_for_weight;
pub use compare::compare_columns;
pub use demand::demand_sums;
pub use flow::{
    advance_sale_order, advance_sale_order_json, advance_sale_orders_json, check_consistency,
    digest_notifications, open_sale_order, replay_sale_order, roll_up_states, tell_sale_order,
    view_sale_order,
};
pub use flow_connection::{
    advance_circuit, advance_poll, advance_token, circuit_for_request, health_of, open_circuit,
    open_poll, open_token, poll_probed, token_fetched, view_circuit, view_poll, view_token,
};
pub use flow_purchase::{
    advance_purchase_order, advance_purchase_order_json, advance_purchase_orders_json,
    open_purchase_order, roll_up_purchase_orders, view_purchase_order,
};
pub use flow_run::{advance_run, dry_run, open_run, run_exit_code, seven_steps, summarize_run};
pub use forecast::{
    fit_model, forecast_batch, forecast_in_detail, forecast_model, forecast_one, lead_time_demand,
    model_lead_time_demand, update_model,
};
pub use hierarchy::reconcile;
pub use joint::replenish_jointly;
pub use kit::{explode_demand, explode_requirements, substitute};
pub use launch::forecast_launch;
pub use lot::{economic_lot, plan_lots};
pub use network::{allocate_stock, echelon_requirement, propose_transfers};
pub use orders::{check_completion, prove_split, refund, refund_placed, revise_order, split};
pub use orders_columns::split_columns;
pub use orders_text::split_json;
pub use plan::{plan, plan_from_tables, plan_options, requirements_from_tables};
pub use purchase_orders::{
    check_approval_rules, check_prices, decide_approval, draft_difference, draft_purchase_orders,
    merge_drafts, suggest_consolidations, suggest_merges,
};
pub use replenish::replenish;
pub use score::score_forecast;
pub use series::read_series;
pub use simulate::{sample_demand, simulate_stock, trace_stock};
pub use sourcing_changes::{
    compare_allocations, read_sourcing, revise_allocation, savings_ladder,
    savings_ladder_from_tables, switching_prices,
};

use crate::{
    forecast::ForecastError,
    inventory, order, sourcing,
    unit::{Invalid, Mistake, table::TableProblem},
};
use document::{Document, Refusal};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sourcing_changes::Asked;
use wasm_bindgen::prelude::*;

/// The TypeScript names of everything that crosses as text.
#[wasm_bindgen(typescript_custom_section)]
const TEXT_TYPES: &str = r#"
/**
 * An exact amount and its ISO-4217 currency, such as `"12.50 EUR"`.
 * @pattern ^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$
 */
export type Money = string;
/**
 * An exact amount and its unit, such as `"12 each"` or `"2.5 kg"`.
 * @pattern ^-?[0-9]+(\.[0-9]+)? [A-Za-z0-9_]{1,12}$
 */
export type Quantity = string;
/**
 * An exact factor of zero or more, such as a tax rate of `"0.19"`.
 * @pattern ^[0-9]+(\.[0-9]+)?$
 */
export type Rate = string;
/**
 * A unit of measure, such as `"each"`.
 * @pattern ^[A-Za-z0-9_]{1,12}$
 */
export type Unit = string;
/**
 * An ISO-4217 code, such as `"EUR"`.
 * @pattern ^[A-Z]{3}$
 */
export type Currency = string;
/**
 * A calendar day, such as `"2026-11-21"`.
 * @pattern ^[0-9]{4}-[0-9]{2}-[0-9]{2}$
 */
export type Day = string;
/** Days of the week, such as `"Mon Wed Fri"`. */
export type Weekdays = string;
/** A time of the day, such as `"14:30"`. */
export type TimeOfDay = string;
/** How far clocks are ahead of UTC, such as `"+02:00"`. */
export type UtcOffset = string;
/** Milliseconds since 1970-01-01T00:00Z. */
export type Timestamp = number;
/** From 0 to 1. */
export type Probability = number;
/** What is wrong with a value, where, what was expected and what came. */
export interface Invalid { code: string; path: string; expected: string; got: string; }
export type Mistake = Invalid;
/**
 * 1 to 128 printable characters without spaces around them.
 * @minLength 1
 * @maxLength 128
 */
export type Identifier = string;
export type Sku = Identifier;
export type SupplierId = Identifier;
export type LocationId = Identifier;
export type VendorId = Identifier;
export type OfferId = Identifier;
export type OrderId = Identifier;
export type LineId = Identifier;
export type AdjustmentId = Identifier;
export type PaymentId = Identifier;
export type CommissionId = Identifier;
export type ContractId = Identifier;
export type PersonId = Identifier;
export type SaleOrderId = Identifier;
export type PurchaseOrderId = Identifier;
export type DocumentId = Identifier;
"#;

/// What the engine throws: why it refused, with every mistake it found.
#[derive(Debug, Serialize, tsify::Tsify)]
struct EngineProblem {
    /// Stable name of the kind of error.
    code: String,
    /// The error in words.
    message: String,
    /// Every mistake found in the input.
    problems: Vec<InputProblem>,
}

/// One mistake in the input.
#[derive(Debug, Default, Serialize, tsify::Tsify)]
struct InputProblem {
    /// Stable name of the kind of mistake.
    code: String,
    /// The field, from the outside in; empty for the whole value.
    path: String,
    /// What would have been accepted, in words.
    expected: String,
    /// What came.
    got: String,
    /// The file it stands in, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The line of that file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// The column of that file; empty where the whole line is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

/// Ranks the offers for one requirement under the policy of the options.
#[wasm_bindgen(unchecked_return_type = "Comparison")]
pub fn compare(
    #[wasm_bindgen(unchecked_param_type = "Need")] need: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Offer[]")] offers: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SupplierTerms[]")] terms: JsValue,
    #[wasm_bindgen(unchecked_param_type = "OrderSoFar[]")] so_far: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SourcingOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let need: sourcing::Need = take("need", need)?;
    let offers: Vec<sourcing::Offer> = take("offers", offers)?;
    let terms: Vec<sourcing::SupplierTerms> = take("terms", terms)?;
    let so_far: Vec<sourcing::OrderSoFar> = take("so_far", so_far)?;
    let options = take("options", options)?;
    let result = sourcing::compare(&need, &offers, &terms, &so_far, &options);
    give(&result.map_err(sourcing_error)?)
}

/// Allocates a basket of requirements to suppliers.
#[wasm_bindgen(unchecked_return_type = "Allocation")]
pub fn allocate(
    #[wasm_bindgen(unchecked_param_type = "Need[]")] basket: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Offer[]")] offers: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SupplierTerms[]")] terms: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SourcingOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let basket: Vec<sourcing::Need> = take("basket", basket)?;
    let Asked { offers, terms, options } = &Asked::take(offers, terms, options)?;
    let result = sourcing::allocate(&basket, offers, terms, options);
    give(&result.map_err(sourcing_error)?)
}

/// A seed for policies whose caller has none: 32 random bits, the only randomness there is.
#[wasm_bindgen(js_name = randomSeed)]
pub fn random_seed() -> Result<u32, JsValue> {
    getrandom::u32().map_err(|error| throw("randomness_missing", &error, Vec::new()))
}

/// Reads a document; a mistake names its field.
fn take<T: DeserializeOwned>(name: &str, value: JsValue) -> Result<T, JsValue> {
    let document = read(name, value)?;
    T::deserialize(&document).map_err(|refusal| refuse_document(name, &refusal))
}

fn read(name: &str, value: JsValue) -> Result<Document<'static>, JsValue> {
    Document::deserialize(serde_wasm_bindgen::Deserializer::from(value))
        .map_err(|error| refuse(Invalid::new("document_invalid", "a plain value", error).at(name)))
}

fn refuse_document(name: &str, refusal: &Refusal) -> JsValue {
    refuse(unread(name, refusal))
}

/// What a type does not accept, with its place.
fn unread(name: &str, refusal: &Refusal) -> Invalid {
    // serde joins what it expected and what came in one sentence, as our own types do.
    let message = refusal.message.as_str();
    let (got, expected) = message.split_once(", expected ").unwrap_or_else(|| {
        let ours = message.strip_prefix("expected ").unwrap_or(message);
        let (expected, got) = ours.split_once(", got ").unwrap_or((ours, ""));
        (got, expected)
    });
    let invalid = Invalid::new("document_invalid", expected, got.trim_matches('`'));
    invalid.at(refusal.path(name))
}

/// Writes a document the way `JSON.parse` would have made it.
fn give(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(JsValue::from)
}

fn refuse(invalid: Invalid) -> JsValue {
    let (code, message) = (invalid.code, invalid.to_string());
    throw(code, &message, vec![input_problem(invalid)])
}

fn throw(code: &str, message: &dyn std::fmt::Display, problems: Vec<InputProblem>) -> JsValue {
    let problem = EngineProblem { code: code.to_owned(), message: message.to_string(), problems };
    give(&problem).unwrap_or_else(|error| error)
}

fn input_problem(invalid: Invalid) -> InputProblem {
    let Mistake { code, path, expected, got } = invalid.into();
    InputProblem { code: code.to_owned(), path, expected, got, ..InputProblem::default() }
}

fn table_problem(problem: TableProblem) -> InputProblem {
    let TableProblem { code, file, line, column, expected, got } = problem;
    InputProblem {
        code: code.to_owned(),
        path: column.clone(),
        expected,
        got,
        file: Some(file),
        line: Some(line),
        column: Some(column),
    }
}

/// Throws every problem of files that were read.
#[inline(never)]
fn refuse_tables(problems: Vec<TableProblem>) -> JsValue {
    let error = order::PlanError::Tables(problems.clone());
    throw(error.code(), &error, problems.into_iter().map(table_problem).collect())
}

fn forecast_error(error: ForecastError) -> JsValue {
    match error {
        ForecastError::Invalid(invalid) => refuse(invalid),
        short @ ForecastError::TooShort { .. } => throw(short.code(), &short, Vec::new()),
    }
}

fn inventory_error(error: inventory::InventoryError) -> JsValue {
    match error {
        inventory::InventoryError::Invalid(invalid) => refuse(invalid),
        inventory::InventoryError::Forecast(error) => forecast_error(error),
    }
}

fn sourcing_error(error: sourcing::SourcingError) -> JsValue {
    match error {
        sourcing::SourcingError::Invalid(invalid) => refuse(invalid),
    }
}

fn order_error(error: order::OrderError) -> JsValue {
    match error {
        order::OrderError::Invalid(invalid) => refuse(invalid),
        empty @ order::OrderError::EmptyOrder => throw(empty.code(), &empty, Vec::new()),
    }
}

fn plan_error(error: order::PlanError) -> JsValue {
    match error {
        order::PlanError::Invalid(invalid) => refuse(invalid),
        order::PlanError::Forecast(error) => forecast_error(error),
        order::PlanError::Sourcing(error) => sourcing_error(error),
        order::PlanError::Order(error) => order_error(error),
        order::PlanError::Tables(problems) => refuse_tables(problems),
    }
}
