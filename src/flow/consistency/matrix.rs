//! What came of a check: systems by facts, and the first difference.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What is compared, in the order in which differences are named.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Every system refers to the same order.
    OrderIds,
    /// The same products, quantities, unit prices and currencies.
    Lines,
    /// The same sums of money, in minor units.
    Totals,
    /// One set of living documents for each sale order, and the same ones everywhere.
    Documents,
    /// The statuses may stand beside each other.
    Statuses,
    /// Nothing happened before what led to it.
    Times,
    /// No document and no part that belongs to another order.
    Orphans,
    /// No more was given back than taken.
    Refunds,
}

/// How one system stands to one fact.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum FactVerdict {
    /// It tells the fact, and it is as expected.
    Agrees,
    /// It tells something else, or something that cannot be.
    Differs,
    /// It does not tell enough of the fact to compare it. Never a pass.
    NotTold,
    /// It does not have the fact, or no rule speaks of it.
    NotApplicable,
}

/// What the systems tell about one order, compared.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ConsistencyMatrix {
    /// The system whose word is taken for true.
    pub source: String,
    /// The columns, in the order of the flow.
    pub systems: Vec<String>,
    /// One row for each fact, in the order of [`Fact::ALL`].
    pub rows: Vec<ConsistencyRow>,
    /// The first cell that differs, by fact and then by system; where none differs, the first that
    /// does not tell what it must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_difference: Option<FirstDifference>,
    /// Whether nothing differs and everything is told that the rules demand.
    pub consistent: bool,
}

/// One fact over all systems.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ConsistencyRow {
    /// What is compared.
    pub fact: Fact,
    /// One cell for each system, in the order of the columns.
    pub cells: Vec<ConsistencyCell>,
}

/// One fact of one system.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ConsistencyCell {
    /// How it stands.
    pub verdict: FactVerdict,
    /// What the system tells, in words; empty where it tells nothing.
    pub seen: String,
    /// What it should tell, in words; for [`FactVerdict::NotTold`] what is missing.
    pub expected: String,
    /// Whether the rules demand that the system tell this fact.
    pub required: bool,
    /// Every difference, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<FactDifference>,
}

/// One difference within a cell.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct FactDifference {
    /// Stable name of the kind of difference, for programs: `unit_price_differs`, or what is wrong
    /// with a malformed fact, such as `currency_mixed`.
    pub code: String,
    /// Which id, product, total, document or moment it is about.
    pub about: String,
    /// What the system tells.
    pub seen: String,
    /// What it should tell.
    pub expected: String,
}

/// Where to look first.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct FirstDifference {
    /// Which fact.
    pub fact: Fact,
    /// Which system.
    pub system: String,
    /// What is different there; its code is `not_told` when a demanded fact is missing.
    pub difference: FactDifference,
}

impl Fact {
    /// Every fact, in the order in which differences are named.
    pub const ALL: [Self; 8] = [
        Self::OrderIds,
        Self::Lines,
        Self::Totals,
        Self::Documents,
        Self::Statuses,
        Self::Times,
        Self::Orphans,
        Self::Refunds,
    ];

    /// The fact in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderIds => "order ids",
            Self::Lines => "lines",
            Self::Totals => "totals",
            Self::Documents => "documents",
            Self::Statuses => "statuses",
            Self::Times => "times",
            Self::Orphans => "orphans",
            Self::Refunds => "refunds",
        }
    }
}

impl ConsistencyMatrix {
    /// A column's cell of a row; none when there is no such system.
    pub fn cell(&self, fact: Fact, system: &str) -> Option<&ConsistencyCell> {
        let column = self.systems.iter().position(|name| name == system)?;
        self.rows.iter().find(|row| row.fact == fact)?.cells.get(column)
    }

    /// Whether any cell differs; what is merely not told does not count.
    pub fn differs(&self) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.any(|cell| cell.verdict == FactVerdict::Differs)
    }

    /// The matrix as a Markdown table, facts by systems, with the first difference below.
    pub fn render(&self) -> String {
        let mut text = String::from("| fact |");
        for system in &self.systems {
            let source = if *system == self.source { " (source)" } else { "" };
            let _ = write!(text, " {}{source} |", escaped(system));
        }
        text.push_str("\n|---|");
        for _ in &self.systems {
            text.push_str("---|");
        }
        for row in &self.rows {
            let _ = write!(text, "\n| {} |", row.fact.as_str());
            for cell in &row.cells {
                let _ = write!(text, " {} |", escaped(&cell.words()));
            }
        }
        text.push_str("\n\n");
        match &self.first_difference {
            None => text.push_str("Consistent.\n"),
            Some(FirstDifference { fact, system, difference }) => {
                let FactDifference { about, seen, expected, code } = difference;
                let seen = if seen.is_empty() { "nothing" } else { seen };
                let _ = writeln!(
                    text,
                    "First difference: {} of {system}, {about}: expected {expected}, got {seen} \
                     ({code}).",
                    fact.as_str()
                );
            }
        }
        text
    }
}

impl ConsistencyCell {
    /// What the table shows.
    fn words(&self) -> String {
        match self.verdict {
            FactVerdict::Agrees => "agrees".to_owned(),
            FactVerdict::NotApplicable => "–".to_owned(),
            FactVerdict::NotTold if self.required => "**not told**".to_owned(),
            FactVerdict::NotTold => "not told".to_owned(),
            FactVerdict::Differs => {
                let about = self.differences.iter().map(|difference| difference.about.as_str());
                format!("**differs**: {}", about.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A text that cannot end a cell of a table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
