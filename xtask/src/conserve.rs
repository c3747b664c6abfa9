//! Whether splits of very many random orders hold every minor unit.

use crate::{
    arguments::{none_left, take_count},
    system::{cargo, run},
};
use anyhow::{Context, Result, ensure};

/// `cargo xtask conserve`
///
/// The same test that tries 100,000 orders in every run, optimised and with as many as one likes; it
/// uses all processors and ends in a line of what it has tried.
pub(crate) fn conserve(mut arguments: Vec<String>) -> Result<()> {
    let orders = take_count(&mut arguments, "--orders", 10_000_000)?;
    let seed = take_count(&mut arguments, "--seed", 0)?;
    none_left(&arguments)?;
    ensure!(orders > 0, "`--orders` wants a number above 0");
    seed.checked_add(orders).context("the seeds of so many orders have more than 64 bits")?;
    run(cargo("test")
        .env("REPLENISH_ORDERS", orders.to_string())
        .env("REPLENISH_SEED", seed.to_string())
        .args(["--locked", "--release", "--package", "replenish", "--test", "order_laws"])
        .args(["--", "--exact", "random_orders_are_conserved", "--nocapture"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_would_try_nothing() {
        let error = conserve(["--orders", "0"].map(Into::into).into()).unwrap_err();
        assert!(error.to_string().contains("above 0"), "{error}");
    }
}
