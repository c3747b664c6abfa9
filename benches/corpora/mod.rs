//! Made-up corpora, the same on every run and machine: only `+ - * /` of whole random numbers.

/// Many series in columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Corpus {
    /// All values, one series behind the other.
    pub(crate) values: Vec<f64>,
    /// Where each series begins, and at the end where the last one ends.
    pub(crate) offsets: Vec<u32>,
}

impl Corpus {
    fn of(count: usize, mut next: impl FnMut() -> Vec<f64>) -> Self {
        let mut corpus = Self { values: Vec::new(), offsets: vec![0] };
        for _ in 0..count {
            corpus.values.extend(next());
            corpus.offsets.push(u32::try_from(corpus.values.len()).expect("fewer than 2³² values"));
        }
        corpus
    }

    /// The first series of the corpus.
    pub(crate) fn first(&self, count: usize) -> (&[f64], &[u32]) {
        let offsets = &self.offsets[..=count.min(self.offsets.len() - 1)];
        (&self.values[..offsets[offsets.len() - 1] as usize], offsets)
    }
}

/// Five to ten years of positive monthly demand: a wandering level, mostly with a trend, mostly with
/// a season, and noise that grows with the level.
pub(crate) fn monthly(count: usize) -> Corpus {
    let mut random = Random(12);
    Corpus::of(count, || {
        let periods = 60 + random.below(61);
        let mut level = 50.0 + 2000.0 * random.share() * random.share();
        let growth =
            1.0 + 0.02 * (random.share() - 0.4) * f64::from(u8::from(random.share() < 0.7));
        let strength = if random.share() < 0.8 { 0.1 + 0.5 * random.share() } else { 0.0 };
        let season: [f64; 12] =
            std::array::from_fn(|_| 1.0 + strength * (2.0 * random.share() - 1.0));
        let (wander, noise) = (0.05 * random.share(), 0.02 + 0.15 * random.share());
        let value = |period: u32| {
            level *= growth * (1.0 + wander * random.bell());
            let value = level * season[period as usize % 12] * (1.0 + noise * random.bell());
            (value.max(0.02 * level) * 100.0).round() / 100.0
        };
        (0..periods).map(value).collect()
    })
}

/// A year of daily demand that comes every 1.2 to 15 days, mostly for few units.
pub(crate) fn daily(count: usize) -> Corpus {
    let mut random = Random(7);
    Corpus::of(count, || {
        let chance = 1.0 / (1.2 + 13.8 * random.share());
        let most = 1 + random.below(12);
        let demand = |_| {
            if random.share() < chance { f64::from(1 + random.below(most)) } else { 0.0 }
        };
        (0..365).map(demand).collect()
    })
}

/// Five years of daily demand, large numbers with a week and a year in them.
pub(crate) fn long_daily(count: usize) -> Corpus {
    let mut random = Random(365);
    Corpus::of(count, || {
        let mut level = 200.0 + 2000.0 * random.share();
        let week: [f64; 7] = std::array::from_fn(|_| 0.6 + 0.8 * random.share());
        let swing = 0.3 * random.share();
        let value = |day: u32| {
            level *= 1.0 + 0.01 * random.bell();
            // A parabola up and one down: a year without a sine.
            let half = f64::from(day % 365) / 182.5;
            let turn = if half < 1.0 { half } else { half - 1.0 };
            let arc = 4.0 * turn * (1.0 - turn) * if half < 1.0 { swing } else { -swing };
            (level * week[day as usize % 7] * (1.0 + arc + 0.1 * random.bell())).max(0.0).round()
        };
        (0..1900).map(value).collect()
    })
}

/// Numbers without a pattern (Knuth's MMIX linear congruential generator).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn below(&mut self, end: u32) -> u32 {
        self.next() % end
    }

    fn share(&mut self) -> f64 {
        f64::from(self.next()) / 4_294_967_296.0
    }

    /// About normal, with mean zero and variance one.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}
