//! What the order says, and what its parts come to.

use super::{
    Breach, ColumnKind, Proof, ProvedColumn,
    kept::Sales,
    row::{Place, Row, Tally},
};
use crate::{
    order::{Adjustment, CustomerOrder, OrderLine, SaleOrder, SaleOrderLine, Share, Split},
    unit::{Currency, Invalid, LineId, Money, Quantity, VendorId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Everything that is known of an order, and what has been found of it so far.
pub(super) struct Ledger<'a> {
    order: &'a CustomerOrder,
    columns: Vec<Column<'a>>,
    adjustments: BTreeMap<&'a str, usize>,
    payments: BTreeMap<&'a str, usize>,
    /// The column of each commission; that of its tax is the next one.
    commissions: BTreeMap<&'a str, usize>,
    sales: BTreeMap<&'a VendorId, Vec<Sales<'a>>>,
    lines: BTreeMap<&'a LineId, Found<'a>>,
    breaches: Vec<Breach>,
}

/// One column while it is added up, in minor units.
struct Column<'a> {
    kind: ColumnKind,
    id: Option<&'a str>,
    /// The order's adjustment, where it is that.
    adjustment: Option<&'a Adjustment>,
    enters: Enters,
    order: i128,
    parts: i128,
    unapplied: i128,
}

/// Which side of a row a column is on.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Enters {
    /// What is to be paid.
    Total,
    /// What pays it.
    Payments,
    /// Neither.
    Nothing,
}

const GOODS: usize = 0;
const TOTAL: usize = 1;
const OFFSET: usize = 2;

/// What has been found of a line.
struct Found<'a> {
    place: usize,
    line: &'a OrderLine,
    pieces: usize,
    quantity: Quantity,
    amount: i128,
    /// Beside the line's own adjustments.
    adjustments: Vec<i128>,
}

impl<'a> Ledger<'a> {
    /// Takes down what the order says.
    pub(super) fn open(order: &'a CustomerOrder) -> Result<Self, Invalid> {
        let mut ledger = Self {
            order,
            columns: Vec::new(),
            adjustments: BTreeMap::new(),
            payments: BTreeMap::new(),
            commissions: BTreeMap::new(),
            sales: BTreeMap::new(),
            lines: BTreeMap::new(),
            breaches: Vec::new(),
        };
        ledger.column(ColumnKind::Goods, None, Enters::Total, 0);
        ledger.column(ColumnKind::Total, None, Enters::Nothing, 0);
        ledger.column(ColumnKind::Offset, None, Enters::Payments, 0);
        ledger.open_lines()?;
        for (index, row) in order.adjustments.iter().enumerate() {
            let amount = ledger.read(row.amount).map_err(at("adjustments", index))?;
            let column = ledger.adjustment(row.id.as_str(), row.included, amount);
            ledger.columns[column].adjustment = Some(row);
        }
        for (index, payment) in order.payments.iter().enumerate() {
            let amount = ledger.read(payment.amount).map_err(at("payments", index))?;
            let id = payment.id.as_str();
            let column = ledger.column(ColumnKind::Payment, Some(id), Enters::Payments, amount);
            ledger.payments.insert(id, column);
        }
        for (place, terms) in order.commissions.iter().enumerate() {
            let id = terms.id.as_str();
            let column = ledger.column(ColumnKind::Commission, Some(id), Enters::Nothing, 0);
            ledger.column(ColumnKind::CommissionTax, Some(id), Enters::Nothing, 0);
            ledger.commissions.insert(id, column);
            let sales = Sales::new(place, terms);
            ledger.sales.entry(&terms.vendor).or_default().push(sales);
        }
        let due = ledger.columns.iter().filter(|column| column.enters == Enters::Total);
        ledger.columns[TOTAL].order = due.map(|column| column.order).sum();
        Ok(ledger)
    }

    fn open_lines(&mut self) -> Result<(), Invalid> {
        let order = self.order;
        for (place, line) in order.lines.iter().enumerate() {
            let found = Found {
                place,
                line,
                pieces: 0,
                quantity: Quantity::zero(line.quantity.unit()),
                amount: 0,
                adjustments: vec![0; line.adjustments.len()],
            };
            self.lines.insert(&line.id, found);
        }
        // In order of their names, as columns are wanted.
        let lines: Vec<(usize, &OrderLine)> =
            self.lines.values().map(|found| (found.place, found.line)).collect();
        let mut own: BTreeMap<&str, (bool, i128)> = BTreeMap::new();
        for (place, line) in lines {
            let amount = self.read(line.amount).map_err(at("lines", place))?;
            self.columns[GOODS].order += amount;
            for (index, row) in line.adjustments.iter().enumerate() {
                let amount = self.read(row.amount).map_err(at("adjustments", index));
                let amount = amount.map_err(at("lines", place))?;
                own.entry(row.id.as_str()).or_insert((row.included, 0)).1 += amount;
            }
        }
        for (id, (included, amount)) in own {
            self.adjustment(id, included, amount);
        }
        Ok(())
    }

    fn adjustment(&mut self, id: &'a str, included: bool, amount: i128) -> usize {
        let enters = if included { Enters::Nothing } else { Enters::Total };
        let column = self.column(ColumnKind::Adjustment, Some(id), enters, amount);
        self.adjustments.insert(id, column);
        column
    }

    fn column(
        &mut self,
        kind: ColumnKind,
        id: Option<&'a str>,
        enters: Enters,
        order: i128,
    ) -> usize {
        let adjustment = None;
        self.columns.push(Column { kind, id, adjustment, enters, order, parts: 0, unapplied: 0 });
        self.columns.len() - 1
    }

    /// Adds up the sale orders, and compares each with its lines.
    pub(super) fn add_parts(&mut self, split: &'a Split) -> Result<(), Invalid> {
        let mut names = BTreeSet::new();
        let mut tallies = [(); 3].map(|()| Tally::new(self.columns.len()));
        for (index, part) in split.sale_orders.iter().enumerate() {
            let place = Place { part: index, line: None };
            if !names.insert(&part.id) {
                self.breach(place, "id", &"each sale order once", &part.id);
            }
            self.compare_head(place, part);
            self.add_part(place, part, &mut tallies)?;
        }
        for (index, share) in split.unapplied.iter().enumerate() {
            let amount = self.read(share.amount).map_err(at("unapplied", index))?;
            match self.adjustments.get(share.id.as_str()) {
                Some(&column) => {
                    self.columns[column].unapplied += amount;
                    if self.columns[column].enters == Enters::Total {
                        self.columns[TOTAL].unapplied += amount;
                    }
                }
                None => self.breaches.push(Breach {
                    path: format!("split.unapplied[{index}].id"),
                    expected: "an adjustment of the order".to_owned(),
                    got: share.id.to_string(),
                }),
            }
        }
        Ok(())
    }

    fn compare_head(&mut self, place: Place, part: &SaleOrder) {
        let order = self.order;
        if part.order != order.id {
            self.breach(place, "order", &order.id, &part.order);
        }
        if part.revision > order.revision {
            let expected = format_args!("at most {}", order.revision);
            self.breach(place, "revision", &expected, &part.revision);
        }
        if part.currency != order.currency {
            self.breach(place, "currency", &order.currency, &part.currency);
        }
    }

    fn add_part(
        &mut self,
        place: Place,
        part: &'a SaleOrder,
        [whole, sum, row]: &mut [Tally; 3],
    ) -> Result<(), Invalid> {
        self.read_row(place, &Row::of_part(part), whole)?;
        sum.clear();
        for (index, line) in part.lines.iter().enumerate() {
            let place = Place { line: Some(index), ..place };
            self.read_row(place, &Row::of_line(line), row)?;
            for &column in &row.columns {
                sum.add(column, row.amounts[column]);
            }
            self.add_line(place, part, line, row);
        }
        for &column in &whole.columns {
            self.columns[column].parts += whole.amounts[column];
        }
        let missing = sum.columns.iter().filter(|&&column| !whole.seen[column]);
        for &column in whole.columns.iter().chain(missing) {
            // The total is compared with its row already, and the row with the lines.
            if column != TOTAL && whole.amounts[column] != sum.amounts[column] {
                let field = self.columns[column].field();
                self.amounts(place, field, sum.amounts[column], whole.amounts[column]);
            }
        }
        Ok(())
    }

    /// Reads a row's figures, and compares its total with them.
    fn read_row(&mut self, place: Place, row: &Row<'a>, tally: &mut Tally) -> Result<(), Invalid> {
        tally.clear();
        let within = |field: &'static str| move |invalid: Invalid| place.invalid(invalid, field);
        tally.add(GOODS, self.read(row.goods.1).map_err(within(row.goods.0))?);
        tally.add(TOTAL, self.read(row.total).map_err(within("total"))?);
        if let Some(offset) = row.offset {
            tally.add(OFFSET, self.read(offset).map_err(within("offset"))?);
        }
        for share in row.adjustments {
            let amount = self.read(share.amount).map_err(within("adjustments"))?;
            let column = self.adjustments.get(share.id.as_str()).copied();
            self.enter(place, "adjustments", &share.id, column, amount, tally);
        }
        for share in row.payments {
            let amount = self.read(share.amount).map_err(within("payments"))?;
            let column = self.payments.get(share.id.as_str()).copied();
            self.enter(place, "payments", &share.id, column, amount, tally);
        }
        for share in row.commissions {
            let amount = self.read(share.amount).map_err(within("commissions"))?;
            let column = self.commissions.get(share.id.as_str()).copied();
            self.enter(place, "commissions", &share.id, column, amount, tally);
            if let (Some(tax), Some(column)) = (share.tax, column) {
                let tax = self.read(tax).map_err(within("commissions"))?;
                tally.add(column + 1, tax);
            }
        }
        let due = self.sum(tally, Enters::Total);
        if tally.amounts[TOTAL] != due {
            self.amounts(place, "total", due, tally.amounts[TOTAL]);
        }
        let paid = self.sum(tally, Enters::Payments);
        if !self.order.payments.is_empty() && paid != tally.amounts[TOTAL] {
            self.amounts(place, "payments", tally.amounts[TOTAL], paid);
        } else if self.order.payments.is_empty() && row.offset.is_some() {
            self.amounts(place, "offset", 0, paid);
        }
        Ok(())
    }

    fn enter(
        &mut self,
        place: Place,
        field: &'static str,
        id: &dyn fmt::Display,
        column: Option<usize>,
        amount: i128,
        tally: &mut Tally,
    ) {
        match column {
            None => self.breach(place, field, &"a name that the order has", id),
            Some(column) if tally.seen[column] => {
                self.breach(place, field, &"each name once", id);
                tally.add(column, amount);
            }
            Some(column) => tally.add(column, amount),
        }
    }

    fn sum(&self, tally: &Tally, enters: Enters) -> i128 {
        let columns = tally.columns.iter().filter(|&&column| self.columns[column].enters == enters);
        columns.map(|&column| tally.amounts[column]).sum()
    }

    /// Puts a piece to its line, and to its vendor's sales.
    fn add_line(
        &mut self,
        place: Place,
        part: &'a SaleOrder,
        line: &'a SaleOrderLine,
        row: &Tally,
    ) {
        let Some(found) = self.lines.get_mut(&line.id) else {
            self.breach(place, "id", &"a line of the order", &line.id);
            return;
        };
        let whole = found.line;
        found.pieces += 1;
        found.amount += row.amounts[GOODS];
        for (sum, own) in found.adjustments.iter_mut().zip(&whole.adjustments) {
            let share = self.adjustments.get(own.id.as_str());
            *sum += share.map_or(0, |&column| row.amounts[column]);
        }
        let quantity = found.quantity.plus(line.quantity).ok();
        let quantity = quantity.filter(|_| !line.quantity.is_negative());
        found.quantity = quantity.unwrap_or(found.quantity);
        if quantity.is_none() {
            let expected = format!("a quantity in {}, zero or more", whole.quantity.unit());
            self.breach(place, "quantity", &expected, &line.quantity);
        }
        if line.sku != whole.sku {
            self.breach(place, "sku", &whole.sku, &line.sku);
        }
        if line.returned != whole.returned {
            self.breach(place, "returned", &whole.returned, &line.returned);
        }
        for share in &line.adjustments {
            self.compare_share(place, whole, share);
        }
        let Some(vendor) = &part.vendor else { return };
        let column = |share: &Share| self.adjustments.get(share.id.as_str());
        let amount = |share: &Share| column(share).map_or(0, |&column| row.amounts[column]);
        for sales in self.sales.get_mut(vendor).into_iter().flatten() {
            sales.add(line, row.amounts[GOODS], &amount);
        }
    }

    /// Compares what a share says of its adjustment.
    fn compare_share(&mut self, place: Place, line: &OrderLine, share: &Share) {
        let own = line.adjustments.iter().find(|own| own.id == share.id);
        let own = own.map(|own| (own.kind, own.included, None));
        let column = self.adjustments.get(share.id.as_str());
        let order = column.and_then(|&column| self.columns[column].adjustment);
        let order = order.map(|row| (row.kind, row.included, row.follows.as_ref()));
        if own.or(order) != Some((share.kind, share.included, share.follows.as_ref())) {
            self.breach(place, "adjustments", &"an adjustment of the line or the order", &share.id);
        }
    }

    /// Works out what commissions have to come to.
    pub(super) fn set_commissions(&mut self) -> Result<(), Invalid> {
        for sales in self.sales.values().flatten() {
            let at = |invalid: Invalid| {
                invalid.at(format_args!("commissions[{}]", sales.place)).at("order")
            };
            let fixed = sales.terms.fixed.map_or(Ok(0), |fixed| self.read(fixed));
            let fixed = fixed.map_err(|invalid| at(invalid.at("fixed")))?;
            let (kept, tax) = sales.kept(fixed).map_err(at)?;
            let column = self.commissions[sales.terms.id.as_str()];
            self.columns[column].order = kept;
            self.columns[column + 1].order = tax;
        }
        Ok(())
    }

    /// Compares what has been found of every line.
    pub(super) fn compare_lines(&mut self) {
        let mut breaches = Vec::new();
        for found in self.lines.values() {
            let mut compare = |field: String, expected: String, got: String| {
                let path = format!("order.lines[{}]{field}", found.place);
                breaches.push(Breach { path, expected, got });
            };
            let line = found.line;
            if found.pieces == 0 {
                compare(String::new(), "the line in a sale order".into(), "none".into());
            } else if found.quantity != line.quantity {
                let (whole, pieces) = (line.quantity.to_string(), found.quantity.to_string());
                compare(".quantity".into(), whole, pieces);
            }
            let money = |amount| shown(amount, self.order.currency);
            if line.amount.minor_units() != Ok(found.amount) {
                compare(".amount".into(), line.amount.to_string(), money(found.amount));
            }
            for (index, (own, &sum)) in line.adjustments.iter().zip(&found.adjustments).enumerate()
            {
                if own.amount.minor_units() != Ok(sum) {
                    let field = format!(".adjustments[{index}].amount");
                    compare(field, own.amount.to_string(), money(sum));
                }
            }
        }
        self.breaches.append(&mut breaches);
    }

    /// Compares the columns.
    pub(super) fn close(mut self) -> Result<Proof, Invalid> {
        let money = |amount| Money::from_minor_units(amount, self.order.currency);
        let mut columns = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            if column.order != column.parts + column.unapplied {
                let name = column.id.map(|id| format!(".{id}")).unwrap_or_default();
                self.breaches.push(Breach {
                    path: format!("order.{}{name}", column.field()),
                    expected: shown(column.order - column.unapplied, self.order.currency),
                    got: shown(column.parts, self.order.currency),
                });
            }
            if index == OFFSET && self.order.payments.is_empty() {
                continue;
            }
            columns.push(ProvedColumn {
                column: column.kind,
                id: column.id.map(str::to_owned),
                order: money(column.order)?,
                parts: money(column.parts)?,
                unapplied: money(column.unapplied)?,
            });
        }
        Ok(Proof { columns, conserved: self.breaches.is_empty(), breaches: self.breaches })
    }

    /// An amount in minor units.
    ///
    // INVARIANT: an amount has at most 29 digits, so sums of a billion of them fit 128 bits.
    fn read(&self, amount: Money) -> Result<i128, Invalid> {
        Money::zero(self.order.currency).compare(amount)?;
        amount.minor_units()
    }

    fn amounts(&mut self, place: Place, field: &'static str, expected: i128, got: i128) {
        let currency = self.order.currency;
        self.breach(place, field, &shown(expected, currency), &shown(got, currency));
    }

    fn breach(
        &mut self,
        place: Place,
        field: &'static str,
        expected: &dyn fmt::Display,
        got: &dyn fmt::Display,
    ) {
        let path = format!("split.{place}.{field}");
        self.breaches.push(Breach { path, expected: expected.to_string(), got: got.to_string() });
    }
}

impl Column<'_> {
    /// The field in which the figures stand, of the order as of its parts.
    fn field(&self) -> &'static str {
        match self.kind {
            ColumnKind::Goods => "goods",
            ColumnKind::Total => "total",
            ColumnKind::Offset => "offset",
            ColumnKind::Adjustment => "adjustments",
            ColumnKind::Payment => "payments",
            ColumnKind::Commission => "commissions",
            ColumnKind::CommissionTax => "commissions.tax",
        }
    }
}

fn at(list: &'static str, index: usize) -> impl Fn(Invalid) -> Invalid {
    move |invalid| invalid.at("amount").at(format_args!("{list}[{index}]"))
}

/// An amount as it is written, also one that has too many digits.
fn shown(amount: i128, currency: Currency) -> String {
    let money = Money::from_minor_units(amount, currency);
    money.map_or_else(|_| format!("{amount} minor units of {currency}"), |money| money.to_string())
}
