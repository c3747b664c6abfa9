//! One answer of several: what came of each, or why nothing did.

use super::{columns::object, give, refuse};
use crate::unit::{Invalid, Sku};
use js_sys::{Array, Object};
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const ANSWER_TYPES: &str = r#"
/** One of several answers, or why there is none: the others are answered all the same. */
export type Answered<T> =
    | { answer: T; refused?: undefined }
    | { answer?: undefined; refused: Invalid };
"#;

/// Writes an answer, or why there is none.
pub(super) fn give_answered<T>(
    result: Result<T, Invalid>,
    give_answer: impl Fn(T) -> Result<JsValue, JsValue>,
) -> Result<JsValue, JsValue> {
    match result {
        Ok(answer) => object(&[("answer", give_answer(answer)?)]),
        Err(invalid) => object(&[("refused", give(&invalid)?)]),
    }
}

/// Writes one answer for each of a list.
pub(super) fn give_each<T: serde::Serialize>(
    results: Vec<Result<T, Invalid>>,
) -> Result<JsValue, JsValue> {
    let answers = Array::new();
    for result in results {
        answers.push(&give_answered(result, |answer| give(&answer))?);
    }
    Ok(answers.into())
}

/// Writes an object with one answer for each product.
pub(super) fn give_by_sku<T>(
    results: BTreeMap<Sku, Result<T, Invalid>>,
    give_answer: impl Fn(T) -> Result<JsValue, JsValue>,
) -> Result<JsValue, JsValue> {
    let entries = Array::new();
    for (sku, result) in results {
        let answer = give_answered(result, &give_answer)?;
        entries.push(&Array::of2(&JsValue::from_str(sku.as_str()), &answer));
    }
    // Unlike setting fields, this keeps a product whose name JavaScript gives a meaning to.
    Ok(Object::from_entries(&entries)?.into())
}

/// The entries of an object whose fields are products, each with where it is.
pub(super) fn by_sku(value: &JsValue, path: &str) -> Result<Vec<(Sku, String, JsValue)>, JsValue> {
    if !value.is_object() {
        let expected = "an object with a field for each product";
        return Err(refuse(Invalid::new("document_invalid", expected, "another value").at(path)));
    }
    let mut all = Vec::new();
    for entry in Object::entries(value.unchecked_ref()) {
        let entry: Array = entry.unchecked_into();
        let name = entry.get(0).as_string().unwrap_or_default();
        let sku = Sku::new(&name).map_err(|invalid| refuse(invalid.at(path)))?;
        let path = format!("{path}[{sku}]");
        all.push((sku, path, entry.get(1)));
    }
    Ok(all)
}
