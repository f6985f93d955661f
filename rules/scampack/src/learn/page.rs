//! The page of an evaluation. In: the evaluation. Out: one HTML file that loads nothing: tables, and plots as SVG.
//!
//! It is made to be passed on, so it holds no message of a corpus: mistakes are named by file and line, and shown with their
//! text only where that is this project's own.

use super::calibrate::{self, Bin};
use super::evaluation::{Calibrated, Evaluation, Mistake};
use super::plot::{Axis, Curve, plot};
use super::report::{MEAN_OF, Rate, Report, SHARES};
use super::shipped::Shipped;
use super::transfer::Transfer;
use crate::render::plain;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}\
table{border-collapse:collapse;margin:.6rem 0}td,th{padding:.15rem .6rem;text-align:right;border-bottom:1px solid #ddd}\
td:first-child,th:first-child,td.w,th.w{text-align:left}figure{display:inline-block;width:29rem;max-width:100%;margin:.5rem}\
svg text{font-size:10px;fill:#444}svg polyline{fill:none;stroke-width:1.6}svg .diagonal{stroke:#999;stroke-dasharray:4 3}\
svg .grid{stroke:#eee}.legend{font-size:12px;margin:0}.bad{color:#b00020}details{margin:.5rem 0}";

const RARE: &[f64] = &[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];
const EVEN: &[f64] = &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

/// The page; `files` are the corpora by name.
#[must_use]
pub fn page(all: &Evaluation, files: &[String]) -> String {
    let gaps = all.gaps();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "scampack eval" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "What the model finds that it has not learnt from" }
                p { "Shares are in percent. Found is the share of scams and unlawful offers where the named share of the wanted "
                    "messages of a language is marked. Intervals (95 %) draw clusters of near-duplicates again." }
                p { "Corpora: " (plain(&files.join(", "))) "." }
                h2 { "Halves" }
                p { "Half A may be read by whoever writes rules, half B is only measured." }
                table {
                    tr { th { "what" } th { "A - B" } }
                    @for (what, gap) in &gaps {
                        tr { td { (what) } td class=[(*gap > 0.03).then_some("bad")] { (percent(*gap)) } }
                    }
                }
                @for report in &all.reports { (of_report(report)) }
                @if !all.transfers.is_empty() {
                    h2 { "Thresholds carried over" }
                    p { "One threshold for all languages is set where it marks the intended share of the wanted messages, in the "
                        "mean of the languages. On the diagonal it would do the same elsewhere." }
                    @for transfer in &all.transfers { (of_transfer(transfer)) }
                }
                @if let Some(calibrated) = &all.calibrated { (of_calibration(calibrated)) }
                @if let Some(shipped) = &all.shipped { (of_shipped(shipped)) }
                (of_near(all))
                (of_mistakes(&all.mistakes))
            }
        }
    };
    page.into_string()
}

fn percent(value: f64) -> String {
    format!("{:.1}", value * 100.0)
}

fn rate(rate: &Rate) -> Markup {
    html! {
        td { (percent(rate.all)) }
        @match rate.halves {
            Some((a, b)) => { td { (percent(a)) } td { (percent(b)) } }
            None => { td { "-" } td { "-" } }
        }
    }
}

fn of_report(report: &Report) -> Markup {
    let (loose, strict, unlinked) = report.means();
    let curves: Vec<Curve> = report
        .lines
        .iter()
        .map(|line| Curve { name: line.lang.clone(), points: SHARES.iter().copied().zip(line.curve.clone()).collect() })
        .collect();
    let x = Axis { title: "wanted messages marked, percent", range: (0.001, 1.0), log: true, marks: RARE };
    let y = Axis { title: "found, percent", range: (0.0, 1.0), log: false, marks: EVEN };
    html! {
        h2 { (report.title) }
        table {
            tr {
                th { "language" } th { "messages" } th { "bad" } th { "at 1 %" } th { "A" } th { "B" } th { "interval" }
                th { "at 0.3 %" } th { "A" } th { "B" } th { "no links" } th { "A" } th { "B" }
            }
            @for line in &report.lines {
                tr {
                    td { (plain(&line.lang)) } td { (line.messages.0) } td { (line.messages.1) } (rate(&line.recall))
                    td { @if let Some((low, high)) = line.interval { (percent(low)) " - " (percent(high)) } @else { "-" } }
                    (rate(&line.strict)) (rate(&line.unlinked))
                }
            }
        }
        p { "Mean of " (MEAN_OF.join(", ")) ": " (percent(loose)) " at 1 %, " (percent(strict)) " at 0.3 %, " (percent(unlinked))
            " without links; with one threshold for all languages " (percent(report.one_threshold.0)) " and "
            (percent(report.one_threshold.1)) "." }
        (plot(&format!("ROC, {}", report.title), x, y, &curves, false))
        @if !report.families.is_empty() {
            details {
                summary { "Families and kinds of wanted messages, at 1 %" }
                table {
                    tr { th { "language" } th class="w" { "kind" } th class="w" { "what" } th { "messages" } th { "marked" } }
                    @for family in &report.families {
                        tr {
                            td { (plain(&family.lang)) } td class="w" { (plain(&family.kind)) }
                            td class="w" { @if family.bad { "bad" } @else { "wanted" } }
                            td { (family.messages) } td { (percent(family.marked as f64 / family.messages.max(1) as f64)) }
                        }
                    }
                }
            }
        }
    }
}

fn of_transfer(transfer: &Transfer) -> Markup {
    let mut curves: Vec<Curve> = Vec::new();
    for line in &transfer.lines {
        let point = (line.intended, line.marked.max(0.0005));
        match curves.iter_mut().find(|curve| curve.name == line.lang) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve { name: line.lang.clone(), points: vec![point] }),
        }
    }
    let marks: &[f64] = &[0.001, 0.003, 0.01, 0.03, 0.1];
    let x = Axis {
        title: "wanted messages to mark, percent",
        range: (0.001, 0.05),
        log: true,
        marks: &[0.001, 0.003, 0.01, 0.03],
    };
    let y = Axis { title: "wanted messages marked, percent", range: (0.0005, 0.5), log: true, marks };
    html! {
        (plot(&format!("from {} to {}", transfer.from, transfer.to), x, y, &curves, true))
    }
}

fn of_calibration(calibrated: &Calibrated) -> Markup {
    let points = |bins: &[Bin]| bins.iter().map(|bin| (bin.said, bin.is)).collect::<Vec<_>>();
    let mut curves = vec![Curve { name: "all".to_owned(), points: points(&calibrated.all) }];
    curves.extend(calibrated.languages.iter().map(|(lang, bins)| Curve { name: lang.clone(), points: points(bins) }));
    let of = |title| Axis { title, range: (0.0, 1.0), log: false, marks: EVEN };
    html! {
        h2 { "Calibration" }
        p { "In the reference corpus " (percent(calibrated.curve.bad)) " % of the messages of every language are bad. The curve was "
            "fitted to half A and is measured on half B; mean error " (format!("{:.2}", calibrate::error(&calibrated.all) * 100.0)) " points." }
        (plot("what scores say, and what is", of("score, percent"), of("bad messages, percent"), &curves, true))
    }
}

fn of_shipped(shipped: &Shipped) -> Markup {
    html! {
        h2 { "As shipped" }
        p { "Levels of the packs with the model that they carry, in percent of the messages. Only holdout texts were not learnt from." }
        table {
            tr {
                th { "messages" } th class="w" { "source" } th { "language" } th class="w" { "what" } th { "number" }
                th { "unwanted or more" } th { "suspicious or more" } th { "A" } th { "B" } th { "scam" }
            }
            @for line in &shipped.lines {
                @let all = line.all();
                tr {
                    td { (line.group) } td class="w" { (plain(&line.source)) } td { (plain(&line.lang)) }
                    td class="w" { (line.what.name()) } td { (all.messages) } td { (percent(all.share(all.unwanted))) }
                    (rate(&line.marked())) td { (percent(all.share(all.scam))) }
                }
            }
        }
    }
}

fn of_near(all: &Evaluation) -> Markup {
    html! {
        @if !all.near.is_empty() {
            h2 { "Holdout texts that were not measured" }
            p { "They are near-duplicates of what is learnt from." }
            ul {
                @for ((known, at), (held, line)) in &all.near {
                    li { (plain(held)) " line " (line) ", near to " (plain(known)) " line " (at) }
                }
            }
        }
    }
}

fn of_mistakes(mistakes: &[Mistake]) -> Markup {
    html! {
        @if !mistakes.is_empty() {
            h2 { "Most confident mistakes" }
            p { "Of half A and own texts. Messages of corpora are named by file and line." }
            table {
                tr { th { "language" } th class="w" { "mistake" } th { "log-odds" } th class="w" { "place" } th class="w" { "text" } }
                @for m in mistakes {
                    tr {
                        td { (plain(&m.lang)) } td class="w" { @if m.missed { "missed" } @else { "marked" } }
                        td { (format!("{:.2}", m.score)) } td class="w" { (plain(&m.place.0)) " line " (m.place.1) }
                        td class="w" { @if m.own { (plain(&m.text)) } @else { (m.text.chars().count()) " characters" } }
                    }
                }
            }
        }
    }
}
