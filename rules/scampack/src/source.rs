//! Rule sources as they stand in TOML. In: text. Out: typed values; unknown keys are refused with the nearest known one.

mod concepts;

pub use concepts::{Concept, ConceptsFile, PhrasesFile};

use crate::diagnostic::{Code, Diagnostic, nearest};
use scamfilter::Level;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::value::Datetime;

/// How a date looks in the schema: editors see TOML's dates as strings.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct Date(#[allow(dead_code, reason = "only its schema is used")] String);

/// Phrases by language, an ISO 639-1 code.
pub type Phrases = BTreeMap<Spanned<String>, Vec<Spanned<String>>>;

/// `pack.toml`: the pack itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    /// Id, such as `th`.
    pub id: String,
    /// Grows with every release; by custom `yyyymmddnn`.
    pub serial: u64,
    /// Who answers for it.
    pub publisher: String,
    /// For people.
    pub title: String,
    /// ISO 3166-1 alpha-2; none for `common`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub countries: Vec<Spanned<String>>,
    /// SPDX expression.
    pub licence: String,
    /// After which an app should say that it is old.
    #[schemars(with = "Option<Date>")]
    pub expires: Option<Spanned<Datetime>>,
    /// Changes the key under which hosts.txt is hashed; about once a quarter, with a full pack.
    #[serde(default)]
    pub hosts_epoch: u32,
    /// Ids that were used once and must never come back.
    #[serde(default)]
    pub retired: Vec<String>,
}

/// `families/*.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Id; the ids of its rules begin with it.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// `experimental`, `stable` or `retired`.
    #[schemars(with = "String")]
    pub status: Spanned<String>,
    /// See the list of categories.
    #[schemars(with = "String")]
    pub category: Spanned<String>,
    /// Where it is alive; ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub countries: Vec<Spanned<String>>,
    /// In which languages it is written; ISO 639-1.
    #[schemars(with = "Vec<String>")]
    pub languages: Vec<Spanned<String>>,
    /// Who answers for it.
    pub owner: String,
    /// Where the campaign is documented.
    pub source: String,
    /// When it was written.
    #[schemars(with = "Date")]
    pub created: Spanned<Datetime>,
    /// When someone last looked at it.
    #[schemars(with = "Date")]
    pub reviewed: Spanned<Datetime>,
    /// What it is known to hit wrongly.
    #[serde(default)]
    pub false_positives: Vec<String>,
    /// Words of this family alone.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Vec<String>>>")]
    pub terms: BTreeMap<Spanned<String>, Phrases>,
    /// Words inside of which no phrase of this pack is said: `บุคลิก` (personality) is no `คลิก` (click).
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub innocent: Phrases,
    /// Regular expressions over folded text, by the name that conditions use.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub patterns: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Rules.
    #[serde(default)]
    pub rule: Vec<RuleSource>,
    /// Its tests.
    pub examples: Examples,
}

/// One rule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSource {
    /// Id; never reused.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// Condition.
    #[schemars(with = "String")]
    pub when: Spanned<String>,
    /// Log-odds, -20.0 to 20.0; negative for guards.
    #[schemars(with = "f64")]
    pub weight: Spanned<f64>,
    /// Log-odds for the unwanted score; the same if absent.
    #[schemars(with = "Option<f64>")]
    pub weight_unwanted: Option<Spanned<f64>>,
    /// Highest level that it may help to reach.
    #[schemars(with = "Option<String>")]
    pub max_level: Option<Spanned<String>>,
    /// Level that it causes by itself.
    #[schemars(with = "Option<String>")]
    pub floor: Option<Spanned<String>>,
    /// Key of its sentence.
    #[schemars(with = "String")]
    pub text: Spanned<String>,
}

/// Messages that must and must not be hit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// At least `suspicious`, or the level given.
    #[schemars(with = "Vec<Example>")]
    pub hit: Vec<Spanned<Example>>,
    /// `clear` and hit by no rule of the family, or at most the level given.
    #[schemars(with = "Vec<Example>")]
    pub miss: Vec<Spanned<Example>>,
}

/// One example.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The message.
    pub text: String,
    /// Its sender.
    pub sender: Option<String>,
    /// Country of the SIM; ISO 3166-1 alpha-2.
    #[schemars(with = "Option<String>")]
    pub country: Option<Spanned<String>>,
    /// Level to reach or not to exceed.
    #[schemars(with = "Option<String>")]
    pub level: Option<Spanned<String>>,
}

/// `brands.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandsFile {
    /// Brands.
    pub brand: Vec<BrandSource>,
}

/// A brand that scammers imitate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandSource {
    /// Id.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// How people see it written; made of the id if absent.
    pub name: Option<String>,
    /// Class of its senders.
    #[schemars(with = "String")]
    pub class: Spanned<String>,
    /// Names in each language.
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub aliases: Phrases,
    /// Sender IDs that it uses.
    #[schemars(with = "Vec<String>")]
    pub senders: Vec<Spanned<String>>,
    /// Official registrable domains, bare and in lower case.
    #[schemars(with = "Vec<String>")]
    pub domains: Vec<Spanned<String>>,
    /// Registrable domains that resemble it and are no imitation: of its own beside the official ones, or of others. A word
    /// without a dot is not taken for its name.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub others: Vec<Spanned<String>>,
    /// Its names are no words but in dictionaries that took them up from the brand.
    #[serde(default)]
    pub coined: bool,
    /// Nobody has verified its domains: it causes at most `suspicious`.
    #[serde(default)]
    pub unverified: bool,
    /// Where senders and domains were looked up.
    pub source: String,
}

/// `policies.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoliciesFile {
    /// Policies.
    pub policy: Vec<PolicySource>,
}

/// What a class of senders may not do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicySource {
    /// Id.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// Country in which it holds; ISO 3166-1 alpha-2.
    #[schemars(with = "String")]
    pub country: Spanned<String>,
    /// Sender classes.
    #[schemars(with = "Vec<String>")]
    pub classes: Vec<Spanned<String>>,
    /// Facts, one of which breaks it.
    #[schemars(with = "Vec<String>")]
    pub forbids: Vec<Spanned<String>>,
    /// Date in force.
    #[schemars(with = "Date")]
    pub in_force: Spanned<Datetime>,
    /// `primary`, `secondary` or `none`; below primary at most `suspicious`.
    #[schemars(with = "String")]
    pub verified: Spanned<String>,
    /// Legal source.
    pub source: String,
    /// Category.
    #[schemars(with = "String")]
    pub category: Spanned<String>,
    /// Log-odds.
    #[schemars(with = "f64")]
    pub weight: Spanned<f64>,
    /// Key of its sentence.
    #[schemars(with = "String")]
    pub text: Spanned<String>,
}

/// `texts.toml`: sentences by key and language.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextsFile {
    /// Sentences.
    pub text: Vec<TextSource>,
}

/// A sentence in each language.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextSource {
    /// Key that rules name.
    #[schemars(with = "String")]
    pub key: Spanned<String>,
    /// What was found, by language.
    #[schemars(with = "BTreeMap<String, String>")]
    pub sentence: BTreeMap<Spanned<String>, Spanned<String>>,
    /// What to do, by language.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub advice: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// `domains.toml`: registrable domains by use.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainsFile {
    /// Where they were found.
    pub source: String,
    /// Domains by fact, such as `link.shortener`.
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub domains: BTreeMap<Spanned<String>, Vec<String>>,
}

/// `lookalikes.toml` of `common`: words that scammers add to the names of brands.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookalikesFile {
    /// Where they were found.
    pub source: String,
    /// Words that ask for action, by language: `verify`.
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub bait: Phrases,
    /// Words that say nothing beside a name: `online`.
    #[schemars(with = "Vec<String>")]
    pub filler: Vec<Spanned<String>>,
    /// Registrable domains of networks that carry sites of others under the others' names, and let no stranger in.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub infrastructure: Vec<Spanned<String>>,
}

/// `tlds.toml` of `common`: top-level domains that are far more common among malicious than among popular sites.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TldsFile {
    /// Lists that were counted, and the command.
    pub source: String,
    /// Top-level domains.
    pub tld: Vec<TldSource>,
}

/// A top-level domain.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TldSource {
    /// Without a dot.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Parts per million of the registrable domains of the malicious list.
    pub malicious: u32,
    /// The same of the popular one.
    pub popular: u32,
}

/// `scoring.toml` of `common`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoringFile {
    /// Log-odds of a message of which nothing is known.
    #[schemars(with = "f64")]
    pub bias: Spanned<f64>,
    /// The same for the unwanted score.
    #[schemars(with = "f64")]
    pub bias_unwanted: Spanned<f64>,
    /// Thresholds.
    #[schemars(with = "f64")]
    pub suspicious: Spanned<f64>,
    /// See above.
    #[schemars(with = "f64")]
    pub scam: Spanned<f64>,
    /// On the unwanted score.
    #[schemars(with = "f64")]
    pub unwanted: Spanned<f64>,
    /// The most that one pack other than `common` may add.
    #[schemars(with = "f64")]
    pub pack_bound: Spanned<f64>,
    /// Added when the sender is a contact.
    #[schemars(with = "f64")]
    pub contact: Spanned<f64>,
    /// Log-odds and parts per million, both rising, at least one part per thousandth of log-odds. That of a learnt model
    /// (`model/weights.toml`) stands before it.
    #[schemars(with = "Vec<(f64, u32)>")]
    pub curve: Spanned<Vec<(f64, u32)>>,
}

impl Example {
    /// The lowest and the highest level that it allows, for one that must hit or miss; a guard's hits allow all.
    #[must_use]
    pub fn levels(&self, hit: bool, guards: bool) -> (Level, Level) {
        let given = self.level.as_ref().and_then(|level| Level::from_name(level.get_ref()));
        match hit {
            true if guards => (Level::Clear, Level::Scam),
            true => (given.unwrap_or(Level::Suspicious), Level::Scam),
            false => (Level::Clear, given.unwrap_or(Level::Clear)),
        }
    }
}

impl Family {
    /// Whether all that it does is lower scores.
    #[must_use]
    pub fn guards(&self) -> bool {
        self.rule.iter().all(|rule| *rule.weight.get_ref() < 0.0)
    }
}

/// Reads one file.
///
/// # Errors
/// A diagnostic that shows where, and for unknown keys what was probably meant.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Box<Diagnostic>> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or("").to_owned();
        let span = error.span().unwrap_or(0..0);
        let mut quoted = message.split('`').skip(1).step_by(2);
        let unknown = message.starts_with("unknown field").then(|| quoted.next()).flatten();
        Box::new(match unknown {
            Some(key) => {
                let known: Vec<&str> = quoted.collect();
                let diagnostic = Diagnostic::new(Code::UnknownKey, format!("unknown key `{key}`"), file, text, span);
                match nearest(key, known.iter().copied()) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help(format!("known here: {}", known.join(", "))),
                }
            }
            None => Diagnostic::new(Code::Syntax, message, file, text, span),
        })
    })
}
