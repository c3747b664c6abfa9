//! Who is asked first, and how a cell is written.

use super::{
    ConsistencyCell, ConsistencyMatrix, ConsistencyRow, ConsistencyRules, Fact, FactDifference,
    FactVerdict, FirstDifference, OrderFacts, SystemFacts, SystemRules, documents, lines,
    order_ids, refunds, statuses, times, totals,
};
use crate::unit::{Invalid, SaleOrderId};

/// What is compared, and by which rules.
pub(super) struct Case<'a> {
    pub(super) systems: &'a [SystemFacts],
    pub(super) rules: &'a ConsistencyRules,
    /// The places of the systems in the order in which they are believed: the source, then along
    /// the flow.
    pub(super) trusted: Vec<usize>,
    unnamed: SystemRules,
}

impl<'a> Case<'a> {
    pub(super) fn new(systems: &'a [SystemFacts], rules: &'a ConsistencyRules) -> Self {
        let source = systems.iter().position(|facts| facts.system == rules.source);
        let others = (0..systems.len()).filter(|&place| Some(place) != source);
        let trusted = source.into_iter().chain(others).collect();
        Self { systems, rules, trusted, unnamed: SystemRules::default() }
    }

    /// What is particular to the system at a place.
    pub(super) fn rules_of(&self, place: usize) -> &SystemRules {
        self.rules.of(&self.systems[place].system).unwrap_or(&self.unnamed)
    }

    /// Whether a part belongs to the order: named by the first system that names parts, or, where
    /// none does, an id of the order itself.
    pub(super) fn owns(&self, part: &SaleOrderId) -> bool {
        let systems = || self.trusted.iter().map(|&place| &self.systems[place]);
        if let Some(parts) = systems().find_map(|facts| facts.sale_orders.as_ref()) {
            return parts.contains(part);
        }
        let teller = systems().find(|facts| facts.orders.iter().any(|order| !order.ids.is_empty()));
        let orders = teller.map_or(&[][..], |facts| &facts.orders);
        orders.iter().flat_map(|order| &order.ids).any(|reference| reference.id == part.as_str())
    }

    /// A fact over all systems.
    pub(super) fn row(&self, fact: Fact) -> ConsistencyRow {
        let mut cells = match fact {
            Fact::OrderIds => order_ids::cells(self),
            Fact::Lines => lines::cells(self),
            Fact::Totals => totals::cells(self),
            Fact::Documents => documents::live_sets(self),
            Fact::Statuses => statuses::cells(self),
            Fact::Times => times::cells(self),
            Fact::Orphans => documents::orphans(self),
            Fact::Refunds => refunds::cells(self),
        };
        for (place, cell) in cells.iter_mut().enumerate() {
            let rules = self.rules_of(place);
            cell.required = rules.must_tell.contains(&fact);
            // What is told all the same is compared.
            if cell.verdict == FactVerdict::NotTold && rules.has_not.contains(&fact) {
                cell.verdict = FactVerdict::NotApplicable;
            }
        }
        ConsistencyRow { fact, cells }
    }
}

impl ConsistencyCell {
    pub(super) fn not_told(missing: impl Into<String>) -> Self {
        Self::new(FactVerdict::NotTold, String::new(), missing.into(), Vec::new())
    }

    pub(super) fn not_applicable() -> Self {
        Self::new(FactVerdict::NotApplicable, String::new(), String::new(), Vec::new())
    }

    /// Agrees where there are no differences.
    pub(super) fn compared(
        seen: String,
        expected: String,
        differences: Vec<FactDifference>,
    ) -> Self {
        let verdict =
            if differences.is_empty() { FactVerdict::Agrees } else { FactVerdict::Differs };
        Self::new(verdict, seen, expected, differences)
    }

    fn new(
        verdict: FactVerdict,
        seen: String,
        expected: String,
        differences: Vec<FactDifference>,
    ) -> Self {
        Self { verdict, seen, expected, required: false, differences }
    }
}

impl FactDifference {
    pub(super) fn new(
        code: &str,
        about: impl Into<String>,
        seen: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let (about, seen, expected) = (about.into(), seen.into(), expected.into());
        Self { code: code.to_owned(), about, seen, expected }
    }

    /// A fact that is not what it should be.
    pub(super) fn malformed(problem: &Invalid, about: impl Into<String>) -> Self {
        Self::new(problem.code, about, &problem.got, &problem.expected)
    }
}

impl OrderFacts {
    /// ` of part …` behind a word, for a part.
    pub(super) fn part(&self) -> String {
        self.sale_order.as_ref().map(|part| format!(" of part {part}")).unwrap_or_default()
    }
}

impl ConsistencyMatrix {
    /// Names a fact that was told and could not even be read, in front of what else differs there.
    pub(in crate::flow) fn mark_malformed(&mut self, fact: Fact, system: &str, problem: &Invalid) {
        let Some(column) = self.systems.iter().position(|name| name == system) else { return };
        let row = self.rows.iter_mut().find(|row| row.fact == fact);
        if let Some(cell) = row.and_then(|row| row.cells.get_mut(column)) {
            if cell.verdict != FactVerdict::Differs {
                cell.expected.clone_from(&problem.expected);
            }
            if cell.seen.is_empty() {
                cell.seen.clone_from(&problem.got);
            }
            cell.verdict = FactVerdict::Differs;
            cell.differences.insert(0, FactDifference::malformed(problem, fact.as_str()));
        }
        self.first_difference = first_difference(&self.systems, &self.rows);
        self.consistent = self.first_difference.is_none();
    }
}

/// The first cell that differs, or, where none does, the first that does not tell what it must.
pub(super) fn first_difference(
    systems: &[String],
    rows: &[ConsistencyRow],
) -> Option<FirstDifference> {
    let cells = || {
        rows.iter().flat_map(|row| {
            row.cells.iter().zip(systems).map(|(cell, system)| (row.fact, system, cell))
        })
    };
    let differs = cells().find_map(|(fact, system, cell)| {
        let difference = cell.differences.first()?.clone();
        Some(FirstDifference { fact, system: system.clone(), difference })
    });
    differs.or_else(|| {
        let missing =
            |cell: &ConsistencyCell| cell.required && cell.verdict == FactVerdict::NotTold;
        let (fact, system, cell) = cells().find(|(_, _, cell)| missing(cell))?;
        let difference = FactDifference::new("not_told", fact.as_str(), "", cell.expected.clone());
        Some(FirstDifference { fact, system: system.clone(), difference })
    })
}

/// Texts one after the other, separated.
pub(super) fn listed(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().collect::<Vec<_>>().join(", ")
}
