//! How much to order of what expires.
//!
//! Goods that will expire before they sell do not count, and how much that is depends on the course
//! that demand takes; so quantities are worked out on sample paths. Where demand is taken to be
//! exactly as expected, what is left of it is the estimated withdrawal and ageing of Broekmeulen and van
//! Donselaar ("A heuristic to manage perishable inventory with batch ordering, positive lead-times, and
//! time-varying demand", Computers & Operations Research 36, 2009): use [`DemandPaths::expected`].

use super::{
    DemandOutlook, DemandPaths, InventoryError, Shelf, ShelfCourse, UnmetDemand, lots::add,
};
use crate::{
    forecast::DemandDistribution,
    unit::{Day, Invalid, Probability},
};

/// What is to be expected of an order of some quantity, with all that is there and coming.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShelfOutcome {
    /// Units wanted, from the order's arrival until the next order's, and not there.
    pub short: f64,
    /// How likely nothing is short or owed in that time.
    pub enough: Probability,
    /// Units that expire, from the first day to the last that is followed.
    pub wasted: f64,
    /// Of these, units of the order.
    pub wasted_of_order: f64,
    /// Units that lie at the end of a day, added up over the days from the order's arrival until the
    /// next order's; over longer steps demand is taken to be even.
    pub stock_days: f64,
}

/// What units cost, in one currency; each zero or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitCosts {
    /// Of one that was wanted and not there.
    pub shortage: f64,
    /// Of one that lies for a day.
    pub holding_per_day: f64,
    /// Of one that expires.
    pub waste: f64,
}

impl UnitCosts {
    fn check(&self) -> Result<(), Invalid> {
        let costs = [
            ("shortage", self.shortage),
            ("holding_per_day", self.holding_per_day),
            ("waste", self.waste),
        ];
        for (field, cost) in costs {
            if !(cost >= 0.0 && cost.is_finite()) {
                return Err(Invalid::new("cost_invalid", "a cost of zero or more", cost).at(field));
            }
        }
        Ok(())
    }
}

impl Shelf {
    /// What is to be expected when so much is ordered.
    ///
    /// # Errors
    ///
    /// When the paths have other steps than the shelf.
    pub fn outcome(
        &self,
        order_quantity: f64,
        paths: &DemandPaths,
    ) -> Result<ShelfOutcome, Invalid> {
        self.check_paths(paths)?;
        Ok(self.expect(order_quantity, paths, &mut self.buffers(paths)))
    }

    /// How much of what is there and coming, and of an order, is to be expected to expire before a
    /// day: that part of the stock does not count, for it will not be sold.
    ///
    /// Steps that end later than that day are left out.
    ///
    /// # Errors
    ///
    /// When the paths have other steps than the shelf.
    pub fn expected_waste(
        &self,
        order_quantity: f64,
        paths: &DemandPaths,
        before: Day,
    ) -> Result<f64, Invalid> {
        self.check_paths(paths)?;
        let steps = self.ends().partition_point(|&end| end <= before);
        let mut wasted = 0.0;
        let mut course = ShelfCourse::default();
        self.follow_each(
            |_| order_quantity,
            paths,
            steps,
            &mut course,
            |_, now| {
                wasted += total(&now.wasted);
            },
        );
        Ok(wasted / paths.count() as f64)
    }

    /// The smallest quantity, in multiples of `multiple`, with which the stock lasts until the next
    /// order arrives with at least a probability, what expires until then considered.
    ///
    /// Shortages before this order arrives are none of its business, but what waits by then is. What
    /// expires before the next order arrives is asked to last as long as it can be sold. Where nothing
    /// expires and unmet demand waits, the quantity is exactly the demand's own quantile less the
    /// stock; what expires, or is lost before the order arrives, is added or taken off as it is on the
    /// path of that rank, so to within the spacing of the paths' quantiles.
    ///
    /// ```
    /// use replenish::{
    ///     forecast::{DemandDistribution, Period},
    ///     inventory::{
    ///         DemandOutlook, DemandPaths, DemandSource, Lot, Shelf, ShelfPlan, StockPosition,
    ///     },
    ///     unit::{Day, Probability},
    /// };
    /// // Two or four a day, and two days alike.
    /// let sums = [1.0, 2.0, 3.0].map(|days| {
    ///     DemandDistribution::from_weighted(vec![(2.0 * days, 1.0), (4.0 * days, 1.0)])
    /// });
    /// let today: Day = "2026-11-23".parse()?;
    /// let outlook = DemandOutlook::new(DemandSource::Sums(&sums), today, Period::Day);
    /// let mut stock = StockPosition::on_hand("7 each".parse()?);
    /// let plan = ShelfPlan::new(today.plus_days(1)?, today.plus_days(3)?);
    /// let order = |stock: &StockPosition| {
    ///     let shelf = Shelf::new(&outlook, stock, &plan)?;
    ///     let paths = DemandPaths::until(&outlook, shelf.ends())?;
    ///     shelf.quantity_for_service(&outlook, &paths, Probability::new(0.9)?, 1.0)
    /// };
    /// assert_eq!(order(&stock)?, 5.0); // 12 wanted less 7 there
    /// stock.lots = vec![Lot { quantity: "7 each".parse()?, expires: today }];
    /// assert_eq!(order(&stock)?, 8.0); // of the 7, only 4 are sold today
    /// # Ok::<(), replenish::inventory::InventoryError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the probability is 0 or 1, the multiple is not above zero, the paths have other steps than
    /// the shelf, or the forecast does not reach so far.
    pub fn quantity_for_service(
        &self,
        outlook: &DemandOutlook<'_>,
        paths: &DemandPaths,
        probability: Probability,
        multiple: f64,
    ) -> Result<f64, InventoryError> {
        check_share(probability)?;
        check_multiple(multiple)?;
        self.check_paths(paths)?;
        let end = self.effective_until();
        let need = quantile(&self.needs(paths), probability);
        let sampled = quantile(&sums(paths, 0, end), probability);
        let last = self.ends().get(end.saturating_sub(1)).copied().unwrap_or(outlook.start());
        let exact = outlook.demand_until(last)?.quantile(probability).max(0.0);
        Ok(multiples(need + (exact - sampled), multiple) * multiple)
    }

    /// The smallest quantity, in multiples of `multiple`, with which at least a share of what is wanted
    /// from its arrival on is served from the shelf, until the next order arrives or it has expired.
    ///
    /// # Errors
    ///
    /// When the share is 0 or 1, the multiple is not above zero, or the paths have other steps than
    /// the shelf.
    pub fn quantity_for_fill_rate(
        &self,
        paths: &DemandPaths,
        share: Probability,
        multiple: f64,
    ) -> Result<f64, Invalid> {
        check_share(share)?;
        check_multiple(multiple)?;
        self.check_paths(paths)?;
        let (from, end) = (self.arrives, self.effective_until());
        let allowed = (1.0 - share.value()) * total(&sums(paths, from, end)) * (1.0 + 1e-9);
        let mut course = ShelfCourse::default();
        let mut enough = |quantity: f64| {
            let mut short = 0.0;
            self.follow_each(
                |_| quantity,
                paths,
                end,
                &mut course,
                |step, now| {
                    short += if step >= from { total(&now.short) } else { 0.0 };
                },
            );
            short <= allowed
        };
        let (mut low, mut high) = (-1.0, multiples(self.most(paths), multiple));
        while high - low > 1.0 {
            let middle = f64::midpoint(low, high).floor();
            if enough(middle * multiple) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(high * multiple)
    }

    /// The quantity, in multiples of `multiple`, with the least expected cost of shortage and holding
    /// from its arrival until the next order's and of all waste; the smallest of equally good ones.
    ///
    /// The cost is convex in the quantity where goods are sold in the sequence in which they expire,
    /// and the quantity is then the best on the paths. Elsewhere it need not be, and it is the best near
    /// the best of nine that are evenly spread.
    ///
    /// # Errors
    ///
    /// When a cost is negative, the multiple is not above zero, or the paths have other steps than the
    /// shelf.
    pub fn quantity_of_least_cost(
        &self,
        paths: &DemandPaths,
        costs: &UnitCosts,
        multiple: f64,
    ) -> Result<f64, Invalid> {
        costs.check()?;
        check_multiple(multiple)?;
        self.check_paths(paths)?;
        let mut buffers = self.buffers(paths);
        let mut cost = |count: f64| {
            let outcome = self.expect(count * multiple, paths, &mut buffers);
            costs.shortage * outcome.short
                + costs.holding_per_day * outcome.stock_days
                + costs.waste * outcome.wasted
        };
        // The best lies between the two, both excluded, and is known to be better than them.
        let (mut low, mut high) = (0.0, multiples(self.most(paths), multiple) + 1.0);
        let (mut best, mut least) = (0.0, cost(0.0));
        loop {
            let width = ((high - low) / 8.0_f64).ceil();
            let (middle, mut count) = (best, low + width);
            while count < high {
                if (count - middle).abs() >= 0.5 {
                    let (found, equal) = (cost(count), 1e-12 * least);
                    if found < least - equal || (found <= least + equal && count < best) {
                        (best, least) = (count, found);
                    }
                }
                count += width;
            }
            if width <= 1.0 {
                return Ok(best * multiple);
            }
            (low, high) = ((best - width).max(low), (best + width).min(high));
        }
    }

    fn expect(&self, quantity: f64, paths: &DemandPaths, buffers: &mut Buffers) -> ShelfOutcome {
        let Buffers { nothing, course, short, missed, wasted, wasted_of_order, stock_days } =
            buffers;
        for sums in [&mut *short, missed, wasted, wasted_of_order, stock_days] {
            sums.clear();
            sums.resize(paths.count(), 0.0);
        }
        let time = self.arrives..self.covered;
        self.follow(quantity, paths, course, |step, now| {
            add(wasted, &now.wasted);
            add(wasted_of_order, &now.wasted_of_order);
            if time.contains(&step) {
                add(short, &now.short);
                add(missed, &now.owed);
                let days = self.days(step);
                for ((sum, in_stock), served) in
                    stock_days.iter_mut().zip(&now.in_stock).zip(&now.served)
                {
                    *sum += days * in_stock + (days - 1.0) / 2.0 * served;
                }
            }
        });
        add(missed, short);
        let enough = missed.iter().filter(|missed| **missed <= *nothing).count();
        let count = paths.count() as f64;
        ShelfOutcome {
            short: total(short) / count,
            // INVARIANT: a share of the paths is a probability.
            enough: Probability::new(enough as f64 / count).unwrap_or(Probability::ZERO),
            wasted: total(wasted) / count,
            wasted_of_order: total(wasted_of_order) / count,
            stock_days: total(stock_days) / count,
        }
    }

    /// How much must be ordered so that nothing is missing, on each path; below zero, how much is left
    /// without any order.
    fn needs(&self, paths: &DemandPaths) -> Vec<f64> {
        let (from, end) = (self.arrives, self.effective_until());
        let zero = vec![0.0; paths.count()];
        let (mut needs, mut spare) = (zero.clone(), zero.clone());
        let (mut lost, mut owed) = (zero.clone(), zero.clone());
        let nothing = self.nothing(paths);
        let mut course = ShelfCourse::default();
        // A unit more makes up for at most one that is missing: no quantity that is reached this way
        // is too large. It may be too small, where the unit lets another one expire. With whole units
        // each round adds one at least; with fractions, what is still missing shrinks fast.
        for round in 0..64 {
            lost.fill(0.0);
            owed.fill(0.0);
            self.follow_each(
                |path| needs[path],
                paths,
                end,
                &mut course,
                |step, now| {
                    if step < from {
                        return;
                    }
                    if self.unmet_demand() == UnmetDemand::Lost {
                        add(&mut lost, &now.short);
                    }
                    for (most, &owed) in owed.iter_mut().zip(&now.owed) {
                        *most = owed.max(*most);
                    }
                    if round == 0 && step + 1 == end {
                        spare.copy_from_slice(&now.in_stock);
                    }
                },
            );
            add(&mut lost, &owed);
            let mut done = true;
            for (need, &missing) in needs.iter_mut().zip(&lost) {
                if missing > nothing {
                    (*need, done) = (*need + missing, false);
                }
            }
            if done {
                break;
            }
        }
        for (need, spare) in needs.iter_mut().zip(spare) {
            *need -= if *need > 0.0 { 0.0 } else { spare };
        }
        needs
    }

    fn buffers(&self, paths: &DemandPaths) -> Buffers {
        Buffers { nothing: self.nothing(paths), ..Buffers::default() }
    }

    /// What is no shortage but the rounding of sums.
    fn nothing(&self, paths: &DemandPaths) -> f64 {
        1e-9 * (1.0 + self.most(paths))
    }

    /// More than this is never of use.
    fn most(&self, paths: &DemandPaths) -> f64 {
        self.promised() + sums(paths, 0, self.effective_until()).into_iter().fold(0.0, f64::max)
    }

    fn check_paths(&self, paths: &DemandPaths) -> Result<(), Invalid> {
        if paths.steps() == self.ends().len() {
            return Ok(());
        }
        let expected = format!("paths of {} steps, as the shelf has", self.ends().len());
        Err(Invalid::new("path_steps_differ", expected, paths.steps()))
    }
}

/// What is added up for each path.
#[derive(Default)]
struct Buffers {
    /// What is no shortage but the rounding of sums.
    nothing: f64,
    course: ShelfCourse,
    short: Vec<f64>,
    missed: Vec<f64>,
    wasted: Vec<f64>,
    wasted_of_order: Vec<f64>,
    stock_days: Vec<f64>,
}

/// The demand of each path from a step until before another.
fn sums(paths: &DemandPaths, from: usize, end: usize) -> Vec<f64> {
    let mut sums = vec![0.0; paths.count()];
    for step in from..end {
        add(&mut sums, paths.at(step));
    }
    sums
}

fn total(values: &[f64]) -> f64 {
    values.iter().sum()
}

fn quantile(values: &[f64], probability: Probability) -> f64 {
    let values = values.iter().map(|&value| (value, 1.0)).collect();
    DemandDistribution::from_weighted(values).quantile(probability)
}

/// The smallest whole number of multiples that is not below a quantity but by a rounding error.
fn multiples(quantity: f64, multiple: f64) -> f64 {
    (quantity / multiple * (1.0 - 1e-9)).ceil().max(0.0)
}

fn check_multiple(multiple: f64) -> Result<(), Invalid> {
    if multiple > 0.0 && multiple.is_finite() {
        return Ok(());
    }
    Err(Invalid::new("multiple_invalid", "a multiple above zero", multiple))
}

fn check_share(share: Probability) -> Result<(), Invalid> {
    if share.value() > 0.0 && share.value() < 1.0 {
        return Ok(());
    }
    let expected = "a share between 0 and 1, both excluded";
    Err(Invalid::new("service_level_invalid", expected, share.value()))
}

#[cfg(test)]
mod tests;
