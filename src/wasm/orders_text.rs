//! Many orders at once as JSON text: read, divided and written within the module, so that text alone
//! crosses, at a third of what plain objects cost.

use super::{
    document::Document,
    orders::as_invalid,
    refuse,
    text::{no_json, typed},
};
use crate::{
    order::{CustomerOrder, Split, SplitRules, split},
    unit::Invalid,
};
use serde::{
    Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use std::fmt;
use wasm_bindgen::prelude::*;

/// Splits customers' orders that are JSON text, and answers with JSON text.
///
/// The orders are a list, or one document a line; so are the answers, each an `Answered<Split>` in
/// the place of its order. An order that cannot be split spoils no other.
#[wasm_bindgen(js_name = splitJson)]
pub fn split_json(orders: &str, rules: &str) -> Result<String, JsValue> {
    let rules = Document::parse(rules)
        .and_then(|rules| typed::<SplitRules>("", &rules))
        .and_then(|rules| rules.check().map(|()| rules))
        .map_err(|invalid| refuse(invalid.at("rules")))?;
    let mut answers = Vec::with_capacity(orders.len().saturating_mul(4));
    if orders.trim_start().starts_with('[') {
        answers.push(b'[');
        let mut list = serde_json::Deserializer::from_str(orders);
        let all = list.deserialize_seq(EachOrder { rules: &rules, answers: &mut answers });
        let read = all.and_then(|()| list.end()).map_err(|error| no_json(&error));
        read.map_err(|invalid| refuse(invalid.at("orders")))?;
        answers.push(b']');
    } else {
        for line in orders.lines().filter(|line| !line.trim().is_empty()) {
            let answer = Document::parse(line).and_then(|order| divide(&order, &rules));
            write(&mut answers, answer);
            answers.push(b'\n');
        }
    }
    // INVARIANT: what `serde_json` writes is UTF-8.
    Ok(String::from_utf8(answers).unwrap_or_default())
}

/// Answers each order of a list as soon as it is read, so that no two are held at once.
struct EachOrder<'a> {
    rules: &'a SplitRules,
    answers: &'a mut Vec<u8>,
}

impl<'de> Visitor<'de> for EachOrder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of orders")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut first = true;
        while let Some(order) = list.next_element::<Document<'de>>()? {
            if !first {
                self.answers.push(b',');
            }
            first = false;
            write(self.answers, divide(&order, self.rules));
        }
        Ok(())
    }
}

fn divide(order: &Document<'_>, rules: &SplitRules) -> Result<Split, Invalid> {
    let order: CustomerOrder = typed("", order)?;
    split(&order, rules).map_err(as_invalid)
}

/// What came of an order, as `Answered<Split>` has it.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answered {
    Answer(Split),
    Refused(Invalid),
}

fn write(answers: &mut Vec<u8>, answer: Result<Split, Invalid>) {
    let answer = answer.map_or_else(Answered::Refused, Answered::Answer);
    // INVARIANT: fields have names, and memory takes all that is written.
    serde_json::to_writer(answers, &answer).unwrap_or_default();
}
