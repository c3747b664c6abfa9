//! Products that serve in place of others.

use super::{
    Requirement, Term,
    amount::{decimals, round_up, too_large},
};
use crate::{
    forecast::DemandDistribution,
    unit::{Exact, Invalid, Money, Probability, Quantity, Sku, sort_by},
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A product that may serve in place of another.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Substitute {
    /// The product that serves.
    pub sku: Sku,
    /// The product in whose place it serves.
    pub replaces: Sku,
    /// How much of it stands for one unit of the other, in its own unit; above zero.
    pub quantity: Quantity,
    /// What it costs to serve one unit of the other with it, beyond the goods: the lower price, the
    /// repacking, the customer's displeasure. Zero or more.
    pub penalty_per_unit: Money,
}

/// What there is of a product that may serve in place of others.
#[derive(Clone, Copy, Debug)]
pub struct SubstituteStock<'a> {
    /// What there is and what is promised to nobody.
    pub available: Quantity,
    /// The product's own demand until more of it can be had.
    pub demand: &'a DemandDistribution,
    /// With which probability it shall do for that; between 0 and 1, both excluded.
    pub service_level: Probability,
}

/// A requirement, and what serves it instead of buying.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Substitution {
    /// What must still be bought; none when substitutes serve all of it.
    #[cfg_attr(target_family = "wasm", tsify(type = "Requirement | null"))]
    pub requirement: Option<Requirement>,
    /// Everything that may serve it, the least penalty first.
    pub replacements: Vec<Replacement>,
}

/// What a substitute does for a requirement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Replacement {
    /// The substitute.
    pub sku: Sku,
    /// What becomes of it.
    pub status: ReplacementStatus,
    /// How much of the requirement it serves.
    pub serves: Quantity,
    /// How much of the substitute that takes.
    pub takes: Quantity,
    /// What serving it so costs.
    pub penalty: Money,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// What becomes of a substitute.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ReplacementStatus {
    /// It serves all or a part.
    Used,
    /// Its own demand may need all that there is.
    NothingToSpare,
    /// Its penalty is as high as buying, or higher.
    DearerThanBuying,
    /// Others serve all of it for less.
    NotNeeded,
}

/// Serves requirements from stock of products that may stand for them.
///
/// A substitute gives only what its own demand does not need at its own service level. The earliest
/// requirement is served first, by the substitute with the least penalty; of equal ones by the one
/// named first in the alphabet. `buying_per_unit` says what one unit of a required product costs
/// beyond the goods if it is bought, such as freight or the surcharge of an emergency: a substitute
/// whose penalty is not below it is named and not used. A product without an entry is substituted
/// whatever the penalty. A substitute that is not in `stock` has nothing to spare.
///
/// The answers stand in the order of the requirements.
///
/// # Errors
///
/// One a requirement, the others are still answered: a quantity that is not above zero; a substitute for it that is the product itself,
/// is given twice, stands in a quantity that is not above zero or in another unit than its stock, has a
/// negative penalty or one in another currency than the others or than buying, or whose service level
/// is not between 0 and 1.
///
/// ```
/// use replenish::{
///     forecast::DemandDistribution,
///     inventory::{Requirement, Substitute, SubstituteStock, substitute},
///     unit::{Probability, Sku},
/// };
/// use std::collections::BTreeMap;
/// let (small, large) = (Sku::new("bag-500g")?, Sku::new("bag-1kg")?);
/// let (quantity, need_by) = ("7 each".parse()?, "2026-12-01".parse()?);
/// let wanted = Requirement { sku: large.clone(), quantity, need_by };
/// let two_for_one = Substitute {
///     sku: small.clone(),
///     replaces: large,
///     quantity: "2 each".parse()?,
///     penalty_per_unit: "0.20 EUR".parse()?,
/// };
/// let demand = DemandDistribution::from_weighted(vec![(10.0, 0.9), (14.0, 0.1)]);
/// let available = "23 each".parse()?;
/// let stock = SubstituteStock { available, demand: &demand, service_level: Probability::new(0.95)? };
/// let answers =
///     substitute(&[wanted], &[two_for_one], &BTreeMap::from([(small, stock)]), &BTreeMap::new());
/// let answer = answers[0].as_ref().unwrap();
/// // 23 - 14 can be spared: eight of them stand for four.
/// assert_eq!(answer.replacements[0].takes.to_string(), "8 each");
/// assert_eq!(answer.requirement.as_ref().unwrap().quantity.to_string(), "3 each");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn substitute(
    requirements: &[Requirement],
    substitutes: &[Substitute],
    stock: &BTreeMap<Sku, SubstituteStock<'_>>,
    buying_per_unit: &BTreeMap<Sku, Money>,
) -> Vec<Result<Substitution, Invalid>> {
    let mut spare: BTreeMap<&Sku, Result<Decimal, Invalid>> = BTreeMap::new();
    for (sku, stock) in stock {
        spare.insert(sku, to_spare(stock).map_err(|e| e.at(format_args!("stock[{sku}]"))));
    }
    let mut turns: Vec<usize> = (0..requirements.len()).collect();
    sort_by(&mut turns, |&a, &b| requirements[a].need_by.cmp(&requirements[b].need_by));
    let mut answers: Vec<(usize, Result<Substitution, Invalid>)> = Vec::new();
    for index in turns {
        let requirement = &requirements[index];
        let buying = buying_per_unit.get(&requirement.sku).copied();
        let answer = check(requirement, index)
            .and_then(|()| candidates(requirement, substitutes, stock, buying))
            .and_then(|candidates| serve(requirement, &candidates, &mut spare, stock, buying));
        answers.push((index, answer));
    }
    sort_by(&mut answers, |a, b| a.0.cmp(&b.0));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn check(requirement: &Requirement, index: usize) -> Result<(), Invalid> {
    let quantity = requirement.quantity;
    if quantity.amount() > Decimal::ZERO {
        return Ok(());
    }
    let invalid = Invalid::new("quantity_not_positive", "a quantity above zero", quantity);
    Err(invalid.at("quantity").at(format_args!("requirements[{index}]")))
}

/// What a product's own demand does not need, in what it is counted in.
fn to_spare(stock: &SubstituteStock<'_>) -> Result<Decimal, Invalid> {
    let value = stock.service_level.value();
    if value <= 0.0 || value >= 1.0 {
        let expected = "a probability above 0 and below 1";
        let invalid = Invalid::new("service_level_out_of_range", expected, value);
        return Err(invalid.at("service_level"));
    }
    let unit = stock.available.unit();
    let needed = round_up(stock.demand.quantile(stock.service_level), unit)?.max(Decimal::ZERO);
    let spare = stock.available.amount().minus(needed).max(Decimal::ZERO);
    Ok(spare.round_dp_with_strategy(decimals(unit), RoundingStrategy::ToZero))
}

/// The substitutes for a requirement, the least penalty first.
fn candidates<'a>(
    requirement: &Requirement,
    substitutes: &'a [Substitute],
    stock: &BTreeMap<Sku, SubstituteStock<'_>>,
    buying: Option<Money>,
) -> Result<Vec<&'a Substitute>, Invalid> {
    let mut candidates: Vec<&Substitute> = Vec::new();
    let mut currency = buying.map(Money::currency);
    for (index, substitute) in substitutes.iter().enumerate() {
        if substitute.replaces != requirement.sku {
            continue;
        }
        let Substitute { sku, replaces, quantity, penalty_per_unit } = substitute;
        let at = |invalid: Invalid, field: &str| {
            Err(invalid.at(field).at(format_args!("substitutes[{index}]")))
        };
        if sku == replaces {
            return at(Invalid::new("substitute_of_itself", "another product", sku), "sku");
        }
        if candidates.iter().any(|other| other.sku == *sku) {
            return at(Invalid::new("substitute_twice", "each substitute once", sku), "sku");
        }
        if quantity.amount() <= Decimal::ZERO {
            let expected = "a quantity above zero";
            return at(Invalid::new("quantity_not_positive", expected, quantity), "quantity");
        }
        if let Some(stock) = stock.get(sku)
            && stock.available.unit() != quantity.unit()
        {
            let expected = format!("a quantity in {}", stock.available.unit());
            return at(Invalid::new("unit_mixed", expected, quantity), "quantity");
        }
        if penalty_per_unit.is_negative() {
            let expected = "an amount of zero or more";
            let invalid = Invalid::new("money_negative", expected, penalty_per_unit);
            return at(invalid, "penalty_per_unit");
        }
        let other = *currency.get_or_insert(penalty_per_unit.currency());
        if let Err(invalid) = Money::zero(other).compare(*penalty_per_unit) {
            return at(invalid, "penalty_per_unit");
        }
        candidates.push(substitute);
    }
    sort_by(&mut candidates, |a, b| {
        let penalty = a.penalty_per_unit.amount().cmp(&b.penalty_per_unit.amount());
        penalty.then_with(|| a.sku.cmp(&b.sku))
    });
    Ok(candidates)
}

fn serve(
    requirement: &Requirement,
    candidates: &[&Substitute],
    spare: &mut BTreeMap<&Sku, Result<Decimal, Invalid>>,
    stock: &BTreeMap<Sku, SubstituteStock<'_>>,
    buying: Option<Money>,
) -> Result<Substitution, Invalid> {
    let unit = requirement.quantity.unit();
    let mut missing = requirement.quantity.amount();
    let mut replacements = Vec::with_capacity(candidates.len());
    let mut taken = Vec::new();
    for candidate in candidates {
        let Substitute { sku, quantity, penalty_per_unit, .. } = candidate;
        let there = spare.get(sku).cloned().unwrap_or(Ok(Decimal::ZERO))?;
        let serves = there.checked_div(quantity.amount()).unwrap_or(Decimal::MAX);
        let serves = serves.round_dp_with_strategy(decimals(unit), RoundingStrategy::ToZero);
        let is_dear = buying.is_some_and(|buying| penalty_per_unit.amount() >= buying.amount());
        let status = match () {
            () if missing <= Decimal::ZERO => ReplacementStatus::NotNeeded,
            () if serves.is_zero() => ReplacementStatus::NothingToSpare,
            () if is_dear => ReplacementStatus::DearerThanBuying,
            () => ReplacementStatus::Used,
        };
        let serves =
            if status == ReplacementStatus::Used { serves.min(missing) } else { Decimal::ZERO };
        let takes = serves.checked_times(quantity.amount()).ok_or_else(|| too_large(quantity))?;
        let takes = takes.round_dp_with_strategy(
            decimals(quantity.unit()),
            RoundingStrategy::ToPositiveInfinity,
        );
        missing = missing.minus(serves);
        taken.push((sku, takes));
        let penalty = penalty_per_unit.times(serves)?;
        let of_substitute = |amount| Quantity::new(amount, quantity.unit()).to_string();
        let term = |name: &'static str, value: String| Term { name: name.into(), value };
        let mut terms = Vec::new();
        if let Some(stock) = stock.get(sku) {
            terms.push(term("available of it", stock.available.to_string()));
            let percent = stock.service_level.value() * 100.0;
            let name = format!("can be spared (its own demand is served with {percent:.1} %)");
            terms.push(Term { name: name.into(), value: of_substitute(there) });
        }
        terms.push(term("stands for one unit", quantity.to_string()));
        terms.push(term("penalty for one unit", penalty_per_unit.to_string()));
        if let Some(buying) = buying {
            terms.push(term("buying one unit instead", buying.to_string()));
        }
        replacements.push(Replacement {
            sku: sku.clone(),
            status,
            serves: Quantity::new(serves, unit),
            takes: Quantity::new(takes, quantity.unit()),
            penalty,
            terms,
        });
    }
    // Only what is answered takes stock from those that come later.
    for (sku, takes) in taken {
        if let Some(Ok(left)) = spare.get_mut(sku) {
            *left = left.minus(takes);
        }
    }
    let left = Requirement { quantity: Quantity::new(missing, unit), ..requirement.clone() };
    let requirement = (missing > Decimal::ZERO).then_some(left);
    Ok(Substitution { requirement, replacements })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(text: &str) -> Sku {
        Sku::new(text).unwrap()
    }

    fn wanted(name: &str, quantity: &str, day: &str) -> Requirement {
        let (quantity, need_by) = (quantity.parse().unwrap(), day.parse().unwrap());
        Requirement { sku: sku(name), quantity, need_by }
    }

    fn of(name: &str, replaces: &str, quantity: &str, penalty: &str) -> Substitute {
        Substitute {
            sku: sku(name),
            replaces: sku(replaces),
            quantity: quantity.parse().unwrap(),
            penalty_per_unit: penalty.parse().unwrap(),
        }
    }

    fn stock<'a>(available: &str, demand: &'a DemandDistribution) -> SubstituteStock<'a> {
        SubstituteStock {
            available: available.parse().unwrap(),
            demand,
            service_level: Probability::new(0.9).unwrap(),
        }
    }

    fn show(answer: &Result<Substitution, Invalid>) -> Vec<String> {
        let answer = answer.as_ref().unwrap();
        let show = |r: &Replacement| {
            format!("{} {:?} {} for {} at {}", r.sku, r.status, r.takes, r.serves, r.penalty)
        };
        answer.replacements.iter().map(show).collect()
    }

    #[test]
    fn the_earliest_need_takes_what_the_substitute_can_spare() {
        let demand = DemandDistribution::from_weighted(vec![(5.0, 0.9), (8.0, 0.1)]);
        let stock = BTreeMap::from([
            (sku("b"), stock("9 each", &demand)),
            (sku("c"), stock("9.7 kg", &demand)),
            (sku("d"), stock("3 each", &demand)),
            (sku("e"), stock("99 each", &demand)),
        ]);
        let substitutes = [
            of("c", "a", "0.3 kg", "0.50 EUR"),
            of("b", "a", "1 each", "0.20 EUR"),
            of("b", "x", "1 each", "0.10 EUR"),
            of("d", "x", "1 each", "0.10 EUR"),
            of("e", "x", "1 each", "2.00 EUR"),
            of("f", "x", "1 each", "2.00 EUR"),
        ];
        let requirements =
            [wanted("x", "4 each", "2026-02-09"), wanted("a", "9 each", "2026-02-02")];
        let buying = BTreeMap::from([(sku("x"), "2.00 EUR".parse().unwrap())]);
        let answers = substitute(&requirements, &substitutes, &stock, &buying);
        assert_eq!(
            show(&answers[1]),
            ["b Used 4 each for 4 each at 0.80 EUR", "c Used 1.5 kg for 5 each at 2.50 EUR"]
        );
        assert_eq!(answers[1].as_ref().unwrap().requirement, None);
        assert_eq!(
            show(&answers[0]),
            [
                "b NothingToSpare 0 each for 0 each at 0.00 EUR",
                "d NothingToSpare 0 each for 0 each at 0.00 EUR",
                "e DearerThanBuying 0 each for 0 each at 0.00 EUR",
                "f NothingToSpare 0 each for 0 each at 0.00 EUR"
            ]
        );
        let left = answers[0].as_ref().unwrap().requirement.as_ref().unwrap();
        assert_eq!(left, &requirements[0]);
        let answers = substitute(&requirements, &substitutes, &stock, &BTreeMap::new());
        assert_eq!(show(&answers[0])[2], "e Used 4 each for 4 each at 8.00 EUR");
        assert_eq!(show(&answers[0])[3], "f NotNeeded 0 each for 0 each at 0.00 EUR");
    }

    #[test]
    fn parts_of_a_piece_are_not_taken_and_no_more_than_is_there() {
        let demand = DemandDistribution::from_weighted(Vec::new());
        let stock = BTreeMap::from([(sku("b"), stock("4.9 each", &demand))]);
        let substitutes = [of("b", "a", "0.75 each", "0 EUR")];
        let run = |quantity: &str| {
            let requirements = [wanted("a", quantity, "2026-02-09")];
            show(&substitute(&requirements, &substitutes, &stock, &BTreeMap::new())[0]).remove(0)
        };
        assert_eq!(run("9 each"), "b Used 4 each for 5 each at 0.00 EUR");
        assert_eq!(run("1 each"), "b Used 1 each for 1 each at 0.00 EUR");
        let none = [wanted("a", "0 each", "2026-02-09")];
        let answer = &substitute(&none, &substitutes, &stock, &BTreeMap::new())[0];
        assert_eq!(answer.as_ref().unwrap_err().path, "requirements[0].quantity");
    }

    #[test]
    fn bad_substitutes_are_named_and_other_requirements_answered() {
        let demand = DemandDistribution::from_weighted(Vec::new());
        let mut sure = stock("9 each", &demand);
        sure.service_level = Probability::new(1.0).unwrap();
        let stock = BTreeMap::from([(sku("b"), stock("9 each", &demand)), (sku("c"), sure)]);
        let requirements =
            [wanted("a", "4 each", "2026-02-09"), wanted("z", "4 each", "2026-02-09")];
        let good = of("b", "z", "1 each", "1 EUR");
        let told = |bad: &[Substitute]| {
            let all = [bad, std::slice::from_ref(&good)].concat();
            let buying = BTreeMap::from([(sku("a"), "2.00 EUR".parse().unwrap())]);
            let answers = substitute(&requirements, &all, &stock, &buying);
            assert!(answers[1].as_ref().unwrap().requirement.is_none());
            let invalid = answers[0].as_ref().unwrap_err();
            format!("{} {}", invalid.code, invalid.path)
        };
        let told = [
            told(&[of("a", "a", "1 each", "1 EUR")]),
            told(&[of("b", "a", "1 each", "1 EUR"), of("b", "a", "2 each", "1 EUR")]),
            told(&[of("b", "a", "0 each", "1 EUR")]),
            told(&[of("b", "a", "1 kg", "1 EUR")]),
            told(&[of("b", "a", "1 each", "-1 EUR")]),
            told(&[of("b", "a", "1 each", "1 USD")]),
            told(&[of("c", "a", "1 each", "1 EUR")]),
        ];
        assert_eq!(
            told,
            [
                "substitute_of_itself substitutes[0].sku",
                "substitute_twice substitutes[1].sku",
                "quantity_not_positive substitutes[0].quantity",
                "unit_mixed substitutes[0].quantity",
                "money_negative substitutes[0].penalty_per_unit",
                "currency_mixed substitutes[0].penalty_per_unit",
                "service_level_out_of_range stock[c].service_level",
            ]
        );
    }
}
