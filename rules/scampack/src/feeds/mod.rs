//! Feeds of malicious hosts. In: the bytes of a list as its publisher wrote it. Out: what each entry says, with its line;
//! a bad entry costs itself only.
//!
//! `bytes -> read -> canonical -> merge -> hosts.txt, allowed.txt, manifest`.

mod merge;
mod name;
mod structured;

pub use merge::{Known, MANIFEST, MARK, Manifest, Merged, merge};
pub use name::{Name, canonical, refang};

use std::fmt;

/// Largest feed that is read.
pub const MAX_FEED: usize = 256 << 20;
/// Longest entry; longer ones are bad, and are not copied.
const MAX_ENTRY: usize = 8 << 10;

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FeedFormat {
    /// A host or an address a line; `#` and `;` begin comments.
    Plain,
    /// `0.0.0.0 host` lines.
    Hosts,
    /// Adblock filters: `||host^`; all others are passed over.
    Adblock,
    /// Comma-separated values with a header line; `--column` names the one that is read. URLhaus writes such.
    Csv,
    /// A MISP event, a list of events, or a warning list, in JSON.
    Misp,
    /// A STIX 2.1 bundle.
    Stix,
}

/// An entry, or what is wrong with it, and its line; of JSON, the number of the object.
pub type Entries<'a> = Vec<(usize, Result<std::borrow::Cow<'a, str>, &'static str>)>;

/// Why a whole feed cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedError(String);

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FeedError {}

fn refused<T>(why: impl Into<String>) -> Result<T, FeedError> {
    Err(FeedError(why.into()))
}

/// Reads a feed; without a format, in the one that it looks like.
///
/// # Errors
/// What keeps all of it from being read: size, compression, encoding, JSON that is none, a column that is not there.
pub fn read<'a>(bytes: &'a [u8], format: Option<FeedFormat>, column: Option<&str>) -> Result<Entries<'a>, FeedError> {
    if bytes.len() > MAX_FEED {
        return refused("larger than 256 MiB");
    }
    match bytes {
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] | [b'P', b'K', 3, 4, ..] | [b'B', b'Z', b'h', ..] => {
            return refused("compressed: unpack it first, so that you see how large it is");
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return refused("UTF-16: write it in UTF-8"),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match format.unwrap_or_else(|| guess(bytes, column)) {
        FeedFormat::Plain => Ok(lines(bytes, plain)),
        FeedFormat::Hosts => Ok(lines(bytes, hosts_line)),
        FeedFormat::Adblock => Ok(lines(bytes, adblock)),
        FeedFormat::Csv => structured::csv(bytes, column),
        FeedFormat::Misp => structured::misp(bytes),
        FeedFormat::Stix => structured::stix(bytes),
    }
}

fn guess(bytes: &[u8], column: Option<&str>) -> FeedFormat {
    let head = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes));
    let said = || head.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', '!', ';']));
    match head.trim_start().chars().next() {
        Some('{' | '[') if head.contains("\"bundle\"") => FeedFormat::Stix,
        Some('{') => FeedFormat::Misp,
        _ if column.is_some() || names_columns(&head) => FeedFormat::Csv,
        _ if head.starts_with("[Adblock") || said().any(|l| l.starts_with("||")) => FeedFormat::Adblock,
        _ if said().any(|l| ["0.0.0.0", "127.0.0.1", "::1"].contains(&l.split_whitespace().next().unwrap_or(""))) => {
            FeedFormat::Hosts
        }
        _ => FeedFormat::Plain,
    }
}

/// Whether the first line, or the last of the comment with which a file begins, is a header with a column that is read.
fn names_columns(head: &str) -> bool {
    let comment = head.lines().take_while(|line| line.starts_with('#')).filter(|line| line.contains(','));
    let header = comment.last().or_else(|| head.lines().next()).unwrap_or("");
    let mut names = header.trim_start_matches('#').split(',').map(|name| name.trim().trim_matches('"'));
    header.contains(',') && names.any(|name| structured::COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// Entries of a file with one a line; `entry` gives nothing for what says nothing.
fn lines(bytes: &[u8], entry: fn(&str) -> Option<&str>) -> Entries<'_> {
    let mut entries = Entries::new();
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        let said = if line.len() > MAX_ENTRY {
            Err("longer than 8 KiB")
        } else if line.contains(&0) {
            Err("holds NUL")
        } else {
            std::str::from_utf8(line).map_err(|_| "not UTF-8")
        };
        match said.map(|line| entry(line.trim())) {
            Ok(Some(entry)) => entries.push((index + 1, Ok(entry.into()))),
            Ok(None) => {}
            Err(why) => entries.push((index + 1, Err(why))),
        }
    }
    entries
}

fn plain(line: &str) -> Option<&str> {
    let said = if line.starts_with(['#', ';', '!']) { "" } else { line.split(" #").next().unwrap_or(line) };
    Some(said.trim()).filter(|s| !s.is_empty())
}

fn hosts_line(line: &str) -> Option<&str> {
    let said = line.split('#').next().unwrap_or("");
    let mut words = said.split_whitespace();
    let (address, host) = (words.next()?, words.next());
    // Hosts files begin with names of the machine itself.
    let own = ["localhost", "localhost.localdomain", "local", "broadcasthost", "0.0.0.0"];
    let host = host.unwrap_or(address);
    (!own.contains(&host) && !host.starts_with("ip6-")).then_some(host)
}

fn adblock(line: &str) -> Option<&str> {
    let filter = line.strip_prefix("||")?;
    let end = filter.find('^')?;
    let (host, rest) = filter.split_at_checked(end)?;
    // A filter with conditions beside "on all pages" speaks of advertisements inside of others' pages.
    let always = ["^", "^$all", "^$document", "^$doc", "^|"].contains(&rest);
    (always && !host.contains(['*', '/'])).then_some(host)
}
