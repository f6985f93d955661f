//! Files that commands read and write. In: paths. Out: packs, lines, bytes; an error always names its file.

use anyhow::{Context, bail};
use scamfilter::Pack;
use scamfilter::pack::MAGIC;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names that are tried for a temporary file: only a planted one can be taken, and many only by an attack.
const TRIES: u32 = 16;

/// A pack and where it is from.
pub(super) struct Image {
    pub(super) from: String,
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) pack: Pack,
}

impl Image {
    pub(super) fn new(from: String, bytes: Vec<u8>) -> anyhow::Result<Self> {
        let bytes = Arc::new(bytes);
        let pack = Pack::open(bytes.clone()).with_context(|| from.clone())?;
        Ok(Self { from, bytes, pack })
    }

    /// A pack from a file, as its header describes it; nothing in it was compared with its digests yet.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if path.is_dir() {
            bail!("{} is a folder, not a pack: `scampack build` makes packs of sources", path.display());
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::new(path.display().to_string(), bytes)
    }

    /// The same, with all digests compared.
    pub(super) fn verified(path: &Path) -> anyhow::Result<Self> {
        let image = Self::open(path)?;
        image.verify()?;
        Ok(image)
    }

    pub(super) fn verify(&self) -> anyhow::Result<()> {
        self.pack.verify().with_context(|| self.from.clone())
    }
}

/// SHA-256 in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A file that is read once, for what is in it and for its SHA-256.
pub(super) struct Hashed<R> {
    input: R,
    digest: Sha256,
}

impl<R: Read> Hashed<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, digest: Sha256::new() }
    }

    /// The SHA-256 of what was read, in hexadecimal digits.
    pub(super) fn sha256(self) -> String {
        hex(&self.digest.finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.digest.update(buffer.get(..count).unwrap_or(&[]));
        Ok(count)
    }
}

/// What is in a folder, in order.
pub(super) fn entries(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

/// Whether a file begins as a pack does.
pub(super) fn is_pack(path: &Path) -> bool {
    let mut magic = [0; MAGIC.len()];
    let ordinary = path.metadata().is_ok_and(|meta| meta.is_file());
    ordinary && File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == MAGIC
}

/// A file of JSON lines.
pub(super) fn lines(path: &Path) -> anyhow::Result<File> {
    if path.is_dir() {
        bail!("{} is a folder: name one file of JSON lines", path.display());
    }
    File::open(path).with_context(|| format!("cannot open {}", path.display()))
}

/// Writes a file so that it appears whole or not at all. What was there keeps its permissions.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = temporary(path).and_then(|(name, file)| {
        let done = fill(file, path, bytes).and_then(|()| std::fs::rename(&name, path));
        if done.is_err() {
            let _ = std::fs::remove_file(&name);
        }
        done
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// A new file beside `path`. It never opens one that is there, so that no planted link leads the bytes elsewhere.
fn temporary(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut result = Err(io::ErrorKind::AlreadyExists.into());
    for attempt in 0..TRIES {
        let temporary = path.with_file_name(format!(".{name}.{}.{attempt}.tmp", std::process::id()));
        result = OpenOptions::new().write(true).create_new(true).open(&temporary).map(|file| (temporary, file));
        if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::AlreadyExists) {
            break;
        }
    }
    result
}

fn fill(mut file: File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(meta) = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file) {
        file.set_permissions(meta.permissions())?;
    }
    file.write_all(bytes)?;
    // Without it a crash could leave the name with nothing behind it.
    file.sync_all()
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn a_planted_link_leads_nothing_elsewhere() {
        let dir = std::env::temp_dir().join(format!("scampack-planted-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let (victim, target) = (dir.join("victim"), dir.join("pack"));
        std::fs::write(&victim, "before").unwrap();
        let planted = dir.join(format!(".pack.{}.0.tmp", std::process::id()));
        std::os::unix::fs::symlink(&victim, planted).unwrap();
        super::write_whole(&target, b"whole").unwrap();
        assert_eq!(std::fs::read(&victim).unwrap(), b"before");
        assert!(std::fs::read(&target).unwrap() == b"whole" && target.symlink_metadata().unwrap().is_file());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
