//! The verbs of the table: what one step changes in a life and asks to be done.

use super::{
    Audit, LineDocument, Notice, SaleOrderCommand, SaleOrderLife, SaleOrderState as S,
    SaleOrderStep, life::Awaited,
};
use crate::{
    flow::{FlowPolicy, NamedDocument, TransitionError, rollup},
    unit::{DocumentId, LineId, SaleOrderId, Timestamp, sort_by},
};

/// How an order's living documents cover its lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Coverage {
    /// Some line has no living document.
    Missing,
    /// Every line has one, and no other line has any.
    Exact,
    /// Some line has several, or a line that is not ours has one.
    Surplus,
    /// Every line has had one and none is alive.
    Ended,
}

/// One step under way.
pub(super) struct Turn<'a> {
    pub(super) life: SaleOrderLife,
    pub(super) now: Timestamp,
    pub(super) policy: &'a FlowPolicy,
    before: S,
    commands: Vec<SaleOrderCommand>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(life: &SaleOrderLife, now: Timestamp, policy: &'a FlowPolicy) -> Self {
        Self { life: life.clone(), now, policy, before: life.state, commands: Vec::new() }
    }

    /// The parent is recomputed whenever the order counts elsewhere than before.
    pub(super) fn finish(mut self) -> SaleOrderStep {
        if rollup::bucket(self.before) != rollup::bucket(self.life.state) {
            self.commands.push(SaleOrderCommand::Parent {});
        }
        SaleOrderStep { life: self.life, commands: self.commands }
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
        let SaleOrderLife { id, submission, cancel_round, .. } = &self.life;
        let key = key(&format!("notify/{}", notice.name()), id, *submission, None);
        let key = format!("{key}/{cancel_round}");
        self.commands.push(SaleOrderCommand::Notify { notice, key, detail: detail.to_owned() });
    }

    pub(super) fn notify_documents(&mut self, notice: Notice) {
        self.notify(notice, &list(&self.live_documents()));
    }

    pub(super) fn audit(&mut self, audit: Audit, detail: &str) {
        self.commands.push(SaleOrderCommand::Audit { audit, detail: detail.to_owned() });
    }

    pub(super) fn audit_documents(&mut self, audit: Audit, documents: &[DocumentId]) {
        self.audit(audit, &list(documents));
    }

    // Submitting.

    /// Takes the payload of this revision, once.
    pub(super) fn freeze(&mut self, payload: &str) -> Result<(), TransitionError> {
        match &self.life.payload {
            None => self.life.payload = Some(payload.to_owned()),
            Some(frozen) if frozen == payload => {}
            Some(frozen) => {
                return Err(TransitionError::PayloadFrozen {
                    revision: self.life.revision,
                    expected: frozen.len(),
                    got: payload.len(),
                });
            }
        }
        Ok(())
    }

    /// Takes another payload as the next revision.
    pub(super) fn revise(&mut self, payload: &str) -> Result<(), TransitionError> {
        if self.life.payload.as_deref() == Some(payload) {
            return Err(TransitionError::Unchanged { revision: self.life.revision });
        }
        self.life.payload = Some(payload.to_owned());
        self.new_key();
        Ok(())
    }

    pub(super) fn new_key(&mut self) {
        self.life.revision = self.life.revision.saturating_add(1);
        self.life.first_sent_at = None;
    }

    pub(super) fn begin_submission(&mut self) {
        self.life.submission = self.life.submission.saturating_add(1);
        self.life.submitted_at = Some(self.now);
        self.life.attempts = 0;
        self.life.throttles = 0;
        self.life.accepted = false;
    }

    pub(super) fn create(&mut self) -> Result<(), TransitionError> {
        let payload = self.life.payload.clone().ok_or(TransitionError::PayloadMissing)?;
        self.life.attempts = self.life.attempts.saturating_add(1);
        self.life.first_sent_at.get_or_insert(self.now);
        let command = SaleOrderCommand::Create {
            request: self.life.last_request.saturating_add(1),
            attempt: self.life.attempts,
            idempotency_key: self.create_key(),
            payload,
        };
        self.ask(S::Sending, command);
        Ok(())
    }

    pub(super) fn look_up(&mut self) {
        self.life.lookups = self.life.lookups.saturating_add(1);
        let command = SaleOrderCommand::Lookup {
            request: self.life.last_request.saturating_add(1),
            attempt: self.life.lookups,
            idempotency_key: self.lookup_key(),
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
                self.life.ambiguous = false;
                if self.life.cancel_requested { self.begin_cancel() } else { self.go(S::Sent) }
            }
            Coverage::Missing | Coverage::Surplus if self.cancels_all() => self.begin_cancel(),
            Coverage::Missing | Coverage::Surplus => self.review_documents(otherwise),
            Coverage::Ended => {
                self.life.ambiguous = false;
                self.audit(Audit::NullifiedRemotely, "");
                self.go(S::Nullified);
            }
        }
    }

    /// A person has said which documents live and that they are to go: then all of them can.
    fn cancels_all(&self) -> bool {
        self.before == S::Review
            && self.life.cancel_requested
            && !self.life.ambiguous
            && !self.live_documents().is_empty()
    }

    /// Waits before finding out what became of an attempt.
    pub(super) fn doubt(&mut self, retry_after_ms: Option<u64>) {
        let settle_ms = self.policy.settle_window_ms();
        self.life.lookups = 0;
        self.life.settled_at = settle_ms.map(|window| self.now.plus_millis(window));
        let asked = self.policy.retry_after_ms(retry_after_ms).unwrap_or(0);
        let wait = if self.resolves_by_lookup() {
            settle_ms.unwrap_or(0).max(asked)
        } else if self.keyed() && !self.life.accepted {
            self.create_wait_ms(retry_after_ms)
        } else {
            0
        };
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
        self.life.ambiguous = false;
        self.audit(Audit::NeverApplied, "");
        self.go(S::Nullified);
    }

    pub(super) fn undeliverable(&mut self) {
        self.life.ambiguous = false;
        self.notify(Notice::Undeliverable, "");
        self.go(S::Failed);
    }

    // Cancelling.

    pub(super) fn begin_cancel(&mut self) {
        self.life.cancel_requested = true;
        self.life.cancel_ambiguous = false;
        self.life.cancel_attempts = 0;
        self.life.throttles = 0;
        self.life.cancel_round = self.life.cancel_round.saturating_add(1);
        self.life.cancel_started_at = Some(self.now);
        self.life.cancelling = None;
        self.wait(S::CancelPending, 0);
    }

    /// Cancels the doubtful document again, or else the first living one; never none.
    pub(super) fn cancel_next(&mut self) {
        let live = self.live_documents();
        let again = self.life.cancelling.take().filter(|document| live.contains(document));
        let Some(document) = again.or_else(|| live.into_iter().next()) else {
            self.review(Notice::NothingToCancel, "");
            return;
        };
        self.life.cancel_attempts = self.life.cancel_attempts.saturating_add(1);
        self.life.cancelling = Some(document.clone());
        let command = SaleOrderCommand::Cancel {
            request: self.life.last_request.saturating_add(1),
            attempt: self.life.cancel_attempts,
            idempotency_key: self.cancel_key(&document),
            document,
        };
        self.ask(S::Cancelling, command);
    }

    /// The document under way is cancelled; the next one follows.
    pub(super) fn cancelled(&mut self) {
        if let Some(document) = self.life.cancelling.take() {
            self.end(|entry| entry.document == document);
        }
        self.life.cancel_ambiguous = false;
        self.life.cancel_attempts = 0;
        self.life.cancel_started_at = Some(self.now);
        if self.live_documents().is_empty() {
            self.go(S::Nullified);
        } else {
            self.wait(S::CancelPending, 0);
        }
    }

    /// The cancel did not happen. That settles it only when no earlier attempt is in doubt (as for
    /// rejections) and nothing was cancelled yet; the page went to Sent always.
    pub(super) fn stays_alive(&mut self, notice: Notice, reason: &str) {
        self.life.cancel_requested = false;
        self.notify(notice, reason);
        if self.life.cancel_ambiguous {
            self.review_documents(Notice::CancelOutcomeUnknown);
        } else if self.coverage() == Coverage::Exact {
            self.go(S::Sent);
        } else {
            self.review_documents(Notice::PartlyCancelled);
        }
    }

    // Documents.

    /// Stores documents that are new to us; none is ever forgotten.
    pub(super) fn adopt(&mut self, documents: &[NamedDocument]) {
        for NamedDocument { line, document } in documents {
            let voided = self.life.voided.contains(document);
            let entry = LineDocument {
                line: line.clone(),
                document: document.clone(),
                ended_at: voided.then_some(self.now),
            };
            let found = self
                .life
                .documents
                .binary_search_by(|known| (&known.line, &known.document).cmp(&(line, document)));
            if let Err(place) = found {
                self.life.documents.insert(place, entry);
            }
        }
    }

    pub(super) fn knows_all(&self, documents: &[NamedDocument]) -> bool {
        documents.iter().all(|named| {
            let same =
                |known: &LineDocument| known.line == named.line && known.document == named.document;
            self.life.documents.iter().any(same)
        })
    }

    /// The living documents, each once, in order.
    pub(super) fn live_documents(&self) -> Vec<DocumentId> {
        let live = self.life.documents.iter().filter(|entry| entry.ended_at.is_none());
        let mut live: Vec<DocumentId> = live.map(|entry| entry.document.clone()).collect();
        sort_by(&mut live, Ord::cmp);
        live.dedup();
        live
    }

    pub(super) fn coverage(&self) -> Coverage {
        let (lines, documents) = (&self.life.lines, &self.life.documents);
        let alive = |entry: &LineDocument| entry.ended_at.is_none();
        let live = |line: &LineId| documents.iter().filter(|e| e.line == *line && alive(e)).count();
        let strange = documents.iter().any(|entry| alive(entry) && !lines.contains(&entry.line));
        if strange || lines.iter().any(|line| live(line) > 1) {
            Coverage::Surplus
        } else if lines.iter().all(|line| live(line) == 1) {
            Coverage::Exact
        } else if !documents.iter().any(alive)
            && lines.iter().all(|line| documents.iter().any(|entry| entry.line == *line))
        {
            Coverage::Ended
        } else {
            Coverage::Missing
        }
    }

    fn end(&mut self, which: impl Fn(&LineDocument) -> bool) {
        for entry in &mut self.life.documents {
            if entry.ended_at.is_none() && which(entry) {
                entry.ended_at = Some(self.now);
            }
        }
    }

    pub(super) fn end_all(&mut self) {
        self.end(|_| true);
        self.life.accepted = false;
        self.life.cancel_ambiguous = false;
        self.life.cancelling = None;
    }

    /// Marks what the other system nullified; whether nothing can be alive any more.
    pub(super) fn end_remotely(&mut self, documents: &[DocumentId]) -> bool {
        if documents.is_empty() {
            self.end_all();
            self.life.ambiguous = false;
            return true;
        }
        let had_live = !self.live_documents().is_empty();
        self.end(|entry| documents.contains(&entry.document));
        for document in documents {
            if let Err(place) = self.life.voided.binary_search(document) {
                self.life.voided.insert(place, document.clone());
            }
        }
        had_live && self.live_documents().is_empty() && !self.life.ambiguous
    }

    /// Takes a person's word for which documents live. Known ones that are not named have ended.
    pub(super) fn operator_says(
        &mut self,
        documents: &[NamedDocument],
    ) -> Result<(), TransitionError> {
        if !documents.is_empty() {
            self.life.voided.retain(|known| !documents.iter().any(|d| d.document == *known));
            self.adopt(documents);
            let now = self.now;
            for entry in &mut self.life.documents {
                let named = documents
                    .iter()
                    .any(|named| named.line == entry.line && named.document == entry.document);
                entry.ended_at = if named { None } else { Some(entry.ended_at.unwrap_or(now)) };
            }
        }
        let enough = match self.coverage() {
            Coverage::Exact => true,
            Coverage::Missing | Coverage::Surplus => {
                self.life.cancel_requested && !self.live_documents().is_empty()
            }
            Coverage::Ended => false,
        };
        if !enough {
            return Err(TransitionError::DocumentsIncomplete { got: self.describe_coverage() });
        }
        self.life.ambiguous = false;
        Ok(())
    }

    fn describe_coverage(&self) -> String {
        let live = |entry: &&LineDocument| entry.ended_at.is_none();
        let mut parts = Vec::new();
        for line in &self.life.lines {
            let count = self.life.documents.iter().filter(live).filter(|d| d.line == *line).count();
            if count != 1 {
                parts.push(format!("{count} for line `{line}`"));
            }
        }
        for entry in self.life.documents.iter().filter(live) {
            if !self.life.lines.contains(&entry.line) {
                parts.push(format!("`{}` for the unknown line `{}`", entry.document, entry.line));
            }
        }
        parts.join(", ")
    }

    // Guards.

    pub(super) fn keyed(&self) -> bool {
        let first = self.life.first_sent_at.unwrap_or(self.now);
        self.policy.key_protects(first, self.now)
    }

    /// The server applies our key once, and no other key of this order ever left.
    pub(super) fn one_key(&self) -> bool {
        self.keyed() && self.life.revision == 1
    }

    pub(super) fn attempts_left(&self) -> bool {
        self.life.attempts <= self.policy.max_retries && self.within_total(0)
    }

    pub(super) fn within_total(&self, wait_ms: u64) -> bool {
        self.before_deadline(self.life.submitted_at, wait_ms)
    }

    pub(super) fn cancel_attempts_left(&self) -> bool {
        self.life.cancel_attempts <= self.policy.max_retries && self.cancel_within_total(0)
    }

    pub(super) fn cancel_within_total(&self, wait_ms: u64) -> bool {
        self.before_deadline(self.life.cancel_started_at, wait_ms)
    }

    fn before_deadline(&self, started_at: Option<Timestamp>, wait_ms: u64) -> bool {
        let deadline = started_at.unwrap_or(self.now).plus_millis(self.policy.total_deadline_ms);
        self.now.plus_millis(wait_ms) < deadline
    }

    pub(super) fn resolves_by_lookup(&self) -> bool {
        self.policy.settle_window_ms().is_some()
            && (self.life.accepted || !self.keyed() || !self.attempts_left())
    }

    pub(super) fn lookups_left(&self) -> bool {
        self.life.lookups < self.policy.max_lookups
    }

    /// How long a look-up must still wait before it proves absence, judged by when it was asked: an
    /// answer that arrives after the window may have been given before its end.
    pub(super) fn rest_of_settle_window(&self) -> Option<u64> {
        let settled_at = self.life.settled_at?;
        let asked_at = self.life.awaited.map_or(self.now, |awaited| awaited.since);
        (asked_at < settled_at).then(|| self.now.millis_until(settled_at))
    }

    // Waits.

    pub(super) fn create_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        let turns = self.life.attempts.saturating_add(self.life.throttles);
        self.policy.wait_ms(&self.create_key(), turns, retry_after_ms)
    }

    pub(super) fn lookup_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        self.policy.wait_ms(&self.lookup_key(), self.life.lookups, retry_after_ms)
    }

    pub(super) fn cancel_wait_ms(&self, retry_after_ms: Option<u64>) -> u64 {
        let key = key("cancel", &self.life.id, self.life.cancel_round, None);
        let turns = self.life.cancel_attempts.saturating_add(self.life.throttles);
        self.policy.wait_ms(&key, turns, retry_after_ms)
    }

    // Keys.

    fn create_key(&self) -> String {
        key("create", &self.life.id, self.life.revision, None)
    }

    fn lookup_key(&self) -> String {
        key("lookup", &self.life.id, self.life.revision, None)
    }

    fn cancel_key(&self, document: &DocumentId) -> String {
        key("cancel", &self.life.id, self.life.cancel_round, Some(document))
    }
}

/// `SO-1/create/1`, or `SO-1/cancel/1/4711` for one document.
///
/// Identifiers are percent-encoded, so that no two keys read alike and every key fits a header.
fn key(operation: &str, id: &SaleOrderId, revision: u32, document: Option<&DocumentId>) -> String {
    let mut key = format!("{}/{operation}/{revision}", encoded(id.as_str()));
    if let Some(document) = document {
        key.push('/');
        key.push_str(&encoded(document.as_str()));
    }
    key
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut key = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            key.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(key, "%{byte:02X}");
        }
    }
    key
}

fn list(documents: &[DocumentId]) -> String {
    let names: Vec<&str> = documents.iter().map(DocumentId::as_str).collect();
    names.join(", ")
}
