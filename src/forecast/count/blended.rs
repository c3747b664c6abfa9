//! A distribution of counts together with models of the mean.
//!
//! What a product's own sizes and gaps say of the distribution is hard to beat, what they say of the
//! mean is not: there other views of the same history take off part of the error, as combinations
//! do (Bates and Granger, "The combination of forecasts", Operational Research Quarterly 20, 1969).

use super::{super::filter::Filter, sparse::SparseDemand};
use serde::{Deserialize, Serialize};

/// Counts and another model of the same history.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(in crate::forecast) struct Blended<F> {
    /// The distribution of counts.
    pub(in crate::forecast) counts: SparseDemand,
    /// The other model.
    pub(in crate::forecast) other: F,
    /// How much of what is expected the counts say; the other model says the rest.
    pub(in crate::forecast) share: f64,
}

impl<F: Filter> Filter for Blended<F> {
    fn path(&self, path: &mut [f64]) {
        let mut counted = vec![0.0; path.len()];
        self.counts.path(&mut counted);
        self.other.path(path);
        for (value, counted) in path.iter_mut().zip(counted) {
            *value += self.share * (counted - *value);
        }
    }

    fn observe(&mut self, value: f64) {
        self.counts.observe(value);
        self.other.observe(value);
    }

    fn observe_at_least(&mut self, value: f64) {
        self.counts.observe_at_least(value);
        self.other.observe_at_least(value);
    }

    fn pass(&mut self) {
        self.counts.pass();
        self.other.pass();
    }
}
