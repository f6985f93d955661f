//! Brands, their senders and domains. In: sections. Out: the class of a sender, what a domain is used for, whose it is.

use super::read::{pooled_bytes, u16_at, u32_at};
use super::{NONE, Pack, SectionKind};

pub(super) const SENDER: usize = 8;
pub(super) const BRAND: usize = 16;
pub(super) const DOMAIN: usize = 8;
pub(super) const OFFICIAL: usize = 8;

/// What kind of sender it is. Numbers are append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderClass {
    /// No sender given.
    Unknown = 0,
    /// A subscriber number.
    Number = 1,
    /// A short code.
    ShortCode = 2,
    /// A name that no pack knows.
    Alphanumeric = 3,
    /// A bank.
    Bank = 4,
    /// A government body.
    Government = 5,
    /// A mobile operator.
    Operator = 6,
    /// A courier.
    Courier = 7,
    /// A wallet or payment service.
    Wallet = 8,
    /// A utility.
    Utility = 9,
    /// A shop or market place.
    Shop = 10,
}

impl SenderClass {
    /// All classes with the name that TOML uses.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Unknown, "unknown"),
        (Self::Number, "number"),
        (Self::ShortCode, "shortcode"),
        (Self::Alphanumeric, "alphanumeric"),
        (Self::Bank, "bank"),
        (Self::Government, "government"),
        (Self::Operator, "operator"),
        (Self::Courier, "courier"),
        (Self::Wallet, "wallet"),
        (Self::Utility, "utility"),
        (Self::Shop, "shop"),
    ];

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().find(|(class, _)| *class as u8 == number).map(|(class, _)| *class)
    }
}

/// A brand that scammers imitate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand<'a> {
    /// Stable id.
    pub id: &'a str,
    /// Atom that its aliases hit.
    pub atom: u32,
    /// Class of its senders.
    pub class: SenderClass,
    /// The official domain to name to people.
    pub domain: &'a str,
    /// Nobody has verified its domains: it causes at most [`crate::Level::Suspicious`].
    pub unverified: bool,
}

/// Flag of a brand whose domains nobody has verified.
pub(super) const UNVERIFIED: u8 = 1;

impl Pack {
    /// Brands in the order of their atoms.
    pub fn brands(&self) -> impl Iterator<Item = Brand<'_>> {
        self.section(SectionKind::Brands).as_chunks::<BRAND>().0.iter().filter_map(|r| self.brand(r))
    }

    /// The brand whose aliases hit `atom`.
    #[must_use]
    pub fn brand_of(&self, atom: u32) -> Option<Brand<'_>> {
        let all = self.section(SectionKind::Brands).as_chunks::<BRAND>().0;
        let at = all.binary_search_by_key(&atom, |r| u32_at(r, 4).unwrap_or(NONE)).ok()?;
        self.brand(all.get(at)?)
    }

    fn brand(&self, record: &[u8; BRAND]) -> Option<Brand<'_>> {
        Some(Brand {
            id: self.string(u32_at(record, 0)?),
            atom: u32_at(record, 4)?,
            class: SenderClass::from_number(record[12])?,
            domain: self.string(u32_at(record, 8)?),
            unverified: record[13] & UNVERIFIED != 0,
        })
    }

    /// Atom of the brand whose official registrable domain `domain` is.
    #[must_use]
    pub fn official(&self, domain: &str) -> Option<u32> {
        u32_at(self.by_name::<OFFICIAL>(SectionKind::Official, domain)?, 4)
    }

    /// Official registrable domains with the atoms of their brands, in order of the domain.
    pub fn officials(&self) -> impl Iterator<Item = (&str, u32)> {
        let all = self.section(SectionKind::Official).as_chunks::<OFFICIAL>().0;
        all.iter().filter_map(|r| Some((self.string(u32_at(r, 0)?), u32_at(r, 4)?)))
    }

    /// Class of the registered sender whose folded name is `name`.
    #[must_use]
    pub fn sender(&self, name: &str) -> Option<SenderClass> {
        let number = self.by_name::<SENDER>(SectionKind::Senders, name)?[4];
        SenderClass::from_number(number)
    }

    /// Registered senders with their classes' numbers, in order of the name.
    pub fn senders(&self) -> impl Iterator<Item = (&str, u8)> {
        let all = self.section(SectionKind::Senders).as_chunks::<SENDER>().0;
        all.iter().filter_map(|r| Some((self.string(u32_at(r, 0)?), r[4])))
    }

    /// What a registrable domain is used for (a fact number), if the pack says.
    #[must_use]
    pub fn domain_use(&self, domain: &str) -> Option<u8> {
        u16_at(self.by_name::<DOMAIN>(SectionKind::Domains, domain)?, 4).and_then(|n| u8::try_from(n).ok())
    }

    /// Domains with the number of the fact that says what they are used for, in order of the domain.
    pub fn domains(&self) -> impl Iterator<Item = (&str, u16)> {
        let all = self.section(SectionKind::Domains).as_chunks::<DOMAIN>().0;
        all.iter().filter_map(|r| Some((self.string(u32_at(r, 0)?), u16_at(r, 4)?)))
    }

    /// The record that begins with the id of the string `name`, in a section sorted by these strings.
    fn by_name<const N: usize>(&self, kind: SectionKind, name: &str) -> Option<&[u8; N]> {
        let all = self.section(kind).as_chunks::<N>().0;
        let pool = self.section(SectionKind::Strings);
        let of = |record: &[u8; N]| pooled_bytes(pool, u32_at(record, 0).unwrap_or(NONE));
        let at = all.binary_search_by(|record| of(record).cmp(name.as_bytes())).ok()?;
        all.get(at)
    }
}
