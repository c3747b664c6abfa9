//! Sorting, compiled once.

use std::{cmp::Ordering, collections::BTreeMap, mem};

/// Sorts in place, equal items keeping their sequence.
///
/// The standard library's sort is compiled anew for every type and comparison, several kilobytes
/// each time; this one sorts positions, so there is one copy in the whole engine. For long columns
/// of numbers, where a call for each comparison would cost, use the standard one.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = positions(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    let mut taken: Vec<Option<T>> = mem::take(items).into_iter().map(Some).collect();
    items.extend(order.into_iter().filter_map(|position| taken[position].take()));
}

/// A map of pairs, the last of equal keys kept.
///
/// Collecting would sort the pairs first, with a sort compiled for each type.
pub(crate) fn index<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
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
        sort_by(&mut Vec::<u32>::new(), |_, _| Ordering::Equal);
    }
}
