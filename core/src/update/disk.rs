//! The store's port to a real disk. In: the publisher's folder. Out: files, synced when they are asked to be.
//!
//! The only I/O of this crate. What takes more than Rust's standard library, mapping everywhere and file locks on Android, the caller
//! brings; without them images are read into memory, and on Android an app must update from one process only.

use super::store::{Disk, DiskError};
use crate::pack::PackBytes;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shares the bytes of a file that is never changed.
pub type Share = fn(File) -> io::Result<PackBytes>;
/// Locks a file as `File::try_lock` does; false when someone else has it.
pub type Lock = fn(&File) -> io::Result<bool>;

/// A folder of the file system.
pub struct FolderDisk {
    root: PathBuf,
    locks: Vec<(String, File)>,
    share: Share,
    lock: Lock,
}

impl FolderDisk {
    /// The folder is made when something is first written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), locks: Vec::new(), share: whole, lock }
    }

    /// The same folder, whose images are shared by `share`.
    #[must_use]
    pub fn sharing(self, share: Share) -> Self {
        Self { share, ..self }
    }

    /// The same folder, locked by `lock`.
    #[must_use]
    pub fn locking(self, lock: Lock) -> Self {
        Self { lock, ..self }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The file, if there is one.
    fn opened(&self, path: &str) -> Result<Option<File>, DiskError> {
        match File::open(self.at(path)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn whole(mut file: File) -> io::Result<PackBytes> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Arc::new(bytes))
}

fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(true),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

fn failed(error: &io::Error) -> DiskError {
    // ENOKEY and EIO, by which Linux answers for files whose key is not there yet, have no kind of their own.
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => DiskError::Full,
        ErrorKind::ReadOnlyFilesystem => DiskError::ReadOnly,
        ErrorKind::PermissionDenied => DiskError::Denied,
        _ if error.raw_os_error() == Some(126) => DiskError::Locked,
        _ => DiskError::Broken,
    }
}

/// Syncs a folder; where folders cannot be opened, as on Windows, their names are synced with the file.
fn sync_folder(path: &Path) -> Result<(), DiskError> {
    if cfg!(unix) { File::open(path).and_then(|f| f.sync_all()).map_err(|e| failed(&e)) } else { Ok(()) }
}

impl Disk for FolderDisk {
    fn read(&mut self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, DiskError> {
        let Some(file) = self.opened(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
        Ok(Some(bytes))
    }

    fn share(&mut self, path: &str, limit: u64) -> Result<Option<PackBytes>, DiskError> {
        let Some(file) = self.opened(path)? else { return Ok(None) };
        if file.metadata().map_err(|e| failed(&e))?.len() > limit {
            return Ok(None);
        }
        (self.share)(file).map(Some).map_err(|e| failed(&e))
    }

    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskError> {
        let entries = match fs::read_dir(self.at(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&error)),
        };
        let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), DiskError> {
        let path = self.at(folder);
        if path.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&path).map_err(|e| failed(&e))?;
        // Every folder on the way may be new.
        let known = path.ancestors().take(folder.split('/').count() + 2).skip(1);
        known.filter(|p| p.is_dir()).try_for_each(sync_folder)
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        let path = self.at(path);
        // A file that is there may be mapped, or be a link: it is left alone, and another one begun.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&error)),
            _ => {}
        }
        OpenOptions::new().write(true).create_new(true).open(path).map(drop).map_err(|e| failed(&e))
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        let file = OpenOptions::new().append(true).open(self.at(path));
        file.and_then(|mut f| f.write_all(bytes)).map_err(|e| failed(&e))
    }

    fn sync_file(&mut self, path: &str) -> Result<(), DiskError> {
        OpenOptions::new().append(true).open(self.at(path)).and_then(|f| f.sync_all()).map_err(|e| failed(&e))
    }

    fn sync_folder(&mut self, folder: &str) -> Result<(), DiskError> {
        sync_folder(&self.at(folder))
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        fs::rename(self.at(from), self.at(to)).map_err(|e| failed(&e))
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        match fs::remove_file(self.at(path)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&error)),
            _ => Ok(()),
        }
    }

    fn try_lock(&mut self, path: &str) -> Result<bool, DiskError> {
        fs::create_dir_all(&self.root).map_err(|e| failed(&e))?;
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.at(path));
        let file = file.map_err(|e| failed(&e))?;
        let held = (self.lock)(&file).map_err(|e| failed(&e))?;
        if held {
            self.locks.push((path.to_owned(), file));
        }
        Ok(held)
    }

    fn unlock(&mut self, path: &str) {
        self.locks.retain(|(held, _)| held != path);
    }
}
