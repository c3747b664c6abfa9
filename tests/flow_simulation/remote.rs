//! The other system: what it really holds, and what it answers.

use crate::random::Random;
use replenish::{
    flow::{AnswerBody, NamedDocument, Operation, Outcome},
    unit::{DocumentId, LineId},
};

/// What the server keeps of what it promises, and how it behaves.
pub(crate) struct Remote {
    /// How long it knows a key; `None` where it knows none.
    pub(crate) remembers_ms: Option<u64>,
    /// Whether all lines of an order share one document.
    pub(crate) shares_document: bool,
    pub(crate) orders: Vec<Order>,
    /// Tokens older than this are refused.
    pub(crate) valid_generation: u32,
    documents: u32,
}

pub(crate) struct Order {
    key: String,
    applied_at: i64,
    pub(crate) parts: Vec<Part>,
}

/// One line of an order in the server.
pub(crate) struct Part {
    pub(crate) named: NamedDocument,
    pub(crate) cents: u64,
    pub(crate) alive: bool,
}

impl Order {
    pub(crate) fn is_alive(&self) -> bool {
        self.parts.iter().any(|part| part.alive)
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.alive)
    }

    pub(crate) fn named(&self) -> Vec<NamedDocument> {
        self.parts.iter().map(|part| part.named.clone()).collect()
    }
}

impl Remote {
    pub(crate) fn new(remembers_ms: Option<u64>, shares_document: bool) -> Self {
        Self {
            remembers_ms,
            shares_document,
            orders: Vec::new(),
            valid_generation: 1,
            documents: 0,
        }
    }

    pub(crate) fn living(&self) -> impl Iterator<Item = &Part> {
        self.orders.iter().flat_map(|order| &order.parts).filter(|part| part.alive)
    }

    pub(crate) fn knows(&self, document: &DocumentId) -> bool {
        let mut parts = self.orders.iter().flat_map(|order| &order.parts);
        parts.any(|part| part.named.document == *document)
    }

    /// Ends these documents, or all of them.
    pub(crate) fn end(&mut self, documents: Option<&[DocumentId]>) {
        for part in self.orders.iter_mut().flat_map(|order| &mut order.parts) {
            if documents.is_none_or(|ended| ended.contains(&part.named.document)) {
                part.alive = false;
            }
        }
    }

    /// Takes a request that has arrived. With `grief` it may fail before or after, or say little.
    pub(crate) fn receive(
        &mut self,
        operation: &Operation,
        key: &str,
        payload: Option<&str>,
        now: i64,
        grief: u64,
        random: &mut Random,
    ) -> Outcome {
        let (broken, throttled) = (random.chance(grief), random.chance(grief));
        if throttled {
            let retry_after_ms = random.pick(&[None, Some(0), Some(5_000), Some(u64::MAX)]);
            return Outcome::Answer { status: 429, retry_after_ms, body: None };
        }
        if broken && random.chance(40) {
            return failure(random);
        }
        let outcome = match operation {
            Operation::Create {} => {
                self.create(key, payload.unwrap_or_default(), now, grief, random)
            }
            Operation::Lookup {} => self.look_up(),
            Operation::Cancel { document } => self.cancel(document, grief, random),
            // A sale order never asks these; what a server answers to nonsense.
            Operation::Price {} | Operation::Read { .. } | Operation::Accept { .. } => {
                answer(404, plain())
            }
        };
        // It has acted, and yet the answer says nothing of it.
        if broken { failure(random) } else { outcome }
    }

    fn create(
        &mut self,
        key: &str,
        payload: &str,
        now: i64,
        grief: u64,
        random: &mut Random,
    ) -> Outcome {
        let known = self.remembers_ms.and_then(|span| {
            let remembered =
                |order: &&Order| order.key == key && now.abs_diff(order.applied_at) < span;
            self.orders.iter().find(remembered)
        });
        if let Some(order) = known {
            let named = if random.chance(50) { order.named() } else { Vec::new() };
            return match random.below(2) {
                0 if !named.is_empty() => answer(200, AnswerBody { documents: named, ..plain() }),
                _ => {
                    let body =
                        AnswerBody { duplicate_of_our_key: true, documents: named, ..plain() };
                    answer(409, body)
                }
            };
        }
        if random.chance(grief / 2) {
            let message = "unknown product".to_owned();
            let body = AnswerBody { success: Some(false), message, ..plain() };
            return answer(random.pick(&[200, 400, 422]), body);
        }
        let shared = self.shares_document.then(|| self.fresh_document());
        let parts: Vec<Part> = lines_of(payload)
            .map(|(line, cents)| {
                let document = shared.clone().unwrap_or_else(|| self.fresh_document());
                let line = LineId::new(line).expect("a line we sent");
                Part { named: NamedDocument { line, document }, cents, alive: true }
            })
            .collect();
        let order = Order { key: key.to_owned(), applied_at: now, parts };
        let mut documents = order.named();
        self.orders.push(order);
        if random.chance(grief / 2) {
            // It names only some of them, or none.
            let kept = random.place(documents.len()).unwrap_or(0);
            documents.truncate(kept);
        }
        answer(201, AnswerBody { success: Some(true), documents, ..plain() })
    }

    fn look_up(&self) -> Outcome {
        let documents: Vec<NamedDocument> = self.living().map(|part| part.named.clone()).collect();
        let found = Some(!documents.is_empty());
        let status = if documents.is_empty() { 404 } else { 200 };
        answer(status, AnswerBody { found, documents, ..plain() })
    }

    fn cancel(&mut self, document: &DocumentId, grief: u64, random: &mut Random) -> Outcome {
        if self.living().any(|part| part.named.document == *document) {
            if random.chance(grief / 2) {
                let message = "shipped".to_owned();
                let body = AnswerBody { success: Some(false), message, ..plain() };
                return answer(random.pick(&[200, 404, 409]), body);
            }
            self.end(Some(std::slice::from_ref(document)));
            return answer(200, AnswerBody { success: Some(true), ..plain() });
        }
        let already_cancelled = random.chance(70);
        answer(404, AnswerBody { already_cancelled, ..plain() })
    }

    fn fresh_document(&mut self) -> DocumentId {
        self.documents += 1;
        DocumentId::new(&format!("D{}", self.documents)).expect("a short name")
    }
}

/// `0=1299;1=450`: each line and its amount in minor units.
pub(crate) fn lines_of(payload: &str) -> impl Iterator<Item = (&str, u64)> {
    let lines = payload.split(' ').next().unwrap_or_default().split(';');
    lines.filter_map(|line| {
        let (line, cents) = line.split_once('=')?;
        Some((line, cents.parse().ok()?))
    })
}

fn plain() -> AnswerBody {
    AnswerBody::default()
}

fn answer(status: u16, body: AnswerBody) -> Outcome {
    Outcome::Answer { status, retry_after_ms: None, body: Some(body) }
}

/// Words that leave open whether anything was done.
fn failure(random: &mut Random) -> Outcome {
    let status = random.pick(&[500, 502, 503, 504, 408]);
    let retry_after_ms = random.pick(&[None, None, Some(2_000)]);
    Outcome::Answer { status, retry_after_ms, body: None }
}
