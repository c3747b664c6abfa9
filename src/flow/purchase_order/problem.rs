//! What an event says about whether things go well.

use super::{PurchaseOrderEvent as E, PurchaseOrderLife, PurchaseOrderState as S};
use crate::{
    flow::{FailureKind, LastError, sale_order::News},
    unit::Timestamp,
};

/// What an event means to an order that stands like this. Only what the order waits for counts: the
/// failure of an attempt that is over says nothing new.
pub(super) fn news(life: &PurchaseOrderLife, event: &E, now: Timestamp) -> News {
    let awaited = life.awaited.map(|awaited| awaited.request);
    let late = event.request().is_some_and(|request| Some(request) != awaited);
    let agreed = matches!(life.state, S::Confirmed | S::PartiallyFulfilled);
    let bad = |kind, said: Option<&str>| {
        let kind = if agreed { FailureKind::AgreementUndelivered } else { kind };
        News::Bad(LastError::new(now, kind, said))
    };
    match event {
        E::Ok { .. }
        | E::Duplicate { .. }
        | E::LateOk { .. }
        | E::LookupFound { .. }
        | E::CancelOk { .. }
        | E::WhConfirmed { .. }
        | E::WhRejected { .. }
        | E::WhFulfilled { .. }
        | E::WhCancelled { .. }
        | E::WhInvoiced { .. }
        | E::OperatorPresent { .. }
        | E::OperatorAbsent {}
        | E::OperatorSettle {} => News::Good,
        E::LinesChanged { .. }
        | E::Priced { .. }
        | E::RequestApproval { .. }
        | E::Approve { .. }
        | E::Decline { .. }
        | E::Submit {}
        | E::CancelRequested {}
        | E::AcceptChange {}
        | E::DeclineChange {}
        | E::CloseShort {}
        | E::OkIncomplete { .. }
        | E::LookupAbsent { .. } => News::None,
        _ if late => News::None,
        E::Reject { message, .. } => bad(FailureKind::Rejected, Some(message)),
        E::NotSent { .. } => bad(FailureKind::NotSent, None),
        E::Throttled { .. } => bad(FailureKind::Throttled, None),
        E::Ambiguous { .. } => bad(FailureKind::NoAnswer, None),
        E::LookupFail { .. } => bad(FailureKind::LookupFailed, None),
        E::CancelRefused { reason, .. } => bad(FailureKind::CancelRefused, Some(reason)),
        E::CancelAmbiguous { .. } => bad(FailureKind::CancelNoAnswer, None),
        E::ForeignAnswer { reference, .. } => {
            News::Bad(LastError::new(now, FailureKind::ForeignAnswer, Some(reference)))
        }
        E::TimerDue {} | E::Recover {} => match life.state {
            S::Submitting => bad(FailureKind::NoAnswer, None),
            S::Verifying => bad(FailureKind::LookupFailed, None),
            S::Cancelling => bad(FailureKind::CancelNoAnswer, None),
            S::Draft
            | S::PendingApproval
            | S::Approved
            | S::Unknown
            | S::Submitted
            | S::ChangeReview
            | S::Confirmed
            | S::PartiallyFulfilled
            | S::Fulfilled
            | S::Invoiced
            | S::CancelPending
            | S::SupplierRejected
            | S::SubmitRejected
            | S::SubmitFailed
            | S::Declined
            | S::Cancelled
            | S::Review => News::None,
        },
    }
}
