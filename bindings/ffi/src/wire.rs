//! The hot path's bytes. In: a request. Out: a message; then a verdict. Out: a reply. Little-endian, every read bounded.
//!
//! ```text
//! request 1: u8 1, u8 channel, u16 flags, i64 received_at, then sender, sim_country, locale, text: u32 length, UTF-8
//!   flags: 0 sender, 1 sim_country, 2 locale, 3 received_at are given; 4 redacted; 5 contact known, 6 is one;
//!   7 replied known, 8 has
//! reply 1: u8 1, u8 level, u8 category (255 none), u8 flags (0 truncated), u32 score, u32 score_unwanted,
//!   u16 packs: name, u64 serial; u16 reasons: u8 code, rule, u16 pack (65535 none), i32 weight, i32 weight_unwanted,
//!   text_id, brand, host, u16 spans: u32 start, u32 end. Strings: u16 length (65535 none), UTF-8
//! ```

use scamfilter::{Channel, Message, Verdict};

const VERSION: u8 = 1;
const NONE: u16 = u16::MAX;

/// Reads a request; `None` when it is not one.
pub(crate) fn request(bytes: &[u8]) -> Option<Message> {
    let mut reader = Reader(bytes);
    let [version, channel] = reader.array()?;
    let flags = u16::from_le_bytes(reader.array()?);
    let received_at = i64::from_le_bytes(reader.array()?);
    let flag = |bit: u16| flags & 1 << bit != 0;
    let (sender, sim_country, locale, text) = (reader.string()?, reader.string()?, reader.string()?, reader.string()?);
    if version != VERSION || !reader.0.is_empty() {
        return None;
    }
    Some(Message {
        text: text.into(),
        sender: flag(0).then(|| sender.into()),
        channel: Channel::from_number(channel)?,
        received_at: flag(3).then_some(received_at),
        sender_is_contact: flag(5).then_some(flag(6)),
        sim_country: flag(1).then_some(sim_country),
        redacted: flag(4),
        has_replied: flag(7).then_some(flag(8)),
        locale: flag(2).then_some(locale),
    })
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn string(&mut self) -> Option<String> {
        let length = u32::from_le_bytes(self.array()?) as usize;
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        core::str::from_utf8(head).ok().map(str::to_owned)
    }
}

/// Writes a reply.
pub(crate) fn reply(verdict: &Verdict) -> Vec<u8> {
    let category = verdict.category.map_or(255, |c| c as u8);
    let mut out = vec![VERSION, verdict.level as u8, category, u8::from(verdict.truncated)];
    out.extend(verdict.score.to_le_bytes());
    out.extend(verdict.score_unwanted.to_le_bytes());
    count(&mut out, verdict.packs.len());
    for pack in &verdict.packs {
        string(&mut out, Some(&pack.pack));
        out.extend(pack.serial.to_le_bytes());
    }
    count(&mut out, verdict.reasons.len());
    for reason in &verdict.reasons {
        out.push(reason.code as u8);
        string(&mut out, Some(&reason.rule));
        count(&mut out, verdict.packs.iter().position(|p| p.pack == reason.pack).unwrap_or(usize::from(NONE)));
        out.extend(reason.weight_mlo.to_le_bytes());
        out.extend(reason.weight_unwanted_mlo.to_le_bytes());
        string(&mut out, Some(&reason.text_id));
        string(&mut out, reason.brand.as_deref());
        string(&mut out, reason.host.as_deref());
        count(&mut out, reason.spans.len());
        for span in &reason.spans {
            out.extend(span.start.to_le_bytes());
            out.extend(span.end.to_le_bytes());
        }
    }
    out
}

fn count(out: &mut Vec<u8>, n: usize) {
    out.extend(u16::try_from(n).unwrap_or(NONE).to_le_bytes());
}

fn string(out: &mut Vec<u8>, text: Option<&str>) {
    let Some(text) = text else { return count(out, usize::from(NONE)) };
    let text = text.get(..text.floor_char_boundary(usize::from(NONE) - 1)).unwrap_or("");
    count(out, text.len());
    out.extend(text.as_bytes());
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sample() -> Vec<u8> {
        let mut bytes = vec![1, 0, 0b0010_1001, 0];
        bytes.extend(5_i64.to_le_bytes());
        for text in ["KBank", "", "", "พัสดุ"] {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }

    #[test]
    fn a_request_reads_back() {
        let message = request(&sample()).unwrap();
        assert_eq!(message.text.as_str(), "พัสดุ");
        assert_eq!(message.sender.unwrap().as_str(), "KBank");
        assert_eq!((message.received_at, message.sender_is_contact), (Some(5), Some(false)));
        assert_eq!((message.sim_country, message.has_replied), (None, None));
    }

    #[test]
    fn a_cut_or_longer_request_is_refused() {
        let whole = sample();
        for cut in 0..whole.len() {
            assert!(request(&whole[..cut]).is_none(), "{cut}");
        }
        assert!(request(&[whole, vec![0]].concat()).is_none());
    }
}
