//! The self-test of a new pack. In: an image, the packs that it will lie on. Out: whether it may be used.
//!
//! Beside `engine` and `update`, neither of which knows the other.

use crate::engine::ScamFilter;
use crate::message::Message;
use crate::pack::{Pack, PackSource};
use crate::update::layered;
use crate::verdict::Level;

/// What no pack may mark, whatever else it does: whoever loses these switches the filter off.
const MUST_STAY_CLEAR: [&str; 12] = [
    "รหัส OTP ของคุณคือ 482913 ใช้ได้ภายใน 5 นาที ห้ามบอกผู้อื่น",
    "เงินเข้าบัญชี x1234 จำนวน 1,500.00 บาท คงเหลือ 8,230.50 บาท",
    "พัสดุของคุณถึงสาขาแล้ว รับได้ถึงวันศุกร์ เวลา 18.00 น.",
    "Your code is 482913. Do not share it with anyone.",
    "Your parcel will be delivered today between 2 and 4 pm.",
    "Ma xac thuc cua quy khach la 482913, hieu luc 5 phut.",
    "Tài khoản 1234 vừa nhận 1.500.000 VND, số dư 8.230.500 VND.",
    "Kode verifikasi Anda 482913. Jangan berikan kepada siapa pun.",
    "Kod pengesahan anda ialah 482913. Jangan kongsi kod ini.",
    "Ang iyong code ay 482913. Huwag ibigay kahit kanino.",
    "您的验证码是482913,5分钟内有效,请勿告诉他人。",
    "See you at the station at seven, I will bring the umbrella.",
];

/// Whether the image of `source` is whole, the pack `id`, and, on top of `below`, lets pass what must stay clear.
#[must_use]
pub fn well_behaved(below: &[PackSource], id: &str, source: PackSource) -> bool {
    let whole = Pack::open(source.bytes.clone()).is_ok_and(|open| open.verify().is_ok() && open.id() == id);
    whole && ScamFilter::open(layered(below.to_vec(), vec![source])).is_ok_and(|filter| lets_pass(&filter))
}

/// Whether a filter lets pass what must stay clear.
#[must_use]
pub fn lets_pass(filter: &ScamFilter) -> bool {
    MUST_STAY_CLEAR.iter().all(|text| filter.check(&Message::sms(*text)).level < Level::Suspicious)
}
