//! Times this crate and its peer in Rust on the same series, one thread, by processor time.
//!
//! `peers generate DIR` writes the corpora; `peers replenish DIR` and `peers anofox DIR` time every
//! line of `models.csv`, or those of one model named behind, and print
//! `model,corpus,season,microseconds` per series. `peers memory SERIES [MODEL]` forecasts so many
//! series of 120 periods in one call and prints the most memory that the process ever had.

#[path = "../../corpora/mod.rs"]
#[expect(dead_code, reason = "one corpus is for the benchmarks alone")]
mod corpora;

use anofox_forecast::{core::TimeSeries, models};
use chrono::{DateTime, Duration};
use corpora::Corpus;
use replenish::forecast::{ForecastOptions, ModelChoice, SeriesBatch, forecast_batch};
use std::{env, fmt::Write as _, fs, hint::black_box, path::Path};

const MODELS: &str = include_str!("../models.csv");
/// Passes over the series go on until they took so long.
const LEAST_SECONDS: f64 = 0.3;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [command, dir, only @ ..] = arguments.as_slice() else {
        panic!("usage: peers generate|replenish|anofox DIR [MODEL], peers memory SERIES [MODEL]")
    };
    let dir = Path::new(dir);
    match command.as_str() {
        "generate" => generate(dir),
        "replenish" => time_all(dir, only, replenish),
        "anofox" => time_all(dir, only, anofox),
        "memory" => memory(dir.to_str().and_then(|count| count.parse().ok()), only),
        other => panic!("unknown command {other}"),
    }
}

/// One series a line, in the shortest digits that give the same number again.
fn generate(dir: &Path) {
    for (name, corpus) in [("monthly", corpora::monthly(1000)), ("daily", corpora::daily(1000))] {
        let mut text = String::new();
        for ends in corpus.offsets.windows(2) {
            let series: Vec<String> = corpus.values[ends[0] as usize..ends[1] as usize]
                .iter()
                .map(ToString::to_string)
                .collect();
            writeln!(text, "{}", series.join(",")).expect("memory takes any text");
        }
        fs::write(dir.join(name).with_extension("csv"), text).expect("a directory to write to");
    }
}

fn read(path: &Path) -> Corpus {
    let mut corpus = Corpus { values: Vec::new(), offsets: vec![0] };
    for line in fs::read_to_string(path).expect("generated series").lines() {
        corpus.values.extend(line.split(',').map(|value| value.parse::<f64>().expect("a number")));
        corpus.offsets.push(corpus.values.len() as u32);
    }
    corpus
}

/// A line of `models.csv`.
struct Task<'a> {
    model: &'a str,
    horizon: usize,
    season: usize,
}

/// A library's way to forecast series once, or none where it has no such model.
type Library = fn(&Task<'_>, &[f64], &[u32]) -> Option<Box<dyn Fn()>>;

fn time_all(dir: &Path, only: &[String], library: Library) {
    for line in MODELS.lines().skip(1) {
        let [model, corpus, season, series] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("four columns in models.csv")
        };
        if only.iter().any(|name| name != model) {
            continue;
        }
        let horizon = if corpus == "monthly" { 12 } else { 28 };
        let task = Task { model, horizon, season: season.parse().expect("a number") };
        let corpus_read = read(&dir.join(corpus).with_extension("csv"));
        let count = series.parse().expect("a number");
        let (values, offsets) = corpus_read.first(count);
        let Some(pass) = library(&task, values, offsets) else { continue };
        println!("{model},{corpus},{season},{}", seconds(&*pass) / count as f64 * 1e6);
    }
}

fn seconds(pass: &dyn Fn()) -> f64 {
    pass();
    let (begin, mut passes) = (processor_seconds(), 0.0);
    loop {
        pass();
        passes += 1.0;
        let taken = processor_seconds() - begin;
        if taken > LEAST_SECONDS {
            return taken / passes;
        }
    }
}

/// What the kernel says this thread has computed.
fn processor_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|field| field.parse::<f64>().ok()).expect("a number") * 1e-9
}

/// Half of the series monthly demand with a season, half intermittent, with the usual quantiles.
fn memory(count: Option<usize>, model: &[String]) {
    let count = count.expect("a number of series");
    let (monthly, daily) = (corpora::monthly(1000), corpora::daily(1000));
    let mut corpus = Corpus { values: Vec::with_capacity(120 * count), offsets: vec![0] };
    for index in 0..count {
        let source = if index % 2 == 0 { &monthly.values } else { &daily.values };
        let from = index * 97 % (source.len() - 120);
        corpus.values.extend_from_slice(&source[from..from + 120]);
        corpus.offsets.push(corpus.values.len() as u32);
    }
    let model = model.first().map_or(ModelChoice::Auto, |name| ModelChoice::Fixed {
        model: name.parse().expect("a model"),
    });
    let options =
        ForecastOptions { horizon: 12, season_length: 12, model, ..ForecastOptions::default() };
    let peak = || {
        let status = fs::read_to_string("/proc/self/status").expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a peak");
        line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<f64>().ok())
    };
    let before = peak();
    let forecasts = forecast_batch(SeriesBatch::new(&corpus.values, &corpus.offsets), &options);
    let good = forecasts.expect("options in range").iter().filter(|found| found.is_ok()).count();
    let megabytes = |kilobytes: Option<f64>| kilobytes.expect("a number") / 1000.0;
    println!(
        "{good} forecasts, {} bytes each without what they point to: {:.0} MB at most, {:.0} MB before",
        size_of::<replenish::forecast::Forecast>(),
        megabytes(peak()),
        megabytes(before),
    );
}

fn replenish(task: &Task<'_>, values: &[f64], offsets: &[u32]) -> Option<Box<dyn Fn()>> {
    let options = ForecastOptions {
        horizon: task.horizon as u32,
        season_length: task.season as u32,
        model: ModelChoice::Fixed { model: task.model.parse().expect("a model") },
        quantiles: Vec::new(),
        ..ForecastOptions::default()
    };
    let (values, offsets) = (values.to_vec(), offsets.to_vec());
    Some(Box::new(move || {
        let forecasts = forecast_batch(SeriesBatch::new(&values, &offsets), &options);
        black_box(forecasts.expect("options in range"));
    }))
}

fn anofox(task: &Task<'_>, values: &[f64], offsets: &[u32]) -> Option<Box<dyn Fn()>> {
    use models::{
        BoxedForecaster, MSTLForecaster,
        baseline::{Naive, RandomWalkWithDrift, SeasonalNaive, SimpleMovingAverage},
        exponential::{
            AutoETS, HoltLinearTrend, HoltWinters, SeasonalType, SimpleExponentialSmoothing,
        },
        intermittent::{ADIDA, Croston, IMAPA, TSB},
        theta::{AutoTheta, DynamicOptimizedTheta, OptimizedTheta},
    };
    let season = task.season;
    let model: Box<dyn Fn() -> BoxedForecaster> = match task.model {
        "naive" => Box::new(|| Box::new(Naive::new())),
        "seasonal_naive" => Box::new(move || Box::new(SeasonalNaive::new(season))),
        "drift" => Box::new(|| Box::new(RandomWalkWithDrift::new())),
        "window_mean" => Box::new(|| Box::new(SimpleMovingAverage::new(8))),
        "ses" => Box::new(|| Box::new(SimpleExponentialSmoothing::auto())),
        "croston" => Box::new(|| Box::new(Croston::new())),
        "croston_sba" => Box::new(|| Box::new(Croston::new().sba())),
        "optimized_croston" => Box::new(|| Box::new(Croston::new().optimized())),
        "tsb" => Box::new(|| Box::new(TSB::new().with_params(0.2, 0.2))),
        "adida" => Box::new(|| Box::new(ADIDA::new())),
        "imapa" => Box::new(|| Box::new(IMAPA::new())),
        "holt" => Box::new(|| Box::new(HoltLinearTrend::auto())),
        "holt_winters_additive" => {
            Box::new(move || Box::new(HoltWinters::auto(season, SeasonalType::Additive)))
        }
        "holt_winters_multiplicative" => {
            Box::new(move || Box::new(HoltWinters::auto(season, SeasonalType::Multiplicative)))
        }
        "auto_ets" if season == 1 => Box::new(|| Box::new(AutoETS::non_seasonal())),
        "auto_ets" => Box::new(move || Box::new(AutoETS::with_period(season))),
        "optimized_theta" => Box::new(move || Box::new(OptimizedTheta::seasonal(season))),
        "dynamic_optimized_theta" => {
            Box::new(move || Box::new(DynamicOptimizedTheta::seasonal_optimized(season)))
        }
        "auto_theta" => Box::new(move || Box::new(AutoTheta::seasonal(season))),
        "mstl" => Box::new(move || Box::new(MSTLForecaster::new(vec![season]))),
        _ => return None,
    };
    let begin = DateTime::from_timestamp(1_500_000_000, 0).expect("a time");
    let days = |count: usize| (0..count).map(|day| begin + Duration::days(day as i64)).collect();
    let series: Vec<TimeSeries> = offsets
        .windows(2)
        .map(|ends| values[ends[0] as usize..ends[1] as usize].to_vec())
        .map(|values| TimeSeries::univariate(days(values.len()), values).expect("a series"))
        .collect();
    let horizon = task.horizon;
    Some(Box::new(move || {
        for series in &series {
            let mut model = model();
            let _ = black_box(model.fit(series));
            let _ = black_box(model.predict(horizon));
        }
    }))
}
