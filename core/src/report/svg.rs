//! A run as a drawing: a lane for each column, steps from left to right, the calls they belong to, who came between.

use super::crossing::{Crossing, crossing};
use super::explain;
use super::markdown::verdict_word;
use super::text::{shorten, xml};
use crate::trace::{AccessKind, Step, Trace};
use std::fmt::Write;

const LEFT: usize = 110;
const TOP: usize = 48;
const LANE: usize = 64;
/// Width of a step, in a short run and in a long one.
const WIDE: usize = 26;
const NARROW: usize = 9;
const FONT: &str = "font-family=\"ui-monospace, monospace\"";

/// The drawing, one self-contained SVG file: text stays text, colours come with shapes, no script, no style sheet.
pub fn svg(trace: &Trace) -> String {
    let step_width = if trace.steps.len() <= 40 { WIDE } else { NARROW };
    let drawing = Drawing { trace, step_width };
    let crossing = crossing(trace);
    let told = explain(trace);
    let lines: Vec<String> = told.iter().flat_map(|paragraph| super::text::wrap(paragraph, 110, 2)).collect();
    let lanes_end = TOP + LANE * trace.columns();
    let width = (LEFT + step_width * trace.steps.len() + 40).max(820);
    let height = lanes_end + 46 + 16 * lines.len();
    let title = format!(
        "{} on {}: {}",
        trace.header.scenario.title,
        trace.header.design.id,
        verdict_word(trace.header.verdict)
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{0}</title>\n<desc>{1}</desc>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"12\" y=\"22\" {FONT} font-size=\"15\" font-weight=\"bold\" fill=\"#1b1b1b\">{0}</text>\n",
        xml(&title),
        xml(&told.join(" "))
    );
    drawing.lanes(&mut out, width);
    drawing.calls(&mut out);
    for (i, step) in trace.steps.iter().enumerate() {
        drawing.step(&mut out, i, step);
    }
    if let Some(crossing) = &crossing {
        drawing.crossing(&mut out, crossing);
    }
    for (i, line) in lines.iter().enumerate() {
        let y = lanes_end + 36 + 16 * i;
        let _ = writeln!(out, "<text x=\"12\" y=\"{y}\" {FONT} font-size=\"12\" fill=\"#1b1b1b\">{}</text>", xml(line));
    }
    out.push_str("</svg>\n");
    out
}

struct Drawing<'t> {
    trace: &'t Trace,
    step_width: usize,
}

/// Dark enough for white text on them (4.5 to 1), told apart without red and green.
const COLOURS: [&str; 4] = ["#0b5394", "#9c4a00", "#5b3a8c", "#00615c"];

impl Drawing<'_> {
    fn x(&self, step: usize) -> usize {
        LEFT + self.step_width * step
    }

    fn y(&self, column: u8) -> usize {
        TOP + LANE * usize::from(column)
    }

    fn colour(column: u8) -> &'static str {
        COLOURS[usize::from(column) % COLOURS.len()]
    }

    fn lanes(&self, out: &mut String, width: usize) {
        for column in 0..self.trace.columns() as u8 {
            let (y, name) = (self.y(column), xml(&shorten(&self.trace.column_name(column), 12)));
            let _ = writeln!(
                out,
                "<line x1=\"{LEFT}\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\" stroke=\"#b8b8b8\"/>\n\
                 <text x=\"12\" y=\"{2}\" {FONT} font-size=\"13\" font-weight=\"bold\" fill=\"{3}\">{name}</text>",
                y + 30,
                width - 20,
                y + 34,
                Self::colour(column)
            );
        }
    }

    /// A line above the steps of each call, with its name where there is room.
    fn calls(&self, out: &mut String) {
        let mut calls: std::collections::BTreeMap<u32, (usize, usize)> = std::collections::BTreeMap::new();
        for (i, step) in self.trace.steps.iter().enumerate().filter(|(_, step)| step.call != 0) {
            calls.entry(step.call).or_insert((i, i)).1 = i;
        }
        for (first, last) in calls.into_values() {
            let step = &self.trace.steps[first];
            let name = step.stack.first().map_or(step.function(), String::as_str);
            let (x, y, width) = (self.x(first), self.y(step.column), self.step_width * (last - first + 1));
            let label = xml(&shorten(name, (width / 7).max(3)));
            let _ = writeln!(
                out,
                "<line x1=\"{x}\" y1=\"{1}\" x2=\"{0}\" y2=\"{1}\" stroke=\"{2}\" stroke-width=\"2\"/>\n\
                 <text x=\"{x}\" y=\"{3}\" {FONT} font-size=\"11\" fill=\"{2}\">{label}</text>",
                x + width - 3,
                y + 16,
                Self::colour(step.column),
                y + 12,
            );
        }
    }

    /// A box: full for a write, hollow for a read, with a thick rim for a locked one; the number of the step inside.
    fn step(&self, out: &mut String, i: usize, step: &Step) {
        let (x, y, width) = (self.x(i), self.y(step.column), self.step_width - 3);
        let colour = Self::colour(step.column);
        let writes = step.accesses.iter().any(|a| a.kind != AccessKind::Read);
        let locked = step.accesses.iter().any(|a| a.kind == AccessKind::Locked);
        let (fill, ink) = if writes { (colour, "#ffffff") } else { ("#ffffff", colour) };
        let rim = if locked { 3 } else { 1 };
        let told: Vec<String> = step.accesses.iter().map(super::text::clause).collect();
        let tip = format!("step {}: {}: {}", step.index, step.function(), super::text::list(&told));
        let _ = write!(
            out,
            "<g><title>{}</title><rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"22\" rx=\"2\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"{rim}\"/>",
            xml(&tip),
            y + 19
        );
        if self.step_width == WIDE {
            let (tx, ty) = (x + width / 2, y + 34);
            let _ = write!(
                out,
                "<text x=\"{tx}\" y=\"{ty}\" {FONT} font-size=\"10\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
                step.index
            );
        }
        out.push_str("</g>\n");
        if let Some(broken) = step.broken.first() {
            let (cx, cy) = (x + width / 2, y + 30);
            let _ = writeln!(
                out,
                "<path d=\"M{0} {1}l14 14m0 -14l-14 14\" stroke=\"#b00020\" stroke-width=\"4\" fill=\"none\"/>\n\
                 <text x=\"{cx}\" y=\"{2}\" {FONT} font-size=\"12\" font-weight=\"bold\" text-anchor=\"end\" fill=\"#b00020\">breaks {3}</text>",
                cx - 7,
                cy - 7,
                y + 56,
                xml(&broken.id)
            );
        }
    }

    /// From the first access to the change that came between, and on to the act.
    fn crossing(&self, out: &mut String, c: &Crossing) {
        let steps = [c.first, c.between, c.last];
        let columns = steps.map(|i| self.trace.steps[i].column);
        // Above its lane where the other one is above it, below where it is below.
        let side = |own: u8, other: u8| self.y(own) + if other < own { 19 } else { 41 };
        let [x1, x2, x3] = steps.map(|i| self.x(i) + self.step_width / 2 - 1);
        let (y1, y2, y3) = (side(columns[0], columns[1]), side(columns[1], columns[0]), side(columns[2], columns[1]));
        let _ = writeln!(
            out,
            "<path d=\"M{x1} {y1}L{x2} {y2}L{x3} {y3}\" stroke=\"#b00020\" stroke-width=\"2\" stroke-dasharray=\"5 3\" fill=\"none\"/>\n\
             <text x=\"{x2}\" y=\"{}\" {FONT} font-size=\"11\" text-anchor=\"middle\" fill=\"#b00020\" stroke=\"#ffffff\" \
             stroke-width=\"4\" paint-order=\"stroke\">{}</text>",
            if y2 > self.y(columns[1]) + 30 { y2 + 16 } else { y2 - 6 },
            xml(&c.word)
        );
    }
}
