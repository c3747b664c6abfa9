//! Stock from a comma-separated file.

use super::{ExpectedReceipt, StockPosition};
use crate::unit::{
    Day, Invalid, Probability, Quantity, Sku, SupplierId, Unit,
    table::{Column, File, Row, TableProblem, read},
};
use std::collections::BTreeMap;

/// Every product that is stocked.
#[derive(Clone, Debug, PartialEq)]
pub struct StockList {
    /// The products in order of their SKU.
    pub items: BTreeMap<Sku, StockItem>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

/// One product: its stock and what the file says about buying it.
#[derive(Clone, Debug, PartialEq)]
pub struct StockItem {
    /// The line of the file on which it stands.
    pub line: u64,
    /// What people call it; the SKU where the file does not say.
    pub description: String,
    /// What there is.
    pub stock: StockPosition,
    /// From whom it is bought when nobody compares.
    pub default_supplier: Option<SupplierId>,
    /// The wanted cycle service level, where the file states one.
    pub service_level: Option<Probability>,
}

const COLUMNS: [Column; 10] = [
    Column::required("sku"),
    Column::required("on_hand"),
    Column::optional("description"),
    Column::optional("unit"),
    Column::optional("reserved"),
    Column::optional("back_ordered"),
    Column::optional("on_order"),
    Column::optional("on_order_due"),
    Column::optional("default_supplier"),
    Column::optional("service_level"),
];
const SKU: usize = 0;
const ON_HAND: usize = 1;
const DESCRIPTION: usize = 2;
const UNIT: usize = 3;
const RESERVED: usize = 4;
const BACK_ORDERED: usize = 5;
const ON_ORDER: usize = 6;
const ON_ORDER_DUE: usize = 7;
const DEFAULT_SUPPLIER: usize = 8;
const SERVICE_LEVEL: usize = 9;

/// Reads one row a product: `sku,on_hand` and, where there are such columns, `description`, `unit`
/// (`each` when blank), `reserved`, `back_ordered`, `on_order` with `on_order_due`,
/// `default_supplier`, `service_level` (0.95 for 95 %).
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, a product
/// twice, a negative quantity, goods on order without the day on which they are due.
pub fn read_stock(file: File<'_>) -> Result<StockList, Vec<TableProblem>> {
    let mut items = BTreeMap::new();
    let ignored_columns = read(file, &COLUMNS, &mut |row| {
        let sku: Sku = row.parse(SKU)?;
        let item = item(row)?;
        if items.insert(sku.clone(), item).is_some() {
            return Err(row.problem(SKU, Invalid::new("row_twice", "one row for a product", sku)));
        }
        Ok(())
    })?;
    Ok(StockList { items, ignored_columns })
}

fn item(row: &Row<'_>) -> Result<StockItem, Invalid> {
    let unit = row.optional::<Unit>(UNIT)?.unwrap_or(Unit::EACH);
    let optional = |column| {
        let amount = row.optional_amount(column)?.unwrap_or_default();
        Ok(Quantity::new(amount, unit))
    };
    let mut stock = StockPosition::on_hand(Quantity::new(row.amount(ON_HAND)?, unit));
    stock.reserved = optional(RESERVED)?;
    stock.back_ordered = optional(BACK_ORDERED)?;
    let coming = optional(ON_ORDER)?;
    match row.optional::<Day>(ON_ORDER_DUE)? {
        Some(due) if !coming.is_zero() => {
            stock.on_order.push(ExpectedReceipt { due, quantity: coming });
        }
        None if !coming.is_zero() => {
            let invalid =
                Invalid::new("due_day_missing", "the day on which the goods on order are due", "");
            return Err(row.problem(ON_ORDER_DUE, invalid));
        }
        _ => {}
    }
    let description = match row.text(DESCRIPTION) {
        "" => row.text(SKU),
        text => text,
    };
    Ok(StockItem {
        line: row.line(),
        description: description.to_owned(),
        stock,
        default_supplier: row.optional(DEFAULT_SUPPLIER)?,
        service_level: service_level(row)?,
    })
}

fn service_level(row: &Row<'_>) -> Result<Option<Probability>, Invalid> {
    if row.optional_amount(SERVICE_LEVEL)?.is_none() {
        return Ok(None);
    }
    let text = row.text(SERVICE_LEVEL);
    let value = text.parse().unwrap_or(f64::NAN);
    Probability::new(value).map(Some).map_err(|_| {
        let expected = "a probability between 0 and 1, such as 0.95";
        row.problem(SERVICE_LEVEL, Invalid::new("probability_out_of_range", expected, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(text: &str) -> Result<StockList, Vec<TableProblem>> {
        read_stock(File { name: "s.csv", bytes: text.as_bytes() })
    }

    #[test]
    fn blank_cells_have_their_meaning() {
        let text = "sku,on_hand,unit,on_order,on_order_due,service_level\nA,1.5,kg,2,2026-01-01,0.9\nB,3,,,,\n";
        let list = stock(text).unwrap();
        let [a, b] = &list.items.values().collect::<Vec<_>>()[..] else { panic!("two products") };
        assert_eq!(a.stock.inventory_position().unwrap().to_string(), "3.5 kg");
        assert_eq!(b.stock.inventory_position().unwrap().to_string(), "3 each");
        assert_eq!((b.description.as_str(), b.service_level), ("B", None));
    }

    #[test]
    fn every_bad_row_is_named() {
        let text = "sku,on_hand,on_order,on_order_due,service_level\nA,-1,,,\nB,1,2,,\nC,1,,,95\nD,1,,,\nD,2,,,\nE,,,,\n";
        let seen: Vec<_> =
            stock(text).unwrap_err().into_iter().map(|p| (p.line, p.column, p.code)).collect();
        let expected = [
            (2, "on_hand", "number_negative"),
            (3, "on_order_due", "due_day_missing"),
            (4, "service_level", "probability_out_of_range"),
            (6, "sku", "row_twice"),
            (7, "on_hand", "number_invalid"),
        ];
        assert_eq!(seen, expected.map(|(line, column, code)| (line, column.to_owned(), code)));
    }
}
