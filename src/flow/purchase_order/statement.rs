//! Which events a supplier's statement amounts to, whether it came by webhook or was asked for.
//!
//! A webhook mostly says one thing; what is read from the supplier says everything at once. Each kind
//! of figure goes into an event of its own, so that the same figures move an order alike however they
//! are bundled.

use super::{LineFact, PurchaseOrderEvent as E, SupplierFact, SupplierStatus as S};

/// The events that a statement amounts to, in the order in which things happen: promised, come,
/// cancelled, invoiced. Every part names all lines of the whole, because its document is theirs.
pub(super) fn events(fact: &SupplierFact) -> Vec<E> {
    let part = |statuses: &[S], keep: fn(&LineFact) -> LineFact| {
        let status = fact.status.filter(|status| statuses.contains(status));
        let lines: Vec<LineFact> = fact.lines.iter().map(keep).collect();
        let says = lines.iter().any(|line| *line != LineFact::unknown(line.line.clone()));
        let part = SupplierFact { status, lines, charges: None, ..fact.clone() };
        (says || status.is_some(), Box::new(part))
    };
    let mut events = Vec::new();
    let promise = [S::Acknowledged, S::PartiallyConfirmed, S::Confirmed, S::Rejected];
    if let (true, fact) = part(&promise, promised) {
        let is_rejected = fact.status == Some(S::Rejected);
        events.push(if is_rejected { E::WhRejected { fact } } else { E::WhConfirmed { fact } });
    }
    if let (true, fact) = part(&[S::PartiallyFulfilled, S::Fulfilled], received) {
        events.push(E::WhFulfilled { fact });
    }
    if let (true, fact) = part(&[S::Cancelled], nothing) {
        events.push(E::WhCancelled { fact });
    }
    let (says, mut invoice) = part(&[S::Invoiced], invoiced);
    if says || fact.charges.is_some_and(|charges| !charges.is_zero()) {
        invoice.charges = fact.charges;
        events.push(E::WhInvoiced { fact: invoice });
    }
    if events.is_empty() {
        // Nothing but that the supplier has it.
        let (_, mut fact) = part(&[], nothing);
        fact.status = Some(S::Acknowledged);
        events.push(E::WhConfirmed { fact });
    }
    events
}

fn promised(line: &LineFact) -> LineFact {
    let LineFact { confirmed, back_order, refused, unit_price, promised, .. } = *line;
    LineFact { confirmed, back_order, refused, unit_price, promised, ..nothing(line) }
}

/// That nothing has come is no news.
fn received(line: &LineFact) -> LineFact {
    LineFact { received: line.received.filter(|it| !it.is_zero()), ..nothing(line) }
}

/// That nothing is invoiced is no news.
fn invoiced(line: &LineFact) -> LineFact {
    LineFact {
        invoiced: line.invoiced.filter(|it| !it.is_zero()),
        invoiced_amount: line.invoiced_amount.filter(|it| !it.is_zero()),
        credited: line.credited.filter(|it| !it.is_zero()),
        credited_amount: line.credited_amount.filter(|it| !it.is_zero()),
        ..nothing(line)
    }
}

fn nothing(line: &LineFact) -> LineFact {
    LineFact::unknown(line.line.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Facts, Merged, OrderedLine};

    fn ordered() -> Vec<OrderedLine> {
        let line = |name: &str| OrderedLine {
            line: name.parse().unwrap(),
            quantity: "10 each".parse().unwrap(),
            unit_price: "2 EUR".parse().unwrap(),
            amount: "20 EUR".parse().unwrap(),
            requested: "2026-12-01".parse().unwrap(),
            given_up: None,
            back_order: None,
        };
        vec![line("1"), line("2")]
    }

    fn names(events: &[E]) -> String {
        events.iter().map(E::name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_kind_of_figure_is_an_event_of_its_own() {
        for (text, expected) in [
            (r#"{"event_id": "e"}"#, "wh_confirmed"),
            (r#"{"event_id": "e", "status": "acknowledged"}"#, "wh_confirmed"),
            (r#"{"event_id": "e", "document": "D"}"#, "wh_confirmed"),
            (r#"{"event_id": "e", "document": "D", "status": "confirmed"}"#, "wh_confirmed"),
            (r#"{"event_id": "e", "status": "partially_confirmed"}"#, "wh_confirmed"),
            (r#"{"event_id": "e", "status": "rejected"}"#, "wh_rejected"),
            (
                r#"{"event_id": "e", "status": "rejected", "lines": [{"line": "1", "refused": "10 each"}]}"#,
                "wh_rejected",
            ),
            (r#"{"event_id": "e", "status": "fulfilled"}"#, "wh_fulfilled"),
            (r#"{"event_id": "e", "status": "cancelled"}"#, "wh_cancelled"),
            (r#"{"event_id": "e", "status": "invoiced"}"#, "wh_invoiced"),
            (r#"{"event_id": "e", "charges": "3 EUR"}"#, "wh_invoiced"),
            (
                r#"{"event_id": "e", "lines": [{"line": "1", "received": "1 each"}]}"#,
                "wh_fulfilled",
            ),
            (
                r#"{"event_id": "e", "lines": [{"line": "1", "received": "0 each", "invoiced": "0 each", "confirmed": "0 each"}]}"#,
                "wh_confirmed",
            ),
            (
                r#"{"event_id": "e", "status": "cancelled", "charges": "0 EUR", "lines": [
                    {"line": "1", "confirmed": "10 each", "received": "4 each", "invoiced": "4 each"},
                    {"line": "2", "credited_amount": "1 EUR"}]}"#,
                "wh_confirmed wh_fulfilled wh_cancelled wh_invoiced",
            ),
        ] {
            let fact: SupplierFact = serde_json::from_str(text).unwrap();
            assert_eq!(names(&events(&fact)), expected, "{text}");
        }
    }

    #[test]
    fn the_parts_say_what_the_whole_says() {
        let text = r#"{"event_id": "e", "sequence": 3, "status": "cancelled", "charges": "2 EUR", "lines": [
            {"line": "1", "confirmed": "10 each", "received": "4 each", "invoiced": "4 each",
             "invoiced_amount": "8 EUR", "unit_price": "2 EUR", "promised": "2026-12-02"},
            {"line": "2", "credited_amount": "1 EUR", "refused": "1 each",
             "back_order": {"quantity": "2 each", "day": "2026-12-09"}},
            {"line": "9", "received": "1 each"}]}"#;
        let fact: SupplierFact = serde_json::from_str(text).unwrap();
        let lines = ordered();
        let mut whole = Facts::default();
        whole.merge(&fact, &lines).unwrap();
        let mut parts = Facts::default();
        for event in events(&fact) {
            assert_eq!(parts.merge(event.fact().unwrap().1, &lines).unwrap(), Merged::New);
        }
        assert_eq!(parts, whole);
    }

    #[test]
    fn a_part_is_about_the_lines_of_the_whole() {
        let text = r#"{"event_id": "e", "document": "D", "status": "cancelled",
            "lines": [{"line": "2", "received": "0 each"}]}"#;
        let events = events(&serde_json::from_str(text).unwrap());
        let [E::WhCancelled { fact }] = &events[..] else { panic!("got {events:?}") };
        assert_eq!(fact.lines, [LineFact::unknown("2".parse().unwrap())]);
        let bare = super::events(&serde_json::from_str(r#"{"event_id": "e"}"#).unwrap());
        assert_eq!(bare[0].fact().unwrap().1.status, Some(S::Acknowledged), "nothing is promised");
    }
}
