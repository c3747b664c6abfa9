//! A basket as a file: suppliers, what is required, offers, in whole cents, units and packs.
//!
//! The format of benchmarks, of the command line and of whoever has the numbers but none of the
//! engine's types. [`BasketInstance::basket`] checks it and states it for the optimiser.

use super::basket::{Basket, Line, Mode, OrderTerms, PerUnit, Pick, Purchase, Source, Span};
use crate::unit::Invalid;
use serde::{Deserialize, Serialize};

/// A basket problem in integers: money in the smallest unit of one currency, quantities in units,
/// what is bought in packs.
///
/// The document may carry more beside this, such as a known optimum; inside suppliers, SKUs and
/// offers, what is not known is refused.
///
/// ```
/// use replenish::sourcing::BasketInstance;
/// let instance: BasketInstance = serde_json::from_str(r#"{
///   "suppliers": [{ "id": "S", "min_order_value": 0, "freight_fixed": 900, "free_freight_from": 5000, "po_cost": 100 }],
///   "skus": [{ "id": "K", "demand": 20, "max_units": 40, "max_sources": 1, "short_penalty": 999, "excess_credit": 0 }],
///   "offers": [{ "s": 0, "k": 0, "pack": 10, "moq": 1, "avail": 9, "type": "all_units", "breaks": [[1, 2000], [3, 1700]] }]
/// }"#)?;
/// let basket = instance.basket()?;
/// let three = instance.picks(&[(0, 3)])?; // 30 units: a pack too many, and no freight
/// assert_eq!(basket.evaluate(&three).map(|found| found.cost), Ok(3 * 1700 + 100));
/// let two = instance.picks(&[(0, 2)])?;
/// assert_eq!(basket.evaluate(&two).map(|found| found.cost), Ok(2 * 2000 + 900 + 100));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BasketInstance {
    /// Its name.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub id: Option<String>,
    /// What it was made like.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub family: Option<String>,
    /// What it was made from.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "number | null"))]
    pub seed: Option<u64>,
    /// In which currency amounts are.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub currency: Option<String>,
    /// Which unit of the currency amounts count, such as `cent`.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub money_unit: Option<String>,
    /// Who sells.
    pub suppliers: Vec<InstanceSupplier>,
    /// What is required.
    pub skus: Vec<InstanceSku>,
    /// Who sells what at which price.
    pub offers: Vec<InstanceOffer>,
}

/// What a supplier asks of an order as a whole. Amounts are zero or more.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct InstanceSupplier {
    /// Its name.
    pub id: String,
    /// An order with goods for less than this is refused.
    pub min_order_value: i64,
    /// Charged once an order.
    pub freight_fixed: i64,
    /// With goods for this much or more, freight is not charged; with zero it always is.
    pub free_freight_from: i64,
    /// What placing an order costs.
    pub po_cost: i64,
}

/// What is required of a product.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct InstanceSku {
    /// Its name.
    pub id: String,
    /// Units to cover; zero or more.
    pub demand: i64,
    /// Units beyond which nothing is bought, for shelf life or space; `demand` or more.
    pub max_units: i64,
    /// How many offers may share it; one or more.
    pub max_sources: u32,
    /// What a unit costs that is not bought here.
    pub short_penalty: i64,
    /// What a unit beyond `demand` is worth; zero for what perishes.
    pub excess_credit: i64,
}

/// A supplier's price for a product.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct InstanceOffer {
    /// Whose: a place in `suppliers`.
    #[serde(rename = "s")]
    pub supplier: usize,
    /// Of what: a place in `skus`.
    #[serde(rename = "k")]
    pub sku: usize,
    /// Units in a pack; one or more.
    pub pack: i64,
    /// The fewest packs that are sold; one or more.
    pub moq: i64,
    /// How many packs there are. With fewer than `moq` the offer is of no use, which is no mistake.
    pub avail: i64,
    /// What a break's price holds for.
    #[serde(rename = "type")]
    pub discount: Discount,
    /// From how many packs on, and the price of a pack; ascending. Fewer packs than the first break
    /// names are not sold.
    pub breaks: Vec<(i64, i64)>,
}

/// What the price of a break holds for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Discount {
    /// All packs, once the break is reached.
    AllUnits,
    /// The packs from the break on.
    Incremental,
}

/// Amounts and sums are at most this, which is also what a JavaScript number holds exactly.
pub(super) const MOST: i64 = (1 << 53) - 1;

/// Every number of packs of every offer is spelled out; more of them than this is not a basket that
/// fits in the memory of a WebAssembly module.
const MOST_PURCHASES: usize = 10_000_000;

impl BasketInstance {
    /// The problem for the optimiser: a line for each SKU, an order for each supplier, a source for
    /// each offer in the sequence of the file.
    ///
    /// # Errors
    ///
    /// The first value that cannot be accepted, with its place (`offers[3].breaks[1]`): an amount
    /// below zero, a supplier or SKU that there is not, breaks that do not ascend, a pack of nothing,
    /// less that may be bought than is required, sums or numbers of purchases that are too large.
    pub fn basket(&self) -> Result<Basket, Invalid> {
        let mut basket = Basket::default();
        let mut all = 0_i128;
        for (index, supplier) in self.suppliers.iter().enumerate() {
            let terms = supplier.order().map_err(|e| e.at(format_args!("suppliers[{index}]")))?;
            all += i128::from(terms.modes.first().map_or(0, |mode| mode.cost));
            basket.orders.push(terms);
        }
        for (index, sku) in self.skus.iter().enumerate() {
            basket.lines.push(sku.line().map_err(|e| e.at(format_args!("skus[{index}]")))?);
        }
        let mut room = MOST_PURCHASES;
        for (index, offer) in self.offers.iter().enumerate() {
            let source = self.source(offer, &mut room);
            let source = source.map_err(|e| e.at(format_args!("offers[{index}]")))?;
            basket.lines[offer.sku].sources.push(source);
        }
        for (index, (sku, line)) in self.skus.iter().zip(&basket.lines).enumerate() {
            all += sku.most_money(line);
            if all > i128::from(MOST) {
                let expected = format!("costs of at most {MOST} together, up to this SKU");
                let error = Invalid::new("amount_too_large", expected, all);
                return Err(error.at(format_args!("skus[{index}]")));
            }
        }
        Ok(basket)
    }

    /// The offers, by their places, of which nothing can be bought: there are fewer packs than the
    /// fewest that are sold, or those are more than may be bought.
    pub fn without_purchase(&self) -> Vec<usize> {
        let most = |offer: &InstanceOffer| {
            self.skus.get(offer.sku).map_or(0, |sku| offer.most_packs(sku.max_units))
        };
        let idle = |(_, offer): &(usize, &InstanceOffer)| offer.least_packs() > most(offer);
        self.offers.iter().enumerate().filter(idle).map(|(index, _)| index).collect()
    }

    /// A choice, written as pairs of an offer's place and a number of packs, in the terms of
    /// [`BasketInstance::basket`].
    ///
    /// # Errors
    ///
    /// The first pair (`[2]`) whose offer there is not, or comes twice, or does not sell this number.
    pub fn picks(&self, solution: &[(usize, i64)]) -> Result<Vec<Vec<Pick>>, Invalid> {
        let places = self.places();
        let mut picks = vec![Vec::new(); self.skus.len()];
        for (index, &(place, packs)) in solution.iter().enumerate() {
            let refuse = |expected: &str| {
                let invalid = Invalid::new("pick_invalid", expected, format!("[{place}, {packs}]"));
                invalid.at(format_args!("[{index}]"))
            };
            let offer = self.offers.get(place).ok_or_else(|| refuse("the place of an offer"))?;
            let line = picks.get_mut(offer.sku).ok_or_else(|| refuse("an offer of a SKU"))?;
            let most = offer.most_packs(self.skus[offer.sku].max_units);
            let purchase = packs.checked_sub(offer.least_packs()).filter(|_| packs <= most);
            let purchase = purchase.and_then(|purchase| usize::try_from(purchase).ok());
            let purchase = purchase.ok_or_else(|| refuse("a number of packs that is sold"))?;
            let pick = Pick { source: places[place], purchase };
            match line.binary_search_by_key(&pick.source, |pick: &Pick| pick.source) {
                Ok(_) => return Err(refuse("each offer once")),
                Err(at) => line.insert(at, pick),
            }
        }
        Ok(picks)
    }

    /// A choice as pairs of an offer's place and a number of packs, ascending; the other way round
    /// than [`BasketInstance::picks`]. Picks of what there is not are left out.
    pub fn solution(&self, picks: &[Vec<Pick>]) -> Vec<(usize, i64)> {
        let mut solution = Vec::new();
        for (place, (offer, source)) in self.offers.iter().zip(self.places()).enumerate() {
            let line = picks.get(offer.sku).map_or(&[][..], Vec::as_slice);
            if let Some(pick) = line.iter().find(|pick| pick.source == source) {
                let purchase = i64::try_from(pick.purchase).unwrap_or(i64::MAX);
                solution.push((place, offer.least_packs().saturating_add(purchase)));
            }
        }
        solution
    }

    /// Which source of its line each offer is.
    fn places(&self) -> Vec<usize> {
        let mut counts = vec![0_usize; self.skus.len()];
        let place = |offer: &InstanceOffer| {
            let count = counts.get_mut(offer.sku)?;
            *count += 1;
            Some(*count - 1)
        };
        self.offers.iter().map(place).map(Option::unwrap_or_default).collect()
    }

    fn source(&self, offer: &InstanceOffer, room: &mut usize) -> Result<Source, Invalid> {
        known("supplier_unknown", "suppliers", offer.supplier, self.suppliers.len())
            .map_err(|invalid| invalid.at("s"))?;
        known("sku_unknown", "skus", offer.sku, self.skus.len())
            .map_err(|invalid| invalid.at("k"))?;
        at_least(1, offer.pack).map_err(|invalid| invalid.at("pack"))?;
        at_least(1, offer.moq).map_err(|invalid| invalid.at("moq"))?;
        at_least(0, offer.avail).map_err(|invalid| invalid.at("avail"))?;
        offer.check_breaks()?;
        let purchases = offer.purchases(self.skus[offer.sku].max_units, room)?;
        Ok(Source {
            order: offer.supplier,
            units_per_pack: offer.pack,
            purchases,
            limits: Vec::new(),
        })
    }
}

impl InstanceSupplier {
    /// With freight, and without it where goods for enough make that possible.
    fn order(&self) -> Result<OrderTerms, Invalid> {
        for (field, amount) in [
            ("min_order_value", self.min_order_value),
            ("freight_fixed", self.freight_fixed),
            ("free_freight_from", self.free_freight_from),
            ("po_cost", self.po_cost),
        ] {
            at_least(0, amount).map_err(|invalid| invalid.at(field))?;
        }
        let mode = |cost, least| Mode {
            cost,
            rate: 0,
            value: Span { least, most: i64::MAX },
            weight: Span::ALL,
        };
        let mut modes = vec![mode(self.po_cost + self.freight_fixed, self.min_order_value)];
        if self.freight_fixed > 0 && self.free_freight_from > 0 {
            modes.push(mode(self.po_cost, self.min_order_value.max(self.free_freight_from)));
        }
        Ok(OrderTerms { modes })
    }
}

impl InstanceSku {
    /// The line, without sources.
    fn line(&self) -> Result<Line, Invalid> {
        at_least(0, self.demand).map_err(|invalid| invalid.at("demand"))?;
        at_least(self.demand, self.max_units).map_err(|invalid| invalid.at("max_units"))?;
        at_least(1, self.max_sources.into()).map_err(|invalid| invalid.at("max_sources"))?;
        at_least(0, self.short_penalty).map_err(|invalid| invalid.at("short_penalty"))?;
        at_least(0, self.excess_credit).map_err(|invalid| invalid.at("excess_credit"))?;
        let per_unit = |money| PerUnit { money, units: 1 };
        Ok(Line {
            required: self.demand,
            most: self.max_units,
            sources_at_most: self.max_sources,
            shortage_cost: Some(per_unit(self.short_penalty)),
            surplus_value: per_unit(self.excess_credit),
            sources: Vec::new(),
        })
    }

    /// More money than any choice moves on the line, in either direction.
    fn most_money(&self, line: &Line) -> i128 {
        let dearest = |source: &Source| source.purchases.iter().map(|purchase| purchase.cost).max();
        let goods: i128 = line.sources.iter().filter_map(dearest).map(i128::from).sum();
        goods
            + i128::from(self.demand) * i128::from(self.short_penalty)
            + i128::from(self.max_units - self.demand) * i128::from(self.excess_credit)
    }
}

impl InstanceOffer {
    fn check_breaks(&self) -> Result<(), Invalid> {
        if self.breaks.is_empty() {
            return Err(Invalid::new("price_missing", "at least one break", "none").at("breaks"));
        }
        let mut next = 1;
        for (index, &(from, price)) in self.breaks.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("breaks[{index}]"));
            if from < next {
                let expected = format!("{next} packs or more, ascending");
                return Err(at(Invalid::new("price_breaks_invalid", expected, from).at("[0]")));
            }
            at_least(0, from).map_err(|invalid| at(invalid.at("[0]")))?;
            if price < 0 {
                let expected = "a price of zero or more";
                return Err(at(Invalid::new("price_negative", expected, price).at("[1]")));
            }
            at_least(0, price).map_err(|invalid| at(invalid.at("[1]")))?;
            next = from + 1;
        }
        Ok(())
    }

    /// The fewest packs that are sold.
    fn least_packs(&self) -> i64 {
        self.breaks.first().map_or(1, |&(from, _)| from).max(self.moq).max(1)
    }

    /// The most packs that can be bought.
    fn most_packs(&self, max_units: i64) -> i64 {
        self.avail.min(max_units / self.pack.max(1))
    }

    fn purchases(&self, max_units: i64, room: &mut usize) -> Result<Vec<Purchase>, Invalid> {
        let (least, most) = (self.least_packs(), self.most_packs(max_units));
        let count = usize::try_from((most - least + 1).max(0)).unwrap_or(usize::MAX);
        *room = room.checked_sub(count).ok_or_else(|| {
            let expected = format!("at most {MOST_PURCHASES} numbers of packs in all offers");
            Invalid::new("purchases_too_many", expected, format!("{least} to {most}"))
        })?;
        let mut purchases = Vec::with_capacity(count);
        let mut below = 0_i128; // packs of earlier breaks, where each keeps its own price
        for (index, &(from, price)) in self.breaks.iter().enumerate() {
            let end = self.breaks.get(index + 1).map_or(most, |&(next, _)| most.min(next - 1));
            // Packs before the first break have its price: they are only sold together with it.
            let start = if index == 0 { 0 } else { from - 1 };
            for packs in from.max(least)..=end {
                let cost = match self.discount {
                    Discount::AllUnits => i128::from(price) * i128::from(packs),
                    Discount::Incremental => below + i128::from(price) * i128::from(packs - start),
                };
                let cost = i64::try_from(cost).ok().filter(|&cost| cost <= MOST);
                let cost = cost.ok_or_else(|| {
                    let expected = format!("packs for at most {MOST}");
                    Invalid::new("amount_too_large", expected, format!("{packs} at {price}"))
                        .at(format_args!("breaks[{index}]"))
                })?;
                purchases.push(Purchase { packs, cost, value: cost, weight: 0 });
            }
            below += i128::from(price) * i128::from(end - start).max(0);
        }
        Ok(purchases)
    }
}

fn at_least(least: i64, number: i64) -> Result<(), Invalid> {
    let code = match number {
        _ if number > MOST => "number_too_large",
        _ if number < least => "number_too_small",
        _ => return Ok(()),
    };
    Err(Invalid::new(code, format!("a whole number from {least} to {MOST}"), number))
}

fn known(code: &'static str, list: &str, place: usize, length: usize) -> Result<(), Invalid> {
    if place < length {
        return Ok(());
    }
    Err(Invalid::new(code, format!("a place in `{list}`, of which there are {length}"), place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance() -> BasketInstance {
        let supplier = |min_order_value, freight_fixed, free_freight_from| InstanceSupplier {
            id: String::from("S"),
            min_order_value,
            freight_fixed,
            free_freight_from,
            po_cost: 30,
        };
        let offer = |supplier, pack, discount, breaks: &[(i64, i64)]| InstanceOffer {
            supplier,
            sku: 0,
            pack,
            moq: 2,
            avail: 5,
            discount,
            breaks: breaks.to_vec(),
        };
        BasketInstance {
            suppliers: vec![supplier(0, 0, 0), supplier(500, 70, 900), supplier(500, 70, 0)],
            skus: vec![InstanceSku {
                id: String::from("K"),
                demand: 10,
                max_units: 17,
                max_sources: 2,
                short_penalty: 400,
                excess_credit: 7,
            }],
            offers: vec![
                offer(0, 3, Discount::AllUnits, &[(1, 100), (4, 90)]),
                offer(1, 4, Discount::Incremental, &[(1, 100), (3, 90), (4, 50)]),
                offer(2, 9, Discount::AllUnits, &[(1, 100)]),
            ],
            ..BasketInstance::default()
        }
    }

    fn refused(change: impl FnOnce(&mut BasketInstance)) -> (&'static str, String) {
        let mut changed = instance();
        change(&mut changed);
        let invalid = changed.basket().unwrap_err();
        (invalid.code, invalid.path.clone())
    }

    #[test]
    fn every_number_of_packs_has_the_price_of_its_breaks() {
        let basket = instance().basket().unwrap();
        let bought: Vec<Vec<_>> = basket.lines[0]
            .sources
            .iter()
            .map(|source| source.purchases.iter().map(|p| (p.packs, p.cost)).collect())
            .collect();
        assert_eq!(bought[0], [(2, 200), (3, 300), (4, 360), (5, 450)]);
        assert_eq!(
            bought[1],
            [(2, 200), (3, 290), (4, 340)],
            "five packs of 4 are beyond 17 units"
        );
        assert_eq!(bought[2], [], "two packs of 9 are beyond 17 units");
        assert_eq!(instance().without_purchase(), [2]);
    }

    #[test]
    fn freight_is_waived_where_the_terms_say_so() {
        let basket = instance().basket().unwrap();
        let modes: Vec<Vec<_>> = basket
            .orders
            .iter()
            .map(|order| order.modes.iter().map(|mode| (mode.cost, mode.value.least)).collect())
            .collect();
        assert_eq!(modes, [vec![(30, 0)], vec![(100, 500), (30, 900)], vec![(100, 500)]]);
    }

    #[test]
    fn the_first_break_is_the_fewest_packs() {
        let mut changed = instance();
        changed.offers[1].breaks = vec![(3, 100), (4, 50)];
        let basket = changed.basket().unwrap();
        let found: Vec<_> =
            basket.lines[0].sources[1].purchases.iter().map(|p| (p.packs, p.cost)).collect();
        assert_eq!(found, [(3, 300), (4, 350)]);
        assert_eq!(changed.solution(&changed.picks(&[(1, 4)]).unwrap()), [(1, 4)]);
    }

    #[test]
    fn a_choice_is_written_and_read() {
        let mut file = instance();
        file.suppliers[1].min_order_value = 100;
        let basket = file.basket().unwrap();
        let picks = file.picks(&[(1, 2), (0, 3)]).unwrap();
        assert_eq!(file.solution(&picks), [(0, 3), (1, 2)]);
        let found = basket.evaluate(&picks).unwrap();
        assert_eq!((found.purchases, found.orders, found.surplus), (500, 130, 49));
        let bad = |pairs: &[(usize, i64)]| file.picks(pairs).unwrap_err().path.clone();
        assert_eq!(bad(&[(0, 3), (3, 1)]), "[1]", "there are three offers");
        assert_eq!(bad(&[(0, 1)]), "[0]", "two packs at least");
        assert_eq!(bad(&[(0, 6)]), "[0]", "five packs at most");
        assert_eq!(bad(&[(0, 2), (0, 3)]), "[1]", "once each");
        assert_eq!(bad(&[(0, i64::MIN)]), "[0]");
    }

    #[test]
    fn a_mistake_names_its_place() {
        let negative = |field: &str| ("number_too_small", String::from(field));
        assert_eq!(refused(|i| i.suppliers[1].po_cost = -1), negative("suppliers[1].po_cost"));
        assert_eq!(refused(|i| i.skus[0].max_units = 9), negative("skus[0].max_units"));
        assert_eq!(refused(|i| i.skus[0].max_sources = 0), negative("skus[0].max_sources"));
        assert_eq!(refused(|i| i.offers[1].pack = 0), negative("offers[1].pack"));
        assert_eq!(refused(|i| i.offers[1].moq = 0), negative("offers[1].moq"));
        assert_eq!(refused(|i| i.offers[1].avail = -1), negative("offers[1].avail"));
        let (code, path) = refused(|i| i.offers[2].supplier = 3);
        assert_eq!((code, path.as_str()), ("supplier_unknown", "offers[2].s"));
        let (code, path) = refused(|i| i.offers[2].sku = usize::MAX);
        assert_eq!((code, path.as_str()), ("sku_unknown", "offers[2].k"));
        let (code, path) = refused(|i| i.offers[0].breaks[1].1 = -90);
        assert_eq!((code, path.as_str()), ("price_negative", "offers[0].breaks[1][1]"));
        let (code, path) = refused(|i| i.offers[1].breaks[2].0 = 3);
        assert_eq!((code, path.as_str()), ("price_breaks_invalid", "offers[1].breaks[2][0]"));
        let (code, path) = refused(|i| i.offers[1].breaks.clear());
        assert_eq!((code, path.as_str()), ("price_missing", "offers[1].breaks"));
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let (code, path) = refused(|i| i.skus[0].short_penalty = i64::MAX);
        assert_eq!((code, path.as_str()), ("number_too_large", "skus[0].short_penalty"));
        let (code, path) = refused(|i| i.skus[0].short_penalty = MOST);
        assert_eq!((code, path.as_str()), ("amount_too_large", "skus[0]"));
        let (code, path) = refused(|i| i.offers[0].breaks[1].1 = MOST);
        assert_eq!((code, path.as_str()), ("amount_too_large", "offers[0].breaks[1]"));
        let (code, path) = refused(|i| {
            i.skus[0].max_units = MOST;
            i.offers[0].avail = MOST;
        });
        assert_eq!((code, path.as_str()), ("purchases_too_many", "offers[0]"));
    }
}
