//! What follows from the rest of a value, worked out when it is first asked for.

use std::sync::OnceLock;

/// Something that takes time or room that most values of its kind never need.
#[derive(Clone, Debug)]
pub(super) struct OnDemand<T>(OnceLock<Box<T>>);

impl<T> OnDemand<T> {
    /// The same each time, worked out the first time.
    pub(super) fn get_or_init(&self, work_out: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(|| Box::new(work_out()))
    }
}

impl<T> Default for OnDemand<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for OnDemand<T> {
    /// Whether it has been worked out yet makes no difference.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
