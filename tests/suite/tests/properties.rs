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
use scamfilter::text::fold;
use scamfilter_tests::{drive_text, messages, starter_filter};

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
            "\u{202c}",
            "\n",
            "verrify yyour acccount ",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_view_leads_back_to_whole_characters_in_order(text in hostile()) {
        drive_text::every_view(&text);
    }
}

#[test]
fn every_code_point_folds_to_a_fixed_point() {
    for c in (0..=0x10_ffff).filter_map(char::from_u32) {
        for text in [String::from(c), format!("{c}{c}"), format!("a{c}ก"), format!("ก{c}a")] {
            drive_text::folded(text.as_bytes());
        }
    }
}

/// What stands between letters and is not seen keeps them from being folded together, the fast way, and changes nothing.
#[test]
fn plain_thai_folds_as_it_does_letter_by_letter() {
    let letters = [
        "ก", "เ", "แ", "า", "ำ", "\u{e31}", "\u{e34}", "\u{e38}", "\u{e48}", "\u{e49}", "\u{e4c}", "\u{e4d}", "๑",
        "\u{301}", " ", "x",
    ];
    for number in 0..letters.len().pow(4) {
        let parts = [0, 1, 2, 3].map(|place| letters[number / letters.len().pow(place) % letters.len()]);
        assert_eq!(fold(&parts.concat()).text(), fold(&parts.join("\u{200b}")).text(), "{parts:?}");
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
