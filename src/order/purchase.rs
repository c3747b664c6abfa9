//! What we ask of a supplier.

use crate::unit::{
    Currency, Day, Invalid, LineId, LocationId, Money, OfferId, PurchaseOrderId, Quantity, Rate,
    Rounding, Sku, SupplierId, TimeOfDay, Unit, UtcOffset,
};
use serde::{Deserialize, Serialize};

/// A purchase order that nobody has approved yet.
///
/// Every amount is in the currency in which the supplier invoices.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PurchaseOrder {
    /// Derived from day, supplier and content (products, offers, packs, where and when they go): the
    /// same proposal has the same name, another one another.
    pub id: PurchaseOrderId,
    /// Its number in the buyer's sequence, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub number: Option<String>,
    /// Counts the changes of the draft, from 1.
    pub revision: u32,
    /// From whom we buy.
    pub supplier: SupplierId,
    /// What people call the supplier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub supplier_name: Option<String>,
    /// Where the goods go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId | null"))]
    pub location: Option<LocationId>,
    /// In which the supplier invoices.
    pub currency: Currency,
    /// The day on which it would be placed.
    pub order_date: Day,
    /// The day on which the goods shall come: the last day on which the supplier delivers before
    /// anything of it is needed late, or else the first on which it can.
    pub requested_delivery: Day,
    /// The last moment at which the supplier takes the order for that day, where its lead times are
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "OrderBy | null"))]
    pub order_by: Option<OrderBy>,
    /// The lines in order of the products.
    pub lines: Vec<PurchaseOrderLine>,
    /// Sum of the lines' amounts.
    pub goods: Money,
    /// Charged for the whole order.
    pub freight: Money,
    /// What the supplier charges beside it for the whole order: handling, and the surcharge of an
    /// order below its minimum.
    pub charges: Money,
    /// Tax on freight and charges, where they are taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub charges_tax_rate: Option<Rate>,
    /// Goods, the lines' charges, freight and charges of the order.
    pub net: Money,
    /// Tax by rate, the lowest rate first; the base of a rate is what the lines of that rate and their
    /// charges cost, and freight and charges of the order where they are taxed at it.
    pub taxes: Vec<PurchaseTax>,
    /// All tax.
    pub tax: Money,
    /// Net and tax.
    pub total: Money,
    /// The day on which the last line can be sold when it is delivered as requested.
    pub expected_arrival: Day,
    /// For the supplier and for whoever approves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub notes: Vec<String>,
    /// The drafts that were merged into it, so that none is ordered twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub merged: Vec<MergedDraft>,
}

/// A draft that became part of another.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MergedDraft {
    /// Which.
    pub id: PurchaseOrderId,
    /// As it was then.
    pub revision: u32,
}

/// The last moment at which an order can be placed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderBy {
    /// The day at the supplier's place.
    pub day: Day,
    /// The time of that day there; without it, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "TimeOfDay | null"))]
    pub time: Option<TimeOfDay>,
    /// How far the supplier's clocks are ahead of UTC, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "UtcOffset | null"))]
    pub utc_offset: Option<UtcOffset>,
}

/// Tax of one rate.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PurchaseTax {
    /// Share of the base.
    pub rate: Rate,
    /// What is taxed.
    pub base: Money,
    /// The tax, rounded half up once on the base.
    pub amount: Money,
}

/// One line of a purchase order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PurchaseOrderLine {
    /// Its name within the order: the product's, with a number where the order has it again.
    pub id: LineId,
    /// The product that is bought.
    pub sku: Sku,
    /// What the buyer calls it, where that is not the product's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub buyer_code: Option<String>,
    /// What the supplier calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub supplier_code: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub description: Option<String>,
    /// Where it goes, where that is not where the order goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId | null"))]
    pub location: Option<LocationId>,
    /// The offer it takes up.
    pub offer: OfferId,
    /// Whole packs.
    pub packs: u64,
    /// Content of one pack, in the supplier's unit.
    pub pack_size: Quantity,
    /// What they contain, in the unit in which stock is kept.
    pub quantity: Quantity,
    /// Price of one unit of the offer; an average to six decimals where a contract or incremental
    /// breaks give several.
    pub unit_price: Money,
    /// What that price is for one of, where the offer is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Unit | null"))]
    pub price_unit: Option<Unit>,
    /// From which quantity on the price holds, where it is one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub price_break: Option<Quantity>,
    /// What the goods of the line cost.
    pub amount: Money,
    /// What the supplier charges on the line beside the goods, such as handling and deposits.
    pub charges: Money,
    /// Tax on the line, where the offer states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub tax_rate: Option<Rate>,
    /// The day on which it is needed.
    pub need_by: Day,
    /// The first day on which it could be sold, as far as the offer allows.
    pub arrival: Day,
    /// Why it is bought: from the forecast to the choice of the offer, in words and numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub reasons: Vec<Reason>,
}

/// A step of the reasoning that led to a line.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Reason {
    /// Which.
    pub step: ReasonStep,
    /// In words and numbers.
    pub text: String,
}

/// The steps from a forecast to a line.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ReasonStep {
    /// How much will be wanted.
    Forecast,
    /// How much has to be bought by when.
    Requirement,
    /// Why from this offer, in so many packs.
    Allocation,
}

impl PurchaseOrder {
    /// Works out goods, net, taxes, tax and total from lines, freight and charges.
    ///
    /// # Errors
    ///
    /// The amount that is in another currency than the order, or too large, with its field.
    pub(super) fn add_up(&mut self) -> Result<(), Invalid> {
        let mut goods = Money::zero(self.currency);
        let mut net = goods.plus(self.freight).map_err(|invalid| invalid.at("freight"))?;
        net = net.plus(self.charges).map_err(|invalid| invalid.at("charges"))?;
        let mut taxes: Vec<PurchaseTax> = Vec::new();
        if let Some(rate) = self.charges_tax_rate {
            add_base(&mut taxes, rate, net)?;
        }
        for (index, line) in self.lines.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("lines[{index}]"));
            goods = goods.plus(line.amount).map_err(|invalid| at(invalid.at("amount")))?;
            let charged = goods_and_charges(line).map_err(at)?;
            net = net.plus(charged).map_err(at)?;
            if let Some(rate) = line.tax_rate {
                add_base(&mut taxes, rate, charged).map_err(at)?;
            }
        }
        let mut tax = Money::zero(self.currency);
        for one in &mut taxes {
            one.amount = one.base.times(one.rate.factor())?.rounded(Rounding::HalfUp);
            tax = tax.plus(one.amount)?;
        }
        self.total = net.plus(tax)?;
        (self.goods, self.net, self.taxes, self.tax) = (goods, net, taxes, tax);
        Ok(())
    }
}

fn goods_and_charges(line: &PurchaseOrderLine) -> Result<Money, Invalid> {
    line.amount.plus(line.charges).map_err(|invalid| invalid.at("charges"))
}

/// Adds to the base of a rate; the lowest rate comes first, and nothing is no base.
fn add_base(taxes: &mut Vec<PurchaseTax>, rate: Rate, base: Money) -> Result<(), Invalid> {
    if base.is_zero() {
        return Ok(());
    }
    let place = taxes.partition_point(|tax| tax.rate < rate);
    match taxes.get_mut(place) {
        Some(tax) if tax.rate == rate => tax.base = tax.base.plus(base)?,
        _ => {
            let amount = Money::zero(base.currency());
            taxes.insert(place, PurchaseTax { rate, base, amount });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Lines as (amount, charges, tax rate).
    fn order(lines: &[(&str, &str, Option<&str>)]) -> PurchaseOrder {
        let day = "2026-11-23";
        let line = |(index, &(amount, charges, tax_rate)): (usize, &(&str, &str, Option<&str>))| {
            json!({
                "id": index.to_string(), "sku": "a", "offer": "o", "packs": 1, "pack_size": "1 each",
                "quantity": "1 each", "unit_price": amount, "amount": amount, "charges": charges,
                "tax_rate": tax_rate, "need_by": day, "arrival": day,
            })
        };
        let lines: Vec<_> = lines.iter().enumerate().map(line).collect();
        let order = json!({
            "id": "p", "revision": 1, "supplier": "s", "currency": "EUR", "order_date": day,
            "requested_delivery": day, "lines": lines, "goods": "0 EUR", "freight": "1 EUR",
            "charges": "2 EUR", "net": "0 EUR", "taxes": [], "tax": "0 EUR", "total": "0 EUR",
            "expected_arrival": day,
        });
        serde_json::from_value(order).expect("an order")
    }

    #[test]
    fn tax_is_rounded_once_for_each_rate() {
        // Each line's own tax would round to nothing.
        let cents = ("0.02 EUR", "0.00 EUR", Some("0.19"));
        let mut order = order(&[cents, cents, ("5 EUR", "0.50 EUR", Some("0")), cents]);
        order.add_up().unwrap();
        let taxes: Vec<_> =
            order.taxes.iter().map(|tax| (tax.base.to_string(), tax.amount.to_string())).collect();
        let expected = [("5.50 EUR", "0.00 EUR"), ("0.06 EUR", "0.01 EUR")];
        assert_eq!(taxes, expected.map(|(base, tax)| (base.to_owned(), tax.to_owned())));
        let sums = [order.goods, order.net, order.tax, order.total].map(|sum| sum.to_string());
        assert_eq!(sums, ["5.06 EUR", "8.56 EUR", "0.01 EUR", "8.57 EUR"]);
        // Adding up again changes nothing.
        let before = order.clone();
        order.add_up().unwrap();
        assert_eq!(order, before);
    }

    #[test]
    fn amounts_in_another_currency_are_refused_with_their_place() {
        let path = |order: &mut PurchaseOrder| order.add_up().unwrap_err().path.clone();
        assert_eq!(
            path(&mut order(&[("1 EUR", "0 EUR", None), ("1 USD", "0 EUR", None)])),
            "lines[1].amount"
        );
        assert_eq!(path(&mut order(&[("1 EUR", "0 USD", None)])), "lines[0].charges");
        let mut foreign = order(&[]);
        foreign.freight = "1 USD".parse().unwrap();
        assert_eq!(path(&mut foreign), "freight");
    }
}
