//! Which open drafts had better be one order.

use super::{MergeSaving, OrderError, PurchaseOrder, Quotes, SuggestionReport, merge_drafts};
use crate::unit::{PurchaseOrderId, sort_by};
use serde::Serialize;

/// Two open drafts of one supplier, and what one order for both would save.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MergeSuggestion {
    /// The one that is requested earlier, which takes the other one in.
    pub open: PurchaseOrderId,
    /// The other one.
    pub addition: PurchaseOrderId,
    /// How many days lie between the deliveries that they request.
    pub days_apart: u32,
    /// What one order costs less.
    pub saving: MergeSaving,
    /// The merged draft.
    pub order: PurchaseOrder,
    /// In words and numbers.
    pub text: String,
}

/// Suggests which pairs of open drafts to merge: of one supplier, location and currency, requested
/// within some days of each other.
///
/// A pair is reported where the supplier invoices less, or the buyer saves placing an order; all pairs
/// if the report asks for them. The ones that save most come first. Whoever merges a pair asks again
/// for the rest, since what a third draft saves depends on it.
///
/// # Errors
///
/// When a supplier's terms come twice or cannot be accepted, or amounts overflow.
///
/// ```
/// use replenish::{order::{PurchaseOrder, Quotes, suggest_merges}, sourcing::{Offer, SupplierTerms}};
/// # use serde_json::json;
/// # let draft = |id: &str, delivery: &str| serde_json::from_value(json!({
/// #     "id": id, "revision": 1, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": delivery,
/// #     "expected_arrival": delivery, "goods": "5.40 EUR", "freight": "5.00 EUR",
/// #     "charges": "0.00 EUR", "net": "10.40 EUR", "taxes": [], "tax": "0.00 EUR",
/// #     "total": "10.40 EUR",
/// #     "lines": [{
/// #         "id": "apple", "sku": "apple", "offer": "o-1", "packs": 6, "pack_size": "1 each",
/// #         "quantity": "6 each", "unit_price": "0.90 EUR", "price_unit": "each",
/// #         "amount": "5.40 EUR", "charges": "0.00 EUR",
/// #         "need_by": delivery, "arrival": "2026-11-21"
/// #     }]
/// # }));
/// let (supplier, each) = ("farm".parse()?, "each".parse()?);
/// let offer = Offer::new("o-1".parse()?, supplier, "apple".parse()?, "0.90 EUR".parse()?, each);
/// let terms = SupplierTerms {
///     freight: Some("5 EUR".parse()?),
///     ..SupplierTerms::none("farm".parse()?)
/// };
/// let drafts: [PurchaseOrder; 2] = [draft("a", "2026-11-24")?, draft("b", "2026-11-26")?];
/// let quotes = Quotes {
///     offers: &[offer], terms: &[terms], exchange_rates: &[], today: "2026-11-21".parse()?, time: None,
/// };
/// let suggestions = suggest_merges(&drafts, &quotes, 3, Default::default())?;
/// assert_eq!(suggestions[0].text,
///     "merge b into a, 2 days earlier: 15.80 EUR instead of 20.80 EUR, saves 5.00 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn suggest_merges(
    drafts: &[PurchaseOrder],
    quotes: &Quotes<'_>,
    within_days: u32,
    report: SuggestionReport,
) -> Result<Vec<MergeSuggestion>, OrderError> {
    let mut sorted: Vec<&PurchaseOrder> = drafts.iter().collect();
    sort_by(&mut sorted, |a, b| {
        a.requested_delivery.cmp(&b.requested_delivery).then_with(|| a.id.cmp(&b.id))
    });
    let mut suggestions: Vec<MergeSuggestion> = Vec::new();
    for (place, open) in sorted.iter().enumerate() {
        for addition in &sorted[place + 1..] {
            let days = open.requested_delivery.days_until(addition.requested_delivery);
            if days > i64::from(within_days) {
                break;
            }
            if !could_merge(open, addition) {
                continue;
            }
            let merged = merge_drafts(open, addition, quotes)?;
            let saving = merged.saving;
            let all = saving.total.plus(saving.order_cost)?;
            if report == SuggestionReport::Paying && (all.is_negative() || all.is_zero()) {
                continue;
            }
            let apart = merged.order.total.plus(saving.total)?;
            let when = match days {
                0 => String::new(),
                1 => ", 1 day earlier".to_owned(),
                days => format!(", {days} days earlier"),
            };
            let text = format!(
                "merge {} into {}{when}: {} instead of {apart}, saves {}",
                addition.id, open.id, merged.order.total, saving.total
            );
            suggestions.push(MergeSuggestion {
                open: open.id.clone(),
                addition: addition.id.clone(),
                days_apart: u32::try_from(days).unwrap_or(u32::MAX),
                saving,
                order: merged.order,
                text,
            });
        }
    }
    // Those of different currencies stand side by side: what they save cannot be compared.
    sort_by(&mut suggestions, |a, b| {
        let (ours, theirs) = (a.saving.total, b.saving.total);
        ours.currency().cmp(&theirs.currency()).then(theirs.amount().cmp(&ours.amount()))
    });
    Ok(suggestions)
}

/// Whether drafts are for one order, and neither is part of the other, nor a third of both.
fn could_merge(open: &PurchaseOrder, addition: &PurchaseOrder) -> bool {
    let names = |draft: &PurchaseOrder| {
        let mut names: Vec<PurchaseOrderId> = vec![draft.id.clone()];
        names.extend(draft.merged.iter().map(|part| part.id.clone()));
        names
    };
    let parts = names(open);
    open.supplier == addition.supplier
        && open.location == addition.location
        && open.currency == addition.currency
        && !addition.lines.is_empty()
        && !names(addition).iter().any(|part| parts.contains(part))
}
