//! Offers of many requirements in columns.

use super::{
    columns::{field, floats, object, whole_numbers},
    refuse,
};
use crate::{
    sourcing::{self, LARGEST_AMOUNT, NEVER_FREE, OfferColumns, UNLIMITED_PACKS},
    unit::Invalid,
};
use js_sys::{Float64Array, Int32Array, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const OFFER_COLUMN_TYPES: &str = r#"
/**
 * Requirements, their offers, and the suppliers, in columns of whole numbers: quantities in units of
 * what each product is counted in, amounts in minor units of one currency. A column that is absent
 * asks nothing.
 */
export interface OfferColumns {
    /** Of each requirement, how many units are needed; 1 or more. */
    quantities: Float64Array;
    /** Of each requirement, in how many days it must be there. */
    need_in_days?: Float64Array | undefined;
    /** Where the offers of each requirement begin, and at the end where the last ones end. */
    offers: Uint32Array;
    /** Of each offer, its supplier's place in the columns of suppliers. */
    suppliers?: Uint32Array | undefined;
    /** Of each offer, units in a pack. */
    pack_contents: Float64Array;
    /** Of each offer, the fewest packs that are sold. */
    minimum_packs?: Float64Array | undefined;
    /** Of each offer, how many packs there are; `Infinity` where nobody says. */
    available_packs?: Float64Array | undefined;
    /** Of each offer, days until the goods are there. */
    lead_times?: Float64Array | undefined;
    /** Where the prices of each offer begin, and at the end where the last ones end. */
    prices: Uint32Array;
    /**
     * Of each price, from how many packs on it holds for all of them, ascending within an offer; below
     * the first one nothing is sold.
     */
    from_packs: Float64Array;
    /** Of each price, minor units for one pack; 1 or more, and no more than the price for fewer packs. */
    pack_prices: Float64Array;
    /** Of each supplier, freight of an order. */
    freights?: Float64Array | undefined;
    /** Of each supplier, from which value of goods on freight is free; `Infinity` for never. */
    free_freight_from?: Float64Array | undefined;
    /** Of each supplier, the value of goods that an order must reach. */
    minimum_order_values?: Float64Array | undefined;
    /** Of each supplier, what placing an order costs. */
    order_costs?: Float64Array | undefined;
    /** Of each supplier, value of the goods that go into the same order anyway; 0 for no order yet. */
    goods_so_far?: Float64Array | undefined;
}
/** The cheapest offer of each requirement, in columns. */
export interface ColumnComparison {
    /** Of each requirement, the offer with the lowest landed cost; -1 for none. */
    best: Int32Array;
    /** Of each requirement, how many packs to buy; 0 without an offer. */
    packs: Uint32Array;
    /** Of each requirement, what that adds to the bill, in minor units; 0 without an offer. */
    landed_costs: Float64Array;
    /** Of each requirement, the next best offer; -1 for none. */
    runners_up: Int32Array;
    /** Of each requirement, how much more the next best adds to the bill; 0 where there is none. */
    differences: Float64Array;
    /**
     * Of each offer 0 where it was compared, otherwise why not: 1 there is not enough, 2 it comes too
     * late, 3 a number is no whole number or its packs hold nothing, 4 its prices are missing, zero or
     * less, do not ascend in packs or rise, 5 it costs more than a number can say.
     */
    standings: Uint8Array;
}
"#;

/// Columns of offers, copied from JavaScript.
struct Columns {
    quantities: Vec<u32>,
    need_in_days: Vec<u32>,
    offers: Vec<u32>,
    suppliers: Vec<u32>,
    pack_contents: Vec<u32>,
    minimum_packs: Vec<u32>,
    available_packs: Vec<u32>,
    lead_times: Vec<u32>,
    prices: Vec<u32>,
    from_packs: Vec<u32>,
    pack_prices: Vec<i64>,
    freights: Vec<i64>,
    free_freight_from: Vec<i64>,
    minimum_order_values: Vec<i64>,
    order_costs: Vec<i64>,
    goods_so_far: Vec<i64>,
}

/// Finds the cheapest offer of each of many requirements, by landed cost.
#[wasm_bindgen(js_name = compareColumns, unchecked_return_type = "ColumnComparison")]
pub fn compare_columns(
    #[wasm_bindgen(unchecked_param_type = "OfferColumns")] columns: &JsValue,
) -> Result<JsValue, JsValue> {
    let answer = sourcing::compare_columns(&Columns::read(columns)?.borrowed()).map_err(refuse)?;
    // A place that does not fit stands for none, and comes out as -1.
    let places = |column: &[u32]| -> JsValue {
        let places: Vec<i32> =
            column.iter().map(|&place| i32::try_from(place).unwrap_or(-1)).collect();
        Int32Array::from(&places[..]).into()
    };
    let standings: Vec<u8> = answer.standings.iter().map(|&standing| standing as u8).collect();
    object(&[
        ("best", places(&answer.best)),
        ("packs", Uint32Array::from(&answer.packs[..]).into()),
        ("landed_costs", amounts_out(&answer.landed_costs)),
        ("runners_up", places(&answer.runners_up)),
        ("differences", amounts_out(&answer.differences)),
        ("standings", Uint8Array::from(&standings[..]).into()),
    ])
}

impl Columns {
    fn read(columns: &JsValue) -> Result<Self, JsValue> {
        let mut pack_contents = counts(columns, "pack_contents")?;
        let mut of_offers = |name| -> Result<Vec<u32>, JsValue> {
            let column = optional(columns, name)?;
            // One number that is none spoils its offer alone: packs of nothing are refused.
            for (place, &number) in column.iter().enumerate() {
                if count(number).is_none()
                    && let Some(content) = pack_contents.get_mut(place)
                {
                    *content = 0;
                }
            }
            Ok(column.into_iter().map(|number| count(number).unwrap_or(0)).collect())
        };
        let minimum_packs = of_offers("minimum_packs")?;
        let available_packs = of_offers("available_packs")?;
        let lead_times = of_offers("lead_times")?;
        let suppliers = match field(columns, PATH, "suppliers")? {
            Some(_) => whole_numbers(columns, PATH, "suppliers")?,
            None => Vec::new(),
        };
        let prices = floats(columns, PATH, "pack_prices")?;
        let starts = floats(columns, PATH, "from_packs")?;
        // A price that is none, or one from a number of packs that is none, spoils its offer alone.
        let pack_prices = prices.iter().enumerate().map(|(place, &price)| {
            let start = starts.get(place).is_none_or(|&start| count(start).is_some());
            amount(price).filter(|_| start).unwrap_or(-1)
        });
        Ok(Self {
            quantities: of_requirements(columns, "quantities", true)?,
            need_in_days: of_requirements(columns, "need_in_days", false)?,
            offers: whole_numbers(columns, PATH, "offers")?,
            suppliers,
            minimum_packs,
            available_packs,
            lead_times,
            prices: whole_numbers(columns, PATH, "prices")?,
            pack_prices: pack_prices.collect(),
            from_packs: starts.iter().map(|&start| count(start).unwrap_or(0)).collect(),
            pack_contents,
            freights: amounts(columns, "freights")?,
            free_freight_from: amounts(columns, "free_freight_from")?,
            minimum_order_values: amounts(columns, "minimum_order_values")?,
            order_costs: amounts(columns, "order_costs")?,
            goods_so_far: amounts(columns, "goods_so_far")?,
        })
    }

    fn borrowed(&self) -> OfferColumns<'_> {
        OfferColumns {
            quantities: &self.quantities,
            need_in_days: &self.need_in_days,
            offers: &self.offers,
            suppliers: &self.suppliers,
            pack_contents: &self.pack_contents,
            minimum_packs: &self.minimum_packs,
            available_packs: &self.available_packs,
            lead_times: &self.lead_times,
            prices: &self.prices,
            from_packs: &self.from_packs,
            pack_prices: &self.pack_prices,
            freights: &self.freights,
            free_freight_from: &self.free_freight_from,
            minimum_order_values: &self.minimum_order_values,
            order_costs: &self.order_costs,
            goods_so_far: &self.goods_so_far,
        }
    }
}

const PATH: &str = "columns";

/// A whole number of zero or more; more than can be counted is as good as no limit.
fn count(number: f64) -> Option<u32> {
    if number >= f64::from(UNLIMITED_PACKS) {
        return Some(UNLIMITED_PACKS);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what the cast changes is found to be smaller, or was below zero or no number"
    )]
    let whole = number as u32;
    (number >= 0.0 && f64::from(whole) >= number).then_some(whole)
}

/// Whole minor units that a number holds exactly.
fn amount(number: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what the cast changes is found to be smaller"
    )]
    let whole = number as i64;
    let exact = (0..=LARGEST_AMOUNT).contains(&whole) && whole as f64 >= number && number >= 0.0;
    exact.then_some(whole)
}

fn optional(columns: &JsValue, name: &str) -> Result<Vec<f64>, JsValue> {
    match field(columns, PATH, name)? {
        Some(_) => floats(columns, PATH, name),
        None => Ok(Vec::new()),
    }
}

/// Numbers of offers; what is no whole number is none at all, which spoils its offer alone.
fn counts(columns: &JsValue, name: &str) -> Result<Vec<u32>, JsValue> {
    let column = floats(columns, PATH, name)?;
    Ok(column.into_iter().map(|number| count(number).unwrap_or(0)).collect())
}

/// Numbers of requirements, which nothing can be answered without.
fn of_requirements(columns: &JsValue, name: &str, must: bool) -> Result<Vec<u32>, JsValue> {
    let column = if must { floats(columns, PATH, name)? } else { optional(columns, name)? };
    let whole = column.iter().enumerate().map(|(place, &number)| {
        count(number).ok_or_else(|| wrong("number_invalid", "a whole number", number, name, place))
    });
    whole.collect()
}

/// Amounts of suppliers, which many offers depend on.
fn amounts(columns: &JsValue, name: &str) -> Result<Vec<i64>, JsValue> {
    let column = optional(columns, name)?;
    let whole = column.iter().enumerate().map(|(place, &number)| match amount(number) {
        Some(amount) => Ok(amount),
        None if number == f64::INFINITY => Ok(NEVER_FREE),
        None => {
            let expected = "whole minor units of zero or more";
            Err(wrong("amount_invalid", expected, number, name, place))
        }
    });
    whole.collect()
}

fn wrong(code: &'static str, expected: &str, got: f64, name: &str, place: usize) -> JsValue {
    refuse(Invalid::new(code, expected, got).at(format_args!("{PATH}.{name}[{place}]")))
}

fn amounts_out(amounts: &[i64]) -> JsValue {
    // INVARIANT: no amount is larger than what a number holds exactly.
    let numbers: Vec<f64> = amounts.iter().map(|&amount| amount as f64).collect();
    Float64Array::from(&numbers[..]).into()
}
