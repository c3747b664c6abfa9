//! How patient we are with a supplier, and how far it may be off before a person decides.

use super::{ConfirmationTolerance, MatchTolerance};
use crate::{flow::FlowPolicy, unit::Rate};
use serde::{Deserialize, Serialize};

/// How purchase orders at one supplier are driven. All spans are milliseconds.
///
/// The defaults are patient and exact: a quote holds as long as shops hold theirs, people are
/// reminded once a day, and nothing may differ from the order unless somebody writes down by how
/// much.
///
/// ```
/// use replenish::flow::PurchasePolicy;
/// let policy: PurchasePolicy = serde_json::from_str(r#"{
///     "price_drift": "0.02", "confirmation": {"days_later": 2}, "matching": {"over_delivery": "0.05"}
/// }"#)?;
/// assert_eq!(policy.quote_validity_ms, Some(900_000));
/// assert_eq!((policy.poll_interval_ms, policy.max_probes), (900_000, 4));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct PurchasePolicy {
    /// How its connection is driven. Its revision is that of the whole policy: whoever changes anything
    /// here raises it.
    pub connection: FlowPolicy,
    /// How long a quote holds; without it the supplier gives none, and none is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_validity_ms: Option<u64>,
    /// By which share of the order's net amount its quote may be off, either way, for an approval of
    /// the order to hold.
    #[cfg_attr(target_family = "wasm", tsify(type = "Rate"))]
    pub price_drift: Rate,
    /// How long an approver may take before being reminded, again and again.
    pub approval_reminder_ms: u64,
    /// How long after an order was placed, and after each look, the supplier is asked whether it
    /// confirms, in case its webhook is lost.
    pub poll_interval_ms: u64,
    /// How often it is asked before a person is told that nothing is confirmed.
    pub max_probes: u32,
    /// How often an order that is overdue at the supplier is looked at again: one that is not
    /// confirmed after all probes, and one whose promised day has passed.
    pub overdue_interval_ms: u64,
    /// How long after the last goods the invoice may take before a person is told, again and again.
    pub invoice_reminder_ms: u64,
    /// How far a promise may be off before a person has to agree.
    pub confirmation: ConfirmationTolerance,
    /// How far order, goods and invoice may disagree.
    pub matching: MatchTolerance,
}

impl Default for PurchasePolicy {
    fn default() -> Self {
        Self {
            connection: FlowPolicy::default(),
            quote_validity_ms: Some(900_000),
            price_drift: Rate::default(),
            approval_reminder_ms: 86_400_000,
            poll_interval_ms: 900_000,
            max_probes: 4,
            overdue_interval_ms: 86_400_000,
            invoice_reminder_ms: 604_800_000,
            confirmation: ConfirmationTolerance::default(),
            matching: MatchTolerance::default(),
        }
    }
}
