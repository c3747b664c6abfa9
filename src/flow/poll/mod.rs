//! Waiting for something to appear in another system: so many probes, then an end.
//!
//! | file | question |
//! |---|---|
//! | `life` | what is stored, what can happen, what is to be done |
//! | `step` | what moves it: the table |
//! | `action` | what a person can do, and what happens next |
//! | `policy` | how often and how long we look |
//!
//! No answer is not absence: a poll that ends without a sighting says how many of its probes were
//! answered at all. A sighting that comes late counts all the same.

mod action;
mod life;
mod policy;
mod step;

pub use action::{PollAction, PollActionAvailability, PollNext, PollRefusal, PollView};
pub use life::{
    PollAnswer, PollCause, PollCommand, PollEvent, PollLife, PollReport, PollState, PollStep,
    Sighting,
};
pub use policy::PollPolicy;
pub use step::step;
