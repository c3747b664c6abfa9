//! Whether a message reached its reader: a small life of its own that no order knows of.

use super::{FORMAT, FlowPolicy, TransitionError, known_format};
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};

/// How far the delivery of one notification, or of one digest, is.
///
/// It is stored beside the message and never inside an order: it takes no order and gives none
/// back, and no input of any order speaks of it.
///
/// ```
/// use replenish::flow::{NoticeDelivery, NoticeDeliveryEvent, NoticeDeliveryState, FlowPolicy, step_notice_delivery};
/// use replenish::unit::Timestamp;
/// let policy = FlowPolicy { jitter_percent: 0, ..FlowPolicy::default() };
/// let mut delivery = NoticeDelivery::new("SO-1/notify/rejected/1/0", Timestamp(0));
/// let failed = NoticeDeliveryEvent::Failed { message: "mailbox full".into() };
/// for (at, wake_at) in [(0, 1_000), (1_000, 3_000), (3_000, 7_000)] {
///     delivery = step_notice_delivery(&delivery, &failed, Timestamp(at), &policy)?;
///     assert_eq!(delivery.wake_at(), Some(Timestamp(wake_at)));
/// }
/// delivery = step_notice_delivery(&delivery, &failed, Timestamp(7_000), &policy)?;
/// assert_eq!((delivery.state(), delivery.failures()), (NoticeDeliveryState::GivenUp, 4));
/// # Ok::<(), replenish::flow::TransitionError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct NoticeDelivery {
    /// The format of this value.
    #[serde(deserialize_with = "known_format")]
    version: u32,
    /// The key of the message; the waits depend on it.
    key: String,
    state: NoticeDeliveryState,
    /// How often it failed since it was last begun.
    failures: u32,
    begun_at: Timestamp,
    last_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wake_at: Option<Timestamp>,
    /// Why it failed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
}

/// Where the delivery of a message stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum NoticeDeliveryState {
    /// To be sent when it wakes.
    Pending,
    /// Taken by the channel.
    Sent,
    /// Every attempt failed; a person may have it tried again.
    GivenUp,
}

/// What can happen to the delivery of a message.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum NoticeDeliveryEvent {
    /// The channel took it.
    Sent {},
    /// The channel did not take it.
    Failed {
        /// Why, without secrets.
        message: String,
    },
    /// A person wants it tried again.
    TryAgain {},
}

/// Moves a delivery; it is sent again when it wakes.
///
/// Waits, attempts and the total deadline are those of the policy, as for requests. A message may be
/// read twice: that is harmless, and better than not at all.
///
/// # Errors
///
/// When a person asks for another try of what is not given up, or the clock went back.
pub fn step_notice_delivery(
    delivery: &NoticeDelivery,
    event: &NoticeDeliveryEvent,
    now: Timestamp,
    policy: &FlowPolicy,
) -> Result<NoticeDelivery, TransitionError> {
    use NoticeDeliveryEvent as E;
    use NoticeDeliveryState as S;
    let (object, state) = ("a delivery", delivery.state.name());
    if now < delivery.last_at {
        let (event, last) = (event.name(), delivery.last_at);
        return Err(TransitionError::ClockWentBack { object, state, event, last, now });
    }
    let mut next = NoticeDelivery { last_at: now, ..delivery.clone() };
    match (delivery.state, event) {
        (S::Pending | S::GivenUp, E::Sent {}) => next.rest(S::Sent),
        (S::Pending, E::Failed { message }) => next.fail(message, now, policy),
        (S::GivenUp, E::TryAgain {}) => {
            let key = delivery.key.clone();
            next = NoticeDelivery { last_error: next.last_error, ..NoticeDelivery::new(&key, now) };
        }
        // It has been read, or nobody tries any more.
        (S::Sent, E::Sent {} | E::Failed { .. }) | (S::GivenUp, E::Failed { .. }) => {}
        (S::Pending | S::Sent, E::TryAgain {}) => {
            let (expected, got) = (Vec::new(), event.name());
            return Err(TransitionError::InvalidTransition { object, state, expected, got });
        }
    }
    Ok(next)
}

impl NoticeDelivery {
    /// A message to be sent at once.
    pub fn new(key: &str, now: Timestamp) -> Self {
        Self {
            version: FORMAT,
            key: key.to_owned(),
            state: NoticeDeliveryState::Pending,
            failures: 0,
            begun_at: now,
            last_at: now,
            wake_at: Some(now),
            last_error: None,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> NoticeDeliveryState {
        self.state
    }

    /// How often it failed since it was last begun.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// When it is to be sent; absent when it rests.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }

    /// Why it failed last.
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    fn rest(&mut self, state: NoticeDeliveryState) {
        self.state = state;
        self.wake_at = None;
    }

    fn fail(&mut self, message: &str, now: Timestamp, policy: &FlowPolicy) {
        self.failures = self.failures.saturating_add(1);
        self.last_error = Some(message.to_owned());
        let at = now.plus_millis(policy.wait_ms(&self.key, self.failures, None));
        let over = at >= self.begun_at.plus_millis(policy.total_deadline_ms);
        if over || self.failures > policy.max_retries {
            self.rest(NoticeDeliveryState::GivenUp);
        } else {
            self.wake_at = Some(at);
        }
    }
}

impl NoticeDeliveryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Sent, Self::GivenUp];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::GivenUp => "given_up",
        }
    }
}

impl NoticeDeliveryEvent {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sent {} => "sent",
            Self::Failed { .. } => "failed",
            Self::TryAgain {} => "try_again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row for each state and event: where it ends, or the refusal.
    #[test]
    fn every_pair_has_its_row() {
        let policy = FlowPolicy { max_retries: 0, ..FlowPolicy::default() };
        let pending = NoticeDelivery::new("key", Timestamp(5));
        let failed = NoticeDeliveryEvent::Failed { message: "no".into() };
        let given_up = step_notice_delivery(&pending, &failed, Timestamp(6), &policy).unwrap();
        let sent =
            step_notice_delivery(&pending, &NoticeDeliveryEvent::Sent {}, Timestamp(6), &policy)
                .unwrap();
        for (from, rows) in [
            (&pending, ["sent", "given_up", "invalid_transition"]),
            (&sent, ["sent", "sent", "invalid_transition"]),
            (&given_up, ["sent", "given_up", "pending"]),
        ] {
            let events =
                [NoticeDeliveryEvent::Sent {}, failed.clone(), NoticeDeliveryEvent::TryAgain {}];
            for (event, expected) in events.iter().zip(rows) {
                let step = step_notice_delivery(from, event, Timestamp(7), &policy);
                let got = step.as_ref().map_or_else(TransitionError::code, |d| d.state.name());
                assert_eq!(got, expected, "{from:?} {event:?}");
                let waits = step.is_ok_and(|next| next.wake_at.is_some());
                assert_eq!(waits, expected == "pending");
            }
        }
        assert_eq!(given_up.last_error(), Some("no"));
    }

    #[test]
    fn the_total_deadline_ends_it_and_the_clock_does_not_go_back() {
        let policy = FlowPolicy { total_deadline_ms: 1_500, max_retries: 9, ..Default::default() };
        let failed = NoticeDeliveryEvent::Failed { message: "no".into() };
        let delivery = NoticeDelivery::new("key", Timestamp(0));
        let once = step_notice_delivery(&delivery, &failed, Timestamp(0), &policy).unwrap();
        assert_eq!(once.state(), NoticeDeliveryState::Pending);
        let twice = step_notice_delivery(&once, &failed, Timestamp(1_250), &policy).unwrap();
        assert_eq!((twice.state(), twice.failures()), (NoticeDeliveryState::GivenUp, 2));
        let back = step_notice_delivery(&twice, &failed, Timestamp(1_249), &policy).unwrap_err();
        assert_eq!(
            back.to_string(),
            "a delivery in state `given_up` expects a time from 1250 on for `failed`, got 1249"
        );
    }
}
