//! What our policies are worth on recorded demand: the example measures, this makes tables of it and
//! has the package draw the report.
//!
//! The records lie beside the repository, as not all of them may be copied into it; where they are
//! absent the command says so and does nothing.

use crate::{
    accuracy::{DATA, collections, each_line, table},
    arguments::{none_left, take_file, take_value},
    npm, package,
    system::{cargo, root, run, target_dir},
};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{fmt::Write as _, fs, path::Path};

/// The records that say enough to be replayed.
const SETS: [&str; 5] = ["m5_items", "online_retail_daily", "pasta_daily", "man", "vn2_weekly"];
const TABLES: &str = "benches/BACKTEST.md";

/// `cargo xtask backtest`
pub(crate) fn backtest(mut arguments: Vec<String>) -> Result<()> {
    let wanted = take_value(&mut arguments, "--set", "the name of a set")?;
    let data = take_file(&mut arguments, "--data")?;
    let out = take_file(&mut arguments, "--out")?;
    let report = take_file(&mut arguments, "--report")?;
    none_left(&arguments)?;

    let data = data.unwrap_or_else(|| root().join(DATA));
    if !data.is_dir() {
        println!("skipped: no recorded demand in {}", data.display());
        return Ok(());
    }
    let place = target_dir()?.join("backtest");
    let mut files = Vec::new();
    for set in SETS.into_iter().filter(|set| wanted.as_deref().is_none_or(|wanted| wanted == *set))
    {
        if data.join(format!("{set}.csv.gz")).exists() {
            files.extend(collections(&data, Some(set), &place)?);
        } else {
            println!("skipped: no {set}.csv.gz in {}", data.display());
        }
    }
    ensure!(!files.is_empty(), "expected one of the sets {}", SETS.join(", "));

    let mut command = cargo("run");
    // As fast as a release, in a third of the time to build.
    command.args(["--quiet", "--locked", "--profile", "bench", "--package", "replenish"]);
    command.args(["--example", "backtest", "--"]).args(&files);
    let mut measured: Vec<Value> = Vec::new();
    each_line(&mut command, |line| {
        let set: Value = serde_json::from_str(line)?;
        println!("{}", headline(&set)?);
        measured.push(set);
        Ok(())
    })?;
    let tables = document(&measured)?;
    let out = match out {
        Some(out) => Some(out),
        // A part of the sets is no reason to forget the others.
        None => wanted.is_none().then(|| root().join(TABLES)),
    };
    match out {
        Some(out) => {
            fs::write(&out, tables).with_context(|| format!("cannot write {}", out.display()))?;
            println!("written: {}", out.display());
        }
        None => print!("{tables}"),
    }
    let report = report.unwrap_or_else(|| place.join("report.html"));
    draw(&measured, &place.join("results.json"), &std::path::absolute(report)?)
}

/// Has the package draw the report.
fn draw(measured: &[Value], results: &Path, report: &Path) -> Result<()> {
    fs::write(results, serde_json::to_vec(measured)?)?;
    // An engine that has outgrown its budget draws as well as any.
    if let Err(error) = package::build(package::Types::Write, None) {
        println!("note: {error:#}");
    }
    run(npm::node()?.current_dir(root()).arg("pkg/bin/replenish.js").args([
        "backtest".as_ref(),
        "--results".as_ref(),
        results.as_os_str(),
        "--out".as_ref(),
        report.as_os_str(),
    ]))
}

/// What the policies are called, in the order of the tables.
const POLICIES: [(&str, &str); 10] = [
    ("marginal_value", "ours, marginal value"),
    ("last_period", "last period"),
    ("fixed_min_max", "fixed min/max"),
    ("level_quantity", "level + quantity"),
    ("manual", "manual min/max"),
    ("months_of_stock", "months of stock"),
    ("normal_base_stock", "textbook normal"),
    ("demand_driven", "DDMRP"),
    ("service_level", "ours, one service level"),
    ("perfect_foresight", "perfect foresight"),
];

fn label(policy: &str) -> &str {
    POLICIES.iter().find(|(name, _)| *name == policy).map_or(policy, |(_, label)| label)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// `-56 % [-67, -45]`: how many fewer, and the interval in which that lies.
fn change(ratio: &Value, interval: &Value, level: &str) -> String {
    let Some(ratio) = ratio.as_f64() else { return "–".into() };
    let percent = |ratio: f64| format!("{:+.0}", (ratio - 1.0) * 100.0);
    let bound = |side: &str| interval[format!("{side}_{level}")].as_f64();
    match (bound("lower"), bound("upper")) {
        (Some(lower), Some(upper)) => {
            format!("{} % [{}, {}]", percent(ratio), percent(lower), percent(upper))
        }
        _ => format!("{} %", percent(ratio)),
    }
}

/// One of our policies against each baseline that it was set beside.
fn against<'a>(comparisons: &'a Value, ours: &'a str) -> impl Iterator<Item = &'a Value> {
    let other = move |name: &'a str| {
        list(comparisons)
            .find(|found| text(&found["ours"]) == ours && text(&found["baseline"]) == name)
    };
    POLICIES.iter().filter_map(move |(name, _)| other(name))
}

fn headline(set: &Value) -> Result<String> {
    let name = set["set"].as_str().context("a measurement without its set")?;
    let mut line = format!("{name} ({} products):", set["result"]["products"]);
    for found in against(&set["result"]["comparisons"], "marginal_value") {
        let ratio = change(&found["ratio"], &found["interval"], "90");
        write!(line, "\n  {:<24} {ratio}", label(text(&found["baseline"])))?;
    }
    Ok(line)
}

fn document(measured: &[Value]) -> Result<String> {
    let mut text = String::from(ABOUT);
    let lines = |one: &Value| {
        let shown = change(&one["ratio"], &one["interval"], "90");
        Some(((one["ratio"].as_f64()? - 1.0) * 100.0, shown))
    };
    text.push_str(&overview(measured, lines, |mean| format!("{mean:+.0} %")));
    text.push_str(COVERED);
    let covered = |one: &Value| {
        let covered =
            |who: &str| mean(list(&one["points"]).map(|at| number(&at[who]["fill_rate"])));
        let more = (covered("ours")? - covered("baseline")?) * 100.0;
        Some((more, format!("{more:+.1}")))
    };
    text.push_str(&overview(measured, covered, |mean| format!("{mean:+.1}")));
    text.push_str(&not_better(measured)?);
    for set in measured {
        write_set(&mut text, set)?;
    }
    Ok(text)
}

/// A figure of our first policy against each baseline, a row for each set, and the mean of those in
/// which nothing but supply is assumed.
fn overview(
    measured: &[Value],
    figure: impl Fn(&Value) -> Option<(f64, String)>,
    show: impl Fn(f64) -> String,
) -> String {
    let ours = "marginal_value";
    let hidden = [ours, "perfect_foresight"];
    let shown: Vec<_> = POLICIES.iter().filter(|(name, _)| !hidden.contains(name)).collect();
    let mut rows = vec![vec!["set".to_owned()]];
    rows[0].extend(shown.iter().map(|(_, label)| (*label).to_owned()));
    let mut figures: Vec<Vec<f64>> = vec![Vec::new(); shown.len()];
    for set in measured {
        let mut row = vec![text(&set["set"]).to_owned()];
        let found: Vec<&Value> = against(&set["result"]["comparisons"], ours).collect();
        for ((name, _), figures) in shown.iter().zip(&mut figures) {
            let one = found.iter().find(|found| text(&found["baseline"]) == *name);
            let figure = one.and_then(|one| figure(one));
            row.push(figure.as_ref().map_or("–".into(), |(_, shown)| shown.clone()));
            if set["about"]["synthetic"] != true {
                figures.extend(figure.map(|(figure, _)| figure));
            }
        }
        rows.push(row);
    }
    let mut row = vec!["mean, synthetic left out".to_owned()];
    row.extend(figures.into_iter().map(|all| mean(all).map_or("–".into(), &show)));
    rows.push(row);
    table(&rows)
}

fn mean(figures: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for figure in figures {
        sum += figure;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

/// Where a baseline had fewer emergency lines at the same stock.
fn not_better(measured: &[Value]) -> Result<String> {
    let mut text = String::from("\n## Where ours does not have fewer emergency lines\n\n");
    let mut any = false;
    for set in measured {
        let comparisons = &set["result"]["comparisons"];
        let both = ["marginal_value", "service_level"].map(|ours| against(comparisons, ours));
        for found in both.into_iter().flatten() {
            let baseline = self::text(&found["baseline"]);
            let worse: Vec<&Value> = list(&found["worse"]).collect();
            if worse.is_empty() || baseline == "perfect_foresight" {
                continue;
            }
            any = true;
            let most = worse.iter().filter_map(|point| point["ratio"].as_f64()).reduce(f64::max);
            let most = most.map_or("some against none".into(), |most| {
                format!("at most {:+.0} %", (most - 1.0) * 100.0)
            });
            let fill = || worse.iter().map(|point| number(&point["fill_rate"]) * 100.0);
            let (from, to) = (fill().fold(f64::MAX, f64::min), fill().fold(0.0, f64::max));
            writeln!(
                text,
                "- {}, {} against {}: at {} of {} settings, which cover {from:.0} to {to:.0} % of demand, {most}",
                self::text(&set["set"]),
                label(self::text(&found["ours"])),
                label(baseline),
                worse.len(),
                found["comparable"]
            )?;
        }
    }
    for set in measured {
        for slice in list(&set["result"]["slices"]) {
            let behind = |found: &&Value| {
                let is_ceiling = self::text(&found["baseline"]) == "perfect_foresight";
                number(&found["ratio"]) > 1.0 && !is_ceiling
            };
            for found in against(&slice["comparisons"], "marginal_value").filter(behind) {
                any = true;
                writeln!(
                    text,
                    "- {}, only {} ({} products), {} against {}: {}",
                    self::text(&set["set"]),
                    self::text(&slice["kind"]).replace('_', " "),
                    slice["products"],
                    label(self::text(&found["ours"])),
                    label(self::text(&found["baseline"])),
                    change(&found["ratio"], &found["interval"], "90")
                )?;
            }
        }
    }
    if !any {
        text.push_str("Nowhere, perfect foresight aside, at any stock that both can have.\n");
    }
    Ok(text)
}

fn write_set(text: &mut String, set: &Value) -> Result<()> {
    let (about, result) = (&set["about"], &set["result"]);
    let options = &result["options"];
    writeln!(text, "\n## {}\n", self::text(&set["set"]))?;
    writeln!(text, "{}.", self::text(&about["title"]))?;
    for (name, key) in
        [("period", "period"), ("demand", "demand"), ("value", "value"), ("supply", "supply")]
    {
        writeln!(text, "- {name}: {}", self::text(&about[key]))?;
    }
    let left: Vec<String> = list(&set["left_out"])
        .map(|left| format!("{} ({})", left["count"], self::text(&left["code"]).replace('_', " ")))
        .collect();
    let left = if left.is_empty() { "none".into() } else { left.join(", ") };
    writeln!(text, "- products: {}; left out: {left}", result["products"])?;
    writeln!(
        text,
        "- measured over {} periods in blocks of {}, {} draws; {:.0} s",
        options["test"],
        options["block"],
        options["replicates"],
        list(&set["seconds"]).map(number).sum::<f64>()
    )?;
    text.push_str(
        "\nEmergency lines at equal stock value, marginal value against each baseline:\n\n",
    );
    text.push_str(&points(&result["comparisons"], "marginal_value"));
    text.push_str("\nThe baselines there and ours (→): service, effort and cost:\n\n");
    text.push_str(&measures(&result["comparisons"], "marginal_value"));
    text.push_str("\nOne service level for every product instead:\n\n");
    text.push_str(&points(&result["comparisons"], "service_level"));
    for slice in list(&result["slices"]) {
        writeln!(
            text,
            "\nOnly {} ({} products):\n",
            self::text(&slice["kind"]).replace('_', " "),
            slice["products"]
        )?;
        let mut rows =
            vec![["baseline", "emergency lines, 90 %", "95 %"].map(str::to_owned).to_vec()];
        for found in against(&slice["comparisons"], "marginal_value") {
            rows.push(vec![
                label(self::text(&found["baseline"])).to_owned(),
                change(&found["ratio"], &found["interval"], "90"),
                change(&found["ratio"], &found["interval"], "95"),
            ]);
        }
        text.push_str(&table(&rows));
    }
    Ok(())
}

fn points(comparisons: &Value, ours: &str) -> String {
    let head = [
        "baseline",
        "fill rate",
        "dial",
        "stock value",
        "emergency lines",
        "covered at once %",
        "change, 90 %",
        "change, 95 %",
        "stock at equal lines",
        "dial frozen: stock, lines",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for found in against(comparisons, ours) {
        for point in list(&found["points"]) {
            let (baseline, ours) = (&point["baseline"], &point["ours"]);
            let stock = point["stock_ratio"].as_f64();
            let percent = |ratio: f64| format!("{:+.0} %", (ratio - 1.0) * 100.0);
            rows.push(vec![
                label(text(&found["baseline"])).to_owned(),
                format!("{:.2}", number(&point["fill_rate"])),
                format!("{:.2}", number(&point["dial"])),
                format!("{:.0}", number(&baseline["stock_value"])),
                format!(
                    "{:.2} → {:.2}",
                    number(&baseline["emergency_lines"]),
                    number(&ours["emergency_lines"])
                ),
                format!(
                    "{:.1} → {:.1}",
                    number(&baseline["fill_rate"]) * 100.0,
                    number(&ours["fill_rate"]) * 100.0
                ),
                change(&point["ratio"], &point["interval"], "90"),
                change(&point["ratio"], &point["interval"], "95"),
                stock.map_or("–".into(), percent),
                format!(
                    "{}, {}",
                    percent(number(&point["frozen"]["stock_ratio"])),
                    percent(number(&point["frozen"]["ratio"]))
                ),
            ]);
        }
    }
    table(&rows)
}

fn measures(comparisons: &Value, ours: &str) -> String {
    let head = [
        "baseline",
        "cycles without shortage %",
        "highest stock",
        "periods of cover",
        "waste %",
        "order lines a period",
        "spend",
        "bullwhip",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for found in against(comparisons, ours) {
        for point in list(&found["points"]) {
            let pair = |key: &str, factor: f64, decimals: usize| {
                let [a, b] = ["baseline", "ours"].map(|who| number(&point[who][key]) * factor);
                format!("{a:.decimals$} → {b:.decimals$}")
            };
            rows.push(vec![
                format!("{} {:.2}", label(text(&found["baseline"])), number(&point["fill_rate"])),
                pair("cycle_service_level", 100.0, 1),
                pair("highest_stock_value", 1.0, 0),
                pair("periods_of_cover", 1.0, 1),
                pair("waste_share", 100.0, 1),
                pair("order_lines", 1.0, 1),
                pair("spend_index", 1.0, 3),
                pair("bullwhip", 1.0, 1),
            ]);
        }
    }
    table(&rows)
}

const ABOUT: &str = "\
# Backtest

`cargo xtask backtest`: recorded demand replayed under our policies and others', product by product,
period by period. An emergency line is a demand of a period that stock could not cover; it is bought
at once at a premium of 20 %. Every policy has one dial, turned from little stock to much, and any
policy goes short less often when it holds more, so only figures **at equal average stock value** are
compared: the baseline stands at the settings that came nearest to a fill rate of 0.90, 0.95, 0.98 and
0.99 in a period before the test, and ours between the two of its settings whose stock value in the
test is next to the baseline's. Intervals come from a paired bootstrap that draws products and blocks
of periods again. *Dial frozen* is what came of the setting of ours that had the baseline's stock
before the test: nothing in it is chosen with the test in sight.

The textbook normal policy and DDMRP look back over the window with which the textbook policy did best
before the test, set by set. Fixed minimum and maximum, level and quantity, and the manual review are
a week of demand apart on daily sets, one on weekly sets, and what ordering and holding cost together
least (Harris) on man. The three daily sets say nothing of supply: their lead times are assumed, as
stated at each.

Ours sees nothing that has not happened but promotions and closed days; its levels follow the
forecast's own distribution of demand until the next order can be there. Its first policy stocks each
product until the next unit prevents too few emergency lines for the money that it binds, the dial
being what an emergency line is worth; its second takes the same quantile for every product.

Emergency lines count alike whatever they cost; the first policy knows that and the baselines do not,
so part of its lead comes from where it puts stock and not from the forecast. Set it beside *ours, one
service level*, which puts stock as the textbook does, and see below what it means for the value of
demand that is covered at once.

## Emergency lines at equal stock value, ours against each baseline

The mean over the settings compared, with its 90 % interval:

";

const COVERED: &str = "
## Demand covered at once at the same stock value

By value, in percentage points more (or less, −) than the baseline, the mean over the same settings:

";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn measured() -> Value {
        let measures = |stock: f64, lines: f64| {
            json!({ "stock_value": stock, "emergency_lines": lines,
            "fill_rate": 0.95, "highest_stock_value": null, "order_lines": 3.0 })
        };
        let interval =
            json!({ "lower_90": 0.4, "upper_90": 0.6, "lower_95": 0.35, "upper_95": 0.65 });
        let point = json!({ "fill_rate": 0.95, "dial": 1.5, "baseline": measures(100.0, 20.0),
            "ours": measures(100.0, 10.0), "ratio": 0.5, "interval": interval, "stock_ratio": null,
            "frozen": { "dial": 2.0, "stock_ratio": 1.02, "ratio": 0.52 } });
        let comparison = |ours: &str, baseline: &str, worse: Value| {
            json!({ "ours": ours,
            "baseline": baseline, "points": [point], "ratio": 0.5, "interval": interval,
            "comparable": 7, "worse": worse })
        };
        let worse = json!([{ "stock_value": 90.0, "fill_rate": 0.5, "ratio": 1.04 }]);
        json!({ "set": "one", "about": { "title": "One" }, "left_out": [{ "code": "too_short", "count": 2 }],
            "seconds": [1.0, 2.0],
            "result": { "products": 12, "options": { "test": 52, "block": 4, "replicates": 100 },
                "comparisons": [comparison("marginal_value", "fixed_min_max", json!([])),
                    comparison("marginal_value", "manual", worse)],
                "slices": [] } })
    }

    #[test]
    fn every_claim_stands_with_its_interval() {
        let text = document(&[measured()]).unwrap();
        let row = text.lines().find(|line| line.starts_with("| one ")).unwrap();
        assert!(row.contains("-50 % [-60, -40]") && row.contains('–'), "{row}");
        assert!(text.contains("20.00 → 10.00"), "{text}");
        assert!(text.contains("products: 12; left out: 2 (too short)"), "{text}");
        assert!(text.contains("+2 %, -48 %"), "{text}");
    }

    #[test]
    fn what_is_not_better_is_said() {
        let text = document(&[measured()]).unwrap();
        let line = "- one, ours, marginal value against manual min/max: at 1 of 7 settings, \
                    which cover 50 to 50 % of demand, at most +4 %";
        assert!(text.contains(line), "{text}");
        assert!(!text.contains("against fixed min/max: at"), "{text}");
        let mut better = measured();
        better["result"]["comparisons"][1]["worse"] = json!([]);
        let mut slice = better.clone();
        slice["result"]["slices"] = json!([{ "kind": "short_lead_time", "products": 3,
            "comparisons": [{ "ours": "marginal_value", "baseline": "manual", "ratio": 1.5 }] }]);
        let line =
            "only short lead time (3 products), ours, marginal value against manual min/max: +50 %";
        assert!(document(&[slice]).unwrap().contains(line));
        assert!(document(&[better]).unwrap().contains("Nowhere, perfect foresight aside"));
    }
}
