//! Pieces for a weight.

use super::{
    give, refuse,
    simulate::{Fields, kind},
    take,
};
use crate::{inventory::CatchWeight, unit::Invalid};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const WEIGHT_TYPES: &str = r#"
/**
 * The weight of a piece or case of a product that is ordered by the piece and whose pieces differ, in
 * whatever unit the need is in. `observed`: as pieces weighed that were received, each as likely as the
 * others. `normal`: as a nominal weight and its coefficient of variation, from 0 to 1, say, the sum of
 * pieces being normal.
 */
export type CatchWeight =
    | { type: "observed"; weights: number[] }
    | { type: "normal"; nominal: number; coefficient_of_variation: number };
"#;

/// Works out the fewest pieces that weigh at least as much as is needed with at least a probability.
#[wasm_bindgen(js_name = piecesForWeight, unchecked_return_type = "CaughtWeight")]
pub fn pieces_for_weight(
    #[wasm_bindgen(unchecked_param_type = "CatchWeight")] piece: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] need: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Probability")] probability: JsValue,
) -> Result<JsValue, JsValue> {
    let piece = read(piece)?.map_err(|invalid| refuse(invalid.at("piece")))?;
    let (need, probability) = (take("need", need)?, take("probability", probability)?);
    give(&piece.pieces_for(need, probability).map_err(refuse)?)
}

/// Reads a `CatchWeight`: field by field, which is a tenth of what would be generated for it.
fn read(piece: &JsValue) -> Result<Result<CatchWeight, Invalid>, JsValue> {
    match kind(piece, "piece")?.as_str() {
        "observed" => {
            let fields = Fields::new(piece, "piece", &["type", "weights"])?;
            let weights = fields.get("weights")?.unwrap_or(JsValue::UNDEFINED);
            Ok(CatchWeight::observed(&take::<Vec<f64>>("piece.weights", weights)?))
        }
        "normal" => {
            let known = ["type", "nominal", "coefficient_of_variation"];
            let fields = Fields::new(piece, "piece", &known)?;
            let number = |name| fields.number(name)?.ok_or_else(|| fields.refuse(name, "a number"));
            Ok(CatchWeight::normal(number("nominal")?, number("coefficient_of_variation")?))
        }
        other => {
            Ok(Err(Invalid::new("catch_weight_unknown", "observed or normal", other).at("type")))
        }
    }
}
