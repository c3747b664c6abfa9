//! What a change of one line does to the orders, all other lines staying where they are.

use crate::sourcing::basket::{Basket, Line, Pick};

/// A choice and what it adds up to, order by order.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    basket: &'a Basket,
    picks: &'a [Vec<Pick>],
    orders: Vec<OrderSum>,
    taken: Vec<i128>,
    value: i128,
}

/// What the purchases of an order add up to.
#[derive(Clone, Debug)]
pub(super) struct OrderSum {
    pub(super) purchases: usize,
    pub(super) value: i128,
    pub(super) weight: i128,
    /// What each mode charges on the purchases.
    rated: Vec<i128>,
}

/// Orders by place as they would be, and limits by place with how much more is taken of them.
type After = (Vec<(usize, OrderSum)>, Vec<(usize, i128)>);

/// What a change of a line changes in cost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Change {
    /// On purchases, shortage and surplus of the line.
    pub(super) line: i64,
    /// On the orders that purchases leave and join.
    pub(super) order: i64,
}

/// Why a change is not possible.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Obstacle {
    /// The line has to be covered and would not be.
    Uncovered,
    /// It would be bought beyond its most, or from too many sources, or a sum is too large.
    TooMuch,
    /// No mode allows what this order would hold.
    Order(usize),
    /// There is not enough of this.
    Limit(usize),
    /// Too much would go to this share's orders.
    Share(usize),
}

impl Change {
    pub(super) fn total(self) -> i64 {
        self.line.saturating_add(self.order)
    }
}

impl<'a> Ledger<'a> {
    /// INVARIANT: the picks are well-formed, as [`Basket::evaluate`] checks.
    pub(super) fn new(basket: &'a Basket, picks: &'a [Vec<Pick>]) -> Self {
        let empty = |terms: &crate::sourcing::basket::OrderTerms| OrderSum {
            purchases: 0,
            value: 0,
            weight: 0,
            rated: vec![0; terms.modes.len()],
        };
        let mut ledger = Self {
            basket,
            picks,
            orders: basket.orders.iter().map(empty).collect(),
            taken: vec![0; basket.limits.len()],
            value: 0,
        };
        for (line, picks) in basket.lines.iter().zip(picks) {
            for pick in picks {
                let (order, limits) = ledger.moved(line, *pick, 1);
                ledger.orders[line.sources[pick.source].order] = order;
                for (limit, amount) in limits {
                    ledger.taken[limit] += amount;
                }
                let source = &line.sources[pick.source];
                ledger.value += i128::from(source.purchases[pick.purchase].value);
            }
        }
        ledger
    }

    pub(super) fn picks(&self, line: usize) -> &'a [Pick] {
        &self.picks[line]
    }

    pub(super) fn order(&self, order: usize) -> &OrderSum {
        &self.orders[order]
    }

    /// What changes when a line is served in another way.
    pub(super) fn change(&self, line: usize, picks: &[Pick]) -> Result<Change, Obstacle> {
        let terms = &self.basket.lines[line];
        let now = line_cost(terms, &self.picks[line]).map_or(0, |(cost, _)| cost);
        let (then, covered) = line_cost(terms, picks).ok_or(Obstacle::TooMuch)?;
        if !covered {
            return Err(Obstacle::Uncovered);
        }
        let order = self.order_change(line, picks)?;
        Ok(Change { line: then.saturating_sub(now), order })
    }

    /// The orders that a change of a line touches, as they would be then.
    pub(super) fn orders_after(&self, line: usize, picks: &[Pick]) -> Vec<(usize, OrderSum)> {
        self.after(line, picks).0
    }

    fn after(&self, line: usize, picks: &[Pick]) -> After {
        let terms = &self.basket.lines[line];
        let mut orders: Vec<(usize, OrderSum)> = Vec::with_capacity(2);
        let mut limits: Vec<(usize, i128)> = Vec::new();
        let leaving = self.picks[line].iter().map(|pick| (pick, -1));
        for (pick, sign) in leaving.chain(picks.iter().map(|pick| (pick, 1))) {
            let index = terms.sources[pick.source].order;
            let place = orders.iter().position(|(order, _)| *order == index);
            let place = place.unwrap_or_else(|| {
                orders.push((index, self.orders[index].clone()));
                orders.len() - 1
            });
            orders[place].1.add(self.basket, terms, *pick, sign);
            for (limit, amount) in taken(terms, *pick, sign) {
                match limits.iter_mut().find(|(other, _)| *other == limit) {
                    Some((_, sum)) => *sum += amount,
                    None => limits.push((limit, amount)),
                }
            }
        }
        (orders, limits)
    }

    fn order_change(&self, line: usize, picks: &[Pick]) -> Result<i64, Obstacle> {
        let (orders, limits) = self.after(line, picks);
        let mut change = 0_i128;
        let mut value = self.value;
        for (index, after) in &orders {
            let before = &self.orders[*index];
            value += after.value - before.value;
            let now = self.order_cost(*index, before).unwrap_or(0);
            let then = self.order_cost(*index, after).ok_or(Obstacle::Order(*index))?;
            change += then - now;
        }
        for (limit, amount) in limits {
            let most = i128::from(self.basket.limits[limit].capacity);
            if amount > 0 && self.taken[limit] + amount > most {
                return Err(Obstacle::Limit(limit));
            }
        }
        for (index, share) in self.basket.shares.iter().enumerate() {
            let own = share.orders.iter().map(|order| {
                let after = orders.iter().find(|(index, _)| index == order);
                after.map_or(self.orders[*order].value, |(_, after)| after.value)
            });
            if own.sum::<i128>() * 1_000_000 > value * i128::from(share.millionths) {
                return Err(Obstacle::Share(index));
            }
        }
        i64::try_from(change).map_err(|_| Obstacle::TooMuch)
    }

    /// What an order costs in the cheapest mode that allows it; none if none does.
    fn order_cost(&self, index: usize, sum: &OrderSum) -> Option<i128> {
        if sum.purchases == 0 {
            return Some(0);
        }
        let modes = self.basket.orders[index].modes.iter().enumerate();
        let within =
            |least: i64, most: i64, sum| i128::from(least) <= sum && sum <= i128::from(most);
        modes
            .filter(|(_, mode)| {
                within(mode.value.least, mode.value.most, sum.value)
                    && within(mode.weight.least, mode.weight.most, sum.weight)
            })
            .map(|(place, mode)| i128::from(mode.cost) + sum.rated[place])
            .min()
    }

    fn moved(&self, line: &Line, pick: Pick, sign: i128) -> (OrderSum, Vec<(usize, i128)>) {
        let mut order = self.orders[line.sources[pick.source].order].clone();
        order.add(self.basket, line, pick, sign);
        (order, taken(line, pick, sign).collect())
    }
}

impl OrderSum {
    fn add(&mut self, basket: &Basket, line: &Line, pick: Pick, sign: i128) {
        let source = &line.sources[pick.source];
        let purchase = &source.purchases[pick.purchase];
        self.purchases =
            if sign > 0 { self.purchases + 1 } else { self.purchases.saturating_sub(1) };
        self.value += sign * i128::from(purchase.value);
        self.weight += sign * i128::from(purchase.weight);
        for (rated, mode) in self.rated.iter_mut().zip(&basket.orders[source.order].modes) {
            if mode.rate != 0 {
                *rated += sign * i128::from(mode.on_value(purchase.value));
            }
        }
    }
}

fn taken(line: &Line, pick: Pick, sign: i128) -> impl Iterator<Item = (usize, i128)> {
    let source = &line.sources[pick.source];
    let packs = i128::from(source.purchases[pick.purchase].packs);
    source.limits.iter().map(move |&(limit, amount)| (limit, sign * i128::from(amount) * packs))
}

/// What some picks of a line cost by themselves, with shortage and surplus, and whether they cover it
/// as far as it has to be; none if they are more than it may have.
pub(super) fn line_cost(line: &Line, picks: &[Pick]) -> Option<(i64, bool)> {
    if picks.len() > usize::try_from(line.sources_at_most).unwrap_or(usize::MAX) {
        return None;
    }
    let (mut cost, mut units) = (0_i128, 0_i128);
    for pick in picks {
        let source = &line.sources[pick.source];
        let purchase = &source.purchases[pick.purchase];
        cost += i128::from(purchase.cost);
        units += i128::from(purchase.packs) * i128::from(source.units_per_pack);
    }
    if units > i128::from(line.most) {
        return None;
    }
    let missing = i64::try_from(i128::from(line.required) - units).ok()?;
    let covered = missing <= 0 || line.shortage_cost.is_some();
    if missing < 0 {
        cost -= i128::from(line.surplus_value.times(-missing));
    } else if let Some(shortage) = line.shortage_cost.filter(|_| missing > 0) {
        cost += i128::from(shortage.times(missing));
    }
    Some((i64::try_from(cost).ok()?, covered))
}
