//! What happened in each period, for those who want to see it.

/// Told of every period as it ends, the warm-up included: a [`Trace`], a function, or `()`, which
/// listens to nothing and costs nothing.
pub trait Recorder {
    /// Takes in one period.
    fn record(&mut self, entry: &Entry);
}

/// One period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Which one, counted from 0.
    pub period: usize,
    /// Units received, those that were ordered in it and arrived at once included.
    pub received: f64,
    /// Units that expired.
    pub wasted: f64,
    /// Units that customers wanted.
    pub demand: f64,
    /// Of these, what stock did not cover.
    pub short: f64,
    /// Units ordered.
    pub ordered: f64,
    /// Units on the shelf at the end.
    pub on_hand: f64,
    /// Units for which customers wait at the end.
    pub back_ordered: f64,
    /// Units ordered and not received at the end.
    pub on_order: f64,
}

impl Recorder for () {
    fn record(&mut self, _: &Entry) {}
}

impl<R: Recorder> Recorder for Option<R> {
    fn record(&mut self, entry: &Entry) {
        if let Some(recorder) = self {
            recorder.record(entry);
        }
    }
}

impl<F: FnMut(&Entry)> Recorder for F {
    fn record(&mut self, entry: &Entry) {
        self(entry);
    }
}

/// Every period, in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Units received, those that were ordered in it and arrived at once included.
    pub received: Vec<f64>,
    /// Units that expired.
    pub wasted: Vec<f64>,
    /// What stock did not cover.
    pub short: Vec<f64>,
    /// Units ordered.
    pub ordered: Vec<f64>,
    /// Units on the shelf at the end.
    pub on_hand: Vec<f64>,
    /// Units for which customers wait at the end.
    pub back_ordered: Vec<f64>,
    /// Units ordered and not received at the end.
    pub on_order: Vec<f64>,
}

impl Trace {
    /// With room for so many periods.
    pub fn with_capacity(periods: usize) -> Self {
        let column = || Vec::with_capacity(periods);
        Self {
            received: column(),
            wasted: column(),
            short: column(),
            ordered: column(),
            on_hand: column(),
            back_ordered: column(),
            on_order: column(),
        }
    }
}

impl Recorder for &mut Trace {
    fn record(&mut self, entry: &Entry) {
        self.received.push(entry.received);
        self.wasted.push(entry.wasted);
        self.short.push(entry.short);
        self.ordered.push(entry.ordered);
        self.on_hand.push(entry.on_hand);
        self.back_ordered.push(entry.back_ordered);
        self.on_order.push(entry.on_order);
    }
}
