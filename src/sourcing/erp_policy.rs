//! Which of the offers the purchasing rules of other programs choose.

use super::{Need, Offer, PriceBreak, compare::Entry, eligible::Market};
use crate::unit::{Exact, Invalid, Quantity, SupplierId, sort_by};
use rust_decimal::Decimal;

/// The offers that a rule puts first, by their places among those that can serve; the others follow
/// in the order in which they are given.
pub(super) struct VendorChoice {
    pub(super) first: Vec<usize>,
    /// Whether the rule chooses the first of them, rather than nobody.
    pub(super) chooses: bool,
}

impl VendorChoice {
    /// The offers of which something holds, in the order in which they are given.
    pub(super) fn first_of(entries: &[Entry<'_>], holds: &dyn Fn(&Entry<'_>) -> bool) -> Self {
        let first = (0..entries.len()).filter(|&entry| holds(&entries[entry]));
        Self::of(first.collect())
    }

    fn of(first: Vec<usize>) -> Self {
        let chooses = !first.is_empty();
        Self { first, chooses }
    }
}

/// The lines of vendors' price lists whose quantity a need reaches, as Odoo keeps them: one for each
/// price of an offer, the offers in sequence.
pub(super) struct VendorLines<'a>(Vec<VendorLine<'a>>);

struct VendorLine<'a> {
    /// The place of its offer among those that can serve.
    entry: usize,
    supplier: &'a SupplierId,
    /// From how much of the need on, in the need's unit.
    minimum: Decimal,
    /// For one unit of the need, in the currency of the comparison.
    price: Decimal,
}

impl<'a> VendorLines<'a> {
    /// The lines that a need reaches. An offer's smallest quantity counts as that of each of its
    /// lines, since such a list knows no other.
    pub(super) fn reached(
        entries: &'a [Entry<'a>],
        need: &Need,
        market: &Market<'_>,
    ) -> Result<Self, Invalid> {
        let mut lines = Vec::new();
        for (entry, Entry { candidate, .. }) in entries.iter().enumerate() {
            let (offer, content) = (candidate.offer, candidate.content.amount());
            let least = in_need(offer, offer.minimum_order_quantity, content)?;
            for PriceBreak { minimum_quantity, unit_price } in &offer.price_breaks {
                let minimum = in_need(offer, *minimum_quantity, content)?.max(least);
                let each = offer.pack_in(minimum_quantity.unit())?;
                let price = market.convert(*unit_price)?.times(each)?.amount();
                let price = price.checked_over(content).ok_or_else(too_large)?;
                if minimum <= need.quantity.amount() {
                    lines.push(VendorLine { entry, supplier: &offer.supplier, minimum, price });
                }
            }
        }
        Ok(Self(lines))
    }

    /// Odoo up to version 18 sorts by sequence, falling quantity and price, stays with the vendor of
    /// the first line, and takes the cheapest of that vendor's.
    pub(super) fn first_vendor(mut self) -> VendorChoice {
        sort_by(&mut self.0, |a, b| {
            let in_sequence = a.entry.cmp(&b.entry).then(b.minimum.cmp(&a.minimum));
            in_sequence.then(a.price.cmp(&b.price))
        });
        let Some(vendor) = self.0.first().map(|line| line.supplier) else {
            return VendorChoice::of(Vec::new());
        };
        self.0.retain(|line| line.supplier == vendor);
        self.cheapest()
    }

    /// The cheapest line, of equal ones the first in sequence.
    pub(super) fn cheapest(mut self) -> VendorChoice {
        sort_by(&mut self.0, |a, b| (a.price, a.entry).cmp(&(b.price, b.entry)));
        let mut first = Vec::new();
        for line in self.0 {
            if !first.contains(&line.entry) {
                first.push(line.entry);
            }
        }
        VendorChoice::of(first)
    }
}

/// A quantity of an offer as how much it covers of the need.
fn in_need(offer: &Offer, quantity: Quantity, content: Decimal) -> Result<Decimal, Invalid> {
    let pack = offer.pack_in(quantity.unit())?;
    let covered = quantity.amount().checked_times(content);
    covered.and_then(|covered| covered.checked_over(pack)).ok_or_else(too_large)
}

fn too_large() -> Invalid {
    Invalid::new("quantity_too_large", "an amount of at most 28 digits", "more")
}
