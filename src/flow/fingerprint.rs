//! A number for what a value says on the wire, the same on every target.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// Takes in a value as its serialized form: names, values and their order, nothing of how Rust
/// lays it out. It notices accidents, not forgers: whoever can write records can write checksums.
///
/// The mixing is `SplitMix64`'s (Steele, Lea and Flood, OOPSLA 2014) over eight bytes at a time.
pub(in crate::flow) struct Fingerprint(u64);

impl Fingerprint {
    /// Continues from an earlier number.
    pub(in crate::flow) fn after(checksum: u32) -> Self {
        Self(u64::from(checksum))
    }

    pub(in crate::flow) fn and(mut self, value: &impl Serialize) -> Self {
        // Nothing that is taken in can fail, and a value whose own serialization fails takes in
        // what came before the failure.
        let _ = value.serialize(&mut self);
        self
    }

    pub(in crate::flow) fn checksum(&self) -> u32 {
        // The better half of the mixed number.
        u32::try_from(self.0 >> 32).unwrap_or(u32::MAX)
    }

    fn word(&mut self, word: u64) {
        let mut z = (self.0 ^ word).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.0 = z ^ (z >> 31);
    }

    /// The length goes first, so that no two sequences of texts read alike.
    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    fn length(&mut self, length: Option<usize>) {
        self.word(length.map_or(u64::MAX, |length| length as u64));
    }
}

type Done = Result<(), fmt::Error>;

macro_rules! words {
    ($($method:ident: $type:ty => |$value:ident| $word:expr;)*) => { $(
        fn $method(self, $value: $type) -> Done {
            self.word($word);
            Ok(())
        }
    )* };
}

impl Serializer for &mut Fingerprint {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    words! {
        serialize_bool: bool => |value| u64::from(value);
        serialize_i8: i8 => |value| i64::from(value).cast_unsigned();
        serialize_i16: i16 => |value| i64::from(value).cast_unsigned();
        serialize_i32: i32 => |value| i64::from(value).cast_unsigned();
        serialize_i64: i64 => |value| value.cast_unsigned();
        serialize_u8: u8 => |value| u64::from(value);
        serialize_u16: u16 => |value| u64::from(value);
        serialize_u32: u32 => |value| u64::from(value);
        serialize_u64: u64 => |value| value;
        serialize_f32: f32 => |value| u64::from(value.to_bits());
        serialize_f64: f64 => |value| value.to_bits();
        serialize_char: char => |value| u64::from(u32::from(value));
    }

    fn serialize_str(self, value: &str) -> Done {
        self.bytes(value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Done {
        self.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.word(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.word(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.word(0);
        Ok(())
    }

    fn serialize_unit_struct(self, name: &'static str) -> Done {
        self.serialize_str(name)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        self.bytes(variant.as_bytes());
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, fmt::Error> {
        self.length(length);
        Ok(self)
    }

    fn serialize_tuple(self, length: usize) -> Result<Self, fmt::Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Self, fmt::Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self, fmt::Error> {
        self.bytes(variant.as_bytes());
        self.serialize_seq(Some(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, fmt::Error> {
        self.serialize_seq(length)
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Self, fmt::Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self, fmt::Error> {
        self.bytes(variant.as_bytes());
        self.serialize_seq(Some(length))
    }
}

macro_rules! compounds {
    ($($trait:ident::$method:ident)*) => { $(
        impl $trait for &mut Fingerprint {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                value.serialize(&mut **self)
            }

            fn end(self) -> Done {
                Ok(())
            }
        }
    )* };
}

compounds! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! fields {
    ($($trait:ident)*) => { $(
        impl $trait for &mut Fingerprint {
            type Ok = ();
            type Error = fmt::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Done {
                self.bytes(key.as_bytes());
                value.serialize(&mut **self)
            }

            fn end(self) -> Done {
                Ok(())
            }
        }
    )* };
}

fields! { SerializeStruct SerializeStructVariant }

impl SerializeMap for &mut Fingerprint {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &impl Serialize) -> u32 {
        Fingerprint::after(0).and(value).checksum()
    }

    #[test]
    fn what_reads_differently_has_another_number() {
        let texts: Vec<u32> = [
            of(&("ab", "c")),
            of(&("a", "bc")),
            of(&("abc", "")),
            of(&vec!["ab", "c", ""]),
            of(&"abc"),
            of(&Some("abc")),
            of(&"12345678"),
            of(&"123456789"),
            of(&"12345678\0"),
            of(&(1_u8, 2_u8)),
            of(&(2_u8, 1_u8)),
        ]
        .into();
        for (place, number) in texts.iter().enumerate() {
            assert!(!texts[..place].contains(number), "{place}");
        }
        let first = Fingerprint::after(0).and(&1_u8).checksum();
        assert_ne!(of(&1_u8), Fingerprint::after(first).and(&1_u8).checksum());
    }

    /// Stored records are checked with these numbers: they never change.
    #[test]
    fn the_number_of_a_text_stays_what_it_was() {
        let map = std::collections::BTreeMap::from([("sku", 1_u64), ("quantity", 2)]);
        assert_eq!((of(&"SO-1"), of(&map)), (1_238_267_473, 2_302_439_946));
    }
}
