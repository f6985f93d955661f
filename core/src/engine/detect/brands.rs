//! Brands named in the text. In: hits and links. Out: facts, and the brand that a link betrays.

use super::Seen;
use crate::engine::facts::{Fact, Judged, owner};

/// Sets the facts of brands.
pub(super) fn mark(seen: &mut Seen<'_>) {
    for (index, open) in seen.filter.packs.iter().enumerate() {
        for brand in seen.hits.atoms(index).filter_map(|atom| open.pack.brand_of(atom)) {
            seen.facts.set(Fact::BrandNamed);
            // A link of the brand's own beside it makes a link of someone else no better.
            let own = |l: &Judged<'_>| owner(&open.pack, l.domain, l.suffix) == Some(brand.atom);
            if seen.links.iter().any(|l| !l.official && !own(l)) {
                seen.facts.set(Fact::BrandMismatch);
                seen.mismatch.get_or_insert_with(|| brand.id.to_owned());
            }
        }
    }
}
