//! Simulated stock.

use super::{
    columns::{list, numbers, object},
    give, refuse, take,
};
use crate::{
    forecast::QuantilePath,
    inventory::simulate::{
        Control, Costs, Issue, Lot, OrderDays, Receipt, Sampler, Scenario, Trace, Unmet,
        simulate_in_blocks,
    },
    unit::Invalid,
};
use js_sys::{Float64Array, Object, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const SIMULATION_TYPES: &str = r#"
/**
 * A product and the world around it; what is left out is the plainest: orders in every period that
 * arrive in the next, no expiry, demand lost where there is no stock, no costs, an empty shelf.
 */
export interface SimulationScenario {
    /**
     * Periods until an order placed in each period can be sold, cycled when shorter than the demand.
     * An order of lead time 0 arrives behind the period's customers and counts in its closing stock;
     * one of lead time L arrives before the customers of period t + L.
     */
    lead_times?: Uint32Array | undefined;
    /**
     * In which periods an order may be placed: every so many from the period `offset` on, or where it
     * is not 0, cycled when shorter than the demand: seven entries are a week.
     */
    order_days?: { periods: number; offset?: number | undefined } | Uint8Array | undefined;
    /** In how many periods goods can be sold from their receipt on; for ever when left out. */
    shelf_life?: number | undefined;
    /**
     * Which goods customers get; the oldest when left out, which are at once the first in and the
     * first to expire.
     */
    issue?: Issue | undefined;
    /** What becomes of demand that stock does not cover. */
    unmet?: SimulationUnmetDemand | undefined;
    /** The least that may be ordered; 0 for none. */
    minimum_order_quantity?: number | undefined;
    /** Orders are rounded up to a multiple of this; 0 for none. */
    order_multiple?: number | undefined;
    /** What everything costs. */
    costs?: SimulationCosts | undefined;
    /** Stock at the start, as fresh as if it had just been received. */
    on_hand?: number | undefined;
    /** More stock at the start, which is older, by ascending `expires`; only with a shelf life. */
    lots?: readonly SimulationLot[] | undefined;
    /** Ordered before the start and not yet received. */
    pipeline?: readonly SimulationReceipt[] | undefined;
    /** Periods at the start that are simulated but not counted. */
    warm_up?: number | undefined;
}
/**
 * Who orders how much: by levels for every period, or one entry that is always the same.
 * `order_up_to`: up to the level whenever the inventory position is below it. `reorder_up_to`: up to
 * the level once the position is at the reorder point or below, (s, S). `reorder_quantity`: the
 * fewest of the quantity that lift it above the point, (r, nQ). `quantities`: what is written down.
 */
export type SimulationControl =
    | { type: "order_up_to"; order_up_to_levels: Float64Array }
    | { type: "reorder_up_to"; reorder_points: Float64Array; order_up_to_levels: Float64Array }
    | { type: "reorder_quantity"; reorder_points: Float64Array; order_quantities: Float64Array }
    | { type: "quantities"; quantities: Float64Array };
/** Every period of a simulation, in columns. */
export interface SimulationTrace {
    /** Units received, those that were ordered in it and arrived at once included. */
    received: Float64Array;
    /** Units that expired. */
    wasted: Float64Array;
    /** What stock did not cover. */
    short: Float64Array;
    /** Units ordered. */
    ordered: Float64Array;
    /** Units on the shelf at the end. */
    on_hand: Float64Array;
    /** Units for which customers wait at the end. */
    back_ordered: Float64Array;
    /** Units ordered and not received at the end. */
    on_order: Float64Array;
}
/**
 * Where demand is drawn from: stretches of the history, each in the phase of its season (1 for
 * none); a distribution of counts by its means, one for each period or always the same; quantiles.
 */
export type DemandSampler =
    | { type: "blocks"; history: Float64Array; block: number; season_length: number }
    | { type: "poisson"; means: Float64Array }
    | { type: "negative_binomial"; means: Float64Array; variance_to_mean: number }
    | { type: "quantiles"; quantiles: readonly QuantilePath[] };
"#;

/// What a `SimulationScenario` holds.
///
/// It is read field by field: what is generated for a document of so many optional fields would be
/// larger than the whole simulation.
struct World {
    lead_times: Vec<u32>,
    marks: Vec<bool>,
    every: Option<(u32, u32)>,
    shelf_life: Option<u32>,
    issue: Issue,
    unmet: Unmet,
    minimum_order_quantity: f64,
    order_multiple: f64,
    costs: Costs,
    on_hand: f64,
    lots: Vec<Lot>,
    pipeline: Vec<Receipt>,
    warm_up: usize,
}

const SCENARIO: [&str; 12] = [
    "lead_times",
    "order_days",
    "shelf_life",
    "issue",
    "unmet",
    "minimum_order_quantity",
    "order_multiple",
    "costs",
    "on_hand",
    "lots",
    "pipeline",
    "warm_up",
];
const COSTS: [&str; 6] = [
    "unit_cost",
    "holding_per_unit_and_period",
    "shortage_per_unit",
    "order_line",
    "waste_per_unit",
    "emergency_premium",
];

impl World {
    fn read(scenario: &JsValue) -> Result<Self, JsValue> {
        let fields = Fields::new(scenario, "scenario", &SCENARIO)?;
        let (marks, every) = match fields.get("order_days")? {
            None => (vec![true], None),
            Some(days) => match days.dyn_ref::<Uint8Array>() {
                Some(marks) => (marks.to_vec().into_iter().map(|mark| mark != 0).collect(), None),
                None => {
                    let days = Fields::new(&days, "scenario.order_days", &["periods", "offset"])?;
                    let periods = days.whole("periods")?.unwrap_or(1);
                    (Vec::new(), Some((periods, days.whole("offset")?.unwrap_or(0))))
                }
            },
        };
        let given = fields.get("costs")?.unwrap_or_else(|| Object::new().into());
        let given = Fields::new(&given, "scenario.costs", &COSTS)?;
        let mut costs = [0.0; COSTS.len()];
        for (cost, name) in costs.iter_mut().zip(COSTS) {
            *cost = given.number(name)?.unwrap_or(0.0);
        }
        let [unit_cost, holding, shortage_per_unit, order_line, waste_per_unit, premium] = costs;
        let lots = fields.dated("lots", "expires")?.into_iter();
        let pipeline = fields.dated("pipeline", "period")?.into_iter();
        Ok(Self {
            lead_times: match fields.get("lead_times")? {
                None => vec![1],
                Some(times) => times
                    .dyn_ref()
                    .map(Uint32Array::to_vec)
                    .ok_or_else(|| fields.refuse("lead_times", "a Uint32Array"))?,
            },
            marks,
            every,
            shelf_life: fields.whole("shelf_life")?,
            issue: fields
                .one_of("issue", [Issue::FirstExpired, Issue::FirstIn, Issue::Freshest], &ISSUES)?
                .unwrap_or_default(),
            unmet: fields
                .one_of("unmet", [Unmet::Lost, Unmet::BackOrdered, Unmet::Emergency], &UNMET)?
                .unwrap_or(Unmet::Lost),
            minimum_order_quantity: fields.number("minimum_order_quantity")?.unwrap_or(0.0),
            order_multiple: fields.number("order_multiple")?.unwrap_or(0.0),
            costs: Costs {
                unit_cost,
                holding_per_unit_and_period: holding,
                shortage_per_unit,
                order_line,
                waste_per_unit,
                emergency_premium: premium,
            },
            on_hand: fields.number("on_hand")?.unwrap_or(0.0),
            lots: lots.map(|(expires, quantity)| Lot { expires, quantity }).collect(),
            pipeline: pipeline.map(|(period, quantity)| Receipt { period, quantity }).collect(),
            warm_up: fields.whole("warm_up")?.unwrap_or(0) as usize,
        })
    }

    fn with<'a>(&'a self, demand: &'a [f64]) -> Scenario<'a> {
        Scenario {
            demand,
            lead_times: &self.lead_times,
            order_days: match self.every {
                Some((periods, offset)) => OrderDays::Every { periods, offset },
                None => OrderDays::Marked(&self.marks),
            },
            shelf_life: self.shelf_life,
            issue: self.issue,
            unmet: self.unmet,
            minimum_order_quantity: self.minimum_order_quantity,
            order_multiple: self.order_multiple,
            costs: self.costs,
            on_hand: self.on_hand,
            lots: &self.lots,
            pipeline: &self.pipeline,
            warm_up: self.warm_up,
        }
    }
}

/// As they are written in documents.
const ISSUES: [&str; 3] = ["first_expired", "first_in", "freshest"];
const UNMET: [&str; 3] = ["lost", "back_ordered", "emergency"];

/// An object of known fields, each of which may be left out.
pub(super) struct Fields<'a> {
    object: &'a JsValue,
    path: &'a str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(object: &'a JsValue, path: &'a str, known: &[&str]) -> Result<Self, JsValue> {
        let fields = Self { object, path };
        if !object.is_object() {
            return Err(refuse(Invalid::new("document_invalid", "an object", "").at(path)));
        }
        for key in Object::keys(object.unchecked_ref::<Object>()) {
            let key = key.as_string().unwrap_or_default();
            if !known.contains(&key.as_str()) {
                return Err(fields.refuse(&key, "no such field"));
            }
        }
        Ok(fields)
    }

    pub(super) fn refuse(&self, name: &str, expected: &str) -> JsValue {
        let invalid = Invalid::new("document_invalid", expected, "another value");
        refuse(invalid.at(name).at(self.path))
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<JsValue>, JsValue> {
        let value = Reflect::get(self.object, &name.into())?;
        Ok((!value.is_undefined() && !value.is_null()).then_some(value))
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, JsValue> {
        let number = |value: JsValue| value.as_f64().ok_or_else(|| self.refuse(name, "a number"));
        self.get(name)?.map(number).transpose()
    }

    /// A whole number from zero on.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what would be lost is refused"
    )]
    fn whole(&self, name: &str) -> Result<Option<u32>, JsValue> {
        let Some(value) = self.number(name)? else { return Ok(None) };
        let whole = value as u32;
        if f64::from(whole).total_cmp(&value).is_eq() {
            return Ok(Some(whole));
        }
        Err(self.refuse(name, "a whole number of zero or more"))
    }

    fn one_of<T: Copy, const N: usize>(
        &self,
        name: &str,
        values: [T; N],
        names: &[&str; N],
    ) -> Result<Option<T>, JsValue> {
        let Some(given) = self.get(name)? else { return Ok(None) };
        let given = given.as_string().unwrap_or_default();
        let found = names.iter().position(|known| *known == given);
        let value = found.and_then(|index| values.get(index).copied());
        value.map(Some).ok_or_else(|| self.refuse(name, &names.join(" or ")))
    }

    /// A list of quantities, each with a period.
    fn dated(&self, name: &str, period: &str) -> Result<Vec<(usize, f64)>, JsValue> {
        let mut all = Vec::new();
        let Some(given) = self.get(name)? else { return Ok(all) };
        for (path, entry) in list(&given, &format!("{}.{name}", self.path))? {
            let entry = Fields::new(&entry, &path, &[period, "quantity"])?;
            let missing = |name: &str| entry.refuse(name, "a number");
            let at = entry.whole(period)?.ok_or_else(|| missing(period))?;
            let quantity = entry.number("quantity")?.ok_or_else(|| missing("quantity"))?;
            all.push((at as usize, quantity));
        }
        Ok(all)
    }
}

/// Levels as they come from JavaScript.
struct Levels {
    kind: String,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Levels {
    fn read(control: &JsValue) -> Result<Self, JsValue> {
        let kind = kind(control, "control")?;
        let (first, second) = match kind.as_str() {
            "order_up_to" => ("order_up_to_levels", None),
            "reorder_up_to" => ("reorder_points", Some("order_up_to_levels")),
            "reorder_quantity" => ("reorder_points", Some("order_quantities")),
            "quantities" => ("quantities", None),
            other => {
                let expected = "order_up_to, reorder_up_to, reorder_quantity or quantities";
                return Err(refuse(Invalid::new("control_unknown", expected, other).at("control")));
            }
        };
        let read = |name: &str| column(control, "control", name);
        let second = second.map_or_else(|| Ok(Vec::new()), read)?;
        Ok(Self { first: read(first)?, second, kind })
    }

    fn control(&self) -> Control<'_> {
        let (reorder_points, second) = (&self.first, &self.second);
        match self.kind.as_str() {
            "order_up_to" => Control::OrderUpTo(&self.first),
            "reorder_up_to" => Control::ReorderUpTo { reorder_points, order_up_to_levels: second },
            "reorder_quantity" => {
                Control::ReorderQuantity { reorder_points, order_quantities: second }
            }
            _ => Control::Quantities(&self.first),
        }
    }
}

/// No trace, in the type of one: with and without it is the same code, of which there is one copy.
const UNSEEN: Option<&mut Trace> = None;

/// Simulates one product's stock: an outcome for each so many counted periods, or a single one when
/// `block` is left out.
#[wasm_bindgen(js_name = simulateStock, unchecked_return_type = "SimulationOutcome[]")]
pub fn simulate_stock(
    #[wasm_bindgen(unchecked_param_type = "Float64Array")] demand: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "SimulationScenario")] scenario: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "SimulationControl")] control: &JsValue,
    block: Option<u32>,
) -> Result<JsValue, JsValue> {
    let demand = numbers(demand, "demand")?;
    let world = World::read(scenario)?;
    let levels = Levels::read(control)?;
    let block = block.map_or(usize::MAX, |block| block as usize);
    let outcomes = simulate_in_blocks(&world.with(&demand), levels.control(), UNSEEN, block);
    give(&outcomes.map_err(refuse)?)
}

/// Simulates one product's stock and shows every period.
#[wasm_bindgen(js_name = traceStock, unchecked_return_type = "SimulationTrace")]
pub fn trace_stock(
    #[wasm_bindgen(unchecked_param_type = "Float64Array")] demand: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "SimulationScenario")] scenario: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "SimulationControl")] control: &JsValue,
) -> Result<JsValue, JsValue> {
    let demand = numbers(demand, "demand")?;
    let world = World::read(scenario)?;
    let levels = Levels::read(control)?;
    let mut trace = Trace::with_capacity(demand.len());
    let scenario = world.with(&demand);
    simulate_in_blocks(&scenario, levels.control(), Some(&mut trace), usize::MAX)
        .map_err(refuse)?;
    let array = |values: &[f64]| JsValue::from(Float64Array::from(values));
    object(&[
        ("received", array(&trace.received)),
        ("wasted", array(&trace.wasted)),
        ("short", array(&trace.short)),
        ("ordered", array(&trace.ordered)),
        ("on_hand", array(&trace.on_hand)),
        ("back_ordered", array(&trace.back_ordered)),
        ("on_order", array(&trace.on_order)),
    ])
}

/// Draws the demand of some periods by chance; the same seed draws the same demand everywhere.
#[wasm_bindgen(js_name = sampleDemand, unchecked_return_type = "Float64Array")]
pub fn sample_demand(
    #[wasm_bindgen(unchecked_param_type = "DemandSampler")] sampler: &JsValue,
    seed: u32,
    periods: u32,
) -> Result<JsValue, JsValue> {
    let read = |name: &str| column(sampler, "sampler", name);
    let document = |name: &str| Reflect::get(sampler, &name.into());
    let mut demand = vec![0.0; periods as usize];
    let mut draw = |sampler: Sampler<'_>| sampler.draw(u64::from(seed), &mut demand);
    let drawn = match kind(sampler, "sampler")?.as_str() {
        "blocks" => {
            let block: u32 = take("sampler.block", document("block")?)?;
            let season: u32 = take("sampler.season_length", document("season_length")?)?;
            let (block, season_length) = (block as usize, season as usize);
            draw(Sampler::Blocks { history: &read("history")?, block, season_length })
        }
        "poisson" => draw(Sampler::Poisson { means: &read("means")? }),
        "negative_binomial" => {
            let ratio = take("sampler.variance_to_mean", document("variance_to_mean")?)?;
            draw(Sampler::NegativeBinomial { means: &read("means")?, variance_to_mean: ratio })
        }
        "quantiles" => {
            let paths: Vec<QuantilePath> = take("sampler.quantiles", document("quantiles")?)?;
            draw(Sampler::Quantiles(&paths))
        }
        other => {
            let expected = "blocks, poisson, negative_binomial or quantiles";
            Err(Invalid::new("sampler_unknown", expected, other))
        }
    };
    drawn.map_err(|invalid| refuse(invalid.at("sampler")))?;
    Ok(Float64Array::from(demand.as_slice()).into())
}

fn column(object: &JsValue, path: &str, name: &str) -> Result<Vec<f64>, JsValue> {
    numbers(&Reflect::get(object, &name.into())?, &format!("{path}.{name}"))
}

/// The `type` of one of several forms.
pub(super) fn kind(object: &JsValue, path: &str) -> Result<String, JsValue> {
    let expected =
        || refuse(Invalid::new("document_invalid", "an object", "another value").at(path));
    let kind = Reflect::get(object, &"type".into()).map_err(|_| expected())?;
    take(&format!("{path}.type"), kind)
}
