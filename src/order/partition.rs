//! Which lines, or parts of lines, share a sale order.

use super::{
    OrderError, OrderLine, PartKey, SplitKey, SplitRules, Temperature,
    availability::{Availability, cut, held, within},
    capacity::Packer,
};
use crate::unit::{Invalid, LineId, Quantity, VendorId, sort_by};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// A part of a line that goes to one sale order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    /// The line, by its place in the list given.
    pub(super) line: usize,
    /// The part of the line's quantity before it.
    pub(super) from: Quantity,
    /// How much.
    pub(super) quantity: Quantity,
    /// Its part, by place.
    pub(super) part: usize,
}

/// What will be a sale order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part<'a> {
    /// Who fulfils it.
    pub(super) vendor: Option<&'a VendorId>,
    /// What its lines have in common beside.
    pub(super) keys: Vec<PartKey>,
    /// Its one line, where every line is a sale order.
    pub(super) line: Option<&'a LineId>,
    /// Which parcel, counted from 1.
    pub(super) parcel: Option<u32>,
    /// Whether it is a single unit beyond what fits.
    pub(super) over_capacity: bool,
}

/// An order's lines, divided.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Partition<'a> {
    /// In order of vendor (none first), keys, line and parcel.
    pub(super) parts: Vec<Part<'a>>,
    /// In order of the lines and within a line of their beginning.
    pub(super) pieces: Vec<Piece>,
}

/// Divides lines, which are in order of their names and were checked, as the rules ask.
///
/// Lines that say nothing about a key have that in common and come first; texts are in order of
/// their bytes, pre-orders of their days. Every line is in at least one part, also one of nothing.
pub(super) fn partition<'a>(
    lines: &[&'a OrderLine],
    rules: &'a SplitRules,
) -> Result<Partition<'a>, OrderError> {
    rules.check()?;
    let keys = Keys::new(lines, rules);
    let (mut pieces, availability) = match keys.availability {
        Some(_) => cut(lines, rules, &mut |a, b| keys.compare_lines(a, b))?,
        None => (whole(lines), Vec::new()),
    };
    let at = |piece: usize| (pieces[piece].line, availability.get(piece).copied());
    let compare = |a: usize, b: usize| keys.compare(at(a), at(b));
    let order = in_order(pieces.len(), &mut |a, b| compare(a, b));
    let groups = order.chunk_by(|&a, &b| compare(a, b).is_eq());
    let part = |group: &[usize]| {
        let (line, when) = at(group[0]);
        keys.part(line, when)
    };

    let mut parts = Vec::new();
    let Some(packer) = Packer::new(lines, &pieces, rules)? else {
        let mut part_of = vec![0; pieces.len()];
        for group in groups {
            for &piece in group {
                part_of[piece] = parts.len();
            }
            parts.push(part(group));
        }
        for (piece, part) in pieces.iter_mut().zip(part_of) {
            piece.part = part;
        }
        return Ok(Partition { parts, pieces });
    };
    let mut packed = Vec::with_capacity(pieces.len());
    for group in groups {
        let (parcels, content) = pack(&packer, lines, &pieces, group, parts.len())?;
        packed.extend(content);
        for (parcel, over_capacity) in (1..).zip(parcels) {
            parts.push(Part { parcel: Some(parcel), over_capacity, ..part(group) });
        }
    }
    sort_by(&mut packed, |a: &Piece, b| {
        a.line.cmp(&b.line).then(a.from.amount().cmp(&b.from.amount()))
    });
    Ok(Partition { parts, pieces: packed })
}

/// What a line says about dividing it, apart from what it is sold for: how much is on hand, what a
/// unit weighs, what room it takes. Paths begin within the line.
pub(super) fn check_line(line: &OrderLine) -> Result<(), Invalid> {
    let positive = |field: &str, code, quantity: Option<Quantity>| match quantity {
        Some(quantity) if quantity.is_negative() => {
            Err(Invalid::new(code, "a quantity of zero or more", quantity).at(field))
        }
        _ => Ok(()),
    };
    positive("weight", "weight_negative", line.weight)?;
    positive("volume", "volume_negative", line.volume)?;
    held(line)?;
    if let Some(weight) = line.weight {
        weight.to("g".parse()?).map_err(|invalid| invalid.at("weight"))?;
    }
    if let Some(volume) = line.volume {
        volume.to("l".parse()?).map_err(|invalid| invalid.at("volume"))?;
    }
    Ok(())
}

/// What lines are divided by, looked up once.
struct Keys<'a, 'l> {
    lines: &'l [&'a OrderLine],
    then_by: &'a [SplitKey],
    /// What each line says about each key, one line after the other.
    texts: Vec<Option<&'a str>>,
    /// Which key is availability, about which the texts say nothing.
    availability: Option<usize>,
    one_line: bool,
}

impl<'a, 'l> Keys<'a, 'l> {
    fn new(lines: &'l [&'a OrderLine], rules: &'a SplitRules) -> Self {
        let then_by = &rules.then_by[..];
        let availability = then_by.iter().position(|key| *key == SplitKey::Availability);
        let mut texts = Vec::with_capacity(lines.len() * then_by.len());
        if !then_by.is_empty() {
            for line in lines {
                texts.extend(then_by.iter().map(|key| text(line, key)));
            }
        }
        Self { lines, then_by, texts, availability, one_line: rules.one_line_per_order }
    }

    fn texts(&self, line: usize) -> &[Option<&'a str>] {
        &self.texts[line * self.then_by.len()..][..self.then_by.len()]
    }

    /// By everything but availability.
    fn compare_lines(&self, a: usize, b: usize) -> Ordering {
        self.compare((a, None), (b, None))
    }

    fn compare(
        &self,
        a: (usize, Option<Availability>),
        b: (usize, Option<Availability>),
    ) -> Ordering {
        let by_vendor = self.lines[a.0].vendor.cmp(&self.lines[b.0].vendor);
        let by_keys = || {
            let (own, other) = (self.texts(a.0), self.texts(b.0));
            let (before, after) = own.split_at(self.availability.unwrap_or(own.len()));
            let (before_other, after_other) = other.split_at(before.len());
            before.cmp(before_other).then(a.1.cmp(&b.1)).then_with(|| after.cmp(after_other))
        };
        let by_line = || if self.one_line { a.0.cmp(&b.0) } else { Ordering::Equal };
        let by_vendor_and_keys =
            if self.then_by.is_empty() { by_vendor } else { by_vendor.then_with(by_keys) };
        by_vendor_and_keys.then_with(by_line)
    }

    fn part(&self, line: usize, availability: Option<Availability>) -> Part<'a> {
        let mut keys = Vec::with_capacity(self.then_by.len());
        for (place, (by, text)) in self.then_by.iter().zip(self.texts(line)).enumerate() {
            let value = match availability {
                Some(availability) if self.availability == Some(place) => {
                    Some(availability.to_string())
                }
                _ => text.map(str::to_owned),
            };
            keys.push(PartKey { by: by.clone(), value });
        }
        let line = self.lines[line];
        let own = self.one_line.then_some(&line.id);
        let vendor = line.vendor.as_ref();
        Part { vendor, keys, line: own, parcel: None, over_capacity: false }
    }
}

impl Piece {
    /// A line that is not cut.
    pub(super) fn whole(place: usize, line: &OrderLine) -> Self {
        let quantity = line.quantity;
        Self { line: place, from: Quantity::zero(quantity.unit()), quantity, part: 0 }
    }
}

fn whole(lines: &[&OrderLine]) -> Vec<Piece> {
    lines.iter().enumerate().map(|(place, line)| Piece::whole(place, line)).collect()
}

/// What a line says about a key; nothing about availability, which is a matter of its units.
pub(super) fn text<'a>(line: &'a OrderLine, key: &SplitKey) -> Option<&'a str> {
    match key {
        SplitKey::ShipFrom => line.ship_from.as_ref().map(crate::unit::LocationId::as_str),
        SplitKey::Availability => None,
        SplitKey::ShippingCategory => line.shipping_category.as_deref(),
        SplitKey::Temperature => line.temperature.map(|temperature| match temperature {
            // Their names happen to be in the same order as they are.
            Temperature::Ambient => "ambient",
            Temperature::Chilled => "chilled",
            Temperature::Frozen => "frozen",
        }),
        SplitKey::HazardousClass => line.hazardous_class.as_deref(),
        SplitKey::SettlementCurrency => {
            line.settlement_currency.as_ref().map(crate::unit::Currency::as_str)
        }
        SplitKey::Attribute(name) => line.attributes.get(name).map(String::as_str),
    }
}

/// The places of a list in order, equal ones in their sequence.
pub(super) fn in_order(
    length: usize,
    compare: &mut dyn FnMut(usize, usize) -> Ordering,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    // Orders of one vendor, and those whose lines came vendor by vendor, are in order already.
    if !(1..length).all(|place| compare(place - 1, place).is_le()) {
        sort_by(&mut order, |&a, &b| compare(a, b));
    }
    order
}

/// Divides the pieces of a group into parcels, the first of which is the given part, and says of
/// each whether it is a single unit that no parcel can take.
fn pack(
    packer: &Packer<'_>,
    lines: &[&OrderLine],
    pieces: &[Piece],
    group: &[usize],
    first: usize,
) -> Result<(Vec<bool>, Vec<Piece>), Invalid> {
    let mut packed = Vec::with_capacity(group.len());
    let mut loaded = Vec::with_capacity(group.len());
    let mut loads = Vec::with_capacity(group.len());
    for piece in group.iter().map(|&piece| &pieces[piece]) {
        if piece.quantity.is_zero() {
            // Nothing of a product takes no room and needs no parcel.
            packed.push(Piece { part: first, ..*piece });
        } else {
            loads.push(packer.load((piece.line, lines[piece.line]), piece.quantity.amount())?);
            loaded.push(piece);
        }
    }
    let packing = packer.pack(&loads, first)?;
    for content in packing.contents {
        let piece = loaded[content.load];
        let cut = content.cut(&loads[content.load], piece.quantity.amount());
        let moved = |(from, amount)| Some((exact_sum(piece.from.amount(), from)?, amount));
        let (from, amount) = cut.and_then(moved).ok_or_else(|| {
            let expected = "a quantity of at most 28 digits";
            let invalid = Invalid::new("quantity_too_large", expected, piece.from);
            within(lines[piece.line], invalid.at("quantity"))
        })?;
        let unit = piece.quantity.unit();
        let (from, quantity) = (Quantity::new(from, unit), Quantity::new(amount, unit));
        packed.push(Piece { from, quantity, part: first + content.parcel, ..*piece });
    }
    let parcels = if loads.is_empty() { vec![false] } else { packing.over_capacity };
    Ok((parcels, packed))
}

/// The sum where 28 digits suffice for it; decimals round it silently where they do not.
pub(super) fn exact_sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let scale = a.scale().max(b.scale());
    let scaled = |number: Decimal| {
        number.mantissa().checked_mul(10_i128.checked_pow(scale - number.scale())?)
    };
    Decimal::try_from_i128_with_scale(scaled(a)?.checked_add(scaled(b)?)?, scale).ok()
}

#[cfg(test)]
#[path = "partition_tests.rs"]
mod tests;
