//! Facts of one link. In: the link as it stands in the text. Out: what its shape says, its parts, and the links that it carries.
//!
//! Thresholds are chosen by hand; the facts weigh nothing alone.

use super::facts::{Fact, Facts, Judged};
use super::hits::Hit;
use crate::text::{Link, MAX_LINKS, Prepared, parse_link};
use core::ops::Range;

/// Links that other links carry, looked at in one message.
const MOST_CARRIED: usize = 16;
/// A host longer than this is long.
const LONG_HOST: usize = 40;
/// More labels above the registrable domain than this are deep.
const DEEP_HOST: usize = 2;
/// More folders in a path than this are deep.
const DEEP_PATH: usize = 6;
/// So many digits in a registered label are many.
const MANY_DIGITS: usize = 4;
/// So many hyphens in one label are many.
const MANY_HYPHENS: usize = 3;
/// Shortest label that can look random.
const RANDOM_LABEL: usize = 8;
/// So many consonants in a row are no word.
const CONSONANTS: usize = 6;
/// So many changes between letters and digits are no word.
const CHANGES: usize = 4;

/// Bytes between a link and the words that call it false; a Thai letter has three.
const BESIDE: usize = 36;

/// Endings of files that run when opened, but for Android packages, which are a fact of their own.
const EXECUTABLES: [&str; 14] =
    ["exe", "msi", "bat", "cmd", "scr", "js", "vbs", "jar", "hta", "lnk", "ipa", "dmg", "xapk", "apks"];
/// Words of pages that take credentials.
const LOGIN: [&str; 14] = [
    "login",
    "log-in",
    "signin",
    "sign-in",
    "logon",
    "auth",
    "account",
    "verify",
    "verification",
    "password",
    "otp",
    "kyc",
    "webscr",
    "wp-login",
];

/// A link taken apart.
pub(super) struct Written<'t> {
    /// Before an `@` in the authority.
    pub(super) user: &'t str,
    /// Path, query and fragment.
    pub(super) path: &'t str,
    plain_http: bool,
}

impl<'t> Written<'t> {
    /// Takes apart what stands in the text.
    pub(super) fn of(written: &'t str) -> Self {
        let (scheme, rest) = written.split_once("://").unwrap_or(("", written));
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        let plain_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("hxxp");
        Self { user, path, plain_http }
    }
}

/// Sets what the shape of a link says. `domain` is its registrable domain, or the host itself.
pub(super) fn mark(facts: &mut Facts, link: &Link, domain: &str, written: &Written<'_>) {
    let host = link.host.as_str();
    let label = domain.split('.').next().unwrap_or("");
    let above = host.len().checked_sub(domain.len()).and_then(|n| host.get(..n)).unwrap_or("");
    let folders = written.path.split(['?', '#']).next().unwrap_or("");
    let named = !link.is_ip();
    let count = |text: &str, what: fn(&u8) -> bool| text.bytes().filter(what).count();
    let flags = [
        (link.is_ip(), Fact::LinkIp),
        (link.is_apk, Fact::LinkApk),
        (link.has_userinfo, Fact::LinkUserinfo),
        (link.port.is_some_and(|p| p != 80 && p != 443), Fact::LinkPort),
        (ends_in(folders, &EXECUTABLES), Fact::LinkExecutable),
        (says(written.path, &LOGIN) || named && says(host, &LOGIN), Fact::LinkLogin),
        (named && is_random(label), Fact::LinkRandom),
        (named && count(label, u8::is_ascii_digit) >= MANY_DIGITS, Fact::LinkDigits),
        (
            host.split('.').any(|l| !l.starts_with("xn--") && count(l, |b| *b == b'-') >= MANY_HYPHENS),
            Fact::LinkHyphens,
        ),
        (above.matches('.').count() > DEEP_HOST || folders.matches('/').count() > DEEP_PATH, Fact::LinkDeep),
        (host.len() > LONG_HOST, Fact::LinkLong),
        (written.plain_http, Fact::LinkNoTls),
        (carried(written.path).is_some(), Fact::LinkRedirect),
        (!host.is_ascii() || host.split('.').any(|l| l.starts_with("xn--")), Fact::LinkPunycode),
    ];
    flags.iter().filter(|(holds, _)| *holds).for_each(|(_, fact)| facts.set(*fact));
}

/// Links that stand in the parameters or the path of others, each at the place of the one that carries it.
pub(super) fn carried_by(original: &str, links: &[Link]) -> Vec<Link> {
    let inner = |link: &Link| {
        let written = Written::of(original.get(link.range.clone())?);
        let carried = carried(written.path)?;
        let inner = parse_link(&carried)?;
        (inner.host != link.host).then(|| Link { range: link.range.clone(), ..inner })
    };
    links.iter().take(MAX_LINKS).filter_map(inner).take(MOST_CARRIED).collect()
}

/// Takes back what a link imitates where the words right beside it say that it is a false site, as a bank's warning does. Each
/// link needs words of its own, in its own sentence, behind it or else before it; `said` are the places of such words.
pub(super) fn quoted(links: &mut [Judged<'_>], prepared: &Prepared<'_>, said: &[Hit]) {
    if said.is_empty() {
        return;
    }
    let mut words: Vec<Range<usize>> = Vec::with_capacity(said.len());
    for word in said.iter().map(|hit| prepared.folded.origin(hit.start as usize..hit.end as usize)) {
        match words.last_mut().filter(|last| word.start < last.end) {
            Some(last) => last.end = last.end.max(word.end),
            None => words.push(word),
        }
    }
    let beside = |from: usize, to: usize| {
        let between = prepared.original.get(from..to).filter(|text| text.len() <= BESIDE);
        between.is_some_and(|text| !text.contains(['.', '!', '?', ';', '\n', '\r', '/']))
    };
    for word in words {
        let of = |stands: &dyn Fn(&Range<usize>) -> bool| {
            let mut told = links.iter().filter(|judged| judged.imitated.is_some()).map(|judged| &judged.link.range);
            told.find(|link| stands(link)).cloned()
        };
        let found = of(&|link| beside(link.end, word.start)).or_else(|| of(&|link| beside(word.end, link.start)));
        // An address that a link carries stands where the link does.
        for judged in links.iter_mut().filter(|judged| found.as_ref() == Some(&judged.link.range)) {
            if let Some(imitated) = judged.imitated.take() {
                judged.facts.clear(imitated.fact);
            }
        }
    }
}

/// The first address in a path or query, percent signs decoded.
fn carried(path: &str) -> Option<String> {
    // Nearly every link ends here.
    let marks = ["//", "%2F%2F", "%2f%2f", "%252F", "%252f", ":/"];
    if path.len() < 8 || !marks.iter().any(|mark| path.contains(mark)) {
        return None;
    }
    let once = decoded(path);
    let plain = if once.contains("%2F") || once.contains("%2f") { decoded(&once) } else { once };
    let lower = plain.to_ascii_lowercase();
    let start = ["https:/", "http:/", "=//"].iter().filter_map(|scheme| Some((lower.find(scheme)?, *scheme))).min()?;
    let rest = plain.get(start.0 + start.1.len()..)?.trim_start_matches('/');
    let end = rest.find(['&', ' ', '"', '\'', '<', '>']).unwrap_or(rest.len());
    let host = rest.get(..end)?;
    host.contains('.').then(|| format!("http://{host}"))
}

/// Percent signs decoded; what is no UTF-8 then stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.first_chunk::<2>().filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|two| u8::from_str_radix(core::str::from_utf8(two).ok()?, 16).ok());
        let taken = hex.filter(|_| byte == b'%');
        bytes.push(taken.unwrap_or(byte));
        rest = if taken.is_some() { after.get(2..).unwrap_or(&[]) } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn ends_in(path: &str, endings: &[&str]) -> bool {
    let file = path.rsplit('/').next().unwrap_or("");
    file.rsplit_once('.').is_some_and(|(_, end)| endings.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// Whether one of the words stands in the text between signs.
fn says(text: &str, words: &[&str]) -> bool {
    let mut parts = text.split(['/', '.', '?', '&', '=', '_', '#', '+']).filter(|part| part.len() > 2);
    parts.any(|part| {
        let is = |part: &str| words.iter().any(|word| part.eq_ignore_ascii_case(word));
        is(part) || part.contains('-') && part.split('-').any(is)
    })
}

/// No word, and no words, would be written so: consonants in a row, or letters and digits in turn.
fn is_random(label: &str) -> bool {
    if label.len() < RANDOM_LABEL || label.starts_with("xn--") || !label.is_ascii() {
        return false;
    }
    let (mut run, mut longest, mut changes) = (0, 0, 0);
    let mut last: Option<u8> = None;
    for byte in label.bytes() {
        let vowel = matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
        run = if byte.is_ascii_alphabetic() && !vowel { run + 1 } else { 0 };
        longest = longest.max(run);
        changes +=
            usize::from(last.is_some_and(|l| l.is_ascii_digit() != byte.is_ascii_digit() && l != b'-' && byte != b'-'));
        last = Some(byte);
    }
    longest >= CONSONANTS || changes >= CHANGES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(link: &str) -> Vec<&'static str> {
        let parsed = parse_link(link).expect("a link");
        let mut facts = Facts::default();
        mark(&mut facts, &parsed, &parsed.host, &Written::of(link));
        Fact::ALL.iter().filter(|(fact, _)| facts.holds(*fact as u8)).map(|(_, name)| *name).collect()
    }

    #[test]
    fn each_shape_is_told() {
        for (link, told) in [
            ("http://a.example/x", "link.no_tls"),
            ("hxxp://a.example/x", "link.no_tls"),
            ("https://a.example/setup.EXE", "link.executable"),
            ("https://a.example/th/sign-in?x=1", "link.login"),
            ("https://my-verify-th.example", "link.login"),
            ("https://xkqzrtvb.example", "link.random"),
            ("https://a1b2c3d4.example", "link.random"),
            ("https://shop8888.example", "link.digits"),
            ("https://a-b-c-d.example", "link.hyphens"),
            ("https://a.example/r?to=https%3A%2F%2Fevil.example%2Fx", "link.redirect"),
            ("https://a.example/r?to=https%253A%252F%252Fevil.example", "link.redirect"),
            ("https://a.example/r?u=//evil.example/x", "link.redirect"),
            ("https://xn--o3cw4h.example", "link.punycode"),
            ("https://a.example/1/2/3/4/5/6/7/8", "link.deep"),
        ] {
            assert!(facts(link).contains(&told), "{link}: {:?}", facts(link));
        }
        for link in
            ["https://www.shop.example/sale?id=5", "https://strengths.example", "https://a.example/login-free-zone"]
        {
            let quiet = facts(link);
            assert!(quiet.iter().all(|f| *f == "link.login"), "{link}: {quiet:?}");
        }
    }

    #[test]
    fn a_link_in_a_parameter_is_a_link_of_its_own() {
        let text = "https://a.example/r?to=https%3A%2F%2Fevil.example%2Fx";
        let outer = parse_link(text).expect("a link");
        let inner = carried_by(text, std::slice::from_ref(&outer));
        assert_eq!(inner.first().map(|l| l.host.as_str()), Some("evil.example"));
        assert_eq!(inner.first().map(|l| l.range.clone()), Some(outer.range));
        let plain = "https://a.example/%ff%2f%2f%zz";
        assert!(carried_by(plain, &[parse_link(plain).expect("a link")]).is_empty());
    }
}
