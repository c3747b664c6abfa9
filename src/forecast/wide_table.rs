//! Series from rows of one series each: which cells make its history.

use super::{
    options::MAX_SEASON_LENGTH,
    series_table::{
        OneSeries, Period, SeriesBuilder, SeriesTable, SeriesTableOptions, check_horizon, mask,
        number,
    },
};
use crate::unit::{
    Invalid, Sku,
    table::{Column, File, Row, TableProblem, read_each},
};
use std::{collections::BTreeMap, ops::ControlFlow};

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

pub(super) fn read_wide(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{RegressorKind, SeriesTableProblem, read_series};

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
}
