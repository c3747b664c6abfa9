//! Every offer for one requirement, with all that it costs, and why the others are out.

use super::{
    ComparisonPolicy, Cost, CostKind, ExcludedOffer, Need, Offer, Purchase, SourcingError,
    SourcingOptions, SupplierTerms,
    best_packs::{Line, LineMarket, Order},
    eligible::{Candidate, Market, exclude},
    policy::{Rule, Standing},
};
use crate::unit::{
    ByName, Day, Invalid, Money, OfferId, Quantity, Rounding, Sku, SupplierId, sort_by,
};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Goods that go to a supplier in the same order anyway.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderSoFar {
    /// Who.
    pub supplier: SupplierId,
    /// Value of those goods, in the currency of the comparison; zero for no order.
    pub goods: Money,
    /// Their weight; without it, offers of a supplier whose freight goes by weight are excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Quantity | null"))]
    pub weight: Option<Quantity>,
}

/// All offers for one requirement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Comparison {
    /// The product.
    pub sku: Sku,
    /// How much of it is needed.
    pub required: Quantity,
    /// By what the offers are ranked.
    pub policy: ComparisonPolicy,
    /// The offer that the policy chooses: the first of the ranked ones, unless it chooses nobody.
    pub chosen: Option<OfferId>,
    /// Offers that can serve, in the order of the policy; ties go to preferred offers, then to earlier
    /// arrival, then by offer. What cannot cover the need comes after what can.
    pub ranked: Vec<RankedOffer>,
    /// Offers that cannot, in order of their names.
    pub excluded: Vec<ExcludedOffer>,
    /// What the policy's choice costs beside the cheapest, where that is another purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub policy_cost: Option<PolicyCost>,
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
    /// All that the line costs, without what is zero: components of the line, and of the order as the
    /// line changes them.
    pub costs: Vec<Cost>,
    /// What the line changes in the supplier's freight: negative when it brings free freight.
    pub freight: Money,
    /// What the line changes in the surcharge of an order below the supplier's minimum or, without
    /// one, in the money missing to it, which has to be spent on something.
    pub minimum_order_excess: Money,
    /// All costs together.
    pub landed_cost: Money,
    /// Landed cost of one unit of the need that is covered, to a ten-thousandth.
    pub landed_cost_per_required_unit: Money,
    /// Bought beyond the need, for packs, minimum quantity, a price break or free freight.
    pub surplus: Quantity,
    /// What the surplus is worth, as the need says.
    pub surplus_value: Money,
    /// What the purchase leaves uncovered of the need.
    pub uncovered: Quantity,
    /// What that costs, as the need says.
    pub shortage_cost: Money,
    /// Landed cost and shortage cost less the surplus value: what offers are compared at.
    pub net_cost: Money,
    /// The day on which the supplier takes the order.
    pub order_day: Day,
    /// The day on which the goods can be sold.
    pub arrival: Day,
    /// Days after the need; 0 in time.
    pub late_days: u32,
    /// By what it is ranked, lower being better: net cost, price of a unit, or weighted score; under
    /// rules that look at none of them its rank, from 1.
    pub score: f64,
    /// What a weighted score is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub score_parts: Option<ScoreParts>,
}

/// What a weighted score is the sum of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ScoreParts {
    /// Weight times net cost as a multiple of the lowest one.
    pub cost: f64,
    /// Weight times days until arrival as a multiple of the days until the need.
    pub time: f64,
    /// Weight times the probability that the delivery fails.
    pub risk: f64,
}

/// What a policy's choice costs beside the cheapest.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PolicyCost {
    /// The offer with the lowest net cost of those that are in time.
    pub cheapest: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// How many packs of it.
    pub packs: u64,
    /// Its net cost.
    pub net_cost: Money,
    /// How much more the policy's choice costs; negative where that comes too late.
    pub difference: Money,
    /// The same in words.
    pub note: String,
}

/// Ranks the offers for one requirement.
///
/// An offer's landed cost is what the line adds to the bill, given the goods that go to the same
/// suppliers anyway: goods and all charges of the line, and the change that it makes to freight and
/// other charges of the order. Of every offer as many packs are bought as cost least, which may be
/// more than the need to reach a price break, the end of a contract or free freight; the fewest of
/// equal ones. What surplus is worth, where the need says so, is taken off.
///
/// Where the need says what a shortage costs, a purchase may leave some of it uncovered, and is
/// compared with that cost added. Where it does not, but allows several sources, an offer that cannot
/// cover it alone is ranked after all that can.
///
/// An offer that arrives after the day of need is considered only when none arrives in time, and then
/// only the fastest; policies that do not look at arrival rank all.
///
/// # Errors
///
/// When the need, the options or `so_far` cannot be accepted, or a supplier's terms come twice. A bad
/// offer is no error: it is listed as excluded.
///
/// ```
/// use replenish::{
///     inventory::Requirement,
///     sourcing::{ComparisonPolicy, Offer, PriceBreak, SourcingOptions, compare},
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
///     let (sku, each, first) = ("apple".parse()?, "each".parse()?, breaks[0].1.parse()?);
///     Ok::<_, replenish::unit::Invalid>(Offer {
///         price_breaks: breaks.iter().map(price).collect::<Result<_, replenish::unit::Invalid>>()?,
///         lead_time_days,
///         ..Offer::new(id.parse()?, supplier.parse()?, sku, first, each)
///     })
/// };
/// let offers = [
///     offer("o-1", "mill", &[("1 each", "0.90 EUR")], 1)?,
///     offer("o-2", "farm", &[("1 each", "1.00 EUR"), ("10 each", "0.80 EUR")], 2)?,
///     offer("o-3", "port", &[("1 each", "0.10 EUR")], 30)?,
/// ];
/// let need = need.into();
/// let mut options = SourcingOptions::new("2026-11-21".parse()?, "EUR".parse()?);
/// let result = compare(&need, &offers, &[], &[], &options)?;
/// assert_eq!(result.ranked[0].landed_cost.to_string(), "8.00 EUR"); // ten at 0.80, not nine at 1.00
/// assert_eq!(result.ranked[0].surplus.to_string(), "1 each");
/// assert_eq!(result.ranked[1].landed_cost.to_string(), "8.10 EUR");
/// assert_eq!(result.excluded[0].remedy, "arrival by 2026-11-24 instead of 2026-12-21");
///
/// // What does a program cost that orders from the first in the list?
/// options.policy = ComparisonPolicy::TrytonFirstInTime;
/// let result = compare(&need, &offers, &[], &[], &options)?;
/// assert_eq!(result.ranked[0].supplier.as_str(), "mill");
/// assert_eq!(result.policy_cost.unwrap().difference.to_string(), "0.10 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare(
    need: &Need,
    offers: &[Offer],
    terms: &[SupplierTerms],
    so_far: &[OrderSoFar],
    options: &SourcingOptions,
) -> Result<Comparison, SourcingError> {
    let market = Market::new(offers, terms, options)?;
    let mut orders: ByName<'_, Order> = ByName::new();
    for (index, so_far) in so_far.iter().enumerate() {
        let at =
            |field: &str, invalid: Invalid| invalid.at(field).at(format_args!("so_far[{index}]"));
        let goods = Money::zero(options.currency).plus(so_far.goods).map_err(|i| at("goods", i))?;
        if goods.is_negative() {
            let invalid = Invalid::new("amount_negative", "an amount of zero or more", goods);
            return Err(at("goods", invalid).into());
        }
        if goods.is_zero() {
            continue;
        }
        let order = orders.entry(so_far.supplier.as_str(), Order::default());
        order.values.push(goods.rounded(Rounding::HalfUp));
        order.add_weight(so_far.weight).map_err(|invalid| at("weight", invalid))?;
    }
    Ok(compare_in(&market, need, &orders, options)?)
}

/// [`compare`] in a market that is already looked up, beside the orders there would be anyway.
pub(super) fn compare_in(
    market: &Market<'_>,
    need: &Need,
    orders: &ByName<'_, Order>,
    options: &SourcingOptions,
) -> Result<Comparison, Invalid> {
    let policy = options.policy;
    policy.check().map_err(|invalid| invalid.at("policy"))?;
    let (candidates, mut excluded) = if policy.looks_at_arrival() {
        market.candidates(need)?
    } else {
        // Nothing is too late for whoever does not look.
        let need_by = "9999-12-31".parse()?;
        market.candidates(&Need { need_by, ..need.clone() })?
    };
    let empty = Order::default();
    let mut entries = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let order = orders.get(candidate.offer.supplier.as_str()).unwrap_or(&empty);
        match Entry::new(market, need, candidate, order, policy) {
            Ok(entry) => entries.push(entry),
            Err((offer, problem)) => excluded.push(exclude(offer, need, problem.into())),
        }
    }
    sort_by(&mut excluded, |a, b| a.offer.cmp(&b.offer));
    let Rule { standings, chooses } = policy.rank(&entries, need, market, options)?;
    let chosen = standings.first().filter(|_| chooses).map(|first| &entries[first.entry]);
    let policy_cost =
        chosen.map(|chosen| policy_cost(&entries, chosen, need, policy)).transpose()?;
    let ranked = standings.iter().map(|standing| entries[standing.entry].ranked(need, standing));
    Ok(Comparison {
        sku: need.sku.clone(),
        required: need.quantity,
        policy,
        chosen: chosen.map(|entry| entry.candidate.offer.id.clone()),
        ranked: ranked.collect::<Result<_, Invalid>>()?,
        excluded,
        policy_cost: policy_cost.flatten(),
    })
}

/// An offer that can serve, with the purchases that are compared.
pub(super) struct Entry<'a> {
    pub(super) candidate: Candidate<'a>,
    /// The purchase that costs least.
    pub(super) best: Line,
    /// What the policy would buy.
    pub(super) line: Line,
}

impl<'a> Entry<'a> {
    fn new(
        market: &Market<'_>,
        need: &Need,
        candidate: Candidate<'a>,
        order: &Order,
        policy: ComparisonPolicy,
    ) -> Result<Self, (&'a Offer, Invalid)> {
        let offer = candidate.offer;
        let lines = || {
            let asked = LineMarket::new(market, need, &candidate, order)?;
            let best = asked.cheapest()?;
            let line = if policy.buys_fewest() { asked.fewest()? } else { best };
            Ok((best, line))
        };
        let (best, line) = lines().map_err(|problem| (offer, problem))?;
        Ok(Self { candidate, best, line })
    }

    /// By what the purchase that costs least costs, what can cover the need first.
    fn by_cost(&self, other: &Self, need: &Need) -> Ordering {
        let key = |entry: &Self| {
            let partial = need.shortage_cost.is_none() && !entry.best.uncovered.is_zero();
            (partial, entry.best.net.amount())
        };
        key(self).cmp(&key(other)).then_with(|| self.by_preference(other))
    }

    fn ranked(&self, need: &Need, standing: &Standing) -> Result<RankedOffer, Invalid> {
        let (Candidate { offer, order_day, arrival, .. }, line) = (&self.candidate, &self.line);
        let covered = need.quantity.minus(line.uncovered)?;
        let cost = |&(kind, amount): &_| Cost::over(kind, amount, covered);
        let per_unit = Cost::over(CostKind::Goods, line.landed, covered).per_unit;
        Ok(RankedOffer {
            offer: offer.id.clone(),
            supplier: offer.supplier.clone(),
            purchase: line.priced.purchase,
            costs: line.costs().iter().map(cost).collect(),
            freight: line.order.freight,
            minimum_order_excess: line.order.below_minimum,
            landed_cost: line.landed,
            landed_cost_per_required_unit: per_unit,
            surplus: line.surplus,
            surplus_value: line.surplus_value,
            uncovered: line.uncovered,
            shortage_cost: line.shortage_cost,
            net_cost: line.net,
            order_day: *order_day,
            arrival: *arrival,
            late_days: u32::try_from(need.need_by.days_until(*arrival)).unwrap_or(0),
            score: standing.score,
            score_parts: standing.parts,
        })
    }
}

/// What the policy's choice costs beside the cheapest offer that is in time, or is the fastest.
fn policy_cost(
    entries: &[Entry<'_>],
    chosen: &Entry<'_>,
    need: &Need,
    policy: ComparisonPolicy,
) -> Result<Option<PolicyCost>, Invalid> {
    let fastest = entries.iter().map(|entry| entry.candidate.arrival).min();
    let latest = fastest.map_or(need.need_by, |day| day.max(need.need_by));
    let in_time = entries.iter().filter(|entry| entry.candidate.arrival <= latest);
    let Some(cheapest) = in_time.min_by(|a, b| a.by_cost(b, need)) else { return Ok(None) };
    let same = cheapest.candidate.place == chosen.candidate.place
        && cheapest.best.packs() == chosen.line.packs();
    if same || policy == ComparisonPolicy::CheapestLanded {
        return Ok(None);
    }
    let difference = chosen.line.net.minus(cheapest.best.net)?;
    let named = |entry: &Entry<'_>, line: &Line| {
        let Candidate { offer, .. } = entry.candidate;
        format!(
            "{} from {} ({}) for {}",
            line.priced.purchase.quantity, offer.supplier, offer.id, line.net
        )
    };
    let late = need.need_by.days_until(chosen.candidate.arrival);
    let late = if chosen.candidate.arrival > latest {
        format!(", {late} days late")
    } else {
        String::new()
    };
    let note = format!(
        "{} buys {}{late}; the cheapest is {}",
        policy.name(),
        named(chosen, &chosen.line),
        named(cheapest, &cheapest.best),
    );
    Ok(Some(PolicyCost {
        cheapest: cheapest.candidate.offer.id.clone(),
        supplier: cheapest.candidate.offer.supplier.clone(),
        packs: cheapest.best.packs(),
        net_cost: cheapest.best.net,
        difference,
        note,
    }))
}
