//! The matrix as a page. In: rows. Out: HTML that needs no other file: a table of disguises and languages, families below.

use super::{Count, Row, languages};
use crate::render::plain;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeMap;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#1b1f24;background:#fff}\
table{border-collapse:collapse;margin:1em 0}th,td{padding:.25em .7em;border-bottom:1px solid #d8dee4;text-align:right}\
th:first-child{text-align:left}thead th{position:sticky;top:0;background:#fff}\
.lost{background:#ffd8d3}.low{background:#fff3c4}td small{color:#57606a}\
@media(prefers-color-scheme:dark){body,thead th{background:#0d1117;color:#e6edf3}.lost{background:#67231a}\
.low{background:#4d3c00}th,td{border-color:#30363d}td small{color:#8b949e}}";

/// The page. Names come from packs and files of others.
#[must_use]
pub fn page(rows: &[Row]) -> String {
    let columns = languages(rows);
    let wanted = rows.iter().any(|row| row.wanted_total().1 > 0);
    let mut families: BTreeMap<&str, Vec<(&str, &str, Count)>> = BTreeMap::new();
    for row in rows {
        for ((language, family), count) in &row.counts {
            families.entry(family).or_default().push((&row.disguise, language, *count));
        }
    }
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Disguises" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "What disguises cost" }
                p { "Messages that are lost in each disguise, of those that are found as they stand; in small letters those that are "
                    "still marked, but at a lower level." }
                table {
                    thead {
                        tr {
                            th { "disguise" }
                            @for language in &columns { th { (plain(language)) } }
                            th { "all" }
                            @if wanted { th { "wanted marked" } }
                        }
                    }
                    tbody { @for row in rows { (of_row(row, &columns, wanted)) } }
                }
                h2 { "By family" }
                @for (family, cells) in &families { (of_family(family, cells)) }
            }
        }
    };
    page.into_string()
}

fn of_row(row: &Row, columns: &[String], wanted: bool) -> Markup {
    let by_language = row.languages();
    let (marked, all) = row.wanted_total();
    html! {
        tr {
            th { (row.disguise) }
            @for language in columns { (of_count(by_language.get(language.as_str()).copied().unwrap_or_default())) }
            (of_count(row.total()))
            @if wanted { td { (marked) " of " (all) } }
        }
    }
}

fn of_family(family: &str, cells: &[(&str, &str, Count)]) -> Markup {
    let lost: u64 = cells.iter().map(|(_, _, count)| count.lost).sum();
    html! {
        details {
            summary { (plain(family)) ": " (lost) " lost" }
            table {
                tbody {
                    @for (disguise, language, count) in cells.iter().filter(|(_, _, count)| count.lost + count.lowered > 0) {
                        tr { th { (disguise) } td { (plain(language)) } (of_count(*count)) }
                    }
                }
            }
        }
    }
}

fn of_count(count: Count) -> Markup {
    let class = match (count.lost, count.lowered) {
        (1.., _) => Some("lost"),
        (_, 1..) => Some("low"),
        _ => None,
    };
    html! {
        td class=[class] { (count.lost) " of " (count.all()) @if count.lowered > 0 { " " small { (count.lowered) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_every_cell_and_runs_nothing() {
        let key = ("th\u{202e}".to_owned(), "<script>x".to_owned());
        let counts = BTreeMap::from([(key, Count { kept: 3, lowered: 1, lost: 2 })]);
        let row = Row { disguise: "leet".to_owned(), counts, ..Row::default() };
        let page = page(&[row]);
        assert!(page.contains("<th>leet</th><td class=\"lost\">2 of 6 <small>1</small></td>"), "{page}");
        assert!(page.contains("&lt;script&gt;x: 2 lost") && !page.contains("<script") && !page.contains("src="));
        assert!(
            page.contains("<th>th·</th>") && page.contains("<td>th·</td>"),
            "nothing turns the text around: {page}"
        );
    }
}
