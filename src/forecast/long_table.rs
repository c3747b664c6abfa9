//! Series from rows of one period each: which rows make one, and how long a period is.

use super::series_table::{
    IN_STOCK, OneSeries, Period, SeriesBuilder, SeriesTable, SeriesTableOptions, mask, number,
};
use crate::unit::{
    Day, Invalid, Sku, sort_by,
    table::{Column, File, Row, TableProblem, read_each},
};
use std::{collections::BTreeMap, ops::ControlFlow};

const COLUMNS: [Column; 3] =
    [Column::required("id"), Column::required("date"), Column::required("value")];
const ID: usize = 0;
const DATE: usize = 1;
const VALUE: usize = 2;

/// Longest history that is read, in periods, so that one wrong year cannot ask for endless gaps.
const MAX_PERIODS: i64 = 36_525;

/// The rows of one series.
struct Rows {
    id: Sku,
    line: u64,
    dates: Vec<Dated>,
    /// The value and the other columns' numbers, row by row.
    cells: Vec<f64>,
    /// Why the series cannot be read.
    problem: Option<TableProblem>,
}

/// When a row is, and which one it is.
#[derive(Clone, Copy)]
struct Dated {
    /// Days since a Monday.
    day: i64,
    /// Months since a January.
    month: i64,
    day_of_month: i64,
    row: usize,
    line: u64,
}

pub(super) fn read_long(
    file: File<'_>,
    options: &SeriesTableOptions,
    mut builder: SeriesBuilder,
) -> Result<SeriesTable, Vec<TableProblem>> {
    let columns: Vec<Column> = COLUMNS.into_iter().chain(builder.columns()).collect();
    let monday: Day =
        "0001-01-01".parse().map_err(|invalid| vec![TableProblem::new(file, 1, invalid)])?;
    let mut positions: BTreeMap<Sku, usize> = BTreeMap::new();
    let mut all: Vec<Rows> = Vec::new();
    let mut broken = false;
    let ignored = read_each(file, &columns, &mut |line, row| {
        let (id, row) = match row.and_then(|row| Ok((row.parse::<Sku>(ID)?, row))) {
            Ok(named) => named,
            Err(invalid) => {
                let flow = builder.stray(file, line, invalid);
                broken = flow.is_break();
                return flow;
            }
        };
        let position = *positions.entry(id).or_insert_with_key(|id| {
            let (dates, cells) = (Vec::new(), Vec::new());
            all.push(Rows { id: id.clone(), line, dates, cells, problem: None });
            all.len() - 1
        });
        let rows = &mut all[position];
        if rows.problem.is_none() {
            rows.problem = rows
                .add(row, &columns, monday)
                .err()
                .map(|invalid| TableProblem::new(file, line, invalid));
        }
        ControlFlow::Continue(())
    })?;
    for rows in &mut all {
        sort_by(&mut rows.dates, |a, b| a.day.cmp(&b.day));
    }
    let period = options.period.unwrap_or_else(|| usual_period(&all));
    builder.table.period = Some(period);
    let width = columns.len() - VALUE;
    for rows in all {
        let result = match rows.problem {
            Some(problem) => Err(problem),
            None => rows
                .series(width, period, options, &builder)
                .map_err(|(line, invalid)| TableProblem::new(file, line, invalid)),
        };
        match result {
            Ok(one) => builder.push(file, one, options),
            Err(problem) => builder.problem(rows.id.as_str(), problem),
        }
    }
    builder.finish(broken, ignored)
}

impl Rows {
    fn add(&mut self, row: &Row<'_>, columns: &[Column], monday: Day) -> Result<(), Invalid> {
        let mut dated = date(row.text(DATE), monday).map_err(|bad| row.problem(DATE, bad))?;
        (dated.row, dated.line) = (self.dates.len(), row.line());
        self.dates.push(dated);
        for (column, &Column { name, .. }) in columns.iter().enumerate().skip(VALUE) {
            let text = row.text(column);
            let value = if text.is_empty() {
                f64::NAN
            } else {
                number(text).map_err(|bad| row.problem(column, bad))?
            };
            if name == IN_STOCK {
                mask(&[value]).map_err(|(_, bad)| row.problem(column, bad))?;
            }
            self.cells.push(value);
        }
        Ok(())
    }

    /// The series of the rows, or the line that it cannot take; `width` numbers belong to a row.
    fn series(
        &self,
        width: usize,
        period: Period,
        options: &SeriesTableOptions,
        builder: &SeriesBuilder,
    ) -> Result<OneSeries, (u64, Invalid)> {
        for pair in self.dates.windows(2) {
            if pair[0].period(period) == pair[1].period(period) {
                let (day, later) = (pair[0].line.min(pair[1].line), pair[0].line.max(pair[1].line));
                let expected = if pair[0].day == pair[1].day {
                    "one row for a series and date".to_owned()
                } else {
                    format!("one row for a series and {}", period.name())
                };
                let got = format!("another one, the first on line {day}");
                return Err((later, Invalid::new("row_twice", expected, got).at("date")));
            }
        }
        let has_value = |dated: &&Dated| !self.cells[dated.row * width].is_nan();
        let known = (self.dates.iter().find(has_value), self.dates.iter().rfind(has_value));
        let (Some(first), Some(last)) = known else {
            let invalid = Invalid::new("series_empty", "at least one row with a value", "none");
            return Err((self.line, invalid.at("value")));
        };
        let (start, end) = (first.period(period), last.period(period));
        if end - start >= MAX_PERIODS {
            let expected = format!("at most {MAX_PERIODS} {}s of history", period.name());
            let invalid = Invalid::new("day_out_of_range", expected, end - start + 1);
            return Err((first.line, invalid.at("date")));
        }
        let horizon = options.horizon.unwrap_or(1);
        let length = usize::try_from(end - start + 1).unwrap_or(0);
        // One column behind the other: the value, the regressors, the stock.
        let mut filled = vec![vec![f64::NAN; length + horizon as usize]; width];
        for dated in &self.dates {
            let at = usize::try_from(dated.period(period) - start).unwrap_or(usize::MAX);
            for (column, values) in filled.iter_mut().enumerate() {
                if let Some(value) = values.get_mut(at) {
                    *value = self.cells[dated.row * width + column];
                }
            }
        }
        let mut filled = filled.into_iter();
        let mut values = filled.next().unwrap_or_default();
        values.truncate(length);
        let regressors = filled.by_ref().take(builder.table.regressors.len()).collect();
        let in_stock = match filled.next() {
            Some(stock) => mask(&stock[..length]).map_err(|(_, invalid)| (self.line, invalid))?,
            None => Vec::new(),
        };
        Ok(OneSeries {
            id: self.id.as_str().to_owned(),
            line: self.line,
            values,
            in_stock,
            regressors,
            season_length: period.season_length(),
            longer_season: period.longer_season(),
            horizon,
        })
    }
}

impl Dated {
    /// Which period it lies in.
    fn period(&self, period: Period) -> i64 {
        match period {
            Period::Day => self.day,
            Period::Week => self.day.div_euclid(7),
            Period::Month => self.month,
            Period::Quarter => self.month.div_euclid(3),
            Period::Year => self.month.div_euclid(12),
        }
    }

    fn month_length(&self) -> i64 {
        let year = self.month.div_euclid(12);
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        match self.month.rem_euclid(12) {
            1 if leap => 29,
            1 => 28,
            3 | 5 | 8 | 10 => 30,
            _ => 31,
        }
    }
}

fn date(text: &str, monday: Day) -> Result<Dated, Invalid> {
    let whole = if text.len() == 7 { format!("{text}-01") } else { text.to_owned() };
    let day: Day = whole
        .parse()
        .map_err(|_| Invalid::new("day_invalid", "a day such as 2026-11-21, or 2026-11", text))?;
    // INVARIANT: what was read as a day is four, two and two digits.
    let part = |from: usize, to: usize| whole[from..to].parse::<i64>().unwrap_or(1);
    Ok(Dated {
        day: monday.days_until(day),
        month: part(0, 4) * 12 + part(5, 7) - 1,
        day_of_month: part(8, 10),
        row: 0,
        line: 0,
    })
}

/// The period that the most series have, the shorter one of equals: a series of few rows may fit a
/// longer one by chance.
fn usual_period(all: &[Rows]) -> Period {
    let periods = [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year];
    let mut counts = [0_usize; 5];
    for rows in all.iter().filter(|rows| rows.problem.is_none()) {
        if let Some(period) = longest_period(&rows.dates) {
            counts[period as usize] += 1;
        }
    }
    let mut usual = (Period::Day, 0);
    for (period, count) in periods.into_iter().zip(counts) {
        if count > usual.1 {
            usual = (period, count);
        }
    }
    usual.0
}

/// The longest period of which all dates are whole numbers apart; none for a single date.
fn longest_period(dates: &[Dated]) -> Option<Period> {
    let (first, last) = (dates.first()?, dates.last()?);
    if first.day == last.day {
        return None;
    }
    // The same day of every month, or its last one where it is too short.
    let wanted = dates.iter().map(|dated| dated.day_of_month).max()?;
    let monthly = dates.iter().all(|dated| dated.day_of_month == wanted.min(dated.month_length()));
    let apart = |months: i64| dates.iter().all(|dated| (dated.month - first.month) % months == 0);
    Some(if monthly && apart(12) {
        Period::Year
    } else if monthly && apart(3) {
        Period::Quarter
    } else if monthly {
        Period::Month
    } else if dates.iter().all(|dated| (dated.day - first.day) % 7 == 0) {
        Period::Week
    } else {
        Period::Day
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{SeriesTableOptions, read_series};

    fn read(text: &str) -> SeriesTable {
        let options = SeriesTableOptions { horizon: Some(2), ..SeriesTableOptions::default() };
        read_series(File { name: "l.csv", bytes: text.as_bytes() }, &options).unwrap()
    }

    fn period(dates: &[&str]) -> Period {
        let rows: Vec<String> = dates.iter().map(|date| format!("a,{date},1\n")).collect();
        let table = read(&format!("id,date,value\n{}", rows.concat()));
        assert_eq!(table.problems, [], "{dates:?}");
        table.period.unwrap()
    }

    #[test]
    fn the_dates_say_how_long_a_period_is() {
        for (expected, dates) in [
            (Period::Day, &["2026-01-01", "2026-01-02", "2026-01-05"][..]),
            (Period::Week, &["2026-01-05", "2026-01-12", "2026-02-02"]),
            (Period::Month, &["2026-01-01", "2026-02-01", "2026-04-01"]),
            (Period::Month, &["2026-01", "2026-02", "2026-04"]),
            (Period::Month, &["2023-12-31", "2024-01-31", "2024-02-29", "2024-04-30"]),
            (Period::Month, &["2026-01-30", "2026-02-28", "2026-03-30"]),
            (Period::Quarter, &["2025-12-31", "2026-03-31", "2026-09-30"]),
            (Period::Year, &["2020-02-29", "2021-02-28", "2023-02-28"]),
            (Period::Day, &["2020-02-29", "2021-02-27", "2023-02-28"]),
            (Period::Day, &["2026-01-01"]),
        ] {
            assert_eq!(period(dates), expected, "{dates:?}");
        }
    }

    #[test]
    fn gaps_are_missing_and_rows_behind_the_last_value_tell_the_future() {
        let table = read(
            "id,date,value,promo,in_stock\n\
             b,2026-01-02,5,0,1\n\
             a,2026-01-04,4,1,0\n\
             a,2026-01-01,1,0,1\n\
             a,2026-01-02,NA,0,\n\
             a,2026-01-06,,1,\n\
             a,2026-01-07,,1,\n\
             b,2026-01-01,6,0,\n",
        );
        assert_eq!(
            (&table.ids[..], table.period),
            (&["b".into(), "a".into()][..], Some(Period::Day))
        );
        assert_eq!((table.offsets, table.season_lengths), (vec![0, 2, 6], vec![7, 7]));
        let shown = |values: &[f64]| format!("{values:?}");
        assert_eq!(shown(&table.values), "[6.0, 5.0, 1.0, NaN, NaN, 4.0]");
        assert_eq!(table.longer_seasons, [365.25, 365.25]);
        let promo = "[0.0, 0.0, NaN, NaN, 0.0, 0.0, NaN, 1.0, NaN, 1.0]";
        assert_eq!(shown(&table.regressors[0].values), promo);
        assert_eq!(table.in_stock.unwrap(), [1, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn a_bad_row_loses_its_series_alone() {
        let table = read(
            "id,date,value,in_stock\n\
             a,2026-01-01,1,1\n\
             b,2026-01-01,x,1\n\
             b,2026-99-01,y,1\n\
             c,2026-01-01,1,1\n\
             c,2026-01-01,2,1\n\
             d,2026-01-01,,1\n\
             e,0001-01-01,1,1\n\
             e,2026-01-01,1,1\n\
             f,01.01.2026,1,1\n\
             g,2026-01-01,1,yes\n\
             h,2026-01-01,1,2\n\
             a,2026-01-02,2,1\n\
             ,2026-01-02,2,1\n",
        );
        assert_eq!((table.ids, table.values), (vec!["a".to_owned()], vec![1.0, 2.0]));
        let seen = table.problems.iter().map(|found| {
            let problem = &found.problem;
            (found.id.as_str(), problem.line, problem.column.as_str(), problem.code)
        });
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [
                ("b", 3, "value", "number_invalid"),
                ("c", 6, "date", "row_twice"),
                ("d", 7, "value", "series_empty"),
                ("e", 8, "date", "day_out_of_range"),
                ("f", 10, "date", "day_invalid"),
                ("g", 11, "in_stock", "number_invalid"),
                ("h", 12, "in_stock", "mask_invalid"),
                ("", 14, "id", "id_invalid"),
            ]
        );
    }

    #[test]
    fn a_series_of_a_shorter_period_than_the_others_is_told() {
        let table = read(
            "id,date,value\na,2026-01-01,1\na,2026-02-01,2\nb,2026-01-01,1\nb,2026-02-01,2\n\
             c,2026-01-01,1\nc,2026-01-02,2\n",
        );
        assert_eq!((table.period, table.ids.len()), (Some(Period::Month), 2));
        assert_eq!(table.problems[0].problem.expected, "one row for a series and month");
    }
}
