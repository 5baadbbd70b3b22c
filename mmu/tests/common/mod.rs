//! What the native and the wasm tests share.
#![allow(dead_code, reason = "each test uses its part")]

pub mod axiomatic;
pub mod elt;
pub mod oracle;
pub mod random;
pub mod rules;
pub mod superset;
