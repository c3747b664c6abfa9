//! How patient we are with a token server.

use crate::flow::FlowPolicy;
use serde::{Deserialize, Serialize};

/// How a connection's token is fetched and renewed. All spans are milliseconds.
///
/// ```
/// use replenish::flow::TokenPolicy;
/// let policy = TokenPolicy { jitter_percent: 0, ..TokenPolicy::default() };
/// let waits: Vec<u64> = (1..=4).map(|n| policy.wait_ms("erp-1", n, None)).collect();
/// assert_eq!(waits, [1_000, 2_000, 4_000, 8_000]);
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct TokenPolicy {
    /// Counts the changes of this policy, so that a record says which one was in force.
    pub revision: u32,
    /// How long before its end a token is renewed. One that lives no longer than this is
    /// short-lived: good for those who waited for it and for nobody after them.
    pub margin_ms: u64,
    /// How long a token is taken to live when the server does not say.
    pub assumed_lifetime_ms: u64,
    /// How long one fetch may stay without an answer.
    pub fetch_deadline_ms: u64,
    /// Fetches after the first one before those who wait are told that no token can be had.
    pub max_retries: u32,
    /// First wait between fetches; each further one is twice as long.
    pub backoff_base_ms: u64,
    /// Longest wait between fetches that we choose ourselves.
    pub backoff_cap_ms: u64,
    /// Longest wait that the server may ask for.
    pub retry_after_cap_ms: u64,
    /// Up to this much of a wait is added to it, chosen by the seed, so that clients spread out.
    pub jitter_percent: u32,
    /// Chooses the jitter; the same seed gives the same waits.
    pub jitter_seed: u32,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        let flow = FlowPolicy::default();
        Self {
            revision: 0,
            margin_ms: 60_000,
            assumed_lifetime_ms: 300_000,
            fetch_deadline_ms: 10_000,
            max_retries: flow.max_retries,
            backoff_base_ms: flow.backoff_base_ms,
            backoff_cap_ms: flow.backoff_cap_ms,
            retry_after_cap_ms: flow.retry_after_cap_ms,
            jitter_percent: flow.jitter_percent,
            jitter_seed: flow.jitter_seed,
        }
    }
}

impl TokenPolicy {
    /// The wait after the failed fetch number `failures`, as [`FlowPolicy::wait_ms`] has it: what
    /// the server asked for, capped, when that is longer than our own back-off.
    pub fn wait_ms(&self, connection: &str, failures: u32, retry_after_ms: Option<u64>) -> u64 {
        let flow = FlowPolicy {
            backoff_base_ms: self.backoff_base_ms,
            backoff_cap_ms: self.backoff_cap_ms,
            retry_after_cap_ms: self.retry_after_cap_ms,
            jitter_percent: self.jitter_percent,
            jitter_seed: self.jitter_seed,
            ..FlowPolicy::default()
        };
        flow.wait_ms(connection, failures, retry_after_ms)
    }
}
