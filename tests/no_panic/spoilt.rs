//! Documents with something wrong in them.

use crate::random::Random;
use serde_json::{Value, json};

/// Numbers that can be read, most of them at an end of some range.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "0.01",
    "-0.01",
    "0.5",
    "99999.99",
    "100000000000",
    "-100000000000",
    "9999999999999999999",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "7.9228162514264337593543950335",
];
const UNITS: [&str; 8] = ["EUR", "USD", "CLP", "KWD", "each", "kg", "case", "pack"];
const WORDS: [&str; 6] = ["a", "0001-01-01", "9999-12-31", "on_hand", "~:%", "\u{1F34E}"];

/// Changes something of a document, so that most of it can still be read.
pub(crate) fn spoil(random: &mut Random, document: &mut Value) {
    let mut places = Vec::new();
    list(document, "", &mut places);
    let texts: Vec<String> = places
        .iter()
        .filter_map(|place| document.pointer(place)?.as_str().map(str::to_owned))
        .collect();
    let place: &String = random.pick(&places);
    let Some(value) = document.pointer_mut(place) else { return };
    match value {
        Value::Null => *value = json!(random.pick(&WORDS)),
        Value::Bool(truth) => *truth = !*truth,
        Value::Number(_) => {
            let numbers =
                [json!(0), json!(1), json!(2), json!(u32::MAX), json!(0.999), json!(1e18)];
            *value = random.pick(&numbers).clone();
        }
        Value::String(text) => *text = other_text(random, text, &texts),
        Value::Array(items) => {
            let place = random.place(items.len() + 1);
            if place < items.len() && random.chance(50) {
                items.remove(place);
            } else if let Some(item) = items.get(place).cloned() {
                items.push(item);
            }
        }
        Value::Object(fields) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            if !names.is_empty() {
                fields.remove(random.pick(&names));
            }
        }
    }
}

fn list(value: &Value, path: &str, places: &mut Vec<String>) {
    places.push(path.to_owned());
    let below: Vec<(String, &Value)> = match value {
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.replace('~', "~0").replace('/', "~1"), field))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
    };
    for (name, value) in below {
        list(value, &format!("{path}/{name}"), places);
    }
}

fn other_text(random: &mut Random, text: &str, texts: &[String]) -> String {
    if random.chance(10) {
        return (*random.pick(&WORDS)).to_owned();
    }
    if random.chance(20) {
        return random.pick(texts).clone();
    }
    let number = *random.pick(&NUMBERS);
    match text.split_once(' ') {
        Some((_, unit)) if random.chance(80) => format!("{number} {unit}"),
        Some((number, _)) => format!("{number} {}", random.pick(&UNITS)),
        None if text.starts_with(|first: char| first.is_ascii_digit()) && random.chance(50) => {
            number.to_owned()
        }
        None => random.pick(texts).clone(),
    }
}
