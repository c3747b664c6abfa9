//! What changes when the basket does: other prices, rejected lines, other ways of choosing.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "sourcing_changes/ladder.rs"]
mod ladder;

use proptest::prelude::*;
use replenish::{
    inventory::Requirement,
    sourcing::{
        Allocation, AllocationStatus, FrozenLine, LadderOptions, LeftOutReason, LineChange, Need,
        Offer, PastPurchase, RebateTier, RejectedLine, Revision, RevisionOptions, RevisionReason,
        Rung, RungCost, SavingsLadder, SourcingOptions, SupplierTerms, SwitchOutcome,
        SwitchQuestion, SwitchScope, SwitchingPrice, YearlyRebate, allocate, compare_allocations,
        read_offers, read_purchase_history, revise, savings_ladder, switching_prices,
    },
    unit::{Day, Money},
};

fn offer(sku: &str, supplier: &str, price: &str) -> Offer {
    Offer {
        lead_time_days: 1,
        ..Offer::new(
            format!("{sku}-{supplier}").parse().unwrap(),
            supplier.parse().unwrap(),
            sku.parse().unwrap(),
            eur(price),
            "each".parse().unwrap(),
        )
    }
}

fn eur(amount: &str) -> Money {
    format!("{amount} EUR").parse().unwrap()
}

fn freight(supplier: &str, freight: &str) -> SupplierTerms {
    SupplierTerms { freight: Some(eur(freight)), ..SupplierTerms::none(supplier.parse().unwrap()) }
}

fn options() -> SourcingOptions {
    SourcingOptions::new("2026-11-21".parse().unwrap(), "EUR".parse().unwrap())
}

/// `order date sku quantity supplier price freight`, the freight left out where it is not known.
fn bought(text: &str) -> PastPurchase {
    let words: Vec<&str> = text.split(' ').collect();
    PastPurchase {
        order: words[0].parse().unwrap(),
        date: words[1].parse().unwrap(),
        sku: words[2].parse().unwrap(),
        quantity: format!("{} each", words[3]).parse().unwrap(),
        supplier: words[4].parse().unwrap(),
        unit_price: eur(words[5]),
        freight: words.get(6).map(|freight| eur(freight)),
    }
}

fn need(sku: &str, quantity: u32) -> Need {
    let requirement = Requirement {
        sku: sku.parse().unwrap(),
        quantity: format!("{quantity} each").parse().unwrap(),
        need_by: "2026-12-01".parse().unwrap(),
    };
    requirement.into()
}

/// Three products, each from three suppliers, in small packs, with freight and minimums.
fn small_market() -> impl Strategy<Value = (Vec<Offer>, Vec<SupplierTerms>)> {
    let price = proptest::collection::vec((1..40_u32, 1..4_u32), 9);
    let terms = proptest::collection::vec((0..4_u32, 0..3_u32, 0..6_u32), 3);
    (price, terms).prop_map(|(prices, terms)| {
        let offers = prices.into_iter().enumerate().map(|(place, (price, pack))| Offer {
            pack_size: format!("{pack} each").parse().unwrap(),
            ..offer(
                &format!("sku{}", place / 3),
                &format!("s{}", place % 3),
                &format!("0.{price:02}"),
            )
        });
        let terms = terms.into_iter().enumerate().map(|(place, (freight, minimum, free))| {
            let money = |amount: u32| (amount > 0).then(|| eur(&amount.to_string()));
            SupplierTerms {
                freight: money(freight),
                minimum_order_value: money(minimum),
                free_freight_from: money(free),
                ..SupplierTerms::none(format!("s{place}").parse().unwrap())
            }
        });
        (offers.collect(), terms.collect())
    })
}

fn small_needs() -> impl Strategy<Value = Vec<Need>> {
    proptest::collection::vec(1..12_u32, 3).prop_map(|quantities| {
        let needs = quantities.into_iter().enumerate();
        needs.map(|(sku, quantity)| need(&format!("sku{sku}"), quantity)).collect()
    })
}

fn run(needs: &[Need], offers: &[Offer], terms: &[SupplierTerms]) -> Allocation {
    allocate(needs, offers, terms, &options()).unwrap()
}

fn chosen(allocation: &Allocation) -> Vec<&str> {
    allocation.lines.iter().map(|line| line.offer.as_str()).collect()
}

mod difference {
    use super::*;
    use LineChange::{Added, Packs, Repriced, Supplier};

    #[test]
    fn what_becomes_of_each_line() {
        let offers = [
            offer("a", "s", "1"),
            offer("a", "t", "2"),
            offer("b", "s", "1"),
            offer("c", "s", "1"),
        ];
        let before = run(&[need("a", 1), need("b", 1), need("c", 1)], &offers, &[]);
        let dearer = Offer { ..offer("b", "s", "3") };
        let offers = [offers[1].clone(), dearer, offers[3].clone(), offer("d", "s", "1")];
        let after = run(&[need("a", 1), need("b", 1), need("c", 2), need("d", 1)], &offers, &[]);
        let difference = compare_allocations(&before, &after).unwrap();
        let changes: Vec<_> = difference.lines.iter().map(|line| line.change).collect();
        assert_eq!(changes, [Supplier, Repriced, Packs, Added]);
        assert_eq!(difference.changed_lines, 3);
        let of_s = &difference.orders[0];
        assert_eq!((of_s.supplier.as_str(), of_s.total.difference), ("s", eur("3")));
        assert_eq!(difference.total.difference, eur("5"));
        let back = compare_allocations(&after, &before).unwrap();
        assert_eq!(back.lines[3].change, LineChange::Dropped);
        let nothing = compare_allocations(&after, &after).unwrap();
        assert!(nothing.lines.iter().all(|line| line.change == LineChange::Kept));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn differences_add_up(
            (first, second) in (small_needs(), small_needs()),
            (a, b) in (small_market(), small_market()), credit in 0..30_u32, shortage in 1..60_u32,
        ) {
            let needs = |needs: Vec<Need>| -> Vec<Need> {
                let cents = |cents: u32| Some(eur(&format!("0.{cents:02}")));
                needs.into_iter().map(|need| Need {
                    shortage_cost: cents(shortage), surplus_value: cents(credit), ..need
                }).collect()
            };
            let most = |needs: Vec<Need>| -> Vec<Need> {
                let maximum = |need: &Need| need.quantity.plus("9 each".parse().unwrap()).ok();
                needs.into_iter().map(|need| Need { maximum_quantity: maximum(&need), ..need }).collect()
            };
            let before = run(&most(needs(first)), &a.0, &a.1);
            let after = run(&most(needs(second)), &b.0, &b.1);
            let all = compare_allocations(&before, &after).unwrap();
            let sum = |parts: Vec<Money>| Money::sum(parts, "EUR".parse().unwrap()).unwrap();
            let rest = all.shortage_cost.difference.minus(all.surplus_value.difference).unwrap();
            let costs = sum(all.costs.iter().map(|cost| cost.amount.difference).collect());
            let orders = sum(all.orders.iter().map(|order| order.total.difference).collect());
            let total = after.total.minus(before.total).unwrap();
            prop_assert_eq!(all.total.difference, total);
            prop_assert_eq!(costs.plus(rest).unwrap(), total);
            prop_assert_eq!(orders.plus(rest).unwrap(), total);
        }
    }
}

mod switching {
    use super::*;
    use SwitchOutcome::{StaysUntil, WinsAt};

    fn ask(
        needs: &[Need],
        offers: &[Offer],
        terms: &[SupplierTerms],
        scope: Option<SwitchScope>,
    ) -> Vec<SwitchingPrice> {
        let allocation = run(needs, offers, terms);
        let question = SwitchQuestion { skus: None, scope };
        switching_prices(needs, offers, terms, &options(), &allocation, &question).unwrap()
    }

    /// The offers with one of them asking no more than a price; if it is chosen, no less.
    fn asking(offers: &[Offer], asked: &SwitchingPrice, price: Money) -> Vec<Offer> {
        let mut offers = offers.to_vec();
        for offer in offers.iter_mut().filter(|offer| offer.id == asked.offer) {
            for one in &mut offer.price_breaks {
                let dearer = one.unit_price.amount() > price.amount();
                if dearer != asked.is_chosen {
                    one.unit_price = price;
                }
            }
        }
        offers
    }

    /// Freight is free at farm with the apples, so that they are worth more there than they save.
    #[test]
    fn a_line_holds_more_than_its_own_price() {
        let offers = [
            offer("apple", "farm", "1.02"),
            offer("apple", "mill", "0.90"),
            offer("pear", "farm", "2.00"),
            offer("pear", "mill", "2.60"),
        ];
        let terms = [SupplierTerms { free_freight_from: Some(eur("50")), ..freight("farm", "8") }];
        let needs = [need("apple", 10), need("pear", 20)];
        let prices = ask(&needs, &offers, &terms, None);
        // All at farm: 10.20 + 40.00 = 50.20. Apples at mill: 9.00 + 40.00 + 8.00 = 57.00.
        let seen: Vec<_> = prices.iter().map(|p| (p.offer.as_str(), p.outcome)).collect();
        assert_eq!(
            seen,
            [
                ("apple-farm", StaysUntil),
                ("apple-mill", WinsAt),
                ("pear-farm", StaysUntil),
                ("pear-mill", WinsAt),
            ]
        );
        assert_eq!(prices[0].difference, Some(eur("6.80")));
        assert_eq!(prices[0].switching_price, Some(eur("1.70")));
        // 48.00 stay at farm, so that apples at mill have to cost less than 2.20.
        assert_eq!(prices[1].switching_price, Some(eur("0.21")));
        // Both at mill, 10 x 0.90 + 20 p, have to cost less than 50.20; pears alone there, 18.20 with
        // the apples at farm, do not make it.
        assert_eq!(prices[3].switching_price, Some(eur("2.05")));
        // The same where the apples may not follow: 20 p + 18.20 less than 50.20.
        let quick = ask(&needs, &offers, &terms, Some(SwitchScope::OthersStay));
        assert_eq!(quick[3].switching_price, Some(eur("1.59")));
    }

    #[test]
    fn the_quick_answer_holds_where_the_others_stay() {
        // Two other lines at each supplier, and a rebate of each purchase at one of them.
        let rebate = YearlyRebate {
            purchased: eur("0"),
            tiers: vec![RebateTier { from: eur("1"), rate: "0.1".parse().unwrap() }],
        };
        let terms = [
            SupplierTerms { yearly_rebate: Some(rebate), ..freight("s", "3") },
            SupplierTerms { free_freight_from: Some(eur("25")), ..freight("t", "3") },
        ];
        let mut offers = vec![offer("a", "s", "1.00"), offer("a", "t", "1.10")];
        offers.extend([offer("b", "s", "0.55"), offer("c", "s", "0.35")]);
        offers.extend([offer("d", "t", "1.00"), offer("e", "t", "1.20")]);
        let needs = ["a", "b", "c", "d", "e"].map(|sku| need(sku, 10));
        // At s the first line costs 9.00 after its rebate; at t 11.00, and saves the freight of 3.00.
        let whole = ask(&needs, &offers, &terms, Some(SwitchScope::WholeBasket));
        let quick = ask(&needs, &offers, &terms, Some(SwitchScope::OthersStay));
        // Nothing but the first line has a choice, so both ask the same.
        for (whole, quick) in whole.iter().zip(&quick) {
            assert_eq!(whole.switching_price, quick.switching_price, "{}", whole.offer);
            assert_eq!((whole.difference, whole.outcome), (quick.difference, quick.outcome));
        }
        assert_eq!(quick[0].offer.as_str(), "a-t");
        assert_eq!(quick[0].switching_price, Some(eur("1.20")));
    }

    #[test]
    fn there_may_be_no_such_price() {
        let alone = ask(&[need("a", 3)], &[offer("a", "s", "1")], &[], None);
        assert_eq!(
            (alone[0].outcome, alone[0].switching_price),
            (SwitchOutcome::AlwaysStays, None)
        );
        let offers = [offer("a", "s", "1"), offer("a", "t", "2")];
        let dear = [freight("t", "5")];
        let never = ask(&[need("a", 3)], &offers, &dear, None);
        assert_eq!((never[1].outcome, never[1].switching_price), (SwitchOutcome::NeverWins, None));
        assert_eq!(never[1].difference, Some(eur("8")));
    }

    #[test]
    fn price_breaks_are_moved_as_far_as_they_are_dearer() {
        let mut tiers = offer("a", "s", "1.00");
        let mut lower = tiers.price_breaks[0];
        lower.minimum_quantity = "20 each".parse().unwrap();
        lower.unit_price = eur("0.70");
        tiers.price_breaks.push(lower);
        let prices = ask(&[need("a", 12)], &[tiers, offer("a", "t", "0.95")], &[], None);
        // 12 x 0.95 = 11.40; 20 x 0.70 = 14.00 stays what it is.
        assert_eq!(prices[1].switching_price, Some(eur("0.94")));
        assert_eq!(prices[1].packs, 12);
    }

    #[test]
    fn an_allocation_of_something_else_is_refused() {
        let allocation = run(&[need("a", 3)], &[offer("a", "s", "1")], &[]);
        let offers = [offer("a", "t", "1")];
        let question = SwitchQuestion::default();
        let error =
            switching_prices(&[need("a", 3)], &offers, &[], &options(), &allocation, &question);
        assert_eq!(error.unwrap_err().code(), "allocation_unknown_line");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

        #[test]
        fn the_choice_flips_at_the_price_and_not_a_cent_before(
            needs in small_needs(), (offers, terms) in small_market(), sources in 1..3_u32,
        ) {
            let needs: Vec<Need> =
                needs.into_iter().map(|need| Need { maximum_sources: sources, ..need }).collect();
            let before = run(&needs, &offers, &terms);
            prop_assume!(before.status == AllocationStatus::Proved);
            for asked in ask(&needs, &offers, &terms, Some(SwitchScope::WholeBasket)) {
                prop_assert!(asked.proved);
                let others: Vec<Offer> =
                    offers.iter().filter(|offer| offer.id != asked.offer).cloned().collect();
                let without = run(&needs, &others, &terms);
                let Some(price) = asked.switching_price else {
                    if asked.outcome == SwitchOutcome::AlwaysStays {
                        prop_assert!(without.unmet.len() > before.unmet.len());
                    } else {
                        prop_assert_eq!(asked.outcome, SwitchOutcome::NeverWins);
                        let free = run(&needs, &asking(&offers, &asked, eur("0")), &terms);
                        prop_assert_eq!(free.total, without.total);
                    }
                    continue;
                };
                let at = run(&needs, &asking(&offers, &asked, price), &terms);
                let above = price.plus(eur("0.01")).unwrap();
                let beyond = run(&needs, &asking(&offers, &asked, above), &terms);
                let wins = |allocation: &Allocation| chosen(allocation).contains(&asked.offer.as_str());
                prop_assert_eq!(beyond.total, without.total);
                if asked.is_chosen {
                    prop_assert_eq!(asked.outcome, StaysUntil);
                    prop_assert!(at.total.amount() <= without.total.amount());
                    prop_assert!(!wins(&beyond));
                } else {
                    prop_assert_eq!(asked.outcome, WinsAt);
                    prop_assert!(wins(&at) && at.total.amount() < without.total.amount());
                }
            }
        }
    }
}

mod revision {
    use super::*;

    fn change(cost: &str) -> RevisionOptions {
        RevisionOptions { change_cost: eur(cost), rejected: Vec::new(), frozen: Vec::new() }
    }

    fn again(
        needs: &[Need],
        offers: &[Offer],
        terms: &[SupplierTerms],
        before: &Allocation,
        change: &RevisionOptions,
    ) -> Revision {
        revise(needs, offers, terms, &options(), before, change).unwrap()
    }

    fn rejected(supplier: &str, offer: &str, confirmed_packs: u64) -> RejectedLine {
        let (supplier, offer) = (supplier.parse().unwrap(), offer.parse().unwrap());
        RejectedLine { supplier, offer, confirmed_packs }
    }

    /// Apples and pears at farm, free of freight together.
    fn orchard() -> (Vec<Need>, Vec<Offer>, Vec<SupplierTerms>) {
        let offers = vec![
            offer("apple", "farm", "1.00"),
            offer("apple", "mill", "1.30"),
            offer("pear", "farm", "2.00"),
            offer("pear", "mill", "2.10"),
        ];
        let terms =
            vec![SupplierTerms { free_freight_from: Some(eur("30")), ..freight("farm", "6") }];
        (vec![need("apple", 10), need("pear", 10)], offers, terms)
    }

    #[test]
    fn a_rejected_line_moves_and_the_rest_only_if_that_pays() {
        let (needs, offers, terms) = orchard();
        let before = run(&needs, &offers, &terms);
        assert_eq!((chosen(&before), before.total), (vec!["apple-farm", "pear-farm"], eur("30")));
        // Without the apples pears pay freight at farm, 13 + 20 + 6 = 39, and at mill they cost
        // 13 + 21 = 34: two changes save five.
        let mut options = change("3");
        options.rejected = vec![rejected("farm", "apple-farm", 0)];
        let kept = again(&needs, &offers, &terms, &before, &options);
        assert_eq!(chosen(&kept.allocation), ["apple-mill", "pear-farm"]);
        assert_eq!((kept.cost_of_change, kept.further_saving), (eur("9"), eur("5")));
        let reasons: Vec<_> = kept.changes.iter().map(|change| change.reason).collect();
        assert_eq!(reasons, [RevisionReason::Rejected, RevisionReason::Replacement]);
        assert_eq!((kept.counted_changes, kept.proved), (1, true));
        assert_eq!(kept.allocation.status, AllocationStatus::Gap);

        options.change_cost = eur("2");
        let moved = again(&needs, &offers, &terms, &before, &options);
        assert_eq!(chosen(&moved.allocation), ["apple-mill", "pear-mill"]);
        assert_eq!((moved.cost_of_change, moved.further_saving), (eur("4"), eur("0")));
        assert_eq!(moved.counted_changes, 3);
        assert_eq!(moved.allocation.status, AllocationStatus::Proved);

        options.change_cost = eur("2");
        options.frozen = vec![FrozenLine { sku: needs[1].sku.clone(), need_by: needs[1].need_by }];
        let frozen = again(&needs, &offers, &terms, &before, &options);
        assert_eq!(chosen(&frozen.allocation), ["apple-mill", "pear-farm"]);
        assert_eq!(frozen.further_saving, eur("0"));
    }

    #[test]
    fn what_is_confirmed_in_part_is_kept_where_two_may_share_it() {
        let (mut needs, offers, terms) = orchard();
        let before = run(&needs, &offers, &terms);
        let mut options = change("0.10");
        options.rejected = vec![rejected("farm", "apple-farm", 7)];
        let one = again(&needs, &offers, &terms, &before, &options);
        assert_eq!(chosen(&one.allocation), ["apple-mill", "pear-mill"]);
        needs[0].maximum_sources = 2;
        let two = again(&needs, &offers, &terms, &before, &options);
        // 7 x 1.00 + 3 x 1.30 + 20 + 6 of freight against 34.
        assert_eq!(two.allocation.total, eur("34"));
        let dear = RevisionOptions { change_cost: eur("1000000000000"), ..options };
        let kept = again(&needs, &offers, &terms, &before, &dear);
        assert_eq!(chosen(&kept.allocation), ["apple-farm", "apple-mill", "pear-farm"]);
        let words: Vec<_> = kept.changes.iter().map(|change| change.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "10 packs of apple-farm amended to 7: farm did not accept them",
                "3 packs of apple-mill added: in place of what is not possible any more",
            ]
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let (needs, offers, terms) = orchard();
        let before = run(&needs, &offers, &terms);
        let code = |change: &RevisionOptions| {
            let error = revise(&needs, &offers, &terms, &options(), &before, change).unwrap_err();
            (error.code(), error.to_string().split('`').nth(1).unwrap_or("").to_owned())
        };
        assert_eq!(code(&change("-1")), ("amount_negative", "change_cost".to_owned()));
        let mut other = change("1");
        other.change_cost = "1 USD".parse().unwrap();
        assert_eq!(code(&other).0, "currency_mixed");
        let mut unknown = change("1");
        unknown.rejected = vec![rejected("farm", "plum-farm", 0)];
        assert_eq!(code(&unknown), ("offer_unknown", "rejected[0].offer".to_owned()));
        let mut frozen = change("1");
        frozen.rejected = vec![rejected("farm", "apple-farm", 0)];
        frozen.frozen = vec![FrozenLine { sku: needs[0].sku.clone(), need_by: needs[0].need_by }];
        assert_eq!(code(&frozen), ("frozen_line_impossible", "frozen[0].sku".to_owned()));
    }

    /// Every way to buy each need from one offer in exactly one purchase: what it costs and how many
    /// order lines differ from before.
    fn brute_force(
        needs: &[Need],
        offers: &[Offer],
        terms: &[SupplierTerms],
        before: &Allocation,
        price: i64,
    ) -> i64 {
        let cents = |money: Money| i64::try_from(money.minor_units().unwrap()).unwrap();
        let mut choices: Vec<Vec<&Offer>> = vec![Vec::new()];
        for need in needs {
            let own = || offers.iter().filter(|offer| offer.sku == need.sku);
            choices = choices
                .into_iter()
                .flat_map(|done| own().map(move |offer| [&done[..], &[offer]].concat()))
                .collect();
        }
        let cost = |choice: &Vec<&Offer>| {
            let mut sum = 0;
            let mut changes = 0;
            for offer in choice {
                let price = offer.price_breaks[0].unit_price;
                sum += cents(price.times(offer.pack_size.amount()).unwrap());
                let was = before.lines.iter().find(|line| line.offer == offer.id);
                changes += i64::from(was.is_none());
            }
            for line in &before.lines {
                let possible = offers.iter().any(|offer| offer.id == line.offer);
                let kept = choice.iter().any(|offer| offer.id == line.offer);
                changes += i64::from(possible && !kept);
            }
            for terms in terms {
                if choice.iter().any(|offer| offer.supplier == terms.supplier) {
                    sum += terms.freight.map_or(0, cents);
                }
            }
            sum + price * changes
        };
        choices.iter().map(cost).min().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn no_other_plan_costs_less_with_its_changes_counted(
            needs in small_needs(), (mut offers, mut terms) in small_market(),
            prices in proptest::collection::vec(1..40_u32, 9), gone in 0..9_usize, price in 0..80_i64,
        ) {
            // One pack is all that is needed, so that there is one purchase of each offer.
            for offer in &mut offers {
                let need = needs.iter().find(|need| need.sku == offer.sku).unwrap();
                offer.pack_size = need.quantity;
                offer.available = Some(need.quantity);
            }
            for terms in &mut terms {
                (terms.minimum_order_value, terms.free_freight_from) = (None, None);
            }
            let before = run(&needs, &offers, &terms);
            for (offer, cents) in offers.iter_mut().zip(&prices) {
                offer.price_breaks[0].unit_price = eur(&format!("0.{cents:02}"));
            }
            offers.remove(gone);
            let cost = format!("0.{price:02}");
            let revision = again(&needs, &offers, &terms, &before, &change(&cost));
            prop_assert!(revision.proved);
            let total = i64::try_from(revision.allocation.total.minor_units().unwrap()).unwrap();
            let counted = total + price * i64::from(revision.counted_changes);
            prop_assert_eq!(counted, brute_force(&needs, &offers, &terms, &before, price));
            let free = run(&needs, &offers, &terms);
            let saving = revision.allocation.total.minus(free.total).unwrap();
            prop_assert_eq!(revision.further_saving, saving);
        }

        #[test]
        fn dearer_changes_are_fewer(
            needs in small_needs(), (offers, terms) in small_market(),
            prices in proptest::collection::vec(1..40_u32, 9), confirmed in 0..3_u64,
        ) {
            let before = run(&needs, &offers, &terms);
            prop_assume!(before.status == AllocationStatus::Proved);
            let mut offers = offers;
            let none = again(&needs, &offers, &terms, &before, &change("0.01"));
            prop_assert!(none.changes.is_empty() && none.cost_of_change.is_zero());
            for (offer, cents) in offers.iter_mut().zip(&prices) {
                offer.price_breaks[0].unit_price = eur(&format!("0.{cents:02}"));
            }
            let first = &before.lines[0];
            let lost = rejected(first.supplier.as_str(), first.offer.as_str(), confirmed);
            let mut last: Option<Revision> = None;
            for cost in ["0", "0.05", "0.30", "2", "1000000"] {
                let options = RevisionOptions { rejected: vec![lost.clone()], ..change(cost) };
                let next = again(&needs, &offers, &terms, &before, &options);
                prop_assert!(next.proved);
                if let Some(last) = last {
                    prop_assert!(next.counted_changes <= last.counted_changes);
                    let (dearer, cheaper) = (next.allocation.total, last.allocation.total);
                    let as_many = next.allocation.unmet.len() == last.allocation.unmet.len();
                    prop_assert!(!as_many || cheaper.amount() <= dearer.amount());
                }
                last = Some(next);
            }
        }
    }
}
