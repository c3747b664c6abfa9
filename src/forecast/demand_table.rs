//! Demand history from a comma-separated file.

use super::{Series, series::MAX_DEMAND};
use crate::unit::{
    Day, Invalid, Sku,
    table::{Column, File, Row, TableProblem, read},
};
use std::collections::BTreeMap;

/// Daily demand of many products, all up to the same day.
#[derive(Clone, Debug, PartialEq)]
pub struct DemandHistory {
    /// The last day of every series.
    pub last_day: Day,
    /// The products in order of their SKU.
    pub products: Vec<SkuDemand>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

/// Daily demand of one product.
#[derive(Clone, Debug, PartialEq)]
pub struct SkuDemand {
    /// The product.
    pub sku: Sku,
    /// The line of the file on which it first stands.
    pub line: u64,
    /// The day of the first value: the first day with a row.
    pub first_day: Day,
    /// One value a day until the last day; zero where the file has no row.
    pub series: Series,
}

const COLUMNS: [Column; 3] =
    [Column::required("sku"), Column::required("date"), Column::required("quantity")];
const SKU: usize = 0;
const DATE: usize = 1;
const QUANTITY: usize = 2;

/// Longest history that is read, in days, so that one wrong year cannot ask for endless zeros.
const MAX_DAYS: i64 = 36_525;

/// Reads `sku,date,quantity`: one row for each day on which a product was wanted, in any order. Days
/// without a row count as zero demand, from the product's first row until the day before `today`.
///
/// # Errors
///
/// Every problem of the file with its line and column: besides what [`read`] refuses, a day that is
/// not before `today`, the same product and day twice, a negative quantity.
pub fn read_demand(file: File<'_>, today: Day) -> Result<DemandHistory, Vec<TableProblem>> {
    let mut demand: BTreeMap<Sku, (u64, BTreeMap<Day, f64>)> = BTreeMap::new();
    let ignored_columns = read(file, &COLUMNS, &mut |row| {
        let (sku, day) = (row.parse::<Sku>(SKU)?, row.parse::<Day>(DATE)?);
        let quantity = quantity(row)?;
        if !(1..=MAX_DAYS).contains(&day.days_until(today)) {
            let expected = format!("a day before {today} and at most {MAX_DAYS} days earlier");
            return Err(row.problem(DATE, Invalid::new("day_out_of_range", expected, day)));
        }
        let days = match demand.get_mut(&sku) {
            Some(days) => days,
            None => demand.entry(sku.clone()).or_insert((row.line(), BTreeMap::new())),
        };
        if days.1.insert(day, quantity).is_some() {
            let invalid =
                Invalid::new("row_twice", "one row for a product and day", format!("{sku} {day}"));
            return Err(row.problem(DATE, invalid));
        }
        Ok(())
    })?;

    let end_of_file = |invalid| vec![TableProblem::new(file, 1, invalid)];
    let last_day = today.plus_days(-1).map_err(end_of_file)?;
    let mut products = Vec::with_capacity(demand.len());
    for (sku, (line, days)) in demand {
        let Some((&first_day, _)) = days.first_key_value() else { continue };
        let length = usize::try_from(first_day.days_until(today)).unwrap_or(0);
        let mut values = vec![0.0; length];
        for (day, quantity) in days {
            if let Ok(index) = usize::try_from(first_day.days_until(day)) {
                values[index] = quantity;
            }
        }
        // INVARIANT: every quantity was read as a demand that a series takes.
        if let Ok(series) = Series::new(values) {
            products.push(SkuDemand { sku, line, first_day, series });
        }
    }
    Ok(DemandHistory { last_day, products, ignored_columns })
}

/// A quantity as the float that forecasts are made of: the nearest one to the written number.
fn quantity(row: &Row<'_>) -> Result<f64, Invalid> {
    row.amount(QUANTITY)?;
    let text = row.text(QUANTITY);
    let value = text.parse().unwrap_or(f64::INFINITY);
    if value > MAX_DEMAND {
        let expected = format!("a demand from 0 to {MAX_DEMAND}");
        return Err(row.problem(QUANTITY, Invalid::new("demand_invalid", expected, text)));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(text: &str) -> Result<DemandHistory, Vec<TableProblem>> {
        read_demand(File { name: "d.csv", bytes: text.as_bytes() }, "2026-01-10".parse().unwrap())
    }

    #[test]
    fn days_without_a_row_are_zero_until_the_day_before_today() {
        let read = history("sku,date,quantity\nB,2026-01-08,2.5\nA,2026-01-09,1\nB,2026-01-06,4\n")
            .unwrap();
        let [a, b] = &read.products[..] else { panic!("two products") };
        assert_eq!((a.sku.as_str(), a.series.values()), ("A", &[1.0][..]));
        assert_eq!((b.sku.as_str(), b.series.values()), ("B", &[4.0, 0.0, 2.5, 0.0][..]));
        assert_eq!(b.first_day.to_string(), "2026-01-06");
    }

    #[test]
    fn every_bad_row_is_named() {
        let text = "sku,date,quantity\nA,2026-01-10,1\nA,2026-01-09,-1\nA,2026-01-08,1\nA,2026-01-08,2\n,2026-01-07,1\nA,0001-01-01,1\nA,2026-01-01,9999999999999999\n";
        let problems = history(text).unwrap_err();
        let seen: Vec<_> = problems.iter().map(|p| (p.line, p.column.as_str(), p.code)).collect();
        assert_eq!(
            seen,
            [
                (2, "date", "day_out_of_range"),
                (3, "quantity", "number_negative"),
                (5, "date", "row_twice"),
                (6, "sku", "id_invalid"),
                (7, "date", "day_out_of_range"),
                (8, "quantity", "demand_invalid"),
            ]
        );
    }
}
