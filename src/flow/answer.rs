//! What came back from an attempt, and what it means for each operation.
//!
//! The host says only what it saw; status **and** the business flag in the body are judged here,
//! because real servers answer 200 with "not successful" and 404 for a cancel they refuse.

use super::{
    is_default,
    purchase_order::{OrderedLine, SupplierFact},
    request::{RequestEvent, RequestReport},
    sale_order::SaleOrderEvent,
};
use crate::unit::{DocumentId, LineId, Money};
use serde::{Deserialize, Serialize};

/// What a request asks of the other system.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Create the order.
    Create {},
    /// Find the documents that carry our reference.
    Lookup {},
    /// Cancel one document.
    Cancel {
        /// The document to cancel.
        document: DocumentId,
    },
    /// Ask what a purchase order would cost and what of it can be had, without ordering anything.
    Price {},
    /// Read where a purchase order stands.
    Read {
        /// Its living documents; none where only our reference is known.
        documents: Vec<DocumentId>,
    },
    /// Tell the supplier that what it promises instead of a purchase order is agreed.
    Accept {
        /// The living documents.
        documents: Vec<DocumentId>,
        /// The revision of the order that is agreed with it.
        revision: u32,
        /// What is agreed; a line with a quantity of nothing is given up.
        lines: Vec<OrderedLine>,
    },
}

/// One line of an order and the document that carries it in the other system.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct NamedDocument {
    /// Our line.
    pub line: LineId,
    /// The other system's document; several lines may share one.
    pub document: DocumentId,
}

/// How an attempt ended, as the host saw it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// The server cannot have seen the request: name not resolved, connection refused, TLS failed,
    /// blocked before sending.
    NotSent {},
    /// Nothing usable came: reset, timeout, abort, no HTTP. The request may have been applied.
    NoAnswer {},
    /// The status came, the body broke off.
    BodyCut {
        /// HTTP status.
        status: u16,
    },
    /// A whole answer came.
    Answer {
        /// HTTP status.
        status: u16,
        /// How long the server asks us to wait, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        /// What the adapter read from the body; absent when the body is not what was agreed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<AnswerBody>,
    },
}

/// What an adapter read from an answer's body.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct AnswerBody {
    /// The business flag; absent when the interface has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// Every document the answer names, with its line. A look-up names the living ones only.
    #[serde(skip_serializing_if = "is_default")]
    pub documents: Vec<NamedDocument>,
    /// To which order the documents named belong, as the other system keeps it beside them; absent
    /// when the answer says nothing of it.
    ///
    /// The core sees one order at a time, so that this is the only way to know another order's
    /// document from a new one of this order. It is compared with the order's own id: an adapter
    /// that sends another reference maps it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// For a look-up: whether anything carries our reference. Only an explicit `false` is absence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<bool>,
    /// For a cancel: the document was cancelled before.
    #[serde(skip_serializing_if = "is_default")]
    pub already_cancelled: bool,
    /// For a create: the server has applied this idempotency key before.
    #[serde(skip_serializing_if = "is_default")]
    pub duplicate_of_our_key: bool,
    /// For a price: what the order would cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<QuotedPrice>,
    /// For a read, and wherever else the supplier says it: where the purchase order stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<Box<SupplierFact>>,
    /// The server's words, shortened and free of secrets.
    #[serde(skip_serializing_if = "is_default")]
    pub message: String,
}

/// What a supplier asks for a purchase order that is not placed yet.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct QuotedPrice {
    /// For all lines that it can deliver, freight and charges included, without tax.
    pub net: Money,
    /// Our lines that it cannot deliver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unavailable: Vec<LineId>,
}

/// What an answer said, kept for the owner of the request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// What the adapter read; absent when the body was cut or not what was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<AnswerBody>,
}

impl Answer {
    pub(in crate::flow) fn success(&self) -> Option<bool> {
        self.body.as_ref().and_then(|body| body.success)
    }

    pub(in crate::flow) fn already_cancelled(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.already_cancelled)
    }

    /// Whether a look-up found something. Nothing named and no explicit "not found" is neither.
    pub(in crate::flow) fn found(&self) -> Option<bool> {
        let body = self.body.as_ref()?;
        if body.documents.is_empty() { body.found } else { Some(true) }
    }

    pub(in crate::flow) fn documents(&self) -> Vec<NamedDocument> {
        self.body.as_ref().map(|body| body.documents.clone()).unwrap_or_default()
    }

    /// The order to which the documents belong, when it is not this one.
    pub(in crate::flow) fn foreign(&self, own: &str) -> Option<&str> {
        let reference = self.body.as_ref()?.reference.as_deref();
        reference.filter(|reference| *reference != own)
    }

    fn into_documents(self) -> Vec<NamedDocument> {
        self.body.map(|body| body.documents).unwrap_or_default()
    }

    pub(in crate::flow) fn words(&self) -> String {
        let said = self.body.as_ref().map_or("", |body| &body.message);
        if said.is_empty() { format!("status {}", self.status) } else { said.to_owned() }
    }
}

/// What an attempt's outcome means for its request.
pub(in crate::flow) fn classify(
    operation: &Operation,
    attempt: u32,
    outcome: &Outcome,
) -> RequestEvent {
    match outcome {
        Outcome::NotSent {} => RequestEvent::NotSent { attempt },
        Outcome::NoAnswer {} => RequestEvent::NoAnswer { attempt },
        Outcome::BodyCut { status } => {
            judge(operation, attempt, None, Answer { status: *status, body: None })
        }
        Outcome::Answer { status, retry_after_ms, body } => {
            let answer = Answer { status: *status, body: body.clone() };
            judge(operation, attempt, *retry_after_ms, answer)
        }
    }
}

/// The body's word first, where it is clear whatever the status; then the status.
fn judge(
    operation: &Operation,
    attempt: u32,
    retry_after_ms: Option<u64>,
    answer: Answer,
) -> RequestEvent {
    let status = answer.status;
    let positive = (200..300).contains(&status) && answer.success() != Some(false);
    let duplicate_of_our_key =
        answer.body.as_ref().is_some_and(|body| body.duplicate_of_our_key) && !positive;
    match operation {
        Operation::Create {} if duplicate_of_our_key => {
            return RequestEvent::Answer4xx { attempt, duplicate_of_our_key, answer };
        }
        // A document named beside a refusal is alive all the same, and is not to be forgotten.
        Operation::Create {} if !positive && !answer.documents().is_empty() => {
            return RequestEvent::Answer2xx { attempt, complete: false, answer };
        }
        // "Nothing found" comes as 404 as well as 200. Beside any other failure an empty list is no
        // proof of absence, while a document named there is one of presence.
        Operation::Lookup {}
            if answer.found().is_some_and(|found| found || positive || status == 404) =>
        {
            return RequestEvent::Answer2xx { attempt, complete: true, answer };
        }
        Operation::Cancel { .. } if answer.already_cancelled() && !positive => {
            return RequestEvent::Answer4xx { attempt, duplicate_of_our_key: false, answer };
        }
        Operation::Create {}
        | Operation::Lookup {}
        | Operation::Cancel { .. }
        | Operation::Price {}
        | Operation::Read { .. }
        | Operation::Accept { .. } => {}
    }
    match status {
        200..300 if answer.body.is_none() => RequestEvent::BodyInvalid { attempt, answer },
        200..300 if positive => {
            let body = answer.body.as_ref();
            let complete = match operation {
                Operation::Create {} => !answer.documents().is_empty(),
                Operation::Lookup {} => false,
                Operation::Cancel { .. } | Operation::Accept { .. } => true,
                Operation::Price {} => body.is_some_and(|body| body.quote.is_some()),
                Operation::Read { .. } => body.is_some_and(|body| body.fact.is_some()),
            };
            RequestEvent::Answer2xx { attempt, complete, answer }
        }
        200..300 => RequestEvent::AnswerBusinessFail { attempt, answer },
        401 => RequestEvent::Answer401 { attempt, answer },
        429 => RequestEvent::Answer429 { attempt, retry_after_ms },
        // 408 is also what a proxy says that has passed the request on.
        400..500 if status != 408 => {
            RequestEvent::Answer4xx { attempt, duplicate_of_our_key: false, answer }
        }
        _ => RequestEvent::Answer5xx { attempt, retry_after_ms, status },
    }
}

/// What a request's report means for its order, whose id is `own`; `None` when it has nothing to say.
pub(in crate::flow) fn order_event(
    operation: &Operation,
    request: u32,
    report: RequestReport,
    own: &str,
) -> Option<SaleOrderEvent> {
    use RequestReport as R;
    use SaleOrderEvent as E;
    if let R::Ok { answer }
    | R::OkIncomplete { answer }
    | R::Duplicate { answer }
    | R::Reject { answer }
    | R::RejectAfterAmbiguous { answer }
    | R::LateOk { answer } = &report
        && let Some(reference) = answer.foreign(own)
    {
        let (reference, documents) = (reference.to_owned(), answer.documents());
        return Some(E::ForeignAnswer { request, reference, documents });
    }
    // A refused token says nothing about the order: it was not applied, and may be sent as it is.
    if let R::Reject { answer: Answer { status: 401, .. } } = report {
        return Some(match operation {
            Operation::Create {} | Operation::Cancel { .. } => E::NotSent { request },
            Operation::Lookup {} => E::LookupFail { request, retry_after_ms: None },
            Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. } => return None,
        });
    }
    Some(match operation {
        Operation::Create {} => match report {
            R::Ok { answer } => E::Ok { request, documents: answer.into_documents() },
            R::OkIncomplete { answer } => {
                E::OkIncomplete { request, documents: answer.into_documents() }
            }
            R::Duplicate { answer } => E::Duplicate { request, documents: answer.into_documents() },
            R::Reject { answer } => E::Reject { request, message: answer.words() },
            R::NotSent {} => E::NotSent { request },
            R::Throttled { retry_after_ms } => E::Throttled { request, retry_after_ms },
            R::RejectAfterAmbiguous { .. } => E::Ambiguous { request, retry_after_ms: None },
            R::Ambiguous { retry_after_ms } | R::Unanswered { retry_after_ms } => {
                E::Ambiguous { request, retry_after_ms }
            }
            R::LateOk { answer } => E::LateOk { documents: answer.into_documents() },
        },
        Operation::Lookup {} => match report {
            R::Ok { answer } if answer.found() == Some(true) => {
                E::LookupFound { request, documents: answer.into_documents() }
            }
            R::Ok { .. } => E::LookupAbsent { request },
            R::LateOk { answer } if answer.found() == Some(true) => {
                E::LateOk { documents: answer.into_documents() }
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
        },
        Operation::Cancel { .. } => match report {
            R::Ok { answer } if answer.already_cancelled() => {
                E::CancelGone { request, already_cancelled: true }
            }
            R::Ok { .. } | R::LateOk { .. } => E::CancelOk { request },
            R::Reject { answer } if answer.already_cancelled() => {
                E::CancelGone { request, already_cancelled: true }
            }
            // Without a business flag "not found" may as well be a wrong address.
            R::Reject { answer }
                if matches!(answer.status, 404 | 410) && answer.success().is_none() =>
            {
                E::CancelGone { request, already_cancelled: false }
            }
            R::Reject { answer } => E::CancelRefused { request, reason: answer.words() },
            R::NotSent {} => E::NotSent { request },
            R::Throttled { retry_after_ms } => E::Throttled { request, retry_after_ms },
            R::Ambiguous { retry_after_ms } | R::Unanswered { retry_after_ms } => {
                E::CancelAmbiguous { request, retry_after_ms }
            }
            R::OkIncomplete { .. } | R::Duplicate { .. } | R::RejectAfterAmbiguous { .. } => {
                E::CancelAmbiguous { request, retry_after_ms: None }
            }
        },
        // INVARIANT: a sale order asks none of these.
        Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> AnswerBody {
        AnswerBody::default()
    }

    fn named() -> Vec<NamedDocument> {
        let line = LineId::new("1").unwrap();
        vec![NamedDocument { line, document: DocumentId::new("4711").unwrap() }]
    }

    fn said(operation: &Operation, status: u16, body: Option<AnswerBody>) -> &'static str {
        let outcome = Outcome::Answer { status, retry_after_ms: None, body };
        let event = classify(operation, 1, &outcome);
        if let RequestEvent::Answer2xx { complete, .. } = event {
            return if complete { "complete" } else { "incomplete" };
        }
        if let RequestEvent::Answer4xx { duplicate_of_our_key: true, .. } = event {
            return "duplicate";
        }
        event.name()
    }

    #[test]
    fn status_and_business_flag_are_judged_together() {
        let create = Operation::Create {};
        let lookup = Operation::Lookup {};
        let cancel = Operation::Cancel { document: DocumentId::new("4711").unwrap() };
        let price = Operation::Price {};
        let read = Operation::Read { documents: vec![] };
        let accept = Operation::Accept { documents: vec![], revision: 2, lines: vec![] };
        let quote = |body: &mut AnswerBody| {
            let net = "20 EUR".parse().unwrap();
            body.quote = Some(QuotedPrice { net, unavailable: vec![] });
        };
        let fact = |body: &mut AnswerBody| {
            body.fact = Some(serde_json::from_str(r#"{"event_id": "e"}"#).unwrap());
        };
        let with = |change: fn(&mut AnswerBody)| {
            let mut body = body();
            change(&mut body);
            Some(body)
        };
        for (operation, status, body, expected) in [
            (&create, 201, with(|b| b.documents = named()), "complete"),
            (&create, 200, with(|_| ()), "incomplete"),
            (&create, 200, None, "body_invalid"),
            (&create, 200, with(|b| b.success = Some(false)), "answer_business_fail"),
            (&create, 409, with(|b| b.duplicate_of_our_key = true), "duplicate"),
            (&create, 409, with(|_| ()), "answer4xx"),
            (&create, 422, None, "answer4xx"),
            (&create, 408, None, "answer5xx"),
            (&create, 302, None, "answer5xx"),
            (&create, 503, None, "answer5xx"),
            (&create, 401, None, "answer401"),
            (&create, 429, None, "answer429"),
            (&lookup, 200, with(|b| b.documents = named()), "complete"),
            (&lookup, 404, with(|b| b.found = Some(false)), "complete"),
            (&lookup, 404, None, "answer4xx"),
            // An empty list beside a failure is no list.
            (
                &lookup,
                200,
                with(|b| (b.found, b.success) = (Some(false), Some(false))),
                "answer_business_fail",
            ),
            (&lookup, 400, with(|b| b.found = Some(false)), "answer4xx"),
            (&lookup, 401, with(|b| b.found = Some(false)), "answer401"),
            (&lookup, 429, with(|b| b.found = Some(false)), "answer429"),
            (&lookup, 503, with(|b| b.found = Some(false)), "answer5xx"),
            (&lookup, 503, with(|b| b.documents = named()), "complete"),
            (&lookup, 200, with(|_| ()), "incomplete"),
            (&cancel, 200, with(|b| b.success = Some(true)), "complete"),
            (&cancel, 204, with(|_| ()), "complete"),
            (&cancel, 404, with(|b| b.success = Some(false)), "answer4xx"),
            (&cancel, 500, with(|b| b.already_cancelled = true), "answer4xx"),
            (&price, 200, with(quote), "complete"),
            (&price, 200, with(|_| ()), "incomplete"),
            (&price, 404, None, "answer4xx"),
            (&price, 503, with(quote), "answer5xx"),
            (&read, 200, with(fact), "complete"),
            (&read, 200, with(|_| ()), "incomplete"),
            (&read, 404, with(|b| b.found = Some(false)), "answer4xx"),
            (&accept, 204, with(|_| ()), "complete"),
            (&accept, 200, with(|b| b.success = Some(false)), "answer_business_fail"),
            (&accept, 409, None, "answer4xx"),
        ] {
            assert_eq!(said(operation, status, body), expected, "{operation:?} {status}");
        }
        let both = AnswerBody { success: Some(false), documents: named(), ..body() };
        assert_eq!(said(&create, 200, Some(both.clone())), "incomplete", "named, so alive");
        assert_eq!(said(&create, 500, Some(both)), "incomplete", "named, so alive");
        assert_eq!(classify(&create, 1, &Outcome::BodyCut { status: 201 }).name(), "body_invalid");
    }

    #[test]
    fn a_refused_cancel_is_told_from_one_that_is_gone() {
        let cancel = Operation::Cancel { document: DocumentId::new("4711").unwrap() };
        let event = |status, body| {
            let report = RequestReport::Reject { answer: Answer { status, body } };
            order_event(&cancel, 1, report, "SO-1").unwrap()
        };
        let refused = AnswerBody { success: Some(false), message: "shipped".into(), ..body() };
        assert_eq!(
            event(404, Some(refused)),
            SaleOrderEvent::CancelRefused { request: 1, reason: "shipped".into() }
        );
        let already = AnswerBody { already_cancelled: true, ..body() };
        assert_eq!(
            event(404, Some(already)),
            SaleOrderEvent::CancelGone { request: 1, already_cancelled: true }
        );
        assert_eq!(
            event(404, None),
            SaleOrderEvent::CancelGone { request: 1, already_cancelled: false }
        );
        assert_eq!(event(401, None), SaleOrderEvent::NotSent { request: 1 });
    }
}
