//! A JavaScript value or JSON text as a tree, read once, so that each type's reading code exists once and knows
//! where in the tree it is.
//!
//! Reading every type straight from JavaScript would compile each of them against the binding's
//! reader and again against one that tracks the path of a mistake: four times the code.

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, Visitor},
    forward_to_deserialize_any,
};
use std::{borrow::Cow, fmt};

/// A plain value: what `JSON` can hold. Of JSON text it borrows what stands there unescaped.
#[derive(Debug)]
pub(super) enum Document<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(Text<'a>),
    List(Vec<Self>),
    Object(Vec<(Text<'a>, Self)>),
}

pub(super) type Text<'a> = Cow<'a, str>;

/// What a type does not accept, and where.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Fields and indices from the inside out.
    steps: Vec<String>,
    pub(super) message: String,
}

impl Refusal {
    /// The place as a path from the outside in.
    pub(super) fn path(&self, root: &str) -> String {
        self.steps.iter().rev().fold(root.to_owned(), |path, step| {
            let joined = path.is_empty() || step.starts_with('[');
            if joined { path + step } else { path + "." + step }
        })
    }

    #[cold]
    #[inline(never)]
    fn within(mut self, field: &str) -> Self {
        self.steps.push(field.to_owned());
        self
    }

    #[cold]
    #[inline(never)]
    fn at(mut self, place: usize) -> Self {
        self.steps.push(format!("[{place}]"));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl de::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { steps: Vec::new(), message: message.to_string() }
    }
}

impl<'de> Deserialize<'de> for Document<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Document<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a plain value")
            }
            fn visit_unit<E>(self) -> Result<Document<'de>, E> {
                Ok(Document::Null)
            }
            fn visit_none<E>(self) -> Result<Document<'de>, E> {
                Ok(Document::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Document<'de>, E> {
                Ok(Document::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Document<'de>, E> {
                Ok(Document::Integer(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Document<'de>, E> {
                i64::try_from(value).map(Document::Integer).map_err(E::custom)
            }
            fn visit_f64<E>(self, value: f64) -> Result<Document<'de>, E> {
                Ok(Document::Number(value))
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Document<'de>, E> {
                Ok(Document::Text(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Document<'de>, E> {
                Ok(Document::Text(Cow::Owned(value.to_owned())))
            }
            fn visit_string<E>(self, value: String) -> Result<Document<'de>, E> {
                Ok(Document::Text(Cow::Owned(value)))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Document<'de>, A::Error> {
                let mut list = Vec::with_capacity(seq.size_hint().unwrap_or(0));
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(Document::List(list))
            }
            fn visit_map<A: de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Document<'de>, A::Error> {
                // As many as most lines of orders have.
                let mut fields = Vec::with_capacity(8);
                while let Some(name) = map.next_key_seed(Name)? {
                    fields.push((name, map.next_value()?));
                }
                Ok(Document::Object(fields))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads the name of a field, borrowed where it can be.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Text<'de>, E> {
        Ok(Cow::Borrowed(name))
    }
    fn visit_str<E>(self, name: &str) -> Result<Text<'de>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
    fn visit_string<E>(self, name: String) -> Result<Text<'de>, E> {
        Ok(Cow::Owned(name))
    }
}

impl<'de> Deserializer<'de> for &'de Document<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Document::Null => visitor.visit_unit(),
            Document::Bool(value) => visitor.visit_bool(*value),
            Document::Integer(value) => match u64::try_from(*value) {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_i64(*value),
            },
            Document::Number(value) => visitor.visit_f64(*value),
            Document::Text(value) => visitor.visit_borrowed_str(value),
            Document::List(list) => visitor.visit_seq(Items { list, next: 0 }),
            Document::Object(fields) => visitor.visit_map(Fields { fields, next: 0 }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Document::Null => visitor.visit_none(),
            present => visitor.visit_some(present),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        // Most enums with fields carry their tag inside; here come plain words, and objects of one
        // field that is named as the variant.
        match self {
            Document::Text(word) => visitor.visit_enum(Variant { word, content: None }),
            Document::Object(fields) => match &fields[..] {
                [(word, content)] => visitor.visit_enum(Variant { word, content: Some(content) }),
                _ => Err(de::Error::custom("expected an object of one field, got another")),
            },
            _ => Err(de::Error::custom("expected a word, got another value")),
        }
    }

    // Each kind of value is offered in its one form: a type that could also be read from another
    // would be compiled for it.

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Document::Text(value) => visitor.visit_borrowed_str(value),
            other => Err(de::Error::invalid_type(other.unexpected(), &visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Document::List(list) => visitor.visit_seq(Items { list, next: 0 }),
            other => Err(de::Error::invalid_type(other.unexpected(), &visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Document::Object(fields) => visitor.visit_map(Fields { fields, next: 0 }),
            other => Err(de::Error::invalid_type(other.unexpected(), &visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_map(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.number(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.number(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.number(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.number(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Document::Bool(value) => visitor.visit_bool(*value),
            other => Err(de::Error::invalid_type(other.unexpected(), &visitor)),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct
        ignored_any
    }
}

impl Document<'_> {
    fn number<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Self::Integer(value) => match u64::try_from(*value) {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_i64(*value),
            },
            Self::Number(value) => visitor.visit_f64(*value),
            other => Err(de::Error::invalid_type(other.unexpected(), &visitor)),
        }
    }

    fn unexpected(&self) -> de::Unexpected<'_> {
        match self {
            Self::Null => de::Unexpected::Other("null"),
            Self::Bool(value) => de::Unexpected::Bool(*value),
            Self::Integer(value) => de::Unexpected::Signed(*value),
            Self::Number(value) => de::Unexpected::Float(*value),
            Self::Text(value) => de::Unexpected::Str(value),
            Self::List(_) => de::Unexpected::Seq,
            Self::Object(_) => de::Unexpected::Map,
        }
    }
}

struct Items<'de> {
    list: &'de [Document<'de>],
    next: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refusal> {
        let Some(item) = self.list.get(self.next) else { return Ok(None) };
        let step = self.next;
        self.next += 1;
        seed.deserialize(item).map(Some).map_err(|refusal| refusal.at(step))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.list.len() - self.next)
    }
}

struct Fields<'de> {
    fields: &'de [(Text<'de>, Document<'de>)],
    next: usize,
}

impl<'de> de::MapAccess<'de> for Fields<'de> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refusal> {
        let Some((name, _)) = self.fields.get(self.next) else { return Ok(None) };
        seed.deserialize(Word(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        let (name, value) = &self.fields[self.next];
        self.next += 1;
        seed.deserialize(value).map_err(|refusal| refusal.within(name))
    }
}

/// A variant of an enum and what it holds.
struct Variant<'de> {
    word: &'de str,
    content: Option<&'de Document<'de>>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Refusal> {
        Ok((seed.deserialize(Word(self.word))?, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        match self.content {
            None => Ok(()),
            Some(content) => Err(de::Error::invalid_type(content.unexpected(), &"a word")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refusal> {
        let content = self.content.unwrap_or(&Document::Null);
        seed.deserialize(content).map_err(|refusal| refusal.within(self.word))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        let content = self.content.unwrap_or(&Document::Null);
        content.deserialize_seq(visitor).map_err(|refusal| refusal.within(self.word))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let content = self.content.unwrap_or(&Document::Null);
        content.deserialize_map(visitor).map_err(|refusal| refusal.within(self.word))
    }
}

/// The name of a field.
struct Word<'de>(&'de str);

impl<'de> Deserializer<'de> for Word<'de> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_borrowed_str(self.0)
    }

    /// JSON names fields by text alone, a list's places too where some are missing.
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.parse() {
            Ok(number) => visitor.visit_u32(number),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}
