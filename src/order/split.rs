//! One sale order per vendor, every minor unit conserved.

use super::{
    CommissionShare, CustomerOrder, OrderError, OrderLine, PaymentShare, PreviousVendor, SaleOrder,
    SaleOrderLine, Share, SplitRules,
    cells::{Cell, Cells, Sums, starts},
    commissions,
    customer_check::Lines,
    cut::Rows,
    ledger::{Column, Ledger},
    minor_units::MinorUnits,
    partition::{Part, Piece, partition},
    payments::{self, Drawn},
    sale_order_id::Names,
    vendors::{Vendors, check_allowed, moved_lines},
};
use crate::unit::{ByName, Invalid, Money};
use serde::{Deserialize, Serialize};

/// An order, divided.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Split {
    /// The parts: first those without vendor, then by vendor, by the keys, by line, by parcel.
    pub sale_orders: Vec<SaleOrder>,
    /// Parts of discounts that no line could take, since none becomes negative.
    pub unapplied: Vec<Share>,
    /// Codes of the coupons used, each once for the whole order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub coupons: Vec<String>,
}

/// Splits an order into sale orders.
///
/// Lines take the vendors that the rules name. Each line's own adjustments apply first, then the
/// order's in their sequence, each apportioned once over the lines of the whole order that it is for,
/// by largest remainder (see [`super::apportion`]): in proportion to what their goods are worth after
/// their own discounts, to their quantities where they are worth nothing, else alike. What follows a
/// charge is divided as what is left of that charge. A discount never takes more from a line than is
/// left of its goods, or of the charge; what no line can take is [`Split::unapplied`]. A commission is
/// rounded once on all of its vendor's lines and divided by what each one brings.
///
/// Then lines move to their parts and are summed, never priced again. Of a line that is cut, every
/// column by itself is divided by cumulative rounding of its units, so that pieces add up to it; where
/// discounts leave hardly a minor unit of each, what they leave is divided instead of the price, so
/// that no piece falls below zero. What is given back pays for other pieces first; then each payment
/// in its turn is drawn on what every piece still needs.
///
/// So every column of the parts adds up to the order's. The sequence of the lines changes nothing,
/// and a second split is the same to the last byte.
///
/// # Errors
///
/// When the order does not hold together (see [`CustomerOrder::check`]), a line's vendor is not among
/// those that may fulfil, or the rules cannot be applied to a line. Nothing partial comes out.
///
/// ```
/// use replenish::order::{CustomerOrder, SplitRules, split};
/// let order: CustomerOrder = serde_json::from_str(r#"{
///     "id": "1001", "revision": 1, "currency": "EUR",
///     "lines": [
///         {"id": "1", "sku": "apple", "vendor": "farm", "quantity": "3 each", "amount": "3.33 EUR"},
///         {"id": "2", "sku": "bread", "vendor": "mill", "quantity": "1 each", "amount": "6.67 EUR"}
///     ],
///     "adjustments": [
///         {"id": "coupon", "kind": "discount", "amount": "-1.00 EUR", "coupon": "SPRING"},
///         {"id": "way", "kind": "shipping", "amount": "5.00 EUR"},
///         {"id": "way tax", "kind": "tax", "amount": "0.95 EUR", "follows": "way",
///          "tax": {"rate": "0.19", "base": "5.00 EUR"}}
///     ],
///     "payments": [
///         {"id": "gift", "kind": "gift_card", "amount": "10.00 EUR"},
///         {"id": "card", "kind": "card", "amount": "4.95 EUR"}
///     ]
/// }"#)?;
/// let parts = split(&order, &SplitRules::default())?.sale_orders;
/// assert_eq!(parts[0].id.as_str(), "1001:1:farm");
/// let figures = |part: usize| -> Vec<String> {
///     parts[part].adjustments.iter().map(|share| share.amount.to_string()).collect()
/// };
/// assert_eq!(figures(0), ["-0.33 EUR", "1.67 EUR", "0.32 EUR"]);
/// assert_eq!(figures(1), ["-0.67 EUR", "3.33 EUR", "0.63 EUR"]);
/// assert_eq!(parts[0].total.to_string(), "4.99 EUR");
/// assert_eq!(parts[1].total.to_string(), "9.96 EUR");
/// assert_eq!(parts[0].payments[0].amount.to_string(), "3.34 EUR");
/// assert_eq!(parts[1].payments[0].amount.to_string(), "6.66 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn split(order: &CustomerOrder, rules: &SplitRules) -> Result<Split, OrderError> {
    let moved = moved_lines(order, rules);
    let mut given: Vec<&OrderLine> = order.lines.iter().collect();
    for (place, line) in &moved {
        given[*place] = line;
    }
    check_allowed(&given, rules)?;
    let lines = Lines::in_order(&given)?;
    let vendors = Vendors::of(order, &lines.sorted);
    let ledger = Ledger::open(order, &lines, &vendors)?;
    let commissions = commissions::divide(order, &lines.sorted, &vendors, &ledger)?;
    let partition = partition(&lines.sorted, rules)?;

    let Ledger { minor, columns, entries, goods, totals, unapplied, .. } = ledger;
    let count = lines.sorted.len();
    let rows = Rows {
        goods,
        totals,
        adjustments: Cells::by_row(&entries, count),
        commissions: Cells::by_row(&commissions, count),
    };
    let rows = rows
        .cut(&partition.pieces, &lines, &columns)
        .map_err(|(line, invalid)| invalid.at("quantity").at(format_args!("lines[{line}]")))?;
    let drawn = payments::draw(order, minor, &rows.totals)?;
    let documents = Documents { order, lines: &lines, minor, columns: &columns, rows, drawn };
    Ok(Split {
        sale_orders: documents.sale_orders(partition.parts, &partition.pieces)?,
        unapplied: documents.shares(&unapplied),
        coupons: coupons(order),
    })
}

/// The codes of an order's coupons, each where it stands first.
fn coupons(order: &CustomerOrder) -> Vec<String> {
    let mut seen = ByName::new();
    let mut coupons = Vec::new();
    for code in order.adjustments.iter().filter_map(|adjustment| adjustment.coupon.as_deref()) {
        if *seen.entry(code, coupons.len()) == coupons.len() {
            coupons.push(code.to_owned());
        }
    }
    coupons
}

/// What sale orders are written from.
struct Documents<'s, 'a> {
    order: &'a CustomerOrder,
    lines: &'s Lines<'a>,
    minor: MinorUnits,
    columns: &'s [Column<'a>],
    /// Of the pieces.
    rows: Rows,
    drawn: Drawn,
}

/// What is summed for a sale order.
struct PartSums {
    goods: i64,
    total: i64,
    offset: i64,
    adjustments: Sums,
    payments: Sums,
    commissions: Sums,
    /// Where sums are written.
    sums: Vec<Cell>,
}

impl Documents<'_, '_> {
    fn sale_orders(
        &self,
        parts: Vec<Part<'_>>,
        pieces: &[Piece],
    ) -> Result<Vec<SaleOrder>, Invalid> {
        let starts = starts(pieces.iter().map(|piece| piece.part), parts.len());
        let mut next = starts.clone();
        let mut by_part = vec![0; pieces.len()];
        for (row, piece) in pieces.iter().enumerate() {
            by_part[next[piece.part]] = row;
            next[piece.part] += 1;
        }
        let names = Names::of(self.order);
        let mut sums = PartSums {
            goods: 0,
            total: 0,
            offset: 0,
            adjustments: Sums::new(self.columns.len()),
            payments: Sums::new(self.order.payments.len()),
            commissions: Sums::new(2 * self.order.commissions.len()),
            sums: Vec::new(),
        };
        let mut sale_orders = Vec::with_capacity(parts.len());
        for (number, part) in parts.into_iter().enumerate() {
            let rows = &by_part[starts[number]..starts[number + 1]];
            let id = names.name(&part)?;
            let lines = rows.iter().map(|&row| self.line(row, &pieces[row], &mut sums)).collect();
            sale_orders.push(SaleOrder {
                id,
                order: self.order.id.clone(),
                revision: self.order.revision,
                vendor: part.vendor.cloned(),
                keys: part.keys,
                parcel: part.parcel,
                over_capacity: part.over_capacity,
                currency: self.order.currency,
                lines,
                goods: self.minor.money(std::mem::take(&mut sums.goods)),
                adjustments: {
                    sums.adjustments.take(&mut sums.sums);
                    self.shares(&sums.sums)
                },
                total: self.minor.money(std::mem::take(&mut sums.total)),
                payments: {
                    sums.payments.take(&mut sums.sums);
                    self.payment_shares(&sums.sums)
                },
                offset: self.offset(std::mem::take(&mut sums.offset)),
                commissions: {
                    sums.commissions.take(&mut sums.sums);
                    self.commission_shares(&sums.sums)
                },
            });
        }
        Ok(sale_orders)
    }

    /// The line of a piece, added to its part's sums.
    fn line(&self, row: usize, piece: &Piece, sums: &mut PartSums) -> SaleOrderLine {
        let line = self.lines.sorted[piece.line];
        let before = &self.order.lines[self.lines.places[piece.line]].vendor;
        let (goods, total) = (self.rows.goods[row], self.rows.totals[row]);
        let offset = self.drawn.offsets.get(row).copied().unwrap_or(0);
        let adjustments = self.rows.adjustments.row(row);
        let payments = self.drawn.payments.row(row);
        let commissions = self.rows.commissions.row(row);
        sums.goods += goods;
        sums.total += total;
        sums.offset += offset;
        sums.adjustments.add(adjustments);
        sums.payments.add(payments);
        sums.commissions.add(commissions);
        SaleOrderLine {
            id: line.id.clone(),
            sku: line.sku.clone(),
            quantity: piece.quantity,
            returned: line.returned,
            vendor_before: (line.vendor != *before)
                .then(|| PreviousVendor { vendor: before.clone() }),
            contract: line.contract.clone(),
            attributes: line.attributes.clone(),
            amount: self.minor.money(goods),
            adjustments: self.shares(adjustments),
            total: self.minor.money(total),
            payments: self.payment_shares(payments),
            offset: self.offset(offset),
            commissions: self.commission_shares(commissions),
        }
    }

    fn offset(&self, offset: i64) -> Option<Money> {
        (offset != 0).then(|| self.minor.money(offset))
    }

    fn shares(&self, cells: &[Cell]) -> Vec<Share> {
        let share = |cell: &Cell| {
            let Column { id, kind, included, follows } = self.columns[cell.column];
            let amount = self.minor.money(cell.amount);
            Share { id: id.clone(), kind, included, follows: follows.cloned(), amount }
        };
        cells.iter().map(share).collect()
    }

    fn payment_shares(&self, cells: &[Cell]) -> Vec<PaymentShare> {
        let share = |cell: &Cell| PaymentShare {
            id: self.order.payments[cell.column].id.clone(),
            amount: self.minor.money(cell.amount),
        };
        cells.iter().map(share).collect()
    }

    /// Shares of commissions, each with the tax on it, which stands in the column beside it.
    fn commission_shares(&self, cells: &[Cell]) -> Vec<CommissionShare> {
        let mut shares = Vec::new();
        for cells in cells.chunk_by(|a, b| a.column / 2 == b.column / 2) {
            let commission = &self.order.commissions[cells[0].column / 2];
            let amount = |tax: usize| {
                let cell = cells.iter().find(|cell| cell.column % 2 == tax);
                self.minor.money(cell.map_or(0, |cell| cell.amount))
            };
            shares.push(CommissionShare {
                id: commission.id.clone(),
                amount: amount(0),
                tax: commission.tax_rate.map(|_| amount(1)),
            });
        }
        shares
    }
}
