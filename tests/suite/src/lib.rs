//! What the suites share. In: nothing. Out: the starter packs compiled, messages to try on anything, drivers for bytes.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set up, or finds a promise broken, must fail"
)]

pub mod drive;
pub mod drive_links;
pub mod drive_text;
pub mod drive_update;
pub mod hostile;
pub mod phone;
pub mod random;
pub mod recall;
pub mod repository;
pub mod seeds;
pub mod squat;
pub mod world;

use scamfilter::{PackSource, ScamFilter};
use scampack::lower::{Compiled, compile, concepts};

/// The starter packs.
#[must_use]
pub fn starter_packs() -> Vec<Compiled> {
    compiled(&scampack::starter())
}

/// The starter packs with no learnt model: what authored rules do, whatever was learnt last.
#[must_use]
pub fn authored_packs() -> Vec<Compiled> {
    let mut trees = scampack::starter();
    trees.iter_mut().for_each(|tree| tree.retain(|path, _| !path.starts_with("model/")));
    compiled(&trees)
}

/// Trees compiled against the concepts of the first, which is `common`.
#[must_use]
pub fn compiled(trees: &[scampack::Tree]) -> Vec<Compiled> {
    let known = concepts(trees.first().expect("common")).unwrap_or_default();
    trees.iter().map(|t| compile(t, &known).unwrap_or_else(|problems| panic!("{problems:#?}"))).collect()
}

/// The image of one tree that is its own `common`.
#[must_use]
pub fn image(tree: scampack::Tree) -> Vec<u8> {
    compiled(&[tree]).swap_remove(0).image
}

/// The sources of the golden pack.
#[must_use]
pub fn golden_tree() -> scampack::Tree {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/source");
    scampack::load::folder(std::path::Path::new(source)).expect("golden source")
}

/// A filter over the starter packs.
#[must_use]
pub fn starter_filter() -> ScamFilter {
    let sources = starter_packs().into_iter().map(|p| PackSource::new(p.image)).collect();
    ScamFilter::open(sources).expect("the starter packs open")
}

/// Messages that reach every detector and every corner of folding.
#[must_use]
pub fn messages() -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        " ",
        "\0",
        "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz",
        "พ\u{200b}ัส\u{feff}ดุของท่านตกค้าง ยืนยันที่อยู่ที่ http://ａｂ.top",
        "น้ำ นํ้า น\u{e49}\u{e4d}\u{e32}",
        "KBank: บัญชีของท่านถูกระงับ ยืนยันตัวตนที่ https://kbank-verify.top/login",
        "Your parcel is on hold, update your address: http://1.2.3.4:8080/a.apk",
        "รหัส OTP 482913 ห้ามบอกรหัสนี้กับผู้อื่น",
        "https://user@kasikornbank.com@evil.top/../..",
        "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.co.th",
        "\u{202e}gnp.exe 😀😀 ๐๘๑-๒๓๔-๕๖๗๘ +66 81 234 5678",
        "ＢＡＮＫ ﷺ ﬁ ½ ㎏ 𝐛𝐚𝐧𝐤 ⓑⓐⓝⓚ",
        "http:// https:///x http://.. ..com .com com. @x.com a@b.com",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("\u{301}".repeat(10_000));
    all.push("bit.ly/a ".repeat(1_000));
    all.push("พัสดุ".repeat(5_000));
    all.push("0812345678 ".repeat(2_000));
    all
}
