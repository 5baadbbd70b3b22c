//! The engine of the workbench: what the page asks of the core, answered in a worker.
//!
//! The page and the engine are two wasm modules: the page is built for size, the engine for speed. They share this
//! library: [`protocol`] is what they say to each other, [`session`] is how the engine answers. The binary beside it
//! is the worker itself, and holds nothing but the browser's message events.

pub mod protocol;
mod search;
pub mod session;
pub mod wire;
