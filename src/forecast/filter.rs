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

    /// Takes in the demand of the next periods, one after the other.
    fn observe_all(&mut self, values: &[f64]) {
        for &value in values {
            self.observe(value);
        }
    }

    /// Takes in a period in which stock ran out: demand was at least `value`.
    fn observe_at_least(&mut self, value: f64) {
        let expected = self.next();
        self.observe(expected.max(value));
    }

    /// Takes in a period whose demand is not known.
    fn pass(&mut self) {
        let expected = self.next();
        self.observe(expected);
    }

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

impl<F> Fit<F> {
    /// How much further off forecasts of what is to come are than those of the history that the model
    /// was fitted to, which so many errors measure: `√((n + p) / (n − p))` with `p` parameters (the
    /// final prediction error of Akaike, "Fitting autoregressive models for prediction", Annals of
    /// the Institute of Statistical Mathematics 21, 1969).
    pub(super) fn optimism(&self, errors: usize) -> f64 {
        let taken = (self.parameters as f64 / errors.max(1) as f64).min(MOST_TAKEN);
        ((1.0 + taken) / (1.0 - taken)).sqrt()
    }
}

/// The largest share of the errors that parameters are thought to have taken up.
const MOST_TAKEN: f64 = 0.6;

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

/// What a fitted model expected of each period, one period ahead.
pub(super) fn one_step<F: Filter>(fit: &Fit<F>, values: &[f64]) -> Vec<f64> {
    let mut model = fit.start.clone();
    let step = |&value: &f64| {
        let expected = model.next();
        model.observe(value);
        expected
    };
    values.iter().map(step).collect()
}
