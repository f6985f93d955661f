//! Where fuzzing starts. In: the name of a target. Out: inputs that reach deep into it.

use crate::drive::TARGETS;
use crate::{golden_tree, image};

/// Seeds of the target called `name`; panics where none is.
#[must_use]
pub fn of(name: &str) -> Vec<Vec<u8>> {
    let target = TARGETS.into_iter().find(|(known, _, _)| *known == name);
    let (_, _, seeds) = target.unwrap_or_else(|| panic!("no fuzz target is called {name}"));
    seeds()
}

fn texts() -> impl Iterator<Item = String> {
    crate::messages().into_iter().filter(|m| m.len() < 4_000)
}

pub(crate) fn messages() -> Vec<Vec<u8>> {
    texts().map(|t| [&[0b0101_0011, 0][..], t.as_bytes()].concat()).collect()
}

pub(crate) fn links() -> Vec<Vec<u8>> {
    LINKS.iter().map(|l| l.as_bytes().to_vec()).collect()
}

pub(crate) fn requests() -> Vec<Vec<u8>> {
    texts().map(|t| request(&t)).collect()
}

pub(crate) fn lines() -> Vec<Vec<u8>> {
    texts().map(|t| serde_json::json!({"id": 1, "text": t, "channel": "sms"}).to_string().into()).collect()
}

const LINKS: [&str; 9] = [
    "https://kasikornbank.com.evil.top/login?x=1#y",
    "http://user:pass@1.2.3.4:8080/a.apk",
    "bit.ly/xyz",
    "hxxps://ａｂ.top\\x",
    "xn--80ak6aa92e.com",
    "http://[::1]/",
    "line.me/R/ti/p/@abc",
    "https://a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.co.th.",
    "https://ไทย.ไทย/ก",
];

pub(crate) fn packs() -> Vec<Vec<u8>> {
    let image = image(golden_tree());
    let section = |kind: u8, body: &[u8]| [&[kind, body.len() as u8, 0][..], body].concat();
    let strings = section(2, b"\x02\0\0\0\0\0\0\0\x06\0\0\0\x0b\0\0\0parcelstuck");
    let rule = section(4, &[&[0; 8][..], &[1, 3, 3, 0], &[0; 8], &[0; 16]].concat());
    vec![image, strings.clone(), [strings, rule, section(5, &[1, 0, 16, 0])].concat()]
}

pub(crate) fn sources() -> Vec<Vec<u8>> {
    let name_first = |(name, text): (String, String)| format!("{name}\n{text}").into_bytes();
    golden_tree().into_iter().filter(|(name, _)| name.ends_with(".toml")).map(name_first).collect()
}

fn request(text: &str) -> Vec<u8> {
    let mut bytes = vec![1, 0, 0b0010_1001, 0];
    bytes.extend(5_i64.to_le_bytes());
    for part in ["KBank", "TH", "th", text] {
        bytes.extend((part.len() as u32).to_le_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}
