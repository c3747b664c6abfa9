//! Columns of whole numbers: the answers, and what is refused.

use replenish::sourcing::{
    NEVER_FREE, NO_OFFER, OfferColumns, OfferStanding, UNLIMITED_PACKS, compare_columns,
};

/// One requirement of nine units, an offer at 1.00 each and from ten on at 0.80, another at 0.90.
const TWO: OfferColumns<'_> = OfferColumns {
    quantities: &[9],
    need_in_days: &[],
    offers: &[0, 2],
    suppliers: &[0, 1],
    pack_contents: &[1, 1],
    minimum_packs: &[],
    available_packs: &[],
    lead_times: &[],
    prices: &[0, 2, 3],
    from_packs: &[1, 10, 1],
    pack_prices: &[100, 80, 90],
    freights: &[0, 0],
    free_freight_from: &[],
    minimum_order_values: &[],
    order_costs: &[],
    goods_so_far: &[],
};

/// The best offer, its packs, its landed cost, the runner-up and the difference.
fn first(columns: &OfferColumns<'_>) -> (u32, u32, i64, u32, i64) {
    let found = compare_columns(columns).unwrap();
    let (best, packs, landed) = (found.best[0], found.packs[0], found.landed_costs[0]);
    (best, packs, landed, found.runners_up[0], found.differences[0])
}

#[test]
fn buys_up_to_a_price_where_that_costs_less() {
    assert_eq!(first(&TWO), (0, 10, 800, 1, 10));
    // There are only nine: at 1.00, and the other is cheaper.
    assert_eq!(first(&OfferColumns { available_packs: &[9, 9], ..TWO }), (1, 9, 810, 0, 90));
    assert_eq!(first(&OfferColumns { minimum_packs: &[1, 12], ..TWO }), (0, 10, 800, 1, 280));
}

#[test]
fn freight_minimum_and_order_cost_count_as_the_line_changes_them() {
    // 2.00 of freight unless the order reaches 8.55: ten at 0.90 are 9.00 without it.
    let free = OfferColumns { freights: &[200, 200], free_freight_from: &[855, 855], ..TWO };
    assert_eq!(first(&free), (0, 11, 880, 1, 20));
    // What is there already brings free freight, and the line saves what the order would pay.
    let some = OfferColumns { goods_so_far: &[0, 700], ..free };
    assert_eq!(first(&some), (1, 9, 610, 0, 270));
    // 15.00 have to be reached: what is missing is spent on something.
    let minimum = OfferColumns { minimum_order_values: &[1500, 0], ..TWO };
    assert_eq!(first(&minimum), (1, 9, 810, 0, 690));
    let begun = OfferColumns { goods_so_far: &[1200, 0], ..minimum };
    assert_eq!(first(&begun), (0, 10, 500, 1, 310)); // 8.00, and 3.00 less are missing
    let placed = OfferColumns { order_costs: &[50, 50], goods_so_far: &[0, 1], ..TWO };
    assert_eq!(first(&placed), (1, 9, 810, 0, 40));
    let never = OfferColumns { freights: &[1, 200], free_freight_from: &[NEVER_FREE, 0], ..TWO };
    assert_eq!(first(&never), (0, 10, 801, 1, 9));
}

#[test]
fn late_offers_count_only_where_none_is_in_time() {
    let late = OfferColumns { need_in_days: &[3], lead_times: &[4, 3], ..TWO };
    let found = compare_columns(&late).unwrap();
    assert_eq!((found.best[0], found.runners_up[0]), (1, NO_OFFER));
    assert_eq!(found.standings, [OfferStanding::TooLate, OfferStanding::Compared]);
    // None is in time: the fastest alone.
    let all = OfferColumns { need_in_days: &[1], ..late };
    assert_eq!(compare_columns(&all).unwrap(), found);
    let fastest_first = OfferColumns { lead_times: &[3, 4], ..all };
    let found = compare_columns(&fastest_first).unwrap();
    assert_eq!(found.standings, [OfferStanding::Compared, OfferStanding::TooLate]);
    // Of equal cost, the faster and then the earlier one.
    let equal = OfferColumns { pack_prices: &[90, 90, 90], ..TWO };
    assert_eq!(first(&equal).0, 0);
    assert_eq!(first(&OfferColumns { lead_times: &[2, 1], ..equal }).0, 1);
}

#[test]
fn offers_that_contradict_themselves_are_passed_over() {
    let standing = |columns: &OfferColumns<'_>| compare_columns(columns).unwrap().standings[0];
    for (columns, expected) in [
        (OfferColumns { pack_contents: &[0, 1], ..TWO }, OfferStanding::NumbersInvalid),
        (OfferColumns { prices: &[0, 0, 3], ..TWO }, OfferStanding::PricesInvalid),
        (OfferColumns { pack_prices: &[100, -1, 90], ..TWO }, OfferStanding::PricesInvalid),
        (OfferColumns { pack_prices: &[100, 0, 90], ..TWO }, OfferStanding::PricesInvalid),
        (OfferColumns { pack_prices: &[80, 81, 90], ..TWO }, OfferStanding::PricesInvalid),
        (OfferColumns { from_packs: &[10, 10, 1], ..TWO }, OfferStanding::PricesInvalid),
        (OfferColumns { pack_prices: &[1 << 52; 3], ..TWO }, OfferStanding::AmountTooLarge),
        (OfferColumns { available_packs: &[8, 9], ..TWO }, OfferStanding::NotEnough),
        (
            OfferColumns { minimum_packs: &[9, 1], available_packs: &[8, UNLIMITED_PACKS], ..TWO },
            OfferStanding::NotEnough,
        ),
    ] {
        assert_eq!(standing(&columns), expected, "{columns:?}");
        assert_ne!(first(&columns).0, 0);
    }
}

#[test]
fn columns_that_do_not_fit_together_are_refused() {
    let refused = |columns: OfferColumns<'_>| {
        let invalid = compare_columns(&columns).unwrap_err();
        (invalid.code, invalid.path.clone())
    };
    for (columns, code, path) in [
        (OfferColumns { quantities: &[0], ..TWO }, "quantity_invalid", "quantities[0]"),
        (OfferColumns { offers: &[0], ..TWO }, "column_length_invalid", "offers"),
        (OfferColumns { offers: &[0, 1], ..TWO }, "offsets_invalid", "offers[1]"),
        (OfferColumns { offers: &[1, 2], ..TWO }, "offsets_invalid", "offers[0]"),
        (OfferColumns { prices: &[0, 3, 2], ..TWO }, "offsets_invalid", "prices[2]"),
        (OfferColumns { prices: &[0, 2, 4], ..TWO }, "offsets_invalid", "prices[2]"),
        (OfferColumns { pack_prices: &[1], ..TWO }, "column_length_invalid", "pack_prices"),
        (OfferColumns { lead_times: &[1], ..TWO }, "column_length_invalid", "lead_times"),
        (OfferColumns { need_in_days: &[1, 1], ..TWO }, "column_length_invalid", "need_in_days"),
        (OfferColumns { suppliers: &[], ..TWO }, "column_length_invalid", "suppliers"),
        (OfferColumns { freights: &[], ..TWO }, "column_length_invalid", "suppliers"),
        (OfferColumns { suppliers: &[0, 2], ..TWO }, "supplier_unknown", "suppliers[1]"),
        (OfferColumns { order_costs: &[1], ..TWO }, "column_length_invalid", "order_costs"),
        (OfferColumns { freights: &[0, -1], ..TWO }, "amount_invalid", "freights[1]"),
        (
            OfferColumns { goods_so_far: &[NEVER_FREE, 0], ..TWO },
            "amount_invalid",
            "goods_so_far[0]",
        ),
    ] {
        assert_eq!(refused(columns), (code, path.to_owned()));
    }
    assert!(compare_columns(&OfferColumns::default()).unwrap().best.is_empty());
    let nobody =
        OfferColumns { quantities: &[1, 2], offers: &[0, 0, 0], ..OfferColumns::default() };
    assert_eq!(compare_columns(&nobody).unwrap().best, [NO_OFFER, NO_OFFER]);
}
