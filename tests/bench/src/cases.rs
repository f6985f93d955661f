//! What is measured. In: nothing. Out: cases with the answer that each must give, so that no figure is of a wrong result.

use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};
use scamfilter::text::{Prepared, prepare};
use scamfilter::{Level, Message, PackSource, ScamFilter};
use scamfilter_tests::{hostile, starter_packs};
use std::hint::black_box;

/// 160 characters of a wanted English message.
const ENGLISH: &str = "Dear customer, your appointment at the city clinic is confirmed for Monday 30 November at 10:30. \
Please bring your card and arrive fifteen minutes early. Thanks you";
/// 160 characters of a wanted Thai message.
const THAI: &str = "เรียนท่านสมาชิก นัดหมายของท่านที่คลินิกได้รับการยืนยันแล้วในวันจันทร์ที่ 30 พฤศจิกายน เวลา 10.30 น. \
กรุณานำบัตรประชาชนมาด้วย และมาถึงก่อนเวลาสิบห้านาที ขอบคุณมากค่ะ";
/// A Thai parcel scam.
const SCAM: &str = "ไปรษณีย์ไทย: พัสดุจัดส่งไม่สำเร็จเนื่องจากที่อยู่ไม่ครบถ้วน กรุณาอัปเดตที่อยู่ภายใน 24 ชม. https://thpost-th.top/a1";

/// What one run does.
pub enum Work {
    /// Prepare a text.
    Prepare(String),
    /// Normalise a text to NFKC with `icu_normalizer`: what others do in place of preparing.
    Nfkc(String),
    /// The skeleton of UTS #39 by `unicode-security`.
    Skeleton(String),
    /// Judge a message that must come out at this level.
    Check(String, Level),
    /// Open the starter packs.
    Open,
}

/// A name and its work.
pub struct Case {
    pub name: String,
    pub work: Work,
}

pub struct Bench {
    images: Vec<Vec<u8>>,
    filter: ScamFilter,
    nfkc: ComposingNormalizerBorrowed<'static>,
    pub cases: Vec<Case>,
}

impl Bench {
    pub fn new() -> Self {
        let images: Vec<Vec<u8>> = starter_packs().into_iter().map(|p| p.image).collect();
        let filter = open(&images);
        let case = |name: &str, work| Case { name: name.to_owned(), work };
        let mut cases = vec![
            case("prepare english 160", Work::Prepare(cut(ENGLISH))),
            case("prepare thai 160", Work::Prepare(cut(THAI))),
            case("icu nfkc english 160", Work::Nfkc(cut(ENGLISH))),
            case("icu nfkc thai 160", Work::Nfkc(cut(THAI))),
            case("uts 39 skeleton english 160", Work::Skeleton(cut(ENGLISH))),
            case("uts 39 skeleton thai 160", Work::Skeleton(cut(THAI))),
            case("check english 160", Work::Check(cut(ENGLISH), Level::Clear)),
            case("check thai 160", Work::Check(cut(THAI), Level::Clear)),
            case("check thai scam", Work::Check(SCAM.to_owned(), Level::Scam)),
            case("open", Work::Open),
        ];
        for (name, text) in hostile::texts() {
            let level = filter.check(&Message::sms(text.as_str())).level;
            cases.push(case(&format!("hostile {name}"), Work::Check(text, level)));
        }
        let bench = Self { images, filter, nfkc: ComposingNormalizer::new_nfkc(), cases };
        bench.cases.iter().for_each(|c| bench.verify(c));
        bench
    }

    fn verify(&self, case: &Case) {
        let Work::Check(text, level) = &case.work else { return };
        assert_eq!(self.filter.check(&Message::sms(text.as_str())).level, *level, "{}", case.name);
    }

    /// One run of the work; a message is made anew, as the library receives it.
    pub fn run(&self, case: &Case) {
        match &case.work {
            Work::Prepare(text) => drop::<Prepared<'_>>(black_box(prepare(black_box(text)))),
            Work::Nfkc(text) => drop(black_box(self.nfkc.normalize(black_box(text)))),
            Work::Skeleton(text) => {
                drop(black_box(unicode_security::skeleton(black_box(text)).collect::<String>()));
            }
            Work::Check(text, _) => drop(black_box(self.filter.check(&Message::sms(black_box(text.as_str()))))),
            Work::Open => drop(black_box(open(&self.images))),
        }
    }
}

fn cut(text: &str) -> String {
    let cut: String = text.chars().take(160).collect();
    assert_eq!(cut.chars().count(), 160, "a case of 160 characters is shorter");
    cut
}

fn open(images: &[Vec<u8>]) -> ScamFilter {
    ScamFilter::open(images.iter().map(|i| PackSource::new(i.clone())).collect()).expect("the starter packs open")
}
