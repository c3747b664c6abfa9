//! A choice of options, and moves that make it cheaper.

use super::{bound::Relaxation, budget::Steps, exchange::Standing, model::Model};

/// An option for every line, what they add up to, and what is charged for that.
///
/// While it is being improved an order may miss what its mode needs, at a price.
#[derive(Clone, Debug)]
pub(super) struct Plan<'a> {
    model: &'a Model,
    pub(super) options: Vec<u32>,
    sums: Vec<i64>,
    uses: Vec<u32>,
    /// What pieces are charged in each state of an order.
    charges: Vec<i64>,
    /// What a unit costs that a row lacks.
    pub(super) prices: Vec<f64>,
    order_prices: Vec<f64>,
    /// The states that orders are meant to be in.
    aims: Vec<bool>,
    /// Orders from which nothing more is bought.
    shut: Vec<bool>,
    lacks: f64,
    goods: i64,
}

impl<'a> Plan<'a> {
    /// A plan with some option for each line.
    pub(super) fn new(model: &'a Model, options: Vec<u32>, prices: Vec<f64>) -> Self {
        let mut plan = Self {
            model,
            sums: vec![0; model.rows.needs.len()],
            uses: vec![0; model.rows.orders.len()],
            charges: vec![0; model.states.last().map_or(0, |&states| states as usize)],
            prices,
            order_prices: vec![0.0; model.rows.orders.len()],
            aims: vec![true; model.states.last().map_or(0, |&states| states as usize)],
            shut: vec![false; model.rows.orders.len()],
            lacks: 0.0,
            goods: 0,
            options: Vec::new(),
        };
        for &option in &options {
            plan.shift(option, 1);
        }
        plan.options = options;
        plan.reprice();
        plan
    }

    /// What the plan costs; none if it is not allowed.
    pub(super) fn cost(&self) -> Option<i64> {
        let rows = &self.model.rows;
        let mut cost = self.goods;
        for (order, terms) in rows.orders.iter().enumerate() {
            if self.uses[order] == 0 {
                continue;
            }
            let first = terms.first as usize;
            let state = self.model.states[order] as usize + 1;
            let fits = |needs: &[i64]| {
                needs.iter().zip(&self.sums[first..]).all(|(need, sum)| sum >= need)
            };
            let modes = terms.modes.iter().zip(&self.charges[state..]);
            let costs = modes
                .filter(|(mode, _)| fits(&mode.needs))
                .map(|(mode, charge)| mode.mode.cost + charge);
            cost += costs.min()?;
        }
        let shared = self.model.first_shared..rows.needs.len();
        let met = shared.into_iter().all(|row| self.sums[row] >= rows.needs[row]);
        met.then_some(cost)
    }

    /// The mode of each order and what rows have beyond their needs; none if the plan is not allowed.
    pub(super) fn standing(&self) -> Option<Standing> {
        let rows = &self.model.rows;
        let mut modes = vec![None; self.uses.len()];
        let mut needs = rows.needs.clone();
        for (order, terms) in rows.orders.iter().enumerate() {
            let first = terms.first as usize;
            let state = self.model.states[order] as usize + 1;
            let mut best: Option<(i64, usize)> = None;
            for (place, mode) in terms.modes.iter().enumerate() {
                let mut met = mode.needs.iter().zip(&self.sums[first..]);
                let cost = mode.mode.cost + self.charges[state + place];
                if met.all(|(need, sum)| sum >= need) && best.is_none_or(|(least, _)| cost < least)
                {
                    best = Some((cost, place));
                }
            }
            if self.uses[order] > 0 {
                let (_, place) = best?;
                modes[order] = Some(place);
                let mode = &terms.modes[place];
                needs[first..][..mode.needs.len()].copy_from_slice(&mode.needs);
            }
        }
        let spare = self.sums.iter().zip(&needs).map(|(sum, need)| sum - need).collect();
        Some(Standing { modes, spare })
    }

    /// What an option costs in the modes that orders have, its amounts added `sign` times to the
    /// changes from `first` on; none if it buys from an order that is closed.
    pub(super) fn own_cost(
        &self,
        option: u32,
        modes: &[Option<usize>],
        sign: i64,
        first: usize,
        changes: &mut Vec<(u32, i64)>,
    ) -> Option<i64> {
        let options = &self.model.options;
        let mut cost = options.costs[option as usize];
        for &piece in options.pieces_of(option as usize) {
            let piece = piece as usize;
            let order = options.piece.order[piece] as usize;
            let mode = modes[order]?;
            let count = self.model.rows.orders[order].modes.len();
            cost += options.piece.charges_of(piece, count).get(mode).copied().unwrap_or(0);
            for (row, amount) in options.piece.amounts_of(piece) {
                match changes[first..].iter_mut().find(|known| known.0 == row) {
                    Some(known) => known.1 += signed(sign, amount),
                    None => changes.push((row, signed(sign, amount))),
                }
            }
        }
        Some(cost)
    }

    /// Gives a line another option.
    pub(super) fn change(&mut self, line: usize, option: u32) {
        let before = self.options[line];
        self.exchange(line, before, -1);
        self.exchange(line, option, 1);
    }

    /// Prices what rows lack anew.
    pub(super) fn reprice(&mut self) {
        for order in 0..self.uses.len() {
            self.order_prices[order] = self.order_price(order);
        }
        self.lacks = (self.model.first_shared..self.sums.len()).map(|row| self.lack(row)).sum();
    }

    /// Gives each line in turn the option with which the plan costs least, until that changes
    /// nothing or some rounds are over.
    pub(super) fn descend(&mut self, relaxation: &Relaxation, rounds: usize, steps: &mut Steps) {
        for _ in 0..rounds {
            let mut changed = false;
            for line in 0..self.options.len() {
                let before = self.options[line];
                self.exchange(line, before, -1);
                let (mut best, mut least) = (before, self.price_with(before) - 1e-6);
                let mut candidates = relaxation.promising(line);
                if self.is_shut(before) {
                    (candidates, least) = (relaxation.entries_of(line), f64::INFINITY);
                }
                for entry in candidates {
                    if entry.option != before && !self.is_shut(entry.option) {
                        let price = self.price_with(entry.option);
                        if price < least {
                            (best, least) = (entry.option, price);
                        }
                    }
                }
                steps.take(4 * candidates.len() + 4);
                self.exchange(line, best, 1);
                changed |= best != before;
            }
            if !changed || steps.left == 0 {
                break;
            }
        }
    }

    fn is_shut(&self, option: u32) -> bool {
        let pieces = self.model.options.pieces_of(option as usize).iter();
        pieces
            .map(|&piece| self.model.options.piece.order[piece as usize] as usize)
            .any(|order| self.shut[order])
    }

    /// Sets the states that orders are meant to be in.
    fn aim(&mut self, aims: &[bool]) {
        self.aims.copy_from_slice(aims);
        for order in 0..self.shut.len() {
            let first = self.model.states[order] as usize;
            let states = first..self.model.states[order + 1] as usize;
            self.shut[order] = !aims[states.clone()].iter().skip(1).any(|&aim| aim);
            if self.shut[order] {
                // Until nothing is bought there any more, it is as dear as it is.
                self.aims[states].fill(true);
            }
        }
        self.reprice();
    }

    /// Whether every order is in a state that it is meant to be in, and shared rows are met.
    fn has_arrived(&self) -> bool {
        let rows = &self.model.rows;
        let order_met = |order: usize| {
            let terms = &rows.orders[order];
            let state = self.model.states[order] as usize + 1;
            let sums = &self.sums[terms.first as usize..];
            let met = |needs: &[i64]| needs.iter().zip(sums).all(|(need, sum)| sum >= need);
            let mut modes = terms.modes.iter().zip(&self.aims[state..]);
            self.uses[order] == 0 || modes.any(|(mode, &aim)| aim && met(&mode.needs))
        };
        let mut shared = self.model.first_shared..rows.needs.len();
        (0..self.uses.len()).all(order_met) && shared.all(|row| self.sums[row] >= rows.needs[row])
    }

    /// Puts an option into the plan or takes it out, prices included.
    fn exchange(&mut self, line: usize, option: u32, sign: i64) {
        self.shift(option, sign);
        for &piece in self.model.options.pieces_of(option as usize) {
            let order = self.model.options.piece.order[piece as usize] as usize;
            self.order_prices[order] = self.order_price(order);
        }
        self.options[line] = option;
    }

    /// What would be charged for an option, with what it changes at the orders it buys from.
    fn price_with(&mut self, option: u32) -> f64 {
        let lacks = self.lacks;
        self.shift(option, 1);
        let mut price = self.model.options.costs[option as usize] as f64 + (self.lacks - lacks);
        for &piece in self.model.options.pieces_of(option as usize) {
            let order = self.model.options.piece.order[piece as usize] as usize;
            price += self.order_price(order) - self.order_prices[order];
        }
        self.shift(option, -1);
        self.lacks = lacks;
        price
    }

    fn shift(&mut self, option: u32, sign: i64) {
        let options = &self.model.options;
        self.goods += signed(sign, options.costs[option as usize]);
        for &piece in options.pieces_of(option as usize) {
            let piece = piece as usize;
            let order = options.piece.order[piece] as usize;
            self.uses[order] = if sign > 0 { self.uses[order] + 1 } else { self.uses[order] - 1 };
            for (row, amount) in options.piece.amounts_of(piece) {
                let row = row as usize;
                if row < self.model.first_shared {
                    self.sums[row] += signed(sign, amount);
                } else {
                    self.lacks -= self.lack(row);
                    self.sums[row] += signed(sign, amount);
                    self.lacks += self.lack(row);
                }
            }
            let modes = self.model.rows.orders[order].modes.len();
            let charges = options.piece.charges_of(piece, modes);
            let first = self.model.states[order] as usize + 1;
            for (sum, charge) in self.charges[first..].iter_mut().zip(charges) {
                *sum += signed(sign, *charge);
            }
        }
    }

    fn lack(&self, row: usize) -> f64 {
        (self.model.rows.needs[row] - self.sums[row]).max(0) as f64 * self.prices[row]
    }

    fn order_price(&self, order: usize) -> f64 {
        if self.uses[order] == 0 {
            return 0.0;
        }
        let terms = &self.model.rows.orders[order];
        let state = self.model.states[order] as usize + 1;
        let (sums, prices) =
            (&self.sums[terms.first as usize..], &self.prices[terms.first as usize..]);
        let states = self.aims[state..].iter().zip(&self.charges[state..]);
        let mut least = f64::INFINITY;
        for (mode, (&aim, charge)) in terms.modes.iter().zip(states) {
            if !aim {
                continue;
            }
            let mut price = (mode.mode.cost + charge) as f64;
            for ((need, sum), each) in mode.needs.iter().zip(sums).zip(prices) {
                price += (need - sum).max(0) as f64 * each;
            }
            least = least.min(price);
        }
        least
    }
}

/// An amount put in or taken out: a product would be the call of a function in WebAssembly.
#[inline]
fn signed(sign: i64, amount: i64) -> i64 {
    if sign > 0 { amount } else { -amount }
}

/// A plan from the relaxed choices of the last evaluation: what rows lack for the states that orders
/// are meant to be in is made dearer until nothing does.
pub(super) fn repaired<'a>(
    relaxation: &Relaxation<'a>,
    multipliers: &[f64],
    aims: &[bool],
    steps: &mut Steps,
) -> Option<Plan<'a>> {
    let model = relaxation.model;
    let options = relaxation.chosen.iter().map(|&entry| relaxation.entries[entry as usize].option);
    let prices = multipliers.iter().map(|multiplier| multiplier * 1.02).collect();
    let mut plan = Plan::new(model, options.collect(), prices);
    plan.aim(aims);
    let mut best: Option<(i64, Plan)> = None;
    for round in 0..ROUNDS {
        plan.descend(relaxation, 2, steps);
        let arrived = plan.has_arrived();
        if let Some(cost) = plan.cost()
            && best.as_ref().is_none_or(|(least, _)| cost < *least)
        {
            best = Some((cost, plan.clone()));
        }
        if arrived || steps.left == 0 {
            break;
        }
        for (row, price) in plan.prices.iter_mut().enumerate() {
            let dearer = if round < ROUNDS / 2 { 1.08 } else { 1.6 };
            *price = *price * dearer + 0.001 * model.money_per_amount[row];
        }
        plan.reprice();
    }
    let (_, mut plan) = best?;
    plan.aims.fill(true);
    for (row, price) in plan.prices.iter_mut().enumerate() {
        *price = 1e3 * model.money_per_amount[row].max(*price);
    }
    plan.reprice();
    plan.descend(relaxation, 4, steps);
    Some(plan)
}

/// How often what is lacking is made dearer.
const ROUNDS: usize = 40;
