//! How patient we are with a connection, and what its server offers against doubt.

use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};

/// How one connection is driven: what its server offers, how often and how long we try.
///
/// Every number counts one thing: `max_retries: 3` allows at most 4 attempts, `max_lookups: 4`
/// allows at most 4 look-ups. All spans are milliseconds.
///
/// ```
/// use replenish::flow::FlowPolicy;
/// let policy: FlowPolicy = FlowPolicy { jitter_percent: 0, ..FlowPolicy::default() };
/// let waits: Vec<u64> = (1..=4).map(|n| policy.backoff_ms("SO-1", n)).collect();
/// assert_eq!(waits, [1_000, 2_000, 4_000, 8_000]);
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct FlowPolicy {
    /// Counts the changes of this policy, so that a record says which one was in force.
    pub revision: u32,
    /// What the server offers against doubt; by default nothing.
    pub capabilities: Capabilities,
    /// Whether requests wait for a token.
    pub authentication: Authentication,
    /// Whether requests may leave at all; an open circuit ends a request's waiting.
    pub circuit: Circuit,
    /// Attempts after the first one, for each submission and for the cancel of each document.
    pub max_retries: u32,
    /// Look-ups for each doubtful attempt.
    pub max_lookups: u32,
    /// First wait between attempts; each further one is twice as long.
    pub backoff_base_ms: u64,
    /// Longest wait between attempts that we choose ourselves.
    pub backoff_cap_ms: u64,
    /// Longest wait that the server may ask for.
    pub retry_after_cap_ms: u64,
    /// Up to this much of a wait is added to it, chosen by the seed, so that clients spread out.
    pub jitter_percent: u32,
    /// Chooses the jitter; the same seed gives the same waits.
    pub jitter_seed: u32,
    /// How long one attempt may stay without an answer.
    pub attempt_deadline_ms: u64,
    /// How long an attempt waits for a token.
    pub token_deadline_ms: u64,
    /// How long a submission or a cancel may go on trying.
    pub total_deadline_ms: u64,
}

/// What a server offers to find out whether a request was applied; by default nothing, and then
/// an attempt with an unknown outcome is never repeated without a person's word.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct Capabilities {
    /// The server applies one idempotency key once, however often it comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deduplicates_by_key: Option<Deduplication>,
    /// The server finds documents by the reference we gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup_by_reference: Option<ReferenceLookup>,
}

/// A server's memory of idempotency keys.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Deduplication {
    /// How long a key is remembered; past it a key is no protection and is not relied upon.
    pub retention_ms: u64,
}

/// A server's look-up by our reference.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ReferenceLookup {
    /// How long after we gave up on a request it may still be applied or become visible. Only a
    /// look-up asked after this window proves absence.
    pub settle_window_ms: u64,
}

/// Whether a connection needs a token.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// Requests leave at once.
    #[default]
    None,
    /// The host is asked for a token before every attempt.
    Token,
}

/// Whether a connection is in use, as the host has observed it over all its orders.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Circuit {
    /// Requests may leave.
    #[default]
    Closed,
    /// The server is known to be down; a waiting request ends instead of trying again.
    Open,
}

impl Default for FlowPolicy {
    fn default() -> Self {
        Self {
            revision: 0,
            capabilities: Capabilities::default(),
            authentication: Authentication::None,
            circuit: Circuit::Closed,
            max_retries: 3,
            max_lookups: 4,
            backoff_base_ms: 1_000,
            backoff_cap_ms: 60_000,
            retry_after_cap_ms: 300_000,
            jitter_percent: 25,
            jitter_seed: 0,
            attempt_deadline_ms: 30_000,
            token_deadline_ms: 15_000,
            total_deadline_ms: 3_600_000,
        }
    }
}

impl FlowPolicy {
    /// The wait before attempt `attempt + 1` of the request with this key: base, twice the base,
    /// four times, up to the cap, plus the seeded jitter.
    pub fn backoff_ms(&self, key: &str, attempt: u32) -> u64 {
        let doublings = attempt.saturating_sub(1).min(63);
        let wait = self.backoff_base_ms.saturating_mul(1 << doublings).min(self.backoff_cap_ms);
        jittered(wait, self.jitter_percent, self.jitter_seed, key, attempt)
    }

    /// The same wait, or what the server asked for when that is longer, up to its cap.
    pub fn wait_ms(&self, key: &str, attempt: u32, retry_after_ms: Option<u64>) -> u64 {
        self.backoff_ms(key, attempt).max(self.retry_after_ms(retry_after_ms).unwrap_or(0))
    }

    /// What the server asked for, capped.
    pub fn retry_after_ms(&self, asked: Option<u64>) -> Option<u64> {
        asked.map(|wait| wait.min(self.retry_after_cap_ms))
    }

    /// Longest life of one request of an order: one attempt, and with tokens one wait before it and
    /// one renewal after a refused token.
    pub fn request_lifetime_ms(&self) -> u64 {
        match self.authentication {
            Authentication::None => self.attempt_deadline_ms,
            Authentication::Token => {
                self.attempt_deadline_ms.saturating_add(self.token_deadline_ms).saturating_mul(2)
            }
        }
    }

    /// Whether a key first sent at `first_sent_at` still protects an attempt that starts now and
    /// may arrive as late as its deadline.
    pub(in crate::flow) fn key_protects(&self, first_sent_at: Timestamp, now: Timestamp) -> bool {
        self.capabilities.deduplicates_by_key.as_ref().is_some_and(|server| {
            now.plus_millis(self.request_lifetime_ms())
                <= first_sent_at.plus_millis(server.retention_ms)
        })
    }

    /// The settle window, when look-up is offered.
    pub(in crate::flow) fn settle_window_ms(&self) -> Option<u64> {
        self.capabilities.lookup_by_reference.as_ref().map(|server| server.settle_window_ms)
    }
}

/// The wait and up to so many percent of it more, chosen by seed, key and attempt.
pub(in crate::flow) fn jittered(
    wait: u64,
    percent: u32,
    seed: u32,
    key: &str,
    attempt: u32,
) -> u64 {
    let spread = wait.saturating_mul(u64::from(percent)) / 100;
    let chosen = mix(u64::from(seed), key, attempt);
    wait.saturating_add(chosen % spread.saturating_add(1).max(1))
}

/// A number that depends on seed, key and attempt only (`SplitMix64` over each part in turn).
fn mix(seed: u64, key: &str, attempt: u32) -> u64 {
    let absorb = |state: u64, part: u64| {
        let mut z = (state ^ part).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let keyed = key.bytes().fold(absorb(0, seed), |state, byte| absorb(state, u64::from(byte)));
    absorb(keyed, u64::from(attempt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_in_its_share_and_repeats() {
        let policy = FlowPolicy::default();
        let mut seen = std::collections::BTreeSet::new();
        for order in 0..200 {
            let key = format!("create:1:{order}");
            let wait = policy.backoff_ms(&key, 2);
            assert!((2_000..=2_500).contains(&wait), "{wait}");
            assert_eq!(wait, policy.backoff_ms(&key, 2));
            seen.insert(wait);
        }
        assert!(seen.len() > 100, "only {} different waits", seen.len());
        let other = FlowPolicy { jitter_seed: 1, ..policy.clone() };
        assert_ne!(policy.backoff_ms("k", 1), other.backoff_ms("k", 1));
    }

    #[test]
    fn the_longest_wait_of_the_two_counts_and_both_have_a_cap() {
        let policy = FlowPolicy { jitter_percent: 0, ..FlowPolicy::default() };
        assert_eq!(policy.wait_ms("k", 1, Some(7_000)), 7_000);
        assert_eq!(policy.wait_ms("k", 4, Some(7_000)), 8_000);
        assert_eq!(policy.wait_ms("k", 1, Some(u64::MAX)), 300_000);
        assert_eq!(policy.backoff_ms("k", u32::MAX), 60_000);
    }

    #[test]
    fn extreme_numbers_saturate() {
        let policy = FlowPolicy {
            backoff_base_ms: u64::MAX,
            backoff_cap_ms: u64::MAX,
            jitter_percent: u32::MAX,
            attempt_deadline_ms: u64::MAX,
            authentication: Authentication::Token,
            ..FlowPolicy::default()
        };
        assert_eq!(policy.backoff_ms("k", 9), u64::MAX);
        assert_eq!(policy.request_lifetime_ms(), u64::MAX);
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let wrong = serde_json::from_str::<FlowPolicy>(r#"{"max_retrys":3}"#).unwrap_err();
        assert!(wrong.to_string().contains("max_retrys"), "{wrong}");
        assert_eq!(serde_json::from_str::<FlowPolicy>("{}").unwrap(), FlowPolicy::default());
    }
}
