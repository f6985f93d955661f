//! Values that mean the same in every kind of file. In: what an author wrote. Out: what a pack holds, or a diagnostic at
//! the value.

use super::{File, Lower, mlo};
use crate::codes;
use crate::dates::days;
use crate::diagnostic::{Code, Diagnostic, nearest};
use scamfilter::{Category, Level};
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::value::Datetime;

/// A later year was counted from the death of the Buddha, 543 years earlier, as Thai calendars do.
const LAST_YEAR: u16 = 2400;
const TEXTS: &str = "texts.toml";
const BUDDHIST_ERA: u16 = 543;

impl Lower<'_> {
    /// One of a closed set of names.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        what: &str,
        name: &Spanned<String>,
        known: &[(T, &str)],
        file: File<'_>,
    ) -> Option<T> {
        let found = known.iter().find(|(_, n)| n == name.get_ref()).map(|(v, _)| *v);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(_, n)| *n).collect();
            let help = nearest(name.get_ref(), names.iter().copied())
                .map_or_else(|| format!("known: {}", names.join(", ")), |n| format!("did you mean `{n}`?"));
            self.problem(Code::Value, format!("unknown {what} `{}`", name.get_ref()), file, name.span(), Some(help));
        }
        found
    }

    /// A country code as packs hold it.
    pub(super) fn country(&mut self, code: &Spanned<String>, file: File<'_>) -> Option<[u8; 2]> {
        let found = code.get_ref().as_bytes().try_into().ok().filter(|_| codes::is_country(code.get_ref()));
        if found.is_none() {
            let message = format!("`{}` is no country", code.get_ref());
            let help = "two capital letters of ISO 3166-1, such as TH";
            self.problem(Code::Value, message, file, code.span(), Some(help.to_owned()));
        }
        found
    }

    pub(super) fn countries(&mut self, codes: &[Spanned<String>], file: File<'_>) {
        for code in codes {
            self.country(code, file);
        }
    }

    pub(super) fn language(&mut self, code: &Spanned<String>, file: File<'_>) {
        if !codes::is_language(code.get_ref()) {
            let message = format!("`{}` is no language", code.get_ref());
            self.problem(Code::Value, message, file, code.span(), Some(codes::LANGUAGE.to_owned()));
        }
    }

    pub(super) fn category(&mut self, name: &Spanned<String>, file: File<'_>) -> Category {
        let known: Vec<_> = Category::ALL.iter().map(|c| (*c, c.name())).collect();
        self.one_of("category", name, &known, file).unwrap_or(Category::Other)
    }

    pub(super) fn level(&mut self, name: Option<&Spanned<String>>, default: Level, file: File<'_>) -> Level {
        let known: Vec<_> = Level::ALL.iter().filter(|l| **l != Level::Unknown).map(|l| (*l, l.name())).collect();
        name.map_or(default, |n| self.one_of("level", n, &known, file).unwrap_or(default))
    }

    /// A weight as the pack holds it; rounding happens here once, so that packs hold integers.
    pub(super) fn weight(&mut self, weight: &Spanned<f64>, file: File<'_>) -> i32 {
        if !(-20.0..=20.0).contains(weight.get_ref()) {
            self.problem(Code::Value, "weights lie between -20.0 and 20.0", file, weight.span(), None);
        }
        mlo(*weight.get_ref())
    }

    /// The key of a sentence of this pack. Without a texts.toml that can be read, that is told and not each key.
    pub(super) fn sentence(&mut self, key: &Spanned<String>, file: File<'_>) {
        let block = || {
            let key = key.get_ref();
            format!(
                "add to texts.toml:\n[[text]]\nkey = \"{key}\"\nsentence = {{ en = \"…\" }}\nadvice = {{ en = \"…\" }}"
            )
        };
        let Some(texts) = &self.texts else {
            if !self.problems.iter().any(|problem| problem.file == TEXTS) {
                let message = "this pack has no texts.toml, which holds the sentences that its rules name";
                self.problems.push(Diagnostic::file(Code::Missing, message, TEXTS).help(block()));
            }
            return;
        };
        if !texts.contains(key.get_ref()) {
            let near = nearest(key.get_ref(), texts.iter().map(String::as_str));
            let help = near.map_or_else(block, |n| format!("did you mean `{n}`?"));
            self.problem(Code::Missing, format!("texts.toml has no `{}`", key.get_ref()), file, key.span(), Some(help));
        }
    }

    /// A day as the pack holds it.
    pub(super) fn day(&mut self, day: &Spanned<Datetime>, file: File<'_>) -> i32 {
        let written = day.get_ref();
        let (message, help) = match (&written.date, &written.time) {
            (Some(date), _) if date.year > LAST_YEAR => {
                let year = date.year - BUDDHIST_ERA;
                (format!("the year {} is one of the Buddhist era", date.year), format!("write {year}"))
            }
            (Some(_), None) => return days(written),
            (Some(date), Some(_)) => (format!("`{written}` is more than a date"), format!("write {date}")),
            (None, _) => (format!("`{written}` is no date"), "write a date such as 2026-11-25".to_owned()),
        };
        self.problem(Code::Value, message, file, day.span(), Some(help));
        0
    }

    /// A number of log-odds that has to lie between two others.
    pub(super) fn log_odds(&mut self, what: &str, value: &Spanned<f64>, lies: RangeInclusive<f64>, file: File<'_>) {
        if !lies.contains(value.get_ref()) {
            let message = format!("{what} lies between {:?} and {:?}", lies.start(), lies.end());
            self.problem(Code::Value, message, file, value.span(), None);
        }
    }
}
