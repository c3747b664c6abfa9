//! What every fitted model can be asked.
//!
//! A fitted model is a state: a small value that says what it expects next and takes in what came.
//! Forecasts, fitted values, errors from past origins, updates without refitting and simulated
//! futures all follow from these two questions, so no family of models answers them in its own way.

/// A fitted model after the periods it has seen.
///
/// Values are finite. A period whose demand is unknown is taken in as what was expected of it.
pub(super) trait Filter: Clone {
    /// Writes the expected demand of the next periods, as many as fit in `path`.
    fn path(&self, path: &mut [f64]);

    /// Takes in the demand of the next period.
    fn observe(&mut self, value: f64);

    /// Whether errors grow with the level: demand is `expected · (1 + error)`, not
    /// `expected + error`.
    fn is_multiplicative(&self) -> bool {
        false
    }

    /// The expected demand of the next period.
    fn next(&self) -> f64 {
        let mut path = [0.0];
        self.path(&mut path);
        path[0]
    }
}

/// What fitting a model gives: the model before the first period of its history.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fit<F> {
    /// The model before it has seen anything; observing the history leads to now.
    pub(super) start: F,
    /// First periods that only start the model: what it expects before them means nothing.
    pub(super) warm_up: usize,
    /// Numbers that were estimated, initial states included.
    pub(super) parameters: usize,
}
