//! JSON lines. In: one message a line. Out: one canonical verdict a line with `id` first, in order; a malformed line
//! costs that line only, and no error repeats a message's text.

use scamfilter::{Channel, Message, ScamFilter};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};

/// Bytes of one line; the text of a message is looked at up to 64 KiB, escapes may take six bytes a unit.
const MAX_LINE: u64 = 16 << 20;

#[derive(Deserialize)]
struct Line {
    id: Option<serde_json::Value>,
    text: String,
    sender: Option<String>,
    channel: Option<String>,
    sender_is_contact: Option<bool>,
    sim_country: Option<String>,
    received_at: Option<i64>,
    redacted: Option<bool>,
    has_replied: Option<bool>,
    locale: Option<String>,
}

#[derive(Deserialize)]
struct IdOnly {
    id: Option<serde_json::Value>,
}

/// What ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Lines judged.
    pub judged: usize,
    /// Lines that could not be read.
    pub malformed: usize,
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
    let mut lines = Lines { number: 0, ended: false };
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
            ran = Ran { judged: ran.judged + part.judged, malformed: ran.malformed + part.malformed };
        }
        progress(batch.len());
    }
    Ok(ran)
}

struct Lines {
    number: usize,
    ended: bool,
}

impl Lines {
    /// The next lines that are not blank, with their numbers; a batch ends early when it grows large.
    fn batch(&mut self, input: &mut impl BufRead) -> io::Result<Vec<(usize, Vec<u8>)>> {
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
        let body = line.trim_ascii();
        match read(body) {
            Ok((id, message)) => {
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
                let id = serde_json::from_slice::<IdOnly>(body).ok().and_then(|l| l.id);
                let id = id.map_or(String::new(), |id| format!(",\"id\":{id}"));
                let problem = serde_json::Value::from(problem);
                let _ = writeln!(reply, "{{\"line\":{number}{id},\"error\":{problem}}}");
            }
        }
    }
    (reply, ran)
}

/// A line as a message, with its id as it stands.
pub(crate) fn read(body: &[u8]) -> Result<(Option<serde_json::Value>, Message), String> {
    // serde_json's own messages can quote values, so only its place and kind are told.
    let line: Line = serde_json::from_slice(body).map_err(|e| {
        let kind = match e.classify() {
            serde_json::error::Category::Syntax => "not valid JSON",
            serde_json::error::Category::Eof => "the line ends too early",
            _ if serde_json::from_slice::<&RawValue>(body).is_ok_and(|v| !v.get().starts_with('{')) => {
                "not a JSON object"
            }
            _ => "a key is missing or has the wrong type (`text` is needed; see the README)",
        };
        format!("{kind}, column {}", e.column())
    })?;
    let channel = match line.channel.as_deref() {
        None => Channel::Sms,
        Some(name) => Channel::from_name(name).ok_or("unknown channel; known: sms, mms, rcs, notification")?,
    };
    let message = Message {
        text: line.text.into(),
        sender: line.sender.map(Into::into),
        channel,
        received_at: line.received_at,
        sender_is_contact: line.sender_is_contact,
        sim_country: line.sim_country,
        redacted: line.redacted.unwrap_or(false),
        has_replied: line.has_replied,
        locale: line.locale,
    };
    Ok((line.id, message))
}
