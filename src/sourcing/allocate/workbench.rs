//! A basket that is changed before it is solved, and solved again.

use super::{
    AllocatedLine, Allocation,
    assemble::{Answer, assemble},
    conflict, in_order,
    model::{LimitName, Model, Scene},
    solve,
    sources::{Limits, LineMaker, Place, interest_on, minor},
    without_contracts,
};
use crate::{
    sourcing::{
        Need, Offer, SourcingError, SourcingOptions, SupplierTerms,
        basket::{self, Basket, Budget, Line, Pick, Purchase, Solution, Source},
        eligible::Market,
    },
    unit::{Currency, Day, Invalid, Money, OfferId, Sku, SupplierId, distinct},
};

/// What [`allocate`](super::allocate) is asked.
#[derive(Clone, Copy)]
pub(in crate::sourcing) struct Case<'a> {
    pub(in crate::sourcing) needs: &'a [Need],
    pub(in crate::sourcing) offers: &'a [Offer],
    pub(in crate::sourcing) terms: &'a [SupplierTerms],
    pub(in crate::sourcing) options: &'a SourcingOptions,
}

/// The same in whole numbers, open to changes.
pub(in crate::sourcing) struct Workbench<'w> {
    case: Case<'w>,
    model: Model<'w>,
    market: &'w Market<'w>,
}

/// An offer for a line, delivered on a day: one source of its basket, or several that share a contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::sourcing) struct LineOffer<'w> {
    pub(in crate::sourcing) offer: &'w Offer,
    /// The offer's place in the caller's list.
    pub(in crate::sourcing) place: usize,
    pub(in crate::sourcing) delivery: Option<Day>,
}

/// What a line of an allocation is called.
#[derive(Clone, Copy, Debug)]
pub(in crate::sourcing) struct LineName<'n> {
    pub(in crate::sourcing) sku: &'n Sku,
    pub(in crate::sourcing) need_by: Day,
}

/// A purchase of an earlier allocation.
#[derive(Clone, Copy, Debug)]
pub(in crate::sourcing) struct Wanted<'n> {
    pub(in crate::sourcing) line: LineName<'n>,
    pub(in crate::sourcing) supplier: &'n SupplierId,
    pub(in crate::sourcing) offer: &'n OfferId,
    pub(in crate::sourcing) delivery: Option<Day>,
    pub(in crate::sourcing) packs: u64,
}

/// What the cheapest choice comes to, without what is bought where.
pub(in crate::sourcing) struct Sum {
    pub(in crate::sourcing) cost: Money,
    pub(in crate::sourcing) lower_bound: Money,
    pub(in crate::sourcing) orders: u32,
    /// Products that no offer can serve.
    pub(in crate::sourcing) unserved: Vec<Sku>,
    /// Products that cannot be bought together with the rest.
    pub(in crate::sourcing) left_out: Vec<Sku>,
}

impl<'n> Wanted<'n> {
    pub(in crate::sourcing) fn of(line: &'n AllocatedLine) -> Self {
        Self {
            line: LineName { sku: &line.requirement.sku, need_by: line.requirement.need_by },
            supplier: &line.supplier,
            offer: &line.offer,
            delivery: line.delivery,
            packs: line.purchase.packs,
        }
    }
}

impl Case<'_> {
    /// States the case in whole numbers and works with it.
    pub(in crate::sourcing) fn work<T>(
        self,
        work: impl FnOnce(&mut Workbench<'_>) -> Result<T, SourcingError>,
    ) -> Result<T, SourcingError> {
        let needs = in_order(self.needs)?;
        let market = Market::new(self.offers, self.terms, self.options)?;
        let without_contracts = without_contracts(self.offers);
        let beyond_contract = match &without_contracts[..] {
            [] => None,
            offers => Some(Market::new(offers, self.terms, self.options)?),
        };
        let scene = Scene {
            market: &market,
            beyond_contract: beyond_contract.as_ref(),
            options: self.options,
            stated: None,
        };
        let model = Model::new(&needs, scene)?;
        work(&mut Workbench { case: self, model, market: &market })
    }

    fn budget(&self) -> Budget {
        self.options.steps.map_or(Budget::default(), |steps| Budget { steps })
    }
}

impl Workbench<'_> {
    /// What to buy where, why, and what contradicts what where not everything can be bought.
    pub(in crate::sourcing) fn cheapest(&self) -> Result<Allocation, SourcingError> {
        let Case { offers, terms, options, .. } = self.case;
        let (solution, is_allowed) = solve(&self.model, self.case.budget());
        let mut conflict = None;
        let left_out = !solution.left_out.is_empty();
        if !is_allowed || left_out || !self.model.required_in_vain.is_empty() {
            let input = conflict::Input { offers, terms, options };
            conflict = conflict::find(input, &self.model, &solution, self.market)?;
        }
        let market = self.market;
        assemble(&Answer { model: &self.model, market, solution: &solution, conflict }, options)
    }

    /// Makes sure that a purchase is among those of its line, if the offer still allows it, even where
    /// it can no longer be part of a cheapest basket.
    pub(in crate::sourcing) fn find(
        &mut self,
        wanted: Wanted<'_>,
    ) -> Result<Option<(usize, Pick)>, Invalid> {
        let Some(line) = self.line(wanted.line) else { return Ok(None) };
        let packs = i64::try_from(wanted.packs).unwrap_or(i64::MAX);
        let sources = self.model.lines[line].sources.iter().enumerate();
        let mut own = sources.filter(|(_, source)| {
            let offer = source.candidate.offer;
            offer.id == *wanted.offer
                && offer.supplier == *wanted.supplier
                && source.delivery == wanted.delivery
        });
        let Some((first, _)) = own.next() else { return Ok(None) };
        let others: Vec<usize> = own.map(|(source, _)| source).collect();
        for source in std::iter::once(first).chain(others.iter().copied()) {
            let purchases = &self.model.basket.lines[line].sources[source].purchases;
            if let Some(purchase) = purchases.iter().position(|bought| bought.packs == packs) {
                return Ok(Some((line, Pick { source, purchase })));
            }
        }
        // Where several sources share a contract, which of them it was cannot be told.
        if others.is_empty() { self.insert(line, first, wanted.packs) } else { Ok(None) }
    }

    fn insert(
        &mut self,
        line: usize,
        source: usize,
        packs: u64,
    ) -> Result<Option<(usize, Pick)>, Invalid> {
        let named = &self.model.lines[line].sources[source];
        let candidate = &named.candidate;
        let sold = packs >= candidate.fewest_packs
            && candidate.most_packs.is_none_or(|most| packs <= most)
            && packs.is_multiple_of(candidate.multiple.max(1));
        let terms = &self.model.basket.lines[line];
        let count = i64::try_from(packs).unwrap_or(i64::MAX);
        let units = count.saturating_mul(terms.sources[source].units_per_pack);
        let covers =
            units >= terms.required || terms.shortage_cost.is_some() || terms.sources_at_most > 1;
        if !sold || !covers || units > terms.most {
            return Ok(None);
        }
        let priced = candidate.price(packs)?;
        let cost = priced.landed.plus(interest_on(&priced, named.interest)?)?;
        let weight = priced.weight.and_then(|weight| i64::try_from(weight.amount()).ok());
        let bought = Purchase {
            packs: count,
            cost: minor(cost)?,
            value: minor(priced.value)?,
            weight: weight.unwrap_or(0),
        };
        let purchases = &mut self.model.basket.lines[line].sources[source].purchases;
        let purchase = purchases.partition_point(|other| other.packs < count);
        purchases.insert(purchase, bought);
        Ok(Some((line, Pick { source, purchase })))
    }

    /// Leaves nothing of a line but some purchases of it.
    pub(in crate::sourcing) fn keep_only(&mut self, line: usize, picks: &mut [Pick]) {
        for (source, terms) in self.model.basket.lines[line].sources.iter_mut().enumerate() {
            let pick = picks.iter_mut().find(|pick| pick.source == source);
            terms.purchases = pick.map_or(Vec::new(), |pick| {
                let kept = terms.purchases[pick.purchase];
                pick.purchase = 0;
                vec![kept]
            });
        }
    }
}

impl<'w> Workbench<'w> {
    pub(in crate::sourcing) fn basket(&self) -> &Basket {
        &self.model.basket
    }

    pub(in crate::sourcing) fn currency(&self) -> Currency {
        self.case.options.currency
    }

    pub(in crate::sourcing) fn need(&self, line: usize) -> &'w Need {
        self.model.lines[line].need
    }

    pub(in crate::sourcing) fn line(&self, name: LineName<'_>) -> Option<usize> {
        self.model
            .lines
            .iter()
            .position(|line| line.need.sku == *name.sku && line.need.need_by == name.need_by)
    }

    /// Whose purchase a source of a line is.
    pub(in crate::sourcing) fn offer(&self, line: usize, source: usize) -> LineOffer<'w> {
        let source = &self.model.lines[line].sources[source];
        let candidate = &source.candidate;
        let place = candidate.place;
        LineOffer { offer: &self.case.offers[place], place, delivery: source.delivery }
    }

    /// The lines that an offer can serve, by its place.
    pub(in crate::sourcing) fn lines_of(&self, place: usize) -> impl Iterator<Item = usize> {
        let lines = self.model.lines.iter().enumerate();
        lines
            .filter(move |(_, line)| line.sources.iter().any(|s| s.candidate.place == place))
            .map(|(line, _)| line)
    }

    /// What a unit of an offer costs on average in a number of packs.
    pub(in crate::sourcing) fn unit_price(
        &self,
        line: usize,
        place: usize,
        packs: u64,
    ) -> Result<Option<Money>, Invalid> {
        let mut sources = self.model.lines[line].sources.iter();
        let source = sources.find(|source| source.candidate.place == place);
        let priced = source.filter(|_| packs > 0).map(|source| source.candidate.price(packs));
        Ok(priced.transpose()?.map(|priced| priced.purchase.unit_price))
    }

    /// Solves a basket that was made of this one.
    pub(in crate::sourcing) fn solve(
        &self,
        basket: &Basket,
        start: Option<&[Vec<Pick>]>,
    ) -> Solution {
        basket::solve(basket, start, self.case.budget())
    }

    /// Says what a choice in this basket means.
    pub(in crate::sourcing) fn allocation(
        &self,
        solution: &Solution,
    ) -> Result<Allocation, SourcingError> {
        let options = self.case.options;
        let answer = Answer { model: &self.model, market: self.market, solution, conflict: None };
        assemble(&answer, options)
    }

    /// Solves the basket as it is, and says what that comes to.
    pub(in crate::sourcing) fn sum(&self) -> Result<Sum, Invalid> {
        let basket = self.basket();
        let solution = self.solve(basket, None);
        let picks = basket.lines.iter().zip(&solution.picks);
        let orders =
            distinct(picks.flat_map(|(line, picks)| {
                picks.iter().map(|pick| line.sources[pick.source].order)
            }));
        let left_out = solution.left_out.iter().map(|&line| self.need(line).sku.clone());
        let unserved = self.model.unserved.iter().map(|unserved| unserved.need.sku.clone());
        // Without a bound only this is known: nothing is got for less than nothing.
        let bound = Some(solution.lower_bound).filter(|&bound| bound > i64::MIN).unwrap_or(0);
        Ok(Sum {
            cost: self.money(solution.cost)?,
            lower_bound: self.money(bound.min(solution.cost))?,
            orders: u32::try_from(orders.len()).unwrap_or(u32::MAX),
            unserved: unserved.collect(),
            left_out: left_out.collect(),
        })
    }

    pub(in crate::sourcing) fn money(&self, minor: i64) -> Result<Money, Invalid> {
        Money::from_minor_units(i128::from(minor), self.currency())
    }

    /// The sources of a line if one offer of it had other prices; none where the offer's contract is
    /// shared with other lines.
    pub(in crate::sourcing) fn repriced(
        &self,
        line: usize,
        offer: &Offer,
        place: usize,
    ) -> Result<Option<Line>, Invalid> {
        let named = &self.model.lines[line];
        let need = named.need;
        let mut changed = self.model.basket.lines[line].clone();
        let own: Vec<usize> = (0..named.sources.len())
            .filter(|&s| named.sources[s].candidate.place == place)
            .collect();
        if own.is_empty() {
            return Ok(Some(changed));
        }
        let offers = std::slice::from_ref(offer);
        let options = self.case.options;
        let market = Market::new(offers, self.case.terms, options)?;
        let (candidates, _) = market.candidates(need)?;
        let Some(candidate) = candidates.first() else { return Ok(None) };
        let scene = Scene { market: &market, beyond_contract: None, options, stated: None };
        let all: Vec<_> = named.sources.iter().map(|source| source.candidate.clone()).collect();
        for source in own {
            let old = &self.model.basket.lines[line].sources[source];
            let is_contract = |&(limit, _): &(usize, i64)| {
                matches!(self.model.limits[limit], LimitName::Contract(_))
            };
            if old.limits.iter().any(is_contract) {
                return Ok(None);
            }
            let place = Place {
                order: old.order,
                delivery: named.sources[source].delivery,
                modes: &self.model.basket.orders[old.order].modes,
                at_most: MOST_COUNTS,
                is_shared: false,
                prune: options.maximum_shares.is_empty(),
            };
            let mut maker = LineMaker::new(need, &all, scene)?;
            maker.add(candidate, None, place, &mut Limits::default(), scene)?;
            let made = maker.finish().0.sources.into_iter().next();
            let purchases = made.map_or(Vec::new(), |made: Source| made.purchases);
            changed.sources[source].purchases = purchases;
        }
        Ok(Some(changed))
    }
}

/// Makes a source one of those of which something has to be bought, together with a limit of -1.
pub(in crate::sourcing) fn require(limit: usize, source: &mut Source) {
    source.limits.push((limit, -1));
}

/// Numbers of packs considered of an offer at another price.
const MOST_COUNTS: usize = 1_000;
