//! Random orders: whatever they hold, not a minor unit is lost, made or moved to where it does not
//! belong.
//!
//! `REPLENISH_ORDERS` and `REPLENISH_SEED` ask for more orders or for others; `cargo xtask conserve`
//! sets them. A seed that broke a law is tried again by `REPLENISH_ORDERS=1 REPLENISH_SEED=…`.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "a test may panic; this one is told how much to try, and does so on all processors"
)]

#[path = "order_laws/generator.rs"]
mod generator;
#[path = "order_laws/laws.rs"]
mod laws;
#[path = "order_laws/oracle.rs"]
mod oracle;
#[path = "order_laws/random.rs"]
mod random;

use laws::Tried;
use std::{env, ops::Range, sync::Mutex, thread, time::Instant};

#[test]
fn random_orders_are_conserved() {
    let number = |name, otherwise| {
        env::var(name).map_or(otherwise, |text: String| text.parse::<u64>().unwrap())
    };
    let (orders, first) = (number("REPLENISH_ORDERS", 100_000), number("REPLENISH_SEED", 0));
    let begin = Instant::now();
    let tried = try_all(first..first + orders, &|tried| {
        if tried.orders % 500_000 < BATCH && orders > 1_000_000 {
            println!("{} of {orders} orders, {:.0} s", tried.orders, begin.elapsed().as_secs_f64());
        }
    });
    println!("{tried}, {:.1} s", begin.elapsed().as_secs_f64());
    assert_eq!(tried.breaches, Vec::<String>::new());
    assert_eq!(tried.orders, orders);
    // Most orders must be such as are split.
    assert!(tried.refused * 50 <= orders, "{tried}");
}

/// How many seeds a thread takes at a time.
const BATCH: u64 = 1000;

/// Tries seeds on all processors; each is an order of its own, whatever thread it falls to.
fn try_all(seeds: Range<u64>, progress: &(impl Fn(&Tried) + Sync)) -> Tried {
    let state = Mutex::new((seeds.start, Tried::default()));
    let work = || {
        loop {
            let begin = {
                let mut state = state.lock().unwrap();
                let begin = state.0;
                if begin >= seeds.end || state.1.breaches.len() >= 3 {
                    return;
                }
                state.0 = begin + BATCH;
                begin
            };
            let mut tried = Tried::default();
            for seed in begin..(begin + BATCH).min(seeds.end) {
                tried.add(laws::hold(seed));
            }
            let mut state = state.lock().unwrap();
            state.1.add(tried);
            progress(&state.1);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    state.into_inner().unwrap().1
}
