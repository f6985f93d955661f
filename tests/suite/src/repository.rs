//! A small publisher for tests. In: what its roles say. Out: signed metadata as a host would serve it, right or wrong.

use ed25519_compact::{KeyPair, Seed};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// 2026-11-25T00:00:00Z, when tests take place.
pub const NOW: u64 = 1_795_564_800;
const EXPIRES: &str = "2026-12-25T00:00:00Z";

/// The key pair of a seed.
#[must_use]
pub fn pair(seed: u8) -> KeyPair {
    KeyPair::from_seed(Seed::new([seed; 32]))
}

/// A key as it stands in metadata.
#[must_use]
pub fn key(seed: u8) -> Value {
    json!({ "keytype": "ed25519", "scheme": "ed25519", "keyval": { "public": digits(&pair(seed).pk[..]) } })
}

/// Hexadecimal digits.
#[must_use]
pub fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    digits(&Sha256::digest(bytes))
}

/// Signs `signed` with the keys of `seeds`, under the ids `k` and the seed. Values of `serde_json` are in canonical order.
#[must_use]
pub fn sign(signed: &Value, seeds: &[u8]) -> Vec<u8> {
    let message = signed.to_string();
    let signatures: Vec<Value> = seeds
        .iter()
        .map(|seed| json!({ "keyid": format!("k{seed}"), "sig": digits(&pair(*seed).sk.sign(&message, None)[..]) }))
        .collect();
    json!({ "signatures": signatures, "signed": signed }).to_string().into_bytes()
}

/// Files of a host by their path below the metadata URL, and what goes into the next of them.
pub struct Repository {
    /// The root that phones begin with.
    pub root: Vec<u8>,
    /// Everything served.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Versions of timestamp, snapshot and targets.
    pub versions: (u64, u64, u64),
    /// Body of the targets role.
    pub targets: Value,
    /// When timestamp, snapshot and targets expire.
    pub expires: String,
}

/// Body of a root: keys 1, 2 and 3 for root with a threshold of 2, then 4 timestamp, 5 snapshot, 6 targets.
#[must_use]
pub fn root(version: u64) -> Value {
    let keys: BTreeMap<String, Value> = (1..=9).map(|seed| (format!("k{seed}"), key(seed))).collect();
    let role = |ids: &[&str], threshold: u32| json!({ "keyids": ids, "threshold": threshold });
    json!({
        "_type": "root", "consistent_snapshot": true, "expires": "2027-11-25T00:00:00Z", "keys": keys, "version": version,
        "spec_version": "1.0.31",
        "roles": { "root": role(&["k1", "k2", "k3"], 2), "timestamp": role(&["k4"], 1), "snapshot": role(&["k5"], 1),
            "targets": role(&["k6"], 1) },
    })
}

impl Default for Repository {
    fn default() -> Self {
        let mut repository = Self {
            root: sign(&root(1), &[1, 2]),
            files: BTreeMap::new(),
            versions: (1, 1, 1),
            targets: json!({}),
            expires: EXPIRES.to_owned(),
        };
        repository.publish();
        repository
    }
}

impl Repository {
    /// The fields that all types have.
    #[must_use]
    pub fn common(&self, kind: &str, version: u64) -> Value {
        json!({ "_type": kind, "expires": self.expires, "spec_version": "1.0.31", "version": version })
    }

    /// Raises all versions and writes targets, snapshot and timestamp.
    pub fn release(&mut self) {
        self.versions = (self.versions.0 + 1, self.versions.1 + 1, self.versions.2 + 1);
        self.publish();
    }

    /// Writes targets, snapshot and timestamp at their versions.
    pub fn publish(&mut self) {
        let (timestamp, snapshot, targets) = self.versions;
        let mut body = self.common("targets", targets);
        body["targets"] = json!({});
        if let Some(fields) = self.targets.as_object() {
            fields.iter().for_each(|(name, field)| body[name] = field.clone());
        }
        self.files.insert(format!("{targets}.targets.json"), sign(&body, &[6]));
        let mut body = self.common("snapshot", snapshot);
        body["meta"] = json!({ "targets.json": { "version": targets } });
        let file = sign(&body, &[5]);
        let mut body = self.common("timestamp", timestamp);
        body["meta"] = json!({ "snapshot.json":
            { "version": snapshot, "length": file.len(), "hashes": { "sha256": sha256(&file) } } });
        self.files.insert(format!("{snapshot}.snapshot.json"), file);
        self.files.insert("timestamp.json".to_owned(), sign(&body, &[4]));
    }
}
