//! The figures of a sale order or of one of its lines.

use crate::{
    order::{CommissionShare, PaymentShare, SaleOrder, SaleOrderLine, Share},
    unit::{Invalid, Money},
};
use std::fmt;

/// The figures of a sale order or of one of its lines.
pub(super) struct Row<'a> {
    pub(super) goods: (&'static str, Money),
    pub(super) adjustments: &'a [Share],
    pub(super) total: Money,
    pub(super) payments: &'a [PaymentShare],
    pub(super) offset: Option<Money>,
    pub(super) commissions: &'a [CommissionShare],
}

/// The figures of a row by column.
pub(super) struct Tally {
    pub(super) amounts: Vec<i128>,
    /// Which columns have got one.
    pub(super) columns: Vec<usize>,
    pub(super) seen: Vec<bool>,
}

/// Where a row stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) part: usize,
    pub(super) line: Option<usize>,
}

impl<'a> Row<'a> {
    pub(super) fn of_part(part: &'a SaleOrder) -> Self {
        Self {
            goods: ("goods", part.goods),
            adjustments: &part.adjustments,
            total: part.total,
            payments: &part.payments,
            offset: part.offset,
            commissions: &part.commissions,
        }
    }

    pub(super) fn of_line(line: &'a SaleOrderLine) -> Self {
        Self {
            goods: ("amount", line.amount),
            adjustments: &line.adjustments,
            total: line.total,
            payments: &line.payments,
            offset: line.offset,
            commissions: &line.commissions,
        }
    }
}

impl Tally {
    pub(super) fn new(columns: usize) -> Self {
        Self { amounts: vec![0; columns], columns: Vec::new(), seen: vec![false; columns] }
    }

    pub(super) fn clear(&mut self) {
        for column in self.columns.drain(..) {
            self.amounts[column] = 0;
            self.seen[column] = false;
        }
    }

    pub(super) fn add(&mut self, column: usize, amount: i128) {
        self.amounts[column] += amount;
        if !std::mem::replace(&mut self.seen[column], true) {
            self.columns.push(column);
        }
    }
}

impl Place {
    pub(super) fn invalid(self, invalid: Invalid, field: &str) -> Invalid {
        invalid.at(field).at(self)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sale_orders[{}]", self.part)?;
        self.line.map_or(Ok(()), |line| write!(f, ".lines[{line}]"))
    }
}
