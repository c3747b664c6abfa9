//! Which goods share a parcel.
//!
//! Packing into the fewest parcels is NP-hard, so this is first fit decreasing: the heaviest line
//! first, relative to what a parcel holds, each into the first parcel that takes it (Johnson,
//! "Near-optimal bin packing algorithms", 1973). With one measure and nothing to cut, it never needs
//! more than 11/9 of the fewest parcels and 6/9 of one (Dósa, "The tight bound of first fit
//! decreasing bin-packing algorithm", 2007).
//!
//! A line torn apart is a nuisance, a second shipment a greater one. So lines are packed twice:
//!
//! 1. cutting only what no parcel holds, into as many units as one holds and the rest;
//! 2. cutting every line for which no parcel has room: it begins in the newest parcel that takes
//!    a unit of it, and goes on in new ones.
//!
//! The second counts only if it needs fewer parcels.

use super::{
    Capacity, OrderLine, SplitKey, SplitRules,
    availability::within,
    parcels::{Content, Load, Packing, Parcels, Space, Which},
    partition::{Piece, text},
};
use crate::unit::{Exact, Invalid, Quantity, sort_by};
use rust_decimal::Decimal;

/// Most parcels in an order; more is a mistake in the rules or the order.
pub(super) const MOST_PARCELS: usize = 100_000;

/// What parcels hold, and which goods share none.
pub(super) struct Packer<'a> {
    weight: Option<Measure>,
    volume: Option<Measure>,
    lines: u32,
    /// Decimals of quantities.
    scale: u32,
    classes: Classes<'a>,
}

impl<'a> Packer<'a> {
    /// Nothing where the rules know no parcels.
    pub(super) fn new(
        lines: &[&OrderLine],
        pieces: &[Piece],
        rules: &'a SplitRules,
    ) -> Result<Option<Self>, Invalid> {
        if rules.capacity.is_none() && rules.incompatible.is_empty() {
            return Ok(None);
        }
        let capacity = rules.capacity.unwrap_or_default();
        let decimals = pieces.iter().map(|piece| piece.quantity.amount().normalize().scale());
        let scale = decimals.max().unwrap_or(0);
        Ok(Some(Self {
            weight: Measure::new(WEIGHT, &capacity, lines, scale)?,
            volume: Measure::new(VOLUME, &capacity, lines, scale)?,
            lines: capacity.lines.unwrap_or(u32::MAX),
            scale,
            classes: Classes::new(rules),
        }))
    }

    /// A quantity, above zero, of the line at a place.
    pub(super) fn load(
        &self,
        (place, line): (usize, &OrderLine),
        quantity: Decimal,
    ) -> Result<Load, Invalid> {
        let units = quantity.trunc().mantissa().unsigned_abs().max(1);
        let last = whole_number(units - 1).and_then(|before| quantity.checked_minus(before));
        let last = last.and_then(|last| scaled(last, self.scale));
        let last = last.ok_or_else(|| within(line, too_exact(line.quantity).at("quantity")))?;
        let (is, avoids) = self.classes.of(line);
        let mut load = Load { units, unit: [0; 2], last: [0; 2], is, avoids };
        for (at, measure) in [&self.weight, &self.volume].into_iter().enumerate() {
            if let Some(measure) = measure {
                (load.unit[at], load.last[at]) = measure.of((place, line), last, self.scale)?;
            }
        }
        Ok(load)
    }

    /// Packs the loads of one group, when there are some parcels already.
    pub(super) fn pack(&self, loads: &[Load], before: usize) -> Result<Packing, Invalid> {
        let limit = MOST_PARCELS.saturating_sub(before);
        let whole = self.pack_whole(loads, limit);
        let fewer =
            whole.as_ref().map_or(limit, |whole| whole.over_capacity.len().saturating_sub(1));
        let packed = match whole {
            // No packing has fewer than one parcel.
            Some(whole) if fewer == 0 => Some(whole),
            whole => self.pack_cut(loads, fewer).or(whole),
        };
        packed.map(Parcels::numbered).ok_or_else(|| {
            let expected = format!("an order that fits in at most {MOST_PARCELS} parcels");
            Invalid::new("parcels_too_many", expected, "one that needs more")
        })
    }

    /// The first way: only lines that no parcel holds are cut.
    fn pack_whole(&self, loads: &[Load], limit: usize) -> Option<Parcels> {
        let empty = self.empty();
        // As many units as a parcel holds fill more than half of it by one of two measures, so
        // that at most two such lots share a parcel. The last lot may be a smaller one.
        let lots = loads.iter().fold(0_u128, |sum, load| {
            let lots = (load.units - 1) / load.most(0, &empty).max(1);
            sum.saturating_add(lots.saturating_sub(1))
        });
        if lots / 2 > limit as u128 {
            return None;
        }
        let mut items = Vec::with_capacity(loads.len());
        for (place, load) in loads.iter().enumerate() {
            let mut first = 0;
            while first < load.units {
                let fits = load.most(first, &empty);
                let units = fits.max(1);
                let share = self.share(load, first, units);
                items.push((share, fits == 0, Content { load: place, parcel: 0, first, units }));
                first += units;
            }
        }
        sort_by(&mut items, |a, b| b.0.total_cmp(&a.0));
        let mut parcels = Parcels::new(empty, limit);
        for (_, over, item) in items {
            let load = &loads[item.load];
            let found =
                if over { None } else { parcels.find(load, item.first, item.units, Which::Oldest) };
            let parcel = found.or_else(|| parcels.open())?;
            parcels.put(load, Content { parcel, ..item }, over);
        }
        Some(parcels)
    }

    /// The second way: every line is cut for which no parcel has room.
    fn pack_cut(&self, loads: &[Load], limit: usize) -> Option<Parcels> {
        let empty = self.empty();
        let share = |load: &Load| self.share(load, 0, load.units);
        let mut order: Vec<(f64, usize)> =
            loads.iter().enumerate().map(|(place, load)| (share(load), place)).collect();
        sort_by(&mut order, |a, b| b.0.total_cmp(&a.0));
        let mut parcels = Parcels::new(empty, limit);
        for (_, place) in order {
            let load = &loads[place];
            let mut first = 0;
            while first < load.units {
                let rest = load.units - first;
                let mut found = parcels.find(load, first, rest, Which::Oldest);
                if found.is_none() && first == 0 {
                    found = parcels.find(load, 0, 1, Which::Newest);
                }
                let parcel = found.or_else(|| parcels.open())?;
                let fits = load.most(first, &parcels.space(parcel));
                let units = fits.max(1);
                let content = Content { load: place, parcel, first, units };
                parcels.put(load, content, fits == 0);
                first += units;
            }
        }
        Some(parcels)
    }

    fn empty(&self) -> Space {
        let room = [&self.weight, &self.volume]
            .map(|measure| measure.as_ref().map_or(u128::MAX, |measure| measure.limit));
        Space { room, lines: self.lines, classes: 0 }
    }

    /// Which part of a parcel units take, by the measure of which they take most. It only says
    /// which goods come first, for which floating point is exact enough and alike everywhere.
    fn share(&self, load: &Load, first: u128, units: u128) -> f64 {
        let ends = first + units == load.units;
        let room = self.empty().room;
        let part = |at: usize| {
            let plain = (units - u128::from(ends)) as f64 * load.unit[at] as f64;
            (plain + if ends { load.last[at] as f64 } else { 0.0 }) / room[at] as f64
        };
        part(0).max(part(1))
    }
}

/// What a capacity limits.
struct Kind {
    name: &'static str,
    unit: &'static str,
    limit: fn(&Capacity) -> Option<Quantity>,
    stated: fn(&OrderLine) -> Option<Quantity>,
}

const WEIGHT: Kind = Kind {
    name: "weight",
    unit: "g",
    limit: |capacity| capacity.weight,
    stated: |line| line.weight,
};

const VOLUME: Kind = Kind {
    name: "volume",
    unit: "l",
    limit: |capacity| capacity.volume,
    stated: |line| line.volume,
};

/// A limit and what lines take of it, in whole numbers of one size.
struct Measure {
    limit: u128,
    /// What a unit of each line takes, before it is brought to the size of the quantities.
    each: Vec<u128>,
    kind: Kind,
}

impl Measure {
    fn new(
        kind: Kind,
        capacity: &Capacity,
        lines: &[&OrderLine],
        quantity_scale: u32,
    ) -> Result<Option<Self>, Invalid> {
        let Some(stated) = (kind.limit)(capacity) else { return Ok(None) };
        let unit = kind.unit.parse()?;
        let path = |invalid: Invalid| invalid.at(kind.name).at("capacity");
        let limit = stated.to(unit).map_err(path)?.amount().normalize();
        let mut amounts = Vec::with_capacity(lines.len());
        for line in lines {
            let of = |stated: Quantity| {
                let amount = stated.to(unit).map_err(|invalid| invalid.at(kind.name));
                amount.map_err(|invalid| within(line, invalid))
            };
            let amount = (kind.stated)(line).map(of).transpose()?;
            amounts.push(amount.map_or(Decimal::ZERO, |amount| amount.amount().normalize()));
        }
        let scale = amounts.iter().map(Decimal::scale).fold(limit.scale(), u32::max);
        let limit = scaled(limit, scale + quantity_scale).ok_or_else(|| path(too_exact(stated)))?;
        let mut each = Vec::with_capacity(lines.len());
        for (line, amount) in lines.iter().zip(amounts) {
            each.push(scaled(amount, scale).ok_or_else(|| kind.too_exact(line))?);
        }
        Ok(Some(Self { limit, each, kind }))
    }

    /// What a unit of a line takes, and the last one.
    fn of(
        &self,
        (place, line): (usize, &OrderLine),
        last: u128,
        quantity_scale: u32,
    ) -> Result<(u128, u128), Invalid> {
        let times = |factor: u128| {
            self.each[place].checked_mul(factor).ok_or_else(|| self.kind.too_exact(line))
        };
        Ok((times(10_u128.pow(quantity_scale))?, times(last)?))
    }
}

impl Kind {
    fn too_exact(&self, line: &OrderLine) -> Invalid {
        let stated = (self.stated)(line).unwrap_or(line.quantity);
        within(line, too_exact(stated).at(self.name))
    }
}

fn too_exact(quantity: Quantity) -> Invalid {
    Invalid::new("unit_inexact", "weights, volumes and quantities of fewer decimals", quantity)
}

/// Which goods never share a parcel.
///
/// Goods that are given back travel the other way, so that they share none with those that are not.
struct Classes<'a> {
    names: Vec<(&'a SplitKey, &'a str)>,
    /// Of each class, those that it never shares a parcel with.
    avoids: Vec<u128>,
}

/// Bits of the goods that travel either way; those of the classes follow.
const SOLD: u128 = 1;
const GIVEN_BACK: u128 = 2;

impl<'a> Classes<'a> {
    fn new(rules: &'a SplitRules) -> Self {
        let names = rules.classes();
        let mut avoids = vec![0; names.len()];
        for pair in &rules.incompatible {
            let place = |class| names.binary_search(&class).ok();
            let (goods, never_with) = (pair.goods.name(), pair.never_with.name());
            if let Some((one, other)) = place(goods).zip(place(never_with)) {
                avoids[one] |= bit(other);
                avoids[other] |= bit(one);
            }
        }
        Self { names, avoids }
    }

    /// The classes a line belongs to, and those it avoids.
    fn of(&self, line: &OrderLine) -> (u128, u128) {
        let mut of = if line.returned { (GIVEN_BACK, SOLD) } else { (SOLD, GIVEN_BACK) };
        for (place, &(by, value)) in self.names.iter().enumerate() {
            if text(line, by) == Some(value) {
                of.0 |= bit(place);
                of.1 |= self.avoids[place];
            }
        }
        of
    }
}

/// INVARIANT: the rules were checked to name no more than [`super::rules::MOST_CLASSES`].
fn bit(class: usize) -> u128 {
    1 << (class + 2)
}

pub(super) fn whole_number(number: u128) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(i128::try_from(number).ok()?, 0).ok()
}

/// A decimal, zero or more, without its point at a scale of at least its own.
fn scaled(number: Decimal, scale: u32) -> Option<u128> {
    let number = number.normalize();
    u128::try_from(number.mantissa())
        .ok()?
        .checked_mul(10_u128.checked_pow(scale - number.scale())?)
}
