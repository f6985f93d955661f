//! Messages made to be slow. In: a size. Out: one text a kind of attack on time, each about that long.

use scamfilter::text::MAX_TEXT;

/// Name and unit of each kind; a text is the unit repeated.
const KINDS: [(&str, &str); 13] = [
    ("one letter", "a"),
    ("marks on one base", "\u{e48}\u{e31}\u{301}"),
    ("zero width", "a\u{200b}\u{2060}"),
    ("links", "http://a.b.co/x "),
    ("dotted labels", "a."),
    ("userinfo", "http://a@b@"),
    ("phone numbers", "0812345678 "),
    ("cues of messengers", "wa-"),
    ("phrases that hit", "parcel on hold "),
    ("phrases that nearly hit", "parce your accoun พัสด "),
    ("wide expansion", "\u{fdfa}"),
    ("mistyped vowels", "\u{e40}\u{e40}"),
    ("brackets and quotes", "(\"<[{'"),
];

/// Every kind at the most that is looked at.
#[must_use]
pub fn texts() -> Vec<(&'static str, String)> {
    KINDS.iter().map(|(name, unit)| (*name, repeated(unit, MAX_TEXT))).collect()
}

fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}
