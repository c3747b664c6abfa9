//! What each system tells about one order.

use crate::unit::{DocumentId, LineId, Money, Quantity, SaleOrderId, Sku, Timestamp};
use serde::{Deserialize, Serialize};

/// What one system tells about one order; whatever is left out, it does not tell.
///
/// A system that could not be asked is given with its name alone: its cells then say so.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SystemFacts {
    /// Its name, as the rules and the report call it.
    pub system: String,
    /// Into which parts it says the order is divided; the order itself, where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_orders: Option<Vec<SaleOrderId>>,
    /// The order as the system keeps it: one entry, or one for each part that it keeps by itself.
    /// Lines, totals, captures and refunds of several entries add up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderFacts>,
}

/// One order, or one part of an order, as one system keeps it.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct OrderFacts {
    /// Which part of the order it is; absent when it is the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_order: Option<SaleOrderId>,
    /// Its own id and every reference to another system's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<OrderReference>,
    /// What is ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<LineFacts>>,
    /// Sums of money by kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<TotalFact>,
    /// The status, in the system's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When what happened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<TimeFact>,
    /// The documents it knows, alive and cancelled ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Vec<DocumentFact>>,
    /// Payments taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captures: Option<Vec<Money>>,
    /// Payments given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunds: Option<Vec<Money>>,
}

/// An id by which an order is known.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct OrderReference {
    /// Whose numbering it is, such as `cart`, `order` or `b2b`.
    pub kind: String,
    /// The id.
    pub id: String,
}

/// One line of an order as one system keeps it.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LineFacts {
    /// Its id, by which documents refer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The product, in the system's own name.
    pub sku: Sku,
    /// How much of it.
    pub quantity: Quantity,
    /// The price of one unit of the quantity, with or without tax as the rules say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    /// The tax on one unit: by it prices with and without tax are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_tax: Option<Money>,
}

/// A sum of money of an order.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct TotalFact {
    /// What is added up, such as `goods`, `tax`, `shipping` or `total`.
    pub kind: String,
    /// How much it is.
    pub amount: Money,
}

/// When something happened to an order.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct TimeFact {
    /// What happened, as the rules' chain of times calls it.
    pub event: String,
    /// When, by the system's own clock.
    pub at: Timestamp,
}

/// A document of an order.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct DocumentFact {
    /// Its name.
    pub document: DocumentId,
    /// Which sale order it says it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_order: Option<SaleOrderId>,
    /// Which lines it carries; empty when it carries the whole sale order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineId>,
    /// Whether it stands: neither cancelled nor replaced.
    pub live: bool,
}
