//! Every family of models on the corpora of `benches/peers`, forecasts alone; then what the engine
//! chooses by itself, with quantiles.

mod corpora;

use corpora::Corpus;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use replenish::forecast::{ForecastOptions, Model, ModelChoice, SeriesBatch, forecast_batch};
use std::{hint::black_box, time::Duration};

/// Models, the season that they are told of, and how many series a measurement takes.
const MONTHLY: [(&str, u32, usize); 16] = [
    ("naive", 12, 1000),
    ("seasonal_naive", 12, 1000),
    ("drift", 12, 1000),
    ("ses", 12, 1000),
    ("holt", 1, 200),
    ("holt_winters_additive", 12, 100),
    ("holt_winters_multiplicative", 12, 100),
    ("auto_ets", 1, 100),
    ("auto_ets", 12, 100),
    ("theta", 12, 500),
    ("optimized_theta", 12, 500),
    ("dynamic_optimized_theta", 12, 500),
    ("auto_theta", 12, 500),
    ("ces", 12, 200),
    ("auto_ces", 12, 100),
    ("mstl", 12, 100),
];
const DAILY: [(&str, u32, usize); 13] = [
    ("ses", 1, 1000),
    ("croston", 1, 1000),
    ("croston_sba", 1, 1000),
    ("optimized_croston", 1, 1000),
    ("tsb", 1, 1000),
    ("optimized_tsb", 1, 200),
    ("adida", 1, 1000),
    ("imapa", 1, 500),
    ("empirical", 1, 200),
    ("sparse_demand", 7, 100),
    ("auto_counts", 1, 50),
    ("negative_binomial", 1, 50),
    ("auto_ets", 7, 50),
];

fn forecast(criterion: &mut Criterion) {
    let (monthly, daily) = (corpora::monthly(1000), corpora::daily(1000));
    for (name, corpus, horizon, models) in
        [("monthly", &monthly, 12, &MONTHLY[..]), ("daily", &daily, 28, &DAILY[..])]
    {
        let mut group = criterion.benchmark_group(name);
        for &(model, season_length, series) in models {
            let model = model.parse::<Model>().expect("the name of a model");
            let options = ForecastOptions {
                horizon,
                season_length,
                quantiles: Vec::new(),
                model: ModelChoice::Fixed { model },
                ..ForecastOptions::default()
            };
            time(&mut group, &format!("{model} m={season_length}"), corpus, series, &options);
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group("auto with quantiles");
    let auto = |horizon, season_length| ForecastOptions {
        horizon,
        season_length,
        ..ForecastOptions::default()
    };
    time(&mut group, "monthly m=12", &monthly, 50, &auto(12, 12));
    time(&mut group, "daily m=7, seldom", &daily, 50, &auto(28, 7));
    let long = corpora::long_daily(4);
    time(&mut group, "1900 days m=7", &long, 4, &auto(28, 7));
    let with_year = ForecastOptions { longer_seasons: vec![365.25], ..auto(28, 7) };
    time(&mut group, "1900 days m=7 and 365.25", &long, 4, &with_year);
    group.finish();
}

fn time(
    group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    corpus: &Corpus,
    series: usize,
    options: &ForecastOptions,
) {
    let (values, offsets) = corpus.first(series);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group.sample_size(10).throughput(Throughput::Elements(series as u64));
    group.bench_function(name, |bench| {
        bench.iter(|| forecast_batch(SeriesBatch::new(black_box(values), offsets), options));
    });
}

criterion_group!(benches, forecast);
criterion_main!(benches);
