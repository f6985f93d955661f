//! Look-alikes. In: the host, path and user of a link that is nobody's official one. Out: which brand it imitates, and how.
//!
//! Hashes of names lie in the packs, so the cost depends on the length of the host and not on how many brands there are.

use super::ScamFilter;
use super::facts::Fact;
use super::segments::{self, Said, Words};
use crate::pack::{Brand, LabelEntry, LabelKind, LabelSieve, LabelTable, Pack, halves};
use crate::text::{Label, one_edit};

/// Labels of a host that are read, nearest to its registrable domain first, and of its path.
const MOST_LABELS: usize = 6;
/// Pieces of one label, between hyphens, that are looked at as an official domain.
const MOST_PIECES: usize = 6;

/// What a link imitates.
#[derive(Clone, Copy)]
pub(super) struct Imitated<'a> {
    pub(super) brand: Brand<'a>,
    /// How.
    pub(super) fact: Fact,
    /// The likeness is too slight, or the brand too little verified, for more than a suspicion.
    pub(super) slight: bool,
}

/// The parts of a link in which names are looked for.
pub(super) struct Parts<'l> {
    pub(super) host: &'l str,
    /// What someone registered, or the host itself.
    pub(super) domain: &'l str,
    /// Anyone can have a name in front of this domain.
    pub(super) shared: bool,
    /// Its top-level domain is one of malicious sites mostly.
    pub(super) risky: bool,
    pub(super) user: &'l str,
    pub(super) path: &'l str,
}

/// The packs whose names count.
pub(super) struct Names<'a> {
    /// Each with its table.
    packs: Vec<(&'a Pack, LabelTable<'a>)>,
    sieve: &'a LabelSieve,
}

impl<'a> Names<'a> {
    pub(super) fn of(filter: &'a ScamFilter) -> Self {
        let packs = filter.trusted().filter_map(|pack| Some((pack, pack.labels()?))).collect();
        Self { packs, sieve: filter.label_sieve() }
    }

    /// What has this hash, with the index of its pack.
    fn with(&self, hash: u32) -> impl Iterator<Item = (usize, LabelEntry<'a>)> + '_ {
        let packs = if self.sieve.passes(hash) { &self.packs[..] } else { &[] };
        packs.iter().enumerate().flat_map(move |(index, (_, table))| table.of(hash).map(move |entry| (index, entry)))
    }

    fn brand(&self, pack: usize, atom: u32) -> Option<Brand<'a>> {
        self.packs.get(pack)?.0.brand_of(atom)
    }

    /// The brand that owns exactly this domain.
    fn owner(&self, domain: &str) -> Option<Brand<'a>> {
        self.packs.iter().find_map(|(pack, _)| pack.official(domain).and_then(|atom| pack.brand_of(atom)))
    }

    /// Whether a pack knows this label, or registrable domain, as another's.
    fn is_other(&self, label: &Label) -> bool {
        let bytes = label.bytes();
        let hash = label.hash_of(0, bytes.len());
        self.with(hash).any(|(_, entry)| entry.kind == LabelKind::Other && entry.skeleton.as_bytes() == bytes)
    }
}

impl Words for Names<'_> {
    fn each(&self, label: &Label, start: usize, end: usize, mut tell: impl FnMut(usize, LabelEntry<'_>)) {
        let bytes = label.bytes().get(start..end).unwrap_or(&[]);
        for (pack, entry) in self.with(label.hash_of(start, end)) {
            if entry.skeleton.as_bytes() == bytes {
                tell(pack, entry);
            }
        }
    }
}

/// What the link imitates, the surest sign first.
pub(super) fn find<'a>(names: &Names<'a>, parts: &Parts<'_>) -> Option<Imitated<'a>> {
    // What stands in front of others' infrastructure (`com-c.edgekey.net`) has a name of its own.
    let parent = parts.domain.split_once('.').map_or("", |(_, parent)| parent);
    let other = |name: &str| name.contains('.') && names.is_other(&Label::read(name));
    if names.packs.is_empty() || other(parts.domain) || other(parent) {
        return None;
    }
    let address = parts.domain.parse::<core::net::IpAddr>().is_ok();
    let told =
        |fact: Fact, slight: bool| move |brand: Brand<'a>| Imitated { brand, fact, slight: slight || brand.unverified };
    let first = parts.domain.split('.').next().unwrap_or("");
    let before = parts.host.strip_suffix(parts.domain).map_or("", |above| above.trim_end_matches('.'));
    if let Some(brand) = embedded(names, before, first) {
        return Some(told(Fact::LookalikeDomain, false)(brand));
    }
    let found = in_names(names, parts, before, first, address);
    let user = || {
        let labels = parts.user.split(['.', ':', '/', '@', '%']).filter(|l| !l.is_empty()).take(MOST_LABELS);
        { labels }.find_map(|label| name(names, &Label::read(label))).map(told(Fact::LookalikePath, false))
    };
    let path = || {
        let labels = parts.path.split(['/', '.', '?', '&', '=', '_', '#', '+']).filter(|l| l.len() > 3);
        { labels }.take(MOST_LABELS).find_map(|l| name(names, &Label::read(l))).map(told(Fact::LookalikePath, true))
    };
    found.or_else(user).or_else(path)
}

/// What the labels of the host imitate.
fn in_names<'a>(
    names: &Names<'a>,
    parts: &Parts<'_>,
    before: &str,
    first: &str,
    address: bool,
) -> Option<Imitated<'a>> {
    let read: Vec<Label> = core::iter::once(first)
        .chain(before.rsplit('.').filter(|label| !label.is_empty()))
        .take(MOST_LABELS)
        .map(Label::read)
        .collect();
    let (own, above) = read.split_first()?;
    if names.is_other(own) {
        return None;
    }
    if !address && let Some(found) = whole(names, own, first, parts.risky) {
        return Some(found);
    }
    // What others may register names beside words that mean something else.
    let owned = |index: usize| index <= usize::from(parts.shared);
    let said: Vec<Said> =
        read.iter().enumerate().map(|(index, label)| segments::read(names, label, owned(index))).collect();
    let found = mixed(names, &said, parts.shared);
    let found = found.or_else(|| {
        let typo = |label: &Label| typo(names, label, 0..label.bytes().len());
        let shared = above.first().filter(|_| parts.shared);
        let brand = core::iter::once(own).chain(shared).find_map(typo)?;
        Some(Imitated { brand, fact: Fact::LookalikeTypo, slight: brand.unverified })
    });
    let paired = || if address { None } else { paired(names, first) };
    found.or_else(paired).or_else(|| beside(names, &said, parts.shared))
}

/// A whole official domain in front of another's: `scb.co.th.evil.example`, `scb-co-th.example`.
fn embedded<'a>(names: &Names<'a>, before: &str, first: &str) -> Option<Brand<'a>> {
    let owner = |text: &str| text.contains('.').then(|| names.owner(text)).flatten();
    let slices = |text: &str| -> Option<Brand<'a>> {
        let mut start = 0;
        for _ in 0..MOST_PIECES {
            let rest = text.get(start..)?;
            let ends = rest.match_indices('.').map(|(at, _)| at).chain([rest.len()]).take(MOST_PIECES);
            if let Some(brand) = { ends }.find_map(|end| owner(rest.get(..end)?)) {
                return Some(brand);
            }
            start += rest.find('.')? + 1;
        }
        None
    };
    // `scb-co-th`, and `bpjs-kesehatan-go-id` with a hyphen of its own.
    let hyphened = |label: &str| -> Option<Brand<'a>> {
        let (head, rest) = label.split_once('-')?;
        let last = rest.rsplit('-').next().unwrap_or("");
        if !(2..=5).contains(&last.len()) {
            return None;
        }
        let rest = rest.replace('-', ".");
        slices(&format!("{head}.{rest}")).or_else(|| slices(&format!("{head}-{rest}")))
    };
    let above = || before.rsplit('.').chain([first]).take(MOST_LABELS).find_map(hyphened);
    // `scb.co.th-login.example`: the name goes on where it seems to end.
    let goes_on = || {
        let piece = first.split_once('-')?.0;
        slices(&format!("{before}.{piece}"))
    };
    slices(before).or_else(above).or_else(|| if before.is_empty() { None } else { goes_on() })
}

/// The registered label reads as a whole name: with other letters, or under another registry. A short name counts where
/// letters of another script stand in for its own, or the registry is one of malicious sites.
fn whole<'a>(names: &Names<'a>, label: &Label, written: &str, risky: bool) -> Option<Imitated<'a>> {
    let mut found = None;
    names.each(label, 0, label.bytes().len(), |pack, entry| {
        let short = risky && entry.coined || label.is_foreign();
        if entry.kind == LabelKind::Name && (entry.distinct || short && entry.skeleton.is_ascii()) && found.is_none() {
            let letters = || written.bytes().filter(|b| *b != b'-');
            let same = letters().eq(entry.written.bytes());
            let hyphens = written.contains('-');
            let latin = entry.skeleton.is_ascii();
            let fact = match (same, hyphens) {
                _ if !latin => Fact::LookalikeScript,
                (true, false) => Fact::LookalikeRegistry,
                (true, true) => Fact::LookalikeTypo,
                (false, _) => Fact::LookalikeHomoglyph,
            };
            found = Some((pack, entry.atom, fact, !entry.distinct));
        }
    });
    let (pack, atom, fact, short) = found?;
    let brand = names.brand(pack, atom)?;
    Some(Imitated { brand, fact, slight: brand.unverified || short })
}

/// Two letters that read as one, at one place of a distinct name: `annerican`, `lazacla`.
fn paired<'a>(names: &Names<'a>, written: &str) -> Option<Imitated<'a>> {
    if written.starts_with("xn--") {
        return None;
    }
    let pairs = [("nn", "m"), ("cl", "d"), ("d", "cl")];
    let places = pairs.into_iter().flat_map(|(two, one)| written.match_indices(two).map(move |(at, _)| (at, two, one)));
    let read = |(at, two, one): (usize, &str, &str)| {
        let (front, back) = (written.get(..at)?, written.get(at + two.len()..)?);
        name(names, &Label::read(&format!("{front}{one}{back}")))
    };
    let brand = { places }.take(MOST_PIECES).find_map(read)?;
    Some(Imitated { brand, fact: Fact::LookalikeHomoglyph, slight: brand.unverified })
}

/// A long name beside words that mean something else, in what someone registered: too little for more than a suspicion.
fn beside<'a>(names: &Names<'a>, said: &[Said], shared: bool) -> Option<Imitated<'a>> {
    let found = said.iter().take(1 + usize::from(shared)).find_map(|said| said.beside)?;
    let brand = names.brand(found.pack, found.atom)?;
    let fact = if shared { Fact::LookalikeRegistry } else { Fact::LookalikeSubdomain };
    Some(Imitated { brand, fact, slight: true })
}

/// A name with words that scammers add, in one label or several, or alone in front of another's domain.
fn mixed<'a>(names: &Names<'a>, said: &[Said], shared: bool) -> Option<Imitated<'a>> {
    let bait = said.iter().any(|said| said.bait);
    for (index, said) in said.iter().enumerate() {
        let Some(found) = said.name.filter(|found| bait || found.distinct) else { continue };
        // A whole name is the registered one's own label; above it many firms have a page of each partner.
        let alone = index > 0 && said.alone;
        let fact = match () {
            () if !found.ascii => Fact::LookalikeScript,
            () if alone && !bait && shared => Fact::LookalikeRegistry,
            () if alone && !bait => Fact::LookalikeSubdomain,
            () => Fact::LookalikeBait,
        };
        let brand = names.brand(found.pack, found.atom)?;
        return Some(Imitated { brand, fact, slight: brand.unverified || !bait || !found.distinct });
    }
    None
}

/// One edit away from a distinct name, but for edits that make honest words of it: the first letter alone, a plural.
fn typo<'a>(names: &Names<'a>, label: &Label, part: core::ops::Range<usize>) -> Option<Brand<'a>> {
    let bytes = label.bytes().get(part.clone())?;
    let length = bytes.len();
    // `i4031` is no name with a letter missing.
    if part.clone().filter(|at| label.is_digit(*at)).count() * 2 > length {
        return None;
    }
    let meant = |entry: &LabelEntry<'_>| {
        let name = entry.skeleton.as_bytes();
        let Some(at) = one_edit(name, bytes) else { return false };
        let plural = |long: &[u8], short: &[u8]| long.strip_prefix(short) == Some(b"s");
        let first = at == 0 && name.len() < 9;
        !(first || plural(name, bytes) || plural(bytes, name))
    };
    for name in [length, length + 1, length.checked_sub(1)?] {
        let (front, back) = halves(name);
        let places = [(LabelKind::Front, 0, front.len()), (LabelKind::Back, length.saturating_sub(back.len()), length)];
        for (kind, start, end) in places {
            let hash = label.hash_of(part.start + start, part.start + end);
            let found = names.with(hash).find(|(_, e)| e.kind == kind && e.skeleton.len() == name && meant(e));
            if let Some((pack, entry)) = found {
                return names.brand(pack, entry.atom);
            }
        }
    }
    None
}

/// The brand of which this label is a distinct name.
fn name<'a>(names: &Names<'a>, label: &Label) -> Option<Brand<'a>> {
    let mut found = None;
    names.each(label, 0, label.bytes().len(), |pack, entry| {
        if entry.kind == LabelKind::Name && entry.distinct {
            found = found.or(Some((pack, entry.atom)));
        }
    });
    found.and_then(|(pack, atom)| names.brand(pack, atom))
}
