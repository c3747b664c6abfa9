//! Every offer for one requirement, at landed cost, and why the others are out.

use super::{Offer, Purchase, SourcingError, SupplierTerms, landed_cost::purchases};
use crate::{
    inventory::Requirement,
    unit::{Currency, Day, Invalid, Money, OfferId, Quantity, Sku, SupplierId, index, sort_by},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What holds for every comparison and allocation of one buying cycle.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SourcingOptions {
    /// The day on which orders would be placed.
    pub today: Day,
    /// The currency in which offers are compared; others are excluded.
    pub currency: Currency,
    /// From whom each product is bought when nobody compares, for the baseline of the saving.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub default_suppliers: BTreeMap<Sku, SupplierId>,
}

/// Goods that go to a supplier in the same order anyway.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderSoFar {
    /// Who.
    pub supplier: SupplierId,
    /// Value of those goods.
    pub goods: Money,
}

/// All offers for one requirement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Comparison {
    /// The product.
    pub sku: Sku,
    /// How much of it is needed.
    pub required: Quantity,
    /// Offers that can serve, the lowest landed cost first; ties by earlier arrival, then by offer.
    pub ranked: Vec<RankedOffer>,
    /// Offers that cannot, in order of their names.
    pub excluded: Vec<ExcludedOffer>,
}

/// An offer that can serve, and what serving from it adds to the bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RankedOffer {
    /// The offer.
    pub offer: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// How much to buy, and the goods' price.
    pub purchase: Purchase,
    /// What the line changes in the supplier's freight: negative when it brings free freight.
    pub freight: Money,
    /// What the line changes in the money missing to the supplier's minimum order value.
    pub minimum_order_excess: Money,
    /// Goods, freight and minimum-order excess together.
    pub landed_cost: Money,
    /// Landed cost of one unit that is really needed, to a ten-thousandth.
    pub landed_cost_per_required_unit: Money,
    /// Bought beyond the need, for packs, minimum quantity or a price break.
    pub surplus: Quantity,
    /// The day on which the goods can be sold.
    pub arrival: Day,
}

/// An offer that cannot serve.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ExcludedOffer {
    /// The offer.
    pub offer: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// Why not.
    pub reason: Exclusion,
    /// What would make it eligible, in words.
    pub remedy: String,
}

/// Why an offer cannot serve a requirement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Exclusion {
    /// The offer or its supplier's terms contradict themselves or cannot be converted.
    Invalid {
        /// What is wrong.
        problem: Invalid,
    },
    /// Its price is in another currency.
    OtherCurrency {
        /// Which.
        currency: Currency,
    },
    /// It does not hold yet.
    NotYetValid {
        /// First day on which it holds.
        valid_from: Day,
    },
    /// It does not hold any more.
    Expired {
        /// Last day on which it held.
        valid_until: Day,
    },
    /// The supplier has less than the smallest purchase that covers the need.
    NotEnough {
        /// What the supplier has.
        available: Quantity,
    },
    /// It arrives after the need while another arrives in time, or earlier than this one.
    TooLate {
        /// When it would arrive.
        arrival: Day,
        /// The latest arrival that was considered.
        latest: Day,
    },
}

/// An offer that can serve, with the purchases that make sense.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) offer: &'a Offer,
    pub(super) purchases: Vec<Purchase>,
    pub(super) arrival: Day,
}

/// Ranks the offers for one requirement by landed cost.
///
/// Landed cost is what the line adds to the bill, given the goods that go to the same suppliers
/// anyway: goods at the price break reached (buying up to a break where that is cheaper), the change
/// in freight, and the change in the money missing to the minimum order value, which has to be spent
/// on something. An offer that arrives after the day of need is considered only when none arrives in
/// time, and then only the fastest.
///
/// # Errors
///
/// When the requirement is not positive or `so_far` is in another currency. A bad offer is no error:
/// it is listed as excluded.
///
/// ```
/// use replenish::{
///     inventory::Requirement,
///     sourcing::{Offer, PriceBreak, SourcingOptions, compare},
/// };
/// let need = Requirement {
///     sku: "apple".parse()?,
///     quantity: "9 each".parse()?,
///     need_by: "2026-11-24".parse()?,
/// };
/// let offer = |id: &str, supplier: &str, breaks: &[(&str, &str)], lead_time_days| {
///     let price = |&(from, price): &(&str, &str)| Ok(PriceBreak {
///         minimum_quantity: from.parse()?,
///         unit_price: price.parse()?,
///     });
///     Ok::<_, replenish::unit::Invalid>(Offer {
///         id: id.parse()?,
///         supplier: supplier.parse()?,
///         sku: "apple".parse()?,
///         price_breaks: breaks.iter().map(price).collect::<Result<_, replenish::unit::Invalid>>()?,
///         pack_size: "1 each".parse()?,
///         minimum_order_quantity: "1 each".parse()?,
///         lead_time_days,
///         available: None,
///         valid_from: None,
///         valid_until: None,
///     })
/// };
/// let offers = [
///     offer("o-1", "farm", &[("1 each", "1.00 EUR"), ("10 each", "0.80 EUR")], 2)?,
///     offer("o-2", "mill", &[("1 each", "0.90 EUR")], 1)?,
///     offer("o-3", "port", &[("1 each", "0.10 EUR")], 30)?,
/// ];
/// let options = SourcingOptions {
///     today: "2026-11-21".parse()?,
///     currency: "EUR".parse()?,
///     default_suppliers: Default::default(),
/// };
/// let result = compare(&need, &offers, &[], &[], &options)?;
/// assert_eq!(result.ranked[0].landed_cost.to_string(), "8.00 EUR"); // ten at 0.80, not nine at 1.00
/// assert_eq!(result.ranked[0].surplus.to_string(), "1 each");
/// assert_eq!(result.ranked[1].landed_cost.to_string(), "8.10 EUR");
/// assert_eq!(result.excluded[0].remedy, "arrival by 2026-11-24 instead of 2026-12-21");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare(
    need: &Requirement,
    offers: &[Offer],
    terms: &[SupplierTerms],
    so_far: &[OrderSoFar],
    options: &SourcingOptions,
) -> Result<Comparison, SourcingError> {
    let offers: Vec<&Offer> = offers.iter().filter(|offer| offer.sku == need.sku).collect();
    let terms = index(terms.iter().map(|terms| (&terms.supplier, terms)));
    let mut goods = BTreeMap::new();
    for (index, order) in so_far.iter().enumerate() {
        let before = goods.get(&order.supplier).copied();
        let sum = before.unwrap_or(Money::zero(options.currency)).plus(order.goods);
        let sum = sum.map_err(|invalid| invalid.at("goods").at(format_args!("so_far[{index}]")))?;
        goods.insert(&order.supplier, sum);
    }
    compare_given(need, &offers, &terms, &goods, options)
}

/// [`compare`] over offers for this product and look-ups that are already built.
pub(super) fn compare_given(
    need: &Requirement,
    offers: &[&Offer],
    terms: &BTreeMap<&SupplierId, &SupplierTerms>,
    so_far: &BTreeMap<&SupplierId, Money>,
    options: &SourcingOptions,
) -> Result<Comparison, SourcingError> {
    let (candidates, mut excluded) = candidates(need, offers, terms, options)?;
    let mut ranked = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let none = SupplierTerms::none(&candidate.offer.supplier);
        let terms = terms.get(&candidate.offer.supplier).copied().unwrap_or(&none);
        let before = so_far.get(&candidate.offer.supplier).copied();
        let before = before.unwrap_or(Money::zero(options.currency));
        match rank(need, &candidate, terms, before) {
            Ok(offer) => ranked.push(offer),
            Err(problem) => excluded.push(exclude(candidate.offer, Exclusion::Invalid { problem })),
        }
    }
    sort_by(&mut ranked, |a, b| {
        let key = |ranked: &RankedOffer| (ranked.landed_cost.amount(), ranked.arrival);
        key(a).cmp(&key(b)).then_with(|| a.offer.cmp(&b.offer))
    });
    sort_by(&mut excluded, |a, b| a.offer.cmp(&b.offer));
    Ok(Comparison { sku: need.sku.clone(), required: need.quantity, ranked, excluded })
}

/// The offers that can serve, in order of their names, and the ones that cannot.
pub(super) fn candidates<'a>(
    need: &Requirement,
    offers: &[&'a Offer],
    terms: &BTreeMap<&SupplierId, &SupplierTerms>,
    options: &SourcingOptions,
) -> Result<(Vec<Candidate<'a>>, Vec<ExcludedOffer>), Invalid> {
    if need.quantity.amount() <= Decimal::ZERO {
        let invalid =
            Invalid::new("quantity_invalid", "a quantity of more than zero", need.quantity);
        return Err(invalid.at("quantity"));
    }
    let (mut able, mut excluded) = (Vec::new(), Vec::new());
    for &offer in offers {
        match candidate(need, offer, terms.get(&offer.supplier).copied(), options) {
            Ok(candidate) => able.push(candidate),
            Err(reason) => excluded.push(exclude(offer, reason)),
        }
    }
    // INVARIANT: without a candidate there is nothing to retain, so the fallback is never looked at.
    let fastest = able.iter().map(|candidate| candidate.arrival).min().unwrap_or(need.need_by);
    let latest = need.need_by.max(fastest);
    able.retain(|candidate| {
        let arrival = candidate.arrival;
        if arrival > latest {
            excluded.push(exclude(candidate.offer, Exclusion::TooLate { arrival, latest }));
        }
        arrival <= latest
    });
    sort_by(&mut able, |a, b| a.offer.id.cmp(&b.offer.id));
    Ok((able, excluded))
}

fn candidate<'a>(
    need: &Requirement,
    offer: &'a Offer,
    terms: Option<&SupplierTerms>,
    options: &SourcingOptions,
) -> Result<Candidate<'a>, Exclusion> {
    let invalid = |problem| Exclusion::Invalid { problem };
    offer.check().map_err(invalid)?;
    let currency = offer.price_breaks[0].unit_price.currency();
    if currency != options.currency {
        return Err(Exclusion::OtherCurrency { currency });
    }
    if let Some(terms) = terms {
        terms.check(options.currency).map_err(invalid)?;
    }
    if let Some(valid_from) = offer.valid_from.filter(|&day| day > options.today) {
        return Err(Exclusion::NotYetValid { valid_from });
    }
    if let Some(valid_until) = offer.valid_until.filter(|&day| day < options.today) {
        return Err(Exclusion::Expired { valid_until });
    }
    let arrival = options.today.plus_days(i64::from(offer.lead_time_days)).map_err(invalid)?;
    let purchases = purchases(offer, need.quantity).map_err(invalid)?;
    match offer.available {
        Some(available) if purchases.is_empty() => Err(Exclusion::NotEnough { available }),
        _ => Ok(Candidate { offer, purchases, arrival }),
    }
}

/// The purchase that adds least to the bill, with everything it adds.
fn rank(
    need: &Requirement,
    candidate: &Candidate<'_>,
    terms: &SupplierTerms,
    before: Money,
) -> Result<RankedOffer, Invalid> {
    let charges_before = terms.charges(before)?;
    let mut best: Option<RankedOffer> = None;
    for &purchase in &candidate.purchases {
        let charges = terms.charges(before.plus(purchase.goods)?)?;
        let freight = charges.freight.minus(charges_before.freight)?;
        let minimum_order_excess = charges.below_minimum.minus(charges_before.below_minimum)?;
        let landed_cost = purchase.goods.plus(freight)?.plus(minimum_order_excess)?;
        if best.as_ref().is_some_and(|best| landed_cost.amount() >= best.landed_cost.amount()) {
            continue;
        }
        let per_unit = landed_cost.amount().checked_div(need.quantity.amount()).unwrap_or_default();
        best = Some(RankedOffer {
            offer: candidate.offer.id.clone(),
            supplier: candidate.offer.supplier.clone(),
            purchase,
            freight,
            minimum_order_excess,
            landed_cost,
            landed_cost_per_required_unit: Money::new(per_unit.round_dp(4), landed_cost.currency()),
            surplus: purchase.quantity.minus(need.quantity)?,
            arrival: candidate.arrival,
        });
    }
    best.ok_or_else(|| Invalid::new("purchase_missing", "at least one purchase", "none"))
}

fn exclude(offer: &Offer, reason: Exclusion) -> ExcludedOffer {
    let remedy = match &reason {
        Exclusion::Invalid { problem } => format!("a corrected offer: {problem}"),
        Exclusion::OtherCurrency { currency } => {
            format!("a price in the basket's currency instead of {currency}")
        }
        Exclusion::NotYetValid { valid_from } => format!("ordering on {valid_from} or later"),
        Exclusion::Expired { valid_until } => {
            format!("a new offer; this one held until {valid_until}")
        }
        Exclusion::NotEnough { available } => {
            let (pack, minimum) = (offer.pack_size, offer.minimum_order_quantity);
            format!(
                "more than the {available} there are, in packs of {pack} and at least {minimum}"
            )
        }
        Exclusion::TooLate { arrival, latest } => {
            format!("arrival by {latest} instead of {arrival}")
        }
    };
    ExcludedOffer { offer: offer.id.clone(), supplier: offer.supplier.clone(), reason, remedy }
}
