//! What ordering policies cost on the VN2 inventory planning challenge: 599 products in stores, an
//! order a week, lost sales.
//!
//! `vn2 [FILE] [--windows N]`, the file being `vn2_inventory.csv.gz` (columns `sales` and `in_stock`,
//! a value for each week). An order placed at the end of a week is on the shelf in the third week
//! after; each unit left at the end of a week costs 0.2, each sale lost 1. Every window is eight weeks
//! of the history with six orders, so that the first two weeks are the same for all; every policy
//! starts from where twenty weeks of the reference policy have led, and knows what was known at the
//! time. Weeks in which a product was out of stock say nothing about its demand: nothing is wanted in
//! them and they cost nothing.
//!
//! The reference is the challenge's benchmark: order up to four weeks of the seasonal average, the
//! position being on hand and on order. The seasonal index of a week of the year is the mean sale of
//! all products in stock in that week of all years so far, over its mean; the average is that of the
//! last 13 weeks in stock divided by their indices; the order is rounded to the nearest whole unit.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program: it reads files, starts gzip and prints"
)]

mod policy;
mod report;

use policy::{Outlook, Policy};
use replenish::forecast::{
    Forecast, ForecastError, ForecastOptions, LeadTime, Series, SharedSeason, forecast,
};
use std::{error::Error, path::PathBuf, process::Command, process::ExitCode, thread};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Cost of a unit left over at the end of a week.
const HOLDING: f64 = 0.2;
/// Cost of a lost sale.
const SHORTAGE: f64 = 1.0;
/// Weeks of a window, and those of them at whose beginning something is ordered.
const WEEKS: usize = 8;
const ORDERS: usize = 6;
/// The first weeks of a window, which no order can change.
const FIXED: usize = 2;
/// Weeks of the reference policy before each window.
const WARM_UP: usize = 20;
/// Weeks of a year.
const YEAR: u32 = 52;
/// Weeks forecast: until the next order has arrived, and two more.
const AHEAD: u32 = 5;

/// Weekly sales of one product in one store.
struct Product {
    sales: Vec<f64>,
    in_stock: Vec<bool>,
}

impl Product {
    /// What was wanted in a week, as far as that is known.
    fn demand(&self, week: usize) -> Option<f64> {
        self.in_stock[week].then_some(self.sales[week])
    }

    fn until(&self, week: usize) -> Result<Series, ForecastError> {
        Series::new(self.sales[..week].to_vec())?.with_availability(self.in_stock[..week].to_vec())
    }
}

/// How demand is forecast.
#[derive(Clone, Copy, PartialEq)]
struct Method {
    model: &'static str,
    season_length: u32,
    /// Whether the season of the year is learnt from all products together.
    is_shared: bool,
}

const METHODS: [(&str, Method); 4] = [
    ("auto", Method { model: "auto", season_length: 52, is_shared: false }),
    ("sparse", Method { model: "sparse_demand", season_length: 1, is_shared: false }),
    ("shared season, auto", Method { model: "auto", season_length: 1, is_shared: true }),
    ("shared season, sparse", Method { model: "sparse_demand", season_length: 1, is_shared: true }),
];

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
    let mut file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/vn2_inventory.csv.gz");
    let mut windows = 10;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--windows" => windows = words.next().ok_or("`--windows` wants a number")?.parse()?,
            _ => file = PathBuf::from(word),
        }
    }
    if !file.exists() {
        println!("skipped: {} is not there", file.display());
        return Ok(());
    }
    let products = read(&file)?;
    let weeks = products.first().map_or(0, |product| product.sales.len());
    if windows == 0 || weeks < windows * WEEKS + WARM_UP + YEAR as usize {
        return Err(format!("{windows} windows need a longer history than {weeks} weeks").into());
    }
    let policies = Policy::all();
    let mut report = report::Report::new(&policies, products.len());
    for window in (1..=windows).rev() {
        replay(&products, weeks - window * WEEKS, &policies, &mut report)?;
    }
    report.print();
    Ok(())
}

/// Reads the sales of all products.
fn read(file: &PathBuf) -> Outcome<Vec<Product>> {
    let unpacked = Command::new("gzip").arg("-dc").arg(file).output()?;
    let text = String::from_utf8(unpacked.stdout)?;
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().ok_or("an empty file")?;
    let column = |wanted: &str| header.iter().position(|name| *name == wanted);
    let (Some(sales), Some(in_stock)) = (column("sales"), column("in_stock")) else {
        return Err(format!("expected columns sales and in_stock, got {}", header.join(",")).into());
    };
    let product = |cells: Vec<&str>| -> Outcome<Product> {
        Ok(Product {
            sales: cells[sales].split(' ').map(str::parse).collect::<Result<_, _>>()?,
            in_stock: cells[in_stock].split(' ').map(|there| there == "1").collect(),
        })
    };
    lines.map(product).collect()
}

/// Runs all policies through the eight weeks from `start` on.
fn replay(
    products: &[Product],
    start: usize,
    policies: &[Policy],
    report: &mut report::Report,
) -> Outcome<()> {
    let begin = policy::after_reference(products, start, WARM_UP);
    let mut states = vec![begin; policies.len()];
    report.begin(start);
    for (ahead, week) in (start..start + WEEKS).enumerate() {
        let outlooks = if ahead < ORDERS { outlooks(products, week)? } else { Vec::new() };
        if ahead < ORDERS {
            report.judge(products, week, &outlooks);
        }
        for (index, (policy, states)) in policies.iter().zip(&mut states).enumerate() {
            for (product, state) in states.iter_mut().enumerate() {
                let ordered = match outlooks.get(product) {
                    Some(outlook) => policy.order(state, outlook)?,
                    None => 0.0,
                };
                let cost = state.week(products[product].demand(week), ordered);
                if ahead >= FIXED {
                    report.count(index, product, cost);
                } else {
                    report.count_fixed(index, cost);
                }
            }
        }
    }
    Ok(())
}

/// What is known of each product's demand from a week on: by the reference, and by each method.
fn outlooks(products: &[Product], week: usize) -> Outcome<Vec<Outlook>> {
    let references = policy::references(products, week);
    let histories =
        products.iter().map(|product| product.until(week)).collect::<Result<Vec<_>, _>>()?;
    let season = SharedSeason::learn(&histories, YEAR)?;
    let one = |product: usize| -> Outcome<Outlook> {
        let forecasts = METHODS.iter().map(|(_, method)| {
            let history = histories[product].clone();
            let history = if method.is_shared { season.put_on(history, AHEAD)? } else { history };
            let options = ForecastOptions {
                horizon: AHEAD,
                season_length: method.season_length,
                model: method.model.parse()?,
                quantiles: Vec::new(),
                ..ForecastOptions::default()
            };
            Ok(forecast(&history, &options)?)
        });
        let forecasts: Vec<Forecast> = forecasts.collect::<Outcome<_>>()?;
        let lead_time = LeadTime::Fixed { periods: 3 };
        let sums = forecasts.iter().map(|forecast| forecast.lead_time_demand(&lead_time));
        Ok(Outlook {
            reference: references[product],
            recent: policy::recent(&products[product], week),
            sums: sums.collect::<Result<_, _>>()?,
            periods: forecasts.iter().map(|forecast| forecast.demand_by_period(AHEAD)).collect(),
        })
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = products.len().div_ceil(threads);
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let range =
                    (part * share).min(products.len())..((part + 1) * share).min(products.len());
                // An error crosses threads as text.
                scope.spawn(|| {
                    range.map(one).collect::<Outcome<Vec<_>>>().map_err(|error| error.to_string())
                })
            })
            .collect();
        let mut all = Vec::with_capacity(products.len());
        for part in parts {
            all.extend(part.join().map_err(|_| "a thread stopped")??);
        }
        Ok(all)
    })
}
