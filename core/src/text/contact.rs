//! Contacts outside of links. In: the folded view and the links. Out: ranges of the original: phone numbers, in digits of any
//! script, with letters for digits or in words; and ids of messenger accounts, with `@` or behind a cue.

use super::{Link, MAX_LINKS, View};
use core::ops::Range;

/// Digits of a number that someone could call back (ITU-T E.164 allows 15; the shortest national ones have 8).
const DIGITS: Range<usize> = 8..16;
/// Characters of an id.
const ID: Range<usize> = 4..31;

/// What was found, in order; `more` says that there was more than [`MAX_LINKS`] of one kind.
#[derive(Default)]
pub(super) struct Contacts {
    pub(super) phones: Vec<Range<usize>>,
    pub(super) ids: Vec<Range<usize>>,
    pub(super) more: bool,
    /// Schemes of links that are no web addresses, a bit each.
    pub(super) schemes: u8,
}

/// The link is its own page: `data:`, `javascript:`.
pub(crate) const DATA: u8 = 1;
/// It opens an app or a shop of apps: `intent:`, `market:`.
pub(crate) const APP: u8 = 2;
/// It calls or writes to a number: `tel:`, `sms:`.
pub(crate) const DIAL: u8 = 4;

/// Bytes behind a colon that are looked at.
const KIND: usize = 48;
/// The words with which a number in words begins, by language, as they are folded.
const ZEROS: &str = "zero oh nol kosong khong kho\u{302}ng sero ศูนย\u{e4c} ສູນ សូន្យ သုည 零 〇";
/// The other digits in words; what is the beginning of others stands behind them.
const WORDS: &str = "one two three four five six seven eight nine satu dua tiga empat lima enam tujuh delapan lapan sembilan mot \
    mo\u{323}\u{302}t hai bay ba\u{309}y ba bon bo\u{301}\u{302}n nam na\u{306}m sau sa\u{301}u tam ta\u{301}m chin chi\u{301}n isa dalawa tatlo apat \
    anim pito walo siyam หน\u{e36}\u{e48}ง สอง สาม ส\u{e35}\u{e48} ห\u{e49}า หก เจ\u{e47}ด แปด เก\u{e49}า ຫນຶ່ງ ຫນື່ງ ສອງ ສາມ ສີ່ ຫ້າ ຫົກ ເຈັດ ແປດ ເກົ້າ \
    ប្រាំមួយ ប្រាំពីរ ប្រាំបី ប្រាំបួន ប្រាំ មួយ ពីរ បី បួន တစ် နှစ် သုံး လေး ငား ခြောက် ခုနစ် ခုနှစ် ရှစ် ကိုး 一 二 三 四 五 六 七 八 九 壹 贰 叁 肆 伍 陆 柒 捌";
/// What may stand between a messenger's name and an id.
const FILLERS: [&str; 12] =
    ["id", "no", "ไอด\u{e35}", "ໄອດີ", "អាយឌី", "အိုင်ဒီ", "号", "號", "账号", "official", "oa", "add"];

/// All contacts outside of `links`.
pub(super) fn find(view: &View, links: &[Link]) -> Contacts {
    let text = view.text();
    let bytes = text.as_bytes();
    let mut found = Contacts::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if !MAY_BEGIN.get(usize::from(byte)).is_some_and(|may| *may) {
            at += 1;
            continue;
        }
        let begins = !at.checked_sub(1).is_some_and(|before| is_part(bytes.get(before)));
        let (kind, end) = match byte {
            b'+' | b'0' if begins => (Kind::Phone, digits(bytes, at)),
            b'o' if begins && bytes.get(at + 1).is_some_and(|b| digit(*b).is_some()) => {
                (Kind::Phone, digits(bytes, at))
            }
            b'@' if begins => (Kind::Id, id(text, at)),
            b':' => {
                found.schemes |= scheme(text, at);
                (Kind::Id, (false, at))
            }
            _ if begins => match said(bytes.get(at..).unwrap_or(&[])).iter().rfind(|word| stands(text, at, word)) {
                Some(zero) if ZEROS.split(' ').any(|known| known == *zero) => (Kind::Phone, words(text, at, zero)),
                Some(cue) => (Kind::Id, cued(text, at, cue)),
                None => (Kind::Id, (false, at)),
            },
            _ => (Kind::Id, (false, at)),
        };
        if let (true, end) = end {
            let range = view.origin(at..end);
            if !links.iter().any(|l| l.range.start < range.end && range.start < l.range.end) {
                let of = if kind == Kind::Phone { &mut found.phones } else { &mut found.ids };
                if of.len() == MAX_LINKS {
                    found.more = true;
                    return found;
                }
                of.push(range);
            }
        }
        at = end.1.max(at + 1);
    }
    found
}

#[derive(PartialEq, Eq)]
enum Kind {
    Phone,
    Id,
}

/// Bytes with which something begins that is looked at.
#[allow(clippy::indexing_slicing, reason = "the compiler runs it, and refuses an index out of bounds")]
static MAY_BEGIN: [bool; 256] = {
    let mut may = [false; 256];
    let mut rest: &[u8] = b"+0o@:ltzvwmksn\xe0\xe1\xe3\xe5\xe9";
    while let [byte, after @ ..] = rest {
        may[*byte as usize] = true;
        rest = after;
    }
    may
};

/// Words that may stand where `rest` begins: names of messengers, as people write them before an id, and zeros in words. The
/// longer of two stands behind the shorter.
fn said(rest: &[u8]) -> &'static [&'static str] {
    match rest {
        [b'l', b'i', ..] => &["line"],
        [b't', ..] => &["tg", "telegram"],
        [b'z', ..] => &["zalo", "zero"],
        [b'v', b'i', ..] => &["viber"],
        [b'w', ..] => &["wa", "wechat", "weixin", "whatsapp"],
        [b'm', b'e', ..] => &["messenger"],
        [b'k', ..] => &["kakao", "kakaotalk", "khong", "kho\u{302}ng", "kosong"],
        [b's', ..] => &["sero", "signal", "skype"],
        [b'o', b'h', ..] => &["oh"],
        [b'n', b'o', ..] => &["nol"],
        [0xe0, 0xb8, 0xa8, ..] => &["ศูนย\u{e4c}"],
        [0xe0, 0xb9, 0x84, 0xe0, 0xb8, 0xa5 | 0xa7, ..] => &["ไลน\u{e4c}", "ไวเบอร\u{e4c}"],
        [0xe0, 0xb9, 0x80, 0xe0, 0xb8, 0x97, ..] => &["เทเลแกรม"],
        [0xe0, 0xb8, 0xa7, 0xe0, 0xb8, 0xad, ..] => &["วอทส\u{e4c}แอป"],
        [0xe0, 0xba, 0xaa, ..] => &["ສູນ"],
        [0xe0, 0xba, 0xa5, ..] => &["ລາຍ"],
        [0xe0, 0xbb, 0x84, ..] => &["ໄລນ໌"],
        [0xe1, 0x9e, 0x9f, ..] => &["សូន្យ"],
        [0xe1, 0x9e, 0xa1, ..] => &["ឡាញ"],
        [0xe1, 0x9e, 0x8f, ..] => &["តេឡេក្រាម"],
        [0xe1, 0x80, 0x9e, ..] => &["သုည"],
        [0xe1, 0x80, 0x90, ..] => &["တယ်လီဂရမ်"],
        [0xe1, 0x80, 0x97, ..] => &["ဗိုင်ဘာ"],
        [0xe9, 0x9b, 0xb6, ..] => &["零"],
        [0xe3, 0x80, 0x87, ..] => &["〇"],
        [0xe5, 0xbe, 0xae, ..] => &["微信"],
        _ => &[],
    }
}

/// Whether a word stands at a place, and where it has letters a-z goes no further.
fn stands(text: &str, at: usize, word: &str) -> bool {
    let behind = text.get(at..).and_then(|rest| rest.strip_prefix(word));
    behind.is_some_and(|rest| !word.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// What a colon makes of the word before it.
fn scheme(text: &str, colon: usize) -> u8 {
    let (before, behind) = text.split_at_checked(colon).unwrap_or((text, ""));
    let behind = behind.get(1..behind.floor_char_boundary(KIND).max(1)).unwrap_or("");
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let start = before.len() - before.chars().rev().take_while(|c| word(*c)).count();
    let named = || behind.starts_with("//");
    let dialled = || behind.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '?');
    match before.get(start..).unwrap_or("") {
        "data" if behind.split([',', ';', ' ']).next().is_some_and(|kind| kind.contains('/')) => DATA,
        "javascript" if !behind.starts_with(' ') && !behind.is_empty() => DATA,
        "intent" | "market" | "itms-apps" | "android-app" if named() => APP,
        "tel" | "sms" | "smsto" | "mmsto" if dialled() => DIAL,
        _ => 0,
    }
}

/// A digit, or a letter that is written for one.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte),
        b'o' => Some(b'0'),
        b'i' | b'l' => Some(b'1'),
        _ => None,
    }
}

/// Where a number ends that begins at `at`, if it is one.
fn digits(bytes: &[u8], at: usize) -> (bool, usize) {
    let (mut count, mut letters, mut end, mut next) = (0, 0, at, at);
    while let Some(&b) = bytes.get(next) {
        match b {
            b'+' if next == at => {}
            b'-' | b' ' | b'(' | b')' | b'.' if next - end < 2 => {}
            // A word that begins behind a number is no part of it.
            _ if digit(b).is_some()
                && (b.is_ascii_digit() || next == at || bytes.get(next - 1).is_some_and(|p| *p != b' ')) =>
            {
                (count, letters, end) = (count + 1, letters + usize::from(!b.is_ascii_digit()), next + 1);
            }
            _ => break,
        }
        next += 1;
    }
    let word = letters > 0 && bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    let number = DIGITS.contains(&count) && letters * 2 < count && !word;
    (number, if number { end } else { next })
}

/// The same of a number in words.
fn words(text: &str, at: usize, zero: &str) -> (bool, usize) {
    let (mut count, mut end) = (1, at + zero.len());
    loop {
        let rest = text.get(end..).unwrap_or("");
        let spaced = rest.trim_start_matches([' ', '-', ',', '.']);
        let next = ZEROS.split(' ').chain(WORDS.split(' ')).find(|word| spaced.starts_with(*word));
        let Some(word) = next.filter(|_| rest.len() - spaced.len() < 3) else { break };
        count += 1;
        end += rest.len() - spaced.len() + word.len();
    }
    (DIGITS.contains(&count), end)
}

/// An id behind `@`, and nothing of an address before it.
fn id(text: &str, at: usize) -> (bool, usize) {
    let (name, end) = name(text, at + 1);
    (ID.contains(&name.len()) && !name.bytes().all(|b| b.is_ascii_digit()), end)
}

/// An id behind the name of a messenger: with a digit or a sign in it, or behind a colon.
fn cued(text: &str, at: usize, cue: &str) -> (bool, usize) {
    let mut start = at + cue.len();
    let mut said = false;
    for _ in 0..3 {
        let rest = text.get(start..).unwrap_or("");
        let apart = rest.trim_start_matches([' ', ':', '=', '(', '-', '@', '：']);
        let sign = rest.get(..rest.len() - apart.len()).unwrap_or("");
        said |= sign.contains([':', '=', '@', '：']);
        start += sign.len();
        let Some(filler) = FILLERS.iter().find(|filler| {
            apart.strip_prefix(**filler).is_some_and(|behind| !behind.starts_with(|c: char| c.is_ascii_alphanumeric()))
        }) else {
            break;
        };
        said |= !filler.is_ascii() || *filler == "id";
        start += filler.len();
    }
    let (name, end) = name(text, start);
    let marked = name.bytes().any(|b| b.is_ascii_digit() || b == b'_');
    let lettered = name.bytes().any(|b| b.is_ascii_alphabetic());
    let whole = ID.contains(&name.len()) && lettered && (said || marked);
    (whole, if whole { end } else { at })
}

/// What stands at `start` as an id would, without signs at its end, and where it ends. No more is read than tells that it is too long:
/// cues may stand in it again and again.
fn name(text: &str, start: usize) -> (&str, usize) {
    let rest = text.get(start..).unwrap_or("");
    let is_id = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let length = rest.bytes().take(2 * ID.end).take_while(|b| is_id(*b)).count();
    (rest.get(..length).unwrap_or("").trim_end_matches(['.', '-']), start + length)
}

fn is_part(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'+')
}

#[cfg(test)]
mod tests {
    use crate::text::prepare;

    fn found(text: &str) -> (Vec<&str>, Vec<&str>) {
        let prepared = prepare(text);
        let cut = |ranges: &[core::ops::Range<usize>]| ranges.iter().filter_map(|r| text.get(r.clone())).collect();
        (cut(&prepared.phones), cut(&prepared.ids))
    }

    #[test]
    fn numbers_are_found_in_every_script_in_words_and_with_letters() {
        for number in [
            "081-234-5678",
            "๐๘๑๒๓๔๕๖๗๘",
            "០១២៣៤៥៦៧៨",
            "໐໒໐໕໕໕໕໐໑໔",
            "၀၉၁၂၃၄၅၆၇၈",
            "０８１２３４５６７８",
            "O8I-2345678",
            "08l2345O78",
            "+66 81 234 5678",
            "zero eight one two three four five six",
            "ศูนย์แปดหนึ่งสองสามสี่ห้าหกเจ็ดแปด",
            "không chín bảy một hai ba bốn năm sáu",
            "nol delapan satu dua tiga empat lima enam tujuh",
            "零一二三四五六七八",
            "សូន្យមួយពីរបីបួនប្រាំប្រាំមួយប្រាំពីរប្រាំបី",
            "သုညကိုးတစ်နှစ်သုံးလေးငါးခြောက်ခုနစ်",
            "ສູນສອງສູນຫ້າຫ້າຫ້າສູນໜຶ່ງສີ່",
            "sero siyam isa dalawa tatlo apat lima anim pito",
        ] {
            assert_eq!(found(&format!("call {number} now")).0, [number], "{number}");
        }
        for text in
            ["in 2026 or 10 oil", "room 0812", "zero one two", "oh hello", "ศูนย์การค้า", "order 123456789", "สองสามวัน"]
        {
            assert!(found(text).0.is_empty(), "{text}: {:?}", found(text).0);
        }
    }

    #[test]
    fn ids_are_found_behind_a_sign_or_a_cue() {
        for (text, id) in [
            ("add @loan88 today", "@loan88"),
            ("แอดไลน์@ngernduan", "ไลน์@ngernduan"),
            ("LINE ID: moneyfast", "LINE ID: moneyfast"),
            ("ไลน์ไอดี cash99", "ไลน์ไอดี cash99"),
            ("Telegram: quick_cash", "Telegram: quick_cash"),
            ("zalo vaytien24h", "zalo vaytien24h"),
            ("WhatsApp: easyloan", "WhatsApp: easyloan"),
            ("viber loan2you", "viber loan2you"),
            ("微信：vip8888x", "微信：vip8888x"),
            ("ឡាញ luy168", "ឡាញ luy168"),
            ("တယ်လီဂရမ် ngwe777", "တယ်လီဂရမ် ngwe777"),
            ("ໄລນ໌ ngern20", "ໄລນ໌ ngern20"),
            ("wa: pinjamkilat", "wa: pinjamkilat"),
            ("messenger: utangmabilis", "messenger: utangmabilis"),
        ] {
            assert_eq!(found(text).1, [id], "{text}");
        }
        for text in [
            "write to me@mail.example",
            "line 3 of the form",
            "the line is busy",
            "wa alaikum",
            "see you @ 5",
            "zalo app",
            "at @10",
            "ไลน์ผลิต",
            "微信支付",
            "signal lost",
            "deadline: tomorrow",
            "oh so nice",
            "ຫຼາຍ",
            "wait: there",
        ] {
            assert!(found(text).1.is_empty(), "{text}: {:?}", found(text).1);
        }
    }

    #[test]
    fn schemes_are_told_where_something_stands_behind_them() {
        let schemes = |text: &str| prepare(text).schemes;
        for (text, bit) in [
            ("open data:text/html,<b>x", super::DATA),
            ("javascript:alert(1)", super::DATA),
            ("intent://x#Intent;end", super::APP),
            ("MARKET://details?id=a.b", super::APP),
            ("tel:+6621234567", super::DIAL),
            ("sms:4545?body=OK", super::DIAL),
        ] {
            assert_eq!(schemes(text), bit, "{text}");
        }
        for text in ["data: 5GB left", "my intent: none", "tel: see below", "hotel:12", "market: open", "12:30", ":"] {
            assert_eq!(schemes(text), 0, "{text}");
        }
    }
}
