//! How fast the hot paths are: runs the benchmarks and lists their medians.

use crate::{
    arguments::{take_file, take_flag, take_value},
    instances::instances,
    system::{cargo, output, run, target_dir, write_json},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

/// `cargo xtask bench`
pub(crate) fn bench(mut arguments: Vec<String>) -> Result<()> {
    let json = take_file(&mut arguments, "--json")?;
    let (alone, write) =
        (take_flag(&mut arguments, "--instances"), take_flag(&mut arguments, "--write"));
    let only = take_value(&mut arguments, "--only", "a part of a name")?.unwrap_or_default();
    let load = load_average();
    let measurements = if alone { Vec::new() } else { criterion(&arguments)? };
    let baskets = if arguments.is_empty() { instances(&only, write)? } else { Vec::new() };
    if let Some(file) = json {
        let rows: Vec<Value> = measurements.iter().map(Measurement::to_json).collect();
        let machine = machine(load);
        write_json(
            &file,
            &json!({ "machine": machine, "benchmarks": rows, "instances": baskets }),
        )?;
    }
    Ok(())
}

fn criterion(arguments: &[String]) -> Result<Vec<Measurement>> {
    let results = target_dir()?.join("criterion");
    let begin = SystemTime::now();
    run(cargo("bench")
        .env("CRITERION_HOME", &results)
        .args(["--locked", "--package", "replenish", "--bench", "*"])
        .args(arguments))?;
    // File systems round their clocks, some of them to two seconds.
    let measurements = collect(&results, begin - Duration::from_secs(2))?;
    ensure!(!measurements.is_empty(), "no benchmark has been run: none matches the arguments");
    println!("\n{}", table(&measurements));
    Ok(measurements)
}

#[derive(Clone, Debug, PartialEq)]
struct Measurement {
    name: String,
    median_ns: f64,
    /// The interval that holds the median with 95 % confidence.
    low_ns: f64,
    high_ns: f64,
    throughput: Option<Throughput>,
}

#[derive(Clone, Debug, PartialEq)]
struct Throughput {
    per_second: f64,
    unit: &'static str,
}

impl Measurement {
    fn to_json(&self) -> Value {
        let throughput = self.throughput.as_ref();
        json!({
            "name": self.name,
            "median_ns": self.median_ns,
            "low_ns": self.low_ns,
            "high_ns": self.high_ns,
            "throughput_per_second": throughput.map(|found| found.per_second),
            "throughput_unit": throughput.map(|found| found.unit),
        })
    }
}

/// What criterion has written below `dir` since `begin`, by name.
fn collect(dir: &Path, begin: SystemTime) -> Result<Vec<Measurement>> {
    let mut found = Vec::new();
    if !dir.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let estimates = path.join("estimates.json");
        if path.is_dir() && path.ends_with("new") && estimates.exists() {
            if fs::metadata(&estimates)?.modified()? >= begin {
                let read = |file: &str| -> Result<Value> {
                    let file = path.join(file);
                    serde_json::from_str(&fs::read_to_string(&file)?)
                        .with_context(|| file.display().to_string())
                };
                let measured = measurement(&read("benchmark.json")?, &read("estimates.json")?);
                found.push(measured.with_context(|| path.display().to_string())?);
            }
        } else if path.is_dir() {
            found.extend(collect(&path, begin)?);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn measurement(benchmark: &Value, estimates: &Value) -> Result<Measurement> {
    let number = |value: &Value, key: &str| -> Result<f64> {
        value[key].as_f64().with_context(|| format!("criterion wrote no `{key}`"))
    };
    let median = &estimates["median"];
    let median_ns = number(median, "point_estimate")?;
    let name = benchmark["full_id"].as_str().context("criterion wrote no `full_id`")?;
    let units = [("Elements", "elements"), ("Bytes", "bytes"), ("BytesDecimal", "bytes")];
    let throughput = units.into_iter().find_map(|(key, unit)| {
        let amount = benchmark["throughput"][key].as_f64()?;
        Some(Throughput { per_second: amount / median_ns * 1e9, unit })
    });
    Ok(Measurement {
        name: name.into(),
        median_ns,
        low_ns: number(&median["confidence_interval"], "lower_bound")?,
        high_ns: number(&median["confidence_interval"], "upper_bound")?,
        throughput,
    })
}

fn table(measurements: &[Measurement]) -> String {
    let names = measurements.iter().map(|row| row.name.len());
    let width = names.max().unwrap_or_default().max("benchmark".len());
    let mut lines = vec![format!("{:width$}  {:>10}  {:>22}", "benchmark", "median", "throughput")];
    lines.extend(measurements.iter().map(|row| {
        let rate = row.throughput.as_ref().map_or_else(
            || "-".to_string(),
            |found| format!("{} {}/s", scaled(found.per_second), found.unit),
        );
        format!("{:width$}  {:>10}  {rate:>22}", row.name, duration(row.median_ns))
    }));
    lines.join("\n")
}

fn duration(ns: f64) -> String {
    let (value, unit) = match ns {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "us"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    format!("{value:.2} {unit}")
}

fn scaled(number: f64) -> String {
    match number {
        n if n < 1e3 => format!("{n:.1}"),
        n if n < 1e6 => format!("{:.1} k", n / 1e3),
        n if n < 1e9 => format!("{:.1} M", n / 1e6),
        n => format!("{:.1} G", n / 1e9),
    }
}

/// What a figure means nothing without; unknown parts stay empty.
fn machine(load: Option<f64>) -> Value {
    let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_string())
    });
    let cores = std::thread::available_parallelism().ok().map(usize::from);
    let rustc = output(Command::new("rustc").arg("--version")).ok();
    json!({
        "processor": processor,
        "cores": cores,
        "load_before": load,
        "compiler": rustc.map(|version| version.trim().to_string()),
    })
}

fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimates(median: f64) -> Value {
        json!({ "median": {
            "point_estimate": median,
            "confidence_interval": { "lower_bound": median - 1.0, "upper_bound": median + 1.0 },
        } })
    }

    fn plant(dir: &Path, name: &str, throughput: &Value, median: f64) {
        let new = dir.join(name).join("new");
        fs::create_dir_all(&new).unwrap();
        let benchmark = json!({ "full_id": name, "throughput": throughput });
        fs::write(new.join("benchmark.json"), benchmark.to_string()).unwrap();
        fs::write(new.join("estimates.json"), estimates(median).to_string()).unwrap();
    }

    #[test]
    fn collects_this_runs_results_by_name() {
        let dir = tempfile::tempdir().unwrap();
        plant(dir.path(), "split/lines", &json!(null), 1_500.0);
        plant(dir.path(), "forecast/ets", &json!({ "Elements": 1000 }), 2e6);
        fs::create_dir_all(dir.path().join("forecast/ets/base")).unwrap();
        fs::write(dir.path().join("forecast/ets/base/estimates.json"), "not read").unwrap();

        let long_ago = SystemTime::now() - Duration::from_mins(1);
        let found = collect(dir.path(), long_ago).unwrap();
        let names: Vec<_> = found.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["forecast/ets", "split/lines"]);
        let rate = found[0].throughput.as_ref().unwrap();
        assert!((rate.per_second - 500_000.0).abs() < 1e-6, "{rate:?}");
        assert_eq!(found[1].throughput, None);
        assert_eq!(found[0].to_json()["low_ns"], 1_999_999.0);

        let text = table(&found);
        let rows: Vec<_> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
        assert_eq!(rows[1], ["forecast/ets", "2.00", "ms", "500.0", "k", "elements/s"]);
        assert_eq!(rows[2], ["split/lines", "1.50", "us", "-"]);

        let later = SystemTime::now() + Duration::from_mins(1);
        assert_eq!(collect(dir.path(), later).unwrap(), []);
        assert_eq!(collect(&dir.path().join("absent"), long_ago).unwrap(), []);
    }

    #[test]
    fn refuses_results_it_cannot_read() {
        assert!(measurement(&json!({}), &estimates(1.0)).is_err());
        assert!(measurement(&json!({ "full_id": "x" }), &json!({})).is_err());
    }
}
