//! Where things stand on the timeline: plain arithmetic, in pixels.

use cowscope_core::view::Trace;

/// Room for the names at the left.
pub const LEFT: f64 = 64.0;
/// Room at the right, for the label of what breaks.
pub const RIGHT: f64 = 24.0;
/// Height of one lane with the bars below it.
pub const LANE: f64 = 54.0;
/// Room above the first lane.
pub const TOP: f64 = 12.0;
/// A step is no wider than this, however few there are.
const WIDEST: f64 = 46.0;
/// A step narrower than this can't be pointed at, so only a part of the run is shown.
const NARROWEST: f64 = 5.0;

/// The part of a run that is drawn, and its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// First step drawn, and the first behind the last.
    pub from: u32,
    pub to: u32,
    /// Left edge of each step from `from` to `to`, and of the end.
    edges: Vec<f64>,
    pub width: f64,
}

impl Layout {
    /// Lays out the run on `width` pixels: all of it where there is room, else the part around `step`. `zoom` (1 and up)
    /// widens.
    pub fn new(trace: &Trace, step: u32, width: f64, zoom: f64, cycles: bool) -> Self {
        let len = trace.steps.len() as u32;
        let room = (width - LEFT - RIGHT).max(60.0);
        let fit =
            (room / f64::from(len.max(1)) * zoom).clamp(NARROWEST, WIDEST.max(room / f64::from(len.max(1)).max(12.0)));
        let count = ((room / fit).floor() as u32).clamp(1, len.max(1));
        let from = step.saturating_sub(count / 2).min(len.saturating_sub(count));
        let to = (from + count).min(len);
        let weights: Vec<f64> = (from..to).map(|at| weight(trace, at, cycles)).collect();
        let total: f64 = weights.iter().sum::<f64>().max(1.0);
        let span = fit * f64::from(to - from);
        let mut edges = Vec::with_capacity(weights.len() + 1);
        let mut x = LEFT;
        edges.push(x);
        for weight in weights {
            x += weight / total * span;
            edges.push(x);
        }
        Layout { from, to, edges, width }
    }

    /// The left edge of a step; one that is not drawn stands at the nearer end.
    pub fn x(&self, step: u32) -> f64 {
        let at = step.clamp(self.from, self.to) - self.from;
        self.edges.get(at as usize).copied().unwrap_or(LEFT)
    }

    /// The moment nearest to a point: a number of steps taken.
    pub fn moment_at(&self, x: f64) -> u32 {
        let nearest = self.edges.iter().enumerate().min_by(|a, b| (a.1 - x).abs().total_cmp(&(b.1 - x).abs()));
        self.from + nearest.map_or(0, |(at, _)| at as u32)
    }
}

/// How much room a step takes beside the others: one each, or the square root of its cycles, so that a page copy does not
/// push all others off the page.
fn weight(trace: &Trace, step: u32, cycles: bool) -> f64 {
    if !cycles {
        return 1.0;
    }
    let taken = trace.steps.get(step as usize).map_or(1, |step| step.cycles.1.max(1));
    (taken as f64).sqrt().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cowscope_core::view::Step;

    fn trace(len: usize) -> Trace {
        Trace { steps: vec![Step::default(); len], ..Trace::default() }
    }

    #[test]
    fn a_short_run_is_drawn_whole() {
        let layout = Layout::new(&trace(21), 18, 1400.0, 1.0, false);
        assert_eq!((layout.from, layout.to), (0, 21));
        assert!(layout.x(21) <= 1400.0 - RIGHT + 0.001);
        assert_eq!(layout.moment_at(layout.x(7) + 1.0), 7);
    }

    #[test]
    fn a_long_run_is_drawn_around_the_present() {
        let layout = Layout::new(&trace(2000), 1000, 1000.0, 1.0, false);
        assert!(layout.from < 1000 && layout.to > 1000);
        assert!(layout.to - layout.from < 400);
        let end = Layout::new(&trace(2000), 2000, 1000.0, 1.0, false);
        assert_eq!(end.to, 2000);
    }

    #[test]
    fn nothing_is_drawn_of_an_empty_run() {
        let layout = Layout::new(&trace(0), 0, 800.0, 1.0, true);
        assert_eq!((layout.from, layout.to), (0, 0));
        assert_eq!(layout.moment_at(400.0), 0);
    }
}
