//! Reports of a [`Trace`](crate::trace::Trace): what people paste into mails, commit messages, documents and other programs.
//!
//! Everything here is built from the trace alone and knows no scenario.

mod crossing;
mod explain;
mod json;
mod locks;
mod markdown;
mod mermaid;
mod relevant;
mod story;
mod svg;
mod table;
mod text;

pub use crossing::{Crossing, crossing};
pub use explain::{explain, words};
pub use json::json;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use svg::svg;
pub use table::{TableOptions, table};
