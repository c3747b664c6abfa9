//! A basket of whole numbers in the words of offers, terms and needs.

use super::{
    BasketInstance, Discount, InstanceOffer, Need, Offer, PriceBreak, Pricing, SourcingOptions,
    SourcingRequest, SupplierTerms, landed_cost::PACK,
};
use crate::{
    inventory::Requirement,
    unit::{Currency, Day, Invalid, Money, OfferId, Quantity, Sku, SupplierId, Unit},
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

impl BasketInstance {
    /// The same basket as needs, offers and terms, to be compared and explained: SKUs are needed
    /// `today`, offers are named by their places (`o00000`).
    ///
    /// # Errors
    ///
    /// What [`BasketInstance::basket`] refuses; besides, a missing currency, names that are none, a SKU
    /// of which nothing is required.
    ///
    /// ```
    /// use replenish::sourcing::{BasketInstance, allocate};
    /// let instance: BasketInstance = serde_json::from_str(r#"{
    ///   "currency": "EUR",
    ///   "suppliers": [{ "id": "S", "min_order_value": 0, "freight_fixed": 900, "free_freight_from": 5000, "po_cost": 100 }],
    ///   "skus": [{ "id": "K", "demand": 20, "max_units": 40, "max_sources": 1, "short_penalty": 999, "excess_credit": 0 }],
    ///   "offers": [{ "s": 0, "k": 0, "pack": 10, "moq": 1, "avail": 9, "type": "all_units", "breaks": [[1, 2000], [3, 1700]] }]
    /// }"#)?;
    /// let read = instance.request("2026-11-21".parse()?)?;
    /// let allocation = allocate(&read.needs, &read.offers, &read.terms, &read.options)?;
    /// assert_eq!(allocation.total.to_string(), "50.00 EUR"); // two packs and freight
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn request(&self, today: Day) -> Result<SourcingRequest, Invalid> {
        self.basket()?;
        let currency: Currency = self
            .currency
            .as_deref()
            .unwrap_or("")
            .parse()
            .map_err(|i: Invalid| i.at("currency"))?;
        let money = |count: i64| Money::from_minor_units(i128::from(count), currency);
        let mut needs = Vec::with_capacity(self.skus.len());
        for (index, sku) in self.skus.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("skus[{index}]"));
            let requirement = Requirement {
                sku: Sku::new(&sku.id).map_err(|i| at(i.at("id")))?,
                quantity: each(sku.demand),
                need_by: today,
            };
            let need = Need {
                maximum_quantity: Some(each(sku.max_units)),
                shortage_cost: Some(money(sku.short_penalty)?),
                surplus_value: Some(money(sku.excess_credit)?),
                maximum_sources: sku.max_sources,
                ..Need::from(requirement)
            };
            need.check().map_err(at)?;
            needs.push(need);
        }
        let mut terms = Vec::with_capacity(self.suppliers.len());
        for (index, supplier) in self.suppliers.iter().enumerate() {
            let id = SupplierId::new(&supplier.id);
            let id = id.map_err(|i| i.at("id").at(format_args!("suppliers[{index}]")))?;
            let stated = |count: i64| if count > 0 { money(count).map(Some) } else { Ok(None) };
            terms.push(SupplierTerms {
                minimum_order_value: stated(supplier.min_order_value)?,
                freight: stated(supplier.freight_fixed)?,
                free_freight_from: stated(supplier.free_freight_from)?,
                order_cost: stated(supplier.po_cost)?,
                ..SupplierTerms::none(id)
            });
        }
        let mut offers = Vec::with_capacity(self.offers.len());
        for (index, offer) in self.offers.iter().enumerate() {
            // INVARIANT: a basket was made of it, so supplier and SKU are there.
            let supplier = terms[offer.supplier].supplier.clone();
            let sku = needs[offer.sku].sku.clone();
            let id = OfferId::new(&format!("o{index:05}"))?;
            offers.push(offer.stated(id, supplier, sku, currency)?);
        }
        Ok(SourcingRequest {
            needs,
            offers,
            terms,
            options: SourcingOptions::new(today, currency),
            ignored_columns: BTreeMap::new(),
        })
    }
}

impl InstanceOffer {
    fn stated(
        &self,
        id: OfferId,
        supplier: SupplierId,
        sku: Sku,
        currency: Currency,
    ) -> Result<Offer, Invalid> {
        let pack: Unit = PACK.parse()?;
        let packs = |count: i64| Quantity::new(Decimal::from(count), pack);
        let mut price_breaks = Vec::with_capacity(self.breaks.len());
        for &(from, price) in &self.breaks {
            let unit_price = Money::from_minor_units(i128::from(price), currency)?;
            price_breaks.push(PriceBreak { minimum_quantity: packs(from), unit_price });
        }
        Ok(Offer {
            price_breaks,
            pricing: match self.discount {
                Discount::AllUnits => Pricing::AllUnits,
                Discount::Incremental => Pricing::Incremental,
            },
            pack_size: each(self.pack),
            minimum_order_quantity: packs(self.moq),
            available: Some(packs(self.avail)),
            ..Offer::new(id, supplier, sku, Money::zero(currency), pack)
        })
    }
}

fn each(count: i64) -> Quantity {
    Quantity::new(Decimal::from(count), Unit::EACH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sourcing::{AllocationStatus, allocate, basket::Budget};

    #[test]
    fn offers_and_terms_cost_what_the_whole_numbers_do() {
        for text in [
            include_str!("../../tests/fixtures/sourcing/5x20-loose-1050.json"),
            include_str!("../../tests/fixtures/sourcing/5x20-mixed-1051.json"),
            include_str!("../../tests/fixtures/sourcing/5x20-tight-1052.json"),
        ] {
            let instance: BasketInstance = serde_json::from_str(text).unwrap();
            let answer = instance.solve(Budget::default()).unwrap();
            let read = instance.request("2026-11-21".parse().unwrap()).unwrap();
            let found = allocate(&read.needs, &read.offers, &read.terms, &read.options).unwrap();
            assert_eq!(found.status, AllocationStatus::Proved);
            assert_eq!(found.total.minor_units().unwrap(), i128::from(answer.objective));
        }
    }

    #[test]
    fn a_basket_without_a_currency_has_no_prices() {
        let error = BasketInstance::default().request("2026-11-21".parse().unwrap()).unwrap_err();
        assert_eq!((error.code, &*error.path), ("currency_unknown", "currency"));
    }
}
