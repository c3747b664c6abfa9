//! Demand from today on, summed up to any day.

use crate::{
    forecast::{DemandDistribution, FittedModel, Forecast, ForecastError, LeadTime, Period},
    unit::{Day, Invalid, Probability},
};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// What will be wanted of one product from a day on.
///
/// Demand over an interval is worked out when it is first asked for and kept, so that asking again,
/// with another service level or lead time, costs microseconds.
///
/// ```
/// use replenish::{
///     forecast::{ForecastOptions, Period, Series, forecast},
///     inventory::DemandOutlook,
/// };
/// let weekly = forecast(&Series::new([70.0, 70.0].repeat(30))?, &ForecastOptions::default())?;
/// let outlook = DemandOutlook::new(&weekly, "2026-11-23".parse()?, Period::Week);
/// let ten_days = outlook.demand_until("2026-12-03".parse()?)?;
/// assert!((ten_days.mean() - 100.0).abs() < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DemandOutlook<'a> {
    source: DemandSource<'a>,
    start: Day,
    period: Period,
    /// Demand of the first so many periods together; longer sums are worked out each time.
    sums: Vec<OnceLock<Arc<DemandDistribution>>>,
    /// Of which of these sums a quantile was asked for, by its bit.
    asked: AtomicU64,
}

/// Where demand comes from.
#[derive(Clone, Copy, Debug)]
pub enum DemandSource<'a> {
    /// A forecast, its known promotions and closed periods included.
    Forecast(&'a Forecast),
    /// A model that was kept.
    Model(&'a FittedModel),
    /// Demand that is known from elsewhere: of the first period, of the first two together, and so
    /// on.
    Sums(&'a [DemandDistribution]),
}

/// How many sums are kept.
const KEPT_SUMS: usize = 64;

impl<'a> From<&'a Forecast> for DemandSource<'a> {
    fn from(forecast: &'a Forecast) -> Self {
        Self::Forecast(forecast)
    }
}

impl<'a> From<&'a FittedModel> for DemandSource<'a> {
    fn from(model: &'a FittedModel) -> Self {
        Self::Model(model)
    }
}

impl<'a> DemandOutlook<'a> {
    /// What a forecast says whose first period begins on `start`, each period being a day, a week or
    /// another period of the calendar.
    pub fn new(source: impl Into<DemandSource<'a>>, start: Day, period: Period) -> Self {
        let mut sums = Vec::new();
        sums.resize_with(KEPT_SUMS, OnceLock::new);
        Self { source: source.into(), start, period, sums, asked: AtomicU64::new(0) }
    }

    /// Where demand comes from.
    pub(super) fn source(&self) -> DemandSource<'a> {
        self.source
    }

    /// The day before which demand is known; none where a forecast goes on for ever.
    pub(super) fn reach(&self) -> Result<Option<Day>, Invalid> {
        let DemandSource::Sums(sums) = self.source else { return Ok(None) };
        self.start_of(u32::try_from(sums.len()).unwrap_or(u32::MAX)).map(Some)
    }

    /// The first day that is forecast.
    pub fn start(&self) -> Day {
        self.start
    }

    /// How long a period of the forecast is.
    pub fn period(&self) -> Period {
        self.period
    }

    /// Demand of the first periods together.
    ///
    /// # Errors
    ///
    /// When the forecast does not reach so far.
    pub fn sum(&self, periods: u32) -> Result<Arc<DemandDistribution>, ForecastError> {
        let Some(cell) = self.sums.get(periods as usize) else {
            return self.work_out(periods).map(Arc::new);
        };
        if let Some(sum) = cell.get() {
            return Ok(Arc::clone(sum));
        }
        let sum = self.work_out(periods)?;
        Ok(Arc::clone(cell.get_or_init(|| Arc::new(sum))))
    }

    /// Demand from the start until the end of the day before `end`; none when `end` is not later than
    /// the start.
    ///
    /// Where that is no whole number of periods, quantiles lie between those of the shorter and of the
    /// longer sum, in the proportion of the days.
    ///
    /// # Errors
    ///
    /// When the forecast does not reach so far.
    pub fn demand_until(&self, end: Day) -> Result<Arc<DemandDistribution>, ForecastError> {
        let (whole, rest) = self.periods_until(end)?;
        let sum = self.sum(whole)?;
        if rest == 0.0 {
            return Ok(sum);
        }
        let longer = self.sum(whole.saturating_add(1))?;
        Ok(Arc::new(DemandDistribution::between(&sum, &longer, rest)))
    }

    /// Expected demand from the start until the end of the day before `end`.
    ///
    /// # Errors
    ///
    /// When the forecast does not reach so far.
    pub fn expected_until(&self, end: Day) -> Result<f64, ForecastError> {
        let (whole, rest) = self.periods_until(end)?;
        let sum = self.sum(whole)?.mean();
        if rest == 0.0 {
            return Ok(sum);
        }
        Ok(sum + rest * (self.sum(whole.saturating_add(1))?.mean() - sum))
    }

    /// The smallest demand that is not exceeded with a probability until the end of the day before
    /// `end`: the quantile of [`DemandOutlook::demand_until`].
    ///
    /// # Errors
    ///
    /// When the forecast does not reach so far.
    pub fn quantile_until(&self, end: Day, probability: Probability) -> Result<f64, ForecastError> {
        self.quantile_until_if(end, probability, f64::INFINITY)
    }

    /// The same where it is at most `most`; where it is more, it may be infinite instead, which takes
    /// less to know.
    pub(super) fn quantile_until_if(
        &self,
        end: Day,
        probability: Probability,
        most: f64,
    ) -> Result<f64, ForecastError> {
        let (whole, rest) = self.periods_until(end)?;
        let sum = self.quantile(whole, probability, most)?;
        // A longer sum is no smaller.
        if rest == 0.0 || sum > most {
            return Ok(sum);
        }
        let most = sum + (most - sum) / rest;
        let longer = self.quantile(whole.saturating_add(1), probability, most)?;
        Ok(sum + rest * (longer - sum))
    }

    /// The quantile of a sum: when it is first asked for without the rest of the distribution, where
    /// that saves something, and from then on read off it.
    fn quantile(
        &self,
        periods: u32,
        probability: Probability,
        most: f64,
    ) -> Result<f64, ForecastError> {
        let bit = 1_u64.checked_shl(periods).unwrap_or(0);
        let kept = self.sums.get(periods as usize).and_then(OnceLock::get);
        if kept.is_none() && self.asked.fetch_or(bit, Ordering::Relaxed) & bit > 0 {
            return Ok(self.sum(periods)?.quantile(probability));
        }
        let quick = || match &self.source {
            DemandSource::Forecast(forecast) => {
                forecast.quantile_of_sum(periods, probability, most)
            }
            DemandSource::Model(model) => model.quantile_of_sum(periods, probability, most),
            DemandSource::Sums(_) => None,
        };
        match kept.map(|sum| sum.quantile(probability)).or_else(quick) {
            Some(quantile) => Ok(quantile),
            None => Ok(self.sum(periods)?.quantile(probability)),
        }
    }

    /// Whole periods from the start until the end of the day before `end`, and the part of the next.
    pub(super) fn periods_until(&self, end: Day) -> Result<(u32, f64), Invalid> {
        let days = self.start.days_until(end).max(0);
        let days = u32::try_from(days).unwrap_or(u32::MAX);
        let of_length = |length: u32| (days / length, f64::from(days % length) / f64::from(length));
        let months = match self.period {
            Period::Day => return Ok((days, 0.0)),
            Period::Week => return Ok(of_length(7)),
            Period::Month => 1,
            Period::Quarter => 3,
            Period::Year => 12,
        };
        // A month has at least 28 days: the guess is never too small by more than a step or two.
        let mut whole = days / (31 * months);
        let start_of = |period: u32| self.start.plus_months(period.saturating_mul(months));
        while start_of(whole + 1)? <= end {
            whole += 1;
        }
        let (from, until) = (start_of(whole)?, start_of(whole + 1)?);
        let rest = from.days_until(end).max(0) as f64 / from.days_until(until) as f64;
        Ok((whole, rest))
    }

    /// The first day of a period, counted from 0.
    ///
    /// # Errors
    ///
    /// When it is past the year 9999.
    pub fn start_of(&self, period: u32) -> Result<Day, Invalid> {
        let days = |length: i64| self.start.plus_days(i64::from(period) * length);
        match self.period {
            Period::Day => days(1),
            Period::Week => days(7),
            Period::Month => self.start.plus_months(period),
            Period::Quarter => self.start.plus_months(period.saturating_mul(3)),
            Period::Year => self.start.plus_months(period.saturating_mul(12)),
        }
    }

    fn work_out(&self, periods: u32) -> Result<DemandDistribution, ForecastError> {
        let lead_time = LeadTime::Fixed { periods };
        match self.source {
            DemandSource::Forecast(forecast) => forecast.lead_time_demand(&lead_time),
            DemandSource::Model(model) => model.lead_time_demand(&lead_time),
            DemandSource::Sums(sums) => {
                let Some(last) = (periods as usize).checked_sub(1) else {
                    return Ok(DemandDistribution::from_weighted(Vec::new()));
                };
                sums.get(last).cloned().ok_or_else(|| {
                    let expected = format!("an interval of at most {} periods", sums.len());
                    Invalid::new("interval_too_long", expected, periods).into()
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn known(count: u32) -> Vec<DemandDistribution> {
        let sum = |periods: u32| {
            let mean = 10.0 * f64::from(periods);
            DemandDistribution::from_weighted(vec![(mean - 3.0, 1.0), (mean + 3.0, 1.0)])
        };
        (1..=count).map(sum).collect()
    }

    #[test]
    fn intervals_may_end_within_a_period() {
        let sums = known(4);
        let outlook =
            DemandOutlook::new(DemandSource::Sums(&sums), day("2026-01-31"), Period::Month);
        // January 31 to February 28 to March 31: a month that is too short ends on its last day.
        assert!((outlook.expected_until(day("2026-02-28")).unwrap() - 10.0).abs() < 1e-12);
        assert!((outlook.expected_until(day("2026-02-14")).unwrap() - 5.0).abs() < 1e-12);
        let (whole, rest) = outlook.periods_until(day("2026-03-30")).unwrap();
        assert_eq!(whole, 1);
        assert!((rest * 31.0 - 30.0).abs() < 1e-9, "{rest}");
        let half = outlook.demand_until(day("2026-02-14")).unwrap();
        assert!((half.mean() - 5.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_wanted_before_it_starts() {
        let sums = known(2);
        let outlook =
            DemandOutlook::new(DemandSource::Sums(&sums), day("2026-01-05"), Period::Week);
        assert!(outlook.demand_until(day("2026-01-01")).unwrap().mean().abs() < 1e-12);
        let error = outlook.demand_until(day("2026-01-27")).unwrap_err();
        assert_eq!(error.code(), "interval_too_long");
    }
}
