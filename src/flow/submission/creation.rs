//! What is sent to create an order, how often, and what is not known of it.

use super::{before_deadline, key};
use crate::{
    flow::{FlowPolicy, TransitionError, is_default},
    unit::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Everything about creating an order in the other system but the documents that came of it.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Submission {
    /// Counts the payloads given; the idempotency key depends on it.
    pub(in crate::flow) revision: u32,
    /// Counts the submissions, which share a payload until it is revised.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) count: u32,
    /// Frozen at the first submit of a revision, so that every attempt sends the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) payload: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) submitted_at: Option<Timestamp>,
    /// When the current key left for the first time: its retention at the server counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) first_sent_at: Option<Timestamp>,
    /// Counted attempts to create in this submission.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) attempts: u32,
    /// Look-ups since the last doubtful attempt.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) lookups: u32,
    /// Attempts that were turned away unseen; they lengthen the waits and count for nothing else.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) throttles: u32,
    /// Some attempt to create may have been applied unseen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) ambiguous: bool,
    /// Some attempt to create was ever ambiguous, whatever was found out about it later.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) doubted: bool,
    /// The other system has accepted the order, although not every document is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(in crate::flow) accepted: bool,
    /// From here on a look-up that finds nothing proves absence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::flow) settled_at: Option<Timestamp>,
}

impl Submission {
    /// Before the first submit.
    pub(in crate::flow) fn new() -> Self {
        Self {
            revision: 1,
            count: 0,
            payload: None,
            submitted_at: None,
            first_sent_at: None,
            attempts: 0,
            lookups: 0,
            throttles: 0,
            ambiguous: false,
            doubted: false,
            accepted: false,
            settled_at: None,
        }
    }

    // Submitting.

    /// Takes the payload of this revision, once.
    pub(in crate::flow) fn freeze(&mut self, payload: &str) -> Result<(), TransitionError> {
        match &self.payload {
            None => self.payload = Some(payload.to_owned()),
            Some(frozen) if frozen == payload => {}
            Some(frozen) => {
                return Err(TransitionError::PayloadFrozen {
                    revision: self.revision,
                    expected: frozen.len(),
                    got: payload.len(),
                });
            }
        }
        Ok(())
    }

    /// Takes another payload as the next revision.
    pub(in crate::flow) fn revise(&mut self, payload: &str) -> Result<(), TransitionError> {
        if self.payload.as_deref() == Some(payload) {
            return Err(TransitionError::Unchanged { revision: self.revision });
        }
        self.payload = Some(payload.to_owned());
        self.new_key();
        Ok(())
    }

    pub(in crate::flow) fn new_key(&mut self) {
        self.revision = self.revision.saturating_add(1);
        self.first_sent_at = None;
    }

    pub(in crate::flow) fn begin(&mut self, now: Timestamp) {
        self.count = self.count.saturating_add(1);
        self.submitted_at = Some(now);
        self.attempts = 0;
        self.throttles = 0;
        self.accepted = false;
    }

    /// Counts one more attempt; the bytes it sends.
    pub(in crate::flow) fn attempt(&mut self, now: Timestamp) -> Result<String, TransitionError> {
        let payload = self.payload.clone().ok_or(TransitionError::PayloadMissing)?;
        self.attempts = self.attempts.saturating_add(1);
        self.first_sent_at.get_or_insert(now);
        Ok(payload)
    }

    /// A throttled attempt was turned away unseen and is not counted; total time still is.
    pub(in crate::flow) fn throttled(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
        self.throttles = self.throttles.saturating_add(1);
    }

    pub(in crate::flow) fn look_up(&mut self) {
        self.lookups = self.lookups.saturating_add(1);
    }

    /// How long to wait before finding out what became of an attempt.
    pub(in crate::flow) fn doubt(
        &mut self,
        id: &str,
        retry_after_ms: Option<u64>,
        now: Timestamp,
        policy: &FlowPolicy,
    ) -> u64 {
        let settle_ms = policy.settle_window_ms();
        self.lookups = 0;
        self.settled_at = settle_ms.map(|window| now.plus_millis(window));
        let asked = policy.retry_after_ms(retry_after_ms).unwrap_or(0);
        if self.resolves_by_lookup(now, policy) {
            settle_ms.unwrap_or(0).max(asked)
        } else if self.keyed(now, policy) && !self.accepted {
            self.wait_ms(id, retry_after_ms, policy)
        } else {
            0
        }
    }

    // Guards.

    pub(in crate::flow) fn keyed(&self, now: Timestamp, policy: &FlowPolicy) -> bool {
        policy.key_protects(self.first_sent_at.unwrap_or(now), now)
    }

    /// The server applies our key once, and no other key of this order ever left.
    pub(in crate::flow) fn one_key(&self, now: Timestamp, policy: &FlowPolicy) -> bool {
        self.keyed(now, policy) && self.revision == 1
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
        before_deadline(self.submitted_at, wait_ms, now, policy)
    }

    pub(in crate::flow) fn resolves_by_lookup(&self, now: Timestamp, policy: &FlowPolicy) -> bool {
        policy.settle_window_ms().is_some()
            && (self.accepted || !self.keyed(now, policy) || !self.attempts_left(now, policy))
    }

    pub(in crate::flow) fn lookups_left(&self, policy: &FlowPolicy) -> bool {
        self.lookups < policy.max_lookups
    }

    /// How long a look-up must still wait before it proves absence, judged by when it was asked: an
    /// answer that arrives after the window may have been given before its end.
    pub(in crate::flow) fn rest_of_settle_window(
        &self,
        asked_at: Timestamp,
        now: Timestamp,
    ) -> Option<u64> {
        let settled_at = self.settled_at?;
        (asked_at < settled_at).then(|| now.millis_until(settled_at))
    }

    // Waits and keys.

    pub(in crate::flow) fn wait_ms(
        &self,
        id: &str,
        retry_after_ms: Option<u64>,
        policy: &FlowPolicy,
    ) -> u64 {
        let turns = self.attempts.saturating_add(self.throttles);
        policy.wait_ms(&self.key(id), turns, retry_after_ms)
    }

    pub(in crate::flow) fn lookup_wait_ms(
        &self,
        id: &str,
        retry_after_ms: Option<u64>,
        policy: &FlowPolicy,
    ) -> u64 {
        policy.wait_ms(&self.lookup_key(id), self.lookups, retry_after_ms)
    }

    pub(in crate::flow) fn key(&self, id: &str) -> String {
        key("create", id, self.revision, None)
    }

    pub(in crate::flow) fn lookup_key(&self, id: &str) -> String {
        key("lookup", id, self.revision, None)
    }
}
