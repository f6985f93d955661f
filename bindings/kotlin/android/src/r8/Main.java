import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.scamfilter.AppException;
import org.scamfilter.Evidence;
import org.scamfilter.Message;
import org.scamfilter.OverlayAction;
import org.scamfilter.OverlayEntry;
import org.scamfilter.OverlayKind;
import org.scamfilter.PackFile;
import org.scamfilter.ScamFilter;
import org.scamfilter.Verdict;

/** Uses the library as an app does, after R8: what the consumer rules fail to keep breaks here. */
public class Main {
    public static void main(String[] files) throws Exception {
        List<PackFile> packs = new ArrayList<>();
        for (String file : files) packs.add(new PackFile(Files.readAllBytes(Paths.get(file))));
        try (ScamFilter filter = ScamFilter.open(packs)) {
            filter.setOverlay(Collections.singletonList(new OverlayEntry(OverlayAction.ALLOW, OverlayKind.HOST, "example.com")));
            filter.setHomeCountry("TH");
            filter.replacePacks(packs);
            Message message = new Message("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz");
            Verdict verdict = filter.check(message);
            System.out.println(Evidence.toJson(message, verdict));
            System.out.println(filter.explain(verdict.getReasons().get(0), Collections.singletonList("th")));
            System.out.println(filter.officialDomains("kasikornbank") + " " + filter.getPacks());
        }
        try {
            ScamFilter.open(Collections.emptyList());
        } catch (AppException e) {
            System.out.println("AppException kept: " + e.getMessage());
        }
    }
}
