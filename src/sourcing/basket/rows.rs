//! What couples the lines, each as a sum over what is bought that has to reach a number.

use super::problem::{Basket, Line, Mode, Source};

/// The rows of a basket: of every order its own, then those of limits and shares.
///
/// A row says that the amounts of everything bought sum to its need at least. Those of an order need
/// different numbers in different modes.
#[derive(Debug)]
pub(super) struct Rows {
    /// The orders in the basket's sequence.
    pub(super) orders: Vec<OrderRows>,
    /// What each row needs, zero for rows of orders.
    pub(super) needs: Vec<i64>,
    /// The limits that are rows, with their row.
    limits: Vec<Option<u32>>,
    /// The limits that concern one line alone, to be looked at when its options are made.
    pub(super) own_limits: Vec<Option<usize>>,
    shares: Vec<ShareRow>,
}

/// What couples lines within an order.
#[derive(Debug)]
pub(super) struct OrderRows {
    /// Its first row.
    pub(super) first: u32,
    kinds: Vec<Kind>,
    /// The modes that can be of use.
    pub(super) modes: Vec<ModeNeeds>,
    /// Whether any mode charges purchases one by one.
    pub(super) rated: bool,
}

/// A mode and what the order's rows need in it.
#[derive(Debug)]
pub(super) struct ModeNeeds {
    pub(super) mode: Mode,
    pub(super) needs: Vec<i64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    ValueLeast,
    ValueMost,
    WeightLeast,
    WeightMost,
    /// Something is bought at all: a mode that pays for being used must not be had for nothing.
    Used,
}

#[derive(Debug)]
struct ShareRow {
    row: u32,
    /// What a unit of value adds, by order.
    factors: Vec<i64>,
}

impl Rows {
    /// The rows of a basket; none if its numbers are too large to compute with.
    pub(super) fn of(basket: &Basket) -> Option<Self> {
        let mut rows = Self {
            orders: Vec::with_capacity(basket.orders.len()),
            needs: Vec::new(),
            limits: vec![None; basket.limits.len()],
            own_limits: vec![None; basket.limits.len()],
            shares: Vec::new(),
        };
        let largest = Largest::of(basket)?;
        for (order, terms) in basket.orders.iter().enumerate() {
            rows.add_order(&terms.modes, largest.value[order], largest.weight[order]);
        }
        for (limit, terms) in basket.limits.iter().enumerate() {
            let bounded = |sum: i128| sum.abs() < LARGE;
            if !bounded(largest.taken[limit]) || !bounded(i128::from(terms.capacity)) {
                return None;
            }
            match largest.takers[limit] {
                Takers::One(line) => rows.own_limits[limit] = Some(line),
                Takers::Many if largest.taken[limit] <= i128::from(terms.capacity) => {}
                Takers::None if terms.capacity >= 0 => {}
                Takers::None | Takers::Many => {
                    rows.limits[limit] = Some(rows.add_row(-terms.capacity)?);
                }
            }
        }
        for share in &basket.shares {
            let common = greatest_common_divisor(share.millionths, 1_000_000);
            let all = share.millionths / common;
            let mut factors = vec![all; basket.orders.len()];
            for &order in &share.orders {
                factors[order] = factors[order].saturating_sub(1_000_000 / common);
            }
            let mut sum = 0_i128;
            for (factor, value) in factors.iter().zip(&largest.value) {
                sum += i128::from(*factor).abs().saturating_mul(i128::from(*value));
            }
            if sum >= LARGE {
                return None;
            }
            if factors.iter().any(|&factor| factor < 0) {
                let row = rows.add_row(0)?;
                rows.shares.push(ShareRow { row, factors });
            }
        }
        Some(rows)
    }

    /// Adds what a purchase of some source adds to the rows that concern it: the same rows in the
    /// same sequence for all of its purchases.
    pub(super) fn amounts(&self, source: &Source, purchase: usize, add: &mut dyn FnMut(u32, i64)) {
        let order = &self.orders[source.order];
        let bought = &source.purchases[purchase];
        for (row, kind) in (order.first..).zip(&order.kinds) {
            let amount = match kind {
                Kind::ValueLeast => bought.value,
                Kind::ValueMost => -bought.value,
                Kind::WeightLeast => bought.weight,
                Kind::WeightMost => -bought.weight,
                Kind::Used => 1,
            };
            add(row, amount);
        }
        for &(limit, amount) in &source.limits {
            if let Some(row) = self.limits[limit] {
                add(row, -amount * bought.packs);
            }
        }
        for share in &self.shares {
            if share.factors[source.order] != 0 {
                add(share.row, share.factors[source.order] * bought.value);
            }
        }
    }

    fn add_order(&mut self, modes: &[Mode], value: i64, weight: i64) {
        let mut useful: Vec<Mode> = Vec::new();
        for (place, mode) in modes.iter().enumerate() {
            let possible = mode.value.least <= value
                && mode.value.most >= 0
                && mode.weight.least <= weight
                && mode.weight.most >= 0
                && mode.value.least <= mode.value.most
                && mode.weight.least <= mode.weight.most;
            let beaten = modes.iter().enumerate().any(|(other, by)| {
                other != place && covers(by, mode) && (other < place || !covers(mode, by))
            });
            if possible && !beaten {
                useful.push(*mode);
            }
        }
        let kinds: Vec<Kind> = KINDS
            .into_iter()
            .filter(|kind| useful.iter().any(|mode| kind.binds(mode, value, weight)))
            .collect();
        let first = u32::try_from(self.needs.len()).unwrap_or(u32::MAX);
        self.needs.resize(self.needs.len() + kinds.len(), 0);
        let rated = useful.iter().any(|mode| mode.rate != 0);
        let modes = useful.into_iter().map(|mode| ModeNeeds {
            mode,
            needs: kinds.iter().map(|kind| kind.need(&mode, value, weight)).collect(),
        });
        self.orders.push(OrderRows { first, modes: modes.collect(), kinds, rated });
    }

    fn add_row(&mut self, need: i64) -> Option<u32> {
        self.needs.push(need);
        u32::try_from(self.needs.len() - 1).ok()
    }
}

impl Kind {
    /// What the row needs in a mode of an order of some largest value and weight.
    fn need(self, mode: &Mode, value: i64, weight: i64) -> i64 {
        match self {
            Self::ValueLeast => mode.value.least.max(0),
            Self::ValueMost => -mode.value.most.min(value),
            Self::WeightLeast => mode.weight.least.max(0),
            Self::WeightMost => -mode.weight.most.min(weight),
            Self::Used => 1,
        }
    }

    fn binds(self, mode: &Mode, value: i64, weight: i64) -> bool {
        match self {
            Self::ValueLeast => mode.value.least > 0,
            Self::ValueMost => mode.value.most < value,
            Self::WeightLeast => mode.weight.least > 0,
            Self::WeightMost => mode.weight.most < weight,
            Self::Used => mode.cost < 0,
        }
    }
}

/// Whether a mode is never dearer than another and holds wherever that one does.
fn covers(by: &Mode, mode: &Mode) -> bool {
    by.cost <= mode.cost
        && by.rate <= mode.rate
        && by.value.least <= mode.value.least
        && by.value.most >= mode.value.most
        && by.weight.least <= mode.weight.least
        && by.weight.most >= mode.weight.most
}

/// The most that can come together.
struct Largest {
    value: Vec<i64>,
    weight: Vec<i64>,
    taken: Vec<i128>,
    takers: Vec<Takers>,
}

#[derive(Clone, Copy)]
enum Takers {
    None,
    One(usize),
    Many,
}

impl Largest {
    fn of(basket: &Basket) -> Option<Self> {
        let mut value = vec![0_i128; basket.orders.len()];
        let mut weight = vec![0_i128; basket.orders.len()];
        let mut taken = vec![0_i128; basket.limits.len()];
        let mut given = vec![0_i128; basket.limits.len()];
        let mut takers = vec![Takers::None; basket.limits.len()];
        for (index, line) in basket.lines.iter().enumerate() {
            for source in &line.sources {
                let within = buyable(line, source);
                let most = |of: &dyn Fn(usize) -> i64| {
                    i128::from((0..within).map(of).max().unwrap_or(0).max(0))
                };
                value[source.order] += most(&|i| source.purchases[i].value);
                weight[source.order] += most(&|i| source.purchases[i].weight);
                let packs = most(&|i| source.purchases[i].packs);
                for &(limit, amount) in &source.limits {
                    taken[limit] += i128::from(amount).max(0) * packs;
                    given[limit] += i128::from(amount).min(0) * packs;
                    if given[limit] <= -LARGE {
                        return None;
                    }
                    takers[limit] = match takers[limit] {
                        Takers::None => Takers::One(index),
                        Takers::One(line) if line == index => Takers::One(index),
                        Takers::One(_) | Takers::Many => Takers::Many,
                    };
                }
            }
        }
        let narrow = |sums: Vec<i128>| -> Option<Vec<i64>> {
            sums.into_iter().map(|sum| i64::try_from(sum).ok().filter(|_| sum < LARGE)).collect()
        };
        Some(Self { value: narrow(value)?, weight: narrow(weight)?, taken, takers })
    }
}

/// How many of a source's purchases are within what a line may buy.
pub(super) fn buyable(line: &Line, source: &Source) -> usize {
    source.purchases.partition_point(|purchase| {
        i128::from(purchase.packs) * i128::from(source.units_per_pack) <= i128::from(line.most)
    })
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i64::try_from(a.max(1)).unwrap_or(1)
}

const KINDS: [Kind; 5] =
    [Kind::ValueLeast, Kind::ValueMost, Kind::WeightLeast, Kind::WeightMost, Kind::Used];

/// Sums of what is added to rows stay below this, so that differences of them fit in 64 bits.
pub(super) const LARGE: i128 = 1 << 55;
