//! Names that hosts imitate. In: brands, and the bait words and top-level domains of `common`. Out: the table of names in the
//! pack, with what is no imitation.
//!
//! A name tells its brand alone when it is long enough and no English word; shorter ones count beside bait only.

use super::Lower;
use super::hosts::fault;
use crate::diagnostic::Code;
use crate::source::{BrandSource, LookalikesFile, TldsFile};
use crate::words;
use scamfilter::engine::Fact;
use scamfilter::pack::LabelKind;
use scamfilter::pack::write::{NameTells, PackWriter};
use scamfilter::text::{Label, fold, one_edit};
use std::collections::BTreeSet;

/// Bytes of a name that tells its brand alone.
const DISTINCT: usize = 6;
/// The same for scripts other than Latin, of which a letter has two bytes or more.
const DISTINCT_CHARACTERS: usize = 4;
/// Bytes of a name that is no word and tells its brand where something else speaks for it.
const COINED: usize = 4;
/// Shortest name.
const SHORTEST: usize = 3;
/// Longest; a label has at most 63 characters.
const LONGEST: usize = 63;

impl Lower<'_> {
    /// The names of one brand: the labels that it registered and its aliases without spaces.
    pub(super) fn brand_names(&mut self, writer: &mut PackWriter, brand: &BrandSource, atom: u32) {
        let registered: BTreeSet<String> =
            brand.domains.iter().filter_map(|d| d.get_ref().split('.').next()).map(str::to_owned).collect();
        let mut names = registered.clone();
        for alias in brand.aliases.values().flatten() {
            let said = alias.get_ref().trim_matches(['=', '*', ' ']);
            let view = fold(said);
            let joined: String = view.text().chars().filter(|c| !c.is_whitespace() && !"-'&+".contains(*c)).collect();
            // What has dots or signs is no label.
            if !joined.bytes().any(|b| b.is_ascii() && !b.is_ascii_alphanumeric()) {
                names.insert(joined);
            }
        }
        for name in &names {
            let label = Label::read(name);
            let latin = label.bytes().is_ascii();
            let long =
                if latin { label.bytes().len() >= DISTINCT } else { name.chars().count() >= DISTINCT_CHARACTERS };
            if label.bytes().len() < SHORTEST || name.len() > LONGEST && latin {
                continue;
            }
            let english = latin && words::is_english(name) && !brand.coined;
            // A word of the language is a name only where it is the whole name of the brand.
            let meant = !english || brand.id.get_ref() == name;
            if !meant || brand.others.iter().any(|other| other.get_ref() == name) {
                continue;
            }
            let distinct = long && !english;
            // Names of banks are made of few parts, so that short ones lie one letter apart from each other.
            let edits = distinct && latin && (name.len() >= 9 || registered.contains(name) && !name.contains("bank"));
            let coined = latin && !english && label.bytes().len() >= COINED;
            writer.name(name, atom, NameTells { distinct, coined, edits });
            if edits {
                self.honest_neighbours(writer, &label);
            }
        }
        for other in &brand.others {
            writer.word(other.get_ref(), LabelKind::Other);
        }
    }

    /// English words one edit away from a name.
    fn honest_neighbours(&self, writer: &mut PackWriter, name: &Label) {
        let length = name.bytes().len();
        let near = words::english_of(length - 1).chain(words::english_of(length)).chain(words::english_of(length + 1));
        // One edit leaves the first byte or the last as it was.
        let close = |seen: &[u8]| seen.first() == name.bytes().first() || seen.last() == name.bytes().last();
        for (word, seen) in near.filter(|(_, seen)| close(seen)) {
            if one_edit(name.bytes(), seen).is_some() || name.bytes() == seen {
                writer.word(word, LabelKind::Other);
            }
        }
    }

    /// `lookalikes.toml` of `common`.
    pub(super) fn lookalikes(&mut self, writer: &mut PackWriter) {
        let Some((file, words)) = self.read::<LookalikesFile>("lookalikes.toml") else { return };
        words.bait.keys().for_each(|language| self.language(language, file));
        let bait = words.bait.values().flatten().map(|word| (word, LabelKind::Bait));
        for domain in &words.infrastructure {
            if let Some(help) = fault(domain.get_ref()) {
                let message = format!("`{}` is no domain", domain.get_ref());
                self.problem(Code::Value, message, file, domain.span(), Some(help.to_owned()));
            }
            writer.word(domain.get_ref(), LabelKind::Other);
        }
        for (word, kind) in bait.chain(words.filler.iter().map(|word| (word, LabelKind::Filler))) {
            let plain = word.get_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            if !plain || word.get_ref().len() < 2 {
                let message = format!("`{}` cannot stand in a host", word.get_ref());
                let help = "two or more of a-z and 0-9, without hyphens";
                self.problem(Code::Value, message, file, word.span(), Some(help.to_owned()));
            } else {
                writer.word(word.get_ref(), kind);
            }
        }
    }

    /// `tlds.toml` of `common`.
    pub(super) fn tlds(&mut self, writer: &mut PackWriter) {
        let Some((file, tlds)) = self.read::<TldsFile>("tlds.toml") else { return };
        for tld in &tlds.tld {
            let plain = tld.name.get_ref().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !plain || tld.malicious < tld.popular {
                let message =
                    format!("`{}` is no top-level domain of which most hosts are malicious", tld.name.get_ref());
                self.problem(Code::Value, message, file, tld.name.span(), None);
            }
            writer.domain(tld.name.get_ref(), Fact::LinkRiskyTld as u8);
        }
    }
}
