//! Needs from comma-separated files.

use super::Need;
use crate::{
    inventory::Requirement,
    unit::{
        ByName, Currency, Invalid, Money, Quantity, Sku, SupplierId, Unit,
        table::{Column, File, Row, TableProblem, read},
    },
};

/// Every need of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedList {
    /// The needs in the order of the file.
    pub needs: Vec<Need>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

const COLUMNS: [Column; 10] = [
    Column::required("sku"),
    Column::required("quantity"),
    Column::required("need_by"),
    Column::optional("unit"),
    Column::optional("maximum_quantity"),
    Column::optional("shortage_cost"),
    Column::optional("surplus_value"),
    Column::optional("maximum_sources"),
    Column::optional("minimum_shelf_life_days"),
    Column::optional("suppliers"),
];
const SKU: usize = 0;
const QUANTITY: usize = 1;
const NEED_BY: usize = 2;
const UNIT: usize = 3;
const MAXIMUM_QUANTITY: usize = 4;
const SHORTAGE_COST: usize = 5;
const SURPLUS_VALUE: usize = 6;
const MAXIMUM_SOURCES: usize = 7;
const MINIMUM_SHELF_LIFE_DAYS: usize = 8;
const SUPPLIERS: usize = 9;

/// Reads needs, one a row: `sku,quantity,need_by` and, where there are such columns, `unit` (of the
/// quantities, `each` when blank), `maximum_quantity`, `shortage_cost` and `surplus_value` (of one unit,
/// in `currency`), `maximum_sources` (1), `minimum_shelf_life_days` and `suppliers` (names with spaces
/// between them: from whom alone it may be bought). A quantity of zero is no need and is passed over.
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, what
/// [`Need::check`] does, and the same product for the same day twice.
///
/// ```
/// use replenish::{sourcing::read_needs, unit::table::File};
/// let text = "sku,quantity,need_by,surplus_value\napple,9,2026-11-24,0.30\nmelon,0,2026-11-24,\n";
/// let list = read_needs(File { name: "needs.csv", bytes: text.as_bytes() }, "EUR".parse()?).unwrap();
/// assert_eq!(list.needs.len(), 1);
/// assert_eq!(list.needs[0].surplus_value, Some("0.30 EUR".parse()?));
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn read_needs(file: File<'_>, currency: Currency) -> Result<NeedList, Vec<TableProblem>> {
    let mut needs: Vec<Need> = Vec::new();
    let mut names = ByName::new();
    let ignored_columns = read(file, &COLUMNS, &mut |row| {
        if row.amount(QUANTITY)?.is_zero() {
            return Ok(());
        }
        let need = need(row, currency)?;
        let name = format!("{} {}", need.need_by, need.sku);
        if names.get(&name).is_some() {
            let invalid = Invalid::new("row_twice", "each product once for a day", need.sku);
            return Err(row.problem(SKU, invalid));
        }
        names.entry(name, ());
        needs.push(need);
        Ok(())
    })?;
    Ok(NeedList { needs, ignored_columns })
}

fn need(row: &Row<'_>, currency: Currency) -> Result<Need, Invalid> {
    let unit: Unit = row.optional(UNIT)?.unwrap_or(Unit::EACH);
    let money =
        |column| Ok(row.optional_amount(column)?.map(|amount| Money::new(amount, currency)));
    let count =
        |column| if row.text(column).is_empty() { Ok(None) } else { row.count(column).map(Some) };
    let mut suppliers = Vec::new();
    for name in row.text(SUPPLIERS).split_ascii_whitespace() {
        suppliers.push(SupplierId::new(name).map_err(|i| row.problem(SUPPLIERS, i))?);
    }
    let requirement = Requirement {
        sku: row.parse::<Sku>(SKU)?,
        quantity: Quantity::new(row.amount(QUANTITY)?, unit),
        need_by: row.parse(NEED_BY)?,
    };
    let maximum = row.optional_amount(MAXIMUM_QUANTITY)?;
    let need = Need {
        maximum_quantity: maximum.map(|amount| Quantity::new(amount, unit)),
        shortage_cost: money(SHORTAGE_COST)?,
        surplus_value: money(SURPLUS_VALUE)?,
        maximum_sources: count(MAXIMUM_SOURCES)?.unwrap_or(1),
        minimum_shelf_life_days: count(MINIMUM_SHELF_LIFE_DAYS)?,
        suppliers: (!suppliers.is_empty()).then_some(suppliers),
        ..Need::from(requirement)
    };
    // The fields are named like the columns.
    need.check()?;
    Ok(need)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(text: &str) -> Result<NeedList, Vec<TableProblem>> {
        read_needs(File { name: "n.csv", bytes: text.as_bytes() }, "EUR".parse().unwrap())
    }

    #[test]
    fn every_column_is_read() {
        let list = needs(
            "sku,quantity,need_by,unit,maximum_quantity,shortage_cost,surplus_value,\
             maximum_sources,minimum_shelf_life_days,suppliers,colour\n\
             a,2.5,2026-11-24,kg,4,9,0.5,2,10,s t,red\n\
             b,1,2026-11-24,,,,,,,,\n",
        )
        .unwrap();
        let [a, b] = &list.needs[..] else { panic!("two needs") };
        assert_eq!(
            (a.quantity, a.maximum_quantity),
            ("2.5 kg".parse().unwrap(), "4 kg".parse().ok())
        );
        assert_eq!(
            (a.shortage_cost, a.surplus_value),
            ("9 EUR".parse().ok(), "0.5 EUR".parse().ok())
        );
        assert_eq!((a.maximum_sources, a.minimum_shelf_life_days), (2, Some(10)));
        assert_eq!(a.suppliers.as_ref().map(Vec::len), Some(2));
        assert_eq!(b.clone(), Need::from(b.requirement()));
        assert_eq!(list.ignored_columns, ["colour"]);
    }

    #[test]
    fn every_bad_row_is_named() {
        let problems = needs(
            "sku,quantity,need_by,maximum_quantity,maximum_sources,suppliers\n\
             a,1,2026-11-24,,,\n\
             a,2,2026-11-24,,,\n\
             a,2,2026-11-25,,,\n\
             b,5,2026-11-24,4,,\n\
             c,-1,2026-11-24,,,\n\
             d,1,tomorrow,,,\n\
             e,1,2026-11-24,,0,\n",
        )
        .unwrap_err();
        let seen: Vec<_> = problems.into_iter().map(|p| (p.line, p.column, p.code)).collect();
        let expected = [
            (3, "sku", "row_twice"),
            (5, "maximum_quantity", "maximum_quantity_too_small"),
            (6, "quantity", "number_negative"),
            (7, "need_by", "day_invalid"),
            (8, "maximum_sources", "maximum_sources_invalid"),
        ];
        assert_eq!(seen, expected.map(|(line, column, code)| (line, column.to_owned(), code)));
    }
}
