//! Baskets whose answer can be worked out by hand, and baskets made to break the allocation.

use replenish::{
    inventory::Requirement,
    order::{DraftContext, draft_purchase_orders},
    sourcing::{
        Allocation, AllocationStatus, BaselinePolicy, BindingKind, Condition, ContractPrice,
        Exclusion, Need, Offer, SourcingOptions, SupplierTerms, allocate,
    },
    unit::Money,
};

fn need(sku: &str, quantity: u64) -> Need {
    let requirement = Requirement {
        sku: sku.parse().unwrap(),
        quantity: format!("{quantity} each").parse().unwrap(),
        need_by: "2026-12-01".parse().unwrap(),
    };
    requirement.into()
}

fn offer(sku: &str, supplier: &str, price: &str) -> Offer {
    Offer {
        lead_time_days: 1,
        ..Offer::new(
            format!("{sku}-{supplier}").parse().unwrap(),
            supplier.parse().unwrap(),
            sku.parse().unwrap(),
            format!("{price} EUR").parse().unwrap(),
            "each".parse().unwrap(),
        )
    }
}

fn terms(supplier: &str, minimum: &str, freight: &str, free_from: &str) -> SupplierTerms {
    let money = |text: &str| (!text.is_empty()).then(|| format!("{text} EUR").parse().unwrap());
    SupplierTerms {
        minimum_order_value: money(minimum),
        freight: money(freight),
        free_freight_from: money(free_from),
        ..SupplierTerms::none(supplier.parse().unwrap())
    }
}

fn options() -> SourcingOptions {
    SourcingOptions::new("2026-11-21".parse().unwrap(), "EUR".parse().unwrap())
}

fn run(basket: &[Need], offers: &[Offer], terms: &[SupplierTerms]) -> Allocation {
    allocate(basket, offers, terms, &options()).unwrap()
}

fn suppliers(allocation: &Allocation) -> Vec<&str> {
    allocation.lines.iter().map(|line| line.supplier.as_str()).collect()
}

fn reasons(allocation: &Allocation) -> Vec<&str> {
    allocation.lines.iter().map(|line| line.reason.as_str()).collect()
}

#[test]
fn one_freight_is_cheaper_than_two() {
    // Each line alone is cheaper elsewhere by ten cents; the second freight costs five euros.
    let offers = [
        offer("a", "s", "1.00"),
        offer("a", "t", "1.01"),
        offer("b", "s", "1.01"),
        offer("b", "t", "1.00"),
    ];
    let terms = [terms("s", "", "5", ""), terms("t", "", "5", "")];
    let result = run(&[need("a", 10), need("b", 10)], &offers, &terms);
    assert_eq!((result.orders.len(), result.total.to_string()), (1, "25.10 EUR".to_owned()));
    assert_eq!(result.lower_bound, result.total);
    assert_eq!(result.status, AllocationStatus::Proved);
    let kept = result.lines.iter().find(|line| line.binding.instead_of.is_some()).unwrap();
    assert_eq!(kept.binding.kind, BindingKind::SharedOrder);
    let own = kept.supplier.as_str();
    let other = if own == "s" { "t" } else { "s" };
    assert_eq!(
        kept.reason,
        format!(
            "kept at {own} to save an order with {other}: +0.10 EUR on the line, -5.00 EUR freight"
        )
    );
    let paid: Vec<_> = result.baselines.iter().map(|rule| rule.cost.to_string()).collect();
    assert_eq!(paid, ["30.00 EUR", "30.00 EUR", "30.00 EUR"]);
    assert_eq!(result.baselines[0].policy, BaselinePolicy::DefaultSupplier);
    assert_eq!(result.baselines[0].fallback_lines, 2);
    assert_eq!(result.baselines[1].saving.to_string(), "4.90 EUR");
}

#[test]
fn an_order_below_its_minimum_is_topped_up() {
    let result = run(&[need("a", 3)], &[offer("a", "s", "2")], &[terms("s", "11", "", "")]);
    assert_eq!((result.lines[0].purchase.packs, result.lines[0].topped_up_packs), (6, 3));
    assert_eq!(result.total.to_string(), "12.00 EUR");
    assert_eq!(
        reasons(&result),
        ["3 packs more at s to reach the minimum order value: +6.00 EUR on the line"]
    );
}

#[test]
fn what_cannot_hold_together_is_said_with_what_would_help() {
    let offers = [
        Offer { available: Some("4 each".parse().unwrap()), ..offer("a", "s", "2") },
        offer("b", "t", "1"),
    ];
    let result = run(&[need("a", 3), need("b", 1)], &offers, &[terms("s", "11", "", "")]);
    assert_eq!(result.status, AllocationStatus::Infeasible);
    assert_eq!(suppliers(&result), ["t"]);
    let conflict = result.conflict.unwrap();
    assert!(conflict.irreducible && conflict.smallest);
    assert!(matches!(
        &conflict.conditions[..],
        [
            Condition::Covered { .. },
            Condition::MinimumOrderValue { .. },
            Condition::Availability { .. }
        ]
    ));
    let words: Vec<_> = conflict
        .relaxations
        .iter()
        .map(|found| format!("{}: {}", found.words, found.total))
        .collect();
    assert_eq!(
        words,
        [
            "taking 5.00 EUR less than the minimum order value of s: 7.00 EUR",
            "2 packs of a-s more than there are: 13.00 EUR",
            "a shortage of 3 each of a, needed by 2026-12-01: 1.00 EUR",
        ]
    );
    assert_eq!(
        result.unmet[0].reason,
        "it cannot be covered together with the rest, as the conflict says"
    );
}

#[test]
fn what_nobody_offers_binds_nothing() {
    let expired =
        Offer { valid_until: Some("2026-11-20".parse().unwrap()), ..offer("a", "s", "2") };
    let result =
        run(&[need("a", 3), need("b", 1), need("c", 2)], &[expired, offer("c", "s", "1")], &[]);
    assert_eq!(result.status, AllocationStatus::Proved);
    assert_eq!(result.total.to_string(), "2.00 EUR");
    let unmet: Vec<_> = result.unmet.iter().map(|unmet| unmet.reason.as_str()).collect();
    let expected =
        "no offer can serve it: a-s would need a new offer; this one held until 2026-11-20";
    assert_eq!(unmet, [expected, "nobody offers it"]);
    let excluded: Vec<_> = result.comparisons.iter().map(|all| all.excluded.len()).collect();
    assert_eq!(excluded, [1, 0, 0]);
}

#[test]
fn each_delivery_is_an_order_of_its_own() {
    let days = ["2026-11-24", "2026-11-28"];
    let basket = days.map(|day| Need { need_by: day.parse().unwrap(), ..need("a", 2) });
    let options = SourcingOptions {
        split_deliveries: true,
        interest_rate: Some("9".parse().unwrap()),
        ..options()
    };
    let handling = Some("3 EUR".parse().unwrap());
    let terms = [SupplierTerms { handling, ..terms("s", "", "1", "") }];
    let allocation = allocate(&basket, &[offer("a", "s", "100")], &terms, &options).unwrap();
    let context = DraftContext::new(options.today);
    let drafts = draft_purchase_orders(&allocation, &context).unwrap().purchase_orders;
    let told: Vec<_> = drafts
        .iter()
        .map(|draft| (draft.expected_arrival.to_string(), draft.total.to_string()))
        .collect();
    assert_eq!(told, days.map(|day| (day.to_owned(), "204.00 EUR".to_owned())));
    assert_ne!(drafts[0].id, drafts[1].id);
    let once = allocate(&basket, &[offer("a", "s", "100")], &terms, &self::options()).unwrap();
    let drafts = draft_purchase_orders(&once, &context).unwrap().purchase_orders;
    let lines: Vec<_> = drafts[0].lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(lines, ["a", "a:2"]);
}

#[test]
fn deliveries_are_split_when_interest_is_worth_more_than_freight() {
    let days = ["2026-11-24", "2026-12-24"];
    let basket = days.map(|day| Need { need_by: day.parse().unwrap(), ..need("a", 100) });
    let offers = [offer("a", "s", "10")];
    let run = |freight: &str| {
        let terms = [terms("s", "", freight, "")];
        let options = SourcingOptions {
            split_deliveries: true,
            interest_rate: Some("0.1217".parse().unwrap()), // thirty days cost 1 %
            ..options()
        };
        allocate(&basket, &offers, &terms, &options).unwrap()
    };
    let (split, together) = (run("9"), run("11"));
    let days: Vec<_> =
        split.orders.iter().map(|order| order.delivery.unwrap().to_string()).collect();
    assert_eq!(
        (days, split.total.to_string()),
        (vec!["2026-11-24".to_owned(), "2026-12-24".to_owned()], "2018.00 EUR".to_owned(),)
    );
    assert_eq!((together.orders.len(), together.total.to_string()), (1, "2021.00 EUR".to_owned()));
}

#[test]
fn needs_share_what_an_offer_has_and_its_contract() {
    let days = ["2026-11-28", "2026-12-01"];
    let basket = days.map(|day| Need { need_by: day.parse().unwrap(), ..need("a", 4) });
    let dear = offer("a", "t", "3");
    let scarce = Offer { available: Some("7 each".parse().unwrap()), ..offer("a", "s", "1") };
    let result = run(&basket, &[scarce, dear.clone()], &[]);
    assert_eq!(result.total.to_string(), "16.00 EUR");
    let refused = result.lines.iter().find(|line| line.supplier.as_str() == "t").unwrap();
    assert_eq!(refused.binding.kind, BindingKind::Availability);

    let contract = ContractPrice {
        unit_price: "1 EUR".parse().unwrap(),
        remaining: "6 each".parse().unwrap(),
    };
    let contracted = Offer { contract: Some(contract), ..offer("a", "s", "2") };
    let result = run(&basket, &[contracted, dear], &[]);
    // Four of one need at the contract's price; what is left does not cover the other.
    assert_eq!(result.total.to_string(), "12.00 EUR");
}

#[test]
fn suppliers_are_required_forbidden_and_bounded() {
    let offers =
        [offer("a", "s", "1"), offer("a", "t", "2"), offer("b", "s", "1"), offer("b", "t", "2")];
    let basket = [need("a", 10), need("b", 10)];
    let with = |change: &dyn Fn(&mut SourcingOptions)| {
        let mut options = options();
        change(&mut options);
        allocate(&basket, &offers, &[], &options).unwrap()
    };
    let required = with(&|options| options.required_suppliers = vec!["t".parse().unwrap()]);
    assert_eq!(required.total.to_string(), "30.00 EUR");
    let bound = required.lines.iter().find(|line| line.supplier.as_str() == "t").unwrap();
    assert_eq!(bound.reason, "kept at t since t has to get an order: +10.00 EUR on the line");
    let forbidden = with(&|options| options.forbidden_suppliers = vec!["s".parse().unwrap()]);
    assert_eq!(suppliers(&forbidden), ["t", "t"]);
    let shared = with(&|options| {
        options.maximum_shares.insert("s".parse().unwrap(), "0.5".parse().unwrap());
    });
    assert_eq!(shared.lines.iter().filter(|line| line.supplier.as_str() == "s").count(), 1);
    assert!(shared.lines.iter().any(|line| line.binding.kind == BindingKind::MaximumShare));
    let unknown = with(&|options| options.required_suppliers = vec!["nobody".parse().unwrap()]);
    assert_eq!(unknown.status, AllocationStatus::Infeasible);
    let conditions = unknown.conflict.unwrap().conditions;
    assert_eq!(conditions, [Condition::RequiredSupplier { supplier: "nobody".parse().unwrap() }]);
    assert_eq!(unknown.total.to_string(), "20.00 EUR");
}

#[test]
fn two_sources_share_a_need() {
    let scarce = Offer { available: Some("6 each".parse().unwrap()), ..offer("a", "s", "1") };
    let basket = [Need { maximum_sources: 2, ..need("a", 10) }];
    let result = run(&basket, &[scarce, offer("a", "t", "3")], &[]);
    let packs: Vec<_> = result.lines.iter().map(|line| line.purchase.packs).collect();
    assert_eq!((packs, result.total.to_string()), (vec![6, 4], "18.00 EUR".to_owned()));
}

#[test]
fn shortage_is_borne_where_it_costs_less_and_surplus_bought_where_it_is_worth_more() {
    let money = |text: &str| -> Option<Money> { Some(text.parse().unwrap()) };
    let short = Need { shortage_cost: money("1.50 EUR"), ..need("a", 10) };
    let result = run(&[short], &[offer("a", "s", "2")], &[]);
    assert_eq!((result.total.to_string(), result.lines.len()), ("15.00 EUR".to_owned(), 0));
    assert_eq!(result.unmet[0].missing.to_string(), "10 each");
    let maximum_quantity = Some("15 each".parse().unwrap());
    let more = Need { surplus_value: money("2.10 EUR"), maximum_quantity, ..need("a", 10) };
    let result = run(&[more], &[offer("a", "s", "2")], &[]);
    assert_eq!(
        (result.total.to_string(), result.lines[0].purchase.packs),
        ("19.50 EUR".to_owned(), 15)
    );
}

#[test]
fn a_basket_that_contradicts_itself_is_refused() {
    let refused = |basket: &[Need], terms: &[SupplierTerms]| {
        allocate(basket, &[], terms, &options()).unwrap_err().to_string()
    };
    assert!(refused(&[need("a", 1), need("a", 2)], &[]).contains("each product once for each day"));
    assert!(refused(&[need("b", 1), need("a", 0)], &[]).starts_with("`basket[1].quantity`"));
    let twice = [terms("s", "", "1", ""), terms("s", "", "2", "")];
    assert!(refused(&[], &twice).contains("each supplier's terms once"));
}

#[test]
fn bad_offers_are_excluded_and_the_rest_is_answered() {
    let mut dollars = offer("a", "s", "1");
    dollars.price_breaks[0].unit_price = "1 USD".parse().unwrap();
    let mut negative = offer("a", "t", "1");
    negative.price_breaks[0].unit_price = "-1 EUR".parse().unwrap();
    let absurd = offer("a", "w", "79228162514264337593543");
    let litres = Offer { pack_size: "1 l".parse().unwrap(), ..offer("a", "u", "1") };
    let result =
        run(&[need("a", 5)], &[dollars, negative, litres, absurd, offer("a", "v", "9")], &[]);
    assert_eq!((suppliers(&result), result.total.to_string()), (vec!["v"], "45.00 EUR".to_owned()));
    let excluded: Vec<_> = result.comparisons[0].excluded.iter().map(|out| &out.reason).collect();
    assert!(matches!(
        excluded[..],
        [
            Exclusion::ExchangeRateMissing { .. },
            Exclusion::Invalid { .. },
            Exclusion::Invalid { .. },
            Exclusion::Invalid { .. }
        ]
    ));
}

#[test]
fn a_minimum_beyond_all_reason_ends_the_search_instead_of_filling_a_ship() {
    let far = run(&[need("a", 3)], &[offer("a", "s", "0.01")], &[terms("s", "1000000000", "", "")]);
    assert_eq!(far.status, AllocationStatus::Infeasible);
    let conflict = far.conflict.unwrap();
    assert_eq!(conflict.conditions.len(), 2);
    let words = &conflict.relaxations[0].words;
    assert_eq!(words, "taking 999999999.97 EUR less than the minimum order value of s");
}

#[test]
fn equal_prices_and_free_freight() {
    let basket: Vec<Need> = (0..30).map(|sku| need(&format!("p{sku:02}"), 5)).collect();
    let skus = 0..30;
    let offers: Vec<Offer> = skus
        .flat_map(|sku| (0..5).map(move |at| offer(&format!("p{sku:02}"), &format!("s{at}"), "1")))
        .collect();
    let free: Vec<SupplierTerms> =
        (0..5).map(|at| terms(&format!("s{at}"), "", "0", "0")).collect();
    for terms in [Vec::new(), free] {
        let result = run(&basket, &offers, &terms);
        assert_eq!(result.status, AllocationStatus::Proved);
        assert_eq!(result.total.to_string(), "150.00 EUR");
    }
    let dear: Vec<SupplierTerms> = (0..5).map(|at| terms(&format!("s{at}"), "", "7", "")).collect();
    let result = run(&basket, &offers, &dear);
    assert_eq!((result.status, result.orders.len()), (AllocationStatus::Proved, 1));
}

#[test]
fn a_thousand_offers_for_one_product() {
    let offers: Vec<Offer> = (0..1_000_u32)
        .map(|at| {
            let price = format!("{}.{:02}", 1 + at * 7919 % 13, at * 31 % 100);
            Offer {
                pack_size: format!("{} each", 1 + at % 7).parse().unwrap(),
                ..offer("a", &format!("s{at:04}"), &price)
            }
        })
        .collect();
    let result = run(&[need("a", 40)], &offers, &[]);
    assert_eq!(result.status, AllocationStatus::Proved);
    // The cheapest content: no charges, so that only packs and prices decide.
    let cheapest = (0..1_000_u64)
        .map(|at| {
            (100 * (1 + at * 7919 % 13) + at * 31 % 100) * 40_u64.next_multiple_of(1 + at % 7)
        })
        .min();
    let total = cheapest.unwrap();
    assert_eq!(result.total.to_string(), format!("{}.{:02} EUR", total / 100, total % 100));
}

#[test]
fn ten_thousand_products() {
    let sku = |at: u32| format!("p{at:05}");
    let basket: Vec<Need> = (0..10_000).map(|at| need(&sku(at), u64::from(1 + at % 9))).collect();
    let price =
        |at: u32, supplier: u32| format!("{}.{:02}", 1 + at % 5, (at * 7 + supplier * 41) % 100);
    let offers: Vec<Offer> = (0..10_000)
        .flat_map(|at| (0..2).map(move |supplier| (at, supplier)))
        .map(|(at, supplier)| offer(&sku(at), &format!("s{supplier}"), &price(at, supplier)))
        .collect();
    let terms = [terms("s0", "500", "9", "5000"), terms("s1", "", "12", "90000")];
    let options = SourcingOptions { steps: Some(20_000_000), ..options() };
    let result = allocate(&basket, &offers, &terms, &options).unwrap();
    assert_eq!((result.lines.len(), result.orders.len()), (10_000, 2));
    assert!(result.gap < 0.001, "{}", result.gap);
    assert!(result.baselines.iter().all(|rule| !rule.saving.is_negative()));
}
