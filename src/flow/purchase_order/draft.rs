//! What the engine keeps of a drafted order: enough to price, approve and send it, and to source its
//! lines elsewhere.

use super::ordered_line::{OrderedLine, rank, worth};
use crate::{
    order::{Approval, ApprovalSubject, PurchaseOrder},
    unit::{
        Day, Invalid, LineId, LocationId, Money, OfferId, Quantity, Sku, SupplierId, Timestamp,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

/// The order as it was last drafted, or as it was agreed with the supplier since.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Terms {
    /// The draft's revision; one more for every change of the supplier's that was accepted.
    pub(in crate::flow) revision: u32,
    pub(in crate::flow) supplier: SupplierId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) location: Option<LocationId>,
    /// What the draft costs without tax; never touched.
    pub(in crate::flow) net: Money,
    /// What the draft costs with tax; never touched.
    pub(in crate::flow) total: Money,
    /// Freight and charges of the whole order and of its lines: what the invoice may charge beside
    /// the goods.
    pub(in crate::flow) charges: Money,
    /// In order of their names.
    pub(in crate::flow) ordered: Vec<OrderedLine>,
    /// What each of them buys, in the same order.
    pub(in crate::flow) products: Vec<Product>,
}

/// What a line buys, and how much of it was given back to sourcing.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "OrderedProduct"))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Product {
    pub(in crate::flow) sku: Sku,
    pub(in crate::flow) offer: OfferId,
    pub(in crate::flow) need_by: Day,
    /// As drafted.
    pub(in crate::flow) quantity: Quantity,
    /// How much of it does not come and was dealt with: bought elsewhere, or not wanted any more.
    pub(in crate::flow) sourced: Quantity,
}

/// What the supplier asks for the draft.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Quote {
    pub(in crate::flow) at: Timestamp,
    pub(in crate::flow) net: Money,
    /// Lines that the supplier cannot deliver.
    pub(in crate::flow) unavailable: Vec<LineId>,
}

/// What somebody said about the draft.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(transparent)]
pub(in crate::flow) struct Word(pub(in crate::flow) Approval);

impl Terms {
    /// # Errors
    ///
    /// When the draft has no line, a line twice, or figures that make no sense, with their place.
    pub(in crate::flow) fn of(draft: &PurchaseOrder) -> Result<Self, Invalid> {
        let mut charges = draft.freight.plus(draft.charges)?;
        let mut ordered = Vec::with_capacity(draft.lines.len());
        for (index, line) in draft.lines.iter().enumerate() {
            let at = |problem: Invalid| problem.at("charges").at(format_args!("lines[{index}]"));
            charges = charges.plus(line.charges).map_err(at)?;
            ordered.push(OrderedLine {
                line: line.id.clone(),
                quantity: line.quantity,
                unit_price: line.unit_price,
                amount: line.amount,
                requested: draft.requested_delivery,
                given_up: None,
                back_order: None,
            });
        }
        let ordered = OrderedLine::checked(ordered)?;
        let product = |wanted: &OrderedLine| {
            let line = draft.lines.iter().find(|line| line.id == wanted.line)?;
            Some(Product {
                sku: line.sku.clone(),
                offer: line.offer.clone(),
                need_by: line.need_by,
                quantity: line.quantity,
                sourced: wanted.nothing(),
            })
        };
        Ok(Self {
            revision: draft.revision,
            supplier: draft.supplier.clone(),
            location: draft.location.clone(),
            net: draft.net,
            total: draft.total,
            charges,
            products: ordered.iter().filter_map(product).collect(),
            ordered,
        })
    }

    /// Whether a person who sees one sees the other.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        let bought = |terms: &Self| -> Vec<_> {
            let products = terms.products.iter();
            products.map(|it| (it.sku.clone(), it.offer.clone(), it.need_by)).collect()
        };
        let facts = |terms: &Self| {
            let Self { revision, supplier, location, net, total, charges, .. } = terms;
            (*revision, supplier.clone(), location.clone(), [*net, *total, *charges])
        };
        facts(self) == facts(other)
            && self.ordered == other.ordered
            && bought(self) == bought(other)
    }

    /// The names of the lines, in order.
    pub(in crate::flow) fn line_ids(&self) -> Vec<LineId> {
        self.ordered.iter().map(|line| line.line.clone()).collect()
    }

    fn key(&self) -> impl Ord + '_ {
        let Self { revision, supplier, location, net, total, charges, ordered, products } = self;
        let amounts = [net, total, charges].map(|amount| worth(*amount));
        (revision, supplier, location, amounts, ordered, products)
    }
}

impl Product {
    fn key(&self) -> impl Ord + '_ {
        let Self { sku, offer, need_by, quantity, sourced } = self;
        (sku, offer, need_by, rank(*quantity), rank(*sourced))
    }
}

impl Quote {
    /// Whether it still holds.
    pub(super) fn is_fresh(&self, now: Timestamp, validity_ms: u64) -> bool {
        now < self.at.plus_millis(validity_ms)
    }

    fn key(&self) -> impl Ord + '_ {
        (self.at, worth(self.net), &self.unavailable)
    }
}

impl Word {
    fn key(&self) -> impl Ord + '_ {
        let Approval { by, verdict, on, at, order, words } = &self.0;
        let ApprovalSubject { id, revision, supplier, location, net, total, lines } = order;
        let lines: Vec<_> =
            lines.iter().map(|line| (&line.id, &line.sku, rank(line.quantity))).collect();
        let subject = (id, revision, supplier, location, worth(*net), worth(*total), lines);
        (at, on, verdict, by, words, subject)
    }
}

// INVARIANT: equality of everything in an approval is total, and equal words have equal hashes.
impl Eq for Word {}

impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Approval { by, on, at, order, .. } = &self.0;
        (at, on, by, order.revision).hash(state);
    }
}

macro_rules! ordered_by_key {
    ($($type:ty),*) => { $(
        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                self.key().cmp(&other.key())
            }
        }

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
    )* };
}
ordered_by_key!(Terms, Product, Quote, Word);
