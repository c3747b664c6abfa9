//! How a bad value is refused: which one, what was expected, what came.

use std::{fmt, ops::Deref};

/// A value that cannot be accepted, described so that the sender can repair it.
///
/// `path` names the field from the outside in (`offers[3].unit_price`); it is empty where the value
/// stands alone and the caller adds it with [`Invalid::at`].
///
/// ```
/// use replenish::unit::Invalid;
/// let problem = Invalid::new("quantity_negative", "a quantity of zero or more", "-3").at("on_hand").at("stock[7]");
/// assert_eq!(problem.to_string(), "`stock[7].on_hand`: expected a quantity of zero or more, got `-3`");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize, thiserror::Error)]
#[error("{0}")]
#[serde(transparent)]
pub struct Invalid(Box<Mistake>);

/// What an [`Invalid`] holds, behind a pointer so that results stay small.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Mistake {
    /// Stable name of the kind of mistake, for programs.
    pub code: &'static str,
    /// The field, from the outside in.
    pub path: String,
    /// What would have been accepted, in words.
    pub expected: String,
    /// What came, shortened to a readable length.
    pub got: String,
}

/// Longest excerpt of a bad value that a message repeats.
const EXCERPT: usize = 60;

impl Invalid {
    /// Describes a refused value; `got` is shortened to a readable length.
    pub fn new(code: &'static str, expected: impl Into<String>, got: impl fmt::Display) -> Self {
        Self::of(code, expected.into(), &got)
    }

    /// [`Invalid::new`], compiled once.
    #[inline(never)]
    fn of(code: &'static str, expected: String, got: &dyn fmt::Display) -> Self {
        let got = excerpt(&got.to_string());
        Self(Box::new(Mistake { code, path: String::new(), expected, got }))
    }

    /// Says in which field the value stands; call it once a level, innermost first.
    #[must_use]
    pub fn at(self, field: impl fmt::Display) -> Self {
        self.within(&field)
    }

    /// [`Invalid::at`], compiled once.
    #[inline(never)]
    fn within(mut self, field: &dyn fmt::Display) -> Self {
        let field = field.to_string();
        let path = std::mem::take(&mut self.0.path);
        self.0.path = match (field.is_empty(), path.is_empty()) {
            (true, _) => path,
            (false, true) => field,
            (false, false) if path.starts_with('[') => field + &path,
            (false, false) => format!("{field}.{path}"),
        };
        self
    }
}

impl Deref for Invalid {
    type Target = Mistake;

    fn deref(&self) -> &Mistake {
        &self.0
    }
}

impl From<Invalid> for Mistake {
    fn from(invalid: Invalid) -> Self {
        *invalid.0
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        write!(f, "expected {}, got `{}`", self.expected, self.got)
    }
}

/// The start of a text, control characters made visible, at most [`EXCERPT`] characters.
fn excerpt(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == EXCERPT {
            shown.push('…');
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_reads_from_the_outside_in() {
        let bare = Invalid::new("c", "x", "y");
        assert_eq!(bare.clone().at("[2]").at("offers").path, "offers[2]");
        assert_eq!(bare.at("price").at("offers[2]").path, "offers[2].price");
    }

    #[test]
    fn a_long_or_binary_value_is_shortened() {
        let long = "\u{0}".to_owned() + &"a".repeat(1_000_000);
        let got = Invalid::new("c", "x", long).got.clone();
        assert!(got.chars().count() < 80 && got.starts_with("\\u{0}aaa"), "{got}");
    }
}
