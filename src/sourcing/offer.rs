//! What suppliers ask.

use crate::unit::{Day, Invalid, Money, OfferId, Quantity, Sku, SupplierId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One supplier's offer for one product.
///
/// Quantities may be in any unit that converts exactly to the unit of the requirement.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Offer {
    /// Its name; ties are broken by it.
    pub id: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// What is offered.
    pub sku: Sku,
    /// Prices by quantity ordered, the smallest quantity first; the price of the last break reached
    /// holds for the whole quantity (all-units discount).
    pub price_breaks: Vec<PriceBreak>,
    /// Content of one pack: only whole packs are sold.
    pub pack_size: Quantity,
    /// The smallest quantity that is sold.
    pub minimum_order_quantity: Quantity,
    /// Days from ordering until the goods can be sold.
    pub lead_time_days: u32,
    /// How much the supplier has, where it says so.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub available: Option<Quantity>,
    /// First day on which the offer holds; without it, since ever.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_from: Option<Day>,
    /// Last day on which the offer holds; without it, for ever.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_until: Option<Day>,
}

/// A price that holds from some quantity on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PriceBreak {
    /// From this quantity on.
    pub minimum_quantity: Quantity,
    /// Price of one unit of `minimum_quantity`.
    pub unit_price: Money,
}

/// What a supplier asks of a whole order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SupplierTerms {
    /// Who.
    pub supplier: SupplierId,
    /// What people call the supplier.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub name: Option<String>,
    /// Orders with less goods than this are refused.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub minimum_order_value: Option<Money>,
    /// Charged once an order.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub freight: Option<Money>,
    /// Orders with at least this much goods pay no freight.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub free_freight_from: Option<Money>,
}

impl Offer {
    /// Checks what the types alone cannot: price breaks ascending in quantity and of one currency,
    /// no price below zero, packs and minimum of a positive size.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be accepted, with its field.
    pub fn check(&self) -> Result<(), Invalid> {
        let Some(first) = self.price_breaks.first() else {
            return Err(
                Invalid::new("price_missing", "at least one price", "none").at("price_breaks")
            );
        };
        for (index, price) in self.price_breaks.iter().enumerate() {
            let at = |field: &str, invalid: Invalid| {
                invalid.at(field).at(format_args!("price_breaks[{index}]"))
            };
            if price.unit_price.is_negative() {
                let invalid =
                    Invalid::new("price_negative", "a price of zero or more", price.unit_price);
                return Err(at("unit_price", invalid));
            }
            first
                .unit_price
                .compare(price.unit_price)
                .map_err(|invalid| at("unit_price", invalid))?;
            let previous = index.checked_sub(1).map(|index| self.price_breaks[index]);
            let ascending = previous.is_none_or(|previous| {
                previous.minimum_quantity.amount() < price.minimum_quantity.amount()
            });
            let same_unit = first.minimum_quantity.unit() == price.minimum_quantity.unit();
            if !(ascending && same_unit) || price.minimum_quantity.is_negative() {
                let expected = "quantities of zero or more in one unit, each larger than the last";
                let invalid =
                    Invalid::new("price_breaks_invalid", expected, price.minimum_quantity);
                return Err(at("minimum_quantity", invalid));
            }
        }
        if let (Some(from), Some(until)) = (self.valid_from, self.valid_until)
            && until < from
        {
            let expected = format!("{from}, the first day of the offer, or later");
            return Err(
                Invalid::new("validity_ends_before_it_begins", expected, until).at("valid_until")
            );
        }
        if self.pack_size.amount() <= Decimal::ZERO {
            let invalid =
                Invalid::new("pack_size_invalid", "a pack of more than zero", self.pack_size);
            return Err(invalid.at("pack_size"));
        }
        for (field, quantity) in [
            ("minimum_order_quantity", Some(self.minimum_order_quantity)),
            ("available", self.available),
        ] {
            if let Some(quantity) = quantity.filter(|quantity| quantity.is_negative()) {
                let invalid =
                    Invalid::new("quantity_negative", "a quantity of zero or more", quantity);
                return Err(invalid.at(field));
            }
        }
        Ok(())
    }
}
