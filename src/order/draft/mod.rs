//! What we ask of each supplier, ready to be approved.
//!
//! Read in this order: [`DraftContext`] (what the drafts need to know), [`draft_purchase_orders`],
//! `assemble` (which line joins which draft), `line` (units, codes, price breaks, reasons), `ordered`
//! and `charges` (freight and minimum in the currency of the invoice), `delivery` (days), `name`.

mod assemble;
mod charges;
mod context;
mod delivery;
#[cfg(test)]
mod laws;
mod line;
mod name;
#[cfg(test)]
mod order_tests;
mod ordered;
#[cfg(test)]
mod tests;

pub use context::{
    DraftContext, DraftItem, DraftNote, DraftOptions, DraftReason, DraftRules, Numbering,
};

pub(super) use assemble::{Basis, Told};
pub(super) use delivery::{first_delivery, order_by};

use super::{OrderError, PurchaseOrder};
use crate::{
    sourcing::Allocation,
    unit::{ByName, Invalid},
};
use serde::{Deserialize, Serialize};

/// Drafts of purchase orders.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Drafts {
    /// In order of the suppliers, days, locations and currencies.
    pub purchase_orders: Vec<PurchaseOrder>,
    /// The number that is free behind theirs, where they are numbered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub next_number: Option<u64>,
}

/// Drafts the purchase orders of an allocation: one for each of its orders, currency, and, as the
/// rules say, location and delivery day.
///
/// Every amount is in the currency in which the supplier invoices.
///
/// - Freight, handling and surcharge are what the supplier's terms ask of the goods and weight of the
///   draft, so that an order that is divided pays them as often as the supplier charges them; a note
///   says what that costs. Of a supplier without terms they are the allocation's. What is stated in
///   another currency is exchanged: at a rate from that currency into the draft's, else by way of the
///   currency in which the allocation compared; a note says at which rates.
/// - A line's `charges` are handling of packs and deposits; duty, fees of import, rebates and
///   interest, which the allocation weighed too, are not invoiced with the order.
/// - Tax is worked out once on all that a rate applies to, rounded half up.
/// - Delivery is requested for the last delivery day of the supplier on which nothing is late that can
///   be in time; lines that need longer come when they can, and a note names what is late.
///
/// The same allocation and context give the same drafts, names and numbers, in whatever sequence
/// their lists are.
///
/// # Errors
///
/// When lines, orders and offers contradict each other: a line whose order or offer is not given, an
/// order whose goods are not the sum of its lines; when options or rates cannot be accepted, an amount
/// cannot be exchanged, an order without terms is divided that costs freight, or numbers run out.
///
/// ```
/// # use replenish::inventory::Requirement;
/// # use replenish::order::{DraftContext, DraftOptions, Numbering, draft_purchase_orders};
/// # use replenish::sourcing::{Offer, SourcingOptions, allocate};
/// # let need = Requirement {
/// #     sku: "apple".parse()?, quantity: "9 each".parse()?, need_by: "2026-11-24".parse()?,
/// # };
/// # let (id, supplier, each) = ("o-1".parse()?, "farm".parse()?, "each".parse()?);
/// # let offer = Offer {
/// #     pack_size: "5 each".parse()?,
/// #     lead_time_days: 1,
/// #     ..Offer::new(id, supplier, "apple".parse()?, "0.90 EUR".parse()?, each)
/// # };
/// # let today = "2026-11-21".parse()?;
/// let options = SourcingOptions::new(today, "EUR".parse()?);
/// let allocation = allocate(&[need.into()], &[offer.clone()], &[], &options)?;
/// let numbering = Numbering { prefix: "PO-".to_owned(), next: 41, digits: 5 };
/// let context = DraftContext {
///     offers: vec![offer],
///     options: DraftOptions { numbering: Some(numbering), ..DraftOptions::default() },
///     ..DraftContext::new(today)
/// };
/// let drafts = draft_purchase_orders(&allocation, &context)?;
/// let draft = &drafts.purchase_orders[0];
/// assert_eq!(draft.number.as_deref(), Some("PO-00041"));
/// assert_eq!(draft.total.to_string(), "9.00 EUR");
/// assert_eq!(draft.lines[0].reasons[2].text, "2 packs of 5 each = 10 each");
/// // Needed on the 24th and one day on the way: ordering on the 23rd will do.
/// assert_eq!(draft.requested_delivery.to_string(), "2026-11-24");
/// assert_eq!(draft.order_by.map(|by| by.day.to_string()).as_deref(), Some("2026-11-23"));
/// assert_eq!(drafts.next_number, Some(42));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draft_purchase_orders(
    allocation: &Allocation,
    context: &DraftContext,
) -> Result<Drafts, OrderError> {
    let DraftContext { today, time, offers, terms, exchange_rates, options } = context;
    let at = |invalid: Invalid| invalid.at("options");
    options.check().map_err(at)?;
    let basis = Basis {
        today: *today,
        time: *time,
        offers,
        terms,
        exchange_rates,
        options,
        told: ByName::new(),
    };
    Ok(basis.drafts(allocation)?.numbered(options).map_err(at)?)
}

impl Drafts {
    /// Gives each draft its number.
    pub(super) fn numbered(mut self, options: &DraftOptions) -> Result<Self, Invalid> {
        let Some(numbering) = &options.numbering else { return Ok(self) };
        for (before, draft) in self.purchase_orders.iter_mut().enumerate() {
            let number = numbering.number(before).map_err(|invalid| invalid.at("numbering"))?;
            draft.number = Some(number);
        }
        self.next_number = Some(numbering.after(self.purchase_orders.len()));
        Ok(self)
    }
}
