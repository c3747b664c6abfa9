//! The cases of other programs' rules.

use crate::input::Inputs;
use replenish::{
    inventory::classic::{
        IdempiereReplenishment, IdempiereRule, MonthsOfStock, OdooOrderPoint, OdooVersion,
        erpnext_order_quantity,
    },
    sourcing::{
        PriceBreak,
        erp_rule::{
            ExchangeRates, QuantityDiscount, Quotation, SupplierLeadTime, VendorPrice,
            all_units_cost, cascading_cost, cheapest_quotation, cheapest_vendor, converted,
            idempiere_rank_sum, incremental_cost, inventree_converted, odoo_first_vendor,
            tryton_best_quotation, tryton_first_in_time, tryton_unit_price,
        },
    },
    unit::{Money, Quantity},
};
use serde_json::{Map, Value, json};

fn money(value: &Value, currency: &str) -> Money {
    format!("{value} {currency}").parse().unwrap()
}

fn each(value: &Value) -> Quantity {
    format!("{value} each").parse().unwrap()
}

fn amount(money: Money) -> Value {
    money.amount().normalize().to_string().parse::<f64>().unwrap().into()
}

pub(crate) fn order_rules(function: &str, x: &Inputs) -> Value {
    match function {
        "Odoo orderpoint qty_to_order" => {
            let point = OdooOrderPoint {
                forecast: x.number("forecast"),
                minimum: x.number("min"),
                maximum: x.number("max"),
                multiple: x.number("multiple"),
            };
            let quantity = |version| point.order_quantity(version).unwrap();
            json!({
                "v17": quantity(OdooVersion::V17),
                "v18": quantity(OdooVersion::V18),
                "v19": quantity(OdooVersion::V19),
            })
        }
        "ERPNext reorder_item" => {
            let (level, quantity) = (x.number("reorder_level"), x.number("reorder_qty"));
            json!(erpnext_order_quantity(x.number("projected_qty"), level, quantity).unwrap())
        }
        "iDempiere replenish" => {
            let line = IdempiereReplenishment {
                rule: match x.get("type") {
                    1 => IdempiereRule::ReorderBelowMinimum,
                    2 => IdempiereRule::MaintainMaximum,
                    other => panic!("unknown type {other}"),
                },
                on_hand: x.number("on_hand"),
                reserved: x.number("reserved"),
                ordered: x.number("ordered"),
                minimum_level: x.number("level_min"),
                maximum_level: x.number("level_max"),
                minimum_order: x.number("order_min"),
                order_pack: x.number("order_pack"),
            };
            json!(line.order_quantity().unwrap())
        }
        "open-mSupply generate_suggested_quantity" => {
            let months = MonthsOfStock {
                average_monthly_consumption: x.number("average_monthly_consumption"),
                stock_on_hand: x.number("stock_on_hand"),
                minimum_months: x.number("min_months"),
                maximum_months: x.number("max_months"),
            };
            json!(months.order_quantity().unwrap())
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn suppliers(function: &str, x: &Inputs) -> Value {
    let list = |name: &str| x.value(name).as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match function {
        "Tryton best quotation (currency trap)" => {
            let quotations: Vec<Quotation> = list("quotations")
                .iter()
                .map(|quotation| Quotation {
                    supplier: text(&quotation["supplier"]).parse().unwrap(),
                    unit_price: money(&quotation["unit_price"], &text(&quotation["currency"])),
                })
                .collect();
            let usd = "USD".parse().unwrap();
            let rate = x.value("fx")["EURUSD"].to_string().parse().unwrap();
            let rates = ExchangeRates::from([(("EUR".parse().unwrap(), usd), rate)]);
            let theirs = tryton_best_quotation(&quotations).unwrap();
            let correct = cheapest_quotation(&quotations, usd, &rates).unwrap().unwrap();
            json!({ "tryton_picks": theirs.supplier, "correct": correct.supplier })
        }
        "Tryton find_best_product_supplier" => {
            let suppliers: Vec<SupplierLeadTime> = list("suppliers_in_sequence")
                .iter()
                .map(|supplier| SupplierLeadTime {
                    supplier: text(&supplier["name"]).parse().unwrap(),
                    lead_time_days: serde_json::from_value(supplier["lead_days"].clone()).unwrap(),
                })
                .collect();
            let found = tryton_first_in_time(&suppliers, x.get("today"), x.get("need"));
            json!(found.unwrap().unwrap().supplier)
        }
        "Tryton price of a supplier line" => {
            let prices: Vec<PriceBreak> = list("prices")
                .iter()
                .map(|price| PriceBreak {
                    minimum_quantity: each(&price["quantity"]),
                    unit_price: money(&price["unit_price"], "EUR"),
                })
                .collect();
            amount(tryton_unit_price(&prices, each(x.value("quantity"))).unwrap().unwrap())
        }
        "Odoo _select_seller (<=18) vs per-line cheapest" => {
            let mut lines = list("vendors");
            lines.sort_by_key(|line| line["sequence"].as_u64());
            let list: Vec<VendorPrice> = lines
                .iter()
                .map(|line| VendorPrice {
                    vendor: text(&line["vendor"]).parse().unwrap(),
                    price: PriceBreak {
                        minimum_quantity: each(&line["min_qty"]),
                        unit_price: money(&line["price"], "EUR"),
                    },
                })
                .collect();
            let quantity = each(x.value("quantity"));
            let named = |found: Option<&VendorPrice>| {
                let found = found.unwrap();
                format!("{}@{}", found.vendor, found.price.unit_price.amount())
            };
            json!({
                "first_vendor_rule": named(odoo_first_vendor(&list, quantity).unwrap()),
                "cheapest_rule": named(cheapest_vendor(&list, quantity).unwrap()),
            })
        }
        _ => panic!("unknown function `{function}`"),
    }
}

pub(crate) fn prices(function: &str, x: &Inputs) -> Value {
    match function {
        "InvenTree missing FX rate" => {
            assert!(x.value("rate").is_null());
            let price = money(x.value("price"), &x.get::<String>("from_currency"));
            let (to, none) = (x.get("to_currency"), ExchangeRates::new());
            let theirs = inventree_converted(price, to, &none).unwrap();
            let ours = converted(price, to, &none);
            json!({
                "inventree": amount(theirs),
                "correct": if ours.is_err() { "error" } else { "an amount" },
            })
        }
        "iDempiere RfQ winner by rank sum" => {
            let lines: Vec<Map<String, Value>> = x.get("lines");
            let names: Vec<&String> = lines[0].keys().collect();
            let amounts: Vec<Vec<Money>> = lines
                .iter()
                .map(|line| names.iter().map(|&name| money(&line[name], "EUR")).collect())
                .collect();
            let found = idempiere_rank_sum(names.len(), &amounts).unwrap();
            let by_name = |values: Vec<Value>| -> Map<String, Value> {
                names.iter().map(|&name| name.clone()).zip(values).collect()
            };
            let ranks = found.rank_sums.iter().map(|&rank| json!(rank)).collect();
            json!({
                "rank_sum": by_name(ranks),
                "totals": by_name(found.totals.iter().map(|&total| amount(total)).collect()),
                "rank_sum_winner": names[found.rank_sum_winner],
                "cheapest": names[found.cheapest],
            })
        }
        "all-units vs incremental line cost" => {
            let breaks: Vec<[Value; 2]> = x.get("breaks");
            let breaks: Vec<PriceBreak> = breaks
                .iter()
                .map(|[quantity, price]| PriceBreak {
                    minimum_quantity: each(quantity),
                    unit_price: money(price, "EUR"),
                })
                .collect();
            let quantities: Vec<Value> = x.get("quantities");
            let all = |quantity| amount(all_units_cost(&breaks, each(quantity)).unwrap());
            let marginal = |quantity| amount(incremental_cost(&breaks, each(quantity)).unwrap());
            json!({
                "all_units": quantities.iter().map(all).collect::<Vec<Value>>(),
                "incremental": quantities.iter().map(marginal).collect::<Vec<Value>>(),
            })
        }
        "cascading quantity discounts (OCA purchase_triple_discount #848)" => {
            let rule: String = x.get("rule");
            assert_eq!(rule, "qty>=10: -20 %; qty>=20: additionally -10 %");
            let discounts = [(10, 20), (20, 10)].map(|(minimum, per_cent)| QuantityDiscount {
                minimum_quantity: minimum.into(),
                per_cent: per_cent.into(),
            });
            let price = money(x.value("unit_price"), "EUR");
            let quantities: Vec<u32> = x.get("quantities");
            let cost = |&quantity: &u32| {
                amount(cascading_cost(price, &discounts, quantity.into()).unwrap())
            };
            json!(quantities.iter().map(cost).collect::<Vec<Value>>())
        }
        _ => panic!("unknown function `{function}`"),
    }
}
