//! Single accesses and TLB sequences as JSON lines: the reader, the run, the answer.
//!
//! A query gives the mode, the words of memory and one access, or an initial state and steps. Each line is answered on
//! its own; whatever the line says is expected (`expect`) is never read.

mod parse;
mod run;
mod stream;

pub use parse::{Control as ControlBits, Init, Query, QueryError, Sequence, Single, Step};
pub use run::{Outcome, access, apply, machine_for, run_sequence, run_single, translate_fully};
pub use stream::{answer_line, answer_lines};
