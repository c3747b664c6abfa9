//! Random edits of random orders: sale orders stay as they were sent, every column comes to the
//! edited order's, rows are paid exactly, and refunding everything leaves nothing.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use replenish::{
    order::{
        Adjustment, AdjustmentKind, ChargePolicy, Commission, CommissionBase, CommissionShare,
        CustomerOrder, LineAdjustment, OrderLine, Payment, PaymentKind, PaymentShare, Placed,
        RefundRequest, RefundScope, Revision, RevisionTerms, SaleOrder, Share, SplitKey,
        SplitRules, revise, split,
    },
    unit::{Money, Quantity},
};
use std::collections::BTreeMap;

const SEEDS: u64 = 500;

/// `SplitMix64` (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) % end).unwrap()
    }

    fn one_in(&mut self, end: u64) -> bool {
        self.below(end) == 0
    }

    fn of<T: Clone>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()].clone()
    }
}

fn euro(cents: i128) -> Money {
    Money::from_minor_units(cents, "EUR".parse().unwrap()).unwrap()
}

fn cents(money: Money) -> i128 {
    money.minor_units().unwrap()
}

fn line(id: i64, random: &mut Random) -> OrderLine {
    let units = 1 + random.below(5);
    let returned = random.one_in(6);
    let sign = if returned { -1 } else { 1 };
    let price = if random.one_in(10) { 0 } else { i128::from(random.below(5000)) };
    let vendor = random.of(&["a", "b", "~"]);
    let mut line = OrderLine {
        vendor: (vendor != "~").then(|| vendor.parse().unwrap()),
        returned,
        on_hand: random.one_in(3).then(|| each(random.below(4))),
        ..OrderLine::new(
            id.to_string().parse().unwrap(),
            format!("sku{id}").parse().unwrap(),
            each(units),
            euro(sign * price),
        )
    };
    own_adjustments(&mut line, random);
    line
}

fn own_adjustments(line: &mut OrderLine, random: &mut Random) {
    let amount = cents(line.amount);
    let mut add = |id: &str, kind: AdjustmentKind, amount: i128, included: bool| {
        let id = id.parse().unwrap();
        let amount = euro(amount);
        line.adjustments.push(LineAdjustment { id, kind, amount, included, tax: None });
    };
    if random.one_in(3) {
        add("promo", AdjustmentKind::Discount, -amount * i128::from(random.below(11)) / 10, false);
    }
    if random.one_in(3) {
        add("vat", AdjustmentKind::Tax, amount * 19 / 100, false);
    }
    if random.one_in(4) {
        add(
            "handling",
            AdjustmentKind::Fee,
            amount.signum() * i128::from(random.below(300)),
            false,
        );
    }
}

fn each(units: i64) -> Quantity {
    format!("{units} each").parse().unwrap()
}

fn adjustment(id: &str, kind: AdjustmentKind, cents: i128) -> Adjustment {
    Adjustment::new(id.parse().unwrap(), kind, euro(cents))
}

fn order(random: &mut Random) -> CustomerOrder {
    let lines = (1..=1 + random.below(5)).map(|id| line(id, random)).collect();
    let mut order = CustomerOrder::new("o".parse().unwrap(), "EUR".parse().unwrap(), lines);
    adjust(&mut order, random);
    commissions(&mut order, random);
    settle(&mut order, random);
    order
}

/// Other adjustments of the whole order.
fn adjust(order: &mut CustomerOrder, random: &mut Random) {
    use AdjustmentKind::{Discount, Fee, Shipping, Tax};
    order.adjustments.clear();
    let some = |random: &mut Random, most: u64| i128::from(random.below(most));
    if random.one_in(2) {
        order.adjustments.push(adjustment("coupon", Discount, -some(random, 2000)));
    }
    let bought: Vec<_> = order.lines.iter().filter(|line| !line.returned).collect();
    if random.one_in(3) && !bought.is_empty() {
        let scope: Vec<_> =
            bought.iter().filter(|_| random.one_in(2)).map(|line| line.id.clone()).collect();
        if !scope.is_empty() {
            let scoped = adjustment("deal", Discount, -some(random, 3000));
            order.adjustments.push(Adjustment { lines: Some(scope), ..scoped });
        }
    }
    if random.one_in(2) {
        let shipping = some(random, 900);
        order.adjustments.push(adjustment("way", Shipping, shipping));
        let follows = Some("way".parse().unwrap());
        if random.one_in(3) {
            let off = adjustment("free-way", Discount, -some(random, 1000));
            order.adjustments.push(Adjustment { follows: follows.clone(), ..off });
        }
        if random.one_in(2) {
            let tax = adjustment("way-tax", Tax, shipping * 19 / 100);
            order.adjustments.push(Adjustment { follows, ..tax });
        }
    }
    if random.one_in(4) {
        order.adjustments.push(adjustment("wrap", Fee, some(random, 300)));
    }
    if order.lines.iter().all(|line| line.returned) {
        for adjustment in &mut order.adjustments {
            adjustment.amount = euro(-cents(adjustment.amount));
        }
    }
}

fn commissions(order: &mut CustomerOrder, random: &mut Random) {
    order.commissions.clear();
    for vendor in ["a", "b"] {
        if random.one_in(2) {
            order.commissions.push(Commission {
                id: format!("shop-{vendor}").parse().unwrap(),
                vendor: vendor.parse().unwrap(),
                rate: random.of(&["0.125", "0.08"]).parse().unwrap(),
                base: random.of(&[
                    CommissionBase::Net,
                    CommissionBase::Discounted,
                    CommissionBase::Goods,
                ]),
                fixed: random.one_in(3).then(|| euro(30)),
                tax_rate: random.one_in(2).then(|| "0.19".parse().unwrap()),
            });
        }
    }
}

/// Payments of what the order comes to; those that were there give the same, as far as needed.
fn settle(order: &mut CustomerOrder, random: &mut Random) {
    let before: BTreeMap<_, _> =
        order.payments.iter().map(|payment| (payment.id.clone(), payment.amount)).collect();
    order.payments.clear();
    let parts = split(order, &SplitRules::default()).unwrap().sale_orders;
    let mut rest: i128 = parts.iter().map(|part| cents(part.total)).sum();
    for (id, kind) in [("gift", PaymentKind::GiftCard), ("credit", PaymentKind::StoreCredit)] {
        let size = before.get(&id.parse().unwrap()).map_or_else(
            || i128::from(random.below(4000)) * i128::from(random.below(2)),
            |amount| cents(*amount).abs(),
        );
        let amount = size.min(rest.abs()) * rest.signum();
        if size > 0 {
            let id = id.parse().unwrap();
            order.payments.push(Payment { id, kind, amount: euro(amount) });
            rest -= amount;
        }
    }
    let id = "card".parse().unwrap();
    order.payments.push(Payment { id, kind: PaymentKind::Card, amount: euro(rest) });
}

fn edit(order: &CustomerOrder, random: &mut Random) -> CustomerOrder {
    let mut edited = CustomerOrder { revision: order.revision + 1, ..order.clone() };
    for _ in 0..=random.below(3) {
        change(&mut edited, random);
    }
    let bought = edited.lines.iter().filter(|line| !line.returned);
    let known: Vec<_> = bought.map(|line| line.id.clone()).collect();
    for adjustment in &mut edited.adjustments {
        if let Some(scope) = &mut adjustment.lines {
            scope.retain(|line| known.contains(line));
        }
    }
    edited.adjustments.retain(|adjustment| adjustment.lines.as_ref() != Some(&Vec::new()));
    let returned = edited.lines.iter().all(|line| line.returned);
    for adjustment in &mut edited.adjustments {
        let discount = adjustment.kind == AdjustmentKind::Discount;
        let size = cents(adjustment.amount).abs();
        adjustment.amount = euro(if discount == returned { size } else { -size });
    }
    settle(&mut edited, random);
    edited
}

fn change(order: &mut CustomerOrder, random: &mut Random) {
    let place = usize::try_from(random.below(order.lines.len() as u64)).unwrap();
    match random.below(9) {
        0 | 1 => {
            let last = order.lines.iter().map(|line| line.id.as_str().parse::<i64>().unwrap());
            let next = last.max().unwrap() + 1;
            order.lines.push(line(next, random));
        }
        2 if order.lines.len() > 1 => {
            order.lines.remove(place);
        }
        3 => {
            // Other units at the same price, to the cent as nearly as it goes.
            let line = &mut order.lines[place];
            let old = line.quantity.amount().mantissa();
            let new = 1 + i128::from(random.below(6));
            line.quantity = each(i64::try_from(new).unwrap());
            line.amount = euro(cents(line.amount) * new / old);
            for adjustment in &mut line.adjustments {
                adjustment.amount = euro(cents(adjustment.amount) * new / old);
            }
        }
        4 => {
            let line = &mut order.lines[place];
            let price = i128::from(random.below(5000));
            line.amount = euro(if line.returned { -price } else { price });
            line.adjustments.clear();
            own_adjustments(line, random);
        }
        5 => order.lines[place].vendor = random.one_in(2).then(|| "b".parse().unwrap()),
        6 => adjust(order, random),
        7 => commissions(order, random),
        _ => {
            order.payments.clear();
        }
    }
}

/// What documents come to, column by column.
#[derive(Debug, Default, PartialEq)]
struct Books(BTreeMap<String, i128>);

impl Books {
    fn add(&mut self, key: String, amount: Money, sign: i128) {
        let sum = self.0.entry(key).or_default();
        *sum += sign * cents(amount);
    }

    fn shares(&mut self, shares: &[Share], sign: i128) {
        for share in shares {
            let key =
                format!("{} {:?} {} {:?}", share.id, share.kind, share.included, share.follows);
            self.add(key, share.amount, sign);
        }
    }

    fn commissions(&mut self, shares: &[CommissionShare], sign: i128) {
        for share in shares {
            self.add(format!("commission {}", share.id), share.amount, sign);
            if let Some(tax) = share.tax {
                self.add(format!("commission tax {}", share.id), tax, sign);
            }
        }
    }

    fn payments(&mut self, shares: &[PaymentShare], offset: Option<Money>, sign: i128) {
        for share in shares {
            self.add(format!("payment {}", share.id), share.amount, sign);
        }
        if let Some(offset) = offset {
            self.add("offset".to_owned(), offset, sign);
        }
    }

    /// Of sale orders.
    fn sale_orders(&mut self, parts: &[SaleOrder]) {
        for part in parts {
            self.add("goods".to_owned(), part.goods, 1);
            self.add("total".to_owned(), part.total, 1);
            self.shares(&part.adjustments, 1);
            self.commissions(&part.commissions, 1);
            self.payments(&part.payments, part.offset, 1);
        }
    }

    /// Of everything that was placed.
    fn of(placed: &Placed) -> Self {
        let mut books = Self::default();
        books.sale_orders(&placed.sale_orders);
        for amendment in &placed.amendments {
            books.add("total".to_owned(), amendment.total, 1);
            for line in &amendment.lines {
                books.add("goods".to_owned(), line.amount, 1);
                books.shares(&line.adjustments, 1);
                books.commissions(&line.commissions, 1);
            }
            for line in &amendment.payments {
                books.payments(&line.payments, line.offset, 1);
            }
        }
        for refund in &placed.refunds {
            books.add("goods".to_owned(), refund.goods, -1);
            books.add("total".to_owned(), refund.total, -1);
            books.shares(&refund.adjustments, -1);
            books.commissions(&refund.commissions, -1);
            books.payments(&refund.payments, refund.offset, -1);
        }
        books.0.retain(|_, sum| *sum != 0);
        books
    }

    fn of_split(order: &CustomerOrder) -> Self {
        let mut books = Self::default();
        books.sale_orders(&split(order, &SplitRules::default()).unwrap().sale_orders);
        books.0.retain(|_, sum| *sum != 0);
        books
    }
}

/// Total, and payments with offset, of every line of every sale order as they stand.
fn rows(placed: &Placed) -> BTreeMap<String, (i128, i128)> {
    let mut rows: BTreeMap<String, (i128, i128)> = BTreeMap::new();
    let mut add = |key: String, total: i128, paid: i128| {
        let row = rows.entry(key).or_default();
        *row = (row.0 + total, row.1 + paid);
    };
    let paid = |shares: &[PaymentShare], offset: Option<Money>| -> i128 {
        shares.iter().map(|share| cents(share.amount)).sum::<i128>() + offset.map_or(0, cents)
    };
    for part in &placed.sale_orders {
        for line in &part.lines {
            let paid = paid(&line.payments, line.offset);
            add(format!("{} {}", part.id, line.id), cents(line.total), paid);
        }
    }
    for amendment in &placed.amendments {
        let key = |line: &dyn std::fmt::Display| format!("{} {line}", amendment.sale_order);
        for line in &amendment.lines {
            add(key(&line.line), cents(line.total), 0);
        }
        for line in &amendment.payments {
            add(key(&line.line), 0, paid(&line.payments, line.offset));
        }
    }
    for refund in &placed.refunds {
        for line in &refund.lines {
            let paid = paid(&line.payments, line.offset);
            add(format!("{} {}", refund.sale_order, line.line), -cents(line.total), -paid);
        }
    }
    rows
}

/// What goods are worth after the discounts on them, by line of a sale order, and whether they are
/// given back.
fn values(placed: &Placed) -> BTreeMap<String, (i128, bool)> {
    let mut values: BTreeMap<String, (i128, bool)> = BTreeMap::new();
    let mut add = |key: String, amount: Money, shares: &[Share], sign: i128, returned: bool| {
        let goods =
            shares.iter().filter(|s| s.kind == AdjustmentKind::Discount && s.follows.is_none());
        let value = cents(amount) + goods.map(|share| cents(share.amount)).sum::<i128>();
        let entry = values.entry(key).or_default();
        *entry = (entry.0 + sign * value, entry.1 || returned);
    };
    for part in &placed.sale_orders {
        for line in &part.lines {
            let key = format!("{} {}", part.id, line.id);
            add(key, line.amount, &line.adjustments, 1, line.returned);
        }
    }
    for (id, line) in
        placed.amendments.iter().flat_map(|a| a.lines.iter().map(|l| (&a.sale_order, l)))
    {
        add(format!("{id} {}", line.line), line.amount, &line.adjustments, 1, false);
    }
    for (id, line) in placed.refunds.iter().flat_map(|r| r.lines.iter().map(|l| (&r.sale_order, l)))
    {
        add(format!("{id} {}", line.line), line.amount, &line.adjustments, -1, false);
    }
    values
}

/// What must hold of every revision.
fn check(placed: &Placed, order: &CustomerOrder, revision: &Revision) {
    let next = &revision.placed;
    assert_eq!(Books::of(next), Books::of_split(order));
    // What was sent is as it was sent.
    assert_eq!(next.sale_orders[..placed.sale_orders.len()], placed.sale_orders[..]);
    assert_eq!(next.refunds[..placed.refunds.len()], placed.refunds[..]);
    assert_eq!(next.amendments[..placed.amendments.len()], placed.amendments[..]);
    assert_eq!(next.sale_orders[placed.sale_orders.len()..], revision.sale_orders[..]);
    for part in &revision.sale_orders {
        assert_eq!(part.revision, order.revision);
        assert!(part.id.as_str().starts_with(&format!("o:{}:", order.revision)));
    }
    for (key, (total, paid)) in rows(next) {
        assert_eq!(total, paid, "{key}");
    }
    // Discounts take no more than the goods, but for rounding of units.
    for (key, (value, returned)) in values(next) {
        assert!(if returned { value <= 2 } else { value >= -2 }, "{key}: {value}");
    }
    // The balance is the difference of the payments.
    let mut before = Books::of(placed);
    for share in &revision.balance {
        before.add(format!("payment {}", share.id), share.amount, 1);
    }
    for payment in &order.payments {
        let sum = before.0.get(&format!("payment {}", payment.id)).copied().unwrap_or(0);
        assert_eq!(sum, cents(payment.amount));
    }
}

fn rules(random: &mut Random) -> SplitRules {
    SplitRules {
        then_by: if random.one_in(2) { vec![SplitKey::Availability] } else { Vec::new() },
        one_line_per_order: random.one_in(3),
        ..SplitRules::default()
    }
}

fn terms(random: &mut Random) -> RevisionTerms {
    let both = [ChargePolicy::GiveBack, ChargePolicy::Keep];
    let shipping = random.of(&both);
    // Alike, since a tiny charge may not be where its tax is.
    RevisionTerms { shipping, fees: shipping }
}

#[test]
fn case_35_whatever_is_edited_only_the_difference_is_divided() {
    for seed in 0..SEEDS {
        let mut random = Random(seed);
        let mut current = order(&mut random);
        let rules = rules(&mut random);
        let mut placed = Placed::from(split(&current, &rules).unwrap());
        for _ in 0..3 {
            let edited = edit(&current, &mut random);
            let terms = terms(&mut random);
            let revision = revise(&placed, &edited, &rules, terms)
                .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            let checked = std::panic::catch_unwind(|| check(&placed, &edited, &revision));
            assert!(checked.is_ok(), "seed {seed}");
            assert_eq!(revise(&placed, &edited, &rules, terms).unwrap(), revision, "seed {seed}");
            let mut turned = edited.clone();
            turned.lines.reverse();
            let again = revise(&placed, &turned, &rules, terms).unwrap();
            assert_eq!(again, revision, "seed {seed}");
            placed = revision.placed;
            current = edited;
        }
        refund_everything(placed, seed);
    }
}

#[test]
fn an_edit_that_changes_nothing_is_empty() {
    for seed in 0..SEEDS / 10 {
        let mut random = Random(seed);
        let order = order(&mut random);
        let rules = rules(&mut random);
        let placed = Placed::from(split(&order, &rules).unwrap());
        let same = CustomerOrder { revision: 2, ..order };
        let revision = revise(&placed, &same, &rules, terms(&mut random)).unwrap();
        assert!(revision.is_empty(), "seed {seed}: {revision:?}");
        assert!(revision.payments.is_empty() && revision.balance.is_empty(), "seed {seed}");
        assert_eq!(revision.placed, placed);
    }
}

/// After any edits, giving everything back leaves nothing of any column.
fn refund_everything(mut placed: Placed, seed: u64) {
    let request = RefundRequest {
        what: RefundScope::SaleOrder {},
        shipping: ChargePolicy::GiveBack,
        fees: ChargePolicy::GiveBack,
    };
    let kept: bool = placed.refunds.iter().any(|refund| !refund.kept.is_empty());
    for place in 0..placed.sale_orders.len() {
        let id = placed.sale_orders[place].id.clone();
        match placed.refund(&id, &request) {
            Ok(refund) => placed.refunds.push(refund),
            Err(error) => assert_eq!(error.code(), "quantity_above_rest", "seed {seed}"),
        }
    }
    if !kept {
        assert_eq!(Books::of(&placed), Books::default(), "seed {seed}");
    }
}
