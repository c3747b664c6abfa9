//! Values by name, looked up by code that is compiled once.

use std::{borrow::Cow, collections::BTreeMap};

/// Values by the text that names them, in order of the names.
///
/// A map is compiled anew for every type of key and of value, five to ten kilobytes each time; this
/// one maps text to places in a list, whatever stands there.
#[derive(Clone, Debug)]
pub(crate) struct ByName<'a, V> {
    places: Places<'a>,
    values: Vec<V>,
}

/// Numbers for names, counted from 0.
#[derive(Clone, Debug, Default)]
struct Places<'a>(BTreeMap<Cow<'a, str>, usize>);

impl<'a, V> ByName<'a, V> {
    pub(crate) const fn new() -> Self {
        Self { places: Places(BTreeMap::new()), values: Vec::new() }
    }

    /// The value of a name, a new one if there is none yet.
    pub(crate) fn entry(&mut self, name: impl Into<Cow<'a, str>>, new: V) -> &mut V {
        let place = self.places.place(name.into(), self.values.len());
        if place == self.values.len() {
            self.values.push(new);
        }
        &mut self.values[place]
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.places.get(name).map(|place| &self.values[place])
    }

    /// The value of a name.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.places.get(name).map(|place| &mut self.values[place])
    }

    /// The values in order of their names.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.places.0.values().map(|&place| &self.values[place])
    }

    /// The values in order of their names.
    pub(crate) fn into_values(self) -> Vec<V> {
        let mut values: Vec<Option<V>> = self.values.into_iter().map(Some).collect();
        self.places.0.values().filter_map(|&place| values[place].take()).collect()
    }
}

impl Places<'_> {
    #[inline(never)]
    fn get(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }
}

impl<'a> Places<'a> {
    /// The name's number: the next one if it has none yet.
    #[inline(never)]
    fn place(&mut self, name: Cow<'a, str>, next: usize) -> usize {
        *self.0.entry(name).or_insert(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_names_and_listed_in_their_order() {
        let mut values = ByName::new();
        for (number, name) in ["pear", "apple", "pear", "fig"].into_iter().enumerate() {
            values.entry(name, Vec::new()).push(number);
        }
        assert_eq!(values.get("pear"), Some(&vec![0, 2]));
        assert_eq!(values.get("plum"), None);
        values.get_mut("fig").unwrap().push(4);
        assert_eq!(values.values().map(Vec::len).collect::<Vec<_>>(), [1, 2, 2]);
        assert_eq!(values.into_values(), [vec![1], vec![3, 4], vec![0, 2]]);
    }
}
