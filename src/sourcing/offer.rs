//! What suppliers offer for a product.

use super::{
    order_charges::gram,
    terms::{at_most_all, not_negative},
};
use crate::unit::{
    Day, Invalid, Money, OfferId, Probability, Quantity, Rate, Sku, SupplierId, Unit,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One supplier's offer for one product.
///
/// Quantities may be in any unit that converts exactly to the unit of the requirement. Prices are for
/// one unit of what their break counts: pieces or kilograms of content; where the content is counted
/// in pieces and the break in kilograms, the weight of the packs (catch weight); where the break is in
/// the unit `pack`, whole packs. Minimum, availability and contract may be in any of these as well.
///
/// Nothing is sold below the first price break, since no price is stated there.
///
/// [`Offer::new`] is a plain offer; everything else is a change to one of its fields.
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
    /// Prices by quantity ordered, the smallest quantity first, all in one currency. Without any, only
    /// what is left of the contract can be bought.
    pub price_breaks: Vec<PriceBreak>,
    /// What a price break is the price of.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub pricing: Pricing,
    /// A price that holds for a limited quantity, such as what is left of a contract. It is used up
    /// first and counts towards the price breaks: what is bought beyond it costs the price that the
    /// whole quantity reaches, or, where breaks are incremental, what these units cost behind the
    /// contract's. Below the first break the first price holds for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "ContractPrice | null"))]
    pub contract: Option<ContractPrice>,
    /// Content of one pack: only whole packs are sold.
    pub pack_size: Quantity,
    /// Weight of one pack, for prices and freight by weight; of catch-weight goods the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub pack_weight: Option<Quantity>,
    /// The smallest quantity that is sold.
    pub minimum_order_quantity: Quantity,
    /// Packs are sold in multiples of this many, such as a layer of a pallet; without it, singly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub order_multiple_packs: Option<u32>,
    /// Days from the day on which the order is taken until the goods can be sold; the supplier's
    /// calendar moves the arrival to its next delivery day.
    pub lead_time_days: u32,
    /// The share of deliveries of this offer that came in time, where that is known; otherwise the
    /// supplier's counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub on_time: Option<Probability>,
    /// How much the supplier has, where it says so; otherwise as much as anybody wants.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub available: Option<Quantity>,
    /// The day on which the supplier had it; without it, today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub available_as_of: Option<Day>,
    /// First day of ordering on which the offer holds; without it, since ever.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_from: Option<Day>,
    /// Last day of ordering on which the offer holds; without it, for ever.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_until: Option<Day>,
    /// What is charged and given back beside the price.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub charges: LineCharges,
    /// Days that the goods can still be sold once they are there; without it they keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub shelf_life_days: Option<u32>,
    /// Whether it goes before others that cost the same.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub preferred: bool,
    /// Why nothing may be bought from it, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub blocked: Option<String>,
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

/// What a price break is the price of.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Pricing {
    /// The last break reached is the price of the whole quantity: ten may cost less than nine.
    #[default]
    AllUnits,
    /// Each break is the price of what is bought beyond it. Of things that are counted, the one numbered
    /// as the break is the first at its price, so that a break at 5 leaves 4 at the price before; of a
    /// weight or volume, all that lies below the break costs the price before.
    Incremental,
}

/// A price for a limited quantity.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ContractPrice {
    /// Price of one unit of `remaining`.
    pub unit_price: Money,
    /// How much may still be bought at it.
    pub remaining: Quantity,
}

/// What is charged and given back with each purchase of an offer, beside its price.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LineCharges {
    /// For each pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub handling_per_pack: Option<Money>,
    /// Import duty as a share of the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub duty: Option<Rate>,
    /// For each line of an order that is imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub import_fee: Option<Money>,
    /// Tax on goods, duty and charges of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Tax | null"))]
    pub tax: Option<Tax>,
    /// Given back for each unit that the price is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub rebate_per_unit: Option<Money>,
    /// Paid for what the goods come in, such as crates, and given back for most of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Deposit | null"))]
    pub deposit: Option<Deposit>,
}

/// Tax on a line.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Tax {
    /// Share of what is taxed.
    pub rate: Rate,
    /// Whether the buyer gets it back, so that it is no cost.
    pub recoverable: bool,
}

/// Paid for each pack and given back when what it came in goes back.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Deposit {
    /// For each pack.
    pub per_pack: Money,
    /// The share that comes back, from 0 to 1; what does not is a cost.
    pub returned: Rate,
}

impl Offer {
    /// An offer at one price, in single units, of any quantity, that holds for ever.
    pub fn new(id: OfferId, supplier: SupplierId, sku: Sku, unit_price: Money, unit: Unit) -> Self {
        Self {
            id,
            supplier,
            sku,
            price_breaks: vec![PriceBreak { minimum_quantity: Quantity::zero(unit), unit_price }],
            pricing: Pricing::AllUnits,
            contract: None,
            pack_size: Quantity::new(Decimal::ONE, unit),
            pack_weight: None,
            minimum_order_quantity: Quantity::zero(unit),
            order_multiple_packs: None,
            lead_time_days: 0,
            on_time: None,
            available: None,
            available_as_of: None,
            valid_from: None,
            valid_until: None,
            charges: LineCharges::default(),
            shelf_life_days: None,
            preferred: false,
            blocked: None,
        }
    }

    /// Checks what the types alone cannot: price breaks that ascend in quantity, do not rise in price
    /// and are of one unit and currency, prices above zero, packs of a positive size, shares of at most
    /// all, rebates below the price, and no end before a beginning.
    ///
    /// A price of exactly zero is refused: nearly always nobody has entered one, and it would win every
    /// comparison. Goods that come free are no offer to choose among.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be accepted, with its field.
    ///
    /// ```
    /// use replenish::{sourcing::{Offer, PriceBreak}, unit::Unit};
    /// let (id, supplier, sku) = ("o-1".parse()?, "farm".parse()?, "apple".parse()?);
    /// let mut offer = Offer::new(id, supplier, sku, "0.90 EUR".parse()?, Unit::EACH);
    /// assert!(offer.check().is_ok());
    /// let more = PriceBreak { minimum_quantity: "10 each".parse()?, unit_price: "1 EUR".parse()? };
    /// offer.price_breaks.push(more);
    /// assert_eq!(
    ///     offer.check().unwrap_err().to_string(),
    ///     "`price_breaks[1].unit_price`: expected 0.90 EUR, the price of fewer, or less, got `1.00 EUR`"
    /// );
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn check(&self) -> Result<(), Invalid> {
        let (price, unit) = self.price()?;
        let mut before: Option<PriceBreak> = None;
        for (index, &next) in self.price_breaks.iter().enumerate() {
            let at = |field: &str, invalid: Invalid| {
                invalid.at(field).at(format_args!("price_breaks[{index}]"))
            };
            next.check(unit, before).map_err(|invalid| at("minimum_quantity", invalid))?;
            above_zero(next.unit_price, price, before)
                .map_err(|invalid| at("unit_price", invalid))?;
            before = Some(next);
        }
        if let Some(contract) = self.contract {
            let at = |field: &str, invalid: Invalid| invalid.at(field).at("contract");
            above_zero(contract.unit_price, price, None).map_err(|i| at("unit_price", i))?;
            quantity_not_negative(contract.remaining).map_err(|i| at("remaining", i))?;
        }
        self.check_quantities()?;
        self.charges.check().map_err(|invalid| invalid.at("charges"))?;
        if let Some(rebate) = self.charges.rebate_per_unit {
            let least = self.price_breaks.last().map_or(price, |last| last.unit_price);
            if least.currency() == rebate.currency() && least.amount() <= rebate.amount() {
                let expected = format!("less than the price of {least}");
                let invalid = Invalid::new("rebate_above_price", expected, rebate);
                return Err(invalid.at("rebate_per_unit").at("charges"));
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
        Ok(())
    }

    fn check_quantities(&self) -> Result<(), Invalid> {
        if self.pack_size.amount() <= Decimal::ZERO {
            let invalid =
                Invalid::new("pack_size_invalid", "a pack of more than zero", self.pack_size);
            return Err(invalid.at("pack_size"));
        }
        if let Some(weight) = self.pack_weight {
            let at = |invalid: Invalid| invalid.at("pack_weight");
            if weight.amount() <= Decimal::ZERO {
                let expected = "a weight of more than zero";
                return Err(at(Invalid::new("pack_weight_invalid", expected, weight)));
            }
            gram().and_then(|gram| weight.to(gram)).map_err(at)?;
        }
        if self.order_multiple_packs == Some(0) {
            let invalid = Invalid::new("order_multiple_invalid", "at least one pack", 0);
            return Err(invalid.at("order_multiple_packs"));
        }
        let minimum = quantity_not_negative(self.minimum_order_quantity);
        minimum.map_err(|invalid| invalid.at("minimum_order_quantity"))?;
        let available = self.available.map_or(Ok(()), quantity_not_negative);
        available.map_err(|invalid| invalid.at("available"))
    }
}

impl PriceBreak {
    /// Checks that it begins at zero or more, and beyond the one before it, in the same unit.
    fn check(&self, unit: Unit, before: Option<Self>) -> Result<(), Invalid> {
        let ascending = before
            .is_none_or(|before| before.minimum_quantity.amount() < self.minimum_quantity.amount());
        if ascending && self.minimum_quantity.unit() == unit && !self.minimum_quantity.is_negative()
        {
            return Ok(());
        }
        let expected = "quantities of zero or more in one unit, each larger than the last";
        Err(Invalid::new("price_breaks_invalid", expected, self.minimum_quantity))
    }
}

impl LineCharges {
    fn check(&self) -> Result<(), Invalid> {
        for (field, charge) in [
            ("handling_per_pack", self.handling_per_pack),
            ("import_fee", self.import_fee),
            ("rebate_per_unit", self.rebate_per_unit),
        ] {
            not_negative(charge).map_err(|invalid| invalid.at(field))?;
        }
        if let Some(deposit) = self.deposit {
            not_negative(Some(deposit.per_pack)).map_err(|i| i.at("per_pack").at("deposit"))?;
            at_most_all(deposit.returned).map_err(|i| i.at("returned").at("deposit"))?;
        }
        Ok(())
    }
}

/// Checks that a price is more than zero, in the currency of the first, and no more than the one
/// before it.
fn above_zero(price: Money, first: Money, before: Option<PriceBreak>) -> Result<(), Invalid> {
    first.compare(price)?;
    if price.is_negative() {
        return Err(Invalid::new("price_negative", "a price of more than zero", price));
    }
    if price.is_zero() {
        return Err(Invalid::new("price_zero", "a price of more than zero", price));
    }
    match before.filter(|before| before.unit_price.amount() < price.amount()) {
        Some(before) => {
            let expected = format!("{}, the price of fewer, or less", before.unit_price);
            Err(Invalid::new("price_breaks_rising", expected, price))
        }
        None => Ok(()),
    }
}

fn quantity_not_negative(quantity: Quantity) -> Result<(), Invalid> {
    if quantity.is_negative() {
        return Err(Invalid::new("quantity_negative", "a quantity of zero or more", quantity));
    }
    Ok(())
}
