//! What positive evidence outside its turn means: an answer that comes late, a webhook.

use super::{PurchaseOrderNotice as Notice, PurchaseOrderState as S, turn::Turn};
use crate::flow::{NamedDocument, submission::Coverage};

/// The rows of `LateOk`: positive evidence outside its turn counts in every state.
pub(super) fn late_evidence(t: &mut Turn<'_>, documents: &[NamedDocument]) {
    if !documents.is_empty() && t.life.documents.knows_all(documents) {
        t.superseded();
        return;
    }
    let first = t.live_documents().is_empty();
    let known = !t.life.documents.known.is_empty();
    t.adopt(documents);
    match t.life.state {
        // Documents of this order are known already; one more that names none is no news.
        S::Approved | S::SubmitFailed | S::SubmitRejected | S::Cancelled
            if documents.is_empty() && known =>
        {
            t.superseded();
        }
        S::Approved | S::SubmitFailed => {
            t.notify_documents(Notice::LateAnswer);
            t.settle(Notice::LinesWithoutDocument);
        }
        // It can only be the running attempt's own effect, or the server applies the one key once;
        // either way no other document can follow.
        S::Submitting if !t.two_could_live() => {
            if documents.is_empty() {
                t.life.submission.accepted = true;
            } else {
                t.settle(Notice::LinesWithoutDocument);
            }
        }
        // Also when a cancel is wanted: cancelling the one would leave the other alive.
        S::Submitting => {
            t.life.two_may_live = true;
            t.review_documents(Notice::TwoAttemptsMayLive);
        }
        // Accepted under a name still to be found out: not to be sent again.
        S::Unknown | S::Verifying | S::Review if documents.is_empty() => {
            t.life.submission.accepted = true;
        }
        S::Unknown | S::Verifying => t.settle(Notice::LinesWithoutDocument),
        S::Submitted
        | S::ChangeReview
        | S::Confirmed
        | S::PartiallyFulfilled
        | S::Fulfilled
        | S::Invoiced
        | S::CancelPending
        | S::Cancelling
        | S::SupplierRejected
            if documents.is_empty() =>
        {
            t.superseded();
        }
        // The extra document is cancelled too.
        S::CancelPending | S::Cancelling => {}
        // A webhook may have come before the answer and have named less. The page listed only
        // Submitted, as if nothing could come late any more once the supplier has promised.
        S::Submitted
        | S::ChangeReview
        | S::Confirmed
        | S::PartiallyFulfilled
        | S::Fulfilled
        | S::Invoiced
        | S::SupplierRejected
            if t.coverage() != Coverage::Surplus => {}
        S::Submitted
        | S::ChangeReview
        | S::Confirmed
        | S::PartiallyFulfilled
        | S::Fulfilled
        | S::Invoiced
        | S::SupplierRejected => t.review_documents(Notice::SecondPurchaseOrder),
        S::Draft | S::PendingApproval | S::SubmitRejected => {
            t.review_documents(Notice::RejectedYetPresent);
        }
        S::Review if first && t.coverage() == Coverage::Exact && !t.life.two_may_live => {
            t.settle(Notice::LinesWithoutDocument);
        }
        S::Review => t.notify_documents(Notice::SecondPurchaseOrder),
        S::Cancelled | S::Declined if documents.is_empty() => {
            t.life.cancellation.requested = true;
            t.review(Notice::AliveAfterCancellation, "");
        }
        S::Cancelled | S::Declined if t.live_documents().is_empty() => {}
        S::Cancelled | S::Declined => {
            t.notify_documents(Notice::AliveAfterCancellation);
            t.begin_cancel();
            // The evidence may be older than the cancel.
            t.life.cancellation.ambiguous = true;
        }
    }
}
