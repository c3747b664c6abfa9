//! One run of a whole order flow over several systems, and whether they tell the same in the end.
//!
//! | file | question |
//! |---|---|
//! | `plan` | what is to be done, as data |
//! | `seven_steps` | what is the built-in flow |
//! | `validate` | can the plan be carried out |
//! | `template` | what stands for `{cart_id}` |
//! | `document` | how a body is written and an answer read |
//! | `check` | is the answer what was expected |
//! | `run` | what is stored, told and wanted |
//! | `advance` | what moves a run |
//! | `ask` | what a step asks, and what the ends of its requests mean |
//! | `reply` | what a reply means |
//! | `comparison` | do all systems tell the same of the order |
//! | `outcome` | how did it end, and with which exit code |
//! | `summary` | what came of each step |
//! | `dry_run` | what would be sent |
//!
//! The engine waits for nobody and sends nothing: [`RunLife`] is the stored value, [`advance_run`]
//! moves it, and the host carries out the commands.

mod advance;
mod ask;
mod check;
mod comparison;
mod document;
mod dry_run;
mod outcome;
mod plan;
mod reply;
mod run;
mod seven_steps;
mod summary;
mod template;
mod validate;

pub use advance::advance_run;
pub use check::{AnswerDifference, AnswerTest, Expectation};
pub use document::AnswerFacts;
pub use dry_run::{PlannedRequest, dry_run};
pub use outcome::RunOutcome;
pub use plan::{
    Capture, DataValue, FieldValue, FlowPlan, LinesPlan, LookupPlan, Method, PollPlan,
    StepCondition, StepPlan, SystemFactsPlan, SystemPlan,
};
pub use run::{
    Purpose, Reply, RunAdvance, RunCommand, RunEntry, RunInput, RunLife, RunRecord, RunState,
};
pub use seven_steps::{SevenSteps, StepChange};
pub use summary::{RunSummary, StepSummary, summarize_run};
pub use template::RunValue;
