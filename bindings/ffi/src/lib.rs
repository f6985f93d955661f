//! A thin façade for Kotlin. In: packs, stores of publishers, and one request a message. Out: one reply a message, errors.
//!
//! No logic: everything is decided in `scamfilter`. A panic inside becomes an exception at the border.
// UniFFI's scaffolding is unsafe by nature; of what is written here, only the mapping of files in `disk` and the call in `hot` are.
#![deny(unsafe_code)]
#![allow(missing_docs, reason = "generated scaffolding has no docs; everything public here has")]

mod disk;
mod hot;
mod stack;
mod update;
mod wire;

use scamfilter::{ErrorKind, Level, Overlay, OverlayAction, OverlayKey, PackSource, Reason, ReasonCode, ScamFilter};
use std::sync::Arc;

uniffi::setup_scaffolding!();

/// Why a call failed, by who must act.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum FilterError {
    /// The app passed something that cannot work.
    #[error("{reason}")]
    App { reason: String },
    /// A pack is damaged, foreign or too new.
    #[error("{reason}")]
    Publisher { reason: String },
    /// The bindings and the library do not fit together: please report it.
    #[error("{reason}")]
    Bug { reason: String },
}

impl From<scamfilter::Error> for FilterError {
    fn from(error: scamfilter::Error) -> Self {
        let reason = error.to_string();
        match error.kind() {
            ErrorKind::App => Self::App { reason },
            ErrorKind::Publisher => Self::Publisher { reason },
            _ => Self::Bug { reason },
        }
    }
}

/// A pack, the highest level that it may cause (number of the level), and whether it came by hand.
#[derive(uniffi::Record)]
pub struct PackFile {
    pub bytes: Vec<u8>,
    pub ceiling: u8,
    pub unverified: bool,
}

/// What the user or the operator says of a sender, a host or a rule.
#[derive(uniffi::Record)]
pub struct OverlayEntry {
    /// Allow, else deny.
    pub allow: bool,
    pub about: OverlayKind,
    pub value: String,
    /// Milliseconds since 1970 after which it says nothing.
    pub expires_at: Option<i64>,
}

/// What an entry is about.
#[derive(uniffi::Enum)]
pub enum OverlayKind {
    Sender,
    Host,
    Rule,
}

/// What is known of an open pack.
#[derive(uniffi::Record)]
pub struct PackInfo {
    pub pack: String,
    pub serial: u64,
    pub publisher: String,
    pub title: String,
    pub countries: Vec<String>,
    pub ceiling: u8,
    pub unverified: bool,
    /// Of the publisher whose store it came from.
    pub channel: Option<String>,
}

/// A sentence for people.
#[derive(uniffi::Record)]
pub struct Explanation {
    pub sentence: String,
    pub advice: Option<String>,
}

/// An open filter; any thread may use it.
#[derive(uniffi::Object)]
pub struct Filter {
    inner: ScamFilter,
    stack: Arc<stack::Stack>,
}

#[uniffi::export]
impl Filter {
    /// Opens packs, `common` among them, and on top of them those in the stores of `publishers`.
    #[uniffi::constructor]
    pub fn open(packs: Vec<PackFile>, publishers: Vec<stack::PublisherSetting>) -> Result<Arc<Self>, FilterError> {
        let source = |pack: PackFile| {
            let source = PackSource { ceiling: level(pack.ceiling)?, ..PackSource::new(pack.bytes) };
            Ok((source, pack.unverified))
        };
        let embedded = packs.into_iter().map(source).collect::<Result<_, FilterError>>()?;
        let (inner, stack) = stack::Stack::open(embedded, &publishers)?;
        Ok(Arc::new(Self { inner, stack: Arc::new(stack) }))
    }

    /// The same packs, with what is now in the stores of `publishers`; no overlay and no home country.
    pub fn reopened(&self, publishers: Vec<stack::PublisherSetting>) -> Result<Arc<Self>, FilterError> {
        let (inner, stack) = stack::Stack::open(self.stack.embedded.clone(), &publishers)?;
        Ok(Arc::new(Self { inner, stack: Arc::new(stack) }))
    }

    /// Publishers whose stores could not be used, and why.
    pub fn unopened(&self) -> Vec<stack::UnopenedStore> {
        self.stack.unopened.clone()
    }

    /// The same filter with other lists of the user's and the operator's own, the weakest entry first.
    pub fn with_overlay(&self, entries: Vec<OverlayEntry>) -> Arc<Self> {
        let entry = |entry: OverlayEntry| scamfilter::OverlayEntry {
            action: if entry.allow { OverlayAction::Allow } else { OverlayAction::Deny },
            key: match entry.about {
                OverlayKind::Sender => OverlayKey::Sender(entry.value),
                OverlayKind::Host => OverlayKey::Host(entry.value),
                OverlayKind::Rule => OverlayKey::Rule(entry.value),
            },
            expires_at: entry.expires_at,
        };
        let overlay = Overlay::new(entries.into_iter().map(entry));
        Arc::new(Self { inner: self.inner.with_overlay(overlay), stack: self.stack.clone() })
    }

    /// The same filter for users of `country` (ISO 3166-1 alpha-2) where a message does not name the SIM's.
    pub fn with_home_country(&self, country: String) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.with_home_country(country), stack: self.stack.clone() })
    }

    /// Judges one message; request and reply are laid out in `wire`.
    pub fn check(&self, request: Vec<u8>) -> Result<Vec<u8>, FilterError> {
        let message =
            wire::request(&request).ok_or_else(|| FilterError::Bug { reason: "the request cannot be read".into() })?;
        Ok(wire::reply(&self.inner.check(&message)))
    }

    /// Where the filter lies, for `scamfilter_check`; it stays there until the last handle is freed.
    pub fn address(&self) -> u64 {
        std::ptr::from_ref(self).expose_provenance() as u64
    }

    /// Judges one link alone.
    pub fn check_link(&self, link: String) -> Vec<u8> {
        wire::reply(&self.inner.check_link(&link))
    }

    /// The sentence for a reason in the first of `locales` that its pack speaks, with the brand and the host of the reason in it.
    pub fn explain(
        &self,
        pack: String,
        text_id: String,
        brand: Option<String>,
        host: Option<String>,
        locales: Vec<String>,
    ) -> Option<Explanation> {
        let locales: Vec<&str> = locales.iter().map(String::as_str).collect();
        let reason = Reason {
            code: ReasonCode::Text,
            rule: String::new(),
            pack,
            weight_mlo: 0,
            weight_unwanted_mlo: 0,
            spans: Vec::new(),
            brand,
            host,
            text_id,
        };
        let found = self.inner.explain(&reason, &locales)?;
        Some(Explanation { sentence: found.sentence, advice: found.advice })
    }

    /// The official registrable domains of a brand, pack after pack; empty when no pack knows the brand.
    pub fn official_domains(&self, brand: String) -> Vec<String> {
        let mut domains: Vec<String> = Vec::new();
        for (pack, _) in self.inner.packs() {
            for known in pack.brands().filter(|b| b.id == brand) {
                let own = pack.officials().filter(|(_, atom)| *atom == known.atom);
                domains.extend(own.map(|(domain, _)| domain.to_owned()));
            }
        }
        domains
    }

    /// The open packs in order.
    pub fn packs(&self) -> Vec<PackInfo> {
        let info = |((pack, ceiling), origin): ((&scamfilter::Pack, Level), &stack::Origin)| PackInfo {
            pack: pack.id().to_owned(),
            serial: pack.header().serial,
            publisher: pack.meta("publisher").unwrap_or("").to_owned(),
            title: pack.meta("title").unwrap_or("").to_owned(),
            countries: pack.meta("countries").unwrap_or("").split_whitespace().map(str::to_owned).collect(),
            ceiling: ceiling as u8,
            unverified: origin.unverified,
            channel: origin.channel.clone(),
        };
        self.inner.packs().zip(&self.stack.origins).map(info).collect()
    }
}

/// A ceiling by its number.
fn level(number: u8) -> Result<Level, FilterError> {
    let level = Level::from_number(number).filter(|l| *l != Level::Unknown);
    level.ok_or_else(|| FilterError::App { reason: format!("{number} is no ceiling") })
}
