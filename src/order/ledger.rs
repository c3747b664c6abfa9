//! The money of an order: a row for each line, a column for its goods and each adjustment.

use super::{
    AdjustmentKind, CustomerOrder, LineAdjustment, OrderError, OrderLine, StatedTotals,
    cells::{Cell, Entry},
    customer_check::{Lines, check_kind, check_sign, check_tax, twice_error, unique, whole_units},
    minor_units::MinorUnits,
    partition::check_line,
    vendors::Vendors,
};
use crate::unit::{AdjustmentId, ByName, Invalid, Money, sort_by};

/// What the lines cost, in minor units.
///
/// INVARIANT: all stated amounts together have at most 63 bits by size, so that no sum of their parts
/// overflows.
pub(super) struct Ledger<'a> {
    pub(super) minor: MinorUnits,
    /// The lines' own adjustments in order of their names, then the order's in their sequence.
    pub(super) columns: Vec<Column<'a>>,
    /// Each line's shares in order of the columns: entries of one line in this sequence.
    pub(super) entries: Vec<Entry>,
    /// Each line's amount before adjustments.
    pub(super) goods: Vec<i64>,
    /// Each line's amount after them.
    pub(super) totals: Vec<i64>,
    /// What each line's goods are worth after their own discounts, by size.
    pub(super) values: Vec<u64>,
    /// What they are worth after the order's discounts, too.
    pub(super) discounted: Vec<u64>,
    /// Taxes contained in that.
    pub(super) included: Vec<u64>,
    /// What no line could take.
    pub(super) unapplied: Vec<Cell>,
    sums: RowSums,
    /// Of all stated amounts.
    size: u64,
}

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    pub(super) id: &'a AdjustmentId,
    pub(super) kind: AdjustmentKind,
    pub(super) included: bool,
    pub(super) follows: Option<&'a AdjustmentId>,
}

/// What the rows come to.
#[derive(Default)]
struct RowSums {
    goods: i64,
    discount: i64,
    shipping: i64,
    fee: i64,
    tax: i64,
    included_tax: i64,
}

/// The columns of the lines' own adjustments, by name.
pub(super) struct OwnColumns<'a> {
    numbers: ByName<'a, usize>,
    /// Those of the line before, whose adjustments mostly have the same names.
    before: Vec<usize>,
}

impl<'a> Ledger<'a> {
    /// Enters the lines, then the order's adjustments.
    pub(super) fn open(
        order: &'a CustomerOrder,
        lines: &Lines<'a>,
        vendors: &Vendors<'a>,
    ) -> Result<Self, OrderError> {
        let count = lines.sorted.len();
        let mut ledger = Self {
            minor: MinorUnits::of(order.currency),
            columns: Vec::new(),
            entries: Vec::with_capacity(count * (1 + order.adjustments.len().min(8))),
            goods: Vec::with_capacity(count),
            totals: Vec::with_capacity(count),
            values: Vec::with_capacity(count),
            discounted: Vec::new(),
            included: Vec::with_capacity(count),
            unapplied: Vec::new(),
            sums: RowSums::default(),
            size: 0,
        };
        let mut own = OwnColumns { numbers: ByName::new(), before: Vec::new() };
        for (row, line) in lines.sorted.iter().enumerate() {
            ledger
                .enter_line(row, line, &mut own)
                .map_err(|invalid| invalid.at(format_args!("lines[{}]", lines.places[row])))?;
        }
        if lines.sorted.iter().all(|line| line.quantity.is_zero()) {
            return Err(OrderError::EmptyOrder);
        }
        ledger.sort_columns(&own);
        ledger.discounted.clone_from(&ledger.values);
        ledger.enter_adjustments(order, lines, vendors, &own)?;
        ledger.check_included(lines)?;
        if let Some(stated) = &order.stated {
            ledger.check_stated(stated).map_err(|invalid| invalid.at("stated"))?;
        }
        Ok(ledger)
    }

    fn enter_line(
        &mut self,
        row: usize,
        line: &'a OrderLine,
        own: &mut OwnColumns<'a>,
    ) -> Result<(), Invalid> {
        if line.quantity.is_negative() {
            let expected = "a quantity of zero or more";
            return Err(Invalid::new("quantity_negative", expected, line.quantity).at("quantity"));
        }
        check_line(line)?;
        let amount = self.count(line.amount).map_err(|invalid| invalid.at("amount"))?;
        if amount < 0 && !line.returned {
            let expected = "an amount of zero or more, or a line that is given back";
            return Err(Invalid::new("amount_negative", expected, line.amount).at("amount"));
        }
        if amount > 0 && line.returned {
            let expected = "an amount of zero or less of a line that is given back";
            return Err(Invalid::new("amount_positive", expected, line.amount).at("amount"));
        }
        if line.quantity.is_zero() {
            let expected = "no money on a line of no quantity";
            if amount != 0 {
                let invalid = Invalid::new("amount_without_quantity", expected, line.amount);
                return Err(invalid.at("amount"));
            }
            if let Some(adjustment) = line.adjustments.first() {
                let invalid = Invalid::new("amount_without_quantity", expected, adjustment.amount);
                return Err(invalid.at("adjustments"));
            }
        }
        self.goods.push(amount);
        self.totals.push(amount);
        self.values.push(amount.unsigned_abs());
        self.included.push(0);
        self.sums.goods += amount;
        let twice = |place: usize| {
            twice_error("adjustment", &line.adjustments[place].id, "adjustments", place)
        };
        unique(&line.adjustments, |a, b| a.id.cmp(&b.id), twice)?;
        for (place, adjustment) in line.adjustments.iter().enumerate() {
            self.enter_own(row, line, (place, adjustment), own)
                .map_err(|invalid| invalid.at(format_args!("adjustments[{place}]")))?;
        }
        Ok(())
    }

    fn enter_own(
        &mut self,
        row: usize,
        line: &OrderLine,
        (place, adjustment): (usize, &'a LineAdjustment),
        own: &mut OwnColumns<'a>,
    ) -> Result<(), Invalid> {
        let LineAdjustment { kind, included, tax, .. } = adjustment;
        check_kind(*kind, *included, tax.as_ref())?;
        let amount = self.count(adjustment.amount).map_err(|invalid| invalid.at("amount"))?;
        check_sign(*kind, amount, line.returned, adjustment.amount)?;
        if let Some(tax) = tax {
            let units = whole_units(line.quantity);
            check_tax(tax, amount, adjustment.amount, units, self.minor)?;
        }
        if *kind == AdjustmentKind::Discount {
            let left = self.values[row].checked_sub(amount.unsigned_abs()).ok_or_else(|| {
                let expected = format!(
                    "a discount of at most what is left of the line, {}",
                    self.minor.money(self.values[row].cast_signed())
                );
                Invalid::new("discount_above_amount", expected, adjustment.amount).at("amount")
            })?;
            self.values[row] = left;
        }
        if *included {
            self.included[row] += amount.unsigned_abs();
        }
        let column = self.own_column(place, adjustment, own);
        let known = &self.columns[column];
        if (known.kind, known.included) != (*kind, *included) {
            let expected = "the same kind wherever the name is the same";
            return Err(Invalid::new("adjustment_mixed", expected, &adjustment.id).at("kind"));
        }
        self.enter(row, column, amount);
        Ok(())
    }

    /// The column of a line's own adjustment, a new one if none has its name yet.
    fn own_column(
        &mut self,
        place: usize,
        adjustment: &'a LineAdjustment,
        own: &mut OwnColumns<'a>,
    ) -> usize {
        if let Some(&before) = own.before.get(place)
            && *self.columns[before].id == adjustment.id
        {
            return before;
        }
        let number = *own.numbers.entry(adjustment.id.as_str(), self.columns.len());
        if number == self.columns.len() {
            let LineAdjustment { id, kind, included, .. } = adjustment;
            self.columns.push(Column { id, kind: *kind, included: *included, follows: None });
        }
        own.before.truncate(place);
        own.before.push(number);
        number
    }

    /// Brings the columns so far into the order of their names, and each line's entries, too.
    fn sort_columns(&mut self, own: &OwnColumns<'a>) {
        let by_name: Vec<usize> = own.numbers.values().copied().collect();
        if !by_name.is_sorted() {
            let mut ranks = vec![0; by_name.len()];
            for (rank, &number) in by_name.iter().enumerate() {
                ranks[number] = rank;
            }
            self.columns = by_name.iter().map(|&number| self.columns[number]).collect();
            for entry in &mut self.entries {
                entry.cell.column = ranks[entry.cell.column];
            }
        }
        let place = |entry: &Entry| (entry.row, entry.cell.column);
        if !self.entries.is_sorted_by_key(place) {
            sort_by(&mut self.entries, |a, b| place(a).cmp(&place(b)));
        }
    }

    /// A stated amount, counted.
    pub(super) fn count(&mut self, amount: Money) -> Result<i64, Invalid> {
        let count = self.minor.count(amount)?;
        // Single amounts have 44 bits.
        self.size += count.unsigned_abs();
        if self.size > i64::MAX.unsigned_abs() {
            let expected = "amounts that have at most 63 bits together";
            return Err(Invalid::new("money_too_large", expected, amount));
        }
        Ok(count)
    }

    /// Enters a line's share.
    pub(super) fn enter(&mut self, row: usize, column: usize, amount: i64) {
        if amount == 0 {
            return;
        }
        self.entries.push(Entry { row, cell: Cell { column, amount } });
        let Column { kind, included, .. } = self.columns[column];
        if !included {
            self.totals[row] += amount;
        }
        *self.sums.of(kind, included) += amount;
    }

    /// Refuses lines that contain more tax than they are worth.
    fn check_included(&self, lines: &Lines<'_>) -> Result<(), Invalid> {
        let wrong = (0..self.included.len()).find(|&row| self.included[row] > self.discounted[row]);
        let Some(row) = wrong else { return Ok(()) };
        let money = |size: u64| self.minor.money(size.cast_signed());
        let expected = format!(
            "contained taxes of at most what the line is worth after discounts, {}",
            money(self.discounted[row])
        );
        Err(Invalid::new("tax_above_amount", expected, money(self.included[row]))
            .at(format_args!("lines[{}]", lines.places[row])))
    }

    /// Compares what the shop reckoned with what the rows come to.
    fn check_stated(&self, stated: &StatedTotals) -> Result<(), Invalid> {
        let sums = &self.sums;
        let total = sums.goods + sums.discount + sums.shipping + sums.fee + sums.tax;
        for (field, stated, sum) in [
            ("goods", stated.goods, sums.goods),
            ("discount", stated.discount, sums.discount),
            ("shipping", stated.shipping, sums.shipping),
            ("fee", stated.fee, sums.fee),
            ("tax", stated.tax, sums.tax),
            ("included_tax", stated.included_tax, sums.included_tax),
            ("total", stated.total, total),
        ] {
            let Some(stated) = stated else { continue };
            let sum = self.minor.money(sum);
            if stated.compare(sum).map_err(|invalid| invalid.at(field))?.is_ne() {
                let expected = format!("what the rows come to, {sum}");
                return Err(Invalid::new("stated_differs", expected, stated).at(field));
            }
        }
        Ok(())
    }
}

impl RowSums {
    fn of(&mut self, kind: AdjustmentKind, included: bool) -> &mut i64 {
        match kind {
            AdjustmentKind::Discount => &mut self.discount,
            AdjustmentKind::Shipping => &mut self.shipping,
            AdjustmentKind::Fee => &mut self.fee,
            AdjustmentKind::Tax if included => &mut self.included_tax,
            AdjustmentKind::Tax => &mut self.tax,
        }
    }
}

impl OwnColumns<'_> {
    pub(super) fn has(&self, id: &AdjustmentId) -> bool {
        self.numbers.get(id.as_str()).is_some()
    }
}
