//! What is kept of a request that has ended.

use super::{Replay, RequestLife, RequestState};
use crate::flow::answer::Operation;
use serde::{Deserialize, Serialize};

/// A request that has ended: just what it takes to read a late answer to it.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct EndedRequest {
    pub(in crate::flow) id: u32,
    pub(in crate::flow) operation: Operation,
    /// The newest attempt: nearly always the first and only one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(in crate::flow) attempt: u32,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_one(attempt: &u32) -> bool {
    *attempt == one()
}

impl EndedRequest {
    /// What is kept of this request.
    pub(in crate::flow) fn of(life: &RequestLife) -> Self {
        Self { id: life.id, operation: life.operation.clone(), attempt: life.attempt }
    }

    /// A request that takes late answers as the one that has ended would: in every state in which
    /// a request rests they are read alike.
    pub(in crate::flow) fn life(&self) -> RequestLife {
        let life = RequestLife::new(self.id, self.operation.clone(), "", Replay::Once, 0, 0);
        RequestLife { state: RequestState::Exhausted, attempt: self.attempt, ..life }
    }

    /// Its number within its owner.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it asked.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }
}
