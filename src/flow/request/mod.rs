//! One outbound request: token, attempt, answer, retry, end.
//!
//! [`RequestLife`] is the stored value and [`step`] moves it. Inside an order each request is a
//! single attempt, because the order counts the retries; used alone, a request retries by itself as
//! far as its [`Replay`] allows.

mod ended;
mod life;
mod step;

pub use ended::EndedRequest;
pub use life::{
    Replay, RequestCommand, RequestEvent, RequestLife, RequestReport, RequestState, RequestStep,
};
pub use step::step;
pub(in crate::flow) use step::step_in_place;
