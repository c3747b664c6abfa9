//! The built-in flow: cart, checkout, order, B2B service, ERP, B2B service again, storefront.
//!
//! The paths and pointers are those of the simulated systems; every field of every step can be
//! changed by name, so that the same seven steps run against real ones.

use super::{
    check::{AnswerTest, Expectation},
    plan::{
        Capture, DataValue, FieldValue, FlowPlan, LinesPlan, LookupPlan, Method, PollPlan,
        StepCondition, StepPlan, SystemFactsPlan, SystemPlan,
    },
};
use crate::{
    flow::{Access, ConsistencyRules},
    unit::Invalid,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What may differ from the built-in flow.
///
/// ```
/// use replenish::flow::{FlowPlan, SevenSteps, StepChange};
/// let options: SevenSteps = serde_json::from_str(r#"{
///     "data": { "skus": ["A", "B"], "quantities": ["2", "1"], "unit_prices": ["19.90", "5.00"] },
///     "changes": { "await_b2b_order": { "poll": { "max_probes": 5, "until": [] } } }
/// }"#)?;
/// let plan: FlowPlan = FlowPlan::seven_steps(&options)?;
/// assert_eq!(plan.steps.len(), 7);
/// assert_eq!(plan.step("await_b2b_order").and_then(|step| step.poll.as_ref()).map(|poll| poll.max_probes), Some(5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
#[serde(default, deny_unknown_fields)]
pub struct SevenSteps {
    /// The systems `cart`, `checkout`, `order`, `b2b`, `erp` and `storefront` where they are not
    /// as by default: address, capabilities, patience. Others may be added.
    pub systems: BTreeMap<String, SystemPlan>,
    /// Test data: `skus`, `quantities`, `unit_prices`, `currency`, and whatever templates name.
    pub data: BTreeMap<String, DataValue>,
    /// Names of values that only the host knows.
    pub secrets: BTreeSet<String>,
    /// What is different about the built-in steps, by their names.
    pub changes: BTreeMap<String, StepChange>,
    /// Steps besides.
    pub add: Vec<StepPlan>,
    /// How long the run may take, in milliseconds.
    pub deadline_ms: Option<u64>,
    /// What is known of the order in each system, where that is not as by default.
    pub facts: BTreeMap<String, SystemFactsPlan>,
    /// How these are compared, where that is not as by default.
    pub consistency: Option<ConsistencyRules>,
}

/// Declares a step's changes: every field of [`StepPlan`] but its name, each only where it differs.
macro_rules! step_change {
    ($($field:ident: $type:ty),* $(,)?) => {
        /// What is different about a built-in step; a field that is given replaces the whole field.
        #[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
        #[cfg_attr(target_family = "wasm", derive(tsify::Tsify), tsify(hashmap_as_object))]
        #[serde(default, deny_unknown_fields)]
        pub struct StepChange {
            $(
                #[doc = concat!("See `StepPlan::", stringify!($field), "`.")]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
        }

        impl StepChange {
            /// The step with these changes.
            fn apply(&self, step: &mut StepPlan) {
                $(
                    if let Some(value) = &self.$field {
                        step.$field = value.clone().into();
                    }
                )*
            }
        }
    };
}

step_change! {
    system: String,
    method: Method,
    path: String,
    body: BTreeMap<String, FieldValue>,
    effect: Access,
    repeatable: bool,
    depends_on: Vec<String>,
    condition: StepCondition,
    always_run: bool,
    max_retries: u32,
    deadline_ms: u64,
    poll: PollPlan,
    success_when: Vec<AnswerTest>,
    duplicate_when: Vec<AnswerTest>,
    document: String,
    captures: BTreeMap<String, Capture>,
    checks: Vec<AnswerTest>,
    soft_checks: Vec<AnswerTest>,
    lookup: LookupPlan,
    idempotency_key: String,
    revision: u32,
}

impl FlowPlan {
    /// The built-in flow with the given options.
    ///
    /// # Errors
    ///
    /// When a change names no built-in step, or the plan cannot be carried out.
    pub fn seven_steps(options: &SevenSteps) -> Result<Self, Invalid> {
        let mut steps = built_in_steps();
        for (id, change) in &options.changes {
            let Some(step) = steps.iter_mut().find(|step| step.id == *id) else {
                let names: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
                let expected = format!("one of the steps {}", names.join(", "));
                return Err(Invalid::new("step_unknown", expected, id).at("changes"));
            };
            change.apply(step);
        }
        steps.extend(options.add.iter().cloned());
        let names = ["cart", "checkout", "order", "b2b", "erp", "storefront"];
        let mut systems: BTreeMap<String, SystemPlan> =
            names.map(|name| (name.to_owned(), SystemPlan::default())).into();
        systems.extend(options.systems.clone());
        let list =
            |texts: &[&str]| DataValue::Many(texts.iter().map(|&text| text.to_owned()).collect());
        let mut data = BTreeMap::from([
            ("skus".to_owned(), list(&["TEST-1", "TEST-2"])),
            ("quantities".to_owned(), list(&["2", "1"])),
            ("unit_prices".to_owned(), list(&["19.90", "5.00"])),
            ("currency".to_owned(), DataValue::One("EUR".to_owned())),
        ]);
        data.extend(options.data.clone());
        let mut facts = built_in_facts();
        facts.extend(options.facts.clone());
        let plan = Self {
            name: "seven steps".to_owned(),
            systems,
            data,
            secrets: options.secrets.clone(),
            steps,
            deadline_ms: options.deadline_ms.unwrap_or(3_600_000),
            facts,
            consistency: options.consistency.clone().unwrap_or_default(),
        };
        plan.validate()?;
        Ok(plan)
    }
}

fn built_in_steps() -> Vec<StepPlan> {
    let steps = [
        create_cart(),
        place_order(),
        await_fulfillment(),
        await_b2b_order(),
        send_to_erp(),
        update_b2b_order(),
        confirm_in_storefront(),
    ];
    let mut before: Option<String> = None;
    let chained = steps.into_iter().map(|mut step| {
        step.depends_on = before.take().into_iter().collect();
        before = Some(step.id.clone());
        step
    });
    chained.collect()
}

fn create_cart() -> StepPlan {
    let mut step = StepPlan::new("create_cart", "cart", Method::Post, "/carts");
    step.body = lines_of("skus", "quantities", "unit_prices");
    step.body.extend(fields(&[("/reference", "{idempotency_key}"), ("/currency", "{currency}")]));
    step.document = Some("/id".to_owned());
    step.captures = captures("cart", &["id"], &["total"], &["created_at"], "");
    step.checks = same_lines("");
    step.lookup = Some(LookupPlan {
        captures: captures("cart", &["id"], &["total"], &["created_at"], "/carts/0"),
        ..by_reference("/carts?reference={idempotency_key}", "/carts/*/id")
    });
    step
}

fn place_order() -> StepPlan {
    let mut step = StepPlan::new("place_order", "checkout", Method::Post, "/checkouts");
    step.body = fields(&[("/reference", "{idempotency_key}"), ("/cart_id", "{cart_id}")]);
    step.document = Some("/order_id".to_owned());
    let kept = |root: &str| {
        let mut kept = captures("checkout", &[], &["total"], &["placed_at"], root);
        kept.insert("order_id".to_owned(), Capture::at(&format!("{root}/order_id")));
        kept
    };
    step.captures = kept("");
    step.lookup = Some(LookupPlan {
        captures: kept("/orders/0"),
        ..by_reference("/orders?cart_id={cart_id}", "/orders/*/order_id")
    });
    step
}

fn await_fulfillment() -> StepPlan {
    let path = "/orders/{order_id}";
    let mut step = StepPlan::new("await_fulfillment", "order", Method::Put, path);
    step.body = fields(&[("/status", "awaiting_fulfillment")]);
    step.repeatable = true;
    let is_set = || equals("/status", "awaiting_fulfillment");
    let kept = || {
        BTreeMap::from([
            ("order_status".to_owned(), Capture::at("/status")),
            ("order_at".to_owned(), optional("/awaiting_fulfillment_at")),
        ])
    };
    step.captures = kept();
    step.checks = vec![equals("/order_id", "{order_id}"), is_set()];
    step.lookup = Some(LookupPlan {
        documents: None,
        applied_when: vec![is_set()],
        captures: kept(),
        ..by_reference(path, "")
    });
    step
}

fn await_b2b_order() -> StepPlan {
    let path = "/b2b/orders/{order_id}";
    let mut step = StepPlan::new("await_b2b_order", "b2b", Method::Get, path);
    step.poll = Some(PollPlan {
        max_probes: 4,
        initial_delay_ms: 0,
        interval_ms: 5_000,
        until: vec![equals("/order_id", "{order_id}")],
        contradicted_when: vec![AnswerTest::new(
            "/status",
            Expectation::OneOf(vec!["cancelled".to_owned(), "rejected".to_owned()]),
        )],
    });
    step.captures = captures("b2b", &["id"], &["total"], &["received_at"], "");
    step
}

fn send_to_erp() -> StepPlan {
    let mut step = StepPlan::new("send_to_erp", "erp", Method::Post, "/erp/orders");
    step.body = lines_of("b2b_skus", "b2b_quantities", "b2b_unit_prices");
    step.body.extend(fields(&[
        ("/reference", "{order_id}"),
        ("/currency", "{currency}"),
        ("/total", "{b2b_total}"),
    ]));
    step.document = Some("/id".to_owned());
    let kept = |root: &str| {
        let mut kept = captures("erp", &["id", "status"], &["total"], &["confirmed_at"], root);
        kept.insert("erp_reference".to_owned(), Capture::at(&format!("{root}/reference")));
        kept
    };
    step.captures = kept("");
    step.checks = vec![equals("/reference", "{order_id}")];
    step.lookup = Some(LookupPlan {
        captures: kept("/orders/0"),
        ..by_reference("/erp/orders?reference={order_id}", "/orders/*/id")
    });
    step
}

fn update_b2b_order() -> StepPlan {
    let path = "/b2b/orders/{order_id}";
    let mut step = StepPlan::new("update_b2b_order", "b2b", Method::Patch, path);
    step.body = fields(&[("/erp_order_id", "{erp_id}"), ("/status", "patched")]);
    step.repeatable = true;
    let kept = || {
        BTreeMap::from([
            ("b2b_status".to_owned(), Capture::at("/status")),
            ("b2b_erp_id".to_owned(), Capture::at("/erp_order_id")),
            ("b2b_patched_at".to_owned(), optional("/patched_at")),
        ])
    };
    let is_set = || equals("/erp_order_id", "{erp_id}");
    step.captures = kept();
    step.checks = vec![is_set()];
    step.lookup = Some(LookupPlan {
        documents: None,
        applied_when: vec![is_set()],
        captures: kept(),
        ..by_reference(path, "")
    });
    step
}

fn confirm_in_storefront() -> StepPlan {
    let path = "/storefront/orders/{order_id}";
    let mut step = StepPlan::new("confirm_in_storefront", "storefront", Method::Get, path);
    let mut kept = captures("storefront", &["status"], &["total"], &["shown_at"], "");
    kept.insert("storefront_order_id".to_owned(), Capture::at("/order_id"));
    kept.insert("storefront_erp_id".to_owned(), optional("/erp_order_id"));
    step.captures = kept;
    step.checks = vec![equals("/order_id", "{order_id}")];
    step
}

/// The lines of an order as fields of a body.
fn lines_of(skus: &str, quantities: &str, unit_prices: &str) -> BTreeMap<String, FieldValue> {
    [("sku", skus), ("quantity", quantities), ("unit_price", unit_prices)]
        .map(|(field, list)| (format!("/lines/*/{field}"), FieldValue::Text(format!("{{{list}}}"))))
        .into()
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, FieldValue> {
    let field = |(pointer, text): &(&str, &str)| {
        ((*pointer).to_owned(), FieldValue::Text((*text).to_owned()))
    };
    pairs.iter().map(field).collect()
}

/// What every system tells of an order: fields of its own, its lines, sums and times. They are kept
/// under the system's name: `erp_id`, `erp_skus`, `erp_total`.
fn captures(
    system: &str,
    wanted: &[&str],
    sums: &[&str],
    times: &[&str],
    root: &str,
) -> BTreeMap<String, Capture> {
    let lines = [("skus", "sku"), ("quantities", "quantity"), ("unit_prices", "unit_price")];
    let lines = lines.map(|(name, field)| {
        (format!("{system}_{name}"), Capture::at(&format!("{root}/lines/*/{field}")))
    });
    let own = wanted.iter().chain(sums);
    let own = own.map(|f| (format!("{system}_{f}"), Capture::at(&format!("{root}/{f}"))));
    let times = times.iter().map(|f| (format!("{system}_{f}"), optional(&format!("{root}/{f}"))));
    lines.into_iter().chain(own).chain(times).collect()
}

fn optional(pointer: &str) -> Capture {
    Capture { optional: true, ..Capture::at(pointer) }
}

fn equals(pointer: &str, text: &str) -> AnswerTest {
    AnswerTest::new(pointer, Expectation::Equals(text.to_owned()))
}

/// The cart holds what was put in; prices are compared in minor units.
fn same_lines(root: &str) -> Vec<AnswerTest> {
    let price = Expectation::SameMoney {
        amount: "{unit_prices}".to_owned(),
        currency: "{currency}".to_owned(),
    };
    vec![
        equals(&format!("{root}/lines/*/sku"), "{skus}"),
        equals(&format!("{root}/lines/*/quantity"), "{quantities}"),
        AnswerTest::new(&format!("{root}/lines/*/unit_price"), price),
    ]
}

fn by_reference(path: &str, documents: &str) -> LookupPlan {
    LookupPlan {
        path: path.to_owned(),
        documents: Some(documents.to_owned()).filter(|pointer| !pointer.is_empty()),
        success_when: Vec::new(),
        applied_when: Vec::new(),
        not_found_is_absence: false,
        captures: BTreeMap::new(),
    }
}

fn built_in_facts() -> BTreeMap<String, SystemFactsPlan> {
    let pairs = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), format!("{{{value}}}"))).collect()
    };
    let facts = |system: &str, ids: &[(&str, &str)], times: &[(&str, &str)]| SystemFactsPlan {
        ids: pairs(ids),
        lines: Some(LinesPlan {
            sku: format!("{{{system}_skus}}"),
            quantity: format!("{{{system}_quantities}}"),
            unit_price: Some(format!("{{{system}_unit_prices}}")),
        }),
        totals: BTreeMap::from([("total".to_owned(), format!("{{{system}_total}}"))]),
        currency: Some("{currency}".to_owned()),
        times: pairs(times),
        ..SystemFactsPlan::default()
    };
    let order = ("order", "order_id");
    let all = BTreeMap::from([
        ("cart", facts("cart", &[("cart", "cart_id")], &[("created", "cart_created_at")])),
        (
            "checkout",
            facts("checkout", &[("cart", "cart_id"), order], &[("placed", "checkout_placed_at")]),
        ),
        (
            "order",
            SystemFactsPlan {
                ids: pairs(&[order]),
                status: Some("{order_status}".to_owned()),
                times: pairs(&[("awaiting_fulfillment", "order_at")]),
                ..SystemFactsPlan::default()
            },
        ),
        (
            "b2b",
            SystemFactsPlan {
                status: Some("{b2b_status}".to_owned()),
                ..facts(
                    "b2b",
                    &[order, ("b2b", "b2b_id"), ("erp", "b2b_erp_id")],
                    &[("received", "b2b_received_at"), ("patched", "b2b_patched_at")],
                )
            },
        ),
        (
            "erp",
            SystemFactsPlan {
                status: Some("{erp_status}".to_owned()),
                documents: Some("{erp_id}".to_owned()),
                ..facts(
                    "erp",
                    &[("order", "erp_reference"), ("erp", "erp_id")],
                    &[("confirmed", "erp_confirmed_at")],
                )
            },
        ),
        (
            "storefront",
            SystemFactsPlan {
                status: Some("{storefront_status}".to_owned()),
                ..facts(
                    "storefront",
                    &[("order", "storefront_order_id"), ("erp", "storefront_erp_id")],
                    &[("shown", "storefront_shown_at")],
                )
            },
        ),
    ]);
    all.into_iter().map(|(name, facts)| (name.to_owned(), facts)).collect()
}
