//! A phone under attack, for tests. In: what a host serves, right or wrong. Out: what the phone trusts, or why it refuses.
//!
//! The files of [`Repository`] are changed here one at a time, signed by the right keys, and named anew by what stands above them: then
//! nothing but the change itself can be why a phone refuses.

use crate::repository::{NOW, Repository, digits, key, pair, sha256, sign};
use scamfilter::update::{Answer, Client, Failure, FailureKind, Step, encoded};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a host serves, by path below the metadata URL.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A phone: what it stored, and the clock.
pub struct Phone {
    /// Metadata by role.
    pub stored: BTreeMap<String, Vec<u8>>,
    /// The root that came with the app.
    pub root: Vec<u8>,
    /// Seconds since 1970.
    pub now: u64,
    /// Paths that were asked for since the phone was made.
    pub asked: Vec<String>,
}

/// What a phone that never saw an update trusts after a refresh and a walk.
///
/// # Errors
/// Those of the client.
pub fn refreshed(repository: &Repository, now: u64) -> Result<Client, Failure> {
    Phone { now, ..Phone::new(repository) }.refresh(&repository.files)
}

impl Phone {
    /// A phone that never saw an update.
    #[must_use]
    pub fn new(repository: &Repository) -> Self {
        Self { stored: BTreeMap::new(), root: repository.root.clone(), now: NOW, asked: Vec::new() }
    }

    /// A refresh and a walk, as [`scamfilter::update::Publisher::update`] does them.
    ///
    /// # Errors
    /// Those of the client.
    pub fn refresh(&mut self, files: &Files) -> Result<Client, Failure> {
        let mut client = Client::new(&self.root, self.now)?;
        self.drive(&mut client, files)?;
        client.walk();
        self.drive(&mut client, files)?;
        Ok(client)
    }

    /// A refresh and the search for one path: where the target lies, if there is one.
    ///
    /// # Errors
    /// Those of the client.
    pub fn find(&mut self, files: &Files, path: &str) -> Result<Option<String>, Failure> {
        let mut client = Client::new(&self.root, self.now)?;
        self.drive(&mut client, files)?;
        client.find(path);
        self.drive(&mut client, files)?;
        Ok(client.found().map(|(_, location)| location))
    }

    /// Goes through the steps; of what is served it reads as much as a driver does.
    ///
    /// # Errors
    /// Those of the client.
    pub fn drive(&mut self, client: &mut Client, files: &Files) -> Result<(), Failure> {
        let answer = |found: Option<Vec<u8>>| found.map_or(Answer::Missing, Answer::Bytes);
        for _ in 0..2_000 {
            match client.step()? {
                Step::Load { role } => client.answer(answer(self.stored.get(&role).cloned())),
                Step::Fetch { path, limit } => {
                    let read = files.get(&path).map(|bytes| bytes.iter().copied().take(limit + 1).collect());
                    self.asked.push(path);
                    client.answer(answer(read));
                }
                Step::Save { role, bytes } => drop(self.stored.insert(role, bytes)),
                Step::Done => return Ok(()),
            }
        }
        panic!("a refresh without an end");
    }

    /// Refuses `files` for `kind` with a sentence that has `says`; `role` and all below it stay as they were stored.
    pub fn refuses(&mut self, files: &Files, role: &str, (kind, says): (FailureKind, &str)) {
        let below = |stored: &BTreeMap<String, Vec<u8>>| {
            let above = ["root", "timestamp", "snapshot", "targets"].into_iter().take_while(|above| *above != role);
            let above: Vec<&str> = above.collect();
            stored.iter().filter(|(r, _)| !above.contains(&r.as_str())).map(|(r, b)| (r.clone(), b.clone())).collect()
        };
        let before: Files = below(&self.stored);
        let failure = self.refresh(files).err().unwrap_or_else(|| panic!("{role} accepted, where `{says}` is due"));
        assert!(failure.kind() == kind && failure.to_string().contains(says), "{role}, `{says}` due: {failure}");
        assert!(below(&self.stored) == before, "{role}: a refusal changed what is stored");
    }
}

/// A repository at its second release, and a phone that has the first.
#[must_use]
pub fn started() -> (Repository, Phone) {
    let mut repository = Repository::default();
    let mut phone = Phone::new(&repository);
    phone.refresh(&repository.files).unwrap_or_else(|failure| panic!("{failure}"));
    repository.release();
    (repository, phone)
}

/// Seeds of the keys that sign a top-level role.
#[must_use]
pub fn signers(role: &str) -> &'static [u8] {
    match role {
        "root" => &[1, 2],
        "timestamp" => &[4],
        "snapshot" => &[5],
        _ => &[6],
    }
}

/// Name of the newest file of a top-level role; of the root, the one that comes next.
#[must_use]
pub fn file(repository: &Repository, role: &str) -> String {
    let (_, snapshot, targets) = repository.versions;
    match role {
        "root" => "2.root.json".to_owned(),
        "timestamp" => "timestamp.json".to_owned(),
        "snapshot" => format!("{snapshot}.snapshot.json"),
        delegated => format!("{targets}.{}.json", encoded(delegated)),
    }
}

/// The signed part of the file of a role.
#[must_use]
pub fn body(repository: &Repository, role: &str) -> Value {
    if role == "root" {
        return crate::repository::root(2);
    }
    let whole: Value = serde_json::from_slice(&repository.files[&file(repository, role)]).expect("JSON");
    whole["signed"].clone()
}

/// Serves `bytes` as the file of a role. A timestamp names a snapshot as it now is.
pub fn put(repository: &mut Repository, role: &str, bytes: Vec<u8>) {
    if role == "snapshot" {
        let mut timestamp = body(repository, "timestamp");
        let version = repository.versions.1;
        let meta = json!({ "version": version, "length": bytes.len(), "hashes": { "sha256": sha256(&bytes) } });
        timestamp["meta"]["snapshot.json"] = meta;
        repository.files.insert("timestamp.json".to_owned(), sign(&timestamp, &[4]));
    }
    repository.files.insert(file(repository, role), bytes);
}

/// Changes the signed part of a top-level role and signs it with the right keys.
pub fn change(repository: &mut Repository, role: &str, change: impl FnOnce(&mut Value)) {
    let mut signed = body(repository, role);
    change(&mut signed);
    put(repository, role, sign(&signed, signers(role)));
}

/// A file whose signed part stands there as `text`, signed as `form`, which is what a verifier should make of it.
#[must_use]
pub fn file_of(text: &[u8], form: &[u8], seeds: &[u8]) -> Vec<u8> {
    let signature =
        |seed: &u8| json!({ "keyid": format!("k{seed}"), "sig": digits(&pair(*seed).sk.sign(form, None)[..]) });
    let signatures = Value::Array(seeds.iter().map(signature).collect()).to_string();
    [b"{\"signatures\":", signatures.as_bytes(), b",\"signed\":", text, b"}"].concat()
}

/// A delegation to `name`, whose key is that of `seed`.
#[must_use]
pub fn delegation(name: &str, seed: u8, paths: &[&str], terminating: bool) -> Value {
    let id = format!("k{seed}");
    json!({ "name": name, "keyids": [id], "threshold": 1, "terminating": terminating, "paths": paths })
}

/// The fields of targets: the paths that are listed, each for the same small file, and delegations.
#[must_use]
pub fn fields(paths: &[&str], delegations: &[Value]) -> Value {
    let target = json!({ "length": 4, "hashes": { "sha256": sha256(b"file") } });
    let listed: Map<String, Value> = paths.iter().map(|path| ((*path).to_owned(), target.clone())).collect();
    let keys: Map<String, Value> = (1..=9).map(|seed| (format!("k{seed}"), key(seed))).collect();
    json!({ "targets": listed, "delegations": { "keys": keys, "roles": delegations } })
}

/// Releases `top` with delegated roles, each with its name, its fields, and the seed of the key that signs it.
pub fn release(repository: &mut Repository, top: Value, roles: &[(&str, Value, u8)]) {
    repository.targets = top;
    repository.release();
    let version = repository.versions.2;
    for (name, fields, seed) in roles {
        let mut signed = repository.common("targets", version);
        fields.as_object().into_iter().flatten().for_each(|(field, value)| signed[field] = value.clone());
        put(repository, name, sign(&signed, &[*seed]));
    }
    change(repository, "snapshot", |snapshot| {
        roles.iter().for_each(|(name, ..)| snapshot["meta"][format!("{name}.json")] = json!({ "version": version }));
    });
}
