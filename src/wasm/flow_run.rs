//! A run of the whole order flow over several systems: its plan, its steps, its outcome.

use super::{
    flow::{moment, stays},
    refuse,
    text::{give_by_text, take_by_text},
};
use crate::flow::{
    FlowPlan, RunInput, RunLife, RunOutcome, RunRecord, SevenSteps, advance_run as advance,
    dry_run as planned, summarize_run as summarize,
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const ANSWER_TYPES: &str = r#"
/**
 * What an answer says: the text of every scalar by its JSON pointer, so that the body
 * `{"data":[{"id":7}]}` is `{"/data/0/id": "7"}`. Numbers keep the text they came in, so that no
 * amount of money is rounded; truth values are `true` and `false`; what is null or empty is left out.
 */
export type AnswerFacts = Record<string, string>;
"#;

/// The built-in flow of seven steps, with changes.
#[wasm_bindgen(js_name = sevenSteps, unchecked_return_type = "FlowPlan")]
pub fn seven_steps(
    #[wasm_bindgen(unchecked_param_type = "SevenSteps")] options: &JsValue,
) -> Result<JsValue, JsValue> {
    let options: SevenSteps = take_by_text("options", options)?;
    give_by_text(&FlowPlan::seven_steps(&options).map_err(refuse)?)
}

/// A run that waits to be started.
#[wasm_bindgen(js_name = openRun, unchecked_return_type = "RunLife")]
pub fn open_run(
    id: &str,
    #[wasm_bindgen(unchecked_param_type = "FlowPlan")] plan: &JsValue,
) -> Result<JsValue, JsValue> {
    give_by_text(&RunLife::new(id, take_by_text("plan", plan)?).map_err(refuse)?)
}

/// Tells a run what happened; store the answer's run before carrying out its commands.
#[wasm_bindgen(js_name = advanceRun, unchecked_return_type = "RunAdvance")]
pub fn advance_run(
    #[wasm_bindgen(unchecked_param_type = "RunLife")] run: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "RunInput")] input: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Timestamp")] now: f64,
) -> Result<JsValue, JsValue> {
    let (run, input): (RunLife, RunInput) =
        (take_by_text("run", run)?, take_by_text("input", input)?);
    let now = moment(now).map_err(refuse)?;
    give_by_text(&advance(&run, &input, now).map_err(|error| stays(&error))?)
}

/// What a run would send, step by step, with what is known only then left open.
#[wasm_bindgen(js_name = dryRun, unchecked_return_type = "PlannedRequest[]")]
pub fn dry_run(
    id: &str,
    #[wasm_bindgen(unchecked_param_type = "FlowPlan")] plan: &JsValue,
) -> Result<JsValue, JsValue> {
    let plan: FlowPlan = take_by_text("plan", plan)?;
    give_by_text(&planned(id, &plan).map_err(refuse)?)
}

/// What came of each step of a run, from its records.
#[wasm_bindgen(js_name = summarizeRun, unchecked_return_type = "RunSummary")]
pub fn summarize_run(
    #[wasm_bindgen(unchecked_param_type = "RunRecord[]")] records: &JsValue,
) -> Result<JsValue, JsValue> {
    give_by_text(&summarize(&take_by_text::<Vec<RunRecord>>("records", records)?))
}

/// The exit code of a program that has made a run: 0 where it passed.
#[wasm_bindgen(js_name = runExitCode)]
pub fn run_exit_code(
    #[wasm_bindgen(unchecked_param_type = "RunOutcome")] outcome: &JsValue,
) -> Result<u8, JsValue> {
    Ok(take_by_text::<RunOutcome>("outcome", outcome)?.exit_code())
}
