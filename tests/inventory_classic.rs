//! Whatever numbers come, the inventory models answer with numbers or refuse by name; none panics or
//! runs for long.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    inventory::classic::{
        BufferProfile, BufferStock, ContinuousReview, DiscreteDemand, DisruptedOrder,
        DisruptedSupply, EconomicOrder, GammaDemand, IdempiereReplenishment, IdempiereRule,
        JointItem, LognormalDemand, Loss, LotCosts, MonthsOfStock, MyopicCosts, NewsvendorCosts,
        NewsvendorPrices, NormalDemand, OdooOrderPoint, OdooVersion, PeriodCosts, PeriodicReview,
        PriceTier, QuantileGrid, RandomLeadTime, ReviewCosts, Stage, TerminalCosts,
        UncertainDemand, UniformDemand, UnitDemandReview, all_units_lot, backorder_lot,
        deterministic_newsvendor_with_disruptions, disrupted_lot, economic_order_quantity,
        erpnext_order_quantity, finite_horizon, incremental_lot, joint_cycle,
        lot_with_additive_yield, lot_with_multiplicative_yield, myopic, newsvendor,
        newsvendor_profit, newsvendor_with_additive_yield, power_approximation, production_lot,
        reorder_point_for_fill_rate, reorder_service, reorder_up_to, sap_safety_stock,
        serial_base_stock, silver_meal, two_period_base_stock, wagner_whitin, whole_packs,
    },
    unit::Invalid,
};
use std::collections::BTreeMap;

/// Ordinary numbers, and those at which formulas break.
const NUMBERS: [f64; 16] = [
    0.0,
    1.0,
    0.3,
    7.5,
    40.0,
    1300.0,
    0.95,
    1e-9,
    1e-300,
    1e7,
    1e15,
    1e16,
    -1.0,
    -1e15,
    f64::NAN,
    f64::INFINITY,
];

/// Splitmix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap() % end
    }

    /// Mostly ordinary, so that whole sets of parameters are accepted often.
    fn number(&mut self) -> f64 {
        let end = if self.below(6) == 0 { NUMBERS.len() } else { 8 };
        NUMBERS[self.below(end)]
    }

    fn numbers<const COUNT: usize>(&mut self) -> [f64; COUNT] {
        std::array::from_fn(|_| self.number())
    }
}

/// How often each model answered and refused.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, [u32; 2]>);

impl Tally {
    fn count(&mut self, model: &'static str, answer: Result<Vec<f64>, Invalid>) {
        let counts = self.0.entry(model).or_default();
        match answer {
            Ok(numbers) => {
                let finite = numbers.iter().all(|number| number.is_finite());
                assert!(finite, "{model} answers {numbers:?}");
                counts[0] += 1;
            }
            Err(invalid) => {
                assert!(!invalid.path.is_empty(), "{model} refuses without a name: {invalid}");
                counts[1] += 1;
            }
        }
    }
}

fn shortage_and_overage(loss: Loss) -> Vec<f64> {
    assert!(loss.shortage >= 0.0 && loss.overage >= 0.0, "{loss:?}");
    vec![loss.shortage, loss.overage]
}

fn told(demand: &impl UncertainDemand, level: f64, share: f64) -> Vec<f64> {
    let mut numbers = shortage_and_overage(demand.loss(level));
    numbers.extend([demand.mean(), demand.quantile(share)]);
    numbers
}

fn demands(tally: &mut Tally, chance: &mut Chance) {
    let [a, b, level, share] = chance.numbers();
    let level = if level.is_finite() { level } else { 3.0 };
    let share = if share > 0.0 && share < 1.0 { share } else { 0.5 };
    tally.count("normal", NormalDemand::new(a, b).map(|demand| told(&demand, level, share)));
    let second = NormalDemand::new(a, b).map(|demand| demand.second_loss(level));
    tally.count("second loss", second.map(shortage_and_overage));
    tally.count("lognormal", LognormalDemand::new(a, b).map(|d| told(&d, level, share)));
    tally.count("uniform", UniformDemand::new(a, b).map(|d| told(&d, level, share)));
    tally.count("gamma", GammaDemand::new(a, b).map(|d| told(&d, level, share)));
    let grid = QuantileGrid::new(&[share], &[a]);
    tally.count("grid", grid.map(|d| told(&d, level, share)));
    tally.count("poisson", DiscreteDemand::poisson(a).map(|d| told(&d, level, share)));
    let spread = DiscreteDemand::negative_binomial_with_moments(a, b);
    tally.count("negative binomial", spread.map(|d| told(&d, level, share)));
    let counted = DiscreteDemand::negative_binomial(a, b);
    tally.count("failures", counted.map(|d| told(&d, level, share)));
    let rounded = NormalDemand::new(a, b).and_then(DiscreteDemand::rounded_normal);
    tally.count("rounded", rounded.map_err(|i| i.at("rounded")).map(|d| told(&d, level, share)));
}

fn lots(tally: &mut Tally, chance: &mut Chance) {
    let [fixed_cost, holding_cost, demand_rate, a, b, c] = chance.numbers();
    let order = EconomicOrder { fixed_cost, holding_cost, demand_rate };
    let lot = economic_order_quantity(&order);
    tally.count("lot", lot.map(|lot| vec![lot.quantity, lot.cost]));
    let lot = backorder_lot(&order, a);
    tally.count("backorders", lot.map(|lot| vec![lot.quantity, lot.stockout_share, lot.cost]));
    tally.count("production", production_lot(&order, a).map(|lot| vec![lot.quantity, lot.cost]));
    let tier = |minimum_quantity, unit_price| PriceTier { minimum_quantity, unit_price };
    let tiers = [tier(0.0, a), tier(b, c)];
    let lot = all_units_lot(&order, &tiers);
    tally.count("all units", lot.map(|lot| vec![lot.quantity, lot.cost]));
    let lot = incremental_lot(&order, &tiers);
    tally.count("incremental", lot.map(|lot| vec![lot.quantity, lot.cost]));
    let disrupted =
        DisruptedOrder { order, stockout_cost: a, disruption_rate: b, recovery_rate: c };
    let lot = disrupted_lot(&disrupted);
    tally.count("disrupted", lot.map(|lot| vec![lot.quantity, lot.cost]));
    let lot = lot_with_additive_yield(&order, a, b);
    tally.count("additive yield", lot.map(|lot| vec![lot.quantity, lot.cost]));
    let lot = lot_with_multiplicative_yield(&order, a, b);
    tally.count("multiplicative yield", lot.map(|lot| vec![lot.quantity, lot.cost]));
    let item = |fixed_cost, holding_cost| JointItem { fixed_cost, holding_cost, demand_rate };
    let joint = joint_cycle(fixed_cost, &[item(a, b), item(c, holding_cost)]);
    tally.count("joint", joint.map(|plan| vec![plan.base_cycle, plan.cost]));
    let costs = LotCosts { fixed_cost, holding_cost };
    let plan = wagner_whitin(&costs, &[a, b, c, demand_rate]);
    tally.count("exact plan", plan.map(|exact| [exact.plan.quantities, exact.cost_to_go].concat()));
    let plan = silver_meal(&costs, &[a, b, c, demand_rate]);
    tally.count("quick plan", plan.map(|plan| plan.quantities));
    tally.count("packs", whole_packs(a, b, c).map(|quantity| vec![quantity]));
}

fn newsvendors(tally: &mut Tally, chance: &mut Chance) {
    let [holding_cost, stockout_cost, a, b, c] = chance.numbers();
    let costs = NewsvendorCosts { holding_cost, stockout_cost };
    let Ok(demand) = NormalDemand::new(40.0, 12.0) else { return };
    let found = newsvendor(&costs, &demand);
    tally.count("newsvendor", found.map(|f| vec![f.order_up_to_level, f.expected_cost]));
    let prices = NewsvendorPrices {
        revenue: a,
        purchase_cost: b,
        salvage_value: c,
        stockout_penalty: holding_cost,
    };
    let found = newsvendor_profit(&prices, &demand);
    tally.count("profit", found.map(|f| vec![f.expected_profit]));
    let (purchase_cost, next_purchase_cost, discount_factor) = (a, b, c);
    let many = MyopicCosts {
        holding_cost,
        stockout_cost,
        purchase_cost,
        next_purchase_cost,
        discount_factor,
    };
    let found = myopic(&many, &demand);
    tally.count("myopic", found.map(|f| vec![f.order_up_to_level, f.expected_cost]));
    let supply = DisruptedSupply { disruption_probability: b, recovery_probability: c };
    // Recoveries that are seldom take millions of periods, which would take the test long.
    if c > 1e-3 || c.is_nan() {
        let found = deterministic_newsvendor_with_disruptions(&costs, a, &supply);
        tally.count("disruptions", found.map(|f| vec![f.order_up_to_level, f.expected_cost]));
    }
    let found = newsvendor_with_additive_yield(&costs, a, &demand);
    tally.count("yield", found.map(|f| vec![f.order_up_to_level, f.expected_cost]));
}

fn reorders(tally: &mut Tally, chance: &mut Chance) {
    let [fixed_cost, holding_cost, stockout_cost, a, b, c, d] = chance.numbers();
    let review = ContinuousReview {
        fixed_cost,
        holding_cost,
        stockout_cost,
        demand_mean: a,
        demand_standard_deviation: b,
        lead_time: c,
    };
    for (model, found) in [
        ("(r, Q)", review.optimal()),
        ("(r, Q) for a quantity", review.reorder_point_for(d)),
        ("(r, Q) inventory", review.expected_inventory_approximation()),
        ("(r, Q) backorders", review.backorder_lot_approximation()),
        ("(r, Q) safety stock", review.safety_stock_approximation()),
        ("(r, Q) loss functions", review.loss_function_approximation()),
    ] {
        tally.count(model, found.map(|f| vec![f.reorder_point, f.order_quantity, f.cost]));
    }
    let costs = ReviewCosts { fixed_cost, holding_cost, stockout_cost };
    let power = power_approximation(&costs, a, b);
    tally.count("power", power.map(|f| vec![f.reorder_point, f.order_up_to_level]));
    let Ok(demand) = DiscreteDemand::poisson(a.min(8.0)) else { return };
    let units = UnitDemandReview {
        fixed_cost: fixed_cost.min(1e4),
        holding_cost: holding_cost.max(1e-3),
        stockout_cost,
        demand_rate: b.min(1e4),
        lead_time_demand: demand.clone(),
    };
    tally.count("unit demand", units.optimal().map(|f| vec![f.cost]));
    if fixed_cost <= 1e4 * holding_cost {
        let found = reorder_up_to(&costs, &demand, &demand);
        tally.count("(s, S)", found.map(|f| vec![f.reorder_point, f.order_up_to_level, f.cost]));
    }
    let period = PeriodCosts {
        fixed_cost,
        purchase_cost: c,
        holding_cost,
        stockout_cost,
        demand: demand.clone(),
    };
    let terminal = TerminalCosts { holding_cost: d, stockout_cost: b };
    let plan = finite_horizon(&[period.clone(), period], terminal, 0.9, 5);
    tally.count("horizon", plan.map(|plan| vec![plan.cost]));
    let base_stock = u32::try_from(chance.below(40)).unwrap();
    let service = two_period_base_stock(base_stock, &demand);
    tally.count("perishable", service.map(|s| vec![s.waste, s.lost, s.fill_rate]));
}

fn services(tally: &mut Tally, chance: &mut Chance) {
    let [a, b, c, d, other] = chance.numbers();
    let demand = RandomLeadTime {
        demand_mean: a,
        demand_standard_deviation: b,
        lead_time_mean: c,
        lead_time_standard_deviation: d,
    };
    let stock = demand.reorder_point(other).map(|stock| vec![stock.safety_stock, stock.level]);
    tally.count("safety stock", stock);
    tally.count("SAP", sap_safety_stock(a, b, c).map(|stock| vec![stock]));
    if let Ok(lead_time) = NormalDemand::new(a, b) {
        let service = reorder_service(c, d, lead_time);
        tally.count("service", service.map(|s| vec![s.cycle_service_level, s.fill_rate]));
        let point = reorder_point_for_fill_rate(other, d, lead_time);
        tally.count("fill rate", point.map(|point| vec![point]));
    }
    let review = PeriodicReview {
        demand_mean: a,
        demand_standard_deviation: b,
        review_period: c,
        lead_time: d,
    };
    tally.count("periodic", review.fill_rate(other).map(|rate| vec![rate]));
    let profile = BufferProfile {
        average_daily_usage: a,
        decoupled_lead_time_days: b,
        lead_time_factor: c,
        variability_factor: d,
        order_cycle_days: other,
        minimum_order_quantity: a,
    };
    let stock = BufferStock { on_hand: other, on_order: b, qualified_demand: c };
    let order = profile.zones().and_then(|z| z.order_quantity(stock.net_flow_position()?));
    tally.count("buffer", order.map(|quantity| vec![quantity]));
    let point = OdooOrderPoint { forecast: a, minimum: b, maximum: c, multiple: d };
    tally.count("Odoo", point.order_quantity(OdooVersion::V18).map(|quantity| vec![quantity]));
    tally.count("ERPNext", erpnext_order_quantity(a, b, c).map(|quantity| vec![quantity]));
    let line = IdempiereReplenishment {
        rule: IdempiereRule::MaintainMaximum,
        on_hand: a,
        reserved: b,
        ordered: c,
        minimum_level: 0.0,
        maximum_level: d,
        minimum_order: other,
        order_pack: a,
    };
    tally.count("iDempiere", line.order_quantity().map(|quantity| vec![quantity]));
    let months = MonthsOfStock {
        average_monthly_consumption: a,
        stock_on_hand: b,
        minimum_months: c,
        maximum_months: d,
    };
    tally.count("mSupply", months.order_quantity().map(|quantity| vec![quantity]));
}

#[test]
fn any_numbers_are_answered_or_refused_by_name() {
    let (mut tally, mut chance) = (Tally::default(), Chance(1));
    for round in 0..600 {
        demands(&mut tally, &mut chance);
        lots(&mut tally, &mut chance);
        newsvendors(&mut tally, &mut chance);
        services(&mut tally, &mut chance);
        if round % 10 == 0 {
            reorders(&mut tally, &mut chance);
        }
        if round % 100 == 0 {
            let [a, b, c, d] = chance.numbers();
            let stage = |echelon_holding_cost, lead_time| Stage { echelon_holding_cost, lead_time };
            let demand = NormalDemand::new(40.0, 12.0).unwrap();
            let found = serial_base_stock(&[stage(a, b), stage(1.0, c)], d, demand);
            tally.count("serial", found.map(|f| [f.echelon_base_stocks, vec![f.cost]].concat()));
        }
    }
    // Each model saw numbers that it takes; nearly each some that it does not.
    for (model, [answered, _]) in &tally.0 {
        assert!(*answered > 0 || *model == "serial", "{model} answered nothing");
    }
    assert_eq!(tally.0.len(), 49);
}
