//! Texts that no person writes. In: growth, marks without end, code points of no script, bytes of no encoding, and Burmese
//! letters that are no Zawgyi. Out: bounded work, no panic, and no answer that says more than was read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::text::{MAX_TEXT, fold, prepare};
use scamfilter::{Level, Message};
use scamfilter_tests::drive_text::every_view;
use scamfilter_tests::{starter_filter, starter_packs};
use std::time::{Duration, Instant};

/// The least time of several, as other work on the machine only adds to it.
fn time(text: &str) -> Duration {
    let once = || {
        let start = Instant::now();
        drop(prepare(std::hint::black_box(text)));
        start.elapsed()
    };
    (0..9).map(|_| once()).min().unwrap()
}

#[test]
fn ten_thousand_marks_on_one_base_are_few_and_cost_what_letters_cost() {
    for marks in
        ["\u{301}\u{316}\u{334}\u{345}", "\u{e48}\u{e31}\u{e38}", "\u{17d2}\u{17c1}\u{17b8}", "\u{1039}\u{102d}"]
    {
        let text = |count: usize| "a".to_owned() + &marks.chars().cycle().take(count).collect::<String>() + "b";
        let folded = fold(&text(10_000));
        assert!(folded.text().chars().count() <= 12 || marks.contains(['\u{17d2}', '\u{1039}']), "{marks:?}");
        every_view(&text(10_000));
        let (short, long) = (time(&text(5_000)), time(&text(20_000)));
        assert!(long < short * 10 + Duration::from_millis(2), "{marks:?}: {short:?}, then {long:?}");
    }
}

#[test]
fn what_grows_eighteenfold_is_cut_and_told() {
    let wide = "\u{fdfa}";
    assert_eq!(wide.chars().count() * 18, fold(wide).text().chars().count());
    let text = wide.repeat(MAX_TEXT / wide.len());
    let prepared = prepare(&text);
    assert!(prepared.truncated && prepared.folded.text().len() <= MAX_TEXT * 2, "{}", prepared.folded.text().len());
    let hidden = format!("\u{202e}{text}\u{202c}");
    assert!(prepare(&hidden).truncated && prepare(&hidden).folded.text().len() <= MAX_TEXT * 2);
    let verdict = starter_filter().check(&Message::sms(text));
    assert!(verdict.truncated && verdict.level == Level::Unknown);
    every_view(&wide.repeat(40));
}

#[test]
fn code_points_of_no_script_stay_and_join_nothing() {
    for c in
        ['\u{378}', '\u{e000}', '\u{f8ff}', '\u{fdd0}', '\u{ffff}', '\u{fffd}', '\u{10ffff}', '\u{f0000}', '\u{50000}']
    {
        let text = format!("par{c}cel ก{c}ก");
        assert_eq!(fold(&text).text(), text, "{c:?}");
        every_view(&text);
    }
}

#[test]
fn lone_surrogates_are_an_error_of_the_app_and_cost_one_line() {
    let packs =
        starter_packs().into_iter().map(|p| scamfilter_ffi::PackFile { bytes: p.image, ceiling: 3, unverified: false });
    let filter = scamfilter_ffi::Filter::open(packs.collect(), Vec::new()).unwrap();
    for lone in [&b"\xed\xa0\x80"[..], b"\xed\xbf\xbf", b"a\xed\xa0\xbdb", b"\xed\xb8\x80\xed\xa0\xbd"] {
        let mut request = vec![1, 0, 0, 0];
        request.extend(0_i64.to_le_bytes());
        for part in [&b""[..], b"", b"", lone] {
            request.extend((part.len() as u32).to_le_bytes());
            request.extend(part);
        }
        assert!(filter.check(request).is_err(), "{lone:?}");
        every_view(&String::from_utf8_lossy(lone));
    }
    let lines = "{\"text\":\"\\ud83d\"}\n{\"text\":\"\\ud83d\\ude00\"}\n";
    let ran = scampack::jsonl::check(&starter_filter(), lines.as_bytes(), &mut Vec::new(), 1, |_| {}).unwrap();
    assert_eq!((ran.judged, ran.malformed), (1, 1));
}

/// Burmese as Unicode writes it, its neighbours that share the letters, Pali, and what is neither.
#[test]
fn what_is_no_zawgyi_is_not_read_as_zawgyi() {
    for text in [
        "မြန်မာစာသည် ယူနီကုဒ်ဖြင့် ရေးထားသည်။",
        "ကျေးဇူးတင်ပါသည်၊ ငွေလွှဲပြီးပါပြီ",
        "မႂ်ႇသုင်ၶႃႈ ၵႂၢမ်းတႆး",
        "ဘာသာမန် မင်္ဂလာ",
        "ဗုဒ္ဓံ သရဏံ ဂစ္ဆာမိ",
        "ကညီကျိာ် ဟဲးဖဲအံၤ",
        "သင်္ဘော ယောက်ျား",
        "plain letters, ภาษาไทย, ខ្មែរ",
    ] {
        let prepared = prepare(text);
        let folded = prepared.folded.text();
        assert!(prepared.skeletons.iter().all(|skeleton| skeleton.text() == folded), "{text}");
    }
    let zawgyi = prepare("ေငြလႊဲၿပီးပါၿပီ");
    assert!(zawgyi.skeletons.iter().any(|skeleton| skeleton.text().contains("ငွေ")), "Zawgyi is read as Unicode");
}
