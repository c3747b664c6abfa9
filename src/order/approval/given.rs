//! What was said about an order, and whether it holds.

use super::{
    ApprovalRules,
    facts::Facts,
    levels::{Need, Right},
};
use crate::{
    order::PurchaseOrder,
    unit::{
        Day, Exact, LineId, LocationId, Money, PersonId, PurchaseOrderId, Quantity, Sku,
        SupplierId, Timestamp, sort_by,
    },
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What somebody said about a purchase order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Approval {
    /// Who.
    pub by: PersonId,
    /// What.
    pub verdict: Verdict,
    /// The day on which it was said; rights, and when it lapses, go by it.
    pub on: Day,
    /// The instant; of one person's words the later one holds, of words of one instant the refusal.
    pub at: Timestamp,
    /// What the person saw.
    pub order: ApprovalSubject,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub words: Option<String>,
}

/// What somebody said.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Verdict {
    /// Yes.
    Approved,
    /// No.
    Refused,
}

/// What of a purchase order an approval is of: [`ApprovalSubject::of`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalSubject {
    /// The order.
    pub id: PurchaseOrderId,
    /// Its revision.
    pub revision: u32,
    /// From whom.
    pub supplier: SupplierId,
    /// To where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId | null"))]
    pub location: Option<LocationId>,
    /// Without tax.
    pub net: Money,
    /// With tax.
    pub total: Money,
    /// What is bought, in order of the lines' names.
    pub lines: Vec<ApprovedLine>,
}

/// What is bought on a line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovedLine {
    /// The line.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// How much.
    pub quantity: Quantity,
}

/// What became of something that was said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct GivenApproval {
    /// Who said it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub verdict: Verdict,
    /// What became of it.
    pub standing: ApprovalStanding,
    /// The levels for which it counts.
    pub levels: Vec<u32>,
    /// Why, in words and numbers.
    pub reason: String,
}

/// What becomes of something that was said.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ApprovalStanding {
    /// It counts.
    Counts,
    /// It refuses the order.
    Refuses,
    /// The person could approve, but enough others did, or the person counts already.
    NotNeeded,
    /// The person said something else later.
    Superseded,
    /// The person asked for the order.
    Requester,
    /// Nobody asks the person.
    NotEntitled,
    /// The amount is above the person's limit.
    AboveLimit,
    /// It was given too long ago.
    Lapsed,
    /// It is of another order, or of what the order was before.
    OrderChanged,
    /// It is of a day that has not come.
    NotYetGiven,
}

/// Something that was said, and what became of it.
pub(super) struct Word<'a> {
    pub(super) approval: &'a Approval,
    /// [`ApprovalStanding::NotNeeded`] is an approval that holds and has not been counted.
    pub(super) standing: ApprovalStanding,
    pub(super) reason: String,
    pub(super) levels: Vec<u32>,
    /// What its speaker may do about each need.
    pub(super) rights: Vec<Right>,
}

/// All that was said, in order of the instants, with what holds of it.
pub(super) fn hear<'a>(
    given: &'a [Approval],
    needs: &[Need<'a>],
    rules: &'a ApprovalRules,
    facts: &Facts<'_>,
) -> Vec<Word<'a>> {
    let mut words: Vec<Word<'_>> = Vec::with_capacity(given.len());
    for approval in given {
        let right = |need: &Need<'a>| need.right(&approval.by, approval.on, rules, facts);
        let rights: Vec<Right> = needs.iter().map(right).collect();
        let (standing, reason) = judge(approval, &rights, rules, facts);
        words.push(Word { approval, standing, reason, levels: Vec::new(), rights });
    }
    // No two words that differ in anything shown are equal here, so their sequence means nothing.
    sort_by(&mut words, |a, b| {
        let key = |word: &Word<'_>| (word.approval.at, word.approval.verdict, word.approval.on);
        let by = || a.approval.by.cmp(&b.approval.by);
        key(a).cmp(&key(b)).then_with(by).then_with(|| a.reason.cmp(&b.reason))
    });
    settle(&mut words);
    words
}

/// Whether a word holds by itself, whatever else was said.
fn judge(
    approval: &Approval,
    rights: &[Right],
    rules: &ApprovalRules,
    facts: &Facts<'_>,
) -> (ApprovalStanding, String) {
    let (person, today) = (&approval.by, facts.context.today);
    if facts.context.requesters.contains(person) {
        let reason = format!("`{person}` asked for the order");
        return (ApprovalStanding::Requester, reason);
    }
    if approval.on > today {
        let reason = format!("it is of {}, and today is {today}", approval.on);
        return (ApprovalStanding::NotYetGiven, reason);
    }
    if let Some(reason) = changed(approval, rules, facts) {
        return (ApprovalStanding::OrderChanged, reason);
    }
    let limit = rights.iter().find_map(|right| match right {
        Right::UpTo(limit) => Some(*limit),
        Right::None | Right::Full => None,
    });
    let is_entitled = rights.contains(&Right::Full);
    match (approval.verdict, limit) {
        (_, None) if !is_entitled => {
            let reason = format!("nobody asks `{person}`");
            (ApprovalStanding::NotEntitled, reason)
        }
        (Verdict::Refused, _) => {
            let reason = match &approval.words {
                Some(words) => format!("`{person}` refuses: {words}"),
                None => format!("`{person}` refuses"),
            };
            (ApprovalStanding::Refuses, reason)
        }
        (Verdict::Approved, Some(limit)) if !is_entitled => {
            let reason = match facts.compare(limit) {
                Some((_, amount)) => {
                    format!("{amount} is above the limit of `{person}`, {limit}")
                }
                None => format!("the limit of `{person}`, {limit}, cannot be exchanged"),
            };
            (ApprovalStanding::AboveLimit, reason)
        }
        (Verdict::Approved, _) => match rules.lapse_after_days {
            Some(days) if approval.on.days_until(today) > i64::from(days) => {
                let reason = format!("it was given on {} and holds {days} days", approval.on);
                (ApprovalStanding::Lapsed, reason)
            }
            _ => (ApprovalStanding::NotNeeded, "enough others approved".to_owned()),
        },
    }
}

/// What keeps a word from being of the order as it is now.
fn changed(approval: &Approval, rules: &ApprovalRules, facts: &Facts<'_>) -> Option<String> {
    let (seen, now) = (&approval.order, ApprovalSubject::of(facts.draft));
    if seen.id != now.id {
        return Some(format!("it is of order `{}`", seen.id));
    }
    let goods = |subject: &ApprovalSubject| {
        (subject.supplier.clone(), subject.location.clone(), subject.lines.clone())
    };
    if goods(seen) != goods(&now) {
        let revision = seen.revision;
        return Some(format!("supplier, place or lines are others than in revision {revision}"));
    }
    match (approval.verdict, rules.tolerance) {
        // What was refused is not approved by asking for the same at another price.
        (Verdict::Refused, _) => None,
        (Verdict::Approved, None) if *seen == now => None,
        (Verdict::Approved, None) => {
            let (revision, total) = (seen.revision, seen.total);
            Some(format!("it is of revision {revision} with a total of {total}"))
        }
        (Verdict::Approved, Some(tolerance)) => {
            let within = |seen: Money, now: Money| {
                let most = seen.times(Decimal::ONE.plus(tolerance.factor()));
                most.and_then(|most| now.compare(most)).is_ok_and(Ordering::is_le)
            };
            let holds = within(seen.total, now.total) && within(seen.net, now.net);
            let (was, is) = (seen.total, now.total);
            (!holds).then(|| format!("the total was {was}, is {is}: more by over {tolerance}"))
        }
    }
}

/// Lets the last word of each person hold; words are in order of their instants, of one instant the
/// refusal last.
///
/// A word that does not hold by itself takes none back: somebody who approves what the order no
/// longer is leaves an earlier refusal as it is. An approval that has lapsed did take it back.
fn settle(words: &mut [Word<'_>]) {
    use ApprovalStanding::{Lapsed, NotNeeded, Refuses};
    for place in 0..words.len() {
        let Some((word, later)) = words[place..].split_first_mut() else { continue };
        if !matches!(word.standing, NotNeeded | Refuses) {
            continue;
        }
        let takes_back = |other: &Word<'_>| {
            matches!(other.standing, NotNeeded | Refuses | Lapsed)
                && other.approval.by == word.approval.by
                && other.approval.verdict != word.approval.verdict
        };
        if later.iter().any(takes_back) {
            word.standing = ApprovalStanding::Superseded;
            word.reason = format!("`{}` said something else later", word.approval.by);
        }
    }
}

impl Approval {
    /// Somebody's word on an order as it is now.
    pub fn new(
        draft: &PurchaseOrder,
        by: PersonId,
        verdict: Verdict,
        on: Day,
        at: Timestamp,
    ) -> Self {
        Self { by, verdict, on, at, order: ApprovalSubject::of(draft), words: None }
    }
}

impl ApprovalSubject {
    /// What an approval of an order as it is now is of.
    pub fn of(draft: &PurchaseOrder) -> Self {
        let lines = draft.lines.iter().map(|line| ApprovedLine {
            id: line.id.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity,
        });
        let mut lines: Vec<ApprovedLine> = lines.collect();
        sort_by(&mut lines, |a, b| a.id.cmp(&b.id));
        Self {
            id: draft.id.clone(),
            revision: draft.revision,
            supplier: draft.supplier.clone(),
            location: draft.location.clone(),
            net: draft.net,
            total: draft.total,
            lines,
        }
    }
}

impl Word<'_> {
    pub(super) fn given(self) -> GivenApproval {
        GivenApproval {
            by: self.approval.by.clone(),
            at: self.approval.at,
            verdict: self.approval.verdict,
            standing: self.standing,
            levels: self.levels,
            reason: self.reason,
        }
    }
}
