//! At which price the choice of a line changes.

use super::{
    Offer, SourcingError, SwitchOutcome, SwitchScope, SwitchingPrice,
    allocate::{LineOffer, Workbench, require},
    basket::{Basket, Limit, Line, PerUnit, Pick, Purchase, Solution, Source, Status},
};
use crate::unit::{Exact, Invalid, Money};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// A line about which is asked: the basket as far as it may change, the line at a place in it.
pub(super) struct LineAsked<'b, 'w> {
    bench: &'b Workbench<'w>,
    basket: Basket,
    /// The line's place in the whole basket, and in `basket`.
    line: usize,
    at: usize,
    /// What is chosen in `basket`.
    picks: Vec<Vec<Pick>>,
    scope: SwitchScope,
}

/// What a choice costs: lines that have to be covered and are not, then money; none if there is none.
type Cost = Option<(usize, i64)>;

/// What everything costs at a price of an offer: with the offer on the line, and without it.
struct Known {
    with: Cost,
    without: Cost,
    /// Of the offer on the line, where it is.
    packs: u64,
    line_cost: i64,
    proved: bool,
}

impl<'b, 'w> LineAsked<'b, 'w> {
    pub(super) fn new(
        bench: &'b Workbench<'w>,
        picks: &[Vec<Pick>],
        line: usize,
        scope: SwitchScope,
    ) -> Self {
        let (basket, at, picks) = match scope {
            SwitchScope::WholeBasket => (bench.basket().clone(), line, picks.to_vec()),
            SwitchScope::OthersStay => {
                let (basket, picks) = others_stay(bench.basket(), picks, line);
                (basket, 0, picks)
            }
        };
        Self { bench, basket, line, at, picks, scope }
    }

    /// One answer for each offer, the chosen ones first.
    pub(super) fn answer(&self) -> Result<Vec<SwitchingPrice>, SourcingError> {
        let chosen: Vec<usize> =
            self.picks[self.at].iter().map(|pick| self.offer_at(pick.source).place).collect();
        let mut offers: Vec<LineOffer<'w>> = Vec::new();
        for source in 0..self.basket.lines[self.at].sources.len() {
            let offer = self.offer_at(source);
            if offers.iter().all(|other| other.place != offer.place) {
                offers.push(offer);
            }
        }
        let (mut first, mut others) = (Vec::new(), Vec::new());
        for offer in offers {
            let is_chosen = chosen.contains(&offer.place);
            let price = AskedOffer { asked: self, offer, is_chosen }.switching_price()?;
            if is_chosen { first.push(price) } else { others.push(price) }
        }
        first.append(&mut others);
        Ok(first)
    }

    fn offer_at(&self, source: usize) -> LineOffer<'w> {
        self.bench.offer(self.line, source)
    }
}

/// An offer for the line.
struct AskedOffer<'a, 'b, 'w> {
    asked: &'a LineAsked<'b, 'w>,
    offer: LineOffer<'w>,
    is_chosen: bool,
}

impl AskedOffer<'_, '_, '_> {
    fn switching_price(&self) -> Result<SwitchingPrice, SourcingError> {
        let LineAsked { bench, line, scope, .. } = *self.asked;
        let (need, offer) = (bench.need(line), self.offer.offer);
        let mut answer = SwitchingPrice {
            sku: need.sku.clone(),
            need_by: need.need_by,
            offer: offer.id.clone(),
            supplier: offer.supplier.clone(),
            is_chosen: self.is_chosen,
            unit_price: None,
            packs: 0,
            difference: None,
            switching_price: None,
            outcome: SwitchOutcome::NotPossible,
            scope,
            proved: true,
        };
        let grid = Grid::of(offer, self.is_chosen)?;
        // Once more at today's prices, to know whether other prices can be asked about at all.
        if self.basket_at(&grid, grid.today)?.is_none() {
            answer.outcome = SwitchOutcome::SharedContract;
            return Ok(answer);
        }
        let Some(today) = self.known(&grid, grid.today, None)? else { return Ok(answer) };
        answer.proved = today.proved;
        let Some(with) = today.with else { return Ok(answer) };
        answer.packs = today.packs;
        answer.unit_price = bench.unit_price(line, self.offer.place, today.packs)?;
        if let Some(without) = today.without.filter(|without| without.0 == with.0) {
            let more = without.1.saturating_sub(with.1);
            let more = if self.is_chosen { more } else { more.saturating_neg() };
            answer.difference = Some(bench.money(more)?);
        }
        self.search(&grid, today, &mut answer)?;
        Ok(answer)
    }

    /// Looks for the price from today's on, until the choice changes from one step to the next.
    fn search(
        &self,
        grid: &Grid,
        today: Known,
        answer: &mut SwitchingPrice,
    ) -> Result<(), SourcingError> {
        let holds_today = self.holds(&today);
        if holds_today != self.is_chosen {
            answer.outcome = if self.is_chosen {
                SwitchOutcome::LosesAlready
            } else {
                SwitchOutcome::WinsAlready
            };
            return Ok(());
        }
        if self.is_chosen && uncovered(today.without) > uncovered(today.with) {
            answer.outcome = SwitchOutcome::AlwaysStays;
            return Ok(());
        }
        let without = self.is_alone().then_some(today.without);
        // What the line costs for each step of the price, or nearly.
        let price = answer.unit_price.map_or(0.0, |price| grid.steps(price));
        let slope = today.line_cost.to_f64().unwrap_or(0.0) / price.max(1.0);
        let mut near = (grid.today, today);
        let mut reach = 1.0;
        let mut far = loop {
            let missing = match (near.1.with, near.1.without) {
                (Some(with), Some(without)) if with.0 == without.0 => {
                    with.1.saturating_sub(without.1).to_f64().unwrap_or(0.0).abs()
                }
                _ => 0.0,
            };
            let estimate = if slope > 0.0 { missing / slope } else { 0.0 };
            let step = ((estimate + 1.0) * reach).min(LARGEST_STEP).to_i64().unwrap_or(1).max(1);
            reach *= 2.0;
            let next = if self.is_chosen {
                near.0.saturating_add(step)
            } else {
                near.0.saturating_sub(step).max(0)
            };
            let is_end = next == near.0 || next > LARGEST_PRICE;
            let known = if is_end { None } else { self.known(grid, next, without)? };
            let Some(known) = known else {
                answer.outcome = if self.is_chosen {
                    SwitchOutcome::AlwaysStays
                } else {
                    SwitchOutcome::NeverWins
                };
                return Ok(());
            };
            answer.proved &= known.proved;
            if self.holds(&known) != holds_today {
                break (next, known);
            }
            near = (next, known);
        };
        let mut halve = false;
        while near.0.abs_diff(far.0) > 1 {
            let (low, high) = if near.0 < far.0 { (&near, &far) } else { (&far, &near) };
            let middle = if halve { None } else { between(low, high) };
            let middle = middle.unwrap_or(low.0 + (high.0 - low.0) / 2);
            let middle = middle.clamp(low.0 + 1, high.0 - 1);
            let width = high.0 - low.0;
            let Some(known) = self.known(grid, middle, without)? else { return Ok(()) };
            answer.proved &= known.proved;
            let found = (middle, known);
            if self.holds(&found.1) == holds_today {
                near = found;
            } else {
                far = found;
            }
            halve = near.0.abs_diff(far.0) > width.unsigned_abs() / 2;
        }
        let (price, known) = if self.is_chosen { near } else { far };
        answer.packs = known.packs;
        answer.switching_price = Some(grid.money(price));
        answer.outcome =
            if self.is_chosen { SwitchOutcome::StaysUntil } else { SwitchOutcome::WinsAt };
        Ok(())
    }

    /// Whether the offer is the choice; on a tie, the one that is there stays.
    fn holds(&self, known: &Known) -> bool {
        match (known.with, known.without) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(with), Some(without)) if self.is_chosen => with <= without,
            (Some(with), Some(without)) => with < without,
        }
    }

    /// Whether the price of the offer matters to this line alone.
    fn is_alone(&self) -> bool {
        self.asked.scope == SwitchScope::OthersStay
            || self.asked.bench.lines_of(self.offer.place).all(|line| line == self.asked.line)
    }

    /// The basket with the offer at a price; none where its contract is shared.
    fn basket_at(&self, grid: &Grid, price: i64) -> Result<Option<Basket>, Invalid> {
        let LineAsked { bench, line, at, scope, .. } = *self.asked;
        let mut basket = self.asked.basket.clone();
        let changed = grid.offer_at(self.offer.offer, price);
        let lines: Vec<(usize, usize)> = match scope {
            SwitchScope::WholeBasket => {
                bench.lines_of(self.offer.place).map(|line| (line, line)).collect()
            }
            SwitchScope::OthersStay => vec![(line, at)],
        };
        for (line, at) in lines {
            match bench.repriced(line, &changed, self.offer.place)? {
                Some(line) => basket.lines[at] = line,
                None => return Ok(None),
            }
        }
        Ok(Some(basket))
    }

    /// What everything costs at a price; `without` where that is known already.
    fn known(
        &self,
        grid: &Grid,
        price: i64,
        without: Option<Cost>,
    ) -> Result<Option<Known>, SourcingError> {
        let at = self.asked.at;
        // At today's prices the basket is as the allocation had it.
        let basket = if price == grid.today {
            Some(self.asked.basket.clone())
        } else {
            self.basket_at(grid, price)?
        };
        let Some(mut basket) = basket else { return Ok(None) };
        let is_own = |source: usize| self.asked.offer_at(source).place == self.offer.place;
        let mut proved = true;
        let without = if let Some(without) = without {
            without
        } else {
            let mut others = basket.clone();
            for (source, terms) in others.lines[at].sources.iter_mut().enumerate() {
                if is_own(source) {
                    terms.purchases.clear();
                }
            }
            let solution = self.solve(&others, price == grid.today);
            proved = solution.status != Status::Gap;
            cost(&solution)
        };
        let limit = basket.limits.len();
        basket.limits.push(Limit { capacity: -1 });
        for (source, terms) in basket.lines[at].sources.iter_mut().enumerate() {
            if is_own(source) {
                require(limit, terms);
            }
        }
        let solution = self.solve(&basket, price == grid.today);
        proved &= solution.status != Status::Gap;
        let picks = solution.picks.get(at).map_or(&[][..], Vec::as_slice);
        let own = picks.iter().filter(|pick| is_own(pick.source));
        let (mut packs, mut line_cost) = (0_u64, 0_i64);
        for pick in own {
            let bought = basket.lines[at].sources[pick.source].purchases[pick.purchase];
            packs = packs.saturating_add(u64::try_from(bought.packs).unwrap_or(0));
            line_cost = line_cost.saturating_add(bought.cost);
        }
        Ok(Some(Known { with: cost(&solution), without, packs, line_cost, proved }))
    }

    fn solve(&self, basket: &Basket, is_today: bool) -> Solution {
        let picks = &self.asked.picks;
        let start = is_today && basket.evaluate(picks).is_ok();
        self.asked.bench.solve(basket, start.then_some(&picks[..]))
    }
}

fn cost(solution: &Solution) -> Cost {
    (!solution.picks.is_empty()).then_some((solution.left_out.len(), solution.cost))
}

/// Lines that have to be covered and are not.
fn uncovered(cost: Cost) -> usize {
    cost.map_or(usize::MAX, |(uncovered, _)| uncovered)
}

/// Where the straight line between what is known at two prices crosses zero.
fn between(low: &(i64, Known), high: &(i64, Known)) -> Option<i64> {
    let more = |known: &Known| {
        let (with, without) = known.with.zip(known.without)?;
        (with.0 == without.0).then(|| with.1.saturating_sub(without.1).to_f64()).flatten()
    };
    let (below, above) = (more(&low.1)?, more(&high.1)?);
    let width = (high.0 - low.0).to_f64()?;
    let share = below / (below - above);
    (low.0.to_f64()? + share * width).floor().to_i64()
}

/// The basket in which one line is free and every other purchase is fixed, the line first; and what is
/// chosen in it.
///
/// What is fixed in an order is one purchase, unless the order charges a share of each purchase, which is
/// rounded one by one.
fn others_stay(basket: &Basket, picks: &[Vec<Pick>], line: usize) -> (Basket, Vec<Vec<Pick>>) {
    let by_purchase: Vec<bool> =
        basket.orders.iter().map(|order| order.modes.iter().any(|mode| mode.rate != 0)).collect();
    let mut fixed: Vec<Source> = Vec::new();
    let mut of_order: Vec<Option<usize>> = vec![None; basket.orders.len()];
    for (at, picks) in picks.iter().enumerate().filter(|&(at, _)| at != line) {
        for pick in picks {
            let source = &basket.lines[at].sources[pick.source];
            let bought = source.purchases[pick.purchase];
            let limits = source.limits.iter();
            let taken = limits.map(|&(limit, amount)| (limit, amount.saturating_mul(bought.packs)));
            let own = Source {
                order: source.order,
                units_per_pack: 1,
                purchases: vec![Purchase { packs: 1, ..bought }],
                limits: taken.collect(),
            };
            match of_order[source.order] {
                Some(place) if !by_purchase[source.order] => join(&mut fixed[place], own),
                _ => {
                    of_order[source.order] = Some(fixed.len());
                    fixed.push(own);
                }
            }
        }
    }
    let mut lines = vec![basket.lines[line].clone()];
    let mut chosen = vec![picks[line].clone()];
    for source in fixed {
        lines.push(Line {
            required: 1,
            most: 1,
            sources_at_most: 1,
            shortage_cost: None,
            surplus_value: PerUnit::default(),
            sources: vec![source],
        });
        chosen.push(vec![Pick { source: 0, purchase: 0 }]);
    }
    let Basket { orders, limits, shares, .. } = basket;
    let (orders, limits, shares) = (orders.clone(), limits.clone(), shares.clone());
    (Basket { orders, lines, limits, shares }, chosen)
}

/// Makes one purchase of two of the same order.
fn join(all: &mut Source, own: Source) {
    for (sum, bought) in all.purchases.iter_mut().zip(own.purchases) {
        sum.cost = sum.cost.saturating_add(bought.cost);
        sum.value = sum.value.saturating_add(bought.value);
        sum.weight = sum.weight.saturating_add(bought.weight);
    }
    for (limit, amount) in own.limits {
        match all.limits.iter_mut().find(|(other, _)| *other == limit) {
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => all.limits.push((limit, amount)),
        }
    }
}

/// The prices at which an offer may be asked, in steps of its smallest unit.
struct Grid {
    /// Decimals of a step.
    scale: u32,
    /// The price at and on one side of which the offer is as it is today.
    today: i64,
    is_chosen: bool,
    unit: Money,
}

impl Grid {
    fn of(offer: &Offer, is_chosen: bool) -> Result<Self, Invalid> {
        let contract = offer.contract.map(|contract| contract.unit_price);
        let prices: Vec<Money> =
            offer.price_breaks.iter().map(|price| price.unit_price).chain(contract).collect();
        let Some(&unit) = prices.first() else {
            let invalid = Invalid::new("price_missing", "at least one price", "none");
            return Err(invalid.at("price_breaks"));
        };
        let scales = prices.iter().map(|price| price.amount().normalize().scale());
        let scale = scales.fold(unit.currency().exponent(), u32::max);
        if scale > MOST_DECIMALS {
            let expected = format!("a price of at most {MOST_DECIMALS} decimals");
            return Err(Invalid::new("price_too_fine", expected, scale).at("unit_price"));
        }
        let amounts = prices.iter().map(|price| price.amount());
        let today = if is_chosen { amounts.min() } else { amounts.max() }.unwrap_or_default();
        let mut grid = Self { scale, today: 0, is_chosen, unit };
        let steps = today.checked_times(Decimal::from(10_u64.pow(scale)));
        let steps = steps.and_then(|steps| steps.to_i64()).filter(|&steps| steps < LARGEST_PRICE);
        grid.today = steps.ok_or_else(|| {
            Invalid::new("price_too_large", "a price of fewer digits", today).at("unit_price")
        })?;
        Ok(grid)
    }

    fn money(&self, price: i64) -> Money {
        Money::new(Decimal::new(price, self.scale), self.unit.currency())
    }

    /// A price in steps, nearly.
    fn steps(&self, price: Money) -> f64 {
        let one = Decimal::new(1, self.scale);
        price.amount().checked_over(one).and_then(|steps| steps.to_f64()).unwrap_or(0.0)
    }

    /// The offer where it asks no more than a price; no less, if it is chosen.
    fn offer_at(&self, offer: &Offer, price: i64) -> Offer {
        let limit = self.money(price);
        let moved = |price: Money| {
            let amount = if self.is_chosen {
                price.amount().max(limit.amount())
            } else {
                price.amount().min(limit.amount())
            };
            Money::new(amount, price.currency())
        };
        let mut offer = offer.clone();
        for price in &mut offer.price_breaks {
            price.unit_price = moved(price.unit_price);
        }
        if let Some(contract) = &mut offer.contract {
            contract.unit_price = moved(contract.unit_price);
        }
        offer
    }
}

/// Prices finer than this are refused.
const MOST_DECIMALS: u32 = 12;
/// No price is looked for beyond this many steps.
const LARGEST_PRICE: i64 = 1 << 44;
const LARGEST_STEP: f64 = 1e13;
