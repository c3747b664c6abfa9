//! What all requests of a connection share, a token and a circuit; waits for another system.

use super::{
    flow::{Machine, advance_objects, by_objects, machine},
    text::{give_by_text, take_by_text},
};
use crate::{
    flow::{
        CircuitCommand, CircuitEvent, CircuitLife, CircuitPolicy, CircuitState, Health, Outcome,
        PollCommand, PollEvent, PollLife, PollPolicy, PollView, RequestReference, Sighting,
        TokenCommand, TokenEvent, TokenGrant, TokenLife, TokenPolicy, TokenView, TransitionError,
        step_circuit, step_poll, step_token,
    },
    unit::Timestamp,
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

machine! {
    TokenLife life by step_token: TokenEvent, TokenCommand, TokenPolicy, view TokenView;
    PollLife life by step_poll: PollEvent, PollCommand, PollPolicy, view PollView;
    CircuitLife life by step_circuit: CircuitEvent, CircuitCommand, CircuitPolicy, state CircuitState;
}

by_objects! {
    TokenLife "TokenLife", "TokenEvent", "TokenPolicy" -> "TokenStep", "TokenView":
        advance_token "advanceToken", view_token "viewToken";
    PollLife "PollLife", "PollEvent", "PollPolicy" -> "PollStep", "PollView":
        advance_poll "advancePoll", view_poll "viewPoll";
    CircuitLife "CircuitLife", "CircuitEvent", "CircuitPolicy" -> "CircuitStep", "CircuitState":
        advance_circuit "advanceCircuit", view_circuit "viewCircuit";
}

/// The token of a connection for which none was ever fetched.
#[wasm_bindgen(js_name = openToken, unchecked_return_type = "TokenLife")]
pub fn open_token(
    #[wasm_bindgen(unchecked_param_type = "ConnectionId")] connection: &JsValue,
) -> Result<JsValue, JsValue> {
    give_by_text(&TokenLife::new(take_by_text("connection", connection)?))
}

/// What a token server's positive answer says, read by the host, which keeps the token.
#[derive(Deserialize, tsify::Tsify)]
#[serde(deny_unknown_fields)]
struct FetchedToken {
    /// How long it lives; absent when the server does not say.
    #[serde(default)]
    expires_in_ms: Option<u64>,
}

/// What a token server's answer means for the token; `grant` is what the host read from a positive
/// one.
#[wasm_bindgen(js_name = tokenFetched, unchecked_return_type = "TokenEvent")]
pub fn token_fetched(
    generation: u32,
    #[wasm_bindgen(unchecked_param_type = "Outcome")] outcome: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "FetchedToken | null")] grant: &JsValue,
) -> Result<JsValue, JsValue> {
    let outcome: Outcome = take_by_text("outcome", outcome)?;
    let grant: Option<FetchedToken> = take_by_text("grant", grant)?;
    let grant = grant.map(|FetchedToken { expires_in_ms }| TokenGrant { expires_in_ms });
    give_by_text(&TokenEvent::fetched(generation, &outcome, grant))
}

/// A wait for something to appear in another system.
#[wasm_bindgen(js_name = openPoll, unchecked_return_type = "PollLife")]
pub fn open_poll(
    id: &str,
    #[wasm_bindgen(unchecked_param_type = "PollPolicy")] policy: &JsValue,
) -> Result<JsValue, JsValue> {
    give_by_text(&PollLife::new(id, &take_by_text("policy", policy)?))
}

/// What a positive answer shows of the thing that is waited for, judged by the host.
#[derive(Deserialize, tsify::Tsify)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum PollSighting {
    /// It is there as it should be.
    Match {
        /// The name under which the host keeps the answer.
        evidence: String,
    },
    /// It is not there.
    Missing {},
    /// It is there, and not yet as it should be.
    NotYet {},
    /// Something else is there.
    Contradiction {
        /// What, in words.
        detail: String,
    },
}

/// What a probe's outcome means for its poll; `sighting` is what the host read from a positive answer.
#[wasm_bindgen(js_name = pollProbed, unchecked_return_type = "PollEvent")]
pub fn poll_probed(
    probe: u32,
    #[wasm_bindgen(unchecked_param_type = "Outcome")] outcome: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "PollSighting | null")] sighting: &JsValue,
) -> Result<JsValue, JsValue> {
    let outcome: Outcome = take_by_text("outcome", outcome)?;
    let sighting: Option<PollSighting> = take_by_text("sighting", sighting)?;
    let sighting = sighting.map(|seen| match seen {
        PollSighting::Match { evidence } => Sighting::Match(evidence),
        PollSighting::Missing {} => Sighting::Missing,
        PollSighting::NotYet {} => Sighting::NotYet,
        PollSighting::Contradiction { detail } => Sighting::Contradiction(detail),
    });
    give_by_text(&PollEvent::probed(probe, &outcome, sighting))
}

/// The circuit of a connection that nobody has called yet: calls pass.
#[wasm_bindgen(js_name = openCircuit, unchecked_return_type = "CircuitLife")]
pub fn open_circuit(
    #[wasm_bindgen(unchecked_param_type = "ConnectionId")] connection: &JsValue,
) -> Result<JsValue, JsValue> {
    give_by_text(&CircuitLife::new(take_by_text("connection", connection)?))
}

/// Whether a request may call, once its circuit was told that it asks; while the circuit is half
/// open, its trial alone may.
#[wasm_bindgen(js_name = circuitForRequest, unchecked_return_type = "Circuit")]
pub fn circuit_for_request(
    #[wasm_bindgen(unchecked_param_type = "CircuitLife")] life: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "RequestReference")] request: &JsValue,
) -> Result<JsValue, JsValue> {
    let life: CircuitLife = take_by_text("life", life)?;
    let request: RequestReference = take_by_text("request", request)?;
    give_by_text(&life.for_request(&request))
}

/// What an outcome says about the server's health, which its circuit is told.
#[wasm_bindgen(js_name = healthOf, unchecked_return_type = "Health")]
pub fn health_of(
    #[wasm_bindgen(unchecked_param_type = "Outcome")] outcome: &JsValue,
) -> Result<JsValue, JsValue> {
    give_by_text(&Health::of(&take_by_text("outcome", outcome)?))
}
