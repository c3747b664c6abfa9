//! What is left of a sale order after refunds and amendments.

use super::{
    AdjustmentKind, Amendment, CommissionShare, Refund, SaleOrder, SaleOrderLine, Share,
    placed::{Column, Tally, minor},
    units::part_of_units,
};
use crate::unit::{
    AdjustmentId, CommissionId, Exact, Invalid, LineId, Money, PaymentId, SaleOrderId,
};
use rust_decimal::Decimal;

/// A sale order with what has become of it.
#[derive(Clone, Debug)]
pub(super) struct Standing<'a> {
    pub(super) order: &'a SaleOrder,
    /// In the sequence of the sale order.
    pub(super) lines: Vec<StandingLine<'a>>,
    /// How many refunds there have been.
    pub(super) refunds: u32,
    /// Whether it is known how the order is paid.
    pub(super) paid: bool,
}

/// A line with what has become of it.
#[derive(Clone, Debug)]
pub(super) struct StandingLine<'a> {
    pub(super) line: &'a SaleOrderLine,
    /// How many units were given back, which are the first ones.
    pub(super) done: Decimal,
    /// Whether nothing is left to give back.
    pub(super) ended: bool,
    /// What its amounts are made of.
    layers: Vec<Layer<'a>>,
    /// What still stands: of the units that are left, and what was kept of the others.
    pub(super) stands: Units<'a>,
    /// What each payment, and at last the offset, still pays of it.
    pub(super) paid: Vec<(Payer<'a>, Drawn)>,
}

/// Who pays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Payer<'a> {
    Payment(&'a PaymentId),
    /// Lines that are given back.
    Offset,
}

/// What a payment pays of a line, and what refunds drew from it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drawn {
    pub(super) left: i128,
    pub(super) refunded: i128,
}

/// Amounts of the units from one on.
#[derive(Clone, Copy, Debug)]
struct Layer<'a> {
    from: Decimal,
    amount: Money,
    adjustments: &'a [Share],
    commissions: &'a [CommissionShare],
}

/// What some units of a line carry.
#[derive(Clone, Debug, Default)]
pub(super) struct Units<'a> {
    /// Before adjustments.
    pub(super) amount: i128,
    pub(super) adjustments: Tally<Column<'a>>,
    pub(super) commissions: Tally<&'a CommissionId>,
    pub(super) commission_taxes: Tally<&'a CommissionId>,
}

impl<'a> Standing<'a> {
    /// Reads the documents of one sale order, each kind in its sequence.
    pub(super) fn new(
        order: &'a SaleOrder,
        amendments: &[&'a Amendment],
        refunds: &[&'a Refund],
    ) -> Result<Self, Invalid> {
        let mut lines = Vec::with_capacity(order.lines.len());
        for (place, line) in order.lines.iter().enumerate() {
            let twice = order.lines[..place].iter().any(|other| other.id == line.id);
            let read = if twice {
                Err(Invalid::new("id_twice", "each line's name once", &line.id).at("id"))
            } else {
                StandingLine::new(line, order)
            };
            lines.push(read.map_err(|invalid| invalid.at(format_args!("lines[{place}]")))?);
        }
        let paid = lines.iter().any(|line| !line.paid.is_empty());
        let mut standing = Self { order, lines, refunds: 0, paid };
        if paid {
            standing.check_payments()?;
        }
        for (place, amendment) in amendments.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("amendments[{place}]"));
            standing.amend(amendment).map_err(at)?;
        }
        for (place, refund) in refunds.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("earlier[{place}]"));
            standing.take(refund).map_err(at)?;
        }
        Ok(standing)
    }

    /// The place of a line.
    pub(super) fn find(&self, line: &LineId) -> Result<usize, Invalid> {
        let place = self.lines.iter().position(|standing| standing.line.id == *line);
        place.ok_or_else(|| {
            Invalid::new("line_unknown", "a line of the sale order", line).at("line")
        })
    }

    /// The kind of a charge, by its name.
    pub(super) fn kind_of(&self, charge: &AdjustmentId) -> Option<AdjustmentKind> {
        let mut columns = self.lines.iter().flat_map(|line| line.stands.adjustments.keys());
        columns.find(|column| column.id == charge).map(|column| column.kind)
    }

    fn check_payments(&self) -> Result<(), Invalid> {
        for (place, line) in self.lines.iter().enumerate() {
            let sum: i128 = line.paid.iter().map(|(_, drawn)| drawn.left).sum();
            if sum != line.stands.total() {
                let currency = self.order.currency;
                let total = Money::from_minor_units(line.stands.total(), currency)?;
                let expected = format!("payments and offset of the line's total, {total}");
                let got = Money::from_minor_units(sum, currency)?;
                let invalid = Invalid::new("payments_differ", expected, got).at("payments");
                return Err(invalid.at(format_args!("lines[{place}]")));
            }
        }
        Ok(())
    }

    fn amend(&mut self, amendment: &'a Amendment) -> Result<(), Invalid> {
        let order = self.order;
        if amendment.sale_order != order.id {
            return Err(of_another("an amendment of", order, &amendment.sale_order));
        }
        for (place, amended) in amendment.lines.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("lines[{place}]"));
            let line = self.find(&amended.line).map_err(at)?;
            let line = &mut self.lines[line];
            let left = amended.quantity.to(line.line.quantity.unit()).map_err(at)?.amount();
            let layer = Layer {
                from: line.line.quantity.amount().minus(left),
                amount: amended.amount,
                adjustments: &amended.adjustments,
                commissions: &amended.commissions,
            };
            if left < Decimal::ZERO || layer.from < Decimal::ZERO {
                let expected = format!("a quantity from zero to {}", line.line.quantity);
                let invalid = Invalid::new("quantity_above_rest", expected, amended.quantity);
                return Err(at(invalid.at("quantity")));
            }
            line.carry(&layer, order, 1).map_err(at)?;
            // What belongs to units given back is no part of any unit that is left.
            if left > Decimal::ZERO || line.line.quantity.is_zero() {
                line.layers.push(layer);
            }
        }
        for (place, amended) in amendment.payments.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("payments[{place}]"));
            let line = self.find(&amended.line).map_err(at)?;
            for share in &amended.payments {
                let part = minor(share.amount, order.currency).map_err(at)?;
                self.lines[line].payer(Payer::Payment(&share.id)).left += part;
            }
            if let Some(offset) = amended.offset {
                let part = minor(offset, order.currency).map_err(at)?;
                self.lines[line].payer(Payer::Offset).left += part;
            }
            self.paid = true;
        }
        Ok(())
    }

    fn take(&mut self, refund: &'a Refund) -> Result<(), Invalid> {
        let order = self.order;
        if refund.sale_order != order.id {
            return Err(of_another("a refund of", order, &refund.sale_order));
        }
        self.refunds += 1;
        if refund.number != self.refunds {
            let expected = format!("{}, since all earlier refunds are named", self.refunds);
            return Err(Invalid::new("number_wrong", expected, refund.number).at("number"));
        }
        for (place, refunded) in refund.lines.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("lines[{place}]"));
            let line = self.find(&refunded.line).map_err(at)?;
            let line = &mut self.lines[line];
            let quantity = refunded.quantity.to(line.line.quantity.unit()).map_err(at)?;
            let of = line.line.quantity.amount();
            let rest = line.left();
            if line.ended || quantity.is_negative() || quantity.amount() > rest {
                let expected = format!("at most {rest} of the line");
                let invalid = Invalid::new("quantity_above_rest", expected, refunded.quantity);
                return Err(at(invalid.at("quantity")));
            }
            line.done = line.done.plus(quantity.amount());
            line.ended = line.done == of;
            let layer = Layer {
                from: Decimal::ZERO,
                amount: refunded.amount,
                adjustments: &refunded.adjustments,
                commissions: &refunded.commissions,
            };
            line.carry(&layer, order, -1).map_err(at)?;
            for share in &refunded.payments {
                line.draw(
                    Payer::Payment(&share.id),
                    minor(share.amount, order.currency).map_err(at)?,
                );
            }
            if let Some(offset) = refunded.offset {
                line.draw(Payer::Offset, minor(offset, order.currency).map_err(at)?);
            }
        }
        Ok(())
    }
}

impl<'a> StandingLine<'a> {
    fn new(line: &'a SaleOrderLine, order: &'a SaleOrder) -> Result<Self, Invalid> {
        if line.quantity.is_negative() {
            let expected = "a quantity of zero or more";
            let invalid = Invalid::new("quantity_negative", expected, line.quantity);
            return Err(invalid.at("quantity"));
        }
        let layer = Layer {
            from: Decimal::ZERO,
            amount: line.amount,
            adjustments: &line.adjustments,
            commissions: &line.commissions,
        };
        let mut standing = Self {
            line,
            done: Decimal::ZERO,
            ended: line.quantity.is_zero() && line.amount.is_zero() && line.adjustments.is_empty(),
            layers: vec![layer],
            stands: Units::default(),
            paid: Vec::new(),
        };
        standing.carry(&layer, order, 1)?;
        for share in &line.payments {
            standing.payer(Payer::Payment(&share.id)).left += minor(share.amount, order.currency)?;
        }
        if let Some(offset) = line.offset {
            standing.payer(Payer::Offset).left += minor(offset, order.currency)?;
        }
        Ok(standing)
    }

    /// How many units are left.
    pub(super) fn left(&self) -> Decimal {
        self.line.quantity.amount().minus(self.done)
    }

    /// What the next units carry: not more of them than are left.
    pub(super) fn next_units(
        &self,
        quantity: Decimal,
        order: &SaleOrder,
    ) -> Result<Units<'a>, Invalid> {
        let of = self.line.quantity.amount();
        let mut units = Units::default();
        for layer in &self.layers {
            let within = |units: Decimal| units.minus(layer.from).max(Decimal::ZERO);
            let (from, to) = (within(self.done), within(self.done.plus(quantity)));
            let part =
                |amount: Money| part_of_units(minor(amount, order.currency)?, from, to, within(of));
            units.amount += part(layer.amount)?;
            for share in layer.adjustments {
                units.adjustments.add(Column::from(share), part(share.amount)?);
            }
            for share in layer.commissions {
                units.commissions.add(&share.id, part(share.amount)?);
                if let Some(tax) = share.tax {
                    units.commission_taxes.add(&share.id, part(tax)?);
                }
            }
        }
        Ok(units)
    }

    pub(super) fn payer(&mut self, payer: Payer<'a>) -> &mut Drawn {
        // The offset stays last, so that payments are drawn upon in their sequence.
        let place = self.paid.iter().position(|entry| entry.0 == payer).unwrap_or_else(|| {
            let offset = self.paid.iter().position(|entry| entry.0 == Payer::Offset);
            let place = offset.unwrap_or(self.paid.len());
            self.paid.insert(place, (payer, Drawn::default()));
            place
        });
        &mut self.paid[place].1
    }

    fn draw(&mut self, payer: Payer<'a>, part: i128) {
        let drawn = self.payer(payer);
        drawn.left -= part;
        drawn.refunded += part;
    }

    /// Adds a document's amounts to what stands, or takes them off.
    fn carry(&mut self, layer: &Layer<'a>, order: &SaleOrder, sign: i128) -> Result<(), Invalid> {
        let stands = &mut self.stands;
        stands.amount += sign * minor(layer.amount, order.currency)?;
        for share in layer.adjustments {
            let part = sign * minor(share.amount, order.currency)?;
            stands.adjustments.add(Column::from(share), part);
        }
        for share in layer.commissions {
            stands.commissions.add(&share.id, sign * minor(share.amount, order.currency)?);
            if let Some(tax) = share.tax {
                stands.commission_taxes.add(&share.id, sign * minor(tax, order.currency)?);
            }
        }
        Ok(())
    }
}

impl Units<'_> {
    /// Amount and adjustments, without taxes that are contained in them.
    pub(super) fn total(&self) -> i128 {
        let added = self.adjustments.iter().filter(|(column, _)| !column.included);
        self.amount + added.map(|(_, minor)| minor).sum::<i128>()
    }
}

fn of_another(what: &str, order: &SaleOrder, got: &SaleOrderId) -> Invalid {
    let expected = format!("{what} sale order {}", order.id);
    Invalid::new("sale_order_other", expected, got).at("sale_order")
}
