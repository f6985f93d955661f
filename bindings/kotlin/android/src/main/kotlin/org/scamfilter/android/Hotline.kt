package org.scamfilter.android

import org.scamfilter.Reason
import org.scamfilter.ReasonCode
import org.scamfilter.ScamFilter

/**
 * Whom a country's pack says to call about scams.
 *
 * @property number to dial, digits only
 * @property who whose number it is, in the user's language
 */
public class Hotline private constructor(public val number: String, public val who: String) {
    public companion object {
        private const val TEXT = "hotline"
        private val DIGITS = Regex("(?<![0-9])[0-9]{3,12}(?![0-9])")

        /**
         * The hotline of [country] (ISO 3166-1 alpha-2) as the open packs know it; `null` when none of them does. Packs that did
         * not come through a verified channel are not asked: a number to call is worth forging.
         */
        @JvmStatic
        public fun of(filter: ScamFilter, country: String, locales: List<String>): Hotline? =
            filter.packs.filter { !it.unverified && country.uppercase(java.util.Locale.ROOT) in it.countries }
                .firstNotNullOfOrNull { pack ->
                    val about = Reason(ReasonCode.UNKNOWN, TEXT, pack.pack, 0, 0, emptyList(), null, null, TEXT)
                    val said = filter.explain(about, locales)
                    val number = said?.advice?.let(DIGITS::find)?.value
                    if (said != null && number != null) Hotline(number, said.sentence) else null
                }
    }
}
