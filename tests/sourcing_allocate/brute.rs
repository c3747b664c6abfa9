//! The cheapest way to serve a small basket, by trying everything, worked out from the documents alone.

use replenish::{
    sourcing::{Need, Offer, OrderSize, Pricing, SourcingOptions, SupplierTerms},
    unit::{Day, Money, Quantity, SupplierId},
};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use std::collections::BTreeMap;

/// A basket and its market: prices in cents of EUR or USD, everything counted in pieces.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) needs: Vec<Need>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) terms: Vec<SupplierTerms>,
    pub(crate) options: SourcingOptions,
}

/// A purchase.
#[derive(Clone, Debug)]
pub(crate) struct Bought {
    pub(crate) offer: usize,
    pub(crate) day: Option<Day>,
    pub(crate) packs: i64,
    pub(crate) cost: i64,
    pub(crate) value: i64,
    pub(crate) weight: i64,
    /// Pieces of the offer's contract; none where it is bought without.
    pub(crate) contract: Option<Decimal>,
}

/// One way to serve a need.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) bought: Vec<Bought>,
    pub(crate) cost: i64,
    pub(crate) left_out: usize,
}

/// The cheapest plan of those that leave out as few needs as possible.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Best {
    pub(crate) left_out: usize,
    pub(crate) cost: i64,
    /// Whether the suppliers that have to get an order do.
    pub(crate) required: bool,
}

fn cents(amount: Decimal) -> i64 {
    let scaled = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    (scaled * Decimal::from(100)).to_i64().unwrap()
}

pub(crate) fn minor(money: Money) -> i64 {
    cents(money.amount())
}

fn pieces(quantity: Quantity) -> i64 {
    quantity.to("each".parse().unwrap()).unwrap().amount().to_i64().unwrap()
}

impl Case {
    /// The offers that may serve a need, with how many of its pieces a pack is.
    pub(crate) fn eligible(&self, need: &Need) -> Vec<(usize, i64, Option<Money>)> {
        let mut able = Vec::new();
        for (place, offer) in self.offers.iter().enumerate() {
            let substitute = self.options.substitutes.iter().find(|other| {
                other.instead_of == need.sku && other.sku == offer.sku && offer.sku != need.sku
            });
            if offer.sku != need.sku && substitute.is_none() {
                continue;
            }
            if self.options.forbidden_suppliers.contains(&offer.supplier)
                || need.suppliers.as_ref().is_some_and(|own| !own.contains(&offer.supplier))
            {
                continue;
            }
            let content = pieces(offer.pack_size);
            let (content, penalty) = match substitute {
                Some(other) => {
                    (content * pieces(other.replaces) / pieces(other.quantity), other.penalty)
                }
                None => (content, None),
            };
            able.push((place, content, penalty));
        }
        let arrives = |place: usize| self.arrival(&self.offers[place]);
        let usable = |&(place, content, _): &(usize, i64, Option<Money>)| {
            self.numbers(need, place, content, i64::MAX).is_some()
        };
        able.retain(usable);
        let fastest = able.iter().map(|&(place, ..)| arrives(place)).min();
        let latest = fastest.map_or(need.need_by, |day| day.max(need.need_by));
        able.retain(|&(place, ..)| arrives(place) <= latest);
        able
    }

    pub(crate) fn arrival(&self, offer: &Offer) -> Day {
        let terms = self.terms_of(&offer.supplier);
        match terms.and_then(|terms| terms.calendar.as_ref()) {
            Some(calendar) => {
                let ordered = calendar.order_day(self.options.today, None).unwrap();
                calendar.arrival(ordered, offer.lead_time_days).unwrap()
            }
            None => self.options.today.plus_days(i64::from(offer.lead_time_days)).unwrap(),
        }
    }

    fn terms_of(&self, supplier: &SupplierId) -> Option<&SupplierTerms> {
        self.terms.iter().find(|terms| terms.supplier == *supplier)
    }

    fn is_alone(need: &Need) -> bool {
        need.shortage_cost.is_none() && need.maximum_sources == 1
    }

    /// The smallest and the largest number of packs; none if the offer cannot serve at all.
    fn numbers(&self, need: &Need, place: usize, content: i64, cap: i64) -> Option<(i64, i64)> {
        let offer = &self.offers[place];
        let multiple = i64::from(offer.order_multiple_packs.unwrap_or(1));
        let pack = pieces(offer.pack_size);
        let up = |packs: i64| (packs.max(1) + multiple - 1) / multiple * multiple;
        let packs_for = |amount: i64, pack: i64| (amount + pack - 1) / pack;
        let mut fewest = up(packs_for(pieces(offer.minimum_order_quantity), pack));
        if offer.contract.is_none() {
            let first = pieces(offer.price_breaks[0].minimum_quantity);
            fewest = fewest.max(up(packs_for(first, pack)));
        }
        if Self::is_alone(need) {
            fewest = fewest.max(up(packs_for(pieces(need.quantity), content)));
        }
        let mut most = cap;
        if let Some(available) = offer.available {
            most = most.min(pieces(available) / pack);
        }
        if let Some(maximum) = need.maximum_quantity {
            most = most.min(pieces(maximum) / content);
        }
        (fewest <= most).then_some((fewest, most))
    }

    /// The days on which goods for a need could come from each supplier.
    fn days(&self) -> BTreeMap<&SupplierId, Vec<Day>> {
        let mut days: BTreeMap<&SupplierId, Vec<Day>> = BTreeMap::new();
        for need in &self.needs {
            for (place, ..) in self.eligible(need) {
                let offer = &self.offers[place];
                let first = self.arrival(offer);
                let calendar = self.terms_of(&offer.supplier).and_then(|t| t.calendar.as_ref());
                let opens = |day: Day| {
                    calendar.is_none_or(|calendar| calendar.arrival(day, 0).unwrap() == day)
                };
                let mut last = first;
                let mut day = first;
                while day <= need.need_by {
                    if opens(day) {
                        last = day;
                    }
                    day = day.plus_days(1).unwrap();
                }
                days.entry(&offer.supplier).or_default().extend([first, last]);
            }
        }
        for days in days.values_mut() {
            days.sort_unstable();
            days.dedup();
        }
        days
    }

    /// Every way to serve a need, buying at most `cap` packs of an offer.
    pub(crate) fn choices(&self, need: &Need, cap: i64, shared: &[usize]) -> Vec<Choice> {
        let mut singles: Vec<(Bought, i64)> = Vec::new();
        let days = self.days();
        for (place, content, penalty) in self.eligible(need) {
            let offer = &self.offers[place];
            let Some((fewest, most)) = self.numbers(need, place, content, cap) else { continue };
            let multiple = i64::from(offer.order_multiple_packs.unwrap_or(1));
            let first = self.arrival(offer);
            let on: Vec<Option<Day>> = if self.options.split_deliveries {
                let last = need.need_by.max(first);
                let own = days.get(&offer.supplier).into_iter().flatten();
                own.filter(|day| first <= **day && **day <= last).copied().map(Some).collect()
            } else {
                vec![None]
            };
            for day in on {
                let mut packs = fewest;
                while packs <= most {
                    for with_contract in [true, false] {
                        let has = offer.contract.is_some();
                        // Without its contract an offer is bought only where others use it up.
                        let plain = has && shared[place] > 1;
                        if !with_contract && !plain {
                            continue;
                        }
                        let first = pieces(offer.price_breaks[0].minimum_quantity);
                        if !with_contract && packs * pieces(offer.pack_size) < first {
                            continue;
                        }
                        let bought =
                            self.price(need, place, (packs, content), day, penalty, with_contract);
                        singles.push((bought, packs * content));
                    }
                    packs += multiple;
                }
            }
        }
        let mut sets: Vec<(Vec<Bought>, i64)> = vec![(Vec::new(), 0)];
        let mut all = sets.clone();
        for _ in 0..need.maximum_sources {
            let mut larger = Vec::new();
            for (set, covered) in &sets {
                let after =
                    set.last().map_or(0, |last: &Bought| Self::place_of(&singles, last) + 1);
                for (bought, more) in &singles[after..] {
                    let same = |other: &Bought| {
                        (other.offer, other.day, other.contract.is_some())
                            == (bought.offer, bought.day, bought.contract.is_some())
                    };
                    if !set.iter().any(same) {
                        larger.push((
                            [&set[..], std::slice::from_ref(bought)].concat(),
                            covered + more,
                        ));
                    }
                }
            }
            all.extend(larger.iter().cloned());
            sets = larger;
        }
        let required = pieces(need.quantity);
        let most = need.maximum_quantity.map_or(i64::MAX, pieces);
        let mut choices = Vec::new();
        for (bought, covered) in all {
            if covered > most {
                continue;
            }
            let mut cost: i64 = bought.iter().map(|bought| bought.cost).sum();
            let mut left_out = 0;
            let over = Decimal::from(covered - required);
            if covered < required {
                match need.shortage_cost {
                    Some(shortage) => cost += cents(shortage.amount() * -over),
                    None => left_out = 1,
                }
            } else if let Some(value) = need.surplus_value {
                cost -= cents(value.amount() * over);
            }
            choices.push(Choice { bought, cost, left_out });
        }
        choices
    }

    fn place_of(singles: &[(Bought, i64)], wanted: &Bought) -> usize {
        let key = |bought: &Bought| (bought.offer, bought.day, bought.packs, bought.contract);
        singles.iter().position(|(bought, _)| key(bought) == key(wanted)).unwrap()
    }

    fn price(
        &self,
        need: &Need,
        place: usize,
        (packs, content): (i64, i64),
        day: Option<Day>,
        penalty: Option<Money>,
        with_contract: bool,
    ) -> Bought {
        let offer = &self.offers[place];
        let quantity = packs * pieces(offer.pack_size);
        let breaks = &offer.price_breaks;
        // The price of the one numbered so: what a contract covers counts towards the breaks.
        let price = |number: i64| {
            let from = |index: usize| pieces(breaks[index].minimum_quantity);
            let reached = (0..breaks.len()).rev().find(|&at| from(at) <= number);
            breaks[reached.unwrap_or(0)].unit_price.amount()
        };
        let contract = offer.contract.filter(|_| with_contract);
        let within = contract.map_or(0, |contract| quantity.min(pieces(contract.remaining)));
        let used = contract.map(|_| Decimal::from(within));
        let at_contract = contract.map_or(Decimal::ZERO, |contract| contract.unit_price.amount());
        let listed: Decimal = match offer.pricing {
            Pricing::AllUnits => price(quantity) * Decimal::from(quantity - within),
            Pricing::Incremental => (within + 1..=quantity).map(price).sum(),
        };
        let exact = at_contract * Decimal::from(within) + listed;
        let invoiced = Decimal::new(cents(exact), 2);
        let currency = offer.price_breaks[0].unit_price.currency();
        let rate = self.options.exchange_rates.iter().find(|rate| rate.from == currency);
        let rate = rate.map_or(Decimal::ONE, |rate| rate.rate.factor());
        let goods = cents(invoiced * rate);
        let share = |rate: Decimal, of: i64| cents(rate * Decimal::new(of, 2));
        let charges = &offer.charges;
        let handling =
            charges.handling_per_pack.map_or(0, |m| cents(m.amount() * Decimal::from(packs)));
        let duty = charges.duty.map_or(0, |rate| share(rate.factor(), goods));
        let fee = charges.import_fee.map_or(0, minor);
        let mut cost = goods + handling + duty + fee;
        if let Some(tax) = charges.tax.filter(|tax| !tax.recoverable) {
            cost += share(tax.rate.factor(), goods + handling + duty + fee);
        }
        if let Some(deposit) = charges.deposit {
            let lost = Decimal::ONE - deposit.returned.factor();
            cost += cents(deposit.per_pack.amount() * lost * Decimal::from(packs));
        }
        if let Some(rebate) = charges.rebate_per_unit {
            cost -= cents(rebate.amount() * Decimal::from(quantity));
        }
        if let Some(penalty) = penalty {
            cost += cents(penalty.amount() * Decimal::from(packs * content));
        }
        if let (Some(day), Some(interest)) = (day, self.options.interest_rate) {
            let days = Decimal::from(day.days_until(need.need_by).max(0));
            let share = interest.factor() * days / Decimal::from(365);
            cost += cents(share * Decimal::new(goods, 2));
        }
        let weight = offer.pack_weight.map_or(0, |weight| {
            (weight.to("g".parse().unwrap()).unwrap().amount() * Decimal::from(packs))
                .to_i64()
                .unwrap()
        });
        Bought { offer: place, day, packs, cost, value: goods, weight, contract: used }
    }

    /// What the orders of a plan cost as a whole; none if it is not allowed. The second value says
    /// whether the suppliers that have to get an order do.
    pub(crate) fn orders(&self, plan: &[&Choice]) -> Option<(i64, bool)> {
        let bought = || plan.iter().flat_map(|choice| &choice.bought);
        let mut orders: BTreeMap<(&SupplierId, Option<Day>), Vec<&Bought>> = BTreeMap::new();
        let mut packs: BTreeMap<usize, i64> = BTreeMap::new();
        let mut contracts: BTreeMap<usize, Decimal> = BTreeMap::new();
        for bought in bought() {
            let offer = &self.offers[bought.offer];
            orders.entry((&offer.supplier, bought.day)).or_default().push(bought);
            *packs.entry(bought.offer).or_default() += bought.packs;
            *contracts.entry(bought.offer).or_default() += bought.contract.unwrap_or_default();
        }
        for (&place, &packs) in &packs {
            let offer = &self.offers[place];
            if offer.available.is_some_and(|there| packs * pieces(offer.pack_size) > pieces(there))
            {
                return None;
            }
            let left = offer.contract.map(|contract| contract.remaining.amount());
            if left.is_some_and(|left| contracts[&place] > left) {
                return None;
            }
        }
        let mut cost = 0;
        for ((supplier, _), bought) in &orders {
            let Some(terms) = self.terms_of(supplier) else { continue };
            cost += Self::charges(terms, bought)?;
        }
        let all: i64 = bought().map(|bought| bought.value).sum();
        for (supplier, share) in &self.options.maximum_shares {
            let own = bought().filter(|bought| self.offers[bought.offer].supplier == *supplier);
            let own: i64 = own.map(|bought| bought.value).sum();
            if Decimal::from(own) > Decimal::from(all) * share.factor() {
                return None;
            }
        }
        let gets = |supplier: &SupplierId| {
            bought().any(|bought| self.offers[bought.offer].supplier == *supplier)
        };
        Some((cost, self.options.required_suppliers.iter().all(gets)))
    }

    fn charges(terms: &SupplierTerms, bought: &[&Bought]) -> Option<i64> {
        let value: i64 = bought.iter().map(|bought| bought.value).sum();
        let weight: i64 = bought.iter().map(|bought| bought.weight).sum();
        let money = |money: Option<Money>| money.map_or(0, minor);
        let mut cost = money(terms.handling) + money(terms.order_cost);
        if terms.minimum_order_value.is_some_and(|minimum| value < minor(minimum)) {
            cost += minor(terms.below_minimum_surcharge?);
        }
        if terms.free_freight_from.is_none_or(|from| value < minor(from)) {
            let band = terms.freight_bands.iter().rev().find(|band| match band.from {
                OrderSize::Value(from) => value >= minor(from),
                OrderSize::Weight(from) => {
                    Decimal::from(weight) >= from.to("g".parse().unwrap()).unwrap().amount()
                }
            });
            cost += band.map_or(money(terms.freight), |band| minor(band.freight));
        }
        if let Some(yearly) = &terms.yearly_rebate {
            let before = minor(yearly.purchased);
            let rate = |purchased: i64| {
                let tier = yearly.tiers.iter().rev().find(|tier| purchased >= minor(tier.from));
                tier.map_or(Decimal::ZERO, |tier| tier.rate.factor())
            };
            let (old, new) = (rate(before), rate(before + value));
            cost -= cents((new - old) * Decimal::new(before, 2));
            let each = bought.iter().map(|bought| cents(new * Decimal::new(bought.value, 2)));
            cost -= each.sum::<i64>();
        }
        Some(cost)
    }

    /// How many purchases draw on each offer: needs, and days of delivery.
    pub(crate) fn shared(&self) -> Vec<usize> {
        let mut shared = vec![0; self.offers.len()];
        let days = self.days();
        for need in &self.needs {
            for (place, ..) in self.eligible(need) {
                let offer = &self.offers[place];
                let first = self.arrival(offer);
                let last = need.need_by.max(first);
                shared[place] += if self.options.split_deliveries {
                    let own = days[&offer.supplier].iter();
                    own.filter(|day| first <= **day && **day <= last).count()
                } else {
                    1
                };
            }
        }
        shared
    }

    /// The cheapest plan over everything that can be bought with at most `cap` packs of an offer.
    pub(crate) fn best(&self, cap: i64) -> Best {
        let shared = self.shared();
        let served = self.needs.iter().filter(|need| !self.eligible(need).is_empty());
        let choices: Vec<Vec<Choice>> =
            served.map(|need| self.choices(need, cap, &shared)).collect();
        let unserved = self.needs.iter().filter(|need| self.eligible(need).is_empty());
        let constant: i64 = unserved
            .map(|need| {
                let quantity = need.quantity.amount();
                need.shortage_cost.map_or(0, |cost| cents(cost.amount() * quantity))
            })
            .sum();
        let mut best: [Option<(usize, i64)>; 2] = [None, None];
        let mut plan: Vec<&Choice> = Vec::new();
        self.search(&choices, &mut plan, &mut best);
        let vain = |supplier: &SupplierId| {
            !self.needs.iter().any(|need| {
                self.eligible(need).iter().any(|&(at, ..)| self.offers[at].supplier == *supplier)
            })
        };
        let in_vain = self.options.required_suppliers.iter().any(vain);
        let required = best[1].is_some() && !in_vain;
        let (left_out, cost) = best[1].or(best[0]).unwrap();
        Best { left_out, cost: cost + constant, required }
    }

    fn search<'c>(
        &self,
        choices: &'c [Vec<Choice>],
        plan: &mut Vec<&'c Choice>,
        best: &mut [Option<(usize, i64)>; 2],
    ) {
        let Some(next) = choices.get(plan.len()) else {
            let Some((orders, required)) = self.orders(plan) else { return };
            let left_out = plan.iter().map(|choice| choice.left_out).sum();
            let cost = orders + plan.iter().map(|choice| choice.cost).sum::<i64>();
            for best in best.iter_mut().take(1 + usize::from(required)) {
                if best.is_none_or(|known| (left_out, cost) < known) {
                    *best = Some((left_out, cost));
                }
            }
            return;
        };
        for choice in next {
            plan.push(choice);
            self.search(choices, plan, best);
            plan.pop();
        }
    }
}
