//! What a check answers: level, category, score, reasons, packs; and its canonical JSON.
//!
//! Numbers of the enums cross the FFI and stand in packs: append only, never reuse.

use core::fmt::Write as _;

macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $number:literal $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* $variant = $number,)* }
        impl $name {
            /// Every value, in order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The name in JSON, TOML and on the command line.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$variant => $text,)* } }
            /// The value called `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> { Self::ALL.iter().copied().find(|v| v.name() == name) }
            /// The value with this number.
            #[must_use]
            pub fn from_number(number: u8) -> Option<Self> { Self::ALL.iter().copied().find(|v| *v as u8 == number) }
        }
    };
}

numbered! {
    /// How bad a message is. `Unknown` stands apart: something could not be looked at.
    Level {
        /// Nothing found.
        Clear = 0 "clear",
        /// Lawful or unlawful spam: marketing, gambling, adult, loan sharks.
        Unwanted = 1 "unwanted",
        /// A careful person would check before acting.
        Suspicious = 2 "suspicious",
        /// We would bet on it.
        Scam = 3 "scam",
        /// Would be clear, but part of the text was hidden, cut or beyond the limits.
        Unknown = 4 "unknown",
    }
}

numbered! {
    /// What kind of scam or spam it is, after whom it imitates or what it offers.
    Category {
        /// Phishing in a bank's name.
        Bank = 1 "bank",
        /// Phishing in a government's name.
        Government = 2 "government",
        /// Phishing in a courier's name.
        Parcel = 3 "parcel",
        /// Phishing in a mobile operator's name.
        Operator = 4 "operator",
        /// Wallets and crypto accounts.
        Wallet = 5 "wallet",
        /// Online shops and market places.
        Shop = 6 "shop",
        /// Loan offers.
        Loan = 7 "loan",
        /// Job and task offers.
        Job = 8 "job",
        /// Investment offers.
        Investment = 9 "investment",
        /// Prizes and lotteries.
        Prize = 10 "prize",
        /// Romance and wrong-number openings.
        Romance = 11 "romance",
        /// Lures to install an app.
        Malware = 12 "malware",
        /// Gambling.
        Gambling = 13 "gambling",
        /// Premium-rate bait.
        Premium = 14 "premium",
        /// Marketing.
        Marketing = 15 "marketing",
        /// Electricity, water, gas, toll refunds and bills.
        Utility = 16 "utility",
        /// Theft of accounts and one-time codes.
        Account = 17 "account",
        /// Call-centre intimidation: police, customs, regulators.
        Impersonation = 18 "impersonation",
        /// Charity and disaster.
        Charity = 19 "charity",
        /// Adult content.
        Adult = 20 "adult",
        /// None of the above.
        Other = 21 "other",
    }
}

numbered! {
    /// Which detector spoke.
    ReasonCode {
        /// An authored rule over what the text says.
        Text = 1 "text",
        /// A host on a list of malicious hosts.
        Host = 2 "host",
        /// A sender class did what it may not do by country policy.
        Policy = 3 "policy",
        /// A guard against false positives; its weight is negative.
        Guard = 4 "guard",
        /// A brand is claimed and the link is not the brand's.
        Brand = 5 "brand",
        /// A host that looks like a brand's.
        Lookalike = 6 "lookalike",
        /// A fact of a link.
        Link = 7 "link",
        /// Wording typical of a family (learnt).
        Wording = 8 "wording",
        /// A concept with a learnt weight.
        Concept = 9 "concept",
        /// The user's or the operator's own list.
        Overlay = 10 "overlay",
        /// A pack said more than its bound allows; negative.
        PackBound = 11 "pack_bound",
        /// The level needs a pack with a higher ceiling; negative.
        LevelCeiling = 12 "level_ceiling",
        /// The sender is a contact; negative.
        Contact = 13 "contact",
    }
}

/// A range of the original text in UTF-16 code units, `start..end`, always on whole characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
}

/// One contribution to the score. Weights of all reasons plus the packs' bias add up to the score's log-odds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Which detector spoke.
    pub code: ReasonCode,
    /// Stable id of the rule, policy, brand or list entry.
    pub rule: String,
    /// Id of the pack it came from; empty for the overlay and the engine's own reasons.
    pub pack: String,
    /// Contribution to `score` in thousandths of a natural log-odds unit.
    pub weight_mlo: i32,
    /// Contribution to `score_unwanted`, same unit.
    pub weight_unwanted_mlo: i32,
    /// Where in the original text; empty when it is about the message as a whole. At most eight.
    pub spans: Vec<Span>,
    /// Id of the brand imitated.
    pub brand: Option<String>,
    /// The host found, with the path where a list names one.
    pub host: Option<String>,
    /// Key of the sentence for people, resolved by [`crate::ScamFilter::explain`].
    pub text_id: String,
}

/// A pack that took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackId {
    /// Id of the pack.
    pub pack: String,
    /// Its serial: grows with every release.
    pub serial: u64,
}

/// The answer to one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How bad.
    pub level: Level,
    /// What kind; `None` when nothing was found.
    pub category: Option<Category>,
    /// Calibrated probability of a scam in parts per million.
    pub score: u32,
    /// Calibrated probability of an unwanted message (scams included) in parts per million.
    pub score_unwanted: u32,
    /// Not everything was looked at: over 64 KiB, or more links or hits than the limits allow.
    pub truncated: bool,
    /// Why, strongest first.
    pub reasons: Vec<Reason>,
    /// The packs that took part, in the order they were opened.
    pub packs: Vec<PackId>,
}

impl Verdict {
    /// Canonical JSON: fixed key order, integers only, no spaces. `brand` and `host` are left out when absent.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(256);
        self.write_json_fields(&mut out);
        format!("{{{out}}}")
    }

    /// The fields of [`Self::to_json`] without the braces, so that a caller can put a key in front.
    pub fn write_json_fields(&self, out: &mut String) {
        let category = self.category.map_or("null".to_owned(), |c| format!("\"{}\"", c.name()));
        let _ = write!(
            out,
            "\"level\":\"{}\",\"category\":{category},\"score\":{},\"score_unwanted\":{},\"truncated\":{},\"reasons\":[",
            self.level.name(),
            self.score,
            self.score_unwanted,
            self.truncated
        );
        separated(out, &self.reasons, Reason::write_json);
        out.push_str("],\"packs\":[");
        separated(out, &self.packs, |pack, out| {
            out.push_str("{\"pack\":");
            json_string(out, &pack.pack);
            let _ = write!(out, ",\"serial\":{}}}", pack.serial);
        });
        out.push(']');
    }
}

impl Reason {
    fn write_json(&self, out: &mut String) {
        let _ = write!(out, "{{\"code\":\"{}\",\"rule\":", self.code.name());
        json_string(out, &self.rule);
        out.push_str(",\"pack\":");
        json_string(out, &self.pack);
        let _ = write!(
            out,
            ",\"weight_mlo\":{},\"weight_unwanted_mlo\":{},\"spans\":[",
            self.weight_mlo, self.weight_unwanted_mlo
        );
        separated(out, &self.spans, |span, out| {
            let _ = write!(out, "{{\"start\":{},\"end\":{}}}", span.start, span.end);
        });
        out.push(']');
        for (key, value) in [(",\"brand\":", &self.brand), (",\"host\":", &self.host)] {
            if let Some(value) = value {
                out.push_str(key);
                json_string(out, value);
            }
        }
        out.push_str(",\"text_id\":");
        json_string(out, &self.text_id);
        out.push('}');
    }
}

fn separated<T>(out: &mut String, items: &[T], mut write: impl FnMut(&T, &mut String)) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(item, out);
    }
}

fn json_string(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
