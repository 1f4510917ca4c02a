//! How long requests took by percentiles, as a picture.

use std::fmt::Write as _;
use std::time::Duration;

use super::report::{Correction, Report};
use super::spectrum::{Point, points};
use super::summary::rounded;
use crate::duration;
use crate::output::number;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 450.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 30.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 60.0;

/// Dark where the reader's system is.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#333}.title{font-size:17px;font-weight:600}\
.faint{fill:#767676}.grid{stroke:#e3e3e3}.back{fill:#fff}\
.measured,.corrected{fill:none;stroke-width:2.5}.measured{stroke:#d08700}.corrected{stroke:#1668c7}\
.swatch-measured{fill:#d08700}.swatch-corrected{fill:#1668c7}\
@media(prefers-color-scheme:dark){text{fill:#ddd}.faint{fill:#9a9a9a}.grid{stroke:#3a3a3a}\
.back{fill:#1b1b1d}.measured{stroke:#f0b429}.corrected{stroke:#5aa9ff}\
.swatch-measured{fill:#f0b429}.swatch-corrected{fill:#5aa9ff}}";

/// A picture on its own: each step to the right is a tenth of the requests that are left.
pub(super) fn svg(report: &Report) -> String {
    let points = points(report);
    let axes = Axes::of(report, &points);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
         <style>{STYLE}</style>\n<rect class=\"back\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n"
    );
    let title = format!("{} {} on topic {}", report.kind, report.method, report.topic);
    let _ = writeln!(
        svg,
        "<title>{0}</title>\n{1}",
        escaped(&title),
        text(LEFT, 28.0, "title", &title)
    );
    let mode = match (report.clients, report.rate) {
        (Some(clients), _) => format!("closed loop, clients: {clients}"),
        (None, rate) => format!("open loop, {} a second", rate.unwrap_or_default()),
    };
    let facts = format!(
        "{mode}; {} succeeded, {} a second; {} failed",
        number(report.succeeded),
        rounded(report.per_second),
        number(report.failed)
    );
    let _ = writeln!(svg, "{}", text(LEFT, 50.0, "faint", &facts));
    axes.draw(&mut svg);
    axes.curve(&mut svg, "measured", points.iter().map(|it| (it.share, it.measured)));
    axes.curve(&mut svg, "corrected", points.iter().map(|it| (it.share, it.corrected)));
    let corrected = match report.correction {
        Correction::IntendedTime => "corrected: from when it was to be sent".to_owned(),
        Correction::ExpectedInterval { seconds } => {
            let interval = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            format!("corrected: as if sent every {}", duration::show(interval))
        }
    };
    for (row, (class, name)) in
        (0u8..).zip([("measured", "measured"), ("corrected", corrected.as_str())])
    {
        let y = TOP + 14.0 + f64::from(row) * 20.0;
        let _ = writeln!(
            svg,
            "<rect class=\"swatch-{class}\" x=\"{}\" y=\"{}\" width=\"14\" height=\"4\"/>{}",
            LEFT + 14.0,
            y - 6.0,
            text(LEFT + 36.0, y, "", name)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Where a point lies in the picture.
struct Axes {
    /// How many tenths of what is left there are to the right.
    nines: f64,
    /// The longest duration that it holds, in seconds.
    longest: f64,
    /// The seconds between two lines.
    step: f64,
}

impl Axes {
    fn of(report: &Report, points: &[Point]) -> Self {
        #[allow(clippy::cast_precision_loss)] // a picture
        let all = report.corrected.count.max(10) as f64;
        let longest = points.iter().map(|it| it.corrected.max(it.measured)).max();
        let longest = longest.unwrap_or_default().as_secs_f64().max(1e-6);
        // 1, 2 or 5 of some power of ten, so that there are five lines or so.
        let power = 10f64.powf((longest / 5.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|it| it * power);
        let step = step.into_iter().find(|step| longest / step <= 6.0).unwrap_or(longest);
        Self { nines: all.log10().ceil(), longest: (longest / step).ceil() * step, step }
    }

    fn x(&self, share: f64) -> f64 {
        let nines = -(1.0 - share).max(1e-12).log10();
        LEFT + (nines / self.nines).min(1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, duration: Duration) -> f64 {
        HEIGHT - BOTTOM - duration.as_secs_f64() / self.longest * (HEIGHT - TOP - BOTTOM)
    }

    fn curve(&self, svg: &mut String, class: &str, points: impl Iterator<Item = (f64, Duration)>) {
        let points =
            points.map(|(share, took)| format!("{:.1},{:.1}", self.x(share), self.y(took)));
        let points: Vec<_> = points.collect();
        let _ = writeln!(svg, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
    }

    fn draw(&self, svg: &mut String) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let mut line = 0.0;
        while line <= self.longest * 1.001 {
            let duration = Duration::try_from_secs_f64(line).unwrap_or_default();
            let y = self.y(duration);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                y + 4.0,
                duration::show(duration)
            );
            line += self.step;
        }
        let mut nines = 0.0;
        while nines <= self.nines {
            let share = 1.0 - 10f64.powf(-nines);
            let x = self.x(share);
            let name = match nines {
                0.0 => "0 %".to_owned(),
                1.0 => "90 %".to_owned(),
                2.0 => "99 %".to_owned(),
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few
                nines => format!("{:.*} %", nines as usize - 2, share * 100.0),
            };
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
                bottom + 20.0
            );
            nines += 1.0;
        }
        let _ = writeln!(
            svg,
            "{}",
            text(LEFT, HEIGHT - 14.0, "faint", "share of the requests that took no longer")
        );
    }
}

fn text(x: f64, y: f64, class: &str, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text))
}

/// A text within XML; a peer may have written it.
fn escaped(text: &str) -> String {
    let text = crate::text::line(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
