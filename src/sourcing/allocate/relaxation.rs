//! What dropping one of the conditions would give that contradict each other.

use super::{
    allocation::Relaxation,
    assemble::money,
    conflict::{Cases, Handle},
};
use crate::{
    sourcing::basket::{self, Basket, Budget, PerUnit, Solution},
    unit::{Invalid, Money, SupplierId},
};

/// Steps for the plan without one condition.
const MOST_STEPS: u64 = 100_000_000;
/// A unit of a requirement that is bought as far as possible weighs more than any cost.
const EVERY_UNIT: PerUnit = PerUnit { money: 1 << 32, units: 1 };

/// The plan without one of the conditions, all others holding; none if none was found. `constant` is
/// what costs beside it whatever is done.
pub(super) fn relax(
    cases: &Cases<'_, '_>,
    dropped: usize,
    constant: Money,
) -> Result<Option<Relaxation>, Invalid> {
    let others: Vec<usize> =
        (0..cases.conditions.len()).filter(|&place| place != dropped).collect();
    let mut basket = cases.basket(&others);
    let (condition, handle) = &cases.conditions[dropped];
    if let Handle::Covered(line) = *handle {
        basket.lines[line].shortage_cost = Some(EVERY_UNIT);
    }
    let solution = basket::solve(&basket, None, Budget { steps: cases.steps.min(MOST_STEPS) });
    if solution.picks.is_empty() && !basket.lines.is_empty() {
        return Ok(None);
    }
    let mut left_out = solution.left_out.len();
    let mut cost = solution.cost;
    let plan = Plan { cases, basket: &basket, solution: &solution };
    if let Handle::Covered(line) = *handle {
        let missing = plan.missing(line);
        cost = cost.saturating_sub(EVERY_UNIT.times(missing));
        left_out += usize::from(missing > 0);
    }
    Ok(Some(Relaxation {
        condition: condition.clone(),
        words: plan.words(*handle)?,
        total: money(cost, cases.free.currency)?.plus(constant)?,
        left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
    }))
}

/// A plan without one of the conditions.
struct Plan<'p> {
    cases: &'p Cases<'p, 'p>,
    basket: &'p Basket,
    solution: &'p Solution,
}

impl Plan<'_> {
    /// What the condition is exceeded by.
    fn words(&self, handle: Handle<'_>) -> Result<String, Invalid> {
        let free = self.cases.free;
        let named = |line: usize| &free.lines[line];
        Ok(match handle {
            Handle::Covered(line) => {
                let (missing, need) = (named(line).quantity(self.missing(line)), named(line).need);
                format!("a shortage of {missing} of {}, needed by {}", need.sku, need.need_by)
            }
            Handle::Minimum(supplier) => {
                let orders = free.orders.iter().zip(&free.basket.orders);
                let modes = orders
                    .filter(|(order, _)| order.supplier == supplier)
                    .flat_map(|(_, terms)| &terms.modes);
                let minimum = modes.map(|mode| mode.value.least).min().unwrap_or(0);
                let smallest = self.values(supplier).into_iter().min().unwrap_or(minimum);
                let short = money((minimum - smallest).max(0), free.currency)?;
                if short.is_zero() {
                    format!("no minimum order value of {supplier}")
                } else {
                    format!("taking {short} less than the minimum order value of {supplier}")
                }
            }
            Handle::Share(_, supplier) => {
                let own: i64 = self.values(supplier).into_iter().sum();
                let all: i64 = self.value_of(|_| true).into_iter().sum();
                let share = 100 * i128::from(own) / i128::from(all.max(1));
                format!("a share of {share} % for {supplier}")
            }
            Handle::Required(_, supplier) => format!("no order with {supplier}"),
            Handle::Forbidden(supplier) => format!("an order with {supplier}"),
            Handle::Sources(line) => {
                format!("{} offers for {}", self.solution.picks[line].len(), named(line).need.sku)
            }
            Handle::Quantity(line) => {
                let bought = named(line).quantity(self.bought(line));
                format!("buying {bought} of {}", named(line).need.sku)
            }
            Handle::Available(limit, offer) => {
                let mut packs = 0;
                for (line, picks) in self.basket.lines.iter().zip(&self.solution.picks) {
                    for pick in picks {
                        let source = &line.sources[pick.source];
                        let takes = source.limits.iter().filter(|(of, _)| *of == limit);
                        let bought = source.purchases[pick.purchase].packs;
                        packs += takes.map(|(_, amount)| amount * bought).sum::<i64>();
                    }
                }
                let more = (packs - free.basket.limits[limit].capacity).max(0);
                let noun = if more == 1 { "pack" } else { "packs" };
                format!("{more} {noun} of {offer} more than there are")
            }
        })
    }

    fn missing(&self, line: usize) -> i64 {
        (self.basket.lines[line].required - self.bought(line)).max(0)
    }

    fn bought(&self, line: usize) -> i64 {
        let sources = &self.basket.lines[line].sources;
        let bought = self.solution.picks[line].iter().map(|pick| {
            let source = &sources[pick.source];
            source.purchases[pick.purchase].packs * source.units_per_pack
        });
        bought.sum()
    }

    /// The values of a supplier's orders.
    fn values(&self, supplier: &SupplierId) -> Vec<i64> {
        self.value_of(|order| self.cases.free.orders[order].supplier == supplier)
    }

    /// The values of some orders, as far as they are placed.
    fn value_of(&self, wanted: impl Fn(usize) -> bool) -> Vec<i64> {
        let mut values: Vec<Option<i64>> = vec![None; self.basket.orders.len()];
        for (line, picks) in self.basket.lines.iter().zip(&self.solution.picks) {
            for pick in picks {
                let source = &line.sources[pick.source];
                *values[source.order].get_or_insert(0) += source.purchases[pick.purchase].value;
            }
        }
        let placed = values.into_iter().enumerate();
        placed.filter(|(order, _)| wanted(*order)).filter_map(|(_, value)| value).collect()
    }
}
