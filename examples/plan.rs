//! Plans from comma-separated files and prints what to buy:
//! `cargo run --example plan -- 2017-12-31 demand.csv stock.csv offers.csv [terms.csv]`

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program reads and prints")]

use replenish::{
    inventory::{PlanOptions, ProductTables},
    order::{PlanTables, plan_from_tables},
    sourcing::MarketTables,
    unit::table::File,
};
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [today, names @ ..] = &arguments[..] else {
        return Err("expected a day and three or four files".into());
    };
    let contents = names.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let files: Vec<File<'_>> =
        names.iter().zip(&contents).map(|(name, bytes)| File { name, bytes }).collect();
    let [demand, stock, offers, terms @ ..] = &files[..] else {
        return Err("expected the files of demand, stock and offers".into());
    };
    let tables = PlanTables {
        products: ProductTables { demand: *demand, stock: *stock, pipeline: None, lots: None },
        market: MarketTables {
            offers: *offers,
            terms: terms.first().copied(),
            exchange_rates: None,
        },
    };

    let plan = plan_from_tables(tables, &PlanOptions::new(today.parse()?))?;
    for order in &plan.purchase_orders {
        println!("{}: {} with {} freight", order.supplier, order.total, order.freight);
        for line in &order.lines {
            println!("  {} of {} for {}", line.quantity, line.sku, line.amount);
        }
    }
    for product in &plan.products {
        if let Some(problem) = &product.problem {
            println!("{}: {}", product.sku, problem.message);
        }
    }
    println!("altogether {}, at least {}", plan.allocation.total, plan.allocation.lower_bound);
    Ok(())
}
