package org.scamfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import org.junit.jupiter.api.Test;

/** The API as Java sees it: no companion, no default arguments, checked exceptions. */
class JavaCallerTest {
    private static final String TEXT = "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz";

    @Test
    void opensChecksAndExplains() throws ScamFilterException {
        try (ScamFilter filter = ScamFilter.openStarter()) {
            Verdict verdict = filter.check(new Message(TEXT, "0812345678"));
            assertEquals(Level.SCAM, verdict.getLevel());
            Reason reason = verdict.getReasons().get(0);
            assertFalse(filter.explain(reason, Collections.singletonList("th")).getSentence().isEmpty());
            assertEquals("bit.ly", verdict.getLinks().get(0).getHost());
            assertTrue(Evidence.toJson(new Message(TEXT), verdict).contains("\"level\":\"scam\""));

            filter.setOverlay(Collections.singletonList(
                new OverlayEntry(OverlayAction.ALLOW, OverlayKind.SENDER, "0812345678")));
            assertEquals(Level.CLEAR, filter.check(new Message(TEXT, "0812345678")).getLevel());
        }
    }

    @Test
    void errorsAreChecked() {
        assertThrows(AppException.class, () -> ScamFilter.open(Collections.emptyList()));
        assertThrows(PublisherException.class,
            () -> ScamFilter.open(Collections.singletonList(new PackFile(new byte[] {1, 2, 3}, Level.SUSPICIOUS, true))));
    }
}
