//! What the supplier charges for a whole order, in the currency in which it invoices.

use crate::{
    order::rates::Rates,
    sourcing::{SupplierOrder, SupplierTerms},
    unit::{Currency, Invalid, Money, Quantity, Rounding},
};

/// What an order costs beside its lines.
#[derive(Clone, Debug)]
pub(super) struct PartCharges {
    pub(super) freight: Money,
    /// Handling, and the surcharge of an order below the minimum.
    pub(super) charges: Money,
    /// What is missing to a minimum below which the supplier refuses orders.
    pub(super) missing: Option<Money>,
    /// Currencies in which terms are stated and which are not the order's.
    pub(super) exchanged: Vec<Currency>,
}

/// An order, or the part of it that becomes one draft.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) goods: Money,
    /// In grams, where the weight of every line is known.
    pub(super) weight: Option<Quantity>,
}

impl PartCharges {
    /// What the supplier asks of an order with these goods.
    ///
    /// # Errors
    ///
    /// The term that cannot be accepted or exchanged, and freight by weight where no weight is known.
    pub(super) fn by_terms(
        terms: &SupplierTerms,
        part: Part,
        rates: &Rates<'_>,
    ) -> Result<Self, Invalid> {
        terms.check()?;
        let currency = part.goods.currency();
        // What orders cost the buyer and what comes back at the end of the year are not invoiced.
        let stated = SupplierTerms { order_cost: None, yearly_rebate: None, ..terms.clone() };
        let exchanged = std::cell::RefCell::new(Vec::new());
        let invoiced = stated.exchanged(currency, &|money| {
            exchanged.borrow_mut().push(money.currency());
            rates.convert(money, currency)
        })?;
        let charges = invoiced.charges(part.goods, part.weight)?;
        let none = Money::zero(currency);
        let surcharge = if charges.refused { none } else { charges.below_minimum };
        Ok(Self {
            freight: charges.freight,
            charges: charges.handling.plus(surcharge)?,
            missing: charges.refused.then_some(charges.below_minimum),
            exchanged: exchanged.into_inner(),
        })
    }

    /// What the allocation says of a whole order.
    ///
    /// # Errors
    ///
    /// When it says it in another currency, and nothing says what that is worth.
    pub(super) fn by_allocation(
        order: &SupplierOrder,
        currency: Currency,
        rates: &Rates<'_>,
    ) -> Result<Self, Invalid> {
        let said = order.handling.plus(order.surcharge)?;
        let convert = |field: &'static str, money: Money| {
            if money.is_zero() {
                return Ok(Money::zero(currency));
            }
            let converted = rates.convert(money, currency).map_err(|invalid| invalid.at(field))?;
            Ok::<_, Invalid>(converted.rounded(Rounding::HalfUp))
        };
        let other = order.freight.currency();
        let free = order.freight.is_zero() && said.is_zero();
        let exchanged = if other == currency || free { Vec::new() } else { vec![other] };
        Ok(Self {
            freight: convert("freight", order.freight)?,
            charges: convert("handling", said)?,
            missing: None,
            exchanged,
        })
    }

    /// Both together.
    pub(super) fn total(&self) -> Result<Money, Invalid> {
        self.freight.plus(self.charges)
    }
}
