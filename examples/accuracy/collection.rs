//! Collections of series whose continuation is known, and how each of them is evaluated.

use replenish::{
    forecast::{
        ForecastError, MissingPeriods, NegativeDemand, Regressor, Series, SeriesTable,
        SeriesTableOptions, read_series,
    },
    unit::table::File,
};
use std::collections::BTreeMap;

/// The series of a file.
pub(crate) struct Collection {
    pub(crate) series: Vec<Known>,
    /// Why some could not be read.
    pub(crate) problems: Vec<String>,
}

/// A series and what came after it.
pub(crate) struct Known {
    pub(crate) id: String,
    /// What the engine is shown.
    pub(crate) series: Series,
    /// What errors are scaled by; NaN where it is missing.
    pub(crate) history: Vec<f64>,
    /// NaN where it is missing or not to be scored.
    pub(crate) actual: Vec<f64>,
    pub(crate) horizon: u32,
    pub(crate) season_length: u32,
    pub(crate) longer_seasons: Vec<f64>,
    pub(crate) missing: MissingPeriods,
    pub(crate) negative: NegativeDemand,
    /// The lag of the differences that errors are scaled by.
    pub(crate) scale_lag: usize,
}

/// How a collection is evaluated where it is not as it stands.
struct Rules {
    missing: MissingPeriods,
    negative: NegativeDemand,
    /// Sales of a week without stock say nothing about its demand.
    only_in_stock: bool,
}

fn rules(set: &str) -> Rules {
    let (missing, negative) = (MissingPeriods::Unknown, NegativeDemand::Keep);
    let usual = Rules { missing, negative, only_in_stock: false };
    match set {
        // A period without a record had no demand.
        "carparts" => Rules { missing: MissingPeriods::Zero, ..usual },
        // A month of returns had no demand.
        "oil" => Rules { negative: NegativeDemand::Zero, ..usual },
        "vn2_weekly" => Rules { only_in_stock: true, ..usual },
        _ => usual,
    }
}

impl Collection {
    /// Reads a file: the engine what it forecasts from, this function what it is not shown.
    pub(crate) fn read(set: &str, bytes: &[u8]) -> Result<Self, String> {
        let name = format!("{set}.csv");
        let table = read_series(File { name: &name, bytes }, &SeriesTableOptions::default())
            .map_err(|problems| problems.first().map_or(String::new(), ToString::to_string))?;
        let text = std::str::from_utf8(bytes).map_err(|error| format!("{name}: {error}"))?;
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let column = |wanted: &str| header.iter().position(|name| *name == wanted);
        let (Some(id), Some(test)) = (column("id"), column("test")) else {
            return Err(format!("{name}: expected columns id and test, got {}", header.join(",")));
        };
        let (lag, in_stock) = (column("mase_m"), column("in_stock"));
        // These collections quote nothing.
        let unseen: BTreeMap<&str, Vec<&str>> = lines
            .map(|line| line.split(',').collect())
            .map(|cells: Vec<_>| (cells[id], cells))
            .collect();
        let rules = rules(set);
        let mut series = Vec::with_capacity(table.ids.len());
        for (index, id) in table.ids.iter().enumerate() {
            let cells =
                unseen.get(id.as_str()).ok_or_else(|| format!("{name}: no line of {id}"))?;
            let lag = lag.and_then(|at| cells[at].parse().ok()).unwrap_or(1);
            let in_stock = in_stock.map_or("", |at| cells[at]);
            series.push(known(&table, index, cells[test], lag, in_stock, &rules)?);
        }
        let problems =
            table.problems.iter().map(|found| format!("{}: {}", found.id, found.problem));
        Ok(Self { series, problems: problems.collect() })
    }
}

fn known(
    table: &SeriesTable,
    index: usize,
    test: &str,
    scale_lag: usize,
    in_stock: &str,
    rules: &Rules,
) -> Result<Known, String> {
    let number = |text: &str| match text {
        "NA" => Ok(f64::NAN),
        _ => text.parse().map_err(|_| format!("expected a number, got `{text}`")),
    };
    let (start, end) = (table.offsets[index] as usize, table.offsets[index + 1] as usize);
    let mut history = table.values[start..end].to_vec();
    let series = shown(table, index).map_err(|error| format!("{}: {error}", table.ids[index]))?;
    let mut actual = test.split(' ').map(number).collect::<Result<Vec<f64>, String>>()?;
    for value in history.iter_mut().chain(&mut actual) {
        let no_demand = (rules.missing == MissingPeriods::Zero && value.is_nan())
            || (rules.negative == NegativeDemand::Zero && *value < 0.0);
        if no_demand {
            *value = 0.0;
        }
    }
    if rules.only_in_stock {
        let weeks = in_stock.split(' ').skip(history.len());
        for (value, _) in actual.iter_mut().zip(weeks).filter(|(_, week)| *week != "1") {
            *value = f64::NAN;
        }
    }
    Ok(Known {
        id: table.ids[index].clone(),
        series,
        history,
        actual,
        horizon: table.horizons[index],
        season_length: table.season_lengths[index],
        longer_seasons: Some(table.longer_seasons[index])
            .into_iter()
            .filter(|&m| m > 0.0)
            .collect(),
        missing: rules.missing,
        negative: rules.negative,
        scale_lag,
    })
}

/// The history as the file has it, with what is known beside it.
fn shown(table: &SeriesTable, index: usize) -> Result<Series, ForecastError> {
    let range = |offsets: &[u32]| offsets[index] as usize..offsets[index + 1] as usize;
    let periods = range(&table.offsets);
    let regressors = table.regressors.iter().map(|column| Regressor {
        name: column.name.clone(),
        kind: column.kind,
        values: column.values[range(&column.offsets)].to_vec(),
    });
    let series = Series::new(table.values[periods.clone()].to_vec())?;
    let series = series.with_regressors(regressors.collect());
    match &table.in_stock {
        Some(in_stock) => {
            series.with_availability(in_stock[periods].iter().map(|&there| there != 0).collect())
        }
        None => Ok(series),
    }
}
