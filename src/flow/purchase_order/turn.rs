//! The verbs of the table that every sent order has: moving, telling, submitting, cancelling.

use super::{
    PurchaseOrderAudit as Audit, PurchaseOrderCommand as Command, PurchaseOrderEvent as E,
    PurchaseOrderLife, PurchaseOrderNotice as Notice, PurchaseOrderState as S, PurchaseOrderStep,
    PurchasePolicy,
};
use crate::{
    flow::{
        FlowPolicy, NamedDocument, TransitionError,
        submission::{Awaited, Coverage, key, list},
    },
    unit::{DocumentId, Invalid, Timestamp},
};

/// What refusals call it.
pub(super) const OBJECT: &str = "a purchase order";

/// One step under way.
pub(super) struct Turn<'a> {
    pub(super) life: PurchaseOrderLife,
    pub(super) now: Timestamp,
    pub(super) policy: &'a PurchasePolicy,
    /// Where the order stood before.
    pub(super) before: S,
    /// Quantities or terms have changed, which the parent shows too.
    pub(super) changed: bool,
    pub(super) event: &'static str,
    commands: Vec<Command>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        life: &PurchaseOrderLife,
        event: &E,
        now: Timestamp,
        policy: &'a PurchasePolicy,
    ) -> Self {
        Self {
            life: life.clone(),
            now,
            policy,
            before: life.state,
            changed: false,
            event: event.name(),
            commands: Vec::new(),
        }
    }

    /// The parent is recomputed whenever it could show something else.
    pub(super) fn finish(mut self) -> PurchaseOrderStep {
        self.life.last_at = Some(self.now);
        if self.changed || self.before != self.life.state {
            self.commands.push(Command::Parent {});
        }
        PurchaseOrderStep { life: self.life, commands: self.commands }
    }

    /// A refusal of something in the event.
    pub(super) fn invalid(&self, field: &'static str, problem: Invalid) -> TransitionError {
        let (object, state, event) = (OBJECT, self.before.name(), self.event);
        TransitionError::InvalidInput { object, state, event, field, problem }
    }

    /// A refusal of who it comes from.
    pub(super) fn not_allowed(&self, person: String, reason: String) -> TransitionError {
        let (object, state, event) = (OBJECT, self.before.name(), self.event);
        TransitionError::NotAllowed { object, state, event, person, reason }
    }

    pub(super) fn connection(&self) -> &'a FlowPolicy {
        &self.policy.connection
    }

    // Moving.

    pub(super) fn go(&mut self, state: S) {
        self.life.state = state;
        self.life.awaited = None;
        if self.life.wake_at.take().is_some() {
            self.tell(Command::CancelTimer {});
        }
    }

    pub(super) fn wait(&mut self, state: S, delay_ms: u64) {
        self.wait_until(state, self.now.plus_millis(delay_ms));
    }

    pub(super) fn wait_until(&mut self, state: S, at: Timestamp) {
        self.life.state = state;
        self.life.awaited = None;
        self.life.wake_at = Some(at);
        self.tell(Command::Timer { at });
    }

    pub(super) fn rearm(&mut self) {
        if let Some(at) = self.life.wake_at {
            self.tell(Command::Timer { at });
        }
    }

    pub(super) fn superseded(&mut self) {
        self.life.superseded = self.life.superseded.saturating_add(1);
    }

    // Telling.

    pub(super) fn tell(&mut self, command: Command) {
        self.commands.push(command);
    }

    pub(super) fn notify(&mut self, notice: Notice, detail: &str) {
        let key = self.key_of(&format!("notify/{}", notice.name()));
        self.tell(Command::Notify { notice, key, detail: detail.to_owned() });
    }

    pub(super) fn notify_documents(&mut self, notice: Notice) {
        self.notify(notice, &list(&self.live_documents()));
    }

    /// Whose documents an answer to us named.
    pub(super) fn tell_foreign(&mut self, reference: &str, documents: &[NamedDocument]) {
        let mut documents: Vec<DocumentId> =
            documents.iter().map(|named| named.document.clone()).collect();
        documents.dedup();
        let detail = format!("{reference}: {}", list(&documents));
        self.notify(Notice::DocumentOfAnotherOrder, detail.trim_end_matches([':', ' ']));
    }

    pub(super) fn audit(&mut self, audit: Audit, detail: &str) {
        self.tell(Command::Audit { audit, detail: detail.to_owned() });
    }

    /// Names something of this revision, submission and round of cancelling.
    pub(super) fn key_of(&self, operation: &str) -> String {
        let PurchaseOrderLife { id, terms, submission, cancellation, .. } = &self.life;
        let key = key(operation, id.as_str(), terms.revision, None);
        format!("{key}/{}/{}", submission.count, cancellation.round)
    }

    // Asking.

    /// The number of a request that is made now.
    pub(super) fn request(&mut self) -> u32 {
        self.life.last_request = self.life.last_request.saturating_add(1);
        self.life.last_request
    }

    pub(super) fn awaits(&mut self, request: u32) {
        self.life.awaited = Some(Awaited { request, since: self.now });
    }

    /// Waits for the answer to a request at most as long as a request can live.
    fn ask(&mut self, state: S, request: u32, command: Command) {
        self.tell(command);
        self.wait(state, self.connection().request_lifetime_ms());
        self.awaits(request);
    }

    /// Reads where the order stands; what it says comes like a webhook.
    pub(super) fn read(&mut self) {
        let request = self.request();
        let (probe, documents) = (self.life.probes, self.live_documents());
        let idempotency_key = self.key_of("read");
        self.tell(Command::Read { request, probe, idempotency_key, documents });
    }

    // Submitting.

    /// Sends the order, as a new submission unless one of this key is under way.
    pub(super) fn create(&mut self) -> Result<(), TransitionError> {
        if self.life.submission.first_sent_at.is_none() || self.before == S::SubmitFailed {
            self.life.submission.begin(self.now);
        }
        let payload = self.life.submission.attempt(self.now)?;
        let request = self.request();
        let attempt = self.life.submission.attempts;
        let idempotency_key = self.life.submission.key(self.life.id.as_str());
        let command = Command::Create { request, attempt, idempotency_key, payload };
        self.ask(S::Submitting, request, command);
        Ok(())
    }

    pub(super) fn look_up(&mut self) {
        self.life.submission.look_up();
        let request = self.request();
        let attempt = self.life.submission.lookups;
        let idempotency_key = self.life.submission.lookup_key(self.life.id.as_str());
        self.ask(S::Verifying, request, Command::Lookup { request, attempt, idempotency_key });
    }

    /// Waits before finding out what became of an attempt.
    pub(super) fn doubt(&mut self, retry_after_ms: Option<u64>) {
        let policy = self.connection();
        let PurchaseOrderLife { id, submission, .. } = &mut self.life;
        let wait = submission.doubt(id.as_str(), retry_after_ms, self.now, policy);
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

    /// Cancelled without anything at the supplier.
    pub(super) fn never_applied(&mut self) {
        let never_sent = self.life.submission.count == 0;
        self.life.submission.ambiguous = false;
        self.life.cancellation.requested = true;
        self.audit(if never_sent { Audit::NeverSent } else { Audit::NeverApplied }, "");
        self.go(S::Cancelled);
    }

    pub(super) fn undeliverable(&mut self) {
        self.life.submission.ambiguous = false;
        self.notify(Notice::Undeliverable, "");
        self.go(S::SubmitFailed);
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
        let request = self.request();
        let attempt = self.life.cancellation.attempts;
        let idempotency_key = self.life.cancellation.key(self.life.id.as_str(), &document);
        let command = Command::Cancel { request, attempt, idempotency_key, document };
        self.ask(S::Cancelling, request, command);
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

    /// Nothing is alive any more.
    pub(super) fn end_all(&mut self) {
        self.life.documents.end(self.now, |_| true);
        self.life.submission.accepted = false;
        self.life.submission.ambiguous = false;
        self.life.cancellation.end();
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
        self.life.two_may_live = false;
        Ok(())
    }

    // Guards.

    pub(super) fn keyed(&self) -> bool {
        self.life.submission.keyed(self.now, self.connection())
    }

    /// Whether two attempts with different keys could both be applied: one was ever in doubt, and the
    /// server does not apply the one key once.
    pub(super) fn two_could_live(&self) -> bool {
        self.life.submission.doubted && !self.life.submission.one_key(self.now, self.connection())
    }

    pub(super) fn attempts_left(&self) -> bool {
        self.life.submission.attempts_left(self.now, self.connection())
    }

    pub(super) fn within_total(&self, wait_ms: u64) -> bool {
        self.life.submission.within_total(wait_ms, self.now, self.connection())
    }

    pub(super) fn cancel_attempts_left(&self) -> bool {
        self.life.cancellation.attempts_left(self.now, self.connection())
    }

    pub(super) fn cancel_within_total(&self, wait_ms: u64) -> bool {
        self.life.cancellation.within_total(wait_ms, self.now, self.connection())
    }

    pub(super) fn resolves_by_lookup(&self) -> bool {
        self.life.submission.resolves_by_lookup(self.now, self.connection())
    }

    pub(super) fn lookups_left(&self) -> bool {
        self.life.submission.lookups_left(self.connection())
    }

    pub(super) fn rest_of_settle_window(&self) -> Option<u64> {
        let asked_at = self.life.awaited.map_or(self.now, |awaited| awaited.since);
        self.life.submission.rest_of_settle_window(asked_at, self.now)
    }

    // Waits.

    pub(super) fn create_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        self.life.submission.wait_ms(self.life.id.as_str(), retry_after_ms, self.connection())
    }

    pub(super) fn lookup_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        let id = self.life.id.as_str();
        self.life.submission.lookup_wait_ms(id, retry_after_ms, self.connection())
    }

    pub(super) fn cancel_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        self.life.cancellation.wait_ms(self.life.id.as_str(), retry_after_ms, self.connection())
    }
}
