//! What a run knows of the order in each system, and whether it is the same everywhere.

use super::{
    plan::{LinesPlan, SystemFactsPlan},
    run::RunLife,
    template::{Encoding, Filler, RunValue, Secrets, references},
};
use crate::{
    flow::{
        ConsistencyMatrix, DocumentFact, Fact, LineFacts, OrderFacts, OrderReference, SystemFacts,
        TimeFact, TotalFact, check_consistency,
    },
    unit::{DocumentId, Invalid, Money, Timestamp},
};
use std::{collections::BTreeMap, str::FromStr};

/// A fact that was captured and cannot be read: of which system, and why.
type Unreadable = (Fact, String, Invalid);

impl RunLife {
    /// What the systems told this run about the order, compared; `None` when the plan names no
    /// facts. The systems stand in the order in which the steps first ask them.
    ///
    /// A fact whose value was not captured is not told. One that was and cannot be read, such as an
    /// amount that is no number, is a difference at its cell.
    pub fn consistency(&self) -> Option<ConsistencyMatrix> {
        if self.plan.facts.is_empty() {
            return None;
        }
        let mut values = self.values.clone();
        values.insert("run_id".to_owned(), RunValue::one(&self.id));
        let mut unreadable = Vec::new();
        let mut systems = Vec::new();
        for name in self.compared_systems() {
            if let Some(plan) = self.plan.facts.get(name) {
                let mut reader = Reader { system: name, values: &values, unreadable: Vec::new() };
                let order = reader.order(plan);
                unreadable.append(&mut reader.unreadable);
                let orders = if order == OrderFacts::default() { vec![] } else { vec![order] };
                systems.push(SystemFacts { system: name.to_owned(), sale_orders: None, orders });
            }
        }
        // INVARIANT: the names are those of a map, and the rules were checked with the plan.
        let mut matrix = check_consistency(&systems, &self.plan.consistency).ok()?;
        for (fact, system, problem) in unreadable {
            matrix.mark_malformed(fact, &system, &problem);
        }
        Some(matrix)
    }

    /// The systems with facts, in the order in which the steps first ask them.
    fn compared_systems(&self) -> Vec<&str> {
        let asked = self.plan.steps.iter().map(|step| step.system.as_str());
        let mut names: Vec<&str> = Vec::new();
        for name in asked.chain(self.plan.facts.keys().map(String::as_str)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// Reads one system's facts out of what was captured.
struct Reader<'a> {
    system: &'a str,
    values: &'a BTreeMap<String, RunValue>,
    unreadable: Vec<Unreadable>,
}

impl Reader<'_> {
    fn order(&mut self, plan: &SystemFactsPlan) -> OrderFacts {
        let currency = plan.currency.as_ref().and_then(|template| self.text(template, None));
        let ids = plan.ids.iter().filter_map(|(kind, template)| {
            Some(OrderReference { kind: kind.clone(), id: self.text(template, None)? })
        });
        let ids = ids.collect();
        let mut totals = Vec::new();
        let mut times = Vec::new();
        for (kind, template) in &plan.totals {
            let text = self.text(template, None).and_then(|text| priced(&text, currency.as_ref()));
            if let Some(amount) = text.and_then(|text| self.read(Fact::Totals, &text)) {
                totals.push(TotalFact { kind: kind.clone(), amount });
            }
        }
        for (event, template) in &plan.times {
            let Some(text) = self.text(template, None) else { continue };
            if let Ok(at) = text.parse() {
                times.push(TimeFact { event: event.clone(), at: Timestamp(at) });
                continue;
            }
            let expected = "milliseconds since 1970 as a whole number";
            let problem = Invalid::new("time_invalid", expected, text);
            self.unreadable.push((Fact::Times, self.system.to_owned(), problem));
        }
        OrderFacts {
            sale_order: None,
            ids,
            lines: plan.lines.as_ref().and_then(|lines| self.lines(lines, currency.as_ref())),
            totals,
            status: plan.status.as_ref().and_then(|template| self.text(template, None)),
            times,
            documents: plan.documents.as_ref().and_then(|template| self.documents(template)),
            captures: None,
            refunds: None,
        }
    }

    /// A template with every value in its place; `None` when one is missing or secret.
    fn text(&self, template: &str, place: Option<u32>) -> Option<String> {
        let secret = |name: &String| matches!(self.values.get(name), Some(RunValue::Secret {}));
        if references(template).unwrap_or_default().iter().any(secret) {
            return None;
        }
        let mut filler = Filler::new(self.values, Secrets::Named);
        let text = filler.fill(template, place, Encoding::Plain);
        filler.unresolved.is_empty().then_some(text)
    }

    fn read<T: FromStr<Err = Invalid>>(&mut self, fact: Fact, text: &str) -> Option<T> {
        let parsed = text.parse().map_err(|problem| (fact, self.system.to_owned(), problem));
        parsed.map_err(|problem| self.unreadable.push(problem)).ok()
    }

    /// The places of the list that a template refers to; `None` in place of one for a single value.
    fn places(&self, template: &str) -> Vec<Option<u32>> {
        let filler = Filler::new(self.values, Secrets::Named);
        let list = filler.list(template);
        list.map_or_else(|| vec![None], |list| list.keys().copied().map(Some).collect())
    }

    /// The lines, as many as the longest of their lists has places: what one of the others lacks
    /// there is not told, and then the lines as a whole are not.
    fn lines(&mut self, plan: &LinesPlan, currency: Option<&String>) -> Option<Vec<LineFacts>> {
        let templates = [Some(&plan.sku), Some(&plan.quantity), plan.unit_price.as_ref()];
        let longest = templates.into_iter().flatten().map(|template| self.places(template));
        let places = longest.max_by_key(Vec::len)?;
        let mut lines = Vec::new();
        for place in places {
            let sku = self.text(&plan.sku, place)?;
            let quantity = self.text(&plan.quantity, place)?;
            let quantity =
                if quantity.contains(' ') { quantity } else { format!("{quantity} each") };
            let unit_price = match &plan.unit_price {
                None => None,
                Some(template) => Some(priced(&self.text(template, place)?, currency)?),
            };
            // Every part that cannot be read is named before the line is given up.
            let sku = self.read(Fact::Lines, &sku);
            let quantity = self.read(Fact::Lines, &quantity);
            let price: Option<Money> =
                unit_price.as_ref().and_then(|text| self.read(Fact::Lines, text));
            if let (Some(sku), Some(quantity)) = (sku, quantity) {
                let unit_price = price;
                lines.push(LineFacts { line: None, sku, quantity, unit_price, unit_tax: None });
            }
        }
        Some(lines)
    }

    /// The living documents: one, or a list of them.
    fn documents(&mut self, template: &str) -> Option<Vec<DocumentFact>> {
        let mut documents = Vec::new();
        for place in self.places(template) {
            let text = self.text(template, place)?;
            if let Some(document) = self.read::<DocumentId>(Fact::Documents, &text) {
                let lines = Vec::new();
                documents.push(DocumentFact { document, sale_order: None, lines, live: true });
            }
        }
        Some(documents)
    }
}

/// An amount with its currency; as it is where it names one itself, none where nobody does.
fn priced(amount: &str, currency: Option<&String>) -> Option<String> {
    if amount.contains(' ') {
        return Some(amount.to_owned());
    }
    currency.map(|currency| format!("{amount} {currency}"))
}
