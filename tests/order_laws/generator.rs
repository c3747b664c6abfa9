//! Random orders with everything that an order can have.

use crate::random::Random;
use replenish::{
    order::{
        Adjustment, AdjustmentKind, Capacity, Commission, CommissionBase, CustomerOrder,
        GoodsClass, Incompatible, LineAdjustment, OrderLine, Payment, PaymentKind, ShipComplete,
        SplitKey, SplitRules, TaxBase, Temperature,
    },
    unit::{Currency, LineId, Money, Quantity, Rate, VendorId},
};
use std::{fmt::Display, str::FromStr};

/// An order and by what it is divided.
pub(crate) struct Case {
    pub(crate) order: CustomerOrder,
    pub(crate) rules: SplitRules,
}

/// How the lines of one order are made.
struct Shape {
    currency: Currency,
    /// The largest amount, in minor units.
    most: i128,
    returns_percent: u64,
    /// Lines that are cut into parcels have few units.
    packed: bool,
}

const VENDORS: [&str; 6] = ["", "a", "b", "b:1", "c", "~"];
const MOST: i128 = 10_000_000_000_000;

/// The order of a seed, without payments: those take its total to be known.
pub(crate) fn case(random: &mut Random) -> Case {
    let currency = *random.pick(&["EUR", "EUR", "EUR", "EUR", "USD", "CLP", "JPY", "KWD", "CLF"]);
    let most = *random.pick(&[3, 100, 10_000, 10_000, 100_000, 1_000_000, MOST]);
    let returns_percent = *random.pick(&[0, 0, 0, 0, 0, 15, 40, 100]);
    let packed = random.chance(10);
    let shape = Shape { currency: parsed(currency), most, returns_percent, packed };
    let count = match random.below(100) {
        0..55 => 1 + random.below(2),
        55..90 => 3 + random.below(3),
        90..99 => 6 + random.below(7),
        _ => 13 + random.below(48),
    };
    let mut lines: Vec<OrderLine> = (0..count).map(|id| line(random, &shape, id)).collect();
    if lines.iter().all(|line| line.quantity.is_zero()) {
        lines[0].quantity = parsed("1 each");
    }
    random.shuffle(&mut lines);
    let rules = rules(random, &shape);
    let mut order = CustomerOrder::new(parsed("1001"), shape.currency, lines);
    order.revision = 1 + u32::from(random.chance(5));
    adjust(random, &shape, &mut order, &rules);
    for id in 0..[0, 0, 0, 1, 1, 2, 3][random.place(7)] {
        let commission = commission(random, &shape, id);
        order.commissions.push(commission);
    }
    Case { order, rules }
}

/// Pays an order of this total, mostly.
pub(crate) fn pay(random: &mut Random, order: &mut CustomerOrder, total: i128) {
    let count = [0, 0, 0, 0, 1, 1, 2, 2, 3, 5][random.place(10)];
    let mut left = total;
    let mut index = 0;
    while index < count || (count > 0 && left != 0) {
        let part = random.up_to(total.abs()) * total.signum();
        let last = index + 1 >= count;
        let part = if last || part.abs() > left.abs() { left } else { part };
        // No single amount is larger.
        let part = part.clamp(-MOST, MOST);
        left -= part;
        let kinds = [PaymentKind::GiftCard, PaymentKind::Card, PaymentKind::OnAccount];
        let amount = money(part, order.currency);
        order.payments.push(Payment {
            id: parsed(format!("p{index}")),
            kind: *random.pick(&kinds),
            amount,
        });
        index += 1;
    }
}

/// The vendor that fulfils a line, as the rules read it again.
pub(crate) fn vendor<'a>(line: &'a OrderLine, rules: &'a SplitRules) -> Option<&'a VendorId> {
    rules.vendors.get(&line.sku).or(line.vendor.as_ref())
}

fn parsed<T: FromStr<Err: std::fmt::Debug>>(text: impl AsRef<str>) -> T {
    text.as_ref().parse().unwrap()
}

fn money(minor: i128, currency: Currency) -> Money {
    Money::from_minor_units(minor, currency).unwrap()
}

fn amount(random: &mut Random, shape: &Shape) -> i128 {
    match random.below(10) {
        0 => 0,
        1 => 1,
        2 => random.up_to(shape.most.min(99)),
        // Often the same, so that there are ties.
        3 | 4 => shape.most / 3,
        5 => shape.most,
        _ => random.up_to(shape.most),
    }
}

fn quantity(random: &mut Random, shape: &Shape) -> Quantity {
    if shape.packed {
        return parsed(random.pick(&["1 each", "2 each", "3 each", "5 each", "9 each", "2.5 kg"]));
    }
    match random.below(20) {
        0 => parsed("0 each"),
        1..10 => parsed("1 each"),
        10..15 => parsed(format!("{} each", 1 + random.below(30))),
        15 => parsed(format!("0.{:03} kg", 1 + random.below(999))),
        16 => parsed(format!("{}.5 kg", random.below(9))),
        17 => parsed("3 dozen"),
        18 => parsed("1000000 each"),
        _ => parsed("0.0001 l"),
    }
}

fn line(random: &mut Random, shape: &Shape, id: u64) -> OrderLine {
    let quantity = quantity(random, shape);
    let returned = random.chance(shape.returns_percent);
    let size = if quantity.is_zero() { 0 } else { amount(random, shape) };
    let sign = if returned { -1 } else { 1 };
    let vendor = *random.pick(&VENDORS);
    let mut line = OrderLine {
        vendor: (!vendor.is_empty()).then(|| parsed(vendor)),
        returned,
        ..OrderLine::new(
            parsed(id.to_string()),
            parsed(format!("s{}", random.below(5))),
            quantity,
            money(size * sign, shape.currency),
        )
    };
    if !quantity.is_zero() && random.chance(30) {
        line.adjustments = own_adjustments(random, shape, size, sign);
    }
    describe(random, &mut line, shape);
    line
}

/// Discounts, charges and taxes of a line of this size; the same names mean the same everywhere.
fn own_adjustments(
    random: &mut Random,
    shape: &Shape,
    size: i128,
    sign: i128,
) -> Vec<LineAdjustment> {
    let mut left = size;
    let mut found = Vec::new();
    let mut add = |id: &str, kind, amount: i128, included, tax| {
        let amount = money(amount * sign, shape.currency);
        found.push(LineAdjustment { id: parsed(id), kind, amount, included, tax });
    };
    for id in ["own-b", "own-a"] {
        if random.chance(40) {
            let off = random.up_to(left);
            left -= off;
            add(id, AdjustmentKind::Discount, -off, false, None);
        }
    }
    if random.chance(20) {
        add("own-fee", AdjustmentKind::Fee, random.up_to(shape.most.min(500)), false, None);
    }
    if random.chance(10) {
        add("own-way", AdjustmentKind::Shipping, random.up_to(shape.most.min(500)), false, None);
    }
    for id in ["own-tax", "own-tax-2"] {
        if random.chance(25) {
            let rate: Rate = parsed(random.pick(&["0.19", "0.07", "0.055"]));
            let tax = TaxBase { rate, base: money(left * sign, shape.currency) };
            let stated = random.chance(50).then_some(tax);
            add(id, AdjustmentKind::Tax, share_of(left, rate), false, stated);
        }
    }
    for id in ["own-vat", "own-vat-2"] {
        if random.chance(25) {
            let contained = random.up_to(left / 4);
            add(id, AdjustmentKind::Tax, contained, true, None);
        }
    }
    found
}

fn share_of(base: i128, rate: Rate) -> i128 {
    let unit = 10_i128.pow(rate.factor().scale());
    (2 * base * rate.factor().mantissa() + unit) / (2 * unit)
}

/// What only the division into parts looks at.
fn describe(random: &mut Random, line: &mut OrderLine, shape: &Shape) {
    let unit = line.quantity.unit();
    if random.chance(25) {
        line.on_hand = Some(parsed(format!("{} {unit}", random.below(8))));
    }
    if random.chance(15) {
        line.release_date = Some(parsed(random.pick(&["2027-01-01", "2027-02-01"])));
    }
    if random.chance(20) {
        let warm = [Temperature::Ambient, Temperature::Chilled, Temperature::Frozen];
        line.temperature = Some(*random.pick(&warm));
    }
    if random.chance(10) {
        line.hazardous_class = Some((*random.pick(&["3", "8"])).to_owned());
    }
    if random.chance(15) {
        line.ship_from = Some(parsed(random.pick(&["north", "south"])));
    }
    if random.chance(10) {
        line.shipping_category = Some((*random.pick(&["parcel", "pallet"])).to_owned());
    }
    if random.chance(10) {
        line.settlement_currency = Some(parsed(random.pick(&["EUR", "USD"])));
    }
    if random.chance(10) {
        line.attributes.insert("gift".to_owned(), (*random.pick(&["yes", "no:~"])).to_owned());
    }
    if random.chance(if shape.packed { 80 } else { 5 }) {
        line.weight = Some(parsed(random.pick(&["60 kg", "0.5 kg", "200 kg", "20 kg"])));
    }
    if random.chance(if shape.packed { 30 } else { 5 }) {
        line.volume = Some(parsed(random.pick(&["1 l", "40 l"])));
    }
}

fn rules(random: &mut Random, shape: &Shape) -> SplitRules {
    let mut rules = SplitRules { one_line_per_order: random.chance(10), ..SplitRules::default() };
    if random.chance(40) {
        let mut keys = vec![
            SplitKey::Availability,
            SplitKey::ShipFrom,
            SplitKey::ShippingCategory,
            SplitKey::Temperature,
            SplitKey::HazardousClass,
            SplitKey::SettlementCurrency,
            SplitKey::Attribute("gift".to_owned()),
        ];
        random.shuffle(&mut keys);
        keys.truncate(1 + random.place(3));
        if random.chance(60) && !keys.contains(&SplitKey::Availability) {
            keys.push(SplitKey::Availability);
        }
        rules.then_by = keys;
        let complete = [
            ShipComplete::Nothing,
            ShipComplete::Nothing,
            ShipComplete::Line,
            ShipComplete::SaleOrder,
            ShipComplete::Order,
        ];
        rules.ship_complete = *random.pick(&complete);
    }
    if shape.packed {
        rules.capacity = Some(Capacity {
            weight: random.chance(70).then(|| parsed("150 kg")),
            volume: random.chance(30).then(|| parsed("100 l")),
            lines: random.chance(30).then(|| 1 + u32::from(random.chance(50))),
        });
    }
    if random.chance(10) {
        let class = |by, value: &str| GoodsClass { by, value: value.to_owned() };
        rules.incompatible = vec![
            Incompatible {
                goods: class(SplitKey::HazardousClass, "3"),
                never_with: class(SplitKey::Temperature, "frozen"),
            },
            Incompatible {
                goods: class(SplitKey::Temperature, "ambient"),
                never_with: class(SplitKey::Temperature, "frozen"),
            },
        ];
    }
    if random.chance(10) {
        rules.vendors = [(parsed("s1"), parsed("a")), (parsed("s2"), parsed("new"))].into();
    }
    rules
}

/// What an order's adjustment can be for.
#[derive(Clone)]
struct Scope {
    lines: Option<Vec<LineId>>,
    vendor: Option<VendorId>,
    returned: bool,
    value: i128,
}

fn adjust(random: &mut Random, shape: &Shape, order: &mut CustomerOrder, rules: &SplitRules) {
    let mut charges: Vec<(String, Scope)> = Vec::new();
    for index in 0..[0, 0, 1, 1, 1, 2, 2, 3, 4, 6][random.place(10)] {
        let id = format!("o{index}");
        let follows = (!charges.is_empty() && random.chance(35)).then(|| random.pick(&charges));
        if let Some((first, scope)) = follows {
            let kind = *random.pick(&[AdjustmentKind::Tax, AdjustmentKind::Discount]);
            let most = if kind == AdjustmentKind::Tax { scope.value / 3 } else { scope.value };
            let mut row = adjustment(
                random,
                shape,
                &id,
                kind,
                most + i128::from(kind == AdjustmentKind::Discount),
                scope.returned,
            );
            row.follows = Some(parsed(first));
            row.included = kind == AdjustmentKind::Tax && random.chance(30);
            order.adjustments.push(row);
            continue;
        }
        let mut scope = scope(random, order, rules);
        let kind = *random.pick(&[
            AdjustmentKind::Discount,
            AdjustmentKind::Discount,
            AdjustmentKind::Shipping,
            AdjustmentKind::Fee,
            AdjustmentKind::Tax,
        ]);
        let included = kind == AdjustmentKind::Tax && random.chance(40);
        let most = match kind {
            AdjustmentKind::Tax if included => scope.value / 20,
            // Now and then more than there is.
            AdjustmentKind::Discount if random.chance(15) => (scope.value + 100).min(MOST),
            AdjustmentKind::Tax | AdjustmentKind::Discount => scope.value / 3,
            AdjustmentKind::Shipping | AdjustmentKind::Fee => shape.most.min(2_000),
        };
        let mut row = adjustment(random, shape, &id, kind, most, scope.returned);
        row.included = included;
        row.lines.clone_from(&scope.lines);
        row.vendor.clone_from(&scope.vendor);
        if kind == AdjustmentKind::Discount && random.chance(20) {
            row.coupon = Some((*random.pick(&["X", "Y"])).to_owned());
        }
        if matches!(kind, AdjustmentKind::Shipping | AdjustmentKind::Fee) {
            scope.value = row.amount.minor_units().unwrap().abs();
            charges.push((id, scope));
        }
        order.adjustments.push(row);
    }
}

fn adjustment(
    random: &mut Random,
    shape: &Shape,
    id: &str,
    kind: AdjustmentKind,
    most: i128,
    returned: bool,
) -> Adjustment {
    let size = match random.below(8) {
        0 => 0,
        1 => most.min(1),
        2 => most,
        _ => random.up_to(most),
    };
    let size = size.min(MOST);
    let negative = (kind == AdjustmentKind::Discount) != returned;
    Adjustment::new(parsed(id), kind, money(if negative { -size } else { size }, shape.currency))
}

/// Lines that are all given back or all not, said in one of the ways there are.
fn scope(random: &mut Random, order: &CustomerOrder, rules: &SplitRules) -> Scope {
    let sold = order.lines.iter().any(|line| !line.returned);
    let returned = if sold { random.chance(10) } else { true };
    let mut members: Vec<&OrderLine> =
        order.lines.iter().filter(|line| line.returned == returned).collect();
    let (mut lines, mut of_vendor) = (None, None);
    let whole = returned != sold && random.chance(60);
    if !whole && !members.is_empty() {
        let first = *random.pick(&members);
        let vendor = vendor(first, rules);
        let by_vendor = vendor.is_some() && random.chance(50);
        if by_vendor {
            members.retain(|line| self::vendor(line, rules) == vendor);
            of_vendor = vendor.cloned();
        }
        let all = members.len();
        let here = order.lines.iter().filter(|line| self::vendor(line, rules) == vendor).count();
        // All of a vendor need no names, unless that would mix what is given back with the rest.
        if !by_vendor || all != here || random.chance(20) {
            random.shuffle(&mut members);
            members.truncate(1 + random.place(all));
            lines = Some(members.iter().map(|line| line.id.clone()).collect());
        }
    } else if members.is_empty() || returned == sold {
        members = order.lines.iter().filter(|line| line.returned != sold).collect();
        return Scope { lines: None, vendor: None, returned: !sold, value: value(&members) };
    }
    Scope { lines, vendor: of_vendor, returned, value: value(&members) }
}

fn value(lines: &[&OrderLine]) -> i128 {
    let values = lines.iter().map(|line| line.amount.minor_units().unwrap().abs());
    values.sum::<i128>().min(MOST)
}

fn commission(random: &mut Random, shape: &Shape, id: u64) -> Commission {
    let rates =
        ["0", "0.1", "0.125", "0.333333333", "1", "0.0049999999999999999", "0.2000", "0.07"];
    let rate = |random: &mut Random| parsed::<Rate>(random.pick(&rates));
    let vendors = ["a", "b", "b:1", "c", "~", "new", "nobody"];
    Commission {
        id: parsed(format!("k{id}")),
        vendor: parsed(random.pick(&vendors)),
        rate: rate(random),
        base: *random.pick(&[
            CommissionBase::Net,
            CommissionBase::Net,
            CommissionBase::Discounted,
            CommissionBase::Goods,
        ]),
        fixed: random.chance(30).then(|| money(random.up_to(99), shape.currency)),
        tax_rate: random.chance(50).then(|| rate(random)),
    }
}

impl Display for Case {
    /// What has to be written down where a law is broken.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let order = serde_json::to_string(&self.order).unwrap();
        write!(f, "{order}\n{}", serde_json::to_string(&self.rules).unwrap())
    }
}
