//! How much work may be spent, counted so that it is the same on every machine.

/// How much work may be spent on a basket.
///
/// Steps instead of seconds: equal baskets get equal answers on every machine. A step is about one
/// option looked at, a few nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// How many steps.
    pub steps: u64,
}

impl Default for Budget {
    /// Ten seconds of one core at most, as a rule.
    fn default() -> Self {
        Self { steps: 800_000_000 }
    }
}

/// What is left of a budget.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    pub(super) left: u64,
}

impl Steps {
    /// Counts some steps; whether any are left.
    #[inline]
    pub(super) fn take(&mut self, steps: usize) -> bool {
        self.left = self.left.saturating_sub(steps as u64);
        self.left > 0
    }
}
