//! The plan that is driven through faults, what must hold however it ends, and what is shown of it.

use super::{
    faults::{Fault, Kind, STEPS},
    host::{Ended, drive},
    systems::{Line, Systems},
};
use replenish::flow::{
    AnswerTest, Authentication, Capabilities, Deduplication, Expectation, FlowPlan, FlowPolicy,
    Method, ReferenceLookup, RunLife, RunOutcome, SevenSteps, StepPlan, SystemPlan, summarize_run,
};

/// What the servers offer against doubt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Offers {
    Nothing,
    LookUp,
    Key,
}

impl Offers {
    pub(crate) const ALL: [Self; 3] = [Self::Nothing, Self::LookUp, Self::Key];

    pub(crate) fn capabilities(self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        match self {
            Self::Nothing => {}
            Self::LookUp => {
                capabilities.lookup_by_reference =
                    Some(ReferenceLookup { settle_window_ms: 60_000 });
            }
            Self::Key => {
                capabilities.deduplicates_by_key = Some(Deduplication { retention_ms: 86_400_000 });
            }
        }
        capabilities
    }
}

/// The seven steps against servers of which so much is believed, and then three reads that run in any
/// case and look whether anything was made twice.
pub(crate) fn plan(believed: Offers) -> FlowPlan {
    let policy = FlowPolicy {
        capabilities: believed.capabilities(),
        authentication: Authentication::Token,
        jitter_percent: 0,
        total_deadline_ms: 600_000,
        ..FlowPolicy::default()
    };
    let system = SystemPlan { policy, ..SystemPlan::default() };
    let names = ["cart", "checkout", "order", "b2b", "erp", "storefront"];
    let evidence = |id: &str, system: &str, path: &str, second: &str| {
        let mut step = StepPlan::new(id, system, Method::Get, path);
        step.always_run = true;
        step.checks = vec![AnswerTest::new(second, Expectation::Absent)];
        step
    };
    let options = SevenSteps {
        systems: names.map(|name| (name.to_owned(), system.clone())).into(),
        add: vec![
            evidence(
                "list_carts",
                "cart",
                "/carts?reference={run_id}/create_cart/1",
                "/carts/1/id",
            ),
            evidence("list_orders", "checkout", "/orders?cart_id={cart_id}", "/orders/1/id"),
            evidence("list_erp_orders", "erp", "/erp/orders?reference={order_id}", "/orders/1/id"),
        ],
        ..SevenSteps::default()
    };
    let mut plan = FlowPlan::seven_steps(&options).unwrap();
    for name in STEPS {
        let step = plan.step_mut(name).unwrap();
        let flag = Expectation::Equals("true".to_owned());
        step.success_when = vec![AnswerTest::new("/success", flag)];
        if let Some(lookup) = &mut step.lookup {
            lookup.success_when.clone_from(&step.success_when);
        }
        step.checks.push(AnswerTest::new("/documents/1/id", Expectation::Absent));
    }
    plan
}

/// Drives the plan through faults.
pub(crate) fn trial(offers: Offers, believed: Offers, faults: &[Fault]) -> Ended {
    let systems = Systems::new(offers == Offers::Key);
    drive(RunLife::new("R-1", plan(believed)).unwrap(), systems, faults)
}

/// What must hold however a run ends, and does not, in words.
pub(crate) fn violations(ended: &Ended, faults: &[Fault]) -> Vec<String> {
    let mut found = ended.broken.clone();
    let Some(&(outcome, exit_code)) = ended.announced.last() else { return found };
    let systems = &ended.systems;
    if exit_code != outcome.exit_code() || ended.run.outcome() != Some(outcome) {
        found.push(format!("{outcome} with exit code {exit_code}"));
    }
    if !ended.announced.is_sorted_by_key(|(outcome, _)| *outcome) {
        found.push("a late answer made the outcome better".to_owned());
    }
    let created = [
        ("create_cart", &systems.carts),
        ("place_order", &systems.orders),
        ("send_to_erp", &systems.erp),
    ];
    for (step, kept) in created {
        // A system may make two of one request; the run must never ask for a second one.
        let own = faults.iter().filter(|fault| fault.step == step && fault.kind.doubles()).count();
        if kept.len() > 1 + own {
            found.push(format!("{} documents of {step}", kept.len()));
        }
        if outcome == RunOutcome::Passed && kept.len() != 1 {
            found.push(format!("passed with {} documents of {step}", kept.len()));
        }
        // Nobody looks any more once a person has stopped the run, so that a second document which a
        // system made by itself and did not name stays unseen then.
        let stopped = faults.iter().any(|fault| fault.kind == Kind::Aborted);
        let certain = ![RunOutcome::InDoubt, RunOutcome::Internal].contains(&outcome);
        let unseen = kept.iter().filter(|document| !ended.named.contains(&document.id));
        for document in unseen.skip(if stopped { own } else { 0 }).filter(|_| certain) {
            found.push(format!("{outcome}, while {} lives and was never seen", document.id));
        }
    }
    if outcome == RunOutcome::Passed {
        let line =
            |sku: &str, quantity, unit_price| Line { sku: sku.to_owned(), quantity, unit_price };
        let ordered = [line("TEST-1", 2, 1990), line("TEST-2", 1, 500)];
        let all = [&systems.carts, &systems.orders, &systems.b2b, &systems.erp];
        for kept in all.into_iter().flatten() {
            if kept.lines != ordered {
                found.push(format!("passed while {} has {:?}", kept.id, kept.lines));
            }
        }
        let patched = |kept: &super::systems::Kept| {
            kept.status == "patched" && kept.erp_id.as_deref() == Some("E-1")
        };
        if !systems.b2b.iter().all(patched) || systems.b2b.len() != 1 {
            found.push(format!("passed with {:?}", systems.b2b));
        }
    }
    // The run's own deadline, and whatever was under way then.
    if ended.at > 3_600_000 + 300_000 {
        found.push(format!("ended after {} ms", ended.at));
    }
    found
}

/// What the table shows of a run that a fault of one step befell.
pub(crate) fn shown(ended: &Ended, step: &str) -> String {
    let summary = summarize_run(&ended.records);
    let Some(&(outcome, exit_code)) = ended.announced.last() else { return "no end".to_owned() };
    let mut notes = Vec::new();
    for step in &summary.steps {
        // A step that is held up by another one says nothing of its own.
        let own = step.cause.map(|cause| words(&cause));
        let own = own
            .filter(|cause| !["dependency_failed", "variable_missing"].contains(&cause.as_str()));
        notes.extend(own.map(|cause| format!("{}: {cause}", step.step)));
    }
    if let Some(matrix) = ended.run.consistency()
        && let Some(first) = &matrix.first_difference
        && notes.is_empty()
    {
        let code = &first.difference.code;
        notes.push(format!("{} of {}: {code}", first.fact.as_str(), first.system));
    }
    if let Some(step) = summary.steps.iter().find(|summary| summary.step == step) {
        if step.attempts > 1 {
            notes.push(format!("{} attempts", step.attempts));
        }
        if !step.probes.is_empty() && step.probes != "2 of 4" {
            notes.push(format!("probe {}", step.probes));
        }
        if step.lookups > 0 {
            notes.push(format!("{} looked up", step.lookups));
        }
    }
    let mut text = format!("{} ({exit_code})", outcome.name());
    for note in notes {
        text.push_str("; ");
        text.push_str(&note);
    }
    text
}

fn words(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap_or_default().to_owned()
}
