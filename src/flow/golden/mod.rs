//! The code's own transition tables, rendered from its behaviour and compared with the checked-in
//! ones, so that no row changes unnoticed.
//!
//! `REPLENISH_BLESS=1 cargo test --lib flow::golden` writes them anew; read the difference.

#![cfg(not(target_family = "wasm"))]

mod circuit;
mod flow_step;
mod poll;
mod purchase_order;
mod request;
mod sale_order;
mod sale_order_laws;
mod token;

use crate::flow::{
    Answer, AnswerBody, Capabilities, Circuit, Deduplication, FlowPolicy, LineDocument,
    NamedDocument, Operation, ReferenceLookup, Replay, RequestCommand, RequestEvent, RequestLife,
    RequestState, SaleOrderCommand, SaleOrderEvent as E, SaleOrderLife, SaleOrderState as S,
    step_request, step_sale_order, submission::Awaited,
};
use crate::unit::{DocumentId, LineId, SaleOrderId, Timestamp};
use std::{collections::BTreeMap, fmt::Write as _};

const NOW: Timestamp = Timestamp(1_000_000);

/// What differs between two equal states; each changes the life or the policy.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Flag {
    Ambiguous,
    CancelRequested,
    Accepted,
    Keyed,
    Lookup,
    AttemptsLeft,
    LookupsLeft,
    WindowOver,
    Document,
    SecondDocument,
    CancelAmbiguous,
    Writes,
    Replayable,
    FirstRefusal,
    TotalLeft,
    CircuitClosed,
    AlwaysRun,
    FetchesLeft,
    TokenServes,
    ProbesLeft,
    InitialDelay,
    Priced,
    SentBefore,
    AgreementAwaited,
    Received,
    Short,
    SupplierCancelled,
    TwoMayLive,
    LastBeforeOpen,
    WindowRuns,
    TimeOver,
}

impl Flag {
    fn words(self, set: bool) -> &'static str {
        match (self, set) {
            (Self::Ambiguous, true) => "an earlier attempt is ambiguous",
            (Self::Ambiguous, false) => "no earlier doubt",
            (Self::CancelRequested, true) => "cancel requested",
            (Self::CancelRequested, false) => "no cancel requested",
            (Self::Accepted, true) => "accepted",
            (Self::Accepted, false) => "not accepted",
            (Self::Keyed, true) => "keyed",
            (Self::Keyed, false) => "not keyed",
            (Self::Lookup, true) => "look-up offered",
            (Self::Lookup, false) => "no look-up",
            (Self::AttemptsLeft, true) => "attempts left",
            (Self::AttemptsLeft, false) => "no attempts left",
            (Self::LookupsLeft, true) => "look-ups left",
            (Self::LookupsLeft, false) => "no look-ups left",
            (Self::WindowOver, true) => "window over when asked",
            (Self::WindowOver, false) => "window not over when asked",
            (Self::Document, true) => "document known",
            (Self::Document, false) => "no document known",
            (Self::SecondDocument, true) => "a second document",
            (Self::SecondDocument, false) => "no second document",
            (Self::CancelAmbiguous, true) => "an earlier cancel is ambiguous",
            (Self::CancelAmbiguous, false) => "no cancel in doubt",
            (Self::Writes, true) => "write",
            (Self::Writes, false) => "read",
            (Self::Replayable, true) => "replayable",
            (Self::Replayable, false) => "not replayable",
            (Self::FirstRefusal, true) => "first 401",
            (Self::FirstRefusal, false) => "not the first 401",
            (Self::CircuitClosed, true) => "circuit closed",
            (Self::CircuitClosed, false) => "circuit open",
            (Self::FetchesLeft, true) => "fetches left",
            (Self::FetchesLeft, false) => "no fetches left",
            (Self::TokenServes, true) => "token not ended",
            (Self::TokenServes, false) => "token ended",
            (Self::ProbesLeft, true) => "probes left",
            (Self::ProbesLeft, false) => "no probes left",
            (Self::InitialDelay, true) => "initial delay",
            (Self::InitialDelay, false) => "no initial delay",
            (Self::Priced, true) => "quote fresh and near enough",
            (Self::Priced, false) => "no such quote",
            (Self::SentBefore, true) => "sent before",
            (Self::SentBefore, false) => "never sent",
            (Self::AgreementAwaited, true) => "an agreement is on its way",
            (Self::AgreementAwaited, false) => "no agreement on its way",
            (Self::Received, true) => "something received",
            (Self::Received, false) => "nothing received",
            (Self::Short, true) => "closed short",
            (Self::Short, false) => "not closed short",
            (Self::SupplierCancelled, true) => "the supplier cancelled",
            (Self::SupplierCancelled, false) => "we cancelled",
            (Self::TwoMayLive, true) => "two attempts may live",
            (Self::TwoMayLive, false) => "one attempt at most",
            (Self::LastBeforeOpen, true) => "one below the threshold",
            (Self::LastBeforeOpen, false) => "two below the threshold",
            (Self::WindowRuns, true) => "within the window",
            (Self::WindowRuns, false) => "window over",
            (Self::TimeOver, true) => "its time is over",
            (Self::TimeOver, false) => "its time is not over",
            (Self::TotalLeft, true) => "total deadline allows",
            (Self::TotalLeft, false) => "total deadline over",
            (Self::AlwaysRun, true) => "always-run step",
            (Self::AlwaysRun, false) => "no always-run step",
        }
    }
}

/// One decision: which flags matter, in order, and what happens.
type Rows = Vec<(Vec<&'static str>, String)>;

/// The smallest ordered decision over these flags that explains every outcome.
fn decide(flags: &[Flag], set: &mut Vec<Flag>, outcome: &impl Fn(&[Flag]) -> String) -> Rows {
    let Some((flag, rest)) = flags.split_first() else {
        return vec![(Vec::new(), outcome(set))];
    };
    set.push(*flag);
    let yes = decide(rest, set, outcome);
    set.pop();
    let no = decide(rest, set, outcome);
    if yes == no {
        return yes;
    }
    let with = |rows: Rows, word: &'static str| {
        rows.into_iter().map(move |(mut guard, outcome)| {
            guard.insert(0, word);
            (guard, outcome)
        })
    };
    with(yes, flag.words(true)).chain(with(no, flag.words(false))).collect()
}

/// A Markdown table of one machine; events that decide alike in a state share their rows.
fn render(
    title: &str,
    states: &[(String, Vec<Flag>)],
    events: &[&'static str],
    outcome: impl Fn(&str, &str, &[Flag]) -> String,
) -> String {
    let mut text = format!(
        "# {title}\n\nRendered from the code by `src/flow/golden`; times are milliseconds from \
         now, without jitter.\n\n| From | Event | Guard | To and commands |\n|---|---|---|---|\n"
    );
    for (state, flags) in states {
        let mut grouped: BTreeMap<Rows, Vec<&str>> = BTreeMap::new();
        let mut order: Vec<Rows> = Vec::new();
        for event in events {
            let rows = decide(flags, &mut Vec::new(), &|set| outcome(state, event, set));
            if !grouped.contains_key(&rows) {
                order.push(rows.clone());
            }
            grouped.entry(rows).or_default().push(event);
        }
        for rows in order {
            let events = grouped[&rows].join(", ");
            for (guard, outcome) in rows {
                let guard = if guard.is_empty() { "–".to_owned() } else { guard.join(", ") };
                writeln!(text, "| {state} | {events} | {guard} | {outcome} |").unwrap();
            }
        }
    }
    text
}

#[expect(
    clippy::disallowed_methods,
    reason = "a developer's tool: the switch that rewrites the tables, and the tables themselves"
)]
fn compare(name: &str, rendered: &str) {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("REPLENISH_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(&path, rendered).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    let mut difference = String::new();
    let (old, new): (Vec<&str>, Vec<&str>) =
        (checked_in.lines().collect(), rendered.lines().collect());
    for line in old.iter().filter(|line| !new.contains(line)) {
        writeln!(difference, "- {line}").unwrap();
    }
    for line in new.iter().filter(|line| !old.contains(line)) {
        writeln!(difference, "+ {line}").unwrap();
    }
    assert!(
        checked_in == rendered,
        "{path} differs from the code; if that is meant, run with REPLENISH_BLESS=1\n{difference}"
    );
}

fn answer(body: Option<AnswerBody>) -> Answer {
    Answer { status: 200, body }
}
