//! Many series from one file: a line for each series, or a line for each of its periods.

use super::{RegressorKind, long_table, options::MAX_HORIZON, series::MAX_DEMAND, wide_table};
use crate::unit::{
    Invalid, sort_by,
    table::{Column, File, TableProblem},
};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Series in columns, ready for a batch of forecasts; a bad one is told and left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesTable {
    /// What each series is called, in the order of the file.
    pub ids: Vec<String>,
    /// The line of the file on which each series first stands.
    pub lines: Vec<u64>,
    /// All histories, one behind the other, oldest value first; NaN where a value is missing.
    pub values: Vec<f64>,
    /// Where each history begins, and at the end where the last one ends.
    pub offsets: Vec<u32>,
    /// For each value 0 where nothing could be sold for want of stock, otherwise 1; absent where
    /// the file has no such column.
    pub in_stock: Option<Vec<u8>>,
    /// What is known of past and future periods beside the demand.
    pub regressors: Vec<TableRegressor>,
    /// Periods in one season of each series.
    pub season_lengths: Vec<u32>,
    /// Periods in a longer season of each series that its calendar suggests; 0 for none.
    pub longer_seasons: Vec<f64>,
    /// Periods to forecast of each series.
    pub horizons: Vec<u32>,
    /// How long a period is, where the file has dates.
    pub period: Option<Period>,
    /// The series that could not be read, and rows of which nobody knows to what series they
    /// belong, by line.
    pub problems: Vec<SeriesTableProblem>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

/// What is known of each period of each series, the forecast ones included.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRegressor {
    /// The name of its column: `promo`, `closed`, `price`, `deal` or `feat`.
    pub name: String,
    /// What its values mean, as the name says: `promo`, `deal` and `feat` are promotions.
    pub kind: RegressorKind,
    /// For each series its history and its horizon; NaN where nothing is known.
    pub values: Vec<f64>,
    /// Where each series begins, and at the end where the last one ends.
    pub offsets: Vec<u32>,
}

/// Why a series could not be read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SeriesTableProblem {
    /// The series; empty where the row does not say it.
    pub id: String,
    /// What is wrong, and where.
    #[serde(flatten)]
    pub problem: TableProblem,
}

/// How long a period is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Period {
    /// A calendar day.
    Day,
    /// Seven days, from Monday on.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

/// How a file of series is to be read.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SeriesTableOptions {
    /// Periods to forecast of every series; when absent, column `h` says it for each.
    pub horizon: Option<u32>,
    /// Periods in one season of every series; when absent, column `season` says it for each, and
    /// where that is blank the length of its period does. Only when it is absent does the calendar
    /// suggest a longer season beside it.
    pub season_length: Option<u32>,
    /// How long the periods of a file with dates are; when absent, the dates say it.
    pub period: Option<Period>,
}

impl Period {
    /// Periods in the season that people usually mean: the week of days, the year of the others.
    pub fn season_length(self) -> u32 {
        match self {
            Self::Day => 7,
            Self::Week => 52,
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }

    /// Periods in the year of days, which a week does not show; other periods have one season.
    pub fn longer_season(self) -> Option<f64> {
        match self {
            Self::Day => Some(365.25),
            Self::Week | Self::Month | Self::Quarter | Self::Year => None,
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// The columns that hold what is known of past and future periods.
const REGRESSORS: [(&str, RegressorKind); 5] = [
    ("promo", RegressorKind::Promotion),
    ("closed", RegressorKind::Closed),
    ("price", RegressorKind::Price),
    ("deal", RegressorKind::Promotion),
    ("feat", RegressorKind::Promotion),
];
pub(super) const IN_STOCK: &str = "in_stock";

/// How many rows without a series are told before the file counts as none of this kind.
const MAX_STRAY_ROWS: usize = 1000;

/// Reads a file of series, in one of two forms told apart by its header.
///
/// One series a line: `id` and `train`, the history as numbers with spaces between them, oldest
/// first, `NA` where a value is missing. `h` and `season` say its horizon and season, `freq` (`H`,
/// `D`, `W`, `M`, …) the season where that is blank. `promo`, `closed`, `price`, `deal` and `feat`
/// hold numbers for the history and as many of the following periods as are known, `in_stock` ones
/// and zeros for the history at least. `test` is not read.
///
/// One period a line: `id`, `date` (`2026-11-21`, or `2026-11`) and `value`, in any order, the other
/// columns as above. How long a period is follows from the dates: the longest that most series fit.
/// Periods without a row between the first and the last value are missing, not zero; rows after
/// the last value say what is known of the future.
///
/// Where `freq` or the dates say that periods are days, and the options ask for no season, a year of
/// 365.25 days is a longer season beside the usual one; hours (`freq` alone) have the week of 168.
///
/// # Errors
///
/// What is wrong with the file as a whole: besides what
/// [`read_each`](crate::unit::table::read_each) refuses, an unclosed quote, neither form's columns,
/// no horizon anywhere, a thousand rows without a series. A bad series is listed among the table's
/// problems instead.
///
/// ```
/// use replenish::{forecast::{SeriesTableOptions, read_series}, unit::table::File};
/// let bytes = b"id,h,train,in_stock\nsoap,2,3 NA 4 0,1 1 1 0\njam,2,3 x 4 0,1 1 1 1\n";
/// let table = read_series(File { name: "s.csv", bytes }, &SeriesTableOptions::default()).unwrap();
/// assert_eq!((table.ids, table.horizons), (vec!["soap".to_owned()], vec![2]));
/// assert_eq!(table.in_stock, Some(vec![1, 1, 1, 0]));
/// assert_eq!(table.problems[0].problem.to_string(),
///     "s.csv:3: column `train[1]`: expected a number from -1000000000000000 to 1000000000000000 or NA, got `x`");
/// ```
pub fn read_series(
    file: File<'_>,
    options: &SeriesTableOptions,
) -> Result<SeriesTable, Vec<TableProblem>> {
    let refuse = |invalid: Invalid| vec![TableProblem::new(file, 1, invalid)];
    if let Some(horizon) = options.horizon {
        check_horizon(horizon).map_err(|invalid| refuse(invalid.at("horizon")))?;
    }
    let header = header(file.bytes);
    let has = |name: &str| header.iter().any(|found| found == name);
    let one_series_a_line = has("train");
    if !one_series_a_line && !has("date") && !header.is_empty() {
        let expected = "columns id, train (a series a line) or id, date, value (a period a line)";
        return Err(refuse(Invalid::new("column_missing", expected, header.join(","))));
    }
    if options.horizon.is_none() && !(one_series_a_line && has("h")) {
        let expected = "a horizon for all series, or for each in a column named h";
        return Err(refuse(Invalid::new("column_missing", expected, header.join(",")).at("h")));
    }
    let builder = SeriesBuilder::new(has);
    if one_series_a_line {
        wide_table::read_wide(file, options, builder)
    } else {
        long_table::read_long(file, options, builder)
    }
}

/// One series, read.
pub(super) struct OneSeries {
    pub(super) id: String,
    pub(super) line: u64,
    pub(super) values: Vec<f64>,
    /// One for each value; empty where the file does not say.
    pub(super) in_stock: Vec<u8>,
    /// For each regressor of the file, the history and the horizon.
    pub(super) regressors: Vec<Vec<f64>>,
    pub(super) season_length: u32,
    /// A longer one, which its calendar suggests.
    pub(super) longer_season: Option<f64>,
    pub(super) horizon: u32,
}

/// The table while it is read.
pub(super) struct SeriesBuilder {
    pub(super) table: SeriesTable,
    stray: Vec<TableProblem>,
}

impl SeriesBuilder {
    /// For a file that has some of the columns.
    fn new(has: impl Fn(&str) -> bool) -> Self {
        let present = REGRESSORS.into_iter().filter(|(name, _)| has(name));
        let regressors = present.map(|(name, kind)| TableRegressor {
            name: name.to_owned(),
            kind,
            values: Vec::new(),
            offsets: vec![0],
        });
        let table = SeriesTable {
            offsets: vec![0],
            in_stock: has(IN_STOCK).then(Vec::new),
            regressors: regressors.collect(),
            ..SeriesTable::default()
        };
        Self { table, stray: Vec::new() }
    }

    /// The columns that hold regressors, and the one of stock, as they are asked of the file.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column> {
        let present = |name: &&str| self.table.regressors.iter().any(|found| found.name == **name);
        let stock = self.table.in_stock.is_some().then_some(IN_STOCK);
        let names = REGRESSORS.into_iter().map(|(name, _)| name);
        names.filter(present).chain(stock).map(Column::optional)
    }

    pub(super) fn push(&mut self, file: File<'_>, one: OneSeries, options: &SeriesTableOptions) {
        let table = &mut self.table;
        // The longer of both kinds of column; each of them is at most as long as this in all.
        let longest = table.regressors.iter().map(|column| column.values.len()).max();
        let used = longest.unwrap_or(0).max(table.values.len());
        if u32::try_from(used + one.values.len() + one.horizon as usize).is_err() {
            let expected = "at most 4,294,967,295 values in all series";
            let invalid = Invalid::new("table_too_long", expected, "more");
            return self.problem(&one.id, TableProblem::new(file, one.line, invalid));
        }
        let end = |values: &[f64]| u32::try_from(values.len()).unwrap_or(u32::MAX);
        table.ids.push(one.id);
        table.lines.push(one.line);
        table.values.extend(one.values);
        table.offsets.push(end(&table.values));
        if let Some(in_stock) = &mut table.in_stock {
            in_stock.extend(one.in_stock);
        }
        for (regressor, values) in table.regressors.iter_mut().zip(one.regressors) {
            regressor.values.extend(values);
            regressor.offsets.push(end(&regressor.values));
        }
        let season_length = options.season_length.unwrap_or(one.season_length);
        table.season_lengths.push(season_length);
        let longer = one
            .longer_season
            .filter(|longer| options.season_length.is_none() && *longer > f64::from(season_length));
        table.longer_seasons.push(longer.unwrap_or(0.0));
        table.horizons.push(one.horizon);
    }

    pub(super) fn problem(&mut self, id: &str, problem: TableProblem) {
        self.table.problems.push(SeriesTableProblem { id: id.to_owned(), problem });
    }

    /// Notes a row of which nobody knows to what series it belongs; breaks where the file as a
    /// whole must be wrong.
    pub(super) fn stray(&mut self, file: File<'_>, line: u64, invalid: Invalid) -> ControlFlow<()> {
        // Whatever follows an unclosed quote has become part of one cell.
        let hopeless = invalid.code == "quote_unclosed";
        let problem = TableProblem::new(file, line, invalid);
        if hopeless {
            self.stray = vec![problem];
            return ControlFlow::Break(());
        }
        self.problem("", problem.clone());
        self.stray.push(problem);
        if self.stray.len() < MAX_STRAY_ROWS {
            return ControlFlow::Continue(());
        }
        self.stray.truncate(crate::unit::table::MAX_PROBLEMS);
        ControlFlow::Break(())
    }

    /// What was read, unless reading broke off.
    pub(super) fn finish(
        self,
        broken: bool,
        ignored_columns: Vec<String>,
    ) -> Result<SeriesTable, Vec<TableProblem>> {
        if broken {
            return Err(self.stray);
        }
        let mut table = SeriesTable { ignored_columns, ..self.table };
        sort_by(&mut table.problems, |a, b| a.problem.line.cmp(&b.problem.line));
        Ok(table)
    }
}

/// A number, or NaN for a missing one.
pub(super) fn number(text: &str) -> Result<f64, Invalid> {
    if matches!(text, "NA" | "NaN" | "nan") {
        return Ok(f64::NAN);
    }
    // The standard library would read `inf` and `infinity` as well.
    let plain =
        text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let value: Option<f64> = if plain { text.parse().ok() } else { None };
    // Adding zero makes -0 a plain zero.
    value.filter(|value| value.abs() <= MAX_DEMAND).map(|value| value + 0.0).ok_or_else(|| {
        let expected = format!("a number from -{MAX_DEMAND} to {MAX_DEMAND} or NA");
        Invalid::new("number_invalid", expected, text)
    })
}

/// Ones and zeros, and one where it is not known; or where another number stands.
pub(super) fn mask(values: &[f64]) -> Result<Vec<u8>, (usize, Invalid)> {
    let bit = |(at, &value): (usize, &f64)| {
        if value == 0.0 {
            Ok(0)
        } else if value.is_nan() || value.to_bits() == 1.0_f64.to_bits() {
            Ok(1)
        } else {
            Err((at, Invalid::new("mask_invalid", "0, 1 or NA", value)))
        }
    };
    values.iter().enumerate().map(bit).collect()
}

pub(super) fn check_horizon(horizon: u32) -> Result<(), Invalid> {
    if (1..=MAX_HORIZON).contains(&horizon) {
        return Ok(());
    }
    let expected = format!("a horizon from 1 to {MAX_HORIZON}");
    Err(Invalid::new("horizon_invalid", expected, horizon))
}

/// The names in the first line that is not blank.
fn header(bytes: &[u8]) -> Vec<String> {
    let mut lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let text = String::from_utf8_lossy(line);
    let names = text.trim_start_matches('\u{feff}').split(',');
    let names: Vec<String> =
        names.map(|name| name.trim().trim_matches('"').trim().to_owned()).collect();
    if names.iter().all(String::is_empty) { Vec::new() } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, options: &SeriesTableOptions) -> Result<SeriesTable, Vec<TableProblem>> {
        read_series(File { name: "s.csv", bytes: text.as_bytes() }, options)
    }

    #[test]
    fn a_file_of_another_kind_is_refused_as_a_whole() {
        let code = |text: &str| {
            let problems = read(text, &SeriesTableOptions::default()).unwrap_err();
            (problems[0].code, problems.len())
        };
        assert_eq!(code("sku,quantity\na,1\n"), ("column_missing", 1));
        assert_eq!(code("id,train\na,1\n"), ("column_missing", 1));
        assert_eq!(code("id,date,value\na,2026-01-01,1\n"), ("column_missing", 1));
        assert_eq!(code("id,h,train\na,1,\"1 2\nb,1,2\n"), ("quote_unclosed", 1));
        assert_eq!(code("id,h,train\n"), ("file_without_rows", 1));
        let junk = format!("id,h,train\n{}", ",1,1\n".repeat(5000));
        assert_eq!(code(&junk), ("id_invalid", crate::unit::table::MAX_PROBLEMS));
        let none = SeriesTableOptions { horizon: Some(1), ..SeriesTableOptions::default() };
        assert_eq!(read("", &none).unwrap_err()[0].code, "file_empty");
        let zero = SeriesTableOptions { horizon: Some(0), ..SeriesTableOptions::default() };
        assert_eq!(read("id,train\na,1\n", &zero).unwrap_err()[0].code, "horizon_invalid");
    }
}
