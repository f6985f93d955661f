//! JSON of metadata. In: bytes from anywhere. Out: a bounded tree, or nothing; and its canonical form, which is signed.
//!
//! Stricter than JSON: no duplicate key, no fraction, no number beyond 64 bits, bounded depth and size. The canonical form
//! is that of OLPC, which TUF names: keys sorted, no white space, only the quote and the backslash escaped.

use super::sorted::Sorted;
use serde_json::de::{Deserializer, SliceRead};
use std::fmt;

use serde_core::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

/// Deepest nesting; delegations need 7.
const MAX_DEPTH: u32 = 32;
/// Most values in one file: three hundred targets with all their fields need a tenth.
const MAX_VALUES: u32 = 1 << 16;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Map(Sorted<Json>),
}

impl Json {
    /// Reads one value and nothing behind it.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut left = MAX_VALUES;
        let mut reader = Deserializer::new(SliceRead::new(bytes));
        let value = Reader { depth: MAX_DEPTH, left: &mut left }.deserialize(&mut reader).ok()?;
        reader.end().ok()?;
        Some(value)
    }

    /// A member of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.map()?.get(key)
    }

    /// The members of an object.
    #[must_use]
    pub fn map(&self) -> Option<&Sorted<Self>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The elements of an array.
    #[must_use]
    pub fn list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// A string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A number that is not negative.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        if let Self::Int(number) = self { u64::try_from(*number).ok() } else { None }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// Canonical form.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend(b"null"),
            Self::Bool(true) => out.extend(b"true"),
            Self::Bool(false) => out.extend(b"false"),
            Self::Int(number) => out.extend(number.to_string().bytes()),
            Self::Text(text) => quote(text, out),
            Self::List(list) => {
                out.push(b'[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    value.write(out);
                }
                out.push(b']');
            }
            Self::Map(map) => {
                out.push(b'{');
                for (index, (key, value)) in map.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    quote(key, out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

struct Reader<'a> {
    depth: u32,
    left: &'a mut u32,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        *self.left = self.left.checked_sub(1).ok_or_else(|| de::Error::custom("too many values"))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("canonical JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json, E> {
        i64::try_from(number).map(Json::Int).map_err(|_| E::custom("a number is too large"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| de::Error::custom("too deep"))?;
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Reader { depth, left: self.left })? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| de::Error::custom("too deep"))?;
        let mut pairs = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            pairs.push((key, access.next_value_seed(Reader { depth, left: self.left })?));
        }
        Sorted::of(pairs).map(Json::Map).ok_or_else(|| de::Error::custom("a key stands twice"))
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    fn canonical(text: &str) -> Option<String> {
        Json::parse(text.as_bytes()).map(|j| String::from_utf8(j.canonical()).unwrap())
    }

    #[test]
    fn canonical_form_sorts_by_code_point_and_escapes_two_signs() {
        let text =
            " {\"b\" : [1, -2 , true,null], \"a\":\"\\u00e9\\n\\\"\\\\\\u007f\", \"\\ud83d\\ude00\":0, \"\\uffee\":0} ";
        let form = "{\"a\":\"é\n\\\"\\\\\u{7f}\",\"b\":[1,-2,true,null],\"\u{ffee}\":0,\"😀\":0}";
        assert_eq!(canonical(text).as_deref(), Some(form));
    }

    #[test]
    fn what_is_ambiguous_or_unbounded_is_refused() {
        for text in [
            "{\"a\":1,\"a\":1}",
            "1.0",
            "1e3",
            "18446744073709551616",
            "9223372036854775808",
            "[1] x",
            "\"\\ud800\"",
            "",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
        assert_eq!(canonical("9223372036854775807").as_deref(), Some("9223372036854775807"));
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(canonical(&nested(32)).is_some());
        assert!(canonical(&nested(33)).is_none() && canonical(&nested(100_000)).is_none());
        let wide = |count: usize| format!("[{}]", vec!["0"; count].join(","));
        assert!(canonical(&wide(65_535)).is_some() && canonical(&wide(65_536)).is_none());
    }
}
