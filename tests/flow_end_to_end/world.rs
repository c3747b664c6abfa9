//! Six systems that keep one order each in their own way, and a host with a clock of its own.
//!
//! Every call can go wrong in a way of its own: refused, lost before or after it was applied,
//! answered late or with another status, or with another price.

use replenish::{
    flow::{
        AnswerFacts, FlowPlan, Method, Purpose, Reply, RunCommand, RunInput, RunLife, RunOutcome,
        RunRecord, RunSummary, SevenSteps, advance_run, summarize_run,
    },
    unit::Timestamp,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Refused,
    LostBefore,
    LostAfter,
    Before(u16),
    After(u16),
    /// Applied at once, answered after so many milliseconds.
    Late(i64),
    /// Answered, but with another price.
    OtherPrice,
    /// Answered with status 200 and a body that cannot be read.
    Unreadable,
}

/// The systems.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) carts: Vec<Value>,
    pub(crate) orders: Vec<Value>,
    pub(crate) erp: Vec<Value>,
    b2b_patch: Option<Value>,
    status: Option<String>,
    /// The B2B service has the order from this probe on.
    pub(crate) visible_at_probe: u32,
    probes: u32,
    /// Systems that apply a key once.
    pub(crate) keyed: BTreeSet<String>,
    keys: BTreeMap<String, Value>,
    /// By step: what goes wrong with its first, second and further calls, look-ups not counted.
    pub(crate) faults: BTreeMap<String, Vec<Fault>>,
    calls: BTreeMap<String, usize>,
    /// Everything that went over the wire.
    pub(crate) traffic: Vec<String>,
}

/// What was observed of a run.
pub(crate) struct Observed {
    pub(crate) records: Vec<RunRecord>,
    pub(crate) summary: RunSummary,
    pub(crate) outcome: RunOutcome,
    pub(crate) exit_code: u8,
    /// The keys of every write, by step.
    pub(crate) keys: BTreeMap<String, BTreeSet<String>>,
}

/// The built-in plan with these options.
pub(crate) fn plan(options: Value) -> FlowPlan {
    let options: SevenSteps = serde_json::from_value(options).unwrap();
    FlowPlan::seven_steps(&options).unwrap()
}

/// A connection with these capabilities and no jitter.
pub(crate) fn system(capabilities: &Value) -> Value {
    json!({ "policy": { "capabilities": capabilities, "jitter_percent": 0 } })
}

impl World {
    pub(crate) fn new() -> Self {
        Self::visible_at(1)
    }

    /// The B2B service has the order from this probe on.
    pub(crate) fn visible_at(probe: u32) -> Self {
        Self { visible_at_probe: probe, ..Self::default() }
    }

    pub(crate) fn fault(mut self, step: &str, faults: &[Fault]) -> Self {
        self.faults.insert(step.to_owned(), faults.to_vec());
        self
    }

    /// Runs a plan to its end.
    pub(crate) fn run(&mut self, plan: FlowPlan) -> Observed {
        self.run_until(plan, i64::MAX)
    }

    /// Runs a plan and aborts it at a time.
    pub(crate) fn run_until(&mut self, plan: FlowPlan, abort_at: i64) -> Observed {
        let mut run = RunLife::new("R-1", plan).unwrap();
        let mut now = Timestamp(0);
        let mut wake: Option<Timestamp> = None;
        let mut replies: Vec<(Timestamp, u32, u32, Reply)> = Vec::new();
        let mut records = Vec::new();
        let mut finished = None;
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut input = RunInput::Start {};
        let mut aborted = false;
        for _ in 0..10_000 {
            let advance = advance_run(&run, &input, now).unwrap();
            // A stored run is the same run.
            let stored = serde_json::to_string(&advance.run).unwrap();
            run = serde_json::from_str(&stored).unwrap();
            assert_eq!(run, advance.run);
            wake = None;
            for command in advance.commands {
                match command {
                    RunCommand::Send {
                        ref step,
                        request_id,
                        attempt,
                        ref idempotency_key,
                        deadline_at,
                        ..
                    } => {
                        if let Some(key) = idempotency_key {
                            keys.entry(step.clone()).or_default().insert(key.clone());
                        }
                        let (after_ms, reply) = self.call(&command);
                        let at = now.plus_millis(after_ms);
                        if at > deadline_at {
                            replies.push((deadline_at, request_id, attempt, Reply::NoAnswer {}));
                        }
                        replies.push((at, request_id, attempt, reply));
                    }
                    RunCommand::Wake { at } => wake = Some(at),
                    RunCommand::Record { record } => records.push(record),
                    RunCommand::Finished { outcome, exit_code } => {
                        finished = Some((outcome, exit_code));
                    }
                    RunCommand::Abort { .. } | RunCommand::NeedToken { .. } => {}
                }
            }
            replies.sort_by_key(|(at, id, attempt, _)| (*at, *id, *attempt));
            let next = replies.first().map(|(at, ..)| *at);
            if !aborted && finished.is_none() && abort_at < i64::MAX {
                let first = next.into_iter().chain(wake).min();
                if first.is_none_or(|first| first.0 > abort_at) {
                    aborted = true;
                    now = Timestamp(abort_at);
                    input = RunInput::Abort {};
                    continue;
                }
            }
            match (next, wake) {
                (Some(at), _) if wake.is_none_or(|wake| at <= wake) => {
                    let (_, request_id, attempt, reply) = replies.remove(0);
                    now = at;
                    input = RunInput::Reply { request_id, attempt, reply };
                }
                (_, Some(at)) => {
                    now = at;
                    input = RunInput::Woke {};
                }
                (_, None) => break,
            }
        }
        assert_eq!(wake, None, "the run goes on for ever");
        let (outcome, exit_code) = finished.expect("the run ends");
        assert_eq!(run.outcome(), Some(outcome));
        let summary = summarize_run(&records);
        assert_eq!(summary.outcome, Some(outcome));
        Observed { records, summary, outcome, exit_code, keys }
    }

    pub(crate) fn call(&mut self, command: &RunCommand) -> (u64, Reply) {
        let RunCommand::Send { step, system, method, path, body, idempotency_key, purpose, .. } =
            command
        else {
            unreachable!("only calls are called")
        };
        self.traffic.push(format!("{} {path} {}", method.name(), body.as_deref().unwrap_or("")));
        let looks_up = *purpose == Purpose::LookUp {};
        let fault = if looks_up {
            None
        } else {
            let call = self.calls.entry(step.clone()).or_default();
            *call += 1;
            self.faults.get(step).and_then(|faults| faults.get(*call - 1)).copied()
        };
        match fault {
            Some(Fault::Refused) => return (5, Reply::NotSent {}),
            Some(Fault::LostBefore) => return (50, Reply::NoAnswer {}),
            Some(Fault::Before(status)) => return (20, answer(status, Some(&json!({})))),
            Some(
                Fault::LostAfter
                | Fault::After(_)
                | Fault::Late(_)
                | Fault::OtherPrice
                | Fault::Unreadable,
            )
            | None => {}
        }
        let body: Value =
            body.as_ref().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
        let known = idempotency_key
            .as_ref()
            .filter(|_| self.keyed.contains(system))
            .and_then(|key| self.keys.get(key).cloned());
        let (status, mut said) = match known {
            Some(said) => (200, said),
            None => self.apply(system, *method, path, &body),
        };
        if let Some(key) = idempotency_key {
            self.keys.insert(key.clone(), said.clone());
        }
        match fault {
            Some(Fault::LostAfter) => (50, Reply::NoAnswer {}),
            Some(Fault::After(status)) => (20, answer(status, Some(&json!({})))),
            Some(Fault::Unreadable) => (20, answer(200, None)),
            Some(Fault::Late(ms)) => (u64::try_from(ms).unwrap(), answer(status, Some(&said))),
            Some(Fault::OtherPrice) => {
                said["lines"][0]["unit_price"] = json!("20.90");
                (20, answer(status, Some(&said)))
            }
            Some(Fault::Refused | Fault::LostBefore | Fault::Before(_)) | None => {
                (20, answer(status, Some(&said)))
            }
        }
    }

    fn apply(&mut self, system: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let wanted = path.rsplit(['=', '/']).next().unwrap_or_default().to_owned();
        let holding = |documents: &[Value], field: &str, list: &str| {
            let carries = |one: &&Value| one[field] == json!(wanted.replace("%2F", "/"));
            let found: Vec<&Value> = documents.iter().filter(carries).collect();
            (200, json!({ list: found }))
        };
        match (system, method) {
            ("cart", Method::Post) => {
                let mut cart = body.clone();
                cart["id"] = json!(format!("C-{}", self.carts.len() + 1));
                cart["total"] = json!(total(&cart));
                cart["created_at"] = json!(1_000);
                self.carts.push(cart.clone());
                (201, cart)
            }
            ("cart", _) => holding(&self.carts, "reference", "carts"),
            ("checkout", Method::Post) => {
                let Some(cart) = self.carts.iter().find(|cart| cart["id"] == body["cart_id"])
                else {
                    return (404, json!({}));
                };
                let mut order = cart.clone();
                order["order_id"] = json!(format!("O-{}", self.orders.len() + 1));
                order["cart_id"] = body["cart_id"].clone();
                order["placed_at"] = json!(2_000);
                self.orders.push(order.clone());
                (201, order)
            }
            ("checkout", _) => holding(&self.orders, "cart_id", "orders"),
            ("order", _) => {
                if method == Method::Put {
                    self.status = body["status"].as_str().map(str::to_owned);
                }
                let status = self.status.clone().unwrap_or_else(|| "placed".into());
                let said = json!({ "order_id": wanted, "status": status, "awaiting_fulfillment_at": 3_000 });
                (200, said)
            }
            ("b2b", _) => self.b2b(method, &wanted, body),
            ("erp", Method::Post) => {
                let mut order = body.clone();
                order["id"] = json!(format!("E-{}", self.erp.len() + 1));
                order["status"] = json!("confirmed");
                order["confirmed_at"] = json!(5_000);
                self.erp.push(order.clone());
                (201, order)
            }
            ("erp", _) => holding(&self.erp, "reference", "orders"),
            ("storefront", _) => {
                let Some(order) =
                    self.orders.iter().find(|order| order["order_id"] == json!(wanted))
                else {
                    return (404, json!({}));
                };
                let mut shown = order.clone();
                shown["status"] = json!("confirmed");
                shown["shown_at"] = json!(7_000);
                shown["erp_order_id"] = self
                    .b2b_patch
                    .as_ref()
                    .map_or(Value::Null, |patch| patch["erp_order_id"].clone());
                (200, shown)
            }
            (other, _) => unreachable!("{other}"),
        }
    }

    fn b2b(&mut self, method: Method, order_id: &str, body: &Value) -> (u16, Value) {
        if method == Method::Get && self.b2b_patch.is_none() {
            self.probes += 1;
        }
        let order = self.orders.iter().find(|order| order["order_id"] == json!(order_id));
        let Some(order) = order.filter(|_| self.probes >= self.visible_at_probe) else {
            return (404, json!({}));
        };
        let mut order = order.clone();
        order["id"] = json!("B-1");
        order["status"] = json!("received");
        order["received_at"] = json!(4_000);
        if method == Method::Patch {
            self.b2b_patch = Some(body.clone());
        }
        if let Some(patch) = &self.b2b_patch {
            order["status"] = patch["status"].clone();
            order["erp_order_id"] = patch["erp_order_id"].clone();
            order["patched_at"] = json!(6_000);
        }
        (200, order)
    }
}

fn total(cart: &Value) -> String {
    let cents = |text: &str| text.replace('.', "").parse::<u64>().unwrap();
    let lines = cart["lines"].as_array().unwrap().iter().map(|line| {
        line["quantity"].as_str().unwrap().parse::<u64>().unwrap()
            * cents(line["unit_price"].as_str().unwrap())
    });
    let total: u64 = lines.sum();
    format!("{}.{:02}", total / 100, total % 100)
}

fn answer(status: u16, said: Option<&Value>) -> Reply {
    let facts = said.map(|said| {
        let mut facts = AnswerFacts::new();
        flatten(said, String::new(), &mut facts);
        facts
    });
    let retry_after_ms = (status == 429).then_some(2_000);
    Reply::Answer { status, retry_after_ms, facts }
}

/// What an adapter does: every scalar by its pointer.
fn flatten(value: &Value, pointer: String, facts: &mut AnswerFacts) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => drop(facts.insert(pointer, flag.to_string())),
        Value::Number(number) => drop(facts.insert(pointer, number.to_string())),
        Value::String(text) => drop(facts.insert(pointer, text.clone())),
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                flatten(value, format!("{pointer}/{place}"), facts);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                flatten(value, format!("{pointer}/{name}"), facts);
            }
        }
    }
}
