//! What fuzzing and the properties drive of text, a function a view. In: any bytes. Out: nothing, or a panic where a place does
//! not lead back to whole characters of the original, in order.

use scamfilter::text::{Skeleton, View, fold, prepare};

/// Digits for letters and letters taken apart, so that a skeleton and its bare letters are made of any text.
const DISGUISED: &str = "c4s1n0 f.r.e.e ";
/// A vowel in front of its consonant, which only Zawgyi has.
const ZAWGYI: &str = "\u{1031}\u{1000}\u{1039} ";

/// The folded view, alone and as a message has it, under a right-to-left override too.
pub fn folded(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let view = fold(&text);
    leads_back(&view, &text);
    assert_eq!(fold(view.text()).text(), view.text(), "folding is idempotent: {text:?}");
    for text in [text.as_ref(), &format!("a\u{202e}{text}\u{202c}b")] {
        let prepared = prepare(text);
        leads_back(&prepared.folded, prepared.original);
        for range in prepared.links.iter().map(|link| &link.range).chain(&prepared.phones) {
            assert!(text.get(range.clone()).is_some_and(|part| !part.is_empty()), "{range:?} cuts {text:?}");
        }
    }
}

/// The skeletons of a text and of the text behind one that is disguised.
pub fn skeleton(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for text in [text.as_ref(), &format!("{DISGUISED}{text}")] {
        each_skeleton(text, |_, _| {});
    }
}

/// The bare letters of skeletons.
pub fn bare(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    each_skeleton(&format!("{DISGUISED}{text}"), |skeleton, text| {
        let Some(bare) = skeleton.bare() else { return };
        inside(bare.edges(), bare.text(), text);
        let mut last = 0;
        for (at, c) in bare.text().char_indices() {
            let from = bare.skeleton(at..at + c.len_utf8());
            assert!(skeleton.text().get(from.clone()).is_some_and(|part| !part.is_empty()), "{from:?} of {text:?}");
            assert!(from.start >= last, "{from:?} goes back in {text:?}");
            last = from.start;
        }
    });
}

/// A text read as Zawgyi, whatever it is.
pub fn zawgyi(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut read = 0;
    each_skeleton(&format!("{ZAWGYI}{text}"), |_, _| read += 1);
    assert!(read > 0, "not read as Zawgyi: {text:?}");
}

/// All of them.
pub fn every_view(text: &str) {
    for view in [folded, skeleton, bare, zawgyi] {
        view(text.as_bytes());
    }
}

fn each_skeleton(text: &str, mut each: impl FnMut(&Skeleton, &str)) {
    let prepared = prepare(text);
    assert!(prepared.skeletons.len() <= 3);
    for skeleton in &prepared.skeletons {
        inside(skeleton.edges(), skeleton.text(), text);
        let mut last = 0;
        for (at, c) in skeleton.text().char_indices() {
            let folded = skeleton.folded(&prepared.folded, at..at + c.len_utf8());
            let cut = prepared.folded.text().get(folded.clone());
            assert!(cut.is_some_and(|part| !part.is_empty()), "{folded:?} in {text:?}");
            let origin = prepared.folded.origin(folded);
            assert!(prepared.original.get(origin.clone()).is_some_and(|p| !p.is_empty()), "{origin:?} cuts {text:?}");
            assert!(origin.start >= last, "{origin:?} goes back in {text:?}");
            last = origin.start;
        }
        each(skeleton, text);
    }
}

fn inside(edges: &[u32], view: &str, text: &str) {
    let all = edges.iter().all(|edge| view.is_char_boundary(*edge as usize));
    assert!(edges.is_sorted() && all, "edges of {text:?}");
}

/// Every character of a view came from whole characters of the original, and none from before its predecessor's.
fn leads_back(view: &View, text: &str) {
    let mut last = 0;
    for (at, c) in view.text().char_indices() {
        let origin = view.origin(at..at + c.len_utf8());
        assert!(text.get(origin.clone()).is_some_and(|part| !part.is_empty()), "{origin:?} cuts {text:?}");
        assert!(origin.start >= last, "{origin:?} goes back in {text:?}");
        last = origin.start;
    }
}

/// Texts to begin with: each trick of each script.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "พ.ั.ส.ด.ุ ตกค้าง เเละ ทำ้ ๐๑๒",
        "b a n k c-a-s-i-n-o fr33 m0n3y ѵегіfу ＡＢ 𝐛𝐚𝐧𝐤",
        "tài khoản tai\u{301} khoa\u{309}n đã",
        "ກົດລິ້ງ ເເລ້ວ",
        "ត្រូវ ក្រ្ត បំណុល\u{17d2}",
        "ေငြ ကၠ သတင္း ငွေ",
        "\u{202e}knil eht kcilc\u{202c} now\n\u{202e}x",
        "转账到\n安全账户 ㈱ ﷺ",
        "ooone looong wooord 🅵🆁🅴🅴 🇫🇷🇪🇪",
        "a\u{300}\u{316}\u{334}\u{345}b",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
