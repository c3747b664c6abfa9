//! Texts with references: `{cart_id}` stands for a value, `{{` and `}}` for the braces themselves.
//!
//! There is no expression language: a reference is replaced by a value as it is. In a field of a
//! body a reference alone, written `{cart_id:number}`, gives a JSON number.

use crate::unit::Invalid;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// A value that a plan gives or an answer gave.
///
/// Not tagged by a field as others are: a tagged value is read through a buffer in which the places
/// of a list would have become texts.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RunValue {
    /// One text.
    One {
        /// The text.
        value: String,
    },
    /// A text for each place of a list.
    Many {
        /// By place, from 0; places without the text are left out.
        values: BTreeMap<u32, String>,
    },
    /// Kept by the host under the value's name; never seen here.
    Secret {},
}

impl RunValue {
    /// One text.
    pub fn one(value: &str) -> Self {
        Self::One { value: value.to_owned() }
    }

    /// A list of texts.
    pub fn many<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Many { values: (0..).zip(values.into_iter().map(str::to_owned)).collect() }
    }
}

/// A part of a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// Taken as it is.
    Literal(String),
    /// Stands for a value.
    Reference {
        /// Of which name.
        name: String,
        /// Whether a JSON number is wanted.
        number: bool,
    },
}

/// The parts of a template, in order.
pub(super) fn pieces(template: &str) -> Result<Vec<Piece>, Invalid> {
    let wrong = |expected: &str| Invalid::new("template_invalid", expected, template);
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(place) = rest.find(['{', '}']) {
        literal.push_str(&rest[..place]);
        let brace = &rest[place..=place];
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            literal.push_str(brace);
            rest = after;
            continue;
        }
        let end = rest.find('}').filter(|_| brace == "{");
        let end = end.ok_or_else(|| wrong("`{` and `}` in pairs; `{{` or `}}` for a brace"))?;
        let inside = &rest[..end];
        let name = inside.strip_suffix(":number").unwrap_or(inside);
        if !is_name(name) {
            return Err(wrong("a name of letters, digits, `_`, `-` and `.` between braces"));
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Reference { name: name.to_owned(), number: name != inside });
        rest = &rest[end + 1..];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

/// Whether a value may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !name.is_empty() && name.bytes().all(plain)
}

/// The names a template refers to.
pub(super) fn references(template: &str) -> Result<BTreeSet<String>, Invalid> {
    let names = pieces(template)?.into_iter().filter_map(|piece| match piece {
        Piece::Reference { name, .. } => Some(name),
        Piece::Literal(_) => None,
    });
    Ok(names.collect())
}

/// Where a text goes, and so how a value is written in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    /// As it is.
    Plain,
    /// Into an address or a key: everything but letters, digits and `-._~` is percent-encoded.
    Percent,
    /// Into a JSON string.
    Json,
}

/// Whether secrets are named, for the host to put them in, or hidden, for people.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Secrets {
    /// `{secret:name}`: no value can bring these characters, as every encoding but the plain one
    /// writes a brace in another way.
    Named,
    /// `***`.
    Hidden,
}

/// Fills templates, and keeps in mind what could not be filled.
pub(super) struct Filler<'a> {
    values: &'a BTreeMap<String, RunValue>,
    secrets: Secrets,
    /// Names without a value that fits, each with what is wrong.
    pub(super) unresolved: BTreeMap<String, &'static str>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(values: &'a BTreeMap<String, RunValue>, secrets: Secrets) -> Self {
        Self { values, secrets, unresolved: BTreeMap::new() }
    }

    /// The first name without a fitting value, in words.
    pub(super) fn first_unresolved(&self) -> Option<String> {
        let (name, why) = self.unresolved.first_key_value()?;
        Some(if why.is_empty() { name.clone() } else { format!("{name} ({why})") })
    }

    /// The text; lists give their value at `place`. What has no value stays as it is written.
    pub(super) fn fill(
        &mut self,
        template: &str,
        place: Option<u32>,
        encoding: Encoding,
    ) -> String {
        let mut text = String::new();
        for piece in pieces(template).unwrap_or_default() {
            match piece {
                Piece::Literal(literal) if encoding == Encoding::Json => {
                    escape(&literal, &mut text);
                }
                Piece::Literal(literal) => text.push_str(&literal),
                Piece::Reference { name, .. } => self.put(&name, place, encoding, &mut text),
            }
        }
        text
    }

    /// The JSON of a field: a number for a reference that asks for one alone, else a string.
    pub(super) fn json(&mut self, template: &str, place: Option<u32>) -> String {
        let pieces = pieces(template).unwrap_or_default();
        if let [Piece::Reference { name, number: true }] = pieces.as_slice() {
            let mut text = String::new();
            self.put(name, place, Encoding::Plain, &mut text);
            if is_number(&text) {
                return text;
            }
            self.unresolved.entry(name.clone()).or_insert("not a number");
            return format!("\"{{{name}:number}}\"");
        }
        format!("\"{}\"", self.fill(template, place, Encoding::Json))
    }

    /// The list that a template refers to, by place; `None` when it refers to none.
    pub(super) fn list(&self, template: &str) -> Option<&'a BTreeMap<u32, String>> {
        let names = references(template).unwrap_or_default();
        names.iter().find_map(|name| match self.values.get(name) {
            Some(RunValue::Many { values }) => Some(values),
            Some(RunValue::One { .. } | RunValue::Secret {}) | None => None,
        })
    }

    fn put(&mut self, name: &str, place: Option<u32>, encoding: Encoding, text: &mut String) {
        let (value, why) = match self.values.get(name) {
            Some(RunValue::One { value }) => (Some(value), ""),
            Some(RunValue::Many { values }) => match place {
                Some(place) => (values.get(&place), "shorter than the other lists"),
                None => (None, "a list where one value is wanted"),
            },
            Some(RunValue::Secret {}) => {
                match self.secrets {
                    Secrets::Named => text.push_str(&format_secret(name)),
                    Secrets::Hidden => text.push_str("***"),
                }
                return;
            }
            None => (None, ""),
        };
        match (value, encoding) {
            (None, _) => {
                self.unresolved.insert(name.to_owned(), why);
                let _ = write!(text, "{{{name}}}");
            }
            (Some(value), Encoding::Plain) => text.push_str(value),
            (Some(value), Encoding::Percent) => text.push_str(&percent_encoded(value)),
            (Some(value), Encoding::Json) => escape(value, text),
        }
    }
}

/// What stands in a request for a secret that the host puts in.
pub(super) fn format_secret(name: &str) -> String {
    format!("{{secret:{name}}}")
}

/// Everything but letters, digits and `-._~` as `%` and two digits.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Writes a text as the inside of a JSON string; a brace is escaped too, so that no value can look
/// like a secret's name.
pub(super) fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '{' | '\u{0}'..'\u{20}' => {
                let _ = write!(into, "\\u{:04x}", u32::from(character));
            }
            other => into.push(other),
        }
    }
}

/// Whether a text is a JSON number: `-`, digits without a leading zero, a fraction, an exponent.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['-', '+']).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<String, RunValue> {
        BTreeMap::from([
            ("id".to_owned(), RunValue::one("a/b \"{secret:token}\"")),
            ("count".to_owned(), RunValue::one("12.50")),
            ("skus".to_owned(), RunValue::many(["A", "B"])),
            ("token".to_owned(), RunValue::Secret {}),
        ])
    }

    #[test]
    fn values_are_written_so_that_they_stay_values() {
        let values = values();
        let mut filler = Filler::new(&values, Secrets::Named);
        assert_eq!(
            filler.fill("/o/{id}?x={{1}}", None, Encoding::Percent),
            "/o/a%2Fb%20%22%7Bsecret%3Atoken%7D%22?x={1}"
        );
        assert_eq!(filler.json("{id}", None), r#""a/b \"\u007bsecret:token}\"""#);
        assert_eq!(filler.json("{count:number}", None), "12.50");
        assert_eq!(filler.json("Bearer {token}", None), r#""Bearer {secret:token}""#);
        assert_eq!(filler.fill("{skus}", Some(1), Encoding::Plain), "B");
        assert_eq!(filler.first_unresolved(), None);
        let mut hidden = Filler::new(&values, Secrets::Hidden);
        assert_eq!(hidden.json("Bearer {token}", None), r#""Bearer ***""#);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let values = values();
        for (template, named) in [
            ("{nobody}", "nobody"),
            ("{skus}", "skus (a list where one value is wanted)"),
            ("{id:number}", "id (not a number)"),
        ] {
            let mut filler = Filler::new(&values, Secrets::Named);
            let _ = filler.json(template, None);
            assert_eq!(filler.first_unresolved().as_deref(), Some(named));
        }
    }

    #[test]
    fn a_template_is_well_formed_or_refused() {
        for wrong in ["{", "}", "{}", "{a", "{a b}", "a}b", "{secret:x}"] {
            assert_eq!(pieces(wrong).unwrap_err().code, "template_invalid", "{wrong}");
        }
        assert_eq!(pieces("").unwrap(), []);
        assert_eq!(pieces("{{a}}").unwrap(), [Piece::Literal("{a}".into())]);
    }

    #[test]
    fn numbers_are_those_of_json() {
        for number in ["0", "-1", "12.50", "1e9", "1.0E-7"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["", "-", "01", ".5", "1.", "1e", "1,0", "0x1", "NaN", "1 ", "+1"] {
            assert!(!is_number(other), "{other}");
        }
    }
}
