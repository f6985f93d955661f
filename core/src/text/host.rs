//! Hosts. In: a host as it is written in a link. Out: the host to look up, as a browser would read it.

use super::{fold, idna};
use core::net::{Ipv4Addr, Ipv6Addr};

/// Percent signs decoded, folded, ideographic full stops as dots, IPv4 in any notation as dotted decimal, other letters than
/// a-z in A-labels; `None` for what is no host.
pub(super) fn host_of(written: &str) -> Option<String> {
    if let Some(inner) = written.strip_prefix('[').and_then(|w| w.strip_suffix(']')) {
        return inner.parse().ok().map(ipv6);
    }
    let decoded = if written.contains('%') { decoded(written)? } else { written.to_owned() };
    let view = fold(&decoded);
    let host = view.text().replace('\u{3002}', ".");
    let host = host.trim_end_matches('.');
    if host.is_empty() || host.contains([' ', '/', '\\', '?', '#', '@', ':']) {
        return None;
    }
    // A name whose last label is a number is an address, or no host at all.
    if host.rsplit('.').next().is_some_and(|last| is_number(last) || number(last).is_some()) {
        return ipv4(host).map(|ip| ip.to_string());
    }
    idna::to_ascii(host)
}

/// As browsers write it: never with dots.
fn ipv6(ip: Ipv6Addr) -> String {
    let [.., high, low] = ip.segments();
    ip.to_ipv4_mapped().map_or_else(|| ip.to_string(), |_| format!("::ffff:{high:x}:{low:x}"))
}

/// Digits alone.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn decoded(written: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.first_chunk::<2>().filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|two| u8::from_str_radix(core::str::from_utf8(two).ok()?, 16).ok());
        match hex.filter(|_| byte == b'%') {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or(&[]);
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// The IPv4 parser of the WHATWG URL standard: one to four numbers, decimal, octal or hexadecimal, the last of which fills
/// what is left.
fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let mut parts = Vec::with_capacity(4);
    for part in host.split('.') {
        if parts.len() == 4 {
            return None;
        }
        parts.push(number(part)?);
    }
    let (last, first) = parts.split_last()?;
    let mut address = u64::from(*last);
    if address >= 1 << (8 * (4 - first.len())) {
        return None;
    }
    for (index, part) in first.iter().enumerate() {
        if *part > 255 {
            return None;
        }
        address |= u64::from(*part) << (8 * (3 - index));
    }
    u32::try_from(address).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u32> {
    let (digits, radix) = match part {
        _ if part.starts_with("0x") => (part.get(2..)?, 16),
        _ if part.len() > 1 && part.starts_with('0') => (part.get(1..)?, 8),
        _ => (part, 10),
    };
    if digits.is_empty() && radix == 16 {
        return Some(0);
    }
    digits.bytes().all(|b| b.is_ascii_alphanumeric()).then(|| u32::from_str_radix(digits, radix).ok())?
}
