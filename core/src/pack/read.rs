//! Bounded little-endian reads. In: a section and an offset. Out: a number or a string, or nothing.

/// `N` bytes at `at`.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

pub(super) fn i32_at(bytes: &[u8], at: usize) -> Option<i32> {
    array(bytes, at).map(i32::from_le_bytes)
}

/// Records of `N` bytes behind a header of `skip` bytes.
pub(super) fn records<const N: usize>(bytes: &[u8], skip: usize) -> impl Iterator<Item = &[u8; N]> {
    bytes.get(skip..).unwrap_or(&[]).as_chunks::<N>().0.iter()
}

/// A string of the pool: the pool is `u32 count`, `count + 1` offsets, then UTF-8. Damage reads as the empty string.
pub(super) fn pooled(pool: &[u8], id: u32) -> &str {
    core::str::from_utf8(pooled_bytes(pool, id)).unwrap_or("")
}

/// The bytes of a string of the pool, for comparing: that they are UTF-8 is not looked at.
pub(super) fn pooled_bytes(pool: &[u8], id: u32) -> &[u8] {
    fn find(pool: &[u8], id: u32) -> Option<&[u8]> {
        let count = u32_at(pool, 0)?;
        if id >= count {
            return None;
        }
        let table = 4 + id as usize * 4;
        let text = 4usize.checked_add((count as usize + 1).checked_mul(4)?)?;
        let start = text.checked_add(u32_at(pool, table)? as usize)?;
        let end = text.checked_add(u32_at(pool, table + 4)? as usize)?;
        pool.get(start..end)
    }
    find(pool, id).unwrap_or(&[])
}

/// Pairs of `u16 length, UTF-8`: key, value, key, value …
pub(super) fn key_values(mut bytes: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    core::iter::from_fn(move || {
        let (key, rest) = short(bytes)?;
        let (value, rest) = short(rest)?;
        bytes = rest;
        Some((key, value))
    })
}

fn short(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let len = u16_at(bytes, 0)? as usize;
    let text = bytes.get(2..2 + len)?;
    Some((core::str::from_utf8(text).ok()?, bytes.get(2 + len..)?))
}
