//! Where the differences of an order's adjustments and commissions go.

use super::rows::{At, Figure, Row, by_line, grow, indivisible, or_quantities, shrink};
use crate::{
    order::{
        Adjustment, AdjustmentKind, Commission, CommissionBase, CustomerOrder, Split,
        placed::{Column, Tally, minor},
    },
    unit::{AdjustmentId, Invalid, LineId, sort_by},
};

/// Brings the order's adjustments and commissions to what the whole order, divided at once, has of
/// each.
pub(super) fn divide<'a>(
    rows: &mut [Row<'a>],
    order: &'a CustomerOrder,
    whole: &Split,
) -> Result<(), Invalid> {
    let adjustments = Adjustments::new(order, whole)?;
    adjustments.leave_scopes(rows);
    adjustments.shrink(rows)?;
    adjustments.make_room(rows)?;
    let shrunk = rows.to_vec();
    if adjustments.grow(rows)?.is_some() {
        // Discounts of narrow scope find their lines taken by those of wide scope.
        rows.clone_from_slice(&shrunk);
        adjustments.divide_discounts_anew(rows, whole)?;
        if let Some((place, rest)) = adjustments.grow(rows)? {
            let at = |invalid: Invalid| invalid.at(format_args!("adjustments[{place}]"));
            return indivisible(rest).map_err(at);
        }
    }
    divide_commissions(rows, order, whole)
}

/// The order's adjustments with what is applied of each, and which rows each is for.
struct Adjustments<'a> {
    order: &'a CustomerOrder,
    columns: Vec<Column<'a>>,
    wanted: Vec<i128>,
    /// Whether it is for a line, by the lines' places.
    scopes: Vec<Vec<bool>>,
}

impl<'a> Adjustments<'a> {
    fn new(order: &'a CustomerOrder, whole: &Split) -> Result<Self, Invalid> {
        let mut wanted = Tally::default();
        for share in whole.sale_orders.iter().flat_map(|part| &part.adjustments) {
            wanted.add(&share.id, minor(share.amount, order.currency)?);
        }
        let mut scopes: Vec<Vec<bool>> = Vec::with_capacity(order.adjustments.len());
        for adjustment in &order.adjustments {
            let followed = adjustment.follows.as_ref().and_then(|id| place_of(order, id));
            let scope = match followed.and_then(|place| scopes.get(place)) {
                Some(scope) => scope.clone(),
                None => scope(order, adjustment),
            };
            scopes.push(scope);
        }
        Ok(Self {
            order,
            columns: order.adjustments.iter().map(Column::from).collect(),
            wanted: order.adjustments.iter().map(|adjustment| wanted.of(&&adjustment.id)).collect(),
            scopes,
        })
    }

    /// What is still to be divided of an adjustment.
    fn open(&self, rows: &[Row<'a>], place: usize) -> i128 {
        let figure = Figure::Adjustment(self.columns[place]);
        self.wanted[place] - rows.iter().map(|row| row.money.of(&figure)).sum::<i128>()
    }

    /// Takes off what lines bear that an adjustment is no longer for. What was kept of goods that are
    /// gone stays with them.
    fn leave_scopes(&self, rows: &mut [Row<'a>]) {
        for (column, scope) in self.columns.iter().zip(&self.scopes) {
            let figure = Figure::Adjustment(*column);
            for row in rows.iter_mut() {
                let outside = row.line.is_none_or(|line| !scope[line]);
                if outside && !matches!(row.at, At::Kept(_)) {
                    row.money.add(figure, -row.money.of(&figure));
                }
            }
        }
    }

    fn shrink(&self, rows: &mut [Row<'a>]) -> Result<(), Invalid> {
        let all: Vec<usize> = (0..rows.len()).collect();
        for (place, column) in self.columns.iter().enumerate() {
            let change = self.open(rows, place);
            shrink(rows, &all, Figure::Adjustment(*column), change)?;
        }
        Ok(())
    }

    /// Takes back what discounts take beyond what is left of the goods, or of the charge that they
    /// follow: of the last one first.
    fn make_room(&self, rows: &mut [Row<'a>]) -> Result<(), Invalid> {
        for place in (0..self.columns.len()).rev() {
            if self.columns[place].kind != AdjustmentKind::Discount {
                continue;
            }
            let figure = Figure::Adjustment(self.columns[place]);
            for own in 0..rows.len() {
                let row = &rows[own];
                let above = |money: &Tally<Figure<'_>>| {
                    (-row.sign * self.left(money, self.columns[place].follows)).max(0)
                };
                // Rounding of units may have left a little too much before.
                let excess = row.sign * (above(&row.money) - above(&row.before)).max(0);
                shrink(rows, &[own], figure, excess)?;
            }
        }
        Ok(())
    }

    /// Gives every line its part of the discounts on goods as if the order were divided at once.
    fn divide_discounts_anew(&self, rows: &mut [Row<'a>], whole: &Split) -> Result<(), Invalid> {
        let goods = |column: &Column<'_>| {
            column.kind == AdjustmentKind::Discount && column.follows.is_none()
        };
        for column in self.columns.iter().filter(|column| goods(column)) {
            let figure = Figure::Adjustment(*column);
            for row in rows.iter_mut() {
                row.money.add(figure, -row.money.of(&figure));
            }
        }
        let of_line = by_line(rows, self.order);
        for (place, column) in self.columns.iter().enumerate().filter(|(_, own)| goods(own)) {
            for (line, wanted) in self.shares_by_line(column.id, whole)? {
                let own = &of_line[line];
                let rooms = self.rooms(rows, own, *column);
                let figure = Figure::Adjustment(*column);
                let rest = grow(rows, own, figure, wanted, &rooms, Some(&rooms))?;
                indivisible(rest).map_err(|i| i.at(format_args!("adjustments[{place}]")))?;
            }
        }
        Ok(())
    }

    /// Each line's part of an adjustment where the order is divided at once, by the line's place.
    fn shares_by_line(
        &self,
        id: &AdjustmentId,
        whole: &Split,
    ) -> Result<Vec<(usize, i128)>, Invalid> {
        let mut shares = Vec::new();
        for line in whole.sale_orders.iter().flat_map(|part| &part.lines) {
            for share in line.adjustments.iter().filter(|share| share.id == *id) {
                shares.push((&line.id, minor(share.amount, self.order.currency)?));
            }
        }
        sort_by(&mut shares, |a, b| a.0.cmp(b.0));
        let of = |line: &LineId| -> i128 {
            let first = shares.partition_point(|share| share.0 < line);
            shares[first..].iter().take_while(|share| share.0 == line).map(|share| share.1).sum()
        };
        Ok(self.order.lines.iter().map(|line| of(&line.id)).enumerate().collect())
    }

    /// Divides what grows: among added units, then among those that stay. Returns the first
    /// adjustment that nobody could take, with what is left of it.
    fn grow(&self, rows: &mut [Row<'a>]) -> Result<Option<(usize, i128)>, Invalid> {
        for place in 0..self.columns.len() {
            let mut rest = self.open(rows, place);
            for group in self.groups(rows, place) {
                rest = self.grow_among(rows, &group, place, rest)?;
            }
            if rest != 0 {
                return Ok(Some((place, rest)));
            }
        }
        Ok(None)
    }

    /// Who may take what grows of an adjustment, one group after the other.
    fn groups(&self, rows: &[Row<'a>], place: usize) -> [Vec<usize>; 2] {
        let find = |wanted: &dyn Fn(&Row<'_>) -> bool| -> Vec<usize> {
            (0..rows.len()).filter(|&own| wanted(&rows[own])).collect()
        };
        let in_scope = |row: &Row<'_>| row.line.is_some_and(|line| self.scopes[place][line]);
        let charge = self.columns[place].follows.and_then(|id| place_of(self.order, id));
        let bears = |row: &Row<'_>| {
            charge
                .is_some_and(|charge| row.money.of(&Figure::Adjustment(self.columns[charge])) != 0)
        };
        let added = find(&|row| matches!(row.at, At::Added(_)) && in_scope(row));
        // A charge that was kept still has its tax and its discounts.
        let units = find(&|row| match row.at {
            At::Units(_) => in_scope(row),
            At::Kept(_) => bears(row),
            At::Added(_) => false,
        });
        let any_bears = |group: &[usize]| group.iter().any(|&own| bears(&rows[own]));
        // Where the followed charge is borne, there its tax or discount goes first.
        let turned = !any_bears(&added) && any_bears(&units);
        if turned { [units, added] } else { [added, units] }
    }

    fn grow_among(
        &self,
        rows: &mut [Row<'a>],
        group: &[usize],
        place: usize,
        change: i128,
    ) -> Result<i128, Invalid> {
        let column = self.columns[place];
        let weights = self.weights(rows, group, column);
        let discount = column.kind == AdjustmentKind::Discount;
        let caps = discount.then(|| self.rooms(rows, group, column));
        grow(rows, group, Figure::Adjustment(column), change, &weights, caps.as_deref())
    }

    /// How much of a discount each row can take.
    fn rooms(&self, rows: &[Row<'a>], group: &[usize], column: Column<'a>) -> Vec<u128> {
        let left = |row: &Row<'_>| row.sign * self.left(&row.money, column.follows);
        group.iter().map(|&own| u128::try_from(left(&rows[own])).unwrap_or(0)).collect()
    }

    /// What discounts have left of the charge that an adjustment follows, or all of the charge where
    /// they leave nothing; what the goods are worth, where it follows none that anybody bears.
    fn weights(&self, rows: &[Row<'a>], group: &[usize], column: Column<'a>) -> Vec<u128> {
        if let Some(charge) = column.follows.and_then(|id| place_of(self.order, id)) {
            let charge = Figure::Adjustment(self.columns[charge]);
            let left = |row: &Row<'_>| self.left(&row.money, column.follows).unsigned_abs();
            let borne = |row: &Row<'_>| row.money.of(&charge).unsigned_abs();
            let of = |weight: &dyn Fn(&Row<'_>) -> u128| -> Vec<u128> {
                group.iter().map(|&own| weight(&rows[own])).collect()
            };
            for weights in [of(&left), of(&borne)] {
                if weights.iter().any(|&weight| weight > 0) {
                    return weights;
                }
            }
        }
        or_quantities(rows, group, |row| self.value(row).unsigned_abs())
    }

    /// What discounts have left of goods, or of a charge on them.
    fn left(&self, money: &Tally<Figure<'_>>, follows: Option<&AdjustmentId>) -> i128 {
        let base = match follows.and_then(|id| place_of(self.order, id)) {
            Some(charge) => money.of(&Figure::Adjustment(self.columns[charge])),
            None => money.of(&Figure::Amount),
        };
        base + discounts(money, |column| column.follows == follows)
    }

    /// What goods are worth after their own discounts.
    fn value(&self, row: &Row<'_>) -> i128 {
        let own = |column: Column<'_>| {
            column.follows.is_none() && place_of(self.order, column.id).is_none()
        };
        row.money.of(&Figure::Amount) + discounts(&row.money, own)
    }
}

fn discounts(money: &Tally<Figure<'_>>, which: impl Fn(Column<'_>) -> bool) -> i128 {
    let mut sum = 0;
    for (figure, minor) in money.iter() {
        if let Figure::Adjustment(column) = *figure
            && column.kind == AdjustmentKind::Discount
            && which(column)
        {
            sum += minor;
        }
    }
    sum
}

fn place_of(order: &CustomerOrder, id: &AdjustmentId) -> Option<usize> {
    order.adjustments.iter().position(|adjustment| adjustment.id == *id)
}

/// The lines that an adjustment is for.
fn scope(order: &CustomerOrder, adjustment: &Adjustment) -> Vec<bool> {
    let all_returned = order.lines.iter().all(|line| line.returned);
    let mut named: Vec<&LineId> = adjustment.lines.iter().flatten().collect();
    sort_by(&mut named, Ord::cmp);
    let mut scope = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        scope.push(match (&adjustment.lines, &adjustment.vendor) {
            (Some(_), _) => named.binary_search(&&line.id).is_ok(),
            (None, Some(vendor)) => line.vendor.as_ref() == Some(vendor),
            (None, None) => all_returned || !line.returned,
        });
    }
    scope
}

/// Goods that are bought and goods that are given back have commissions of their own.
fn divide_commissions<'a>(
    rows: &mut [Row<'a>],
    order: &'a CustomerOrder,
    whole: &Split,
) -> Result<(), Invalid> {
    for commission in &order.commissions {
        for sign in [1, -1] {
            let (mut wanted, mut wanted_tax) = (0, 0);
            for line in whole.sale_orders.iter().flat_map(|part| &part.lines) {
                let own = line.commissions.iter().filter(|share| share.id == commission.id);
                for share in own.filter(|_| line.returned == (sign < 0)) {
                    wanted += minor(share.amount, order.currency)?;
                    wanted_tax += share.tax.map_or(Ok(0), |tax| minor(tax, order.currency))?;
                }
            }
            let base = |row: &Row<'_>| base(row, commission.base).unsigned_abs();
            let figure = Figure::Commission(&commission.id);
            divide_commission(rows, commission, sign, figure, wanted, &base)?;
            let share = |row: &Row<'_>| row.money.of(&figure).unsigned_abs();
            let figure = Figure::CommissionTax(&commission.id);
            divide_commission(rows, commission, sign, figure, wanted_tax, &share)?;
        }
    }
    Ok(())
}

fn divide_commission<'a>(
    rows: &mut [Row<'a>],
    commission: &Commission,
    sign: i128,
    figure: Figure<'a>,
    wanted: i128,
    weight: &dyn Fn(&Row<'_>) -> u128,
) -> Result<(), Invalid> {
    let concerned: Vec<usize> = (0..rows.len()).filter(|&own| rows[own].sign == sign).collect();
    for &own in &concerned {
        // Lines of another vendor than the commission is now for.
        if rows[own].vendor != Some(&commission.vendor) {
            let share = rows[own].money.of(&figure);
            rows[own].money.add(figure, -share);
        }
    }
    let stands: i128 = concerned.iter().map(|&own| rows[own].money.of(&figure)).sum();
    let mut rest = shrink(rows, &concerned, figure, wanted - stands)?;
    let of = |rows: &[Row<'_>], kind: fn(At) -> bool| -> Vec<usize> {
        let own = concerned.iter().copied();
        own.filter(|&own| kind(rows[own].at) && rows[own].vendor == Some(&commission.vendor))
            .collect()
    };
    let added = of(rows, |at| matches!(at, At::Added(_)));
    let units = of(rows, |at| matches!(at, At::Units(_)));
    for group in [added, units] {
        let weights = or_quantities(rows, &group, weight);
        rest = grow(rows, &group, figure, rest, &weights, None)?;
    }
    indivisible(rest).map_err(|invalid| invalid.at("commissions"))
}

fn base(row: &Row<'_>, base: CommissionBase) -> i128 {
    let goods = row.money.of(&Figure::Amount);
    let discounted = goods + discounts(&row.money, |column| column.follows.is_none());
    match base {
        CommissionBase::Goods => goods,
        CommissionBase::Discounted => discounted,
        CommissionBase::Net => {
            let mut included = 0;
            for (figure, minor) in row.money.iter() {
                if let Figure::Adjustment(column) = *figure
                    && column.included
                {
                    included += minor;
                }
            }
            discounted - included
        }
    }
}
