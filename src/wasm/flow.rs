//! Life cycles: one object with its life as plain objects, as JSON text, or many at once.
//!
//! A host stores lives as JSON text. [`advance_json`] takes that text and answers with the text to
//! store; the life is not an object on the way. [`advance_all`] does the same for many lives, each
//! with many inputs, in one crossing. The objects' lane is the text's with `JSON` on either side.
//!
//! A machine is named once below ([`machine`]), and once for each lane that it is to have.

use super::{
    document::Document,
    give, input_problem, refuse,
    text::{from_text, give_by_text, take_by_text, text_of, typed},
    throw,
};
use crate::{
    flow::{
        ConsistencyRules, Envelope, FlowPolicy, Notification, Recorded as _, SaleOrderFlow,
        SaleOrderHostCommand, SaleOrderInput, SaleOrderState, SaleOrderView, SystemFacts,
        TransitionError, TransitionRecord, check_consistency as check, digest, replay, roll_up,
        tell,
    },
    unit::{Invalid, Timestamp},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned, ser::SerializeStruct};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const LIFE_TYPES: &str = r#"
/** Something told to an object, and when. */
export interface TimedInput<Input> { now: Timestamp; input: Input; }
/** What came of one input: what is to be done once the life is stored, or why nothing moved. */
export type InputAnswer<Command> =
    | { commands: Command[]; refused?: undefined }
    | { commands?: undefined; refused: Invalid };
"#;

/// What is driven from outside: a stored life that is told things.
pub(super) trait Machine: Clone + DeserializeOwned + Serialize {
    type Input: DeserializeOwned;
    type Command: Serialize;
    type View: Serialize;
    type Policy: DeserializeOwned;
    /// What the life is called where it crosses.
    const NAME: &'static str;

    /// Moves it in place; after an error it is spoilt.
    fn told(
        &mut self,
        input: &Self::Input,
        now: Timestamp,
        policy: &Self::Policy,
    ) -> Result<Vec<Self::Command>, TransitionError>;

    fn seen(&self) -> Self::View;
}

/// `life name by step: input, command, policy, what shows view`, for a step that gives the next life by a name.
macro_rules! machine {
    ($($life:ident $name:ident by $step:ident: $input:ident, $command:ident, $policy:ident,
        $seen:ident $view:ident;)*) => { $(
        impl Machine for $life {
            type Input = $input;
            type Command = $command;
            type View = $view;
            type Policy = $policy;
            const NAME: &'static str = stringify!($name);

            fn told(
                &mut self,
                input: &$input,
                now: Timestamp,
                policy: &$policy,
            ) -> Result<Vec<$command>, TransitionError> {
                let step = $step(self, input, now, policy)?;
                *self = step.$name;
                Ok(step.commands)
            }

            fn seen(&self) -> $view {
                self.$seen()
            }
        }
    )* };
}

pub(super) use machine;

impl Machine for SaleOrderFlow {
    type Input = SaleOrderInput;
    type Command = SaleOrderHostCommand;
    type View = SaleOrderView;
    type Policy = FlowPolicy;
    const NAME: &'static str = "flow";

    fn told(
        &mut self,
        input: &SaleOrderInput,
        now: Timestamp,
        policy: &FlowPolicy,
    ) -> Result<Vec<SaleOrderHostCommand>, TransitionError> {
        self.advance_in_place(input, now, policy)
    }

    fn seen(&self) -> SaleOrderView {
        self.view()
    }
}

/// The lane of plain objects: what a machine is told, and what a page shows of it.
macro_rules! by_objects {
    ($($life:ident $life_type:tt, $input_type:tt, $policy_type:tt -> $step_type:tt, $view_type:tt:
        $advance:ident $advance_name:tt, $view:ident $view_name:tt;)*) => { $(
        /// Tells an object what happened; store the answer's life before carrying out its commands.
        #[wasm_bindgen(js_name = $advance_name, unchecked_return_type = $step_type)]
        pub fn $advance(
            #[wasm_bindgen(unchecked_param_type = $life_type)] life: &JsValue,
            #[wasm_bindgen(unchecked_param_type = $input_type)] input: &JsValue,
            #[wasm_bindgen(unchecked_param_type = "Timestamp")] now: f64,
            #[wasm_bindgen(unchecked_param_type = $policy_type)] policy: &JsValue,
        ) -> Result<JsValue, JsValue> {
            advance_objects::<$life>(life, input, now, policy)
        }

        /// What a page shows of an object.
        #[wasm_bindgen(js_name = $view_name, unchecked_return_type = $view_type)]
        pub fn $view(
            #[wasm_bindgen(unchecked_param_type = $life_type)] life: &JsValue,
        ) -> Result<JsValue, JsValue> {
            give_by_text(&take_by_text::<$life>($life::NAME, life)?.seen())
        }
    )* };
}

pub(super) use by_objects;

by_objects! {
    SaleOrderFlow "SaleOrderFlow", "SaleOrderInput", "FlowPolicy"
        -> "SaleOrderAdvance", "SaleOrderView":
        advance_sale_order "advanceSaleOrder", view_sale_order "viewSaleOrder";
}

/// The lanes of text: one object, and many.
macro_rules! by_text {
    ($($life:ident: $json:ident $json_name:tt, $batch:ident $batch_name:tt;)*) => { $(
        /// Tells an object what happened, as JSON text: the stored life, the input and the policy in,
        /// three lines out, which are the life to store, the list of commands, and the view.
        #[wasm_bindgen(js_name = $json_name)]
        pub fn $json(life: &str, input: &str, now: f64, policy: &str) -> Result<String, JsValue> {
            advance_json::<$life>(life, input, now, policy)
        }

        /// Tells many objects what happened. Each line of the text is `{ "life": .., "told": [..] }`
        /// with the inputs as `TimedInput`; each line of the answer is the life to store, a tab, and
        /// the list of an `InputAnswer` for each input. An input that is refused leaves its life
        /// alone, and the next one is told; of a line that cannot be read only the tab and why is
        /// answered.
        #[wasm_bindgen(js_name = $batch_name)]
        pub fn $batch(work: &str, policy: &str) -> Result<String, JsValue> {
            advance_all::<$life>(work, policy)
        }
    )* };
}

pub(super) use by_text;

by_text! {
    SaleOrderFlow: advance_sale_order_json "advanceSaleOrderJson",
        advance_sale_orders_json "advanceSaleOrdersJson";
}

/// A sale order that waits to be submitted.
#[wasm_bindgen(js_name = openSaleOrder, unchecked_return_type = "SaleOrderFlow")]
pub fn open_sale_order(
    #[wasm_bindgen(unchecked_param_type = "SaleOrderId")] id: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "LineId[]")] lines: &JsValue,
) -> Result<JsValue, JsValue> {
    let flow = SaleOrderFlow::new(take_by_text("id", id)?, take_by_text("lines", lines)?);
    give_by_text(&flow.map_err(refuse)?)
}

/// Tells a sale order something by an envelope: the next life, the record of how it came about, and
/// what is to be done once both are stored.
#[wasm_bindgen(
    js_name = tellSaleOrder,
    unchecked_return_type = "Told<SaleOrderFlow, SaleOrderInput, SaleOrderHostCommand>"
)]
pub fn tell_sale_order(
    #[wasm_bindgen(unchecked_param_type = "SaleOrderFlow")] flow: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Envelope<SaleOrderInput>")] envelope: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Timestamp")] now: f64,
    #[wasm_bindgen(unchecked_param_type = "FlowPolicy")] policy: &JsValue,
) -> Result<JsValue, JsValue> {
    let flow: SaleOrderFlow = take_by_text("flow", flow)?;
    let envelope: Envelope<SaleOrderInput> = take_by_text("envelope", envelope)?;
    let policy = take_by_text("policy", policy)?;
    let now = moment(now).map_err(refuse)?;
    give_by_text(&tell(&flow, &envelope, now, &policy).map_err(|error| stays(&error))?)
}

/// Plays a sale order's life back through its records, each under the policy of its revision.
#[wasm_bindgen(js_name = replaySaleOrder, unchecked_return_type = "SaleOrderFlow")]
pub fn replay_sale_order(
    #[wasm_bindgen(unchecked_param_type = "SaleOrderFlow")] beginning: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "TransitionRecord<SaleOrderInput>[]")] records: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "FlowPolicy[]")] policies: &JsValue,
) -> Result<JsValue, JsValue> {
    let beginning: SaleOrderFlow = take_by_text("beginning", beginning)?;
    let records: Vec<TransitionRecord<SaleOrderInput>> = take_by_text("records", records)?;
    let policies: Vec<FlowPolicy> = take_by_text("policies", policies)?;
    let flow = replay(&beginning, &records, &policies).map_err(|error| {
        let place = error.sequence().saturating_sub(1);
        let invalid = sentence(error.code(), &error.to_string()).at(error.path());
        throw(
            error.code(),
            &error,
            vec![input_problem(invalid.at(format_args!("records[{place}]")))],
        )
    })?;
    give_by_text(&flow)
}

/// What a person is told at once about many notifications, those of one kind together.
#[wasm_bindgen(js_name = digestNotifications, unchecked_return_type = "Digest")]
pub fn digest_notifications(
    #[wasm_bindgen(unchecked_param_type = "Notification[]")] notifications: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Timestamp")] from: f64,
    #[wasm_bindgen(unchecked_param_type = "Timestamp")] until: f64,
) -> Result<JsValue, JsValue> {
    let notifications: Vec<Notification> = take_by_text("notifications", notifications)?;
    let window = moment(from).and_then(|from| Ok((from, moment(until)?)));
    let (from, until) = window.map_err(refuse)?;
    give_by_text(&digest(&notifications, from, until).map_err(refuse)?)
}

/// Whether all systems tell the same about an order, fact by fact.
#[wasm_bindgen(js_name = checkConsistency, unchecked_return_type = "ConsistencyMatrix")]
pub fn check_consistency(
    #[wasm_bindgen(unchecked_param_type = "SystemFacts[]")] systems: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ConsistencyRules")] rules: &JsValue,
) -> Result<JsValue, JsValue> {
    let systems: Vec<SystemFacts> = take_by_text("systems", systems)?;
    let rules: ConsistencyRules = take_by_text("rules", rules)?;
    give_by_text(&check(&systems, &rules).map_err(refuse)?)
}

/// The status of an order from the states of its sale orders.
#[wasm_bindgen(js_name = rollUp, unchecked_return_type = "Rollup")]
pub fn roll_up_states(
    #[wasm_bindgen(unchecked_param_type = "SaleOrderState[]")] children: JsValue,
) -> Result<JsValue, JsValue> {
    give(&roll_up(&super::take::<Vec<SaleOrderState>>("children", children)?))
}

pub(super) fn advance_objects<M: Machine>(
    life: &JsValue,
    input: &JsValue,
    now: f64,
    policy: &JsValue,
) -> Result<JsValue, JsValue> {
    let (mut life, input): (M, M::Input) =
        (take_by_text(M::NAME, life)?, take_by_text("input", input)?);
    let policy = take_by_text("policy", policy)?;
    let now = moment(now).map_err(refuse)?;
    let commands = life.told(&input, now, &policy).map_err(|error| stays(&error))?;
    give_by_text(&Step { life, commands })
}

/// What a step gives, with the life under its machine's name.
struct Step<M: Machine> {
    life: M,
    commands: Vec<M::Command>,
}

impl<M: Machine> Serialize for Step<M> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_struct("Step", 2)?;
        step.serialize_field(M::NAME, &self.life)?;
        step.serialize_field("commands", &self.commands)?;
        step.end()
    }
}

pub(super) fn advance_json<M: Machine>(
    life: &str,
    input: &str,
    now: f64,
    policy: &str,
) -> Result<String, JsValue> {
    let read = || {
        let (life, input): (M, M::Input) = (from_text(M::NAME, life)?, from_text("input", input)?);
        Ok((life, input, moment(now)?, from_text("policy", policy)?))
    };
    let (mut life, input, now, policy) = read().map_err(refuse)?;
    let commands = life.told(&input, now, &policy).map_err(|error| stays(&error))?;
    Ok([text_of(&life), text_of(&commands), text_of(&life.seen())].join("\n"))
}

/// One line of a batch.
#[derive(Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Work<M: Machine> {
    life: M,
    told: Vec<TimedInput<M::Input>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimedInput<I> {
    now: Timestamp,
    input: I,
}

pub(super) fn advance_all<M: Machine>(work: &str, policy: &str) -> Result<String, JsValue> {
    let policy: M::Policy = from_text("policy", policy).map_err(refuse)?;
    let mut text = String::with_capacity(work.len().saturating_mul(2));
    for line in work.lines().filter(|line| !line.trim().is_empty()) {
        match Document::parse(line).and_then(|work| typed::<Work<M>>("", &work)) {
            Ok(work) => text.push_str(&advance_one(work, &policy)),
            Err(invalid) => {
                text.push('\t');
                text.push_str(&text_of(&invalid));
            }
        }
        text.push('\n');
    }
    Ok(text)
}

/// The life, a tab, the answers: what is JSON text holds no tab of its own.
fn advance_one<M: Machine>(work: Work<M>, policy: &M::Policy) -> String {
    let Work { mut life, told } = work;
    let begin = life.clone();
    let mut answers = String::with_capacity(512);
    let mut taken: Vec<&TimedInput<M::Input>> = Vec::with_capacity(told.len());
    for one in &told {
        answers.push(if answers.is_empty() { '[' } else { ',' });
        match life.told(&one.input, one.now, policy) {
            Ok(commands) => {
                taken.push(one);
                push_field("commands", &commands, &mut answers);
            }
            Err(error) => {
                push_field("refused", &described(&error), &mut answers);
                // What was taken once is taken again, which costs less than a copy for each input.
                life = begin.clone();
                for TimedInput { now, input } in &taken {
                    let _ = life.told(input, *now, policy);
                }
            }
        }
    }
    if answers.is_empty() {
        answers.push('[');
    }
    text_of(&life) + "\t" + &answers + "]"
}

fn push_field(name: &str, value: &impl Serialize, text: &mut String) {
    for part in ["{\"", name, "\":", &text_of(value), "}"] {
        text.push_str(part);
    }
}

/// Why nothing moved, thrown.
#[inline(never)]
pub(super) fn stays(error: &TransitionError) -> JsValue {
    throw(error.code(), error, vec![input_problem(described(error))])
}

fn described(error: &TransitionError) -> Invalid {
    let invalid = sentence(error.code(), &error.to_string());
    match error.path() {
        "now" => invalid.at("now"),
        path => invalid.at(path).at("input"),
    }
}

/// Every refusal says in one sentence what was expected and what came.
fn sentence(code: &'static str, message: &str) -> Invalid {
    let (expected, got) = message.rsplit_once(", got ").unwrap_or((message, ""));
    let words = expected.split_once(" expects ").or_else(|| expected.split_once("expected "));
    let expected = words.map_or(expected, |(_, words)| words);
    Invalid::new(code, expected, got.trim_matches('`'))
}

/// A time as JavaScript counts it.
pub(super) fn moment(now: f64) -> Result<Timestamp, Invalid> {
    // Beyond this a JavaScript number is no longer exact.
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    if now.trunc().to_bits() == now.to_bits() && now.abs() <= LARGEST {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within range")]
        return Ok(Timestamp(now as i64));
    }
    Err(Invalid::new("document_invalid", "whole milliseconds since 1970", now).at("now"))
}
