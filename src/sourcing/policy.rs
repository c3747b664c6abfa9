//! By what offers are ranked.

use super::{
    ScoreParts, SourcingOptions,
    compare::Entry,
    eligible::Market,
    erp_policy::{VendorChoice, VendorLines},
};
use crate::{
    sourcing::Need,
    unit::{Exact, Invalid, SupplierId, distinct, sort_by},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// By what the offers for a requirement are ranked.
///
/// The first five buy of every offer the number of packs that costs least; those named after programs
/// do as the program does, and buy the fewest packs that cover the need: they are for finding out what
/// the present program costs. They choose among the offers that can serve, since none of them can
/// order elsewhere either.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ComparisonPolicy {
    /// The order in which the offers are given, even if they come too late.
    FirstInList,
    /// The first in the list that arrives in time; if none does, the fastest.
    FirstInTime,
    /// The lowest price of a unit at the quantity bought, whatever else it costs.
    CheapestSticker,
    /// The lowest landed cost, with what a shortage costs and without what surplus is worth.
    #[default]
    CheapestLanded,
    /// The lowest weighted sum of cost, time and risk, each measured against something that other
    /// offers do not change unless they are cheaper.
    Weighted {
        /// Of net cost as a multiple of the lowest one, or of one unit of the currency where that is
        /// nothing; zero or more, as the other two.
        cost: f64,
        /// Of days until arrival as a multiple of the days until the need, or of one day.
        time: f64,
        /// Of the probability that the delivery comes late or not as ordered, as far as that is known.
        risk: f64,
    },
    /// Odoo up to version 18: the supplier of the first price in the list whose quantity is reached,
    /// and of that supplier's prices the lowest; other suppliers are not looked at, however cheap.
    OdooFirstVendor,
    /// Odoo since then: the lowest price whose quantity is reached, of any supplier.
    OdooCheapestVendor,
    /// Tryton's purchase requests: the first in the list that arrives in time, and if none does, the
    /// fastest; prices are not looked at.
    TrytonFirstInTime,
    /// Tryton's quotations: a preferred one, and of several the smallest number, whatever its
    /// currency and unit.
    TrytonBestQuotation,
    /// iDempiere's replenishment: the supplier that is preferred, if there is exactly one; or the only
    /// one there is. Otherwise it chooses nobody.
    IdempiereCurrentVendor,
    /// `ERPNext`'s reordering: the product's default supplier of the options. Without one, or an offer
    /// from it, it chooses nobody.
    ErpnextDefaultSupplier,
    /// Apache `OFBiz`: the preferred (main) supplier, otherwise the first in the list that states a
    /// lead time of a day or more. Without either it chooses nobody.
    OfbizMainSupplier,
}

/// What a policy makes of the offers that can serve.
pub(super) struct Rule {
    /// In order, the best first.
    pub(super) standings: Vec<Standing>,
    /// Whether it chooses the first of them, rather than nobody.
    pub(super) chooses: bool,
}

/// One offer under a policy.
pub(super) struct Standing {
    /// Its place among the offers that can serve.
    pub(super) entry: usize,
    /// By what it is ranked.
    pub(super) score: f64,
    pub(super) parts: Option<ScoreParts>,
}

/// What a policy ranks an offer by: the class first, then the amount or score.
struct Key {
    class: u8,
    amount: Decimal,
    score: Option<f64>,
    parts: Option<ScoreParts>,
}

impl Key {
    fn of(class: bool, amount: Decimal) -> Self {
        Self { class: u8::from(class), amount, score: None, parts: None }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let exact = (self.class, self.amount).cmp(&(other.class, other.amount));
        exact.then_with(|| match (self.score, other.score) {
            (Some(ours), Some(theirs)) => ours.total_cmp(&theirs),
            _ => Ordering::Equal,
        })
    }
}

impl ComparisonPolicy {
    /// Checks that weights are finite, zero or more, and not all zero.
    ///
    /// # Errors
    ///
    /// The weight that cannot be accepted.
    pub fn check(&self) -> Result<(), Invalid> {
        let Self::Weighted { cost, time, risk } = *self else { return Ok(()) };
        for (name, weight) in [("cost", cost), ("time", time), ("risk", risk)] {
            if !weight.is_finite() || weight < 0.0 {
                let expected = "a finite weight of zero or more";
                return Err(Invalid::new("weight_invalid", expected, weight).at(name));
            }
        }
        if [cost, time, risk].into_iter().all(|weight| weight <= 0.0) {
            return Err(Invalid::new("weights_zero", "at least one weight above zero", "none"));
        }
        Ok(())
    }

    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FirstInList => "first_in_list",
            Self::FirstInTime => "first_in_time",
            Self::CheapestSticker => "cheapest_sticker",
            Self::CheapestLanded => "cheapest_landed",
            Self::Weighted { .. } => "weighted",
            Self::OdooFirstVendor => "odoo_first_vendor",
            Self::OdooCheapestVendor => "odoo_cheapest_vendor",
            Self::TrytonFirstInTime => "tryton_first_in_time",
            Self::TrytonBestQuotation => "tryton_best_quotation",
            Self::IdempiereCurrentVendor => "idempiere_current_vendor",
            Self::ErpnextDefaultSupplier => "erpnext_default_supplier",
            Self::OfbizMainSupplier => "ofbiz_main_supplier",
        }
    }

    /// Whether offers that come too late are left out.
    pub(super) fn looks_at_arrival(self) -> bool {
        match self {
            Self::FirstInTime
            | Self::CheapestSticker
            | Self::CheapestLanded
            | Self::Weighted { .. }
            | Self::TrytonFirstInTime => true,
            Self::FirstInList
            | Self::OdooFirstVendor
            | Self::OdooCheapestVendor
            | Self::TrytonBestQuotation
            | Self::IdempiereCurrentVendor
            | Self::ErpnextDefaultSupplier
            | Self::OfbizMainSupplier => false,
        }
    }

    /// Whether the fewest packs are bought that cover the need, rather than those that cost least.
    pub(super) fn buys_fewest(self) -> bool {
        match self {
            Self::FirstInList
            | Self::FirstInTime
            | Self::CheapestSticker
            | Self::CheapestLanded
            | Self::Weighted { .. } => false,
            Self::OdooFirstVendor
            | Self::OdooCheapestVendor
            | Self::TrytonFirstInTime
            | Self::TrytonBestQuotation
            | Self::IdempiereCurrentVendor
            | Self::ErpnextDefaultSupplier
            | Self::OfbizMainSupplier => true,
        }
    }

    /// Ranks the offers that can serve, which are in the order in which they are given.
    pub(super) fn rank(
        self,
        entries: &[Entry<'_>],
        need: &Need,
        market: &Market<'_>,
        options: &SourcingOptions,
    ) -> Result<Rule, Invalid> {
        let listed = |rule: VendorChoice| Ok(in_list(entries, rule));
        match self {
            Self::FirstInList | Self::FirstInTime | Self::TrytonFirstInTime => {
                listed(VendorChoice::first_of(entries, &|_| true))
            }
            Self::IdempiereCurrentVendor => {
                let of = |flagged: bool| -> Vec<&SupplierId> {
                    let all = entries.iter().filter(|e| !flagged || e.candidate.preferred);
                    distinct(all.map(|entry| &entry.candidate.offer.supplier))
                };
                // Two current vendors are none, as the program unflags both.
                let current = if of(true).len() == 1 { of(true) } else { of(false) };
                let only = current.first().filter(|_| current.len() == 1);
                listed(VendorChoice::first_of(entries, &|entry| {
                    only.is_some_and(|only| **only == entry.candidate.offer.supplier)
                }))
            }
            Self::ErpnextDefaultSupplier => {
                let supplier = options.default_suppliers.get(&need.sku);
                listed(VendorChoice::first_of(entries, &|entry| {
                    supplier == Some(&entry.candidate.offer.supplier)
                }))
            }
            Self::OfbizMainSupplier => {
                let any_main = entries.iter().any(|entry| entry.candidate.preferred);
                listed(VendorChoice::first_of(entries, &|entry| {
                    let candidate = &entry.candidate;
                    if any_main { candidate.preferred } else { candidate.offer.lead_time_days > 0 }
                }))
            }
            Self::OdooFirstVendor => {
                listed(VendorLines::reached(entries, need, market)?.first_vendor())
            }
            Self::OdooCheapestVendor => {
                listed(VendorLines::reached(entries, need, market)?.cheapest())
            }
            Self::TrytonBestQuotation => {
                let key = |entry: &Entry<'_>| {
                    let price = entry.line.priced.purchase.unit_price.amount();
                    Key::of(!entry.candidate.preferred, price)
                };
                Ok(ranked(entries, &key, |a, b| a.candidate.place.cmp(&b.candidate.place)))
            }
            Self::CheapestSticker => Ok(ranked(
                entries,
                &|entry| Key::of(entry.is_partial(need), entry.sticker()),
                Entry::by_preference,
            )),
            Self::CheapestLanded => Ok(ranked(
                entries,
                &|entry| Key::of(entry.is_partial(need), entry.line.net.amount()),
                Entry::by_preference,
            )),
            Self::Weighted { cost, time, risk } => {
                let scale = Scale::new(entries, need, options);
                let key = |entry: &Entry<'_>| {
                    let parts = ScoreParts {
                        cost: cost * scale.cost(entry),
                        time: time * scale.time(entry),
                        risk: risk * entry.candidate.failure,
                    };
                    let score = Some(parts.cost + parts.time + parts.risk);
                    let class = u8::from(entry.is_partial(need));
                    Key { class, amount: Decimal::ZERO, score, parts: Some(parts) }
                };
                Ok(ranked(entries, &key, Entry::by_preference))
            }
        }
    }
}

/// Offers as a rule puts them, scored by their rank.
fn in_list(entries: &[Entry<'_>], choice: VendorChoice) -> Rule {
    let VendorChoice { first, chooses } = choice;
    let others = (0..entries.len()).filter(|entry| !first.contains(entry));
    let order: Vec<usize> = first.iter().copied().chain(others).collect();
    let standing = |(rank, entry)| Standing { entry, score: (rank + 1) as f64, parts: None };
    Rule { standings: order.into_iter().enumerate().map(standing).collect(), chooses }
}

/// Offers by a key, ties in a named order.
fn ranked<'a>(
    entries: &[Entry<'a>],
    key: &dyn Fn(&Entry<'a>) -> Key,
    ties: fn(&Entry<'a>, &Entry<'a>) -> Ordering,
) -> Rule {
    let mut keyed: Vec<(usize, Key)> = entries.iter().map(key).enumerate().collect();
    sort_by(&mut keyed, |a, b| a.1.compare(&b.1).then_with(|| ties(&entries[a.0], &entries[b.0])));
    let standing = |(entry, key): (usize, Key)| Standing {
        entry,
        score: key.score.or_else(|| key.amount.to_f64()).unwrap_or(f64::MAX),
        parts: key.parts,
    };
    Rule { standings: keyed.into_iter().map(standing).collect(), chooses: true }
}

impl Entry<'_> {
    /// By preference, earlier arrival and name: how ties are broken.
    pub(super) fn by_preference(&self, other: &Self) -> Ordering {
        let key = |entry: &Self| (!entry.candidate.preferred, entry.candidate.arrival);
        let ids = || self.candidate.offer.id.cmp(&other.candidate.offer.id);
        key(self).cmp(&key(other)).then_with(ids)
    }

    /// Whether what it leaves uncovered has no price, so that it cannot be compared with what covers.
    pub(super) fn is_partial(&self, need: &Need) -> bool {
        need.shortage_cost.is_none() && !self.line.uncovered.is_zero()
    }

    /// Price of a unit of the need at the quantity bought.
    fn sticker(&self) -> Decimal {
        let purchase = &self.line.priced.purchase;
        let price = purchase.goods.amount().checked_over(purchase.quantity.amount());
        price.unwrap_or(Decimal::MAX)
    }
}

/// What cost and time are measured against.
struct Scale<'a> {
    cost: Decimal,
    days: f64,
    options: &'a SourcingOptions,
}

impl<'a> Scale<'a> {
    fn new(entries: &[Entry<'_>], need: &Need, options: &'a SourcingOptions) -> Self {
        let lowest = entries.iter().map(|entry| entry.line.net.amount()).min();
        let lowest = lowest.unwrap_or_default().abs();
        let cost = if lowest.is_zero() { Decimal::ONE } else { lowest };
        let days = options.today.days_until(need.need_by).max(1) as f64;
        Self { cost, days, options }
    }

    fn cost(&self, entry: &Entry<'_>) -> f64 {
        let net = entry.line.net.amount();
        let share = net.checked_over(self.cost).unwrap_or(Decimal::MAX);
        share.to_f64().unwrap_or(f64::MAX)
    }

    fn time(&self, entry: &Entry<'_>) -> f64 {
        self.options.today.days_until(entry.candidate.arrival) as f64 / self.days
    }
}
