//! Source trees. In: a folder, or the starter packs inside this program. Out: relative paths and their text.

use crate::diagnostic::{Code, Diagnostic};
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::path::Path;

static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../packs");
/// Largest source file; the Public Suffix List has 330 KB.
const MAX_FILE: u64 = 1 << 20;
/// Largest list of hosts: some ten million.
const MAX_HOSTS: u64 = 256 << 20;
const MAX_FILES: usize = 10_000;

/// The list of malicious hosts of a pack.
pub const HOSTS: &str = "hosts.txt";

/// The files of one pack by path, in order.
pub type Tree = BTreeMap<String, String>;

/// The starter packs: `common` first, then the others in order of their name.
#[must_use]
pub fn starter() -> Vec<Tree> {
    let mut dirs: Vec<_> = STARTER.dirs().collect();
    dirs.sort_by_key(|d| (d.path() != Path::new("common"), d.path().to_owned()));
    dirs.into_iter().map(embedded).collect()
}

fn embedded(dir: &Dir<'_>) -> Tree {
    fn walk(dir: &Dir<'_>, root: &Path, tree: &mut Tree) {
        for file in dir.files() {
            let path = file.path().strip_prefix(root).unwrap_or(file.path());
            tree.insert(path.to_string_lossy().replace('\\', "/"), file.contents_utf8().unwrap_or("").to_owned());
        }
        dir.dirs().for_each(|d| walk(d, root, tree));
    }
    let mut tree = Tree::new();
    walk(dir, dir.path(), &mut tree);
    tree
}

/// Reads the `.toml`, `.dat` and `.txt` files below `root`. Links that lead out of it are refused.
///
/// # Errors
/// One diagnostic a file that cannot be read.
pub fn folder(root: &Path) -> Result<Tree, Vec<Diagnostic>> {
    let mut tree = Tree::new();
    let mut problems = Vec::new();
    walk(root, root, &mut tree, &mut problems);
    if tree.is_empty() && problems.is_empty() {
        problems.push(
            Diagnostic::file(Code::Missing, "no rule sources here", &root.to_string_lossy())
                .help("name a folder that holds pack.toml"),
        );
    }
    if problems.is_empty() { Ok(tree) } else { Err(problems) }
}

fn walk(root: &Path, dir: &Path, tree: &mut Tree, problems: &mut Vec<Diagnostic>) {
    let name = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(Diagnostic::file(
                Code::Missing,
                format!("cannot read the folder: {error}"),
                &dir.to_string_lossy(),
            ));
            return;
        }
    };
    let mut paths: Vec<_> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths {
        let Ok(meta) = path.symlink_metadata() else { continue };
        if meta.is_symlink() {
            problems.push(Diagnostic::file(Code::SymbolicLink, "symbolic links are not followed", &name(&path)));
        } else if meta.is_dir() {
            walk(root, &path, tree, problems);
        } else if path.extension().is_some_and(|e| e == "toml" || e == "dat" || e == "txt") {
            let most = if path.ends_with(HOSTS) { MAX_HOSTS } else { MAX_FILE };
            if meta.len() > most || tree.len() >= MAX_FILES {
                problems.push(Diagnostic::file(
                    Code::TooLarge,
                    "larger than 1 MiB, or more than 10,000 files",
                    &name(&path),
                ));
                continue;
            }
            match std::fs::read(&path).map(String::from_utf8) {
                Ok(Ok(text)) => {
                    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
                    tree.insert(name(&path), text);
                }
                Ok(Err(_)) => problems.push(Diagnostic::file(Code::Encoding, "not UTF-8", &name(&path))),
                Err(error) => problems.push(Diagnostic::file(Code::Missing, error.to_string(), &name(&path))),
            }
        }
    }
}
