//! Six virtual systems that remember every order: cart, checkout, order, B2B service, ERP and
//! storefront, the same for the same requests at the same times.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How long the B2B service takes to know of an order that awaits fulfilment, in milliseconds.
const RETRIEVAL_MS: i64 = 3_000;

/// What all systems remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct Systems {
    pub(crate) carts: Vec<Kept>,
    pub(crate) orders: Vec<Kept>,
    pub(crate) b2b: Vec<Kept>,
    pub(crate) erp: Vec<Kept>,
    /// Whether a key that was applied is not applied again.
    knows_keys: bool,
    applied: BTreeMap<String, (u16, Value)>,
}

/// An order as one system keeps it; a cart is one too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) id: String,
    /// By which id of another system it was asked for.
    pub(crate) reference: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) status: String,
    /// When it was created, and when its status last changed.
    created_at: i64,
    changed_at: i64,
    /// The ERP's order that it names.
    pub(crate) erp_id: Option<String>,
}

/// So many of a product at so many cents.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Line {
    pub(crate) sku: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: i64,
}

/// A request as it arrives.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) key: Option<String>,
}

/// What goes wrong inside a system while it answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Defect {
    Nothing,
    ChangedPrice,
    LostLine,
    StatusBack,
    SecondDocument,
}

impl Systems {
    /// Systems without an order, which know a key again or do not.
    pub(crate) fn new(knows_keys: bool) -> Self {
        Self { knows_keys, ..Self::default() }
    }

    /// Carries out a request: status and body.
    pub(crate) fn answer(&mut self, asked: &Arrival, now: i64, defect: Defect) -> (u16, Value) {
        let known = asked.key.as_ref().filter(|_| self.knows_keys);
        if let Some(answer) = known.and_then(|key| self.applied.get(key)) {
            return answer.clone();
        }
        self.retrieve(now);
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let wanted = decoded(query.split_once('=').map_or("", |(_, value)| value));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let answer = match (asked.method, parts.as_slice()) {
            ("POST", ["carts"]) => self.create_cart(&asked.body, now, defect),
            ("POST", ["checkouts"]) => self.place_order(&asked.body, now, defect),
            ("PUT", ["orders", id]) => self.set_status(&decoded(id), &asked.body, now, defect),
            ("GET", ["b2b", "orders", id]) => self.b2b_order(&decoded(id), defect),
            ("POST", ["erp", "orders"]) => self.send_to_erp(&asked.body, now, defect),
            ("PATCH", ["b2b", "orders", id]) => self.patch(&decoded(id), &asked.body, now, defect),
            ("GET", ["storefront", "orders", id]) => self.show(&decoded(id), now, defect),
            ("GET", ["carts"]) => listed("carts", &self.carts, &wanted),
            ("GET", ["orders"]) => listed("orders", &self.orders, &wanted),
            ("GET", ["erp", "orders"]) => listed("orders", &self.erp, &wanted),
            ("GET", ["orders", id]) => one(&self.orders, |order| order.id == decoded(id)),
            other => panic!("no system offers {other:?}"),
        };
        if let (Some(key), 200..300) = (&asked.key, answer.0) {
            self.applied.insert(key.clone(), answer.clone());
        }
        answer
    }

    fn create_cart(&mut self, body: &Value, now: i64, defect: Defect) -> (u16, Value) {
        let order = Kept {
            reference: text(&body["reference"]),
            lines: lines(body),
            created_at: now,
            ..Kept::default()
        };
        add(&mut self.carts, "C", &order, defect)
    }

    fn place_order(&mut self, body: &Value, now: i64, defect: Defect) -> (u16, Value) {
        let cart_id = text(&body["cart_id"]);
        let Some(cart) = self.carts.iter().find(|cart| cart.id == cart_id) else {
            return (404, json!({ "success": false }));
        };
        let order = Kept { reference: cart_id, created_at: now, ..cart.clone() };
        add(&mut self.orders, "O", &order, defect)
    }

    fn set_status(&mut self, id: &str, body: &Value, now: i64, defect: Defect) -> (u16, Value) {
        let Some(order) = self.orders.iter_mut().find(|order| order.id == id) else {
            return (404, json!({ "success": false }));
        };
        // Set again to what it is: nothing changes.
        let status = text(&body["status"]);
        if order.status != status {
            order.changed_at = now;
        }
        order.status = status;
        order.spoil(defect, "pending");
        (200, order.shown(true))
    }

    /// The B2B service fetches what awaits fulfilment.
    fn retrieve(&mut self, now: i64) {
        for order in &self.orders {
            let due =
                order.status == "awaiting_fulfillment" && order.changed_at + RETRIEVAL_MS <= now;
            if due && self.b2b.iter().all(|known| known.reference != order.id) {
                self.b2b.push(Kept {
                    id: format!("B-{}", self.b2b.len() + 1),
                    reference: order.id.clone(),
                    status: "received".to_owned(),
                    created_at: order.changed_at + RETRIEVAL_MS,
                    changed_at: 0,
                    ..order.clone()
                });
            }
        }
    }

    fn b2b_order(&mut self, order_id: &str, defect: Defect) -> (u16, Value) {
        let Some(order) = self.b2b.iter_mut().find(|order| order.reference == order_id) else {
            return (404, json!({ "success": false }));
        };
        order.spoil(defect, "new");
        (200, order.shown(true))
    }

    fn send_to_erp(&mut self, body: &Value, now: i64, defect: Defect) -> (u16, Value) {
        let order = Kept {
            reference: text(&body["reference"]),
            lines: lines(body),
            status: "confirmed".to_owned(),
            created_at: now,
            ..Kept::default()
        };
        add(&mut self.erp, "E", &order, defect)
    }

    fn patch(&mut self, order_id: &str, body: &Value, now: i64, defect: Defect) -> (u16, Value) {
        let Some(order) = self.b2b.iter_mut().find(|order| order.reference == order_id) else {
            return (404, json!({ "success": false }));
        };
        if order.status != "patched" {
            order.changed_at = now;
        }
        order.status = text(&body["status"]);
        order.erp_id = Some(text(&body["erp_order_id"]));
        order.spoil(defect, "received");
        (200, order.shown(true))
    }

    /// The storefront shows what the B2B service has.
    fn show(&mut self, order_id: &str, now: i64, defect: Defect) -> (u16, Value) {
        let Some(known) = self.b2b.iter().find(|order| order.reference == order_id) else {
            return (404, json!({ "success": false }));
        };
        let status = if known.status == "patched" { "confirmed" } else { "awaiting_fulfillment" };
        let mut order = Kept { status: status.to_owned(), ..known.clone() };
        order.spoil(defect, "awaiting_fulfillment");
        let mut shown = order.shown(true);
        shown["shown_at"] = json!(now);
        (200, shown)
    }
}

/// Creates a document, or two.
fn add(kept: &mut Vec<Kept>, letter: &str, order: &Kept, defect: Defect) -> (u16, Value) {
    let first = kept.len();
    let copies = if defect == Defect::SecondDocument { 2 } else { 1 };
    for _ in 0..copies {
        let mut order = Kept { id: format!("{letter}-{}", kept.len() + 1), ..order.clone() };
        order.spoil(defect, "received");
        kept.push(order);
    }
    let ids: Vec<Value> = kept[first..].iter().map(|order| json!({ "id": order.id })).collect();
    let mut shown = kept[first].shown(true);
    shown["documents"] = Value::Array(ids);
    (201, shown)
}

fn listed(name: &str, kept: &[Kept], reference: &str) -> (u16, Value) {
    let found = kept.iter().filter(|order| order.reference == reference);
    let found: Vec<Value> = found.map(|order| order.shown(false)).collect();
    (200, json!({ "success": true, name: found }))
}

fn one(kept: &[Kept], wanted: impl Fn(&Kept) -> bool) -> (u16, Value) {
    match kept.iter().find(|order| wanted(order)) {
        Some(order) => (200, order.shown(true)),
        None => (404, json!({ "success": false })),
    }
}

impl Kept {
    fn spoil(&mut self, defect: Defect, earlier: &str) {
        match defect {
            Defect::ChangedPrice => {
                for line in self.lines.iter_mut().take(1) {
                    line.unit_price += 1;
                }
            }
            Defect::LostLine => drop(self.lines.pop()),
            Defect::StatusBack => earlier.clone_into(&mut self.status),
            Defect::Nothing | Defect::SecondDocument => {}
        }
    }

    /// What an answer says of it: by all the names that one system or another uses.
    fn shown(&self, success: bool) -> Value {
        let lines: Vec<Value> = (self.lines.iter())
            .map(|line| {
                json!({
                    "sku": line.sku,
                    "quantity": line.quantity.to_string(),
                    "unit_price": money(line.unit_price),
                })
            })
            .collect();
        let total = self.lines.iter().map(|line| line.quantity * line.unit_price).sum();
        let order_id = if self.id.starts_with('O') { &self.id } else { &self.reference };
        let mut shown = json!({
            "id": self.id,
            "order_id": order_id,
            "reference": self.reference,
            "lines": lines,
            "total": money(total),
        });
        let is = |letter| self.id.starts_with(letter);
        let times: &[(&str, i64)] = match () {
            () if is('C') => &[("created_at", self.created_at)],
            () if is('O') => {
                &[("placed_at", self.created_at), ("awaiting_fulfillment_at", self.changed_at)]
            }
            () if is('E') => &[("confirmed_at", self.created_at)],
            () => &[("received_at", self.created_at), ("patched_at", self.changed_at)],
        };
        for (name, at) in times.iter().filter(|(_, at)| *at > 0) {
            shown[*name] = json!(at);
        }
        if success {
            shown["success"] = json!(true);
        }
        if !self.status.is_empty() {
            shown["status"] = json!(self.status);
        }
        if let Some(erp_id) = &self.erp_id {
            shown["erp_order_id"] = json!(erp_id);
        }
        shown
    }
}

fn lines(body: &Value) -> Vec<Line> {
    let lines = body["lines"].as_array().cloned().unwrap_or_default();
    let cents = |price: &str| {
        let (whole, part) = price.split_once('.').unwrap_or((price, "00"));
        whole.parse::<i64>().unwrap() * 100 + part.parse::<i64>().unwrap()
    };
    lines
        .iter()
        .map(|line| Line {
            sku: text(&line["sku"]),
            quantity: text(&line["quantity"]).parse().unwrap(),
            unit_price: cents(&text(&line["unit_price"])),
        })
        .collect()
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A part of an address without its percent-encoding.
fn decoded(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        plain.push(char::from(u8::from_str_radix(&after[..2], 16).unwrap()));
        rest = &after[2..];
    }
    plain + rest
}

/// An answer as the host's adapter reads it: the text of every scalar by its pointer.
pub(crate) fn flattened(value: &Value) -> BTreeMap<String, String> {
    fn walk(value: &Value, path: &str, facts: &mut BTreeMap<String, String>) {
        match value {
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    walk(item, &format!("{path}/{place}"), facts);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    walk(field, &format!("{path}/{name}"), facts);
                }
            }
            Value::String(text) => drop(facts.insert(path.to_owned(), text.clone())),
            Value::Bool(_) | Value::Number(_) => {
                facts.insert(path.to_owned(), value.to_string());
            }
            Value::Null => {}
        }
    }
    let mut facts = BTreeMap::new();
    walk(value, "", &mut facts);
    facts
}
