//! What a customer wants.

use super::OrderError;
use crate::unit::{
    AdjustmentId, Currency, Invalid, LineId, Money, OrderId, Quantity, Sku, VendorId,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A customer's order as it was placed.
///
/// Every amount is in the order's currency and exact in its minor unit.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CustomerOrder {
    /// Its name.
    pub id: OrderId,
    /// Counts the edits; sale orders of different revisions have different names.
    pub revision: u32,
    /// Of every amount.
    pub currency: Currency,
    /// What is wanted; two lines may be of the same product.
    pub lines: Vec<OrderLine>,
    /// Discounts and charges on the whole order or on some of its lines, in the order in which they
    /// apply.
    pub adjustments: Vec<Adjustment>,
}

/// One line of a customer's order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderLine {
    /// Its name within the order.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// Who fulfils it; nobody in particular when null.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "VendorId | null"))]
    pub vendor: Option<VendorId>,
    /// How much.
    pub quantity: Quantity,
    /// What the customer pays for the line before the order's adjustments.
    pub amount: Money,
}

/// A discount or charge.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Adjustment {
    /// Its name within the order.
    pub id: AdjustmentId,
    /// What it is.
    pub kind: AdjustmentKind,
    /// How much: zero or less for a discount, zero or more for everything else.
    pub amount: Money,
    /// The lines it is for; all lines when null.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LineId[] | null"))]
    pub lines: Option<Vec<LineId>>,
}

/// What an adjustment is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum AdjustmentKind {
    /// Taken off: a coupon, a promotion.
    Discount,
    /// Charged for the way.
    Shipping,
    /// Charged for anything else.
    Fee,
    /// Added for the state.
    Tax,
}

impl CustomerOrder {
    /// Checks what the types alone cannot: names unique, amounts exact in the order's currency and
    /// of the right sign, some quantity wanted.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be accepted, with its field.
    pub fn check(&self) -> Result<(), OrderError> {
        let mut lines = BTreeSet::new();
        for (index, line) in self.lines.iter().enumerate() {
            line.check(self.currency, &mut lines)
                .map_err(|invalid| invalid.at(format_args!("lines[{index}]")))?;
        }
        if self.lines.iter().all(|line| line.quantity.is_zero()) {
            return Err(OrderError::EmptyOrder);
        }
        let mut adjustments = BTreeSet::new();
        for (index, adjustment) in self.adjustments.iter().enumerate() {
            let unique = adjustments.insert(&adjustment.id);
            adjustment
                .check(self.currency, unique, &lines)
                .map_err(|invalid| invalid.at(format_args!("adjustments[{index}]")))?;
        }
        Ok(())
    }
}

impl OrderLine {
    fn check<'a>(
        &'a self,
        currency: Currency,
        seen: &mut BTreeSet<&'a LineId>,
    ) -> Result<(), Invalid> {
        if !seen.insert(&self.id) {
            return Err(Invalid::new("id_twice", "each line's name once", &self.id).at("id"));
        }
        if self.quantity.amount() < Decimal::ZERO {
            let invalid =
                Invalid::new("quantity_negative", "a quantity of zero or more", self.quantity);
            return Err(invalid.at("quantity"));
        }
        exact(self.amount, currency).map_err(|invalid| invalid.at("amount"))?;
        if self.amount.is_negative() {
            let invalid = Invalid::new("amount_negative", "an amount of zero or more", self.amount);
            return Err(invalid.at("amount"));
        }
        Ok(())
    }
}

impl Adjustment {
    fn check(
        &self,
        currency: Currency,
        unique: bool,
        lines: &BTreeSet<&LineId>,
    ) -> Result<(), Invalid> {
        if !unique {
            return Err(Invalid::new("id_twice", "each adjustment's name once", &self.id).at("id"));
        }
        exact(self.amount, currency).map_err(|invalid| invalid.at("amount"))?;
        let discount = self.kind == AdjustmentKind::Discount;
        if !self.amount.is_zero() && discount != self.amount.is_negative() {
            let expected =
                if discount { "a discount of zero or less" } else { "an amount of zero or more" };
            return Err(Invalid::new("adjustment_sign", expected, self.amount).at("amount"));
        }
        let Some(scope) = &self.lines else { return Ok(()) };
        let mut seen = BTreeSet::new();
        for (index, line) in scope.iter().enumerate() {
            if !(lines.contains(line) && seen.insert(line)) {
                let expected = "names of the order's lines, each once";
                let invalid = Invalid::new("line_unknown", expected, line);
                return Err(invalid.at(format_args!("lines[{index}]")));
            }
        }
        if scope.is_empty() {
            return Err(Invalid::new("line_missing", "at least one line", "none").at("lines"));
        }
        Ok(())
    }
}

fn exact(amount: Money, currency: Currency) -> Result<(), Invalid> {
    Money::zero(currency).compare(amount)?;
    amount.minor_units().map(drop)
}
