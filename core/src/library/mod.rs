//! What ships with the tool: kernel texts, designs, scenarios; and how a question becomes a running system.

mod functions;
mod load;
mod measured;
mod meta;
mod needs;

pub use functions::{function_of, functions_of};
pub(crate) use load::load_from;
pub use load::{LoadError, Loaded, load};
pub use measured::measured;
pub use meta::{Library, library, library_with};
pub use needs::{Needs, syscalls};

/// The texts as they were when this was built.
pub mod texts {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}
