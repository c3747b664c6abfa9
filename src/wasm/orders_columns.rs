//! Many orders in columns.

use super::{
    columns::{field, floats, object, whole_numbers},
    give,
    orders::as_invalid,
    refuse, take,
};
use crate::{
    order::{self, AdjustmentKind, OrderColumns},
    unit::Invalid,
};
use js_sys::{Array, Float64Array, Uint32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const ORDER_COLUMN_TYPES: &str = r#"
/**
 * Orders of one currency, their lines, adjustments and payments one behind the other; amounts in whole
 * minor units.
 */
export interface OrderColumns {
    /** Of every amount. */
    currency: Currency;
    /** Where each order's lines begin, and at the end where the last ones end. */
    lines: Uint32Array;
    /** Of each line, the number of who fulfils it; 0 for nobody in particular. */
    vendors: Uint32Array;
    /** Of each line, how many units. */
    quantities: Uint32Array;
    /** Of each line, what it costs before any adjustment; zero or more. */
    amounts: Float64Array;
    /** Where each order's adjustments begin, and at the end where the last ones end. */
    adjustments: Uint32Array;
    /** Of each adjustment 0 for a discount, 1 for shipping, 2 for a fee, 3 for a tax that is added. */
    kinds: Uint32Array;
    /** Of each adjustment: zero or less of a discount, else zero or more. */
    adjustment_amounts: Float64Array;
    /** Of each adjustment, the vendor whose lines alone it is for; 0 for all lines. */
    adjustment_vendors?: Uint32Array | undefined;
    /** Of each adjustment, which one of its order it follows, counted from 1; 0 for none. */
    follows?: Uint32Array | undefined;
    /** Where each order's payments begin, and at the end where the last ones end. */
    payments?: Uint32Array | undefined;
    /** Of each payment. */
    payment_amounts?: Float64Array | undefined;
}
/** What became of orders in columns; amounts in whole minor units. */
export interface SplitColumns {
    /** Of each line, its sale order: a place in the columns of parts. */
    parts: Uint32Array;
    /** Of each line, its amount and adjustments. */
    totals: Float64Array;
    /** Order by order, line by line: the line's part of each of the order's adjustments. */
    shares: Float64Array;
    /** Order by order, line by line: the line's part of each of the order's payments. */
    paid: Float64Array;
    /**
     * Where each order's sale orders begin, in order of the vendors, and at the end where the last ones
     * end. An order that is refused has none.
     */
    part_offsets: Uint32Array;
    /** Of each sale order. */
    part_totals: Float64Array;
    /** Of each adjustment, what no line could take. */
    unapplied: Float64Array;
    /** Orders that cannot be split; what stands for them in the other columns is zero. */
    problems: { order: number; refused: Invalid }[];
}
"#;

/// Splits many orders by vendor, each with its lines in the order of their names.
#[wasm_bindgen(js_name = splitColumns, unchecked_return_type = "SplitColumns")]
pub fn split_columns(
    #[wasm_bindgen(unchecked_param_type = "OrderColumns")] columns: &JsValue,
) -> Result<JsValue, JsValue> {
    let currency = field(columns, PATH, "currency")?.unwrap_or(JsValue::UNDEFINED);
    let payments = optional(columns, "payments")?;
    let payment_amounts =
        if payments.is_empty() { Vec::new() } else { amounts(columns, "payment_amounts")? };
    let answer = order::split_columns(&OrderColumns {
        currency: take("columns.currency", currency)?,
        lines: &whole_numbers(columns, PATH, "lines")?,
        vendors: &whole_numbers(columns, PATH, "vendors")?,
        quantities: &whole_numbers(columns, PATH, "quantities")?,
        amounts: &amounts(columns, "amounts")?,
        adjustments: &whole_numbers(columns, PATH, "adjustments")?,
        kinds: &kinds(columns)?,
        adjustment_amounts: &amounts(columns, "adjustment_amounts")?,
        adjustment_vendors: &optional(columns, "adjustment_vendors")?,
        follows: &optional(columns, "follows")?,
        payments: &payments,
        payment_amounts: &payment_amounts,
    });
    let answer = answer.map_err(|invalid| refuse(invalid.at(PATH)))?;
    let problems = Array::new();
    for (place, error) in answer.problems {
        let refused = give(&as_invalid(error))?;
        problems.push(&object(&[("order", place.into()), ("refused", refused)])?);
    }
    object(&[
        ("parts", Uint32Array::from(&answer.parts[..]).into()),
        ("totals", amounts_out(&answer.totals)),
        ("shares", amounts_out(&answer.shares)),
        ("paid", amounts_out(&answer.paid)),
        ("part_offsets", Uint32Array::from(&answer.part_offsets[..]).into()),
        ("part_totals", amounts_out(&answer.part_totals)),
        ("unapplied", amounts_out(&answer.unapplied)),
        ("problems", problems.into()),
    ])
}

const PATH: &str = "columns";

fn optional(columns: &JsValue, name: &str) -> Result<Vec<u32>, JsValue> {
    match field(columns, PATH, name)? {
        Some(_) => whole_numbers(columns, PATH, name),
        None => Ok(Vec::new()),
    }
}

fn kinds(columns: &JsValue) -> Result<Vec<AdjustmentKind>, JsValue> {
    let numbers = whole_numbers(columns, PATH, "kinds")?;
    let kinds = numbers.iter().enumerate().map(|(place, number)| {
        Ok(match number {
            0 => AdjustmentKind::Discount,
            1 => AdjustmentKind::Shipping,
            2 => AdjustmentKind::Fee,
            3 => AdjustmentKind::Tax,
            _ => {
                let invalid = Invalid::new("kind_unknown", "a number from 0 to 3", number);
                return Err(refuse(invalid.at(format_args!("{PATH}.kinds[{place}]"))));
            }
        })
    });
    kinds.collect()
}

/// Whole minor units that a number holds exactly.
fn amounts(columns: &JsValue, name: &str) -> Result<Vec<i64>, JsValue> {
    let whole = floats(columns, PATH, name)?;
    let whole = whole.into_iter().enumerate().map(|(place, number)| {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what the cast changes is found to be another number"
        )]
        let amount = number as i64;
        if amount.unsigned_abs() < 1 << 53 && amount as f64 - number == 0.0 {
            return Ok(amount);
        }
        let invalid = Invalid::new("amount_invalid", "whole minor units", number);
        Err(refuse(invalid.at(format_args!("{PATH}.{name}[{place}]"))))
    });
    whole.collect()
}

fn amounts_out(amounts: &[i64]) -> JsValue {
    // INVARIANT: single amounts are far smaller than what a number holds exactly, so are their sums.
    let numbers: Vec<f64> = amounts.iter().map(|&amount| amount as f64).collect();
    Float64Array::from(&numbers[..]).into()
}
