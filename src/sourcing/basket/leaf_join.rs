//! Every way to deviate from the cheapest options that loses little enough, by meeting in the middle.
//!
//! The groups are split in two halves; the deviations of each half are listed (Horowitz and Sahni,
//! "Computing partitions with applications to the knapsack problem", Journal of the ACM 21, 1974), and
//! pairs are joined that together meet every need. A row with a multiplier λ must not exceed its need
//! by more than (allowed loss) / λ, so that a pair lies in a small box: one half is sorted into the
//! cells of a grid, the other looks into the cells of its box.

use super::budget::Steps;
use super::leaf::Leaf;
use super::leaf_core::{Losses, narrow};
use crate::unit::sort_by;

/// Deviations of half of the groups.
#[derive(Default)]
struct Half {
    losses: Vec<u64>,
    costs: Vec<i64>,
    /// How much more than the cheapest options they give, row by row.
    gains: Vec<i64>,
    parents: Vec<u32>,
    options: Vec<u32>,
    /// Where the deviations begin that the groups before did not have.
    starts: Vec<u32>,
}

impl Half {
    /// The place of the last group that deviates, in its half.
    fn last_group(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= at) - 1
    }
}

/// Levels of loss by which deviations are counted before they are listed.
const LEVELS: usize = 64;

/// The groups of a leaf in two halves.
pub(super) struct Middle {
    /// The option of each group that loses nothing.
    base: Vec<usize>,
    /// The groups that may deviate from it.
    halves: [Vec<usize>; 2],
}

impl Middle {
    /// Splits the groups; `None` when a half would have more than `limit` deviations.
    pub(super) fn split(leaf: &Leaf, losses: &Losses, limit: f64) -> Option<Self> {
        let mut base = Vec::new();
        let mut order: Vec<(u64, usize)> = Vec::new();
        for group in 0..leaf.groups() {
            let mut best = leaf.options(group).start;
            for option in leaf.options(group) {
                if losses.loss[option] < losses.loss[best] {
                    best = option;
                }
            }
            base.push(best);
            let least = leaf
                .options(group)
                .filter(|&option| option != best && losses.loss[option] <= losses.most)
                .map(|option| losses.loss[option])
                .min();
            if let Some(least) = least {
                order.push((least, group));
            }
        }
        sort_by(&mut order, |a, b| b.cmp(a));
        let width = losses.most / LEVELS as u64 + 1;
        let mut counts = [[0.0_f64; LEVELS], [0.0_f64; LEVELS]];
        let mut totals = [1.0_f64; 2];
        counts[0][0] = 1.0;
        counts[1][0] = 1.0;
        let mut halves = [Vec::new(), Vec::new()];
        for &(_, group) in &order {
            let side = usize::from(totals[1] < totals[0]);
            let before = counts[side];
            for option in leaf.options(group) {
                if option == base[group] || losses.loss[option] > losses.most {
                    continue;
                }
                let level = usize::try_from(losses.loss[option] / width).unwrap_or(LEVELS);
                for at in level..LEVELS {
                    counts[side][at] += before[at - level];
                }
            }
            totals[side] = counts[side].iter().sum();
            halves[side].push(group);
            if totals[side] > limit {
                return None;
            }
        }
        Some(Self { base, halves })
    }

    /// The cheapest solution below `cap`, if one is found: its cost and the option of each group; and
    /// whether all were looked at before steps ran out.
    pub(super) fn join(
        &self,
        leaf: &Leaf,
        losses: &Losses,
        cap: i64,
        steps: &mut Steps,
    ) -> (Option<(i64, Vec<usize>)>, bool) {
        let rows = leaf.need.len();
        let mut lacks: Vec<i64> = leaf.need.clone();
        let mut cost = 0;
        for &option in &self.base {
            cost += leaf.costs[option];
            for (row, amount) in leaf.entries(option) {
                lacks[row] -= amount;
            }
        }
        let Some(left) = self.list(0, leaf, losses, steps) else { return (None, false) };
        let Some(right) = self.list(1, leaf, losses, steps) else { return (None, false) };
        let grid = Grid::new(&right, rows, losses);
        let mut best = (cap - cost, None);
        let mut cells = Vec::new();
        for a in 0..left.losses.len() {
            let gains = &left.gains[a * rows..(a + 1) * rows];
            cells.clear();
            grid.cells(&lacks, gains, &mut cells);
            if !steps.take(1 + cells.len()) {
                return (self.rebuild(best, cost, &left, &right), false);
            }
            for &cell in &cells {
                for &b in &grid.items[grid.starts[cell] as usize..grid.starts[cell + 1] as usize] {
                    let at = b as usize;
                    if left.costs[a] + right.costs[at] < best.0 {
                        let other = &right.gains[at * rows..(at + 1) * rows];
                        if gains.iter().zip(other).zip(&lacks).all(|((a, b), lack)| a + b >= *lack)
                        {
                            best = (left.costs[a] + right.costs[at], Some((a, at)));
                        }
                    }
                }
                if !steps.take((grid.starts[cell + 1] - grid.starts[cell]) as usize) {
                    return (self.rebuild(best, cost, &left, &right), false);
                }
            }
        }
        (self.rebuild(best, cost, &left, &right), true)
    }

    fn rebuild(
        &self,
        best: (i64, Option<(usize, usize)>),
        cost: i64,
        left: &Half,
        right: &Half,
    ) -> Option<(i64, Vec<usize>)> {
        let (a, b) = best.1?;
        let mut options = self.base.clone();
        for (half, groups, mut at) in [(left, &self.halves[0], a), (right, &self.halves[1], b)] {
            while at != 0 {
                options[groups[half.last_group(at)]] = half.options[at] as usize;
                at = half.parents[at] as usize;
            }
        }
        Some((cost + best.0, options))
    }

    fn list(&self, side: usize, leaf: &Leaf, losses: &Losses, steps: &mut Steps) -> Option<Half> {
        let rows = leaf.need.len();
        let mut half = Half::default();
        half.losses.push(0);
        half.costs.push(0);
        half.gains.resize(rows, 0);
        half.parents.push(0);
        half.options.push(0);
        half.starts.push(1);
        let mut change = vec![0_i64; rows];
        for &group in &self.halves[side] {
            let base = self.base[group];
            let so_far = half.losses.len();
            for option in leaf.options(group) {
                let loss = losses.loss[option];
                if option == base || loss > losses.most {
                    continue;
                }
                leaf.dense(option, &mut change);
                for (row, amount) in leaf.entries(base) {
                    change[row] -= amount;
                }
                if !steps.take(so_far) {
                    return None;
                }
                for parent in 0..so_far {
                    if half.losses[parent] + loss <= losses.most {
                        half.losses.push(half.losses[parent] + loss);
                        half.costs.push(half.costs[parent] + leaf.costs[option] - leaf.costs[base]);
                        for (row, more) in change.iter().enumerate() {
                            let gain = half.gains[parent * rows + row] + more;
                            half.gains.push(gain);
                        }
                        half.parents.push(narrow(parent));
                        half.options.push(narrow(option));
                    }
                }
            }
            half.starts.push(narrow(half.losses.len()));
        }
        Some(half)
    }
}

/// Deviations sorted into the cells of a grid over some rows.
struct Grid {
    axes: Vec<Axis>,
    starts: Vec<u32>,
    items: Vec<u32>,
}

struct Axis {
    row: usize,
    least: i64,
    /// Of a cell.
    width: i64,
    cells: i64,
    /// How much more than its need the row may have.
    window: i64,
}

impl Grid {
    fn new(half: &Half, rows: usize, losses: &Losses) -> Self {
        let items = half.losses.len();
        let mut axes: Vec<Axis> = Vec::new();
        for row in 0..rows {
            if losses.scaled[row] == 0 {
                continue;
            }
            let allowed = (i128::from(losses.most) + 1) << losses.shift;
            let window =
                i64::try_from(allowed / i128::from(losses.scaled[row])).unwrap_or(i64::MAX / 4);
            let window = window.min(i64::MAX / 4);
            let (mut least, mut most) = (i64::MAX, i64::MIN);
            for at in 0..items {
                let gain = half.gains[at * rows + row];
                (least, most) = (least.min(gain), most.max(gain));
            }
            let width = window + 1;
            let cells = (most - least) / width + 1;
            axes.push(Axis { row, least, width, cells, window });
        }
        sort_by(&mut axes, |a, b| b.cells.cmp(&a.cells).then(a.row.cmp(&b.row)));
        let mut room = i64::try_from(4 * items + 16).unwrap_or(i64::MAX);
        let mut used = 0;
        for axis in &mut axes {
            if axis.cells < 2 || room < 2 {
                break;
            }
            if axis.cells > room {
                let span = axis.cells.saturating_mul(axis.width);
                axis.width = span / room + 1;
                axis.cells = span / axis.width + 1;
            }
            room /= axis.cells;
            used += 1;
        }
        axes.truncate(used);
        let total = axes.iter().map(|axis| place(axis.cells)).product::<usize>();
        let cell = |at: usize| {
            axes.iter().fold(0, |cell, axis| {
                let gain = half.gains[at * rows + axis.row];
                cell * place(axis.cells) + place((gain - axis.least) / axis.width)
            })
        };
        let mut starts = vec![0_u32; total + 1];
        let cells: Vec<usize> = (0..items).map(cell).collect();
        for &cell in &cells {
            starts[cell + 1] += 1;
        }
        for at in 0..total {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut sorted = vec![0_u32; items];
        for (at, &cell) in cells.iter().enumerate() {
            sorted[next[cell] as usize] = narrow(at);
            next[cell] += 1;
        }
        Self { axes, starts, items: sorted }
    }

    /// The cells in which what is lacking may be found.
    fn cells(&self, lacks: &[i64], gains: &[i64], into: &mut Vec<usize>) {
        into.push(0);
        for axis in &self.axes {
            let low = lacks[axis.row] - gains[axis.row] - axis.least;
            let first = low.div_euclid(axis.width).max(0);
            let last = (low + axis.window).div_euclid(axis.width).min(axis.cells - 1);
            let before = into.len();
            for cell in first..=last {
                for at in 0..before {
                    into.push(into[at] * place(axis.cells) + place(cell));
                }
            }
            into.drain(..before);
        }
    }
}

/// Cells are numbered from zero on, and there are only some times as many as deviations.
fn place(cell: i64) -> usize {
    usize::try_from(cell).unwrap_or(0)
}
