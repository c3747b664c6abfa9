//! How accurate the engine is on files of series whose continuation is known: one JSON object a line
//! for each file. `cargo xtask accuracy` runs it and sets the figures beside those of others.
//!
//! `accuracy [--model NAME] [--dump FILE] FILE...`, files as `replenish forecast` reads them, one
//! series a line, with columns `test` and `mase_m`. What is forecast is what that command would
//! write, but for the collections whose missing and negative values mean something else.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program: it reads files, measures time and prints"
)]

mod collection;

use collection::{Collection, Known};
use replenish::{
    forecast::{
        Forecast, ForecastError, ForecastOptions,
        accuracy::{Case, Scores, score},
        forecast,
    },
    unit::Probability,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const QUANTILES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let quantiles = QUANTILES.into_iter().map(Probability::new).collect::<Result<_, _>>()?;
    let mut options = ForecastOptions { quantiles, ..ForecastOptions::default() };
    let (mut dump, mut files) = (None, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--model" => {
                let name = words.next().ok_or("`--model` wants a name")?;
                options.model = name.parse()?;
            }
            "--dump" => {
                let path = words.next().ok_or("`--dump` wants a file")?;
                let mut file = BufWriter::new(fs::File::create(path)?);
                write!(file, "set,id,step,actual,mean")?;
                QUANTILES.iter().try_for_each(|p| write!(file, ",q{p}"))?;
                writeln!(file, ",model")?;
                dump = Some(file);
            }
            _ => files.push(PathBuf::from(word)),
        }
    }
    for file in files {
        println!("{}", measure(&file, &options, dump.as_mut())?);
    }
    dump.map_or(Ok(()), |mut file| Ok(file.flush()?))
}

/// One series' forecast and how good it is.
type Answer = Result<(Forecast, Scores), ForecastError>;

/// Forecasts and scores all series of a file on all processors.
fn measure(
    path: &Path,
    options: &ForecastOptions,
    dump: Option<&mut BufWriter<fs::File>>,
) -> Outcome<Value> {
    let set = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let collection = Collection::read(&set, &bytes)?;
    let begin = Instant::now();
    let answers = answer_all(&collection, options);
    let seconds = begin.elapsed().as_secs_f64();
    if let Some(file) = dump {
        write_rows(file, &set, &collection, &answers)?;
    }

    let scores: Vec<&Scores> = answers.iter().flatten().map(|(_, scores)| scores).collect();
    let mean = Scores::mean(scores);
    let mut models: BTreeMap<String, u32> = BTreeMap::new();
    for (forecast, _) in answers.iter().flatten() {
        *models.entry(short(&forecast.model)).or_default() += 1;
    }
    let failed = collection.series.iter().zip(&answers).filter_map(|(known, answer)| {
        answer.as_ref().err().map(|error| format!("{}: {error}", known.id))
    });
    let failed: Vec<String> = collection.problems.iter().cloned().chain(failed).collect();
    let quantile =
        |p: f64| mean.quantiles.iter().find(|q| (q.probability.value() - p).abs() < 1e-9);
    let pinball = |p| quantile(p).and_then(|q| q.scaled_pinball);
    let coverage = |p| quantile(p).and_then(|q| q.coverage);
    Ok(json!({
        "set": set,
        "series": collection.series.len(),
        "scored": mean.forecasts,
        "seconds": seconds,
        "models": models,
        "failures": failed.len(),
        "first_failures": &failed[..failed.len().min(3)],
        // In the order of the tables that they are set beside.
        "scores": [
            mean.smape, mean.mase, mean.owa(), mean.rmsse,
            pinball(0.5), pinball(0.9), pinball(0.95), pinball(0.99),
            coverage(0.9), coverage(0.95), coverage(0.99),
            mean.relative_bias().map(|bias| bias * 100.0),
            mean.scaled_cumulative_absolute_error,
        ],
    }))
}

fn answer_all(collection: &Collection, options: &ForecastOptions) -> Vec<Answer> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        // One by one, as a few series may take as long as all others.
        while let Some((index, known)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            collection.series.get(index).map(|known| (index, known))
        } {
            done.push((index, answer(known, options)));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut answers: Vec<(usize, Answer)> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = running.into_iter().map(|thread| thread.join().expect("no thread panics"));
        joined.flatten().collect()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn answer(known: &Known, options: &ForecastOptions) -> Answer {
    let forecast = ask(known, options)?;
    let scores = score(&Case {
        history: &known.history,
        season_length: known.scale_lag,
        actual: &known.actual,
        point: &forecast.mean,
        quantiles: &forecast.quantiles,
    })?;
    Ok((forecast, scores))
}

/// The engine's own call, as `replenish forecast` makes it.
fn ask(known: &Known, options: &ForecastOptions) -> Result<Forecast, ForecastError> {
    let options = ForecastOptions {
        horizon: known.horizon,
        season_length: known.season_length,
        longer_seasons: known.longer_seasons.clone(),
        missing: known.missing,
        negative: known.negative,
        ..options.clone()
    };
    forecast(&known.series, &options)
}

/// The name of a model; of several, how many there are.
fn short(model: &str) -> String {
    match model.split_once(" of ") {
        Some((how, names)) => format!("{how} of {} models", names.split(", ").count()),
        None => model.to_owned(),
    }
}

fn write_rows(
    file: &mut impl Write,
    set: &str,
    collection: &Collection,
    answers: &[Answer],
) -> Outcome<()> {
    for (known, answer) in collection.series.iter().zip(answers) {
        let Ok((forecast, _)) = answer else { continue };
        let model = &forecast.model;
        for (step, (mean, actual)) in forecast.mean.iter().zip(&known.actual).enumerate() {
            write!(file, "{set},{},{},{actual:?},{mean:?}", known.id, step + 1)?;
            forecast
                .quantiles
                .iter()
                .try_for_each(|path| write!(file, ",{:?}", path.values[step]))?;
            writeln!(file, ",\"{model}\"")?;
        }
    }
    Ok(())
}
