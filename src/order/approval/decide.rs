//! The decision: which rules fired, who has to approve, what was given counts or not, and why.

use super::{
    ApprovalOutcome, ApprovalRules, LevelSequence,
    check::OTHERWISE,
    condition::Truth,
    facts::{ApprovalContext, Facts},
    given::{Approval, ApprovalStanding, GivenApproval, Word, hear},
    levels::{Need, Right, assign, needs, reach},
};
use crate::{
    order::{OrderError, PurchaseOrder},
    unit::{PersonId, PurchaseOrderId, distinct, sort_by},
};
use serde::{Deserialize, Serialize};

/// Whether a purchase order may be placed, and everything that led to the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalDecision {
    /// The order.
    pub order: PurchaseOrderId,
    /// Its revision.
    pub revision: u32,
    /// The state of the rules.
    pub rules_version: String,
    /// The answer.
    pub status: ApprovalStatus,
    /// Every rule that fired, by name, and `otherwise` last; never empty.
    pub fired: Vec<FiredRule>,
    /// Rules that might have approved, had a fact not been missing, by name.
    pub withheld: Vec<FiredRule>,
    /// What is needed, in order of the levels; nothing, if nobody is asked.
    pub levels: Vec<NeededLevel>,
    /// The levels to ask now; none unless the order waits.
    pub ask: Vec<u32>,
    /// What became of every word given, in order of their instants.
    pub given: Vec<GivenApproval>,
}

/// The answer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ApprovalStatus {
    /// It may be placed.
    Approved,
    /// Approvals are missing.
    Waiting,
    /// A rule or a person refuses it.
    Refused,
}

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct FiredRule {
    /// Its name; `otherwise` is what happens where no rule fires for certain.
    pub rule: String,
    /// Whether its condition holds; if not, a fact is missing and it has to be reckoned with.
    pub is_certain: bool,
    /// Why, in words and numbers: the facts of its condition, or those that are missing.
    pub reasons: Vec<String>,
    /// What it asks.
    pub outcome: ApprovalOutcome,
}

/// Approvals that are needed on a level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct NeededLevel {
    /// Which.
    pub level: u32,
    /// The rules that ask, by name.
    pub rules: Vec<String>,
    /// Whoever has one of these roles, ...
    pub roles: Vec<String>,
    /// ... and these people.
    pub persons: Vec<PersonId>,
    /// How many are needed, beside those that a narrower need of the same level asks of the same
    /// people.
    pub needed: u32,
    /// How many of them are missing.
    pub missing: u32,
    /// Who can help today; on another level too, if that sets somebody free for this one.
    pub may_approve: Vec<PersonId>,
    /// How many stay missing even if everybody approves who can: while it is not zero, somebody has
    /// to change the order or the rules.
    pub out_of_reach: u32,
}

/// Decides whether a purchase order may be placed.
///
/// # How a decision comes about
///
/// 1. **All rules that hold on the day and whose condition holds fire**, whatever their sequence.
///    The strictest outcome wins: refuse before ask before approve. Where no rule fires,
///    `otherwise` does; it has no default.
/// 2. **Nothing unknown helps an order.** Conditions are true, false or unknown, joined as in
///    Kleene's strong logic of three values ("Introduction to Metamathematics", 1952, § 64): a product
///    whose category nobody states may be of any. A rule that would ask or refuse fires where its
///    condition is unknown, and `otherwise` fires beside it if nothing fires for certain; a rule
///    that would approve does not, and is listed as withheld.
/// 3. **Levels are asked for by all rules together.** On one level, who may approve on behalf of
///    one rule counts for another rule that would accept the same people: of two rules that ask one
///    and two approvals of one role, two are needed. Rules that ask different roles need one each.
/// 4. **Nobody who asked for an order approves it**, by no rule. An order that needs nobody else
///    has a rule that approves it, such as one for a requester and a small amount.
/// 5. **One person counts once**, on the level where this fills most; the lower levels first. Rules
///    can let one person count once on each level.
/// 6. **An approval is of what was seen.** It holds for that revision alone, or, if the rules name
///    a tolerance, as long as supplier, place and lines stay the same and the amount does not rise
///    by more. It may lapse after some days. A person's right is that of the day of the approval.
/// 7. **A refusal by anybody who might approve refuses**, whatever the amount, until the order asks
///    for something else or that person approves it after all.
///
/// # In the life of a purchase order
///
/// It goes from waiting to approved when this says approved, and to declined when it says refused;
/// whoever may not approve is named with the reason in `given`. A changed order is decided upon
/// again with everything given so far, and keeps the approvals that the rules let it keep.
///
/// # Errors
///
/// When the rules contradict themselves ([`ApprovalRules::check`], path `rules`), nobody asked for
/// the order, something of the context is stated twice or makes no sense (path `context`), or the
/// order has no line with a quantity or its amounts are not the sums of their parts (path `draft`).
///
/// ```
/// # use replenish::order::{Approval, ApprovalContext, ApprovalRules, ApprovalStatus, Verdict};
/// # use replenish::order::{PurchaseOrder, decide};
/// # use replenish::unit::Timestamp;
/// # let order: PurchaseOrder = serde_json::from_str(r#"{
/// #     "id": "po-1", "revision": 1, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": "2026-11-23", "goods": "1250.00 EUR",
/// #     "lines": [{"id": "apple", "sku": "apple", "offer": "o-1", "packs": 50,
/// #         "pack_size": "10 kg", "quantity": "500 kg", "unit_price": "2.50 EUR",
/// #         "amount": "1250.00 EUR", "charges": "0.00 EUR", "need_by": "2026-11-24",
/// #         "arrival": "2026-11-23"}],
/// #     "freight": "0.00 EUR", "charges": "0.00 EUR", "net": "1250.00 EUR", "taxes": [],
/// #     "tax": "0.00 EUR", "total": "1250.00 EUR", "expected_arrival": "2026-11-23"
/// # }"#)?;
/// let rules: ApprovalRules = serde_json::from_str(r#"{
///     "version": "2026-11",
///     "roles": [{"name": "buyer", "approvers": [{"person": "anna"}, {"person": "ben"}]}],
///     "rules": [{
///         "name": "large orders",
///         "when": {"amount_from": "1000.00 EUR"},
///         "then": {"ask": [{"level": 1, "roles": ["buyer"]}]}
///     }],
///     "otherwise": "approve"
/// }"#)?;
/// let context = ApprovalContext::new("2026-11-21".parse()?, "anna".parse()?);
///
/// let decision = decide(&order, &rules, &context, &[])?;
/// assert_eq!(decision.status, ApprovalStatus::Waiting);
/// assert_eq!(decision.fired[0].reasons, ["total 1250.00 EUR is 1000.00 EUR or more"]);
/// // Anna asked for the order, so only Ben may approve it.
/// assert_eq!(decision.levels[0].may_approve, ["ben".parse()?]);
///
/// let yes = |person: &str| -> Result<Approval, Box<dyn std::error::Error>> {
///     let at = Timestamp(1_795_250_000_000);
///     Ok(Approval::new(&order, person.parse()?, Verdict::Approved, context.today, at))
/// };
/// let by_anna = decide(&order, &rules, &context, &[yes("anna")?])?;
/// assert_eq!(by_anna.status, ApprovalStatus::Waiting);
/// let by_ben = decide(&order, &rules, &context, &[yes("ben")?])?;
/// assert_eq!(by_ben.status, ApprovalStatus::Approved);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decide(
    draft: &PurchaseOrder,
    rules: &ApprovalRules,
    context: &ApprovalContext,
    given: &[Approval],
) -> Result<ApprovalDecision, OrderError> {
    rules.check().map_err(|problem| problem.at("rules"))?;
    let facts = Facts::new(draft, rules, context)?;
    let (fired, withheld) = fire(rules, &facts);
    let needs = needs(fired.iter().map(|fired| (fired.rule.as_str(), &fired.outcome)));
    let mut words = hear(given, &needs, rules, &facts);
    let levels = count(&mut words, &needs, rules, &facts);
    let refuses = |word: &Word<'_>| word.standing == ApprovalStanding::Refuses;
    let status = if words.iter().any(refuses)
        || fired.iter().any(|fired| matches!(fired.outcome, ApprovalOutcome::Refuse(_)))
    {
        ApprovalStatus::Refused
    } else if levels.iter().any(|level| level.missing > 0) {
        ApprovalStatus::Waiting
    } else {
        ApprovalStatus::Approved
    };
    let mut ask = Vec::new();
    if status == ApprovalStatus::Waiting {
        let missing = levels.iter().filter(|level| level.missing > 0);
        ask = distinct(missing.map(|level| level.level));
        if rules.sequence == LevelSequence::OneByOne {
            ask.truncate(1);
        }
    }
    let given = words.into_iter().map(Word::given).collect();
    Ok(ApprovalDecision {
        order: draft.id.clone(),
        revision: draft.revision,
        rules_version: rules.version.clone(),
        status,
        fired,
        withheld,
        levels,
        ask,
        given,
    })
}

/// The rules that fire and those that would approve if more were known, each by name.
fn fire(rules: &ApprovalRules, facts: &Facts<'_>) -> (Vec<FiredRule>, Vec<FiredRule>) {
    let (mut fired, mut withheld) = (Vec::new(), Vec::new());
    for rule in rules.rules.iter().filter(|rule| rule.holds_on(facts.context.today)) {
        let finding = rule.when.judge(facts);
        let mut reasons = finding.reasons;
        if rule.when.is_empty() {
            reasons.push("the rule is for every order".to_owned());
        }
        let is_certain = finding.truth == Truth::True;
        let (rule, outcome) = (rule.name.clone(), rule.then.clone());
        let approves = outcome == ApprovalOutcome::Approve;
        let entry = FiredRule { rule, is_certain, reasons, outcome };
        match finding.truth {
            Truth::False => {}
            Truth::Unknown if approves => withheld.push(entry),
            Truth::Unknown | Truth::True => fired.push(entry),
        }
    }
    for list in [&mut fired, &mut withheld] {
        sort_by(list, |a, b| a.rule.cmp(&b.rule));
    }
    if !fired.iter().any(|fired| fired.is_certain) {
        fired.push(FiredRule {
            rule: OTHERWISE.to_owned(),
            is_certain: true,
            reasons: vec!["no rule fires for certain".to_owned()],
            outcome: rules.otherwise.clone(),
        });
    }
    (fired, withheld)
}

/// Counts what holds, and says what is missing.
fn count(
    words: &mut [Word<'_>],
    needs: &[Need<'_>],
    rules: &ApprovalRules,
    facts: &Facts<'_>,
) -> Vec<NeededLevel> {
    let today = facts.context.today;
    let approving = |word: &Word<'_>| word.standing == ApprovalStanding::NotNeeded;
    let voters =
        distinct(words.iter().filter(|word| approving(word)).map(|word| word.approval.by.clone()));
    let may = |person: &PersonId, need: usize| {
        let own = words.iter().filter(|word| approving(word) && word.approval.by == *person);
        own.into_iter().any(|word| word.rights[need] == Right::Full)
    };
    let places = 0..needs.len();
    let given: Vec<Vec<usize>> = places
        .clone()
        .map(|need| (0..voters.len()).filter(|&voter| may(&voters[voter], need)).collect())
        .collect();
    let pairs = assign(needs, &given, rules.counting);

    // Everybody else who could approve today comes after those who did.
    let is_open = |person: &&PersonId| {
        !facts.context.requesters.contains(person) && voters.binary_search(person).is_err()
    };
    let people: Vec<Vec<&PersonId>> = needs
        .iter()
        .map(|need| need.people(today, rules, facts).into_iter().filter(is_open).collect())
        .collect();
    let others = distinct(people.iter().flatten().copied());
    let place = |person: &&PersonId| Some(voters.len() + others.binary_search(person).ok()?);
    let all: Vec<Vec<usize>> = given
        .iter()
        .zip(&people)
        .map(|(given, people)| {
            given.iter().copied().chain(people.iter().filter_map(place)).collect()
        })
        .collect();
    let reachable = assign(needs, &all, rules.counting);

    let number = |pairs: &[(usize, usize)], need: usize| {
        let filled = pairs.iter().filter(|pair| pair.1 == need).count();
        u32::try_from(filled).unwrap_or(u32::MAX)
    };
    let levels = needs.iter().enumerate().map(|(place, need)| {
        let missing = need.count.saturating_sub(number(&pairs, place));
        let mut may_approve = Vec::new();
        if missing > 0 {
            let reached = reach(needs, &given, rules.counting, &pairs, place);
            let helpers = reached.into_iter().flat_map(|place| &people[place]);
            may_approve = distinct(helpers.map(|&person| person.clone()));
        }
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        NeededLevel {
            level: need.level,
            rules: names(&need.rules),
            roles: names(&need.roles),
            persons: need.persons.iter().map(|&person| person.clone()).collect(),
            needed: need.count,
            missing,
            may_approve,
            out_of_reach: need.count.saturating_sub(number(&reachable, place)),
        }
    });
    let levels: Vec<NeededLevel> = levels.collect();

    for &(voter, need) in &pairs {
        // The last of a person's approvals that is good for the level counts, so that it lapses
        // last.
        let own = words.iter_mut().rev().find(|word| {
            matches!(word.standing, ApprovalStanding::NotNeeded | ApprovalStanding::Counts)
                && word.approval.by == voters[voter]
                && word.rights[need] == Right::Full
        });
        if let Some(word) = own {
            word.standing = ApprovalStanding::Counts;
            word.levels.push(needs[need].level);
        }
    }
    let counted: Vec<&PersonId> = pairs.iter().map(|pair| &voters[pair.0]).collect();
    for word in words {
        let by = &word.approval.by;
        if word.standing == ApprovalStanding::Counts {
            word.levels.dedup();
            let levels: Vec<String> = word.levels.iter().map(u32::to_string).collect();
            word.reason = format!("it counts for level {}", levels.join(" and "));
        } else if word.standing == ApprovalStanding::NotNeeded && counted.contains(&by) {
            word.reason = format!("`{by}` counts already");
        }
    }
    levels
}
