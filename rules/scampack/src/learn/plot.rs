//! Plots as SVG inside of a page. In: lines by name, two axes. Out: markup without scripts, styles by classes of the page.

use crate::render::plain;
use maud::{Markup, html};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 40.0;
const MARGIN: f64 = 12.0;
/// As many colours as languages; told apart by colour-blind readers too, with the names beside them.
const COLOURS: [&str; 12] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b", "#7f7f7f", "#bcbd22", "#17becf",
    "#9467bd", "#000000",
];

/// One axis: where it begins and ends, and whether it is logarithmic.
#[derive(Clone, Copy)]
pub struct Axis {
    /// What it shows.
    pub title: &'static str,
    /// Ends.
    pub range: (f64, f64),
    /// Logarithmic.
    pub log: bool,
    /// Marks.
    pub marks: &'static [f64],
}

impl Axis {
    /// Where a value lies, 0 to 1.
    fn at(self, value: f64) -> f64 {
        let scale = |v: f64| if self.log { v.max(self.range.0.max(1e-9)).ln() } else { v };
        let (low, high) = (scale(self.range.0), scale(self.range.1));
        ((scale(value) - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// A line with its name.
pub struct Curve {
    /// In the legend.
    pub name: String,
    /// Where it goes.
    pub points: Vec<(f64, f64)>,
}

/// The plot; `diagonal` draws where both axes are the same.
#[must_use]
pub fn plot(title: &str, x: Axis, y: Axis, curves: &[Curve], diagonal: bool) -> Markup {
    let place = |(px, py): (f64, f64)| {
        let across = LEFT + x.at(px) * (WIDTH - LEFT - MARGIN);
        let up = HEIGHT - BOTTOM - y.at(py) * (HEIGHT - BOTTOM - MARGIN);
        (across, up)
    };
    let points = |points: &[(f64, f64)]| {
        let each: Vec<String> = points
            .iter()
            .map(|point| {
                let (across, up) = place(*point);
                format!("{across:.1},{up:.1}")
            })
            .collect();
        each.join(" ")
    };
    let (origin, end) = (place((x.range.0, y.range.0)), place((x.range.1, y.range.1)));
    let number = |value: f64| format!("{}", (value * 1e5).round() / 1e3);
    let straight: Vec<(f64, f64)> = x.marks.iter().map(|mark| (*mark, *mark)).collect();
    let colour = |index: usize| COLOURS.get(index % COLOURS.len()).copied().unwrap_or("#000000");
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(title) {
                @for mark in x.marks {
                    @let (across, _) = place((*mark, y.range.0));
                    line class="grid" x1=(across) x2=(across) y1=(end.1) y2=(origin.1) {}
                    text x=(across) y=(origin.1 + 14.0) text-anchor="middle" { (number(*mark)) }
                }
                @for mark in y.marks {
                    @let (_, up) = place((x.range.0, *mark));
                    line class="grid" x1=(origin.0) x2=(end.0) y1=(up) y2=(up) {}
                    text x=(origin.0 - 5.0) y=(up + 3.0) text-anchor="end" { (number(*mark)) }
                }
                text x=((origin.0 + end.0) / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { (x.title) }
                text x="12" y=((origin.1 + end.1) / 2.0) text-anchor="middle"
                    transform=(format!("rotate(-90 12 {:.0})", (origin.1 + end.1) / 2.0)) { (y.title) }
                @if diagonal { polyline class="diagonal" points=(points(&straight)) {} }
                @for (index, curve) in curves.iter().enumerate() {
                    polyline stroke=(colour(index)) points=(points(&curve.points)) {}
                }
            }
            p class="legend" {
                @for (index, curve) in curves.iter().enumerate() {
                    span style=(format!("color:{}", colour(index))) { (plain(&curve.name)) } " "
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_corpus_turns_nothing_around() {
        let axis = Axis { title: "share", range: (0.0, 1.0), log: false, marks: &[0.0, 1.0] };
        let curve = Curve { name: "x\u{202e}<b>".to_owned(), points: vec![(0.0, 1.0)] };
        let page = plot("a plot", axis, axis, &[curve], false).into_string();
        assert!(page.contains("x·&lt;b&gt;") && !page.contains('\u{202e}'), "{page}");
    }
}
