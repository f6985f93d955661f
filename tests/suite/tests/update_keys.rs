//! Signatures of updates against Wycheproof, and the small-order keys that Wycheproof lacks.
//!
//! `tests/suite/vectors` are `testvectors_v1` of Project Wycheproof (C2SP, Apache-2.0), unchanged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use scamfilter::update::{Json, PublicKey};
use serde_json::Value;

fn vectors(name: &str) -> Value {
    let path = format!("{}/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn key(kind: &str, scheme: &str, public: &str) -> Option<PublicKey> {
    let json = serde_json::json!({ "keytype": kind, "scheme": scheme, "keyval": { "public": public } });
    PublicKey::read(&Json::parse(json.to_string().as_bytes()).unwrap())
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Every vector through the function that metadata is verified with; how many were valid and invalid.
fn agree(file: &str, read: impl Fn(&Value) -> Option<PublicKey>) -> (usize, usize) {
    let (mut valid, mut invalid) = (0, 0);
    let vectors = vectors(file);
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = read(&group["publicKey"]).or_else(|| read(group)).unwrap();
        for test in group["tests"].as_array().unwrap() {
            let text = |field: &str| hex(test[field].as_str().unwrap());
            let wanted = test["result"] == "valid";
            assert_eq!(key.verifies(&text("msg"), &text("sig")), wanted, "{file} {} {}", test["tcId"], test["comment"]);
            if wanted { valid += 1 } else { invalid += 1 }
        }
    }
    (valid, invalid)
}

#[test]
fn wycheproof_ed25519() {
    let read = |v: &Value| key("ed25519", "ed25519", v["pk"].as_str()?);
    assert_eq!(agree("ed25519_test.json", read), (88, 63));
}

#[test]
fn wycheproof_p256() {
    let read = |v: &Value| key("ecdsa", "ecdsa-sha2-nistp256", v["publicKeyPem"].as_str()?);
    let (valid, invalid) = agree("ecdsa_secp256r1_sha256_test.json", read);
    assert_eq!(valid + invalid, 484);
    assert!(valid > 100 && invalid > 100, "{valid} {invalid}");
}

/// Encodings of the eight points of small order, canonical or not, among them those with the sign bit of zero set
/// (Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs", 2020), and their neighbours that decode to the same.
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

#[test]
fn small_order_keys_with_s_zero_are_refused() {
    let mut tried = 0;
    for public in SMALL_ORDER {
        let Some(key) = key("ed25519", "ed25519", public) else { continue };
        for r in SMALL_ORDER {
            for message in [&b"metadata"[..], b"", b"a third message"] {
                let signature = [hex(r), vec![0; 32]].concat();
                assert!(!key.verifies(message, &signature), "{public} {r}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 400, "{tried}");
}

#[test]
fn keys_of_other_kinds_or_shapes_are_no_keys() {
    let point = "04".repeat(65);
    for (kind, scheme, public) in [
        ("rsa", "rsassa-pss-sha256", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"),
        ("ed25519", "ecdsa-sha2-nistp256", &"00".repeat(32)),
        ("ed25519", "ed25519", &"00".repeat(31)),
        ("ed25519", "ed25519", &"0g".repeat(32)),
        ("ecdsa", "ecdsa-sha2-nistp256", &point),
        ("ecdsa", "ecdsa-sha2-nistp384", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
    ] {
        assert_eq!(key(kind, scheme, public), None, "{kind} {scheme}");
    }
}
