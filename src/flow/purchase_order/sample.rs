//! An order, rules and statements for tests.

use super::{
    ApprovalCase, LineFact, PurchaseOrderCommand, PurchaseOrderEvent as E, PurchaseOrderLife,
    PurchaseOrderState as S, PurchasePolicy, SupplierFact, SupplierStatus, step,
};
use crate::{
    flow::{NamedDocument, TransitionError},
    order::PurchaseOrder,
    unit::Timestamp,
};
use serde_json::{Value, json};

/// 10 apples for 2 EUR and 4 pears for 5 EUR: 40 EUR, and 3 EUR of freight.
pub(in crate::flow) fn draft(revision: u32) -> PurchaseOrder {
    let line = |id: &str, quantity: &str, price: &str, amount: &str| {
        json!({
            "id": id, "sku": format!("sku-{id}"), "offer": format!("offer-{id}"), "packs": 1,
            "pack_size": quantity, "quantity": quantity, "unit_price": price, "amount": amount,
            "charges": "0 EUR", "need_by": "2026-12-05", "arrival": "2026-12-01",
        })
    };
    serde_json::from_value(json!({
        "id": "PO", "revision": revision, "supplier": "farm", "currency": "EUR",
        "order_date": "2026-11-21", "requested_delivery": "2026-12-01",
        "lines": [line("1", "10 each", "2 EUR", "20 EUR"), line("2", "4 each", "5 EUR", "20 EUR")],
        "goods": "40 EUR", "freight": "3 EUR", "charges": "0 EUR", "net": "43 EUR", "taxes": [],
        "tax": "0 EUR", "total": "43 EUR", "expected_arrival": "2026-12-01",
    }))
    .unwrap()
}

pub(in crate::flow) fn life() -> PurchaseOrderLife {
    PurchaseOrderLife::new(&draft(1), "payload 1").unwrap()
}

/// Ann or bob must approve; rita asks.
pub(in crate::flow) fn case(revision: u32) -> Box<ApprovalCase> {
    let rules = json!({
        "version": "1", "otherwise": "approve",
        "roles": [{"name": "buyer", "approvers": [{"person": "ann"}, {"person": "bob"}]}],
        "rules": [{
            "name": "all", "when": {}, "then": {"ask": [{"level": 1, "roles": ["buyer"]}]},
        }],
    });
    Box::new(ApprovalCase {
        draft: draft(revision),
        rules: serde_json::from_value(rules).unwrap(),
        context: serde_json::from_value(json!({"today": "2026-11-21", "requesters": ["rita"]}))
            .unwrap(),
    })
}

pub(in crate::flow) fn approve(by: &str) -> E {
    E::Approve { by: by.parse().unwrap(), words: None, case: case(1) }
}

pub(in crate::flow) fn fact(
    word: Option<SupplierStatus>,
    sequence: Option<u64>,
    document: Option<&str>,
    lines: Value,
) -> SupplierFact {
    let mut lines: Vec<Value> = serde_json::from_value(lines).unwrap();
    let lines = lines.drain(..).map(|line| serde_json::from_value::<LineFact>(line).unwrap());
    SupplierFact {
        event_id: "event".to_owned(),
        sequence,
        reference: None,
        document: document.map(|document| document.parse().unwrap()),
        status: word,
        lines: lines.collect(),
        charges: None,
    }
}

pub(in crate::flow) fn named(pairs: &[(&str, &str)]) -> Vec<NamedDocument> {
    let name = |(line, document): &(&str, &str)| NamedDocument {
        line: line.parse().unwrap(),
        document: document.parse().unwrap(),
    };
    pairs.iter().map(name).collect()
}

/// A life under way, its clock and everything it asked for.
pub(in crate::flow) struct Story {
    pub(in crate::flow) life: PurchaseOrderLife,
    pub(in crate::flow) policy: PurchasePolicy,
    pub(in crate::flow) now: i64,
    pub(in crate::flow) told: Vec<PurchaseOrderCommand>,
}

impl Story {
    pub(in crate::flow) fn new(policy: PurchasePolicy) -> Self {
        Self { life: life(), policy, now: 0, told: Vec::new() }
    }

    /// One that needs no quote and was approved and sent.
    pub(in crate::flow) fn sent() -> Self {
        let policy = PurchasePolicy { quote_validity_ms: None, ..PurchasePolicy::default() };
        let mut story = Self::new(policy);
        story.tell(&E::RequestApproval { case: case(1) });
        story.tell(&approve("ann"));
        story.wake();
        assert_eq!(story.life.state, S::Submitting);
        story
    }

    /// One that the supplier has taken as document D.
    pub(in crate::flow) fn submitted() -> Self {
        let mut story = Self::sent();
        let request = story.life.last_request;
        story.tell(&E::Ok { request, documents: named(&[("1", "D"), ("2", "D")]) });
        assert_eq!(story.life.state, S::Submitted);
        story
    }

    pub(in crate::flow) fn attempt(&mut self, event: &E) -> Result<(), TransitionError> {
        let step = step(&self.life, event, Timestamp(self.now), &self.policy)?;
        self.life = step.life;
        self.told.extend(step.commands);
        Ok(())
    }

    pub(in crate::flow) fn tell(&mut self, event: &E) -> S {
        self.attempt(event).unwrap();
        self.life.state
    }

    /// Lets the time of the one timer come.
    pub(in crate::flow) fn wake(&mut self) -> S {
        self.now = self.life.wake_at.unwrap().0.max(self.now);
        self.tell(&E::TimerDue {})
    }
}
