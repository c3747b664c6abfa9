//! Bodies: what an answer says by JSON pointer, and a request's body from fields by JSON pointer.
//!
//! A pointer is that of RFC 6901, with one `*` at most that stands for every place of a list.

use super::{
    plan::FieldValue,
    template::{Filler, escape},
};
use crate::unit::Invalid;
use std::collections::{BTreeMap, BTreeSet};

/// What an answer says: the text of every scalar by its JSON pointer.
///
/// The host's adapter flattens the body: `{"data":[{"id":7}]}` becomes `/data/0/id` = `7`. Numbers
/// keep the text they came in, so that no amount of money is rounded; truth values are `true` and
/// `false`; what is null or empty is left out.
pub type AnswerFacts = BTreeMap<String, String>;

/// Refuses what is no pointer.
pub(super) fn check_pointer(pointer: &str) -> Result<(), Invalid> {
    let stars = pointer.split('/').filter(|token| *token == "*").count();
    if pointer.starts_with('/') && stars <= 1 {
        return Ok(());
    }
    let expected = "a JSON pointer such as `/data/id`, with one `*` at most";
    Err(Invalid::new("pointer_invalid", expected, pointer))
}

/// Whether a pointer stands for a list.
pub(super) fn is_list(pointer: &str) -> bool {
    pointer.split('/').any(|token| token == "*")
}

/// What stands at a pointer: one text, or one for each place of a list.
pub(super) fn select<'a>(facts: &'a AnswerFacts, pointer: &str) -> BTreeMap<u32, &'a str> {
    let mut found = BTreeMap::new();
    if !is_list(pointer) {
        found.extend(facts.get(pointer).map(|text| (0, text.as_str())));
        return found;
    }
    for (path, text) in facts {
        let mut place = None;
        let mut wanted = pointer.split('/');
        let fits = path.split('/').all(|token| match wanted.next() {
            Some("*") => {
                place = token.parse().ok();
                place.is_some()
            }
            other => other == Some(token),
        });
        if let (true, None, Some(place)) = (fits, wanted.next(), place) {
            found.insert(place, text.as_str());
        }
    }
    found
}

/// The distinct texts at a pointer.
pub(super) fn distinct(facts: &AnswerFacts, pointer: &str) -> BTreeSet<String> {
    select(facts, pointer).into_values().map(str::to_owned).collect()
}

/// The JSON text of a body, the same for the same fields and values; `None` without fields.
pub(super) fn body(
    fields: &BTreeMap<String, FieldValue>,
    filler: &mut Filler<'_>,
) -> Option<String> {
    if fields.is_empty() {
        return None;
    }
    let mut root = Node::default();
    for (pointer, value) in fields {
        if !is_list(pointer) {
            root.put(pointer, None, leaf(value, None, filler));
            continue;
        }
        // A list that is not there yet shows one entry, with what is missing in it.
        let places = filler.list_of(value).map(|list| list.keys().copied().collect());
        let places: Vec<u32> = places.unwrap_or_else(|| filler.places_beside(fields, pointer));
        for (target, place) in (0..).zip(places) {
            let text = leaf(value, Some(place), filler);
            root.put(pointer, Some(target), text);
        }
    }
    let mut text = String::new();
    root.write(&mut text);
    Some(text)
}

fn leaf(value: &FieldValue, place: Option<u32>, filler: &mut Filler<'_>) -> String {
    match value {
        FieldValue::Flag(flag) => flag.to_string(),
        FieldValue::Whole(number) => number.to_string(),
        FieldValue::Text(template) => filler.json(template, place),
    }
}

impl<'a> Filler<'a> {
    fn list_of(&self, value: &FieldValue) -> Option<&'a BTreeMap<u32, String>> {
        match value {
            FieldValue::Text(template) => self.list(template),
            FieldValue::Flag(_) | FieldValue::Whole(_) => None,
        }
    }

    /// The places of the lists in the same entries, for a field that is the same in each.
    fn places_beside(&self, fields: &BTreeMap<String, FieldValue>, pointer: &str) -> Vec<u32> {
        let stem = |pointer: &str| pointer.split("/*").next().map(str::to_owned);
        let beside = fields.iter().filter(|(other, _)| is_list(other));
        let mut lists = beside.filter(|(other, _)| stem(other) == stem(pointer));
        let list = lists.find_map(|(_, value)| self.list_of(value));
        list.map_or_else(|| vec![0], |list| list.keys().copied().collect())
    }
}

/// A part of a body under construction.
#[derive(Default)]
struct Node {
    leaf: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn put(&mut self, pointer: &str, place: Option<u32>, text: String) {
        let mut node = self;
        for token in pointer.split('/').skip(1) {
            let token = match (token, place) {
                ("*", Some(place)) => place.to_string(),
                _ => token.replace("~1", "/").replace("~0", "~"),
            };
            node = node.children.entry(token).or_default();
        }
        node.leaf = Some(text);
    }

    /// Children called 0, 1, 2 and so on are a list, any others an object.
    fn write(&self, text: &mut String) {
        if let Some(leaf) = &self.leaf {
            text.push_str(leaf);
            return;
        }
        let count = u32::try_from(self.children.len()).unwrap_or(u32::MAX);
        let list: Option<Vec<&Self>> =
            (0..count).map(|place| self.children.get(&place.to_string())).collect();
        if let Some(list) = list {
            for (place, child) in list.into_iter().enumerate() {
                text.push(if place == 0 { '[' } else { ',' });
                child.write(text);
            }
            text.push(']');
            return;
        }
        for (place, (name, child)) in self.children.iter().enumerate() {
            text.push_str(if place == 0 { "{\"" } else { ",\"" });
            escape(name, text);
            text.push_str("\":");
            child.write(text);
        }
        text.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::template::{RunValue, Secrets},
        *,
    };

    #[test]
    fn a_body_is_built_from_fields_and_lists() {
        let skus: Vec<String> = (0..11).map(|n| format!("S{n}")).collect();
        let values = BTreeMap::from([
            ("cart".to_owned(), RunValue::one("c-1")),
            ("skus".to_owned(), RunValue::many(skus.iter().map(String::as_str))),
        ]);
        let mut filler = Filler::new(&values, Secrets::Named);
        let fields = BTreeMap::from([
            ("/a~1b".to_owned(), FieldValue::Text("x {cart}".into())),
            ("/lines/*/sku".to_owned(), FieldValue::Text("{skus}".into())),
            ("/lines/*/gift".to_owned(), FieldValue::Flag(false)),
            ("/status_id".to_owned(), FieldValue::Whole(11)),
        ]);
        let text = body(&fields, &mut filler).unwrap();
        assert!(
            text.starts_with(r#"{"a/b":"x c-1","lines":[{"gift":false,"sku":"S0"},"#),
            "{text}"
        );
        assert!(text.ends_with(r#"{"gift":false,"sku":"S10"}],"status_id":11}"#), "{text}");
        assert!(filler.unresolved.is_empty());
        assert_eq!(body(&BTreeMap::new(), &mut filler), None);
    }

    #[test]
    fn a_list_that_is_missing_is_named() {
        let values = BTreeMap::new();
        let mut filler = Filler::new(&values, Secrets::Named);
        let fields =
            BTreeMap::from([("/lines/*/sku".to_owned(), FieldValue::Text("{skus}".into()))]);
        assert_eq!(body(&fields, &mut filler).unwrap(), r#"{"lines":[{"sku":"{skus}"}]}"#);
        assert_eq!(filler.first_unresolved().as_deref(), Some("skus"));
    }

    #[test]
    fn a_pointer_finds_its_texts_in_the_order_of_places() {
        let facts: AnswerFacts = [("/l/10/s", "K"), ("/l/2/s", "C"), ("/l/2/t", "x"), ("/n", "1")]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into();
        assert_eq!(select(&facts, "/l/*/s"), BTreeMap::from([(2, "C"), (10, "K")]));
        assert_eq!(select(&facts, "/n"), BTreeMap::from([(0, "1")]));
        assert!(select(&facts, "/l/*").is_empty());
        assert!(check_pointer("n").is_err() && check_pointer("/a/*/*").is_err());
    }
}
