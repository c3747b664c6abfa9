//! What a company writes down.

use super::ApprovalCondition;
use crate::unit::{Day, Money, PersonId, Rate};
use serde::{Deserialize, Serialize};

/// Which purchase orders are approved by themselves, refused, or shown to whom.
///
/// [`ApprovalRules::check`] finds what could never be satisfied; [`decide`](super::decide) demands
/// that it finds nothing.
///
/// ```
/// use replenish::order::ApprovalRules;
/// let rules: ApprovalRules = serde_json::from_str(r#"{
///     "version": "2026-11",
///     "roles": [{"name": "buyer", "approvers": [{"person": "anna"}, {"person": "ben"}]}],
///     "rules": [{
///         "name": "large orders",
///         "when": {"amount_from": "1000.00 EUR"},
///         "then": {"ask": [{"level": 1, "roles": ["buyer"], "count": 2}]}
///     }],
///     "otherwise": "approve"
/// }"#)?;
/// rules.check()?;
///
/// let mut hopeless = rules.clone();
/// hopeless.roles[0].approvers.pop();
/// let problem = hopeless.check().unwrap_err();
/// assert_eq!(problem.to_string(), "`rules[0].then.ask[0].count`: expected at most 1, the number of people who may ever approve here, got `2`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalRules {
    /// Name of this state of the rules; every decision repeats it.
    pub version: String,
    /// What is asked of orders; the sequence means nothing.
    pub rules: Vec<ApprovalRule>,
    /// What happens to an order for which no rule fires.
    pub otherwise: ApprovalOutcome,
    /// Who may approve as what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub roles: Vec<ApprovalRole>,
    /// Which amount of an order is compared with thresholds, limits and budgets.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub amount: ApprovalAmount,
    /// When a level is asked.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub sequence: LevelSequence,
    /// How often one person counts.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub counting: PersonCounts,
    /// For how many days after its own an approval holds: one of Monday with 2 holds through
    /// Wednesday. Without it, for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub lapse_after_days: Option<u32>,
    /// By which share the amount may have risen for an approval of another revision to hold, where
    /// supplier, place and lines are the same: prices, charges and days may move. Without it, an
    /// approval holds for its own revision alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub tolerance: Option<Rate>,
}

/// What is asked of some orders.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalRule {
    /// What decisions call it; unlike any other's, and not `otherwise`.
    pub name: String,
    /// Of which orders; of all, if the condition is empty.
    pub when: ApprovalCondition,
    /// What is asked.
    pub then: ApprovalOutcome,
    /// The first day on which the rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_from: Option<Day>,
    /// The last day on which the rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_until: Option<Day>,
}

/// What happens to an order by a rule, the strictest last.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ApprovalOutcome {
    /// It is approved by itself, unless another rule is stricter.
    Approve,
    /// People are asked, on every level.
    Ask(Vec<ApprovalLevel>),
    /// It is refused, for the reason that is stated in words.
    Refuse(String),
}

/// Whose approval is needed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalLevel {
    /// Which, from 1; lower ones are asked first. Several may have one number.
    pub level: u32,
    /// Whoever has one of these roles may approve, ...
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub roles: Vec<String>,
    /// ... and so may these people, whatever the amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub persons: Vec<PersonId>,
    /// How many of them have to; 1 or more.
    #[serde(default = "one")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub count: u32,
}

/// People who may approve as one thing.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalRole {
    /// What levels call it.
    pub name: String,
    /// Who.
    pub approvers: Vec<Approver>,
}

/// Somebody in a role. Who is in it for several times, as a deputy is, is listed for each of them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Approver {
    /// Who.
    pub person: PersonId,
    /// The largest amount that the person may approve in this role. Without it, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub limit: Option<Money>,
    /// The first day on which the person has the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_from: Option<Day>,
    /// The last day on which the person has the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub valid_until: Option<Day>,
}

/// Which amount of an order counts.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ApprovalAmount {
    /// With tax.
    #[default]
    Total,
    /// Without tax.
    Net,
}

/// When levels are asked. An approval counts whenever it is given.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum LevelSequence {
    /// Each when the lower ones have approved.
    #[default]
    OneByOne,
    /// All at once.
    AtOnce,
}

/// How often one person counts in a decision.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum PersonCounts {
    /// On one level.
    #[default]
    Once,
    /// Once on every level on which the person may approve.
    OncePerLevel,
}

impl ApprovalRules {
    /// A role by its name.
    pub(super) fn role(&self, name: &str) -> Option<&ApprovalRole> {
        self.roles.iter().find(|role| role.name == name)
    }
}

impl ApprovalRule {
    /// Whether it holds on a day.
    pub(super) fn holds_on(&self, day: Day) -> bool {
        within(day, self.valid_from, self.valid_until)
    }
}

impl Approver {
    /// Whether the person has the role on a day.
    pub(super) fn holds_on(&self, day: Day) -> bool {
        within(day, self.valid_from, self.valid_until)
    }
}

fn within(day: Day, from: Option<Day>, until: Option<Day>) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}

fn one() -> u32 {
    1
}
