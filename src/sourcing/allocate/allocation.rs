//! What an allocation says.

use crate::{
    inventory::Requirement,
    sourcing::{Comparison, Cost, CostKind, Purchase},
    unit::{Day, Money, OfferId, Quantity, Rate, Sku, SupplierId},
};
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

/// The basket, allocated.
///
/// `total` is what all orders cost, plus what shortage costs, less what surplus is worth; no choice
/// among the purchases that were considered costs less than `lower_bound`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Allocation {
    /// What is bought where: each purchase, in order of the products, of the days of need, and of the
    /// offers. A requirement that two offers share has two.
    pub lines: Vec<AllocatedLine>,
    /// What each supplier gets, in order of the suppliers and of the delivery days.
    pub orders: Vec<SupplierOrder>,
    /// Requirements that are not covered, or not wholly, and why.
    pub unmet: Vec<Unmet>,
    /// All orders together, plus `shortage_cost`, less `surplus_value`.
    pub total: Money,
    /// No choice among the purchases that were considered costs less than this.
    pub lower_bound: Money,
    /// How much less the basket could cost at most, as a share of the total; 0 where that is proved.
    pub gap: f64,
    /// What is known about the total.
    pub status: AllocationStatus,
    /// Why not everything that has to be bought can be, and what would help, if so.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", serde(deserialize_with = "pass_over"))]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Conflict | null"))]
    pub conflict: Option<Conflict>,
    /// What requirements that are not bought cost.
    pub shortage_cost: Money,
    /// What is bought beyond the requirements is worth this much.
    pub surplus_value: Money,
    /// What all orders cost, by kind.
    pub costs: Vec<CostTotal>,
    /// Branches that the search opened.
    pub nodes: u64,
    /// Work that the search did, in the unit of the option `steps`.
    pub steps: u64,
    /// Offers of which so many packs could make sense that not every number was considered, in order
    /// of their names. Total and bound then speak of the numbers considered.
    pub thinned_offers: Vec<OfferId>,
    /// What simpler rules would pay for the same requirements.
    #[cfg_attr(target_family = "wasm", serde(deserialize_with = "pass_over"))]
    pub baselines: Vec<Baseline>,
    /// Each requirement's offers at what they would add to the bill, all other lines staying where
    /// they are, in order of the products. An answer only: nothing is read back from it.
    #[serde(deserialize_with = "pass_over")]
    pub comparisons: Vec<Comparison>,
}

/// What is known about the total of an allocation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum AllocationStatus {
    /// Nothing costs less.
    Proved,
    /// Something could cost less, down to the lower bound.
    Gap,
    /// Not everything that has to be bought can be: `conflict` says why. The plan leaves out as few
    /// requirements as were found to be necessary.
    Infeasible,
}

/// A purchase that serves a requirement, or a part of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AllocatedLine {
    /// The requirement.
    pub requirement: Requirement,
    /// The product that is bought: another one where it is a substitute.
    pub sku: Sku,
    /// The offer it is bought from.
    pub offer: OfferId,
    /// Who offers.
    pub supplier: SupplierId,
    /// The delivery that it comes with, where a supplier's deliveries are split.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub delivery: Option<Day>,
    /// How much, at which price.
    pub purchase: Purchase,
    /// Packs among them that the requirement could do without: bought for a price break, or to bring
    /// the order to a threshold.
    pub topped_up_packs: u64,
    /// The day on which the goods can be sold.
    pub arrival: Day,
    /// What the purchase costs by itself, term by term; interest for goods that come before their day
    /// is part of the payment terms.
    #[cfg_attr(target_family = "wasm", serde(deserialize_with = "pass_over"))]
    pub costs: Vec<Cost>,
    /// Their sum.
    pub landed_cost: Money,
    /// Why this one.
    pub binding: Binding,
    /// The best that could be done instead with another offer, alone or in the place of this one, all
    /// other lines staying where they are; none if nothing could.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", serde(deserialize_with = "pass_over"))]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "RunnerUp | null"))]
    pub runner_up: Option<RunnerUp>,
    /// Why this one, in words and numbers.
    pub reason: String,
}

/// What a requirement would otherwise be served by.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RunnerUp {
    /// The offer; none where the best would be not to buy and to bear the cost of shortage.
    pub offer: Option<OfferId>,
    /// Who offers.
    pub supplier: Option<SupplierId>,
    /// How many packs.
    pub packs: u64,
    /// What it would cost more than all that now serves the requirement: `line` and `order` together.
    /// Below zero only where the search ended before the optimum was found.
    pub difference: Money,
    /// The part of it on the requirement: purchases, shortage and surplus.
    pub line: Money,
    /// The part of it on the orders that goods leave and join: freight, surcharges, rebates.
    pub order: Money,
}

/// Why a requirement is served as it is: what decided against the offer that costs least by itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Binding {
    /// What decided.
    pub kind: BindingKind,
    /// The supplier whose terms decided, where terms did.
    pub supplier: Option<SupplierId>,
    /// The offer that costs less by itself, or the chosen one in smaller number; none where the choice
    /// costs least by itself.
    pub instead_of: Option<OfferId>,
    /// What the choice costs more than that by itself; zero or more.
    pub line: Money,
    /// What it saves on the orders, zero or less; zero where the other is not possible at all.
    pub order: Money,
}

/// What decided for a purchase.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum BindingKind {
    /// Nothing else can serve the requirement.
    OnlyOffer,
    /// It costs least by itself.
    CheapestAlone,
    /// Without it the order is below the supplier's minimum.
    MinimumOrderValue,
    /// Without it the order is below the supplier's minimum and pays a surcharge.
    BelowMinimumSurcharge,
    /// Without it the order pays freight.
    FreeFreight,
    /// Without it the order is in a dearer band of freight.
    FreightBand,
    /// Without it the year's purchases miss a tier of the rebate.
    RebateTier,
    /// What costs less by itself needs an order more.
    SharedOrder,
    /// What costs less by itself would be an order below its supplier's minimum.
    MinimumOutOfReach,
    /// There is not enough of what costs less by itself.
    Availability,
    /// A supplier would get more than its largest share.
    MaximumShare,
    /// The supplier has to get an order.
    RequiredSupplier,
    /// It costs less together with the orders, by several terms at once.
    Together,
}

/// One supplier's order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SupplierOrder {
    /// Who.
    pub supplier: SupplierId,
    /// What people call the supplier, where the terms say it.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "string | null"))]
    pub name: Option<String>,
    /// The day on which it is delivered, where a supplier's deliveries are split.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Day | null"))]
    pub delivery: Option<Day>,
    /// How many lines.
    pub lines: u32,
    /// Value of the goods.
    pub goods: Money,
    /// What the lines cost beside their goods: handling, duty, fees, tax, deposits, rebates, interest.
    pub line_charges: Money,
    /// Freight of the whole order.
    pub freight: Money,
    /// What the supplier charges for handling it.
    pub handling: Money,
    /// What placing and receiving it costs.
    pub order_cost: Money,
    /// Surcharge for being below the supplier's minimum.
    pub surcharge: Money,
    /// What it brings in yearly rebate, zero or less.
    pub yearly_rebate: Money,
    /// All of it.
    pub total: Money,
}

/// What something costs over the whole basket.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CostTotal {
    /// What.
    pub kind: CostKind,
    /// How much.
    pub amount: Money,
}

/// A requirement that is not covered, or not wholly.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Unmet {
    /// The requirement.
    pub requirement: Requirement,
    /// How much of it is missing.
    pub missing: Quantity,
    /// What that costs, where the need says it.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub shortage_cost: Option<Money>,
    /// Why, in words; its comparison says why each offer is out.
    pub reason: String,
}

/// Conditions that cannot hold together.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Conflict {
    /// The conditions: without any one of them the others can hold.
    pub conditions: Vec<Condition>,
    /// Whether that is proved of every one; otherwise some tests ran out of steps.
    pub irreducible: bool,
    /// Whether no smaller number of conditions conflicts, which is tried for small sets only.
    pub smallest: bool,
    /// What dropping each of them would give, those that leave out fewest requirements first, the
    /// cheapest of these first.
    pub relaxations: Vec<Relaxation>,
}

/// Something that has to hold.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Condition {
    /// A requirement has to be covered.
    Covered {
        /// Which.
        requirement: Requirement,
    },
    /// An order has to reach the supplier's minimum.
    MinimumOrderValue {
        /// Whose.
        supplier: SupplierId,
        /// The minimum.
        minimum: Money,
    },
    /// A supplier may get no more than a share of the value of all goods.
    MaximumShare {
        /// Who.
        supplier: SupplierId,
        /// The share.
        share: Rate,
    },
    /// A supplier has to get an order.
    RequiredSupplier {
        /// Who.
        supplier: SupplierId,
    },
    /// A supplier may not get an order.
    ForbiddenSupplier {
        /// Who.
        supplier: SupplierId,
    },
    /// Only so many offers may share a requirement.
    MaximumSources {
        /// Which.
        requirement: Requirement,
        /// How many.
        maximum: u32,
    },
    /// No more than this may be bought for a requirement.
    MaximumQuantity {
        /// Which.
        requirement: Requirement,
        /// How much.
        maximum: Quantity,
    },
    /// There is only so much of an offer.
    Availability {
        /// Which.
        offer: OfferId,
        /// How much.
        available: Quantity,
    },
}

/// What dropping a condition would give.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Relaxation {
    /// The condition.
    pub condition: Condition,
    /// What that comes to, in words and numbers, such as "an order 3.00 EUR below the minimum of mill".
    pub words: String,
    /// What the plan without it would cost, the cheapest that was found.
    pub total: Money,
    /// Requirements that have to be covered and would still be left out, or covered in part.
    pub left_out: u32,
}

/// What a simpler rule would pay.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Baseline {
    /// The rule.
    pub policy: BaselinePolicy,
    /// What its orders cost for the same requirements.
    pub cost: Money,
    /// What the rule's orders miss to minimum order values: not in the cost, since it would buy
    /// something, but such orders are refused unless it is spent.
    pub below_minimum: Money,
    /// How much less the allocation costs; negative if the rule would have been cheaper.
    pub saving: Money,
    /// The saving as a share of the rule's cost.
    pub saving_share: f64,
    /// Requirements for which the rule has no offer and takes the cheapest instead.
    pub fallback_lines: u32,
}

/// A rule that people use.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum BaselinePolicy {
    /// Each product from its default supplier, in the fewest packs that cover the need.
    DefaultSupplier,
    /// Each product where its price is lowest, in the fewest packs that cover the need.
    CheapestSticker,
    /// Each product where its purchase costs least by itself, whatever the orders cost.
    CheapestLine,
}

/// Reads nothing: what explains an allocation is no part of it when it comes back.
///
/// Comparisons never do. In WebAssembly, where an allocation is read for the engine alone, neither
/// does what else nothing is worked out from: code that reads it would be a good part of the engine.
fn pass_over<'de, T: Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| T::default())
}
