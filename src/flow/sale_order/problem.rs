//! What went wrong last, in words for a page.

use super::{SaleOrderEvent as E, SaleOrderLife, SaleOrderState as S};
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The newest failure of an order; kept until something goes well.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LastError {
    /// When it became known.
    pub at: Timestamp,
    /// What failed.
    pub kind: FailureKind,
    /// The other system's words, shortened; absent when it said none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// What failed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The other system refused the order.
    Rejected,
    /// The other system could not be reached.
    NotSent,
    /// The other system had too many requests.
    Throttled,
    /// No usable answer came to an attempt to create.
    NoAnswer,
    /// The look-up said nothing usable.
    LookupFailed,
    /// The other system refused to cancel.
    CancelRefused,
    /// The document to cancel was not found.
    CancelNotFound,
    /// No usable answer came to an attempt to cancel.
    CancelNoAnswer,
    /// An answer named documents that belong to another order.
    ForeignAnswer,
    /// Whether the other system knows what was agreed is unknown.
    AgreementUndelivered,
}

/// Longest part of the other system's words that is kept, in bytes.
const SAID_BYTES: usize = 200;

impl LastError {
    /// A failure, and what the other system said of it, if anything.
    pub(in crate::flow) fn new(at: Timestamp, kind: FailureKind, said: Option<&str>) -> Self {
        let said = said.filter(|said| !said.is_empty()).map(shortened);
        Self { at, kind, said }
    }

    /// In plain English.
    pub fn words(&self) -> Cow<'static, str> {
        let what = self.kind.words();
        self.said.as_ref().map_or(Cow::Borrowed(what), |said| format!("{what}: {said}").into())
    }
}

impl FailureKind {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::NotSent => "not_sent",
            Self::Throttled => "throttled",
            Self::NoAnswer => "no_answer",
            Self::LookupFailed => "lookup_failed",
            Self::CancelRefused => "cancel_refused",
            Self::CancelNotFound => "cancel_not_found",
            Self::CancelNoAnswer => "cancel_no_answer",
            Self::ForeignAnswer => "foreign_answer",
            Self::AgreementUndelivered => "agreement_undelivered",
        }
    }

    /// In plain English.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rejected => "the other system refused the order",
            Self::NotSent => "the other system could not be reached",
            Self::Throttled => "the other system had too many requests",
            Self::NoAnswer => "no usable answer came to an attempt to send the order",
            Self::LookupFailed => "the look-up said nothing usable",
            Self::CancelRefused => "the other system refused to cancel",
            Self::CancelNotFound => "the other system did not find the document to cancel",
            Self::CancelNoAnswer => "no usable answer came to an attempt to cancel",
            Self::ForeignAnswer => "an answer named documents of another order",
            Self::AgreementUndelivered => "the other system may not know what was agreed",
        }
    }
}

/// What an event says about how things go.
pub(in crate::flow) enum News {
    /// The newest failure is over.
    Good,
    /// This is the newest failure.
    Bad(LastError),
    /// Nothing about failures.
    None,
}

/// What an event means to an order that stands like this. Only what the order waits for counts: the
/// failure of an attempt that is over says nothing new.
pub(super) fn news(life: &SaleOrderLife, event: &E, now: Timestamp) -> News {
    let awaited = life.awaited.map(|awaited| awaited.request);
    let late = event.request().is_some_and(|request| Some(request) != awaited);
    let bad = |kind, said: Option<&str>| News::Bad(LastError::new(now, kind, said));
    match event {
        E::Ok { .. }
        | E::Duplicate { .. }
        | E::LateOk { .. }
        | E::LookupFound { .. }
        | E::CancelOk { .. }
        | E::CancelGone { already_cancelled: true, .. }
        | E::RemoteNullified { .. }
        | E::OperatorPresent { .. }
        | E::OperatorAbsent {} => News::Good,
        E::Submit { .. }
        | E::CancelRequested {}
        | E::OkIncomplete { .. }
        | E::LookupAbsent { .. } => News::None,
        _ if late => News::None,
        E::Reject { message, .. } => bad(FailureKind::Rejected, Some(message)),
        E::NotSent { .. } => bad(FailureKind::NotSent, None),
        E::Throttled { .. } => bad(FailureKind::Throttled, None),
        E::Ambiguous { .. } => bad(FailureKind::NoAnswer, None),
        E::LookupFail { .. } => bad(FailureKind::LookupFailed, None),
        E::CancelGone { already_cancelled: false, .. } => bad(FailureKind::CancelNotFound, None),
        E::CancelRefused { reason, .. } => bad(FailureKind::CancelRefused, Some(reason)),
        E::CancelAmbiguous { .. } => bad(FailureKind::CancelNoAnswer, None),
        E::ForeignAnswer { reference, .. } => bad(FailureKind::ForeignAnswer, Some(reference)),
        E::TimerDue {} | E::Recover {} => match life.state {
            S::Sending => bad(FailureKind::NoAnswer, None),
            S::Verifying => bad(FailureKind::LookupFailed, None),
            S::Cancelling => bad(FailureKind::CancelNoAnswer, None),
            S::Initial
            | S::Unknown
            | S::Sent
            | S::Rejected
            | S::Failed
            | S::Review
            | S::CancelPending
            | S::CancelUnknown
            | S::Nullified => News::None,
        },
    }
}

fn shortened(said: &str) -> String {
    if said.len() <= SAID_BYTES {
        return said.to_owned();
    }
    format!("{}…", &said[..said.floor_char_boundary(SAID_BYTES)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut_between_characters() {
        assert_eq!(shortened("no stock"), "no stock");
        let cut = shortened(&"ñ".repeat(300));
        assert_eq!(cut.chars().count(), 101);
        assert!(cut.ends_with("ñ…"));
        assert_eq!(shortened(&format!("a{}", "ñ".repeat(300))).len(), 199 + "…".len());
    }
}
