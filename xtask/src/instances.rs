//! Whether baskets whose least cost is known are allocated at that cost, and how fast.

use crate::{
    npm,
    system::{cargo, output, root},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the collection is.
const DATA: &str = "../shared/golden/sourcing";
/// What the table is written into, between the two marks.
const REPORT: &str = "benches/SOURCING.md";
const MARKS: [&str; 2] = ["<!-- table -->", "<!-- end of table -->"];
/// Of the large ones: about half a second on the machine of the report.
const SHORT_STEPS: u64 = 45_000_000;
const LARGE: u64 = 500;

/// Measures every instance whose name has `only` in it, natively and in WebAssembly, and prints the
/// table; nothing, with the reason printed, where there are none.
pub(crate) fn instances(only: &str, write: bool) -> Result<Vec<Value>> {
    let mut files = files(&root().join(DATA));
    let named =
        |file: &PathBuf| file.file_name().is_some_and(|it| it.to_string_lossy().contains(only));
    files.retain(named);
    if files.is_empty() {
        println!("skipped: no instances named `{only}` in {DATA}");
        return Ok(Vec::new());
    }
    let large: Vec<PathBuf> = files.iter().filter(|file| is_large(file)).cloned().collect();
    let native = natively(&files, None)?;
    let short = natively(&large, Some(SHORT_STEPS))?;
    let wasm = in_node(&files)?;
    let mut rows = Vec::new();
    for (file, answer) in files.iter().zip(&native) {
        let known: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        let of = |list: &[Value]| {
            list.iter().find(|other| other["file"] == answer["file"]).cloned().unwrap_or_default()
        };
        rows.push(row(answer, &known, &of(&wasm), &of(&short)));
    }
    let text = format!("{}\n\n{}", table(&rows), summary(&rows));
    println!("\n{text}");
    if write {
        insert(&root().join(REPORT), &text)?;
    }
    Ok(rows)
}

/// Instances, the small ones first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "json") && skus(file) > 0);
    files.sort_by_key(|file| (skus(file), file.clone()));
    files
}

/// How many SKUs a name such as `20x500-tight-1205.json` speaks of.
fn skus(file: &Path) -> u64 {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let size = name.split('-').next().and_then(|size| size.split_once('x'));
    size.and_then(|(_, skus)| skus.parse().ok()).unwrap_or_default()
}

fn is_large(file: &Path) -> bool {
    skus(file) >= LARGE
}

fn natively(files: &[PathBuf], steps: Option<u64>) -> Result<Vec<Value>> {
    let mut command = cargo("bench");
    command.args(["--locked", "--quiet", "--package", "replenish", "--bench", "allocate", "--"]);
    command.args(steps.map(|steps| format!("--steps {steps}")).iter().flat_map(|it| it.split(' ')));
    answers(&output(command.args(files))?)
}

fn in_node(files: &[PathBuf]) -> Result<Vec<Value>> {
    if !root().join("pkg/dist/node.js").exists() {
        println!("skipped: WebAssembly, which `cargo xtask pkg` builds");
        return Ok(Vec::new());
    }
    answers(&output(npm::node()?.current_dir(root()).arg("benches/allocate.mjs").args(files))?)
}

fn answers(text: &str) -> Result<Vec<Value>> {
    let documents = text.lines().filter(|line| line.starts_with('{'));
    documents.map(|line| serde_json::from_str(line).context("an answer that is no JSON")).collect()
}

/// One line of the table; what is not known is null.
fn row(answer: &Value, known: &Value, wasm: &Value, short: &Value) -> Value {
    let optimal = &known["optimal"];
    let whole = |value: &Value| value.as_i64();
    let difference = whole(&answer["objective"]).zip(whole(&optimal["objective"]));
    let ratio = |numerator: &Value| {
        let pair = numerator.as_f64().zip(answer["milliseconds"].as_f64());
        pair.map(|(numerator, native)| numerator / native)
    };
    let reading = wasm["milliseconds_to_read"].as_f64();
    let searching = wasm["milliseconds"].as_f64().zip(reading).map(|(all, reading)| all - reading);
    json!({
        "instance": known["id"],
        "status": answer["status"],
        "objective": answer["objective"],
        "optimum": optimal["objective"],
        "optimum_proved": optimal["proved"],
        "known_lower_bound": optimal["lower_bound"],
        "difference": difference.map(|(ours, known)| ours - known),
        "lower_bound": answer["lower_bound"],
        "gap": answer["gap"],
        "nodes": answer["nodes"],
        "steps": answer["steps"],
        "cpu_ms": answer["milliseconds"],
        "wasm_ms": wasm["milliseconds"],
        "wasm_ratio": ratio(&wasm["milliseconds"]),
        "wasm_search_ratio": ratio(&json!(searching)),
        "wasm_same": wasm["objective"].as_i64().map(|_| {
            ["status", "objective", "lower_bound", "nodes", "steps"]
                .iter()
                .all(|field| wasm[field] == answer[field])
        }),
        "short_gap": short["gap"],
        "short_cpu_ms": short["milliseconds"],
        "short_difference": whole(&short["objective"])
            .zip(whole(&optimal["objective"]))
            .map(|(ours, known)| ours - known),
    })
}

const COLUMNS: [&str; 14] = [
    "instance",
    "status",
    "objective",
    "known",
    "difference",
    "lower bound",
    "gap %",
    "nodes",
    "CPU ms",
    "WebAssembly ms",
    "ratio",
    "search alone",
    "short: gap %",
    "short: CPU ms",
];

/// Aligned, and as Markdown.
fn table(rows: &[Value]) -> String {
    let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let width = |column: usize| {
        let written = cells.iter().map(|row| row[column].chars().count());
        written.chain([COLUMNS[column].len(), 3]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().enumerate().map(|(column, cell)| match column {
            0 | 1 => format!("{cell:<0$}", widths[column]),
            _ => format!("{cell:>0$}", widths[column]),
        });
        format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = |(column, width): (usize, &usize)| match column {
        0 | 1 => "-".repeat(*width),
        _ => format!("{}:", "-".repeat(width - 1)),
    };
    let mut lines = vec![
        line(COLUMNS.iter().map(ToString::to_string).collect()),
        line(widths.iter().enumerate().map(rule).collect()),
    ];
    lines.extend(cells.into_iter().map(line));
    lines.join("\n")
}

fn cells(row: &Value) -> Vec<String> {
    let text = |field: &str| {
        let found = &row[field];
        if found.is_null() {
            return String::from("–");
        }
        found.as_str().map_or_else(|| found.to_string(), String::from)
    };
    let number = |field: &str, decimals: usize, scale: f64| {
        let found = row[field].as_f64();
        found.map_or_else(|| String::from("–"), |found| format!("{:.*}", decimals, found * scale))
    };
    let proved = row["optimum_proved"] == true;
    vec![
        text("instance"),
        text("status"),
        text("objective"),
        if proved { text("optimum") } else { format!("≤ {}", text("optimum")) },
        text("difference"),
        text("lower_bound"),
        number("gap", 4, 100.0),
        text("nodes"),
        number("cpu_ms", 2, 1.0),
        number("wasm_ms", 2, 1.0),
        number("wasm_ratio", 2, 1.0),
        number("wasm_search_ratio", 2, 1.0),
        number("short_gap", 4, 100.0),
        number("short_cpu_ms", 0, 1.0),
    ]
}

/// By size and family: how many are proved, found and how long it took; and what would be a mistake.
fn summary(rows: &[Value]) -> String {
    let mut lines = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    for row in rows {
        let group = group(row);
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for name in groups {
        let members: Vec<&Value> = rows.iter().filter(|row| group(row) == name).collect();
        let count = |test: &dyn Fn(&Value) -> bool| members.iter().filter(|row| test(row)).count();
        let proved = count(&|row| row["status"] == "proved");
        let found = count(&|row| row["difference"].as_i64().is_some_and(|more| more <= 0));
        let (all, middle, worst) = (members.len(), middle(&members, "cpu_ms"), worst(&members));
        lines.push(format!(
            "- {name}: {proved} of {all} proved, {found} at the known cost or below; \
             CPU ms median {middle}, worst {worst}; WebAssembly over native, median {}, search alone {}",
            self::middle(&members, "wasm_ratio"),
            self::middle(&members, "wasm_search_ratio"),
        ));
    }
    let wrong: Vec<String> = rows.iter().filter_map(contradiction).collect();
    lines.push(match &wrong[..] {
        [] => {
            String::from("- no proof contradicts what is known, and WebAssembly answers the same")
        }
        wrong => format!("- CONTRADICTIONS: {}", wrong.join("; ")),
    });
    lines.join("\n")
}

fn group(row: &Value) -> String {
    let name = row["instance"].as_str().unwrap_or_default();
    name.rsplit_once('-').map_or(name, |(group, _)| group).to_string()
}

fn numbers(rows: &[&Value], field: &str) -> Vec<f64> {
    let mut numbers: Vec<f64> = rows.iter().filter_map(|row| row[field].as_f64()).collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn middle(rows: &[&Value], field: &str) -> String {
    let numbers = numbers(rows, field);
    let (low, high) = (numbers.len().saturating_sub(1) / 2, numbers.len() / 2);
    let pair = numbers.get(low).zip(numbers.get(high));
    pair.map_or_else(|| String::from("–"), |(a, b)| format!("{:.2}", f64::midpoint(*a, *b)))
}

fn worst(rows: &[&Value]) -> String {
    numbers(rows, "cpu_ms").last().map_or_else(String::new, |worst| format!("{worst:.2}"))
}

/// A claim that cannot be true beside what is known.
fn contradiction(row: &Value) -> Option<String> {
    let name = row["instance"].as_str().unwrap_or_default();
    let number = |field: &str| row[field].as_f64();
    let proved = row["optimum_proved"] == true;
    let claim = if row["status"] == "proved" && row["difference"].as_i64()? > 0 {
        "proved dearer than the known optimum"
    } else if proved && row["difference"].as_i64()? < 0 {
        "cheaper than the known optimum"
    } else if number("lower_bound")? > number("optimum")? {
        "a lower bound above a known choice"
    } else if number("objective")? < number("known_lower_bound")?.floor() {
        "cheaper than a known lower bound"
    } else if row["wasm_same"] == false {
        "another answer in WebAssembly"
    } else {
        return None;
    };
    Some(format!("{name}: {claim}"))
}

/// Puts text between the marks of a file.
fn insert(file: &Path, text: &str) -> Result<()> {
    let old = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let [begin, end] = MARKS;
    let parts = old.split_once(begin).and_then(|(head, rest)| {
        let (_, tail) = rest.split_once(end)?;
        Some((head, tail))
    });
    ensure!(parts.is_some(), "{} has no place for the table", file.display());
    let (head, tail) = parts.unwrap_or_default();
    fs::write(file, format!("{head}{begin}\n{text}\n{end}{tail}"))?;
    println!("written: {}", file.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Value {
        json!({
            "id": "5x20-tight-7",
            "optimal": { "objective": 1000, "proved": true, "lower_bound": 1000.0 },
        })
    }

    fn answer(objective: i64, status: &str) -> Value {
        json!({
            "file": "a/5x20-tight-7.json", "status": status, "objective": objective,
            "lower_bound": 990, "gap": 0.01, "nodes": 3, "steps": 50, "milliseconds": 2.0,
        })
    }

    #[test]
    fn a_line_says_what_differs() {
        let mut wasm = answer(1010, "gap");
        wasm["milliseconds"] = json!(3.0);
        wasm["milliseconds_to_read"] = json!(0.6);
        let row = row(&answer(1010, "gap"), &known(), &wasm, &Value::Null);
        assert_eq!(row["difference"], 10);
        assert_eq!(row["wasm_same"], true);
        let cells = cells(&row);
        let shown = ["5x20-tight-7", "gap", "1010", "1000", "10", "990", "1.0000", "3", "2.00"];
        assert_eq!(cells[..9], shown);
        assert_eq!(cells[9..], ["3.00", "1.50", "1.20", "–", "–"]);
        assert_eq!(contradiction(&row), None);
        assert!(table(&[row]).lines().all(|line| line.starts_with("| ") && line.ends_with(" |")));
    }

    #[test]
    fn what_cannot_be_true_is_told() {
        let told = |answer: &Value, wasm: &Value| {
            contradiction(&row(answer, &known(), wasm, &Value::Null))
        };
        assert_eq!(told(&answer(1000, "proved"), &Value::Null), None);
        assert!(told(&answer(1001, "proved"), &Value::Null).unwrap().contains("dearer"));
        assert!(told(&answer(999, "gap"), &Value::Null).unwrap().contains("cheaper"));
        let mut high = answer(1005, "gap");
        high["lower_bound"] = json!(1001);
        assert!(told(&high, &Value::Null).unwrap().contains("lower bound"));
        let other = told(&answer(1005, "gap"), &answer(1006, "gap"));
        assert!(other.unwrap().contains("WebAssembly"));
    }

    #[test]
    fn the_table_replaces_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("report.md");
        fs::write(&file, "head\n<!-- table -->\nold\n<!-- end of table -->\ntail\n").unwrap();
        insert(&file, "new").unwrap();
        insert(&file, "newer").unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text, "head\n<!-- table -->\nnewer\n<!-- end of table -->\ntail\n");
        fs::write(&file, "nothing").unwrap();
        assert!(insert(&file, "new").is_err());
    }

    #[test]
    fn sizes_stand_in_names() {
        assert_eq!(skus(Path::new("a/20x500-tight-1205.json")), 500);
        assert_eq!(skus(Path::new("a/index.json")), 0);
    }
}
