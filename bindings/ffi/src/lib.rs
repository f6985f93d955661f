//! A thin façade for Kotlin. In: packs, and one request a message. Out: one reply a message, explanations, errors.
//!
//! No logic: everything is decided in `scamfilter`. A panic inside becomes an exception at the border.
// UniFFI's scaffolding is unsafe by nature; nothing written here is.
#![deny(unsafe_code)]
#![allow(missing_docs, reason = "generated scaffolding has no docs; everything public here has")]

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

/// A pack and the highest level that it may cause (number of the level).
#[derive(uniffi::Record)]
pub struct PackFile {
    pub bytes: Vec<u8>,
    pub ceiling: u8,
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
}

#[uniffi::export]
impl Filter {
    /// Opens packs; `common` must be among them.
    #[uniffi::constructor]
    pub fn open(packs: Vec<PackFile>) -> Result<Arc<Self>, FilterError> {
        let source = |pack: PackFile| {
            let ceiling = Level::from_number(pack.ceiling).filter(|l| *l != Level::Unknown);
            let ceiling =
                ceiling.ok_or_else(|| FilterError::App { reason: format!("{} is no ceiling", pack.ceiling) })?;
            Ok(PackSource { ceiling, ..PackSource::new(pack.bytes) })
        };
        let sources = packs.into_iter().map(source).collect::<Result<_, FilterError>>()?;
        Ok(Arc::new(Self { inner: ScamFilter::open(sources)? }))
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
        Arc::new(Self { inner: self.inner.with_overlay(overlay) })
    }

    /// The same filter for users of `country` (ISO 3166-1 alpha-2) where a message does not name the SIM's.
    pub fn with_home_country(&self, country: String) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.with_home_country(country) })
    }

    /// Judges one message; request and reply are laid out in `wire`.
    pub fn check(&self, request: Vec<u8>) -> Result<Vec<u8>, FilterError> {
        let message =
            wire::request(&request).ok_or_else(|| FilterError::Bug { reason: "the request cannot be read".into() })?;
        Ok(wire::reply(&self.inner.check(&message)))
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
        let info = |(pack, ceiling): (&scamfilter::Pack, Level)| PackInfo {
            pack: pack.id().to_owned(),
            serial: pack.header().serial,
            publisher: pack.meta("publisher").unwrap_or("").to_owned(),
            title: pack.meta("title").unwrap_or("").to_owned(),
            countries: pack.meta("countries").unwrap_or("").split_whitespace().map(str::to_owned).collect(),
            ceiling: ceiling as u8,
        };
        self.inner.packs().map(info).collect()
    }
}
