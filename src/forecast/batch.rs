//! Many series at once.
//!
//! They are forecast in groups, so that a model that gains by it is fitted to several histories side
//! by side. With the feature `parallel` groups are forecast on several threads. Neither changes a
//! bit of any forecast.

use super::{
    Forecast, ForecastError, ForecastOptions, ModelChoice, SeriesBatch,
    fit::fit_many,
    fitted::Fitted,
    predict::Demand,
    select::{Chosen, Workspace},
};
use std::ops::Range;

/// Forecasts many series; a bad one spoils only itself.
///
/// The result of a series does not depend on the others.
///
/// # Errors
///
/// When the columns do not fit together, or an option is out of range.
///
/// ```
/// use replenish::forecast::{ForecastOptions, SeriesBatch, forecast_batch};
/// let values = [vec![3.0; 30], vec![f64::NAN; 30]].concat();
/// let batch = SeriesBatch::new(&values, &[0, 30, 60]);
/// let options = ForecastOptions { horizon: 2, ..ForecastOptions::default() };
/// let results = forecast_batch(batch, &options)?;
/// assert!(results[0].as_ref().unwrap().mean.iter().all(|mean| (mean - 3.0).abs() < 1e-9));
/// assert_eq!(results[1].as_ref().unwrap_err().code(), "demand_missing");
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
pub fn forecast_batch(
    batch: SeriesBatch<'_>,
    options: &ForecastOptions,
) -> Result<Vec<Result<Forecast, ForecastError>>, ForecastError> {
    options.check()?;
    batch.check()?;
    let mut forecasts = Vec::with_capacity(batch.len());
    in_turn_or_at_once(
        groups(batch),
        |group, workspace, forecasts| forecast_group(batch, group, options, workspace, forecasts),
        &mut forecasts,
    );
    Ok(forecasts)
}

/// As [`forecast_batch`], but gives the forecasts one by one, in the order of the series: those of a
/// large batch need not be held together.
///
/// # Errors
///
/// When the columns do not fit together, or an option is out of range; then none was given.
pub fn forecast_each(
    batch: SeriesBatch<'_>,
    options: &ForecastOptions,
    mut give: impl FnMut(Result<Forecast, ForecastError>),
) -> Result<(), ForecastError> {
    options.check()?;
    batch.check()?;
    let mut workspace = Workspace::default();
    let mut forecasts = Vec::with_capacity(GROUP);
    for group in groups(batch) {
        forecast_group(batch, group, options, &mut workspace, &mut forecasts);
        forecasts.drain(..).for_each(&mut give);
    }
    Ok(())
}

fn groups(batch: SeriesBatch<'_>) -> impl Iterator<Item = Range<usize>> {
    let series = batch.len();
    (0..series).step_by(GROUP).map(move |from| from..series.min(from + GROUP))
}

/// Series that are forecast together: enough to fit them side by side, few enough for the nearest
/// memory.
const GROUP: usize = 64;

#[cfg(not(all(feature = "parallel", not(target_family = "wasm"))))]
fn in_turn_or_at_once<T>(
    groups: impl Iterator<Item = Range<usize>>,
    forecast: impl Fn(Range<usize>, &mut Workspace, &mut Vec<T>),
    forecasts: &mut Vec<T>,
) {
    let mut workspace = Workspace::default();
    groups.for_each(|group| forecast(group, &mut workspace, forecasts));
}

/// On as many threads as the host has set up; each group is forecast as it would be alone.
#[cfg(all(feature = "parallel", not(target_family = "wasm")))]
fn in_turn_or_at_once<T: Send>(
    groups: impl Iterator<Item = Range<usize>>,
    forecast: impl Fn(Range<usize>, &mut Workspace, &mut Vec<T>) + Sync,
    forecasts: &mut Vec<T>,
) {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    let groups: Vec<Range<usize>> = groups.collect();
    let pieces = groups.into_par_iter().map_init(Workspace::default, |workspace, group| {
        let mut piece = Vec::with_capacity(group.len());
        forecast(group, workspace, &mut piece);
        piece
    });
    forecasts.extend(pieces.collect::<Vec<_>>().into_iter().flatten());
}

fn forecast_group(
    batch: SeriesBatch<'_>,
    group: Range<usize>,
    options: &ForecastOptions,
    workspace: &mut Workspace,
    forecasts: &mut Vec<Result<Forecast, ForecastError>>,
) {
    let read = |index| Demand::read(&batch.one(index)?, options);
    let demands: Vec<Result<Demand, ForecastError>> = group.map(read).collect();
    let mut together = fit_together(&demands, options).into_iter();
    for demand in demands {
        forecasts.push(demand.map(|demand| {
            match demand.history.is_complete().then(|| together.next()).flatten() {
                Some((chosen, state)) => demand.forecast(chosen, &state, options),
                None => demand.choose(options, workspace),
            }
        }));
    }
}

/// Fits the model asked for to all complete histories side by side, if it is one that gains by it.
fn fit_together(
    demands: &[Result<Demand, ForecastError>],
    options: &ForecastOptions,
) -> Vec<(Chosen, Fitted)> {
    let ModelChoice::Fixed { model } = options.model else { return Vec::new() };
    let complete = demands.iter().flatten().filter(|demand| demand.history.is_complete());
    let histories: Vec<&[f64]> = complete.map(|demand| &demand.history.values[..]).collect();
    let name = model.to_string();
    let fits = fit_many(model, &histories).unwrap_or_default();
    fits.into_iter().map(|(fit, state)| (Chosen::asked(name.clone(), fit), state)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{MissingPeriods, Model, forecast};

    /// Series of many lengths and kinds, one with a gap and one that cannot be accepted.
    fn assorted() -> (Vec<f64>, Vec<u32>) {
        let mut state = 5_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % end
        };
        let (mut values, mut offsets) = (Vec::new(), vec![0]);
        for series in 0..150_u32 {
            for _ in 0..series * 37 % 90 {
                let often = below(1 + series % 7) == 0;
                values.push(if often { f64::from(1 + below(40)) } else { 0.0 });
            }
            offsets.push(u32::try_from(values.len()).unwrap());
        }
        values[100] = f64::NAN;
        values[500] = f64::INFINITY;
        (values, offsets)
    }

    fn asked(model: ModelChoice) -> ForecastOptions {
        let missing = MissingPeriods::Unknown;
        ForecastOptions { horizon: 3, season_length: 4, missing, model, ..Default::default() }
    }

    #[test]
    fn in_company_or_alone_is_the_same() {
        let (values, offsets) = assorted();
        let batch = SeriesBatch::new(&values, &offsets);
        let fixed = |model| asked(ModelChoice::Fixed { model });
        for options in [
            fixed(Model::SimpleExponentialSmoothing { alpha: None }),
            fixed(Model::OptimizedCroston),
            fixed(Model::Imapa),
            asked(ModelChoice::Auto),
        ] {
            let together = forecast_batch(batch, &options).unwrap();
            assert_eq!(together.len(), 150);
            assert_eq!(together.iter().filter(|forecast| forecast.is_err()).count(), 1);
            for (found, series) in together.into_iter().zip(batch.series().unwrap()) {
                let alone = series.and_then(|series| forecast(&series, &options));
                match (found, alone) {
                    (Ok(found), Ok(alone)) => assert_eq!(found, alone),
                    (found, alone) => assert_eq!(found.err(), alone.err()),
                }
            }
        }
    }

    #[cfg(feature = "parallel")]
    #[test]
    fn on_one_thread_or_many_is_the_same() {
        let (values, offsets) = assorted();
        let options = asked(ModelChoice::Auto);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let batch = SeriesBatch::new(&values, &offsets);
            let forecasts = pool.install(|| forecast_batch(batch, &options).unwrap());
            forecasts.into_iter().map(Result::ok).collect::<Vec<_>>()
        };
        let one = on(1);
        assert_eq!(one.len(), 150);
        assert_eq!(one, on(2));
        assert_eq!(one, on(7));
    }
}
