//! The same tests as WebAssembly: what the machine does must not depend on where it runs.
#![cfg(target_arch = "wasm32")]

#[path = "elt.rs"]
mod elt;
#[path = "enumerate.rs"]
mod enumerate;
#[path = "fuzz.rs"]
mod fuzz;
#[path = "litmus.rs"]
mod litmus;
#[path = "mayset.rs"]
mod mayset;
#[path = "oracle.rs"]
mod oracle;
#[path = "rules.rs"]
mod rules;
#[path = "smoke.rs"]
mod smoke;
#[path = "undo.rs"]
mod undo;
