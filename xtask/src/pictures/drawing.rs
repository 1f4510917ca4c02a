//! What a terminal shows, as a picture.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

use super::terminal;

const COLUMNS: u16 = terminal::COLUMNS.get();
const WIDE: f64 = 8.4;
const HIGH: f64 = 18.0;
const EDGE: f64 = 14.0;

const BACK: &str = "#1b1b1d";
const FRONT: &str = "#d8d8d8";

/// The sixteen colours of a terminal.
const COLOURS: [&str; 16] = [
    "#1b1b1d", "#f2777a", "#8fce7e", "#f0b429", "#5aa9ff", "#c792ea", "#56c8d8", "#d8d8d8",
    "#767676", "#ff9a9d", "#b2e6a5", "#ffd166", "#8ec5ff", "#dcb6f5", "#8fe3ef", "#ffffff",
];

/// The screen up to its last line that is not empty, beneath the command that was typed.
pub(super) fn svg(screen: &Screen, command: &str) -> String {
    let rows: Vec<String> = screen.rows(0, COLUMNS).collect();
    let used = rows.iter().rposition(|row| !row.trim().is_empty()).map_or(0, |last| last + 1);
    let width = f64::from(COLUMNS) * WIDE + 2.0 * EDGE;
    let lines = u16::try_from(used + 2).unwrap_or(u16::MAX);
    let height = f64::from(lines) * HIGH + 2.0 * EDGE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n\
         <title>{}</title>\n\
         <style>text{{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}}\
         </style>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACK}\"/>\n",
        escaped(command)
    );
    let prompt = format!("$ {command}");
    text(&mut svg, 0, 0, &prompt, "#8fce7e", "");
    for row in 0..u16::try_from(used).unwrap_or(0) {
        let mut run = Run::default();
        for column in 0..COLUMNS {
            let Some(cell) = screen.cell(row, column) else { continue };
            if cell.is_wide_continuation() {
                continue;
            }
            let style = style(cell);
            if style != run.style {
                run.write(&mut svg, row);
                run = Run { from: column, text: String::new(), style };
            }
            run.text.push_str(if cell.has_contents() { cell.contents() } else { " " });
        }
        run.write(&mut svg, row);
    }
    svg.push_str("</svg>\n");
    svg
}

/// The colour of a cell, and what else is to be said of it.
fn style(cell: &Cell) -> (&'static str, &'static str) {
    let colour = match cell.fgcolor() {
        Color::Idx(index) => COLOURS.get(usize::from(index)).copied().unwrap_or(FRONT),
        _ if cell.dim() => "#9a9a9a",
        _ => FRONT,
    };
    (colour, if cell.bold() { " style=\"font-weight:700\"" } else { "" })
}

/// Cells beside each other that look alike.
#[derive(Default)]
struct Run {
    from: u16,
    text: String,
    style: (&'static str, &'static str),
}

impl Run {
    fn write(&self, svg: &mut String, row: u16) {
        let (colour, more) = self.style;
        // Beneath the command, and a line.
        text(svg, self.from, row + 2, &self.text, colour, more);
    }
}

fn text(svg: &mut String, column: u16, row: u16, text: &str, colour: &str, more: &str) {
    let shown = text.trim_end();
    if shown.is_empty() {
        return;
    }
    let (x, y) = (EDGE + f64::from(column) * WIDE, EDGE + f64::from(row) * HIGH + 14.0);
    // The length keeps the columns, whatever font there is.
    let letters = u16::try_from(shown.chars().count()).unwrap_or(u16::MAX);
    let length = f64::from(letters) * WIDE;
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\" textLength=\"{length:.1}\" \
         xml:space=\"preserve\"{more}>{}</text>",
        escaped(shown)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
