//! The same basket once more, after something about it changed, with little change to the rest.

use super::{
    AllocatedLine, Allocation, AllocationDifference, Need, Offer, SourcingError, SourcingOptions,
    SupplierTerms,
    allocate::{Case, LineName, LineOffer, Wanted, Workbench, require},
    basket::{Basket, Limit, Pick, Solution, Status},
    compare_allocations,
};
use crate::unit::{Day, Exact, Invalid, Money, OfferId, Quantity, Sku, SupplierId, sort_by};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What changed since an allocation, and what further change may cost.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RevisionOptions {
    /// What each changed order line counts for, beside what is paid: with zero the basket is allocated
    /// afresh, with very much nothing changes that need not. A line that a supplier gets no more, gets
    /// in another number of packs, or gets anew is one change each; to move a product from one supplier
    /// to another is two. What is rejected or no longer possible is no change that could be avoided.
    pub change_cost: Money,
    /// Lines that suppliers did not accept as ordered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub rejected: Vec<RejectedLine>,
    /// Requirements whose purchases stay as they are, such as lines that are confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub frozen: Vec<FrozenLine>,
}

/// A line that a supplier did not accept as ordered.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RejectedLine {
    /// Who.
    pub supplier: SupplierId,
    /// The offer that it was ordered from: the supplier has no more of it than it confirms.
    pub offer: OfferId,
    /// Packs that it would deliver; none if left out. They may be bought, and need not be: together with
    /// another offer only where the need allows more than one source.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub confirmed_packs: u64,
}

/// A requirement whose purchases stay as they are.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct FrozenLine {
    /// The product that is required.
    pub sku: Sku,
    /// The day by which.
    pub need_by: Day,
}

/// An allocation revised.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(rename = "RevisedAllocation"))]
pub struct Revision {
    /// What to buy now. Its status and lower bound are those of the basket allocated afresh: `gap` is
    /// what keeping to the earlier plan leaves on the table.
    pub allocation: Allocation,
    /// What is different from the allocation before, everything.
    pub difference: AllocationDifference,
    /// Order lines that are dropped, amended or added, and why, in order of the products and days.
    pub changes: Vec<RevisedLine>,
    /// For how many of them `change_cost` is counted: all but what is rejected or no longer possible.
    pub counted_changes: u32,
    /// What the basket costs more than before; negative where it costs less.
    pub cost_of_change: Money,
    /// What the basket allocated afresh would save in addition.
    pub further_saving: Money,
    /// Whether it is proved that nothing costs less, changes counted.
    pub proved: bool,
}

/// An order line that is not as it was.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RevisedLine {
    /// The product that is required.
    pub sku: Sku,
    /// The day by which.
    pub need_by: Day,
    /// Whose line it is.
    pub supplier: SupplierId,
    /// Of which offer.
    pub offer: OfferId,
    /// The delivery that it comes with, where deliveries are split.
    #[cfg_attr(target_family = "wasm", tsify(type = "Day | null"))]
    pub delivery: Option<Day>,
    /// Packs before; 0 for a new line.
    pub packs_before: u64,
    /// Packs now; 0 for a dropped one.
    pub packs_after: u64,
    /// Why.
    pub reason: RevisionReason,
    /// The same in words.
    pub words: String,
}

/// Why an order line is not as it was.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum RevisionReason {
    /// The supplier did not accept it as ordered.
    Rejected,
    /// The offer does not allow it any more, or is gone.
    NotPossible,
    /// Nothing is required any more.
    NotRequired,
    /// It takes the place of a line of the same requirement that is not possible any more.
    Replacement,
    /// The requirement was not served before.
    NewlyServed,
    /// It saves more than changes cost, by itself or together with others.
    Saving,
}

/// Allocates a basket once more after something about it changed, at the least sum of what it costs and
/// what changes to the plan count for.
///
/// `needs`, `offers`, `terms` and `options` are as they are now; `previous` is the allocation made
/// before. Exact as [`allocate`](super::allocate).
///
/// # Errors
///
/// What [`allocate`](super::allocate) refuses; a change cost below zero or in another currency than the
/// options'; a frozen line that was not bought or cannot be bought as it was; a rejected offer that
/// there is not.
///
/// ```
/// # use replenish::{
/// #     inventory::Requirement,
/// #     sourcing::{Need, Offer, RejectedLine, RevisionOptions, SourcingOptions, allocate, revise},
/// # };
/// # let need = |sku: &str| Ok::<Need, replenish::unit::Invalid>(Need::from(Requirement {
/// #     sku: sku.parse()?, quantity: "10 each".parse()?, need_by: "2026-12-01".parse()?,
/// # }));
/// # let offer = |sku: &str, supplier: &str, price: &str| {
/// #     let id = format!("{sku}-{supplier}").parse()?;
/// #     Ok::<Offer, replenish::unit::Invalid>(
/// #         Offer::new(id, supplier.parse()?, sku.parse()?, price.parse()?, "each".parse()?)
/// #     )
/// # };
/// let needs = [need("apple")?, need("pear")?];
/// let offers = [
///     offer("apple", "farm", "1.00 EUR")?,
///     offer("apple", "mill", "1.20 EUR")?,
///     offer("pear", "mill", "2.00 EUR")?,
/// ];
/// let options = SourcingOptions::new("2026-11-21".parse()?, "EUR".parse()?);
/// let before = allocate(&needs, &offers, &[], &options)?;
/// let rejected = RejectedLine {
///     supplier: "farm".parse()?, offer: "apple-farm".parse()?, confirmed_packs: 0,
/// };
/// let change = RevisionOptions {
///     change_cost: "5 EUR".parse()?, rejected: vec![rejected], frozen: Vec::new(),
/// };
/// let revision = revise(&needs, &offers, &[], &options, &before, &change)?;
/// assert_eq!(revision.cost_of_change.to_string(), "2.00 EUR");
/// let words: Vec<_> = revision.changes.iter().map(|change| change.words.as_str()).collect();
/// assert_eq!(words, [
///     "10 packs of apple-farm dropped: farm did not accept them",
///     "10 packs of apple-mill added: in place of what is not possible any more",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn revise(
    needs: &[Need],
    offers: &[Offer],
    terms: &[SupplierTerms],
    options: &SourcingOptions,
    previous: &Allocation,
    change: &RevisionOptions,
) -> Result<Revision, SourcingError> {
    let price = change_price(change, options)?;
    let offers = confirmed(offers, &change.rejected, options)?;
    let case = Case { needs, offers: &offers, terms, options };
    case.work(|bench| {
        let plan = EarlierPlan::new(bench, previous, &change.frozen)?;
        let fresh_basket = plan.with_frozen(bench.basket());
        let start = bench.basket().evaluate(&plan.picks).is_ok().then_some(&plan.picks[..]);
        let fresh = bench.solve(&fresh_basket, start);
        let revised = if price == 0 {
            fresh.clone()
        } else {
            let price = price.min(more_than_any_saving(bench.basket()));
            let basket = plan.with_change_costs(&fresh_basket, bench, price)?;
            bench.solve(&basket, start.or(Some(&fresh.picks)))
        };
        let proved = revised.status != Status::Gap;
        let cost = bench.basket().evaluate(&revised.picks).map_or(revised.cost, |e| e.cost);
        let further = cost.saturating_sub(fresh.cost);
        // Found by looking at changes, better than what was found afresh: possible where the search for
        // that ended early.
        let lower_bound = fresh.lower_bound.min(cost);
        let status = match revised.status {
            Status::Infeasible => Status::Infeasible,
            Status::Proved | Status::Gap if lower_bound == cost => Status::Proved,
            Status::Proved | Status::Gap => Status::Gap,
        };
        let solution = Solution { cost, lower_bound, status, ..revised };
        let allocation = bench.allocation(&solution)?;
        let (changes, counted) = changes(previous, &allocation, &plan, needs, &change.rejected);
        Ok(Revision {
            difference: compare_allocations(previous, &allocation)?,
            counted_changes: counted,
            cost_of_change: allocation.total.minus(previous.total)?,
            further_saving: bench.money(further.max(0))?,
            proved,
            changes,
            allocation,
        })
    })
}

/// What a change counts for, in minor units.
fn change_price(change: &RevisionOptions, options: &SourcingOptions) -> Result<i64, Invalid> {
    let cost = change.change_cost;
    if cost.currency() != options.currency {
        let expected = format!("an amount in {}", options.currency);
        return Err(Invalid::new("currency_mixed", expected, cost).at("change_cost"));
    }
    if cost.is_negative() {
        let invalid = Invalid::new("amount_negative", "an amount of zero or more", cost);
        return Err(invalid.at("change_cost"));
    }
    let minor = cost.minor_units().map_err(|invalid| invalid.at("change_cost"))?;
    // Beyond this a change counts for more than any basket costs, which is all that matters.
    Ok(i64::try_from(minor).unwrap_or(i64::MAX))
}

/// The offers as far as suppliers confirm them.
fn confirmed(
    offers: &[Offer],
    rejected: &[RejectedLine],
    options: &SourcingOptions,
) -> Result<Vec<Offer>, Invalid> {
    let mut offers = offers.to_vec();
    for (place, line) in rejected.iter().enumerate() {
        let mut own = offers
            .iter_mut()
            .filter(|offer| offer.id == line.offer && offer.supplier == line.supplier)
            .peekable();
        if own.peek().is_none() {
            let invalid = Invalid::new("offer_unknown", "an offer that is given", &line.offer);
            return Err(invalid.at("offer").at(format_args!("rejected[{place}]")));
        }
        for offer in own {
            let packs = Decimal::from(line.confirmed_packs);
            let amount = offer.pack_size.amount().checked_times(packs).unwrap_or(Decimal::MAX);
            offer.available = Some(Quantity::new(amount, offer.pack_size.unit()));
            offer.available_as_of = Some(options.today);
        }
    }
    Ok(offers)
}

/// What was planned, as far as it is still possible.
struct EarlierPlan<'a> {
    /// Of each line of the basket.
    picks: Vec<Vec<Pick>>,
    /// Of each line of the basket, from which offers it was bought, possible or not.
    bought_from: Vec<Vec<OfferKey<'a>>>,
    frozen: Vec<usize>,
    /// Places among the lines of the allocation before of those that are not possible any more.
    impossible: Vec<usize>,
}

impl<'a> EarlierPlan<'a> {
    fn new(
        bench: &mut Workbench<'_>,
        previous: &'a Allocation,
        frozen: &[FrozenLine],
    ) -> Result<Self, SourcingError> {
        let mut impossible = Vec::new();
        let mut found = Vec::new();
        for (place, line) in previous.lines.iter().enumerate() {
            match bench.find(Wanted::of(line))? {
                Some(pick) => found.push((place, pick)),
                None => impossible.push(place),
            }
        }
        // Every purchase is there now; their places move no more.
        let mut picks = vec![Vec::new(); bench.basket().lines.len()];
        for (place, _) in found {
            if let Some((line, pick)) = bench.find(Wanted::of(&previous.lines[place]))? {
                picks[line].push(pick);
            }
        }
        for picks in &mut picks {
            sort_by(picks, Pick::cmp);
            picks.dedup_by_key(|pick| pick.source);
        }
        let mut bought_from = vec![Vec::new(); picks.len()];
        for line in &previous.lines {
            if let Some(at) = bench.line(name_of(line)) {
                bought_from[at].push(key_of(line));
            }
        }
        let mut plan = Self { picks, bought_from, frozen: Vec::new(), impossible };
        for (place, name) in frozen.iter().enumerate() {
            plan.freeze(bench, previous, name)
                .map_err(|i| i.at(format_args!("frozen[{place}]")))?;
        }
        Ok(plan)
    }

    fn freeze(
        &mut self,
        bench: &mut Workbench<'_>,
        previous: &Allocation,
        name: &FrozenLine,
    ) -> Result<(), Invalid> {
        let is_own = |line: &AllocatedLine| {
            line.requirement.sku == name.sku && line.requirement.need_by == name.need_by
        };
        let line = bench.line(LineName { sku: &name.sku, need_by: name.need_by });
        let bought = previous.lines.iter().any(is_own);
        let lost = self.impossible.iter().any(|&place| is_own(&previous.lines[place]));
        let (Some(line), true, false) = (line, bought, lost) else {
            let expected = "a line that was bought and can still be bought as it was";
            return Err(Invalid::new("frozen_line_impossible", expected, &name.sku).at("sku"));
        };
        bench.keep_only(line, &mut self.picks[line]);
        self.frozen.push(line);
        Ok(())
    }

    /// The basket in which frozen purchases have to be made.
    fn with_frozen(&self, basket: &Basket) -> Basket {
        let mut basket = basket.clone();
        for &line in &self.frozen {
            for pick in &self.picks[line] {
                require(basket.limits.len(), &mut basket.lines[line].sources[pick.source]);
                basket.limits.push(Limit { capacity: -1 });
            }
        }
        basket
    }

    /// The basket in which every change counts: what is kept is rewarded, what is new costs more.
    fn with_change_costs(
        &self,
        basket: &Basket,
        bench: &Workbench<'_>,
        price: i64,
    ) -> Result<Basket, Invalid> {
        let mut basket = basket.clone();
        let too_large = || Invalid::new("money_too_large", "an amount of fewer digits", price);
        for (line, picks) in self.picks.iter().enumerate() {
            for (source, terms) in basket.lines[line].sources.iter_mut().enumerate() {
                let LineOffer { offer, delivery, .. } = bench.offer(line, source);
                let key = (&offer.supplier, &offer.id, delivery);
                let before = self.bought_from[line].contains(&key);
                for (purchase, bought) in terms.purchases.iter_mut().enumerate() {
                    let kept = picks.contains(&Pick { source, purchase });
                    let change = match (kept, before) {
                        (true, _) => -price,
                        (false, true) => 0,
                        (false, false) => price,
                    };
                    bought.cost = bought.cost.checked_add(change).ok_or_else(too_large)?;
                }
            }
        }
        Ok(basket)
    }
}

/// More than any two choices can differ by.
fn more_than_any_saving(basket: &Basket) -> i64 {
    let (mut cost, mut value) = (1_i128, 0_i128);
    for line in &basket.lines {
        let purchases = line.sources.iter().flat_map(|source| {
            source.purchases.iter().map(move |bought| (bought, source.units_per_pack))
        });
        let (mut most_cost, mut most_value, mut most_units) = (0, 0, 0);
        for (bought, units) in purchases {
            most_cost = most_cost.max(bought.cost.saturating_abs());
            most_value = most_value.max(bought.value);
            most_units = most_units.max(bought.packs.saturating_mul(units));
        }
        let sources = i128::from(line.sources_at_most);
        let shortage = line.shortage_cost.map_or(0, |each| each.times(line.required));
        let surplus = line.surplus_value.times(most_units);
        cost += sources * (i128::from(most_cost) + i128::from(surplus)) + i128::from(shortage);
        value += sources * i128::from(most_value);
    }
    for mode in basket.orders.iter().flat_map(|order| &order.modes) {
        cost += i128::from(mode.cost.saturating_abs());
        cost += i128::from(mode.rate.saturating_abs()) * value / 1_000_000;
    }
    i64::try_from(2 * cost + 1).unwrap_or(i64::MAX).min(MOST_CHANGE_COST)
}

type OfferKey<'a> = (&'a SupplierId, &'a OfferId, Option<Day>);

fn key_of(line: &AllocatedLine) -> OfferKey<'_> {
    (&line.supplier, &line.offer, line.delivery)
}

fn name_of(line: &AllocatedLine) -> LineName<'_> {
    LineName { sku: &line.requirement.sku, need_by: line.requirement.need_by }
}

/// A purchase before or after, and whether it could not have stayed.
struct Part<'a> {
    line: &'a AllocatedLine,
    is_before: bool,
    impossible: bool,
}

/// Packs of an order line before and after, and whether it could not have stayed.
struct Packs {
    before: u64,
    after: u64,
    impossible: bool,
}

/// What became of each order line that is not as it was, and how many of them count.
fn changes<'a>(
    previous: &'a Allocation,
    allocation: &'a Allocation,
    plan: &EarlierPlan<'_>,
    needs: &[Need],
    rejected: &[RejectedLine],
) -> (Vec<RevisedLine>, u32) {
    let mut lines = Vec::new();
    for (place, line) in previous.lines.iter().enumerate() {
        let impossible = plan.impossible.contains(&place);
        lines.push(Part { line, is_before: true, impossible });
    }
    let after = allocation.lines.iter();
    lines.extend(after.map(|line| Part { line, is_before: false, impossible: false }));
    let requirement = |part: &Part<'a>| {
        let of = &part.line.requirement;
        (&of.sku, of.need_by)
    };
    let name = |part: &Part<'a>| (requirement(part), key_of(part.line));
    sort_by(&mut lines, |a, b| name(a).cmp(&name(b)));
    let mut counted = 0_u32;
    let mut revised = Vec::new();
    for required in lines.chunk_by(|a, b| requirement(a) == requirement(b)) {
        let was_served = required.iter().any(|part| part.is_before);
        let was_lost = required.iter().any(|part| part.impossible);
        for same in required.chunk_by(|a, b| key_of(a.line) == key_of(b.line)) {
            let packs = Packs::of(same);
            if packs.before == packs.after {
                continue;
            }
            let ((sku, need_by), (supplier, offer, delivery)) = name(&same[0]);
            let is_rejected =
                || rejected.iter().any(|line| line.supplier == *supplier && line.offer == *offer);
            let is_required =
                || needs.iter().any(|need| need.sku == *sku && need.need_by == need_by);
            let reason = match packs.before {
                0 if !was_served => RevisionReason::NewlyServed,
                0 if was_lost => RevisionReason::Replacement,
                0 => RevisionReason::Saving,
                _ if !is_required() => RevisionReason::NotRequired,
                _ if packs.impossible && is_rejected() => RevisionReason::Rejected,
                _ if packs.impossible => RevisionReason::NotPossible,
                _ => RevisionReason::Saving,
            };
            counted = counted.saturating_add(u32::from(!packs.impossible));
            revised.push(RevisedLine {
                words: words(&packs, supplier, offer, reason),
                sku: sku.clone(),
                need_by,
                supplier: supplier.clone(),
                offer: offer.clone(),
                delivery,
                packs_before: packs.before,
                packs_after: packs.after,
                reason,
            });
        }
    }
    (revised, counted)
}

impl Packs {
    fn of(parts: &[Part<'_>]) -> Self {
        let mut all = Self { before: 0, after: 0, impossible: false };
        for part in parts {
            let sum = if part.is_before { &mut all.before } else { &mut all.after };
            *sum = sum.saturating_add(part.line.purchase.packs);
            all.impossible |= part.impossible;
        }
        all
    }
}

fn words(packs: &Packs, supplier: &SupplierId, offer: &OfferId, reason: RevisionReason) -> String {
    let Packs { before, after, .. } = packs;
    let what = match (before, after) {
        (0, after) => format!("{after} packs of {offer} added"),
        (before, 0) => format!("{before} packs of {offer} dropped"),
        (before, after) => format!("{before} packs of {offer} amended to {after}"),
    };
    let why = match reason {
        RevisionReason::Rejected => format!("{supplier} did not accept them"),
        RevisionReason::NotPossible => "they are not possible any more".to_owned(),
        RevisionReason::NotRequired => "they are not required any more".to_owned(),
        RevisionReason::Replacement => "in place of what is not possible any more".to_owned(),
        RevisionReason::NewlyServed => "the requirement was not served before".to_owned(),
        RevisionReason::Saving => "it saves more than the change counts for".to_owned(),
    };
    format!("{what}: {why}")
}

/// Change costs up to this are told apart; sums of them over a basket fit.
const MOST_CHANGE_COST: i64 = 1 << 44;
