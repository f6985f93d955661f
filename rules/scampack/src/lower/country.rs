//! What a country or operator brings beside families and brands. In: policies and sentences. Out: their sections.

use super::Lower;
use crate::diagnostic::Code;
use crate::source::{PoliciesFile, TextsFile};
use scamfilter::Level;
use scamfilter::engine::Fact;
use scamfilter::pack::write::PackWriter;
use scamfilter::pack::{Policy, SenderClass};
use std::collections::BTreeSet;

impl Lower<'_> {
    pub(super) fn texts(&mut self, writer: &mut PackWriter) {
        let Some((file, texts)) = self.read::<TextsFile>("texts.toml") else { return };
        self.texts = Some(BTreeSet::new());
        for text in texts.text {
            let key = text.key.get_ref();
            if !self.texts.get_or_insert_default().insert(key.clone()) {
                self.problem(Code::Duplicate, format!("the key `{key}` stands twice"), file, text.key.span(), None);
            }
            text.sentence.keys().chain(text.advice.keys()).for_each(|language| self.language(language, file));
            if !text.sentence.keys().any(|language| language.get_ref() == "en") {
                let message = "every sentence needs at least English (`en`)";
                self.problem(Code::Missing, message, file, text.key.span(), None);
            }
            for said in text.sentence.values().chain(text.advice.values()).filter(|s| s.get_ref().trim().is_empty()) {
                self.problem(Code::Value, "an empty sentence explains nothing", file, said.span(), None);
            }
            for language in text.advice.keys().filter(|language| !text.sentence.contains_key(*language)) {
                let message = format!("advice in `{}` without a sentence in it is never shown", language.get_ref());
                let help = format!("add `{} = \"…\"` to the sentence", language.get_ref());
                self.problem(Code::Missing, message, file, language.span(), Some(help));
            }
            for (language, sentence) in &text.sentence {
                let advice =
                    text.advice.iter().find(|(l, _)| *l == language).map(|(_, advice)| advice.get_ref().as_str());
                writer.text(key, language.get_ref(), sentence.get_ref(), advice);
            }
        }
    }

    pub(super) fn policies(&mut self, writer: &mut PackWriter) {
        let Some((file, policies)) = self.read::<PoliciesFile>("policies.toml") else { return };
        for policy in policies.policy {
            self.id(&policy.id, file);
            self.sentence(&policy.text, file);
            let category = self.category(&policy.category, file);
            let verified = [(Level::Scam, "primary"), (Level::Suspicious, "secondary"), (Level::Suspicious, "none")];
            let max_level = self.one_of("verification", &policy.verified, &verified, file);
            let empty = [("classes", policy.classes.is_empty()), ("forbids", policy.forbids.is_empty())];
            for (key, _) in empty.iter().filter(|(_, empty)| *empty) {
                let message = format!("a policy without `{key}` can never be broken");
                self.problem(Code::Value, message, file, policy.id.span(), None);
            }
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
            if *policy.weight.get_ref() <= 0.0 {
                let message = "a broken policy speaks against a message: its weight is positive";
                self.problem(Code::Value, message, file, policy.weight.span(), None);
            }
            let in_force = self.day(&policy.in_force, file);
            writer.policy(&Policy {
                id: policy.id.get_ref(),
                text_id: policy.text.get_ref(),
                country,
                category,
                max_level: max_level.unwrap_or(Level::Suspicious),
                classes,
                forbids,
                in_force,
                weight,
                weight_unwanted: weight,
                source: &policy.source,
            });
        }
    }
}
