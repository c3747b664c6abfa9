//! Whether a plan can be carried out, found before anything is sent.

use super::{
    check::{AnswerTest, Expectation},
    document::{check_pointer, is_list},
    plan::{Capture, FieldValue, FlowPlan, StepPlan, SystemFactsPlan},
    template::{is_name, references},
};
use crate::{flow::Access, unit::Invalid};
use std::collections::{BTreeMap, BTreeSet};

/// Names that are always there.
pub(super) const BUILT_IN: [&str; 3] = ["run_id", "step_id", "idempotency_key"];

impl FlowPlan {
    /// Checks everything that can be checked before the run: names, dependencies, pointers, and
    /// that every variable a step refers to is given or captured by a step before it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its path: `steps[send_to_erp].body./order_id`.
    pub fn validate(&self) -> Result<(), Invalid> {
        if self.steps.is_empty() {
            return Err(Invalid::new("steps_missing", "one step at least", "none").at("steps"));
        }
        for name in self.data.keys().chain(&self.secrets) {
            self.check_given_name(name).map_err(|problem| problem.at("data"))?;
        }
        let mut captured: BTreeMap<&str, &str> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for step in &self.steps {
            let at = |problem: Invalid| problem.at(format!("steps[{}]", step.id));
            if !is_name(&step.id) {
                return Err(at(name_invalid(&step.id).at("id")));
            }
            if !seen.insert(step.id.as_str()) {
                let expected = "names that differ";
                return Err(at(Invalid::new("step_repeated", expected, &step.id).at("id")));
            }
            for name in step.captures.keys() {
                self.check_captured_name(name, &captured)
                    .map_err(|problem| at(problem.at("captures")))?;
            }
            captured.extend(step.captures.keys().map(|name| (name.as_str(), step.id.as_str())));
        }
        for step in &self.steps {
            self.check_step(step).map_err(|problem| problem.at(format!("steps[{}]", step.id)))?;
        }
        let all: BTreeSet<&str> = captured.keys().copied().collect();
        for (system, facts) in &self.facts {
            self.check_facts(facts, &all)
                .map_err(|problem| problem.at(format!("facts[{system}]")))?;
        }
        self.consistency.check().map_err(|problem| problem.at("consistency"))
    }

    fn check_given_name(&self, name: &str) -> Result<(), Invalid> {
        if !is_name(name) {
            return Err(name_invalid(name));
        }
        let twice = self.data.contains_key(name) && self.secrets.contains(name);
        if twice || BUILT_IN.contains(&name) {
            return Err(name_taken(name));
        }
        Ok(())
    }

    fn check_captured_name(
        &self,
        name: &str,
        captured: &BTreeMap<&str, &str>,
    ) -> Result<(), Invalid> {
        let given = self.data.contains_key(name) || self.secrets.contains(name);
        if given || captured.contains_key(name) || BUILT_IN.contains(&name) {
            return Err(name_taken(name));
        }
        if is_name(name) { Ok(()) } else { Err(name_invalid(name)) }
    }

    fn check_step(&self, step: &StepPlan) -> Result<(), Invalid> {
        if !self.systems.contains_key(&step.system) {
            let known: Vec<&str> = self.systems.keys().map(String::as_str).collect();
            let expected = format!("one of the systems {}", known.join(", "));
            return Err(Invalid::new("system_unknown", expected, &step.system).at("system"));
        }
        if step.revision == 0 {
            return Err(Invalid::new("revision_invalid", "1 or more", 0).at("revision"));
        }
        let reads = step.effect() == Access::Read;
        let misplaced = [
            ("poll", step.poll.is_some() && !reads, "a poll on a read only"),
            ("lookup", step.lookup.is_some() && reads, "a look-up of a write only"),
            ("document", step.document.is_some() && reads, "a document of a write only"),
            ("repeatable", step.repeatable && reads, "`repeatable` on a write only"),
            ("idempotency_key", step.idempotency_key.is_some() && reads, "a key of a write only"),
            (
                "max_retries",
                step.max_retries.is_some() && step.poll.is_some(),
                "`max_probes` within `poll` where there is a poll",
            ),
        ];
        if let Some((field, _, expected)) = misplaced.iter().find(|(_, wrong, _)| *wrong) {
            return Err(Invalid::new("field_misplaced", *expected, "it here").at(field));
        }
        let before = self.before(step)?;
        let mut names: BTreeSet<&str> = BUILT_IN.into_iter().collect();
        names.extend(self.data.keys().chain(&self.secrets).map(String::as_str));
        for other in self.steps.iter().filter(|other| before.contains(other.id.as_str())) {
            names.extend(other.captures.keys().map(String::as_str));
        }
        check_request(step, &names)?;
        check_answer(step, &mut names)
    }

    /// Every step that is certainly through before this one starts.
    fn before<'p>(&'p self, step: &'p StepPlan) -> Result<BTreeSet<&'p str>, Invalid> {
        let mut before: BTreeSet<&'p str> = BTreeSet::new();
        let mut open: Vec<&'p StepPlan> = vec![step];
        if step.always_run {
            open.extend(self.steps.iter().filter(|other| !other.always_run));
            before.extend(open.iter().skip(1).map(|other| other.id.as_str()));
        }
        while let Some(next) = open.pop() {
            for name in &next.depends_on {
                let Some(other) = self.step(name) else {
                    let expected = "the name of a step";
                    return Err(Invalid::new("step_unknown", expected, name).at("depends_on"));
                };
                if other.id == step.id || (other.always_run && !next.always_run) {
                    let expected = "steps that can be through before this one";
                    return Err(Invalid::new("dependency_invalid", expected, name).at("depends_on"));
                }
                if before.insert(&other.id) {
                    open.push(other);
                }
            }
        }
        Ok(before)
    }

    fn check_facts(
        &self,
        facts: &SystemFactsPlan,
        captured: &BTreeSet<&str>,
    ) -> Result<(), Invalid> {
        let mut names = captured.clone();
        names.insert("run_id");
        names.extend(self.data.keys().map(String::as_str));
        let lines = facts.lines.iter();
        let lines = lines
            .flat_map(|lines| [&lines.sku, &lines.quantity].into_iter().chain(&lines.unit_price));
        let single = [&facts.currency, &facts.status, &facts.documents].into_iter().flatten();
        let mapped = facts.ids.values().chain(facts.totals.values()).chain(facts.times.values());
        mapped.chain(single).chain(lines).try_for_each(|template| refer(template, &names))
    }
}

fn check_request(step: &StepPlan, names: &BTreeSet<&str>) -> Result<(), Invalid> {
    refer(&step.path, names).map_err(|problem| problem.at("path"))?;
    if let Some(key) = &step.idempotency_key {
        let without = names.iter().copied().filter(|name| *name != "idempotency_key").collect();
        refer(key, &without).map_err(|problem| problem.at("idempotency_key"))?;
    }
    for (pointer, value) in &step.body {
        let at = |problem: Invalid| problem.at(pointer).at("body");
        check_pointer(pointer).map_err(at)?;
        let within = format!("{pointer}/");
        if let Some(inner) = step.body.keys().find(|other| other.starts_with(&within)) {
            let expected = format!("a value at `{pointer}` or fields within it");
            return Err(at(Invalid::new("field_within_field", expected, inner)));
        }
        if let FieldValue::Text(template) = value {
            refer(template, names).map_err(at)?;
        }
    }
    if let Some(condition) = &step.condition {
        let at = |problem: Invalid| problem.at("condition");
        known(&condition.value, names).map_err(at)?;
        expectation(&condition.is, names).map_err(at)?;
    }
    Ok(())
}

fn check_answer<'p>(step: &'p StepPlan, names: &mut BTreeSet<&'p str>) -> Result<(), Invalid> {
    if let Some(pointer) = &step.document {
        check_pointer(pointer).map_err(|problem| problem.at("document"))?;
    }
    captures(&step.captures).map_err(|problem| problem.at("captures"))?;
    if let Some(poll) = &step.poll {
        let at = |problem: Invalid| problem.at("poll");
        if poll.max_probes == 0 {
            let problem = Invalid::new("max_probes_invalid", "1 or more", 0);
            return Err(at(problem.at("max_probes")));
        }
        tests(&poll.until, names).map_err(at)?;
        tests(&poll.contradicted_when, names).map_err(at)?;
    }
    if let Some(lookup) = &step.lookup {
        let at = |problem: Invalid| problem.at("lookup");
        refer(&lookup.path, names).map_err(|problem| at(problem.at("path")))?;
        if let Some(pointer) = &lookup.documents {
            check_pointer(pointer).map_err(|problem| at(problem.at("documents")))?;
        }
        tests(&lookup.success_when, names).map_err(at)?;
        tests(&lookup.applied_when, names).map_err(at)?;
        captures(&lookup.captures).map_err(|problem| at(problem.at("captures")))?;
        let same = |name: &&String| !lookup.captures.contains_key(*name);
        let wanted = step.captures.iter().filter(|(_, capture)| !capture.optional);
        if let Some(name) = wanted.map(|(name, _)| name).find(same) {
            let expected = "every capture of the step, from the look-up's answer";
            let problem = Invalid::new("capture_missing", expected, format!("no `{name}`"));
            return Err(at(problem.at("captures")));
        }
        let mut strange = lookup.captures.keys().filter(|name| !step.captures.contains_key(*name));
        if let Some(name) = strange.next() {
            let expected = "captures of the step only";
            return Err(at(Invalid::new("capture_unknown", expected, name).at("captures")));
        }
    }
    tests(&step.success_when, names).map_err(|problem| problem.at("success_when"))?;
    tests(&step.duplicate_when, names).map_err(|problem| problem.at("duplicate_when"))?;
    // What the answer gave is there when it is checked.
    names.extend(step.captures.keys().map(String::as_str));
    tests(&step.checks, names).map_err(|problem| problem.at("checks"))?;
    tests(&step.soft_checks, names).map_err(|problem| problem.at("soft_checks"))
}

fn name_invalid(name: &str) -> Invalid {
    Invalid::new("name_invalid", "a name of letters, digits, `_`, `-` and `.`", name)
}

fn name_taken(name: &str) -> Invalid {
    Invalid::new("name_taken", "a name that nothing else has", name)
}

fn known(name: &str, names: &BTreeSet<&str>) -> Result<(), Invalid> {
    if names.contains(name) {
        return Ok(());
    }
    let expected = "a variable that is given, or captured by a step before this one";
    Err(Invalid::new("variable_unknown", expected, name))
}

fn refer(template: &str, names: &BTreeSet<&str>) -> Result<(), Invalid> {
    references(template)?.iter().try_for_each(|name| known(name, names))
}

fn expectation(is: &Expectation, names: &BTreeSet<&str>) -> Result<(), Invalid> {
    match is {
        Expectation::Exists | Expectation::Absent => Ok(()),
        Expectation::Equals(text) => refer(text, names),
        Expectation::OneOf(texts) => texts.iter().try_for_each(|text| refer(text, names)),
        Expectation::SameMoney { amount, currency } => {
            refer(amount, names)?;
            refer(currency, names)
        }
    }
}

fn tests(tests: &[AnswerTest], names: &BTreeSet<&str>) -> Result<(), Invalid> {
    tests.iter().try_for_each(|test| {
        check_pointer(&test.pointer)?;
        expectation(&test.is, names).map_err(|problem| problem.at(&test.pointer))
    })
}

fn captures(captures: &BTreeMap<String, Capture>) -> Result<(), Invalid> {
    captures.iter().try_for_each(|(name, capture)| {
        let at = |problem: Invalid| problem.at(name);
        check_pointer(&capture.pointer).map_err(at)?;
        if capture.secret && is_list(&capture.pointer) {
            let expected = "one value for a secret";
            return Err(at(Invalid::new("secret_invalid", expected, &capture.pointer)));
        }
        Ok(())
    })
}
