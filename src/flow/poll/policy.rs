//! How often and how long we look.

use crate::flow::policy::jittered;
use serde::{Deserialize, Serialize};

/// How something is waited for in another system. All spans are milliseconds.
///
/// `max_probes: 4` sends at most 4 probes, whatever becomes of them. The wait after the first probe
/// is the interval, and each further one is longer by the factor, up to the cap.
///
/// ```
/// use replenish::flow::PollPolicy;
/// let policy = PollPolicy { jitter_percent: 0, ..PollPolicy::default() };
/// let waits: Vec<u64> = (1..=3).map(|probe| policy.wait_ms("SO-1", probe)).collect();
/// assert_eq!(waits, [5_000, 10_000, 20_000]);
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct PollPolicy {
    /// Counts the changes of this policy, so that a record says which one was in force.
    pub revision: u32,
    /// How many probes are sent at most; a poll without any ends as soon as it begins.
    pub max_probes: u32,
    /// How long after the beginning the first probe is sent.
    pub initial_delay_ms: u64,
    /// How long after a probe's end the second one is sent.
    pub interval_ms: u64,
    /// How much longer each further wait is, in percent of the one before: 200 doubles it, 100
    /// leaves it as it is.
    pub factor_percent: u32,
    /// Longest wait between probes that we choose ourselves.
    pub interval_cap_ms: u64,
    /// Longest wait that the server may ask for.
    pub retry_after_cap_ms: u64,
    /// Up to this much of a wait is added to it, chosen by the seed, so that clients spread out.
    pub jitter_percent: u32,
    /// Chooses the jitter; the same seed gives the same waits.
    pub jitter_seed: u32,
    /// How long one probe may stay without an answer.
    pub probe_deadline_ms: u64,
    /// No probe is planned for a time later than this after the beginning.
    pub total_deadline_ms: u64,
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self {
            revision: 0,
            max_probes: 4,
            initial_delay_ms: 0,
            interval_ms: 5_000,
            factor_percent: 200,
            interval_cap_ms: 60_000,
            retry_after_cap_ms: 300_000,
            jitter_percent: 25,
            jitter_seed: 0,
            probe_deadline_ms: 10_000,
            total_deadline_ms: 600_000,
        }
    }
}

impl PollPolicy {
    /// The wait after probe number `probe` of the poll with this name, jitter included.
    pub fn wait_ms(&self, poll: &str, probe: u32) -> u64 {
        let mut wait = self.interval_ms.min(self.interval_cap_ms);
        for _ in 1..probe {
            let longer = wait.saturating_mul(u64::from(self.factor_percent)) / 100;
            let longer = longer.min(self.interval_cap_ms);
            if longer == wait {
                break;
            }
            wait = longer;
        }
        self.jittered(wait, poll, probe)
    }

    /// The wait after a probe without a usable answer: the plain interval, or what the server asked
    /// for, capped, when that is longer.
    pub fn transient_wait_ms(&self, poll: &str, probe: u32, retry_after_ms: Option<u64>) -> u64 {
        let wait = self.jittered(self.interval_ms.min(self.interval_cap_ms), poll, probe);
        wait.max(retry_after_ms.unwrap_or(0).min(self.retry_after_cap_ms))
    }

    fn jittered(&self, wait: u64, poll: &str, probe: u32) -> u64 {
        jittered(wait, self.jitter_percent, self.jitter_seed, poll, probe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_the_factor_up_to_the_cap_and_extremes_end() {
        let policy = PollPolicy { jitter_percent: 0, ..PollPolicy::default() };
        let after = |policy: &PollPolicy, probe| policy.wait_ms("p", probe);
        assert_eq!([4, 5, u32::MAX].map(|probe| after(&policy, probe)), [40_000, 60_000, 60_000]);
        let half = PollPolicy { factor_percent: 50, ..policy.clone() };
        assert_eq!([1, 2, 3, u32::MAX].map(|probe| after(&half, probe)), [5_000, 2_500, 1_250, 0]);
        let extreme = PollPolicy {
            interval_ms: u64::MAX,
            interval_cap_ms: u64::MAX,
            factor_percent: u32::MAX,
            jitter_percent: u32::MAX,
            ..policy.clone()
        };
        assert!(after(&extreme, u32::MAX) > 0);
        assert_eq!(policy.transient_wait_ms("p", 3, None), 5_000);
        assert_eq!(policy.transient_wait_ms("p", 3, Some(7_000)), 7_000);
        assert_eq!(policy.transient_wait_ms("p", 3, Some(u64::MAX)), 300_000);
    }

    #[test]
    fn jitter_stays_in_its_share_and_repeats() {
        let policy = PollPolicy::default();
        let waits: Vec<u64> = (0..100).map(|poll| policy.wait_ms(&poll.to_string(), 2)).collect();
        assert!(waits.iter().all(|wait| (10_000..=12_500).contains(wait)), "{waits:?}");
        assert_eq!(waits[7], policy.wait_ms("7", 2));
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }
}
