//! Which fields of two drafts, or of a line of them, are different.

use super::{MergedDraft, OrderBy, PurchaseOrder, PurchaseOrderLine};
use serde::Serialize;
use std::fmt::Display;

/// A field before and after, as text; none where it says nothing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct FieldChange {
    /// Which.
    pub field: DraftField,
    /// In the first draft.
    #[cfg_attr(target_family = "wasm", tsify(type = "string | null"))]
    pub before: Option<String>,
    /// In the second one.
    #[cfg_attr(target_family = "wasm", tsify(type = "string | null"))]
    pub after: Option<String>,
}

/// A field of a draft, or of a line of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum DraftField {
    /// The name.
    Id,
    /// The number in the buyer's sequence.
    Number,
    /// The revision.
    Revision,
    /// The supplier.
    Supplier,
    /// What people call the supplier.
    SupplierName,
    /// Where the goods go.
    Location,
    /// The day on which it would be placed.
    OrderDate,
    /// The day on which the goods shall come.
    RequestedDelivery,
    /// The last moment to order.
    OrderBy,
    /// The sequence in which lines of both drafts stand.
    LineOrder,
    /// Sum of the lines' amounts.
    Goods,
    /// Freight.
    Freight,
    /// What is charged beside freight, of a line beside its goods.
    Charges,
    /// Tax on freight and charges.
    ChargesTaxRate,
    /// Everything but tax.
    Net,
    /// Tax by rate.
    Taxes,
    /// All tax.
    Tax,
    /// Everything.
    Total,
    /// The day on which the last line can be sold.
    ExpectedArrival,
    /// Notes.
    Notes,
    /// Drafts that were merged into it.
    Merged,
    /// The product, of a line.
    Sku,
    /// What the buyer calls it, of a line.
    BuyerCode,
    /// What the supplier calls it, of a line.
    SupplierCode,
    /// What people call it, of a line.
    Description,
    /// The offer, of a line.
    Offer,
    /// Whole packs, of a line.
    Packs,
    /// Content of a pack, of a line.
    PackSize,
    /// What they contain, of a line.
    Quantity,
    /// Price of one unit, of a line.
    UnitPrice,
    /// What the price is for one of, of a line.
    PriceUnit,
    /// From which quantity on the price holds, of a line.
    PriceBreak,
    /// What the goods cost, of a line.
    Amount,
    /// The tax on it, of a line.
    TaxRate,
    /// The day on which it is needed, of a line.
    NeedBy,
    /// The day on which it could be sold, of a line.
    Arrival,
    /// Why it is bought, of a line.
    Reasons,
}

/// What of the order itself is different. Every field is named, so that one that is new does not
/// compile until it is compared.
pub(super) fn fields(before: &PurchaseOrder, after: &PurchaseOrder) -> Vec<FieldChange> {
    let PurchaseOrder {
        id,
        number,
        revision,
        supplier,
        supplier_name,
        location,
        // Another one is refused.
        currency: _,
        order_date,
        requested_delivery,
        order_by,
        // Compared one by one.
        lines: _,
        goods,
        freight,
        charges,
        charges_tax_rate,
        net,
        taxes,
        tax,
        total,
        expected_arrival,
        notes,
        merged,
    } = before;
    [
        value(DraftField::Id, id, &after.id),
        maybe(DraftField::Number, number.as_ref(), after.number.as_ref()),
        value(DraftField::Revision, revision, &after.revision),
        value(DraftField::Supplier, supplier, &after.supplier),
        maybe(DraftField::SupplierName, supplier_name.as_ref(), after.supplier_name.as_ref()),
        maybe(DraftField::Location, location.as_ref(), after.location.as_ref()),
        value(DraftField::OrderDate, order_date, &after.order_date),
        value(DraftField::RequestedDelivery, requested_delivery, &after.requested_delivery),
        change(DraftField::OrderBy, order_by, &after.order_by, |by| {
            by.as_ref().map(OrderBy::words)
        }),
        value(DraftField::Goods, goods, &after.goods),
        value(DraftField::Freight, freight, &after.freight),
        value(DraftField::Charges, charges, &after.charges),
        maybe(
            DraftField::ChargesTaxRate,
            charges_tax_rate.as_ref(),
            after.charges_tax_rate.as_ref(),
        ),
        value(DraftField::Net, net, &after.net),
        change(DraftField::Taxes, taxes, &after.taxes, |taxes| {
            let words =
                taxes.iter().map(|tax| format!("{} of {}: {}", tax.rate, tax.base, tax.amount));
            list(&words.collect::<Vec<_>>())
        }),
        value(DraftField::Tax, tax, &after.tax),
        value(DraftField::Total, total, &after.total),
        value(DraftField::ExpectedArrival, expected_arrival, &after.expected_arrival),
        change(DraftField::Notes, notes, &after.notes, |notes| list(notes)),
        change(DraftField::Merged, merged, &after.merged, |merged| {
            let words = |part: &MergedDraft| format!("{} (revision {})", part.id, part.revision);
            list(&merged.iter().map(words).collect::<Vec<_>>())
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The same for a line.
pub(super) fn line_fields(
    before: &PurchaseOrderLine,
    after: &PurchaseOrderLine,
) -> Vec<FieldChange> {
    let PurchaseOrderLine {
        // By which lines are compared.
        id: _,
        sku,
        buyer_code,
        supplier_code,
        description,
        location,
        offer,
        packs,
        pack_size,
        quantity,
        unit_price,
        price_unit,
        price_break,
        amount,
        charges,
        tax_rate,
        need_by,
        arrival,
        reasons,
    } = before;
    [
        value(DraftField::Sku, sku, &after.sku),
        maybe(DraftField::BuyerCode, buyer_code.as_ref(), after.buyer_code.as_ref()),
        maybe(DraftField::SupplierCode, supplier_code.as_ref(), after.supplier_code.as_ref()),
        maybe(DraftField::Description, description.as_ref(), after.description.as_ref()),
        maybe(DraftField::Location, location.as_ref(), after.location.as_ref()),
        value(DraftField::Offer, offer, &after.offer),
        value(DraftField::Packs, packs, &after.packs),
        value(DraftField::PackSize, pack_size, &after.pack_size),
        value(DraftField::Quantity, quantity, &after.quantity),
        value(DraftField::UnitPrice, unit_price, &after.unit_price),
        maybe(DraftField::PriceUnit, price_unit.as_ref(), after.price_unit.as_ref()),
        maybe(DraftField::PriceBreak, price_break.as_ref(), after.price_break.as_ref()),
        value(DraftField::Amount, amount, &after.amount),
        value(DraftField::Charges, charges, &after.charges),
        maybe(DraftField::TaxRate, tax_rate.as_ref(), after.tax_rate.as_ref()),
        value(DraftField::NeedBy, need_by, &after.need_by),
        value(DraftField::Arrival, arrival, &after.arrival),
        change(DraftField::Reasons, reasons, &after.reasons, |reasons| {
            list(&reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>())
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A field that is different, its values in words.
pub(super) fn change<T: PartialEq>(
    field: DraftField,
    before: &T,
    after: &T,
    words: impl Fn(&T) -> Option<String>,
) -> Option<FieldChange> {
    (before != after).then(|| FieldChange { field, before: words(before), after: words(after) })
}

fn value<T: Display + PartialEq>(field: DraftField, before: &T, after: &T) -> Option<FieldChange> {
    change(field, before, after, |value| Some(value.to_string()))
}

fn maybe<T: Display + PartialEq>(
    field: DraftField,
    before: Option<&T>,
    after: Option<&T>,
) -> Option<FieldChange> {
    change(field, &before, &after, |value| value.map(ToString::to_string))
}

pub(super) fn list<T: Display>(values: &[T]) -> Option<String> {
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

impl OrderBy {
    fn words(&self) -> String {
        let mut words = self.day.to_string();
        if let Some(time) = self.time {
            words = format!("{words} {time}");
        }
        if let Some(offset) = self.utc_offset {
            words = format!("{words} UTC{offset}");
        }
        words
    }
}
