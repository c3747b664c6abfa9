//! Arithmetic of exact amounts, compiled once.

use rust_decimal::Decimal;

/// What [`Decimal`] does itself, as a call.
///
/// Its own operations are written out wherever they stand, each with one to two kilobytes of
/// WebAssembly. These are not, and never panic.
pub(crate) trait Exact: Sized {
    /// The sum; none when it has more than 28 digits.
    fn checked_plus(self, other: Self) -> Option<Self>;

    /// The difference; none when it has more than 28 digits.
    fn checked_minus(self, other: Self) -> Option<Self>;

    /// The product; none when it has more than 28 digits.
    fn checked_times(self, other: Self) -> Option<Self>;

    /// The quotient; none of nothing, and when it has more than 28 digits before the point.
    fn checked_over(self, other: Self) -> Option<Self>;

    /// The sum, or the nearest amount that there is.
    fn plus(self, other: Self) -> Self;

    /// The difference, or the nearest amount that there is.
    fn minus(self, other: Self) -> Self;

    /// The product, or the nearest amount that there is.
    fn times(self, other: Self) -> Self;
}

impl Exact for Decimal {
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn checked_plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }

    #[cfg_attr(target_family = "wasm", inline(never))]
    fn checked_minus(self, other: Self) -> Option<Self> {
        self.checked_sub(other)
    }

    #[cfg_attr(target_family = "wasm", inline(never))]
    fn checked_times(self, other: Self) -> Option<Self> {
        self.checked_mul(other)
    }

    #[cfg_attr(target_family = "wasm", inline(never))]
    fn checked_over(self, other: Self) -> Option<Self> {
        self.checked_div(other)
    }

    fn plus(self, other: Self) -> Self {
        self.checked_plus(other).unwrap_or(extreme(self.is_sign_negative()))
    }

    fn minus(self, other: Self) -> Self {
        self.checked_minus(other).unwrap_or(extreme(self.is_sign_negative()))
    }

    fn times(self, other: Self) -> Self {
        let is_negative = self.is_sign_negative() != other.is_sign_negative();
        self.checked_times(other).unwrap_or(extreme(is_negative))
    }
}

/// Sums and differences grow too large only in the direction of what they start from.
fn extreme(is_negative: bool) -> Decimal {
    if is_negative { Decimal::MIN } else { Decimal::MAX }
}

/// A count of units of 10 to the power of `-decimals` and a word, as text: what is written most often
/// is written without the machinery of formats.
pub(super) struct Plain {
    text: [u8; 36],
    begin: usize,
}

impl Plain {
    /// At most 9 decimals, and a word of at most 12 letters.
    pub(super) fn new(count: i64, decimals: u32, word: &str) -> Self {
        let mut text = [b' '; 36];
        let mut at = text.len() - word.len();
        text[at..].copy_from_slice(word.as_bytes());
        // The space between is there already.
        at -= 1;
        let (mut left, mut digits) = (count.unsigned_abs(), 0);
        while left > 0 || digits <= decimals {
            if digits == decimals && decimals > 0 {
                at -= 1;
                text[at] = b'.';
            }
            at -= 1;
            // INVARIANT: a digit fits.
            text[at] = b'0' + u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
            digits += 1;
        }
        if count < 0 {
            at -= 1;
            text[at] = b'-';
        }
        Self { text, begin: at }
    }

    pub(super) fn as_str(&self) -> &str {
        // INVARIANT: digits, a point, a sign, a space and a word that was text.
        std::str::from_utf8(&self.text[self.begin..]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_the_nearest_amount() {
        let (most, least, two) = (Decimal::MAX, Decimal::MIN, Decimal::TWO);
        assert_eq!([most.plus(two), least.minus(two), least.plus(least)], [most, least, least]);
        assert_eq!([most.minus(least), least.minus(most)], [most, least]);
        assert_eq!([most.times(two), most.times(-two), least.times(-two)], [most, least, most]);
        assert_eq!([most.checked_plus(two), least.checked_minus(two)], [None; 2]);
        assert_eq!([most.checked_times(two), two.checked_over(Decimal::ZERO)], [None; 2]);
        assert_eq!(two.checked_over(two), Some(Decimal::ONE));
        assert_eq!([two.plus(two), two.times(two), most.minus(most)], [4, 4, 0].map(Decimal::from));
    }
}
