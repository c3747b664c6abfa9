//! Whether an answer is what was expected.

use super::{
    document::{AnswerFacts, select},
    template::{Encoding, Filler},
};
use crate::unit::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something an answer must say.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct AnswerTest {
    /// Where in the answer; with a `*` every place of the list must fit, and one must be there.
    pub pointer: String,
    /// What must be there.
    pub is: Expectation,
}

/// What a text must be. Texts given here may refer to values: `{order_id}` asks for the same id
/// that an earlier step captured, and in a list for the one at the same place.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expectation {
    /// There.
    Exists,
    /// Not there.
    Absent,
    /// This text.
    Equals(String),
    /// One of these texts.
    OneOf(Vec<String>),
    /// The same amount of money, compared in minor units: `19.9` is `19.9000`.
    SameMoney {
        /// The amount.
        amount: String,
        /// Its currency.
        currency: String,
    },
}

/// Something that is not as expected.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct AnswerDifference {
    /// Where in the answer.
    pub pointer: String,
    /// What was expected, in words.
    pub expected: String,
    /// What was there; empty when nothing was.
    pub got: String,
}

impl AnswerTest {
    /// A test of what stands at a pointer.
    pub fn new(pointer: &str, is: Expectation) -> Self {
        Self { pointer: pointer.to_owned(), is }
    }

    /// The first difference, if there is one.
    pub(super) fn difference(
        &self,
        facts: &AnswerFacts,
        filler: &mut Filler<'_>,
    ) -> Option<AnswerDifference> {
        let found = select(facts, &self.pointer);
        let unlike = |(expected, got): (String, &str)| AnswerDifference {
            pointer: self.pointer.clone(),
            expected,
            got: got.to_owned(),
        };
        let wanted = (0..).take(self.wanted_places(filler)).chain(found.keys().copied());
        let mut places = wanted.map(|place| (place, found.get(&place).copied()));
        let nothing = found.is_empty().then_some((0, None));
        if let (Expectation::Absent, Some((_, got))) = (&self.is, found.first_key_value()) {
            return Some(unlike(("nothing".to_owned(), got)));
        }
        places
            .by_ref()
            .chain(nothing)
            .find_map(|(place, got)| self.is.unlike(place, got, filler))
            .map(unlike)
    }

    /// How long a list has to be at least: as long as the one it is compared with.
    fn wanted_places(&self, filler: &Filler<'_>) -> usize {
        let template = match &self.is {
            Expectation::Equals(text) | Expectation::SameMoney { amount: text, .. } => text,
            Expectation::Exists | Expectation::Absent | Expectation::OneOf(_) => return 0,
        };
        if self.pointer.contains('*') { filler.list(template).map_or(0, BTreeMap::len) } else { 0 }
    }
}

impl Expectation {
    /// Whether a captured value fits; for the condition of a step.
    pub(super) fn holds(&self, got: Option<&str>, filler: &mut Filler<'_>) -> bool {
        match (self, got) {
            (Self::Absent, Some(_)) => false,
            _ => self.unlike(0, got, filler).is_none(),
        }
    }

    /// What was expected and what is there instead, if they differ.
    fn unlike<'g>(
        &self,
        place: u32,
        got: Option<&'g str>,
        filler: &mut Filler<'_>,
    ) -> Option<(String, &'g str)> {
        let mut text = |template: &str| filler.fill(template, Some(place), Encoding::Plain);
        let (holds, expected) = match self {
            Self::Exists => (got.is_some(), "something".to_owned()),
            Self::Absent => (got.is_none(), "nothing".to_owned()),
            Self::Equals(template) => {
                let expected = text(template);
                (got == Some(expected.as_str()), expected)
            }
            Self::OneOf(templates) => {
                let expected: Vec<String> = templates.iter().map(|one| text(one)).collect();
                let holds = got.is_some_and(|got| expected.iter().any(|one| one == got));
                (holds, expected.join(" or "))
            }
            Self::SameMoney { amount, currency } => {
                let (amount, currency) = (text(amount), text(currency));
                let minor = |amount: &str| {
                    let money: Money = format!("{amount} {currency}").parse().ok()?;
                    money.minor_units().ok()
                };
                let expected = minor(&amount);
                let holds = expected.is_some() && got.and_then(minor) == expected;
                (holds, format!("{amount} {currency}"))
            }
        };
        if holds { None } else { Some((expected, got.unwrap_or_default())) }
    }
}

/// The first test of several that does not hold.
pub(super) fn first_difference(
    tests: &[AnswerTest],
    facts: &AnswerFacts,
    filler: &mut Filler<'_>,
) -> Option<AnswerDifference> {
    tests.iter().find_map(|test| test.difference(facts, filler))
}

#[cfg(test)]
mod tests {
    use super::{
        super::template::{RunValue, Secrets},
        *,
    };

    #[test]
    fn each_expectation_holds_or_names_its_difference() {
        let values = BTreeMap::from([
            ("id".to_owned(), RunValue::one("7")),
            ("eur".to_owned(), RunValue::one("EUR")),
            ("prices".to_owned(), RunValue::many(["1.50", "2"])),
        ]);
        let facts: AnswerFacts =
            [("/id", "7"), ("/total", "19.9000"), ("/l/0/p", "1.5"), ("/l/1/p", "2.00")]
                .map(|(path, text)| (path.to_owned(), text.to_owned()))
                .into();
        let equals = |text: &str| Expectation::Equals(text.to_owned());
        let money = |amount: &str| Expectation::SameMoney {
            amount: amount.to_owned(),
            currency: "{eur}".to_owned(),
        };
        for (pointer, is, expected) in [
            ("/id", Expectation::Exists, None),
            ("/ids", Expectation::Exists, Some("something")),
            ("/ids", Expectation::Absent, None),
            ("/id", Expectation::Absent, Some("nothing")),
            ("/id", equals("{id}"), None),
            ("/id", equals("8"), Some("8")),
            ("/id", Expectation::OneOf(vec!["6".into(), "7".into()]), None),
            ("/id", Expectation::OneOf(vec!["6".into(), "8".into()]), Some("6 or 8")),
            ("/total", money("19.9"), None),
            ("/total", money("19.91"), Some("19.91 EUR")),
            ("/id", money("much"), Some("much EUR")),
            ("/l/*/p", money("{prices}"), None),
            ("/l/*/p", equals("{prices}"), Some("1.50")),
            ("/none/*/p", money("{prices}"), Some("1.50 EUR")),
        ] {
            let mut filler = Filler::new(&values, Secrets::Named);
            let test = AnswerTest::new(pointer, is);
            let difference = test.difference(&facts, &mut filler).map(|found| found.expected);
            assert_eq!(difference.as_deref(), expected, "{test:?}");
        }
    }
}
