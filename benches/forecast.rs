//! Forecasts of a batch of two-year daily histories: fit, choice, point path and quantiles.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use replenish::forecast::{ForecastOptions, SeriesBatch, forecast_batch};
use std::hint::black_box;

const SERIES: u32 = 100;
const DAYS: u32 = 730;

/// Half of the products sell daily with a weekly pattern, half now and then.
fn columns() -> (Vec<f64>, Vec<u32>) {
    let mut state = 1_u32;
    let mut below = |end: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % end
    };
    let mut values = Vec::new();
    for series in 0..SERIES {
        for day in 0..DAYS {
            let often = f64::from(10 + 3 * (day % 7) + below(9));
            let seldom = if below(8) == 0 { f64::from(1 + below(4)) } else { 0.0 };
            values.push(if series % 2 == 0 { often } else { seldom });
        }
    }
    (values, (0..=SERIES).map(|series| series * DAYS).collect())
}

fn forecast(criterion: &mut Criterion) {
    let (values, offsets) = columns();
    let options = ForecastOptions::default();
    let mut group = criterion.benchmark_group("forecast");
    group.throughput(Throughput::Elements(u64::from(SERIES)));
    group.bench_function("batch of 100 series x 730 days", |bench| {
        bench.iter(|| {
            let batch = SeriesBatch { values: black_box(&values), offsets: &offsets };
            forecast_batch(batch, &options)
        });
    });
    group.finish();
}

criterion_group!(benches, forecast);
criterion_main!(benches);
