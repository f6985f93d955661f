//! What is wrong with a rule source, as rustc would say it. In: a place in a file. Out: code, excerpt and help.

use std::fmt::{self, Write as _};
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether a pack can be built in spite of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but it is probably not what was meant.
    Warning,
}

impl Severity {
    /// As it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($name:ident = $text:literal $severity:ident, $about:literal;)*) => {
        /// Stable code of a diagnostic; never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $about] $name,)* }
        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// Such as `SP001`.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$name => $text,)* } }
            /// Whether it refuses the pack.
            #[must_use]
            pub fn severity(self) -> Severity { match self { $(Self::$name => Severity::$severity,)* } }
            /// What it means and how to mend it.
            #[must_use]
            pub fn about(self) -> &'static str { match self { $(Self::$name => $about,)* } }
        }
    };
}

codes! {
    Syntax = "SP001" Error, "The file is not valid TOML, or a value has the wrong type. The caret shows where reading stopped.";
    UnknownKey = "SP002" Error, "A key that scampack does not know. It is refused, because a misspelt key would silently do nothing.";
    UnknownName = "SP003" Error, "A condition names something that does not exist. Terms and patterns are defined in the family, concepts in common/concepts.toml; facts and other rules of the pack can be named too.";
    Condition = "SP004" Error, "A condition cannot be read. It is made of names, `and`, `or`, `not`, brackets, near(N, a, b), ordered(N, a, b) and at_least(K, a, b, …).";
    Duplicate = "SP005" Error, "An id, key, domain, sender, host or name stands twice. Ids are how operators mute and discuss rules, so each is used once.";
    ShortPhrase = "SP006" Error, "A phrase is shorter than 3 bytes after folding, is one letter of a script without spaces, or folds to nothing; it would hit inside everything. One of over 200 bytes would only hit itself.";
    Example = "SP007" Error, "An example does not behave as the family says. Mend the rule or, if the text is not what you meant, the example.";
    NoExamples = "SP008" Error, "A family needs at least one example that must hit and one that must miss; they are its tests.";
    Value = "SP009" Error, "A value is outside of what is known or makes no sense where it stands: a category, level, sender class, country, weight, date, domain, host or name.";
    Missing = "SP010" Error, "A file, a folder or a text that others refer to is missing.";
    Encoding = "SP011" Error, "The file is not UTF-8.";
    Pattern = "SP012" Error, "A pattern is not a regular expression, can never match, matches the empty text, has no phrase that stands in every match, or makes automata that are too large for a phone. Write gaps as proximity: near(40, a, b) or ordered(40, a, b).";
    Cycle = "SP013" Error, "The condition of a rule comes back to itself by way of other rules.";
    Retired = "SP014" Error, "An id that pack.toml lists as retired is used again, or a live rule names one of a retired family. Old ids stand in evidence and in people's lists, so they never come back.";
    EmptyExample = "SP015" Error, "An example has no text after folding.";
    Contradiction = "SP016" Error, "Two examples have the same message, sender and country, but want levels that exclude each other.";
    RepeatedPhrase = "SP017" Warning, "A phrase stands twice in one family, or twice for one meaning. The second adds nothing; in two terms it counts twice; an innocent word can have no meaning.";
    UncoveredRule = "SP018" Warning, "No example of its family makes this rule hold, so nothing would notice if it broke. Add one that must hit.";
    TooLarge = "SP019" Error, "A source file is larger than 1 MiB, or the folder holds more than 10,000 files. Lists of hosts come in as feeds.";
    SymbolicLink = "SP020" Error, "A symbolic link in a source folder. Links are not followed: they could lead out of it.";
    UnusedName = "SP021" Warning, "A term or pattern that no rule of its family names. It costs every phone something and does nothing.";
    InsideWord = "SP022" Warning, "A short phrase also stands inside of other words. Thai, Lao, Khmer and Burmese have no spaces between words, so there the phone finds it within them; elsewhere a star opens the edge. Make it longer, list the words as `innocent`, or show with an example that must miss that they do no harm.";
    Placeholder = "SP023" Warning, "Words in capitals that `scampack new` wrote to be filled in. Nobody else can know what belongs there.";
    UnknownFile = "SP024" Warning, "A file or folder in a source folder that nothing reads: what stands in it does nothing. The names are fixed; notes go into .md files, hidden files are left alone.";
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// What is wrong here.
    pub message: String,
    /// Path in the source tree.
    pub file: String,
    /// Line and column, from 1, columns in characters.
    pub at: (usize, usize),
    /// The line it stands on, and how many characters of it are meant.
    pub excerpt: (String, usize),
    /// How to mend it, where that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// At a byte range of a file.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, file: &str, text: &str, span: Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start);
        let before = text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let meant = text.get(start..text.floor_char_boundary(span.end)).unwrap_or("").lines().next().unwrap_or("");
        Self {
            code,
            message: message.into(),
            file: file.to_owned(),
            at: (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or("").chars().count() + 1),
            excerpt: (line.chars().take(160).collect(), meant.chars().count().clamp(1, 80)),
            help: None,
        }
    }

    /// About a file as a whole.
    #[must_use]
    pub fn file(code: Code, message: impl Into<String>, file: &str) -> Self {
        Self::new(code, message, file, "", 0..0)
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Diagnostic {
    /// As rustc shows it; with `colour` for a stream that takes colour away where it must.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let severity = self.code.severity();
        let paint = if colour { Style::of(severity) } else { Style::default() };
        let Style { title, bold, end } = paint;
        let (line, column) = self.at;
        let (code, name) = (self.code.name(), severity.name());
        let mut out = format!("{title}{name}[{code}]{end}{bold}: {}{end}\n", self.message);
        let _ = write!(out, "  {bold}-->{end} {}:{line}:{column}", self.file);
        if !self.excerpt.0.is_empty() {
            let pad = " ".repeat(line.to_string().len());
            let before: String = self.excerpt.0.chars().take(column - 1).collect();
            let meant: String = self.excerpt.0.chars().skip(column - 1).take(self.excerpt.1).collect();
            // A tab or a combining mark is not one cell wide.
            let blank: String = before
                .chars()
                .map(|c| if c == '\t' { "\t".to_owned() } else { " ".repeat(c.width().unwrap_or(0)) })
                .collect();
            let carets = "^".repeat(meant.width().max(1));
            let _ = write!(
                out,
                "\n{pad} {bold}|{end}\n{bold}{line} |{end} {}\n{pad} {bold}|{end} {blank}{title}{carets}{end}",
                self.excerpt.0
            );
        }
        if let Some(help) = &self.help {
            let _ = write!(out, "\n  {bold}= help:{end} {}", help.replace('\n', "\n    "));
        }
        let _ = write!(out, "\n  {bold}={end} see: scampack explain {code}");
        out
    }

    /// The same for programs; keys are stable.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "code": self.code.name(), "severity": self.code.severity().name(), "message": self.message, "file": self.file,
            "line": self.at.0, "column": self.at.1, "excerpt": self.excerpt.0, "help": self.help,
        })
    }
}

#[derive(Clone, Copy, Default)]
struct Style {
    title: &'static str,
    bold: &'static str,
    end: &'static str,
}

impl Style {
    fn of(severity: Severity) -> Self {
        let title = match severity {
            Severity::Error => "\x1b[1;31m",
            Severity::Warning => "\x1b[1;33m",
        };
        Self { title, bold: "\x1b[1m", end: "\x1b[0m" }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// The known name nearest to `name`, if it is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|k| (strsim::damerau_levenshtein(name, k), k));
    scored.min().filter(|(distance, k)| *distance <= 1 + k.chars().count() / 3).map(|(_, k)| k)
}
