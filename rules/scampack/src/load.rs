//! Source trees. In: a folder, or the starter packs inside this program. Out: relative paths and their text.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::feeds::MANIFEST;
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
/// Hosts that must never be found listed, such as popular sites; none of it goes into the pack.
pub const ALLOWED: &str = "allowed.txt";

/// The files that a pack may have beside its families; any other would be read by nothing.
pub const FILES: [&str; 15] = [
    "pack.toml",
    "concepts.toml",
    "scoring.toml",
    crate::learn::plan::FILE,
    crate::learn::model_file::WEIGHTS,
    crate::learn::model_file::GRAMS,
    "domains.toml",
    "lookalikes.toml",
    "tlds.toml",
    "texts.toml",
    "brands.toml",
    "policies.toml",
    HOSTS,
    ALLOWED,
    "public_suffix_list.dat",
];
/// Folders of a pack: of its families, one a file; of the phrases of concepts, one language a file; of the learnt model.
const FAMILIES: &str = "families";
/// Phrases of concepts, by language.
pub const PHRASES: &str = "phrases";
const MODEL: &str = "model";
const FOLDERS: [&str; 3] = [FAMILIES, PHRASES, MODEL];

/// The files of one pack by path, in order.
pub type Tree = BTreeMap<String, String>;

/// The starter packs: `common` first, then the others in order of their name.
#[must_use]
pub fn starter() -> Vec<Tree> {
    starter_by_name().into_iter().map(|(_, tree)| tree).collect()
}

/// The starter packs with the names of their folders.
#[must_use]
pub fn starter_by_name() -> Vec<(String, Tree)> {
    let mut dirs: Vec<_> = STARTER.dirs().collect();
    dirs.sort_by_key(|d| (d.path() != Path::new("common"), d.path().to_owned()));
    dirs.into_iter().map(|dir| (dir.path().to_string_lossy().into_owned(), embedded(dir))).collect()
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

/// Reads the sources below `root`.
///
/// # Errors
/// As [`read`].
pub fn folder(root: &Path) -> Result<Tree, Vec<Diagnostic>> {
    read(root).map(|(tree, _)| tree)
}

/// Reads the sources below `root`, and warns of what is there and read by nothing. Links that lead out of it are refused.
/// Diagnostics name files from `root` on, and `root` itself by nothing.
///
/// # Errors
/// One diagnostic a file that cannot be read.
pub fn read(root: &Path) -> Result<(Tree, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut reader = Reader { root, tree: Tree::new(), problems: Vec::new(), unknown: Vec::new() };
    reader.walk(root);
    if reader.tree.is_empty() && reader.problems.is_empty() {
        let help = "name a folder that holds pack.toml";
        reader.problems.push(Diagnostic::file(Code::Missing, "no rule sources here", "").help(help));
    }
    if reader.problems.is_empty() { Ok((reader.tree, reader.unknown)) } else { Err(reader.problems) }
}

struct Reader<'a> {
    root: &'a Path,
    tree: Tree,
    problems: Vec<Diagnostic>,
    unknown: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn walk(&mut self, dir: &Path) {
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("cannot read the folder: {error}");
                self.problems.push(Diagnostic::file(Code::Missing, message, &self.name(dir)));
                return;
            }
        };
        let mut paths: Vec<_> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        paths.sort();
        for path in paths {
            let name = self.name(&path);
            let Ok(meta) = path.symlink_metadata() else { continue };
            let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if hidden || path.extension().is_some_and(|e| e == "md") || name == MANIFEST {
                continue;
            }
            if meta.is_symlink() {
                self.problems.push(Diagnostic::file(Code::SymbolicLink, "symbolic links are not followed", &name));
            } else if meta.is_dir() && FOLDERS.contains(&name.as_str()) {
                self.walk(&path);
            } else if let Some(help) = strange(&name, meta.is_dir()) {
                let what = if meta.is_dir() { "folder" } else { "file" };
                let message = format!("nothing reads this {what}");
                self.unknown.push(Diagnostic::file(Code::UnknownFile, message, &name).help(help));
            } else if !meta.is_file() {
                // A pipe or a device would keep the reader waiting.
                self.problems.push(Diagnostic::file(Code::Missing, "this is no ordinary file", &name));
            } else {
                self.file(&path, name, meta.len());
            }
        }
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }

    fn file(&mut self, path: &Path, name: String, size: u64) {
        let most = if name == HOSTS || name == ALLOWED { MAX_HOSTS } else { MAX_FILE };
        if size > most || self.tree.len() >= MAX_FILES {
            let message = "larger than 1 MiB, or more than 10,000 files";
            self.problems.push(Diagnostic::file(Code::TooLarge, message, &name));
            return;
        }
        match std::fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => {
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
                self.tree.insert(name, text);
            }
            Ok(Err(_)) => self.problems.push(Diagnostic::file(Code::Encoding, "not UTF-8", &name)),
            Err(error) => self.problems.push(Diagnostic::file(Code::Missing, error.to_string(), &name)),
        }
    }
}

/// What to do about a path that is none of a pack's.
fn strange(name: &str, folder: bool) -> Option<String> {
    let of_folder = [FAMILIES, PHRASES].iter().find_map(|dir| name.strip_prefix(dir)?.strip_prefix('/'));
    let known = match of_folder {
        _ if folder => false,
        Some(file) => !file.contains('/') && file.ends_with(".toml"),
        None => FILES.contains(&name),
    };
    if known {
        return None;
    }
    let near = match of_folder {
        None if folder => nearest(name, FOLDERS),
        None => nearest(name, FILES),
        Some(_) => None,
    };
    Some(match (of_folder, near) {
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (Some(_), None) => {
            "families are files families/NAME.toml, phrases of concepts files phrases/LANGUAGE.toml".to_owned()
        }
        (None, None) => format!("a pack has {} and families/NAME.toml; notes go into .md files", FILES.join(", ")),
    })
}
