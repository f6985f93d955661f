//! What is downloaded of a pack. In: the installed image, or none, and a delta. Out: the image that the publisher signed.
//!
//! ```text
//! 0  magic "SCAMDLTA"    8  u16 layout (1)   10 u16 zero   12 u32 sections   16 u64 length of the image
//! 24 SHA-256 of the image that it is for, zeros for none   56 SHA-256 of the image that it makes
//! 88 header and section table of that image
//!    for each section of the table: u32 how, u32 length, bytes
//! ```
//! How: 0 keep the section of the installed image with the digest of the table, 1 the bytes, 2 the same in zstd, 3 the hosts of the
//! installed image with hashes removed and added, 4 phrases as a list in zstd. A delta for no image is a full pack.

use super::error::Failure;
use super::host_changes::Changed;
use crate::pack::{MAX_IMAGE, MAX_SECTIONS, SECTION_SIZE, built};
use sha2::{Digest, Sha256};

/// First bytes of every delta.
pub const DELTA_MAGIC: [u8; 8] = *b"SCAMDLTA";
pub(super) const LAYOUT: u16 = 1;
pub(super) const HEAD: usize = 88;
/// Bytes of an image's header.
pub(super) const IMAGE_HEAD: usize = 48;
pub(super) const KEEP: u32 = 0;
pub(super) const RAW: u32 = 1;
pub(super) const ZSTD: u32 = 2;
pub(super) const HASHES: u32 = 3;
pub(super) const PHRASES: u32 = 4;
/// Window that zstd may use, as a power of two: the memory that unpacking takes.
pub(super) const WINDOW_LOG: u32 = 18;

/// SHA-256 of an image.
pub type ImageDigest = [u8; 32];

/// The image that a delta is for, by its SHA-256; zeros for a full pack.
#[must_use]
pub fn delta_base(delta: &[u8]) -> Option<ImageDigest> {
    digest_at(delta, 24)
}

/// Makes the image of `delta`, which must have the signed `length` and digest `wanted`.
///
/// Pieces go to `write` in order; when it says no, nothing more is made. What was written counts only if this returns well.
///
/// # Errors
/// [`super::FailureKind::Publisher`] for a delta that is damaged, for another image, or makes another one; `write`'s own.
pub fn apply(
    installed: Option<&[u8]>,
    delta: &[u8],
    wanted: &ImageDigest,
    length: u64,
    write: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let damaged = || Failure::publisher("the delta is damaged");
    let word = |at| u32_at(delta, at).ok_or_else(damaged);
    if delta.get(..8) != Some(&DELTA_MAGIC) || word(8)? != u32::from(LAYOUT) {
        return Err(Failure::publisher("not a delta of a layout that is known here"));
    }
    let count = word(12)? as usize;
    let says = u64::from(word(16)?) | u64::from(word(20)?) << 32;
    if count > MAX_SECTIONS || says != length || length > MAX_IMAGE as u64 || digest_at(delta, 56) != Some(*wanted) {
        return Err(Failure::publisher("the delta makes another image than the one that was signed"));
    }
    let base = digest_at(delta, 24).ok_or_else(damaged)?;
    let installed = installed.unwrap_or_default();
    if base != [0; 32] && base[..] != Sha256::digest(installed)[..] {
        return Err(Failure::publisher("the delta is for another image than the installed one"));
    }
    let table = delta.get(HEAD..HEAD + IMAGE_HEAD + count * SECTION_SIZE).ok_or_else(damaged)?;
    let mut rest = delta.get(HEAD + table.len()..).unwrap_or_default();
    let mut out = Output { hash: Sha256::new(), made: 0, length, write };
    out.push(table)?;
    for entry in table.get(IMAGE_HEAD..).unwrap_or_default().as_chunks::<SECTION_SIZE>().0 {
        let start = u64::from(u32_at(entry, 4).ok_or_else(damaged)?);
        let size = u32_at(entry, 8).ok_or_else(damaged)? as usize;
        let gap = start.checked_sub(out.made).filter(|gap| *gap < 8).ok_or_else(damaged)?;
        out.push([0; 8].get(..gap as usize).unwrap_or_default())?;
        let (how, after) = (u32_at(rest, 0).ok_or_else(damaged)?, u32_at(rest, 4).ok_or_else(damaged)? as usize);
        let (payload, behind) = rest.get(8..).and_then(|r| r.split_at_checked(after)).ok_or_else(damaged)?;
        rest = behind;
        match how {
            KEEP if payload.is_empty() => {
                let digest = digest_at(entry, 16).ok_or_else(damaged)?;
                out.push(section_of(installed, size, &digest).ok_or_else(damaged)?)?;
            }
            RAW if payload.len() == size => out.push(payload)?,
            ZSTD => {
                let end = out.made + size as u64;
                unpack(payload, size, &mut |piece| out.push(piece))?;
                if out.made != end {
                    return Err(damaged());
                }
            }
            PHRASES => {
                let mut list = Vec::new();
                unpack(payload, size, &mut |piece| {
                    list.extend_from_slice(piece);
                    Ok(())
                })?;
                let section = built(&list, size).filter(|section| section.len() == size);
                out.push(&section.ok_or_else(damaged)?)?;
            }
            HASHES => {
                let kind = u16_at(entry, 0).ok_or_else(damaged)?;
                let hosts = section_of_kind(installed, kind).ok_or_else(damaged)?;
                let changed = Changed::read(hosts, payload).filter(|c| c.size() == size).ok_or_else(damaged)?;
                changed.write(&mut |piece| out.push(piece))?;
            }
            _ => return Err(damaged()),
        }
    }
    if !rest.is_empty() || out.made != length || out.hash.finalize()[..] != wanted[..] {
        return Err(Failure::publisher("the delta does not make the image that was signed"));
    }
    Ok(())
}

/// Counts and hashes what is made, and stops at the signed length.
struct Output<'a> {
    hash: Sha256,
    made: u64,
    length: u64,
    write: &'a mut dyn FnMut(&[u8]) -> Result<(), Failure>,
}

impl Output<'_> {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.made += bytes.len() as u64;
        if self.made > self.length {
            return Err(Failure::publisher("the delta makes more than the signed length"));
        }
        self.hash.update(bytes);
        (self.write)(bytes)
    }
}

/// Unpacks zstd through a small window; never more than `size` bytes.
fn unpack(payload: &[u8], size: usize, push: &mut dyn FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
    let damaged = |_| Failure::publisher("a section of the delta cannot be unpacked");
    let mut decoder = zstd_safe::DCtx::create();
    decoder.set_parameter(zstd_safe::DParameter::WindowLogMax(WINDOW_LOG)).map_err(damaged)?;
    let mut input = zstd_safe::InBuffer::around(payload);
    let mut buffer = vec![0u8; 32 << 10];
    let mut made = 0;
    loop {
        let mut output = zstd_safe::OutBuffer::around(&mut buffer[..]);
        let left = decoder.decompress_stream(&mut output, &mut input).map_err(damaged)?;
        let piece = output.as_slice();
        made += piece.len();
        if made > size {
            return Err(damaged(0));
        }
        let stuck = piece.is_empty() && input.pos == payload.len();
        push(piece)?;
        if left == 0 {
            break;
        }
        if stuck {
            return Err(damaged(0));
        }
    }
    if input.pos == payload.len() { Ok(()) } else { Err(damaged(0)) }
}

/// The section of `image` with this length and digest in its table; what it holds is checked with the whole.
fn section_of<'a>(image: &'a [u8], size: usize, digest: &ImageDigest) -> Option<&'a [u8]> {
    let found = entries(image).find(|e| e.get(16..) == Some(digest) && u32_at(*e, 8) == Some(size as u32))?;
    body(image, found)
}

pub(super) fn section_of_kind(image: &[u8], kind: u16) -> Option<&[u8]> {
    body(image, entries(image).find(|e| u16_at(*e, 0) == Some(kind))?)
}

pub(super) fn entries(image: &[u8]) -> impl Iterator<Item = &[u8; SECTION_SIZE]> {
    let count = (u32_at(image, 36).unwrap_or(0) as usize).min(MAX_SECTIONS);
    image.get(IMAGE_HEAD..).unwrap_or_default().as_chunks::<SECTION_SIZE>().0.iter().take(count)
}

pub(super) fn body<'a>(image: &'a [u8], entry: &[u8; SECTION_SIZE]) -> Option<&'a [u8]> {
    let (start, size) = (u32_at(entry, 4)? as usize, u32_at(entry, 8)? as usize);
    image.get(start..start.checked_add(size)?)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn digest_at(bytes: &[u8], at: usize) -> Option<ImageDigest> {
    bytes.get(at..at.checked_add(32)?)?.try_into().ok()
}
