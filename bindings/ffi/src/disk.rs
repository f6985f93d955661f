//! A publisher's store on this system. In: its folder. Out: the store, whose images are mapped and whose lock holds on Android too.

use scamfilter::pack::PackBytes;
use scamfilter::update::{FolderDisk, Store};
use std::fs::File;
use std::io;
use std::sync::Arc;

/// The store in `folder`.
pub(crate) fn store(folder: &str) -> Store<FolderDisk> {
    let disk = FolderDisk::new(folder).sharing(map);
    #[cfg(target_os = "android")]
    let disk = disk.locking(lock);
    Store::new(disk)
}

#[allow(unsafe_code, reason = "the one place where a file becomes memory")]
fn map(file: File) -> io::Result<PackBytes> {
    // SAFETY: images of a store are written under another name, renamed into place, and from then on only ever removed, which leaves a
    // mapping whole. The folder is the app's own; whoever can change files in it can change the app.
    let map = unsafe { memmap2::Mmap::map(&file) }?;
    Ok(Arc::new(map))
}

/// Rust's standard library has no file locks on Android, bionic has.
#[cfg(target_os = "android")]
fn lock(file: &File) -> io::Result<bool> {
    match rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
