//! Labelled messages. In: files of JSON lines. Out: rows without duplicates, and which lines were refused and why.
//!
//! However long the files are, what is kept of them is bounded: rows, bytes of a text, lines that are told.

use crate::jsonl::{self, Lines};
use scamfilter::text::fold;
use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// Lines of each kind of trouble that are kept to be told.
const KEPT: usize = 1_000;
/// Most messages that are learnt from at once: 47,000 take 0.6 GB.
pub const MAX_ROWS: usize = 200_000;
/// Longest text of one of them: no phone looks at more.
const MAX_TEXT: usize = 64 << 10;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// Wanted.
    Ham,
    /// Unwanted.
    Spam,
    /// Fraud.
    Scam,
}

impl Label {
    /// What is wrong with a line that has none.
    pub const MISSING: &str = "`label` is missing: ham, spam or scam";

    /// The label that corpora call `name`.
    ///
    /// # Errors
    /// What it must be.
    pub fn from_name(name: &str) -> Result<Self, &'static str> {
        match name {
            "ham" => Ok(Self::Ham),
            "spam" => Ok(Self::Spam),
            "scam" => Ok(Self::Scam),
            _ => Err("`label` must be ham, spam or scam"),
        }
    }
}

/// One labelled message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id, or file and line.
    pub id: String,
    /// The text. Nothing prints it but the reports that were asked for with texts.
    pub text: String,
    /// Label.
    pub label: Label,
    /// Language as the corpus names it; `tl` and `fil` are one.
    pub lang: String,
    /// Name of the file without its ending.
    pub source: String,
    /// Family or category that the corpus names; may be empty.
    pub kind: String,
    /// File and line.
    pub place: Place,
}

impl Row {
    /// Whether it is only measured, and never learnt from.
    #[must_use]
    pub fn holdout(&self) -> bool {
        self.source.starts_with(super::HOLDOUT)
    }
}

/// File and line.
pub type Place = (String, usize);

/// Places of two lines that do not go together: how many there are, and the first thousand, the earlier line first.
#[derive(Debug, Default)]
pub struct Clashes {
    /// All.
    pub count: usize,
    /// The first.
    pub first: Vec<(Place, Place)>,
}

impl Clashes {
    fn add(&mut self, earlier: &Place, later: &Place) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push((earlier.clone(), later.clone()));
        }
    }
}

/// All rows, and what was not read.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Messages in order.
    pub rows: Vec<Row>,
    /// Lines with a text that stood before with the same label.
    pub repeated: usize,
    /// Lines with a text that stood before with another label, as a phone reads it; they do not count.
    pub contradicting: Clashes,
    /// Lines whose id stood before in the same file, with another text; they count.
    pub same_id: Clashes,
    /// Lines that could not be read.
    pub malformed: usize,
    /// The first thousand of them, and why.
    pub refused: Vec<(Place, String)>,
    /// By text.
    seen: BTreeMap<String, usize>,
    /// By text as it is read, folded.
    read_as: BTreeMap<String, usize>,
    /// By file and id.
    ids: BTreeMap<(String, String), usize>,
}

impl Corpus {
    /// Adds the lines of a file called `file`, whose messages belong to `source`.
    ///
    /// # Errors
    /// Only those of reading, and more than [`MAX_ROWS`] messages.
    pub fn read(&mut self, file: &str, source: &str, mut input: impl BufRead) -> io::Result<()> {
        let mut lines = Lines::default();
        while !lines.ended {
            for (number, line) in lines.batch(&mut input)? {
                let place = (file.to_owned(), number);
                match row(&line, source, &place) {
                    Ok(row) => self.add(row),
                    Err(problem) => {
                        self.malformed += 1;
                        if self.refused.len() < KEPT {
                            self.refused.push((place, problem));
                        }
                    }
                }
                if self.rows.len() > MAX_ROWS {
                    return Err(io::Error::other(format!(
                        "more than {MAX_ROWS} messages with {file}: learn from a sample"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Adds a message from elsewhere than a file of JSON lines.
    pub fn add(&mut self, row: Row) {
        let (rows, index) = (&self.rows, self.rows.len());
        if self.seen.get(&row.text).and_then(|at| rows.get(*at)).is_some_and(|first| first.label == row.label) {
            self.repeated += 1;
            return;
        }
        let folded = fold(&row.text).text().trim().to_owned();
        let before = self.read_as.get(&folded).and_then(|at| rows.get(*at));
        if let Some(first) = before.filter(|first| first.label != row.label) {
            self.contradicting.add(&first.place, &row.place);
            return;
        }
        let named = (row.place.0.clone(), row.id.clone());
        if let Some(first) = self.ids.get(&named).and_then(|at| rows.get(*at)) {
            self.same_id.add(&first.place, &row.place);
        }
        self.ids.entry(named).or_insert(index);
        self.read_as.entry(folded).or_insert(index);
        self.seen.insert(row.text.clone(), index);
        self.rows.push(row);
    }
}

fn row(line: &[u8], source: &str, place: &Place) -> Result<Row, String> {
    let object = jsonl::read(line)?;
    let text = object.string("text")?.ok_or("`text` is missing")?;
    if text.trim().is_empty() {
        return Err("`text` is empty".to_owned());
    }
    if text.len() > MAX_TEXT {
        return Err("`text` is longer than the 64 KiB that are looked at".to_owned());
    }
    let label = Label::from_name(&object.string("label")?.ok_or(Label::MISSING)?)?;
    let lang = object.lang()?.ok_or("`lang` is missing")?;
    let (id, kind) = (object.id()?, object.kind()?);
    Ok(Row {
        id: id.unwrap_or_else(|| format!("{}:{}", place.0, place.1)),
        text,
        label,
        lang,
        source: source.to_owned(),
        kind: kind.unwrap_or_default(),
        place: place.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Corpus {
        let mut corpus = Corpus::default();
        corpus.read("c.jsonl", "c", lines.as_bytes()).unwrap();
        corpus
    }

    #[test]
    fn lines_that_say_too_little_are_refused_with_the_reason() {
        let long = format!(r#"{{"text":"{}","lang":"en","label":"ham"}}"#, "a".repeat(MAX_TEXT + 1));
        let lines = [
            r#"{"lang":"en","label":"ham"}"#,
            r#"{"text":" ","lang":"en","label":"ham"}"#,
            r#"{"text":"a","lang":"en"}"#,
            r#"{"text":"a","lang":"en","label":"phish"}"#,
            r#"{"text":"a","label":"ham"}"#,
            "[1]",
            &long,
            r#"{"text":"a","lang":"tl","label":"ham","category":"chat"}"#,
        ];
        let corpus = read(&lines.join("\n"));
        let said: Vec<&str> = corpus.refused.iter().map(|(_, why)| why.as_str()).collect();
        for (why, begins) in said.iter().zip([
            "`text` is missing",
            "`text` is empty",
            "`label` is missing",
            "`label` must be",
            "`lang` is missing",
            "",
            "`text` is longer",
        ]) {
            assert!(why.starts_with(begins), "{why}");
        }
        assert_eq!((corpus.malformed, corpus.rows.len()), (7, 1));
        assert_eq!((corpus.rows[0].lang.as_str(), corpus.rows[0].kind.as_str()), ("fil", "chat"));
    }

    #[test]
    fn contradictions_and_repeated_ids_are_told_with_both_places() {
        let corpus = read(
            "{\"id\":1,\"text\":\"Pay now\",\"lang\":\"en\",\"label\":\"scam\"}\n\
             {\"id\":2,\"text\":\"pay  NOW\",\"lang\":\"en\",\"label\":\"ham\"}\n\
             {\"id\":3,\"text\":\"Pay now\",\"lang\":\"en\",\"label\":\"scam\"}\n\
             {\"id\":1,\"text\":\"Other\",\"lang\":\"en\",\"label\":\"ham\"}\n",
        );
        let place = |line| ("c.jsonl".to_owned(), line);
        assert_eq!(corpus.contradicting.first, [(place(1), place(2))]);
        assert_eq!(corpus.same_id.first, [(place(1), place(4))]);
        assert_eq!((corpus.repeated, corpus.rows.len()), (1, 2));
    }
}
