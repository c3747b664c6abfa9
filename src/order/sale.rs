//! The part of a customer's order that one vendor fulfils.

use super::AdjustmentKind;
use crate::unit::{
    AdjustmentId, Currency, LineId, Money, OrderId, Quantity, SaleOrderId, Sku, VendorId,
};
use serde::{Deserialize, Serialize};

/// One vendor's part of a customer's order, every amount re-summed from the order's lines and never
/// priced again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SaleOrder {
    /// Derived from order, revision and partition, so that a second split names the same document.
    pub id: SaleOrderId,
    /// The customer's order.
    pub order: OrderId,
    /// Its revision.
    pub revision: u32,
    /// Who fulfils it; nobody in particular when null.
    #[cfg_attr(target_family = "wasm", tsify(type = "VendorId | null"))]
    pub vendor: Option<VendorId>,
    /// Of every amount.
    pub currency: Currency,
    /// The lines in order of their names.
    pub lines: Vec<SaleOrderLine>,
    /// Sum of the lines' amounts before adjustments.
    pub goods: Money,
    /// This part of each of the order's adjustments, in the order's sequence; parts of zero are left
    /// out.
    pub adjustments: Vec<Share>,
    /// Goods and adjustments.
    pub total: Money,
}

/// One line and its part of the order's adjustments.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SaleOrderLine {
    /// The order's line.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// How much.
    pub quantity: Quantity,
    /// The line's amount before adjustments.
    pub amount: Money,
    /// Its part of each adjustment, in the order's sequence; parts of zero are left out.
    pub adjustments: Vec<Share>,
    /// Amount and adjustments.
    pub total: Money,
}

/// A part of an adjustment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Share {
    /// The order's adjustment.
    pub id: AdjustmentId,
    /// What it is.
    pub kind: AdjustmentKind,
    /// The part.
    pub amount: Money,
}
