//! The same fixtures natively and through the JavaScript edge: each case of `fixtures/edge.json` is a
//! call, its arguments and its answer. This test compares what the library answers, the npm
//! package's tests what the WebAssembly module answers. `REPLENISH_BLESS=1 cargo test --test edge`
//! records wanted changes.
//!
//! What JSON has no number for stands in columns as `null` (not known) and `"Infinity"`. An argument
//! `{"answer_of": "a name"}` is what an earlier case was answered, with `"at": "/a/path"` a part of it;
//! so is one in a list.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test reads and writes its fixtures, and may panic"
)]

#[path = "edge/inventory.rs"]
mod inventory_calls;
#[path = "edge/orders.rs"]
mod order_calls;

use replenish::{
    flow,
    forecast::{
        self, DemandDistribution, FittedModel, Forecast, ForecastError, ForecastOptions, Regressor,
        RegressorColumn, Series, SeriesBatch,
        accuracy::{Case, score},
        analogue::{Analogue, forecast_launch},
        hierarchy::{Hierarchy, Method, Sign},
    },
    inventory, order, sourcing,
    unit::{Probability, Timestamp, table::File},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/edge.json");

/// What a call answers, or the code of its error.
type Answer = Result<Value, &'static str>;

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, &'static str> {
    serde_json::from_value(value.clone()).map_err(|_| "document_invalid")
}

fn give<T: Serialize, E>(result: Result<T, E>, code: impl Fn(&E) -> &'static str) -> Answer {
    result.map(|value| serde_json::to_value(value).unwrap()).map_err(|error| code(&error))
}

#[expect(clippy::too_many_lines, reason = "a list of calls")]
fn answer(call: &str, arguments: &[Value]) -> Answer {
    match (call, arguments) {
        ("forecast", [series, options]) => Ok(json!(ask(series, options)?)),
        ("forecastInDetail", [series, options]) => {
            let forecast = ask(series, options)?;
            let mut answer = json!(forecast);
            answer["history"] = json!(forecast.history());
            answer["fitted_values"] = json!(forecast.fitted_values());
            answer["residuals"] = json!(forecast.residuals());
            Ok(answer)
        }
        ("forecastBatch", [batch, options]) => {
            let options = read(options)?;
            with_batch(batch, |batch| forecast_columns(batch, &options))?
        }
        ("leadTimeDemand", [series, options, lead_time, probabilities]) => {
            let demand = ask(series, options)?.lead_time_demand(&read(lead_time)?);
            lead_time_demand(&demand.map_err(|error| error.code())?, probabilities)
        }
        ("fitModel", [series, options]) => Ok(json!(ask(series, options)?.into_model())),
        ("updateModel", [model, values]) => {
            let mut model: FittedModel = read(model)?;
            give(model.update(&floats(values)).map(|()| model), ForecastError::code)
        }
        ("forecastModel", [model, horizon, probabilities]) => {
            let (model, horizon): (FittedModel, u32) = (read(model)?, read(horizon)?);
            let paths = model.quantiles(horizon, &read::<Vec<Probability>>(probabilities)?);
            let forecast = paths.and_then(|paths| Ok((model.mean(horizon)?, paths)));
            let named = |(mean, quantiles)| json!({ "mean": mean, "quantiles": quantiles });
            forecast.map(named).map_err(|error| error.code())
        }
        ("modelLeadTimeDemand", [model, lead_time, probabilities]) => {
            let demand = read::<FittedModel>(model)?.lead_time_demand(&read(lead_time)?);
            lead_time_demand(&demand.map_err(|error| error.code())?, probabilities)
        }
        ("reconcile", [hierarchy, forecasts, options]) => {
            let parents: Vec<Option<usize>> = read(&hierarchy["parents"])?;
            let (forecasts, residuals): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
                (read(forecasts)?, read(&options["residuals"]).unwrap_or_default());
            let method = match options["method"].as_str() {
                Some("bottom_up") => Method::BottomUp,
                Some("minimum_trace") => Method::MinimumTrace { residuals: &residuals },
                _ => Method::Structural,
            };
            let tree = Hierarchy::from_parents(&parents);
            let reconciled =
                tree.and_then(|tree| tree.reconcile(&forecasts, method, Sign::NonNegative));
            give(reconciled, ForecastError::code)
        }
        ("forecastLaunch", [analogues, observed, options]) => {
            let histories = analogues.as_array().unwrap().iter().map(series);
            let histories = histories.collect::<Result<Vec<_>, _>>()?;
            let analogues: Vec<_> =
                histories.iter().map(|history| Analogue { history, weight: 1.0 }).collect();
            let launch = forecast_launch(&analogues, &floats(observed), &read(options)?);
            give(launch, ForecastError::code)
        }
        ("scoreForecast", [case]) => {
            let (history, actual, point): (Vec<f64>, Vec<f64>, Vec<f64>) =
                (read(&case["history"])?, read(&case["actual"])?, read(&case["mean"])?);
            let season_length = read(&case["season_length"])?;
            let (history, actual, point) = (&history[..], &actual[..], &point[..]);
            let quantiles = &read::<Vec<_>>(&case["quantiles"])?[..];
            let scores = score(&Case { history, season_length, actual, point, quantiles });
            give(scores, ForecastError::code)
        }
        ("plan", [batch, request]) => {
            let request = read(request)?;
            with_batch(batch, |batch| give(order::plan(batch, &request), order::PlanError::code))?
        }
        ("replenish", [sku, demand, start, period, stock, policy]) => {
            let sums = demand_sums(demand)?;
            let source = inventory::DemandSource::Sums(&sums);
            let outlook = inventory::DemandOutlook::new(source, read(start)?, read(period)?);
            let (stock, policy) = (read(stock)?, read(policy)?);
            let result = inventory::replenish(&read(sku)?, &outlook, &stock, &policy, None);
            give(result, inventory::InventoryError::code)
        }
        ("requirementsFromTables", [files, options]) => {
            let file = |name| {
                let bytes = files[name].as_str().map(str::as_bytes)?;
                Some(File { name, bytes })
            };
            let tables = inventory::ProductTables {
                demand: file("demand").unwrap(),
                stock: file("stock").unwrap(),
                pipeline: file("pipeline"),
                lots: file("lots"),
            };
            let result = inventory::requirements_from_tables(tables, &read(options)?);
            give(result, |_| "tables_invalid")
        }
        ("compare", [need, offers, terms, so_far, options]) => {
            let (offers, terms): (Vec<_>, Vec<_>) = (read(offers)?, read(terms)?);
            let so_far: Vec<_> = read(so_far)?;
            let (need, options) = (read(need)?, read(options)?);
            let result = sourcing::compare(&need, &offers, &terms, &so_far, &options);
            give(result, sourcing::SourcingError::code)
        }
        ("allocate", [basket, offers, terms, options]) => {
            let (basket, offers, terms): (Vec<_>, Vec<_>, Vec<_>) =
                (read(basket)?, read(offers)?, read(terms)?);
            let result = sourcing::allocate(&basket, &offers, &terms, &read(options)?);
            give(result, sourcing::SourcingError::code)
        }
        ("advanceSaleOrder", [flow, input, now, policy]) => {
            let now: Timestamp = read(now)?;
            let step = flow::advance_sale_order(&read(flow)?, &read(input)?, now, &read(policy)?);
            give(step, flow::TransitionError::code)
        }
        ("rollUp", [children]) => Ok(json!(flow::roll_up(&read::<Vec<_>>(children)?))),
        other => inventory_calls::answer(call, arguments)
            .or_else(|| order_calls::answer(call, arguments))
            .unwrap_or_else(|| panic!("no such call: {other:?}")),
    }
}

fn floats(values: &Value) -> Vec<f64> {
    let number = |value: &Value| match value {
        Value::Null => f64::NAN,
        Value::String(text) => text.parse().unwrap(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.as_f64().unwrap()
        }
    };
    values.as_array().unwrap().iter().map(number).collect()
}

fn series(columns: &Value) -> Result<Series, &'static str> {
    let mut regressors = Vec::new();
    for regressor in columns["regressors"].as_array().into_iter().flatten() {
        let (name, kind) = (read(&regressor["name"])?, read(&regressor["kind"])?);
        regressors.push(Regressor { name, kind, values: floats(&regressor["values"]) });
    }
    let series = Series::new(floats(&columns["values"])).map_err(|error| error.code())?;
    let series = series.with_regressors(regressors);
    let in_stock = &columns["in_stock"];
    if in_stock.is_null() {
        return Ok(series);
    }
    let there = read::<Vec<u8>>(in_stock)?.iter().map(|&there| there != 0).collect();
    series.with_availability(there).map_err(|error| error.code())
}

fn ask(columns: &Value, options: &Value) -> Result<Forecast, &'static str> {
    let options: ForecastOptions = read(options)?;
    forecast::forecast(&series(columns)?, &options).map_err(|error| error.code())
}

fn with_batch<T>(batch: &Value, ask: impl FnOnce(SeriesBatch<'_>) -> T) -> Result<T, &'static str> {
    let (values, offsets): (_, Vec<u32>) = (floats(&batch["values"]), read(&batch["offsets"])?);
    let in_stock: Vec<u8> = read(&batch["in_stock"]).unwrap_or_default();
    let mut columns = Vec::new();
    for column in batch["regressors"].as_array().into_iter().flatten() {
        let (name, offsets): (String, Vec<u32>) =
            (read(&column["name"])?, read(&column["offsets"])?);
        columns.push((name, read(&column["kind"])?, floats(&column["values"]), offsets));
    }
    let regressors: Vec<_> = columns
        .iter()
        .map(|(name, kind, values, offsets)| RegressorColumn { name, kind: *kind, values, offsets })
        .collect();
    let (values, offsets, in_stock) = (&values[..], &offsets[..], &in_stock[..]);
    Ok(ask(SeriesBatch { values, offsets, in_stock, regressors: &regressors }))
}

fn demand_sums(demand: &Value) -> Result<Vec<DemandDistribution>, &'static str> {
    let (demands, shares) = (floats(&demand["demands"]), floats(&demand["shares"]));
    let (ends, outcomes): (Vec<usize>, Vec<usize>) =
        (read(&demand["offsets"])?, read(&demand["outcomes"])?);
    let sum = |(pair, outcomes): (&[usize], usize)| {
        let range = pair[0]..pair[1];
        let steps = demands[range.clone()].iter().copied().zip(shares[range].iter().copied());
        DemandDistribution::from_steps(steps.collect(), outcomes).map_err(|invalid| invalid.code)
    };
    ends.windows(2).zip(outcomes).map(sum).collect()
}

fn forecast_columns(batch: SeriesBatch<'_>, options: &ForecastOptions) -> Answer {
    let forecasts = forecast::forecast_batch(batch, options).map_err(|error| error.code())?;
    let horizon = options.horizon as usize;
    let (mut mean, mut quantiles) = (Vec::new(), Vec::new());
    let (mut models, mut model_of, mut problems) = (Vec::<String>::new(), Vec::new(), Vec::new());
    for (index, forecast) in forecasts.into_iter().enumerate() {
        match forecast {
            Ok(forecast) => {
                mean.extend(forecast.mean);
                quantiles.extend(forecast.quantiles.into_iter().flat_map(|path| path.values));
                if !models.contains(&forecast.model) {
                    models.push(forecast.model.clone());
                }
                let known = models.iter().position(|model| *model == forecast.model);
                model_of.push(i32::try_from(known.unwrap()).unwrap());
            }
            Err(error) => {
                let missing = |paths| std::iter::repeat_n(f64::NAN, horizon * paths);
                mean.extend(missing(1));
                quantiles.extend(missing(options.quantiles.len()));
                model_of.push(-1);
                let message = error.to_string();
                problems.push(json!({ "index": index, "code": error.code(), "message": message }));
            }
        }
    }
    Ok(json!({ "mean": mean, "quantiles": quantiles, "models": models, "model_of": model_of,
        "problems": problems }))
}

fn lead_time_demand(demand: &DemandDistribution, probabilities: &Value) -> Answer {
    let quantile = |&probability: &Probability| json!({ "probability": probability, "demand": demand.quantile(probability) });
    let probabilities: Vec<Probability> = read(probabilities)?;
    let quantiles: Vec<Value> = probabilities.iter().map(quantile).collect();
    Ok(json!({ "mean": demand.mean(), "quantiles": quantiles }))
}

/// An argument, or the answer of an earlier case that it names; the same of what stands in a list.
fn as_answered(argument: &Value, earlier: &[Value]) -> Value {
    if let Some(list) = argument.as_array() {
        return list.iter().map(|item| as_answered(item, earlier)).collect();
    }
    let Some(name) = argument.get("answer_of") else { return argument.clone() };
    let named = earlier.iter().find(|case| case["name"] == *name).unwrap();
    let at = argument.get("at").map_or("", |at| at.as_str().unwrap());
    named["answer"]["result"].pointer(at).unwrap().clone()
}

#[test]
fn every_case_is_answered_as_recorded() {
    let mut cases: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert!(cases.len() >= 40, "the cases cover every call");
    let bless = std::env::var("REPLENISH_BLESS").is_ok();
    for index in 0..cases.len() {
        let (earlier, rest) = cases.split_at_mut(index);
        let case = &mut rest[0];
        let call = case["call"].as_str().unwrap().to_owned();
        let given = case["arguments"].as_array().unwrap().iter();
        let given: Vec<_> = given.map(|argument| as_answered(argument, earlier)).collect();
        let found = match answer(&call, &given) {
            Ok(result) => json!({ "result": result }),
            Err(code) => json!({ "error": code }),
        };
        if bless {
            case["answer"] = found;
        } else {
            assert_eq!(found, case["answer"], "{}", case["name"]);
        }
    }
    if bless {
        std::fs::write(FILE, serde_json::to_string_pretty(&cases).unwrap() + "\n").unwrap();
    }
}
