//! The part of a customer's order that one vendor fulfils.

use super::{AdjustmentKind, SplitKey, customer::is_false};
use crate::unit::{
    AdjustmentId, CommissionId, ContractId, Currency, LineId, Money, OrderId, PaymentId, Quantity,
    SaleOrderId, Sku, VendorId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One vendor's part of a customer's order, every amount re-summed from the order's lines and never
/// priced again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SaleOrder {
    /// Derived from order, revision and key, so that a second split names the same document.
    pub id: SaleOrderId,
    /// The customer's order.
    pub order: OrderId,
    /// The revision of it that made this sale order.
    pub revision: u32,
    /// Who fulfils it; nobody in particular when null.
    #[cfg_attr(target_family = "wasm", tsify(type = "VendorId | null"))]
    pub vendor: Option<VendorId>,
    /// What its lines have in common beside the vendor, as the rules ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub keys: Vec<PartKey>,
    /// Which of the parcels it is, counted from 1, where the rules state a capacity or goods that
    /// never share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub parcel: Option<u32>,
    /// Whether it is a single unit that no parcel can take.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub over_capacity: bool,
    /// Of every amount.
    pub currency: Currency,
    /// The lines in order of their names.
    pub lines: Vec<SaleOrderLine>,
    /// Sum of the lines' amounts before adjustments.
    pub goods: Money,
    /// This part of each adjustment: the lines' own in order of their names, then the order's in
    /// their sequence; parts of zero are left out.
    pub adjustments: Vec<Share>,
    /// Goods and adjustments, without taxes that are contained in them.
    pub total: Money,
    /// This part of each payment, in their sequence; parts of zero are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<PaymentShare>,
    /// What lines that are given back pay of it, or less than zero what its own such lines pay of
    /// others; over the whole order nothing. Total is payments and this, where payments are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub offset: Option<Money>,
    /// This part of each commission, in their sequence; parts of zero are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub commissions: Vec<CommissionShare>,
}

/// What the lines of a sale order have in common.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PartKey {
    /// In what.
    pub by: SplitKey,
    /// Which; null where the lines say nothing. Availability is `on_hand`, `backorder`, or `preorder`
    /// and its day.
    #[cfg_attr(target_family = "wasm", tsify(type = "string | null"))]
    pub value: Option<String>,
}

/// One line, or the part of it that is here, with its part of all money.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SaleOrderLine {
    /// The order's line.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// How much of it is here.
    pub quantity: Quantity,
    /// Whether the goods are given back.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub returned: bool,
    /// Who was to fulfil it when it was put into the cart, where that has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "PreviousVendor | null"))]
    pub vendor_before: Option<PreviousVendor>,
    /// The agreement that it is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "ContractId | null"))]
    pub contract: Option<ContractId>,
    /// Whatever else belongs to the line.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Record<string, string>"))]
    pub attributes: BTreeMap<String, String>,
    /// The amount before adjustments.
    pub amount: Money,
    /// Its part of each adjustment: its own in order of their names, then the order's in their
    /// sequence; parts of zero are left out.
    pub adjustments: Vec<Share>,
    /// Amount and adjustments, without taxes that are contained in them.
    pub total: Money,
    /// Its part of each payment, in their sequence; parts of zero are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<PaymentShare>,
    /// What lines that are given back pay of it, or less than zero what it pays of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub offset: Option<Money>,
    /// Its part of each commission, in their sequence; parts of zero are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub commissions: Vec<CommissionShare>,
}

/// Who was to fulfil a line before.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PreviousVendor {
    /// Nobody in particular when null.
    #[cfg_attr(target_family = "wasm", tsify(type = "VendorId | null"))]
    pub vendor: Option<VendorId>,
}

/// A part of an adjustment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Share {
    /// The adjustment.
    pub id: AdjustmentId,
    /// What it is.
    pub kind: AdjustmentKind,
    /// Whether a tax is contained in the amounts rather than added to them.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub included: bool,
    /// The charge whose tax or discount it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "AdjustmentId | null"))]
    pub follows: Option<AdjustmentId>,
    /// The part.
    pub amount: Money,
}

/// A part of a payment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PaymentShare {
    /// The order's payment.
    pub id: PaymentId,
    /// The part.
    pub amount: Money,
}

/// A part of a commission.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CommissionShare {
    /// The order's commission.
    pub id: CommissionId,
    /// The part.
    pub amount: Money,
    /// The tax on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub tax: Option<Money>,
}
