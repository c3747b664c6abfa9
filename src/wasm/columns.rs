//! Series as they come from JavaScript: typed arrays, and what is known beside them.

use super::{forecast_error, refuse, take};
use crate::{
    forecast::{Regressor, RegressorColumn, RegressorKind, Series, SeriesBatch},
    unit::Invalid,
};
use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const COLUMN_TYPES: &str = r#"
/** Demand of one product by period, oldest first, and what is known about the periods. */
export interface SeriesColumns {
    /** Demand; NaN where it is not known. */
    values: Float64Array;
    /** For each value 0 where the product was not there to be sold, otherwise 1. */
    in_stock?: Uint8Array | undefined;
    /** What is known to move demand: for each its history and, behind it, the whole horizon. */
    regressors?: readonly Regressor[] | undefined;
}
/** Something known beforehand that may move demand; NaN where it is not known. */
export interface Regressor { name: string; kind: RegressorKind; values: Float64Array; }
/** Many series in columns; a `SeriesTable`, as `readSeries` gives it, is one. */
export interface BatchColumns {
    /** All histories, one behind the other, oldest value first; NaN where a value is missing. */
    values: Float64Array;
    /** Where each history begins, and at the end where the last one ends. */
    offsets: Uint32Array;
    /** For each value 0 where nothing could be sold for want of stock, otherwise 1. */
    in_stock?: Uint8Array | undefined;
    /** What is known of past and future periods beside the demand. */
    regressors?: readonly RegressorColumn[] | undefined;
}
/**
 * One regressor of many series: for each its history and, behind it, the whole horizon, or nothing;
 * NaN where it is not known.
 */
export interface RegressorColumn {
    name: string;
    kind: RegressorKind;
    values: Float64Array;
    offsets: Uint32Array;
}
"#;

/// Many series, copied from JavaScript.
pub(super) struct Columns {
    values: Vec<f64>,
    offsets: Vec<u32>,
    in_stock: Vec<u8>,
    regressors: Vec<OwnColumn>,
}

struct OwnColumn {
    name: String,
    kind: RegressorKind,
    values: Vec<f64>,
    offsets: Vec<u32>,
}

impl Columns {
    /// Reads `BatchColumns`.
    pub(super) fn read(batch: &JsValue) -> Result<Self, JsValue> {
        let mut regressors = Vec::new();
        for (path, regressor) in regressors_of(batch, "batch")? {
            let (name, kind) = named(&regressor, &path)?;
            let values = floats(&regressor, &path, "values")?;
            regressors.push(OwnColumn {
                name,
                kind,
                values,
                offsets: whole_numbers(&regressor, &path, "offsets")?,
            });
        }
        Ok(Self {
            values: floats(batch, "batch", "values")?,
            offsets: whole_numbers(batch, "batch", "offsets")?,
            in_stock: in_stock(batch, "batch")?,
            regressors,
        })
    }

    /// Asks something of the series as a batch.
    pub(super) fn with<T>(&self, ask: impl FnOnce(SeriesBatch<'_>) -> T) -> T {
        let borrowed = self.regressors.iter().map(|own| RegressorColumn {
            name: &own.name,
            kind: own.kind,
            values: &own.values,
            offsets: &own.offsets,
        });
        let regressors: Vec<_> = borrowed.collect();
        ask(SeriesBatch {
            values: &self.values,
            offsets: &self.offsets,
            in_stock: &self.in_stock,
            regressors: &regressors,
        })
    }
}

/// Reads `SeriesColumns`.
pub(super) fn series(columns: &JsValue, path: &str) -> Result<Series, JsValue> {
    let mut regressors = Vec::new();
    for (path, regressor) in regressors_of(columns, path)? {
        let (name, kind) = named(&regressor, &path)?;
        regressors.push(Regressor { name, kind, values: floats(&regressor, &path, "values")? });
    }
    let series = Series::new(floats(columns, path, "values")?).map_err(forecast_error)?;
    let series = series.with_regressors(regressors);
    let in_stock: Vec<bool> = in_stock(columns, path)?.iter().map(|&there| there != 0).collect();
    // As in a batch: a column without entries is none.
    if in_stock.is_empty() {
        return Ok(series);
    }
    series.with_availability(in_stock).map_err(forecast_error)
}

/// The numbers of a `Float64Array`.
pub(super) fn numbers(value: &JsValue, path: &str) -> Result<Vec<f64>, JsValue> {
    let array: Option<&Float64Array> = value.dyn_ref();
    array.map(Float64Array::to_vec).ok_or_else(|| expected("a Float64Array", path))
}

/// An object of the given fields.
pub(super) fn object(fields: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    Ok(object.into())
}

pub(super) fn floats(object: &JsValue, path: &str, name: &str) -> Result<Vec<f64>, JsValue> {
    let value = field(object, path, name)?.unwrap_or(JsValue::UNDEFINED);
    numbers(&value, &format!("{path}.{name}"))
}

pub(super) fn whole_numbers(object: &JsValue, path: &str, name: &str) -> Result<Vec<u32>, JsValue> {
    let value = field(object, path, name)?;
    let array: Option<&Uint32Array> = value.as_ref().and_then(JsCast::dyn_ref);
    array
        .map(Uint32Array::to_vec)
        .ok_or_else(|| expected("a Uint32Array", &format!("{path}.{name}")))
}

fn in_stock(object: &JsValue, path: &str) -> Result<Vec<u8>, JsValue> {
    let Some(value) = field(object, path, "in_stock")? else { return Ok(Vec::new()) };
    let array: Option<&Uint8Array> = value.dyn_ref();
    array
        .map(Uint8Array::to_vec)
        .ok_or_else(|| expected("a Uint8Array", &format!("{path}.in_stock")))
}

fn regressors_of(object: &JsValue, path: &str) -> Result<Vec<(String, JsValue)>, JsValue> {
    let given = field(object, path, "regressors")?;
    given.map_or_else(|| Ok(Vec::new()), |given| list(&given, &format!("{path}.regressors")))
}

/// The entries of a list, each with where it is.
pub(super) fn list(value: &JsValue, path: &str) -> Result<Vec<(String, JsValue)>, JsValue> {
    if !Array::is_array(value) {
        return Err(expected("a list", path));
    }
    let entries = Array::from(value).into_iter().enumerate();
    Ok(entries.map(|(index, entry)| (format!("{path}[{index}]"), entry)).collect())
}

fn named(regressor: &JsValue, path: &str) -> Result<(String, RegressorKind), JsValue> {
    let name = field(regressor, path, "name")?.and_then(|name| name.as_string());
    let name = name.ok_or_else(|| expected("a text", &format!("{path}.name")))?;
    let kind = field(regressor, path, "kind")?.unwrap_or(JsValue::UNDEFINED);
    Ok((name, take(&format!("{path}.kind"), kind)?))
}

/// A field, unless it is absent.
pub(super) fn field(object: &JsValue, path: &str, name: &str) -> Result<Option<JsValue>, JsValue> {
    let value = Reflect::get(object, &name.into()).map_err(|_| expected("an object", path))?;
    Ok((!value.is_undefined() && !value.is_null()).then_some(value))
}

fn expected(what: &str, path: &str) -> JsValue {
    refuse(Invalid::new("document_invalid", what, "another value").at(path))
}
