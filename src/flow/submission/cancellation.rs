//! How far the cancel of an order is.

use super::{before_deadline, key};
use crate::{
    flow::{FlowPolicy, is_default},
    unit::{DocumentId, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The cancel of an order: wanted or not, and the attempts at one document after the other.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Cancellation {
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) requested: bool,
    /// Counts the times a cancel was begun.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) round: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) started_at: Option<Timestamp>,
    /// Counted attempts to cancel the current document.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) attempts: u32,
    /// Attempts that were turned away unseen; they lengthen the waits and count for nothing else.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) throttles: u32,
    /// Some attempt to cancel may have been applied unseen, or the documents may have ended before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) ambiguous: bool,
    /// The document of the running or doubtful cancel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) document: Option<DocumentId>,
}

impl Cancellation {
    pub(in crate::flow) fn begin(&mut self, now: Timestamp) {
        self.requested = true;
        self.ambiguous = false;
        self.attempts = 0;
        self.throttles = 0;
        self.round = self.round.saturating_add(1);
        self.started_at = Some(now);
        self.document = None;
    }

    /// Counts one more attempt, at the doubtful document again or else at the first living one;
    /// none when none lives.
    pub(in crate::flow) fn attempt(&mut self, live: Vec<DocumentId>) -> Option<DocumentId> {
        let again = self.document.take().filter(|document| live.contains(document));
        let document = again.or_else(|| live.into_iter().next())?;
        self.attempts = self.attempts.saturating_add(1);
        self.document = Some(document.clone());
        Some(document)
    }

    /// A throttled attempt was turned away unseen and is not counted; total time still is.
    pub(in crate::flow) fn throttled(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
        self.throttles = self.throttles.saturating_add(1);
    }

    /// The document under way is cancelled: which it was; the next one starts anew.
    pub(in crate::flow) fn next(&mut self, now: Timestamp) -> Option<DocumentId> {
        self.ambiguous = false;
        self.attempts = 0;
        self.started_at = Some(now);
        self.document.take()
    }

    /// Nothing is left to cancel.
    pub(in crate::flow) fn end(&mut self) {
        self.ambiguous = false;
        self.document = None;
    }

    pub(in crate::flow) fn attempts_left(&self, now: Timestamp, policy: &FlowPolicy) -> bool {
        self.attempts <= policy.max_retries && self.within_total(0, now, policy)
    }

    pub(in crate::flow) fn within_total(
        &self,
        wait_ms: u64,
        now: Timestamp,
        policy: &FlowPolicy,
    ) -> bool {
        before_deadline(self.started_at, wait_ms, now, policy)
    }

    pub(in crate::flow) fn wait_ms(
        &self,
        id: &str,
        retry_after_ms: Option<u64>,
        policy: &FlowPolicy,
    ) -> u64 {
        let key = key("cancel", id, self.round, None);
        let turns = self.attempts.saturating_add(self.throttles);
        policy.wait_ms(&key, turns, retry_after_ms)
    }

    pub(in crate::flow) fn key(&self, id: &str, document: &DocumentId) -> String {
        key("cancel", id, self.round, Some(document))
    }
}
