//! Parcels that are being packed.

use super::capacity::whole_number;
use crate::unit::{Exact, sort_by};
use rust_decimal::Decimal;

/// Weight and volume in numbers whose size only the packer knows.
pub(super) type Room = [u128; 2];

/// A line's goods, as the packer sees them.
pub(super) struct Load {
    /// Whole units; the fractional rest of the quantity belongs to the last one.
    pub(super) units: u128,
    /// What each takes but the last.
    pub(super) unit: Room,
    /// What the last takes.
    pub(super) last: Room,
    /// The classes it belongs to.
    pub(super) is: u128,
    /// The classes it never shares a parcel with.
    pub(super) avoids: u128,
}

/// Goods in parcels.
pub(super) struct Packing {
    /// Of each parcel, whether it is a single unit that no parcel can take.
    pub(super) over_capacity: Vec<bool>,
    /// In order of loads and units.
    pub(super) contents: Vec<Content>,
}

/// Units of a load in a parcel.
#[derive(Clone, Copy)]
pub(super) struct Content {
    /// The load, by place.
    pub(super) load: usize,
    /// The parcel, by place.
    pub(super) parcel: usize,
    /// Units of the load before these.
    pub(super) first: u128,
    /// How many.
    pub(super) units: u128,
}

impl Load {
    /// What units take; nothing if that is more than any parcel has.
    fn takes(&self, first: u128, units: u128) -> Option<Room> {
        let ends = first + units == self.units;
        let of = |at: usize| {
            let plain = self.unit[at].checked_mul(units - u128::from(ends))?;
            plain.checked_add(if ends { self.last[at] } else { 0 })
        };
        Some([of(0)?, of(1)?])
    }

    /// How many units fit in a space, those before `first` being elsewhere.
    pub(super) fn most(&self, first: u128, space: &Space) -> u128 {
        let rest = self.units - first;
        let fit = |at: usize| space.room[at].checked_div(self.unit[at]).unwrap_or(u128::MAX);
        let plain = fit(0).min(fit(1)).min(rest - 1);
        let all = plain == rest - 1 && self.takes(first, rest).is_some_and(|all| space.holds(all));
        if all { rest } else { plain }
    }
}

impl Content {
    /// What of a quantity is before these units, and how much they are of it.
    pub(super) fn cut(self, load: &Load, quantity: Decimal) -> Option<(Decimal, Decimal)> {
        let from = whole_number(self.first)?;
        let ends = self.first + self.units == load.units;
        Some((from, if ends { quantity.checked_minus(from)? } else { whole_number(self.units)? }))
    }
}

/// What is left of a parcel, or the most of several.
#[derive(Clone, Copy)]
pub(super) struct Space {
    pub(super) room: Room,
    pub(super) lines: u32,
    /// Classes of goods that are in it, or in each of several.
    pub(super) classes: u128,
}

impl Space {
    /// Takes nothing more; among others it makes no difference.
    const CLOSED: Self = Self { room: [0; 2], lines: 0, classes: u128::MAX };

    fn holds(&self, goods: Room) -> bool {
        self.room[0] >= goods[0] && self.room[1] >= goods[1]
    }

    fn most_of(a: &Self, b: &Self) -> Self {
        Self {
            room: [a.room[0].max(b.room[0]), a.room[1].max(b.room[1])],
            lines: a.lines.max(b.lines),
            classes: a.classes & b.classes,
        }
    }
}

/// Parcels that are being packed, in a tree that knows the most that any below a node can take, so
/// that one is found without asking all.
pub(super) struct Parcels {
    /// The root at 1, the children of each node at twice its place, the parcels from `leaves` on.
    tree: Vec<Space>,
    leaves: usize,
    empty: Space,
    limit: usize,
    pub(super) over_capacity: Vec<bool>,
    contents: Vec<Content>,
}

/// Which of several parcels.
#[derive(Clone, Copy)]
pub(super) enum Which {
    Oldest,
    Newest,
}

impl Parcels {
    pub(super) fn new(empty: Space, limit: usize) -> Self {
        let tree = vec![Space::CLOSED; 2];
        Self { tree, leaves: 1, empty, limit, over_capacity: Vec::new(), contents: Vec::new() }
    }

    /// One more, as long as there may be.
    pub(super) fn open(&mut self) -> Option<usize> {
        let parcel = self.over_capacity.len();
        if parcel == self.limit {
            return None;
        }
        if parcel == self.leaves {
            let mut tree = vec![Space::CLOSED; 4 * self.leaves];
            tree[2 * self.leaves..3 * self.leaves].copy_from_slice(&self.tree[self.leaves..]);
            (self.tree, self.leaves) = (tree, 2 * self.leaves);
            for node in (1..self.leaves).rev() {
                self.tree[node] = Space::most_of(&self.tree[2 * node], &self.tree[2 * node + 1]);
            }
        }
        self.over_capacity.push(false);
        self.set(parcel, self.empty);
        Some(parcel)
    }

    /// Puts goods that fit into a parcel, or a single unit that does not into an empty one.
    pub(super) fn put(&mut self, load: &Load, content: Content, over_capacity: bool) {
        let mut space = self.space(content.parcel);
        match load.takes(content.first, content.units) {
            Some(goods) if !over_capacity => {
                space.room = [space.room[0] - goods[0], space.room[1] - goods[1]];
                space.lines -= 1;
                space.classes |= load.is;
            }
            _ => space = Space::CLOSED,
        }
        self.over_capacity[content.parcel] = over_capacity;
        self.contents.push(content);
        self.set(content.parcel, space);
    }

    fn set(&mut self, parcel: usize, space: Space) {
        let mut node = self.leaves + parcel;
        self.tree[node] = space;
        while node > 1 {
            node /= 2;
            self.tree[node] = Space::most_of(&self.tree[2 * node], &self.tree[2 * node + 1]);
        }
    }

    pub(super) fn space(&self, parcel: usize) -> Space {
        self.tree[self.leaves + parcel]
    }

    /// The oldest parcel, or the newest, that takes so many units of a load.
    pub(super) fn find(
        &self,
        load: &Load,
        first: u128,
        units: u128,
        which: Which,
    ) -> Option<usize> {
        let goods = load.takes(first, units)?;
        self.find_below(1, goods, load.avoids, which)
    }

    fn find_below(&self, node: usize, goods: Room, avoids: u128, which: Which) -> Option<usize> {
        let space = &self.tree[node];
        if !space.holds(goods) || space.lines == 0 || space.classes & avoids != 0 {
            return None;
        }
        if node >= self.leaves {
            return Some(node - self.leaves);
        }
        let (one, other) = match which {
            Which::Oldest => (2 * node, 2 * node + 1),
            Which::Newest => (2 * node + 1, 2 * node),
        };
        let found = self.find_below(one, goods, avoids, which);
        found.or_else(|| self.find_below(other, goods, avoids, which))
    }

    /// Numbers parcels by the first line in them.
    pub(super) fn numbered(mut self) -> Packing {
        sort_by(&mut self.contents, |a, b| a.load.cmp(&b.load).then(a.first.cmp(&b.first)));
        let mut numbers = vec![None; self.over_capacity.len()];
        let mut over_capacity = Vec::with_capacity(numbers.len());
        for content in &mut self.contents {
            let number = *numbers[content.parcel].get_or_insert_with(|| {
                over_capacity.push(self.over_capacity[content.parcel]);
                over_capacity.len() - 1
            });
            content.parcel = number;
        }
        Packing { over_capacity, contents: self.contents }
    }
}
