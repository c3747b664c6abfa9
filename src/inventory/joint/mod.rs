//! One order to one supplier: which units to add to it, and which to take off.
//!
//! Read in this order: [`JointItem`] and [`JointOrder`] (what is known), [`replenish_jointly`] (what is
//! decided), `worth` (what a pack is worth), `choose` (which packs are the best of all).

mod check;
mod choose;
mod planning;
mod worth;

use super::{DemandOutlook, StockCosts, Term};
use crate::unit::{Currency, Day, Invalid, Money, Quantity, Sku};
use check::{check, dimensions};
use planning::Planning;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use worth::Item;

/// One product that the supplier sells.
#[derive(Clone, Debug)]
pub struct JointItem<'a> {
    /// The product.
    pub sku: Sku,
    /// What will be wanted of it, from today on.
    pub outlook: &'a DemandOutlook<'a>,
    /// What there is and what is coming, less what is promised.
    pub position: Quantity,
    /// What its own policy orders; zero when it orders nothing.
    pub proposed: Quantity,
    /// What one unit costs.
    pub unit_cost: Money,
    /// What a shortage costs, and what it costs to hold a unit; without a cost of waste, a unit that
    /// is left over costs what it cost.
    pub costs: StockCosts,
    /// Orders are multiples of this; without it, of one unit.
    pub order_multiple: Option<Quantity>,
    /// The smallest quantity that is ordered.
    pub minimum_order_quantity: Option<Quantity>,
    /// What one unit takes of a truck, one entry a dimension: `0.4 kg`, `0.002 m3`, `0.01 pallet`.
    pub load_per_unit: Vec<Quantity>,
    /// Days that it can be sold from the day of receipt on, that day included.
    pub shelf_life_days: Option<u32>,
    /// The last day on which it is sold.
    pub last_day_of_sale: Option<Day>,
    /// When it is ordered along with others; without it, it is not.
    pub can_order: Option<CanOrder>,
}

/// When a product that need not be ordered yet is ordered along with others.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CanOrder {
    /// At or below this position it would be ordered by itself.
    pub reorder_point: Quantity,
    /// It is ordered up to this level.
    pub order_up_to_level: Quantity,
}

/// The order that all products share.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct JointOrder {
    /// The day on which it is placed.
    pub today: Day,
    /// The day from which what is ordered now can be sold.
    pub arrival: Day,
    /// The next day on which one can order.
    pub next_order_day: Day,
    /// The day from which what is ordered then can be sold.
    pub next_arrival: Day,
    /// Nothing is added that is not expected to be sold within so many days of its arrival.
    pub longest_cover_days: u32,
    /// The currency of every amount.
    pub currency: Currency,
    /// What one line of an order costs, however large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_family = "wasm", tsify(optional, type = "Money | null"))]
    pub per_line: Option<Money>,
    /// What the truck takes at most, one entry a dimension: `24000 kg`, `33 pallet`.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub at_most: Vec<Quantity>,
    /// What a larger order would reach.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub aims: Vec<OrderAim>,
}

/// What a larger order would reach.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum OrderAim {
    /// Below this value the supplier takes no order: it is reached whatever it costs.
    MinimumValue {
        /// The value of the goods.
        value: Money,
    },
    /// From this value on the freight is free: it is reached where that saves more than it costs.
    FreeFreight {
        /// The value of the goods.
        value: Money,
        /// The freight that a smaller order pays.
        saves: Money,
    },
    /// From this value on the whole order is cheaper: reached where that saves more than it costs. Of
    /// several levels, the highest discount counts.
    PriceLevel {
        /// The value of the goods before the discount.
        value: Money,
        /// The part of the value that is taken off, from 0 to 1.
        discount: f64,
    },
    /// The truck is filled as far as packs fit and are expected to be sold.
    FillTo {
        /// What it takes, such as `24000 kg`.
        load: Quantity,
    },
}

/// The order after all that was added and taken off.
#[derive(Clone, Debug, PartialEq)]
pub struct JointReplenishment {
    /// One answer a product, in the order in which they were given.
    pub lines: Vec<Result<JointLine, Invalid>>,
    /// What became of each aim, in the order in which they were given.
    pub outcomes: Vec<AimOutcome>,
    /// The value of what the products' own policies order.
    pub value_before: Money,
    /// The value of the order now.
    pub value_after: Money,
    /// What it takes of the truck, one entry for each dimension of a limit or aim.
    pub loads: Vec<Quantity>,
}

/// One product in the order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct JointLine {
    /// The product.
    pub sku: Sku,
    /// What its own policy orders.
    pub before: Quantity,
    /// What is ordered.
    pub after: Quantity,
    /// What was added or taken off, in the order in which it was decided.
    pub changes: Vec<JointChange>,
}

/// Units that were added or taken off.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct JointChange {
    /// How much; below zero when it was taken off.
    pub quantity: Quantity,
    /// Why.
    pub reason: JointReason,
    /// What the units that were added are worth, or those taken off would have been: what they save
    /// less what they cost.
    pub worth: Money,
    /// 1 for the product whose units are the most useful of all that were added for the same reason; of
    /// those taken off, the least useful; of those ordered along, the first to be due.
    pub rank: u32,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// Why units were added or taken off.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum JointReason {
    /// It would have to be ordered before the next order day.
    OrderedAlong {
        /// The day on which it is expected at its reorder point.
        due: Day,
    },
    /// The truck is full.
    TruckFull,
    /// For the aim with this number, counted from 0.
    Aim {
        /// The number of the aim.
        index: usize,
    },
}

/// What became of an aim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AimOutcome {
    /// Whether it was reached.
    pub status: AimStatus,
    /// What adding to the order costs: holding and waste of the units added, less what they save.
    /// Below zero when they save more; zero when nothing would be added or it cannot be reached.
    pub adding_costs: Money,
    /// What the supplier takes off when all that was or would be added is ordered, beyond what he
    /// takes off without it.
    pub saves: Money,
    /// What was or would be added.
    pub adds: Money,
    /// Whether no better set of packs exists; otherwise it is the best that was found.
    pub is_best: bool,
    /// How much more it would cost to add the most useful units one after the other; zero when that
    /// is as good as what was found.
    pub better_than_one_by_one: Money,
    /// The arithmetic, term by term.
    pub terms: Vec<Term>,
}

/// Whether an aim was reached.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum AimStatus {
    /// Nothing had to be added for it.
    AlreadyMet,
    /// Units were added.
    Reached,
    /// It would cost as much as it saves, or more: nothing was added.
    NotWorthIt,
    /// What may be added is not enough: nothing was added.
    NotReachable,
    /// No product is ordered, and none is ordered for the aim alone.
    NothingOrdered,
}

/// Adds to an order what makes it worth more, the most useful units first, and takes off what the
/// truck does not take, the least useful first.
///
/// What a pack is worth is what it saves (expected shortage until the next order arrives; the line of
/// the next order, where it makes that unnecessary) less what it costs (holding until it is expected
/// to be sold, waste of what is left when it expires or sales end). In this order:
///
/// 1. If anything is ordered, products are ordered along that would reach their reorder point before
///    the next order day (can-order policies: Balintfy 1964; Silver 1974).
/// 2. If the truck is too small, the least useful units by weight, volume or pallet come off.
/// 3. Aims that must be reached, and trucks that are filled, in the order in which they are given.
/// 4. Of the other aims the one that gains most, as long as one gains at all.
///
/// Packs are taken one by one, the most useful first by money or load that is still missing, and what
/// turns out not to be needed is left out again; then all sets of packs are compared, as far as a
/// fixed number of steps reaches ([`AimOutcome::is_best`]), and the better set is taken. Nothing is
/// added that is not expected to be sold within its shelf life, until the last day of sale and
/// within [`JointOrder::longest_cover_days`]. Where one product could be given more than 256 packs, they
/// are added several at a time.
///
/// # Errors
///
/// When the order itself cannot be accepted: days out of order, a negative amount, an aim in another
/// currency, a discount that is not from 0 to 1. For one product, the others being answered: given
/// twice, another unit or currency, a negative quantity or amount, no `load_per_unit` in a dimension
/// that is limited or filled (`load_missing`), an outlook that is too short.
///
/// ```
/// use replenish::{
///     forecast::{DemandDistribution, Period},
///     inventory::{
///         AimStatus, DemandOutlook, DemandSource, JointItem, JointOrder, OrderAim, StockCosts,
///         replenish_jointly,
///     },
///     unit::Sku,
/// };
/// let daily = |days: u32| DemandDistribution::from_weighted(vec![(2.0 * f64::from(days), 1.0)]);
/// let sums: Vec<_> = (1..=60).map(daily).collect();
/// let today = "2026-03-02".parse()?;
/// let outlook = DemandOutlook::new(DemandSource::Sums(&sums), today, Period::Day);
/// let item = JointItem {
///     sku: Sku::new("apple")?,
///     outlook: &outlook,
///     position: "4 each".parse()?,
///     proposed: "20 each".parse()?,
///     unit_cost: "10.00 EUR".parse()?,
///     costs: StockCosts {
///         shortage_per_unit: "4.00 EUR".parse()?,
///         holding_per_unit_and_day: "0.01 EUR".parse()?,
///         waste_per_unit: None,
///     },
///     order_multiple: None,
///     minimum_order_quantity: None,
///     load_per_unit: Vec::new(),
///     shelf_life_days: None,
///     last_day_of_sale: None,
///     can_order: None,
/// };
/// let order = JointOrder {
///     today,
///     arrival: "2026-03-04".parse()?,
///     next_order_day: "2026-03-09".parse()?,
///     next_arrival: "2026-03-11".parse()?,
///     longest_cover_days: 30,
///     currency: "EUR".parse()?,
///     per_line: None,
///     at_most: Vec::new(),
///     aims: vec![OrderAim::FreeFreight { value: "250 EUR".parse()?, saves: "12 EUR".parse()? }],
/// };
/// let answer = replenish_jointly(&[item], &order)?;
/// // Five more lie for ten to twelve days, which costs 54 cents and saves twelve euros.
/// assert_eq!(answer.lines[0].as_ref().unwrap().after, "25 each".parse()?);
/// let outcome = &answer.outcomes[0];
/// assert_eq!(outcome.status, AimStatus::Reached);
/// assert_eq!(outcome.adding_costs, "0.54 EUR".parse()?);
/// # Ok::<(), replenish::unit::Invalid>(())
/// ```
pub fn replenish_jointly(
    items: &[JointItem<'_>],
    order: &JointOrder,
) -> Result<JointReplenishment, Invalid> {
    check(order).map_err(|invalid| invalid.at("order"))?;
    let dimensions = dimensions(order);
    let mut prepared = Vec::new();
    let mut seen = BTreeSet::new();
    let mut refused: Vec<Option<Invalid>> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let checked = if seen.insert(&item.sku) {
            Item::new(item, order, &dimensions).map_err(|invalid| invalid.at(&item.sku))
        } else {
            Err(Invalid::new("sku_twice", "each product once", &item.sku).at("sku"))
        };
        refused.push(match checked {
            Ok(item) => {
                prepared.push(item);
                None
            }
            Err(invalid) => Some(invalid.at(format_args!("items[{index}]"))),
        });
    }
    let mut planning = Planning::new(prepared, order, &dimensions);
    let outcomes = planning.run();
    Ok(planning.answer(refused, outcomes, items))
}

/// The measure of every order that is its value; loads follow.
const VALUE: usize = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forecast::{DemandDistribution, Period},
        inventory::DemandSource,
        unit::math,
    };
    use rust_decimal::Decimal;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// Poisson demand of a mean a day, of one day, of two, and so on.
    fn sums(mean: f64) -> Vec<DemandDistribution> {
        let poisson = |mean: f64| {
            let share = |k: f64| math::exp(k * math::ln(mean) - mean - math::ln_gamma(k + 1.0));
            let demands = (0..300).map(|k| (f64::from(k), share(f64::from(k))));
            DemandDistribution::from_weighted(demands.collect())
        };
        (1..=60).map(|days| poisson(mean * f64::from(days))).collect()
    }

    fn outlook(sums: &[DemandDistribution]) -> DemandOutlook<'_> {
        DemandOutlook::new(DemandSource::Sums(sums), day("2026-03-02"), Period::Day)
    }

    fn item<'a>(
        sku: &str,
        outlook: &'a DemandOutlook<'a>,
        position: &str,
        proposed: &str,
    ) -> JointItem<'a> {
        JointItem {
            sku: Sku::new(sku).unwrap(),
            outlook,
            position: position.parse().unwrap(),
            proposed: proposed.parse().unwrap(),
            unit_cost: "10.00 EUR".parse().unwrap(),
            costs: StockCosts {
                shortage_per_unit: "4.00 EUR".parse().unwrap(),
                holding_per_unit_and_day: "0.01 EUR".parse().unwrap(),
                waste_per_unit: None,
            },
            order_multiple: "5 each".parse().ok(),
            minimum_order_quantity: None,
            load_per_unit: vec!["2 kg".parse().unwrap()],
            shelf_life_days: None,
            last_day_of_sale: None,
            can_order: None,
        }
    }

    fn order(aims: Vec<OrderAim>) -> JointOrder {
        JointOrder {
            today: day("2026-03-02"),
            arrival: day("2026-03-04"),
            next_order_day: day("2026-03-09"),
            next_arrival: day("2026-03-11"),
            longest_cover_days: 30,
            currency: "EUR".parse().unwrap(),
            per_line: None,
            at_most: Vec::new(),
            aims,
        }
    }

    fn eur(text: &str) -> Money {
        format!("{text} EUR").parse().unwrap()
    }

    fn after(answer: &JointReplenishment) -> Vec<String> {
        answer.lines.iter().map(|line| line.as_ref().unwrap().after.to_string()).collect()
    }

    #[test]
    fn freight_is_saved_only_where_that_is_more_than_holding() {
        let (slow, fast) = (sums(0.5), sums(4.0));
        let (slow, fast) = (outlook(&slow), outlook(&fast));
        let items =
            [item("slow", &slow, "3 each", "5 each"), item("fast", &fast, "20 each", "35 each")];
        let freight = |saves| OrderAim::FreeFreight { value: eur("500"), saves: eur(saves) };
        let answer = replenish_jointly(&items, &order(vec![freight("30")])).unwrap();
        // A hundred are missing. Ten of the product that sells fast are held for the shortest time.
        assert_eq!(after(&answer), ["5 each", "45 each"]);
        assert_eq!((answer.value_before, answer.value_after), (eur("400"), eur("500")));
        let outcome = &answer.outcomes[0];
        assert_eq!(
            (outcome.status, outcome.saves, outcome.is_best),
            (AimStatus::Reached, eur("30"), true)
        );
        let change = &answer.lines[1].as_ref().unwrap().changes[0];
        assert_eq!((change.quantity.to_string(), change.rank), ("10 each".to_owned(), 1));
        assert_eq!(change.reason, JointReason::Aim { index: 0 });
        assert_eq!(change.worth.amount(), -outcome.adding_costs.amount());
        // 55 are sold by the end of the fourteenth day, twelve days after the order arrives; the ten
        // more are held for some thirteen days.
        let held = outcome.adding_costs.amount();
        assert!(held > Decimal::new(120, 2) && held < Decimal::new(140, 2), "{held}");
        let answer = replenish_jointly(&items, &order(vec![freight("0.50")])).unwrap();
        assert_eq!(after(&answer), ["5 each", "35 each"]);
        let outcome = &answer.outcomes[0];
        assert_eq!((outcome.status, outcome.adds), (AimStatus::NotWorthIt, eur("100")));
        assert_eq!(outcome.adding_costs.amount(), held);
    }

    #[test]
    fn a_minimum_is_reached_at_any_cost_but_not_past_what_can_be_sold() {
        let slow = sums(0.5);
        let slow = outlook(&slow);
        let mut items = [item("slow", &slow, "0 each", "5 each")];
        let minimum = |value| order(vec![OrderAim::MinimumValue { value: eur(value) }]);
        // Two days until it arrives and thirty of cover: sixteen are expected to be sold.
        let run =
            |items: &[JointItem<'_>], value| replenish_jointly(items, &minimum(value)).unwrap();
        assert_eq!(after(&run(&items, "150")), ["15 each"]);
        assert_eq!(run(&items, "151").outcomes[0].status, AimStatus::NotReachable);
        assert_eq!(after(&run(&items, "151")), ["5 each"]);
        assert_eq!(run(&items, "50").outcomes[0].status, AimStatus::AlreadyMet);
        items[0].shelf_life_days = Some(18); // until the 21st: twenty days, ten are sold
        assert_eq!(after(&run(&items, "100")), ["10 each"]);
        assert_eq!(run(&items, "101").outcomes[0].status, AimStatus::NotReachable);
        items[0].last_day_of_sale = Some(day("2026-03-20"));
        assert_eq!(run(&items, "100").outcomes[0].status, AimStatus::NotReachable);
        items[0].proposed = "0 each".parse().unwrap();
        assert_eq!(run(&items, "60").outcomes[0].status, AimStatus::NothingOrdered);
    }

    #[test]
    fn of_two_price_levels_the_one_that_gains_most_is_reached() {
        let fast = sums(4.0);
        let fast = outlook(&fast);
        let items = [item("fast", &fast, "6 each", "35 each")];
        let level = |value, discount| OrderAim::PriceLevel { value: eur(value), discount };
        let answer =
            replenish_jointly(&items, &order(vec![level("400", 0.01), level("800", 0.03)]))
                .unwrap();
        // 3 % of 800 are 24; forty-five more units are held for some three weeks less their start.
        let statuses: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.status).collect();
        assert_eq!(statuses, [AimStatus::AlreadyMet, AimStatus::Reached]);
        assert_eq!((answer.value_after, answer.outcomes[1].saves), (eur("800"), eur("24")));
        let answer =
            replenish_jointly(&items, &order(vec![level("400", 0.01), level("800", 0.011)]))
                .unwrap();
        let statuses: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.status).collect();
        assert_eq!(statuses, [AimStatus::Reached, AimStatus::NotWorthIt]);
        assert_eq!(answer.value_after, eur("400"));
    }

    #[test]
    fn a_truck_loses_its_least_useful_units_and_is_filled_with_the_most_useful() {
        let (slow, fast) = (sums(0.5), sums(4.0));
        let (slow, fast) = (outlook(&slow), outlook(&fast));
        let items =
            [item("slow", &slow, "3 each", "10 each"), item("fast", &fast, "6 each", "35 each")];
        let mut small = order(Vec::new());
        small.at_most = vec!["81 kg".parse().unwrap()];
        let answer = replenish_jointly(&items, &small).unwrap();
        // Five too many: three of the slow one do until the next order, more or less.
        assert_eq!(after(&answer), ["5 each", "35 each"]);
        assert_eq!(answer.loads, ["80 kg".parse().unwrap()]);
        let change = &answer.lines[0].as_ref().unwrap().changes[0];
        assert_eq!(
            (change.quantity.to_string(), change.reason),
            ("-5 each".to_owned(), JointReason::TruckFull)
        );
        let full = order(vec![OrderAim::FillTo { load: "128 kg".parse().unwrap() }]);
        let answer = replenish_jointly(&items, &full).unwrap();
        assert_eq!(answer.loads, ["120 kg".parse().unwrap()]);
        assert_eq!(after(&answer), ["10 each", "50 each"]);
    }

    #[test]
    fn what_would_be_due_before_the_next_order_day_is_ordered_along() {
        let steady = sums(1.0);
        let steady = outlook(&steady);
        let mut items = [
            item("due", &steady, "9 each", "0 each"),
            item("later", &steady, "12 each", "0 each"),
            item("ordered", &steady, "0 each", "5 each"),
        ];
        for item in &mut items {
            let (reorder_point, order_up_to_level) =
                ("4 each".parse().unwrap(), "21 each".parse().unwrap());
            item.can_order = Some(CanOrder { reorder_point, order_up_to_level });
        }
        let answer = replenish_jointly(&items, &order(Vec::new())).unwrap();
        assert_eq!(after(&answer), ["15 each", "0 each", "5 each"]);
        let change = &answer.lines[0].as_ref().unwrap().changes[0];
        // Nine less one a day are four at the end of the fifth day.
        let due = day("2026-03-06");
        assert_eq!(change.reason, JointReason::OrderedAlong { due });
        items[2].proposed = "0 each".parse().unwrap();
        let answer = replenish_jointly(&items, &order(Vec::new())).unwrap();
        assert_eq!(after(&answer), ["0 each", "0 each", "0 each"]);
    }

    #[test]
    fn bad_products_are_named_and_the_others_answered() {
        let steady = sums(1.0);
        let steady = outlook(&steady);
        let good = item("good", &steady, "0 each", "5 each");
        let with = |change: &dyn Fn(&mut JointItem<'_>)| {
            let mut item = item("bad", &steady, "0 each", "5 each");
            change(&mut item);
            let mut order = order(Vec::new());
            order.at_most = vec!["100 kg".parse().unwrap()];
            let answer = replenish_jointly(&[good.clone(), item], &order).unwrap();
            assert!(answer.lines[0].is_ok());
            assert_eq!(answer.value_after, eur("50"));
            let invalid = answer.lines[1].as_ref().unwrap_err();
            format!("{} {}", invalid.code, invalid.path)
        };
        let told = [
            with(&|item| item.sku = Sku::new("good").unwrap()),
            with(&|item| item.proposed = "5 kg".parse().unwrap()),
            with(&|item| item.proposed = "-5 each".parse().unwrap()),
            with(&|item| item.order_multiple = "0 each".parse().ok()),
            with(&|item| item.unit_cost = "5 USD".parse().unwrap()),
            with(&|item| item.costs.shortage_per_unit = "-5 EUR".parse().unwrap()),
            with(&|item| item.load_per_unit.clear()),
            with(&|item| item.proposed = "79228162514264337593543950335 each".parse().unwrap()),
        ];
        assert_eq!(
            told,
            [
                "sku_twice items[1].sku",
                "unit_mixed items[1].bad.proposed",
                "quantity_negative items[1].bad.proposed",
                "quantity_not_positive items[1].bad.order_multiple",
                "currency_mixed items[1].bad.unit_cost",
                "money_negative items[1].bad.costs.shortage_per_unit",
                "load_missing items[1].bad.load_per_unit",
                "quantity_too_large items[1].bad.proposed",
            ]
        );
        let mut far = order(Vec::new());
        far.longest_cover_days = 90;
        let answer = replenish_jointly(std::slice::from_ref(&good), &far).unwrap();
        let invalid = answer.lines[0].as_ref().unwrap_err();
        assert_eq!(
            (invalid.code, invalid.path.as_str()),
            ("interval_too_long", "items[0].good.outlook")
        );
    }
}
