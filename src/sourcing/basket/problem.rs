//! The problem, and what a choice costs.

use super::product::narrow_product;

/// What to buy from whom, in integers: money in minor units, quantities in the smallest unit that
/// occurs.
///
/// An exact statement of the joint problem with any price function: whatever a line may cost is
/// spelled out purchase by purchase.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Basket {
    /// The orders that could be placed: one for each supplier, or one for each supplier and day.
    pub orders: Vec<OrderTerms>,
    /// What is required.
    pub lines: Vec<Line>,
    /// What purchases of several lines share, such as the rest of a contract.
    pub limits: Vec<Limit>,
    /// How much of all goods may go to some orders.
    pub shares: Vec<Share>,
}

/// What an order costs as a whole. One without goods costs nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderTerms {
    /// An order with goods is in one of these, whichever allowed one makes it cheapest.
    pub modes: Vec<Mode>,
}

/// One way to charge an order, such as "with freight" or "free of freight".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// Charged once.
    pub cost: i64,
    /// Charged on every purchase, in millionths of its value, rounded half away from zero purchase by
    /// purchase; negative for a rebate.
    pub rate: i64,
    /// The sums of purchases' values for which it holds.
    pub value: Span,
    /// The sums of purchases' weights for which it holds.
    pub weight: Span,
}

/// Numbers from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The smallest.
    pub least: i64,
    /// The largest.
    pub most: i64,
}

/// A requirement and what could serve it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Units that are wanted.
    pub required: i64,
    /// Units beyond which nothing may be bought; `required` or more.
    pub most: i64,
    /// How many sources may share the line.
    pub sources_at_most: u32,
    /// What each unit that is not bought costs; without it, the line has to be covered.
    pub shortage_cost: Option<PerUnit>,
    /// What each unit beyond the required ones is worth.
    pub surplus_value: PerUnit,
    /// From where it can be bought.
    pub sources: Vec<Source>,
}

/// An amount of money for a number of units, rounded half up where it is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PerUnit {
    /// Zero or more.
    pub money: i64,
    /// One or more; zero counts as one.
    pub units: i64,
}

/// An offer for a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The order that its purchases join.
    pub order: usize,
    /// Units in a pack; more than zero.
    pub units_per_pack: i64,
    /// Every number of packs that may be bought, each once, ascending.
    pub purchases: Vec<Purchase>,
    /// What each pack takes of a limit, by the limit's place in [`Basket::limits`].
    pub limits: Vec<(usize, i64)>,
}

/// Some packs, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Purchase {
    /// How many; one or more.
    pub packs: i64,
    /// All that the purchase costs by itself.
    pub cost: i64,
    /// What it adds to the order's value, zero or more.
    pub value: i64,
    /// What it adds to the order's weight, zero or more.
    pub weight: i64,
}

/// Something that there is only so much of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// What all purchases take together is at most this.
    pub capacity: i64,
}

/// A largest part of the value of all goods.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The orders that have it together.
    pub orders: Vec<usize>,
    /// Millionths of the value of all goods.
    pub millionths: i64,
}

/// A purchase of a line: the place of its source in [`Line::sources`], and of itself in
/// [`Source::purchases`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Pick {
    /// Which source.
    pub source: usize,
    /// Which purchase of it.
    pub purchase: usize,
}

/// What a choice costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Everything together.
    pub cost: i64,
    /// The purchases by themselves.
    pub purchases: i64,
    /// What orders cost as a whole, rates included.
    pub orders: i64,
    /// What is not bought.
    pub shortage: i64,
    /// What surplus is worth, to be taken off.
    pub surplus: i64,
    /// The mode of each order; none where it has no goods.
    pub modes: Vec<Option<usize>>,
    /// Lines that would have to be covered and are not.
    pub uncovered: Vec<usize>,
}

/// Why a choice is not allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Violation {
    /// A line's purchases name something that there is not, or a source twice, or not in order.
    Malformed {
        /// Which line.
        line: usize,
    },
    /// A line has more sources than it may.
    TooManySources {
        /// Which line.
        line: usize,
    },
    /// A line is bought beyond its most.
    TooMuch {
        /// Which line.
        line: usize,
    },
    /// An order has a value or weight that none of its modes allows.
    Order {
        /// Which order.
        order: usize,
    },
    /// More is taken of a limit than there is.
    Limit {
        /// Which limit.
        limit: usize,
    },
    /// More of the goods than allowed go to some orders.
    Share {
        /// Which share.
        share: usize,
    },
    /// A sum does not fit in 64 bits.
    Overflow,
}

impl Span {
    /// Every number.
    pub const ALL: Self = Self { least: i64::MIN, most: i64::MAX };

    /// Whether a number is among them.
    pub fn contains(self, number: i64) -> bool {
        (self.least..=self.most).contains(&number)
    }
}

impl PerUnit {
    /// The amount for some units, rounded half up.
    pub fn times(self, units: i64) -> i64 {
        const FITS: i64 = 1 << 61;
        let per = self.units.max(1);
        if let Some(exact) = narrow_product(self.money, units)
            && (-FITS..FITS).contains(&exact)
            && per < FITS
        {
            return (2 * exact + per).div_euclid(2 * per);
        }
        let (per, exact) = (i128::from(per), i128::from(self.money) * i128::from(units));
        let rounded = (2 * exact + per).div_euclid(2 * per);
        i64::try_from(rounded).unwrap_or(i64::MAX)
    }
}

impl Mode {
    /// What the mode charges on a purchase of some value.
    pub fn on_value(&self, value: i64) -> i64 {
        if self.rate == 0 {
            return 0;
        }
        let exact = i128::from(self.rate) * i128::from(value);
        let rounded = (exact.abs() + 500_000) / 1_000_000;
        i64::try_from(if exact < 0 { -rounded } else { rounded }).unwrap_or(i64::MAX)
    }
}

impl Basket {
    /// What a choice costs: the picks of each line, ascending by source.
    ///
    /// A line that has to be covered and is not is no violation: it is listed, and costs nothing.
    ///
    /// # Errors
    ///
    /// Why the choice is not allowed.
    pub fn evaluate(&self, picks: &[Vec<Pick>]) -> Result<Evaluation, Violation> {
        let mut sums = Sums {
            purchases: 0,
            shortage: 0,
            surplus: 0,
            value: vec![0; self.orders.len()],
            weight: vec![0; self.orders.len()],
            used: vec![false; self.orders.len()],
            taken: vec![0; self.limits.len()],
            uncovered: Vec::new(),
        };
        if picks.len() != self.lines.len() {
            return Err(Violation::Malformed { line: self.lines.len().min(picks.len()) });
        }
        for (line, picks) in picks.iter().enumerate() {
            self.add_line(line, picks, &mut sums)?;
        }
        let mut orders = 0_i128;
        let mut modes = Vec::with_capacity(self.orders.len());
        for (index, terms) in self.orders.iter().enumerate() {
            if !sums.used[index] {
                modes.push(None);
                continue;
            }
            let (value, weight) = (narrow(sums.value[index])?, narrow(sums.weight[index])?);
            let mut best: Option<(i128, usize)> = None;
            for (place, mode) in terms.modes.iter().enumerate() {
                if mode.value.contains(value) && mode.weight.contains(weight) {
                    let cost = i128::from(mode.cost) + self.rates(mode, index, picks);
                    if best.is_none_or(|(least, _)| cost < least) {
                        best = Some((cost, place));
                    }
                }
            }
            let (cost, place) = best.ok_or(Violation::Order { order: index })?;
            orders += cost;
            modes.push(Some(place));
        }
        if let Some(limit) =
            (0..self.limits.len()).find(|&i| sums.taken[i] > i128::from(self.limits[i].capacity))
        {
            return Err(Violation::Limit { limit });
        }
        let all: i128 = sums.value.iter().sum();
        for (index, share) in self.shares.iter().enumerate() {
            let own: i128 = share.orders.iter().map(|&order| sums.value[order]).sum();
            if own * 1_000_000 > all * i128::from(share.millionths) {
                return Err(Violation::Share { share: index });
            }
        }
        Ok(Evaluation {
            cost: narrow(sums.purchases + orders + sums.shortage - sums.surplus)?,
            purchases: narrow(sums.purchases)?,
            orders: narrow(orders)?,
            shortage: narrow(sums.shortage)?,
            surplus: narrow(sums.surplus)?,
            modes,
            uncovered: sums.uncovered,
        })
    }

    fn add_line(&self, line: usize, picks: &[Pick], sums: &mut Sums) -> Result<(), Violation> {
        let terms = &self.lines[line];
        if picks.windows(2).any(|pair| pair[0].source >= pair[1].source) {
            return Err(Violation::Malformed { line });
        }
        if picks.len() > usize::try_from(terms.sources_at_most).unwrap_or(usize::MAX) {
            return Err(Violation::TooManySources { line });
        }
        let mut units = 0_i128;
        for pick in picks {
            let source = terms.sources.get(pick.source);
            let purchase = source.and_then(|source| source.purchases.get(pick.purchase));
            let (Some(source), Some(purchase)) = (source, purchase) else {
                return Err(Violation::Malformed { line });
            };
            units += i128::from(purchase.packs) * i128::from(source.units_per_pack);
            sums.purchases += i128::from(purchase.cost);
            sums.value[source.order] += i128::from(purchase.value);
            sums.weight[source.order] += i128::from(purchase.weight);
            sums.used[source.order] = true;
            for &(limit, amount) in &source.limits {
                sums.taken[limit] += i128::from(amount) * i128::from(purchase.packs);
            }
        }
        if units > i128::from(terms.most) {
            return Err(Violation::TooMuch { line });
        }
        let missing = i128::from(terms.required) - units;
        match terms.shortage_cost {
            None if missing > 0 => sums.uncovered.push(line),
            Some(cost) if missing > 0 => {
                sums.shortage += i128::from(cost.times(narrow(missing)?));
            }
            _ if missing < 0 => {
                sums.surplus += i128::from(terms.surplus_value.times(narrow(-missing)?));
            }
            _ => {}
        }
        Ok(())
    }

    /// What a mode charges on all purchases of an order.
    fn rates(&self, mode: &Mode, order: usize, picks: &[Vec<Pick>]) -> i128 {
        if mode.rate == 0 {
            return 0;
        }
        let mut sum = 0;
        for (line, picks) in self.lines.iter().zip(picks) {
            for pick in picks {
                let source = &line.sources[pick.source];
                if source.order == order {
                    sum += i128::from(mode.on_value(source.purchases[pick.purchase].value));
                }
            }
        }
        sum
    }
}

/// What adds up over the lines.
struct Sums {
    purchases: i128,
    shortage: i128,
    surplus: i128,
    value: Vec<i128>,
    weight: Vec<i128>,
    used: Vec<bool>,
    taken: Vec<i128>,
    uncovered: Vec<usize>,
}

fn narrow(sum: i128) -> Result<i64, Violation> {
    i64::try_from(sum).map_err(|_| Violation::Overflow)
}
