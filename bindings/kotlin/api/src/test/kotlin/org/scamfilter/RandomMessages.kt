package org.scamfilter

import java.util.Random

/** Messages of any characters, the same ones every time: of one script or many, with words of scams and links in between. */
internal object RandomMessages {
    private val words = listOf(
        "พัสดุของท่านตกค้าง", "ยืนยัน", "bit.ly/xyz", "http://kbank-verify.top/x", "OTP", "code 482913", "https://xn--p1ai.example/ก",
        "your parcel", "ลิงก์", "192.168.0.1/a.apk", "贷款", "tài khoản", "အကောင့်", "មេ", "ລິ້ງ", "@line", "0812345678",
    )
    private val ranges = listOf(
        0x20..0x7e, 0xa0..0x24f, 0x300..0x36f, 0x370..0x52f, 0x590..0x6ff, 0x900..0x97f, 0xe00..0xe7f, 0xe80..0xeff, 0x1000..0x109f,
        0x1780..0x17ff, 0x1e00..0x1eff, 0x2000..0x206f, 0x3040..0x30ff, 0x4e00..0x9fff, 0xac00..0xd7a3, 0xd800..0xdfff, 0xfe00..0xfe0f,
        0xff00..0xffef, 0x1d400..0x1d7ff, 0x1f300..0x1faff, 0x0..0x10ffff,
    )

    fun of(count: Int): Sequence<Message> {
        val random = Random(SEED)
        return generateSequence { message(random) }.take(count)
    }

    private fun message(random: Random): Message {
        val text = StringBuilder()
        repeat(1 + random.nextInt(PIECES)) {
            val range = ranges[random.nextInt(ranges.size)]
            repeat(random.nextInt(LONGEST)) { text.append(character(range.first + random.nextInt(range.last - range.first + 1))) }
            if (random.nextBoolean()) text.append(' ').append(words[random.nextInt(words.size)])
        }
        val sender = listOf(null, "KBank", "0812345678", "+66812345678", "Ｋｂａｎｋ\ud83d")[random.nextInt(5)]
        return Message(text.toString(), sender, Channel.entries[random.nextInt(4)], simCountry = if (random.nextBoolean()) "TH" else null)
    }

    private fun character(point: Int): String = String(Character.toChars(point))

    private const val SEED = 20_261_128L
    private const val PIECES = 6
    private const val LONGEST = 20
}
