//! From a line of an allocation and its offer to a line of an order.

use super::{Basis, DraftItem, name::line_id};
use crate::{
    order::{PurchaseOrderLine, Reason, ReasonStep, rates::Rates},
    sourcing::{AllocatedLine, Offer, Pricing},
    unit::{Currency, Day, Exact, Invalid, LocationId, Money, Quantity, Rounding, Unit, sort_by},
};
use rust_decimal::{Decimal, RoundingStrategy};

/// A line of the allocation, with what decides which draft it joins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending<'a> {
    /// Its place in the allocation.
    pub(super) place: usize,
    pub(super) line: &'a AllocatedLine,
    /// None where no offers are given.
    pub(super) offer: Option<&'a Offer>,
    /// The first day on which it can come.
    pub(super) earliest: Day,
    /// The day on which it would come alone.
    pub(super) requested: Day,
    pub(super) location: Option<&'a LocationId>,
}

impl Pending<'_> {
    /// The currency in which the supplier invoices it.
    pub(super) fn currency(&self) -> Currency {
        self.line.purchase.amount.currency()
    }

    /// In whole grams, where a pack's weight is known.
    pub(super) fn weight(&self, gram: Unit) -> Option<Decimal> {
        let offer = self.offer?;
        let pack = offer.pack_weight.unwrap_or(offer.pack_size).to(gram).ok()?.amount();
        let weight = pack.checked_times(Decimal::from(self.line.purchase.packs))?;
        Some(weight.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Makes the line of a draft that has these lines already. `goes_to` is where the draft goes;
    /// currencies that had to be exchanged are added to `exchanged`.
    ///
    /// # Errors
    ///
    /// When allocation and offer contradict each other, a substitute's offer is not given, a charge
    /// cannot be exchanged, or an amount overflows.
    pub(super) fn draft(
        &self,
        basis: &Basis<'_>,
        before: &[PurchaseOrderLine],
        goes_to: Option<&LocationId>,
        (rates, exchanged): (&Rates<'_>, &mut Vec<Currency>),
    ) -> Result<PurchaseOrderLine, Invalid> {
        let AllocatedLine { sku, supplier, offer, purchase, requirement, .. } = self.line;
        let (pack_size, quantity) = self.content()?;
        let item = |field: fn(&DraftItem) -> Option<&str>| {
            basis.item(sku, supplier, field).map(str::to_owned)
        };
        let charges = match self.offer {
            Some(offer) => self
                .charges(offer, rates, exchanged)
                .map_err(|invalid| invalid.at("charges").at("offer"))?,
            None => Money::zero(self.currency()),
        };
        Ok(PurchaseOrderLine {
            id: line_id(sku, before)?,
            sku: sku.clone(),
            buyer_code: item(|item| item.buyer_code.as_deref()),
            supplier_code: item(|item| item.supplier_code.as_deref()),
            description: item(|item| item.description.as_deref())
                .or_else(|| basis.told(sku)?.description.map(str::to_owned)),
            location: self.location.filter(|_| self.location != goes_to).cloned(),
            offer: offer.clone(),
            packs: purchase.packs,
            pack_size,
            quantity,
            unit_price: purchase.unit_price,
            price_unit: self.offer.and_then(Offer::price_unit),
            price_break: match self.offer {
                Some(offer) => offer.break_reached(purchase.packs)?,
                None => None,
            },
            amount: purchase.amount,
            charges,
            tax_rate: self.offer.and_then(|offer| offer.charges.tax).map(|tax| tax.rate),
            need_by: requirement.need_by,
            arrival: self.earliest,
            reasons: self.reasons(basis, (pack_size, quantity)),
        })
    }

    /// What a pack contains, in the offer's unit, and what all of them do, in the unit of stock.
    fn content(&self) -> Result<(Quantity, Quantity), Invalid> {
        let purchase = &self.line.purchase;
        let (packs, stated) = (Decimal::from(purchase.packs), purchase.quantity);
        let is_substitute = self.line.sku != self.line.requirement.sku;
        let Some(offer) = self.offer else {
            if is_substitute {
                // The allocation says what it replaces, not what it is.
                let expected = "the offer of a substitute, which says how much is in its packs";
                return Err(Invalid::new("offer_missing", expected, "none").at("offer"));
            }
            let pack = stated.amount().checked_over(packs);
            let pack = pack.filter(|pack| pack.checked_times(packs) == Some(stated.amount()));
            let pack = pack.ok_or_else(|| {
                let expected = format!("whole packs that contain {stated}");
                Invalid::new("packs_invalid", expected, purchase.packs).at("packs").at("purchase")
            })?;
            return Ok((Quantity::new(pack.normalize(), stated.unit()), stated));
        };
        let unit = stated.unit();
        let unit = match offer.pack_in(unit) {
            Err(_) if is_substitute => offer.pack_size.unit(),
            Ok(_) | Err(_) => unit,
        };
        let content = offer.pack_in(unit)?.checked_times(packs);
        let content = content.map(|content| Quantity::new(content.normalize(), unit));
        match content {
            Some(content) if is_substitute || content.amount() == stated.amount() => {
                Ok((offer.pack_size, content))
            }
            _ => {
                let expected =
                    format!("the content of {} packs of {}", purchase.packs, offer.pack_size);
                let invalid = Invalid::new("quantity_wrong", expected, stated);
                Err(invalid.at("quantity").at("purchase"))
            }
        }
    }

    /// What the supplier invoices on the line beside the goods: handling of packs, and deposits in
    /// full, since what comes back of them comes later. Rebates come later too; duty and fees of
    /// import go to others.
    fn charges(
        &self,
        offer: &Offer,
        rates: &Rates<'_>,
        exchanged: &mut Vec<Currency>,
    ) -> Result<Money, Invalid> {
        let currency = self.currency();
        let mut sum = Money::zero(currency);
        let deposit = offer.charges.deposit.map(|deposit| deposit.per_pack);
        for (field, per_pack) in
            [("handling_per_pack", offer.charges.handling_per_pack), ("deposit", deposit)]
        {
            let Some(per_pack) = per_pack.filter(|per_pack| !per_pack.is_zero()) else { continue };
            if per_pack.currency() != currency {
                exchanged.push(per_pack.currency());
            }
            let charge = rates
                .convert(per_pack, currency)
                .and_then(|each| each.times(Decimal::from(self.line.purchase.packs)))
                .and_then(|charge| sum.plus(charge.rounded(Rounding::HalfUp)));
            sum = charge.map_err(|invalid| invalid.at(field))?;
        }
        Ok(sum)
    }

    /// The chain from the forecast to this line.
    fn reasons(&self, basis: &Basis<'_>, content: (Quantity, Quantity)) -> Vec<Reason> {
        let AllocatedLine { sku, requirement, purchase, reason, topped_up_packs, .. } = self.line;
        let told = basis.told(&requirement.sku);
        let mut reasons = told.map_or(Vec::new(), |told| told.reasons.clone());
        let mut add = |step, text| reasons.push(Reason { step, text });
        let instead = if sku == &requirement.sku {
            String::new()
        } else {
            format!(", of {}; {sku} is bought in its place", requirement.sku)
        };
        let wanted = format!("{} by {}{instead}", requirement.quantity, requirement.need_by);
        add(ReasonStep::Requirement, wanted);
        if !reason.is_empty() {
            add(ReasonStep::Allocation, reason.clone());
        }
        let (pack_size, quantity) = content;
        if pack_size.amount() != Decimal::ONE || pack_size.unit() != quantity.unit() {
            let packs = counted(purchase.packs);
            let text = format!("{packs} of {pack_size} = {quantity}");
            add(ReasonStep::Allocation, text);
        }
        if *topped_up_packs > 0 {
            let packs = counted(*topped_up_packs);
            let text = format!("{packs} of them beyond what is required, since that costs less");
            add(ReasonStep::Allocation, text);
        }
        if let Some(text) = self.offer.and_then(|offer| composition(offer, purchase.unit_price)) {
            add(ReasonStep::Allocation, text);
        }
        // Every step in its place, whoever gave its reasons.
        sort_by(&mut reasons, |a, b| a.step.cmp(&b.step));
        reasons
    }
}

fn counted(packs: u64) -> String {
    if packs == 1 { "1 pack".to_owned() } else { format!("{packs} packs") }
}

/// How several prices make up an average one, in words; none where there is one price.
fn composition(offer: &Offer, average: Money) -> Option<String> {
    let incremental = offer.pricing == Pricing::Incremental && offer.price_breaks.len() > 1;
    if !incremental && offer.contract.is_none() {
        return None;
    }
    let mut parts = Vec::new();
    if let Some(contract) = offer.contract {
        let (price, remaining) = (contract.unit_price, contract.remaining);
        parts.push(format!("{price} for the {remaining} that are left of the contract"));
    }
    for price in &offer.price_breaks {
        let from = price.minimum_quantity;
        if from.is_zero() {
            parts.push(price.unit_price.to_string());
        } else {
            parts.push(format!("{} from {from} on", price.unit_price));
        }
    }
    let kind = if incremental { ", each for what lies beyond it" } else { "" };
    Some(format!("{average} on average of {}{kind}", parts.join(", ")))
}
