//! From a solved basket to what is bought.

use super::{
    allocation::{
        AllocatedLine, Allocation, AllocationStatus, Conflict, CostTotal, SupplierOrder, Unmet,
    },
    baseline::baselines,
    ledger::{Ledger, line_cost},
    model::{Model, ModelLine, Unserved},
    reason::Explainer,
};
use crate::{
    sourcing::{
        Comparison, Cost, CostKind, SourcingError, SourcingOptions,
        basket::{Pick, Solution, Status},
        best_packs::Order,
        compare::compare_in,
        eligible::Market,
        order_charges::gram,
    },
    unit::{ByName, Currency, Exact, Invalid, Money, Quantity, Rounding, sort_by},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// A solved basket.
pub(super) struct Answer<'m, 'a> {
    pub(super) model: &'m Model<'a>,
    pub(super) market: &'m Market<'a>,
    pub(super) solution: &'m Solution,
    pub(super) conflict: Option<Conflict>,
}

/// Excluded offers that a reason names.
const MOST_NAMED: usize = 3;

/// Says what is bought, from whom, at what cost and why.
pub(super) fn assemble(
    answer: &Answer<'_, '_>,
    options: &SourcingOptions,
) -> Result<Allocation, SourcingError> {
    let Answer { model, solution, .. } = *answer;
    let currency = options.currency;
    let nothing = vec![Vec::new(); model.lines.len()];
    let picks = if solution.picks.is_empty() { &nothing } else { &solution.picks };
    let ledger = Ledger::new(&model.basket, picks);
    let explainer = Explainer { model, ledger: &ledger, market: answer.market, currency };

    let mut lines = Vec::new();
    for line in 0..model.lines.len() {
        for &pick in &picks[line] {
            lines.push(allocated_line(answer, &explainer, picks, (line, pick))?);
        }
    }
    let (orders, mut costs) = orders(answer, picks, currency)?;
    for line in &lines {
        for cost in &line.costs {
            add_cost(&mut costs, cost.kind, cost.amount)?;
        }
    }
    let zero = Money::zero(currency);
    let (mut shortage_cost, mut surplus_value) = (zero, zero);
    let mut unmet = Vec::new();
    for unserved in &model.unserved {
        let found = unserved_need(unserved, answer.market)?;
        shortage_cost = shortage_cost.plus(found.shortage_cost.unwrap_or(zero))?;
        unmet.push(found);
    }
    let beyond_choice = shortage_cost;
    for (index, line) in model.lines.iter().enumerate() {
        let units = bought(model, index, &picks[index]);
        let terms = &model.basket.lines[index];
        let over = units.saturating_sub(terms.required);
        if over > 0 {
            let worth = money(terms.surplus_value.times(over), currency)?;
            surplus_value = surplus_value.plus(worth)?;
        } else if over < 0 {
            let found = short_need(answer, (index, line), -over, currency)?;
            shortage_cost = shortage_cost.plus(found.shortage_cost.unwrap_or(zero))?;
            unmet.push(found);
        }
    }
    sort_by(&mut unmet, |a, b| {
        let (a, b) = (&a.requirement, &b.requirement);
        a.sku.cmp(&b.sku).then_with(|| a.need_by.cmp(&b.need_by))
    });
    let total = Money::sum(orders.iter().map(|order| order.total), currency)?;
    let total = total.plus(shortage_cost)?.minus(surplus_value)?;
    let bound = match solution.lower_bound {
        i64::MIN => simple_bound(model),
        bound => bound,
    };
    let lower_bound = money(bound, currency)?.plus(beyond_choice)?;
    let lower_bound = if lower_bound.compare(total)?.is_gt() { total } else { lower_bound };
    let status = match (solution.status, answer.conflict.is_some()) {
        (_, true) | (Status::Infeasible, _) => AllocationStatus::Infeasible,
        (Status::Proved, _) => AllocationStatus::Proved,
        (Status::Gap, _) => AllocationStatus::Gap,
    };
    let comparisons = comparisons(answer, picks, options)?;
    Ok(Allocation {
        lines,
        orders,
        unmet,
        total,
        lower_bound,
        gap: gap(total, lower_bound)?,
        status,
        conflict: answer.conflict.clone(),
        shortage_cost,
        surplus_value,
        costs,
        nodes: solution.nodes,
        steps: solution.steps,
        thinned_offers: model.thinned.iter().map(|&offer| offer.clone()).collect(),
        baselines: baselines(answer, options, total.minus(beyond_choice)?)?,
        comparisons,
    })
}

fn allocated_line(
    answer: &Answer<'_, '_>,
    explainer: &Explainer<'_, '_>,
    picks: &[Vec<Pick>],
    (line, pick): (usize, Pick),
) -> Result<AllocatedLine, Invalid> {
    let model = answer.model;
    let (priced, interest) = model.price(line, pick)?;
    let need = model.lines[line].need;
    let source = &model.lines[line].sources[pick.source];
    let candidate = &source.candidate;
    let purchase = priced.purchase;
    let covered = if purchase.quantity.amount() < need.quantity.amount() {
        purchase.quantity
    } else {
        need.quantity
    };
    let mut costs = Vec::new();
    for &(kind, amount) in &priced.costs {
        add_cost(&mut costs, kind, amount)?;
    }
    add_cost(&mut costs, CostKind::PaymentTerms, interest)?;
    let costs = costs.iter().map(|cost| Cost::over(cost.kind, cost.amount, covered)).collect();
    let explained = explainer.explain(line, pick)?;
    let over = bought(model, line, &picks[line]) - model.basket.lines[line].required;
    let per_pack = model.basket.lines[line].sources[pick.source].units_per_pack.max(1);
    let spare = u64::try_from(over.max(0) / per_pack).unwrap_or(0);
    let spare = spare.min(purchase.packs.saturating_sub(candidate.fewest_packs));
    Ok(AllocatedLine {
        requirement: need.requirement(),
        sku: candidate.offer.sku.clone(),
        offer: candidate.offer.id.clone(),
        supplier: candidate.offer.supplier.clone(),
        delivery: source.delivery,
        purchase,
        topped_up_packs: spare / candidate.multiple.max(1) * candidate.multiple.max(1),
        arrival: source.arrival,
        costs,
        landed_cost: priced.landed.plus(interest)?,
        binding: explained.binding,
        runner_up: explained.runner_up,
        reason: explained.reason,
    })
}

/// The orders, and what they cost as a whole, by kind.
fn orders(
    answer: &Answer<'_, '_>,
    picks: &[Vec<Pick>],
    currency: Currency,
) -> Result<(Vec<SupplierOrder>, Vec<CostTotal>), Invalid> {
    let model = answer.model;
    let gram = gram()?;
    let zero = Money::zero(currency);
    let mut members: Vec<Vec<(usize, Pick)>> = vec![Vec::new(); model.orders.len()];
    for (line, picks) in picks.iter().enumerate() {
        for &pick in picks {
            let order = model.basket.lines[line].sources[pick.source].order;
            members[order].push((line, pick));
        }
    }
    let mut costs = Vec::new();
    let mut orders = Vec::new();
    for (name, members) in model.orders.iter().zip(&members) {
        if members.is_empty() {
            continue;
        }
        let (mut values, mut landed, mut weight) = (Vec::new(), zero, Decimal::ZERO);
        for &(line, pick) in members {
            let (priced, interest) = model.price(line, pick)?;
            values.push(priced.value);
            landed = landed.plus(priced.landed)?.plus(interest)?;
            let grams = priced.weight.map_or(Decimal::ZERO, Quantity::amount);
            weight = weight.plus(grams);
        }
        let goods = Money::sum(values.iter().copied(), currency)?;
        let weight = Some(Quantity::new(weight, gram));
        let charges = answer.market.charges(name.supplier, &values, weight)?;
        for (kind, amount) in charges.costs() {
            add_cost(&mut costs, kind, amount)?;
        }
        orders.push(SupplierOrder {
            supplier: name.supplier.clone(),
            name: answer.market.terms(name.supplier).and_then(|terms| terms.name.clone()),
            delivery: name.delivery,
            lines: u32::try_from(members.len()).unwrap_or(u32::MAX),
            goods,
            line_charges: landed.minus(goods)?,
            freight: charges.freight,
            handling: charges.handling,
            order_cost: charges.order_cost,
            surcharge: charges.below_minimum,
            yearly_rebate: charges.yearly_rebate,
            total: landed.plus(charges.total()?)?,
        });
    }
    Ok((orders, costs))
}

/// Adds to a kind of cost; they are in order of the kinds.
fn add_cost(costs: &mut Vec<CostTotal>, kind: CostKind, amount: Money) -> Result<(), Invalid> {
    if amount.is_zero() && kind != CostKind::Goods {
        return Ok(());
    }
    let place = costs.partition_point(|cost| cost.kind < kind);
    match costs.get_mut(place) {
        Some(cost) if cost.kind == kind => cost.amount = cost.amount.plus(amount)?,
        _ => costs.insert(place, CostTotal { kind, amount }),
    }
    Ok(())
}

/// What shortage of needs costs that nobody can serve: no choice can do anything about it.
pub(super) fn beyond_choice(model: &Model<'_>, market: &Market<'_>) -> Result<Money, Invalid> {
    let mut sum = Money::zero(model.currency);
    for unserved in &model.unserved {
        let cost = unserved_need(unserved, market)?.shortage_cost;
        sum = cost.map_or(Ok(sum), |cost| sum.plus(cost))?;
    }
    Ok(sum)
}

/// A need that nobody can serve.
fn unserved_need(unserved: &Unserved<'_>, market: &Market<'_>) -> Result<Unmet, Invalid> {
    let need = unserved.need;
    let named = unserved.excluded.iter().take(MOST_NAMED);
    let mut parts: Vec<String> =
        named.map(|out| format!("{} would need {}", out.offer, out.remedy)).collect();
    if unserved.excluded.len() > MOST_NAMED {
        parts.push(format!("and {} more", unserved.excluded.len() - MOST_NAMED));
    }
    let reason = if parts.is_empty() {
        "nobody offers it".to_owned()
    } else {
        format!("no offer can serve it: {}", parts.join("; "))
    };
    let cost = need.shortage_cost.map(|cost| {
        Ok(market.convert(cost)?.times(need.quantity.amount())?.rounded(Rounding::HalfUp))
    });
    Ok(Unmet {
        requirement: need.requirement(),
        missing: need.quantity,
        shortage_cost: cost.transpose()?,
        reason,
    })
}

/// A need that offers could serve and that is not bought, or not wholly.
fn short_need(
    answer: &Answer<'_, '_>,
    (index, line): (usize, &ModelLine<'_>),
    missing: i64,
    currency: Currency,
) -> Result<Unmet, Invalid> {
    let shortage = answer.model.basket.lines[index].shortage_cost;
    let cost = shortage.map(|cost| money(cost.times(missing), currency)).transpose()?;
    let missing = line.quantity(missing);
    let reason = match (cost, &answer.conflict) {
        (Some(cost), _) => {
            format!("a shortage of {missing} costs less to bear, {cost}, than to avoid")
        }
        (None, Some(_)) => {
            "it cannot be covered together with the rest, as the conflict says".to_owned()
        }
        (None, None) => "no way to cover it was found within the steps allowed".to_owned(),
    };
    Ok(Unmet { requirement: line.need.requirement(), missing, shortage_cost: cost, reason })
}

/// Units of the basket that are bought for a line.
fn bought(model: &Model<'_>, line: usize, picks: &[Pick]) -> i64 {
    let sources = &model.basket.lines[line].sources;
    let units = picks.iter().map(|pick| {
        let source = &sources[pick.source];
        source.purchases[pick.purchase].packs.saturating_mul(source.units_per_pack)
    });
    units.fold(0, i64::saturating_add)
}

/// A bound for where the search has none: each line at its cheapest, orders at nothing or below.
fn simple_bound(model: &Model<'_>) -> i64 {
    let mut bound = 0_i64;
    let mut most_value = 0_i64;
    for line in &model.basket.lines {
        let mut least = None;
        let nothing =
            line_cost(line, &[]).filter(|(_, covered)| *covered || line.sources_at_most > 1);
        let mut take = |cost: i64| least = Some(least.map_or(cost, |least: i64| least.min(cost)));
        if let Some((cost, covered)) = nothing {
            take(if covered { cost } else { 0 });
        }
        let (mut value, mut units) = (0, 0);
        for (place, source) in line.sources.iter().enumerate() {
            for (purchase, bought) in source.purchases.iter().enumerate() {
                value = value.max(bought.value);
                units = units.max(bought.packs.saturating_mul(source.units_per_pack));
                if line.sources_at_most == 1
                    && let Some((cost, true)) = line_cost(line, &[Pick { source: place, purchase }])
                {
                    take(cost);
                }
            }
        }
        let most_sources = i64::from(line.sources_at_most);
        if line.sources_at_most > 1 {
            let units = units.saturating_mul(most_sources).min(line.most);
            let rebates = line.sources.iter().flat_map(|source| &source.purchases);
            let negative = rebates.map(|bought| bought.cost.min(0)).min().unwrap_or(0);
            let surplus = line.surplus_value.times(units.saturating_sub(line.required).max(0));
            take(negative.saturating_mul(most_sources).saturating_sub(surplus));
        }
        bound = bound.saturating_add(least.unwrap_or(0));
        most_value = most_value.saturating_add(value.saturating_mul(most_sources));
    }
    for order in &model.basket.orders {
        let least = order.modes.iter().map(|mode| {
            mode.cost.saturating_add(mode.on_value(most_value).min(0)).saturating_sub(most_value)
        });
        let certain = order.modes.iter().all(|mode| mode.rate >= 0);
        let plain = order.modes.iter().map(|mode| mode.cost).min().unwrap_or(0);
        bound = bound.saturating_add(if certain {
            plain.min(0)
        } else {
            least.min().unwrap_or(0).min(0)
        });
    }
    bound
}

/// How much less than the total the bound is, as a share of the total.
fn gap(total: Money, bound: Money) -> Result<f64, Invalid> {
    let missing = total.minus(bound)?.amount();
    if missing.is_zero() {
        return Ok(0.0);
    }
    let share = missing.checked_over(total.amount().abs());
    Ok(share.and_then(|share| share.to_f64()).unwrap_or(1.0))
}

/// Every offer for each need at what it would add to the orders without the need.
fn comparisons(
    answer: &Answer<'_, '_>,
    picks: &[Vec<Pick>],
    options: &SourcingOptions,
) -> Result<Vec<Comparison>, SourcingError> {
    let model = answer.model;
    // What each line brings into the orders, converted once for all the others.
    let mut bought = Vec::with_capacity(picks.len());
    for (line, picks) in picks.iter().enumerate() {
        let mut parts = Vec::with_capacity(picks.len());
        for pick in picks {
            let supplier = &model.lines[line].sources[pick.source].candidate.offer.supplier;
            let purchase = model.basket.lines[line].sources[pick.source].purchases[pick.purchase];
            let weight = if answer.market.by_weight(supplier) {
                Some(Quantity::new(Decimal::from(purchase.weight), gram()?))
            } else {
                None
            };
            parts.push((supplier, money(purchase.value, options.currency)?, weight));
        }
        bought.push(parts);
    }
    let mut found = Vec::new();
    let served = model.lines.iter().enumerate().map(|(line, named)| (Some(line), named.need));
    let unserved = model.unserved.iter().map(|unserved| (None, unserved.need));
    for (own, need) in served.chain(unserved) {
        let mut orders: ByName<'_, Order> = ByName::new();
        for (_, parts) in bought.iter().enumerate().filter(|(line, _)| Some(*line) != own) {
            for &(supplier, value, weight) in parts {
                let order = orders.entry(supplier.as_str(), Order::default());
                order.values.push(value);
                if weight.is_some() {
                    order.add_weight(weight)?;
                }
            }
        }
        found.push((need.need_by, compare_in(answer.market, need, &orders, options)?));
    }
    sort_by(&mut found, |a, b| a.1.sku.cmp(&b.1.sku).then_with(|| a.0.cmp(&b.0)));
    Ok(found.into_iter().map(|(_, comparison)| comparison).collect())
}

pub(super) fn money(minor: i64, currency: Currency) -> Result<Money, Invalid> {
    Money::from_minor_units(i128::from(minor), currency)
}
