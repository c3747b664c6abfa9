//! What has become of an order since it was placed.

use super::{AdjustmentKind, CommissionShare, PaymentShare, Refund, SaleOrder, Share};
use crate::unit::{AdjustmentId, Currency, Invalid, LineId, Money, Quantity, SaleOrderId};
use serde::{Deserialize, Serialize};

/// Every document that an order has led to. None is ever rewritten: what stands is the sale orders
/// and amendments without the refunds, added up column by column.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Placed {
    /// As they were made, those of earlier revisions first.
    pub sale_orders: Vec<SaleOrder>,
    /// What was given back, each sale order's in their sequence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub refunds: Vec<Refund>,
    /// What changed besides, each sale order's in their sequence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub amendments: Vec<Amendment>,
}

/// What a later revision of the order adds to the amounts of a sale order, or takes off below zero.
///
/// The sale order itself stays as it was sent. One with a total of zero and no lines changes only
/// how the sale order is paid.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Amendment {
    /// What is amended.
    pub sale_order: SaleOrderId,
    /// The revision of the order that amends it; with the sale order it names the amendment.
    pub revision: u32,
    /// Of every amount.
    pub currency: Currency,
    /// The lines whose amounts change, in order of their names.
    pub lines: Vec<AmendedLine>,
    /// What the sale order's total grows by.
    pub total: Money,
    /// Changes of who pays what, by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<AmendedPayments>,
}

/// What is added to the amounts of one line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AmendedLine {
    /// The line.
    pub line: LineId,
    /// How much was left of it, to which this belongs. Zero where it belongs to what was kept of
    /// units given back.
    pub quantity: Quantity,
    /// Added to the amount before adjustments.
    pub amount: Money,
    /// Added to its part of each adjustment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub adjustments: Vec<Share>,
    /// Amount and adjustments, without taxes that are contained in them.
    pub total: Money,
    /// Added to its part of each commission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub commissions: Vec<CommissionShare>,
}

/// What is added to the payment shares of one line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AmendedPayments {
    /// The line.
    pub line: LineId,
    /// Added to its part of each payment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub payments: Vec<PaymentShare>,
    /// Added to what lines that are given back pay of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub offset: Option<Money>,
}

/// What shares of one adjustment have in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Column<'a> {
    pub(super) id: &'a AdjustmentId,
    pub(super) kind: AdjustmentKind,
    pub(super) included: bool,
    pub(super) follows: Option<&'a AdjustmentId>,
}

impl<'a> From<&'a Share> for Column<'a> {
    fn from(share: &'a Share) -> Self {
        Self {
            id: &share.id,
            kind: share.kind,
            included: share.included,
            follows: share.follows.as_ref(),
        }
    }
}

impl Column<'_> {
    pub(super) fn share(self, minor: i128, currency: Currency) -> Result<Share, Invalid> {
        Ok(Share {
            id: self.id.clone(),
            kind: self.kind,
            included: self.included,
            follows: self.follows.cloned(),
            amount: Money::from_minor_units(minor, currency)?,
        })
    }
}

/// Amounts in minor units by what they belong to, in the sequence in which they first came.
#[derive(Clone, Debug)]
pub(super) struct Tally<K>(Vec<(K, i128)>);

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Clone + PartialEq> Tally<K> {
    pub(super) fn add(&mut self, key: K, minor: i128) {
        match self.0.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) => entry.1 += minor,
            None => self.0.push((key, minor)),
        }
    }

    pub(super) fn of(&self, key: &K) -> i128 {
        self.0.iter().find(|entry| entry.0 == *key).map_or(0, |entry| entry.1)
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        for (key, minor) in other.iter() {
            self.add(key.clone(), minor);
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|entry| &entry.0)
    }

    /// Everything that is not zero.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, i128)> {
        self.0.iter().filter(|entry| entry.1 != 0).map(|(key, minor)| (key, *minor))
    }
}

/// An amount in minor units, which has to be of the currency.
pub(super) fn minor(amount: Money, currency: Currency) -> Result<i128, Invalid> {
    Money::zero(currency).compare(amount)?;
    amount.minor_units()
}
