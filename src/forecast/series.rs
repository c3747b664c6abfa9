//! Demand by period, one series or many in columns.

use super::ForecastError;
use crate::unit::Invalid;

/// Demand of one product by period of equal length, oldest first.
///
/// Every value is from zero to 10¹⁵, where sums of squares are still finite and whole numbers still
/// exact; there is at least one. A period without demand is a
/// zero, not a gap.
///
/// ```
/// use replenish::forecast::Series;
/// assert_eq!(Series::new(vec![3.0, 0.0, 5.0])?.len(), 3);
/// assert_eq!(Series::new(vec![3.0, -1.0]).unwrap_err().to_string(),
///     "`values[1]`: expected a demand from 0 to 1000000000000000, got `-1`");
/// # Ok::<(), replenish::forecast::ForecastError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Series(Vec<f64>);

/// The largest demand of one period.
pub(super) const MAX_DEMAND: f64 = 1e15;

/// Many series in two columns, as they cross from JavaScript in one copy.
#[derive(Clone, Copy, Debug)]
pub struct SeriesBatch<'a> {
    /// All values, one series behind the other.
    pub values: &'a [f64],
    /// Where each series begins, and at the end where the last one ends: one more than there are
    /// series.
    pub offsets: &'a [u32],
}

impl Series {
    /// Checks and takes a history.
    ///
    /// # Errors
    ///
    /// When it is empty, or a value is negative, beyond 10¹⁵ or NaN.
    pub fn new(values: Vec<f64>) -> Result<Self, ForecastError> {
        if values.is_empty() {
            return Err(Invalid::new("series_empty", "at least one value", "none")
                .at("values")
                .into());
        }
        for (index, &value) in values.iter().enumerate() {
            if !(0.0..=MAX_DEMAND).contains(&value) {
                let expected = format!("a demand from 0 to {MAX_DEMAND}");
                let invalid = Invalid::new("demand_invalid", expected, value);
                return Err(invalid.at(format_args!("values[{index}]")).into());
            }
        }
        Ok(Self(values))
    }

    /// The values, oldest first.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// How many periods there are; never zero.
    #[expect(clippy::len_without_is_empty, reason = "a series has at least one value")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl SeriesBatch<'_> {
    /// The series one by one, each checked alone.
    ///
    /// # Errors
    ///
    /// The outer one when the offsets do not cut the values into pieces; an inner one for a series
    /// whose values cannot be accepted.
    pub fn series(
        &self,
    ) -> Result<impl Iterator<Item = Result<Series, ForecastError>>, ForecastError> {
        let end = u32::try_from(self.values.len()).ok();
        let ordered = self.offsets.windows(2).all(|pair| pair[0] <= pair[1]);
        let whole = self.offsets.first() == Some(&0) && self.offsets.last().copied() == end;
        if !(ordered && whole) {
            let expected = format!("ascending offsets from 0 to {}", self.values.len());
            let got = format!("{:?}", self.offsets.iter().take(8).collect::<Vec<_>>());
            return Err(Invalid::new("offsets_invalid", expected, got).at("offsets").into());
        }
        Ok(self
            .offsets
            .windows(2)
            .map(|pair| Series::new(self.values[pair[0] as usize..pair[1] as usize].to_vec())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_refused_only_where_it_cannot_be_cut() {
        let batch =
            |offsets: &'static [u32]| SeriesBatch { values: &[1.0, f64::NAN, 2.0], offsets };
        let pieces: Vec<_> = batch(&[0, 1, 1, 3]).series().unwrap().collect();
        assert!(pieces[0].is_ok() && pieces[1].is_err() && pieces[2].is_err());
        for bad in [&[][..], &[0], &[0, 2], &[1, 3], &[0, 2, 1, 3]] {
            assert_eq!(batch(bad).series().err().unwrap().code(), "offsets_invalid", "{bad:?}");
        }
    }
}
