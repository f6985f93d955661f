//! `check` and `check-link`. In: a message, a link, or JSON lines. Out: verdicts.

use super::Ended;
use super::files;
use super::input::Packs;
use super::output::{Format, Out, Progress};
use crate::{codes, jsonl, render};
use anyhow::Context;
use clap::Args;
use scamfilter::{Channel, Message, ScamFilter, Verdict};
use std::io::{BufRead, BufReader, IsTerminal, Write, stdin, stdout};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct Check {
    /// The message; `-` reads it from standard input.
    #[arg(required_unless_present = "input")]
    text: Option<String>,
    /// Sender ID or number.
    #[arg(long)]
    sender: Option<String>,
    /// Country of the SIM (ISO 3166-1 alpha-2).
    #[arg(long, value_parser = country)]
    country: Option<String>,
    /// How it arrived: sms, mms, rcs or notification.
    #[arg(long, value_parser = channel, default_value = "sms")]
    channel: Channel,
    /// The sender is a contact.
    #[arg(long)]
    contact: bool,
    /// Language of the explanations (BCP 47).
    #[arg(long, default_value = "en")]
    locale: String,
    /// JSON lines to judge, one message a line; `-` for standard input.
    #[arg(long, conflicts_with_all = ["text", "sender", "country", "channel", "contact"])]
    input: Option<PathBuf>,
    /// Threads that judge `--input`; the order of the lines stays.
    #[arg(long, default_value_t = 1, requires = "input", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    #[command(flatten)]
    packs: Packs,
}

#[derive(Args)]
pub(super) struct CheckLink {
    /// The link.
    link: String,
    /// Language of the explanations (BCP 47).
    #[arg(long, default_value = "en")]
    locale: String,
    #[command(flatten)]
    packs: Packs,
}

fn channel(name: &str) -> Result<Channel, String> {
    Channel::from_name(name).ok_or_else(|| "known: sms, mms, rcs, notification".to_owned())
}

/// A country as packs hold it.
pub(super) fn country(code: &str) -> Result<String, String> {
    codes::country(code.trim()).ok_or_else(|| codes::COUNTRY.to_owned())
}

impl Check {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let filter = self.packs.open(out)?;
        if let Some(path) = &self.input {
            return if path == Path::new("-") {
                lines(&filter, stdin().lock(), usize::from(self.jobs), out)
            } else {
                lines(&filter, BufReader::with_capacity(1 << 16, files::lines(path)?), usize::from(self.jobs), out)
            };
        }
        let mut text = self.text.unwrap_or_default();
        if text == "-" {
            if stdin().is_terminal() {
                out.note("reading the message from standard input; end it with Ctrl-D");
            }
            text = std::io::read_to_string(stdin()).context("standard input is not UTF-8 text")?;
        }
        let message = Message {
            sender: self.sender.map(Into::into),
            sim_country: self.country,
            channel: self.channel,
            sender_is_contact: self.contact.then_some(true),
            ..Message::sms(text.as_str())
        };
        show(out, &filter, &filter.check(&message), &text, &self.locale)
    }
}

impl CheckLink {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let filter = self.packs.open(out)?;
        if scamfilter::text::parse_link(self.link.trim()).is_none() {
            out.warning("that is no link, such as https://host/path; it was judged as a text");
        }
        show(out, &filter, &filter.check_link(&self.link), self.link.trim(), &self.locale)
    }
}

fn show(out: &Out, filter: &ScamFilter, verdict: &Verdict, text: &str, locale: &str) -> anyhow::Result<Ended> {
    match out.format {
        Format::Human => write!(anstream::stdout(), "{}", render::human(filter, verdict, text, &[locale]))?,
        Format::Json | Format::Jsonl | Format::Html => writeln!(stdout(), "{}", render::json(&verdict.to_json()))?,
    }
    Ok(Ended::Well)
}

fn lines(filter: &ScamFilter, input: impl BufRead, jobs: usize, out: &Out) -> anyhow::Result<Ended> {
    let mut progress = Progress::new("messages");
    let mut stdout = std::io::BufWriter::with_capacity(1 << 16, stdout().lock());
    let ran = jsonl::check(filter, input, &mut stdout, jobs, |n| progress.add(n))?;
    stdout.flush()?;
    drop(progress);
    ran.misspelt.told().for_each(|told| out.warning(&told));
    if ran.malformed > 0 {
        out.note(format!("{} of {} lines could not be read", ran.malformed, ran.malformed + ran.judged));
    }
    Ok(Ended::from(ran.malformed == 0))
}
