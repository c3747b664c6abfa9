//! Many series from one file: a line for each series, or a line for each of its periods.

use super::{
    RegressorKind, long_table,
    options::{MAX_HORIZON, MAX_SEASON_LENGTH},
    series::MAX_DEMAND,
};
use crate::unit::{
    Invalid, Sku, sort_by,
    table::{Column, File, Row, TableProblem, read_each},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::ControlFlow};

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

const COLUMNS: [Column; 9] = [
    Column::required("id"),
    Column::required("train"),
    Column::optional("h"),
    Column::optional("season"),
    Column::optional("freq"),
    // What goes with a series in collections of them, and changes no forecast.
    Column::optional("group"),
    Column::optional("start"),
    Column::optional("mase_m"),
    Column::optional("test"),
];
const ID: usize = 0;
const TRAIN: usize = 1;
const HORIZON: usize = 2;
const SEASON: usize = 3;
const FREQUENCY: usize = 4;

/// Periods in the week of hours.
const HOURS_OF_WEEK: f64 = 168.0;
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
/// What is wrong with the file as a whole: besides what [`read_each`] refuses, an unclosed quote,
/// neither form's columns, no horizon anywhere, a thousand rows without a series. A bad series is
/// listed among the table's problems instead.
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
        read_wide(file, options, builder)
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

fn read_wide(
    file: File<'_>,
    options: &SeriesTableOptions,
    mut builder: SeriesBuilder,
) -> Result<SeriesTable, Vec<TableProblem>> {
    let columns: Vec<Column> = COLUMNS.into_iter().chain(builder.columns()).collect();
    // A map like that of the other form, so that there is one copy of the code.
    let (mut seen, mut broken) = (BTreeMap::<Sku, usize>::new(), false);
    let ignored = read_each(file, &columns, &mut |line, row| {
        let (id, row) = match row.and_then(|row| Ok((row.parse::<Sku>(ID)?, row))) {
            Ok(named) => named,
            Err(invalid) => {
                let flow = builder.stray(file, line, invalid);
                broken = flow.is_break();
                return flow;
            }
        };
        let result = if seen.contains_key(&id) {
            Err(row.problem(ID, Invalid::new("row_twice", "one line for a series", &id)))
        } else {
            one_series(row, &id, &builder, &columns, options)
        };
        match result {
            Ok(one) => builder.push(file, one, options),
            Err(invalid) => builder.problem(id.as_str(), TableProblem::new(file, line, invalid)),
        }
        seen.insert(id, builder.table.ids.len());
        ControlFlow::Continue(())
    })?;
    builder.finish(broken, ignored)
}

fn one_series(
    row: &Row<'_>,
    id: &Sku,
    builder: &SeriesBuilder,
    columns: &[Column],
    options: &SeriesTableOptions,
) -> Result<OneSeries, Invalid> {
    let values = numbers(row, TRAIN, columns)?;
    if values.is_empty() {
        let invalid = Invalid::new("series_empty", "at least one number", "none");
        return Err(row.problem(TRAIN, invalid));
    }
    let own_horizon = || -> Result<u32, Invalid> {
        let horizon = row.count(HORIZON)?;
        check_horizon(horizon).map_err(|invalid| row.problem(HORIZON, invalid))?;
        Ok(horizon)
    };
    let horizon = options.horizon.map_or_else(own_horizon, Ok)?;
    // A vector may be as long as the file's own horizon says, whatever horizon is asked for.
    let longest = values.len() + horizon.max(row.count(HORIZON).unwrap_or(0)) as usize;
    let season_length = options.season_length.map_or_else(|| season_length(row), Ok)?;

    let (mut regressors, mut in_stock) = (Vec::new(), Vec::new());
    for column in COLUMNS.len()..columns.len() {
        let mut known = numbers(row, column, columns)?;
        if !known.is_empty() && !(values.len()..=longest).contains(&known.len()) {
            let expected = format!(
                "{} numbers for the history and at most {} for the future",
                values.len(),
                longest - values.len()
            );
            let got = format!("{} numbers", known.len());
            return Err(row.problem(column, Invalid::new("vector_length", expected, got)));
        }
        if regressors.len() < builder.table.regressors.len() {
            known.resize(values.len() + horizon as usize, f64::NAN);
            regressors.push(known);
        } else {
            known.resize(values.len(), f64::NAN);
            in_stock = mask(&known).map_err(|(at, invalid)| {
                invalid.at(format_args!("{}[{at}]", columns[column].name))
            })?;
        }
    }
    let (id, line) = (id.as_str().to_owned(), row.line());
    let longer_season = match row.text(FREQUENCY).bytes().next() {
        Some(b'H' | b'h') => Some(HOURS_OF_WEEK),
        Some(b'D' | b'd') => Period::Day.longer_season(),
        _ => None,
    };
    Ok(OneSeries { id, line, values, in_stock, regressors, season_length, longer_season, horizon })
}

/// The numbers of a cell.
fn numbers(row: &Row<'_>, column: usize, columns: &[Column]) -> Result<Vec<f64>, Invalid> {
    let mut values = Vec::new();
    for text in row.text(column).split_ascii_whitespace() {
        let value = number(text).map_err(|invalid| {
            invalid.at(format_args!("{}[{}]", columns[column].name, values.len()))
        })?;
        values.push(value);
    }
    Ok(values)
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

fn season_length(row: &Row<'_>) -> Result<u32, Invalid> {
    let text = row.text(SEASON);
    if text.is_empty() {
        return Ok(match row.text(FREQUENCY).bytes().next() {
            Some(b'H' | b'h') => 24,
            Some(b'D' | b'd') => Period::Day.season_length(),
            Some(b'W' | b'w') => Period::Week.season_length(),
            Some(b'M' | b'm') => Period::Month.season_length(),
            Some(b'Q' | b'q') => Period::Quarter.season_length(),
            _ => 1,
        });
    }
    let allowed = |length: &u32| (1..=MAX_SEASON_LENGTH).contains(length);
    row.count(SEASON).ok().filter(allowed).ok_or_else(|| {
        let expected =
            format!("a season of a whole number of periods, 1 for none to {MAX_SEASON_LENGTH}");
        row.problem(SEASON, Invalid::new("season_length_invalid", expected, text))
    })
}

fn check_horizon(horizon: u32) -> Result<(), Invalid> {
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

    fn bits(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect()
    }

    #[test]
    fn a_series_a_line_with_what_is_known_of_the_future() {
        let text = "id,group,start,freq,season,mase_m,h,train,test,promo,price,in_stock,unit_cost\n\
                    a,G,1,W,,1,2,NA 2 -3.5,4 5,0 1 0 1 0,9 9 9,1 0 1,7\n\
                    b,G,1,W,13,1,1,1e2,4,,8 7,1 1,7\n";
        let table = read(text, &SeriesTableOptions::default()).unwrap();
        assert_eq!(table.ids, ["a", "b"]);
        assert_eq!(table.lines, [2, 3]);
        assert_eq!(bits(&table.values), [None, Some(2.0), Some(-3.5), Some(100.0)]);
        assert_eq!((table.offsets, table.horizons), (vec![0, 3, 4], vec![2, 1]));
        assert_eq!(table.season_lengths, [52, 13]);
        assert_eq!(table.in_stock.unwrap(), [1, 0, 1, 1]);
        let [promo, price] = &table.regressors[..] else { panic!("two regressors") };
        assert_eq!((promo.name.as_str(), price.name.as_str()), ("promo", "price"));
        let known = [Some(0.0), Some(1.0), Some(0.0), Some(1.0), Some(0.0), None, None];
        assert_eq!((bits(&promo.values), &promo.offsets[..]), (known.to_vec(), &[0, 5, 7][..]));
        assert_eq!((promo.kind, price.kind), (RegressorKind::Promotion, RegressorKind::Price));
        let known = [Some(9.0), Some(9.0), Some(9.0), None, None, Some(8.0), Some(7.0)];
        assert_eq!(bits(&price.values), known);
        assert_eq!((table.ignored_columns, table.problems), (vec!["unit_cost".to_owned()], vec![]));
    }

    #[test]
    fn days_have_a_year_and_hours_a_week_beside_the_usual_season() {
        let text =
            "id,h,freq,season,train\na,1,D,,1\nb,1,H,24,1\nc,1,M,,1\nd,1,D,400,1\ne,1,,7,1\n";
        let longer = |season_length| {
            let options = SeriesTableOptions { season_length, ..SeriesTableOptions::default() };
            read(text, &options).unwrap().longer_seasons
        };
        assert_eq!(longer(None), [365.25, 168.0, 0.0, 0.0, 0.0]);
        assert_eq!(longer(Some(7)), [0.0; 5]);
    }

    #[test]
    fn the_options_replace_the_columns() {
        let options = SeriesTableOptions { horizon: Some(1), season_length: Some(7), period: None };
        let text = "id,h,season,train,promo\na,3,x,1 2,0 1 1 0 1\nb,,4,1 2,0 1 1\n";
        let table = read(text, &options).unwrap();
        assert_eq!((table.horizons, table.season_lengths), (vec![1, 1], vec![7, 7]));
        assert_eq!(table.regressors[0].values, [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn a_bad_series_is_told_and_the_others_are_read() {
        let text = "id,h,season,train,promo,in_stock\n\
                    good,1,7,1 2,,\n\
                    a,1,7,1 inf,,\n\
                    b,0,7,1,,\n\
                    c,1,0,1,,\n\
                    d,1,7,,,\n\
                    e,1,7,1 2 3,1 1,\n\
                    f,1,7,1 2 3,1 1 1 1 1,\n\
                    g,1,7,1,,2\n\
                    good,1,7,3,,\n\
                    ,1,7,3,,\n\
                    h,1,7\n\
                    i,x,7,3,,\n\
                    j,1,7,9999999999999999,,\n\
                    last,1,7,5,,\n";
        let table = read(text, &SeriesTableOptions::default()).unwrap();
        assert_eq!(table.ids, ["good", "last"]);
        let seen = table.problems.iter().map(|SeriesTableProblem { id, problem }| {
            (id.as_str(), problem.line, problem.column.as_str(), problem.code)
        });
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [
                ("a", 3, "train[1]", "number_invalid"),
                ("b", 4, "h", "horizon_invalid"),
                ("c", 5, "season", "season_length_invalid"),
                ("d", 6, "train", "series_empty"),
                ("e", 7, "promo", "vector_length"),
                ("f", 8, "promo", "vector_length"),
                ("g", 9, "in_stock[0]", "mask_invalid"),
                ("good", 10, "id", "row_twice"),
                ("", 11, "id", "id_invalid"),
                ("", 12, "", "row_length"),
                ("i", 13, "h", "number_invalid"),
                ("j", 14, "train[0]", "number_invalid"),
            ]
        );
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
