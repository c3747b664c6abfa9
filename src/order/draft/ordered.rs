//! An order of the allocation, and what the supplier charges for it and for parts of it.

use super::{
    charges::{Part, PartCharges},
    delivery::Deliveries,
    line::Pending,
};
use crate::{
    order::rates::Rates,
    sourcing::{FreightBand, OrderSize, SupplierOrder, SupplierTerms},
    unit::{Day, Exact, Invalid, Money, Quantity, SupplierId, Unit},
};
use rust_decimal::Decimal;

/// An order of the allocation, about to be drafted.
#[derive(Debug)]
pub(super) struct Ordered<'a> {
    /// Its place in the allocation.
    pub(super) place: usize,
    pub(super) order: &'a SupplierOrder,
    /// The supplier's terms and their place.
    pub(super) terms: Option<(usize, &'a SupplierTerms)>,
    pub(super) deliveries: Deliveries<'a>,
    pub(super) lines: Vec<Pending<'a>>,
}

/// How much of an order some lines are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    Whole,
    Part,
}

impl<'a> Ordered<'a> {
    /// What tells it from the others.
    pub(super) fn key(&self) -> (&'a SupplierId, Option<Day>) {
        (&self.order.supplier, self.order.delivery)
    }

    /// What the supplier charges for lines of the order, all of one currency.
    ///
    /// # Errors
    ///
    /// When terms cannot be accepted or exchanged, or a part is charged for by nobody's terms.
    pub(super) fn charges(
        &self,
        lines: &[Pending<'_>],
        extent: Extent,
        rates: &Rates<'_>,
    ) -> Result<PartCharges, Invalid> {
        let order = self.order;
        let part = part_of(lines)?;
        if let Some((_, terms)) = self.terms {
            let by_weight = |band: &FreightBand| matches!(band.from, OrderSize::Weight(_));
            let weight_known = part.weight.is_some() || !terms.freight_bands.iter().any(by_weight);
            if weight_known || extent == Extent::Part {
                let charges = PartCharges::by_terms(terms, part, rates);
                return charges.map_err(|invalid| at_terms(self.terms, invalid));
            }
        }
        let said = order.freight.plus(order.handling)?.plus(order.surcharge)?;
        if extent == Extent::Part && !said.is_zero() {
            let expected = format!("the terms of {}, since its order is divided", order.supplier);
            return Err(Invalid::new("terms_missing", expected, "none").at("terms"));
        }
        let said = PartCharges::by_allocation(order, part.goods.currency(), rates);
        said.map_err(|invalid| invalid.at(format_args!("orders[{}]", self.place)))
    }
}

/// Goods and weight of some lines of one currency.
fn part_of(lines: &[Pending<'_>]) -> Result<Part, Invalid> {
    let gram: Unit = "g".parse()?;
    let currency = lines[0].currency();
    let goods = Money::sum(lines.iter().map(|line| line.line.purchase.amount), currency)?;
    let mut weights = lines.iter().map(|line| line.weight(gram));
    let weight = weights.try_fold(Decimal::ZERO, |sum, weight| sum.checked_plus(weight?));
    let weight = weight.map(|grams| Quantity::new(grams, gram));
    Ok(Part { goods, weight })
}

/// Says that a problem is one of a supplier's terms.
pub(super) fn at_terms(terms: Option<(usize, &SupplierTerms)>, invalid: Invalid) -> Invalid {
    match terms {
        Some((place, _)) => invalid.at(format_args!("terms[{place}]")),
        None => invalid,
    }
}
