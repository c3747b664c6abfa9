//! What the market offers for a basket, as whole numbers.

use super::{
    days::Deliveries,
    sources::{Limits, LineMaker, Place, check, interest_on},
};
use crate::{
    sourcing::{
        ExcludedOffer, Exclusion, Need, Offer, SourcingOptions,
        basket::{Basket, Limit, OrderTerms, Pick, Share},
        eligible::{Candidate, Market, exclude},
        landed_cost::Priced,
        order_charges::millionths,
    },
    unit::{Currency, Day, Invalid, Money, OfferId, SupplierId, distinct, sort_by},
};
use rust_decimal::Decimal;

/// A basket of whole numbers, and what they stand for.
pub(super) struct Model<'a> {
    pub(super) basket: Basket,
    /// What each line of the basket stands for.
    pub(super) lines: Vec<ModelLine<'a>>,
    /// What each order stands for, ascending.
    pub(super) orders: Vec<OrderName<'a>>,
    pub(super) limits: Vec<LimitName<'a>>,
    /// Whose largest share each share is.
    pub(super) shares: Vec<&'a SupplierId>,
    /// Needs that no offer can serve.
    pub(super) unserved: Vec<Unserved<'a>>,
    /// Required suppliers that offer nothing for the basket.
    pub(super) required_in_vain: Vec<&'a SupplierId>,
    /// Offers of which not every number of packs is considered, ascending.
    pub(super) thinned: Vec<&'a OfferId>,
    pub(super) currency: Currency,
}

/// A capacity that is as good as none.
pub(super) const UNLIMITED: i64 = 1 << 54;

/// A need and from where it can be served.
pub(super) struct ModelLine<'a> {
    pub(super) need: &'a Need,
    /// Units of the basket in one of the need's unit.
    pub(super) scale: Decimal,
    pub(super) sources: Vec<ModelSource<'a>>,
}

/// An offer, delivered on a day.
pub(super) struct ModelSource<'a> {
    pub(super) candidate: Candidate<'a>,
    /// What its goods cost for being there early, as a share.
    pub(super) interest: Decimal,
    pub(super) arrival: Day,
    pub(super) delivery: Option<Day>,
}

/// A supplier's order, of one delivery day where deliveries are split.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct OrderName<'a> {
    pub(super) supplier: &'a SupplierId,
    pub(super) delivery: Option<Day>,
}

/// What there is only so much of.
#[derive(Clone, Copy, Debug)]
pub(super) enum LimitName<'a> {
    /// What the supplier has of an offer.
    Available(&'a Offer),
    /// What is left of an offer's contract.
    Contract(&'a Offer),
    /// A supplier that has to get an order: what it gets is counted below zero.
    Required(&'a SupplierId),
}

/// A need that no offer can serve, and why.
pub(super) struct Unserved<'a> {
    pub(super) need: &'a Need,
    pub(super) excluded: Vec<ExcludedOffer>,
}

/// What a model is made of.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) market: &'a Market<'a>,
    /// The same offers without their contracts, where any has one.
    pub(super) beyond_contract: Option<&'a Market<'a>>,
    pub(super) options: &'a SourcingOptions,
    /// The offers with what there is of them, where the market's say nothing of it: purchases beyond
    /// it are then part of the model, and a limit says so.
    pub(super) stated: Option<&'a [Offer]>,
}

/// Numbers of packs considered of one offer, and of all of them together.
const MOST_COUNTS: usize = 1_000;
const MOST_COUNTS_ALTOGETHER: usize = 200_000;
/// Numbers of packs that are considered of every offer, however many there are.
const FEWEST_COUNTS: usize = 16;

impl<'a> Model<'a> {
    /// The model of needs in their order.
    pub(super) fn new(needs: &[&'a Need], scene: Scene<'a>) -> Result<Self, Invalid> {
        let mut model = Self {
            basket: Basket::default(),
            lines: Vec::new(),
            orders: Vec::new(),
            limits: Vec::new(),
            shares: Vec::new(),
            unserved: Vec::new(),
            required_in_vain: Vec::new(),
            thinned: Vec::new(),
            currency: scene.options.currency,
        };
        let mut served = Vec::new();
        for &need in needs {
            let (mut candidates, mut excluded) = scene.market.candidates(need)?;
            candidates.retain(|candidate| match check(need, candidate) {
                Ok(()) => true,
                Err(problem) => {
                    let reason = Exclusion::Invalid { problem };
                    excluded.push(exclude(candidate.offer, need, reason));
                    false
                }
            });
            if candidates.is_empty() {
                sort_by(&mut excluded, |a, b| a.offer.cmp(&b.offer));
                model.unserved.push(Unserved { need, excluded });
            } else {
                sort_by(&mut candidates, |a, b| {
                    (!a.preferred).cmp(&!b.preferred).then_with(|| a.offer.id.cmp(&b.offer.id))
                });
                served.push((need, candidates));
            }
        }
        model.add_lines(&served, scene)?;
        model.require(scene.options);
        model.share(scene.options)?;
        Ok(model)
    }

    /// What some packs of a source cost, and what their being early costs.
    pub(super) fn price(&self, line: usize, pick: Pick) -> Result<(Priced, Money), Invalid> {
        let packs = self.basket.lines[line].sources[pick.source].purchases[pick.purchase].packs;
        let source = &self.lines[line].sources[pick.source];
        let priced = source.candidate.price(u64::try_from(packs).unwrap_or(0))?;
        Ok((priced, interest_on(&priced, source.interest)?))
    }

    fn add_lines(
        &mut self,
        served: &[(&'a Need, Vec<Candidate<'a>>)],
        scene: Scene<'a>,
    ) -> Result<(), Invalid> {
        let deliveries = Deliveries::new(served, scene)?;
        let mut names = Vec::new();
        let mut uses: Vec<usize> = Vec::new();
        for (need, candidates) in served {
            for candidate in candidates {
                for delivery in deliveries.of(need, candidate) {
                    names.push(OrderName { supplier: &candidate.offer.supplier, delivery });
                    if uses.len() <= candidate.place {
                        uses.resize(candidate.place + 1, 0);
                    }
                    uses[candidate.place] += 1;
                }
            }
        }
        let sources = names.len();
        self.orders = distinct(names);
        let mut modes = Vec::with_capacity(self.orders.len());
        for order in &self.orders {
            modes.push(scene.market.order_modes(order.supplier)?);
        }
        let at_most = (MOST_COUNTS_ALTOGETHER / sources.max(1)).clamp(FEWEST_COUNTS, MOST_COUNTS);
        let mut limits = Limits::default();
        for (need, candidates) in served {
            let mut line = LineMaker::new(need, candidates, scene)?;
            let beyond = match scene.beyond_contract {
                Some(market) if candidates.iter().any(|c| c.offer.contract.is_some()) => {
                    market.candidates(need)?.0
                }
                _ => Vec::new(),
            };
            for candidate in candidates {
                let is_shared = uses.get(candidate.place).is_some_and(|&uses| uses > 1);
                for delivery in deliveries.of(need, candidate) {
                    let name = OrderName { supplier: &candidate.offer.supplier, delivery };
                    // INVARIANT: every name was collected above.
                    let order = self.orders.binary_search(&name).unwrap_or_default();
                    let place = Place {
                        order,
                        delivery,
                        modes: &modes[order],
                        at_most,
                        is_shared,
                        prune: scene.options.maximum_shares.is_empty(),
                    };
                    let beyond = beyond.iter().find(|other| other.place == candidate.place);
                    line.add(candidate, beyond, place, &mut limits, scene)?;
                }
            }
            let (line, named) = line.finish();
            self.basket.lines.push(line);
            self.lines.push(named);
        }
        self.basket.orders = modes.into_iter().map(|modes| OrderTerms { modes }).collect();
        (self.basket.limits, self.limits) = (limits.capacities, limits.names);
        self.thinned = distinct(limits.thinned);
        Ok(())
    }

    fn require(&mut self, options: &'a SourcingOptions) {
        for supplier in distinct(&options.required_suppliers) {
            if !self.orders.iter().any(|order| order.supplier == supplier) {
                self.required_in_vain.push(supplier);
                continue;
            }
            let limit = self.basket.limits.len();
            self.basket.limits.push(Limit { capacity: -1 });
            self.limits.push(LimitName::Required(supplier));
            for line in &mut self.basket.lines {
                for source in &mut line.sources {
                    if self.orders[source.order].supplier == supplier {
                        source.limits.push((limit, -1));
                    }
                }
            }
        }
    }

    fn share(&mut self, options: &'a SourcingOptions) -> Result<(), Invalid> {
        for (supplier, share) in &options.maximum_shares {
            let at = |i: Invalid| i.at(supplier).at("maximum_shares");
            let millionths = millionths(share.factor()).map_err(at)?;
            let own = |order: &usize| self.orders[*order].supplier == supplier;
            let orders: Vec<usize> = (0..self.orders.len()).filter(own).collect();
            if !orders.is_empty() && millionths < 1_000_000 {
                self.basket.shares.push(Share { orders, millionths });
                self.shares.push(supplier);
            }
        }
        Ok(())
    }
}
