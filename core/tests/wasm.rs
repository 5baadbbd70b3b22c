//! The engine as WebAssembly: the same counts and the same digests as natively.
#![cfg(target_arch = "wasm32")]

#[path = "counts.rs"]
mod counts;
#[path = "determinism.rs"]
mod determinism;
#[path = "golden_links.rs"]
mod golden_links;
