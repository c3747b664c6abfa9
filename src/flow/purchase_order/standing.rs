//! Where an order stands at its supplier by what the supplier has said: a function of the facts and
//! of nothing else, so that the statements may come in any order.

use super::{
    Bearing, Delivery, Disagreement, Match, MatchOutcome, PurchaseOrderLife,
    PurchaseOrderNotice as Notice, PurchaseOrderState as S, PurchasePolicy, SupplierStatus,
    differences, three_way_match,
};
use crate::{
    flow::submission::Coverage,
    unit::{Day, LineId, Quantity, Timestamp},
};

/// Where an order stands at its supplier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// Something is still to come; it can be cancelled.
    Alive(S),
    /// All goods that will come have come.
    Complete(S),
    /// Nothing of it will come.
    Ended(S),
    /// The supplier contradicts itself, or holds more than one order.
    Doubtful(Notice),
    /// Goods or invoices are not as they should be.
    Wrong(Notice),
}

impl PurchaseOrderLife {
    /// Words are read by the last one; an earlier one still counts where the last does not take it
    /// back. What has come counts for more than any promise.
    pub(super) fn standing(&self, policy: &PurchasePolicy) -> Standing {
        use SupplierStatus as W;
        let last = self.facts.status();
        let said = |word: W| self.facts.has_said(word);
        let received = self.facts.something_received();
        if self.two_may_live {
            return Standing::Doubtful(Notice::TwoAttemptsMayLive);
        }
        if self.documents.coverage() == Coverage::Surplus {
            return Standing::Doubtful(Notice::SecondPurchaseOrder);
        }
        if last == Some(W::Rejected) && !received {
            return Standing::Ended(S::SupplierRejected);
        }
        // Taken back after it was refused, while it may have been bought elsewhere.
        if said(W::Rejected) && last != Some(W::Cancelled) {
            return Standing::Doubtful(Notice::RejectedYetPresent);
        }
        if said(W::Cancelled) {
            if !matches!(last, Some(W::Cancelled | W::Invoiced)) {
                return Standing::Doubtful(Notice::AliveAfterCancellation);
            }
            if !received {
                return if self.something_invoiced() {
                    Standing::Wrong(Notice::InvoiceMismatch)
                } else {
                    Standing::Ended(S::Cancelled)
                };
            }
        }
        self.goods(policy).unwrap_or_else(|| Standing::Alive(self.promised_standing(policy)))
    }

    /// By goods and invoices; nothing while goods are awaited.
    fn goods(&self, policy: &PurchasePolicy) -> Option<Standing> {
        let open = self.matched(Delivery::Open, policy);
        let with = |bearing: Bearing, which: fn(&Disagreement) -> bool| {
            let mut found = open.differences.iter();
            found.any(|difference| difference.bearing == bearing && which(&difference.disagreement))
        };
        if with(Bearing::Beyond, |it| matches!(it, Disagreement::OverDelivered { .. })) {
            return Some(Standing::Wrong(Notice::OverDelivery));
        }
        let awaited = with(Bearing::Open, |it| matches!(it, Disagreement::UnderDelivered { .. }));
        let came = self.facts.something_received() && !awaited;
        if !came && !self.is_short() {
            return None;
        }
        Some(match self.matched(Delivery::Closed, policy).outcome {
            MatchOutcome::Mismatch => Standing::Wrong(Notice::InvoiceMismatch),
            // A credit note that leaves goods without an invoice is no invoice that is missing.
            MatchOutcome::MatchesSoFar if self.something_credited() => {
                Standing::Wrong(Notice::InvoiceMismatch)
            }
            MatchOutcome::Matched if self.something_invoiced() => Standing::Complete(S::Invoiced),
            MatchOutcome::Matched | MatchOutcome::MatchesSoFar => Standing::Complete(S::Fulfilled),
        })
    }

    fn promised_standing(&self, policy: &PurchasePolicy) -> S {
        use SupplierStatus as W;
        let said = |word: W| self.facts.has_said(word);
        if self.facts.something_received() || said(W::PartiallyFulfilled) || said(W::Fulfilled) {
            return S::PartiallyFulfilled;
        }
        if !said(W::PartiallyConfirmed) && !said(W::Confirmed) {
            return S::Submitted;
        }
        if self.changes(policy).is_empty() { S::Confirmed } else { S::ChangeReview }
    }

    /// The lines that are promised otherwise than ordered or agreed, beyond tolerance.
    pub(super) fn changes(&self, policy: &PurchasePolicy) -> Vec<LineId> {
        let found = differences(&self.terms.ordered, &self.facts, &policy.confirmation);
        let mut lines: Vec<LineId> = Vec::new();
        for found in found.into_iter().filter(|found| found.beyond) {
            if lines.last() != Some(&found.line) {
                lines.push(found.line);
            }
        }
        lines
    }

    fn matched(&self, delivery: Delivery, policy: &PurchasePolicy) -> Match {
        let charges = Some(self.terms.charges);
        three_way_match(&self.terms.ordered, charges, &self.facts, delivery, &policy.matching)
    }

    pub(super) fn something_invoiced(&self) -> bool {
        let some = |quantity: Option<Quantity>| quantity.is_some_and(|it| !it.is_zero());
        self.terms.ordered.iter().any(|line| some(self.facts.line(&line.line).invoiced))
    }

    fn something_credited(&self) -> bool {
        let some = |quantity: Option<Quantity>| quantity.is_some_and(|it| !it.is_zero());
        self.terms.ordered.iter().any(|line| some(self.facts.line(&line.line).credited))
    }

    /// When the last promised goods are late: the end of their day, in UTC.
    pub(super) fn late_at(&self) -> Timestamp {
        let day = |line: &super::OrderedLine| {
            let said = self.facts.line(&line.line);
            let later = said.back_order.and_then(|later| later.day);
            said.promised.max(later).unwrap_or(line.requested)
        };
        self.terms.ordered.iter().map(day).max().map_or(Timestamp(i64::MAX), end_of)
    }
}

/// The end of a day in UTC.
fn end_of(day: Day) -> Timestamp {
    const DAY_MS: i64 = 86_400_000;
    // INVARIANT: the text is a day.
    let epoch: Day = "1970-01-01".parse().unwrap_or(day);
    Timestamp(epoch.days_until(day).saturating_add(1).saturating_mul(DAY_MS))
}
