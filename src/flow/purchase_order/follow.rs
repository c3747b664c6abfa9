//! The verbs of what a supplier says: take it, and go where it leads.

use super::{
    ElsewhereLine, Merged, OrderedLine, PurchaseOrderAudit as Audit,
    PurchaseOrderCommand as Command, PurchaseOrderEvent, PurchaseOrderNotice as Notice,
    PurchaseOrderState as S, SourceReason, SupplierFact, SupplierStatus as W, agreed,
    approve::names,
    draft::{Product, Terms},
    standing::Standing,
    turn::Turn,
};
use crate::{
    flow::{NamedDocument, TransitionError, fingerprint::Fingerprint, submission::Coverage},
    unit::{Exact, Invalid, LineId, Quantity},
};
use rust_decimal::Decimal;

impl Turn<'_> {
    /// Merges a statement; whether anything in it is news.
    pub(super) fn take(&mut self, word: W, fact: &SupplierFact) -> Result<bool, TransitionError> {
        let mut fact = fact.clone();
        let said = *fact.status.get_or_insert(word);
        if PurchaseOrderEvent::word(said) != word {
            let (expected, got) = (format!("a word like {word:?}"), format!("{said:?}"));
            let mismatch = Invalid::new("status_mismatch", expected, got);
            return Err(self.invalid("fact", mismatch.at("status")));
        }
        let checked = fact.check(&self.life.id);
        let merged = checked.and_then(|()| self.life.facts.merge(&fact, &self.life.terms.ordered));
        let merged = merged.map_err(|problem| self.invalid("fact", problem))?;
        let before = self.life.documents.known.len();
        self.adopt(&self.named(&fact));
        let news = merged == Merged::New || self.life.documents.known.len() > before;
        self.changed |= news;
        Ok(news)
    }

    /// The supplier's document for the lines it speaks of. One that names no line speaks of all of
    /// them: a supplier that splits an order names the lines of each document.
    fn named(&self, fact: &SupplierFact) -> Vec<NamedDocument> {
        let Some(document) = &fact.document else { return Vec::new() };
        let ours = &self.life.documents.lines;
        let named = |line: &LineId| fact.lines.iter().any(|it| it.line == *line);
        let lines = ours.iter().filter(|line| fact.lines.is_empty() || named(line));
        let entry =
            |line: &LineId| NamedDocument { line: line.clone(), document: document.clone() };
        lines.map(entry).collect()
    }

    /// Goes where everything the supplier has said leads.
    ///
    /// No statement ends a document: of two documents one would be seen or not as the statement that
    /// ends the other comes before or after it.
    pub(super) fn follow(&mut self) {
        let standing = self.life.standing(self.policy);
        let cancelling = matches!(self.life.state, S::CancelPending | S::Cancelling);
        let cancel = self.life.cancellation.requested;
        match standing {
            // The cancel goes on, and what it finds out counts.
            Standing::Alive(_) | Standing::Doubtful(_) if cancel && cancelling => {}
            // Only a person settles what the supplier has not delivered.
            Standing::Alive(_) if self.life.state == S::Invoiced => {
                self.review(Notice::InvoiceAfterClose, "");
            }
            Standing::Alive(_) if cancel => {
                self.life.submission.ambiguous = false;
                self.begin_cancel();
            }
            Standing::Alive(state) => {
                self.life.submission.ambiguous = false;
                self.place(state);
            }
            Standing::Complete(state) => {
                self.life.submission.ambiguous = false;
                if cancelling && !self.life.is_short() {
                    self.notify(Notice::CancelTooLate, "");
                }
                self.place(state);
            }
            Standing::Ended(state) => self.place(state),
            Standing::Doubtful(notice) => self.review_documents(notice),
            Standing::Wrong(notice) => self.review(notice, ""),
        }
    }

    /// Stands there: with its timer, and with what is told on arrival.
    pub(super) fn place(&mut self, state: S) {
        let arrives = self.life.state != state;
        match state {
            S::Submitted if arrives => {
                self.life.probes = 0;
                self.wait(S::Submitted, self.policy.poll_interval_ms);
            }
            S::ChangeReview => {
                let lines = names(&self.life.changes(self.policy));
                self.notify(Notice::ChangeProposed, &lines);
                self.go(S::ChangeReview);
            }
            S::Confirmed | S::PartiallyFulfilled => {
                // An agreement on its way is still awaited.
                let awaited = self.life.awaited.filter(|_| !arrives);
                let at = self.life.late_at().max(self.now);
                self.wait_until(state, at);
                self.life.awaited = awaited;
            }
            S::Fulfilled if arrives => {
                self.closed();
                self.wait(S::Fulfilled, self.policy.invoice_reminder_ms);
            }
            S::Invoiced if arrives => {
                self.closed();
                let key = self.key_of("invoice");
                self.tell(Command::PostInvoice { key });
                self.go(S::Invoiced);
            }
            S::SupplierRejected if arrives => {
                self.notify(Notice::SupplierRejected, "");
                self.give_back(SourceReason::Rejected);
                self.go(S::SupplierRejected);
            }
            S::Cancelled if arrives => {
                self.notify(Notice::SupplierCancelled, "");
                self.give_back(SourceReason::SupplierCancelled);
                self.go(S::Cancelled);
            }
            S::Submitted
            | S::Fulfilled
            | S::Invoiced
            | S::SupplierRejected
            | S::Cancelled
            | S::Draft
            | S::PendingApproval
            | S::Approved
            | S::Submitting
            | S::Unknown
            | S::Verifying
            | S::CancelPending
            | S::Cancelling
            | S::SubmitRejected
            | S::SubmitFailed
            | S::Declined
            | S::Review => {}
        }
    }

    /// All goods that will come have come: whatever is missing may be bought elsewhere.
    fn closed(&mut self) {
        if self.life.facts.has_said(W::Cancelled) {
            self.notify(Notice::SupplierCancelled, "");
            self.give_back(SourceReason::SupplierCancelled);
        } else if self.life.short {
            self.give_back(SourceReason::ClosedShort);
        }
        self.life.cancellation.requested = false;
        self.life.cancellation.end();
    }

    /// What has not come is bought elsewhere, unless it was not wanted any more.
    pub(super) fn give_back(&mut self, why: SourceReason) {
        let facts = self.life.facts.clone();
        let received = |line: &OrderedLine| {
            facts.line(&line.line).received.map_or(Decimal::ZERO, Quantity::amount)
        };
        if self.life.still_wanted {
            self.source_elsewhere(SourceReason::ChangeDeclined, received);
        } else if self.life.cancellation.requested {
            self.missing(received);
        } else {
            self.source_elsewhere(why, received);
        }
    }

    /// Tells sourcing what does not come of the drafted quantities, each only once.
    pub(super) fn source_elsewhere(
        &mut self,
        why: SourceReason,
        kept: impl Fn(&OrderedLine) -> Decimal,
    ) {
        let lines = self.missing(kept);
        if lines.is_empty() {
            return;
        }
        let key = self.key_of(&format!("source_elsewhere/{}", why.name()));
        let supplier = self.life.terms.supplier.clone();
        self.tell(Command::SourceElsewhere { key, why, supplier, lines });
    }

    /// What does not come of the drafted quantities and was not dealt with before; now it is.
    fn missing(&mut self, kept: impl Fn(&OrderedLine) -> Decimal) -> Vec<ElsewhereLine> {
        let mut lines = Vec::new();
        let terms = &mut self.life.terms;
        for (line, product) in terms.ordered.iter().zip(&mut terms.products) {
            let missing = product.quantity.amount().minus(kept(line));
            let more = missing.minus(product.sourced.amount());
            if more <= Decimal::ZERO {
                continue;
            }
            product.sourced = Quantity::new(missing, product.quantity.unit());
            lines.push(ElsewhereLine {
                line: line.line.clone(),
                sku: product.sku.clone(),
                quantity: Quantity::new(more, product.quantity.unit()),
                needed_by: product.need_by,
                offer: product.offer.clone(),
            });
        }
        lines
    }

    /// What has come of each line beyond what is still expected of this order.
    pub(super) fn came_all_the_same(&self) -> Vec<(LineId, Quantity)> {
        let Terms { ordered, products, .. } = &self.life.terms;
        let surplus = |(line, product): (&OrderedLine, &Product)| {
            let received = self.life.facts.line(&line.line).received?.amount();
            let expected = product.quantity.amount().minus(product.sourced.amount());
            let unexpected = received.minus(expected).min(product.sourced.amount());
            let quantity = Quantity::new(unexpected, product.quantity.unit());
            (unexpected > Decimal::ZERO).then(|| (line.line.clone(), quantity))
        };
        ordered.iter().zip(products).filter_map(surplus).collect()
    }

    /// Tells that goods came which were given back before, when there are more than `before`. It is told
    /// again as more come, and so the key stands for how much.
    pub(super) fn tell_of_goods_given_back(&mut self, before: &[(LineId, Quantity)]) {
        let came = self.came_all_the_same();
        let known = |now: &(LineId, Quantity)| {
            before.iter().any(|then| then.0 == now.0 && then.1.amount() >= now.1.amount())
        };
        if came.iter().all(known) {
            return;
        }
        let lines: Vec<String> = came.iter().map(|(line, much)| format!("{line} {much}")).collect();
        let (notice, detail) = (Notice::GoodsGivenBack, lines.join(", "));
        let number = Fingerprint::after(0).and(&detail).checksum();
        let key = self.key_of(&format!("notify/{}/{number}", notice.name()));
        self.tell(Command::Notify { notice, key, detail });
    }

    /// Evidence of life where nothing should live: a person looks, unless the supplier has said as
    /// well that it is over.
    pub(super) fn alive_again(&mut self, notice: Notice) {
        if self.life.facts.has_said(W::Cancelled) || self.life.facts.has_said(W::Rejected) {
            self.follow();
        } else {
            self.review_documents(notice);
        }
    }

    /// Agrees to what the supplier promises: the order is what it promises from now on.
    pub(super) fn accept_change(&mut self) -> Result<(), TransitionError> {
        let lines = agreed(&self.life.terms.ordered, &self.life.facts);
        let lines = lines.map_err(|problem| self.invalid("type", problem))?;
        let nothing_comes = lines.iter().all(|line| line.quantity.is_zero());
        self.life.terms.revision = self.life.terms.revision.saturating_add(1);
        self.life.terms.ordered.clone_from(&lines);
        self.changed = true;
        self.source_elsewhere(SourceReason::Reduced, |line| line.quantity.amount());
        let request = self.request();
        let (documents, revision) = (self.live_documents(), self.life.terms.revision);
        let idempotency_key = self.key_of("accept");
        self.tell(Command::Accept { request, idempotency_key, documents, revision, lines });
        if nothing_comes {
            // The page had no such row: there would be nothing to wait for.
            self.place(S::SupplierRejected);
        } else {
            self.follow();
            self.awaits(request);
        }
        Ok(())
    }

    // Ending an attempt to create.

    /// Decides by the documents now known; whatever is not exactly one order goes to a person.
    pub(super) fn settle(&mut self, otherwise: Notice) {
        match self.coverage() {
            Coverage::Exact => self.follow(),
            Coverage::Missing | Coverage::Surplus => self.review_documents(otherwise),
            Coverage::Ended => {
                self.audit(Audit::Stated, "");
                self.place(S::Cancelled);
            }
        }
    }

    /// A person has said that it is alive. What contradicts that is settled by this word.
    pub(super) fn resume(&mut self) {
        if self.life.cancellation.requested {
            self.begin_cancel();
            return;
        }
        match self.life.standing(self.policy) {
            Standing::Alive(state) | Standing::Complete(state) => self.place(state),
            Standing::Ended(_) | Standing::Doubtful(_) | Standing::Wrong(_) => {
                self.place(S::Submitted);
            }
        }
    }

    // Ending an attempt to cancel.

    /// The document under way is cancelled; the next one follows.
    pub(super) fn cancelled(&mut self) {
        if let Some(document) = self.life.cancellation.next(self.now) {
            self.life.documents.end(self.now, |entry| entry.document == document);
        }
        if !self.live_documents().is_empty() {
            self.wait(S::CancelPending, 0);
        } else if self.life.facts.something_received() {
            self.life.short = true;
            if let Standing::Doubtful(notice) = self.life.standing(self.policy) {
                self.review_documents(notice);
            } else {
                self.follow();
            }
        } else {
            self.give_back(SourceReason::ChangeDeclined);
            self.go(S::Cancelled);
        }
    }

    /// The cancel did not happen. That settles it only when no earlier attempt is in doubt (as for
    /// rejections) and nothing was cancelled yet; the page went on always.
    pub(super) fn stays_alive(&mut self, notice: Notice, reason: &str) {
        self.life.cancellation.requested = false;
        self.life.still_wanted = false;
        self.notify(notice, reason);
        let ended = self.life.documents.known.iter().any(|entry| entry.ended_at.is_some());
        if self.life.cancellation.ambiguous {
            self.review_documents(Notice::CancelOutcomeUnknown);
        } else if ended {
            self.review_documents(Notice::PartlyCancelled);
        } else {
            self.follow();
        }
    }
}
