//! One connection's token: fetched once for all who wait, renewed before it ends, refused for good.
//!
//! | file | question |
//! |---|---|
//! | `life` | what is stored, what can happen, what is to be done |
//! | `step` | what moves it: the table |
//! | `action` | what a person can do, and what happens next |
//! | `policy` | how patient we are with the token server |
//!
//! The token itself stays with the host, under the number of the fetch that brought it: its
//! *generation*. Requests ask by [`RequestCommand::NeedToken`](super::RequestCommand) and are
//! answered by [`RequestEvent::TokenReady`](super::RequestEvent) or `TokenFailed`; who asked is
//! remembered here until then, so that one fetch serves everybody and nobody is forgotten.

mod action;
mod life;
mod policy;
mod step;

pub use action::{TokenAction, TokenActionAvailability, TokenNext, TokenRefusal, TokenView};
pub use life::{
    RequestReference, TokenCommand, TokenEvent, TokenFailure, TokenGrant, TokenLife, TokenNotice,
    TokenState, TokenStep,
};
pub use policy::TokenPolicy;
pub use step::step;
