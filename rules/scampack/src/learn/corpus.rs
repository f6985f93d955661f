//! Labelled messages. In: files of JSON lines. Out: rows without duplicates, and which lines were refused and why.

use crate::jsonl::{self, Lines};
use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// Refused lines that are kept to be told.
const KEPT: usize = 1_000;
/// Most messages that are learnt from at once.
pub const MAX_ROWS: usize = 1_000_000;

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
    /// The label that corpora call `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ham" => Some(Self::Ham),
            "spam" => Some(Self::Spam),
            "scam" => Some(Self::Scam),
            _ => None,
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
    pub place: (String, usize),
}

/// All rows, and what was not read.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Messages in order.
    pub rows: Vec<Row>,
    /// Lines with a text that stood before with the same label.
    pub repeated: usize,
    /// Lines with a text that stood before with another label: both places.
    pub contradicting: Vec<((String, usize), (String, usize))>,
    /// Lines that could not be read.
    pub malformed: usize,
    /// The first thousand of them, and why.
    pub refused: Vec<((String, usize), String)>,
    seen: BTreeMap<String, usize>,
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
                    return Err(io::Error::other(format!("more than {MAX_ROWS} messages: learn from a sample")));
                }
            }
        }
        Ok(())
    }

    /// Adds a message from elsewhere than a file of JSON lines.
    pub fn add(&mut self, row: Row) {
        if let Some(first) = self.seen.get(&row.text).and_then(|index| self.rows.get(*index)) {
            if first.label == row.label {
                self.repeated += 1;
            } else {
                self.contradicting.push((first.place.clone(), row.place));
            }
            return;
        }
        self.seen.insert(row.text.clone(), self.rows.len());
        self.rows.push(row);
    }
}

fn row(line: &[u8], source: &str, place: &(String, usize)) -> Result<Row, String> {
    let object = jsonl::read(line)?;
    let text = object.string("text")?.ok_or("`text` is missing")?;
    if text.trim().is_empty() {
        return Err("`text` is empty".to_owned());
    }
    let label = object.string("label")?.ok_or("`label` is missing: ham, spam or scam")?;
    let label = Label::from_name(&label).ok_or("`label` must be ham, spam or scam")?;
    let lang = object.string("lang")?.ok_or("`lang` is missing")?;
    let lang = if lang == "tl" { "fil".to_owned() } else { lang };
    let id = object.id()?;
    let kind = match object.string("kind")? {
        Some(kind) => Some(kind),
        None => object.string("category")?,
    };
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
