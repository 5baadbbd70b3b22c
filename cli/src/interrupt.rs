//! Ctrl-C: the first one ends the search that runs, with what it has found; the second one ends the program.

use cowscope_core::explore::{Counts, Progress};
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C is heard.
pub fn listen() {
    // Where that can't be set up, Ctrl-C ends the program at once, as ever.
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// True once Ctrl-C was pressed.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// As if it had not been pressed: somebody wants to go on.
pub fn forget() {
    ASKED.store(false, Ordering::Relaxed);
}

/// What a search is told that asks whether to go on.
pub fn go_on(_: &Counts) -> Progress {
    if asked() { Progress::Cancel } else { Progress::Continue }
}
