//! How the money of a line is divided when the line is.

use super::{
    AdjustmentKind, OrderLine,
    cells::{Cell, Cells, Entry},
    customer_check::Lines,
    ledger::Column,
    partition::Piece,
    units::{Units, counted},
};
use crate::unit::{AdjustmentId, Invalid};

/// The money of lines, or of the pieces that they are cut into.
pub(super) struct Rows {
    pub(super) goods: Vec<i64>,
    pub(super) totals: Vec<i64>,
    pub(super) adjustments: Cells,
    pub(super) commissions: Cells,
}

impl Rows {
    /// Divides the rows of lines among their pieces; fails with the place of a line in the order.
    pub(super) fn cut(
        self,
        pieces: &[Piece],
        lines: &Lines<'_>,
        columns: &[Column<'_>],
    ) -> Result<Self, (usize, Invalid)> {
        let whole = pieces.iter().enumerate().all(|(row, piece)| piece.line == row);
        if whole && pieces.len() == lines.sorted.len() {
            return Ok(self);
        }
        let mut goods = Vec::with_capacity(pieces.len());
        let mut totals = Vec::with_capacity(pieces.len());
        let (mut adjustments, mut commissions) = (Vec::new(), Vec::new());
        for (row, piece) in pieces.iter().enumerate() {
            let failed = |invalid| (lines.places[piece.line], invalid);
            let line = LineMoney {
                line: lines.sorted[piece.line],
                columns,
                goods: self.goods[piece.line],
                adjustments: self.adjustments.row(piece.line),
            };
            let to = piece.from.plus(piece.quantity).map_err(failed)?;
            let of = line.line.quantity.amount();
            let units = Units::new(piece.from.amount(), to.amount(), of).map_err(failed)?;
            let (own, parts) = line.part(&units).map_err(failed)?;
            let mut total = own;
            for (cell, &amount) in line.adjustments.iter().zip(&parts) {
                if !columns[cell.column].included {
                    total += amount;
                }
                if amount != 0 {
                    adjustments.push(Entry { row, cell: Cell { amount, ..*cell } });
                }
            }
            for cell in self.commissions.row(piece.line) {
                let amount = part(&units, cell.amount).map_err(failed)?;
                if amount != 0 {
                    commissions.push(Entry { row, cell: Cell { amount, ..*cell } });
                }
            }
            goods.push(own);
            totals.push(total);
        }
        let adjustments = Cells::by_row(&adjustments, pieces.len());
        let commissions = Cells::by_row(&commissions, pieces.len());
        Ok(Self { goods, totals, adjustments, commissions })
    }
}

/// The money of a whole line.
struct LineMoney<'s, 'a> {
    line: &'a OrderLine,
    columns: &'s [Column<'a>],
    goods: i64,
    adjustments: &'s [Cell],
}

impl LineMoney<'_, '_> {
    /// What some of its units have: of its goods, and of each of its adjustments.
    fn part(&self, units: &Units) -> Result<(i64, Vec<i64>), Invalid> {
        let each = self.adjustments.iter().map(|cell| part(units, cell.amount));
        let mut parts = each.collect::<Result<Vec<_>, _>>()?;
        let goods = self.discounted(units, None, self.goods, &mut parts)?;
        for (place, cell) in self.adjustments.iter().enumerate() {
            let Column { id, kind, .. } = self.columns[cell.column];
            if matches!(kind, AdjustmentKind::Shipping | AdjustmentKind::Fee) {
                parts[place] = self.discounted(units, Some(id), cell.amount, &mut parts)?;
            }
        }
        Ok((goods, parts))
    }

    /// What some units have of the goods, or of a charge, and of the discounts on it.
    ///
    /// Amount and discounts are divided each by itself, which keeps six of ten at six tenths of the
    /// price. Where less than a minor unit for each of these amounts is left of every unit, rounding
    /// could take more off than there is: what is left is divided instead of the amount, which is then
    /// the sum of it and the discounts, so that nothing falls below zero and nothing changes its sign.
    fn discounted(
        &self,
        units: &Units,
        charge: Option<&AdjustmentId>,
        amount: i64,
        parts: &mut [i64],
    ) -> Result<i64, Invalid> {
        let on_it = |cell: &Cell| {
            let Column { kind, follows, .. } = self.columns[cell.column];
            kind == AdjustmentKind::Discount && follows == charge
        };
        let discounts = self.adjustments.iter().filter(|cell| on_it(cell));
        let (count, left) = discounts.fold((0_u128, amount), |(count, left), cell| {
            (count + 1, left.saturating_add(cell.amount))
        });
        let enough = self.smallest_units().saturating_mul(count + 1);
        if count == 0 || u128::from(left.unsigned_abs()) >= enough {
            return part(units, amount);
        }
        let mut own = part(units, left)?;
        for (place, cell) in self.adjustments.iter().enumerate().filter(|(_, cell)| on_it(cell)) {
            let discount = units.part_half_down(cell.amount.into())?;
            parts[place] = i64::try_from(discount).unwrap_or(cell.amount);
            own -= parts[place];
        }
        Ok(own)
    }

    /// The line's quantity in the smallest fraction that it may be cut at.
    fn smallest_units(&self) -> u128 {
        let quantity = self.line.quantity.amount().normalize();
        let on_hand = self.line.on_hand.and_then(|held| held.to(self.line.quantity.unit()).ok());
        let scale = on_hand.map_or(0, |on_hand| on_hand.amount().normalize().scale());
        counted(quantity, quantity.scale().max(scale)).unwrap_or(u128::MAX)
    }
}

fn part(units: &Units, amount: i64) -> Result<i64, Invalid> {
    // No part is larger than the whole.
    units.part(amount.into()).map(|part| i64::try_from(part).unwrap_or(amount))
}
