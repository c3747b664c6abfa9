//! Which documents carry an order's lines in the other system, and which of them live.

use crate::{
    flow::{NamedDocument, is_default},
    unit::{DocumentId, Invalid, LineId, Timestamp, sort_by},
};
use serde::{Deserialize, Serialize};

/// A line's document in the other system.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LineDocument {
    /// Our line.
    pub line: LineId,
    /// The other system's document.
    pub document: DocumentId,
    /// When it was known not to be alive any more; absent while it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The lines of an order and every document ever named for them.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Documents {
    /// Every line that needs a document, in order.
    pub(in crate::flow) lines: Vec<LineId>,
    /// Sorted by line and document; never forgotten, only marked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) known: Vec<LineDocument>,
    /// Documents that the other system nullified before we knew their line.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) voided: Vec<DocumentId>,
}

/// How an order's living documents cover its lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::flow) enum Coverage {
    /// Some line has no living document.
    Missing,
    /// Every line has one, and no other line has any.
    Exact,
    /// Some line has several, or a line that is not ours has one.
    Surplus,
    /// Every line has had one and none is alive.
    Ended,
}

impl Documents {
    /// No document yet for any of these lines.
    ///
    /// # Errors
    ///
    /// When there is no line, or a line comes twice.
    pub(in crate::flow) fn new(mut lines: Vec<LineId>) -> Result<Self, Invalid> {
        sort_by(&mut lines, Ord::cmp);
        if lines.is_empty() {
            return Err(Invalid::new("lines_empty", "at least one line", "none").at("lines"));
        }
        if let Some((line, _)) = lines.iter().zip(lines.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(Invalid::new("line_repeated", "every line once", line).at("lines"));
        }
        Ok(Self { lines, known: Vec::new(), voided: Vec::new() })
    }

    /// Stores documents that are new to us; none is ever forgotten.
    pub(in crate::flow) fn adopt(&mut self, documents: &[NamedDocument], now: Timestamp) {
        for NamedDocument { line, document } in documents {
            let voided = self.voided.contains(document);
            let entry = LineDocument {
                line: line.clone(),
                document: document.clone(),
                ended_at: voided.then_some(now),
            };
            let found = self
                .known
                .binary_search_by(|known| (&known.line, &known.document).cmp(&(line, document)));
            if let Err(place) = found {
                self.known.insert(place, entry);
            }
        }
    }

    pub(in crate::flow) fn end(&mut self, now: Timestamp, which: impl Fn(&LineDocument) -> bool) {
        for entry in &mut self.known {
            if entry.ended_at.is_none() && which(entry) {
                entry.ended_at = Some(now);
            }
        }
    }

    /// Marks what the other system nullified; whether that was the last one alive.
    pub(in crate::flow) fn end_remotely(
        &mut self,
        documents: &[DocumentId],
        now: Timestamp,
    ) -> bool {
        let had_live = !self.live().is_empty();
        self.end(now, |entry| documents.contains(&entry.document));
        for document in documents {
            if let Err(place) = self.voided.binary_search(document) {
                self.voided.insert(place, document.clone());
            }
        }
        // While a line has never had a document, one that nobody named may be alive.
        had_live && self.coverage() == Coverage::Ended
    }

    /// Takes a person's word for which documents live. Known ones that are not named have ended.
    pub(in crate::flow) fn operator_says(&mut self, documents: &[NamedDocument], now: Timestamp) {
        if documents.is_empty() {
            return;
        }
        self.voided.retain(|known| !documents.iter().any(|d| d.document == *known));
        self.adopt(documents, now);
        for entry in &mut self.known {
            let named = documents
                .iter()
                .any(|named| named.line == entry.line && named.document == entry.document);
            entry.ended_at = if named { None } else { Some(entry.ended_at.unwrap_or(now)) };
        }
    }

    pub(in crate::flow) fn knows_all(&self, documents: &[NamedDocument]) -> bool {
        documents.iter().all(|named| {
            let same =
                |known: &LineDocument| known.line == named.line && known.document == named.document;
            self.known.iter().any(same)
        })
    }

    /// The living documents, each once, in order.
    pub(in crate::flow) fn live(&self) -> Vec<DocumentId> {
        let live = self.known.iter().filter(|entry| entry.ended_at.is_none());
        let mut live: Vec<DocumentId> = live.map(|entry| entry.document.clone()).collect();
        sort_by(&mut live, Ord::cmp);
        live.dedup();
        live
    }

    pub(in crate::flow) fn coverage(&self) -> Coverage {
        let (lines, documents) = (&self.lines, &self.known);
        let alive = |entry: &LineDocument| entry.ended_at.is_none();
        let live = |line: &LineId| documents.iter().filter(|e| e.line == *line && alive(e)).count();
        let strange = documents.iter().any(|entry| alive(entry) && !lines.contains(&entry.line));
        if strange || lines.iter().any(|line| live(line) > 1) {
            Coverage::Surplus
        } else if lines.iter().all(|line| live(line) == 1) {
            Coverage::Exact
        } else if !documents.iter().any(alive)
            && lines.iter().all(|line| documents.iter().any(|entry| entry.line == *line))
        {
            Coverage::Ended
        } else {
            Coverage::Missing
        }
    }

    /// Which lines lack a living document or have several, in words.
    pub(in crate::flow) fn describe_coverage(&self) -> String {
        let live = |entry: &&LineDocument| entry.ended_at.is_none();
        let mut parts = Vec::new();
        for line in &self.lines {
            let count = self.known.iter().filter(live).filter(|d| d.line == *line).count();
            if count != 1 {
                parts.push(format!("{count} for line `{line}`"));
            }
        }
        for entry in self.known.iter().filter(live) {
            if !self.lines.contains(&entry.line) {
                parts.push(format!("`{}` for the unknown line `{}`", entry.document, entry.line));
            }
        }
        parts.join(", ")
    }
}

/// Documents in words.
pub(in crate::flow) fn list(documents: &[DocumentId]) -> String {
    let names: Vec<&str> = documents.iter().map(DocumentId::as_str).collect();
    names.join(", ")
}
