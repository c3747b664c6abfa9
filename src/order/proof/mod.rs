//! Whether a split holds all the money of its order, and no more.
//!
//! Read in this order: [`prove`], `ledger` (what the order says and what its parts come to), `row`
//! (the figures of a sale order or line), `kept` (what a commission has to come to).

mod kept;
mod ledger;
mod row;

use super::{CustomerOrder, OrderError, Split};
use crate::unit::Money;
use ledger::Ledger;
use serde::{Deserialize, Serialize};

/// The columns of an order beside those of its parts.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Proof {
    /// Goods, total, offset (where payments are known), the lines' adjustments by name, the order's
    /// in their sequence, payments, commissions each with its tax.
    pub columns: Vec<ProvedColumn>,
    /// Whether nothing is wrong.
    pub conserved: bool,
    /// What is wrong.
    pub breaches: Vec<Breach>,
}

/// One column of money.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ProvedColumn {
    /// What it is of.
    pub column: ColumnKind,
    /// Of which adjustment, payment or commission.
    #[cfg_attr(target_family = "wasm", tsify(type = "string | null"))]
    pub id: Option<String>,
    /// What the order says, or what its terms come to.
    pub order: Money,
    /// Sum over the sale orders.
    pub parts: Money,
    /// What no line could take; order is parts and this.
    pub unapplied: Money,
}

/// What a column is of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ColumnKind {
    /// The lines before any adjustment.
    Goods,
    /// What the customer pays.
    Total,
    /// What lines that are given back pay of others; nothing over the whole order.
    Offset,
    /// A discount, charge or tax.
    Adjustment,
    /// A payment.
    Payment,
    /// What the operator keeps.
    Commission,
    /// The tax on what the operator keeps.
    CommissionTax,
}

/// A figure that is not what it has to be.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Breach {
    /// Where, from the outside in: `order.…` for a column or line as a whole, `split.…` for a figure
    /// within a sale order.
    pub path: String,
    /// What would add up.
    pub expected: String,
    /// What stands there.
    pub got: String,
}

/// Proves that a split holds every minor unit and every piece of its order once.
///
/// Worked out from the two documents alone, by adding up: over the sale orders every column is the
/// order's; within each sale order every column is the sum of its lines'; in every row the total is
/// goods and adjustments (taxes that are contained in them left out), and payments and offset where
/// payments are known. Amounts, adjustments and quantities of every single line come back together.
/// What a commission has to come to follows from its terms and the discounts that the lines have got.
/// How an amount had to be divided is no matter of the proof.
///
/// # Errors
///
/// When an amount of either document is of another currency or not exact in the minor unit, or a sum
/// has more than 28 digits. What does not add up is no error but a [`Breach`].
///
/// ```
/// use replenish::order::{CustomerOrder, SplitRules, prove, split};
/// let order: CustomerOrder = serde_json::from_str(r#"{
///     "id": "1001", "revision": 1, "currency": "EUR",
///     "lines": [
///         {"id": "1", "sku": "apple", "vendor": "farm", "quantity": "3 each", "amount": "3.33 EUR"},
///         {"id": "2", "sku": "bread", "vendor": "mill", "quantity": "1 each", "amount": "6.67 EUR"}
///     ],
///     "adjustments": [{"id": "coupon", "kind": "discount", "amount": "-1.00 EUR"}]
/// }"#)?;
/// let mut parts = split(&order, &SplitRules::default())?;
/// assert!(prove(&order, &parts)?.conserved);
/// parts.sale_orders[1].total = "5.99 EUR".parse()?;
/// let breach = &prove(&order, &parts)?.breaches[0];
/// assert_eq!((breach.path.as_str(), breach.expected.as_str()), ("split.sale_orders[1].total", "6.00 EUR"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prove(order: &CustomerOrder, split: &Split) -> Result<Proof, OrderError> {
    let mut ledger = Ledger::open(order).map_err(|invalid| invalid.at("order"))?;
    ledger.add_parts(split).map_err(|invalid| invalid.at("split"))?;
    ledger.set_commissions()?;
    ledger.compare_lines();
    Ok(ledger.close()?)
}
