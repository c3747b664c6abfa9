//! How accurate forecasts are: collections of real series, and the scores of others beside ours.
//!
//! The collections and the table of others' scores lie beside the repository, as not all of them
//! may be copied into it; where they are absent the command says so and does nothing.

use crate::{
    arguments::{none_left, take_file, take_value},
    system::{cargo, root, target_dir},
};
use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub(crate) const DATA: &str = "../shared/data";
const BASELINE: &str = "../shared/golden/forecast_baseline.md";

/// `cargo xtask accuracy`
pub(crate) fn accuracy(mut arguments: Vec<String>) -> Result<()> {
    let set = take_value(&mut arguments, "--set", "the name of a collection")?;
    let model = take_value(&mut arguments, "--model", "the name of a model")?;
    let data = take_file(&mut arguments, "--data")?;
    let out = take_file(&mut arguments, "--out")?;
    let dump = take_file(&mut arguments, "--dump")?;
    none_left(&arguments)?;

    let data = data.unwrap_or_else(|| root().join(DATA));
    if !data.is_dir() {
        println!("skipped: no collections of series in {}", data.display());
        return Ok(());
    }
    let collections = collections(&data, set.as_deref(), &target_dir()?.join("accuracy"))?;
    let baseline = match fs::read_to_string(root().join(BASELINE)) {
        Ok(text) => baseline(&text),
        Err(error) => {
            println!("no scores of others: {BASELINE}: {error}");
            BTreeMap::new()
        }
    };

    let mut command = cargo("run");
    // As fast as a release, in a third of the time to build.
    command.args(["--quiet", "--locked", "--profile", "bench", "--package", "replenish"]);
    command.args(["--example", "accuracy", "--"]);
    if let Some(model) = &model {
        command.args(["--model", model]);
    }
    if let Some(dump) = &dump {
        command.arg("--dump").arg(std::path::absolute(dump)?);
    }
    let mut report = String::new();
    let (mut lost, mut compared) = (0, 0);
    each_line(command.args(&collections), |line| {
        let measured: Value = serde_json::from_str(line)?;
        let comparison = compare(&measured, &baseline)?;
        print!("{}", comparison.text);
        report.push_str(&comparison.text);
        lost += comparison.lost;
        compared += comparison.compared;
        Ok(())
    })?;
    let summary = format!("\nbehind the best of the others in {lost} of {compared} figures (*)\n");
    print!("{summary}");
    report.push_str(&summary);
    if let Some(file) = out {
        fs::write(&file, report).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// Unpacks the collections, so that the program that reads them needs to know no compression.
pub(crate) fn collections(
    data: &Path,
    wanted: Option<&str>,
    unpacked: &Path,
) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(unpacked)?;
    let mut found = Vec::new();
    let mut files =
        fs::read_dir(data)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".csv.gz") else { continue };
        if wanted.is_some_and(|wanted| wanted != name) {
            continue;
        }
        let mut text = Vec::new();
        MultiGzDecoder::new(fs::File::open(&file)?)
            .read_to_end(&mut text)
            .with_context(|| file.display().to_string())?;
        let header = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let columns: Vec<&[u8]> = header.split(|&byte| byte == b',').collect();
        // Other tables lie there too.
        if !(columns.contains(&&b"train"[..]) && columns.contains(&&b"test"[..])) {
            continue;
        }
        let to = unpacked.join(format!("{name}.csv"));
        fs::write(&to, text)?;
        found.push(to);
    }
    match wanted {
        Some(wanted) if found.is_empty() => bail!("no collection `{wanted}` in {}", data.display()),
        _ => ensure!(!found.is_empty(), "no collection of series in {}", data.display()),
    }
    Ok(found)
}

/// Runs a command and hands over what it prints, line by line as it comes.
pub(crate) fn each_line(
    command: &mut Command,
    mut take: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("the output was to be piped")?;
    let mut result = Ok(());
    for line in BufReader::new(output).lines() {
        result = result.and_then(|()| take(&line?));
    }
    let status = child.wait()?;
    ensure!(status.success(), "the measurement failed: {status}");
    result
}

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
enum Ideal {
    Small,
    Near(f64),
}

const FIGURES: [(&str, usize, Ideal); 13] = [
    ("sMAPE", 2, Ideal::Small),
    ("MASE", 3, Ideal::Small),
    ("OWA", 3, Ideal::Small),
    ("RMSSE", 3, Ideal::Small),
    ("pb.5", 3, Ideal::Small),
    ("pb.9", 3, Ideal::Small),
    ("pb.95", 3, Ideal::Small),
    ("pb.99", 3, Ideal::Small),
    ("cov.9", 2, Ideal::Near(0.9)),
    ("cov.95", 2, Ideal::Near(0.95)),
    ("cov.99", 2, Ideal::Near(0.99)),
    ("bias %", 1, Ideal::Near(0.0)),
    ("cum.err", 3, Ideal::Small),
];

impl Ideal {
    fn distance(self, value: f64) -> f64 {
        match self {
            Self::Small => value,
            Self::Near(ideal) => (value - ideal).abs(),
        }
    }
}

type Figures = [Option<f64>; FIGURES.len()];

/// The others' figures by collection: each method's name and its row.
type Baseline = BTreeMap<String, Vec<(String, Figures)>>;

/// Reads the tables under the headings `## collection (n = …)`; a figure that was not taken is `-`.
fn baseline(text: &str) -> Baseline {
    let mut found = Baseline::new();
    let mut set = None;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            set = heading.split_whitespace().next();
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (Some(set), [method, "dev", row @ ..]) = (set, &cells[..]) else { continue };
        let mut figures = Figures::default();
        for (figure, cell) in figures.iter_mut().zip(row) {
            *figure = cell.parse().ok();
        }
        found.entry(set.into()).or_default().push(((*method).into(), figures));
    }
    found
}

struct Comparison {
    text: String,
    /// In how many figures somebody else is better, of how many.
    lost: usize,
    compared: usize,
}

/// Our figures, the best of the others' in each column, and whose that is.
fn compare(measured: &Value, baseline: &Baseline) -> Result<Comparison> {
    let set = measured["set"].as_str().context("a measurement without its collection")?;
    let scores = measured["scores"].as_array().context("a measurement without scores")?;
    let none = Vec::new();
    let others = baseline.get(set).unwrap_or(&none);
    let mut rows = ["method", "Replenish", "best", "by"].map(|name| vec![name.to_string()]);
    let (mut lost, mut compared) = (0, 0);
    for (index, (name, decimals, ideal)) in FIGURES.into_iter().enumerate() {
        let ours = scores.get(index).and_then(Value::as_f64);
        // Nothing but zeros is a good forecast by some figures, and no forecast.
        let candidates = others.iter().filter(|(method, _)| method != "Zero");
        let best = candidates
            .filter_map(|(method, figures)| Some((method, figures[index]?)))
            .min_by(|a, b| ideal.distance(a.1).total_cmp(&ideal.distance(b.1)));
        let mut shown = ours.map_or("-".into(), |value| format!("{value:.decimals$}"));
        if let (Some(value), Some((_, best))) = (ours, best) {
            compared += 1;
            // Theirs are rounded to as many digits as are shown here.
            let half = 0.5 * 0.1_f64.powi(i32::try_from(decimals)?);
            if ideal.distance(value) > ideal.distance(best) + half {
                lost += 1;
                shown.push('*');
            }
        }
        rows[0].push(name.to_string());
        rows[1].push(shown);
        rows[2].push(best.map_or("-".into(), |(_, value)| format!("{value:.decimals$}")));
        rows[3].push(best.map_or("-".into(), |(method, _)| method.clone()));
    }
    let number = |key: &str| measured[key].as_u64().unwrap_or(0);
    let mut text = format!(
        "\n## {set} ({} of {} series, {:.1} s)\n\n",
        number("scored"),
        number("series"),
        measured["seconds"].as_f64().unwrap_or(0.0)
    );
    text.push_str(&table(&rows));
    let mut models: Vec<(&String, u64)> = measured["models"]
        .as_object()
        .map(|models| models.iter().map(|(name, n)| (name, n.as_u64().unwrap_or(0))).collect())
        .unwrap_or_default();
    models.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let models: Vec<_> = models.iter().map(|(name, count)| format!("{count} {name}")).collect();
    writeln!(text, "\nmodels: {}", models.join(", "))?;
    if number("failures") > 0 {
        let first = measured["first_failures"].as_array().into_iter().flatten();
        let first: Vec<_> = first.filter_map(Value::as_str).collect();
        writeln!(text, "without a score: {}, as {}", number("failures"), first.join("; "))?;
    }
    Ok(Comparison { text, lost, compared })
}

/// A Markdown table that is read without rendering too; the first row is the head.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let cell = |(column, cell): (usize, &String)| {
            let width = width(column).unwrap_or(0);
            if column == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        };
        let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
        lines.push(format!("| {} |\n", cells.join(" | ")));
        if index == 0 {
            let rules: Vec<String> = cells.iter().map(|cell| "-".repeat(cell.len())).collect();
            lines.push(format!("| {} |\n", rules.join(" | ")));
        }
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use serde_json::json;
    use std::io::Write as _;

    const TABLES: &str = "\
# Others

## one (n = 3)

| method | split | sMAPE | MASE | OWA | RMSSE | pb.5 | pb.9 | pb.95 | pb.99 | cov.9 | cov.95 | cov.99 | bias % | cum.err |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
| Zero | dev | 1.00 | 0.100 | 0.1 | 0.1 | 0.1 | 0.1 | 0.1 | 0.1 | 0.90 | 0.95 | 0.99 | 0.0 | 0.1 |
| A | dev | 16.12 | 0.500 | 2.273 | 3.287 | 1.578 | 0.906 | 0.596 | 0.128 | 0.75 | 0.75 | 0.92 | -14.9 | 2.955 |
| B | dev | 10.57 | 0.600 | 1.461 | - | - | - | - | - | 0.85 | 0.98 | 1.00 | 3.0 | 1.986 |
| B | test | 0.1 | 0.1 | 0.1 | - | - | - | - | - | - | - | - | - | - |
";

    fn measured(scores: &Value) -> Value {
        json!({ "set": "one", "series": 4, "scored": 3, "seconds": 0.04, "scores": scores,
            "models": { "x": 1, "y": 2 }, "failures": 1, "first_failures": ["d: too short"] })
    }

    #[test]
    fn the_best_of_the_others_stands_beside_each_figure() {
        let ours =
            json!([10.574, 0.5006, 1.0, 3.0, null, 1.0, 0.5, 0.1, 0.96, 0.92, 0.98, -4.0, 1.0]);
        let found = compare(&measured(&ours), &baseline(TABLES)).unwrap();
        let rows: Vec<Vec<&str>> = found
            .text
            .lines()
            .filter(|line| line.starts_with('|'))
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        let row = |index: usize, from: usize| rows[index][from..].join(" ");
        assert_eq!(
            row(2, 1),
            "10.57 0.501* 1.000 3.000 - 1.000* 0.500 0.100 0.96* 0.92 0.98 -4.0* 1.000"
        );
        assert_eq!(
            row(3, 0),
            "best 10.57 0.500 1.461 3.287 1.578 0.906 0.596 0.128 0.85 0.98 1.00 3.0 1.986"
        );
        assert_eq!(row(4, 0), "by B A B A A A A A B B B B B");
        assert_eq!((found.lost, found.compared), (4, 12));
        assert!(found.text.contains("## one (3 of 4 series, 0.0 s)"), "{}", found.text);
        assert!(found.text.contains("models: 2 y, 1 x\nwithout a score: 1, as d: too short\n"));
    }

    #[test]
    fn a_collection_that_nobody_else_measured_is_still_shown() {
        let ours = json!([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.95, 0.99, 0.0, 1.0]);
        let found = compare(&measured(&ours), &Baseline::new()).unwrap();
        assert_eq!((found.lost, found.compared), (0, 0));
        assert!(found.text.contains("Replenish"));
        assert!(compare(&json!({}), &Baseline::new()).is_err());
    }

    #[test]
    fn collections_are_unpacked_and_other_tables_left_out() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("a", "id,train,test\nx,1 2,3\n"), ("b", "sku,quantity\nx,1\n")] {
            let file = fs::File::create(dir.path().join(format!("{name}.csv.gz"))).unwrap();
            GzEncoder::new(file, Compression::fast()).write_all(text.as_bytes()).unwrap();
        }
        fs::write(dir.path().join("README.md"), "about").unwrap();
        let to = dir.path().join("inner/to");
        let found = collections(dir.path(), None, &to).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(fs::read_to_string(&found[0]).unwrap(), "id,train,test\nx,1 2,3\n");
        assert_eq!(collections(dir.path(), Some("a"), &to).unwrap(), found);
        let error = collections(dir.path(), Some("b"), &to).unwrap_err().to_string();
        assert!(error.starts_with("no collection `b`"), "{error}");
    }
}
