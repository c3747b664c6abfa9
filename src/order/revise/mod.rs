//! What an edit of an order changes, sale orders that were sent staying as they are.
//!
//! Read in this order: [`revise`] (which units are added, which given back), `rows` (whatever carries
//! money), `money` (where the differences go), `payments` (who pays what then), `documents`.

mod documents;
mod money;
mod payments;
mod rows;

use documents::Parts;

use super::{
    Amendment, ChargePolicy, CustomerOrder, OrderError, OrderLine, PaymentShare, Placed,
    PreviousVendor, Refund, SaleOrder, Share, Split, SplitKey, SplitRules,
    placed::Column,
    refund::{give_back, keeps},
    split,
    standing::{Standing, StandingLine},
};
use crate::unit::{
    ByName, Currency, Exact, Invalid, LineId, Money, OrderId, Quantity, SaleOrderId, VendorId,
    sort_by,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What happens to the charges on goods that an edit takes out of an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RevisionTerms {
    /// To their part of shipping charges that the order still has.
    pub shipping: ChargePolicy,
    /// To their part of other fees that the order still has.
    pub fees: ChargePolicy,
}

/// What an edit of an order changes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Revision {
    /// The customer's order.
    pub order: OrderId,
    /// Of the order.
    pub revision: u32,
    /// Of every amount.
    pub currency: Currency,
    /// What is added: new lines and the added units of others.
    pub sale_orders: Vec<SaleOrder>,
    /// What is taken out: lines that are gone or moved, and the units by which others were lowered.
    /// Their payments are free for the revised order again; see the balance.
    pub refunds: Vec<Refund>,
    /// What changes for sale orders that stay.
    pub amendments: Vec<Amendment>,
    /// Parts of discounts that no line of the revised order could take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub unapplied: Vec<Share>,
    /// Who pays what of every sale order that is new or now paid otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<PaidSaleOrder>,
    /// What has to be taken from each payment, or less than zero what has to go back to it: what it
    /// pays now without what it paid before the edit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub balance: Vec<PaymentShare>,
    /// All documents with those of this revision, for the next one and for refunds.
    pub placed: Placed,
}

/// Who pays what of a sale order, after everything that has become of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PaidSaleOrder {
    /// Which.
    pub sale_order: SaleOrderId,
    /// Its part of each payment; parts of zero are left out.
    pub payments: Vec<PaymentShare>,
    /// What lines that are given back pay of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub offset: Option<Money>,
}

impl Revision {
    /// Whether the edit changes nothing.
    pub fn is_empty(&self) -> bool {
        self.sale_orders.is_empty() && self.refunds.is_empty() && self.amendments.is_empty()
    }
}

impl From<Split> for Placed {
    fn from(split: Split) -> Self {
        Self { sale_orders: split.sale_orders, ..Self::default() }
    }
}

/// What an edit of an order changes: sale orders that were made before keep their names and figures,
/// and only the difference is divided.
///
/// The order is given as it shall stand now; what was refunded before is no longer in it. Its
/// revision is later than every one before.
///
/// - Lines that are new, and units by which others were raised, make new sale orders of this
///   revision, divided by the rules. A raised line stays with its vendor.
/// - Lines that are gone, and units by which others were lowered, are refunded, those of the latest
///   revision first, and of one revision those that are not on hand before those that are. A line
///   whose product, unit, vendor, contract, attributes or way has changed is taken out of the one sale
///   order and added to another.
/// - Of every adjustment and commission the difference to what still stands is divided. What shrinks
///   is taken off those who bear it, in proportion. What grows goes to the added units that it is
///   for, in proportion to their value, and where there are none, or not enough to take a discount,
///   to the kept ones. A line of the same quantity with another price changes itself; added units
///   take their part of the line. What changes of a sale order that stays is an [`Amendment`].
/// - Where what was divided before leaves a discount no room, it takes back what exceeds the goods
///   and, at last, divides all discounts of the whole order anew.
/// - Payments that give the same as before stay where they are; one that gives less takes back first
///   where too much is paid; then what is still needed is drawn from the others.
///
/// So for every column, what stood and what is added and amended, without what is refunded, is the
/// revised order's.
///
/// # Errors
///
/// When the order cannot be split (see [`split`]); `revision_not_later`; when the documents are not the
/// order's or do not hold together; `revision_indivisible` when a difference has no line to go to.
///
/// ```
/// use replenish::order::{
///     ChargePolicy, CustomerOrder, Placed, RevisionTerms, SplitRules, revise, split,
/// };
/// let order = |revision: u32, lines: &str| -> Result<CustomerOrder, serde_json::Error> {
///     serde_json::from_str(&format!(r#"{{
///         "id": "1001", "revision": {revision}, "currency": "EUR", "lines": [{lines}],
///         "adjustments": [{{"id": "coupon", "kind": "discount", "amount": "-{revision}.00 EUR"}}]
///     }}"#))
/// };
/// let lamp = r#"{"id": "1", "sku": "lamp", "vendor": "v", "quantity": "1 each", "amount": "9.00 EUR"}"#;
/// let rug = r#"{"id": "2", "sku": "rug", "vendor": "v", "quantity": "1 each", "amount": "5.00 EUR"}"#;
/// let rules = SplitRules::default();
/// let placed = Placed::from(split(&order(1, lamp)?, &rules)?);
/// let edited = order(2, &[lamp, rug].join(","))?;
/// let terms = RevisionTerms { shipping: ChargePolicy::GiveBack, fees: ChargePolicy::GiveBack };
/// let revision = revise(&placed, &edited, &rules, terms)?;
/// assert_eq!(revision.sale_orders[0].id.as_str(), "1001:2:v");
/// assert_eq!(revision.sale_orders[0].total.to_string(), "4.00 EUR");
/// assert!(revision.amendments.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn revise(
    placed: &Placed,
    order: &CustomerOrder,
    rules: &SplitRules,
    terms: RevisionTerms,
) -> Result<Revision, OrderError> {
    check(placed, order)?;
    let before = standing(placed, &[])?;
    let (edited, kept) = with_vendors(&before, order, rules);
    // What the order comes to, however it is divided.
    let whole_rules = SplitRules { allowed_vendors: None, ..rules.clone() };
    let whole = split(&edited, &SplitRules { vendors: <_>::default(), ..whole_rules })?;

    let change = compare(&before, &edited, &kept);
    check_allowed(&edited, &change, rules)?;
    let refunds = refunds(&before, &edited, &change, terms)?;
    let after = standing(placed, &refunds)?;

    let mut rows = rows::collect(&after, &edited, &kept, &change.added)?;
    money::divide(&mut rows, &edited, &whole)?;
    let added = documents::added(&rows, &edited, order, &change, rules)?;
    let paid = payments::redraw(&after, &rows, &added, &edited)?;
    let order = &edited;
    let (before, after, unapplied) = (&before, &after, whole.unapplied);
    let parts = Parts {
        placed,
        before,
        after,
        rows,
        added,
        paid,
        refunds: refunds.clone(),
        order,
        unapplied,
    };
    Ok(documents::revision(parts)?)
}

/// Whose documents, and of which revisions.
fn check(placed: &Placed, order: &CustomerOrder) -> Result<(), Invalid> {
    let last = placed.sale_orders.iter().map(|part| part.revision);
    let last = last.chain(placed.amendments.iter().map(|amendment| amendment.revision)).max();
    if last.is_some_and(|last| last >= order.revision) {
        let expected = format!("a revision later than {}", last.unwrap_or(0));
        return Err(Invalid::new("revision_not_later", expected, order.revision).at("revision"));
    }
    let mut ids: Vec<&SaleOrderId> = Vec::with_capacity(placed.sale_orders.len());
    for (place, part) in placed.sale_orders.iter().enumerate() {
        let at = |invalid: Invalid| invalid.at(format_args!("sale_orders[{place}]")).at("placed");
        if part.order != order.id {
            let expected = format!("a part of order {}", order.id);
            return Err(at(Invalid::new("sale_order_other", expected, &part.order).at("order")));
        }
        Money::zero(order.currency).compare(Money::zero(part.currency)).map_err(at)?;
        ids.push(&part.id);
    }
    sort_by(&mut ids, Ord::cmp);
    if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        let invalid = Invalid::new("id_twice", "each sale order once", twice[0]);
        return Err(invalid.at("sale_orders").at("placed"));
    }
    let known = |id: &SaleOrderId| ids.binary_search(&id).is_ok();
    let of = |list: &str, place: usize, id: &SaleOrderId| {
        let invalid = Invalid::new("sale_order_unknown", "the name of a sale order", id);
        invalid.at("sale_order").at(format_args!("{list}[{place}]")).at("placed")
    };
    if let Some(place) = placed.refunds.iter().position(|refund| !known(&refund.sale_order)) {
        return Err(of("refunds", place, &placed.refunds[place].sale_order));
    }
    if let Some(place) = placed.amendments.iter().position(|entry| !known(&entry.sale_order)) {
        return Err(of("amendments", place, &placed.amendments[place].sale_order));
    }
    Ok(())
}

/// What is left of every sale order, after further refunds.
fn standing<'a>(placed: &'a Placed, further: &'a [Refund]) -> Result<Vec<Standing<'a>>, Invalid> {
    let mut amendments: ByName<'_, Vec<&Amendment>> = ByName::new();
    for amendment in &placed.amendments {
        amendments.entry(amendment.sale_order.as_str(), Vec::new()).push(amendment);
    }
    let mut refunds: ByName<'_, Vec<&Refund>> = ByName::new();
    for refund in placed.refunds.iter().chain(further) {
        refunds.entry(refund.sale_order.as_str(), Vec::new()).push(refund);
    }
    let mut all = Vec::with_capacity(placed.sale_orders.len());
    for (place, order) in placed.sale_orders.iter().enumerate() {
        let amendments = amendments.get(order.id.as_str()).map_or(&[][..], Vec::as_slice);
        let refunds = refunds.get(order.id.as_str()).map_or(&[][..], Vec::as_slice);
        let standing = Standing::new(order, amendments, refunds);
        all.push(
            standing
                .map_err(|invalid| invalid.at(format_args!("sale_orders[{place}]")).at("placed"))?,
        );
    }
    Ok(all)
}

/// Where a line of a sale order stands: the sale order and the line, by place.
type Place = (usize, usize);

/// The order with those who fulfil it in fact: kept lines stay with their vendor, and who fulfils
/// a product now is read again for all others. And the places of each line's units that are kept.
fn with_vendors(
    before: &[Standing<'_>],
    order: &CustomerOrder,
    rules: &SplitRules,
) -> (CustomerOrder, Vec<Vec<Place>>) {
    let mut edited = order.clone();
    let mut places: Vec<(&LineId, Place)> = Vec::new();
    for (part, standing) in before.iter().enumerate() {
        for (place, line) in standing.lines.iter().enumerate() {
            if !line.ended {
                places.push((&line.line.id, (part, place)));
            }
        }
    }
    sort_by(&mut places, |a, b| a.0.cmp(b.0));
    let mut kept = Vec::with_capacity(order.lines.len());
    for line in &mut edited.lines {
        let first = places.partition_point(|entry| *entry.0 < line.id);
        let own = places[first..].iter().take_while(|entry| *entry.0 == line.id);
        let own: Vec<Place> = own
            .map(|entry| entry.1)
            .filter(|&(part, place)| is_same(line, before[part].order, &before[part].lines[place]))
            .collect();
        if let Some(&(part, _)) = own.first() {
            line.vendor.clone_from(&before[part].order.vendor);
        } else if let Some(vendor) = rules.vendors.get(&line.sku) {
            line.vendor = Some(vendor.clone());
        }
        kept.push(own);
    }
    (edited, kept)
}

/// Whether a line asks for what a sale order's line is.
fn is_same(line: &OrderLine, part: &SaleOrder, standing: &StandingLine<'_>) -> bool {
    let old = standing.line;
    let stated = old.vendor_before.as_ref().map_or(&part.vendor, |before| &before.vendor);
    line.sku == old.sku
        && line.returned == old.returned
        && line.quantity.unit() == old.quantity.unit()
        && (line.vendor == part.vendor || line.vendor == *stated)
        && line.contract == old.contract
        && line.attributes == old.attributes
}

/// Which units an edit adds and which it takes out.
struct Change {
    /// The added units of lines, by the line's place in the order, in order of the lines' names.
    added: Vec<Added>,
    /// What is taken out of each sale order: lines by place, with how much.
    taken: Vec<Vec<(usize, Decimal)>>,
}

/// Units that are added to a line.
struct Added {
    line: usize,
    /// How much of the line there was before.
    from: Decimal,
    quantity: Decimal,
}

fn compare(before: &[Standing<'_>], order: &CustomerOrder, kept: &[Vec<Place>]) -> Change {
    let mut left: Vec<Vec<Decimal>> =
        before.iter().map(|part| vec![Decimal::ZERO; part.lines.len()]).collect();
    let mut added = Vec::new();
    for (place, (line, places)) in order.lines.iter().zip(kept).enumerate() {
        let mut wanted = line.quantity.amount();
        let mut places = places.clone();
        sort_by(&mut places, |a, b| rank(before, *a).cmp(&rank(before, *b)));
        let mut from = Decimal::ZERO;
        for (part, own) in places {
            let stands = before[part].lines[own].left();
            let stays = stands.min(wanted);
            left[part][own] = stays;
            wanted = wanted.minus(stays);
            from = from.plus(stays);
        }
        if wanted > Decimal::ZERO {
            added.push(Added { line: place, from, quantity: wanted });
        }
    }
    sort_by(&mut added, |a, b| order.lines[a.line].id.cmp(&order.lines[b.line].id));
    let taken = before.iter().zip(left).map(|(part, stays)| {
        let taken = part.lines.iter().zip(stays).enumerate();
        let taken = taken.map(|(place, (line, stays))| (place, line.left().minus(stays)));
        taken.filter(|entry| entry.1 > Decimal::ZERO).collect()
    });
    Change { added, taken: taken.collect() }
}

/// In which sequence units of a line stay: earlier revisions first, what is on hand before what is
/// not, earlier parcels first.
fn rank(before: &[Standing<'_>], (part, line): Place) -> (u32, bool, u32, usize, usize) {
    let order = before[part].order;
    let waits = order
        .keys
        .iter()
        .any(|key| key.by == SplitKey::Availability && key.value.as_deref() != Some("on_hand"));
    (order.revision, waits, order.parcel.unwrap_or(0), part, line)
}

/// Only what is added has to be somebody's who may fulfil: what was sent was sent.
fn check_allowed(
    order: &CustomerOrder,
    change: &Change,
    rules: &SplitRules,
) -> Result<(), Invalid> {
    let Some(allowed) = &rules.allowed_vendors else { return Ok(()) };
    for added in &change.added {
        let vendor = order.lines[added.line].vendor.as_ref();
        if let Some(vendor) = vendor.filter(|vendor| !allowed.contains(vendor)) {
            let invalid = Invalid::new("vendor_not_allowed", "a vendor that may fulfil", vendor);
            return Err(invalid.at("vendor").at(format_args!("lines[{}]", added.line)));
        }
    }
    Ok(())
}

fn refunds(
    before: &[Standing<'_>],
    order: &CustomerOrder,
    change: &Change,
    terms: RevisionTerms,
) -> Result<Vec<Refund>, Invalid> {
    let mut refunds = Vec::new();
    for (standing, taken) in before.iter().zip(&change.taken) {
        if taken.is_empty() {
            continue;
        }
        let keeps = |column: Column<'_>| {
            // What the order no longer has is not kept, whatever the terms.
            Ok(order.has(column)
                && keeps(standing, (terms.shipping, terms.fees), column)
                    .map_err(|invalid| invalid.at("terms"))?)
        };
        refunds.push(give_back(standing, taken, &keeps)?);
    }
    Ok(refunds)
}

impl CustomerOrder {
    /// Whether one of the order's adjustments, or of its lines', makes up a column.
    fn has(&self, column: Column<'_>) -> bool {
        let own = self.lines.iter().flat_map(|line| &line.adjustments);
        self.adjustments.iter().any(|adjustment| column == Column::from(adjustment))
            || own.into_iter().any(|adjustment| column == Column::from(adjustment))
    }
}

/// Who was to fulfil an added line, where the rules know better.
fn vendor_before(stated: Option<&VendorId>, vendor: Option<&VendorId>) -> Option<PreviousVendor> {
    (stated != vendor).then(|| PreviousVendor { vendor: stated.cloned() })
}

/// A quantity of the line's unit.
fn quantity(line: &OrderLine, amount: Decimal) -> Quantity {
    Quantity::new(amount.normalize(), line.quantity.unit())
}

#[cfg(test)]
mod tests;
