//! JSON lines. In: one message a line. Out: one canonical verdict a line with `id` first, in order; a malformed line
//! costs that line only, and no error repeats a message's text.

use scamfilter::{Channel, Message, ScamFilter};
use serde::Deserialize;
use serde_json::value::RawValue;
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

/// Judges every line of `input`.
///
/// # Errors
/// Only those of reading and writing.
pub fn check(filter: &ScamFilter, mut input: impl BufRead, out: &mut impl Write) -> io::Result<Ran> {
    let mut ran = Ran::default();
    let mut line = Vec::new();
    let mut reply = String::new();
    for number in 1.. {
        line.clear();
        if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
        }
        let body = line.trim_ascii();
        if body.is_empty() {
            continue;
        }
        reply.clear();
        match read(body) {
            Ok((id, message)) => {
                ran.judged += 1;
                reply.push('{');
                if let Some(id) = id {
                    reply.push_str(&format!("\"id\":{id},"));
                }
                filter.check(&message).write_json_fields(&mut reply);
                reply.push('}');
            }
            Err(problem) => {
                ran.malformed += 1;
                let id = serde_json::from_slice::<IdOnly>(body).ok().and_then(|l| l.id);
                let id = id.map_or(String::new(), |id| format!(",\"id\":{id}"));
                let problem = serde_json::Value::from(problem);
                reply.push_str(&format!("{{\"line\":{number}{id},\"error\":{problem}}}"));
            }
        }
        writeln!(out, "{reply}")?;
    }
    Ok(ran)
}

/// A line as a message, with its id as it stands.
fn read(body: &[u8]) -> Result<(Option<serde_json::Value>, Message), String> {
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
