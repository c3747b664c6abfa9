//! Demand by period, one series or many in columns.

use super::{ForecastError, Regressor, options::MAX_HORIZON};
use crate::unit::Invalid;

/// Demand of one product by period of equal length, oldest first, and what is known about the
/// periods.
///
/// A value is a finite number of at most 10¹⁵, where sums of squares are still finite and whole
/// numbers still exact, or NaN where demand is not known. Whether unknown and negative periods are
/// accepted is said in [`ForecastOptions`](super::ForecastOptions): a gap is not zero demand unless
/// the caller says so. There may be no value at all, as for a product that is new.
///
/// ```
/// use replenish::forecast::Series;
/// assert_eq!(Series::new(vec![3.0, 0.0, 5.0])?.len(), 3);
/// assert_eq!(Series::new(vec![3.0, f64::INFINITY]).unwrap_err().to_string(),
///     "`values[1]`: expected a demand of at most 1000000000000000 either way, got `inf`");
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    values: Vec<f64>,
    /// Empty, or one for each value: false where there was less than was wanted.
    in_stock: Vec<bool>,
    regressors: Vec<Regressor>,
    /// Empty, or what demand of each period is multiplied by, periods ahead behind the history.
    seasonal_factors: Vec<f64>,
}

/// The largest demand of one period.
pub(super) const MAX_DEMAND: f64 = 1e15;
/// The longest history: more would be memory, not knowledge.
const MAX_PERIODS: usize = 100_000;
/// The largest seasonal factor.
const MAX_FACTOR: f64 = 1e6;

impl Series {
    /// Checks and takes a history.
    ///
    /// # Errors
    ///
    /// When a value is infinite or beyond 10¹⁵, or there are more than 100,000.
    pub fn new(values: Vec<f64>) -> Result<Self, ForecastError> {
        if values.len() > MAX_PERIODS {
            let expected = format!("at most {MAX_PERIODS} periods");
            return Err(Invalid::new("series_too_long", expected, values.len())
                .at("values")
                .into());
        }
        // All at once first: a loop that may end early takes several times as long.
        let excess = values.iter().fold(false, |any, value| any | (value.abs() > MAX_DEMAND));
        for (index, &value) in values.iter().enumerate().take(if excess { values.len() } else { 0 })
        {
            if value.abs() > MAX_DEMAND {
                let expected = format!("a demand of at most {MAX_DEMAND} either way");
                let invalid = Invalid::new("demand_invalid", expected, value);
                return Err(invalid.at(format_args!("values[{index}]")).into());
            }
        }
        let (in_stock, regressors, seasonal_factors) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { values, in_stock, regressors, seasonal_factors })
    }

    /// The same history, with the periods in which the product was there to be sold. Where it was
    /// not, demand was at least what was sold.
    ///
    /// # Errors
    ///
    /// When there is not one entry for each period.
    pub fn with_availability(mut self, in_stock: Vec<bool>) -> Result<Self, ForecastError> {
        if in_stock.len() != self.values.len() {
            let expected = format!("{} periods, as there are values", self.values.len());
            let invalid = Invalid::new("in_stock_length", expected, in_stock.len());
            return Err(invalid.at("in_stock").into());
        }
        self.in_stock = in_stock;
        Ok(self)
    }

    /// The same history, with what is known to move demand: promotions, prices, events, closed days.
    #[must_use]
    pub fn with_regressors(mut self, regressors: Vec<Regressor>) -> Self {
        self.regressors = regressors;
        self
    }

    /// The same history, with a season that is known from elsewhere, such as from many products
    /// together ([`SharedSeason`](super::SharedSeason)): what demand of each period is multiplied by,
    /// 1 being as usual, and behind the history at least as many periods ahead as are forecast.
    ///
    /// The model follows the history divided by it, which is also what
    /// [`Forecast::history`](super::Forecast::history) has, and its forecasts are multiplied by it.
    ///
    /// # Errors
    ///
    /// When a factor is not between a millionth and a million, or there are fewer than periods or
    /// 10,000 more.
    pub fn with_seasonal_factors(mut self, factors: Vec<f64>) -> Result<Self, ForecastError> {
        let (least, most) = (self.values.len(), self.values.len() + MAX_HORIZON as usize);
        if !(least..=most).contains(&factors.len()) {
            let expected = format!("{least} periods of history and at most {MAX_HORIZON} ahead");
            let invalid = Invalid::new("seasonal_factors_length", expected, factors.len());
            return Err(invalid.at("seasonal_factors").into());
        }
        let range = 1.0 / MAX_FACTOR..=MAX_FACTOR;
        if let Some(index) = factors.iter().position(|factor| !range.contains(factor)) {
            let expected = format!("a factor from {} to {MAX_FACTOR}", 1.0 / MAX_FACTOR);
            let invalid = Invalid::new("seasonal_factor_invalid", expected, factors[index]);
            return Err(invalid.at(format_args!("seasonal_factors[{index}]")).into());
        }
        self.seasonal_factors = factors;
        Ok(self)
    }

    /// The values, oldest first; NaN where demand is not known.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Whether the product was there to be sold in each period; empty where that is not known to have
    /// failed.
    pub fn in_stock(&self) -> &[bool] {
        &self.in_stock
    }

    /// What is known to move demand.
    pub fn regressors(&self) -> &[Regressor] {
        &self.regressors
    }

    /// What demand of each period is multiplied by, periods ahead behind the history; empty without
    /// a season that is known from elsewhere.
    pub fn seasonal_factors(&self) -> &[f64] {
        &self.seasonal_factors
    }

    /// The same as if there were no such season. Whole numbers stay whole, since what is sold by the
    /// piece is followed by other models: what rounding a demand gives or takes the next one gets.
    pub(super) fn without_season(&self) -> Self {
        let is_whole = self.values.iter().all(|value| value.is_nan() || value.fract() == 0.0);
        let mut owed = 0.0;
        let without = |(&value, &factor): (&f64, &f64)| {
            let demand = value / factor;
            if !is_whole || demand == 0.0 || demand.is_nan() {
                return demand;
            }
            let whole = (demand + owed).round();
            owed += demand - whole;
            whole
        };
        let values = self.values.iter().zip(&self.seasonal_factors).map(without).collect();
        Self { values, seasonal_factors: Vec::new(), ..self.clone() }
    }

    /// How many periods there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no period at all.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Many series in columns, as they cross from JavaScript in one copy.
///
/// ```
/// use replenish::forecast::SeriesBatch;
/// let batch = SeriesBatch::new(&[1.0, 2.0, 3.0], &[0, 2, 3]);
/// assert_eq!(batch.series()?.count(), 2);
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SeriesBatch<'a> {
    /// All values, one series behind the other; NaN where demand is not known.
    pub values: &'a [f64],
    /// Where each series begins, and at the end where the last one ends: one more than there are
    /// series.
    pub offsets: &'a [u32],
    /// Empty, or one for each value: 0 where the product was not there to be sold.
    pub in_stock: &'a [u8],
    /// What is known to move demand.
    pub regressors: &'a [RegressorColumn<'a>],
}

/// One regressor of many series: for each its history and, behind it, as many periods ahead as are
/// forecast.
#[derive(Clone, Copy, Debug)]
pub struct RegressorColumn<'a> {
    /// Its name, which explanations use.
    pub name: &'a str,
    /// What it is.
    pub kind: super::RegressorKind,
    /// All values, one series behind the other.
    pub values: &'a [f64],
    /// Where each series begins, and at the end where the last one ends. A series without this
    /// regressor has none of its values.
    pub offsets: &'a [u32],
}

impl<'a> SeriesBatch<'a> {
    /// Histories without anything else known about them.
    pub fn new(values: &'a [f64], offsets: &'a [u32]) -> Self {
        Self { values, offsets, ..Self::default() }
    }

    /// The series one by one, each checked alone.
    ///
    /// # Errors
    ///
    /// The outer one when a column does not fit the others; an inner one for a series whose values
    /// cannot be accepted.
    pub fn series(
        &self,
    ) -> Result<impl Iterator<Item = Result<Series, ForecastError>>, ForecastError> {
        self.check()?;
        let batch = *self;
        Ok((0..self.len()).map(move |index| batch.one(index)))
    }

    /// How many series there are; one fewer than offsets.
    pub(super) fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether the columns fit together.
    pub(super) fn check(&self) -> Result<(), ForecastError> {
        check_offsets(self.offsets, self.values.len(), "offsets")?;
        if !self.in_stock.is_empty() && self.in_stock.len() != self.values.len() {
            let expected = format!("{} periods, as there are values", self.values.len());
            let invalid = Invalid::new("in_stock_length", expected, self.in_stock.len());
            return Err(invalid.at("in_stock").into());
        }
        for (index, column) in self.regressors.iter().enumerate() {
            let path = format!("regressors[{index}].offsets");
            check_offsets(column.offsets, column.values.len(), &path)?;
            if column.offsets.len() != self.offsets.len() {
                let expected = format!("{} offsets, as for the values", self.offsets.len());
                let invalid = Invalid::new("offsets_invalid", expected, column.offsets.len());
                return Err(invalid.at(path).into());
            }
        }
        Ok(())
    }

    /// One of the series, checked alone; the columns fit together.
    pub(super) fn one(&self, index: usize) -> Result<Series, ForecastError> {
        let range = |offsets: &[u32]| offsets[index] as usize..offsets[index + 1] as usize;
        let periods = range(self.offsets);
        let mut series = Series::new(self.values[periods.clone()].to_vec())?;
        if !self.in_stock.is_empty() {
            series.in_stock = self.in_stock[periods].iter().map(|&there| there != 0).collect();
        }
        let given = self.regressors.iter().filter(|column| !range(column.offsets).is_empty());
        let regressors = given.map(|column| Regressor {
            name: column.name.to_owned(),
            kind: column.kind,
            values: column.values[range(column.offsets)].to_vec(),
        });
        Ok(series.with_regressors(regressors.collect()))
    }
}

/// Offsets ascend from zero to the end of what they cut.
fn check_offsets(offsets: &[u32], length: usize, path: &str) -> Result<(), ForecastError> {
    let end = u32::try_from(length).ok();
    let ordered = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
    if ordered && offsets.first() == Some(&0) && offsets.last().copied() == end {
        return Ok(());
    }
    let expected = format!("ascending offsets from 0 to {length}");
    let got = format!("{:?}", offsets.iter().take(8).collect::<Vec<_>>());
    Err(Invalid::new("offsets_invalid", expected, got).at(path).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_refused_only_where_it_cannot_be_cut() {
        let batch = |offsets: &'static [u32]| SeriesBatch::new(&[1.0, f64::INFINITY, 2.0], offsets);
        let pieces: Vec<_> = batch(&[0, 1, 1, 3]).series().unwrap().collect();
        assert!(pieces[0].is_ok() && pieces[1].is_ok() && pieces[2].is_err());
        for bad in [&[][..], &[0], &[0, 2], &[1, 3], &[0, 2, 1, 3]] {
            assert_eq!(batch(bad).series().err().unwrap().code(), "offsets_invalid", "{bad:?}");
        }
    }

    #[test]
    fn columns_beside_the_values_must_fit_them() {
        let batch = SeriesBatch::new(&[1.0, 2.0], &[0, 1, 2]);
        let short = SeriesBatch { in_stock: &[1], ..batch };
        assert_eq!(short.series().err().unwrap().code(), "in_stock_length");
        let there = SeriesBatch { in_stock: &[1, 0], ..batch };
        let pieces: Vec<_> = there.series().unwrap().map(Result::unwrap).collect();
        assert_eq!((pieces[0].in_stock(), pieces[1].in_stock()), (&[true][..], &[false][..]));
        assert_eq!(
            Series::new(vec![1.0]).unwrap().with_availability(vec![]).unwrap_err().code(),
            "in_stock_length"
        );
    }
}
