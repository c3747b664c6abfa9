//! Which numbers of packs are considered.
//!
//! Every number between the fewest and the most that could make sense, less those that cannot be part
//! of a cheapest basket: packs that are bought beyond the requirement only to change what the order
//! costs, and cost more than the order could ever change by. Where too many are left, a part is.

use crate::{
    sourcing::basket::Mode,
    unit::{Invalid, distinct},
};

/// What decides how many packs of an offer could make sense for a line.
#[derive(Clone, Debug)]
pub(super) struct Range {
    /// The fewest that are sold, or that cover the line where it has to be covered by one source.
    pub(super) fewest: u64,
    /// The most that there are or may be bought.
    pub(super) most: Option<u64>,
    /// Only multiples of this number are sold; one or more.
    pub(super) multiple: u64,
    /// Numbers from which on a pack may cost less: the fewest that cover the line and that reach each
    /// price break above it, and the end of a contract. Ascending.
    pub(super) breaks: Vec<u64>,
    /// The fewest that cover the line.
    pub(super) covering: u64,
    /// Whether more may be bought than `breaks` and thresholds ask for: up to `most`.
    pub(super) all: bool,
}

/// A number of packs, priced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub(super) packs: u64,
    pub(super) cost: i64,
    pub(super) value: i64,
    pub(super) weight: i64,
    /// Cost less what surplus is worth.
    pub(super) net: i64,
}

/// The numbers considered, ascending, and whether some were left out that could have made sense.
pub(super) struct Counts {
    pub(super) counted: Vec<Counted>,
    pub(super) thinned: bool,
}

/// Thresholds further away than this many packs are out of reach.
const MOST_PACKS: u64 = 100_000_000;
/// Prices are rounded, so that a pack more may cost a few minor units less than the last one did.
const ROUNDING: i128 = 20;

/// Prices every number of packs that could make sense, `at_most` of them if there are more.
///
/// `prune` says that what an order costs can only change by the difference of its modes, which is not
/// so where the values of orders are compared with each other.
pub(super) fn counts(
    range: &Range,
    modes: &[Mode],
    prune: bool,
    at_most: usize,
    price: impl Fn(u64) -> Result<Counted, Invalid>,
) -> Result<Counts, Invalid> {
    // Ascending.
    let mut known: Vec<Counted> = Vec::new();
    let mut price = |packs: u64| match known.binary_search_by_key(&packs, |counted| counted.packs) {
        Ok(place) => Ok(known[place]),
        Err(place) => {
            let counted = price(packs)?;
            known.insert(place, counted);
            Ok(counted)
        }
    };
    let step = range.multiple.max(1);
    let up = |packs: u64| packs.max(1).div_ceil(step).saturating_mul(step);
    let fewest = up(range.fewest);
    let mut cap = up(range.covering).max(fewest);
    for &at in &range.breaks {
        // A break that far away that its price does not fit is out of reach.
        if price(up(at)).is_ok() {
            cap = cap.max(up(at));
        }
    }
    let alone = reach_thresholds(modes, fewest, step, &mut price)?;
    cap = cap.max(alone);
    if let Some(most) = range.most {
        let most = most / step * step;
        cap = if range.all { most } else { cap.min(most) };
    }
    while cap > fewest && price(cap).is_err() {
        cap = (cap / 2 / step * step).max(fewest);
    }
    if cap < fewest {
        return Ok(Counts { counted: Vec::new(), thinned: false });
    }

    // Stretches within which a pack more never costs less, but for rounding and for surplus that is
    // worth more than it costs.
    let mut starts = vec![fewest];
    let further = range.breaks.iter().copied().chain([range.covering, alone]).map(up);
    starts.extend(further.filter(|at| (fewest..=cap).contains(at)));
    let starts = distinct(starts);
    let bar = if prune { worth_of_thresholds(modes) } else { None };
    let accepted = accepted_alone(modes, up(range.covering).max(fewest), cap, step, &mut price)?;
    let bar = match (bar, accepted) {
        (Some((worth, rate)), Some(base)) => {
            let base = price(base)?;
            Some((base.packs, net(&base, rate) + worth + ROUNDING, rate))
        }
        _ => None,
    };
    let mut stretches = Vec::with_capacity(starts.len());
    for (place, &start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).map_or(cap, |next| next - step);
        let last = match bar {
            Some((base, most, rate)) if end > base => {
                let first = start.max(base);
                last_within(first, end, step, |packs| Ok(net(&price(packs)?, rate) <= most))?
                    .or_else(|| (start < base).then_some(base - step))
            }
            _ => Some(end),
        };
        if let Some(last) = last.filter(|&last| last >= start) {
            stretches.push((start, last));
        }
    }

    let number = |&(start, last): &(u64, u64)| (last - start) / step + 1;
    let all: u64 = stretches.iter().map(number).sum();
    let at_most = at_most.max(8) as u64;
    let mut wanted = Vec::new();
    if all <= at_most {
        for &(start, last) in &stretches {
            wanted.extend((0..number(&(start, last))).map(|place| start + place * step));
        }
    } else {
        wanted = thin(&stretches, step, up(range.covering), at_most);
    }
    let counted = wanted.into_iter().map(price).collect::<Result<_, _>>()?;
    Ok(Counts { counted, thinned: all > at_most })
}

/// Half of them around the number that covers the line, the others evenly over all stretches, whose
/// ends are always among them.
fn thin(stretches: &[(u64, u64)], step: u64, covering: u64, at_most: u64) -> Vec<u64> {
    let mut wanted = Vec::new();
    for &(start, last) in stretches {
        wanted.extend([start, last]);
        let near = at_most / 2 * step;
        let from = start.max(covering.saturating_sub(near / 4).div_ceil(step) * step);
        let to = last.min(covering.saturating_add(near / 4 * 3));
        let mut packs = from;
        while packs <= to {
            wanted.push(packs);
            packs += step;
        }
        let grid = (at_most / 2 / stretches.len() as u64).max(2);
        let stride = ((last - start) / step / grid).max(1) * step;
        let mut packs = start;
        while packs <= last {
            wanted.push(packs);
            packs += stride;
        }
    }
    distinct(wanted)
}

fn net(counted: &Counted, rate: Mode) -> i128 {
    i128::from(counted.net) + i128::from(rate.on_value(counted.value))
}

/// By how much an order's modes differ, and what they all charge on values; none where they do not
/// charge the same.
fn worth_of_thresholds(modes: &[Mode]) -> Option<(i128, Mode)> {
    let first = *modes.first()?;
    let costs = modes.iter().map(|mode| i128::from(mode.cost));
    let worth = costs.clone().max()? - costs.min()?;
    modes.iter().all(|mode| mode.rate == first.rate).then_some((worth, first))
}

/// The fewest packs, at least so many, of which an order alone is accepted whatever it weighs; none
/// where that is beyond the cap, or accepted orders have to be small.
fn accepted_alone(
    modes: &[Mode],
    from: u64,
    cap: u64,
    step: u64,
    price: &mut impl FnMut(u64) -> Result<Counted, Invalid>,
) -> Result<Option<u64>, Invalid> {
    let Some(least) = modes.iter().map(|mode| mode.value.least).min() else { return Ok(None) };
    if from > cap {
        return Ok(None);
    }
    first_within(from, cap, step, |packs| Ok(price(packs)?.value >= least))
}

/// The fewest packs with which this line alone reaches every threshold of the order.
fn reach_thresholds(
    modes: &[Mode],
    fewest: u64,
    step: u64,
    price: &mut impl FnMut(u64) -> Result<Counted, Invalid>,
) -> Result<u64, Invalid> {
    let value = modes.iter().map(|mode| mode.value.least).max().unwrap_or(0);
    let weight = modes.iter().map(|mode| mode.weight.least).max().unwrap_or(0);
    let mut reached = |packs: u64| {
        let counted = price(packs)?;
        Ok((counted.value >= value || counted.value == 0)
            && (counted.weight >= weight || counted.weight == 0))
    };
    let mut end = fewest;
    while end < MOST_PACKS {
        match reached(end) {
            Ok(true) => return Ok(first_within(fewest, end, step, reached)?.unwrap_or(end)),
            Ok(false) => end = end.saturating_mul(2),
            // As far away that its price does not fit.
            Err(_) => break,
        }
    }
    Ok(fewest)
}

/// The first number of an arithmetic sequence for which something holds that holds for all later ones.
fn first_within(
    from: u64,
    to: u64,
    step: u64,
    mut holds: impl FnMut(u64) -> Result<bool, Invalid>,
) -> Result<Option<u64>, Invalid> {
    let (mut low, mut high) = (0, (to - from) / step + 1);
    let length = high;
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(from + middle * step)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok((low < length).then(|| from + low * step))
}

/// The last number of an arithmetic sequence for which something holds that holds for all earlier ones.
fn last_within(
    from: u64,
    to: u64,
    step: u64,
    mut holds: impl FnMut(u64) -> Result<bool, Invalid>,
) -> Result<Option<u64>, Invalid> {
    let first_beyond = first_within(from, to, step, |packs| Ok(!holds(packs)?))?;
    Ok(match first_beyond {
        Some(beyond) if beyond == from => None,
        Some(beyond) => Some(beyond - step),
        None => Some(from + (to - from) / step * step),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sourcing::basket::Span;

    fn mode(cost: i64, least: i64) -> Mode {
        let value = Span { least, most: i64::MAX };
        Mode { cost, rate: 0, value, weight: Span::ALL }
    }

    fn range(covering: u64) -> Range {
        Range { fewest: 1, most: None, multiple: 1, breaks: Vec::new(), covering, all: false }
    }

    /// Packs at ten units of money each.
    #[expect(clippy::unnecessary_wraps, reason = "it stands for pricing, which can fail")]
    fn ten(packs: u64) -> Result<Counted, Invalid> {
        let cost = 10 * i64::try_from(packs).unwrap();
        Ok(Counted { packs, cost, value: cost, weight: 0, net: cost })
    }

    fn packs(counts: &Counts) -> Vec<u64> {
        counts.counted.iter().map(|counted| counted.packs).collect()
    }

    #[test]
    fn no_more_than_a_threshold_can_be_worth() {
        // Free of freight from 1,000: a hundred packs of this line alone, but freight is only 30.
        let modes = [mode(30, 0), mode(0, 1_000)];
        let found = counts(&range(4), &modes, true, 1_000, ten).unwrap();
        assert!(!found.thinned);
        // Three packs pay for it, and two for rounding.
        assert_eq!(packs(&found), (1..=9).collect::<Vec<_>>());
        let all = counts(&range(4), &modes, false, 1_000, ten).unwrap();
        assert_eq!(packs(&all), (1..=100).collect::<Vec<_>>());
    }

    #[test]
    fn up_to_a_minimum_without_which_nothing_is_sold() {
        let found = counts(&range(4), &[mode(0, 200)], true, 1_000, ten).unwrap();
        assert_eq!(packs(&found), (1..=20).collect::<Vec<_>>());
        let multiple = Range { multiple: 5, ..range(4) };
        let found = counts(&multiple, &[mode(0, 200)], true, 1_000, ten).unwrap();
        assert_eq!(packs(&found), [5, 10, 15, 20]);
        let most = Range { most: Some(13), ..multiple };
        assert_eq!(packs(&counts(&most, &[mode(0, 200)], true, 1_000, ten).unwrap()), [5, 10]);
    }

    #[test]
    fn a_break_is_a_place_to_begin_again() {
        // From 50 on a pack costs seven.
        let price = |packs: u64| {
            let each = if packs < 50 { 10 } else { 7 };
            let cost = each * i64::try_from(packs).unwrap();
            Ok(Counted { packs, cost, value: cost, weight: 0, net: cost })
        };
        let range = Range { breaks: vec![50], ..range(40) };
        let found = counts(&range, &[mode(0, 0)], true, 1_000, price).unwrap();
        // 40 cost 400, 41 and 42 within rounding of it; 50 cost 350, and up to 60 cost no more.
        let expected: Vec<u64> = (1..=42).chain([50]).collect();
        assert_eq!(packs(&found), expected);
    }

    #[test]
    fn too_many_numbers_are_thinned_around_the_need() {
        let range = Range { most: Some(1_000_000), all: true, ..range(500) };
        let found = counts(&range, &[mode(0, 0)], false, 100, ten).unwrap();
        assert!(found.thinned);
        let packs = packs(&found);
        assert!(packs.len() <= 110, "{}", packs.len());
        assert!((490..535).all(|near| packs.contains(&near)));
        assert!(packs.contains(&1) && packs.contains(&1_000_000));
        assert!(packs.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
