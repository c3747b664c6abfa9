//! What differs between two revisions of a draft.

use super::{
    DraftField, FieldChange, PurchaseOrder, PurchaseOrderLine, PurchaseTax,
    draft_fields::{change, fields, line_fields, list},
    draft_merge::counted,
};
use crate::{
    sourcing::MoneyDifference,
    unit::{Invalid, LineId, Money, Quantity, Rate, Sku, distinct, first_repeated, sort_by},
};
use serde::Serialize;

/// Two revisions of a draft, field by field.
///
/// It is empty, as [`DraftDifference::is_empty`] says, exactly when the drafts are equal; and the
/// difference of the same drafts the other way round has every amount with the other sign.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DraftDifference {
    /// What of the order itself is different.
    pub fields: Vec<FieldChange>,
    /// Lines of the second draft alone, in order of their names.
    pub added: Vec<PurchaseOrderLine>,
    /// Lines of the first draft alone, in order of their names.
    pub removed: Vec<PurchaseOrderLine>,
    /// Lines of both that are different, in order of their names.
    pub changed: Vec<ChangedLine>,
    /// Tax of each rate that is different.
    pub taxes: Vec<TaxDifference>,
    /// Sum of the lines' amounts.
    pub goods: MoneyDifference,
    /// Charged for the whole order.
    pub freight: MoneyDifference,
    /// Charged beside it for the whole order.
    pub charges: MoneyDifference,
    /// Everything but tax.
    pub net: MoneyDifference,
    /// All tax.
    pub tax: MoneyDifference,
    /// Everything.
    pub total: MoneyDifference,
    /// Lines and total in words and numbers, such as `3 packs more of apple: 36 each, +10.80 EUR`.
    pub summary: Vec<String>,
}

/// A line that is in both drafts and different.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ChangedLine {
    /// Which.
    pub id: LineId,
    /// The product, in the second draft.
    pub sku: Sku,
    /// What is different, one at least.
    pub fields: Vec<FieldChange>,
    /// What the goods cost.
    pub amount: MoneyDifference,
    /// What is charged beside them.
    pub charges: MoneyDifference,
    /// In words and numbers.
    pub text: String,
}

/// Tax of a rate before and after; nothing where a draft does not have the rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct TaxDifference {
    /// Which rate.
    pub rate: Rate,
    /// What is taxed.
    pub base: MoneyDifference,
    /// The tax.
    pub amount: MoneyDifference,
}

/// Says what is different in a later revision of a draft. Lines are compared by their names.
///
/// # Errors
///
/// When the drafts are in different currencies, a draft has two lines of one name, or a difference
/// overflows.
///
/// ```
/// use replenish::order::{PurchaseOrder, draft_difference};
/// # use serde_json::json;
/// # let draft = |revision: u32, packs: u64, goods: &str| serde_json::from_value(json!({
/// #     "id": "monday", "revision": revision, "supplier": "farm", "currency": "EUR",
/// #     "order_date": "2026-11-21", "requested_delivery": "2026-11-24",
/// #     "expected_arrival": "2026-11-24", "goods": goods, "freight": "0.00 EUR",
/// #     "charges": "0.00 EUR", "net": goods, "taxes": [], "tax": "0.00 EUR", "total": goods,
/// #     "lines": [{
/// #         "id": "apple", "sku": "apple", "offer": "o-1", "packs": packs, "pack_size": "12 each",
/// #         "quantity": format!("{} each", packs * 12), "unit_price": "0.30 EUR",
/// #         "amount": goods, "charges": "0.00 EUR", "need_by": "2026-11-24", "arrival": "2026-11-21"
/// #     }]
/// # }));
/// let before: PurchaseOrder = draft(1, 2, "7.20 EUR")?;
/// let after: PurchaseOrder = draft(2, 5, "18.00 EUR")?;
/// let difference = draft_difference(&before, &after)?;
/// assert_eq!(difference.changed[0].text, "3 packs more of apple: 36 each, +10.80 EUR");
/// assert_eq!(difference.total.difference.to_string(), "10.80 EUR");
/// assert!(draft_difference(&after, &after)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draft_difference(
    before: &PurchaseOrder,
    after: &PurchaseOrder,
) -> Result<DraftDifference, Invalid> {
    if before.currency != after.currency {
        let expected = format!("a draft in {}, as the first one", before.currency);
        return Err(Invalid::new("currency_mixed", expected, after.currency).at("currency"));
    }
    let (old, new) = (by_name(before)?, by_name(after)?);
    let absent =
        |line: &PurchaseOrderLine, among: &[&PurchaseOrderLine]| find(among, line).is_none();
    let mut changed = Vec::new();
    for line in &new {
        if let Some(other) = find(&old, line).filter(|other| other != line) {
            changed.push(ChangedLine::of(other, line)?);
        }
    }
    let added: Vec<PurchaseOrderLine> =
        new.iter().filter(|line| absent(line, &old)).map(|&line| line.clone()).collect();
    let removed: Vec<PurchaseOrderLine> =
        old.iter().filter(|line| absent(line, &new)).map(|&line| line.clone()).collect();
    let mut fields = fields(before, after);
    let common = |draft: &PurchaseOrder, among: &[&PurchaseOrderLine]| {
        let lines = draft.lines.iter().filter(|line| !absent(line, among));
        lines.map(|line| line.id.clone()).collect::<Vec<LineId>>()
    };
    let order = [common(before, &new), common(after, &old)];
    if let Some(change) = change(DraftField::LineOrder, &order[0], &order[1], |ids| list(ids)) {
        fields.push(change);
    }
    let total = MoneyDifference::new(before.total, after.total)?;
    let mut summary: Vec<String> = changed.iter().map(|line| line.text.clone()).collect();
    for (line, word) in
        added.iter().map(|line| (line, "added")).chain(removed.iter().map(|l| (l, "removed")))
    {
        let packs = counted(line.packs);
        let amount = if word == "added" { line.amount } else { negative(line.amount)? };
        summary.push(format!(
            "{word} {packs} of {}: {}, {}",
            line.sku,
            line.quantity,
            signed(amount)
        ));
    }
    if !total.difference.is_zero() {
        summary.push(format!("{} instead of {} in total", total.after, total.before));
    }
    Ok(DraftDifference {
        fields,
        added,
        removed,
        changed,
        taxes: taxes(before, after)?,
        goods: MoneyDifference::new(before.goods, after.goods)?,
        freight: MoneyDifference::new(before.freight, after.freight)?,
        charges: MoneyDifference::new(before.charges, after.charges)?,
        net: MoneyDifference::new(before.net, after.net)?,
        tax: MoneyDifference::new(before.tax, after.tax)?,
        total,
        summary,
    })
}

impl DraftDifference {
    /// Whether the drafts are equal.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
    }
}

/// Lines by their names, each once.
fn by_name(draft: &PurchaseOrder) -> Result<Vec<&PurchaseOrderLine>, Invalid> {
    let lines = &draft.lines;
    let compare = |a: usize, b: usize| lines[a].id.cmp(&lines[b].id);
    if let Some(place) = first_repeated(lines.len(), &mut { compare }) {
        let invalid = Invalid::new("id_twice", "each line's name once", &lines[place].id);
        return Err(invalid.at("id").at(format_args!("lines[{place}]")));
    }
    let mut sorted: Vec<&PurchaseOrderLine> = lines.iter().collect();
    sort_by(&mut sorted, |a, b| a.id.cmp(&b.id));
    Ok(sorted)
}

fn find<'a>(
    sorted: &[&'a PurchaseOrderLine],
    line: &PurchaseOrderLine,
) -> Option<&'a PurchaseOrderLine> {
    sorted.binary_search_by(|other| other.id.cmp(&line.id)).ok().map(|place| sorted[place])
}

fn taxes(before: &PurchaseOrder, after: &PurchaseOrder) -> Result<Vec<TaxDifference>, Invalid> {
    let all = before.taxes.iter().chain(&after.taxes);
    let nothing = Money::zero(before.currency);
    let mut differences = Vec::new();
    for rate in distinct(all.map(|tax| tax.rate)) {
        let of = |draft: &PurchaseOrder, field: fn(&PurchaseTax) -> Money| {
            let tax = draft.taxes.iter().find(|tax| tax.rate == rate);
            tax.map_or(nothing, field)
        };
        let difference = |field: fn(&PurchaseTax) -> Money| {
            MoneyDifference::new(of(before, field), of(after, field))
        };
        let (base, amount) = (difference(|tax| tax.base)?, difference(|tax| tax.amount)?);
        if !base.difference.is_zero() || !amount.difference.is_zero() {
            differences.push(TaxDifference { rate, base, amount });
        }
    }
    Ok(differences)
}

impl ChangedLine {
    fn of(before: &PurchaseOrderLine, after: &PurchaseOrderLine) -> Result<Self, Invalid> {
        let amount = MoneyDifference::new(before.amount, after.amount)?;
        let charges = MoneyDifference::new(before.charges, after.charges)?;
        let difference = amount.difference.plus(charges.difference)?;
        let sku = &after.sku;
        let mut words = Vec::new();
        let packs = match after.packs.checked_sub(before.packs) {
            Some(0) => None,
            Some(more) => Some(format!("{} more of {sku}", counted(more))),
            None => Some(format!("{} fewer of {sku}", counted(before.packs - after.packs))),
        };
        if before.quantity != after.quantity {
            words.push(match after.quantity.minus(before.quantity) {
                Ok(more) => Quantity::new(more.amount().abs(), more.unit()).to_string(),
                Err(_) => format!("{} instead of {}", after.quantity, before.quantity),
            });
        }
        if before.unit_price != after.unit_price {
            words.push(format!("at {} instead of {}", after.unit_price, before.unit_price));
        }
        if !difference.is_zero() {
            words.push(signed(difference));
        }
        let fields = line_fields(before, after);
        if words.is_empty() {
            let other = fields.iter().map(|change| {
                let value = |value: &Option<String>| value.clone().unwrap_or("none".to_owned());
                format!("{} instead of {}", value(&change.after), value(&change.before))
            });
            words.extend(other);
        }
        let head = packs.unwrap_or_else(|| sku.to_string());
        let text = format!("{head}: {}", words.join(", "));
        Ok(Self { id: after.id.clone(), sku: sku.clone(), fields, amount, charges, text })
    }
}

fn negative(amount: Money) -> Result<Money, Invalid> {
    Money::zero(amount.currency()).minus(amount)
}

/// An amount with its sign also where that is a plus.
pub(super) fn signed(amount: Money) -> String {
    if amount.is_negative() { amount.to_string() } else { format!("+{amount}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Random;
    use serde_json::{Value, json};

    /// A draft that says something in every field.
    fn full() -> Value {
        let line = |id: &str, packs: u64| {
            json!({
                "id": id, "sku": format!("{id}-sku"), "buyer_code": "b", "supplier_code": "s",
                "description": "d", "location": "shop", "offer": "o", "packs": packs,
                "pack_size": "12 each", "quantity": "24 each", "unit_price": "0.30 EUR",
                "price_unit": "each", "price_break": "10 each", "amount": "7.20 EUR",
                "charges": "0.10 EUR", "tax_rate": "0.19", "need_by": "2026-11-24",
                "arrival": "2026-11-22", "reasons": [{"step": "forecast", "text": "t"}]
            })
        };
        json!({
            "id": "a", "number": "N-1", "revision": 1, "supplier": "farm", "supplier_name": "Farm",
            "location": "depot", "currency": "EUR", "order_date": "2026-11-21",
            "requested_delivery": "2026-11-24",
            "order_by": {"day": "2026-11-23", "time": "11:00", "utc_offset": "+02:00"},
            "lines": [line("l1", 2), line("l2", 3), line("l3", 4)],
            "goods": "21.60 EUR", "freight": "5 EUR", "charges": "1 EUR", "charges_tax_rate": "0.19",
            "net": "27.90 EUR", "taxes": [
                {"rate": "0.07", "base": "2.00 EUR", "amount": "0.14 EUR"},
                {"rate": "0.19", "base": "25.90 EUR", "amount": "4.92 EUR"}
            ],
            "tax": "5.06 EUR", "total": "32.96 EUR", "expected_arrival": "2026-11-25",
            "notes": ["n", "m"], "merged": [{"id": "b", "revision": 3}]
        })
    }

    fn draft(value: &Value) -> Option<PurchaseOrder> {
        serde_json::from_value(value.clone()).ok()
    }

    /// The places of all values, also of those that hold others.
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    places(field, &format!("{at}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    places(item, &format!("{at}/{index}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if !at.is_empty() {
            found.push(at.to_owned());
        }
    }

    /// Another value of the same form, or the same amount written in another way.
    fn other(value: &Value, choice: usize) -> Value {
        let Some(text) = value.as_str() else {
            return match value {
                Value::Array(items) if items.len() > 1 && choice == 0 => {
                    let mut turned = items.clone();
                    turned.rotate_left(1);
                    turned.into()
                }
                Value::Array(items) if choice == 1 => items.iter().skip(1).cloned().collect(),
                Value::Number(number) => json!(number.as_u64().unwrap() + choice as u64),
                Value::Null
                | Value::Bool(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => Value::Null,
            };
        };
        let (amount, unit) = text.split_once(' ').unwrap_or((text, ""));
        let (first, second) = if choice == 0 { ("1", "3") } else { ("2", "5") };
        match (amount.starts_with("2026"), amount.contains(':'), amount.parse::<f64>().is_ok()) {
            // Days, times and offsets.
            (true, false, false) => json!(text.replace("-11-", &format!("-1{}-", choice % 3))),
            (false, true, _) => json!(text.replace("1:0", &format!("1:{second}"))),
            (false, false, true) if choice == 2 && amount.contains('.') => {
                json!(format!("{amount}0 {unit}").trim_end())
            }
            (false, false, true) => json!(format!("{first}{amount} {unit}").trim_end()),
            _ => json!(format!("{text}{choice}")),
        }
    }

    #[test]
    fn empty_exactly_where_drafts_are_equal() {
        let mut random = Random::new(3);
        let full = full();
        let mut all = Vec::new();
        places(&full, "", &mut all);
        let (mut equal, mut different, mut fields) = (0, 0, std::collections::BTreeSet::new());
        for case in 0..6_000 {
            // Every place alone, in turn, then some at once.
            let several = if case < 3 * all.len() { 1 } else { 1 + random.below(3) };
            let mut changed = full.clone();
            for number in 0..several {
                let place =
                    &all[if number == 0 { case % all.len() } else { random.below(all.len()) }];
                if let Some(value) = changed.pointer_mut(place) {
                    *value = other(value, case / all.len() % 3);
                }
            }
            let (Some(before), Some(after)) = (draft(&full), draft(&changed)) else { continue };
            let Ok(difference) = draft_difference(&before, &after) else {
                let ids = after.lines.iter().map(|line| &line.id);
                let twice = distinct(ids).len() < after.lines.len();
                assert!(twice || after.currency != before.currency, "{case}");
                continue;
            };
            assert_eq!(difference.is_empty(), before == after, "{case}: {changed}");
            if difference.is_empty() {
                equal += 1;
                assert!(difference.summary.is_empty() && difference.taxes.is_empty());
                continue;
            }
            different += 1;
            for change in &difference.fields {
                fields.insert(format!("{:?}", change.field));
            }
            for line in &difference.changed {
                assert!(!line.fields.is_empty() && !line.text.ends_with(": "), "{}", line.text);
                for change in &line.fields {
                    fields.insert(format!("line {:?}", change.field));
                }
            }
            let back = draft_difference(&after, &before).unwrap();
            let sums = |d: &DraftDifference| [d.goods, d.freight, d.charges, d.net, d.tax, d.total];
            for (there, back) in sums(&difference).into_iter().zip(sums(&back)) {
                assert!(there.difference.plus(back.difference).unwrap().is_zero());
                assert_eq!((there.before, there.after), (back.after, back.before));
            }
            let names = |lines: &[PurchaseOrderLine]| -> Vec<LineId> {
                lines.iter().map(|line| line.id.clone()).collect()
            };
            assert_eq!(names(&difference.added), names(&back.removed));
            assert_eq!(names(&difference.removed), names(&back.added));
            assert_eq!(difference.changed.len(), back.changed.len());
        }
        assert!(equal > 20 && different > 3_000, "{equal} {different}");
        assert_eq!(fields.len(), 21 + 18, "{fields:?}");
    }

    #[test]
    fn people_read_what_is_different() {
        let before = draft(&full()).unwrap();
        let mut after = before.clone();
        after.lines[0].packs = 5;
        after.lines[0].quantity = "60 each".parse().unwrap();
        after.lines[0].amount = "18 EUR".parse().unwrap();
        after.lines[1].unit_price = "0.28 EUR".parse().unwrap();
        after.lines[1].amount = "6.72 EUR".parse().unwrap();
        after.lines[2].id = "l4".parse().unwrap();
        after.total = "43 EUR".parse().unwrap();
        let difference = draft_difference(&before, &after).unwrap();
        assert_eq!(
            difference.summary,
            [
                "3 packs more of l1-sku: 36 each, +10.80 EUR",
                "l2-sku: at 0.28 EUR instead of 0.30 EUR, -0.48 EUR",
                "added 4 packs of l3-sku: 24 each, +7.20 EUR",
                "removed 4 packs of l3-sku: 24 each, -7.20 EUR",
                "43.00 EUR instead of 32.96 EUR in total",
            ]
        );
        let mut later = before.clone();
        later.lines[0].need_by = "2026-11-26".parse().unwrap();
        let difference = draft_difference(&before, &later).unwrap();
        assert_eq!(difference.summary, ["l1-sku: 2026-11-26 instead of 2026-11-24"]);
    }

    #[test]
    fn drafts_that_cannot_be_compared_are_refused() {
        let before = draft(&full()).unwrap();
        let mut twice = before.clone();
        twice.lines[2].id = "l1".parse().unwrap();
        let refused = draft_difference(&before, &twice).unwrap_err();
        assert_eq!((refused.code, refused.path.as_str()), ("id_twice", "lines[2].id"));
        let other = PurchaseOrder { currency: "USD".parse().unwrap(), ..before.clone() };
        assert_eq!(draft_difference(&before, &other).unwrap_err().code, "currency_mixed");
    }
}
