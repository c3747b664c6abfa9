//! What a run would send, without sending anything.

use super::{
    document::body,
    plan::{FlowPlan, Method},
    run::RunLife,
    template::{Encoding, Filler, RunValue, Secrets},
};
use crate::unit::Invalid;
use serde::{Deserialize, Serialize};

/// A request that a run would make.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct PlannedRequest {
    /// The step it is for.
    pub step: String,
    /// Which system.
    pub system: String,
    /// How.
    pub method: Method,
    /// Where, the system's base included; secrets are `***`, and what an earlier answer has to give
    /// first stands as it is written: `{cart_id}`.
    pub url: String,
    /// The JSON text, in the same way; a list that is not known yet shows one entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The key of a write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// How often at most: attempts, or probes of a poll.
    pub at_most: u32,
    /// The variables that earlier answers have to give.
    pub unresolved: Vec<String>,
}

/// Lists what a run would send, each step once, in the order of the plan.
///
/// # Errors
///
/// As for [`RunLife::new`].
pub fn dry_run(id: &str, plan: &FlowPlan) -> Result<Vec<PlannedRequest>, Invalid> {
    let run = RunLife::new(id, plan.clone())?;
    Ok((0..run.plan.steps.len()).map(|place| planned(&run, place)).collect())
}

fn planned(run: &RunLife, place: usize) -> PlannedRequest {
    let step = &run.plan.steps[place];
    let mut values = run.values_for(place);
    let mut filler = Filler::new(&values, Secrets::Hidden);
    let key = filler.fill(&step.key_template(), None, Encoding::Percent);
    let mut unresolved = filler.unresolved;
    values.insert("idempotency_key".to_owned(), RunValue::one(&key));
    let mut filler = Filler::new(&values, Secrets::Hidden);
    let base = run.plan.systems.get(&step.system).map_or("", |system| &system.base_url);
    let url = format!("{base}{}", filler.fill(&step.path, None, Encoding::Percent));
    let body = body(&step.body, &mut filler);
    unresolved.extend(filler.unresolved);
    let policy = run.step_policy(place);
    let probes = step.poll.as_ref().map(|poll| poll.max_probes);
    PlannedRequest {
        step: step.id.clone(),
        system: step.system.clone(),
        method: step.method,
        url,
        body,
        idempotency_key: (policy.effect == crate::flow::Access::Write).then_some(key),
        at_most: probes.unwrap_or_else(|| policy.max_retries.saturating_add(1)),
        unresolved: unresolved.into_keys().collect(),
    }
}
