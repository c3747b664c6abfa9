//! How many pieces make a weight.

use crate::unit::{Invalid, Probability, math};
use serde::Serialize;

/// The weight of a piece or case of a product that is ordered by the piece and whose pieces differ.
///
/// Weights are in whatever unit the need is in, and pieces vary independently of each other.
///
/// ```
/// use replenish::{inventory::CatchWeight, unit::Probability};
/// let hams = CatchWeight::observed(&[3.6, 4.2, 3.9, 4.4, 4.0, 3.9])?;
/// let order = hams.pieces_for(40.0, Probability::new(0.95)?)?;
/// assert_eq!(order.pieces, 11); // ten weigh 40 and more only every other time
/// assert!((order.expected - 44.0).abs() < 1e-9);
/// assert!(order.low > 42.5 && order.high < 45.5 && order.enough.value() > 0.95);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CatchWeight(Piece);

/// What pieces that are ordered will weigh together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CaughtWeight {
    /// How many.
    pub pieces: u32,
    /// The expected weight.
    pub expected: f64,
    /// The weight that they fall short of once in twenty times.
    pub low: f64,
    /// The weight that they exceed once in twenty times.
    pub high: f64,
    /// How likely they weigh as much as is needed.
    pub enough: Probability,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Observed(Weights),
    Normal { nominal: f64, coefficient_of_variation: f64 },
}

/// Weights a step apart with their probabilities.
#[derive(Clone, Debug, PartialEq)]
struct Weights {
    least: f64,
    step: f64,
    shares: Vec<f64>,
}

/// Steps from the lightest observed piece to the heaviest.
const STEPS: u32 = 32;
const MOST_PIECES_OBSERVED: u32 = 1024;
const MOST_PIECES: f64 = 1e9;
/// Weights at both ends that are together less likely than this are counted as the next.
const NEVER: f64 = 1e-12;

impl CatchWeight {
    /// As pieces weighed that were received, each as likely as the others.
    ///
    /// Weights of several pieces are added up in steps of a 32nd of the span from the lightest to the
    /// heaviest, a weight between two steps being shared out between them: expected weights are
    /// exact, and spreads at most a little too wide.
    ///
    /// # Errors
    ///
    /// When there is no weight or one is not above zero.
    pub fn observed(weights: &[f64]) -> Result<Self, Invalid> {
        if weights.is_empty() {
            let invalid = Invalid::new("weight_invalid", "at least one weight", "none");
            return Err(invalid.at("weights"));
        }
        for (index, &weight) in weights.iter().enumerate() {
            check_weight(weight).map_err(|error| error.at(format_args!("weights[{index}]")))?;
        }
        let least = weights.iter().copied().fold(f64::MAX, f64::min);
        let most = weights.iter().copied().fold(0.0, f64::max);
        let step = (most - least) / f64::from(STEPS);
        let mut shares = vec![0.0; if step > 0.0 { STEPS as usize + 1 } else { 1 }];
        let share = 1.0 / weights.len() as f64;
        for weight in weights {
            let mut above = if step > 0.0 { (weight - least) / step } else { 0.0 };
            let mut index = 0;
            while above >= 1.0 && index + 2 < shares.len() {
                (above, index) = (above - 1.0, index + 1);
            }
            shares[index] += share * (1.0 - above);
            if let Some(next) = shares.get_mut(index + 1) {
                *next += share * above;
            }
        }
        Ok(Self(Piece::Observed(Weights { least, step, shares })))
    }

    /// As a nominal weight and its coefficient of variation say, the sum of pieces being normal: good
    /// for many pieces.
    ///
    /// # Errors
    ///
    /// When the weight is not above zero or the coefficient is not between 0 and 1.
    pub fn normal(nominal: f64, coefficient_of_variation: f64) -> Result<Self, Invalid> {
        check_weight(nominal).map_err(|error| error.at("nominal"))?;
        if !(0.0..=1.0).contains(&coefficient_of_variation) {
            let expected = "a coefficient of variation between 0 and 1";
            let invalid = Invalid::new("variation_invalid", expected, coefficient_of_variation);
            return Err(invalid.at("coefficient_of_variation"));
        }
        Ok(Self(Piece::Normal { nominal, coefficient_of_variation }))
    }

    /// The smallest number of pieces that weigh at least as much as is needed with at least a
    /// probability; none for a need of zero.
    ///
    /// # Errors
    ///
    /// When the need is negative, the probability is 0 or 1, or it would take more than 1024 pieces
    /// of observed weights (the normal distribution is then as good) or a billion of others.
    pub fn pieces_for(&self, need: f64, probability: Probability) -> Result<CaughtWeight, Invalid> {
        if !(need >= 0.0 && need.is_finite()) {
            return Err(Invalid::new("need_invalid", "a need of zero or more", need));
        }
        if probability.value() <= 0.0 || probability.value() >= 1.0 {
            let expected = "a probability between 0 and 1, both excluded";
            return Err(Invalid::new("service_level_invalid", expected, probability.value()));
        }
        if need <= 0.0 {
            let (pieces, nothing, enough) = (0, 0.0, Probability::new(1.0)?);
            return Ok(CaughtWeight {
                pieces,
                expected: nothing,
                low: nothing,
                high: nothing,
                enough,
            });
        }
        match &self.0 {
            Piece::Observed(piece) => fewest(piece, need, probability),
            Piece::Normal { nominal, coefficient_of_variation } => {
                fewest_normal(*nominal, *coefficient_of_variation, need, probability)
            }
        }
    }
}

/// The fewest pieces by the binary digits of their number: more weigh more, so that each digit is
/// set where the pieces so far and so many more are not yet enough.
fn fewest(piece: &Weights, need: f64, probability: Probability) -> Result<CaughtWeight, Invalid> {
    let enough = |weights: &Weights| weights.at_least(need) >= probability.value() - 1e-12;
    let mut doubled = vec![piece.clone()];
    while let Some(last) = doubled.last().filter(|last| !enough(last)) {
        if 1 << doubled.len() > MOST_PIECES_OBSERVED {
            return Err(too_many(f64::from(MOST_PIECES_OBSERVED), need));
        }
        let twice = last.plus(last);
        doubled.push(twice);
    }
    let (mut pieces, mut short) = (0, Weights { least: 0.0, step: piece.step, shares: vec![1.0] });
    for (digit, power) in doubled.iter().enumerate().rev().skip(1) {
        let more = short.plus(power);
        if !enough(&more) {
            (pieces, short) = (pieces + (1 << digit), more);
        }
    }
    let (pieces, weights) = (pieces + 1, short.plus(piece));
    Ok(CaughtWeight {
        pieces,
        expected: f64::from(pieces) * piece.mean(),
        low: weights.quantile(0.05),
        high: weights.quantile(0.95),
        enough: Probability::new(weights.at_least(need).min(1.0))?,
    })
}

fn fewest_normal(
    nominal: f64,
    variation: f64,
    need: f64,
    probability: Probability,
) -> Result<CaughtWeight, Invalid> {
    // With n pieces, nominal * (n - z * variation * sqrt(n)) must reach the need: a quadratic
    // equation in sqrt(n).
    let z = math::normal_quantile(probability.value()) * variation;
    let root = f64::midpoint(z, (z * z + 4.0 * need / nominal).sqrt());
    let exact = root * root;
    if exact > MOST_PIECES {
        return Err(too_many(MOST_PIECES, need));
    }
    let count = (exact * (1.0 - 1e-12)).ceil().max(1.0);
    let (expected, spread) = (nominal * count, nominal * variation * count.sqrt());
    let at = |share| (expected + spread * math::normal_quantile(share)).max(0.0);
    let enough = if spread > 0.0 { math::normal_tail((need - expected) / spread) } else { 1.0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number between 1 and a billion"
    )]
    let pieces = count as u32;
    Ok(CaughtWeight {
        pieces,
        expected,
        low: at(0.05),
        high: at(0.95),
        enough: Probability::new(enough)?,
    })
}

impl Weights {
    /// The weight of both together.
    fn plus(&self, other: &Self) -> Self {
        let mut shares = vec![0.0; self.shares.len() + other.shares.len() - 1];
        for (index, share) in self.shares.iter().enumerate() {
            for (sum, more) in shares[index..].iter_mut().zip(&other.shares) {
                *sum += share * more;
            }
        }
        let (mut low, mut high) = (0, shares.len() - 1);
        while low < high && shares[low] < NEVER {
            shares[low + 1] += shares[low];
            low += 1;
        }
        while low < high && shares[high] < NEVER {
            shares[high - 1] += shares[high];
            high -= 1;
        }
        let least = self.least + other.least + low as f64 * self.step;
        Self { least, step: self.step, shares: shares[low..=high].to_vec() }
    }

    fn weight(&self, index: usize) -> f64 {
        self.least + index as f64 * self.step
    }

    fn mean(&self) -> f64 {
        math::sum(self.shares.iter().enumerate().map(|(index, share)| share * self.weight(index)))
    }

    /// How likely it is at least as much.
    fn at_least(&self, weight: f64) -> f64 {
        let wanted = weight * (1.0 - 1e-12);
        let heavy = |&(index, _): &(usize, &f64)| self.weight(index) >= wanted;
        math::sum(self.shares.iter().enumerate().filter(heavy).map(|(_, share)| *share))
    }

    fn quantile(&self, probability: f64) -> f64 {
        let mut below = 0.0;
        let reached = |share: &f64| {
            below += share;
            below >= probability
        };
        let index = self.shares.iter().position(reached).unwrap_or(self.shares.len() - 1);
        self.weight(index)
    }
}

fn check_weight(weight: f64) -> Result<(), Invalid> {
    if weight > 0.0 && weight.is_finite() {
        return Ok(());
    }
    Err(Invalid::new("weight_invalid", "a weight above zero", weight))
}

fn too_many(most: f64, need: f64) -> Invalid {
    Invalid::new("pieces_too_many", format!("a need that {most} pieces cover"), need)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(value: f64) -> Probability {
        Probability::new(value).unwrap()
    }

    #[test]
    fn two_weights_are_a_binomial_count() {
        // 1 or 2 each: the weight of n is n and a binomial number of halves.
        let catch = CatchWeight::observed(&[1.0, 2.0]).unwrap();
        let at_least = |pieces: u32, weight: u32| {
            let (mut total, mut ways) = (0.0, 1.0);
            for heavy in 0..=pieces {
                total += if pieces + heavy >= weight { ways } else { 0.0 };
                ways *= f64::from(pieces - heavy) / f64::from(heavy + 1);
            }
            total / math::pow(2.0, f64::from(pieces))
        };
        for need in [1, 2, 3, 7, 20, 33, 59] {
            for level in [0.01, 0.3, 0.5, 0.9, 0.99, 0.9999] {
                let order = catch.pieces_for(f64::from(need), p(level)).unwrap();
                let fewest = (1..=need).find(|&n| at_least(n, need) >= level - 1e-12).unwrap();
                assert_eq!(order.pieces, fewest, "{need} {level}");
                assert!((order.enough.value() - at_least(fewest, need)).abs() < 1e-9);
                assert!((order.expected - 1.5 * f64::from(fewest)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn many_pieces_are_nearly_normal() {
        let weights: Vec<f64> = (0..101).map(|index| 8.0 + f64::from(index) * 0.04).collect();
        let mean = 10.0;
        let variance = weights.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / 101.0;
        let observed = CatchWeight::observed(&weights).unwrap();
        let normal = CatchWeight::normal(mean, variance.sqrt() / mean).unwrap();
        for (need, level) in [(1000.0, 0.5), (1000.0, 0.99), (1500.0, 0.95), (1234.0, 0.1)] {
            let (a, b) = (observed.pieces_for(need, p(level)), normal.pieces_for(need, p(level)));
            let (a, b) = (a.unwrap(), b.unwrap());
            assert_eq!(a.pieces, b.pieces, "{need} {level}");
            assert!((a.expected - b.expected).abs() < 1e-6 * need);
            assert!((a.low - b.low).abs() < 0.2 && (a.high - b.high).abs() < 0.2, "{a:?} {b:?}");
            assert!((a.enough.value() - b.enough.value()).abs() < 0.01);
        }
    }

    #[test]
    fn without_variation_it_is_a_division() {
        for catch in
            [CatchWeight::observed(&[0.1, 0.1]).unwrap(), CatchWeight::normal(0.1, 0.0).unwrap()]
        {
            for (need, pieces) in [(0.0, 0), (0.05, 1), (0.1, 1), (0.3, 3), (0.31, 4), (50.0, 500)]
            {
                let order = catch.pieces_for(need, p(0.99)).unwrap();
                assert_eq!(order.pieces, pieces, "{need}");
                assert!((order.low - order.expected).abs() < 1e-9);
                assert!((order.enough.value() - 1.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let observed = |weights: &[f64]| CatchWeight::observed(weights).unwrap_err();
        assert_eq!(observed(&[]).path, "weights");
        assert_eq!(observed(&[1.0, 0.0]).path, "weights[1]");
        assert_eq!(observed(&[f64::NAN]).code, "weight_invalid");
        assert_eq!(CatchWeight::normal(-1.0, 0.1).unwrap_err().path, "nominal");
        assert_eq!(CatchWeight::normal(1.0, 1.5).unwrap_err().code, "variation_invalid");
        let catch = CatchWeight::observed(&[1.0, 1.2]).unwrap();
        let code = |need, level| catch.pieces_for(need, p(level)).unwrap_err().code;
        assert_eq!(code(-1.0, 0.9), "need_invalid");
        assert_eq!(code(f64::INFINITY, 0.9), "need_invalid");
        assert_eq!(code(1.0, 1.0), "service_level_invalid");
        assert_eq!(code(2000.0, 0.9), "pieces_too_many");
        let normal = CatchWeight::normal(1e-3, 0.1).unwrap();
        assert_eq!(normal.pieces_for(1e9, p(0.9)).unwrap_err().code, "pieces_too_many");
    }
}
