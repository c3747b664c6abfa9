//! Costs by policy and window, with intervals.

use super::{
    METHODS, Product,
    policy::{Cost, Outlook, Policy},
};
use replenish::unit::Probability;

/// What has been counted.
pub(crate) struct Report {
    names: Vec<String>,
    products: usize,
    windows: Vec<Window>,
    /// Quantile losses of the demand of three weeks by method and probability, and how often it was
    /// below.
    losses: Vec<[(f64, f64); PROBABILITIES.len()]>,
    demand: f64,
    judged: f64,
}

struct Window {
    start: usize,
    /// By policy and product.
    costs: Vec<Vec<Cost>>,
    /// Of the weeks that no order can change.
    fixed: Vec<f64>,
}

const PROBABILITIES: [f64; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];
/// Times that windows and products are drawn again.
const DRAWS: usize = 1000;

impl Report {
    pub(crate) fn new(policies: &[Policy], products: usize) -> Self {
        Self {
            names: policies.iter().map(|policy| policy.name()).collect(),
            products,
            windows: Vec::new(),
            losses: vec![Default::default(); METHODS.len()],
            demand: 0.0,
            judged: 0.0,
        }
    }

    pub(crate) fn begin(&mut self, start: usize) {
        let policies = self.names.len();
        let costs = vec![vec![Cost::default(); self.products]; policies];
        self.windows.push(Window { start, costs, fixed: vec![0.0; policies] });
    }

    pub(crate) fn count(&mut self, policy: usize, product: usize, cost: Cost) {
        if let Some(window) = self.windows.last_mut() {
            window.costs[policy][product].holding += cost.holding;
            window.costs[policy][product].lost += cost.lost;
        }
    }

    pub(crate) fn count_fixed(&mut self, policy: usize, cost: Cost) {
        if let Some(window) = self.windows.last_mut() {
            window.fixed[policy] += cost.holding + cost.lost;
        }
    }

    /// Compares what the methods said of three weeks with what came, where that is known.
    pub(crate) fn judge(&mut self, products: &[Product], week: usize, outlooks: &[Outlook]) {
        for (product, outlook) in products.iter().zip(outlooks) {
            if week + 3 > product.sales.len() {
                continue;
            }
            let known: Option<f64> = (week..week + 3).map(|week| product.demand(week)).sum();
            let Some(actual) = known else { continue };
            self.demand += actual;
            self.judged += 1.0;
            for (losses, sum) in self.losses.iter_mut().zip(&outlook.sums) {
                for ((loss, below), p) in losses.iter_mut().zip(PROBABILITIES) {
                    let quantile = Probability::new(p).map_or(0.0, |p| sum.quantile(p));
                    let miss = actual - quantile;
                    *loss += (p * miss).max((p - 1.0) * miss);
                    *below += f64::from(u8::from(miss <= 0.0));
                }
            }
        }
    }

    pub(crate) fn print(&self) {
        println!("quantile loss of three weeks' demand per unit of demand, and share at or below");
        print!("{:<24}", "");
        for p in PROBABILITIES {
            print!("{p:>16}");
        }
        println!();
        for ((name, _), losses) in METHODS.iter().zip(&self.losses) {
            print!("{name:<24}");
            for (loss, below) in losses {
                print!("{:>9.4} {:>5.1}%", loss / self.demand, 100.0 * below / self.judged);
            }
            println!();
        }
        println!();
        let windows = self.windows.len() as f64;
        println!(
            "{:<44}{:>9}{:>9}{:>9}{:>9}{:>9}  {:<18}{:>9}",
            "cost of a window, mean",
            "all",
            "weeks3-8",
            "holding",
            "lost",
            "against",
            "95 %",
            "last"
        );
        for (policy, name) in self.names.iter().enumerate() {
            let fixed: f64 = self.windows.iter().map(|window| window.fixed[policy]).sum();
            let (mut holding, mut lost) = (0.0, 0.0);
            for cost in self.windows.iter().flat_map(|window| &window.costs[policy]) {
                holding += cost.holding;
                lost += cost.lost;
            }
            let (low, high) = self.interval(policy);
            let last = self.windows.last().map_or(0.0, |window| window.against(policy));
            println!(
                "{name:<44}{:>9.0}{:>9.0}{:>9.0}{:>9.0}{:>8.1}%  {:<18}{last:>8.1}%",
                (fixed + holding + lost) / windows,
                (holding + lost) / windows,
                holding / windows,
                lost / windows,
                self.against(policy),
                format!("{low:.1}% to {high:.1}%"),
            );
        }
        println!("\nagainst the reference in weeks 3-8, by first week of the window");
        print!("{:<44}", "");
        for window in &self.windows {
            print!("{:>7}", window.start);
        }
        println!();
        for (policy, name) in self.names.iter().enumerate() {
            print!("{name:<44}");
            for window in &self.windows {
                print!("{:>6.1}%", window.against(policy));
            }
            println!();
        }
    }

    fn against(&self, policy: usize) -> f64 {
        let total = |policy: usize| self.windows.iter().map(|w| w.total(policy)).sum::<f64>();
        100.0 * (total(policy) / total(0) - 1.0)
    }

    /// What lies between 2.5 and 97.5 % when windows and products are drawn again with replacement,
    /// the same ones for the policy and the reference.
    fn interval(&self, policy: usize) -> (f64, f64) {
        let mut random = Random(7);
        let mut drawn = Vec::with_capacity(DRAWS);
        for _ in 0..DRAWS {
            let mut weights = vec![0.0; self.products];
            for _ in 0..self.products {
                weights[random.below(self.products)] += 1.0;
            }
            let (mut cost, mut reference) = (0.0, 0.0);
            for _ in 0..self.windows.len() {
                let window = &self.windows[random.below(self.windows.len())];
                for (product, weight) in weights.iter().enumerate() {
                    cost += weight * window.costs[policy][product].total();
                    reference += weight * window.costs[0][product].total();
                }
            }
            drawn.push(100.0 * (cost / reference - 1.0));
        }
        drawn.sort_by(f64::total_cmp);
        (drawn[DRAWS / 40], drawn[DRAWS - 1 - DRAWS / 40])
    }
}

impl Window {
    fn total(&self, policy: usize) -> f64 {
        self.costs[policy].iter().map(|cost| cost.total()).sum()
    }

    fn against(&self, policy: usize) -> f64 {
        100.0 * (self.total(policy) / self.total(0) - 1.0)
    }
}

impl Cost {
    fn total(self) -> f64 {
        self.holding + self.lost
    }
}

/// Steele, Lea and Flood's `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // The remainder is below a number of places.
        usize::try_from(mixed % end.max(1) as u64).unwrap_or(0)
    }
}
