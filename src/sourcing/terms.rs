//! What suppliers ask of a whole order, and how they deliver.

use super::order_charges::{gram, millionths};
use crate::{
    inventory::Calendar,
    unit::{Exact, Invalid, Money, Probability, Quantity, Rate, SupplierId, UtcOffset},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a supplier asks of a whole order, and how it delivers.
///
/// [`SupplierTerms::none`] asks nothing; everything else is a change to one of its fields. Thresholds
/// of value are reached by the goods alone, in the currency of the comparison: those in another are
/// exchanged first.
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
    /// Orders with less goods than this are refused, or taken at a surcharge.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub minimum_order_value: Option<Money>,
    /// What an order below the minimum costs more; without it, such orders are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub below_minimum_surcharge: Option<Money>,
    /// Charged once an order, where no band says otherwise.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub freight: Option<Money>,
    /// Freight by value or weight of the order, the smallest first; below the first, `freight` holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub freight_bands: Vec<FreightBand>,
    /// Orders with at least this much goods pay no freight.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub free_freight_from: Option<Money>,
    /// What the supplier charges for handling an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub handling: Option<Money>,
    /// What placing and receiving an order costs the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub order_cost: Option<Money>,
    /// What the supplier gives back at the end of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "YearlyRebate | null"))]
    pub yearly_rebate: Option<YearlyRebate>,
    /// When the goods have to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "PaymentTerms | null"))]
    pub payment: Option<PaymentTerms>,
    /// On which days, and until which time of the supplier's day, orders are taken, and on which days
    /// goods arrive; without it, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Calendar | null"))]
    pub calendar: Option<Calendar>,
    /// How far the supplier's clocks are ahead of UTC on the day of ordering; without it, not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "UtcOffset | null"))]
    pub utc_offset: Option<UtcOffset>,
    /// The share of deliveries that came in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub on_time: Option<Probability>,
    /// The share of deliveries that were as ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub quality: Option<Probability>,
    /// Whether it goes before others that cost the same.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub preferred: bool,
    /// Why nothing may be ordered there, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub blocked: Option<String>,
}

/// The freight of orders from some size on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct FreightBand {
    /// From this size on.
    pub from: OrderSize,
    /// Charged once an order.
    pub freight: Money,
}

/// How large an order is: the bands of one supplier are all by value or all by weight.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum OrderSize {
    /// Of its goods.
    Value(Money),
    /// Of its packs.
    Weight(Quantity),
}

/// What a supplier gives back on a year's purchases, once they reach a tier.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct YearlyRebate {
    /// Goods bought this year so far.
    pub purchased: Money,
    /// The tiers, the smallest first; the last one reached holds for all of the year's goods.
    pub tiers: Vec<RebateTier>,
}

/// A share that is given back from some yearly value on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RebateTier {
    /// From this much goods a year on.
    pub from: Money,
    /// Share of the goods.
    pub rate: Rate,
}

/// When goods have to be paid.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PaymentTerms {
    /// Days from the order until payment is due.
    pub days: u32,
    /// A discount for paying earlier, taken when it is worth more than paying later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "EarlyPayment | null"))]
    pub early: Option<EarlyPayment>,
}

/// A discount for paying early.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct EarlyPayment {
    /// Days from the order within which payment brings the discount.
    pub days: u32,
    /// Share of the goods.
    pub discount: Rate,
}

impl SupplierTerms {
    /// A supplier that asks nothing of an order.
    pub fn none(supplier: SupplierId) -> Self {
        Self {
            supplier,
            name: None,
            minimum_order_value: None,
            below_minimum_surcharge: None,
            freight: None,
            freight_bands: Vec::new(),
            free_freight_from: None,
            handling: None,
            order_cost: None,
            yearly_rebate: None,
            payment: None,
            calendar: None,
            utc_offset: None,
            on_time: None,
            quality: None,
            preferred: false,
            blocked: None,
        }
    }
    /// Checks what the types alone cannot: amounts of zero or more, bands and tiers ascending and each
    /// of one kind, shares of at most all, a surcharge only below a minimum.
    ///
    /// # Errors
    ///
    /// The first term that cannot be accepted, with its field.
    ///
    /// ```
    /// use replenish::{sourcing::{FreightBand, OrderSize, SupplierTerms}, unit::SupplierId};
    /// let band = |from: &str, freight: &str| Ok::<_, replenish::unit::Invalid>(FreightBand {
    ///     from: OrderSize::Weight(from.parse()?),
    ///     freight: freight.parse()?,
    /// });
    /// let terms = SupplierTerms {
    ///     freight_bands: vec![band("30 kg", "9 EUR")?, band("25 kg", "12 EUR")?],
    ///     ..SupplierTerms::none(SupplierId::new("farm")?)
    /// };
    /// assert_eq!(terms.check().unwrap_err().path, "freight_bands[1].from");
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn check(&self) -> Result<(), Invalid> {
        for (field, term) in [
            ("minimum_order_value", self.minimum_order_value),
            ("below_minimum_surcharge", self.below_minimum_surcharge),
            ("freight", self.freight),
            ("free_freight_from", self.free_freight_from),
            ("handling", self.handling),
            ("order_cost", self.order_cost),
        ] {
            not_negative(term).map_err(|invalid| invalid.at(field))?;
        }
        if self.below_minimum_surcharge.is_some() && self.minimum_order_value.is_none() {
            let expected = "a minimum order value, below which the surcharge is due";
            let invalid = Invalid::new("minimum_missing", expected, "none");
            return Err(invalid.at("minimum_order_value"));
        }
        for (index, band) in self.freight_bands.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| self.freight_bands[index].from);
            let at = |invalid: Invalid| invalid.at(format_args!("freight_bands[{index}]"));
            not_negative(Some(band.freight)).map_err(|i| at(i.at("freight")))?;
            band.from.check_after(before).map_err(|i| at(i.at("from")))?;
        }
        if let Some(yearly) = &self.yearly_rebate {
            yearly.check().map_err(|invalid| invalid.at("yearly_rebate"))?;
        }
        if let Some(early) = self.payment.and_then(|payment| payment.early) {
            let at = |invalid: Invalid| invalid.at("early").at("payment");
            at_most_all(early.discount).map_err(|invalid| at(invalid.at("discount")))?;
            let due = self.payment.map_or(0, |payment| payment.days);
            if early.days > due {
                let expected = format!("{due} days, within which payment is due, or fewer");
                let invalid = Invalid::new("early_payment_late", expected, early.days);
                return Err(at(invalid.at("days")));
            }
        }
        Ok(())
    }
}

impl OrderSize {
    /// Checks that it is zero or more, and more than the size before it, of the same kind.
    fn check_after(self, before: Option<Self>) -> Result<(), Invalid> {
        let wrong = |code, expected: &str, got: &dyn std::fmt::Display| {
            Err(Invalid::new(code, expected, got))
        };
        let ascending = "a larger size than that of the band before";
        match (self, before) {
            (Self::Value(value), _) if value.is_negative() => {
                wrong("amount_negative", "an amount of zero or more", &value)
            }
            (Self::Weight(weight), _) if weight.is_negative() => {
                wrong("quantity_negative", "a quantity of zero or more", &weight)
            }
            (Self::Value(value), Some(Self::Value(last))) => {
                if last.compare(value)?.is_lt() {
                    return Ok(());
                }
                wrong("freight_bands_invalid", ascending, &value)
            }
            (Self::Weight(weight), Some(Self::Weight(last))) => {
                if last.to(weight.unit())?.amount() < weight.amount() {
                    return Ok(());
                }
                wrong("freight_bands_invalid", ascending, &weight)
            }
            (Self::Value(value), Some(Self::Weight(_))) => {
                wrong("freight_bands_mixed", "a weight, as in the band before", &value)
            }
            (Self::Weight(weight), Some(Self::Value(_))) => {
                wrong("freight_bands_mixed", "a value, as in the band before", &weight)
            }
            (Self::Value(_), None) => Ok(()),
            (Self::Weight(weight), None) => gram().and_then(|gram| weight.to(gram)).map(drop),
        }
    }
}

impl YearlyRebate {
    fn check(&self) -> Result<(), Invalid> {
        not_negative(Some(self.purchased)).map_err(|invalid| invalid.at("purchased"))?;
        let mut before: Option<RebateTier> = None;
        for (index, &tier) in self.tiers.iter().enumerate() {
            let at = |field: &str, i: Invalid| i.at(field).at(format_args!("tiers[{index}]"));
            not_negative(Some(tier.from)).map_err(|invalid| at("from", invalid))?;
            self.purchased.compare(tier.from).map_err(|invalid| at("from", invalid))?;
            at_most_all(tier.rate).map_err(|invalid| at("rate", invalid))?;
            millionths(tier.rate.factor()).map_err(|invalid| at("rate", invalid))?;
            if let Some(before) = before {
                if tier.from.amount() <= before.from.amount() {
                    let expected = format!("more than {}, the tier before", before.from);
                    let invalid = Invalid::new("rebate_tiers_invalid", expected, tier.from);
                    return Err(at("from", invalid));
                }
                if tier.rate < before.rate {
                    let expected = format!("{}, as in the tier before, or more", before.rate);
                    let invalid = Invalid::new("rebate_tiers_invalid", expected, tier.rate);
                    return Err(at("rate", invalid));
                }
            }
            before = Some(tier);
        }
        Ok(())
    }
}

impl PaymentTerms {
    /// What paying as the terms allow is worth, as a share of the goods to twelve decimals, when
    /// money costs so much a year: paying at the end, or early at a discount if that is worth more.
    ///
    /// Keeping the money for some days is worth rate × days / 365 of what is then paid.
    pub(super) fn worth(&self, interest_rate: Rate) -> Decimal {
        let kept = |days: u32| {
            let worth = interest_rate.factor().times(Decimal::from(days));
            worth.checked_over(Decimal::from(365)).unwrap_or_default()
        };
        let late = kept(self.days);
        let worth = self.early.map_or(late, |early| {
            let discount = early.discount.factor();
            let paid = Decimal::ONE.minus(discount);
            late.max(discount.plus(paid.times(kept(early.days))))
        });
        worth.round_dp(12)
    }
}

/// Checks that an amount, where there is one, is zero or more.
pub(super) fn not_negative(money: Option<Money>) -> Result<(), Invalid> {
    match money.filter(|money| money.is_negative()) {
        Some(money) => Err(Invalid::new("terms_negative", "an amount of zero or more", money)),
        None => Ok(()),
    }
}

/// Checks that a share is at most all.
pub(super) fn at_most_all(share: Rate) -> Result<(), Invalid> {
    if share > Rate::ONE {
        return Err(Invalid::new("share_above_one", "a share from 0 to 1", share));
    }
    Ok(())
}
