//! What a run does: systems, steps, checks, and what each system's answers say of the order.
//!
//! A plan is data. A key that is misspelt or stands in the wrong place is an error, never ignored.

use super::{check::AnswerTest, check::Expectation, template::RunValue};
use crate::flow::{Access, ConsistencyRules, FlowPolicy};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A whole run as data.
///
/// Names that templates may refer to: those of `data` and `secrets`, what earlier steps capture,
/// and `run_id`, `step_id` and `idempotency_key`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(deny_unknown_fields)]
pub struct FlowPlan {
    /// What it is called.
    pub name: String,
    /// The systems by name.
    pub systems: BTreeMap<String, SystemPlan>,
    /// Values given: test data, options.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, DataValue>,
    /// Names of values that only the host knows; requests name them as `{secret:name}`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub secrets: BTreeSet<String>,
    /// The steps; those whose dependencies are through run at the same time.
    pub steps: Vec<StepPlan>,
    /// How long the run may take, in milliseconds; then it is stopped like by a person.
    #[serde(default = "default_deadline_ms")]
    pub deadline_ms: u64,
    /// What is known of the order in each system, for the comparison at the end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, SystemFactsPlan>,
    /// How these are compared.
    #[serde(default)]
    pub consistency: ConsistencyRules,
}

/// One system and how it is driven.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct SystemPlan {
    /// Before every path; what the host makes of an empty one is its affair.
    pub base_url: String,
    /// What it offers against doubt and how patient we are.
    pub policy: FlowPolicy,
}

/// A given value: one text, or one for each line of an order.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum DataValue {
    /// One text; amounts and numbers are texts too, as they are to be sent.
    One(String),
    /// A list of texts.
    Many(Vec<String>),
}

/// One step.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(deny_unknown_fields)]
pub struct StepPlan {
    /// Its name: letters, digits, `_`, `-` and `.`.
    pub id: String,
    /// Which system it asks.
    pub system: String,
    /// How.
    pub method: Method,
    /// Where, as a template; values are percent-encoded.
    pub path: String,
    /// The fields of the JSON body by JSON pointer; one with `*` gives a field for each value of a
    /// list. Without fields there is no body.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub body: BTreeMap<String, FieldValue>,
    /// Whether it changes the system; when left out, every method but GET does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Access>,
    /// Repeating the write changes nothing, so that it may be sent again without a doubt: it sets
    /// a status or fields to given values.
    #[serde(default)]
    pub repeatable: bool,
    /// Which steps have to be through before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// Only when this holds; otherwise the step is skipped and holds nobody up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<StepCondition>,
    /// It runs after all others, and also when they failed: cleanup, gathering of evidence.
    #[serde(default)]
    pub always_run: bool,
    /// Attempts after the first; when left out, as the system's policy says. For a poll see
    /// [`PollPlan::max_probes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// How long the step may run, in milliseconds; when left out, as long as the system's policy
    /// allows its attempts to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// Ask again and again until the answer is as wanted; for reads only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<PollPlan>,
    /// What a positive status must say besides to be a success, such as a business flag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub success_when: Vec<AnswerTest>,
    /// By what an answer without a positive status shows that our key was applied before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicate_when: Vec<AnswerTest>,
    /// Where a write's answer names the document it made. An answer without it leaves a doubt, and
    /// two different ones fail the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What is kept of the answer, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<String, Capture>,
    /// What the answer must say; otherwise the step fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<AnswerTest>,
    /// What the answer should say; otherwise the step warns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub soft_checks: Vec<AnswerTest>,
    /// How a write in doubt is looked up; used where the system's policy offers look-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<LookupPlan>,
    /// The key of a write, as a template with percent-encoded values; when left out, run, step and
    /// revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Counts the changes of what is sent, from 1: another payload needs another key.
    #[serde(default = "first_revision")]
    pub revision: u32,
}

/// How a request is made.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    Get,
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

/// The value of one field of a body.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum FieldValue {
    /// A truth value.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A template: a JSON string, or a number where it is a single `{name:number}`.
    Text(String),
}

/// A condition on a value.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct StepCondition {
    /// Which value.
    pub value: String,
    /// What it must be.
    pub is: Expectation,
}

/// What is kept of an answer.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// Where it is; with a `*` a list is kept.
    pub pointer: String,
    /// The host keeps the value and the run only its name.
    #[serde(default)]
    pub secret: bool,
    /// Its absence is no failure.
    #[serde(default)]
    pub optional: bool,
}

/// Asking again and again.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PollPlan {
    /// How often it is asked at most; 4 is four requests.
    #[serde(default = "default_max_probes")]
    pub max_probes: u32,
    /// The wait before the first probe, in milliseconds.
    #[serde(default)]
    pub initial_delay_ms: u64,
    /// The wait after the first probe, in milliseconds; each further one is twice as long.
    #[serde(default = "default_interval_ms")]
    pub interval_ms: u64,
    /// The answer that is waited for: all of these hold.
    pub until: Vec<AnswerTest>,
    /// The answer after which waiting is in vain: all of these hold, and there is one at least.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradicted_when: Vec<AnswerTest>,
}

/// How a write in doubt is looked up.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(deny_unknown_fields)]
pub struct LookupPlan {
    /// Where, as a template; always a GET.
    pub path: String,
    /// Where the answer names the documents that carry our reference: none, the write was not
    /// applied; one, once; several, more than once. When left out, an answer counts as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<String>,
    /// What a positive status must say besides to be an answer at all, such as a business flag:
    /// an answer without it neither finds a document nor says that there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub success_when: Vec<AnswerTest>,
    /// What the answer must say besides for the write to have been applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied_when: Vec<AnswerTest>,
    /// Whether status 404 means that nothing was applied; otherwise it may as well be a wrong
    /// address.
    #[serde(default)]
    pub not_found_is_absence: bool,
    /// What is kept of the answer: everything the step keeps of its own, by the same names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<String, Capture>,
}

/// What is known of the order in one system: each a template over data and captures. A fact whose
/// value was not captured is not told.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(default, deny_unknown_fields)]
pub struct SystemFactsPlan {
    /// Ids by whose numbering it is: `order` = `{order_id}`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// The lines, from lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<LinesPlan>,
    /// Sums of money by kind: `total` = `{erp_total}`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub totals: BTreeMap<String, String>,
    /// The currency of sums and prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The status in the system's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Times by what happened, as milliseconds since 1970.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<String, String>,
    /// The living documents: one, or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<String>,
}

/// The lines of an order in one system, from lists of equal length.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct LinesPlan {
    /// The products.
    pub sku: String,
    /// The quantities, with their unit where it is not pieces.
    pub quantity: String,
    /// The prices of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<String>,
}

impl StepPlan {
    /// A step with nothing but a request.
    pub fn new(id: &str, system: &str, method: Method, path: &str) -> Self {
        Self {
            id: id.to_owned(),
            system: system.to_owned(),
            method,
            path: path.to_owned(),
            body: BTreeMap::new(),
            effect: None,
            repeatable: false,
            depends_on: Vec::new(),
            condition: None,
            always_run: false,
            max_retries: None,
            deadline_ms: None,
            poll: None,
            success_when: Vec::new(),
            duplicate_when: Vec::new(),
            document: None,
            captures: BTreeMap::new(),
            checks: Vec::new(),
            soft_checks: Vec::new(),
            lookup: None,
            idempotency_key: None,
            revision: 1,
        }
    }

    /// Whether it changes the system.
    pub fn effect(&self) -> Access {
        let by_method = if self.method == Method::Get { Access::Read } else { Access::Write };
        self.effect.unwrap_or(by_method)
    }

    /// The template of a write's key.
    pub(super) fn key_template(&self) -> String {
        let default = || format!("{{run_id}}/{{step_id}}/{}", self.revision);
        self.idempotency_key.clone().unwrap_or_else(default)
    }
}

impl Capture {
    /// What stands at a pointer, and must be there.
    pub fn at(pointer: &str) -> Self {
        Self { pointer: pointer.to_owned(), secret: false, optional: false }
    }
}

impl Method {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl DataValue {
    pub(super) fn value(&self) -> RunValue {
        match self {
            Self::One(text) => RunValue::one(text),
            Self::Many(texts) => RunValue::many(texts.iter().map(String::as_str)),
        }
    }
}

impl FlowPlan {
    /// The step of this name.
    pub fn step(&self, id: &str) -> Option<&StepPlan> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The step of this name, to be changed before the run.
    pub fn step_mut(&mut self, id: &str) -> Option<&mut StepPlan> {
        self.steps.iter_mut().find(|step| step.id == id)
    }
}

fn default_deadline_ms() -> u64 {
    3_600_000
}

fn default_max_probes() -> u32 {
    4
}

fn default_interval_ms() -> u64 {
    5_000
}

fn first_revision() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_or_misplaced_key_is_refused() {
        let plan = |step: &str| {
            let text = format!(
                r#"{{"name":"n","systems":{{"erp":{{}}}},"steps":[{{"id":"a","system":"erp","method":"GET","path":"/"{step}}}]}}"#
            );
            serde_json::from_str::<FlowPlan>(&text)
        };
        assert_eq!(plan("").unwrap().steps[0], StepPlan::new("a", "erp", Method::Get, "/"));
        for (wrong, named) in [
            (r#","max_retrys":4"#, "max_retrys"),
            // One level too high.
            (r#","max_probes":4"#, "max_probes"),
            (r#","poll":{"until":[],"max_retries":4}"#, "max_retries"),
            (r#","checks":[{"pointer":"/a","is":{"equal":"1"}}]"#, "equal"),
            (r#","checks":[{"pointer":"/a","is":{"same_money":{"amount":"1"}}}]"#, "currency"),
            (r#","captures":{"x":{"pointer":"/a","secrets":true}}"#, "secrets"),
        ] {
            let problem = plan(wrong).unwrap_err().to_string();
            assert!(problem.contains(named), "{wrong}: {problem}");
        }
    }
}
