//! Demand history from a comma-separated file.

use super::{Period, Regressor, RegressorKind, Series, series::MAX_DEMAND};
use crate::unit::{
    Day, Invalid, Sku,
    table::{Column, File, RefusedRows, Row, TableProblem, read, refuse_row},
};
use std::collections::{BTreeMap, BTreeSet};

/// Demand of many products, all up to the same day.
#[derive(Clone, Debug, PartialEq)]
pub struct DemandHistory {
    /// How long a period of every series is; the last one ends on the day before today.
    pub period: Period,
    /// Periods ahead of which something may be known: those asked for, or more where the file says
    /// something of later ones.
    pub horizon: u32,
    /// The products in order of their SKU.
    pub products: Vec<SkuDemand>,
    /// Rows that cannot be accepted; their products are not among the others.
    pub refused: RefusedRows<Sku>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

/// Demand of one product.
#[derive(Clone, Debug, PartialEq)]
pub struct SkuDemand {
    /// The product.
    pub sku: Sku,
    /// The line of the file on which it first stands.
    pub line: u64,
    /// One value a period, from that of its first row on; zero where the file has no row.
    pub series: Series,
}

/// How a file of demand is to be read.
#[derive(Clone, Copy, Debug)]
pub struct DemandTableOptions {
    /// The day for which one plans: history ends the day before.
    pub today: Day,
    /// How long a period is; when absent, three dates or more say it: weeks where all are whole weeks
    /// apart, months where all are the same day of a month, otherwise days.
    pub period: Option<Period>,
    /// Periods that will be forecast.
    pub horizon: u32,
}

const COLUMNS: [Column; 7] = [
    Column::required("sku"),
    Column::required("date"),
    Column::required("quantity"),
    Column::optional("in_stock"),
    Column::optional("promo"),
    Column::optional("closed"),
    Column::optional("price"),
];
const SKU: usize = 0;
const DATE: usize = 1;
const QUANTITY: usize = 2;
const IN_STOCK: usize = 3;
/// The first of the columns that may be known ahead, and what they mean.
const KNOWN: usize = 4;
const KINDS: [RegressorKind; 3] =
    [RegressorKind::Promotion, RegressorKind::Closed, RegressorKind::Price];

/// Longest history that is read, in days, so that one wrong year cannot ask for endless zeros.
const MAX_DAYS: i64 = 36_525;
/// How far ahead something may be known, in days.
const MAX_DAYS_AHEAD: i64 = 732;

/// One row.
#[derive(Clone, Copy)]
struct Entry {
    /// Missing in rows of the future.
    quantity: f64,
    is_in_stock: bool,
    known: [f64; KINDS.len()],
}

/// Reads `sku,date,quantity`: one row for each day on which a product was wanted, in any order. Days
/// without a row count as zero demand, from the product's first row until the day before today.
///
/// Where periods are weeks or longer, they are counted back from today, and the rows of one period add
/// up. `in_stock` is 0 where there was nothing to sell: demand was then at least the quantity. `promo`
/// (0 to 1), `closed` (0 or 1) and `price` may be known ahead: rows from today on have a blank
/// quantity.
///
/// # Errors
///
/// What is wrong with the file as a whole, and rows without a product. A row that cannot be accepted
/// refuses its product alone: a quantity that is not before today, the same product and day twice, a
/// negative quantity.
pub fn read_demand(
    file: File<'_>,
    options: DemandTableOptions,
) -> Result<DemandHistory, Vec<TableProblem>> {
    let mut demand: BTreeMap<Sku, (u64, BTreeMap<Day, Entry>)> = BTreeMap::new();
    let mut refused = RefusedRows::new();
    let ignored_columns = read(file, &COLUMNS, &mut |row| {
        let sku: Sku = row.parse(SKU)?;
        let mut add = || {
            let day = row.parse::<Day>(DATE)?;
            let entry = entry(row, day, options.today)?;
            let days = match demand.get_mut(&sku) {
                Some(days) => days,
                None => demand.entry(sku.clone()).or_insert((row.line(), BTreeMap::new())),
            };
            if days.1.insert(day, entry).is_some() {
                let got = format!("{sku} {day}");
                let invalid = Invalid::new("row_twice", "one row for a product and day", got);
                return Err(row.problem(DATE, invalid));
            }
            Ok(())
        };
        match add() {
            Ok(()) => Ok(()),
            Err(invalid) => refuse_row(&mut refused, sku, file, row.line(), invalid),
        }
    })?;
    for (sku, _) in &refused {
        demand.remove(sku);
    }

    let past = demand.values().flat_map(|(_, days)| days.keys());
    let period = options
        .period
        .unwrap_or_else(|| usual_period(past.copied().filter(|&day| day < options.today)));
    let index = Index { today: options.today, period };
    let ahead = demand.values().filter_map(|(_, days)| days.last_key_value());
    let known_ahead = ahead.map(|(&day, _)| index.of(day) + 1).max().unwrap_or(0);
    let horizon = options.horizon.max(u32::try_from(known_ahead).unwrap_or(0));
    let has = |kind: usize| {
        demand.values().any(|(_, days)| days.values().any(|entry| !entry.known[kind].is_nan()))
    };
    let told: [bool; KINDS.len()] = std::array::from_fn(has);
    let products = demand
        .into_iter()
        .filter_map(|(sku, (line, days))| {
            let series = series(&days, index, horizon, told)?;
            Some(SkuDemand { sku, line, series })
        })
        .collect();
    Ok(DemandHistory { period, horizon, products, refused, ignored_columns })
}

fn entry(row: &Row<'_>, day: Day, today: Day) -> Result<Entry, Invalid> {
    let ago = day.days_until(today);
    let is_ahead = ago <= 0 && row.text(QUANTITY).is_empty();
    let in_range = if is_ahead { ago > -MAX_DAYS_AHEAD } else { (1..=MAX_DAYS).contains(&ago) };
    if !in_range {
        let expected = if is_ahead {
            format!("a day less than {MAX_DAYS_AHEAD} days after {today}")
        } else {
            format!("a day before {today} and at most {MAX_DAYS} days earlier")
        };
        return Err(row.problem(DATE, Invalid::new("day_out_of_range", expected, day)));
    }
    let quantity = if is_ahead { f64::NAN } else { quantity(row)? };
    let is_in_stock = match row.text(IN_STOCK) {
        "" | "1" => true,
        "0" => false,
        other => {
            let invalid = Invalid::new("mask_invalid", "0 or 1", other);
            return Err(row.problem(IN_STOCK, invalid));
        }
    };
    let mut known = [f64::NAN; KINDS.len()];
    for (kind, value) in known.iter_mut().enumerate() {
        if row.optional_amount(KNOWN + kind)?.is_some() {
            *value = row.text(KNOWN + kind).parse().unwrap_or(f64::NAN);
        }
    }
    Ok(Entry { quantity, is_in_stock, known })
}

/// Which period a day lies in: 0 from today on, -1 before today.
#[derive(Clone, Copy)]
struct Index {
    today: Day,
    period: Period,
}

impl Index {
    fn of(self, day: Day) -> i64 {
        let days = self.today.days_until(day);
        let months = match self.period {
            Period::Day => return days,
            Period::Week => return days.div_euclid(7),
            Period::Month => 1,
            Period::Quarter => 3,
            Period::Year => 12,
        };
        self.today.whole_months_until(day).div_euclid(months)
    }
}

/// Fewer different days than this say nothing about how far apart they usually are.
const DAYS_THAT_TELL: usize = 3;

fn usual_period(days: impl Iterator<Item = Day>) -> Period {
    let mut different = BTreeSet::new();
    different.extend(days);
    let Some(&first) = different.first() else { return Period::Day };
    if different.len() < DAYS_THAT_TELL {
        return Period::Day;
    }
    if different.iter().all(|&day| first.days_until(day) % 7 == 0) {
        return Period::Week;
    }
    if different.iter().all(|day| day.day_of_month() == first.day_of_month()) {
        return Period::Month;
    }
    Period::Day
}

/// The series of one product's rows; none where nothing is known of its past.
fn series(
    days: &BTreeMap<Day, Entry>,
    index: Index,
    horizon: u32,
    told: [bool; KINDS.len()],
) -> Option<Series> {
    let (&first_day, _) = days.iter().find(|(_, entry)| !entry.quantity.is_nan())?;
    let first = index.of(first_day);
    let length = usize::try_from(-first).ok()?;
    let all = length + horizon as usize;
    let mut values = vec![0.0; length];
    let mut in_stock = vec![true; length];
    let mut known = [(); KINDS.len()].map(|()| vec![(0.0, 0.0); all]);
    for (&day, entry) in days {
        let Ok(at) = usize::try_from(index.of(day) - first) else { continue };
        if let Some(value) = values.get_mut(at) {
            *value += entry.quantity;
            in_stock[at] &= entry.is_in_stock;
        }
        for (column, &value) in known.iter_mut().zip(&entry.known) {
            if let Some((sum, count)) = column.get_mut(at)
                && !value.is_nan()
            {
                *sum += value;
                *count += 1.0;
            }
        }
    }
    let mut regressors = Vec::new();
    for (kind, column) in known.into_iter().enumerate().filter(|&(kind, _)| told[kind]) {
        // A period of several rows has their mean; one without any is as usual.
        let otherwise = if KINDS[kind] == RegressorKind::Price { f64::NAN } else { 0.0 };
        let mean = |(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { otherwise };
        regressors.push(Regressor {
            name: COLUMNS[KNOWN + kind].name.to_owned(),
            kind: KINDS[kind],
            values: column.into_iter().map(mean).collect(),
        });
    }
    // INVARIANT: every quantity was read as a demand that a series takes.
    let series = Series::new(values).ok()?.with_availability(in_stock).ok()?;
    Some(series.with_regressors(regressors))
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
        let today = "2026-01-10".parse().unwrap();
        let options = DemandTableOptions { today, period: None, horizon: 2 };
        read_demand(File { name: "d.csv", bytes: text.as_bytes() }, options)
    }

    #[test]
    fn days_without_a_row_are_zero_until_the_day_before_today() {
        let read = history("sku,date,quantity\nB,2026-01-08,2.5\nA,2026-01-09,1\nB,2026-01-06,4\n")
            .unwrap();
        let [a, b] = &read.products[..] else { panic!("two products") };
        assert_eq!((a.sku.as_str(), a.series.values()), ("A", &[1.0][..]));
        assert_eq!((b.sku.as_str(), b.series.values()), ("B", &[4.0, 0.0, 2.5, 0.0][..]));
        assert_eq!((read.period, read.horizon), (Period::Day, 2));
    }

    #[test]
    fn weeks_are_counted_back_from_today() {
        // Dates of the first or the last day of a week say the same; rows of one week add up.
        let text = "sku,date,quantity,in_stock\nA,2026-01-09,1,1\nA,2025-12-26,4,0\nB,2026-01-02,3,\nC,2026-01-02,0,\n";
        let read = history(text).unwrap();
        assert_eq!(read.period, Period::Week);
        let [a, b, _] = &read.products[..] else { panic!("three products") };
        assert_eq!(a.series.values(), [4.0, 0.0, 1.0]);
        assert_eq!(a.series.in_stock(), [false, true, true]);
        assert_eq!(b.series.values(), [3.0, 0.0]);
        let text = "sku,date,quantity\nA,2026-01-09,1\nA,2026-01-03,2\nA,2026-01-02,4\n";
        let options = DemandTableOptions {
            today: "2026-01-10".parse().unwrap(),
            period: Some(Period::Week),
            horizon: 1,
        };
        let read = read_demand(File { name: "d.csv", bytes: text.as_bytes() }, options).unwrap();
        assert_eq!(read.products[0].series.values(), [4.0, 3.0]);
    }

    #[test]
    fn months_are_calendar_months() {
        let text = "sku,date,quantity\nA,2025-10-01,1\nA,2025-12-01,2\nA,2025-11-01,4\n";
        let options =
            DemandTableOptions { today: "2026-01-01".parse().unwrap(), period: None, horizon: 1 };
        let read = read_demand(File { name: "d.csv", bytes: text.as_bytes() }, options).unwrap();
        assert_eq!(read.period, Period::Month);
        assert_eq!(read.products[0].series.values(), [1.0, 4.0, 2.0]);
    }

    #[test]
    fn promotions_may_be_known_ahead() {
        let text = "sku,date,quantity,promo\nA,2026-01-08,1,0\nA,2026-01-09,5,1\nA,2026-01-13,,1\n";
        let read = history(text).unwrap();
        assert_eq!(read.horizon, 4);
        let [promo] = read.products[0].series.regressors() else { panic!("one regressor") };
        assert_eq!(promo.values, [0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        let refused = history("sku,date,quantity\nA,2026-01-13,2\n").unwrap().refused;
        assert_eq!(refused[0].1.code, "day_out_of_range");
    }

    #[test]
    fn every_bad_row_is_named() {
        let text = "sku,date,quantity\nA,2026-01-10,1\nA,2026-01-09,-1\nA,2026-01-08,1\nA,2026-01-08,2\nA,0001-01-01,1\nA,2026-01-01,9999999999999999\n";
        // A row without a product is the file's own problem.
        let stray = history(&format!("{text},2026-01-07,1\n")).unwrap_err();
        assert_eq!((stray[0].line, stray[0].code), (8, "id_invalid"));
        assert!(history(text).unwrap().products.is_empty());
        let refused = history(text).unwrap().refused;
        let seen: Vec<_> =
            refused.iter().map(|(_, p)| (p.line, p.column.as_str(), p.code)).collect();
        assert_eq!(
            seen,
            [
                (2, "date", "day_out_of_range"),
                (3, "quantity", "number_negative"),
                (5, "date", "row_twice"),
                (6, "date", "day_out_of_range"),
                (7, "quantity", "demand_invalid"),
            ]
        );
    }
}
