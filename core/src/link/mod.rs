//! Links: everything that decides a run, in one line that people can read, mail and keep.
//!
//! The grammar stands in `docs/links.md`. Reading a link never panics, uses bounded memory and time whatever the text is,
//! and says what is wrong and how to mend it. Writing is canonical: equal [`Link`]s give equal texts.

mod agent;
mod digest;
mod error;
mod escape;
mod model;
mod own;
mod packed;
mod parse;
mod schedule;
mod texts;
mod write;

#[cfg(test)]
mod tests;

pub use agent::{Agent, AgentKind};
pub use digest::{Digest, DigestBuilder, Trail};
pub use error::LinkError;
pub use model::{Bookmarks, FlushKind, Link, LinkOptions, MemoryModel, Mode, OwnFile, Run, Settings, TlbMode};
pub use schedule::{Turn, schedule_from_text, schedule_to_text};
pub use texts::TextMarks;

/// The number of the rules by which a schedule turns into states. It goes up with every change that moves a golden link.
pub const SEMANTICS: u32 = 1;

/// What a link may hold at most. Beyond these a text is refused; they bound the memory and time that reading one can take.
pub mod limits {
    /// Characters of a link.
    pub const LINK: usize = 128 * 1024;
    /// Steps of a schedule, and the largest position.
    pub const STEPS: u32 = 10_000;
    /// Characters of an identifier (design, scenario, variant, option, setting).
    pub const IDENTIFIER: usize = 64;
    /// Settings beside a design or a variant.
    pub const SETTINGS: usize = 32;
    /// Bookmarks.
    pub const BOOKMARKS: usize = 64;
    /// Characters of a bookmark's label.
    pub const LABEL: usize = 80;
    /// Files of the user's own C.
    pub const OWN_FILES: usize = 16;
    /// Bytes of the user's own C, all files together, before compression.
    pub const OWN_BYTES: usize = 128 * 1024;
}
