//! JSON lines. In: one message a line. Out: one canonical verdict a line with `id` first, in order; a malformed line
//! costs that line only, and no error repeats a message's text.

mod object;

pub use object::Misspelt;
pub(crate) use object::{Object, language};

use crate::codes;
use scamfilter::{Channel, Message, ScamFilter};
use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};

/// Bytes of one line; the text of a message is looked at up to 64 KiB, escapes may take six bytes a unit.
const MAX_LINE: u64 = 16 << 20;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Lines judged.
    pub judged: usize,
    /// Lines that could not be read.
    pub malformed: usize,
    /// Keys that were probably meant to be others.
    pub misspelt: Misspelt,
}

/// Lines that are judged together, by one or more threads, before the next ones are read.
const BATCH: usize = 1024;

/// Judges every line of `input` with `jobs` threads; `progress` is told how many lines went by.
///
/// # Errors
/// Only those of reading and writing.
pub fn check(
    filter: &ScamFilter,
    mut input: impl BufRead,
    out: &mut impl Write,
    jobs: usize,
    mut progress: impl FnMut(usize),
) -> io::Result<Ran> {
    let mut ran = Ran::default();
    let mut lines = Lines::default();
    while !lines.ended {
        let batch = lines.batch(&mut input)?;
        let share = batch.len().div_ceil(jobs.max(1)).max(1);
        let judged: Vec<(String, Ran)> = if jobs <= 1 {
            vec![judge(filter, &batch)]
        } else {
            std::thread::scope(|scope| {
                let threads: Vec<_> = batch.chunks(share).map(|part| scope.spawn(|| judge(filter, part))).collect();
                threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
            })
        };
        for (reply, part) in judged {
            out.write_all(reply.as_bytes())?;
            ran.judged += part.judged;
            ran.malformed += part.malformed;
            ran.misspelt.add(part.misspelt);
        }
        progress(batch.len());
    }
    Ok(ran)
}

/// Lines with their numbers, read in batches.
#[derive(Default)]
pub(crate) struct Lines {
    number: usize,
    pub(crate) ended: bool,
}

impl Lines {
    /// The next lines that are not blank, with their numbers; a batch ends early when it grows large.
    pub(crate) fn batch(&mut self, input: &mut impl BufRead) -> io::Result<Vec<(usize, Vec<u8>)>> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH && (bytes as u64) < MAX_LINE {
            let mut line = Vec::new();
            if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
                self.ended = true;
                break;
            }
            self.number += 1;
            if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
                input.skip_until(b'\n')?;
            }
            if self.number == 1 && line.starts_with(BYTE_ORDER_MARK) {
                line.drain(..BYTE_ORDER_MARK.len());
            }
            if !line.trim_ascii().is_empty() {
                bytes += line.len();
                batch.push((self.number, line));
            }
        }
        Ok(batch)
    }
}

fn judge(filter: &ScamFilter, lines: &[(usize, Vec<u8>)]) -> (String, Ran) {
    let mut ran = Ran::default();
    let mut reply = String::with_capacity(lines.len() * 160);
    for (number, line) in lines {
        let object = match read(line) {
            Ok(object) => object,
            Err(problem) => {
                ran.malformed += 1;
                refuse(&mut reply, *number, None, problem);
                continue;
            }
        };
        ran.misspelt.see(&object, *number);
        let id = object.raw("id").ok().flatten();
        match message(&object) {
            Ok(message) => {
                ran.judged += 1;
                reply.push('{');
                if let Some(id) = id {
                    let _ = write!(reply, "\"id\":{id},");
                }
                filter.check(&message).write_json_fields(&mut reply);
                reply.push_str("}\n");
            }
            Err(problem) => {
                ran.malformed += 1;
                refuse(&mut reply, *number, id, problem);
            }
        }
    }
    (reply, ran)
}

fn refuse(reply: &mut String, line: usize, id: Option<&str>, problem: String) {
    let id = id.map_or(String::new(), |id| format!(",\"id\":{id}"));
    let problem = serde_json::Value::from(problem);
    let _ = writeln!(reply, "{{\"line\":{line}{id},\"error\":{problem}}}");
}

/// A line as its keys and values.
pub(crate) fn read(line: &[u8]) -> Result<Object<'_>, String> {
    if line.len() as u64 >= MAX_LINE {
        return Err("longer than 16 MiB".to_owned());
    }
    Object::read(line.trim_ascii())
}

/// What a line says of a message.
pub(crate) fn message(line: &Object<'_>) -> Result<Message, String> {
    line.raw("id")?;
    let channel = match line.string("channel")? {
        None => Channel::Sms,
        Some(name) => Channel::from_name(&name).ok_or("unknown channel; known: sms, mms, rcs, notification")?,
    };
    let sim_country = line.string("sim_country")?;
    if sim_country.as_ref().is_some_and(|code| codes::country(code).is_none()) {
        return Err(format!("`sim_country` must be {}", codes::COUNTRY));
    }
    Ok(Message {
        text: line.string("text")?.ok_or("`text` is missing")?.into(),
        sender: line.string("sender")?.map(Into::into),
        channel,
        received_at: line.time("received_at")?,
        sender_is_contact: line.flag("sender_is_contact")?,
        sim_country,
        redacted: line.flag("redacted")?.unwrap_or(false),
        has_replied: line.flag("has_replied")?,
        locale: line.string("locale")?,
    })
}
