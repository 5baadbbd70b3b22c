//! Where answers go: plain text by default, colours and progress only on a terminal.

use crate::complaint::Complaint;
use std::io::{self, IsTerminal, Write};

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set or TERM is `dumb`
    Auto,
    Always,
    Never,
}

/// How a piece of text stands out, where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Something breaks, or is wrong.
    Bad,
    /// Something holds.
    Good,
    /// Neither is known.
    Unsure,
    /// A title.
    Strong,
    /// Beside the point.
    Faint,
}

/// Standard output and standard error, and how to write to them.
pub struct Output {
    /// JSON was asked for.
    pub json: bool,
    colour: bool,
    /// Colours on standard error.
    pub colour_of_errors: bool,
    /// Somebody watches: show progress on standard error.
    pub progress: bool,
}

impl Output {
    /// As the call says.
    pub fn new(json: bool, colour: Colour) -> Self {
        let wanted = |terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
                terminal && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
            }
        };
        Output {
            json,
            colour: wanted(io::stdout().is_terminal()) && !json,
            colour_of_errors: wanted(io::stderr().is_terminal()),
            progress: io::stderr().is_terminal(),
        }
    }

    /// A bar on standard error that counts to `length`, where somebody watches.
    pub fn bar(&self, length: u64, what: &'static str) -> indicatif::ProgressBar {
        if !self.progress {
            return indicatif::ProgressBar::hidden();
        }
        let bar = indicatif::ProgressBar::new(length).with_message(what);
        if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {pos} of {len} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar
    }

    /// Writes `text` as it is.
    ///
    /// # Errors
    /// Where it can't be written; [`Complaint::gone`] where nobody reads on.
    pub fn print(&mut self, text: &str) -> Result<(), Complaint> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Text that stands out, for [`print`](Self::print).
    pub fn styled(&self, style: Style, text: &str) -> String {
        paint(self.colour, style, text)
    }

    /// Says on standard error what should be known beside the answer.
    pub fn warn(&self, what: &str, help: &str) {
        let (warning, word) =
            (paint(self.colour_of_errors, Style::Unsure, "warning"), paint(self.colour_of_errors, Style::Good, "help"));
        // Nobody is left to tell when this can't be written.
        let _ = writeln!(io::stderr(), "{warning}: {what}\n   {word}: {help}");
    }

    /// Says on standard error why there is no answer.
    pub fn complain(&self, complaint: &Complaint) {
        if complaint.gone {
            return;
        }
        let error = paint(self.colour_of_errors, Style::Bad, "error");
        // Nobody is left to tell when this can't be written.
        let _ = writeln!(io::stderr(), "{error}: {}", complaint.what);
        if let Some(help) = &complaint.help {
            let word = paint(self.colour_of_errors, Style::Good, "help");
            let _ = writeln!(io::stderr(), " {word}: {help}");
        }
    }
}

fn paint(colour: bool, style: Style, text: &str) -> String {
    let code = match style {
        Style::Bad => "1;31",
        Style::Good => "32",
        Style::Unsure => "33",
        Style::Strong => "1",
        Style::Faint => "2",
    };
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
