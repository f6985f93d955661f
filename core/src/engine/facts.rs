//! Facts of links, senders and numbers. In: a prepared message and packs. Out: a [`Facts`] set and the judged links.

use super::ScamFilter;
use super::overlay::OverlayAction;
use crate::message::Message;
use crate::pack::{Pack, SenderClass};
use crate::text::{Link, Prepared, fold, hosts_up};

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
}

/// A set of facts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts(u64);

impl Facts {
    pub(super) fn set(&mut self, fact: Fact) {
        self.0 |= 1 << fact as u32;
    }

    pub(super) fn holds(self, fact: u8) -> bool {
        fact < 64 && self.0 & 1 << fact != 0
    }

    pub(super) fn common(self, mask: u64) -> bool {
        self.0 & mask != 0
    }
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
}

/// Keeps the candidates that are links and says what is known of each.
pub(super) fn links<'a>(filter: &ScamFilter, message: &Message, prepared: &'a Prepared<'_>) -> Vec<Judged<'a>> {
    prepared.links.iter().filter_map(|link| judge(filter, message, link)).collect()
}

fn judge<'a>(filter: &ScamFilter, message: &Message, link: &'a Link) -> Option<Judged<'a>> {
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
    let own = allowed || known(domain);
    let by_suffix = !own && known(name);
    let official = own || by_suffix;
    let mut facts = Facts::default();
    facts.set(Fact::LinkAny);
    facts.set(if official { Fact::LinkOfficial } else { Fact::LinkUnofficial });
    // Free hosting is often a public suffix itself, so names above the registrable domain count too.
    for use_of in hosts_up(host).filter_map(|name| filter.trusted().find_map(|p| p.domain_use(name))) {
        facts.0 |= 1u64.checked_shl(u32::from(use_of)).unwrap_or(0);
    }
    let flags = [
        (link.is_ip(), Fact::LinkIp),
        (link.is_apk, Fact::LinkApk),
        (link.has_userinfo, Fact::LinkUserinfo),
        (link.port.is_some_and(|p| p != 80 && p != 443), Fact::LinkPort),
    ];
    flags.iter().filter(|(holds, _)| *holds).for_each(|(_, fact)| facts.set(*fact));
    Some(Judged { link, domain, suffix: name, official, by_suffix, facts })
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
pub(super) fn sender_class(filter: &ScamFilter, message: &Message) -> SenderClass {
    let Some(sender) = &message.sender else { return SenderClass::Unknown };
    let view = fold(sender.as_str().trim());
    let name = view.text();
    if let Some(known) = filter.trusted().find_map(|p| p.sender(name)) {
        return known;
    }
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let shaped = name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b' ' | b'(' | b')'));
    match digits {
        _ if name.is_empty() => SenderClass::Unknown,
        8.. if shaped => SenderClass::Number,
        1.. if shaped => SenderClass::ShortCode,
        _ => SenderClass::Alphanumeric,
    }
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
    if !prepared.phones.is_empty() {
        facts.set(Fact::PhoneAny);
    }
    facts.0 |= 1 << (Fact::SenderUnknown as u32 + class as u32);
    if message.sender_is_contact == Some(true) {
        facts.set(Fact::SenderContact);
    }
    if message.has_replied == Some(true) {
        facts.set(Fact::SenderReplied);
    }
    facts
}
