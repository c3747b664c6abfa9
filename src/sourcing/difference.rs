//! What differs between two allocations.

use super::{AllocatedLine, Allocation, CostKind, SupplierOrder};
use crate::unit::{Currency, Day, Invalid, Money, OfferId, Sku, SupplierId, sort_by};
use serde::{Deserialize, Serialize};

/// Two allocations, line by line, order by order, and cost by cost.
///
/// The differences add up: those of the costs, with shortage and less surplus, and likewise those of the
/// orders, with shortage and less surplus, are the difference of the totals.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AllocationDifference {
    /// Every requirement of either, in order of the products and of the days of need.
    pub lines: Vec<LineDifference>,
    /// Every order of either, in order of the suppliers and of the delivery days.
    pub orders: Vec<OrderDifference>,
    /// Every kind of cost of either.
    pub costs: Vec<CostDifference>,
    /// What requirements cost that are not bought.
    pub shortage_cost: MoneyDifference,
    /// What is worth something beyond the requirements.
    pub surplus_value: MoneyDifference,
    /// Everything.
    pub total: MoneyDifference,
    /// How many lines are not bought as before.
    pub changed_lines: u32,
}

/// An amount before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MoneyDifference {
    /// In the first of the two.
    pub before: Money,
    /// In the second one.
    pub after: Money,
    /// How much more it is in the second one; negative where it is less.
    pub difference: Money,
}

/// How a requirement is served before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LineDifference {
    /// The product that is required.
    pub sku: Sku,
    /// The day by which.
    pub need_by: Day,
    /// What is different.
    pub change: LineChange,
    /// From whom it was bought in the first allocation; none where it was not.
    pub before: Vec<LinePurchase>,
    /// From whom in the second one.
    pub after: Vec<LinePurchase>,
    /// What the purchases cost by themselves.
    pub landed_cost: MoneyDifference,
}

/// A purchase of a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LinePurchase {
    /// The offer.
    pub offer: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// The delivery that it comes with, where deliveries are split.
    #[cfg_attr(target_family = "wasm", tsify(type = "Day | null"))]
    pub delivery: Option<Day>,
    /// Whole packs.
    pub packs: u64,
    /// What it costs by itself.
    pub landed_cost: Money,
}

/// What is different about a line, the weightiest that holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum LineChange {
    /// Nothing.
    Kept,
    /// The same purchases at another cost.
    Repriced,
    /// The same offers in other numbers of packs.
    Packs,
    /// Delivered on other days.
    Delivery,
    /// Other offers of the same suppliers.
    Offer,
    /// Other suppliers.
    Supplier,
    /// Bought in the second allocation alone.
    Added,
    /// Bought in the first allocation alone.
    Dropped,
}

impl LineChange {
    /// Whether the line is bought in another way, not only at another cost.
    pub fn is_changed(self) -> bool {
        !matches!(self, Self::Kept | Self::Repriced)
    }
}

/// An order before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OrderDifference {
    /// Who gets it.
    pub supplier: SupplierId,
    /// The day on which it is delivered, where deliveries are split.
    #[cfg_attr(target_family = "wasm", tsify(type = "Day | null"))]
    pub delivery: Option<Day>,
    /// How many lines it had.
    pub lines_before: u32,
    /// How many lines it has.
    pub lines_after: u32,
    /// Goods.
    pub goods: MoneyDifference,
    /// Freight.
    pub freight: MoneyDifference,
    /// All of it.
    pub total: MoneyDifference,
}

/// A kind of cost before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CostDifference {
    /// What for.
    pub kind: CostKind,
    /// How much.
    pub amount: MoneyDifference,
}

/// Compares two allocations.
///
/// They need not be of the same requirements: what only one of them has was added or dropped.
///
/// # Errors
///
/// When they are in different currencies or a difference overflows.
///
/// ```
/// use replenish::{
///     inventory::Requirement,
///     sourcing::{LineChange, Offer, SourcingOptions, allocate, compare_allocations},
/// };
/// let need = Requirement {
///     sku: "apple".parse()?, quantity: "10 each".parse()?, need_by: "2026-12-24".parse()?,
/// };
/// let offer = |id: &str, supplier: &str, price: &str| Ok::<_, replenish::unit::Invalid>(
///     Offer::new(id.parse()?, supplier.parse()?, "apple".parse()?, price.parse()?, "each".parse()?)
/// );
/// let offers = [offer("o-1", "farm", "0.90 EUR")?, offer("o-2", "mill", "0.80 EUR")?];
/// let options = SourcingOptions::new("2026-11-21".parse()?, "EUR".parse()?);
/// let before = allocate(&[need.clone().into()], &offers[..1], &[], &options)?;
/// let after = allocate(&[need.into()], &offers, &[], &options)?;
/// let difference = compare_allocations(&before, &after)?;
/// assert_eq!(difference.lines[0].change, LineChange::Supplier);
/// assert_eq!(difference.total.difference.to_string(), "-1.00 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare_allocations(
    before: &Allocation,
    after: &Allocation,
) -> Result<AllocationDifference, Invalid> {
    let currency = before.total.currency();
    let lines = lines(before, after)?;
    let changed_lines = lines.iter().filter(|line| line.change.is_changed()).count();
    Ok(AllocationDifference {
        orders: orders(before, after)?,
        costs: costs(before, after, currency)?,
        shortage_cost: MoneyDifference::new(before.shortage_cost, after.shortage_cost)?,
        surplus_value: MoneyDifference::new(before.surplus_value, after.surplus_value)?,
        total: MoneyDifference::new(before.total, after.total)?,
        changed_lines: u32::try_from(changed_lines).unwrap_or(u32::MAX),
        lines,
    })
}

impl MoneyDifference {
    /// How much more the second amount is.
    ///
    /// # Errors
    ///
    /// When the currencies differ or the difference overflows.
    pub(crate) fn new(before: Money, after: Money) -> Result<Self, Invalid> {
        Ok(Self { before, after, difference: after.minus(before)? })
    }
}

/// A requirement of an allocation, and a purchase for it unless it has none.
struct Served<'a> {
    sku: &'a Sku,
    need_by: Day,
    is_after: bool,
    line: Option<&'a AllocatedLine>,
}

fn lines(before: &Allocation, after: &Allocation) -> Result<Vec<LineDifference>, Invalid> {
    let currency = before.total.currency();
    let mut served = Vec::new();
    for (is_after, allocation) in [(false, before), (true, after)] {
        for line in &allocation.lines {
            let (sku, need_by) = (&line.requirement.sku, line.requirement.need_by);
            served.push(Served { sku, need_by, is_after, line: Some(line) });
        }
        for unmet in &allocation.unmet {
            let (sku, need_by) = (&unmet.requirement.sku, unmet.requirement.need_by);
            served.push(Served { sku, need_by, is_after, line: None });
        }
    }
    sort_by(&mut served, |a, b| a.sku.cmp(b.sku).then_with(|| a.need_by.cmp(&b.need_by)));
    let mut lines = Vec::new();
    for group in served.chunk_by(|a, b| a.sku == b.sku && a.need_by == b.need_by) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for served in group {
            if let Some(line) = served.line {
                let purchases = if served.is_after { &mut after } else { &mut before };
                purchases.push(LinePurchase::of(line));
            }
        }
        let cost = |purchases: &[LinePurchase]| {
            Money::sum(purchases.iter().map(|purchase| purchase.landed_cost), currency)
        };
        let landed_cost = MoneyDifference::new(cost(&before)?, cost(&after)?)?;
        let change = change(&before, &after);
        let (sku, need_by) = (group[0].sku.clone(), group[0].need_by);
        lines.push(LineDifference { sku, need_by, change, before, after, landed_cost });
    }
    Ok(lines)
}

impl LinePurchase {
    fn of(line: &AllocatedLine) -> Self {
        Self {
            offer: line.offer.clone(),
            supplier: line.supplier.clone(),
            delivery: line.delivery,
            packs: line.purchase.packs,
            landed_cost: line.landed_cost,
        }
    }
}

fn change(before: &[LinePurchase], after: &[LinePurchase]) -> LineChange {
    type Alike = fn(&LinePurchase, &LinePurchase) -> bool;
    let supplier: Alike = |a, b| a.supplier == b.supplier;
    let offer: Alike = |a, b| a.supplier == b.supplier && a.offer == b.offer;
    let delivery: Alike = |a, b| a.offer == b.offer && a.delivery == b.delivery;
    let packs: Alike = |a, b| a.offer == b.offer && a.delivery == b.delivery && a.packs == b.packs;
    let all: Alike = |a, b| {
        let (ours, theirs) = (a.landed_cost.amount(), b.landed_cost.amount());
        a.offer == b.offer && a.delivery == b.delivery && a.packs == b.packs && ours == theirs
    };
    // Whether each has its like among the others: a requirement has few purchases.
    let same = |alike: Alike| {
        before.iter().all(|a| after.iter().any(|b| alike(a, b)))
            && after.iter().all(|b| before.iter().any(|a| alike(a, b)))
    };
    match (before.is_empty(), after.is_empty()) {
        (true, false) => LineChange::Added,
        (false, true) => LineChange::Dropped,
        _ if !same(supplier) => LineChange::Supplier,
        _ if !same(offer) => LineChange::Offer,
        _ if !same(delivery) => LineChange::Delivery,
        _ if !same(packs) => LineChange::Packs,
        _ if !same(all) => LineChange::Repriced,
        _ => LineChange::Kept,
    }
}

fn orders(before: &Allocation, after: &Allocation) -> Result<Vec<OrderDifference>, Invalid> {
    let zero = Money::zero(before.total.currency());
    let mut all: Vec<(bool, &SupplierOrder)> = Vec::new();
    all.extend(before.orders.iter().map(|order| (false, order)));
    all.extend(after.orders.iter().map(|order| (true, order)));
    sort_by(&mut all, |(_, a), (_, b)| {
        a.supplier.cmp(&b.supplier).then_with(|| a.delivery.cmp(&b.delivery))
    });
    let mut differences = Vec::with_capacity(all.len());
    for same in all.chunk_by(|a, b| (&a.1.supplier, a.1.delivery) == (&b.1.supplier, b.1.delivery))
    {
        // Should one be listed twice, the last one counts.
        let of = |after: bool| same.iter().rev().find(|one| one.0 == after).map(|one| one.1);
        let (before, after) = (of(false), of(true));
        let SupplierOrder { supplier, delivery, .. } = same[0].1;
        let amount = |of: fn(&SupplierOrder) -> Money| {
            MoneyDifference::new(before.map_or(zero, of), after.map_or(zero, of))
        };
        differences.push(OrderDifference {
            supplier: supplier.clone(),
            delivery: *delivery,
            lines_before: before.map_or(0, |order| order.lines),
            lines_after: after.map_or(0, |order| order.lines),
            goods: amount(|order| order.goods)?,
            freight: amount(|order| order.freight)?,
            total: amount(|order| order.total)?,
        });
    }
    Ok(differences)
}

fn costs(
    before: &Allocation,
    after: &Allocation,
    currency: Currency,
) -> Result<Vec<CostDifference>, Invalid> {
    let mut kinds: Vec<(CostKind, [Money; 2])> = Vec::new();
    for (place, allocation) in [before, after].into_iter().enumerate() {
        for cost in &allocation.costs {
            let known = kinds.iter().position(|(kind, _)| *kind == cost.kind);
            let at = known.unwrap_or(kinds.len());
            if at == kinds.len() {
                kinds.push((cost.kind, [Money::zero(currency); 2]));
            }
            kinds[at].1[place] = kinds[at].1[place].plus(cost.amount)?;
        }
    }
    sort_by(&mut kinds, |a, b| a.0.cmp(&b.0));
    let mut differences = Vec::with_capacity(kinds.len());
    for (kind, [before, after]) in kinds {
        differences.push(CostDifference { kind, amount: MoneyDifference::new(before, after)? });
    }
    Ok(differences)
}
