//! Delegations of targets. In: the `delegations` of a role and a path. Out: which roles are trusted with it, in order.

use super::json::Json;
use super::keys::{PublicKey, hex};
use super::metadata::{self, MAX_PATH, Role};
use super::sorted::Sorted;
use sha2::{Digest, Sha256};

/// Most roles that one role may delegate to.
const MAX_ROLES: usize = 64;
/// Most patterns or prefixes of one delegation.
const MAX_PATTERNS: usize = 256;
/// Longest name of a role, in bytes: percent-encoded it still is the name of a file.
const MAX_NAME: usize = 64;

/// Roles that a role trusts, with their keys.
#[derive(Clone, Debug, Default)]
pub struct Delegations {
    pub(super) keys: Sorted<PublicKey>,
    roles: Vec<Delegation>,
    /// Bytes of all patterns: what comparing a path with them costs a byte.
    pub(super) width: u64,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Delegation {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) terminating: bool,
    scope: Scope,
}

#[derive(Clone, Debug)]
enum Scope {
    Patterns(Vec<String>),
    /// Beginnings of the SHA-256 of the path, in hexadecimal digits.
    HashPrefixes(Vec<String>),
}

impl Scope {
    fn width(&self) -> u64 {
        let (Self::Patterns(texts) | Self::HashPrefixes(texts)) = self;
        texts.iter().map(|text| text.len() as u64 + 1).sum()
    }
}

impl Delegations {
    /// Reads the field; nothing when it is malformed or larger than a phone should look at.
    pub(super) fn read(json: &Json) -> Option<Self> {
        let keys = metadata::keys(json.get("keys")?)?;
        let mut roles: Vec<Delegation> = Vec::new();
        // Delegations by hash bins (TAP 15) have no list of roles; nobody is trusted by them here.
        let listed = json.get("roles").map_or(Some(&[][..]), |r| r.list().filter(|l| l.len() <= MAX_ROLES))?;
        for listed in listed {
            let role = Delegation::read(listed)?;
            if roles.iter().any(|other| other.name == role.name) {
                return None;
            }
            roles.push(role);
        }
        let width = roles.iter().map(|role| role.scope.width()).sum();
        Some(Self { keys, roles, width })
    }

    /// The delegation to `name`.
    pub(super) fn to(&self, name: &str) -> Option<&Delegation> {
        self.roles.iter().find(|r| r.name == name)
    }

    /// Roles that are trusted with `path`, in order, up to the first terminating one; all of them without a path.
    pub(super) fn trusted_with(&self, path: Option<&str>) -> Vec<&Delegation> {
        let Some(path) = path else { return self.roles.iter().collect() };
        let mut found = Vec::new();
        for role in self.roles.iter().filter(|r| r.covers(path)) {
            found.push(role);
            if role.terminating {
                break;
            }
        }
        found
    }
}

impl Delegation {
    fn read(json: &Json) -> Option<Self> {
        let name = json.get("name")?.text().filter(|n| (1..=MAX_NAME).contains(&n.len()))?;
        // A delegated role must not stand in for a top-level one, in this set or in the store.
        // Disks that do not tell capitals apart would take one for the other.
        let reserved = [metadata::ROOT, metadata::TIMESTAMP, metadata::SNAPSHOT, metadata::TARGETS];
        if reserved.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return None;
        }
        let texts = |field: &Json| {
            let listed = field.list().filter(|l| l.len() <= MAX_PATTERNS)?;
            listed
                .iter()
                .map(|p| p.text().filter(|t| t.len() <= MAX_PATH).map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        };
        let scope = match (json.get("paths"), json.get("path_hash_prefixes")) {
            (Some(paths), None) => Scope::Patterns(texts(paths)?),
            (None, Some(prefixes)) => {
                let even =
                    |p: &String| hex(if p.len().is_multiple_of(2) { p } else { p.get(1..).unwrap_or("?") }).is_some();
                Scope::HashPrefixes(texts(prefixes).filter(|all| all.iter().all(even))?)
            }
            _ => return None,
        };
        let terminating = json.get("terminating")?.flag()?;
        Some(Self { name: name.to_owned(), role: Role::read(json)?, terminating, scope })
    }

    /// Whether the role is trusted with `path`.
    pub(super) fn covers(&self, path: &str) -> bool {
        match &self.scope {
            Scope::Patterns(patterns) => patterns.iter().any(|p| matches(p, path)),
            Scope::HashPrefixes(prefixes) => {
                let digits: String = Sha256::digest(path.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
                prefixes.iter().any(|p| digits.starts_with(&p.to_ascii_lowercase()))
            }
        }
    }
}

/// Whether `pattern` with `*` and `?`, neither of which meets a slash, is all of `path`.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if matches_part(pattern, part) => {}
            _ => return false,
        }
    }
}

/// Goes back to the last `*` only, which is enough and keeps the work below the product of the lengths.
fn matches_part(pattern: &str, part: &str) -> bool {
    let (mut pattern, mut part) = (pattern.chars(), part.chars());
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (mut next_pattern, mut next_part) = (pattern.clone(), part.clone());
        match (next_pattern.next(), next_part.next()) {
            (Some('*'), _) => {
                retry = Some((next_pattern.clone(), part.clone()));
                pattern = next_pattern;
                continue;
            }
            (None, None) => return true,
            (Some(wanted), Some(have)) if wanted == '?' || wanted == have => {
                (pattern, part) = (next_pattern, next_part);
                continue;
            }
            _ => {}
        }
        let Some((after_star, mut from)) = retry.take() else { return false };
        if from.next().is_none() {
            return false;
        }
        (pattern, part) = (after_star.clone(), from.clone());
        retry = Some((after_star, from));
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_as_the_specification_has_them() {
        for (pattern, path) in [
            ("*", "a"),
            ("*", ""),
            ("a*b*c", "aXbYbZc"),
            ("foo-?.tgz", "foo-1.tgz"),
            ("foo-?.tgz", "foo-ก.tgz"),
            ("releases/*/*", "releases/x/y"),
            ("**", "ab"),
            ("packs/th/*.full", "packs/th/12.full"),
            ("a[b]", "a[b]"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("*", "a/b"),
            ("foo-?.tgz", "foo-.tgz"),
            ("foo-?.tgz", "foo-12.tgz"),
            ("A", "a"),
            ("?", "/"),
            ("a/", "a"),
            ("releases/*/*", "releases/x"),
            ("*.zip", "x.zip/y"),
            ("", "a"),
            ("a*b", "ac"),
            ("a*bc", "abcb"),
            ("[ab]", "a"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_cannot_explode() {
        let (pattern, path) = (format!("{}b", "*a".repeat(255)), "a".repeat(512));
        assert!(!matches(&pattern, &path));
    }
}
