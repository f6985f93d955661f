//! Brands. In: `brands.toml`. Out: aliases, senders and official domains in the pack.
//!
//! A domain here makes links official, so one that strangers can register, or that is spelt in a way that the phone never
//! looks up, would be worse than none.

use super::hosts::{Suffixes, fault, meant};
use super::{File, Lower};
use crate::diagnostic::Code;
use crate::source::{BrandSource, BrandsFile};
use scamfilter::engine::brand_key;
use scamfilter::pack::SenderClass;
use scamfilter::pack::write::PackWriter;
use scamfilter::text::fold;
use std::collections::BTreeMap;
use toml::Spanned;

impl Lower<'_> {
    pub(super) fn brands(&mut self, writer: &mut PackWriter) {
        let Some((file, brands)) = self.read::<BrandsFile>("brands.toml") else { return };
        let suffixes = Suffixes::of(self.tree);
        // Only institutions have brands: numbers and short codes belong to anyone.
        let institutions: Vec<_> =
            SenderClass::ALL.into_iter().filter(|(class, _)| *class as u8 >= SenderClass::Bank as u8).collect();
        let mut senders: BTreeMap<String, (SenderClass, String)> = BTreeMap::new();
        for brand in brands.brand {
            self.id(&brand.id, file);
            let id = brand.id.get_ref();
            if brand.domains.is_empty() {
                let message = "a brand needs at least one official domain";
                self.problem(Code::Value, message, file, brand.id.span(), None);
            }
            let class = self.one_of("class of a brand", &brand.class, &institutions, file);
            let atom = self.atom();
            self.phrases(writer, &brand.aliases, id, atom, file);
            let mut domains = Vec::new();
            for domain in &brand.domains {
                self.domain(domain, class, &suffixes, file);
                let name = domain.get_ref().clone();
                if let Some(other) = self.official.insert(name.clone(), id.clone()) {
                    let message = format!("`{name}` already belongs to `{other}`");
                    self.problem(Code::Duplicate, message, file, domain.span(), None);
                }
                domains.push(name);
            }
            writer.brand(id, atom, class.unwrap_or(SenderClass::Unknown), brand.unverified, &domains);
            self.brand_names(writer, &brand, atom);
            said(writer, &brand);
            for sender in &brand.senders {
                let folded = fold(sender.get_ref().trim()).text().to_owned();
                if folded.is_empty() {
                    let help = "take it away: a brand without known senders has `senders = []`";
                    self.problem(Code::Value, "a sender without a name", file, sender.span(), Some(help.to_owned()));
                    continue;
                }
                let Some(class) = class else { continue };
                if let Some((other, brand)) = senders.insert(folded.clone(), (class, id.clone()))
                    && other != class
                {
                    let message = format!("`{}` is a sender of `{brand}`, which is of another class", sender.get_ref());
                    self.problem(Code::Duplicate, message, file, sender.span(), None);
                }
                writer.sender(&folded, class);
            }
        }
    }

    /// A domain has to be what someone registered, as the phone writes it; a government may own a whole suffix (`go.th`).
    fn domain(
        &mut self,
        domain: &Spanned<String>,
        class: Option<SenderClass>,
        suffixes: &Suffixes<'_>,
        file: File<'_>,
    ) {
        let written = domain.get_ref();
        let (message, help) = match fault(written) {
            None => match suffixes.registrable(written) {
                Some(registrable) if registrable == written => return,
                Some(registrable) => (
                    format!("`{written}` stands below a registrable domain"),
                    format!("write `{registrable}`: all names below it are meant"),
                ),
                None if class == Some(SenderClass::Government) => return,
                None => (
                    format!("`{written}` is a public suffix: anyone can register names below it"),
                    "write the domain that the brand registered below it".to_owned(),
                ),
            },
            Some(fault) => {
                let meant = meant(written);
                let registrable = meant.as_deref().and_then(|host| suffixes.registrable(host));
                let help = registrable.map_or_else(|| fault.to_owned(), |name| format!("did you mean `{name}`?"));
                (format!("`{written}` is no registrable domain"), help)
            }
        };
        self.problem(Code::Value, message, file, domain.span(), Some(help));
    }
}

/// Writes what people call the brand, as sentences of the key that explanations look for: in each script other than Latin its
/// first alias, else its name.
fn said(writer: &mut PackWriter, brand: &BrandSource) {
    let key = brand_key(brand.id.get_ref());
    let name = brand.name.clone().unwrap_or_else(|| titled(brand.id.get_ref()));
    writer.text(&key, "en", &name, None);
    for (language, aliases) in &brand.aliases {
        let own = aliases.first().map(|alias| alias.get_ref().trim_matches(['=', '*', ' ']));
        if let Some(alias) =
            own.filter(|alias| !alias.bytes().any(|b| b.is_ascii_alphabetic()) && language.get_ref() != "en")
        {
            writer.text(&key, language.get_ref(), alias, None);
        }
    }
}

/// `bangkok-bank` as `Bangkok Bank`.
fn titled(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    id.split(['-', '_', '.']).map(word).collect::<Vec<_>>().join(" ")
}
