//! One line of JSON lines. In: bytes. Out: its values as they stand, by key; or which key is wrong and what was expected.
//!
//! serde_json's own messages can quote values, so none of them is passed on.

use crate::diagnostic::nearest;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Keys of a message, and those that corpora have beside them.
const KNOWN: [&str; 15] = [
    "id",
    "text",
    "sender",
    "channel",
    "sender_is_contact",
    "sim_country",
    "received_at",
    "redacted",
    "has_replied",
    "locale",
    "label",
    "lang",
    "source",
    "kind",
    "category",
];
/// Misspelt keys that are told; a file with more of them is about something else.
const MISSPELT: usize = 32;
/// Seconds since 1970 of the years 1973 to 5138; as milliseconds, these lie in the first three years.
const SECONDS: std::ops::Range<i64> = 100_000_000..100_000_000_000;

/// The code of a language as models and corpora have it: Filipino is `fil`, which others call `tl`.
pub(crate) fn language(code: &str) -> &str {
    if code == "tl" { "fil" } else { code }
}

/// An object with its values as they stand.
pub(crate) struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

impl<'a> Object<'a> {
    /// Reads a line.
    pub(crate) fn read(line: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|e| format!("not UTF-8, byte {}", e.valid_up_to() + 1))?;
        serde_json::from_str(text).map_err(|e| match e.classify() {
            Category::Syntax => format!("not valid JSON, column {}", e.column()),
            Category::Eof => format!("the line ends too early, column {}", e.column()),
            _ => "not a JSON object".to_owned(),
        })
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// The value of a key as it stands in the line; nothing for `null`.
    pub(crate) fn raw(&self, key: &str) -> Result<Option<&'a str>, String> {
        let mut all = self.0.iter().filter(|(k, _)| k == key).map(|(_, value)| value.get());
        match (all.next(), all.next()) {
            (_, Some(_)) => Err(format!("`{key}` stands twice")),
            (Some("null") | None, None) => Ok(None),
            (value, None) => Ok(value),
        }
    }

    fn get<T: Deserialize<'a>>(&self, key: &str, wanted: &str) -> Result<Option<T>, String> {
        let Some(value) = self.raw(key)? else { return Ok(None) };
        serde_json::from_str(value).map(Some).map_err(|e| match e.classify() {
            Category::Syntax if value.starts_with('"') => format!("`{key}` has an escape that is no character"),
            _ => format!("`{key}` must be {wanted}"),
        })
    }

    /// The `id`, a string or any other value as it stands.
    pub(crate) fn id(&self) -> Result<Option<String>, String> {
        let id = self.raw("id")?;
        Ok(id.map(|raw| serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned())))
    }

    pub(crate) fn string(&self, key: &str) -> Result<Option<String>, String> {
        self.get(key, "a string")
    }

    /// Family, or kind of wanted message, which some corpora call a category.
    pub(crate) fn kind(&self) -> Result<Option<String>, String> {
        match self.string("kind")? {
            Some(kind) => Ok(Some(kind)),
            None => self.string("category"),
        }
    }

    /// Its language, by the one name that it has here.
    pub(crate) fn lang(&self) -> Result<Option<String>, String> {
        Ok(self.string("lang")?.map(|lang| language(&lang).to_owned()))
    }

    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, String> {
        self.get(key, "true or false")
    }

    /// A time in milliseconds since 1970.
    pub(crate) fn time(&self, key: &str) -> Result<Option<i64>, String> {
        match self.get(key, "a whole number of milliseconds since 1970")? {
            Some(time) if SECONDS.contains(&time) => Err(format!("`{key}` is in seconds; it must be in milliseconds")),
            time => Ok(time),
        }
    }
}

/// Unknown keys that are near a known one, so that what was meant to be said was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misspelt(BTreeMap<String, (&'static str, usize, usize)>);

impl Misspelt {
    /// Looks at the keys of a line.
    pub(crate) fn see(&mut self, object: &Object<'_>, line: usize) {
        for key in object.keys().filter(|key| !KNOWN.contains(key)) {
            if let Some((_, lines, _)) = self.0.get_mut(key) {
                *lines += 1;
            } else if self.0.len() < MISSPELT
                && let Some(known) = near(key)
            {
                self.0.insert(key.to_owned(), (known, 1, line));
            }
        }
    }

    /// Adds what was seen elsewhere, further on.
    pub(crate) fn add(&mut self, other: Self) {
        for (key, (known, lines, first)) in other.0 {
            self.0.entry(key).or_insert((known, 0, first)).1 += lines;
        }
    }

    /// A sentence a key.
    pub fn told(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(key, (known, lines, first))| {
            let lines = if *lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
            format!("the key `{key}` means nothing: did you mean `{known}`? ({lines}, the first is line {first})")
        })
    }
}

/// The known key that an unknown one was meant to be. The distance to short ones says nothing.
fn near(key: &str) -> Option<&'static str> {
    let small = key.to_ascii_lowercase().replace('-', "_");
    let long = KNOWN.into_iter().filter(|known| known.len() > 4);
    KNOWN.into_iter().find(|known| **known == small).or_else(|| nearest(&small, long).filter(|_| small.len() > 4))
}
