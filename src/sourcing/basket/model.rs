//! The basket made ready for the search.

use super::{options::Options, problem::Basket, rows::Rows};

/// Rows and options, and how to compute with them in fixed point.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) rows: Rows,
    pub(super) options: Options,
    /// A unit of money is `1 << bits` in fixed point.
    pub(super) bits: u32,
    /// The slots of order `o` are `order_slots[order_offsets[o]..order_offsets[o + 1]]`.
    order_offsets: Vec<u32>,
    order_slots: Vec<u32>,
    /// How much a choice adds to a row as a rule, as far as slots differ by chance.
    pub(super) row_scale: Vec<f64>,
    /// The largest multiplier of a row, in fixed point, with which nothing overflows.
    pub(super) row_most: Vec<i64>,
    /// The largest multiplier of a slot, in fixed point.
    pub(super) slot_most: i64,
    /// What the pieces of slot `s` add to rows, least and most, is at `extents_of[s]..`.
    extent_offsets: Vec<u32>,
    extents: Vec<Extent>,
    /// The most pieces an option has.
    pub(super) widest: usize,
    /// The first row that no order owns.
    pub(super) first_shared: usize,
    /// About how much money goes with a unit added to a row.
    pub(super) money_per_amount: Vec<f64>,
    /// Where the states of order `o` begin: closed, then its modes.
    pub(super) states: Vec<u32>,
}

/// What pieces of a slot add to a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) row: u32,
    pub(super) least: i64,
    pub(super) most: i64,
}

impl Model {
    /// The model of a basket; none if its numbers are too large to compute with.
    pub(super) fn of(basket: &Basket) -> Option<Self> {
        let rows = Rows::of(basket)?;
        let options = Options::of(basket, &rows)?;
        let slots = options.piece.slots.len();
        let mut largest = vec![0_i64; rows.needs.len()];
        let mut sums = vec![(0.0, 0_u32); rows.needs.len()];
        let mut extents: Vec<Extent> = Vec::new();
        let mut extent_offsets = vec![0];
        let mut slots_of_row = vec![0_u32; rows.needs.len()];
        let mut longest = 1;
        // Pieces stand slot by slot but for those of several sources, which come later.
        let by_slot = grouped(slots, &options.piece.slot);
        for slot in 0..slots {
            let first = extents.len();
            for &piece in by_slot.of(slot) {
                let mut length = 0;
                for (row, amount) in options.piece.amounts_of(piece as usize) {
                    length += 1;
                    largest[row as usize] = largest[row as usize].max(amount.abs());
                    sums[row as usize].0 += amount.abs() as f64;
                    sums[row as usize].1 += 1;
                    match extents[first..].iter_mut().find(|extent| extent.row == row) {
                        Some(extent) => {
                            extent.least = extent.least.min(amount);
                            extent.most = extent.most.max(amount);
                        }
                        None => extents.push(Extent { row, least: amount, most: amount }),
                    }
                }
                longest = longest.max(length);
            }
            for extent in &extents[first..] {
                slots_of_row[extent.row as usize] += 1;
            }
            extent_offsets.push(u32::try_from(extents.len()).ok()?);
        }
        let widest = (0..options.costs.len()).map(|option| options.pieces_of(option).len()).max();
        let widest = widest.unwrap_or(0).max(1);
        let within = HEADROOM / i64::try_from(longest * widest).ok()?;
        let by_order = grouped(rows.orders.len(), &options.piece.slots);
        let mut states = vec![0_u32];
        for order in &rows.orders {
            let before = states.last().copied().unwrap_or(0);
            states.push(before + 1 + u32::try_from(order.modes.len()).ok()?);
        }
        let costs = options.costs.iter().map(|&cost| cost.abs().min(options.penalty / 2) as f64);
        let money = (costs.sum::<f64>() / (options.costs.len().max(1) as f64)).max(1.0);
        let bits = (i128::from(options.penalty) * 2).leading_zeros().saturating_sub(128 - 57);
        Some(Self {
            bits: bits.min(BITS),
            order_offsets: by_order.offsets,
            order_slots: by_order.items,
            row_scale: sums
                .iter()
                .zip(&slots_of_row)
                .map(|(&(sum, pieces), &slots)| {
                    (sum / f64::from(pieces.max(1))).max(1.0) * f64::from(slots.max(1)).sqrt()
                })
                .collect(),
            first_shared: rows
                .orders
                .iter()
                .map(|o| o.first as usize + o.modes.first().map_or(0, |m| m.needs.len()))
                .max()
                .unwrap_or(0),
            money_per_amount: sums
                .iter()
                .map(|&(sum, pieces)| money / (sum / f64::from(pieces.max(1))).max(1e-9))
                .collect(),
            row_most: largest.iter().map(|&amount| within / amount.max(1)).collect(),
            slot_most: within,
            extent_offsets,
            extents,
            widest,
            states,
            rows,
            options,
        })
    }

    /// The slots of an order.
    #[inline]
    pub(super) fn slots_of(&self, order: usize) -> &[u32] {
        let range = self.order_offsets[order] as usize..self.order_offsets[order + 1] as usize;
        &self.order_slots[range]
    }

    /// What pieces of a slot add to rows.
    #[inline]
    pub(super) fn extents_of(&self, slot: usize) -> &[Extent] {
        let range = self.extent_offsets[slot] as usize..self.extent_offsets[slot + 1] as usize;
        &self.extents[range]
    }
}

/// Items by group.
struct Grouped {
    offsets: Vec<u32>,
    items: Vec<u32>,
}

impl Grouped {
    fn of(&self, group: usize) -> &[u32] {
        &self.items[self.offsets[group] as usize..self.offsets[group + 1] as usize]
    }
}

/// The positions of items by the group of each, ascending.
fn grouped(groups: usize, group: &[u32]) -> Grouped {
    let mut offsets = vec![0_u32; groups + 1];
    for &group in group {
        offsets[group as usize + 1] += 1;
    }
    for index in 1..offsets.len() {
        offsets[index] += offsets[index - 1];
    }
    let mut next = offsets.clone();
    let mut items = vec![0; group.len()];
    for (item, &group) in (0_u32..).zip(group) {
        items[next[group as usize] as usize] = item;
        next[group as usize] += 1;
    }
    Grouped { offsets, items }
}

/// What multipliers may add to an option in fixed point.
const HEADROOM: i64 = 1 << 58;
const BITS: u32 = 20;
