//! One step of a run: waiting, asking, looking up what is in doubt, resting with a verdict.
//!
//! [`FlowStepLife`] is the stored value and [`step`] moves it. The step knows nothing of addresses
//! and bodies: the run resolves its variables, makes its requests and judges the answers, and tells
//! the step what came of it.

mod life;
mod step;

pub use life::{
    Access, Applied, CheckVerdict, FlowStepCause, FlowStepCommand, FlowStepEvent, FlowStepLife,
    FlowStepPolicy, FlowStepRefusal, FlowStepState, FlowStepStep,
};
pub use step::step;
