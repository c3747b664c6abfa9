//! What was bought in the past, from a comma-separated file.

use super::PastPurchase;
use crate::unit::{
    ByName, Currency, Day, Invalid, Money, Quantity, SupplierId, Unit,
    table::{Column, File, Row, TableProblem, read_each},
};
use std::ops::ControlFlow;

/// The purchases of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct PurchaseHistory {
    /// The purchases in the order of the file.
    pub purchases: Vec<PastPurchase>,
    /// Rows that cannot be accepted, each left out alone; at most ten thousand are listed.
    pub problems: Vec<TableProblem>,
    /// How many rows were left out.
    pub refused_rows: u64,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

const COLUMNS: [Column; 9] = [
    Column::required("order"),
    Column::required("date"),
    Column::required("sku"),
    Column::required("quantity"),
    Column::required("supplier"),
    Column::required("unit_price"),
    Column::required("currency"),
    Column::optional("freight"),
    Column::optional("unit"),
];
const ORDER: usize = 0;
const DATE: usize = 1;
const SKU: usize = 2;
const QUANTITY: usize = 3;
const SUPPLIER: usize = 4;
const UNIT_PRICE: usize = 5;
const CURRENCY: usize = 6;
const FREIGHT: usize = 7;
const UNIT: usize = 8;

/// How many bad rows are listed.
const MAX_LISTED: usize = 10_000;

/// Reads one row for each line of each purchase order:
/// `order,date,sku,quantity,supplier,unit_price,currency` and, where there are such columns, `freight`
/// (paid for the whole order, on one of its rows or the same on several; blank where it is not known)
/// and `unit` (of quantity and price, `each` when blank).
///
/// A row that cannot be accepted is left out alone: a quantity of zero or less, an amount below zero, one
/// of more than a billion, an order that has another day, supplier, currency or freight than on an
/// earlier row, and what [`Row`] refuses.
///
/// # Errors
///
/// What is wrong with the file as a whole: no text in UTF-8, a required column missing or twice, no
/// row at all.
///
/// ```
/// use replenish::{sourcing::read_purchase_history, unit::table::File};
/// let bytes = b"order,date,sku,quantity,supplier,unit_price,currency,freight
/// 4711,2026-03-02,apple,40,farm,0.92,EUR,9.50
/// 4711,2026-03-02,pear,x,farm,1.10,EUR,
/// ";
/// let history = read_purchase_history(File { name: "history.csv", bytes })
///     .map_err(|problems| problems[0].clone())?;
/// assert_eq!(history.purchases[0].freight, Some("9.50 EUR".parse()?));
/// assert_eq!((history.problems[0].line, &*history.problems[0].column), (3, "quantity"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_purchase_history(file: File<'_>) -> Result<PurchaseHistory, Vec<TableProblem>> {
    let mut orders = ByName::new();
    let (mut purchases, mut problems, mut refused_rows) = (Vec::new(), Vec::new(), 0);
    let ignored_columns = read_each(file, &COLUMNS, &mut |line, row| {
        match row.and_then(|row| purchase(row, &mut orders)) {
            Ok(purchase) => purchases.push(purchase),
            Err(invalid) => {
                refused_rows += 1;
                if problems.len() < MAX_LISTED {
                    problems.push(TableProblem::new(file, line, invalid));
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(PurchaseHistory { purchases, problems, refused_rows, ignored_columns })
}

/// What all rows of an order have to agree in, and since which line.
struct Order {
    line: u64,
    date: Day,
    supplier: SupplierId,
    currency: Currency,
    freight: Option<Money>,
}

fn purchase(row: &Row<'_>, orders: &mut ByName<'_, Order>) -> Result<PastPurchase, Invalid> {
    let unit = row.optional(UNIT)?.unwrap_or(Unit::EACH);
    let currency = row.parse(CURRENCY)?;
    let freight = row.optional_amount(FREIGHT)?.map(|amount| Money::new(amount, currency));
    let purchase = PastPurchase {
        order: row.parse(ORDER)?,
        date: row.parse(DATE)?,
        sku: row.parse(SKU)?,
        quantity: Quantity::new(row.amount(QUANTITY)?, unit),
        supplier: row.parse(SUPPLIER)?,
        unit_price: Money::new(row.amount(UNIT_PRICE)?, currency),
        freight,
    };
    // What it refuses is named after the field, as the columns are.
    purchase.goods()?;
    agree(row, &purchase, orders)?;
    Ok(purchase)
}

/// Checks a row against the earlier ones of its order.
fn agree(
    row: &Row<'_>,
    purchase: &PastPurchase,
    orders: &mut ByName<'_, Order>,
) -> Result<(), Invalid> {
    let Some(order) = orders.get_mut(purchase.order.as_str()) else {
        let order = Order {
            line: row.line(),
            date: purchase.date,
            supplier: purchase.supplier.clone(),
            currency: purchase.unit_price.currency(),
            freight: purchase.freight,
        };
        orders.entry(purchase.order.to_string(), order);
        return Ok(());
    };
    let contradiction = |column, stated: &dyn std::fmt::Display| {
        let expected = format!("{stated} as on line {}, of the same order", order.line);
        let invalid = Invalid::new("order_contradicts_itself", expected, row.text(column));
        Err(row.problem(column, invalid))
    };
    if order.date != purchase.date {
        return contradiction(DATE, &order.date);
    }
    if order.supplier != purchase.supplier {
        return contradiction(SUPPLIER, &order.supplier);
    }
    if order.currency != purchase.unit_price.currency() {
        return contradiction(CURRENCY, &order.currency);
    }
    match (order.freight, purchase.freight) {
        (Some(stated), Some(freight)) if stated != freight => {
            return contradiction(FREIGHT, &stated);
        }
        (None, Some(_)) => order.freight = purchase.freight,
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "order,date,sku,quantity,supplier,unit_price,currency,freight,unit\n";

    fn history(rows: &str) -> PurchaseHistory {
        let text = format!("{HEADER}{rows}");
        read_purchase_history(File { name: "h.csv", bytes: text.as_bytes() }).unwrap()
    }

    #[test]
    fn a_bad_row_spoils_itself_alone() {
        let rows = "1,2026-01-05,a,2,s,1,EUR,5,\n1,2026-01-05,b,0,s,1,EUR,,\n1,2026-01-05,c,1.5,s,1,EUR,,kg\n2,2026-13-01,a,1,s,1,EUR,,\n3,2026-01-06,a,1,s,-1,EUR,,\n4,2026-01-06,a,1,s,1,euro,,\n5,2026-01-06,a,1\n6,2026-01-06,a,1,s,1,EUR,-3,\n7,2026-01-06,a,9e9,s,1,EUR,,\n8,2026-01-06,a,5000000,s,5000000,EUR,,\n";
        let read = history(rows);
        let bought: Vec<_> = read.purchases.iter().map(|p| p.quantity.to_string()).collect();
        assert_eq!(bought, ["2 each", "1.5 kg"]);
        let seen: Vec<_> = read.problems.iter().map(|p| (p.line, &*p.column, p.code)).collect();
        assert_eq!(
            seen,
            [
                (3, "quantity", "quantity_invalid"),
                (5, "date", "day_invalid"),
                (6, "unit_price", "number_negative"),
                (7, "currency", "currency_unknown"),
                (8, "", "row_length"),
                (9, "freight", "number_negative"),
                (10, "quantity", "number_invalid"),
                (11, "quantity", "money_too_large"),
            ]
        );
        assert_eq!(read.refused_rows, 8);
    }

    #[test]
    fn the_rows_of_an_order_agree() {
        let rows = "1,2026-01-05,a,2,s,1,EUR,,\n1,2026-01-05,b,2,s,1,EUR,5,\n1,2026-01-05,c,2,s,1,EUR,5.00,\n1,2026-01-05,d,2,s,1,EUR,6,\n1,2026-01-06,e,2,s,1,EUR,,\n1,2026-01-05,f,2,t,1,EUR,,\n1,2026-01-05,f,2,s,1,USD,,\n";
        let read = history(rows);
        assert_eq!(read.purchases.len(), 3);
        let seen: Vec<_> = read.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            seen,
            [
                "h.csv:5: column `freight`: expected 5.00 EUR as on line 2, of the same order, got `6`",
                "h.csv:6: column `date`: expected 2026-01-05 as on line 2, of the same order, got `2026-01-06`",
                "h.csv:7: column `supplier`: expected s as on line 2, of the same order, got `t`",
                "h.csv:8: column `currency`: expected EUR as on line 2, of the same order, got `USD`",
            ]
        );
    }

    #[test]
    fn a_file_without_its_columns_is_refused() {
        let read = |bytes| read_purchase_history(File { name: "h.csv", bytes }).unwrap_err();
        assert_eq!(read(b"order,date\n1,2026-01-01\n").len(), 5);
        assert_eq!(read(HEADER.as_bytes())[0].code, "file_without_rows");
    }
}
