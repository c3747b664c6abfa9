//! Random worlds, driven by seeds: whatever a server, a network, people and crashes do, no order is
//! lost or made twice.
//!
//! `REPLENISH_TRANSITIONS` and `REPLENISH_SEED` ask for more transitions or for other seeds; `cargo
//! xtask verify` sets them. A seed that breaks a law is made short and printed as an entry of
//! [`REGRESSIONS`], all of which are played in every run. The digests of some seeds are recorded:
//! they are the same natively and in WebAssembly, and `REPLENISH_BLESS=1` records wanted changes.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "flow_simulation/course.rs"]
mod course;
#[path = "flow_simulation/random.rs"]
mod random;
#[path = "flow_simulation/remote.rs"]
mod remote;
#[path = "flow_simulation/sale_order.rs"]
mod sale_order;

use course::{Course, World};
use sale_order::{NO_DEDUPLICATION, NO_SETTLING, SaleOrderWorld};
use std::fmt::Write;

/// Courses that broke a law once, made short.
const REGRESSIONS: &[Course] = &[];

const RECORDED: &str = include_str!("fixtures/flow_simulation.txt");

/// How many courses each recorded digest is of.
const RECORDED_COURSES: u64 = 300;

#[cfg_attr(not(target_family = "wasm"), test)]
#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
fn the_same_seeds_give_the_same_digests_on_every_target() {
    let mut found = String::new();
    let Tried { transitions, digest, breaches } = try_seeds::<SaleOrderWorld>(0..RECORDED_COURSES);
    assert_eq!(breaches, Vec::<String>::new());
    writeln!(
        found,
        "sale_order {RECORDED_COURSES} courses {transitions} transitions {digest:016x}"
    )
    .unwrap();
    #[cfg(not(target_family = "wasm"))]
    if native::blessed(&found) {
        return;
    }
    assert_eq!(found, RECORDED, "REPLENISH_BLESS=1 records a wanted change");
}

#[cfg_attr(not(target_family = "wasm"), test)]
#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
fn what_broke_once_holds() {
    for course in REGRESSIONS {
        let ended = course.run::<SaleOrderWorld>(None);
        assert_eq!(ended.breach, None, "{}", course.told::<SaleOrderWorld>(None));
    }
}

/// A simulation that finds nothing wrong with a server that lies would prove nothing.
#[test]
#[cfg(not(target_family = "wasm"))]
fn a_promise_that_is_not_kept_is_found_out() {
    for promise in [NO_DEDUPLICATION, NO_SETTLING] {
        let mut courses = (0..20_000).map(Course::of_seed);
        let broken = courses.find_map(|course| {
            let breach = course.run::<SaleOrderWorld>(Some(promise)).breach?;
            Some((course, breach))
        });
        let (course, breach) = broken.unwrap_or_else(|| panic!("nobody notices that {promise}"));
        let short = course.shrunk::<SaleOrderWorld>(Some(promise));
        println!("{promise}: {breach}\n{}", short.told::<SaleOrderWorld>(Some(promise)));
        assert!(short.numbers.len() <= 12, "{} of {}", short.numbers.len(), course.numbers.len());
        assert_eq!(
            short.run::<SaleOrderWorld>(None).breach,
            None,
            "{promise} is all that is wrong"
        );
    }
}

/// What came of many courses.
#[derive(Default)]
struct Tried {
    transitions: u64,
    /// The sum of their digests, so that their order does not matter.
    digest: u64,
    /// Seeds that broke a law, with what to keep of them.
    breaches: Vec<String>,
}

fn try_seeds<W: World>(seeds: std::ops::Range<u64>) -> Tried {
    let mut tried = Tried::default();
    for seed in seeds {
        let course = Course::of_seed(seed);
        let ended = course.run::<W>(None);
        tried.transitions += ended.transitions;
        tried.digest = tried.digest.wrapping_add(ended.digest.number());
        if let Some(breach) = ended.breach {
            let short = course.shrunk::<W>(None);
            let told = short.told::<W>(None);
            tried.breaches.push(format!("seed {seed}: {breach}\n{short},\n{told}"));
        }
    }
    tried
}

#[cfg(not(target_family = "wasm"))]
mod native {
    #![expect(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        reason = "this test is told how much to try, and does so on all processors"
    )]

    use super::{SaleOrderWorld, Tried, World, try_seeds};
    use std::{env, fs, sync::Mutex, thread, time::Instant};

    impl Tried {
        fn add(&mut self, other: Self) {
            self.transitions += other.transitions;
            self.digest = self.digest.wrapping_add(other.digest);
            self.breaches.extend(other.breaches);
        }
    }

    pub(super) fn blessed(found: &str) -> bool {
        let asked = env::var("REPLENISH_BLESS").is_ok();
        if asked {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/flow_simulation.txt");
            fs::write(file, found).unwrap();
        }
        asked
    }

    #[test]
    fn no_order_is_lost_or_made_twice() {
        let number = |name, otherwise| {
            env::var(name).map_or(otherwise, |text: String| text.parse::<u64>().unwrap())
        };
        let transitions = number("REPLENISH_TRANSITIONS", 1_000_000);
        let seed = number("REPLENISH_SEED", 0);
        let begin = Instant::now();
        let (courses, tried) = try_all::<SaleOrderWorld>(seed, transitions, &|courses, tried| {
            if transitions > 10_000_000 && courses.is_multiple_of(1_000 * BATCH) {
                let seconds = begin.elapsed().as_secs_f64();
                println!("{} of {transitions} transitions, {seconds:.0} s", tried.transitions);
            }
        });
        let Tried { transitions: made, breaches, .. } = tried;
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "sale orders: {courses} courses from seed {seed} on, {made} transitions, {} breaches, \
             {seconds:.1} s",
            breaches.len()
        );
        assert!(breaches.is_empty(), "{}", breaches.join("\n\n"));
        assert!(made >= transitions);
    }

    /// How many courses a thread takes at a time.
    const BATCH: u64 = 100;

    /// Tries seeds on all processors until there are enough transitions; each is a course of its own,
    /// whatever thread it falls to. Gives how many it tried, too.
    fn try_all<W: World>(
        first: u64,
        transitions: u64,
        progress: &(impl Fn(u64, &Tried) + Sync),
    ) -> (u64, Tried) {
        let state = Mutex::new((first, Tried::default()));
        let work = || {
            loop {
                let begin = {
                    let mut state = state.lock().unwrap();
                    let begin = state.0;
                    if state.1.transitions >= transitions || state.1.breaches.len() >= 3 {
                        return;
                    }
                    state.0 += BATCH;
                    begin
                };
                let tried = try_seeds::<W>(begin..begin + BATCH);
                let mut state = state.lock().unwrap();
                state.1.add(tried);
                progress(state.0 - first, &state.1);
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        let (end, tried) = state.into_inner().unwrap();
        (end - first, tried)
    }
}
