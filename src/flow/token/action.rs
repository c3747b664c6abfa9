//! What a person can do about a token now, why not the rest, and what happens next.

use super::{TokenLife, TokenState};
use crate::{flow::ConnectionId, unit::Timestamp};
use serde::{Deserialize, Serialize};

/// What a person can do about a token.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum TokenAction {
    /// Stop the fetching; whoever waits is told so.
    Abort,
    /// Say that the credentials have been seen to.
    OperatorReset,
}

/// Whether a person can do this now, and why not.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct TokenActionAvailability {
    /// What is to be done.
    pub action: TokenAction,
    /// Why it is not possible; absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<TokenRefusal>,
}

/// Why a person cannot do something about a token now.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum TokenRefusal {
    /// No fetch runs and none is planned.
    NothingRunning,
    /// The credentials are not refused; there is nothing to reset.
    NotDenied,
}

/// What happens to a token next.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum TokenNext {
    /// Nothing, until a request needs one.
    FetchWhenNeeded,
    /// The running fetch is answered, or given up at the time named.
    Answer,
    /// It is fetched again at the time named.
    FetchAgain,
    /// It is renewed at the time named.
    Renew,
    /// Nothing, until a person has seen to the credentials.
    Operator,
}

/// What a page shows of a token.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct TokenView {
    /// Whose token it is.
    pub connection: ConnectionId,
    /// Where it stands.
    pub state: TokenState,
    /// The token in hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// When the token in hand ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How many requests wait.
    pub waiting: usize,
    /// Fetches that failed one after the other.
    pub failures: u32,
    /// What a person can do, and why not the rest.
    pub actions: Vec<TokenActionAvailability>,
    /// What happens next.
    pub next: TokenNext,
    /// When; absent when it waits for somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
}

impl TokenLife {
    /// What a page shows of it.
    pub fn view(&self) -> TokenView {
        TokenView {
            connection: self.connection.clone(),
            state: self.state,
            generation: self.generation,
            expires_at: self.expires_at,
            waiting: self.waiters.len(),
            failures: self.failures,
            actions: self.state.actions().to_vec(),
            next: self.state.next(),
            wake_at: self.wake_at,
        }
    }
}

impl TokenState {
    /// What a person can do here, and why not the rest.
    pub fn actions(self) -> [TokenActionAvailability; 2] {
        let refusal = |action| match (action, self) {
            (TokenAction::Abort, Self::Fetching | Self::Refreshing | Self::Backoff)
            | (TokenAction::OperatorReset, Self::Denied) => None,
            (TokenAction::Abort, Self::Absent | Self::Valid | Self::ShortLived | Self::Denied) => {
                Some(TokenRefusal::NothingRunning)
            }
            (
                TokenAction::OperatorReset,
                Self::Absent
                | Self::Fetching
                | Self::Valid
                | Self::Refreshing
                | Self::Backoff
                | Self::ShortLived,
            ) => Some(TokenRefusal::NotDenied),
        };
        TokenAction::ALL.map(|action| TokenActionAvailability { action, refusal: refusal(action) })
    }

    /// The names of what a person can do here.
    pub fn allowed(self) -> Vec<&'static str> {
        let open = self.actions().into_iter().filter(|entry| entry.refusal.is_none());
        open.map(|entry| entry.action.name()).collect()
    }

    /// What happens next here.
    pub fn next(self) -> TokenNext {
        match self {
            Self::Absent | Self::ShortLived => TokenNext::FetchWhenNeeded,
            Self::Fetching | Self::Refreshing => TokenNext::Answer,
            Self::Backoff => TokenNext::FetchAgain,
            Self::Valid => TokenNext::Renew,
            Self::Denied => TokenNext::Operator,
        }
    }
}

impl TokenAction {
    /// Every action.
    pub const ALL: [Self; 2] = [Self::Abort, Self::OperatorReset];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::OperatorReset => "operator_reset",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{TokenEvent, TokenPolicy, step_token};

    /// What a page offers is what the table takes, and what it announces has its time.
    #[test]
    fn an_action_is_offered_exactly_where_the_table_takes_it() {
        for state in TokenState::ALL {
            let mut life = TokenLife::new(ConnectionId::new("c").unwrap());
            life.state = state;
            for TokenActionAvailability { action, refusal } in state.actions() {
                let event = match action {
                    TokenAction::Abort => TokenEvent::Abort {},
                    TokenAction::OperatorReset => TokenEvent::OperatorReset {},
                };
                let step = step_token(&life, &event, Timestamp(0), &TokenPolicy::default());
                assert_eq!(step.is_ok(), refusal.is_none(), "{state} {action:?}: {refusal:?}");
                if let Err(problem) = step {
                    assert_eq!(problem.code(), "invalid_transition");
                }
            }
            let waits = matches!(state.next(), TokenNext::FetchWhenNeeded | TokenNext::Operator);
            assert_eq!(waits, state.is_resting(), "{state}");
        }
    }
}
