//! Metadata of TUF 1.0. In: bytes of one file. Out: its signed part as plain values, with what its signatures are over.
//!
//! What a role may grow is bounded here, before anything is kept. Fields that are not known are ignored, as the
//! specification asks, but stay under the signature.

use super::delegations::Delegations;
use super::error::Failure;
use super::json::Json;
use super::keys::{PublicKey, hex};
use super::sorted::Sorted;
use super::time;
use sha2::{Digest, Sha256, Sha512};

/// Names of the top-level roles.
pub const ROOT: &str = "root";
/// See [`ROOT`].
pub const TIMESTAMP: &str = "timestamp";
/// See [`ROOT`].
pub const SNAPSHOT: &str = "snapshot";
/// See [`ROOT`].
pub const TARGETS: &str = "targets";

/// Most keys of a root or of the delegations of a role.
const MAX_KEYS: usize = 64;
/// Most signatures of a file.
const MAX_SIGNATURES: usize = 64;
/// Most files that a snapshot lists.
const MAX_FILES: usize = 1024;
/// Most targets of a role.
const MAX_TARGETS: usize = 4096;
/// Longest path of a target, and longest pattern of a delegation, in bytes.
pub(super) const MAX_PATH: usize = 512;
/// Largest version: exact in every JSON reader.
const MAX_VERSION: u64 = 1 << 53;

/// A file with its signatures, parsed as JSON only.
pub(super) struct Envelope {
    signatures: Vec<(String, Vec<u8>)>,
    signed: Json,
}

impl Envelope {
    /// Reads `bytes`, which claim to be metadata of type `kind`.
    pub(super) fn read(bytes: &[u8], kind: &str) -> Result<Self, Failure> {
        let whole = Json::parse(bytes).ok_or_else(|| Failure::publisher(format!("{kind}: not canonical JSON")))?;
        let wrong = || Failure::publisher(format!("{kind}: not signed metadata of that type"));
        let listed = whole.get("signatures").and_then(Json::list).ok_or_else(wrong)?;
        if listed.len() > MAX_SIGNATURES {
            return Err(Failure::publisher(format!("{kind}: more than {MAX_SIGNATURES} signatures")));
        }
        let mut signatures: Vec<(String, Vec<u8>)> = Vec::new();
        for signature in listed {
            let id = signature.get("keyid").and_then(Json::text).ok_or_else(wrong)?;
            let sig = signature.get("sig").and_then(Json::text).ok_or_else(wrong)?;
            // 4.2.1: a key id must be unique among the signatures.
            if signatures.iter().any(|(other, _)| other == id) {
                return Err(Failure::publisher(format!("{kind}: two signatures of one key id")));
            }
            // What is no hexadecimal verifies with no key.
            signatures.push((id.to_owned(), hex(sig).unwrap_or_default()));
        }
        let signed = whole.get("signed").cloned().ok_or_else(wrong)?;
        if signed.get("_type").and_then(Json::text) != Some(kind) {
            return Err(wrong());
        }
        let spec = signed.get("spec_version").and_then(Json::text).ok_or_else(wrong)?;
        // 4.3: within a major version a client reads what it knows.
        if spec.split('.').next() != Some("1") {
            return Err(Failure::publisher(format!("{kind}: another major version of the specification than 1")));
        }
        Ok(Self { signatures, signed })
    }

    /// Whether `role` is reached: as many distinct keys of it as its threshold signed this. Equal keys under two ids count once.
    pub(super) fn meets(&self, role: &Role, keys: &Sorted<PublicKey>) -> bool {
        let message = self.signed.canonical();
        let mut counted: Vec<&PublicKey> = Vec::new();
        for (id, signature) in self.signatures.iter().filter(|(id, _)| role.key_ids.contains(id)) {
            let Some(key) = keys.get(id).filter(|k| !counted.contains(k)) else { continue };
            if key.verifies(&message, signature) {
                counted.push(key);
            }
        }
        counted.len() as u64 >= role.threshold
    }
}

/// Who may sign: key ids and how many of them must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub(super) key_ids: Vec<String>,
    pub(super) threshold: u64,
}

impl Role {
    pub(super) fn read(json: &Json) -> Option<Self> {
        let listed = json.get("keyids")?.list()?;
        let mut key_ids: Vec<String> = Vec::new();
        for id in listed {
            let id = id.text()?;
            if key_ids.iter().any(|other| other == id) || key_ids.len() >= MAX_KEYS {
                return None;
            }
            key_ids.push(id.to_owned());
        }
        let threshold = json.get("threshold")?.count()?;
        (threshold > 0).then_some(Self { key_ids, threshold })
    }
}

/// Keys by id; what is of no known kind is left out.
pub(super) fn keys(json: &Json) -> Option<Sorted<PublicKey>> {
    let map = json.map().filter(|m| m.len() <= MAX_KEYS)?;
    Sorted::of(map.iter().filter_map(|(id, key)| Some((id.to_owned(), PublicKey::read(key)?))).collect())
}

/// The fields that all types have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Common {
    /// Grows with every publication.
    pub version: u64,
    /// Seconds since 1970 from which on it must not be accepted.
    pub expires: u64,
}

impl Common {
    fn read(json: &Json) -> Option<Self> {
        let version = json.get("version")?.count().filter(|v| (1..=MAX_VERSION).contains(v))?;
        Some(Self { version, expires: time::parse(json.get("expires")?.text()?)? })
    }
}

/// Keys of all top-level roles.
#[derive(Clone, Debug)]
pub struct Root {
    pub(super) common: Common,
    pub(super) consistent: bool,
    pub(super) keys: Sorted<PublicKey>,
    roles: [Role; 4],
}

impl Root {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let json = &envelope.signed;
        let roles = json.get("roles");
        let role = |name| roles.and_then(|r| r.get(name)).and_then(Role::read);
        let parse = || {
            Some(Self {
                common: Common::read(json)?,
                consistent: json.get("consistent_snapshot").is_some_and(|c| c.flag() == Some(true)),
                keys: keys(json.get("keys")?)?,
                roles: [role(ROOT)?, role(TIMESTAMP)?, role(SNAPSHOT)?, role(TARGETS)?],
            })
        };
        parse().ok_or_else(|| Failure::publisher("root: a field is missing, malformed or out of bounds"))
    }

    /// Who may sign a top-level role.
    pub(super) fn role(&self, name: &str) -> &Role {
        let [root, timestamp, snapshot, targets] = &self.roles;
        match name {
            ROOT => root,
            TIMESTAMP => timestamp,
            SNAPSHOT => snapshot,
            _ => targets,
        }
    }
}

/// What a timestamp or snapshot says about another metadata file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMeta {
    pub(super) version: u64,
    pub(super) length: Option<u64>,
    hashes: Option<Hashes>,
}

impl FileMeta {
    fn read(json: &Json) -> Option<Self> {
        let optional = |field| json.get(field).map_or(Some(None), |v| Some(Some(v)));
        Some(Self {
            version: json.get("version")?.count().filter(|v| (1..=MAX_VERSION).contains(v))?,
            length: optional("length")?.map_or(Some(None), |v| v.count().map(Some))?,
            hashes: optional("hashes")?.map_or(Some(None), |v| Hashes::read(v).map(Some))?,
        })
    }

    /// Length and hashes, where they are given, fit `bytes`.
    pub(super) fn fits(&self, bytes: &[u8]) -> bool {
        self.length.is_none_or(|l| l == bytes.len() as u64) && self.hashes.as_ref().is_none_or(|h| h.fit(bytes))
    }
}

/// SHA-256 or SHA-512 of a file, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    sha256: Option<[u8; 32]>,
    sha512: Option<[u8; 64]>,
}

impl Hashes {
    /// At least one of the two must stand there; other algorithms are passed over.
    fn read(json: &Json) -> Option<Self> {
        let given = |name| json.get(name).map_or(Some(None), |v| v.text().and_then(hex).map(Some));
        let hashes = Self {
            sha256: given("sha256")?.map_or(Some(None), |h| h.try_into().ok().map(Some))?,
            sha512: given("sha512")?.map_or(Some(None), |h| h.try_into().ok().map(Some))?,
        };
        (hashes.sha256.is_some() || hashes.sha512.is_some()).then_some(hashes)
    }

    fn fit(&self, bytes: &[u8]) -> bool {
        self.sha256.is_none_or(|h| h[..] == Sha256::digest(bytes)[..])
            && self.sha512.is_none_or(|h| h[..] == Sha512::digest(bytes)[..])
    }

    /// Hexadecimal digits that stand before the name of the file on the host.
    fn prefix(&self) -> String {
        let digits = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect();
        self.sha256.map_or_else(|| digits(&self.sha512.unwrap_or([0; 64])), |h| digits(&h))
    }
}

/// The one file that changes in place: which snapshot is the newest.
#[derive(Clone, Debug)]
pub struct Timestamp {
    pub(super) common: Common,
    pub(super) snapshot: FileMeta,
}

impl Timestamp {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let json = &envelope.signed;
        let parse = || {
            let snapshot = FileMeta::read(json.get("meta")?.get("snapshot.json")?)?;
            Some(Self { common: Common::read(json)?, snapshot })
        };
        parse().ok_or_else(|| Failure::publisher("timestamp: a field is missing, malformed or out of bounds"))
    }
}

/// Versions of all files of targets.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) common: Common,
    pub(super) files: Sorted<FileMeta>,
}

impl Snapshot {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let json = &envelope.signed;
        let parse = || {
            let listed = json.get("meta")?.map().filter(|m| m.len() <= MAX_FILES)?;
            let files = listed.iter().map(|(name, meta)| Some((name.to_owned(), FileMeta::read(meta)?)));
            Some(Self { common: Common::read(json)?, files: Sorted::of(files.collect::<Option<_>>()?)? })
        };
        parse().ok_or_else(|| Failure::publisher("snapshot: a field is missing, malformed or out of bounds"))
    }

    /// What it says about the metadata of `role`.
    pub(super) fn of(&self, role: &str) -> Option<&FileMeta> {
        self.files.get(&format!("{role}.json"))
    }
}

/// A file that may be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetFile {
    /// Its bytes.
    pub length: u64,
    hashes: Hashes,
    /// What the publisher says about it; `null` without.
    pub custom: Json,
}

impl TargetFile {
    fn read(json: &Json) -> Option<Self> {
        let custom = json.get("custom").cloned().unwrap_or(Json::Null);
        Some(Self { length: json.get("length")?.count()?, hashes: Hashes::read(json.get("hashes")?)?, custom })
    }

    /// Whether `bytes` are the file that was signed.
    #[must_use]
    pub fn fits(&self, bytes: &[u8]) -> bool {
        self.length == bytes.len() as u64 && self.hashes.fit(bytes)
    }

    /// Where it lies below the base of targets: with its hash before the name when snapshots are consistent.
    pub(super) fn location(&self, path: &str, consistent: bool) -> String {
        match path.rsplit_once('/') {
            _ if !consistent => path.to_owned(),
            Some((folder, name)) => format!("{folder}/{}.{name}", self.hashes.prefix()),
            None => format!("{}.{path}", self.hashes.prefix()),
        }
    }
}

/// Files, and roles that are trusted with others.
#[derive(Clone, Debug)]
pub struct Targets {
    pub(super) common: Common,
    pub(super) targets: Sorted<TargetFile>,
    pub(super) delegations: Delegations,
}

impl Targets {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let json = &envelope.signed;
        let parse = || {
            let listed = json.get("targets")?.map().filter(|m| m.len() <= MAX_TARGETS)?;
            // A target that cannot be used here, for its path or its hashes, is as good as not listed.
            let usable = listed.iter().filter(|(path, _)| path.len() <= MAX_PATH);
            let targets = usable.filter_map(|(path, target)| Some((path.to_owned(), TargetFile::read(target)?)));
            let targets = Sorted::of(targets.collect())?;
            let delegations = json.get("delegations").map_or(Some(Delegations::default()), Delegations::read)?;
            Some(Self { common: Common::read(json)?, targets, delegations })
        };
        parse().ok_or_else(|| Failure::publisher("targets: a field is missing, malformed or out of bounds"))
    }
}
