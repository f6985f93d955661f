//! Names in other letters than a-z. In: a folded host. Out: its A-labels, the form in which hosts are compared and listed.
//!
//! Folding does nearly what UTS #46 maps; what it lacks is composition (NFC) and punycode (RFC 3492), which are here. Where
//! it does more, such as digits of all scripts as 0-9 and marks in the order in which they are typed, two hosts that a reader
//! cannot tell apart become one. `tests/suite/tests/url.rs` compares hosts with the `url` crate.

use super::tables::compose;

/// Longest name of the DNS; longer ones are cut off by no browser, but lead nowhere.
const MOST_LABEL: usize = 63;

/// The host with each label that is not ASCII in punycode; `None` where one would be longer than the DNS has names.
pub(super) fn to_ascii(host: &str) -> Option<String> {
    if host.is_ascii() {
        return Some(host.to_owned());
    }
    let mut out = String::with_capacity(host.len() * 2);
    for (index, label) in host.split('.').enumerate() {
        if index > 0 {
            out.push('.');
        }
        if label.is_ascii() {
            out.push_str(label);
            continue;
        }
        // No name can be that long: what is encoded takes a byte a character at least.
        if label.len() > 4 * MOST_LABEL {
            return None;
        }
        let start = out.len();
        out.push_str("xn--");
        punycode(&composed(label), &mut out)?;
        if out.len() - start > MOST_LABEL {
            return None;
        }
    }
    Some(out)
}

/// NFC of folded text, whose marks stand in order; those of one rank by their number, so that `ầ` comes as a, grave, circumflex.
fn composed(label: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(label.len());
    // The last base, to which marks are added as long as none is left over between.
    let mut base: Option<usize> = None;
    // What it was before the mark that it took last.
    let mut before: Option<(char, char)> = None;
    let mut between = 0;
    for c in label.chars() {
        let rank = super::tables::mark_rank(c);
        let open =
            base.filter(|at| if rank == 0 { at + 1 == out.len() } else { between < rank || at + 1 == out.len() });
        let joined = open.and_then(|at| {
            let first = *out.get(at)?;
            let swapped = || {
                let (bare, mark) = before.filter(|_| rank > 0)?;
                compose(compose(bare, c)?, mark)
            };
            Some((at, first, compose(first, c).or_else(swapped)?))
        });
        if let Some((slot, first, joined)) = joined.and_then(|(at, f, c)| Some((out.get_mut(at)?, f, c))) {
            *slot = joined;
            before = Some((first, c));
            continue;
        }
        if rank == 0 {
            base = Some(out.len());
            before = None;
            between = 0;
        } else {
            between = rank;
        }
        out.push(c);
    }
    out
}

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;

/// Adds the encoding of RFC 3492, section 6.3.
fn punycode(label: &[char], out: &mut String) -> Option<()> {
    let before = out.len();
    out.extend(label.iter().filter(|c| c.is_ascii()));
    let basic = (out.len() - before) as u32;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (0x80u32, 0u32, 72u32, basic);
    while (handled as usize) < label.len() {
        let next = label.iter().map(|c| *c as u32).filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for c in label.iter().map(|c| *c as u32) {
            if c < n {
                delta = delta.checked_add(1)?;
            } else if c == n {
                let mut rest = delta;
                for k in (BASE..).step_by(BASE as usize) {
                    let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
                    if rest < t {
                        break;
                    }
                    out.push(digit(t + (rest - t) % (BASE - t)));
                    rest = (rest - t) / (BASE - t);
                }
                out.push(digit(rest));
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        (delta, n) = (delta.checked_add(1)?, n + 1);
    }
    Some(())
}

fn digit(value: u32) -> char {
    char::from(if value < 26 { b'a' + value as u8 } else { b'0' + (value as u8).wrapping_sub(26) })
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}
