//! The one layout of rule sources. In: TOML. Out: the same values and comments, laid out so that diffs read well.
//!
//! One space around `=`, a blank line before each table, lists on one line where they fit and else one item a line;
//! comments stay where they are. Laying out twice changes nothing. A file that would lose anything is left alone.

use anyhow::{Context, bail};
use std::collections::BTreeSet;
use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

/// Longest line, in characters.
const WIDTH: usize = 130;

/// Lays out one file.
///
/// # Errors
/// When it is not TOML, or laying it out would change a value or lose a comment.
pub fn format(text: &str) -> anyhow::Result<String> {
    let mut document: DocumentMut = text.parse().context("it is not TOML")?;
    table(document.as_table_mut());
    let out = lines(&document.to_string());
    // What is between values is TOML's to say and this file's to move, so nothing is believed that was not compared.
    if Lexed::of(&out).comments != Lexed::of(text).comments {
        bail!("laying it out would lose or move a comment; comments stand above a key or behind a value");
    }
    let values = |text: &str| toml::from_str::<toml::Table>(text).map(|table| format!("{table:?}")).ok();
    if values(&out).is_none() || values(&out) != values(text) {
        bail!("laying it out would change a value");
    }
    Ok(out)
}

/// Sets the blank lines, outside of strings.
fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = 0;
    let lexed = Lexed::of(text);
    for (number, line) in text.lines().enumerate() {
        if lexed.kept.contains(&number) {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let line = if lexed.kept.contains(&(number + 1)) { line } else { line.trim_end() };
        // Before a table stands one blank line, elsewhere at most one.
        blank = if line.is_empty() { blank + 1 } else { 0 };
        let opens = line.starts_with('[') && !out.is_empty() && !out.ends_with("\n\n") && !comment_above(&out);
        if opens && blank == 0 {
            out.push('\n');
        }
        if blank <= 1 && !(line.is_empty() && out.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// What a layout must leave as it is.
struct Lexed<'a> {
    /// Comments in order, without what is blank behind them.
    comments: Vec<&'a str>,
    /// Lines, from 0, that begin inside of a string.
    kept: BTreeSet<usize>,
}

impl<'a> Lexed<'a> {
    /// Finds comments and strings in TOML that was parsed before.
    fn of(text: &'a str) -> Self {
        let mut lexed = Self { comments: Vec::new(), kept: BTreeSet::new() };
        let (mut rest, mut line) = (text, 0);
        while let Some(at) = rest.find(['#', '"', '\'', '\n']) {
            let (_, from) = rest.split_at_checked(at).unwrap_or(("", ""));
            let taken = match from.as_bytes().first() {
                Some(b'#') => {
                    let comment = from.lines().next().unwrap_or("");
                    lexed.comments.push(comment.trim_end());
                    comment.len()
                }
                Some(b'\n') => {
                    line += 1;
                    1
                }
                _ => {
                    let length = string(from);
                    for _ in from.get(..length).unwrap_or("").matches('\n') {
                        line += 1;
                        lexed.kept.insert(line);
                    }
                    length
                }
            };
            rest = from.get(taken..).unwrap_or("");
        }
        lexed
    }
}

/// Length of the string that `text` begins with, its quotes included.
fn string(text: &str) -> usize {
    let quote = if text.starts_with('"') { '"' } else { '\'' };
    let long = text.chars().take_while(|c| *c == quote).count() >= 3;
    let mut chars = text.char_indices().skip(if long { 3 } else { 1 }).peekable();
    let mut quotes = 0;
    while let Some((at, c)) = chars.next() {
        quotes = if c == quote { quotes + 1 } else { 0 };
        if quotes == 1 && !long {
            return at + 1;
        }
        // Up to two more quotes than three may end a long string.
        if quotes >= 3 && chars.peek().is_none_or(|(_, next)| *next != quote) {
            return at + 1;
        }
        if c == '\\' && quote == '"' {
            chars.next();
        }
    }
    text.len()
}

/// The last line is a comment, which then belongs to what follows.
fn comment_above(out: &str) -> bool {
    out.lines().last().is_some_and(|line| line.starts_with('#'))
}

fn table(table: &mut dyn TableLike) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        if let Some((mut name, item)) = table.get_key_value_mut(&key) {
            match item {
                Item::Value(leaf) => {
                    name.leaf_decor_mut().set_suffix(" ");
                    let width = name.display_repr().chars().count() + 3;
                    let suffix = leaf.decor().suffix().and_then(|s| s.as_str()).unwrap_or("").trim().to_owned();
                    value(leaf, width);
                    leaf.decor_mut().set_prefix(" ");
                    leaf.decor_mut().set_suffix(if suffix.is_empty() { String::new() } else { format!(" {suffix}") });
                }
                Item::Table(inner) => self::table(inner),
                Item::ArrayOfTables(all) => all.iter_mut().for_each(|inner| self::table(inner)),
                Item::None => {}
            }
        }
    }
}

/// Lays out a value that begins at column `from`.
fn value(value: &mut Value, from: usize) {
    // Comments between items were placed by hand; whoever writes them lays out that value.
    if !Lexed::of(&value.to_string()).comments.is_empty() {
        return;
    }
    match value {
        Value::Array(array) => list(array, from),
        Value::InlineTable(inline) => {
            inline.iter_mut().for_each(|(mut key, item)| {
                key.leaf_decor_mut().set_prefix(" ");
                key.leaf_decor_mut().set_suffix(" ");
                self::value(item, from);
                item.decor_mut().set_prefix(" ");
                item.decor_mut().set_suffix("");
            });
            let last = inline.len().wrapping_sub(1);
            if let Some((_, item)) = inline.iter_mut().nth(last) {
                item.decor_mut().set_suffix(" ");
            }
            inline.set_trailing_comma(false);
            inline.set_trailing("");
        }
        _ => {}
    }
}

fn list(array: &mut Array, from: usize) {
    array.iter_mut().for_each(|item| {
        value(item, from);
        item.decor_mut().clear();
    });
    let items: Vec<String> = array.iter().map(ToString::to_string).map(|s| s.trim().to_owned()).collect();
    let flat = items.iter().map(|i| i.chars().count() + 2).sum::<usize>() + from;
    let nested = array.iter().any(|v| v.is_inline_table());
    let fits = flat <= WIDTH && !(nested && array.len() > 1);
    array.set_trailing_comma(!fits && !array.is_empty());
    array.set_trailing(if fits || items.is_empty() { "" } else { "\n" });
    let mut column = WIDTH;
    for (index, (item, text)) in array.iter_mut().zip(&items).enumerate() {
        let width = text.chars().count() + 2;
        let prefix = match (fits, nested) {
            (true, _) => {
                if index == 0 {
                    ""
                } else {
                    " "
                }
            }
            // Short words fill lines; whole examples stand one a line.
            (false, false) if column + width < WIDTH => " ",
            (false, _) => "\n  ",
        };
        column = if prefix == " " { column + width } else { width + 2 };
        item.decor_mut().set_prefix(prefix);
    }
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn layout_keeps_values_and_comments() {
        let text = "# why\nid=\"a\"   # note\n\n\n\n[x]\nb = [ 1,2 , 3 ]\nt = {a=1,b = \"c\"}\n[[r]]\nq=1\n";
        let laid = format(text).unwrap();
        assert_eq!(laid, "# why\nid = \"a\" # note\n\n[x]\nb = [1, 2, 3]\nt = { a = 1, b = \"c\" }\n\n[[r]]\nq = 1\n");
        assert_eq!(format(&laid).unwrap(), laid);
    }

    #[test]
    fn strings_of_many_lines_and_comments_inside_of_values_stay() {
        for text in [
            "a = \"\"\"\none  \n\n\n\n[two]\n\"\"\"\n",
            "a = '''\n# no comment  \n\n\nx'''''\nb = 1\n",
            "a = \"\\\"# no comment\"\nb = '\\'\n",
            "a = { b = 1, # why\n  c = 2 }\n",
            "a = [\n  { b = 1, # why\n    c = 2 },\n]\n",
            "a = [\n  1, # one\n  2,\n]\n",
        ] {
            assert_eq!(format(text).unwrap(), text);
        }
        assert_eq!(format("a=\"\"\"\n x \n\"\"\"   \n").unwrap(), "a = \"\"\"\n x \n\"\"\"\n");
    }

    #[test]
    fn long_lists_break_and_examples_stand_one_a_line() {
        let words: Vec<String> = (0..40).map(|n| format!("\"word {n}\"")).collect();
        let text = format!("w = [{}]\nhit = [{{ text = \"a\" }}, {{ text = \"b\" }}]\n", words.join(", "));
        let laid = format(&text).unwrap();
        assert!(laid.lines().all(|l| l.chars().count() <= 130), "{laid}");
        assert!(laid.contains("hit = [\n  { text = \"a\" },\n  { text = \"b\" },\n]\n"), "{laid}");
        assert_eq!(format(&laid).unwrap(), laid);
        assert_eq!(toml::from_str::<toml::Value>(&text).unwrap(), toml::from_str::<toml::Value>(&laid).unwrap());
    }
}
