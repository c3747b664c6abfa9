//! Demand by period, one series or many in columns.

use super::{ForecastError, Regressor};
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
}

/// The largest demand of one period.
pub(super) const MAX_DEMAND: f64 = 1e15;
/// The longest history: more would be memory, not knowledge.
const MAX_PERIODS: usize = 100_000;

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
        Ok(Self { values, in_stock: Vec::new(), regressors: Vec::new() })
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
