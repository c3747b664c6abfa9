//! What is left once every order has one state.

use super::{bound::Relaxation, leaf::Leaf, model::Model};

/// A leaf and what it stands for.
pub(super) struct Decided {
    pub(super) leaf: Leaf,
    /// The row of each of the leaf's rows.
    pub(super) rows: Vec<usize>,
    /// What the states of orders cost.
    pub(super) fixed: i64,
}

impl Relaxation<'_> {
    /// The options that groups of a leaf have been given.
    pub(super) fn picked(&self, entries: &[u32]) -> Vec<u32> {
        entries.iter().map(|&entry| self.entries[entry as usize].option).collect()
    }

    /// The leaf that is left once every order has one state; none if it has too many rows.
    pub(super) fn decided(&self) -> Option<Decided> {
        let model = self.model;
        let mut state = vec![0; model.rows.orders.len()];
        let mut needs = model.rows.needs.clone();
        let mut fixed = 0;
        for (order, terms) in model.rows.orders.iter().enumerate() {
            let only = self.states_of(order).find(|&(_, allowed)| allowed);
            state[order] = only.map_or(0, |(state, _)| state);
            if let Some(mode) = state[order].checked_sub(1) {
                let mode = &terms.modes[mode];
                fixed += mode.mode.cost;
                needs[terms.first as usize..][..mode.needs.len()].copy_from_slice(&mode.needs);
            }
        }
        let worst = self.worst();
        let rows: Vec<usize> = (0..needs.len()).filter(|&row| worst[row] < needs[row]).collect();
        if rows.len() >= usize::from(u16::MAX) {
            return None;
        }
        let mut place = vec![u16::MAX; needs.len()];
        for (index, &row) in (0_u16..).zip(&rows) {
            place[row] = index;
        }
        let mut leaf = Leaf {
            offsets: self.offsets.clone(),
            costs: Vec::with_capacity(self.entries.len()),
            row_offsets: vec![0],
            rows: Vec::new(),
            amounts: Vec::new(),
            need: rows.iter().map(|&row| needs[row]).collect(),
        };
        let mut touched: Vec<(u32, i64)> = Vec::new();
        for entry in &self.entries {
            let mut cost = model.options.costs[entry.option as usize];
            for &piece in model.options.pieces_of(entry.option as usize) {
                let order = model.options.piece.order[piece as usize] as usize;
                let modes = model.rows.orders[order].modes.len();
                let charges = model.options.piece.charges_of(piece as usize, modes);
                let mode = state[order].checked_sub(1);
                cost += mode.and_then(|mode| charges.get(mode)).copied().unwrap_or(0);
            }
            leaf.costs.push(cost);
            amounts(model, entry.option, &mut touched);
            for &(row, amount) in &touched {
                if place[row as usize] != u16::MAX && amount != 0 {
                    leaf.rows.push(place[row as usize]);
                    leaf.amounts.push(amount);
                }
            }
            leaf.row_offsets.push(u32::try_from(leaf.rows.len()).ok()?);
        }
        Some(Decided { leaf, rows, fixed })
    }

    /// What the entries left can make of each row at worst.
    fn worst(&self) -> Vec<i64> {
        let mut worst = vec![0_i64; self.model.rows.needs.len()];
        let mut touched: Vec<(u32, i64)> = Vec::new();
        let mut least: Vec<(u32, i64, usize)> = Vec::new();
        for line in 0..self.chosen.len() {
            let entries = self.entries_of(line);
            least.clear();
            for entry in entries {
                amounts(self.model, entry.option, &mut touched);
                for &(row, amount) in &touched {
                    match least.iter_mut().find(|known| known.0 == row) {
                        Some(known) => {
                            known.1 = known.1.min(amount);
                            known.2 += 1;
                        }
                        None => least.push((row, amount, 1)),
                    }
                }
            }
            for &(row, amount, times) in &least {
                // Options that do not touch a row add nothing to it.
                let amount = if times < entries.len() { amount.min(0) } else { amount };
                worst[row as usize] += amount;
            }
        }
        worst
    }
}

/// What an option adds to rows, each of them once.
fn amounts(model: &Model, option: u32, touched: &mut Vec<(u32, i64)>) {
    touched.clear();
    for &piece in model.options.pieces_of(option as usize) {
        for (row, amount) in model.options.piece.amounts_of(piece as usize) {
            match touched.iter_mut().find(|known| known.0 == row) {
                Some(known) => known.1 += amount,
                None => touched.push((row, amount)),
            }
        }
    }
}
