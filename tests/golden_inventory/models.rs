//! The cases of the textbook models.

use crate::input::{Inputs, table};
use replenish::inventory::classic::{
    BufferProfile, BufferStock, DiscreteDemand, DisruptedOrder, DisruptedSupply, GammaDemand,
    JointItem, LognormalDemand, Loss, Lot, LotCosts, MyopicCosts, Newsvendor, NewsvendorCosts,
    NewsvendorPrices, PeriodCosts, PeriodicReview, QuantileGrid, RandomLeadTime, ReorderQuantity,
    ReorderUpTo, Stage, TerminalCosts, TieredLot, UncertainDemand, UniformDemand,
    UnitReorderQuantity, all_units_lot, backorder_lot, days_of_cover_stock,
    deterministic_newsvendor_with_disruptions, disrupted_lot, economic_order_quantity,
    finite_horizon, incremental_lot, joint_cycle, lot_cost, lot_with_additive_yield,
    lot_with_multiplicative_yield, myopic, newsvendor, newsvendor_at, newsvendor_profit,
    newsvendor_with_additive_yield, power_approximation, production_lot,
    reorder_point_for_fill_rate, reorder_service, reorder_up_to, reorder_up_to_cost,
    sap_safety_factor, sap_safety_stock, serial_base_stock, standard_normal_loss,
    two_period_base_stock, wagner_whitin, whole_packs,
};
use replenish::inventory::simulate::{Control, Costs, Entry, Scenario, Unmet, simulate_recorded};
use serde_json::{Map, Value, json};

fn loss(loss: Loss) -> Value {
    json!([loss.shortage, loss.overage])
}

fn level(found: &Newsvendor) -> Value {
    json!([found.order_up_to_level, found.expected_cost])
}

fn tiered(found: &TieredLot) -> Value {
    json!([found.quantity, found.tier, found.cost])
}

fn reorder(found: &ReorderQuantity) -> Value {
    json!([found.reorder_point, found.order_quantity])
}

fn unit_reorder(found: &UnitReorderQuantity) -> Value {
    json!([found.reorder_point, found.order_quantity, found.cost])
}

fn pair(found: &ReorderUpTo) -> Value {
    json!([found.reorder_point, found.order_up_to_level, found.cost])
}

pub(crate) fn losses(function: &str, x: &Inputs) -> Value {
    let level = || x.number("x");
    match function {
        "standard_normal_loss" => loss(standard_normal_loss(x.number("z"))),
        "normal_loss" => loss(x.normal("mean", "sd").loss(level())),
        "normal_second_loss" => loss(x.normal("mean", "sd").second_loss(level())),
        "poisson_loss" => loss(DiscreteDemand::poisson(x.number("mean")).unwrap().loss(level())),
        "negative_binomial_loss(r,p)" => {
            let demand = DiscreteDemand::negative_binomial(x.number("r"), x.number("p"));
            loss(demand.unwrap().loss(level()))
        }
        "negative_binomial_loss(mean,sd)" => {
            let (mean, deviation) = (x.number("mean"), x.number("sd"));
            let demand = DiscreteDemand::negative_binomial_with_moments(mean, deviation);
            loss(demand.unwrap().loss(level()))
        }
        "gamma_loss(shape,scale)" => {
            loss(GammaDemand::new(x.number("a"), x.number("b")).unwrap().loss(level()))
        }
        "lognormal_loss" => {
            let demand = LognormalDemand::new(x.number("mu"), x.number("sigma"));
            loss(demand.unwrap().loss(level()))
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn newsvendors(function: &str, x: &Inputs) -> Value {
    match function {
        "newsvendor_normal" => {
            let demand = x.normal("demand_mean", "demand_sd");
            level(&newsvendor(&x.newsvendor_costs(), &demand).unwrap())
        }
        "newsvendor_normal(lead_time=4)" => {
            let demand = x.normal("demand_mean", "demand_sd").over(x.number("lead_time") + 1.0);
            level(&newsvendor(&x.newsvendor_costs(), &demand.unwrap()).unwrap())
        }
        "newsvendor_normal(base_stock_level=40)" => {
            let demand = x.normal("demand_mean", "demand_sd");
            let at = x.number("base_stock_level");
            level(&newsvendor_at(&x.newsvendor_costs(), &demand, at).unwrap())
        }
        "newsvendor_normal_explicit" => {
            let demand = x.normal("demand_mean", "demand_sd");
            let prices = NewsvendorPrices {
                revenue: x.number("revenue"),
                purchase_cost: x.number("purchase_cost"),
                salvage_value: x.number("salvage_value"),
                stockout_penalty: 0.0,
            };
            let found = newsvendor_profit(&prices, &demand).unwrap();
            json!([found.newsvendor.order_up_to_level, found.expected_profit])
        }
        "newsvendor_poisson" => {
            let demand = DiscreteDemand::poisson(x.number("demand_mean")).unwrap();
            level(&newsvendor(&x.newsvendor_costs(), &demand).unwrap())
        }
        "newsvendor_discrete(poisson 6)" => {
            let demand = DiscreteDemand::poisson(x.number("poisson_mean")).unwrap();
            level(&newsvendor(&x.newsvendor_costs(), &demand).unwrap())
        }
        "newsvendor_discrete(empirical lumpy pmf)" => {
            let demand = table(x.value("demand_pmf"));
            level(&newsvendor(&x.newsvendor_costs(), &demand).unwrap())
        }
        "newsvendor_continuous(lognormal)" => {
            let (mu, sigma) = (x.number("lognormal_mu"), x.number("lognormal_sigma"));
            let demand = LognormalDemand::new(mu, sigma).unwrap();
            level(&newsvendor(&x.newsvendor_costs(), &demand).unwrap())
        }
        "myopic" => {
            let costs = MyopicCosts {
                holding_cost: x.number("holding_cost"),
                stockout_cost: x.number("stockout_cost"),
                purchase_cost: x.number("purchase_cost"),
                next_purchase_cost: x.number("purchase_cost_next_per"),
                discount_factor: x.number("discount_factor"),
            };
            level(&myopic(&costs, &x.normal("demand_mean", "demand_sd")).unwrap())
        }
        "newsvendor_with_disruptions" => {
            let supply = DisruptedSupply {
                disruption_probability: x.number("disruption_prob"),
                recovery_probability: x.number("recovery_prob"),
            };
            let (costs, demand) = (x.newsvendor_costs(), x.number("demand"));
            level(&deterministic_newsvendor_with_disruptions(&costs, demand, &supply).unwrap())
        }
        "newsvendor_with_additive_yield_uncertainty(uniform)" => {
            let [low, high]: [f64; 2] = x.get("yield_uniform");
            let error = UniformDemand::new(low, high).unwrap();
            let (costs, demand) = (x.newsvendor_costs(), x.number("demand"));
            level(&newsvendor_with_additive_yield(&costs, demand, &error).unwrap())
        }
        "newsvendor, sell-today item with salvage" => {
            let prices = NewsvendorPrices {
                revenue: x.number("price"),
                purchase_cost: x.number("cost"),
                salvage_value: x.number("salvage"),
                stockout_penalty: 0.0,
            };
            let demand = x.normal("demand_mean", "demand_sd");
            let found = newsvendor_profit(&prices, &demand).unwrap().newsvendor;
            json!({
                "S": found.order_up_to_level,
                "critical_ratio": found.critical_ratio,
                "expected_waste": found.loss.overage,
                "expected_lost": found.loss.shortage,
            })
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn reorders(function: &str, x: &Inputs) -> Value {
    match function {
        "r_q_cost" => {
            let (point, quantity) = (x.number("reorder_point"), x.number("order_quantity"));
            json!(x.continuous_review().cost(point, quantity).unwrap().cost)
        }
        "r_q_eil_approximation" => {
            let found = x.continuous_review().expected_inventory_approximation().unwrap();
            json!([found.reorder_point, found.order_quantity, found.cost])
        }
        "r_q_eoqb_approximation" => {
            reorder(&x.continuous_review().backorder_lot_approximation().unwrap())
        }
        "r_q_eoqss_approximation" => {
            reorder(&x.continuous_review().safety_stock_approximation().unwrap())
        }
        "r_q_loss_function_approximation" => {
            reorder(&x.continuous_review().loss_function_approximation().unwrap())
        }
        "r_q_optimal_r_for_q" => {
            let quantity = x.number("order_quantity");
            json!(x.continuous_review().reorder_point_for(quantity).unwrap().reorder_point)
        }
        "r_q_cost_poisson" => {
            let (point, quantity) = (x.get("reorder_point"), x.get("order_quantity"));
            json!(x.unit_demand_review().cost(point, quantity).unwrap().cost)
        }
        "r_q_poisson_exact" => unit_reorder(&x.unit_demand_review().optimal().unwrap()),
        "s_s_cost_discrete" => {
            let demand = DiscreteDemand::poisson(x.number("poisson_mean")).unwrap();
            let (point, up_to) = (x.get("reorder_point"), x.get("order_up_to_level"));
            let found = reorder_up_to_cost(&x.review_costs(), &demand, &demand, point, up_to);
            json!(found.unwrap().cost)
        }
        "s_s_discrete_exact" => {
            let demand = DiscreteDemand::poisson(x.number("poisson_mean")).unwrap();
            pair(&reorder_up_to(&x.review_costs(), &demand, &demand).unwrap())
        }
        "s_s_discrete_exact(custom lumpy pmf)" => {
            let demand = table(x.value("demand_pmf"));
            pair(&reorder_up_to(&x.review_costs(), &demand, &demand).unwrap())
        }
        "s_s_power_approximation" => {
            let (mean, deviation) = (x.number("demand_mean"), x.number("demand_sd"));
            let found = power_approximation(&x.review_costs(), mean, deviation).unwrap();
            json!([found.reorder_point, found.order_up_to_level])
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn lots(function: &str, x: &Inputs) -> Value {
    let plain = || x.order("holding_cost");
    let lot = |found: Lot| json!([found.quantity, found.cost]);
    match function {
        "economic_order_quantity" => lot(economic_order_quantity(&plain()).unwrap()),
        "economic_order_quantity(order_quantity fixed)" => {
            lot(lot_cost(&plain(), x.number("order_quantity")).unwrap())
        }
        "economic_order_quantity_with_backorders" => {
            let found = backorder_lot(&plain(), x.number("stockout_cost")).unwrap();
            json!([found.quantity, found.stockout_share, found.cost])
        }
        "economic_production_quantity" => {
            lot(production_lot(&plain(), x.number("production_rate")).unwrap())
        }
        "economic_order_quantity_with_all_units_discounts" => {
            tiered(&all_units_lot(&x.order("holding_cost_rate"), &x.tiers()).unwrap())
        }
        "economic_order_quantity_with_incremental_discounts" => {
            tiered(&incremental_lot(&x.order("holding_cost_rate"), &x.tiers()).unwrap())
        }
        "eoq_with_disruptions" => lot(disrupted_lot(&DisruptedOrder {
            order: plain(),
            stockout_cost: x.number("stockout_cost"),
            disruption_rate: x.number("disruption_rate"),
            recovery_rate: x.number("recovery_rate"),
        })
        .unwrap()),
        "eoq_with_additive_yield_uncertainty" => {
            let (mean, deviation) = (x.number("yield_mean"), x.number("yield_sd"));
            lot(lot_with_additive_yield(&plain(), mean, deviation).unwrap())
        }
        "eoq_with_multiplicative_yield_uncertainty" => {
            let (mean, deviation) = (x.number("yield_mean"), x.number("yield_sd"));
            lot(lot_with_multiplicative_yield(&plain(), mean, deviation).unwrap())
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn plans(function: &str, x: &Inputs) -> Value {
    match function {
        "joint_replenishment_problem_silver_heuristic" => {
            let fixed: Vec<f64> = x.get("individual_fixed_costs");
            let holding: Vec<f64> = x.get("holding_costs");
            let rates: Vec<f64> = x.get("demand_rates");
            let items: Vec<JointItem> = (0..fixed.len())
                .map(|index| JointItem {
                    fixed_cost: fixed[index],
                    holding_cost: holding[index],
                    demand_rate: rates[index],
                })
                .collect();
            let found = joint_cycle(x.number("shared_fixed_cost"), &items).unwrap();
            json!([found.cycles(), found.base_cycle, found.multiples, found.cost])
        }
        "wagner_whitin" => {
            let needs: Vec<f64> = x.get("demand");
            assert_eq!(x.get::<usize>("num_periods"), needs.len());
            let costs = LotCosts {
                fixed_cost: x.number("fixed_cost"),
                holding_cost: x.number("holding_cost"),
            };
            let found = wagner_whitin(&costs, &needs).unwrap();
            // The source counts periods from 1 and has an entry for 0, and one for the end.
            let from_one = |values: &[f64]| [&[0.0], values].concat();
            let next: Vec<usize> = found.next_order.iter().map(|period| period + 1).collect();
            let theta = [from_one(&found.cost_to_go), vec![0.0]].concat();
            let next_order = [vec![0], next].concat();
            json!({
                "Q": from_one(&found.plan.quantities),
                "cost": found.plan.cost,
                "theta": theta,
                "next_order": next_order,
            })
        }
        "finite_horizon_dp" => {
            let demand = DiscreteDemand::rounded_normal(x.normal("demand_mean", "demand_sd"));
            let period = PeriodCosts {
                fixed_cost: x.number("fixed_cost"),
                purchase_cost: x.number("purchase_cost"),
                holding_cost: x.number("holding_cost"),
                stockout_cost: x.number("stockout_cost"),
                demand: demand.unwrap(),
            };
            let terminal = TerminalCosts {
                holding_cost: x.number("terminal_holding_cost"),
                stockout_cost: x.number("terminal_stockout_cost"),
            };
            let periods = vec![period; x.get("num_periods")];
            let found = finite_horizon(&periods, terminal, 1.0, 0).unwrap();
            let from_one = |values: &[Option<i64>]| [&[Some(0)], values].concat();
            json!({
                "s": from_one(&found.reorder_points),
                "S": from_one(&found.order_up_to_levels),
                "cost": found.cost,
            })
        }
        "ssm_serial.optimize_base_stock_levels" => {
            // The source lists the stages from the supplier on; we begin with the one that sells.
            let holding: Vec<f64> = x.get("echelon_holding_cost");
            let lead_times: Vec<f64> = x.get("lead_time");
            assert_eq!(x.get::<usize>("num_nodes"), holding.len());
            let stages: Vec<Stage> = (0..holding.len())
                .rev()
                .map(|index| Stage {
                    echelon_holding_cost: holding[index],
                    lead_time: lead_times[index],
                })
                .collect();
            let demand = x.normal("demand_mean", "demand_sd");
            let found = serial_base_stock(&stages, x.number("stockout_cost"), demand).unwrap();
            let levels = found.echelon_base_stocks.iter().enumerate();
            let levels: Map<String, Value> =
                levels.map(|(index, level)| ((index + 1).to_string(), json!(level))).collect();
            json!({ "S": levels, "cost": found.cost })
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn traces(function: &str, x: &Inputs) -> Value {
    let policy = x.value("policy");
    let part = |name: &str| policy[name].as_f64().unwrap();
    let kind = policy["policy_type"].as_str().unwrap();
    // The point at or below which an order is placed, and what is ordered or ordered up to.
    let (point, size) = match kind {
        "BS" => ([0.0], [part("base_stock_level")]),
        "sS" => ([part("reorder_point")], [part("order_up_to_level")]),
        "rQ" => ([part("reorder_point")], [part("order_quantity")]),
        other => panic!("unknown policy `{other}` of `{function}`"),
    };
    let control = match kind {
        "BS" => Control::OrderUpTo(&size),
        "sS" => Control::ReorderUpTo { reorder_points: &point, order_up_to_levels: &size },
        _ => Control::ReorderQuantity { reorder_points: &point, order_quantities: &size },
    };
    let demand: Vec<f64> = x.get("demand");
    let scenario = Scenario {
        lead_times: &[x.get("lead_time")],
        unmet: Unmet::BackOrdered,
        on_hand: x.number("initial_inventory_level"),
        costs: Costs {
            holding_per_unit_and_period: x.number("holding_cost"),
            shortage_per_unit: x.number("stockout_cost"),
            ..Costs::default()
        },
        ..Scenario::new(&demand)
    };
    let (mut orders, mut stock) = (Vec::new(), Vec::new());
    let record = |entry: &Entry| {
        orders.push(entry.ordered);
        stock.push(entry.on_hand - entry.back_ordered);
    };
    let outcome = simulate_recorded(&scenario, control, record).unwrap();
    let cost = outcome.holding_cost + outcome.shortage_cost;
    json!({ "total_cost": cost, "order_quantity": orders, "inventory_level": stock })
}

pub(crate) fn formulas(function: &str, x: &Inputs) -> Value {
    match function {
        "SAP factor R = 1.25 * z(service level)" => {
            json!(sap_safety_factor(x.number("service_level")).unwrap())
        }
        "SAP safety stock" => {
            let periods =
                x.number("replenishment_lead_time_days") / x.number("forecast_period_days");
            json!(sap_safety_stock(x.number("service_level"), x.number("MAD"), periods).unwrap())
        }
        "Oracle safety stock days of cover" => {
            let days = x.number("days_of_cover");
            json!(days_of_cover_stock(x.number("avg_daily_demand"), days).unwrap())
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn services(function: &str, x: &Inputs) -> Value {
    match function {
        "z*sqrt(L*sd_d^2 + d^2*sd_L^2)" => {
            let found = x.random_lead_time().reorder_point(x.number("service_level")).unwrap();
            json!({ "safety_stock": found.safety_stock, "reorder_point": found.level })
        }
        "order-up-to (R,S)" => {
            let (service, review) = (x.number("service_level"), x.number("review_period"));
            json!(x.random_lead_time().order_up_to_level(service, review).unwrap().level)
        }
        "(R,Q) alpha cycle and beta fill rate" => {
            let demand = x.normal("ltd_mean", "ltd_sd");
            let (point, quantity) = (x.number("reorder_point"), x.number("order_quantity"));
            let found = reorder_service(point, quantity, demand).unwrap();
            json!({ "alpha_cycle": found.cycle_service_level, "beta": found.fill_rate })
        }
        "reorder point for fill rate 98 %" => {
            let demand = x.normal("ltd_mean", "ltd_sd");
            let quantity = x.number("order_quantity");
            let point = reorder_point_for_fill_rate(x.number("beta"), quantity, demand).unwrap();
            let alpha = reorder_service(point, quantity, demand).unwrap().cycle_service_level;
            json!({ "reorder_point": point, "alpha_cycle": alpha })
        }
        "(R,S) periodic review fill rate" => {
            let review = PeriodicReview {
                demand_mean: x.number("demand_mean"),
                demand_standard_deviation: x.number("demand_sd"),
                review_period: x.number("review_period"),
                lead_time: x.number("lead_time"),
            };
            json!(review.fill_rate(x.number("order_up_to")).unwrap())
        }
        "mixture lead-time demand quantile" => mixture(x),
        "order-up-to from forecast quantile grid by critical ratio" => {
            let (shares, values): (Vec<f64>, Vec<f64>) = (x.get("quantiles"), x.get("values"));
            let demand = QuantileGrid::new(&shares, &values).unwrap();
            let costs =
                NewsvendorCosts { holding_cost: x.number("co"), stockout_cost: x.number("cu") };
            let found = newsvendor(&costs, &demand).unwrap();
            let need = found.order_up_to_level - x.number("on_hand") - x.number("on_order");
            let order = whole_packs(need, x.number("pack"), x.number("moq")).unwrap();
            json!({
                "critical_ratio": found.critical_ratio,
                "S": found.order_up_to_level,
                "raw_need": need,
                "order_units": order,
            })
        }
        "2-day shelf life, FIFO, base stock, lost sales" => {
            let facts = (x.get::<u32>("lifetime_periods"), x.get::<u32>("lead_time"));
            assert_eq!(facts, (2, 0));
            let demand = DiscreteDemand::poisson(x.number("poisson_mean")).unwrap();
            let found = two_period_base_stock(x.get("base_stock"), &demand).unwrap();
            json!({
                "expected_waste_per_period": found.waste,
                "expected_lost_per_period": found.lost,
                "fill_rate": found.fill_rate,
            })
        }
        "DDMRP zones and order quantity" => buffer(x),
        _ => panic!("unknown function `{function}`"),
    }
}

fn mixture(x: &Inputs) -> Value {
    let (rate, review) = (x.number("poisson_rate_per_period"), x.number("review_period"));
    let outcomes = x.value("lead_time_pmf").as_object().unwrap();
    let (mut parts, mut mean, mut square) = (Vec::new(), 0.0, 0.0);
    for (periods, share) in outcomes {
        let (periods, share): (f64, f64) = (periods.parse().unwrap(), share.as_f64().unwrap());
        parts.push((DiscreteDemand::poisson(rate * (periods + review)).unwrap(), share));
        mean += share * periods;
        square += share * periods * periods;
    }
    let demand = DiscreteDemand::mixture(&parts).unwrap();
    let normal = RandomLeadTime {
        demand_mean: rate,
        demand_standard_deviation: rate.sqrt(),
        lead_time_mean: mean,
        lead_time_standard_deviation: (square - mean * mean).sqrt(),
    };
    let wanted: Vec<f64> = x.get("alphas");
    let levels: Vec<f64> = wanted.iter().map(|&share| demand.quantile(share)).collect();
    let reached: Vec<f64> = levels.iter().map(|&level| demand.probability_at_most(level)).collect();
    let approximate: Vec<f64> = wanted
        .iter()
        .map(|&share| normal.order_up_to_level(share, review).unwrap().level)
        .collect();
    json!({
        "S": levels,
        "prob_no_stockout": reached,
        "mean": demand.mean(),
        "sd": demand.variance().sqrt(),
        "normal_approx_S": approximate,
    })
}

fn buffer(x: &Inputs) -> Value {
    let profile = BufferProfile {
        average_daily_usage: x.number("adu"),
        decoupled_lead_time_days: x.number("dlt"),
        lead_time_factor: x.number("lead_time_factor"),
        variability_factor: x.number("variability_factor"),
        order_cycle_days: x.number("order_cycle"),
        minimum_order_quantity: x.number("moq"),
    };
    let stock = BufferStock {
        on_hand: x.number("on_hand"),
        on_order: x.number("on_order"),
        qualified_demand: x.number("qualified_demand"),
    };
    let zones = profile.zones().unwrap();
    let position = stock.net_flow_position().unwrap();
    json!({
        "red": zones.red,
        "yellow": zones.yellow,
        "green": zones.green,
        "top_of_red": zones.top_of_red(),
        "top_of_yellow": zones.top_of_yellow(),
        "top_of_green": zones.top_of_green(),
        "net_flow_position": position,
        "order_qty": zones.order_quantity(position).unwrap(),
    })
}
