//! First stage. In: the text of a message. Out: [`Prepared`]: the folded view with its way back, links, phone numbers
//! and ids.
//!
//! Knows nothing of packs or rules. Never fails, and costs time in proportion to what it looks at.

mod bare;
mod contact;
mod fold;
mod grams;
mod host;
mod idna;
mod label;
mod link;
mod neighbours;
mod path;
mod pieces;
mod repeats;
mod skeleton;
mod tables;
mod thai;
mod view;
mod zawgyi;

pub use bare::{Bare, bare};
pub(crate) use contact::{APP as SCHEME_APP, DATA as SCHEME_DATA, DIAL as SCHEME_DIAL};
pub use fold::{Class, class_of, fold};
pub use grams::Wording;
pub use label::{LABEL, Label, one_edit};
pub use link::{Link, hosts_up, parse_link};
pub(crate) use pieces::MAX_GAP;
pub use skeleton::Skeleton;
#[cfg(any(feature = "write", feature = "update"))]
pub use skeleton::phrase_skeleton;
pub use view::View;

use core::ops::Range;

/// Bytes of UTF-8 text that are looked at; what lies beyond makes the verdict `truncated`.
pub const MAX_TEXT: usize = 64 * 1024;
/// Links, and phone numbers, that are looked at in one message.
pub const MAX_LINKS: usize = 256;
/// Bytes of folded text that are looked at. Some characters fold to eleven times their size; of what people write Vietnamese
/// grows most, by a third.
const MAX_FOLDED: usize = MAX_TEXT + MAX_TEXT / 2;
/// Version of the fold tables. They only ever gain mappings; a pack names the lowest version it needs.
pub const NORMALISER: u16 = 1;

/// A message made ready for the detectors. Ranges are bytes of the original text.
pub struct Prepared<'a> {
    /// The part of the original that was looked at.
    pub original: &'a str,
    /// Folded view.
    pub folded: View,
    /// How the text reads where that is not what it says; none for most texts, at most three.
    pub skeletons: Vec<Skeleton>,
    /// Candidate links in order; those without a scheme still need a known top-level domain.
    pub links: Vec<Link>,
    /// Phone numbers in order.
    pub phones: Vec<Range<usize>>,
    /// Ids of messenger accounts outside of links, in order.
    pub ids: Vec<Range<usize>>,
    /// Schemes of links that are no web addresses: a bit each.
    pub schemes: u8,
    /// A word has letters of two scripts that look alike.
    pub mixed: bool,
    /// Something stands under a right-to-left override.
    pub backwards: bool,
    /// Some of the text or of its links was not looked at.
    pub truncated: bool,
}

/// Prepares `text` for the detectors. Total: any string gives a result.
#[must_use]
pub fn prepare(text: &str) -> Prepared<'_> {
    let (original, cut) = head(text);
    let fold::Folded { view: folded, grew, backwards } = fold::fold_up_to(original, MAX_FOLDED, true);
    let (links, more_links) = link::find(original);
    let contacts = contact::find(&folded, &links);
    let skeleton::Reading { skeleton, mixed, cut: unread } = skeleton::reading(original, &folded, &links);
    let mut skeletons = Vec::from_iter(skeleton);
    skeletons.extend(zawgyi::reading(original).map(Skeleton::of_original));
    if backwards {
        // Some apps show the text as it is written all the same.
        skeletons.push(Skeleton::of_original(fold::fold_up_to(original, MAX_FOLDED, false).view));
    }
    Prepared {
        original,
        folded,
        skeletons,
        links,
        phones: contacts.phones,
        ids: contacts.ids,
        schemes: contacts.schemes,
        mixed,
        backwards,
        truncated: cut || grew || unread || more_links || contacts.more,
    }
}

fn head(text: &str) -> (&str, bool) {
    if text.len() <= MAX_TEXT {
        return (text, false);
    }
    let end = (0..=MAX_TEXT).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    (text.get(..end).unwrap_or(""), true)
}
