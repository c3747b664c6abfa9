//! How a cheap allocation is found.
//!
//! The search starts from the cheapest goods of each line and moves as long as the total falls: one
//! line to another purchase, all lines away from a supplier, lines over to a supplier until a
//! threshold is reached. Money missing to a minimum counts as spent while searching; at the end it
//! really is, on further packs.

use super::{Baseline, BaselinePolicy, SupplierOrder};
use crate::{
    inventory::Requirement,
    sourcing::{
        Offer, OrderCharges, Purchase, SourcingOptions, SupplierTerms, compare::Candidate,
        landed_cost::purchase,
    },
    unit::{Day, Invalid, Money, Quantity, SupplierId, sort_by},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::collections::{BTreeMap, BTreeSet};

/// A line's purchase in a plan.
#[derive(Clone, Debug)]
pub(super) struct Pick<'a> {
    pub(super) offer: &'a Offer,
    pub(super) supplier: &'a SupplierId,
    pub(super) purchase: Purchase,
    pub(super) topped_up: u64,
    pub(super) arrival: Day,
}

/// One purchase for each line; none for a line that was given up.
pub(super) type Plan<'a> = Vec<Option<Pick<'a>>>;

/// A line and every purchase that could serve it, the cheapest goods first.
pub(super) struct Line<'a> {
    pub(super) need: &'a Requirement,
    pub(super) picks: Vec<Pick<'a>>,
}

pub(super) struct Problem<'a> {
    terms: &'a BTreeMap<&'a SupplierId, &'a SupplierTerms>,
    options: &'a SourcingOptions,
    pub(super) lines: Vec<Line<'a>>,
}

/// Rounds of the search; each one ends when no move lowers the total, so few are ever needed.
const MOST_ROUNDS: usize = 50;
/// Packs that one order is topped up by at most: a threshold further away is out of reach.
const MOST_FURTHER_PACKS: usize = 10_000;

impl<'a> Problem<'a> {
    pub(super) fn new(
        terms: &'a BTreeMap<&'a SupplierId, &'a SupplierTerms>,
        options: &'a SourcingOptions,
    ) -> Self {
        Self { terms, options, lines: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        need: &'a Requirement,
        candidates: &[Candidate<'a>],
    ) -> Result<(), Invalid> {
        let mut picks = Vec::new();
        for candidate in candidates {
            for &purchase in &candidate.purchases {
                picks.push(Pick {
                    offer: candidate.offer,
                    supplier: &candidate.offer.supplier,
                    purchase,
                    topped_up: 0,
                    arrival: candidate.arrival,
                });
            }
        }
        sort_by(&mut picks, |a, b| {
            let key = |pick: &Pick<'_>| (pick.purchase.goods.amount(), pick.purchase.packs);
            key(a).cmp(&key(b)).then_with(|| a.offer.id.cmp(&b.offer.id))
        });
        if picks.is_empty() {
            return Err(Invalid::new("purchase_missing", "at least one purchase", &need.sku));
        }
        self.lines.push(Line { need, picks });
        Ok(())
    }

    /// A plan that no single move makes cheaper.
    pub(super) fn search(&self) -> Result<Plan<'a>, Invalid> {
        let mut plan: Plan<'a> =
            self.lines.iter().map(|line| line.picks.first().cloned()).collect();
        let mut suppliers = BTreeSet::new();
        suppliers.extend(self.lines.iter().flat_map(|line| line.picks.iter().map(|p| p.supplier)));
        for _ in 0..MOST_ROUNDS {
            let mut moved = self.move_lines(&mut plan)?;
            for supplier in &suppliers {
                moved |= self.try_plan(&mut plan, |plan| Ok(self.leave(plan, supplier)))?;
                for threshold in self.thresholds(supplier) {
                    moved |=
                        self.try_plan(&mut plan, |plan| self.gather(plan, supplier, threshold))?;
                }
            }
            if !moved {
                break;
            }
        }
        Ok(plan)
    }

    /// Takes a changed plan if, once its lines have settled, it costs less.
    fn try_plan(
        &self,
        plan: &mut Plan<'a>,
        change: impl FnOnce(&mut Plan<'a>) -> Result<bool, Invalid>,
    ) -> Result<bool, Invalid> {
        let mut changed = plan.clone();
        if !change(&mut changed)? {
            return Ok(false);
        }
        self.move_lines(&mut changed)?;
        let better = self.cost(&changed)?.amount() < self.cost(plan)?.amount();
        if better {
            *plan = changed;
        }
        Ok(better)
    }

    /// Moves single lines to other purchases until none lowers the cost.
    fn move_lines(&self, plan: &mut Plan<'a>) -> Result<bool, Invalid> {
        let mut goods = self.goods(plan)?;
        let mut moved = false;
        for _ in 0..MOST_ROUNDS {
            let mut changed = false;
            for (line, pick) in self.lines.iter().zip(plan.iter_mut()) {
                let Some(current) = pick.as_mut() else { continue };
                let base = self.with_line(&goods, current, None)?;
                let mut best = (base.amount(), None);
                for candidate in &line.picks {
                    let cost = self.with_line(&goods, current, Some(candidate))?.amount();
                    if cost < best.0 {
                        best = (cost, Some(candidate));
                    }
                }
                if let Some(better) = best.1 {
                    shift(&mut goods, current.supplier, current.purchase.goods, false)?;
                    shift(&mut goods, better.supplier, better.purchase.goods, true)?;
                    *current = better.clone();
                    changed = true;
                }
            }
            moved |= changed;
            if !changed {
                break;
            }
        }
        Ok(moved)
    }

    /// What the suppliers touched by moving one line cost after the move, against before.
    fn with_line(
        &self,
        goods: &BTreeMap<&'a SupplierId, Money>,
        current: &Pick<'a>,
        candidate: Option<&Pick<'a>>,
    ) -> Result<Money, Invalid> {
        let candidate = candidate.unwrap_or(current);
        let none = Money::zero(self.options.currency);
        let value = |supplier| goods.get(supplier).copied().unwrap_or(none);
        let left = value(current.supplier).minus(current.purchase.goods)?;
        if candidate.supplier == current.supplier {
            let after = self.order_cost(current.supplier, left.plus(candidate.purchase.goods)?)?;
            return after.minus(self.order_cost(current.supplier, value(current.supplier))?);
        }
        let before = value(candidate.supplier);
        let after = before.plus(candidate.purchase.goods)?;
        let gained = self.order_cost(candidate.supplier, after)?;
        let gained = gained.minus(self.order_cost(candidate.supplier, before)?)?;
        let kept = self.order_cost(current.supplier, left)?;
        gained.plus(kept)?.minus(self.order_cost(current.supplier, value(current.supplier))?)
    }

    /// Moves every line that another supplier can serve away from one.
    fn leave(&self, plan: &mut Plan<'a>, supplier: &SupplierId) -> bool {
        let mut left = false;
        for (line, pick) in self.lines.iter().zip(plan.iter_mut()) {
            let Some(current) = pick.as_ref().filter(|pick| pick.supplier == supplier) else {
                continue;
            };
            let cheapest = line.picks.iter().find(|other| other.supplier != current.supplier);
            if let Some(other) = cheapest {
                *pick = Some(other.clone());
                left = true;
            }
        }
        left
    }

    /// Moves lines over to a supplier, the ones that cost least more first, until a threshold is
    /// reached; changes nothing when it cannot be.
    fn gather(
        &self,
        plan: &mut Plan<'a>,
        supplier: &SupplierId,
        threshold: Money,
    ) -> Result<bool, Invalid> {
        let mut value =
            self.goods(plan)?.get(supplier).copied().unwrap_or(Money::zero(self.options.currency));
        if value.compare(threshold)?.is_ge() {
            return Ok(false);
        }
        let mut moves = Vec::new();
        for (index, (line, pick)) in self.lines.iter().zip(plan.iter()).enumerate() {
            let Some(current) = pick.as_ref().filter(|pick| pick.supplier != supplier) else {
                continue;
            };
            if let Some(other) = line.picks.iter().find(|other| other.supplier == supplier) {
                let more = other.purchase.goods.minus(current.purchase.goods)?;
                let share = more.amount().checked_div(other.purchase.goods.amount());
                moves.push((share.unwrap_or_default(), index, other));
            }
        }
        sort_by(&mut moves, |a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, index, other) in moves {
            value = value.plus(other.purchase.goods)?;
            plan[index] = Some(other.clone());
            if value.compare(threshold)?.is_ge() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn thresholds(&self, supplier: &SupplierId) -> Vec<Money> {
        let terms = self.terms.get(supplier);
        terms.map_or(Vec::new(), |terms| {
            terms.minimum_order_value.into_iter().chain(terms.free_freight_from).collect()
        })
    }

    /// Buys further packs where an order is below its minimum, or where they cost less than the
    /// freight they save, each time of the product that would then last shortest. Returns the
    /// suppliers whose minimum stays out of reach.
    pub(super) fn top_up(&self, plan: &mut Plan<'a>) -> Result<Vec<&'a SupplierId>, Invalid> {
        let mut short = Vec::new();
        for (supplier, goods) in self.goods(plan)? {
            let Some(terms) = self.terms.get(supplier) else { continue };
            if let Some(minimum) = terms.minimum_order_value
                && goods.compare(minimum)?.is_lt()
            {
                let mut topped = plan.clone();
                if self.fill(&mut topped, supplier, minimum)? {
                    *plan = topped;
                } else {
                    short.push(supplier);
                    continue;
                }
            }
            if let Some(free_from) = terms.free_freight_from {
                let mut topped = plan.clone();
                if self.fill(&mut topped, supplier, free_from)?
                    && self.cost(&topped)?.amount() < self.cost(plan)?.amount()
                {
                    *plan = topped;
                }
            }
        }
        Ok(short)
    }

    /// Adds packs to a supplier's lines until the goods reach a value; false when they cannot.
    fn fill(
        &self,
        plan: &mut Plan<'a>,
        supplier: &SupplierId,
        value: Money,
    ) -> Result<bool, Invalid> {
        for _ in 0..=MOST_FURTHER_PACKS {
            let goods = self.goods(plan)?.get(supplier).copied();
            let Some(goods) = goods else { return Ok(false) };
            if goods.compare(value)?.is_ge() {
                return Ok(true);
            }
            let mut next: Option<(Decimal, usize, Purchase)> = None;
            for (index, (line, pick)) in self.lines.iter().zip(plan.iter()).enumerate() {
                let Some(pick) = pick.as_ref().filter(|pick| pick.supplier == supplier) else {
                    continue;
                };
                let unit = line.need.quantity.unit();
                let Some(packs) = pick.purchase.packs.checked_add(1) else { continue };
                let more = purchase(pick.offer, packs, unit)?;
                let dearer = more.goods.compare(pick.purchase.goods)?.is_gt();
                if !dearer || !has(pick.offer, more.quantity)? {
                    continue;
                }
                let cover = more.quantity.amount().checked_div(line.need.quantity.amount());
                let cover = cover.unwrap_or(Decimal::MAX);
                if next.as_ref().is_none_or(|(least, ..)| cover < *least) {
                    next = Some((cover, index, more));
                }
            }
            let Some((_, index, more)) = next else { return Ok(false) };
            if let Some(pick) = plan[index].as_mut() {
                pick.topped_up += more.packs - pick.purchase.packs;
                pick.purchase = more;
            }
        }
        Ok(false)
    }

    /// Gives up the lines of suppliers whose minimum stays out of reach.
    pub(super) fn drop_short(
        &self,
        plan: &mut Plan<'a>,
        short: &[&'a SupplierId],
    ) -> Result<Vec<(usize, String)>, Invalid> {
        let goods = self.goods(plan)?;
        let mut dropped = Vec::new();
        for (index, pick) in plan.iter_mut().enumerate() {
            let Some(current) = pick.as_ref().filter(|pick| short.contains(&pick.supplier)) else {
                continue;
            };
            let value = goods.get(current.supplier).copied();
            let value = value.unwrap_or(Money::zero(self.options.currency));
            let missing = self.charges(current.supplier, value)?.below_minimum;
            let reason = format!(
                "{missing} are missing to the minimum order value of {}, more than further packs can fill",
                current.supplier
            );
            dropped.push((index, reason));
            *pick = None;
        }
        Ok(dropped)
    }

    pub(super) fn goods(
        &self,
        plan: &Plan<'a>,
    ) -> Result<BTreeMap<&'a SupplierId, Money>, Invalid> {
        let mut goods = BTreeMap::new();
        for pick in plan.iter().flatten() {
            let none = Money::zero(self.options.currency);
            let value = goods.entry(pick.supplier).or_insert(none);
            *value = value.plus(pick.purchase.goods)?;
        }
        Ok(goods)
    }

    fn charges(&self, supplier: &SupplierId, goods: Money) -> Result<OrderCharges, Invalid> {
        match self.terms.get(supplier) {
            Some(terms) => terms.charges(goods),
            None => SupplierTerms::none(supplier).charges(goods),
        }
    }

    /// Goods, freight and what is missing to the minimum.
    fn order_cost(&self, supplier: &SupplierId, goods: Money) -> Result<Money, Invalid> {
        let charges = self.charges(supplier, goods)?;
        goods.plus(charges.freight)?.plus(charges.below_minimum)
    }

    /// What the search makes small: [`Problem::order_cost`] of all suppliers.
    fn cost(&self, plan: &Plan<'a>) -> Result<Money, Invalid> {
        let goods = self.goods(plan)?;
        goods
            .into_iter()
            .try_fold(Money::zero(self.options.currency), |total, (supplier, goods)| {
                total.plus(self.order_cost(supplier, goods)?)
            })
    }

    pub(super) fn orders(&self, plan: &Plan<'a>) -> Result<Vec<SupplierOrder>, Invalid> {
        let mut orders = Vec::new();
        for (supplier, goods) in self.goods(plan)? {
            let freight = self.charges(supplier, goods)?.freight;
            let lines = plan.iter().flatten().filter(|pick| pick.supplier == supplier).count();
            orders.push(SupplierOrder {
                supplier: supplier.clone(),
                name: self.terms.get(supplier).and_then(|terms| terms.name.clone()),
                lines: u32::try_from(lines).unwrap_or(u32::MAX),
                goods,
                freight,
                total: goods.plus(freight)?,
            });
        }
        Ok(orders)
    }

    pub(super) fn total(&self, plan: &Plan<'a>) -> Result<Money, Invalid> {
        let orders = self.orders(plan)?;
        Money::sum(orders.iter().map(|order| order.total), self.options.currency)
    }

    /// The cheapest goods of every served line: freight and minimums only add to that.
    pub(super) fn lower_bound(&self, plan: &Plan<'a>) -> Result<Money, Invalid> {
        let served = self.lines.iter().zip(plan).filter(|(_, pick)| pick.is_some());
        let cheapest = served.filter_map(|(line, _)| line.picks.first());
        Money::sum(cheapest.map(|pick| pick.purchase.goods), self.options.currency)
    }

    pub(super) fn baselines(&self, plan: &Plan<'a>) -> Result<Vec<Baseline>, Invalid> {
        let total = self.total(plan)?;
        let mut baselines = Vec::new();
        for policy in [BaselinePolicy::DefaultSupplier, BaselinePolicy::CheapestLine] {
            let (mut picks, mut fallback_lines) = (Vec::new(), 0);
            for (line, served) in self.lines.iter().zip(plan) {
                let pick = match policy {
                    BaselinePolicy::CheapestLine => line.picks.first(),
                    BaselinePolicy::DefaultSupplier => {
                        let default = self.options.default_suppliers.get(&line.need.sku);
                        let own = line.picks.iter().filter(|pick| Some(pick.supplier) == default);
                        let fewest = own.min_by_key(|pick| pick.purchase.packs);
                        fallback_lines += u32::from(served.is_some() && fewest.is_none());
                        fewest.or(line.picks.first())
                    }
                };
                picks.push(pick.filter(|_| served.is_some()).cloned());
            }
            let cost = self.total(&picks)?;
            let below_minimum = self.cost(&picks)?.minus(cost)?;
            let saving = cost.minus(total)?;
            let share = saving.amount().checked_div(cost.amount()).unwrap_or_default();
            let saving_share = share.to_f64().unwrap_or(0.0);
            baselines.push(Baseline {
                policy,
                cost,
                below_minimum,
                saving,
                saving_share,
                fallback_lines,
            });
        }
        Ok(baselines)
    }
}

/// Whether the supplier has that much, as far as it says.
fn has(offer: &Offer, quantity: Quantity) -> Result<bool, Invalid> {
    match offer.available {
        Some(available) => Ok(quantity.amount() <= available.to(quantity.unit())?.amount()),
        None => Ok(true),
    }
}

fn shift<'a>(
    goods: &mut BTreeMap<&'a SupplierId, Money>,
    supplier: &'a SupplierId,
    amount: Money,
    add: bool,
) -> Result<(), Invalid> {
    let value = goods.entry(supplier).or_insert(Money::zero(amount.currency()));
    *value = if add { value.plus(amount)? } else { value.minus(amount)? };
    Ok(())
}
