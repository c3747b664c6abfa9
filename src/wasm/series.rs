//! Files of series: bytes in, columns out.

use super::{columns::object, files::TableFile, give, table_problem, take, throw};
use crate::{
    forecast::{self, SeriesTable},
    unit::table::{File, TableProblem},
};
use js_sys::{Float64Array, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const SERIES_TYPES: &str = r#"
/** Many series in columns, as a file holds them; a bad one is told and left out. */
export interface SeriesTable {
    /** What each series is called, in the order of the file. */
    ids: string[];
    /** All histories, one behind the other, oldest value first; NaN where a value is missing. */
    values: Float64Array;
    /** Where each history begins, and at the end where the last one ends. */
    offsets: Uint32Array;
    /** For each value 0 where nothing could be sold for want of stock, otherwise 1. */
    in_stock?: Uint8Array;
    /** What is known of past and future periods beside the demand. */
    regressors: RegressorColumn[];
    /** Periods in one season of each series. */
    season_lengths: Uint32Array;
    /** Periods in a longer season of each series that its calendar suggests; 0 for none. */
    longer_seasons: Float64Array;
    /** Periods to forecast of each series. */
    horizons: Uint32Array;
    /** How long a period is, where the file has dates. */
    period: Period | null;
    /** The series that could not be read, and rows of which nobody knows to what series they belong. */
    problems: SeriesTableProblem[];
    /** Columns of the file that are not read. */
    ignored_columns: string[];
}
"#;

/// Reads a file of series: one series a line (`id,train,…`), or one period a line
/// (`id,date,value,…`).
#[wasm_bindgen(js_name = readSeries, unchecked_return_type = "SeriesTable")]
pub fn read_series(
    #[wasm_bindgen(unchecked_param_type = "TableFile")] file: &TableFile,
    #[wasm_bindgen(unchecked_param_type = "SeriesTableOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let options: forecast::SeriesTableOptions = take("options", options)?;
    let (name, bytes) = (file.name(), file.bytes());
    // Each growth of the memory makes the runtime collect its garbage, a thousand times in a large
    // file; numbers are two to three times as long as their text.
    let mut room: Vec<u8> = Vec::new();
    if room.try_reserve_exact(bytes.len().saturating_mul(3)).is_ok() {
        drop(std::hint::black_box(room));
    }
    let table = forecast::read_series(File { name: &name, bytes: &bytes }, &options);
    columns(&table.map_err(refuse_file)?)
}

fn columns(table: &SeriesTable) -> Result<JsValue, JsValue> {
    let mut regressors = Vec::with_capacity(table.regressors.len());
    for regressor in &table.regressors {
        regressors.push(object(&[
            ("name", regressor.name.as_str().into()),
            ("kind", give(&regressor.kind)?),
            ("values", Float64Array::from(&regressor.values[..]).into()),
            ("offsets", Uint32Array::from(&regressor.offsets[..]).into()),
        ])?);
    }
    let columns = object(&[
        ("ids", give(&table.ids)?),
        ("values", Float64Array::from(&table.values[..]).into()),
        ("offsets", Uint32Array::from(&table.offsets[..]).into()),
        ("regressors", regressors.into()),
        ("season_lengths", Uint32Array::from(&table.season_lengths[..]).into()),
        ("longer_seasons", Float64Array::from(&table.longer_seasons[..]).into()),
        ("horizons", Uint32Array::from(&table.horizons[..]).into()),
        ("period", give(&table.period)?),
        ("problems", give(&table.problems)?),
        ("ignored_columns", give(&table.ignored_columns)?),
    ])?;
    if let Some(in_stock) = &table.in_stock {
        Reflect::set(&columns, &"in_stock".into(), &Uint8Array::from(&in_stock[..]))?;
    }
    Ok(columns)
}

fn refuse_file(problems: Vec<TableProblem>) -> JsValue {
    let message = problems.first().map_or(String::new(), ToString::to_string);
    throw("tables_invalid", &message, problems.into_iter().map(table_problem).collect())
}
