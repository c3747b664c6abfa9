//! The verbs of the table: what one step changes in a life and asks to be done.

use super::{Audit, Notice, SaleOrderCommand, SaleOrderLife, SaleOrderState as S};
use crate::{
    flow::{
        FlowPolicy, NamedDocument, TransitionError, rollup,
        submission::{Awaited, Coverage, list, notice_key},
    },
    unit::{DocumentId, Timestamp},
};

/// One step under way.
pub(super) struct Turn<'a> {
    pub(super) life: &'a mut SaleOrderLife,
    pub(super) now: Timestamp,
    pub(super) policy: &'a FlowPolicy,
    before: S,
    commands: Vec<SaleOrderCommand>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(life: &'a mut SaleOrderLife, now: Timestamp, policy: &'a FlowPolicy) -> Self {
        let before = life.state;
        Self { life, now, policy, before, commands: Vec::new() }
    }

    /// The parent is recomputed whenever the order counts elsewhere than before.
    pub(super) fn finish(mut self) -> Vec<SaleOrderCommand> {
        self.life.last_at = Some(self.now);
        if rollup::bucket(self.before) != rollup::bucket(self.life.state) {
            self.commands.push(SaleOrderCommand::Parent {});
        }
        self.commands
    }

    // Moving.

    pub(super) fn go(&mut self, state: S) {
        self.life.state = state;
        self.life.awaited = None;
        if self.life.wake_at.take().is_some() {
            self.commands.push(SaleOrderCommand::CancelTimer {});
        }
    }

    pub(super) fn wait(&mut self, state: S, delay_ms: u64) {
        self.life.state = state;
        self.life.awaited = None;
        self.timer(delay_ms);
    }

    pub(super) fn rearm(&mut self) {
        if let Some(at) = self.life.wake_at {
            self.commands.push(SaleOrderCommand::Timer { at });
        }
    }

    pub(super) fn superseded(&mut self) {
        self.life.superseded = self.life.superseded.saturating_add(1);
    }

    fn timer(&mut self, delay_ms: u64) {
        let at = self.now.plus_millis(delay_ms);
        self.life.wake_at = Some(at);
        self.commands.push(SaleOrderCommand::Timer { at });
    }

    // Telling.

    pub(super) fn notify(&mut self, notice: Notice, detail: &str) {
        let SaleOrderLife { id, submission, cancellation, .. } = &*self.life;
        let key = notice_key(id.as_str(), notice.name(), submission.count, cancellation.round);
        self.commands.push(SaleOrderCommand::Notify { notice, key, detail: detail.to_owned() });
    }

    pub(super) fn notify_documents(&mut self, notice: Notice) {
        self.notify(notice, &list(&self.live_documents()));
    }

    /// Whose documents an answer to us named.
    pub(super) fn tell_foreign(&mut self, reference: &str, documents: &[NamedDocument]) {
        let documents: Vec<DocumentId> = documents.iter().map(|n| n.document.clone()).collect();
        let detail = format!("{reference}: {}", list(&documents));
        self.notify(Notice::DocumentOfAnotherOrder, detail.trim_end_matches([':', ' ']));
    }

    pub(super) fn audit(&mut self, audit: Audit, detail: &str) {
        self.commands.push(SaleOrderCommand::Audit { audit, detail: detail.to_owned() });
    }

    pub(super) fn audit_documents(&mut self, audit: Audit, documents: &[DocumentId]) {
        self.audit(audit, &list(documents));
    }

    // Submitting.

    pub(super) fn begin_submission(&mut self) {
        self.life.submission.begin(self.now);
    }

    pub(super) fn create(&mut self) -> Result<(), TransitionError> {
        let payload = self.life.submission.attempt(self.now)?;
        let command = SaleOrderCommand::Create {
            request: self.life.last_request.saturating_add(1),
            attempt: self.life.submission.attempts,
            idempotency_key: self.life.submission.key(self.life.id.as_str()),
            payload,
        };
        self.ask(S::Sending, command);
        Ok(())
    }

    pub(super) fn look_up(&mut self) {
        self.life.submission.look_up();
        let command = SaleOrderCommand::Lookup {
            request: self.life.last_request.saturating_add(1),
            attempt: self.life.submission.lookups,
            idempotency_key: self.life.submission.lookup_key(self.life.id.as_str()),
        };
        self.ask(S::Verifying, command);
    }

    /// Sends a request and waits for its answer at most as long as a request can live.
    fn ask(&mut self, state: S, command: SaleOrderCommand) {
        self.commands.push(command);
        self.wait(state, self.policy.request_lifetime_ms());
        self.life.last_request = self.life.last_request.saturating_add(1);
        self.life.awaited = Some(Awaited { request: self.life.last_request, since: self.now });
    }

    // Ending an attempt to create.

    /// Decides by the documents now known; whatever is not exactly one order goes to a person.
    pub(super) fn settle(&mut self, otherwise: Notice) {
        match self.coverage() {
            Coverage::Exact => {
                self.life.submission.ambiguous = false;
                if self.life.cancellation.requested {
                    self.begin_cancel();
                } else {
                    self.go(S::Sent);
                }
            }
            Coverage::Missing | Coverage::Surplus if self.cancels_all() => self.begin_cancel(),
            Coverage::Missing | Coverage::Surplus => self.review_documents(otherwise),
            Coverage::Ended => {
                self.life.submission.ambiguous = false;
                self.audit(Audit::NullifiedRemotely, "");
                self.go(S::Nullified);
            }
        }
    }

    /// A person has said which documents live and that they are to go: then all of them can.
    fn cancels_all(&self) -> bool {
        self.before == S::Review
            && self.life.cancellation.requested
            && !self.life.submission.ambiguous
            && !self.live_documents().is_empty()
    }

    /// Waits before finding out what became of an attempt.
    pub(super) fn doubt(&mut self, retry_after_ms: Option<u64>) {
        let SaleOrderLife { id, submission, .. } = &mut *self.life;
        let wait = submission.doubt(id.as_str(), retry_after_ms, self.now, self.policy);
        self.wait(S::Unknown, wait);
    }

    pub(super) fn review(&mut self, notice: Notice, detail: &str) {
        self.notify(notice, detail);
        self.go(S::Review);
    }

    pub(super) fn review_documents(&mut self, notice: Notice) {
        self.notify_documents(notice);
        self.go(S::Review);
    }

    pub(super) fn never_applied(&mut self) {
        self.life.submission.ambiguous = false;
        self.audit(Audit::NeverApplied, "");
        self.go(S::Nullified);
    }

    pub(super) fn undeliverable(&mut self) {
        self.life.submission.ambiguous = false;
        self.notify(Notice::Undeliverable, "");
        self.go(S::Failed);
    }

    // Cancelling.

    pub(super) fn begin_cancel(&mut self) {
        self.life.cancellation.begin(self.now);
        self.wait(S::CancelPending, 0);
    }

    /// Cancels the doubtful document again, or else the first living one; never none.
    pub(super) fn cancel_next(&mut self) {
        let live = self.live_documents();
        let Some(document) = self.life.cancellation.attempt(live) else {
            self.review(Notice::NothingToCancel, "");
            return;
        };
        let command = SaleOrderCommand::Cancel {
            request: self.life.last_request.saturating_add(1),
            attempt: self.life.cancellation.attempts,
            idempotency_key: self.life.cancellation.key(self.life.id.as_str(), &document),
            document,
        };
        self.ask(S::Cancelling, command);
    }

    /// The document under way is cancelled; the next one follows.
    pub(super) fn cancelled(&mut self) {
        if let Some(document) = self.life.cancellation.next(self.now) {
            self.life.documents.end(self.now, |entry| entry.document == document);
        }
        if self.live_documents().is_empty() {
            self.go(S::Nullified);
        } else {
            self.wait(S::CancelPending, 0);
        }
    }

    /// The cancel did not happen. That settles it only when no earlier attempt is in doubt (as for
    /// rejections) and nothing was cancelled yet; the page went to Sent always.
    pub(super) fn stays_alive(&mut self, notice: Notice, reason: &str) {
        self.life.cancellation.requested = false;
        self.notify(notice, reason);
        if self.life.cancellation.ambiguous {
            self.review_documents(Notice::CancelOutcomeUnknown);
        } else if self.coverage() == Coverage::Exact {
            self.go(S::Sent);
        } else {
            self.review_documents(Notice::PartlyCancelled);
        }
    }

    // Documents.

    pub(super) fn adopt(&mut self, documents: &[NamedDocument]) {
        self.life.documents.adopt(documents, self.now);
    }

    pub(super) fn live_documents(&self) -> Vec<DocumentId> {
        self.life.documents.live()
    }

    pub(super) fn coverage(&self) -> Coverage {
        self.life.documents.coverage()
    }

    pub(super) fn end_all(&mut self) {
        self.life.documents.end(self.now, |_| true);
        self.life.submission.accepted = false;
        self.life.cancellation.end();
    }

    /// Marks what the other system nullified; whether nothing can be alive any more.
    pub(super) fn end_remotely(&mut self, documents: &[DocumentId]) -> bool {
        if documents.is_empty() {
            self.end_all();
            self.life.submission.ambiguous = false;
            return true;
        }
        self.life.documents.end_remotely(documents, self.now) && !self.life.submission.ambiguous
    }

    /// Takes a person's word for which documents live. Known ones that are not named have ended.
    pub(super) fn operator_says(
        &mut self,
        documents: &[NamedDocument],
    ) -> Result<(), TransitionError> {
        self.life.documents.operator_says(documents, self.now);
        let enough = match self.coverage() {
            Coverage::Exact => true,
            Coverage::Missing | Coverage::Surplus => {
                self.life.cancellation.requested && !self.live_documents().is_empty()
            }
            Coverage::Ended => false,
        };
        if !enough {
            let got = self.life.documents.describe_coverage();
            return Err(TransitionError::DocumentsIncomplete { got });
        }
        self.life.submission.ambiguous = false;
        Ok(())
    }

    // Guards.

    pub(super) fn keyed(&self) -> bool {
        self.life.submission.keyed(self.now, self.policy)
    }

    pub(super) fn one_key(&self) -> bool {
        self.life.submission.one_key(self.now, self.policy)
    }

    pub(super) fn attempts_left(&self) -> bool {
        self.life.submission.attempts_left(self.now, self.policy)
    }

    pub(super) fn within_total(&self, wait_ms: u64) -> bool {
        self.life.submission.within_total(wait_ms, self.now, self.policy)
    }

    pub(super) fn cancel_attempts_left(&self) -> bool {
        self.life.cancellation.attempts_left(self.now, self.policy)
    }

    pub(super) fn cancel_within_total(&self, wait_ms: u64) -> bool {
        self.life.cancellation.within_total(wait_ms, self.now, self.policy)
    }

    pub(super) fn resolves_by_lookup(&self) -> bool {
        self.life.submission.resolves_by_lookup(self.now, self.policy)
    }

    pub(super) fn lookups_left(&self) -> bool {
        self.life.submission.lookups_left(self.policy)
    }

    pub(super) fn rest_of_settle_window(&self) -> Option<u64> {
        let asked_at = self.life.awaited.map_or(self.now, |awaited| awaited.since);
        self.life.submission.rest_of_settle_window(asked_at, self.now)
    }

    // Waits.

    pub(super) fn create_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        self.life.submission.wait_ms(self.life.id.as_str(), retry_after_ms, self.policy)
    }

    pub(super) fn lookup_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        self.life.submission.lookup_wait_ms(self.life.id.as_str(), retry_after_ms, self.policy)
    }

    pub(super) fn cancel_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        self.life.cancellation.wait_ms(self.life.id.as_str(), retry_after_ms, self.policy)
    }
}
