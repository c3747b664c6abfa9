//! What drafts and their lines are called.

use crate::{
    order::{PurchaseOrder, PurchaseOrderLine},
    unit::{Invalid, LineId, LocationId, PurchaseOrderId, Sku},
};

/// Day, supplier and a fingerprint of what is ordered, where to and for when.
pub(super) fn name(draft: &PurchaseOrder) -> Result<PurchaseOrderId, Invalid> {
    let mut content = Fingerprint::new();
    content.take(&draft.requested_delivery);
    content.take(&draft.currency);
    content.take(&draft.location.as_ref().map_or("", LocationId::as_str));
    for line in &draft.lines {
        content.take(&line.sku);
        content.take(&line.offer);
        content.take(&line.packs);
        content.take(&line.location.as_ref().map_or("", LocationId::as_str));
    }
    let (day, supplier) = (draft.order_date, &draft.supplier);
    PurchaseOrderId::new(&format!("{day}:{supplier}:{}", content.hex())).or_else(|_| {
        // Only a supplier whose own name is nearly as long as a name may be makes it too long.
        let mut long = Fingerprint::new();
        long.take(supplier);
        PurchaseOrderId::new(&format!("{day}:#{}:{}", long.hex(), content.hex()))
            .map_err(|invalid| invalid.at("id"))
    })
}

/// The product's name, numbered from the second line of it on.
pub(super) fn line_id(sku: &Sku, lines: &[PurchaseOrderLine]) -> Result<LineId, Invalid> {
    // Lines come in order of the products, so that those of the same one stand together.
    let again = lines.iter().rev().take_while(|line| line.sku == *sku).count();
    let mut text = sku.as_str().to_owned();
    let mut times = again;
    loop {
        if times > 0 {
            text = format!("{sku}:{}", times + 1);
            if text.chars().count() > LONGEST {
                let mut long = Fingerprint::new();
                long.take(&text);
                text = format!("#{}", long.hex());
            }
        }
        // Another product may be called as this one's second line is.
        let may_meet = text.contains([':', '#']);
        if !may_meet || lines.iter().all(|line| line.id.as_str() != text) {
            return LineId::new(&text);
        }
        times += 1;
    }
}

/// Most characters of a line's name.
const LONGEST: usize = 128;

/// FNV-1a, 64 bits: enough to tell apart the few proposals of one day and supplier.
struct Fingerprint(u64);

impl Fingerprint {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in a word; no two sequences of words without control characters run together.
    fn take(&mut self, word: &dyn std::fmt::Display) {
        for byte in word.to_string().bytes().chain(*b"\n") {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}
