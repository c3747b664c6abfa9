//! Files that the host has read.

use crate::{inventory::ProductTables, sourcing::MarketTables, unit::table::File};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TABLE_TYPES: &str = r#"
/** A file's name, which messages show, and its content. */
export interface TableFile { name: string; bytes: Uint8Array; }
/** The files that say what is wanted and what there is. */
export interface ProductFiles { demand: TableFile; stock: TableFile; pipeline?: TableFile; lots?: TableFile; }
/** The files that say what suppliers offer and ask, and what other currencies are worth. */
export interface MarketFiles { offers: TableFile; terms?: TableFile; exchange_rates?: TableFile; }
/** The files of a plan. */
export interface TableFiles extends ProductFiles, MarketFiles {}
/** The files of a comparison or an allocation: what has to be bought, what suppliers offer and ask. */
export interface SourcingFiles extends MarketFiles { needs: TableFile; }
/** The files of a savings ladder: what was bought, what was offered when, what suppliers ask. */
export interface LadderFiles extends MarketFiles { history: TableFile; }
"#;

#[wasm_bindgen]
extern "C" {
    /// `TableFile`.
    pub type TableFile;
    #[wasm_bindgen(method, getter)]
    pub(super) fn name(this: &TableFile) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn bytes(this: &TableFile) -> Vec<u8>;

    /// Some files by what they say: `TableFiles` and the others, of which each function reads what
    /// its own type names.
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
    #[wasm_bindgen(method, getter)]
    fn exchange_rates(this: &TableFiles) -> Option<TableFile>;
    #[wasm_bindgen(method, getter)]
    fn needs(this: &TableFiles) -> TableFile;
    #[wasm_bindgen(method, getter)]
    fn history(this: &TableFiles) -> TableFile;
}

/// The content of a file, copied out of JavaScript.
pub(super) struct Owned {
    name: String,
    bytes: Vec<u8>,
}

impl Owned {
    fn new(file: &TableFile) -> Self {
        Self { name: file.name(), bytes: file.bytes() }
    }

    fn optional(file: Option<TableFile>) -> Option<Self> {
        file.map(|file| Self::new(&file))
    }

    pub(super) fn needs(files: &TableFiles) -> Self {
        Self::new(&files.needs())
    }

    pub(super) fn history(files: &TableFiles) -> Self {
        Self::new(&files.history())
    }

    pub(super) fn file(&self) -> File<'_> {
        File { name: &self.name, bytes: &self.bytes }
    }
}

/// The files that say what is wanted and what there is.
pub(super) struct Products {
    demand: Owned,
    stock: Owned,
    pipeline: Option<Owned>,
    lots: Option<Owned>,
}

impl Products {
    pub(super) fn new(files: &TableFiles) -> Self {
        Self {
            demand: Owned::new(&files.demand()),
            stock: Owned::new(&files.stock()),
            pipeline: Owned::optional(files.pipeline()),
            lots: Owned::optional(files.lots()),
        }
    }

    pub(super) fn tables(&self) -> ProductTables<'_> {
        ProductTables {
            demand: self.demand.file(),
            stock: self.stock.file(),
            pipeline: self.pipeline.as_ref().map(Owned::file),
            lots: self.lots.as_ref().map(Owned::file),
        }
    }
}

/// The files that say what suppliers offer and ask.
pub(super) struct Market {
    offers: Owned,
    terms: Option<Owned>,
    exchange_rates: Option<Owned>,
}

impl Market {
    pub(super) fn new(files: &TableFiles) -> Self {
        Self {
            offers: Owned::new(&files.offers()),
            terms: Owned::optional(files.terms()),
            exchange_rates: Owned::optional(files.exchange_rates()),
        }
    }

    pub(super) fn tables(&self) -> MarketTables<'_> {
        MarketTables {
            offers: self.offers.file(),
            terms: self.terms.as_ref().map(Owned::file),
            exchange_rates: self.exchange_rates.as_ref().map(Owned::file),
        }
    }
}
