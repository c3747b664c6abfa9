//! Stock, open orders and lots from comma-separated files.

use super::{
    ExpectedReceipt, Lot, ProductPolicy, ReceiptStage, StockPosition,
    policy_columns::{self, PolicyRow},
};
use crate::unit::{
    Day, Invalid, Quantity, Sku, SupplierId, Unit,
    table::{Column, File, RefusedRows, Row, TableProblem, read, read_any, refuse_row},
};
use std::collections::BTreeMap;

/// Every product that is stocked.
#[derive(Clone, Debug, PartialEq)]
pub struct StockList {
    /// The products in order of their SKU.
    pub items: BTreeMap<Sku, StockItem>,
    /// Rows that cannot be accepted, here, of open orders and of lots; their products are not among the
    /// items.
    pub refused: RefusedRows<Sku>,
    /// Columns of the file that are not read.
    pub ignored_columns: Vec<String>,
}

/// One product: its stock and what the file says about buying it.
#[derive(Clone, Debug, PartialEq)]
pub struct StockItem {
    /// The line of the file on which it stands.
    pub line: u64,
    /// What people call it; the SKU where the file does not say.
    pub description: String,
    /// What there is.
    pub stock: StockPosition,
    /// From whom it is bought when nobody compares.
    pub default_supplier: Option<SupplierId>,
    /// How it is replenished, as far as the file says.
    pub policy: ProductPolicy,
}

const COLUMNS: [Column; 11] = [
    Column::required("sku"),
    Column::required("on_hand"),
    Column::optional("description"),
    Column::optional("unit"),
    Column::optional("reserved"),
    Column::optional("back_ordered"),
    Column::optional("quarantined"),
    Column::optional("on_order"),
    Column::optional("on_order_due"),
    Column::optional("default_supplier"),
    Column::optional("as_of"),
];
const SKU: usize = 0;
const ON_HAND: usize = 1;
const DESCRIPTION: usize = 2;
const UNIT: usize = 3;
const RESERVED: usize = 4;
const BACK_ORDERED: usize = 5;
const QUARANTINED: usize = 6;
const ON_ORDER: usize = 7;
const ON_ORDER_DUE: usize = 8;
const DEFAULT_SUPPLIER: usize = 9;
const AS_OF: usize = 10;

/// Reads one row a product: `sku,on_hand` and, where there are such columns, `description`, `unit`
/// (`each` when blank), `reserved`, `back_ordered`, `quarantined`, `on_order` with `on_order_due`,
/// `default_supplier`, `as_of`, and how it is replenished: targets (`service_level` such as 0.95,
/// `fill_rate`, or `shortage_cost` with a holding cost), lead time, calendar, rule and lots.
///
/// # Errors
///
/// What is wrong with the file as a whole, and rows without a product. A row that cannot be accepted
/// refuses its product alone: a product twice, a negative quantity, goods on order without the day on
/// which they are due.
pub fn read_stock(file: File<'_>) -> Result<StockList, Vec<TableProblem>> {
    let (mut items, mut refused) = (BTreeMap::new(), RefusedRows::new());
    let columns: Vec<Column> = COLUMNS.into_iter().chain(policy_columns::COLUMNS).collect();
    let ignored_columns = read(file, &columns, &mut |row| {
        let sku: Sku = row.parse(SKU)?;
        let read = item(row).and_then(|item| {
            if items.insert(sku.clone(), item).is_none() {
                return Ok(());
            }
            let twice = Invalid::new("row_twice", "one row for a product", &sku);
            Err(row.problem(SKU, twice))
        });
        match read {
            Ok(()) => Ok(()),
            Err(invalid) => refuse_row(&mut refused, sku, file, row.line(), invalid),
        }
    })?;
    let mut list = StockList { items, refused, ignored_columns };
    list.drop_refused();
    Ok(list)
}

fn item(row: &Row<'_>) -> Result<StockItem, Invalid> {
    let unit = row.optional::<Unit>(UNIT)?.unwrap_or(Unit::EACH);
    let optional = |column| {
        let amount = row.optional_amount(column)?.unwrap_or_default();
        Ok(Quantity::new(amount, unit))
    };
    let mut stock = StockPosition::on_hand(Quantity::new(row.amount(ON_HAND)?, unit));
    stock.as_of = row.optional(AS_OF)?;
    stock.reserved = optional(RESERVED)?;
    stock.back_ordered = optional(BACK_ORDERED)?;
    let quarantined = row.optional_amount(QUARANTINED)?;
    stock.quarantined = quarantined.map(|amount| Quantity::new(amount, unit));
    let coming = optional(ON_ORDER)?;
    match row.optional::<Day>(ON_ORDER_DUE)? {
        Some(due) if !coming.is_zero() => {
            stock.on_order.push(ExpectedReceipt::ordered(due, coming));
        }
        None if !coming.is_zero() => {
            let invalid =
                Invalid::new("due_day_missing", "the day on which the goods on order are due", "");
            return Err(row.problem(ON_ORDER_DUE, invalid));
        }
        _ => {}
    }
    let description = match row.text(DESCRIPTION) {
        "" => row.text(SKU),
        text => text,
    };
    Ok(StockItem {
        line: row.line(),
        description: description.to_owned(),
        stock,
        default_supplier: row.optional(DEFAULT_SUPPLIER)?,
        policy: PolicyRow::new(row, COLUMNS.len(), unit).policy()?,
    })
}

const PIPELINE: [Column; 5] = [
    Column::required("sku"),
    Column::required("due"),
    Column::required("quantity"),
    Column::optional("stage"),
    Column::optional("expires"),
];

const LOTS: [Column; 3] =
    [Column::required("sku"), Column::required("quantity"), Column::required("expires")];

impl StockList {
    /// Adds open orders: one row each with `sku`, `due`, `quantity` and, where there are such columns,
    /// `stage` (`draft`, `ordered`, `in_transit`, `postponed` or `quarantined`) and `expires`.
    ///
    /// Returns the columns that are not read. A file with its header alone says that nothing is on order.
    ///
    /// # Errors
    ///
    /// As [`read_stock`]; refused alone are a product that is not stocked, a blank day, an expiry before
    /// the receipt.
    pub fn add_pipeline(&mut self, file: File<'_>) -> Result<Vec<String>, Vec<TableProblem>> {
        let ignored = read_any(file, &PIPELINE, &mut |row| {
            self.add(file, row, |item| {
                if row.text(1).is_empty() {
                    let expected = "the day on which the goods on order are due";
                    return Err(row.problem(1, Invalid::new("due_day_missing", expected, "")));
                }
                let due: Day = row.parse(1)?;
                let quantity = Quantity::new(row.amount(2)?, item.stock.unit());
                let expires = row.optional::<Day>(4)?;
                if let Some(expires) = expires
                    && expires < due
                {
                    let expected = format!("{due}, the day of receipt, or later");
                    let invalid = Invalid::new("expiry_before_receipt", expected, expires);
                    return Err(row.problem(4, invalid));
                }
                let stage = match row.text(3) {
                    "draft" => ReceiptStage::Draft,
                    "" | "ordered" => ReceiptStage::Ordered,
                    "in_transit" => ReceiptStage::InTransit,
                    "postponed" => ReceiptStage::Postponed,
                    "quarantined" => ReceiptStage::Quarantined,
                    other => {
                        let expected = "draft, ordered, in_transit, postponed or quarantined";
                        return Err(row.problem(3, Invalid::new("stage_unknown", expected, other)));
                    }
                };
                item.stock.on_order.push(ExpectedReceipt { due, quantity, stage, expires });
                Ok(())
            })
        })?;
        self.drop_refused();
        Ok(ignored)
    }

    /// Adds the lots of what is on hand: one row each with `sku`, `quantity` and `expires`, the last
    /// day on which it can be sold.
    ///
    /// Returns the columns that are not read.
    ///
    /// # Errors
    ///
    /// As [`read_stock`]; refused alone are a product that is not stocked, more in lots than on hand.
    pub fn add_lots(&mut self, file: File<'_>) -> Result<Vec<String>, Vec<TableProblem>> {
        let ignored = read_any(file, &LOTS, &mut |row| {
            self.add(file, row, |item| {
                let quantity = Quantity::new(row.amount(1)?, item.stock.unit());
                item.stock.lots.push(Lot { quantity, expires: row.parse(2)? });
                item.stock.check().map_err(|invalid| {
                    let (code, expected) = (invalid.code, invalid.expected.clone());
                    row.problem(1, Invalid::new(code, expected, invalid.got.as_str()))
                })
            })
        })?;
        self.drop_refused();
        Ok(ignored)
    }

    /// Adds a row to its product; one that cannot be accepted refuses the product.
    fn add(
        &mut self,
        file: File<'_>,
        row: &Row<'_>,
        add: impl FnOnce(&mut StockItem) -> Result<(), Invalid>,
    ) -> Result<(), Invalid> {
        let sku: Sku = row.parse(0)?;
        let result = match self.items.get_mut(&sku) {
            Some(item) => add(item),
            None if self.refused.iter().any(|(refused, _)| *refused == sku) => Ok(()),
            None => {
                let unknown = Invalid::new("sku_unknown", "a product of the stock file", &sku);
                Err(row.problem(0, unknown))
            }
        };
        match result {
            Ok(()) => Ok(()),
            Err(invalid) => refuse_row(&mut self.refused, sku, file, row.line(), invalid),
        }
    }

    /// Takes out the products of which something was refused.
    fn drop_refused(&mut self) {
        for (sku, _) in &self.refused {
            self.items.remove(sku);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(text: &str) -> Result<StockList, Vec<TableProblem>> {
        read_stock(File { name: "s.csv", bytes: text.as_bytes() })
    }

    fn refused(list: &StockList) -> Vec<TableProblem> {
        list.refused.iter().map(|(_, problem)| problem.clone()).collect()
    }

    #[test]
    fn blank_cells_have_their_meaning() {
        let text = "sku,on_hand,unit,on_order,on_order_due,service_level\nA,1.5,kg,2,2026-01-01,0.9\nB,3,,,,\n";
        let list = stock(text).unwrap();
        let [a, b] = &list.items.values().collect::<Vec<_>>()[..] else { panic!("two products") };
        assert_eq!(a.stock.inventory_position().unwrap().to_string(), "3.5 kg");
        assert_eq!(b.stock.inventory_position().unwrap().to_string(), "3 each");
        assert_eq!((b.description.as_str(), b.policy.target), ("B", None));
    }

    #[test]
    fn every_bad_row_is_named() {
        let text = "sku,on_hand,on_order,on_order_due,service_level\nA,-1,,,\nB,1,2,,\nC,1,,,95\nD,1,,,\nD,2,,,\nE,,,,\n";
        let list = stock(text).unwrap();
        assert!(list.items.is_empty());
        let seen: Vec<_> = refused(&list).into_iter().map(|p| (p.line, p.column, p.code)).collect();
        let expected = [
            (2, "on_hand", "number_negative"),
            (3, "on_order_due", "due_day_missing"),
            (4, "service_level", "service_level_out_of_range"),
            (6, "sku", "row_twice"),
            (7, "on_hand", "number_invalid"),
        ];
        assert_eq!(seen, expected.map(|(line, column, code)| (line, column.to_owned(), code)));
    }

    #[test]
    fn how_a_product_is_replenished_may_be_said_in_columns() {
        let text = "sku,on_hand,currency,shortage_cost,holding_cost_per_week,lead_time_days,order_days,unmet_demand,order_cost\n\
            A,1,EUR,1,0.2,14,Mon Thu,lost,\nB,1,EUR,,7,2 3 2,,,30\n";
        let list = stock(text).unwrap();
        let [a, b] = &list.items.values().collect::<Vec<_>>()[..] else { panic!("two products") };
        let json = serde_json::to_string(&a.policy).unwrap();
        assert_eq!(
            json,
            "{\"target\":{\"type\":\"least_cost\",\"shortage_per_unit\":\"1.00 EUR\",\
             \"holding_per_unit_and_day\":\"0.0285714285714285714285714286 EUR\"},\
             \"lead_time\":{\"type\":\"fixed\",\"periods\":14},\
             \"calendar\":{\"order_days\":\"Mon Thu\",\"delivery_days\":\"Mon Tue Wed Thu Fri Sat Sun\",\"holidays\":[]},\
             \"unmet_demand\":\"lost\"}"
        );
        assert!(matches!(
            &b.policy.rule,
            Some(crate::inventory::Rule::ReorderUpTo { costs: Some(_), .. })
        ));
        assert_eq!(b.policy.lead_time.as_ref().unwrap().longest().unwrap(), 3);
    }

    #[test]
    fn contradictions_are_refused() {
        for (header, cells, column, code) in [
            ("service_level,fill_rate", "0.9,0.9", "fill_rate", "target_ambiguous"),
            ("shortage_cost,currency", "1,EUR", "holding_cost_per_day", "cost_missing"),
            ("shortage_cost", "1", "currency", "currency_unknown"),
            ("rule", "guess", "rule", "rule_unknown"),
            ("rule", "days_of_cover", "days_of_cover", "days_missing"),
            (
                "shortage_cost,shortage_cost_per_occasion,currency",
                "1,1,EUR",
                "shortage_cost_per_occasion",
                "target_ambiguous",
            ),
            ("lead_time_days", "-1", "lead_time_days", "lead_time_invalid"),
            ("lead_time_days", "1.5", "lead_time_days", "lead_time_invalid"),
            ("review_period_days", "x", "review_period_days", "days_invalid"),
            ("unmet_demand", "gone", "unmet_demand", "unmet_demand_unknown"),
            ("service_level", "0", "service_level", "service_level_out_of_range"),
        ] {
            let list = stock(&format!("sku,on_hand,{header}\nA,1,{cells}\n")).unwrap();
            let problems = refused(&list);
            assert_eq!((problems[0].column.as_str(), problems[0].code), (column, code));
        }
    }

    #[test]
    fn open_orders_and_lots_belong_to_stocked_products() {
        let mut list = stock("sku,on_hand\nA,10\n").unwrap();
        let file = |text: &'static str| File { name: "f.csv", bytes: text.as_bytes() };
        let pipeline = "sku,due,quantity,stage,expires\nA,2026-01-02,5,in_transit,2026-01-09\nA,2026-02-02,2,,\n";
        assert!(list.add_pipeline(file(pipeline)).unwrap().is_empty());
        assert!(list.add_lots(file("sku,quantity,expires\nA,4,2026-01-01\n")).unwrap().is_empty());
        assert!(list.add_pipeline(file("sku,due,quantity\n")).unwrap().is_empty());
        assert_eq!(list.add_lots(file("")).unwrap_err()[0].line, 1);
        let stock = &list.items.values().next().unwrap().stock;
        assert_eq!(stock.inventory_position().unwrap().to_string(), "17 each");
        assert_eq!(stock.on_order[0].stage, ReceiptStage::InTransit);
        let bad = "sku,due,quantity,stage,expires\nB,2026-01-02,5,,\nA,,5,,\nA,2026-01-02,5,soon,\nA,2026-01-02,5,,2026-01-01\nA,2026-01-02,-5,,\n";
        let mut other = list.clone();
        list.add_pipeline(file(bad)).unwrap();
        assert!(list.items.is_empty());
        let seen: Vec<_> = refused(&list).iter().map(|p| (p.line, p.code)).collect();
        let expected = [
            (2, "sku_unknown"),
            (3, "due_day_missing"),
            (4, "stage_unknown"),
            (5, "expiry_before_receipt"),
            (6, "number_negative"),
        ];
        assert_eq!(seen, expected);
        other.add_lots(file("sku,quantity,expires\nA,7,2026-01-01\n")).unwrap();
        assert_eq!(refused(&other)[0].code, "lots_exceed_on_hand");
    }
}
