//! What has to be bought, and how the buyer wants it chosen.

use super::{
    ComparisonPolicy, ExchangeRate,
    terms::{at_most_all, not_negative},
};
use crate::{
    inventory::Requirement,
    unit::{
        Currency, Day, Invalid, Money, Probability, Quantity, Rate, Sku, SupplierId, TimeOfDay,
        first_repeated,
    },
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A requirement, and what may be done to serve it.
///
/// A [`Requirement`] alone is one: to be covered wholly, by one supplier, surplus being worth nothing.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Need {
    /// The product.
    pub sku: Sku,
    /// How much, in the product's stock unit; more than zero.
    pub quantity: Quantity,
    /// The day by which it must be there.
    pub need_by: Day,
    /// More than this is never bought, such as what can be sold within its shelf life; without it, as
    /// much as packs, minimums and price breaks make sensible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub maximum_quantity: Option<Quantity>,
    /// What each unit costs that is not bought, such as the price of buying it in an emergency;
    /// without it, the requirement has to be covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub shortage_cost: Option<Money>,
    /// What each unit bought beyond the quantity is worth; zero for what perishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub surplus_value: Option<Money>,
    /// How many offers may share it; 1 or more.
    #[serde(default = "one")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub maximum_sources: u32,
    /// Days that the goods have to keep once they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub minimum_shelf_life_days: Option<u32>,
    /// From whom alone it may be bought; without it, from anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId[] | null"))]
    pub suppliers: Option<Vec<SupplierId>>,
}

fn one() -> u32 {
    1
}

impl From<Requirement> for Need {
    fn from(requirement: Requirement) -> Self {
        Self {
            sku: requirement.sku,
            quantity: requirement.quantity,
            need_by: requirement.need_by,
            maximum_quantity: None,
            shortage_cost: None,
            surplus_value: None,
            maximum_sources: 1,
            minimum_shelf_life_days: None,
            suppliers: None,
        }
    }
}

impl Need {
    /// What is required, without how it may be served.
    pub fn requirement(&self) -> Requirement {
        Requirement { sku: self.sku.clone(), quantity: self.quantity, need_by: self.need_by }
    }

    /// Checks what the types alone cannot: quantities above zero, the largest no smaller than the
    /// required one, amounts of zero or more, at least one source and one allowed supplier.
    ///
    /// # Errors
    ///
    /// The first field that cannot be accepted.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.quantity.amount() <= Decimal::ZERO {
            let invalid =
                Invalid::new("quantity_invalid", "a quantity of more than zero", self.quantity);
            return Err(invalid.at("quantity"));
        }
        if let Some(most) = self.maximum_quantity {
            let at_unit = most.to(self.quantity.unit()).map_err(|i| i.at("maximum_quantity"))?;
            if at_unit.amount() < self.quantity.amount() {
                let expected = format!("{} or more", self.quantity);
                return Err(Invalid::new("maximum_quantity_too_small", expected, most)
                    .at("maximum_quantity"));
            }
        }
        for (field, money) in
            [("shortage_cost", self.shortage_cost), ("surplus_value", self.surplus_value)]
        {
            if let Some(money) = money.filter(|money| money.is_negative()) {
                let invalid = Invalid::new("amount_negative", "an amount of zero or more", money);
                return Err(invalid.at(field));
            }
        }
        if self.suppliers.as_ref().is_some_and(Vec::is_empty) {
            let expected = "at least one supplier, or no such list";
            return Err(Invalid::new("suppliers_missing", expected, "none").at("suppliers"));
        }
        if self.maximum_sources == 0 {
            let invalid = Invalid::new("maximum_sources_invalid", "at least one source", 0);
            return Err(invalid.at("maximum_sources"));
        }
        Ok(())
    }
}

/// What holds for every comparison and allocation of one buying cycle.
///
/// [`SourcingOptions::new`] has the usual ones.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SourcingOptions {
    /// The day on which orders would be placed, in UTC.
    pub today: Day,
    /// The time of that day, in UTC; without it, early enough for every cut-off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "TimeOfDay | null"))]
    pub time: Option<TimeOfDay>,
    /// The currency in which offers are compared.
    pub currency: Currency,
    /// What other currencies are worth. Offers in a currency without a rate are excluded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub exchange_rates: Vec<ExchangeRate>,
    /// Days after which an exchange rate is too old to be used; without it, none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub exchange_rate_max_age_days: Option<u32>,
    /// Days after which a stated availability is too old to be relied on; without it, none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub availability_max_age_days: Option<u32>,
    /// From whom each product is bought when nobody compares, for the baseline of the saving.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub default_suppliers: BTreeMap<Sku, SupplierId>,
    /// By what offers are ranked.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub policy: ComparisonPolicy,
    /// What money costs a year, as a share: paying later and buying later are worth so much. Without
    /// it, payment terms make no difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub interest_rate: Option<Rate>,
    /// What a delivery costs that comes late or not as ordered; with it, offers cost more the more
    /// often that happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub failure_cost: Option<Money>,
    /// Offers that are known to be in time less often are excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub minimum_on_time: Option<Probability>,
    /// Suppliers that are known to deliver as ordered less often are excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub minimum_quality: Option<Probability>,
    /// Products that may be bought instead of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub substitutes: Vec<SubstituteProduct>,
    /// Suppliers that have to get an order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub required_suppliers: Vec<SupplierId>,
    /// Suppliers that may not get an order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub forbidden_suppliers: Vec<SupplierId>,
    /// The largest share of the value of all goods that a supplier may get.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub maximum_shares: BTreeMap<SupplierId, Rate>,
    /// Whether a supplier may get several orders, each delivered on a day of its own, with freight and
    /// minimum each; otherwise everything comes at its earliest day in one order.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub split_deliveries: bool,
    /// How much work an allocation may be, in options looked at; without it, as much as usual. The
    /// same number gives the same answer on every machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub steps: Option<u64>,
}

/// A product that may be bought instead of another.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SubstituteProduct {
    /// What is required.
    pub instead_of: Sku,
    /// What may be bought.
    pub sku: Sku,
    /// What this much of the substitute replaces ...
    pub quantity: Quantity,
    /// ... is this much of what is required.
    pub replaces: Quantity,
    /// What each unit of what is required costs more for being replaced, such as trouble and complaints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub penalty: Option<Money>,
}

impl SourcingOptions {
    /// Comparison at landed cost in one currency, without anything that has to be stated.
    pub fn new(today: Day, currency: Currency) -> Self {
        Self {
            today,
            time: None,
            currency,
            exchange_rates: Vec::new(),
            exchange_rate_max_age_days: None,
            availability_max_age_days: None,
            default_suppliers: BTreeMap::new(),
            policy: ComparisonPolicy::CheapestLanded,
            interest_rate: None,
            failure_cost: None,
            minimum_on_time: None,
            minimum_quality: None,
            substitutes: Vec::new(),
            required_suppliers: Vec::new(),
            forbidden_suppliers: Vec::new(),
            maximum_shares: BTreeMap::new(),
            split_deliveries: false,
            steps: None,
        }
    }
    /// Checks what the types alone cannot: exchange rates above zero, each of a day once; amounts and
    /// weights of zero or more; shares of at most all; substitutes that replace something else; no supplier both
    /// required and forbidden.
    ///
    /// # Errors
    ///
    /// The first field that cannot be accepted.
    pub fn check(&self) -> Result<(), Invalid> {
        let rates = &self.exchange_rates;
        let day = |place: usize| (rates[place].from, rates[place].to, rates[place].date);
        let twice = first_repeated(rates.len(), &mut |a, b| day(a).cmp(&day(b)));
        for (index, rate) in self.exchange_rates.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("exchange_rates[{index}]"));
            rate.check().map_err(at)?;
            if twice == Some(index) {
                let expected = format!("one rate from {} to {} a day", rate.from, rate.to);
                return Err(at(Invalid::new("exchange_rate_twice", expected, rate.date)));
            }
        }
        not_negative(self.failure_cost).map_err(|invalid| invalid.at("failure_cost"))?;
        let pairs = &self.substitutes;
        let pair = |place: usize| (&pairs[place].instead_of, &pairs[place].sku);
        let twice = first_repeated(pairs.len(), &mut |a, b| pair(a).cmp(&pair(b)));
        for (index, substitute) in self.substitutes.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("substitutes[{index}]"));
            substitute.check().map_err(at)?;
            if twice == Some(index) {
                let expected = format!("one way to replace {}", substitute.instead_of);
                return Err(at(Invalid::new("substitute_twice", expected, &substitute.sku)));
            }
        }
        for (supplier, &share) in &self.maximum_shares {
            let at = |invalid: Invalid| invalid.at(supplier).at("maximum_shares");
            at_most_all(share).map_err(at)?;
        }
        if let ComparisonPolicy::Weighted { cost, time, risk } = self.policy {
            for (field, weight) in [("cost", cost), ("time", time), ("risk", risk)] {
                if !(weight.is_finite() && weight >= 0.0) {
                    let expected = "a weight of zero or more";
                    let invalid = Invalid::new("weight_invalid", expected, weight);
                    return Err(invalid.at(field).at("policy"));
                }
            }
        }
        let both = self.required_suppliers.iter().find(|s| self.forbidden_suppliers.contains(s));
        if let Some(supplier) = both {
            let expected = "a supplier that is not forbidden as well";
            let invalid = Invalid::new("supplier_required_and_forbidden", expected, supplier);
            return Err(invalid.at("required_suppliers"));
        }
        Ok(())
    }
}

impl SubstituteProduct {
    fn check(&self) -> Result<(), Invalid> {
        if self.sku == self.instead_of {
            let expected = format!("another product than {}", self.instead_of);
            return Err(Invalid::new("substitute_for_itself", expected, &self.sku).at("sku"));
        }
        for (field, quantity) in [("quantity", self.quantity), ("replaces", self.replaces)] {
            if quantity.amount() <= Decimal::ZERO {
                let expected = "a quantity of more than zero";
                return Err(Invalid::new("quantity_invalid", expected, quantity).at(field));
            }
        }
        not_negative(self.penalty).map_err(|invalid| invalid.at("penalty"))
    }
}
