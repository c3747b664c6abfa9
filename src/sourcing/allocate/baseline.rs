//! What simpler rules would pay.

use super::{
    allocation::{Baseline, BaselinePolicy},
    assemble::Answer,
    model::ModelLine,
};
use crate::{
    sourcing::{SourcingOptions, landed_cost::Priced, order_charges::gram},
    unit::{ByName, Exact, Invalid, Money, Quantity, Rounding, SupplierId},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::cmp::Ordering;

/// What each rule would pay for the requirements that the allocation decided on, one order for each
/// supplier; `total` is what the allocation pays for them.
pub(super) fn baselines(
    answer: &Answer<'_, '_>,
    options: &SourcingOptions,
    total: Money,
) -> Result<Vec<Baseline>, Invalid> {
    let rules = [
        BaselinePolicy::DefaultSupplier,
        BaselinePolicy::CheapestSticker,
        BaselinePolicy::CheapestLine,
    ];
    rules.into_iter().map(|policy| baseline(answer, policy, options, total)).collect()
}

fn baseline(
    answer: &Answer<'_, '_>,
    policy: BaselinePolicy,
    options: &SourcingOptions,
    total: Money,
) -> Result<Baseline, Invalid> {
    let zero = Money::zero(options.currency);
    let mut cost = zero;
    let mut fallback_lines = 0;
    let mut orders: ByName<'_, (&SupplierId, Vec<Money>, Decimal)> = ByName::new();
    for (index, line) in answer.model.lines.iter().enumerate() {
        if answer.solution.left_out.contains(&index) {
            continue;
        }
        let chosen = match policy {
            BaselinePolicy::CheapestLine => None,
            BaselinePolicy::CheapestSticker => choose(line, answer, Rule::Price)?,
            BaselinePolicy::DefaultSupplier => {
                let default = options.default_suppliers.get(&line.need.sku);
                let own = default.map(|default| choose(line, answer, Rule::Packs(default)));
                let own = own.transpose()?.flatten();
                fallback_lines += u32::from(own.is_none());
                own
            }
        };
        let chosen = match chosen {
            Some(chosen) => Some(chosen),
            None => choose(line, answer, Rule::Cost)?,
        };
        let Some(Choice { supplier, priced, net }) = chosen else { continue };
        cost = cost.plus(net)?;
        let order = orders.entry(supplier.as_str(), (supplier, Vec::new(), Decimal::ZERO));
        order.1.push(priced.value);
        let weight = priced.weight.map_or(Decimal::ZERO, Quantity::amount);
        order.2 = order.2.plus(weight);
    }
    let mut below_minimum = zero;
    for (supplier, values, weight) in orders.values() {
        let weight = Some(Quantity::new(*weight, gram()?));
        let charges = answer.market.charges(supplier, values, weight)?;
        cost = cost.plus(charges.total()?)?;
        if charges.refused {
            cost = cost.minus(charges.below_minimum)?;
            below_minimum = below_minimum.plus(charges.below_minimum)?;
        }
    }
    let saving = cost.minus(total)?;
    let share = saving.amount().checked_over(cost.amount()).unwrap_or_default();
    let saving_share = share.to_f64().unwrap_or(0.0);
    Ok(Baseline { policy, cost, below_minimum, saving, saving_share, fallback_lines })
}

/// What a rule would buy for a line.
struct Choice<'a> {
    supplier: &'a SupplierId,
    priced: Priced,
    /// What it costs by itself, with shortage and less what surplus is worth.
    net: Money,
}

/// By what a purchase is chosen.
#[derive(Clone, Copy)]
enum Rule<'r> {
    /// The lowest price of a unit, in the fewest packs that cover the need.
    Price,
    /// The fewest packs of this supplier that cover the need.
    Packs(&'r SupplierId),
    /// The lowest cost, buying up to a price break considered.
    Cost,
}

/// The best purchase of a line by a rule; the first of equal ones.
fn choose<'a>(
    line: &ModelLine<'a>,
    answer: &Answer<'_, 'a>,
    rule: Rule<'_>,
) -> Result<Option<Choice<'a>>, Invalid> {
    let mut best: Option<Choice<'a>> = None;
    let mut last = None;
    for source in &line.sources {
        let candidate = &source.candidate;
        let supplier = &candidate.offer.supplier;
        let is_own = !matches!(rule, Rule::Packs(only) if only != supplier);
        // An offer may be several sources, one after the other.
        if !is_own || last == Some(candidate.place) {
            continue;
        }
        last = Some(candidate.place);
        let sensible = candidate.sensible_packs(line.need)?;
        let looked_at = if matches!(rule, Rule::Cost) { sensible.len() } else { 1 };
        for packs in sensible.into_iter().take(looked_at) {
            let priced = candidate.price(packs)?;
            let net = net(line, &priced, answer)?;
            let choice = Choice { supplier, priced, net };
            if best.as_ref().is_none_or(|best| rule.compare(&choice, best).is_lt()) {
                best = Some(choice);
            }
        }
    }
    Ok(best)
}

impl Rule<'_> {
    fn compare(self, a: &Choice<'_>, b: &Choice<'_>) -> Ordering {
        let (first, second) = (&a.priced.purchase, &b.priced.purchase);
        match self {
            Self::Price => {
                let one = first.goods.amount().checked_times(second.quantity.amount());
                one.cmp(&second.goods.amount().checked_times(first.quantity.amount()))
            }
            Self::Packs(_) => first.packs.cmp(&second.packs),
            Self::Cost => a.net.amount().cmp(&b.net.amount()),
        }
    }
}

/// What a purchase costs with the shortage that it leaves, less the surplus that it brings.
fn net(line: &ModelLine<'_>, priced: &Priced, answer: &Answer<'_, '_>) -> Result<Money, Invalid> {
    let need = line.need;
    let over = priced.purchase.quantity.minus(need.quantity)?.amount();
    let value = if over.is_sign_negative() { need.shortage_cost } else { need.surplus_value };
    let Some(value) = value else { return Ok(priced.landed) };
    let worth = answer.market.convert(value)?.times(over)?.rounded(Rounding::HalfUp);
    priced.landed.minus(worth)
}
