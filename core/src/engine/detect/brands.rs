//! Brands named in the text. In: hits and links. Out: facts, and the brand that a link betrays.

use super::Seen;
use crate::engine::facts::{Fact, Judged, owner};
use crate::pack::Brand;

/// Sets the facts of brands. A verified brand is kept before one that nobody has verified.
pub(super) fn mark(seen: &mut Seen<'_>) {
    let filter = seen.filter;
    for (index, open) in filter.packs.iter().enumerate() {
        for brand in seen.hits.atoms(index).filter_map(|atom| open.pack.brand_of(atom)) {
            seen.facts.set(Fact::BrandNamed);
            keep(&mut seen.named, brand);
            // A link of the brand's own beside it makes a link of someone else no better.
            let own = |l: &Judged<'_>| owner(&open.pack, l.domain, l.suffix) == Some(brand.atom);
            if seen.links.iter().any(|l| !l.official && !own(l)) {
                seen.facts.set(Fact::BrandMismatch);
                keep(&mut seen.mismatch, brand);
            }
        }
    }
}

fn keep<'a>(slot: &mut Option<Brand<'a>>, brand: Brand<'a>) {
    *slot = slot.filter(|kept| !kept.unverified).or(Some(brand).filter(|b| !b.unverified || slot.is_none())).or(*slot);
}
