//! Requirements of kits as requirements of their components.

use super::{
    Kit,
    structure::{Structure, alter, same_unit},
};
use crate::{
    inventory::{
        Requirement, Term,
        amount::{amount_in, too_large},
    },
    unit::{Day, Exact, Invalid, Quantity, Sku, Unit},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is wanted of one product, itself and in kits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ExplodedRequirement {
    /// Whether it is bought or put together.
    pub supply: Supply,
    /// What stock serves.
    pub from_stock: Quantity,
    /// What stock does not serve, one entry a day, earliest first; empty when it serves all.
    pub missing: Vec<Requirement>,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// How a product comes about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Supply {
    /// It is a kit.
    Assemble,
    /// It is no kit.
    Buy,
}

/// Explodes requirements into what must be put together and what must be bought.
///
/// Level by level from the top, stock of a product serves its earliest requirements first, and what
/// it does not serve of a kit becomes a requirement of the kit's components, earlier by the days of
/// assembly. `stock` is what is promised to nobody; a product that is not in it has none.
///
/// # Errors
///
/// One a product, the others are still answered: a kit stated twice, without components, with a
/// quantity that is not above zero or in another unit than the component's; kits that contain each
/// other (`kit_cycle`, which names them in turn). What such a kit is made of cannot be answered either
/// and has the same error.
///
/// ```
/// use replenish::{inventory::{Component, Kit, Requirement, explode_requirements}, unit::Sku};
/// use std::collections::BTreeMap;
/// let (basket, jam) = (Sku::new("basket")?, Sku::new("jam")?);
/// let components = vec![Component { sku: jam.clone(), quantity: "3 each".parse()? }];
/// let kit = Kit { sku: basket.clone(), unit: "each".parse()?, components, assembly_days: 2 };
/// let quantity = "10 each".parse()?;
/// let wanted = Requirement { sku: basket.clone(), quantity, need_by: "2026-12-10".parse()? };
/// let stock = BTreeMap::from([(basket, "4 each".parse()?)]);
/// let exploded = explode_requirements(&[kit], &[wanted], &stock);
/// let to_buy = &exploded[&jam].as_ref().unwrap().missing[0];
/// assert_eq!(to_buy.quantity.to_string(), "18 each"); // (10 - 4) * 3
/// assert_eq!(to_buy.need_by.to_string(), "2026-12-08");
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn explode_requirements(
    kits: &[Kit],
    requirements: &[Requirement],
    stock: &BTreeMap<Sku, Quantity>,
) -> BTreeMap<Sku, Result<ExplodedRequirement, Invalid>> {
    let structure = Structure::new(kits);
    let mut wanted: BTreeMap<&Sku, Result<Wanted<'_>, Invalid>> = BTreeMap::new();
    for (index, requirement) in requirements.iter().enumerate() {
        let Requirement { sku, quantity, need_by } = requirement;
        let entry = wanted.entry(sku).or_insert_with(|| Ok(Wanted::new(quantity.unit())));
        let at = |invalid: Invalid| invalid.at(format_args!("requirements[{index}]"));
        alter(entry, |wanted| wanted.add(None, *need_by, *quantity).map_err(at));
    }
    let mut answers = BTreeMap::new();
    for sku in structure.order_with(wanted.keys().copied()) {
        let own = wanted.remove(sku);
        let answer = match (structure.refused.get(sku), own) {
            (Some(invalid), Some(_)) => Err(invalid.clone()),
            (Some(invalid), None) if structure.is_in_cycle(sku) => Err(invalid.clone()),
            (_, None) => continue,
            (None, Some(wanted)) => {
                wanted.and_then(|wanted| wanted.net(sku, structure.kits.get(sku), stock.get(sku)))
            }
        };
        if let Some((_, kit)) = structure.kits.get(sku) {
            pass_on(&mut wanted, kit, &answer);
        }
        answers.insert(sku.clone(), answer);
    }
    answers
}

/// What is wanted of one product.
struct Wanted<'a> {
    unit: Unit,
    by_day: BTreeMap<Day, Decimal>,
    /// Wanted for itself, and for each kit.
    for_kits: Vec<(Option<&'a Sku>, Decimal)>,
}

impl<'a> Wanted<'a> {
    fn new(unit: Unit) -> Self {
        Self { unit, by_day: BTreeMap::new(), for_kits: Vec::new() }
    }

    fn add(&mut self, kit: Option<&'a Sku>, day: Day, more: Quantity) -> Result<(), Invalid> {
        let amount = amount_in(self.unit, more, "quantity")?;
        let on_day = self.by_day.entry(day).or_default();
        *on_day = on_day.checked_plus(amount).ok_or_else(|| too_large(more).at("quantity"))?;
        match self.for_kits.iter_mut().find(|(other, _)| *other == kit) {
            Some((_, total)) => *total = total.plus(amount),
            None => self.for_kits.push((kit, amount)),
        }
        Ok(())
    }

    /// What stock does not serve, earliest requirements first.
    fn net(
        self,
        sku: &Sku,
        kit: Option<&(usize, &Kit)>,
        stock: Option<&Quantity>,
    ) -> Result<ExplodedRequirement, Invalid> {
        let Self { unit, by_day, for_kits } = self;
        if let Some((index, kit)) = kit {
            same_unit(kit.unit, unit).map_err(|e| e.at(format_args!("kits[{index}].unit")))?;
        }
        let there = stock.copied().unwrap_or(Quantity::zero(unit));
        let mut left =
            amount_in(unit, there, "").map_err(|e| e.at(format_args!("stock[{sku}]")))?;
        let (mut missing, mut from_stock, mut short) = (Vec::new(), Decimal::ZERO, Decimal::ZERO);
        for (need_by, amount) in by_day {
            let served = amount.min(left);
            left = left.minus(served);
            from_stock = from_stock.plus(served);
            if amount > served {
                let rest = amount.minus(served);
                let quantity = Quantity::new(rest, unit);
                short = short.checked_plus(rest).ok_or_else(|| too_large(quantity))?;
                missing.push(Requirement { sku: sku.clone(), quantity, need_by });
            }
        }
        let term = |name: String, amount| Term {
            name: name.into(),
            value: Quantity::new(amount, unit).to_string(),
        };
        let mut terms: Vec<Term> = for_kits
            .into_iter()
            .map(|(kit, amount)| match kit {
                Some(kit) => term(format!("for kit {kit}"), amount),
                None => term("wanted for itself".to_owned(), amount),
            })
            .collect();
        terms.push(term("from stock".to_owned(), from_stock));
        let supply = if kit.is_some() { Supply::Assemble } else { Supply::Buy };
        let name = if kit.is_some() { "to put together" } else { "to buy" };
        terms.push(term(name.to_owned(), short));
        let from_stock = Quantity::new(from_stock, unit);
        Ok(ExplodedRequirement { supply, from_stock, missing, terms })
    }
}

/// Makes what is missing of a kit a requirement of its components.
fn pass_on<'a>(
    wanted: &mut BTreeMap<&'a Sku, Result<Wanted<'a>, Invalid>>,
    kit: &'a Kit,
    answer: &Result<ExplodedRequirement, Invalid>,
) {
    for (index, component) in kit.components.iter().enumerate() {
        let unit = component.quantity.unit();
        let of = |missing: &Requirement| {
            let per_kit = component.quantity.amount();
            let amount = missing.quantity.amount().checked_times(per_kit);
            let amount = amount.ok_or_else(|| too_large(missing.quantity))?;
            let day = missing.need_by.plus_days(-i64::from(kit.assembly_days))?;
            Ok((day, Quantity::new(amount, unit)))
        };
        match answer {
            Ok(ExplodedRequirement { missing, .. }) if missing.is_empty() => {}
            Ok(ExplodedRequirement { missing, .. }) => {
                let entry = wanted.entry(&component.sku).or_insert_with(|| Ok(Wanted::new(unit)));
                for missing in missing {
                    alter(entry, |wanted| {
                        let added = of(missing)
                            .and_then(|(day, more)| wanted.add(Some(&kit.sku), day, more));
                        let within = format_args!("components[{index}]");
                        added.map_err(|e| e.at(within).at(format_args!("kit {}", kit.sku)))
                    });
                }
            }
            Err(invalid) => {
                wanted.insert(&component.sku, Err(invalid.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        inventory::kit::example::{kit, sku},
        unit::Random,
    };

    fn wanted(name: &str, quantity: &str, day: &str) -> Requirement {
        let (quantity, need_by) = (quantity.parse().unwrap(), day.parse().unwrap());
        Requirement { sku: sku(name), quantity, need_by }
    }

    type Exploded = BTreeMap<Sku, Result<ExplodedRequirement, Invalid>>;

    fn missing(exploded: &Exploded, name: &str) -> Vec<String> {
        let requirements = &exploded[&sku(name)].as_ref().unwrap().missing;
        requirements.iter().map(|r| format!("{} {}", r.need_by, r.quantity)).collect()
    }

    #[test]
    fn stock_on_every_level_serves_the_earliest_first() {
        let mut hamper = kit("hamper", &[("basket", "2 each"), ("jam", "1 each")]);
        hamper.assembly_days = 3;
        let kits = [hamper, kit("basket", &[("jam", "3 each"), ("tea", "0.125 kg")])];
        let requirements = [
            wanted("hamper", "5 each", "2026-12-20"),
            wanted("hamper", "2 each", "2026-12-10"),
            wanted("jam", "4 each", "2026-12-10"),
        ];
        let stock = BTreeMap::from([
            (sku("hamper"), "3 each".parse().unwrap()),
            (sku("basket"), "1 each".parse().unwrap()),
            (sku("jam"), "5 each".parse().unwrap()),
        ]);
        let exploded = explode_requirements(&kits, &requirements, &stock);
        // Three hampers serve the 10th and one of the 20th: four are put together on the 17th.
        assert_eq!(missing(&exploded, "hamper"), ["2026-12-20 4 each"]);
        assert_eq!(missing(&exploded, "basket"), ["2026-12-17 7 each"]);
        // Jam: 4 on the 10th; 4 in hampers and 21 in baskets on the 17th; five are there.
        assert_eq!(missing(&exploded, "jam"), ["2026-12-17 24 each"]);
        assert_eq!(missing(&exploded, "tea"), ["2026-12-17 0.875 kg"]);
        let jam = exploded[&sku("jam")].as_ref().unwrap();
        let terms: Vec<_> = jam.terms.iter().map(|t| format!("{}: {}", t.name, t.value)).collect();
        assert_eq!(
            terms,
            [
                "wanted for itself: 4 each",
                "for kit hamper: 4 each",
                "for kit basket: 21 each",
                "from stock: 5 each",
                "to buy: 24 each"
            ]
        );
        assert_eq!(exploded[&sku("basket")].as_ref().unwrap().supply, Supply::Assemble);
    }

    #[test]
    fn a_cycle_is_named_and_the_others_are_answered() {
        let kits = [
            kit("z", &[("b", "1 each"), ("nail", "2 each")]),
            kit("b", &[("c", "1 each")]),
            kit("c", &[("a", "1 each"), ("glue", "1 each")]),
            kit("a", &[("b", "1 each")]),
            kit("x", &[("nail", "3 each")]),
        ];
        let requirements =
            [wanted("z", "1 each", "2026-01-02"), wanted("x", "2 each", "2026-01-02")];
        let exploded = explode_requirements(&kits, &requirements, &BTreeMap::new());
        for name in ["a", "b", "c", "glue"] {
            let invalid = exploded[&sku(name)].as_ref().unwrap_err();
            assert_eq!((invalid.code, invalid.got.as_str()), ("kit_cycle", "a → b → c → a"));
            assert_eq!(invalid.path, "kits[3].components");
        }
        assert_eq!(missing(&exploded, "nail"), ["2026-01-02 8 each"]);
        let own = [kit("a", &[("a", "1 each")])];
        let exploded = explode_requirements(&own, &[], &BTreeMap::new());
        assert_eq!(exploded[&sku("a")].as_ref().unwrap_err().got, "a → a");
    }

    #[test]
    fn bad_bills_name_their_field() {
        let kits = [
            kit("one", &[("nail", "0 each")]),
            kit("two", &[]),
            kit("three", &[("tea", "1 each")]),
            kit("three", &[("tea", "2 each")]),
            kit("four", &[("salt", "1 each")]),
            kit("five", &[("salt", "1 kg")]),
            kit("six", &[("tin", "1 each")]),
        ];
        let requirements: Vec<_> = ["one", "two", "three", "four", "five", "six"]
            .map(|name| wanted(name, "1 each", "2026-01-02"))
            .into();
        let exploded = explode_requirements(&kits, &requirements, &BTreeMap::new());
        let told = |name: &str| {
            let invalid = exploded[&sku(name)].as_ref().unwrap_err();
            (invalid.code, invalid.path.clone())
        };
        let expected = |code, path: &str| (code, path.to_owned());
        let zero = expected("quantity_not_positive", "kits[0].components[0].quantity");
        assert_eq!((told("one"), told("nail")), (zero.clone(), zero));
        assert_eq!(told("two"), expected("kit_empty", "kits[1].components"));
        assert_eq!(told("tea"), expected("kit_twice", "kits[3].sku"));
        assert_eq!(told("salt"), expected("unit_mixed", "kit four.components[0].quantity"));
        assert_eq!(missing(&exploded, "tin"), ["2026-01-02 1 each"]);
    }

    #[test]
    fn quantities_are_conserved_through_random_structures() {
        let mut random = Random::new(3);
        for _ in 0..200 {
            // Each kit holds parts with a higher letter, so there is no cycle.
            let names = ["a", "b", "c", "d", "e", "f"];
            let mut kits = Vec::new();
            for top in 0..4 {
                let of = |random: &mut Random| {
                    let part = top + 1 + random.below(names.len() - top - 1);
                    (names[part], 1 + random.below(5))
                };
                let parts = [of(&mut random), of(&mut random)];
                let text = parts.map(|(name, count)| (name, format!("{count}.5 each")));
                let parts: Vec<_> = text.iter().map(|(name, count)| (*name, &count[..])).collect();
                kits.push(kit(names[top], &parts));
            }
            let stock: BTreeMap<Sku, Quantity> = names
                .iter()
                .map(|name| (sku(name), Quantity::new(random.below(20).into(), Unit::EACH)))
                .collect();
            let requirements = [
                wanted("a", "7 each", "2026-01-09"),
                wanted("b", "3 each", "2026-01-02"),
                wanted("e", "1 each", "2026-01-05"),
            ];
            let exploded = explode_requirements(&kits, &requirements, &stock);
            let total = |name: &str| {
                exploded.get(&sku(name)).map_or((Decimal::ZERO, Decimal::ZERO), |answer| {
                    let answer = answer.as_ref().unwrap();
                    let short = answer.missing.iter().map(|r| r.quantity.amount()).sum::<Decimal>();
                    (short, answer.from_stock.amount())
                })
            };
            for name in names {
                let mut gross: Decimal = requirements
                    .iter()
                    .filter(|r| r.sku == sku(name))
                    .map(|r| r.quantity.amount())
                    .sum();
                for kit in &kits {
                    for part in kit.components.iter().filter(|part| part.sku == sku(name)) {
                        gross += total(kit.sku.as_str()).0 * part.quantity.amount();
                    }
                }
                let (short, from_stock) = total(name);
                assert_eq!(short + from_stock, gross, "{name}");
                assert_eq!(from_stock, gross.min(stock[&sku(name)].amount()), "{name}");
            }
        }
    }
}
