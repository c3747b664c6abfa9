//! Which packs are the best of all that reach a value or fit into a truck.

use crate::{
    inventory::amount::float,
    unit::{Exact, math},
};
use rust_decimal::Decimal;

/// The quantities that can be ordered of each product, what each brings and takes.
pub(super) struct Menu {
    /// Of each product, from nothing up: what a quantity brings in money, and what it is of each
    /// measure.
    levels: Vec<Vec<(f64, Vec<Decimal>)>>,
    /// Of each measure, the most that may be ordered.
    at_most: Vec<Option<Decimal>>,
}

/// Quantities that were chosen, one of each product.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) chosen: Vec<usize>,
    /// Whether every other was compared.
    pub(super) is_best: bool,
    /// How much more it is worth than what was found pack by pack.
    pub(super) improvement: f64,
}

/// How many sets of packs are compared at most.
const MOST_COMPARED: u32 = 20_000;
/// How many products a comparison of all sets is tried for.
const MOST_PRODUCTS: usize = 32;
/// Differences in money that are rounding.
const NOTHING: f64 = 1e-9;

impl Menu {
    pub(super) fn new(
        levels: Vec<Vec<(f64, Vec<Decimal>)>>,
        at_most: Vec<Option<Decimal>>,
    ) -> Self {
        Self { levels, at_most }
    }

    pub(super) fn total(&self, chosen: &[usize], measure: usize) -> Decimal {
        let of = |(levels, &level): (&Vec<(f64, Vec<Decimal>)>, &usize)| levels[level].1[measure];
        self.levels.iter().zip(chosen).map(of).fold(Decimal::ZERO, Decimal::plus)
    }

    pub(super) fn worth(&self, chosen: &[usize]) -> f64 {
        math::sum(self.levels.iter().zip(chosen).map(|(levels, &level)| levels[level].0))
    }

    /// The most useful packs that bring a measure to an amount, none of them unneeded; none when no
    /// set of packs does.
    pub(super) fn reaching(
        &self,
        from: &[usize],
        measure: usize,
        amount: Decimal,
    ) -> Option<Choice> {
        let found = self.add(from, measure, amount);
        let to: Vec<usize> = self.levels.iter().map(|levels| levels.len() - 1).collect();
        let is_needed = |chosen: &[usize]| {
            let total = self.total(chosen, measure);
            let over =
                |index: usize| total.minus(self.step(index, chosen[index] - 1, measure)) >= amount;
            !(0..chosen.len()).any(|index| chosen[index] > from[index] && over(index))
        };
        let reach = Some((measure, amount));
        self.better(found, Search { menu: self, from, to: &to, reach, accepts: &is_needed })
    }

    /// The packs that fit, the most useful first, until no more fits: a measure reaches at most an
    /// amount.
    pub(super) fn filled(&self, from: &[usize], measure: usize, amount: Decimal) -> Choice {
        let mut chosen = from.to_vec();
        loop {
            let room = amount.minus(self.total(&chosen, measure));
            let fits = |index: usize, level: usize| self.step(index, level, measure) <= room;
            let Some(index) = self.most_useful(&chosen, measure, None, fits) else { break };
            chosen[index] += 1;
        }
        Choice { chosen, is_best: false, improvement: 0.0 }
    }

    /// What is left when the least useful packs are taken off so that every limit is kept; none when
    /// it is kept as it is.
    pub(super) fn without_excess(&self, from: &[usize]) -> Option<Choice> {
        if self.fits(from) {
            return None;
        }
        let mut chosen = from.to_vec();
        while !self.fits(&chosen) {
            let measure = self.fullest(&chosen);
            let mut least: Option<(f64, usize)> = None;
            for (index, level) in chosen.iter().enumerate() {
                let Some(below) = level.checked_sub(1) else { continue };
                let share = float(self.step(index, below, measure));
                if share <= 0.0 {
                    continue;
                }
                let useful = self.gain(index, below) / share;
                if least.is_none_or(|(other, _)| useful < other) {
                    least = Some((useful, index));
                }
            }
            let (_, index) = least?;
            chosen[index] -= 1;
        }
        // A large pack that came off may have made room for smaller ones that came off before it.
        while let Some(index) = self.returns(&chosen, from) {
            chosen[index] += 1;
        }
        let nothing = vec![0; from.len()];
        let is_full = |chosen: &[usize]| self.returns(chosen, from).is_none();
        let search =
            Search { menu: self, from: &nothing, to: from, reach: None, accepts: &is_full };
        self.better(Some(chosen), search)
    }

    /// The measure that is over its limit, or nearest to it, by the largest part.
    pub(super) fn fullest(&self, chosen: &[usize]) -> usize {
        let mut fullest = (f64::NEG_INFINITY, 0);
        for (measure, limit) in self.at_most.iter().enumerate() {
            let Some(limit) = limit else { continue };
            let part = float(self.total(chosen, measure)) / float(*limit).max(f64::MIN_POSITIVE);
            if part > fullest.0 {
                fullest = (part, measure);
            }
        }
        fullest.1
    }

    fn fits(&self, chosen: &[usize]) -> bool {
        self.at_most
            .iter()
            .enumerate()
            .all(|(measure, limit)| limit.is_none_or(|limit| self.total(chosen, measure) <= limit))
    }

    /// The most useful pack of those that were taken off that fits again.
    fn returns(&self, chosen: &[usize], from: &[usize]) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for index in (0..chosen.len()).filter(|&index| chosen[index] < from[index]) {
            let gain = self.gain(index, chosen[index]);
            if best.is_none_or(|(most, _)| gain > most) && self.has_room(chosen, index) {
                best = Some((gain, index));
            }
        }
        best.map(|(_, index)| index)
    }

    /// Whether the next pack of a product keeps every limit.
    fn has_room(&self, chosen: &[usize], index: usize) -> bool {
        self.at_most.iter().enumerate().all(|(measure, limit)| {
            limit.is_none_or(|limit| {
                let more = self.step(index, chosen[index], measure);
                self.total(chosen, measure).plus(more) <= limit
            })
        })
    }

    /// What the pack above a level brings.
    fn gain(&self, index: usize, level: usize) -> f64 {
        self.levels[index][level + 1].0 - self.levels[index][level].0
    }

    /// What the pack above a level is of a measure.
    fn step(&self, index: usize, level: usize, measure: usize) -> Decimal {
        self.levels[index][level + 1].1[measure] - self.levels[index][level].1[measure]
    }

    /// The product whose next pack brings most for its part of a measure. A pack that costs more than
    /// it saves counts only with the part that is still missing.
    fn most_useful(
        &self,
        chosen: &[usize],
        measure: usize,
        missing: Option<Decimal>,
        fits: impl Fn(usize, usize) -> bool,
    ) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for (index, &level) in chosen.iter().enumerate() {
            if level + 1 >= self.levels[index].len() || !self.has_room(chosen, index) {
                continue;
            }
            let share = self.step(index, level, measure);
            if share <= Decimal::ZERO || !fits(index, level) {
                continue;
            }
            let gain = self.gain(index, level);
            let counted = if gain < 0.0 { missing.map_or(share, |m| m.min(share)) } else { share };
            let useful = gain / float(counted);
            if best.is_none_or(|(most, _)| useful > most) {
                best = Some((useful, index));
            }
        }
        best.map(|(_, index)| index)
    }

    /// Adds the most useful packs one by one, then takes off what is not needed after all.
    fn add(&self, from: &[usize], measure: usize, amount: Decimal) -> Option<Vec<usize>> {
        let mut chosen = from.to_vec();
        loop {
            let missing = amount.minus(self.total(&chosen, measure));
            if missing <= Decimal::ZERO {
                break;
            }
            let index = self.most_useful(&chosen, measure, Some(missing), |_, _| true)?;
            chosen[index] += 1;
        }
        loop {
            let spare = self.total(&chosen, measure).minus(amount);
            let unneeded = (0..chosen.len()).filter(|&index| {
                chosen[index] > from[index] && self.step(index, chosen[index] - 1, measure) <= spare
            });
            let gain = |index: usize| self.gain(index, chosen[index] - 1);
            let Some(index) = unneeded.min_by(|&a, &b| gain(a).total_cmp(&gain(b))) else { break };
            chosen[index] -= 1;
        }
        Some(chosen)
    }

    /// The better of what was found pack by pack and what a comparison of all sets finds.
    fn better(&self, found: Option<Vec<usize>>, search: Search<'_>) -> Option<Choice> {
        let pack_by_pack = found.as_deref().map(|chosen| self.worth(chosen));
        if self.levels.len() > MOST_PRODUCTS {
            return found.map(|chosen| Choice { chosen, is_best: false, improvement: 0.0 });
        }
        let mut run = Run::new(search, found);
        run.visit(0);
        let is_best = run.left > 0;
        let chosen = run.best?;
        let improvement = self.worth(&chosen) - pack_by_pack.unwrap_or_else(|| self.worth(&chosen));
        let improvement = if improvement > NOTHING { improvement } else { 0.0 };
        Some(Choice { chosen, is_best, improvement })
    }
}

/// What is searched for: quantities of each product between two, worth the most of those that reach
/// an amount, keep every limit and are accepted.
struct Search<'a> {
    menu: &'a Menu,
    from: &'a [usize],
    to: &'a [usize],
    reach: Option<(usize, Decimal)>,
    accepts: &'a dyn Fn(&[usize]) -> bool,
}

/// A depth-first search that leaves out what cannot be better (branch and bound).
struct Run<'a> {
    search: Search<'a>,
    chosen: Vec<usize>,
    totals: Vec<Decimal>,
    worth: f64,
    best: Option<Vec<usize>>,
    best_worth: f64,
    /// From each product on: the most that is gained, what can be added of the measure to be reached,
    /// and the least that a unit of it costs.
    gains: Vec<f64>,
    reserves: Vec<Decimal>,
    rates: Vec<f64>,
    /// What the largest pack is of it.
    largest: f64,
    left: u32,
}

impl<'a> Run<'a> {
    fn new(search: Search<'a>, best: Option<Vec<usize>>) -> Self {
        let Search { menu, from, to, reach, .. } = search;
        let count = from.len();
        let mut gains = vec![0.0; count + 1];
        let mut reserves = vec![Decimal::ZERO; count + 1];
        let mut rates = vec![f64::NEG_INFINITY; count + 1];
        let mut largest = 0.0_f64;
        for index in (0..count).rev() {
            let levels = &menu.levels[index];
            let (start, measures) = &levels[from[index]];
            let (mut gain, mut rate) = (0.0_f64, rates[index + 1]);
            for (worth, more) in &levels[from[index]..=to[index]] {
                gain = gain.max(worth - start);
                if let Some((measure, _)) = reach
                    && more[measure] > measures[measure]
                {
                    rate = rate.max((worth - start) / float(more[measure] - measures[measure]));
                }
            }
            gains[index] = gains[index + 1] + gain;
            rates[index] = rate;
            if let Some((measure, _)) = reach {
                let reserve = levels[to[index]].1[measure] - measures[measure];
                reserves[index] = reserves[index + 1].plus(reserve);
                for level in from[index]..to[index] {
                    largest = largest.max(float(menu.step(index, level, measure)));
                }
            }
        }
        let totals = (0..menu.at_most.len()).map(|measure| menu.total(from, measure)).collect();
        Self {
            chosen: from.to_vec(),
            totals,
            worth: menu.worth(from),
            best_worth: best.as_deref().map_or(f64::NEG_INFINITY, |best| menu.worth(best)),
            best,
            gains,
            reserves,
            rates,
            largest,
            left: MOST_COMPARED,
            search,
        }
    }

    fn visit(&mut self, index: usize) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return;
        }
        let Search { menu, from, to, reach, accepts } = self.search;
        let missing =
            reach.map_or(Decimal::ZERO, |(measure, amount)| amount.minus(self.totals[measure]));
        if missing > self.reserves[index] {
            return;
        }
        if index == from.len() {
            if self.worth > self.best_worth + NOTHING && accepts(&self.chosen) {
                self.best_worth = self.worth;
                self.best = Some(self.chosen.clone());
            }
            return;
        }
        // Each unit of what is missing brings at most, or costs at least, what the best one does. No
        // pack is unneeded, so less than the largest is added beyond what is missing.
        let mut bound = self.worth + self.gains[index];
        if reach.is_some() && self.rates[index] > f64::NEG_INFINITY {
            let missing = float(missing);
            let rate = self.rates[index];
            let added = if rate > 0.0 { missing + self.largest } else { missing.max(0.0) };
            bound = bound.min(self.worth + added * rate);
        }
        if bound <= self.best_worth + NOTHING {
            return;
        }
        let (worth, totals) = (self.worth, self.totals.clone());
        let (start, measures) = &menu.levels[index][from[index]];
        for level in from[index]..=to[index] {
            let (other, more) = &menu.levels[index][level];
            for (measure, total) in self.totals.iter_mut().enumerate() {
                *total = totals[measure].plus(more[measure].minus(measures[measure]));
            }
            let is_over = |(total, limit): (&Decimal, &Option<Decimal>)| {
                limit.is_some_and(|limit| *total > limit)
            };
            if level > from[index] && self.totals.iter().zip(&menu.at_most).any(is_over) {
                break;
            }
            self.worth = worth + (other - start);
            self.chosen[index] = level;
            self.visit(index + 1);
        }
        self.worth = worth;
        self.totals = totals;
        self.chosen[index] = from[index];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    /// Every set of packs between two.
    fn all(from: &[usize], to: &[usize]) -> Vec<Vec<usize>> {
        let mut sets = vec![Vec::new()];
        for (from, to) in from.iter().zip(to) {
            let mut longer = Vec::new();
            for set in &sets {
                longer.extend((*from..=*to).map(|level| [&set[..], &[level]].concat()));
            }
            sets = longer;
        }
        sets
    }

    /// Levels whose packs bring more or less by chance and are of two measures.
    fn menu(random: &mut Random, products: usize, limits: [Option<Decimal>; 2]) -> Menu {
        let mut levels = Vec::new();
        for _ in 0..products {
            let each: [u64; 2] = [1 + random.below(9) as u64, 1 + random.below(9) as u64];
            let mut worth = 0.0;
            let mut product = Vec::new();
            for level in 0..4_u64 {
                product.push((worth, each.map(|each| Decimal::from(each * level)).to_vec()));
                worth += random.fraction() * 6.0 - 4.0;
            }
            levels.push(product);
        }
        Menu::new(levels, limits.to_vec())
    }

    #[test]
    fn no_set_of_packs_reaches_an_amount_for_less() {
        let mut random = Random::new(21);
        let (mut reached, mut improved) = (0, 0);
        for _ in 0..300 {
            let limit = Decimal::from(20 + random.below(40));
            let menu = menu(&mut random, 4, [None, Some(limit)]);
            let from = [0, random.below(2), 0, 0];
            let amount = Decimal::from(5 + random.below(60));
            let enough = |set: &[usize]| menu.fits(set) && menu.total(set, 0) >= amount;
            let needed = |set: &Vec<usize>| {
                enough(set)
                    && (0..4).all(|index| {
                        let mut less = set.clone();
                        less[index] = less[index].wrapping_sub(1);
                        set[index] == from[index] || menu.total(&less, 0) < amount
                    })
            };
            let sets = all(&from, &[3; 4]).into_iter().filter(needed);
            let best = sets.map(|set| menu.worth(&set)).max_by(f64::total_cmp);
            let found = menu.reaching(&from, 0, amount);
            assert_eq!(best.is_some(), found.is_some());
            let Some((best, found)) = best.zip(found) else { continue };
            assert!(found.is_best && needed(&found.chosen));
            assert!((menu.worth(&found.chosen) - best).abs() < 1e-9);
            reached += 1;
            improved += usize::from(found.improvement > 0.0);
        }
        // Pack by pack is often, but not always, as good.
        assert!(reached > 100 && improved > 0 && improved < reached / 2, "{improved} of {reached}");
    }

    #[test]
    fn no_set_of_packs_that_fits_is_worth_more() {
        let mut random = Random::new(22);
        for _ in 0..300 {
            let limits = [10 + random.below(60), 10 + random.below(60)];
            let menu = menu(&mut random, 4, limits.map(|limit| Some(Decimal::from(limit))));
            let from = [3, 2, 3, 1];
            let Some(found) = menu.without_excess(&from) else {
                assert!(menu.fits(&from));
                continue;
            };
            let full = |set: &Vec<usize>| menu.fits(set) && menu.returns(set, &from).is_none();
            let sets = all(&[0; 4], &from).into_iter().filter(full);
            let best = sets.map(|set| menu.worth(&set)).max_by(f64::total_cmp).unwrap();
            assert!(found.is_best && full(&found.chosen));
            assert!((menu.worth(&found.chosen) - best).abs() < 1e-9);
        }
    }

    #[test]
    fn many_products_are_added_pack_by_pack() {
        let mut random = Random::new(23);
        let menu = menu(&mut random, 200, [None, None]);
        let found = menu.reaching(&[0; 200], 0, Decimal::from(900)).unwrap();
        assert!(!found.is_best && menu.total(&found.chosen, 0) >= Decimal::from(900));
        assert!(menu.reaching(&[0; 200], 0, Decimal::from(9000)).is_none());
        let filled = menu.filled(&[0; 200], 1, Decimal::from(100));
        let total = menu.total(&filled.chosen, 1);
        assert!(total <= Decimal::ONE_HUNDRED && total > Decimal::from(98));
    }
}
