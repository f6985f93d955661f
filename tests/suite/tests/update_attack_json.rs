//! JSON that is made to be read in two ways, or without an end. In: each role with a piece of text in it, signed by the right keys.
//! Out: refused before anything is believed of it; beside each stands the harmless twin, which is accepted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::update::FailureKind::Publisher;
use scamfilter_tests::phone::{Phone, body, change, delegation, fields, file_of, put, release, signers, started};
use scamfilter_tests::repository::{Repository, sign};
use serde_json::json;

const ROLES: [&str; 4] = ["root", "timestamp", "snapshot", "targets"];

/// The second release with `text` at the end of the signed part of `role`, which is signed as if it were canonical.
fn with(role: &str, text: &[u8]) -> (Repository, Phone) {
    with_forms(role, text, text)
}

/// The same, where the canonical form of the text is another one.
fn with_forms(role: &str, text: &[u8], form: &[u8]) -> (Repository, Phone) {
    let (mut repository, phone) = started();
    let signed = body(&repository, role).to_string();
    let open = signed.strip_suffix('}').unwrap().as_bytes();
    let ending = |text: &[u8]| [open, b",", text, b"}"].concat();
    put(&mut repository, role, file_of(&ending(text), &ending(form), signers(role)));
    (repository, phone)
}

fn accepted(role: &str, text: &[u8]) {
    let (repository, mut phone) = with(role, text);
    phone.refresh(&repository.files).map(drop).unwrap_or_else(|e| panic!("{role} {}: {e}", text.escape_ascii()));
}

fn refused(role: &str, text: &[u8]) {
    let (repository, mut phone) = with(role, text);
    let says = format!("{role}: not canonical JSON");
    phone.refuses(&repository.files, role, (Publisher, &says));
}

#[test]
fn duplicate_keys_in_every_role() {
    for role in ROLES {
        accepted(role, br#""z":1,"zz":1"#);
        refused(role, br#""z":1,"z":1"#);
        // A reader that takes the first and one that takes the last see two versions, or two kinds of metadata.
        refused(role, br#""version":3"#);
        refused(role, br#""_type":"root""#);
        refused(role, br#""z":{"a":[{"b":1,"b":2}]}"#);
        // The same key once escaped and once not.
        refused(role, br#""z":1,"\u007a":2"#);
    }
}

#[test]
fn duplicate_keys_around_the_signed_part() {
    for role in ROLES {
        for (more, well) in [(",\"z\":1}", true), (",\"signed\":{}}", false), (",\"signatures\":[]}", false)] {
            let (mut repository, mut phone) = started();
            let whole = sign(&body(&repository, role), signers(role));
            let open = whole.strip_suffix(b"}").unwrap();
            put(&mut repository, role, [open, more.as_bytes()].concat());
            if well {
                phone.refresh(&repository.files).unwrap();
            } else {
                phone.refuses(&repository.files, role, (Publisher, "not canonical JSON"));
            }
        }
    }
}

#[test]
fn huge_numbers_and_fractions() {
    for role in ROLES {
        for number in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
            accepted(role, format!("\"z\":{number}").as_bytes());
        }
        for number in [
            "1e400",
            "1e3",
            "1E2",
            "1.0",
            "0.1",
            "-0",
            "-0.0",
            "18446744073709551616",
            "9223372036854775808",
            "-9223372036854775809",
            "01",
            "+1",
            "0x10",
            "1_000",
            "NaN",
            "Infinity",
            "1.",
            ".1",
            "--1",
        ] {
            refused(role, format!("\"z\":{number}").as_bytes());
        }
        refused(role, format!("\"z\":{}", "9".repeat(5_000)).as_bytes());
    }
}

#[test]
fn versions_that_are_no_versions() {
    for role in ["timestamp", "snapshot", "targets"] {
        for version in [json!(0), json!(-1), json!("2"), json!(null), json!(true), json!([2]), json!((1u64 << 53) + 1)]
        {
            let (mut repository, mut phone) = started();
            change(&mut repository, role, |signed| signed["version"] = version.clone());
            phone.refuses(&repository.files, role, (Publisher, "a field is missing, malformed or out of bounds"));
        }
        // Two is what stands there unchanged.
        let (mut repository, mut phone) = started();
        change(&mut repository, role, |signed| signed["version"] = json!(2));
        phone.refresh(&repository.files).unwrap();
    }
    // The highest one there may be is accepted where nothing names another.
    let (mut repository, mut phone) = started();
    change(&mut repository, "timestamp", |signed| signed["version"] = json!(1u64 << 53));
    phone.refresh(&repository.files).unwrap();
}

#[test]
fn deep_nesting() {
    let nested = |depth: usize| format!("\"z\":{}0{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let mapped = |depth: usize| format!("\"z\":{}0{}", "{\"a\":".repeat(depth), "}".repeat(depth)).into_bytes();
    for role in ROLES {
        // The file and its signed part are two of the thirty-two levels.
        accepted(role, &nested(30));
        accepted(role, &mapped(30));
        refused(role, &nested(31));
        refused(role, &mapped(31));
        // As deep as fits, without an end, too.
        refused(role, &nested(2_000));
        refused(role, format!("\"z\":{}", "[".repeat(5_000)).as_bytes());
    }
}

#[test]
fn strings_that_are_no_text() {
    for role in ROLES {
        let (repository, mut phone) = with_forms(role, br#""z":"\u0000\ud83d\ude00\n""#, "\"z\":\"\0😀\n\"".as_bytes());
        phone.refresh(&repository.files).unwrap();
        for text in [
            &br#""z":"\ud800""#[..],
            br#""z":"\udc00\ud800""#,
            br#""z":"\ud83d\u0041""#,
            br#""\ud800":1"#,
            br#""z":"\x41""#,
            br#""z":"\u12""#,
            b"\"z\":\"\0\"",
            b"\"z\":\"\n\"",
            b"\"z\":\"\xff\"",
            // An overlong slash and half of a pair, as UTF-8 that is none.
            b"\"z\":\"\xc0\xaf\"",
            b"\"z\":\"\xed\xa0\x80\"",
            b"\"\xff\":1",
            b"'z':1",
            b"z:1",
            br#""z":1,"#,
            br#""z":1 /* note */"#,
            br#""z""#,
        ] {
            refused(role, text);
        }
    }
}

#[test]
fn bytes_around_the_file() {
    for role in ROLES {
        let whole = sign(&body(&started().0, role), signers(role));
        for (before, behind) in [("\u{feff}", ""), ("", "x"), ("", "{}"), ("", "\0"), ("[", "]"), ("//\n", "")] {
            let (mut repository, mut phone) = started();
            put(&mut repository, role, [before.as_bytes(), &whole, behind.as_bytes()].concat());
            let says = if before == "[" { "not signed metadata of that type" } else { "not canonical JSON" };
            phone.refuses(&repository.files, role, (Publisher, says));
        }
        let (mut repository, mut phone) = started();
        put(&mut repository, role, [b" \t", &whole[..], b"\r\n"].concat());
        phone.refresh(&repository.files).unwrap();
    }
}

#[test]
fn wrong_canonical_form() {
    for role in ROLES {
        // What is served may be written in any way; what is signed is the one form.
        let signed = body(&started().0, role);
        let pretty = serde_json::to_vec_pretty(&signed).unwrap();
        let escaped = signed.to_string().replace("spec_version", "\\u0073pec_version").into_bytes();
        let form = signed.to_string().into_bytes();
        for text in [&pretty, &escaped] {
            let (mut repository, mut phone) = started();
            put(&mut repository, role, file_of(text, text, signers(role)));
            phone.refuses(&repository.files, role, (Publisher, "not signed by enough keys"));
            let (mut repository, mut phone) = started();
            put(&mut repository, role, file_of(text, &form, signers(role)));
            phone.refresh(&repository.files).unwrap();
        }
    }
}

#[test]
fn malformed_delegated_role_is_left_out_and_the_others_stay() {
    let top = || fields(&[], &[delegation("a", 7, &["a/*"], false), delegation("b", 8, &["b/*"], false)]);
    let roles = || [("a", fields(&["a/1"], &[]), 7), ("b", fields(&["b/1"], &[]), 8)];
    for (more, well) in
        [("\"z\":1", true), ("\"version\":9", false), ("\"z\":1e400", false), ("\"z\":\"\\ud800\"", false)]
    {
        let (mut repository, mut phone) = started();
        release(&mut repository, top(), &roles());
        let signed = body(&repository, "a").to_string();
        let text = format!("{},{more}}}", signed.strip_suffix('}').unwrap()).into_bytes();
        put(&mut repository, "a", file_of(&text, &text, &[7]));
        let client = phone.refresh(&repository.files).unwrap();
        assert_eq!((client.resolve("a/1").is_some(), client.resolve("b/1").is_some()), (well, true), "{more}");
        let left_out: Vec<String> = client.left_out().iter().map(|(r, f)| format!("{r} {f}")).collect();
        assert_eq!(left_out, if well { vec![] } else { vec!["a targets: not canonical JSON"] }, "{more}");
        assert_eq!(phone.stored.contains_key("a"), well, "what is refused is not kept");
    }
}
