//! Adapter for the public tuf-conformance suite. In: its command line (`CLIENT-CLI.md`). Out: exit code 0 or 1, files.
//!
//! All that it adds to `scamfilter::update` is plain HTTP, files and the system clock. Run by `cargo xtask tuf-conformance`.
#![allow(clippy::print_stderr, reason = "a command")]

use scamfilter::update::{Answer, Client, Step, encoded};
use std::fs;
use std::io::{Error, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Default)]
struct Arguments {
    metadata_dir: PathBuf,
    metadata_url: String,
    target_names: Vec<String>,
    target_url: String,
    target_dir: PathBuf,
    command: Vec<String>,
}

fn main() -> ExitCode {
    match run(&arguments()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Arguments {
    let mut read = Arguments::default();
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        let mut value = || given.next().unwrap_or_default();
        match word.as_str() {
            "--metadata-dir" => read.metadata_dir = value().into(),
            "--metadata-url" => read.metadata_url = value(),
            "--target-name" => read.target_names.push(value()),
            "--target-base-url" => read.target_url = value(),
            "--target-dir" => read.target_dir = value().into(),
            _ => read.command.push(word),
        }
    }
    read
}

fn run(arguments: &Arguments) -> Result<()> {
    match arguments.command.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["init", root] => {
            fs::copy(root, arguments.metadata_dir.join("root.json"))?;
            Ok(())
        }
        ["refresh"] => refreshed(arguments).map(drop),
        ["download"] => download(arguments),
        _ => Err("a command is missing: init ROOT, refresh, download".into()),
    }
}

fn refreshed(arguments: &Arguments) -> Result<Client> {
    let root = fs::read(arguments.metadata_dir.join("root.json"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut client = Client::new(&root, now)?;
    drive(&mut client, arguments)?;
    Ok(client)
}

fn drive(client: &mut Client, arguments: &Arguments) -> Result<()> {
    let file = |role: &str| arguments.metadata_dir.join(format!("{}.json", encoded(role)));
    loop {
        match client.step()? {
            Step::Load { role } => client.answer(fs::read(file(&role)).map_or(Answer::Missing, Answer::Bytes)),
            Step::Fetch { path, limit } => {
                client.answer(get(&arguments.metadata_url, &path, limit).unwrap_or(Answer::Failed));
            }
            Step::Save { role, bytes } => fs::write(file(&role), bytes)?,
            Step::Done => return Ok(()),
        }
    }
}

fn download(arguments: &Arguments) -> Result<()> {
    let mut client = refreshed(arguments)?;
    for name in &arguments.target_names {
        client.find(name);
        drive(&mut client, arguments)?;
        let (target, location) = client.found().ok_or("no such target")?;
        let path = arguments.target_dir.join(encoded(name));
        if fs::read(&path).is_ok_and(|bytes| target.fits(&bytes)) {
            continue;
        }
        let limit = usize::try_from(target.length)?;
        match get(&arguments.target_url, &location, limit)? {
            Answer::Bytes(bytes) if target.fits(&bytes) => fs::write(&path, bytes)?,
            _ => return Err("the target is not what was signed".into()),
        }
    }
    Ok(())
}

/// One GET over plain HTTP, at most `limit` bytes and one more.
fn get(base: &str, path: &str, limit: usize) -> std::io::Result<Answer> {
    let invalid = || Error::other("not an HTTP URL or answer");
    let (host, folder) = base.strip_prefix("http://").and_then(|b| b.split_once('/')).ok_or_else(invalid)?;
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let folder = folder.trim_end_matches('/');
    write!(stream, "GET /{folder}/{path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut reply = Vec::new();
    stream.take(limit as u64 + 4096).read_to_end(&mut reply)?;
    let split = reply.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(invalid)?;
    let head = String::from_utf8_lossy(reply.get(..split).unwrap_or_default()).into_owned();
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(Answer::Bytes(reply.split_off(split + 4))),
        Some("403" | "404") => Ok(Answer::Missing),
        _ => Ok(Answer::Failed),
    }
}
