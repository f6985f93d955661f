//! Facts of links, senders and numbers. In: a prepared message and packs. Out: a [`Facts`] set and the judged links.

use super::ScamFilter;
use super::links::{self, Written};
use super::lookalike::{self, Imitated, Names, Parts};
use super::overlay::OverlayAction;
use crate::message::Message;
use crate::pack::{Pack, SenderClass};
use crate::text::{Link, Prepared, SCHEME_APP, SCHEME_DATA, SCHEME_DIAL, fold, hosts_up};

macro_rules! facts {
    ($($(#[$meta:meta])* $variant:ident = $number:literal $text:literal,)*) => {
        /// Something that a condition or a policy can ask for. Numbers stand in packs and are append-only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Fact { $($(#[$meta])* $variant = $number,)* }
        impl Fact {
            /// All facts with the name that rule sources use.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, $text),)*];
        }
    };
}

facts! {
    /// There is a link.
    LinkAny = 0 "link.any",
    /// There is none.
    LinkNone = 1 "link.none",
    /// A link leads to no brand's official domain.
    LinkUnofficial = 2 "link.unofficial",
    /// A link leads to a brand's official domain.
    LinkOfficial = 3 "link.official",
    /// A link shortener.
    LinkShortener = 4 "link.shortener",
    /// A messenger's invitation.
    LinkMessenger = 5 "link.messenger",
    /// A host that is an IP address.
    LinkIp = 6 "link.ip",
    /// A link to an Android package.
    LinkApk = 7 "link.apk",
    /// Something before an `@` in the authority.
    LinkUserinfo = 8 "link.userinfo",
    /// A phone number in the text.
    PhoneAny = 9 "phone.any",
    /// No sender known.
    SenderUnknown = 10 "sender.unknown",
    /// A subscriber number.
    SenderNumber = 11 "sender.number",
    /// A short code.
    SenderShortCode = 12 "sender.shortcode",
    /// A name that no pack knows.
    SenderAlphanumeric = 13 "sender.alphanumeric",
    /// A bank's sender ID.
    SenderBank = 14 "sender.bank",
    /// A government's.
    SenderGovernment = 15 "sender.government",
    /// An operator's.
    SenderOperator = 16 "sender.operator",
    /// A courier's.
    SenderCourier = 17 "sender.courier",
    /// A wallet's.
    SenderWallet = 18 "sender.wallet",
    /// A utility's.
    SenderUtility = 19 "sender.utility",
    /// A shop's.
    SenderShop = 20 "sender.shop",
    /// The text names a brand.
    BrandNamed = 21 "brand.named",
    /// It names a brand, and a link is not that brand's.
    BrandMismatch = 22 "brand.mismatch",
    /// The sender is a contact.
    SenderContact = 23 "sender.contact",
    /// The user has written to the sender before.
    SenderReplied = 24 "sender.replied",
    /// A page on a host where anyone can put one.
    LinkFreeHosting = 25 "link.free_hosting",
    /// A port other than 80 and 443.
    LinkPort = 26 "link.port",
    /// A host that reads as a brand's name but is written with other letters: `kasik0rnbank`.
    LookalikeHomoglyph = 27 "lookalike.homoglyph",
    /// A host one letter away from a brand's name.
    LookalikeTypo = 28 "lookalike.typo",
    /// A brand's whole domain inside of another's host: `scb.co.th.evil.example`.
    LookalikeDomain = 29 "lookalike.domain",
    /// A brand's name with words that scammers add: `kasikornbank-verify`.
    LookalikeBait = 30 "lookalike.bait",
    /// A brand's name under another registry, or in front of a host where anyone can have a page.
    LookalikeRegistry = 31 "lookalike.registry",
    /// A brand's name in front of another's domain, or beside words of that domain's own.
    LookalikeSubdomain = 32 "lookalike.subdomain",
    /// A brand's name in the path of another's link, or before its `@`.
    LookalikePath = 33 "lookalike.path",
    /// A brand's name in its own script, in a host that is not the brand's.
    LookalikeScript = 34 "lookalike.script",
    /// A name that its owner can point anywhere within minutes.
    LinkDynamicDns = 35 "link.dynamic_dns",
    /// A file that runs when opened, other than an Android package.
    LinkExecutable = 36 "link.executable",
    /// A word of pages that take credentials, in host or path.
    LinkLogin = 37 "link.login",
    /// A registered label that is no word.
    LinkRandom = 38 "link.random",
    /// Four digits or more in the registered label.
    LinkDigits = 39 "link.digits",
    /// Three hyphens or more in one label.
    LinkHyphens = 40 "link.hyphens",
    /// A top-level domain that is far more common among malicious than among popular sites.
    LinkRiskyTld = 41 "link.risky_tld",
    /// Three labels or more above the registrable domain, or seven folders.
    LinkDeep = 42 "link.deep",
    /// A host of more than 40 characters.
    LinkLong = 43 "link.long",
    /// Written with `http://`.
    LinkNoTls = 44 "link.no_tls",
    /// It carries another link, which is judged too.
    LinkRedirect = 45 "link.redirect",
    /// A host in letters other than a-z.
    LinkPunycode = 46 "link.punycode",
    /// A host where users have pages, files or forms of their own.
    LinkUserContent = 47 "link.user_content",
    /// A word has letters of two scripts that look alike.
    TextMixedScript = 56 "text.mixed_script",
    /// Words stand backwards under a right-to-left override.
    TextBackwards = 57 "text.backwards",
    /// An id of a messenger account, with `@` or behind a messenger's name.
    ContactId = 58 "contact.id",
    /// A link that is its own page: `data:`, `javascript:`.
    LinkData = 59 "link.data",
    /// A link that opens an app or a shop of apps: `intent:`, `market:`.
    LinkApp = 60 "link.app",
    /// A link that calls or writes to a number: `tel:`, `sms:`.
    LinkDial = 61 "link.dial",
}

/// A set of facts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts(u64);

impl Facts {
    pub(super) fn set(&mut self, fact: Fact) {
        self.0 |= 1 << fact as u32;
    }

    pub(super) fn clear(&mut self, fact: Fact) {
        self.0 &= !(1 << fact as u32);
    }

    pub(super) fn holds(self, fact: u8) -> bool {
        fact < 64 && self.0 & 1 << fact != 0
    }

    /// Whether one of those in `mask`, a bit each, holds; see [`mask`].
    pub(super) fn common(self, mask: u64) -> bool {
        self.0 & mask != 0
    }
}

/// A bit for each fact.
pub(super) const fn mask(mut facts: &[Fact]) -> u64 {
    let mut bits = 0;
    while let [fact, rest @ ..] = facts {
        bits |= 1 << *fact as u32;
        facts = rest;
    }
    bits
}

/// A link that really is one.
pub(super) struct Judged<'a> {
    pub(super) link: &'a Link,
    /// eTLD+1, or the host itself where there is none.
    pub(super) domain: &'a str,
    /// Public suffix, empty where there is none.
    pub(super) suffix: &'a str,
    pub(super) official: bool,
    /// It is official because a brand runs the whole suffix.
    pub(super) by_suffix: bool,
    pub(super) facts: Facts,
    /// The brand that it looks like and is not.
    pub(super) imitated: Option<Imitated<'a>>,
}

/// Uses of a domain that let strangers put something there: then it is nobody's official one, whoever runs it.
const SHARED: u64 = mask(&[
    Fact::LinkShortener,
    Fact::LinkMessenger,
    Fact::LinkFreeHosting,
    Fact::LinkDynamicDns,
    Fact::LinkUserContent,
]);

/// Keeps the candidates that are links, those that others carry behind them, and says what is known of each.
pub(super) fn links<'a>(
    filter: &'a ScamFilter,
    message: &Message,
    prepared: &'a Prepared<'_>,
    carried: &'a [Link],
) -> Vec<Judged<'a>> {
    if prepared.links.is_empty() {
        return Vec::new();
    }
    let names = Names::of(filter);
    let all = prepared.links.iter().map(|link| (link, prepared.original.get(link.range.clone())));
    let all = all.chain(carried.iter().map(|link| (link, None)));
    all.filter_map(|(link, written)| judge(filter, message, &names, link, written.unwrap_or(&link.host))).collect()
}

fn judge<'a>(
    filter: &'a ScamFilter,
    message: &Message,
    names: &Names<'a>,
    link: &'a Link,
    written: &'a str,
) -> Option<Judged<'a>> {
    let host = link.host.as_str();
    let suffix = filter.trusted().find_map(|p| p.public_suffix(host));
    let domain = suffix.and_then(|s| registrable(host, s));
    let name = suffix.and_then(|s| host.get(host.len().checked_sub(s)?..)).unwrap_or("");
    let more = link.range.len() > host.len();
    // A shared host such as s3.amazonaws.com is a public suffix itself; with a path behind it, it is a link.
    let known =
        domain.is_some() || more && (link.is_ip() || suffix.is_some_and(|s| s == host.len()) && host.contains('.'));
    if !link.has_scheme && !known {
        return None;
    }
    let domain = domain.unwrap_or(host);
    let allowed = filter.overlay.host(host, message.received_at) == Some(OverlayAction::Allow);
    let known = |name: &str| filter.trusted().any(|p| official(p, name).is_some());
    let mut facts = Facts::default();
    // Free hosting is often a public suffix itself, so names above the registrable domain count too.
    for use_of in hosts_up(host).filter_map(|name| filter.trusted().find_map(|p| p.domain_use(name))) {
        facts.0 |= 1u64.checked_shl(u32::from(use_of)).unwrap_or(0);
    }
    let shared = facts.common(SHARED);
    let brand = known(domain);
    let own = allowed || brand && !shared;
    let by_suffix = !own && !shared && known(name);
    let official = own || by_suffix;
    facts.set(Fact::LinkAny);
    facts.set(if official { Fact::LinkOfficial } else { Fact::LinkUnofficial });
    let parts = Written::of(written);
    links::mark(&mut facts, link, domain, &parts);
    let imitated = if official || brand {
        None
    } else {
        let shared = facts.holds(Fact::LinkFreeHosting as u8) || facts.holds(Fact::LinkDynamicDns as u8);
        let risky = facts.holds(Fact::LinkRiskyTld as u8);
        lookalike::find(names, &Parts { host, domain, shared, risky, user: parts.user, path: parts.path })
    };
    if let Some(imitated) = &imitated {
        facts.set(imitated.fact);
    }
    Some(Judged { link, domain, suffix: name, official, by_suffix, facts, imitated })
}

/// Atom of the brand that a domain belongs to: its own, or the one that runs the whole suffix (`go.th`, `gov.sg`).
pub(super) fn owner(pack: &Pack, domain: &str, suffix: &str) -> Option<u32> {
    official(pack, domain).or_else(|| official(pack, suffix))
}

/// Atom of the brand of exactly this name; no brand runs a whole top-level domain such as `com`.
fn official(pack: &Pack, name: &str) -> Option<u32> {
    name.contains('.').then(|| pack.official(name)).flatten()
}

fn registrable(host: &str, suffix: usize) -> Option<&str> {
    let before = host.get(..host.len().checked_sub(suffix + 1)?)?;
    let label = before.rfind('.').map_or(0, |dot| dot + 1);
    host.get(label..)
}

/// Class of the sender, by the packs' registers, else by its shape.
///
/// The index is that of the pack that knows it; one of a country before `common`.
pub(super) fn sender_class(filter: &ScamFilter, message: &Message) -> (SenderClass, Option<usize>) {
    let Some(sender) = &message.sender else { return (SenderClass::Unknown, None) };
    let view = fold(sender.as_str().trim());
    let name = view.text();
    let trusted = filter.packs.iter().enumerate().filter(|(_, open)| open.trusted());
    let known = trusted.rev().find_map(|(index, open)| Some((open.pack.sender(name)?, Some(index))));
    if let Some(known) = known {
        return known;
    }
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let shaped = name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b' ' | b'(' | b')'));
    let class = match digits {
        _ if name.is_empty() => SenderClass::Unknown,
        8.. if shaped => SenderClass::Number,
        1.. if shaped => SenderClass::ShortCode,
        _ => SenderClass::Alphanumeric,
    };
    (class, None)
}

/// Facts of the whole message, but for those of brands, which need the phrases.
pub(super) fn of_message(
    message: &Message,
    prepared: &Prepared<'_>,
    links: &[Judged<'_>],
    class: SenderClass,
) -> Facts {
    let mut facts = Facts(links.iter().fold(0, |all, l| all | l.facts.0));
    if links.is_empty() {
        facts.set(Fact::LinkNone);
    }
    let flags = [
        (!prepared.phones.is_empty(), Fact::PhoneAny),
        (!prepared.ids.is_empty(), Fact::ContactId),
        (prepared.mixed, Fact::TextMixedScript),
        (prepared.backwards, Fact::TextBackwards),
        (prepared.schemes & SCHEME_DATA != 0, Fact::LinkData),
        (prepared.schemes & SCHEME_APP != 0, Fact::LinkApp),
        (prepared.schemes & SCHEME_DIAL != 0, Fact::LinkDial),
    ];
    flags.into_iter().filter(|(holds, _)| *holds).for_each(|(_, fact)| facts.set(fact));
    facts.0 |= 1 << (Fact::SenderUnknown as u32 + class as u32);
    if message.sender_is_contact == Some(true) {
        facts.set(Fact::SenderContact);
    }
    if message.has_replied == Some(true) {
        facts.set(Fact::SenderReplied);
    }
    facts
}
