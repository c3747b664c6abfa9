//! What becomes of stock that expires when demand takes its course.

use super::{DemandOutlook, DemandPaths, InventoryError, StockPosition, UnmetDemand};
use crate::unit::{Day, Invalid, sort_by};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which of the goods on the shelf are sold first.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Issue {
    /// Those that expire first (FEFO); what keeps comes last.
    #[default]
    FirstExpired,
    /// Those that came first (FIFO): what is on hand, then receipts by their day.
    FirstIn,
    /// Those that keep the longest, as customers choose who may (LIFO).
    Freshest,
}

/// What an order under consideration is for, and how the shelf it comes to is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShelfPlan {
    /// The first day on which the ordered goods can be sold.
    pub arrives: Day,
    /// The first day on which the goods of the next order can be sold: until then these must last.
    pub next_arrives: Day,
    /// Days that received goods can be sold from the day of receipt on, that day included; without it
    /// they keep. Of open receipts, only where their own last day of sale is not given.
    pub shelf_life_days: Option<u32>,
    /// Which goods are sold first.
    pub issue: Issue,
    /// What becomes of demand that finds no stock.
    pub unmet_demand: UnmetDemand,
    /// Whether open receipts that are due later than the order would be are counted from the day on
    /// which the order would arrive.
    pub late_receipts: LateReceipts,
    /// The day before which everything is followed; without it, until the ordered goods have expired.
    /// What has not expired by then is no waste.
    pub followed_until: Option<Day>,
}

/// When an open receipt counts that is due later than a new order would arrive.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LateReceipts {
    /// As soon as the order would arrive, as in an inventory position: what is coming, however late,
    /// is not ordered a second time.
    #[default]
    CountOnArrival,
    /// On the day it is due: for what will really happen.
    CountWhenDue,
}

/// The goods of one product that are there, coming or under consideration, over the steps in which
/// they change.
///
/// A step ends where a period of the forecast ends before the next order arrives, where goods arrive,
/// and where they have expired. All goods of a step are there at its start; those whose last day of
/// sale it ends with are wasted at its end.
///
/// ```
/// use replenish::{
///     forecast::{DemandDistribution, Period},
///     inventory::{
///         DemandOutlook, DemandPaths, DemandSource, Lot, Shelf, ShelfCourse, ShelfPlan, StockPosition,
///     },
///     unit::Day,
/// };
/// let known: Vec<_> = (1..=4)
///     .map(|days| DemandDistribution::from_weighted(vec![(3.0 * f64::from(days), 1.0)]))
///     .collect();
/// let today: Day = "2026-11-23".parse()?;
/// let outlook = DemandOutlook::new(DemandSource::Sums(&known), today, Period::Day);
/// let mut stock = StockPosition::on_hand("8 each".parse()?);
/// stock.lots = vec![Lot { quantity: "8 each".parse()?, expires: today.plus_days(1)? }];
/// let plan = ShelfPlan::new(today.plus_days(1)?, today.plus_days(4)?);
/// let shelf = Shelf::new(&outlook, &stock, &plan)?;
/// let paths = DemandPaths::until(&outlook, shelf.ends())?;
/// let (mut wasted, mut short) = (0.0, 0.0);
/// shelf.follow(5.0, &paths, &mut ShelfCourse::default(), |_, course| {
///     wasted += course.wasted[0];
///     short += course.short[0];
/// });
/// assert_eq!((wasted, short), (2.0, 1.0)); // of 8, 6 are sold in two days; then 5 of 6
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    ends: Vec<Day>,
    days: Vec<f64>,
    /// In the sequence in which they are sold.
    batches: Vec<Batch>,
    /// Reserved and back-ordered: served before anything else.
    promised: f64,
    unmet: UnmetDemand,
    issue: Issue,
    /// The steps from the order's arrival until the next order's.
    pub(super) arrives: usize,
    pub(super) covered: usize,
}

/// What happens in one step, on each path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShelfCourse {
    /// Taken from the shelf, for what was promised and for demand.
    pub served: Vec<f64>,
    /// Demand of the step that found no stock.
    pub short: Vec<f64>,
    /// Promised and not yet served, at the end of the step: of what was promised at the start and,
    /// where unmet demand waits, of what was short since.
    pub owed: Vec<f64>,
    /// Expired at the end of the step.
    pub wasted: Vec<f64>,
    /// Of that, from the order under consideration.
    pub wasted_of_order: Vec<f64>,
    /// On the shelf at the end of the step, just before what expires is taken away.
    pub in_stock: Vec<f64>,
    /// What is left of each batch, and wanted in this step and not yet served.
    left: Vec<f64>,
    wanted: Vec<f64>,
}

/// Goods that arrive and expire together.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Batch {
    amount: f64,
    /// The first step in which they can be sold.
    first: usize,
    /// The step before which they have expired.
    end: usize,
    of_order: bool,
}

/// No step has this number.
const NEVER: usize = usize::MAX;
const MOST_STEPS: usize = 4096;

impl ShelfPlan {
    /// For an order that arrives on a day and must last until the next one arrives; everything keeps
    /// but what says otherwise, and unmet demand waits.
    pub fn new(arrives: Day, next_arrives: Day) -> Self {
        Self {
            arrives,
            next_arrives,
            shelf_life_days: None,
            issue: Issue::default(),
            unmet_demand: UnmetDemand::default(),
            late_receipts: LateReceipts::default(),
            followed_until: None,
        }
    }

    /// The day from which goods that can be sold from `arrival` on cannot be sold any more.
    fn expired_from(&self, arrival: Day) -> Result<Option<Day>, Invalid> {
        self.shelf_life_days.map(|days| arrival.plus_days(i64::from(days))).transpose()
    }

    fn check(&self, start: Day) -> Result<(), Invalid> {
        if self.shelf_life_days == Some(0) {
            let expected = "a shelf life of at least one day";
            return Err(Invalid::new("shelf_life_invalid", expected, 0).at("shelf_life_days"));
        }
        if self.next_arrives <= self.arrives.max(start) {
            let expected =
                format!("a day after {}, when the order can be sold", self.arrives.max(start));
            let invalid = Invalid::new("interval_empty", expected, self.next_arrives);
            return Err(invalid.at("next_arrives"));
        }
        Ok(())
    }
}

impl Shelf {
    /// Lays out what there is from the outlook's first day on. Receipts that are overdue count from
    /// that day on, and lots that have expired before it are wasted in the first step.
    ///
    /// # Errors
    ///
    /// When the stock cannot be accepted, the shelf life is zero, the next order does not arrive after
    /// this one, or days are so far away that there would be more than 4096 steps.
    pub fn new(
        outlook: &DemandOutlook<'_>,
        stock: &StockPosition,
        plan: &ShelfPlan,
    ) -> Result<Self, InventoryError> {
        let start = outlook.start();
        stock.check()?;
        plan.check(start)?;
        let mut goods = goods(stock, plan, start)?;
        sort_goods(&mut goods, plan.issue);
        let ends = ends(outlook, &goods, plan)?;
        let step = |day: Day| ends.partition_point(|&end| end <= day);
        let last = ends.last().copied().unwrap_or(start);
        let batches = goods.iter().map(|goods| Batch {
            amount: goods.amount,
            first: goods.from.map_or(0, step),
            end: goods.until.filter(|&day| day <= last).map_or(NEVER, step),
            of_order: goods.of_order,
        });
        let starts = std::iter::once(&start).chain(&ends);
        Ok(Self {
            batches: batches.collect(),
            days: starts.zip(&ends).map(|(from, end)| from.days_until(*end) as f64).collect(),
            promised: amount(stock.reserved.amount()) + amount(stock.back_ordered.amount()),
            unmet: plan.unmet_demand,
            issue: plan.issue,
            arrives: step(plan.arrives),
            covered: step(plan.next_arrives),
            ends,
        })
    }

    /// The day after the last of each step.
    pub fn ends(&self) -> &[Day] {
        &self.ends
    }

    /// The days of a step.
    pub(super) fn days(&self, step: usize) -> f64 {
        self.days[step]
    }

    /// Reserved and back-ordered.
    pub(super) fn promised(&self) -> f64 {
        self.promised
    }

    pub(super) fn unmet_demand(&self) -> UnmetDemand {
        self.unmet
    }

    /// The last step, exclusive, for which the order under consideration can do anything: it has
    /// expired then, or the next one arrives.
    pub(super) fn effective_until(&self) -> usize {
        let order = self.batches.iter().find(|batch| batch.of_order);
        order.map_or(self.covered, |order| order.end.min(self.covered))
    }

    /// Follows the goods, the order under consideration being of some quantity, on every path of
    /// demand, and reports each step.
    ///
    /// What the next order will serve is not the business of this one: from its arrival on, nobody is
    /// owed anything, demand only uses up what is left, and where customers take the freshest it uses
    /// up nothing of it, for there is something fresher.
    ///
    /// `course` is overwritten; to use one again saves making it. A step for which the paths say
    /// nothing is left out.
    pub fn follow(
        &self,
        order_quantity: f64,
        paths: &DemandPaths,
        course: &mut ShelfCourse,
        report: impl FnMut(usize, &ShelfCourse),
    ) {
        self.follow_each(|_| order_quantity, paths, self.days.len(), course, report);
    }

    /// As [`Shelf::follow`], the order being of another quantity on each path, up to a step.
    pub(super) fn follow_each(
        &self,
        order_quantity: impl Fn(usize) -> f64,
        paths: &DemandPaths,
        end: usize,
        course: &mut ShelfCourse,
        mut report: impl FnMut(usize, &ShelfCourse),
    ) {
        let count = paths.count();
        course.left.clear();
        for batch in &self.batches {
            let quantity = |path| if batch.of_order { order_quantity(path) } else { batch.amount };
            course.left.extend((0..count).map(quantity));
        }
        course.start(count, self.promised);
        for step in 0..end.min(paths.steps()).min(self.days.len()) {
            self.take(step, paths.at(step), course);
            report(step, course);
        }
    }

    fn take(&self, step: usize, demands: &[f64], course: &mut ShelfCourse) {
        let count = demands.len();
        let ours = step < self.covered;
        let sold = if ours || self.issue != Issue::Freshest { 1.0 } else { 0.0 };
        if !ours {
            course.owed.fill(0.0);
        }
        for ((wanted, owed), demand) in course.wanted.iter_mut().zip(&course.owed).zip(demands) {
            *wanted = owed + sold * demand;
        }
        course.served.copy_from_slice(&course.wanted);
        for happened in [&mut course.in_stock, &mut course.wasted, &mut course.wasted_of_order] {
            happened.fill(0.0);
        }
        for (batch, left) in self.batches.iter().zip(course.left.chunks_exact_mut(count)) {
            // Goods that have expired before they arrive are thrown away in the step they come.
            if step < batch.first || step > batch.first && step >= batch.end {
                continue;
            }
            let sold = if step < batch.end { f64::INFINITY } else { 0.0 };
            let paths = course.wanted.iter_mut().zip(&mut course.in_stock).zip(left.iter_mut());
            for ((wanted, in_stock), left) in paths {
                let taken = smaller(smaller(*wanted, *left), sold);
                *wanted -= taken;
                *left -= taken;
                *in_stock += *left;
            }
            if step + 1 >= batch.end {
                add(&mut course.wasted, left);
                if batch.of_order {
                    add(&mut course.wasted_of_order, left);
                }
                left.fill(0.0);
            }
        }
        let waits = if self.unmet == UnmetDemand::BackOrdered { 1.0 } else { 0.0 };
        let ours = if ours { 1.0 } else { 0.0 };
        let ends = course.served.iter_mut().zip(&mut course.short).zip(&mut course.owed);
        for (((served, short), owed), (wanted, demand)) in
            ends.zip(course.wanted.iter().zip(demands))
        {
            *served -= wanted;
            *short = smaller(*wanted, sold * demand);
            *owed = ours * (wanted - *short + waits * *short);
        }
    }
}

impl ShelfCourse {
    fn start(&mut self, count: usize, owed: f64) {
        let all = [
            &mut self.served,
            &mut self.short,
            &mut self.wasted,
            &mut self.wasted_of_order,
            &mut self.in_stock,
            &mut self.wanted,
        ];
        for happened in all {
            happened.clear();
            happened.resize(count, 0.0);
        }
        self.owed.clear();
        self.owed.resize(count, owed);
    }
}

/// Adds on every path.
pub(super) fn add(sums: &mut [f64], more: &[f64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

/// One instruction, unlike the standard one, which minds what is not a number.
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// Goods by their days.
struct Goods {
    amount: f64,
    /// None of what is there.
    from: Option<Day>,
    /// The day from which they cannot be sold any more.
    until: Option<Day>,
    of_order: bool,
}

fn goods(stock: &StockPosition, plan: &ShelfPlan, start: Day) -> Result<Vec<Goods>, Invalid> {
    let there = |amount, until| Goods { amount, from: None, until, of_order: false };
    let mut goods = Vec::with_capacity(stock.lots.len() + stock.on_order.len() + 2);
    let mut keeps = stock.on_hand.amount();
    for (index, lot) in stock.lots.iter().enumerate() {
        let until = lot.expires.plus_days(1);
        let until = until.map_err(|error| error.at("expires").at(format_args!("lots[{index}]")))?;
        keeps = keeps.saturating_sub(lot.quantity.amount());
        goods.push(there(amount(lot.quantity.amount()), Some(until)));
    }
    goods.push(there(amount(keeps), None));
    let arrives = plan.arrives.max(start);
    for (index, receipt) in stock.on_order.iter().enumerate() {
        let at = |error: Invalid| error.at(format_args!("on_order[{index}]"));
        let due = receipt.due.max(start);
        let until = match receipt.expires {
            Some(last) => Some(last.plus_days(1).map_err(|error| at(error.at("expires")))?),
            None => plan.expired_from(due).map_err(|error| at(error.at("due")))?,
        };
        let from = match plan.late_receipts {
            LateReceipts::CountOnArrival => due.min(arrives),
            LateReceipts::CountWhenDue => due,
        };
        let amount = amount(receipt.quantity.amount());
        goods.push(Goods { amount, from: Some(from), until, of_order: false });
    }
    let until = plan.expired_from(arrives).map_err(|error| error.at("shelf_life_days"))?;
    goods.push(Goods { amount: 0.0, from: Some(arrives), until, of_order: true });
    Ok(goods)
}

fn sort_goods(goods: &mut [Goods], issue: Issue) {
    // What keeps comes after every day on which something expires.
    let until = |goods: &Goods| (goods.until.is_none(), goods.until);
    sort_by(goods, |a, b| match issue {
        Issue::FirstExpired => (until(a), a.from).cmp(&(until(b), b.from)),
        Issue::FirstIn => (a.from, until(a)).cmp(&(b.from, until(b))),
        Issue::Freshest => (until(b), b.from).cmp(&(until(a), a.from)),
    });
}

/// The days with which steps end, exclusive.
fn ends(
    outlook: &DemandOutlook<'_>,
    goods: &[Goods],
    plan: &ShelfPlan,
) -> Result<Vec<Day>, Invalid> {
    let order = goods.iter().find(|goods| goods.of_order).and_then(|order| order.until);
    let expired = order.map_or(plan.next_arrives, |day| day.max(plan.next_arrives));
    let last = plan.followed_until.map_or(expired, |day| day.max(plan.next_arrives));
    let mut ends = BTreeSet::from([plan.next_arrives, last]);
    ends.extend(goods.iter().flat_map(|goods| [goods.from, goods.until]).flatten());
    ends.retain(|&day| day > outlook.start() && day <= last);
    for period in 1.. {
        let end = outlook.start_of(period)?;
        if end >= plan.next_arrives {
            break;
        }
        ends.insert(end);
        if ends.len() > MOST_STEPS {
            let expected = format!("an interval of at most {MOST_STEPS} steps");
            let invalid = Invalid::new("interval_too_long", expected, plan.next_arrives);
            return Err(invalid.at("next_arrives"));
        }
    }
    Ok(ends.into_iter().collect())
}

fn amount(exact: Decimal) -> f64 {
    exact.to_f64().unwrap_or(f64::MAX)
}

#[cfg(test)]
mod tests;
