//! Feeds that are more than lines. In: CSV, MISP JSON, STIX 2.1. Out: their entries.

use super::{Entries, FeedError, MAX_ENTRY, refused};
use serde::Deserialize;
use std::borrow::Cow;

/// Columns of CSV that are read without being named.
pub(super) const COLUMNS: [&str; 4] = ["url", "host", "domain", "hostname"];

/// Values of the column called `column`, in any case; without one, of the first of [`COLUMNS`].
pub(super) fn csv(bytes: &[u8], column: Option<&str>) -> Result<Entries<'static>, FeedError> {
    // URLhaus writes its header as the last line of a comment.
    let skipped: usize =
        bytes.split_inclusive(|b| *b == b'\n').take_while(|l| l.first() == Some(&b'#')).map(<[u8]>::len).sum();
    let comment = bytes.get(..skipped).unwrap_or(&[]);
    let comment_lines = comment.iter().filter(|b| **b == b'\n').count();
    let body = bytes.get(skipped..).unwrap_or(&[]);
    let named = comment.split(|b| *b == b'\n').rfind(|l| l.contains(&b',')).map(|l| l.strip_prefix(b"#").unwrap_or(l));
    let mut reader =
        ::csv::ReaderBuilder::new().flexible(true).has_headers(named.is_none()).comment(Some(b'#')).from_reader(body);
    let header: Vec<String> = match named {
        Some(line) => String::from_utf8_lossy(line).split(',').map(str::to_owned).collect(),
        None => match reader.headers() {
            Ok(header) => header.iter().map(str::to_owned).collect(),
            Err(_) => return refused("the header line is not UTF-8"),
        },
    };
    let at = |name: &str| header.iter().position(|h| h.trim().trim_matches('"').eq_ignore_ascii_case(name));
    let found = match column {
        Some(name) => at(name),
        None => COLUMNS.into_iter().find_map(at),
    };
    let Some(index) = found else {
        let names: Vec<&str> = header.iter().map(|h| h.trim()).take(12).collect();
        return refused(format!("no such column; --column names one of: {}", names.join(", ")));
    };
    let mut entries = Entries::new();
    let mut record = ::csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(entries),
            Ok(true) => {
                let line = record.position().map_or(0, |p| p.line() as usize) + comment_lines;
                let value = match record.get(index) {
                    None => Err("fewer columns than the header"),
                    Some(value) => text(value).map(|t| Cow::<str>::Owned(t.trim().to_owned())),
                };
                if !matches!(&value, Ok(value) if value.is_empty()) {
                    entries.push((line, value));
                }
            }
            Err(error) => return refused(format!("cannot be read as CSV: {error}")),
        }
    }
}

fn text(value: &[u8]) -> Result<&str, &'static str> {
    match std::str::from_utf8(value) {
        _ if value.len() > MAX_ENTRY => Err("longer than 8 KiB"),
        Ok(text) if text.contains('\0') => Err("holds NUL"),
        Ok(text) => Ok(text),
        Err(_) => Err("not UTF-8"),
    }
}

/// A STIX object; of other types than `indicator` nothing else is read.
#[derive(Deserialize)]
struct StixObject {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    pattern: String,
    #[serde(default)]
    pattern_type: String,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct StixBundle {
    #[serde(default)]
    objects: Vec<serde_json::Value>,
}

/// Hosts and addresses of indicators and of observed objects of a STIX 2.1 bundle.
pub(super) fn stix(bytes: &[u8]) -> Result<Entries<'static>, FeedError> {
    let bundle: StixBundle = json(bytes)?;
    let mut entries = Entries::new();
    for (index, object) in bundle.objects.into_iter().enumerate() {
        let at = index + 1;
        let read = Some(object).filter(serde_json::Value::is_object).map(serde_json::from_value::<StixObject>);
        let Some(Ok(object)) = read else {
            entries.push((at, Err("no STIX object")));
            continue;
        };
        match object.kind.as_str() {
            "indicator" if object.revoked => {}
            "indicator" if object.pattern_type.is_empty() || object.pattern_type == "stix" => {
                let found = compared(&object.pattern);
                entries.extend(found.into_iter().map(|value| (at, Ok(Cow::Owned(value)))));
            }
            "domain-name" | "url" => entries.push((at, Ok(Cow::Owned(object.value)))),
            _ => {}
        }
    }
    Ok(entries)
}

/// What a STIX pattern compares `domain-name:value` and `url:value` with.
fn compared(pattern: &str) -> Vec<String> {
    let mut found = Vec::new();
    for property in ["domain-name:value", "url:value"] {
        for (at, _) in pattern.match_indices(property) {
            let rest = pattern.get(at + property.len()..).unwrap_or("").trim_start();
            let Some(rest) = rest.strip_prefix('=').map(str::trim_start).and_then(|r| r.strip_prefix('\'')) else {
                continue;
            };
            let mut value = String::new();
            let mut chars = rest.chars();
            while let Some(c) = chars.next().filter(|c| *c != '\'') {
                value.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
            found.push(value);
        }
    }
    found
}

/// Attributes of MISP that name hosts.
const MISP_TYPES: [&str; 6] = ["domain", "hostname", "url", "uri", "domain|ip", "hostname|port"];

#[derive(Deserialize)]
struct Misp {
    #[serde(rename = "Event")]
    event: Option<MispEvent>,
    #[serde(default)]
    response: Vec<Misp>,
    #[serde(default)]
    list: Vec<String>,
}

#[derive(Deserialize, Default)]
struct MispEvent {
    #[serde(rename = "Attribute", default)]
    attributes: Vec<serde_json::Value>,
    #[serde(rename = "Object", default)]
    objects: Vec<MispEvent>,
}

#[derive(Deserialize)]
struct MispAttribute {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

/// Attributes of events, of their objects, and entries of warning lists.
pub(super) fn misp(bytes: &[u8]) -> Result<Entries<'static>, FeedError> {
    let misp: Misp = json(bytes)?;
    let mut entries = Entries::new();
    let mut events: Vec<MispEvent> = Vec::new();
    for one in std::iter::once(misp) {
        entries.extend(one.list.into_iter().map(Cow::Owned).map(Ok).enumerate().map(|(n, e)| (n + 1, e)));
        events.extend(one.event);
        events.extend(one.response.into_iter().filter_map(|inner| inner.event));
    }
    let mut number = entries.len();
    while let Some(event) = events.pop() {
        events.extend(event.objects);
        for attribute in event.attributes {
            number += 1;
            match serde_json::from_value::<MispAttribute>(attribute) {
                Ok(a) if MISP_TYPES.contains(&a.kind.as_str()) => {
                    let value = a.value.split('|').next().unwrap_or("").to_owned();
                    entries.push((number, Ok(Cow::Owned(value))));
                }
                Ok(_) => {}
                Err(_) => entries.push((number, Err("no MISP attribute"))),
            }
        }
    }
    Ok(entries)
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, FeedError> {
    serde_json::from_slice(bytes).or_else(|error| refused(format!("cannot be read as JSON: {error}")))
}
