//! What the end of a request means for its purchase order.

use super::{PurchaseOrderEvent as E, SupplierFact};
use crate::flow::{
    answer::{Answer, Operation},
    request::RequestReport as R,
};

/// What a request's end tells its order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// What it means for whoever asked.
    pub(super) event: Option<E>,
    /// What the supplier says beside, in whatever answer.
    pub(super) fact: Option<SupplierFact>,
}

/// What a request's report means for the order `own`. What an answer says of another order is neither
/// its answer nor a statement about it.
pub(super) fn heard(operation: &Operation, request: u32, report: R, own: &str) -> Heard {
    let answer = match &report {
        R::Ok { answer }
        | R::OkIncomplete { answer }
        | R::Duplicate { answer }
        | R::LateOk { answer } => Some(answer),
        R::Reject { answer } | R::RejectAfterAmbiguous { answer } => {
            return foreign(request, answer, own)
                .unwrap_or_else(|| Heard { event: event(operation, request, report), fact: None });
        }
        R::NotSent {} | R::Throttled { .. } | R::Ambiguous { .. } | R::Unanswered { .. } => None,
    };
    if let Some(foreign) = answer.and_then(|answer| foreign(request, answer, own)) {
        return foreign;
    }
    let body = answer.and_then(|answer| answer.body.as_ref());
    let fact = body.and_then(|body| body.fact.as_deref().cloned());
    Heard { event: event(operation, request, report), fact }
}

/// What an answer about another order tells.
fn foreign(request: u32, answer: &Answer, own: &str) -> Option<Heard> {
    let reference = answer.foreign(own)?.to_owned();
    let event = E::ForeignAnswer { request, reference, documents: answer.documents() };
    Some(Heard { event: Some(event), fact: None })
}

fn event(operation: &Operation, request: u32, report: R) -> Option<E> {
    match operation {
        Operation::Create {} => Some(created(request, report)),
        Operation::Lookup {} => looked_up(request, report),
        Operation::Cancel { .. } => Some(cancelled(request, report)),
        Operation::Price {} => priced(request, &report),
        // What was read is the fact; what could not be read is asked again when the timer is due.
        Operation::Read { .. } => None,
        Operation::Accept { .. } => accepted(request, report),
    }
}

fn created(request: u32, report: R) -> E {
    match report {
        R::Ok { answer } => E::Ok { request, documents: answer.documents() },
        R::OkIncomplete { answer } => E::OkIncomplete { request, documents: answer.documents() },
        R::Duplicate { answer } => E::Duplicate { request, documents: answer.documents() },
        R::LateOk { answer } => E::LateOk { documents: answer.documents() },
        R::RejectAfterAmbiguous { .. } => E::Ambiguous { request, retry_after_ms: None },
        R::Reject { .. }
        | R::NotSent {}
        | R::Throttled { .. }
        | R::Ambiguous { .. }
        | R::Unanswered { .. } => turned_away(request, report),
    }
}

/// How a write ends that was not accepted.
fn turned_away(request: u32, report: R) -> E {
    match report {
        // A refused token says nothing about the order: it was not applied, and may be sent again.
        R::Reject { answer: Answer { status: 401, .. } } | R::NotSent {} => E::NotSent { request },
        R::Reject { answer } => E::Reject { request, message: answer.words() },
        R::Throttled { retry_after_ms } => E::Throttled { request, retry_after_ms },
        R::Ambiguous { retry_after_ms } | R::Unanswered { retry_after_ms } => {
            E::Ambiguous { request, retry_after_ms }
        }
        R::Ok { .. }
        | R::OkIncomplete { .. }
        | R::Duplicate { .. }
        | R::RejectAfterAmbiguous { .. }
        | R::LateOk { .. } => E::Ambiguous { request, retry_after_ms: None },
    }
}

fn looked_up(request: u32, report: R) -> Option<E> {
    Some(match report {
        R::Ok { answer } if answer.found() == Some(true) => {
            E::LookupFound { request, documents: answer.documents() }
        }
        R::Ok { .. } => E::LookupAbsent { request },
        R::LateOk { answer } if answer.found() == Some(true) => {
            E::LateOk { documents: answer.documents() }
        }
        R::LateOk { .. } => return None,
        R::Throttled { retry_after_ms }
        | R::Ambiguous { retry_after_ms }
        | R::Unanswered { retry_after_ms } => E::LookupFail { request, retry_after_ms },
        R::OkIncomplete { .. }
        | R::Duplicate { .. }
        | R::Reject { .. }
        | R::RejectAfterAmbiguous { .. }
        | R::NotSent {} => E::LookupFail { request, retry_after_ms: None },
    })
}

fn cancelled(request: u32, report: R) -> E {
    match report {
        R::Ok { .. } | R::LateOk { .. } => E::CancelOk { request },
        R::Reject { answer } if answer.already_cancelled() => E::CancelOk { request },
        R::Reject { answer: Answer { status: 401, .. } } | R::NotSent {} => E::NotSent { request },
        // Without a business flag "not found" may as well be a wrong address.
        R::Reject { answer }
            if matches!(answer.status, 404 | 410) && answer.success().is_none() =>
        {
            E::CancelAmbiguous { request, retry_after_ms: None }
        }
        R::Reject { answer } => E::CancelRefused { request, reason: answer.words() },
        R::Throttled { retry_after_ms } => E::Throttled { request, retry_after_ms },
        R::Ambiguous { retry_after_ms } | R::Unanswered { retry_after_ms } => {
            E::CancelAmbiguous { request, retry_after_ms }
        }
        R::OkIncomplete { .. } | R::Duplicate { .. } | R::RejectAfterAmbiguous { .. } => {
            E::CancelAmbiguous { request, retry_after_ms: None }
        }
    }
}

/// A price that cannot be had moves nothing: it is asked for again when somebody wants approval.
fn priced(request: u32, report: &R) -> Option<E> {
    if let R::Ok { answer } | R::LateOk { answer } = report {
        let quote = answer.body.as_ref()?.quote.clone()?;
        return Some(E::Priced { request, net: quote.net, unavailable: quote.unavailable });
    }
    None
}

/// The order counts as agreed since it was sent: all that is left to find out is whether the supplier
/// knows. A late answer to that tells nothing.
fn accepted(request: u32, report: R) -> Option<E> {
    match report {
        R::Ok { .. } | R::Duplicate { .. } => Some(E::Ok { request, documents: Vec::new() }),
        R::LateOk { .. } => None,
        R::OkIncomplete { .. }
        | R::Reject { .. }
        | R::RejectAfterAmbiguous { .. }
        | R::NotSent {}
        | R::Throttled { .. }
        | R::Ambiguous { .. }
        | R::Unanswered { .. } => Some(turned_away(request, report)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        flow::{AnswerBody, NamedDocument, QuotedPrice},
        unit::DocumentId,
    };

    fn answer(status: u16, change: impl FnOnce(&mut AnswerBody)) -> Answer {
        let mut body = AnswerBody::default();
        change(&mut body);
        Answer { status, body: Some(body) }
    }

    fn event(operation: &Operation, report: R) -> Option<E> {
        heard(operation, 7, report, "PO").event
    }

    /// Every report of every operation, by the name of the event.
    #[test]
    fn every_end_of_every_request_is_heard() {
        let document: DocumentId = "4711".parse().unwrap();
        let documents = vec![document.clone()];
        let operations = [
            Operation::Create {},
            Operation::Lookup {},
            Operation::Cancel { document: document.clone() },
            Operation::Price {},
            Operation::Read { documents: documents.clone() },
            Operation::Accept { documents, revision: 2, lines: vec![] },
        ];
        let full = |body: &mut AnswerBody| {
            body.documents = vec![NamedDocument { line: "1".parse().unwrap(), document }];
            body.quote = Some(QuotedPrice { net: "1 EUR".parse().unwrap(), unavailable: vec![] });
        };
        let full = answer(200, full);
        let refusal = answer(422, |body| body.message = "no".into());
        let stale = Answer { status: 401, body: None };
        let ambiguous = R::Ambiguous { retry_after_ms: Some(5) };
        for (report, expected) in [
            (
                R::Ok { answer: full.clone() },
                ["ok", "lookup_found", "cancel_ok", "priced", "-", "ok"],
            ),
            (
                R::OkIncomplete { answer: full.clone() },
                ["ok_incomplete", "lookup_fail", "cancel_ambiguous", "-", "-", "ambiguous"],
            ),
            (
                R::Duplicate { answer: full.clone() },
                ["duplicate", "lookup_fail", "cancel_ambiguous", "-", "-", "ok"],
            ),
            (
                R::Reject { answer: refusal.clone() },
                ["reject", "lookup_fail", "cancel_refused", "-", "-", "reject"],
            ),
            (
                R::Reject { answer: stale },
                ["not_sent", "lookup_fail", "not_sent", "-", "-", "not_sent"],
            ),
            (
                R::RejectAfterAmbiguous { answer: refusal },
                ["ambiguous", "lookup_fail", "cancel_ambiguous", "-", "-", "ambiguous"],
            ),
            (R::NotSent {}, ["not_sent", "lookup_fail", "not_sent", "-", "-", "not_sent"]),
            (
                R::Throttled { retry_after_ms: Some(5) },
                ["throttled", "lookup_fail", "throttled", "-", "-", "throttled"],
            ),
            (ambiguous, ["ambiguous", "lookup_fail", "cancel_ambiguous", "-", "-", "ambiguous"]),
            (
                R::Unanswered { retry_after_ms: None },
                ["ambiguous", "lookup_fail", "cancel_ambiguous", "-", "-", "ambiguous"],
            ),
            (R::LateOk { answer: full }, ["late_ok", "late_ok", "cancel_ok", "priced", "-", "-"]),
        ] {
            for (operation, expected) in operations.iter().zip(expected) {
                let found = event(operation, report.clone());
                let name = found.as_ref().map_or("-", E::name);
                assert_eq!(name, expected, "{operation:?} {report:?}");
            }
        }
    }

    #[test]
    fn a_cancel_that_finds_nothing_is_no_proof_unless_the_answer_says_so() {
        let cancel = Operation::Cancel { document: "4711".parse().unwrap() };
        let name = |answer| event(&cancel, R::Reject { answer }).unwrap().name();
        assert_eq!(name(Answer { status: 404, body: None }), "cancel_ambiguous");
        assert_eq!(name(answer(404, |body| body.success = Some(false))), "cancel_refused");
        assert_eq!(name(answer(404, |body| body.already_cancelled = true)), "cancel_ok");
    }

    #[test]
    fn what_the_supplier_says_counts_in_every_positive_answer() {
        let fact: SupplierFact = serde_json::from_str(r#"{"event_id": "e"}"#).unwrap();
        let told = answer(200, |body| body.fact = Some(Box::new(fact.clone())));
        for operation in [Operation::Create {}, Operation::Read { documents: vec![] }] {
            for report in [R::Ok { answer: told.clone() }, R::LateOk { answer: told.clone() }] {
                assert_eq!(heard(&operation, 7, report, "PO").fact.as_ref(), Some(&fact));
            }
            let refused = R::Reject { answer: told.clone() };
            assert_eq!(heard(&operation, 7, refused, "PO").fact, None);
        }
    }
    #[test]
    fn what_is_said_of_another_order_answers_nothing() {
        let fact: SupplierFact = serde_json::from_str(r#"{"event_id": "e"}"#).unwrap();
        let of = |reference: &str| {
            answer(200, |body| {
                body.reference = Some(reference.to_owned());
                body.fact = Some(Box::new(fact.clone()));
            })
        };
        for operation in [Operation::Create {}, Operation::Price {}, Operation::Lookup {}] {
            for report in [R::Ok { answer: of("PO-2") }, R::Reject { answer: of("PO-2") }] {
                let Heard { event, fact } = heard(&operation, 7, report, "PO");
                assert_eq!((event.unwrap().name(), fact), ("foreign_answer", None));
            }
            let own = heard(&operation, 7, R::Ok { answer: of("PO") }, "PO");
            assert_eq!(own.fact.as_ref(), Some(&fact));
        }
    }
}
