//! Documents as JSON text: read, worked on and written within the module, so that text alone
//! crosses, at a fraction of what plain objects cost field by field.

use super::{document::Document, refuse, unread};
use crate::unit::Invalid;
use js_sys::JSON;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;

impl<'a> Document<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Invalid> {
        serde_json::from_str(text).map_err(|error| no_json(&error))
    }
}

pub(super) fn no_json(error: &serde_json::Error) -> Invalid {
    Invalid::new("document_invalid", "JSON text", error)
}

/// A part of a document as what it is meant to be; a mistake names its field below `name`.
pub(super) fn typed<T: DeserializeOwned>(
    name: &str,
    document: &Document<'_>,
) -> Result<T, Invalid> {
    T::deserialize(document).map_err(|refusal| unread(name, &refusal))
}

/// Reads JSON text.
pub(super) fn from_text<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Invalid> {
    let document = Document::parse(text).map_err(|invalid| invalid.at(name))?;
    typed(name, &document)
}

/// Reads a plain object by the text that `JSON.stringify` makes of it.
pub(super) fn take_by_text<T: DeserializeOwned>(name: &str, value: &JsValue) -> Result<T, JsValue> {
    let plain = || Invalid::new("document_invalid", "a plain value", "another").at(name);
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
    let text = text.ok_or_else(|| refuse(plain()))?;
    from_text(name, &text).map_err(refuse)
}

/// Writes JSON text, one line of it.
pub(super) fn text_of(value: &impl Serialize) -> String {
    // INVARIANT: fields have names and memory takes all that is written.
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes what `JSON.parse` makes of the text.
pub(super) fn give_by_text(value: &impl Serialize) -> Result<JsValue, JsValue> {
    JSON::parse(&text_of(value))
}
