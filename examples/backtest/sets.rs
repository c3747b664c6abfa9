//! Collections of recorded demand, and what is assumed where they do not say it.
//!
//! The window of the textbook policy is, for each set, the one of 14, 28, 56, 112 and 182 days, or 8,
//! 13, 26 and 52 weeks, with which it did best while dials are chosen: another one would make it a
//! weaker opponent.

use replenish::{
    forecast::{LeadTime, LeadTimeOutcome},
    inventory::backtest::{BacktestItem, BacktestOptions, OrderCosts},
    unit::Probability,
};
use serde_json::{Value, json};
use std::error::Error;

/// A collection and how it is replayed.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    /// What stands above its figures.
    pub(crate) about: Value,
    pub(crate) items: Vec<BacktestItem>,
    pub(crate) options: BacktestOptions,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One series of a file: its cells by the names of their columns.
struct Row<'a> {
    names: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl Row<'_> {
    fn text(&self, name: &str) -> Outcome<&str> {
        let at = self.names.iter().position(|found| *found == name);
        at.and_then(|at| self.cells.get(at).copied()).ok_or_else(|| format!("no `{name}`").into())
    }

    fn number(&self, name: &str) -> Outcome<f64> {
        Ok(self.text(name)?.parse()?)
    }

    fn numbers(&self, name: &str) -> Outcome<Vec<f64>> {
        Ok(self.text(name)?.split(' ').map(str::parse).collect::<Result<_, _>>()?)
    }

    /// The whole record of a product that costs 1, is bought singly and comes after some periods.
    fn item(&self, lead_time: LeadTime) -> Outcome<BacktestItem> {
        let mut demand = self.numbers("train")?;
        demand.extend(self.numbers("test")?);
        Ok(BacktestItem {
            id: self.text("id")?.to_owned(),
            demand,
            in_stock: Vec::new(),
            promotion: Vec::new(),
            closed: Vec::new(),
            unit_value: 1.0,
            lead_time,
            pack: 1.0,
            minimum_order: 0.0,
            is_divisible: false,
            costs: None,
            shelf_life: None,
        })
    }

    /// The middle price of the periods before the test, which is what a unit is worth.
    fn middle_price(&self, test: u32) -> Outcome<f64> {
        let mut prices = self.numbers("price")?;
        // Of a product younger than the test there is nothing before; it is not replayed anyway.
        prices.truncate(prices.len().saturating_sub(test as usize).max(1));
        prices.retain(|price| *price > 0.0);
        prices.sort_by(f64::total_cmp);
        prices.get(prices.len() / 2).copied().ok_or_else(|| "no price above 0".into())
    }
}

/// The sets that the rows of a collection make; none of a collection that is not known here.
pub(crate) fn sets(name: &str, text: &str) -> Outcome<Vec<Set>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    // These collections quote nothing.
    let rows: Vec<Row<'_>> =
        lines.map(|line| Row { names: &names, cells: line.split(',').collect() }).collect();
    match name {
        "m5_items" => m5(&rows).map(|set| vec![set]),
        "online_retail_daily" => online_retail(&rows).map(|set| vec![set]),
        "pasta_daily" => pasta(&rows),
        "man" => man(&rows).map(|set| vec![set]),
        "vn2_weekly" => vn2(&rows).map(|set| vec![set]),
        _ => Ok(Vec::new()),
    }
}

/// Two days, one receipt in ten a day late.
fn two_days_or_three() -> Outcome<LeadTime> {
    let outcome = |periods, share: f64| {
        Ok::<_, Box<dyn Error>>(LeadTimeOutcome { periods, probability: Probability::new(share)? })
    };
    Ok(LeadTime::Empirical { outcomes: vec![outcome(2, 0.9)?, outcome(3, 0.1)?] })
}

const DAILY: &str = "ordered at the end of every day, on the shelf on the second morning after, one \
receipt in ten a day later (drawn by chance, the same for every policy): assumed, as the record does \
not say; bought singly";

fn m5(rows: &[Row<'_>]) -> Outcome<Set> {
    let options = BacktestOptions {
        longer_seasons: vec![365.25],
        moving_window: 28,
        ..BacktestOptions::default()
    };
    let item = |row: &Row<'_>| {
        let unit_value = row.middle_price(options.test)?;
        Ok(BacktestItem { unit_value, ..row.item(two_days_or_three()?)? })
    };
    Ok(Set {
        name: "m5_items",
        about: json!({
            "title": "M5: items of ten Walmart stores, daily",
            "period": "2015-04-27 to 2016-04-24 (tuned on the 182 days before)",
            "demand": "units sold, as recorded: days without stock are not marked and count as they are",
            "value": "the middle shelf price before the test, in USD",
            "supply": DAILY,
            "synthetic": false,
        }),
        items: rows.iter().map(item).collect::<Outcome<_>>()?,
        options,
    })
}

fn online_retail(rows: &[Row<'_>]) -> Outcome<Set> {
    let options = BacktestOptions {
        tuning: 56,
        test: 112,
        block: 14,
        moving_window: 182,
        look_back: 140,
        ..BacktestOptions::default()
    };
    let item = |row: &Row<'_>| {
        let closed = row.numbers("closed")?.iter().map(|&closed| closed > 0.0).collect();
        let unit_value = row.middle_price(options.test)?;
        Ok(BacktestItem { closed, unit_value, ..row.item(two_days_or_three()?)? })
    };
    Ok(Set {
        name: "online_retail_daily",
        about: json!({
            "title": "Online retail: a British gift wholesaler, daily",
            "period": "2011-08-20 to 2011-12-09 (tuned on the 56 days before)",
            "demand": "units sold, as recorded; closed days are known beforehand",
            "value": "the middle price of a unit before the test, in GBP",
            "supply": DAILY,
            "synthetic": false,
        }),
        items: rows.iter().map(item).collect::<Outcome<_>>()?,
        options,
    })
}

fn pasta(rows: &[Row<'_>]) -> Outcome<Vec<Set>> {
    let options = BacktestOptions { longer_seasons: vec![365.25], ..BacktestOptions::default() };
    let items = |shelf_life: Option<u32>| {
        let item = |row: &Row<'_>| {
            let closed = row.numbers("closed")?.iter().map(|&closed| closed > 0.0).collect();
            let promotion = row.numbers("promo")?;
            Ok(BacktestItem { closed, promotion, shelf_life, ..row.item(two_days_or_three()?)? })
        };
        rows.iter().map(item).collect::<Outcome<Vec<_>>>()
    };
    let about = |title: &str, supply: String, synthetic: bool| {
        json!({
            "title": title,
            "period": "2018-01-02 to 2018-12-31 (tuned on the 182 days before)",
            "demand": "units sold, as recorded; promotions and closed days are known beforehand",
            "value": "1 for every unit: the record has no prices",
            "supply": supply,
            "synthetic": synthetic,
        })
    };
    let fresh = format!("{DAILY}; a shelf life of 7 days from receipt is invented");
    Ok(vec![
        Set {
            name: "pasta_daily",
            about: about("Pasta: an Italian grocer with promotions, daily", DAILY.into(), false),
            items: items(None)?,
            options: options.clone(),
        },
        Set {
            name: "pasta_daily, perishable (synthetic)",
            about: about("The same demand as if it were fresh pasta (synthetic)", fresh, true),
            items: items(Some(7))?,
            options,
        },
    ])
}

fn man(rows: &[Row<'_>]) -> Outcome<Set> {
    let options = BacktestOptions {
        season_length: 52,
        tuning: 26,
        test: 48,
        refit: 4,
        block: 4,
        moving_window: 52,
        look_back: 52,
        order_cover: 1,
        ..BacktestOptions::default()
    };
    let item = |row: &Row<'_>| {
        let periods = row.text("lead_time_weeks")?.parse()?;
        let costs = OrderCosts {
            order_cost: row.number("order_cost")?,
            holding_cost: row.number("holding_cost_year")? / 52.0,
        };
        Ok(BacktestItem {
            unit_value: row.number("unit_cost")?,
            pack: row.number("pack")?.max(1.0),
            minimum_order: row.number("moq")?,
            costs: Some(costs),
            ..row.item(LeadTime::Fixed { periods })?
        })
    };
    Ok(Set {
        name: "man",
        about: json!({
            "title": "MAN: spare parts of a Dutch manufacturer, weekly",
            "period": "the last 48 of 150 weeks from 2012 on (tuned on the 26 weeks before)",
            "demand": "units wanted, as recorded",
            "value": "the record's unit cost, in EUR",
            "supply": "the record's lead times (7 or 16 weeks), minimum orders, packs, order and holding \
        costs; ordered at the end of every week",
            "synthetic": false,
        }),
        items: rows.iter().map(item).collect::<Outcome<_>>()?,
        options,
    })
}

fn vn2(rows: &[Row<'_>]) -> Outcome<Set> {
    let options = BacktestOptions {
        season_length: 52,
        tuning: 26,
        test: 52,
        refit: 4,
        block: 4,
        moving_window: 52,
        look_back: 52,
        order_cover: 1,
        ..BacktestOptions::default()
    };
    let item = |row: &Row<'_>| {
        let in_stock = row.numbers("in_stock")?.iter().map(|&there| there > 0.0).collect();
        Ok(BacktestItem { in_stock, ..row.item(LeadTime::Fixed { periods: 3 })? })
    };
    Ok(Set {
        name: "vn2_weekly",
        about: json!({
            "title": "VN2: products of stores, weekly",
            "period": "the last 52 of 157 weeks to 2024-04-14 (tuned on the 26 weeks before)",
            "demand": "units sold of the store-products that were never out of stock in the weeks replayed",
            "value": "1 for every unit: holding costs the same for each",
            "supply": "the competition's: ordered at the end of week t, on the shelf in week t + 3",
            "synthetic": false,
        }),
        items: rows.iter().map(item).collect::<Outcome<_>>()?,
        options,
    })
}
