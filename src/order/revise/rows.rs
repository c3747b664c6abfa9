//! Whatever carries money of an order: units that are kept or added, and what was kept of others.

use super::{Added, Place};
use crate::{
    order::{
        Adjustment, CustomerOrder, LineAdjustment,
        apportion::by_place,
        placed::{Column, Tally, minor},
        standing::{Standing, Units},
        units::part_of_units,
    },
    unit::{CommissionId, Invalid, VendorId},
};
use rust_decimal::Decimal;

/// Units of one line, or what is left of the money of units that are gone, with its money.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) at: At,
    /// The order's line, by place; none where the order no longer has it.
    pub(super) line: Option<usize>,
    pub(super) vendor: Option<&'a VendorId>,
    /// 1, or −1 where goods are given back.
    pub(super) sign: i128,
    pub(super) quantity: Decimal,
    pub(super) money: Tally<Figure<'a>>,
    /// What it carried before.
    pub(super) before: Tally<Figure<'a>>,
}

/// Where a row belongs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum At {
    /// Units of a sale order's line that are left.
    Units(Place),
    /// What was kept of units of it that were given back.
    Kept(Place),
    /// Units that are added, by place among them.
    Added(usize),
}

/// A column of money.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Figure<'a> {
    Amount,
    Adjustment(Column<'a>),
    Commission(&'a CommissionId),
    CommissionTax(&'a CommissionId),
}

impl<'a> From<&'a Adjustment> for Column<'a> {
    fn from(adjustment: &'a Adjustment) -> Self {
        Self {
            id: &adjustment.id,
            kind: adjustment.kind,
            included: adjustment.included,
            follows: adjustment.follows.as_ref(),
        }
    }
}

impl<'a> From<&'a LineAdjustment> for Column<'a> {
    fn from(adjustment: &'a LineAdjustment) -> Self {
        Self {
            id: &adjustment.id,
            kind: adjustment.kind,
            included: adjustment.included,
            follows: None,
        }
    }
}

/// The rows of all documents with what they carry, and those that are added with their part of
/// their lines' own figures.
pub(super) fn collect<'a>(
    after: &[Standing<'a>],
    order: &'a CustomerOrder,
    kept: &[Vec<Place>],
    added: &[Added],
) -> Result<Vec<Row<'a>>, Invalid> {
    let mut lines: Vec<Vec<Option<usize>>> =
        after.iter().map(|part| vec![None; part.lines.len()]).collect();
    for (line, places) in kept.iter().enumerate() {
        for &(part, place) in places {
            lines[part][place] = Some(line);
        }
    }
    let mut rows = Vec::new();
    for (part, standing) in after.iter().enumerate() {
        for (place, line) in standing.lines.iter().enumerate() {
            let left = line.left();
            let units = line.next_units(left, standing.order)?;
            let own = figures(&units);
            let mut rest = figures(&line.stands);
            for (&figure, minor) in own.iter() {
                rest.add(figure, -minor);
            }
            let row = |at: At, quantity: Decimal, money: Tally<Figure<'a>>| Row {
                at,
                line: lines[part][place],
                vendor: standing.order.vendor.as_ref(),
                sign: if line.line.returned { -1 } else { 1 },
                quantity,
                before: money.clone(),
                money,
            };
            if !line.ended {
                rows.push(row(At::Units((part, place)), left, own));
            }
            if rest.iter().next().is_some() {
                rows.push(row(At::Kept((part, place)), Decimal::ZERO, rest));
            }
        }
    }
    for (place, units) in added.iter().enumerate() {
        let line = &order.lines[units.line];
        rows.push(Row {
            at: At::Added(place),
            line: Some(units.line),
            vendor: line.vendor.as_ref(),
            sign: if line.returned { -1 } else { 1 },
            quantity: units.quantity,
            money: Tally::default(),
            before: Tally::default(),
        });
    }
    divide_lines(&mut rows, order, added)?;
    Ok(rows)
}

fn figures<'a>(units: &Units<'a>) -> Tally<Figure<'a>> {
    let mut figures = Tally::default();
    figures.add(Figure::Amount, units.amount);
    for (&column, minor) in units.adjustments.iter() {
        figures.add(Figure::Adjustment(column), minor);
    }
    for (&id, minor) in units.commissions.iter() {
        figures.add(Figure::Commission(id), minor);
    }
    for (&id, minor) in units.commission_taxes.iter() {
        figures.add(Figure::CommissionTax(id), minor);
    }
    figures
}

/// Brings amounts and own adjustments of every line to what the order says, and takes off what
/// the order says of no line.
fn divide_lines<'a>(
    rows: &mut [Row<'a>],
    order: &'a CustomerOrder,
    added: &[Added],
) -> Result<(), Invalid> {
    let of_line = by_line(rows, order);
    let mut units: Vec<Option<&Added>> = vec![None; order.lines.len()];
    for own in added {
        units[own.line] = Some(own);
    }
    for row in rows.iter_mut() {
        drop_unknown(row, order);
    }
    for (line, places) in of_line.iter().enumerate() {
        let wanted = &order.lines[line];
        let at = |invalid: Invalid| invalid.at(format_args!("lines[{line}]"));
        let units = units[line];
        let amount = minor(wanted.amount, order.currency).map_err(at)?;
        divide_line(rows, places, Figure::Amount, amount, units).map_err(at)?;
        for adjustment in &wanted.adjustments {
            let amount = minor(adjustment.amount, order.currency).map_err(at)?;
            let figure = Figure::Adjustment(Column::from(adjustment));
            divide_line(rows, places, figure, amount, units).map_err(at)?;
        }
    }
    Ok(())
}

/// The rows of each of the order's lines, by place.
pub(super) fn by_line(rows: &[Row<'_>], order: &CustomerOrder) -> Vec<Vec<usize>> {
    let mut of_line: Vec<Vec<usize>> = vec![Vec::new(); order.lines.len()];
    for (place, row) in rows.iter().enumerate() {
        if let Some(line) = row.line {
            of_line[line].push(place);
        }
    }
    of_line
}

/// Takes off what neither the order nor the row's line has.
fn drop_unknown(row: &mut Row<'_>, order: &CustomerOrder) {
    let own = row.line.map_or(&[][..], |line| &order.lines[line].adjustments);
    let mut unknown = Vec::new();
    for (&figure, minor) in row.money.iter() {
        let known = match figure {
            Figure::Amount => row.line.is_some(),
            Figure::Adjustment(column) => {
                order.adjustments.iter().any(|adjustment| column == Column::from(adjustment))
                    || own.iter().any(|adjustment| column == Column::from(adjustment))
            }
            Figure::Commission(id) | Figure::CommissionTax(id) => {
                order.commissions.iter().any(|commission| commission.id == *id)
            }
        };
        if !known {
            unknown.push((figure, minor));
        }
    }
    for (figure, minor) in unknown {
        row.money.add(figure, -minor);
    }
}

/// Brings one of a line's own figures to what the order says: added units get their part of it, which
/// takes the rounding too, and what is left changes the units that stay.
fn divide_line<'a>(
    rows: &mut [Row<'a>],
    places: &[usize],
    figure: Figure<'a>,
    wanted: i128,
    added: Option<&Added>,
) -> Result<(), Invalid> {
    let stands: i128 = places.iter().map(|&place| rows[place].money.of(&figure)).sum();
    let mut change = wanted - stands;
    if let Some(units) = added {
        let to = units.from.checked_add(units.quantity).ok_or_else(too_large)?;
        let fair = part_of_units(wanted, units.from, to, to)?;
        let same_sign = change == 0 || (change < 0) == (wanted < 0);
        let whole = units.from.is_zero() || (change - fair).abs() <= 1;
        let part = if same_sign && whole { change } else { fair };
        let own = places.iter().find(|&&place| matches!(rows[place].at, At::Added(_)));
        if let Some(&own) = own {
            rows[own].money.add(figure, part);
            change -= part;
        }
    }
    let bearers: Vec<usize> =
        places.iter().copied().filter(|&place| !matches!(rows[place].at, At::Added(_))).collect();
    let rest = shrink(rows, &bearers, figure, change)?;
    let units: Vec<usize> =
        bearers.into_iter().filter(|&place| matches!(rows[place].at, At::Units(_))).collect();
    let weights = or_quantities(rows, &units, |row| row.money.of(&Figure::Amount).unsigned_abs());
    indivisible(grow(rows, &units, figure, rest, &weights, None)?)
}

fn too_large() -> Invalid {
    Invalid::new("quantity_too_large", "a quantity of at most 28 digits", "more")
}

/// Refuses what no row could take.
pub(super) fn indivisible(rest: i128) -> Result<(), Invalid> {
    if rest == 0 {
        return Ok(());
    }
    let expected = "a difference that lines of the order can take";
    Err(Invalid::new("revision_indivisible", expected, format_args!("{rest} minor units")))
}

/// Takes a figure off those of the rows who bear it, in proportion, as far as they do. Returns what
/// they do not.
pub(super) fn shrink<'a>(
    rows: &mut [Row<'a>],
    places: &[usize],
    figure: Figure<'a>,
    change: i128,
) -> Result<i128, Invalid> {
    let borne = |place: &usize| {
        let share = rows[*place].money.of(&figure);
        if (share < 0) == (change < 0) { 0 } else { share.unsigned_abs() }
    };
    let weights: Vec<u128> = places.iter().map(borne).collect();
    grow(rows, places, figure, change, &weights, Some(&weights))
}

/// Adds to a figure of the rows, in proportion to weights and up to caps. Returns what none took.
pub(super) fn grow<'a>(
    rows: &mut [Row<'a>],
    places: &[usize],
    figure: Figure<'a>,
    change: i128,
    weights: &[u128],
    caps: Option<&[u128]>,
) -> Result<i128, Invalid> {
    if change == 0 || places.is_empty() {
        return Ok(change);
    }
    let (parts, rest) = by_place(change, weights, caps)?;
    for (&place, part) in places.iter().zip(parts) {
        if part != 0 {
            rows[place].money.add(figure, part);
        }
    }
    Ok(rest)
}

/// Weights of rows; their quantities where all weights are zero.
pub(super) fn or_quantities(
    rows: &[Row<'_>],
    places: &[usize],
    weight: impl Fn(&Row<'_>) -> u128,
) -> Vec<u128> {
    let weights: Vec<u128> = places.iter().map(|&place| weight(&rows[place])).collect();
    if weights.iter().any(|&weight| weight > 0) {
        return weights;
    }
    let scale = places.iter().map(|&place| rows[place].quantity.scale()).max().unwrap_or(0);
    let scaled = |place: &usize| {
        let mut quantity = rows[*place].quantity;
        quantity.rescale(scale);
        quantity.mantissa().unsigned_abs()
    };
    places.iter().map(scaled).collect()
}
