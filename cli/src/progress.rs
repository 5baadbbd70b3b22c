//! How far a search has got, on a terminal; silent elsewhere. Ctrl-C stops the search.

use crate::interrupt;
use crate::output::Output;
use cowscope_core::explore::{Counts, Progress};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// A live line on standard error.
pub struct Live {
    bar: Option<indicatif::ProgressBar>,
    begin: Instant,
}

impl Live {
    /// Begins to show `what` is being done.
    pub fn new(out: &Output, what: &str) -> Self {
        let bar = out.progress.then(|| {
            let bar = indicatif::ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar.set_prefix(what.to_owned());
            if let Ok(style) = indicatif::ProgressStyle::with_template("{spinner} {prefix}: {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar
        });
        Live { bar, begin: Instant::now() }
    }

    /// Shows how far it has got; answers whether to go on.
    pub fn hear(&self, counts: &Counts) -> Progress {
        if let Some(bar) = &self.bar {
            let rate = counts.transitions as f64 / self.begin.elapsed().as_secs_f64().max(0.001);
            let runs = if counts.runs > 0 { format!(", {} runs", grouped(counts.runs)) } else { String::new() };
            bar.set_message(format!(
                "{} states, {} waiting, depth {}, {} transitions a second, {} MiB{runs}",
                grouped(counts.states),
                grouped(counts.frontier),
                grouped(counts.depth),
                grouped(rate as u64),
                counts.bytes >> 20
            ));
        }
        interrupt::go_on(counts)
    }

    /// Says why the search stands still and asks whether to go on; no, where nobody is there to answer.
    pub fn ask(&self, why: &str) -> bool {
        let Some(bar) = self.bar.as_ref().filter(|_| std::io::stdin().is_terminal()) else { return false };
        interrupt::forget();
        bar.suspend(|| {
            eprint!("{why}. Go on? [Enter: yes, n: no] ");
            let mut answer = String::new();
            let heard = std::io::stdin().read_line(&mut answer).is_ok_and(|bytes| bytes > 0);
            heard && !interrupt::asked() && matches!(answer.trim(), "" | "y" | "yes")
        })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), text);
        }
    }
}
