//! What is wrong with rules, found when they are read and not when an order hangs.

use super::{
    ApprovalCondition, ApprovalLevel, ApprovalOutcome, ApprovalRole, ApprovalRule, ApprovalRules,
    Approver,
    levels::{Need, assign, needs},
};
use crate::unit::{Day, Invalid, Money, PersonId, distinct, first_repeated, sort_by};
use std::cmp::Ordering;

/// What decisions call what happens where no rule fires.
pub(super) const OTHERWISE: &str = "otherwise";

/// How far conditions may be nested; nobody reads more.
const DEPTH: usize = 8;

impl ApprovalRules {
    /// Finds what contradicts itself or could never be satisfied.
    ///
    /// # Errors
    ///
    /// With the path of the part: a missing or repeated name, a role that does not exist or has
    /// nobody, a level that asks nobody, or more people than may ever approve there, on one level
    /// or on all together (by their names, limits and days), a rule that would approve every order,
    /// amounts or days from after until, an empty list, conditions nested deeper than eight.
    ///
    /// Rules that fire together may still ask for more people than there are, and a requester may
    /// be one of them: this depends on the order, and [`ApprovalDecision`](super::ApprovalDecision)
    /// says so.
    pub fn check(&self) -> Result<(), Invalid> {
        named(&self.version, "version_missing", "a name of this state of the rules")
            .map_err(|problem| problem.at("version"))?;
        for (place, role) in self.roles.iter().enumerate() {
            let checked = check_role(role);
            checked.map_err(|problem| problem.at(format_args!("roles[{place}]")))?;
        }
        let roles = &self.roles;
        let twice = first_repeated(roles.len(), &mut |a, b| roles[a].name.cmp(&roles[b].name));
        if let Some(place) = twice {
            let problem = Invalid::new("role_twice", "one role of a name", &roles[place].name);
            return Err(problem.at("name").at(format_args!("roles[{place}]")));
        }
        for (place, rule) in self.rules.iter().enumerate() {
            let checked = self.check_rule(rule);
            checked.map_err(|problem| problem.at(format_args!("rules[{place}]")))?;
        }
        let rules = &self.rules;
        let twice = first_repeated(rules.len(), &mut |a, b| rules[a].name.cmp(&rules[b].name));
        if let Some(place) = twice {
            let problem = Invalid::new("rule_twice", "one rule of a name", &rules[place].name);
            return Err(problem.at("name").at(format_args!("rules[{place}]")));
        }
        let otherwise = self.check_outcome(&self.otherwise, &Scope::default());
        otherwise.map_err(|problem| problem.at(OTHERWISE))
    }

    fn check_rule(&self, rule: &ApprovalRule) -> Result<(), Invalid> {
        named(&rule.name, "rule_name_missing", "a name").map_err(|problem| problem.at("name"))?;
        if rule.name == OTHERWISE {
            let expected = "a name other than that of what happens where no rule fires";
            return Err(Invalid::new("rule_name_taken", expected, &rule.name).at("name"));
        }
        check_days(rule.valid_from, rule.valid_until)?;
        check_condition(&rule.when, DEPTH).map_err(|problem| problem.at("when"))?;
        if rule.then == ApprovalOutcome::Approve && rule.when.is_empty() {
            let expected = "a condition; what is approved without one is a matter of `otherwise`";
            return Err(Invalid::new("condition_empty", expected, "none").at("when"));
        }
        let scope =
            Scope { amount_from: rule.when.amount_from, days: (rule.valid_from, rule.valid_until) };
        self.check_outcome(&rule.then, &scope).map_err(|problem| problem.at("then"))
    }

    fn check_outcome(&self, outcome: &ApprovalOutcome, scope: &Scope) -> Result<(), Invalid> {
        let levels = match outcome {
            ApprovalOutcome::Approve => return Ok(()),
            ApprovalOutcome::Refuse(words) => {
                return named(words, "words_missing", "a reason in words")
                    .map_err(|problem| problem.at("refuse"));
            }
            ApprovalOutcome::Ask(levels) => levels,
        };
        if levels.is_empty() {
            return Err(Invalid::new("levels_missing", "at least one level", "none").at("ask"));
        }
        for (place, level) in levels.iter().enumerate() {
            let at = |problem: Invalid| problem.at(format_args!("ask[{place}]"));
            if level.level == 0 {
                return Err(at(Invalid::new("level_zero", "a level from 1", 0).at("level")));
            }
            if level.count == 0 {
                return Err(at(Invalid::new("count_zero", "1 person or more", 0).at("count")));
            }
            if level.roles.is_empty() && level.persons.is_empty() {
                let expected = "roles or persons that may approve";
                return Err(at(Invalid::new("approvers_missing", expected, "none")));
            }
            for (number, role) in level.roles.iter().enumerate() {
                if self.role(role).is_none() {
                    let problem = Invalid::new("role_unknown", "one of the roles", role);
                    return Err(at(problem.at(format_args!("roles[{number}]"))));
                }
            }
        }
        self.check_people(outcome, levels, scope).map_err(|problem| problem.at("ask"))
    }

    /// Checks that there are enough people on each level, and on all together.
    fn check_people(
        &self,
        outcome: &ApprovalOutcome,
        levels: &[ApprovalLevel],
        scope: &Scope,
    ) -> Result<(), Invalid> {
        let too_few = |people: usize, got: u32| {
            let expected =
                format!("at most {people}, the number of people who may ever approve here");
            Invalid::new("approvers_too_few", expected, got)
        };
        let missing =
            |count: u32, people: usize| usize::try_from(count).map_or(true, |count| count > people);
        for (place, level) in levels.iter().enumerate() {
            let people = self.people(&Need::new(OTHERWISE, level), scope).len();
            if missing(level.count, people) {
                let problem = too_few(people, level.count).at("count");
                return Err(problem.at(format_args!("[{place}]")));
            }
        }
        let needs = needs([(OTHERWISE, outcome)]);
        let people: Vec<_> = needs.iter().map(|need| self.people(need, scope)).collect();
        let everybody = distinct(people.iter().flatten().copied());
        let place = |person: &&PersonId| everybody.binary_search(person).ok();
        let candidates: Vec<Vec<usize>> =
            people.iter().map(|people| people.iter().filter_map(place).collect()).collect();
        let filled = assign(&needs, &candidates, self.counting).len();
        let count = needs.iter().fold(0_u32, |sum, need| sum.saturating_add(need.count));
        if missing(count, filled) { Err(too_few(filled, count)) } else { Ok(()) }
    }

    /// Everybody who may ever fill a need of the orders that a rule is for.
    fn people<'a>(&'a self, need: &Need<'a>, scope: &Scope) -> Vec<&'a PersonId> {
        let ever = need.approvers(self).filter(|approver| scope.allows(approver));
        distinct(need.persons.iter().copied().chain(ever.map(|approver| &approver.person)))
    }
}

/// Of which orders and on which days a rule speaks, as far as its plain fields tell.
#[derive(Clone, Copy, Debug, Default)]
struct Scope {
    amount_from: Option<Money>,
    days: (Option<Day>, Option<Day>),
}

impl Scope {
    /// Whether somebody could ever approve one of the orders.
    fn allows(&self, approver: &Approver) -> bool {
        let is_within_limit = match (approver.limit, self.amount_from) {
            // Amounts of different currencies are compared at the rates of the day.
            (Some(limit), Some(from)) => !limit.compare(from).is_ok_and(Ordering::is_lt),
            (Some(_), None) | (None, _) => true,
        };
        let precedes = |until: Option<Day>, from: Option<Day>| {
            until.zip(from).is_some_and(|(until, from)| until < from)
        };
        let (from, until) = self.days;
        is_within_limit
            && !precedes(until, approver.valid_from)
            && !precedes(approver.valid_until, from)
    }
}

fn check_role(role: &ApprovalRole) -> Result<(), Invalid> {
    named(&role.name, "role_name_missing", "a name").map_err(|problem| problem.at("name"))?;
    if role.approvers.is_empty() {
        let problem = Invalid::new("role_empty", "at least one person", "none");
        return Err(problem.at("approvers"));
    }
    for (place, approver) in role.approvers.iter().enumerate() {
        let at = |problem: Invalid| problem.at(format_args!("approvers[{place}]"));
        check_days(approver.valid_from, approver.valid_until).map_err(at)?;
        if let Some(limit) = approver.limit.filter(|limit| limit.is_negative()) {
            let problem = Invalid::new("limit_negative", "a limit of zero or more", limit);
            return Err(at(problem.at("limit")));
        }
    }
    let mut order: Vec<usize> = (0..role.approvers.len()).collect();
    sort_by(&mut order, |&a, &b| {
        let (a, b) = (&role.approvers[a], &role.approvers[b]);
        a.person.cmp(&b.person).then_with(|| a.valid_from.cmp(&b.valid_from))
    });
    for pair in order.windows(2) {
        let (earlier, later) = (&role.approvers[pair[0]], &role.approvers[pair[1]]);
        let ends_before =
            earlier.valid_until.zip(later.valid_from).is_some_and(|(until, from)| until < from);
        if earlier.person == later.person && !ends_before {
            let expected = "one limit of a person on a day";
            let problem = Invalid::new("approver_twice", expected, &later.person);
            return Err(problem.at(format_args!("approvers[{}]", pair[1])));
        }
    }
    Ok(())
}

fn check_condition(condition: &ApprovalCondition, depth: usize) -> Result<(), Invalid> {
    if depth == 0 {
        let expected = format!("conditions nested at most {DEPTH} deep");
        return Err(Invalid::new("condition_too_deep", expected, "more"));
    }
    if let (Some(from), Some(below)) = (condition.amount_from, condition.amount_below)
        && from.compare(below).is_ok_and(Ordering::is_ge)
    {
        let expected = format!("an amount above {from}, from which the rule is");
        return Err(Invalid::new("range_contradictory", expected, below).at("amount_below"));
    }
    if let Some(rise) = condition.price_rise_from.filter(|rise| rise.is_zero()) {
        let problem = Invalid::new("rate_zero", "a share of more than zero", rise);
        return Err(problem.at("price_rise_from"));
    }
    let lists = [
        ("suppliers", condition.suppliers.as_ref().map(Vec::is_empty)),
        ("locations", condition.locations.as_ref().map(Vec::is_empty)),
        ("categories", condition.categories.as_ref().map(Vec::is_empty)),
        ("only_categories", condition.only_categories.as_ref().map(Vec::is_empty)),
        ("requesters", condition.requesters.as_ref().map(Vec::is_empty)),
        ("only_requesters", condition.only_requesters.as_ref().map(Vec::is_empty)),
        ("all_of", condition.all_of.as_ref().map(Vec::is_empty)),
        ("any_of", condition.any_of.as_ref().map(Vec::is_empty)),
        ("none_of", condition.none_of.as_ref().map(Vec::is_empty)),
    ];
    // An empty list reads both as nothing and as anything.
    if let Some((field, _)) = lists.iter().find(|(_, is_empty)| *is_empty == Some(true)) {
        return Err(Invalid::new("list_empty", "at least one", "none").at(field));
    }
    let nested = [
        ("all_of", &condition.all_of),
        ("any_of", &condition.any_of),
        ("none_of", &condition.none_of),
    ];
    for (field, list) in nested {
        for (place, inner) in list.iter().flatten().enumerate() {
            let at = |problem: Invalid| problem.at(format_args!("{field}[{place}]"));
            if inner.is_empty() {
                return Err(at(Invalid::new("condition_empty", "a condition", "none")));
            }
            check_condition(inner, depth - 1).map_err(at)?;
        }
    }
    Ok(())
}

fn check_days(from: Option<Day>, until: Option<Day>) -> Result<(), Invalid> {
    match from.zip(until) {
        Some((from, until)) if until < from => {
            let expected = format!("a day from {from} on");
            Err(Invalid::new("validity_contradictory", expected, until).at("valid_until"))
        }
        _ => Ok(()),
    }
}

fn named(text: &str, code: &'static str, expected: &str) -> Result<(), Invalid> {
    if text.trim().is_empty() { Err(Invalid::new(code, expected, text)) } else { Ok(()) }
}
