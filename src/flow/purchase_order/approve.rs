//! The verbs of drafting: revise, price, ask for approval, approve, decline.

use super::{
    ApprovalCase, Limit, PurchaseOrderAudit as Audit, PurchaseOrderCommand as Command,
    PurchaseOrderLife, PurchaseOrderNotice as Notice, PurchaseOrderState as S, SourceReason,
    draft::{Quote, Terms, Word},
    turn::{OBJECT, Turn},
};
use crate::{
    flow::{TransitionError, submission::key},
    order::{
        Approval, ApprovalDecision, ApprovalStanding, ApprovalStatus, OrderError, PurchaseOrder,
        Verdict, decide,
    },
    unit::{Invalid, LineId, Money, PersonId},
};

impl Turn<'_> {
    /// Takes the next revision of the draft.
    pub(super) fn revise(
        &mut self,
        draft: &PurchaseOrder,
        payload: &str,
    ) -> Result<(), TransitionError> {
        let terms = self.checked_revision(draft).map_err(|it| self.invalid("draft", it))?;
        let frozen = self.life.submission.first_sent_at.is_some();
        if frozen {
            // What was refused must not be sent again.
            self.life.submission.revise(payload)?;
        }
        self.life.submission.payload = Some(payload.to_owned());
        // Documents of what the supplier refused are not this revision's.
        self.life.documents.end(self.now, |_| true);
        self.life.documents.lines = terms.line_ids();
        self.life.terms = terms;
        self.life.quote = None;
        self.changed = true;
        self.go(S::Draft);
        self.price();
        Ok(())
    }

    fn checked_revision(&self, draft: &PurchaseOrder) -> Result<Terms, Invalid> {
        if draft.id != self.life.id {
            let expected = format!("a draft of `{}`", self.life.id);
            return Err(Invalid::new("order_mismatch", expected, &draft.id).at("id"));
        }
        let before = &self.life.terms;
        if draft.revision <= before.revision {
            let expected = format!("a revision above {}", before.revision);
            return Err(Invalid::new("revision_stale", expected, draft.revision).at("revision"));
        }
        let mut terms = Terms::of(draft)?;
        // What was given back to sourcing is not given back again.
        for (line, product) in terms.ordered.iter().zip(&mut terms.products) {
            let old = before.ordered.iter().position(|old| old.line == line.line);
            if let Some(old) = old.and_then(|place| before.products.get(place))
                && old.sku == product.sku
                && old.sourced.unit() == product.quantity.unit()
            {
                product.sourced = old.sourced;
            }
        }
        Ok(terms)
    }

    /// Asks what the draft costs, where the supplier says so.
    pub(super) fn price(&mut self) {
        let Some(payload) = self.life.submission.payload.clone() else { return };
        if self.policy.quote_validity_ms.is_none() {
            return;
        }
        let request = self.request();
        let idempotency_key = key("price", self.life.id.as_str(), self.life.terms.revision, None);
        self.tell(Command::Price { request, idempotency_key, payload });
        self.awaits(request);
    }

    /// Takes the supplier's price.
    pub(super) fn priced(
        &mut self,
        net: Money,
        unavailable: &[LineId],
    ) -> Result<(), TransitionError> {
        let currency = self.life.terms.net.currency();
        if net.currency() != currency {
            let expected = format!("an amount in {currency}");
            return Err(self.invalid("net", Invalid::new("currency_mixed", expected, net)));
        }
        let lines = &self.life.terms.ordered;
        if let Some(line) = unavailable.iter().find(|id| !lines.iter().any(|it| it.line == **id)) {
            let unknown = Invalid::new("line_unknown", "a line of the order", line);
            return Err(self.invalid("unavailable", unknown));
        }
        self.life.awaited = None;
        self.life.quote = Some(Quote { at: self.now, net, unavailable: unavailable.to_vec() });
        if !unavailable.is_empty() {
            self.notify(Notice::LinesUnavailable, &names(unavailable));
            self.source_elsewhere(SourceReason::Unavailable, |line| {
                if unavailable.contains(&line.line) {
                    line.nothing().amount()
                } else {
                    line.quantity.amount()
                }
            });
        }
        Ok(())
    }

    /// Shows the draft to whoever must approve it, once it is priced.
    pub(super) fn request_approval(&mut self, case: &ApprovalCase) -> Result<(), TransitionError> {
        if let Some(quote) = self.life.quote.as_ref().filter(|it| !it.unavailable.is_empty()) {
            return Err(TransitionError::LinesUnavailable { lines: names(&quote.unavailable) });
        }
        let decision = self.decide(case)?;
        if !self.is_priced() {
            self.notify(Notice::NotPriced, "");
            self.price();
            return Ok(());
        }
        self.act_on(&decision);
        Ok(())
    }

    /// Takes an approval. Whether the person may is asked first: the page voided what others had
    /// approved because of somebody who may not.
    pub(super) fn approve(
        &mut self,
        by: &PersonId,
        words: Option<&String>,
        case: &ApprovalCase,
    ) -> Result<(), TransitionError> {
        let decision = self.hear(by, Verdict::Approved, words.cloned(), case)?;
        self.act_on(&decision);
        Ok(())
    }

    /// Takes a refusal.
    pub(super) fn decline(
        &mut self,
        by: &PersonId,
        reason: &str,
        case: &ApprovalCase,
    ) -> Result<(), TransitionError> {
        let decision = self.hear(by, Verdict::Refused, Some(reason.to_owned()), case)?;
        self.act_on(&decision);
        Ok(())
    }

    fn act_on(&mut self, decision: &ApprovalDecision) {
        let rules = &decision.rules_version;
        match decision.status {
            ApprovalStatus::Refused => {
                self.audit(Audit::Declined, rules);
                self.notify(Notice::Declined, &reason_against(decision));
                // Should it turn out to be alive, it is to be cancelled.
                self.life.cancellation.requested = true;
                self.go(S::Declined);
            }
            ApprovalStatus::Approved | ApprovalStatus::Waiting if !self.is_priced() => {
                self.life.given.clear();
                self.notify(Notice::ApprovalVoid, "");
                self.go(S::Draft);
                self.price();
            }
            ApprovalStatus::Approved => {
                self.audit(Audit::Approved, rules);
                self.wait(S::Approved, 0);
            }
            ApprovalStatus::Waiting => {
                self.notify(Notice::ApprovalNeeded, &people(decision));
                self.wait(S::PendingApproval, self.policy.approval_reminder_ms);
            }
        }
    }

    /// Keeps what somebody says, if the person may say it.
    fn hear(
        &mut self,
        by: &PersonId,
        verdict: Verdict,
        words: Option<String>,
        case: &ApprovalCase,
    ) -> Result<ApprovalDecision, TransitionError> {
        let mut approval =
            Approval::new(&case.draft, by.clone(), verdict, case.context.today, self.now);
        approval.words = words;
        self.life.given.push(Word(approval));
        let decision = self.decide(case)?;
        let mut given = decision.given.iter().rev();
        let said = given.find(|it| it.by == *by && it.at == self.now && it.verdict == verdict);
        match said.map(|said| (said.standing, &said.reason)) {
            Some((
                ApprovalStanding::Counts | ApprovalStanding::Refuses | ApprovalStanding::NotNeeded,
                _,
            ))
            | None => Ok(decision),
            Some((
                ApprovalStanding::Superseded
                | ApprovalStanding::Requester
                | ApprovalStanding::NotEntitled
                | ApprovalStanding::AboveLimit
                | ApprovalStanding::Lapsed
                | ApprovalStanding::OrderChanged
                | ApprovalStanding::NotYetGiven,
                reason,
            )) => Err(self.not_allowed(by.to_string(), reason.clone())),
        }
    }

    fn decide(&self, case: &ApprovalCase) -> Result<ApprovalDecision, TransitionError> {
        self.life.decide(case, self.event)
    }

    /// Whether the quote is fresh and near enough to what the draft says.
    fn is_priced(&self) -> bool {
        let Some(validity_ms) = self.policy.quote_validity_ms else { return true };
        let drift = Limit { share: Some(self.policy.price_drift), amount: None };
        self.life.quote.as_ref().is_some_and(|quote| {
            quote.is_fresh(self.now, validity_ms) && drift.allows(self.life.terms.net, quote.net)
        })
    }
}

impl PurchaseOrderLife {
    /// What the rules say of what was said so far.
    pub(super) fn decide(
        &self,
        case: &ApprovalCase,
        event: &'static str,
    ) -> Result<ApprovalDecision, TransitionError> {
        let invalid = |problem: Invalid| {
            let (object, state, field) = (OBJECT, self.state.name(), "case");
            TransitionError::InvalidInput { object, state, event, field, problem }
        };
        let shown = Terms::of(&case.draft);
        let known = shown.is_ok_and(|shown| shown.shows_the_same_as(&self.terms));
        if !known || case.draft.id != self.id {
            let expected = format!("revision {} as it was drafted", self.terms.revision);
            let got = format!("`{}`, revision {}", case.draft.id, case.draft.revision);
            return Err(invalid(Invalid::new("draft_mismatch", expected, got).at("draft")));
        }
        let given: Vec<Approval> = self.given.iter().map(|word| word.0.clone()).collect();
        decide(&case.draft, &case.rules, &case.context, &given).map_err(|problem| {
            invalid(match problem {
                OrderError::Invalid(invalid) => invalid,
                OrderError::EmptyOrder => {
                    Invalid::new("order_empty", "a line with a quantity", "none").at("draft")
                }
            })
        })
    }
}

pub(super) fn names(lines: &[LineId]) -> String {
    let names: Vec<&str> = lines.iter().map(LineId::as_str).collect();
    names.join(", ")
}

/// Who can help on the levels that are asked now.
fn people(decision: &ApprovalDecision) -> String {
    let asked = decision.levels.iter().filter(|level| decision.ask.contains(&level.level));
    let mut people: Vec<&str> =
        asked.flat_map(|level| level.may_approve.iter().map(PersonId::as_str)).collect();
    people.dedup();
    people.join(", ")
}

fn reason_against(decision: &ApprovalDecision) -> String {
    let mut given = decision.given.iter();
    let refusal = given.find(|it| it.standing == ApprovalStanding::Refuses);
    let fired = || decision.fired.iter().filter_map(|rule| rule.reasons.first());
    refusal.map(|it| &it.reason).or_else(|| fired().next()).cloned().unwrap_or_default()
}
