//! A history as the models see it: complete, from launch, with what is known about each period.

use super::{
    ForecastError, ForecastOptions, Influence, LeadingZeros, MissingPeriods, NegativeDemand,
    Outliers, Regressor, RegressorKind, Series,
    clean::{self, clean},
    count::common_step,
    filter::{Filter, Fit},
    fitted::Fitted,
    hidden::Evidence,
    regression,
};
use crate::unit::{Invalid, math};
use std::borrow::Cow;

/// A history from launch, every period with a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct History {
    /// Demand by period; what was not known is what was to be expected.
    pub(super) values: Vec<f64>,
    /// Periods of the series before launch, which are left out.
    pub(super) launch: usize,
    /// Where demand is known exactly; none where it always is.
    pub(super) known: Option<Vec<bool>>,
    /// Where demand was at least the value, since nothing more was there; none where never.
    pub(super) censored: Option<Vec<bool>>,
    /// What was sold by period; empty where that is always all that was wanted.
    sold: Vec<f64>,
    /// Whether demand is never negative, so that forecasts are not either.
    pub(super) is_non_negative: bool,
    /// What was changed, in words.
    pub(super) notes: Vec<String>,
}

/// What is certain of each period.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// Its demand, or the least it can have been.
    pub(super) least: Vec<f64>,
    /// Where it can have been more.
    pub(super) is_open: Vec<bool>,
}

impl Bounds {
    /// The same of the first periods only.
    pub(super) fn until(&self, periods: usize) -> Self {
        Self { least: self.least[..periods].to_vec(), is_open: self.is_open[..periods].to_vec() }
    }
}

/// What is known to move the demand ahead.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Effects {
    /// What each period is multiplied by.
    pub(super) factors: Vec<f64>,
    /// What each regressor does.
    pub(super) influences: Vec<Influence>,
}

/// Zeros in a row less likely than this are no chance.
const HARDLY_CHANCE: f64 = 0.001;
/// Demands that tell how often there is one.
const FEW_DEMANDS: usize = 4;
impl History {
    /// Applies the options to a series.
    ///
    /// # Errors
    ///
    /// When a value is missing or negative and the options do not say what that means.
    pub(super) fn read(series: &Series, options: &ForecastOptions) -> Result<Self, ForecastError> {
        let mut notes = Vec::new();
        let mut values = accepted(series.values(), options, &mut notes)?;
        let launch = launch(&values, options.leading_zeros);
        if launch > 0 {
            notes.push(format!("left out {launch} periods of zero before the first demand"));
        }
        values.drain(..launch);
        let in_stock = series.in_stock().get(launch..).unwrap_or_default();
        let mut censored: Vec<bool> = in_stock.iter().map(|&there| !there).collect();
        let is_complete =
            in_stock.is_empty() && values.iter().fold(true, |all, value| all & !value.is_nan());
        let in_doubt = if is_complete { 0 } else { values.len() };
        censored.resize(in_doubt, false);
        let mut known = Vec::with_capacity(in_doubt);
        for (index, value) in values.iter().enumerate().take(in_doubt) {
            censored[index] &= !value.is_nan();
            known.push(!value.is_nan() && !censored[index]);
        }
        let is_non_negative = values.iter().all(|&value| value.is_nan() || value >= 0.0);
        let season_length = options.season_length as usize;
        let sold = if censored.contains(&true) { values.clone() } else { Vec::new() };
        let known = known.contains(&false).then_some(known);
        if let Some(known) = &known {
            let count = known.iter().filter(|known| !**known).count();
            notes.push(format!("demand of {count} periods was not known exactly"));
        }
        let censored = (!sold.is_empty()).then_some(censored);
        let mut history = Self { values, launch, known, censored, sold, is_non_negative, notes };
        history.fill(season_length);
        if options.outliers == Outliers::Replace {
            history.replace_outliers(season_length, &explained(series, launch));
        }
        history.note_the_end();
        Ok(history)
    }

    /// Puts what is to be expected beside the other periods where demand is not known.
    fn fill(&mut self, season_length: usize) {
        let Some(known) = &self.known else { return };
        let certain = self.values.iter().zip(known);
        let certain = certain.map(|(&value, &known)| if known { value } else { f64::NAN });
        self.values = clean::fill(&certain.collect::<Vec<_>>(), season_length);
        for period in 0..self.values.len() {
            if let Some(sold) = self.sold_at(period) {
                self.values[period] = self.values[period].max(sold);
            }
        }
    }

    fn replace_outliers(&mut self, season_length: usize, explained: &[bool]) {
        let cleaned = clean(&self.values, season_length, explained);
        for change in &cleaned.changes {
            self.notes.push(format!(
                "counted period {} as {:.4} instead of {:.4}, which stands out",
                self.launch + change.index,
                change.expected,
                change.value
            ));
        }
        self.values = cleaned.values;
    }

    /// Says so when nothing was wanted for so long that it is hardly chance.
    fn note_the_end(&mut self) {
        let known = self.known_values();
        let quiet = known.iter().rev().take_while(|&&value| value == 0.0).count();
        let before = &known[..known.len() - quiet];
        // As long a silence may have been before, as that of skis in summer.
        let mut silences = before.split(|&value| value != 0.0);
        let is_usual = quiet == 0 || silences.any(|silence| silence.len() >= quiet);
        if !is_usual && is_hardly_chance(quiet, before) {
            self.notes.push(format!(
                "nothing was wanted in the last {quiet} periods, which is hardly chance: perhaps \
                 it is no longer sold"
            ));
        }
    }

    /// Whether there is a history and demand is known exactly in all of it.
    pub(super) fn is_complete(&self) -> bool {
        self.known.is_none() && !self.values.is_empty()
    }

    /// Whether nothing at all is known about demand.
    pub(super) fn is_unknown(&self) -> bool {
        let is_known = self.known.as_ref().is_none_or(|known| known.contains(&true));
        let was_sold = self.censored.is_some() && self.sold.iter().any(|&sold| sold > 0.0);
        self.values.is_empty() || !(is_known || was_sold)
    }

    /// The values that are no guess; all where every one is.
    pub(super) fn known_values(&self) -> Cow<'_, [f64]> {
        match &self.known {
            Some(known) if known.contains(&true) => {
                let known = self.values.iter().zip(known).filter(|(_, known)| **known);
                known.map(|(value, _)| *value).collect()
            }
            _ => Cow::Borrowed(&self.values),
        }
    }

    /// What is certain of each period; none where every demand is known.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        let known = self.known.as_ref()?;
        let least = |period: usize| {
            if known[period] { self.values[period] } else { self.sold_at(period).unwrap_or(0.0) }
        };
        let least = (0..known.len()).map(least).collect();
        Some(Bounds { least, is_open: known.iter().map(|known| !known).collect() })
    }

    /// What was sold in a period in which stock ran out.
    pub(super) fn sold_at(&self, period: usize) -> Option<f64> {
        let ran_out = self.censored.as_ref().is_some_and(|censored| censored[period]);
        ran_out.then(|| self.sold[period])
    }

    /// A model that has been led through the history.
    pub(super) fn now(&self, fit: &Fit<Fitted>) -> Fitted {
        let mut model = fit.start.clone();
        self.replay(&mut model, self.evidence(fit).as_ref());
        model
    }

    fn replay(&self, model: &mut Fitted, evidence: Option<&Evidence>) {
        let Some(known) = &self.known else {
            return model.observe_all(&self.values);
        };
        let seen = self.known_values();
        let evidence = evidence.map_or(&self.values, |evidence| &evidence.values);
        for (period, &value) in self.values.iter().enumerate() {
            // A distribution of counts has its own way with what is not known exactly; the others
            // take what was found to be expected.
            match model {
                _ if known[period] => model.observe(value),
                Fitted::Counts(counts) => match self.sold_at(period) {
                    Some(sold) => counts.observe_at_least(sold),
                    None => counts.pass(),
                },
                Fitted::Blended(both) => {
                    self.teach(&mut both.counts, period, evidence[period], &seen);
                    both.other.observe(value);
                }
                Fitted::Sparse(counts) => {
                    self.teach(counts.as_mut(), period, evidence[period], &seen);
                }
                Fitted::Empirical(counts) => self.teach(counts, period, evidence[period], &seen),
                Fitted::Baseline(_)
                | Fitted::Smoothing(_)
                | Fitted::Ets(_)
                | Fitted::Theta(_)
                | Fitted::Ces(_)
                | Fitted::Croston(_)
                | Fitted::Tsb(_)
                | Fitted::Aggregate(_)
                | Fitted::Seasoned(_)
                | Fitted::Combined(_) => model.observe(value),
            }
        }
    }

    /// Shows a period whose demand is not known to a model that only knows demands it has seen.
    ///
    /// How much more was wanted than was sold it tells from larger demands, where there were some.
    /// Where stock always ran out at the same place there are none, and what normal errors make
    /// likely takes their place.
    fn teach<F: Filter>(&self, counts: &mut F, period: usize, likely: f64, seen: &[f64]) {
        let Some(sold) = self.sold_at(period).filter(|&sold| sold > 0.0) else {
            return counts.pass();
        };
        if seen.iter().filter(|&&demand| demand > sold).count() >= FEW_DEMANDS {
            return counts.observe_at_least(sold);
        }
        let step = seen.iter().try_fold(sold, |step, &demand| common_step(step, demand));
        let whole = |value: f64| step.map_or(value, |step| (value / step).round() * step);
        counts.observe(whole(likely).max(sold));
    }

    /// Takes out what promotions, prices, events and closed periods did, where that helps; gives what
    /// they will do.
    pub(super) fn take_out_effects(
        &mut self,
        series: &Series,
        options: &ForecastOptions,
    ) -> Option<Effects> {
        let given = series.regressors().iter().map(|regressor| Regressor {
            values: regressor.values[self.launch..].to_vec(),
            ..regressor.clone()
        });
        let given: Vec<Regressor> = given.collect();
        let (horizon, season_length) = (options.horizon as usize, options.season_length as usize);
        let Some(found) = regression::fit(&self.values, &given, horizon, season_length) else {
            return self.leave_closed(&given, horizon, season_length);
        };
        for ((sold, before), after) in self.sold.iter_mut().zip(&self.values).zip(&found.history) {
            *sold *= if *before > 0.0 { after / before } else { 1.0 };
        }
        self.values = found.history;
        self.forget(&found.closed);
        Some(Effects { factors: found.factors, influences: found.influences })
    }

    /// Closed periods alone, where a history is too short to tell what else moves demand.
    fn leave_closed(
        &mut self,
        regressors: &[Regressor],
        horizon: usize,
        season_length: usize,
    ) -> Option<Effects> {
        let periods = self.values.len();
        let is_closed = |period: usize| {
            let mut closing = regressors.iter().filter(|r| r.kind == RegressorKind::Closed);
            closing.any(|regressor| regressor.values[period] > 0.0)
        };
        let closed: Vec<bool> = (0..periods + horizon).map(is_closed).collect();
        if !closed.contains(&true) {
            return None;
        }
        self.forget(&closed[..periods]);
        self.fill(season_length);
        let factors = closed[periods..].iter().map(|closed| f64::from(u8::from(!closed))).collect();
        Some(Effects { factors, influences: Vec::new() })
    }

    /// Takes the demand of closed periods for unknown.
    fn forget(&mut self, closed: &[bool]) {
        if closed.contains(&true) {
            let known = self.known.get_or_insert_with(|| vec![true; closed.len()]);
            known.iter_mut().zip(closed).for_each(|(known, closed)| *known &= !closed);
            let censored = self.censored.iter_mut().flatten();
            censored.zip(closed).for_each(|(censored, closed)| *censored &= !closed);
        }
    }
}

/// The values with missing and negative ones as the options say.
fn accepted(
    values: &[f64],
    options: &ForecastOptions,
    notes: &mut Vec<String>,
) -> Result<Vec<f64>, ForecastError> {
    let (mut missing, mut negative) = (0, 0);
    let mut accepted = values.to_vec();
    // Without a way out in the middle the loop runs over several values at once.
    if values.iter().filter(|&&value| value >= 0.0).count() == values.len() {
        return Ok(accepted);
    }
    for (index, value) in accepted.iter_mut().enumerate() {
        let refuse = |code, expected: &str, got: f64| {
            Err(Invalid::new(code, expected, got).at(format_args!("values[{index}]")).into())
        };
        if value.is_nan() {
            match options.missing {
                MissingPeriods::Refuse => {
                    let expected = "a demand, or the option `missing` to say what a gap means";
                    return refuse("demand_missing", expected, *value);
                }
                MissingPeriods::Unknown => {}
                MissingPeriods::Zero => {
                    *value = 0.0;
                    missing += 1;
                }
            }
        } else if *value < 0.0 {
            match options.negative {
                NegativeDemand::Refuse => {
                    let expected =
                        "a demand of 0 or more, or the option `negative` to say what less means";
                    return refuse("demand_negative", expected, *value);
                }
                NegativeDemand::Keep => {}
                NegativeDemand::Zero => {
                    *value = 0.0;
                    negative += 1;
                }
            }
        }
    }
    if missing > 0 {
        notes.push(format!("counted {missing} missing periods as zero"));
    }
    if negative > 0 {
        notes.push(format!("counted {negative} negative periods as zero"));
    }
    Ok(accepted)
}

/// How many leading zeros are before launch: all, where demand since then is so frequent and has come
/// so often that a run of zeros of that length is hardly chance.
fn launch(values: &[f64], policy: LeadingZeros) -> usize {
    let Some(first) = values.iter().position(|&value| value.is_nan() || value != 0.0) else {
        return 0;
    };
    if policy == LeadingZeros::Keep || first == 0 {
        return 0;
    }
    if is_hardly_chance(first, &values[first..]) { first } else { 0 }
}

/// Whether so many zeros in a row hardly come by chance, by how often demand comes otherwise.
fn is_hardly_chance(in_a_row: usize, otherwise: &[f64]) -> bool {
    let zeros = otherwise.iter().filter(|&&value| value == 0.0).count();
    let share = (zeros as f64 + 1.0) / (otherwise.len() as f64 + 2.0);
    let demands = otherwise.len() - zeros;
    demands >= FEW_DEMANDS && math::pow(share, in_a_row as f64) < HARDLY_CHANCE
}

/// Periods in which a regressor says why demand is unusual.
fn explained(series: &Series, launch: usize) -> Vec<bool> {
    let tells = |regressor: &&Regressor| match regressor.kind {
        RegressorKind::Promotion | RegressorKind::Event | RegressorKind::Closed => true,
        RegressorKind::Price | RegressorKind::Other => false,
    };
    let tellers: Vec<&Regressor> = series.regressors().iter().filter(tells).collect();
    let is_told = |period| tellers.iter().any(|regressor| regressor.values[period] > 0.0);
    (launch..series.len()).map(is_told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    fn options() -> ForecastOptions {
        ForecastOptions {
            season_length: 1,
            missing: MissingPeriods::Unknown,
            ..ForecastOptions::default()
        }
    }

    fn read(values: &[f64], in_stock: &[bool]) -> History {
        let series = Series::new(values.to_vec()).unwrap();
        let series = if in_stock.is_empty() {
            series
        } else {
            series.with_availability(in_stock.to_vec()).unwrap()
        };
        History::read(&series, &options()).unwrap()
    }

    #[test]
    fn what_is_not_known_is_filled_and_bounded_by_what_was_sold() {
        let history = read(
            &[4.0, NAN, 6.0, 1.0, 6.0, 9.0, 6.0],
            &[true, true, true, false, true, false, true],
        );
        assert_eq!(history.values, [4.0, 5.0, 6.0, 6.0, 6.0, 9.0, 6.0]);
        assert_eq!(*history.known_values(), [4.0, 6.0, 6.0, 6.0]);
        let bounds = history.bounds().unwrap();
        assert_eq!(bounds.least, [4.0, 0.0, 6.0, 1.0, 6.0, 9.0, 6.0]);
        assert_eq!(bounds.is_open, [false, true, false, true, false, true, false]);
        assert_eq!(bounds.until(2).least, [4.0, 0.0]);
        assert!(read(&[4.0, 2.0], &[true, true]).bounds().is_none());
        // A gap in stock-out is a gap: nothing was counted.
        assert!(read(&[4.0, NAN], &[true, false]).censored.is_none());
    }

    #[test]
    fn nothing_is_known_without_any_demand_that_was_counted() {
        assert!(read(&[], &[]).is_unknown());
        assert!(read(&[NAN, NAN], &[]).is_unknown());
        assert!(read(&[0.0, NAN], &[false, true]).is_unknown());
        assert!(!read(&[2.0, NAN], &[false, true]).is_unknown());
        assert!(!read(&[NAN, 0.0], &[]).is_unknown());
    }

    #[test]
    fn leading_zeros_are_before_launch_only_where_they_are_no_chance() {
        let launched = |zeros: usize, since: &[f64]| {
            launch(&[vec![0.0; zeros], since.to_vec()].concat(), LeadingZeros::Launch)
        };
        // Four demands in four periods: a period has none with a chance of 1/6, and 6⁻⁴ is below a
        // thousandth while 6⁻³ is not.
        assert_eq!(launched(3, &[1.0; 4]), 0);
        assert_eq!(launched(4, &[1.0; 4]), 4);
        assert_eq!(launched(40, &[1.0; 3]), 0, "three demands are too few to tell");
        assert_eq!(launched(12, &[0.0; 5]), 0, "nothing was ever wanted");
        assert_eq!(launched(12, &[3.0, 0.0, 0.0, 0.0].repeat(6)), 0);
        assert_eq!(launched(40, &[3.0, 0.0, 0.0, 0.0].repeat(6)), 40);
        assert_eq!(launch(&[vec![0.0; 9], vec![1.0; 9]].concat(), LeadingZeros::Keep), 0);
    }

    #[test]
    fn effects_are_taken_out_of_what_was_sold_too() {
        let is_promoted = |day: usize| day.is_multiple_of(5);
        let demand = |day: usize| if is_promoted(day) { 30.0 } else { 10.0 };
        let values: Vec<f64> = (0..60).map(|day| demand(day) + (day % 3) as f64).collect();
        let promotion = Regressor {
            name: "promotion".to_owned(),
            kind: RegressorKind::Promotion,
            values: (0..88).map(|day| f64::from(u8::from(is_promoted(day)))).collect(),
        };
        let in_stock = (0..60).map(|day| day != 20).collect();
        let series = Series::new(values).unwrap().with_availability(in_stock).unwrap();
        let series = series.with_regressors(vec![promotion]);
        let mut history = History::read(&series, &options()).unwrap();
        assert!((history.bounds().unwrap().least[20] - 32.0).abs() < 1e-12);
        let effects = history.take_out_effects(&series, &options()).unwrap();
        assert!((effects.factors[0] / 2.7 - 1.0).abs() < 0.2, "{:?}", effects.factors);
        let least = history.bounds().unwrap().least[20];
        assert!((least - 32.0 / effects.factors[0]).abs() < 0.5, "{least}");
        assert!(history.values.iter().all(|&value| value < 16.0), "{:?}", history.values);
    }

    #[test]
    fn outliers_are_replaced_where_nothing_explains_them() {
        let mut values: Vec<f64> = (0..40).map(|day| 20.0 + f64::from(day % 3)).collect();
        values[20] = 500.0;
        let series = Series::new(values).unwrap();
        let replace = ForecastOptions { outliers: Outliers::Replace, ..options() };
        let history = History::read(&series, &replace).unwrap();
        assert!(history.values[20] < 30.0);
        assert!(history.notes[0].starts_with("counted period 20 as"), "{:?}", history.notes);
        let event = Regressor {
            name: "fair".to_owned(),
            kind: RegressorKind::Event,
            values: (0..68).map(|day| f64::from(u8::from(day == 20))).collect(),
        };
        let explained = series.with_regressors(vec![event]);
        let history = History::read(&explained, &replace).unwrap();
        assert!(history.values[20] > 499.0 && history.notes.is_empty());
    }
}
