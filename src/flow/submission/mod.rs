//! Creating documents in another system under doubt: what every order that is sent shares.
//!
//! | file | question |
//! |---|---|
//! | `creation` | what is sent, how often, and what is not known of it |
//! | `documents` | which documents carry the lines, and which of them live |
//! | `cancellation` | how far is the cancel |
//! | `key` | under which key is it asked |
//!
//! These are plain values with verbs and guards; which state follows is each machine's own table.

mod cancellation;
mod creation;
mod documents;
mod key;

pub(in crate::flow) use cancellation::Cancellation;
pub(in crate::flow) use creation::Submission;
pub use documents::LineDocument;
pub(in crate::flow) use documents::{Coverage, Documents, list};
pub(in crate::flow) use key::{key, notice_key};

use super::FlowPolicy;
use crate::unit::Timestamp;
use serde::{Deserialize, Serialize};

/// The request an order waits for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Awaited {
    pub(in crate::flow) request: u32,
    pub(in crate::flow) since: Timestamp,
}

/// Whether a wait that starts now ends before the total deadline of what began then.
fn before_deadline(
    started_at: Option<Timestamp>,
    wait_ms: u64,
    now: Timestamp,
    policy: &FlowPolicy,
) -> bool {
    let deadline = started_at.unwrap_or(now).plus_millis(policy.total_deadline_ms);
    now.plus_millis(wait_ms) < deadline
}
