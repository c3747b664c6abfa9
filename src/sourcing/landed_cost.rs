//! What a number of packs really costs, and what a whole order adds to it.

use super::{Offer, SupplierTerms};
use crate::unit::{Currency, Invalid, Money, Quantity, Rounding, Unit, sort_by};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Some packs of one offer, priced.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Purchase {
    /// Whole packs.
    pub packs: u64,
    /// What they contain, in the unit of the requirement.
    pub quantity: Quantity,
    /// Price of one unit of the offer at the break reached.
    pub unit_price: Money,
    /// Quantity times price, rounded half up to the currency's minor unit once, on the line.
    pub goods: Money,
}

/// What an order costs beside its goods.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderCharges {
    /// Freight at this value of goods.
    pub freight: Money,
    /// What the goods miss to the supplier's minimum order value; zero when it is reached.
    pub below_minimum: Money,
}

/// The packs of an offer that could make sense for a requirement, cheapest first: the fewest that
/// cover it, and the fewest that reach each higher price break, since buying up to a break can cost
/// less than stopping short of it.
///
/// # Errors
///
/// When a quantity does not convert exactly or an amount overflows.
pub(super) fn purchases(offer: &Offer, required: Quantity) -> Result<Vec<Purchase>, Invalid> {
    let content = offer.pack_size.to(required.unit()).map_err(|invalid| invalid.at("pack_size"))?;
    let minimum = offer.minimum_order_quantity.to(required.unit());
    let minimum = minimum.map_err(|invalid| invalid.at("minimum_order_quantity"))?;
    let mut wanted = vec![required.amount().max(minimum.amount())];
    for price in &offer.price_breaks {
        let at = price.minimum_quantity.to(required.unit());
        let at = at.map_err(|invalid| invalid.at("minimum_quantity").at("price_breaks"))?;
        if at.amount() > wanted[0] {
            wanted.push(at.amount());
        }
    }
    let most = most_packs(offer, content)?;
    let mut priced: Vec<Purchase> = Vec::new();
    for amount in wanted {
        let packs = packs_for(amount, content.amount())?;
        if most.is_none_or(|most| packs <= most) && priced.iter().all(|p| p.packs != packs) {
            priced.push(purchase(offer, packs, required.unit())?);
        }
    }
    sort_by(&mut priced, |a, b| {
        a.goods.amount().cmp(&b.goods.amount()).then(a.packs.cmp(&b.packs))
    });
    Ok(priced)
}

/// Prices a number of packs.
///
/// # Errors
///
/// When a quantity does not convert exactly or an amount overflows.
pub(super) fn purchase(offer: &Offer, packs: u64, unit: Unit) -> Result<Purchase, Invalid> {
    let too_large = || Invalid::new("quantity_too_large", "a quantity of at most 28 digits", packs);
    let amount =
        offer.pack_size.amount().checked_mul(Decimal::from(packs)).ok_or_else(too_large)?;
    let bought = Quantity::new(amount, offer.pack_size.unit());
    let mut price = None;
    let mut priced_unit = bought.unit();
    for candidate in &offer.price_breaks {
        priced_unit = candidate.minimum_quantity.unit();
        if price.is_none()
            || candidate.minimum_quantity.amount() <= bought.to(priced_unit)?.amount()
        {
            price = Some(candidate.unit_price);
        }
    }
    let unit_price =
        price.ok_or_else(|| Invalid::new("price_missing", "at least one price", "none"))?;
    let goods = unit_price.times(bought.to(priced_unit)?.amount())?.rounded(Rounding::HalfUp);
    Ok(Purchase { packs, quantity: bought.to(unit)?, unit_price, goods })
}

/// The most packs that the supplier has, where it says so.
fn most_packs(offer: &Offer, content: Quantity) -> Result<Option<u64>, Invalid> {
    let Some(available) = offer.available else { return Ok(None) };
    let available = available.to(content.unit()).map_err(|invalid| invalid.at("available"))?;
    // More packs than can be counted are as good as no limit.
    let packs = available.amount().checked_div(content.amount()).map(|packs| packs.floor());
    Ok(packs.and_then(|packs| u64::try_from(packs).ok()))
}

/// The fewest packs that hold an amount.
fn packs_for(amount: Decimal, content: Decimal) -> Result<u64, Invalid> {
    let packs = amount.checked_div(content).map(|packs| packs.ceil());
    packs
        .and_then(|packs| u64::try_from(packs).ok())
        .ok_or_else(|| Invalid::new("quantity_too_large", "a quantity of fewer packs", amount))
}

impl SupplierTerms {
    /// What an order with this much goods costs beside them.
    ///
    /// # Errors
    ///
    /// When a term is in another currency than the goods.
    ///
    /// ```
    /// use replenish::{sourcing::SupplierTerms, unit::SupplierId};
    /// let terms = SupplierTerms {
    ///     supplier: SupplierId::new("farm")?,
    ///     name: None,
    ///     minimum_order_value: Some("50 EUR".parse()?),
    ///     freight: Some("9 EUR".parse()?),
    ///     free_freight_from: Some("120 EUR".parse()?),
    /// };
    /// let charges = terms.charges("40 EUR".parse()?)?;
    /// assert_eq!((charges.freight.to_string(), charges.below_minimum.to_string()),
    ///     ("9.00 EUR".to_owned(), "10.00 EUR".to_owned()));
    /// assert!(terms.charges("120 EUR".parse()?)?.freight.is_zero());
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn charges(&self, goods: Money) -> Result<OrderCharges, Invalid> {
        let none = Money::zero(goods.currency());
        let reached = |threshold: Option<Money>| match threshold {
            Some(threshold) => goods.compare(threshold).map(std::cmp::Ordering::is_ge).map(Some),
            None => Ok(None),
        };
        let free = reached(self.free_freight_from).map_err(|i| i.at("free_freight_from"))?;
        let freight = match self.freight {
            Some(freight) if free != Some(true) && !goods.is_zero() => {
                none.plus(freight).map_err(|invalid| invalid.at("freight"))?
            }
            _ => none,
        };
        let enough = reached(self.minimum_order_value).map_err(|i| i.at("minimum_order_value"))?;
        let below_minimum = match self.minimum_order_value {
            Some(minimum) if enough == Some(false) && !goods.is_zero() => minimum.minus(goods)?,
            _ => none,
        };
        Ok(OrderCharges { freight, below_minimum })
    }

    /// A supplier that asks nothing of an order.
    pub(super) fn none(supplier: &crate::unit::SupplierId) -> Self {
        Self {
            supplier: supplier.clone(),
            name: None,
            minimum_order_value: None,
            freight: None,
            free_freight_from: None,
        }
    }

    /// Checks that every term is zero or more and in one currency.
    ///
    /// # Errors
    ///
    /// The first term that is not, with its field.
    pub fn check(&self, currency: Currency) -> Result<(), Invalid> {
        let terms = [
            ("minimum_order_value", self.minimum_order_value),
            ("freight", self.freight),
            ("free_freight_from", self.free_freight_from),
        ];
        for (field, term) in terms {
            let Some(term) = term else { continue };
            Money::zero(currency).compare(term).map_err(|invalid| invalid.at(field))?;
            if term.is_negative() {
                let invalid = Invalid::new("terms_negative", "an amount of zero or more", term);
                return Err(invalid.at(field));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sourcing::PriceBreak;

    fn offer(pack: &str, minimum: &str, breaks: &[(&str, &str)]) -> Offer {
        Offer {
            id: "o".parse().unwrap(),
            supplier: "s".parse().unwrap(),
            sku: "a".parse().unwrap(),
            price_breaks: breaks
                .iter()
                .map(|(quantity, price)| PriceBreak {
                    minimum_quantity: quantity.parse().unwrap(),
                    unit_price: price.parse().unwrap(),
                })
                .collect(),
            pack_size: pack.parse().unwrap(),
            minimum_order_quantity: minimum.parse().unwrap(),
            lead_time_days: 1,
            available: None,
            valid_from: None,
            valid_until: None,
        }
    }

    fn bought(offer: &Offer, required: &str) -> Vec<(u64, String)> {
        let all = purchases(offer, required.parse().unwrap()).unwrap();
        all.iter().map(|p| (p.packs, p.goods.to_string())).collect()
    }

    #[test]
    fn all_units_breaks_as_published() {
        // 100 each, 90 from 5, 80 from 10 (../golden inventory cases, "line cost").
        let offer = offer(
            "1 each",
            "0 each",
            &[("1 each", "100 USD"), ("5 each", "90 USD"), ("10 each", "80 USD")],
        );
        for (packs, goods) in [(4, 400), (5, 450), (9, 810), (10, 800), (12, 960)] {
            let price = purchase(&offer, packs, Unit::EACH).unwrap();
            assert_eq!(price.goods, format!("{goods} USD").parse().unwrap());
        }
        // Nine are needed: ten cost less.
        assert_eq!(bought(&offer, "9 each")[0], (10, "800.00 USD".to_owned()));
    }

    #[test]
    fn packs_minimum_and_availability() {
        let mut offer = offer("6 each", "10 each", &[("1 each", "1 USD"), ("24 each", "0.9 USD")]);
        assert_eq!(
            bought(&offer, "1 each"),
            [(2, "12.00 USD".to_owned()), (4, "21.60 USD".to_owned())]
        );
        offer.available = Some("17 each".parse().unwrap());
        assert_eq!(bought(&offer, "1 each"), [(2, "12.00 USD".to_owned())]);
        assert_eq!(bought(&offer, "13 each"), []);
    }

    #[test]
    fn prices_by_weight_for_a_need_in_another_unit() {
        let offer = offer("0.5 kg", "0 kg", &[("0 kg", "3.333 USD")]);
        assert_eq!(bought(&offer, "1200 g"), [(3, "5.00 USD".to_owned())]);
        let required = "2 each".parse().unwrap();
        assert_eq!(purchases(&offer, required).unwrap_err().path, "pack_size");
    }

    #[test]
    fn an_order_without_goods_costs_nothing() {
        let terms = SupplierTerms {
            freight: Some("9 USD".parse().unwrap()),
            minimum_order_value: Some("5 USD".parse().unwrap()),
            ..SupplierTerms::none(&"s".parse().unwrap())
        };
        let charges = terms.charges("0 USD".parse().unwrap()).unwrap();
        assert!(charges.freight.is_zero() && charges.below_minimum.is_zero());
        assert_eq!(terms.charges("1 EUR".parse().unwrap()).unwrap_err().code, "currency_mixed");
    }
}
