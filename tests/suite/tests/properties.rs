//! Properties of folding and checking over any string: nothing panics, offsets land on whole characters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use scamfilter::Message;
use scamfilter::text::{fold, prepare};
use scamfilter_tests::{messages, starter_filter};

/// Strings that mix scripts, marks, invisible characters and link pieces far more often than chance would.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "พัสดุ",
            "ตกค้าง",
            "\u{e49}",
            "\u{e4d}",
            "\u{e32}",
            "\u{e40}\u{e40}",
            "\u{200b}",
            "\u{202e}",
            "\u{301}",
            "\u{323}",
            "bank",
            "BIT.LY/",
            "https://",
            "@",
            ".",
            "-",
            " ",
            "0812345678",
            "c4s1n0",
            "b a n k",
            "พ.ั.ส.ด.ุ",
            "ђ",
            "ооо",
            "loooan",
            "tài khoản",
            "ບ",
            "ေ",
            "က္",
            "ត្រូវ",
            "\u{17d2}",
            "\u{179a}",
            "\u{17bc}",
            "\u{17c1}",
            "\u{17b8}",
            "\u{107e}",
            "๐๑๒",
            "ﷺ",
            "ﬁ",
            "𝐛",
            "😀",
            "\u{feff}",
            "co.th",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Ranges of skeletons land on whole characters of the folded text, and by way of it of the original, and never go back.
fn skeletons_hold(text: &str) {
    let prepared = prepare(text);
    assert!(prepared.skeletons.len() <= 2);
    for skeleton in &prepared.skeletons {
        let mut last = 0;
        for (at, c) in skeleton.text().char_indices() {
            let folded = skeleton.folded(&prepared.folded, at..at + c.len_utf8());
            assert!(
                prepared.folded.text().get(folded.clone()).is_some_and(|t| !t.is_empty()),
                "{folded:?} in {text:?}"
            );
            let origin = prepared.folded.origin(folded);
            assert!(text.get(origin.clone()).is_some_and(|t| !t.is_empty()), "{origin:?} cuts {text:?}");
            assert!(origin.start >= last, "{origin:?} goes back in {text:?}");
            last = origin.start;
        }
        let inside = |edges: &[u32], text: &str| {
            edges.is_sorted() && edges.iter().all(|edge| text.is_char_boundary(*edge as usize))
        };
        assert!(inside(skeleton.edges(), skeleton.text()), "{text:?}");
        let Some(bare) = skeleton.bare() else { continue };
        assert!(inside(bare.edges(), bare.text()), "{text:?}");
        for (at, c) in bare.text().char_indices() {
            let origin = bare.skeleton(at..at + c.len_utf8());
            assert!(skeleton.text().get(origin).is_some_and(|t| !t.is_empty()), "{text:?}");
        }
    }
}

fn offsets_hold(text: &str) {
    let view = fold(text);
    let mut last = 0;
    for (at, c) in view.text().char_indices() {
        let origin = view.origin(at..at + c.len_utf8());
        assert!(origin.start < origin.end && origin.end <= text.len(), "{origin:?} in {text:?}");
        assert!(text.is_char_boundary(origin.start) && text.is_char_boundary(origin.end), "{origin:?} cuts {text:?}");
        assert!(origin.start >= last, "{origin:?} goes back in {text:?}");
        last = origin.start;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn folding_maps_back_to_whole_characters(text in hostile()) {
        offsets_hold(&text);
        skeletons_hold(&text);
    }

    #[test]
    fn folding_is_idempotent(text in hostile()) {
        let once = fold(&text);
        let twice = fold(once.text());
        prop_assert_eq!(twice.text(), once.text());
    }

    #[test]
    fn prepare_gives_links_and_phones_on_whole_characters(text in hostile()) {
        let prepared = prepare(&text);
        for range in prepared.links.iter().map(|l| &l.range).chain(&prepared.phones) {
            prop_assert!(text.get(range.clone()).is_some_and(|t| !t.is_empty()));
        }
    }
}

#[test]
fn every_code_point_folds_to_a_fixed_point() {
    for c in (0..=0x10_ffff).filter_map(char::from_u32) {
        for text in [String::from(c), format!("{c}{c}"), format!("a{c}ก"), format!("ก{c}a")] {
            offsets_hold(&text);
            let once = fold(&text);
            assert_eq!(fold(once.text()).text(), once.text(), "{c:?} in {text:?}");
        }
    }
}

/// The oracle is the well-kept crate, not the table that was made from it: composed text of every precomposed letter.
#[test]
fn composed_and_decomposed_text_fold_alike() {
    use unicode_normalization::UnicodeNormalization;
    for c in (0..0x2_0000).filter_map(char::from_u32).filter(|c| !('\u{ac00}'..='\u{d7a3}').contains(c)) {
        let decomposed: String = format!("x{c}").nfd().collect();
        assert_eq!(fold(&format!("x{c}")).text(), fold(&decomposed).text(), "{c:?}");
    }
}

#[test]
fn spans_of_verdicts_can_be_cut_out() {
    let filter = starter_filter();
    for text in messages() {
        let units: Vec<u16> = text.encode_utf16().collect();
        for reason in filter.check(&Message::sms(text.as_str())).reasons {
            for span in reason.spans {
                let cut = &units[span.start as usize..span.end as usize];
                assert!(!cut.is_empty() && String::from_utf16(cut).is_ok());
            }
        }
    }
}

#[test]
fn what_is_too_long_is_never_silently_clear() {
    let verdict = starter_filter().check(&Message::sms("ก".repeat(3_500_000)));
    assert!(verdict.truncated);
    assert_eq!(verdict.level, scamfilter::Level::Unknown);
}

#[test]
fn debug_shows_no_text() {
    let message = Message::sms("ความลับ secret").from_sender("Somebody");
    let shown = format!("{message:?}");
    assert!(!shown.contains("secret") && !shown.contains("ความลับ") && !shown.contains("Somebody"), "{shown}");
}

#[test]
fn filter_is_send_and_sync() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<scamfilter::ScamFilter>();
}
