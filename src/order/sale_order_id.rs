//! What sale orders are called.

use super::{CustomerOrder, partition::Part};
use crate::unit::{Invalid, SaleOrderId, VendorId};

/// Names the parts of one order: `order:revision:vendor[:key...][:line][:parcel]`, `~` for nothing.
///
/// The separators are escaped within, so that different parts never share a name. What is too long
/// for a name or cannot stand in one gives way to its hash.
pub(super) struct Names {
    /// `order:revision:`
    prefix: String,
}

impl Names {
    pub(super) fn of(order: &CustomerOrder) -> Self {
        let mut prefix = String::new();
        push_escaped(&mut prefix, order.id.as_str());
        prefix.push(':');
        prefix += &order.revision.to_string();
        prefix.push(':');
        Self { prefix }
    }

    pub(super) fn name(&self, part: &Part<'_>) -> Result<SaleOrderId, Invalid> {
        let mut name = String::with_capacity(self.prefix.len() + 24);
        name += &self.prefix;
        let mut push = |text: Option<&str>| match text {
            Some(text) => push_escaped(&mut name, text),
            None => name.push('~'),
        };
        push(part.vendor.map(VendorId::as_str));
        for key in &part.keys {
            name.push(':');
            match &key.value {
                Some(value) => push_escaped(&mut name, value),
                None => name.push('~'),
            }
        }
        if let Some(line) = part.line {
            name.push(':');
            push_escaped(&mut name, line.as_str());
        }
        if let Some(parcel) = part.parcel {
            name.push(':');
            name += &parcel.to_string();
        }
        SaleOrderId::new(&name)
            .or_else(|_| {
                SaleOrderId::new(&(self.prefix.clone() + &hash(&name[self.prefix.len()..])))
            })
            .or_else(|_| SaleOrderId::new(&hash(&name)))
    }
}

fn push_escaped(name: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '%' => name.push_str("%25"),
            ':' => name.push_str("%3A"),
            '~' => name.push_str("%7E"),
            '#' => name.push_str("%23"),
            _ => name.push(letter),
        }
    }
}

/// `#` and the 32 hexadecimal digits of the text's hash, FNV-1a of 128 bits (Fowler, Noll and Vo, "The
/// FNV non-cryptographic hash algorithm", Internet-Draft).
fn hash(text: &str) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash =
        text.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("#{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_hashes() {
        // Test vectors of the draft.
        assert_eq!(hash(""), "#6c62272e07bb014262b821756295c58d");
        assert_eq!(hash("a"), "#d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(hash("foobar"), "#343e1662793c64bf6f0d3597ba446f18");
    }
}
