//! Who gets what of stock that does not do for all.

use super::{Checked, Location, check_all, percent};
use crate::{
    inventory::{
        Term,
        amount::{float, too_large},
    },
    unit::{Exact, Invalid, LocationId, Probability, Quantity},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What each location is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct StockAllocation {
    /// One answer a location, in the order in which they were given.
    pub shares: Vec<Result<LocationShare, Invalid>>,
    /// What stays at the warehouse.
    pub left: Quantity,
}

/// What one location is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct LocationShare {
    /// The location.
    pub location: LocationId,
    /// What it is sent; zero or more.
    pub quantity: Quantity,
    /// What would bring it to its level, in what can be sent to it.
    pub wanted: Quantity,
    /// How likely it does not run out if it is sent nothing.
    pub service_before: Probability,
    /// How likely it does not run out with what it is sent.
    pub service_after: Probability,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// What becomes of stock that is less than the next location in turn can be sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Leftover {
    /// It waits at the warehouse for that location. More stock at the warehouse then never means less
    /// for anybody.
    #[default]
    Kept,
    /// It goes to the next in turn that can be sent so little.
    PassedOn,
}

/// Allocates stock so that every location is as likely as every other not to run out until it is sent
/// more, and none gets more than what brings it to its own service level.
///
/// The least chance goes up first, pack by pack: the fair share of Eppen and Schrage ("Centralized
/// ordering policies in a multi-warehouse system with lead times and random demand", 1981), here with
/// any distribution, packs and smallest quantities. What is owed comes before what may be wanted, the
/// same part of it everywhere. Between two possible demands the chance is taken to rise evenly. Of
/// equal chances the earlier need comes first, then the name of the location.
///
/// Nothing is lost or invented: what is sent and what is left are `available`, to the last decimal.
///
/// # Errors
///
/// When `available` is negative. For one location, the others being answered: another unit than that
/// of `available`, a location given twice, a service level that is not between 0 and 1, a pack that
/// is not above zero, a negative smallest quantity.
///
/// ```
/// use replenish::{
///     forecast::DemandDistribution,
///     inventory::{Leftover, Location, allocate_stock},
///     unit::{LocationId, Probability},
/// };
/// let demand = DemandDistribution::from_weighted((1..=10).map(|d| (f64::from(d), 0.1)).collect());
/// let location = |name: &str, position: &str| -> Result<_, replenish::unit::Invalid> {
///     Ok(Location {
///         location: LocationId::new(name)?,
///         position: position.parse()?,
///         demand: &demand,
///         service_level: Probability::new(0.9)?,
///         order_multiple: None,
///         minimum_quantity: None,
///         need_by: None,
///     })
/// };
/// let locations = [location("north", "1 each")?, location("south", "4 each")?];
/// let allocation = allocate_stock("7 each".parse()?, &locations, Leftover::Kept)?;
/// let sent = |index: usize| allocation.shares[index].as_ref().unwrap().quantity.to_string();
/// assert_eq!((sent(0), sent(1)), ("5 each".into(), "2 each".into())); // both then have six
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn allocate_stock(
    available: Quantity,
    locations: &[Location<'_>],
    leftover: Leftover,
) -> Result<StockAllocation, Invalid> {
    if available.is_negative() {
        let expected = "a quantity of zero or more";
        return Err(Invalid::new("quantity_negative", expected, available).at("available"));
    }
    let unit = available.unit();
    let mut turns = Vec::new();
    let mut shares: Vec<Result<usize, Invalid>> = Vec::new();
    for checked in check_all(unit, locations) {
        shares.push(checked.and_then(Turn::new).map(|turn| {
            turns.push(turn);
            turns.len() - 1
        }));
    }
    let left = share_out(available.amount(), &mut turns, leftover);
    let answer = |index: usize| turns[index].answer(unit);
    Ok(StockAllocation {
        shares: shares.into_iter().map(|share| share.map(answer)).collect(),
        left: Quantity::new(left, unit),
    })
}

/// Sends packs in turn, the location with the least chance first, until the next does not fit.
fn share_out(available: Decimal, turns: &mut [Turn<'_>], leftover: Leftover) -> Decimal {
    let total_at = |turns: &[Turn<'_>], chance: f64| {
        let sent = |turn: &Turn<'_>| turn.size(turn.packs_to(chance));
        turns.iter().try_fold(Decimal::ZERO, |sum, turn| sum.checked_plus(sent(turn)))
    };
    let fits = |turns: &[Turn<'_>], chance: f64| {
        total_at(turns, chance).is_some_and(|total| total <= available)
    };
    // All packs up to a chance, those that are in turn before it is reached, are the start of the
    // sequence in which they would be sent one by one.
    let (mut low, mut high) = (NOTHING, EVERYTHING);
    if fits(turns, high) {
        low = high;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if fits(turns, middle) { low = middle } else { high = middle }
    }
    for turn in turns.iter_mut() {
        turn.send(turn.packs_to(low));
    }
    let mut left = available.minus(total_at(turns, low).unwrap_or_default());
    let mut waiting: Vec<usize> =
        (0..turns.len()).filter(|&index| turns[index].packs < turns[index].most).collect();
    while let Some(&next) = waiting.iter().min_by(|&&a, &&b| turns[a].compare(&turns[b])) {
        let others = waiting.iter().filter(|&&index| index != next);
        let second = others.min_by(|&&a, &&b| turns[a].compare(&turns[b])).copied();
        let turn = &turns[next];
        // As many in a row as are in turn before the next location is.
        let before_second = |packs: u64| {
            second.is_none_or(|second| {
                turn.compare_with(turn.chance(packs), &turns[second]) == Ordering::Less
            })
        };
        let in_turn = last(turn.packs, turn.most - 1, before_second) + 1;
        let sent_now = turn.size(turn.packs);
        let fitting = last(turn.packs, in_turn, |packs| turn.size(packs).minus(sent_now) <= left);
        left = left.minus(turn.size(fitting).minus(sent_now));
        turns[next].send(fitting);
        if fitting < in_turn {
            match leftover {
                Leftover::Kept => break,
                Leftover::PassedOn => waiting.retain(|&index| index != next),
            }
        } else if fitting == turns[next].most {
            waiting.retain(|&index| index != next);
        }
    }
    left
}

/// So many that what is left to be sent is a pack or so for each location.
const HALVINGS: u32 = 32;
/// Below every chance, and above.
const NOTHING: f64 = -1.0;
const EVERYTHING: f64 = 2.0;

/// The last number from `low` to `high` for which a condition holds that holds for `low` and, once it
/// fails, fails for ever.
fn last(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (low, high.max(low));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if holds(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

/// A location that waits for its next pack.
struct Turn<'a> {
    checked: Checked<'a>,
    /// Possible demands of zero or more and the share at or below each, ascending.
    shares: Vec<(f64, f64)>,
    /// Packs that bring it to its level, and those that it has been sent; the first may be larger.
    most: u64,
    packs: u64,
    /// The chance with those that it has been sent.
    reached: f64,
}

impl<'a> Turn<'a> {
    fn new(checked: Checked<'a>) -> Result<Self, Invalid> {
        let mut below = 0.0;
        let shares = checked.location.demand.demands().map(|(demand, share)| {
            below += share;
            (demand.max(0.0), below)
        });
        let shares = shares.collect();
        let Checked { position, level, step, first, .. } = checked;
        let most = match level.checked_minus(position) {
            Some(missing) if missing <= Decimal::ZERO => Some(0),
            Some(missing) if missing <= first => position.checked_plus(first).map(|_| 1),
            // One more pack than fits between the first and what is missing covers the rest.
            Some(missing) => missing.minus(first).checked_div(step).and_then(|packs| {
                let packs = packs.ceil().checked_plus(Decimal::ONE)?;
                let size = first.checked_plus(step.checked_times(packs)?)?;
                position.checked_plus(size).and(packs.to_u64())
            }),
            None => None,
        };
        let Some(most) = most else {
            let position = checked.location.position;
            let name = &checked.location.location;
            return Err(too_large(position).at("position").at(name));
        };
        let mut turn = Self { checked, shares, most, packs: 0, reached: 0.0 };
        turn.send(0);
        Ok(turn)
    }

    fn send(&mut self, packs: u64) {
        self.packs = packs;
        self.reached = self.chance(packs);
    }

    /// What a number of packs are together.
    fn size(&self, packs: u64) -> Decimal {
        match packs {
            0 => Decimal::ZERO,
            // INVARIANT: up to `most`, for which the product has been checked.
            _ => self.checked.first.plus(self.checked.step.times(Decimal::from(packs - 1))),
        }
    }

    /// The chance not to run out with so many packs; from -1 to 0 the part of what is owed that stays
    /// owed.
    fn chance(&self, packs: u64) -> f64 {
        let stock = float(self.checked.position.plus(self.size(packs)));
        if stock < 0.0 {
            return stock / float(-self.checked.position);
        }
        let index = self.shares.partition_point(|&(demand, _)| demand <= stock);
        let Some(&(above, reached)) = self.shares.get(index) else { return 1.0 };
        let (demand, share) = if index == 0 { (0.0, 0.0) } else { self.shares[index - 1] };
        share + (reached - share) * ((stock - demand) / (above - demand))
    }

    /// The fewest packs with which a chance is reached, or all.
    fn packs_to(&self, chance: f64) -> u64 {
        if self.most == 0 || self.chance(0) >= chance {
            return 0;
        }
        last(0, self.most - 1, |packs| self.chance(packs) < chance) + 1
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.compare_with(self.reached, other)
    }

    /// Which is in turn first, if this one has a chance.
    fn compare_with(&self, chance: f64, other: &Self) -> Ordering {
        let need = |turn: &Self| {
            let day = turn.checked.location.need_by;
            (day.is_none(), day)
        };
        let chance = chance.total_cmp(&other.reached);
        let name = self.checked.location.location.cmp(&other.checked.location.location);
        chance.then_with(|| need(self).cmp(&need(other))).then(name)
    }

    fn answer(&self, unit: crate::unit::Unit) -> LocationShare {
        let Checked { location, position, level, .. } = self.checked;
        let quantity = |amount: Decimal| Quantity::new(amount, unit);
        let (sent, wanted) = (quantity(self.size(self.packs)), quantity(self.size(self.most)));
        let service = |stock: Decimal| {
            let risk = location.demand.probability_above(float(stock)).value();
            Probability::new(1.0 - risk).unwrap_or(Probability::ZERO)
        };
        let (before, after) = (service(position), service(position.plus(sent.amount())));
        let term = |name: &'static str, value: String| Term { name: name.into(), value };
        let enough = percent(location.service_level);
        let terms = vec![
            term("position", location.position.to_string()),
            term("level", format!("{} (enough with {enough})", quantity(level))),
            term("wanted", wanted.to_string()),
            term("enough without it with", percent(before)),
            term("sent", sent.to_string()),
            term("enough with it with", percent(after)),
        ];
        LocationShare {
            location: location.location.clone(),
            quantity: sent,
            wanted,
            service_before: before,
            service_after: after,
            terms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::DemandDistribution,
        unit::{Random, Unit},
    };

    fn demand(random: &mut Random) -> DemandDistribution {
        let count = 1 + random.below(6);
        let step = |random: &mut Random| (random.below(30) as f64, 0.1 + random.fraction());
        DemandDistribution::from_weighted((0..count).map(|_| step(random)).collect())
    }

    fn each(amount: i64) -> Quantity {
        Quantity::new(amount.into(), Unit::EACH)
    }

    fn locations<'a>(
        demands: &'a [DemandDistribution],
        packs: bool,
        random: &mut Random,
    ) -> Vec<Location<'a>> {
        let small = |random: &mut Random, most: usize| i64::try_from(random.below(most)).unwrap();
        let mut made = Vec::new();
        for (index, demand) in demands.iter().enumerate() {
            made.push(Location {
                location: LocationId::new(&format!("l{index}")).unwrap(),
                position: each(small(random, 12) - 4),
                demand,
                service_level: Probability::new(0.95).unwrap(),
                order_multiple: packs.then(|| each(1 + small(random, 4))),
                minimum_quantity: packs.then(|| each(small(random, 8))),
                need_by: None,
            });
        }
        made
    }

    fn sent(allocation: &StockAllocation) -> Vec<Decimal> {
        allocation.shares.iter().map(|share| share.as_ref().unwrap().quantity.amount()).collect()
    }

    #[test]
    fn nothing_is_lost_and_more_never_means_less() {
        let mut random = Random::new(11);
        for round in 0..60 {
            let demands: Vec<_> = (0..=random.below(4)).map(|_| demand(&mut random)).collect();
            let locations = locations(&demands, round % 3 > 0, &mut random);
            let mut before = vec![Decimal::ZERO; locations.len()];
            for available in 0..70 {
                let kept = allocate_stock(each(available), &locations, Leftover::Kept).unwrap();
                let now = sent(&kept);
                let total: Decimal = now.iter().sum();
                assert_eq!(total + kept.left.amount(), Decimal::from(available));
                assert!(now.iter().zip(&before).all(|(now, before)| now >= before));
                for (share, location) in kept.shares.iter().zip(&locations) {
                    let LocationShare { quantity, wanted, .. } = share.as_ref().unwrap();
                    let step = location.order_multiple.unwrap_or(each(1)).amount();
                    let least = location.minimum_quantity.unwrap_or(each(0)).amount();
                    assert!((quantity.amount() % step).is_zero());
                    assert!(quantity.is_zero() || quantity.amount() >= least);
                    assert!(quantity.amount() <= wanted.amount());
                }
                before = now;
                let passed =
                    allocate_stock(each(available), &locations, Leftover::PassedOn).unwrap();
                assert!(passed.left.amount() <= kept.left.amount());
                let total: Decimal = sent(&passed).iter().sum();
                assert_eq!(total + passed.left.amount(), Decimal::from(available));
            }
        }
    }

    #[test]
    fn chances_are_equal_within_one_pack() {
        let mut random = Random::new(12);
        for round in 0..200 {
            let demands: Vec<_> = (0..5).map(|_| demand(&mut random)).collect();
            let locations = locations(&demands, round % 2 > 0, &mut random);
            let checked = check_all(Unit::EACH, &locations);
            let mut turns: Vec<_> =
                checked.into_iter().map(|checked| Turn::new(checked.unwrap()).unwrap()).collect();
            let available = Decimal::from(random.below(60));
            share_out(available, &mut turns, Leftover::Kept);
            for a in turns.iter().filter(|turn| turn.packs > 0) {
                for b in turns.iter().filter(|turn| turn.packs < turn.most) {
                    assert!(a.chance(a.packs - 1) <= b.chance(b.packs));
                }
            }
        }
    }

    #[test]
    fn no_other_division_lifts_the_least_chance_higher() {
        let mut random = Random::new(13);
        for _ in 0..100 {
            let demands: Vec<_> = (0..3).map(|_| demand(&mut random)).collect();
            let mut locations = locations(&demands, false, &mut random);
            for location in &mut locations {
                location.service_level = Probability::new(0.999).unwrap();
            }
            let checked = check_all(Unit::EACH, &locations);
            let mut turns: Vec<_> =
                checked.into_iter().map(|checked| Turn::new(checked.unwrap()).unwrap()).collect();
            let available = u64::try_from(random.below(25)).unwrap();
            share_out(available.into(), &mut turns, Leftover::Kept);
            let least = |packs: [u64; 3]| {
                let chances = turns.iter().zip(packs).map(|(turn, packs)| turn.chance(packs));
                chances.fold(f64::INFINITY, f64::min)
            };
            let ours = least([turns[0].packs, turns[1].packs, turns[2].packs]);
            for first in 0..=available.min(turns[0].most) {
                for second in 0..=(available - first).min(turns[1].most) {
                    let third = (available - first - second).min(turns[2].most);
                    assert!(least([first, second, third]) <= ours + 1e-12);
                }
            }
        }
    }

    #[test]
    fn large_amounts_in_thousandths_are_quick_and_exact() {
        let normal = DemandDistribution::normal(50_000.0, 9_000.0);
        let kg = |text: &str| -> Quantity { text.parse().unwrap() };
        let location = |name: &str, position: &str| Location {
            location: LocationId::new(name).unwrap(),
            position: kg(position),
            demand: &normal,
            service_level: Probability::new(0.99).unwrap(),
            order_multiple: Some(kg("0.001 kg")),
            minimum_quantity: None,
            need_by: None,
        };
        let locations = [location("a", "-12.5 kg"), location("b", "20000.001 kg")];
        let available = kg("61234.5671 kg");
        let allocation = allocate_stock(available, &locations, Leftover::Kept).unwrap();
        let [a, b] = sent(&allocation)[..] else { panic!("two") };
        assert_eq!(a + b + allocation.left.amount(), available.amount());
        assert_eq!(allocation.left, kg("0.0001 kg"));
        // Equal distributions, equal chances: equal stock.
        assert!((a - b - kg("20012.501 kg").amount()).abs() <= kg("0.002 kg").amount());
        let owing = [location("a", "-30 kg"), location("b", "-10 kg")];
        let little = allocate_stock(kg("20 kg"), &owing, Leftover::Kept).unwrap();
        assert_eq!(sent(&little), [kg("15 kg").amount(), kg("5 kg").amount()]);
    }

    #[test]
    fn bad_locations_are_named_and_the_others_answered() {
        let mut random = Random::new(1);
        let demands = [demand(&mut random), demand(&mut random), demand(&mut random)];
        let mut locations = locations(&demands, false, &mut random);
        locations[0].position = each(-5);
        locations[1].position = "3 kg".parse().unwrap();
        locations[2].location = locations[0].location.clone();
        let allocation = allocate_stock(each(5), &locations, Leftover::Kept).unwrap();
        let told = |index: usize| {
            let invalid = allocation.shares[index].as_ref().unwrap_err();
            (invalid.code, invalid.path.clone())
        };
        assert!(allocation.shares[0].is_ok());
        assert_eq!(told(1), ("unit_mixed", "locations[1].l1.position".to_owned()));
        assert_eq!(told(2), ("location_twice", "locations[2].location".to_owned()));
        let error = allocate_stock(each(-1), &locations, Leftover::Kept).unwrap_err();
        assert_eq!(error.path, "available");
        for service_level in [0.0, 1.0] {
            locations[0].service_level = Probability::new(service_level).unwrap();
            let allocation = allocate_stock(each(5), &locations, Leftover::Kept).unwrap();
            let invalid = allocation.shares[0].as_ref().unwrap_err();
            assert_eq!(invalid.code, "service_level_out_of_range");
        }
    }

    #[test]
    fn of_equal_chances_the_earlier_need_comes_first() {
        let certain = DemandDistribution::from_weighted(vec![(4.0, 1.0)]);
        let mut random = Random::new(2);
        let demands = [certain.clone(), certain];
        let mut locations = locations(&demands, false, &mut random);
        for (location, day) in locations.iter_mut().zip(["2026-02-02", "2026-02-01"]) {
            location.position = each(0);
            location.need_by = day.parse().ok();
        }
        let allocation = allocate_stock(each(3), &locations, Leftover::Kept).unwrap();
        assert_eq!(sent(&allocation), [Decimal::ONE, Decimal::TWO]);
    }
}
