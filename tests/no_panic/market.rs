//! Markets in which every field is used, with something wrong anywhere: from the comparison to the
//! approval of the draft.

use crate::{random::Random, spoilt::spoil};
use replenish::{
    order::{
        Approval, ApprovalContext, ApprovalRules, DraftContext, PurchaseOrder, Verdict, decide,
        draft_purchase_orders,
    },
    sourcing::{Need, Offer, SourcingOptions, SupplierTerms, allocate, compare},
    unit::Timestamp,
};
use serde_json::{Value, json};

fn market() -> Value {
    json!({
        "needs": [
            {"sku": "apple", "quantity": "14 kg", "need_by": "2026-12-05", "maximum_quantity": "24 kg",
             "shortage_cost": "9.50 EUR", "surplus_value": "0.10 EUR", "maximum_sources": 2,
             "minimum_shelf_life_days": 3, "suppliers": ["farm", "port"]},
            {"sku": "box", "quantity": "7 each", "need_by": "2026-12-02"},
        ],
        "offers": [
            {"id": "o1", "supplier": "farm", "sku": "apple", "pricing": "incremental",
             "price_breaks": [{"minimum_quantity": "0 kg", "unit_price": "1.20 EUR"},
                              {"minimum_quantity": "25 kg", "unit_price": "1.05 EUR"}],
             "contract": {"unit_price": "0.95 EUR", "remaining": "12 kg"},
             "pack_size": "6 kg", "pack_weight": "6.2 kg", "minimum_order_quantity": "6 kg",
             "order_multiple_packs": 2, "lead_time_days": 3, "on_time": 0.9, "available": "60 kg",
             "available_as_of": "2026-11-20", "valid_from": "2026-11-01", "valid_until": "2026-12-31",
             "charges": {"handling_per_pack": "0.35 EUR", "duty": "0.041", "import_fee": "2.50 EUR",
                         "tax": {"rate": "0.07", "recoverable": false}, "rebate_per_unit": "0.02 EUR",
                         "deposit": {"per_pack": "3.00 EUR", "returned": "0.95"}},
             "shelf_life_days": 9, "preferred": true},
            {"id": "o2", "supplier": "port", "sku": "apple",
             "price_breaks": [{"minimum_quantity": "0 pack", "unit_price": "9.10 USD"}],
             "pack_size": "10 each", "pack_weight": "9 kg", "minimum_order_quantity": "0 each",
             "lead_time_days": 5},
            {"id": "o3", "supplier": "port", "sku": "pear",
             "price_breaks": [{"minimum_quantity": "0 kg", "unit_price": "0.80 EUR"}],
             "pack_size": "5 kg", "minimum_order_quantity": "0 kg", "lead_time_days": 1},
            {"id": "o4", "supplier": "mill", "sku": "box",
             "price_breaks": [{"minimum_quantity": "0 each", "unit_price": "1.00 EUR"}],
             "pack_size": "1 each", "minimum_order_quantity": "0 each", "lead_time_days": 1},
        ],
        "terms": [
            {"supplier": "farm", "name": "Farm", "minimum_order_value": "25 EUR",
             "below_minimum_surcharge": "4 EUR", "freight": "12 EUR",
             "freight_bands": [{"from": {"value": "20 EUR"}, "freight": "9 EUR"},
                               {"from": {"value": "50 EUR"}, "freight": "5 EUR"}],
             "free_freight_from": "100 EUR", "handling": "1 EUR", "order_cost": "2.20 EUR",
             "yearly_rebate": {"purchased": "950 EUR", "tiers": [{"from": "500 EUR", "rate": "0.01"},
                               {"from": "1000 EUR", "rate": "0.03"}]},
             "payment": {"days": 30, "early": {"days": 10, "discount": "0.02"}},
             "calendar": {"order_days": "Mon Wed Fri", "delivery_days": "Tue Thu",
                          "holidays": ["2026-12-01"], "cut_off": "11:00"},
             "utc_offset": "+01:00", "on_time": 0.95, "quality": 0.99, "preferred": false},
            {"supplier": "port",
             "freight_bands": [{"from": {"weight": "10 kg"}, "freight": "7 EUR"},
                               {"from": {"weight": "50 kg"}, "freight": "15 EUR"}]},
        ],
        "options": {
            "today": "2026-11-23", "time": "09:30", "currency": "EUR",
            "exchange_rates": [{"from": "USD", "to": "EUR", "rate": "0.92", "date": "2026-11-20"}],
            "exchange_rate_max_age_days": 9, "availability_max_age_days": 7,
            "default_suppliers": {"apple": "port"}, "interest_rate": "0.06",
            "failure_cost": "20 EUR", "minimum_on_time": 0.5, "minimum_quality": 0.5,
            "substitutes": [{"instead_of": "apple", "sku": "pear", "quantity": "1 kg",
                             "replaces": "0.9 kg", "penalty": "0.05 EUR"}],
            "required_suppliers": ["mill"], "forbidden_suppliers": ["nobody"],
            "maximum_shares": {"port": "0.9"}, "split_deliveries": true, "steps": 2000,
        },
        "policies": [
            {"type": "cheapest_landed"}, {"type": "first_in_time"}, {"type": "cheapest_sticker"},
            {"type": "odoo_first_vendor"}, {"type": "tryton_best_quotation"},
            {"type": "weighted", "cost": 1.0, "time": 0.5, "risk": 2.0},
        ],
        "approval": {
            "version": "1",
            "roles": [{"name": "buyer", "approvers": [
                {"person": "ben", "limit": "500 EUR", "valid_from": "2026-01-01"},
                {"person": "cleo", "valid_until": "2027-01-01"}]}],
            "rules": [
                {"name": "large", "when": {"amount_from": "40.00 EUR"},
                 "then": {"ask": [{"level": 1, "roles": ["buyer"]},
                                  {"level": 2, "persons": ["dan"], "count": 1}]}},
                {"name": "rise", "when": {"any_of": [{"price_rise_from": "0.05"},
                    {"none_of": [{"categories": ["fruit"]}]}, {"over_budget": true},
                    {"new_supplier": true, "late": true}]}, "then": {"refuse": "look at it"}},
            ],
            "otherwise": "approve", "amount": "net", "sequence": "at_once",
            "counting": "once_per_level", "lapse_after_days": 3, "tolerance": "0.02",
        },
        "context": {
            "today": "2026-11-23", "requesters": ["anna"], "categories": {"apple": ["fruit"]},
            "last_paid": [{"sku": "apple", "supplier": "farm", "price": "1.00 EUR", "per": "1 kg"}],
            "budgets": [{"name": "fruit", "remaining": "50 EUR", "categories": ["fruit"]}],
            "known_suppliers": ["farm"],
            "exchange_rates": [{"from": "USD", "to": "EUR", "rate": "0.92", "date": "2026-11-20"}],
        },
    })
}

fn read<T: serde::de::DeserializeOwned>(market: &Value, field: &str) -> Option<T> {
    serde_json::from_value(market[field].clone()).ok()
}

#[test]
fn markets_are_compared_allocated_drafted_and_approved_or_refused() {
    let (mut compared, mut allocated, mut decided) = (0, 0, 0);
    for seed in 0..1200 {
        let mut random = Random::new(seed);
        let mut market = market();
        let mistakes = random.below(5);
        for _ in 0..mistakes {
            spoil(&mut random, &mut market);
        }
        let (Some(mut needs), Some(offers), Some(terms), Some(mut options)) = (
            read::<Vec<Need>>(&market, "needs"),
            read::<Vec<Offer>>(&market, "offers"),
            read::<Vec<SupplierTerms>>(&market, "terms"),
            read::<SourcingOptions>(&market, "options"),
        ) else {
            assert!(seed != 0, "nothing is wrong with the first");
            continue;
        };
        if let Some(policies) = read::<Vec<_>>(&market, "policies").filter(|all| !all.is_empty()) {
            options.policy = *random.pick(&policies);
        }
        options.steps = options.steps.map(|steps| steps.min(2000)).or(Some(2000));
        if mistakes > 0 {
            // Thousands of packs can be shared between sources in millions of ways.
            for need in &mut needs {
                need.maximum_sources = 1;
            }
        }
        for need in &needs {
            compared += usize::from(compare(need, &offers, &terms, &[], &options).is_ok());
        }
        let Ok(allocation) = allocate(&needs, &offers, &terms, &options) else { continue };
        allocated += 1;
        let context = DraftContext {
            offers,
            terms,
            exchange_rates: options.exchange_rates.clone(),
            ..DraftContext::new(options.today)
        };
        let Ok(drafts) = draft_purchase_orders(&allocation, &context) else { continue };
        let (Some(rules), Some(context)) = (
            read::<ApprovalRules>(&market, "approval"),
            read::<ApprovalContext>(&market, "context"),
        ) else {
            continue;
        };
        for order in &drafts.purchase_orders {
            let by = *random.pick(&["anna", "ben", "cleo", "dan", "eve"]);
            let verdict = *random.pick(&[Verdict::Approved, Verdict::Refused]);
            let at = Timestamp(*random.pick(&[0, i64::MIN, i64::MAX, 1_795_250_000_000]));
            let by = by.parse().unwrap();
            let given = [Approval::new(order, by, verdict, context.today, at)];
            decided += usize::from(decide(order, &rules, &context, &given).is_ok());
            let mut document = serde_json::to_value(order).unwrap();
            spoil(&mut random, &mut document);
            if let Ok(order) = serde_json::from_value::<PurchaseOrder>(document) {
                let _ = decide(&order, &rules, &context, &given);
            }
        }
    }
    assert!(compared > 1000 && allocated > 500 && decided > 80, "{compared} {allocated} {decided}");
}
