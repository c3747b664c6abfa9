//! How much a plan costs at least: the Lagrangian relaxation of what couples the lines.
//!
//! Every row gets a multiplier, and so does every pair of a line and an order, for "buys from the
//! order only if it is open". Then each line takes its cheapest option and each order its cheapest
//! state, alone. Multipliers are found by the volume algorithm (Barahona and Anbil, "The volume
//! algorithm: producing primal solutions with a subgradient method", Mathematical Programming 87,
//! 2000); whatever they are, the sum of the minima is a bound, and it is computed in integers: a
//! multiplier in fixed point is a multiplier, so nothing is rounded but the final sum, upwards.

use super::{budget::Steps, model::Model, product::wide_product};
use std::slice;

/// A multiplier for each row and each slot, in units of money.
#[derive(Clone, Debug)]
pub(super) struct Multipliers {
    pub(super) rows: Vec<f64>,
    pub(super) slots: Vec<f64>,
}

impl Multipliers {
    /// All zero.
    pub(super) fn none(model: &Model) -> Self {
        Self {
            rows: vec![0.0; model.rows.needs.len()],
            slots: vec![0.0; model.options.piece.slots.len()],
        }
    }
}

/// The relaxation with some states of orders and some options left.
#[derive(Debug)]
pub(super) struct Relaxation<'a> {
    pub(super) model: &'a Model,
    /// Whether an order may be in a state, by [`Model::states`].
    pub(super) allowed: Vec<bool>,
    /// The entries of line `l` are `offsets[l]..offsets[l + 1]`, the promising ones first.
    pub(super) offsets: Vec<u32>,
    pub(super) entries: Vec<Entry>,
    promising: Vec<u32>,
    /// What the others of a line cost least at the reference multipliers.
    beyond: Vec<i64>,
    reference: Fixed,
    pub(super) at: Fixed,
    /// The cheapest entry of each line, and what it costs.
    pub(super) chosen: Vec<u32>,
    pub(super) least: Vec<i64>,
    /// The cheapest state of each order, and what it costs.
    pub(super) state: Vec<u32>,
    pub(super) state_cost: Vec<i128>,
    missed: usize,
    /// Whether only promising entries are looked at: what is evaluated is no bound then.
    pub(super) hasty: bool,
    /// An order that is closed for the time being, though entries that buy from it are still there.
    shut: Option<usize>,
}

/// An option that is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// What it costs by itself, with the least that the states left charge, in fixed point.
    base: i64,
    pub(super) option: u32,
    pieces: [u32; 2],
}

/// Multipliers in fixed point.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    pub(super) rows: Vec<i64>,
    pub(super) slots: Vec<i64>,
}

impl<'a> Relaxation<'a> {
    /// The relaxation with the allowed states and some options of each line.
    pub(super) fn new(
        model: &'a Model,
        allowed: Vec<bool>,
        options: impl Iterator<Item = (usize, u32)>,
    ) -> Self {
        let lines = model.options.lines.len() - 1;
        let mut offsets = vec![0];
        let mut entries = Vec::new();
        let open: Vec<bool> = (0..model.rows.orders.len())
            .map(|order| {
                let states = model.states[order] as usize..model.states[order + 1] as usize;
                allowed[states].iter().skip(1).any(|&allowed| allowed)
            })
            .collect();
        for (line, option) in options {
            while offsets.len() <= line {
                offsets.push(u32::try_from(entries.len()).unwrap_or(u32::MAX));
            }
            let pieces = model.options.pieces_of(option as usize);
            let order = |piece: u32| model.options.piece.order[piece as usize] as usize;
            if pieces.iter().all(|&piece| open[order(piece)]) {
                let mut base = model.options.costs[option as usize];
                for &piece in pieces {
                    base += least_charge(model, &allowed, piece as usize);
                }
                let pieces = match *pieces {
                    [] => [NONE, NONE],
                    [one] => [one, NONE],
                    [one, two] => [one, two],
                    [one, ..] => [one, MORE],
                };
                entries.push(Entry { base: base << model.bits, option, pieces });
            }
        }
        offsets.resize(lines + 1, u32::try_from(entries.len()).unwrap_or(u32::MAX));
        let fixed = Fixed {
            rows: vec![0; model.rows.needs.len()],
            slots: vec![0; model.options.piece.slots.len()],
        };
        let promising = offsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
        Self {
            model,
            allowed,
            offsets,
            entries,
            promising,
            beyond: vec![i64::MAX; lines],
            reference: fixed.clone(),
            at: fixed,
            chosen: vec![0; lines],
            least: vec![0; lines],
            state: vec![0; model.rows.orders.len()],
            state_cost: vec![0; model.rows.orders.len()],
            missed: 0,
            hasty: false,
            shut: None,
        }
    }

    /// The entries of a line.
    #[inline]
    pub(super) fn of_line(&self, line: usize) -> std::ops::Range<usize> {
        self.offsets[line] as usize..self.offsets[line + 1] as usize
    }

    /// Whether some line has no option left, or some order no state.
    pub(super) fn is_empty(&self) -> bool {
        let orders = 0..self.model.rows.orders.len();
        self.offsets.windows(2).any(|pair| pair[0] == pair[1])
            || orders.into_iter().any(|order| !self.states_of(order).any(|(_, allowed)| allowed))
    }

    /// The promising entries of a line.
    pub(super) fn promising(&self, line: usize) -> &[Entry] {
        let first = self.offsets[line] as usize;
        &self.entries[first..first + self.promising[line] as usize]
    }

    /// The entries of a line.
    pub(super) fn entries_of(&self, line: usize) -> &[Entry] {
        &self.entries[self.of_line(line)]
    }

    /// How much dearer an entry of a line is than the cheapest at the multipliers.
    pub(super) fn loss(&self, line: usize, entry: &Entry) -> i64 {
        self.cost(entry).saturating_sub(self.least[line])
    }

    /// The same for an option, if it is left.
    pub(super) fn loss_of(&self, line: usize, option: u32) -> Option<i64> {
        let mut entries = self.entries_of(line).iter();
        entries.find(|entry| entry.option == option).map(|entry| self.loss(line, entry))
    }

    /// The options left, with their lines.
    pub(super) fn options(&self) -> Vec<(u32, u32)> {
        let lines = (0_u32..).zip(self.offsets.windows(2));
        lines
            .flat_map(|(line, range)| {
                let entries = &self.entries[range[0] as usize..range[1] as usize];
                entries.iter().map(move |entry| (line, entry.option))
            })
            .collect()
    }

    /// How many states an order may still be in.
    pub(super) fn states_left(&self, order: usize) -> usize {
        self.states_of(order).filter(|&(_, allowed)| allowed).count()
    }

    /// By how much the bound of the last evaluation rises if an order is in some state.
    pub(super) fn rise(&self, order: usize, state: usize) -> i128 {
        let mut links = 0;
        if self.closable(order) {
            let slots = self.model.slots_of(order).iter();
            links = slots.map(|&slot| i128::from(self.at.slots[slot as usize])).sum();
        }
        self.state_price(order, state, links) - self.state_cost[order]
    }

    /// The states of an order, and whether it may be in them.
    pub(super) fn states_of(&self, order: usize) -> impl Iterator<Item = (usize, bool)> + '_ {
        let first = self.model.states[order] as usize;
        let states = self.model.states[order + 1] as usize - first;
        self.allowed[first..first + states].iter().copied().enumerate()
    }

    /// Whether an order may be closed.
    #[inline]
    pub(super) fn closable(&self, order: usize) -> bool {
        self.allowed[self.model.states[order] as usize]
    }

    /// The bound at some multipliers, in fixed point, those of slots of open orders set to zero.
    pub(super) fn evaluate(&mut self, multipliers: &Multipliers, steps: &mut Steps) -> i128 {
        self.set(multipliers);
        let mut bound = 0_i128;
        let mut looked = 0;
        self.missed = 0;
        for line in 0..self.least.len() {
            let range = self.of_line(line);
            let promising = range.start + self.promising[line] as usize;
            let (mut best, mut least) = (range.start, i64::MAX);
            for (index, entry) in (range.start..).zip(&self.entries[range.start..promising]) {
                let cost = self.cost(entry);
                if cost < least {
                    (best, least) = (index, cost);
                }
            }
            looked += promising - range.start;
            let more = promising < range.end && !self.hasty;
            if more && least > self.beyond[line].saturating_sub(self.fall(line)) {
                for (index, entry) in (promising..).zip(&self.entries[promising..range.end]) {
                    let cost = self.cost(entry);
                    if cost < least {
                        (best, least) = (index, cost);
                    }
                }
                looked += range.end - promising;
                self.missed += range.end - promising;
            }
            self.chosen[line] = u32::try_from(best).unwrap_or(u32::MAX);
            self.least[line] = least;
            bound += i128::from(least);
        }
        steps.take(looked + self.least.len());
        for order in 0..self.state.len() {
            let (state, cost) = self.cheapest_state(order);
            self.state[order] = state;
            self.state_cost[order] = cost;
            bound += cost;
        }
        for (need, multiplier) in self.model.rows.needs.iter().zip(&self.at.rows) {
            bound += wide_product(*need, *multiplier);
        }
        bound
    }

    /// Looks at every entry, and orders those of each line so that the promising ones come first.
    pub(super) fn refresh(&mut self, multipliers: &Multipliers, steps: &mut Steps) {
        self.set(multipliers);
        self.reference = self.at.clone();
        let mut costs: Vec<i64> = Vec::new();
        let mut sorted: Vec<i64> = Vec::new();
        for line in 0..self.least.len() {
            let range = self.of_line(line);
            self.promising[line] = u32::try_from(range.len()).unwrap_or(u32::MAX);
            self.beyond[line] = i64::MAX;
            let wanted = 6 + (range.len() / 16).min(58);
            if range.len() <= wanted + 2 {
                continue;
            }
            costs.clear();
            costs.extend(self.entries[range.clone()].iter().map(|entry| self.cost(entry)));
            sorted.clone_from(&costs);
            let (_, &mut limit, _) = sorted.select_nth_unstable(wanted);
            let mut front = 0;
            let mut beyond = i64::MAX;
            for index in 0..costs.len() {
                if costs[index] <= limit {
                    costs.swap(front, index);
                    self.entries.swap(range.start + front, range.start + index);
                    front += 1;
                } else {
                    beyond = beyond.min(costs[index]);
                }
            }
            self.promising[line] = u32::try_from(front).unwrap_or(u32::MAX);
            self.beyond[line] = beyond;
        }
        steps.take(2 * self.entries.len());
    }

    /// Whether so many entries beyond the promising ones had to be looked at that it is time for
    /// [`Relaxation::refresh`].
    pub(super) fn is_stale(&self) -> bool {
        self.missed > self.entries.len() / 8
    }

    fn set(&mut self, multipliers: &Multipliers) {
        let unit = (1_i64 << self.model.bits) as f64;
        let rows = multipliers.rows.iter().zip(&self.model.row_most);
        for (fixed, (row, &most)) in self.at.rows.iter_mut().zip(rows) {
            *fixed = to_fixed(row * unit, most);
        }
        for (fixed, slot) in self.at.slots.iter_mut().zip(&multipliers.slots) {
            *fixed = to_fixed(slot * unit, self.model.slot_most);
        }
        for order in 0..self.state.len() {
            if !self.closable(order) {
                for &slot in self.model.slots_of(order) {
                    self.at.slots[slot as usize] = 0;
                }
            }
        }
        if let Some(order) = self.shut {
            for &slot in self.model.slots_of(order) {
                self.at.slots[slot as usize] = self.model.slot_most;
            }
        }
    }

    /// What an entry costs at the multipliers.
    #[expect(clippy::inline_always, reason = "in WebAssembly calls took a tenth of the time")]
    #[inline(always)]
    fn cost(&self, entry: &Entry) -> i64 {
        let pieces: &[u32] = match &entry.pieces {
            [NONE, _] => &[],
            [one, NONE] => slice::from_ref(one),
            [_, MORE] => self.model.options.pieces_of(entry.option as usize),
            both => both,
        };
        // It cannot overflow: `Model` says how large multipliers may be.
        pieces
            .iter()
            .fold(entry.base, |cost, &piece| cost.wrapping_add(self.weight(piece as usize)))
    }

    #[expect(clippy::inline_always, reason = "in WebAssembly calls took a tenth of the time")]
    #[inline(always)]
    fn weight(&self, piece: usize) -> i64 {
        let pieces = &self.model.options.piece;
        let mut weight = self.at.slots[pieces.slot[piece] as usize];
        for (row, amount) in pieces.amounts_of(piece) {
            weight = weight.wrapping_sub(self.at.rows[row as usize].wrapping_mul(amount));
        }
        weight
    }

    /// By how much an option of a line may have become cheaper since the reference multipliers.
    fn fall(&self, line: usize) -> i64 {
        let slots = &self.model.options.line_slots;
        let slots = slots[line] as usize..slots[line + 1] as usize;
        let before = &self.reference.slots[slots.clone()];
        let (mut first, mut second, mut sum) = (0_i64, 0_i64, 0_i64);
        for (slot, (before, now)) in slots.clone().zip(before.iter().zip(&self.at.slots[slots])) {
            let mut fall = (before - now).max(0);
            for extent in self.model.extents_of(slot) {
                let rise =
                    self.at.rows[extent.row as usize] - self.reference.rows[extent.row as usize];
                // Nor can these: multipliers are not negative, and differ by `Model::row_most` at most.
                let (most, least) =
                    (rise.wrapping_mul(extent.most), rise.wrapping_mul(extent.least));
                fall = fall.saturating_add(most.max(least).max(0));
            }
            sum = sum.saturating_add(fall);
            if fall > first {
                (first, second) = (fall, first);
            } else if fall > second {
                second = fall;
            }
        }
        match self.model.widest {
            1 => first,
            2 => first.saturating_add(second),
            _ => sum,
        }
    }

    /// Does something while an order is in one of its states.
    pub(super) fn with_state<T>(
        &mut self,
        order: usize,
        state: usize,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let states = self.model.states[order] as usize..self.model.states[order + 1] as usize;
        let before = self.allowed[states.clone()].to_vec();
        self.allowed[states.clone()].fill(false);
        self.allowed[states.start + state] = true;
        self.shut = (state == 0).then_some(order);
        let done = work(self);
        self.shut = None;
        self.allowed[states].copy_from_slice(&before);
        done
    }

    fn cheapest_state(&self, order: usize) -> (u32, i128) {
        let mut links = 0_i128;
        if self.closable(order) && self.shut != Some(order) {
            for &slot in self.model.slots_of(order) {
                links += i128::from(self.at.slots[slot as usize]);
            }
        }
        let mut best = (0, i128::MAX);
        for (state, allowed) in (0_u32..).zip(self.states_of(order)) {
            if allowed.1 {
                let cost = self.state_price(order, state as usize, links);
                if cost < best.1 {
                    best = (state, cost);
                }
            }
        }
        best
    }

    /// What a state of an order costs at the multipliers, less what its slots pay.
    #[inline]
    fn state_price(&self, order: usize, state: usize, links: i128) -> i128 {
        let Some(mode) = state.checked_sub(1) else { return 0 };
        let terms = &self.model.rows.orders[order];
        let mode = &terms.modes[mode];
        let mut cost = wide_product(mode.mode.cost, 1 << self.model.bits) - links;
        for (row, need) in (terms.first as usize..).zip(&mode.needs) {
            cost += wide_product(self.at.rows[row], *need);
        }
        cost
    }

    /// The bound in whole units of money.
    pub(super) fn whole(&self, bound: i128) -> i64 {
        let unit = 1_i128 << self.model.bits;
        i64::try_from(-(-bound).div_euclid(unit)).unwrap_or(i64::MAX)
    }

    /// Drops entries and states with which a plan cannot cost less than `upper`, at the multipliers
    /// of the last evaluation, whose bound is given; whether any state was dropped.
    pub(super) fn fix(&mut self, bound: i128, upper: i64, steps: &mut Steps) -> bool {
        // A plan below the upper limit costs `upper - 1` at most.
        let slack = ((i128::from(upper) - 1) << self.model.bits) - bound;
        let mut dropped = false;
        for order in 0..self.state.len() {
            let mut links = 0;
            if self.closable(order) {
                let slots = self.model.slots_of(order).iter();
                links = slots.map(|&slot| i128::from(self.at.slots[slot as usize])).sum();
            }
            let first = self.model.states[order] as usize;
            for state in 0..self.model.states[order + 1] as usize - first {
                if self.allowed[first + state] {
                    let cost = self.state_price(order, state, links);
                    if cost - self.state_cost[order] > slack {
                        self.allowed[first + state] = false;
                        dropped = true;
                    }
                }
            }
        }
        let open: Vec<bool> = (0..self.state.len())
            .map(|order| self.states_of(order).skip(1).any(|(_, allowed)| allowed))
            .collect();
        let mut kept = 0;
        let looked = self.entries.len();
        let mut start = 0;
        for line in 0..self.least.len() {
            let end = self.offsets[line + 1] as usize;
            let promising = start + self.promising[line] as usize;
            let mut front = 0;
            let first = kept;
            for index in start..end {
                let entry = self.entries[index];
                let rise = i128::from(self.cost(&entry)) - i128::from(self.least[line]);
                let pieces = self.model.options.pieces_of(entry.option as usize);
                let order = |piece: u32| self.model.options.piece.order[piece as usize] as usize;
                if rise <= slack && (!dropped || pieces.iter().all(|&piece| open[order(piece)])) {
                    if self.chosen[line] as usize == index {
                        self.chosen[line] = u32::try_from(kept).unwrap_or(u32::MAX);
                    }
                    front += u32::from(index < promising);
                    self.entries[kept] = entry;
                    kept += 1;
                }
            }
            start = end;
            self.promising[line] = front;
            self.offsets[line] = u32::try_from(first).unwrap_or(u32::MAX);
        }
        if let Some(last) = self.offsets.last_mut() {
            *last = u32::try_from(kept).unwrap_or(u32::MAX);
        }
        self.entries.truncate(kept);
        steps.take(looked);
        dropped
    }
}

#[inline]
fn to_fixed(multiplier: f64, most: i64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
    let fixed = multiplier as i64;
    fixed.clamp(0, most)
}

/// The least that the states left charge on a piece.
fn least_charge(model: &Model, allowed: &[bool], piece: usize) -> i64 {
    let order = model.options.piece.order[piece] as usize;
    let modes = model.rows.orders[order].modes.len();
    let charges = model.options.piece.charges_of(piece, modes);
    let first = model.states[order] as usize + 1;
    let left = charges.iter().zip(&allowed[first..]).filter(|&(_, &allowed)| allowed);
    left.map(|(&charge, _)| charge).min().unwrap_or(0)
}

const NONE: u32 = u32::MAX;
const MORE: u32 = u32::MAX - 1;
