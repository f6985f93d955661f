//! Sets of hosts. In: hosts in order. Out: engines that say whether a host is one of them, and what each costs.

use adblock::Engine as Adblock;
use adblock::lists::{FilterSet, ParseOptions};
use adblock::request::Request;
use scamfilter::pack::{Header, HostSet, encode_hashes, hash48};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use xorf::Filter as _;

pub struct Engine {
    pub find: Box<dyn Fn(&str) -> bool>,
    /// Bytes in memory, where the allocator cannot see them; 0 for unknown.
    pub memory: Option<usize>,
    /// Bytes on a disk; 0 where it has no such form.
    pub file: usize,
    /// From those bytes to the first answer.
    pub opened: Option<Duration>,
    /// It may say yes to a host that is not listed.
    pub guesses: bool,
}

pub const ENGINES: [(&str, fn(&[String]) -> Engine); 6] = [
    ("scamfilter", own),
    ("hashbrown", hash_set),
    ("fst", fst_set),
    ("xorf BinaryFuse32", fuse),
    ("SQLite", sqlite),
    ("adblock", adblock),
];

/// Key of the hashes.
pub const KEY: (u64, u64) = (0x1234_5678, 0x9abc_def0);

pub fn header() -> Header {
    Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial: 1, expires: 0 }
}

/// The bytes of a set of hosts.
pub fn set(hosts: &[String]) -> Vec<u8> {
    let mut hashes: Vec<u64> = hosts.iter().map(|host| hash48(KEY, host)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    encode_hashes(KEY, &hashes).expect("hashes in order")
}

fn own(hosts: &[String]) -> Engine {
    // Mapped for as long as the process lives, as on a phone.
    let image: &'static [u8] = set(hosts).leak();
    let start = Instant::now();
    let set = HostSet::read(image).expect("it was just written");
    let opened = start.elapsed();
    let find = move |host: &str| set.contains(hash48(set.key(), host));
    Engine { find: Box::new(find), memory: None, file: image.len(), opened: Some(opened), guesses: false }
}

fn hash_set(hosts: &[String]) -> Engine {
    let set: hashbrown::HashSet<Box<str>> = hosts.iter().map(|host| host.as_str().into()).collect();
    Engine { find: Box::new(move |host| set.contains(host)), memory: None, file: 0, opened: None, guesses: false }
}

fn fst_set(hosts: &[String]) -> Engine {
    let bytes = fst::Set::from_iter(hosts).expect("hosts in order").into_fst().into_inner();
    let file = bytes.len();
    let start = Instant::now();
    let set = fst::Set::new(bytes).expect("it was just written");
    let opened = start.elapsed();
    Engine { find: Box::new(move |host| set.contains(host)), memory: None, file, opened: Some(opened), guesses: false }
}

fn fuse(hosts: &[String]) -> Engine {
    let hash = |host: &str| hash48(KEY, host);
    let keys: BTreeSet<u64> = hosts.iter().map(|host| hash(host)).collect();
    let keys: Vec<u64> = keys.into_iter().collect();
    let filter = xorf::BinaryFuse32::try_from(&keys).expect("it builds");
    let file = filter.len() * 4;
    Engine { find: Box::new(move |host| filter.contains(&hash(host))), memory: None, file, opened: None, guesses: true }
}

fn sqlite(hosts: &[String]) -> Engine {
    let path = std::env::temp_dir().join(format!("scamfilter-bench-{}.sqlite", std::process::id()));
    let mut base = rusqlite::Connection::open(&path).expect("a file");
    base.execute_batch("DROP TABLE IF EXISTS h; CREATE TABLE h (host TEXT PRIMARY KEY) WITHOUT ROWID")
        .expect("a table");
    let all = base.transaction().expect("a transaction");
    {
        let mut insert = all.prepare("INSERT INTO h VALUES (?1)").expect("a statement");
        for host in hosts {
            insert.execute([host]).expect("a row");
        }
    }
    all.commit().expect("rows");
    drop(base);
    let file = std::fs::metadata(&path).expect("a file").len() as usize;
    let start = Instant::now();
    let base = rusqlite::Connection::open(&path).expect("a file");
    let find = move |host: &str| {
        let mut statement = base.prepare_cached("SELECT 1 FROM h WHERE host = ?1").expect("a statement");
        statement.exists([host]).expect("an answer")
    };
    find(&hosts[0]);
    let opened = start.elapsed();
    // Open files are read on after their names are gone.
    std::fs::remove_file(&path).expect("its own file");
    Engine { find: Box::new(find), memory: Some(0), file, opened: Some(opened), guesses: false }
}

/// An engine of Brave's for all pages of these hosts.
pub fn blocker(hosts: &[String]) -> Adblock {
    let rules: Vec<String> = hosts.iter().map(|host| format!("||{host}^")).collect();
    let mut filters = FilterSet::new(false);
    filters.add_filters(&rules, ParseOptions::default());
    Adblock::from_filter_set(filters, true)
}

/// Whether it blocks an address.
pub fn blocks(engine: &Adblock, url: &str) -> bool {
    let request = Request::new(url, "https://sms.example/", "other").expect("an address");
    engine.check_network_request(&request).matched
}

fn adblock(hosts: &[String]) -> Engine {
    let bytes = blocker(hosts).serialize();
    let file = bytes.len();
    let start = Instant::now();
    let mut engine = Adblock::default();
    engine.deserialize(&bytes).expect("it was just written");
    let opened = start.elapsed();
    let find = move |host: &str| blocks(&engine, &format!("https://{host}/"));
    Engine { find: Box::new(find), memory: None, file, opened: Some(opened), guesses: false }
}
