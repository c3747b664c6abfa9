//! Baskets of whole numbers.
//!
//! Their documents have a hundred thousand fields and more, so they are read field by field: in two
//! fifths of the time that `take` needs, which first makes a tree of them.

use super::{columns::field, give, refuse};
use crate::{
    sourcing::{
        BasketInstance, Discount, InstanceOffer, InstanceSku, InstanceSupplier, basket::Budget,
    },
    unit::Invalid,
};
use js_sys::{Array, Number, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const BASKET_TYPES: &str = r#"
/** How long a search for the least cost may go on. */
export interface SearchBudget {
    /** Steps of the search, which are the same everywhere; the usual number when left out. */
    steps?: number | null;
}
"#;

/// Chooses what to buy for a basket in whole numbers, so that the whole costs least. What else the
/// document holds beside suppliers, SKUs and offers is passed over.
#[wasm_bindgen(js_name = allocateInstance, unchecked_return_type = "BasketAnswer")]
pub fn allocate_instance(
    #[wasm_bindgen(unchecked_param_type = "BasketInstance")] instance: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "SearchBudget | null")] budget: &JsValue,
) -> Result<JsValue, JsValue> {
    let mut limit = Budget::default();
    if !budget.is_undefined() && !budget.is_null() {
        if let Some(steps) = field(budget, "budget", "steps")? {
            let steps = whole(&steps).map_err(|e| refuse(e.at("steps").at("budget")))?;
            limit.steps = u64::try_from(steps)
                .map_err(|_| refuse(unfit("zero steps or more", steps).at("steps").at("budget")))?;
        }
    }
    let answer = read(instance).and_then(|instance| instance.solve(limit));
    give(&answer.map_err(|invalid| refuse(invalid.at("instance")))?)
}

/// The same basket as needs, offers and terms, for `compare` and `allocate`.
#[wasm_bindgen(js_name = instanceRequest, unchecked_return_type = "SourcingRequest")]
pub fn instance_request(
    #[wasm_bindgen(unchecked_param_type = "BasketInstance")] instance: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Day")] today: &str,
) -> Result<JsValue, JsValue> {
    let today = today.parse().map_err(|problem: Invalid| refuse(problem.at("today")))?;
    let request = read(instance).and_then(|instance| instance.request(today));
    give(&request.map_err(|invalid| refuse(invalid.at("instance")))?)
}

fn read(document: &JsValue) -> Result<BasketInstance, Invalid> {
    let head = ["id", "family", "currency", "money_unit", "seed", "suppliers", "skus", "offers"];
    let head = Reader::new(&head).fields(document)?;
    let supplier = ["id", "min_order_value", "freight_fixed", "free_freight_from", "po_cost"];
    let sku = ["id", "demand", "max_units", "max_sources", "short_penalty", "excess_credit"];
    let offer = ["s", "k", "pack", "moq", "avail", "type", "breaks"];
    Ok(BasketInstance {
        id: head.optional(0, text)?,
        family: head.optional(1, text)?,
        currency: head.optional(2, text)?,
        money_unit: head.optional(3, text)?,
        seed: head.optional(4, |value| fit("zero or more", whole(value)?))?,
        suppliers: head.list(5, &supplier, |row| {
            Ok(InstanceSupplier {
                id: row.get(0, text)?,
                min_order_value: row.get(1, whole)?,
                freight_fixed: row.get(2, whole)?,
                free_freight_from: row.get(3, whole)?,
                po_cost: row.get(4, whole)?,
            })
        })?,
        skus: head.list(6, &sku, |row| {
            Ok(InstanceSku {
                id: row.get(0, text)?,
                demand: row.get(1, whole)?,
                max_units: row.get(2, whole)?,
                max_sources: row.get(3, |value| fit("one or more", whole(value)?))?,
                short_penalty: row.get(4, whole)?,
                excess_credit: row.get(5, whole)?,
            })
        })?,
        offers: head.list(7, &offer, |row| {
            Ok(InstanceOffer {
                supplier: row.get(0, |value| fit("a place in `suppliers`", whole(value)?))?,
                sku: row.get(1, |value| fit("a place in `skus`", whole(value)?))?,
                pack: row.get(2, whole)?,
                moq: row.get(3, whole)?,
                avail: row.get(4, whole)?,
                discount: row.get(5, discount)?,
                breaks: row.get(6, breaks)?,
            })
        })?,
    })
}

/// The fields of objects of one kind.
struct Reader<'a> {
    names: &'a [&'static str],
    /// The names as JavaScript has them, made once.
    keys: Vec<JsValue>,
}

/// The fields of one object.
struct Row<'a> {
    names: &'a [&'static str],
    values: Vec<JsValue>,
}

impl<'a> Reader<'a> {
    fn new(names: &'a [&'static str]) -> Self {
        Self { names, keys: names.iter().map(|name| JsValue::from_str(name)).collect() }
    }

    fn fields(&self, object: &JsValue) -> Result<Row<'a>, Invalid> {
        if !object.is_object() {
            return Err(other("an object", object));
        }
        let get = |key| Reflect::get(object, key).map_err(|_| other("an object", object));
        let values = self.keys.iter().map(get).collect::<Result<_, _>>()?;
        Ok(Row { names: self.names, values })
    }

    /// The same, of an object that has these fields alone.
    fn exactly(&self, object: &JsValue) -> Result<Row<'a>, Invalid> {
        let row = self.fields(object)?;
        let keys = Object::keys(object.unchecked_ref::<Object>());
        if keys.length() as usize > self.names.len() {
            let names = keys.iter().filter_map(|key| key.as_string());
            for name in names.filter(|name| !self.names.contains(&name.as_str())) {
                return Err(unfit(&format!("one of {}", self.names.join(", ")), name));
            }
        }
        Ok(row)
    }
}

impl Row<'_> {
    fn get<T>(
        &self,
        place: usize,
        read: impl FnOnce(&JsValue) -> Result<T, Invalid>,
    ) -> Result<T, Invalid> {
        read(&self.values[place]).map_err(|invalid| invalid.at(self.names[place]))
    }

    fn optional<T>(
        &self,
        place: usize,
        read: impl FnOnce(&JsValue) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Invalid> {
        let value = &self.values[place];
        let absent = value.is_undefined() || value.is_null();
        if absent { Ok(None) } else { self.get(place, read).map(Some) }
    }

    fn list<T>(
        &self,
        place: usize,
        names: &[&'static str],
        read: impl Fn(&Row<'_>) -> Result<T, Invalid>,
    ) -> Result<Vec<T>, Invalid> {
        let reader = Reader::new(names);
        self.get(place, |list| each(list, |entry| reader.exactly(entry).and_then(|row| read(&row))))
    }
}

fn each<T>(
    list: &JsValue,
    read: impl Fn(&JsValue) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    let array: &Array = list.dyn_ref().ok_or_else(|| other("a list", list))?;
    let mut found = Vec::with_capacity(array.length() as usize);
    for index in 0..array.length() {
        let entry = read(&array.get(index));
        found.push(entry.map_err(|invalid| invalid.at(format_args!("[{index}]")))?);
    }
    Ok(found)
}

fn breaks(value: &JsValue) -> Result<Vec<(i64, i64)>, Invalid> {
    each(value, |pair| {
        let pair: &Array = pair.dyn_ref().ok_or_else(|| other("a pair of numbers", pair))?;
        if pair.length() != 2 {
            return Err(other("a pair of numbers", pair));
        }
        let number = |place| whole(&pair.get(place)).map_err(|e| e.at(format_args!("[{place}]")));
        Ok((number(0)?, number(1)?))
    })
}

fn discount(value: &JsValue) -> Result<Discount, Invalid> {
    let word = value.as_string().unwrap_or_default();
    match word.as_str() {
        "all_units" => Ok(Discount::AllUnits),
        "incremental" => Ok(Discount::Incremental),
        _ => Err(other("all_units or incremental", value)),
    }
}

fn text(value: &JsValue) -> Result<String, Invalid> {
    value.as_string().ok_or_else(|| other("a text", value))
}

/// As many numbers as there are, one call into JavaScript each: whether it is whole is asked here.
#[expect(clippy::cast_possible_truncation, reason = "what does not fit is not equal")]
fn whole(value: &JsValue) -> Result<i64, Invalid> {
    let number = value.as_f64().filter(|number| number.abs() <= Number::MAX_SAFE_INTEGER);
    let whole = number.filter(|number| number.fract() == 0.0);
    whole.map(|number| number as i64).ok_or_else(|| other("a whole number", value))
}

fn fit<T: TryFrom<i64>>(expected: &str, number: i64) -> Result<T, Invalid> {
    T::try_from(number).map_err(|_| unfit(expected, number))
}

fn other(expected: &str, value: &JsValue) -> Invalid {
    let shown = value.as_string().or_else(|| value.as_f64().map(|number| number.to_string()));
    unfit(expected, shown.unwrap_or_else(|| String::from("another value")))
}

fn unfit(expected: &str, got: impl std::fmt::Display) -> Invalid {
    Invalid::new("document_invalid", expected, got)
}
