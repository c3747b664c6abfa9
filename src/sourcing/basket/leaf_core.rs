//! What remains of a leaf once everything is gone that cannot matter any more.

use super::leaf::Leaf;
use super::leaf_simplex::{Basic, Basis};
use super::product::wide_product;

/// Exact losses at some multipliers: how much dearer than the dual bound an option makes a solution.
pub(super) struct Losses {
    /// The dual bound, in units of 2⁻³²: no solution costs less.
    pub bound: i128,
    /// Of each option, rounded down; the cheapest of each group has none.
    pub loss: Vec<u64>,
    /// The most that all losses may add up to in a solution that costs less than the cap.
    pub most: u64,
    /// The multipliers, in units of 2⁻³².
    pub scaled: Vec<i64>,
    /// The number of bits by which losses are shifted right.
    pub shift: u32,
}

/// Multipliers are counted in units of two to this negative power.
pub(super) const SCALE: u32 = 32;

impl Losses {
    /// Certifies the dual bound in integers.
    ///
    /// For multipliers λ ≥ 0, every solution costs its groups' amounts c - λa, plus λ need, plus λ
    /// times what the rows have beyond their needs. Rounding multipliers to multiples of 2⁻³² gives
    /// other multipliers, for which the same is true without rounding.
    pub(super) fn new(
        leaf: &Leaf,
        multipliers: &[f64],
        allowed: Option<&[bool]>,
        cap: i64,
    ) -> Self {
        let scaled: Vec<i64> = multipliers.iter().map(|&m| fixed(m)).collect();
        let mut bound: i128 =
            leaf.need.iter().zip(&scaled).map(|(&n, &l)| wide_product(n, l)).sum();
        let mut wide: Vec<i128> = Vec::with_capacity(leaf.costs.len());
        for group in 0..leaf.groups() {
            let mut least = i128::MAX;
            for option in leaf.options(group) {
                let mut reduced = i128::from(leaf.costs[option]) << SCALE;
                for (row, amount) in leaf.entries(option) {
                    reduced -= wide_product(amount, scaled[row]);
                }
                if allowed.is_none_or(|allowed| allowed[option]) {
                    least = least.min(reduced);
                }
                wide.push(reduced);
            }
            for option in leaf.options(group) {
                wide[option] -= least;
            }
            bound += least;
        }
        let most = ((i128::from(cap) - 1) << SCALE) - bound;
        let mut shift = 0;
        while most >> shift > 1 << 60 {
            shift += 1;
        }
        let loss = wide
            .iter()
            .map(|&loss| {
                // As a rule nothing is shifted.
                let loss = if shift == 0 { loss } else { loss >> shift };
                u64::try_from(loss.max(0)).unwrap_or(u64::MAX).min(1 << 61)
            })
            .collect();
        let most = u64::try_from((most >> shift).max(0)).unwrap_or(0);
        Self { bound, loss, most, scaled, shift }
    }

    /// No solution costs less than this.
    pub(super) fn lower_bound(&self) -> i64 {
        let up = (self.bound + (1 << SCALE) - 1) >> SCALE;
        i64::try_from(up.clamp(i128::from(i64::MIN), i128::from(i64::MAX))).unwrap_or(i64::MIN)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to at most 2⁶¹")]
fn fixed(multiplier: f64) -> i64 {
    (multiplier.clamp(0.0, (1_u64 << 29) as f64) * (1_u64 << SCALE) as f64) as i64
}

/// A leaf in which some groups are decided.
pub(super) struct Core {
    /// The groups that are not, and what is left of the needs.
    pub leaf: Leaf,
    /// Which option of the first leaf each option is.
    pub ids: Vec<u32>,
    /// Options of the first leaf that are decided.
    pub decided: Vec<u32>,
    /// What they cost.
    pub cost: i64,
    /// Which option of the core that this was made of each option is.
    pub origins: Vec<u32>,
}

impl Core {
    /// Nothing is decided yet.
    pub(super) fn whole(leaf: Leaf) -> Self {
        let ids: Vec<u32> = (0..narrow(leaf.costs.len())).collect();
        Self { leaf, origins: ids.clone(), ids, decided: Vec::new(), cost: 0 }
    }

    /// The part of the core that the given options allow: decided groups taken out, with rows that
    /// can no longer be violated. `None` when a row can no longer be met, or a group has no option.
    pub(super) fn keep(
        &self,
        mut keep: Vec<bool>,
        multipliers: &[f64],
    ) -> Option<(Self, Vec<f64>)> {
        let leaf = &self.leaf;
        let rows = leaf.need.len();
        let groups = leaf.groups();
        let (mut least, mut most) = (vec![0_i64; rows], vec![0_i64; rows]);
        let mut live: Vec<usize>;
        let mut dense = vec![0_i64; rows];
        loop {
            least.fill(0);
            most.fill(0);
            let mut spans: Vec<(i64, i64)> = Vec::with_capacity(groups * rows);
            for group in 0..groups {
                let start = spans.len();
                spans.resize(start + rows, (i64::MAX, i64::MIN));
                let mut any = false;
                for option in leaf.options(group).filter(|&option| keep[option]) {
                    any = true;
                    leaf.dense(option, &mut dense);
                    for (span, &amount) in spans[start..].iter_mut().zip(&dense) {
                        *span = (span.0.min(amount), span.1.max(amount));
                    }
                }
                if !any {
                    return None;
                }
                for row in 0..rows {
                    least[row] += spans[start + row].0;
                    most[row] += spans[start + row].1;
                }
            }
            if (0..rows).any(|row| most[row] < leaf.need[row]) {
                return None;
            }
            live = (0..rows).filter(|&row| least[row] < leaf.need[row]).collect();
            // An option with which a row cannot be met any more.
            let mut dropped = false;
            for group in 0..groups {
                for option in leaf.options(group) {
                    if keep[option] {
                        leaf.dense(option, &mut dense);
                        let short = live.iter().any(|&row| {
                            most[row] - spans[group * rows + row].1 + dense[row] < leaf.need[row]
                        });
                        if short {
                            keep[option] = false;
                            dropped = true;
                        }
                    }
                }
            }
            if !dropped {
                break;
            }
        }
        self.drop_dominated(&mut keep, &live);
        let mut place = vec![usize::MAX; rows];
        for (at, &row) in live.iter().enumerate() {
            place[row] = at;
        }
        let mut next = Self {
            leaf: Leaf {
                offsets: vec![0],
                costs: Vec::new(),
                row_offsets: vec![0],
                rows: Vec::new(),
                amounts: Vec::new(),
                need: live.iter().map(|&row| leaf.need[row]).collect(),
            },
            ids: Vec::new(),
            decided: self.decided.clone(),
            cost: self.cost,
            origins: Vec::new(),
        };
        for group in 0..groups {
            let mut left = leaf.options(group).filter(|&option| keep[option]);
            let (first, second) = (left.next(), left.next());
            if let (Some(option), None) = (first, second) {
                next.decided.push(self.ids[option]);
                next.cost += leaf.costs[option];
                for (row, amount) in leaf.entries(option) {
                    if place[row] != usize::MAX {
                        next.leaf.need[place[row]] -= amount;
                    }
                }
                continue;
            }
            for option in leaf.options(group).filter(|&option| keep[option]) {
                next.ids.push(self.ids[option]);
                next.origins.push(narrow(option));
                next.leaf.costs.push(leaf.costs[option]);
                for (row, amount) in leaf.entries(option) {
                    if place[row] != usize::MAX && amount != 0 {
                        next.leaf.rows.push(u16::try_from(place[row]).unwrap_or(u16::MAX));
                        next.leaf.amounts.push(amount);
                    }
                }
                next.leaf.row_offsets.push(narrow(next.leaf.rows.len()));
            }
            next.leaf.offsets.push(narrow(next.leaf.costs.len()));
        }
        let multipliers = live.iter().map(|&row| multipliers[row]).collect();
        Some((next, multipliers))
    }

    /// The allowed options, and a basis of the core in terms of what remains.
    pub(super) fn shrink(&self, allowed: &[bool], basis: &Basis) -> Option<(Self, Basis)> {
        let leaf = &self.leaf;
        let mut next = Self {
            leaf: Leaf {
                offsets: vec![0],
                costs: Vec::new(),
                row_offsets: vec![0],
                rows: Vec::new(),
                amounts: Vec::new(),
                need: leaf.need.clone(),
            },
            ids: Vec::new(),
            decided: self.decided.clone(),
            cost: self.cost,
            origins: Vec::new(),
        };
        let mut place = vec![usize::MAX; leaf.costs.len()];
        let mut groups = vec![usize::MAX; leaf.groups()];
        let mut keys = Vec::new();
        for group in 0..leaf.groups() {
            let key = basis.keys[group];
            if leaf.options(group).filter(|&option| allowed[option]).count() == 1 {
                if !allowed[key] {
                    return None;
                }
                next.decided.push(self.ids[key]);
                next.cost += leaf.costs[key];
                for (row, amount) in leaf.entries(key) {
                    next.leaf.need[row] -= amount;
                }
                continue;
            }
            groups[group] = next.leaf.groups();
            for option in leaf.options(group).filter(|&option| allowed[option]) {
                place[option] = next.leaf.costs.len();
                next.ids.push(self.ids[option]);
                next.origins.push(narrow(option));
                next.leaf.costs.push(leaf.costs[option]);
                for (row, amount) in leaf.entries(option) {
                    next.leaf.rows.push(u16::try_from(row).unwrap_or(u16::MAX));
                    next.leaf.amounts.push(amount);
                }
                next.leaf.row_offsets.push(narrow(next.leaf.rows.len()));
            }
            next.leaf.offsets.push(narrow(next.leaf.costs.len()));
            keys.push(place[key]);
        }
        let mut basics = Vec::with_capacity(basis.basics.len());
        for &basic in &basis.basics {
            basics.push(match basic {
                Basic::Option { option, group } => {
                    Basic::Option { option: place[option], group: groups[group] }
                }
                Basic::Surplus(row) => Basic::Surplus(row),
                Basic::Shortage(row) => Basic::Shortage(row),
            });
        }
        let known = |basic: &Basic| !matches!(basic, Basic::Option { option: usize::MAX, .. });
        if keys.contains(&usize::MAX) || !basics.iter().all(known) {
            return None;
        }
        Some((next, Basis { keys, basics }))
    }

    /// Drops options than which another is no dearer and gives no row less.
    fn drop_dominated(&self, keep: &mut [bool], live: &[usize]) {
        let leaf = &self.leaf;
        let mut dense = vec![0_i64; leaf.need.len()];
        let mut table: Vec<i64> = Vec::new();
        for group in 0..leaf.groups() {
            let options: Vec<usize> = leaf.options(group).filter(|&o| keep[o]).collect();
            if options.len() > 400 {
                continue;
            }
            table.clear();
            for &option in &options {
                leaf.dense(option, &mut dense);
                table.push(-leaf.costs[option]);
                table.extend(live.iter().map(|&row| dense[row]));
            }
            let width = live.len() + 1;
            for (at, &option) in options.iter().enumerate() {
                let own = &table[at * width..(at + 1) * width];
                let worse = options.iter().enumerate().any(|(other, &id)| {
                    let theirs = &table[other * width..(other + 1) * width];
                    other != at
                        && keep[id]
                        && theirs.iter().zip(own).all(|(theirs, own)| theirs >= own)
                });
                if worse {
                    keep[option] = false;
                }
            }
        }
    }
}

/// Options and entries are numbered in 32 bits.
pub(super) fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
