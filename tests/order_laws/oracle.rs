//! The figures of a split once more, as slow and plain as can be: written from what the split
//! promises and not from how it does it.
//!
//! Which pieces there are is taken from the split; the figures of every piece are not.

use crate::generator::vendor;
use replenish::{
    order::{
        Adjustment, AdjustmentKind, CommissionBase, CustomerOrder, OrderLine, SaleOrder,
        SaleOrderLine, Split, SplitRules,
    },
    unit::{AdjustmentId, Quantity},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// Amounts by name, zeros left out.
type Named = BTreeMap<String, i128>;

/// The figures of a piece of a line.
#[derive(Clone, Debug, Default, PartialEq)]
struct Figures {
    amount: i128,
    adjustments: Named,
    total: i128,
    payments: Named,
    offset: i128,
    commissions: Named,
    commission_taxes: Named,
}

/// A whole line while it is worked out.
#[expect(clippy::struct_field_names, reason = "what is worked out of the order's line")]
struct Line<'a> {
    line: &'a OrderLine,
    /// Amount and own discounts.
    value: i128,
    /// Value and the order's discounts so far.
    left: i128,
    /// Taxes contained in it.
    contained: i128,
    /// The names of taxes that enter no total.
    inside: BTreeSet<String>,
    columns: Figures,
}

/// How an order-level row was divided.
struct Divided {
    scope: Vec<usize>,
    weights: Vec<i128>,
    shares: Vec<i128>,
    left: Vec<i128>,
}

/// Where a split differs from what it has to be.
pub(crate) fn difference(
    order: &CustomerOrder,
    rules: &SplitRules,
    split: &Split,
) -> Option<String> {
    let mut lines: Vec<Line<'_>> = order.lines.iter().map(whole_line).collect();
    lines.sort_by(|a, b| a.line.id.cmp(&b.line.id));
    let unapplied = adjust(order, rules, &mut lines);
    if lines.iter().any(|line| line.contained.abs() > line.left.abs()) {
        return Some("a line contains more tax than it is worth".to_owned());
    }
    commissions(order, rules, &mut lines);
    let sequences: Vec<_> = lines.iter().map(|line| sequences(order, split, line)).collect();
    // Where several sequences of a line's pieces explain their amounts, one of them has to explain
    // the payments too.
    let most = sequences.iter().map(Vec::len).max().unwrap_or(1);
    let attempts = (0..most).map(|attempt| paid(order, &sequences, attempt));
    let differences: Option<Vec<String>> = attempts.collect();
    if let Some(differences) = differences {
        return differences.into_iter().next();
    }
    let mut left_over = Named::new();
    for share in &split.unapplied {
        add(&mut left_over, share.id.as_str(), share.amount.minor_units().unwrap());
    }
    (left_over != unapplied).then(|| format!("unapplied {left_over:?}, oracle {unapplied:?}"))
}

fn add(named: &mut Named, id: &str, amount: i128) {
    *named.entry(id.to_owned()).or_default() += amount;
    named.retain(|_, amount| *amount != 0);
}

fn whole_line(line: &OrderLine) -> Line<'_> {
    let amount = line.amount.minor_units().unwrap();
    let mut columns = Figures { amount, ..Figures::default() };
    let (mut value, mut contained) = (amount, 0);
    let mut inside = BTreeSet::new();
    for own in &line.adjustments {
        let share = own.amount.minor_units().unwrap();
        add(&mut columns.adjustments, own.id.as_str(), share);
        if own.included {
            contained += share;
            inside.insert(own.id.as_str().to_owned());
        }
        if own.kind == AdjustmentKind::Discount {
            value += share;
        }
    }
    Line { line, value, left: value, contained, inside, columns }
}

/// Divides the order's adjustments in their sequence, and says what could not be applied.
fn adjust(order: &CustomerOrder, rules: &SplitRules, lines: &mut [Line<'_>]) -> Named {
    let mut unapplied = Named::new();
    let mut divided: BTreeMap<&str, Divided> = BTreeMap::new();
    for row in &order.adjustments {
        let amount = row.amount.minor_units().unwrap();
        let discount = row.kind == AdjustmentKind::Discount;
        let (scope, weights, caps) = if let Some(first) = &row.follows {
            let first = &divided[first.as_str()];
            let caps: Vec<i128> = first.left.iter().map(|left| left.abs()).collect();
            let any = |amounts: &[i128]| amounts.iter().any(|&amount| amount != 0);
            let weights = if any(&first.left) {
                &first.left
            } else if any(&first.shares) {
                &first.shares
            } else {
                &first.weights
            };
            (first.scope.clone(), weights.iter().map(|weight| weight.abs()).collect(), caps)
        } else {
            let scope = scope(row, rules, lines);
            let weights = weights(&scope, lines, |line| line.value.abs());
            let caps = scope.iter().map(|&place| lines[place].left.abs()).collect();
            (scope, weights, caps)
        };
        let sizes = if discount {
            within(amount.abs(), &weights, &caps)
        } else {
            largest_remainder(amount.abs(), &weights)
        };
        let shares: Vec<i128> = sizes.iter().map(|size| size * amount.signum()).collect();
        add(&mut unapplied, row.id.as_str(), amount - shares.iter().sum::<i128>());
        for (&place, &share) in scope.iter().zip(&shares) {
            let line = &mut lines[place];
            add(&mut line.columns.adjustments, row.id.as_str(), share);
            if row.included {
                line.inside.insert(row.id.as_str().to_owned());
            }
            if row.follows.is_none() {
                line.contained += if row.included { share } else { 0 };
                line.left += if discount { share } else { 0 };
            }
        }
        if let Some(first) = row.follows.as_ref().filter(|_| discount) {
            let left = &mut divided.get_mut(first.as_str()).unwrap().left;
            for (left, share) in left.iter_mut().zip(&shares) {
                *left += share;
            }
        }
        divided.insert(row.id.as_str(), Divided { scope, weights, left: shares.clone(), shares });
    }
    unapplied
}

fn scope(row: &Adjustment, rules: &SplitRules, lines: &[Line<'_>]) -> Vec<usize> {
    let all_returned = lines.iter().all(|line| line.line.returned);
    let chosen = |line: &OrderLine| {
        if let Some(lines) = &row.lines {
            return lines.contains(&line.id);
        }
        match &row.vendor {
            Some(vendor) => self::vendor(line, rules) == Some(vendor),
            None => all_returned || !line.returned,
        }
    };
    (0..lines.len()).filter(|&place| chosen(lines[place].line)).collect()
}

/// By what lines share: by what is given, else by quantity, else alike.
fn weights(scope: &[usize], lines: &[Line<'_>], weight: impl Fn(&Line<'_>) -> i128) -> Vec<i128> {
    let weights: Vec<i128> = scope.iter().map(|&place| weight(&lines[place])).collect();
    if weights.iter().any(|&weight| weight > 0) {
        return weights;
    }
    let quantities: Vec<i128> =
        scope.iter().map(|&place| ten_thousandths(lines[place].line.quantity)).collect();
    if quantities.iter().any(|&quantity| quantity > 0) {
        return quantities;
    }
    vec![1; scope.len()]
}

/// No quantity of the orders that are made here has more decimals.
fn ten_thousandths(quantity: Quantity) -> i128 {
    let amount = quantity.amount();
    amount.mantissa() * 10_i128.pow(4 - amount.scale())
}

/// Quotas rounded down, and the rest one by one to the largest remainder of whom got none yet.
fn largest_remainder(total: i128, weights: &[i128]) -> Vec<i128> {
    let mut sum: i128 = weights.iter().sum();
    let alike = vec![1; weights.len()];
    let weights = if sum == 0 { &alike[..] } else { weights };
    sum = weights.iter().sum();
    let mut shares: Vec<i128> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut raised = vec![false; weights.len()];
    while shares.iter().sum::<i128>() < total {
        let remainder = |place: usize| total * weights[place] % sum;
        let rest = (0..weights.len()).filter(|&place| !raised[place]);
        // Of several that are largest, the first.
        let best = rest.rev().max_by_key(|&place| remainder(place)).unwrap();
        raised[best] = true;
        shares[best] += 1;
    }
    shares
}

/// The same without exceeding caps, among those that have room, as often as anything is left.
fn within(total: i128, weights: &[i128], caps: &[i128]) -> Vec<i128> {
    let mut shares = vec![0; weights.len()];
    loop {
        let left = total - shares.iter().sum::<i128>();
        let mut open: Vec<usize> = (0..caps.len()).filter(|&at| shares[at] < caps[at]).collect();
        if left == 0 || open.is_empty() {
            return shares;
        }
        if open.iter().any(|&at| weights[at] > 0) {
            open.retain(|&at| weights[at] > 0);
        }
        let claims: Vec<i128> = open.iter().map(|&at| weights[at]).collect();
        for (&at, quota) in open.iter().zip(largest_remainder(left, &claims)) {
            shares[at] += quota.min(caps[at] - shares[at]);
        }
    }
}

fn commissions(order: &CustomerOrder, rules: &SplitRules, lines: &mut [Line<'_>]) {
    for terms in &order.commissions {
        for returned in [false, true] {
            let mine = |line: &OrderLine| {
                vendor(line, rules) == Some(&terms.vendor) && line.returned == returned
            };
            let scope: Vec<usize> =
                (0..lines.len()).filter(|&place| mine(lines[place].line)).collect();
            if scope.is_empty() {
                continue;
            }
            let base = |line: &Line<'_>| match terms.base {
                CommissionBase::Net => (line.left - line.contained).abs(),
                CommissionBase::Discounted => line.left.abs(),
                CommissionBase::Goods => line.columns.amount.abs(),
            };
            let sum = scope.iter().map(|&place| base(&lines[place])).sum();
            let fixed = terms.fixed.filter(|_| !returned);
            let fixed = fixed.map_or(0, |fixed| fixed.minor_units().unwrap());
            let kept = half_up(sum, terms.rate) + fixed;
            let tax = terms.tax_rate.map_or(0, |rate| half_up(kept, rate));
            let shares = largest_remainder(kept, &weights(&scope, lines, base));
            let taxes = largest_remainder(tax, &shares);
            let sign = if returned { -1 } else { 1 };
            for (&place, (share, tax)) in scope.iter().zip(shares.into_iter().zip(taxes)) {
                let columns = &mut lines[place].columns;
                add(&mut columns.commissions, terms.id.as_str(), share * sign);
                add(&mut columns.commission_taxes, terms.id.as_str(), tax * sign);
            }
        }
    }
}

fn half_up(base: i128, rate: replenish::unit::Rate) -> i128 {
    // Eighteen digits of the longest rate, fourteen and a few of the base.
    let rate = rate.factor().normalize();
    let unit = 10_i128.pow(rate.scale());
    let product = base.checked_mul(rate.mantissa()).unwrap();
    product / unit + i128::from(2 * (product % unit) >= unit)
}

/// A piece as it stands in the split, and its figures.
type Piece<'a> = (&'a SaleOrder, &'a SaleOrderLine, Figures);

/// The first piece that differs when every line's pieces have the sequence of this number, or their last.
fn paid(
    order: &CustomerOrder,
    sequences: &[Vec<Vec<Piece<'_>>>],
    attempt: usize,
) -> Option<String> {
    let chosen = sequences.iter().map(|found| &found[attempt.min(found.len() - 1)]);
    let mut pieces: Vec<Piece<'_>> = chosen.flatten().cloned().collect();
    pay(order, &mut pieces);
    pieces.iter().find_map(|(part, line, figures)| {
        let read = read(line);
        let name = format!("{} line {}", part.id, line.id);
        (read != *figures).then(|| format!("{name}\nsplit  {read:?}\noracle {figures:?}"))
    })
}

/// The sequences of a line's pieces that explain their amounts, since the split does not say which
/// units a piece has; some sequence if none does.
fn sequences<'a>(order: &CustomerOrder, split: &'a Split, line: &Line<'_>) -> Vec<Vec<Piece<'a>>> {
    let mut pieces: Vec<(&SaleOrder, &SaleOrderLine)> = Vec::new();
    for part in &split.sale_orders {
        let own = part.lines.iter().filter(|piece| piece.id == line.line.id);
        pieces.extend(own.map(|piece| (part, piece)));
    }
    // Among pieces alike those come first that payments were drawn on first.
    pieces.sort_by_cached_key(|(_, piece)| {
        let Figures { offset, payments, .. } = read(piece);
        let drawn = |id: &str| payments.get(id).map_or(0, |amount| amount.abs());
        let drawn = order.payments.iter().map(|payment| drawn(payment.id.as_str()));
        Reverse([offset.abs()].into_iter().chain(drawn).collect::<Vec<_>>())
    });
    let mut found = Vec::new();
    explain(order, line, &mut pieces, &mut Vec::new(), &mut found);
    if found.is_empty() {
        let mut from = 0;
        let placed = pieces.into_iter().map(|(part, piece)| {
            let begin = from;
            from += ten_thousandths(piece.quantity);
            (part, piece, piece_of(order, line, begin, from))
        });
        found.push(placed.collect());
    }
    found
}

/// Lists the sequences in which each piece has the amounts that its place gives it.
fn explain<'a>(
    order: &CustomerOrder,
    line: &Line<'_>,
    rest: &mut Vec<(&'a SaleOrder, &'a SaleOrderLine)>,
    begun: &mut Vec<Piece<'a>>,
    found: &mut Vec<Vec<Piece<'a>>>,
) {
    if rest.is_empty() {
        found.push(begun.clone());
    }
    let from = begun.iter().map(|piece| ten_thousandths(piece.1.quantity)).sum::<i128>();
    let mut tried = Vec::new();
    for next in 0..rest.len() {
        let (part, piece) = rest[next];
        let expected = piece_of(order, line, from, from + ten_thousandths(piece.quantity));
        let amounts = |figures: &Figures| {
            let Figures { amount, adjustments, commissions, commission_taxes, .. } = figures;
            (*amount, adjustments.clone(), commissions.clone(), commission_taxes.clone())
        };
        // Pieces alike need not change places.
        if amounts(&read(piece)) != amounts(&expected)
            || tried.contains(&piece.quantity)
            || found.len() == 50
        {
            continue;
        }
        tried.push(piece.quantity);
        rest.remove(next);
        begun.push((part, piece, expected));
        explain(order, line, rest, begun, found);
        begun.pop();
        rest.insert(next, (part, piece));
    }
}

/// What the units of a line from one count to another have of it: what all up to the end have
/// together, less what all up to the beginning have, each rounded half away from zero. Where less than
/// a minor unit for every amount of goods and discounts is left of each unit, what is left is divided
/// so, the discounts with halves towards zero, and goods are the sum; likewise of charges.
fn piece_of(order: &CustomerOrder, line: &Line<'_>, from: i128, to: i128) -> Figures {
    let whole = ten_thousandths(line.line.quantity);
    let rounded = |column: i128, up: i128| {
        let up_to = |end: i128| {
            let size = (2 * column.abs() * end + whole - 1 + up) / (2 * whole);
            size * column.signum()
        };
        if whole == 0 { column } else { up_to(to) - up_to(from) }
    };
    let share = |column: i128| rounded(column, 1);
    let columns = &line.columns;
    let each = |named: &Named| {
        let mut cut = Named::new();
        for (id, amount) in named {
            add(&mut cut, id, share(*amount));
        }
        cut
    };
    let mut figures = Figures {
        amount: share(columns.amount),
        adjustments: each(&columns.adjustments),
        commissions: each(&columns.commissions),
        commission_taxes: each(&columns.commission_taxes),
        ..Figures::default()
    };
    let own = |id: &str| line.line.adjustments.iter().find(|own| own.id.as_str() == id);
    let shared = |id: &str| order.adjustments.iter().find(|row| row.id.as_str() == id);
    let kind = |id: &str| own(id).map_or_else(|| shared(id).unwrap().kind, |own| own.kind);
    let on = |id: &str| shared(id).and_then(|row| row.follows.as_ref()).map(AdjustmentId::as_str);
    let charges = columns.adjustments.keys().map(|id| Some(id.as_str()));
    for charge in [None].into_iter().chain(charges) {
        let discounts: Vec<&String> = columns
            .adjustments
            .keys()
            .filter(|id| kind(id) == AdjustmentKind::Discount && on(id) == charge)
            .collect();
        let amount = charge.map_or(columns.amount, |id| columns.adjustments[id]);
        let left = amount + discounts.iter().map(|id| columns.adjustments[*id]).sum::<i128>();
        let enough = steps(line.line) * (discounts.len() as i128 + 1);
        if discounts.is_empty() || left.abs() >= enough {
            continue;
        }
        let mut rest = share(left);
        for id in discounts {
            let part = rounded(columns.adjustments[id], 0);
            figures.adjustments.insert(id.clone(), part);
            rest -= part;
        }
        match charge {
            None => figures.amount = rest,
            Some(id) => drop(figures.adjustments.insert(id.to_owned(), rest)),
        }
    }
    figures.adjustments.retain(|_, amount| *amount != 0);
    let added = figures.adjustments.iter().filter(|(id, _)| !line.inside.contains(*id));
    figures.total = figures.amount + added.map(|(_, amount)| amount).sum::<i128>();
    figures
}

/// A line's quantity in the smallest fraction that it or what is on hand of it is stated in.
fn steps(line: &OrderLine) -> i128 {
    let mut steps = ten_thousandths(line.quantity);
    let held = line.on_hand.map(|held| ten_thousandths(held.to(line.quantity.unit()).unwrap()));
    let mut held = held.unwrap_or(0);
    for _ in 0..4 {
        if steps % 10 == 0 && held % 10 == 0 {
            (steps, held) = (steps / 10, held / 10);
        }
    }
    steps
}

fn pay(order: &CustomerOrder, pieces: &mut [Piece<'_>]) {
    if order.payments.is_empty() {
        return;
    }
    let total: i128 = pieces.iter().map(|piece| piece.2.total).sum();
    let sign = if total < 0 { -1 } else { 1 };
    // As if the order's total were not negative.
    let mut needs: Vec<i128> = pieces.iter().map(|piece| (piece.2.total * sign).max(0)).collect();
    let credit: i128 = pieces.iter().map(|piece| (-piece.2.total * sign).max(0)).sum();
    let offsets = within(credit, &needs, &needs);
    for ((_, _, piece), (need, offset)) in pieces.iter_mut().zip(needs.iter_mut().zip(offsets)) {
        *need -= offset;
        piece.offset = if piece.total * sign < 0 { piece.total } else { offset * sign };
    }
    for payment in &order.payments {
        let amount = payment.amount.minor_units().unwrap();
        let shares = within(amount.abs(), &needs, &needs);
        for ((_, _, piece), (need, share)) in pieces.iter_mut().zip(needs.iter_mut().zip(shares)) {
            *need -= share;
            add(&mut piece.payments, payment.id.as_str(), share * sign);
        }
    }
}

/// What the split says of a piece.
fn read(piece: &SaleOrderLine) -> Figures {
    let minor = |money: replenish::unit::Money| money.minor_units().unwrap();
    let mut figures = Figures {
        amount: minor(piece.amount),
        total: minor(piece.total),
        offset: piece.offset.map_or(0, minor),
        ..Figures::default()
    };
    for share in &piece.adjustments {
        add(&mut figures.adjustments, share.id.as_str(), minor(share.amount));
    }
    for share in &piece.payments {
        add(&mut figures.payments, share.id.as_str(), minor(share.amount));
    }
    for share in &piece.commissions {
        add(&mut figures.commissions, share.id.as_str(), minor(share.amount));
        add(&mut figures.commission_taxes, share.id.as_str(), share.tax.map_or(0, minor));
    }
    figures
}
