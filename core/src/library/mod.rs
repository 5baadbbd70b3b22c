//! What ships with the tool: kernel texts, designs, scenarios; and how a question becomes a running system.

mod load;
mod measured;
mod meta;

pub use load::{LoadError, Loaded, load};
pub use measured::measured;
pub use meta::{Library, library, library_with};

/// The texts as they were when this was built.
pub mod texts {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}
