//! What drafts say of lines, and what they refuse, by hand.

use super::*;
use crate::{
    inventory::Requirement,
    order::{PurchaseOrderLine, ReasonStep},
    sourcing::{
        ContractPrice, ExchangeRate, Need, Offer, PriceBreak, Pricing, SourcingOptions,
        SubstituteProduct, SupplierTerms, allocate,
    },
    unit::{Day, Money},
};

pub(super) const TODAY: &str = "2026-11-23"; // a Monday

pub(super) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) fn need(sku: &str, quantity: &str, need_by: &str) -> Need {
    Need::from(Requirement {
        sku: sku.parse().unwrap(),
        quantity: quantity.parse().unwrap(),
        need_by: day(need_by),
    })
}

/// An offer of single pieces, named after product and supplier, one day on the way.
pub(super) fn offer(sku: &str, supplier: &str, price: &str) -> Offer {
    Offer {
        lead_time_days: 1,
        ..Offer::new(
            format!("{sku}-{supplier}").parse().unwrap(),
            supplier.parse().unwrap(),
            sku.parse().unwrap(),
            money(price),
            "each".parse().unwrap(),
        )
    }
}

fn price(from: &str, unit_price: &str) -> PriceBreak {
    PriceBreak { minimum_quantity: from.parse().unwrap(), unit_price: money(unit_price) }
}

pub(super) fn terms(supplier: &str) -> SupplierTerms {
    SupplierTerms::none(supplier.parse().unwrap())
}

pub(super) fn rate(from: &str, to: &str, rate: &str) -> ExchangeRate {
    ExchangeRate {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        rate: rate.parse().unwrap(),
        date: day("2026-11-20"),
    }
}

/// What is bought on a market, compared in euros.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) needs: Vec<Need>,
    pub(super) sourcing: SourcingOptions,
    pub(super) context: DraftContext,
}

impl Case {
    pub(super) fn new(needs: &[Need], offers: &[Offer], terms: &[SupplierTerms]) -> Self {
        Self {
            needs: needs.to_vec(),
            sourcing: SourcingOptions::new(day(TODAY), "EUR".parse().unwrap()),
            context: DraftContext {
                offers: offers.to_vec(),
                terms: terms.to_vec(),
                ..DraftContext::new(day(TODAY))
            },
        }
    }

    pub(super) fn with(mut self, options: DraftOptions) -> Self {
        self.context.options = options;
        self
    }

    pub(super) fn at_rates(mut self, rates: &[ExchangeRate]) -> Self {
        self.sourcing.exchange_rates = rates.to_vec();
        self.context.exchange_rates = rates.to_vec();
        self
    }

    pub(super) fn allocation(&self) -> Allocation {
        let DraftContext { offers, terms, .. } = &self.context;
        let allocation = allocate(&self.needs, offers, terms, &self.sourcing).unwrap();
        assert_eq!(allocation.unmet, []);
        allocation
    }

    pub(super) fn result(&self) -> Result<Drafts, OrderError> {
        draft_purchase_orders(&self.allocation(), &self.context)
    }

    pub(super) fn drafts(&self) -> Vec<PurchaseOrder> {
        self.result().unwrap().purchase_orders
    }

    pub(super) fn only(&self) -> PurchaseOrder {
        let [draft] = &self.drafts()[..] else { unreachable!("one draft") };
        draft.clone()
    }

    fn only_line(&self) -> PurchaseOrderLine {
        let [line] = &self.only().lines[..] else { unreachable!("one line") };
        line.clone()
    }

    /// Code and path.
    pub(super) fn problem(&self) -> (String, String) {
        let OrderError::Invalid(invalid) = self.result().unwrap_err() else {
            unreachable!("an invalid value")
        };
        (invalid.code.to_owned(), invalid.path.clone())
    }
}

pub(super) fn problem(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

fn texts(line: &PurchaseOrderLine, step: ReasonStep) -> Vec<&str> {
    let of_step = line.reasons.iter().filter(|reason| reason.step == step);
    of_step.map(|reason| reason.text.as_str()).collect()
}

#[test]
fn packs_are_in_the_supplier_s_unit_and_quantities_in_ours() {
    let packed = |sku: &str, pack: &str, breaks: &[PriceBreak]| Offer {
        pack_size: pack.parse().unwrap(),
        price_breaks: breaks.to_vec(),
        ..offer(sku, "s", "1 EUR")
    };
    let content = |wanted: &str, offer: Offer| {
        let line = Case::new(&[need("a", wanted, "2026-11-30")], &[offer], &[]).only_line();
        let words = texts(&line, ReasonStep::Allocation)[1].to_owned();
        let unit = line.price_unit.unwrap();
        (
            line.packs,
            line.pack_size.to_string(),
            format!("{} at {} per {unit}", line.quantity, line.unit_price),
            words,
        )
    };
    let case = packed("a", "12 each", &[price("0 each", "0.50 EUR")]);
    assert_eq!(
        content("30 each", case),
        (
            3,
            "12 each".into(),
            "36 each at 0.50 EUR per each".into(),
            "3 packs of 12 each = 36 each".into()
        )
    );
    let kilograms = packed("a", "2500 g", &[price("0 kg", "4 EUR")]);
    assert_eq!(
        content("4 kg", kilograms),
        (2, "2500 g".into(), "5 kg at 4.00 EUR per kg".into(), "2 packs of 2500 g = 5 kg".into())
    );
    // Priced by the pack, counted in dozens.
    let dozens = packed("a", "2 dozen", &[price("0 pack", "9 EUR")]);
    assert_eq!(
        content("20 each", dozens),
        (
            1,
            "2 dozen".into(),
            "24 each at 9.00 EUR per pack".into(),
            "1 pack of 2 dozen = 24 each".into()
        )
    );
    // Required by weight, sold by the piece, of which each weighs about so much.
    let weighed = Offer {
        pack_weight: "400 g".parse().ok(),
        ..packed("a", "1 each", &[price("0 kg", "10 EUR")])
    };
    assert_eq!(
        content("1 kg", weighed),
        (
            3,
            "1 each".into(),
            "1.2 kg at 10.00 EUR per kg".into(),
            "3 packs of 1 each = 1.2 kg".into()
        )
    );
}

#[test]
fn the_price_break_that_is_used() {
    let breaks =
        [price("0 each", "1 EUR"), price("10 each", "0.90 EUR"), price("50 each", "0.80 EUR")];
    let found = |wanted: &str, offer: Offer| {
        let line = Case::new(&[need("a", wanted, "2026-11-30")], &[offer], &[]).only_line();
        let from = line.price_break.map(|from| from.to_string());
        (from, line.unit_price.to_string(), line.reasons.last().unwrap().text.clone())
    };
    let all_units = Offer { price_breaks: breaks.to_vec(), ..offer("a", "s", "1 EUR") };
    let (from, unit_price, _) = found("12 each", all_units.clone());
    assert_eq!((from.as_deref(), unit_price.as_str()), (Some("10 each"), "0.90 EUR"));
    let (from, ..) = found("3 each", all_units.clone());
    assert_eq!(from.as_deref(), Some("0 each"));
    let (from, ..) = found("3 each", offer("a", "s", "1 EUR"));
    assert_eq!(from, None);

    let incremental = Offer { pricing: Pricing::Incremental, ..all_units.clone() };
    assert_eq!(
        found("12 each", incremental),
        (
            Some("10 each".to_owned()),
            "0.975 EUR".to_owned(),
            "0.975 EUR on average of 1.00 EUR, 0.90 EUR from 10 each on, 0.80 EUR from 50 each on, \
             each for what lies beyond it"
                .to_owned()
        )
    );
    let contract =
        ContractPrice { unit_price: money("0.50 EUR"), remaining: "8 each".parse().unwrap() };
    let contracted = Offer { contract: Some(contract), ..all_units };
    let (from, unit_price, words) = found("12 each", contracted.clone());
    assert_eq!((from.as_deref(), unit_price.as_str()), (Some("10 each"), "0.633333 EUR"));
    assert!(words.starts_with(
        "0.633333 EUR on average of 0.50 EUR for the 8 each that are left of the contract, 1.00 EUR"
    ));
    let (from, unit_price, _) = found("8 each", contracted);
    assert_eq!((from, unit_price.as_str()), (None, "0.50 EUR"));
}

#[test]
fn packs_for_a_better_price_are_named() {
    let breaks = [price("0 each", "1 EUR"), price("10 each", "0.50 EUR")];
    let stepped = Offer { price_breaks: breaks.to_vec(), ..offer("a", "s", "1 EUR") };
    let line = Case::new(&[need("a", "8 each", "2026-11-30")], &[stepped], &[]).only_line();
    let reasons = texts(&line, ReasonStep::Allocation);
    assert_eq!(reasons[1], "2 packs of them beyond what is required, since that costs less");
}

#[test]
fn codes_for_the_supplier_go_before_codes_for_all() {
    let item =
        |supplier: Option<&str>, buyer_code: Option<&str>, supplier_code: Option<&str>| DraftItem {
            sku: "a".parse().unwrap(),
            supplier: supplier.map(|supplier| supplier.parse().unwrap()),
            buyer_code: buyer_code.map(str::to_owned),
            supplier_code: supplier_code.map(str::to_owned),
            description: Some("Apples".to_owned()).filter(|_| supplier.is_none()),
            location: None,
        };
    let items = vec![
        item(Some("t"), Some("wrong"), Some("wrong")),
        item(None, Some("4711"), None),
        item(Some("s"), None, Some("APL-12")),
    ];
    let options = DraftOptions { items: items.clone(), ..DraftOptions::default() };
    let case = Case::new(&[need("a", "1 each", "2026-11-30")], &[offer("a", "s", "1 EUR")], &[]);
    let line = case.with(options).only_line();
    assert_eq!(
        (line.buyer_code.as_deref(), line.supplier_code.as_deref(), line.description.as_deref()),
        (Some("4711"), Some("APL-12"), Some("Apples"))
    );
    let twice = [items.clone(), vec![items[1].clone()]].concat();
    let options = DraftOptions { items: twice, ..DraftOptions::default() };
    let case = Case::new(&[need("a", "1 each", "2026-11-30")], &[offer("a", "s", "1 EUR")], &[]);
    assert_eq!(case.with(options).problem(), problem("item_twice", "options.items[3].sku"));
}

#[test]
fn a_substitute_is_ordered_in_its_own_quantity() {
    let mut case =
        Case::new(&[need("pear", "6 each", "2026-11-30")], &[offer("apple", "s", "1 EUR")], &[]);
    case.sourcing.substitutes = vec![SubstituteProduct {
        instead_of: "pear".parse().unwrap(),
        sku: "apple".parse().unwrap(),
        quantity: "3 each".parse().unwrap(),
        replaces: "2 each".parse().unwrap(),
        penalty: None,
    }];
    // The content of one piece, 2/3 of a pear, is not exact: packs of three.
    case.context.offers[0].pack_size = "3 each".parse().unwrap();
    let line = case.only_line();
    assert_eq!((line.packs, line.quantity), (3, "9 each".parse().unwrap()));
    assert_eq!(
        texts(&line, ReasonStep::Requirement),
        ["6 each by 2026-11-30, of pear; apple is bought in its place"]
    );
    let allocation = case.allocation();
    let error = draft_purchase_orders(&allocation, &DraftContext::new(day(TODAY))).unwrap_err();
    assert!(error.to_string().starts_with("`lines[0].offer`"), "{error}");
}

#[test]
fn what_contradicts_itself_is_refused_with_its_place() {
    let case = Case::new(
        &[need("a", "2 each", "2026-11-30"), need("b", "2 each", "2026-11-30")],
        &[offer("a", "s", "1 EUR"), offer("b", "s", "1 EUR")],
        &[terms("s")],
    );
    let allocation = case.allocation();
    let refused = |change: &dyn Fn(&mut Allocation, &mut DraftContext)| {
        let (mut allocation, mut context) = (allocation.clone(), case.context.clone());
        change(&mut allocation, &mut context);
        let OrderError::Invalid(invalid) =
            draft_purchase_orders(&allocation, &context).unwrap_err()
        else {
            unreachable!("an invalid value")
        };
        (invalid.code.to_owned(), invalid.path.clone())
    };
    assert_eq!(refused(&|_, c| drop(c.offers.pop())), problem("offer_unknown", "lines[1].offer"));
    assert_eq!(
        refused(&|_, c| c.offers.push(Offer { lead_time_days: 7, ..c.offers[0].clone() })),
        problem("offer_twice", "lines[0].offer")
    );
    assert_eq!(
        refused(&|_, c| c.offers[1].pack_size = "2 each".parse().unwrap()),
        problem("quantity_wrong", "lines[1].purchase.quantity")
    );
    assert_eq!(refused(&|_, c| c.terms.push(terms("s"))), problem("supplier_twice", "terms[1]"));
    assert_eq!(
        refused(&|_, c| c.terms[0].freight = Some(money("-1 EUR"))),
        problem("terms_negative", "terms[0].freight")
    );
    assert_eq!(
        refused(&|_, c| c.exchange_rates = vec![rate("USD", "EUR", "1"); 2]).1,
        "exchange_rates[1]"
    );
    assert_eq!(
        refused(&|a, _| a.orders.push(a.orders[0].clone())),
        problem("order_twice", "orders[1]")
    );
    assert_eq!(
        refused(&|a, _| a.orders[0].goods = money("5 EUR")),
        problem("goods_wrong", "orders[0].goods")
    );
    assert_eq!(
        refused(&|a, _| a.lines[1].supplier = "x".parse().unwrap()),
        problem("supplier_unknown", "lines[1].supplier")
    );
    assert_eq!(
        refused(&|a, c| {
            c.offers.clear();
            a.lines[0].purchase.packs = 0;
        }),
        problem("packs_invalid", "lines[0].purchase.packs")
    );
}

#[test]
fn notes_and_reasons_of_the_caller_stand_where_they_belong() {
    let note = |supplier: Option<&str>, text: &str| DraftNote {
        supplier: supplier.map(|supplier| supplier.parse().unwrap()),
        text: text.to_owned(),
    };
    let reason =
        |step, text: &str| DraftReason { sku: "a".parse().unwrap(), step, text: text.to_owned() };
    let options = DraftOptions {
        notes: vec![
            note(None, "ramp closes at noon"),
            note(Some("t"), "not here"),
            note(Some("s"), "as agreed"),
        ],
        reasons: vec![
            reason(ReasonStep::Requirement, "12 wanted, 3 there"),
            reason(ReasonStep::Forecast, "12 expected"),
        ],
        ..DraftOptions::default()
    };
    let case = Case::new(&[need("a", "9 each", "2026-11-30")], &[offer("a", "s", "1 EUR")], &[]);
    let draft = case.with(options).only();
    assert_eq!(draft.notes, ["ramp closes at noon", "as agreed"]);
    let chain: Vec<_> =
        draft.lines[0].reasons.iter().map(|reason| (reason.step, reason.text.as_str())).collect();
    assert_eq!(
        chain[..3],
        [
            (ReasonStep::Forecast, "12 expected"),
            (ReasonStep::Requirement, "12 wanted, 3 there"),
            (ReasonStep::Requirement, "9 each by 2026-11-30"),
        ]
    );
    assert_eq!(chain[3].0, ReasonStep::Allocation);
}

#[test]
fn every_line_and_order_has_a_name_of_its_own() {
    let long = "x".repeat(128);
    let needs: Vec<_> = ["a", "a:2", &long]
        .iter()
        .flat_map(|sku| ["2026-11-25", "2026-11-30"].map(|day| need(sku, "1 each", day)))
        .collect();
    let each = |sku: &str| Offer {
        id: format!("o{}", sku.len()).parse().unwrap(),
        supplier: long.parse().unwrap(),
        ..Offer {
            lead_time_days: 1,
            ..Offer::new(
                "o".parse().unwrap(),
                "s".parse().unwrap(),
                sku.parse().unwrap(),
                money("1 EUR"),
                "each".parse().unwrap(),
            )
        }
    };
    let mut case = Case::new(&needs, &["a", "a:2", &long].map(each), &[]);
    let draft = case.only();
    let names: Vec<_> = draft.lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(names[..5], ["a", "a:2", "a:2:2", "a:2:3", long.as_str()]);
    assert_eq!((names[5].len(), &names[5][..1]), (17, "#"));
    assert!(draft.id.as_str().starts_with("2026-11-23:#"), "{}", draft.id);
    // Other days, other names.
    case.context.options.rules.by_delivery_day = true;
    let drafts = case.drafts();
    assert_eq!(drafts.len(), 2);
    assert_ne!(drafts[0].id, drafts[1].id);
}
