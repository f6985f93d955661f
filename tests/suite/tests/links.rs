//! Links in the middle of text. In: a message as scammers write it. Out: the host that a browser would go to.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scamfilter::text::prepare;

/// Text, and the hosts of its links in order.
const CASES: &[(&str, &[&str])] = &[
    // Punctuation before a bare host.
    ("ที่ -bit.ly/xyz", &["bit.ly"]),
    ("ที่ ...evil-x.com/xyz", &["evil-x.com"]),
    ("ที่ _evil-x.com/xyz", &["evil-x.com"]),
    ("see evil-x.com..now", &["evil-x.com"]),
    ("see evil-x.com.", &["evil-x.com"]),
    // A name that goes on behind letters of another script.
    ("https://kasikornbank.comก.evil.com/login", &["kasikornbank.xn--com-gkl.evil.com"]),
    ("https://kasikornbank.comก@evil.com/login", &["evil.com"]),
    ("https://kasikornbank.com@evil.com/login", &["evil.com"]),
    ("securé-kasikornbank.com/login", &["xn--secur-kasikornbank-fwb.com"]),
    ("àkasikornbank.com/login", &["xn--kasikornbank-x9a.com"]),
    // A host that runs into the next word, or into punctuation.
    ("กดที่ https://evil-x.comเพื่อรับ", &["evil-x.com"]),
    ("กดที่evil-x.comเพื่อรับ", &["evil-x.com"]),
    ("https://evil-x.com!", &["evil-x.com"]),
    ("https://evil-x.com; now", &["evil-x.com"]),
    ("“https://evil-x.com”", &["evil-x.com"]),
    ("*https://evil-x.com*", &["evil-x.com"]),
    ("https://evil-x.com🎁", &["evil-x.com"]),
    ("https://evil-x.com。请", &["evil-x.com"]),
    ("https://evil-x。com/a", &["evil-x.com"]),
    ("https://evil-x．com/a", &["evil-x.com"]),
    ("https://%65vil-x.com/", &["evil-x.com"]),
    ("(https://evil-x.com)", &["evil-x.com"]),
    ("https://user:pass!@evil-x.com/a", &["evil-x.com"]),
    // Addresses in every notation.
    ("http://3232235777/", &["192.168.1.1"]),
    ("http://0x7f.1/", &["127.0.0.1"]),
    ("http://0300.0250.1.1/", &["192.168.1.1"]),
    ("http://[2001:db8::1]/login", &["2001:db8::1"]),
    ("http://[2001:db8::1]:8080/login", &["2001:db8::1"]),
    ("http://[nonsense]/login", &[]),
    // Endings in capitals and numbers as names.
    ("evil-x.Com", &["evil-x.Com"]),
    ("evil-x.com.Click", &["evil-x.com.Click"]),
    ("เว็บ 168.vip", &["168.vip"]),
    // What is read as words.
    ("we are done.In the morning", &[]),
    ("at 7.pm? yes", &[]),
    ("open report.zip? no", &[]),
    ("ok.So: fine", &[]),
    ("1.My name", &[]),
    ("mail a.b@c.example", &[]),
    ("so...well", &[]),
];

#[test]
fn hosts_are_read_as_a_browser_goes_there() {
    for (text, hosts) in CASES {
        let found: Vec<String> = prepare(text).links.into_iter().map(|link| link.host).collect();
        let wanted: Vec<String> = hosts.iter().map(|host| host.to_lowercase()).collect();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn hostile_authorities_take_time_in_proportion() {
    // These were quadratic for readers that look ahead anew at every character; they would take minutes.
    let long = 60_000 / 3;
    for text in [
        "http://a.b".to_owned() + &"ก".repeat(long),
        "http://".to_owned() + &"ก.".repeat(long),
        "http://@".repeat(long),
    ] {
        let _ = prepare(&text);
    }
}
