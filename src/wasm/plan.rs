//! Plans of many products, from columns or from files.

use super::{columns::Columns, give, plan_error, refuse, table_problem, take, throw};
use crate::{
    inventory::{self, PlanOptions, ProductTables},
    order::{self, PlanError},
    unit::{Invalid, table::File},
};
use wasm_bindgen::prelude::*;

/// A file's name, for messages, and its content.
#[wasm_bindgen(typescript_custom_section)]
const TABLE_TYPES: &str = r#"
/** A file's name, which messages show, and its content. */
export interface TableFile { name: string; bytes: Uint8Array; }
/** The files that say what is wanted and what there is. */
export interface ProductFiles { demand: TableFile; stock: TableFile; pipeline?: TableFile; lots?: TableFile; }
/** The files of a plan. */
export interface TableFiles extends ProductFiles { offers: TableFile; terms?: TableFile; }
"#;

#[wasm_bindgen]
extern "C" {
    /// `TableFile`.
    pub type TableFile;
    #[wasm_bindgen(method, getter)]
    pub(super) fn name(this: &TableFile) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn bytes(this: &TableFile) -> Vec<u8>;

    /// `TableFiles`, or `ProductFiles` where nothing is asked of offers.
    #[wasm_bindgen(typescript_type = "TableFiles")]
    pub type TableFiles;
    #[wasm_bindgen(method, getter)]
    fn demand(this: &TableFiles) -> TableFile;
    #[wasm_bindgen(method, getter)]
    fn stock(this: &TableFiles) -> TableFile;
    #[wasm_bindgen(method, getter)]
    fn pipeline(this: &TableFiles) -> Option<TableFile>;
    #[wasm_bindgen(method, getter)]
    fn lots(this: &TableFiles) -> Option<TableFile>;
    #[wasm_bindgen(method, getter)]
    fn offers(this: &TableFiles) -> TableFile;
    #[wasm_bindgen(method, getter)]
    fn terms(this: &TableFiles) -> Option<TableFile>;
}

/// The content of a file, copied out of JavaScript.
struct Owned {
    name: String,
    bytes: Vec<u8>,
}

impl Owned {
    fn new(file: &TableFile) -> Self {
        Self { name: file.name(), bytes: file.bytes() }
    }

    fn file(&self) -> File<'_> {
        File { name: &self.name, bytes: &self.bytes }
    }
}

/// The files that say what is wanted and what there is.
struct Products {
    demand: Owned,
    stock: Owned,
    pipeline: Option<Owned>,
    lots: Option<Owned>,
}

impl Products {
    fn new(files: &TableFiles) -> Self {
        let optional = |file: Option<TableFile>| file.map(|file| Owned::new(&file));
        Self {
            demand: Owned::new(&files.demand()),
            stock: Owned::new(&files.stock()),
            pipeline: optional(files.pipeline()),
            lots: optional(files.lots()),
        }
    }

    fn tables(&self) -> ProductTables<'_> {
        ProductTables {
            demand: self.demand.file(),
            stock: self.stock.file(),
            pipeline: self.pipeline.as_ref().map(Owned::file),
            lots: self.lots.as_ref().map(Owned::file),
        }
    }
}

/// Plans what to buy from histories in columns (as for `forecastBatch`) and the rest as documents.
#[wasm_bindgen(unchecked_return_type = "Plan")]
pub fn plan(
    #[wasm_bindgen(unchecked_param_type = "BatchColumns")] batch: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "PlanRequest")] request: JsValue,
) -> Result<JsValue, JsValue> {
    let request = take("request", request)?;
    let plan = Columns::read(batch)?.with(|batch| order::plan(batch, &request));
    give(&plan.map_err(plan_error)?)
}

/// Plans what to buy from comma-separated files.
#[wasm_bindgen(js_name = planFromTables, unchecked_return_type = "Plan")]
pub fn plan_from_tables(
    files: &TableFiles,
    #[wasm_bindgen(unchecked_param_type = "PlanOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let products = Products::new(files);
    let offers = Owned::new(&files.offers());
    let terms = files.terms().map(|file| Owned::new(&file));
    let tables = order::PlanTables {
        products: products.tables(),
        offers: offers.file(),
        terms: terms.as_ref().map(Owned::file),
    };
    give(&order::plan_from_tables(tables, &take("options", options)?).map_err(plan_error)?)
}

/// Works out what every product of comma-separated files needs, before anybody asks from whom.
#[wasm_bindgen(js_name = requirementsFromTables, unchecked_return_type = "Requirements")]
pub fn requirements_from_tables(
    #[wasm_bindgen(unchecked_param_type = "ProductFiles")] files: &TableFiles,
    #[wasm_bindgen(unchecked_param_type = "PlanOptions")] options: JsValue,
) -> Result<JsValue, JsValue> {
    let products = Products::new(files);
    let result = inventory::requirements_from_tables(products.tables(), &take("options", options)?);
    give(&result.map_err(|problems| {
        let error = PlanError::Tables(problems.clone());
        throw(error.code(), &error, problems.into_iter().map(table_problem).collect())
    })?)
}

/// The usual options of a plan: a daily review at 95 %, four weeks of forecast.
#[wasm_bindgen(js_name = planOptions, unchecked_return_type = "PlanOptions")]
pub fn plan_options(
    #[wasm_bindgen(unchecked_param_type = "Day")] today: &str,
) -> Result<JsValue, JsValue> {
    let today = today.parse().map_err(|problem: Invalid| refuse(problem.at("today")))?;
    give(&PlanOptions::new(today))
}
