//! The matrix as a page. In: rows. Out: HTML that needs no other file: a table of disguises and languages, families below.

use super::{Count, Row, languages};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Disguises</title><style>\
body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#1b1f24;background:#fff}\
table{border-collapse:collapse;margin:1em 0}th,td{padding:.25em .7em;border-bottom:1px solid #d8dee4;text-align:right}\
th:first-child{text-align:left}thead th{position:sticky;top:0;background:#fff}\
.lost{background:#ffd8d3}.low{background:#fff3c4}td small{color:#57606a}\
@media(prefers-color-scheme:dark){body,thead th{background:#0d1117;color:#e6edf3}.lost{background:#67231a}\
.low{background:#4d3c00}th,td{border-color:#30363d}td small{color:#8b949e}}</style></head><body>";

/// The page.
#[must_use]
pub fn page(rows: &[Row]) -> String {
    let mut out = String::from(HEAD);
    let columns = languages(rows);
    let wanted = rows.iter().any(|row| row.wanted_total().1 > 0);
    out.push_str(
        "<h1>What disguises cost</h1><p>Messages that are lost in each disguise, of those that are found as they \
stand; in small letters those that are still marked, but at a lower level.</p><table><thead><tr><th>disguise</th>",
    );
    columns.iter().for_each(|language| cell(&mut out, "th", "", language));
    cell(&mut out, "th", "", "all");
    if wanted {
        cell(&mut out, "th", "", "wanted marked");
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        cell(&mut out, "th", "", &row.disguise);
        let by_language = row.languages();
        for language in &columns {
            count(&mut out, by_language.get(language.as_str()).copied().unwrap_or_default());
        }
        count(&mut out, row.total());
        if wanted {
            let (marked, all) = row.wanted_total();
            cell(&mut out, "td", "", &format!("{marked} of {all}"));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table><h2>By family</h2>");
    let mut families: BTreeMap<&str, Vec<(&str, &str, Count)>> = BTreeMap::new();
    for row in rows {
        for ((language, family), count) in &row.counts {
            families.entry(family).or_default().push((&row.disguise, language, *count));
        }
    }
    for (family, cells) in families {
        let lost: u64 = cells.iter().map(|(_, _, count)| count.lost).sum();
        let _ = write!(out, "<details><summary>{}: {lost} lost</summary><table><tbody>", escaped(family));
        for (disguise, language, found) in cells.into_iter().filter(|(_, _, count)| count.lost + count.lowered > 0) {
            out.push_str("<tr>");
            cell(&mut out, "th", "", disguise);
            cell(&mut out, "td", "", language);
            count(&mut out, found);
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></details>");
    }
    out.push_str("</body></html>\n");
    out
}

fn count(out: &mut String, count: Count) {
    let class = match (count.lost, count.lowered) {
        (1.., _) => " class=\"lost\"",
        (_, 1..) => " class=\"low\"",
        _ => "",
    };
    let _ = write!(out, "<td{class}>{} of {}", count.lost, count.all());
    if count.lowered > 0 {
        let _ = write!(out, " <small>{}</small>", count.lowered);
    }
    out.push_str("</td>");
}

fn cell(out: &mut String, tag: &str, attributes: &str, text: &str) {
    let _ = write!(out, "<{tag}{attributes}>{}</{tag}>", escaped(text));
}

/// Names come from packs and files of others.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_every_cell_and_runs_nothing() {
        let key = ("th".to_owned(), "<script>x".to_owned());
        let counts = BTreeMap::from([(key, Count { kept: 3, lowered: 1, lost: 2 })]);
        let row = Row { disguise: "leet".to_owned(), counts, ..Row::default() };
        let page = page(&[row]);
        assert!(page.contains("<th>leet</th><td class=\"lost\">2 of 6 <small>1</small></td>"), "{page}");
        assert!(page.contains("&lt;script&gt;x: 2 lost") && !page.contains("<script") && !page.contains("src="));
    }
}
