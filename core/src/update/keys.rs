//! Public keys and signatures. In: a key of metadata, a message, a signature. Out: whether it verifies.
//!
//! Ed25519 as in RFC 8032, strict: no small-order key, no S outside of the group order, no point in two encodings.
//! ECDSA over P-256 with SHA-256, signatures in DER. Both in Rust; RSA is left out.

use super::json::Json;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use sha2::{Digest, Sha256};

/// DER of a SubjectPublicKeyInfo for P-256 up to the uncompressed point (RFC 5480).
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A key of a kind that is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519, 32 bytes.
    Ed25519([u8; 32]),
    /// P-256, the uncompressed point.
    P256([u8; 65]),
}

impl PublicKey {
    /// A key as it stands in metadata; nothing for kinds that are not known, whose signatures then count for nothing.
    #[must_use]
    pub fn read(json: &Json) -> Option<Self> {
        let field = |name| json.get(name).and_then(Json::text);
        let public = json.get("keyval")?.get("public")?.text()?;
        match (field("keytype")?, field("scheme")?) {
            ("ed25519", "ed25519") => hex(public)?.try_into().ok().map(Self::Ed25519),
            ("ecdsa" | "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => {
                let body = public.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?;
                let der = base64(body.strip_suffix("-----END PUBLIC KEY-----")?)?;
                der.strip_prefix(&P256_PREFIX)?.try_into().ok().map(Self::P256)
            }
            _ => None,
        }
    }

    /// Whether `signature` over `message` was made with the private half of this key.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => ed25519_verifies(key, message, signature).is_some(),
            Self::P256(point) => p256_verifies(point, message, signature).is_some(),
        }
    }
}

fn ed25519_verifies(key: &[u8; 32], message: &[u8], signature: &[u8]) -> Option<()> {
    let signature = ed25519_compact::Signature::from_slice(signature).ok()?;
    ed25519_compact::PublicKey::new(*key).verify(message, &signature).ok()
}

fn p256_verifies(point: &[u8; 65], message: &[u8], signature: &[u8]) -> Option<()> {
    let (r, s) = der_pair(signature)?;
    let signature = p256::ecdsa::Signature::from_scalars(r, s).ok()?;
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
    key.verify_prehash(&Sha256::digest(message), &signature).ok()
}

/// `SEQUENCE { INTEGER, INTEGER }` in DER, and nothing else: shortest lengths, shortest positive numbers.
fn der_pair(der: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let body = der.strip_prefix(&[0x30])?;
    let (length, body) = body.split_first()?;
    // Two integers of 33 bytes never need a long length.
    if usize::from(*length) != body.len() || *length >= 0x80 {
        return None;
    }
    let (r, rest) = der_integer(body)?;
    let (s, rest) = der_integer(rest)?;
    rest.is_empty().then_some((r, s))
}

fn der_integer(der: &[u8]) -> Option<([u8; 32], &[u8])> {
    let (length, body) = der.strip_prefix(&[0x02])?.split_first()?;
    let (digits, rest) = body.split_at_checked(usize::from(*length))?;
    let digits = match digits {
        [0, next, ..] if *next >= 0x80 => digits.get(1..)?,
        [0] => digits,
        [0, ..] | [] => return None,
        [first, ..] if *first >= 0x80 => return None,
        _ => digits,
    };
    let mut out = [0; 32];
    out.get_mut(32usize.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some((out, rest))
}

/// Bytes of a string of hexadecimal digits.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok());
    if odd.is_empty() { bytes.collect() } else { None }
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.bytes().filter(|b| !b.is_ascii_whitespace()) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(out)
}
