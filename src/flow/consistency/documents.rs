//! Whether each sale order has one set of living documents, and none belongs to another order.

use super::{
    ConsistencyCell, DocumentFact, FactDifference, LiveDocuments, OrderFacts, SystemFacts,
    case::Case, case::listed, statuses,
};
use crate::unit::{DocumentId, LineId, SaleOrderId, distinct, first_repeated};

/// The parts of the order: named ones, or the order itself.
struct Parts<'a> {
    case: &'a Case<'a>,
    named: Option<&'a [SaleOrderId]>,
}

/// What is expected of a part, and the kind of difference with what is seen instead.
type Compared = (String, Option<(&'static str, String)>);

/// One set of living documents for each part, and the same documents as where they are issued.
pub(super) fn live_sets(case: &Case) -> Vec<ConsistencyCell> {
    let parts = Parts::new(case);
    let claimed = statuses::live_documents(case);
    let issuer = (0..case.systems.len()).find(|&place| {
        let facts = &case.systems[place];
        facts.system == case.rules.document_source && tells_documents(facts)
    });
    let cell = |(place, facts): (usize, &SystemFacts)| {
        if !tells_documents(facts) {
            return ConsistencyCell::not_told("documents");
        }
        let (mut differences, mut expected) = (Vec::new(), Vec::new());
        for part in 0..parts.count() {
            let (wanted, difference) = match issuer.filter(|&issuer| issuer != place) {
                Some(issuer) => parts.issued(facts, part, &case.systems[issuer]),
                None => parts.claimed(facts, part, claimed),
            };
            if let Some((code, seen)) = difference {
                differences.push(FactDifference::new(code, parts.words(part), seen, &wanted));
            }
            expected.push(format!("{wanted} of {}", parts.words(part)));
        }
        let seen = (0..parts.count()).map(|part| names(&parts.live(facts, part)));
        ConsistencyCell::compared(listed(seen), listed(expected), differences)
    };
    case.systems.iter().enumerate().map(cell).collect()
}

/// Every document and every part that a system names belongs to the order.
pub(super) fn orphans(case: &Case) -> Vec<ConsistencyCell> {
    let parts = Parts::new(case);
    let expected = listed((0..parts.count()).map(|part| parts.words(part)));
    let cell = |facts: &SystemFacts| {
        let mut differences = Vec::new();
        let mut seen = 0_usize;
        let entries = facts.orders.iter().filter_map(|order| order.sale_order.as_ref());
        for part in facts.sale_orders.iter().flatten().chain(entries.clone()) {
            seen += 1;
            if !case.owns(part) {
                let code = "sale_order_unknown";
                differences.push(FactDifference::new(code, "a part", part.as_str(), &expected));
            }
        }
        let kept: Vec<&SaleOrderId> = entries.collect();
        let repeated = first_repeated(kept.len(), &mut |one, other| kept[one].cmp(kept[other]));
        if let Some(repeated) = repeated {
            let (code, wanted) = ("sale_order_repeated", "each part once");
            let part = kept[repeated].as_str();
            differences.push(FactDifference::new(code, "a part", part, wanted));
        }
        for (order, document) in documents(facts) {
            seen += 1;
            if parts.of(order, document).is_none() {
                let part = document.sale_order.as_ref().or(order.sale_order.as_ref());
                let part = part.map_or("no part", SaleOrderId::as_str);
                let about = format!("document {}", document.document);
                let code = "document_orphan";
                differences.push(FactDifference::new(code, about, part, &expected));
            }
        }
        if seen == 0 && !tells_documents(facts) {
            return ConsistencyCell::not_told("documents or parts");
        }
        let names = listed(documents(facts).map(|(_, document)| document.document.to_string()));
        ConsistencyCell::compared(names, expected.clone(), differences)
    };
    case.systems.iter().map(cell).collect()
}

impl<'a> Parts<'a> {
    fn new(case: &'a Case<'a>) -> Self {
        let mut systems = case.trusted.iter().map(|&place| &case.systems[place]);
        Self { case, named: systems.find_map(|facts| facts.sale_orders.as_deref()) }
    }

    fn count(&self) -> usize {
        self.named.map_or(1, <[SaleOrderId]>::len)
    }

    fn words(&self, part: usize) -> String {
        let id = self.named.and_then(|parts| parts.get(part));
        id.map_or_else(|| "the order".to_owned(), |id| format!("part {id}"))
    }

    /// Which part a document belongs to: the one it names, that of the entry it stands in, or the
    /// only one.
    fn of(&self, order: &OrderFacts, document: &DocumentFact) -> Option<usize> {
        let part = document.sale_order.as_ref().or(order.sale_order.as_ref());
        match (self.named, part) {
            (None, part) => part.is_none_or(|part| self.case.owns(part)).then_some(0),
            (Some(parts), Some(part)) => parts.iter().position(|named| named == part),
            (Some(parts), None) => (parts.len() == 1).then_some(0),
        }
    }

    /// The living documents of a part.
    fn live<'f>(&self, facts: &'f SystemFacts, part: usize) -> Vec<&'f DocumentFact> {
        let of_part = |(order, document): &(&OrderFacts, &DocumentFact)| {
            document.live && self.of(order, document) == Some(part)
        };
        documents(facts).filter(of_part).map(|(_, document)| document).collect()
    }

    /// The documents that another system issued for a part, and what a system names instead.
    fn issued(&self, facts: &SystemFacts, part: usize, issuer: &SystemFacts) -> Compared {
        let (seen, issued) = (names(&self.live(facts, part)), names(&self.live(issuer, part)));
        let difference = (seen != issued).then_some(("document_differs", seen));
        (issued, difference)
    }

    /// How many living documents are claimed of a part, and what contradicts it.
    fn claimed(&self, facts: &SystemFacts, part: usize, claimed: LiveDocuments) -> Compared {
        (words(claimed).to_owned(), self.contradiction(facts, part, claimed))
    }

    fn contradiction(
        &self,
        facts: &SystemFacts,
        part: usize,
        claimed: LiveDocuments,
    ) -> Option<(&'static str, String)> {
        let live = self.live(facts, part);
        let carries = |document: &DocumentFact, line: &LineId| {
            document.lines.is_empty() || document.lines.contains(line)
        };
        // A document named twice is still one.
        let count = |line: Option<&LineId>| {
            let of_line =
                |document: &&&DocumentFact| line.is_none_or(|line| carries(document, line));
            distinct(live.iter().filter(of_line).map(|document| &document.document)).len()
        };
        let lines = self.lines(facts, part, &live);
        let counts: Vec<usize> = if lines.is_empty() {
            vec![count(None)]
        } else {
            lines.iter().map(|line| count(Some(line))).collect()
        };
        let most = counts.iter().copied().max().unwrap_or(0);
        match claimed {
            LiveDocuments::Nothing if !live.is_empty() => Some(("document_alive", names(&live))),
            LiveDocuments::One | LiveDocuments::AtMostOne if most > 1 => {
                Some(("documents_two_live", names(&live)))
            }
            LiveDocuments::One if counts.contains(&0) => {
                let bare = lines.iter().zip(&counts).find(|(_, count)| **count == 0);
                let seen = match bare {
                    Some((line, _)) if most > 0 => format!("none for line {line}"),
                    _ => "none".to_owned(),
                };
                Some(("document_missing", seen))
            }
            LiveDocuments::One | LiveDocuments::AtMostOne | LiveDocuments::Nothing => None,
        }
    }

    /// The lines of a part: those that the system itself gives it, those of the first system that
    /// names lines if the order has one part, and those that documents name.
    fn lines<'f>(
        &'f self,
        facts: &'f SystemFacts,
        part: usize,
        live: &[&'f DocumentFact],
    ) -> Vec<&'f LineId> {
        let only = self.count() == 1;
        let of_part = |order: &&OrderFacts| match (&order.sale_order, self.named) {
            (Some(named), Some(parts)) => parts.get(part) == Some(named),
            _ => only,
        };
        let mut lines = line_ids(facts.orders.iter().filter(of_part));
        if lines.is_empty() && only {
            let systems = self.case.trusted.iter().map(|&place| &self.case.systems[place]);
            lines = systems
                .map(|facts| line_ids(facts.orders.iter()))
                .find(|lines| !lines.is_empty())
                .unwrap_or_default();
        }
        distinct(lines.into_iter().chain(live.iter().flat_map(|document| &document.lines)))
    }
}

fn line_ids<'a>(orders: impl Iterator<Item = &'a OrderFacts>) -> Vec<&'a LineId> {
    let lines = orders.flat_map(|order| order.lines.iter().flatten());
    lines.filter_map(|line| line.line.as_ref()).collect()
}

fn words(claimed: LiveDocuments) -> &'static str {
    match claimed {
        LiveDocuments::One => "one living document for each line",
        LiveDocuments::AtMostOne => "at most one living document for each line",
        LiveDocuments::Nothing => "no living document",
    }
}

fn tells_documents(facts: &SystemFacts) -> bool {
    facts.orders.iter().any(|order| order.documents.is_some())
}

fn documents(facts: &SystemFacts) -> impl Iterator<Item = (&OrderFacts, &DocumentFact)> {
    let orders = facts.orders.iter();
    orders.flat_map(|order| order.documents.iter().flatten().map(move |document| (order, document)))
}

fn names(documents: &[&DocumentFact]) -> String {
    let names = distinct(documents.iter().map(|document| &document.document));
    if names.is_empty() {
        return "no living document".to_owned();
    }
    listed(names.into_iter().map(DocumentId::to_string))
}
