//! How many packs of an offer cost least, given what is ordered there anyway.

use super::{
    CostKind, Need, OrderCharges, OrderSize,
    eligible::{Candidate, Market},
    landed_cost::Priced,
};
use crate::unit::{Exact, Invalid, Money, Quantity, Rounding, sort_by};
use rust_decimal::Decimal;

/// The order that a line would join; without values there is none yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// Goods of each other line, in the currency of the comparison.
    pub(super) values: Vec<Money>,
    /// Weight of them all, where it is known.
    pub(super) weight: Option<Quantity>,
}

impl Order {
    /// Adds what some goods weigh.
    pub(super) fn add_weight(&mut self, weight: Option<Quantity>) -> Result<(), Invalid> {
        let Some(weight) = weight else { return Ok(()) };
        self.weight = Some(match self.weight {
            Some(sum) => sum.plus(weight.to(sum.unit())?)?,
            None => weight,
        });
        Ok(())
    }
}

/// A number of packs with all that it adds to the bill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) priced: Priced,
    /// What the line changes in the charges of the order.
    pub(super) order: OrderCharges,
    pub(super) landed: Money,
    pub(super) surplus: Quantity,
    pub(super) surplus_value: Money,
    pub(super) uncovered: Quantity,
    pub(super) shortage_cost: Money,
    /// Landed and shortage cost less the surplus value.
    pub(super) net: Money,
}

impl Line {
    pub(super) fn packs(&self) -> u64 {
        self.priced.purchase.packs
    }

    /// Every component that is not zero, and the goods.
    pub(super) fn costs(&self) -> Vec<(CostKind, Money)> {
        let changed = self.order.costs().into_iter().filter(|(_, amount)| !amount.is_zero());
        self.priced.costs.iter().copied().chain(changed).collect()
    }
}

/// One offer for one need, beside an order.
pub(super) struct LineMarket<'a> {
    market: &'a Market<'a>,
    need: &'a Need,
    candidate: &'a Candidate<'a>,
    order: &'a Order,
    before: OrderCharges,
    /// Value of the order without the line.
    goods: Decimal,
    /// Weight of the order without the line, where the order's weight makes a difference.
    weight: Option<Quantity>,
    /// Of a unit that is not covered; none where it has to be covered.
    shortage_cost: Option<Money>,
    /// Of a unit beyond the need; none where it is worth nothing.
    surplus_value: Option<Money>,
    /// Whether a pack more may cost less: something is given back for it, or it is worth something.
    may_pay: bool,
}

/// The line that costs least so far. What is too large to be counted is not bought, and is a problem
/// only where nothing else can be.
struct Best {
    line: Option<Line>,
    problem: Option<Invalid>,
}

impl Best {
    fn consider(&mut self, line: Result<Line, Invalid>) {
        let key = |line: &Line| (line.net.amount(), line.packs());
        match line {
            Ok(line) if self.line.as_ref().is_none_or(|best| key(&line) < key(best)) => {
                self.line = Some(line);
            }
            Ok(_) => {}
            Err(problem) => {
                self.problem.get_or_insert(problem);
            }
        }
    }
}

/// What the order has to reach for its charges to change.
#[derive(Clone, Copy)]
enum Target {
    Value(Decimal),
    Weight(Decimal),
}

impl<'a> LineMarket<'a> {
    pub(super) fn new(
        market: &'a Market<'a>,
        need: &'a Need,
        candidate: &'a Candidate<'a>,
        order: &'a Order,
    ) -> Result<Self, Invalid> {
        let supplier = &candidate.offer.supplier;
        let before = market.charges(supplier, &order.values, order.weight);
        let before = before.map_err(|invalid| invalid.at("so_far"))?;
        let currency = before.freight.currency();
        let convert = |money: Option<Money>, field| {
            let money = money.map(|money| market.convert(money)).transpose();
            money.map_err(|invalid: Invalid| invalid.at(field))
        };
        let fewest = candidate.price(candidate.fewest_packs)?;
        let weight = match fewest.weight {
            Some(line) if market.by_weight(supplier) => {
                let none = Quantity::zero(line.unit());
                Some(order.weight.map_or(Ok(none), |weight| weight.to(line.unit()))?)
            }
            _ => None,
        };
        let shortage_cost = convert(need.shortage_cost, "shortage_cost")?;
        let surplus_value = convert(need.surplus_value, "surplus_value")?;
        let surplus_value = surplus_value.filter(|value| !value.is_zero());
        let given_back = fewest.costs.iter().any(|(_, amount)| amount.is_negative())
            || market.terms(supplier).is_some_and(|terms| terms.yearly_rebate.is_some());
        Ok(Self {
            market,
            need,
            candidate,
            order,
            before,
            goods: Money::sum(order.values.iter().copied(), currency)?.amount(),
            weight,
            shortage_cost,
            surplus_value,
            may_pay: given_back || shortage_cost.is_some() || surplus_value.is_some(),
        })
    }

    /// The number of packs that costs least, the fewest of equal ones.
    ///
    /// Between the points at which a price or charge of the order changes, what a line costs goes up
    /// or down evenly, so that only these points and, where it may go down, the ends before them have
    /// to be looked at.
    pub(super) fn cheapest(&self) -> Result<Line, Invalid> {
        let points = self.points()?;
        let targets = self.targets()?;
        let mut best = Best { line: None, problem: None };
        let multiple = self.candidate.multiple;
        for (index, &start) in points.iter().enumerate() {
            let next = points.get(index + 1).map(|next| next.saturating_sub(multiple));
            let end = next.or(self.candidate.most_packs).map(|end| end.max(start));
            let line = match self.line(start) {
                Ok(line) => line,
                problem => {
                    best.consider(problem);
                    continue;
                }
            };
            best.consider(Ok(line));
            for &target in &targets {
                let Some(packs) = self.first_reaching(&line, end, target) else { continue };
                best.consider(self.line(packs));
                if self.may_pay {
                    best.consider(self.line(packs - multiple));
                }
            }
            if let Some(end) = end.filter(|_| self.may_pay) {
                best.consider(self.line(end));
            }
        }
        best.line.ok_or_else(|| {
            let missing = || Invalid::new("purchase_missing", "at least one purchase", "none");
            best.problem.unwrap_or_else(missing)
        })
    }

    /// The fewest packs that cover the need, or as many as there are.
    pub(super) fn fewest(&self) -> Result<Line, Invalid> {
        let covering = self.candidate.covering_packs(self.need)?;
        self.line(covering.min(self.candidate.most_packs.unwrap_or(u64::MAX)))
    }

    /// The numbers of packs at which the line's own price changes, ascending.
    fn points(&self) -> Result<Vec<u64>, Invalid> {
        let mut points = self.candidate.sensible_packs(self.need)?;
        if self.shortage_cost.is_some() {
            // What is not covered has its price, so fewer may do, from the smallest purchase on.
            let pack = Need { quantity: self.candidate.content, ..self.need.clone() };
            points.extend(self.candidate.sensible_packs(&pack)?);
        }
        if self.may_pay && self.candidate.offer.contract.is_some() {
            // A contract may end within a pack, which then costs something between both prices.
            let most = self.candidate.most_packs.unwrap_or(u64::MAX);
            let next = |packs: &u64| packs.checked_add(self.candidate.multiple);
            let next: Vec<u64> = points.iter().filter_map(next).filter(|&at| at <= most).collect();
            points.extend(next);
        }
        sort_by(&mut points, u64::cmp);
        points.dedup();
        Ok(points)
    }

    /// What the order has to reach for its charges to change.
    fn targets(&self) -> Result<Vec<Target>, Invalid> {
        let Some(terms) = self.market.terms(&self.candidate.offer.supplier) else {
            return Ok(Vec::new());
        };
        let value = |money: Money| Ok(self.market.convert(money)?.rounded(Rounding::Up).amount());
        let mut targets = Vec::new();
        for money in [terms.free_freight_from, terms.minimum_order_value].into_iter().flatten() {
            targets.push(Target::Value(value(money)?));
        }
        for band in &terms.freight_bands {
            targets.push(match (band.from, self.weight) {
                (OrderSize::Value(money), _) => Target::Value(value(money)?),
                (OrderSize::Weight(weight), Some(order)) => {
                    Target::Weight(weight.to(order.unit())?.amount())
                }
                (OrderSize::Weight(_), None) => continue,
            });
        }
        if let Some(yearly) = &terms.yearly_rebate {
            let purchased =
                self.market.convert(yearly.purchased)?.rounded(Rounding::HalfUp).amount();
            for tier in &yearly.tiers {
                targets.push(Target::Value(value(tier.from)?.minus(purchased)));
            }
        }
        Ok(targets)
    }

    /// The fewest packs above a line's with which the order reaches a target, if that can pay; as many
    /// as `end` at most, or any number where it says none.
    fn first_reaching(&self, line: &Line, end: Option<u64>, target: Target) -> Option<u64> {
        let (start, multiple) = (line.packs(), self.candidate.multiple);
        let most = (end.unwrap_or(u64::MAX) - start) / multiple;
        let (Target::Value(wanted) | Target::Weight(wanted)) = target;
        let size = self.size(&line.priced, target);
        if size >= wanted || most == 0 || self.can_pay(line, target).is_ok_and(|can| !can) {
            return None;
        }
        // What cannot be counted is not bought.
        let size_at = |steps: u64| {
            let packs = start.checked_add(steps.checked_mul(multiple)?)?;
            Some(self.size(&self.candidate.price(packs).ok()?, target))
        };
        let reaches = |steps| size_at(steps).is_some_and(|there| there >= wanted);
        // From here on the order grows evenly but for rounding, so that this is all but the answer.
        let far = most.min(FAR);
        let guess = size_at(far).and_then(|there| {
            let missing = wanted.minus(size).checked_times(Decimal::from(far))?;
            u64::try_from(missing.checked_over(there.minus(size))?.ceil()).ok()
        });
        let mut high = guess?.clamp(1, most);
        let (mut low, mut stride) = (0, 1_u64);
        while !reaches(high) {
            if high == most || size_at(high).is_none() {
                return None;
            }
            low = high;
            high = high.saturating_add(stride).min(most);
            stride = stride.saturating_mul(2);
        }
        // INVARIANT: `high` reaches the target, and `low` does not.
        stride = 1;
        while high - low > 1 {
            let probe = (high - stride.min(high - low - 1)).max(low + 1);
            if reaches(probe) {
                high = probe;
                stride = stride.saturating_mul(2);
            } else {
                low = probe;
                stride = ((high - low) / 2).max(1);
            }
        }
        Some(start + high * multiple)
    }

    /// How large the order is with a line, by what the target is measured in.
    fn size(&self, priced: &Priced, target: Target) -> Decimal {
        match target {
            Target::Value(_) => self.goods.plus(priced.value.amount()),
            Target::Weight(_) => {
                let amount =
                    |weight: Option<Quantity>| weight.map_or(Decimal::ZERO, Quantity::amount);
                amount(self.weight).plus(amount(priced.weight))
            }
        }
    }

    /// Whether reaching a target could cost less than not reaching it: where a pack more never costs
    /// less by itself, the goods that are missing to it cost at least their price.
    fn can_pay(&self, line: &Line, target: Target) -> Result<bool, Invalid> {
        let Target::Value(wanted) = target else { return Ok(true) };
        if self.weight.is_some() || self.may_pay {
            return Ok(true);
        }
        let value = wanted.minus(self.goods);
        let there = self.charges(Money::new(value, line.net.currency()), None)?;
        let missing = value.minus(line.priced.value.amount());
        let here = line.order.total()?.plus(self.before.total()?)?;
        Ok(there.total()?.amount().plus(missing) <= here.amount())
    }

    /// A number of packs with all that it adds to the bill.
    fn line(&self, packs: u64) -> Result<Line, Invalid> {
        let priced = self.candidate.price(packs)?;
        let charges = self.charges(priced.value, priced.weight)?;
        let before = &self.before;
        let order = OrderCharges {
            freight: charges.freight.minus(before.freight)?,
            handling: charges.handling.minus(before.handling)?,
            order_cost: charges.order_cost.minus(before.order_cost)?,
            below_minimum: charges.below_minimum.minus(before.below_minimum)?,
            refused: charges.refused,
            yearly_rebate: charges.yearly_rebate.minus(before.yearly_rebate)?,
        };
        let landed = priced.landed.plus(order.total()?)?;
        let none = Quantity::zero(self.need.quantity.unit());
        let beyond = priced.purchase.quantity.minus(self.need.quantity)?;
        let (surplus, uncovered) =
            if beyond.is_negative() { (none, none.minus(beyond)?) } else { (beyond, none) };
        let worth = |each: Option<Money>, of: Quantity| match each {
            Some(each) => Ok(each.times(of.amount())?.rounded(Rounding::HalfUp)),
            None => Ok::<_, Invalid>(Money::zero(landed.currency())),
        };
        let surplus_value = worth(self.surplus_value, surplus)?;
        let shortage_cost = worth(self.shortage_cost, uncovered)?;
        let net = landed.plus(shortage_cost)?.minus(surplus_value)?;
        Ok(Line { priced, order, landed, surplus, surplus_value, uncovered, shortage_cost, net })
    }

    /// What the order costs with a line of this value and weight.
    fn charges(&self, value: Money, line: Option<Quantity>) -> Result<OrderCharges, Invalid> {
        let weight = match (self.weight, line) {
            (Some(order), Some(line)) => Some(order.plus(line)?),
            _ => None,
        };
        let supplier = &self.candidate.offer.supplier;
        match self.order.values.as_slice() {
            [] => self.market.charges(supplier, &[value], weight),
            [one] => self.market.charges(supplier, &[*one, value], weight),
            many => {
                let values: Vec<Money> = many.iter().copied().chain([value]).collect();
                self.market.charges(supplier, &values, weight)
            }
        }
    }
}

/// Steps after which growth is measured: far enough for rounding to the minor unit to count little.
const FAR: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sourcing::{Offer, SourcingOptions, SupplierTerms},
        unit::Random,
    };
    use serde_json::{Value, json};

    const MOST: u64 = 120;

    /// An offer, its supplier's terms, a need and an order, all features on now and then.
    fn random_market(random: &mut Random) -> (Value, Value, Value, u64, u64) {
        let mut below = |end| random.below(end) as u64;
        let cents = |amount: u64| format!("{}.{:02} EUR", amount / 100, amount % 100);
        let pack = 1 + below(4);
        let mut price = 100 + below(900);
        let mut from = below(3);
        let mut breaks = Vec::new();
        for _ in 0..=below(3) {
            breaks.push(json!({
                "minimum_quantity": format!("{from} each"), "unit_price": cents(price),
            }));
            from += 3 + below(40);
            price = price * (70 + below(30)) / 100;
        }
        let mut offer = json!({
            "id": "o", "supplier": "s", "sku": "a", "price_breaks": breaks,
            "pricing": if below(3) == 0 { "incremental" } else { "all_units" },
            "pack_size": format!("{pack} each"),
            "pack_weight": format!("{} g", 200 + below(900)),
            "minimum_order_quantity": format!("{} each", below(10)),
            "order_multiple_packs": 1 + below(3),
            "lead_time_days": 1,
            // Whatever is allowed to be bought is looked at one by one.
            "available": format!("{} each", (MOST - below(60)) * pack),
        });
        if below(3) == 0 {
            offer["contract"] = json!({
                "unit_price": cents(50 + below(600)), "remaining": format!("{} each", below(60)),
            });
        }
        if below(3) == 0 {
            offer["charges"] = json!({
                "handling_per_pack": cents(below(50)), "import_fee": cents(below(2000)),
                "rebate_per_unit": cents(below(60)), "duty": "0.03",
            });
        }
        let mut terms = json!({
            "supplier": "s", "freight": cents(below(6000)),
            "handling": cents(below(300)), "order_cost": cents(below(500)),
        });
        if below(2) == 0 {
            terms["free_freight_from"] = cents(below(60_000)).into();
        }
        if below(2) == 0 {
            terms["minimum_order_value"] = cents(below(40_000)).into();
            if below(2) == 0 {
                terms["below_minimum_surcharge"] = cents(below(9000)).into();
            }
        }
        let by_weight = below(3) == 0;
        if by_weight || below(3) == 0 {
            let size = |at: u64| {
                if by_weight {
                    json!({ "weight": format!("{at} g") })
                } else {
                    json!({ "value": cents(at) })
                }
            };
            let (first, second) = (1 + below(20_000), 20_001 + below(30_000));
            terms["freight_bands"] = json!([
                { "from": size(first), "freight": cents(below(9000)) },
                { "from": size(second), "freight": cents(below(9000)) },
            ]);
        }
        if below(3) == 0 {
            let tier = |from: u64, rate: &str| json!({ "from": cents(from), "rate": rate });
            terms["yearly_rebate"] = json!({
                "purchased": cents(below(50_000)),
                "tiers": [tier(20_000, "0.02"), tier(50_000 + below(40_000), "0.05")],
            });
        }
        let required = 1 + below(60);
        let mut need = json!({
            "sku": "a", "quantity": format!("{required} each"), "need_by": "2026-11-30",
        });
        if below(3) == 0 {
            need["surplus_value"] = cents(below(700)).into();
        }
        if below(3) == 0 {
            need["shortage_cost"] = cents(below(1500)).into();
        }
        (offer, terms, need, below(3) * below(30_000), below(30_000))
    }

    #[test]
    fn no_number_of_packs_costs_less() {
        let mut random = Random::new(5);
        let (mut asked, mut beyond, mut short) = (0, 0, 0);
        for case in 0..3000 {
            let (offer, terms, need, goods, grams) = random_market(&mut random);
            let offers: [Offer; 1] = [serde_json::from_value(offer).unwrap()];
            let terms: [SupplierTerms; 1] = [serde_json::from_value(terms).unwrap()];
            let need: Need = serde_json::from_value(need).unwrap();
            let options =
                SourcingOptions::new("2026-11-21".parse().unwrap(), "EUR".parse().unwrap());
            let market = Market::new(&offers, &terms, &options).unwrap();
            let (candidates, _) = market.candidates(&need).unwrap();
            let Some(candidate) = candidates.first() else { continue };
            let goods = Money::from_minor_units(i128::from(goods), options.currency).unwrap();
            let order = Order {
                values: if goods.is_zero() { Vec::new() } else { vec![goods] },
                weight: Some(format!("{grams} g").parse().unwrap()),
            };
            let asked_line = LineMarket::new(&market, &need, candidate, &order).unwrap();
            let found = asked_line.cheapest().unwrap();

            let covering = candidate.covering_packs(&need).unwrap();
            let least =
                if need.shortage_cost.is_some() { candidate.fewest_packs } else { covering };
            let most = candidate.most_packs.unwrap();
            let all = (least..=most).filter(|packs| packs.is_multiple_of(candidate.multiple));
            let lines = all.map(|packs| asked_line.line(packs).unwrap());
            let best = lines.min_by_key(|line| (line.net.amount(), line.packs())).unwrap();
            assert_eq!(
                (found.net, found.packs()),
                (best.net, best.packs()),
                "case {case}: {offers:?} {terms:?} {need:?} {order:?}"
            );
            asked += 1;
            beyond += usize::from(found.packs() > covering);
            short += usize::from(found.packs() < covering);
        }
        assert!(asked > 1500 && beyond > 200 && short > 50, "{asked} {beyond} {short}");
    }
}
