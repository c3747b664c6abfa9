//! Of which orders a rule speaks: conditions that can be read, checked and explained.

use super::facts::Facts;
use crate::unit::{LocationId, Money, PersonId, Rate, SupplierId};
use serde::{Deserialize, Serialize};
use std::ops::Not;

/// What is true of the orders that a rule is for. All parts that are given have to hold.
///
/// A part whose facts are missing is unknown, never false.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ApprovalCondition {
    /// The order's amount is this or more. In another currency it is exchanged; unknown without a
    /// rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub amount_from: Option<Money>,
    /// The order's amount is less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub amount_below: Option<Money>,
    /// The supplier is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "SupplierId[] | null"))]
    pub suppliers: Option<Vec<SupplierId>>,
    /// The goods go to one of these; unknown where the order does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "LocationId[] | null"))]
    pub locations: Option<Vec<LocationId>>,
    /// Some line is of one of these categories; unknown of a product without stated categories.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string[] | null"))]
    pub categories: Option<Vec<String>>,
    /// Every line is of one of these categories.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string[] | null"))]
    pub only_categories: Option<Vec<String>>,
    /// Somebody who asked for the order is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "PersonId[] | null"))]
    pub requesters: Option<Vec<PersonId>>,
    /// Everybody who asked for the order is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "PersonId[] | null"))]
    pub only_requesters: Option<Vec<PersonId>>,
    /// The goods of some line cost more than last paid by this share or more; more than zero.
    /// Unknown of a product for which no last price is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Rate | null"))]
    pub price_rise_from: Option<Rate>,
    /// Some budget has less left than the order takes of it; unknown of lines without a budget.
    #[serde(skip_serializing_if = "crate::order::customer::is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub over_budget: bool,
    /// Nothing was bought from the supplier before.
    #[serde(skip_serializing_if = "crate::order::customer::is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub new_supplier: bool,
    /// Some line arrives after the day on which it is needed.
    #[serde(skip_serializing_if = "crate::order::customer::is_false")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub late: bool,
    /// All of these hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "ApprovalCondition[] | null"))]
    pub all_of: Option<Vec<ApprovalCondition>>,
    /// One of these holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "ApprovalCondition[] | null"))]
    pub any_of: Option<Vec<ApprovalCondition>>,
    /// None of these holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "ApprovalCondition[] | null"))]
    pub none_of: Option<Vec<ApprovalCondition>>,
}

/// How far a statement holds; joined by and as the least, by or as the greatest.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Truth {
    False,
    Unknown,
    True,
}

/// How far a condition holds, and the facts that make it so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    pub(super) truth: Truth,
    pub(super) reasons: Vec<String>,
}

impl ApprovalCondition {
    /// How far it holds of an order.
    pub(super) fn judge(&self, facts: &Facts<'_>) -> Finding {
        let of = |conditions: &[Self]| -> Vec<Finding> {
            conditions.iter().map(|condition| condition.judge(facts)).collect()
        };
        let parts = [
            self.amount_from.map(|from| facts.amount_from(from)),
            self.amount_below.map(|below| !facts.amount_from(below)),
            self.suppliers.as_ref().map(|list| facts.supplier(list)),
            self.locations.as_ref().map(|list| facts.location(list)),
            self.categories.as_ref().map(|list| Finding::any(facts.categories(list)).brief()),
            self.only_categories.as_ref().map(|list| Finding::all(facts.categories(list)).brief()),
            self.requesters.as_ref().map(|list| Finding::any(facts.requesters(list))),
            self.only_requesters.as_ref().map(|list| Finding::all(facts.requesters(list))),
            self.price_rise_from.map(|rise| Finding::any(facts.price_rises(rise)).brief()),
            self.over_budget.then(|| Finding::any(facts.budgets()).brief()),
            self.new_supplier.then(|| facts.new_supplier()),
            self.late.then(|| Finding::any(facts.late_lines()).brief()),
            self.all_of.as_ref().map(|list| Finding::all(of(list))),
            self.any_of.as_ref().map(|list| Finding::any(of(list))),
            self.none_of.as_ref().map(|list| !Finding::any(of(list))),
        ];
        Finding::all(parts.into_iter().flatten().collect())
    }

    /// Whether no part is given.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Truth {
    pub(super) fn of(is_true: bool) -> Self {
        if is_true { Self::True } else { Self::False }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl Not for Finding {
    type Output = Self;

    /// The opposite for the same reasons: these are facts, whichever way they point.
    fn not(self) -> Self {
        Self { truth: !self.truth, ..self }
    }
}

impl Finding {
    pub(super) fn new(truth: Truth, reason: String) -> Self {
        Self { truth, reasons: vec![reason] }
    }

    /// What is known.
    pub(super) fn fact(is_true: bool, reason: String) -> Self {
        Self::new(Truth::of(is_true), reason)
    }

    /// What is not, and what is missing.
    pub(super) fn unknown(reason: String) -> Self {
        Self::new(Truth::Unknown, reason)
    }

    /// Whether all hold; true of none.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let truth = parts.iter().map(|part| part.truth).min().unwrap_or(Truth::True);
        Self::join(truth, parts)
    }

    /// Whether one holds; false of none.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let truth = parts.iter().map(|part| part.truth).max().unwrap_or(Truth::False);
        Self::join(truth, parts)
    }

    /// Parts of another truth did not make it what it is.
    fn join(truth: Truth, parts: Vec<Self>) -> Self {
        let same = parts.into_iter().filter(|part| part.truth == truth);
        Self { truth, reasons: same.flat_map(|part| part.reasons).collect() }
    }

    /// The first reason for all, since an order may have a thousand lines.
    fn brief(mut self) -> Self {
        let more = self.reasons.len().saturating_sub(1);
        self.reasons.truncate(1);
        if let (Some(first), 1..) = (self.reasons.first_mut(), more) {
            *first = format!("{first}, and {more} more");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_is_joined_as_kleene_does() {
        let all = [Truth::False, Truth::Unknown, Truth::True];
        for a in all {
            for b in all {
                let parts = || vec![Finding::new(a, "a".into()), Finding::new(b, "b".into())];
                let (and, or) = (Finding::all(parts()).truth, Finding::any(parts()).truth);
                let has = |truth| a == truth || b == truth;
                assert_eq!(and == Truth::False, has(Truth::False));
                assert_eq!(and == Truth::True, a == Truth::True && b == Truth::True);
                assert_eq!(or == Truth::True, has(Truth::True));
                assert_eq!(or == Truth::False, a == Truth::False && b == Truth::False);
                // De Morgan.
                let negated = parts().into_iter().map(|part| !part).collect();
                assert_eq!(!and, Finding::any(negated).truth);
            }
        }
        assert_eq!(Finding::all(Vec::new()).truth, Truth::True);
        assert_eq!(Finding::any(Vec::new()).truth, Truth::False);
    }

    #[test]
    fn reasons_are_those_of_the_parts_that_decide() {
        let part = |truth, reason: &str| Finding::new(truth, reason.to_owned());
        let parts = vec![
            part(Truth::True, "dear"),
            part(Truth::Unknown, "of unknown category"),
            part(Truth::True, "late"),
        ];
        assert_eq!(Finding::all(parts.clone()).reasons, ["of unknown category"]);
        assert_eq!(Finding::any(parts.clone()).reasons, ["dear", "late"]);
        assert_eq!(Finding::any(parts).brief().reasons, ["dear, and 1 more"]);
    }
}
