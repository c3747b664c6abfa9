//! Sorting, compiled once.

use std::{cmp::Ordering, collections::BTreeMap};

/// Sorts in place, equal items keeping their sequence.
///
/// The standard library's sort is compiled anew for every type and comparison, several kilobytes
/// each time; this one sorts positions, so there is one copy in the whole engine. For long columns
/// of numbers, where a call for each comparison would cost, use the standard one.
pub(crate) fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    for (a, b) in swaps(items.len(), &mut |a, b| compare(&items[a], &items[b])) {
        items.swap(a, b);
    }
}

/// The items in ascending order, each once.
pub(crate) fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    sort_by(&mut items, T::cmp);
    items.dedup();
    items
}

/// The first place of a list whose item equals an earlier one's, by a comparison of places.
pub(crate) fn first_repeated(
    length: usize,
    compare: &mut dyn FnMut(usize, usize) -> Ordering,
) -> Option<usize> {
    let order = positions(length, compare);
    // Equal items keep their sequence, so that the later one comes second.
    let repeated = order.windows(2).filter(|pair| compare(pair[0], pair[1]).is_eq());
    repeated.map(|pair| pair[1]).min()
}

/// A map of pairs, the last of equal keys kept.
///
/// Collecting would sort the pairs first, with a sort compiled for each type.
pub(crate) fn index<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

/// What to swap, one after the other, so that items come into their order.
#[inline(never)]
fn swaps(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<(usize, usize)> {
    let mut order = positions(length, compare);
    let mut swaps = Vec::new();
    for first in 0..length {
        // Along a cycle of places, each of which gets the item of the next.
        let mut at = first;
        while order[at] != first {
            let next = order[at];
            swaps.push((at, next));
            order[at] = at;
            at = next;
        }
        order[at] = at;
    }
    swaps
}

#[inline(never)]
fn positions(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_like_the_standard_library() {
        let mut items: Vec<(u32, u32)> = (0..500).map(|i| (i * 7919 % 13, i)).collect();
        let mut expected = items.clone();
        sort_by(&mut items, |a, b| a.0.cmp(&b.0));
        expected.sort_by_key(|item| item.0);
        assert_eq!(items, expected);
        sort_by(&mut [0_u32; 0], |_, _| Ordering::Equal);
        let items = [5, 7, 2, 7, 5];
        assert_eq!(first_repeated(5, &mut |a, b| items[a].cmp(&items[b])), Some(3));
        assert_eq!(first_repeated(3, &mut |a, b| items[a].cmp(&items[b])), None);
        assert_eq!(distinct([3, 1, 3, 2, 1]), [1, 2, 3]);
    }
}
