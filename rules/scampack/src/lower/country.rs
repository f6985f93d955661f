//! What a country or operator brings beside families. In: brands with senders and domains, policies, sentences, hosts.
//! Out: their sections.

use super::{File, Lower};
use crate::dates::days;
use crate::diagnostic::Code;
use crate::load::HOSTS;
use crate::source::{BrandsFile, PackFile, PoliciesFile, TextsFile};
use scamfilter::Level;
use scamfilter::engine::Fact;
use scamfilter::pack::write::PackWriter;
use scamfilter::pack::{Policy, SenderClass};
use scamfilter::text::fold;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

impl Lower<'_> {
    pub(super) fn texts(&mut self, writer: &mut PackWriter) {
        let Some((file, texts)) = self.read::<TextsFile>("texts.toml") else { return };
        for text in texts.text {
            let key = text.key.get_ref();
            if !self.texts.insert(key.clone()) {
                self.problem(Code::Duplicate, format!("the key `{key}` stands twice"), file, text.key.span(), None);
            }
            text.sentence.keys().chain(text.advice.keys()).for_each(|language| self.language(language, file));
            if !text.sentence.keys().any(|language| language.get_ref() == "en") {
                let message = "every sentence needs at least English (`en`)";
                self.problem(Code::Missing, message, file, text.key.span(), None);
            }
            for (language, sentence) in &text.sentence {
                let advice = text.advice.iter().find(|(l, _)| *l == language).map(|(_, advice)| advice.as_str());
                writer.text(key, language.get_ref(), sentence, advice);
            }
        }
    }

    pub(super) fn brands(&mut self, writer: &mut PackWriter) {
        let Some((file, brands)) = self.read::<BrandsFile>("brands.toml") else { return };
        let mut claimed: BTreeMap<String, String> = BTreeMap::new();
        for brand in brands.brand {
            self.id(&brand.id, file);
            let id = brand.id.get_ref();
            if brand.domains.is_empty() {
                let message = "a brand needs at least one official domain";
                self.problem(Code::Value, message, file, brand.id.span(), None);
            }
            let class = self.one_of("sender class", &brand.class, &SenderClass::ALL, file);
            let atom = self.atom();
            self.phrases(writer, &brand.aliases, id, atom, file);
            let domains: Vec<String> = brand.domains.iter().map(|d| fold(d).text().to_owned()).collect();
            for domain in &domains {
                if let Some(other) = claimed.insert(domain.clone(), id.clone()) {
                    let message = format!("`{domain}` already belongs to `{other}`");
                    self.problem(Code::Duplicate, message, file, brand.id.span(), None);
                }
            }
            writer.brand(id, atom, &domains);
            let class = class.unwrap_or(SenderClass::Unknown);
            brand.senders.iter().for_each(|s| writer.sender(fold(s.trim()).text(), class));
        }
    }

    /// `hosts.txt`: a host a line, `#` begins a comment.
    pub(super) fn hosts(&mut self, writer: &mut PackWriter, about: &PackFile) {
        let Some((path, text)) = self.tree.get_key_value(HOSTS) else { return };
        let file = File { path, text };
        let mut hosts = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let host = line.split('#').next().unwrap_or("").trim();
            if !host.is_empty() {
                let whole = scamfilter::text::parse_link(host).filter(|l| !l.has_scheme && l.host == host);
                match whole {
                    Some(_) => hosts.push(host),
                    None => {
                        let message =
                            format!("`{}` is no host in lower case", host.chars().take(80).collect::<String>());
                        self.problem(Code::Value, message, file, at..at + line.trim_end().len(), None);
                    }
                }
            }
            at += line.len();
        }
        let digest = Sha256::digest(format!("scamfilter hosts {} {}", about.id, about.hosts_epoch));
        let half = |at: usize| digest.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
        writer.hosts((half(0), half(8)), &hosts);
    }

    pub(super) fn policies(&mut self, writer: &mut PackWriter) {
        let Some((file, policies)) = self.read::<PoliciesFile>("policies.toml") else { return };
        for policy in policies.policy {
            self.id(&policy.id, file);
            self.sentence(&policy.text, file);
            let category = self.category(&policy.category, file);
            let verified = [(Level::Scam, "primary"), (Level::Suspicious, "secondary"), (Level::Suspicious, "none")];
            let max_level = self.one_of("verification", &policy.verified, &verified, file);
            let mut classes = 0;
            for class in &policy.classes {
                classes |= self.one_of("sender class", class, &SenderClass::ALL, file).map_or(0, |c| 1 << c as u32);
            }
            let mut forbids = 0;
            for fact in &policy.forbids {
                forbids |= self.one_of("fact", fact, Fact::ALL, file).map_or(0, |f| 1 << f as u32);
            }
            let Some(country) = self.country(&policy.country, file) else { continue };
            let weight = self.weight(&policy.weight, file);
            writer.policy(&Policy {
                id: policy.id.get_ref(),
                text_id: policy.text.get_ref(),
                country,
                category,
                max_level: max_level.unwrap_or(Level::Suspicious),
                classes,
                forbids,
                in_force: days(&policy.in_force),
                weight,
                weight_unwanted: weight,
                source: &policy.source,
            });
        }
    }
}
