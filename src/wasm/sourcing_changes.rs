//! What changes when the basket does: prices, rejected lines, other ways of choosing.

use super::{
    files::{Market, Owned, TableFiles},
    give, refuse, refuse_tables, sourcing_error, take,
};
use crate::{
    sourcing::{self, TablesError},
    unit::Invalid,
};
use wasm_bindgen::prelude::*;

/// What every question about offers comes with.
pub(super) struct Asked {
    pub(super) offers: Vec<sourcing::Offer>,
    pub(super) terms: Vec<sourcing::SupplierTerms>,
    pub(super) options: sourcing::SourcingOptions,
}

impl Asked {
    #[inline(never)]
    pub(super) fn take(offers: JsValue, terms: JsValue, options: JsValue) -> Result<Self, JsValue> {
        Ok(Self {
            offers: take("offers", offers)?,
            terms: take("terms", terms)?,
            options: take("options", options)?,
        })
    }
}

/// Says for each line of an allocation at which price each other offer would win it.
#[wasm_bindgen(js_name = switchingPrices, unchecked_return_type = "SwitchingPrice[]")]
pub fn switching_prices(
    #[wasm_bindgen(unchecked_param_type = "Need[]")] needs: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Offer[]")] offers: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SupplierTerms[]")] terms: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SourcingOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Allocation")] allocation: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SwitchQuestion")] question: JsValue,
) -> Result<JsValue, JsValue> {
    let needs: Vec<sourcing::Need> = take("needs", needs)?;
    let Asked { offers, terms, options } = &Asked::take(offers, terms, options)?;
    let allocation = take("allocation", allocation)?;
    let question = take("question", question)?;
    let prices = sourcing::switching_prices(&needs, offers, terms, options, &allocation, &question);
    give(&prices.map_err(sourcing_error)?)
}

/// Allocates a basket once more after something about it changed, with little change to the rest.
#[wasm_bindgen(js_name = reviseAllocation, unchecked_return_type = "RevisedAllocation")]
pub fn revise_allocation(
    #[wasm_bindgen(unchecked_param_type = "Need[]")] needs: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Offer[]")] offers: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SupplierTerms[]")] terms: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SourcingOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Allocation")] previous: JsValue,
    #[wasm_bindgen(unchecked_param_type = "RevisionOptions")] change: JsValue,
) -> Result<JsValue, JsValue> {
    let needs: Vec<sourcing::Need> = take("needs", needs)?;
    let Asked { offers, terms, options } = &Asked::take(offers, terms, options)?;
    let previous = take("previous", previous)?;
    let change = take("change", change)?;
    let revision = sourcing::revise(&needs, offers, terms, options, &previous, &change);
    give(&revision.map_err(sourcing_error)?)
}

/// Compares two allocations line by line, order by order and cost by cost.
#[wasm_bindgen(js_name = compareAllocations, unchecked_return_type = "AllocationDifference")]
pub fn compare_allocations(
    #[wasm_bindgen(unchecked_param_type = "Allocation")] before: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Allocation")] after: JsValue,
) -> Result<JsValue, JsValue> {
    let difference =
        sourcing::compare_allocations(&take("before", before)?, &take("after", after)?);
    give(&difference.map_err(refuse)?)
}

/// Works out what other ways of choosing suppliers would have paid for past purchases.
#[wasm_bindgen(js_name = savingsLadder, unchecked_return_type = "SavingsLadder")]
pub fn savings_ladder(
    #[wasm_bindgen(unchecked_param_type = "PastPurchase[]")] history: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Offer[]")] offers: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SupplierTerms[]")] terms: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SourcingOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_param_type = "LadderOptions")] ladder: JsValue,
) -> Result<JsValue, JsValue> {
    let history: Vec<sourcing::PastPurchase> = take("history", history)?;
    let Asked { offers, terms, options } = &Asked::take(offers, terms, options)?;
    let ladder = take("ladder", ladder)?;
    let answer = sourcing::savings_ladder(&history, offers, terms, options, &ladder);
    give(&answer.map_err(sourcing_error)?)
}

/// The same from comma-separated files.
#[wasm_bindgen(js_name = savingsLadderFromTables, unchecked_return_type = "SavingsReport")]
pub fn savings_ladder_from_tables(
    #[wasm_bindgen(unchecked_param_type = "LadderFiles")] files: &TableFiles,
    #[wasm_bindgen(unchecked_param_type = "LadderOptions")] ladder: JsValue,
) -> Result<JsValue, JsValue> {
    let (history, market) = (Owned::history(files), Market::new(files));
    let tables = sourcing::LadderTables { history: history.file(), market: market.tables() };
    let report = sourcing::savings_from_tables(tables, &take("ladder", ladder)?);
    give(&report.map_err(|error| match error {
        TablesError::Sourcing(error) => sourcing_error(error),
        TablesError::Tables(problems) => refuse_tables(problems),
    })?)
}

/// Reads what `compare` and `allocate` take from comma-separated files.
#[wasm_bindgen(js_name = readSourcing, unchecked_return_type = "SourcingRequest")]
pub fn read_sourcing(
    #[wasm_bindgen(unchecked_param_type = "SourcingFiles")] files: &TableFiles,
    #[wasm_bindgen(unchecked_param_type = "Day")] today: &str,
) -> Result<JsValue, JsValue> {
    let today = today.parse().map_err(|problem: Invalid| refuse(problem.at("today")))?;
    let (needs, market) = (Owned::needs(files), Market::new(files));
    let tables = sourcing::SourcingTables { needs: needs.file(), market: market.tables() };
    give(&sourcing::read_sourcing(tables, today).map_err(refuse_tables)?)
}
