//! Exchanges: other options for a few lines at once, so that a plan costs less.
//!
//! Once no single line can change, what a plan wastes is what its orders have beyond their needs. Two or
//! three lines that change together can use that up: one becomes cheaper and takes away from a row,
//! others give back less.

use super::{bound::Relaxation, budget::Steps, plan::Plan};

/// Another option for a line.
#[derive(Clone, Copy, Debug)]
struct Move {
    line: u32,
    option: u32,
    cost: i64,
    /// What it changes at rows is `changes[first..last]`.
    first: u32,
    last: u32,
    /// How much further from the relaxed choice it is, in fixed point.
    loss: i64,
}

/// Makes a plan cheaper by exchanges while it can; the states of its orders stay as they are. The
/// relaxation's last evaluation says which options are worth looking at.
pub(super) fn improve(plan: &mut Plan, relaxation: &Relaxation, steps: &mut Steps) {
    let mut tries = 0;
    while tries < ROUNDS && round(plan, relaxation, steps) && steps.left > 0 {
        tries += 1;
    }
}

/// Looks for exchanges of the plan as it is, and makes the best of each line; whether there was one.
fn round(plan: &mut Plan, relaxation: &Relaxation, steps: &mut Steps) -> bool {
    let Some(Standing { modes, mut spare }) = plan.standing() else { return false };
    // What could be won at best, in fixed point: all that rows have beyond their needs.
    let mut waste = 0_i128;
    for (row, &spare) in spare.iter().enumerate() {
        waste += i128::from(spare) * i128::from(relaxation.at.rows[row]);
    }
    let (moves, changes) = moves(plan, relaxation, &modes, waste, steps);
    let mut giving: Vec<Vec<u32>> = vec![Vec::new(); spare.len()];
    for (index, each) in (0_u32..).zip(&moves) {
        for &(row, change) in &changes[each.first as usize..each.last as usize] {
            if change > 0 {
                giving[row as usize].push(index);
            }
        }
    }
    let mut exchange = Exchange {
        moves: &moves,
        changes: &changes,
        giving: &giving,
        chosen: Vec::new(),
        best: None,
        looks: 0,
        limit: 0,
        waste: i64::try_from(waste).unwrap_or(i64::MAX),
    };
    let mut changed = false;
    let mut busy = vec![false; plan.options.len()];
    for (index, first) in moves.iter().enumerate() {
        if first.cost >= 0 || busy[first.line as usize] {
            continue;
        }
        exchange.best = None;
        exchange.limit = exchange.looks + LOOKS;
        exchange.extend(index, 0, 0, &mut spare);
        if let Some((_, chosen)) = exchange.best.take() {
            if chosen.iter().any(|&index| busy[moves[index as usize].line as usize]) {
                continue;
            }
            for index in chosen {
                let each = &moves[index as usize];
                busy[each.line as usize] = true;
                for &(row, change) in &changes[each.first as usize..each.last as usize] {
                    spare[row as usize] += change;
                    let won = i128::from(change) * i128::from(relaxation.at.rows[row as usize]);
                    waste += won;
                }
                plan.change(each.line as usize, each.option);
            }
            exchange.waste = i64::try_from(waste).unwrap_or(i64::MAX);
            changed = true;
        }
    }
    steps.take(usize::try_from(exchange.looks).unwrap_or(usize::MAX));
    changed
}

/// The moves of least loss, and what they change at rows.
fn moves(
    plan: &Plan,
    relaxation: &Relaxation,
    modes: &[Option<usize>],
    waste: i128,
    steps: &mut Steps,
) -> (Vec<Move>, Vec<(u32, i64)>) {
    let mut near: Vec<(i64, u32, u32)> = Vec::new();
    for (line, &current) in (0_u32..).zip(&plan.options) {
        let Some(now) = relaxation.loss_of(line as usize, current) else { continue };
        for entry in relaxation.entries_of(line as usize) {
            let loss = relaxation.loss(line as usize, entry) - now;
            if entry.option != current && i128::from(loss) < waste {
                near.push((loss, line, entry.option));
            }
        }
    }
    steps.take(relaxation.entries.len());
    if near.len() > MOVES {
        near.select_nth_unstable(MOVES);
        near.truncate(MOVES);
    }
    crate::unit::sort_by(&mut near, Ord::cmp);
    let mut moves: Vec<Move> = Vec::with_capacity(near.len());
    let mut changes: Vec<(u32, i64)> = Vec::new();
    for (loss, line, option) in near {
        let first = changes.len();
        let current = plan.options[line as usize];
        let before = plan.own_cost(current, modes, -1, first, &mut changes);
        let after = plan.own_cost(option, modes, 1, first, &mut changes);
        let (Some(before), Some(after)) = (before, after) else {
            changes.truncate(first);
            continue;
        };
        moves.push(Move {
            line,
            option,
            cost: after - before,
            first: u32::try_from(first).unwrap_or(u32::MAX),
            last: u32::try_from(changes.len()).unwrap_or(u32::MAX),
            loss,
        });
    }
    (moves, changes)
}

/// What each order's mode is, and what rows have beyond their needs.
pub(super) struct Standing {
    pub(super) modes: Vec<Option<usize>>,
    pub(super) spare: Vec<i64>,
}

struct Exchange<'a> {
    moves: &'a [Move],
    changes: &'a [(u32, i64)],
    /// The moves that add to each row, those of little loss first.
    giving: &'a [Vec<u32>],
    chosen: Vec<u32>,
    /// The best exchange so far and what it costs.
    best: Option<(i64, Vec<u32>)>,
    looks: u64,
    limit: u64,
    waste: i64,
}

impl Exchange<'_> {
    /// Adds a move to the chosen ones, and what repairs them.
    fn extend(&mut self, index: usize, cost: i64, loss: i64, spare: &mut [i64]) {
        let each = self.moves[index];
        let cost = cost + each.cost;
        let loss = loss.saturating_add(each.loss);
        self.looks += 1;
        let range = each.first as usize..each.last as usize;
        for &(row, change) in &self.changes[range.clone()] {
            spare[row as usize] += change;
        }
        self.chosen.push(u32::try_from(index).unwrap_or(u32::MAX));
        let mut lacking: Option<u32> = None;
        for &chosen in &self.chosen {
            let chosen = &self.moves[chosen as usize];
            for &(row, _) in &self.changes[chosen.first as usize..chosen.last as usize] {
                if spare[row as usize] < 0 {
                    lacking = lacking.or(Some(row));
                }
            }
        }
        let least = self.best.as_ref().map_or(0, |(least, _)| *least);
        match lacking {
            None if cost < least => self.best = Some((cost, self.chosen.clone())),
            Some(row) if self.chosen.len() < DEPTH => {
                let giving = self.giving;
                for &other in &giving[row as usize] {
                    let next = &self.moves[other as usize];
                    self.looks += 1;
                    if self.looks > self.limit || loss.saturating_add(next.loss) >= self.waste {
                        break;
                    }
                    let least = self.best.as_ref().map_or(0, |(least, _)| *least);
                    if cost + next.cost >= least && self.chosen.len() + 1 == DEPTH {
                        continue;
                    }
                    let taken = self.chosen.iter();
                    let known = taken.map(|&chosen| self.moves[chosen as usize].line);
                    if known.into_iter().any(|line| line == next.line) {
                        continue;
                    }
                    self.extend(other as usize, cost, loss, spare);
                }
            }
            None | Some(_) => {}
        }
        self.chosen.pop();
        for &(row, change) in &self.changes[range] {
            spare[row as usize] -= change;
        }
    }
}

/// How many lines change at once.
const DEPTH: usize = 3;
const ROUNDS: usize = 20;
const MOVES: usize = 4_000;
const LOOKS: u64 = 300;
