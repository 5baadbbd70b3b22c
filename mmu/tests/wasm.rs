//! The same tests as WebAssembly: what the machine does must not depend on where it runs.
#![cfg(target_arch = "wasm32")]

#[path = "smoke.rs"]
mod smoke;
