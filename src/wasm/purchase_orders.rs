//! Purchase orders: drafted, merged, priced again, approved.

use super::{give, order_error, refuse, take};
use crate::{
    order,
    sourcing::{Allocation, ExchangeRate, Offer, SupplierTerms},
    unit::{Day, TimeOfDay},
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

/// What suppliers offer and ask on the day on which a draft is looked at.
#[derive(Deserialize, tsify::Tsify)]
#[serde(deny_unknown_fields)]
struct DraftQuotes {
    /// Of any suppliers and products.
    offers: Vec<Offer>,
    /// What suppliers ask of whole orders; one without terms asks nothing.
    #[serde(default)]
    #[tsify(optional)]
    terms: Vec<SupplierTerms>,
    /// What currencies are worth, where terms or charges are in another one than the order.
    #[serde(default)]
    #[tsify(optional)]
    exchange_rates: Vec<ExchangeRate>,
    /// The day.
    today: Day,
    /// The time of that day; without it, it is early enough for every cut-off.
    #[serde(default)]
    #[tsify(optional, type = "TimeOfDay | null")]
    time: Option<TimeOfDay>,
}

impl DraftQuotes {
    fn borrowed(&self) -> order::Quotes<'_> {
        let Self { offers, terms, exchange_rates, today, time } = self;
        order::Quotes { offers, terms, exchange_rates, today: *today, time: *time }
    }
}

/// Drafts the purchase orders of an allocation, one for each supplier, and more where currencies,
/// locations or days divide them.
#[wasm_bindgen(js_name = draftPurchaseOrders, unchecked_return_type = "Drafts")]
pub fn draft_purchase_orders(
    #[wasm_bindgen(unchecked_param_type = "Allocation")] allocation: JsValue,
    #[wasm_bindgen(unchecked_param_type = "DraftContext")] context: JsValue,
) -> Result<JsValue, JsValue> {
    let allocation: Allocation = take("allocation", allocation)?;
    let drafts = order::draft_purchase_orders(&allocation, &take("context", context)?);
    give(&drafts.map_err(order_error)?)
}

/// Adds a draft to one that is open, and says what that saves.
#[wasm_bindgen(js_name = mergeDrafts, unchecked_return_type = "Merged")]
pub fn merge_drafts(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] open: JsValue,
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] addition: JsValue,
    #[wasm_bindgen(unchecked_param_type = "DraftQuotes")] quotes: JsValue,
) -> Result<JsValue, JsValue> {
    let open: order::PurchaseOrder = take("open", open)?;
    let addition: order::PurchaseOrder = take("addition", addition)?;
    let quotes: DraftQuotes = take("quotes", quotes)?;
    give(&order::merge_drafts(&open, &addition, &quotes.borrowed()).map_err(order_error)?)
}

/// Whether what a draft says of prices, packs and days still holds.
#[wasm_bindgen(js_name = checkPrices, unchecked_return_type = "PriceCheck")]
pub fn check_prices(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] draft: JsValue,
    #[wasm_bindgen(unchecked_param_type = "DraftQuotes")] quotes: JsValue,
    #[wasm_bindgen(unchecked_param_type = "PriceCheckOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let draft: order::PurchaseOrder = take("draft", draft)?;
    let quotes: DraftQuotes = take("quotes", quotes)?;
    let check = order::check_prices(&draft, &quotes.borrowed(), &take("options", options)?);
    give(&check.map_err(order_error)?)
}

/// What is different between two states of a draft.
#[wasm_bindgen(js_name = draftDifference, unchecked_return_type = "DraftDifference")]
pub fn draft_difference(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] before: JsValue,
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] after: JsValue,
) -> Result<JsValue, JsValue> {
    let before: order::PurchaseOrder = take("before", before)?;
    give(&order::draft_difference(&before, &take("after", after)?).map_err(refuse)?)
}

/// What could be added to a draft so that the whole costs less, with the saving.
#[wasm_bindgen(js_name = suggestConsolidations, unchecked_return_type = "Suggestion[]")]
pub fn suggest_consolidations(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] draft: JsValue,
    #[wasm_bindgen(unchecked_param_type = "DraftQuotes")] quotes: JsValue,
    #[wasm_bindgen(unchecked_param_type = "ConsolidationOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let draft: order::PurchaseOrder = take("draft", draft)?;
    let quotes: DraftQuotes = take("quotes", quotes)?;
    let options: order::ConsolidationOptions = take("options", options)?;
    let suggestions = order::suggest_consolidations(&draft, &quotes.borrowed(), &options);
    give(&suggestions.map_err(order_error)?)
}

/// Which drafts of one supplier could be one order, with the saving.
#[wasm_bindgen(js_name = suggestMerges, unchecked_return_type = "MergeSuggestion[]")]
pub fn suggest_merges(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder[]")] drafts: JsValue,
    #[wasm_bindgen(unchecked_param_type = "DraftQuotes")] quotes: JsValue,
    #[wasm_bindgen(js_name = withinDays)] within_days: u32,
    #[wasm_bindgen(unchecked_param_type = "SuggestionReport")] report: JsValue,
) -> Result<JsValue, JsValue> {
    let drafts: Vec<order::PurchaseOrder> = take("drafts", drafts)?;
    let quotes: DraftQuotes = take("quotes", quotes)?;
    let report = take("report", report)?;
    let suggestions = order::suggest_merges(&drafts, &quotes.borrowed(), within_days, report);
    give(&suggestions.map_err(order_error)?)
}

/// Whether a purchase order may be placed, who is asked if not, and by which rules.
#[wasm_bindgen(js_name = decideApproval, unchecked_return_type = "ApprovalDecision")]
pub fn decide_approval(
    #[wasm_bindgen(unchecked_param_type = "PurchaseOrder")] draft: JsValue,
    #[wasm_bindgen(unchecked_param_type = "ApprovalRules")] rules: JsValue,
    #[wasm_bindgen(unchecked_param_type = "ApprovalContext")] context: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Approval[]")] given: JsValue,
) -> Result<JsValue, JsValue> {
    let draft: order::PurchaseOrder = take("draft", draft)?;
    let rules: order::ApprovalRules = take("rules", rules)?;
    let context: order::ApprovalContext = take("context", context)?;
    let given: Vec<order::Approval> = take("given", given)?;
    give(&order::decide(&draft, &rules, &context, &given).map_err(order_error)?)
}

/// Refuses rules that contradict themselves or ask what nobody can give.
#[wasm_bindgen(js_name = checkApprovalRules)]
pub fn check_approval_rules(
    #[wasm_bindgen(unchecked_param_type = "ApprovalRules")] rules: JsValue,
) -> Result<(), JsValue> {
    let rules: order::ApprovalRules = take("rules", rules)?;
    rules.check().map_err(|invalid| refuse(invalid.at("rules")))
}
