//! Products of numbers of 64 bits, which fit 64 bits again as a rule.
//!
//! WebAssembly has no wider product and no flag of overflow: there 128 bits, and the check of a product
//! of 64, are the call of a function each time.

/// The product, if it is seen at once that it fits.
#[inline]
pub(super) fn narrow_product(a: i64, b: i64) -> Option<i64> {
    // Of numbers below 2ᵐ and 2ⁿ it is below 2ᵐ⁺ⁿ.
    let zeros = a.unsigned_abs().leading_zeros() + b.unsigned_abs().leading_zeros();
    (zeros > 64).then(|| a.wrapping_mul(b))
}

/// The product, whatever the numbers.
#[inline]
pub(super) fn wide_product(a: i64, b: i64) -> i128 {
    // Natively it is one instruction.
    let narrow = if cfg!(target_family = "wasm") { narrow_product(a, b) } else { None };
    narrow.map_or_else(|| i128::from(a) * i128::from(b), i128::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_exact_or_nothing_at_the_edges() {
        let edges = [0, 1, 2, 3, 1 << 31, 1 << 32, (1 << 32) - 1, 1 << 62, i64::MAX, i64::MIN];
        let numbers: Vec<i64> = edges.iter().flat_map(|&n| [n, n.wrapping_neg()]).collect();
        for &a in &numbers {
            for &b in &numbers {
                let exact = i128::from(a) * i128::from(b);
                assert_eq!(wide_product(a, b), exact);
                if let Some(narrow) = narrow_product(a, b) {
                    assert_eq!(i128::from(narrow), exact);
                } else {
                    assert!(a == 0 || b == 0 || exact.abs() >= 1 << 62, "{a} times {b} fits");
                }
            }
        }
    }
}
