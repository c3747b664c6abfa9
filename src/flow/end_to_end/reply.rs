//! What a reply means for its request, and what a positive one holds.

use super::{
    check::{AnswerDifference, first_difference},
    document::{AnswerFacts, distinct, is_list, select},
    plan::{Capture, LookupPlan, StepPlan},
    run::{Purpose, Reply},
    template::{Filler, RunValue, Secrets, format_secret},
};
use crate::flow::{Access, Answer, CheckVerdict, RequestEvent};
use std::collections::{BTreeMap, BTreeSet};

/// Shortest value that is looked for in the rest of an answer; shorter ones stand everywhere.
const SHORTEST_SECRET: usize = 4;

/// What an attempt's reply means for its request. The business flag and the named document are
/// judged with the status, as for the requests of an order.
pub(super) fn request_event(
    step: &StepPlan,
    purpose: Purpose,
    values: &BTreeMap<String, RunValue>,
    attempt: u32,
    reply: &Reply,
) -> RequestEvent {
    let (status, retry_after_ms, facts) = match reply {
        Reply::NotSent {} => return RequestEvent::NotSent { attempt },
        Reply::NoAnswer {} => return RequestEvent::NoAnswer { attempt },
        Reply::BodyCut { status } => (*status, None, None),
        Reply::Answer { status, retry_after_ms, facts } => {
            (*status, *retry_after_ms, facts.as_ref())
        }
    };
    // What is read from the body is the run's; the request only has to know how it ends.
    let answer = Answer { status, body: None };
    let acts = purpose == Purpose::Act {};
    let writes = acts && step.effect() == Access::Write;
    let holds = |tests| {
        facts.is_some_and(|facts| {
            first_difference(tests, facts, &mut Filler::new(values, Secrets::Named)).is_none()
        })
    };
    let named = facts.is_some_and(|facts| names_document(step, facts));
    let accepted = (200..300).contains(&status);
    let flag = match (purpose, &step.lookup) {
        (Purpose::LookUp {}, Some(lookup)) => &lookup.success_when,
        _ => &step.success_when,
    };
    let success = flag.is_empty() || holds(flag);
    if writes && !(accepted && success) {
        if !step.duplicate_when.is_empty() && holds(&step.duplicate_when) {
            return RequestEvent::Answer4xx { attempt, duplicate_of_our_key: true, answer };
        }
        // A document named beside a refusal is alive all the same.
        if step.document.is_some() && named {
            return RequestEvent::Answer2xx { attempt, complete: false, answer };
        }
    }
    match status {
        // A write that changes nothing when repeated is not in doubt: it is sent again.
        200..300 if facts.is_none() && writes && step.repeatable => {
            RequestEvent::NoAnswer { attempt }
        }
        200..300 if facts.is_none() => RequestEvent::BodyInvalid { attempt, answer },
        200..300 if success => {
            RequestEvent::Answer2xx { attempt, complete: !writes || named, answer }
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

/// Whether an answer names the document that the step makes, where it has to.
pub(super) fn names_document(step: &StepPlan, facts: &AnswerFacts) -> bool {
    step.document.as_ref().is_none_or(|pointer| !select(facts, pointer).is_empty())
}

/// An answer without the secrets in it: each stands by its name, wherever it occurs.
pub(super) fn without_secrets(
    captures: &BTreeMap<String, Capture>,
    facts: &AnswerFacts,
) -> AnswerFacts {
    let mut clean = facts.clone();
    for (name, capture) in captures.iter().filter(|(_, capture)| capture.secret) {
        let Some(secret) = facts.get(&capture.pointer) else { continue };
        let shown = format_secret(name);
        for (pointer, text) in &mut clean {
            if *pointer == capture.pointer {
                text.clone_from(&shown);
            } else if secret.len() >= SHORTEST_SECRET && text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), &shown);
            }
        }
    }
    clean
}

/// What is kept of an answer, and the first thing that should be there and is not.
pub(super) fn capture(
    captures: &BTreeMap<String, Capture>,
    facts: &AnswerFacts,
) -> (BTreeMap<String, RunValue>, Option<AnswerDifference>) {
    let mut kept = BTreeMap::new();
    let mut missing = None;
    for (name, capture) in captures {
        let found = select(facts, &capture.pointer);
        let value = match found.first_key_value() {
            None if capture.optional => continue,
            None => {
                missing.get_or_insert_with(|| AnswerDifference {
                    pointer: capture.pointer.clone(),
                    expected: format!("`{name}`"),
                    got: String::new(),
                });
                continue;
            }
            Some(_) if capture.secret => RunValue::Secret {},
            Some(_) if is_list(&capture.pointer) => RunValue::Many {
                values: found.iter().map(|(place, text)| (*place, (*text).to_owned())).collect(),
            },
            Some((_, text)) => RunValue::one(text),
        };
        kept.insert(name.clone(), value);
    }
    (kept, missing)
}

/// A positive answer, read.
pub(super) struct Reading {
    pub(super) captures: BTreeMap<String, RunValue>,
    /// What is not as expected, hard checks first.
    pub(super) differences: Vec<AnswerDifference>,
    pub(super) verdict: CheckVerdict,
}

/// Reads a positive answer: what it gives, and whether it is what was expected.
pub(super) fn read(
    step: &StepPlan,
    mut values: BTreeMap<String, RunValue>,
    facts: &AnswerFacts,
) -> Reading {
    let (captures, missing) = capture(&step.captures, facts);
    values.extend(captures.clone());
    let mut filler = Filler::new(&values, Secrets::Named);
    let mut failed = |tests: &[super::check::AnswerTest]| -> Vec<AnswerDifference> {
        tests.iter().filter_map(|test| test.difference(facts, &mut filler)).collect()
    };
    let hard: Vec<AnswerDifference> = missing.into_iter().chain(failed(&step.checks)).collect();
    let soft = failed(&step.soft_checks);
    let verdict = match (hard.is_empty(), soft.is_empty()) {
        (false, _) => CheckVerdict::HardFailed,
        (true, false) => CheckVerdict::SoftFailed,
        (true, true) => CheckVerdict::Hold,
    };
    Reading { captures, differences: hard.into_iter().chain(soft).collect(), verdict }
}

/// What a look-up's answer shows: the documents of the write, `None` in place of a name where it
/// names none, and nothing when the write was not applied.
pub(super) fn found(
    lookup: &LookupPlan,
    values: &BTreeMap<String, RunValue>,
    facts: &AnswerFacts,
) -> (u32, BTreeSet<String>) {
    let documents = match &lookup.documents {
        Some(pointer) => distinct(facts, pointer),
        None => BTreeSet::new(),
    };
    let count = match &lookup.documents {
        Some(_) => u32::try_from(documents.len()).unwrap_or(u32::MAX),
        None => 1,
    };
    let mut filler = Filler::new(values, Secrets::Named);
    if count > 0 && first_difference(&lookup.applied_when, facts, &mut filler).is_some() {
        return (0, BTreeSet::new());
    }
    (count, documents)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            check::{AnswerTest, Expectation},
            plan::Method,
        },
        *,
    };

    fn facts(pairs: &[(&str, &str)]) -> AnswerFacts {
        pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn status_flag_and_document_are_judged_together() {
        let is = |pointer: &str, text: &str| {
            AnswerTest::new(pointer, Expectation::Equals(text.to_owned()))
        };
        let mut step = StepPlan::new("s", "erp", Method::Post, "/orders");
        step.document = Some("/id".into());
        step.success_when = vec![is("/ok", "true")];
        step.duplicate_when = vec![is("/code", "duplicate")];
        let said = |status, pairs: Option<&[(&str, &str)]>| {
            let reply = Reply::Answer { status, retry_after_ms: None, facts: pairs.map(facts) };
            let event = request_event(&step, Purpose::Act {}, &BTreeMap::new(), 1, &reply);
            if let RequestEvent::Answer2xx { complete, .. } = event {
                return if complete { "complete" } else { "incomplete" };
            }
            if let RequestEvent::Answer4xx { duplicate_of_our_key: true, .. } = event {
                return "duplicate";
            }
            event.name()
        };
        for (status, pairs, expected) in [
            (201, Some(&[("/id", "7"), ("/ok", "true")][..]), "complete"),
            (201, Some(&[("/ok", "true")]), "incomplete"),
            (200, None, "body_invalid"),
            (200, Some(&[("/ok", "false")]), "answer_business_fail"),
            (200, Some(&[("/id", "7"), ("/ok", "false")]), "incomplete"),
            (500, Some(&[("/id", "7")]), "incomplete"),
            (409, Some(&[("/code", "duplicate")]), "duplicate"),
            (409, Some(&[]), "answer4xx"),
            (408, Some(&[]), "answer5xx"),
            (401, None, "answer401"),
            (429, None, "answer429"),
            (503, None, "answer5xx"),
        ] {
            assert_eq!(said(status, pairs), expected, "{status} {pairs:?}");
        }
    }

    #[test]
    fn a_secret_is_kept_by_name_wherever_the_answer_repeats_it() {
        let secret = Capture { pointer: "/token".into(), secret: true, optional: false };
        let captures = BTreeMap::from([("session".to_owned(), secret)]);
        let given = facts(&[("/token", "s3cr3t"), ("/hint", "use s3cr3t!"), ("/id", "1")]);
        let clean = without_secrets(&captures, &given);
        assert!(clean.values().all(|text| !text.contains("s3cr3t")), "{clean:?}");
        assert_eq!(clean["/hint"], "use {secret:session}!");
        let (kept, missing) = capture(&captures, &clean);
        assert_eq!((kept["session"].clone(), missing), (RunValue::Secret {}, None));
    }
}
