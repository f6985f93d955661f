//! The one call a message, without UniFFI's buffers. In: addresses of a filter, a request and room for a reply. Out: the reply's length.
//!
//! UniFFI passes a structure each way, which JNA makes and cleans up anew for every call: several times what the check itself takes.
//! Numbers cost nothing. Request and reply are laid out in `wire`.
#![allow(unsafe_code, reason = "what takes addresses must trust the bindings that they are what they say")]

use crate::{Filter, wire};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{ptr, slice};

/// The request cannot be read.
const UNREADABLE: i64 = -1;
/// The check failed inside.
const FAILED: i64 = -2;

/// Judges one message. Gives the length of the reply, which is written only where it fits into `capacity`; or a number below zero.
///
/// # Safety
/// `filter` is what `Filter::address` gave, and that filter is not freed before this returns; `length` bytes can be read at `request`
/// and `capacity` bytes be written at `reply`. Addresses have 64 bits on every machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scamfilter_check(filter: u64, request: u64, length: u32, reply: u64, capacity: u32) -> i64 {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: promised by the caller.
        let (filter, request) = unsafe {
            let request = slice::from_raw_parts(ptr::with_exposed_provenance(request as usize), length as usize);
            (&*ptr::with_exposed_provenance::<Filter>(filter as usize), request)
        };
        wire::request(request).map(|message| wire::reply(&filter.inner.check(&message)))
    }));
    let made = match judged {
        Ok(Some(made)) => made,
        Ok(None) => return UNREADABLE,
        Err(_) => return FAILED,
    };
    if made.len() <= capacity as usize {
        // SAFETY: the room is the caller's, was promised, and nothing else points into it.
        unsafe {
            ptr::copy_nonoverlapping(made.as_ptr(), ptr::with_exposed_provenance_mut(reply as usize), made.len())
        };
    }
    i64::try_from(made.len()).unwrap_or(FAILED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PackFile;

    /// The reply of a call whose room has `capacity` bytes, and the number that it gave.
    fn call(filter: &Filter, request: &[u8], capacity: usize) -> (i64, Vec<u8>) {
        let mut reply = vec![0xee; capacity];
        let (from, to) = (request.as_ptr().expose_provenance(), reply.as_mut_ptr().expose_provenance());
        // SAFETY: all four are alive for the call, and as long as is said.
        let gave = unsafe {
            scamfilter_check(filter.address(), from as u64, request.len() as u32, to as u64, capacity as u32)
        };
        (gave, reply)
    }

    #[test]
    fn a_reply_is_written_where_it_fits_and_told_where_not() {
        let bytes = include_bytes!("../../../tests/golden/format-1.scampack").to_vec();
        let filter = Filter::open(vec![PackFile { bytes, ceiling: 3, unverified: false }], Vec::new()).unwrap();
        let request = crate::wire::tests::sample();
        let wanted = crate::wire::reply(&filter.inner.check(&wire::request(&request).unwrap()));
        let (gave, reply) = call(&filter, &request, wanted.len());
        assert_eq!((gave, &reply), (wanted.len() as i64, &wanted));
        let (gave, reply) = call(&filter, &request, wanted.len() - 1);
        assert_eq!(gave, wanted.len() as i64);
        assert!(reply.iter().all(|b| *b == 0xee), "nothing is written where it does not fit");
        assert_eq!(call(&filter, &request[1..], 10).0, UNREADABLE);
        assert_eq!(call(&filter, &[], 0).0, UNREADABLE);
    }
}
