//! Files of series, whatever is in them: read or refused, and each series for itself.

#![cfg(not(target_family = "wasm"))]

use proptest::{collection::vec, prelude::*, sample::select};
use replenish::{
    forecast::{Period, SeriesTable, SeriesTableOptions, read_series},
    unit::table::File,
};

const CELLS: [&str; 22] = [
    "a",
    "b",
    "c",
    "",
    " ",
    "1",
    "2 3",
    "0 1 NA 4",
    "NA",
    "nan",
    "-1.5",
    "1e15",
    "1e16",
    "inf",
    "e",
    "2026-01-01",
    "2026-01",
    "2026-02-29",
    "9999-12-31",
    "\u{e9}\u{e9}\u{e9}x",
    "\"x,\"\"y\"",
    "\"",
];
const COLUMNS: [&str; 14] = [
    "id", "train", "date", "value", "h", "season", "freq", "promo", "price", "closed", "in_stock",
    "test", "other", "id",
];

/// The bits of a value, every NaN the same.
fn bits(values: &[f64]) -> Vec<Option<u64>> {
    values.iter().map(|value| (!value.is_nan()).then(|| value.to_bits())).collect()
}

fn read(text: &str, horizon: Option<u32>) -> Option<SeriesTable> {
    let options = SeriesTableOptions { horizon, ..SeriesTableOptions::default() };
    read_series(File { name: "f.csv", bytes: text.as_bytes() }, &options).ok()
}

/// The columns of a table fit each other, and every series has what a forecast needs.
fn is_whole(table: &SeriesTable) {
    let count = table.ids.len();
    assert_eq!(table.offsets.len(), count + 1);
    assert_eq!((table.horizons.len(), table.season_lengths.len()), (count, count));
    assert_eq!(table.offsets.last().copied(), u32::try_from(table.values.len()).ok());
    assert!(table.in_stock.iter().all(|mask| mask.len() == table.values.len()));
    for index in 0..count {
        let length = table.offsets[index + 1] - table.offsets[index];
        assert!(length > 0 && table.horizons[index] > 0 && table.season_lengths[index] > 0);
        for regressor in &table.regressors {
            let known = regressor.offsets[index + 1] - regressor.offsets[index];
            assert_eq!(known, length + table.horizons[index], "{}", regressor.name);
        }
    }
    assert!(table.values.iter().all(|value| !value.is_infinite()));
    assert!(table.problems.iter().all(|found| found.problem.line > 0));
}

proptest! {
    #[test]
    fn any_file_is_read_or_refused(
        header in vec(select(&COLUMNS[..]), 0..7),
        rows in vec(vec(select(&CELLS[..]), 0..7), 0..8),
        horizon in proptest::option::of(0..4_u32),
    ) {
        let rows: Vec<String> = rows.iter().map(|cells| cells.join(",")).collect();
        let text = format!("{}\n{}\n", header.join(","), rows.join("\n"));
        if let Some(table) = read(&text, horizon) {
            is_whole(&table);
        }
    }

    #[test]
    fn rows_of_the_right_columns_are_read_or_told(
        long in any::<bool>(),
        rows in vec((select(&CELLS[..3]), select(&CELLS[..]), select(&CELLS[..]), select(&CELLS[..])), 1..9),
    ) {
        let header = if long { "id,date,value,promo" } else { "id,train,in_stock,price" };
        let rows: Vec<String> = rows.iter().map(|(a, b, c, d)| format!("{a},{b},{c},{d}\n")).collect();
        if let Some(table) = read(&format!("{header}\n{}", rows.concat()), Some(2)) {
            is_whole(&table);
            prop_assert!(table.ids.len() + table.problems.len() > 0);
        }
    }

    #[test]
    fn both_forms_say_the_same(
        series in vec((-50..1000_i32, vec(proptest::option::weighted(0.8, -50..1000_i32), 0..29), 0..50_i32), 1..5),
    ) {
        let (mut wide, mut long) = (vec!["id,freq,train".to_owned()], vec!["id,date,value".to_owned()]);
        // Both ends are known: in rows a history is from its first value to its last.
        for (index, (first, inner, last)) in series.iter().enumerate() {
            let values = [&[Some(*first)], &inner[..], &[Some(*last)]].concat();
            let cells = values.iter().map(|value| value.map_or("NA".to_owned(), |v| v.to_string()));
            wide.push(format!("s{index},D,{}", cells.collect::<Vec<_>>().join(" ")));
            let known = values.iter().zip(1..).filter_map(|(value, day)| Some((day, (*value)?)));
            long.extend(known.map(|(day, value)| format!("s{index},2026-01-{day:02},{value}")));
        }
        let period = Some(Period::Day);
        let options = SeriesTableOptions { period, horizon: Some(3), season_length: None };
        let read = |lines: &[String]| {
            let text = lines.join("\n");
            read_series(File { name: "f.csv", bytes: text.as_bytes() }, &options).unwrap()
        };
        // The rows of the other form may come in any order.
        long[1..].reverse();
        let (wide, long) = (read(&wide), read(&long));
        for (index, id) in wide.ids.iter().enumerate() {
            let other = long.ids.iter().position(|found| found == id).unwrap();
            let of = |table: &SeriesTable, at: usize| {
                bits(&table.values[table.offsets[at] as usize..table.offsets[at + 1] as usize])
            };
            prop_assert_eq!(of(&wide, index), of(&long, other));
            prop_assert_eq!(wide.season_lengths[index], long.season_lengths[other]);
        }
        prop_assert_eq!(wide.ids.len(), long.ids.len());
    }

    #[test]
    fn a_bad_series_changes_no_other(
        good in vec(vec(0..100_u32, 1..6), 1..5),
        bad in select(&["x,2,1 2 y", "x,0,1 2", "x,2", "x,2,", "s0,2,9", ",2,9"][..]),
        at in 0..5_usize,
    ) {
        let mut lines: Vec<String> = good.iter().enumerate().map(|(index, values)| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("s{index},2,{}", values.join(" "))
        }).collect();
        let header = "id,h,train".to_owned();
        let alone = read(&format!("{header}\n{}\n", lines.join("\n")), None).unwrap();
        // After the first, so that it is the second of its name that is bad.
        lines.insert(at.min(lines.len() - 1) + 1, bad.to_owned());
        let mixed = read(&format!("{header}\n{}\n", lines.join("\n")), None).unwrap();
        prop_assert_eq!(mixed.problems.len(), 1);
        prop_assert_eq!((mixed.ids, bits(&mixed.values)), (alone.ids, bits(&alone.values)));
    }
}
