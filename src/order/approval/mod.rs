//! Who has to approve a purchase order, by rules that are data.
//!
//! Read in this order: [`ApprovalRules`] and [`ApprovalCondition`] (what a company writes down),
//! `check` (what could never be satisfied), [`ApprovalContext`] and `facts` (what is true of an
//! order), [`Approval`] (what was said about it), `levels` (whose approvals fill which level),
//! [`decide`] (the decision).
//!
//! # Plain conditions, no expression language
//!
//! Conditions are fields that a form can show. There are few of them, each can be checked when the
//! rules are read and not when an order hangs, each can say in words and numbers why it holds, and
//! none can loop, overflow or read what it should not. What an expression would add, comparisons
//! joined by and, or and not, `all_of`, `any_of` and `none_of` do too.

mod check;
#[cfg(test)]
mod check_tests;
mod condition;
mod decide;
#[cfg(test)]
mod decide_tests;
mod facts;
#[cfg(test)]
mod facts_tests;
mod given;
mod levels;
mod rules;
#[cfg(test)]
mod sample;

pub use condition::ApprovalCondition;
pub use decide::{ApprovalDecision, ApprovalStatus, FiredRule, NeededLevel, decide};
pub use facts::{ApprovalContext, Budget, LastPaid};
pub use given::{
    Approval, ApprovalStanding, ApprovalSubject, ApprovedLine, GivenApproval, Verdict,
};
pub use rules::{
    ApprovalAmount, ApprovalLevel, ApprovalOutcome, ApprovalRole, ApprovalRule, ApprovalRules,
    Approver, LevelSequence, PersonCounts,
};
