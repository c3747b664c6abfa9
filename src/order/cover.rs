//! The cheapest few packs that bring an order to a threshold.

use crate::unit::sort_by;

/// A number of packs more of one offer, in minor units and grams.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Step {
    /// Packs that are then bought altogether.
    pub(super) packs: u64,
    /// Packs among them that are added.
    pub(super) added: u64,
    /// How much nearer the order comes to thresholds of value; below zero where a price break makes
    /// more packs cheaper than fewer.
    pub(super) value: i64,
    /// The same for thresholds of weight.
    pub(super) weight: i64,
    /// What the lines cost more, goods and their charges.
    pub(super) outlay: i64,
}

/// What a threshold is reached by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gap {
    /// This much more goods.
    Value(i64),
    /// This much more weight.
    Weight(i64),
}

/// Places of an offer and of one of its steps.
pub(super) type Taken = (usize, usize);

impl Gap {
    fn least(self) -> i64 {
        match self {
            Self::Value(least) | Self::Weight(least) => least,
        }
    }

    /// How much more goods, where it is those.
    pub(super) fn value(self) -> i64 {
        if let Self::Value(least) = self { least } else { 0 }
    }

    /// How much more weight, where it is that.
    pub(super) fn weight(self) -> i64 {
        if let Self::Weight(least) = self { least } else { 0 }
    }

    fn gain(self, step: &Step) -> i64 {
        match self {
            Self::Value(_) => step.value,
            Self::Weight(_) => step.weight,
        }
    }
}

/// The steps of one or two offers that close a gap at the least outlay; of equal ones those with
/// the fewest packs, then one offer before two, then the first offers.
///
/// Exact over all steps of the tables: every step of each offer, and every pair of steps of two
/// offers. For two tables of n steps a pair takes n searches among n sorted gains, since of all
/// steps that gain enough only the cheapest matters.
pub(super) fn cheapest_cover(tables: &[Vec<Step>], gap: Gap) -> Option<Vec<Taken>> {
    let ranked: Vec<Ranked> = tables.iter().map(|table| Ranked::new(table, gap)).collect();
    let mut best: Option<((i64, u64), Vec<Taken>)> = None;
    let mut offer = |cost: (i64, u64), taken: &[Taken]| {
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, taken.to_vec()));
        }
    };
    for (place, ranked) in ranked.iter().enumerate() {
        if let Some(step) = ranked.cheapest(gap.least()) {
            offer(cost(&tables[place][step]), &[(place, step)]);
        }
    }
    for (first, table) in tables.iter().enumerate() {
        for (second, ranked) in ranked.iter().enumerate().skip(first + 1) {
            for (place, step) in table.iter().enumerate() {
                let rest = gap.least().saturating_sub(gap.gain(step));
                if let Some(other) = ranked.cheapest(rest) {
                    let (a, b) = (cost(step), cost(&tables[second][other]));
                    let both = (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
                    offer(both, &[(first, place), (second, other)]);
                }
            }
        }
    }
    best.map(|(_, taken)| taken)
}

fn cost(step: &Step) -> (i64, u64) {
    (step.outlay, step.added)
}

/// Steps of an offer by what they gain.
#[derive(Debug)]
struct Ranked {
    /// Gains, the largest first, and the cheapest step that gains as much or more.
    gains: Vec<(i64, usize)>,
}

impl Ranked {
    fn new(table: &[Step], gap: Gap) -> Self {
        let mut gains: Vec<(i64, usize)> =
            table.iter().enumerate().map(|(place, step)| (gap.gain(step), place)).collect();
        sort_by(&mut gains, |a, b| b.0.cmp(&a.0));
        let mut cheapest: Option<usize> = None;
        for (_, place) in &mut gains {
            let better = cheapest.filter(|&step| cost(&table[step]) <= cost(&table[*place]));
            *place = better.unwrap_or(*place);
            cheapest = Some(*place);
        }
        Self { gains }
    }

    fn cheapest(&self, least: i64) -> Option<usize> {
        let enough = self.gains.partition_point(|&(gain, _)| gain >= least);
        enough.checked_sub(1).map(|last| self.gains[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;

    /// Every step alone and every pair, one after the other.
    fn by_trying(tables: &[Vec<Step>], gap: Gap) -> Option<(i64, u64)> {
        let mut best: Option<(i64, u64)> = None;
        let mut offer = |steps: &[&Step]| {
            if steps.iter().map(|step| gap.gain(step)).sum::<i64>() >= gap.least() {
                let found = (
                    steps.iter().map(|step| step.outlay).sum(),
                    steps.iter().map(|step| step.added).sum(),
                );
                best = Some(best.map_or(found, |least| least.min(found)));
            }
        };
        for (place, table) in tables.iter().enumerate() {
            for step in table {
                offer(&[step]);
                for other in tables[place + 1..].iter().flatten() {
                    offer(&[step, other]);
                }
            }
        }
        best
    }

    #[test]
    fn nothing_of_one_or_two_offers_costs_less() {
        let mut random = Random::new(5);
        let (mut pairs, mut none) = (0, 0);
        for case in 0..2_000 {
            let mut number = |end: usize| i64::try_from(random.below(end)).unwrap();
            let tables: Vec<Vec<Step>> = (0..=number(4))
                .map(|_| {
                    let (price, charge) = (1 + number(300), number(30));
                    let length = 1 + number(12);
                    let cheaper_from = number(12);
                    (1..=length)
                        .map(|count| {
                            // A price break for all units lets the value fall where it begins.
                            let price = if count >= cheaper_from { price * 2 / 3 } else { price };
                            let count_packs = u64::try_from(count).unwrap();
                            Step {
                                packs: count_packs + 3,
                                added: count_packs,
                                value: price * count - 40,
                                weight: 70 * count,
                                outlay: (price + charge) * count - 40,
                            }
                        })
                        .collect()
                })
                .collect();
            let least = 1 + number(2_000);
            let gap = if case % 3 == 0 { Gap::Weight(least) } else { Gap::Value(least) };
            let taken = cheapest_cover(&tables, gap);
            let found = taken.as_ref().map(|taken| {
                let steps: Vec<&Step> = taken.iter().map(|&(at, step)| &tables[at][step]).collect();
                assert!(steps.iter().map(|step| gap.gain(step)).sum::<i64>() >= least);
                pairs += u32::from(steps.len() == 2);
                (
                    steps.iter().map(|step| step.outlay).sum::<i64>(),
                    steps.iter().map(|step| step.added).sum::<u64>(),
                )
            });
            none += u32::from(found.is_none());
            assert_eq!(found, by_trying(&tables, gap), "{case}: {gap:?} {tables:?}");
        }
        assert!(pairs > 200 && none > 100, "{pairs} {none}");
    }
}
